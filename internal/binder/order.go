package binder

import (
	"slices"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// orderKey is a key of ORDER BY: a column of the select list (target), or an
// expression over the input where target is -1.
type orderKey struct {
	target int
	key    expr.SortKey
	pos    int
}

// ordered rejects a key of a type without an order.
func ordered(e expr.Expr, pos int) {
	if t := e.Type(); t.Kind == types.KindJSON {
		panic(fail(pos, sqlerr.UndefinedFunction, "could not identify an ordering operator for type %s", t.Display).
			WithHint("Use an explicit ordering operator or modify the query."))
	}
}

// equatable rejects a column that is to be compared, of a type without equality.
func equatable(t *types.Type, pos int) {
	if t.Kind == types.KindJSON {
		panic(fail(pos, sqlerr.UndefinedFunction, "could not identify an equality operator for type %s", t.Display))
	}
}

// orderingOperator rejects an operator of ORDER BY … USING that orders nothing.
func (b *binder) orderingOperator(it ast.OrderItem, e expr.Expr) {
	if it.Using == "" {
		return
	}
	pos := it.UsingPos
	if _, _, _, err := expr.ResolveOperator(it.Using, []*types.Type{e.Type(), e.Type()}); err != nil {
		check(err, pos)
	}
	if it.Using != "<" && it.Using != ">" {
		panic(fail(pos, sqlerr.WrongObjectType, "operator %s is not a valid ordering operator", it.Using).
			WithHint("Ordering operators must be \"<\" or \">\" members of btree operator families."))
	}
}

// orderKeys binds ORDER BY. A name is first an output column, then an input
// column; an integer literal is the place of an output column.
func (b *binder) orderKeys(items []ast.OrderItem, outs []output, s *scope, c clause) []orderKey {
	keys := make([]orderKey, 0, len(items))
	for _, it := range items {
		k := orderKey{target: b.outputRef(it.Expr, outs, s, true), pos: start(it.Expr)}
		if k.target < 0 {
			e := b.settledRow(b.value(it.Expr, s))
			for i := range outs {
				if equal(outs[i].expr, e) {
					k.target = i
					break
				}
			}
			k.key = sortKey(e, it)
		} else {
			k.key = sortKey(outs[k.target].expr, it)
			if isUnknown(outs[k.target].expr) {
				outs[k.target].expr = b.resolveUnknown(outs[k.target].expr)
			}
		}
		ordered(k.key.Expr, k.pos)
		b.orderingOperator(it, k.key.Expr)
		keys = append(keys, k)
	}
	return keys
}

// outputRef finds the output column that an item of ORDER BY, GROUP BY or
// DISTINCT ON stands for by number or name, or -1. For GROUP BY an input
// column of the name comes first (outputFirst is false).
func (b *binder) outputRef(e ast.Expr, outs []output, s *scope, outputFirst bool) int {
	switch x := e.(type) {
	case *ast.Literal:
		return b.literalRef(x, x.Text, len(outs), s.clause)
	case *ast.Unary:
		if l, ok := x.X.(*ast.Literal); ok && x.Op == "-" && (l.Kind == ast.IntLiteral || l.Kind == ast.NumericLiteral) {
			moved := *l
			moved.Pos = x.Pos
			return b.literalRef(&moved, "-"+l.Text, len(outs), s.clause)
		}
	case *ast.ColumnRef:
		if x.Star || len(x.Parts) != 1 {
			return -1
		}
		name := x.Parts[0].Text
		if !outputFirst && b.findIn(s, name, x.Pos, s) != nil {
			return -1
		}
		at := -1
		for i := range outs {
			if outs[i].name != name {
				continue
			}
			if at >= 0 && !equal(outs[at].expr, outs[i].expr) {
				panic(fail(x.Pos, sqlerr.AmbiguousColumn, "%s \"%s\" is ambiguous", b.clauseName(s.clause), name))
			}
			if at < 0 {
				at = i
			}
		}
		return at
	}
	return -1
}

// literalRef is the output column that a number names.
func (b *binder) literalRef(l *ast.Literal, text string, n int, c clause) int {
	if l.Kind != ast.IntLiteral {
		panic(fail(l.Pos, sqlerr.SyntaxError, "non-integer constant in %s", b.clauseName(c)))
	}
	i, ok := parseInteger(text)
	if !ok || i < 1 || i > int64(n) {
		panic(fail(l.Pos, sqlerr.InvalidColumnReference, "%s position %s is not in select list", b.clauseName(c), text))
	}
	return int(i) - 1
}

// distinctOn binds the expressions of DISTINCT ON.
func (b *binder) distinctOn(list []ast.Expr, outs []output, s *scope) []expr.Expr {
	on := make([]expr.Expr, 0, len(list))
	for _, e := range list {
		if at := b.outputRef(e, outs, s, true); at >= 0 {
			on = append(on, outs[at].expr)
		} else {
			on = append(on, b.value(e, s))
		}
	}
	return on
}

// distinctOnNode sorts by ORDER BY, whose first keys must be those of DISTINCT
// ON, and keeps the first row of each group.
func (b *binder) distinctOnNode(node plan.Node, c *ast.SelectCore, sortKeys []expr.SortKey, keys []orderKey, on []int, column func(int) expr.Expr) plan.Node {
	covered := map[int]bool{}
	isOn := map[int]bool{}
	for _, at := range on {
		isOn[at] = true
	}
	for i := range keys {
		if isOn[keys[i].target] {
			covered[keys[i].target] = true
		} else if len(covered) < len(isOn) {
			pos := keys[i].pos
			for k, at := range on {
				if !covered[at] {
					pos = start(c.DistinctOn[k])
					break
				}
			}
			panic(fail(pos, sqlerr.InvalidColumnReference, "SELECT DISTINCT ON expressions must match initial ORDER BY expressions"))
		}
	}
	d := &plan.Distinct{}
	all := append([]expr.SortKey(nil), sortKeys...)
	done := map[int]bool{}
	for _, at := range on {
		if done[at] {
			continue
		}
		done[at] = true
		d.On = append(d.On, column(at))
		if !covered[at] {
			all = append(all, expr.SortKey{Expr: column(at)})
		}
	}
	d.Input = sorted(node, all)
	return d
}

// orderOutput puts ORDER BY and LIMIT on a set operation or VALUES: only output
// columns can be sorted by.
func (b *binder) orderOutput(node plan.Node, cl clauses, box *scope, what string) plan.Node {
	cols := node.Columns()
	var keys []expr.SortKey
	if len(cl.orderBy) > 0 {
		s := &scope{parent: box.parent, base: box, ctes: box.ctes, clause: clauseOrderBy}
		it := &rangeItem{cols: make([]rangeCol, len(cols))}
		outs := make([]output, len(cols))
		for i, c := range cols {
			it.cols[i].col = c
			outs[i] = output{expr: &expr.Column{ID: c.ID, Typ: c.Type, Name: c.Name}, name: c.Name}
		}
		for _, o := range cl.orderBy {
			at := b.outputRef(o.Expr, outs, s, true)
			if at < 0 {
				if ref, ok := o.Expr.(*ast.ColumnRef); ok && len(ref.Parts) == 1 {
					panic(fail(ref.Pos, sqlerr.UndefinedColumn, "column \"%s\" does not exist", ref.Parts[0].Text))
				}
				if ref, ok := o.Expr.(*ast.ColumnRef); ok && len(ref.Parts) > 1 {
					panic(b.noTable("", ref.Parts[len(ref.Parts)-2].Text, ref.Pos, s))
				}
				if what == "VALUES" {
					s.items = []*rangeItem{it}
					keys = append(keys, sortKey(b.value(o.Expr, s), o))
					continue
				}
				panic(fail(start(o.Expr), sqlerr.FeatureNotSupported, "invalid UNION/INTERSECT/EXCEPT ORDER BY clause").
					WithDetail("Only result column names can be used, not expressions or functions.").
					WithHint("Add the expression/function to every SELECT, or move the UNION into a FROM clause."))
			}
			keys = append(keys, sortKey(outs[at].expr, o))
		}
	}
	return b.limit(sorted(node, keys), cl, keys, box, nil)
}

// setOp binds UNION, INTERSECT and EXCEPT; the types of both sides are unified
// column by column. A chain grows to the left and is bound in a loop, since its
// length is not bounded by the nesting of queries.
func (b *binder) setOp(op *ast.SetOp, box *scope) plan.Node {
	chain := []*ast.SetOp{op}
	for {
		next, ok := chain[len(chain)-1].Left.(*ast.SetOp)
		if !ok {
			break
		}
		chain = append(chain, next)
	}
	slices.Reverse(chain)
	node := b.body(chain[0].Left, box, queryFlags{keepUnknown: true})
	for _, op := range chain {
		node = b.combine(op, node, b.body(op.Right, box, queryFlags{keepUnknown: true}))
	}
	return node
}

var setOpNames = [...]string{"UNION", "INTERSECT", "EXCEPT"}

func (b *binder) combine(op *ast.SetOp, left, right plan.Node) plan.Node {
	lc, rc := left.Columns(), right.Columns()
	name := setOpNames[op.Kind]
	if len(lc) != len(rc) {
		panic(fail(outputPos(op.Right, 0), sqlerr.SyntaxError, "each %s query must have the same number of columns", name))
	}
	want := make([]*types.Type, len(lc))
	for i := range lc {
		want[i] = expr.CommonType([]*types.Type{lc[i].Type, rc[i].Type})
		if !op.All && want[i] != nil {
			equatable(want[i], outputPos(op.Left, i))
		}
		if want[i] == nil {
			panic(fail(outputPos(op.Right, i), sqlerr.DatatypeMismatch, "%s types %s and %s cannot be matched", name, lc[i].Type.Display, rc[i].Type.Display))
		}
		if !sameType(lc[i].Type, rc[i].Type) {
			want[i] = withoutMod(want[i])
		}
	}
	left, right = b.coerceColumns(left, want, op.Left.Position()), b.coerceColumns(right, want, op.Right.Position())
	if n, ok := left.(*plan.SetOp); ok && op.Kind == ast.Union && n.Kind == plan.Union && (n.All || !op.All) {
		n.All, n.Ins = op.All, append(n.Ins, right)
		for i := range n.Cols {
			n.Cols[i].NotNull = n.Cols[i].NotNull && rc[i].NotNull
		}
		return n
	}
	n := &plan.SetOp{Kind: setOpKinds[op.Kind], All: op.All, Ins: []plan.Node{left, right}, Cols: make([]plan.Column, len(lc))}
	for i := range lc {
		n.Cols[i] = plan.Column{ID: b.newID(), Name: lc[i].Name, Type: want[i], NotNull: lc[i].NotNull && rc[i].NotNull}
	}
	return n
}

var setOpKinds = [...]plan.SetOpKind{ast.Union: plan.Union, ast.Intersect: plan.Intersect, ast.Except: plan.Except}

// coerceColumns gives the columns of a node the wanted types: in its own
// projection where it has one, else in one on top.
func (b *binder) coerceColumns(n plan.Node, want []*types.Type, pos int) plan.Node {
	cols := n.Columns()
	same := true
	for i := range cols {
		same = same && sameType(cols[i].Type, want[i])
	}
	if same {
		return n
	}
	switch x := n.(type) {
	case *plan.Project:
		if len(x.Sets) == 0 {
			for i := range x.Items {
				x.Items[i].Expr = b.retype(x.Items[i].Expr, want[i], pos)
				x.Items[i].Col.Type = want[i]
			}
			return x
		}
	case *plan.Values:
		for _, row := range x.Rows {
			for i := range row {
				row[i] = b.retype(row[i], want[i], pos)
			}
		}
		for i := range x.Cols {
			x.Cols[i].Type = want[i]
		}
		return x
	case *plan.Limit:
		if anyUnknown(cols) && !sortsIn(x.Input) {
			x.Input = b.coerceColumns(x.Input, want, pos)
			return x
		}
	case *plan.With:
		x.Body = b.coerceColumns(x.Body, want, pos)
		return x
	}
	p := &plan.Project{Input: n, Items: make([]plan.Item, len(cols))}
	for i, c := range cols {
		var e expr.Expr = &expr.Column{ID: c.ID, Typ: c.Type, Name: c.Name}
		if c.Type.Is(types.Unknown) {
			e = &expr.Column{ID: c.ID, Typ: types.Text, Name: c.Name}
			e = b.convert(e, want[i], true, pos)
		} else {
			e = b.retype(e, want[i], pos)
		}
		c.ID, c.Type = b.newID(), want[i]
		p.Items[i] = plan.Item{Col: c, Expr: e}
	}
	return p
}

func anyUnknown(cols []plan.Column) bool {
	for _, c := range cols {
		if c.Type.Is(types.Unknown) {
			return true
		}
	}
	return false
}

func sortsIn(n plan.Node) bool { _, ok := n.(*plan.Sort); return ok }

// values binds VALUES as a query: each column has the common type of its
// expressions.
func (b *binder) values(v *ast.Values, box *scope, flags queryFlags) plan.Node {
	s := &scope{parent: box.parent, base: box, ctes: box.ctes, clause: clauseValues}
	n := &plan.Values{}
	for _, row := range v.Rows {
		out := make([]expr.Expr, len(row))
		for i, e := range row {
			out[i] = b.scalar(e, s)
		}
		if len(row) != len(v.Rows[0]) {
			panic(fail(start(row[0]), sqlerr.SyntaxError, "VALUES lists must all be the same length"))
		}
		n.Rows = append(n.Rows, out)
	}
	column := make([]expr.Expr, len(n.Rows))
	for i := range v.Rows[0] {
		known := false
		for r := range n.Rows {
			column[r] = n.Rows[r][i]
			known = known || !isUnknown(column[r])
		}
		t := types.Unknown
		if known || !flags.keepUnknown {
			t = b.unify(column, "VALUES", func(r int) int { return start(v.Rows[r][i]) })
			for r := range n.Rows {
				n.Rows[r][i] = b.settledRow(column[r])
			}
			if known && t.Kind == types.KindRecord {
				t = n.Rows[0][i].Type()
			}
		}
		n.Cols = append(n.Cols, plan.Column{ID: b.newID(), Name: "column" + itoa(i+1), Type: t})
	}
	return n
}
