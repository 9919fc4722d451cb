package vfs

import (
	"io"
	"io/fs"
	"path/filepath"
	"sort"
	"sync"
)

// Memory makes an empty file system in the memory of this process. Nothing of
// it outlives the value; syncs do nothing; directories need not be made.
func Memory() FS {
	return &memoryFS{files: map[string]*memoryFile{}, locks: map[string]int{}}
}

// memoryChunk is small enough that a small database wastes little, and large
// enough that a page never crosses more than one boundary.
const memoryChunk = 64 << 10

type memoryFS struct {
	mu    sync.Mutex
	files map[string]*memoryFile
	locks map[string]int // holders; -1 is one that does not share
}

// memoryFile keeps its content in chunks; a nil chunk is zeros.
type memoryFile struct {
	mu     sync.RWMutex
	size   int64
	chunks []*[memoryChunk]byte
}

type memoryHandle struct {
	*memoryFile
	name     string
	readOnly bool
}

func pathError(op, name string, err error) error {
	return &fs.PathError{Op: op, Path: name, Err: err}
}

func (m *memoryFS) Open(name string, flag Flag) (File, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	key := filepath.Clean(name)
	f := m.files[key]
	switch {
	case f == nil && flag&Create == 0:
		return nil, pathError("open", name, fs.ErrNotExist)
	case f != nil && flag&Create != 0 && flag&Exclusive != 0:
		return nil, pathError("open", name, fs.ErrExist)
	case f == nil:
		f = &memoryFile{}
		m.files[key] = f
	}
	return &memoryHandle{memoryFile: f, name: name, readOnly: flag&ReadOnly != 0}, nil
}

func (m *memoryFS) Remove(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	key := filepath.Clean(name)
	if m.files[key] == nil {
		return pathError("remove", name, fs.ErrNotExist)
	}
	delete(m.files, key)
	return nil
}

func (m *memoryFS) Rename(oldName, newName string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	from := filepath.Clean(oldName)
	f := m.files[from]
	if f == nil {
		return pathError("rename", oldName, fs.ErrNotExist)
	}
	delete(m.files, from)
	m.files[filepath.Clean(newName)] = f
	return nil
}

func (m *memoryFS) SyncDir(string) error { return nil }

func (m *memoryFS) List(dir string) ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var names []string
	dir = filepath.Clean(dir)
	for name := range m.files {
		if filepath.Dir(name) == dir {
			names = append(names, filepath.Base(name))
		}
	}
	sort.Strings(names)
	return names, nil
}

func (m *memoryFS) Stat(name string) (FileInfo, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	key := filepath.Clean(name)
	if f := m.files[key]; f != nil {
		size, err := f.Size()
		return FileInfo{Size: size}, err
	}
	for other := range m.files {
		if filepath.Dir(other) == key {
			return FileInfo{IsDir: true}, nil
		}
	}
	return FileInfo{}, pathError("stat", name, fs.ErrNotExist)
}

type memoryLock struct {
	m    *memoryFS
	key  string
	once sync.Once
}

func (m *memoryFS) Lock(name string, shared bool) (io.Closer, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	key := filepath.Clean(name)
	if n := m.locks[key]; n < 0 || n > 0 && !shared {
		return nil, pathError("lock", name, ErrLocked)
	}
	if m.files[key] == nil {
		m.files[key] = &memoryFile{}
	}
	if shared {
		m.locks[key]++
	} else {
		m.locks[key] = -1
	}
	return &memoryLock{m: m, key: key}, nil
}

func (l *memoryLock) Close() error {
	l.once.Do(func() {
		l.m.mu.Lock()
		if l.m.locks[l.key]--; l.m.locks[l.key] <= 0 {
			delete(l.m.locks, l.key)
		}
		l.m.mu.Unlock()
	})
	return nil
}

func (m *memoryFS) TempFile(string) (File, error) {
	return &memoryHandle{memoryFile: &memoryFile{}, name: "temporary"}, nil
}

func (f *memoryFile) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, pathError("read", "", fs.ErrInvalid)
	}
	f.mu.RLock()
	defer f.mu.RUnlock()
	want := len(p)
	if off >= f.size {
		if want == 0 {
			return 0, nil
		}
		return 0, io.EOF
	}
	if int64(want) > f.size-off {
		p = p[:f.size-off]
	}
	for done := 0; done < len(p); {
		at := off + int64(done)
		in := int(at % memoryChunk)
		n := min(memoryChunk-in, len(p)-done)
		if c := f.chunks[at/memoryChunk]; c != nil {
			copy(p[done:done+n], c[in:])
		} else {
			clear(p[done : done+n])
		}
		done += n
	}
	if len(p) < want {
		return len(p), io.EOF
	}
	return want, nil
}

func (h *memoryHandle) WriteAt(p []byte, off int64) (int, error) {
	if h.readOnly {
		return 0, pathError("write", h.name, fs.ErrPermission)
	}
	if off < 0 {
		return 0, pathError("write", h.name, fs.ErrInvalid)
	}
	f := h.memoryFile
	f.mu.Lock()
	defer f.mu.Unlock()
	f.grow(off + int64(len(p)))
	for done := 0; done < len(p); {
		at := off + int64(done)
		in := int(at % memoryChunk)
		n := min(memoryChunk-in, len(p)-done)
		c := f.chunks[at/memoryChunk]
		if c == nil {
			c = new([memoryChunk]byte)
			f.chunks[at/memoryChunk] = c
		}
		copy(c[in:], p[done:done+n])
		done += n
	}
	return len(p), nil
}

// grow extends the size; the caller holds the lock.
func (f *memoryFile) grow(size int64) {
	if size <= f.size {
		return
	}
	need := int((size + memoryChunk - 1) / memoryChunk)
	for len(f.chunks) < need {
		f.chunks = append(f.chunks, nil)
	}
	f.size = size
}

func (h *memoryHandle) Truncate(size int64) error {
	if h.readOnly || size < 0 {
		return pathError("truncate", h.name, fs.ErrInvalid)
	}
	f := h.memoryFile
	f.mu.Lock()
	defer f.mu.Unlock()
	if size >= f.size {
		f.grow(size)
		return nil
	}
	keep := int((size + memoryChunk - 1) / memoryChunk)
	clear(f.chunks[keep:])
	f.chunks = f.chunks[:keep]
	if in := size % memoryChunk; in != 0 && f.chunks[keep-1] != nil {
		clear(f.chunks[keep-1][in:]) // growing again must find zeros
	}
	f.size = size
	return nil
}

func (f *memoryFile) Size() (int64, error) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.size, nil
}

func (h *memoryHandle) Allocate(size int64) error {
	if h.readOnly {
		return pathError("allocate", h.name, fs.ErrPermission)
	}
	h.mu.Lock()
	h.grow(size)
	h.mu.Unlock()
	return nil
}

func (h *memoryHandle) Sync() error  { return nil }
func (h *memoryHandle) Close() error { return nil }
