// Package vfs is the seam between the engine and the files below it.
//
//	store, log, spill → FS, File → operating system | memory | simulated disk
//
// An FS opens, renames, lists and locks files; a File is read and written at
// offsets. Nothing above this package touches package os. OS is the real file
// system, Memory keeps everything in the process; packages simdisk (power
// cuts) and faultfs (failing calls, planted bugs) serve the tests.
//
// What a user may rely on, and what not:
//
//  1. Written data is durable only after Sync of its file returned nil; a name
//     (created, renamed, removed) only after SyncDir of its directory did.
//  2. A Sync that failed leaves the content of everything unsynced undefined.
//     It must not be tried again.
//  3. Writes are not atomic, not even within a sector, and unsynced writes
//     reach the disk in any order.
//  4. Errors are those of the operating system: errors.Is finds
//     syscall.ENOSPC, fs.ErrNotExist and so on.
//
// It never buffers, never retries a failed call, and never interprets a name.
package vfs
