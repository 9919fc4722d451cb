package storage

import (
	"flag"
	"fmt"
	"os"
	"testing"
)

// TestMain overwrites cached pages that were given up, except when measuring,
// and looks for pins that nobody released.
func TestMain(m *testing.M) {
	flag.Parse()
	Scribble(flag.Lookup("test.bench").Value.String() == "")
	compactSlack = 2
	code := m.Run()
	if n := LeakedPins(); n > 0 {
		fmt.Println(n, "pages are still pinned in closed stores")
		code = 1
	}
	os.Exit(code)
}
