package storage

import (
	"slices"
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
	inline, side := 0, 0 // bytes; rows of a large transaction go to a side file
	for _, h := range t.order {
		if n := h.own.payload(); h.own != nil && len(h.own.runs) > 0 {
			side += n
		} else {
			inline += n
		}
	}
	limit := t.s.sideLimit
	if t.s.memory || inline <= limit {
		w.buf = slices.Grow(w.buf, inline)
	} else {
		limit /= 16
	}
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
			t.encodeOwn(w, h, from)
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

// payload bounds the bytes of the rows in a record.
func (o *ownWrites) payload() int {
	if o == nil {
		return 0
	}
	n := int(o.list.Payload()) + 7*int(o.list.Versions()) + 16
	for i := range o.runs {
		n += int(o.runs[i].size)
	}
	return n
}

// encodeOwn writes the rows of a tree into the record. Where there are many,
// that part of the record will be adopted.
func (t *Tx) encodeOwn(w *recordWriter, h *txTree, from int) {
	list := h.own.list
	at := len(w.buf)
	w.selectTree(h.id)
	var r *run
	var offs []uint32
	rows := len(w.buf)
	if list.Bytes() >= t.s.o.AdoptBytes && list.Payload() < 1<<31 {
		r = &run{}
		offs = make([]uint32, 0, list.Versions())
	}
	for c := list.Sorted(); c.Next(); {
		v := c.Newest()
		op := code(v.Deleted(), c.Existed())
		if op == 0 {
			continue
		}
		if r != nil {
			offs = append(offs, uint32(len(w.buf)-rows))
			r.net += netOf(op)
		}
		w.buf = appendEntry(w.buf, op, c.Key(), false, 0, v.Row)
	}
	if len(offs) > 0 {
		r.count, r.size = len(offs), int64(len(w.buf)-rows+12*len(offs))
		r.recent[0].Store(&block{offs: offs, data: w.buf[rows:len(w.buf):len(w.buf)]})
		t.w.req.adopt = append(t.w.req.adopt, adoption{tree: h.id, run: r, at: at - from, end: len(w.buf) - from})
	}
}

// prepareRuns binds the runs in memory to the record that is now complete. It
// belongs to them from here on.
func (t *Tx) prepareRuns(ops []byte) {
	for i := range t.w.req.adopt {
		a := &t.w.req.adopt[i]
		if a.run.file != nil {
			continue
		}
		b := a.run.recent[0].Load()
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
	n := int(h.own.list.Versions())
	for i := range h.own.runs {
		n += h.own.runs[i].count
	}
	at, place := t.w.side.c.at, t.w.side.c.next
	out := newRunWriter(t.w.side.c, n, false)
	rows := h.own.sorted()
	for {
		ok, err := rows.next()
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		if op := code(rows.newest.Deleted(), rows.existed); op != 0 {
			if err := out.add(op, rows.key, 0, rows.newest.Row); err != nil {
				return sideError(err)
			}
		}
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
	t.w.req.adopt = append(t.w.req.adopt, adoption{tree: h.id, run: r, at: start - from, end: len(w.buf) - from})
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
