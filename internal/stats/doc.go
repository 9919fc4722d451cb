// Package stats knows what the values of a relation's columns look like: how
// many are distinct, how many NULL, which are common, how the others spread.
//
//	vector.Batch ──▶ Collector ──▶ Relation ──▶ fractions of rows, for the optimizer
//	                                  │
//	                                  └──▶ bytes, for the system tree that keeps it
//
// It never reads storage, and never decides anything: who asks gets a number.
//
// Invariants:
//  1. Every fraction is between 0 and 1, and finite.
//  2. A Relation does not change once it is made; it is shared freely.
//  3. What Decode cannot make sense of is an error, never a wrong Relation:
//     statistics are dropped and gathered anew, not trusted.
package stats
