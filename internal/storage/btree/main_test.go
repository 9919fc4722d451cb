package btree

import (
	"flag"
	"os"
	"testing"

	"github.com/zqlite/zqlite/internal/storage/slab"
)

// TestMain overwrites frames that were given up, except when measuring.
func TestMain(m *testing.M) {
	flag.Parse()
	slab.Scribble(flag.Lookup("test.bench").Value.String() == "")
	os.Exit(m.Run())
}
