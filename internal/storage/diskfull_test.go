package storage

import (
	"strconv"
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

// fullDisk is a store whose data file cannot grow when it is told so.
type fullDisk struct {
	t      *testing.T
	disk   vfs.FS
	faults *faultfs.FS
	s      *Store
	rows   map[uint64]int64
}

func newFullDisk(t *testing.T, o Options) *fullDisk {
	d := &fullDisk{t: t, disk: vfs.Memory(), rows: map[uint64]int64{}}
	d.faults = faultfs.New(d.disk)
	d.s = openStore(t, d.faults, o)
	tx := d.s.Begin(TxOptions{})
	must(t, tx.CreateTree(Spec{ID: table, Key: page.KeyUint64, Layout: testLayout}))
	must(t, tx.Commit(ctx))
	return d
}

func (d *fullDisk) fill(name string, class faultfs.Class, kind faultfs.Kind, n int) {
	d.faults.Inject(faultfs.Fault{Class: class, N: n, Forever: true, Kind: kind,
		Name: func(s string) bool { return strings.TrimSuffix(s, "-new") == name }}) // a file keeps the name it was made with
}

func (d *fullDisk) put(key uint64, v int64, text string) error {
	tx := d.s.Begin(TxOptions{})
	defer tx.Rollback()
	if err := tx.Put(table, intKey(key), row(v, text)); err != nil {
		return err
	}
	if err := tx.Commit(ctx); err != nil {
		return err
	}
	d.rows[key] = v
	return nil
}

func (d *fullDisk) check() {
	d.t.Helper()
	r := d.s.Begin(TxOptions{ReadOnly: true})
	defer r.Rollback()
	for k, v := range d.rows {
		want(d.t, read(d.t, r, k), v)
	}
}

// sound checks every page, now and after the store was opened again.
func (d *fullDisk) sound() {
	d.t.Helper()
	d.check()
	must(d.t, d.s.IntegrityCheck(ctx, func(line string) { d.t.Error(line) }))
	must(d.t, d.s.Close())
	d.s = openStore(d.t, d.disk, Options{})
	d.check()
	must(d.t, d.s.IntegrityCheck(ctx, func(line string) { d.t.Error(line) }))
	must(d.t, d.s.Close())
}

// TestNoRoomForACheckpoint lets checkpoints fail at each of their writes. The
// database goes on meanwhile, and a later one succeeds as if nothing had been.
func TestNoRoomForACheckpoint(t *testing.T) {
	for _, kind := range []faultfs.Kind{faultfs.ENOSPC, faultfs.ShortWrite} {
		d := newFullDisk(t, Options{LogPrealloc: 64 << 10, PageSize: 4096})
		text := strings.Repeat("long enough to need pages ", 30)
		for k := range uint64(400) {
			must(t, d.put(k, int64(k), text))
		}
		must(t, d.s.Checkpoint(ctx))
		failed := 0
		for n := 1; ; n++ {
			for k := range uint64(40) {
				must(t, d.put(uint64(n)*7%400+k*9, int64(n)<<20|int64(k), text))
			}
			d.fill("db", faultfs.Write, kind, n)
			var size int64
			through := false
			for i := range 3 {
				err := d.s.Checkpoint(ctx)
				if through = err == nil; through {
					break
				}
				wantCode(t, err, sqlerr.DiskFull)
				failed++
				d.check()
				if d.s.poisonCause.Load() != nil {
					break
				}
				if now := d.s.pages.file.Size(); i > 0 && now != size {
					t.Fatalf("%v at write %d: the file has %d bytes after %d", kind, n, now, size)
				} else {
					size = now
				}
				must(t, d.put(1000, int64(n), "while the disk is full"))
			}
			d.faults.Clear()
			if d.s.poisonCause.Load() != nil || through { // at the meta that ends it
				break
			}
			must(t, d.s.Checkpoint(ctx))
			d.check()
		}
		if failed < 9 {
			t.Errorf("%v: %d checkpoints failed", kind, failed)
		}
		if err := d.s.Close(); err != nil && sqlerr.Code(err) != sqlerr.DiskFull {
			t.Error(err)
		}
		d.s = openStore(t, d.faults, Options{})
		d.sound()
	}
}

// TestWritersOnAFullDisk: writers whose rows nobody can merge are told so, and
// neither wait for ever nor fill the memory; they go on when there is room.
func TestWritersOnAFullDisk(t *testing.T) {
	d := newFullDisk(t, Options{LogPrealloc: 64 << 10, DeltaBytes: 64 << 10})
	text := strings.Repeat("x", 500)
	d.fill("db", faultfs.Write, faultfs.ENOSPC, 1)
	refused := 0
	for k := range uint64(3000) {
		if err := d.put(k, int64(k), text); err != nil {
			wantCode(t, err, sqlerr.DiskFull)
			if refused++; refused > 5 {
				break
			}
		}
	}
	if refused <= 5 || len(d.rows) > 2000 {
		t.Errorf("%d refused of %d", refused, len(d.rows)+refused)
	}
	if got := d.s.Stats().DeltaBytes; got > 16*64<<10 {
		t.Errorf("%d bytes wait for a checkpoint", got)
	}
	d.check()
	d.faults.Clear()
	for k := range uint64(3000) {
		must(t, d.put(k, int64(k)+1, text))
	}
	d.sound()
}

// TestNoRoomForANewLog: where the next log cannot be begun the old one goes on.
func TestNoRoomForANewLog(t *testing.T) {
	for _, class := range []faultfs.Class{faultfs.Open, faultfs.Write, faultfs.Allocate} {
		d := newFullDisk(t, Options{LogPrealloc: 1 << 20})
		must(t, d.put(1, 1, ""))
		must(t, d.s.Checkpoint(ctx))
		rounds := 4
		if class == faultfs.Allocate {
			rounds = 1 // later logs take over the room of earlier ones
		}
		for n := range rounds {
			must(t, d.put(2, int64(n), ""))
			d.fill("db-wal."+strconv.FormatUint(d.s.state.Load().gen.id+1, 10), class, faultfs.ENOSPC, 1)
			wantCode(t, d.s.Checkpoint(ctx), sqlerr.DiskFull)
			must(t, d.put(3, int64(n), ""))
			d.check()
			d.faults.Clear()
			must(t, d.put(4, int64(n), ""))
			must(t, d.s.Checkpoint(ctx))
			d.check()
		}
		d.sound()
	}
}
