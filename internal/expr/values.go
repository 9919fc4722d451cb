package expr

import (
	"slices"

	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// castOf returns the conversion of a Cast node.
func castOf(e *Cast) (func(c *Context, v types.Value) (types.Value, error), error) {
	from, to := e.Arg.Type(), e.To
	cast, ok := types.FindCast(from, to)
	if !ok {
		return nil, locate(sqlerr.New(sqlerr.CannotCoerce, "cannot cast type %s to %s", from.Display, to.Display), e.Pos)
	}
	if e.Compared && BaseType(from).Kind == types.KindDate {
		return func(c *Context, v types.Value) (types.Value, error) {
			if types.BeyondTimestamps(v) {
				return types.Value{K: BaseType(to).Kind, I: types.BehindTimestamps}, nil
			}
			v, err := cast.Assign(v, to, c.Env)
			if sqlerr.Code(err) == sqlerr.DatetimeFieldOverflow { // the zone takes it beyond
				return types.Value{K: BaseType(to).Kind, I: types.BehindTimestamps}, nil
			}
			return v, err
		}, nil
	}
	if !e.Explicit {
		return func(c *Context, v types.Value) (types.Value, error) { return cast.Assign(v, to, c.Env) }, nil
	}
	return func(c *Context, v types.Value) (types.Value, error) { return cast.Apply(v, to, c.Env) }, nil
}

// castVolatility is Stable where a conversion looks at the time zone.
func castVolatility(from, to *types.Type) Volatility {
	if IsRelabel(from, to) {
		return Immutable
	}
	f, t := BaseType(from).Kind, BaseType(to).Kind
	zoned := func(k types.Kind) bool { return k == types.KindTimestampTZ || k == types.KindTimeTZ }
	text := func(k types.Kind) bool { return k == types.KindText }
	dated := func(k types.Kind) bool {
		return k == types.KindDate || k == types.KindTimestamp || k == types.KindTime || zoned(k)
	}
	switch {
	case zoned(f) != zoned(t) && (dated(f) || text(f)) && (dated(t) || text(t)):
		return Stable
	case (f == types.KindDate || f == types.KindTimestamp) && text(t): // DateStyle
		return Stable
	case text(f) && dated(t), types.IsReg(BaseType(to)):
		return Stable // 'now' and 'today' are dates too; names depend on the search path
	case f == types.KindArray || f == types.KindRecord || t == types.KindRecord:
		return Stable
	case f == types.KindInt && t == types.KindText && !plainInt(BaseType(from)):
		return Stable
	}
	return Immutable
}

// callVolatility is that of a function with the types of a call.
func callVolatility(c *Call) Volatility {
	v := c.Fn.Volatility
	if c.Fn.TextVolatile {
		for _, a := range c.Args {
			v = max(v, castVolatility(a.Type(), types.Text))
		}
	}
	return v
}

// writesStyled reports whether a call writes an argument as text the way that
// a setting says.
func writesStyled(c *Call) bool {
	return c.Fn.TextVolatile && slices.ContainsFunc(c.Args, func(a Expr) bool { return styled(a.Type(), types.Text) })
}

// styled reports whether a cast looks at a setting of how texts are written,
// so that it is computed when the statement runs.
func styled(from, to *types.Type) bool {
	f, t := BaseType(from).Kind, BaseType(to).Kind
	switch {
	case t == types.KindText:
		return f == types.KindInterval || f == types.KindFloat || f == types.KindBytes || f == types.KindRange || f == types.KindMultirange
	case f == types.KindText:
		return t == types.KindInterval || t == types.KindRange || t == types.KindMultirange
	}
	return false
}

// recordNull is PostgreSQL's row test: IS NULL where every field is, IS NOT
// NULL where none is.
func recordNull(v types.Value, t *types.Type, negated bool) bool {
	if v.K == types.KindNull {
		return !negated
	}
	fields, err := types.RecordFields(v, BaseType(t))
	if err != nil {
		return negated
	}
	for _, f := range fields {
		if (f.K == types.KindNull) == negated {
			return false
		}
	}
	return true
}

func recordField(v types.Value, t *types.Type, index int) (types.Value, error) {
	fields, err := types.RecordFields(v, BaseType(t))
	if err != nil {
		return types.Null, err
	}
	if index >= len(fields) {
		return types.Null, nil
	}
	return fields[index], nil
}

func makeRecord(t *types.Type, vals []types.Value) (types.Value, error) {
	return types.MakeRecord(t, vals), nil
}

// makeArray makes an array of elements, or of arrays, one dimension deeper.
func makeArray(t *types.Type, vals []types.Value) (types.Value, error) {
	return types.MakeArray(t, vals)
}

func arrayElems(v types.Value, t *types.Type) ([]types.Value, error) {
	elems, _, err := types.ArrayElements(v, BaseType(t).Elem)
	return elems, err
}

// formatValue gives the text form of a value.
func formatValue(env *types.Env, t *types.Type, v types.Value) string {
	return types.Format(v, t, env)
}

// recordCompare compares row values as SQL does: field by field, NULL where a
// field that would decide is NULL.
func recordCompare(op CompareOp, ta, tb *types.Type, a, b Scalar) Scalar {
	return func(c *Context, row []types.Value) (types.Value, error) {
		x, err := a(c, row)
		if err != nil || x.K == types.KindNull {
			return types.Null, err
		}
		y, err := b(c, row)
		if err != nil || y.K == types.KindNull {
			return types.Null, err
		}
		return compareRecords(op, ta, tb, x, y), nil
	}
}

// compareRecords compares two records as values: NULL fields are equal, and
// above all others.
func compareRecords(op CompareOp, ta, tb *types.Type, x, y types.Value) types.Value {
	fx, errX := types.RecordFields(x, ta)
	fy, errY := types.RecordFields(y, tb)
	if errX != nil || errY != nil {
		return types.Null
	}
	for i := range min(len(fx), len(fy)) {
		order := 0
		switch nx, ny := fx[i].K == types.KindNull, fy[i].K == types.KindNull; {
		case nx && ny:
		case nx:
			order = 1
		case ny:
			order = -1
		default:
			order = comparerOf(fieldType(ta, i), fieldType(tb, i))(fx[i], fy[i])
		}
		if order != 0 {
			return types.NewBool(op.holds(order))
		}
	}
	return types.NewBool(op.holds(len(fx) - len(fy)))
}

// compareRows compares two row constructors: NULL where a NULL field decides.
func compareRows(op CompareOp, ta, tb *types.Type, x, y types.Value) types.Value {
	fx, errX := types.RecordFields(x, ta)
	fy, errY := types.RecordFields(y, tb)
	if errX != nil || errY != nil || len(fx) != len(fy) {
		return types.Null
	}
	null := false
	for i := range fx {
		if fx[i].K == types.KindNull || fy[i].K == types.KindNull {
			if op > NE {
				return types.Null
			}
			null = true
			continue
		}
		order := comparerOf(fieldType(ta, i), fieldType(tb, i))(fx[i], fy[i])
		if order != 0 {
			return types.NewBool(op.holds(order))
		}
	}
	if null {
		return types.Null
	}
	return types.NewBool(op.holds(0))
}

func fieldType(t *types.Type, i int) *types.Type {
	if i < len(t.Fields) {
		return t.Fields[i].Type
	}
	return types.Text
}
