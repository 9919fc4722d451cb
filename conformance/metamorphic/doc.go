// Package metamorphic runs random operations on a database and on a model of
// it, under random settings. It has no code of its own.
//
//	seed → settings, operations → database and model → compare
//
// What is held to, whatever cache size, memory limit, sync mode, isolation,
// pace of checkpoints, indexes and reopenings:
//  1. Every statement gives the rows, counts and errors that the model gives.
//  2. Rolling back, to a savepoint too, leaves what was there before.
//  3. After every reopening everything is there; integrity_check is clean.
//
// The quick form has 100,000 operations; ZQLITE_LONG=1 a hundred times as many.
package metamorphic
