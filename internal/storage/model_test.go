package storage

import (
	"context"
	"encoding/binary"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/zqlite/zqlite/internal/storage/page"
	"github.com/zqlite/zqlite/internal/vfs"
)

var ctx = context.Background()

// Rows of the tests: an integer and a text.
var testLayout = page.Layout{Version: 1, Columns: []page.Column{
	{ID: 1, Kind: page.Fixed8},
	{ID: 2, Kind: page.Var},
}}

func row(n int64, text string) []byte {
	var w page.RowWriter
	l := testLayout
	w.Reset(&l)
	w.SetInt(0, n)
	w.SetBytes(1, []byte(text))
	return slices.Clone(w.Bytes())
}

func intKey(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

func openStore(t testing.TB, fs vfs.FS, o Options) *Store {
	t.Helper()
	o.Create = true
	s, err := Open(ctx, fs, "db", o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// modelTree is a tree of the model: key → text.
type modelTree map[string]string

type model map[TreeID]modelTree

func (m model) clone() model {
	c := model{}
	for id, t := range m {
		c[id] = maps.Clone(t)
	}
	return c
}

type modelTest struct {
	t    *testing.T
	r    *rand.Rand
	fs   vfs.FS
	s    *Store
	o    Options
	now  model
	old  []oldReader
	next TreeID
}

type oldReader struct {
	tx *Tx
	m  model
}

func (m *modelTest) kind(id TreeID) page.KeyKind {
	if id%2 == 0 {
		return page.KeyUint64
	}
	return page.KeyBytes
}

func (m *modelTest) key(id TreeID) []byte {
	n := m.r.Uint64N(400)
	if m.kind(id) == page.KeyUint64 {
		return intKey(n)
	}
	return []byte(fmt.Sprintf("key/%03d/%s", n%50, "abcdefgh"[:n%8]))
}

func (m *modelTest) tree(in model) TreeID {
	ids := slices.Sorted(maps.Keys(in))
	if len(ids) == 0 {
		return 0
	}
	return ids[m.r.IntN(len(ids))]
}

func (m *modelTest) check(tx *Tx, want model, newest bool) {
	m.t.Helper()
	id := m.tree(want)
	if id == 0 {
		return
	}
	tree := want[id]
	var ref RowRef
	defer ref.Release()
	for range 5 {
		k := m.key(id)
		get := tx.Get
		if newest {
			get = tx.GetNewest
		}
		ok, err := get(id, k, &ref)
		must(m.t, err)
		text, wantOK := tree[string(k)]
		if ok != wantOK {
			m.t.Fatalf("get %x of %d: %v, want %v", k, id, ok, wantOK)
		}
		if ok {
			if b, err := ref.Bytes(2); err != nil || string(b) != text || ref.Int(1) != int64(len(text)) {
				m.t.Fatalf("get %x: %q %d %v, want %q", k, b, ref.Int(1), err, text)
			}
		}
		ref.Release()
	}
	m.checkScan(tx, id, tree, newest)
}

func (m *modelTest) randomRange(id TreeID) Range {
	var r Range
	if m.r.IntN(3) > 0 {
		r.Lo, r.LoExcl = m.key(id), m.r.IntN(2) == 0
	}
	if m.r.IntN(3) > 0 {
		r.Hi, r.HiIncl = m.key(id), m.r.IntN(2) == 0
	}
	return r
}

func (m *modelTest) checkScan(tx *Tx, id TreeID, tree modelTree, newest bool) {
	m.t.Helper()
	r := m.randomRange(id)
	o := ScanOptions{Reverse: m.r.IntN(2) == 0, Newest: newest}
	var want []string
	for k := range tree {
		if r.Lo != nil && (k < string(r.Lo) || k == string(r.Lo) && r.LoExcl) {
			continue
		}
		if r.Hi != nil && (k > string(r.Hi) || k == string(r.Hi) && !r.HiIncl) {
			continue
		}
		want = append(want, k)
	}
	slices.Sort(want)
	if o.Reverse {
		slices.Reverse(want)
	}
	sc, err := tx.Scan(id, r, o)
	must(m.t, err)
	defer sc.Close()
	var b Block
	i := 0
	for {
		ok, err := sc.Next(&b)
		must(m.t, err)
		if !ok {
			break
		}
		for j := range b.N {
			k := string(b.Key(j, nil))
			if i >= len(want) || k != want[i] {
				m.t.Fatalf("scan %d %x..%x reverse %v: key %d is %x, want %x of %d", id, r.Lo, r.Hi, o.Reverse, i, k, want[min(i, len(want)-1)], len(want))
			}
			if got := blockText(m.t, &b, j); got != tree[k] {
				m.t.Fatalf("scan: %x is %q, want %q", k, got, tree[k])
			}
			i++
		}
		if m.r.IntN(3) == 0 {
			sc.Release()
		}
	}
	if i != len(want) {
		m.t.Fatalf("scan of %d %x..%x reverse %v newest %v gave %d rows, want %d", id, r.Lo, r.Hi, o.Reverse, newest, i, len(want))
	}
}

func blockText(t testing.TB, b *Block, i int) string {
	p := int32(b.First + i)
	if b.Pos != nil {
		p = b.Pos[i]
	}
	if p < 0 {
		return string(b.Rows[^p].Bytes(2))
	}
	return string(b.Leaf.BytesAt(2, int(p)))
}

func (m *modelTest) mutate(tx *Tx, in model) {
	id := m.tree(in)
	if id == 0 || m.r.IntN(60) == 0 {
		m.next++
		in[m.next] = modelTree{}
		must(m.t, tx.CreateTree(Spec{ID: m.next, Key: m.kind(m.next), Layout: testLayout}))
		return
	}
	switch n := m.r.IntN(200); {
	case n == 0:
		must(m.t, tx.DropTree(id))
		delete(in, id)
	case n == 1:
		must(m.t, tx.TruncateTree(id))
		in[id] = modelTree{}
	case n < 60:
		k := m.key(id)
		if _, ok := in[id][string(k)]; ok {
			must(m.t, tx.Delete(id, k))
			delete(in[id], string(k))
		}
	case n < 66:
		m.ascend(tx, id, in[id])
	default:
		k := m.key(id)
		text := fmt.Sprintf("%d %s", m.r.IntN(1000), "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"[:m.r.IntN(32)])
		put := tx.Put
		if _, ok := in[id][string(k)]; !ok {
			put = tx.Insert
		}
		must(m.t, put(id, k, row(int64(len(text)), text)))
		in[id][string(k)] = text
	}
}

// ascend inserts rows in the order of their keys, some of them behind all
// others.
func (m *modelTest) ascend(tx *Tx, id TreeID, tree modelTree) {
	var keys []string
	for range 1 + m.r.IntN(40) {
		keys = append(keys, string(m.key(id)))
	}
	if m.r.IntN(2) == 0 {
		for i := range keys {
			keys[i] = "~" + keys[i]
			if m.kind(id) == page.KeyUint64 {
				keys[i] = string(intKey(1000 + m.r.Uint64N(1000)))
			}
		}
	}
	slices.Sort(keys)
	for _, k := range slices.Compact(keys) {
		if _, ok := tree[k]; !ok {
			text := fmt.Sprint(m.r.IntN(1000))
			must(m.t, tx.Insert(id, []byte(k), row(int64(len(text)), text)))
			tree[k] = text
		}
	}
}

func (m *modelTest) transaction() {
	tx := m.s.Begin(TxOptions{Isolation: Isolation(m.r.IntN(3))})
	must(m.t, tx.BeginStatement())
	mine := m.now.clone()
	type saved struct {
		mark Mark
		m    model
	}
	var marks []saved
	for range 1 + m.r.IntN(20) {
		for range m.r.IntN(10) {
			m.mutate(tx, mine)
		}
		switch m.r.IntN(8) {
		case 0:
			marks = append(marks, saved{tx.Savepoint(), mine.clone()})
		case 1:
			if len(marks) > 0 {
				i := m.r.IntN(len(marks))
				tx.RollbackTo(marks[i].mark)
				mine = marks[i].m.clone()
				marks = marks[:i+1]
			}
		case 2:
			before := mine.clone()
			must(m.t, tx.BeginStatement())
			for range 5 {
				m.mutate(tx, mine)
			}
			if m.r.IntN(2) == 0 {
				tx.RollbackStatement()
				mine = before
			}
		case 3:
			m.check(tx, mine, true)
		}
		must(m.t, tx.BeginStatement())
		m.check(tx, mine, m.r.IntN(2) == 0)
	}
	if m.r.IntN(4) == 0 {
		tx.Rollback()
		return
	}
	must(m.t, tx.Commit(ctx))
	m.now = mine
}

func (m *modelTest) readers() {
	for i, o := range m.old {
		m.check(o.tx, o.m, false)
		if m.r.IntN(10) == 0 {
			o.tx.Rollback()
			m.old = slices.Delete(m.old, i, i+1)
			break
		}
	}
	if len(m.old) < 4 && m.r.IntN(3) == 0 {
		tx := m.s.Begin(TxOptions{ReadOnly: true})
		must(m.t, tx.BeginStatement())
		m.old = append(m.old, oldReader{tx, m.now.clone()})
	}
}

func (m *modelTest) reopen() {
	for _, o := range m.old {
		o.tx.Rollback()
	}
	m.old = nil
	must(m.t, m.s.Close())
	m.s = openStore(m.t, m.fs, m.o)
	m.checkAll()
}

func (m *modelTest) checkAll() {
	m.t.Helper()
	ids := map[TreeID]bool{}
	m.s.Trees(func(id TreeID) { ids[id] = true })
	if len(ids) != len(m.now) {
		m.t.Fatalf("%d trees, want %d", len(ids), len(m.now))
	}
	tx := m.s.Begin(TxOptions{ReadOnly: true})
	defer tx.Rollback()
	for id, tree := range m.now {
		if n := tx.Rows(id); n != int64(len(tree)) {
			m.t.Fatalf("tree %d counts %d rows, want %d", id, n, len(tree))
		}
		m.checkScan(tx, id, tree, false)
	}
}

func TestModel(t *testing.T) {
	for seed := range uint64(12) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(seed, 99))
			o := Options{PageSize: 4096 << r.IntN(2), DeltaBytes: int64(4096 << r.IntN(6)), AdoptBytes: int64(256 << r.IntN(8)), SideBytes: int64(256 << r.IntN(8)), WriteSetBytes: int64(256 << r.IntN(10)), Sync: SyncMode(r.IntN(3)), CheckpointEvery: -1}
			m := &modelTest{t: t, r: r, fs: vfs.Memory(), o: o, now: model{}, next: 20}
			m.s = openStore(t, m.fs, o)
			for range 150 {
				m.transaction()
				m.readers()
				switch r.IntN(25) {
				case 0:
					must(t, m.s.Checkpoint(ctx))
				case 1:
					m.reopen()
				case 2:
					m.checkAll()
				case 3:
					must(t, m.s.Compact(ctx))
				}
			}
			m.reopen()
			must(t, m.s.IntegrityCheck(ctx, func(line string) { t.Error(line) }))
			must(t, m.s.Close())
		})
	}
}
