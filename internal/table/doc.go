// Package table reads and changes the rows of relations and keeps their
// indexes in step.
//
//	read:  storage.Scan → Block (leaf columns + delta rows) → vector.Batch
//	write: []types.Value → key and row bytes → storage.Tx.Put, index entries
//
// A Table is prepared once for a version of a descriptor: which tree, which
// layout, how each column is stored, how each index makes its keys. It knows
// nothing of expressions: values of index expressions and partial-index
// predicates come from the caller (IndexExprs). CHECK, DEFAULT and foreign
// keys are the executor's.
//
// How rows are stored:
//
//   - A relation without a primary key, or with one integer column as primary
//     key, is clustered by that integer (storage.KeyUint64); the column itself
//     is not stored in the row. Any other relation is clustered by the ordered
//     bytes of its primary key, and the row holds all columns.
//   - A secondary index has a tree of its own. Its key is the ordered bytes of
//     its parts; where the index is not unique, or a part is NULL, the row's
//     own key follows. A unique index, or one of a relation with a byte key,
//     holds the row's key as column keyColumn; an INCLUDE column has its id.
//
// Invariants:
//  1. A row and all its index entries are put or deleted in one transaction.
//  2. A unique key is locked before it is looked up (storage invariant 2), and
//     looked up in the newest committed state and the own writes.
//  3. No pin on a storage page is held when a method returns.
package table
