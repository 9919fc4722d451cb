package engine

import (
	"context"
	"encoding/binary"
	"sync"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage"
	"github.com/zqlite/zqlite/internal/storage/page"
)

// sequenceTree holds one row per sequence that was used: its high-water mark.
const sequenceTree storage.TreeID = 2

// sequenceBlock is how many values are reserved at once; a crash skips at most
// so many.
const sequenceBlock = 33

var sequenceLayout = page.Layout{Version: 1, Columns: []page.Column{
	{ID: 1, Kind: page.Fixed8}, // the last value that may have been handed out
	{ID: 2, Kind: page.Bit},    // it was handed out (is_called)
}}

func createSequenceTree(tx *storage.Tx) error {
	return tx.CreateTree(storage.Spec{ID: sequenceTree, Key: page.KeyUint64, Layout: sequenceLayout})
}

// sequences hands out values of all sequences. A sequence's position is not
// transactional: values are reserved in blocks, and the block's end is logged
// in a transaction of its own before the first value of it is used.
type sequences struct {
	mu    sync.Mutex
	state map[catalog.ID]*sequenceState
}

type sequenceState struct {
	mu       sync.Mutex
	loaded   bool
	last     int64 // last value handed out, or the start when not called
	called   bool
	reserved int64 // values up to here are logged
	limited  bool  // reserved is valid
}

func (q *sequences) of(id catalog.ID) *sequenceState {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.state == nil {
		q.state = map[catalog.ID]*sequenceState{}
	}
	s := q.state[id]
	if s == nil {
		s = &sequenceState{}
		q.state[id] = s
	}
	return s
}

// forget drops the position of a sequence that was dropped or restarted.
func (q *sequences) forget(id catalog.ID) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.state, id)
}

func sequenceKey(id catalog.ID) []byte { return binary.BigEndian.AppendUint64(nil, uint64(id)) }

// load reads the logged position. s.mu is held.
func (s *sequenceState) load(db *Database, d *catalog.Sequence) error {
	if s.loaded {
		return nil
	}
	tx := db.store.Begin(storage.TxOptions{ReadOnly: true})
	defer tx.Rollback()
	var r storage.RowRef
	found, err := tx.GetNewest(sequenceTree, sequenceKey(d.ID), &r)
	if err != nil {
		return err
	}
	s.last, s.called = d.Start, false
	if found {
		s.last, s.called = r.Int(1), r.Int(2) != 0
		r.Release()
	}
	s.loaded, s.limited = true, false
	return nil
}

// save logs a position in a transaction of its own.
func (s *sequenceState) save(ctx context.Context, db *Database, id catalog.ID, last int64, called bool) error {
	tx := db.store.Begin(storage.TxOptions{Autocommit: true})
	defer tx.Rollback()
	if err := tx.BeginStatement(); err != nil {
		return err
	}
	var w page.RowWriter
	w.Reset(&sequenceLayout)
	w.SetInt(0, last)
	bit := int64(0)
	if called {
		bit = 1
	}
	w.SetInt(1, bit)
	if err := tx.Put(sequenceTree, sequenceKey(id), w.Bytes()); err != nil {
		return err
	}
	return tx.Commit(ctx)
}

// next returns the next value of a sequence.
func (q *sequences) next(ctx context.Context, db *Database, d *catalog.Sequence) (int64, error) {
	s := q.of(d.ID)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.load(db, d); err != nil {
		return 0, err
	}
	v, err := s.following(d)
	if err != nil {
		return 0, err
	}
	if !s.limited || (d.Increment > 0 && v > s.reserved) || (d.Increment < 0 && v < s.reserved) {
		reserve := v
		for i := 0; i < sequenceBlock-1; i++ {
			n := reserve + d.Increment
			if (d.Increment > 0 && (n > d.Max || n < reserve)) || (d.Increment < 0 && (n < d.Min || n > reserve)) {
				break
			}
			reserve = n
		}
		if err := s.save(ctx, db, d.ID, reserve, true); err != nil {
			return 0, err
		}
		s.reserved, s.limited = reserve, true
	}
	s.last, s.called = v, true
	return v, nil
}

// settle logs where the sequences stand, so that a database that was closed
// goes on without a gap. After a crash the rest of a block is left out.
func (q *sequences) settle(ctx context.Context, db *Database) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	for id, s := range q.state {
		s.mu.Lock()
		var err error
		if s.limited && s.last != s.reserved {
			err = s.save(ctx, db, id, s.last, s.called)
			s.limited = false
		}
		s.mu.Unlock()
		if err != nil {
			return err
		}
	}
	return nil
}

// following computes the value after the last one. s.mu is held.
func (s *sequenceState) following(d *catalog.Sequence) (int64, error) {
	if !s.called {
		return s.last, nil
	}
	v := s.last + d.Increment
	switch {
	case d.Increment > 0 && (v > d.Max || v < s.last):
		if !d.Cycle {
			return 0, sqlerr.New(sqlerr.SequenceGeneratorLimitExceeded,
				"nextval: reached maximum value of sequence %q (%d)", d.Name, d.Max)
		}
		s.limited = false
		v = d.Min
	case d.Increment < 0 && (v < d.Min || v > s.last):
		if !d.Cycle {
			return 0, sqlerr.New(sqlerr.SequenceGeneratorLimitExceeded,
				"nextval: reached minimum value of sequence %q (%d)", d.Name, d.Min)
		}
		s.limited = false
		v = d.Max
	}
	return v, nil
}

// set is setval and ALTER SEQUENCE RESTART.
func (q *sequences) set(ctx context.Context, db *Database, d *catalog.Sequence, v int64, called bool) error {
	if v < d.Min || v > d.Max {
		return sqlerr.New(sqlerr.NumericValueOutOfRange,
			"setval: value %d is out of bounds for sequence %q (%d..%d)", v, d.Name, d.Min, d.Max)
	}
	s := q.of(d.ID)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.save(ctx, db, d.ID, v, called); err != nil {
		return err
	}
	s.loaded, s.last, s.called, s.limited = true, v, called, false
	return nil
}
