package zqlite

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"os"
	"unsafe"

	"github.com/zqlite/zqlite/internal/sqlerr"
)

// BlobWriter writes a bytea, text or json value in pieces, of any length that a
// value may have. It is an io.WriteCloser and an io.ReaderFrom, so io.Copy fills
// it. Pieces are gathered in memory up to a mebibyte, beyond that in a temporary
// file of the operating system; Close makes one value of them and stores it as
// an UPDATE does: constraints are checked, indexes and triggers served. Until
// then nobody sees anything of it, and on a Tx nobody else before its commit.
//
//	w, err := zqlite.CreateBlob(ctx, db, "files", "body", "report.pdf")
//	if err != nil {
//		return err
//	}
//	defer w.Discard()
//	if _, err := io.Copy(w, r); err != nil {
//		return err
//	}
//	return w.Close()
//
// Close holds the value in memory while it is stored. One goroutine uses a
// BlobWriter at a time.
type BlobWriter struct {
	ctx  context.Context
	q    Querier
	text string // of the UPDATE
	key  []any

	small []byte
	file  *os.File
	size  int64
	err   error
	done  bool
}

var (
	_ io.WriteCloser = (*BlobWriter)(nil)
	_ io.ReaderFrom  = (*BlobWriter)(nil)
)

// spoolBytes is how much of a value is gathered in memory.
const spoolBytes = 1 << 20

// CreateBlob opens the value of a column for writing, in the row of a table that
// has the given primary key: what is written replaces the value. A row that is
// not there is sql.ErrNoRows, at once or, where it goes meanwhile, of Close. ctx
// is for Close too. Keys of tables with TENANT BY are as for OpenBlob.
func CreateBlob(ctx context.Context, q Querier, table, column string, key ...any) (*BlobWriter, error) {
	w := &BlobWriter{ctx: ctx, q: q, key: key}
	b, err := OpenBlob(ctx, q, table, column, key...)
	if err == nil {
		err = b.Close()
	}
	if err != nil && sqlerr.Code(err) != sqlerr.NullValueNoIndicator {
		return nil, err
	}
	c, err := q.lease(ctx)
	if err != nil {
		return nil, err
	}
	w.text, err = c.session.LargeUpdate(table, column, len(key))
	q.giveBack(c)
	return w, err
}

// Write adds bytes to the value.
func (w *BlobWriter) Write(p []byte) (int, error) {
	if err := w.usable(); err != nil {
		return 0, err
	}
	if w.file == nil && len(w.small)+len(p) <= spoolBytes {
		w.small = append(w.small, p...)
		w.size += int64(len(p))
		return len(p), nil
	}
	if w.file == nil {
		if w.err = w.spool(); w.err != nil {
			return 0, w.err
		}
	}
	n, err := w.file.Write(p)
	w.size += int64(n)
	w.fail(err)
	return n, w.err
}

// ReadFrom adds all that r gives.
func (w *BlobWriter) ReadFrom(r io.Reader) (n int64, err error) {
	buf := make([]byte, 64<<10)
	for {
		k, err := r.Read(buf)
		if k > 0 {
			if _, err := w.Write(buf[:k]); err != nil {
				return n, err
			}
			n += int64(k)
		}
		if errors.Is(err, io.EOF) {
			return n, nil
		}
		if err != nil {
			return n, err
		}
		if err := w.ctx.Err(); err != nil {
			return n, err
		}
	}
}

// Size is the number of bytes written.
func (w *BlobWriter) Size() int64 { return w.size }

func (w *BlobWriter) usable() error {
	if w.done {
		return os.ErrClosed
	}
	return w.err
}

func (w *BlobWriter) fail(err error) {
	if err != nil && w.err == nil {
		w.err = sqlerr.Wrap(err, sqlerr.IOError, "could not write a temporary file: %s", err.Error())
	}
}

// spool moves what was gathered to a temporary file.
func (w *BlobWriter) spool() error {
	f, err := os.CreateTemp("", "zqlite-blob-*")
	if err == nil {
		w.file = f
		_, err = f.Write(w.small)
	}
	w.small = nil
	w.fail(err)
	return w.err
}

// Close stores the value. After an error of Write it stores nothing and returns
// that error; a second Close does nothing.
func (w *BlobWriter) Close() error {
	if w.done {
		return nil
	}
	defer w.Discard()
	value, err := w.value()
	if err != nil {
		return err
	}
	// A string stands for its bytes too, and nobody writes to these any more.
	args := append([]any{unsafe.String(unsafe.SliceData(value), len(value))}, w.key...)
	r, err := Exec(w.ctx, w.q, w.text, args...)
	if err == nil && r.RowsAffected == 0 {
		err = sql.ErrNoRows
	}
	return err
}

// value gives all that was written.
func (w *BlobWriter) value() ([]byte, error) {
	if w.err != nil || w.file == nil {
		if w.small == nil {
			w.small = []byte{}
		}
		return w.small, w.err
	}
	value := make([]byte, w.size)
	_, err := w.file.ReadAt(value, 0)
	if errors.Is(err, io.EOF) && w.size == 0 {
		err = nil
	}
	w.fail(err)
	return value, w.err
}

// Discard gives up what was not stored. It does nothing after Close.
func (w *BlobWriter) Discard() {
	if w.done {
		return
	}
	w.done, w.small = true, nil
	if w.file != nil {
		_ = w.file.Close() // what it held is given up
		_ = os.Remove(w.file.Name())
		w.file = nil
	}
}
