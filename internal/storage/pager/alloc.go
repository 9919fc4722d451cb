package pager

import (
	"hash/crc32"
	"math/bits"
)

// allocator knows which pages are free. Bits of used are set for pages in use
// and for those that wait for their reuse.
type allocator struct {
	used    []uint64
	end     uint64 // pages in the file
	hint    uint64 // no free page below
	pending []freed
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
	for i := a.hint / 64; i < uint64(len(a.used)) && i*64 < a.end; i++ {
		if free := ^a.used[i]; free != 0 {
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
		return a.take()
	}
	run, start := uint64(0), uint64(0)
	for id := a.hint; id < a.end && run < n; id++ {
		if a.has(id) {
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
func (p *File) Epoch() uint64 { return p.meta.Epoch + 1 }

// Free gives up a page of the trees from this checkpoint on.
func (p *File) Free(page uint64) {
	p.alloc.pending = append(p.alloc.pending, freed{page, p.Epoch()})
}

// FreeBlob gives up a blob from this checkpoint on. One that cannot be is
// damage that reading or verifying it reports.
func (p *File) FreeBlob(r Blob) {
	if !p.HasBlob(r) {
		return
	}
	for i := range p.blobPages(r.Size) {
		p.Free(r.Page + i)
	}
}

func (p *File) blobPages(size uint64) uint64 {
	return (size + uint64(p.Room()) - 1) / uint64(p.Room())
}

// Write stores a page whose content is buf[32:]; the rest of buf is filled in.
// buf has the length of a page.
func (p *File) Write(kind uint8, buf []byte) (id uint64, crc uint32, err error) {
	id = p.alloc.take()
	crc, err = p.writeAt(id, kind, buf)
	return id, crc, err
}

// Buffer makes room for a page; its content goes behind the first 32 bytes.
func (p *File) Buffer() []byte { return make([]byte, p.pageSize) }

// HeaderBytes is what Write fills in before the content.
const HeaderBytes = pageHeader

func (p *File) writeAt(id uint64, kind uint8, buf []byte) (uint32, error) {
	clear(buf[:pageHeader])
	buf[4] = kind
	le.PutUint64(buf[8:], id)
	le.PutUint64(buf[16:], p.Epoch())
	crc := crc32.Update(p.uuidCRC, castagnoli, buf[4:])
	le.PutUint32(buf, crc)
	if _, err := p.f.WriteAt(buf, int64(id)*int64(p.pageSize)); err != nil {
		return 0, ioError(err, "write")
	}
	return crc, nil
}

// WriteBlob stores bytes on pages of their own.
func (p *File) WriteBlob(kind uint8, data []byte) (Blob, error) {
	if len(data) == 0 {
		return Blob{Birth: p.Epoch()}, nil
	}
	return p.writeBlobAt(p.alloc.takeRun(p.blobPages(uint64(len(data)))), kind, data)
}

func (p *File) writeBlobAt(first uint64, kind uint8, data []byte) (Blob, error) {
	r := Blob{Page: first, Birth: p.Epoch(), Size: uint64(len(data)), CRC: crc32.Checksum(data, castagnoli)}
	buf := p.Buffer()
	for id := first; len(data) > 0; id++ {
		n := copy(buf[pageHeader:], data)
		clear(buf[pageHeader+n:])
		data = data[n:]
		if _, err := p.writeAt(id, kind, buf); err != nil {
			return r, err
		}
		p.found.Store(max(p.found.Load(), id+1))
	}
	return r, nil
}

// Commit makes a checkpoint durable: the directory, the allocation map, sync,
// meta, sync. The old directory and map are freed. clean says that no log is
// needed beside it.
func (p *File) Commit(lastSeq, nextGen uint64, clean bool, directory []byte) error {
	p.FreeBlob(p.meta.Directory)
	p.FreeBlob(p.meta.Map)
	dir, err := p.WriteBlob(TypeBlob, directory)
	if err != nil {
		return err
	}
	// The map covers its own pages, which may lie behind the present end.
	words := (p.alloc.end+63)/64 + 2
	for p.blobPages(words*8)*2+p.alloc.end > words*64 {
		words += 8
	}
	first := p.alloc.takeRun(p.blobPages(words * 8))
	bitmap := make([]byte, words*8)
	for i, w := range p.alloc.used {
		if i*8 < len(bitmap) {
			le.PutUint64(bitmap[i*8:], w)
		}
	}
	for _, f := range p.alloc.pending {
		bitmap[f.page/8] &^= 1 << (f.page % 8)
	}
	m, err := p.writeBlobAt(first, TypeBlob, bitmap)
	if err != nil {
		return err
	}
	if err := p.f.Sync(); err != nil {
		return ioError(err, "sync")
	}
	before := p.meta
	p.meta = Meta{Epoch: before.Epoch + 1, LastSeq: lastSeq, NextGen: nextGen, Pages: p.alloc.end, Directory: dir, Map: m, Clean: clean}
	if err := p.writeMeta(); err != nil {
		return err
	}
	if err := p.f.Sync(); err != nil {
		return ioError(err, "sync")
	}
	p.older = before.Epoch
	return nil
}

// Shrink gives free pages at the end of the file back to the file system.
func (p *File) Shrink() error {
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

// InUse tells whether the allocation map has the page, waiting ones aside.
func (p *File) InUse() map[uint64]bool {
	out := map[uint64]bool{}
	for id := uint64(firstPage); id < p.alloc.end; id++ {
		if p.alloc.has(id) {
			out[id] = true
		}
	}
	for _, f := range p.alloc.pending {
		delete(out, f.page)
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
