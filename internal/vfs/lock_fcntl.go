//go:build solaris || aix || illumos

package vfs

import (
	"os"

	"golang.org/x/sys/unix"
)

// lockFile uses a POSIX record lock, for want of flock. It belongs to the
// process, so closing another handle of the same file would release it.
func lockFile(f *os.File, shared bool) error {
	kind := int16(unix.F_WRLCK)
	if shared {
		kind = unix.F_RDLCK
	}
	for {
		l := unix.Flock_t{Type: kind, Whence: 0}
		err := unix.FcntlFlock(f.Fd(), unix.F_SETLK, &l)
		switch err {
		case unix.EINTR:
			continue
		case unix.EAGAIN, unix.EACCES:
			return ErrLocked
		default:
			return err
		}
	}
}
