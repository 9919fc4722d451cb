package schema

import (
	"context"
	"database/sql"
	"fmt"
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
	text := quote(c.Name) + " "
	if c.Serial {
		text += serialOf(c.Type)
	} else {
		text += c.Type
	}
	switch {
	case c.Generated != "":
		text += " GENERATED ALWAYS AS " + parenthesized(c.Generated) + " STORED"
	case c.Identity != "":
		text += " GENERATED " + c.Identity + " AS IDENTITY"
	case c.Default != "":
		text += " DEFAULT " + c.Default
	}
	if c.NotNull && !c.Serial && c.Identity == "" {
		text += " NOT NULL"
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
		lines = append(lines, c.sql())
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
	text := "CREATE TABLE " + t.String() + " (\n    " + strings.Join(lines, ",\n    ") + "\n)"
	if t.TenantBy != "" {
		text += " " + tenantBy(t.TenantBy)
	}
	return text
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
	text := fmt.Sprintf("CREATE SEQUENCE %s AS %s START %d INCREMENT %d MINVALUE %d MAXVALUE %d", q, q.Type, q.Start, q.Increment, q.Min, q.Max)
	if q.Cycle {
		text += " CYCLE"
	}
	return text
}

func (v *View) kind() string {
	if v.Materialized {
		return "MATERIALIZED VIEW"
	}
	return "VIEW"
}

func (v *View) create() string {
	return "CREATE " + v.kind() + " " + v.String() + " AS " + v.Query
}

func commentOn(kind, name, text string) string {
	if text == "" {
		return "COMMENT ON " + kind + " " + name + " IS NULL"
	}
	return "COMMENT ON " + kind + " " + name + " IS " + literal(text)
}
