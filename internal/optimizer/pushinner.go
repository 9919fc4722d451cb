package optimizer

import (
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
)

// innerTree is a tree of inner joins taken as a whole: its leaves from left to
// right, and all conditions of its joins and of what stands above it.
type innerTree struct {
	leaves []plan.Node
	conds  []expr.Expr
	leafOf []int32 // by column: its leaf plus one
	down   [][]expr.Expr
}

// pushInner pushes conditions into a tree of inner joins. The tree is looked
// at once, not join by join: a condition on one leaf goes there, one on
// several to the lowest join that has them.
func (z *optimizer) pushInner(n *plan.Join, conds []expr.Expr) plan.Node {
	t := &innerTree{conds: conds}
	t.flatten(n)
	if neverTrue(t.conds) {
		return nothing(n)
	}
	for t.strengthen() {
		t.leaves = t.leaves[:0]
		t.flatten(n)
	}
	t.number()
	z.transitive(t)
	t.restrict()
	t.down = make([][]expr.Expr, len(t.leaves))
	var above []expr.Expr
	var joins []spanned
	for _, c := range t.conds {
		s := t.spanOf(c)
		switch {
		case volatile(c):
			above = append(above, c)
		case s.from == s.to:
			t.down[s.from] = append(t.down[s.from], c)
		case hasSubquery(c):
			above = append(above, c)
		default:
			joins = append(joins, spanned{c, s})
		}
	}
	next := 0
	return filter(z.place(t, n, joins, &next), above)
}

// spanned is a condition with the first and the last leaf that it reads.
type spanned struct {
	cond expr.Expr
	span
}

func (t *innerTree) flatten(n plan.Node) {
	if j := innerJoin(n); j != nil {
		t.conds = append(t.conds, split(j.On)...)
		j.On = nil
		t.flatten(j.Left)
		t.flatten(j.Right)
		return
	}
	t.leaves = append(t.leaves, n)
}

func innerJoin(n plan.Node) *plan.Join {
	if j, ok := n.(*plan.Join); ok && j.Kind == plan.InnerJoin && !j.Lateral {
		return j
	}
	return nil
}

// strengthen makes outer joins among the leaves inner where a condition
// rejects the rows that they pad with NULLs.
func (t *innerTree) strengthen() bool {
	changed := false
	for _, l := range t.leaves {
		j, ok := l.(*plan.Join)
		if !ok || j.Lateral || j.Kind != plan.LeftJoin && j.Kind != plan.RightJoin {
			continue
		}
		inner := j.Right
		if j.Kind == plan.RightJoin {
			inner = j.Left
		}
		if rejectsNull(t.conds, columnsOf(inner)) {
			j.Kind = plan.InnerJoin
			changed = true
		}
	}
	return changed
}

func (t *innerTree) number() {
	for i, l := range t.leaves {
		for _, c := range l.Columns() {
			for len(t.leafOf) <= int(c.ID) {
				t.leafOf = append(t.leafOf, 0)
			}
			t.leafOf[c.ID] = int32(i) + 1
		}
	}
}

// leaf returns the leaf of a column, -1 where it is of no leaf.
func (t *innerTree) leaf(id expr.ColumnID) int {
	if id < 0 || int(id) >= len(t.leafOf) {
		return -1
	}
	return int(t.leafOf[id]) - 1
}

// spanOf returns the first and the last leaf that a condition reads; one that
// reads none is tested at the first.
func (t *innerTree) spanOf(c expr.Expr) span {
	s := span{-1, -1}
	used := newColset()
	uses(c, used)
	for id := range used.all() {
		l := t.leaf(id)
		if l < 0 {
			continue
		}
		if s.from < 0 || l < s.from {
			s.from = l
		}
		s.to = max(s.to, l)
	}
	if s.from < 0 {
		return span{}
	}
	return s
}

// place puts conditions into the tree; next is the number of the leaf to come.
func (z *optimizer) place(t *innerTree, n plan.Node, conds []spanned, next *int) plan.Node {
	j := innerJoin(n)
	if j == nil {
		l := *next
		*next++
		return z.push(n, t.down[l])
	}
	left := countLeaves(j.Left)
	middle := *next + left
	var toLeft, toRight []spanned
	for _, c := range conds {
		switch {
		case c.to < middle:
			toLeft = append(toLeft, c)
		case c.from >= middle:
			toRight = append(toRight, c)
		default:
			j.On = append(j.On, c.cond)
		}
	}
	j.Left = z.place(t, j.Left, toLeft, next)
	j.Right = z.place(t, j.Right, toRight, next)
	return j
}

func countLeaves(n plan.Node) int {
	if j := innerJoin(n); j != nil {
		return countLeaves(j.Left) + countLeaves(j.Right)
	}
	return 1
}

// transitive adds what follows from equalities between columns: a condition
// that compares a column with a value holds for every column equal to it.
func (z *optimizer) transitive(t *innerTree) {
	eq := newClasses()
	for _, c := range t.conds {
		if a, b, ok := columnEquality(c); ok {
			eq.unite(a, b)
		}
	}
	if len(eq.parent) == 0 {
		return
	}
	var derived []expr.Expr
	for _, c := range t.conds {
		col := comparedColumn(c)
		if col == nil || eq.parent[col.ID] == nil {
			continue
		}
		for _, other := range eq.members(col.ID) {
			if other.ID == col.ID || t.leaf(other.ID) == t.leaf(col.ID) || !other.Typ.Is(col.Typ) {
				continue
			}
			d := substitute(c, map[expr.ColumnID]expr.Expr{col.ID: other})
			if !contains(t.conds, d) && !contains(derived, d) {
				derived = append(derived, d)
			}
		}
	}
	t.conds = append(t.conds, derived...)
}

func contains(list []expr.Expr, e expr.Expr) bool {
	for _, x := range list {
		if expr.Equal(x, e) {
			return true
		}
	}
	return false
}

// columnEquality reads `a = b` over two columns of one type, whose values are
// interchangeable where they are equal.
func columnEquality(c expr.Expr) (a, b *expr.Column, ok bool) {
	cmp, isCompare := c.(*expr.Compare)
	if !isCompare || cmp.Op != expr.EQ {
		return nil, nil, false
	}
	a, okA := cmp.A.(*expr.Column)
	b, okB := cmp.B.(*expr.Column)
	return a, b, okA && okB && a.ID != b.ID && a.Typ.Is(b.Typ) && a.Typ.Collation == b.Typ.Collation
}

// comparedColumn returns the column that a condition compares with values
// alone, by operators under which equal values are interchangeable.
func comparedColumn(c expr.Expr) *expr.Column {
	constant := func(e expr.Expr) bool {
		switch e.(type) {
		case *expr.Const, *expr.Param:
			return true
		}
		return false
	}
	switch c := c.(type) {
	case *expr.Compare:
		if col, ok := c.A.(*expr.Column); ok && constant(c.B) {
			return col
		}
		if col, ok := c.B.(*expr.Column); ok && constant(c.A) {
			return col
		}
	case *expr.In:
		col, ok := c.Arg.(*expr.Column)
		if !ok || c.Negated {
			return nil
		}
		for _, v := range c.List {
			if !constant(v) {
				return nil
			}
		}
		return col
	}
	return nil
}

// classes are sets of columns known to be equal (union-find).
type classes struct {
	parent map[expr.ColumnID]*expr.Column // a root is its own parent
	order  []*expr.Column                 // all columns, as they came
}

func newClasses() *classes { return &classes{parent: map[expr.ColumnID]*expr.Column{}} }

func (k *classes) root(id expr.ColumnID) expr.ColumnID {
	for {
		p := k.parent[id]
		if p == nil || p.ID == id {
			return id
		}
		id = p.ID
	}
}

func (k *classes) unite(a, b *expr.Column) {
	for _, c := range [2]*expr.Column{a, b} {
		if k.parent[c.ID] == nil {
			k.parent[c.ID] = c
			k.order = append(k.order, c)
		}
	}
	ra, rb := k.root(a.ID), k.root(b.ID)
	if ra != rb {
		k.parent[rb] = k.parent[ra]
	}
}

// members returns the columns equal to one, itself included.
func (k *classes) members(id expr.ColumnID) []*expr.Column {
	r := k.root(id)
	var out []*expr.Column
	for _, c := range k.order {
		if k.root(c.ID) == r {
			out = append(out, c)
		}
	}
	return out
}
