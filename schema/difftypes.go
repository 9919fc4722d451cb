package schema

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

func create(up, down string) Step { return Step{Up: up, Down: down} }

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
		func(e *Enum) { d.goes(e.Name, e.create(), "DROP TYPE "+e.String()) },
		func(e *Enum) { d.comes(e.Name, e.create(), "DROP TYPE "+e.String()) },
		d.enum)
	pair(d.from.Composites, d.to.Composites, func(c *Composite) string { return c.String() },
		func(c *Composite) { d.goes(c.Name, c.create(), "DROP TYPE "+c.String()) },
		func(c *Composite) { d.comes(c.Name, c.create(), "DROP TYPE "+c.String()) },
		d.composite)
	drop := func(x *Range) { d.goes(x.Name, x.create(), "DROP TYPE "+x.String()) }
	make := func(x *Range) { d.comes(x.Name, x.create(), "DROP TYPE "+x.String()) }
	pair(d.from.Ranges, d.to.Ranges, func(x *Range) string { return x.String() }, drop, make, func(a, b *Range) {
		if *a != *b { // nothing of a range type can be altered
			drop(a)
			make(b)
		}
	})
	pair(d.from.Domains, d.to.Domains, func(x *Domain) string { return x.String() },
		func(x *Domain) { d.goes(x.Name, x.create(), "DROP DOMAIN "+x.String()) },
		func(x *Domain) { d.comes(x.Name, x.create(), "DROP DOMAIN "+x.String()) },
		d.domain)
	pair(d.from.Sequences, d.to.Sequences, func(q *Sequence) string { return q.String() }, d.dropSequence, d.makeSequence, d.sequence)
}

// comes and goes note a type or function that is made or dropped, in an order
// that is found when all are known.
func (d *differ) comes(name Name, up, down string) {
	d.came = append(d.came, node{name.Name, create(up, down), up})
}

func (d *differ) goes(name Name, up, down string) {
	d.gone = append(d.gone, node{name.Name, create(up, down), up})
}

func (d *differ) makeSequence(q *Sequence) {
	if q.OwnedBy == "" {
		d.comes(q.Name, q.create(), "DROP SEQUENCE "+q.String())
	} else { // it may have gone with its column
		d.comes(q.Name, q.create(), "DROP SEQUENCE IF EXISTS "+q.String())
		d.makeIndexes = append(d.makeIndexes, Step{Up: q.owned()})
	}
}

// dropSequence drops a sequence, which may have gone with its column.
func (d *differ) dropSequence(q *Sequence) {
	if q.OwnedBy == "" {
		d.goes(q.Name, q.create(), "DROP SEQUENCE "+q.String())
		return
	}
	d.dropTypes = append(d.dropTypes, Step{Up: "DROP SEQUENCE IF EXISTS " + q.String()})
	d.drops = append(d.drops, Step{Down: q.owned()})
	d.makeTypes = append(d.makeTypes, Step{Down: q.create()})
}

func (d *differ) sequence(a, b *Sequence) {
	x, y := *a, *b
	x.OwnedBy, y.OwnedBy = "", ""
	if x != y {
		d.alters = append(d.alters, Step{Up: b.alter(), Down: a.alter()})
	}
	if a.OwnedBy != b.OwnedBy {
		d.makeIndexes = append(d.makeIndexes, Step{Up: b.owned(), Down: a.owned()})
	}
}

// composite changes the fields of a type.
func (d *differ) composite(a, b *Composite) {
	on := "ALTER TYPE " + a.String()
	pair(a.Attributes, b.Attributes, func(x Attribute) string { return x.Name },
		func(x Attribute) {
			d.alters = append(d.alters, undo(Step{Up: on + " ADD ATTRIBUTE " + quote(x.Name) + " " + x.Type, Down: on + " DROP ATTRIBUTE " + quote(x.Name),
				Lost: fmt.Sprintf("the field %s of %s", quote(x.Name), a)}))
		},
		func(x Attribute) {
			d.alters = append(d.alters, Step{Up: on + " ADD ATTRIBUTE " + quote(x.Name) + " " + x.Type, Down: on + " DROP ATTRIBUTE " + quote(x.Name),
				Lost: fmt.Sprintf("the field %s of %s", quote(x.Name), a)})
		},
		func(x, y Attribute) {
			if x.Type != y.Type {
				to := on + " ALTER ATTRIBUTE " + quote(x.Name) + " TYPE "
				d.alters = append(d.alters, Step{Up: to + y.Type, Down: to + x.Type})
			}
		})
}

// functions makes and drops functions, and ends what comes before the tables.
// A quoted body is not looked at before it is called, so that it may speak of
// tables that are made after it; what the head of a function and a body that is
// parsed speak of is there first.
func (d *differ) functions() {
	tables, views := d.made(d.to, d.from), madeViews(d.to, d.from)
	var late, mid []node
	lax, needed := false, map[string]bool{} // by tables
	for _, t := range d.to.Tables {
		if tables[t.Name.Name] {
			maps.Copy(needed, words(t.create()))
		}
	}
	for _, f := range d.to.Functions { // tables may use operators, casts and aggregates, and quoted bodies may
		if f.ofFunctions() {
			maps.Copy(needed, words(f.Definition))
			needed[f.Name.Name] = true
		}
	}
	pair(d.from.Functions, d.to.Functions, func(f *Function) string { return f.String() + "(" + f.Arguments + ")" },
		func(f *Function) {
			if head := f.head(); mentions(head, madeViews(d.from, d.to)) || mentions(head, d.made(d.from, d.to)) {
				d.dropForeign = append(d.dropForeign, undo(create(f.Definition, dropFunction(f))))
				return
			}
			d.goes(f.Name, f.Definition, dropFunction(f))
		},
		func(f *Function) {
			switch head := f.head(); {
			case mentions(head, views):
				late = append(late, node{f.Name.Name, create(f.Definition, dropFunction(f)), f.Definition})
			case mentions(head, tables), head == f.Definition && !needed[f.Name.Name]:
				mid = append(mid, node{f.Name.Name, create(f.Definition, dropFunction(f)), f.Definition})
			default:
				lax = lax || f.ofFunctions() || mentions(f.Definition, tables) || mentions(f.Definition, views)
				d.comes(f.Name, f.Definition, dropFunction(f))
			}
		},
		func(a, b *Function) {
			switch {
			case a.Definition == b.Definition:
			case a.result() == b.result():
				d.alters = append(d.alters, Step{Up: b.Definition, Down: a.Definition})
			default: // CREATE OR REPLACE keeps the type of the result
				d.alters = append(d.alters, undo(create(a.Definition, dropFunction(a))), create(b.Definition, dropFunction(b)))
			}
		})
	if lax {
		d.makeTypes = append(d.makeTypes, Step{Up: "SET LOCAL check_function_bodies = off"})
	}
	for _, n := range ordered(d.came) {
		d.makeTypes = append(d.makeTypes, n.step)
	}
	for _, n := range ordered(mid) {
		d.makeFunctions = append(d.makeFunctions, n.step)
	}
	gone := ordered(d.gone)
	slices.Reverse(gone)
	for _, n := range gone {
		d.dropTypes = append(d.dropTypes, undo(n.step))
	}
	d.came = late // for views
}

// ofFunctions tells what is made of functions: an operator, a cast, an aggregate.
func (f *Function) ofFunctions() bool {
	return f.Drop != "" || strings.HasPrefix(f.Definition, "CREATE OR REPLACE AGGREGATE")
}

// made are the names of the tables that are in one schema and not in another.
func (d *differ) made(in, notIn *Schema) map[string]bool {
	out := map[string]bool{}
	for _, t := range in.Tables {
		if notIn.Table(t.String()) == nil {
			out[t.Name.Name] = true
		}
	}
	return out
}

func madeViews(in, notIn *Schema) map[string]bool {
	out := map[string]bool{}
	for _, v := range in.Views {
		if !slices.ContainsFunc(notIn.Views, func(x *View) bool { return x.Name == v.Name }) {
			out[v.Name.Name] = true
		}
	}
	return out
}

// head is what of a function is looked at when it is made.
func (f *Function) head() string {
	if i := strings.Index(f.Definition, "\nAS $"); i >= 0 {
		return f.Definition[:i]
	}
	return f.Definition
}

// result is the line of the definition that says what the function returns.
func (f *Function) result() string {
	for line := range strings.Lines(f.Definition) {
		if strings.HasPrefix(line, " RETURNS ") || strings.HasPrefix(line, " STYPE = ") || strings.HasPrefix(line, " FINALFUNC = ") {
			return line
		}
	}
	return ""
}

func dropFunction(f *Function) string {
	if f.Drop != "" {
		return f.Drop
	}
	kind := "FUNCTION "
	if strings.HasPrefix(f.Definition, "CREATE OR REPLACE PROCEDURE") {
		kind = "PROCEDURE "
	} else if strings.HasPrefix(f.Definition, "CREATE OR REPLACE AGGREGATE") {
		kind = "AGGREGATE "
	}
	return "DROP " + kind + f.String() + "(" + f.Arguments + ")"
}

// views drops what is gone or another, and makes what came, each after those
// that it reads. A view is made again too where a table that it may read
// changes.
func (d *differ) views() {
	changed := len(d.alters)+len(d.rename)+len(d.drops) > 0
	drop := func(v *View) string { return "DROP " + v.kind() + " " + v.String() }
	made, gone := d.came, []node(nil)
	var comments []Step
	comment := func(v *View, text string) string { return commentOn(v.kind(), v.String(), text) }
	pair(d.from.Views, d.to.Views, func(v *View) string { return v.String() },
		func(v *View) { gone = append(gone, node{v.Name.Name, create(v.create(), drop(v)), v.Query}) },
		func(v *View) {
			made = append(made, node{v.Name.Name, create(v.create(), drop(v)), v.Query})
			if v.Comment != "" {
				comments = append(comments, Step{Up: comment(v, v.Comment)})
			}
		},
		func(a, b *View) {
			x, y := *a, *b
			x.Unpopulated, y.Unpopulated = false, false
			again := changed || x.create() != y.create()
			if again {
				gone = append(gone, node{a.Name.Name, create(a.create(), drop(a)), a.Query})
				made = append(made, node{b.Name.Name, create(b.create(), drop(b)), b.Query})
			}
			if a.Comment != b.Comment || again && b.Comment != "" {
				comments = append(comments, Step{Up: comment(b, b.Comment), Down: comment(a, a.Comment)})
			}
		})
	for _, n := range ordered(made) {
		d.makeViews = append(d.makeViews, n.step)
	}
	d.makeViews = append(d.makeViews, comments...)
	gone = ordered(gone)
	slices.Reverse(gone)
	for _, n := range gone {
		d.dropViews = append(d.dropViews, undo(n.step))
	}
}

// comments writes the comments that have no field. Those on what is made anew
// come back.
func (d *differ) comments() {
	old, now := d.from.objects(), d.to.objects()
	set := func(c Comment) string { return "COMMENT ON " + c.On + " IS " + literal(c.Text) }
	none := func(c Comment) string { return "COMMENT ON " + c.On + " IS NULL" }
	remade := map[string]bool{}
	for _, s := range d.makeViews {
		for on := range now {
			if name, ok := strings.CutPrefix(on, "COLUMN "); ok && strings.HasPrefix(s.Up, "CREATE ") && strings.Contains(s.Up, " VIEW "+name[:strings.LastIndexByte(name, '.')]) {
				remade[on] = true
			}
		}
	}
	pair(d.from.Comments, d.to.Comments, func(c Comment) string { return c.On },
		func(c Comment) {
			if now[c.On] {
				d.makeComments = append(d.makeComments, undo(create(set(c), none(c))))
			} else {
				d.dropComments = append(d.dropComments, Step{Down: set(c)})
			}
		},
		func(c Comment) {
			s := create(set(c), none(c))
			if !old[c.On] {
				s.Down = ""
			}
			d.makeComments = append(d.makeComments, s)
		},
		func(a, b Comment) {
			if a.Text != b.Text || remade[a.On] {
				d.makeComments = append(d.makeComments, create(set(b), set(a)))
			}
		})
}

// objects are the names that comments can be on.
func (s *Schema) objects() map[string]bool {
	out := map[string]bool{}
	in := func(namespace, name string) string { return Name{namespace, name}.String() }
	for _, n := range s.Namespaces {
		out["SCHEMA "+quote(n)] = true
	}
	for _, e := range s.Enums {
		out["TYPE "+e.String()] = true
	}
	for _, c := range s.Composites {
		out["TYPE "+c.String()] = true
		for _, a := range c.Attributes {
			out["COLUMN "+c.String()+"."+quote(a.Name)] = true
		}
	}
	for _, x := range s.Ranges {
		out["TYPE "+x.String()] = true
		out["TYPE "+x.Multirange.String()] = true
	}
	for _, x := range s.Domains {
		out["DOMAIN "+x.String()] = true
		for _, c := range x.Checks {
			out["CONSTRAINT "+quote(c.Name)+" ON DOMAIN "+x.String()] = true
		}
	}
	for _, q := range s.Sequences {
		out["SEQUENCE "+q.String()] = true
	}
	for _, f := range s.Functions {
		out[strings.TrimPrefix(dropFunction(f), "DROP ")] = true
	}
	for _, v := range s.Views {
		for _, c := range v.Columns {
			out["COLUMN "+v.String()+"."+quote(c)] = true
		}
		for _, x := range v.Indexes {
			out["INDEX "+in(v.Namespace, x.Name)] = true
		}
		for _, x := range v.Triggers {
			out["TRIGGER "+quote(x.Name)+" ON "+v.String()] = true
		}
	}
	for _, t := range s.Tables {
		for _, c := range t.Columns {
			if c.Serial || c.Identity != "" {
				out["SEQUENCE "+in(t.Namespace, t.Name.Name+"_"+c.Name+"_seq")] = true
			}
		}
		for _, x := range t.Indexes {
			out["INDEX "+in(t.Namespace, x.Name)] = true
		}
		for _, x := range t.Triggers {
			out["TRIGGER "+quote(x.Name)+" ON "+t.String()] = true
		}
		for _, name := range t.constraints() {
			out["INDEX "+in(t.Namespace, name)] = true
			out["CONSTRAINT "+quote(name)+" ON "+t.String()] = true
		}
	}
	return out
}

func (t *Table) constraints() []string {
	var out []string
	for _, k := range append(t.Uniques[:len(t.Uniques):len(t.Uniques)], t.PrimaryKey) {
		if k != nil {
			out = append(out, k.Name)
		}
	}
	for _, f := range t.Foreign {
		out = append(out, f.Name)
	}
	for _, c := range t.Checks {
		out = append(out, c.Name)
	}
	return out
}
