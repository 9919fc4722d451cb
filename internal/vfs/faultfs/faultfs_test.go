package faultfs

import (
	"errors"
	"syscall"
	"testing"

	"github.com/zqlite/zqlite/internal/vfs"
	"github.com/zqlite/zqlite/internal/vfs/simdisk"
)

func TestFaults(t *testing.T) {
	f := New(simdisk.New())
	h, err := f.Open("a", vfs.Create)
	if err != nil {
		t.Fatal(err)
	}
	f.Inject(Fault{Class: Write, N: 2, Kind: ShortWrite})
	for i, want := range []int{4, 2, 4} {
		n, err := h.WriteAt([]byte("abcd"), int64(4*i))
		if n != want || (err != nil) != (want < 4) || err != nil && !errors.Is(err, syscall.ENOSPC) {
			t.Fatal(i, n, err)
		}
	}
	f.Inject(Fault{Class: Write | Truncate, N: 1, Forever: true, Kind: EIO})
	for range 3 {
		if err := h.Truncate(1); !errors.Is(err, syscall.EIO) {
			t.Fatal(err)
		}
	}
	if f.Fired() != 3 {
		t.Fatal(f.Fired())
	}
	f.Clear()
	h.Truncate(0)
	h.WriteAt([]byte("safe"), 0)
	if err := h.Sync(); err != nil {
		t.Fatal(err)
	}
	h.WriteAt([]byte("lost"), 0)
	f.Inject(Fault{Class: Sync, N: 1, Kind: SyncLoss})
	if err := h.Sync(); !errors.Is(err, syscall.EIO) {
		t.Fatal(err)
	}
	var b [4]byte
	if h.ReadAt(b[:], 0); string(b[:]) != "safe" {
		t.Fatal(string(b[:]))
	}
}

func TestHook(t *testing.T) {
	f := New(simdisk.New())
	h, _ := f.Open("a", vfs.Create)
	verdict := map[int]Verdict{1: Skip, 2: Hold}
	f.SetHook(func(c *Call) Verdict {
		if c.Class == Write {
			return verdict[c.N]
		}
		return Pass
	})
	h.WriteAt([]byte("skipped"), 10)
	if size, _ := h.Size(); size != 0 {
		t.Fatal(size)
	}
	p := []byte("held")
	h.WriteAt(p, 0)
	copy(p, "gone")
	h.WriteAt([]byte("x"), 0)
	var b [4]byte
	if h.ReadAt(b[:], 0); string(b[:]) != "held" {
		t.Fatal("the held write should come after the one that followed it:", string(b[:]))
	}
}
