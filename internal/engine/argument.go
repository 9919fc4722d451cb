package engine

import (
	"database/sql/driver"
	"fmt"
	"math"
	"net"
	"net/netip"
	"reflect"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// Argument is a value for a placeholder, as Go code gives it: by name, or by
// its place among the arguments.
type Argument = driver.NamedValue

// typeOfArgument is the SQL type of a Go value where the statement does not
// say: int64 is bigint, string is text, time.Time timestamptz and so on.
func typeOfArgument(v any) *types.Type {
	switch v := v.(type) {
	case nil:
		return nil
	case int64, int, int32, int16, int8, uint8, uint16, uint32, uint, uint64:
		return types.Int8
	case float64, float32:
		return types.Float8
	case bool:
		return types.Bool
	case string:
		return types.Text
	case []byte:
		return types.Bytea
	case time.Time:
		return types.TimestampTZ
	case time.Duration:
		return types.Interval
	case uuid.UUID:
		return types.UUID
	case decimal.Decimal:
		return types.Numeric
	case boundValue:
		return v.t
	case netip.Addr, netip.Prefix, net.IP, net.IPNet, *net.IPNet:
		return types.Inet
	case net.HardwareAddr:
		return types.Macaddr
	case fmt.Stringer:
		_ = v
		return types.Text
	}
	rv := reflect.ValueOf(v)
	switch rv.Kind() {
	case reflect.Slice, reflect.Array:
		if rv.Type().Elem().Kind() == reflect.Uint8 {
			return types.Bytea
		}
		if rv.Len() > 0 {
			if t := typeOfArgument(rv.Index(0).Interface()); t != nil {
				return types.ArrayOf(t)
			}
		}
		return types.ArrayOf(types.Text)
	case reflect.Map, reflect.Struct:
		return types.JSONB
	case reflect.Pointer:
		if !rv.IsNil() {
			return typeOfArgument(rv.Elem().Interface())
		}
		return nil
	case reflect.String:
		return types.Text
	case reflect.Bool:
		return types.Bool
	case reflect.Float32, reflect.Float64:
		return types.Float8
	}
	if rv.CanInt() || rv.CanUint() {
		return types.Int8
	}
	return types.Text
}

// plainValue makes the value of an argument of the usual Go type for its
// parameter; false where more than its kind has to be looked at.
func plainValue(a any, t *types.Type, v *types.Value) bool {
	if t.Domain != nil {
		return false
	}
	v.S, v.J = "", 0
	switch a := a.(type) {
	case int64:
		v.K, v.I = types.KindInt, a
		return holdsInt(t, a)
	case int:
		v.K, v.I = types.KindInt, int64(a)
		return holdsInt(t, int64(a))
	case string:
		v.K, v.I, v.S = types.KindText, 0, a
		return t.Kind == types.KindText && t.Mod < 0 && types.CheckText(a) == nil
	case float64:
		v.K, v.I = types.KindFloat, int64(math.Float64bits(a))
		return t.Is(types.Float8)
	}
	return false
}

// holdsInt tells whether a type is of integers and i is one of them.
func holdsInt(t *types.Type, i int64) bool {
	return t.Kind == types.KindInt &&
		(t.Width == 8 || t.Width == 4 && int64(int32(i)) == i || t.Width == 2 && int64(int16(i)) == i)
}

// valueOf converts a Go value to the type of its parameter.
func (s *Session) valueOf(a any, t *types.Type, place int) (types.Value, error) {
	v, err := s.convert(a, t)
	if err != nil {
		e := sqlerr.From(err)
		return v, e.WithDetail("Parameter $%d of type %s was given a Go value of type %T.", place+1, types.FormatType(t), a)
	}
	return v, nil
}

func (s *Session) convert(a any, t *types.Type) (types.Value, error) {
	switch a := a.(type) {
	case nil:
		return types.Null, nil
	case int64:
		return s.fromInt(a, t)
	case int:
		return s.fromInt(int64(a), t)
	case string:
		return s.fromText(a, t)
	case float64:
		return s.cast(types.NewFloat(a), types.Float8, t)
	case bool:
		return s.cast(types.NewBool(a), types.Bool, t)
	case []byte:
		if a == nil {
			return types.Null, nil
		}
		if t.Kind == types.KindBytes {
			return types.NewBytes(string(a)), nil
		}
		return s.fromText(string(a), t)
	case time.Time:
		return s.fromTime(a, t)
	case uuid.UUID:
		return s.cast(types.NewUUID([16]byte(a)), types.UUID, t)
	case decimal.Decimal:
		return s.fromText(a.String(), t)
	case netip.Addr, netip.Prefix, net.IP, net.IPNet, *net.IPNet, net.HardwareAddr:
		return s.fromNetwork(a, t)
	case boundValue:
		if a.t.Is(types.Unknown) {
			return s.fromText(a.v.S, t)
		}
		return s.cast(a.v, a.t, t)
	case time.Duration:
		if t.Kind == types.KindInt {
			return s.fromInt(int64(a), t)
		}
		return s.cast(types.Value{K: types.KindInterval, I: a.Microseconds()}, types.Interval, t)
	case driver.Valuer:
		if rv := reflect.ValueOf(a); rv.Kind() == reflect.Pointer && rv.IsNil() {
			return types.Null, nil
		}
		x, err := a.Value()
		if err != nil {
			return types.Null, err
		}
		return s.convert(x, t)
	}
	return s.convertReflected(a, t)
}

// fromNetwork makes an address or a network of what net and net/netip have for
// them; their zero values are NULL.
func (s *Session) fromNetwork(a any, t *types.Type) (types.Value, error) {
	var valid bool
	var text string
	switch a := a.(type) {
	case netip.Addr:
		valid, text = a.IsValid(), a.WithZone("").String()
	case netip.Prefix:
		valid, text = a.IsValid(), a.String()
	case net.IP:
		valid, text = len(a) > 0, a.String()
	case net.IPNet:
		valid, text = len(a.IP) > 0, a.String()
	case *net.IPNet:
		if a != nil {
			valid, text = len(a.IP) > 0, a.String()
		}
	case net.HardwareAddr:
		valid, text = len(a) > 0, a.String()
	}
	if !valid {
		return types.Null, nil
	}
	return s.fromText(text, t)
}

// convertReflected handles named types, pointers, slices and maps.
func (s *Session) convertReflected(a any, t *types.Type) (types.Value, error) {
	rv := reflect.ValueOf(a)
	switch rv.Kind() {
	case reflect.Pointer, reflect.Interface:
		if rv.IsNil() {
			return types.Null, nil
		}
		return s.convert(rv.Elem().Interface(), t)
	case reflect.String:
		return s.fromText(rv.String(), t)
	case reflect.Bool:
		return s.convert(rv.Bool(), t)
	case reflect.Float32, reflect.Float64:
		return s.convert(rv.Float(), t)
	case reflect.Slice, reflect.Array:
		if rv.Type().Elem().Kind() == reflect.Uint8 {
			b := make([]byte, rv.Len())
			reflect.Copy(reflect.ValueOf(b), rv)
			return s.convert(b, t)
		}
		if t.Kind == types.KindArray {
			return s.fromSlice(rv, t)
		}
	}
	if rv.CanInt() {
		return s.fromInt(rv.Int(), t)
	}
	if rv.CanUint() {
		if u := rv.Uint(); u > math.MaxInt64 {
			return s.fromText(strconv.FormatUint(u, 10), t)
		}
		return s.fromInt(int64(rv.Uint()), t)
	}
	if t.Kind == types.KindJSON || t.Kind == types.KindJSONB || t.Kind == types.KindText {
		text, err := marshalJSON(a)
		if err != nil {
			return types.Null, sqlerr.Wrap(err, sqlerr.InvalidParameterValue, "cannot make JSON of the argument: %v", err)
		}
		return s.fromText(text, t)
	}
	return types.Null, sqlerr.New(sqlerr.DatatypeMismatch, "cannot convert the argument to type %s", types.FormatType(t))
}

func (s *Session) fromInt(i int64, t *types.Type) (types.Value, error) {
	if t.Domain == nil && holdsInt(t, i) {
		return types.NewInt(i), nil
	}
	if t.Kind == types.KindText {
		return s.fromText(strconv.FormatInt(i, 10), t)
	}
	return s.cast(types.NewInt(i), types.Int8, t)
}

// fromText reads a string as a literal of the type would be read; a string for
// bytea is its bytes.
func (s *Session) fromText(v string, t *types.Type) (types.Value, error) {
	if t.Kind == types.KindBytes {
		return types.NewBytes(v), nil
	}
	if err := types.CheckText(v); err != nil {
		return types.Null, err
	}
	if t.Kind == types.KindText && t.Mod < 0 && t.Domain == nil {
		return types.NewText(v), nil
	}
	return types.Parse(v, t, &s.env)
}

func (s *Session) fromTime(a time.Time, t *types.Type) (types.Value, error) {
	switch t.Kind {
	case types.KindTimestampTZ:
		return types.TimestampTZFromTime(a), nil
	case types.KindTimestamp:
		return types.TimestampFromTime(a), nil
	case types.KindDate:
		return types.DateFromTime(a), nil
	case types.KindText:
		return s.fromText(a.Format(time.RFC3339Nano), t)
	case types.KindInt:
		return types.Null, sqlerr.New(sqlerr.DatatypeMismatch, "a time cannot be stored in type %s", types.FormatType(t)).
			WithHint("Declare the column TIMESTAMPTZ, or pass UnixMilli().")
	}
	return s.cast(types.TimestampTZFromTime(a), types.TimestampTZ, t)
}

func (s *Session) fromSlice(rv reflect.Value, t *types.Type) (types.Value, error) {
	if rv.Kind() == reflect.Slice && rv.IsNil() {
		return types.Null, nil
	}
	elems := make([]types.Value, rv.Len())
	for i := range elems {
		v, err := s.convert(rv.Index(i).Interface(), t.Elem)
		if err != nil {
			return types.Null, err
		}
		elems[i] = v
	}
	return types.NewArray(elems, t.Elem), nil
}

// cast converts by assignment rules, or explicitly where there is no
// assignment: the caller chose the Go type, not the SQL type.
func (s *Session) cast(v types.Value, from, to *types.Type) (types.Value, error) {
	if from.Is(to) && to.Mod < 0 && to.Domain == nil {
		return v, nil
	}
	c, ok := types.FindCast(from, to)
	if !ok {
		return types.Null, sqlerr.New(sqlerr.DatatypeMismatch, "cannot convert %s to type %s",
			types.FormatType(from), types.FormatType(to))
	}
	if c.Context == types.Explicit {
		return c.Apply(v, to, &s.env)
	}
	return c.Assign(v, to, &s.env)
}
