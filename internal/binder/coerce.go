package binder

import (
	"strings"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// isUnknown reports whether an expression still waits for its type: a string
// or NULL literal, or a parameter.
func isUnknown(e expr.Expr) bool { return e.Type().Is(types.Unknown) }

// coerce brings an expression to a type that implicit casts reach.
func (b *binder) coerce(e expr.Expr, t *types.Type, pos int) expr.Expr {
	return b.convert(e, t, false, pos)
}

// convert makes the cast to t; what is allowed was checked before. Without
// explicit an expression whose values are as good keeps its own type.
func (b *binder) convert(e expr.Expr, t *types.Type, explicit bool, pos int) expr.Expr {
	if isUnknown(e) {
		return b.settle(e, t, explicit, pos)
	}
	from := e.Type()
	if from == t || from.Kind != types.KindRecord && sameType(from, t) {
		return e
	}
	relabel := expr.IsRelabel(from, t)
	if c, ok := e.(*expr.Const); ok && (relabel || c.Val.IsNull() && t.Domain == nil) {
		return &expr.Const{Val: c.Val, Typ: t}
	}
	if relabel && !explicit {
		return e
	}
	if r, ok := e.(*expr.Row); ok && t.Kind == types.KindRecord && !t.Is(types.RecordType) {
		rowFits(r, expr.BaseType(t), explicit, pos)
	}
	if r, ok := e.(*expr.Row); ok && explicit && t.OID == types.RecordType.OID && len(t.Fields) == 0 {
		row := *b.settledRow(r).(*expr.Row)
		row.Whole = true
		return &row
	}
	if r, ok := e.(*expr.Row); ok && t.Kind == types.KindRecord && len(t.Fields) == len(r.Args) {
		row := b.convertRow(r, expr.BaseType(t), explicit, pos)
		if t.Domain == nil {
			return row
		}
		return b.castTo(row, t, explicit, !explicit, pos)
	}
	if a, ok := e.(*expr.Array); ok && t.Kind == types.KindArray && t.Domain == nil {
		return b.convertArray(a, t, explicit, pos)
	}
	return b.castTo(e, t, explicit, !explicit, pos)
}

// retype is convert for where the result is to have the type itself: columns
// that are put beside each other, branches of one expression.
func (b *binder) retype(e expr.Expr, t *types.Type, pos int) expr.Expr {
	e = b.convert(e, t, false, pos)
	if e.Type().Is(t) || e.Type().Kind == types.KindRecord {
		return e
	}
	return b.castTo(e, t, false, true, pos)
}

// rowFits refuses a row whose fields are not those of a composite type.
func rowFits(r *expr.Row, t *types.Type, explicit bool, pos int) {
	detail := ""
	for i := range min(len(r.Args), len(t.Fields)) {
		from, to := r.Args[i].Type(), t.Fields[i].Type
		if ok := explicit && castable(from, to) || assignable(from, to); !ok && detail == "" {
			detail = "Cannot cast type " + types.FormatName(from) + " to " + types.FormatName(to) + " in column " + itoa(i+1) + "."
		}
	}
	switch {
	case detail != "":
	case len(r.Args) < len(t.Fields):
		detail = "Input has too few columns."
	case len(r.Args) > len(t.Fields):
		detail = "Input has too many columns."
	default:
		return
	}
	panic(fail(pos, sqlerr.CannotCoerce, "cannot cast type %s to %s", types.FormatName(r.Typ), types.FormatName(t)).WithDetail("%s", detail))
}

func (b *binder) convertRow(r *expr.Row, t *types.Type, explicit bool, pos int) expr.Expr {
	row := &expr.Row{Args: make([]expr.Expr, len(r.Args)), Typ: t, Whole: explicit || r.Whole}
	for i, a := range r.Args {
		row.Args[i] = b.convert(a, t.Fields[i].Type, explicit, pos)
	}
	return row
}

func (b *binder) convertArray(a *expr.Array, t *types.Type, explicit bool, pos int) expr.Expr {
	arr := &expr.Array{Args: make([]expr.Expr, len(a.Args)), Typ: t}
	for i, x := range a.Args {
		if x.Type().Kind == types.KindArray && t.Elem.Kind != types.KindArray {
			arr.Args[i] = b.convert(x, t, explicit, pos)
		} else {
			arr.Args[i] = b.convert(x, t.Elem, explicit, pos)
		}
	}
	return arr
}

// settle gives an unknown literal or parameter its type.
func (b *binder) settle(e expr.Expr, t *types.Type, explicit bool, pos int) expr.Expr {
	if t.Is(types.Unknown) {
		return e
	}
	switch x := e.(type) {
	case *expr.Const:
		if x.Val.IsNull() && (t.Domain == nil || !t.Domain.NotNull) {
			return &expr.Const{Typ: t}
		}
		return b.literal(x, t, explicit, pos)
	case *expr.Param:
		return b.settleParam(x, t, explicit, pos)
	case *expr.Coalesce: // NULLIF and the like of unknown operands
		return b.castTo(b.resolveUnknown(e), t, explicit, !explicit, pos)
	}
	return b.castTo(e, t, explicit, !explicit, pos)
}

// settleParam gives a parameter its type at its first use that says one; at
// later uses it is converted from that.
func (b *binder) settleParam(p *expr.Param, t *types.Type, explicit bool, pos int) expr.Expr {
	if known := b.params[p.Index]; known != nil {
		typed := &expr.Param{Index: p.Index, Typ: known}
		if !castable(known, t) {
			panic(fail(pos, sqlerr.AmbiguousParameter, "inconsistent types deduced for parameter $%d", p.Index+1).
				WithDetail("%s versus %s", known.Display, t.Display))
		}
		return b.convert(typed, t, explicit || !assignable(known, t), pos)
	}
	base := withoutMod(expr.BaseType(t))
	b.params[p.Index] = base
	return b.convert(&expr.Param{Index: p.Index, Typ: base}, t, explicit, pos)
}

// resolveUnknown gives what no context has typed a type of its own: literals
// are text, parameters what the argument is, else text.
func (b *binder) resolveUnknown(e expr.Expr) expr.Expr {
	if !isUnknown(e) {
		return e
	}
	if p, ok := e.(*expr.Param); ok {
		if b.params[p.Index] == nil {
			if t := b.argType(p.Index); t != nil {
				b.typedByArgs = true
				return b.settle(e, t, false, -1)
			}
		} else {
			return b.settle(e, b.params[p.Index], false, -1)
		}
	}
	return b.settle(e, types.Text, false, -1)
}

// argType is the type of an argument as the caller gave it, or nil.
func (b *binder) argType(index int) *types.Type {
	if index < len(b.o.ParamTypes) {
		if t := b.o.ParamTypes[index]; t != nil && !t.Is(types.Unknown) {
			return t
		}
	}
	return nil
}

// typeOf is the type for choosing an overload. byArgs lets parameters that
// wait for one have the type of the argument.
func (b *binder) typeOf(e expr.Expr, byArgs bool) *types.Type {
	if p, ok := e.(*expr.Param); ok && isUnknown(e) {
		if t := b.params[p.Index]; t != nil {
			return t
		}
		if t := b.argType(p.Index); t != nil && byArgs {
			return t
		}
	}
	return e.Type()
}

func (b *binder) typesOf(args []expr.Expr, byArgs bool) []*types.Type {
	ts := make([]*types.Type, len(args))
	for i, a := range args {
		ts[i] = b.typeOf(a, byArgs)
	}
	return ts
}

// untyped reports whether an argument is a parameter that has no type yet but
// whose argument has one.
func (b *binder) untyped(args []expr.Expr) bool {
	for _, a := range args {
		if p, ok := a.(*expr.Param); ok && isUnknown(a) && b.params[p.Index] == nil && b.argType(p.Index) != nil {
			return true
		}
	}
	return false
}

// literal reads a string literal as a value of type t. What depends on the
// session or the clock is left for run time, as are modifiers and domains.
func (b *binder) literal(c *expr.Const, t *types.Type, explicit bool, pos int) expr.Expr {
	base := expr.BaseType(t)
	if base.Is(types.RecordType) && len(base.Fields) == 0 && !c.Val.IsNull() {
		panic(fail(b.placeOf(c, pos), sqlerr.FeatureNotSupported, "input of anonymous composite types is not implemented"))
	}
	if c.Val.IsNull() {
		return b.castTo(&expr.Const{Typ: base}, t, explicit, !explicit, pos)
	}
	if base.Kind == types.KindText {
		typed := &expr.Const{Val: c.Val, Typ: withoutMod(base)}
		if !base.Is(types.Char) && !base.Is(types.Name) && !base.Is(types.CharByte) && base.Mod < 0 && t.Domain == nil && base.OID != types.JSONPath.OID {
			if base.Collation != "" {
				typed.Typ = base
			}
			return typed
		}
		if base.OID == types.JSONPath.OID {
			v, err := parseValue(base, c.Val.S)
			if err != nil {
				check(err, b.placeOf(c, pos))
			}
			return b.checked(&expr.Const{Val: v, Typ: base}, t)
		}
		return b.castTo(&expr.Const{Val: c.Val, Typ: types.Text}, t, explicit, !explicit, pos)
	}
	if base.Kind == types.KindInterval && base.Mod >= 0 { // a bare number means what the fields say
		return b.castTo(&expr.Const{Val: c.Val, Typ: types.Unknown}, t, true, false, pos)
	}
	if !foldable(base, c.Val.S) {
		return b.castTo(&expr.Const{Val: c.Val, Typ: types.Text}, t, true, false, pos)
	}
	plain := withoutMod(base)
	v, err := parseValue(plain, c.Val.S)
	if err != nil {
		check(err, b.placeOf(c, pos))
	}
	typed := &expr.Const{Val: v, Typ: plain}
	if base.Mod >= 0 || t.Domain != nil {
		return b.castTo(typed, t, explicit, !explicit, pos)
	}
	return b.checked(typed, t)
}

// placeOf is where a string literal stands in the statement.
func (b *binder) placeOf(c *expr.Const, pos int) int {
	for _, l := range b.literals {
		if l.lit == c {
			return l.pos
		}
	}
	return pos
}

// foldable reports whether the text of a literal always means the same value.
func foldable(t *types.Type, text string) bool {
	switch t.Kind {
	case types.KindTimestampTZ, types.KindTimeTZ, types.KindRecord:
		return false
	case types.KindRange, types.KindMultirange:
		return foldable(t.Sub, "0") && !isClock(t.Sub)
	case types.KindInt:
		return !isReg(t)
	case types.KindTime: // not now, allballs …
		text = strings.TrimLeft(text, " ")
		return text != "" && text[0] >= '0' && text[0] <= '9'
	case types.KindDate, types.KindTimestamp: // not now, today …; other orders depend on DateStyle
		text = strings.TrimLeft(text, " ")
		return len(text) >= 10 && text[4] == '-' && strings.Trim(text[:4], "0123456789") == ""
	case types.KindInterval: // a sign may hold for all fields, which IntervalStyle says
		text = strings.TrimLeft(text, " ")
		return text == "" || text[0] != '-'
	case types.KindArray:
		return t.Elem != nil && t.Elem.Kind != types.KindRecord && t.Elem.Kind != types.KindInterval && foldable(t.Elem, "0") && !isClock(t.Elem)
	}
	return true
}

func isClock(t *types.Type) bool {
	return t.Kind == types.KindDate || t.Kind == types.KindTime || t.Kind == types.KindTimestamp
}

func isReg(t *types.Type) bool {
	return types.IsReg(t)
}

// cast binds an explicit cast: pos is where the operand stands, castPos the
// cast.
func (b *binder) cast(e expr.Expr, t *types.Type, pos, castPos int) expr.Expr {
	if isUnknown(e) {
		return b.settle(e, t, true, pos)
	}
	if c := b.castBetween(e.Type(), t, "iae"); c != nil {
		return b.applyCast(c, e, t, true, castPos)
	}
	if !castable(e.Type(), t) {
		panic(fail(castPos, sqlerr.CannotCoerce, "cannot cast type %s to %s", e.Type().Display, t.Display))
	}
	return b.convert(e, t, true, pos)
}

// assign coerces a value that is stored in a column of rel (nil: of no
// relation), by the wider rules of assignment.
func (b *binder) assign(e expr.Expr, t *types.Type, rel *catalog.Relation, column string, pos int) expr.Expr {
	if isUnknown(e) {
		return b.settle(e, t, false, pos)
	}
	from := e.Type()
	if c := b.castBetween(from, t, "ia"); c != nil {
		return b.applyCast(c, e, t, false, pos)
	}
	if expr.BaseType(t).Kind == types.KindBool && isInteger(from) {
		return b.convert(b.truth(e), t, false, pos)
	}
	if !assignable(from, t) {
		what := "column \"" + column + "\""
		if column == "" {
			what = "the target"
		}
		err := fail(pos, sqlerr.DatatypeMismatch, "%s is of type %s but expression is of type %s", what, t.Display, from.Display).
			WithHint("You will need to rewrite or cast the expression.")
		if rel != nil {
			err = err.WithTable(rel.Schema, rel.Name).WithColumn(column)
		}
		panic(err)
	}
	if from == t {
		return e
	}
	return b.convert(e, t, false, pos)
}

// isInteger reports whether t is one of the integer types, oid left out.
func isInteger(t *types.Type) bool {
	t = expr.BaseType(t)
	return t.Kind == types.KindInt && (t.Is(types.Int2) || t.Is(types.Int4) || t.Is(types.Int8))
}

// truth makes a condition of an integer: non-zero is true.
func (b *binder) truth(e expr.Expr) expr.Expr {
	if c, ok := e.(*expr.Const); ok {
		if c.Val.IsNull() {
			return &expr.Const{Typ: types.Bool}
		}
		return &expr.Const{Val: types.NewBool(c.Val.I != 0), Typ: types.Bool}
	}
	return &expr.Compare{Op: expr.NE, A: e, B: &expr.Const{Val: types.NewInt(0), Typ: e.Type()}}
}

// boolean coerces the argument of a condition.
func (b *binder) boolean(e expr.Expr, what string, pos int) expr.Expr {
	switch t := e.Type(); {
	case t.Is(types.Unknown):
		return b.settle(e, types.Bool, false, pos)
	case expr.BaseType(t).Kind == types.KindBool:
		return e
	case isInteger(t):
		return b.truth(e)
	default:
		panic(fail(pos, sqlerr.DatatypeMismatch, "argument of %s must be type boolean, not type %s", what, t.Display))
	}
}

// unify brings expressions to their common type.
func (b *binder) unify(args []expr.Expr, what string, pos func(i int) int) *types.Type {
	t := b.common(args, what, pos)
	for i := range args {
		args[i] = b.retype(args[i], t, pos(i))
	}
	return t
}

// common finds the common type of expressions; what names the construct in the
// error.
func (b *binder) common(args []expr.Expr, what string, pos func(i int) int) *types.Type {
	for i := range args {
		args[i] = b.settledRow(args[i])
	}
	ts := b.typesOf(args, false)
	allUnknown := true
	for _, t := range ts {
		allUnknown = allUnknown && t.Is(types.Unknown)
	}
	if allUnknown && b.untyped(args) {
		ts = b.typesOf(args, true)
		b.typedByArgs = true
	}
	t := expr.CommonType(ts)
	for i := 1; t != nil && i < len(ts); i++ {
		if !sameType(ts[i], ts[0]) {
			t = withoutMod(t) // a modifier holds only where all have it
			break
		}
	}
	if t == nil {
		i, j := mismatch(ts)
		panic(fail(pos(j), sqlerr.DatatypeMismatch, "%s types %s and %s cannot be matched", what, ts[i].Display, ts[j].Display))
	}
	return t
}

// mismatch finds the first two types that have no common one.
func mismatch(ts []*types.Type) (int, int) {
	first := 0
	for first < len(ts) && ts[first].Is(types.Unknown) {
		first++
	}
	for j := first + 1; j < len(ts); j++ {
		if !ts[j].Is(types.Unknown) && expr.CommonType(ts[:j+1]) == nil {
			return first, j
		}
	}
	return 0, len(ts) - 1
}

func withoutMod(t *types.Type) *types.Type {
	if t.Mod < 0 {
		return t
	}
	c := *t
	c.Mod = -1
	return &c
}

// assignable reports whether a value of one type may be stored in a column of
// another: PostgreSQL's implicit and assignment casts.
func assignable(from, to *types.Type) bool {
	return expr.CanCoerce(from, to) || types.IsCoercible(from, to, types.Assignment)
}

// castable reports whether an explicit cast exists.
func castable(from, to *types.Type) bool {
	return assignable(from, to) || types.IsCoercible(from, to, types.Explicit)
}
