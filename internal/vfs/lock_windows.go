package vfs

import (
	"os"

	"golang.org/x/sys/windows"
)

// lockFile locks one byte far beyond any content: locks of this system are
// mandatory, and one within the content would stop readers of backups.
func lockFile(f *os.File) error {
	at := windows.Overlapped{OffsetHigh: 0x7fffffff, Offset: 0xfffffffe}
	err := windows.LockFileEx(windows.Handle(f.Fd()),
		windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &at)
	if err == windows.ERROR_LOCK_VIOLATION || err == windows.ERROR_IO_PENDING {
		return ErrLocked
	}
	return err
}
