package schema

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Options answers what Diff does not guess.
type Options struct {
	// Renames maps old names to new ones: tables as "orders", with a namespace
	// where that is not public, columns as "orders.total". Columns are given
	// with the new name of their table.
	Renames map[string]string
}

// Diff plans the way from one schema to another. Both come from ReadDB, ReadSQL
// or Normalize. An answer in the options that fits nothing is an error.
func Diff(from, to *Schema, o Options) (*Plan, error) {
	d := &differ{from: from, to: to, o: o, used: map[string]bool{}, p: &Plan{}}
	d.types()
	d.tables()
	d.views()
	for name := range o.Renames {
		if !d.used[name] {
			return nil, fmt.Errorf("schema: nothing named %s is to be renamed to %s", name, o.Renames[name])
		}
	}
	d.p.Steps = slices.Concat(d.dropViews, d.dropForeign, d.makeTypes, d.rename, d.drops, d.makeTables, d.alters, d.makeIndexes, d.makeForeign, d.dropTypes, d.makeViews)
	return d.p, nil
}

// differ collects the steps by the phase that they belong to.
type differ struct {
	from, to *Schema
	o        Options
	used     map[string]bool
	p        *Plan

	dropViews, dropForeign, makeTypes, rename, drops, makeTables []Step
	alters, makeIndexes, makeForeign, dropTypes, makeViews       []Step
}

// pair walks two lists of named objects: what went, what came, what stayed.
func pair[T any](from, to []T, key func(T) string, gone func(T), came func(T), both func(a, b T)) {
	there := map[string]T{}
	for _, x := range to {
		there[key(x)] = x
	}
	had := map[string]bool{}
	for _, x := range from {
		had[key(x)] = true
		if y, ok := there[key(x)]; ok {
			both(x, y)
		} else {
			gone(x)
		}
	}
	for _, x := range to {
		if !had[key(x)] {
			came(x)
		}
	}
}

func (d *differ) types() {
	pair(d.from.Namespaces, d.to.Namespaces, func(s string) string { return s },
		func(s string) {
			d.dropTypes = append(d.dropTypes, Step{Up: "DROP SCHEMA " + quote(s), Down: "CREATE SCHEMA " + quote(s)})
		},
		func(s string) {
			d.makeTypes = append(d.makeTypes, Step{Up: "CREATE SCHEMA " + quote(s), Down: "DROP SCHEMA " + quote(s)})
		},
		func(_, _ string) {})
	pair(d.from.Enums, d.to.Enums, func(e *Enum) string { return e.String() },
		func(e *Enum) { d.dropTypes = append(d.dropTypes, undo(create(e.create(), "DROP TYPE "+e.String()))) },
		func(e *Enum) { d.makeTypes = append(d.makeTypes, create(e.create(), "DROP TYPE "+e.String())) },
		d.enum)
	pair(d.from.Domains, d.to.Domains, func(x *Domain) string { return x.String() },
		func(x *Domain) {
			d.dropTypes = append(d.dropTypes, undo(create(x.create(), "DROP DOMAIN "+x.String())))
		},
		func(x *Domain) { d.makeTypes = append(d.makeTypes, create(x.create(), "DROP DOMAIN "+x.String())) },
		d.domain)
	pair(d.from.Sequences, d.to.Sequences, func(q *Sequence) string { return q.String() },
		func(q *Sequence) {
			d.dropTypes = append(d.dropTypes, undo(create(q.create(), "DROP SEQUENCE "+q.String())))
		},
		func(q *Sequence) { d.makeTypes = append(d.makeTypes, create(q.create(), "DROP SEQUENCE "+q.String())) },
		func(a, b *Sequence) {
			if *a != *b {
				alter := func(q *Sequence) string { return "ALTER" + q.create()[len("CREATE"):] }
				d.alters = append(d.alters, Step{Up: alter(b), Down: alter(a)})
			}
		})
	pair(d.from.Functions, d.to.Functions, func(f *Function) string { return f.String() + "(" + f.Arguments + ")" },
		func(f *Function) { d.dropTypes = append(d.dropTypes, undo(create(f.Definition, dropFunction(f)))) },
		func(f *Function) { d.makeTypes = append(d.makeTypes, create(f.Definition, dropFunction(f))) },
		func(a, b *Function) {
			if a.Definition != b.Definition {
				d.alters = append(d.alters, Step{Up: b.Definition, Down: a.Definition})
			}
		})
}

func dropFunction(f *Function) string {
	kind := "FUNCTION "
	if strings.HasPrefix(f.Definition, "CREATE OR REPLACE PROCEDURE") {
		kind = "PROCEDURE "
	}
	return "DROP " + kind + f.String() + "(" + f.Arguments + ")"
}

func create(up, down string) Step { return Step{Up: up, Down: down} }

// undo is the step the other way round.
func undo(s Step) Step { return Step{Up: s.Down, Down: s.Up, Loses: s.Lost, Lost: s.Loses} }

// enum adds labels where that is all that happened. A label that went needs the
// columns to be rewritten, which is a decision of people.
func (d *differ) enum(a, b *Enum) {
	if slices.Equal(a.Labels, b.Labels) {
		return
	}
	at := 0
	for _, l := range b.Labels {
		if at < len(a.Labels) && a.Labels[at] == l {
			at++
		}
	}
	if at < len(a.Labels) { // a label went, or the order is another
		old := Name{a.Namespace, a.Name.Name + "_old"}
		d.makeTypes = append(d.makeTypes,
			Step{Up: "ALTER TYPE " + a.String() + " RENAME TO " + quote(old.Name), Down: "ALTER TYPE " + old.String() + " RENAME TO " + quote(a.Name.Name)},
			create(b.create(), "DROP TYPE "+b.String()))
		d.retype(a.Name, old)
		d.dropTypes = append(d.dropTypes, undo(create((&Enum{Name: old, Labels: a.Labels}).create(), "DROP TYPE "+old.String())))
		return
	}
	for i, l := range b.Labels {
		if slices.Contains(a.Labels, l) {
			continue
		}
		place := ""
		if i+1 < len(b.Labels) && slices.Contains(a.Labels, b.Labels[i+1]) {
			place = " BEFORE " + literal(b.Labels[i+1])
		} else if i > 0 {
			place = " AFTER " + literal(b.Labels[i-1])
		}
		d.makeTypes = append(d.makeTypes, Step{
			Up:   "ALTER TYPE " + a.String() + " ADD VALUE " + literal(l) + place,
			Down: "-- the label " + literal(l) + " of " + a.String() + " stays: PostgreSQL has no way to take one away\nSELECT 1",
		})
	}
}

// retype moves the columns of an enum from its old labels to the new ones.
func (d *differ) retype(name, old Name) {
	for _, t := range d.to.Tables {
		was := d.from.Table(t.String())
		if was == nil {
			continue
		}
		for _, c := range t.Columns {
			if c.Type != name.String() || was.Column(c.Name) == nil || was.Column(c.Name).Type != c.Type {
				continue
			}
			to := func(typ Name) string {
				return fmt.Sprintf("ALTER TABLE %s ALTER COLUMN %s TYPE %s USING %s::text::%s", t, quote(c.Name), typ, quote(c.Name), typ)
			}
			d.alters = append(d.alters, Step{Up: to(name), Down: to(old), Loses: fmt.Sprintf("rows of %s whose %s is a label that went make it fail", t, quote(c.Name))})
		}
	}
}

func (d *differ) domain(a, b *Domain) {
	on := "ALTER DOMAIN " + a.String()
	if a.Type != b.Type {
		d.dropTypes = append(d.dropTypes, undo(create(a.create(), "DROP DOMAIN "+a.String())))
		d.makeTypes = append(d.makeTypes, create(b.create(), "DROP DOMAIN "+b.String()))
		return
	}
	if a.Default != b.Default {
		set := func(text string) string {
			if text == "" {
				return on + " DROP DEFAULT"
			}
			return on + " SET DEFAULT " + text
		}
		d.alters = append(d.alters, Step{Up: set(b.Default), Down: set(a.Default)})
	}
	if a.NotNull != b.NotNull {
		set := map[bool]string{true: on + " SET NOT NULL", false: on + " DROP NOT NULL"}
		d.alters = append(d.alters, Step{Up: set[b.NotNull], Down: set[a.NotNull]})
	}
	pair(a.Checks, b.Checks, func(c Check) string { return c.Name + c.Expr },
		func(c Check) {
			d.drops = append(d.drops, undo(create(on+" ADD "+c.sql(), on+" DROP CONSTRAINT "+quote(c.Name))))
		},
		func(c Check) {
			d.alters = append(d.alters, create(on+" ADD "+c.sql(), on+" DROP CONSTRAINT "+quote(c.Name)))
		},
		func(_, _ Check) {})
}

// views drops what is gone or another, and makes what came. A view is made
// again too where a table that it may read changes.
func (d *differ) views() {
	changed := len(d.alters)+len(d.rename)+len(d.drops) > 0
	drop := func(v *View) string { return "DROP " + v.kind() + " " + v.String() }
	pair(d.from.Views, d.to.Views, func(v *View) string { return v.String() },
		func(v *View) { d.dropViews = append(d.dropViews, undo(create(v.create(), drop(v)))) },
		func(v *View) { d.makeViews = append(d.makeViews, create(v.create(), drop(v))) },
		func(a, b *View) {
			if changed || a.Query != b.Query || a.Materialized != b.Materialized {
				d.dropViews = append(d.dropViews, undo(create(a.create(), drop(a))))
				d.makeViews = append(d.makeViews, create(b.create(), drop(b)))
			}
			if a.Comment != b.Comment || changed && b.Comment != "" {
				d.makeViews = append(d.makeViews, Step{Up: commentOn(b.kind(), b.String(), b.Comment), Down: commentOn(a.kind(), a.String(), a.Comment)})
			}
		})
	slices.Reverse(d.dropViews)
}

// Equal tells whether two schemas are the same but for annotations.
func Equal(a, b *Schema) bool {
	p, err := Diff(a, b, Options{})
	return err == nil && p.Empty()
}

func same(a, b any) bool { return reflect.DeepEqual(a, b) }
