package storage

import (
	"errors"
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
	inline, copied := 0, 0 // bytes; rows of a large transaction go to a side file
	for _, h := range t.order {
		if n := h.own.payload(); h.own == nil || len(h.own.runs) == 0 {
			if inline += n; !h.own.folds(t.s) {
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
	aside := func(h *txTree) bool {
		return len(h.own.runs) > 0 || h.own.payload() > limit && !t.s.memory
	}
	folded, err := t.fold(aside)
	if err != nil {
		return err
	}
	for i, h := range t.order {
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
		case aside(h):
			err = t.encodeSide(w, h, from)
		case h.own.folds(t.s):
			t.encodeFolded(w, h, folded[i], from)
		default:
			err = encodeOwn(w, h)
		}
		if err != nil {
			return err
		}
	}
	if t.w.side != nil {
		return t.s.syncSide(t.w.side)
	}
	return nil
}

// sortFrom is how many entries of a list are worth a goroutine to sort them.
const sortFrom = 4096

// fold makes the layers of large writes, by the places of their trees in order,
// side by side, as those of a table's indexes; and sorts the large lists that
// go another way.
func (t *Tx) fold(aside func(*txTree) bool) ([]*run, error) {
	var folded []*run
	var failed []error
	var wait sync.WaitGroup
	for i, h := range t.order {
		switch {
		case h.own.empty():
		case !aside(h) && h.own.folds(t.s):
			if folded == nil {
				folded, failed = make([]*run, len(t.order)), make([]error, len(t.order))
			}
			if h.own.list.Empty() {
				folded[i] = h.own.tail.layer()
				continue
			}
			wait.Go(func() { folded[i], failed[i] = h.own.layer() })
		case h.own.list.Pending() >= sortFrom:
			wait.Go(h.own.list.Sort)
		}
	}
	wait.Wait()
	return folded, errors.Join(failed...)
}

// folds tells whether there are so many rows that they become a layer as they
// are, and go into the frame from where they lie.
func (o *ownWrites) folds(s *Store) bool {
	return o != nil && len(o.runs) == 0 && o.bytes() >= s.o.AdoptBytes && o.payload() <= math.MaxInt32
}

// layer writes what stands of every key into one block of memory. It is nil
// where nothing does.
func (o *ownWrites) layer() (*run, error) {
	n := int(o.list.Versions()) + o.tail.rows()
	b := &block{data: make([]byte, 0, o.payload()), offs: make([]uint32, 0, n)}
	r := &run{resident: []*block{b}}
	err := o.each(func(op byte, key, row []byte) error {
		b.offs = append(b.offs, uint32(len(b.data)))
		r.net += netOf(op)
		b.data = appendEntry(b.data, op, key, false, 0, row)
		return nil
	})
	if err != nil || len(b.offs) == 0 {
		return nil, err
	}
	b.prepare()
	r.count, r.size = len(b.offs), int64(len(b.data)+12*len(b.offs))
	r.min, r.max = b.key(0), b.key(len(b.offs)-1)
	r.blocks = []blockRef{{first: r.min}}
	return r, nil
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

// encodeOwn writes the rows of a tree into the record.
func encodeOwn(w *recordWriter, h *txTree) error {
	w.selectTree(h.id)
	if h.own.list.Empty() {
		w.buf = h.own.tail.appendTo(w.buf)
		return nil
	}
	return h.own.each(func(op byte, key, row []byte) error {
		w.buf = appendEntry(w.buf, op, key, false, 0, row)
		return nil
	})
}

// encodeFolded makes the layer of a tree a part of the record, which is going
// to be adopted; nil is one of which nothing is left.
func (t *Tx) encodeFolded(w *recordWriter, h *txTree, r *run, from int) {
	at := len(w.buf)
	w.selectTree(h.id)
	if r != nil {
		w.splice(r.resident)
		t.adopts(h, r, at-from, len(w.buf)-from)
	}
}

// adopts notes that the record from at to end, counted from its first
// operation, becomes a layer of the tree as run r.
func (t *Tx) adopts(h *txTree, r *run, at, end int) {
	t.w.req.adopt = append(t.w.req.adopt, adoption{tree: h.id, run: r, at: at, end: end})
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
