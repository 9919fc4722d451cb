package ddl

import (
	"strings"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// operatorClasses are PostgreSQL's classes of btree, by the types that they
// take: names of types, or a kind of types. Those of hash are among them.
var operatorClasses = map[string]string{
	"array_ops": "anyarray", "bit_ops": "bit", "bool_ops": "bool", "bpchar_ops": "bpchar", "bpchar_pattern_ops": "bpchar",
	"bytea_ops": "bytea", "char_ops": "char", "date_ops": "date", "enum_ops": "anyenum", "float4_ops": "float4",
	"float8_ops": "float8", "int2_ops": "int2", "int4_ops": "int4", "int8_ops": "int8", "interval_ops": "interval",
	"inet_ops": "inet", "cidr_ops": "inet", "macaddr_ops": "macaddr", "macaddr8_ops": "macaddr8",
	"jsonb_ops": "jsonb", "money_ops": "money", "multirange_ops": "anymultirange", "name_ops": "name", "numeric_ops": "numeric", "oid_ops": "oid",
	"range_ops": "anyrange", "record_ops": "record", "record_image_ops": "record", "text_ops": "text", "text_pattern_ops": "text",
	"time_ops": "time", "timestamp_ops": "timestamp", "timestamptz_ops": "timestamptz", "timetz_ops": "timetz", "uuid_ops": "uuid",
	"varbit_ops": "varbit", "varchar_ops": "text", "varchar_pattern_ops": "text",
}

// classKind is the kind of types that a class is made for.
func classKind(t *types.Type) string {
	t = expr.BaseType(t)
	switch t.Kind {
	case types.KindArray:
		return "anyarray"
	case types.KindEnum:
		return "anyenum"
	case types.KindRange:
		return "anyrange"
	case types.KindMultirange:
		return "anymultirange"
	case types.KindRecord:
		return "record"
	}
	switch {
	case t.Is(types.Varchar):
		return "text"
	case t.Is(types.Cidr):
		return "inet"
	case types.IsReg(t):
		return "oid"
	}
	return t.Name
}

// operatorClass checks the class that is written for a key of an index, and
// returns its name where it is not the one that the type has anyway.
func operatorClass(e *ast.IndexElem, t *types.Type, method string) string {
	name := e.OpClass.Name
	if name == "" {
		return ""
	}
	takes, ok := operatorClasses[name]
	if !ok {
		fail(-1, sqlerr.UndefinedObject, "operator class \"%s\" does not exist for access method \"%s\"", name, method)
	}
	kind := classKind(t)
	if takes != kind {
		fail(-1, sqlerr.DatatypeMismatch, "operator class \"%s\" does not accept data type %s", name, types.FormatName(t))
	}
	if name == kind+"_ops" || name == strings.TrimPrefix(kind, "any")+"_ops" {
		return ""
	}
	return name
}

// storageOptions are the options of WITH (…) as pg_class.reloptions has them.
func storageOptions(list []ast.Option) []string {
	var out []string
	for _, o := range list {
		value := "true"
		switch v := o.Value.(type) {
		case *ast.Literal:
			value = v.Text
		case *ast.ColumnRef:
			value = v.Parts[len(v.Parts)-1].Text
		}
		out = append(out, o.Name+"="+value)
	}
	return out
}

// writtenCollation is the collation of a key where it has to be said: one that
// is written and is not the default.
func writtenCollation(c ast.QualifiedName, p catalog.IndexPart) string {
	if c.Name == "default" || p.Collation != "" {
		return ""
	}
	return c.Name
}
