//go:build (darwin || freebsd || netbsd || openbsd || dragonfly) && !race

package slab

import "golang.org/x/sys/unix"

// advise has nothing to ask for: these systems promote pages by themselves.
func advise([]byte) {}

// discard lets the system take the pages when it needs them.
func (s *Slab) discard(from, to int) { _ = unix.Madvise(s.Bytes[from:to], unix.MADV_FREE) }
