package storage

import (
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage/delta"
	"github.com/zqlite/zqlite/internal/storage/page"
)

var errDeltaFull = sqlerr.New(sqlerr.OutOfMemory, "the delta of a tree is full")

// applyRecord enters one committed transaction into the deltas. The leader and
// recovery share it, so what was replayed is what was published.
func (s *Store) applyRecord(e *edit, r *record) error {
	return s.applyOps(e, r.seq, r.ops)
}

func (s *Store) applyOps(e *edit, seq uint64, ops []byte) error {
	var (
		o    = opReader{rest: ops}
		t    *tree
		list *delta.List
		gen  = e.from.gen
	)
	for o.next() {
		if o.code == opCreate || o.code == opDrop || o.code == opTruncate || o.code == opAlter {
			list = nil
			if err := applyDDL(e, seq, &o); err != nil {
				return err
			}
			continue
		}
		if o.code == opSide {
			side, number, err := s.readSide(o.key)
			if err != nil {
				return err
			}
			gen.sides = append(gen.sides, number)
			return s.applyOps(e, seq, side)
		}
		if list == nil || t.id != o.tree {
			if t = e.get(o.tree); t == nil {
				return sqlerr.New(sqlerr.DataCorrupted, "log record writes to tree %d, which does not exist", o.tree)
			}
			if list = t.active.Load(); list == nil {
				list = delta.New()
				t.active.Store(list)
			}
			t.shared.modified.Store(seq)
		}
		if err := applyPut(list, gen, seq, &o); err != nil {
			return err
		}
	}
	return o.err
}

func applyPut(list *delta.List, gen *generation, seq uint64, o *opReader) error {
	flags := uint8(0)
	switch o.code {
	case opInsert:
		flags = delta.Inserted
	case opDelete:
		flags = delta.Deleted
	}
	before := list.Bytes()
	if list.Put(o.key, delta.Hash(o.key), seq, flags, o.row) == 0 {
		return errDeltaFull
	}
	gen.bytes.Add(list.Bytes() - before)
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
