package types

import (
	"strconv"
	"strings"

	"github.com/zqlite/zqlite/internal/sqlerr"
)

// Limits of modifiers, as PostgreSQL has them.
const (
	maxTextMod      = 10485760
	maxBitMod       = 83886080
	maxNumericMod   = 1000
	maxTimeMod      = 6
	modHeader       = 4 // added to the modifier of text and numeric types
	fullRange       = 0x7FFF
	fullPrecision   = 0xFFFF
	fieldMonth      = 1 << 1
	fieldYear       = 1 << 2
	fieldDay        = 1 << 3
	fieldHour       = 1 << 10
	fieldMinute     = 1 << 11
	fieldSecond     = 1 << 12
	intervalSeconds = fieldSecond | fieldMinute | fieldHour | fieldDay
)

// WithMod returns the type with the modifiers written after its name:
// varchar(20), numeric(10,2), timestamp(3). float(p) is Lookup("float") with p.
func WithMod(t *Type, mods []int32) (*Type, error) {
	if len(mods) == 0 {
		return t, nil
	}
	if t.Kind == KindArray && t.Elem != nil {
		e, err := WithMod(t.Elem, mods)
		if err != nil {
			return nil, err
		}
		return ArrayOf(e), nil
	}
	if t.Base != nil {
		return nil, noModifier(t)
	}
	switch {
	case t.Is(Varchar) || t.Is(Char):
		return textMod(t, mods)
	case t.Is(Bit) || t.Is(Varbit):
		return bitMod(t, mods)
	case t.Kind == KindNumeric:
		return numericMod(t, mods)
	case t.Kind == KindTime, t.Kind == KindTimeTZ, t.Kind == KindTimestamp, t.Kind == KindTimestampTZ:
		return timeMod(t, mods)
	case t.Kind == KindInterval:
		if len(mods) != 1 {
			return nil, sqlerr.New(sqlerr.InvalidParameterValue, "invalid INTERVAL type modifier")
		}
		return IntervalOf("", mods[0])
	case t.Kind == KindFloat:
		return floatMod(mods)
	case t.Is(Integer) || t.Is(Int8) || t.Is(Int2):
		if len(mods) == 1 { // INTEGER(11), as MySQL and SQLite code writes it
			return t, nil
		}
	case t.Is(Text), t.Is(Bytea): // TEXT(20) and BLOB(20) mean nothing in SQLite
		return t, nil
	}
	return nil, noModifier(t)
}

func noModifier(t *Type) error {
	return sqlerr.New(sqlerr.SyntaxError, "type modifier is not allowed for type \"%s\"", t.Name)
}

func withMod(t *Type, mod int32) *Type {
	c := *t
	c.Mod = mod
	return &c
}

func textMod(t *Type, mods []int32) (*Type, error) {
	name := "varchar"
	if t.Is(Char) {
		name = "char"
	}
	switch {
	case len(mods) != 1:
		return nil, sqlerr.New(sqlerr.InvalidParameterValue, "invalid type modifier")
	case mods[0] < 1:
		return nil, sqlerr.New(sqlerr.InvalidParameterValue, "length for type %s must be at least 1", name)
	case mods[0] > maxTextMod:
		return nil, sqlerr.New(sqlerr.InvalidParameterValue, "length for type %s cannot exceed %d", name, maxTextMod)
	}
	return withMod(t, mods[0]+modHeader), nil
}

func bitMod(t *Type, mods []int32) (*Type, error) {
	switch {
	case len(mods) != 1:
		return nil, sqlerr.New(sqlerr.InvalidParameterValue, "invalid type modifier")
	case mods[0] < 1:
		return nil, sqlerr.New(sqlerr.InvalidParameterValue, "length for type %s must be at least 1", t.Name)
	case mods[0] > maxBitMod:
		return nil, sqlerr.New(sqlerr.InvalidParameterValue, "length for type %s cannot exceed %d", t.Name, maxBitMod)
	}
	return withMod(t, mods[0]), nil
}

func numericMod(t *Type, mods []int32) (*Type, error) {
	if len(mods) > 2 {
		return nil, sqlerr.New(sqlerr.InvalidParameterValue, "invalid NUMERIC type modifier")
	}
	precision, scale := mods[0], int32(0)
	if precision < 1 || precision > maxNumericMod {
		return nil, sqlerr.New(sqlerr.InvalidParameterValue, "NUMERIC precision %d must be between 1 and %d", precision, maxNumericMod)
	}
	if len(mods) == 2 {
		if scale = mods[1]; scale < -maxNumericMod || scale > maxNumericMod {
			return nil, sqlerr.New(sqlerr.InvalidParameterValue, "NUMERIC scale %d must be between %d and %d", scale, -maxNumericMod, maxNumericMod)
		}
	}
	return withMod(t, precision<<16|scale&0x7FF+modHeader), nil
}

// NumericMod returns precision and scale of a numeric type with a modifier.
func NumericMod(t *Type) (precision, scale int, ok bool) {
	if t.Mod < modHeader {
		return 0, 0, false
	}
	m := t.Mod - modHeader
	return int(m >> 16 & 0xFFFF), int((m&0x7FF)^1024) - 1024, true
}

// TextMod returns the length of a varchar(n), char(n), bit(n) or varbit(n).
func TextMod(t *Type) (n int, ok bool) {
	switch {
	case t.Mod < 0:
		return 0, false
	case t.Kind == KindBit:
		return int(t.Mod), true
	}
	return int(t.Mod - modHeader), true
}

func timeMod(t *Type, mods []int32) (*Type, error) {
	if len(mods) != 1 {
		return nil, sqlerr.New(sqlerr.InvalidParameterValue, "invalid type modifier")
	}
	if mods[0] < 0 {
		return nil, sqlerr.New(sqlerr.InvalidParameterValue, "%s(%d)%s precision must not be negative",
			timeWord(t), mods[0], timeTail(t))
	}
	return withMod(t, min(mods[0], maxTimeMod)), nil
}

func timeWord(t *Type) string {
	if t.Kind == KindTime || t.Kind == KindTimeTZ {
		return "TIME"
	}
	return "TIMESTAMP"
}

func timeTail(t *Type) string {
	if t.Kind == KindTimeTZ || t.Kind == KindTimestampTZ {
		return " WITH TIME ZONE"
	}
	return ""
}

func floatMod(mods []int32) (*Type, error) {
	switch {
	case len(mods) != 1:
		return nil, sqlerr.New(sqlerr.InvalidParameterValue, "invalid type modifier")
	case mods[0] < 1:
		return nil, sqlerr.New(sqlerr.InvalidParameterValue, "precision for type float must be at least 1 bit")
	case mods[0] > 53:
		return nil, sqlerr.New(sqlerr.InvalidParameterValue, "precision for type float must be less than 54 bits")
	case mods[0] <= 24:
		return Float4, nil
	}
	return Float8, nil
}

var intervalRanges = []struct {
	name string
	mask int32
}{
	{"year", fieldYear}, {"month", fieldMonth}, {"day", fieldDay}, {"hour", fieldHour},
	{"minute", fieldMinute}, {"second", fieldSecond}, {"year to month", fieldYear | fieldMonth},
	{"day to hour", fieldDay | fieldHour}, {"day to minute", fieldDay | fieldHour | fieldMinute},
	{"day to second", intervalSeconds}, {"hour to minute", fieldHour | fieldMinute},
	{"hour to second", fieldHour | fieldMinute | fieldSecond}, {"minute to second", fieldMinute | fieldSecond},
}

// IntervalOf returns the interval type of fields ("", "year to month", "day to
// second" ...) and a precision of seconds, -1 for none.
func IntervalOf(fields string, precision int32) (*Type, error) {
	mask := int32(fullRange)
	if fields != "" {
		mask = 0
		for _, r := range intervalRanges {
			if r.name == strings.ToLower(fields) {
				mask = r.mask
			}
		}
		if mask == 0 {
			return nil, sqlerr.New(sqlerr.InvalidParameterValue, "invalid INTERVAL type modifier")
		}
	}
	if precision < -1 {
		return nil, sqlerr.New(sqlerr.InvalidParameterValue, "INTERVAL(%d) precision must not be negative", precision)
	}
	if precision == -1 {
		if mask == fullRange {
			return Interval, nil
		}
		precision = fullPrecision
	} else {
		precision = min(precision, maxTimeMod)
	}
	return withMod(Interval, mask<<16|precision&0xFFFF), nil
}

// FormatType returns the type as format_type writes it, modifier included:
// "character varying(20)", "numeric(10,2)", "integer[]".
func FormatType(t *Type) string {
	if t.Kind == KindArray && t.Elem != nil && t.Base == nil {
		return FormatType(t.Elem) + "[]"
	}
	if t.Mod < 0 || t.Base != nil {
		if t.Is(Char) && t.Base == nil {
			return "bpchar"
		}
		if t.Is(Bit) && t.Base == nil {
			return `"bit"`
		}
		return t.Display
	}
	switch t.Kind {
	case KindText, KindBit:
		if n, ok := TextMod(t); ok {
			return t.Display + "(" + strconv.Itoa(n) + ")"
		}
	case KindNumeric:
		if p, s, ok := NumericMod(t); ok {
			return "numeric(" + strconv.Itoa(p) + "," + strconv.Itoa(s) + ")"
		}
	case KindTime, KindTimeTZ, KindTimestamp, KindTimestampTZ:
		word, rest, _ := strings.Cut(t.Display, " ")
		return word + "(" + strconv.Itoa(int(t.Mod)) + ") " + rest
	case KindInterval:
		return "interval" + intervalTail(t.Mod)
	}
	return t.Display
}

func intervalTail(mod int32) string {
	tail := ""
	for _, r := range intervalRanges {
		if r.mask == mod>>16&fullRange {
			tail = " " + r.name
		}
	}
	if p := mod & 0xFFFF; p != fullPrecision {
		tail += "(" + strconv.Itoa(int(p)) + ")"
	}
	return tail
}

// SQLName returns the type as zqlite's own SQL writes it, so that reading it
// again gives the same type: FormatType but for INT4 and FLOAT4, whose names
// in the catalog are those of wider types here.
func SQLName(t *Type) string {
	switch {
	case t.Base != nil:
		return t.Display
	case t.Kind == KindArray && t.Elem != nil:
		return SQLName(t.Elem) + "[]"
	case t.Is(Int4) && t.Width == 4, t.Is(Float4):
		return t.Name
	}
	return FormatType(t)
}

// FormatName returns the type as error messages name it, without modifier.
func FormatName(t *Type) string { return t.Display }
