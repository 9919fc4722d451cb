package storage

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/zqlite/zqlite/internal/sqlerr"
)

// maxFrozen is how many generations may wait for their merge before writers do.
const maxFrozen = 2

// checkpointer merges frozen generations in the background.
type checkpointer struct {
	kick chan struct{}
	stop chan struct{}
	done chan struct{}

	running sync.Mutex // one checkpoint at a time

	mu    sync.Mutex
	cond  sync.Cond // a checkpoint has ended
	count uint64    // checkpoints ended
	err   error     // of the last one
}

// freezeLocked ends the active generation (invariant 10) and starts the next
// with a log of its own. Holding commitMu. It does nothing when the generation
// is empty or too many are frozen.
func (s *Store) freezeLocked() {
	st := s.state.Load()
	if len(st.frozen) >= maxFrozen {
		s.pressed.Store(st.gen.bytes.Load() > 2*s.deltaBytes() || s.crowded)
		s.kickCheckpoint()
		return
	}
	if err := s.freezeState(st); err != nil && !errors.Is(err, errNoRoom) {
		s.poison(err)
		return
	}
	s.kickCheckpoint()
}

// errNoRoom says that the disk is full, that nothing has changed, and that what
// was to be done can be tried again.
var errNoRoom = errors.New("the disk is full")

// noRoom makes errNoRoom of an error that left everything as it was.
func noRoom(err error) error {
	return sqlerr.Wrap(errors.Join(errNoRoom, err), sqlerr.DiskFull, "checkpoint failed: %s", sqlerr.From(err).Message).
		WithDetail("What was committed is safe in the log; the checkpoint is tried again.").
		WithHint("Make room on the disk.")
}

func (s *Store) freezeState(st *state) error {
	old := st.gen
	log, err := s.rotateLog(old)
	if err != nil {
		if old.log.Err() == nil && sqlerr.Code(err) == sqlerr.DiskFull {
			return noRoom(err)
		}
		return err
	}
	return s.freezeInto(st, &generation{id: old.id + 1, log: log})
}

// freezeInto makes gen the active generation and freezes the one before it.
func (s *Store) freezeInto(st *state, gen *generation) error {
	old := st.gen
	e := edit{from: st}
	trees := e.own()
	lists := make([]treeLayer, 0, 16)
	for id, t := range trees {
		ended := t.unfrozen()
		if len(ended) == 0 {
			continue
		}
		for _, l := range slices.Backward(ended) {
			lists = append(lists, treeLayer{id: id, incarnation: t.incarnation, layer: l})
		}
		n := t.copy()
		n.active.Store(nil)
		n.layers = append(ended, t.layers[t.fresh:]...)
		n.fresh = 0
		trees[id] = n
	}
	s.crowded = false
	old.lists = lists
	old.last = st.visible.Load()
	old.trees = trees
	n := e.next()
	n.gen = gen
	n.frozen = append(append([]*generation(nil), st.frozen...), old)
	link := &genLink{gen: gen}
	s.link.Load().next.Store(link)
	s.link.Store(link)
	s.publish(n)
	return nil
}

// Checkpoint merges everything committed so far into the pages and waits.
func (s *Store) Checkpoint(ctx context.Context) error {
	if s.o.ReadOnly {
		return errReadOnly
	}
	if s.closed.Load() {
		return ErrClosed
	}
	return s.checkpointNow()
}

func (s *Store) checkpointNow() error {
	s.ckpt.running.Lock()
	defer s.ckpt.running.Unlock()
	// With the frozen ones merged there is room to freeze the active one.
	if err := s.mergeFrozen(); err != nil {
		return err
	}
	s.commitMu.Lock()
	err := s.poisoned()
	if st := s.state.Load(); err == nil && s.dirty(st) {
		if err = s.freezeState(st); err != nil && !errors.Is(err, errNoRoom) {
			s.poison(err)
		}
	}
	s.commitMu.Unlock()
	if err != nil {
		return err
	}
	return s.mergeFrozen()
}

// dirty tells whether the active generation has anything a checkpoint would
// write.
func (s *Store) dirty(st *state) bool {
	return st.visible.Load() > s.merged.last
}

// mergeFrozen writes one checkpoint of all frozen generations. Holding
// ckpt.running.
func (s *Store) mergeFrozen() error {
	st := s.state.Load()
	if len(st.frozen) == 0 {
		return nil
	}
	if s.poisonCause.Load() != nil { // what a failed attempt left behind must not become durable
		return s.poisoned()
	}
	gens := st.frozen
	err := s.writeCheckpoint(gens, false)
	if err == nil {
		err = s.install(gens)
	} else {
		err = s.abandon(err)
	}
	s.ckpt.mu.Lock()
	s.ckpt.count++
	s.ckpt.err = err
	s.ckpt.cond.Broadcast()
	s.ckpt.mu.Unlock()
	switch {
	case errors.Is(err, errNoRoom):
		return err
	case err != nil:
		s.poison(err)
		return sqlerr.Wrap(err, stopCode(err), "checkpoint failed: %s", sqlerr.From(err).Message)
	}
	s.checkpoints.Add(1)
	return nil
}

// abandon forgets a checkpoint for which there was no room. After any other
// error, or one of the sync, nobody knows what the disk holds.
func (s *Store) abandon(err error) error {
	if sqlerr.Code(err) != sqlerr.DiskFull {
		return err
	}
	ok, failed := s.pages.file.Abandon()
	if !ok {
		return errors.Join(err, failed)
	}
	return noRoom(err)
}

// install makes the merged roots what readers get (the end of invariant 11).
func (s *Store) install(gens []*generation) error {
	s.commitMu.Lock()
	st := s.state.Load()
	e := edit{from: st}
	trees := e.own()
	gone := map[layer]bool{}
	for _, g := range gens {
		for _, l := range g.lists {
			gone[l.layer] = true
		}
	}
	for id, t := range trees {
		base, ok := s.merged.trees[id]
		if !ok || base.incarnation != t.incarnation {
			continue
		}
		n := t.copy()
		n.base = base.base
		n.layers = nil
		for _, l := range t.layers {
			if !gone[l] {
				n.layers = append(n.layers, l)
			}
		}
		trees[id] = n
	}
	n := e.next()
	n.frozen = append([]*generation(nil), st.frozen[len(gens):]...)
	n.epoch = s.merged.epoch
	for _, g := range gens {
		g.trees = nil
	}
	s.publish(n)
	s.oldestEpoch() // forgets the state that held the deltas, if nobody reads it
	s.pressed.Store(false)
	again := n.gen.bytes.Load() > s.deltaBytes() || s.crowded
	if again {
		s.freezeLocked()
	}
	s.commitMu.Unlock()
	return s.recycleLogs(gens)
}

func (s *Store) kickCheckpoint() {
	select {
	case s.ckpt.kick <- struct{}{}:
	default:
	}
}

// relieve makes a writer wait while the deltas grow faster than they merge.
func (s *Store) relieve(ctx context.Context) error {
	if !s.pressed.Load() {
		return nil
	}
	stop := context.AfterFunc(ctx, func() {
		s.ckpt.mu.Lock()
		s.ckpt.cond.Broadcast()
		s.ckpt.mu.Unlock()
	})
	defer stop()
	s.kickCheckpoint()
	s.ckpt.mu.Lock()
	defer s.ckpt.mu.Unlock()
	for count := s.ckpt.count; s.pressed.Load(); {
		if err := ctx.Err(); err != nil {
			return sqlerr.Wrap(err, sqlerr.QueryCanceled, "canceling statement due to user request")
		}
		if s.closed.Load() {
			return ErrClosed
		}
		if err := s.poisoned(); err != nil {
			return err
		}
		if s.ckpt.count != count && s.ckpt.err != nil { // there is no room
			return s.ckpt.err
		}
		s.ckpt.cond.Wait()
	}
	return nil
}

// run is the background goroutine: it merges what was frozen, and an idle
// delta from time to time.
func (s *Store) run() {
	defer close(s.ckpt.done)
	every := s.o.CheckpointEvery
	if every == 0 {
		every = time.Minute
	}
	var tick <-chan time.Time
	if every > 0 {
		t := time.NewTicker(every)
		defer t.Stop()
		tick = t.C
	}
	for {
		select {
		case <-s.ckpt.stop:
			return
		case <-s.ckpt.kick:
			s.ckpt.running.Lock()
			s.background(s.mergeFrozen())
			s.ckpt.running.Unlock()
		case <-tick:
			s.background(s.checkpointNow())
		}
	}
}

// background keeps an error for those who ask: it has poisoned the store, and
// every later commit reports it. A full disk is told to writers that wait.
func (s *Store) background(err error) {
	if err != nil && !errors.Is(err, errNoRoom) {
		s.poison(err)
	}
}
