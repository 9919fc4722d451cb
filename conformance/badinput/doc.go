// Package badinput gives the engine what it should refuse: wrong statements,
// wrong values, statements and values out of proportion, files that are no
// databases, damaged files, full disks. It has no code of its own.
//
// What is held to:
//  1. Each case ends with an *zqlite.Error of the SQLSTATE and words that
//     PostgreSQL has for it, with a caret where the fault has a place.
//  2. After it the same database answers, and holds the rows it held.
//  3. No case takes more than seconds, or memory far beyond the limits set.
//  4. A damaged file gives an error or the right rows, never others.
//
// ZQLITE_LONG=1 flips every bit of the files instead of a sample.
package badinput
