package output

import (
	"bufio"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/mattn/go-runewidth"

	"github.com/zqlite/zqlite/internal/copyfile"
	"github.com/zqlite/zqlite/internal/types"
)

// Mode is a form of output.
type Mode string

// The forms.
const (
	Table    Mode = "table"
	CSV      Mode = "csv"
	JSON     Mode = "json"
	Markdown Mode = "markdown"
	Vertical Mode = "vertical"
	List     Mode = "list" // values with | between them
)

// Modes lists the forms.
var Modes = []Mode{Table, CSV, JSON, Markdown, Vertical, List}

// Parse finds a form by its name or an abbreviation of it.
func Parse(name string) (Mode, error) {
	for _, m := range Modes {
		if name != "" && strings.HasPrefix(string(m), strings.ToLower(name)) {
			return m, nil
		}
	}
	return "", fmt.Errorf("there is no output mode %q; there are table, csv, json, markdown, vertical and list", name)
}

// Style is how rows are printed.
type Style struct {
	Mode   Mode
	Header bool   // names of columns, in csv and list
	Null   string // what stands for NULL, except in json
}

// held is how many rows a table waits for to know its widths.
const held = 1000

// Write prints all rows and tells how many there were.
func Write(w io.Writer, rows *sql.Rows, s Style) (n int, err error) {
	out := bufio.NewWriter(w)
	r, err := newReader(rows, s)
	if err != nil {
		return 0, err
	}
	switch s.Mode {
	case CSV:
		n, err = writeCSV(out, r, s)
	case JSON:
		n, err = writeJSON(out, r)
	case Vertical:
		n, err = writeVertical(out, r)
	case List:
		n, err = writeList(out, r, s)
	case Markdown:
		n, err = writeTable(out, r, markdown)
	default:
		n, err = writeTable(out, r, box)
	}
	return n, errors.Join(err, out.Flush())
}

// reader scans rows into texts.
type reader struct {
	rows    *sql.Rows
	names   []string
	numbers []bool // printed to the right
	values  []any
	dest    []any
	null    string
	kinds   []string // types of the columns, in small letters
}

func newReader(rows *sql.Rows, s Style) (*reader, error) {
	columns, err := rows.ColumnTypes()
	if err != nil {
		return nil, err
	}
	r := &reader{rows: rows, null: s.Null, values: make([]any, len(columns)), dest: make([]any, len(columns))}
	for i, t := range columns {
		r.names = append(r.names, t.Name())
		r.numbers = append(r.numbers, isNumber(t.DatabaseTypeName()))
		r.kinds = append(r.kinds, strings.ToLower(t.DatabaseTypeName()))
		r.dest[i] = &r.values[i]
	}
	return r, nil
}

func isNumber(name string) bool {
	switch strings.ToLower(name) {
	case "int2", "int4", "int8", "integer", "bigint", "smallint", "float4", "float8", "numeric", "decimal", "real", "double precision", "oid":
		return true
	}
	return false
}

func (r *reader) next() (bool, error) {
	if !r.rows.Next() {
		return false, r.rows.Err()
	}
	return true, r.rows.Scan(r.dest...)
}

// text is the value of column i as SQL writes it.
func (r *reader) text(i int, v any) string {
	switch v := v.(type) {
	case nil:
		return r.null
	case []byte:
		if r.kinds[i] == "bytea" {
			return `\x` + hex.EncodeToString(v)
		}
		return string(v)
	case time.Time:
		return timeText(v, r.kinds[i])
	case float64:
		bits := 64
		if r.kinds[i] == "float4" {
			bits = 32
		}
		return string(types.AppendFloat(nil, v, bits))
	case bool:
		if v {
			return "t"
		}
		return "f"
	}
	return fmt.Sprint(v)
}

// timeText writes a time as SQL does: a date, or one with the clock, or with
// its distance from UTC too.
func timeText(t time.Time, kind string) string {
	era := ""
	if t.Year() <= 0 { // before the year 1 is 1 BC
		era = " BC"
		t = t.AddDate(1-2*t.Year(), 0, 0)
	}
	switch kind {
	case "date":
		return t.Format("2006-01-02") + era
	case "timestamp":
		return t.Format("2006-01-02 15:04:05.999999") + era
	}
	zone := "-07"
	if _, offset := t.Zone(); offset%3600 != 0 {
		zone = "-07:00"
	}
	return t.Format("2006-01-02 15:04:05.999999"+zone) + era
}

func (r *reader) texts() []string {
	out := make([]string, len(r.values))
	for i, v := range r.values {
		out[i] = r.text(i, v)
	}
	return out
}

// writeCSV writes as COPY does: NULL is empty, the empty string two quotes.
func writeCSV(out *bufio.Writer, r *reader, s Style) (n int, err error) {
	format := copyfile.Format{CSV: true, Delimiter: ',', Quote: '"', Escape: '"', Null: s.Null}
	if s.Header {
		format.Header = copyfile.WithHeader
	}
	w := copyfile.NewWriter(out, format, r.names)
	row := make([]copyfile.Field, len(r.names))
	for {
		ok, err := r.next()
		if !ok || err != nil {
			return n, errors.Join(err, w.Flush())
		}
		for i, v := range r.values {
			row[i] = copyfile.Field{Null: v == nil}
			if v != nil {
				row[i].Text = r.text(i, v)
			}
		}
		if err := w.Row(row); err != nil {
			return n, err
		}
		n++
	}
}

func writeList(out *bufio.Writer, r *reader, s Style) (n int, err error) {
	if s.Header {
		out.WriteString(strings.Join(r.names, "|") + "\n")
	}
	for {
		ok, err := r.next()
		if !ok || err != nil {
			return n, err
		}
		out.WriteString(strings.Join(r.texts(), "|") + "\n")
		n++
	}
}

func writeJSON(out *bufio.Writer, r *reader) (n int, err error) {
	out.WriteByte('[')
	defer out.WriteString("]\n")
	for {
		ok, err := r.next()
		if !ok || err != nil {
			return n, err
		}
		if n > 0 {
			out.WriteString(",\n ")
		}
		out.WriteByte('{')
		for i, v := range r.values {
			if i > 0 {
				out.WriteString(", ")
			}
			key, err := json.Marshal(r.names[i])
			if err != nil {
				return n, err
			}
			value, err := r.jsonValue(i, v)
			if err != nil {
				return n, err
			}
			out.Write(key)
			out.WriteString(": ")
			out.Write(value)
		}
		out.WriteByte('}')
		n++
	}
}

func (r *reader) jsonValue(i int, v any) ([]byte, error) {
	switch v := v.(type) {
	case nil, bool, int64:
		return json.Marshal(v)
	case []byte:
		if r.kinds[i] == "json" || r.kinds[i] == "jsonb" {
			return v, nil
		}
	case time.Time:
		switch r.kinds[i] {
		case "timestamp":
			return json.Marshal(v.Format("2006-01-02T15:04:05.999999"))
		case "timestamptz":
			return json.Marshal(v.Format(time.RFC3339Nano))
		}
	}
	s := r.text(i, v)
	if r.numbers[i] && json.Valid([]byte(s)) {
		return []byte(s), nil // numeric comes as text; NaN and Infinity are strings
	}
	return json.Marshal(s)
}

func writeVertical(out *bufio.Writer, r *reader) (n int, err error) {
	width := 0
	for _, name := range r.names {
		width = max(width, runewidth.StringWidth(name))
	}
	for {
		ok, err := r.next()
		if !ok || err != nil {
			return n, err
		}
		n++
		fmt.Fprintf(out, "-[ %d ]%s\n", n, strings.Repeat("-", max(0, width-len(strconv.Itoa(n))+3)))
		for i, v := range r.values {
			text := strings.ReplaceAll(r.text(i, v), "\n", "\n"+strings.Repeat(" ", width)+" | ")
			fmt.Fprintf(out, "%s | %s\n", runewidth.FillRight(r.names[i], width), text)
		}
	}
}
