package types

import (
	"github.com/zqlite/zqlite/internal/sqlerr"
)

// Context is where a conversion may happen by itself: everywhere, where a
// value is assigned to a column, or only where it is written.
type Context uint8

// The contexts, from the loosest to the strictest.
const (
	Implicit Context = iota
	Assignment
	Explicit
)

// castFunc converts a value that is not NULL; the result fits the base type of
// to, without its modifier.
type castFunc func(v Value, c *Cast, to *Type, env *Env) (Value, error)

// Cast is the conversion from one type to another.
type Cast struct {
	Context Context // the loosest context in which it happens
	From    *Type
	to      *Type // base of the target
	fn      castFunc
	elem    *Cast   // arrays
	fields  []*Cast // records
}

// IsRelabel reports whether the conversion changes no value, apart from the
// modifier of the target.
func (c *Cast) IsRelabel() bool { return c.fn == nil }

// Apply converts as a written cast does: too long a string is cut.
func (c *Cast) Apply(v Value, to *Type, env *Env) (Value, error) { return c.apply(v, to, env, true) }

// Assign converts as an assignment to a column does: too long a string is an
// error.
func (c *Cast) Assign(v Value, to *Type, env *Env) (Value, error) { return c.apply(v, to, env, false) }

func (c *Cast) apply(v Value, to *Type, env *Env, explicit bool) (Value, error) {
	if v.K == KindNull {
		return Null, nil
	}
	base := BaseType(to)
	if c.fn != nil {
		var err error
		if v, err = c.fn(v, c, base, env); err != nil {
			return Null, err
		}
	}
	if base.Mod < 0 {
		return v, nil
	}
	return CoerceMod(v, base, explicit)
}

// CoerceMod fits a value of a type to the type's modifier.
func CoerceMod(v Value, t *Type, explicit bool) (Value, error) {
	if v.K == KindNull || t.Mod < 0 {
		return v, nil
	}
	switch t.Kind {
	case KindText:
		return fitText(v, t, explicit)
	case KindNumeric:
		return ApplyTypmod(v, t)
	case KindBit:
		return fitBit(v, t, explicit)
	case KindInterval:
		return fitInterval(v, t.Mod), nil
	case KindTime, KindTimeTZ:
		v.I = roundMicros(v.I, t.Mod)
	case KindTimestamp, KindTimestampTZ:
		v.I = fitTimestamp(v.I, t.Mod)
	case KindArray:
		return mapArray(v, t.Elem, func(e Value) (Value, error) { return CoerceMod(e, t.Elem, explicit) })
	}
	return v, nil
}

// FindCast finds the conversion between two types, or reports that there is
// none. Domains count as their base type; their constraints are not checked.
func FindCast(from, to *Type) (Cast, bool) {
	f, t := BaseType(from), BaseType(to)
	c := Cast{From: f, to: t}
	if f.Is(t) && f.Kind != KindRecord && f.Kind != KindArray {
		if f.Kind == KindInt && t.Width < f.Width {
			c.fn = castInt
		}
		return c, true
	}
	if f.Kind == KindNull {
		return c, true
	}
	if f.Is(Unknown) {
		c.fn = castParse
		return c, true
	}
	if e, ok := castTable[castKey{f.OID, t.OID}]; ok {
		c.Context, c.fn = e.context, e.fn
		return c, true
	}
	switch {
	case f.Kind == KindArray && t.Kind == KindArray && f.Elem != nil && t.Elem != nil:
		e, ok := FindCast(f.Elem, t.Elem)
		if !ok {
			return Cast{}, false
		}
		c.Context = e.Context
		if e.fn != nil {
			c.elem, c.fn = &e, castArray
		}
		return c, true
	case f.Kind == KindRecord && t.Kind == KindRecord:
		return findRecordCast(c, f, t)
	case f.Kind == KindRange && t.Kind == KindMultirange && t.Sub.Is(f):
		c.Context, c.fn = Explicit, castMultirange
		return c, true
	case t.Category == 'S' && t.Kind == KindText:
		c.Context, c.fn = Assignment, castFormat
		return c, true
	case f.Category == 'S' && f.Kind == KindText:
		c.Context, c.fn = Explicit, castParse
		return c, t.Category != 'P'
	}
	return Cast{}, false
}

func findRecordCast(c Cast, f, t *Type) (Cast, bool) {
	switch {
	case f == t, len(t.Fields) == 0:
		return c, true
	case len(f.Fields) == 0:
		c.fn = castRecord
		return c, true
	case len(f.Fields) != len(t.Fields):
		return Cast{}, false
	}
	same := true
	for i := range f.Fields {
		e, ok := FindCast(f.Fields[i].Type, t.Fields[i].Type)
		if !ok {
			return Cast{}, false
		}
		same = same && e.fn == nil && BaseType(t.Fields[i].Type).Mod < 0 && f.Fields[i].Type.Is(t.Fields[i].Type)
		c.fields = append(c.fields, &e)
	}
	if !same || f.OID != t.OID {
		c.fn = castRecord
	}
	return c, true
}

func castArray(v Value, c *Cast, to *Type, env *Env) (Value, error) {
	return mapArray(v, to.Elem, func(e Value) (Value, error) { return c.elem.fn(e, c.elem, BaseType(to.Elem), env) })
}

func castRecord(v Value, c *Cast, to *Type, env *Env) (Value, error) {
	vals, oids, err := recordFields(v, true)
	if err != nil {
		return Null, err
	}
	if len(vals) != len(to.Fields) {
		return Null, sqlerr.New(sqlerr.CannotCoerce, "cannot cast type %s to %s", c.From.Display, to.Display)
	}
	for i := range vals {
		ft := to.Fields[i].Type
		if c.fields != nil {
			vals[i], err = c.fields[i].apply(vals[i], ft, env, true)
		} else if vals[i].K != KindNull {
			from := env.typeByOID(oids[i])
			if from == nil {
				from = typeOfKind(vals[i].K)
			}
			e, ok := FindCast(from, ft)
			if !ok {
				return Null, sqlerr.New(sqlerr.CannotCoerce, "cannot cast type %s to %s", from.Display, ft.Display)
			}
			vals[i], err = e.apply(vals[i], ft, env, true)
		}
		if err != nil {
			return Null, err
		}
	}
	return MakeRecord(to, vals), nil
}

// castFormat converts to text through the output function.
func castFormat(v Value, c *Cast, to *Type, env *Env) (Value, error) {
	if v.K == KindText {
		return v, nil
	}
	s := Format(v, c.From, env)
	if to.Is(Name) {
		s = clipBytes(s, 63)
	}
	return NewText(s), nil
}

// castParse converts from text through the input function. The fields of an
// interval type say what a bare number in a literal means; other modifiers are
// applied afterwards.
func castParse(v Value, c *Cast, to *Type, env *Env) (Value, error) {
	if to.Kind == KindInterval && c.From.Is(Unknown) {
		return parseInterval(v.S, to.Mod, env)
	}
	return Parse(v.S, WithoutMod(to), env)
}

// IsCoercible reports whether a value of one type becomes another in a
// context. An unknown literal becomes anything; pseudo-types take what they
// stand for.
func IsCoercible(from, to *Type, context Context) bool {
	if from.Is(to) || from.Is(Unknown) || to.Is(Any) {
		return true
	}
	f := BaseType(from)
	switch {
	case f.Is(to), to.Is(AnyElement):
		return true
	case to.Is(AnyArray):
		return f.Kind == KindArray
	case to.Is(AnyEnum):
		return f.Kind == KindEnum
	case to.Is(RecordType):
		return f.Kind == KindRecord
	case to.Category == 'P':
		return false
	}
	c, ok := FindCast(f, to)
	return ok && c.Context <= context
}

// CommonType chooses the type of UNION, CASE, COALESCE, ARRAY and VALUES as
// PostgreSQL does. Only unknown literals give text.
func CommonType(ts []*Type) (*Type, error) {
	if len(ts) == 0 {
		return Text, nil
	}
	if t := sameType(ts); t != nil && !t.Is(Unknown) {
		return t, nil
	}
	var best *Type
	for _, t := range ts {
		t = BaseType(t)
		switch {
		case t.Is(Unknown):
		case best == nil:
			best = t
		case t.Is(best):
			best = wider(best, t)
		case t.Category != best.Category:
			return nil, cannotMatch(best, t)
		case !best.Preferred && IsCoercible(best, t, Implicit) && !IsCoercible(t, best, Implicit):
			best = t
		}
	}
	if best == nil {
		return Text, nil
	}
	for _, t := range ts {
		if !IsCoercible(t, best, Implicit) {
			return nil, cannotMatch(best, t)
		}
		if !BaseType(t).Is(best) && !t.Is(Unknown) {
			best = WithoutMod(best)
		}
	}
	return best, nil
}

func cannotMatch(a, b *Type) error {
	return sqlerr.New(sqlerr.DatatypeMismatch, "types %s and %s cannot be matched", a.Display, b.Display)
}

// sameType returns the type that all are, modifiers included, or nil.
func sameType(ts []*Type) *Type {
	first := ts[0]
	for _, t := range ts[1:] {
		if t != first && (t.OID != first.OID || t.Mod != first.Mod || t.Width != first.Width || t.Collation != first.Collation) {
			return nil
		}
	}
	return first
}

// wider joins two types of one OID: INTEGER wins over INT4, and modifiers that
// differ are dropped.
func wider(a, b *Type) *Type {
	if a.Width < b.Width {
		a, b = b, a
	}
	if a.Mod == b.Mod {
		return a
	}
	return WithoutMod(a)
}
