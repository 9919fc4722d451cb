package badinput

import (
	"bufio"
	"database/sql"
	"fmt"
	"os"
	osexec "os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zqlite/zqlite"
)

const childDSN = "ZQLITE_TEST_CHILD_DSN"

// TestMain makes the binary a process that opens a database and keeps it open.
func TestMain(m *testing.M) {
	dsn := os.Getenv(childDSN)
	if dsn == "" {
		os.Exit(m.Run())
	}
	db, err := sql.Open("zqlite", dsn)
	if err == nil {
		err = db.Ping()
	}
	if e, ok := err.(*zqlite.Error); ok {
		fmt.Println(e.Code, e.Message)
		os.Exit(1)
	}
	fmt.Println("open")
	bufio.NewReader(os.Stdin).ReadString('\n')
	db.Close()
	os.Exit(0)
}

// process opens the DSN in another process and returns what it says, and what
// ends it.
func process(t *testing.T, dsn string) (says string, end func(kill bool)) {
	t.Helper()
	c := osexec.Command(os.Args[0])
	c.Env = append(os.Environ(), childDSN+"="+dsn)
	in, err := c.StdinPipe()
	must(t, err)
	out, err := c.StdoutPipe()
	must(t, err)
	must(t, c.Start())
	says, _ = bufio.NewReader(out).ReadString('\n')
	return strings.TrimSpace(says), func(kill bool) {
		if kill {
			c.Process.Kill()
		}
		in.Close()
		c.Wait()
	}
}

// TestTwoProcesses lets one process write a file, or several read it.
func TestTwoProcesses(t *testing.T) {
	file := filepath.Join(t.TempDir(), "t.db")
	db := open(t, file)
	const busy = `55006 database "t.db" is open in another process`
	for _, mode := range []string{"rwc", "ro"} {
		says, end := process(t, file+"?mode="+mode)
		end(false)
		if says != busy {
			t.Errorf("beside a writer, mode %s: %q", mode, says)
		}
	}
	unharmed(t, db, "two processes")
	must(t, db.Close())
	first, endFirst := process(t, file+"?mode=ro")
	second, endSecond := process(t, file+"?mode=ro")
	writer, endWriter := process(t, file)
	if first != "open" || second != "open" || writer != busy {
		t.Errorf("two readers: %q, %q; a writer beside them: %q", first, second, writer)
	}
	endWriter(false)
	endFirst(false)
	endSecond(true) // killed: its lock ends with it
	if says, end := process(t, file); says != "open" {
		t.Errorf("after the readers: %q", says)
	} else {
		end(true)
	}
	db, err := sql.Open("zqlite", file)
	must(t, err)
	defer db.Close()
	unharmed(t, db, "a killed writer")
}
