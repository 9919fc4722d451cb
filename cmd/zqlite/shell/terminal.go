package shell

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/reeflective/readline"

	"github.com/zqlite/zqlite/internal/sql/scanner"
)

// Interactive reads from the terminal until Ctrl-D or \q.
func (s *Shell) Interactive(name string) error {
	rl := readline.NewShell()
	rl.Prompt.Primary(func() string { return "\x1b[1m" + name + "\x1b[0m> " })
	rl.Prompt.Secondary(func() string { return strings.Repeat(" ", len(name)) + "> " })
	rl.AcceptMultiline = func(line []rune) bool {
		text := strings.TrimSpace(string(line))
		return text == "" || isCommand(text) || Complete(text)
	}
	rl.SyntaxHighlighter = func(line []rune) string { return Highlight(string(line)) }
	words := s.vocabulary()
	rl.Completer = func(line []rune, cursor int) readline.Completions {
		return readline.CompleteValues(completions(string(line[:cursor]), words)...)
	}
	if path, err := historyFile(); err == nil {
		rl.History.AddFromFile("history", path)
	}
	fmt.Fprintf(s.Out, "zqlite. SQL ends with a semicolon; \\? lists the commands, \\q leaves.\n")
	for !s.quit {
		line, err := rl.Readline()
		switch {
		case errors.Is(err, readline.ErrInterrupt):
			s.buffer.Reset()
			continue
		case errors.Is(err, io.EOF):
			fmt.Fprintln(s.Out)
			return nil
		case err != nil:
			return err
		}
		for part := range strings.SplitSeq(line, "\n") {
			s.Line(part)
		}
		s.flush()
		words = s.vocabulary()
	}
	return nil
}

// historyFile is where the lines of former sessions are.
func historyFile() (string, error) {
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", err
	}
	dir = filepath.Join(dir, "zqlite")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	return filepath.Join(dir, "history"), nil
}

// vocabulary is what can be completed: names of the database and keywords.
func (s *Shell) vocabulary() []string {
	words := names()
	rows, err := s.DB.QueryContext(context.Background(), `SELECT DISTINCT name FROM (
		SELECT table_name AS name FROM information_schema.tables UNION ALL
		SELECT column_name FROM information_schema.columns WHERE table_schema NOT IN ('pg_catalog', 'information_schema') UNION ALL
		SELECT proname FROM pg_proc) x ORDER BY 1`)
	if err == nil { // completion without names is better than none
		defer rows.Close()
		for rows.Next() {
			var name string
			if rows.Scan(&name) == nil {
				words = append(words, name)
			}
		}
	}
	for _, w := range scanner.Words() {
		words = append(words, strings.ToUpper(w))
	}
	return words
}

// completions are the words that begin with what stands before the cursor.
func completions(line string, words []string) []string {
	start := strings.LastIndexAny(line, " \t\n(,;=<>+-*/'") + 1
	prefix := line[start:]
	if dot := strings.LastIndexByte(prefix, '.'); dot > 0 {
		prefix = prefix[dot+1:]
	}
	if prefix == "" {
		return nil
	}
	var out []string
	for _, w := range words {
		if len(w) >= len(prefix) && strings.EqualFold(w[:len(prefix)], prefix) {
			if prefix == strings.ToLower(prefix) && w == strings.ToUpper(w) {
				w = strings.ToLower(w) // as it is being written
			}
			out = append(out, line[start:len(line)-len(prefix)]+w)
		}
	}
	return out
}

// Colours of what a statement is made of.
const (
	colorKeyword = "\x1b[1;34m"
	colorString  = "\x1b[32m"
	colorNumber  = "\x1b[36m"
	colorComment = "\x1b[2m"
	colorNone    = "\x1b[0m"
)

// Highlight colours a statement.
func Highlight(text string) string {
	if isCommand(strings.TrimSpace(text)) {
		return text
	}
	var b strings.Builder
	var sc scanner.Scanner
	sc.Init(text)
	at := 0
	gap := func(to int) { // spaces and comments
		if space := text[at:to]; strings.TrimSpace(space) != "" {
			b.WriteString(colorComment + space + colorNone)
		} else {
			b.WriteString(space)
		}
		at = to
	}
	for {
		t := sc.Next()
		if sc.Err() != nil || t.Kind == scanner.TokEOF || t.End <= at {
			break
		}
		gap(t.Pos)
		color := ""
		switch t.Kind {
		case scanner.TokString, scanner.TokBytes, scanner.TokBits:
			color = colorString
		case scanner.TokInt, scanner.TokNumeric, scanner.TokParam:
			color = colorNumber
		case scanner.TokIdent:
			if !t.Quoted && t.Keyword != 0 && t.Keyword.Category() != scanner.Unreserved {
				color = colorKeyword
			}
		}
		if color == "" {
			b.WriteString(text[t.Pos:t.End])
		} else {
			b.WriteString(color + text[t.Pos:t.End] + colorNone)
		}
		at = t.End
	}
	b.WriteString(text[at:])
	return b.String()
}
