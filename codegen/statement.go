package codegen

import (
	"fmt"
	"slices"
	"strings"

	"github.com/zqlite/zqlite/internal/sql/ast"
)

// A statement is made here and nowhere else, so that no template can leave the
// tenant out (package comment, invariant 1). Placeholders count from $1; the
// tenant is the first where there is one.

// where starts the conditions of a statement over the table.
func (t *table) where(live bool) *conditions {
	c := &conditions{}
	if t.Tenant != nil {
		c.equal(t.Tenant)
	}
	if live && t.Deleted != nil {
		c.list = append(c.list, quote(t.Deleted.Name)+" IS NULL")
	}
	return c
}

type conditions struct {
	list []string
	n    int // placeholders used
}

func (c *conditions) equal(columns ...*column) *conditions {
	for _, col := range columns {
		c.n++
		c.list = append(c.list, fmt.Sprintf("%s = $%d", quote(col.Name), c.n))
	}
	return c
}

func (c *conditions) add(text string) *conditions {
	c.list = append(c.list, text)
	return c
}

func (c *conditions) String() string {
	if len(c.list) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(c.list, " AND ")
}

func quote(name string) string { return ast.QuoteIdent(name) }

// List is all columns of the table, in order.
func (t *table) List() string {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = quote(c.Name)
	}
	return strings.Join(names, ", ")
}

// Get reads one row by its key.
func (t *table) Get() string {
	return "SELECT " + t.List() + " FROM " + t.String() + t.where(true).equal(t.Key...).String()
}

// Select is a query that conditions are added to; there are some already where
// Conditions says so.
func (t *table) Select() string {
	return "SELECT " + t.List() + " FROM " + t.String() + t.where(true).String()
}

// Count counts as Select reads.
func (t *table) Count() string { return "SELECT count(*) FROM " + t.String() + t.where(true).String() }

// Conditions tells whether Select has a WHERE.
func (t *table) Conditions() bool { return t.Tenant != nil || t.Deleted != nil }

// Across is Select over all tenants.
func (t *table) Across() string {
	text := "SELECT " + t.List() + " FROM " + t.String()
	if t.Deleted != nil {
		text += " WHERE " + quote(t.Deleted.Name) + " IS NULL"
	}
	return text
}

// Inserted are the columns that Create always sets: those that the caller must
// give, after the tenant.
func (t *table) Inserted() []*column {
	var out []*column
	for _, c := range t.Columns {
		if t.New(c) {
			out = append(out, c)
		}
	}
	return out
}

// Touch is what an update sets by itself, with a comma behind.
func (t *table) Touch() string {
	text := ""
	if t.Rev != nil {
		text += fmt.Sprintf("%s = %s + 1, ", quote(t.Rev.Name), quote(t.Rev.Name))
	}
	if t.Updated != nil {
		text += quote(t.Updated.Name) + " = now(), "
	}
	return text
}

// keyed ends a statement on one row: the key and, where there is one, the
// revision that it must have.
func (t *table) keyed(live, revision bool) string {
	c := t.where(live).equal(t.Key...)
	if revision && t.Rev != nil {
		c.equal(t.Rev)
	}
	return c.String()
}

// UpdateEnd is the end of UPDATE … SET: which row.
func (t *table) UpdateEnd() string { return t.keyed(true, true) + " RETURNING " + t.List() }

// UpdateArgs is how many placeholders UpdateEnd has.
func (t *table) UpdateArgs() int {
	n := len(t.Key)
	if t.Tenant != nil {
		n++
	}
	if t.Rev != nil {
		n++
	}
	return n
}

// Delete takes one row away, or marks it as deleted.
func (t *table) Delete() string {
	if t.Deleted != nil {
		return "UPDATE " + t.String() + " SET " + t.Touch() + quote(t.Deleted.Name) + " = now()" + t.keyed(true, false)
	}
	return t.Purge()
}

// Purge takes one row away for good.
func (t *table) Purge() string { return "DELETE FROM " + t.String() + t.keyed(false, false) }

// Restore takes the mark of deletion from a row.
func (t *table) Restore() string {
	return "UPDATE " + t.String() + " SET " + t.Touch() + quote(t.Deleted.Name) + " = NULL" +
		t.where(false).equal(t.Key...).add(quote(t.Deleted.Name)+" IS NOT NULL").String()
}

// DeleteWhere takes away, or marks, what conditions say that are added to it.
func (t *table) DeleteWhere() string {
	if t.Deleted != nil {
		return "UPDATE " + t.String() + " SET " + t.Touch() + quote(t.Deleted.Name) + " = now()" + t.where(true).String()
	}
	return "DELETE FROM " + t.String() + t.where(true).String()
}

// Conflict is the target of an upsert: the primary key.
func (t *table) Conflict() string {
	names := make([]string, 0, len(t.Key)+1)
	for _, name := range t.PrimaryKey.Columns {
		names = append(names, quote(name))
	}
	return "(" + strings.Join(names, ", ") + ")"
}

// Upsertable tells whether the caller gives all of the key, without which there
// is no conflict.
func (t *table) Upsertable() bool {
	return !slices.ContainsFunc(t.Key, func(c *column) bool { return !c.Writable() })
}

// KeyArgs are the arguments of Get and its kin after the statement.
func (t *table) KeyArgs(tenant string) string {
	text := ""
	if t.Tenant != nil {
		text = ", " + tenant
	}
	for _, c := range t.Key {
		text += ", " + c.Param()
	}
	return text
}

// maxBatch bounds the rows of one statement, maxArgs its placeholders.
const (
	maxBatch = 500
	maxArgs  = 30_000
)

// Batch is how many rows one statement inserts.
func (t *table) Batch() int { return min(maxBatch, maxArgs/max(1, len(t.Inserted()))) }

// BatchInsert begins an INSERT of many rows.
func (t *table) BatchInsert() string {
	var names []string
	if t.Tenant != nil {
		names = append(names, quote(t.Tenant.Name))
	}
	for _, c := range t.Inserted() {
		names = append(names, quote(c.Name))
	}
	return "INSERT INTO " + t.String() + " (" + strings.Join(names, ", ") + ") VALUES "
}

// UpsertTouch is Touch where the row that is there has its table's name.
func (t *table) UpsertTouch() string {
	text := ""
	if t.Rev != nil {
		text += fmt.Sprintf("%s = %s.%s + 1, ", quote(t.Rev.Name), quote(t.Name.Name), quote(t.Rev.Name))
	}
	if t.Updated != nil {
		text += quote(t.Updated.Name) + " = now(), "
	}
	if t.Deleted != nil {
		text += quote(t.Deleted.Name) + " = NULL, "
	}
	return text
}

// Quoted is the column's name as a statement has it.
func (t *table) Quoted(c *column) string { return quote(c.Name) }

// Escaped writes SQL into a Go string.
func (t *table) Escaped(text string) string { return strings.ReplaceAll(text, `"`, `\"`) }
