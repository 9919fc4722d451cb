package storage

import (
	"slices"

	"github.com/zqlite/zqlite/internal/storage/delta"
)

// adoption is a part of a record that the leader does not enter operation by
// operation: the list that it was written from becomes a layer of the tree.
type adoption struct {
	tree    TreeID
	run     *delta.Run
	at, end int // the part, counted from the record's first operation
}

// encode writes the record of the transaction. A key that was put and deleted
// again within it leaves no trace.
func (t *Tx) encode() error {
	w := &t.w.rec
	w.begin(t.o.Origin)
	from := len(w.buf)
	t.w.req.adopt = t.w.req.adopt[:0]
	size := 0
	for _, h := range t.order {
		if h.own != nil {
			size += int(h.own.Payload()) + 8*int(h.own.Versions()) + 16
		}
	}
	w.buf = slices.Grow(w.buf, size)
	for _, h := range t.order {
		if !h.changed() {
			continue
		}
		w.tree = 0
		if h.ddl() {
			w.selectTree(h.id)
			t.encodeDDL(w, h)
		}
		if h.own != nil && !h.own.Empty() {
			t.encodeOwn(w, h, from)
		}
	}
	if len(w.buf)-from > t.s.sideLimit && t.s.state.Load().gen.log != nil {
		return t.s.writeSide(w, from)
	}
	return nil
}

// encodeOwn writes the rows of a tree. A large list is prepared for adoption,
// and written only where there is a log to read it from again.
func (t *Tx) encodeOwn(w *recordWriter, h *txTree, from int) {
	var run *delta.Run
	if h.own.Bytes() >= t.s.o.AdoptBytes {
		run = delta.NewRun(h.own)
	}
	at := len(w.buf)
	if run == nil || !t.s.memory {
		w.selectTree(h.id)
	}
	for c := h.own.Sorted(); c.Next(); {
		v, existed := c.Newest(), c.Existed()
		if v.Deleted() && !existed {
			continue
		}
		if run != nil {
			if run.Append(&c); t.s.memory {
				continue
			}
		}
		switch {
		case v.Deleted():
			w.delete(c.Key())
		case existed:
			w.put(opPut, c.Key(), v.Row)
		default:
			w.put(opInsert, c.Key(), v.Row)
		}
	}
	if run != nil && run.Finish() {
		t.w.req.adopt = append(t.w.req.adopt, adoption{tree: h.id, run: run, at: at - from, end: len(w.buf) - from})
	}
}

func (t *Tx) encodeDDL(w *recordWriter, h *txTree) {
	if h.dropped {
		w.op(opDrop)
	}
	switch {
	case h.created != nil:
		w.op(opCreate)
		w.op(byte(h.created.Key))
		w.layout(&h.created.Layout)
	case h.truncated:
		w.op(opTruncate)
	}
	for i := range h.altered {
		w.op(opAlter)
		w.layout(&h.altered[i])
	}
}
