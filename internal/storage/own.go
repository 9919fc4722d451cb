package storage

import (
	"bytes"

	"github.com/zqlite/zqlite/internal/storage/delta"
)

// ownWrites is what a transaction has written to one tree: a list, and what
// had to leave memory. Its sequences are ordinals (txn.WriteSet).
type ownWrites struct {
	list *delta.List
	tail *tail    // nil: none; older than the list where both have a key
	runs []ownRun // newest first; each wholly older than list and tail
}

// ownRun is a spilled part of a write set.
type ownRun struct {
	*run
	from  uint64 // smallest ordinal in it
	limit uint64 // ordinals above were rolled back
	level int    // how often it was merged
}

func (o *ownWrites) empty() bool {
	return o == nil || o.list.Empty() && o.tail.rows() == 0 && len(o.runs) == 0
}

// rows is the number of rows added, as far as is known: what was rolled back
// of a run stays counted.
func (o *ownWrites) rows() int64 {
	if o == nil {
		return 0
	}
	n := o.list.Net() + int64(o.tail.rows())
	for i := range o.runs {
		n += o.runs[i].net
	}
	return n
}

// get gives the newest version of key at or below max; hash is delta.Hash(key).
func (o *ownWrites) get(key []byte, hash, max uint64) (v delta.Version, ok bool, err error) {
	if o == nil {
		return v, false, nil
	}
	if v, ok = o.list.Get(key, hash, max); ok {
		return v, true, nil
	}
	if o.tail.rows() > 0 {
		if v, ok, err = o.tail.get(key, hash, max); ok || err != nil {
			return v, ok, err
		}
	}
	for i := range o.runs {
		r := &o.runs[i]
		if r.from > max {
			continue
		}
		if v, ok, err = r.get(key, hash, min(max, r.limit)); ok || err != nil {
			return v, ok, err
		}
	}
	return v, false, nil
}

// endsBelow tells whether every key is below key, at little cost.
func (o *ownWrites) endsBelow(key []byte) bool {
	if o == nil {
		return true
	}
	if !o.tail.endsBelow(key) {
		return false
	}
	for i := range o.runs {
		if bytes.Compare(o.runs[i].max, key) >= 0 {
			return false
		}
	}
	return o.list.EndsBelow(key)
}

// rollback takes back what no undo list knows any more: all after the first n
// operations.
func (o *ownWrites) rollback(n uint64) {
	o.list.Truncate(n)
	o.tail.Truncate(n)
	kept := o.runs[:0]
	for _, r := range o.runs {
		if r.limit = min(r.limit, n); r.from <= n {
			kept = append(kept, r)
		}
	}
	o.runs = kept
}

// ownRows walks all that a transaction has written to a tree in key order,
// each key once: the newest version, and whether the key had a row before.
type ownRows struct {
	list    delta.Sorted
	hasList bool
	runs    []runCursor
	limits  []uint64

	key     []byte
	newest  delta.Version
	existed bool
}

func (o *ownWrites) sorted() *ownRows {
	w := &ownRows{list: o.list.Sorted()}
	w.hasList = w.list.Next()
	if o.tail.rows() > 0 {
		o.tail.share()
		w.add(&o.tail.run, ^uint64(0))
	}
	for i := range o.runs {
		w.add(o.runs[i].run, o.runs[i].limit)
	}
	return w
}

func (w *ownRows) add(r *run, limit uint64) {
	w.runs, w.limits = append(w.runs, runCursor{}), append(w.limits, limit)
	c := &w.runs[len(w.runs)-1]
	c.open(r)
	c.first()
}

// next moves to the next key; false at the end.
func (w *ownRows) next() (bool, error) {
	for {
		w.key = nil
		if w.hasList {
			w.key = w.list.Key()
		}
		for i := range w.runs {
			c := &w.runs[i]
			if c.err != nil {
				return false, c.err
			}
			if c.valid() && (w.key == nil || bytes.Compare(c.key(), w.key) < 0) {
				w.key = c.key()
			}
		}
		if w.key == nil {
			return false, nil
		}
		if w.take() {
			return true, nil
		}
	}
}

// take sums up the present key and moves past it; false when nothing of it
// stands.
func (w *ownRows) take() bool {
	key, ok := w.key, false
	if w.hasList && bytes.Equal(w.list.Key(), key) {
		w.newest, w.existed, ok = w.list.Newest(), w.list.Existed(), true
		w.hasList = w.list.Next()
	}
	for i := range w.runs {
		c := &w.runs[i]
		if !c.valid() || !bytes.Equal(c.key(), key) {
			continue
		}
		if v, existed, has := c.net(w.limits[i]); has {
			if w.existed = existed; !ok {
				w.newest, ok = v, true
			}
		}
		c.next()
	}
	return ok
}

// each calls f with what stands of every key, in order, until it fails: the
// operation that it amounts to, and the row.
func (o *ownWrites) each(f func(op byte, key, row []byte) error) error {
	if len(o.runs) == 0 && o.tail.rows() == 0 {
		for c := o.list.Sorted(); c.Next(); {
			v := c.Newest()
			if op := code(v.Deleted(), c.Existed()); op != 0 {
				if err := f(op, c.Key(), v.Row); err != nil {
					return err
				}
			}
		}
		return nil
	}
	if len(o.runs) == 0 {
		return o.eachOfTwo(f)
	}
	for w := o.sorted(); ; {
		ok, err := w.next()
		if !ok || err != nil {
			return err
		}
		if op := code(w.newest.Deleted(), w.existed); op != 0 {
			if err := f(op, w.key, w.newest.Row); err != nil {
				return err
			}
		}
	}
}

// eachOfTwo is each for a list and a tail, which mostly is short beside it.
func (o *ownWrites) eachOfTwo(f func(op byte, key, row []byte) error) error {
	rest := tailCursor{t: o.tail}
	key := rest.key()
	for c := o.list.Sorted(); c.Next(); {
		order := 1
		for key != nil {
			if order = bytes.Compare(key, c.Key()); order >= 0 {
				break
			}
			if err := f(opInsert, key, rest.row()); err != nil {
				return err
			}
			key = rest.next()
		}
		v, existed := c.Newest(), c.Existed()
		if key != nil && order == 0 { // the tail's row is the older one, and the first
			existed, key = false, rest.next()
		}
		if op := code(v.Deleted(), existed); op != 0 {
			if err := f(op, c.Key(), v.Row); err != nil {
				return err
			}
		}
	}
	for ; key != nil; key = rest.next() {
		if err := f(opInsert, key, rest.row()); err != nil {
			return err
		}
	}
	return nil
}

// bytes is the memory that list and tail take.
func (o *ownWrites) bytes() int64 { return o.list.Bytes() + o.tail.bytes() }

// code gives the operation that the present entry amounts to; 0 is none: the
// key was put and deleted again within the transaction.
func code(deleted, existed bool) byte {
	switch {
	case deleted && !existed:
		return 0
	case deleted:
		return opDelete
	case existed:
		return opPut
	}
	return opInsert
}
