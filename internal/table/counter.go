package table

import (
	"sync"
	"sync/atomic"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/codec"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage"
)

// Counters give out integer keys: for relations without a primary key and for
// columns that fill themselves (INTEGER PRIMARY KEY). One belongs to a
// database. A counter starts above the largest key in the tree and moves on
// with every key that is inserted, so nothing is logged for it, and two
// transactions never get the same. The zero value is ready.
type Counters struct {
	m sync.Map // catalog.ID → *counter
}

type counter struct {
	once sync.Once
	last atomic.Int64
	err  error
}

func (c *Counters) of(id catalog.ID) *counter {
	if k, ok := c.m.Load(id); ok {
		return k.(*counter)
	}
	k, _ := c.m.LoadOrStore(id, &counter{})
	return k.(*counter)
}

// Forget drops the counter of a relation that was dropped or truncated.
func (c *Counters) Forget(id catalog.ID) { c.m.Delete(id) }

func (k *counter) load(tx *storage.Tx, tree storage.TreeID) error {
	k.once.Do(func() {
		key, ok, err := tx.LastKey(tree)
		if err != nil {
			k.err = err
		} else if ok {
			k.last.Store(max(0, codec.Uint64Key(key)))
		}
	})
	return k.err
}

// NextRowID returns a key that no other row of the relation has or will get.
func (t *Table) NextRowID(tx *storage.Tx, c *Counters) (int64, error) {
	k := c.of(t.Rel.ID)
	if err := k.load(tx, t.tree); err != nil {
		c.m.CompareAndDelete(t.Rel.ID, k)
		return 0, err
	}
	id := k.last.Add(1)
	if id <= 0 {
		k.last.Store(maxRowID)
		return 0, sqlerr.New(sqlerr.SequenceGeneratorLimitExceeded, "table %q has no integer keys left", t.Rel.Name)
	}
	return id, nil
}

// Seen moves the counter past a key that was given explicitly.
func (t *Table) Seen(tx *storage.Tx, c *Counters, id int64) error {
	k := c.of(t.Rel.ID)
	if err := k.load(tx, t.tree); err != nil {
		c.m.CompareAndDelete(t.Rel.ID, k)
		return err
	}
	for {
		last := k.last.Load()
		if id <= last || k.last.CompareAndSwap(last, id) {
			return nil
		}
	}
}
