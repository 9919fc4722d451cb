package storage

import (
	"math"
	"slices"
	"sync"
)

// adoption is a part of a record that the leader does not enter operation by
// operation: the rows of a tree become a layer of it as they were written.
type adoption struct {
	tree    TreeID
	run     *run
	at, end int // the part, counted from the record's first operation
}

// encode writes the record of the transaction. A key that was put and deleted
// again within it leaves no trace.
func (t *Tx) encode() error {
	w := &t.w.rec
	w.begin(t.o.Origin)
	from := len(w.buf)
	t.w.req.adopt = t.w.req.adopt[:0]
	inline, copied, side := 0, 0, 0 // bytes; rows of a large transaction go to a side file
	for _, h := range t.order {
		if n := h.own.payload(); h.own != nil && len(h.own.runs) > 0 {
			side += n
		} else {
			if inline += n; !t.splices(h) {
				copied += n
			}
		}
	}
	limit := t.s.sideLimit
	if t.s.memory || inline <= limit {
		w.buf = slices.Grow(w.buf, copied)
	} else {
		limit /= 16
	}
	t.sortLists()
	for _, h := range t.order {
		if !h.changed() {
			continue
		}
		w.tree = 0
		if h.ddl() {
			w.selectTree(h.id)
			t.encodeDDL(w, h)
		}
		var err error
		switch {
		case h.own.empty():
		case len(h.own.runs) > 0 || h.own.payload() > limit && !t.s.memory:
			err = t.encodeSide(w, h, from)
		default:
			err = t.encodeOwn(w, h, from)
		}
		if err != nil {
			return err
		}
	}
	if t.w.side != nil {
		if err := t.s.syncSide(t.w.side); err != nil {
			return err
		}
	}
	t.prepareRuns(w.buf[from:])
	return nil
}

// sortFrom is how many entries of a list are worth a goroutine to sort them.
const sortFrom = 4096

// sortLists sorts large lists side by side, as those of a table's indexes.
func (t *Tx) sortLists() {
	var wait sync.WaitGroup
	for _, h := range t.order {
		if h.own != nil && h.own.list.Pending() >= sortFrom {
			wait.Go(h.own.list.Sort)
		}
	}
	wait.Wait()
}

// payload bounds the bytes of the rows in a record.
func (o *ownWrites) payload() int {
	if o == nil {
		return 0
	}
	n := int(o.list.Payload()) + 7*int(o.list.Versions()) + 16
	if o.tail != nil {
		n += int(o.tail.size)
	}
	for i := range o.runs {
		n += int(o.runs[i].size)
	}
	return n
}

// encodeOwn writes the rows of a tree into the record. Where there are many,
// that part of the record, or the tail that it was copied from, is going to be
// adopted.
func (t *Tx) encodeOwn(w *recordWriter, h *txTree, from int) error {
	at := len(w.buf)
	w.selectTree(h.id)
	rows := len(w.buf)
	if t.splices(h) {
		w.splice(h.own.tail)
		t.adopts(h, h.own.tail.layer(), at-from, len(w.buf)-from)
		return nil
	}
	if h.own.list.Empty() {
		w.buf = h.own.tail.appendTo(w.buf)
		return nil
	}
	adopted := t.adoptable(h.own)
	var offs []uint32
	if adopted {
		offs = make([]uint32, 0, int(h.own.list.Versions())+h.own.tail.rows())
	}
	net := int64(0)
	err := h.own.each(func(op byte, key, row []byte) error {
		if adopted {
			offs = append(offs, uint32(len(w.buf)-rows))
			net += netOf(op)
		}
		w.buf = appendEntry(w.buf, op, key, false, 0, row)
		return nil
	})
	if len(offs) > 0 {
		b := &block{offs: offs, data: w.buf[rows:len(w.buf):len(w.buf)]}
		r := &run{count: len(offs), net: net, size: int64(len(w.buf) - rows + 12*len(offs)), resident: []*block{b}}
		t.adopts(h, r, at-from, len(w.buf)-from)
	}
	return err
}

// adoptable tells whether there are so many rows that they become a layer.
func (t *Tx) adoptable(o *ownWrites) bool {
	return o.bytes() >= t.s.o.AdoptBytes && o.payload() <= math.MaxInt32
}

// splices tells whether the rows go into the frame from where they lie.
func (t *Tx) splices(h *txTree) bool {
	return h.own != nil && h.own.tail.rows() > 0 && h.own.list.Empty() && len(h.own.runs) == 0 && t.adoptable(h.own)
}

// adopts notes that the record from at to end, counted from its first
// operation, becomes a layer of the tree as run r.
func (t *Tx) adopts(h *txTree, r *run, at, end int) {
	t.w.req.adopt = append(t.w.req.adopt, adoption{tree: h.id, run: r, at: at, end: end})
}

// prepareRuns binds the runs in memory to the record that is now complete. It
// belongs to them from here on.
func (t *Tx) prepareRuns(ops []byte) {
	for i := range t.w.req.adopt {
		a := &t.w.req.adopt[i]
		if a.run.blocks != nil { // they lie in a file or a tail
			continue
		}
		b := a.run.resident[0]
		b.data = ops[a.end-len(b.data) : a.end : a.end]
		b.prepare()
		a.run.min, a.run.max = b.key(0), b.key(len(b.offs)-1)
		a.run.blocks = []blockRef{{first: a.run.min}}
	}
}

// encodeSide writes the rows of a tree into the transaction's side file, and
// its name into the record.
func (t *Tx) encodeSide(w *recordWriter, h *txTree, from int) error {
	if t.w.side == nil {
		side, err := t.s.createSide()
		if err != nil {
			return err
		}
		t.w.side = side
	}
	n := int(h.own.list.Versions()) + h.own.tail.rows()
	for i := range h.own.runs {
		n += h.own.runs[i].count
	}
	at, place := t.w.side.c.at, t.w.side.c.next
	out := newRunWriter(t.w.side.c, n, false)
	if err := h.own.each(func(op byte, key, row []byte) error {
		return sideError(out.add(op, key, 0, row))
	}); err != nil {
		return err
	}
	r, err := out.finish()
	if err != nil || r == nil {
		return sideError(err)
	}
	ref := t.w.side.ref(r, at, place)
	start := len(w.buf)
	w.selectTree(h.id)
	w.op(opSide)
	w.bytes(ref.encode())
	t.adopts(h, r, start-from, len(w.buf)-from)
	return nil
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
