package engine

import (
	"github.com/zqlite/zqlite/internal/binder"
	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// Description is what is known of a query or a change before it runs.
type Description struct {
	Stmt      ast.Stmt
	Names     []string // of placeholders, by position; "" for $1
	Params    []string // their types, as format_type writes them
	Columns   []DescribedColumn
	Relations []DescribedRelation // tables that it uses, those behind views included
}

// DescribedColumn is a column of a result. Schema, Table and Column name the
// column of a table that it is, where it is one.
type DescribedColumn struct {
	Name, Type            string
	NotNull               bool // never NULL, whatever rows there are
	Schema, Table, Column string
}

// DescribedRelation is a table that a statement uses.
type DescribedRelation struct {
	Schema, Name string
	Shared       bool // it has TENANT BY
}

// Describe resolves the names and types of one query or change, without running
// it. Errors have the position in the text.
func (s *Session) Describe(text string) (d *Description, err error) {
	defer s.guard(&err)
	st, err := s.parse(text)
	if err != nil {
		return nil, err
	}
	if len(st.parts) != 1 || !plannable(st.parts[0].stmt) {
		return nil, sqlerr.New(sqlerr.SyntaxError, "one SELECT, INSERT, UPDATE, DELETE or MERGE is expected").At(0).Locate(text)
	}
	c := s.currentCatalog()
	b, err := binder.Bind(s.bindOptions(c), st.parts[0].stmt)
	if err != nil {
		return nil, sqlerr.From(err).Locate(text)
	}
	d = &Description{Stmt: st.parts[0].stmt, Names: st.names}
	for _, t := range b.Params {
		d.Params = append(d.Params, types.FormatType(t))
	}
	for _, col := range b.Columns {
		x := DescribedColumn{Name: col.Name, Type: types.FormatType(col.Type), NotNull: col.NotNull}
		if rel := c.RelationByID(col.Rel); rel != nil && rel.Kind == catalog.Table && col.RelColumn != 0 {
			if own := rel.ColumnByID(col.RelColumn); own != nil {
				x.Schema, x.Table, x.Column = rel.Schema, rel.Name, own.Name
			}
		}
		d.Columns = append(d.Columns, x)
	}
	for _, dep := range b.Relations {
		if rel := dep.Relation; rel.Kind == catalog.Table {
			d.Relations = append(d.Relations, DescribedRelation{rel.Schema, rel.Name, rel.Tenant != 0})
		}
	}
	return d, nil
}
