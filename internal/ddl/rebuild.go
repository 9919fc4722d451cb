package ddl

import (
	"slices"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/storage"
	"github.com/zqlite/zqlite/internal/table"
	"github.com/zqlite/zqlite/internal/types"
)

// rebuild stores the rows of a relation anew, as another descriptor says: its
// columns, key and indexes. The rows go to new trees under new ids, and all
// that refers to the relation or its indexes by id is moved along. convert
// makes the new row of an old one; it may change the row it gets. The result is
// the new descriptor, which is in the catalog.
func (r *run) rebuild(old, next *catalog.Relation, convert func(row []types.Value, rowid int64) []types.Value) *catalog.Relation {
	next = next.Clone()
	next.ID, next.Layouts = r.newID(), 1
	ids := map[catalog.ID]catalog.ID{}
	for i, ix := range next.Indexes {
		n := *ix
		n.ID = r.newID()
		ids[ix.ID] = n.ID
		next.Indexes[i] = &n
		if ix == next.Primary {
			next.Primary = &n
		}
	}
	for i, c := range next.Columns {
		if c.Missing != nil { // every row is written, so none lacks a column
			n := *c
			n.Missing = nil
			next.Columns[i] = &n
		}
	}
	r.createTrees(next)
	r.copyInto(old, next, convert)
	r.dropTrees(old)
	r.Catalog = r.Catalog.WithoutRelation(old.ID).WithRelation(next)
	for _, ix := range next.Indexes {
		if ix != next.Primary {
			r.fillIndex(next, ix)
		}
	}
	r.moveReferences(old.ID, next.ID, ids)
	if r.moved == nil {
		r.moved = map[catalog.ID]catalog.ID{}
	}
	r.moved[old.ID] = next.ID
	r.refreshRows(old)
	return r.Catalog.RelationByID(next.ID)
}

// copyInto stores the converted rows in the new tree of the relation.
func (r *run) copyInto(old, next *catalog.Relation, convert func([]types.Value, int64) []types.Value) {
	w := &table.Writer{Table: table.Of(next)}
	tree := storage.TreeID(next.ID)
	hidden := next.RowIDKey && next.KeyColumn == 0
	wasHidden := old.RowIDKey && old.KeyColumn == 0
	same := hidden && wasHidden || !hidden && !wasHidden && sameOrder(old, next)
	number := int64(0)
	var key []byte
	var found storage.RowRef
	r.eachRow(old, func(row []types.Value, rowid int64) bool {
		number++
		if !wasHidden {
			rowid = number
		}
		row = convert(row, rowid)
		for i, c := range next.Columns {
			if c.NotNull && row[i].IsNull() {
				throw(nullViolation(next, c))
			}
		}
		var err error
		key, err = w.Key(key[:0], row, rowid)
		check(err)
		if !same {
			taken, err := r.Tx.GetNewest(tree, key, &found)
			check(err)
			if taken {
				found.Release()
				throw(r.duplicate(next, next.Primary, row, nil))
			}
		}
		body, err := w.EncodeRow(row)
		check(err)
		check(r.Tx.Insert(tree, key, body))
		return true
	})
}

// sameOrder reports whether the key is made of the same columns of the same
// types, so that rows that differed still do.
func sameOrder(a, b *catalog.Relation) bool {
	if a.Primary == nil || b.Primary == nil || a.RowIDKey != b.RowIDKey {
		return false
	}
	return slices.EqualFunc(a.Primary.Parts, b.Primary.Parts, func(p, q catalog.IndexPart) bool {
		return p.Column == q.Column && a.ColumnByID(p.Column).Type == b.ColumnByID(q.Column).Type
	})
}

// moveReferences puts the new ids of a relation and its indexes where foreign
// keys, parents and sequences have the old ones.
func (r *run) moveReferences(from, to catalog.ID, indexes map[catalog.ID]catalog.ID) {
	var rels []*catalog.Relation
	r.Catalog.Relations(func(rel *catalog.Relation) bool {
		if slices.Contains(rel.Referers, from) || slices.ContainsFunc(rel.Foreign, func(k *catalog.ForeignKey) bool { return k.Parent == from }) {
			rels = append(rels, rel)
		}
		return true
	})
	for _, rel := range rels {
		if rel.ID != to {
			r.lock(rel, storage.TableExclusive)
		}
		n := rel.Clone()
		for i, k := range n.Foreign {
			if k.Parent == from {
				c := *k
				c.Parent = to
				if id, ok := indexes[k.ParentIndex]; ok {
					c.ParentIndex = id
				}
				n.Foreign[i] = &c
			}
		}
		for i, id := range n.Referers {
			if id == from {
				n.Referers[i] = to
			}
		}
		r.Catalog = r.Catalog.WithRelation(n)
	}
	var owned []*catalog.Sequence
	r.Catalog.Sequences(func(q *catalog.Sequence) bool {
		if q.OwnerRel == from {
			owned = append(owned, q)
		}
		return true
	})
	for _, q := range owned {
		n := *q
		n.OwnerRel = to
		n.Version++
		r.Catalog = r.Catalog.WithSequence(&n)
	}
}

// alterColumn replaces the descriptor of a column.
func (r *run) alterColumn(rel *catalog.Relation, id uint16, f func(c *catalog.Column)) *catalog.Relation {
	next := r.Catalog.RelationByID(rel.ID).Clone()
	o := next.Ordinal(id)
	c := *next.Columns[o]
	f(&c)
	next.Columns[o] = &c
	r.Catalog = r.Catalog.WithRelation(next)
	return next
}
