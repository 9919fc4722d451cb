package gotype

import (
	"database/sql"
	"database/sql/driver"
	"encoding"
	"encoding/json"
	"math"
	"math/big"
	"reflect"
	"strconv"
	"time"
	"unsafe"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

var (
	timeType     = reflect.TypeFor[time.Time]()
	durationType = reflect.TypeFor[time.Duration]()
	uuidType     = reflect.TypeFor[uuid.UUID]()
	decimalType  = reflect.TypeFor[decimal.Decimal]()
	bigIntType   = reflect.TypeFor[big.Int]()
	rawBytesType = reflect.TypeFor[sql.RawBytes]()
	anyType      = reflect.TypeFor[any]()
	valuerType   = reflect.TypeFor[driver.Valuer]()
	scannerType  = reflect.TypeFor[sql.Scanner]()
	textType     = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// isLeaf reports whether a struct type is one value rather than a row.
func isLeaf(t reflect.Type) bool {
	if t == timeType || t == decimalType || t == bigIntType {
		return true
	}
	if _, _, null := nullable(t); null {
		return true
	}
	p := reflect.PointerTo(t)
	return p.Implements(scannerType) || p.Implements(textType)
}

// nullable recognises the structs of a value and its validity: sql.Null[T],
// sql.NullString and its kin, uuid.NullUUID, decimal.NullDecimal.
func nullable(t reflect.Type) (value, valid reflect.StructField, ok bool) {
	if t.Kind() != reflect.Struct || t.NumField() != 2 {
		return value, valid, false
	}
	switch t.PkgPath() {
	case "database/sql", uuidType.PkgPath(), decimalType.PkgPath():
		value, valid = t.Field(0), t.Field(1)
		ok = valid.Name == "Valid" && valid.Type.Kind() == reflect.Bool
	}
	return value, valid, ok
}

// setterFor makes the setter of a Go type for values of a SQL type, which is
// no domain. foreign: see Plan.Foreign.
func setterFor(t reflect.Type, from *types.Type) (set setter, foreign bool, err error) {
	if value, valid, ok := nullable(t); ok {
		inner, foreign, err := setterFor(value.Type, from)
		return nullSetter(value, valid, inner), foreign, err
	}
	if t == anyType {
		return func(dst unsafe.Pointer, c *Cell) error {
			*(*any)(dst) = c.DriverValue(from)
			return nil
		}, false, nil
	}
	if t.Kind() == reflect.Pointer {
		inner, foreign, err := setterFor(t.Elem(), from)
		return pointerSetter(t.Elem(), inner), foreign, err
	}
	if set = known(t, from); set != nil {
		return set, false, nil
	}
	if reflect.PointerTo(t).Implements(scannerType) {
		return func(dst unsafe.Pointer, c *Cell) error {
			return reflect.NewAt(t, dst).Interface().(sql.Scanner).Scan(c.DriverValue(from))
		}, true, nil
	}
	if set, foreign, err = byKind(t, from); set != nil || err != nil {
		return set, foreign, err
	}
	if from.Kind == types.KindJSON || from.Kind == types.KindJSONB {
		return notNull(t, func(dst unsafe.Pointer, c *Cell) error {
			reflect.NewAt(t, dst).Elem().SetZero()
			if err := json.Unmarshal([]byte(c.jsonText(from)), reflect.NewAt(t, dst).Interface()); err != nil {
				return sqlerr.Wrap(err, sqlerr.InvalidParameterValue, "the JSON does not fit a Go %s: %v", t, err)
			}
			return nil
		}), true, nil
	}
	if reflect.PointerTo(t).Implements(textType) {
		return notNull(t, func(dst unsafe.Pointer, c *Cell) error {
			return reflect.NewAt(t, dst).Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(c.Session.Format(c.V, from)))
		}), true, nil
	}
	return nil, false, errType(t, from)
}

func nullSetter(value, valid reflect.StructField, inner setter) setter {
	at, flag, size := value.Offset, valid.Offset, value.Type
	return func(dst unsafe.Pointer, c *Cell) error {
		ok := (*bool)(unsafe.Add(dst, flag))
		if *ok = !c.V.IsNull(); *ok {
			return inner(unsafe.Add(dst, at), c)
		}
		reflect.NewAt(size, unsafe.Add(dst, at)).Elem().SetZero()
		return nil
	}
}

// pointerSetter makes a new variable for each value; nil is NULL.
func pointerSetter(elem reflect.Type, inner setter) setter {
	switch elem {
	case reflect.TypeFor[string]():
		return newSetter[string](inner)
	case reflect.TypeFor[int64]():
		return newSetter[int64](inner)
	case reflect.TypeFor[int]():
		return newSetter[int](inner)
	case reflect.TypeFor[float64]():
		return newSetter[float64](inner)
	case reflect.TypeFor[bool]():
		return newSetter[bool](inner)
	case timeType:
		return newSetter[time.Time](inner)
	case uuidType:
		return newSetter[uuid.UUID](inner)
	case decimalType:
		return newSetter[decimal.Decimal](inner)
	}
	return func(dst unsafe.Pointer, c *Cell) error {
		if c.V.IsNull() {
			*(*unsafe.Pointer)(dst) = nil
			return nil
		}
		p := reflect.New(elem).UnsafePointer()
		*(*unsafe.Pointer)(dst) = p
		return inner(p, c)
	}
}

func newSetter[T any](inner setter) setter {
	return func(dst unsafe.Pointer, c *Cell) error {
		if c.V.IsNull() {
			*(**T)(dst) = nil
			return nil
		}
		p := new(T)
		*(**T)(dst) = p
		return inner(unsafe.Pointer(p), c)
	}
}

func notNull(t reflect.Type, inner setter) setter {
	return func(dst unsafe.Pointer, c *Cell) error {
		if c.V.IsNull() {
			return errNull(t)
		}
		return inner(dst, c)
	}
}

// known makes the setters of types that are known by name; nil is none.
func known(t reflect.Type, from *types.Type) setter {
	var set setter
	switch {
	case t == timeType && (from.Kind == types.KindTimestampTZ || from.Kind == types.KindTimestamp || from.Kind == types.KindDate):
		set = func(dst unsafe.Pointer, c *Cell) error { return c.setTime((*time.Time)(dst), from) }
	case t == durationType && from.Kind == types.KindInterval:
		set = func(dst unsafe.Pointer, c *Cell) error {
			if c.V.J != 0 {
				return sqlerr.New(sqlerr.InvalidParameterValue, "an interval with days or months cannot be stored in a Go %s", t)
			}
			*(*time.Duration)(dst) = time.Duration(c.V.I) * time.Microsecond
			return nil
		}
	case t == decimalType && from.Kind == types.KindNumeric:
		set = setDecimal
	case t == decimalType && from.Kind == types.KindInt:
		set = func(dst unsafe.Pointer, c *Cell) error { *(*decimal.Decimal)(dst) = decimal.New(c.V.I, 0); return nil }
	case t.Kind() == reflect.Array && t.Len() == 16 && t.Elem().Kind() == reflect.Uint8 && from.Kind == types.KindUUID:
		set = func(dst unsafe.Pointer, c *Cell) error {
			b := (*[16]byte)(dst)
			for i := range 8 {
				b[i], b[8+i] = byte(c.V.I>>(56-8*i)), byte(c.V.J>>(56-8*i))
			}
			return nil
		}
	case t == rawBytesType && (from.Kind == types.KindBytes || from.Kind == types.KindText || from.Kind == types.KindJSON):
		return func(dst unsafe.Pointer, c *Cell) error {
			b := (*[]byte)(dst)
			switch {
			case c.V.IsNull():
				*b = nil
			case c.Lend:
				*b = unsafe.Slice(unsafe.StringData(c.V.S), len(c.V.S))
			default:
				*b = append([]byte{}, c.V.S...)
			}
			return nil
		}
	}
	if set == nil {
		set = knownNetwork(t, from)
	}
	if set == nil {
		return nil
	}
	return notNull(t, set)
}

func setDecimal(dst unsafe.Pointer, c *Cell) error {
	if c.V.S == "" {
		*(*decimal.Decimal)(dst) = decimal.New(c.V.I, -int32(c.V.J))
		return nil
	}
	if _, inf := types.NumericIsInf(c.V); inf || types.NumericIsNaN(c.V) {
		return errRange(decimalType, string(types.AppendNumeric(nil, c.V)))
	}
	n, scale := types.NumericBig(c.V)
	*(*decimal.Decimal)(dst) = decimal.NewFromBigInt(n, -int32(scale))
	return nil
}

func (c *Cell) setTime(dst *time.Time, from *types.Type) error {
	if c.V.IsInfinite() {
		return errRange(timeType, c.Session.Format(c.V, from))
	}
	const epoch = 946684800 // 2000-01-01, from which dates and timestamps count
	if from.Kind == types.KindDate {
		*dst = time.Unix(epoch+c.V.I*86400, 0).UTC()
		return nil
	}
	u := time.Unix(epoch+c.V.I/1e6, c.V.I%1e6*1000)
	if from.Kind == types.KindTimestampTZ {
		*dst = u.In(c.location())
	} else {
		*dst = u.UTC()
	}
	return nil
}

// byKind makes the setters of types that are known by their kind.
func byKind(t reflect.Type, from *types.Type) (set setter, foreign bool, err error) {
	switch t.Kind() {
	case reflect.Bool:
		if from.Kind == types.KindBool {
			set = func(dst unsafe.Pointer, c *Cell) error { *(*bool)(dst) = c.V.I != 0; return nil }
		}
	case reflect.String:
		set = textSetter(from)
	case reflect.Int64, reflect.Int:
		if set = integer(t, from, math.MinInt64, math.MaxInt64); from.Kind == types.KindInt && t.Size() == 8 {
			set = func(dst unsafe.Pointer, c *Cell) error { *(*int64)(dst) = c.V.I; return nil }
		}
	case reflect.Int8, reflect.Int16, reflect.Int32:
		bits := t.Bits()
		set = integer(t, from, -1<<(bits-1), 1<<(bits-1)-1)
	case reflect.Uint8, reflect.Uint16, reflect.Uint32:
		set = integer(t, from, 0, 1<<t.Bits()-1)
	case reflect.Uint64, reflect.Uint:
		set = integer(t, from, 0, math.MaxInt64)
	case reflect.Float64, reflect.Float32:
		set = floating(t, from)
	case reflect.Slice:
		return sliceSetter(t, from)
	}
	if set == nil {
		return nil, false, nil
	}
	return notNull(t, set), false, nil
}

func textSetter(from *types.Type) setter {
	if from.Kind == types.KindText || from.Kind == types.KindJSON || from.Kind == types.KindBytes {
		return func(dst unsafe.Pointer, c *Cell) error { *(*string)(dst) = c.text(); return nil }
	}
	return func(dst unsafe.Pointer, c *Cell) error { *(*string)(dst) = c.Session.Format(c.V, from); return nil }
}

// integer stores integers and whole numerics within bounds.
func integer(t reflect.Type, from *types.Type, low, high int64) setter {
	size := t.Size()
	store := func(dst unsafe.Pointer, i int64) error {
		if i < low || i > high {
			return errRange(t, strconv.FormatInt(i, 10))
		}
		switch size {
		case 1:
			*(*int8)(dst) = int8(i)
		case 2:
			*(*int16)(dst) = int16(i)
		case 4:
			*(*int32)(dst) = int32(i)
		default:
			*(*int64)(dst) = i
		}
		return nil
	}
	switch from.Kind {
	case types.KindInt:
		return func(dst unsafe.Pointer, c *Cell) error { return store(dst, c.V.I) }
	case types.KindNumeric:
		return func(dst unsafe.Pointer, c *Cell) error {
			i, err := types.NumericToInt(c.V, types.Int8)
			if err != nil || types.Compare(types.NumericFromInt(i), c.V, types.Numeric) != 0 {
				return errRange(t, string(types.AppendNumeric(nil, c.V)))
			}
			return store(dst, i)
		}
	}
	return nil
}

func floating(t reflect.Type, from *types.Type) setter {
	var get func(v types.Value) float64
	switch from.Kind {
	case types.KindFloat:
		get = types.Value.Float
		if t.Kind() == reflect.Float64 {
			return func(dst unsafe.Pointer, c *Cell) error { *(*float64)(dst) = c.V.Float(); return nil }
		}
	case types.KindInt:
		get = func(v types.Value) float64 { return float64(v.I) }
	case types.KindNumeric:
		get = types.NumericFloat
	default:
		return nil
	}
	if t.Kind() == reflect.Float32 {
		return func(dst unsafe.Pointer, c *Cell) error { *(*float32)(dst) = float32(get(c.V)); return nil }
	}
	return func(dst unsafe.Pointer, c *Cell) error { *(*float64)(dst) = get(c.V); return nil }
}
