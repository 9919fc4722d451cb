package syscat

import (
	"fmt"
	"iter"
	"strconv"
	"strings"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/deparse"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sql/parser"
	"github.com/zqlite/zqlite/internal/types"
)

// routineTexts answer the functions that describe a SQL function, by name.
var routineTexts = map[string]func(v *View, f *catalog.SQLFunction) types.Value{
	"pg_get_functiondef":                 func(v *View, f *catalog.SQLFunction) types.Value { return txt(v.functionDefinition(f)) },
	"pg_get_function_arguments":          func(v *View, f *catalog.SQLFunction) types.Value { return txt(v.argumentList(f, true)) },
	"pg_get_function_identity_arguments": func(v *View, f *catalog.SQLFunction) types.Value { return txt(v.argumentList(f, false)) },
	"pg_get_function_sqlbody":            func(v *View, f *catalog.SQLFunction) types.Value { return optional(v.standardBody(f)) },
	"pg_get_function_result": func(v *View, f *catalog.SQLFunction) types.Value {
		if f.Procedure {
			return types.Null
		}
		return txt(v.resultOf(f))
	},
}

// functionText answers one of routineTexts.
func functionText(name string) func(*View, []types.Value) types.Value {
	return func(v *View, a []types.Value) types.Value {
		for f := range v.functions() {
			if int64(f.ID) == a[0].I && (f.Aggregate == nil || name != "pg_get_functiondef") {
				return routineTexts[name](v, v.Catalog.Current(f))
			}
		}
		return types.Null
	}
}

// argDefault is pg_get_function_arg_default.
func argDefault(v *View, a []types.Value) types.Value {
	for f := range v.functions() {
		if int64(f.ID) != a[0].I {
			continue
		}
		f = v.Catalog.Current(f)
		for i, p := range f.Params() {
			if int64(i+1) == a[1].I {
				return optional(v.defaultOf(f, p))
			}
		}
	}
	return types.Null
}

// defaultOf is the text of a parameter's default, "" for none.
func (v *View) defaultOf(f *catalog.SQLFunction, p catalog.Param) string {
	k := p.In - (len(f.Args) - len(f.Defaults))
	if p.In < 0 || k < 0 {
		return ""
	}
	return v.assigned(f.Defaults[k], p.Field.Type, false)
}

// argumentList writes the parameters of a function as CREATE FUNCTION takes
// them, with or without defaults.
func (v *View) argumentList(f *catalog.SQLFunction, defaults bool) string {
	var list []string
	for i, p := range f.Params() {
		text := types.FormatType(p.Field.Type)
		if p.Field.Name != "" {
			text = ast.QuoteIdent(p.Field.Name) + " " + text
		}
		switch p.Mode {
		case 't':
			continue
		case 'o':
			text = "OUT " + text
		case 'b':
			text = "INOUT " + text
		case 'v':
			text = "VARIADIC " + text
		default:
			if f.Procedure {
				text = "IN " + text
			}
		}
		if d := v.defaultOf(f, p); defaults && d != "" {
			text += " DEFAULT " + d
		}
		if a := f.Aggregate; a != nil && a.Kind != 'n' && a.Direct == i {
			text = "ORDER BY " + text
			if i > 0 {
				list[i-1] += " " + text
				text = list[i-1]
				list = list[:i-1]
			}
		}
		list = append(list, text)
	}
	return strings.Join(list, ", ")
}

func (v *View) resultOf(f *catalog.SQLFunction) string {
	switch {
	case strings.Contains(f.Modes, "t") || f.Modes == "" && f.Parallel == 0 && f.Set && len(f.Cols) > 0:
		var list []string
		for _, c := range f.Cols {
			list = append(list, ast.QuoteIdent(c.Name)+" "+types.FormatType(c.Type))
		}
		return "TABLE(" + strings.Join(list, ", ") + ")"
	case f.Set:
		return "SETOF " + types.FormatType(f.Ret)
	}
	return types.FormatType(f.Ret)
}

// functionDefinition is what pg_get_functiondef says.
func (v *View) functionDefinition(f *catalog.SQLFunction) string {
	var b strings.Builder
	if f.Procedure {
		fmt.Fprintf(&b, "CREATE OR REPLACE PROCEDURE %s(%s)\n", qualified(f.Schema, f.Name), v.argumentList(f, true))
	} else {
		fmt.Fprintf(&b, "CREATE OR REPLACE FUNCTION %s(%s)\n RETURNS %s\n", qualified(f.Schema, f.Name), v.argumentList(f, true), v.resultOf(f))
	}
	b.WriteString(" LANGUAGE sql\n")
	if p := properties(f); p != "" {
		b.WriteString(p + "\n")
	}
	if f.PathWritten != "" {
		list := make([]string, len(f.SearchPath))
		for i, name := range f.SearchPath {
			list[i] = "'" + strings.ReplaceAll(name, "'", "''") + "'"
		}
		b.WriteString(" SET search_path TO " + strings.Join(list, ", ") + "\n")
	}
	return b.String() + v.functionBody(f) + "\n"
}

// properties are the words between a function's language and its body.
func properties(f *catalog.SQLFunction) string {
	var b strings.Builder
	add := func(yes bool, word string) {
		if yes {
			b.WriteString(" " + word)
		}
	}
	add(f.Volatile == 'i', "IMMUTABLE")
	add(f.Volatile == 's', "STABLE")
	add(f.Parallel == 's', "PARALLEL SAFE")
	add(f.Parallel == 'r', "PARALLEL RESTRICTED")
	add(f.Strict, "STRICT")
	add(f.Definer, "SECURITY DEFINER")
	add(f.Leakproof, "LEAKPROOF")
	add(f.Cost != "" && f.Cost != "100", "COST "+f.Cost)
	add(f.Rows != "" && f.Rows != "1000", "ROWS "+f.Rows)
	return b.String()
}

// standardBody is a body that is not between quotes, "" for one that is.
func (v *View) standardBody(f *catalog.SQLFunction) string {
	atomic := f.Source == "" && f.Modes != "" || f.Source == "" && len(f.Args) == 0 && f.Parallel != 0
	if !f.Return && !atomic {
		return ""
	}
	if v.Binder != nil {
		if text, err := deparse.Body(v.Binder(), f); err == nil {
			return text
		}
	}
	if f.Return { // it cannot be bound, or changes tables: as it is stored
		return "RETURN " + strings.TrimPrefix(f.Body, "SELECT ")
	}
	text := "BEGIN ATOMIC\n"
	for _, st := range statementsOf(f) {
		text += " " + st + ";\n"
	}
	return text + "END"
}

// functionBody is the body as CREATE FUNCTION takes it.
func (v *View) functionBody(f *catalog.SQLFunction) string {
	if text := v.standardBody(f); text != "" {
		return text
	}
	text := sourceOf(f)
	tag := "$function$"
	if f.Procedure {
		tag = "$procedure$"
	}
	for n := 1; strings.Contains(text, tag); n++ {
		tag = fmt.Sprintf("$function%d$", n)
	}
	return "AS " + tag + text + tag
}

// sourceOf is the body as pg_proc.prosrc has it.
func sourceOf(f *catalog.SQLFunction) string {
	switch {
	case f.Source == " ":
		return ""
	case f.Source != "":
		return f.Source
	case f.Parallel != 0: // not between quotes
		return ""
	}
	return f.Body
}

// statementsOf are the texts of a body's statements.
func statementsOf(f *catalog.SQLFunction) []string {
	list, err := parser.Parse(f.Body)
	if err != nil { // stored text that does not parse is shown as it is
		return []string{f.Body}
	}
	out := make([]string, len(list))
	for i, st := range list {
		out[i] = ast.Format(st.Stmt)
	}
	return out
}

// procRow is a SQL function's row of pg_proc.
func (v *View) procRow(f *catalog.SQLFunction) row {
	f = v.Catalog.Current(f)
	kind := "f"
	if f.Procedure {
		kind = "p"
	}
	language := sqlLanguage
	if f.Aggregate != nil {
		kind, language = "a", internalLanguage
	}
	x := function(f.ID, f.Name, v.schemaID(f.Schema), language, kind, fieldTypes(f.Args), f.Ret)
	x["provolatile"], x["proretset"], x["proisstrict"] = letter(f.Volatile), yes(f.Set), yes(f.Strict)
	x["prosrc"], x["pronargdefaults"] = txt(sourceOf(f)), num(len(f.Defaults))
	x["proleakproof"], x["prosecdef"] = yes(f.Leakproof), yes(f.Definer)
	x["proparallel"], x["procost"], x["prorows"] = letter(byte('u')), real(100), real(0)
	if f.Parallel != 0 {
		x["proparallel"] = letter(f.Parallel)
	}
	if n, err := strconv.ParseFloat(f.Cost, 64); err == nil {
		x["procost"] = types.NewFloat(n)
	}
	if f.Set {
		x["prorows"] = real(1000)
	}
	if n := len(f.Defaults); n > 0 {
		list := make([]string, n)
		for i, d := range f.Defaults {
			list[i] = v.assigned(d, f.Args[len(f.Args)-n+i].Type, false)
		}
		x["proargdefaults"] = txt(strings.Join(list, ", "))
	}
	if n, err := strconv.ParseFloat(f.Rows, 64); err == nil {
		x["prorows"] = types.NewFloat(n)
	}
	if f.PathWritten != "" {
		x["proconfig"] = names([]string{f.PathWritten})
	}
	if f.Aggregate != nil {
		x["prosrc"], x["procost"] = txt("aggregate_dummy"), real(1)
	}
	parameterColumns(x, f)
	return x
}

// parameterColumns says what pg_proc does of names and modes of parameters.
func parameterColumns(x row, f *catalog.SQLFunction) {
	var argNames, modes []string
	var all []types.OID
	named, moded, outs := false, false, false
	for _, p := range f.Params() {
		argNames, modes, all = append(argNames, p.Field.Name), append(modes, string(p.Mode)), append(all, p.Field.Type.OID)
		named, moded, outs = named || p.Field.Name != "", moded || p.Mode != 'i', outs || p.Mode != 'i'
		if p.Mode == 'v' {
			x["provariadic"] = num(types.Any.OID)
			if p.Field.Type.Elem != nil {
				x["provariadic"] = num(p.Field.Type.Elem.OID)
			} else if p.Field.Type.Is(types.AnyArray) {
				x["provariadic"] = num(types.AnyElement.OID)
			}
		}
	}
	if named {
		x["proargnames"] = names(argNames)
	}
	if moded {
		letters := make([]types.Value, len(modes))
		for i, m := range modes {
			letters[i] = types.NewText(m)
		}
		x["proargmodes"] = types.NewArray(letters, types.CharByte)
	}
	if outs {
		oids := make([]types.Value, len(all))
		for i, o := range all {
			oids[i] = types.NewInt(int64(o))
		}
		x["proallargtypes"] = types.NewArray(oids, types.Oid)
	}
}

// infoParameters is information_schema.parameters.
func infoParameters(v *View) iter.Seq[row] {
	return func(yield func(row) bool) {
		for f := range v.functions() {
			f = v.Catalog.Current(f)
			for i, p := range f.Params() {
				mode := "IN"
				switch p.Mode {
				case 'o', 't':
					mode = "OUT"
				case 'b':
					mode = "INOUT"
				}
				x := v.udt(row{
					"specific_catalog": txt(Database), "specific_schema": txt(f.Schema), "specific_name": txt(fmt.Sprintf("%s_%d", f.Name, f.ID)),
					"ordinal_position": num(i + 1), "parameter_mode": txt(mode), "is_result": txt("NO"), "as_locator": txt("NO"),
					"parameter_name": optional(p.Field.Name), "data_type": dataType(p.Field.Type), "dtd_identifier": txt(fmt.Sprint(i + 1)),
					"parameter_default": optional(v.defaultOf(f, p)),
				}, p.Field.Type)
				if !yield(x) {
					return
				}
			}
		}
	}
}
