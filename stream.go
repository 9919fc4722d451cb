package zqlite

import (
	"context"
	"unsafe"

	"github.com/zqlite/zqlite/internal/engine"
	"github.com/zqlite/zqlite/internal/gotype"
	"github.com/zqlite/zqlite/internal/vector"
)

func fail[T any](yield func(T, error) bool, err error) {
	var zero T
	yield(zero, err)
}

// stream gives the rows of a statement. alone says that nobody else can use
// the session meanwhile.
func stream[T any](ctx context.Context, c *Conn, st *engine.Statement, args []any, alone bool, yield func(T, error) bool) {
	r, err := c.query(ctx, st, args)
	if err != nil {
		fail(yield, err)
		return
	}
	x := streaming[T]{result: r, yield: yield, alone: alone}
	defer x.close()
	if x.plan, _, err = planFor[T](c, r.Columns()); err != nil {
		x.fail(err)
		return
	}
	x.cell.Begin(r)
	x.out = new(T)
	x.run()
}

// streaming is one sequence that is ranged over.
type streaming[T any] struct {
	result *engine.Result
	plan   *gotype.Plan
	cell   gotype.Cell
	out    *T
	ahead  []T // rows of the batch that were read before the first was given
	alone  bool
	ended  bool // yield is not to be called any more
	yield  func(T, error) bool
}

func (x *streaming[T]) run() {
	for {
		for row, ok := x.result.Row(); ok; row, ok = x.result.Row() {
			x.cell.Keep = true
			if err := x.plan.Row(unsafe.Pointer(x.out), row, &x.cell); err != nil {
				x.fail(err)
			} else {
				x.give(x.out)
			}
			if x.ended {
				return
			}
		}
		b, err := x.result.NextBatch()
		switch {
		case err != nil:
			x.fail(err)
			return
		case b == nil && !x.result.Buffered():
			return
		case b == nil:
			continue
		}
		x.cell.Keep = false
		if x.alone {
			x.cell.Lend = true
			x.batch(b)
		} else {
			x.batchAhead(b)
		}
		if x.ended {
			return
		}
	}
}

// give hands a row out, and leaves a variable for the next.
func (x *streaming[T]) give(row *T) {
	x.ended = true // also where yield panics
	x.ended = !x.yield(*row, nil)
	if x.plan.Foreign() {
		x.out = new(T)
	}
}

func (x *streaming[T]) fail(err error) {
	x.ended = true
	fail(x.yield, err)
}

func (x *streaming[T]) batch(b *vector.Batch) {
	for k, n := 0, b.Len(); k < n && !x.ended; k++ {
		if err := x.plan.BatchRow(unsafe.Pointer(x.out), b, b.Row(k), &x.cell); err != nil {
			x.fail(err)
			return
		}
		x.give(x.out)
	}
}

// batchAhead reads the whole batch before it gives the first row: a statement
// that the caller runs on the session in between would end the batch.
func (x *streaming[T]) batchAhead(b *vector.Batch) {
	n := b.Len()
	if cap(x.ahead) < n || x.plan.Foreign() {
		x.ahead = make([]T, n)
	}
	rows := x.ahead[:n]
	var err error
	for k := range rows {
		if err = x.plan.BatchRow(unsafe.Pointer(&rows[k]), b, b.Row(k), &x.cell); err != nil {
			rows = rows[:k]
			break
		}
	}
	for k := range rows {
		if x.give(&rows[k]); x.ended {
			return
		}
	}
	if err != nil {
		x.fail(err)
	}
}

func (x *streaming[T]) close() {
	if err := x.result.Release(); err != nil && !x.ended {
		x.fail(err)
	}
}
