package engine

import "sync"

// maxHeadroom is the most that a database adds to what the collector counts.
const maxHeadroom = 32 << 20

// headroom is memory that is never touched, so that the system does not give
// it. The cache of a database lies outside of the collector's heap; without it
// a process that does little else has a heap of a few MB, which would be
// collected every few milliseconds of statements. With it a cycle waits until
// there is as much garbage as an eighth of the cache. It is made once for a
// process, by the first database that is opened.
var headroom struct {
	once  sync.Once
	block []byte
}

// makeHeadroom makes it for a cache of so many bytes.
func makeHeadroom(cache int64) {
	headroom.once.Do(func() {
		headroom.block = make([]byte, min(max(cache, 0)/8, maxHeadroom))
	})
}
