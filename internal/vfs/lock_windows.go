package vfs

import (
	"os"

	"golang.org/x/sys/windows"
)

// lockFile locks one byte far beyond any content: locks of this system are
// mandatory, and one within the content would stop readers of backups.
func lockFile(f *os.File, shared bool) error {
	how := uint32(windows.LOCKFILE_EXCLUSIVE_LOCK | windows.LOCKFILE_FAIL_IMMEDIATELY)
	if shared {
		how = windows.LOCKFILE_FAIL_IMMEDIATELY
	}
	at := windows.Overlapped{OffsetHigh: 0x7fffffff, Offset: 0xfffffffe}
	err := windows.LockFileEx(windows.Handle(f.Fd()),
		how, 0, 1, 0, &at)
	if err == windows.ERROR_LOCK_VIOLATION || err == windows.ERROR_IO_PENDING {
		return ErrLocked
	}
	return err
}
