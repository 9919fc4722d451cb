package storage

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/vfs"
)

// A transaction whose operations are too large for a frame puts them into a
// side file, synced before the frame that names it is written (invariant 4):
// path-side.N, N unique among the files there are. It is a chunk file of
// operations; the frame has the number, the size, a salt, and checksum and tag
// over those of the chunks.

// sideBytes is the size of operations from which they go to a side file.
const sideBytes = 256 << 20

func (s *Store) sideName(n uint64) string { return s.path + "-side." + strconv.FormatUint(n, 10) }

// writeSide moves the operations of an encoded record into a side file.
func (s *Store) writeSide(w *recordWriter, from int) error {
	ops := w.buf[from:]
	n := s.nextSide.Add(1)
	name := s.sideName(n)
	f, err := s.fs.Open(name, vfs.Create|vfs.Exclusive)
	var ref sideRef
	if err == nil {
		c := s.chunkFile(f, purposeSide, n, rand.Uint64())
		err = c.append(ops)
		if err == nil {
			err = f.Sync()
		}
		err = errors.Join(err, f.Close())
		ref = c.ref()
	}
	if err == nil {
		err = s.fs.SyncDir(filepath.Dir(s.path))
	}
	if err != nil {
		return sqlerr.Wrap(err, sqlerr.IOError, "could not write a side file: %s", err.Error())
	}
	w.side = ops
	w.buf = append(append([]byte(nil), w.buf[:from]...), opSide)
	w.bytes(ref.encode())
	return nil
}

// sideRef is how a frame names a side file.
type sideRef struct {
	number, size, salt uint64
	crc                uint32
	tag                [16]byte
}

const sideRefBytes = 44

func (c *chunkFile) ref() sideRef {
	return sideRef{number: binary.LittleEndian.Uint64(c.identity[32:]), salt: binary.LittleEndian.Uint64(c.identity[40:]),
		size: uint64(c.at), crc: c.crc, tag: c.tag()}
}

func (r *sideRef) encode() []byte {
	b := binary.LittleEndian.AppendUint64(nil, r.number)
	b = binary.LittleEndian.AppendUint64(b, r.size)
	b = binary.LittleEndian.AppendUint64(b, r.salt)
	b = binary.LittleEndian.AppendUint32(b, r.crc)
	return append(b, r.tag[:]...)
}

func decodeSideRef(b []byte) (r sideRef, err error) {
	if len(b) != sideRefBytes {
		return r, errRecord
	}
	return sideRef{number: binary.LittleEndian.Uint64(b), size: binary.LittleEndian.Uint64(b[8:]),
		salt: binary.LittleEndian.Uint64(b[16:]), crc: binary.LittleEndian.Uint32(b[24:]), tag: [16]byte(b[28:44])}, nil
}

// eachSideChunk calls fn with the contents of a side file, in order.
func (s *Store) eachSideChunk(ref sideRef, fn func(at int64, place uint64, content []byte) error) error {
	name := s.sideName(ref.number)
	f, err := s.fs.Open(name, vfs.ReadOnly)
	if err != nil {
		return sqlerr.Wrap(err, sqlerr.DataCorrupted, "the side file %s is missing", filepath.Base(name))
	}
	defer f.Close()
	have, err := f.Size()
	if err != nil || uint64(have) != ref.size {
		return sqlerr.New(sqlerr.DataCorrupted, "the side file %s has %d bytes, not %d", filepath.Base(name), have, ref.size)
	}
	c := s.chunkFile(f, purposeSide, ref.number, ref.salt)
	var buf, content []byte
	for at, place := int64(0), uint64(0); at < have; place++ {
		var next int64
		if content, buf, next, err = c.read(at, place, have, buf); err != nil {
			return err
		}
		c.crc = crc32.Update(c.crc, castagnoli, buf[8:12])
		if c.sealer != nil {
			c.tags.Write(buf[len(buf)-16:])
		}
		if err := fn(at, place, content); err != nil {
			return err
		}
		at = next
	}
	if c.crc != ref.crc || c.tag() != ref.tag {
		return sqlerr.New(sqlerr.DataCorrupted, "the side file %s is not the one that the log names", filepath.Base(name))
	}
	return nil
}

// readSide gives the operations that a frame refers to.
func (s *Store) readSide(ref []byte) (ops []byte, number uint64, err error) {
	r, err := decodeSideRef(ref)
	if err != nil {
		return nil, 0, err
	}
	err = s.eachSideChunk(r, func(_ int64, _ uint64, content []byte) error {
		ops = append(ops, content...)
		return nil
	})
	return ops, r.number, err
}

// sideFiles lists the numbers of the side files there are.
func (s *Store) sideFiles() ([]uint64, error) {
	names, err := s.fs.List(filepath.Dir(s.path))
	if err != nil {
		return nil, sqlerr.Wrap(err, sqlerr.IOError, "could not list the side files: %s", err.Error())
	}
	prefix := filepath.Base(s.path) + "-side."
	var out []uint64
	for _, n := range names {
		if rest, ok := strings.CutPrefix(n, prefix); ok {
			if g, err := strconv.ParseUint(rest, 10, 64); err == nil {
				out = append(out, g)
			}
		}
	}
	return out, nil
}

// removeSides removes side files whose generation both metas include, or that
// no frame names.
func (s *Store) removeSides(numbers []uint64) error {
	var failed error
	for _, n := range numbers {
		if err := s.fs.Remove(s.sideName(n)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			failed = errors.Join(failed, sqlerr.Wrap(err, sqlerr.IOError, "could not remove a side file: %s", err.Error()))
		}
	}
	return failed
}
