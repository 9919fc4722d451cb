package txn

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/zqlite/zqlite/internal/sqlerr"
)

// Mode of a lock. Row modes and table modes never meet on one id.
type Mode uint8

const (
	KeyShare Mode = iota
	Share
	NoKeyUpdate
	Exclusive
	TableIntentShare
	TableIntentWrite
	TableShared
	TableExclusive
)

// conflicts[m] is the set of modes of others that forbid m.
var conflicts = [8]uint8{
	KeyShare:         1 << Exclusive,
	Share:            1<<NoKeyUpdate | 1<<Exclusive,
	NoKeyUpdate:      1<<Share | 1<<NoKeyUpdate | 1<<Exclusive,
	Exclusive:        1<<KeyShare | 1<<Share | 1<<NoKeyUpdate | 1<<Exclusive,
	TableIntentShare: 1 << TableExclusive,
	TableIntentWrite: 1<<TableShared | 1<<TableExclusive,
	TableShared:      1<<TableIntentWrite | 1<<TableExclusive,
	TableExclusive:   1<<TableIntentShare | 1<<TableIntentWrite | 1<<TableShared | 1<<TableExclusive,
}

// covers[m] is the set of held modes that make m unnecessary.
var covers = [8]uint8{
	KeyShare:         1<<KeyShare | 1<<Share | 1<<NoKeyUpdate | 1<<Exclusive,
	Share:            1<<Share | 1<<Exclusive,
	NoKeyUpdate:      1<<NoKeyUpdate | 1<<Exclusive,
	Exclusive:        1 << Exclusive,
	TableIntentShare: 1<<TableIntentShare | 1<<TableIntentWrite | 1<<TableShared | 1<<TableExclusive,
	TableIntentWrite: 1<<TableIntentWrite | 1<<TableExclusive,
	TableShared:      1<<TableShared | 1<<TableExclusive,
	TableExclusive:   1 << TableExclusive,
}

// Policy for a lock that is not free.
type Policy uint8

const (
	Wait Policy = iota
	NoWait
	SkipLocked
)

// ErrLocked answers SkipLocked.
var ErrLocked = sqlerr.New(sqlerr.LockNotAvailable, "row is locked (skipped)")

var (
	errNoWait   = sqlerr.New(sqlerr.LockNotAvailable, "could not obtain lock on row")
	errTimeout  = sqlerr.New(sqlerr.LockNotAvailable, "canceling statement due to lock timeout")
	errDeadlock = sqlerr.New(sqlerr.DeadlockDetected, "deadlock detected")
)

// Owner holds locks: a transaction. The zero value is ready.
type Owner struct {
	held []heldLock // in the order in which they were taken
	wait *waiter    // guarded by Table.waiting
}

// heldLock is a mode that an owner has a lock in; a lock that was strengthened
// is there with each of its modes.
type heldLock struct {
	id   uint64
	mode Mode
}

// Held is the number of locks, strengthened ones counted again: a mark for
// ReleaseFrom.
func (o *Owner) Held() int { return len(o.held) }

type holder struct {
	owner *Owner
	modes uint8
}

type waiter struct {
	owner   *Owner
	mode    Mode
	lock    *lock
	shard   *shard
	granted bool // guarded by the shard
	ready   chan struct{}
}

// lock is one that several hold or somebody waits for.
type lock struct {
	id      uint64
	first   holder
	more    []holder // further ones
	waiters []*waiter
	next    *lock // free list
}

// Table is the lock table of a store.
type Table struct {
	shards    [shardCount]shard
	waiting   sync.Mutex // guards Owner.wait and the search for cycles
	deadlocks atomic.Uint64
	waiters   sync.Pool
	closed    chan struct{} // closed by Close
}

// NewTable makes an empty lock table.
func NewTable() *Table {
	t := &Table{closed: make(chan struct{})}
	t.waiters.New = func() any { return &waiter{ready: make(chan struct{}, 1)} }
	return t
}

// Close ends all waiting, now and later: whoever waits gets an error. It is
// called once.
func (t *Table) Close() { close(t.closed) }

var errClosed = sqlerr.New(sqlerr.ConnectionDoesNotExist, "the database is closed")

// Deadlocks counts the requests refused as part of a cycle.
func (t *Table) Deadlocks() uint64 { return t.deadlocks.Load() }

// RowID names the lock of a key of a tree; hash is of the key.
func RowID(tree uint32, hash uint64) uint64 {
	return (hash ^ uint64(tree)*0x9E3779B97F4A7C15) * 0xD1342543DE82EF95
}

// TableID names the lock of a whole tree.
func TableID(tree uint32) uint64 { return (uint64(tree) + 1) * 0xA0761D6478BD642F }

func (t *Table) shardOf(id uint64) *shard { return &t.shards[id>>58%shardCount] }

// Lock gives o the lock in mode m, waiting as the policy says; timeout 0 waits
// without limit. The error is 55P03, 40P01, 57014 or ErrLocked.
func (t *Table) Lock(ctx context.Context, o *Owner, id uint64, m Mode, p Policy, timeout time.Duration) error {
	s := t.shardOf(id)
	s.mu.Lock()
	x := s.place(id)
	if x.free() {
		x.id, x.owner, x.modes = id, o, 1<<m
		s.used++
		s.mu.Unlock()
		o.held = append(o.held, heldLock{id, m})
		return nil
	}
	if x.owner == o {
		covered := x.modes&covers[m] != 0
		if !covered {
			x.modes |= 1 << m
			o.held = append(o.held, heldLock{id, m})
		}
		s.mu.Unlock()
		return nil
	}
	l := s.open(x)
	h := l.find(o)
	if h != nil && h.modes&covers[m] != 0 {
		s.mu.Unlock()
		return nil
	}
	if l.free(o, m) && (h != nil || !l.awaited(m)) {
		l.add(o, h, m)
		s.mu.Unlock()
		o.held = append(o.held, heldLock{id, m})
		return nil
	}
	switch p {
	case NoWait:
		s.close(l)
		s.mu.Unlock()
		return errNoWait
	case SkipLocked:
		s.close(l)
		s.mu.Unlock()
		return ErrLocked
	}
	w := t.waiters.Get().(*waiter)
	w.owner, w.mode, w.lock, w.shard, w.granted = o, m, l, s, false
	if h != nil { // an upgrade goes first: whoever is behind waits for us anyway
		l.waiters = append(l.waiters, nil)
		copy(l.waiters[1:], l.waiters)
		l.waiters[0] = w
	} else {
		l.waiters = append(l.waiters, w)
	}
	s.mu.Unlock()
	err := t.await(ctx, w, timeout)
	if err == nil {
		o.held = append(o.held, heldLock{id, m})
	}
	w.owner, w.lock = nil, nil
	t.waiters.Put(w)
	return err
}

// await sleeps until w is granted; on an error it has left the queue.
func (t *Table) await(ctx context.Context, w *waiter, timeout time.Duration) error {
	t.waiting.Lock()
	w.owner.wait = w
	cycle := t.cycle(w)
	if cycle {
		w.owner.wait = nil
	}
	t.waiting.Unlock()
	if cycle {
		if t.leave(w) {
			return nil
		}
		t.deadlocks.Add(1)
		return errDeadlock
	}
	var expired <-chan time.Time
	if timeout > 0 {
		timer := time.NewTimer(timeout)
		defer timer.Stop()
		expired = timer.C
	}
	var err error
	select {
	case <-w.ready:
	case <-expired:
		if !t.leave(w) {
			err = errTimeout
		}
	case <-t.closed:
		if !t.leave(w) {
			err = errClosed
		}
	case <-ctx.Done():
		if !t.leave(w) {
			err = sqlerr.Wrap(ctx.Err(), sqlerr.QueryCanceled, "canceling statement due to user request")
		}
	}
	t.waiting.Lock()
	w.owner.wait = nil
	t.waiting.Unlock()
	return err
}

// leave takes w out of its queue; true when it had been granted meanwhile.
func (t *Table) leave(w *waiter) bool {
	s := w.shard
	s.mu.Lock()
	defer s.mu.Unlock()
	if w.granted {
		<-w.ready
		return true
	}
	l := w.lock
	for i, x := range l.waiters {
		if x == w {
			l.waiters = append(l.waiters[:i], l.waiters[i+1:]...)
			break
		}
	}
	s.settle(l)
	return false
}

// cycle tells whether w waits, through others, for its own owner. Holding
// t.waiting.
func (t *Table) cycle(w *waiter) bool {
	seen := map[*Owner]bool{}
	stack := w.blockers(nil)
	for len(stack) > 0 {
		o := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if o == w.owner {
			return true
		}
		if seen[o] {
			continue
		}
		seen[o] = true
		if o.wait != nil {
			stack = o.wait.blockers(stack)
		}
	}
	return false
}

// blockers appends the owners that w waits for.
func (w *waiter) blockers(to []*Owner) []*Owner {
	w.shard.mu.Lock()
	defer w.shard.mu.Unlock()
	if w.granted || w.lock == nil {
		return to
	}
	l, c := w.lock, conflicts[w.mode]
	if h := l.first; h.owner != nil && h.owner != w.owner && h.modes&c != 0 {
		to = append(to, h.owner)
	}
	for _, h := range l.more {
		if h.owner != w.owner && h.modes&c != 0 {
			to = append(to, h.owner)
		}
	}
	for _, x := range l.waiters {
		if x == w {
			break
		}
		if 1<<x.mode&c != 0 {
			to = append(to, x.owner)
		}
	}
	return to
}

// ReleaseAll lets go of every lock of o.
func (t *Table) ReleaseAll(o *Owner) { t.ReleaseFrom(o, 0, nil) }

// ReleaseFrom lets go of what o has locked since it held n locks: locks that
// were strengthened since then get their former mode back. It tells each, where
// it gets a function to tell.
func (t *Table) ReleaseFrom(o *Owner, n int, tell func(id uint64, m Mode)) {
	for i := len(o.held) - 1; i >= n; i-- {
		h := o.held[i]
		s := t.shardOf(h.id)
		s.mu.Lock()
		k := s.find(h.id)
		if x := &s.slots[k]; x.lock != nil {
			x.lock.remove(o, h.mode)
			s.settle(x.lock)
		} else if x.modes &^= 1 << h.mode; x.modes == 0 {
			s.remove(k)
		}
		s.mu.Unlock()
		if tell != nil {
			tell(h.id, h.mode)
		}
	}
	if o.held = o.held[:n]; n == 0 && cap(o.held) > 1<<15 {
		o.held = nil
	}
}

// settle grants what can be granted in order, and drops an unused lock.
func (s *shard) settle(l *lock) {
	if len(l.waiters) > 0 {
		ahead := uint8(0)
		kept := l.waiters[:0]
		for _, w := range l.waiters {
			h := l.find(w.owner)
			if l.free(w.owner, w.mode) && (h != nil || conflicts[w.mode]&ahead == 0) {
				l.add(w.owner, h, w.mode)
				w.granted = true
				w.ready <- struct{}{}
				continue
			}
			ahead |= 1 << w.mode
			kept = append(kept, w)
		}
		clear(l.waiters[len(kept):])
		l.waiters = kept
	}
	s.close(l)
}

func (l *lock) find(o *Owner) *holder {
	if l.first.owner == o {
		return &l.first
	}
	for i := range l.more {
		if l.more[i].owner == o {
			return &l.more[i]
		}
	}
	return nil
}

// free tells whether no other holder forbids m to o.
func (l *lock) free(o *Owner, m Mode) bool {
	c := conflicts[m]
	if l.first.owner != nil && l.first.owner != o && l.first.modes&c != 0 {
		return false
	}
	for i := range l.more {
		if l.more[i].owner != o && l.more[i].modes&c != 0 {
			return false
		}
	}
	return true
}

// awaited tells whether somebody in the queue would be overtaken by m.
func (l *lock) awaited(m Mode) bool {
	for _, w := range l.waiters {
		if 1<<w.mode&conflicts[m] != 0 {
			return true
		}
	}
	return false
}

func (l *lock) add(o *Owner, h *holder, m Mode) {
	switch {
	case h != nil:
		h.modes |= 1 << m
	case l.first.owner == nil:
		l.first = holder{o, 1 << m}
	default:
		l.more = append(l.more, holder{o, 1 << m})
	}
}

// remove takes a mode back from a holder, and the holder with its last one.
func (l *lock) remove(o *Owner, m Mode) {
	h := l.find(o)
	if h.modes &^= 1 << m; h.modes != 0 {
		return
	}
	if h == &l.first {
		l.first = holder{}
		return
	}
	n := len(l.more) - 1
	*h = l.more[n]
	l.more[n] = holder{}
	l.more = l.more[:n]
}
