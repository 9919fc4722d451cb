// Package slab gets memory outside of the garbage-collected heap, in large
// pieces, for what lives long and points at nothing: the collector neither
// scans it nor counts it.
//
//	bytes → Map → Slab.Bytes → Unmap
//
// It decides nothing about what lies in a slab, and never frees one by itself:
// whoever maps one unmaps it when nobody reads it any more.
//
// Invariants:
//
//  1. A slab's memory is zero when it is mapped and stays where it is until
//     Unmap; after that any access ends the process.
//  2. Where the platform has no anonymous mappings, and under the race
//     detector, which does not watch foreign memory, a slab is a byte slice of
//     the heap and Unmap drops it.
package slab
