package simdisk

import (
	"fmt"
	"math/rand/v2"
)

// Kind is a way in which a power cut leaves the disk.
type Kind uint8

const (
	NothingUnsynced Kind = iota // what was synced, no more
	Everything                  // as if all had been synced
	Sectors                     // a random subset of the unsynced, by 512 bytes
	Pages                       // a random subset of the unsynced, by 4 KiB
	Torn                        // the last writes cut off within one, at any byte
	Reordered                   // later writes without earlier ones
	SizeFirst                   // files have grown, what was written there has not come
	LostName                    // all content, but the last changes of names are missing
	Mixed                       // sectors, sizes and names each by chance
	ProcessEnd                  // no power cut: all is there, but what was unsynced stays at risk
	kinds
)

var kindNames = [...]string{"nothing unsynced", "everything", "sectors", "pages", "torn", "reordered",
	"size first", "lost name", "mixed", "process end"}

func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return fmt.Sprintf("kind %d", uint8(k))
}

// Kinds lists all kinds.
func Kinds() []Kind {
	all := make([]Kind, kinds)
	for i := range all {
		all[i] = Kind(i)
	}
	return all
}

// image draws the disk that remains of s, durable throughout except for
// ProcessEnd.
func (s *state) image(kind Kind, seed uint64) *Disk {
	if kind == ProcessEnd {
		n := s.clone()
		return &Disk{state: n, initial: n.clone(), nextInode: s.maxInode(), locks: map[string]int{}}
	}
	rng := rand.New(rand.NewPCG(seed, uint64(kind)))
	n := newState()
	s.imageNames(n, kind, rng)
	d := &Disk{state: n, locks: map[string]int{}}
	// Inodes in the order of their numbers, so that the draws repeat.
	for id := range s.maxInode() {
		f := s.inodes[id]
		if f == nil || !s.reachable(id) {
			continue
		}
		c := f.imageContent(kind, rng)
		n.inodes[id] = &inode{live: c, durable: c.clone()}
	}
	d.nextInode = s.maxInode()
	for name, id := range n.durable {
		if n.inodes[id] == nil {
			delete(n.durable, name)
			continue
		}
		n.names[name] = id
	}
	d.initial = n.clone()
	return d
}

func (s *state) maxInode() int {
	top := 0
	for id := range s.inodes {
		top = max(top, id+1)
	}
	return top
}

// reachable tells whether any image could have a name for the file.
func (s *state) reachable(id int) bool {
	for _, other := range s.durable {
		if other == id {
			return true
		}
	}
	for _, p := range s.pending {
		if p.inode == id {
			return true
		}
	}
	return false
}

// imageNames fills in n.durable: the durable names and a part of the changes
// since, mostly a prefix, since file systems keep a journal of them.
func (s *state) imageNames(n *state, kind Kind, rng *rand.Rand) {
	for name, id := range s.durable {
		n.durable[name] = id
	}
	until, skip := len(s.pending), -1
	switch kind {
	case NothingUnsynced:
		until = 0
	case Everything, SizeFirst:
	case LostName:
		if len(s.pending) == 0 {
			break
		}
		if rng.IntN(2) == 0 {
			until = rng.IntN(len(s.pending))
		} else {
			skip = rng.IntN(len(s.pending))
		}
	default:
		if rng.IntN(2) == 0 {
			until = rng.IntN(len(s.pending) + 1)
		}
	}
	for i, p := range s.pending[:until] {
		if i != skip {
			rename(n.durable, p)
		}
	}
}

// imageContent draws what remains of a file.
func (f *inode) imageContent(kind Kind, rng *rand.Rand) *content {
	if len(f.pending) == 0 || kind == NothingUnsynced {
		return f.durable.clone()
	}
	if kind == Everything || kind == LostName {
		return f.live.clone()
	}
	c := f.durable.clone()
	switch kind {
	case Sectors:
		f.subset(c, 512, rng)
		if rng.IntN(2) == 0 {
			c.grow(f.live.size)
		}
	case Pages:
		f.subset(c, 4096, rng)
		if rng.IntN(2) == 0 {
			c.grow(f.live.size)
		}
	case Torn:
		f.torn(c, rng)
	case Reordered:
		f.reordered(c, rng)
	case SizeFirst:
		for _, p := range f.pending {
			if p.Kind == OpWrite {
				c.grow(p.Off + int64(len(p.Data)))
			} else {
				c.truncate(p.Off)
			}
		}
	case Mixed:
		switch rng.IntN(5) {
		case 0: // nothing of this file
		case 1:
			return f.live.clone()
		case 2:
			f.torn(c, rng)
		case 3:
			f.reordered(c, rng)
		default:
			f.subset(c, 512, rng)
		}
	}
	return c
}

// subset applies each block of each write with the same chance, and each
// truncate with that chance.
func (f *inode) subset(c *content, block int64, rng *rand.Rand) {
	chance := [...]float64{0.5, 0.1, 0.9, 0.98}[rng.IntN(4)]
	for _, p := range f.pending {
		if p.Kind == OpTruncate {
			if rng.Float64() < chance {
				c.truncate(p.Off)
			}
			continue
		}
		end := p.Off + int64(len(p.Data))
		for at := p.Off; at < end; {
			to := min(at/block*block+block, end)
			if rng.Float64() < chance {
				c.writeAt(p.Data[at-p.Off:to-p.Off], at)
			}
			at = to
		}
	}
}

// torn applies all up to a late write, and that one up to a byte within it.
func (f *inode) torn(c *content, rng *rand.Rand) {
	n := len(f.pending) - 1
	n -= min(rng.IntN(3), rng.IntN(len(f.pending)))
	n = max(n, 0)
	for _, p := range f.pending[:n] {
		p.applyTo(c)
	}
	p := f.pending[n]
	if p.Kind != OpWrite || len(p.Data) == 0 {
		return
	}
	cut := rng.IntN(len(p.Data))
	switch rng.IntN(4) {
	case 0: // the rest came, the beginning did not
		c.writeAt(p.Data[cut:], p.Off+int64(cut))
	case 1: // cut within the first sector
		c.writeAt(p.Data[:min(cut, rng.IntN(512))], p.Off)
	default:
		c.writeAt(p.Data[:cut], p.Off)
	}
}

// reordered applies whole operations: the last without those before it, or
// each by chance, always in the order in which overlapping ones were made.
func (f *inode) reordered(c *content, rng *rand.Rand) {
	if rng.IntN(2) == 0 {
		for _, p := range f.pending[rng.IntN(len(f.pending)):] {
			p.applyTo(c)
		}
		return
	}
	for _, p := range f.pending {
		if rng.IntN(2) == 0 {
			p.applyTo(c)
		}
	}
}

func (op *Op) applyTo(c *content) {
	if op.Kind == OpWrite {
		c.writeAt(op.Data, op.Off)
	} else {
		c.truncate(op.Off)
	}
}
