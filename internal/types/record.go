package types

import (
	"encoding/binary"

	"github.com/zqlite/zqlite/internal/sqlerr"
)

// A record's S: the number of fields as a varint, then for every field the OID
// of its type as a varint, its kind (KindNull for NULL) and the value as an
// array element has it. So a record can be read and printed without its type.

var errRecordDamaged = sqlerr.New(sqlerr.DataCorrupted, "stored record is damaged")

// MakeRecord makes a record of its fields; those of t may be fewer than the
// values, where t is the anonymous record.
func MakeRecord(t *Type, vals []Value) Value {
	dst := make([]byte, 0, 4+12*len(vals))
	dst = binary.AppendUvarint(dst, uint64(len(vals)))
	for i := range vals {
		ft := fieldTypeOf(t, i, vals[i].K)
		dst = binary.AppendUvarint(dst, uint64(ft.OID))
		dst = append(dst, byte(vals[i].K))
		dst = appendElement(dst, vals[i])
	}
	return Value{K: KindRecord, S: string(dst)}
}

func fieldTypeOf(t *Type, i int, k Kind) *Type {
	if t != nil && i < len(t.Fields) {
		return t.Fields[i].Type
	}
	return typeOfKind(k)
}

// typeOfKind returns the type of a kind that shows values in full.
func typeOfKind(k Kind) *Type {
	switch k {
	case KindBool:
		return Bool
	case KindInt:
		return Int8
	case KindFloat:
		return Float8
	case KindNumeric:
		return Numeric
	case KindBytes:
		return Bytea
	case KindUUID:
		return UUID
	case KindDate:
		return Date
	case KindTime:
		return Time
	case KindTimeTZ:
		return TimeTZ
	case KindTimestamp:
		return Timestamp
	case KindTimestampTZ:
		return TimestampTZ
	case KindInterval:
		return Interval
	case KindJSON:
		return JSON
	case KindJSONB:
		return JSONB
	case KindMoney:
		return Money
	case KindInet:
		return Inet
	case KindCidr:
		return Cidr
	case KindMacaddr:
		return Macaddr
	case KindMacaddr8:
		return Macaddr8Type
	case KindBit:
		return Varbit
	case KindRecord:
		return RecordType
	case KindArray:
		return ArrayOf(Text)
	}
	return Text
}

// RecordFields returns the fields of a record. The type may be nil.
func RecordFields(v Value, _ *Type) ([]Value, error) {
	vals, _, err := recordFields(v, false)
	return vals, err
}

// RecordFieldOIDs returns the OIDs of the field types as they were when the
// record was made.
func RecordFieldOIDs(v Value) ([]OID, error) {
	_, oids, err := recordFields(v, true)
	return oids, err
}

func recordFields(v Value, withOIDs bool) (vals []Value, oids []OID, err error) {
	n, s, ok := readUvarint(v.S)
	if !ok || n > uint64(len(s)) {
		return nil, nil, errRecordDamaged
	}
	vals = make([]Value, n)
	if withOIDs {
		oids = make([]OID, n)
	}
	for i := range vals {
		oid, rest, ok := readUvarint(s)
		if !ok || rest == "" || int(rest[0]) >= len(physOf) {
			return nil, nil, errRecordDamaged
		}
		if vals[i], s, ok = readElement(rest[1:], Kind(rest[0])); !ok {
			return nil, nil, errRecordDamaged
		}
		if withOIDs {
			oids[i] = OID(oid)
		}
	}
	return vals, oids, nil
}

func malformedRecord(s, detail string) error {
	return sqlerr.New(sqlerr.InvalidTextRepresentation, "malformed record literal: \"%s\"", s).WithDetail("%s", detail)
}

// ParseRecord reads (1,"a b",) as a record of a type that has fields.
func ParseRecord(s string, t *Type, env *Env) (Value, error) {
	if len(t.Fields) == 0 && t.Is(RecordType) {
		return Null, sqlerr.New(sqlerr.FeatureNotSupported, "input of anonymous composite types is not implemented")
	}
	i := 0
	for i < len(s) && isSpace(s[i]) {
		i++
	}
	if i == len(s) || s[i] != '(' {
		return Null, malformedRecord(s, "Missing left parenthesis.")
	}
	i++
	vals := make([]Value, len(t.Fields))
	for n := range t.Fields {
		if n > 0 {
			if i >= len(s) || s[i] != ',' {
				return Null, malformedRecord(s, "Too few columns.")
			}
			i++
		}
		if i < len(s) && (s[i] == ',' || s[i] == ')') {
			continue
		}
		text, next, ok := recordText(s, i)
		if !ok {
			return Null, malformedRecord(s, "Unexpected end of input.")
		}
		v, err := Parse(text, t.Fields[n].Type, env)
		if err != nil {
			return Null, err
		}
		vals[n], i = v, next
	}
	if i >= len(s) || s[i] != ')' {
		return Null, malformedRecord(s, "Too many columns.")
	}
	if trimSpace(s[i+1:]) != "" {
		return Null, malformedRecord(s, "Junk after right parenthesis.")
	}
	return MakeRecord(t, vals), nil
}

// recordText reads one field up to a comma or parenthesis outside quotes.
func recordText(s string, i int) (text string, next int, ok bool) {
	var b []byte
	quoted := false
	for quoted || i < len(s) && s[i] != ',' && s[i] != ')' {
		if i >= len(s) {
			return "", i, false
		}
		c := s[i]
		i++
		switch {
		case c == '\\':
			if i >= len(s) {
				return "", i, false
			}
			b = append(b, s[i])
			i++
		case c == '"' && !quoted:
			quoted = true
		case c == '"' && i < len(s) && s[i] == '"':
			b = append(b, '"')
			i++
		case c == '"':
			quoted = false
		default:
			b = append(b, c)
		}
	}
	return string(b), i, i < len(s)
}

// appendRecord appends (1,"a b",).
func appendRecord(dst []byte, v Value, t *Type, env *Env) []byte {
	vals, oids, err := recordFields(v, true)
	if err != nil {
		return append(dst, '(', ')')
	}
	if t != nil {
		t = BaseType(t)
	}
	dst = append(dst, '(')
	for i := range vals {
		if i > 0 {
			dst = append(dst, ',')
		}
		if vals[i].K == KindNull {
			continue
		}
		var ft *Type
		if t != nil && i < len(t.Fields) {
			ft = t.Fields[i].Type
		} else if ft = env.typeByOID(oids[i]); ft == nil {
			ft = typeOfKind(vals[i].K)
		}
		start := len(dst)
		dst = Append(dst, vals[i], ft, env)
		if recordQuoted(dst[start:]) {
			text := string(dst[start:])
			dst = append(dst[:start], '"')
			for j := 0; j < len(text); j++ {
				if text[j] == '"' || text[j] == '\\' {
					dst = append(dst, text[j])
				}
				dst = append(dst, text[j])
			}
			dst = append(dst, '"')
		}
	}
	return append(dst, ')')
}

func recordQuoted(b []byte) bool {
	for _, c := range b {
		switch c {
		case '"', '\\', '(', ')', ',':
			return true
		}
		if isSpace(c) {
			return true
		}
	}
	return len(b) == 0
}

// NewRecord is MakeRecord with the order of arguments that NewArray has.
func NewRecord(vals []Value, t *Type) Value { return MakeRecord(t, vals) }
