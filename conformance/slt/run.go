package slt

import (
	"context"
	"crypto/md5"
	"database/sql"
	"encoding/hex"
	"fmt"
	"os"
	"sort"
	"strconv"
	"strings"
	"time"
)

// Options of a run.
type Options struct {
	Engines []string      // names under which skipif and onlyif know the engine
	Timeout time.Duration // of one record; a longer one counts as failed. 0 is 60 s
	Limit   int           // failures kept in the report; 0 is 20
}

// Failure is one record that did not give what the script expects.
type Failure struct {
	File string
	Line int
	SQL  string
	Why  string
}

// Report counts a run.
type Report struct {
	Passed, Failed, Skipped int
	Failures                []Failure
	Elapsed                 time.Duration // in the database, without parsing the script
}

// Add sums another report into this one.
func (r *Report) Add(o Report) {
	r.Passed += o.Passed
	r.Failed += o.Failed
	r.Skipped += o.Skipped
	r.Failures = append(r.Failures, o.Failures...)
	r.Elapsed += o.Elapsed
}

// RunFile runs a script on one connection of db.
func RunFile(ctx context.Context, db *sql.DB, path string, o Options) (Report, error) {
	f, err := os.Open(path)
	if err != nil {
		return Report{}, err
	}
	defer f.Close()
	recs, err := Parse(f)
	if err != nil {
		return Report{}, fmt.Errorf("%s: %w", path, err)
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return Report{}, err
	}
	defer conn.Close()
	return Run(ctx, conn, path, recs, o), nil
}

// Run runs records in order.
func Run(ctx context.Context, conn *sql.Conn, name string, recs []Record, o Options) Report {
	if o.Timeout == 0 {
		o.Timeout = time.Minute
	}
	if o.Limit == 0 {
		o.Limit = 20
	}
	var rep Report
	threshold := 8
	labels := map[string]string{}
	for i := range recs {
		rec := &recs[i]
		if !rec.Runs(o.Engines) {
			if rec.SQL != "" {
				rep.Skipped++
			}
			continue
		}
		if rec.Halt {
			break
		}
		if rec.SetThreshold {
			threshold = rec.Threshold
			continue
		}
		start := time.Now()
		why := runRecord(ctx, conn, rec, threshold, labels, o.Timeout)
		rep.Elapsed += time.Since(start)
		if why == "" {
			rep.Passed++
			continue
		}
		rep.Failed++
		if len(rep.Failures) < o.Limit {
			rep.Failures = append(rep.Failures, Failure{name, rec.Line, rec.SQL, why})
		}
	}
	return rep
}

func runRecord(ctx context.Context, conn *sql.Conn, rec *Record, threshold int, labels map[string]string, limit time.Duration) string {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if !rec.Query {
		_, err := conn.ExecContext(ctx, rec.SQL)
		switch {
		case err != nil && !rec.WantErr:
			return err.Error()
		case err == nil && rec.WantErr:
			return "expected an error, got none"
		}
		return ""
	}
	values, err := queryValues(ctx, conn, rec)
	if err != nil {
		return err.Error()
	}
	got := render(values, threshold)
	if rec.Label != "" {
		all := hash(values)
		if before, ok := labels[rec.Label]; ok && before != all {
			return "differs from the earlier query labelled " + rec.Label
		}
		labels[rec.Label] = all
	}
	if rec.Expected == nil && len(got) == 0 {
		return ""
	}
	want := strings.Join(rec.Expected, "\n")
	if have := strings.Join(got, "\n"); have != want {
		// An expected hash may stand where the threshold of another engine said so.
		if len(rec.Expected) == 1 && strings.Contains(want, " values hashing to ") &&
			want == fmt.Sprintf("%d values hashing to %s", len(values), hash(values)) {
			return ""
		}
		return fmt.Sprintf("got:\n%s\nexpected:\n%s", clip(have), clip(want))
	}
	return ""
}

func clip(s string) string {
	if len(s) > 400 {
		return s[:400] + "…"
	}
	return s
}

// queryValues returns the formatted values, sorted as the record asks.
func queryValues(ctx context.Context, conn *sql.Conn, rec *Record) ([]string, error) {
	rows, err := conn.QueryContext(ctx, rec.SQL)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	cols, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	if len(cols) != len(rec.Types) {
		return nil, fmt.Errorf("got %d columns, expected %d", len(cols), len(rec.Types))
	}
	cells := make([]any, len(cols))
	ptrs := make([]any, len(cols))
	for i := range cells {
		ptrs[i] = &cells[i]
	}
	var out []string
	for rows.Next() {
		if err := rows.Scan(ptrs...); err != nil {
			return nil, err
		}
		for i, c := range cells {
			out = append(out, format(c, rec.Types[i]))
		}
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	switch rec.Sort {
	case "rowsort":
		sortRows(out, len(cols))
	case "valuesort":
		sort.Strings(out)
	}
	return out, nil
}

func sortRows(values []string, width int) {
	rows := make([][]string, 0, len(values)/width)
	for i := 0; i < len(values); i += width {
		rows = append(rows, append([]string(nil), values[i:i+width]...))
	}
	sort.SliceStable(rows, func(a, b int) bool {
		for k := range rows[a] {
			if rows[a][k] != rows[b][k] {
				return rows[a][k] < rows[b][k]
			}
		}
		return false
	})
	for i, r := range rows {
		copy(values[i*width:], r)
	}
}

// format writes a value as the script's type letter says.
func format(v any, letter byte) string {
	if v == nil {
		return "NULL"
	}
	switch letter {
	case 'I':
		return formatInt(v)
	case 'R':
		return formatFloat(v)
	}
	s := text(v)
	if s == "" {
		return "(empty)"
	}
	b := []byte(s)
	for i, c := range b {
		if c < ' ' || c > '~' {
			b[i] = '@'
		}
	}
	return string(b)
}

func text(v any) string {
	switch v := v.(type) {
	case []byte:
		return string(v)
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	return fmt.Sprint(v)
}

func formatInt(v any) string {
	switch v := v.(type) {
	case int64:
		return strconv.FormatInt(v, 10)
	case bool:
		if v {
			return "1"
		}
		return "0"
	case float64:
		return strconv.FormatInt(int64(v), 10)
	}
	s := text(v)
	if f, err := strconv.ParseFloat(s, 64); err == nil {
		return strconv.FormatInt(int64(f), 10)
	}
	return "0"
}

func formatFloat(v any) string {
	switch v := v.(type) {
	case int64:
		return strconv.FormatFloat(float64(v), 'f', 3, 64)
	case float64:
		return strconv.FormatFloat(v, 'f', 3, 64)
	}
	f, err := strconv.ParseFloat(text(v), 64)
	if err != nil {
		return "0.000"
	}
	return strconv.FormatFloat(f, 'f', 3, 64)
}

func render(values []string, threshold int) []string {
	if threshold > 0 && len(values) > threshold {
		return []string{fmt.Sprintf("%d values hashing to %s", len(values), hash(values))}
	}
	return values
}

func hash(values []string) string {
	h := md5.New()
	for _, v := range values {
		h.Write([]byte(v))
		h.Write([]byte{'\n'})
	}
	return hex.EncodeToString(h.Sum(nil))
}
