// Package faultfs wraps a file system and makes its calls fail, or makes them
// lie, at a chosen place.
//
//	store → FS (counts, fails, hooks) → any vfs.FS
//
// Inject makes the Nth call of a class fail, once or for ever. A Hook plants
// bugs: it may skip a call (success without doing it), or hold it back until
// after the next call, which swaps the order of the two. Counts start with
// New. It never changes data by itself.
package faultfs
