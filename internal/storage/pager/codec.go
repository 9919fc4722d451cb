package pager

import (
	"crypto/sha256"
	"hash/crc32"

	"github.com/zqlite/zqlite/internal/sqlerr"
)

const (
	nonceBytes = 24
	tagBytes   = 16
	// maxKeyArea bounds what a file keeps for its Codec.
	maxKeyArea = 1024
)

// Sealer encrypts and authenticates; it is for many goroutines.
type Sealer interface {
	// Seal appends to dst a nonce of 24 bytes, the ciphertext, as long as
	// plain, and a tag of 16 bytes; additional is authenticated with it.
	Seal(dst, plain, additional []byte) ([]byte, error)
	// Open appends to dst the plain text of what Seal appended. Bytes 28–31 of
	// additional (little endian) name the generation of its key.
	Open(dst, sealed, additional []byte) ([]byte, error)
	// KeyGeneration names the key that Seal uses.
	KeyGeneration() uint32
}

// Keys are the sealers of one database.
type Keys struct {
	// Area is what the file keeps in the clear to find the keys again: salts,
	// parameters, wrapped keys; at most 1,024 bytes.
	Area []byte
	// Pages, Log and Files (side files and what is spilled) seal with keys of
	// their own.
	Pages, Log, Files Sealer
}

// Codec finds the keys of a database.
type Codec interface {
	// Keys is called once an opening: with the area that the file keeps, or
	// nil while it is being created.
	Keys(uuid [16]byte, area []byte) (*Keys, error)
}

var (
	errEncrypted = sqlerr.New(sqlerr.InvalidAuthorization, "the database is encrypted and no key was given")
	errPlain     = sqlerr.New(sqlerr.InvalidAuthorization, "a key was given, but the database is not encrypted")
)

// additional is what a page's seal covers beside its content: the UUID and the
// header up to the nonce, without the checksum, which is made later.
func (p *File) additional(head []byte) (a [16 + offNonce]byte) {
	copy(a[:], p.UUID[:])
	copy(a[20:], head[4:offNonce])
	return a
}

// finish completes the page in b, whose content is plain, and gives what a
// parent keeps of it.
func (p *File) finish(b []byte, id uint64, kind uint8, birth uint64, plain []byte) (crc uint32, tag [tagBytes]byte, err error) {
	clear(b[:pageHeader])
	b[offType] = kind
	le.PutUint64(b[offID:], id)
	le.PutUint64(b[offBirth:], birth)
	if s := p.sealer(); s == nil {
		copy(b[pageHeader:], plain)
		clear(b[p.pageSize-tagBytes:])
	} else {
		b[offFlags] = flagSealed
		le.PutUint32(b[offKeyGen:], s.KeyGeneration())
		a := p.additional(b)
		out, err := s.Seal(b[:offNonce], plain, a[:])
		if err != nil {
			return 0, tag, err
		}
		if len(out) != p.pageSize || &out[0] != &b[0] {
			return 0, tag, sqlerr.New(sqlerr.InternalError, "the codec sealed a page of %d bytes into %d", len(plain), len(out))
		}
		copy(tag[:], b[p.pageSize-tagBytes:])
	}
	crc = crc32.Update(p.uuidCRC, castagnoli, b[4:])
	le.PutUint32(b, crc)
	return crc, tag, nil
}

// content gives what is in a page that was verified: a part of b, or in memory
// of its own where it was sealed.
func (p *File) content(b []byte) ([]byte, error) {
	s := p.sealer()
	if s == nil {
		if b[offFlags] != 0 {
			return nil, damaged("page %d is sealed in a file that is not encrypted", le.Uint64(b[offID:]))
		}
		return b[pageHeader : p.pageSize-tagBytes], nil
	}
	if b[offFlags] != flagSealed {
		return nil, damaged("page %d is not sealed in an encrypted file", le.Uint64(b[offID:]))
	}
	a := p.additional(b)
	out, err := s.Open(make([]byte, 0, p.Room()), b[offNonce:], a[:])
	if err != nil || len(out) != p.Room() {
		return nil, sqlerr.Wrap(err, sqlerr.DataCorrupted, "page %d cannot be decrypted", le.Uint64(b[offID:]))
	}
	return out, nil
}

func (p *File) sealer() Sealer {
	if p.keys == nil {
		return nil
	}
	return p.keys.Pages
}

// Keys are those of an encrypted file, else nil.
func (p *File) Keys() *Keys { return p.keys }

// findKeys asks the codec for the keys of a file that has area (nil: new).
func (p *File) findKeys(c Codec, area []byte) error {
	k, err := c.Keys(p.UUID, area)
	if err != nil {
		return err
	}
	if len(k.Area) > maxKeyArea {
		return sqlerr.New(sqlerr.InvalidParameterValue, "a key area of %d bytes exceeds the maximum of %d", len(k.Area), maxKeyArea)
	}
	p.keys = k
	return nil
}

// chain sums up the pages of a blob.
type chain struct {
	crc  uint32
	tags []byte
}

func (c *chain) add(crc uint32, tag []byte, sealed bool) {
	c.crc = crc32.Update(c.crc, castagnoli, le.AppendUint32(nil, crc))
	if sealed {
		c.tags = append(c.tags, tag...)
	}
}

func (c *chain) tag() (t [tagBytes]byte) {
	if len(c.tags) > 0 {
		sum := sha256.Sum256(c.tags)
		copy(t[:], sum[:])
	}
	return t
}
