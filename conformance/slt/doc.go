// Package slt runs sqllogictest scripts against any database/sql driver.
//
//	script file ── Parse ──▶ []Record ── Run on *sql.DB ──▶ Report
//
// The format is that of SQLite's sqllogictest: records `statement ok|error`
// and `query <types> <sort> [label]` with expected values or their MD5 hash,
// under `skipif` and `onlyif` conditions, `hash-threshold` and `halt`.
package slt
