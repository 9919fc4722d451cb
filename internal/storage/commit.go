package storage

import (
	"runtime"
	"time"

	"github.com/zqlite/zqlite/internal/sqlerr"
)

// request is a transaction in the commit queue.
type request struct {
	tx      *Tx // nil: nothing to validate
	record  []byte
	splices []splice // parts of the record that lie elsewhere
	adopt   []adoption
	err     error
	lead    bool // woken to lead, not because it is done
	wake    chan struct{}
}

// size is the length of the whole record.
func (r *request) size() int {
	n := len(r.record)
	for i := range r.splices {
		n += r.splices[i].size
	}
	return n
}

// pieces appends the whole record, piece by piece.
func (r *request) pieces(out [][]byte) [][]byte {
	at := 0
	for i := range r.splices {
		x := &r.splices[i]
		out = append(out, r.record[at:x.at])
		for _, b := range x.blocks {
			out = append(out, b.data)
		}
		at = x.at
	}
	return append(out, r.record[at:])
}

// errUnknown is the answer of invariant 7.
func errUnknown(cause error) error {
	return sqlerr.Wrap(cause, sqlerr.TransactionResolutionUnknown,
		"the outcome of the commit is unknown: the log could not be written").
		WithDetail("%s", sqlerr.From(cause).Message).
		WithHint("Open the database again to find out.")
}

// submit hands a request to the leader, or leads. It returns when the
// transaction is published and durable as the mode asks, or failed.
func (s *Store) submit(r *request) error {
	s.queueMu.Lock()
	s.queue = append(s.queue, r)
	if s.leading {
		s.queueMu.Unlock()
		<-r.wake
		if !r.lead {
			return r.err
		}
		r.lead = false
		s.gather()
	} else {
		s.leading = true
		s.queueMu.Unlock()
	}
	s.lead(r)
	return r.err
}

// gather lets the committers that were just acknowledged come back before the
// next frame is written. Only a leader who was itself a follower does this, so
// a lone committer never waits.
func (s *Store) gather() {
	want := s.lastBatch
	if s.SyncMode() != SyncFull {
		want = min(want, 8)
	}
	seen := 0
	for range 4 {
		s.queueMu.Lock()
		n := len(s.queue)
		s.queueMu.Unlock()
		if n >= want || n == seen {
			return
		}
		seen = n
		runtime.Gosched()
	}
}

// lead commits the whole queue as one frame, wakes its members, and passes the
// lead on when others have come.
func (s *Store) lead(self *request) {
	s.commitMu.Lock()
	s.queueMu.Lock()
	batch := s.queue
	s.queue = s.spare
	s.queueMu.Unlock()

	s.lastBatch = len(batch)
	for rest := batch; len(rest) > 0; {
		n, size := 1, rest[0].size()
		for n < len(rest) {
			more := rest[n].size()
			if size+more > maxFrame {
				break
			}
			size += more
			n++
		}
		s.commitBatch(rest[:n])
		rest = rest[n:]
	}
	s.commitMu.Unlock()

	for _, r := range batch {
		if r != self {
			r.wake <- struct{}{}
		}
	}
	clear(batch)
	s.queueMu.Lock()
	s.spare = batch[:0]
	if len(s.queue) > 0 {
		n := s.queue[0]
		n.lead = true
		s.queueMu.Unlock()
		n.wake <- struct{}{}
		return
	}
	s.leading = false
	s.queueMu.Unlock()
}

// commitBatch does invariants 3 to 7 for a batch. Holding commitMu.
func (s *Store) commitBatch(batch []*request) {
	if err := s.poisoned(); err != nil {
		fail(batch, err)
		return
	}
	st := s.state.Load()
	first := st.visible.Load()
	seq := first
	now := time.Now().UnixNano()
	if now <= s.lastTime {
		now = s.lastTime + 1
	}
	s.lastTime = now
	e := edit{from: st}
	pieces, accepted := s.frame[:0], 0
	attached := -1
	for i, r := range batch {
		if r.err = s.validate(st, r.tx, batch[:i]); r.err != nil {
			continue
		}
		if r.tx.attachSet {
			if attached >= 0 {
				r.err = errCatalogConflict
				continue
			}
			attached = i
		}
		seq++
		stamp(r.record, r.size(), seq, now)
		accepted++
		pieces = r.pieces(pieces)
	}
	if accepted == 0 {
		return
	}
	err := s.writeFrame(st.gen, pieces, first+1, seq)
	clear(pieces)
	s.frame = pieces[:0]
	if err != nil {
		if st.gen.log.Err() == nil && sqlerr.Code(err) == sqlerr.DiskFull {
			fail(batch, err) // nothing of the frame was written
			return
		}
		s.poison(err)
		fail(batch, errUnknown(err))
		return
	}
	s.applyBatch(st, &e, batch, seq, attached)
	s.commits.Add(uint64(accepted))
	s.batches.Add(1)
	if st.gen.bytes.Load() > s.deltaBytes() || s.crowded {
		s.freezeLocked()
	}
}

// applyBatch enters the accepted records into the deltas and publishes them.
func (s *Store) applyBatch(st *state, e *edit, batch []*request, seq uint64, attached int) {
	for _, r := range batch {
		if r.err != nil {
			continue
		}
		rec, err := openRecord(r.record[4:])
		if err == nil {
			if w := r.tx.w; w.side != nil {
				st.gen.sides = append(st.gen.sides, w.side)
				w.side = nil
			}
			err = s.applyOps(e, rec.seq, rec.ops, r.adopt)
		}
		if err != nil { // it is in the log: only a new open can tell its effect
			s.poison(err)
			fail(batch, errUnknown(err))
			return
		}
	}
	if e.trees == nil && attached < 0 {
		st.visible.Store(seq)
		return
	}
	n := e.next()
	if attached >= 0 {
		n.attachment = batch[attached].tx.attachment
		n.attachVersion++
	}
	n.visible.Store(seq)
	s.publish(n)
}

// fail answers err to those of a batch that had not failed by themselves.
func fail(batch []*request, err error) {
	for _, r := range batch {
		if r.err == nil {
			r.err = err
		}
	}
}

// poison makes every later commit fail; the first cause stays.
func (s *Store) poison(err error) { s.poisonCause.CompareAndSwap(nil, &err) }

// stopCode is the code of an error that has stopped the store.
func stopCode(cause error) string {
	if sqlerr.Code(cause) == sqlerr.DiskFull {
		return sqlerr.DiskFull
	}
	return sqlerr.IOError
}

func (s *Store) poisoned() error {
	if p := s.poisonCause.Load(); p != nil {
		return sqlerr.Wrap(*p, stopCode(*p), "the database stopped after a failed write; open it again").WithDetail("%s", sqlerr.From(*p).Message)
	}
	if s.closed.Load() {
		return ErrClosed
	}
	return nil
}
