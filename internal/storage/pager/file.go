package pager

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"io/fs"
	"math/bits"
	"path/filepath"
	"sync/atomic"

	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/vfs"
)

const (
	magic      = "zqlite\x00\x01"
	version    = 1
	pageHeader = 32
	firstPage  = 3
	metaBytes  = 160
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
}

// PtrBytes is the size of an encoded Ptr.
const PtrBytes = 40

// AppendPtr encodes p.
func AppendPtr(b []byte, p Ptr) []byte {
	b = le.AppendUint64(b, p.Page)
	b = le.AppendUint64(b, p.Birth)
	b = le.AppendUint32(b, p.CRC)
	b = append(b, p.Level, 0, 0, 0)
	b = le.AppendUint64(b, p.Rows)
	return le.AppendUint64(b, p.MaxSeq)
}

// DecodePtr reads the Ptr at the beginning of b, which is long enough.
func DecodePtr(b []byte) Ptr {
	return Ptr{Page: le.Uint64(b), Birth: le.Uint64(b[8:]), CRC: le.Uint32(b[16:]), Level: b[20],
		Rows: le.Uint64(b[24:]), MaxSeq: le.Uint64(b[32:])}
}

// Blob names a run of pages that hold Size bytes.
type Blob struct {
	Page  uint64
	Birth uint64
	Size  uint64
	CRC   uint32 // of the bytes
}

// BlobBytes is the size of an encoded Blob.
const BlobBytes = 28

// AppendBlob encodes r.
func AppendBlob(b []byte, r Blob) []byte {
	b = le.AppendUint64(b, r.Page)
	b = le.AppendUint64(b, r.Birth)
	b = le.AppendUint64(b, r.Size)
	return le.AppendUint32(b, r.CRC)
}

// DecodeBlob reads the Blob at the beginning of b; false when b is too short.
func DecodeBlob(b []byte) (Blob, bool) {
	if len(b) < BlobBytes {
		return Blob{}, false
	}
	return Blob{Page: le.Uint64(b), Birth: le.Uint64(b[8:]), Size: le.Uint64(b[16:]), CRC: le.Uint32(b[24:])}, true
}

// Meta is what a checkpoint makes durable.
type Meta struct {
	Epoch     uint64
	LastSeq   uint64
	NextGen   uint64
	Pages     uint64 // in the file
	Clean     bool   // the store was closed: no log belongs to it
	Directory Blob
	Map       Blob
}

// File is an open data file. Reading is for many goroutines; allocating,
// freeing and committing for one at a time.
type File struct {
	f        vfs.File
	pageSize int
	UUID     [16]byte
	uuidCRC  uint32
	meta     Meta
	older    uint64 // epoch of the other meta
	alloc    allocator
	found    atomic.Uint64 // pages that the file has had since it was opened
}

func damaged(format string, args ...any) error {
	return sqlerr.New(sqlerr.DataCorrupted, format, args...)
}

func ioError(err error, what string) error {
	return sqlerr.Wrap(err, sqlerr.IOError, "could not %s the data file: %s", what, err.Error())
}

// Open opens the data file; missing is fs.ErrNotExist.
func Open(files vfs.FS, path string, readOnly bool) (*File, error) {
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
	err = p.load()
	if err == nil && !readOnly {
		err = p.settle()
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return p, nil
}

// settle makes durable the meta that was chosen. The process that wrote it may
// have ended before its sync, or after one that failed, so it is written anew;
// what it refers to was synced before it was first written.
func (p *File) settle() error {
	if err := p.writeMeta(); err != nil {
		return err
	}
	if err := p.f.Sync(); err != nil {
		return ioError(err, "sync")
	}
	return nil
}

// Create makes an empty data file under a temporary name, and gives it its own
// when it is durable.
func Create(files vfs.FS, path string, pageSize int) (*File, error) {
	if pageSize < 4096 || pageSize > 65536 || pageSize&(pageSize-1) != 0 {
		return nil, sqlerr.New(sqlerr.InvalidParameterValue, "page size %d is not a power of two from 4096 to 65536", pageSize)
	}
	temporary := path + "-new"
	f, err := files.Open(temporary, vfs.Create)
	if err != nil {
		return nil, ioError(err, "create")
	}
	p := &File{f: f, pageSize: pageSize}
	rand.Read(p.UUID[:]) // never fails
	p.uuidCRC = crc32.Checksum(p.UUID[:], castagnoli)
	if err := p.format(); err != nil {
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
	b := make([]byte, p.pageSize)
	copy(b, magic)
	le.PutUint32(b[8:], version)
	le.PutUint32(b[12:], uint32(p.pageSize))
	copy(b[16:], p.UUID[:]) // 32: incompatible feature bits, 40: read-only compatible ones
	le.PutUint32(b[p.pageSize-4:], crc32.Checksum(b[:p.pageSize-4], castagnoli))
	if _, err := p.f.WriteAt(b, 0); err != nil {
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
	if err := p.f.Sync(); err != nil {
		return ioError(err, "sync")
	}
	return nil
}

func (p *File) writeMeta() error {
	b := make([]byte, p.pageSize)
	copy(b, magic)
	m := &p.meta
	le.PutUint64(b[8:], m.Epoch)
	le.PutUint64(b[16:], m.LastSeq)
	le.PutUint64(b[24:], m.NextGen)
	le.PutUint64(b[32:], m.Pages)
	if m.Clean {
		b[152] = 1
	}
	AppendBlob(b[40:40], m.Directory)
	AppendBlob(b[72:72], m.Map)
	le.PutUint32(b[metaBytes-4:], crc32.Update(p.uuidCRC, castagnoli, b[:metaBytes-4]))
	if _, err := p.f.WriteAt(b, int64(p.pageSize)*int64(2-m.Epoch&1)); err != nil {
		return ioError(err, "write")
	}
	return nil
}

func (p *File) readMeta(slot int64) (m Meta, ok bool, err error) {
	b := make([]byte, metaBytes)
	if _, err := p.f.ReadAt(b, slot*int64(p.pageSize)); err == io.EOF {
		return m, false, nil
	} else if err != nil { // not the same as a meta that is damaged
		return m, false, ioError(err, "read")
	}
	if string(b[:8]) != magic || le.Uint32(b[metaBytes-4:]) != crc32.Update(p.uuidCRC, castagnoli, b[:metaBytes-4]) {
		return m, false, nil
	}
	m = Meta{Clean: b[152] == 1, Epoch: le.Uint64(b[8:]), LastSeq: le.Uint64(b[16:]), NextGen: le.Uint64(b[24:]), Pages: le.Uint64(b[32:])}
	m.Directory, _ = DecodeBlob(b[40:])
	m.Map, _ = DecodeBlob(b[72:])
	return m, m.Epoch&1 == uint64(2-slot), nil
}

func (p *File) load() error {
	var head [48]byte
	if _, err := p.f.ReadAt(head[:], 0); err != nil && err != io.EOF {
		return ioError(err, "read")
	}
	if string(head[:7]) != magic[:7] {
		return damaged("the file is not a zqlite database")
	}
	if v := le.Uint32(head[8:]); v != version || le.Uint64(head[32:]) != 0 {
		return sqlerr.New(sqlerr.FeatureNotSupported, "the file has format version %d; this program reads version %d", v, version)
	}
	p.pageSize = int(le.Uint32(head[12:]))
	if p.pageSize < 4096 || p.pageSize > 65536 || p.pageSize&(p.pageSize-1) != 0 {
		return damaged("the header page is damaged")
	}
	b := make([]byte, p.pageSize)
	if _, err := p.f.ReadAt(b, 0); err == io.EOF {
		return damaged("the header page is damaged")
	} else if err != nil {
		return ioError(err, "read")
	}
	if le.Uint32(b[p.pageSize-4:]) != crc32.Checksum(b[:p.pageSize-4], castagnoli) {
		return damaged("the header page is damaged")
	}
	copy(p.UUID[:], head[16:])
	p.uuidCRC = crc32.Checksum(p.UUID[:], castagnoli)
	a, okA, err := p.readMeta(1)
	if err != nil {
		return err
	}
	z, okZ, err := p.readMeta(2)
	if err != nil {
		return err
	}
	switch {
	case !okA && !okZ:
		return damaged("both meta pages are damaged")
	case okA && (!okZ || a.Epoch > z.Epoch):
		p.meta, p.older = a, z.Epoch
	default:
		p.meta, p.older = z, a.Epoch
	}
	size, err := p.f.Size()
	if err != nil {
		return ioError(err, "read")
	}
	p.found.Store(max(uint64(size)/uint64(p.pageSize), firstPage))
	if err := p.loadMap(p.meta); err != nil {
		return err
	}
	if okA && okZ { // what the older meta reaches is not free either
		other := a
		if p.meta.Epoch == a.Epoch {
			other = z
		}
		newest := append([]uint64(nil), p.alloc.used...)
		if err := p.loadMap(other); err != nil {
			return err
		}
		for i, w := range p.alloc.used {
			if i < len(newest) {
				w &^= newest[i]
			}
			for ; w != 0; w &= w - 1 {
				p.alloc.pending = append(p.alloc.pending, freed{uint64(i)*64 + uint64(bits.TrailingZeros64(w)), p.meta.Epoch})
			}
		}
	}
	p.alloc.trim()
	return nil
}

// loadMap adds the pages that a meta reaches. A file may have been shortened
// after its meta was written, so only pages in use must be there.
func (p *File) loadMap(m Meta) error {
	p.alloc.grow(max(min(m.Pages, p.found.Load()), firstPage))
	for i := range uint64(firstPage) {
		p.alloc.set(i)
	}
	if m.Map.Size == 0 {
		return nil
	}
	b, err := p.ReadBlob(m.Map, TypeBlob)
	if err != nil {
		return err
	}
	for i := 0; i+8 <= len(b); i += 8 {
		w := le.Uint64(b[i:])
		if w == 0 {
			continue
		}
		end := uint64(i)*8 + uint64(bits.Len64(w))
		if found := p.found.Load(); end > found {
			return damaged("page %d is in use, but the file ends after %d pages", end-1, found)
		}
		p.alloc.grow(end)
		p.alloc.used[i/8] |= w
	}
	return nil
}

// Meta gives the newest durable one.
func (p *File) Meta() Meta { return p.meta }

// Room is the content size of a page.
func (p *File) Room() int { return p.pageSize - pageHeader }

// PageSize in bytes.
func (p *File) PageSize() int { return p.pageSize }

// Size of the file in bytes.
func (p *File) Size() int64 { return int64(p.alloc.end) * int64(p.pageSize) }

// Read gives the verified content of a page, in memory of its own.
func (p *File) Read(ptr Ptr) ([]byte, error) {
	b := make([]byte, p.pageSize)
	if err := p.readPage(b, ptr.Page, ptr.Birth); err != nil {
		return nil, err
	}
	if le.Uint32(b) != ptr.CRC {
		return nil, damaged("page %d is not the one its parent names", ptr.Page)
	}
	want := TypeInner
	if ptr.Level == 0 {
		want = TypeLeaf
	}
	if b[4] != want {
		return nil, damaged("page %d has the wrong type %d", ptr.Page, b[4])
	}
	return b[pageHeader:], nil
}

func (p *File) readPage(b []byte, id, birth uint64) error {
	if id < firstPage || id > 1<<46 {
		return damaged("there is no page %d", id)
	}
	if _, err := p.f.ReadAt(b, int64(id)*int64(p.pageSize)); err != nil {
		if err == io.EOF {
			return damaged("page %d lies beyond the end of the file", id)
		}
		return ioError(err, "read")
	}
	if le.Uint32(b) != crc32.Update(p.uuidCRC, castagnoli, b[4:]) {
		return damaged("page %d has a wrong checksum", id)
	}
	if le.Uint64(b[8:]) != id || le.Uint64(b[16:]) != birth {
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

// ReadBlob gives the bytes of a blob, verified.
func (p *File) ReadBlob(r Blob, kind uint8) ([]byte, error) {
	if !p.HasBlob(r) {
		return nil, damaged("a blob of %d bytes at page %d lies beyond the end of the file", r.Size, r.Page)
	}
	out := make([]byte, 0, r.Size)
	b := make([]byte, p.pageSize)
	for id := r.Page; uint64(len(out)) < r.Size; id++ {
		if err := p.readPage(b, id, r.Birth); err != nil {
			return nil, err
		}
		if b[4] != kind {
			return nil, damaged("page %d has the wrong type %d", id, b[4])
		}
		out = append(out, b[pageHeader:pageHeader+int(min(uint64(p.Room()), r.Size-uint64(len(out))))]...)
	}
	if crc32.Checksum(out, castagnoli) != r.CRC {
		return nil, damaged("the blob at page %d has a wrong checksum", r.Page)
	}
	return out, nil
}

// Close closes the file.
func (p *File) Close() error { return p.f.Close() }
