package zqlite_test

import (
	"flag"
	"fmt"
	"os"
	"testing"

	"github.com/zqlite/zqlite/internal/storage"
)

// TestMain overwrites cached pages that were given up, except when measuring,
// and looks for pins that nobody released.
func TestMain(m *testing.M) {
	flag.Parse()
	storage.Scribble(flag.Lookup("test.bench").Value.String() == "")
	code := m.Run()
	if n := storage.LeakedPins(); n > 0 {
		fmt.Println(n, "pages are still pinned in closed stores")
		code = 1
	}
	os.Exit(code)
}
