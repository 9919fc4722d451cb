package ddl

import (
	"bytes"
	"sort"

	"github.com/zqlite/zqlite/internal/binder"
	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage"
	"github.com/zqlite/zqlite/internal/table"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

func (e *Env) createIndex(s *ast.CreateIndex) error {
	old, err := e.relation(s.Table, storage.TableShared)
	if err != nil {
		return err
	}
	switch s.Method {
	case "", "btree", "hash":
	default:
		return sqlerr.New(sqlerr.FeatureNotSupported, "access method %q is not supported yet", s.Method).At(s.Pos)
	}
	ix := &catalog.Index{ID: e.allocate(), Name: s.Name.Name, Method: nonEmpty(s.Method, "btree"), Unique: s.Unique, NullsNotDistinct: s.NullsNotDistinct}
	if ix.Name != "" && e.Catalog.Taken(old.Schema, ix.Name) {
		if s.IfNotExists {
			e.Notice("relation \"" + ix.Name + "\" already exists, skipping")
			return nil
		}
		return sqlerr.New(sqlerr.DuplicateTable, "relation %q already exists", ix.Name).At(s.Name.Pos)
	}
	names := []string{old.Name}
	for i := range s.Elems {
		part, name, err := e.indexPart(old, &s.Elems[i])
		if err != nil {
			return err
		}
		ix.Parts, names = append(ix.Parts, part), append(names, name)
	}
	for _, inc := range s.Include {
		ids, err := columnIDs(old, []ast.Name{{Pos: inc.Pos, Text: onlyColumn(inc.Expr)}}, "INCLUDE")
		if err != nil {
			return err
		}
		ix.Include = append(ix.Include, ids...)
	}
	if s.Where != nil {
		if _, err := binder.BindExpr(e.Binder(e.Catalog), old, nil, s.Where, types.Bool); err != nil {
			return err
		}
		ix.Where = ast.Format(s.Where)
	}
	if ix.Name == "" {
		ix.Name = catalog.ChooseName(taken(e.Catalog, old.Schema), append(names, "idx")...)
	}
	r := old.Copy()
	r.Version++
	r.Indexes = append(r.Indexes, ix)
	e.Catalog = e.Catalog.WithRelation(r)
	return e.buildIndexes(r, ix)
}

func (e *Env) indexPart(r *catalog.Relation, el *ast.IndexElem) (catalog.IndexPart, string, error) {
	p := catalog.IndexPart{Desc: el.Desc, NullsFirst: el.Desc, Collation: el.Collation.Name}
	switch el.Nulls {
	case ast.NullsFirst:
		p.NullsFirst = true
	case ast.NullsLast:
		p.NullsFirst = false
	}
	if c, ok := el.Expr.(*ast.ColumnRef); ok && len(c.Parts) == 1 {
		o := r.ColumnByName(c.Parts[0].Text)
		if o < 0 {
			return p, "", sqlerr.New(sqlerr.UndefinedColumn, "column %q does not exist", c.Parts[0].Text).At(c.Pos)
		}
		p.Column, p.Type = r.Columns[o].ID, r.Columns[o].Type
		return p, c.Parts[0].Text, nil
	}
	x, err := binder.BindExpr(e.Binder(e.Catalog), r, nil, el.Expr, nil)
	if err != nil {
		return p, "", err
	}
	if expr.VolatilityOf(x) != expr.Immutable {
		return p, "", sqlerr.New(sqlerr.InvalidObjectDefinition, "functions in index expression must be marked IMMUTABLE").At(el.Pos)
	}
	p.Expr, p.Type = ast.Format(el.Expr), x.Type()
	return p, "expr", nil
}

// builder fills the trees of new indexes of a relation from its rows.
type builder struct {
	*Env
	rel     *catalog.Relation
	writer  *table.Writer
	items   []plan.IndexItem // of all indexes, in order
	parts   [][]expr.Scalar
	wheres  []expr.Scalar
	entries []entry
}

type entry struct{ key, body []byte }

// Part and Covers make the builder the table.IndexExprs of its writer.
func (b *builder) Part(index, part int, row []types.Value) (types.Value, error) {
	return b.parts[index][part](b.Expr, row)
}

// Covers evaluates the predicate of a partial index.
func (b *builder) Covers(index int, row []types.Value) (bool, error) {
	v, err := b.wheres[index](b.Expr, row)
	return err == nil && !v.IsNull() && v.Bool(), err
}

func (e *Env) buildIndexes(r *catalog.Relation, indexes ...*catalog.Index) error {
	t := table.Of(r)
	b := &builder{Env: e, rel: r, writer: &table.Writer{Table: t}}
	b.writer.Exprs = b
	c := &expr.Compiler{Slot: func(id expr.ColumnID) int { return int(id) - 1 }}
	for _, ix := range r.Indexes {
		item, err := binder.BindIndex(e.Binder(e.Catalog), r, ix, nil)
		if err != nil {
			return err
		}
		parts := make([]expr.Scalar, len(ix.Parts))
		for i := range item.Parts {
			if item.Parts[i] != nil {
				if parts[i], err = c.Scalar(item.Parts[i]); err != nil {
					return err
				}
			}
		}
		var where expr.Scalar
		if item.Where != nil {
			if where, err = c.Scalar(item.Where); err != nil {
				return err
			}
		}
		b.items, b.parts, b.wheres = append(b.items, item), append(b.parts, parts), append(b.wheres, where)
	}
	for _, ix := range indexes {
		spec, ok := t.IndexSpec(ix.ID)
		if !ok {
			continue
		}
		if err := e.Tx.CreateTree(spec); err != nil {
			return err
		}
		if err := b.build(ix); err != nil {
			return err
		}
	}
	return nil
}

// build collects the entries of one index, sorts them and stores them.
func (b *builder) build(ix *catalog.Index) error {
	b.entries = b.entries[:0]
	var duplicate []types.Value
	err := b.eachRow(func(row []types.Value, rowid int64) error {
		key, err := b.writer.Table.Key(nil, row, rowid)
		if err != nil {
			return err
		}
		entryKey, body, _, covered, err := b.writer.Entry(ix.ID, row, key)
		if err == nil && covered {
			b.entries = append(b.entries, entry{bytes.Clone(entryKey), bytes.Clone(body)})
		}
		return err
	})
	if err != nil {
		return err
	}
	sort.Slice(b.entries, func(i, j int) bool { return bytes.Compare(b.entries[i].key, b.entries[j].key) < 0 })
	for i := range b.entries {
		if i > 0 && bytes.Equal(b.entries[i].key, b.entries[i-1].key) {
			if duplicate, err = b.rowWith(ix, b.entries[i].key); err != nil {
				return err
			}
			return b.writer.Duplicate(ix, duplicate)
		}
	}
	return b.Tx.Build(b.Ctx, storage.TreeID(ix.ID), &source{entries: b.entries})
}

// rowWith finds a row by the entry it has, for the message.
func (b *builder) rowWith(ix *catalog.Index, key []byte) (found []types.Value, err error) {
	err = b.eachRow(func(row []types.Value, rowid int64) error {
		rowKey, err := b.writer.Table.Key(nil, row, rowid)
		if err != nil || found != nil {
			return err
		}
		k, _, _, covered, err := b.writer.Entry(ix.ID, row, rowKey)
		if err == nil && covered && bytes.Equal(k, key) {
			found = append([]types.Value(nil), row...)
		}
		return err
	})
	return found, err
}

// eachRow calls f with every row that the transaction sees.
func (b *builder) eachRow(f func(row []types.Value, rowid int64) error) error {
	ordinals := make([]int, len(b.rel.Columns), len(b.rel.Columns)+1)
	batch := &vector.Batch{}
	for i := range ordinals {
		ordinals[i] = i
		batch.Cols = append(batch.Cols, &vector.Vector{})
	}
	if b.rel.RowIDKey {
		ordinals = append(ordinals, table.RowID)
		batch.Cols = append(batch.Cols, &vector.Vector{})
	}
	scan, err := table.Of(b.rel).Scan(b.Tx, table.Access{Newest: true}, ordinals)
	if err != nil {
		return err
	}
	defer scan.Close()
	row := make([]types.Value, len(b.rel.Columns))
	for {
		if err := b.Ctx.Err(); err != nil {
			return err
		}
		if err := scan.Next(batch); err != nil || batch.N == 0 {
			return err
		}
		for i := range batch.N {
			for c := range row {
				row[c] = batch.Cols[c].Value(i)
			}
			rowid := int64(0)
			if b.rel.RowIDKey {
				rowid = batch.Cols[len(row)].I[i]
			}
			if err := f(row, rowid); err != nil {
				return err
			}
		}
	}
}

// source gives sorted entries to storage.
type source struct {
	entries []entry
	next    int
}

// Next returns the next entry.
func (s *source) Next() (key, row []byte, ok bool, err error) {
	if s.next >= len(s.entries) {
		return nil, nil, false, nil
	}
	x := &s.entries[s.next]
	s.next++
	return x.key, x.body, true, nil
}

func (e *Env) reindex(s *ast.Reindex) error {
	var rebuild []*catalog.Relation
	ix, owner := e.Catalog.Index(e.SearchPath, s.Name.Schema, s.Name.Name)
	switch {
	case ix != nil:
		rebuild = append(rebuild, owner)
	case s.Name.Name == "":
		e.Catalog.Relations(func(r *catalog.Relation) bool {
			if r.Kind == catalog.Table {
				rebuild = append(rebuild, r)
			}
			return true
		})
	default:
		r, err := e.relation(s.Name, storage.TableExclusive)
		if err != nil {
			return err
		}
		rebuild = append(rebuild, r)
	}
	for _, r := range rebuild {
		if err := e.Tx.LockTable(e.Ctx, storage.TreeID(r.ID), storage.TableExclusive, storage.Wait); err != nil {
			return err
		}
		if err := e.rebuild(r, ix); err != nil {
			return err
		}
	}
	return nil
}

// rebuild makes the trees of secondary indexes anew; with only, of that one.
func (e *Env) rebuild(r *catalog.Relation, only *catalog.Index) error {
	n := r.Copy()
	n.Version++
	var fresh []*catalog.Index
	for i, ix := range n.Indexes {
		if ix == n.Primary || (only != nil && ix != only) {
			continue
		}
		if err := e.Tx.DropTree(storage.TreeID(ix.ID)); err != nil {
			return err
		}
		c := *ix
		c.ID = e.allocate()
		n.Indexes[i] = &c
		fresh = append(fresh, &c)
	}
	e.Catalog = e.Catalog.WithRelation(n)
	return e.buildIndexes(n, fresh...)
}
