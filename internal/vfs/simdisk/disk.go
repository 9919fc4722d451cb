package simdisk

import (
	"io"
	"io/fs"
	"path/filepath"
	"sort"
	"sync"

	"github.com/zqlite/zqlite/internal/vfs"
)

// Disk is a file system that records what is done to it. Its methods may be
// called by several goroutines; the record has them in one order.
type Disk struct {
	mu        sync.Mutex
	state     *state
	initial   *state // where the record begins
	record    []*Op
	nextInode int
	locks     map[string]int // holders; -1 is one that does not share
}

// New makes an empty disk.
func New() *Disk {
	return &Disk{state: newState(), initial: newState(), locks: map[string]int{}}
}

func pathError(op, name string, err error) error {
	return &fs.PathError{Op: op, Path: name, Err: err}
}

// do records and applies an operation; the caller holds mu.
func (d *Disk) do(op *Op) {
	d.record = append(d.record, op)
	d.state.apply(op)
}

// Ops is how many operations were recorded.
func (d *Disk) Ops() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.record)
}

// Mark puts a note of the test into the record, to be found by its Cursor.
func (d *Disk) Mark(value int64) {
	d.mu.Lock()
	d.record = append(d.record, &Op{Kind: OpMark, Off: value})
	d.mu.Unlock()
}

// LosePower gives what a power cut at this moment leaves. The disk itself, and
// what is open on it, goes on unaffected.
func (d *Disk) LosePower(kind Kind, seed uint64) *Disk {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.state.image(kind, seed)
}

// Kill gives what the end of the process at this moment leaves (ProcessEnd).
func (d *Disk) Kill() *Disk { return d.LosePower(ProcessEnd, 0) }

// Cursor walks the record of a disk. The disk must not change meanwhile.
type Cursor struct {
	state  *state
	record []*Op
	pos    int
}

// Replay gives a cursor before the first operation.
func (d *Disk) Replay() *Cursor {
	d.mu.Lock()
	defer d.mu.Unlock()
	return &Cursor{state: d.initial.clone(), record: d.record}
}

// Next takes one operation further and returns it, or nil at the end.
func (c *Cursor) Next() *Op {
	if c.pos == len(c.record) {
		return nil
	}
	op := c.record[c.pos]
	c.pos++
	c.state.apply(op)
	return op
}

// Pos is how many operations are done.
func (c *Cursor) Pos() int { return c.pos }

// Image gives what a power cut between the operations leaves.
func (c *Cursor) Image(kind Kind, seed uint64) *Disk { return c.state.image(kind, seed) }

// Unsynced tells whether anything is at risk; else all images are the same.
func (c *Cursor) Unsynced() bool {
	if len(c.state.pending) > 0 {
		return true
	}
	for id, f := range c.state.inodes {
		if len(f.pending) > 0 && c.state.reachable(id) {
			return true
		}
	}
	return false
}

// Open implements vfs.FS.
func (d *Disk) Open(name string, flag vfs.Flag) (vfs.File, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	name = filepath.Clean(name)
	id, ok := d.state.names[name]
	switch {
	case !ok && flag&vfs.Create == 0:
		return nil, pathError("open", name, fs.ErrNotExist)
	case ok && flag&vfs.Create != 0 && flag&vfs.Exclusive != 0:
		return nil, pathError("open", name, fs.ErrExist)
	case !ok:
		id = d.create(name)
	}
	return &file{d: d, inode: id, f: d.state.inodes[id], name: name, readOnly: flag&vfs.ReadOnly != 0}, nil
}

func (d *Disk) create(name string) int {
	id := d.nextInode
	d.nextInode++
	d.do(&Op{Kind: OpCreate, Name: name, inode: id})
	return id
}

// Remove implements vfs.FS.
func (d *Disk) Remove(name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	name = filepath.Clean(name)
	id, ok := d.state.names[name]
	if !ok {
		return pathError("remove", name, fs.ErrNotExist)
	}
	d.do(&Op{Kind: OpRemove, Name: name, inode: id})
	return nil
}

// Rename implements vfs.FS.
func (d *Disk) Rename(oldName, newName string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	oldName, newName = filepath.Clean(oldName), filepath.Clean(newName)
	id, ok := d.state.names[oldName]
	if !ok {
		return pathError("rename", oldName, fs.ErrNotExist)
	}
	if oldName != newName {
		d.do(&Op{Kind: OpRename, Name: oldName, New: newName, inode: id})
	}
	return nil
}

// SyncDir implements vfs.FS.
func (d *Disk) SyncDir(dir string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.do(&Op{Kind: OpSyncDir, Name: filepath.Clean(dir)})
	return nil
}

// List implements vfs.FS.
func (d *Disk) List(dir string) ([]string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var names []string
	dir = filepath.Clean(dir)
	for name := range d.state.names {
		if filepath.Dir(name) == dir {
			names = append(names, filepath.Base(name))
		}
	}
	sort.Strings(names)
	return names, nil
}

// Stat implements vfs.FS.
func (d *Disk) Stat(name string) (vfs.FileInfo, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	name = filepath.Clean(name)
	if id, ok := d.state.names[name]; ok {
		return vfs.FileInfo{Size: d.state.inodes[id].live.size}, nil
	}
	for other := range d.state.names {
		if filepath.Dir(other) == name {
			return vfs.FileInfo{IsDir: true}, nil
		}
	}
	return vfs.FileInfo{}, pathError("stat", name, fs.ErrNotExist)
}

type diskLock struct {
	d    *Disk
	name string
	once sync.Once
}

// Lock implements vfs.FS.
func (d *Disk) Lock(name string, shared bool) (io.Closer, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	name = filepath.Clean(name)
	if n := d.locks[name]; n < 0 || n > 0 && !shared {
		return nil, pathError("lock", name, vfs.ErrLocked)
	}
	if _, ok := d.state.names[name]; !ok {
		d.create(name)
	}
	if shared {
		d.locks[name]++
	} else {
		d.locks[name] = -1
	}
	return &diskLock{d: d, name: name}, nil
}

func (l *diskLock) Close() error {
	l.once.Do(func() {
		l.d.mu.Lock()
		if l.d.locks[l.name]--; l.d.locks[l.name] <= 0 {
			delete(l.d.locks, l.name)
		}
		l.d.mu.Unlock()
	})
	return nil
}

// TempFile implements vfs.FS. The file has no name, so no image has it.
func (d *Disk) TempFile(string) (vfs.File, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	id := d.create("")
	return &file{d: d, inode: id, f: d.state.inodes[id], name: "temporary"}, nil
}

// file is a handle.
type file struct {
	d        *Disk
	inode    int
	f        *inode
	name     string
	readOnly bool
	closed   bool
}

// usable checks a handle before a change; the caller holds the lock.
func (h *file) usable(op string) error {
	if h.closed {
		return pathError(op, h.name, fs.ErrClosed)
	}
	if h.readOnly {
		return pathError(op, h.name, fs.ErrPermission)
	}
	return nil
}

func (h *file) ReadAt(p []byte, off int64) (int, error) {
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	if h.closed {
		return 0, pathError("read", h.name, fs.ErrClosed)
	}
	if off < 0 {
		return 0, pathError("read", h.name, fs.ErrInvalid)
	}
	n := h.f.live.readAt(p, off)
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (h *file) WriteAt(p []byte, off int64) (int, error) {
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	if err := h.usable("write"); err != nil {
		return 0, err
	}
	if off < 0 {
		return 0, pathError("write", h.name, fs.ErrInvalid)
	}
	h.d.do(&Op{Kind: OpWrite, Name: h.name, Off: off, Data: append([]byte(nil), p...), inode: h.inode})
	return len(p), nil
}

func (h *file) Truncate(size int64) error {
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	if err := h.usable("truncate"); err != nil {
		return err
	}
	if size < 0 {
		return pathError("truncate", h.name, fs.ErrInvalid)
	}
	h.d.do(&Op{Kind: OpTruncate, Name: h.name, Off: size, inode: h.inode})
	return nil
}

// Allocate changes the size only: a range that was never written reads as
// zeros, written or not.
func (h *file) Allocate(size int64) error {
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	if err := h.usable("allocate"); err != nil {
		return err
	}
	if size > h.f.live.size {
		h.d.do(&Op{Kind: OpTruncate, Name: h.name, Off: size, inode: h.inode})
	}
	return nil
}

func (h *file) Size() (int64, error) {
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	return h.f.live.size, nil
}

func (h *file) Sync() error {
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	if h.closed {
		return pathError("sync", h.name, fs.ErrClosed)
	}
	h.d.do(&Op{Kind: OpSync, Name: h.name, inode: h.inode})
	return nil
}

// DropUnsynced implements vfs.Dropper: the content is that of the last sync
// again, as it is read after a failed sync and some pressure on memory.
func (h *file) DropUnsynced() {
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	h.d.do(&Op{Kind: OpDrop, Name: h.name, inode: h.inode})
}

func (h *file) Close() error {
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	if h.closed {
		return pathError("close", h.name, fs.ErrClosed)
	}
	h.closed = true
	return nil
}
