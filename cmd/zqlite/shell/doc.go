// Package shell is the interactive shell: it reads statements and commands,
// runs them, and prints what comes back.
//
//	terminal ──readline──▶ Shell.Line ──▶ statement: session ──▶ output
//	script   ──lines─────▶                command: \d, .tables, …
//
// Lines are gathered until a statement is complete, by zqlite's own scanner.
// Commands begin with a backslash, as in psql, or with a dot, as in sqlite3.
// Ctrl-C ends the statement that runs, not the shell.
package shell
