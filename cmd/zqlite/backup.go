package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/progress"
	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"

	"github.com/zqlite/zqlite"
)

func backupCommand() *cobra.Command {
	return &cobra.Command{
		Use: "backup FILE OUT", Short: "Copy a database into a new, packed file", Args: cobra.ExactArgs(2),
		Long: "backup writes a database into a new file, which is there only when it is complete.\nA program that has the database open makes its backups itself, with DB.Backup.",
		RunE: func(c *cobra.Command, args []string) error {
			if err := mustExist(args[0]); err != nil {
				return err
			}
			db, err := zqlite.Open(args[0])
			if err != nil {
				return err
			}
			defer db.Close()
			begin := time.Now()
			report, done := rowsBar(c, filepath.Base(args[1]))
			err = db.Backup(c.Context(), args[1], zqlite.BackupOptions{Progress: report})
			done()
			if err != nil {
				return err
			}
			path, _, _ := strings.Cut(args[1], "?")
			st, err := os.Stat(path)
			if err != nil {
				return err
			}
			fmt.Fprintf(c.OutOrStdout(), "%s, %s in %s\n", args[1], bytesText(st.Size()), time.Since(begin).Round(time.Millisecond))
			return nil
		},
	}
}

// rowsBar shows rows of a number that is known, on a terminal.
func rowsBar(c *cobra.Command, name string) (report func(done, total int64), end func()) {
	out, ok := c.ErrOrStderr().(*os.File)
	if !ok || !isatty.IsTerminal(out.Fd()) {
		return nil, func() {}
	}
	w := progress.NewWriter()
	w.SetOutputWriter(out)
	w.SetStyle(progress.StyleBlocks)
	w.Style().Visibility.ETA = true
	t := &progress.Tracker{Message: name}
	w.AppendTracker(t)
	go w.Render()
	return func(done, total int64) {
			t.UpdateTotal(total)
			t.SetValue(done)
		}, func() {
			t.MarkAsDone()
			w.Stop()
			for w.IsRenderInProgress() {
				time.Sleep(10 * time.Millisecond)
			}
		}
}
