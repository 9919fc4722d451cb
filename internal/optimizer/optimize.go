package optimizer

import (
	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/stats"
)

// Statistics answers what is known of the sizes of relations.
type Statistics interface {
	// Rows returns the number of rows of a relation, an estimate.
	Rows(rel *catalog.Relation) float64
	// Of returns what is known of a relation's values, nil where nothing is.
	Of(rel *catalog.Relation) *stats.Relation
}

// Options switch steps off, for tests that compare plans and for EXPLAIN.
type Options struct {
	NoUnnest, NoPush, NoReorder, NoIndex, NoLookup bool
}

// Optimize rewrites a bound plan. stats may be nil.
func Optimize(n plan.Node, stats Statistics, o Options) plan.Node {
	z := &optimizer{stats: stats, o: o}
	z.learn(n)
	return z.optimize(n)
}

// Estimates returns how many rows each node of a plan is expected to give, for
// EXPLAIN. It does not change the plan.
func Estimates(n plan.Node, stats Statistics) func(n plan.Node) float64 {
	z := &optimizer{stats: stats, frozen: true}
	z.learn(n)
	return z.rows
}

type optimizer struct {
	stats   Statistics
	o       Options
	frozen  bool                  // the plan is in use: estimates are not remembered in it
	origins []origin              // by column
	leaf    map[expr.ColumnID]int // which input of its join tree a column comes from
	span    map[plan.Node]span    // which inputs lie below a node of a join tree
}

// span is a range of the inputs of a join tree, numbered from left to right.
type span struct{ from, to int }

func (z *optimizer) optimize(n plan.Node) plan.Node {
	fold(n)
	z.subplans(n)
	if !z.o.NoUnnest {
		n = z.unnest(n)
	}
	if !z.o.NoPush {
		n = z.push(n, nil)
	}
	if !z.o.NoReorder {
		n = z.reorder(n)
	}
	prune(n, needed{all: true})
	return z.paths(n, nil)
}

// fold computes what is constant in the expressions of a plan; what fails is
// left for the time it is evaluated.
func fold(n plan.Node) {
	eachExpr(n, func(e *expr.Expr) {
		if *e != nil {
			*e = expr.Fold(*e, nil)
		}
	})
	for _, in := range n.Inputs() {
		fold(in)
	}
}

// subplans optimizes the plans inside subquery expressions, innermost first.
func (z *optimizer) subplans(n plan.Node) {
	eachExpr(n, func(e *expr.Expr) {
		if *e == nil {
			return
		}
		expr.Walk(*e, func(x expr.Expr) bool {
			if s, ok := x.(*expr.Subquery); ok {
				if p, ok := s.Plan.(plan.Node); ok {
					z.subplans(p)
				}
			}
			return true
		})
	})
	for _, in := range n.Inputs() {
		z.subplans(in)
	}
}

// finishSubplans carries subqueries that stayed expressions through the rest
// of the steps. It runs on each node's expressions once their place is final.
func (z *optimizer) finishSubplans(n plan.Node) {
	eachExpr(n, func(e *expr.Expr) {
		if *e == nil {
			return
		}
		expr.Walk(*e, func(x expr.Expr) bool {
			if s, ok := x.(*expr.Subquery); ok {
				if p, ok := s.Plan.(plan.Node); ok {
					s.Plan = z.optimize(p)
				}
			}
			return true
		})
	})
}
