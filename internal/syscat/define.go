package syscat

import (
	"fmt"
	"strings"

	"github.com/zqlite/zqlite/internal/binder"
	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/deparse"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/types"
)

// Texts of definitions: SQL that makes the object again.

// columnList writes the names of columns, in parentheses.
func columnList(r *catalog.Relation, ids []uint16) string {
	var list []string
	for _, id := range ids {
		if c := r.ColumnByID(id); c != nil {
			list = append(list, ast.QuoteIdent(c.Name))
		}
	}
	return "(" + strings.Join(list, ", ") + ")"
}

func deferral(can, is bool) string {
	switch {
	case is:
		return " DEFERRABLE INITIALLY DEFERRED"
	case can:
		return " DEFERRABLE"
	}
	return ""
}

// constraintDefinition is what pg_get_constraintdef says.
func (v *View) constraintDefinition(c *constraint, pretty bool) string {
	var b strings.Builder
	switch {
	case c.check != nil:
		b.WriteString("CHECK (" + v.expression(c.check.Expr, conditionOver(c.rel), pretty) + ")")
		if c.check.NoInherit {
			b.WriteString(" NO INHERIT")
		}
		if c.check.NotValid {
			b.WriteString(" NOT VALID")
		}
	case c.foreign != nil:
		b.WriteString(v.foreignDefinition(c))
	default:
		_, word := c.kind()
		b.WriteString(word)
		if c.index.NullsNotDistinct {
			b.WriteString(" NULLS NOT DISTINCT")
		}
		b.WriteString(" " + columnList(c.rel, indexColumns(c.index)))
		if len(c.index.Include) > 0 {
			b.WriteString(" INCLUDE " + columnList(c.rel, c.index.Include))
		}
	}
	b.WriteString(deferral(c.deferrable()))
	return b.String()
}

func (v *View) foreignDefinition(c *constraint) string {
	f := c.foreign
	var b strings.Builder
	b.WriteString("FOREIGN KEY " + columnList(c.rel, f.Columns) + " REFERENCES ")
	if parent := v.Catalog.RelationByID(f.Parent); parent != nil {
		b.WriteString(v.relationName(parent) + columnList(parent, f.ParentColumns))
	}
	if f.MatchFull {
		b.WriteString(" MATCH FULL")
	}
	if f.OnUpdate != catalog.NoAction {
		b.WriteString(" ON UPDATE " + actionWords[f.OnUpdate])
	}
	if f.OnDelete != catalog.NoAction {
		b.WriteString(" ON DELETE " + actionWords[f.OnDelete])
		if len(f.SetColumns) > 0 {
			b.WriteString(" " + columnList(c.rel, f.SetColumns))
		}
	}
	if f.NotValid {
		b.WriteString(" NOT VALID")
	}
	return b.String()
}

// partDefinition is one key part of an index.
func (v *View) partDefinition(r *catalog.Relation, p *catalog.IndexPart, pretty bool) string {
	if c := r.ColumnByID(p.Column); c != nil {
		return ast.QuoteIdent(c.Name)
	}
	text, call := v.expressionCall(p.Expr, over(r), pretty)
	if !call {
		text = "(" + text + ")"
	}
	return text
}

// isCall tells an expression that is one function call, which an index takes
// without parentheses.
func isCall(text string) bool {
	open := strings.IndexByte(text, '(')
	if open <= 0 || text[len(text)-1] != ')' {
		return false
	}
	for _, c := range []byte(text[:open]) {
		if c != '_' && c != '.' && (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	depth := 0
	for i := open; i < len(text); i++ {
		switch text[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 && i < len(text)-1 {
				return false
			}
		case '\'', '"':
			return false // quoting hides parentheses: be careful
		}
	}
	return true
}

// indexDefinition is what pg_get_indexdef says.
func (v *View) indexDefinition(r *catalog.Relation, ix *catalog.Index, pretty bool) string {
	var b strings.Builder
	b.WriteString("CREATE ")
	if ix.Unique {
		b.WriteString("UNIQUE ")
	}
	method := ix.Method
	if method == "" {
		method = "btree"
	}
	name := qualified(r.Schema, r.Name)
	if pretty {
		name = v.relationName(r)
	}
	fmt.Fprintf(&b, "INDEX %s ON %s USING %s (", ast.QuoteIdent(ix.Name), name, method)
	for i := range ix.Parts {
		p := &ix.Parts[i]
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(v.partDefinition(r, p, pretty))
		if c := p.Collation + p.Written; c != "" {
			b.WriteString(" COLLATE " + ast.QuoteIdent(c))
		}
		if p.Class != "" {
			b.WriteString(" " + p.Class)
		}
		switch {
		case p.Desc && !p.NullsFirst:
			b.WriteString(" DESC NULLS LAST")
		case p.Desc:
			b.WriteString(" DESC")
		case p.NullsFirst:
			b.WriteString(" NULLS FIRST")
		}
	}
	b.WriteString(")")
	if len(ix.Include) > 0 {
		b.WriteString(" INCLUDE " + columnList(r, ix.Include))
	}
	if ix.NullsNotDistinct {
		b.WriteString(" NULLS NOT DISTINCT")
	}
	if len(ix.Options) > 0 {
		b.WriteString(" WITH (")
		for i, o := range ix.Options {
			name, value, _ := strings.Cut(o, "=")
			if ast.QuoteIdent(value) != value {
				value = ast.QuoteString(value)
			}
			b.WriteString([]string{"", ", "}[min(i, 1)] + ast.QuoteIdent(name) + "=" + value)
		}
		b.WriteString(")")
	}
	if ix.Where != "" {
		b.WriteString(" WHERE " + v.expression(ix.Where, conditionOver(r), pretty))
	}
	return b.String()
}

func (v *View) viewDefinition(r *catalog.Relation) string {
	kind := "VIEW"
	if r.Kind == catalog.MaterializedView {
		kind = "MATERIALIZED VIEW"
	}
	return "CREATE " + kind + " " + v.relationName(r) + " AS " + r.Query
}

// tableDefinition is a CREATE TABLE of the table with its constraints.
func (v *View) tableDefinition(r *catalog.Relation) string {
	if r.Kind != catalog.Table {
		return ""
	}
	var parts []string
	for _, c := range r.Columns {
		parts = append(parts, columnDefinition(v, r, c))
	}
	for c := range constraintsOf(r) {
		parts = append(parts, "CONSTRAINT "+ast.QuoteIdent(c.name)+" "+v.constraintDefinition(c, false))
	}
	temp := ""
	if r.Temp {
		temp = "TEMPORARY "
	}
	text := "CREATE " + temp + "TABLE " + v.relationName(r) + " (" + strings.Join(parts, ", ") + ")"
	if r.Tenant != 0 {
		text += " TENANT BY (" + ast.QuoteIdent(r.ColumnByID(r.Tenant).Name) + ")"
	}
	return text
}

func columnDefinition(v *View, r *catalog.Relation, c *catalog.Column) string {
	text := ast.QuoteIdent(c.Name) + " " + types.SQLName(c.Type)
	switch {
	case c.Generated != "":
		text += " GENERATED ALWAYS AS (" + v.generatedText(r, c) + ") STORED"
	case c.Identity == catalog.IdentityAlways:
		text += " GENERATED ALWAYS AS IDENTITY"
	case c.Identity == catalog.IdentityByDefault:
		text += " GENERATED BY DEFAULT AS IDENTITY"
	case v.defaultText(c, false) != "":
		text += " DEFAULT " + v.defaultText(c, false)
	}
	if c.NotNull && (r.Primary == nil || !hasPart(r.Primary, c.ID)) {
		text += " NOT NULL"
	}
	return text
}

// defaultText is the default of a column; that of a serial column takes the
// next value of its sequence.
func (v *View) defaultText(c *catalog.Column, pretty bool) string {
	if c.Default != "" {
		if strings.EqualFold(c.Default, "NULL") && c.Type.Base == nil {
			return "" // as good as none
		}
		return v.assigned(c.Default, c.Type, pretty)
	}
	if c.Sequence == 0 || c.Identity != catalog.NoIdentity {
		return ""
	}
	q := v.Catalog.SequenceByID(c.Sequence)
	if q == nil {
		return ""
	}
	name := ast.QuoteIdent(q.Name)
	if v.Catalog.Sequence(v.Path, "", q.Name) != q {
		name = qualified(q.Schema, q.Name)
	}
	return "nextval('" + strings.ReplaceAll(name, "'", "''") + "'::regclass)"
}

func hasPart(ix *catalog.Index, column uint16) bool {
	for _, p := range ix.Parts {
		if p.Column == column {
			return true
		}
	}
	return false
}

// triggerDefinition is what pg_get_triggerdef says, with the body in the end.
func (v *View) triggerDefinition(r *catalog.Relation, t *catalog.Trigger, pretty bool) string {
	var b strings.Builder
	fmt.Fprintf(&b, "CREATE TRIGGER %s %s ", ast.QuoteIdent(t.Name), t.Timing)
	for i, e := range t.Events {
		if i > 0 {
			b.WriteString(" OR ")
		}
		b.WriteString(e)
		if e == "UPDATE" && len(t.Columns) > 0 {
			list := columnList(r, t.Columns)
			b.WriteString(" OF " + list[1:len(list)-1])
		}
	}
	if pretty {
		b.WriteString(" ON " + v.relationName(r))
	} else {
		b.WriteString(" ON " + qualified(r.Schema, r.Name))
	}
	if t.OldTable != "" || t.NewTable != "" {
		b.WriteString(" REFERENCING")
		if t.OldTable != "" {
			b.WriteString(" OLD TABLE AS " + ast.QuoteIdent(t.OldTable))
		}
		if t.NewTable != "" {
			b.WriteString(" NEW TABLE AS " + ast.QuoteIdent(t.NewTable))
		}
	}
	if t.Row {
		b.WriteString(" FOR EACH ROW")
	} else {
		b.WriteString(" FOR EACH STATEMENT")
	}
	if t.When != "" {
		b.WriteString(" WHEN (" + v.expression(t.When, deparse.Place{Rows: triggerRows(r), Want: types.Bool}, pretty) + ")")
	}
	return b.String() + " " + t.Body
}

// triggerRows are OLD and NEW, which the condition of a trigger names.
func triggerRows(r *catalog.Relation) []binder.OuterRow {
	var rows []binder.OuterRow
	id := expr.ColumnID(0)
	for _, name := range []string{"old", "new"} {
		row := binder.OuterRow{Name: name, Rel: r}
		for range r.Columns {
			id++
			row.IDs = append(row.IDs, id)
		}
		rows = append(rows, row)
	}
	return rows
}

// assigned writes the text of an expression whose value goes into a column or
// parameter of a type.
func (v *View) assigned(text string, t *types.Type, pretty bool) string {
	return v.expression(text, deparse.Place{Want: t}, pretty)
}

// generatedText is the expression of a generated column.
func (v *View) generatedText(r *catalog.Relation, c *catalog.Column) string {
	return v.expression(c.Generated, deparse.Place{Rel: r, Want: c.Type}, false)
}
