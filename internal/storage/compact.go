package storage

import (
	"context"
	"errors"
	"maps"

	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage/btree"
	"github.com/zqlite/zqlite/internal/storage/pager"
)

// compactRounds is how often Compact tries.
const compactRounds = 4

// compactSlack is the number of free pages that Compact leaves alone; tests
// leave fewer.
var compactSlack uint64 = 64

// Compact checkpoints, moves pages from the end of the file into the gaps that
// were left by what was deleted, and gives the rest back to the file system.
// Writers and readers go on meanwhile; pages that a reader of an older state
// still needs stay. When it is canceled the file is as it was.
func (s *Store) Compact(ctx context.Context) error {
	if err := s.Checkpoint(ctx); err != nil || s.pages == nil {
		return err
	}
	s.ckpt.running.Lock()
	defer s.ckpt.running.Unlock()
	err := s.poisoned()
	if err == nil {
		if err = s.compact(ctx); err != nil {
			err = s.giveUpMoving(err)
		}
	}
	return err
}

// compact moves long values into gaps that are as long, and then pages into
// any. Where the gaps are too short, it moves everything behind the end, and
// then to the beginning. Under ckpt.running.
func (s *Store) compact(ctx context.Context) error {
	goOn := func() error {
		if err := ctx.Err(); err != nil {
			return sqlerr.Wrap(err, sqlerr.QueryCanceled, "canceling statement due to user request")
		}
		return nil
	}
	f := s.pages.file
	err := s.settleFree()
	for round, lifted := 1, false; err == nil; round++ {
		used, all := f.Usage()
		slack := compactSlack + used/32
		if all-used <= slack {
			return nil
		}
		for _, long := range []bool{true, false} {
			if err = s.relocate(btree.Relocation{Above: used + slack/2, Long: long, GoOn: goOn}); err != nil {
				return err
			}
		}
		_, now := f.Usage()
		switch {
		case now-used <= slack || round == compactRounds || now >= all && lifted:
			return nil
		case now >= all:
			lifted = true
			f.AllocateBehind(true)
			for _, long := range []bool{true, false} {
				if err == nil {
					err = s.relocate(btree.Relocation{Long: long, GoOn: goOn})
				}
			}
			f.AllocateBehind(false)
		}
	}
	return err
}

// relocate moves pages of all trees, as a checkpoint of the same rows.
func (s *Store) relocate(what btree.Relocation) error {
	trees, moved := maps.Clone(s.merged.trees), false
	err := s.writeTrees(trees, false, func(w *pager.Writer) error {
		for id, t := range trees {
			root, changed, err := btree.Relocate(s.pages.cache, w, t.base.root, t.kind, t.layouts.set, what)
			if err != nil {
				return err
			}
			t.base.root = root
			trees[id] = t
			moved = moved || changed
		}
		return nil
	})
	if err == nil && moved {
		err = s.install(nil)
	}
	if err == nil {
		err = s.settleFree()
	}
	return err
}

// giveUpMoving forgets the attempt that an error has ended, whatever error it
// is: the rows are where they were. Unless the meta may have been written.
func (s *Store) giveUpMoving(err error) error {
	ok, failed := s.pages.file.Abandon()
	if !ok {
		err = errors.Join(err, failed)
		s.poison(err)
		return err
	}
	if sqlerr.Code(err) == sqlerr.DiskFull {
		return noRoom(err)
	}
	return err
}

// settleFree makes pages that were given up free, as far as no reader needs
// them, and shortens the file. Both metas have to be past their death.
func (s *Store) settleFree() error {
	for range 2 {
		if err := s.writeMeta(false); err != nil {
			return err
		}
	}
	f := s.pages.file
	f.Begin(s.oldestEpoch())
	if err := f.Shrink(); err != nil {
		return err
	}
	s.fileBytes.Store(f.Size())
	return nil
}
