package shell

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/zqlite/zqlite"
	"github.com/zqlite/zqlite/cmd/zqlite/transfer"
	"github.com/zqlite/zqlite/schema"
)

// source prints the texts that a query gives for a name.
func source(query string) func(*Shell, []string) error {
	return func(s *Shell, args []string) error {
		if len(args) != 1 {
			return fmt.Errorf("name one object")
		}
		rows, err := s.DB.QueryContext(context.Background(), query, args[0])
		if err != nil {
			return err
		}
		defer rows.Close()
		n := 0
		for rows.Next() {
			var text *string
			if err := rows.Scan(&text); err != nil {
				return err
			}
			if text != nil {
				n++
				fmt.Fprintln(s.out(), strings.TrimSpace(*text))
			}
		}
		if n == 0 && rows.Err() == nil {
			return fmt.Errorf("there is no %s", args[0])
		}
		return rows.Err()
	}
}

// schemaText prints the statements that make the schema, or one table of it.
func schemaText(s *Shell, args []string) error {
	all, err := schema.ReadDB(context.Background(), s.DB)
	if err != nil {
		return err
	}
	if len(args) > 0 {
		one := &schema.Schema{}
		if t := all.Table(args[0]); t != nil {
			one.Tables = []*schema.Table{t}
		}
		for _, v := range all.Views {
			if v.String() == args[0] || v.Name.Name == args[0] {
				one.Views = append(one.Views, v)
			}
		}
		if len(one.Tables)+len(one.Views) == 0 {
			return fmt.Errorf("there is no table or view %s; \\d lists them", args[0])
		}
		all = one
	}
	_, err = io.WriteString(s.out(), all.SQL())
	return err
}

func dump(s *Shell, args []string) (err error) {
	out := s.out()
	if len(args) > 0 {
		f, err := os.Create(args[0])
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		out = f
	}
	return transfer.Dump(context.Background(), s.DB, out, false)
}

func importFile(s *Shell, args []string) error {
	for len(args) > 0 && strings.HasPrefix(args[0], "-") { // sqlite3's --csv and the like: the name says it
		args = args[1:]
	}
	if len(args) == 0 || len(args) > 2 {
		return fmt.Errorf(".import takes a file and a table")
	}
	table := strings.ToLower(strings.TrimSuffix(filepath.Base(args[0]), filepath.Ext(args[0])))
	if len(args) == 2 {
		table = args[1]
	}
	f, err := os.Open(args[0])
	if err != nil {
		return err
	}
	defer f.Close()
	open, err := transfer.Open(f, args[0], "")
	if err != nil {
		return err
	}
	n, err := transfer.Import(context.Background(), s.DB, transfer.QuoteTable(table), open, nil)
	if err != nil {
		return fmt.Errorf("%s: %w", args[0], err)
	}
	fmt.Fprintf(s.out(), "%d %s into %s\n", n, plural(int(n), "row"), table)
	return nil
}

// copyFile is psql's \copy: COPY whose file is this machine's.
func copyFile(s *Shell, args []string) error {
	line := strings.Join(args, " ")
	upper := strings.ToUpper(line)
	word, at := " TO ", strings.LastIndex(upper, " TO ")
	if from := strings.LastIndex(upper, " FROM "); from > at && !strings.HasPrefix(line, "(") {
		word, at = " FROM ", from
	}
	if at < 0 {
		return fmt.Errorf(`it is written \copy TABLE FROM FILE or \copy TABLE TO FILE, with options of COPY behind it`)
	}
	file, options, _ := strings.Cut(strings.TrimSpace(line[at+len(word):]), " ")
	file = strings.Trim(file, "'")
	var n int64
	if word == " FROM " {
		f, err := os.Open(file)
		if err != nil {
			return err
		}
		defer f.Close()
		if n, err = zqlite.CopyFrom(context.Background(), s.DB, "COPY "+line[:at]+" FROM STDIN "+options, f); err != nil {
			return err
		}
	} else {
		f, err := os.Create(file)
		if err != nil {
			return err
		}
		n, err = zqlite.CopyTo(context.Background(), s.DB, "COPY "+line[:at]+" TO STDOUT "+options, f)
		if err := errors.Join(err, f.Close()); err != nil {
			return err
		}
	}
	fmt.Fprintf(s.out(), "COPY %d\n", n)
	return nil
}

func backup(s *Shell, args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("name a file that is not there")
	}
	name := "'" + strings.ReplaceAll(args[len(args)-1], "'", "''") + "'"
	_, err := s.DB.ExecContext(context.Background(), "VACUUM INTO "+name)
	return err
}

func system(s *Shell, args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("name a command")
	}
	name, flag := "sh", "-c"
	if os.PathSeparator == '\\' {
		name, flag = "cmd", "/C"
	}
	c := exec.Command(name, flag, strings.Join(args, " "))
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, s.out(), s.Err
	return c.Run()
}

// likely names the commands that a word was perhaps to be.
func likely(word string) string {
	var list []string
	for _, name := range names() {
		if len(word) > 2 && strings.HasPrefix(name, word) || strings.EqualFold(name, word) {
			list = append(list, name)
		}
	}
	if len(list) == 0 {
		return ""
	}
	return ", but " + strings.Join(list, " and ")
}
