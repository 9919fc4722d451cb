package gotype

import (
	"math"
	"reflect"
	"sort"
	"strings"
	"time"
	"unsafe"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// Converter makes values of Go values that no plan knows.
type Converter interface {
	Convert(v any, column int) (types.Value, error)
}

// getter reads the variable at src into a value.
type getter func(src unsafe.Pointer, v *types.Value, to Converter) error

// Bind reads variables of one type into rows of certain columns.
type Bind struct {
	fields []bound
}

type bound struct {
	offset uintptr
	get    getter
	column int
}

// CompileBind makes the plan for the columns that the type has fields for, and
// lists their names. Fields that no column has are an error, so that nothing
// is left out by a slip of the pen; columns without a field are left to the
// caller, with known false.
func CompileBind(t reflect.Type, names []string, ts []*types.Type) (b *Bind, known []bool, err error) {
	if t.Kind() != reflect.Struct || isLeaf(t) {
		if len(names) != 1 {
			return nil, nil, sqlerr.New(sqlerr.DatatypeMismatch, "a %s gives a value for one column, not for %d", t, len(names)).
				WithHint("Use a struct with a field for each column.")
		}
		return &Bind{[]bound{{0, getterFor(t, ts[0], 0), 0}}}, []bool{true}, nil
	}
	b, known = &Bind{}, make([]bool, len(names))
	fields := fieldsOf(t)
	used := map[uintptr]bool{}
	for i, name := range names {
		f, ok := find(fields, name)
		if !ok {
			continue
		}
		known[i], used[f.offset] = true, true
		b.fields = append(b.fields, bound{f.offset, getterFor(f.typ, ts[i], i), i})
	}
	var left []string
	for name, f := range fields {
		if !used[f.offset] {
			left = append(left, name)
		}
	}
	if len(left) > 0 {
		sort.Strings(left)
		return nil, nil, sqlerr.New(sqlerr.UndefinedColumn, "no column takes the field %s of %s", strings.Join(left, ", "), t).
			WithHint("Tag fields that are not stored `db:\"-\"`.")
	}
	return b, known, nil
}

// Row fills a row from the variable at src.
func (b *Bind) Row(src unsafe.Pointer, row []types.Value, to Converter) error {
	for i := range b.fields {
		f := &b.fields[i]
		if err := f.get(unsafe.Add(src, f.offset), &row[f.column], to); err != nil {
			return err
		}
	}
	return nil
}

// getterFor makes the getter of a Go type for a column.
func getterFor(t reflect.Type, col *types.Type, column int) getter {
	slow := func(src unsafe.Pointer, v *types.Value, to Converter) (err error) {
		*v, err = to.Convert(reflect.NewAt(t, src).Elem().Interface(), column)
		return err
	}
	if value, valid, ok := nullable(t); ok {
		inner := getterFor(value.Type, col, column)
		return func(src unsafe.Pointer, v *types.Value, to Converter) error {
			if !*(*bool)(unsafe.Add(src, valid.Offset)) {
				*v = types.Null
				return nil
			}
			return inner(unsafe.Add(src, value.Offset), v, to)
		}
	}
	if t.Kind() == reflect.Pointer && direct(t.Elem(), col) != nil {
		inner := getterFor(t.Elem(), col, column)
		return func(src unsafe.Pointer, v *types.Value, to Converter) error {
			p := *(*unsafe.Pointer)(src)
			if p == nil {
				*v = types.Null
				return nil
			}
			return inner(p, v, to)
		}
	}
	fast := direct(t, col)
	if fast == nil {
		return slow
	}
	return func(src unsafe.Pointer, v *types.Value, to Converter) error {
		if fast(src, v) {
			return nil
		}
		return slow(src, v, to)
	}
}

// direct reads a Go type that fits a column as it is; false where the value is
// out of the ordinary. Nil is none.
func direct(t reflect.Type, col *types.Type) func(src unsafe.Pointer, v *types.Value) bool {
	switch {
	case t == timeType:
		return directTime(col)
	case t == uuidType && col.Kind == types.KindUUID:
		return func(src unsafe.Pointer, v *types.Value) bool {
			*v = types.NewUUID(*(*uuid.UUID)(src))
			return true
		}
	case t == decimalType && col.Kind == types.KindNumeric:
		return func(src unsafe.Pointer, v *types.Value) bool { return FromDecimal(*(*decimal.Decimal)(src), v) }
	case reflect.PointerTo(t).Implements(valuerType):
		return nil
	}
	switch k := t.Kind(); {
	case k == reflect.String && col.Kind == types.KindText:
		return func(src unsafe.Pointer, v *types.Value) bool {
			s := *(*string)(src)
			*v = types.NewText(s)
			return types.CheckText(s) == nil
		}
	case k == reflect.Bool && col.Kind == types.KindBool:
		return func(src unsafe.Pointer, v *types.Value) bool { *v = types.NewBool(*(*bool)(src)); return true }
	case k == reflect.Float64 && col.Is(types.Float8):
		return func(src unsafe.Pointer, v *types.Value) bool { *v = types.NewFloat(*(*float64)(src)); return true }
	case k == reflect.Slice && t.Elem().Kind() == reflect.Uint8 && col.Kind == types.KindBytes:
		return func(src unsafe.Pointer, v *types.Value) bool {
			if b := *(*[]byte)(src); b != nil {
				*v = types.NewBytes(string(b))
			} else {
				*v = types.Null
			}
			return true
		}
	case col.Kind == types.KindInt && t != durationType:
		return directInt(t, col)
	}
	return nil
}

func directInt(t reflect.Type, col *types.Type) func(src unsafe.Pointer, v *types.Value) bool {
	low, high := int64(math.MinInt64), int64(math.MaxInt64)
	if bits := 8 * int(col.Width); bits < 64 {
		low, high = -1<<(bits-1), 1<<(bits-1)-1
	}
	var get func(src unsafe.Pointer) int64
	switch t.Kind() {
	case reflect.Int, reflect.Int64:
		if t.Size() == 8 {
			return func(src unsafe.Pointer, v *types.Value) bool {
				i := *(*int64)(src)
				*v = types.NewInt(i)
				return i >= low && i <= high
			}
		}
		get = func(src unsafe.Pointer) int64 { return int64(*(*int)(src)) }
	case reflect.Int32:
		get = func(src unsafe.Pointer) int64 { return int64(*(*int32)(src)) }
	case reflect.Int16:
		get = func(src unsafe.Pointer) int64 { return int64(*(*int16)(src)) }
	case reflect.Int8:
		get = func(src unsafe.Pointer) int64 { return int64(*(*int8)(src)) }
	case reflect.Uint32:
		get = func(src unsafe.Pointer) int64 { return int64(*(*uint32)(src)) }
	case reflect.Uint16:
		get = func(src unsafe.Pointer) int64 { return int64(*(*uint16)(src)) }
	case reflect.Uint8:
		get = func(src unsafe.Pointer) int64 { return int64(*(*uint8)(src)) }
	default:
		return nil
	}
	return func(src unsafe.Pointer, v *types.Value) bool {
		i := get(src)
		*v = types.NewInt(i)
		return i >= low && i <= high
	}
}

func directTime(col *types.Type) func(src unsafe.Pointer, v *types.Value) bool {
	var from func(t time.Time) types.Value
	switch col.Kind {
	case types.KindTimestampTZ:
		from = types.TimestampTZFromTime
	case types.KindTimestamp:
		from = types.TimestampFromTime
	case types.KindDate:
		from = types.DateFromTime
	default:
		return nil
	}
	return func(src unsafe.Pointer, v *types.Value) bool {
		*v = from(*(*time.Time)(src))
		return true
	}
}

// FromDecimal makes a numeric of a decimal; false where the long way by its
// text is to be gone.
func FromDecimal(d decimal.Decimal, v *types.Value) bool {
	e := d.Exponent()
	if e > 0 {
		return false
	}
	n, err := types.NumericFromBig(d.Coefficient(), int(-e))
	*v = n
	return err == nil
}
