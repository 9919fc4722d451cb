// Package builtins registers the functions, operators, aggregates and
// set-returning functions of the language with package expr; it is imported
// for that effect.
//
//	init ──▶ expr.Register, RegisterOperator, RegisterSet, RegisterAggregate
//
// One file an area. Every entry says where its meaning comes from: PostgreSQL
// is followed to the letter, its errors included; names that only SQLite has
// follow SQLite.
//
// Invariants:
//  1. A function that is not NotStrict never sees NULL.
//  2. Kernels look at selected rows only where they may fail, and compute the
//     same as Eval: a differential test runs every pure function both ways.
//  3. Nothing here keeps state between calls but bounded caches of compiled
//     patterns.
package builtins
