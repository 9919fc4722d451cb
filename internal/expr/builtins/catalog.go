package builtins

import (
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sql/scanner"
	"github.com/zqlite/zqlite/internal/types"
)

// catalogEntry is a function that the session answers by its name.
type catalogEntry struct {
	name   string
	params args
	ret    typ
	doc    string
}

func init() {
	for _, e := range catalogEntries() {
		f := catalogFunction(e.name, e.params, e.ret, e.doc)
		switch e.name {
		case "pg_cancel_backend", "pg_terminate_backend", "txid_current", "pg_current_xact_id":
			f.Volatility = expr.Volatile
		}
	}
	registerPrivileges()
	registerKeywords()
	none := func(*expr.Context, []value) (func([]value) (bool, error), error) { return rowsOf(0, nil), nil }
	for _, name := range []string{"pg_partition_ancestors", "pg_partition_tree"} {
		cols := []types.Field{{Name: "relid", Type: types.RegClass}}
		if name == "pg_partition_tree" {
			cols = append(cols, types.Field{Name: "parentrelid", Type: types.RegClass},
				types.Field{Name: "isleaf", Type: types.Bool}, types.Field{Name: "level", Type: int4})
		}
		expr.RegisterSet(&expr.SetFunc{Name: name, Args: args{types.RegClass}, Cols: cols, Open: none, Source: "PostgreSQL",
			Doc: "Partitions around a relation: nothing, as for every table without partitions"})
	}
}

func catalogEntries() []catalogEntry {
	oid, name, boolean, regclass := types.Oid, types.Name, types.Bool, types.RegClass
	list := []catalogEntry{
		{"pg_char_to_encoding", args{name}, int4, "Number of an encoding, -1 for one that is not here"},
		{"pg_get_function_sqlbody", args{oid}, text, "Body of a function in the standard's form"},
		{"pg_get_ruledef", args{oid, boolean}, text, "Definition of a rule"},
		{"pg_get_statisticsobjdef", args{oid}, text, "Definition of extended statistics"},
		{"pg_get_partition_constraintdef", args{oid}, text, "Condition of a partition"},
		{"pg_partition_root", args{regclass}, regclass, "Topmost table of a partition"},
		{"pg_relation_size", args{regclass}, int8, "Bytes of a relation's rows"},
		{"pg_relation_size", args{regclass, text}, int8, "Bytes of a part of a relation"},
		{"pg_table_size", args{regclass}, int8, "Bytes of a table without its indexes"},
		{"pg_indexes_size", args{regclass}, int8, "Bytes of a table's indexes"},
		{"pg_total_relation_size", args{regclass}, int8, "Bytes of a table and its indexes"},
		{"pg_database_size", args{name}, int8, "Bytes of the database's files"},
		{"pg_database_size", args{oid}, int8, "Bytes of the database's files"},
		{"pg_tablespace_size", args{name}, int8, "Bytes of a tablespace"},
		{"pg_tablespace_size", args{oid}, int8, "Bytes of a tablespace"},
		{"pg_relation_filenode", args{regclass}, oid, "Number of a relation's storage"},
		{"pg_relation_filepath", args{regclass}, text, "File of a relation: NULL, as all are in one"},
		{"pg_filenode_relation", args{oid, oid}, regclass, "Relation of a storage number"},
		{"pg_relation_is_updatable", args{regclass, boolean}, int4, "What can be done with a relation, as bits: 4 update, 8 insert, 16 delete"},
		{"pg_column_is_updatable", args{regclass, types.Int2, boolean}, boolean, "Whether a column can be changed"},
		{"pg_describe_object", args{oid, oid, int4}, text, "Words for an object of the catalog"},
		{"row_security_active", args{text}, boolean, "Whether policies hide rows of a table"},
		{"row_security_active", args{oid}, boolean, "Whether policies hide rows of a table"},
		{"to_regprocedure", args{text}, types.RegProcedure, "Function of a name with parameters, or NULL"},
		{"to_regoper", args{text}, types.RegOper, "Operator of a name, or NULL"},
		{"to_regoperator", args{text}, types.RegOperator, "Operator of a name with operands, or NULL"},
		{"to_regrole", args{text}, types.RegRole, "Role of a name, or NULL"},
		{"to_regcollation", args{text}, types.RegCollation, "Collation of a name, or NULL"},
	}
	moment := types.TimestampTZ
	list = append(list,
		catalogEntry{"pg_backend_pid", nil, int4, "Number of the session"},
		catalogEntry{"pg_postmaster_start_time", nil, moment, "When the database was opened"},
		catalogEntry{"pg_conf_load_time", nil, moment, "When the database was opened"},
		catalogEntry{"txid_current", nil, int8, "Number of the transaction, given at the first call"},
		catalogEntry{"pg_current_xact_id", nil, int8, "Number of the transaction, given at the first call"},
		catalogEntry{"txid_current_if_assigned", nil, int8, "Number of the transaction, NULL where none was given"},
		catalogEntry{"pg_current_xact_id_if_assigned", nil, int8, "Number of the transaction, NULL where none was given"},
		catalogEntry{"pg_cancel_backend", args{int4}, boolean, "Ends the statement of a session: only the own one"},
		catalogEntry{"pg_terminate_backend", args{int4}, boolean, "Ends a session: false where there is none of the number"})
	for _, of := range []string{"collation", "conversion", "opclass", "operator", "opfamily", "statistics_obj", "ts_config", "ts_dict", "ts_parser", "ts_template"} {
		list = append(list, catalogEntry{"pg_" + of + "_is_visible", args{oid}, boolean, "Whether an object is found without its schema"})
	}
	return list
}

// registerPrivileges registers has_…_privilege of every kind of object: of a
// name or an oid, of the user or of one named by name or oid.
func registerPrivileges() {
	objects := []args{{text}, {types.Oid}}
	users := []args{nil, {types.Name}, {types.Oid}}
	add := func(name string, objects []args) {
		for _, u := range users {
			for _, o := range objects {
				params := append(append(append(args{}, u...), o...), text)
				catalogFunction(name, params, types.Bool, "Whether a role has a right")
			}
		}
	}
	for _, kind := range []string{"any_column", "database", "foreign_data_wrapper", "function", "language", "schema", "sequence", "server",
		"table", "tablespace", "type"} {
		add("has_"+kind+"_privilege", objects)
	}
	add("has_parameter_privilege", []args{{text}})
	add("has_column_privilege", []args{{text, text}, {text, types.Int2}, {types.Oid, text}, {types.Oid, types.Int2}})
	add("pg_has_role", []args{{types.Name}, {types.Oid}})
}

// registerKeywords registers pg_get_keywords.
func registerKeywords() {
	letters, words := "UCTR", []string{"unreserved", "unreserved (cannot be function or type name)",
		"reserved (can be function or type name)", "reserved"}
	cols := []types.Field{{Name: "word", Type: text}, {Name: "catcode", Type: types.CharByte}, {Name: "barelabel", Type: types.Bool},
		{Name: "catdesc", Type: text}, {Name: "baredesc", Type: text}}
	expr.RegisterSet(&expr.SetFunc{Name: "pg_get_keywords", Cols: cols, Source: "PostgreSQL", Doc: "The keywords, a row each",
		Open: func(*expr.Context, []value) (func([]value) (bool, error), error) {
			list, i := scanner.Keywords(), 0
			return func(row []value) (bool, error) {
				if i == len(list) {
					return false, nil
				}
				k := list[i]
				i++
				bare := "requires AS"
				if k.Bare {
					bare = "can be bare label"
				}
				row[0], row[1], row[2] = types.NewText(k.Word), types.NewText(letters[k.Category:k.Category+1]), types.NewBool(k.Bare)
				row[3], row[4] = types.NewText(words[k.Category]), types.NewText(bare)
				return true, nil
			}, nil
		}})
}
