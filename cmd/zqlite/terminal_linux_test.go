package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// shellFile is the variable that makes the test's program the shell itself.
const shellFile = "ZQLITE_TEST_SHELL"

// TestShellItself is the other end of TestTerminal.
func TestShellItself(t *testing.T) {
	file := os.Getenv(shellFile)
	if file == "" {
		t.Skip("started by TestTerminal alone")
	}
	c := root()
	c.SetArgs([]string{file})
	if err := c.ExecuteContext(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// openTerminal makes a pseudo terminal: what is written to one end is typed on
// the other.
func openTerminal(t *testing.T) (keyboard, screen *os.File) {
	t.Helper()
	ptmx, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skip("there are no pseudo terminals:", err)
	}
	t.Cleanup(func() { _ = ptmx.Close() })
	if err := unix.IoctlSetPointerInt(int(ptmx.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(ptmx.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetWinsize(int(ptmx.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 40, Col: 120}); err != nil {
		t.Fatal(err)
	}
	tty, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skip("the pseudo terminal cannot be opened:", err)
	}
	t.Cleanup(func() { _ = tty.Close() })
	return ptmx, tty
}

// screenText collects what the shell shows.
type screenText struct {
	mu   sync.Mutex
	text strings.Builder
}

func (s *screenText) read(f *os.File) {
	buf := make([]byte, 4096)
	for {
		n, err := f.Read(buf)
		s.mu.Lock()
		s.text.Write(buf[:n])
		s.mu.Unlock()
		if strings.Contains(string(buf[:n]), "\x1b[6n") { // it asks where the cursor is
			if _, err := f.WriteString("\x1b[1;1R"); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

func (s *screenText) waitFor(t *testing.T, want string) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for time.Now().Before(deadline) {
		s.mu.Lock()
		found := strings.Contains(s.text.String(), want)
		s.mu.Unlock()
		if found {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("%q is not on the screen:\n%q", want, s.text.String())
}

// settle waits until nothing is written any more: the shell throws away what
// is typed while it prints.
func (s *screenText) settle() {
	for last := -1; ; time.Sleep(300 * time.Millisecond) {
		s.mu.Lock()
		n := s.text.Len()
		s.mu.Unlock()
		if n == last {
			return
		}
		last = n
	}
}

// TestTerminal types into the shell as a user does.
func TestTerminal(t *testing.T) {
	keyboard, tty := openTerminal(t)
	c := exec.Command(os.Args[0], "-test.run=^TestShellItself$")
	c.Env = append(os.Environ(), shellFile+"="+filepath.Join(t.TempDir(), "typed.db"), "TERM=xterm", "HOME="+t.TempDir())
	c.Stdin, c.Stdout, c.Stderr = tty, tty, tty
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	t.Cleanup(func() { _ = c.Process.Kill() })
	var screen screenText
	go screen.read(keyboard)
	typed := func(text string) {
		t.Helper()
		screen.settle()
		if _, err := keyboard.WriteString(text); err != nil {
			t.Fatal(err)
		}
	}
	screen.waitFor(t, "typed")
	typed("SELECT 6 *\r")
	typed("7 AS answer;\r")
	screen.waitFor(t, "42")
	typed("SEL") // a word that Tab completes stays whole when a space follows
	typed("\t")
	typed(" 6 * 8 AS done;\r")
	screen.waitFor(t, "48")
	typed("SELEC;\r")
	screen.waitFor(t, "syntax error")
	typed("\\q\r")
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("the shell ended with %v", err)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("the shell did not end")
	}
}
