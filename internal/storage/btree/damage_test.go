package btree

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage/page"
	"github.com/zqlite/zqlite/internal/storage/pager"
	"github.com/zqlite/zqlite/internal/vfs"
)

// image is a small file with a tree of two levels and overflowing cells, and
// what it holds.
type image struct {
	bytes []byte
	older []byte // the file one checkpoint before
	rows  string
	past  string // the rows one checkpoint before: what is read when the newest meta is gone
	meta  int    // page of the newest meta
	ls    *page.Layouts
	size  int // of a page
}

func fileBytes(tb testing.TB, fs vfs.FS) []byte {
	tb.Helper()
	f, err := fs.Open("db", vfs.ReadOnly)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	n, _ := f.Size()
	b := make([]byte, n)
	if _, err := f.ReadAt(b, 0); err != nil && err != io.EOF {
		tb.Fatal(err)
	}
	return b
}

func newImage(tb testing.TB, kind page.KeyKind) *image {
	x := newFixture(tb, kind, 4096, 1)
	r := rand.New(rand.NewPCG(9, 9))
	m := &image{ls: x.ls, size: 4096}
	for step := range 3 {
		changes := map[string]*value{}
		for i := range uint64(150) {
			changes[string(x.key(i*3+uint64(step)))] = &value{n: r.Int64(), text: fmt.Sprint("text ", r.Int64())}
		}
		changes[string(x.key(9))] = &value{n: 1, text: string(bytes.Repeat([]byte("long "), 1500))}
		m.older = m.bytes
		x.merge(changes)
		m.bytes = fileBytes(tb, x.fs)
	}
	m.meta = 2 - int(x.file.Meta().Epoch&1)
	var err error
	if m.rows, err = m.read(m.bytes); err != nil {
		tb.Fatal(err)
	}
	if m.past, err = m.read(m.older); err != nil {
		tb.Fatal(err)
	}
	return m
}

// read gives all rows of a file as text, or the first error.
func (m *image) read(b []byte) (string, error) {
	fs := vfs.Memory()
	f, err := fs.Open("db", vfs.Create)
	if err != nil {
		return "", err
	}
	if _, err := f.WriteAt(b, 0); err != nil {
		return "", err
	}
	f.Close()
	p, err := pager.Open(fs, "db", true, nil)
	if err != nil {
		return "", err
	}
	defer p.Close()
	dir, err := p.ReadBlob(p.Meta().Directory, pager.TypeBlob)
	if err != nil {
		return "", err
	}
	root := pager.DecodePtr(dir)
	var reported error
	Verify(p, root, m.ls, func(uint64) {}, func(format string, args ...any) {
		reported = sqlerr.New(sqlerr.DataCorrupted, format, args...)
	})
	if reported != nil {
		return "", reported
	}
	var out bytes.Buffer
	c := NewCache(p, 1)
	defer c.Close()
	err = Walk(c, root, m.ls, func(_ *Ptr, l *page.Leaf) error {
		for i := 0; l != nil && i < l.Len(); i++ {
			text := l.BytesAt(2, i)
			if l.Overflows(2, i) {
				ref, _ := pager.DecodeBlob(text)
				var err error
				if text, err = p.ReadBlob(ref, pager.TypeOverflow); err != nil {
					return err
				}
			}
			fmt.Fprintf(&out, "%x %d %s %v %d\n", l.Key(i, nil), l.IntAt(1, i), text, l.NullAt(2, i), l.Seq(i))
		}
		return nil
	})
	return out.String(), err
}

// check reads a file with damage in one page: there is an error, or nothing was
// changed. Without its newest meta a file is what it was one checkpoint before,
// and the logs have the rest.
func (m *image) check(t *testing.T, b []byte, id int, what string) (detected bool) {
	t.Helper()
	rows, err := m.read(b)
	if err == nil && id == m.meta && rows == m.past {
		return true
	}
	if err == nil && rows != m.rows {
		t.Errorf("%s: wrong rows", what)
	}
	if code := sqlerr.Code(err); err != nil && code != sqlerr.DataCorrupted && code != sqlerr.FeatureNotSupported && code != sqlerr.WrongObjectType {
		t.Errorf("%s: %v", what, err)
	}
	return err != nil
}

// TestFlippedBits changes single bits everywhere. Where nobody notices, the
// page is free, or part of the older checkpoint, or behind the end of a meta.
func TestFlippedBits(t *testing.T) {
	step := 411
	if os.Getenv("ZQLITE_LONG") != "" {
		step = 1
	}
	for kind := range page.KeyKind(2) {
		m := newImage(t, kind)
		unnoticed := map[int]int{}
		for bit := 0; bit < len(m.bytes)*8; bit += step {
			b := bytes.Clone(m.bytes)
			b[bit/8] ^= 1 << (bit % 8)
			if !m.check(t, b, bit/8/m.size, fmt.Sprintf("bit %d of page %d", bit%(8*m.size), bit/8/m.size)) {
				unnoticed[bit/8/m.size]++
			}
		}
		// A page is used as a whole or not at all.
		for id, n := range unnoticed {
			if all := 8 * m.size / step; id > 2 && n < all-1 {
				t.Errorf("page %d: %d of %d bits unnoticed", id, n, all)
			}
		}
		if len(unnoticed) > len(m.bytes)/m.size*2/3 || unnoticed[0] > 0 {
			t.Errorf("unnoticed: %v", unnoticed)
		}
	}
}

// TestMovedPages puts pages where they do not belong: another one's place, the
// content of the checkpoint before, zeros, and a file cut short.
func TestMovedPages(t *testing.T) {
	m := newImage(t, page.KeyUint64)
	n := len(m.bytes) / m.size
	at := func(b []byte, i int) []byte { return b[i*m.size : (i+1)*m.size] }
	found := 0
	for i := range n {
		for j := range n {
			if i == j {
				continue
			}
			b := bytes.Clone(m.bytes)
			copy(at(b, i), at(m.bytes, j))
			if m.check(t, b, i, fmt.Sprintf("page %d over %d", j, i)) {
				found++
			}
		}
		b := bytes.Clone(m.bytes)
		clear(at(b, i))
		m.check(t, b, i, fmt.Sprintf("page %d zero", i))
		if i > 2 && (i+1)*m.size <= len(m.older) {
			b := bytes.Clone(m.bytes)
			copy(at(b, i), at(m.older, i))
			m.check(t, b, i, fmt.Sprintf("page %d as it was", i))
		}
		if rows, err := m.read(m.bytes[:i*m.size+m.size/2]); err == nil && rows != m.rows {
			t.Errorf("cut in page %d: wrong rows", i)
		}
	}
	if found == 0 {
		t.Error("nothing was detected")
	}
}

// TestRandomDamage changes many bytes and repairs the checksums, so that the
// decoders behind them see the damage: no panic, whatever it is.
func TestRandomDamage(t *testing.T) {
	rounds := 100
	if os.Getenv("ZQLITE_LONG") != "" {
		rounds = 100_000
	}
	for kind := range page.KeyKind(2) {
		m := newImage(t, kind)
		r := rand.New(rand.NewPCG(uint64(kind), 4))
		for range rounds {
			b := bytes.Clone(m.bytes)
			for range 1 + r.IntN(4) {
				id := r.IntN(len(b) / m.size)
				p := b[id*m.size : (id+1)*m.size]
				span := []int{64, 200, len(p)}[r.IntN(3)]
				at := r.IntN(span)
				switch r.IntN(3) {
				case 0:
					p[at] ^= 1 << r.IntN(8)
				case 1:
					p[at] = byte(r.IntN(256))
				default:
					for i := at; i < min(at+8, len(p)); i++ {
						p[i] = 0xff
					}
				}
				pager.Reseal(b, m.size, uint64(id))
			}
			if _, err := m.read(b); err != nil && sqlerr.Code(err) == "" {
				t.Errorf("an error without a code: %v", err)
			}
		}
	}
}

func FuzzNode(f *testing.F) {
	x := newFixture(f, page.KeyBytes, 4096, 1)
	changes := map[string]*value{}
	for i := range uint64(400) {
		changes[string(x.key(i))] = &value{n: int64(i)}
	}
	x.merge(changes)
	b, err := x.file.Read(x.root)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b, x.root.Level)
	f.Add([]byte{1, 0, 0, 0, 0, 0, 0, 0}, uint8(1))
	f.Fuzz(func(t *testing.T, b []byte, level uint8) {
		n, err := openNode(b, level)
		if err != nil {
			return
		}
		for _, k := range []string{"", "a", "tenant/001/x", "\xff\xff\xff\xff\xff\xff\xff\xff\xff"} {
			if i := n.find([]byte(k)); i < 0 || i >= len(n.ptrs) {
				t.Fatal(i)
			}
		}
	})
}
