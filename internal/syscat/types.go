package syscat

import (
	"iter"
	"strings"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/types"
)

// typeLengths are the fixed sizes that PostgreSQL gives types; others vary.
var typeLengths = map[types.OID]int{
	types.Bool.OID: 1, types.CharByte.OID: 1, types.Int2.OID: 2, types.Int4.OID: 4, types.Int8.OID: 8,
	types.Name.OID: 64, types.Oid.OID: 4, types.RegProc.OID: 4, types.RegClass.OID: 4, types.RegType.OID: 4,
	types.Float4.OID: 4, types.Float8.OID: 8, types.Date.OID: 4, types.Time.OID: 8, types.Timestamp.OID: 8,
	types.TimestampTZ.OID: 8, types.Interval.OID: 16, types.TimeTZ.OID: 12, types.UUID.OID: 16, types.Void.OID: 4, types.Money.OID: 8,
	types.Macaddr.OID: 6, types.Macaddr8Type.OID: 8,
}

func typeLength(t *types.Type) int {
	if t.Labels != nil {
		return 4
	}
	if t.Base != nil {
		return typeLength(t.Base)
	}
	if n, ok := typeLengths[t.OID]; ok {
		return n
	}
	return -1
}

func alignment(length int) types.Value {
	switch length {
	case 1, 64:
		return txt("c")
	case 2:
		return txt("s")
	case 8, 12, 16:
		return txt("d")
	}
	return txt("i")
}

func storage(t *types.Type, length int) types.Value {
	if types.BaseType(t).Kind == types.KindNumeric {
		return txt("m")
	}
	if length < 0 {
		return txt("x")
	}
	return txt("p")
}

func typeMod(t *types.Type) int32 {
	if t.Base != nil {
		return -1
	}
	if t.Elem != nil {
		return t.Elem.Mod
	}
	return t.Mod
}

// Oids of collations: the default one, and C.
const (
	defaultCollation = 100
	cCollation       = 950
)

func collation(t *types.Type) int {
	for t.Elem != nil {
		t = t.Elem
	}
	switch {
	case t.Kind != types.KindText || t.Is(types.CharByte):
		return 0
	case t.Is(types.Name) || t.Collation == "C":
		return cCollation
	}
	for _, c := range collations {
		if strings.EqualFold(c.name, t.Collation) {
			return c.oid
		}
	}
	return defaultCollation
}

// pgType gives built-in types, and types of users with their arrays and the
// row types of tables.
func pgType(v *View) iter.Seq[row] {
	return func(yield func(row) bool) {
		if v.Builtin {
			types.Builtins(func(t, array *types.Type) bool {
				kind := "b"
				switch {
				case t.Category == 'P':
					kind = "p"
				case t.Kind == types.KindRange:
					kind = "r"
				case t.Kind == types.KindMultirange:
					kind = "m"
				}
				return yield(typeRow(t, catalogSchema, kind)) && (array == nil || yield(typeRow(array, catalogSchema, "b")))
			})
			return
		}
		for u := range v.userTypes() {
			if !userType(v, u, yield) {
				return
			}
		}
		for r := range v.relations() {
			x := typeRow(&types.Type{OID: types.OID(rowTypeOID(r)), Kind: types.KindRecord, Category: 'C', Name: r.Name, Mod: -1}, v.schemaID(r.Schema), "c")
			x["typrelid"], x["typarray"] = num(r.ID), num(rowArrayOID(r.ID))
			array := typeRow(&types.Type{OID: types.OID(rowArrayOID(r.ID)), Kind: types.KindArray, Category: 'A', Name: "_" + r.Name, Mod: -1}, v.schemaID(r.Schema), "b")
			array["typelem"], array["typarray"] = num(rowTypeOID(r)), num(0)
			if !yield(x) || !yield(array) {
				return
			}
		}
	}
}

func userType(v *View, u *catalog.UserType, yield func(row) bool) bool {
	kind, schema := "c", v.schemaID(u.Schema)
	switch {
	case u.Shell:
		x := typeRow(u.Type, schema, "p")
		x["typisdefined"], x["typlen"] = yes(false), num(4)
		return yield(x)
	case u.Type.Domain != nil:
		kind = "d"
	case u.Type.Labels != nil:
		kind = "e"
	case u.Type.Kind == types.KindRange:
		kind = "r"
	case u.Type.Kind == types.KindMultirange:
		kind = "m"
	}
	x := typeRow(u.Type, schema, kind)
	x["typname"] = txt(u.Name)
	if kind == "c" {
		x["typrelid"] = num(compositeOID(u))
	}
	return yield(x) && yield(typeRow(types.ArrayOf(u.Type), schema, "b"))
}

func typeRow(t *types.Type, schema catalog.ID, kind string) row {
	zero, length := num(0), typeLength(t)
	x := row{
		"oid": num(t.OID), "typname": txt(t.Name), "typnamespace": num(schema), "typowner": num(ownerOID),
		"typlen": num(length), "typbyval": yes(length > 0 && length <= 8), "typtype": txt(kind),
		"typcategory": letter(byte(t.Category)), "typispreferred": yes(t.Preferred), "typisdefined": yes(true),
		"typdelim": txt(","), "typrelid": zero, "typsubscript": zero, "typelem": zero, "typarray": zero,
		"typinput": zero, "typoutput": zero, "typreceive": zero, "typsend": zero, "typmodin": zero, "typmodout": zero,
		"typanalyze": zero, "typalign": alignment(length), "typstorage": storage(t, length), "typnotnull": yes(false),
		"typbasetype": zero, "typtypmod": num(-1), "typndims": zero, "typcollation": num(collation(t)),
	}
	switch {
	case t.Elem != nil && t.Base == nil:
		x["typelem"] = num(t.Elem.OID)
	case t.Category != 'P' && t.Category != 'C':
		x["typarray"] = num(types.ArrayOf(t).OID)
	}
	if t.Base != nil {
		x["typbasetype"], x["typtypmod"] = num(t.Base.OID), num(t.Base.Mod)
	}
	if t.Domain != nil {
		x["typnotnull"], x["typdefault"] = yes(t.Domain.NotNull), optional(t.Domain.Default)
		x["typdefaultbin"] = optional(t.Domain.Default)
	}
	return x
}

func pgEnum(v *View) iter.Seq[row] {
	return func(yield func(row) bool) {
		for u := range v.userTypes() {
			var sorts []float32
			if u.Type.Domain == nil {
				sorts = u.SortOrder()
			}
			for i, label := range u.Type.Labels[:len(sorts)] {
				x := row{
					"oid": num(derived("label ", u.ID, label)), "enumtypid": num(u.ID),
					"enumsortorder": real(float64(sorts[i])), "enumlabel": txt(label),
				}
				if !yield(x) {
					return
				}
			}
		}
	}
}

// dataType is the standard's name of a type: without modifier, and with one
// word for all arrays and for all types of users.
func dataType(t *types.Type) types.Value {
	for t.Base != nil {
		t = t.Base
	}
	switch {
	case t.Elem != nil:
		return txt("ARRAY")
	case t.OID >= types.OID(catalog.FirstUserID):
		return txt("USER-DEFINED")
	}
	return txt(types.FormatName(types.WithoutMod(t)))
}

// modifiers are the columns by which information_schema describes a type, the
// same in columns, domains, attributes and the like.
func modifiers(t *types.Type) row {
	for t.Base != nil {
		t = t.Base
	}
	x := row{}
	if t.Elem != nil {
		return x
	}
	switch t.Kind {
	case types.KindText, types.KindBit:
		n, limited := types.TextMod(t)
		if limited {
			x["character_maximum_length"] = num(n)
		}
		switch {
		case t.Kind == types.KindBit || t.Is(types.Name) || t.Is(types.CharByte):
		case limited:
			x["character_octet_length"] = num(4 * n)
		default:
			x["character_octet_length"] = num(1 << 30)
		}
	case types.KindInt:
		if bits, ok := integerBits[t.OID]; ok {
			x["numeric_precision"], x["numeric_precision_radix"], x["numeric_scale"] = num(bits), num(2), num(0)
		}
	case types.KindFloat:
		bits := 53
		if t.Is(types.Float4) {
			bits = 24
		}
		x["numeric_precision"], x["numeric_precision_radix"] = num(bits), num(2)
	case types.KindNumeric:
		x["numeric_precision_radix"] = num(10)
		if p, s, ok := types.NumericMod(t); ok {
			x["numeric_precision"], x["numeric_scale"] = num(p), num(s)
		}
	case types.KindDate:
		x["datetime_precision"] = num(0)
	case types.KindTime, types.KindTimeTZ, types.KindTimestamp, types.KindTimestampTZ, types.KindInterval:
		x["datetime_precision"] = num(6)
		if t.Mod >= 0 && t.Mod&0xFFFF <= 6 {
			x["datetime_precision"] = num(t.Mod & 0xFFFF)
		}
	}
	return x
}

var integerBits = map[types.OID]int{types.Int2.OID: 16, types.Int4.OID: 32, types.Int8.OID: 64}
