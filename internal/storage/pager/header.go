package pager

import (
	"errors"
	"hash/crc32"
	"io"
	"math/bits"

	"github.com/zqlite/zqlite/internal/sqlerr"
)

const (
	magic       = "zqlite\x00\x01"
	version     = 1
	headerBytes = 48 // what the header page has to say
)

// Feature bits of the header. A file with an unknown incompatible one is
// refused; one with an unknown read-only-compatible one is opened read-only.
const (
	featureEncrypted uint64 = 1 << iota

	knownIncompatible = featureEncrypted
	knownReadOnly     = uint64(0)
)

// makeHeader fills in the header page of a new file.
func (p *File) makeHeader() []byte {
	b := make([]byte, p.pageSize)
	copy(b, magic)
	le.PutUint32(b[8:], version)
	le.PutUint32(b[12:], uint32(p.pageSize))
	copy(b[16:], p.UUID[:])
	if p.keys != nil {
		le.PutUint64(b[32:], featureEncrypted)
	}
	copy(p.header[:], b) // 40: read-only-compatible features, none so far
	le.PutUint32(b[p.pageSize-4:], crc32.Checksum(b[:p.pageSize-4], castagnoli))
	return b
}

// loadHeader reads and judges the header page.
func (p *File) loadHeader(readOnly bool) error {
	head := p.header[:]
	n, err := p.f.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return ioError(err, "read")
	}
	if n < 8 || string(head[:7]) != magic[:7] {
		return sqlerr.New(sqlerr.WrongObjectType, "the file is not a zqlite database")
	}
	if n < headerBytes {
		return damaged("the file is cut off after %d bytes", n)
	}
	if v := le.Uint32(head[8:]); head[7] == magic[7] && v > version && v < 1<<16 {
		return sqlerr.New(sqlerr.FeatureNotSupported, "the file has format version %d and this program reads up to %d: use a newer zqlite", v, version)
	}
	p.pageSize = int(le.Uint32(head[12:]))
	if !validPageSize(p.pageSize) {
		return damaged("the header page is damaged: it names a page size of %d bytes", p.pageSize)
	}
	b := make([]byte, p.pageSize)
	if n, err := p.f.ReadAt(b, 0); err == io.EOF {
		return damaged("the file is cut off after %d bytes", n)
	} else if err != nil {
		return ioError(err, "read")
	}
	if le.Uint32(b[p.pageSize-4:]) != crc32.Checksum(b[:p.pageSize-4], castagnoli) || string(head[:8]) != magic || le.Uint32(head[8:]) != version {
		return damaged("the header page is damaged")
	}
	if f := le.Uint64(head[32:]) &^ knownIncompatible; f != 0 {
		return sqlerr.New(sqlerr.FeatureNotSupported, "the file uses features (%#x) that this program does not know: use a newer zqlite", f)
	}
	if f := le.Uint64(head[40:]) &^ knownReadOnly; f != 0 && !readOnly {
		return sqlerr.New(sqlerr.FeatureNotSupported, "the file uses features (%#x) with which this program can only read it: open it read-only", f)
	}
	copy(p.UUID[:], head[16:])
	p.uuidCRC = crc32.Checksum(p.UUID[:], castagnoli)
	return nil
}

func validPageSize(n int) bool { return n >= 4096 && n <= 65536 && n&(n-1) == 0 }

// load reads header, metas and allocation maps, and gives the bytes of the
// newest meta.
func (p *File) load(readOnly bool, codec Codec) (raw []byte, err error) {
	if err := p.loadHeader(readOnly); err != nil {
		return nil, err
	}
	encrypted := le.Uint64(p.header[32:])&featureEncrypted != 0
	switch {
	case encrypted && codec == nil:
		return nil, errEncrypted
	case !encrypted && codec != nil:
		return nil, errPlain
	}
	size, err := p.f.Size()
	if err != nil {
		return nil, ioError(err, "read")
	}
	p.found.Store(max(uint64(size)/uint64(p.pageSize), firstPage))
	a, rawA, okA, errA := p.readMeta(1)
	z, rawZ, okZ, errZ := p.readMeta(2)
	if err := errors.Join(errA, errZ); err != nil {
		return nil, err
	}
	raw = rawZ
	switch {
	case !okA && !okZ:
		return nil, damaged("both meta pages are damaged")
	case okA && (!okZ || a.Epoch > z.Epoch):
		p.meta, p.older, raw = a, z.Epoch, rawA
	default:
		p.meta, p.older = z, a.Epoch
	}
	if encrypted {
		if err := p.openMeta(codec, raw); err != nil {
			return nil, err
		}
	}
	p.epoch.Store(p.meta.Epoch + 1)
	if err := p.loadMap(p.meta); err != nil {
		return nil, err
	}
	if okA && okZ { // what the older meta reaches is not free either
		other := a
		if p.meta.Epoch == a.Epoch {
			other = z
		}
		if err := p.loadOlder(other); err != nil {
			return nil, err
		}
	}
	p.alloc.trim()
	return raw, nil
}

// loadOlder enters the pages that only the older meta reaches as waiting.
func (p *File) loadOlder(m Meta) error {
	newest := append([]uint64(nil), p.alloc.used...)
	if err := p.loadMap(m); err != nil {
		return err
	}
	for i, w := range p.alloc.used {
		if i < len(newest) {
			w &^= newest[i]
		}
		for ; w != 0; w &= w - 1 {
			id := uint64(i)*64 + uint64(bits.TrailingZeros64(w))
			p.alloc.pending = append(p.alloc.pending, freed{id, p.meta.Epoch})
		}
	}
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
	if !p.HasBlob(m.Map) {
		return damaged("the file is cut off after %d pages: its allocation map is missing", p.found.Load())
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
			return damaged("the file is cut off: page %d is in use, but there are %d pages", end-1, found)
		}
		p.alloc.grow(end)
		p.alloc.used[i/8] |= w
	}
	return nil
}
