package syscat

import (
	"iter"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/types"
)

// The objects of which there is one.
var (
	theDatabase = row{
		"oid": num(databaseOID), "datname": txt(Database), "datdba": num(ownerOID), "encoding": num(6), "datlocprovider": txt("c"),
		"datistemplate": yes(false), "datallowconn": yes(true), "datconnlimit": num(-1), "datfrozenxid": num(0), "datminmxid": num(0),
		"dattablespace": num(1663), "datcollate": txt("C.UTF-8"), "datctype": txt("C.UTF-8"),
	}
	theRole = row{
		"oid": num(ownerOID), "rolname": txt(Owner), "rolsuper": yes(true), "rolinherit": yes(true), "rolcreaterole": yes(true),
		"rolcreatedb": yes(true), "rolcanlogin": yes(true), "rolreplication": yes(false), "rolconnlimit": num(-1),
		"rolpassword": txt("********"), "rolbypassrls": yes(true),
	}
	theUser = row{
		"usename": txt(Owner), "usesysid": num(ownerOID), "usecreatedb": yes(true), "usesuper": yes(true), "userepl": yes(false),
		"usebypassrls": yes(true), "passwd": txt("********"),
	}
	theCharacterSet = row{
		"character_set_name": txt("UTF8"), "character_repertoire": txt("UCS"), "form_of_use": txt("UTF8"),
		"default_collate_catalog": txt(Database), "default_collate_schema": txt("pg_catalog"), "default_collate_name": txt("C"),
	}
)

// some gives fixed rows, among the built-in ones.
func some(rows ...row) filler {
	return func(v *View) iter.Seq[row] {
		return func(yield func(row) bool) {
			for _, r := range rows {
				if !v.Builtin || !yield(r) {
					return
				}
			}
		}
	}
}

func accessMethod(oid int, name, kind string) row {
	return row{"oid": num(oid), "amname": txt(name), "amhandler": num(0), "amtype": txt(kind)}
}

func language(oid int, name string, trusted bool) row {
	return row{
		"oid": num(oid), "lanname": txt(name), "lanowner": num(ownerOID), "lanispl": yes(false), "lanpltrusted": yes(trusted),
		"lanplcallfoid": num(0), "laninline": num(0), "lanvalidator": num(0),
	}
}

var (
	accessMethods = some(accessMethod(heapOID, "heap", "t"), accessMethod(btreeOID, "btree", "i"), accessMethod(hashOID, "hash", "i"))
	tablespaces   = some(
		row{"oid": num(defaultTablespace), "spcname": txt("pg_default"), "spcowner": num(ownerOID)},
		row{"oid": num(globalTablespace), "spcname": txt("pg_global"), "spcowner": num(ownerOID)})
	languages = some(language(internalLanguage, "internal", false), language(sqlLanguage, "sql", true))
)

// Oids of the two languages that functions are written in.
const (
	internalLanguage = 12
	sqlLanguage      = 14
)

// collations are the orders that COLLATE takes.
var collations = []struct {
	oid  int
	name string
}{{defaultCollation, "default"}, {cCollation, "C"}, {951, "POSIX"}, {12000, "nocase"}, {12001, "rtrim"}, {12002, "binary"}}

func pgCollation(v *View) iter.Seq[row] {
	return func(yield func(row) bool) {
		for _, c := range collations {
			x := row{
				"oid": num(c.oid), "collname": txt(c.name), "collnamespace": num(catalogSchema), "collowner": num(ownerOID),
				"collprovider": txt("c"), "collisdeterministic": yes(true), "collencoding": num(-1), "collcollate": txt("C"), "collctype": txt("C"),
			}
			if !v.Builtin || !yield(x) {
				return
			}
		}
	}
}

func infoCollations(v *View) iter.Seq[row] {
	return func(yield func(row) bool) {
		for _, c := range collations {
			x := row{"collation_catalog": txt(Database), "collation_schema": txt("pg_catalog"), "collation_name": txt(c.name), "pad_attribute": txt("NO PAD")}
			if !v.Builtin || !yield(x) {
				return
			}
		}
	}
}

func pgNamespace(_ *View, s *catalog.Schema) row {
	return row{"oid": num(s.ID), "nspname": txt(s.Name), "nspowner": num(ownerOID)}
}

func infoSchema(_ *View, s *catalog.Schema) row {
	return row{"catalog_name": txt(Database), "schema_name": txt(s.Name), "schema_owner": txt(Owner)}
}

func pgSequence(_ *View, q *catalog.Sequence) row {
	return row{
		"seqrelid": num(q.ID), "seqtypid": num(q.Type.OID), "seqstart": num(q.Start), "seqincrement": num(q.Increment),
		"seqmax": num(q.Max), "seqmin": num(q.Min), "seqcache": num(q.Cache), "seqcycle": yes(q.Cycle),
	}
}

func pgSequences(v *View, q *catalog.Sequence) row {
	x := row{
		"schemaname": txt(q.Schema), "sequencename": txt(q.Name), "sequenceowner": txt(Owner), "data_type": num(q.Type.OID),
		"start_value": num(q.Start), "min_value": num(q.Min), "max_value": num(q.Max), "increment_by": num(q.Increment),
		"cycle": yes(q.Cycle), "cache_size": num(q.Cache),
	}
	if v.Last != nil {
		if last, ok := v.Last(q); ok {
			x["last_value"] = num(last)
		}
	}
	return x
}

func pgSettings(v *View) iter.Seq[row] {
	return func(yield func(row) bool) {
		if v.Builtin || v.Settings == nil {
			return
		}
		v.Settings(func(name, value, doc string) bool {
			return yield(row{
				"name": txt(name), "setting": txt(value), "category": txt("zqlite"), "short_desc": txt(doc), "context": txt("user"),
				"vartype": txt("string"), "source": txt("session"), "reset_val": txt(value), "boot_val": txt(value), "pending_restart": yes(false),
			})
		})
	}
}

func pgTrigger(_ *View, r *catalog.Relation, t *catalog.Trigger) row {
	enabled := "O"
	if t.Disabled {
		enabled = "D"
	}
	return row{
		"oid": num(t.ID), "tgrelid": num(r.ID), "tgparentid": num(0), "tgname": txt(t.Name), "tgfoid": num(0),
		"tgtype": num(triggerBits(t)), "tgenabled": txt(enabled), "tgisinternal": yes(false), "tgconstrrelid": num(0),
		"tgconstrindid": num(0), "tgconstraint": num(0), "tgdeferrable": yes(false), "tginitdeferred": yes(false),
		"tgnargs": num(0), "tgattr": vector(types.Int2, t.Columns), "tgargs": types.NewBytes(""), "tgqual": optional(t.When),
		"tgoldtable": optional(t.OldTable), "tgnewtable": optional(t.NewTable),
	}
}

// triggerBits is pg_trigger.tgtype: one bit for each of row, before, insert,
// delete, update, truncate and instead.
func triggerBits(t *catalog.Trigger) int {
	bits := 0
	if t.Row {
		bits |= 1
	}
	switch t.Timing {
	case "BEFORE":
		bits |= 2
	case "INSTEAD OF":
		bits |= 64
	}
	for _, e := range t.Events {
		bits |= map[string]int{"INSERT": 4, "DELETE": 8, "UPDATE": 16, "TRUNCATE": 32}[e]
	}
	return bits
}

// firstFunction numbers built-in functions.
const firstFunction = 5000

// pgProc gives the registered functions and those of users.
func pgProc(v *View) iter.Seq[row] {
	return func(yield func(row) bool) {
		if v.Builtin {
			builtinFunctions(yield)
			return
		}
		for f := range v.functions() {
			if !yield(v.procRow(f)) {
				return
			}
		}
	}
}

func fieldTypes(fields []types.Field) []*types.Type {
	var out []*types.Type
	for _, f := range fields {
		out = append(out, f.Type)
	}
	return out
}

func builtinFunctions(yield func(row) bool) bool {
	all, id := expr.All(), catalog.ID(firstFunction)
	add := func(name, kind string, args []*types.Type, ret *types.Type, set bool, volatility expr.Volatility) bool {
		x := function(id, name, catalogSchema, internalLanguage, kind, args, ret)
		x["proretset"], x["provolatile"] = yes(set), txt(string("isv"[volatility]))
		x["prosrc"] = txt(name)
		id++
		return yield(x)
	}
	for _, f := range all.Functions {
		if !add(f.Name, "f", f.Args, f.Ret, false, f.Volatility) {
			return false
		}
	}
	for _, f := range all.SetFuncs {
		if !add(f.Name, "f", f.Args, nil, true, expr.Stable) {
			return false
		}
	}
	for _, f := range all.Aggregates {
		if !add(f.Name, "a", f.Args, f.Ret, false, expr.Immutable) {
			return false
		}
	}
	return true
}

func function(id catalog.ID, name string, schema catalog.ID, lang int, kind string, args []*types.Type, ret *types.Type) row {
	if ret == nil {
		ret = types.RecordType
	}
	oids := make([]types.OID, len(args))
	for i, a := range args {
		oids[i] = a.OID
	}
	return row{
		"oid": num(id), "proname": txt(name), "pronamespace": num(schema), "proowner": num(ownerOID), "prolang": num(lang),
		"procost": real(1), "prorows": real(0), "provariadic": num(0), "prosupport": num(0), "prokind": txt(kind),
		"prosecdef": yes(false), "proleakproof": yes(false), "proisstrict": yes(true), "proretset": yes(false),
		"provolatile": txt("v"), "proparallel": txt("s"), "pronargs": num(len(args)), "pronargdefaults": num(0),
		"prorettype": num(ret.OID), "proargtypes": vector(types.Oid, oids),
	}
}

// Operator classes: for each type that can be a key the one of each access
// method, numbered by the type.
const (
	firstBtreeClass = 100_000
	firstHashClass  = 200_000
)

func classOID(method string, t *types.Type) types.OID {
	for t != nil && t.Base != nil {
		t = t.Base
	}
	if t == nil {
		return 0
	}
	first := types.OID(firstBtreeClass)
	if method == "hash" {
		first = firstHashClass
	}
	return first + t.OID
}

func pgOpclass(v *View) iter.Seq[row] {
	return func(yield func(row) bool) {
		if !v.Builtin {
			return
		}
		types.Builtins(func(t, array *types.Type) bool {
			if t.Category == 'P' || t.Kind == types.KindJSON {
				return true // not a key
			}
			for _, t := range []*types.Type{t, array} {
				if t == nil {
					continue
				}
				for _, method := range []string{"btree", "hash"} {
					x := row{
						"oid": num(classOID(method, t)), "opcmethod": num(methodOID(&catalog.Index{Method: method})), "opcname": txt(t.Name + "_ops"),
						"opcnamespace": num(catalogSchema), "opcowner": num(ownerOID), "opcfamily": num(familyOID(method, t)), "opcintype": num(t.OID),
						"opcdefault": yes(true), "opckeytype": num(0),
					}
					if !yield(x) {
						return false
					}
				}
			}
			return true
		})
	}
}

// firstOperator numbers operators.
const firstOperator = 15_000

func pgOperator(v *View) iter.Seq[row] {
	return func(yield func(row) bool) {
		if !v.Builtin {
			v.Catalog.EachOperator(func(o *catalog.Operator) bool { return yield(v.operatorRow(o)) })
			return
		}
		for i, f := range expr.All().Operators {
			x := row{
				"oid": num(firstOperator + i), "oprname": txt(f.Name), "oprnamespace": num(catalogSchema), "oprowner": num(ownerOID),
				"oprkind": txt("b"), "oprcanmerge": yes(f.Name == "="), "oprcanhash": yes(f.Name == "="), "oprcom": num(0), "oprnegate": num(0),
				"oprcode": num(0), "oprrest": num(0), "oprjoin": num(0), "oprleft": num(0), "oprright": num(0), "oprresult": num(0),
			}
			if n := len(f.Args); n > 0 {
				x["oprright"] = num(f.Args[n-1].OID)
				if n == 1 {
					x["oprkind"] = txt("l")
				} else {
					x["oprleft"] = num(f.Args[0].OID)
				}
			}
			if f.Ret != nil {
				x["oprresult"] = num(f.Ret.OID)
			}
			if !yield(x) {
				return
			}
		}
	}
}
