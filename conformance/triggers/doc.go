// Package triggers runs scripts with triggers, whose bodies are SQL statements
// as no other database writes them, and compares the answers with those on
// record:
//
//	testdata/name.sql, one statement a line ──▶ zqlite ──▶ testdata/name.out
//
// The order of the calls in order.sql is PostgreSQL 15's for the same triggers
// written in PL/pgSQL, but for two things that it leaves to its executor: when
// the parts of a WITH that changes data run, and in which order MERGE meets the
// rows. `go test -update` writes the records anew.
package triggers
