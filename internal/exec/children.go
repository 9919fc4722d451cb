package exec

import (
	"slices"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/storage"
	"github.com/zqlite/zqlite/internal/table"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

// childFinder finds the rows of a child relation that refer to a parent key,
// in the newest committed state and the own writes: by an index over the
// foreign key's columns, or by reading all rows.
type childFinder struct {
	p      *foreignParent
	values []types.Value
	full   bool // give whole rows

	scan     *table.Scan
	batch    vector.Batch
	ordinals []int
	cmp      []func(a, b types.Value) int
	places   []int         // of the row's key in row
	locked   []types.Value // the key columns of a child, read again under its lock
	at       int
	row      []types.Value
	rowid    int64
}

func (f *childFinder) open(r *Run) error {
	rel := f.p.child
	t := table.Of(rel)
	wanted := f.p.columns
	if f.full {
		wanted = make([]int, len(rel.Columns))
		for i := range wanted {
			wanted[i] = i
		}
	}
	f.ordinals, f.places = withKey(rel, wanted)
	access := table.Access{Newest: true}
	if ix, order, ok := childIndex(rel, f.p.key); ok {
		b := table.Bounds{}
		for _, at := range order {
			b.Eq = append(b.Eq, f.values[at])
		}
		rng, empty, err := t.Range(ix, &b)
		if err != nil {
			return err
		}
		access.Index, access.Ranges = ix, []storage.Range{}
		if !empty {
			access.Ranges = []storage.Range{rng}
		}
	}
	for _, o := range f.p.columns {
		f.cmp = append(f.cmp, expr.Comparer(rel.Columns[o].Type))
	}
	f.batch.Cols = emptyVectors(len(f.ordinals))
	f.row = make([]types.Value, len(f.ordinals))
	var err error
	f.scan, err = t.Scan(r.Tx, access, f.ordinals)
	return err
}

// childIndex finds an index whose first parts are the foreign key's columns;
// order gives, for each of these parts, its place among them.
func childIndex(rel *catalog.Relation, k *catalog.ForeignKey) (ix *catalog.Index, order []int, ok bool) {
	for _, ix := range rel.Indexes {
		if ix.Where != "" || ix.Hashed() || len(ix.Parts) < len(k.Columns) {
			continue
		}
		order = order[:0]
		for _, p := range ix.Parts[:len(k.Columns)] {
			at := slices.Index(k.Columns, p.Column)
			if p.Column == 0 || at < 0 || slices.Contains(order, at) {
				break
			}
			order = append(order, at)
		}
		if len(order) == len(k.Columns) {
			return ix, order, true
		}
	}
	return nil, nil, false
}

// next moves to the next child row.
func (f *childFinder) next(r *Run) (bool, error) {
	for {
		if f.at >= f.batch.N {
			if err := r.canceled(); err != nil {
				return false, err
			}
			if err := f.scan.Next(&f.batch); err != nil || f.batch.N == 0 {
				return false, err
			}
			f.at = 0
		}
		i := f.at
		f.at++
		if !f.refers(i) {
			continue
		}
		for c, v := range f.batch.Cols {
			f.row[c] = v.Value(i)
		}
		if f.p.child.RowIDKey {
			f.rowid = f.row[len(f.row)-1].I
		}
		if f.full { // who takes whole rows locks them for a change
			return true, nil
		}
		if ok, err := f.stands(r); ok || err != nil {
			return ok, err
		}
	}
}

// refers compares the key of row i with the values.
func (f *childFinder) refers(i int) bool {
	for k, o := range f.p.columns {
		c := k
		if f.full {
			c = o
		}
		v := f.batch.Cols[c].Value(i)
		if v.IsNull() || f.cmp[k](v, f.values[k]) != 0 {
			return false
		}
	}
	return true
}

// stands locks the child row that next found, and reports whether it still
// refers to the key: the scan may have passed it before another transaction
// changed it.
func (f *childFinder) stands(r *Run) (bool, error) {
	rel := f.p.child
	t := table.Of(rel)
	vals := make([]types.Value, len(f.places))
	for i, at := range f.places {
		vals[i] = f.row[at]
	}
	key, err := t.KeyOf(nil, vals)
	if err != nil {
		return false, err
	}
	if err := r.Tx.LockKey(r.ctx(), t.Tree(), key, storage.LockKeyShare, storage.Wait); err != nil {
		return false, err
	}
	f.locked = append(f.locked[:0], f.values...)
	found, err := t.GetNewest(r.Tx, key, f.p.columns, f.locked)
	if err != nil || !found {
		return false, err
	}
	for k, v := range f.locked {
		if v.IsNull() || f.cmp[k](v, f.values[k]) != 0 {
			return false, nil
		}
	}
	return true, nil
}

func (f *childFinder) close() {
	if f.scan != nil {
		f.scan.Close()
		f.scan = nil
	}
}
