package types

// The built-in types, with PostgreSQL's OIDs, categories and names. Integer is
// zqlite's own INTEGER: int4's OID and behaviour with the range of 64 bits; it
// differs from Int4 only in Width.
var (
	Bool         = &Type{OID: 16, Kind: KindBool, Category: 'B', Preferred: true, Name: "bool", Display: "boolean", Mod: -1}
	Bytea        = &Type{OID: 17, Kind: KindBytes, Category: 'U', Name: "bytea", Display: "bytea", Mod: -1}
	CharByte     = &Type{OID: 18, Kind: KindText, Category: 'Z', Name: "char", Display: `"char"`, Mod: -1}
	Name         = &Type{OID: 19, Kind: KindText, Category: 'S', Name: "name", Display: "name", Mod: -1}
	Int8         = &Type{OID: 20, Kind: KindInt, Category: 'N', Name: "int8", Display: "bigint", Width: 8, Mod: -1}
	Int2         = &Type{OID: 21, Kind: KindInt, Category: 'N', Name: "int2", Display: "smallint", Width: 2, Mod: -1}
	Int4         = &Type{OID: 23, Kind: KindInt, Category: 'N', Name: "int4", Display: "integer", Width: 4, Mod: -1}
	Integer      = &Type{OID: 23, Kind: KindInt, Category: 'N', Name: "int4", Display: "integer", Width: 8, Mod: -1}
	RegProc      = &Type{OID: 24, Kind: KindInt, Category: 'N', Name: "regproc", Display: "regproc", Width: 8, Mod: -1}
	Text         = &Type{OID: 25, Kind: KindText, Category: 'S', Preferred: true, Name: "text", Display: "text", Mod: -1}
	Oid          = &Type{OID: 26, Kind: KindInt, Category: 'N', Preferred: true, Name: "oid", Display: "oid", Width: 8, Mod: -1}
	JSON         = &Type{OID: 114, Kind: KindJSON, Category: 'U', Name: "json", Display: "json", Mod: -1}
	Float4       = &Type{OID: 700, Kind: KindFloat, Category: 'N', Name: "float4", Display: "real", Width: 4, Mod: -1}
	Float8       = &Type{OID: 701, Kind: KindFloat, Category: 'N', Preferred: true, Name: "float8", Display: "double precision", Width: 8, Mod: -1}
	Unknown      = &Type{OID: 705, Kind: KindText, Category: 'X', Name: "unknown", Display: "unknown", Mod: -1}
	Char         = &Type{OID: 1042, Kind: KindText, Category: 'S', Name: "bpchar", Display: "character", Mod: -1}
	Varchar      = &Type{OID: 1043, Kind: KindText, Category: 'S', Name: "varchar", Display: "character varying", Mod: -1}
	Money        = &Type{OID: 790, Kind: KindMoney, Category: 'N', Name: "money", Display: "money", Mod: -1}
	Cidr         = &Type{OID: 650, Kind: KindCidr, Category: 'I', Name: "cidr", Display: "cidr", Mod: -1}
	Inet         = &Type{OID: 869, Kind: KindInet, Category: 'I', Preferred: true, Name: "inet", Display: "inet", Mod: -1}
	Macaddr      = &Type{OID: 829, Kind: KindMacaddr, Category: 'U', Name: "macaddr", Display: "macaddr", Mod: -1}
	Macaddr8Type = &Type{OID: 774, Kind: KindMacaddr8, Category: 'U', Name: "macaddr8", Display: "macaddr8", Mod: -1}
	Date         = &Type{OID: 1082, Kind: KindDate, Category: 'D', Name: "date", Display: "date", Mod: -1}
	Time         = &Type{OID: 1083, Kind: KindTime, Category: 'D', Name: "time", Display: "time without time zone", Mod: -1}
	Timestamp    = &Type{OID: 1114, Kind: KindTimestamp, Category: 'D', Name: "timestamp", Display: "timestamp without time zone", Mod: -1}
	TimestampTZ  = &Type{OID: 1184, Kind: KindTimestampTZ, Category: 'D', Preferred: true, Name: "timestamptz", Display: "timestamp with time zone", Mod: -1}
	Interval     = &Type{OID: 1186, Kind: KindInterval, Category: 'T', Preferred: true, Name: "interval", Display: "interval", Mod: -1}
	TimeTZ       = &Type{OID: 1266, Kind: KindTimeTZ, Category: 'D', Name: "timetz", Display: "time with time zone", Mod: -1}
	Bit          = &Type{OID: 1560, Kind: KindBit, Category: 'V', Name: "bit", Display: "bit", Mod: -1}
	Varbit       = &Type{OID: 1562, Kind: KindBit, Category: 'V', Preferred: true, Name: "varbit", Display: "bit varying", Mod: -1}
	Numeric      = &Type{OID: 1700, Kind: KindNumeric, Category: 'N', Name: "numeric", Display: "numeric", Mod: -1}
	RegClass     = &Type{OID: 2205, Kind: KindInt, Category: 'N', Name: "regclass", Display: "regclass", Width: 8, Mod: -1}
	RegType      = &Type{OID: 2206, Kind: KindInt, Category: 'N', Name: "regtype", Display: "regtype", Width: 8, Mod: -1}
	RegProcedure = &Type{OID: 2202, Kind: KindInt, Category: 'N', Name: "regprocedure", Display: "regprocedure", Width: 8, Mod: -1}
	RegOper      = &Type{OID: 2203, Kind: KindInt, Category: 'N', Name: "regoper", Display: "regoper", Width: 8, Mod: -1}
	RegOperator  = &Type{OID: 2204, Kind: KindInt, Category: 'N', Name: "regoperator", Display: "regoperator", Width: 8, Mod: -1}
	RegNamespace = &Type{OID: 4089, Kind: KindInt, Category: 'N', Name: "regnamespace", Display: "regnamespace", Width: 8, Mod: -1}
	RegRole      = &Type{OID: 4096, Kind: KindInt, Category: 'N', Name: "regrole", Display: "regrole", Width: 8, Mod: -1}
	RegCollation = &Type{OID: 4191, Kind: KindInt, Category: 'N', Name: "regcollation", Display: "regcollation", Width: 8, Mod: -1}
	RecordType   = &Type{OID: 2249, Kind: KindRecord, Category: 'P', Name: "record", Display: "record", Mod: -1}
	Void         = &Type{OID: 2278, Kind: KindVoid, Category: 'P', Name: "void", Display: "void", Mod: -1}
	UUID         = &Type{OID: 2950, Kind: KindUUID, Category: 'U', Name: "uuid", Display: "uuid", Mod: -1}
	JSONB        = &Type{OID: 3802, Kind: KindJSONB, Category: 'U', Name: "jsonb", Display: "jsonb", Mod: -1}
	JSONPath     = &Type{OID: 4072, Kind: KindText, Category: 'U', Name: "jsonpath", Display: "jsonpath", Mod: -1}

	Int4Range      = newRange(3904, "int4range", Integer)
	NumRange       = newRange(3906, "numrange", Numeric)
	TSRange        = newRange(3908, "tsrange", Timestamp)
	TSTZRange      = newRange(3910, "tstzrange", TimestampTZ)
	DateRange      = newRange(3912, "daterange", Date)
	Int8Range      = newRange(3926, "int8range", Int8)
	Int4Multirange = newMultirange(4451, "int4multirange", Int4Range)
	NumMultirange  = newMultirange(4532, "nummultirange", NumRange)
	TSMultirange   = newMultirange(4533, "tsmultirange", TSRange)
	TSTZMultirange = newMultirange(4534, "tstzmultirange", TSTZRange)
	DateMultirange = newMultirange(4535, "datemultirange", DateRange)
	Int8Multirange = newMultirange(4536, "int8multirange", Int8Range)

	// Pseudo-types of function signatures.
	Any                     = &Type{OID: 2276, Kind: KindVoid, Category: 'P', Name: "any", Display: `"any"`, Mod: -1}
	AnyElement              = &Type{OID: 2283, Kind: KindVoid, Category: 'P', Name: "anyelement", Display: "anyelement", Mod: -1}
	AnyArray                = &Type{OID: 2277, Kind: KindVoid, Category: 'P', Name: "anyarray", Display: "anyarray", Mod: -1}
	AnyEnum                 = &Type{OID: 3500, Kind: KindVoid, Category: 'P', Name: "anyenum", Display: "anyenum", Mod: -1}
	AnyNonArray             = &Type{OID: 2776, Kind: KindVoid, Category: 'P', Name: "anynonarray", Display: "anynonarray", Mod: -1}
	AnyRange                = &Type{OID: 3831, Kind: KindVoid, Category: 'P', Name: "anyrange", Display: "anyrange", Mod: -1}
	AnyMultirange           = &Type{OID: 4537, Kind: KindVoid, Category: 'P', Name: "anymultirange", Display: "anymultirange", Mod: -1}
	AnyCompatible           = &Type{OID: 5077, Kind: KindVoid, Category: 'P', Name: "anycompatible", Display: "anycompatible", Mod: -1}
	AnyCompatibleArray      = &Type{OID: 5078, Kind: KindVoid, Category: 'P', Name: "anycompatiblearray", Display: "anycompatiblearray", Mod: -1}
	AnyCompatibleNonArray   = &Type{OID: 5079, Kind: KindVoid, Category: 'P', Name: "anycompatiblenonarray", Display: "anycompatiblenonarray", Mod: -1}
	AnyCompatibleRange      = &Type{OID: 5080, Kind: KindVoid, Category: 'P', Name: "anycompatiblerange", Display: "anycompatiblerange", Mod: -1}
	AnyCompatibleMultirange = &Type{OID: 4538, Kind: KindVoid, Category: 'P', Name: "anycompatiblemultirange", Display: "anycompatiblemultirange", Mod: -1}
)

func newRange(oid OID, name string, sub *Type) *Type {
	return &Type{OID: oid, Kind: KindRange, Category: 'R', Name: name, Display: name, Mod: -1, Sub: sub}
}

func newMultirange(oid OID, name string, ranges *Type) *Type {
	ranges.Many = &Type{OID: oid, Kind: KindMultirange, Category: 'R', Name: name, Display: name, Mod: -1, Sub: ranges}
	return ranges.Many
}

// NewRangeType makes a range type and its multirange type, over a type of
// bounds that has an order.
func NewRangeType(oid OID, name string, manyOID OID, manyName string, sub *Type) (one, many *Type) {
	one = newRange(oid, name, sub)
	return one, newMultirange(manyOID, manyName, one)
}

// RangeOver makes a range type and its multirange type anew, with other bounds.
func RangeOver(t, sub *Type) (one, many *Type) {
	return NewRangeType(t.OID, t.Name, t.Many.OID, t.Many.Name, sub)
}
