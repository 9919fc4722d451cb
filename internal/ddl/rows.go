package ddl

import (
	"bytes"
	"slices"
	"strings"

	"github.com/zqlite/zqlite/internal/binder"
	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/deparse"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage"
	"github.com/zqlite/zqlite/internal/table"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

// eachRow calls f for every row in its newest state, with the hidden row id
// where there is one. The row is valid during the call.
func (r *run) eachRow(rel *catalog.Relation, f func(row []types.Value, rowid int64) bool) {
	if rel.Kind != catalog.Table && rel.Kind != catalog.MaterializedView {
		return
	}
	r.Tx.AdvanceCommand()
	n := len(rel.Columns)
	ordinals := make([]int, n, n+1)
	for i := range ordinals {
		ordinals[i] = i
	}
	hidden := rel.RowIDKey && rel.KeyColumn == 0
	if hidden {
		ordinals = append(ordinals, table.RowID)
	}
	scan, err := table.Of(rel).Scan(r.Tx, table.Access{Newest: true}, ordinals)
	check(err)
	defer scan.Close()
	batch := &vector.Batch{Cols: make([]*vector.Vector, len(ordinals))}
	for i := range batch.Cols {
		batch.Cols[i] = &vector.Vector{}
	}
	row := make([]types.Value, n)
	for {
		check(r.canceled())
		check(scan.Next(batch))
		if batch.N == 0 {
			return
		}
		for i := 0; i < batch.N; i++ {
			for c := range row {
				row[c] = batch.Cols[c].Value(i)
			}
			rowid := int64(0)
			if hidden {
				rowid = batch.Cols[n].Value(i).I
			}
			if !f(row, rowid) {
				return
			}
		}
	}
}

func (r *run) canceled() error {
	if err := r.Ctx.Err(); err != nil {
		return sqlerr.Wrap(err, sqlerr.QueryCanceled, "canceling statement due to user request")
	}
	return nil
}

// empty reports whether a relation has no rows.
func (r *run) empty(rel *catalog.Relation) bool {
	none := true
	r.eachRow(rel, func([]types.Value, int64) bool { none = false; return false })
	return none
}

// entryPrograms computes index expressions and predicates (table.IndexExprs).
type entryPrograms struct {
	c     *expr.Context
	parts [][]expr.Scalar
	where []expr.Scalar
}

func (p *entryPrograms) Part(index, part int, row []types.Value) (types.Value, error) {
	return p.parts[index][part](p.c, row)
}

func (p *entryPrograms) Covers(index int, row []types.Value) (bool, error) {
	v, err := p.where[index](p.c, row)
	return !v.IsNull() && v.Bool(), err
}

// writer makes a writer of the rows and index entries of rel.
func (r *run) writer(rel *catalog.Relation) *table.Writer {
	w := &table.Writer{Table: table.Of(rel)}
	p := &entryPrograms{c: r.Expr, parts: make([][]expr.Scalar, len(rel.Indexes)), where: make([]expr.Scalar, len(rel.Indexes))}
	for i, ix := range rel.Indexes {
		stored(func() {
			item, err := binder.BindIndex(r.bindOptions(inIndex.many), rel, ix, nil)
			check(err)
			p.parts[i] = make([]expr.Scalar, len(item.Parts))
			for k, e := range item.Parts {
				if e != nil {
					p.parts[i][k] = compile(e)
				}
			}
			if item.Where != nil {
				p.where[i] = compile(item.Where)
			}
		})
	}
	w.Exprs = p
	return w
}

// sortRoom is how many bytes of index entries are sorted at a time.
const sortRoom = 64 << 20

// entry is a place in entries.arena.
type entry struct{ at, key, body, alone int }

// entries collects what goes into an index until it is sorted and stored.
type entries struct {
	arena []byte
	list  []entry
	later bool // entries of an earlier run are in the tree
}

func (s *entries) key(e entry) []byte  { return s.arena[e.at : e.at+e.key] }
func (s *entries) body(e entry) []byte { return s.arena[e.at+e.key : e.at+e.key+e.body] }

// fillIndex builds the tree of a secondary index, which is new and empty, out
// of the rows. Entries are sorted and stored run by run, so that memory is
// bounded by sortRoom and the transaction's write set.
func (r *run) fillIndex(rel *catalog.Relation, ix *catalog.Index) {
	w := r.writer(rel)
	s := &entries{}
	var key []byte
	r.eachRow(rel, func(row []types.Value, rowid int64) bool {
		var err error
		key, err = w.Key(key[:0], row, rowid)
		check(err)
		k, body, alone, covered, err := w.Entry(ix.ID, row, key)
		check(err)
		if !covered {
			return true
		}
		s.list = append(s.list, entry{len(s.arena), len(k), len(body), alone})
		s.arena = append(append(s.arena, k...), body...)
		if len(s.arena) >= sortRoom {
			r.storeEntries(rel, ix, s)
		}
		return true
	})
	r.storeEntries(rel, ix, s)
}

// storeEntries sorts the collected entries into the tree. Entries that need
// not be alone hold the row's key and are never equal.
func (r *run) storeEntries(rel *catalog.Relation, ix *catalog.Index, s *entries) {
	slices.SortFunc(s.list, func(a, b entry) int { return bytes.Compare(s.key(a), s.key(b)) })
	tree := storage.TreeID(ix.ID)
	for i, e := range s.list {
		if e.alone == 0 {
			continue
		}
		key := s.key(e)[:e.alone]
		taken := i > 0 && s.list[i-1].alone > 0 && bytes.Equal(s.key(s.list[i-1])[:s.list[i-1].alone], key)
		if !taken && s.later {
			n, err := table.CountPrefix(r.Tx, tree, key)
			check(err)
			taken = n > 0
		}
		if taken {
			r.reportDuplicate(rel, ix, key)
		}
	}
	check(r.Tx.Build(r.Ctx, tree, &sortedRun{s: s}))
	s.arena, s.list, s.later = s.arena[:0], s.list[:0], true
}

// sortedRun gives sorted entries to storage.Tx.Build.
type sortedRun struct {
	s    *entries
	next int
}

func (q *sortedRun) Next() (key, row []byte, ok bool, err error) {
	if q.next == len(q.s.list) {
		return nil, nil, false, nil
	}
	e := q.s.list[q.next]
	q.next++
	return q.s.key(e), q.s.body(e), true, nil
}

// reportDuplicate finds a row that has the entry, for the error's detail.
func (r *run) reportDuplicate(rel *catalog.Relation, ix *catalog.Index, want []byte) {
	w := r.writer(rel)
	var key []byte
	r.eachRow(rel, func(row []types.Value, rowid int64) bool {
		var err error
		key, err = w.Key(key[:0], row, rowid)
		check(err)
		k, _, alone, covered, err := w.Entry(ix.ID, row, key)
		check(err)
		if covered && alone > 0 && bytes.Equal(k[:alone], want) {
			throw(r.duplicate(rel, ix, row, w.Exprs))
		}
		return true
	})
	fail(-1, sqlerr.UniqueViolation, "could not create unique index \"%s\"", ix.Name)
}

// duplicate is the error for rows that have one key.
func (r *run) duplicate(rel *catalog.Relation, ix *catalog.Index, row []types.Value, exprs table.IndexExprs) error {
	place := slices.IndexFunc(rel.Indexes, func(o *catalog.Index) bool { return o.ID == ix.ID })
	names, vals := make([]string, len(ix.Parts)), make([]string, len(ix.Parts))
	for i, p := range ix.Parts {
		v, t := types.Value{}, p.Type
		if p.Column != 0 {
			o := rel.Ordinal(p.Column)
			names[i], v, t = rel.Columns[o].Name, row[o], rel.Columns[o].Type
		} else {
			var err error
			v, err = exprs.Part(place, i, row)
			check(err)
			names[i] = r.expressionText(rel, p.Expr)
		}
		if vals[i] = "null"; !v.IsNull() {
			vals[i] = types.Format(v, t, r.Expr.Env)
		}
	}
	return sqlerr.New(sqlerr.UniqueViolation, "could not create unique index \"%s\"", ix.Name).
		WithDetail("Key (%s)=(%s) is duplicated.", strings.Join(names, ", "), strings.Join(vals, ", ")).
		WithTable(rel.Schema, rel.Name).WithConstraint(ix.Name)
}

// expressionText is an expression of an index as errors name it.
func (r *run) expressionText(rel *catalog.Relation, text string) string {
	out, call, err := deparse.Expr(r.bindOptions(""), text, deparse.Place{Rel: rel}, deparse.Style{Pretty: true})
	switch {
	case err != nil:
		return text
	case call:
		return out
	}
	return "(" + out + ")"
}

// createTrees makes the empty trees of a relation and its secondary indexes.
func (r *run) createTrees(rel *catalog.Relation) {
	r.Counters.Forget(rel.ID) // of a relation that was rolled back and had the id
	t := table.Of(rel)
	check(r.Tx.CreateTree(t.Spec()))
	for _, ix := range rel.Indexes {
		r.createIndexTree(rel, ix)
	}
}

func (r *run) createIndexTree(rel *catalog.Relation, ix *catalog.Index) {
	if spec, ok := table.Of(rel).IndexSpec(ix.ID); ok {
		check(r.Tx.CreateTree(spec))
	}
}

// dropTrees removes the trees of a relation and its indexes.
func (r *run) dropTrees(rel *catalog.Relation) {
	for _, id := range table.Of(rel).Trees() {
		check(r.Tx.DropTree(id))
	}
	if r.Counters != nil {
		r.Counters.Forget(rel.ID)
	}
}
