package storage

import (
	"sync/atomic"

	"github.com/zqlite/zqlite/internal/storage/delta"
	"github.com/zqlite/zqlite/internal/storage/page"
	"github.com/zqlite/zqlite/internal/storage/wal"
)

// state is what a reader needs, behind one pointer (invariant 8). Everything
// but the atomics is immutable. Small commits only raise visible; DDL, an
// attachment, a freeze or an installed checkpoint make a new state, and the
// visible sequence of the old one then stands still, so that the pair of state
// and sequence a reader loads is always consistent.
type state struct {
	visible atomic.Uint64
	refs    atomic.Int64 // readers that need the pages of its roots

	gen           *generation   // the active one
	frozen        []*generation // oldest first
	trees         map[TreeID]*tree
	attachment    any
	attachVersion uint64
	epoch         uint64 // of the checkpoint that wrote the roots
}

// tree is one tree in a state.
type tree struct {
	id          TreeID
	kind        page.KeyKind
	incarnation uint64 // sequence of the commit that created or truncated it
	layouts     *layouts
	base        baseTree                   // merged rows
	active      atomic.Pointer[delta.List] // made by the leader at the first write of a generation
	layers      []layer                    // older deltas, newest first
	fresh       int                        // how many of them belong to the active generation
	shared      *treeShared
}

// treeShared is what all states of a tree have in common.
type treeShared struct {
	modified atomic.Uint64 // last sequence that changed it
}

// copyTree is t for a changed field.
func (t *tree) copy() *tree {
	c := &tree{id: t.id, kind: t.kind, incarnation: t.incarnation, layouts: t.layouts,
		base: t.base, layers: t.layers, fresh: t.fresh, shared: t.shared}
	c.active.Store(t.active.Load())
	return c
}

// generation is a delta and its log file (invariant 10).
type generation struct {
	id    uint64
	log   *wal.Log         // nil in memory
	last  uint64           // last sequence, set when it freezes
	trees map[TreeID]*tree // at its freezing: what a checkpoint of it must produce
	lists []treeLayer      // its deltas, oldest first, set when it freezes
	bytes atomic.Int64     // of delta
	sides []*sideFile      // that its frames name
}

// genLink chains the generations for those who must know what was committed
// since their snapshot. Only serializable writers hold one, so that a long
// reader does not keep later deltas in memory.
type genLink struct {
	gen  *generation
	next atomic.Pointer[genLink]
}

// treeLayer is a delta of one tree in a generation.
type treeLayer struct {
	id          TreeID
	incarnation uint64
	layer
}

// acquire registers with the newest state and gives it (invariant 8).
func (s *Store) acquire() *state {
	for {
		st := s.state.Load()
		st.refs.Add(1)
		if s.state.Load() == st {
			return st
		}
		st.refs.Add(-1) // replaced meanwhile: the writer may not have seen us
	}
}

func (st *state) release() { st.refs.Add(-1) }

// leave is release for who may be the last reader of an old state: its deltas
// go with it.
func (s *Store) leave(st *state) {
	if st.refs.Add(-1) == 0 && s.state.Load() != st {
		s.oldestEpoch()
	}
}

// publish makes st what readers get. Holding commitMu.
func (s *Store) publish(st *state) {
	s.state.Store(st)
	s.liveMu.Lock()
	s.live = append(s.live, st)
	s.liveMu.Unlock()
}

// oldestEpoch is the epoch of the oldest roots that a reader may hold
// (invariant 13); it forgets the states nobody reads.
func (s *Store) oldestEpoch() uint64 {
	s.liveMu.Lock()
	defer s.liveMu.Unlock()
	cur := s.state.Load()
	oldest := cur.epoch
	kept := s.live[:0]
	for _, st := range s.live {
		if st != cur && st.refs.Load() == 0 {
			continue
		}
		kept = append(kept, st)
		oldest = min(oldest, st.epoch)
	}
	clear(s.live[len(kept):])
	s.live = kept
	return oldest
}

// edit is the working copy of a state inside the leader.
type edit struct {
	from  *state
	trees map[TreeID]*tree // nil until something changes
}

func (e *edit) get(id TreeID) *tree {
	if e.trees != nil {
		return e.trees[id]
	}
	return e.from.trees[id]
}

func (e *edit) own() map[TreeID]*tree {
	if e.trees == nil {
		e.trees = make(map[TreeID]*tree, len(e.from.trees)+1)
		for id, t := range e.from.trees {
			e.trees[id] = t
		}
	}
	return e.trees
}

func (e *edit) set(t *tree) { e.own()[t.id] = t }

// next makes the state that follows, with the attachment of the old one.
func (e *edit) next() *state {
	st := &state{gen: e.from.gen, frozen: e.from.frozen, trees: e.from.trees,
		attachment: e.from.attachment, attachVersion: e.from.attachVersion, epoch: e.from.epoch}
	if e.trees != nil {
		st.trees = e.trees
	}
	st.visible.Store(e.from.visible.Load())
	return st
}
