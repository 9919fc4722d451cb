package storage

import (
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage/txn"
)

// maxValidated is the number of generations that a serializable transaction
// may live through: what was committed meanwhile is kept in memory for it.
const maxValidated = 16

var errCatalogConflict = sqlerr.New(sqlerr.SerializationFailure, "could not serialize access due to a concurrent schema change")

// validate decides whether tx may commit after the batch members before it
// (invariant 3). Row conflicts were settled by locks. Holding commitMu.
func (s *Store) validate(st *state, tx *Tx, before []*request) error {
	if tx.attachSet && tx.attachBase != st.attachVersion {
		return errCatalogConflict
	}
	for _, h := range tx.order {
		if err := validateDDL(st, h, before); err != nil {
			return err
		}
	}
	if tx.reads == nil || tx.reads.Empty() {
		return nil
	}
	if st.visible.Load() != tx.snap || st != tx.st {
		if err := s.validateReads(st, tx); err != nil {
			return err
		}
	}
	for _, r := range before {
		if r.err == nil && readsOf(tx, r.tx) {
			return errReadDep
		}
	}
	return nil
}

// validateDDL refuses writes to a tree that somebody dropped or recreated, and
// the creation of one that exists. Table locks normally prevent both.
func validateDDL(st *state, h *txTree, before []*request) error {
	if !h.changed() {
		return nil
	}
	cur := st.trees[h.id]
	if h.created != nil {
		if cur != nil && !h.dropped {
			return sqlerr.New(sqlerr.DuplicateObject, "tree %d exists", h.id)
		}
	} else if cur == nil || h.writtenTo != nil && h.writtenTo.incarnation != cur.incarnation {
		return errConflict
	}
	for _, r := range before {
		if r.err != nil {
			continue
		}
		for _, o := range r.tx.order {
			if o.id == h.id && (o.ddl() || h.ddl() && o.changed()) {
				return errConflict
			}
		}
	}
	return nil
}

// readsOf tells whether tx has read what w, earlier in the batch, writes.
func readsOf(tx, w *Tx) bool {
	points, ranges := tx.reads.Len()
	for i := range points {
		id, key, hash := tx.reads.PointAt(i)
		h := w.lookup(TreeID(id))
		if h == nil {
			continue
		}
		if h.dropped || h.truncated {
			return true
		}
		if _, ok, err := h.own.get(key, hash, ^uint64(0)); ok || err != nil {
			return true
		}
	}
	for i := range ranges {
		r := tx.reads.RangeAt(i)
		h := w.lookup(TreeID(r.Tree))
		if h == nil {
			continue
		}
		if h.dropped || h.truncated || h.own.writtenIn(r) {
			return true
		}
	}
	return false
}

// validateReads looks for commits after the snapshot in everything that tx has
// read: the deltas of its generation and of all that followed.
func (s *Store) validateReads(st *state, tx *Tx) error {
	visible := st.visible.Load()
	n := 0
	for g := tx.since; g != nil; g = g.next.Load() {
		if n++; n > maxValidated {
			return errReadDep
		}
	}
	points, ranges := tx.reads.Len()
	for i := range points {
		id, key, hash := tx.reads.PointAt(i)
		changed := false
		s.eachDelta(st, tx, TreeID(id), func(l layer) bool {
			// What was merged and removed meanwhile cannot tell any more.
			v, ok, err := l.get(key, hash, visible)
			changed = ok && v.Seq > tx.snap || err != nil
			return changed
		})
		if changed || replaced(st, tx, TreeID(id)) {
			return errReadDep
		}
	}
	for i := range ranges {
		r := tx.reads.RangeAt(i)
		changed := false
		s.eachDelta(st, tx, TreeID(r.Tree), func(l layer) bool {
			changed = l.newest() > tx.snap && writtenIn(l, r, tx.snap, visible)
			return changed
		})
		if changed || replaced(st, tx, TreeID(r.Tree)) {
			return errReadDep
		}
	}
	return nil
}

// replaced tells whether a tree was dropped, made or truncated since.
func replaced(st *state, tx *Tx, id TreeID) bool {
	was, is := tx.st.trees[id], st.trees[id]
	if was == nil || is == nil {
		return was != is
	}
	return was.incarnation != is.incarnation
}

// eachDelta calls f with the deltas of a tree that may hold commits after the
// snapshot of tx, merged or not, until f says stop.
func (s *Store) eachDelta(st *state, tx *Tx, id TreeID, f func(layer) bool) {
	for link := tx.since; link != nil; link = link.next.Load() {
		g := link.gen
		if g == st.gen {
			if t := st.trees[id]; t != nil {
				for _, l := range t.unfrozen() {
					if f(l) {
						return
					}
				}
			}
			return
		}
		for _, l := range g.lists {
			if l.id == id && f(l.layer) {
				return
			}
		}
	}
}

// writtenIn tells whether l has a version in (after, upTo] inside r, or may
// have had one.
func writtenIn(l layer, r *txn.Interval, after, upTo uint64) bool {
	var o overlay
	o.addLayer(l, upTo)
	return o.writtenIn(r, after)
}

// writtenIn tells whether something was written inside r.
func (w *ownWrites) writtenIn(r *txn.Interval) bool {
	var o overlay
	o.addOwn(w, ^uint64(0))
	return o.writtenIn(r, 0)
}

func (o *overlay) writtenIn(r *txn.Interval, after uint64) bool {
	o.at, o.bound, o.incl = -1, r.Hi, r.HiIncl
	for o.seek(r.Lo, r.LoExcl); o.valid(); o.next() {
		if o.version.Seq > after {
			return true
		}
	}
	return o.err != nil
}
