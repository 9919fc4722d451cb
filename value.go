package zqlite

import (
	"database/sql"
	"database/sql/driver"
	"fmt"
	"reflect"
	"strings"

	"github.com/zqlite/zqlite/internal/sqlerr"
)

// checkValue lets every value through but those that no parameter can take;
// the engine converts the rest to the type that the parameter has.
func checkValue(v *driver.NamedValue) error {
	if _, out := v.Value.(sql.Out); out {
		return sqlerr.New(sqlerr.FeatureNotSupported, "output parameters are not supported").
			WithHint("Use RETURNING.")
	}
	return nil
}

// Array wraps a slice for reading an array column: Scan(zqlite.Array(&tags)).
// dst is a pointer to a slice of strings, numbers, booleans, or anything that
// implements sql.Scanner; a NULL array makes the slice nil. As an argument a
// slice needs no wrapper.
func Array(dst any) sql.Scanner { return &arrayScanner{dst} }

type arrayScanner struct{ dst any }

// Scan reads PostgreSQL's text form of a one-dimensional array.
func (a *arrayScanner) Scan(src any) error {
	slice := reflect.ValueOf(a.dst)
	if slice.Kind() != reflect.Pointer || slice.Elem().Kind() != reflect.Slice {
		return fmt.Errorf("zqlite.Array needs a pointer to a slice, not %T", a.dst)
	}
	slice = slice.Elem()
	var text string
	switch s := src.(type) {
	case nil:
		slice.SetZero()
		return nil
	case string:
		text = s
	case []byte:
		text = string(s)
	default:
		return fmt.Errorf("zqlite.Array cannot read a %T", src)
	}
	elems, err := splitArray(text)
	if err != nil {
		return err
	}
	out := reflect.MakeSlice(slice.Type(), len(elems), len(elems))
	for i, e := range elems {
		if err := scanElement(out.Index(i), e); err != nil {
			return fmt.Errorf("element %d: %w", i, err)
		}
	}
	slice.Set(out)
	return nil
}

// scanElement stores one element by database/sql's own rules.
func scanElement(dst reflect.Value, e *string) error {
	var src any
	if e != nil {
		src = *e
	}
	if s, ok := dst.Addr().Interface().(sql.Scanner); ok {
		return s.Scan(src)
	}
	if dst.Kind() == reflect.Pointer {
		if e == nil {
			dst.SetZero()
			return nil
		}
		dst.Set(reflect.New(dst.Type().Elem()))
		return scanElement(dst.Elem(), e)
	}
	if e == nil {
		return fmt.Errorf("NULL does not fit %s; use a slice of pointers", dst.Type())
	}
	if dst.Kind() == reflect.String {
		dst.SetString(*e)
		return nil
	}
	if dst.Kind() == reflect.Bool {
		dst.SetBool(*e == "t" || *e == "true")
		return nil
	}
	_, err := fmt.Sscan(*e, dst.Addr().Interface())
	return err
}

// splitArray takes {1,NULL,"a \"b\""} apart; NULL is a nil pointer.
func splitArray(text string) ([]*string, error) {
	if i := strings.IndexByte(text, '='); i > 0 && text[0] == '[' {
		text = text[i+1:] // bounds such as [0:2]=
	}
	if len(text) < 2 || text[0] != '{' || text[len(text)-1] != '}' {
		return nil, fmt.Errorf("malformed array %q", text)
	}
	text = text[1 : len(text)-1]
	var out []*string
	for len(text) > 0 {
		var b strings.Builder
		i, quoted := 0, text[0] == '"'
		if quoted {
			for i = 1; i < len(text) && text[i] != '"'; i++ {
				if text[i] == '\\' {
					i++
				}
				if i < len(text) {
					b.WriteByte(text[i])
				}
			}
			i++
		} else {
			for ; i < len(text) && text[i] != ','; i++ {
				if text[i] == '{' {
					return nil, fmt.Errorf("zqlite.Array reads arrays of one dimension only")
				}
				b.WriteByte(text[i])
			}
		}
		s := b.String()
		if !quoted && strings.EqualFold(s, "NULL") {
			out = append(out, nil)
		} else {
			out = append(out, &s)
		}
		if i >= len(text) {
			break
		}
		text = text[i+1:]
	}
	return out, nil
}
