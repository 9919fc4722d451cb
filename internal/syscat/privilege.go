package syscat

import (
	"slices"
	"strings"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// rightsKnown are the rights that each of the has_…_privilege functions knows.
var rightsKnown = map[string][]string{
	"table":                {"SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "RULE"},
	"column":               {"SELECT", "INSERT", "UPDATE", "REFERENCES"},
	"any_column":           {"SELECT", "INSERT", "UPDATE", "REFERENCES"},
	"sequence":             {"USAGE", "SELECT", "UPDATE"},
	"schema":               {"CREATE", "USAGE"},
	"database":             {"CREATE", "CONNECT", "TEMPORARY", "TEMP"},
	"function":             {"EXECUTE"},
	"language":             {"USAGE"},
	"tablespace":           {"CREATE"},
	"type":                 {"USAGE"},
	"foreign_data_wrapper": {"USAGE"},
	"server":               {"USAGE"},
	"parameter":            {"SET", "ALTER SYSTEM"},
	"role":                 {"USAGE", "MEMBER"},
}

// PrivilegeKinds are the kinds of objects that have_…_privilege functions ask
// for, "role" (pg_has_role) not among them.
func PrivilegeKinds() []string {
	var list []string
	for kind := range rightsKnown {
		if kind != "role" {
			list = append(list, kind)
		}
	}
	slices.Sort(list)
	return list
}

// hasPrivilege answers has_KIND_privilege([user,] object, [column,] right): the
// one role may do everything with what exists, public what PostgreSQL grants
// to public. An oid of nothing gives NULL.
func (v *View) hasPrivilege(kind string, a []types.Value) (types.Value, error) {
	wanted := 2
	if kind == "column" {
		wanted = 3
	}
	public, nobody := false, false
	if len(a) > wanted {
		var err error
		if public, err = v.roleGiven(a[0]); err != nil && a[0].K == types.KindText {
			return types.Null, err
		}
		nobody = err != nil // a number of no role: it has no rights
		a = a[1:]
	}
	name, there, err := v.privilegedObject(kind, a[0])
	if err != nil {
		return types.Null, err
	}
	if kind == "column" && there {
		if there, err = v.columnGiven(a[0], a[1]); err != nil {
			return types.Null, err
		}
	}
	rights, err := rightsOf(kind, a[len(a)-1].S)
	if err != nil || !there {
		return types.Null, err
	}
	if !public {
		return yes(!nobody), nil
	}
	for _, r := range rights {
		if publicMay(kind, name, r) {
			return yes(true), nil
		}
	}
	return yes(false), nil
}

// publicMay tells what PostgreSQL grants to everybody from the start.
func publicMay(kind, name, right string) bool {
	switch kind {
	case "function", "type", "language":
		return true
	case "database":
		return right != "CREATE"
	case "schema":
		return right == "USAGE" && (name == "public" || name == "pg_catalog" || name == "information_schema")
	case "table", "any_column", "column":
		return right == "SELECT" && strings.HasPrefix(name, "pg_catalog.") || strings.HasPrefix(name, "information_schema.")
	}
	return false
}

// roleGiven finds the role that a function asks about, and whether it is
// public.
func (v *View) roleGiven(a types.Value) (public bool, err error) {
	switch {
	case a.K == types.KindText && a.S == "public", a.K == types.KindInt && a.I == 0:
		return true, nil
	case a.K == types.KindText && a.S != Owner:
		return false, sqlerr.New(sqlerr.UndefinedObject, "role \"%s\" does not exist", a.S)
	case a.K == types.KindInt && a.I != ownerOID:
		return false, sqlerr.New(sqlerr.UndefinedObject, "role with OID %d does not exist", a.I)
	}
	return false, nil
}

// rightsOf takes the list of rights apart.
func rightsOf(kind, text string) ([]string, error) {
	var list []string
	for _, word := range strings.Split(text, ",") {
		right := strings.ToUpper(strings.TrimSpace(word))
		bare, _ := strings.CutSuffix(right, " WITH GRANT OPTION")
		if kind == "role" {
			bare, _ = strings.CutSuffix(bare, " WITH ADMIN OPTION")
		}
		if !slices.Contains(rightsKnown[kind], bare) {
			return nil, sqlerr.New(sqlerr.InvalidParameterValue, "unrecognized privilege type: \"%s\"", strings.TrimSpace(word))
		}
		list = append(list, bare)
	}
	return list, nil
}

// privilegedObject finds what is asked about, by name or by oid.
func (v *View) privilegedObject(kind string, a types.Value) (name string, there bool, err error) {
	if a.K == types.KindText {
		return v.privilegedName(kind, a.S)
	}
	switch kind {
	case "table", "any_column", "column":
		r := v.Catalog.RelationByID(catalog.ID(a.I))
		if r != nil {
			return r.Schema + "." + r.Name, true, nil
		}
		return "", v.Catalog.SequenceByID(catalog.ID(a.I)) != nil, nil
	case "sequence":
		return "", v.Catalog.SequenceByID(catalog.ID(a.I)) != nil, nil
	case "schema":
		for _, s := range v.Catalog.Schemas() {
			if int64(s.ID) == a.I {
				return s.Name, true, nil
			}
		}
		return "", false, nil
	case "function":
		return "", v.RegName(types.RegProcedure, a.I) != "", nil
	case "type":
		return "", v.RegName(types.RegType, a.I) != "", nil
	case "database":
		return Database, a.I == databaseOID, nil
	case "language":
		return "", a.I == internalLanguage || a.I == sqlLanguage, nil
	case "tablespace":
		return "", a.I == defaultTablespace || a.I == globalTablespace, nil
	}
	return "", false, nil
}

// reg tells what kind of name each kind of object is found by.
var reg = map[string]*types.Type{
	"table": types.RegClass, "any_column": types.RegClass, "column": types.RegClass, "sequence": types.RegClass,
	"schema": types.RegNamespace, "function": types.RegProcedure, "type": types.RegType,
}

func (v *View) privilegedName(kind, text string) (string, bool, error) {
	missing := func(code, what string) (string, bool, error) {
		return "", false, sqlerr.New(code, what+" \"%s\" does not exist", text)
	}
	if kind == "schema" { // not folded to lower case
		if v.Catalog.Schema(text) == nil {
			return missing(sqlerr.InvalidSchemaName, "schema")
		}
		return text, true, nil
	}
	if t := reg[kind]; t != nil {
		oid, err := v.RegOID(t, text)
		if err != nil {
			return "", false, err
		}
		if kind == "sequence" && v.Catalog.SequenceByID(catalog.ID(oid)) == nil {
			return "", false, sqlerr.New(sqlerr.WrongObjectType, "\"%s\" is not a sequence", text)
		}
		if r := v.Catalog.RelationByID(catalog.ID(oid)); r != nil && t == types.RegClass {
			return r.Schema + "." + r.Name, true, nil
		}
		return text, true, nil
	}
	switch kind {
	case "database":
		if text != Database {
			return missing(sqlerr.InvalidCatalogName, "database")
		}
	case "language":
		if text != "sql" && text != "internal" {
			return missing(sqlerr.UndefinedObject, "language")
		}
	case "tablespace":
		if text != "pg_default" && text != "pg_global" {
			return missing(sqlerr.UndefinedObject, "tablespace")
		}
	case "foreign_data_wrapper":
		return missing(sqlerr.UndefinedObject, "foreign-data wrapper")
	case "server":
		return missing(sqlerr.UndefinedObject, "server")
	}
	return text, true, nil
}

// columnGiven finds a column by its name, or by its number; a number of none
// gives NULL.
func (v *View) columnGiven(table, column types.Value) (bool, error) {
	id := catalog.ID(table.I)
	if table.K == types.KindText {
		oid, err := v.RegOID(types.RegClass, table.S)
		if err != nil {
			return false, err
		}
		id = catalog.ID(oid)
	}
	r := v.Catalog.RelationByID(id)
	if r == nil {
		return false, nil
	}
	if column.K == types.KindInt {
		return column.I > 0 && r.ColumnByID(uint16(column.I)) != nil, nil
	}
	if r.ColumnByName(column.S) < 0 {
		return false, sqlerr.New(sqlerr.UndefinedColumn, "column \"%s\" of relation \"%s\" does not exist", column.S, r.Name)
	}
	return true, nil
}

// hasRole is pg_has_role([user,] role, right): everybody here is the one role.
func (v *View) hasRole(a []types.Value) (types.Value, error) {
	for _, r := range a[:len(a)-1] {
		if public, err := v.roleGiven(r); err != nil {
			return types.Null, err
		} else if public {
			return types.Null, sqlerr.New(sqlerr.UndefinedObject, "role \"public\" does not exist")
		}
	}
	_, err := rightsOf("role", a[len(a)-1].S)
	return yes(err == nil), err
}
