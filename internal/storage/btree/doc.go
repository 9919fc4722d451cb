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
//  2. Leaves lie in frames outside of the collected heap (package slab). Who
//     reads one holds a pin (Ref), and a frame is emptied only while nobody
//     does: it is shut first, by one exchange of its state from no pins to shut,
//     and whoever pins a shut frame, or one of another page, lets go and looks
//     again. Inner pages are nodes of the heap, few and without pointers inside,
//     which live as long as somebody refers to them; going down a tree pins
//     nothing.
//  3. A pin may last as long as its holder likes, over input and output and
//     waiting: it keeps one frame, and nothing else, from being emptied. Nobody
//     waits for a frame; where all are pinned, a leaf is read into memory of
//     the reader's own. What frames and nodes take together stays within the
//     limit.
//  4. A view of a leaf belongs to its Ref and ends with Release; what it gave
//     out is not read afterwards. With slab.Scribble on it shows.
//  5. Separators are lower bounds of their child; keys below the first belong
//     to the first child.
package btree
