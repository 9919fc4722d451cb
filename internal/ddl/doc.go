// Package ddl carries out definition statements: CREATE, ALTER, DROP, RENAME,
// COMMENT and what else changes the catalog.
//
//	ast.Stmt + catalog.Catalog ── Run ──▶ new catalog, trees created, filled and dropped
//
// Everything happens inside the caller's transaction: the trees through its
// storage.Tx, the catalog as a value in Env that the caller stores and
// publishes with the commit. The package never begins or ends a transaction,
// never persists a descriptor, and never looks at a session beyond the hooks
// in Env. One definition runs at a time (the caller holds a lock).
//
// Expressions (defaults, checks, generated columns, index parts, view queries)
// are bound when they are defined, so that their errors come then, and kept as
// canonical text: user types and tables carry their schema, stars are spelled
// out, references to the own table are bare columns.
//
// Invariants:
//  1. A relation that others may know is locked before its descriptor changes.
//  2. Rows are read in their newest committed state, since the lock keeps
//     writers away but not what they committed after the snapshot.
//  3. A change of how rows are clustered or what a column holds writes a new
//     tree under a new relation id; a tree never changes its kind of key.
//  4. Errors travel inside the package as panics of thrown, from the place that
//     finds them to Run, which returns them; no panic leaves the package.
//  5. The statement's syntax tree is only read; texts are rewritten on a copy
//     that was parsed anew.
package ddl
