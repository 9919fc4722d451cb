package btree

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/zqlite/zqlite/internal/storage/page"
	"github.com/zqlite/zqlite/internal/storage/pager"
	"github.com/zqlite/zqlite/internal/vfs"
)

// TestDrop frees all pages of a tree, those of long values too, and reads no
// leaf that is known to have none: their content is destroyed before.
func TestDrop(t *testing.T) {
	for _, long := range []bool{false, true} {
		t.Run(fmt.Sprint("long values ", long), func(t *testing.T) {
			x := newFixture(t, page.KeyUint64, 4096, 1)
			changes := map[string]*value{}
			for i := range uint64(5000) {
				changes[string(x.key(i))] = &value{n: int64(i), text: "short"}
			}
			if long {
				changes[string(x.key(700))].text = string(bytes.Repeat([]byte("long "), 3000))
			}
			x.merge(changes)
			before, _ := x.file.Usage()
			if x.root.Inline == long || x.root.Level < 1 {
				t.Fatalf("the root is %+v", x.root)
			}
			f, err := x.fs.Open("db", vfs.Create)
			if err != nil {
				t.Fatal(err)
			}
			destroyed := 0
			err = Walk(x.cache, x.root, x.ls, func(p *Ptr, l *page.Leaf) error {
				if l == nil || !p.Inline {
					return nil
				}
				destroyed++
				_, err := f.WriteAt(make([]byte, 4096), int64(p.Page)*4096)
				return err
			})
			if err != nil || destroyed < 20 {
				t.Fatal(destroyed, err)
			}
			f.Close()
			x.dropCache()
			x.cache = NewCache(x.file, 1)
			x.file.Begin(x.file.Meta().Epoch)
			w := x.file.Writer()
			if err := Drop(x.cache, w, x.root, x.ls); err != nil {
				t.Fatal(err)
			}
			if err := w.Commit(x.seq+1, 1, false, pager.AppendPtr(nil, Ptr{})); err != nil {
				t.Fatal(err)
			}
			if after, _ := x.file.Usage(); after > 5 {
				t.Errorf("%d pages of %d are left", after, before)
			}
		})
	}
}

// TestVerifyInline finds a pointer that wrongly says that values do not lie on
// pages of their own.
func TestVerifyInline(t *testing.T) {
	x := newFixture(t, page.KeyUint64, 4096, 1)
	x.merge(map[string]*value{string(x.key(1)): {n: 1, text: string(bytes.Repeat([]byte("long "), 3000))}})
	reports := 0
	count := func(string, ...any) { reports++ }
	Verify(x.file, x.root, x.ls, func(uint64) {}, count)
	if reports != 0 || x.root.Inline {
		t.Fatal(reports, x.root.Inline)
	}
	x.root.Inline = true
	if Verify(x.file, x.root, x.ls, func(uint64) {}, count); reports != 1 {
		t.Fatal("the lie was not found")
	}
}
