package engine

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// advisoryKey is what an application locks: one number, or two smaller ones,
// which are another space.
type advisoryKey struct {
	two bool
	key int64
}

// advisoryLocks are the advisory locks of a database (pg_advisory_lock and its
// kin), held by sessions or by their transactions. They lie beside the locks of
// rows: a circle through both kinds is not seen and ends with lock_timeout.
type advisoryLocks struct {
	mu   sync.Mutex
	held map[advisoryKey]*advisoryLock
}

type advisoryLock struct {
	holders map[*Session]*advisoryHolding
	changed chan struct{} // closed when a holder lets go
}

// advisoryHolding counts how often a session holds a lock, shared (1) or
// not (0), for itself and for its transaction.
type advisoryHolding struct {
	session, transaction [2]int
}

func (h *advisoryHolding) exclusive() bool { return h.session[0]+h.transaction[0] > 0 }
func (h *advisoryHolding) empty() bool {
	return !h.exclusive() && h.session[1]+h.transaction[1] == 0
}

// advisoryRequest is one call: which lock, how, and for how long.
type advisoryRequest struct {
	key         advisoryKey
	shared      bool
	transaction bool
	wait        bool
}

func (r *advisoryRequest) mode() int {
	if r.shared {
		return 1
	}
	return 0
}

// free tells whether nobody else stands in the way.
func (l *advisoryLock) free(s *Session, shared bool) bool {
	for other, h := range l.holders {
		if other != s && (!shared || h.exclusive()) {
			return false
		}
	}
	return true
}

// take gives the session the lock, or waits for it; false is the answer of one
// that does not wait.
func (a *advisoryLocks) take(ctx context.Context, s *Session, r advisoryRequest) (bool, error) {
	var expired <-chan time.Time
	if s.settings.lock > 0 {
		t := time.NewTimer(s.settings.lock)
		defer t.Stop()
		expired = t.C
	}
	for {
		changed, err := a.try(s, r)
		if err != nil || changed == nil {
			return err == nil, err
		}
		if !r.wait {
			return false, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			a.stopWaiting(s)
			return false, canceled(ctx, ctx.Err())
		case <-expired:
			a.stopWaiting(s)
			return false, sqlerr.New(sqlerr.LockNotAvailable, "canceling statement due to lock timeout")
		}
	}
}

// try takes the lock where it is free; otherwise it gives what is closed when
// that may have changed.
func (a *advisoryLocks) try(s *Session, r advisoryRequest) (changed <-chan struct{}, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	s.advisoryWait = nil
	if a.held == nil {
		a.held = map[advisoryKey]*advisoryLock{}
	}
	l := a.held[r.key]
	if l == nil {
		l = &advisoryLock{holders: map[*Session]*advisoryHolding{}, changed: make(chan struct{})}
		a.held[r.key] = l
	}
	if !l.free(s, r.shared) {
		if r.wait {
			if a.circle(s, l, map[*Session]bool{}) {
				return nil, sqlerr.New(sqlerr.DeadlockDetected, "deadlock detected").
					WithDetail("Sessions wait for each other's advisory locks.")
			}
			s.advisoryWait = l
		}
		return l.changed, nil
	}
	h := l.holders[s]
	if h == nil {
		h = &advisoryHolding{}
		l.holders[s] = h
	}
	if r.transaction {
		h.transaction[r.mode()]++
		s.advisoryTx = true
	} else {
		h.session[r.mode()]++
		s.advisorySession = true
	}
	return nil, nil
}

// circle tells whether a holder of l waits, over others, for s.
func (a *advisoryLocks) circle(s *Session, l *advisoryLock, seen map[*Session]bool) bool {
	for other := range l.holders {
		switch {
		case seen[other] || other == s:
		case other.advisoryWait != nil:
			seen[other] = true
			if _, holds := other.advisoryWait.holders[s]; holds || a.circle(s, other.advisoryWait, seen) {
				return true
			}
		}
	}
	return false
}

func (a *advisoryLocks) stopWaiting(s *Session) {
	a.mu.Lock()
	defer a.mu.Unlock()
	s.advisoryWait = nil
}

// release lets go of a session's lock once; false where it has none.
func (a *advisoryLocks) release(s *Session, r advisoryRequest) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	l := a.held[r.key]
	if l == nil || l.holders[s] == nil || l.holders[s].session[r.mode()] == 0 {
		return false
	}
	l.holders[s].session[r.mode()]--
	a.tidy(r.key, l, s)
	return true
}

// releaseAll lets go of what the session's transaction holds, or of what the
// session itself holds.
func (a *advisoryLocks) releaseAll(s *Session, transaction bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for k, l := range a.held {
		h := l.holders[s]
		if h == nil {
			continue
		}
		if transaction {
			h.transaction = [2]int{}
		} else {
			h.session = [2]int{}
		}
		a.tidy(k, l, s)
	}
}

// tidy wakes who waits, and forgets what nobody holds. a.mu is held.
func (a *advisoryLocks) tidy(k advisoryKey, l *advisoryLock, s *Session) {
	if l.holders[s].empty() {
		delete(l.holders, s)
	}
	close(l.changed)
	l.changed = make(chan struct{})
	if len(l.holders) == 0 {
		delete(a.held, k)
	}
}

// endAdvisory lets go of the locks that end with the transaction.
func (s *Session) endAdvisory() {
	if s.advisoryTx {
		s.advisoryTx = false
		s.db.advisory.releaseAll(s, true)
	}
}

// advisory answers pg_advisory_lock and its kin by name.
func (s *Session) advisory(name string, args []types.Value) (types.Value, error) {
	if name == "pg_advisory_unlock_all" {
		s.db.advisory.releaseAll(s, false)
		return types.Value{K: types.KindVoid}, nil
	}
	r := advisoryRequest{
		shared: strings.HasSuffix(name, "_shared"), transaction: strings.Contains(name, "_xact_"), wait: !strings.HasPrefix(name, "pg_try_"),
		key: advisoryKey{key: args[0].I},
	}
	if len(args) == 2 {
		r.key = advisoryKey{two: true, key: args[0].I<<32 | int64(uint32(args[1].I))}
	}
	if strings.HasPrefix(name, "pg_advisory_unlock") {
		return types.NewBool(s.db.advisory.release(s, r)), nil
	}
	got, err := s.db.advisory.take(s.statementContext(), s, r)
	if err != nil || r.wait {
		return types.Value{K: types.KindVoid}, err
	}
	return types.NewBool(got), nil
}
