package ast

// TypeName is a type as written, reduced to one name. The words of the standard
// become PostgreSQL's internal names: smallint int2, bigint int8, decimal and
// dec numeric, boolean bool, real and double [precision] float8, float(n) float4
// or float8, character and char bpchar (with Mods 1 where none is written),
// character varying varchar, bit varying varbit, timestamp with time zone
// timestamptz, time with time zone timetz. INT and INTEGER stay "integer", a
// type of zqlite's own; int4 is a name like any other. The unquoted DATETIME,
// TINYINT and BLOB become timestamp, int2 and bytea.
type TypeName struct {
	Pos       int
	Name      QualifiedName
	Mods      []Expr // varchar(n), numeric(p, s), timestamp(p)
	Dims      []int  // one an array dimension: its written size, -1 for []
	SetOf     bool   // SETOF t, in CREATE FUNCTION
	Interval  string // "year to month", "day to second" … of an interval; otherwise empty
	OfColumn  bool   // Name is table.column and the type is that column's: %TYPE
	Encrypted bool   // the modifier ENCRYPTED stands before the type
}
