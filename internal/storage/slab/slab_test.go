package slab

import (
	"runtime"
	"testing"
)

// TestMap maps slabs of several sizes, uses all of them, and gives them back.
func TestMap(t *testing.T) {
	for _, huge := range []bool{false, true} {
		for _, n := range []int{4096, 1 << 20, Size} {
			s, err := Map(n, huge)
			if err != nil {
				t.Fatal(err)
			}
			if len(s.Bytes) != n || cap(s.Bytes) != n {
				t.Fatalf("%d bytes of %d", len(s.Bytes), n)
			}
			for i := range s.Bytes {
				if s.Bytes[i] != 0 {
					t.Fatalf("byte %d is not zero", i)
				}
			}
			Wipe(s.Bytes)
			s.Discard(0, n)
			s.Bytes[n-1] = 7
			if s.Bytes[n-1] != 7 {
				t.Fatal("the memory is not kept")
			}
			if err := s.Unmap(); err != nil || s.Bytes != nil {
				t.Fatal(err)
			}
			if err := s.Unmap(); err != nil {
				t.Fatal("unmapping nothing:", err)
			}
		}
	}
}

// TestOutsideTheHeap maps a lot and looks at the heap.
func TestOutsideTheHeap(t *testing.T) {
	if s, err := Map(4096, false); err != nil || s.whole == nil {
		t.Skip("slabs are of the heap here", err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	s, err := Map(64*Size, true)
	if err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapSys) - int64(before.HeapSys); grown > 16*Size {
		t.Errorf("the heap has grown by %d bytes", grown)
	}
	if err := s.Unmap(); err != nil {
		t.Fatal(err)
	}
}
