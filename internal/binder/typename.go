package binder

import (
	"math/big"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// TypeOf resolves a type as written: a built-in one, one of the catalog, the
// row type of a table, or that of a column (%TYPE). Errors are *sqlerr.Error.
func TypeOf(o Options, t *ast.TypeName) (typ *types.Type, err error) {
	b := newBinder(o)
	defer recoverTo(&err)
	return b.typeName(t), nil
}

func (b *binder) typeName(t *ast.TypeName) *types.Type {
	typ := b.baseTypeName(t)
	for range t.Dims {
		if typ.Kind != types.KindArray || typ.Base != nil {
			typ = types.ArrayOf(typ)
		}
	}
	return typ
}

func (b *binder) baseTypeName(t *ast.TypeName) *types.Type {
	if t.OfColumn {
		return b.columnType(t)
	}
	mods := make([]int32, 0, len(t.Mods))
	for _, m := range t.Mods {
		mods = append(mods, typeModifier(m))
	}
	schema, name := t.Name.Schema, t.Name.Name
	if b.o.Catalog != nil && schema != "pg_catalog" {
		if u := b.o.Catalog.UserType(b.o.SearchPath, schema, name); u != nil {
			if u.Shell {
				panic(fail(t.Pos, sqlerr.UndefinedObject, "type \"%s\" is only a shell", dottedName(t.Name)))
			}
			return u.Type
		}
	}
	if name == "interval" && t.Interval != "" {
		precision := int32(-1)
		if len(mods) > 0 {
			precision = mods[0]
		}
		typ, err := types.IntervalOf(t.Interval, precision)
		check(err, t.Pos)
		return typ
	}
	if schema == "" || schema == "pg_catalog" {
		typ, err := lookupType(name, mods)
		if err != nil {
			panic(sqlerr.From(err).At(t.Pos))
		}
		if typ != nil {
			if len(mods) > 0 && typ.Mod < 0 && typ.Name == "text" {
				panic(fail(t.Pos, sqlerr.SyntaxError, "type modifier is not allowed for type \"%s\"", name))
			}
			return typ
		}
	}
	if b.o.Catalog != nil {
		if rel := b.o.Catalog.Relation(b.o.SearchPath, schema, name); rel != nil {
			return catalog.RowType(rel)
		}
	}
	full := name
	if schema != "" {
		full = schema + "." + name
		if b.o.Catalog != nil && schema != "pg_catalog" && b.o.Catalog.Schema(schema) == nil {
			panic(fail(t.Pos, sqlerr.InvalidSchemaName, "schema \"%s\" does not exist", schema))
		}
	}
	panic(fail(t.Pos, sqlerr.UndefinedObject, "type \"%s\" does not exist", full))
}

func dottedName(q ast.QualifiedName) string {
	if q.Schema == "" {
		return q.Name
	}
	return q.Schema + "." + q.Name
}

// columnType is table.column%TYPE.
func (b *binder) columnType(t *ast.TypeName) *types.Type {
	rel := b.relation(ast.QualifiedName{Pos: t.Pos, Schema: t.Name.Catalog, Name: t.Name.Schema})
	at := rel.ColumnByName(t.Name.Name)
	if at < 0 {
		panic(fail(t.Pos, sqlerr.UndefinedColumn, "column \"%s\" of relation \"%s\" does not exist", t.Name.Name, rel.Name))
	}
	return rel.Columns[at].Type
}

func typeModifier(e ast.Expr) int32 {
	neg := false
	if u, ok := e.(*ast.Unary); ok && u.Op == "-" {
		neg, e = true, u.X
	}
	if l, ok := e.(*ast.Literal); ok && l.Kind == ast.IntLiteral {
		if i, ok := parseInteger(l.Text); ok && int64(int32(i)) == i {
			if neg {
				i = -i
			}
			return int32(i)
		}
	}
	panic(fail(start(e), sqlerr.SyntaxError, "type modifiers must be simple constants or identifiers"))
}

// castFunction returns the type that a one-argument call names, or nil.
func castFunction(name string) *types.Type {
	switch name {
	case "char", "interval", "time", "timestamp": // keywords that do not act as functions
		return nil
	}
	t, err := lookupType(name, nil)
	if err != nil {
		return nil
	}
	return t
}

// recordType makes the type of an anonymous record.
func recordType(fields []types.Field) *types.Type {
	t := *types.RecordType
	t.Fields = fields
	return &t
}

// parseInteger reads decimal, 0x, 0o and 0b integers that fit 64 bits.
func parseInteger(text string) (int64, bool) {
	i, err := strconv.ParseInt(text, 10, 64)
	if err != nil && len(text) > 2 && text[0] == '0' {
		i, err = strconv.ParseInt(text, 0, 64)
	}
	return i, err == nil
}

// decimalText writes an integer of any base in decimal digits.
func decimalText(text string) string {
	if len(text) > 2 && text[0] == '0' && strings.ContainsRune("xXoObB", rune(text[1])) {
		if n, ok := new(big.Int).SetString(text, 0); ok {
			return n.String()
		}
	}
	return text
}

func itoa(i int) string { return strconv.Itoa(i) }

func upper(s string) string { return strings.ToUpper(s) }

func stackOf() string { return string(debug.Stack()) }
