package sqlerr

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Error is what every failing statement returns. Code is a five-character
// SQLSTATE; the other fields are empty where they do not apply. It marshals to
// JSON without loss, and is immutable once it was returned.
type Error struct {
	Code       string // SQLSTATE, e.g. 23505
	Severity   string // ERROR or FATAL
	Message    string // primary message, PostgreSQL's wording where it has one
	Detail     string `json:",omitempty"`
	Hint       string `json:",omitempty"`
	Context    string `json:",omitempty"` // where in the data the error was seen
	Schema     string `json:",omitempty"`
	Table      string `json:",omitempty"`
	Column     string `json:",omitempty"`
	DataType   string `json:",omitempty"`
	Constraint string `json:",omitempty"`
	Position   int    `json:",omitempty"` // 1-based character offset in the statement; 0 is unknown
	Line       int    `json:",omitempty"` // 1-based, set by Locate
	LineColumn int    `json:",omitempty"` // 1-based character in that line, set by Locate
	SourceLine string `json:",omitempty"` // the offending line, set by Locate
	Cause      error  `json:"-"`          // an error from below (the file system, a context)
}

// New makes an error with a SQLSTATE and a formatted message.
func New(code, format string, args ...any) *Error {
	return &Error{Code: code, Severity: "ERROR", Message: fmt.Sprintf(format, args...)}
}

// Wrap makes an error that carries cause, so that errors.Is still finds it.
func Wrap(cause error, code, format string, args ...any) *Error {
	e := New(code, format, args...)
	e.Cause = cause
	return e
}

// Error gives the message, SQLSTATE, detail, hint and, where the position is
// known, the line with a caret.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Message)
	b.WriteString(" (SQLSTATE ")
	b.WriteString(e.Code)
	b.WriteByte(')')
	if e.Detail != "" {
		b.WriteString("\nDETAIL: ")
		b.WriteString(e.Detail)
	}
	if e.Hint != "" {
		b.WriteString("\nHINT: ")
		b.WriteString(e.Hint)
	}
	if e.Context != "" {
		b.WriteString("\nCONTEXT: ")
		b.WriteString(e.Context)
	}
	if e.Line > 0 {
		line, column := excerpt(e.SourceLine, e.LineColumn)
		fmt.Fprintf(&b, "\nLINE %d: %s\n", e.Line, line)
		indent := len(fmt.Sprintf("LINE %d: ", e.Line)) + column - 1
		b.WriteString(strings.Repeat(" ", indent))
		b.WriteByte('^')
	}
	return b.String()
}

// excerptBefore and excerptAfter are how many characters of a long line are
// shown on each side of the caret.
const excerptBefore, excerptAfter = 60, 60

// excerpt cuts a long line around a column (1-based), with dots where it was
// cut, and returns the column in what is left.
func excerpt(line string, column int) (string, int) {
	if len(line) <= excerptBefore+excerptAfter {
		return line, column
	}
	r := []rune(line)
	from, to := max(0, min(column-1, len(r))-excerptBefore), min(len(r), column-1+excerptAfter)
	cut := string(r[from:to])
	if from > 0 {
		cut, column = "..."+cut, column-from+3
	}
	if to < len(r) {
		cut += "..."
	}
	return cut, column
}

// SQLState returns the code; GORM, ent and golang-migrate look for this method.
func (e *Error) SQLState() string { return e.Code }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// Is reports whether target is an *Error with the same code.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code && (t.Message == "" || t.Message == e.Message)
}

// At returns a copy placed at a byte offset (0-based) of the statement text.
// A position that was set before, closer to the cause, stays.
func (e *Error) At(byteOffset int) *Error {
	if e.Position != 0 || byteOffset < 0 {
		return e
	}
	c := *e
	c.Position = byteOffset + 1
	return &c
}

// WithDetail returns a copy with a detail.
func (e *Error) WithDetail(format string, args ...any) *Error {
	c := *e
	c.Detail = fmt.Sprintf(format, args...)
	return &c
}

// WithHint returns a copy with a hint.
func (e *Error) WithHint(format string, args ...any) *Error {
	c := *e
	c.Hint = fmt.Sprintf(format, args...)
	return &c
}

// WithContext returns a copy that says where in the data the error was seen.
func (e *Error) WithContext(format string, args ...any) *Error {
	c := *e
	c.Context = fmt.Sprintf(format, args...)
	return &c
}

// WithTable returns a copy that names schema and table.
func (e *Error) WithTable(schema, table string) *Error {
	c := *e
	c.Schema, c.Table = schema, table
	return &c
}

// WithColumn returns a copy that names a column.
func (e *Error) WithColumn(column string) *Error {
	c := *e
	c.Column = column
	return &c
}

// WithConstraint returns a copy that names a constraint.
func (e *Error) WithConstraint(name string) *Error {
	c := *e
	c.Constraint = name
	return &c
}

// Locate returns a copy whose Position counts characters, with Line,
// LineColumn and SourceLine taken from the statement text. Until then Position
// is a byte offset plus one, as At sets it. Called once, by the engine.
func (e *Error) Locate(text string) *Error {
	if e.Position == 0 || e.Line != 0 || e.Position-1 > len(text) {
		return e
	}
	c := *e
	offset := e.Position - 1
	before := text[:offset]
	start := strings.LastIndexByte(before, '\n') + 1
	end := len(text)
	if i := strings.IndexByte(text[offset:], '\n'); i >= 0 {
		end = offset + i
	}
	c.Line = strings.Count(before, "\n") + 1
	c.LineColumn = utf8.RuneCountInString(text[start:offset]) + 1
	c.SourceLine = strings.TrimRight(strings.ReplaceAll(text[start:end], "\t", " "), "\r")
	c.Position = utf8.RuneCountInString(before) + 1
	return &c
}

// From finds an *Error in a chain, or wraps any other error as internal.
func From(err error) *Error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return Wrap(err, InternalError, "%s", err.Error())
}

// Code returns the SQLSTATE of err, or "" where it has none.
func Code(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// clipAt is how many bytes of a client's text a message repeats.
const clipAt = 200

// Clip shortens a text of a client that a message repeats.
func Clip(s string) string {
	if len(s) <= clipAt {
		return s
	}
	n := clipAt
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "..."
}
