package gormzqlite

import (
	"fmt"
	"regexp"
	"sort"
	"strings"

	"gorm.io/gorm/schema"
)

// DataTypeOf is the column type of a field. The tag "generated" makes an
// identity or a computed column: `generated:identity`, `generated:identity
// always`, `generated:price * quantity`.
func (d Dialector) DataTypeOf(f *schema.Field) string {
	g, ok := generated(f)
	switch {
	case !ok:
		return baseType(f)
	case g.identity != "":
		return intType(f) + " GENERATED " + g.identity + " AS IDENTITY"
	}
	return baseType(f) + " GENERATED ALWAYS AS (" + g.expr + ") STORED"
}

// maxVarchar is the largest n of varchar(n); longer strings are text.
const maxVarchar = 10485760

func baseType(f *schema.Field) string {
	switch f.DataType {
	case schema.Bool:
		return "boolean"
	case schema.Int, schema.Uint:
		if f.AutoIncrement {
			return serials[intType(f)]
		}
		return intType(f)
	case schema.Float:
		switch {
		case f.Precision > 0 && f.Scale > 0:
			return fmt.Sprintf("numeric(%d,%d)", f.Precision, f.Scale)
		case f.Precision > 0:
			return fmt.Sprintf("numeric(%d)", f.Precision)
		}
		return "decimal"
	case schema.String:
		if f.Size > 0 && f.Size <= maxVarchar {
			return fmt.Sprintf("varchar(%d)", f.Size)
		}
		return "text"
	case schema.Time:
		if f.Precision > 0 {
			return fmt.Sprintf("timestamptz(%d)", f.Precision)
		}
		return "timestamptz"
	case schema.Bytes:
		return "bytea"
	}
	return customType(f)
}

// customType is the type that the model names itself.
func customType(f *schema.Field) string {
	name := string(f.DataType)
	if f.AutoIncrement && !strings.Contains(strings.ToLower(name), "serial") {
		return serials[intType(f)]
	}
	return name
}

// intType is the integer that holds the field. An unsigned field takes the
// next larger one; uint64 has none and takes bigint.
func intType(f *schema.Field) string {
	size := f.Size
	if f.DataType == schema.Uint || f.GORMDataType == schema.Uint {
		size++
	}
	switch {
	case size <= 16:
		return "smallint"
	case size <= 32:
		return "integer"
	}
	return "bigint"
}

// serials are the types that fill themselves from a sequence.
var serials = map[string]string{"smallint": "smallserial", "integer": "serial", "bigint": "bigserial"}

// integers are serials the other way round.
var integers = map[string]string{"smallserial": "smallint", "serial": "integer", "bigserial": "bigint"}

// generation is what the tag "generated" says: an identity's kind, or the
// expression of a computed column.
type generation struct{ identity, expr string }

func generated(f *schema.Field) (generation, bool) {
	text := strings.TrimSpace(f.TagSettings["GENERATED"])
	if text == "" || text == "GENERATED" { // the tag without a value
		return generation{}, false
	}
	switch strings.Join(strings.Fields(strings.ToLower(text)), " ") {
	case "identity", "by default identity", "identity by default", "by default as identity":
		return generation{identity: "BY DEFAULT"}, true
	case "identity always", "always identity", "always as identity":
		return generation{identity: "ALWAYS"}, true
	}
	return generation{expr: text}, true
}

// pgNames are the names in pg_type of types that SQL calls otherwise.
var pgNames = map[string]string{
	"boolean": "bool", "smallint": "int2", "integer": "int4", "int": "int4", "bigint": "int8",
	"decimal": "numeric", "real": "float8", "double precision": "float8", "float": "float8",
	"character varying": "varchar", "character": "bpchar", "char": "bpchar", "bit varying": "varbit",
	"timestamp without time zone": "timestamp", "datetime": "timestamp", "timestamp with time zone": "timestamptz",
	"time without time zone": "time", "time with time zone": "timetz", "blob": "bytea",
	"smallserial": "int2", "serial2": "int2", "serial": "int4", "serial4": "int4", "bigserial": "int8", "serial8": "int8",
}

// aliasesOf gives the other names of a type, sorted.
func aliasesOf(name string) []string {
	canonical := pgNames[name]
	if canonical == "" {
		canonical = name
	}
	var out []string
	for alias, c := range pgNames {
		if c == canonical && alias != name {
			out = append(out, alias)
		}
	}
	if canonical != name {
		out = append(out, canonical)
	}
	sort.Strings(out)
	return out
}

var spaces = regexp.MustCompile(`\s*([(),])\s*|\s+`)

// canonicalType writes a type in one way: in lower case, with single spaces,
// by its name in pg_type.
func canonicalType(t string) string {
	t = spaces.ReplaceAllStringFunc(strings.ToLower(strings.TrimSpace(t)), func(s string) string {
		if s = strings.TrimSpace(s); s == "" {
			return " "
		}
		return s
	})
	t, array := strings.CutSuffix(t, "[]")
	mod := ""
	if open, end := strings.IndexByte(t, '('), strings.IndexByte(t, ')'); open >= 0 && end > open {
		t, mod = strings.TrimSpace(t[:open]+" "+t[end+1:]), t[open:end+1] // timestamp(3) with time zone
	}
	if name := pgNames[t]; name != "" {
		t = name
	}
	if t == "numeric" && mod != "" && !strings.Contains(mod, ",") {
		mod = mod[:len(mod)-1] + ",0)"
	}
	if array {
		mod += "[]"
	}
	return t + mod
}
