package wal

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"

	"github.com/zqlite/zqlite/internal/sqlerr"
)

const (
	sector     = 512
	headerLen  = 128
	nonceLen   = 24
	tagLen     = 16
	maxBody    = 1 << 30
	frameMagic = "zqLF"
	fileMagic  = "zqliteWL"
	version    = 1

	flagSealed = 1

	offLength  = 8
	offKeyGen  = 12
	offGen     = 16
	offSalt    = 24
	offLSN     = 32
	offDurable = 40
	offFirst   = 48
	offLast    = 56
	offPrev    = 64
	offZero    = 68
	offBodyCRC = 96
	offCRC     = 100
	offNonce   = 104
)

// MaxPayload is the largest payload of one frame, in bytes.
const MaxPayload = maxBody - tagLen

// HeaderBytes is the size of the block before the first frame.
const HeaderBytes = sector

var (
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
	le         = binary.LittleEndian
	padding    [sector]byte
)

// Codec seals payloads. A log without one is plain.
type Codec interface {
	// Seal appends to dst a nonce of 24 bytes, the ciphertext, as long as
	// plain, and a tag of 16 bytes; additional is authenticated with it.
	Seal(dst, plain, additional []byte) ([]byte, error)
	// Open appends to dst the plain text of what Seal appended.
	Open(dst, sealed, additional []byte) ([]byte, error)
	// KeyGeneration names the key that Seal uses.
	KeyGeneration() uint32
}

// Header says which log a file is.
type Header struct {
	FileUUID   [16]byte
	Generation uint64
	Salt       uint64 // drawn at random by Create where it is 0
	StartLSN   uint64 // EndLSN of the generation before; 0 for the first
	Codec      Codec  // nil: plain

	// DurableLSN is for Replay alone: what is known durable from elsewhere
	// (Peek of the next generation), so that a bad frame below it is damage.
	DurableLSN uint64
}

// Frame is one replayed frame. Payload is valid until the callback returns.
type Frame struct {
	LSN        uint64
	DurableLSN uint64 // known durable when this frame was written
	FirstSeq   uint64
	LastSeq    uint64
	Payload    []byte
}

func padded(n int64) int64 { return (n + sector - 1) &^ (sector - 1) }

// encodeBlock fills the header block of a file and returns its checksum.
func (h *Header) encodeBlock(b []byte) uint32 {
	clear(b[:sector])
	copy(b, fileMagic)
	le.PutUint32(b[8:], version)
	copy(b[16:], h.FileUUID[:])
	le.PutUint64(b[32:], h.Generation)
	le.PutUint64(b[40:], h.Salt)
	le.PutUint64(b[48:], h.StartLSN)
	crc := crc32.Checksum(b[:sector-4], castagnoli)
	le.PutUint32(b[sector-4:], crc)
	return crc
}

// decodeBlock reads a header block; ok is false where there is none. A block
// of a later format is an error.
func decodeBlock(b []byte) (h Header, crc uint32, ok bool, err error) {
	if len(b) < sector || string(b[:8]) != fileMagic {
		return h, 0, false, nil
	}
	crc = crc32.Checksum(b[:sector-4], castagnoli)
	if le.Uint32(b[sector-4:]) != crc {
		return h, 0, false, nil
	}
	if v := le.Uint32(b[8:]); v != version || le.Uint32(b[12:]) != 0 {
		return h, 0, false, sqlerr.New(sqlerr.FeatureNotSupported,
			"the log has format version %d; this program reads version %d", v, version)
	}
	copy(h.FileUUID[:], b[16:32])
	h.Generation = le.Uint64(b[32:])
	h.Salt = le.Uint64(b[40:])
	h.StartLSN = le.Uint64(b[48:])
	return h, crc, true, nil
}

// frameHeader is a decoded frame header.
type frameHeader struct {
	Frame
	length  int64
	prev    uint32
	bodyCRC uint32
	crc     uint32
	sealed  bool
	keyGen  uint32
}

// decodeHeader checks a frame header against the log that it should belong to
// and the position where it stands. anySalt skips the salt, for a log whose
// header block is lost.
func (h *Header) decodeHeader(b []byte, lsn uint64, uuidCRC uint32, anySalt bool) (f frameHeader, ok bool) {
	if len(b) < headerLen || string(b[:4]) != frameMagic || b[4] != 1 || b[5]&^flagSealed != 0 ||
		le.Uint16(b[6:]) != headerLen || le.Uint64(b[offGen:]) != h.Generation ||
		le.Uint64(b[offLSN:]) != lsn || !anySalt && le.Uint64(b[offSalt:]) != h.Salt {
		return f, false
	}
	f.crc = crc32.Update(uuidCRC, castagnoli, b[:offCRC])
	if f.crc != le.Uint32(b[offCRC:]) || !bytes.Equal(b[offZero:offBodyCRC], padding[:offBodyCRC-offZero]) {
		return f, false
	}
	f.length = int64(le.Uint32(b[offLength:]))
	f.keyGen = le.Uint32(b[offKeyGen:])
	f.LSN = lsn
	f.DurableLSN = le.Uint64(b[offDurable:])
	f.FirstSeq = le.Uint64(b[offFirst:])
	f.LastSeq = le.Uint64(b[offLast:])
	f.prev = le.Uint32(b[offPrev:])
	f.bodyCRC = le.Uint32(b[offBodyCRC:])
	f.sealed = b[5]&flagSealed != 0
	if f.length > maxBody || f.sealed && f.length < tagLen || f.DurableLSN > lsn {
		return f, false
	}
	return f, true
}

// size of the whole frame in the file, padding included.
func (f *frameHeader) size() int64 { return padded(headerLen + f.length) }

// payload verifies a whole frame and gives its payload, opened into scratch
// where it is sealed. whole starts at the frame and has f.size() bytes.
func (h *Header) payload(f *frameHeader, whole, scratch []byte) (payload, newScratch []byte, ok bool, err error) {
	if crc32.Checksum(whole[offNonce:], castagnoli) != f.bodyCRC {
		return nil, scratch, false, nil
	}
	body := whole[headerLen : headerLen+f.length]
	if !f.sealed {
		if h.Codec != nil {
			return nil, scratch, false, sqlerr.New(sqlerr.DataCorrupted, "a log frame at LSN %d is not encrypted", f.LSN)
		}
		return body, scratch, true, nil
	}
	if h.Codec == nil {
		return nil, scratch, false, sqlerr.New(sqlerr.InvalidAuthorization, "the log is encrypted and no key was given")
	}
	var additional [16 + offBodyCRC]byte
	copy(additional[:], h.FileUUID[:])
	copy(additional[16:], whole[:offBodyCRC])
	scratch, err = h.Codec.Open(scratch[:0], whole[offNonce:headerLen+f.length], additional[:])
	if err != nil {
		return nil, scratch, false, sqlerr.Wrap(err, sqlerr.DataCorrupted, "a log frame at LSN %d cannot be decrypted", f.LSN)
	}
	return scratch, scratch, true, nil
}
