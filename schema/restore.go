package schema

import (
	"regexp"
	"strings"

	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sql/parser"
)

// PostgresSQL writes the statements that make the schema on PostgreSQL. What
// TENANT BY and the annotation @tenant say becomes row level security, forced
// for the owner too: a statement sees and makes the rows of the tenant that
//
//	SELECT set_config('zqlite.tenant', '…', true)
//
// has named in its transaction, and fails where none was. Superusers and roles
// with BYPASSRLS pass by it: applications must not connect as one.
//
// The bodies of triggers become functions in PL/pgSQL. An integer has 64 bits in
// zqlite and 32 there: columns that need more are to be bigint.
func (s *Schema) PostgresSQL() string {
	before, after := s.PostgresRestore()
	return before + after
}

// Restore writes the statements that make the schema, in two parts: tables take
// rows when the first was run, before foreign keys, triggers and TENANT BY look
// at them.
func (s *Schema) Restore() (before, after string) {
	bare := *s
	bare.Tables = nil
	tenants := ""
	for _, t := range s.Tables {
		if t.TenantBy != "" {
			n := *t
			n.TenantBy = ""
			tenants += "ALTER TABLE " + t.String() + " " + tenantBy(t.TenantBy) + ";\n"
			t = &n
		}
		bare.Tables = append(bare.Tables, t)
	}
	before, after = bare.around()
	return before, tenants + after
}

// PostgresRestore is Restore for PostgreSQL; see PostgresSQL.
func (s *Schema) PostgresRestore() (before, after string) {
	n := *s
	n.Tables, n.Views = nil, nil
	var secure, functions strings.Builder
	raises := false
	triggers := func(list []*Trigger) []*Trigger {
		var out []*Trigger
		for _, t := range list {
			function, definition, raise := t.plpgsql()
			raises = raises || raise
			functions.WriteString(function)
			out = append(out, &Trigger{Name: t.Name, Definition: definition})
		}
		return out
	}
	for _, t := range s.Tables {
		x := *t
		x.TenantBy = ""
		x.Triggers = triggers(t.Triggers)
		n.Tables = append(n.Tables, &x)
		secure.WriteString(t.rowSecurity())
	}
	for _, v := range s.Views {
		x := *v
		x.Triggers = triggers(v.Triggers)
		n.Views = append(n.Views, &x)
	}
	before, after = n.around()
	if raises {
		functions.WriteString("CREATE FUNCTION zqlite_raise(message text) RETURNS text LANGUAGE plpgsql AS $raise$ BEGIN RAISE EXCEPTION USING MESSAGE = message; END $raise$;\n")
	}
	return before, functions.String() + after + secure.String()
}

// around is the schema before and after rows.
func (s *Schema) around() (before, after string) {
	p, err := Diff(&Schema{}, s, Options{})
	if err != nil { // from nothing there is nothing to ask
		return "-- " + err.Error() + "\n", ""
	}
	return (&Plan{Steps: p.Steps[:p.rows]}).Up(), (&Plan{Steps: p.Steps[p.rows:]}).Up()
}

var raiseCall = regexp.MustCompile(`(?i)\braise\s*\(\s*(?:abort|fail|rollback)\s*,`)

// plpgsql writes a trigger with a body as one that calls a function, which goes
// before it. What PostgreSQL itself has made stays as it is.
func (t *Trigger) plpgsql() (function, definition string, raises bool) {
	stmts, err := parser.Parse(t.Definition)
	if err != nil || len(stmts) != 1 {
		return "", t.Definition, false
	}
	x, ok := stmts[0].Stmt.(*ast.CreateTrigger)
	if !ok || len(x.Body) == 0 {
		return "", t.Definition, false
	}
	var body strings.Builder
	for _, s := range x.Body {
		text := ast.Format(s)
		switch s := s.(type) {
		case *ast.SetNew:
			for i, c := range s.Columns {
				body.WriteString("  NEW." + quote(c.Text) + " := " + ast.Format(s.Values[i]) + ";\n")
			}
			continue
		case *ast.Select:
			if strings.EqualFold(strings.Join(strings.Fields(text), ""), "selectraise(ignore)") {
				body.WriteString("  RETURN NULL;\n")
				continue
			}
			text = "PERFORM * FROM (" + text + ") AS thrown_away"
		}
		if raiseCall.MatchString(text) {
			raises = true
			text = raiseCall.ReplaceAllString(text, "zqlite_raise(")
		}
		body.WriteString("  " + text + ";\n")
	}
	switch {
	case x.Timing == ast.TriggerAfter || x.ForEachStatement:
		body.WriteString("  RETURN NULL;\n")
	default:
		body.WriteString("  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n  RETURN NEW;\n")
	}
	name := ast.QualifiedName{Schema: x.Table.Schema, Name: x.Table.Name + "_" + x.Name.Name}
	function = "CREATE FUNCTION " + Name{name.Schema, name.Name}.String() + "() RETURNS trigger LANGUAGE plpgsql AS $body$\nBEGIN\n" + body.String() + "END\n$body$;\n"
	head := *x
	head.Body, head.BodyBegin, head.Function = nil, false, name
	head.ForEachWritten = true
	return function, ast.Format(&head), raises
}
