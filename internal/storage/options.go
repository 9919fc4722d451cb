package storage

import (
	"time"

	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage/page"
	"github.com/zqlite/zqlite/internal/storage/pager"
)

// TreeID names a tree for as long as it lives. The catalog chooses it; those
// below 16 are system trees. An id is not reused while any snapshot could
// still see its former bearer.
type TreeID uint32

// Spec describes a tree at its creation.
type Spec struct {
	ID     TreeID
	Key    page.KeyKind
	Layout page.Layout
}

// SyncMode is how far a commit travels before it is acknowledged.
type SyncMode uint8

const (
	SyncFull   SyncMode = iota // synced to the device
	SyncNormal                 // handed to the operating system; synced within 200 ms
	SyncOff                    // buffered in the process for at most a second
)

// Options of Open. The zero value opens an existing file read-write.
type Options struct {
	ReadOnly bool // replays in memory, writes nothing
	Create   bool // makes the file where it is missing

	PageSize      int   // bytes, a power of two, 4–64 KiB; 0 is 16 KiB; fixed at creation
	CacheBytes    int64 // page cache; 0 is 64 MiB
	DeltaBytes    int64 // the active delta freezes above this; 0 is 16 MiB
	WriteSetBytes int64 // a transaction's write set spills above this; 0 is 64 MiB
	SideBytes     int64 // rows of a larger transaction go to a side file; 0 is 1/4 of WriteSetBytes, 1 to 16 MiB
	AdoptBytes    int64 // what a transaction wrote to a tree becomes a delta as it is from here on; 0 is 1/16 of DeltaBytes, at least 64 KiB

	Sync            SyncMode
	CheckpointEvery time.Duration // merge an idle delta this often; 0 is 1 minute, negative never
	LockLimit       int           // row locks per tree before escalation is tried; 0 is 8192
	LogPrealloc     int64         // bytes by which log files grow ahead; 0 is 4 MiB, negative not at all

	// Codec encrypts the file at its creation and finds its keys later; nil is
	// plain.
	Codec Codec
}

// Codec finds the keys of an encrypted database.
type Codec = pager.Codec

// Keys are the sealers of an encrypted database: one for pages, one for the
// log, one for side files and what is spilled.
type Keys = pager.Keys

// Sealer encrypts and authenticates.
type Sealer = pager.Sealer

const (
	defaultDeltaBytes    = 16 << 20
	defaultWriteSetBytes = 64 << 20
	minAdoptBytes        = 64 << 10
	minSideBytes         = 1 << 20
	maxSideBytes         = 16 << 20
	defaultCacheBytes    = 64 << 20
	defaultPageSize      = 16 << 10
	defaultLockLimit     = 8192
	defaultLogPrealloc   = 4 << 20
)

// Isolation is what a transaction may see of the others.
type Isolation uint8

const (
	RepeatableRead Isolation = iota // the default: one snapshot; a conflict is 40001
	ReadCommitted                   // a snapshot per statement; a conflict restarts the statement
	Serializable                    // one snapshot; what was read is validated at commit
)

// TxOptions of Begin.
type TxOptions struct {
	Isolation   Isolation
	ReadOnly    bool
	Autocommit  bool          // the transaction is one statement: conflicts are always ErrRestart, from Commit too
	LockTimeout time.Duration // 0 waits as long as the context allows
	Origin      string        // travels in the log with the commit
}

// LockMode of a row or key, weakest first. They conflict as PostgreSQL's FOR
// KEY SHARE, FOR SHARE, FOR NO KEY UPDATE and FOR UPDATE do.
type LockMode uint8

const (
	LockKeyShare    LockMode = iota // a child of a foreign key on its parent; conflicts with LockExclusive only
	LockShare                       // nobody may change the row
	LockNoKeyUpdate                 // an update that leaves unique keys alone
	LockExclusive                   // delete, insert of a key, update of a key
)

// TableLockMode of LockTable. Row locks take the intent modes by themselves.
type TableLockMode uint8

const (
	TableIntentShare TableLockMode = iota // will share-lock rows
	TableIntentWrite                      // will write rows
	TableShared                           // no writers (CREATE INDEX)
	TableExclusive                        // nobody but readers of a snapshot (ALTER, DROP)
)

// WaitPolicy is what to do when a lock is held by another.
type WaitPolicy uint8

const (
	Wait       WaitPolicy = iota // until granted, the context ends, or the lock timeout passes
	NoWait                       // 55P03 at once
	SkipLocked                   // ErrLocked at once
)

var (
	// ErrRestart asks for RestartStatement and another run of the statement:
	// a row was changed by a transaction that committed after the snapshot.
	// A caller that cannot restart reports it as it is: it is a 40001.
	ErrRestart = sqlerr.New(sqlerr.SerializationFailure, "could not serialize access due to concurrent update (restart)")
	// ErrLocked is what SkipLocked gives for a row that somebody holds.
	ErrLocked = sqlerr.New(sqlerr.LockNotAvailable, "row is locked (skipped)")
	// ErrClosed is what every call gives after Close.
	ErrClosed = sqlerr.New(sqlerr.ConnectionDoesNotExist, "the database is closed")

	errConflict = sqlerr.New(sqlerr.SerializationFailure, "could not serialize access due to concurrent update")
	errReadDep  = sqlerr.New(sqlerr.SerializationFailure, "could not serialize access due to read/write dependencies among transactions")
	errDone     = sqlerr.New(sqlerr.InvalidTransactionState, "the transaction has ended")
	errReadOnly = sqlerr.New(sqlerr.ReadOnlySQLTransaction, "cannot write in a read-only transaction")
)

// Range is a key interval. Nil bounds are open. Lo is included unless LoExcl,
// Hi is excluded unless HiIncl. The slices must stay unchanged until the scan
// is closed.
type Range struct {
	Lo, Hi         []byte
	LoExcl, HiIncl bool
}

// ScanOptions of Scan.
type ScanOptions struct {
	Reverse bool
	Newest  bool // newest committed state and all own writes, for checks after LockKey
}

// Mark is a savepoint: a place in the undo list and among the locks.
type Mark struct{ operations, locks int }

// Changes is the number of operations before the mark that changed something.
func (m Mark) Changes() int { return m.operations }

// Stats are counters since Open and the present sizes.
type Stats struct {
	Sequence     uint64 // newest published commit
	Commits      uint64
	Batches      uint64 // log frames written
	Checkpoints  uint64
	Restarts     uint64 // statements restarted
	Deadlocks    uint64
	DeltaBytes   int64 // active and frozen
	FrozenDeltas int
	Readers      int
	Trees        int
	FileBytes    int64
	FreePages    int64 // of the file, for what is written next
	CacheBytes   int64 // pages in memory; at most Options.CacheBytes
	PinnedPages  int   // cached pages that somebody reads at the moment
}
