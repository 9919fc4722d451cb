package vfs

import (
	"io/fs"
	"syscall"
)

// Sync is fdatasync: content and size, not the times.
func (f *osFile) Sync() error {
	conn, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var syncErr error
	err = conn.Control(func(fd uintptr) {
		for {
			// An interrupted call has not failed: nothing was marked clean.
			if syncErr = syscall.Fdatasync(int(fd)); syncErr != syscall.EINTR {
				return
			}
		}
	})
	if err == nil && syncErr != nil {
		err = &fs.PathError{Op: "fdatasync", Path: f.Name(), Err: syncErr}
	}
	return err
}
