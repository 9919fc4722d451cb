//go:build !race

package slab

import (
	"unsafe"

	"golang.org/x/sys/windows"
)

// mapped commits private memory; large pages need a privilege that programs
// do not have.
func mapped(n int, _ bool) (Slab, error) {
	at, err := windows.VirtualAlloc(0, uintptr(n), windows.MEM_RESERVE|windows.MEM_COMMIT, windows.PAGE_READWRITE)
	if err != nil {
		return Slab{}, err
	}
	// The address is foreign to the collector and does not move.
	b := unsafe.Slice(*(**byte)(unsafe.Pointer(&at)), n)
	return Slab{Bytes: b, whole: b}, nil
}

func (s *Slab) unmap() error {
	if s.whole == nil {
		return nil
	}
	return windows.VirtualFree(uintptr(unsafe.Pointer(&s.whole[0])), 0, windows.MEM_RELEASE)
}

// discard leaves the pages as they are.
func (s *Slab) discard(from, to int) {}
