// Package script runs scripts of SQL statements and compares what each answers
// with recorded answers, which are PostgreSQL 15's:
//
//	area/name.sql ── Parse ──▶ []Statement ── Run on a Target ──▶ []Answer ── Compare ── area/name.out
//
// A script is statements separated by semicolons; after COPY … FROM STDIN the
// lines up to `\.` are data. Comments of the form `-- word: text` on a line of
// their own before a statement say how the next statement is compared:
//
//	-- differs: reason   zqlite answers otherwise on purpose; its own answer is recorded
//	-- gap: reason       PostgreSQL's answer is recorded, zqlite does not give it yet;
//	                     once it does, the test asks for the comment to go
//	-- anyorder          (the whole script) rows are compared as a set everywhere
//	-- full              (the whole script) DETAIL and HINT are compared as well
//	-- exact             (the whole script) as full, and the place of an error in the
//	                     statement where PostgreSQL gives one
//
// Rows of statements without ORDER BY are compared as a set. The scripts stand
// in conformance/sql; `go test` compares zqlite with the records, and the
// command pgdiff in conformance/postgres writes and verifies them on a server.
package script
