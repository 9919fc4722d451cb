package schema

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/zqlite/zqlite"
)

// Querier is a *sql.DB, *sql.Conn or *sql.Tx.
type Querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// ReadDB reads the schema of a live database, zqlite or PostgreSQL, in one pass
// over its catalog. Tables that keep versions of migrations are left out where
// they are named in skip. Changes in between can make the parts disagree: read
// in a transaction where that matters.
func ReadDB(ctx context.Context, db Querier, skip ...string) (*Schema, error) {
	r := &reader{ctx: ctx, db: db, s: &Schema{}, tables: map[int64]*Table{}, viewOf: map[int64]*View{}, skip: map[string]bool{}}
	for _, name := range skip {
		r.skip[name] = true
	}
	for _, read := range []func() error{
		r.namespaces, r.enums, r.composites, r.ranges, r.domains, r.relations, r.columns, r.constraints, r.sequences, r.views, r.indexes, r.triggers, r.functions, r.aggregates, r.operators, r.casts, r.comments,
	} {
		if err := read(); err != nil {
			return nil, fmt.Errorf("schema: %w", err)
		}
	}
	r.s.sort()
	return r.s, nil
}

// reader reads one schema.
type reader struct {
	ctx    context.Context
	db     Querier
	s      *Schema
	tables map[int64]*Table // by oid
	viewOf map[int64]*View
	skip   map[string]bool
}

// own is the condition on a namespace n to be one of users; zqlite holds the
// engine's record of cross-tenant work.
const own = `n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\_toast%' AND n.nspname NOT LIKE 'pg\_temp%' AND n.nspname <> 'zqlite'`

// each runs a query and calls row for every row; row scans.
func (r *reader) each(query string, row func(scan func(dest ...any) error) error) error {
	rows, err := r.db.QueryContext(r.ctx, query)
	if err != nil {
		return err
	}
	for rows.Next() {
		if err := row(rows.Scan); err != nil {
			return errors.Join(err, rows.Close())
		}
	}
	return errors.Join(rows.Err(), rows.Close())
}

func (r *reader) namespaces() error {
	return r.each(`SELECT n.nspname FROM pg_namespace n WHERE n.nspname <> 'public' AND `+own, func(scan func(...any) error) error {
		var name string
		err := scan(&name)
		r.s.Namespaces = append(r.s.Namespaces, name)
		return err
	})
}

func (r *reader) enums() error {
	var last *Enum
	return r.each(`SELECT n.nspname, t.typname, e.enumlabel, coalesce(obj_description(t.oid, 'pg_type'), '')
		FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace JOIN pg_enum e ON e.enumtypid = t.oid
		WHERE t.typtype = 'e' AND `+own+` ORDER BY n.nspname, t.typname, e.enumsortorder`, func(scan func(...any) error) error {
		var name Name
		var label, comment string
		if err := scan(&name.Namespace, &name.Name, &label, &comment); err != nil {
			return err
		}
		if last == nil || last.Name != name {
			last = &Enum{Name: name, Comment: comment}
			r.s.Enums = append(r.s.Enums, last)
		}
		last.Labels = append(last.Labels, label)
		return nil
	})
}

func (r *reader) domains() error {
	byName := map[Name]*Domain{}
	err := r.each(`SELECT n.nspname, t.typname, `+typeText("t.typbasetype, t.typtypmod")+`, t.typnotnull, coalesce(t.typdefault, ''),
			coalesce(obj_description(t.oid, 'pg_type'), '')
		FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.typtype = 'd' AND `+own, func(scan func(...any) error) error {
		d := &Domain{}
		err := scan(&d.Namespace, &d.Name.Name, &d.Type, &d.NotNull, &d.Default, &d.Comment)
		r.s.Domains = append(r.s.Domains, d)
		byName[d.Name] = d
		return err
	})
	if err != nil {
		return err
	}
	return r.each(`SELECT dc.domain_schema, dc.domain_name, dc.constraint_name, cc.check_clause
		FROM information_schema.domain_constraints dc
		JOIN information_schema.check_constraints cc USING (constraint_schema, constraint_name) ORDER BY 1, 2, 3`, func(scan func(...any) error) error {
		var name Name
		var c Check
		if err := scan(&name.Namespace, &name.Name, &c.Name, &c.Expr); err != nil {
			return err
		}
		if d := byName[name]; d != nil {
			c.Expr = parenthesized(c.Expr)
			d.Checks = append(d.Checks, c)
		}
		return nil
	})
}

// parenthesized puts one pair of parentheses around an expression.
func parenthesized(expr string) string {
	for wrapped(expr) && wrapped(expr[1:len(expr)-1]) {
		expr = expr[1 : len(expr)-1]
	}
	if !wrapped(expr) {
		expr = "(" + expr + ")"
	}
	return expr
}

// wrapped tells whether one pair of parentheses holds all of an expression.
func wrapped(s string) bool {
	if len(s) < 2 || s[0] != '(' || s[len(s)-1] != ')' {
		return false
	}
	depth, quoted := 0, byte(0)
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quoted != 0:
			if c == quoted {
				quoted = 0
			}
		case c == '\'' || c == '"':
			quoted = c
		case c == '(':
			depth++
		case c == ')':
			if depth--; depth == 0 && i < len(s)-1 {
				return false
			}
		}
	}
	return true
}

func (r *reader) relations() error {
	return r.each(`SELECT c.oid, n.nspname, c.relname, coalesce(obj_description(c.oid, 'pg_class'), ''),
			coalesce((SELECT substr(o, 11) FROM unnest(c.reloptions) AS o WHERE o LIKE 'tenant\_by=%'), ''),
			CASE WHEN c.reloftype <> 0 THEN format_type(c.reloftype, NULL) ELSE '' END
		FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') AND `+own, func(scan func(...any) error) error {
		var oid int64
		t := &Table{}
		if err := scan(&oid, &t.Namespace, &t.Name.Name, &t.Comment, &t.TenantBy, &t.Of); err != nil {
			return err
		}
		if r.skip[t.Name.Name] {
			return nil
		}
		t.Annotations.Tenant = t.TenantBy
		r.tables[oid] = t
		r.s.Tables = append(r.s.Tables, t)
		return nil
	})
}

func (r *reader) columns() error {
	return r.each(`SELECT a.attrelid, a.attname, `+typeText("a.atttypid, a.atttypmod")+`, a.attnotnull, coalesce(pg_get_expr(d.adbin, d.adrelid), ''),
			a.attidentity::text, a.attgenerated::text, coalesce(col_description(a.attrelid, a.attnum), ''),
			coalesce((SELECT l.collname FROM pg_collation l JOIN pg_type t ON t.oid = a.atttypid WHERE l.oid = a.attcollation AND l.oid <> t.typcollation), '')
		FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
		LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
		WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p') AND `+own+` ORDER BY a.attrelid, a.attnum`, func(scan func(...any) error) error {
		var oid int64
		var identity, generated string
		c := &Column{}
		if err := scan(&oid, &c.Name, &c.Type, &c.NotNull, &c.Default, &identity, &generated, &c.Comment, &c.Collation); err != nil {
			return err
		}
		t := r.tables[oid]
		if t == nil {
			return nil
		}
		switch {
		case identity == "a":
			c.Identity = "ALWAYS"
		case identity == "d":
			c.Identity = "BY DEFAULT"
		case generated == "s":
			c.Generated, c.Default = parenthesized(c.Default), ""
		case t.Of == "" && isSerial(t, c):
			c.Serial, c.Default = true, ""
		}
		t.Columns = append(t.Columns, c)
		return nil
	})
}

// isSerial tells a column that takes the next value of the sequence that has
// the name serial gives it.
func isSerial(t *Table, c *Column) bool {
	arg, ok := strings.CutPrefix(c.Default, "nextval('")
	if !ok || !strings.HasSuffix(arg, "'::regclass)") {
		return false
	}
	name := strings.ReplaceAll(strings.TrimSuffix(arg, "'::regclass)"), `"`, "")
	return strings.TrimPrefix(name, t.Namespace+".") == t.Name.Name+"_"+c.Name+"_seq"
}

// actions are a foreign key's actions by pg_constraint's letters.
var actions = map[string]string{"a": "", "r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}

func (r *reader) constraints() error {
	return r.each(`SELECT c.conrelid, c.conname, c.contype::text, pg_get_constraintdef(c.oid), c.condeferrable, c.condeferred,
			(SELECT string_agg(a.attname, chr(1) ORDER BY k.place) FROM unnest(c.conkey) WITH ORDINALITY AS k (num, place)
				JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.num),
			coalesce(pn.nspname, ''), coalesce(p.relname, ''),
			(SELECT string_agg(a.attname, chr(1) ORDER BY k.place) FROM unnest(c.confkey) WITH ORDINALITY AS k (num, place)
				JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.num),
			c.confupdtype::text, c.confdeltype::text,
			(SELECT string_agg(a.attname, chr(1) ORDER BY k.place) FROM unnest(c.confdelsetcols) WITH ORDINALITY AS k (num, place)
				JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.num)
		FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace
		LEFT JOIN pg_class p ON p.oid = c.confrelid LEFT JOIN pg_namespace pn ON pn.oid = p.relnamespace
		WHERE c.conrelid <> 0 AND `+own, func(scan func(...any) error) error {
		var oid int64
		var name, kind, definition, onUpdate, onDelete string
		var deferrable, deferred bool
		var columns, references, setColumns sql.NullString
		var parent Name
		if err := scan(&oid, &name, &kind, &definition, &deferrable, &deferred, &columns, &parent.Namespace, &parent.Name, &references, &onUpdate, &onDelete, &setColumns); err != nil {
			return err
		}
		t := r.tables[oid]
		if t == nil {
			return nil
		}
		deferral := ""
		if deferred {
			deferral = "DEFERRABLE INITIALLY DEFERRED"
		} else if deferrable {
			deferral = "DEFERRABLE"
		}
		key := &Key{Name: name, Columns: parts(columns), Deferral: deferral, NullsNotDistinct: strings.Contains(definition, "NULLS NOT DISTINCT")}
		switch kind {
		case "p":
			t.PrimaryKey = key
		case "u":
			t.Uniques = append(t.Uniques, key)
		case "c":
			t.Checks = append(t.Checks, &Check{Name: name, Expr: parenthesized(strings.TrimPrefix(definition, "CHECK "))})
		case "f":
			t.Foreign = append(t.Foreign, &ForeignKey{
				Name: name, Columns: key.Columns, Parent: parent, References: parts(references),
				OnUpdate: actions[onUpdate], OnDelete: actions[onDelete], SetColumns: parts(setColumns), Deferral: deferral,
			})
		}
		return nil
	})
}

// parts takes apart what the queries join.
func parts(s sql.NullString) []string {
	if !s.Valid || s.String == "" {
		return nil
	}
	return strings.Split(s.String, "\x01")
}

func (r *reader) indexes() error {
	return r.each(`SELECT i.indrelid, ci.relname, i.indisunique, pg_get_indexdef(i.indexrelid)
		FROM pg_index i JOIN pg_class ci ON ci.oid = i.indexrelid JOIN pg_namespace n ON n.oid = ci.relnamespace
		WHERE NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid AND c.contype IN ('p', 'u', 'x')) AND `+own, func(scan func(...any) error) error {
		var oid int64
		x := &Index{}
		if err := scan(&oid, &x.Name, &x.Unique, &x.Definition); err != nil {
			return err
		}
		if t := r.tables[oid]; t != nil {
			t.Indexes = append(t.Indexes, x)
		} else if v := r.viewOf[oid]; v != nil {
			v.Indexes = append(v.Indexes, x)
		}
		return nil
	})
}

func (r *reader) triggers() error {
	return r.each(`SELECT t.tgrelid, t.tgname, pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
		JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT t.tgisinternal AND `+own, func(scan func(...any) error) error {
		var oid int64
		x := &Trigger{}
		if err := scan(&oid, &x.Name, &x.Definition); err != nil {
			return err
		}
		if t := r.tables[oid]; t != nil {
			t.Triggers = append(t.Triggers, x)
		} else if v := r.viewOf[oid]; v != nil {
			v.Triggers = append(v.Triggers, x)
		}
		return nil
	})
}

// onEmpty runs work on an empty database in memory.
func onEmpty(work func(db *sql.DB) error) error {
	c, err := (&zqlite.Driver{}).OpenConnector(":memory:?cross_tenant=on")
	if err != nil {
		return err
	}
	db := sql.OpenDB(c)
	return errors.Join(work(db), db.Close())
}
