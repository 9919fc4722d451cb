package ddl

import (
	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage"
	"github.com/zqlite/zqlite/internal/table"
	"github.com/zqlite/zqlite/internal/types"
)

// createTableAs is CREATE TABLE AS and SELECT INTO.
func (r *run) createTableAs(s *ast.CreateTableAs) string {
	end := onCommit(s.OnCommit, s.Temp)
	schema := r.target(s.Name, s.Temp)
	if !r.free(schema, s.Name.Name, s.IfNotExists) {
		return "CREATE TABLE AS"
	}
	rows, err := r.Query(r.Catalog, s.Query)
	check(err)
	defer func() { check(rows.Close()) }()
	rel := r.newTable(schema, s.Name.Name)
	rel.OnCommit = end
	rel.Columns = r.outputColumns(rows.Columns, s.Columns, "too many column names were specified")
	for _, c := range rel.Columns {
		if systemColumns[c.Name] {
			fail(-1, sqlerr.DuplicateColumn, "column name \"%s\" conflicts with a system column name", c.Name)
		}
	}
	rel.NextCol = uint16(len(rel.Columns)) + 1
	r.createTrees(rel)
	r.Catalog = r.Catalog.WithRelation(rel)
	if s.NoData {
		return "CREATE TABLE AS"
	}
	r.Affected = r.copyRows(rel, rows)
	return "SELECT"
}

// fill stores the result of a query in an empty materialized view.
func (r *run) fill(rel *catalog.Relation, query *ast.Select) int64 {
	rows, err := r.Query(r.Catalog, query)
	check(err)
	defer func() { check(rows.Close()) }()
	if len(rows.Columns) != len(rel.Columns) {
		fail(-1, sqlerr.InvalidObjectDefinition, "the query of \"%s\" gives other columns than before", rel.Name)
	}
	return r.copyRows(rel, rows)
}

// copyRows stores rows under new row ids; the relation has no index that is
// filled yet.
func (r *run) copyRows(rel *catalog.Relation, rows *Rows) int64 {
	w := &table.Writer{Table: table.Of(rel)}
	casts := columnCasts(rows.Columns, rel)
	row := make([]types.Value, len(rel.Columns))
	var key []byte
	n := int64(0)
	for {
		b, err := rows.Next()
		check(err)
		if b == nil {
			return n
		}
		for k := 0; k < b.Len(); k++ {
			i := b.Row(k)
			for c := range row {
				row[c] = b.Cols[c].Value(i)
				if casts[c] != nil && !row[c].IsNull() {
					row[c], err = casts[c].Apply(row[c], rel.Columns[c].Type, r.Expr.Env)
					check(err)
				}
			}
			n++
			key, err = w.Key(key[:0], row, n)
			check(err)
			body, err := w.EncodeRow(row)
			check(err)
			check(r.Tx.Insert(storage.TreeID(rel.ID), key, body))
		}
	}
}

// columnCasts gives the conversions from a query's columns to a relation's.
func columnCasts(cols []plan.Column, rel *catalog.Relation) []*types.Cast {
	out := make([]*types.Cast, len(rel.Columns))
	for i, c := range rel.Columns {
		if from := cols[i].Type; from.Kind != c.Type.Kind || from.Mod != c.Type.Mod {
			if cast, ok := types.FindCast(from, c.Type); ok {
				out[i] = &cast
			}
		}
	}
	return out
}
