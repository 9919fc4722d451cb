package vfs

import (
	"errors"
	"io"
)

// Flag says how Open opens a file. Without any, an existing file is opened for
// reading and writing.
type Flag uint8

const (
	ReadOnly  Flag = 1 << iota // writing fails
	Create                     // makes an empty file where there is none
	Exclusive                  // with Create: an existing file is fs.ErrExist
)

// ErrLocked is what Lock gives where somebody else holds the lock.
var ErrLocked = errors.New("the file is locked by another process")

// FileInfo is what Stat tells.
type FileInfo struct {
	Size  int64 // bytes
	IsDir bool
}

// FS is a file system. All methods may be called by several goroutines.
type FS interface {
	// Open opens the named file; missing is fs.ErrNotExist. New files are
	// readable by their owner alone.
	Open(name string, flag Flag) (File, error)
	// Remove deletes a file. Open handles stay usable, except on Windows.
	Remove(name string) error
	// Rename gives a file a new name, replacing a file of that name at once.
	Rename(oldName, newName string) error
	// SyncDir makes the names in dir durable. It does nothing on Windows.
	SyncDir(dir string) error
	// List gives the names (without dir) in dir, sorted.
	List(dir string) ([]string, error)
	// Stat tells size and kind; missing is fs.ErrNotExist.
	Stat(name string) (FileInfo, error)
	// Lock takes the lock of a file for as long as the Closer is open, making
	// an empty file where there is none: for one holder, or shared with others
	// that share it. ErrLocked comes at once when it cannot be had. It is advisory, and ends with the process. Where locks
	// belong to the process (Solaris, AIX) closing any other handle of the
	// same file would release it: lock a name that is never opened otherwise.
	Lock(name string, shared bool) (io.Closer, error)
	// TempFile makes a file that nobody else sees and that is gone when it is
	// closed. An empty dir is the system's place for such files.
	TempFile(dir string) (File, error)
}

// File is an open file. ReadAt and WriteAt may run in parallel.
type File interface {
	io.ReaderAt // io.EOF where fewer bytes are there
	io.WriterAt // extends the file; a gap reads as zeros
	// Truncate sets the size; growing adds zeros.
	Truncate(size int64) error
	// Size is the present size in bytes.
	Size() (int64, error)
	// Sync makes content and size durable. After an error it is never called
	// again: what was not synced may be lost although later calls succeed.
	Sync() error
	// Allocate grows the file with written zeros to at least size, so that a
	// later Sync has no metadata to write. A larger file stays as it is.
	Allocate(size int64) error
	Close() error
}

// Dropper is a File of a simulated disk that can lose its unsynced content, as
// an operating system does when a sync fails.
type Dropper interface {
	DropUnsynced()
}
