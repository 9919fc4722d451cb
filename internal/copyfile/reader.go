package copyfile

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
)

// maxLine bounds a line, so that a text without line ends does not fill memory.
const maxLine = 1 << 30

// Reader reads rows. It is used by one goroutine.
type Reader struct {
	in     *bufio.Reader
	format Format
	names  []string // of the columns
	row    []Field
	line   []byte
	at     int64 // number of the line, from 1
	began  bool
	ended  bool
}

// NewReader reads rows of the named columns from r.
func NewReader(r io.Reader, format Format, columns []string) *Reader {
	return &Reader{in: bufio.NewReaderSize(r, 64<<10), format: format, names: columns}
}

// Line is the number of the line that the last row began in.
func (r *Reader) Line() int64 { return r.at }

// Next returns the fields of the next row, one for each column, or io.EOF. The
// slice is valid until the next call.
func (r *Reader) Next() ([]Field, error) {
	if !r.began {
		r.began = true
		if r.format.Header != NoHeader {
			if err := r.header(); err != nil {
				return nil, err
			}
		}
	}
	if err := r.split(); err != nil {
		return nil, err
	}
	switch n := len(r.row); {
	case n > len(r.names):
		return nil, bad("extra data after last expected column")
	case n < len(r.names):
		return nil, bad("missing data for column \"%s\"", r.names[n])
	}
	return r.row, nil
}

func (r *Reader) header() error {
	err := r.split()
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err != nil || r.format.Header != MatchHeader {
		return err
	}
	if len(r.row) != len(r.names) {
		return bad("wrong number of fields in header line: got %d, expected %d", len(r.row), len(r.names))
	}
	for i, f := range r.row {
		switch {
		case f.Null:
			return bad("column name mismatch in header line field %d: got null value (\"%s\"), expected \"%s\"", i+1, r.format.Null, r.names[i])
		case f.Text != r.names[i]:
			return bad("column name mismatch in header line field %d: got \"%s\", expected \"%s\"", i+1, f.Text, r.names[i])
		}
	}
	return nil
}

// split reads a line into r.row, whatever the number of fields.
func (r *Reader) split() error {
	if r.ended {
		return io.EOF
	}
	r.line = r.line[:0]
	if err := r.readLine(); err != nil {
		return err
	}
	if string(trimEnd(r.line)) == `\.` {
		r.ended = true
		return io.EOF
	}
	r.row = r.row[:0]
	if r.format.CSV {
		return r.splitCSV()
	}
	for trailingEscape(r.line) {
		if err := r.readLine(); err != nil {
			if errors.Is(err, io.EOF) {
				break
			}
			return err
		}
	}
	r.splitText(trimEnd(r.line))
	return nil
}

// readLine appends a line with its end to r.line; io.EOF where there is none.
func (r *Reader) readLine() error {
	from := len(r.line)
	for {
		part, err := r.in.ReadSlice('\n')
		r.line = append(r.line, part...)
		if len(r.line) > maxLine {
			return bad("a line is longer than %d bytes", maxLine)
		}
		switch {
		case err == nil:
			r.at++
			return nil
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF) && len(r.line) > from:
			r.at++
			return nil
		default:
			return err
		}
	}
}

func trimEnd(line []byte) []byte {
	line = bytes.TrimSuffix(line, []byte("\n"))
	return bytes.TrimSuffix(line, []byte("\r"))
}

// trailingEscape reports whether the end of the line is escaped.
func trailingEscape(line []byte) bool {
	if !bytes.HasSuffix(line, []byte("\n")) {
		return false
	}
	line = line[:len(line)-1]
	n := 0
	for n < len(line) && line[len(line)-1-n] == '\\' {
		n++
	}
	return n%2 == 1
}

func (r *Reader) splitText(line []byte) {
	for {
		end, escaped := len(line), false
		for i := 0; i < len(line); i++ {
			if line[i] == '\\' {
				escaped = true
				i++
			} else if line[i] == r.format.Delimiter {
				end = i
				break
			}
		}
		raw := string(line[:end])
		switch {
		case raw == r.format.Null && !flag(r.format.ForceNotNull, len(r.row)):
			r.row = append(r.row, Field{Null: true})
		case escaped:
			r.row = append(r.row, Field{Text: unescape(raw)})
		default:
			r.row = append(r.row, Field{Text: raw})
		}
		if end == len(line) {
			return
		}
		line = line[end+1:]
	}
}

var escapes = map[byte]byte{'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t', 'v': '\v'}

// unescape resolves the backslashes of the text format.
func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		c := s[i]
		switch {
		case c >= '0' && c <= '7':
			v, n := digits(s[i:], 3, 8)
			b.WriteByte(byte(v))
			i += n - 1
		case c == 'x' && i+1 < len(s) && digit(s[i+1]) < 16:
			v, n := digits(s[i+1:], 2, 16)
			b.WriteByte(byte(v))
			i += n
		case escapes[c] != 0:
			b.WriteByte(escapes[c])
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

func digits(s string, most, base int) (v, n int) {
	for n < most && n < len(s) && digit(s[n]) < base {
		v = v*base + digit(s[n])
		n++
	}
	return v, n
}

func digit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return 16
}

// splitCSV cuts the line into fields, reading on while a quote is open.
func (r *Reader) splitCSV() error {
	f := &r.format
	var field []byte
	quoted, inside := false, false
	for i := 0; ; i++ {
		if i == len(r.line) || !inside && isEnd(r.line[i:]) {
			if !inside {
				r.addCSV(field, quoted)
				return nil
			}
			err := r.readLine()
			if errors.Is(err, io.EOF) {
				return bad("unterminated CSV quoted field")
			}
			if err != nil {
				return err
			}
		}
		c := r.line[i]
		switch {
		case inside && c == f.Escape && i+1 < len(r.line) && (r.line[i+1] == f.Quote || r.line[i+1] == f.Escape):
			i++
			field = append(field, r.line[i])
		case inside && c == f.Quote:
			inside = false
		case inside:
			field = append(field, c)
		case c == f.Quote:
			inside, quoted = true, true
		case c == f.Delimiter:
			r.addCSV(field, quoted)
			field, quoted = field[:0], false
		default:
			field = append(field, c)
		}
	}
}

func isEnd(s []byte) bool {
	return s[0] == '\n' || s[0] == '\r' && (len(s) == 1 || s[1] == '\n')
}

func (r *Reader) addCSV(field []byte, quoted bool) {
	text, i := string(field), len(r.row)
	null := text == r.format.Null
	if quoted {
		null = null && flag(r.format.ForceNull, i)
	} else {
		null = null && !flag(r.format.ForceNotNull, i)
	}
	r.row = append(r.row, Field{Text: text, Null: null})
}
