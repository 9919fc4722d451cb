package expr

import (
	"errors"

	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

// MaxBytes is the size that one value may have, as in PostgreSQL.
const MaxBytes = 1<<30 - 1

// ErrTooLong answers where a value would be larger than MaxBytes.
var ErrTooLong = sqlerr.New(sqlerr.ProgramLimitExceeded, "requested length too large").
	WithDetail("A value may have up to %d bytes.", MaxBytes)

// errRoom says that the values of a batch came to more than Context.Room. The
// call around it then takes them row by row; where there is none, it is what
// the client gets.
var errRoom = sqlerr.New(sqlerr.OutOfMemory, "out of memory").
	WithDetail("The values that an expression makes for a batch of rows come to more than the memory limit.").
	WithHint("Raise memory_limit, or make fewer of them at a time.")

// room sums what the values of one batch take.
type room struct{ used, limit int }

func (c *Context) room() room { return room{limit: c.Room} }

// take counts a value. The first one may always be made.
func (r *room) take(v types.Value) error {
	n := len(v.S)
	if n == 0 {
		return nil
	}
	first := r.used == 0
	if r.used += n; r.used > r.limit && r.limit > 0 && !first {
		return errRoom
	}
	return nil
}

// batchRoom is what a batch may add above the memory limit before the budget,
// which can spill, is asked.
const batchRoom = 64 << 20

// CheckRoom returns an error where n bytes are more than one batch may add:
// an aggregate looks between its rows, the query's budget only between batches.
func (c *Context) CheckRoom(n int) error {
	if c.Room > 0 && n > c.Room+batchRoom {
		return errRoom
	}
	return nil
}

// fits reports a value that is too large for any row.
func fits(v types.Value) error {
	if len(v.S) > MaxBytes {
		return ErrTooLong
	}
	return nil
}

// rowByRow computes the call where the arguments of a whole batch do not fit:
// it makes those of one row at a time.
func (p *callProgram) rowByRow(c *Context, b *vector.Batch, sel []int32, n int) (*vector.Vector, error) {
	if p.volatile || p.eval1 == nil {
		return nil, errRoom
	}
	p.out.Reset(p.typ, n)
	room := c.room()
	count := n
	if sel != nil {
		count = len(sel)
	}
	one := make([]int32, 1)
	for k := range count {
		one[0] = int32(k)
		if sel != nil {
			one[0] = sel[k]
		}
		if _, err := p.evalArgs(c, b, one, n); err != nil {
			return nil, err
		}
		v, err := p.call(c, int(one[0]))
		if err != nil {
			return nil, err
		}
		if err := room.take(v); err != nil {
			return nil, err
		}
		p.out.Set(int(one[0]), v)
		if err := c.Check(); err != nil {
			return nil, err
		}
	}
	return p.out, nil
}

func isRoom(err error) bool { return errors.Is(err, errRoom) }
