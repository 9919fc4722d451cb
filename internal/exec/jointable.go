package exec

import (
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

// joinTable is the build side: rows, and chains of rows of equal keys.
type joinTable struct {
	keys     *keyBatch
	groups   *groupTable
	rows     *store
	first    []int32 // by group
	last     []int32
	next     []int32 // by row, -1 at the end
	ids      []int32
	null     bool   // a row has a NULL key
	dups     bool   // some key has several rows
	slots    []int  // for each key its column, or -1 where it is computed
	computed *store // keys that are no columns, until link
	picked   []*vector.Vector
	acct     account
}

func newJoinTable(keyTypes, rowTypes []*types.Type, slots []int) (*joinTable, error) {
	k, err := newKeyBatch(keyTypes)
	if err != nil {
		return nil, err
	}
	t := &joinTable{keys: k, groups: newGroupTable(k), rows: newStore(rowTypes), slots: slots}
	var computed []*types.Type
	for i, slot := range slots {
		if slot < 0 {
			computed = append(computed, keyTypes[i])
		}
	}
	if computed != nil {
		t.computed = newStore(computed)
	}
	return t, nil
}

func (t *joinTable) reset() {
	t.groups.reset()
	if t.rows.n > 1<<16 {
		t.rows.release()
		t.first, t.last, t.next = nil, nil, nil
	}
	t.rows.reset()
	t.first, t.last, t.next = t.first[:0], t.last[:0], t.next[:0]
	t.null, t.dups = false, false
	if t.computed != nil {
		t.computed.reset()
	}
}

func (t *joinTable) bytes() int64 {
	n := t.rows.bytes() + int64(t.rows.n)*40 // with the table that link will make
	if t.computed != nil {
		n += t.computed.bytes()
	}
	return n
}

// add takes the rows of a batch; cols are their keys. Rows with a NULL key are
// kept only where keepNull says so: they match nothing.
func (t *joinTable) add(b *vector.Batch, cols []*vector.Vector, keepNull bool) {
	sel := b.Sel
	for _, c := range cols {
		if c.HasNulls {
			sel = t.noteNulls(b, cols, keepNull)
			break
		}
	}
	t.rows.appendRows(b.Cols, sel, b.N)
	if t.computed != nil {
		t.picked = t.picked[:0]
		for i, slot := range t.slots {
			if slot < 0 {
				t.picked = append(t.picked, cols[i])
			}
		}
		t.computed.appendRows(t.picked, sel, b.N)
	}
}

// noteNulls looks for NULL keys and returns the rows to keep.
func (t *joinTable) noteNulls(b *vector.Batch, cols []*vector.Vector, keepNull bool) []int32 {
	sel := make([]int32, 0, b.Len())
	for k := 0; k < b.Len(); k++ {
		i := b.Row(k)
		null := false
		for _, c := range cols {
			null = null || c.Null(i)
		}
		t.null = t.null || null
		if !null || keepNull {
			sel = append(sel, int32(i))
		}
	}
	return sel
}

// link makes the hash table of the rows taken, in one go, so that it is made
// in its final size.
func (t *joinTable) link(r *Run) error {
	n := t.rows.n
	t.groups.reserve(n)
	t.groups.keys.reserve(n)
	t.next = extend(t.next[:0], n)
	if t.first == nil {
		t.first, t.last = make([]int32, 0, n), make([]int32, 0, n)
	}
	t.first, t.last = t.first[:0], t.last[:0]
	keys := vector.Batch{Cols: emptyVectors(len(t.slots))}
	src := make([]*vector.Vector, len(t.slots))
	at := 0
	for i, slot := range t.slots {
		if slot >= 0 {
			src[i] = t.rows.cols[slot]
		} else {
			src[i] = t.computed.cols[at]
			at++
		}
	}
	for at := 0; at < n; at += vector.Size {
		if err := r.canceled(); err != nil {
			return err
		}
		window(&keys, src, at, min(vector.Size, n-at))
		if err := t.linkBatch(&keys, at); err != nil {
			return err
		}
	}
	if t.computed != nil {
		t.computed.release()
	}
	return nil
}

func (t *joinTable) linkBatch(keys *vector.Batch, at int) error {
	if err := t.keys.load(keys.Cols, nil, keys.N); err != nil {
		return err
	}
	var sel []int32
	if t.keys.nulls != nil {
		sel = make([]int32, 0, keys.N)
		for i, m := range t.keys.nulls[:keys.N] {
			t.next[at+i] = -1
			if m == 0 {
				sel = append(sel, int32(i))
			}
		}
	}
	t.ids = extend(t.ids[:0], keys.N)
	t.groups.insert(t.keys, sel, keys.N, t.ids)
	old := len(t.first)
	n := t.groups.len()
	t.first, t.last = extend(t.first, n), extend(t.last, n)
	for g := old; g < n; g++ {
		t.first[g] = -1
	}
	count := keys.N
	if sel != nil {
		count = len(sel)
	}
	for k := 0; k < count; k++ {
		i := k
		if sel != nil {
			i = int(sel[k])
		}
		row, g := int32(at+i), t.ids[i]
		t.next[row] = -1
		if t.first[g] < 0 {
			t.first[g] = row
		} else {
			t.next[t.last[g]] = row
			t.dups = true
		}
		t.last[g] = row
	}
	return nil
}
