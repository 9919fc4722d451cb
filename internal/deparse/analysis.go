package deparse

import (
	"strings"

	"github.com/zqlite/zqlite/internal/binder"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// analysis turns syntax into nodes by what the binder noted. It fails by a
// panic of *sqlerr.Error, which the package's functions return.
type analysis struct {
	o     binder.Options // names are written for its search path
	bind  binder.Options // stored text was bound with this one
	notes *binder.Notes
}

func unsupported(n ast.Node) *sqlerr.Error {
	return sqlerr.New(sqlerr.FeatureNotSupported, "%T cannot be written", n)
}

// value analyses an expression that stands alone: a literal that nothing has
// typed is text.
func (a *analysis) value(e ast.Expr) node {
	n := a.expr(e)
	if unknown(n) {
		return a.implicitly(n, types.Text)
	}
	return n
}

// condition analyses a boolean expression.
func (a *analysis) condition(e ast.Expr) node {
	n := a.expr(e)
	if unknown(n) {
		return a.implicitly(n, types.Bool)
	}
	return n
}

func (a *analysis) list(es []ast.Expr) []node {
	out := make([]node, len(es))
	for i, e := range es {
		out[i] = a.expr(e)
	}
	return out
}

// expr analyses any expression; literals without a context are unknown.
func (a *analysis) expr(e ast.Expr) node {
	switch x := e.(type) {
	case *ast.Literal:
		return a.constant(x, "")
	case *ast.ColumnRef:
		return a.column(x)
	case *ast.Param:
		if m, ok := a.notes.Names[x]; ok { // an argument of a function
			return &column{m: m, t: m.Type}
		}
		return &word{text: "$" + itoa(x.Index), t: a.noted(x)}
	case *ast.Unary:
		if l, ok := x.X.(*ast.Literal); ok && (l.Kind == ast.IntLiteral || l.Kind == ast.NumericLiteral) {
			if x.Op == "-" {
				return a.constant(l, "-")
			}
		}
		n := a.prefix(x.Op, a.expr(x.X)).(*operator)
		n.op = a.operatorName(x.OpSchema, x.Op)
		return n
	case *ast.Binary:
		return a.infix(x)
	case *ast.And:
		return a.junction("AND", x.Args)
	case *ast.Or:
		return a.junction("OR", x.Args)
	case *ast.Not:
		return not(a.condition(x.X))
	case *ast.Is:
		return a.is(x)
	case *ast.Between:
		return a.between(x)
	case *ast.In:
		return a.in(x)
	case *ast.Like:
		return a.like(x)
	case *ast.Cast:
		return a.cast(x)
	case *ast.Case:
		return a.choice(x)
	case *ast.FuncCall:
		return a.call(x)
	}
	return a.rare(e)
}

func (a *analysis) rare(e ast.Expr) node {
	switch x := e.(type) {
	case *ast.Quantified:
		if x.Query != nil {
			words := " ANY"
			if x.All {
				words = " ALL"
			}
			if x.Op == "=" && !x.All {
				return a.quantified(x.X, "=", "IN", x.Query)
			}
			return a.quantified(x.X, x.Op, x.Op+words, x.Query)
		}
		return a.arrayTest(x.Op, a.expr(x.X), a.expr(x.Array), x.All)
	case *ast.Exists:
		return &subquery{kind: "EXISTS", query: x.Query, t: types.Bool}
	case *ast.Subquery:
		return &subquery{query: x.Query, t: a.firstColumn(x.Query)}
	case *ast.ArraySubquery:
		return &subquery{kind: "ARRAY", query: x.Query, t: a.noted(x)}
	case *ast.ArrayExpr:
		return a.array(x, nil)
	case *ast.RowExpr:
		return &call{name: "ROW", args: a.list(x.Elems), grammar: true, t: a.noted(x)}
	case *ast.Collate:
		n := a.value(x.X)
		return &collated{arg: n, name: x.Collation.Name}
	case *ast.AtTimeZone:
		return a.builtin(&ast.FuncCall{Name: ast.QualifiedName{Name: "timezone"}, Args: []ast.Expr{x.Zone, x.X}}, "AT TIME ZONE")
	case *ast.Subscript:
		return a.subscript(x)
	case *ast.FieldSelect:
		if m, ok := a.notes.Names[x]; ok {
			return &column{m: m, t: m.Type}
		}
		return &field{arg: a.expr(x.X), name: x.Field, t: a.noted(x)}
	}
	panic(unsupported(e))
}

func itoa(i int) string { return string(types.Append(nil, types.NewInt(int64(i)), types.Int8, nil)) }

// noted is the type that the binder gave an expression.
func (a *analysis) noted(e ast.Expr) *types.Type {
	if t := a.notes.Types[e]; t != nil {
		return t
	}
	return types.Text
}

func (a *analysis) firstColumn(q *ast.Select) *types.Type {
	if cols := a.notes.Queries[q]; len(cols) > 0 {
		return cols[0].Type
	}
	return types.Text
}

// constant types a literal as PostgreSQL does.
func (a *analysis) constant(l *ast.Literal, sign string) node {
	text := strings.ReplaceAll(l.Text, "_", "")
	parsed := func(t *types.Type) node { return &constant{text: a.valueText(sign+text, t), t: t} }
	switch l.Kind {
	case ast.NullLiteral:
		return &constant{null: true, t: types.Unknown}
	case ast.BoolLiteral:
		return &constant{text: l.Text, t: types.Bool}
	case ast.IntLiteral:
		for _, t := range []*types.Type{types.Int4, types.Int8} {
			if _, err := types.Parse(sign+text, t, nil); err == nil && (t.Is(types.Int8) || fits32(sign+text)) {
				return parsed(t)
			}
		}
		return parsed(types.Numeric)
	case ast.NumericLiteral:
		return parsed(types.Numeric)
	case ast.BytesLiteral:
		return &constant{text: types.Format(types.NewBytes(l.Text), types.Bytea, nil), t: types.Bytea}
	case ast.BitLiteral:
		return &constant{text: l.Text, t: types.Bit}
	}
	return &constant{text: l.Text, t: types.Unknown}
}

func fits32(text string) bool {
	v, err := types.Parse(text, types.Int8, nil)
	return err == nil && int64(int32(v.I)) == v.I
}

func (a *analysis) column(x *ast.ColumnRef) node {
	m, ok := a.notes.Names[x]
	if !ok {
		panic(unsupported(x))
	}
	return &column{m: m, t: m.Type}
}

func (a *analysis) infix(x *ast.Binary) node {
	l, r := a.expr(x.L), a.expr(x.R)
	if lr, ok := rowOf(l); ok {
		if rr, ok := rowOf(r); ok {
			return a.rows(x.Op, lr.args, rr.args)
		}
		if sub, ok := x.R.(*ast.Subquery); ok {
			return &subquery{kind: x.Op, test: lr.args, query: sub.Query, t: types.Bool}
		}
	}
	n := a.binary(x.Op, l, r).(*operator)
	if _, comparison := expr.CompareOps[x.Op]; !comparison {
		n.t = a.noted(x)
	}
	n.op = a.operatorName(x.OpSchema, x.Op)
	return n
}

func rowOf(n node) (*call, bool) {
	c, ok := n.(*call)
	return c, ok && c.name == "ROW"
}

// rows compares row constructors: by each field, or as rows where their order
// counts.
func (a *analysis) rows(op string, l, r []node) node {
	if len(l) != len(r) {
		panic(sqlerr.New(sqlerr.SyntaxError, "unequal number of entries in row expressions"))
	}
	parts := make([]node, len(l))
	for i := range l {
		parts[i] = a.binary(op, l[i], r[i])
	}
	switch {
	case len(parts) == 1:
		return parts[0]
	case op == "=":
		return &junction{op: "AND", args: parts}
	case op == "<>":
		return &junction{op: "OR", args: parts}
	}
	out := &rowCompare{op: op}
	for _, p := range parts {
		out.l, out.r = append(out.l, p.(*operator).args[0]), append(out.r, p.(*operator).args[1])
	}
	return out
}

// junction analyses AND and OR. Terms in parentheses are part of the list at
// its left end only, as PostgreSQL's grammar has it.
func (a *analysis) junction(op string, args []ast.Expr) node {
	out := &junction{op: op}
	for i, e := range args {
		n := a.condition(e)
		same := false
		switch e.(type) {
		case *ast.And:
			same = op == "AND"
		case *ast.Or:
			same = op == "OR"
		}
		if j, ok := n.(*junction); ok && i == 0 && same {
			out.args = append(out.args, j.args...)
		} else {
			out.args = append(out.args, n)
		}
	}
	return out
}

func not(n node) node { return &junction{op: "NOT", args: []node{n}} }

func (a *analysis) is(x *ast.Is) node {
	arg := a.value(x.X)
	words := map[ast.IsKind]string{ast.IsNull: "NULL", ast.IsTrue: "TRUE", ast.IsFalse: "FALSE", ast.IsUnknown: "UNKNOWN"}[x.Kind]
	switch x.Kind {
	case ast.IsDistinctFrom:
		return a.distinct(a.expr(x.X), a.expr(x.Y), x.Not)
	case ast.IsNormalized:
		n := &call{args: []node{arg}, syntax: "IS " + x.Form + " NORMALIZED", t: types.Bool}
		if x.Not {
			return not(n)
		}
		return n
	case ast.IsNull:
		if _, row := rowOf(arg); !row && arg.typ().Kind == types.KindRecord {
			words = map[bool]string{false: "NOT DISTINCT FROM NULL", true: "DISTINCT FROM NULL"}[x.Not]
			return &test{arg: arg, words: "IS " + words}
		}
	}
	if x.Not {
		words = "NOT " + words
	}
	return &test{arg: arg, words: "IS " + words}
}

func (a *analysis) distinct(l, r node, negated bool) node {
	lr, lok := rowOf(l)
	rr, rok := rowOf(r)
	if lok && rok && len(lr.args) == len(rr.args) {
		parts := make([]node, len(lr.args))
		for i := range lr.args {
			parts[i] = a.distinct(lr.args[i], rr.args[i], false)
		}
		var out node = &junction{op: "OR", args: parts}
		if len(parts) == 1 {
			out = parts[0]
		}
		if negated {
			return not(out)
		}
		return out
	}
	if c, ok := r.(*constant); ok && c.null && unknown(c) { // a test for NULL
		return &test{arg: l, words: map[bool]string{true: "IS NULL", false: "IS NOT NULL"}[negated]}
	}
	op := a.binary("=", l, r).(*operator)
	out := &test{arg: op.args[0], b: op.args[1], words: "IS DISTINCT FROM"}
	if negated {
		return not(out)
	}
	return out
}

func (a *analysis) between(x *ast.Between) node {
	within := func(lo, hi ast.Expr) node {
		ops, word := [2]string{">=", "<="}, "AND"
		if x.Not {
			ops, word = [2]string{"<", ">"}, "OR"
		}
		return &junction{op: word, args: []node{
			a.compare(ops[0], a.expr(x.X), a.expr(lo)), a.compare(ops[1], a.expr(x.X), a.expr(hi))}}
	}
	if !x.Symmetric {
		return within(x.Lo, x.Hi)
	}
	word := "OR"
	if x.Not {
		word = "AND"
	}
	return &junction{op: word, args: []node{within(x.Lo, x.Hi), within(x.Hi, x.Lo)}}
}

// compare compares two operands, which may be rows.
func (a *analysis) compare(op string, l, r node) node {
	if lr, ok := rowOf(l); ok {
		if rr, ok := rowOf(r); ok {
			return a.rows(op, lr.args, rr.args)
		}
	}
	return a.binary(op, l, r)
}

// in analyses IN: constants beside each other become one array, what refers to
// columns is compared by itself.
func (a *analysis) in(x *ast.In) node {
	if x.Query != nil {
		n := a.quantified(x.X, "=", "IN", x.Query)
		if x.Not {
			return not(n)
		}
		return n
	}
	op, word := "=", "OR"
	if x.Not {
		op, word = "<>", "AND"
	}
	arg := a.expr(x.X)
	_, row := rowOf(arg)
	var fixed, own []node
	for _, e := range x.List {
		if n := a.expr(e); refersToColumns(n) {
			own = append(own, n)
		} else {
			fixed = append(fixed, n)
		}
	}
	var parts []node
	common := commonType(append([]node{arg}, fixed...))
	if len(fixed) > 1 && !row && common.Kind != types.KindRecord {
		for i := range fixed {
			fixed[i] = a.implicitly(fixed[i], common)
		}
		list := &call{name: "ARRAY", bare: true, args: fixed, t: types.ArrayOf(common)}
		parts = append(parts, a.arrayTest(op, arg, list, x.Not))
	} else {
		own = nil
		for _, e := range x.List {
			own = append(own, a.expr(e))
		}
	}
	for _, n := range own {
		parts = append(parts, a.compare(op, arg, n))
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return &junction{op: word, args: parts}
}

// arrayTest makes x op ANY|ALL (array).
func (a *analysis) arrayTest(op string, arg, array node, all bool) node {
	at := expr.BaseType(array.typ())
	elem := types.Unknown
	if at.Kind == types.KindArray {
		elem = at.Elem
	}
	lw, rw, _ := a.overload(op, arg.typ(), elem)
	if elem.Is(types.Unknown) {
		array = a.implicitly(array, types.ArrayOf(rw))
	} else if !elem.Is(rw) {
		array = a.implicitly(array, types.ArrayOf(rw))
	}
	return &arrayTest{op: op, arg: a.implicitly(arg, lw), array: array, all: all}
}

// quantified makes x op ANY|ALL (query) and x IN (query).
func (a *analysis) quantified(x ast.Expr, op, words string, q *ast.Select) node {
	test := []node{a.expr(x)}
	if r, ok := rowOf(test[0]); ok {
		test = r.args
	}
	cols := a.notes.Queries[q]
	for i := range test {
		if i < len(cols) {
			lw, _, _ := a.overload(op, test[i].typ(), cols[i].Type)
			test[i] = a.implicitly(test[i], lw)
		}
	}
	return &subquery{kind: words, test: test, query: q, t: types.Bool}
}

// like writes the predicates as the operators that they stand for.
func (a *analysis) like(x *ast.Like) node {
	pattern := a.expr(x.Pattern)
	args := []node{a.implicitly(pattern, types.Text)}
	if x.Escape != nil {
		args = append(args, a.implicitly(a.expr(x.Escape), types.Text))
	}
	op := map[ast.LikeKind]string{ast.LikeLike: "~~", ast.LikeILike: "~~*", ast.LikeSimilar: "~", ast.LikeRegexp: "~"}[x.Kind]
	switch {
	case x.Kind == ast.LikeGlob:
		n := &call{name: "glob", args: []node{args[0], a.implicitly(a.expr(x.X), types.Text)}, t: types.Bool}
		if x.Not {
			return not(n)
		}
		return n
	case x.Kind == ast.LikeSimilar:
		pattern = &call{name: "similar_to_escape", args: args, t: types.Text}
	case x.Escape != nil:
		pattern = &call{name: "like_escape", args: args, t: types.Text}
	}
	if x.Not {
		op = "!" + op
	}
	return a.binary(op, a.expr(x.X), pattern)
}
