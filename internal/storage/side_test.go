package storage

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage/page"
	"github.com/zqlite/zqlite/internal/vfs"
)

// sideModel is a store with rows in pages and, above them, a transaction that
// changed many of them and filled a second tree through its side file.
func sideModel(t *testing.T, o Options) *modelTest {
	o.PageSize, o.CheckpointEvery, o.DeltaBytes, o.SideBytes = 4096, -1, 1<<30, 4<<10
	m := &modelTest{t: t, r: rand.New(rand.NewPCG(1, 2)), fs: vfs.Memory(), o: o, now: model{}}
	m.s = openStore(t, m.fs, m.o)
	text := func(i int) string { return strings.Repeat(fmt.Sprint("text ", i, " "), 60+m.r.IntN(40)) }
	tx := m.s.Begin(TxOptions{})
	must(t, tx.CreateTree(Spec{ID: 20, Key: m.kind(20), Layout: testLayout}))
	m.now[20], m.now[21] = modelTree{}, modelTree{}
	for k := uint64(0); k < 400; k += 2 {
		m.now[20][string(intKey(k))] = text(int(k))
		must(t, tx.Insert(20, intKey(k), row(int64(len(m.now[20][string(intKey(k))])), m.now[20][string(intKey(k))])))
	}
	must(t, tx.Commit(ctx))
	must(t, m.s.Checkpoint(ctx))
	tx = m.s.Begin(TxOptions{}) // a second checkpoint, for the file of the first
	must(t, tx.Put(20, intKey(0), row(int64(len(m.now[20][string(intKey(0))])), m.now[20][string(intKey(0))])))
	must(t, tx.Commit(ctx))
	must(t, m.s.Checkpoint(ctx))
	m.old = append(m.old, oldReader{m.s.Begin(TxOptions{ReadOnly: true}), model{20: m.now.clone()[20]}})
	must(t, m.old[0].tx.BeginStatement())

	tx = m.s.Begin(TxOptions{})
	must(t, tx.BeginStatement())
	must(t, tx.CreateTree(Spec{ID: 21, Key: m.kind(21), Layout: testLayout}))
	for i := range 1200 {
		id := TreeID(20 + i%3/2)
		key := string(m.key(id))
		old, had := m.now[id][key]
		switch {
		case had && i%5 == 0:
			must(t, tx.Delete(id, []byte(key)))
			delete(m.now[id], key)
			continue
		case had:
			m.now[id][key] = old + "!"
			must(t, tx.Put(id, []byte(key), row(int64(len(old))+1, old+"!")))
		default:
			m.now[id][key] = text(i)
			must(t, tx.Insert(id, []byte(key), row(int64(len(m.now[id][key])), m.now[id][key])))
		}
	}
	must(t, tx.Commit(ctx))
	return m
}

func (m *modelTest) sides(want int) {
	m.t.Helper()
	if sides, err := m.s.sideFiles(); err != nil || len(sides) != want {
		m.t.Fatalf("side files %v, want %d, %v", sides, want, err)
	}
}

func (m *modelTest) checkOften() {
	m.t.Helper()
	m.checkAll()
	for range 40 {
		tx := m.s.Begin(TxOptions{ReadOnly: true})
		m.check(tx, m.now, m.r.IntN(2) == 0)
		tx.Rollback()
		for _, o := range m.old {
			m.check(o.tx, o.m, false)
		}
	}
}

// TestSideLayers reads a transaction where it lies in its side file, beside an
// older reader, through checkpoints, until nobody needs the file.
func TestSideLayers(t *testing.T) {
	for _, o := range []Options{{}, {Codec: toyCodec{password: "p"}}} {
		m := sideModel(t, o)
		m.sides(1)
		m.checkOften()
		touch := func() {
			tx := m.s.Begin(TxOptions{})
			must(t, tx.BeginStatement())
			m.mutate(tx, m.now)
			must(t, tx.Commit(ctx))
			must(t, m.s.Checkpoint(ctx))
		}
		late := m.s.Begin(TxOptions{ReadOnly: true}) // has the layers
		must(t, late.BeginStatement())
		m.old = append(m.old, oldReader{late, m.now.clone()})
		for range 3 {
			touch()
			m.checkOften()
		}
		m.sides(1)
		for _, o := range m.old {
			o.tx.Rollback()
		}
		m.old = nil
		touch()
		m.sides(0)
		m.checkOften()
		must(t, m.s.IntegrityCheck(ctx, func(line string) { t.Error(line) }))
		must(t, m.s.Close())
	}
}

// TestSideRecovery opens what a crash left: the log and the file that it names.
func TestSideRecovery(t *testing.T) {
	m := sideModel(t, Options{})
	must(t, m.s.lock.Close())
	m.old = nil
	m.s = openStore(t, m.fs, m.o)
	m.checkOften()
	m.sides(0)
	must(t, m.s.Close())
}

// TestSideDamage changes every 97th byte of a side file that the log names.
func TestSideDamage(t *testing.T) {
	m := sideModel(t, Options{})
	must(t, m.s.lock.Close())
	f, err := m.fs.Open("db-side.2", 0)
	must(t, err)
	size, err := f.Size()
	must(t, err)
	for at := int64(0); at < size; at += 97 {
		if at == 970 {
			at = size - 970
		}
		var b [1]byte
		if at%chunkHeader >= 12 && at < chunkHeader { // unused
			continue
		}
		if _, err := f.ReadAt(b[:], at); err != nil {
			t.Fatal(err)
		}
		b[0] ^= 4
		_, err := f.WriteAt(b[:], at)
		must(t, err)
		s, err := Open(ctx, m.fs, "db", Options{PageSize: 4096, ReadOnly: true})
		if sqlerr.Code(err) != sqlerr.DataCorrupted {
			t.Fatalf("byte %d changed: %v", at, err)
		}
		if s != nil {
			t.Fatal("open")
		}
		b[0] ^= 4
		_, err = f.WriteAt(b[:], at)
		must(t, err)
	}
	must(t, f.Truncate(size-1))
	if _, err := Open(ctx, m.fs, "db", Options{PageSize: 4096, ReadOnly: true}); sqlerr.Code(err) != sqlerr.DataCorrupted {
		t.Fatal(err)
	}
	must(t, m.fs.Remove("db-side.2"))
	if _, err := Open(ctx, m.fs, "db", Options{PageSize: 4096, ReadOnly: true}); sqlerr.Code(err) != sqlerr.DataCorrupted {
		t.Fatal(err)
	}
	must(t, f.Close())
}

// TestSideOfFailedCommit leaves no file behind.
func TestSideOfFailedCommit(t *testing.T) {
	s := openStore(t, vfs.Memory(), Options{SideBytes: 1 << 10})
	tx := s.Begin(TxOptions{})
	must(t, tx.CreateTree(Spec{ID: table, Key: page.KeyUint64, Layout: testLayout}))
	must(t, tx.Insert(table, intKey(0), row(1, "")))
	must(t, tx.Commit(ctx))
	a := s.Begin(TxOptions{Isolation: Serializable})
	must(t, a.BeginStatement())
	want(t, read(t, a, 0), 1)
	b := s.Begin(TxOptions{})
	must(t, b.BeginStatement())
	must(t, b.Put(table, intKey(0), row(2, "")))
	must(t, b.Commit(ctx))
	for k := range uint64(200) {
		must(t, a.Insert(table, intKey(k+1), row(1, "some text")))
	}
	wantCode(t, a.Commit(ctx), sqlerr.SerializationFailure)
	if sides, err := s.sideFiles(); err != nil || len(sides) != 0 {
		t.Fatal(sides, err)
	}
	must(t, s.Close())
}
