package pager

import (
	"math/bits"
	"slices"
)

// Extent is a run of adjacent pages.
type Extent struct{ Page, Pages uint64 }

// allocator knows which pages are free. Bits of used are set for pages in use,
// for those that wait for their reuse, and for those that are held: written by
// a Builder whose tree no checkpoint includes yet.
type allocator struct {
	used    []uint64
	end     uint64 // pages in the file
	hint    uint64 // no free page below
	floor   uint64 // no page below is given out
	pending []freed
	held    []Extent
}

type freed struct{ page, death uint64 }

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
	a.hint = max(a.hint, a.floor)
	a.grow(a.floor)
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

// takeRun gives n adjacent pages, looking from from on.
func (a *allocator) takeRun(n, from uint64) uint64 {
	if n == 1 && from == 0 {
		return a.take()
	}
	a.grow(a.floor)
	run, start := uint64(0), uint64(0)
	for id := max(a.hint, a.floor, from); id < a.end && run < n; id++ {
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
	if run < n {
		if run == 0 {
			start = a.end
		}
		// A free run at the end of the file goes on behind it.
		a.grow(start + n)
	}
	for i := range n {
		a.set(start + i)
	}
	return start
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
}

// Epoch is the one that is being written.
func (p *File) Epoch() uint64 { return p.epoch.Load() }

func (p *File) blobPages(size uint64) uint64 {
	return (size + uint64(p.Room()) - 1) / uint64(p.Room())
}

// Hold keeps pages that a Builder of an earlier opening has written from being
// given out, until Adopt or Release.
func (p *File) Hold(extents []Extent) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, e := range extents {
		if end := p.found.Load(); e.Page < firstPage || e.Page >= end || e.Pages > end-e.Page {
			return damaged("pages %d to %d of a tree lie beyond the end of the file", e.Page, e.Page+e.Pages)
		}
		p.alloc.grow(e.Page + e.Pages)
		for i := range e.Pages {
			p.alloc.set(e.Page + i)
		}
		p.alloc.held = append(p.alloc.held, e)
	}
	return nil
}

// KeepFree gives out no page that the file has, until the end of recovery:
// what the logs name beyond the newest checkpoint may lie there.
func (p *File) KeepFree(on bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.alloc.floor = 0; on {
		p.alloc.floor = p.found.Load()
	} else {
		p.alloc.hint = 0
	}
}

func (p *File) unhold(extents []Extent) {
	p.alloc.held = slices.DeleteFunc(p.alloc.held, func(h Extent) bool { return slices.Contains(extents, h) })
}

// Adopt makes pages of a Builder part of the checkpoint being written.
func (p *File) Adopt(extents []Extent) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.unhold(extents)
}

// Release gives up the pages of a Builder. They rest for the present epoch,
// so that page and birth together still name one content.
func (p *File) Release(extents []Extent) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.unhold(extents)
	for _, e := range extents {
		for i := range e.Pages {
			p.alloc.pending = append(p.alloc.pending, freed{e.Page + i, p.Epoch() + 1})
		}
	}
}

// Shrink gives free pages at the end of the file back to the file system.
func (p *File) Shrink() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.alloc.floor > 0 {
		return nil
	}
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

// bitmap gives the map of pages in use, without those that wait or are held.
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
	for _, e := range p.alloc.held {
		for i := e.Page; i < e.Page+e.Pages; i++ {
			b[i/8] &^= 1 << (i % 8)
		}
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
