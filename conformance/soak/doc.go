// Package soak lets a hundred goroutines work on one pool for a while and
// then counts what is left: money, increments, goroutines, open files, heap.
// It has no code of its own.
//
// What is held to:
//  1. Transfers with retry on 40001 and 40P01 keep the sum, in every snapshot
//     that anybody takes meanwhile.
//  2. No increment is lost.
//  3. No error but the ones that may be tried again.
//  4. After Close, goroutines and open files are as many as before; while
//     running, the heap does not grow with time.
//
// ZQLITE_LONG=1 makes the run 60 seconds instead of two.
package soak
