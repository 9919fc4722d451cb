package binder

import (
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
)

var lockStrengths = [...]plan.LockStrength{
	ast.ForKeyShare: plan.ForKeyShare, ast.ForShare: plan.ForShare,
	ast.ForNoKeyUpdate: plan.ForNoKeyUpdate, ast.ForUpdate: plan.ForUpdate,
}

func notLockable(l ast.Locking, what string) error {
	return fail(l.Pos, sqlerr.FeatureNotSupported, "%s is not allowed with %s", lockName(l.Strength), what)
}

func notApplicable(l ast.Locking, pos int, what string) error {
	return fail(pos, sqlerr.FeatureNotSupported, "%s cannot be applied to %s", lockName(l.Strength), what)
}

func aggregateWord(g *grouping, having expr.Expr) string {
	switch {
	case g.used:
		return "GROUP BY clause"
	case having != nil:
		return "HAVING clause"
	}
	return "aggregate functions"
}

// locker marks the scans that one FOR UPDATE or its like locks.
type locker struct {
	clause ast.Locking
	mark   plan.Locking
	marked map[*plan.Scan]bool
}

// lock marks the scans that FOR UPDATE and its like name.
func (b *binder) lock(locking []ast.Locking, c *ast.SelectCore, s *scope, node plan.Node) {
	for _, l := range locking {
		switch {
		case c.Distinct:
			panic(notLockable(l, "DISTINCT clause"))
		case len(s.query.windows) > 0:
			panic(notLockable(l, "window functions"))
		case len(s.query.sets) > 0:
			panic(notLockable(l, "set-returning functions in the target list"))
		}
		b.locks = true
		k := &locker{clause: l, marked: map[*plan.Scan]bool{}}
		k.mark = plan.Locking{Strength: lockStrengths[l.Strength], NoWait: l.Wait == ast.LockNowait, SkipLocked: l.Wait == ast.LockSkipLocked}
		for _, of := range l.Of {
			k.checkName(of, s)
		}
		for _, it := range s.items {
			switch {
			case !namedIn(l.Of, it.name):
			case it.scan != nil:
				k.scans(it.scan)
			case it.node != nil:
				k.scans(it.node)
			}
		}
		k.refuseNullable(node, false)
	}
}

// checkName refuses a name of FOR UPDATE OF that is no relation of the query.
func (k *locker) checkName(of ast.QualifiedName, s *scope) {
	l := k.clause
	if of.Schema != "" {
		panic(fail(of.Pos, sqlerr.SyntaxError, "%s must specify unqualified relation names", lockName(l.Strength)))
	}
	for _, it := range s.items {
		if it.name != of.Name {
			continue
		}
		what := ""
		switch it.node.(type) {
		case *plan.FuncScan:
			what = "a function"
		case *plan.CTEScan:
			what = "a WITH query"
		case nil:
			if it.scan == nil && it.rel == nil {
				what = "a join"
			}
		}
		if what != "" {
			panic(notApplicable(l, of.Pos, what))
		}
		return
	}
	panic(fail(of.Pos, sqlerr.UndefinedTable, "relation \"%s\" in %s clause not found in FROM clause", of.Name, lockName(l.Strength)))
}

// scans marks the scans whose rows a node passes on one by one. Of two clauses
// for one relation the stronger decides, and the more impatient.
func (k *locker) scans(n plan.Node) {
	switch n := n.(type) {
	case *plan.Scan:
		m := k.mark
		if o := n.Lock; o != nil {
			m.Strength = max(m.Strength, o.Strength)
			m.NoWait = m.NoWait || o.NoWait
			m.SkipLocked = !m.NoWait && (m.SkipLocked || o.SkipLocked)
		}
		n.Lock = &m
		k.marked[n] = true
	case *plan.Distinct:
		panic(notLockable(k.clause, "DISTINCT clause"))
	case *plan.Aggregate:
		if len(n.Groups) > 0 {
			panic(notLockable(k.clause, "GROUP BY clause"))
		}
		panic(notLockable(k.clause, "aggregate functions"))
	case *plan.Window:
		panic(notLockable(k.clause, "window functions"))
	case *plan.SetOp:
		panic(notLockable(k.clause, "UNION/INTERSECT/EXCEPT"))
	case *plan.Project, *plan.Filter, *plan.Join, *plan.Sort, *plan.Limit:
		for _, in := range n.Inputs() {
			k.scans(in)
		}
	}
}

// refuseNullable fails where a marked scan stands on a side of an outer join
// that may be missing: there would be no row to lock.
func (k *locker) refuseNullable(n plan.Node, nullable bool) {
	switch n := n.(type) {
	case *plan.Scan:
		if nullable && k.marked[n] {
			panic(notApplicable(k.clause, k.clause.Pos, "the nullable side of an outer join"))
		}
	case *plan.Join:
		k.refuseNullable(n.Left, nullable || n.Kind == plan.RightJoin || n.Kind == plan.FullJoin)
		k.refuseNullable(n.Right, nullable || n.Kind == plan.LeftJoin || n.Kind == plan.FullJoin)
	case *plan.Project, *plan.Filter, *plan.Sort, *plan.Limit:
		for _, in := range n.Inputs() {
			k.refuseNullable(in, nullable)
		}
	}
}

func namedIn(of []ast.QualifiedName, name string) bool {
	for _, n := range of {
		if n.Name == name {
			return true
		}
	}
	return len(of) == 0
}
