package transfer

import (
	"bufio"
	"bytes"
	"database/sql"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sort"
	"strings"
	"unicode/utf8"
)

// CSV reads a file whose first line names the columns. As for COPY, a field that
// is empty is NULL, and "" the empty string.
func CSV(r io.Reader, comma rune) (Source, error) {
	kept := &kept{in: r}
	in := csv.NewReader(kept)
	in.Comma, in.ReuseRecord = comma, true
	header, err := in.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("the file is empty; its first line is to name the columns")
	}
	if err != nil {
		return nil, err // it names the line
	}
	s := &csvSource{in: in, kept: kept}
	for i, name := range header {
		name = strings.TrimSpace(strings.TrimPrefix(name, "\ufeff"))
		if name == "" {
			name = fmt.Sprintf("column%d", i+1)
		}
		s.columns = append(s.columns, name)
	}
	s.row = make([]sql.NullString, len(header))
	return s, nil
}

type csvSource struct {
	in      *csv.Reader
	kept    *kept
	columns []string
	row     []sql.NullString
	line    int
}

func (s *csvSource) Columns() []string { return s.columns }
func (s *csvSource) Line() int         { return s.line }

func (s *csvSource) Next() ([]sql.NullString, error) {
	fields, err := s.in.Read()
	if errors.Is(err, csv.ErrFieldCount) {
		line, _ := s.in.FieldPos(0)
		return nil, fmt.Errorf("line %d has %d values, but there are %d columns", line, len(fields), len(s.columns))
	}
	if err != nil {
		return nil, err // it names the line
	}
	s.line, _ = s.in.FieldPos(0)
	for i, f := range fields {
		s.row[i] = sql.NullString{String: f, Valid: f != "" || s.quoted(i, len(fields))}
	}
	s.kept.drop(s.in.InputOffset())
	return s.row, nil
}

// quoted tells a field of two quotes from an empty one, by the room it takes.
func (s *csvSource) quoted(i, n int) bool {
	if i == n-1 {
		record := bytes.TrimRight(s.kept.upTo(s.in.InputOffset()), "\r\n")
		return bytes.HasSuffix(record, []byte(`""`))
	}
	_, from := s.in.FieldPos(i)
	_, next := s.in.FieldPos(i + 1)
	return next-from > utf8.RuneLen(s.in.Comma)
}

// kept holds what the reader of CSV has read ahead of the record it gave.
type kept struct {
	in   io.Reader
	from int64 // offset of the first byte held
	held []byte
}

func (k *kept) Read(p []byte) (int, error) {
	n, err := k.in.Read(p)
	k.held = append(k.held, p[:n]...)
	return n, err
}

func (k *kept) upTo(offset int64) []byte { return k.held[:offset-k.from] }

// drop forgets what lies before an offset, when it has become much.
func (k *kept) drop(offset int64) {
	if n := offset - k.from; n > 64<<10 || n == int64(len(k.held)) {
		k.held = append(k.held[:0], k.held[n:]...)
		k.from = offset
	}
}

// JSON reads objects: one a line, or in an array. The columns are the keys of
// all objects, which are read through for that.
func JSON(r io.ReadSeeker) (Source, error) {
	keys := map[string]bool{}
	s := &jsonSource{}
	err := s.start(r)
	for err == nil {
		var o map[string]json.RawMessage
		if o, err = s.object(); err == nil {
			for k := range o {
				keys[k] = true
			}
		}
	}
	if !errors.Is(err, io.EOF) {
		return nil, err
	}
	if len(keys) == 0 {
		return nil, errors.New("there is no object with a key in the file; the keys name the columns")
	}
	for k := range keys {
		s.columns = append(s.columns, k)
	}
	sort.Strings(s.columns)
	s.row = make([]sql.NullString, len(s.columns))
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	return s, s.start(r)
}

type jsonSource struct {
	in      *json.Decoder
	lines   *lineCounter
	skipped int64 // bytes before the decoder's first
	array   bool
	columns []string
	row     []sql.NullString
	line    int
}

// lineCounter counts the lines that were read.
type lineCounter struct {
	in   io.Reader
	seen []int64 // offsets of line ends
	read int64
}

func (c *lineCounter) Read(p []byte) (int, error) {
	n, err := c.in.Read(p)
	for i, b := range p[:n] {
		if b == '\n' {
			c.seen = append(c.seen, c.read+int64(i))
		}
	}
	c.read += int64(n)
	return n, err
}

// lineAt is the line of an offset of the decoder.
func (s *jsonSource) lineAt(offset int64) int {
	offset += s.skipped
	return 1 + sort.Search(len(s.lines.seen), func(i int) bool { return s.lines.seen[i] >= offset })
}

func (s *jsonSource) start(r io.Reader) error {
	s.lines = &lineCounter{in: bufio.NewReader(r)}
	s.in = json.NewDecoder(s.lines)
	s.array, s.skipped = false, 0
	return nil
}

// object reads the next object.
func (s *jsonSource) object() (map[string]json.RawMessage, error) {
	if s.in.InputOffset() == 0 { // an array, or objects one after the other
		b, err := s.peek()
		if err != nil {
			return nil, err
		}
		if s.array = b == '['; s.array {
			if _, err := s.in.Token(); err != nil {
				return nil, s.fail(err)
			}
		}
	}
	if s.array && !s.in.More() {
		return nil, io.EOF
	}
	var o map[string]json.RawMessage
	err := s.in.Decode(&o)
	if errors.Is(err, io.EOF) {
		return nil, io.EOF
	}
	s.line = s.lineAt(s.in.InputOffset())
	if err != nil {
		return nil, s.fail(err)
	}
	return o, nil
}

// peek looks at the first character that is no space.
func (s *jsonSource) peek() (byte, error) {
	r := bufio.NewReader(s.lines)
	for {
		b, err := r.Peek(1)
		if err != nil {
			return 0, err
		}
		if b[0] != ' ' && b[0] != '\n' && b[0] != '\t' && b[0] != '\r' {
			s.in = json.NewDecoder(r)
			return b[0], nil
		}
		if _, err := r.ReadByte(); err != nil {
			return 0, err
		}
		s.skipped++
	}
}

func (s *jsonSource) fail(err error) error {
	at := s.in.InputOffset()
	var syntax *json.SyntaxError
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		at = max(syntax.Offset-1, 0)
	case errors.As(err, &wrong):
		err = fmt.Errorf("an object like {\"column\": value} is expected, not a %s", wrong.Value)
	}
	return fmt.Errorf("line %d: %w", s.lineAt(at), err)
}

func (s *jsonSource) Columns() []string { return s.columns }
func (s *jsonSource) Line() int         { return s.line }

func (s *jsonSource) Next() ([]sql.NullString, error) {
	o, err := s.object()
	if err != nil {
		return nil, err
	}
	for i, c := range s.columns {
		s.row[i] = sql.NullString{}
		raw, ok := o[c]
		if !ok || string(raw) == "null" {
			continue
		}
		s.row[i] = sql.NullString{String: string(raw), Valid: true}
		if raw[0] == '"' {
			if err := json.Unmarshal(raw, &s.row[i].String); err != nil {
				return nil, s.fail(err)
			}
		}
	}
	return s.row, nil
}
