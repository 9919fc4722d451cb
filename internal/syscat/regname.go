package syscat

import (
	"strconv"
	"strings"
	"sync"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// named is a function or an operator by its oid, name and parameters.
type named struct {
	oid  catalog.ID
	name string
	args []*types.Type
}

func (n *named) signature() string {
	list := make([]string, len(n.args))
	for i, a := range n.args {
		list[i] = types.FormatName(a)
	}
	return n.name + "(" + strings.Join(list, ",") + ")"
}

// operands is signature for an operator, where one before its operand has
// NONE on the left.
func (n *named) operands() string {
	if len(n.args) == 1 {
		return n.name + "(NONE," + types.FormatName(n.args[0]) + ")"
	}
	return n.signature()
}

// builtinNames are the functions and operators that are registered, numbered
// as pg_proc and pg_operator have them.
var builtinNames = sync.OnceValue(func() (n struct{ functions, operators []named }) {
	all, id := expr.All(), catalog.ID(firstFunction)
	add := func(name string, args []*types.Type) {
		n.functions = append(n.functions, named{id, name, args})
		id++
	}
	for _, f := range all.Functions {
		add(f.Name, f.Args)
	}
	for _, f := range all.SetFuncs {
		add(f.Name, f.Args)
	}
	for _, f := range all.Aggregates {
		add(f.Name, f.Args)
	}
	for i, f := range all.Operators {
		n.operators = append(n.operators, named{catalog.ID(firstOperator + i), f.Name, f.Args})
	}
	return n
})

// RegName gives the name behind an oid of a reg type, as SQL writes it; "" is
// none.
func (v *View) RegName(t *types.Type, oid int64) string {
	c := v.Catalog
	switch {
	case t.Is(types.RegClass):
		if r := c.RelationByID(catalog.ID(oid)); r != nil {
			return v.visibleName(r.Schema, r.Name)
		}
		if q := c.SequenceByID(catalog.ID(oid)); q != nil {
			return v.visibleName(q.Schema, q.Name)
		}
		if u := v.compositeNumbered(oid); u != nil {
			return v.visibleName(u.Schema, u.Name)
		}
		return v.indexName(oid)
	case t.Is(types.RegType):
		if name := v.formatType(oid, types.Null); name != "???" {
			return name
		}
	case t.Is(types.RegNamespace):
		for _, s := range c.Schemas() {
			if int64(s.ID) == oid {
				return ast.QuoteIdent(s.Name)
			}
		}
	case t.Is(types.RegRole):
		if oid == ownerOID {
			return Owner
		}
	case t.Is(types.RegCollation):
		for _, x := range collations {
			if int64(x.oid) == oid {
				return ast.QuoteIdent(x.name)
			}
		}
	case t.Is(types.RegProc), t.Is(types.RegProcedure):
		for _, f := range v.namedFunctions() {
			if int64(f.oid) == oid && t.Is(types.RegProc) {
				return f.name
			} else if int64(f.oid) == oid {
				return f.signature()
			}
		}
	case t.Is(types.RegOper), t.Is(types.RegOperator):
		for _, f := range v.namedOperators() {
			if int64(f.oid) == oid && t.Is(types.RegOper) {
				return f.name
			} else if int64(f.oid) == oid {
				return f.operands()
			}
		}
	}
	return ""
}

// indexName is the name of an index, with its schema where that is needed.
func (v *View) indexName(oid int64) string {
	for r := range v.relations() {
		if ix := r.IndexByID(catalog.ID(oid)); ix != nil {
			return v.visibleName(r.Schema, ix.Name)
		}
	}
	return ""
}

func (v *View) namedOperators() []named {
	list := builtinNames().operators
	list = list[:len(list):len(list)]
	v.Catalog.EachOperator(func(o *catalog.Operator) bool {
		list = append(list, named{o.ID, o.Name, o.Args()})
		return true
	})
	return list
}

func (v *View) namedFunctions() []named {
	list := builtinNames().functions
	list = list[:len(list):len(list)]
	v.Catalog.EachFunction(func(f *catalog.SQLFunction) bool {
		list = append(list, named{f.ID, f.Name, fieldTypes(f.Args)})
		return true
	})
	return list
}

// visibleName leaves the schema out where the search path finds the object.
func (v *View) visibleName(schema, name string) string {
	for _, p := range v.Path {
		if p == schema {
			return ast.QuoteIdent(name)
		}
		if v.Catalog.Taken(p, name) {
			break
		}
	}
	if schema == "pg_catalog" {
		return ast.QuoteIdent(name)
	}
	return qualified(schema, name)
}

// RegOID finds the oid of a name written for a reg type, with SQL's rules for
// quotes and schemas.
func (v *View) RegOID(t *types.Type, text string) (int64, error) {
	if n, err := strconv.ParseUint(text, 10, 32); err == nil {
		return int64(n), nil
	}
	c := v.Catalog
	schema, name := SplitName(text)
	switch {
	case t.Is(types.RegClass):
		if r := c.Relation(v.Path, schema, name); r != nil {
			return int64(r.ID), nil
		}
		if q := c.Sequence(v.Path, schema, name); q != nil {
			return int64(q.ID), nil
		}
		if ix, _ := c.Index(v.Path, schema, name); ix != nil {
			return int64(ix.ID), nil
		}
		if u := c.UserType(v.Path, schema, name); u != nil && composite(u) {
			return int64(compositeOID(u)), nil
		}
		return 0, sqlerr.New(sqlerr.UndefinedTable, "relation %q does not exist", text)
	case t.Is(types.RegType):
		return v.typeOID(text, schema, name)
	case t.Is(types.RegNamespace):
		if id := v.schemaID(name); id != 0 {
			return int64(id), nil
		}
		return 0, sqlerr.New(sqlerr.InvalidSchemaName, "schema %q does not exist", text)
	case t.Is(types.RegRole):
		if name == Owner {
			return ownerOID, nil
		}
		return 0, sqlerr.New(sqlerr.UndefinedObject, "role %q does not exist", text)
	case t.Is(types.RegCollation):
		for _, x := range collations {
			if x.name == name || x.name == strings.Trim(text, `"`) {
				return int64(x.oid), nil
			}
		}
		return 0, sqlerr.New(sqlerr.UndefinedObject, "collation %q for encoding \"UTF8\" does not exist", text)
	case t.Is(types.RegProc), t.Is(types.RegProcedure):
		return v.functionOID(text, t.Is(types.RegProcedure))
	}
	return v.operatorOID(text, t.Is(types.RegOperator))
}

// normalSignature writes a function's name, with the types of its parameters
// where they are given, as signature does.
func (v *View) normalSignature(text string) string {
	name, args, ok := strings.Cut(text, "(")
	if schema, bare := SplitName(strings.TrimSpace(name)); schema != "" && v.Catalog.Schema(schema) != nil {
		name = bare
	}
	if !ok {
		return name
	}
	list := strings.Split(strings.TrimSuffix(strings.TrimSpace(args), ")"), ",")
	for i, a := range list {
		if a = strings.TrimSpace(a); strings.EqualFold(a, "none") {
			list[i] = "NONE"
			continue
		}
		schema, bare := SplitName(a)
		if oid, err := v.typeOID(a, schema, bare); err == nil {
			a = v.formatType(oid, types.Null)
		} else if r := v.Catalog.Relation(v.Path, schema, bare); r != nil {
			a = r.Name
		}
		list[i] = a
	}
	return name + "(" + strings.Join(list, ",") + ")"
}

func (v *View) typeOID(text, schema, name string) (int64, error) {
	if t := types.Lookup(strings.TrimPrefix(text, "pg_catalog.")); t != nil {
		return int64(t.OID), nil
	}
	elem, array := strings.CutSuffix(name, "[]")
	if base, _, ok := strings.Cut(elem, "("); ok {
		elem = strings.TrimSpace(base)
	}
	t := types.Lookup(elem)
	if t == nil {
		if u := v.Catalog.UserType(v.Path, schema, elem); u != nil {
			t = u.Type
		}
	}
	switch {
	case t == nil:
		return 0, sqlerr.New(sqlerr.UndefinedObject, "type %q does not exist", text)
	case array:
		t = types.ArrayOf(t)
	}
	return int64(t.OID), nil
}

// functionOID finds the function of a name, or of a name with its parameters.
func (v *View) functionOID(text string, exact bool) (int64, error) {
	wanted := strings.TrimPrefix(v.normalSignature(text), "pg_catalog.")
	oid, many := onlyOne(v.namedFunctions(), func(f *named) bool { return exact && f.signature() == wanted || !exact && f.name == wanted })
	switch {
	case many:
		return 0, sqlerr.New(sqlerr.AmbiguousFunction, "more than one function named \"%s\"", text)
	case oid == 0:
		return 0, sqlerr.New(sqlerr.UndefinedFunction, "function \"%s\" does not exist", text)
	}
	return oid, nil
}

// operatorOID finds the operator of a name, or of a name with its operands.
func (v *View) operatorOID(text string, exact bool) (int64, error) {
	wanted := strings.TrimPrefix(v.normalSignature(text), "pg_catalog.")
	oid, many := onlyOne(builtinNames().operators, func(f *named) bool { return exact && f.operands() == wanted || !exact && f.name == wanted })
	switch {
	case many:
		return 0, sqlerr.New(sqlerr.AmbiguousFunction, "more than one operator named %s", text)
	case oid == 0:
		return 0, sqlerr.New(sqlerr.UndefinedFunction, "operator does not exist: %s", text)
	}
	return oid, nil
}

// onlyOne is the oid of what matches, 0 for none, and whether more does.
func onlyOne(list []named, matches func(*named) bool) (oid int64, many bool) {
	for i := range list {
		if f := &list[i]; !matches(f) {
			continue
		} else if oid != 0 {
			return 0, true
		} else {
			oid = int64(f.oid)
		}
	}
	return oid, false
}

// SplitName takes a possibly quoted and qualified name apart; what is not in
// quotes is folded to lower case.
func SplitName(text string) (schema, name string) {
	var parts []string
	var b strings.Builder
	quoted := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"' && quoted && i+1 < len(text) && text[i+1] == '"':
			b.WriteByte('"')
			i++
		case c == '"':
			quoted = !quoted
		case c == '.' && !quoted:
			parts = append(parts, b.String())
			b.Reset()
		case quoted:
			b.WriteByte(c)
		default:
			b.WriteString(strings.ToLower(string(c)))
		}
	}
	name = b.String()
	if len(parts) > 0 {
		schema = parts[len(parts)-1]
	}
	return schema, name
}
