package storage

import (
	"strings"
	"testing"

	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage/page"
	"github.com/zqlite/zqlite/internal/vfs"
	"github.com/zqlite/zqlite/internal/vfs/faultfs"
)

// TestNoRoomForTheLog refuses commits while the log cannot grow, and takes
// them again when it can: nothing is stopped, nothing is lost.
func TestNoRoomForTheLog(t *testing.T) {
	for _, mode := range []SyncMode{SyncFull, SyncNormal, SyncOff} {
		disk := vfs.Memory()
		faults := faultfs.New(disk)
		s := openStore(t, faults, Options{Sync: mode, LogPrealloc: 64 << 10})
		tx := s.Begin(TxOptions{})
		must(t, tx.CreateTree(Spec{ID: table, Key: page.KeyUint64, Layout: testLayout}))
		must(t, tx.Insert(table, intKey(0), row(0, "")))
		must(t, tx.Commit(ctx))
		put := func(key uint64, text string) error {
			tx := s.Begin(TxOptions{})
			defer tx.Rollback()
			if err := tx.Put(table, intKey(key), row(int64(key), text)); err != nil {
				return err
			}
			return tx.Commit(ctx)
		}
		faults.Inject(faultfs.Fault{Class: faultfs.Allocate, N: 1, Forever: true, Kind: faultfs.ENOSPC})
		text := strings.Repeat("x", 900)
		done, refused := uint64(0), 0
		for range 200 {
			switch err := put(done+1, text); {
			case err == nil:
				done++
			default:
				wantCode(t, err, sqlerr.DiskFull)
				refused++
			}
		}
		if done == 0 || refused == 0 {
			t.Errorf("%v: %d commits, %d refused", mode, done, refused)
		}
		faults.Clear()
		for range 100 {
			must(t, put(done+1, text))
			done++
		}
		check := func() {
			t.Helper()
			r := s.Begin(TxOptions{ReadOnly: true})
			defer r.Rollback()
			for k := range done + 1 {
				want(t, read(t, r, k), int64(k))
			}
		}
		check()
		must(t, s.Close())
		s = openStore(t, disk, Options{})
		check()
		must(t, s.Close())
	}
}
