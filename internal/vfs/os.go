package vfs

import (
	"io"
	"io/fs"
	"os"
	"runtime"
	"sort"
)

type osFS struct{}

// OS is the file system of the operating system.
func OS() FS { return osFS{} }

// filePerm keeps data to its owner; whoever wants to share it changes the mode.
const filePerm = 0o600

type osFile struct {
	*os.File
	removeOnClose bool
}

func (osFS) Open(name string, flag Flag) (File, error) {
	mode := os.O_RDWR
	if flag&ReadOnly != 0 {
		mode = os.O_RDONLY
	}
	if flag&Create != 0 {
		mode |= os.O_CREATE
	}
	if flag&Exclusive != 0 {
		mode |= os.O_EXCL
	}
	f, err := os.OpenFile(name, mode, filePerm)
	if err != nil {
		return nil, err
	}
	return &osFile{File: f}, nil
}

func (osFS) Remove(name string) error             { return os.Remove(name) }
func (osFS) Rename(oldName, newName string) error { return os.Rename(oldName, newName) }

func (osFS) List(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	sort.Strings(names)
	return names, nil
}

func (osFS) Stat(name string) (FileInfo, error) {
	info, err := os.Stat(name)
	if err != nil {
		return FileInfo{}, err
	}
	return FileInfo{Size: info.Size(), IsDir: info.IsDir()}, nil
}

func (osFS) Lock(name string, shared bool) (io.Closer, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, filePerm)
	if err != nil {
		// A file that may only be read can still be locked on most systems.
		var readErr error
		if f, readErr = os.Open(name); readErr != nil {
			return nil, err
		}
	}
	if err := lockFile(f, shared); err != nil {
		f.Close()
		if err == ErrLocked {
			return nil, &fs.PathError{Op: "lock", Path: name, Err: ErrLocked}
		}
		return nil, &fs.PathError{Op: "lock", Path: name, Err: err}
	}
	return f, nil // closing the only handle releases the lock
}

func (osFS) TempFile(dir string) (File, error) {
	f, err := os.CreateTemp(dir, "zqlite-*.tmp")
	if err != nil {
		return nil, err
	}
	t := &osFile{File: f, removeOnClose: true}
	// Where an open file can lose its name, a killed process leaves nothing.
	if runtime.GOOS != "windows" && os.Remove(f.Name()) == nil {
		t.removeOnClose = false
	}
	return t, nil
}

func (f *osFile) Size() (int64, error) {
	info, err := f.File.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func (f *osFile) Close() error {
	err := f.File.Close()
	if f.removeOnClose {
		if removeErr := os.Remove(f.Name()); err == nil {
			err = removeErr
		}
	}
	return err
}

// zeros is what Allocate writes; a block that is large enough to be fast.
var zeros [256 << 10]byte

// Allocate writes zeros rather than asking for unwritten extents: turning such
// an extent into a written one is a change of metadata, which is what the
// preallocation is meant to keep out of the later syncs.
func (f *osFile) Allocate(size int64) error {
	at, err := f.Size()
	if err != nil {
		return err
	}
	for at < size {
		n := min(int64(len(zeros)), size-at)
		if _, err := f.WriteAt(zeros[:n], at); err != nil {
			return err
		}
		at += n
	}
	return nil
}
