package btree

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"sort"
	"testing"

	"github.com/zqlite/zqlite/internal/storage/page"
	"github.com/zqlite/zqlite/internal/storage/pager"
	"github.com/zqlite/zqlite/internal/vfs"
)

var testLayout = page.Layout{Version: 1, Columns: []page.Column{
	{ID: 1, Kind: page.Fixed8}, {ID: 2, Kind: page.Var}, {ID: 3, Kind: page.Bit}, {ID: 4, Kind: page.Fixed16}, {ID: 5, Kind: page.Fixed8},
}}

// sorted is a change stream over a slice.
type sorted []Change

func (s *sorted) Peek() *Change {
	if len(*s) == 0 {
		return nil
	}
	return &(*s)[0]
}
func (s *sorted) Next() { *s = (*s)[1:] }

// value is the row of a key in the model.
type value struct {
	n    int64
	text string
	seq  uint64
}

func (v *value) encode(w *page.RowWriter, l *page.Layout) []byte {
	w.Reset(l)
	w.SetInt(0, v.n)
	if v.text != "" {
		w.SetString(1, v.text)
	}
	w.SetInt(2, v.n&1)
	w.SetPair(3, v.n, -v.n)
	if len(l.Columns) > 5 {
		w.SetInt(5, v.n+7)
	}
	return w.Bytes()
}

// fixture is a tree in a file in memory beside its model.
type fixture struct {
	tb    testing.TB
	fs    vfs.FS
	file  *pager.File
	cache *Cache
	ls    *page.Layouts
	kind  page.KeyKind
	root  Ptr
	seq   uint64
	model map[string]value
}

func newFixture(tb testing.TB, kind page.KeyKind, pageSize int, cacheBytes int64) *fixture {
	tb.Helper()
	x := &fixture{tb: tb, fs: vfs.Memory(), ls: page.NewLayouts(testLayout), kind: kind, model: map[string]value{}}
	var err error
	if x.file, err = pager.Create(x.fs, "db", pageSize, nil); err != nil {
		tb.Fatal(err)
	}
	x.cache = NewCache(x.file, cacheBytes)
	tb.Cleanup(func() { x.file.Close(); x.dropCache() })
	return x
}

// dropCache closes the cache, which nobody may read from any more.
func (x *fixture) dropCache() {
	x.tb.Helper()
	if n := x.cache.Close(); n != 0 {
		x.tb.Errorf("%d pins are left", n)
	}
}

func (x *fixture) key(n uint64) []byte {
	if x.kind == page.KeyUint64 {
		return binary.BigEndian.AppendUint64(nil, n)
	}
	return fmt.Appendf(nil, "tenant/%03d/%s", n/997, fmt.Sprint(n*2654435761%1000003))
}

// merge applies changes (a nil value deletes) as one checkpoint.
func (x *fixture) merge(changes map[string]*value) {
	x.tb.Helper()
	x.mergeKeeping(changes, x.file.Meta().Epoch)
}

// mergeKeeping is merge while a reader holds the roots of epoch oldest.
func (x *fixture) mergeKeeping(changes map[string]*value, oldest uint64) {
	x.tb.Helper()
	var list sorted
	x.seq++
	var rows page.RowWriter
	for k, v := range changes {
		c := Change{Key: []byte(k), Seq: x.seq}
		if v != nil {
			v.seq = x.seq
			c.Row = slices.Clone(v.encode(&rows, x.ls.Newest()))
			x.model[k] = *v
		} else {
			delete(x.model, k)
		}
		list = append(list, c)
	}
	sort.Slice(list, func(i, j int) bool { return bytes.Compare(list[i].Key, list[j].Key) < 0 })
	x.file.Begin(oldest)
	w := x.file.Writer()
	root, err := Merge(x.cache, w, x.root, x.kind, x.ls, &list)
	if err == nil {
		err = w.Commit(x.seq, 1, false, pager.AppendPtr(nil, root))
	}
	if err == nil {
		err = x.file.Shrink()
	}
	if err != nil {
		x.tb.Fatal(err)
	}
	if len(list) > 0 {
		x.tb.Fatalf("%d changes were left", len(list))
	}
	x.root = root
}

// check compares tree and model, reading every way there is.
func (x *fixture) check(r *rand.Rand) {
	x.tb.Helper()
	keys := make([]string, 0, len(x.model))
	for k := range x.model {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	if x.root.Rows != uint64(len(keys)) {
		x.tb.Fatalf("the root counts %d rows of %d", x.root.Rows, len(keys))
	}
	for _, back := range []bool{false, true} {
		var c Cursor
		c.Open(x.cache, x.root, x.ls)
		at, first := 0, 0
		var from []byte
		if len(keys) > 0 && r.IntN(2) == 0 {
			from = []byte(keys[r.IntN(len(keys))])
		}
		l, err := c.Seek(from, back)
		for ; l != nil && err == nil; l, err = c.Next(back) {
			if from != nil {
				if i, ok := l.Search(from); !ok {
					x.tb.Fatalf("the leaf of %q does not have it", from)
				} else {
					at = sort.SearchStrings(keys, string(from)) - i
				}
				if back {
					at = len(keys) - at - l.Len()
				}
				first, from = at, nil
			}
			for i := range l.Len() {
				k := at + i
				if back {
					k = len(keys) - at - l.Len() + i
				}
				if string(l.Key(i, nil)) != keys[k] {
					x.tb.Fatalf("row %d of the walk (back %v) is %q, not %q", at+i, back, l.Key(i, nil), keys[k])
				}
				x.checkRow(l, i, x.model[keys[k]])
			}
			at += l.Len()
		}
		if err != nil {
			x.tb.Fatal(err)
		}
		if at != len(keys) {
			x.tb.Fatalf("the walk (back %v, from row %d) ended at row %d of %d", back, first, at, len(keys))
		}
	}
	var ref Ref
	defer ref.Release()
	for range 50 {
		k := x.key(r.Uint64N(3000))
		at, ok, err := x.cache.Get(&x.root, x.ls, k, nil, &ref)
		if err != nil {
			x.tb.Fatal(err)
		}
		v, want := x.model[string(k)]
		if ok != want {
			x.tb.Fatalf("get of %q found %v", k, ok)
		}
		if ok {
			x.checkRow(&ref.Leaf, at, v)
		}
	}
	x.verify()
}

func (x *fixture) checkRow(l *page.Leaf, i int, v value) {
	x.tb.Helper()
	text := l.BytesAt(2, i)
	if l.Overflows(2, i) {
		ref, ok := pager.DecodeBlob(text)
		if !ok {
			x.tb.Fatal("not a reference")
		}
		var err error
		if text, err = x.file.ReadBlob(ref, pager.TypeOverflow); err != nil {
			x.tb.Fatal(err)
		}
	}
	a, b := l.PairAt(4, i)
	if l.IntAt(1, i) != v.n || string(text) != v.text || l.NullAt(2, i) != (v.text == "") || l.IntAt(3, i) != v.n&1 ||
		a != v.n || b != -v.n || !l.NullAt(5, i) || l.Seq(i) != v.seq {
		x.tb.Fatalf("row %q reads %d %q %d, not %+v", l.Key(i, nil), l.IntAt(1, i), text, l.Seq(i), v)
	}
}

// verify accounts for every page of the file.
func (x *fixture) verify() {
	x.tb.Helper()
	left := x.file.InUse()
	visit := func(id uint64) {
		if !left[id] {
			x.tb.Errorf("page %d is used twice or free", id)
		}
		delete(left, id)
	}
	m := x.file.Meta()
	x.file.BlobPages(m.Directory, visit)
	x.file.BlobPages(m.Map, visit)
	Verify(x.file, x.root, x.ls, visit, x.tb.Errorf)
	if len(left) > 0 {
		x.tb.Errorf("%d pages are lost", len(left))
	}
	if x.tb.Failed() {
		x.tb.FailNow()
	}
}

// reopen reads the file anew.
func (x *fixture) reopen() {
	x.tb.Helper()
	x.file.Close()
	var err error
	if x.file, err = pager.Open(x.fs, "db", false, nil); err != nil {
		x.tb.Fatal(err)
	}
	x.dropCache()
	x.cache = NewCache(x.file, 1)
	b, err := x.file.ReadBlob(x.file.Meta().Directory, pager.TypeBlob)
	if err != nil {
		x.tb.Fatal(err)
	}
	if root := pager.DecodePtr(b); root != x.root {
		x.tb.Fatalf("the directory has root %+v, not %+v", root, x.root)
	}
}

func (x *fixture) randomValue(r *rand.Rand) *value {
	v := &value{n: r.Int64() >> r.IntN(64)}
	switch r.IntN(20) {
	case 0:
		v.text = string(bytes.Repeat([]byte{'a' + byte(r.IntN(26))}, r.IntN(20000)))
	case 1, 2:
	default:
		v.text = fmt.Sprint("text ", r.IntN(50))
	}
	return v
}

// TestModel merges random changes, of all sizes, and compares with a map.
func TestModel(t *testing.T) {
	for seed := range uint64(8) {
		r := rand.New(rand.NewPCG(seed, 1))
		x := newFixture(t, page.KeyKind(seed%2), 4096<<(seed%3), 1)
		for step := range 40 {
			changes := map[string]*value{}
			span := uint64(1 + r.IntN(3000))
			from := r.Uint64N(3001 - span)
			for range 1 << r.IntN(11) {
				k := string(x.key(from + r.Uint64N(span)))
				if changes[k] = nil; r.IntN(4) > step/10 {
					changes[k] = x.randomValue(r)
				}
			}
			switch r.IntN(12) {
			case 0: // delete nearly everything in a span
				for k := range x.model {
					if r.IntN(50) > 0 && k > string(x.key(from)) {
						changes[k] = nil
					}
				}
			case 1:
				changes = map[string]*value{}
			}
			x.merge(changes)
			x.check(r)
			if r.IntN(10) == 0 {
				x.reopen()
				x.check(r)
			}
		}
		all := map[string]*value{}
		for k := range x.model {
			all[k] = nil
		}
		x.merge(all)
		x.check(r)
		if x.root != (Ptr{}) {
			t.Errorf("an empty tree has root %+v", x.root)
		}
		for range 4 {
			x.merge(nil)
		}
		if n := x.file.Size() / int64(x.file.PageSize()); n > 80 {
			t.Errorf("the file of an empty tree has %d pages", n)
		}
	}
}

// TestOldRoots reads every root that is held while merges go on.
func TestOldRoots(t *testing.T) {
	x := newFixture(t, page.KeyUint64, 4096, 1)
	r := rand.New(rand.NewPCG(3, 3))
	type held struct {
		root  Ptr
		epoch uint64
		model map[string]value
	}
	var old []held
	for range 60 {
		changes := map[string]*value{}
		for range 200 {
			k := string(x.key(r.Uint64N(2000)))
			if changes[k] = nil; r.IntN(3) > 0 {
				changes[k] = &value{n: r.Int64(), text: fmt.Sprint(r.Int64())}
			}
		}
		oldest := x.file.Meta().Epoch
		if len(old) > 0 {
			oldest = old[0].epoch
		}
		x.mergeKeeping(changes, oldest)
		if r.IntN(4) == 0 {
			m := make(map[string]value, len(x.model))
			for k, v := range x.model {
				m[k] = v
			}
			old = append(old, held{x.root, x.file.Meta().Epoch, m})
		}
		x.dropCache()
		x.cache = NewCache(x.file, 1) // whatever was reused shows
		for _, h := range old {
			rows := 0
			err := Walk(x.cache, h.root, x.ls, func(_ *Ptr, l *page.Leaf) error {
				for i := 0; l != nil && i < l.Len(); i++ {
					x.checkRow(l, i, h.model[string(l.Key(i, nil))])
					rows++
				}
				return nil
			})
			if err != nil || rows != len(h.model) {
				t.Fatalf("the root of epoch %d in epoch %d: %d rows of %d, %v", h.epoch, x.file.Meta().Epoch, rows, len(h.model), err)
			}
		}
		if len(old) > 4 {
			old = old[1+r.IntN(3):]
		}
	}
}
