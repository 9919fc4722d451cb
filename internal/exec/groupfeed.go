package exec

import (
	"github.com/zqlite/zqlite/internal/codec"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

// groupFeed keeps the arguments of one aggregate call, ordered by group and
// then as ORDER BY says, until the groups are given out. So an accumulator
// that collects values holds those of a few groups at a time.
type groupFeed struct {
	call     *aggCall
	args     int
	sorter   *sorter
	groups   *vector.Vector
	counts   []int64 // by group: rows whose last argument is not NULL
	distinct bool
	keys     *keyBatch // distinct: of group and arguments
	last     *keyStore // the row before the batch at hand
	late     bool      // made when memory ran out, for one run

	cols  []*vector.Vector
	batch *vector.Batch
	at    int
	ended bool
	ids   []int32
	sel   []int32
	acct  account
}

// newGroupFeed makes a feed for rows of group, arguments and sort keys; ts are
// the types of the first two. grouped says that there is more than one group.
func newGroupFeed(c *aggCall, ts []*types.Type, grouped bool) (*groupFeed, error) {
	f := &groupFeed{call: c, args: len(c.argTypes), groups: vector.New(types.Int8, vector.Size), distinct: c.distinct}
	if f.distinct {
		var err error
		if f.keys, err = newKeyBatch(ts); err != nil {
			return nil, err
		}
		f.last = newKeyStore(f.keys)
	}
	k := &sortKeys{}
	if grouped {
		k.exprs, k.parts = append(k.exprs, columnRef(0)), append(k.parts, codec.Part{Type: types.Int8})
	}
	if c.keys != nil {
		k.exprs, k.parts = append(k.exprs, c.keys.exprs...), append(k.parts, c.keys.parts...)
		for _, p := range c.keys.parts {
			ts = append(ts, p.Type)
		}
	}
	k.cols, k.flats = make([]*vector.Vector, len(k.exprs)), make([]expr.Rows, len(k.exprs))
	k.prepare()
	f.sorter = newSorter(k, ts)
	return f, nil
}

func (f *groupFeed) open(r *Run) {
	f.sorter.open(r, 0)
	f.acct.open(r)
	f.counts, f.batch, f.at, f.ended = f.counts[:0], nil, 0, false
	if f.last != nil {
		f.last.reset()
	}
}

func (f *groupFeed) close() {
	f.sorter.close()
	f.acct.close()
	f.batch = nil
}

// add takes the call's rows at sel with their groups.
func (f *groupFeed) add(r *Run, groups []int32, c *aggCall, sel []int32, n int) error {
	groupColumn(f.groups, groups, n)
	f.cols = append(append(append(f.cols[:0], f.groups), c.cols...), c.ordCols...)
	f.count(sel, n)
	f.acct.set(int64(cap(f.counts)) * 8)
	return f.sorter.add(r, &vector.Batch{Cols: f.cols, N: n, Sel: sel})
}

func (f *groupFeed) count(sel []int32, n int) {
	if f.args == 0 {
		return
	}
	last := f.cols[f.args]
	eachRow(sel, n, func(i int) {
		g := int(f.groups.I[i])
		if g >= len(f.counts) {
			f.counts = append(f.counts, make([]int64, g+1-len(f.counts))...)
		}
		if !last.Null(i) {
			f.counts[g]++
		}
	})
}

func (f *groupFeed) finish(r *Run) error { return f.sorter.finish(r) }

// expect announces the groups from..to-1.
func (f *groupFeed) expect(acc expr.Accumulator, from, to int) {
	p, ok := acc.(expr.Positional)
	if !ok || f.late {
		return
	}
	for g := from; g < min(to, len(f.counts)); g++ {
		p.Expect(g, f.counts[g])
	}
}

// errOneGroup answers where the values of one group alone are too many.
var errOneGroup = errMemory("the values that an aggregate collects for one group")

// feed adds the rows of the groups below a number.
func (f *groupFeed) feed(r *Run, acc expr.Accumulator, below int) error {
	for !f.ended {
		if f.batch == nil {
			b, err := f.sorter.next(r)
			if err != nil {
				return err
			}
			if b == nil {
				f.ended = true
				return nil
			}
			if err := r.canceled(); err != nil {
				return err
			}
			if err := f.take(b); err != nil {
				return err
			}
		}
		from := f.at
		for f.at < f.batch.N && int(f.ids[f.at]) < below {
			f.at++
		}
		if f.at > from {
			if err := f.update(acc, from); err != nil {
				return err
			}
			if int64(acc.Bytes()) > unsplittable*max(r.Memory.limit(), 1<<20) {
				return errOneGroup
			}
		}
		if f.at < f.batch.N {
			return nil
		}
		f.drop()
	}
	return nil
}

// take begins a batch of ordered rows.
func (f *groupFeed) take(b *vector.Batch) error {
	f.batch, f.at = b, 0
	f.ids = extend(f.ids[:0], b.N)
	for k, v := range b.Cols[0].I[:b.N] {
		f.ids[k] = int32(v)
	}
	if f.distinct {
		return f.keys.load(b.Cols[:1+f.args], nil, b.N)
	}
	return nil
}

// drop ends the batch; a distinct feed remembers its last row.
func (f *groupFeed) drop() {
	if f.distinct {
		f.last.reset()
		f.last.add(f.keys, f.batch.N-1)
	}
	f.batch = nil
}

// update adds the rows from..at-1, with distinct only those that differ from
// the row before: equal ones stand together.
func (f *groupFeed) update(acc expr.Accumulator, from int) error {
	args := f.batch.Cols[1 : 1+f.args]
	if !f.distinct && from == 0 && f.at == f.batch.N {
		return acc.Update(f.ids, args, nil, f.batch.N)
	}
	f.sel = f.sel[:0]
	for i := from; i < f.at; i++ {
		if f.distinct && (i > 0 && f.keys.same(i-1, i) || i == 0 && f.last.len() > 0 && f.last.equal(0, f.keys, 0)) {
			continue
		}
		f.sel = append(f.sel, int32(i))
	}
	if len(f.sel) == 0 {
		return nil
	}
	return acc.Update(f.ids, args, f.sel, f.batch.N)
}
