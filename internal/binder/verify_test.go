package binder_test

import (
	"fmt"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/types"
)

// verifier checks the invariants of plans: every column that an expression
// names comes from the node's inputs, every outer column from a query around
// it and is listed by the subqueries between, every id is brought forth once,
// and no type is unknown.
type verifier struct {
	made map[expr.ColumnID]string
	errs []string
}

type idSet map[expr.ColumnID]bool

func verify(n plan.Node) []string {
	v := &verifier{made: map[expr.ColumnID]string{}}
	v.node(n, idSet{}, nil)
	return v.errs
}

func (v *verifier) errorf(format string, args ...any) {
	if len(v.errs) < 5 {
		v.errs = append(v.errs, fmt.Sprintf(format, args...))
	}
}

func ids(nodes ...plan.Node) idSet {
	s := idSet{}
	for _, n := range nodes {
		for _, c := range n.Columns() {
			s[c.ID] = true
		}
	}
	return s
}

func (v *verifier) make(cols []plan.Column, who plan.Node) {
	for _, c := range cols {
		if c.ID == 0 || v.made[c.ID] != "" {
			v.errorf("column %s#%d of %T was made before by %s", c.Name, c.ID, who, v.made[c.ID])
		}
		v.made[c.ID] = fmt.Sprintf("%T", who)
		if c.Type == nil || c.Type.Is(types.Unknown) {
			v.errorf("column %s#%d of %T has no type", c.Name, c.ID, who)
		}
	}
}

func merge(a, b idSet) idSet {
	out := idSet{}
	for k := range a {
		out[k] = true
	}
	for k := range b {
		out[k] = true
	}
	return out
}

func (v *verifier) exprs(es []expr.Expr, in, outer idSet, who string) {
	for _, e := range es {
		v.expr(e, in, outer, who)
	}
}

// node checks a plan whose surroundings have the columns outer.
func (v *verifier) node(n plan.Node, outer idSet, ctes []*plan.CTE) {
	if j, ok := n.(*plan.Join); ok {
		v.node(j.Left, outer, ctes)
		right := outer
		if j.Lateral {
			right = merge(outer, ids(j.Left))
		}
		v.node(j.Right, right, ctes)
		v.exprs(j.On, ids(j.Left, j.Right), outer, "Join")
		return
	}
	for _, in := range n.Inputs() {
		v.node(in, outer, ctes)
	}
	in := ids(n.Inputs()...)
	who := fmt.Sprintf("%T", n)
	switch n := n.(type) {
	case *plan.Scan:
		v.make(n.Cols, n)
		v.exprs(n.Filter, ids(n), outer, who)
	case *plan.Values:
		v.make(n.Cols, n)
		for _, r := range n.Rows {
			v.exprs(r, idSet{}, outer, who)
			if len(r) != len(n.Cols) {
				v.errorf("Values has a row of %d for %d columns", len(r), len(n.Cols))
			}
		}
	case *plan.FuncScan:
		v.make(n.Cols, n)
		for _, f := range n.Fns {
			v.exprs(f.Args, idSet{}, outer, who)
			v.expr(f.Scalar, idSet{}, outer, who)
		}
	case *plan.Project:
		v.make(n.Columns(), n)
		for _, it := range n.Items {
			v.expr(it.Expr, in, outer, who)
			if it.Expr.Type().OID != it.Col.Type.OID {
				v.errorf("item %s has type %s, its expression %s", it.Col.Name, it.Col.Type.Display, it.Expr.Type().Display)
			}
		}
		for _, s := range n.Sets {
			v.exprs(s.Call.Args, in, outer, who)
		}
	case *plan.Filter:
		v.exprs(n.Conds, in, outer, who)
	case *plan.Aggregate:
		v.make(n.Columns(), n)
		for _, g := range n.Groups {
			v.expr(g.Expr, in, outer, who)
		}
		for _, a := range n.Aggs {
			v.expr(a.Agg, in, outer, who)
		}
	case *plan.Window:
		v.exprs(n.Partition, in, outer, who)
		for _, k := range n.OrderBy {
			v.expr(k.Expr, in, outer, who)
		}
		for _, c := range n.Calls {
			v.make([]plan.Column{c.Col}, n)
			v.exprs(c.Args, in, outer, who)
			if c.Agg != nil {
				v.expr(c.Agg, in, outer, who)
			}
		}
	case *plan.Sort:
		for _, k := range n.Keys {
			v.expr(k.Expr, in, outer, who)
		}
	case *plan.Limit:
		v.exprs([]expr.Expr{n.Count, n.Offset}, idSet{}, outer, who)
	case *plan.Distinct:
		v.exprs(n.On, in, outer, who)
	case *plan.SetOp:
		v.make(n.Cols, n)
		for _, branch := range n.Ins {
			for i, c := range branch.Columns() {
				if c.Type.OID != n.Cols[i].Type.OID {
					v.errorf("column %d of %T: %s for %s", i, n, c.Type.Display, n.Cols[i].Type.Display)
				}
			}
		}
	case *plan.CTEScan:
		v.make(n.Cols, n)
	case *plan.Insert:
		v.exprs(n.Row, in, outer, who)
		next := merge(in, targetIDs(&n.Target))
		if c := n.OnConflict; c != nil {
			for _, id := range c.Excluded {
				next[id] = true
			}
			for _, a := range c.Update {
				v.expr(a.Expr, next, outer, who)
			}
			v.expr(c.Where, next, outer, who)
		}
		v.target(&n.Target, outer)
		v.items(n.Returning, next, outer, who)
	case *plan.Update:
		for _, a := range n.Set {
			v.expr(a.Expr, in, outer, who)
		}
		v.old(&n.Target, in)
		v.target(&n.Target, outer)
		v.items(n.Returning, merge(in, targetIDs(&n.Target)), outer, who)
	case *plan.Delete:
		v.old(&n.Target, in)
		v.items(n.Returning, in, outer, who)
	case *plan.Merge:
		v.expr(n.Matched, in, outer, who)
		for _, w := range n.Whens {
			v.expr(w.Cond, in, outer, who)
			v.exprs(w.Row, in, outer, who)
			for _, a := range w.Set {
				v.expr(a.Expr, in, outer, who)
			}
		}
		v.old(&n.Target, in)
		v.target(&n.Target, outer)
	}
}

func (v *verifier) items(items []plan.Item, in, outer idSet, who string) {
	for _, it := range items {
		v.make([]plan.Column{it.Col}, nil)
		v.expr(it.Expr, in, outer, who)
	}
}

func (v *verifier) old(t *plan.Target, in idSet) {
	if len(t.Old) != len(t.Rel.Columns) {
		v.errorf("target has %d old columns of %d", len(t.Old), len(t.Rel.Columns))
	}
	for _, id := range t.Old {
		if !in[id] {
			v.errorf("old column #%d is not read", id)
		}
	}
	if t.RowID != 0 && !in[t.RowID] {
		v.errorf("row id #%d is not read", t.RowID)
	}
}

func targetIDs(t *plan.Target) idSet {
	s := idSet{}
	for _, id := range append(append([]expr.ColumnID{t.RowID}, t.New...), t.Old...) {
		s[id] = true
	}
	return s
}

func (v *verifier) target(t *plan.Target, outer idSet) {
	next := idSet{}
	for _, id := range t.New {
		next[id] = true
	}
	for _, c := range append(t.Checks, t.ViewChecks...) {
		v.expr(c.Cond, next, outer, "check")
	}
	for _, g := range t.Generated {
		v.expr(g.Expr, next, outer, "generated")
	}
	for _, ix := range t.Indexes {
		v.exprs(ix.Parts, next, outer, "index")
		v.expr(ix.Where, next, outer, "index")
	}
}

func (v *verifier) expr(e expr.Expr, in, outer idSet, who string) {
	if e == nil {
		return
	}
	if t := e.Type(); t == nil || t.Is(types.Unknown) {
		v.errorf("%s: %T has no type", who, e)
	}
	one := func(x expr.Expr) { v.expr(x, in, outer, who) }
	switch x := e.(type) {
	case *expr.Column:
		if !in[x.ID] {
			v.errorf("%s: column %s#%d is not in the input", who, x.Name, x.ID)
		}
	case *expr.Outer:
		if !outer[x.ID] {
			v.errorf("%s: outer column %s#%d is not around", who, x.Name, x.ID)
		}
	case *expr.Subquery:
		v.exprs(x.Test, in, outer, who)
		have := merge(in, outer)
		inner := idSet{}
		for _, id := range x.Outer {
			if !have[id] {
				v.errorf("%s: subquery depends on #%d, which is not around", who, id)
			}
			inner[id] = true
		}
		p := x.Plan.(plan.Node)
		v.node(p, inner, nil)
		cols := ids(p)
		for _, id := range x.Cols {
			if !cols[id] {
				v.errorf("%s: subquery has no column #%d", who, id)
			}
		}
		for _, id := range x.TestID {
			cols[id] = true
		}
		v.expr(x.Op, cols, idSet{}, who)
	case *expr.ArrayCompare:
		one(x.Arg)
		one(x.Array)
		v.expr(x.Cond, idSet{x.ArgID: true, x.ElemID: true}, idSet{}, who)
	case *expr.Call:
		for _, a := range x.Args {
			one(a)
		}
	case *expr.And:
		v.exprs(x.Args, in, outer, who)
	case *expr.Or:
		v.exprs(x.Args, in, outer, who)
	case *expr.Not:
		one(x.Arg)
	case *expr.IsNull:
		one(x.Arg)
	case *expr.IsBool:
		one(x.Arg)
	case *expr.Distinct:
		one(x.A)
		one(x.B)
	case *expr.Compare:
		one(x.A)
		one(x.B)
		if a, b := x.A.Type(), x.B.Type(); a.Kind != b.Kind {
			v.errorf("%s: comparison of %s with %s", who, a.Display, b.Display)
		}
	case *expr.In:
		one(x.Arg)
		v.exprs(x.List, in, outer, who)
	case *expr.Case:
		for _, w := range x.Whens {
			one(w.Cond)
			one(w.Then)
		}
		one(x.Else)
	case *expr.Coalesce:
		v.exprs(x.Args, in, outer, who)
	case *expr.Cast:
		one(x.Arg)
	case *expr.Row:
		v.exprs(x.Args, in, outer, who)
	case *expr.Array:
		v.exprs(x.Args, in, outer, who)
	case *expr.Field:
		one(x.Arg)
	case *expr.Aggregate:
		v.exprs(x.Args, in, outer, who)
		for _, k := range x.OrderBy {
			one(k.Expr)
		}
		one(x.Filter)
	}
}
