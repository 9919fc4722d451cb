package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"

	"github.com/zqlite/zqlite/cmd/zqlite/output"
	"github.com/zqlite/zqlite/cmd/zqlite/shell"
)

// root is the command line: a shell, or one of the tools.
func root() *cobra.Command {
	var mode string
	var header, timing bool
	c := &cobra.Command{
		Use:           "zqlite [FILE [SQL…]]",
		Short:         "Shell and tools of zqlite databases",
		Long:          "zqlite opens a shell on a database, runs statements given as arguments or on the\nstandard input, or does what one of the commands below says.\n\nIt ends with 0 where all went well, with 1 where a statement or a command failed or a\ncheck found something, and with 2 where the command line is wrong.",
		Args:          cobra.ArbitraryArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(c *cobra.Command, args []string) error {
			m, err := output.Parse(mode)
			if err != nil {
				return usageError{err}
			}
			file := ":memory:"
			if len(args) > 0 {
				file = args[0]
			}
			if len(args) > 0 && !exists(file) && !looksLikeFile(file) {
				return usageError{fmt.Errorf("there is no file and no command %q%s; zqlite --help lists the commands, and %s.db makes a database", file, meant(c, file), file)}
			}
			return withConn(file, func(_ *sql.DB, conn *sql.Conn) error {
				s := &shell.Shell{
					DB: conn, Out: c.OutOrStdout(), Err: c.ErrOrStderr(), Timing: timing,
					Style: output.Style{Mode: m, Header: header},
				}
				return start(c, s, file, args)
			})
		},
	}
	c.Flags().StringVarP(&mode, "mode", "m", "table", "table, csv, json, markdown, vertical or list")
	c.Flags().BoolVar(&header, "header", true, "names of columns in csv and list")
	c.Flags().BoolVar(&timing, "timing", false, "print the time of each statement")
	c.AddCommand(checkCommand(), infoCommand(), backupCommand(), dumpCommand(), importCommand(), exportCommand(), tenantCommand(), migrateCommand(), schemaCommand(), genCommand())
	explain(c)
	return c
}

// start runs the arguments, a script, or the shell.
func start(c *cobra.Command, s *shell.Shell, file string, args []string) error {
	if len(args) > 1 {
		s.Stop = true
		return quiet(s.Run(strings.NewReader(strings.Join(args[1:], ";\n") + ";")))
	}
	in, terminal := c.InOrStdin().(*os.File)
	if terminal && isatty.IsTerminal(in.Fd()) {
		return s.Interactive(strings.TrimSuffix(filepath.Base(file), ".db"))
	}
	s.Stop = true
	return quiet(s.Run(c.InOrStdin()))
}

// errShown ends the program after an error that was printed already.
var errShown = errors.New("the script ended at an error")

func quiet(err error) error {
	if err != nil {
		return errShown
	}
	return nil
}

func exists(file string) bool {
	path, _, _ := strings.Cut(strings.TrimPrefix(file, "file:"), "?")
	_, err := os.Stat(path)
	return err == nil
}

// looksLikeFile tells a name of a database that is to be made from a mistyped
// command.
func looksLikeFile(name string) bool {
	return strings.ContainsAny(name, "./\\:?")
}

// open opens a database.
func open(file string) (*sql.DB, error) {
	db, err := sql.Open("zqlite", file)
	if err != nil {
		return nil, err
	}
	if err := db.Ping(); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

func withDB(file string, f func(db *sql.DB) error) error {
	db, err := open(file)
	if err != nil {
		return err
	}
	err = f(db)
	return errors.Join(err, db.Close())
}

// mustExist refuses to make a database where one is to be read.
func mustExist(file string) error {
	if !exists(file) {
		return fmt.Errorf("there is no database %s", file)
	}
	return nil
}

func withConn(file string, f func(db *sql.DB, conn *sql.Conn) error) error {
	return withDB(file, func(db *sql.DB) error {
		conn, err := db.Conn(context.Background())
		if err != nil {
			return err
		}
		return errors.Join(f(db, conn), conn.Close())
	})
}

// create opens a file to write to, or the standard output for "-" and "".
func create(c *cobra.Command, name string) (io.WriteCloser, error) {
	if name == "" || name == "-" {
		return nopCloser{c.OutOrStdout()}, nil
	}
	return os.Create(name)
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }
