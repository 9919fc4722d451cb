package storage

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"hash/crc32"
	"io"

	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage/pager"
	"github.com/zqlite/zqlite/internal/vfs"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// A chunk file is what side files and spilled runs are made of: chunks of any
// size, each u32 length n of its body, u32 key generation, u32 CRC-32C, u32
// zero, and n bytes of body: the content, or its nonce, ciphertext and tag.
// The CRC is over the identity (UUID, purpose, number, salt, place of the
// chunk), length, key generation and body; what is sealed authenticates the
// identity too.
const (
	chunkHeader   = 16
	chunkIdentity = 16 + 4 + 8 + 4 + 8 + 8 + 8
)

var (
	purposeSide  = [4]byte{'s', 'i', 'd', 'e'}
	purposeSpill = [4]byte{'s', 'p', 'i', 'l'}
)

// chunkFile is an open chunk file. Reading is for many goroutines.
type chunkFile struct {
	f        vfs.File
	sealer   pager.Sealer // nil: plain
	identity [chunkIdentity]byte

	// While it is written:
	buf  []byte
	at   int64
	next uint64
	crc  uint32 // of the checksums of the chunks
	tags hash.Hash
}

func (s *Store) chunkFile(f vfs.File, purpose [4]byte, number, salt uint64) *chunkFile {
	c := &chunkFile{f: f, tags: sha256.New()}
	if k := s.pages.file.Keys(); k != nil {
		c.sealer = k.Files
	}
	copy(c.identity[:], s.pages.file.UUID[:])
	copy(c.identity[16:], purpose[:])
	binary.LittleEndian.PutUint64(c.identity[32:], number)
	binary.LittleEndian.PutUint64(c.identity[40:], salt)
	return c
}

// identify gives the identity of a chunk.
func (c *chunkFile) identify(place uint64, keyGen uint32) [chunkIdentity]byte {
	id := c.identity
	binary.LittleEndian.PutUint32(id[28:], keyGen)
	binary.LittleEndian.PutUint64(id[48:], place)
	return id
}

// write writes a chunk behind the others: the content of b behind room for the
// chunk's header, which it fills in.
func (c *chunkFile) write(b []byte) error {
	keyGen := uint32(0)
	if c.sealer != nil {
		keyGen = c.sealer.KeyGeneration()
	}
	id := c.identify(c.next, keyGen)
	if c.sealer != nil {
		sealed, err := c.sealer.Seal(append(c.buf[:0], b[:chunkHeader]...), b[chunkHeader:], id[:])
		if err != nil {
			return err
		}
		c.tags.Write(sealed[len(sealed)-16:])
		if b, c.buf = sealed, sealed; cap(sealed) > 1<<20 {
			c.buf = nil
		}
	}
	binary.LittleEndian.PutUint32(b, uint32(len(b)-chunkHeader))
	binary.LittleEndian.PutUint32(b[4:], keyGen)
	crc := chunkCRC(id[:], b)
	binary.LittleEndian.PutUint32(b[8:], crc)
	binary.LittleEndian.PutUint32(b[12:], 0)
	if _, err := c.f.WriteAt(b, c.at); err != nil {
		return err
	}
	c.crc = crc32.Update(c.crc, castagnoli, b[8:12])
	c.at += int64(len(b))
	c.next++
	return nil
}

func chunkCRC(id, b []byte) uint32 {
	crc := crc32.Update(crc32.Checksum(id, castagnoli), castagnoli, b[:8])
	return crc32.Update(crc, castagnoli, b[chunkHeader:])
}

// tag sums up the tags of the chunks; zero in a plain file.
func (c *chunkFile) tag() (t [16]byte) {
	if c.sealer != nil {
		copy(t[:], c.tags.Sum(nil))
	}
	return t
}

func errChunk(at int64) error {
	return sqlerr.New(sqlerr.DataCorrupted, "a side or temporary file is damaged at offset %d", at)
}

// read gives the content of the chunk at offset at, which is the place-th, and
// where the next begins; size is that of the file. buf is memory to use.
func (c *chunkFile) read(at int64, place uint64, size int64, buf []byte) (content, memory []byte, next int64, err error) {
	var head [chunkHeader]byte
	if _, err := c.f.ReadAt(head[:], at); err != nil {
		return nil, buf, 0, c.readError(err, at)
	}
	n := int64(binary.LittleEndian.Uint32(head[:]))
	if n > size-at-chunkHeader {
		return nil, buf, 0, errChunk(at)
	}
	if int64(cap(buf)) < n+chunkHeader {
		buf = make([]byte, n+chunkHeader)
	}
	buf = buf[:n+chunkHeader]
	copy(buf, head[:])
	if _, err := c.f.ReadAt(buf[chunkHeader:], at+chunkHeader); err != nil && n > 0 {
		return nil, buf, 0, c.readError(err, at)
	}
	id := c.identify(place, binary.LittleEndian.Uint32(head[4:]))
	if crc := binary.LittleEndian.Uint32(head[8:]); crc != chunkCRC(id[:], buf) {
		return nil, buf, 0, errChunk(at)
	}
	next = at + chunkHeader + n
	if c.sealer == nil {
		return buf[chunkHeader:], buf, next, nil
	}
	if n < 40 {
		return nil, buf, 0, errChunk(at)
	}
	content, err = c.sealer.Open(make([]byte, 0, n-40), buf[chunkHeader:], id[:])
	if err != nil {
		err = sqlerr.Wrap(err, sqlerr.DataCorrupted, "a side or temporary file cannot be decrypted at offset %d", at)
	}
	return content, buf, next, err
}

func (c *chunkFile) readError(err error, at int64) error {
	if err == io.EOF {
		return errChunk(at)
	}
	return sqlerr.Wrap(err, sqlerr.IOError, "could not read a side or temporary file: %s", err.Error())
}
