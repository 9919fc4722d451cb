// Package gotype moves SQL values into Go variables and back, by plans that are
// compiled once for the columns of a statement and a Go type.
//
//	columns + reflect.Type ──▶ Compile ──▶ Scan    cell ──▶ *T
//	columns + reflect.Type ──▶ CompileBind ──▶ Bind   *T ──▶ value
//
// A struct's fields are found by their db tags or their names; every other
// type takes a result of one column. Reflection happens while compiling: per
// row a plan calls one function a column, which writes through the address of
// the field. The types that only their own methods know (sql.Scanner,
// encoding.TextUnmarshaler) and JSON documents are the exception.
//
// What it never does: run statements, read pages, keep a value of a caller.
//
// Invariants:
//  1. A plan is immutable and serves any number of goroutines; what changes
//     from row to row is in the Cell, which belongs to one of them.
//  2. What Scan stores is the caller's for good: strings and bytes never point
//     into a batch, except in a sql.RawBytes.
//  3. A failing row stores the fields before the failing one.
package gotype
