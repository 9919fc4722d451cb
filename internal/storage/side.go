package storage

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/vfs"
)

// A transaction whose operations are too large for a frame puts them into a
// side file, synced before the frame that names it is written (invariant 4):
// path-side.N, N unique among the files there are. Its content is the
// operations alone; the frame has its length and CRC-32C.

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// sideBytes is the size of operations from which they go to a side file.
const sideBytes = 256 << 20

func (s *Store) sideName(n uint64) string { return s.path + "-side." + strconv.FormatUint(n, 10) }

// writeSide moves the operations of an encoded record into a side file.
func (s *Store) writeSide(w *recordWriter, from int) error {
	ops := w.buf[from:]
	n := s.nextSide.Add(1)
	name := s.sideName(n)
	f, err := s.fs.Open(name, vfs.Create|vfs.Exclusive)
	if err == nil {
		_, err = f.WriteAt(ops, 0)
		if err == nil {
			err = f.Sync()
		}
		err = errors.Join(err, f.Close())
	}
	if err == nil {
		err = s.fs.SyncDir(filepath.Dir(s.path))
	}
	if err != nil {
		return sqlerr.Wrap(err, sqlerr.IOError, "could not write a side file: %s", err.Error())
	}
	var ref [20]byte
	binary.LittleEndian.PutUint64(ref[:], n)
	binary.LittleEndian.PutUint64(ref[8:], uint64(len(ops)))
	binary.LittleEndian.PutUint32(ref[16:], crc32.Checksum(ops, castagnoli))
	w.side = ops
	w.buf = append(append([]byte(nil), w.buf[:from]...), opSide)
	w.bytes(ref[:])
	return nil
}

// readSide gives the operations that a frame refers to.
func (s *Store) readSide(ref []byte) ([]byte, error) {
	if len(ref) != 20 {
		return nil, errRecord
	}
	n, size := binary.LittleEndian.Uint64(ref), binary.LittleEndian.Uint64(ref[8:])
	name := s.sideName(n)
	f, err := s.fs.Open(name, vfs.ReadOnly)
	if err != nil {
		return nil, sqlerr.Wrap(err, sqlerr.DataCorrupted, "the side file %s is missing", filepath.Base(name))
	}
	defer f.Close()
	have, err := f.Size()
	if err != nil || uint64(have) != size {
		return nil, sqlerr.New(sqlerr.DataCorrupted, "the side file %s has %d bytes, not %d", filepath.Base(name), have, size)
	}
	ops := make([]byte, size)
	if _, err := f.ReadAt(ops, 0); err != nil && err != io.EOF {
		return nil, sqlerr.Wrap(err, sqlerr.IOError, "could not read the side file: %s", err.Error())
	}
	if crc32.Checksum(ops, castagnoli) != binary.LittleEndian.Uint32(ref[16:]) {
		return nil, sqlerr.New(sqlerr.DataCorrupted, "the side file %s is damaged", filepath.Base(name))
	}
	return ops, nil
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
