// Package simdisk is a disk in memory that remembers what a power cut could
// leave of it.
//
//	workload → Disk (records every change) → Cursor (walks the record)
//	         → Image of one crash point and kind → another Disk → recovery
//
// A file has the content that its users see and the content that is durable;
// between them lie the writes since its last sync, any part of which may have
// reached the medium, in any order and torn anywhere. Names behave the same
// way between syncs of their directory. An image is drawn from a seed, so a
// failure can be shown again. Contents share their chunks copy-on-write, so
// an image costs microseconds.
//
// It only models what a disk may do; it never judges what is on it.
package simdisk
