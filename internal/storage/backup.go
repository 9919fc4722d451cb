package storage

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage/page"
	"github.com/zqlite/zqlite/internal/vfs"
)

// backupBytes is how much is copied by one transaction of the copy, and its
// delta: a backup takes some times that much memory, whatever its size.
const backupBytes = 8 << 20

// Backup writes what this transaction sees into a new database at path, while
// others go on reading and writing. The copy is packed, has the page size and
// the codec of this store, and needs no log. It has its name only when it is
// complete and synced; until then it is path with ".partial" behind it, which
// an error removes. progress, where it is not nil, is told the rows copied and
// about how many there are, indexes' entries counted.
func (t *Tx) Backup(ctx context.Context, files vfs.FS, path string, progress func(done, total int64)) error {
	if err := t.ensure(); err != nil {
		return err
	}
	if _, err := files.Stat(path); err == nil {
		return sqlerr.New(sqlerr.DuplicateFile, "file %q exists", path)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return sqlerr.Wrap(err, sqlerr.IOError, "could not look for %q: %s", path, err.Error())
	}
	partial := path + ".partial"
	if err := removeDatabase(files, partial); err != nil { // of a backup that was killed
		return err
	}
	err := t.backupInto(ctx, files, partial, progress)
	if err == nil {
		if err = files.Rename(partial, path); err == nil {
			err = files.SyncDir(filepath.Dir(path))
		}
		if err != nil {
			err = sqlerr.Wrap(err, sqlerr.IOError, "could not name the backup %q: %s", path, err.Error())
		}
	}
	return errors.Join(err, removeDatabase(files, partial))
}

// removeDatabase removes a file with what stands beside it.
func removeDatabase(files vfs.FS, path string) error {
	dir, base := filepath.Dir(path), filepath.Base(path)
	names, err := files.List(dir)
	if err != nil {
		return sqlerr.Wrap(err, sqlerr.IOError, "could not read the directory %q: %s", dir, err.Error())
	}
	for _, n := range names {
		if len(n) < len(base) || n[:len(base)] != base {
			continue
		}
		if err := files.Remove(filepath.Join(dir, n)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return sqlerr.Wrap(err, sqlerr.IOError, "could not remove %q: %s", n, err.Error())
		}
	}
	return nil
}

func (t *Tx) backupInto(ctx context.Context, files vfs.FS, path string, progress func(done, total int64)) error {
	to, err := Open(ctx, files, path, Options{Create: true, PageSize: t.s.o.PageSize, Codec: t.s.o.Codec, Sync: SyncOff,
		DeltaBytes: backupBytes, WriteSetBytes: 8 * backupBytes, CacheBytes: 4 * backupBytes, CheckpointEvery: -1})
	if err != nil {
		return err
	}
	c := copying{from: t, to: to, progress: progress}
	var ids []TreeID
	for id, tree := range t.st.trees {
		ids = append(ids, id)
		c.total += max(tree.base.rows()+tree.net(), 0)
	}
	slices.Sort(ids)
	for _, id := range ids {
		if err := c.tree(ctx, id); err != nil {
			return errors.Join(err, to.Close())
		}
	}
	return to.Close()
}

// copying is one backup that runs.
type copying struct {
	from     *Tx
	to       *Store
	progress func(done, total int64)

	done, total int64
	tx          *Tx
	bytes       int
	key         []byte
	row         page.RowWriter
}

func (c *copying) tree(ctx context.Context, id TreeID) error {
	h := c.from.tree(id)
	ls := h.layoutsOf()
	if h.base == nil || ls == nil {
		return nil // dropped by the transaction itself
	}
	if err := c.begin(); err != nil {
		return err
	}
	defer func() { c.tx.Rollback() }() // what was committed is not touched by it
	layout := ls.set.Newest()
	if err := c.tx.CreateTree(Spec{ID: id, Key: h.base.kind, Layout: *layout}); err != nil {
		return err
	}
	scan, err := c.from.Scan(id, Range{}, ScanOptions{})
	if err != nil {
		return err
	}
	defer scan.Close()
	var b Block
	for {
		if err := ctx.Err(); err != nil {
			return sqlerr.Wrap(err, sqlerr.QueryCanceled, "canceling statement due to user request")
		}
		ok, err := scan.Next(&b)
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		for i := range b.N {
			if err := c.copyRow(ctx, id, layout, &b, i); err != nil {
				return err
			}
		}
		c.done += int64(b.N)
		if c.progress != nil {
			c.progress(c.done, max(c.total, c.done))
		}
	}
	return c.tx.Commit(ctx)
}

func (c *copying) begin() error {
	c.tx = c.to.Begin(TxOptions{})
	c.bytes = 0
	return c.tx.BeginStatement()
}

// copyRow copies one row, with the values of columns that are newer than it.
func (c *copying) copyRow(ctx context.Context, id TreeID, layout *page.Layout, b *Block, i int) error {
	c.row.Reset(layout)
	for n := range layout.Columns {
		col := &layout.Columns[n]
		if b.IsNull(i, col.ID) {
			continue
		}
		switch col.Kind {
		case page.Bit, page.Fixed8:
			c.row.SetInt(n, b.Int(i, col.ID))
		case page.Fixed16:
			x, y := b.Pair(i, col.ID)
			c.row.SetPair(n, x, y)
		default:
			v, err := b.Bytes(i, col.ID)
			if err != nil {
				return err
			}
			c.row.SetBytes(n, v)
		}
	}
	c.key = append(c.key[:0], b.Key(i, c.key)...)
	row := c.row.Bytes()
	if err := c.tx.Insert(id, c.key, row); err != nil {
		return err
	}
	if c.bytes += len(c.key) + len(row); c.bytes < backupBytes {
		return nil
	}
	if err := c.tx.Commit(ctx); err != nil {
		return err
	}
	return c.begin()
}
