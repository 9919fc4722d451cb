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
	gone atomic.Bool // it is not to be used any more
}

func (c *Counters) of(id catalog.ID) *counter {
	if k, ok := c.m.Load(id); ok {
		return k.(*counter)
	}
	k, _ := c.m.LoadOrStore(id, &counter{})
	return k.(*counter)
}

// Forget drops the counter of a relation that was dropped or truncated.
func (c *Counters) Forget(id catalog.ID) {
	if k, ok := c.m.LoadAndDelete(id); ok {
		k.(*counter).gone.Store(true)
	}
}

// drop forgets a counter that could not be loaded.
func (c *Counters) drop(id catalog.ID, k *counter) {
	k.gone.Store(true)
	c.m.CompareAndDelete(id, k)
}

// counter gives the counter of the relation, which the writer keeps.
func (w *Writer) counter(tx *storage.Tx, c *Counters) (*counter, error) {
	if k := w.keys; k != nil && w.keysOf == c && !k.gone.Load() {
		return k, nil
	}
	k := c.of(w.Rel.ID)
	if err := k.load(tx, w.tree); err != nil {
		c.drop(w.Rel.ID, k)
		return nil, err
	}
	w.keys, w.keysOf = k, c
	return k, nil
}

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
func (w *Writer) NextRowID(tx *storage.Tx, c *Counters) (int64, error) {
	k, err := w.counter(tx, c)
	if err != nil {
		return 0, err
	}
	id := k.last.Add(1)
	if id <= 0 {
		k.last.Store(maxRowID)
		return 0, sqlerr.New(sqlerr.SequenceGeneratorLimitExceeded, "table %q has no integer keys left", w.Rel.Name)
	}
	return id, nil
}

// Seen moves the counter past a key that was given explicitly.
func (w *Writer) Seen(tx *storage.Tx, c *Counters, id int64) error {
	k, err := w.counter(tx, c)
	if err != nil {
		return err
	}
	for {
		last := k.last.Load()
		if id <= last || k.last.CompareAndSwap(last, id) {
			return nil
		}
	}
}
