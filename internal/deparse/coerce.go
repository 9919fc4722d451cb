package deparse

import (
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/types"
)

func unknown(n node) bool { return n.typ().Is(types.Unknown) }

// implicitly brings a node to a type as PostgreSQL's analysis does on its own.
func (a *analysis) implicitly(n node, to *types.Type) node { return a.coerce(n, to, true) }

// coerce makes the conversion to a type: none where the node has it, the value
// itself for a literal without one, else a cast.
func (a *analysis) coerce(n node, to *types.Type, implicit bool) node {
	from := n.typ()
	switch {
	case to == nil || to.Is(types.Unknown) || pseudo(to):
		return n
	case from.Is(types.Unknown):
		if c, ok := n.(*constant); ok {
			return a.literal(c, to, implicit)
		}
		return &cast{arg: n, t: to, implicit: implicit}
	}
	if row, ok := n.(*call); ok && row.name == "ROW" && to.Kind == types.KindRecord {
		if to.OID == types.RecordType.OID {
			return n
		}
		return a.rowAs(row, to, implicit)
	}
	if from.Is(to) && (from.Mod == to.Mod || implicit) || from.Kind == types.KindRecord && to.Kind == types.KindRecord {
		return n
	}
	if from.Is(to) { // only the modifier differs
		return &cast{arg: n, t: to, implicit: implicit, function: to.Mod >= 0}
	}
	return &cast{arg: n, t: to, implicit: implicit, function: byFunction(from, to)}
}

// rowAs converts a row constructor field by field.
func (a *analysis) rowAs(row *call, to *types.Type, implicit bool) node {
	out := *row
	out.args = make([]node, len(row.args))
	for i, x := range row.args {
		out.args[i] = x
		if i < len(to.Fields) {
			out.args[i] = a.coerce(x, to.Fields[i].Type, true)
		}
	}
	out.t = to
	if !implicit {
		out.suffix = "::" + a.typeName(to)
	}
	return &out
}

// literal gives a literal its type. Modifiers are applied by a function above
// the constant, domains by a cast.
func (a *analysis) literal(c *constant, to *types.Type, implicit bool) node {
	base := *expr.BaseType(to)
	mod := base.Mod
	base.Mod = -1
	out := &constant{null: c.null, text: c.text, t: &base}
	if !c.null {
		out.text = a.valueText(c.text, &base)
	}
	if mod >= 0 {
		t := base
		t.Mod = mod
		if base.Kind == types.KindInterval {
			out.t = &t
		} else if to.Base == nil {
			return &cast{arg: out, t: &t, implicit: implicit, function: true}
		}
	}
	if to.Base != nil {
		return &cast{arg: out, t: to, implicit: implicit}
	}
	return out
}

// valueText is the text of a literal as the type writes it.
func (a *analysis) valueText(text string, t *types.Type) string {
	if types.IsReg(t) {
		return a.objectName(text, t)
	}
	switch t.Kind {
	case types.KindText, types.KindRecord:
		return text
	}
	v, err := types.Parse(text, t, nil)
	if err != nil { // depends on the clock or the session: as written
		return text
	}
	out := types.Format(v, t, nil)
	if t.Kind == types.KindBool {
		return map[string]string{"t": "true", "f": "false"}[out]
	}
	return out
}

// pseudo reports whether a type is one that parameters only are declared with.
func pseudo(t *types.Type) bool { return t.Category == 'P' && t.Kind != types.KindRecord }

// byFunction reports whether PostgreSQL converts by a function of its own,
// rather than by relabeling or through text.
func byFunction(from, to *types.Type) bool {
	if to.Base != nil || from.Base != nil || from.Kind == types.KindArray || to.Kind == types.KindArray {
		return false
	}
	str := func(t *types.Type) bool { return t.Category == 'S' }
	switch {
	case str(from) && str(to):
		return from.Is(types.Char) || from.Is(types.Name) || from.Is(types.CharByte) || to.Is(types.Name) || to.Mod >= 0
	case from.Kind == types.KindBool && str(to):
		return true
	case str(to) && to.Mod >= 0:
		return true
	case str(from), str(to), from.Kind == types.KindEnum, to.Kind == types.KindEnum:
		return false
	case types.IsReg(from) || types.IsReg(to) || from.Is(types.Oid) || to.Is(types.Oid):
		return from.Is(types.Int8) || to.Is(types.Int8)
	case from.Kind == types.KindJSON || to.Kind == types.KindJSON:
		return false
	case from.Kind == types.KindBit:
		return to.Mod >= 0
	}
	return true
}
