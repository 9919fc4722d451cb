package exec

import (
	"github.com/zqlite/zqlite/internal/sqlerr"
)

// DefaultMemory is the budget of a query in bytes where Run names none.
const DefaultMemory = 256 << 20

// Memory is the budget of a query. It is used by one goroutine.
//
// Operators charge what they hold. One that would go past the limit spills,
// and what it has spilled it gives back. So that operators above one that has
// filled the budget can work too, each may always hold a minimum, an eighth of
// the limit: a plan of many such operators exceeds the limit by their minima.
type Memory struct {
	Limit   int64 // bytes; 0 is DefaultMemory
	used    int64
	Peak    int64 // largest use so far
	Spilled int64 // bytes written to temporary files
}

// grow charges n bytes (or gives back, when negative) and reports whether the
// total is within the limit.
func (m *Memory) grow(n int64) bool {
	m.used += n
	if m.used > m.Peak {
		m.Peak = m.used
	}
	return m.used <= m.limit()
}

func (m *Memory) limit() int64 {
	if m.Limit == 0 {
		return DefaultMemory
	}
	return m.Limit
}

// minimum is what an operator may hold whatever the others do.
func (m *Memory) minimum() int64 { return m.limit() / 8 }

// chunkBytes is the size of what is read from and written to a temporary file
// at once. One value may be larger.
func (m *Memory) chunkBytes() int { return int(min(max(m.limit()/256, 4<<10), 256<<10)) }

// free is what an operator that holds nothing may take.
func (m *Memory) free() int64 { return max(m.limit()-m.used, m.minimum()) }

// account is what one operator has charged.
type account struct {
	m    *Memory
	held int64
}

func (a *account) open(r *Run) {
	if r.Memory == nil {
		r.Memory = &Memory{}
	}
	a.close()
	a.m = r.Memory
}

// set makes the charge n bytes and reports whether the operator may hold them.
func (a *account) set(n int64) bool {
	d := n - a.held
	a.held = n
	return a.m.grow(d) || n <= a.m.minimum()
}

func (a *account) close() {
	if a.m != nil {
		a.m.grow(-a.held)
		a.held, a.m = 0, nil
	}
}

// keptBytes is how large a piece of memory may be that an idle operator keeps
// for its next run.
const keptBytes = 128 << 10

// unsplittable is how many times the limit may be held by something that
// cannot be cut into parts: a value, or what has one value as its key.
const unsplittable = 4

// tolerable reports whether the account may go past the limit for something
// that cannot be cut into parts.
func (a *account) tolerable() bool { return a.held <= unsplittable*max(a.m.limit(), 1<<20) }

// errMemory is the answer where memory ran out and nothing can spill.
func errMemory(what string) error {
	return sqlerr.New(sqlerr.OutOfMemory, "out of memory").
		WithDetail("The memory budget of the query does not suffice for %s.", what).
		WithHint("Raise memory_limit in the data source name.")
}
