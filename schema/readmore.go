package schema

import (
	"slices"
	"strings"

	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sql/parser"
)

// typeText is the SQL that writes a type: REAL has 8 bytes in zqlite, as in
// SQLite, so that the type of 4 is written as both databases take it.
func typeText(args string) string {
	return "regexp_replace(format_type(" + args + "), '^real', 'float4')"
}

func (r *reader) composites() error {
	var last *Composite
	return r.each(`SELECT n.nspname, t.typname, a.attname, `+typeText("a.atttypid, a.atttypmod")+`
		FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace JOIN pg_attribute a ON a.attrelid = t.typrelid
		WHERE t.typtype = 'c' AND a.attnum > 0 AND NOT a.attisdropped AND `+own+`
			AND NOT EXISTS (SELECT 1 FROM pg_class c WHERE c.oid = t.typrelid AND c.relkind <> 'c')
		ORDER BY n.nspname, t.typname, a.attnum`, func(scan func(...any) error) error {
		var name Name
		var a Attribute
		if err := scan(&name.Namespace, &name.Name, &a.Name, &a.Type); err != nil {
			return err
		}
		if last == nil || last.Name != name {
			last = &Composite{Name: name}
			r.s.Composites = append(r.s.Composites, last)
		}
		last.Attributes = append(last.Attributes, a)
		return nil
	})
}

func (r *reader) ranges() error {
	return r.each(`SELECT n.nspname, t.typname, `+typeText("g.rngsubtype, NULL")+`, CASE WHEN g.rngsubdiff::oid = 0 THEN '' ELSE g.rngsubdiff::text END,
			mn.nspname, m.typname
		FROM pg_range g JOIN pg_type t ON t.oid = g.rngtypid JOIN pg_namespace n ON n.oid = t.typnamespace
		JOIN pg_type m ON m.oid = g.rngmultitypid JOIN pg_namespace mn ON mn.oid = m.typnamespace
		WHERE `+own, func(scan func(...any) error) error {
		x := &Range{}
		err := scan(&x.Namespace, &x.Name.Name, &x.Subtype, &x.Diff, &x.Multirange.Namespace, &x.Multirange.Name)
		r.s.Ranges = append(r.s.Ranges, x)
		return err
	})
}

// sequences reads the sequences, and what those of columns do in another way
// than SERIAL and IDENTITY make them.
func (r *reader) sequences() error {
	return r.each(`SELECT n.nspname, c.relname, format_type(s.seqtypid, NULL), s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle,
			coalesce(d.deptype::text, ''), coalesce(d.refobjid, 0), coalesce(a.attname, '')
		FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
		LEFT JOIN pg_depend d ON d.objid = c.oid AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0
		LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
		WHERE `+own, func(scan func(...any) error) error {
		q := &Sequence{}
		var kind, column string
		var owner int64
		if err := scan(&q.Namespace, &q.Name.Name, &q.Type, &q.Start, &q.Increment, &q.Min, &q.Max, &q.Cache, &q.Cycle, &kind, &owner, &column); err != nil {
			return err
		}
		t := r.tables[owner]
		if kind != "" && t == nil {
			return nil // of a table that is left out
		}
		var c *Column
		if t != nil {
			c = t.Column(column)
		}
		switch {
		case c == nil:
		case c.Identity != "":
			if o := q.options(false); o != "" {
				c.Counting = "(" + o + ")"
			}
			return nil
		case c.Serial && q.options(false) == "":
			return nil
		default:
			if c.Serial {
				c.Serial, c.Default = false, "nextval("+literal(q.String())+"::regclass)"
			}
			q.OwnedBy = t.String() + "." + quote(c.Name)
		}
		r.s.Sequences = append(r.s.Sequences, q)
		return nil
	})
}

func (r *reader) views() error {
	var checks = map[Name]string{}
	err := r.each(`SELECT table_schema, table_name, check_option FROM information_schema.views WHERE check_option IN ('LOCAL', 'CASCADED')`, func(scan func(...any) error) error {
		var name Name
		var option string
		err := scan(&name.Namespace, &name.Name, &option)
		checks[name] = option
		return err
	})
	if err != nil {
		return err
	}
	if err := r.each(`SELECT c.oid, n.nspname, c.relname, c.relkind = 'm', NOT c.relispopulated, pg_get_viewdef(c.oid), coalesce(obj_description(c.oid, 'pg_class'), '')
		FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('v', 'm') AND `+own, func(scan func(...any) error) error {
		v := &View{}
		var oid int64
		err := scan(&oid, &v.Namespace, &v.Name.Name, &v.Materialized, &v.Unpopulated, &v.Query, &v.Comment)
		v.Query = strings.TrimSuffix(strings.TrimSpace(v.Query), ";")
		v.CheckOption = checks[v.Name]
		r.s.Views = append(r.s.Views, v)
		r.viewOf[oid] = v
		return err
	}); err != nil {
		return err
	}
	if err := r.each(`SELECT a.attrelid, a.attname, coalesce(pg_get_expr(d.adbin, d.adrelid), '')
		FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
		LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
		WHERE c.relkind IN ('v', 'm') AND a.attnum > 0 AND NOT a.attisdropped AND `+own+` ORDER BY a.attrelid, a.attnum`, func(scan func(...any) error) error {
		var oid int64
		var d Default
		if err := scan(&oid, &d.Column, &d.Expr); err != nil {
			return err
		}
		if v := r.viewOf[oid]; v != nil {
			v.Columns = append(v.Columns, d.Column)
			if d.Expr != "" {
				v.Defaults = append(v.Defaults, d)
			}
		}
		return nil
	}); err != nil {
		return err
	}
	for _, v := range r.viewOf {
		if slices.Equal(v.Columns, outputNames(v.Query)) {
			v.Columns = nil
		}
	}
	return nil
}

// outputNames are the columns of a query as its text names them; nil where it
// does not name each.
func outputNames(query string) []string {
	stmts, err := parser.Parse(query)
	if err != nil || len(stmts) != 1 {
		return nil
	}
	s, ok := stmts[0].Stmt.(*ast.Select)
	if !ok {
		return nil
	}
	body := s.Body
	for {
		op, ok := body.(*ast.SetOp)
		if !ok {
			break
		}
		body = op.Left
	}
	core, ok := body.(*ast.SelectCore)
	if !ok {
		return nil
	}
	var names []string
	for _, t := range core.Targets {
		name := t.Alias
		if ref, ok := t.Expr.(*ast.ColumnRef); ok && name == "" {
			name = ref.Parts[len(ref.Parts)-1].Text
		}
		if name == "" {
			return nil
		}
		names = append(names, name)
	}
	return names
}

// aggregates reads the aggregates that are made of functions.
func (r *reader) aggregates() error {
	function := func(column string) string {
		return "coalesce((SELECT quote_ident(fn.nspname) || '.' || quote_ident(f.proname) FROM pg_proc f JOIN pg_namespace fn ON fn.oid = f.pronamespace WHERE f.oid = a." + column + "), '')"
	}
	return r.each(`SELECT n.nspname, p.proname, pg_get_function_identity_arguments(p.oid), format_type(a.aggtranstype, NULL),
			CASE WHEN a.aggmtranstype <> 0 THEN format_type(a.aggmtranstype, NULL) ELSE '' END, a.agginitval, a.aggminitval,
			a.aggfinalextra, a.aggmfinalextra, p.proparallel, `+function("aggtransfn")+", "+function("aggfinalfn")+", "+function("aggcombinefn")+", "+
		function("aggmtransfn")+", "+function("aggminvtransfn")+", "+function("aggmfinalfn")+`
		FROM pg_aggregate a JOIN pg_proc p ON p.oid = a.aggfnoid JOIN pg_namespace n ON n.oid = p.pronamespace
		WHERE a.aggkind <> 'h' AND `+own, func(scan func(...any) error) error {
		f := &Function{}
		var state, moving, parallel string
		var first, movingFirst *string
		var extra, movingExtra bool
		var step, final, combine, forward, back, movingFinal string
		if err := scan(&f.Namespace, &f.Name.Name, &f.Arguments, &state, &moving, &first, &movingFirst, &extra, &movingExtra, &parallel,
			&step, &final, &combine, &forward, &back, &movingFinal); err != nil {
			return err
		}
		if f.Arguments == "" {
			f.Arguments = "*"
		}
		text := "CREATE OR REPLACE AGGREGATE " + f.String() + "(" + f.Arguments + ") (\n SFUNC = " + step + ",\n STYPE = " + state
		add := func(name, value string) {
			if value != "" {
				text += ",\n " + name + " = " + value
			}
		}
		start := func(name string, value *string) {
			if value != nil {
				add(name, literal(*value))
			}
		}
		start("INITCOND", first)
		add("FINALFUNC", final)
		if extra {
			text += ",\n FINALFUNC_EXTRA"
		}
		add("COMBINEFUNC", combine)
		add("MSTYPE", moving)
		add("MSFUNC", forward)
		add("MINVFUNC", back)
		add("MFINALFUNC", movingFinal)
		if movingExtra {
			text += ",\n MFINALFUNC_EXTRA"
		}
		start("MINITCOND", movingFirst)
		add("PARALLEL", map[string]string{"s": "SAFE", "r": "RESTRICTED"}[parallel])
		f.Definition = text + "\n)"
		r.s.Functions = append(r.s.Functions, f)
		return nil
	})
}

func (r *reader) functions() error {
	return r.each(`SELECT n.nspname, p.proname, pg_get_function_identity_arguments(p.oid), pg_get_functiondef(p.oid)
		FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE p.prokind IN ('f', 'p') AND `+own, func(scan func(...any) error) error {
		f := &Function{}
		err := scan(&f.Namespace, &f.Name.Name, &f.Arguments, &f.Definition)
		f.Definition = strings.TrimSpace(f.Definition)
		r.s.Functions = append(r.s.Functions, f)
		return err
	})
}

// comments reads the comments on what has no field for them.
func (r *reader) comments() error {
	name := func(schema, object string) string {
		return "CASE WHEN " + schema + " = 'public' THEN '' ELSE quote_ident(" + schema + ") || '.' END || quote_ident(" + object + ")"
	}
	return r.each(`SELECT 'SCHEMA ' || quote_ident(n.nspname), obj_description(n.oid, 'pg_namespace') FROM pg_namespace n WHERE n.nspname <> 'public' AND `+own+`
		UNION ALL SELECT CASE t.typtype WHEN 'd' THEN 'DOMAIN ' ELSE 'TYPE ' END || `+name("n.nspname", "t.typname")+`, obj_description(t.oid, 'pg_type')
			FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.typtype IN ('c', 'd', 'e', 'm', 'r') AND `+own+`
		UNION ALL SELECT CASE p.prokind WHEN 'p' THEN 'PROCEDURE ' WHEN 'a' THEN 'AGGREGATE ' ELSE 'FUNCTION ' END || `+name("n.nspname", "p.proname")+` || '(' || CASE WHEN p.prokind = 'a' AND p.pronargs = 0 THEN '*' ELSE pg_get_function_identity_arguments(p.oid) END || ')', obj_description(p.oid, 'pg_proc')
			FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE p.prokind IN ('f', 'p', 'a') AND `+own+`
		UNION ALL SELECT CASE c.relkind WHEN 'S' THEN 'SEQUENCE ' ELSE 'INDEX ' END || `+name("n.nspname", "c.relname")+`, obj_description(c.oid, 'pg_class')
			FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('i', 'S') AND `+own+`
		UNION ALL SELECT 'COLUMN ' || `+name("n.nspname", "c.relname")+` || '.' || quote_ident(a.attname), col_description(c.oid, a.attnum)
			FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
			WHERE c.relkind IN ('v', 'm', 'c') AND a.attnum > 0 AND NOT a.attisdropped AND `+own+`
		UNION ALL SELECT 'TRIGGER ' || quote_ident(t.tgname) || ' ON ' || `+name("n.nspname", "c.relname")+`, obj_description(t.oid, 'pg_trigger')
			FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT t.tgisinternal AND `+own+`
		UNION ALL SELECT 'CONSTRAINT ' || quote_ident(k.conname) || ' ON ' || `+name("n.nspname", "c.relname")+`, obj_description(k.oid, 'pg_constraint')
			FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE `+own+`
		UNION ALL SELECT 'CONSTRAINT ' || quote_ident(k.conname) || ' ON DOMAIN ' || `+name("n.nspname", "t.typname")+`, obj_description(k.oid, 'pg_constraint')
			FROM pg_constraint k JOIN pg_type t ON t.oid = k.contypid JOIN pg_namespace n ON n.oid = t.typnamespace WHERE `+own+`
		UNION ALL SELECT 'OPERATOR ' || CASE WHEN n.nspname = 'public' THEN '' ELSE quote_ident(n.nspname) || '.' END || o.oprname || ' (' ||
				CASE WHEN o.oprleft <> 0 THEN format_type(o.oprleft, NULL) ELSE 'NONE' END || ', ' || format_type(o.oprright, NULL) || ')', obj_description(o.oid, 'pg_operator')
			FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace WHERE o.oprcode <> 0 AND `+own+`
		UNION ALL SELECT 'CAST (' || format_type(c.castsource, NULL) || ' AS ' || format_type(c.casttarget, NULL) || ')', obj_description(c.oid, 'pg_cast')
			FROM pg_cast c WHERE c.oid >= 16384`, func(scan func(...any) error) error {
		var c Comment
		var text *string
		if err := scan(&c.On, &text); err != nil || text == nil {
			return err
		}
		c.Text = *text
		r.s.Comments = append(r.s.Comments, c)
		return nil
	})
}
