package builtins

import "github.com/zqlite/zqlite/internal/expr"

// parameterNames are the names of parameters for calls in named notation, as
// PostgreSQL's catalog has them, and after a bar the defaults of the last ones.
// This file is initialised after those that register the functions.
var parameterNames = []struct {
	functions []string
	names     []string
	defaults  []string
}{
	{[]string{"json_extract_path", "json_extract_path_text", "jsonb_extract_path", "jsonb_extract_path_text"}, []string{"from_json", "path_elems"}, nil},
	{[]string{"json_array_elements", "json_array_elements_text", "json_each", "json_each_text", "jsonb_array_elements", "jsonb_array_elements_text", "jsonb_each", "jsonb_each_text"},
		[]string{"from_json"}, nil},
	{[]string{"jsonb_insert"}, []string{"jsonb_in", "path", "replacement", "insert_after"}, []string{"false"}},
	{[]string{"jsonb_set"}, []string{"jsonb_in", "path", "replacement", "create_if_missing"}, []string{"true"}},
	{[]string{"jsonb_set_lax"}, []string{"jsonb_in", "path", "replacement", "create_if_missing", "null_value_treatment"}, []string{"true", "use_json_null"}},
	{[]string{"jsonb_path_query", "jsonb_path_exists", "jsonb_path_match", "jsonb_path_query_array", "jsonb_path_query_first",
		"jsonb_path_query_tz", "jsonb_path_exists_tz", "jsonb_path_match_tz", "jsonb_path_query_array_tz", "jsonb_path_query_first_tz"},
		[]string{"target", "path", "vars", "silent"}, []string{"{}", "false"}},
	{[]string{"make_date"}, []string{"year", "month", "day"}, nil},
	{[]string{"make_time"}, []string{"hour", "min", "sec"}, nil},
	{[]string{"make_timestamp", "make_timestamptz"}, []string{"year", "month", "mday", "hour", "min", "sec"}, nil},
	{[]string{"make_timestamptz"}, []string{"year", "month", "mday", "hour", "min", "sec", "timezone"}, nil},
	{[]string{"make_interval"}, []string{"years", "months", "weeks", "days", "hours", "mins", "secs"}, []string{"0", "0", "0", "0", "0", "0", "0"}},
	{[]string{"parse_ident"}, []string{"str", "strict"}, []string{"true"}},
	{[]string{"json_populate_record", "json_populate_recordset"}, []string{"base", "from_json", "use_json_as_text"}, []string{"false"}},
}

func init() {
	for _, p := range parameterNames {
		for _, name := range p.functions {
			for _, f := range expr.Functions(name) {
				if len(f.Args) == len(p.names) {
					f.ArgNames, f.DefaultTexts = p.names, p.defaults
				}
			}
			for _, f := range expr.SetFuncs(name) {
				if len(f.Args) == len(p.names) {
					f.ArgNames, f.DefaultTexts = p.names, p.defaults
				}
			}
		}
	}
}
