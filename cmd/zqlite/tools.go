package main

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/zqlite/zqlite"
	"github.com/zqlite/zqlite/cmd/zqlite/output"
	"github.com/zqlite/zqlite/cmd/zqlite/transfer"
)

func checkCommand() *cobra.Command {
	return &cobra.Command{
		Use: "check FILE", Short: "Check every page, index and key of a database", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := mustExist(args[0]); err != nil {
				return err
			}
			return withDB(args[0], func(db *sql.DB) error {
				begin := time.Now()
				rows, err := db.Query("PRAGMA integrity_check")
				if err != nil {
					return err
				}
				defer rows.Close()
				bad := 0
				for rows.Next() {
					var line string
					if err := rows.Scan(&line); err != nil {
						return err
					}
					if line != "ok" {
						bad++
						fmt.Fprintln(c.OutOrStdout(), line)
					}
				}
				if err := rows.Err(); err != nil {
					return err
				}
				if bad > 0 {
					return fmt.Errorf("%d problems were found", bad)
				}
				fmt.Fprintf(c.OutOrStdout(), "ok, in %s\n", time.Since(begin).Round(time.Millisecond))
				return nil
			})
		},
	}
}

func infoCommand() *cobra.Command {
	return &cobra.Command{
		Use: "info FILE", Short: "What a database contains", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := mustExist(args[0]); err != nil {
				return err
			}
			return withDB(crossing(args[0]), func(db *sql.DB) error {
				path, _, _ := strings.Cut(args[0], "?")
				if st, err := os.Stat(path); err == nil {
					fmt.Fprintf(c.OutOrStdout(), "%s, %s\n\n", path, bytesText(st.Size()))
				}
				ctx := zqlite.WithCrossTenant(c.Context(), "zqlite info")
				rows, err := db.QueryContext(ctx, `SELECT s.schemaname AS schema, s.relname AS "table", s.n_live_tup AS rows,
					(SELECT count(*) FROM pg_attribute a WHERE a.attrelid = s.relid AND a.attnum > 0) AS columns,
					(SELECT count(*) FROM pg_index i WHERE i.indrelid = s.relid) AS indexes FROM pg_stat_user_tables s ORDER BY 1, 2`)
				if err != nil {
					return err
				}
				defer rows.Close()
				_, err = output.Write(c.OutOrStdout(), rows, output.Style{Mode: output.Table})
				return err
			})
		},
	}
}

func bytesText(n int64) string {
	units := []string{"bytes", "KiB", "MiB", "GiB", "TiB"}
	f, i := float64(n), 0
	for f >= 1024 && i < len(units)-1 {
		f, i = f/1024, i+1
	}
	if i == 0 {
		return fmt.Sprintf("%d bytes", n)
	}
	return fmt.Sprintf("%.1f %s", f, units[i])
}

func dumpCommand() *cobra.Command {
	var postgres bool
	c := &cobra.Command{
		Use: "dump FILE [OUT]", Short: "Write a database as SQL, for zqlite or PostgreSQL", Args: cobra.RangeArgs(1, 2),
		Long: `dump writes the statements that make a database with its rows, as it is at one
moment. zqlite restores them; so does PostgreSQL where there are no triggers, no
TENANT BY and no integers beyond 32 bits. With --postgres it is for PostgreSQL:
integer columns with large values become bigint, triggers become functions in
PL/pgSQL, TENANT BY becomes row level security.`,
		RunE: func(c *cobra.Command, args []string) error {
			if err := mustExist(args[0]); err != nil {
				return err
			}
			out, err := create(c, strings.Join(args[1:], ""))
			if err != nil {
				return err
			}
			err = withDB(crossing(args[0]), func(db *sql.DB) error { return transfer.Dump(c.Context(), db, out, postgres) })
			return errors.Join(err, out.Close())
		},
	}
	c.Flags().BoolVar(&postgres, "postgres", false, "for PostgreSQL alone")
	return c
}

func exportCommand() *cobra.Command {
	var mode string
	c := &cobra.Command{
		Use: "export FILE QUERY|TABLE [OUT]", Short: "Write rows as CSV, JSON or Markdown", Args: cobra.RangeArgs(2, 3),
		RunE: func(c *cobra.Command, args []string) error {
			m, err := output.Parse(mode)
			if err == nil {
				err = mustExist(args[0])
			}
			if err != nil {
				return err
			}
			query := args[1]
			if !strings.ContainsAny(query, " \n\t") {
				query = "SELECT * FROM " + query
			}
			out, err := create(c, strings.Join(args[2:], ""))
			if err != nil {
				return err
			}
			err = withDB(args[0], func(db *sql.DB) error {
				rows, err := db.QueryContext(c.Context(), query)
				if err != nil {
					return err
				}
				defer rows.Close()
				_, err = output.Write(out, rows, output.Style{Mode: m, Header: true})
				return err
			})
			return errors.Join(err, out.Close())
		},
	}
	c.Flags().StringVarP(&mode, "mode", "m", "csv", "csv, json, markdown, list or table")
	return c
}
