package gotype

import (
	"time"
	"unsafe"

	"github.com/zqlite/zqlite/internal/types"
)

// Session is what the text of a value depends on.
type Session interface {
	Format(v types.Value, t *types.Type) string
	Location() *time.Location
}

// Cell is the value that a plan stores next, with what storing it needs. It
// belongs to one goroutine and is kept from row to row.
type Cell struct {
	V types.Value
	// Keep says that V's string is in memory that nobody writes to again.
	Keep bool
	// Lend says that a sql.RawBytes may point into V.
	Lend    bool
	Session Session

	zone  *time.Location
	block []byte // strings are copied behind each other into blocks
}

// Blocks of strings begin small, for results of a few rows. A string larger
// than a quarter of the largest block gets memory of its own, so that keeping
// a short one never keeps much more.
const (
	firstBlock = 512
	lastBlock  = 32 << 10
)

// text gives the value's string in memory of the caller's.
func (c *Cell) text() string {
	s := c.V.S
	if c.Keep || s == "" {
		return s
	}
	if len(s) > lastBlock/4 {
		return string([]byte(s))
	}
	if cap(c.block)-len(c.block) < len(s) {
		c.block = make([]byte, 0, max(min(2*cap(c.block), lastBlock), firstBlock, len(s)))
	}
	at := len(c.block)
	c.block = append(c.block, s...)
	return unsafe.String(&c.block[at], len(s))
}

// Begin makes the cell ready for another result: its session may have another
// time zone now, and its strings go to a block of their own.
func (c *Cell) Begin(s Session) {
	c.Session, c.zone, c.block, c.V = s, nil, nil, types.Null
}

func (c *Cell) location() *time.Location {
	if c.zone == nil {
		c.zone = c.Session.Location()
	}
	return c.zone
}
