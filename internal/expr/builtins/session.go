package builtins

import (
	"runtime"
	"strings"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

var errNoSession = sqlerr.New(sqlerr.FeatureNotSupported, "this function needs a session")

// inSession adapts a function that asks the session.
func inSession(f func(s expr.Session, a []value) (value, error)) evaluet {
	return func(c *expr.Context, a []value) (value, error) {
		if c.Session == nil {
			return types.Null, errNoSession
		}
		return f(c.Session, a)
	}
}

func init() {
	registerSequences()
	registerSettings()
	registerCatalogFunctions()
	f := fn("pg_typeof", args{types.Any}, types.RegType, "Type of the argument", nil)
	f.NotStrict, f.Volatility = true, expr.Stable
	f.EvalTyped = func(_ *expr.Context, call *expr.CallTypes, _ []value) (value, error) {
		return value{K: types.KindInt, I: int64(call.Args[0].OID)}, nil
	}
}

func registerSequences() {
	volatile := func(name string, params args, ret typ, doc string, f func(s expr.Session, a []value) (value, error)) *expr.Func {
		entry := fn(name, params, ret, doc, inSession(f))
		entry.Volatility = expr.Volatile
		return entry
	}
	integer := func(n int64, err error) (value, error) {
		if err != nil {
			return types.Null, err
		}
		return types.NewInt(n), nil
	}
	volatile("nextval", args{text}, int8, "Advances a sequence and returns its new value", func(s expr.Session, a []value) (value, error) {
		return integer(s.NextVal(a[0].S))
	})
	volatile("currval", args{text}, int8, "Value that nextval gave last in this session for a sequence", func(s expr.Session, a []value) (value, error) {
		return integer(s.CurrVal(a[0].S))
	})
	volatile("lastval", nil, int8, "Value that nextval gave last in this session", func(s expr.Session, _ []value) (value, error) {
		return integer(s.LastVal())
	})
	volatile("setval", args{text, int8}, int8, "Sets a sequence's value", func(s expr.Session, a []value) (value, error) {
		return integer(s.SetVal(a[0].S, a[1].I, true))
	})
	volatile("setval", args{text, int8, types.Bool}, int8, "Sets a sequence's value and whether it was given out", func(s expr.Session, a []value) (value, error) {
		return integer(s.SetVal(a[0].S, a[1].I, a[2].Bool()))
	})
	regclass := func(name string, more args, f func(s expr.Session, seq string, a []value) (value, error)) {
		fn(name, append(args{types.RegClass}, more...), int8, "The same, of a sequence given as regclass", func(c *expr.Context, a []value) (value, error) {
			if c.Session == nil {
				return types.Null, errNoSession
			}
			return f(c.Session, types.Format(a[0], types.RegClass, c.Env), a)
		}).Volatility = expr.Volatile
	}
	regclass("nextval", nil, func(s expr.Session, seq string, _ []value) (value, error) { return integer(s.NextVal(seq)) })
	regclass("currval", nil, func(s expr.Session, seq string, _ []value) (value, error) { return integer(s.CurrVal(seq)) })
	regclass("setval", args{int8}, func(s expr.Session, seq string, a []value) (value, error) {
		return integer(s.SetVal(seq, a[1].I, true))
	})
	regclass("setval", args{int8, types.Bool}, func(s expr.Session, seq string, a []value) (value, error) {
		return integer(s.SetVal(seq, a[1].I, a[2].Bool()))
	})
	lite := func(name, doc string, f func(s expr.Session) int64) {
		volatile(name, nil, int8, doc, func(s expr.Session, _ []value) (value, error) { return types.NewInt(f(s)), nil }).Source = "SQLite"
	}
	raise := fn("zqlite_raise", args{text, text}, types.Unknown, "RAISE of a trigger: IGNORE, or an error with the message", func(_ *expr.Context, a []value) (value, error) {
		if a[0].S == "ignore" {
			return types.Null, expr.ErrIgnoreRow
		}
		return types.Null, sqlerr.New(sqlerr.RaiseException, "%s", a[1].S)
	})
	raise.Volatility, raise.Source = expr.Volatile, "SQLite"
	fn("pg_trigger_depth", nil, types.Int4, "How many triggers are around the statement", func(c *expr.Context, _ []value) (value, error) {
		return types.NewInt(int64(c.TriggerDepth)), nil
	}).Volatility = expr.Volatile
	lite("last_insert_rowid", "Row id of the last row inserted in this session", expr.Session.LastInsertRowID)
	lite("last_insert_id", "Row id of the last row inserted in this session", expr.Session.LastInsertRowID)
	lite("changes", "Rows changed by the last statement that changes rows", expr.Session.Changes)
	lite("total_changes", "Rows changed since the session began", expr.Session.TotalChanges)
}

// Version is what version() and sqlite_version() name.
const Version = "0.1"

func registerSettings() {
	stable := func(name string, params args, ret typ, doc string, eval evaluet) *expr.Func {
		f := fn(name, params, ret, doc, eval)
		f.Volatility = expr.Stable
		return f
	}
	unknown := func(name string) error {
		return sqlerr.New(sqlerr.UndefinedObject, "unrecognized configuration parameter \"%s\"", name)
	}
	stable("current_setting", args{text}, text, "Value of a setting", inSession(func(s expr.Session, a []value) (value, error) {
		v, ok := s.Setting(strings.ToLower(a[0].S))
		if !ok {
			return types.Null, unknown(a[0].S)
		}
		return newText(v)
	}))
	stable("current_setting", args{text, types.Bool}, text, "Value of a setting; NULL for an unknown one where asked", inSession(func(s expr.Session, a []value) (value, error) {
		v, ok := s.Setting(strings.ToLower(a[0].S))
		switch {
		case ok:
			return newText(v)
		case a[1].Bool():
			return types.Null, nil
		}
		return types.Null, unknown(a[0].S)
	}))
	set := stable("set_config", args{text, text, types.Bool}, text, "Sets a setting, for the transaction where the last argument is true", inSession(func(s expr.Session, a []value) (value, error) {
		if a[0].IsNull() {
			return types.Null, sqlerr.New(sqlerr.NullValueNotAllowed, "SET requires parameter name")
		}
		name := strings.ToLower(a[0].S)
		if err := s.SetSetting(name, a[1].S, a[2].Bool()); err != nil {
			return types.Null, err
		}
		if a[2].Bool() { // outside of a transaction it held for nothing but this
			return newText(a[1].S)
		}
		v, _ := s.Setting(name)
		return newText(v)
	}))
	set.Volatility, set.NotStrict = expr.Volatile, true
	schema := inSession(func(s expr.Session, _ []value) (value, error) {
		if name := s.CurrentSchema(); name != "" {
			return value{K: types.KindText, S: name}, nil
		}
		return types.Null, nil
	})
	stable("current_schema", nil, types.Name, "Schema where new objects go", schema)
	for _, name := range []string{"current_user", "session_user", "user", "current_role"} {
		stable(name, nil, types.Name, "Name of the user", fromSetting("role", "zqlite"))
	}
	for _, name := range []string{"current_database", "current_catalog"} {
		stable(name, nil, types.Name, "Name of the database", fromSetting("zqlite.database", "main"))
	}
	stable("version", nil, text, "Version of the engine", func(*expr.Context, []value) (value, error) {
		return newText("PostgreSQL 15.0 (zqlite " + Version + ") on " + runtime.GOOS + "/" + runtime.GOARCH + ", " + runtime.Version())
	})
	sqlite("sqlite_version", nil, text, "Version of SQLite whose functions are there", func(*expr.Context, []value) (value, error) {
		return newText("3.45.0")
	})
	sqlite("zqlite_version", nil, text, "Version of the engine", func(*expr.Context, []value) (value, error) { return newText(Version) }).Source = "zqlite"
	f := fn("zqlite_tenant", nil, text, "The tenant that the statement works for; an error where none is set", func(c *expr.Context, _ []value) (value, error) {
		if c.Tenant == "" {
			return types.Null, expr.ErrNoTenant
		}
		return newText(c.Tenant)
	})
	f.Volatility, f.Source = expr.Stable, "zqlite"
	stable("pg_is_in_recovery", nil, types.Bool, "Always false", func(*expr.Context, []value) (value, error) { return types.NewBool(false), nil })
	registerSleep()
}

func fromSetting(name, fallback string) evaluet {
	return func(c *expr.Context, _ []value) (value, error) {
		if c.Session != nil {
			if v, ok := c.Session.Setting(name); ok && v != "" && v != "none" {
				return newText(v)
			}
		}
		return newText(fallback)
	}
}

// registerCatalogFunctions registers what the session's catalog answers.
func registerCatalogFunctions() {
	oid, name, boolean := types.Oid, types.Name, types.Bool
	list := []struct {
		name   string
		params args
		ret    typ
		doc    string
	}{
		{"format_type", args{oid, int4}, text, "SQL name of a type"},
		{"pg_get_expr", args{text, oid}, text, "Text of an expression"},
		{"pg_get_expr", args{text, oid, boolean}, text, "Text of an expression"},
		{"pg_get_constraintdef", args{oid}, text, "Definition of a constraint"},
		{"pg_get_constraintdef", args{oid, boolean}, text, "Definition of a constraint"},
		{"pg_get_indexdef", args{oid}, text, "Definition of an index"},
		{"pg_get_indexdef", args{oid, int4, boolean}, text, "Definition of an index or of one part"},
		{"pg_index_column_has_property", args{types.RegClass, int4, text}, boolean, "Whether a part of an index has a property"},
		{"pg_index_has_property", args{types.RegClass, text}, boolean, "Whether an index has a property"},
		{"pg_get_viewdef", args{oid}, text, "Query of a view"},
		{"pg_get_viewdef", args{oid, boolean}, text, "Query of a view"},
		{"pg_get_viewdef", args{oid, int4}, text, "Query of a view, its lines wrapped"},
		{"pg_get_viewdef", args{text}, text, "Query of a view"},
		{"pg_get_viewdef", args{text, boolean}, text, "Query of a view"},
		{"pg_get_triggerdef", args{oid}, text, "Definition of a trigger"},
		{"pg_get_triggerdef", args{oid, boolean}, text, "Definition of a trigger"},
		{"pg_get_functiondef", args{oid}, text, "Definition of a function"},
		{"pg_get_function_arguments", args{oid}, text, "Parameters of a function"},
		{"pg_get_function_identity_arguments", args{oid}, text, "Parameters of a function"},
		{"pg_get_function_result", args{oid}, text, "Result of a function"},
		{"pg_get_function_arg_default", args{oid, int4}, text, "Default of a function's parameter"},
		{"pg_get_ruledef", args{oid}, text, "Definition of a rule"},
		{"pg_get_userbyid", args{oid}, name, "Name of a role"},
		{"pg_get_serial_sequence", args{text, text}, text, "Sequence behind a column"},
		{"pg_get_partkeydef", args{oid}, text, "Partition key"},
		{"pg_get_statisticsobjdef_columns", args{oid}, text, "Columns of extended statistics"},
		{"pg_encoding_to_char", args{int4}, name, "Name of an encoding"},
		{"pg_table_is_visible", args{oid}, boolean, "Whether a relation is found without its schema"},
		{"pg_type_is_visible", args{oid}, boolean, "Whether a type is found without its schema"},
		{"pg_function_is_visible", args{oid}, boolean, "Whether a function is found without its schema"},
		{"pg_relation_is_publishable", args{types.RegClass}, boolean, "Whether a relation can be published"},
		{"to_regclass", args{text}, types.RegClass, "Relation of a name, or NULL"},
		{"to_regtype", args{text}, types.RegType, "Type of a name, or NULL"},
		{"to_regnamespace", args{text}, types.RegNamespace, "Schema of a name, or NULL"},
		{"to_regproc", args{text}, types.RegProc, "Function of a name, or NULL"},
		{"obj_description", args{oid}, text, "Comment of an object"},
		{"obj_description", args{oid, name}, text, "Comment of an object"},
		{"col_description", args{oid, int4}, text, "Comment of a column"},
		{"shobj_description", args{oid, name}, text, "Comment of a shared object"},
		{"current_schemas", args{boolean}, types.ArrayOf(name), "Schemas in the search path"},
		{"pg_sequence_last_value", args{types.RegClass}, int8, "Last value of a sequence"},
		{"pg_my_temp_schema", nil, oid, "Temporary schema"},
		{"pg_is_other_temp_schema", args{oid}, boolean, "Whether a schema is another session's"},
		{"pg_tablespace_location", args{oid}, text, "Directory of a tablespace"},
	}
	for _, e := range list {
		f := catalogFunction(e.name, e.params, e.ret, e.doc)
		f.NotStrict = e.name == "format_type"
	}
	registerAdvisory()
}

// catalogFunction registers a function that the session answers by its name.
func catalogFunction(name string, params args, ret typ, doc string) *expr.Func {
	f := fn(name, params, ret, doc, inSession(func(s expr.Session, a []value) (value, error) {
		return s.CatalogFunc(name, a)
	}))
	f.Volatility = expr.Stable
	return f
}

// registerAdvisory registers the functions of advisory locks, over one number
// or two smaller ones.
func registerAdvisory() {
	list := []struct {
		name string
		ret  typ
		doc  string
	}{
		{"pg_advisory_lock", types.Void, "Takes an advisory lock for the session"},
		{"pg_advisory_lock_shared", types.Void, "Takes a shared advisory lock for the session"},
		{"pg_advisory_xact_lock", types.Void, "Takes an advisory lock until the transaction ends"},
		{"pg_advisory_xact_lock_shared", types.Void, "Takes a shared advisory lock until the transaction ends"},
		{"pg_try_advisory_lock", types.Bool, "Takes an advisory lock for the session if it is free"},
		{"pg_try_advisory_lock_shared", types.Bool, "Takes a shared advisory lock for the session if it is free"},
		{"pg_try_advisory_xact_lock", types.Bool, "Takes an advisory lock until the transaction ends if it is free"},
		{"pg_try_advisory_xact_lock_shared", types.Bool, "Takes a shared advisory lock until the transaction ends if it is free"},
		{"pg_advisory_unlock", types.Bool, "Releases an advisory lock of the session"},
		{"pg_advisory_unlock_shared", types.Bool, "Releases a shared advisory lock of the session"},
	}
	for _, e := range list {
		for _, params := range []args{{int8}, {int4, int4}} {
			catalogFunction(e.name, params, e.ret, e.doc).Volatility = expr.Volatile
		}
	}
	catalogFunction("pg_advisory_unlock_all", nil, types.Void, "Releases all advisory locks of the session").Volatility = expr.Volatile
}
