package pager

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"io/fs"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/vfs"
)

// Offsets in a page.
const (
	offType    = 4
	offFlags   = 5
	offKeyGen  = 12
	offID      = 16
	offBirth   = 24
	offNonce   = 32
	pageHeader = offNonce + nonceBytes // content begins; it ends before the tag

	flagSealed = 1
	firstPage  = 3
)

// Types of pages.
const (
	TypeLeaf     uint8 = 1
	TypeInner    uint8 = 2
	TypeBlob     uint8 = 3 // directory and allocation map
	TypeOverflow uint8 = 4
)

var (
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
	le         = binary.LittleEndian
)

// Ptr names a page and what is below it. Page 0 is no page.
type Ptr struct {
	Page   uint64
	Birth  uint64
	CRC    uint32
	Level  uint8 // 0 is a leaf
	Rows   uint64
	MaxSeq uint64
	Inline bool     // no value below lies on pages of its own
	Tag    [16]byte // of its seal; zero in a plain file
}

// PtrBytes is the size of an encoded Ptr.
const PtrBytes = 56

// AppendPtr encodes p.
func AppendPtr(b []byte, p Ptr) []byte {
	b = le.AppendUint64(b, p.Page)
	b = le.AppendUint64(b, p.Birth)
	b = le.AppendUint32(b, p.CRC)
	b = append(b, p.Level, 0, 0, 0)
	if p.Inline {
		b[len(b)-3] = 1
	}
	b = le.AppendUint64(b, p.Rows)
	b = le.AppendUint64(b, p.MaxSeq)
	return append(b, p.Tag[:]...)
}

// DecodePtr reads the Ptr at the beginning of b, which is long enough.
func DecodePtr(b []byte) Ptr {
	return Ptr{Page: le.Uint64(b), Birth: le.Uint64(b[8:]), CRC: le.Uint32(b[16:]), Level: b[20], Inline: b[21] == 1,
		Rows: le.Uint64(b[24:]), MaxSeq: le.Uint64(b[32:]), Tag: [16]byte(b[40:56])}
}

// Blob names a run of pages that hold Size bytes.
type Blob struct {
	Page  uint64
	Birth uint64
	Size  uint64
	CRC   uint32   // of the checksums of its pages
	Tag   [16]byte // of their tags; zero in a plain file
}

// BlobBytes is the size of an encoded Blob.
const BlobBytes = 44

// AppendBlob encodes r.
func AppendBlob(b []byte, r Blob) []byte {
	b = le.AppendUint64(b, r.Page)
	b = le.AppendUint64(b, r.Birth)
	b = le.AppendUint64(b, r.Size)
	b = le.AppendUint32(b, r.CRC)
	return append(b, r.Tag[:]...)
}

// DecodeBlob reads the Blob at the beginning of b; false when b is too short.
func DecodeBlob(b []byte) (Blob, bool) {
	if len(b) < BlobBytes {
		return Blob{}, false
	}
	return Blob{Page: le.Uint64(b), Birth: le.Uint64(b[8:]), Size: le.Uint64(b[16:]), CRC: le.Uint32(b[24:]),
		Tag: [16]byte(b[28:44])}, true
}

// File is an open data file. Reading is for many goroutines, writing for one at
// a time.
type File struct {
	f        vfs.File
	pageSize int
	UUID     [16]byte
	uuidCRC  uint32
	header   [headerBytes]byte
	keys     *Keys         // nil: plain
	epoch    atomic.Uint64 // the one that is being written
	found    atomic.Uint64 // pages that the file has had since it was opened
	decided  atomic.Bool   // no checkpoint is being written, or its meta may be on the disk

	mu    sync.Mutex // guards what follows
	meta  Meta
	older uint64 // epoch of the other meta
	alloc allocator
}

func damaged(format string, args ...any) error {
	return sqlerr.New(sqlerr.DataCorrupted, format, args...)
}

func ioError(err error, what string) error {
	code := sqlerr.IOError
	if errors.Is(err, syscall.ENOSPC) {
		code = sqlerr.DiskFull
	}
	return sqlerr.Wrap(err, code, "could not %s the data file: %s", what, err.Error())
}

// Open opens the data file; missing is fs.ErrNotExist. codec is nil for a
// plain one.
func Open(files vfs.FS, path string, readOnly bool, codec Codec) (*File, error) {
	if info, err := files.Stat(path); err == nil && info.IsDir {
		return nil, sqlerr.New(sqlerr.WrongObjectType, "%q is a directory, not a database", path)
	}
	flag := vfs.Flag(0)
	if readOnly {
		flag = vfs.ReadOnly
	}
	f, err := files.Open(path, flag)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		return nil, ioError(err, "open")
	}
	p := &File{f: f}
	p.decided.Store(true)
	raw, err := p.load(readOnly, codec)
	if err == nil && !readOnly {
		err = p.settle(raw)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return p, nil
}

// settle makes durable the meta that was chosen. The process that wrote it may
// have ended before its sync, or after one that failed, so it is written anew;
// what it refers to was synced before it was first written. The very same bytes
// are written, so that a power cut meanwhile leaves them as they are: the other
// meta may be damaged already.
func (p *File) settle(raw []byte) error {
	if err := p.putMeta(raw); err != nil {
		return err
	}
	if err := p.f.Sync(); err != nil {
		return ioError(err, "sync")
	}
	return nil
}

// Create makes an empty data file under a temporary name, and gives it its own
// when it is durable. With a codec it is encrypted.
func Create(files vfs.FS, path string, pageSize int, codec Codec) (*File, error) {
	if !validPageSize(pageSize) {
		return nil, sqlerr.New(sqlerr.InvalidParameterValue, "page size %d is not a power of two from 4096 to 65536", pageSize)
	}
	temporary := path + "-new"
	f, err := files.Open(temporary, vfs.Create)
	if err != nil {
		return nil, ioError(err, "create")
	}
	p := &File{f: f, pageSize: pageSize}
	p.decided.Store(true)
	rand.Read(p.UUID[:]) // never fails
	p.uuidCRC = crc32.Checksum(p.UUID[:], castagnoli)
	if codec != nil {
		err = p.findKeys(codec, nil)
	}
	if err == nil {
		err = p.format()
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	if err := files.Rename(temporary, path); err != nil {
		f.Close()
		return nil, ioError(err, "name")
	}
	if err := files.SyncDir(filepath.Dir(path)); err != nil {
		f.Close()
		return nil, ioError(err, "name")
	}
	return p, nil
}

// format writes header and both metas of an empty file.
func (p *File) format() error {
	if err := p.f.Truncate(0); err != nil {
		return ioError(err, "create")
	}
	if _, err := p.f.WriteAt(p.makeHeader(), 0); err != nil {
		return ioError(err, "write")
	}
	p.meta = Meta{Epoch: 0, NextGen: 1, Pages: firstPage, Clean: true}
	p.alloc.grow(firstPage)
	for i := range uint64(firstPage) {
		p.alloc.set(i)
	}
	for range 2 {
		p.meta.Epoch++
		if err := p.writeMeta(); err != nil {
			return err
		}
	}
	p.older = 1
	p.epoch.Store(p.meta.Epoch + 1)
	p.found.Store(firstPage)
	if err := p.f.Sync(); err != nil {
		return ioError(err, "sync")
	}
	return nil
}

// Meta gives the newest durable one.
func (p *File) Meta() Meta {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.meta
}

// Room is the content size of a page.
func (p *File) Room() int { return p.pageSize - pageHeader - tagBytes }

// PageSize in bytes.
func (p *File) PageSize() int { return p.pageSize }

// Size of the file in bytes.
func (p *File) Size() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return int64(p.alloc.end) * int64(p.pageSize)
}

// Read gives the verified content of a page, in memory of its own.
func (p *File) Read(ptr Ptr) ([]byte, error) {
	b := make([]byte, p.pageSize)
	if err := p.ReadInto(ptr, b); err != nil {
		return nil, err
	}
	return p.Content(b), nil
}

// Content is where ReadInto puts the content in a page's memory.
func (p *File) Content(b []byte) []byte { return b[pageHeader : p.pageSize-tagBytes] }

// ContentAt is where the content begins in a page's memory.
func (p *File) ContentAt() int { return pageHeader }

// ReadInto reads a page into b, which is as long as one, and verifies it. With
// an error b holds anything.
func (p *File) ReadInto(ptr Ptr, b []byte) error {
	if err := p.readPages(b, ptr.Page); err != nil {
		return err
	}
	if err := p.check(b, ptr.Page, ptr.Birth); err != nil {
		return err
	}
	want := TypeInner
	if ptr.Level == 0 {
		want = TypeLeaf
	}
	if b[offType] != want {
		return damaged("page %d has the wrong type %d", ptr.Page, b[offType])
	}
	if le.Uint32(b) != ptr.CRC || p.keys != nil && [16]byte(b[p.pageSize-tagBytes:]) != ptr.Tag {
		return damaged("page %d is not the one its parent names", ptr.Page)
	}
	c, err := p.content(b)
	if err == nil && p.keys != nil {
		copy(p.Content(b), c)
	}
	return err
}

// readPages fills b with adjacent pages from id on.
func (p *File) readPages(b []byte, id uint64) error {
	if id < firstPage || id > 1<<46 {
		return damaged("there is no page %d", id)
	}
	if _, err := p.f.ReadAt(b, int64(id)*int64(p.pageSize)); err != nil {
		if err == io.EOF {
			return damaged("page %d lies beyond the end of the file", id)
		}
		return ioError(err, "read")
	}
	return nil
}

// check verifies the header and checksum of a page that was read.
func (p *File) check(b []byte, id, birth uint64) error {
	if le.Uint32(b) != crc32.Update(p.uuidCRC, castagnoli, b[4:p.pageSize]) {
		return damaged("page %d has a wrong checksum", id)
	}
	if le.Uint64(b[offID:]) != id || le.Uint64(b[offBirth:]) != birth {
		return damaged("page %d is misdirected or stale", id)
	}
	return nil
}

// HasBlob tells whether a blob lies within the file. Whoever takes a reference
// from a page asks before trusting its size.
func (p *File) HasBlob(r Blob) bool {
	end := p.found.Load()
	return r.Size == 0 || r.Page >= firstPage && r.Page < end && r.Size <= (end-r.Page)*uint64(p.Room())
}

// readAhead is how much of a blob is read at a time.
const readAhead = 256 << 10

// ReadBlob gives the bytes of a blob, verified.
func (p *File) ReadBlob(r Blob, kind uint8) ([]byte, error) {
	if !p.HasBlob(r) {
		return nil, damaged("a blob of %d bytes at page %d lies beyond the end of the file", r.Size, r.Page)
	}
	out := make([]byte, 0, r.Size)
	var sum chain
	left := p.blobPages(r.Size)
	buf := make([]byte, min(left, max(readAhead/uint64(p.pageSize), 1))*uint64(p.pageSize))
	for id := r.Page; left > 0; {
		n := min(left, uint64(len(buf)/p.pageSize))
		if err := p.readPages(buf[:n*uint64(p.pageSize)], id); err != nil {
			return nil, err
		}
		for i := range n {
			b := buf[i*uint64(p.pageSize):][:p.pageSize]
			if err := p.check(b, id+i, r.Birth); err != nil {
				return nil, err
			}
			if b[offType] != kind {
				return nil, damaged("page %d has the wrong type %d", id+i, b[offType])
			}
			c, err := p.content(b)
			if err != nil {
				return nil, err
			}
			sum.add(le.Uint32(b), b[p.pageSize-tagBytes:], p.keys != nil)
			out = append(out, c[:min(uint64(len(c)), r.Size-uint64(len(out)))]...)
		}
		id, left = id+n, left-n
	}
	if sum.crc != r.CRC || sum.tag() != r.Tag {
		return nil, damaged("the blob at page %d has a wrong checksum", r.Page)
	}
	return out, nil
}

// Close closes the file.
func (p *File) Close() error { return p.f.Close() }
