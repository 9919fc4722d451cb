// Package pager keeps the pages of the data file: it reads and verifies them,
// finds room for new ones, and makes a checkpoint durable.
//
//	content → Write → page → file ;  file → Read → verified content
//
// It never changes a page in place while a durable meta or a reader may reach
// it, never interprets content, and never caches.
//
// # Format
//
// Page 0 is the header, pages 1 and 2 are the metas of odd and even epochs.
// Every other page begins with 32 bytes: u32 CRC-32C over the file's UUID and
// the rest of the page, u8 type, 3 zero bytes, u64 page id, u64 birth epoch,
// u64 zero. All integers are little endian. Blobs (directory, allocation map,
// overflowing cells) are runs of adjacent pages.
//
// Invariants:
//
//  1. A page is written once in its life. Its parent names it by page id,
//     birth epoch and checksum, and a page that differs is damage.
//  2. A checkpoint is: pages, sync, meta, sync. The meta goes over the older of
//     the two.
//  3. A page freed in epoch d is reused when both durable metas are at or past
//     d and no reader's epoch is below d.
package pager
