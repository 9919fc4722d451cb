package simdisk

import (
	"bytes"
	"errors"
	"io/fs"
	"testing"

	"github.com/zqlite/zqlite/internal/vfs"
)

func read(t *testing.T, d *Disk, name string) ([]byte, bool) {
	t.Helper()
	f, err := d.Open(name, vfs.ReadOnly)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false
	}
	if err != nil {
		t.Fatal(err)
	}
	size, _ := f.Size()
	b := make([]byte, size)
	f.ReadAt(b, 0)
	return b, true
}

func TestWhatIsSyncedStays(t *testing.T) {
	d := New()
	f, _ := d.Open("a", vfs.Create)
	old, fresh := bytes.Repeat([]byte{1}, 10000), bytes.Repeat([]byte{2}, 10000)
	f.WriteAt(old, 0)
	f.Sync()
	lost := false
	for seed := range uint64(50) {
		if _, ok := read(t, d.LosePower(Mixed, seed), "a"); !ok {
			lost = true
		}
	}
	if !lost {
		t.Fatal("a name was durable without a sync of its directory")
	}
	d.SyncDir(".")
	f.WriteAt(fresh, 0)
	f.WriteAt(fresh, 10000)
	seen := map[Kind]map[string]bool{}
	for _, kind := range Kinds() {
		seen[kind] = map[string]bool{}
		for seed := range uint64(40) {
			img := d.LosePower(kind, seed)
			b, ok := read(t, img, "a")
			if !ok || len(b) < 10000 {
				t.Fatal(kind, seed, ok, len(b))
			}
			again, _ := read(t, d.LosePower(kind, seed), "a")
			if !bytes.Equal(b, again) {
				t.Fatal(kind, "is not repeatable")
			}
			for i, v := range b {
				if v != 2 && !(v == 1 && i < 10000) && !(v == 0 && i >= 10000) {
					t.Fatal(kind, seed, i, v)
				}
			}
			seen[kind][string(b)] = true
			img.Replay()
			if img.Ops() != 0 {
				t.Fatal("an image begins with an empty record")
			}
		}
	}
	for kind, states := range seen {
		single := kind == NothingUnsynced || kind == Everything || kind == SizeFirst || kind == LostName || kind == ProcessEnd
		if single != (len(states) == 1) {
			t.Errorf("%v: %d different images", kind, len(states))
		}
	}
	f.Sync()
	for _, kind := range Kinds() {
		if b, _ := read(t, d.LosePower(kind, 1), "a"); !bytes.Equal(b, append(fresh, fresh...)) {
			t.Fatal(kind, "lost synced content")
		}
	}
}

func TestNamesComeLater(t *testing.T) {
	d := New()
	f, _ := d.Open("tmp", vfs.Create)
	f.WriteAt([]byte("new"), 0)
	f.Sync()
	g, _ := d.Open("file", vfs.Create)
	g.WriteAt([]byte("old"), 0)
	g.Sync()
	d.SyncDir(".")
	d.Rename("tmp", "file")
	if b, _ := read(t, d.LosePower(NothingUnsynced, 0), "file"); string(b) != "old" {
		t.Fatal(string(b))
	}
	if b, _ := read(t, d.LosePower(Everything, 0), "file"); string(b) != "new" {
		t.Fatal(string(b))
	}
	d.Remove("file")
	states := map[string]bool{}
	for seed := range uint64(60) {
		b, ok := read(t, d.LosePower(LostName, seed), "file")
		if !ok {
			b = []byte("none")
		}
		states[string(b)] = true
	}
	if !states["old"] || !states["new"] {
		t.Fatal(states)
	}
}

// TestCursor: the record leads to the same disk, and each of its points to the
// disk as it was then. Changes of an image do not reach the original.
func TestCursor(t *testing.T) {
	d := New()
	f, _ := d.Open("a", vfs.Create)
	for i := range 20 {
		f.WriteAt([]byte{byte(i)}, int64(i))
		if i == 10 {
			f.Truncate(5)
		}
	}
	c := d.Replay()
	for op := c.Next(); op != nil; op = c.Next() {
		img := c.Image(Everything, 1)
		g, err := img.Open("a", 0)
		if err != nil {
			t.Fatal(err)
		}
		g.WriteAt(bytes.Repeat([]byte{99}, 5000), 0)
	}
	got, _ := read(t, c.Image(Everything, 1), "a")
	want, _ := read(t, d, "a")
	if !bytes.Equal(got, want) || c.Pos() != d.Ops() || !c.Unsynced() {
		t.Fatal(got, want)
	}
}

func TestDropUnsynced(t *testing.T) {
	d := New()
	f, _ := d.Open("a", vfs.Create)
	f.WriteAt([]byte("kept"), 0)
	f.Sync()
	d.SyncDir(".")
	f.WriteAt([]byte("lost"), 0)
	f.(vfs.Dropper).DropUnsynced()
	f.Sync()
	if b, _ := read(t, d, "a"); string(b) != "kept" {
		t.Fatal(string(b))
	}
	k := d.Kill()
	f.WriteAt([]byte("more"), 0)
	if b, _ := read(t, k, "a"); string(b) != "kept" {
		t.Fatal(string(b))
	}
}

func BenchmarkImage(b *testing.B) {
	d := New()
	f, _ := d.Open("a", vfs.Create)
	page := make([]byte, 4096)
	for i := range 256 {
		f.WriteAt(page, int64(i)*4096)
	}
	f.Sync()
	d.SyncDir(".")
	for i := range 8 {
		f.WriteAt(page, int64(i)*8192)
	}
	for b.Loop() {
		d.LosePower(Sectors, 1)
	}
}
