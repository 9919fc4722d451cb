package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// Exit codes of the program.
const (
	exitFailed = 1 // a statement or a command has failed, or found what it looked for
	exitUsage  = 2 // the command line is wrong; nothing was done
)

// usageError is a mistake in the command line.
type usageError struct{ err error }

func (e usageError) Error() string { return e.err.Error() }
func (e usageError) Unwrap() error { return e.err }

// exitCode is what the program ends with after an error.
func exitCode(err error) int {
	if errors.As(err, &usageError{}) {
		return exitUsage
	}
	return exitFailed
}

// examples show how each command is used.
var examples = map[string]string{
	"zqlite":         "app.db\napp.db \"SELECT * FROM users\" --mode json\napp.db < script.sql\napp.db \"COPY users TO STDOUT WITH (FORMAT csv, HEADER)\"",
	"backup":         "app.db app-backup.db",
	"check":          "app.db",
	"dump":           "app.db app.sql\napp.db | zqlite copy.db\napp.db --postgres | psql shop",
	"export":         "app.db users users.csv\napp.db \"SELECT id, name FROM users WHERE active\" --mode json > users.json",
	"import":         "app.db people.csv\napp.db events.ndjson --table log\napp.db old.sqlite\napp.db sales.parquet --table sales",
	"info":           "app.db",
	"gen":            "schema.sql --out internal/db --import example.org/app/internal/db\nschema.sql --queries queries --out internal/db --import example.org/app/internal/db --dialect postgres",
	"migrate":        "plan schema.sql --name orders\nup app.db\nstatus app.db",
	"migrate plan":   "schema.sql --name orders\nschema.sql --rename customers.name=full_name --dir db/migrations",
	"migrate up":     "app.db\napp.db 1",
	"migrate down":   "app.db\napp.db 3",
	"migrate status": "app.db",
	"migrate verify": "app.db",
	"schema":         "print app.db\ndiff app.db schema.sql",
	"schema diff":    "app.db schema.sql",
	"schema print":   "app.db > schema.sql\nschema.sql --postgres | psql shop",
	"tenant":         "list app.db\nexport app.db 42 tenant42.ndjson",
	"tenant list":    "app.db",
	"tenant export":  "app.db 42 tenant42.ndjson",
	"tenant import":  "app.db 43 tenant42.ndjson",
	"tenant delete":  "app.db 42",
}

// explain gives every command its examples, and errors that say what to do.
func explain(c *cobra.Command) {
	name := strings.TrimPrefix(c.CommandPath(), "zqlite ")
	if text := examples[name]; text != "" {
		lines := strings.Split(text, "\n")
		for i, l := range lines {
			lines[i] = "  " + c.CommandPath() + " " + l
		}
		c.Example = strings.Join(lines, "\n")
	}
	wrong := func(c *cobra.Command, err error) error {
		return usageError{fmt.Errorf("%w\nUsage: %s\n%s --help tells more", err, c.UseLine(), c.CommandPath())}
	}
	c.SetFlagErrorFunc(wrong)
	if c.HasSubCommands() && !c.Runnable() {
		c.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
		c.Args = func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return usageError{fmt.Errorf("%s has no command %q%s; %s --help lists them", c.CommandPath(), args[0], meant(c, args[0]), c.CommandPath())}
		}
	} else if check := c.Args; check != nil {
		c.Args = func(c *cobra.Command, args []string) error {
			err := check(c, args)
			if err == nil {
				return nil
			}
			return wrong(c, fmt.Errorf("%s %s", c.CommandPath(), countText(c.Use, len(args))))
		}
	}
	for _, sub := range c.Commands() {
		explain(sub)
	}
}

// countText says what is wrong with the number of arguments.
func countText(use string, n int) string {
	_, params, _ := strings.Cut(use, " ")
	were := "were"
	if n == 1 {
		were = "was"
	}
	return fmt.Sprintf("takes %s; %d %s given", params, n, were)
}

// meant names the command that a word was perhaps to be.
func meant(c *cobra.Command, word string) string {
	c.SuggestionsMinimumDistance = 2
	if list := c.SuggestionsFor(word); len(list) > 0 {
		return ", but " + strings.Join(list, " and ")
	}
	return ""
}
