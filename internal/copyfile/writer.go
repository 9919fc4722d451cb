package copyfile

import (
	"bufio"
	"io"
	"strings"
)

// Writer writes rows. It is used by one goroutine.
type Writer struct {
	out    *bufio.Writer
	format Format
	escape [256]bool // bytes that the text format escapes
}

// NewWriter writes rows to w, after the header where the format has one.
// Flush has to be called at the end.
func NewWriter(w io.Writer, format Format, columns []string) *Writer {
	x := &Writer{out: bufio.NewWriterSize(w, 64<<10), format: format}
	for _, c := range []byte("\b\f\n\r\t\v\\") {
		x.escape[c] = true
	}
	x.escape[format.Delimiter] = true
	if format.Header != NoHeader {
		row := make([]Field, len(columns))
		for i, c := range columns {
			row[i].Text = c
		}
		x.write(row, true)
	}
	return x
}

// Row writes one row. Errors of the stream come with Flush at the latest.
func (w *Writer) Row(row []Field) error {
	w.write(row, false)
	_, err := w.out.Write(nil)
	return err
}

// Flush writes what is buffered and returns the first error of the stream.
func (w *Writer) Flush() error { return w.out.Flush() }

// write ignores errors of the stream: bufio gives the first one again.
func (w *Writer) write(row []Field, header bool) {
	for i, f := range row {
		if i > 0 {
			w.out.WriteByte(w.format.Delimiter)
		}
		switch {
		case f.Null:
			w.out.WriteString(w.format.Null)
		case w.format.CSV:
			w.csv(f.Text, !header && flag(w.format.ForceQuote, i), len(row) == 1)
		default:
			w.text(f.Text)
		}
	}
	w.out.WriteByte('\n')
}

func (w *Writer) text(s string) {
	from := 0
	for i := 0; i < len(s); i++ {
		if !w.escape[s[i]] {
			continue
		}
		w.out.WriteString(s[from:i])
		from = i + 1
		w.out.WriteByte('\\')
		if k := strings.IndexByte("\b\f\n\r\t\v", s[i]); k >= 0 {
			w.out.WriteByte("bfnrtv"[k])
		} else {
			w.out.WriteByte(s[i])
		}
	}
	w.out.WriteString(s[from:])
}

// csv writes a field, in quotes where it would be read as something else.
func (w *Writer) csv(s string, force, single bool) {
	f := &w.format
	if !force && s != f.Null && !(single && s == `\.`) &&
		strings.IndexByte(s, f.Delimiter) < 0 && strings.IndexByte(s, f.Quote) < 0 && !strings.ContainsAny(s, "\r\n") {
		w.out.WriteString(s)
		return
	}
	w.out.WriteByte(f.Quote)
	for i := 0; i < len(s); i++ {
		if s[i] == f.Quote || s[i] == f.Escape {
			w.out.WriteByte(f.Escape)
		}
		w.out.WriteByte(s[i])
	}
	w.out.WriteByte(f.Quote)
}
