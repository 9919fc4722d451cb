package wal

import (
	"errors"
	"hash/crc32"
	"io"

	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/vfs"
)

// TailState says how a log ended.
type TailState uint8

const (
	TailClean TailState = iota // nothing of this log behind the last frame
	TailTorn                   // something behind it was discarded
)

// Result of Replay.
type Result struct {
	Header     Header // as found in the file
	Frames     int
	LastLSN    uint64 // of the last frame; 0 without any
	LastSeq    uint64 // of the last frame; 0 without any
	DurableLSN uint64 // the highest that a frame of this log knows of
	Tail       TailState
	EndOffset  int64 // behind the last frame
}

// EndLSN is the position behind the last frame.
func (r *Result) EndLSN() uint64 { return r.Header.StartLSN + uint64(r.EndOffset) }

// readBytes is how much Replay reads at a time.
const readBytes = 1 << 20

// ReadHeader reads the header block of a log file without its frames. ok is
// false where there is no valid one: an empty, torn or foreign file.
func ReadHeader(fs vfs.FS, path string) (h Header, ok bool, err error) {
	file, err := fs.Open(path, vfs.ReadOnly)
	if err != nil {
		return h, false, err
	}
	defer file.Close()
	var block [sector]byte
	n, err := file.ReadAt(block[:], 0)
	if err != nil && err != io.EOF {
		return h, false, ioError(err, "read")
	}
	h, _, ok, err = decodeBlock(block[:n])
	return h, ok, err
}

// errStop ends a replay early.
var errStop = errors.New("stop")

// Peek tells what the first frame of a log knows to be durable of the
// generation before: the DurableLSN to replay that one with. It is 0 where
// there is no frame.
func Peek(fs vfs.FS, path string, h Header) (durableLSN uint64, err error) {
	res, err := Replay(fs, path, h, func(f Frame) error {
		durableLSN = f.DurableLSN
		return errStop
	})
	if err == errStop {
		err = nil
	}
	return min(durableLSN, res.Header.StartLSN), err
}

// Replay calls fn with every frame of the log at path, in order. h names the
// file's UUID and the generation, and the salt and StartLSN where they are
// known (0: whatever the file says). A torn tail is discarded; damage of what
// was durable is DataCorrupted, found before the end but after fn has seen the
// frames before it. A missing file is fs.ErrNotExist; a file of another
// database or generation has no frames.
func Replay(fs vfs.FS, path string, h Header, fn func(f Frame) error) (Result, error) {
	file, err := fs.Open(path, vfs.ReadOnly)
	if err != nil {
		return Result{}, err
	}
	defer file.Close()
	size, err := file.Size()
	if err != nil {
		return Result{}, ioError(err, "read")
	}
	r := reader{file: file, size: size, h: h}
	r.uuidCRC = crc32.Checksum(h.FileUUID[:], castagnoli)
	return r.replay(fn)
}

// reader is a window of a log file that moves forward.
type reader struct {
	file    vfs.File
	size    int64
	h       Header
	uuidCRC uint32

	window []byte
	at     int64 // offset of window[0]

	scratch []byte
}

// bytes gives n bytes at off, or fewer where the file ends. They are valid
// until the next call.
func (r *reader) bytes(off, n int64) ([]byte, error) {
	if n = min(n, r.size-off); n <= 0 {
		return nil, nil
	}
	if off < r.at || off+n > r.at+int64(len(r.window)) {
		want := min(max(n, readBytes), r.size-off)
		if int64(cap(r.window)) < want {
			r.window = make([]byte, want)
		}
		r.window = r.window[:want]
		r.at = off
		got, err := r.file.ReadAt(r.window, off)
		if err != nil && err != io.EOF {
			r.window = r.window[:0]
			return nil, ioError(err, "read")
		}
		// The file may have been cut since its size was taken.
		r.window = r.window[:got]
		n = min(n, int64(got))
	}
	return r.window[off-r.at:][:n], nil
}

// frame reads and verifies the frame at off, apart from its place in the chain.
func (r *reader) frame(off int64, anySalt bool) (f frameHeader, ok bool, err error) {
	lsn := r.h.StartLSN + uint64(off)
	head, err := r.bytes(off, headerLen)
	if err != nil {
		return f, false, err
	}
	if f, ok = r.h.decodeHeader(head, lsn, r.uuidCRC, anySalt); !ok || f.size() > r.size-off {
		return f, false, nil
	}
	whole, err := r.bytes(off, f.size())
	if err != nil || int64(len(whole)) < f.size() {
		return f, false, err
	}
	f.Payload, r.scratch, ok, err = r.h.payload(&f, whole, r.scratch)
	return f, ok, err
}

func (r *reader) replay(fn func(Frame) error) (Result, error) {
	res := Result{Header: r.h, EndOffset: sector}
	block, err := r.bytes(0, sector)
	if err != nil {
		return res, err
	}
	found, prev, ok, err := decodeBlock(block)
	if err != nil {
		return res, err
	}
	if !ok {
		return res, r.tail(&res, 0, true)
	}
	if found.FileUUID != r.h.FileUUID || found.Generation != r.h.Generation ||
		r.h.Salt != 0 && found.Salt != r.h.Salt || r.h.StartLSN != 0 && found.StartLSN != r.h.StartLSN {
		return res, r.foreign()
	}
	r.h.Salt, r.h.StartLSN = found.Salt, found.StartLSN
	res.Header = r.h
	for {
		f, ok, err := r.frame(res.EndOffset, false)
		if err != nil {
			return res, err
		}
		if !ok || f.prev != prev {
			return res, r.tail(&res, res.EndOffset, false)
		}
		if err := fn(f.Frame); err != nil {
			return res, err
		}
		prev = f.crc
		res.Frames++
		res.LastLSN, res.LastSeq = f.LSN, f.LastSeq
		res.DurableLSN = max(res.DurableLSN, f.DurableLSN)
		res.EndOffset += f.size()
	}
}

// foreign judges a file that belongs to another database or generation: it has
// no frames of this log, unless the caller knows that it should.
func (r *reader) foreign() error {
	if r.h.DurableLSN > r.h.StartLSN {
		return r.damaged(r.h.StartLSN)
	}
	return nil
}

func (r *reader) damaged(lsn uint64) error {
	return sqlerr.New(sqlerr.DataCorrupted, "the log of generation %d is damaged at LSN %d, below what was durable",
		r.h.Generation, lsn)
}

// tail judges what stands at off, where no frame continues the log: a torn
// tail, or damage where somebody knows that it was durable (invariant 3). With
// lost, the header block is not readable, and with it salt and start.
func (r *reader) tail(res *Result, off int64, lost bool) error {
	if r.h.DurableLSN > r.h.StartLSN+uint64(off) {
		return r.damaged(r.h.StartLSN + uint64(off))
	}
	for at := max(off, sector); at < r.size; at += sector {
		head, err := r.bytes(at, headerLen)
		if err != nil {
			return err
		}
		start := r.h.StartLSN
		if lost && start == 0 && len(head) == headerLen {
			start = le.Uint64(head[offLSN:]) - uint64(at)
		}
		f, ok := r.h.decodeHeader(head, start+uint64(at), r.uuidCRC, lost)
		if !ok {
			continue
		}
		res.Tail = TailTorn
		bad := start + uint64(off)
		if f.DurableLSN <= bad || f.size() > r.size-at {
			continue
		}
		whole, err := r.bytes(at, f.size())
		if err != nil {
			return err
		}
		if int64(len(whole)) == f.size() && crc32.Checksum(whole[offNonce:], castagnoli) == f.bodyCRC {
			return r.damaged(bad)
		}
	}
	return nil
}
