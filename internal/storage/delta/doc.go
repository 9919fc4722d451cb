// Package delta holds versions of rows in memory, ordered by key and then by
// sequence, newest first: one List per tree for what was committed since the
// tree was merged, and one per tree for a transaction's own writes.
//
//	(key, sequence, row or tombstone) → List → Get, Iterator
//	own List → Sorted → log record
//
// Nodes live in an arena of []uint32 that the garbage collector does not scan
// and are named by their word offset. In a list a skiplist orders them and a
// hash index answers point lookups, above all for keys that are absent. One
// goroutine writes at a time; readers take no lock.
//
// An own list is written far more often than it is read, and mostly not in key
// order: the entries of a secondary index come at random. So its nodes are
// linked at once only where keys ascend. The others are pending until somebody
// reads in order, and are then sorted (a radix sort on eight bytes of the key
// at a time) and linked one after the other. A list that nobody reads before
// the commit is sorted once, for the log record. The hash index is made when
// point lookups ask for it. A reader that wants ordinals below those of the
// pending versions does not make them settle, so a statement may scan a tree
// that it writes to.
//
// The package never frees a single version, never compares sequences of
// different lists, and never knows what a row means.
//
// Invariants:
//
//  1. A node is complete before its offset is stored atomically into a tower
//     or the index; it is never moved or unlinked while the list is shared.
//  2. A version is complete before its offset is stored into its node; chains
//     descend in sequence.
//  3. Offset 0 is nil. Slices handed out point into the arena and stay valid
//     as long as the list is not Reset.
//  4. An own list has one writer and no reader beside it. Readers may run
//     beside each other: what they change (settling, the index) is under mu.
//  5. Every key of an own list is at or below that of its last linked node.
//  6. Without an index a pending node has one version, and another node may
//     have its key; all its versions are older. With an index a key has one
//     node.
package delta
