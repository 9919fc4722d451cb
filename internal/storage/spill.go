package storage

import (
	"bytes"
	"math/rand/v2"
	"path/filepath"
	"slices"

	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage/delta"
)

// A write set past its budget goes to a temporary file: the own list of each
// tree becomes a run that holds every version with its ordinal, so that reads
// at a statement's beginning and rollbacks to a savepoint find what they need.
// At the commit the runs are merged into the side file that the record names.

const (
	// spillCheck is how many operations lie between two looks at the budget,
	// and spillCheckSmall where it is small; they are powers of two.
	spillCheck      = 256
	spillCheckSmall = 4
	// spillRow is the size of rows after which there is a look each time.
	spillRow = 4 << 10
	// fanIn is how many runs of one level are merged into one of the next.
	fanIn = 8
)

// overBudget tells whether the write set is to leave memory.
func (t *Tx) overBudget() bool {
	n := t.w.ws.Bytes()
	for _, h := range t.order {
		if h.own != nil {
			n += h.own.bytes()
		}
	}
	return n > t.s.o.WriteSetBytes
}

// spill moves all own lists to the temporary file. Where it fails, nothing has
// changed.
func (t *Tx) spill() error {
	c, err := t.spillFile()
	if err != nil {
		return spillError(err)
	}
	lists, tails := make([]ownRun, len(t.order)), make([]ownRun, len(t.order))
	for i, h := range t.order {
		if h.own != nil && !h.own.list.Empty() {
			if lists[i], err = spillList(c, h.own.list); err != nil {
				return spillError(err)
			}
		}
		if h.own != nil && h.own.tail.rows() > 0 {
			if tails[i], err = h.own.tail.spill(c); err != nil {
				return spillError(err)
			}
		}
	}
	// A scan that is open may still read list and tail, so they are not reset.
	for i, h := range t.order {
		if tails[i].run != nil {
			t.w.tails = slices.DeleteFunc(t.w.tails, func(l *tail) bool { return l == h.own.tail })
			h.own.tail = nil
			h.own.runs = append([]ownRun{tails[i]}, h.own.runs...)
		}
		if lists[i].run != nil {
			t.w.lists = slices.DeleteFunc(t.w.lists, func(l *delta.List) bool { return l == h.own.list })
			h.own.list = t.w.list()
			h.own.runs = append([]ownRun{lists[i]}, h.own.runs...)
		}
	}
	t.w.ws.Forget()
	for _, h := range t.order {
		if h.own != nil {
			if err := h.own.compact(c); err != nil {
				return spillError(err)
			}
		}
	}
	return nil
}

func spillError(err error) error {
	return sqlerr.Wrap(err, sqlerr.IOError, "could not write a temporary file: %s", err.Error())
}

// spillFile is the transaction's temporary file.
func (t *Tx) spillFile() (*chunkFile, error) {
	if t.w.spilled == nil {
		f, err := t.s.fs.TempFile(filepath.Dir(t.s.path))
		if err != nil {
			return nil, err
		}
		t.w.spilled = t.s.chunkFile(f, purposeSpill, rand.Uint64(), rand.Uint64())
	}
	return t.w.spilled, nil
}

// spillList writes every version of a list.
func spillList(c *chunkFile, l *delta.List) (ownRun, error) {
	l.Settle(^uint64(0))
	w := newRunWriter(c, int(l.Versions()), true)
	out := ownRun{from: ^uint64(0), limit: ^uint64(0)}
	var it delta.Iterator
	it.Open(l)
	for it.First(); it.Valid(); it.Next() {
		err := it.Each(func(v delta.Version) error {
			out.from = min(out.from, v.Seq)
			return w.add(codeOf(&v), it.Key(), v.Seq, v.Row)
		})
		if err != nil {
			return out, err
		}
	}
	var err error
	out.run, err = w.finish()
	return out, err
}

// codeOf gives the operation that made a version.
func codeOf(v *delta.Version) byte {
	switch {
	case v.Deleted():
		return opDelete
	case v.Flags&delta.Inserted != 0:
		return opInsert
	}
	return opPut
}

// compact merges runs of one level, so that their number grows with the
// logarithm of what was spilled.
func (o *ownWrites) compact(c *chunkFile) error {
	for len(o.runs) >= fanIn && o.runs[fanIn-1].level == o.runs[0].level {
		merged := join(o.runs[:fanIn])
		if merged.run == nil {
			var err error
			if merged, err = mergeRuns(c, o.runs[:fanIn]); err != nil {
				return err
			}
		}
		merged.level = o.runs[0].level + 1
		rest := o.runs[fanIn:]
		o.runs = nil
		if merged.run != nil {
			o.runs = append(o.runs, merged)
		}
		o.runs = append(o.runs, rest...)
	}
	return nil
}

// join makes one run of those whose keys do not overlap, as where keys ascend,
// out of their blocks; its run is nil where they do.
func join(runs []ownRun) ownRun {
	sorted := slices.Clone(runs)
	slices.SortFunc(sorted, func(a, b ownRun) int { return bytes.Compare(a.min, b.min) })
	out := ownRun{from: ^uint64(0), limit: ^uint64(0)}
	r := &run{ordinals: true, file: runs[0].file, min: sorted[0].min}
	for i, s := range sorted {
		if s.limit != ^uint64(0) || i > 0 && bytes.Compare(sorted[i-1].max, s.min) >= 0 {
			return ownRun{}
		}
		r.count, r.net, r.size, r.end = r.count+s.count, r.net+s.net, r.size+s.size, max(r.end, s.end)
		r.blocks = append(r.blocks, s.blocks...)
		r.max = s.max
		out.from = min(out.from, s.from)
	}
	out.run = r
	return out
}

// mergeRuns writes the versions of runs, newest first, that still stand into
// one. Its run is nil when there are none.
func mergeRuns(c *chunkFile, runs []ownRun) (ownRun, error) {
	cursors := make([]runCursor, len(runs))
	n := 0
	out := ownRun{from: ^uint64(0), limit: ^uint64(0)}
	for i := range runs {
		n += runs[i].count
		out.from = min(out.from, runs[i].from)
		cursors[i].open(runs[i].run)
		cursors[i].first()
	}
	w := newRunWriter(c, n, true)
	for {
		var key []byte
		for i := range cursors {
			if err := cursors[i].err; err != nil {
				return out, err
			}
			if cursors[i].valid() && (key == nil || bytes.Compare(cursors[i].key(), key) < 0) {
				key = cursors[i].key()
			}
		}
		if key == nil {
			break
		}
		for i := range cursors {
			cur := &cursors[i]
			if !cur.valid() || !bytes.Equal(cur.key(), key) {
				continue
			}
			if err := cur.each(func(v delta.Version) error {
				if v.Seq > runs[i].limit {
					return nil
				}
				return w.add(codeOf(&v), key, v.Seq, v.Row)
			}); err != nil {
				return out, err
			}
			cur.next()
		}
	}
	var err error
	out.run, err = w.finish()
	return out, err
}
