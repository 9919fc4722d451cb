package storage

import "github.com/zqlite/zqlite/internal/storage/delta"

// HasTree tells whether the newest committed state has the tree.
func (s *Store) HasTree(id TreeID) bool { return s.state.Load().trees[id] != nil }

// Attach sets the attachment of a store that was just opened, before anybody
// else reads: what a transaction of an earlier process published is not kept.
func (s *Store) Attach(v any) {
	s.commitMu.Lock()
	defer s.commitMu.Unlock()
	st := s.state.Load()
	st.attachment = v
	st.attachVersion++
}

// Rows estimates how many rows the newest committed state of a tree has.
func (s *Store) Rows(id TreeID) int64 {
	st := s.acquire()
	defer st.release()
	t := st.trees[id]
	if t == nil {
		return 0
	}
	n := t.base.rows()
	var lists [8]*delta.List
	for _, l := range t.lists(lists[:0]) {
		n += l.Net()
	}
	return max(n, 0)
}
