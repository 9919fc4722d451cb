// Command zqlite is the shell and the tools of zqlite databases.
//
//	zqlite app.db                       a shell
//	zqlite app.db "SELECT …"            one statement
//	zqlite app.db < script.sql          a script
//	zqlite import app.db people.csv     and export, dump, check, info,
//	zqlite migrate up app.db            migrate, schema, gen
package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/zqlite/zqlite/cmd/zqlite/shell"
)

func main() {
	if err := root().Execute(); err != nil {
		if !errors.Is(err, errShown) {
			fmt.Fprintln(os.Stderr, shell.Message(err))
		}
		os.Exit(exitCode(err))
	}
}
