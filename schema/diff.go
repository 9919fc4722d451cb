package schema

import (
	"fmt"
	"reflect"
	"slices"
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
	d.functions()
	d.views()
	d.comments()
	for name := range o.Renames {
		if !d.used[name] {
			return nil, fmt.Errorf("schema: nothing named %s is to be renamed to %s", name, o.Renames[name])
		}
	}
	before := slices.Concat(d.dropComments, d.dropViews, d.dropForeign, d.makeTypes, d.rename, d.drops, d.makeTables)
	d.p.Steps = slices.Concat(before, d.alters, d.makeIndexes, d.makeForeign, d.makeFunctions, d.dropTypes, d.makeViews, d.makeComments)
	d.p.rows = len(before)
	if d.across != (Step{}) {
		d.p.Steps = slices.Concat([]Step{{Up: d.across.Up}}, d.p.Steps, []Step{{Down: d.across.Down}})
	}
	return d.p, nil
}

// differ collects the steps by the phase that they belong to.
type differ struct {
	from, to *Schema
	o        Options
	used     map[string]bool
	p        *Plan

	dropComments, dropViews, dropForeign, makeTypes, rename, drops, makeTables          []Step
	alters, makeIndexes, makeForeign, makeFunctions, dropTypes, makeViews, makeComments []Step

	across Step // what changes of TENANT BY need before all else, each way

	came []node // types and functions, which makeTypes puts in order
	gone []node // those that dropTypes takes away, the other way round
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

// Equal tells whether two schemas are the same but for annotations.
func Equal(a, b *Schema) bool {
	p, err := Diff(a, b, Options{})
	return err == nil && p.Empty()
}

func same(a, b any) bool { return reflect.DeepEqual(a, b) }
