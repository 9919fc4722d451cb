package expr

import "github.com/zqlite/zqlite/internal/types"

// implicitCasts lists PostgreSQL's implicit casts between built-in types
// (pg_cast with castcontext i), which decide what an operand may become when
// an overload is chosen. How a value is converted is package types' business.
var implicitCasts = map[types.OID][]*types.Type{
	types.Int2.OID:      {types.Integer, types.Int8, types.Float4, types.Float8, types.Numeric, types.Oid},
	types.Int4.OID:      {types.Int8, types.Float4, types.Float8, types.Numeric, types.Oid},
	types.Int8.OID:      {types.Float4, types.Float8, types.Numeric, types.Oid},
	types.Numeric.OID:   {types.Float4, types.Float8},
	types.Float4.OID:    {types.Float8},
	types.Text.OID:      {types.Char, types.Varchar, types.Name, types.RegClass},
	types.Varchar.OID:   {types.Text, types.Char, types.Name, types.RegClass},
	types.Char.OID:      {types.Text, types.Varchar, types.Name},
	types.Name.OID:      {types.Text},
	types.CharByte.OID:  {types.Text},
	types.Date.OID:      {types.Timestamp, types.TimestampTZ},
	types.Timestamp.OID: {types.TimestampTZ},
	types.Time.OID:      {types.Interval, types.TimeTZ},
	types.Bit.OID:       {types.Varbit},
	types.Varbit.OID:    {types.Bit},
	types.Cidr.OID:      {types.Inet},

	types.Macaddr.OID:      {types.Macaddr8Type},
	types.Macaddr8Type.OID: {types.Macaddr},
}

// The reg types take integers and oids, and are oids.
func init() {
	regs := []*types.Type{
		types.RegClass, types.RegType, types.RegProc, types.RegProcedure, types.RegOper, types.RegOperator,
		types.RegNamespace, types.RegRole, types.RegCollation,
	}
	for _, from := range []*types.Type{types.Int2, types.Int4, types.Int8, types.Oid} {
		implicitCasts[from.OID] = append(implicitCasts[from.OID], regs...)
	}
	for _, r := range regs {
		implicitCasts[r.OID] = []*types.Type{types.Oid}
	}
}

// AnyNonArray is the pseudo-type of parameters that take any value but arrays.
var AnyNonArray = types.AnyNonArray

// CanCoerce reports whether a value of type from becomes to without a written
// cast. Unknown literals become anything; a domain becomes what its base does.
func CanCoerce(from, to *types.Type) bool {
	if from.Is(to) || from.Is(types.Unknown) || to.Is(types.Any) {
		return true
	}
	from = BaseType(from)
	switch {
	case from.Is(to):
		return true
	case to.Is(types.AnyElement), to.Is(types.AnyCompatible):
		return true
	case to.Is(AnyNonArray), to.Is(types.AnyCompatibleNonArray):
		return from.Kind != types.KindArray
	case to.Is(types.AnyRange), to.Is(types.AnyCompatibleRange):
		return from.Kind == types.KindRange
	case to.Is(types.AnyMultirange), to.Is(types.AnyCompatibleMultirange):
		return from.Kind == types.KindMultirange
	case to.Is(types.AnyArray), to.Is(types.AnyCompatibleArray):
		return from.Kind == types.KindArray
	case to.Is(types.AnyEnum):
		return from.Kind == types.KindEnum
	case to.Is(types.RecordType), to.Kind == types.KindRecord && from.OID == types.RecordType.OID:
		return from.Kind == types.KindRecord
	}
	if from.Kind == types.KindArray && to.Kind == types.KindArray {
		return from.Elem != nil && to.Elem != nil && CanCoerce(from.Elem, to.Elem)
	}
	for _, t := range implicitCasts[from.OID] {
		if t.OID == to.OID {
			return true
		}
	}
	return false
}

// BaseType returns the type below a domain, or the type itself.
func BaseType(t *types.Type) *types.Type {
	for t.Base != nil {
		t = t.Base
	}
	return t
}

// IsRelabel reports whether a cast between two types leaves every value as it
// is, so that no conversion is needed: varchar to text, INT4 to INTEGER.
func IsRelabel(from, to *types.Type) bool {
	from, toBase := BaseType(from), BaseType(to)
	if to.Base != nil && to.Domain != nil || toBase.Mod >= 0 && (from.Mod != toBase.Mod || !from.Is(toBase)) {
		return false
	}
	if from.Kind != toBase.Kind {
		return false
	}
	switch from.Kind {
	case types.KindInt:
		return from.Width <= toBase.Width && plainInt(from) && plainInt(toBase) && (from.Is(types.Oid) || !toBase.Is(types.Oid))
	case types.KindText:
		return isPlainText(from) && isPlainText(toBase)
	case types.KindFloat:
		return from.Width <= toBase.Width
	case types.KindArray:
		return from.Elem != nil && toBase.Elem != nil && IsRelabel(from.Elem, toBase.Elem)
	case types.KindEnum, types.KindRecord:
		return from == toBase || from.OID == toBase.OID && from.Kind == types.KindEnum
	case types.KindBit:
		return toBase.Is(types.Varbit) || from.Mod == toBase.Mod
	}
	return true
}

func plainInt(t *types.Type) bool {
	return t.Is(types.Int2) || t.Is(types.Int4) || t.Is(types.Int8) || t.Is(types.Oid)
}

// isPlainText leaves out char(n), whose trailing blanks do not count, and the
// types that truncate.
func isPlainText(t *types.Type) bool {
	return t.Is(types.Text) || t.Is(types.Varchar) || t.Is(types.Unknown)
}

// CommonType chooses the type of UNION, CASE, COALESCE, ARRAY and VALUES as
// PostgreSQL does (section 10.5), or returns nil where there is none. Operands
// that are all unknown literals give text.
func CommonType(ts []*types.Type) *types.Type {
	if len(ts) == 0 {
		return types.Text
	}
	if same := sameType(ts); same != nil && !same.Is(types.Unknown) {
		return same
	}
	var best *types.Type
	for _, t := range ts {
		t = BaseType(t)
		switch {
		case t.Is(types.Unknown):
		case best == nil:
			best = t
		case t.Is(best):
			best = wider(best, t)
		case t.Category != best.Category:
			return nil
		case !best.Preferred && CanCoerce(best, t) && !CanCoerce(t, best):
			best = t
		}
	}
	if best == nil {
		return types.Text
	}
	for _, t := range ts {
		if !CanCoerce(t, best) {
			return nil
		}
	}
	return best
}

// sameType returns the type that all have, modifiers included, or nil.
func sameType(ts []*types.Type) *types.Type {
	first := ts[0]
	for _, t := range ts[1:] {
		if t != first && !(t.OID == first.OID && t.Mod == first.Mod && t.Width == first.Width && t.Collation == first.Collation) {
			return nil
		}
	}
	return first
}

// wider joins two types of one OID: modifiers that differ are dropped, and
// INTEGER wins over INT4.
func wider(a, b *types.Type) *types.Type {
	if a.Width < b.Width {
		a, b = b, a
	}
	if a.Mod == b.Mod {
		return a
	}
	if a.Mod < 0 {
		return a
	}
	if b.Mod < 0 {
		return b
	}
	return withoutMod(a)
}

func withoutMod(t *types.Type) *types.Type {
	if t.Mod < 0 {
		return t
	}
	c := *t
	c.Mod = -1
	return &c
}
