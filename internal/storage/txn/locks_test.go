package txn

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage/delta"
)

var ctx = context.Background()

func try(t *Table, o *Owner, id uint64, m Mode) bool {
	return t.Lock(ctx, o, id, m, NoWait, 0) == nil
}

func TestConflictMatrix(t *testing.T) {
	yes := map[[2]Mode]bool{
		{KeyShare, KeyShare}: true, {KeyShare, Share}: true, {KeyShare, NoKeyUpdate}: true,
		{Share, KeyShare}: true, {Share, Share}: true, {NoKeyUpdate, KeyShare}: true,
		{TableIntentShare, TableIntentShare}: true, {TableIntentShare, TableIntentWrite}: true,
		{TableIntentShare, TableShared}: true, {TableIntentWrite, TableIntentShare}: true,
		{TableIntentWrite, TableIntentWrite}: true, {TableShared, TableIntentShare}: true,
		{TableShared, TableShared}: true,
	}
	for a := KeyShare; a <= TableExclusive; a++ {
		for b := KeyShare; b <= TableExclusive; b++ {
			if (a < TableIntentShare) != (b < TableIntentShare) {
				continue
			}
			table := NewTable()
			var x, y Owner
			if !try(table, &x, 1, a) {
				t.Fatal("a free lock was refused")
			}
			if got := try(table, &y, 1, b); got != yes[[2]Mode{a, b}] {
				t.Errorf("%d then %d: granted %v", a, b, got)
			}
			table.ReleaseAll(&x)
			table.ReleaseAll(&y)
			for i := range table.shards {
				if table.shards[i].used != 0 {
					t.Fatal("a lock was left")
				}
			}
		}
	}
}

func TestReleaseFrom(t *testing.T) {
	table := NewTable()
	var a, b Owner
	try(table, &a, 1, KeyShare)
	mark := a.Held()
	try(table, &a, 1, NoKeyUpdate)
	try(table, &a, 1, Exclusive)
	try(table, &a, 2, Share)
	if try(table, &b, 1, KeyShare) || try(table, &b, 2, NoKeyUpdate) {
		t.Fatal("a held lock was granted")
	}
	var told []Mode
	table.ReleaseFrom(&a, mark, func(_ uint64, m Mode) { told = append(told, m) })
	if !slices.Equal(told, []Mode{Share, Exclusive, NoKeyUpdate}) {
		t.Fatal(told)
	}
	if !try(table, &b, 2, NoKeyUpdate) || !try(table, &b, 1, NoKeyUpdate) || try(table, &b, 1, Exclusive) {
		t.Fatal("the lock from before the mark is not what it was")
	}
	table.ReleaseAll(&a)
	if !try(table, &b, 1, Exclusive) {
		t.Fatal("a released lock is held")
	}
	table.ReleaseAll(&b)
	for i := range table.shards {
		if table.shards[i].used != 0 {
			t.Fatal("a lock was left")
		}
	}
}

func TestDeadlock(t *testing.T) {
	table := NewTable()
	var owners [3]Owner
	for i := range owners {
		if !try(table, &owners[i], uint64(i), Exclusive) {
			t.Fatal()
		}
	}
	results := make(chan error, 3)
	for i := range owners {
		go func() {
			err := table.Lock(ctx, &owners[i], uint64((i+1)%3), Exclusive, Wait, 0)
			table.ReleaseAll(&owners[i])
			results <- err
		}()
	}
	failed := 0
	for range owners {
		select {
		case err := <-results:
			if sqlerr.Code(err) == sqlerr.DeadlockDetected {
				failed++
			} else if err != nil {
				t.Fatal(err)
			}
		case <-time.After(5 * time.Second):
			t.Fatal("the cycle hangs")
		}
	}
	if failed != 1 {
		t.Fatalf("%d victims", failed)
	}
}

func TestUpgradeDeadlock(t *testing.T) {
	table := NewTable()
	var a, b Owner
	try(table, &a, 1, Share)
	try(table, &b, 1, Share)
	done := make(chan error, 1)
	go func() { done <- table.Lock(ctx, &a, 1, Exclusive, Wait, 0) }()
	time.Sleep(20 * time.Millisecond)
	if err := table.Lock(ctx, &b, 1, Exclusive, Wait, 0); sqlerr.Code(err) != sqlerr.DeadlockDetected {
		t.Fatal(err)
	}
	table.ReleaseAll(&b)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

func TestTimeoutAndCancel(t *testing.T) {
	table := NewTable()
	var a, b Owner
	try(table, &a, 1, Exclusive)
	if err := table.Lock(ctx, &b, 1, Share, Wait, 10*time.Millisecond); sqlerr.Code(err) != sqlerr.LockNotAvailable {
		t.Fatal(err)
	}
	c, cancel := context.WithTimeout(ctx, 10*time.Millisecond)
	defer cancel()
	err := table.Lock(c, &b, 1, Share, Wait, 0)
	if sqlerr.Code(err) != sqlerr.QueryCanceled || !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
	if err := table.Lock(ctx, &b, 1, Share, SkipLocked, 0); err != ErrLocked {
		t.Fatal(err)
	}
	table.ReleaseAll(&a)
	if !try(table, &b, 1, Exclusive) {
		t.Fatal("a waiter that left still stands in the queue")
	}
}

func TestExclusionUnderLoad(t *testing.T) {
	table := NewTable()
	var counters [8]int
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			r := rand.New(rand.NewPCG(uint64(g), 3))
			var o Owner
			for range 2000 {
				i, j := r.IntN(8), r.IntN(8)
				e := table.Lock(ctx, &o, uint64(i), Exclusive, Wait, 0)
				if e == nil {
					counters[i]++
					if e = table.Lock(ctx, &o, uint64(j), Exclusive, Wait, 0); e == nil {
						counters[j]++
					}
				}
				if e != nil && sqlerr.Code(e) != sqlerr.DeadlockDetected {
					t.Error(e)
				}
				table.ReleaseAll(&o)
			}
		}()
	}
	wg.Wait()
}

func TestWriteSetUndo(t *testing.T) {
	var w WriteSet
	l := delta.NewOwn()
	put := func(k, v string) {
		w.Put(l, []byte(k), 0, []byte(v))
	}
	get := func(k string) string {
		v, _ := l.Get([]byte(k), delta.Hash([]byte(k)), 1<<62)
		return string(v.Row)
	}
	steps := 0
	put("a", "1")
	mark := w.Len()
	put("a", "2")
	put("b", "1")
	w.Step(func() { steps++ })
	w.RollbackTo(mark)
	if get("a") != "1" || get("b") != "" || steps != 1 || w.Len() != 1 {
		t.Fatal(get("a"), get("b"), steps, w.Len())
	}
	put("b", "3")
	if get("b") != "3" {
		t.Fatal()
	}
}

func TestReadSet(t *testing.T) {
	var s ReadSet
	i := s.Range(Interval{Tree: 1, Lo: []byte("b"), Hi: []byte("m")})
	s.Narrow(i, []byte("d"), false)
	r := s.RangeAt(i)
	for k, want := range map[string]bool{"a": false, "b": true, "d": true, "e": false} {
		if r.Contains([]byte(k)) != want {
			t.Error(k)
		}
	}
	for range maxPoints + 10 {
		s.Point(2, []byte("x"), 1)
	}
	if p, n := s.Len(); p != 0 || n != 2 {
		t.Fatal(p, n)
	}
}

func BenchmarkLockRelease(b *testing.B) {
	table := NewTable()
	var o Owner
	for i := range uint64(b.N) {
		table.Lock(ctx, &o, i*0x9E3779B97F4A7C15, Exclusive, Wait, 0)
		table.ReleaseAll(&o)
	}
}
