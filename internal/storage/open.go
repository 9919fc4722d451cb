package storage

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"

	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage/txn"
	"github.com/zqlite/zqlite/internal/vfs"
)

// Memory is the path of a database that is never written to a file system.
const Memory = ":memory:"

// Open opens the database at path, creating it where Options.Create says so,
// and recovers what its logs hold (invariants 15 and 16). The path Memory
// makes an empty database in memory, whatever the file system.
func Open(ctx context.Context, files vfs.FS, path string, o Options) (*Store, error) {
	memory := path == Memory
	if memory {
		files, o.Create, o.ReadOnly, path = vfs.Memory(), true, false, "memory"
		o.Sync = SyncOff
	}
	s := &Store{fs: files, path: path, o: o.withDefaults(), locks: txn.NewTable()}
	s.lockLimit, s.sideLimit = s.o.LockLimit, int(s.o.SideBytes)
	s.maxKey = min(maxKeyBytes, s.o.PageSize/8)
	if s.spillMask = spillCheck - 1; s.o.WriteSetBytes < 64<<10 {
		s.spillMask = spillCheckSmall - 1
	}
	s.syncMode.Store(uint32(o.Sync))
	s.logs = logs{fs: files, path: path, grow: max(s.o.LogPrealloc, 0), kick: make(chan struct{}, 1), stop: make(chan struct{}), done: make(chan struct{})}
	s.ckpt = checkpointer{kick: make(chan struct{}, 1), stop: make(chan struct{}), done: make(chan struct{})}
	s.ckpt.cond.L = &s.ckpt.mu
	s.memory = memory
	if err := s.open(ctx); err != nil {
		return nil, errors.Join(err, s.closeFiles())
	}
	if s.o.ReadOnly {
		close(s.ckpt.done)
		close(s.logs.done)
	} else {
		go s.run()
		go s.flusher()
	}
	return s, nil
}

func (s *Store) open(ctx context.Context) error {
	if err := s.lockFile(); err != nil {
		return err
	}
	if err := s.openPages(); err != nil {
		return err
	}
	st := &state{gen: &generation{id: s.merged.next}, trees: make(map[TreeID]*tree), epoch: s.merged.epoch}
	for id, m := range s.merged.trees {
		t := &tree{id: id, kind: m.kind, incarnation: m.incarnation, layouts: m.layouts, base: m.base, shared: &treeShared{}}
		t.shared.modified.Store(s.merged.last)
		st.trees[id] = t
	}
	st.visible.Store(s.merged.last)
	s.link.Store(&genLink{gen: st.gen})
	s.publish(st)
	if s.memory {
		return nil
	}
	return s.recover(ctx, st)
}

// recover replays the logs and, unless the store is read-only, makes what they
// hold durable in the pages before a new log is begun.
func (s *Store) recover(ctx context.Context, st *state) error {
	e := edit{from: st}
	r, err := s.replay(ctx, &e)
	if err != nil {
		return err
	}
	n := e.next()
	n.visible.Store(r.seq)
	s.publish(n)
	if s.o.ReadOnly {
		return nil
	}
	return s.settle(n, r)
}

// settle checkpoints what was replayed into both metas, gives up the old logs,
// and only then begins a new one (invariant 17). In between the metas say that
// no log is needed.
func (s *Store) settle(st *state, r replayed) error {
	sides, err := s.sideFiles()
	if err != nil {
		return err
	}
	gen := st.gen
	gen.id = r.nextGen
	if r.seq > s.merged.last {
		gen.id = r.nextGen - 1 // what is frozen now ends with the last log there is
		gen = &generation{id: r.nextGen}
		if err := s.freezeInto(st, gen); err != nil {
			return err
		}
		frozen := s.state.Load().frozen
		if err := s.writeCheckpoint(frozen, true); err != nil {
			return err
		}
		if err := s.install(frozen); err != nil {
			return err
		}
	} else if s.merged.next = r.nextGen; !s.pages.file.Meta().Clean {
		if err := s.writeMeta(true); err != nil {
			return err
		}
	}
	if len(r.gens)+len(sides) > 0 {
		if err := s.writeMeta(true); err != nil {
			return err
		}
		if err := errors.Join(s.closeSides(), s.removeLeftovers()); err != nil {
			return err
		}
	}
	if gen.log, err = s.logs.create(r.nextGen, r.startLSN, s.SyncMode()); err != nil {
		return err
	}
	s.logs.old = nil
	return s.writeMeta(false)
}

// lockFile takes the process lock, on a name of its own: where locks belong to
// the process, closing any handle of the file would release them.
func (s *Store) lockFile() error {
	if !s.o.Create {
		// said before a file for the lock is made
		if _, err := s.fs.Stat(s.path); errors.Is(err, fs.ErrNotExist) {
			return sqlerr.Wrap(err, sqlerr.UndefinedFile, "database file %q does not exist", s.path)
		}
	}
	l, err := s.fs.Lock(s.path+"-lock", s.o.ReadOnly)
	if errors.Is(err, vfs.ErrLocked) {
		return sqlerr.Wrap(err, sqlerr.ObjectInUse, "database %q is open in another process", filepath.Base(s.path))
	}
	if err != nil {
		if s.o.ReadOnly && !s.lockable() {
			return nil // nobody can write where no lock can be made
		}
		if errors.Is(err, fs.ErrNotExist) {
			return sqlerr.Wrap(err, sqlerr.UndefinedFile, "the directory of %q does not exist", s.path)
		}
		return sqlerr.Wrap(err, sqlerr.IOError, "could not lock %q: %s", s.path, err.Error())
	}
	s.lock = l
	return nil
}

// lockable reports whether the lock's file is there: on a medium that cannot be
// written it may not be.
func (s *Store) lockable() bool {
	_, err := s.fs.Stat(s.path + "-lock")
	return err == nil
}

// Close checkpoints, so that the next opening has nothing to replay, and lets
// go of the files. Transactions that still run get ErrClosed from then on.
func (s *Store) Close() error {
	if s.closed.Load() {
		return ErrClosed
	}
	var err error
	if !s.o.ReadOnly {
		close(s.ckpt.stop)
		<-s.ckpt.done
		if !s.memory && s.poisonCause.Load() == nil {
			err = s.checkpointNow()
		}
	}
	s.commitMu.Lock() // no batch is running, and none will succeed
	first := s.closed.CompareAndSwap(false, true)
	s.commitMu.Unlock()
	if !first {
		return ErrClosed
	}
	s.locks.Close()
	s.ckpt.mu.Lock()
	s.ckpt.cond.Broadcast()
	s.ckpt.mu.Unlock()
	if !s.o.ReadOnly {
		close(s.logs.stop)
		<-s.logs.done
	}
	return errors.Join(err, s.closeLogs(), s.closeFiles())
}

// closeLogs closes the logs. Where the pages hold everything it says so in
// both metas, and removes them.
func (s *Store) closeLogs() error {
	st := s.state.Load()
	if st.gen.log == nil {
		return nil
	}
	failed := s.poisonCause.Load() != nil
	var err error
	if !failed {
		err = st.gen.log.Sync()
	}
	err = errors.Join(err, st.gen.log.Close())
	for _, o := range s.logs.old {
		if o.log != nil {
			err = errors.Join(err, o.log.Close())
		}
	}
	err = errors.Join(err, s.closeSides())
	if err != nil || failed || len(st.frozen) > 0 || s.dirty(st) {
		return err
	}
	for range 2 {
		if err := s.writeMeta(true); err != nil {
			return err
		}
	}
	return s.removeLeftovers()
}

// closeSides closes every side file that some layer may lie in.
func (s *Store) closeSides() error {
	st := s.state.Load()
	if st == nil {
		return nil
	}
	var err error
	closeAll := func(sides []*sideFile) {
		for _, f := range sides {
			err = errors.Join(err, f.f.Close())
		}
	}
	for _, g := range append(st.frozen, st.gen) {
		closeAll(g.sides)
		g.sides = nil
	}
	for i := range s.logs.old {
		closeAll(s.logs.old[i].sides)
		s.logs.old[i].sides = nil
	}
	return err
}

func (s *Store) closeFiles() error {
	err := errors.Join(s.closeSides(), s.closePages())
	if s.lock != nil {
		err = errors.Join(err, s.lock.Close())
		s.lock = nil
	}
	return err
}
