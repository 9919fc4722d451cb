package storage

import (
	"bytes"

	"github.com/zqlite/zqlite/internal/storage/delta"
)

// overlay merges the lists that lie over a tree, key by key: own writes first,
// then the deltas newest first; of equal keys the first with a visible version
// wins (invariant 9).
type overlay struct {
	sources []source
	reverse bool
	bound   []byte // the range's end in the direction of travel; nil is open
	incl    bool   // the bound belongs to the range

	at      int // source that stands on the present key
	version delta.Version
	err     error // of a source; the walk is not to be trusted from here on
}

// source is a list or, where in has one, a run.
type source struct {
	it  delta.Iterator
	in  runCursor
	max uint64
	key []byte // nil when exhausted
}

func (o *overlay) add(l *delta.List, max uint64) {
	if l == nil || l.Empty() {
		return
	}
	l.Settle(max)
	o.sources = append(o.sources, source{max: max})
	o.sources[len(o.sources)-1].it.Open(l)
}

func (o *overlay) addRun(r *run, max uint64) {
	o.sources = append(o.sources, source{max: max})
	o.sources[len(o.sources)-1].in.open(r)
}

func (o *overlay) addLayer(l layer, max uint64) {
	if l.list != nil {
		o.add(l.list, max)
	} else {
		o.addRun(l.run, max)
	}
}

// addOwn adds a transaction's own writes up to an ordinal.
func (o *overlay) addOwn(w *ownWrites, max uint64) {
	if w == nil {
		return
	}
	o.add(w.list, max)
	if w.tail.rows() > 0 {
		w.tail.share()
		o.addRun(&w.tail.run, max)
	}
	for i := range w.runs {
		if r := &w.runs[i]; r.from <= max {
			o.addRun(r.run, min(max, r.limit))
		}
	}
}

// place moves the source to the first key at from, or beyond it when excl, in
// the direction of travel. Nil is the beginning.
func (s *source) place(from []byte, excl, reverse bool) {
	switch {
	case !reverse && from == nil:
		if s.in.r != nil {
			s.in.first()
		} else {
			s.it.First()
		}
	case reverse && (from == nil || excl):
		s.seekLT(from)
	default:
		s.seekGE(from)
		if at := s.present(); !reverse {
			if excl && at != nil && bytes.Equal(at, from) {
				s.move(false)
			}
		} else if at == nil || !bytes.Equal(at, from) {
			s.seekLT(from)
		}
	}
}

func (s *source) seekGE(key []byte) {
	if s.in.r != nil {
		s.in.seekGE(key)
	} else {
		s.it.SeekGE(key)
	}
}

func (s *source) seekLT(key []byte) {
	if s.in.r != nil {
		s.in.seekLT(key)
	} else {
		s.it.SeekLT(key)
	}
}

func (s *source) move(reverse bool) {
	switch {
	case s.in.r != nil && reverse:
		s.in.prev()
	case s.in.r != nil:
		s.in.next()
	case reverse:
		s.it.Prev()
	default:
		s.it.Next()
	}
}

// present is the key that the source stands on, nil when there is none.
func (s *source) present() []byte {
	var key []byte
	switch {
	case s.in.r != nil && s.in.valid():
		key = s.in.key()
	case s.in.r == nil && s.it.Valid():
		key = s.it.Key()
	default:
		return nil
	}
	if key == nil {
		key = []byte{}
	}
	return key
}

func (s *source) version() (delta.Version, bool) {
	if s.in.r != nil {
		return s.in.version(s.max)
	}
	return s.it.Version(s.max)
}

// seek moves to the first key at from (or beyond it when excl), in the
// direction of travel. Nil is the beginning.
func (o *overlay) seek(from []byte, excl bool) {
	for i := range o.sources {
		s := &o.sources[i]
		s.place(from, excl, o.reverse)
		o.load(s)
	}
	o.settle()
}

// load caches the key of a source that has moved, or ends it at the bound.
func (o *overlay) load(s *source) {
	s.key = nil
	if s.in.err != nil {
		o.err = s.in.err
		return
	}
	key := s.present()
	if key == nil {
		return
	}
	if o.bound != nil {
		c := bytes.Compare(key, o.bound)
		if o.reverse {
			c = -c
		}
		if c > 0 || c == 0 && !o.incl {
			return
		}
	}
	s.key = key
}

// settle finds the next key with a visible version among the sources.
func (o *overlay) settle() {
	for {
		o.at = -1
		for i := range o.sources {
			k := o.sources[i].key
			if k == nil {
				continue
			}
			if o.at >= 0 {
				c := bytes.Compare(k, o.sources[o.at].key)
				if c == 0 || c > 0 != o.reverse {
					continue
				}
			}
			o.at = i
		}
		if o.at < 0 {
			return
		}
		key := o.sources[o.at].key
		for i := o.at; i < len(o.sources); i++ {
			s := &o.sources[i]
			if i != o.at && (s.key == nil || !bytes.Equal(s.key, key)) {
				continue
			}
			if v, ok := s.version(); ok {
				o.version = v
				return
			}
		}
		o.step(key)
	}
}

// step moves every source off key.
func (o *overlay) step(key []byte) {
	for i := range o.sources {
		s := &o.sources[i]
		if s.key == nil || !bytes.Equal(s.key, key) {
			continue
		}
		s.move(o.reverse)
		o.load(s)
	}
}

// valid tells whether there is a present key.
func (o *overlay) valid() bool { return o.at >= 0 }

func (o *overlay) key() []byte { return o.sources[o.at].key }

func (o *overlay) next() {
	o.step(o.key())
	o.settle()
}
