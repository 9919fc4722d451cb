package storage

import (
	"context"
	"sync"
	"time"

	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage/delta"
	"github.com/zqlite/zqlite/internal/storage/page"
	"github.com/zqlite/zqlite/internal/storage/txn"
)

// maxRestarts is how often a statement starts over before it locks the tables
// it writes to, so that it ends.
const maxRestarts = 8

// Tx is a transaction. It is for one goroutine at a time, except that Next of
// several scans may run in parallel while nothing is written.
type Tx struct {
	s  *Store
	o  TxOptions
	st *state // registered; nil before the first statement
	// snap is the largest sequence visible; with st it is the snapshot.
	snap uint64

	latest *state // registered for GetNewest; nil when not needed

	cache [8]*txTree
	order []*txTree // every tree touched
	many  map[TreeID]*txTree

	w          *scratch // nil until the first lock or write
	mark       int      // undo length at the statement's start
	ownVisible uint64   // own operations that the statement's reads see
	statements int
	restarts   int

	attachment any
	attachSet  bool
	attachBase uint64

	reads *txn.ReadSet // serializable writers only
	since *genLink
	done  bool
	first [4]txTree // the usual few, without an allocation each
	used  int
}

// txTree is a tree as one transaction sees it.
type txTree struct {
	id   TreeID
	from *state // that base was looked up in
	base *tree  // committed state at the snapshot; nil when there is none or it is hidden
	own  *ownWrites
	mine ownWrites // the first that own points to

	created   *Spec
	dropped   bool // the committed tree; it may have been created anew
	truncated bool
	altered   []page.Layout
	layouts   *layouts // own layouts, when created or altered
	writtenTo *tree    // the committed tree that own writes were made against

	ending     ending
	tableModes uint8 // table locks held
	escalated  bool
	rowLocks   int
}

func (h *txTree) ddl() bool {
	return h.created != nil || h.dropped || h.truncated || len(h.altered) > 0
}

func (h *txTree) changed() bool { return !h.own.empty() || h.ddl() }

// hidden tells whether the committed rows are out of sight for the owner.
func (h *txTree) hidden() bool { return h.created != nil || h.dropped || h.truncated }

// scratch is what a writing transaction needs and the next one can reuse.
type scratch struct {
	owner   txn.Owner
	ws      txn.WriteSet
	rec     recordWriter
	req     request
	side    *sideFile     // of the record, until the leader takes it
	spilled *chunkFile    // the temporary file; nil: none yet
	lists   []*delta.List // all that were handed out
	spare   []*delta.List
	tails   []*tail // all that were handed out
	idle    []*tail
}

var scratches = sync.Pool{New: func() any {
	return &scratch{req: request{wake: make(chan struct{}, 1)}}
}}

func (w *scratch) list() *delta.List {
	var l *delta.List
	if n := len(w.spare); n > 0 {
		l, w.spare = w.spare[n-1], w.spare[:n-1]
	} else {
		l = delta.NewOwn()
	}
	w.lists = append(w.lists, l)
	return l
}

func (w *scratch) tail() *tail {
	l := &tail{}
	if n := len(w.idle); n > 0 {
		l, w.idle = w.idle[n-1], w.idle[:n-1]
	}
	w.tails = append(w.tails, l)
	return l
}

// BeginStatement starts a statement: it sets the undo mark, makes the own
// writes so far visible, and takes a snapshot where the isolation asks for one.
func (t *Tx) BeginStatement() error {
	if t.done {
		return errDone
	}
	if t.s.closed.Load() {
		return ErrClosed
	}
	if t.st == nil || t.o.Isolation == ReadCommitted {
		t.snapshot()
	}
	t.statements++
	t.restarts = 0
	t.mark = t.ops()
	t.ownVisible = uint64(t.mark)
	return nil
}

// AdvanceCommand makes all own writes visible to reads that start from now on,
// within the statement: for triggers, and statements with several parts.
func (t *Tx) AdvanceCommand() { t.ownVisible = uint64(t.ops()) }

// Command tells up to where reads that start now see the own writes, for
// SetCommand after AdvanceCommand.
func (t *Tx) Command() uint64 { return t.ownVisible }

// SetCommand makes reads that start from now on see the own writes up to an
// earlier answer of Command.
func (t *Tx) SetCommand(c uint64) { t.ownVisible = min(c, uint64(t.ops())) }

func (t *Tx) ops() int {
	if t.w == nil {
		return 0
	}
	return t.w.ws.Len()
}

// snapshot takes the newest state (invariant 8).
func (t *Tx) snapshot() {
	if st := t.s.state.Load(); st == t.st {
		t.snap = st.visible.Load()
	} else {
		if t.st != nil {
			t.st.release()
		}
		t.st = t.s.acquire()
		t.snap = t.st.visible.Load()
	}
	if t.reads == nil {
		return
	}
	t.reads.Reset()
	for {
		if l := t.s.link.Load(); l.gen == t.st.gen {
			t.since = l
			return
		}
		t.st.release()
		t.st = t.s.acquire()
		t.snap = t.st.visible.Load()
	}
}

// ensure gives the transaction a snapshot when it reads before a statement.
func (t *Tx) ensure() error {
	if t.done {
		return errDone
	}
	if t.st == nil {
		if t.s.closed.Load() {
			return ErrClosed
		}
		t.snapshot()
	}
	return nil
}

// Snapshot is the sequence of the newest commit that the transaction sees.
func (t *Tx) Snapshot() uint64 {
	if t.ensure() != nil {
		return 0
	}
	return t.snap
}

// RestartStatement prepares another run of the statement after ErrRestart: its
// writes are taken back, its locks stay, the snapshot is new. After 8 restarts
// it locks the tables that it write-locked rows of.
func (t *Tx) RestartStatement(ctx context.Context) error {
	if t.done {
		return errDone
	}
	t.RollbackStatement()
	t.s.restarts.Add(1)
	t.restarts++
	if t.restarts >= maxRestarts {
		for _, h := range t.order {
			if h.rowLocks == 0 && t.reads != nil { // what it reads must hold still as well
				if err := t.lockTable(ctx, h, txn.TableShared, txn.Wait); err != nil {
					return err
				}
			}
			if h.rowLocks == 0 || h.escalated {
				continue
			}
			if err := t.lockTable(ctx, h, txn.TableExclusive, txn.Wait); err != nil {
				return err
			}
			h.escalated = true
		}
	}
	if t.o.Isolation == ReadCommitted || t.statements <= 1 {
		t.snapshot()
	}
	t.ownVisible = uint64(t.mark)
	return nil
}

// RollbackStatement takes back what the statement wrote; its locks stay.
func (t *Tx) RollbackStatement() { t.rollbackTo(t.mark) }

// Savepoint marks the present state of the transaction's writes and locks.
func (t *Tx) Savepoint() Mark {
	m := Mark{operations: t.ops()}
	if t.w != nil {
		m.locks = t.w.owner.Held()
	}
	return m
}

// RollbackTo takes back what was written and locked since the savepoint.
func (t *Tx) RollbackTo(m Mark) {
	t.rollbackTo(m.operations)
	if t.w == nil || t.done || t.w.owner.Held() <= m.locks {
		return
	}
	t.s.locks.ReleaseFrom(&t.w.owner, m.locks, func(id uint64, mode txn.Mode) {
		if mode < txn.TableIntentShare {
			return
		}
		for _, h := range t.order {
			if txn.TableID(uint32(h.id)) == id {
				h.tableModes &^= 1 << (mode - txn.TableIntentShare)
				h.escalated = h.escalated && mode != txn.TableExclusive
			}
		}
	})
}

func (t *Tx) rollbackTo(n int) {
	if t.w == nil || t.done {
		return
	}
	if !t.w.ws.RollbackTo(n) { // beyond what left memory
		for _, h := range t.order {
			if h.own != nil {
				h.own.rollback(uint64(n))
			}
		}
	}
	t.mark = min(t.mark, n)
	t.ownVisible = min(t.ownVisible, uint64(n))
}

// canRestart tells whether a conflict may be answered with ErrRestart.
func (t *Tx) canRestart() bool {
	return t.o.Isolation == ReadCommitted || t.o.Autocommit || t.statements <= 1
}

// Attachment is the value published with the newest commit of the snapshot,
// or the one that this transaction has set.
func (t *Tx) Attachment() any {
	if t.attachSet {
		return t.attachment
	}
	if t.ensure() != nil {
		return nil
	}
	return t.st.attachment
}

// SetAttachment publishes v together with this transaction's commit. Of two
// transactions that set one over the same predecessor, the later fails with
// 40001, so callers that want to wait instead lock a system tree first.
func (t *Tx) SetAttachment(v any) {
	if t.ensure() != nil {
		return
	}
	old, was, base := t.attachment, t.attachSet, t.attachBase
	if !was {
		t.attachBase = t.st.attachVersion
	}
	t.attachment, t.attachSet = v, true
	t.scratch().ws.Step(func() { t.attachment, t.attachSet, t.attachBase = old, was, base })
}

func (t *Tx) scratch() *scratch {
	if t.w == nil {
		t.w = scratches.Get().(*scratch)
	}
	return t.w
}

// lookup finds a tree the transaction has touched.
func (t *Tx) lookup(id TreeID) *txTree {
	if h := t.cache[id&7]; h != nil && h.id == id {
		return h
	}
	if t.many != nil {
		return t.many[id]
	}
	for _, h := range t.order {
		if h.id == id {
			return h
		}
	}
	return nil
}

// tree gives the handle of a tree, with its committed state at the snapshot.
func (t *Tx) tree(id TreeID) *txTree {
	h := t.cache[id&7]
	if h == nil || h.id != id {
		h = t.treeSlow(id)
	}
	if h.from != t.st {
		h.from = t.st
		h.base = nil
		if !h.hidden() && t.st != nil {
			h.base = t.st.trees[id]
		}
	}
	return h
}

func (t *Tx) treeSlow(id TreeID) *txTree {
	h := t.lookup(id)
	if h == nil {
		if t.used < len(t.first) {
			h = &t.first[t.used]
			t.used++
		} else {
			h = &txTree{}
		}
		h.id = id
		t.order = append(t.order, h)
		if len(t.order) > 16 {
			if t.many == nil {
				t.many = map[TreeID]*txTree{}
				for _, o := range t.order {
					t.many[o.id] = o
				}
			}
			t.many[id] = h
		}
	}
	t.cache[id&7] = h
	return h
}

// layoutsOf gives what rows of the tree are read with; nil when there is no
// such tree.
func (h *txTree) layoutsOf() *layouts {
	if h.layouts != nil {
		return h.layouts
	}
	if h.base != nil {
		return h.base.layouts
	}
	if h.truncated && h.writtenTo != nil {
		return h.writtenTo.layouts
	}
	return nil
}

func errNoTree(id TreeID) error {
	return sqlerr.New(sqlerr.UndefinedTable, "tree %d does not exist", id)
}

// finish ends the transaction: locks are released last (invariant 2).
func (t *Tx) finish() {
	t.done = true
	if t.st != nil {
		t.s.leave(t.st)
		t.st = nil
	}
	if t.latest != nil {
		t.s.leave(t.latest)
		t.latest = nil
	}
	t.since, t.reads = nil, nil
	if w := t.w; w != nil {
		t.w = nil
		t.s.locks.ReleaseAll(&w.owner)
		t.recycle(w)
	}
}

// recycle hands the scratch memory on, unless it has grown large.
func (t *Tx) recycle(w *scratch) {
	w.ws.Reset()
	if cap(w.rec.buf) > 1<<20 {
		w.rec.buf = nil
	}
	for _, l := range w.lists {
		keep := len(w.spare) < 8 && l.Bytes() < 1<<20
		if l.Reset(); keep {
			w.spare = append(w.spare, l)
		}
	}
	clear(w.lists)
	w.lists = w.lists[:0]
	for _, l := range w.tails {
		if len(w.idle) < 8 && len(w.req.adopt) == 0 && l.reset() {
			w.idle = append(w.idle, l)
		}
	}
	clear(w.tails)
	w.tails = w.tails[:0]
	w.req.tx, w.req.record, w.req.splices, w.req.err = nil, nil, nil, nil
	clear(w.rec.splices)
	clear(w.req.adopt)
	w.req.adopt = w.req.adopt[:0]
	for i := range t.order {
		t.order[i].own, t.order[i].mine, t.order[i].ending = nil, ownWrites{}, ending{}
	}
	if w.spilled != nil {
		w.spilled.f.Close() // a temporary file goes with its handle
		w.spilled = nil
	}
	scratches.Put(w)
}

// Rollback ends the transaction without a trace. It is harmless after Commit.
func (t *Tx) Rollback() {
	if !t.done {
		t.finish()
	}
}

// Commit makes the writes durable as the sync mode asks and visible to others,
// and ends the transaction. After ErrRestart, which only an autocommitted
// statement gets, and after a canceled context, the transaction still runs;
// after any other error it has ended. 08007 means that the outcome is unknown.
func (t *Tx) Commit(ctx context.Context) error {
	if t.done {
		return errDone
	}
	if !t.writes() {
		t.finish()
		return nil
	}
	if err := t.s.relieve(ctx); err != nil {
		return err
	}
	w := t.w
	err := t.encode()
	if err == nil {
		w.req.tx, w.req.record, w.req.splices, w.req.err, w.req.lead = t, w.rec.buf, w.rec.splices, nil, false
		err = t.s.submit(&w.req)
	}
	if w.side != nil {
		err = t.discardSide(err)
	}
	if err == errReadDep && t.o.Autocommit {
		return ErrRestart
	}
	t.finish()
	return err
}

// writes tells whether there is something to commit.
func (t *Tx) writes() bool { return t.w != nil && t.w.ws.Len() > 0 }

// lockTimeout for waits, 0 for none.
func (t *Tx) lockTimeout() time.Duration { return t.o.LockTimeout }
