package wal

import (
	"bytes"
	"crypto/rand"
	"errors"
	"hash/crc32"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/vfs"
)

const (
	// directBytes is the payload size from which a payload is written from the
	// caller's memory rather than copied into the frame buffer.
	directBytes = 256 << 10
	// bufferBytes is how much a buffered log holds back before it writes.
	bufferBytes = 1 << 20
	// keepBytes is the largest buffer that is kept for the next frame.
	keepBytes = 4 << 20
)

// Log is a log that is being written. Append is for one goroutine at a time
// (the leader); Sync, Flush and the readers of positions may run beside it.
type Log struct {
	file    vfs.File
	header  Header
	uuidCRC uint32
	prealloc,
	allocated int64

	mu       sync.Mutex // guards what follows, up to the atomics
	buf      []byte     // the frame, or frames held back
	at       int64      // offset of buf[0]
	prev     uint32
	buffered bool
	aad      [16 + offBodyCRC]byte

	end     atomic.Int64  // offset behind the last frame
	durable atomic.Uint64 // LSN below which all is synced
	poison  atomic.Pointer[error]
	syncMu  sync.Mutex
}

// Create begins a generation in a new file, or over the content of an old one
// (whose frames no longer count), and makes its header and name durable.
// preallocBytes is the step in which the file grows, written with zeros.
func Create(fs vfs.FS, path string, h Header, preallocBytes int64) (*Log, error) {
	for h.Salt == 0 {
		var b [8]byte
		rand.Read(b[:]) // never fails
		h.Salt = le.Uint64(b[:])
	}
	file, err := fs.Open(path, vfs.Create)
	if err != nil {
		return nil, ioError(err, "create")
	}
	l := &Log{file: file, header: h, prealloc: preallocBytes, buf: make([]byte, 0, 4096), at: sector}
	l.uuidCRC = crc32.Checksum(h.FileUUID[:], castagnoli)
	copy(l.aad[:], h.FileUUID[:])
	if err := l.begin(fs, filepath.Dir(path)); err != nil {
		file.Close()
		return nil, ioError(err, "create")
	}
	l.end.Store(sector)
	l.durable.Store(h.StartLSN + sector)
	return l, nil
}

func (l *Log) begin(fs vfs.FS, dir string) error {
	size, err := l.file.Size()
	if err != nil {
		return err
	}
	l.allocated = size
	var block [sector]byte
	l.prev = l.header.encodeBlock(block[:])
	if _, err := l.file.WriteAt(block[:], 0); err != nil {
		return err
	}
	if err := l.reserve(sector); err != nil {
		return err
	}
	if err := l.file.Sync(); err != nil {
		return err
	}
	return fs.SyncDir(dir)
}

// reserve sees to it that the file is written with zeros up to end. It fails
// where the disk is full; other errors are left to the write of the frame.
func (l *Log) reserve(end int64) error {
	if end <= l.allocated || l.prealloc <= 0 {
		return nil
	}
	size := (end + l.prealloc - 1) / l.prealloc * l.prealloc
	if l.file.Allocate(size) == nil {
		l.allocated = size
		return nil
	}
	// Where there is no room for so many zeros there may yet be for the frame.
	if err := l.file.Allocate(end); errors.Is(err, syscall.ENOSPC) {
		return ioError(err, "extend")
	}
	l.allocated = end
	return nil
}

// Append writes a frame, whose payload is the pieces one behind the other, and
// returns its LSN. The frame is in the hands of the
// operating system when it returns (or in the buffer, after SetBuffered). An
// error poisons the log; whether the frame survives is then unknown. Only
// where the disk has no room for the frame (SQLSTATE 53100, Err is nil) nothing
// of it was written, and the log can be used further.
func (l *Log) Append(firstSeq, lastSeq uint64, pieces ...[]byte) (lsn uint64, err error) {
	if p := l.poison.Load(); p != nil {
		return 0, *p
	}
	size := 0
	for _, p := range pieces {
		size += len(p)
	}
	if size > MaxPayload {
		return 0, sqlerr.New(sqlerr.ProgramLimitExceeded, "a log frame of %d bytes exceeds the limit of %d", size, MaxPayload)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.reserve(l.at + int64(len(l.buf)) + padded(int64(headerLen+tagLen+size))); err != nil {
		return 0, err
	}
	start := l.end.Load()
	lsn = l.header.StartLSN + uint64(start)
	if size >= directBytes && l.header.Codec == nil {
		if err := l.flush(); err != nil {
			return 0, err
		}
		if len(pieces) == 1 {
			return lsn, l.appendDirect(lsn, firstSeq, lastSeq, pieces[0])
		}
		return lsn, l.appendStream(lsn, firstSeq, lastSeq, pieces, size)
	}
	if err := l.encode(lsn, firstSeq, lastSeq, pieces, size); err != nil {
		return 0, l.fail(err, "write")
	}
	l.end.Store(l.at + int64(len(l.buf)))
	if !l.buffered || len(l.buf) >= bufferBytes {
		if err := l.flush(); err != nil {
			return 0, err
		}
	}
	return lsn, nil
}

// encode appends a whole frame to buf.
func (l *Log) encode(lsn, firstSeq, lastSeq uint64, pieces [][]byte, body int) error {
	from := len(l.buf)
	b := append(l.buf, padding[:headerLen]...)
	if c := l.header.Codec; c != nil {
		body += tagLen
		l.fill(b[from:], lsn, firstSeq, lastSeq, body)
		copy(l.aad[16:], b[from:from+offBodyCRC])
		var err error
		payload := bytes.Join(pieces, nil)
		if b, err = c.Seal(b[:from+offNonce], payload, l.aad[:]); err != nil {
			return err
		}
		if len(b) != from+headerLen+body {
			return sqlerr.New(sqlerr.InternalError, "the codec sealed %d bytes into %d", len(payload), len(b)-from-offNonce)
		}
	} else {
		for _, p := range pieces {
			b = append(b, p...)
		}
		l.fill(b[from:], lsn, firstSeq, lastSeq, body)
	}
	b = append(b, padding[:padded(int64(len(b)))-int64(len(b))]...)
	l.finish(b[from:], crc32.Checksum(b[from+offNonce:], castagnoli))
	l.buf = b
	return nil
}

// fill sets the fields of a frame header that are known before its body is.
func (l *Log) fill(b []byte, lsn, firstSeq, lastSeq uint64, body int) {
	copy(b, frameMagic)
	b[4] = 1
	if c := l.header.Codec; c != nil {
		b[5] = flagSealed
		le.PutUint32(b[offKeyGen:], c.KeyGeneration())
	}
	le.PutUint16(b[6:], headerLen)
	le.PutUint32(b[offLength:], uint32(body))
	le.PutUint64(b[offGen:], l.header.Generation)
	le.PutUint64(b[offSalt:], l.header.Salt)
	le.PutUint64(b[offLSN:], lsn)
	le.PutUint64(b[offDurable:], l.durable.Load())
	le.PutUint64(b[offFirst:], firstSeq)
	le.PutUint64(b[offLast:], lastSeq)
	le.PutUint32(b[offPrev:], l.prev)
}

// finish sets the checksums; the next frame continues the chain from here.
func (l *Log) finish(b []byte, bodyCRC uint32) {
	le.PutUint32(b[offBodyCRC:], bodyCRC)
	l.prev = crc32.Update(l.uuidCRC, castagnoli, b[:offCRC])
	le.PutUint32(b[offCRC:], l.prev)
}

// appendDirect writes a large frame in three pieces, the middle one from the
// caller's memory. buf is empty.
func (l *Log) appendDirect(lsn, firstSeq, lastSeq uint64, payload []byte) error {
	const inFirst = sector - headerLen
	inMiddle := (len(payload) - inFirst) &^ (sector - 1)
	b := append(l.buf[:0], padding[:headerLen]...)
	b = append(b, payload[:inFirst]...)
	last := payload[inFirst+inMiddle:]
	if len(last) > 0 {
		b = append(append(b, last...), padding[:sector-len(last)]...)
	}
	l.fill(b, lsn, firstSeq, lastSeq, len(payload))
	crc := crc32.Checksum(b[offNonce:sector], castagnoli)
	crc = crc32.Update(crc, castagnoli, payload[inFirst:inFirst+inMiddle])
	crc = crc32.Update(crc, castagnoli, b[sector:])
	l.finish(b, crc)
	size := padded(headerLen + int64(len(payload)))
	_, err := l.file.WriteAt(b[:sector], l.at)
	if err == nil {
		_, err = l.file.WriteAt(payload[inFirst:inFirst+inMiddle], l.at+sector)
	}
	if err == nil && len(last) > 0 {
		_, err = l.file.WriteAt(b[sector:], l.at+sector+int64(inMiddle))
	}
	if err != nil {
		return l.fail(err, "write")
	}
	l.at += size
	l.end.Store(l.at)
	return nil
}

// appendStream writes a large frame of several pieces through buf, which is
// empty, the first sector with the header last.
func (l *Log) appendStream(lsn, firstSeq, lastSeq uint64, pieces [][]byte, size int) error {
	b := slices.Grow(l.buf[:0], directBytes)[:directBytes]
	l.buf = b[:0]
	clear(b[:headerLen])
	var first [sector]byte
	n, at, crc := headerLen, l.at, uint32(0)
	// write writes the whole sectors gathered so far, the first one apart.
	write := func(whole int) error {
		from := 0
		if at == l.at {
			copy(first[:], b)
			from = sector
			crc = crc32.Checksum(b[offNonce:whole], castagnoli)
		} else {
			crc = crc32.Update(crc, castagnoli, b[:whole])
		}
		if whole > from {
			if _, err := l.file.WriteAt(b[from:whole], at+int64(from)); err != nil {
				return l.fail(err, "write")
			}
		}
		at += int64(whole)
		n = copy(b, b[whole:n])
		return nil
	}
	for _, p := range pieces {
		for len(p) > 0 {
			k := copy(b[n:], p)
			p = p[k:]
			if n += k; n == len(b) {
				if err := write(n); err != nil {
					return err
				}
			}
		}
	}
	if n > 0 {
		whole := int(padded(int64(n)))
		clear(b[n:whole])
		if n = whole; n > 0 {
			if err := write(whole); err != nil {
				return err
			}
		}
	}
	l.fill(first[:], lsn, firstSeq, lastSeq, size)
	l.finish(first[:], crc)
	if _, err := l.file.WriteAt(first[:], l.at); err != nil {
		return l.fail(err, "write")
	}
	l.at = at
	l.end.Store(l.at)
	return nil
}

// flush writes buf; the caller holds mu.
func (l *Log) flush() error {
	if len(l.buf) == 0 {
		return nil
	}
	if _, err := l.file.WriteAt(l.buf, l.at); err != nil {
		return l.fail(err, "write")
	}
	l.at += int64(len(l.buf))
	if l.buf = l.buf[:0]; cap(l.buf) > keepBytes {
		l.buf = make([]byte, 0, 4096)
	}
	return nil
}

// Flush hands what is held back to the operating system.
func (l *Log) Flush() error {
	if p := l.poison.Load(); p != nil {
		return *p
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.flush()
}

// SetBuffered says whether Append may hold frames back, at most about 1 MiB of
// them, until Flush, Sync or Close.
func (l *Log) SetBuffered(on bool) error {
	l.mu.Lock()
	l.buffered = on
	l.mu.Unlock()
	if on {
		return nil
	}
	return l.Flush()
}

// Sync makes every frame appended before the call durable.
func (l *Log) Sync() error {
	l.syncMu.Lock()
	defer l.syncMu.Unlock()
	if p := l.poison.Load(); p != nil {
		return *p
	}
	l.mu.Lock()
	err := l.flush()
	end := l.EndLSN()
	l.mu.Unlock()
	if err != nil {
		return err
	}
	if l.durable.Load() >= end {
		return nil
	}
	if err := l.file.Sync(); err != nil {
		return l.fail(err, "sync")
	}
	l.durable.Store(end)
	return nil
}

// Size is the length of the log in bytes, without what is preallocated.
func (l *Log) Size() int64 { return l.end.Load() }

// EndLSN is the position behind the last frame, where the next generation starts.
func (l *Log) EndLSN() uint64 { return l.header.StartLSN + uint64(l.end.Load()) }

// DurableLSN is the position below which everything is synced.
func (l *Log) DurableLSN() uint64 { return l.durable.Load() }

// Header gives what the log was created with, the salt filled in.
func (l *Log) Header() Header { return l.header }

// Err is the error that poisoned the log, or nil.
func (l *Log) Err() error {
	if p := l.poison.Load(); p != nil {
		return *p
	}
	return nil
}

var errClosed = sqlerr.New(sqlerr.ConnectionDoesNotExist, "the log is closed")

// Close writes what is held back and closes the file, without a sync.
func (l *Log) Close() error {
	l.syncMu.Lock()
	defer l.syncMu.Unlock()
	l.mu.Lock()
	defer l.mu.Unlock()
	var err error
	if p := l.poison.Load(); p == nil {
		err = l.flush()
	} else if *p == error(errClosed) {
		return nil
	}
	closed := error(errClosed)
	l.poison.CompareAndSwap(nil, &closed)
	if closeErr := l.file.Close(); err == nil && closeErr != nil {
		err = ioError(closeErr, "close")
	}
	return err
}

// fail poisons the log; the first error stays (invariant 5).
func (l *Log) fail(err error, what string) error {
	wrapped := ioError(err, what)
	l.poison.CompareAndSwap(nil, &wrapped)
	return *l.poison.Load()
}

func ioError(err error, what string) error {
	var known *sqlerr.Error
	if errors.As(err, &known) {
		return err
	}
	code := sqlerr.IOError
	if errors.Is(err, syscall.ENOSPC) {
		code = sqlerr.DiskFull
	}
	return sqlerr.Wrap(err, code, "could not %s the log: %s", what, err.Error())
}
