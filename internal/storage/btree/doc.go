// Package btree is the trees of the data file: lookups and cursors over
// immutable pages through a cache, and the merge that writes a new tree beside
// an old one.
//
//	root, key → Get → leaf, row ;  root, sorted changes → Merge → new root
//
// It never changes a page, never decides what is durable, and never looks into
// a cell.
//
// Invariants:
//
//  1. A page is known by id and birth epoch; what the cache holds under both is
//     its content for ever, so a frame may outlive its page.
//  2. A frame that was evicted stays readable for those who hold its leaf.
//  3. Separators are lower bounds of their child; keys below the first belong
//     to the first child.
package btree
