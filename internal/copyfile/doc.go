// Package copyfile reads and writes the two text forms of COPY, PostgreSQL's
// text format and CSV:
//
//	io.Reader ── Reader.Next ──▶ fields of a row    fields of a row ── Writer.Row ──▶ io.Writer
//
// A field is its text or NULL; package engine knows what type it is of. The
// package never looks at values and holds one row at a time.
//
// Invariants:
//  1. What Writer writes, Reader with the same Format reads back as the same
//     fields.
//  2. Fields are strings of their own: they stay valid after the next call.
package copyfile
