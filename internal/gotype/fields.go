package gotype

import (
	"reflect"
	"strings"
	"sync"
)

// field is a field of a struct that a column can be stored in.
type field struct {
	name   string // its db tag, or its folded name
	offset uintptr
	typ    reflect.Type
}

// structs keeps the fields of struct types: reflect.Type → map[string]field.
var structs sync.Map

// fieldsOf lists the fields of a struct type by the names that columns find
// them under; fields of embedded structs are the struct's own.
func fieldsOf(t reflect.Type) map[string]field {
	if m, ok := structs.Load(t); ok {
		return m.(map[string]field)
	}
	m := map[string]field{}
	addFields(m, t, 0)
	got, _ := structs.LoadOrStore(t, m)
	return got.(map[string]field)
}

func addFields(m map[string]field, t reflect.Type, base uintptr) {
	var embedded []reflect.StructField
	for i := range t.NumField() {
		f := t.Field(i)
		tag, tagged := f.Tag.Lookup("db")
		tag, _, _ = strings.Cut(tag, ",")
		switch {
		case tag == "-":
			continue
		case f.Anonymous && !tagged && f.Type.Kind() == reflect.Struct && !isLeaf(f.Type):
			embedded = append(embedded, f)
			continue
		case !f.IsExported():
			continue
		}
		name := fold(f.Name)
		if tag != "" {
			name = tag
		}
		m[name] = field{name: name, offset: base + f.Offset, typ: f.Type}
	}
	for _, f := range embedded { // an outer field hides an inner one
		inner := map[string]field{}
		addFields(inner, f.Type, base+f.Offset)
		for name, x := range inner {
			if _, hidden := m[name]; !hidden {
				m[name] = x
			}
		}
	}
}

// fold makes one of CreatedAt, createdAt and created_at.
func fold(name string) string {
	return strings.ReplaceAll(strings.ToLower(name), "_", "")
}

// find gives the field of a column: by tag, then by name.
func find(fields map[string]field, column string) (field, bool) {
	if f, ok := fields[column]; ok {
		return f, true
	}
	f, ok := fields[fold(column)]
	return f, ok
}
