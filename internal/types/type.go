package types

// OID identifies a type; built-in ones have PostgreSQL's numbers, so that
// clients that look at pg_type find what they know.
type OID uint32

// Kind is the family that decides how a value is represented and computed.
type Kind uint8

// The kinds. KindNull is the kind of the NULL value only.
const (
	KindNull        Kind = iota
	KindBool             // I: 0 or 1
	KindInt              // I: int2, int4, int8, INTEGER, oid and the reg types
	KindFloat            // I: bits of the float64 (F in vectors)
	KindNumeric          // I: coefficient, J: scale; or S: the big form (see Numeric)
	KindText             // S: text, varchar, char, name
	KindBytes            // S: bytea
	KindUUID             // I, J: the 16 bytes, big-endian, I first
	KindDate             // I: days since 2000-01-01
	KindTime             // I: microseconds since midnight
	KindTimeTZ           // I: microseconds since midnight, J: zone, seconds west of UTC
	KindTimestamp        // I: microseconds since 2000-01-01
	KindTimestampTZ      // I: microseconds since 2000-01-01 UTC
	KindInterval         // I: microseconds, J: months<<32 | uint32(days)
	KindJSON             // S: the text as written
	KindJSONB            // S: the binary form (see JSONB)
	KindArray            // S: the encoded form (see Array)
	KindRecord           // S: the encoded form (see Record)
	KindEnum             // I: ordinal of the label, in declaration order
	KindBit              // S: encoded bit string: 4 bytes bit length, then the bits
	KindVoid             // no value; the result of functions for effect
	KindRange            // S: the encoded form (see Range)
	KindMultirange       // S: the encoded form: ranges in order (see Multirange)
	KindMoney            // I: cents
	KindInet             // S: family, network, length of its prefix, address (see Network)
	KindCidr             // S: as inet
	KindMacaddr          // I: the 6 bytes
	KindMacaddr8         // S: the 8 bytes
)

// Phys is how values of a kind stand in a vector and in a storage cell.
type Phys uint8

// The physical forms.
const (
	PhysInt     Phys = iota // one int64 (I)
	PhysFloat               // one float64 (F); in a Value the bits in I
	PhysPair                // two int64 (I, J)
	PhysBytes               // a string of bytes (S)
	PhysNumeric             // I and J, or S when S is not empty
)

// Phys returns the physical form of a kind.
func (k Kind) Phys() Phys { return physOf[k] }

var physOf = [...]Phys{
	KindNull: PhysInt, KindBool: PhysInt, KindInt: PhysInt, KindFloat: PhysFloat,
	KindNumeric: PhysNumeric, KindText: PhysBytes, KindBytes: PhysBytes, KindUUID: PhysPair,
	KindDate: PhysInt, KindTime: PhysInt, KindTimeTZ: PhysPair, KindTimestamp: PhysInt,
	KindTimestampTZ: PhysInt, KindInterval: PhysPair, KindJSON: PhysBytes, KindJSONB: PhysBytes,
	KindArray: PhysBytes, KindRecord: PhysBytes, KindEnum: PhysInt, KindBit: PhysBytes, KindVoid: PhysInt,
	KindRange: PhysBytes, KindMultirange: PhysBytes, KindMoney: PhysInt,
	KindInet: PhysBytes, KindCidr: PhysBytes, KindMacaddr: PhysInt, KindMacaddr8: PhysBytes,
}

// IsRange reports whether values are ranges or multiranges.
func (k Kind) IsRange() bool { return k == KindRange || k == KindMultirange }

// Category is PostgreSQL's type category letter, which steers implicit
// coercion and the choice among overloaded functions.
type Category byte

// Type describes a SQL type with its modifier. Types are shared by pointer and
// never changed; one with another modifier is another Type with the same OID.
type Type struct {
	OID       OID
	Kind      Kind
	Category  Category
	Preferred bool   // preferred type of its category
	Name      string // PostgreSQL's internal name: int4, timestamptz
	Display   string // as error messages and format_type say it: integer
	Width     int8   // integers: 2, 4 or 8 bytes of range; floats: 4 or 8
	Mod       int32  // modifier as PostgreSQL stores it; -1 is none
	Collation string // of a text column; "" is C

	Elem   *Type    // arrays: element type
	Sub    *Type    // ranges: type of the bounds; multiranges: the type of their ranges
	Many   *Type    // ranges: type of their multiranges
	Fields []Field  // records
	Rel    OID      // row types of relations: the relation's number; the OID is that of record
	Labels []string // enums, in order
	Base   *Type    // domains: the type below; Kind is that of Base
	Domain *Domain  // domains: the constraints
}

// Field is a column of a record type.
type Field struct {
	Name string
	Type *Type
}

// Domain holds what a domain adds to its base type. The expressions are SQL
// text; the binder makes checks of them.
type Domain struct {
	NotNull bool
	Default string
	Checks  []DomainCheck
}

// DomainCheck is one named CHECK of a domain, over the name VALUE.
type DomainCheck struct {
	Name string
	Expr string
}

// Is reports whether two types are the same apart from their modifiers.
func (t *Type) Is(u *Type) bool { return t == u || t.OID == u.OID }

// Phys returns the physical form of the type's values.
func (t *Type) Phys() Phys { return physOf[t.Kind] }
