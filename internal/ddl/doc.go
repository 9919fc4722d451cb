// Package ddl carries out definitions: CREATE, ALTER, DROP and their kin.
//
//	ast.Stmt + Env{Tx, Catalog} ── Run ──▶ new catalog, changed trees
//
// It works inside the caller's storage transaction: the new catalog and the
// changes of storage become visible together, or not at all. It parses
// nothing, publishes nothing and keeps no state; the engine stores the catalog
// it makes and lets one definition run at a time.
//
// Invariants:
//  1. A relation that exists is locked before it is changed.
//  2. Expressions are bound once when they are defined, so that what is stored
//     in the catalog is known to be sound, and stored as text.
package ddl
