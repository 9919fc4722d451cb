package storage

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/zqlite/zqlite/internal/storage/crashtest"
	"github.com/zqlite/zqlite/internal/storage/page"
	"github.com/zqlite/zqlite/internal/vfs"
)

// The crash tests' workload: step i is one transaction, a pure function of i,
// so the content after k steps is known beforehand. A row of the first tree
// says which step was the last.
const (
	crashInts  TreeID = 16 // integer keys; key 0 holds the number of steps
	crashBytes TreeID = 17
	crashTemp  TreeID = 18 // comes, is truncated, altered and goes
)

// crashOp is one change of a step.
type crashOp struct {
	kind byte // c create, d drop, t truncate, p put, x delete
	tree TreeID
	key  string
	text string
}

type crashModels struct {
	mu    sync.Mutex
	after []model // content after k steps
	steps [][]crashOp
}

var crashed = crashModels{after: []model{{}}}

// at gives the content after k steps.
func (c *crashModels) at(k int) model {
	c.step(k)
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.after[k]
}

// step gives the operations of step i, making those before it where needed.
func (c *crashModels) step(i int) []crashOp {
	c.mu.Lock()
	defer c.mu.Unlock()
	for n := len(c.steps); n <= i; n++ {
		m := c.after[n].clone()
		ops := crashStep(n, m)
		c.steps = append(c.steps, ops)
		c.after = append(c.after, m)
	}
	return c.steps[i]
}

// crashStep makes the operations of step n and does them in the model.
func crashStep(n int, m model) (ops []crashOp) {
	do := func(op crashOp) {
		switch op.kind {
		case 'c', 't':
			m[op.tree] = modelTree{}
		case 'd':
			delete(m, op.tree)
		case 'p':
			m[op.tree][op.key] = op.text
		case 'x':
			delete(m[op.tree], op.key)
		}
		ops = append(ops, op)
	}
	rng := rand.New(rand.NewPCG(uint64(n), 4242))
	if n == 0 {
		do(crashOp{kind: 'c', tree: crashInts})
		do(crashOp{kind: 'c', tree: crashBytes})
	}
	switch {
	case n%9 == 4 && m[crashTemp] == nil:
		do(crashOp{kind: 'c', tree: crashTemp})
	case n%9 == 8 && m[crashTemp] != nil:
		do(crashOp{kind: [...]byte{'d', 't'}[rng.IntN(2)], tree: crashTemp})
	}
	for range 1 + rng.IntN(6) {
		id := []TreeID{crashInts, crashBytes, crashTemp}[rng.IntN(3)]
		if m[id] == nil {
			continue
		}
		key := string(intKey(1 + rng.Uint64N(60)))
		if id == crashBytes {
			key = fmt.Sprintf("key/%02d", rng.IntN(60))
		}
		if _, ok := m[id][key]; ok && rng.IntN(3) == 0 {
			do(crashOp{kind: 'x', tree: id, key: key})
			continue
		}
		size := rng.IntN(200)
		if rng.IntN(12) == 0 {
			size = 6000 // beyond a page: overflow
		}
		do(crashOp{kind: 'p', tree: id, key: key, text: strings.Repeat("v"+strconv.Itoa(n)+".", size/4)})
	}
	do(crashOp{kind: 'p', tree: crashInts, key: string(intKey(0)), text: strconv.Itoa(n + 1)})
	return ops
}

// crashStore is the store as a system that crashes.
type crashStore struct {
	fs vfs.FS
	o  Options
	// checkpointEvery makes every such step checkpoint before it commits.
	checkpointEvery int
	s               *Store
}

func crashSystem(o Options, checkpointEvery int) func(fs vfs.FS) crashtest.System {
	o.Create = true
	o.PageSize = 4096
	o.CheckpointEvery = -1
	if o.LogPrealloc == 0 {
		o.LogPrealloc = 64 << 10 // 4 MiB of zeros would be most of the work
	}
	return func(fs vfs.FS) crashtest.System {
		return &crashStore{fs: fs, o: o, checkpointEvery: checkpointEvery}
	}
}

func (c *crashStore) Open() (err error) {
	c.s, err = Open(ctx, c.fs, "db", c.o)
	return err
}

func (c *crashStore) Apply(step int) error {
	if c.checkpointEvery > 0 && step%c.checkpointEvery == c.checkpointEvery-1 {
		merge := c.s.Checkpoint
		if step/c.checkpointEvery%3 == 1 {
			merge = c.s.Compact
		}
		if err := merge(ctx); err != nil {
			return err
		}
	}
	tx := c.s.Begin(TxOptions{})
	if err := errors.Join(tx.BeginStatement(), c.write(tx, step)); err != nil {
		tx.Rollback()
		return err
	}
	return tx.Commit(ctx)
}

func (c *crashStore) write(tx *Tx, step int) error {
	for _, op := range crashed.step(step) {
		var err error
		switch op.kind {
		case 'c':
			kind := page.KeyUint64
			if op.tree == crashBytes {
				kind = page.KeyBytes
			}
			err = tx.CreateTree(Spec{ID: op.tree, Key: kind, Layout: testLayout})
		case 'd':
			err = tx.DropTree(op.tree)
		case 't':
			err = tx.TruncateTree(op.tree)
		case 'p':
			err = tx.Put(op.tree, []byte(op.key), row(int64(len(op.text)), op.text))
		case 'x':
			err = tx.Delete(op.tree, []byte(op.key))
		}
		if err != nil {
			return fmt.Errorf("%c of tree %d: %w", op.kind, op.tree, err)
		}
	}
	return nil
}

// Check finds k in its row, and compares everything with the model at k.
func (c *crashStore) Check(crashtest.History) (int, error) {
	tx := c.s.Begin(TxOptions{ReadOnly: true})
	defer tx.Rollback()
	if err := tx.BeginStatement(); err != nil {
		return 0, err
	}
	k := 0
	if c.s.HasTree(crashInts) {
		var ref RowRef
		defer ref.Release()
		ok, err := tx.Get(crashInts, intKey(0), &ref)
		if err != nil || !ok {
			return 0, fmt.Errorf("the row that counts steps: found %v, %w", ok, err)
		}
		text, err := ref.Bytes(2)
		if err == nil {
			k, err = strconv.Atoi(string(text))
		}
		ref.Release()
		if err != nil {
			return 0, err
		}
	}
	want := crashed.at(k)
	for _, id := range []TreeID{crashInts, crashBytes, crashTemp} {
		if c.s.HasTree(id) != (want[id] != nil) {
			return 0, fmt.Errorf("after %d steps: tree %d exists: %v", k, id, c.s.HasTree(id))
		}
		if want[id] == nil {
			continue
		}
		if err := compareTree(tx, id, want[id]); err != nil {
			return 0, fmt.Errorf("after %d steps: tree %d: %w", k, id, err)
		}
	}
	return k, c.integrity()
}

func compareTree(tx *Tx, id TreeID, want modelTree) error {
	keys := slices.Sorted(maps.Keys(want))
	scan, err := tx.Scan(id, Range{}, ScanOptions{})
	if err != nil {
		return err
	}
	defer scan.Close()
	var b Block
	var ref RowRef
	defer ref.Release()
	defer ref.Release()
	for i := 0; ; {
		ok, err := scan.Next(&b)
		if err != nil {
			return err
		}
		if !ok {
			if i != len(keys) {
				return fmt.Errorf("%d rows, not %d", i, len(keys))
			}
			return nil
		}
		for j := range b.N {
			key := b.Key(j, nil)
			if i >= len(keys) || string(key) != keys[i] {
				return fmt.Errorf("row %d has key %x", i, key)
			}
			found, err := tx.Get(id, key, &ref)
			if err != nil || !found {
				return fmt.Errorf("key %x: found %v, %w", key, found, err)
			}
			text, err := ref.Bytes(2)
			if err != nil || string(text) != want[keys[i]] || ref.Int(1) != int64(len(want[keys[i]])) {
				return fmt.Errorf("key %x has %d bytes, not %d, or others: %w", key, len(text), len(want[keys[i]]), err)
			}
			i++
		}
	}
}

func (c *crashStore) integrity() error {
	var wrong []string
	if err := c.s.IntegrityCheck(ctx, func(s string) { wrong = append(wrong, s) }); err != nil {
		return fmt.Errorf("integrity check: %w", err)
	}
	if len(wrong) > 0 {
		return fmt.Errorf("integrity check: %s", strings.Join(wrong, "; "))
	}
	return nil
}

func (c *crashStore) Close() error {
	if c.s == nil {
		return nil
	}
	return c.s.Close()
}

// crashLong tells whether the long programme is asked for.
func crashLong() bool { return os.Getenv("ZQLITE_CRASH_LONG") != "" }
