//go:build !race

package slab

import "golang.org/x/sys/unix"

// advise asks for huge pages. A kernel without them runs as well.
func advise(b []byte) { _ = unix.Madvise(b, unix.MADV_HUGEPAGE) }

// discard gives pages back at once. Where that fails they stay.
func (s *Slab) discard(from, to int) { _ = unix.Madvise(s.Bytes[from:to], unix.MADV_DONTNEED) }
