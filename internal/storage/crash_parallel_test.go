package storage

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage/crashtest"
	"github.com/zqlite/zqlite/internal/storage/page"
	"github.com/zqlite/zqlite/internal/vfs"
	"github.com/zqlite/zqlite/internal/vfs/simdisk"
)

// crashBatch is a store whose steps commit in parallel, so that frames hold
// several transactions. Step i writes three rows of its own, at places far
// apart: all of them or none may be found.
type crashBatch struct{ crashStore }

func batchKeys(step int) [3][]byte {
	return [3][]byte{intKey(uint64(step)), intKey(uint64(1000 + step)), intKey(uint64(2000 + step))}
}

func (c *crashBatch) Open() error {
	if err := c.crashStore.Open(); err != nil || c.s.HasTree(crashInts) {
		return err
	}
	tx := c.s.Begin(TxOptions{})
	err := tx.BeginStatement()
	if err == nil {
		err = tx.CreateTree(Spec{ID: crashInts, Key: page.KeyUint64, Layout: testLayout})
	}
	if err != nil {
		tx.Rollback()
		return err
	}
	return tx.Commit(ctx)
}

func (c *crashBatch) Apply(step int) error {
	tx := c.s.Begin(TxOptions{})
	err := tx.BeginStatement()
	for _, key := range batchKeys(step) {
		if err == nil {
			err = tx.Insert(crashInts, key, row(int64(step), strings.Repeat("b", step%90)))
		}
	}
	if err != nil {
		tx.Rollback()
		return err
	}
	return tx.Commit(ctx)
}

// Check holds for any order in which the steps were committed.
func (c *crashBatch) Check(h crashtest.History) (int, error) {
	tx := c.s.Begin(TxOptions{ReadOnly: true})
	defer tx.Rollback()
	if err := tx.BeginStatement(); err != nil {
		return -1, err
	}
	var ref RowRef
	defer ref.Release()
	defer ref.Release()
	allowed := map[int]bool{}
	for _, step := range h.Submitted {
		allowed[step] = true
	}
	needed := map[int]bool{}
	for _, step := range h.Acked {
		needed[step] = true
	}
	for step := range batchSteps {
		rows := 0
		for _, key := range batchKeys(step) {
			found, err := tx.Get(crashInts, key, &ref)
			if err != nil {
				return -1, err
			}
			if found {
				rows++
			}
		}
		switch {
		case rows != 0 && rows != 3:
			return -1, fmt.Errorf("%d of the 3 rows of step %d", rows, step)
		case rows == 0 && needed[step]:
			return -1, fmt.Errorf("step %d was acknowledged and is lost", step)
		case rows == 3 && !allowed[step]:
			return -1, fmt.Errorf("step %d was not submitted and is there", step)
		}
	}
	return -1, c.integrity()
}

const batchSteps = 48

func TestStoreCrashParallel(t *testing.T) {
	cfg := crashtest.Config{
		New: func(fs vfs.FS) crashtest.System {
			return &crashBatch{*crashSystem(Options{DeltaBytes: 8 << 10}, 0)(fs).(*crashStore)}
		},
		Seed: 2, Depth: 1, NestEvery: 9, NestPoints: 4, Workers: 2,
		Script: func(w *crashtest.Workload) error {
			const committers = 4
			failed := make([]error, committers)
			var wait sync.WaitGroup
			for g := range committers {
				wait.Go(func() {
					for i := g; i < batchSteps && failed[g] == nil; i += committers {
						failed[g] = w.Apply(i)
					}
				})
			}
			wait.Wait()
			return errors.Join(failed...)
		},
	}
	rep, err := crashtest.Run(cfg)
	t.Log(rep)
	if err != nil {
		t.Fatal(err)
	}
}

// TestLogHeaderLost damages the header block of the newest log, which holds
// acknowledged commits that are in no page yet. That is damage to report
// (invariant 15): to open without them would lose them without a word.
func TestLogHeaderLost(t *testing.T) {
	disk := simdisk.New()
	c := crashSystem(Options{}, 0)(disk).(*crashStore)
	must(t, c.Open())
	for step := range 5 {
		must(t, c.Apply(step))
	}
	left := disk.Kill()
	must(t, c.Close())
	names, err := left.List(".")
	must(t, err)
	hit := 0
	for _, n := range names {
		if !strings.Contains(n, "-wal.") {
			continue
		}
		f, err := left.Open(n, 0)
		must(t, err)
		var b [1]byte
		if _, err := f.ReadAt(b[:], 20); err != nil && err != io.EOF {
			t.Fatal(err)
		}
		b[0] ^= 1
		if _, err := f.WriteAt(b[:], 20); err != nil {
			t.Fatal(err)
		}
		hit++
	}
	if hit == 0 {
		t.Fatal("there is no log to damage:", names)
	}
	s, err := Open(ctx, left, "db", Options{PageSize: 4096})
	if err == nil {
		s.Close()
		t.Fatal("opened although the log with five acknowledged commits is unreadable")
	}
	if !errors.Is(err, &sqlerr.Error{Code: sqlerr.DataCorrupted}) {
		t.Fatal(err)
	}
}
