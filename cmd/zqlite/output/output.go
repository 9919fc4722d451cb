package output

import (
	"bufio"
	"database/sql"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"
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
	json    []bool // the column is JSON
}

func newReader(rows *sql.Rows, s Style) (*reader, error) {
	types, err := rows.ColumnTypes()
	if err != nil {
		return nil, err
	}
	r := &reader{rows: rows, null: s.Null, values: make([]any, len(types)), dest: make([]any, len(types))}
	for i, t := range types {
		r.names = append(r.names, t.Name())
		r.numbers = append(r.numbers, isNumber(t.DatabaseTypeName()))
		name := strings.ToLower(t.DatabaseTypeName())
		r.json = append(r.json, name == "json" || name == "jsonb")
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

// text is one value as people read it.
func (r *reader) text(v any) string {
	switch v := v.(type) {
	case nil:
		return r.null
	case []byte:
		if utf8.Valid(v) && !strings.ContainsRune(string(v), 0) {
			return string(v)
		}
		return `\x` + hex.EncodeToString(v)
	case time.Time:
		return timeText(v)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case bool:
		if v {
			return "t"
		}
		return "f"
	}
	return fmt.Sprint(v)
}

// timeText writes a time as SQL does: without the clock for a date.
func timeText(t time.Time) string {
	layout := "2006-01-02 15:04:05.999999"
	if t.Hour() == 0 && t.Minute() == 0 && t.Second() == 0 && t.Nanosecond() == 0 && t.Location() == time.UTC {
		layout = "2006-01-02"
	}
	if t.Location() != time.UTC {
		layout += "-07"
	}
	return t.Format(layout)
}

func (r *reader) texts() []string {
	out := make([]string, len(r.values))
	for i, v := range r.values {
		out[i] = r.text(v)
	}
	return out
}

func writeCSV(out *bufio.Writer, r *reader, s Style) (n int, err error) {
	w := csv.NewWriter(out)
	if s.Header {
		if err := w.Write(r.names); err != nil {
			return 0, err
		}
	}
	for {
		ok, err := r.next()
		if !ok || err != nil {
			w.Flush()
			return n, errors.Join(err, w.Error())
		}
		if err := w.Write(r.texts()); err != nil {
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
	case nil, bool, int64, float64:
		return json.Marshal(v)
	case []byte:
		if r.json[i] {
			return v, nil
		}
	case time.Time:
		return json.Marshal(v.Format(time.RFC3339Nano))
	}
	if s := r.text(v); r.numbers[i] && json.Valid([]byte(s)) {
		return []byte(s), nil // numeric comes as text
	}
	return json.Marshal(r.text(v))
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
			text := strings.ReplaceAll(r.text(v), "\n", "\n"+strings.Repeat(" ", width)+" | ")
			fmt.Fprintf(out, "%s | %s\n", runewidth.FillRight(r.names[i], width), text)
		}
	}
}
