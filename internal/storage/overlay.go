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
}

type source struct {
	it  delta.Iterator
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

func (o *overlay) addLayer(l layer, max uint64) {
	if l.list != nil {
		o.add(l.list, max)
		return
	}
	o.sources = append(o.sources, source{max: max})
	o.sources[len(o.sources)-1].it.OpenRun(l.run)
}

// seek moves to the first key at from (or beyond it when excl), in the
// direction of travel. Nil is the beginning.
func (o *overlay) seek(from []byte, excl bool) {
	for i := range o.sources {
		s := &o.sources[i]
		switch {
		case !o.reverse && from == nil:
			s.it.First()
		case !o.reverse:
			s.it.SeekGE(from)
			if excl && s.it.Valid() && s.it.Compare(from) == 0 {
				s.it.Next()
			}
		case from == nil:
			s.it.SeekLT(nil)
		case excl:
			s.it.SeekLT(from)
		default:
			s.it.SeekGE(from)
			if !s.it.Valid() || s.it.Compare(from) != 0 {
				s.it.SeekLT(from)
			}
		}
		o.load(s)
	}
	o.settle()
}

// load caches the key of a source that has moved, or ends it at the bound.
func (o *overlay) load(s *source) {
	s.key = nil
	if !s.it.Valid() {
		return
	}
	key := s.it.Key()
	if key == nil {
		key = []byte{}
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
			if v, ok := s.it.Version(s.max); ok {
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
		if o.reverse {
			s.it.Prev()
		} else {
			s.it.Next()
		}
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
