package storage

import (
	"context"
	"io"
	"sync"
	"sync/atomic"

	"github.com/zqlite/zqlite/internal/storage/page"
	"github.com/zqlite/zqlite/internal/storage/txn"
	"github.com/zqlite/zqlite/internal/vfs"
)

// Store is one open database. All methods may be called by several goroutines.
type Store struct {
	fs   vfs.FS
	path string
	o    Options

	state atomic.Pointer[state]
	link  atomic.Pointer[genLink]
	locks *txn.Table

	maxKey    int
	lockLimit int
	memory    bool // nothing outlives the process: no log
	bigRow    int  // bytes from which a row is checked against the page size
	sideLimit int  // bytes of rows in a record
	spillMask int  // operations between two looks at a write set's size, less one

	// The commit queue.
	queueMu sync.Mutex
	queue   []*request
	spare   []*request
	leading bool

	// commitMu is held by the leader for a batch, by a freeze and by the
	// installation of a checkpoint: whatever publishes a state.
	commitMu  sync.Mutex
	lastBatch int
	lastTime  int64
	crowded   bool // a tree of the active generation has many layers
	frame     [][]byte

	liveMu sync.Mutex
	live   []*state // published and perhaps still read

	pages  *pages // nil: nothing is merged yet
	merged merged // what the newest checkpoint holds; under ckpt.running
	ckpt   checkpointer
	logs   logs
	lock   io.Closer

	poisonCause atomic.Pointer[error]
	closed      atomic.Bool
	nextSide    atomic.Uint64
	fileBytes   atomic.Int64
	pressed     atomic.Bool
	syncMode    atomic.Uint32

	commits, batches, checkpoints, restarts atomic.Uint64
}

// merged is the directory of the newest checkpoint.
type merged struct {
	trees map[TreeID]mergedTree
	last  uint64 // last sequence in it
	next  uint64 // generation that follows it
	epoch uint64
}

type mergedTree struct {
	kind        page.KeyKind
	incarnation uint64
	layouts     *layouts
	base        baseTree
}

// SyncMode is the present one.
func (s *Store) SyncMode() SyncMode { return SyncMode(s.syncMode.Load()) }

// SetSync changes how far later commits travel before they are acknowledged.
func (s *Store) SetSync(m SyncMode) {
	s.commitMu.Lock()
	defer s.commitMu.Unlock()
	s.syncMode.Store(uint32(m))
	s.logs.setMode(m, s.state.Load().gen)
}

func (s *Store) deltaBytes() int64 { return s.o.DeltaBytes }

// withDefaults fills in what the caller left open.
func (o Options) withDefaults() Options {
	if o.DeltaBytes <= 0 {
		o.DeltaBytes = defaultDeltaBytes
	}
	if o.WriteSetBytes <= 0 {
		o.WriteSetBytes = defaultWriteSetBytes
	}
	if o.SideBytes <= 0 {
		o.SideBytes = min(max(o.WriteSetBytes/4, minSideBytes), maxSideBytes)
	}
	if o.AdoptBytes <= 0 {
		o.AdoptBytes = max(o.DeltaBytes/16, minAdoptBytes)
	}
	if o.CacheBytes <= 0 {
		o.CacheBytes = defaultCacheBytes
	}
	if o.PageSize <= 0 {
		o.PageSize = defaultPageSize
	}
	if o.LogPrealloc == 0 {
		o.LogPrealloc = defaultLogPrealloc
	}
	if o.LockLimit <= 0 {
		o.LockLimit = defaultLockLimit
	}
	return o
}

// Stats gives counters and sizes of the moment.
func (s *Store) Stats() Stats {
	st := s.acquire()
	defer st.release()
	out := Stats{
		Sequence: st.visible.Load(), Commits: s.commits.Load(), Batches: s.batches.Load(),
		Checkpoints: s.checkpoints.Load(), Restarts: s.restarts.Load(),
		Deadlocks: s.locks.Deadlocks(), FrozenDeltas: len(st.frozen), Trees: len(st.trees),
		DeltaBytes: st.gen.bytes.Load(), FileBytes: s.fileBytes.Load(),
	}
	if s.pages != nil {
		used, all := s.pages.file.Usage()
		out.FreePages = int64(all - used)
		out.CacheBytes, out.PinnedPages = s.pages.cache.Bytes(), s.pages.cache.Pinned()
	}
	for _, g := range st.frozen {
		out.DeltaBytes += g.bytes.Load()
	}
	s.liveMu.Lock()
	for _, l := range s.live {
		out.Readers += int(l.refs.Load())
	}
	s.liveMu.Unlock()
	out.Readers-- // this one
	return out
}

// Trees calls f with the id of every tree at the newest commit.
func (s *Store) Trees(f func(TreeID)) {
	for id := range s.state.Load().trees {
		f(id)
	}
}

// IntegrityCheck checkpoints, then reads every page and reports what is wrong,
// one line each. It gives an error only when it could not finish.
func (s *Store) IntegrityCheck(ctx context.Context, report func(string)) error {
	if !s.o.ReadOnly {
		if err := s.Checkpoint(ctx); err != nil {
			return err
		}
	}
	s.ckpt.running.Lock()
	defer s.ckpt.running.Unlock()
	return s.verify(ctx, report)
}
