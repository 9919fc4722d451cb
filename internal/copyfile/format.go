package copyfile

import (
	"strings"

	"github.com/zqlite/zqlite/internal/sqlerr"
)

// Header says what the first line is.
type Header uint8

// The headers.
const (
	NoHeader    Header = iota
	WithHeader         // names of columns, skipped when reading
	MatchHeader        // names that have to be those of the columns
)

// Format is how rows stand in the text.
type Format struct {
	CSV       bool
	Delimiter byte
	Null      string
	Header    Header
	Quote     byte // CSV
	Escape    byte // CSV

	ForceQuote   []bool // by column: values that are not NULL are quoted
	ForceNotNull []bool // by column: the text of NULL is a string
	ForceNull    []bool // by column: the quoted text of NULL is NULL
}

// Field is one value: its text, or NULL.
type Field struct {
	Text string
	Null bool
}

// Check refuses formats that could not be read back.
func (f *Format) Check() error {
	wrong := func(code, format string, args ...any) error { return sqlerr.New(code, format, args...) }
	d := f.Delimiter
	switch {
	case d == '\n' || d == '\r':
		return wrong(sqlerr.InvalidParameterValue, "COPY delimiter cannot be newline or carriage return")
	case strings.ContainsAny(f.Null, "\r\n"):
		return wrong(sqlerr.InvalidParameterValue, "COPY null representation cannot use newline or carriage return")
	case !f.CSV && strings.IndexByte(`\.abcdefghijklmnopqrstuvwxyz0123456789`, d) >= 0:
		return wrong(sqlerr.InvalidParameterValue, "COPY delimiter cannot be \"%c\"", d)
	case f.CSV && d == f.Quote:
		return wrong(sqlerr.InvalidParameterValue, "COPY delimiter and quote must be different")
	case strings.IndexByte(f.Null, d) >= 0:
		return wrong(sqlerr.FeatureNotSupported, "COPY delimiter must not appear in the NULL specification")
	case f.CSV && strings.IndexByte(f.Null, f.Quote) >= 0:
		return wrong(sqlerr.FeatureNotSupported, "CSV quote character must not appear in the NULL specification")
	}
	return nil
}

func flag(list []bool, i int) bool { return i < len(list) && list[i] }

func bad(format string, args ...any) error {
	return sqlerr.New(sqlerr.BadCopyFileFormat, format, args...)
}
