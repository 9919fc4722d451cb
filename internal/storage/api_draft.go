package storage

import (
	"context"

	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage/page"
	"github.com/zqlite/zqlite/internal/vfs"
)

// Draft of the signatures; the bodies replace this file.
var errDraft = sqlerr.New(sqlerr.FeatureNotSupported, "storage is not built yet")

// Store is one open database file.
type Store struct{}

// Open opens the file at path, creating it where Options.Create says so.
func Open(ctx context.Context, fs vfs.FS, path string, o Options) (*Store, error) {
	return nil, errDraft
}

func (s *Store) Close() error                         { return errDraft }
func (s *Store) Checkpoint(ctx context.Context) error { return errDraft }
func (s *Store) IntegrityCheck(ctx context.Context, report func(string)) error {
	return errDraft
}
func (s *Store) Stats() Stats           { return Stats{} }
func (s *Store) SetSync(m SyncMode)     {}
func (s *Store) Begin(o TxOptions) *Tx  { return &Tx{} }

// Tx is a transaction; for one goroutine at a time, except that scans and
// gets of a statement may run in parallel as long as nothing is written.
type Tx struct{}

func (t *Tx) BeginStatement() error                      { return errDraft }
func (t *Tx) AdvanceCommand()                            {} // own writes so far become visible to the statement's later reads
func (t *Tx) RestartStatement(ctx context.Context) error { return errDraft }
func (t *Tx) RollbackStatement()                         {}
func (t *Tx) Snapshot() uint64                           { return 0 }
func (t *Tx) Attachment() any                            { return nil }
func (t *Tx) SetAttachment(v any)                        {}
func (t *Tx) Get(tree TreeID, key []byte, r *RowRef) (bool, error) {
	return false, errDraft
}
func (t *Tx) GetNewest(tree TreeID, key []byte, r *RowRef) (bool, error) {
	return false, errDraft
}
func (t *Tx) Scan(tree TreeID, r Range, o ScanOptions) (*Scan, error) { return nil, errDraft }
func (t *Tx) LockRow(ctx context.Context, tree TreeID, key []byte, m LockMode, w WaitPolicy) error {
	return errDraft
}
func (t *Tx) LockKey(ctx context.Context, tree TreeID, key []byte, m LockMode, w WaitPolicy) error {
	return errDraft
}
func (t *Tx) LockTable(ctx context.Context, tree TreeID, m TableLockMode, w WaitPolicy) error {
	return errDraft
}
func (t *Tx) Put(tree TreeID, key, row []byte) error    { return errDraft }
func (t *Tx) Insert(tree TreeID, key, row []byte) error { return errDraft } // Put that knows there is no visible row: keeps Rows exact
func (t *Tx) Delete(tree TreeID, key []byte) error      { return errDraft }
func (t *Tx) CreateTree(s Spec) error                   { return errDraft }
func (t *Tx) AlterTree(id TreeID, l page.Layout) error  { return errDraft }
func (t *Tx) DropTree(id TreeID) error                  { return errDraft }
func (t *Tx) TruncateTree(id TreeID) error              { return errDraft }

// Source gives the entries of Build in ascending key order; ok false ends it.
// The slices are read before the next call.
type Source interface {
	Next() (key, row []byte, ok bool, err error)
}

func (t *Tx) Build(ctx context.Context, id TreeID, src Source) error { return errDraft }
func (t *Tx) Savepoint() Mark                                        { return 0 }
func (t *Tx) RollbackTo(m Mark)                                      {}
func (t *Tx) Commit(ctx context.Context) error                       { return errDraft }
func (t *Tx) Rollback()                                              {}
func (t *Tx) Rows(tree TreeID) int64                                 { return 0 }
func (t *Tx) LastKey(tree TreeID) (key []byte, ok bool, err error)   { return nil, false, errDraft }
func (t *Tx) Modified(tree TreeID) uint64                            { return 0 }

// RowRef is one row found by Get. Reading by column id; valid until Release or
// the next Get into it. The zero value is ready.
type RowRef struct{}

func (r *RowRef) IsNull(id uint16) bool           { return true }
func (r *RowRef) Int(id uint16) int64             { return 0 }
func (r *RowRef) Pair(id uint16) (hi, lo uint64)  { return 0, 0 }
func (r *RowRef) Bytes(id uint16) ([]byte, error) { return nil, nil }
func (r *RowRef) Release()                        {}

// Scan is a cursor over a range.
type Scan struct{}

func (s *Scan) Next(b *Block) (bool, error) { return false, errDraft }
func (s *Scan) Release()                    {}
func (s *Scan) Close()                      {}

// Block is a run of rows of at most one leaf, valid until the scan's next
// Next, Release or Close. With Pos nil the rows are First..First+N-1 of Leaf,
// ascending. Otherwise row i is leaf row Pos[i] when that is >= 0, else
// Rows[^Pos[i]] with key Keys[^Pos[i]] (deltas and own writes). Reverse scans
// always give Pos. Leaf is nil where every row is in Rows.
type Block struct {
	N     int
	Leaf  *page.Leaf
	First int
	Pos   []int32
	Rows  []page.Row
	Keys  [][]byte
}

// Key gives the key of row i, appended to dst[:0] where it must be put together.
func (b *Block) Key(i int, dst []byte) []byte { return nil }
