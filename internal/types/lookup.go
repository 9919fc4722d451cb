package types

import "strings"

// builtins lists every built-in type with the OID of its array type, 0 for
// pseudo-types. Int4 stands before Integer, which shares its OID.
var builtins = []struct {
	t     *Type
	array OID
}{
	{Bool, 1000}, {Bytea, 1001}, {CharByte, 1002}, {Name, 1003}, {Int8, 1016}, {Int2, 1005},
	{Int4, 1007}, {RegProc, 1008}, {Text, 1009}, {Oid, 1028}, {JSON, 199}, {Float4, 1021},
	{Float8, 1022}, {Unknown, 0}, {Char, 1014}, {Varchar, 1015}, {Money, 791}, {Cidr, 651}, {Inet, 1041}, {Macaddr, 1040}, {Macaddr8Type, 775}, {Date, 1182}, {Time, 1183},
	{Timestamp, 1115}, {TimestampTZ, 1185}, {Interval, 1187}, {TimeTZ, 1270}, {Bit, 1561},
	{Varbit, 1563}, {Numeric, 1231}, {RegClass, 2210}, {RegType, 2211}, {RegProcedure, 2207},
	{RegOper, 2208}, {RegOperator, 2209}, {RegNamespace, 4090}, {RegRole, 4097}, {RegCollation, 4192}, {RecordType, 2287},
	{Void, 0}, {UUID, 2951}, {JSONB, 3807}, {JSONPath, 4073}, {Any, 0}, {AnyElement, 0},
	{AnyArray, 0}, {AnyEnum, 0}, {AnyNonArray, 0}, {AnyRange, 0}, {AnyMultirange, 0}, {AnyCompatible, 0},
	{AnyCompatibleArray, 0}, {AnyCompatibleNonArray, 0}, {AnyCompatibleRange, 0}, {AnyCompatibleMultirange, 0},
	{Int4Range, 3905}, {NumRange, 3907}, {TSRange, 3909}, {TSTZRange, 3911}, {DateRange, 3913}, {Int8Range, 3927},
	{Int4Multirange, 6150}, {NumMultirange, 6151}, {TSMultirange, 6152}, {TSTZMultirange, 6153},
	{DateMultirange, 6155}, {Int8Multirange, 6157},
}

// userArrayBit marks the OID of an array of a user-defined type: it is the
// element's OID with this bit, so that no catalog row is needed for it.
const userArrayBit OID = 1 << 31

var (
	byOID        = map[OID]*Type{}
	arrays       = map[*Type]*Type{}
	arrayOIDs    = map[OID]OID{}
	byName       = map[string]*Type{}
	integerArray *Type
)

// aliases are the names a type has besides its internal and its display name.
// "char" without quotes is the parser's business: it becomes bpchar there.
var aliases = map[string]*Type{
	"int": Integer, "integer": Integer, "tinyint": Int2, "mediumint": Int4,
	"real": Float8, "float": Float8, "double": Float8,
	"decimal": Numeric, "dec": Numeric,
	"string": Text, "clob": Text, "blob": Bytea, "nchar": Char, "nvarchar": Varchar,
	"national character": Char, "national character varying": Varchar, "national char": Char,
	"char varying": Varchar, "datetime": Timestamp,
	"timestamp": Timestamp, "time": Time, "char": CharByte,
}

func init() {
	for _, b := range builtins {
		byOID[b.t.OID] = b.t
		byName[b.t.Name] = b.t
		if b.t.Category != 'P' {
			byName[b.t.Display] = b.t
		}
		if b.array != 0 {
			arrayOIDs[b.t.OID] = b.array
			a := newArray(b.t)
			arrays[b.t] = a
			byOID[b.array] = a
			byName[a.Name] = a
		}
	}
	for name, t := range aliases {
		byName[name] = t
	}
	integerArray = newArray(Integer)
	arrays[Integer] = integerArray
}

// Lookup finds a built-in type by any of its SQL names, in lower case, or
// returns nil: "int", "character varying", "timestamptz", "_int4", "text[]".
func Lookup(name string) *Type {
	if t := byName[name]; t != nil {
		return t
	}
	if elem, ok := strings.CutSuffix(name, "[]"); ok {
		if t := Lookup(elem); t != nil {
			return ArrayOf(t)
		}
		return nil
	}
	if lower := strings.ToLower(strings.Join(strings.Fields(name), " ")); lower != name {
		return Lookup(lower)
	}
	return nil
}

// ByOID returns the built-in type with an OID, array types included, or nil.
// The OID that Int4 and Integer share gives Int4.
func ByOID(oid OID) *Type { return byOID[oid] }

// Builtins calls yield with every built-in type and its array type (nil for
// pseudo-types), in the order of OIDs within the catalog's pg_type.
func Builtins(yield func(t, array *Type) bool) {
	for _, b := range builtins {
		if !yield(b.t, arrays[b.t]) {
			return
		}
	}
}

// ArrayOf returns the type of arrays of t. An array of an array is that array:
// dimensions belong to the value.
func ArrayOf(t *Type) *Type {
	if t.Kind == KindArray && t.Base == nil {
		return t
	}
	if a := arrays[t]; a != nil {
		return a
	}
	return newArray(t)
}

func newArray(t *Type) *Type {
	oid := arrayOIDs[t.OID]
	if oid == 0 {
		oid = t.OID | userArrayBit
	}
	return &Type{
		OID: oid, Kind: KindArray, Category: 'A', Name: "_" + t.Name, Display: t.Display + "[]",
		Mod: t.Mod, Collation: t.Collation, Elem: t,
	}
}

// Identity tells types that people made apart: the OID, and for the row type of
// a relation the relation's number, which is given out with the OIDs.
func (t *Type) Identity() OID {
	if t.Rel != 0 {
		return t.Rel
	}
	return t.OID
}

// BaseType returns the type below a domain, or the type itself.
func BaseType(t *Type) *Type {
	for t.Base != nil {
		t = t.Base
	}
	return t
}

// WithoutMod returns the type without its modifier.
func WithoutMod(t *Type) *Type {
	if t.Mod < 0 {
		return t
	}
	if t.Kind == KindArray && t.Elem != nil {
		return ArrayOf(WithoutMod(t.Elem))
	}
	if b := byOID[t.OID]; b != nil && b.Collation == t.Collation && b.Width == t.Width {
		return b
	}
	c := *t
	c.Mod = -1
	return &c
}

// WithCollation returns the type with another collation.
func WithCollation(t *Type, collation string) *Type {
	if t.Collation == collation {
		return t
	}
	c := *t
	c.Collation = collation
	if c.Kind == KindArray && c.Elem != nil {
		c.Elem = WithCollation(c.Elem, collation)
	}
	return &c
}
