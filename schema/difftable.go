package schema

import (
	"fmt"
	"slices"
	"sort"
	"strings"
)

// tables pairs the tables, those that were renamed included.
func (d *differ) tables() {
	renamed := map[string]string{} // new name → old
	for old, to := range d.o.Renames {
		was := d.from.Table(old)
		if was == nil {
			continue
		}
		if is := d.to.Table((Name{was.Namespace, to}).String()); is != nil {
			renamed[is.String()] = old
			d.used[old] = true
		}
	}
	var gone, came []*Table
	pair(d.from.Tables, d.to.Tables, func(t *Table) string { return t.String() },
		func(t *Table) { gone = append(gone, t) },
		func(t *Table) { came = append(came, t) },
		d.table)
	came, gone = byRowTypes(came), byRowTypes(gone)
	slices.Reverse(gone)
	for _, t := range came {
		old := d.from.Table(renamed[t.String()])
		if old == nil {
			d.makeTable(t)
			continue
		}
		gone = slices.DeleteFunc(gone, func(x *Table) bool { return x == old })
		d.rename = append(d.rename, Step{
			Up:   "ALTER TABLE " + old.String() + " RENAME TO " + quote(t.Name.Name),
			Down: "ALTER TABLE " + t.String() + " RENAME TO " + quote(old.Name.Name),
		})
		d.table(old, t)
	}
	for _, t := range gone {
		d.dropTable(t)
		for _, u := range came {
			if renamed[u.String()] == "" && sameShape(t, u) {
				d.p.Questions = append(d.p.Questions, Question{t.String(), u.String()})
			}
		}
	}
}

// sameShape tells tables whose columns are the same.
func sameShape(a, b *Table) bool {
	return slices.EqualFunc(a.Columns, b.Columns, func(x, y *Column) bool { return x.Name == y.Name && x.Type == y.Type })
}

func (d *differ) makeTable(t *Table) {
	d.makeTables = append(d.makeTables, Step{Up: t.create(), Down: "DROP TABLE " + t.String(), Lost: "the rows of " + t.String()})
	for _, x := range t.Indexes {
		d.makeIndexes = append(d.makeIndexes, Step{Up: x.Definition})
	}
	for _, x := range t.Triggers {
		d.makeIndexes = append(d.makeIndexes, Step{Up: x.Definition})
	}
	for _, f := range t.Foreign {
		d.makeForeign = append(d.makeForeign, constraintStep(t, f.sql(), f.Name))
	}
	if t.Comment != "" {
		d.makeIndexes = append(d.makeIndexes, Step{Up: commentOn("TABLE", t.String(), t.Comment)})
	}
	for _, c := range t.Columns {
		if c.Comment != "" {
			d.makeIndexes = append(d.makeIndexes, Step{Up: commentOn("COLUMN", t.String()+"."+quote(c.Name), c.Comment)})
		}
	}
}

// dropTable is makeTable the other way round.
func (d *differ) dropTable(t *Table) {
	for _, f := range t.Foreign {
		d.dropForeign = append(d.dropForeign, undo(constraintStep(t, f.sql(), f.Name)))
	}
	var rest differ
	rest.makeTable(&Table{Name: t.Name, Of: t.Of, Comment: t.Comment, Columns: t.Columns, PrimaryKey: t.PrimaryKey, Uniques: t.Uniques, Checks: t.Checks, Indexes: t.Indexes, Triggers: t.Triggers, TenantBy: t.TenantBy})
	down := []string{rest.makeTables[0].Up}
	for _, s := range rest.makeIndexes {
		down = append(down, s.Up)
	}
	d.drops = append(d.drops, Step{Up: "DROP TABLE " + t.String(), Down: strings.Join(down, ";\n"), Loses: "the rows of " + t.String()})
}

// constraintStep adds a constraint to a table.
func constraintStep(t *Table, definition, name string) Step {
	on := "ALTER TABLE " + t.String()
	return Step{Up: on + " ADD " + definition, Down: on + " DROP CONSTRAINT " + quote(name)}
}

// table finds what is another between two states of a table.
func (d *differ) table(a, b *Table) {
	names := d.columns(a, b)
	keys := func(list []*Key, kind string, up bool) (out []Step) {
		for _, k := range list {
			s := constraintStep(b, renamedKey(k, names, up).sql(kind), k.Name)
			out = append(out, s)
		}
		return out
	}
	primary := func(t *Table) []*Key {
		if t.PrimaryKey == nil {
			return nil
		}
		return []*Key{t.PrimaryKey}
	}
	for _, kind := range []struct {
		word     string
		from, to []*Key
	}{{"PRIMARY KEY", primary(a), primary(b)}, {"UNIQUE", a.Uniques, b.Uniques}} {
		pair(kind.from, kind.to, func(k *Key) string { return k.sql(kind.word) },
			func(k *Key) {
				if !slices.ContainsFunc(kind.to, func(n *Key) bool { return same(n, renamedKey(k, names, true)) }) {
					d.drops = append(d.drops, undo(keys([]*Key{k}, kind.word, false)[0]))
				}
			},
			func(k *Key) {
				if !slices.ContainsFunc(kind.from, func(o *Key) bool { return same(k, renamedKey(o, names, true)) }) {
					d.makeIndexes = append(d.makeIndexes, keys([]*Key{k}, kind.word, false)[0])
				}
			},
			func(_, _ *Key) {})
	}
	d.checks(a, b, names)
	d.foreign(a, b, names)
	d.definitions(a, b, names)
	if a.TenantBy != b.TenantBy { // when its keys are as they will be
		on := "ALTER TABLE " + b.String() + " "
		d.makeIndexes = append(d.makeIndexes, Step{Up: on + tenantBy(b.TenantBy), Down: on + tenantBy(a.TenantBy)})
		// The engine lets those lift it who work for all tenants, which they have
		// to say before the first definition: the record of it is a table too.
		across := "SET LOCAL zqlite.cross_tenant = 'a migration changes TENANT BY'"
		if a.TenantBy != "" {
			d.across.Up = across
		}
		if b.TenantBy != "" {
			d.across.Down = across
		}
	}
	if a.Of != b.Of {
		d.alters = append(d.alters, Step{Up: "ALTER TABLE " + b.String() + " " + of(b.Of), Down: "ALTER TABLE " + b.String() + " " + of(a.Of)})
	}
	if a.Comment != b.Comment {
		d.alters = append(d.alters, Step{Up: commentOn("TABLE", b.String(), b.Comment), Down: commentOn("TABLE", b.String(), a.Comment)})
	}
}

// renamedKey is a key with its columns' new names.
func renamedKey(k *Key, names map[string]string, up bool) *Key {
	if !up || len(names) == 0 {
		return k
	}
	n := *k
	n.Columns = renamedAll(k.Columns, names)
	return &n
}

func renamedAll(columns []string, names map[string]string) []string {
	out := slices.Clone(columns)
	for i, c := range out {
		if n := names[c]; n != "" {
			out[i] = n
		}
	}
	return out
}

func (d *differ) checks(a, b *Table, names map[string]string) {
	text := func(c *Check) string { return c.Name + " " + renamedText(c.Expr, names) }
	pair(a.Checks, b.Checks, text,
		func(c *Check) { d.drops = append(d.drops, undo(constraintStep(b, c.sql(), c.Name))) },
		func(c *Check) { d.makeIndexes = append(d.makeIndexes, constraintStep(b, c.sql(), c.Name)) },
		func(_, _ *Check) {})
}

// renamedText is an expression with columns' new names, as the database keeps
// it after they were renamed.
func renamedText(text string, names map[string]string) string {
	if len(names) == 0 {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); {
		j := i
		for j < len(text) && isWord(text[j]) {
			j++
		}
		switch {
		case j == i && text[i] == '\'':
			end := i + 1
			for end < len(text) && text[end] != '\'' {
				end++
			}
			j = min(end+1, len(text))
			b.WriteString(text[i:j])
		case j == i:
			j++
			b.WriteByte(text[i])
		default:
			if n := names[text[i:j]]; n != "" {
				b.WriteString(quote(n))
			} else {
				b.WriteString(text[i:j])
			}
		}
		i = j
	}
	return b.String()
}

func isWord(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

func (d *differ) foreign(a, b *Table, names map[string]string) {
	text := func(t *Table, names map[string]string) func(f *ForeignKey) string {
		return func(f *ForeignKey) string {
			n := *f
			n.Columns = renamedAll(f.Columns, names)
			if to := d.o.Renames[f.Parent.Name]; to != "" && t == a {
				n.Parent.Name = to
			}
			if t == a {
				n.References = slices.Clone(f.References)
				for i, c := range n.References {
					if to := d.o.Renames[n.Parent.Name+"."+c]; to != "" {
						n.References[i] = to
					}
				}
			}
			return n.sql()
		}
	}
	old, now := map[string]bool{}, map[string]bool{}
	for _, f := range a.Foreign {
		old[text(a, names)(f)] = !d.changesTenant(a, b, f)
	}
	for _, f := range b.Foreign {
		now[text(b, nil)(f)] = !d.changesTenant(a, b, f)
		if !old[text(b, nil)(f)] {
			d.makeForeign = append(d.makeForeign, constraintStep(b, f.sql(), f.Name))
		}
	}
	for _, f := range a.Foreign {
		if !now[text(a, names)(f)] {
			d.dropForeign = append(d.dropForeign, undo(constraintStep(a, f.sql(), f.Name)))
		}
	}
}

// changesTenant tells whether TENANT BY comes to or goes from one of the two
// tables of a foreign key, which stands aside meanwhile: both have to have it.
func (d *differ) changesTenant(a, b *Table, f *ForeignKey) bool {
	was, is := d.from.Table(f.Parent.String()), d.to.Table(f.Parent.String())
	return a.TenantBy != b.TenantBy || was != nil && is != nil && was.TenantBy != is.TenantBy
}

// definitions compares indexes and triggers, which are what their text is.
func (d *differ) definitions(a, b *Table, names map[string]string) {
	moved := func(text string) string {
		return strings.Replace(renamedText(text, names), " ON "+full(a.Name)+" ", " ON "+full(b.Name)+" ", 1)
	}
	pair(a.Indexes, b.Indexes, func(x *Index) string { return moved(x.Definition) },
		func(x *Index) {
			d.drops = append(d.drops, undo(create(moved(x.Definition), "DROP INDEX "+Name{b.Namespace, x.Name}.String())))
		},
		func(x *Index) {
			d.makeIndexes = append(d.makeIndexes, create(x.Definition, "DROP INDEX "+Name{b.Namespace, x.Name}.String()))
		},
		func(_, _ *Index) {})
	dropTrigger := func(x *Trigger) string { return "DROP TRIGGER " + quote(x.Name) + " ON " + b.String() }
	pair(a.Triggers, b.Triggers, func(x *Trigger) string { return moved(x.Definition) },
		func(x *Trigger) { d.drops = append(d.drops, undo(create(moved(x.Definition), dropTrigger(x)))) },
		func(x *Trigger) { d.makeIndexes = append(d.makeIndexes, create(x.Definition, dropTrigger(x))) },
		func(_, _ *Trigger) {})
}

// full is the name as definitions of indexes write it.
func full(n Name) string { return quote(n.Namespace) + "." + quote(n.Name) }

// columns plans the changes of columns and gives the new names of those that
// were renamed.
func (d *differ) columns(a, b *Table) map[string]string {
	names := map[string]string{}
	for _, c := range a.Columns {
		key := b.Name.Name + "." + c.Name
		if d.o.Renames[key] == "" {
			key = b.String() + "." + c.Name
		}
		if to := d.o.Renames[key]; to != "" && b.Column(to) != nil {
			names[c.Name] = to
			d.used[key] = true
			d.rename = append(d.rename, Step{
				Up:   fmt.Sprintf("ALTER TABLE %s RENAME COLUMN %s TO %s", b, quote(c.Name), quote(to)),
				Down: fmt.Sprintf("ALTER TABLE %s RENAME COLUMN %s TO %s", b, quote(to), quote(c.Name)),
			})
		}
	}
	on := "ALTER TABLE " + b.String()
	var gone, came []*Column
	pair(a.Columns, b.Columns, func(c *Column) string {
		if to := names[c.Name]; to != "" && a.Column(c.Name) == c {
			return to
		}
		return c.Name
	},
		func(c *Column) {
			gone = append(gone, c)
			d.drops = append(d.drops, undo(Step{Up: on + " ADD COLUMN " + c.sql(), Down: on + " DROP COLUMN " + quote(c.Name), Lost: fmt.Sprintf("the column %s of %s", quote(c.Name), b)}))
		},
		func(c *Column) {
			came = append(came, c)
			d.alters = append(d.alters, Step{Up: c.filled(b) + on + " ADD COLUMN " + c.sql(), Down: on + " DROP COLUMN " + quote(c.Name), Lost: fmt.Sprintf("the column %s of %s", quote(c.Name), b)})
			if c.Comment != "" {
				d.alters = append(d.alters, Step{Up: commentOn("COLUMN", b.String()+"."+quote(c.Name), c.Comment)})
			}
		},
		func(x, y *Column) { d.column(b, x, y, names) })
	for _, g := range gone {
		for _, c := range came {
			if g.Type == c.Type {
				d.p.Questions = append(d.p.Questions, Question{b.Name.Name + "." + g.Name, c.Name})
			}
		}
	}
	sort.Slice(d.p.Questions, func(i, j int) bool { return d.p.Questions[i].String() < d.p.Questions[j].String() })
	return names
}

// column plans the change of one column to what it is to be.
func (d *differ) column(t *Table, a, b *Column, names map[string]string) {
	on := fmt.Sprintf("ALTER TABLE %s ALTER COLUMN %s ", t, quote(b.Name))
	step := func(up, down string) { d.alters = append(d.alters, Step{Up: on + up, Down: on + down}) }
	if renamedText(a.Generated, names) != b.Generated { // a computed column is made anew
		table := "ALTER TABLE " + t.String()
		d.alters = append(d.alters,
			Step{Up: table + " DROP COLUMN " + quote(b.Name), Down: table + " ADD COLUMN " + renamedColumn(a, b.Name).sql(), Loses: lossOf(t, a)},
			Step{Up: table + " ADD COLUMN " + b.sql(), Down: table + " DROP COLUMN " + quote(b.Name)})
		return
	}
	if a.Type != b.Type {
		using := func(typ string) string { return "TYPE " + typ + " USING " + quote(b.Name) + "::" + typ }
		dropped := a.Default != "" && b.Default != a.Default
		if dropped {
			step("DROP DEFAULT", "SET DEFAULT "+a.Default)
		}
		d.alters = append(d.alters, Step{Up: on + using(b.Type), Down: on + using(a.Type), Loses: narrowing(t, a, b)})
		if dropped {
			a = &Column{Name: a.Name, Type: a.Type, NotNull: a.NotNull, Identity: a.Identity, Serial: a.Serial, Comment: a.Comment}
		}
	}
	d.filling(t, a, b, step)
	if a.NotNull != b.NotNull && (a.Identity != "") == (b.Identity != "") {
		set := map[bool]string{true: "SET NOT NULL", false: "DROP NOT NULL"}
		step(set[b.NotNull], set[a.NotNull])
	}
	if a.Comment != b.Comment {
		column := t.String() + "." + quote(b.Name)
		d.alters = append(d.alters, Step{Up: commentOn("COLUMN", column, b.Comment), Down: commentOn("COLUMN", column, a.Comment)})
	}
}

// filling plans changes of how a column gets its values: default, identity,
// sequence.
func (d *differ) filling(t *Table, a, b *Column, step func(up, down string)) {
	value := func(c *Column) string {
		if c.Serial {
			return "nextval(" + literal(Name{t.Namespace, t.Name.Name + "_" + c.Name + "_seq"}.String()) + ")"
		}
		return c.Default
	}
	if a.Identity != b.Identity {
		switch {
		case a.Identity == "":
			step("ADD GENERATED "+b.Identity+" AS IDENTITY", "DROP IDENTITY")
		case b.Identity == "":
			step("DROP IDENTITY", "ADD GENERATED "+a.Identity+" AS IDENTITY")
		default:
			step("SET GENERATED "+b.Identity, "SET GENERATED "+a.Identity)
		}
	}
	if x, y := value(a), value(b); x != y {
		sequence := Name{t.Namespace, t.Name.Name + "_" + b.Name + "_seq"}
		owned := fmt.Sprintf("CREATE SEQUENCE %s AS %s OWNED BY %s.%s", sequence, b.Type, t, quote(b.Name))
		if b.Serial {
			d.alters = append(d.alters, create(owned, "DROP SEQUENCE "+sequence.String()))
		}
		set := func(v string) string {
			if v == "" {
				return "DROP DEFAULT"
			}
			return "SET DEFAULT " + v
		}
		step(set(y), set(x))
		if a.Serial {
			d.alters = append(d.alters, undo(create(owned, "DROP SEQUENCE "+sequence.String())))
		}
	}
}

// filled warns of a new column that rows which are there have no value for.
func (c *Column) filled(t *Table) string {
	if !c.NotNull || c.Default != "" || c.Serial || c.Identity != "" || c.Generated != "" {
		return ""
	}
	return fmt.Sprintf("-- fails where %s has rows: give %s a DEFAULT, or add it, fill it and SET NOT NULL\n", t, quote(c.Name))
}

func renamedColumn(c *Column, name string) *Column {
	n := *c
	n.Name = name
	return &n
}

func lossOf(t *Table, c *Column) string {
	if c.Generated != "" {
		return ""
	}
	return fmt.Sprintf("the column %s of %s", quote(c.Name), t)
}

// widths orders types that hold each other's values.
var widths = map[string]int{
	"smallint": 1, "integer": 2, "bigint": 3, "numeric": 4, "real": 1, "double precision": 2,
}

// narrowing says what a change of type may lose; "" is nothing.
func narrowing(t *Table, a, b *Column) string {
	wa, wb := widths[a.Type], widths[b.Type]
	switch {
	case b.Type == "text" || b.Type == "character varying":
		return ""
	case wa > 0 && wb >= wa && !strings.HasPrefix(a.Type, "double") && !strings.HasPrefix(b.Type, "double"):
		return ""
	case baseOf(a.Type) == baseOf(b.Type) && length(b.Type) >= length(a.Type) && length(a.Type) > 0:
		return ""
	}
	return fmt.Sprintf("values of %s.%s that are no %s make it fail or lose digits", t, quote(b.Name), b.Type)
}

func baseOf(typ string) string { base, _, _ := strings.Cut(typ, "("); return base }

func length(typ string) int {
	n := 0
	if _, rest, ok := strings.Cut(typ, "("); ok && !strings.Contains(rest, ",") {
		fmt.Sscanf(rest, "%d", &n)
	}
	return n
}
