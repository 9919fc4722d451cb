package shell

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/zqlite/zqlite/cmd/zqlite/output"
	"github.com/zqlite/zqlite/internal/sql/scanner"
)

// Shell is one session with its settings.
type Shell struct {
	DB     *sql.Conn
	Out    io.Writer
	Err    io.Writer
	Style  output.Style
	Timing bool
	// Stop ends a script at its first error.
	Stop bool

	buffer strings.Builder // of a statement that is not complete
	failed error           // the last error
	quit   bool
	file   *os.File // \o
	depth  int      // of \i
}

// maxDepth bounds scripts that read scripts.
const maxDepth = 16

// Run reads a script and gives its last error.
func (s *Shell) Run(r io.Reader) error {
	in := bufio.NewReader(r)
	for !s.quit {
		line, err := in.ReadString('\n')
		if line != "" {
			s.Line(strings.TrimSuffix(line, "\n"))
		}
		if s.Stop && s.failed != nil {
			return s.failed
		}
		if errors.Is(err, io.EOF) {
			s.flush()
			return s.failed
		}
		if err != nil {
			return err
		}
	}
	return s.failed
}

// Line takes a line: a command, or more of a statement.
func (s *Shell) Line(line string) {
	trimmed := strings.TrimSpace(line)
	if s.buffer.Len() == 0 && isCommand(trimmed) {
		s.command(trimmed)
		return
	}
	if s.buffer.Len() == 0 && trimmed == "" {
		return
	}
	s.buffer.WriteString(line + "\n")
	if text := s.buffer.String(); Complete(text) {
		s.buffer.Reset()
		s.run(text)
	}
}

// isCommand tells a command from SQL: a backslash, or a dot before a letter.
func isCommand(line string) bool {
	return strings.HasPrefix(line, `\`) || len(line) > 1 && line[0] == '.' && (line[1] < '0' || line[1] > '9')
}

// flush runs what stands in the buffer although it is not complete.
func (s *Shell) flush() {
	text := s.buffer.String()
	s.buffer.Reset()
	if strings.TrimSpace(text) != "" {
		s.run(text)
	}
}

// Complete tells whether a text ends with a semicolon that ends a statement.
func Complete(text string) bool {
	var sc scanner.Scanner
	sc.Init(text)
	last, depth := scanner.Token{}, 0
	for {
		t := sc.Next()
		if sc.Err() != nil { // within a string or a comment that is not closed
			return strings.HasSuffix(strings.TrimSpace(text), ";") && !open(text)
		}
		if t.Kind == scanner.TokEOF {
			return last.Kind == scanner.TokSemicolon && depth <= 0
		}
		switch {
		case t.Kind != scanner.TokIdent || t.Quoted:
		case strings.EqualFold(t.Text, "begin") && createsBody(text):
			depth++
		case strings.EqualFold(t.Text, "case") && depth > 0:
			depth++
		case strings.EqualFold(t.Text, "end") && depth > 0:
			depth--
		}
		last = t
	}
}

// createsBody tells a trigger, whose body has statements of its own.
func createsBody(text string) bool {
	words := strings.Fields(strings.ToLower(text))
	if len(words) < 2 || words[0] != "create" {
		return false
	}
	for _, w := range words[1:min(len(words), 5)] {
		if w == "trigger" {
			return true
		}
	}
	return false
}

// open tells whether a string or a comment is not closed: one more quote does
// not make another error.
func open(text string) bool {
	for _, end := range []string{"'", `"`, "*/", "$$"} {
		var sc scanner.Scanner
		sc.Init(text + end)
		for sc.Next().Kind != scanner.TokEOF && sc.Err() == nil {
		}
		if sc.Err() == nil {
			return true
		}
	}
	return false
}

// run carries out a complete text and prints its results.
func (s *Shell) run(text string) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	begin := time.Now()
	err := s.query(ctx, text)
	took := time.Since(begin)
	if errors.Is(err, context.Canceled) {
		err = errors.New("the statement was cancelled")
	}
	s.report(err)
	if s.Timing {
		fmt.Fprintf(s.Out, "Time: %s\n", took.Round(10*time.Microsecond))
	}
}

func (s *Shell) report(err error) {
	s.failed = err
	if err != nil {
		fmt.Fprintln(s.Err, Message(err))
	}
}

// Message is an error as a person reads it: the sentence first, then the line
// with a caret and what to do.
func Message(err error) string { return "error: " + err.Error() }

func (s *Shell) query(ctx context.Context, text string) error {
	rows, err := s.DB.QueryContext(ctx, text)
	if err != nil {
		return err
	}
	defer rows.Close()
	for {
		names, err := rows.Columns()
		if err != nil {
			return err
		}
		if len(names) > 0 {
			n, err := output.Write(s.out(), rows, s.Style)
			if err != nil {
				return err
			}
			if s.Style.Mode == output.Table {
				fmt.Fprintf(s.out(), "(%d %s)\n\n", n, plural(n, "row"))
			}
		}
		if !rows.NextResultSet() {
			break
		}
	}
	return rows.Err()
}

func plural(n int, word string) string {
	if n == 1 {
		return word
	}
	return word + "s"
}

func (s *Shell) out() io.Writer {
	if s.file != nil {
		return s.file
	}
	return s.Out
}
