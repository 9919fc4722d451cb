package binder

import (
	"strings"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// scalar binds an expression. Literals and parameters whose type nothing has
// said yet come back as unknown; the caller coerces or resolves them.
func (b *binder) scalar(e ast.Expr, s *scope) expr.Expr {
	b.enter(e.Position())
	defer b.leave()
	if b.o.Notes == nil {
		return b.scalarPlain(e, s)
	}
	from := len(b.referred)
	bound := b.scalarPlain(e, s)
	b.noteExpr(e, bound, from)
	return bound
}

func (b *binder) scalarPlain(e ast.Expr, s *scope) expr.Expr {
	switch x := e.(type) {
	case *ast.Literal:
		return b.constant(x)
	case *ast.ColumnRef:
		if x.Star && len(x.Parts) > 0 { // count(t.*): the row as a value
			if row := b.wholeRow(x.Parts[len(x.Parts)-1].Text, x.Pos, s); row != nil {
				return row
			}
		}
		if x.Star {
			panic(fail(x.Pos, sqlerr.FeatureNotSupported, "row expansion via \"*\" is not supported here"))
		}
		return b.columnRef(x, s)
	case *ast.Param:
		return b.param(x, s)
	case *ast.Binary:
		return b.binary(x, s)
	case *ast.Unary:
		return b.unary(x, s)
	case *ast.And:
		return &expr.And{Args: b.conditions(x.Args, "AND", s)}
	case *ast.Or:
		return &expr.Or{Args: b.conditions(x.Args, "OR", s)}
	case *ast.Not:
		return &expr.Not{Arg: b.boolean(b.scalar(x.X, s), "NOT", start(x.X))}
	case *ast.FuncCall:
		return b.call(x, s)
	case *ast.Cast:
		return b.castExpr(x, s)
	case *ast.Case:
		return b.caseExpr(x, s)
	case *ast.In:
		return b.in(x, s)
	case *ast.Is:
		return b.is(x, s)
	case *ast.Between:
		return b.between(x, s)
	case *ast.Like:
		return b.like(x, s)
	}
	return b.scalarRare(e, s)
}

func (b *binder) scalarRare(e ast.Expr, s *scope) expr.Expr {
	switch x := e.(type) {
	case *ast.Quantified:
		return b.quantified(x, s)
	case *ast.Exists:
		sub := b.subquery(x.Query, s)
		sub.Kind, sub.Typ = expr.ExistsSubquery, types.Bool
		return sub
	case *ast.Subquery:
		return b.scalarSubquery(x, s)
	case *ast.ArraySubquery:
		sub := b.subquery(x.Query, s)
		cols := sub.Plan.(plan.Node).Columns()
		if len(cols) != 1 {
			panic(fail(x.Pos, sqlerr.SyntaxError, "subquery must return only one column"))
		}
		sub.Kind, sub.Typ = expr.ArraySubquery, types.ArrayOf(withoutMod(cols[0].Type))
		return sub
	case *ast.ArrayExpr:
		return b.array(x, s)
	case *ast.RowExpr:
		return b.row(x, s)
	case *ast.Collate:
		return b.collate(x, s)
	case *ast.AtTimeZone:
		return b.callByName("timezone", []expr.Expr{b.scalar(x.Zone, s), b.scalar(x.X, s)}, x.Pos, s)
	case *ast.Subscript:
		return b.subscript(x, s)
	case *ast.FieldSelect:
		return b.fieldSelect(x, s)
	case *ast.Default:
		panic(fail(x.Pos, sqlerr.SyntaxError, "DEFAULT is not allowed in this context"))
	case *ast.GroupingSet:
		panic(fail(x.Pos, sqlerr.SyntaxError, "grouping sets are not allowed in this context"))
	}
	panic(fail(start(e), sqlerr.FeatureNotSupported, "expression %T is not supported", e))
}

// value binds an expression whose type must be known: unknown literals become
// text.
func (b *binder) value(e ast.Expr, s *scope) expr.Expr {
	return b.settledRow(b.resolveUnknown(b.scalar(e, s)))
}

// condition binds a boolean condition.
func (b *binder) condition(e ast.Expr, s *scope, c clause) expr.Expr {
	saved := s.clause
	s.clause = c
	cond := b.boolean(b.scalar(e, s), conditionNames[c], start(e))
	s.clause = saved
	return cond
}

var conditionNames = map[clause]string{
	clauseWhere: "WHERE", clauseHaving: "HAVING", clauseOn: "JOIN/ON", clauseFilter: "FILTER",
	clauseMergeWhen: "WHEN", clauseConflict: "WHERE", clauseCheck: "CHECK",
}

func (b *binder) conditions(args []ast.Expr, what string, s *scope) []expr.Expr {
	out := make([]expr.Expr, len(args))
	for i, a := range args {
		out[i] = b.boolean(b.scalar(a, s), what, start(a))
	}
	return out
}

// conjuncts splits a condition at its ANDs.
func conjuncts(list []expr.Expr, e expr.Expr) []expr.Expr {
	if and, ok := e.(*expr.And); ok {
		for _, a := range and.Args {
			list = conjuncts(list, a)
		}
		return list
	}
	return append(list, e)
}

// constant types a literal as PostgreSQL does: integers by their size, other
// numbers numeric, strings and NULL unknown.
func (b *binder) constant(l *ast.Literal) expr.Expr {
	switch l.Kind {
	case ast.NullLiteral:
		return &expr.Const{Typ: types.Unknown}
	case ast.BoolLiteral:
		return &expr.Const{Val: types.NewBool(l.Text == "true"), Typ: types.Bool}
	case ast.IntLiteral:
		return b.integer(l)
	case ast.NumericLiteral:
		return b.parsed(types.Numeric, strings.ReplaceAll(l.Text, "_", ""), l.Pos)
	case ast.BytesLiteral:
		return &expr.Const{Val: types.NewBytes(l.Text), Typ: types.Bytea}
	case ast.BitLiteral:
		return b.parsed(types.Bit, l.Text, l.Pos)
	}
	c := &expr.Const{Val: types.NewText(l.Text), Typ: types.Unknown}
	b.literals = append(b.literals, literalAt{c, l.Pos})
	return c
}

func (b *binder) parsed(t *types.Type, text string, pos int) expr.Expr {
	v, err := parseValue(t, text)
	check(err, pos)
	return &expr.Const{Val: v, Typ: t}
}

// integer reads digits, or 0x and hexadecimal digits.
func (b *binder) integer(l *ast.Literal) expr.Expr {
	text := strings.ReplaceAll(l.Text, "_", "")
	if i, ok := parseInteger(text); ok {
		if int64(int32(i)) == i {
			return &expr.Const{Val: types.NewInt(i), Typ: types.Int4}
		}
		return &expr.Const{Val: types.NewInt(i), Typ: types.Int8}
	}
	return b.parsed(types.Numeric, decimalText(text), l.Pos)
}

// param makes an untyped parameter, or one of the type it already has.
func (b *binder) param(p *ast.Param, s *scope) expr.Expr {
	index := p.Index - 1
	if len(b.functions) > 0 {
		return b.functionArg(index, p.Pos, s)
	}
	if index < 0 || index > 65535 {
		panic(fail(p.Pos, sqlerr.UndefinedParameter, "there is no parameter $%d", p.Index))
	}
	if index >= len(b.params) {
		b.params = append(b.params, make([]*types.Type, index+1-len(b.params))...)
	}
	if t := b.params[index]; t != nil {
		return &expr.Param{Index: index, Typ: t}
	}
	return &expr.Param{Index: index, Typ: types.Unknown}
}

func (b *binder) castExpr(c *ast.Cast, s *scope) expr.Expr {
	if a, ok := b.emptyArray(c); ok {
		return a
	}
	t := b.typeName(c.Type)
	e := b.scalar(c.X, s)
	return b.cast(e, t, start(c.X), c.Pos)
}

func (b *binder) caseExpr(c *ast.Case, s *scope) expr.Expr {
	defer func(around string) { s.lazy = around }(s.lazy)
	s.lazy = "CASE"
	var operand expr.Expr
	if c.Operand != nil {
		operand = b.scalar(c.Operand, s)
		if _, ok := operand.(*expr.Const); ok {
			operand = b.resolveUnknown(operand)
		}
	}
	out := &expr.Case{Whens: make([]expr.When, len(c.Whens))}
	results := make([]expr.Expr, len(c.Whens)+1)
	for i, w := range c.Whens {
		if operand != nil {
			if i > 0 {
				operand = b.again(c.Operand, operand, s)
			}
			out.Whens[i].Cond = b.boolean(b.operator("=", operand, b.scalar(w.Cond, s), start(w.Cond)), "CASE/WHEN", start(w.Cond))
		} else {
			out.Whens[i].Cond = b.boolean(b.scalar(w.Cond, s), "CASE/WHEN", start(w.Cond))
		}
		results[i+1] = b.scalar(w.Then, s)
	}
	results[0] = &expr.Const{Typ: types.Unknown}
	elsePos := c.Pos
	if c.Else != nil {
		results[0], elsePos = b.scalar(c.Else, s), start(c.Else)
	}
	out.Typ = b.unify(results, "CASE", func(i int) int {
		if i == 0 {
			return elsePos
		}
		return start(c.Whens[i-1].Then)
	})
	out.Else = results[0]
	for i := range out.Whens {
		out.Whens[i].Then = results[i+1]
	}
	return out
}

func (b *binder) array(a *ast.ArrayExpr, s *scope) expr.Expr {
	if len(a.Elems) == 0 {
		panic(fail(a.Pos, sqlerr.IndeterminateDatatype, "cannot determine type of empty array").
			WithHint("Explicitly cast to the desired type, for example ARRAY[]::integer[]."))
	}
	args := make([]expr.Expr, len(a.Elems))
	for i, x := range a.Elems {
		args[i] = b.scalar(x, s)
	}
	t := b.unify(args, "ARRAY", func(i int) int { return start(a.Elems[i]) })
	if t.Kind != types.KindArray || t.Base != nil { // a domain over arrays is an element as another
		t = types.ArrayOf(withoutMod(t))
	}
	return &expr.Array{Args: args, Typ: t}
}

// emptyArray binds ARRAY[]::t, which has no element to take a type from.
func (b *binder) emptyArray(c *ast.Cast) (expr.Expr, bool) {
	a, ok := c.X.(*ast.ArrayExpr)
	for ok && len(a.Elems) == 1 { // ARRAY[[]] is as empty as ARRAY[]
		inner, nested := a.Elems[0].(*ast.ArrayExpr)
		if !nested {
			break
		}
		a = inner
	}
	if !ok || len(a.Elems) > 0 {
		return nil, false
	}
	t := b.typeName(c.Type)
	if t.Kind != types.KindArray {
		return nil, false
	}
	return &expr.Array{Typ: t}, true
}

func (b *binder) row(r *ast.RowExpr, s *scope) expr.Expr {
	row := &expr.Row{}
	var fields []types.Field
	for i, x := range r.Elems {
		if c, ok := x.(*ast.ColumnRef); ok && c.Star {
			for _, o := range b.expandStar(c, s) {
				row.Args = append(row.Args, o.expr)
				fields = append(fields, types.Field{Name: o.name, Type: o.expr.Type()})
			}
			continue
		}
		e := b.scalar(x, s)
		row.Args = append(row.Args, e)
		fields = append(fields, types.Field{Name: "f" + itoa(i+1), Type: e.Type()})
	}
	row.Typ = recordType(fields)
	return row
}

// settledRow gives the fields of a row constructor that wait for a type one.
func (b *binder) settledRow(e expr.Expr) expr.Expr {
	r, ok := e.(*expr.Row)
	if !ok {
		return e
	}
	out := &expr.Row{Args: make([]expr.Expr, len(r.Args)), Whole: r.Whole}
	fields := make([]types.Field, len(r.Args))
	for i, a := range r.Args {
		out.Args[i] = b.settledRow(b.resolveUnknown(a))
		fields[i] = types.Field{Name: r.Typ.Fields[i].Name, Type: out.Args[i].Type()}
	}
	if out.Typ = r.Typ; !r.Typ.Is(types.RecordType) || r.Typ.Rel != 0 { // converted to a composite type
		return out
	}
	out.Typ = recordType(fields)
	out.Typ.Name, out.Typ.Display = r.Typ.Name, r.Typ.Display
	return out
}

func (b *binder) collate(c *ast.Collate, s *scope) expr.Expr {
	e := b.resolveUnknown(b.scalar(c.X, s))
	t := expr.BaseType(e.Type())
	if t.Category != 'S' {
		panic(fail(c.Pos, sqlerr.DatatypeMismatch, "collations are not supported by type %s", t.Display))
	}
	name := c.Collation.Name
	check(types.CheckCollation(name), c.Collation.Pos)
	out := withCollation(e, name)
	if b.collated == nil {
		b.collated = map[expr.Expr]bool{}
	}
	b.collated[out] = true
	return out
}

// withCollation relabels an expression of a text type.
func withCollation(e expr.Expr, name string) expr.Expr {
	if strings.EqualFold(name, "c") || strings.EqualFold(name, "posix") || strings.EqualFold(name, "default") || strings.EqualFold(name, "binary") {
		name = ""
	}
	t := *expr.BaseType(e.Type())
	t.Collation = name
	if c, ok := e.(*expr.Const); ok {
		return &expr.Const{Val: c.Val, Typ: &t}
	}
	return &expr.Cast{Arg: e, To: &t, Implicit: true, Pos: -1}
}

// subscript binds a[i], a[i][j], a[lo:hi] and, of jsonb, j['key'].
func (b *binder) subscript(x *ast.Subscript, s *scope) expr.Expr {
	var steps []*ast.Subscript // outermost first
	var e ast.Expr = x
	for {
		sub, ok := e.(*ast.Subscript)
		if !ok {
			break
		}
		steps = append(steps, sub)
		e = sub.X
	}
	arg := b.scalar(e, s)
	t := expr.BaseType(arg.Type())
	switch t.Kind {
	case types.KindJSONB:
		args := []expr.Expr{arg}
		for i := len(steps) - 1; i >= 0; i-- {
			if steps[i].Slice {
				panic(fail(steps[i].Pos, sqlerr.DatatypeMismatch, "jsonb subscript does not support slices"))
			}
			key, _ := b.jsonbKey(steps[i].Index, s)
			args = append(args, key)
		}
		return b.callByName("jsonb_subscript", args, x.Pos, s)
	case types.KindArray:
	default:
		panic(fail(start(x), sqlerr.DatatypeMismatch, "cannot subscript type %s because it does not support subscripting", t.Display))
	}
	bound := func(e ast.Expr) expr.Expr {
		if e == nil {
			return &expr.Const{Typ: types.Int8}
		}
		return b.assign(b.scalar(e, s), types.Int8, nil, "", start(e))
	}
	args := []expr.Expr{arg}
	sliced := false
	for _, step := range steps {
		sliced = sliced || step.Slice
	}
	for i := len(steps) - 1; i >= 0; i-- {
		step := steps[i]
		switch {
		case step.Slice:
			args = append(args, bound(step.Lo), bound(step.Hi))
		case sliced: // beside a slice, [n] is [1:n]
			args = append(args, &expr.Const{Val: types.NewInt(1), Typ: types.Int8}, bound(step.Index))
		default:
			args = append(args, bound(step.Index))
		}
	}
	if sliced {
		return b.callByName("array_slice", args, x.Pos, s)
	}
	return b.callByName("array_subscript", args, x.Pos, s)
}

func (b *binder) fieldSelect(x *ast.FieldSelect, s *scope) expr.Expr {
	if x.Star {
		panic(fail(x.Pos, sqlerr.FeatureNotSupported, "row expansion via \"*\" is not supported here"))
	}
	// (t).a where t is a FROM item needs no record.
	if c, ok := x.X.(*ast.ColumnRef); ok && len(c.Parts) == 1 && b.findColumn(c.Parts[0].Text, c.Pos, s) == nil {
		if item, _ := b.findTable("", c.Parts[0].Text, c.Pos, s); item != nil {
			return b.qualifiedColumn("", c.Parts[0].Text, x.Field, x.Pos, s)
		}
	}
	return b.field(b.scalar(x.X, s), x.Field, x.Pos)
}

func (b *binder) field(arg expr.Expr, name string, pos int) expr.Expr {
	t := expr.BaseType(arg.Type())
	if t.Kind != types.KindRecord {
		panic(fail(pos, sqlerr.WrongObjectType, "column notation .%s applied to type %s, which is not a composite type", name, t.Display))
	}
	for i, f := range t.Fields {
		if f.Name != name {
			continue
		}
		if r, ok := arg.(*expr.Row); ok {
			return b.resolveUnknown(r.Args[i])
		}
		return &expr.Field{Arg: arg, Index: i, Typ: f.Type}
	}
	if !t.Is(types.RecordType) {
		panic(fail(pos, sqlerr.UndefinedColumn, "column \"%s\" not found in data type %s", name, types.FormatName(t)))
	}
	panic(fail(pos, sqlerr.UndefinedColumn, "could not identify column \"%s\" in record data type", name))
}
