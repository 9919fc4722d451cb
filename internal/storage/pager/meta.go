package pager

import (
	"hash/crc32"
	"io"

	"github.com/zqlite/zqlite/internal/sqlerr"
)

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

// Offsets in a meta page.
const (
	metaEpoch     = 8
	metaLastSeq   = 16
	metaNextGen   = 24
	metaPages     = 32
	metaDirectory = 40
	metaMap       = 88
	metaClean     = 136
	metaAreaLen   = 140
	metaKeyGen    = 144
	metaNonce     = 152
	metaTag       = 176
	metaArea      = 256
	metaBytes     = 1536 // the last 4 are the checksum
)

// writeMeta puts the present meta into the place of its epoch.
func (p *File) writeMeta() error {
	b := make([]byte, p.pageSize)
	copy(b, magic)
	m := &p.meta
	le.PutUint64(b[metaEpoch:], m.Epoch)
	le.PutUint64(b[metaLastSeq:], m.LastSeq)
	le.PutUint64(b[metaNextGen:], m.NextGen)
	le.PutUint64(b[metaPages:], m.Pages)
	AppendBlob(b[metaDirectory:metaDirectory], m.Directory)
	AppendBlob(b[metaMap:metaMap], m.Map)
	if m.Clean {
		b[metaClean] = 1
	}
	if s := p.sealer(); s != nil {
		le.PutUint16(b[metaAreaLen:], uint16(copy(b[metaArea:], p.keys.Area)))
		le.PutUint32(b[metaKeyGen:], s.KeyGeneration())
		seal, err := s.Seal(nil, nil, p.metaAdditional(b))
		if err != nil {
			return err
		}
		if len(seal) != nonceBytes+tagBytes {
			return sqlerr.New(sqlerr.InternalError, "the codec sealed nothing into %d bytes", len(seal))
		}
		copy(b[metaNonce:], seal)
	}
	le.PutUint32(b[metaBytes-4:], crc32.Update(p.uuidCRC, castagnoli, b[:metaBytes-4]))
	return p.putMeta(b)
}

// putMeta writes the bytes of the present meta.
func (p *File) putMeta(b []byte) error {
	if _, err := p.f.WriteAt(b, int64(p.pageSize)*int64(2-p.meta.Epoch&1)); err != nil {
		return ioError(err, "write")
	}
	return nil
}

// metaAdditional is what the seal of a meta covers: the header as well.
func (p *File) metaAdditional(b []byte) []byte {
	a := make([]byte, 32, 32+headerBytes+metaBytes)
	copy(a, p.UUID[:])
	copy(a[16:], "meta")
	copy(a[28:], b[metaKeyGen:metaKeyGen+4])
	a = append(a, p.header[:]...)
	a = append(a, b[:metaNonce]...)
	return append(a, b[metaArea:metaArea+int(le.Uint16(b[metaAreaLen:]))]...)
}

// readMeta reads the meta of a slot; ok is false where there is no whole one.
func (p *File) readMeta(slot int64) (m Meta, raw []byte, ok bool, err error) {
	b := make([]byte, metaBytes)
	if _, err := p.f.ReadAt(b, slot*int64(p.pageSize)); err == io.EOF {
		return m, nil, false, nil
	} else if err != nil { // not the same as a meta that is damaged
		return m, nil, false, ioError(err, "read")
	}
	if string(b[:8]) != magic || le.Uint32(b[metaBytes-4:]) != crc32.Update(p.uuidCRC, castagnoli, b[:metaBytes-4]) ||
		le.Uint16(b[metaAreaLen:]) > maxKeyArea {
		return m, nil, false, nil
	}
	m = Meta{Clean: b[metaClean] == 1, Epoch: le.Uint64(b[metaEpoch:]), LastSeq: le.Uint64(b[metaLastSeq:]),
		NextGen: le.Uint64(b[metaNextGen:]), Pages: le.Uint64(b[metaPages:])}
	m.Directory, _ = DecodeBlob(b[metaDirectory:])
	m.Map, _ = DecodeBlob(b[metaMap:])
	return m, b, m.Epoch&1 == uint64(2-slot), nil
}

// openMeta finds the keys by the newest meta, and authenticates it.
func (p *File) openMeta(c Codec, raw []byte) error {
	area := raw[metaArea : metaArea+int(le.Uint16(raw[metaAreaLen:]))]
	if err := p.findKeys(c, area); err != nil {
		return err
	}
	if _, err := p.keys.Pages.Open(nil, raw[metaNonce:metaTag+tagBytes], p.metaAdditional(raw)); err != nil {
		return sqlerr.Wrap(err, sqlerr.DataCorrupted, "the meta page cannot be authenticated")
	}
	return nil
}
