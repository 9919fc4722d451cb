// Package page lays rows out: single rows for write sets, deltas and the log,
// and leaves of many rows, column by column, for the file.
//
//	cells → RowWriter → row bytes → OpenRow → Row
//	rows in key order → LeafBuilder → page → CheckLeaf, Leaf.View → cells, columns
//
// It takes keys and cells as bytes and integers and knows of kinds, never of
// SQL types. It does no input or output and keeps no state between calls.
//
// Invariants:
//
//  1. Nothing read points outside of the buffer it was opened on, whatever the
//     buffer holds: damage is an error on opening.
//  2. A column missing in the layout that a row was written with reads as the
//     Default it has in the newest layout; a column missing in the newest one
//     is not read.
//  3. A leaf never changes once it was built.
package page
