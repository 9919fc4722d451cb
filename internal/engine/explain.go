package engine

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/zqlite/zqlite/internal/exec"
	"github.com/zqlite/zqlite/internal/optimizer"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// explainOptions are what stands in EXPLAIN's parentheses.
type explainOptions struct {
	on     map[string]bool
	format string
}

// explainSwitches are the options that are on or off, with what they are where
// nothing is said.
var explainSwitches = map[string]bool{
	"analyze": false, "verbose": false, "costs": true, "buffers": false, "settings": false, "wal": false, "timing": true, "summary": false,
}

func readExplain(list []ast.Option) (explainOptions, error) {
	o := explainOptions{on: map[string]bool{}, format: "text"}
	for _, x := range list {
		if x.Name == "format" {
			word, err := settingWordOf(x)
			switch o.format = strings.ToLower(word); o.format {
			case "text", "json", "yaml", "xml":
			default:
				err = sqlerr.New(sqlerr.InvalidParameterValue, "unrecognized value for EXPLAIN option \"format\": \"%s\"", word).At(x.Pos)
			}
			if err != nil {
				return o, err
			}
			continue
		}
		if _, known := explainSwitches[x.Name]; !known {
			return o, sqlerr.New(sqlerr.SyntaxError, "unrecognized EXPLAIN option \"%s\"", x.Name).At(x.Pos)
		}
		on, err := switchOf(x)
		if err != nil {
			return o, err
		}
		o.on[x.Name] = on
	}
	_, timed := o.on["timing"]
	if _, said := o.on["summary"]; !said {
		o.on["summary"] = o.on["analyze"]
	}
	for name, standard := range explainSwitches {
		if _, said := o.on[name]; !said {
			o.on[name] = standard
		}
	}
	switch {
	case o.on["wal"] && !o.on["analyze"]:
		return o, sqlerr.New(sqlerr.InvalidParameterValue, "EXPLAIN option WAL requires ANALYZE")
	case timed && o.on["timing"] && !o.on["analyze"]:
		return o, sqlerr.New(sqlerr.InvalidParameterValue, "EXPLAIN option TIMING requires ANALYZE")
	}
	return o, nil
}

// explained is a plan with all that is known of it.
type explained struct {
	o        explainOptions
	root     plan.Node
	rows     func(plan.Node) float64 // nil: estimates are not wanted
	counters map[plan.Node]*exec.Counters
	advice   []advice
	planning time.Duration
	running  time.Duration
}

// explain is EXPLAIN.
func (s *Session) explain(ctx context.Context, st *Statement, stmt *ast.Explain, args []Argument) (*Result, error) {
	o, err := readExplain(stmt.Options)
	if err != nil {
		return nil, err
	}
	inside, err := explainable(stmt, o.on["analyze"])
	if err != nil {
		return nil, err
	}
	inner := &Statement{text: st.text, path: st.path, parts: make([]part, 1), count: st.count, names: st.names}
	inner.parts[0].stmt = inside
	began := time.Now()
	p, err := s.plan(inner, 0, s.currentCatalog(), args)
	if err != nil {
		return nil, err
	}
	x := &explained{o: o, root: p.root, planning: time.Since(began)}
	if !p.shared || s.reason != "" { // else estimates tell of the rows of other tenants
		estimate := optimizer.Estimates(p.root, s.db)
		if o.on["costs"] {
			x.rows = estimate
			x.advice = s.advise(p.root, estimate)
		}
	}
	if o.on["analyze"] {
		counters, err := s.analyze(ctx, inner, p, args)
		if err != nil {
			return nil, err
		}
		x.counters = map[plan.Node]*exec.Counters{}
		for i := range counters {
			x.counters[counters[i].Node] = &counters[i]
		}
		if len(counters) > 0 {
			x.running = counters[0].Time
		}
	}
	r := s.table("EXPLAIN", "QUERY PLAN")
	switch o.format {
	case "json":
		r.columns[0].Type = types.JSON
		r.add(types.Value{K: types.KindJSON, S: x.json()})
	case "yaml":
		r.add(types.NewText(x.yaml()))
	case "xml":
		r.add(types.NewText(x.xml()))
	default:
		for _, l := range splitLines(x.text()) {
			r.add(types.NewText(l))
		}
	}
	return r, nil
}

// explainable is the query or change that EXPLAIN is about.
func explainable(stmt *ast.Explain, analyze bool) (ast.Stmt, error) {
	inside := stmt.Stmt
	switch q := inside.(type) {
	case *ast.CreateTableAs:
		inside = q.Query
	case *ast.CreateView:
		inside = q.Query
	case *ast.Declare:
		inside = q.Query
	}
	if !plannable(inside) || analyze && inside != stmt.Stmt {
		return nil, sqlerr.New(sqlerr.FeatureNotSupported, "EXPLAIN takes a query or a change").At(stmt.Pos)
	}
	return inside, nil
}

// text is the plan for people.
func (x *explained) text() string {
	note := func(n plan.Node) string {
		text := ""
		if x.rows != nil {
			text = fmt.Sprintf("  (rows=%.0f)", x.rows(n))
		}
		c := x.counters[n]
		if c == nil {
			return text
		}
		text += fmt.Sprintf("  (actual rows=%d loops=%d", c.Rows, c.Loops)
		if x.o.on["timing"] {
			text += fmt.Sprintf(" time=%.3f ms", milliseconds(c.Time))
		}
		if c.Memory > 0 {
			text += fmt.Sprintf(" memory=%d kB", c.Memory/1024)
		}
		if c.Spilled > 0 {
			text += fmt.Sprintf(" spilled=%d kB", c.Spilled/1024)
		}
		return text + ")"
	}
	var b strings.Builder
	b.WriteString(strings.TrimRight(plan.FormatWith(x.root, plan.FormatOptions{Note: note, Verbose: x.o.on["verbose"]}), "\n") + "\n")
	for _, a := range x.advice {
		b.WriteString("Advice: " + a.String() + "\n")
	}
	if x.o.on["summary"] {
		fmt.Fprintf(&b, "Planning Time: %.3f ms\n", milliseconds(x.planning))
		if x.o.on["analyze"] {
			fmt.Fprintf(&b, "Execution Time: %.3f ms\n", milliseconds(x.running))
		}
	}
	return b.String()
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// document is the plan for programs: what a format writes of it.
func (x *explained) document() []plan.Member {
	more := func(n plan.Node) []plan.Member {
		var list []plan.Member
		add := func(name string, value any) { list = append(list, plan.Member{Name: name, Value: value}) }
		if x.rows != nil {
			add("Plan Rows", int64(x.rows(n)+0.5))
		}
		c := x.counters[n]
		if c == nil {
			return list
		}
		loops := max(c.Loops, 1)
		if x.o.on["timing"] {
			add("Actual Total Time", milliseconds(c.Time)/float64(loops))
		}
		add("Actual Rows", c.Rows/loops)
		add("Actual Loops", c.Loops)
		if c.Memory > 0 {
			add("Peak Memory Usage", c.Memory/1024)
		}
		if c.Spilled > 0 {
			add("Spilled", c.Spilled/1024)
		}
		return list
	}
	doc := []plan.Member{{Name: "Plan", Value: plan.Describe(x.root, x.o.on["verbose"], more)}}
	if len(x.advice) > 0 {
		var list []string
		for _, a := range x.advice {
			list = append(list, a.String())
		}
		doc = append(doc, plan.Member{Name: "Advice", Value: list})
	}
	if x.o.on["summary"] {
		doc = append(doc, plan.Member{Name: "Planning Time", Value: milliseconds(x.planning)})
		if x.o.on["analyze"] {
			doc = append(doc, plan.Member{Name: "Execution Time", Value: milliseconds(x.running)})
		}
	}
	return doc
}
