package storage

import (
	"io"

	"github.com/zqlite/zqlite/internal/storage/pager"
)

// Large is a cell that is read in pieces: from overflow pages where it lies
// there, otherwise from memory. It is valid as long as the transaction that
// found it, whose snapshot keeps the pages. Several goroutines may read.
type Large struct {
	pages *pages
	blob  pager.Blob
	small []byte
}

// Large gives a Var column that is not null for reading in pieces. It stays
// valid when the RowRef is released.
func (r *RowRef) Large(id uint16) (Large, error) {
	if r.at < 0 {
		return Large{small: r.row.Bytes(id)}, nil // of deltas and own writes, which stay
	}
	b := r.leaf.BytesAt(id, r.at)
	if !r.leaf.Overflows(id, r.at) {
		return Large{small: append([]byte{}, b...)}, nil
	}
	ref, ok := pager.DecodeBlob(b)
	if !ok {
		return Large{}, errRecord
	}
	return Large{pages: r.pages, blob: ref}, nil
}

// Size is the length in bytes.
func (l *Large) Size() int64 {
	if l.pages == nil {
		return int64(len(l.small))
	}
	return int64(l.blob.Size)
}

// ReadAt reads as io.ReaderAt does.
func (l *Large) ReadAt(dst []byte, off int64) (int, error) {
	size := l.Size()
	if off >= size {
		return 0, io.EOF
	}
	var err error
	if int64(len(dst)) > size-off {
		dst, err = dst[:size-off], io.EOF
	}
	if l.pages == nil {
		return copy(dst, l.small[off:]), err
	}
	if e := l.pages.file.ReadBlobAt(l.blob, pager.TypeOverflow, dst, uint64(off)); e != nil {
		return 0, e
	}
	return len(dst), err
}
