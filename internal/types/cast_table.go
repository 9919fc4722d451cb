package types

import (
	"math"
	"strconv"

	"github.com/zqlite/zqlite/internal/sqlerr"
)

type castKey struct{ from, to OID }

type castEntry struct {
	context Context
	fn      castFunc
}

// castTable is PostgreSQL's pg_cast for the built-in types, and the casts
// between integers and booleans, which may be assigned here. A nil function
// leaves the value as it is.
var castTable = map[castKey]castEntry{}

func init() {
	const i, a, e = Implicit, Assignment, Explicit
	add := func(from, to *Type, context Context, fn castFunc) {
		castTable[castKey{from.OID, to.OID}] = castEntry{context, fn}
	}
	for _, c := range []struct {
		from, to *Type
		context  Context
		fn       castFunc
	}{
		{Bool, Int4, a, castInt}, {Bool, Int2, a, castInt}, {Bool, Int8, a, castInt},
		{Int4, Bool, a, castBool}, {Int2, Bool, a, castBool}, {Int8, Bool, a, castBool},
		{Bool, Text, a, castBoolText}, {Bool, Char, a, castBoolText}, {Bool, Varchar, a, castBoolText},
		{CharByte, Int4, e, castCharInt}, {Int4, CharByte, e, castIntChar},
		{CharByte, Text, i, nil}, {CharByte, Char, a, nil}, {CharByte, Varchar, a, nil},
		{Name, Text, i, nil}, {Name, Char, a, nil}, {Name, Varchar, a, nil},
		{Text, CharByte, a, castClip(1)}, {Varchar, CharByte, a, castClip(1)}, {Char, CharByte, a, castClip(1)},
		{Text, Name, i, castClip(63)}, {Varchar, Name, i, castClip(63)}, {Char, Name, i, castTrimClip(63)},
		{Text, Char, i, nil}, {Text, Varchar, i, nil}, {Varchar, Text, i, nil}, {Varchar, Char, i, nil},
		{Char, Text, i, castTrim}, {Char, Varchar, i, castTrim},
		{Text, RegClass, i, castParse}, {Varchar, RegClass, i, castParse},
		{Float4, Float8, i, nil}, {Float8, Float4, a, castFloat4},
		{Numeric, Float4, i, castNumericFloat}, {Numeric, Float8, i, castNumericFloat},
		{Float4, Numeric, a, castFloatNumeric}, {Float8, Numeric, a, castFloatNumeric},
		{Date, Timestamp, i, castDateTimestamp}, {Date, TimestampTZ, i, castDateTimestampTZ},
		{Time, Interval, i, castTimeInterval}, {Time, TimeTZ, i, castTimeTimeTZ},
		{Timestamp, Date, a, castTimestampDate}, {Timestamp, Time, a, castTimestampTime},
		{Timestamp, TimestampTZ, i, castTimestampTZ},
		{TimestampTZ, Date, a, castTZDate}, {TimestampTZ, Time, a, castTZTime},
		{TimestampTZ, Timestamp, a, castTZTimestamp}, {TimestampTZ, TimeTZ, a, castTZTimeTZ},
		{Interval, Time, a, castIntervalTime}, {TimeTZ, Time, a, castTimeTZTime},
		{Bit, Varbit, i, nil}, {Varbit, Bit, i, nil},
		{Bit, Int4, e, castBitInt}, {Bit, Int8, e, castBitInt}, {Int4, Bit, e, castIntBit}, {Int8, Bit, e, castIntBit},
		{Int4, Money, a, castIntMoney}, {Int8, Money, a, castIntMoney}, {Numeric, Money, a, castNumericMoney}, {Money, Numeric, a, castMoneyNumeric},
		{Cidr, Inet, i, castInet}, {Inet, Cidr, a, castNetwork}, {Macaddr, Macaddr8Type, i, castMac8}, {Macaddr8Type, Macaddr, i, castMac6},
		{Inet, Text, a, castNetworkText}, {Inet, Varchar, a, castNetworkText}, {Inet, Char, a, castNetworkText},
		{Cidr, Text, a, castNetworkText}, {Cidr, Varchar, a, castNetworkText}, {Cidr, Char, a, castNetworkText},
		{JSON, JSONB, a, castJSONB}, {JSONB, JSON, a, castJSON},
	} {
		add(c.from, c.to, c.context, c.fn)
	}
	ints := []*Type{Int2, Int4, Int8}
	for x, from := range ints {
		for y, to := range ints {
			switch {
			case x < y:
				add(from, to, i, nil)
			case x > y:
				add(from, to, a, castInt)
			}
		}
		add(from, Float4, i, castIntFloat)
		add(from, Float8, i, castIntFloat)
		add(from, Numeric, i, castIntNumeric)
		add(Float4, from, a, castFloatInt)
		add(Float8, from, a, castFloatInt)
		add(Numeric, from, a, castNumericInt)
		add(JSONB, from, e, castJSONBScalar)
	}
	for _, t := range []*Type{Bool, Float4, Float8, Numeric} {
		add(JSONB, t, e, castJSONBScalar)
	}
	regs := []*Type{RegProc, RegClass, RegType, RegProcedure, RegOper, RegOperator, RegNamespace, RegRole, RegCollation}
	for _, r := range append([]*Type{Oid}, regs...) {
		for _, from := range ints {
			add(from, r, i, castOID)
		}
		add(r, Int4, a, nil)
		add(r, Int8, a, nil)
	}
	for _, r := range regs {
		add(r, Oid, i, nil)
		add(Oid, r, i, nil)
	}
}

func castInt(v Value, _ *Cast, to *Type, _ *Env) (Value, error) {
	if !IntFits(v.I, to) {
		return Null, IntOutOfRange(to)
	}
	return NewInt(v.I), nil
}

func castBool(v Value, _ *Cast, _ *Type, _ *Env) (Value, error) { return NewBool(v.I != 0), nil }

func castBoolText(v Value, _ *Cast, _ *Type, _ *Env) (Value, error) {
	return NewText(strconv.FormatBool(v.I != 0)), nil
}

func castCharInt(v Value, _ *Cast, _ *Type, _ *Env) (Value, error) {
	if v.S == "" {
		return NewInt(0), nil
	}
	return NewInt(int64(int8(v.S[0]))), nil
}

func castIntChar(v Value, _ *Cast, to *Type, _ *Env) (Value, error) {
	switch {
	case v.I < -128 || v.I > 127:
		return Null, sqlerr.New(sqlerr.NumericValueOutOfRange, "\"char\" out of range")
	case v.I == 0:
		return NewText(""), nil
	}
	return NewText(string([]byte{byte(v.I)})), nil
}

func castClip(n int) castFunc {
	return func(v Value, _ *Cast, _ *Type, _ *Env) (Value, error) { return NewText(clipBytes(v.S, n)), nil }
}

func castTrimClip(n int) castFunc {
	return func(v Value, _ *Cast, _ *Type, _ *Env) (Value, error) {
		return NewText(clipBytes(trimBlanks(v.S), n)), nil
	}
}

func castTrim(v Value, _ *Cast, _ *Type, _ *Env) (Value, error) { return NewText(trimBlanks(v.S)), nil }

func castIntFloat(v Value, _ *Cast, to *Type, _ *Env) (Value, error) {
	if to.Width == 4 {
		return NewFloat(float64(float32(v.I))), nil
	}
	return NewFloat(float64(v.I)), nil
}

func castIntNumeric(v Value, _ *Cast, _ *Type, _ *Env) (Value, error) {
	return NumericFromInt(v.I), nil
}

func castFloatInt(v Value, _ *Cast, to *Type, _ *Env) (Value, error) {
	i, err := FloatToInt(v.Float(), to)
	return NewInt(i), err
}

// FloatToInt rounds half to even to an integer of a type.
func FloatToInt(f float64, to *Type) (int64, error) {
	f = math.RoundToEven(f)
	if !(f >= -(1<<63) && f < 1<<63) || !IntFits(int64(f), to) {
		return 0, IntOutOfRange(to)
	}
	return int64(f), nil
}

func castFloat4(v Value, _ *Cast, _ *Type, _ *Env) (Value, error) {
	f := v.Float()
	n := float64(float32(f))
	switch {
	case math.IsInf(n, 0) && !math.IsInf(f, 0):
		return Null, sqlerr.New(sqlerr.NumericValueOutOfRange, "value out of range: overflow")
	case n == 0 && f != 0:
		return Null, sqlerr.New(sqlerr.NumericValueOutOfRange, "value out of range: underflow")
	}
	return NewFloat(n), nil
}

func castNumericFloat(v Value, _ *Cast, to *Type, _ *Env) (Value, error) {
	if to.Width != 4 {
		if f := NumericFloat(v); !math.IsInf(f, 0) && (f != 0 || v.I == 0) {
			return NewFloat(f), nil
		}
	}
	if isSpecial(v) {
		return NewFloat(NumericFloat(v)), nil
	}
	f, err := parseFloat(string(AppendNumeric(nil, v)), to)
	return NewFloat(f), err
}

func castNumericInt(v Value, _ *Cast, to *Type, _ *Env) (Value, error) {
	i, err := NumericToInt(v, to)
	return NewInt(i), err
}

func castFloatNumeric(v Value, c *Cast, _ *Type, _ *Env) (Value, error) {
	bits := 64
	if c.From.Width == 4 {
		bits = 32
	}
	return NumericFromFloat(v.Float(), bits)
}

func castOID(v Value, c *Cast, _ *Type, _ *Env) (Value, error) {
	if v.I < 0 && BaseType(c.From).Is(Int8) || v.I < math.MinInt32 || v.I > math.MaxUint32 {
		return Null, sqlerr.New(sqlerr.NumericValueOutOfRange, "OID out of range")
	}
	return NewInt(int64(uint32(v.I))), nil
}

func castBitInt(v Value, _ *Cast, to *Type, _ *Env) (Value, error) {
	n, bits := v.Bits()
	if n > int(to.Width)*8 {
		return Null, IntOutOfRange(to)
	}
	var u uint64
	for i := 0; i < n; i++ {
		u = u<<1 | uint64(bits[i/8]>>(7-i%8)&1)
	}
	if n == 32 && to.Width == 4 {
		return NewInt(int64(int32(u))), nil
	}
	return NewInt(int64(u)), nil
}

// castIntBit takes the low bits; bit(n) longer than the integer repeats the
// sign.
func castIntBit(v Value, _ *Cast, to *Type, _ *Env) (Value, error) {
	n := 1
	if to.Mod > 0 {
		n = int(to.Mod)
	}
	out := make([]byte, (n+7)/8)
	for i := 0; i < n; i++ {
		if v.I>>min(n-1-i, 63)&1 != 0 {
			out[i/8] |= 0x80 >> (i % 8)
		}
	}
	return NewBit(n, out), nil
}

func castJSONB(v Value, _ *Cast, _ *Type, _ *Env) (Value, error) { return ParseJSONB(v.S) }

func castJSON(v Value, _ *Cast, _ *Type, _ *Env) (Value, error) {
	return Value{K: KindJSON, S: string(AppendJSONB(nil, v))}, nil
}

func castJSONBScalar(v Value, _ *Cast, to *Type, env *Env) (Value, error) {
	return jsonbScalar(v, to, env)
}

func castDateTimestamp(v Value, _ *Cast, _ *Type, _ *Env) (Value, error) {
	return dateTimestamp(v)
}

func dateTimestamp(v Value) (Value, error) {
	if !v.IsInfinite() && v.I >= endTimestamp/usDay {
		return Null, sqlerr.New(sqlerr.DatetimeFieldOverflow, "date out of range for timestamp")
	}
	return DateToTimestamp(v), nil
}

// BehindTimestamps is where a date stands among timestamps that is behind all of
// them and before infinity.
const BehindTimestamps = endTimestamp

// BeyondTimestamps reports whether a date is behind all timestamps but infinity.
func BeyondTimestamps(v Value) bool { return !v.IsInfinite() && v.I >= endTimestamp/usDay }

func castDateTimestampTZ(v Value, _ *Cast, _ *Type, env *Env) (Value, error) {
	ts, err := dateTimestamp(v)
	if err != nil {
		return Null, err
	}
	return Instant(ts, env.Location())
}

func castTimeInterval(v Value, _ *Cast, _ *Type, _ *Env) (Value, error) {
	return NewInterval(0, 0, v.I), nil
}

func castTimeTimeTZ(v Value, _ *Cast, _ *Type, env *Env) (Value, error) {
	loc, now := env.Location(), env.Timestamp()
	today := floorDiv(now+int64(offsetAt(loc, now))*usSecond, usDay)
	return NewTimeTZ(v.I, -offsetLocal(loc, today*usDay+v.I)), nil
}

func castTimestampDate(v Value, _ *Cast, _ *Type, _ *Env) (Value, error) {
	switch v.I {
	case TimestampInfinity:
		return NewDate(DateInfinity), nil
	case TimestampNegInfinity:
		return NewDate(DateNegInfinity), nil
	}
	return NewDate(floorDiv(v.I, usDay)), nil
}

func castTimestampTime(v Value, _ *Cast, _ *Type, _ *Env) (Value, error) {
	if isInfinite(v.I) {
		return Null, nil
	}
	return NewTime(floorMod(v.I, usDay)), nil
}

func castTimestampTZ(v Value, _ *Cast, _ *Type, env *Env) (Value, error) {
	return Instant(v, env.Location())
}

func castTZTimestamp(v Value, _ *Cast, _ *Type, env *Env) (Value, error) {
	r := LocalTime(v, env.Location())
	if !isInfinite(r.I) && !validTimestamp(r.I) {
		return Null, errTimestampRange
	}
	return r, nil
}

func castTZDate(v Value, c *Cast, to *Type, env *Env) (Value, error) {
	return castTimestampDate(LocalTime(v, env.Location()), c, to, env)
}

func castTZTime(v Value, c *Cast, to *Type, env *Env) (Value, error) {
	return castTimestampTime(LocalTime(v, env.Location()), c, to, env)
}

func castTZTimeTZ(v Value, _ *Cast, _ *Type, env *Env) (Value, error) {
	if isInfinite(v.I) {
		return Null, nil
	}
	off := offsetAt(env.Location(), v.I)
	return NewTimeTZ(floorMod(v.I+int64(off)*usSecond, usDay), -off), nil
}

func castIntervalTime(v Value, _ *Cast, _ *Type, _ *Env) (Value, error) {
	return NewTime(floorMod(v.I, usDay)), nil
}

func castTimeTZTime(v Value, _ *Cast, _ *Type, _ *Env) (Value, error) { return NewTime(v.I), nil }
