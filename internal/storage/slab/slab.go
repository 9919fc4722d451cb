package slab

import "sync/atomic"

// Size is how much a slab usually holds: 4 MiB, two huge pages.
const Size = 4 << 20

// Slab is one mapping. The zero value is none.
type Slab struct {
	Bytes []byte
	whole []byte // the mapping, of which Bytes may be an aligned part
}

// Map gets n zeroed bytes. With huge the system is asked to back them by huge
// pages, which makes their first use dearer in memory and every use cheaper.
func Map(n int, huge bool) (Slab, error) { return mapped(n, huge) }

// Unmap gives the memory back. The caller knows that nobody reads it.
func (s *Slab) Unmap() error {
	err := s.unmap()
	*s = Slab{}
	return err
}

// Discard tells the system that the content of Bytes[from:to] is not needed.
// What is read there afterwards is undefined; the memory can be used again.
func (s *Slab) Discard(from, to int) { s.discard(from, to) }

var scribbling atomic.Bool

// Scribble makes caches overwrite what they give up, so that tests find those
// who read it later. It holds for caches that are made from then on.
func Scribble(on bool) { scribbling.Store(on) }

// Scribbling tells whether Scribble is on.
func Scribbling() bool { return scribbling.Load() }

// Wipe overwrites memory that was given up.
func Wipe(b []byte) {
	for i := range b {
		b[i] = 0xDB
	}
}
