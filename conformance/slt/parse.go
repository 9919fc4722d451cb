package slt

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Record is one statement or query of a script.
type Record struct {
	Line         int
	SQL          string
	Query        bool
	WantErr      bool     // statement error
	Types        string   // query: a letter per column, I, R or T
	Sort         string   // nosort, rowsort, valuesort
	Label        string   // queries with one label must agree
	Expected     []string // values, or one line "N values hashing to H"
	Skip         []string // engines that skip the record
	Only         []string // engines that alone run it
	Halt         bool
	Threshold    int // hash-threshold record when > 0 or Set
	SetThreshold bool
}

// Runs reports whether an engine known by these names runs the record.
func (r *Record) Runs(engines []string) bool {
	for _, s := range r.Skip {
		if contains(engines, s) {
			return false
		}
	}
	for _, o := range r.Only {
		if !contains(engines, o) {
			return false
		}
	}
	return true
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// Parse reads a script.
func Parse(r io.Reader) ([]Record, error) {
	sc := bufio.NewScanner(r)
	sc.Buffer(make([]byte, 1<<20), 1<<24)
	p := &parser{sc: sc}
	var out []Record
	for {
		rec, ok, err := p.record()
		if err != nil {
			return nil, err
		}
		if !ok {
			return out, sc.Err()
		}
		out = append(out, rec)
	}
}

type parser struct {
	sc   *bufio.Scanner
	line int
}

func (p *parser) next() (string, bool) {
	if !p.sc.Scan() {
		return "", false
	}
	p.line++
	return strings.TrimRight(p.sc.Text(), "\r"), true
}

func (p *parser) record() (Record, bool, error) {
	var rec Record
	for {
		line, ok := p.next()
		if !ok {
			return rec, false, nil
		}
		if i := strings.Index(line, "#"); i >= 0 {
			line = line[:i]
		}
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		rec.Line = p.line
		switch f[0] {
		case "skipif":
			rec.Skip = append(rec.Skip, f[1])
		case "onlyif":
			rec.Only = append(rec.Only, f[1])
		case "halt":
			rec.Halt = true
			return rec, true, nil
		case "hash-threshold":
			n, err := strconv.Atoi(f[1])
			rec.Threshold, rec.SetThreshold = n, true
			return rec, true, err
		case "statement":
			rec.WantErr = len(f) > 1 && f[1] == "error"
			rec.SQL, _ = p.sql()
			return rec, true, nil
		case "query":
			return p.query(rec, f[1:])
		default:
			return rec, false, fmt.Errorf("line %d: unknown record %q", p.line, f[0])
		}
	}
}

// sql reads the text of a record up to an empty line or the dashes.
func (p *parser) sql() (text string, dashes bool) {
	var b strings.Builder
	for {
		line, ok := p.next()
		if !ok || strings.TrimSpace(line) == "" {
			return b.String(), false
		}
		if line == "----" {
			return b.String(), true
		}
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(line)
	}
}

func (p *parser) query(rec Record, args []string) (Record, bool, error) {
	rec.Query, rec.Sort = true, "nosort"
	if len(args) > 0 {
		rec.Types = args[0]
	}
	if len(args) > 1 {
		rec.Sort = args[1]
	}
	if len(args) > 2 {
		rec.Label = args[2]
	}
	var dashes bool
	if rec.SQL, dashes = p.sql(); !dashes {
		return rec, true, nil
	}
	for {
		line, ok := p.next()
		if !ok || line == "" {
			return rec, true, nil
		}
		rec.Expected = append(rec.Expected, line)
	}
}
