// Package larger works on data many times the size of the cache and of the
// memory that a query may hold. It has no code of its own.
//
// What is held to:
//  1. Every answer is right: loads, point reads, ranges, sorts, groups, joins
//     and changes over everything.
//  2. Resident memory stays bounded by cache and memory limit, not by data.
//  3. Room given up by DELETE is used again, or given back.
//  4. Nothing is left of temporary files.
//
// The quick form has about 40 MB behind 1 MB of cache; ZQLITE_LONG=1 makes it
// 1 GB behind 16 MB.
package larger
