// Package histories runs random transactions from many connections at once,
// keeps what each saw, and looks for an order that explains it. It has no code
// of its own.
//
//	clients → transactions of reads and appends → history → dependencies → cycles
//	clients → reads, writes, compare-and-set of one key → history → an order in time
//
// What is held to:
//  1. SERIALIZABLE: the dependencies between transactions (write-write,
//     write-read, read-write) have no cycle.
//  2. REPEATABLE READ: no cycle but those with two read-write dependencies in
//     a row, which snapshots allow (write skew).
//  3. READ COMMITTED: no cycle of write-write and write-read dependencies.
//  4. At each level: no read of what was rolled back or of an intermediate
//     value, no lost append, and own appends are seen.
//  5. Single statements on one key are linearizable.
//
// The checker finds the dependencies as Elle does: transactions append unique
// values to lists, so that each list read tells the order of its writers.
// ZQLITE_LONG=1 runs a hundred times as many.
package histories
