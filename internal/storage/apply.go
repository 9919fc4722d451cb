package storage

import (
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage/delta"
	"github.com/zqlite/zqlite/internal/storage/page"
)

var errDeltaFull = sqlerr.New(sqlerr.OutOfMemory, "the delta of a tree is full")

// applyOps enters the operations of a committed transaction into the deltas.
// The leader and recovery share it, so what was replayed is what was published;
// the leader alone has parts to adopt.
func (s *Store) applyOps(e *edit, seq uint64, ops []byte, adopt []adoption) error {
	w := opWriter{gen: e.from.gen, seq: seq}
	defer w.end()
	for o := (opReader{rest: ops}); ; {
		if len(adopt) > 0 && len(ops)-len(o.rest) == adopt[0].at {
			if err := s.adopt(&w, e, &adopt[0]); err != nil {
				return err
			}
			o.rest, adopt = ops[adopt[0].end:], adopt[1:]
			continue
		}
		if !o.next() {
			return o.err
		}
		switch o.code {
		case opCreate, opDrop, opTruncate, opAlter:
			w.end()
			if err := applyDDL(e, seq, &o); err != nil {
				return err
			}
		case opSide:
			r, err := s.replaySide(e.from.gen, o.key)
			if err == nil {
				err = s.adopt(&w, e, &adoption{tree: o.tree, run: r})
			}
			if err != nil {
				return err
			}
		default:
			if err := w.put(e, &o); err != nil {
				return err
			}
		}
	}
}

// opWriter enters rows into the active lists.
type opWriter struct {
	gen    *generation
	seq    uint64
	tree   TreeID
	list   *delta.List // nil: none open
	before int64       // its size
}

// open makes the tree's active list the present one.
func (w *opWriter) open(e *edit, id TreeID) error {
	w.end()
	t, err := e.change(id, w.seq)
	if err != nil {
		return err
	}
	if w.list = t.active.Load(); w.list == nil {
		w.list = delta.New()
		t.active.Store(w.list)
	}
	w.tree, w.before = id, w.list.Used()
	return nil
}

// change gives a tree that is about to change.
func (e *edit) change(id TreeID, seq uint64) (*tree, error) {
	t := e.get(id)
	if t == nil {
		return nil, sqlerr.New(sqlerr.DataCorrupted, "log record writes to tree %d, which does not exist", id)
	}
	t.shared.modified.Store(seq)
	return t, nil
}

// end closes the present list.
func (w *opWriter) end() {
	if w.list != nil {
		w.list.Publish()
		w.gen.bytes.Add(w.list.Used() - w.before)
		w.list = nil
	}
}

func (w *opWriter) put(e *edit, o *opReader) error {
	if w.list == nil || w.tree != o.tree {
		if err := w.open(e, o.tree); err != nil {
			return err
		}
	}
	flags := uint8(0)
	switch o.code {
	case opInsert:
		flags = delta.Inserted
	case opDelete:
		flags = delta.Deleted
	}
	if !w.list.Put(o.key, delta.Hash(o.key), w.seq, flags, o.row) {
		return errDeltaFull
	}
	return nil
}

// adopt makes a transaction's rows a layer of the tree. The active list ends,
// so that every layer is newer than those behind it.
func (s *Store) adopt(w *opWriter, e *edit, a *adoption) error {
	w.end()
	t, err := e.change(a.tree, w.seq)
	if err != nil {
		return err
	}
	a.run.seq = w.seq
	n := t.copy()
	n.active.Store(nil)
	n.layers = append(append([]layer{{run: a.run}}, t.unfrozen()...), t.layers[t.fresh:]...)
	n.fresh = len(n.layers) - len(t.layers) + t.fresh
	e.set(n)
	w.gen.bytes.Add(a.run.size)
	s.crowded = s.crowded || n.fresh >= maxFresh
	return nil
}

func applyDDL(e *edit, seq uint64, o *opReader) error {
	if o.code == opCreate {
		e.set(newTree(o.tree, o.kind, seq, o.layout))
		e.get(o.tree).shared.modified.Store(seq)
		return nil
	}
	t := e.get(o.tree)
	if t == nil {
		return sqlerr.New(sqlerr.DataCorrupted, "log record changes tree %d, which does not exist", o.tree)
	}
	switch o.code {
	case opDrop:
		delete(e.own(), o.tree)
	case opTruncate:
		n := &tree{id: t.id, kind: t.kind, incarnation: seq, layouts: t.layouts, shared: t.shared}
		e.set(n)
	case opAlter:
		n := t.copy()
		n.layouts = t.layouts.with(o.layout)
		e.set(n)
	}
	t.shared.modified.Store(seq)
	return nil
}

func newTree(id TreeID, kind page.KeyKind, seq uint64, l page.Layout) *tree {
	return &tree{id: id, kind: kind, incarnation: seq, layouts: newLayouts(l), shared: &treeShared{}}
}
