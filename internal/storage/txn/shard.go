package txn

import "sync"

const shardCount = 64

// shard is a part of the lock table: slots under open addressing with linear
// probing, a power of two of them. Nearly every lock has one holder and nobody
// waiting, and then is nothing but its slot, so that taking it touches one line
// of memory.
type shard struct {
	mu    sync.Mutex
	slots []slot
	used  int
	spare *lock // free list
	_     [64]byte
}

// slot is the place of a lock, or free: without owner and lock.
type slot struct {
	id    uint64
	owner *Owner // the only holder; nil where lock is set
	lock  *lock  // its holders and waiters
	modes uint8  // of owner
}

func (x *slot) free() bool { return x.owner == nil && x.lock == nil }

const (
	minSlots  = 16
	keptSlots = 1024 // of a shard without locks
)

// home is the slot at which the search for id begins. Shards are chosen by the
// highest bits of ids.
func (s *shard) home(id uint64) int { return int(id>>26) & (len(s.slots) - 1) }

// place gives the slot of id, or the free one where it belongs. It is valid
// until the next call of place or remove.
func (s *shard) place(id uint64) *slot {
	if s.used*4 >= len(s.slots)*3 {
		s.grow()
	}
	return &s.slots[s.find(id)]
}

// find gives the index of the slot of id, or of the free one that ends the
// search.
func (s *shard) find(id uint64) int {
	for i := s.home(id); ; i = (i + 1) & (len(s.slots) - 1) {
		if x := &s.slots[i]; x.id == id || x.free() {
			return i
		}
	}
}

func (s *shard) grow() {
	old := s.slots
	s.slots = make([]slot, max(minSlots, 2*len(old)))
	for i := range old {
		if !old[i].free() {
			s.slots[s.find(old[i].id)] = old[i]
		}
	}
}

// remove empties slot i. Those behind it that would not be found any more move
// up (Knuth, The Art of Computer Programming 3, 6.4, algorithm R).
func (s *shard) remove(i int) {
	s.used--
	if s.used == 0 && len(s.slots) > keptSlots {
		s.slots = nil
		return
	}
	mask := len(s.slots) - 1
	for j := (i + 1) & mask; !s.slots[j].free(); j = (j + 1) & mask {
		if (j-s.home(s.slots[j].id))&mask >= (j-i)&mask {
			s.slots[i] = s.slots[j]
			i = j
		}
	}
	s.slots[i] = slot{}
}

// open gives the lock of a slot that is in use one that others can share and
// wait for.
func (s *shard) open(x *slot) *lock {
	if x.lock != nil {
		return x.lock
	}
	l := s.spare
	if l == nil {
		l = &lock{}
	} else {
		s.spare, l.next = l.next, nil
	}
	l.id, l.first = x.id, holder{x.owner, x.modes}
	x.lock, x.owner, x.modes = l, nil, 0
	return l
}

// close puts a lock that nobody shares or waits for back into its slot, or
// forgets it where nobody holds it.
func (s *shard) close(l *lock) {
	if len(l.more) > 0 || len(l.waiters) > 0 {
		return
	}
	i := s.find(l.id)
	if l.first.owner == nil {
		s.remove(i)
	} else {
		x := &s.slots[i]
		x.lock, x.owner, x.modes = nil, l.first.owner, l.first.modes
	}
	l.first = holder{}
	l.next, s.spare = s.spare, l
}
