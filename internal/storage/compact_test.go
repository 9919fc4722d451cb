package storage

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage/page"
	"github.com/zqlite/zqlite/internal/vfs/faultfs"
)

// hollow makes a store whose file is full of gaps: of rows of all sizes only
// every twentieth is left, and those that were written last.
func hollow(t *testing.T) *fullDisk {
	d := newFullDisk(t, Options{PageSize: 4096, CheckpointEvery: -1})
	tx := d.s.Begin(TxOptions{})
	must(t, tx.CreateTree(Spec{ID: table + 1, Key: page.KeyUint64, Layout: testLayout}))
	must(t, tx.Commit(ctx))
	const rows = 3000
	for from := uint64(0); from < rows; from += 100 {
		tx := d.s.Begin(TxOptions{})
		for k := from; k < from+100; k++ {
			text := strings.Repeat("text ", int(k%40))
			if k%50 == 0 {
				text = strings.Repeat("a long one ", 3000)
			}
			must(t, tx.Put(table, intKey(k), row(int64(k), text)))
			must(t, tx.Put(table+1, intKey(k), row(int64(k), text)))
			d.rows[k] = int64(k)
		}
		must(t, tx.Commit(ctx))
		must(t, d.s.Checkpoint(ctx))
	}
	tx = d.s.Begin(TxOptions{})
	for k := range uint64(rows - 100) {
		if k%20 != 0 {
			must(t, tx.Delete(table, intKey(k)))
			must(t, tx.Delete(table+1, intKey(k)))
			delete(d.rows, k)
		}
	}
	must(t, tx.Commit(ctx))
	must(t, d.s.Checkpoint(ctx))
	return d
}

// TestCompact makes a file small of which little is left, while somebody reads.
func TestCompact(t *testing.T) {
	d := hollow(t)
	reader := d.s.Begin(TxOptions{ReadOnly: true, Isolation: RepeatableRead})
	want(t, read(t, reader, 20), 20)
	must(t, d.put(20, -20, "new"))
	before := d.s.pages.file.Size()
	must(t, d.s.Compact(ctx))
	d.check()
	want(t, read(t, reader, 20), 20)
	reader.Rollback()
	must(t, d.s.Compact(ctx))
	used, all := d.s.pages.file.Usage()
	if after := d.s.pages.file.Size(); after > before*2/3 || all-used > 2*compactSlack+64 {
		t.Errorf("%d bytes of %d are left; %d pages of %d are used", after, before, used, all)
	}
	if info, err := d.disk.Stat("db"); err != nil || info.Size != d.s.pages.file.Size() {
		t.Error("the file itself has", info.Size, err)
	}
	must(t, d.put(30, 31, "after it"))
	d.sound()
}

// endingContext is canceled when it was asked a number of times.
type endingContext struct {
	context.Context
	left int
}

func (c *endingContext) Err() error {
	if c.left--; c.left < 0 {
		return context.Canceled
	}
	return nil
}

// TestCompactEnds ends it at any point, by cancellation and by a full disk; the
// rows are where they were, and the next one does all.
func TestCompactEnds(t *testing.T) {
	d := hollow(t)
	for left := 0; ; left += 7 {
		err := d.s.Compact(&endingContext{ctx, left})
		d.check()
		if err == nil {
			break
		}
		wantCode(t, err, sqlerr.QueryCanceled)
		if left%3 == 0 {
			must(t, d.put(uint64(left), int64(left), "meanwhile"))
		}
	}
	d.sound()

	d = hollow(t)
	for n := 1; ; n++ {
		d.fill("db", faultfs.Write, faultfs.ENOSPC, n)
		err := d.s.Compact(ctx)
		d.faults.Clear()
		d.check()
		if err == nil {
			break
		}
		if wantCode(t, err, sqlerr.DiskFull); !errors.Is(err, errNoRoom) { // a meta could not be written
			must(t, d.s.Close())
			d.s = openStore(t, d.faults, Options{PageSize: 4096, CheckpointEvery: -1})
		}
	}
	d.sound()
}

// TestCompactInMemory does it where there is no file.
func TestCompactInMemory(t *testing.T) {
	s, err := Open(ctx, nil, Memory, Options{CheckpointEvery: -1})
	must(t, err)
	must(t, s.Compact(ctx))
	must(t, s.Close())
}
