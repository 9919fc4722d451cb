package storage

import (
	"encoding/binary"
	"errors"
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/vfs"
)

// A transaction that writes much puts its rows into a side file, synced before
// the frame that names it is written (invariant 4): path-side.N, N unique among
// the files there are. It is a chunk file; the rows of each tree, in key order,
// are a run of whole chunks, and become a layer of the tree as they lie there.
// The record names each run by its place, a salt, and checksum and tag over
// those of its chunks.

// sideFile is an open side file. It stays open, and there, until no reader can
// have a state whose layers lie in it.
type sideFile struct {
	number uint64
	f      vfs.File
	c      *chunkFile
}

func (s *Store) sideName(n uint64) string { return s.path + "-side." + strconv.FormatUint(n, 10) }

// sideError wraps what failed while a side file was written; nil stays nil.
func sideError(err error) error {
	if err == nil {
		return nil
	}
	return sqlerr.Wrap(err, sqlerr.IOError, "could not write a side file: %s", err.Error())
}

func (s *Store) createSide() (*sideFile, error) {
	n := s.nextSide.Add(1)
	f, err := s.fs.Open(s.sideName(n), vfs.Create|vfs.Exclusive)
	if err != nil {
		return nil, sideError(err)
	}
	return &sideFile{number: n, f: f, c: s.chunkFile(f, purposeSide, n, rand.Uint64())}, nil
}

// syncSide makes a side file and its name durable.
func (s *Store) syncSide(side *sideFile) error {
	err := side.f.Sync()
	if err == nil {
		err = s.fs.SyncDir(filepath.Dir(s.path))
	}
	return sideError(err)
}

// openSide opens the side file that a record names.
func (s *Store) openSide(ref *sideRef) (*sideFile, error) {
	f, err := s.fs.Open(s.sideName(ref.number), vfs.ReadOnly)
	if err != nil {
		return nil, sqlerr.Wrap(err, sqlerr.DataCorrupted, "the side file %d is missing", ref.number)
	}
	return &sideFile{number: ref.number, f: f, c: s.chunkFile(f, purposeSide, ref.number, ref.salt)}, nil
}

// sideRef is how a record names a run in a side file.
type sideRef struct {
	number, salt uint64
	at, end      uint64 // bytes
	place        uint64 // of its first chunk
	rows         uint64
	crc          uint32
	tag          [16]byte
}

const sideRefBytes = 6*8 + 4 + 16

// ref names the run that was written last, which begins at a place.
func (f *sideFile) ref(r *run, at int64, place uint64) sideRef {
	return sideRef{number: f.number, salt: binary.LittleEndian.Uint64(f.c.identity[40:]), at: uint64(at), end: uint64(r.end),
		place: place, rows: uint64(r.count), crc: f.c.crc, tag: f.c.tag()}
}

func (r *sideRef) encode() []byte {
	b := make([]byte, 0, sideRefBytes)
	for _, v := range [...]uint64{r.number, r.salt, r.at, r.end, r.place, r.rows} {
		b = binary.LittleEndian.AppendUint64(b, v)
	}
	b = binary.LittleEndian.AppendUint32(b, r.crc)
	return append(b, r.tag[:]...)
}

func decodeSideRef(b []byte) (r sideRef, err error) {
	if len(b) != sideRefBytes {
		return r, errRecord
	}
	for i, p := range [...]*uint64{&r.number, &r.salt, &r.at, &r.end, &r.place, &r.rows} {
		*p = binary.LittleEndian.Uint64(b[8*i:])
	}
	r.crc, r.tag = binary.LittleEndian.Uint32(b[48:]), [16]byte(b[52:])
	if r.at > r.end || r.end > 1<<62 || r.rows > r.end-r.at {
		return r, errRecord
	}
	return r, nil
}

func errSide(ref *sideRef) error {
	return sqlerr.New(sqlerr.DataCorrupted, "the side file %d is not the one that the log names", ref.number)
}

// replaySide opens the run that a replayed record names.
func (s *Store) replaySide(g *generation, name []byte) (*run, error) {
	ref, err := decodeSideRef(name)
	if err != nil {
		return nil, err
	}
	var side *sideFile
	for _, f := range g.sides {
		if f.number == ref.number {
			side = f
		}
	}
	if side == nil {
		if side, err = s.openSide(&ref); err != nil {
			return nil, err
		}
		g.sides = append(g.sides, side)
	}
	if size, err := side.f.Size(); err != nil || uint64(size) < ref.end {
		return nil, errSide(&ref)
	}
	return readRun(side.c, &ref)
}

// discardSide gives up the side file of a commit that failed with err, and
// gives the error to report. A frame that may be in the log may name it.
func (t *Tx) discardSide(err error) error {
	side := t.w.side
	t.w.side = nil
	if t.s.poisonCause.Load() != nil {
		return errors.Join(err, side.f.Close())
	}
	if gone := t.s.dropSides([]*sideFile{side}); gone != nil && err == nil {
		return gone
	}
	return err
}

// dropSides closes and removes side files that nobody reads any more and that
// no frame names, or whose generation both metas include.
func (s *Store) dropSides(sides []*sideFile) error {
	var failed error
	for _, f := range sides {
		failed = errors.Join(failed, f.f.Close(), s.removeSides([]uint64{f.number}))
	}
	return failed
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
