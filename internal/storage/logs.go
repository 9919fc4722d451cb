package storage

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage/wal"
	"github.com/zqlite/zqlite/internal/vfs"
)

const (
	// normalDelay keeps SyncNormal's promise of 200 ms with room for the sync.
	normalDelay = 150 * time.Millisecond
	offDelay    = 800 * time.Millisecond
	// maxFrame bounds what a batch writes at once; one record may be larger.
	maxFrame = 64 << 20
)

// logs are the log files of a store, one per generation: path-wal.N.
type logs struct {
	fs    vfs.FS
	path  string
	uuid  [16]byte
	spare string   // an old file whose space the next generation takes over
	old   []oldLog // merged, but one meta may still need them
	dirty atomic.Bool
	grow  int64 // bytes by which a file grows ahead
	codec wal.Codec
	kick  chan struct{}
	stop  chan struct{}
	done  chan struct{}
}

type oldLog struct {
	path  string
	sides []*sideFile
	epoch uint64 // of the first checkpoint that holds the generation
	log   *wal.Log
}

func (l *logs) name(gen uint64) string { return l.path + "-wal." + strconv.FormatUint(gen, 10) }

// found lists the generations that have a log file, ascending.
func (l *logs) found() ([]uint64, error) {
	names, err := l.fs.List(filepath.Dir(l.path))
	if err != nil {
		return nil, sqlerr.Wrap(err, sqlerr.IOError, "could not list the log files: %s", err.Error())
	}
	prefix := filepath.Base(l.path) + "-wal."
	var gens []uint64
	for _, n := range names {
		if rest, ok := strings.CutPrefix(n, prefix); ok {
			if g, err := strconv.ParseUint(rest, 10, 64); err == nil {
				gens = append(gens, g)
			}
		}
	}
	slices.Sort(gens)
	return gens, nil
}

// create begins the log of a generation, in the space of a spare file if there
// is one.
func (l *logs) create(gen, startLSN uint64, m SyncMode) (*wal.Log, error) {
	name := l.name(gen)
	if l.spare != "" {
		if err := l.fs.Rename(l.spare, name); err != nil {
			return nil, sqlerr.Wrap(err, sqlerr.IOError, "could not reuse a log file: %s", err.Error())
		}
		l.spare = ""
	}
	log, err := wal.Create(l.fs, name, wal.Header{FileUUID: l.uuid, Generation: gen, StartLSN: startLSN, Codec: l.codec}, l.grow)
	if err != nil {
		return nil, err
	}
	return log, log.SetBuffered(m == SyncOff)
}

// writeFrame appends one frame as the sync mode asks (invariant 5).
func (s *Store) writeFrame(g *generation, payload [][]byte, first, last uint64) error {
	if g.log == nil {
		return nil
	}
	if _, err := g.log.Append(first, last, payload...); err != nil {
		return err
	}
	if s.SyncMode() == SyncFull {
		return g.log.Sync()
	}
	if s.logs.dirty.CompareAndSwap(false, true) {
		select {
		case s.logs.kick <- struct{}{}:
		default:
		}
	}
	return nil
}

// flusher keeps the promises of SyncNormal and SyncOff.
func (s *Store) flusher() {
	defer close(s.logs.done)
	for {
		select {
		case <-s.logs.stop:
			return
		case <-s.logs.kick:
		}
		delay := normalDelay
		if s.SyncMode() == SyncOff {
			delay = offDelay
		}
		t := time.NewTimer(delay)
		select {
		case <-s.logs.stop:
			t.Stop()
			return
		case <-t.C:
		}
		s.logs.dirty.Store(false)
		s.flushLog()
	}
}

func (s *Store) flushLog() {
	log := s.state.Load().gen.log
	if log == nil {
		return
	}
	var err error
	if s.SyncMode() == SyncOff {
		err = log.Flush()
	} else {
		err = log.Sync()
	}
	// A log that was rotated away meanwhile was synced by the rotation.
	if err != nil && s.state.Load().gen.log == log {
		s.poison(err)
	}
}

// rotateLog syncs the log of a generation and begins the next (invariant 10).
func (s *Store) rotateLog(old *generation) (*wal.Log, error) {
	if old.log == nil {
		return nil, nil
	}
	if err := old.log.Sync(); err != nil {
		return nil, err
	}
	return s.logs.create(old.id+1, old.log.EndLSN(), s.SyncMode())
}

func (l *logs) setMode(m SyncMode, g *generation) error {
	if g.log == nil {
		return nil
	}
	if err := g.log.SetBuffered(m == SyncOff); err != nil {
		return err
	}
	if m == SyncFull {
		return g.log.Sync()
	}
	return nil
}

// recycleLogs puts the logs of merged generations aside and gives up those
// that both durable metas include (invariant 12). Under ckpt.running.
func (s *Store) recycleLogs(gens []*generation) error {
	l := &s.logs
	for _, g := range gens {
		if g.log != nil {
			l.old = append(l.old, oldLog{path: l.name(g.id), epoch: s.merged.epoch, log: g.log, sides: g.sides})
		}
	}
	return s.dropLogs(s.merged.epoch)
}

// dropLogs gives up logs whose generation the meta before the newest includes:
// those first merged before epoch.
func (s *Store) dropLogs(epoch uint64) error {
	l := &s.logs
	kept := l.old[:0]
	var failed error
	for _, o := range l.old {
		// Who reads an older state may read the layers in a side file.
		if o.epoch >= epoch || len(o.sides) > 0 && s.oldestEpoch() < o.epoch {
			kept = append(kept, o)
			continue
		}
		if o.log != nil {
			if err := o.log.Close(); err != nil {
				failed = errors.Join(failed, err)
			}
		}
		if err := errors.Join(s.giveUp(o.path), s.dropSides(o.sides)); err != nil {
			failed = errors.Join(failed, err)
		}
	}
	clear(l.old[len(kept):])
	l.old = kept
	return failed
}

// giveUp keeps one file as the spare and removes others.
func (s *Store) giveUp(path string) error {
	l := &s.logs
	s.commitMu.Lock() // rotation takes the spare
	take := l.spare == "" && !s.closed.Load()
	if take {
		if info, err := l.fs.Stat(path); err != nil || info.Size > 4*s.o.DeltaBytes+4*defaultLogPrealloc {
			take = false
		}
	}
	if take {
		l.spare = path
	}
	s.commitMu.Unlock()
	if take {
		return nil
	}
	if err := l.fs.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return sqlerr.Wrap(err, sqlerr.IOError, "could not remove a log file: %s", err.Error())
	}
	return nil
}

// replayed is what the logs of an opening held.
type replayed struct {
	gens     []uint64 // of all log files there are
	nextGen  uint64   // for the next log
	startLSN uint64
	seq      uint64 // newest sequence
}

// replay enters the logs from the first generation that the meta does not
// include into one generation's deltas (invariant 15). That the logs are all
// there shows in their positions: each begins where the one before ended.
func (s *Store) replay(ctx context.Context, e *edit) (r replayed, err error) {
	r.nextGen, r.seq = s.merged.next, s.merged.last
	if r.gens, err = s.logs.found(); err != nil {
		return r, err
	}
	var headers []wal.Header
	for _, g := range r.gens {
		r.nextGen = max(r.nextGen, g+1)
		h, ok, err := s.logHeader(g)
		if err != nil {
			return r, err
		}
		if !ok {
			continue
		}
		r.startLSN = max(r.startLSN, h.StartLSN)
		if g >= s.merged.next {
			headers = append(headers, h)
		}
	}
	clean := s.pages.file.Meta().Clean
	if len(headers) == 0 || headers[0].Generation != s.merged.next {
		if !clean {
			return r, sqlerr.New(sqlerr.DataCorrupted, "the log of generation %d is missing", s.merged.next)
		}
	}
	for i, h := range headers {
		if i+1 < len(headers) { // it was synced before its successor was begun
			h.DurableLSN = headers[i+1].StartLSN
		}
		h.Codec = s.logs.codec
		res, err := wal.Replay(s.fs, s.logs.name(h.Generation), h, func(f wal.Frame) error {
			if err := ctx.Err(); err != nil {
				return sqlerr.Wrap(err, sqlerr.QueryCanceled, "opening was canceled")
			}
			return s.replayFrame(e, f.Payload, &r.seq)
		})
		if err != nil {
			return r, err
		}
		r.startLSN = max(r.startLSN, res.EndLSN())
	}
	return r, nil
}

// logHeader reads the header of a generation's log. Where it is not one, the
// file came to nothing before its first frame, or it is damaged.
func (s *Store) logHeader(gen uint64) (h wal.Header, ok bool, err error) {
	h, ok, err = wal.ReadHeader(s.fs, s.logs.name(gen))
	if err != nil {
		return h, false, err
	}
	if ok || gen < s.merged.next { // the file of an old one may be about to be recycled
		return h, ok && h.Generation == gen && h.FileUUID == s.logs.uuid, nil
	}
	_, err = wal.Replay(s.fs, s.logs.name(gen), wal.Header{FileUUID: s.logs.uuid, Generation: gen, Codec: s.logs.codec},
		func(wal.Frame) error { return nil })
	return h, false, err
}

func (s *Store) replayFrame(e *edit, payload []byte, seq *uint64) error {
	for len(payload) > 0 {
		r, rest, err := nextRecord(payload)
		if err != nil {
			return err
		}
		payload = rest
		if r.seq <= *seq {
			continue
		}
		if r.seq != *seq+1 {
			return sqlerr.New(sqlerr.DataCorrupted, "the log jumps from sequence %d to %d", *seq, r.seq)
		}
		if err := s.applyOps(e, r.seq, r.ops, nil); err != nil {
			return err
		}
		*seq = r.seq
	}
	return nil
}
