package main

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/progress"
	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"

	"github.com/zqlite/zqlite"
	"github.com/zqlite/zqlite/cmd/zqlite/transfer"
	"github.com/zqlite/zqlite/schema"
)

func importCommand() *cobra.Command {
	var table, comma string
	c := &cobra.Command{
		Use: "import FILE INPUT", Short: "Read a CSV, JSON, NDJSON, Parquet or SQLite file", Args: cobra.ExactArgs(2),
		Long: "import makes a table of the rows of a file, with types that hold all its values, or\nadds them to a table that is there. Of a SQLite file it takes all tables, or the one\nthat --table names, with their keys and indexes. It is one transaction: a broken line\nis named, and leaves nothing behind.",
		RunE: func(c *cobra.Command, args []string) error {
			switch kind, err := magic(args[1]); {
			case err != nil:
				return err
			case kind == sqliteFile:
				return importSQLite(c, args[0], args[1], table)
			case kind == parquetFile:
				return importParquet(c, args[0], args[1], table)
			}
			if table == "" {
				base := filepath.Base(args[1])
				table = strings.ToLower(strings.TrimSuffix(base, filepath.Ext(base)))
			}
			f, err := os.Open(args[1])
			if err != nil {
				return err
			}
			defer f.Close()
			source, err := transfer.Open(f, args[1], comma)
			if err != nil {
				return err
			}
			return withDB(args[0], func(db *sql.DB) error {
				begin := time.Now()
				report, done := bar(c, f)
				n, err := transfer.Import(c.Context(), db, transfer.QuoteTable(table), source, report)
				done()
				if err != nil {
					return fmt.Errorf("%s: %w", args[1], err)
				}
				fmt.Fprintf(c.OutOrStdout(), "%d rows into %s in %s\n", n, table, time.Since(begin).Round(time.Millisecond))
				return nil
			})
		},
	}
	c.Flags().StringVarP(&table, "table", "t", "", "table; default the name of the file")
	c.Flags().StringVar(&comma, "separator", "", "of CSV; default a comma, for .tsv a tab")
	return c
}

// fileKind is what the first bytes of a file say.
type fileKind int

const (
	textFile fileKind = iota
	sqliteFile
	parquetFile
)

func magic(name string) (fileKind, error) {
	f, err := os.Open(name)
	if err != nil {
		return textFile, err
	}
	defer f.Close()
	var head [16]byte
	n, err := io.ReadFull(f, head[:])
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return textFile, err
	}
	switch {
	case string(head[:n]) == "SQLite format 3\x00":
		return sqliteFile, nil
	case bytes.HasPrefix(head[:n], []byte("PAR1")):
		return parquetFile, nil
	}
	return textFile, nil
}

// native opens a database and does something in one transaction.
func native(c *cobra.Command, file string, do func(ctx context.Context, tx *zqlite.Tx) error) error {
	db, err := zqlite.Open(file)
	if err != nil {
		return err
	}
	err = db.InTx(c.Context(), zqlite.TxOptions{Attempts: 1}, func(tx *zqlite.Tx) error { return do(c.Context(), tx) })
	return errors.Join(err, db.Close())
}

func importParquet(c *cobra.Command, file, input, table string) error {
	f, err := os.Open(input)
	if err != nil {
		return err
	}
	defer f.Close()
	if table == "" {
		table = strings.ToLower(strings.TrimSuffix(filepath.Base(input), filepath.Ext(input)))
	}
	p, err := transfer.OpenParquet(f, table)
	if err != nil {
		return fmt.Errorf("%s: %w", input, err)
	}
	begin := time.Now()
	return native(c, file, func(ctx context.Context, tx *zqlite.Tx) error {
		report, done := rowsBar(c, table)
		n, err := transfer.Load(ctx, tx, transfer.QuoteTable(table), p, nil, of(report, p.Total()))
		done()
		if err != nil {
			return fmt.Errorf("%s: %w", input, err)
		}
		describe(c.OutOrStdout(), table, n, p.Columns(), begin)
		return nil
	})
}

func of(report func(done, total int64), total int64) func(int64) {
	if report == nil {
		return nil
	}
	return func(done int64) { report(done, total) }
}

// describe says what was imported, and which types were chosen.
func describe(out io.Writer, table string, n int64, columns []transfer.Column, begin time.Time) {
	fmt.Fprintf(out, "%d rows into %s in %s\n", n, table, time.Since(begin).Round(time.Millisecond))
	for _, col := range columns {
		note := ""
		if col.Note != "" {
			note = " (" + col.Note + ")"
		}
		fmt.Fprintf(out, "  %s %s%s\n", col.Name, col.Type, note)
	}
}

func importSQLite(c *cobra.Command, file, input, table string) error {
	var only []string
	if table != "" {
		only = []string{table}
	}
	s, err := transfer.OpenSQLite(c.Context(), input, only)
	if err != nil {
		return fmt.Errorf("%s: %w", input, err)
	}
	err = native(c, file, func(ctx context.Context, tx *zqlite.Tx) error { return takeTables(ctx, c, tx, s) })
	if err != nil {
		err = fmt.Errorf("%s: %w", input, err)
	} else if len(s.Left) > 0 {
		fmt.Fprintf(c.OutOrStdout(), "not taken along: %s\n", strings.Join(s.Left, "; "))
	}
	return errors.Join(err, s.Close())
}

// takeTables loads all tables, then makes their indexes and foreign keys.
func takeTables(ctx context.Context, c *cobra.Command, tx *zqlite.Tx, s *transfer.SQLite) error {
	var made []*transfer.SQLiteTable
	for _, t := range s.Tables {
		begin := time.Now()
		name := schema.Name{Name: t.Name()}.String()
		there, err := zqlite.One[bool](ctx, tx, "SELECT to_regclass($1) IS NOT NULL", name)
		if err != nil {
			return err
		}
		report, done := rowsBar(c, t.Name())
		n, err := transfer.Load(ctx, tx, name, t, t.Constraints, of(report, t.Total))
		done()
		if err != nil {
			return fmt.Errorf("table %s: %w", t.Name(), err)
		}
		if !there {
			made = append(made, t)
		}
		describe(c.OutOrStdout(), t.Name(), n, t.Columns(), begin)
	}
	for _, t := range made {
		for _, text := range t.Indexes {
			if _, err := tx.Exec(ctx, text); err != nil {
				return fmt.Errorf("table %s: %w", t.Name(), err)
			}
		}
	}
	for _, t := range made {
		for _, text := range t.ForeignKeys {
			err := tx.Nested(ctx, func(tx *zqlite.Tx) error {
				_, err := tx.Exec(ctx, text)
				return err
			})
			if err != nil { // SQLite does not see to them unless it is told to
				fmt.Fprintf(c.OutOrStdout(), "not made: %s: %v\n", text, err)
			}
		}
	}
	return nil
}

// bar shows how much of a file was read, on a terminal.
func bar(c *cobra.Command, f *os.File) (report func(rows int64), done func()) {
	out, ok := c.ErrOrStderr().(*os.File)
	st, err := f.Stat()
	if !ok || !isatty.IsTerminal(out.Fd()) || err != nil || st.Size() < 1<<20 {
		return nil, func() {}
	}
	w := progress.NewWriter()
	w.SetOutputWriter(out)
	w.SetStyle(progress.StyleBlocks)
	w.Style().Visibility.ETA = true
	t := &progress.Tracker{Message: filepath.Base(f.Name()), Total: st.Size(), Units: progress.UnitsBytes}
	w.AppendTracker(t)
	go w.Render()
	return func(int64) {
			if at, err := f.Seek(0, 1); err == nil {
				t.SetValue(at)
			}
		}, func() {
			t.MarkAsDone()
			w.Stop()
			for w.IsRenderInProgress() {
				time.Sleep(10 * time.Millisecond)
			}
		}
}
