// Package delta holds versions of rows in memory, ordered by key and then by
// sequence, newest first: one List per tree for what was committed since the
// tree was merged, and one per tree for a transaction's own writes.
//
//	(key, sequence, row or tombstone) → List → Get, Iterator
//
// Nodes live in an arena of []uint32 that the garbage collector does not scan
// and are named by their word offset. A skiplist orders them; a hash index
// answers point lookups, above all for keys that are absent. One goroutine
// writes at a time; readers take no lock.
//
// It never frees a single version, never compares sequences of different
// lists, and never knows what a row means.
//
// Invariants:
//
//  1. A node is complete before its offset is stored atomically into a tower
//     or the index; it is never moved or unlinked while the list is shared.
//  2. A version is complete before its offset is stored into its node; chains
//     descend in sequence.
//  3. Offset 0 is nil. Slices handed out point into the arena and stay valid
//     as long as the list is not Reset.
package delta
