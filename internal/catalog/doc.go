// Package catalog holds the immutable descriptors of what a database contains
// — schemas, relations, columns, indexes, constraints, sequences, types — and
// the pure functions by which DDL makes a new catalog out of an old one.
//
//	DDL statement ── engine ──▶ Catalog.With… ──▶ new Catalog ── store ──▶ rows
//
// It never touches storage (package catalog/store persists descriptors) and
// never evaluates an expression: defaults, checks and view bodies are SQL
// text, bound where they are used.
//
// Invariants:
//  1. A Catalog and everything that hangs on it never changes once it was
//     returned; whoever wants to change a descriptor copies it first.
//  2. Object ids are never used again; column ids are never used again within
//     their relation, so a leaf written long ago keeps its meaning.
//  3. A relation's Version rises with every change of its descriptor; plans and
//     open transactions compare it.
package catalog
