package engine

import (
	"github.com/zqlite/zqlite/internal/binder"
	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/syscat"
	"github.com/zqlite/zqlite/internal/types"
)

// firstVirtualID numbers the computed relations that PostgreSQL numbers
// otherwise in each database, below the ids of users.
const firstVirtualID catalog.ID = 12000

// virtuals are the descriptors of the system catalog's relations, shared by
// every catalog.
var virtuals = catalog.NewVirtuals(syscat.Descriptors(firstVirtualID))

// computed finds what computes the rows of a relation by its id.
var computed = func() map[catalog.ID]*syscat.Relation {
	m := map[catalog.ID]*syscat.Relation{}
	for i, r := range virtuals.All() {
		m[r.ID] = syscat.Relations()[i]
	}
	return m
}()

// systemView is what the system catalog's relations and functions see.
func (s *Session) systemView(c *catalog.Catalog) *syscat.View {
	return &syscat.View{
		Catalog: c, Path: s.bindPath(), Binder: func() binder.Options { return s.bindOptions(c) }, Rows: s.rowsShown, Last: s.lastValueOf, Size: s.treeBytes, FileBytes: s.fileBytes, Sessions: s.activity,
		Cursors: s.openCursors, Prepared: s.preparedStatements,
		Settings: func(yield func(name, value, doc string) bool) {
			for _, n := range settingNames() {
				v, _ := s.Setting(n)
				if !yield(n, v, knownSettings[n].doc) {
					return
				}
			}
		},
	}
}

// rowsShown is the number of rows that the system catalog tells of a relation:
// of one that tenants share, only who works with all of them gets it.
func (s *Session) rowsShown(rel *catalog.Relation) float64 {
	if rel.Tenant != 0 && s.reason == "" {
		return -1
	}
	return s.db.Rows(rel)
}

// virtualRows gives the rows of a computed relation, for exec.
func (s *Session) virtualRows(rel *catalog.Relation, emit func(row []types.Value) error) error {
	if q := s.runCatalog().SequenceByID(rel.ID); q != nil {
		return s.sequenceRow(q, emit)
	}
	r := computed[rel.ID]
	if r == nil {
		return sqlerr.New(sqlerr.InternalError, "relation %q has no rows of its own", rel.Name)
	}
	return r.Rows(s.systemView(s.runCatalog()), emit)
}

// runCatalog is the catalog of the statement that runs.
func (s *Session) runCatalog() *catalog.Catalog {
	if s.idleRun == nil {
		return s.currentCatalog()
	}
	return s.idleRun.Catalog
}

// lastValueOf is the last value that a sequence handed out.
func (s *Session) lastValueOf(q *catalog.Sequence) (int64, bool) {
	st := s.db.seqs.of(q.ID)
	st.mu.Lock()
	defer st.mu.Unlock()
	if err := st.load(s.db, q); err != nil { // a closed database: nothing is known
		return 0, false
	}
	return st.last, st.called
}

// sequenceRow is the row that a query of a sequence gets.
func (s *Session) sequenceRow(q *catalog.Sequence, emit func(row []types.Value) error) error {
	st := s.db.seqs.of(q.ID)
	st.mu.Lock()
	err := st.load(s.db, q)
	last, called, logged := st.last, st.called, int64(0)
	if st.limited {
		logged = (st.reserved - st.last) / q.Increment
	}
	st.mu.Unlock()
	if err != nil {
		return err
	}
	return emit([]types.Value{num(last), num(logged), types.NewBool(called)})
}

func txt(s string) types.Value { return types.NewText(s) }
func num(i int64) types.Value  { return types.NewInt(i) }

func optional(s string) types.Value {
	if s == "" {
		return types.Null
	}
	return txt(s)
}
