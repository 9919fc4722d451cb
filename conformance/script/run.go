package script

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/zqlite/zqlite"
)

// Target answers statements on one session.
type Target interface {
	Answer(ctx context.Context, s *Statement) Answer
}

// Session is a Target: one connection to a database of zqlite.
type Session struct{ Conn *sql.Conn }

var changes = regexp.MustCompile(`(?i)^\s*(insert|update|delete|merge|with|execute)\b`)

// Answer runs a statement.
func (t *Session) Answer(ctx context.Context, s *Statement) Answer {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	switch {
	case s.CopiesIn():
		n, err := zqlite.CopyFrom(ctx, t.Conn, s.SQL, strings.NewReader(s.Data))
		if err != nil {
			return failure(err)
		}
		return Answer{Count: n}
	case s.CopiesOut():
		var b strings.Builder
		if _, err := zqlite.CopyTo(ctx, t.Conn, s.SQL, &b); err != nil {
			return failure(err)
		}
		return Answer{Text: b.String(), Count: -1}
	}
	rows, err := t.Conn.QueryContext(ctx, s.SQL)
	if err != nil {
		return failure(err)
	}
	defer rows.Close()
	a := Answer{Count: -1}
	if a.Columns, err = columns(rows); err != nil {
		return failure(err)
	}
	for rows.Next() {
		row := make([]any, len(a.Columns))
		for i := range row {
			row[i] = new(any)
		}
		if err := rows.Scan(row...); err != nil {
			return failure(err)
		}
		cells := make([]string, len(row))
		for i := range row {
			cells[i] = cell(*row[i].(*any), a.Columns[i].Type)
		}
		a.Rows = append(a.Rows, cells)
	}
	if err := rows.Err(); err != nil {
		return failure(err)
	}
	if len(a.Columns) > 0 {
		return a
	}
	a.Columns = nil
	if changes.MatchString(s.SQL) {
		if err := t.Conn.QueryRowContext(ctx, "SELECT changes()").Scan(&a.Count); err != nil {
			return failure(err)
		}
	}
	return a
}

func columns(rows *sql.Rows) ([]Column, error) {
	ct, err := rows.ColumnTypes()
	cols := make([]Column, len(ct))
	for i, c := range ct {
		cols[i] = Column{c.Name(), TypeName(c.DatabaseTypeName())}
	}
	return cols, err
}

// TypeName is the name of a type in records: those that zqlite keeps apart on
// purpose are called what PostgreSQL calls them.
func TypeName(name string) string { return strings.ToLower(name) }

func failure(err error) Answer {
	var e *zqlite.Error
	if errors.As(err, &e) {
		return Answer{Code: e.Code, Message: e.Message, Detail: e.Detail, Hint: e.Hint, At: e.Position}
	}
	return Answer{Code: "?????", Message: err.Error()}
}

// cell gives a value of database/sql as PostgreSQL's text.
func cell(v any, typ string) string {
	switch v := v.(type) {
	case nil:
		return Null
	case bool:
		return map[bool]string{true: "t", false: "f"}[v]
	case float64:
		return float(v, typ)
	case []byte:
		if typ == "bytea" {
			return fmt.Sprintf(`\x%x`, v)
		}
		return string(v)
	case time.Time:
		return timeText(v, typ)
	}
	return fmt.Sprint(v)
}

func float(v float64, typ string) string {
	bits, limit := 64, 15
	if typ == "float4" {
		bits, limit = 32, 6
	}
	switch {
	case math.IsInf(v, 1):
		return "Infinity"
	case math.IsInf(v, -1):
		return "-Infinity"
	case math.IsNaN(v):
		return "NaN"
	}
	s := strconv.FormatFloat(v, 'e', -1, bits)
	_, exp, _ := strings.Cut(s, "e")
	if n, err := strconv.Atoi(exp); err == nil && n >= -4 && n < limit {
		return strconv.FormatFloat(v, 'f', -1, bits)
	}
	return s
}

func timeText(t time.Time, typ string) string {
	layout := "2006-01-02 15:04:05.999999"
	suffix := ""
	switch typ {
	case "date":
		layout = "2006-01-02"
	case "timestamptz":
		switch _, off := t.Zone(); {
		case off%60 != 0:
			layout += "-07:00:00"
		case off%3600 != 0:
			layout += "-07:00"
		default:
			layout += "-07"
		}
	}
	if t.Year() <= 0 {
		t = time.Date(1-t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), t.Location())
		suffix = " BC"
	}
	return t.Format(layout) + suffix
}

// Difference is a statement whose answer is not the one asked for.
type Difference struct {
	Statement *Statement
	Want, Got string
	Closed    bool // a gap that is none any more
}

// Run answers all statements of a script.
func Run(ctx context.Context, t Target, stmts []Statement) []string {
	answers := make([]string, len(stmts))
	for i := range stmts {
		a := t.Answer(ctx, &stmts[i])
		answers[i] = a.Format(&stmts[i])
	}
	return answers
}

// Compare lists what differs between a record and zqlite's answers.
func Compare(stmts []Statement, want, got []string) []Difference {
	var all []Difference
	for i := range stmts {
		s := &stmts[i]
		switch same := want[i] == got[i] || want[i] == unplaced(got[i]); {
		case same && s.Gap != "":
			all = append(all, Difference{s, want[i], got[i], true})
		case !same && s.Gap == "":
			all = append(all, Difference{s, want[i], got[i], false})
		}
	}
	return all
}

// unplaced is an answer without the place of its error: where PostgreSQL gives
// none, one is no difference.
func unplaced(answer string) string {
	if at := strings.LastIndex(answer, "\nAT "); at >= 0 && strings.HasPrefix(answer, "ERROR ") {
		return answer[:at+1]
	}
	return answer
}
