package types

import (
	"bytes"
	"strconv"
)

// AppendAsJSON appends a value of any type as JSON: numbers and booleans as
// they are, arrays and records by their parts, dates and times in ISO 8601,
// all others as strings of their text. Pretty puts the elements of the
// outermost array, and the fields of the records in it, on lines of their own.
func AppendAsJSON(dst []byte, v Value, t *Type, env *Env, pretty bool) []byte {
	switch v.K {
	case KindNull:
		return append(dst, "null"...)
	case KindJSON:
		return append(dst, v.S...)
	case KindJSONB:
		return AppendJSONB(dst, v)
	case KindArray:
		elems, dims, err := ArrayElements(v, nil)
		if err != nil || len(dims) == 0 {
			return append(dst, '[', ']')
		}
		return appendArrayJSON(dst, elems, dims, elemType(t, elems), env, pretty)
	case KindRecord:
		fields, types, err := namedFields(v, t, env)
		if err != nil {
			return append(dst, '{', '}')
		}
		dst = append(dst, '{')
		for i := range fields {
			if i > 0 {
				dst = append(dst, ',')
				if pretty {
					dst = append(dst, '\n', ' ')
				}
			}
			dst = append(AppendJSONString(dst, types[i].Name), ':')
			dst = AppendAsJSON(dst, fields[i], types[i].Type, env, false)
		}
		return append(dst, '}')
	}
	text, plain := JSONScalarText(v, t, env)
	if plain {
		return append(dst, text...)
	}
	return AppendJSONString(dst, text)
}

// JSONScalarText returns the text of a scalar in JSON, plain where it stands
// without quotes.
func JSONScalarText(v Value, t *Type, env *Env) (text string, plain bool) {
	switch v.K {
	case KindText:
		return v.S, false
	case KindBool:
		return strconv.FormatBool(v.I != 0), true
	case KindInt:
		if t != nil {
			switch BaseType(t).OID {
			case Int2.OID, Int4.OID, Int8.OID:
			default:
				return Format(v, t, env), false
			}
		}
		return strconv.FormatInt(v.I, 10), true
	case KindFloat, KindNumeric:
		text = Format(v, t, env)
		last := text[len(text)-1]
		return text, last <= '9'
	case KindTimestamp, KindTimestampTZ:
		var buf [48]byte
		b := Append(buf[:0], v, t, env.plain())
		if i := bytes.IndexByte(b, ' '); i > 0 && !isInfinite(v.I) {
			b[i] = 'T'
		}
		if v.K == KindTimestampTZ && !isInfinite(v.I) {
			b = longOffset(b)
		}
		return string(b), false
	}
	return Format(v, t, env.plain()), false
}

// longOffset writes the offset +02 as +02:00.
func longOffset(b []byte) []byte {
	tail := ""
	if bytes.HasSuffix(b, []byte(" BC")) {
		b, tail = b[:len(b)-3], " BC"
	}
	if n := len(b); n > 3 && (b[n-3] == '+' || b[n-3] == '-') {
		b = append(b, ":00"...)
	}
	return append(b, tail...)
}

func elemType(t *Type, elems []Value) *Type {
	if t != nil {
		if e := BaseType(t).Elem; e != nil {
			return e
		}
	}
	for i := range elems {
		if elems[i].K != KindNull {
			return typeOfKind(elems[i].K)
		}
	}
	return Text
}

func appendArrayJSON(dst []byte, elems []Value, dims []Dim, elem *Type, env *Env, pretty bool) []byte {
	dst = append(dst, '[')
	n := dims[0].Length
	per := len(elems) / max(n, 1)
	for i := 0; i < n; i++ {
		if i > 0 {
			dst = append(dst, ',')
			if pretty {
				dst = append(dst, '\n', ' ')
			}
		}
		if len(dims) > 1 {
			dst = appendArrayJSON(dst, elems[i*per:(i+1)*per], dims[1:], elem, env, false)
		} else {
			dst = AppendAsJSON(dst, elems[i], elem, env, pretty)
		}
	}
	return append(dst, ']')
}

// namedFields returns the fields of a record with their names and types; those
// without a name are f1, f2 and so on.
func namedFields(v Value, t *Type, env *Env) ([]Value, []Field, error) {
	vals, oids, err := recordFields(v, true)
	if err != nil {
		return nil, nil, err
	}
	if t != nil {
		t = BaseType(t)
	}
	fields := make([]Field, len(vals))
	for i := range vals {
		if t != nil && i < len(t.Fields) {
			fields[i] = t.Fields[i]
		} else if fields[i].Type = env.typeByOID(oids[i]); fields[i].Type == nil {
			fields[i].Type = typeOfKind(vals[i].K)
		}
		if fields[i].Name == "" {
			fields[i].Name = "f" + strconv.Itoa(i+1)
		}
	}
	return vals, fields, nil
}

// Value adds a value of any type, as AppendAsJSON writes it.
func (b *JSONBBuilder) Value(v Value, t *Type, env *Env) error {
	switch v.K {
	case KindNull:
		b.Null()
	case KindJSON:
		p := jsonParser{s: v.S, b: b}
		return p.document()
	case KindJSONB:
		b.Node(JSONBNode(v.S))
	case KindArray:
		elems, dims, err := ArrayElements(v, nil)
		if err != nil {
			return err
		}
		if len(dims) == 0 {
			dims = []Dim{{}}
		}
		return b.array(elems, dims, elemType(t, elems), env)
	case KindRecord:
		vals, fields, err := namedFields(v, t, env)
		if err != nil {
			return err
		}
		b.BeginObject()
		for i := range vals {
			b.Key(fields[i].Name)
			if err := b.Value(vals[i], fields[i].Type, env); err != nil {
				return err
			}
		}
		b.EndObject()
	case KindNumeric:
		b.Number(v)
	case KindBool:
		b.Bool(v.I != 0)
	default:
		text, plain := JSONScalarText(v, t, env)
		if !plain {
			b.String(text)
			return nil
		}
		n, err := ParseNumeric(text)
		if err != nil {
			return err
		}
		b.Number(n)
	}
	return nil
}

func (b *JSONBBuilder) array(elems []Value, dims []Dim, elem *Type, env *Env) error {
	b.BeginArray()
	n := dims[0].Length
	per := len(elems) / max(n, 1)
	for i := 0; i < n; i++ {
		var err error
		if len(dims) > 1 {
			err = b.array(elems[i*per:(i+1)*per], dims[1:], elem, env)
		} else {
			err = b.Value(elems[i], elem, env)
		}
		if err != nil {
			return err
		}
	}
	b.EndArray()
	return nil
}
