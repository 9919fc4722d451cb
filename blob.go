package zqlite

import (
	"context"
	"database/sql"
	"io"

	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage"
)

// Blob reads a bytea, text or json value in pieces: what lies on pages of its
// own, as large values do, is read from the file as it is asked for, and never
// held whole. It is an io.ReaderAt, io.Reader, io.Seeker and io.WriterTo, so
// http.ServeContent can serve it.
//
// It sees the value as it was when it was opened. ReadAt may be called by
// several goroutines; Read and Seek by one. Close it: until then it keeps the
// pages of its snapshot from being used again.
type Blob struct {
	value storage.Large
	at    int64
	tx    *Tx
	own   bool
}

var (
	_ io.ReaderAt   = (*Blob)(nil)
	_ io.ReadSeeker = (*Blob)(nil)
	_ io.WriterTo   = (*Blob)(nil)
	_ io.Closer     = (*Blob)(nil)
)

// OpenBlob opens the value of a column, in the row of a table that has the
// given primary key. A row that is not there is sql.ErrNoRows, a NULL an error
// with SQLSTATE 22002. Of a table with TENANT BY it finds rows of the tenant
// that statements with ctx work for; the tenant's part of the key may be left
// out. On a Tx the Blob is valid until the Tx ends, and sees what that has
// written before.
func OpenBlob(ctx context.Context, q Querier, table, column string, key ...any) (*Blob, error) {
	b := &Blob{}
	switch q := q.(type) {
	case *Tx:
		b.tx = q
	case *DB:
		tx, err := q.Begin(ctx, TxOptions{ReadOnly: true})
		if err != nil {
			return nil, err
		}
		b.tx, b.own = tx, true
	default:
		return nil, sqlerr.New(sqlerr.FeatureNotSupported, "OpenBlob takes a DB or a Tx")
	}
	c, err := b.tx.lease(ctx)
	if err == nil {
		err = b.open(ctx, c, table, column, key)
	}
	if err != nil {
		_ = b.Close() // of a transaction that has only read
		return nil, err
	}
	return b, nil
}

func (b *Blob) open(ctx context.Context, c *Conn, table, column string, key []any) error {
	v, found, null, err := c.session.Large(ctx, table, column, key)
	switch {
	case err != nil:
		return err
	case !found:
		return sql.ErrNoRows
	case null:
		return sqlerr.New(sqlerr.NullValueNoIndicator, "the value of column %q is NULL", column)
	}
	b.value = v
	return nil
}

// Size is the length of the value in bytes.
func (b *Blob) Size() int64 { return b.value.Size() }

// ReadAt reads len(p) bytes from offset off on.
func (b *Blob) ReadAt(p []byte, off int64) (int, error) {
	if b.tx.done {
		return 0, sql.ErrTxDone
	}
	if off < 0 {
		return 0, sqlerr.New(sqlerr.InvalidParameterValue, "a negative offset")
	}
	return b.value.ReadAt(p, off)
}

// Read reads on from where the last Read or Seek has ended.
func (b *Blob) Read(p []byte) (int, error) {
	n, err := b.ReadAt(p, b.at)
	b.at += int64(n)
	if n > 0 && err == io.EOF {
		err = nil
	}
	return n, err
}

// Seek sets where Read goes on.
func (b *Blob) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += b.at
	case io.SeekEnd:
		offset += b.Size()
	}
	if offset < 0 {
		return 0, sqlerr.New(sqlerr.InvalidParameterValue, "a negative offset")
	}
	b.at = offset
	return offset, nil
}

// WriteTo writes what Read has not given yet, in pieces of 256 KiB.
func (b *Blob) WriteTo(w io.Writer) (total int64, err error) {
	buf := make([]byte, min(256<<10, max(b.Size()-b.at, 1)))
	for {
		n, err := b.Read(buf)
		if n > 0 {
			m, e := w.Write(buf[:n])
			total += int64(m)
			if e != nil {
				return total, e
			}
		}
		if err == io.EOF {
			return total, nil
		}
		if err != nil {
			return total, err
		}
	}
}

// Close gives up the snapshot of a Blob of a DB.
func (b *Blob) Close() error {
	if !b.own {
		return nil
	}
	return b.tx.Rollback()
}
