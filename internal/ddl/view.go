package ddl

import (
	"github.com/zqlite/zqlite/internal/binder"
	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/table"
	"github.com/zqlite/zqlite/internal/types"
)

func (e *Env) createView(s *ast.CreateView) error {
	if s.Materialized || s.Recursive {
		return sqlerr.New(sqlerr.FeatureNotSupported, "materialized and recursive views are not supported yet").At(s.Pos)
	}
	schema, err := e.schemaFor(s.Name, s.Temp)
	if err != nil {
		return err
	}
	r := &catalog.Relation{Version: 1, Schema: schema, Name: s.Name.Name, Kind: catalog.View, Temp: s.Temp, Query: ast.Format(s.Query),
		CheckOption: map[ast.CheckOption]string{ast.CheckOptionLocal: "local", ast.CheckOptionCascaded: "cascaded"}[s.CheckOption]}
	if e.Catalog.Taken(schema, r.Name) {
		old := e.Catalog.Relation([]string{schema}, schema, r.Name)
		if !s.OrReplace || old == nil || old.Kind != catalog.View {
			return sqlerr.New(sqlerr.DuplicateTable, "relation %q already exists", r.Name).At(s.Name.Pos)
		}
		r.ID, r.Version = old.ID, old.Version+1
	} else {
		r.ID = e.allocate()
	}
	b, err := binder.Bind(e.Binder(e.Catalog), s.Query)
	if err != nil {
		return err
	}
	if err := viewColumns(r, b.Columns, s.Columns); err != nil {
		return err
	}
	e.Catalog = e.Catalog.WithRelation(r)
	return nil
}

// viewColumns describes the columns of a query, named by the given list first.
func viewColumns(r *catalog.Relation, cols []plan.Column, names []ast.Name) error {
	if len(names) > len(cols) {
		return sqlerr.New(sqlerr.SyntaxError, "CREATE VIEW specifies more column names than columns").At(names[len(cols)].Pos)
	}
	for i, c := range cols {
		name, t := c.Name, c.Type
		if i < len(names) {
			name = names[i].Text
		}
		if t.Is(types.Unknown) {
			t = types.Text
		}
		if r.ColumnByName(name) >= 0 {
			return sqlerr.New(sqlerr.DuplicateColumn, "column %q specified more than once", name)
		}
		r.Columns = append(r.Columns, &catalog.Column{ID: uint16(i + 1), Name: name, Type: t})
	}
	r.NextCol = uint16(len(cols) + 1)
	return nil
}

func (e *Env) createTableAs(s *ast.CreateTableAs) error {
	schema, err := e.schemaFor(s.Name, s.Temp)
	if err != nil {
		return err
	}
	if e.Catalog.Taken(schema, s.Name.Name) {
		if s.IfNotExists {
			return nil
		}
		return sqlerr.New(sqlerr.DuplicateTable, "relation %q already exists", s.Name.Name).At(s.Name.Pos)
	}
	rows, err := e.Query(e.Catalog, s.Query)
	if err != nil {
		return err
	}
	defer rows.Close()
	r := &catalog.Relation{ID: e.allocate(), Version: 1, Schema: schema, Name: s.Name.Name, Kind: catalog.Table, Temp: s.Temp,
		Layouts: 1, RowIDKey: true}
	if err := viewColumns(r, rows.Columns, s.Columns); err != nil {
		return err
	}
	e.Catalog = e.Catalog.WithRelation(r)
	t := table.Of(r)
	if err := e.Tx.CreateTree(t.Spec()); err != nil || s.NoData {
		return err
	}
	w := &table.Writer{Table: t}
	row := make([]types.Value, len(r.Columns))
	for {
		b, err := rows.Next()
		if err != nil || b == nil {
			return err
		}
		for k := range b.Len() {
			for c := range row {
				row[c] = b.Cols[c].Value(b.Row(k))
			}
			e.Affected++
			if err := w.Insert(e.Ctx, e.Tx, row, e.Affected); err != nil {
				return err
			}
		}
	}
}
