package faultfs

import (
	"io"
	"io/fs"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/zqlite/zqlite/internal/vfs"
)

// Class is a set of kinds of calls.
type Class uint32

const (
	Read Class = 1 << iota
	Write
	Sync
	Truncate
	Allocate
	Open
	Remove
	Rename
	SyncDir
	List
	Stat
	Lock
	TempFile
	Size
	Close

	Changing = Write | Sync | Truncate | Allocate | Open | Remove | Rename | SyncDir | TempFile
	Any      = Changing | Read | List | Stat | Lock | Size | Close
)

var classNames = map[Class]string{Read: "read", Write: "write", Sync: "sync", Truncate: "truncate",
	Allocate: "allocate", Open: "open", Remove: "remove", Rename: "rename", SyncDir: "syncdir", List: "list",
	Stat: "stat", Lock: "lock", TempFile: "tempfile", Size: "size", Close: "close"}

func (c Class) String() string {
	if n, ok := classNames[c]; ok {
		return n
	}
	return "several"
}

// Kind is the way a call fails.
type Kind uint8

const (
	EIO        Kind = iota
	ENOSPC          // nothing is done
	ShortWrite      // a write does its first half, then ENOSPC; other calls: EIO
	SyncLoss        // EIO; a sync loses what was unsynced, where the file is a vfs.Dropper
)

func (k Kind) String() string { return [...]string{"EIO", "ENOSPC", "short write", "sync loss"}[k] }

// Fault says which call fails and how.
type Fault struct {
	Class   Class
	N       int  // the Nth call of Class since Inject, from 1
	Forever bool // and all later calls of Class
	Kind    Kind
	Name    func(name string) bool // nil: any file
}

// Call is what a Hook sees. Data is the caller's.
type Call struct {
	Class   Class
	Name    string
	NewName string // of a rename
	Off     int64  // of reads and writes; the size of truncate and allocate
	Data    []byte // of writes
	N       int    // calls of this class so far, with this one
}

// Verdict is what a Hook decides.
type Verdict uint8

const (
	Pass Verdict = iota
	Skip         // do nothing and report success
	Hold         // do it after the next call that is not held; report success now
)

// Hook decides about changing calls (not opens). It runs under the lock of the
// FS and must not call it.
type Hook func(c *Call) Verdict

// FS is a file system with faults. The zero value is not usable; see New.
type FS struct {
	inner vfs.FS

	mu     sync.Mutex
	counts map[Class]int
	fault  *Fault
	seen   int
	fired  int
	hook   Hook
	hooked atomic.Bool
	held   []func() error
}

// New wraps a file system.
func New(inner vfs.FS) *FS { return &FS{inner: inner, counts: map[Class]int{}} }

// Inject arms a fault in place of the one before, and counts from here.
func (f *FS) Inject(fault Fault) {
	f.mu.Lock()
	f.fault, f.seen, f.fired = &fault, 0, 0
	f.mu.Unlock()
}

// Clear disarms the fault.
func (f *FS) Clear() {
	f.mu.Lock()
	f.fault = nil
	f.mu.Unlock()
}

// SetHook installs a hook, or none.
func (f *FS) SetHook(h Hook) {
	f.mu.Lock()
	f.hook = h
	f.hooked.Store(h != nil)
	f.mu.Unlock()
}

// Fired is how many calls the present or last fault made fail.
func (f *FS) Fired() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.fired
}

// Count is how many calls of the classes were made.
func (f *FS) Count(c Class) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for class, count := range f.counts {
		if class&c != 0 {
			n += count
		}
	}
	return n
}

// check counts a call and tells whether it fails.
func (f *FS) check(class Class, name string) (Kind, bool) {
	f.counts[class]++
	t := f.fault
	if t == nil || t.Class&class == 0 || t.Name != nil && !t.Name(name) {
		return 0, false
	}
	f.seen++
	if f.seen != t.N && !(t.Forever && f.seen > t.N) {
		return 0, false
	}
	f.fired++
	return t.Kind, true
}

func (k Kind) err(op Class, name string) error {
	errno := syscall.EIO
	if k == ENOSPC || k == ShortWrite && op == Write {
		errno = syscall.ENOSPC
	}
	return &fs.PathError{Op: op.String(), Path: name, Err: errno}
}

// gate decides about a call that does not change anything, or opens.
func (f *FS) gate(class Class, name string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if kind, fails := f.check(class, name); fails {
		return kind.err(class, name)
	}
	return nil
}

// change runs a changing call under fault and hook. failing does what the call
// still does when it fails.
func (f *FS) change(c *Call, do func() error, failing func(Kind)) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if kind, fails := f.check(c.Class, c.Name); fails {
		if failing != nil {
			failing(kind)
		}
		return kind.err(c.Class, c.Name)
	}
	if f.hook == nil {
		// Calls run in parallel unless there is a hook to order them.
		f.mu.Unlock()
		defer f.mu.Lock()
		return do()
	}
	c.N = f.counts[c.Class]
	switch f.hook(c) {
	case Skip:
		return nil
	case Hold:
		f.held = append(f.held, do)
		return nil
	}
	err := do()
	held := f.held
	f.held = nil
	for _, h := range held {
		if heldErr := h(); err == nil {
			err = heldErr
		}
	}
	return err
}

// release does what is held back, before a file of it is closed.
func (f *FS) release() (err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, h := range f.held {
		if heldErr := h(); err == nil {
			err = heldErr
		}
	}
	f.held = nil
	return err
}

// Open implements vfs.FS.
func (f *FS) Open(name string, flag vfs.Flag) (vfs.File, error) {
	if err := f.gate(Open, name); err != nil {
		return nil, err
	}
	inner, err := f.inner.Open(name, flag)
	if err != nil {
		return nil, err
	}
	return &file{fs: f, inner: inner, name: name}, nil
}

// Remove implements vfs.FS.
func (f *FS) Remove(name string) error {
	return f.change(&Call{Class: Remove, Name: name}, func() error { return f.inner.Remove(name) }, nil)
}

// Rename implements vfs.FS.
func (f *FS) Rename(oldName, newName string) error {
	return f.change(&Call{Class: Rename, Name: oldName, NewName: newName},
		func() error { return f.inner.Rename(oldName, newName) }, nil)
}

// SyncDir implements vfs.FS.
func (f *FS) SyncDir(dir string) error {
	return f.change(&Call{Class: SyncDir, Name: dir}, func() error { return f.inner.SyncDir(dir) }, nil)
}

// List implements vfs.FS.
func (f *FS) List(dir string) ([]string, error) {
	if err := f.gate(List, dir); err != nil {
		return nil, err
	}
	return f.inner.List(dir)
}

// Stat implements vfs.FS.
func (f *FS) Stat(name string) (vfs.FileInfo, error) {
	if err := f.gate(Stat, name); err != nil {
		return vfs.FileInfo{}, err
	}
	return f.inner.Stat(name)
}

// Lock implements vfs.FS.
func (f *FS) Lock(name string, shared bool) (io.Closer, error) {
	if err := f.gate(Lock, name); err != nil {
		return nil, err
	}
	return f.inner.Lock(name, shared)
}

// TempFile implements vfs.FS.
func (f *FS) TempFile(dir string) (vfs.File, error) {
	if err := f.gate(TempFile, dir); err != nil {
		return nil, err
	}
	inner, err := f.inner.TempFile(dir)
	if err != nil {
		return nil, err
	}
	return &file{fs: f, inner: inner, name: "temporary"}, nil
}

type file struct {
	fs    *FS
	inner vfs.File
	name  string
}

func (h *file) ReadAt(p []byte, off int64) (int, error) {
	if err := h.fs.gate(Read, h.name); err != nil {
		return 0, err
	}
	return h.inner.ReadAt(p, off)
}

func (h *file) WriteAt(p []byte, off int64) (n int, err error) {
	c := &Call{Class: Write, Name: h.name, Off: off, Data: p}
	written := 0
	data := p
	if h.fs.hooked.Load() { // a write that is held keeps what it was given
		data = append([]byte(nil), p...)
	}
	err = h.fs.change(c, func() error {
		_, err := h.inner.WriteAt(data, off)
		return err
	}, func(k Kind) {
		if k == ShortWrite {
			written, _ = h.inner.WriteAt(p[:len(p)/2], off)
		}
	})
	if err == nil {
		written = len(p)
	}
	return written, err
}

func (h *file) Truncate(size int64) error {
	return h.fs.change(&Call{Class: Truncate, Name: h.name, Off: size}, func() error { return h.inner.Truncate(size) }, nil)
}

func (h *file) Allocate(size int64) error {
	return h.fs.change(&Call{Class: Allocate, Name: h.name, Off: size}, func() error { return h.inner.Allocate(size) }, nil)
}

func (h *file) Sync() error {
	return h.fs.change(&Call{Class: Sync, Name: h.name}, h.inner.Sync, func(k Kind) {
		if d, ok := h.inner.(vfs.Dropper); ok && k == SyncLoss {
			d.DropUnsynced()
		}
	})
}

func (h *file) Size() (int64, error) {
	if err := h.fs.gate(Size, h.name); err != nil {
		return 0, err
	}
	return h.inner.Size()
}

// Close closes the file even where it reports a failure, as systems do.
func (h *file) Close() error {
	if err := h.fs.gate(Close, h.name); err != nil {
		h.inner.Close()
		return err
	}
	if err := h.fs.release(); err != nil {
		h.inner.Close()
		return err
	}
	return h.inner.Close()
}
