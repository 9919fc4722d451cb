// Package deparse writes the texts of definitions: expressions and queries
// that the catalog keeps, as PostgreSQL 15 prints them (pg_get_viewdef,
// pg_get_expr and their kin).
//
//	text ── parser ──▶ ast ── binder ──▶ binder.Notes
//	ast + Notes ── analysis ──▶ nodes (casts explicit) ── printer ──▶ text
//
// The text is bound, not copied: names are those that columns and tables have
// now, every cast that PostgreSQL's analysis inserts is a node, and what the
// grammar expands (BETWEEN, IN, row comparisons) is expanded. The printer then
// writes the nodes by PostgreSQL's rules of parentheses, casts, indentation and
// names, in the two forms that it has: plain, in which every operator has
// parentheses, and pretty, in which only those stand that are needed.
//
// Comes in: a text and what it is over (a relation, a view). Goes out: a text,
// or an error where the stored text cannot be bound; callers then show what is
// stored. It never looks at rows and keeps no state.
//
// Invariants:
//  1. What is printed, read again in the place where it came from, prints the
//     same and gives the same rows.
//  2. The trees of others are only read.
//  3. Types are PostgreSQL's: where zqlite takes operands as they are and
//     PostgreSQL converts (varchar to text), the cast is there.
package deparse
