package shell

import (
	"context"
	"fmt"
	"os"
	"sort"
	"strings"

	"github.com/zqlite/zqlite/cmd/zqlite/output"
)

// command is what a line that is not SQL does.
type command struct {
	names []string // the first as psql has it, then as sqlite3 has it
	args  string
	help  string
	run   func(s *Shell, args []string) error
}

var commands []command

func init() {
	commands = []command{
		{[]string{`\q`, ".quit", ".exit"}, "", "leave", func(s *Shell, _ []string) error { s.quit = true; return nil }},
		{[]string{`\?`, ".help", `\h`}, "", "this list", help},
		{[]string{`\d`, `\d+`}, "[NAME]", "tables, or the columns, keys and indexes of one", describe},
		{[]string{`\dt`, ".tables"}, "", "tables", list(`SELECT table_schema AS schema, table_name AS name, obj_description((quote_ident(table_schema) || '.' || quote_ident(table_name))::regclass) AS comment
			FROM information_schema.tables WHERE table_type <> 'VIEW' AND ` + users("table_schema") + ` ORDER BY 1, 2`)},
		{[]string{`\dv`, ".views"}, "", "views", list(`SELECT schemaname AS schema, viewname AS name FROM pg_views WHERE ` + users("schemaname") + `
			UNION ALL SELECT schemaname, matviewname || ' (materialized)' FROM pg_matviews ORDER BY 1, 2`)},
		{[]string{`\di`, ".indexes", ".indices"}, "", "indexes", list(`SELECT tablename AS "table", indexname AS name, indexdef AS definition FROM pg_indexes WHERE ` + users("schemaname") + ` ORDER BY 1, 2`)},
		{[]string{`\ds`}, "", "sequences", list(`SELECT schemaname AS schema, sequencename AS name, data_type::text AS type, last_value FROM pg_sequences ORDER BY 1, 2`)},
		{[]string{`\dn`, ".databases"}, "", "schemas", list(`SELECT nspname AS name FROM pg_namespace WHERE ` + users("nspname") + ` ORDER BY 1`)},
		{[]string{`\dT`}, "", "types", list(`SELECT n.nspname AS schema, t.typname AS name, CASE t.typtype::text WHEN 'e' THEN (SELECT string_agg(enumlabel, ', ' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid)
			WHEN 'd' THEN 'domain over ' || format_type(t.typbasetype, t.typtypmod) ELSE 'composite' END AS what
			FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.typtype IN ('e', 'd') AND ` + users("n.nspname") + ` ORDER BY 1, 2`)},
		{[]string{`\dm`}, "", "materialized views", list(`SELECT schemaname AS schema, matviewname AS name, ispopulated AS filled FROM pg_matviews WHERE ` + users("schemaname") + ` ORDER BY 1, 2`)},
		{[]string{`\df`}, "[NAME]", "functions", functions},
		{[]string{`\sf`}, "NAME", "the text of a function", source(`SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proname = $1 ORDER BY oid`)},
		{[]string{`\sv`}, "NAME", "the query of a view", source(`SELECT pg_get_viewdef(to_regclass($1))`)},
		{[]string{`.schema`}, "[TABLE]", "the statements that make the schema, or a table", schemaText},
		{[]string{`.dump`}, "[FILE]", "the database as SQL", dump},
		{[]string{`.import`}, "FILE TABLE", "rows of a CSV, TSV, JSON or NDJSON file", importFile},
		{[]string{`\copy`}, "TABLE|(QUERY) TO|FROM FILE [OPTIONS]", "COPY with a file of this machine", copyFile},
		{[]string{`.backup`}, "FILE", "a copy of the database in a new file", backup},
		{[]string{`\x`}, "", "one column a line, or a table again", func(s *Shell, _ []string) error {
			if s.Style.Mode == output.Vertical {
				s.Style.Mode = output.Table
			} else {
				s.Style.Mode = output.Vertical
			}
			fmt.Fprintf(s.Out, "Output is %s.\n", s.Style.Mode)
			return nil
		}},
		{[]string{`\mode`, ".mode"}, "MODE", "table, csv, json, markdown, vertical or list", func(s *Shell, args []string) (err error) {
			if len(args) != 1 {
				return fmt.Errorf("the output mode is %s", s.Style.Mode)
			}
			m, err := output.Parse(args[0])
			if err == nil {
				s.Style.Mode = m
			}
			return err
		}},
		{[]string{`\null`, ".nullvalue"}, "TEXT", "what stands for NULL", func(s *Shell, args []string) error { s.Style.Null = strings.Join(args, " "); return nil }},
		{[]string{`\timing`, ".timer"}, "[on|off]", "the time of each statement", onOff(func(s *Shell) *bool { return &s.Timing }, "Timing")},
		{[]string{`\header`, ".headers", ".header"}, "[on|off]", "names of columns in csv and list", onOff(func(s *Shell) *bool { return &s.Style.Header }, "Headers")},
		{[]string{`\i`, ".read"}, "FILE", "run a file", include},
		{[]string{`\o`, ".output"}, "[FILE]", "print to a file, or here again", redirect},
		{[]string{`\echo`, ".print"}, "TEXT", "print the text", func(s *Shell, args []string) error {
			fmt.Fprintln(s.out(), strings.Join(args, " "))
			return nil
		}},
		{[]string{`\!`, ".shell"}, "COMMAND", "run a command of the system", system},
		{[]string{`\cd`, ".cd"}, "DIRECTORY", "where files are looked for", func(_ *Shell, args []string) error {
			if len(args) != 1 {
				return fmt.Errorf("name one directory")
			}
			return os.Chdir(args[0])
		}},
		{[]string{`\conninfo`, ".show"}, "", "settings", list(`SELECT name, setting FROM pg_settings ORDER BY name`)},
	}
}

// users leaves out the schemas of the system.
func users(column string) string {
	return column + ` NOT IN ('pg_catalog', 'information_schema') AND ` + column + ` NOT LIKE 'pg\_%'`
}

// command finds and runs a command.
func (s *Shell) command(line string) {
	words := strings.Fields(strings.TrimSuffix(line, ";"))
	for _, c := range commands {
		for _, name := range c.names {
			if name == words[0] {
				s.report(c.run(s, words[1:]))
				return
			}
		}
	}
	s.report(fmt.Errorf("there is no command %s%s; \\? lists them", words[0], likely(words[0])))
}

func help(s *Shell, _ []string) error {
	fmt.Fprintln(s.Out, "SQL ends with a semicolon. Ctrl-C cancels what runs; Ctrl-D leaves.")
	for _, c := range commands {
		fmt.Fprintf(s.Out, "  %-24s %s\n", c.names[0]+" "+c.args, c.help+aka(c.names[1:]))
	}
	return nil
}

func aka(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return " (" + strings.Join(names, ", ") + ")"
}

func onOff(flag func(*Shell) *bool, what string) func(*Shell, []string) error {
	return func(s *Shell, args []string) error {
		f := flag(s)
		switch {
		case len(args) == 0:
			*f = !*f
		case args[0] == "on" || args[0] == "off":
			*f = args[0] == "on"
		default:
			return fmt.Errorf("on or off, not %q", args[0])
		}
		fmt.Fprintf(s.Out, "%s %s.\n", what, map[bool]string{true: "is on", false: "is off"}[*f])
		return nil
	}
}

func list(query string) func(*Shell, []string) error {
	return func(s *Shell, _ []string) error { return s.print(query) }
}

func (s *Shell) print(query string, args ...any) error {
	rows, err := s.DB.QueryContext(context.Background(), query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	n, err := output.Write(s.out(), rows, s.Style)
	if err == nil && n == 0 && s.Style.Mode == output.Table {
		fmt.Fprintln(s.out(), "(none)")
	}
	return err
}

func functions(s *Shell, args []string) error {
	pattern := "%"
	if len(args) > 0 {
		pattern = strings.ReplaceAll(args[0], "*", "%")
	}
	return s.print(`SELECT n.nspname AS schema, p.proname AS name, coalesce(pg_get_function_result(p.oid), format_type(p.prorettype, NULL)) AS result,
		coalesce(pg_get_function_arguments(p.oid), (SELECT string_agg(format_type(a, NULL), ', ') FROM unnest(p.proargtypes) a), '') AS arguments
		FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE p.proname LIKE $1 AND ($1 <> '%' OR n.nspname <> 'pg_catalog') ORDER BY 2, 4`, pattern)
}

// describe shows one relation, or lists all.
func describe(s *Shell, args []string) error {
	if len(args) == 0 {
		return s.print(`SELECT n.nspname AS schema, c.relname AS name, CASE c.relkind::text WHEN 'r' THEN 'table' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence' END AS kind,
			CASE WHEN c.relkind IN ('r', 'm') THEN c.reltuples::bigint END AS rows
			FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'v', 'm', 'S') AND ` + users("n.nspname") + ` ORDER BY 1, 2`)
	}
	var oid int64
	name := strings.TrimSuffix(args[0], ";")
	if err := s.DB.QueryRowContext(context.Background(), `SELECT coalesce(to_regclass($1)::oid::bigint, 0)`, name).Scan(&oid); err != nil {
		return err
	}
	if oid == 0 {
		return fmt.Errorf("there is no table or view %s; \\d lists them", name)
	}
	err := s.print(`SELECT a.attname AS column, format_type(a.atttypid, a.atttypmod) AS type, CASE WHEN a.attnotnull THEN 'not null' ELSE '' END AS "null",
		CASE WHEN a.attidentity = 'a' THEN 'generated always as identity' WHEN a.attidentity = 'd' THEN 'generated by default as identity'
			WHEN a.attgenerated = 's' THEN 'generated always as (' || pg_get_expr(d.adbin, d.adrelid) || ') stored' ELSE coalesce(pg_get_expr(d.adbin, d.adrelid), '') END AS default,
		coalesce(col_description(a.attrelid, a.attnum), '') AS comment
		FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum WHERE a.attrelid = $1::bigint::oid AND a.attnum > 0 ORDER BY a.attnum`, oid)
	if err != nil {
		return err
	}
	return s.details(oid)
}

// details lists what hangs on a relation, one line each.
func (s *Shell) details(oid int64) error {
	for _, part := range []struct{ title, query string }{
		{"Indexes", `SELECT '"' || ci.relname || '" ' || CASE WHEN i.indisprimary THEN 'PRIMARY KEY, ' WHEN i.indisunique THEN 'UNIQUE, ' ELSE '' END || substr(pg_get_indexdef(i.indexrelid), position(' USING ' IN pg_get_indexdef(i.indexrelid)) + 7)
			FROM pg_index i JOIN pg_class ci ON ci.oid = i.indexrelid WHERE i.indrelid = $1::bigint::oid ORDER BY i.indisprimary DESC, 1`},
		{"Check constraints", `SELECT '"' || conname || '" ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = $1::bigint::oid AND contype = 'c' ORDER BY 1`},
		{"Foreign keys", `SELECT '"' || conname || '" ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = $1::bigint::oid AND contype = 'f' ORDER BY 1`},
		{"Referenced by", `SELECT conrelid::regclass::text || ' "' || conname || '" ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE confrelid = $1::bigint::oid AND contype = 'f' ORDER BY 1`},
		{"Triggers", `SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = $1::bigint::oid AND NOT tgisinternal ORDER BY 1`},
		{"View definition", `SELECT pg_get_viewdef(oid) FROM pg_class WHERE oid = $1::bigint::oid AND relkind IN ('v', 'm')`},
	} {
		rows, err := s.DB.QueryContext(context.Background(), part.query, oid)
		if err != nil {
			return err
		}
		first := true
		for rows.Next() {
			var line string
			if err := rows.Scan(&line); err != nil {
				rows.Close()
				return err
			}
			if first {
				fmt.Fprintf(s.out(), "%s:\n", part.title)
				first = false
			}
			fmt.Fprintf(s.out(), "    %s\n", line)
		}
		if err := rows.Close(); err != nil {
			return err
		}
	}
	fmt.Fprintln(s.out())
	return nil
}

func include(s *Shell, args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("name one file")
	}
	if s.depth >= maxDepth {
		return fmt.Errorf("scripts that run scripts are more than %d deep", maxDepth)
	}
	f, err := os.Open(args[0])
	if err != nil {
		return err
	}
	defer f.Close()
	s.depth++
	defer func() { s.depth-- }()
	return s.Run(f)
}

func redirect(s *Shell, args []string) error {
	if s.file != nil {
		if err := s.file.Close(); err != nil {
			return err
		}
		s.file = nil
	}
	if len(args) == 0 {
		return nil
	}
	f, err := os.Create(args[0])
	if err == nil {
		s.file = f
	}
	return err
}

// names gives the words that commands begin with, sorted.
func names() []string {
	var out []string
	for _, c := range commands {
		out = append(out, c.names...)
	}
	sort.Strings(out)
	return out
}
