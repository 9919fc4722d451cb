package vfs_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/zqlite/zqlite/internal/vfs"
	"github.com/zqlite/zqlite/internal/vfs/faultfs"
	"github.com/zqlite/zqlite/internal/vfs/simdisk"
)

func systems() map[string]vfs.FS {
	return map[string]vfs.FS{"os": vfs.OS(), "memory": vfs.Memory(), "simdisk": simdisk.New(), "faultfs": faultfs.New(vfs.Memory())}
}

func open(t *testing.T, f vfs.FS, name string, flag vfs.Flag) vfs.File {
	t.Helper()
	h, err := f.Open(name, flag)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// TestContent does random operations and compares with a slice of bytes.
func TestContent(t *testing.T) {
	for name, f := range systems() {
		t.Run(name, func(t *testing.T) {
			h := open(t, f, filepath.Join(t.TempDir(), "file"), vfs.Create)
			rng := rand.New(rand.NewPCG(1, 1))
			var model []byte
			grow := func(n int) {
				if n > len(model) {
					model = append(model, make([]byte, n-len(model))...)
				}
			}
			for range 600 {
				off, n := rng.IntN(300_000), rng.IntN(100_000)
				switch rng.IntN(5) {
				case 0, 1:
					p := make([]byte, n)
					for i := range p {
						p[i] = byte(rng.Uint32())
					}
					if got, err := h.WriteAt(p, int64(off)); got != n || err != nil {
						t.Fatal(got, err)
					}
					if n > 0 {
						grow(off + n)
						copy(model[off:], p)
					}
				case 2:
					if err := h.Truncate(int64(off)); err != nil {
						t.Fatal(err)
					}
					grow(off)
					model = model[:off:off]
				case 3:
					if err := h.Allocate(int64(off)); err != nil {
						t.Fatal(err)
					}
					grow(off)
				default:
					p := bytes.Repeat([]byte{7}, n+1)
					got, err := h.ReadAt(p, int64(off))
					want := model[min(off, len(model)):min(off+n+1, len(model))]
					if got != len(want) || (err == io.EOF) != (got < len(p)) || !bytes.Equal(p[:got], want) {
						t.Fatal(got, len(want), err)
					}
				}
				if size, err := h.Size(); size != int64(len(model)) || err != nil {
					t.Fatal(size, len(model), err)
				}
			}
			if err := errors.Join(h.Sync(), h.Close()); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestNames(t *testing.T) {
	for name, f := range systems() {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			at := func(n string) string { return filepath.Join(dir, n) }
			if _, err := f.Open(at("a"), 0); !errors.Is(err, fs.ErrNotExist) {
				t.Fatal(err)
			}
			if _, err := f.Stat(at("a")); !errors.Is(err, fs.ErrNotExist) {
				t.Fatal(err)
			}
			a := open(t, f, at("a"), vfs.Create)
			a.WriteAt([]byte("hello"), 0)
			if _, err := f.Open(at("a"), vfs.Create|vfs.Exclusive); !errors.Is(err, fs.ErrExist) {
				t.Fatal(err)
			}
			open(t, f, at("b"), vfs.Create|vfs.Exclusive).Close()
			if err := f.Rename(at("a"), at("b")); err != nil {
				t.Fatal(err)
			}
			if names, err := f.List(dir); err != nil || !slices.Equal(names, []string{"b"}) {
				t.Fatal(names, err)
			}
			if info, err := f.Stat(at("b")); err != nil || info.Size != 5 || info.IsDir {
				t.Fatal(info, err)
			}
			if info, err := f.Stat(dir); err != nil || !info.IsDir {
				t.Fatal(info, err)
			}
			r := open(t, f, at("b"), vfs.ReadOnly)
			if _, err := r.WriteAt([]byte("x"), 0); err == nil {
				t.Fatal("written through a read-only handle")
			}
			r.Close()
			if err := errors.Join(f.SyncDir(dir), f.Remove(at("b"))); err != nil {
				t.Fatal(err)
			}
			if err := f.Remove(at("b")); !errors.Is(err, fs.ErrNotExist) {
				t.Fatal(err)
			}
			if _, err := a.WriteAt([]byte("still open"), 0); err != nil {
				t.Fatal(err)
			}
			tmp, err := f.TempFile(dir)
			if err != nil {
				t.Fatal(err)
			}
			tmp.WriteAt([]byte("spill"), 100)
			if err := tmp.Close(); err != nil {
				t.Fatal(err)
			}
			if names, _ := f.List(dir); len(names) != 0 {
				t.Fatal(names)
			}
		})
	}
}

func TestLock(t *testing.T) {
	for name, f := range systems() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "lock")
			l, err := f.Lock(path, false)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := f.Lock(path, false); !errors.Is(err, vfs.ErrLocked) {
				t.Fatal(err)
			}
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			l, err = f.Lock(path, false)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := f.Lock(path, true); !errors.Is(err, vfs.ErrLocked) {
				t.Fatalf("shared beside one that does not: %v", err)
			}
			l.Close()
			a, err := f.Lock(path, true)
			if err != nil {
				t.Fatal(err)
			}
			b, err := f.Lock(path, true)
			if err != nil {
				t.Fatalf("two cannot share: %v", err)
			}
			for _, l := range []io.Closer{a, b} {
				if _, err := f.Lock(path, false); !errors.Is(err, vfs.ErrLocked) {
					t.Fatalf("alone beside a shared one: %v", err)
				}
				l.Close()
			}
			if l, err = f.Lock(path, false); err != nil {
				t.Fatal(err)
			}
			l.Close()
		})
	}
}

// TestLockOfAnotherProcess runs this test again as a child that takes the lock.
func TestLockOfAnotherProcess(t *testing.T) {
	if path := os.Getenv("ZQLITE_TEST_LOCK"); path != "" {
		_, err := vfs.OS().Lock(path, false)
		if errors.Is(err, vfs.ErrLocked) {
			os.Exit(3)
		}
		os.Exit(0)
	}
	path := filepath.Join(t.TempDir(), "lock")
	child := func() int {
		c := exec.Command(os.Args[0], "-test.run=TestLockOfAnotherProcess$")
		c.Env = append(os.Environ(), "ZQLITE_TEST_LOCK="+path)
		c.Run()
		return c.ProcessState.ExitCode()
	}
	l, err := vfs.OS().Lock(path, false)
	if err != nil {
		t.Fatal(err)
	}
	if code := child(); code != 3 {
		t.Fatal("the other process got the lock:", code)
	}
	l.Close()
	if code := child(); code != 0 {
		t.Fatal("the lock was not released:", code)
	}
}
