package gotype

import (
	"reflect"
	"time"
	"unsafe"

	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// sliceSetter stores bytes in slices of bytes, arrays in slices. NULL is nil.
func sliceSetter(t reflect.Type, from *types.Type) (set setter, foreign bool, err error) {
	if t.Elem().Kind() == reflect.Uint8 {
		return bytesSetter(from), false, nil
	}
	if from.Kind != types.KindArray {
		return nil, false, nil
	}
	inner, foreign, err := setterFor(t.Elem(), types.BaseType(from.Elem))
	if err != nil {
		return nil, false, err
	}
	size := t.Elem().Size()
	grow := makerOf(t)
	return func(dst unsafe.Pointer, c *Cell) error {
		head := (*[]byte)(dst) // a slice header, whatever its elements
		if c.V.IsNull() {
			*head = nil
			return nil
		}
		dims, err := types.ArrayDims(c.V)
		if err != nil {
			return err
		}
		if len(dims) > 1 {
			return sqlerr.New(sqlerr.DatatypeMismatch, "an array of %d dimensions cannot be stored in a Go %s", len(dims), t)
		}
		array := c.V
		base := grow(dst, types.ArrayLen(array))
		i := uintptr(0)
		for v := range types.ArrayIter(array) {
			c.V = v
			if err = inner(unsafe.Add(base, i*size), c); err != nil {
				return err
			}
			i++
		}
		return nil
	}, foreign, nil
}

// makerOf gives a function that makes a slice of n elements at dst and returns
// where they begin.
func makerOf(t reflect.Type) func(dst unsafe.Pointer, n int) unsafe.Pointer {
	switch t.Elem() {
	case reflect.TypeFor[string]():
		return makeSlice[string]
	case reflect.TypeFor[int64]():
		return makeSlice[int64]
	case reflect.TypeFor[float64]():
		return makeSlice[float64]
	}
	return func(dst unsafe.Pointer, n int) unsafe.Pointer {
		s := reflect.NewAt(t, dst).Elem()
		s.Set(reflect.MakeSlice(t, n, n))
		return s.UnsafePointer()
	}
}

func makeSlice[T any](dst unsafe.Pointer, n int) unsafe.Pointer {
	s := make([]T, n)
	*(*[]T)(dst) = s
	return unsafe.Pointer(unsafe.SliceData(s))
}

func bytesSetter(from *types.Type) setter {
	return func(dst unsafe.Pointer, c *Cell) error {
		b := (*[]byte)(dst)
		switch {
		case c.V.IsNull():
			*b = nil
		case from.Kind == types.KindBytes || from.Kind == types.KindText || from.Kind == types.KindJSON:
			*b = append(make([]byte, 0, len(c.V.S)), c.V.S...)
		default:
			*b = []byte(c.Session.Format(c.V, from))
		}
		return nil
	}
}

func (c *Cell) jsonText(from *types.Type) string {
	if from.Kind == types.KindJSON {
		return c.V.S
	}
	return c.Session.Format(c.V, from)
}

// DriverValue gives the value as database/sql would, for scanners.
func (c *Cell) DriverValue(from *types.Type) any {
	if c.V.IsNull() {
		return nil
	}
	switch from.Kind {
	case types.KindInt:
		if types.IsReg(from) {
			break
		}
		return c.V.I
	case types.KindBool:
		return c.V.I != 0
	case types.KindFloat:
		return c.V.Float()
	case types.KindText:
		return c.text()
	case types.KindBytes, types.KindJSON:
		return []byte(c.V.S)
	case types.KindJSONB:
		return []byte(c.Session.Format(c.V, from))
	case types.KindDate, types.KindTimestamp, types.KindTimestampTZ:
		var t time.Time
		if c.setTime(&t, from) == nil {
			return t
		}
	case types.KindVoid:
		return ""
	}
	return c.Session.Format(c.V, from)
}
