// Package storage is the face of the store: trees of rows, snapshots,
// transactions, and one durable file with its log.
//
//	Put/Delete → write set → Commit → log frame → delta → merge → pages → file
//	             a large one → side file, named by the frame → layer ↗
//	Get/Scan   ← own writes ← deltas of the snapshot ← leaves of its root
//
// It takes keys and rows as bytes (package page lays rows out in columns) and
// gives back leaves and rows at a snapshot. It never knows an SQL type, never
// interprets a key beyond its order, and never reads a clock for ordering.
//
// Invariants (the code refers to them by number):
//
//  1. Uncommitted data lives only in write sets, with what of them has spilled
//     to a temporary file, and in side files; tree pages are immutable.
//  2. Keys are locked before they are checked; unlocking follows publication or
//     rollback.
//  3. A leader orders, validates and numbers the commits of a batch; those that
//     fail drop out before encoding.
//  4. A frame holds whole transactions or names synced side files; it replays
//     wholly or not at all.
//  5. Order: write, sync (full), publish, unlock, acknowledge. Applying may
//     overlap the sync; unpublished sequences are invisible.
//  6. With SyncFull nothing visible can be lost. With SyncNormal and SyncOff a
//     crash leaves a prefix of the commits.
//  7. A failed log write or sync publishes nothing, poisons the store, and
//     answers "outcome unknown" (08007).
//  8. A reader registers, then loads one pointer.
//  9. A lookup takes the largest sequence at or below its snapshot among the
//     deltas, else the tree; own writes come first. The deltas of a tree are
//     layers, each wholly newer than the next: where a large transaction is
//     adopted as a layer, the active list before it ends.
//  10. Freezing happens between frames: generation = deltas = log file. The log
//     of g is synced before the first frame of g+1.
//  11. Checkpoint of g: merge oldest first into free pages; sync; meta; sync;
//     then install the pointer.
//  12. Log and side files of g are reused only when both durable metas include g;
//     a side file besides not before every reader is past the checkpoint that
//     merged it, since it is read where it lies.
//  13. A page that lived from birth to death is reused only when both durable
//     metas are at or past its death and no live reader's root lies between.
//  14. The allocation map is written anew by every checkpoint and named by its
//     meta; that of the older meta stays as it is. Its pages are free, in use,
//     or waiting for their reuse under 13.
//  15. Open: the newest valid meta; replay the generations in order, skipping
//     sequences at or below its last. A missing generation, or damage below a
//     later frame's durable LSN, is an error; another bad tail is discarded.
//     A meta marked clean needs no log: Close writes it, and so does recovery
//     before it gives up old logs. The meta that was chosen is made durable
//     before anything relies on it.
//  16. Compact writes checkpoints of the same rows on other pages. It reuses the
//     pages that it leaves under 13, like any checkpoint.
//  17. After a crash, before serving: checkpoint the replayed state, write both
//     metas, sync; only then reuse logs.
//
// A RowRef and a Block pin the page that they read from: the one until its
// Release, the other until the scan's next Next, Release or Close. What they
// give out points into the page or into deltas, so it is copied before that
// (package btree has the rules of the cache).
package storage
