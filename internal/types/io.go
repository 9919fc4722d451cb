package types

import (
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/zqlite/zqlite/internal/sqlerr"
)

// Parse reads a value from its text form, as the type's input function does,
// and applies the type's modifier.
func Parse(s string, t *Type, env *Env) (Value, error) {
	if t.Base != nil {
		return Parse(s, BaseType(t), env)
	}
	switch t.Kind {
	case KindBool:
		b, ok := parseBool(s)
		if !ok {
			return Null, badSyntax("boolean", s)
		}
		return NewBool(b), nil
	case KindInt:
		return parseIntType(s, t, env)
	case KindMoney:
		return ParseMoney(s)
	case KindInet, KindCidr:
		return ParseNetwork(s, t)
	case KindMacaddr:
		return ParseMacaddr(s)
	case KindMacaddr8:
		return ParseMacaddr8(s)
	case KindFloat:
		f, err := parseFloat(s, t)
		return NewFloat(f), err
	case KindNumeric:
		v, err := ParseNumeric(s)
		if err != nil || t.Mod < 0 {
			return v, err
		}
		return ApplyTypmod(v, t)
	case KindText:
		return parseText(s, t)
	case KindBytes:
		b, err := ParseBytea(s)
		return NewBytes(b), err
	case KindUUID:
		return ParseUUID(s)
	case KindDate:
		return ParseDate(s, env)
	case KindTime:
		return ParseTime(s, t.Mod, env)
	case KindTimeTZ:
		return ParseTimeTZ(s, t.Mod, env)
	case KindTimestamp:
		return ParseTimestamp(s, t.Mod, env)
	case KindTimestampTZ:
		return ParseTimestampTZ(s, t.Mod, env)
	case KindInterval:
		return parseInterval(s, t.Mod, env)
	case KindJSON:
		return parseJSON(s)
	case KindJSONB:
		return ParseJSONB(s)
	case KindArray:
		return ParseArray(s, t, env)
	case KindRecord:
		return ParseRecord(s, t, env)
	case KindEnum:
		return parseEnum(s, t)
	case KindBit:
		return ParseBit(s, t)
	case KindRange:
		return ParseRange(s, t, env)
	case KindMultirange:
		return ParseMultirange(s, t, env)
	}
	if t.Is(Void) {
		return Null, nil
	}
	return Null, sqlerr.New(sqlerr.FeatureNotSupported, "cannot accept a value of type %s", t.Display)
}

// Format returns the text form of a value as the type's output function gives
// it, "" for NULL. A boolean is t or f; the cast to text says true or false.
func Format(v Value, t *Type, env *Env) string {
	switch v.K {
	case KindNull:
		return ""
	case KindText, KindJSON:
		return v.S
	}
	return string(Append(nil, v, t, env))
}

// Append appends the text form of a value; nothing for NULL. The type may be
// nil for kinds whose text does not depend on it.
func Append(dst []byte, v Value, t *Type, env *Env) []byte {
	switch v.K {
	case KindBool:
		if v.I != 0 {
			return append(dst, 't')
		}
		return append(dst, 'f')
	case KindInt:
		return appendInt(dst, v, t, env)
	case KindMoney:
		return appendMoney(dst, v)
	case KindInet, KindCidr:
		return AppendNetwork(dst, v, v.K == KindCidr)
	case KindMacaddr:
		return appendMac(dst, uint64(v.I), 6)
	case KindMacaddr8:
		return appendMac(dst, Macaddr8(v), 8)
	case KindFloat:
		if t != nil && t.Width == 4 {
			return appendStyledFloat(dst, v.Float(), 32, env.style())
		}
		return appendStyledFloat(dst, v.Float(), 64, env.style())
	case KindNumeric:
		return AppendNumeric(dst, v)
	case KindText, KindJSON:
		return append(dst, v.S...)
	case KindBytes:
		if env.style().Escape {
			return appendEscaped(dst, v.S)
		}
		return AppendBytea(dst, v.S)
	case KindUUID:
		return AppendUUID(dst, v)
	case KindDate:
		return appendStyledDate(dst, v.I, env.style())
	case KindTime:
		return AppendTime(dst, v.I)
	case KindTimeTZ:
		return appendOffset(AppendTime(dst, v.I), -int(v.J))
	case KindTimestamp:
		if s := env.style(); s.Date != DateISO && !isInfinite(v.I) {
			return appendStyledTimestamp(dst, v.I, s, false, "", 0)
		}
		return AppendTimestamp(dst, v.I)
	case KindTimestampTZ:
		if env.style().Date != DateISO {
			return appendStyledTZ(dst, v.I, env)
		}
		return AppendTimestampTZ(dst, v.I, env)
	case KindInterval:
		return appendStyledInterval(dst, v, env.style())
	case KindJSONB:
		return AppendJSONB(dst, v)
	case KindArray:
		return appendArray(dst, v, t, env)
	case KindRecord:
		return appendRecord(dst, v, t, env)
	case KindEnum:
		if t != nil {
			if b := BaseType(t); v.I >= 0 && v.I < int64(len(b.Labels)) {
				return append(dst, b.Labels[v.I]...)
			}
		}
		return strconv.AppendInt(dst, v.I, 10)
	case KindBit:
		return AppendBit(dst, v.S)
	case KindRange:
		return appendRange(dst, v, t, env)
	case KindMultirange:
		return appendMultirange(dst, v, t, env)
	}
	return dst
}

func badSyntax(typeName, s string) error {
	return sqlerr.New(sqlerr.InvalidTextRepresentation, "invalid input syntax for type %s: \"%s\"", typeName, s)
}

func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

func trimSpace(s string) string {
	for s != "" && isSpace(s[0]) {
		s = s[1:]
	}
	for s != "" && isSpace(s[len(s)-1]) {
		s = s[:len(s)-1]
	}
	return s
}

// parseBool accepts unique prefixes of true, false, yes, no, on, off, and 1, 0.
func parseBool(s string) (value, ok bool) {
	s = trimSpace(s)
	if s == "" || len(s) > 5 {
		return false, false
	}
	var buf [5]byte
	l := string(appendLower(buf[:0], s))
	switch {
	case strings.HasPrefix("true", l), strings.HasPrefix("yes", l), l == "on", l == "1":
		return true, true
	case strings.HasPrefix("false", l), strings.HasPrefix("no", l), l == "off", l == "of", l == "0":
		return false, true
	}
	return false, false
}

func appendLower(dst []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		dst = append(dst, c)
	}
	return dst
}

// parseInteger reads a decimal integer of 64 bits. inRange is false where the
// text is a number that does not fit.
func parseInteger(s string) (v int64, ok, inRange bool) {
	s = trimSpace(s)
	neg := false
	if s != "" && (s[0] == '-' || s[0] == '+') {
		neg = s[0] == '-'
		s = s[1:]
	}
	if s == "" {
		return 0, false, false
	}
	var u uint64
	inRange = true
	for i := 0; i < len(s); i++ {
		d := s[i] - '0'
		if d > 9 {
			return 0, false, false
		}
		if u > (math.MaxUint64-9)/10 {
			inRange = false
			continue
		}
		u = u*10 + uint64(d)
	}
	if neg {
		return -int64(u), true, inRange && u <= 1<<63
	}
	return int64(u), true, inRange && u <= math.MaxInt64
}

func parseIntType(s string, t *Type, env *Env) (Value, error) {
	v, ok, inRange := parseInteger(s)
	switch {
	case ok && inRange && IntFits(v, t):
		if v < 0 && isOID(t) {
			v = int64(uint32(v))
		}
		return NewInt(v), nil
	case ok:
		return Null, sqlerr.New(sqlerr.NumericValueOutOfRange, "value \"%s\" is out of range for type %s", s, t.Display)
	}
	if IsReg(t) {
		if s == "-" {
			return NewInt(0), nil
		}
		if env != nil && env.RegOID != nil {
			oid, err := env.RegOID(t, s)
			return NewInt(oid), err
		}
		if t.Is(RegType) {
			if u := Lookup(trimSpace(s)); u != nil {
				return NewInt(int64(u.OID)), nil
			}
			return Null, sqlerr.New(sqlerr.UndefinedObject, "type \"%s\" does not exist", s)
		}
	}
	return Null, badSyntax(t.Display, s)
}

// IntFits reports whether an integer is within the range of an integer type.
func IntFits(v int64, t *Type) bool {
	switch t.Width {
	case 2:
		return v == int64(int16(v))
	case 4:
		return v == int64(int32(v))
	}
	if isOID(t) {
		return v >= math.MinInt32 && v <= math.MaxUint32
	}
	return true
}

// isOID reports whether the type's values are 32 bits without a sign.
func isOID(t *Type) bool { return t.OID == 26 || IsReg(t) }

// IsReg reports whether the type is one of those that are oids written as the
// names of what they stand for: regclass, regtype and their kin.
func IsReg(t *Type) bool {
	switch t.OID {
	case 24, 2202, 2203, 2204, 2205, 2206, 4089, 4096, 4191:
		return true
	}
	return false
}

// IntOutOfRange is the error of an arithmetic result that does not fit.
func IntOutOfRange(t *Type) error {
	return sqlerr.New(sqlerr.NumericValueOutOfRange, "%s out of range", t.Display)
}

func appendInt(dst []byte, v Value, t *Type, env *Env) []byte {
	if t != nil && IsReg(t) {
		if env != nil && env.RegName != nil {
			if s := env.RegName(t, v.I); s != "" {
				return append(dst, s...)
			}
		}
		if v.I == 0 {
			return append(dst, '-')
		}
		if t.OID == 2206 {
			if u := ByOID(OID(v.I)); u != nil {
				return append(dst, u.Display...)
			}
		}
	}
	return strconv.AppendInt(dst, v.I, 10)
}

func parseFloat(s string, t *Type) (float64, error) {
	bits, name := 64, "double precision"
	if t.Width == 4 {
		bits, name = 32, "real"
	}
	x := trimSpace(s)
	if x == "" || strings.ContainsRune(x, '_') {
		return 0, badSyntax(name, s)
	}
	if len(x) > 2 && (x[1] == 'x' || x[1] == 'X' || x[2] == 'x' || x[2] == 'X') && !strings.ContainsAny(x, "pP") {
		x += "p0"
	}
	f, err := strconv.ParseFloat(x, bits)
	if err != nil && len(x) == 4 && (x[0] == '+' || x[0] == '-') && strings.EqualFold(x[1:], "nan") {
		return math.NaN(), nil
	}
	if err == nil {
		if f == 0 && math.Signbit(f) == (x[0] == '-') && !isZeroText(x) {
			return 0, floatRange(x, name)
		}
		return f, nil
	}
	if e, ok := err.(*strconv.NumError); ok && e.Err == strconv.ErrRange {
		return 0, floatRange(x, name)
	}
	return 0, badSyntax(name, s)
}

func floatRange(s, name string) error {
	return sqlerr.New(sqlerr.NumericValueOutOfRange, "\"%s\" is out of range for type %s", s, name)
}

// isZeroText reports whether the mantissa of a number has no other digit than 0.
func isZeroText(s string) bool {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == 'e' || c == 'E':
			return true
		case c >= '1' && c <= '9':
			return false
		case c == 'x' || c == 'X':
			return !strings.ContainsAny(s[i+1:], "123456789abcdefABCDEF") || strings.Trim(s[i+1:], "0.") == "" || strings.IndexAny(strings.TrimLeft(s[i+1:], "0."), "pP") == 0
		}
	}
	return true
}

// AppendFloat appends the shortest text that reads back as the same number,
// in PostgreSQL's layout: exponents below -4 and from the precision up.
func AppendFloat(dst []byte, f float64, bits int) []byte {
	switch {
	case f != f:
		return append(dst, "NaN"...)
	case math.IsInf(f, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(f, -1):
		return append(dst, "-Infinity"...)
	}
	if i := int64(f); float64(i) == f && i > -1_000_000 && i < 1_000_000 && (i != 0 || !math.Signbit(f)) {
		return strconv.AppendInt(dst, i, 10)
	}
	start := len(dst)
	digits := -1
	if a := math.Abs(f); a >= 1<<53 && a < 1e41 || bits == 32 && a >= 1<<24 {
		digits = strictDigits(f, bits)
	}
	dst = strconv.AppendFloat(dst, f, 'e', digits, bits)
	// digits before the exponent decide the layout
	mark := len(dst) - 1
	for dst[mark] != 'e' {
		mark--
	}
	exp, _ := strconv.Atoi(string(dst[mark+1:]))
	limit := 15
	if bits == 32 {
		limit = 6
	}
	if exp < -4 || exp >= limit {
		return dst
	}
	return strconv.AppendFloat(dst[:start], f, 'f', -1, bits)
}

// strictDigits returns the digits after the first one of the shortest text
// that lies nearer to f than to any other float. strconv also takes a text
// half way between two floats where reading rounds it to f; PostgreSQL does
// not. Only large integers can be half way at all.
func strictDigits(f float64, bits int) int {
	var buf [32]byte
	step := func(towards int) float64 {
		if bits == 32 {
			return float64(math.Nextafter32(float32(f), float32(math.Inf(towards))))
		}
		return math.Nextafter(f, math.Inf(towards))
	}
	exact := big.NewFloat(f)
	above := new(big.Float).Sub(big.NewFloat(step(1)), exact)
	below := new(big.Float).Sub(exact, big.NewFloat(step(-1)))
	s := strconv.AppendFloat(buf[:0], f, 'e', -1, bits)
	for first := true; ; first = false {
		d, _, err := big.ParseFloat(string(s), 10, 300, big.ToNearestEven)
		if err != nil {
			return -1
		}
		d.Sub(d, exact)
		gap := above
		if d.Sign() < 0 {
			gap = below
		}
		d.Abs(d)
		d.Add(d, d)
		n := digitsOf(s)
		switch {
		case d.Cmp(gap) >= 0 && n < 17:
			s = strconv.AppendFloat(buf[:0], f, 'e', n, bits)
			continue
		case first:
			return -1
		}
		return n - 1
	}
}

// digitsOf counts the digits before the exponent.
func digitsOf(s []byte) int {
	n := 0
	for _, c := range s {
		if c == 'e' {
			break
		}
		if isDigit(c) {
			n++
		}
	}
	return n
}

// ReadJSONPath checks the text of a path of SQL/JSON and gives its normal form.
// The package that knows the language sets it.
var ReadJSONPath = func(s string) (string, error) { return s, nil }

func parseText(s string, t *Type) (Value, error) {
	if err := CheckText(s); err != nil {
		return Null, err
	}
	switch t.OID {
	case JSONPath.OID:
		p, err := ReadJSONPath(s)
		return NewText(p), err
	case Name.OID:
		return NewText(clipBytes(s, 63)), nil
	case CharByte.OID:
		return NewText(clipBytes(s, 1)), nil
	}
	return fitText(NewText(s), t, false)
}

func parseEnum(s string, t *Type) (Value, error) {
	for i, l := range t.Labels {
		if l == s {
			return Value{K: KindEnum, I: int64(i)}, nil
		}
	}
	return Null, sqlerr.New(sqlerr.InvalidTextRepresentation, "invalid input value for enum %s: \"%s\"", t.Display, s)
}
