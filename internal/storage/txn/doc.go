// Package txn is what transactions need in memory: the lock table with
// deadlock detection, the write set with its undo list, and the record of what
// a serializable transaction has read.
//
//	(owner, lock id, mode) → Table → granted, or an error with a SQLSTATE
//	(key, row) → WriteSet → commit, or back to a mark
//
// It never touches a file, never looks at committed data, and knows a tree
// only as part of a lock's id.
//
// Invariants:
//
//  1. A lock is known by a 64-bit hash of tree and key. Two keys with one hash
//     share a lock: they may wait for each other, they never miss each other.
//  2. An owner waits for at most one lock. It stands in the lock's queue before
//     it looks for a cycle, so the last of a cycle to wait finds it and fails.
//  3. Locks are held until ReleaseAll; a rollback to a mark keeps them.
//  4. Mutex order: waiting, then shard.
package txn
