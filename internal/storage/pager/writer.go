package pager

// runBytes is how much adjacent pages are written at once.
const runBytes = 256 << 10

// Writer writes the new pages of a checkpoint. Adjacent pages are written
// together, so Flush comes before anything reads them.
type Writer struct {
	f       *File
	content []byte
	run     []byte
	first   uint64 // page at the beginning of run
}

// Writer gives a writer for the checkpoint being written.
func (p *File) Writer() *Writer {
	return &Writer{f: p, content: make([]byte, p.Room()), run: make([]byte, 0, max(runBytes, p.pageSize))}
}

// File gives the file that is written.
func (w *Writer) File() *File { return w.f }

// Content is the room for a page's content, for the next Write.
func (w *Writer) Content() []byte { return w.content }

// take allocates n adjacent pages.
func (w *Writer) take(n uint64) uint64 {
	p := w.f
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.alloc.takeRun(n)
}

// Write stores the page whose content is in Content.
func (w *Writer) Write(kind uint8) (Ptr, error) {
	id := w.take(1)
	ptr := Ptr{Page: id, Birth: w.f.Epoch()}
	var err error
	ptr.CRC, ptr.Tag, err = w.put(id, kind, ptr.Birth, w.content)
	return ptr, err
}

func (w *Writer) put(id uint64, kind uint8, birth uint64, content []byte) (crc uint32, tag [tagBytes]byte, err error) {
	size := w.f.pageSize
	if n := len(w.run); n > 0 && (w.first+uint64(n/size) != id || n+size > cap(w.run)) {
		if err := w.Flush(); err != nil {
			return 0, tag, err
		}
	}
	if len(w.run) == 0 {
		w.first = id
	}
	n := len(w.run)
	w.run = w.run[:n+size]
	return w.f.finish(w.run[n:], id, kind, birth, content)
}

// Flush writes what is held back.
func (w *Writer) Flush() error {
	if len(w.run) == 0 {
		return nil
	}
	p := w.f
	if _, err := p.f.WriteAt(w.run, int64(w.first)*int64(p.pageSize)); err != nil {
		return ioError(err, "write")
	}
	end := w.first + uint64(len(w.run)/p.pageSize)
	for {
		found := p.found.Load()
		if end <= found || p.found.CompareAndSwap(found, end) {
			break
		}
	}
	w.run = w.run[:0]
	return nil
}

// Sync makes everything written durable.
func (w *Writer) Sync() error {
	if err := w.Flush(); err != nil {
		return err
	}
	if err := w.f.f.Sync(); err != nil {
		return ioError(err, "sync")
	}
	return nil
}

// WriteBlob stores bytes on pages of their own.
func (w *Writer) WriteBlob(kind uint8, data []byte) (Blob, error) {
	if len(data) == 0 {
		return Blob{Birth: w.f.Epoch()}, nil
	}
	return w.writeBlobAt(w.take(w.f.blobPages(uint64(len(data)))), kind, data)
}

// MoveBlob stores the bytes of old again, wholly below its place (or behind all
// others after AllocateBehind), and frees it. ok is false where there is no room.
func (w *Writer) MoveBlob(kind uint8, old Blob) (r Blob, ok bool, err error) {
	p := w.f
	n := p.blobPages(old.Size)
	if n == 0 || !p.HasBlob(old) {
		return old, false, nil
	}
	p.mu.Lock()
	var first, run uint64
	if p.alloc.behind {
		first, run = p.alloc.takeRun(n), n
	} else if first, run = p.alloc.findRun(n, min(old.Page, p.alloc.end)); run == n {
		p.alloc.claim(first, n)
	}
	p.mu.Unlock()
	if run < n {
		return old, false, nil
	}
	data, err := p.ReadBlob(old, kind)
	if err != nil {
		return old, false, err
	}
	w.FreeBlob(old)
	r, err = w.writeBlobAt(first, kind, data)
	return r, true, err
}

func (w *Writer) writeBlobAt(first uint64, kind uint8, data []byte) (Blob, error) {
	r := Blob{Page: first, Birth: w.f.Epoch(), Size: uint64(len(data))}
	var sum chain
	last := make([]byte, w.f.Room())
	for id := first; len(data) > 0; id++ {
		content := last
		if len(data) >= len(last) {
			content = data[:len(last)]
		} else {
			copy(last, data)
		}
		data = data[min(len(data), len(last)):]
		crc, tag, err := w.put(id, kind, r.Birth, content)
		if err != nil {
			return r, err
		}
		sum.add(crc, tag[:], w.f.keys != nil)
	}
	r.CRC, r.Tag = sum.crc, sum.tag()
	return r, nil
}

// Free gives up a page of the trees from this checkpoint on.
func (w *Writer) Free(page uint64) {
	p := w.f
	p.mu.Lock()
	defer p.mu.Unlock()
	p.alloc.pending = append(p.alloc.pending, freed{page, p.Epoch()})
}

// FreeBlob gives up a blob from this checkpoint on. One that cannot be is
// damage that reading or verifying it reports.
func (w *Writer) FreeBlob(r Blob) { w.f.BlobPages(r, w.Free) }

// Commit makes a checkpoint durable: the directory, the allocation map, sync,
// meta, sync. The old directory and map are freed. clean says that no log is
// needed beside it.
func (w *Writer) Commit(lastSeq, nextGen uint64, clean bool, directory []byte) error {
	p := w.f
	before := p.Meta()
	w.FreeBlob(before.Directory)
	w.FreeBlob(before.Map)
	dir, err := w.WriteBlob(TypeBlob, directory)
	if err != nil {
		return err
	}
	// The map covers its own pages, which may lie behind the present end.
	p.mu.Lock()
	words := (p.alloc.end+63)/64 + 2
	for p.blobPages(words*8)*2+p.alloc.end > words*64 {
		words += 8
	}
	first := p.alloc.takeRun(p.blobPages(words * 8))
	bitmap := p.bitmap(words * 8)
	end := p.alloc.end
	p.mu.Unlock()
	m, err := w.writeBlobAt(first, TypeBlob, bitmap)
	if err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	p.decided.Store(true)
	if err := w.Sync(); err != nil {
		return err
	}
	epoch := p.Epoch()
	p.mu.Lock()
	p.meta = Meta{Epoch: epoch, LastSeq: lastSeq, NextGen: nextGen, Pages: end, Directory: dir, Map: m, Clean: clean}
	p.mu.Unlock()
	if err := p.writeMeta(); err != nil {
		return err
	}
	if err := p.f.Sync(); err != nil {
		return ioError(err, "sync")
	}
	p.mu.Lock()
	p.older = before.Epoch
	p.mu.Unlock()
	p.epoch.Store(epoch + 1)
	return nil
}
