package script

import (
	"fmt"
	"sort"
	"strings"
)

// Answer is what a statement gave: columns and rows, text, a count, or an
// error.
type Answer struct {
	Columns []Column
	Rows    [][]string // Null for NULL
	Text    string     // of COPY … TO STDOUT
	Count   int64      // rows changed; -1 where the statement changes none
	Code    string     // SQLSTATE of an error
	Message string
	Detail  string
	Hint    string
	At      int // where in the statement, characters from 1; 0 is unknown
}

// Column is a column of a result with PostgreSQL's name of its type.
type Column struct{ Name, Type string }

// Null stands for NULL in a row.
const Null = "\x00"

// Format gives the answer as it stands in a record.
func (a *Answer) Format(s *Statement) string {
	var b strings.Builder
	switch {
	case a.Code != "":
		fmt.Fprintf(&b, "ERROR %s %s\n", a.Code, oneLine(a.Message))
		if s.Full && a.Detail != "" {
			fmt.Fprintf(&b, "DETAIL %s\n", oneLine(a.Detail))
		}
		if s.Full && a.Hint != "" {
			fmt.Fprintf(&b, "HINT %s\n", oneLine(a.Hint))
		}
		if s.Exact && a.At > 0 {
			fmt.Fprintf(&b, "AT %d\n", a.At)
		}
	case s.CopiesOut():
		b.WriteString(a.Text)
	case a.Columns == nil:
		b.WriteString("OK")
		if a.Count >= 0 {
			fmt.Fprintf(&b, " %d", a.Count)
		}
		b.WriteByte('\n')
	default:
		a.table(&b, s.Sorted)
	}
	return b.String()
}

func (a *Answer) table(b *strings.Builder, sorted bool) {
	for i, c := range a.Columns {
		if i > 0 {
			b.WriteString(" | ")
		}
		b.WriteString(c.Name + " " + c.Type)
	}
	b.WriteByte('\n')
	lines := make([]string, len(a.Rows))
	for i, row := range a.Rows {
		cells := make([]string, len(row))
		for k, v := range row {
			cells[k] = oneLine(v)
			if v == Null {
				cells[k] = "NULL"
			}
		}
		lines[i] = "= " + strings.Join(cells, " | ")
	}
	if sorted {
		sort.Strings(lines)
	}
	for _, l := range lines {
		b.WriteString(l + "\n")
	}
}

var lineBreaks = strings.NewReplacer("\n", `\n`, "\r", `\r`, "\t", `\t`)

func oneLine(s string) string { return lineBreaks.Replace(s) }

// Record writes the answers of a script: per statement a line with its text,
// cut short, and the answer.
func Record(stmts []Statement, answers []string) string {
	var b strings.Builder
	for i := range stmts {
		b.WriteString(title(&stmts[i]) + answers[i])
	}
	return b.String()
}

func title(s *Statement) string {
	t := oneLine(s.SQL)
	if len(t) > 100 {
		t = t[:97] + "..."
	}
	return "> " + t + "\n"
}

// ReadRecord takes a record apart: one answer per statement.
func ReadRecord(text string) []string {
	var all []string
	for _, block := range strings.Split("\n"+text, "\n> ")[1:] {
		_, answer, _ := strings.Cut(block, "\n")
		if answer != "" && !strings.HasSuffix(answer, "\n") {
			answer += "\n"
		}
		all = append(all, answer)
	}
	return all
}
