//go:build (linux || darwin || freebsd || netbsd || openbsd || dragonfly) && !race

package slab

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// hugePage is the usual size of one.
const hugePage = 2 << 20

func mapped(n int, huge bool) (Slab, error) {
	huge = huge && n >= hugePage
	room := n
	if huge {
		room += hugePage // of which the part that is not aligned stays untouched
	}
	b, err := unix.Mmap(-1, 0, room, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return Slab{}, err
	}
	s := Slab{Bytes: b[:n:n], whole: b}
	if huge {
		from := int(-uintptr(unsafe.Pointer(&b[0])) % hugePage)
		s.Bytes = b[from : from+n : from+n]
		advise(s.Bytes)
	}
	return s, nil
}

func (s *Slab) unmap() error {
	if s.whole == nil {
		return nil
	}
	return unix.Munmap(s.whole)
}
