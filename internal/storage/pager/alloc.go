package pager

import "math/bits"

// extent is a run of adjacent pages.
type extent struct{ page, pages uint64 }

// allocator knows which pages are free. Bits of used are set for pages in use
// and for those that wait for their reuse.
type allocator struct {
	used    []uint64
	end     uint64 // pages in the file
	hint    uint64 // no free page below
	pending []freed
	attempt attempt
	behind  bool // hint is behind all pages that there were
}

type freed struct{ page, death uint64 }

// attempt is what the checkpoint being written has changed, for Abandon.
type attempt struct {
	taken   []extent
	end     uint64 // allocator.end before it
	pending int    // len(allocator.pending) before it
}

func (a *allocator) grow(pages uint64) {
	a.end = max(a.end, pages)
	for uint64(len(a.used))*64 < pages {
		a.used = append(a.used, 0)
	}
}

func (a *allocator) set(id uint64)   { a.used[id/64] |= 1 << (id % 64) }
func (a *allocator) unset(id uint64) { a.used[id/64] &^= 1 << (id % 64); a.hint = min(a.hint, id) }
func (a *allocator) has(id uint64) bool {
	return id/64 < uint64(len(a.used)) && a.used[id/64]>>(id%64)&1 != 0
}

// trim moves end to behind the last page in use.
func (a *allocator) trim() {
	last := uint64(firstPage)
	for i := len(a.used) - 1; i >= 0; i-- {
		if a.used[i] != 0 {
			last = uint64(i)*64 + uint64(64-bits.LeadingZeros64(a.used[i]))
			break
		}
	}
	a.end = max(last, firstPage)
}

// take finds one free page.
func (a *allocator) take() uint64 {
	for i := a.hint / 64; i < uint64(len(a.used)) && i*64 < a.end; i++ {
		free := ^a.used[i]
		if i == a.hint/64 {
			free &= ^uint64(0) << (a.hint % 64)
		}
		if free != 0 {
			id := i*64 + uint64(bits.TrailingZeros64(free))
			if id >= a.end {
				break
			}
			a.set(id)
			a.hint = id + 1
			return id
		}
	}
	id := a.end
	a.hint = id + 1
	a.grow(id + 1)
	a.set(id)
	return id
}

// takeRun gives n adjacent pages.
func (a *allocator) takeRun(n uint64) uint64 {
	if n == 1 {
		id := a.take()
		a.note(id, 1)
		return id
	}
	start, run := a.findRun(n, a.end)
	if run == 0 {
		start = a.end
	}
	a.grow(start + n) // a free run at the end of the file goes on behind it
	a.claim(start, n)
	return start
}

// findRun looks for n adjacent free pages below end. Where there are none it
// gives the run that ends there, which may be empty.
func (a *allocator) findRun(n, end uint64) (start, run uint64) {
	for id := a.hint; id < end && run < n; id++ {
		if a.has(id) {
			if id%64 == 0 && a.used[id/64] == ^uint64(0) {
				id += 63
			}
			run = 0
			continue
		}
		if run == 0 {
			start = id
		}
		run++
	}
	return start, run
}

func (a *allocator) claim(start, n uint64) {
	for i := range n {
		a.set(start + i)
	}
	a.note(start, n)
}

// note remembers for Abandon that pages were taken.
func (a *allocator) note(start, n uint64) {
	t := a.attempt.taken
	if k := len(t) - 1; k >= 0 && t[k].page+t[k].pages == start {
		t[k].pages += n
	} else {
		a.attempt.taken = append(t, extent{start, n})
	}
}

// AllocateBehind lets new pages lie behind all that there are, for as long as
// it is on.
func (p *File) AllocateBehind(on bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.alloc.hint, p.alloc.behind = 0, on
	if on {
		p.alloc.hint = p.alloc.end
	}
}

// Begin prepares the checkpoint that will be epoch Meta().Epoch+1: pages that
// nobody can reach any more become free. oldest is the epoch of the oldest
// roots a reader holds.
func (p *File) Begin(oldest uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	kept := p.alloc.pending[:0]
	for _, f := range p.alloc.pending {
		if f.death <= p.older && f.death <= oldest {
			p.alloc.unset(f.page)
		} else {
			kept = append(kept, f)
		}
	}
	p.alloc.pending = kept
	if p.alloc.behind {
		p.alloc.hint = p.alloc.end
	}
	p.alloc.attempt = attempt{taken: p.alloc.attempt.taken[:0], end: p.alloc.end, pending: len(kept)}
	p.decided.Store(false)
}

// Abandon forgets the checkpoint that was being written since Begin, so that it
// can be tried again: its pages are free, those that it has freed are in use,
// and the file is as long as it was. Pages of the next attempt are of a later
// epoch, so page and birth go on to name one content. ok is false where it is
// too late, because the meta may have been written.
func (p *File) Abandon() (ok bool, err error) {
	if p.decided.Load() {
		return false, nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	a := &p.alloc
	for _, x := range a.attempt.taken {
		for i := range x.pages {
			a.unset(x.page + i)
		}
	}
	a.pending = a.pending[:a.attempt.pending]
	a.end = a.attempt.end
	a.attempt.taken = nil
	p.decided.Store(true) // there is nothing more to abandon
	p.epoch.Add(2)        // the same place for the meta
	if err := p.f.Truncate(int64(a.end) * int64(p.pageSize)); err != nil {
		return false, ioError(err, "shorten")
	}
	return true, nil
}

// Epoch is the one that is being written.
func (p *File) Epoch() uint64 { return p.epoch.Load() }

func (p *File) blobPages(size uint64) uint64 {
	return (size + uint64(p.Room()) - 1) / uint64(p.Room())
}

// Shrink gives free pages at the end of the file back to the file system.
func (p *File) Shrink() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	was := p.alloc.end
	p.alloc.trim()
	if was-p.alloc.end < 64 {
		p.alloc.end = was
		return nil
	}
	p.alloc.hint = min(p.alloc.hint, p.alloc.end)
	if err := p.f.Truncate(int64(p.alloc.end) * int64(p.pageSize)); err != nil {
		return ioError(err, "shorten")
	}
	return nil
}

// Usage counts the pages that the newest checkpoint uses, and those of the file.
func (p *File) Usage() (used, all uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, w := range p.alloc.used {
		used += uint64(bits.OnesCount64(w))
	}
	return used - uint64(len(p.alloc.pending)), p.alloc.end
}

// bitmap gives the map of pages in use, without those that wait.
func (p *File) bitmap(bytes uint64) []byte {
	b := make([]byte, bytes)
	for i, w := range p.alloc.used {
		if i*8 < len(b) {
			le.PutUint64(b[i*8:], w)
		}
	}
	for _, f := range p.alloc.pending {
		b[f.page/8] &^= 1 << (f.page % 8)
	}
	return b
}

// InUse tells which pages the newest checkpoint uses.
func (p *File) InUse() map[uint64]bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := map[uint64]bool{}
	b := p.bitmap(uint64(len(p.alloc.used)) * 8)
	for id := uint64(firstPage); id < p.alloc.end; id++ {
		if b[id/8]>>(id%8)&1 != 0 {
			out[id] = true
		}
	}
	return out
}

// BlobPages calls f with the pages of a blob.
func (p *File) BlobPages(r Blob, f func(page uint64)) {
	if !p.HasBlob(r) {
		return
	}
	for i := range p.blobPages(r.Size) {
		f(r.Page + i)
	}
}
