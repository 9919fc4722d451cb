package storage

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage/delta"
	"github.com/zqlite/zqlite/internal/vfs"
)

// TestRun writes runs with keys of all lengths, with one version of each or
// several, and looks for every key and for others.
func TestRun(t *testing.T) {
	s := openStore(t, vfs.Memory(), Options{})
	for round := range uint64(12) {
		r := rand.New(rand.NewPCG(round, 1))
		ordinals := round%2 == 1
		f, err := s.fs.TempFile("")
		must(t, err)
		w := newRunWriter(s.chunkFile(f, purposeSpill, 1, round), 4000, ordinals)
		seen := map[string]bool{}
		var keys []string
		for range 1500 {
			k := make([]byte, r.IntN(8))
			if r.IntN(20) == 0 {
				k = make([]byte, r.IntN(300))
			}
			for i := range k {
				k[i] = byte(r.IntN(4))
			}
			if round >= 6 {
				k = append([]byte("a common beginning/"), k...)
			}
			if !seen[string(k)] {
				seen[string(k)] = true
				keys = append(keys, string(k))
			}
		}
		slices.Sort(keys)
		versions := map[string][]uint64{}
		for _, k := range keys {
			if r.IntN(3) == 0 {
				continue
			}
			seq := uint64(1000)
			for n := 1; n > 0; n-- {
				must(t, w.add(opPut, []byte(k), seq, bytes.Repeat([]byte(k), 20)))
				versions[k] = append(versions[k], seq)
				if seq -= uint64(1 + r.IntN(9)); ordinals && r.IntN(2) == 0 {
					n++
				}
			}
		}
		x, err := w.finish()
		must(t, err)
		checkRun(t, x, keys, versions, ordinals)
		if ordinals {
			continue
		}
		// The same as a block in memory.
		mem := &run{count: x.count, min: x.min, max: x.max, blocks: []blockRef{{first: x.min}}}
		var b block
		for i := range x.blocks {
			from, err := x.load(i)
			must(t, err)
			b.data = append(b.data, from.data...)
		}
		if !b.index(false) {
			t.Fatal("damaged")
		}
		b.prepare()
		mem.resident = []*block{&b}
		checkRun(t, mem, keys, versions, false)
	}
	must(t, s.Close())
}

func checkRun(t *testing.T, x *run, keys []string, versions map[string][]uint64, ordinals bool) {
	t.Helper()
	var in []string
	for _, k := range keys {
		if versions[k] != nil {
			in = append(in, k)
		}
	}
	var c runCursor
	c.open(x)
	for i, k := range keys {
		max := uint64(980 + i%25)
		v, ok, err := x.get([]byte(k), delta.Hash([]byte(k)), max)
		must(t, err)
		want := uint64(0)
		for _, seq := range slices.Backward(versions[k]) {
			if seq <= max {
				want = seq
			}
		}
		if !ordinals {
			ok, want = ok && versions[k] != nil, v.Seq
			if ok != (versions[k] != nil) {
				t.Fatalf("get %q: %v", k, ok)
			}
		} else if ok != (want > 0) || v.Seq != want {
			t.Fatalf("get %q at %d: %d, want %d", k, max, v.Seq, want)
		}
		if ok && string(v.Row) != string(bytes.Repeat([]byte(k), 20)) {
			t.Fatalf("get %q: another row", k)
		}
		at, _ := slices.BinarySearch(in, k)
		if c.seekGE([]byte(k)); c.valid() != (at < len(in)) || c.valid() && string(c.key()) != in[at] {
			t.Fatalf("seek %q", k)
		}
		if c.seekLT([]byte(k)); c.valid() != (at > 0) || c.valid() && string(c.key()) != in[at-1] {
			t.Fatalf("seek below %q", k)
		}
	}
	n := 0
	for c.first(); c.valid(); c.next() {
		if string(c.key()) != in[n] {
			t.Fatalf("key %d", n)
		}
		n++
	}
	if n != len(in) {
		t.Fatalf("%d keys, want %d", n, len(in))
	}
	for c.seekLT(nil); c.valid(); c.prev() {
		if n--; string(c.key()) != in[n] || len(versions[in[n]]) > 0 && c.b.version(c.i, x).Seq != max(x.seq, firstOf(versions[in[n]], ordinals)) {
			t.Fatalf("backwards: key %d", n)
		}
	}
	if n != 0 || c.err != nil {
		t.Fatal(n, c.err)
	}
}

func firstOf(seqs []uint64, ordinals bool) uint64 {
	if ordinals {
		return seqs[0]
	}
	return 0
}

// TestSpillSavepoints writes far more than the budget, in key order and not,
// and goes back to savepoints that lie in what has left memory.
func TestSpillSavepoints(t *testing.T) {
	for _, o := range []Options{{}, {Codec: toyCodec{password: "p"}}} {
		o.PageSize, o.WriteSetBytes, o.SideBytes, o.CheckpointEvery = 4096, 8<<10, 4<<10, -1
		m := &modelTest{t: t, r: rand.New(rand.NewPCG(3, 4)), fs: vfs.Memory(), o: o, now: model{}, next: 30}
		m.s = openStore(t, m.fs, m.o)
		tx := m.s.Begin(TxOptions{})
		for _, id := range []TreeID{20, 21} {
			must(t, tx.CreateTree(Spec{ID: id, Key: m.kind(id), Layout: testLayout}))
			m.now[id] = modelTree{}
		}
		type saved struct {
			mark Mark
			m    model
		}
		var marks []saved
		most := 0
		for round := range 120 {
			must(t, tx.BeginStatement())
			marks = append(marks, saved{tx.Savepoint(), m.now.clone()})
			for i := range 40 {
				if id := m.tree(m.now); round%4 > 0 && id > 0 { // a statement's reads see definitions at once
					k := string(m.key(id))
					if old, ok := m.now[id][k]; ok && i%3 == 0 {
						must(t, tx.Delete(id, []byte(k)))
						delete(m.now[id], k)
					} else {
						put := tx.Put
						if !ok {
							put = tx.Insert
						}
						m.now[id][k] = old + "x"
						must(t, put(id, []byte(k), row(int64(len(old))+1, old+"x")))
					}
					continue
				}
				m.mutate(tx, m.now)
			}
			for i := range 40 {
				if m.now[20] == nil {
					break
				}
				k := string(intKey(1000 + uint64(round*40+i)))
				m.now[20][k] = fmt.Sprint("ascending ", i)
				must(t, tx.Insert(20, []byte(k), row(int64(len(m.now[20][k])), m.now[20][k])))
			}
			for _, h := range tx.order {
				if h.own != nil {
					most = max(most, len(h.own.runs))
				}
			}
			m.check(tx, m.now, true)
			if round%4 > 0 {
				m.check(tx, marks[len(marks)-1].m, false)
			}
			if m.r.IntN(12) == 0 {
				i := m.r.IntN(len(marks))
				tx.RollbackTo(marks[i].mark)
				m.now, marks = marks[i].m, marks[:i]
				m.check(tx, m.now, true)
			}
		}
		if tx.w.spilled == nil || most < 3 || most > 4*fanIn {
			t.Fatal("runs:", most)
		}
		must(t, tx.Commit(ctx))
		m.checkOften()
		must(t, m.s.lock.Close())
		m.s = openStore(t, m.fs, m.o)
		m.checkOften()
		must(t, m.s.Close())
	}
}

// fullFS has temporary files that take what budget says.
type fullFS struct {
	vfs.FS
	left int
}

type fullFile struct {
	vfs.File
	fs *fullFS
}

var errFull = errors.New("no space left")

func (f *fullFS) TempFile(dir string) (vfs.File, error) {
	file, err := f.FS.TempFile(dir)
	return &fullFile{file, f}, err
}

func (f *fullFile) WriteAt(b []byte, at int64) (int, error) {
	if f.fs.left -= len(b); f.fs.left < 0 {
		return 0, errFull
	}
	return f.File.WriteAt(b, at)
}

// TestSpillFails takes back the statement whose write set found no room, and
// goes on with the transaction.
func TestSpillFails(t *testing.T) {
	for room := 0; room < 60_000; room += 3000 {
		fs := &fullFS{FS: vfs.Memory(), left: 1 << 30}
		o := Options{PageSize: 4096, WriteSetBytes: 8 << 10, SideBytes: 4 << 10, CheckpointEvery: -1}
		m := &modelTest{t: t, r: rand.New(rand.NewPCG(uint64(room), 4)), fs: fs, o: o, now: model{}, next: 30}
		m.s = openStore(t, fs, o)
		tx := m.s.Begin(TxOptions{})
		for _, id := range []TreeID{20, 21} {
			must(t, tx.CreateTree(Spec{ID: id, Key: m.kind(id), Layout: testLayout}))
			m.now[id] = modelTree{}
		}
		for range 300 {
			m.mutate(tx, m.now)
		}
		if m.now[20] == nil { // dropped
			m.now[20] = modelTree{}
			must(t, tx.CreateTree(Spec{ID: 20, Key: m.kind(20), Layout: testLayout}))
		}
		must(t, tx.BeginStatement())
		fs.left = room
		var err error
		for i := uint64(0); err == nil && i < 3000; i++ {
			if err = tx.Put(20, intKey(i), row(1, "of the statement")); err == nil && m.now[21] != nil {
				err = tx.Put(21, []byte(fmt.Sprint("statement", i*7919%3000)), row(1, "of the statement"))
			}
		}
		if !errors.Is(err, errFull) || sqlerr.Code(err) != sqlerr.IOError {
			t.Fatal(err)
		}
		tx.RollbackStatement()
		m.check(tx, m.now, true)
		fs.left = 1 << 30
		must(t, tx.BeginStatement())
		for range 300 {
			m.mutate(tx, m.now)
		}
		m.check(tx, m.now, true)
		must(t, tx.Commit(ctx))
		m.checkAll()
		must(t, m.s.Close())
	}
}
