package schema

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"strings"

	"github.com/zqlite/zqlite/internal/sql/ast"
)

func quote(name string) string { return ast.QuoteIdent(name) }

func literal(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

func list(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = quote(n)
	}
	return "(" + strings.Join(quoted, ", ") + ")"
}

// SQL writes the statements that make the schema.
func (s *Schema) SQL() string {
	p, err := Diff(&Schema{}, s, Options{})
	if err != nil { // from nothing there is nothing to ask
		return "-- " + err.Error()
	}
	return p.Up()
}

// Normalize gives the schema as a database would tell it after its statements
// were run: names of constraints filled in, texts of expressions in one form.
// Schemas that are written in Go are to be normalized before Diff.
func Normalize(s *Schema) (*Schema, error) {
	var out *Schema
	ctx := context.Background()
	err := onEmpty(func(db *sql.DB) (err error) {
		if _, err = db.ExecContext(ctx, s.SQL()); err != nil {
			return fmt.Errorf("schema: %w", err)
		}
		out, err = ReadDB(ctx, db)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, t := range s.Tables { // what the database does not keep
		n := out.Table(t.String())
		if n == nil {
			continue
		}
		n.Annotations = t.Annotations
		if n.Annotations.Tenant == "" {
			n.Annotations.Tenant = n.TenantBy
		}
		for _, c := range t.Columns {
			if d := n.Column(c.Name); d != nil {
				d.Enum, d.GoType = c.Enum, c.GoType
			}
		}
	}
	return out, nil
}

// serialOf is the pseudo-type of a serial column.
func serialOf(typ string) string {
	switch typ {
	case "smallint":
		return "smallserial"
	case "bigint":
		return "bigserial"
	}
	return "serial"
}

// sql is the definition of the column, as CREATE TABLE and ADD COLUMN take it.
func (c *Column) sql() string {
	return c.typed(false)
}

// typed is the definition of a column, or what one of a typed table adds to that
// of the type; "" where it adds nothing.
func (c *Column) typed(ofType bool) string {
	text := quote(c.Name) + " "
	bare := text + "WITH OPTIONS"
	if ofType {
		text = bare
	} else if c.Serial {
		text += serialOf(c.Type)
	} else {
		text += c.Type
		if c.Collation != "" {
			text += " COLLATE " + quote(c.Collation)
		}
	}
	switch {
	case c.Generated != "":
		text += " GENERATED ALWAYS AS " + parenthesized(c.Generated) + " STORED"
	case c.Identity != "":
		text += spaced(" GENERATED", c.Identity, "AS IDENTITY", c.Counting)
	case c.Default != "":
		text += " DEFAULT " + c.Default
	}
	if c.NotNull && !c.Serial && c.Identity == "" {
		text += " NOT NULL"
	}
	if text == bare {
		return ""
	}
	return text
}

func (k *Key) sql(kind string) string {
	text := kind
	if k.Name != "" {
		text = "CONSTRAINT " + quote(k.Name) + " " + kind
	}
	if k.NullsNotDistinct {
		text += " NULLS NOT DISTINCT"
	}
	return spaced(text+" "+list(k.Columns), k.Deferral)
}

func spaced(words ...string) string {
	var out []string
	for _, w := range words {
		if w != "" {
			out = append(out, w)
		}
	}
	return strings.Join(out, " ")
}

func (f *ForeignKey) sql() string {
	text := "FOREIGN KEY " + list(f.Columns) + " REFERENCES " + f.Parent.String()
	if f.Name != "" {
		text = "CONSTRAINT " + quote(f.Name) + " " + text
	}
	if len(f.References) > 0 {
		text += " " + list(f.References)
	}
	if f.OnUpdate != "" {
		text += " ON UPDATE " + f.OnUpdate
	}
	if f.OnDelete != "" {
		text += " ON DELETE " + f.OnDelete
		if len(f.SetColumns) > 0 {
			text += " " + list(f.SetColumns)
		}
	}
	return spaced(text, f.Deferral)
}

func (c *Check) sql() string {
	text := "CHECK " + parenthesized(c.Expr)
	if c.Name != "" {
		text = "CONSTRAINT " + quote(c.Name) + " " + text
	}
	return text
}

// create is the CREATE TABLE with all but foreign keys, which come when every
// table is there, and indexes.
func (t *Table) create() string {
	var lines []string
	for _, c := range t.Columns {
		if line := c.typed(t.Of != ""); line != "" {
			lines = append(lines, line)
		}
	}
	if t.PrimaryKey != nil {
		lines = append(lines, t.PrimaryKey.sql("PRIMARY KEY"))
	}
	for _, k := range t.Uniques {
		lines = append(lines, k.sql("UNIQUE"))
	}
	for _, c := range t.Checks {
		lines = append(lines, c.sql())
	}
	text := "CREATE TABLE " + t.String()
	if t.Of != "" {
		text += " " + of(t.Of)
	}
	if t.Of == "" && len(lines) == 0 {
		text += " ()"
	} else if len(lines) > 0 {
		text += " (\n    " + strings.Join(lines, ",\n    ") + "\n)"
	}
	if t.TenantBy != "" {
		text += " " + tenantBy(t.TenantBy)
	}
	return text
}

func of(typ string) string {
	if typ == "" {
		return "NOT OF"
	}
	return "OF " + typ
}

func tenantBy(column string) string {
	if column == "" {
		return "NO TENANT"
	}
	return "TENANT BY (" + quote(column) + ")"
}

func (e *Enum) create() string {
	labels := make([]string, len(e.Labels))
	for i, l := range e.Labels {
		labels[i] = literal(l)
	}
	return "CREATE TYPE " + e.String() + " AS ENUM (" + strings.Join(labels, ", ") + ")"
}

func (d *Domain) create() string {
	text := "CREATE DOMAIN " + d.String() + " AS " + d.Type
	if d.Default != "" {
		text += " DEFAULT " + d.Default
	}
	if d.NotNull {
		text += " NOT NULL"
	}
	for i := range d.Checks {
		text += " " + d.Checks[i].sql()
	}
	return text
}

func (q *Sequence) create() string {
	return spaced("CREATE SEQUENCE "+q.String()+" AS "+q.Type, q.options(false))
}

// alter is the statement that gives the sequence all its options.
func (q *Sequence) alter() string {
	return "ALTER SEQUENCE " + q.String() + " AS " + q.Type + " " + q.options(true)
}

// options are those that are not the usual ones, or all.
func (q *Sequence) options(all bool) string {
	var list []string
	add := func(when bool, format string, args ...any) {
		if when || all {
			list = append(list, fmt.Sprintf(format, args...))
		}
	}
	first, usualMin, usualMax := q.Min, q.Min == 1, farthest(q.Max)
	if q.Increment < 0 {
		first, usualMin, usualMax = q.Max, farthest(q.Min), q.Max == -1
	}
	bound := func(usual bool, word string, value int64) {
		switch {
		case !usual:
			list = append(list, fmt.Sprint(word, " ", value))
		case all:
			list = append(list, "NO "+word)
		}
	}
	bound(usualMin, "MINVALUE", q.Min)
	bound(usualMax, "MAXVALUE", q.Max)
	add(q.Increment != 1, "INCREMENT %d", q.Increment)
	add(q.Start != first, "START %d", q.Start)
	add(q.Cache > 1, "CACHE %d", max(q.Cache, 1))
	switch {
	case q.Cycle:
		list = append(list, "CYCLE")
	case all:
		list = append(list, "NO CYCLE")
	}
	return strings.Join(list, " ")
}

// farthest tells the bounds of an integer type, in this database or another:
// integer has 64 bits here.
func farthest(n int64) bool {
	switch n {
	case math.MaxInt16, math.MaxInt32, math.MaxInt64, math.MinInt16, math.MinInt32, math.MinInt64:
		return true
	}
	return false
}

// owned is the statement that makes the sequence go with its column.
func (q *Sequence) owned() string {
	owner := q.OwnedBy
	if owner == "" {
		owner = "NONE"
	}
	return "ALTER SEQUENCE " + q.String() + " OWNED BY " + owner
}

func (c *Composite) create() string {
	fields := make([]string, len(c.Attributes))
	for i, a := range c.Attributes {
		fields[i] = quote(a.Name) + " " + a.Type
	}
	return "CREATE TYPE " + c.String() + " AS (" + strings.Join(fields, ", ") + ")"
}

func (x *Range) create() string {
	options := []string{"SUBTYPE = " + x.Subtype}
	if x.Diff != "" {
		options = append(options, "SUBTYPE_DIFF = "+x.Diff)
	}
	return "CREATE TYPE " + x.String() + " AS RANGE (" + strings.Join(append(options, "MULTIRANGE_TYPE_NAME = "+x.Multirange.String()), ", ") + ")"
}

func (v *View) kind() string {
	if v.Materialized {
		return "MATERIALIZED VIEW"
	}
	return "VIEW"
}

func (v *View) create() string {
	text := "CREATE " + v.kind() + " " + v.String()
	if len(v.Columns) > 0 {
		text += " " + list(v.Columns)
	}
	text += " AS " + v.Query
	if v.CheckOption != "" {
		text += " WITH " + v.CheckOption + " CHECK OPTION"
	}
	if v.Unpopulated {
		text += " WITH NO DATA"
	}
	for _, d := range v.Defaults {
		text += ";\nALTER VIEW " + v.String() + " ALTER COLUMN " + quote(d.Column) + " SET DEFAULT " + d.Expr
	}
	for _, x := range v.Indexes {
		text += ";\n" + x.Definition
	}
	for _, x := range v.Triggers {
		text += ";\n" + x.Definition
	}
	return text
}

func commentOn(kind, name, text string) string {
	if text == "" {
		return "COMMENT ON " + kind + " " + name + " IS NULL"
	}
	return "COMMENT ON " + kind + " " + name + " IS " + literal(text)
}
