// Package pager keeps the pages of the data file: it reads and verifies them,
// finds room for new ones, seals them where the file is encrypted, and makes a
// checkpoint durable.
//
//	content → Writer → page → file ;  file → Read → verified content
//
// It never changes a page in place while a durable meta or a reader may reach
// it, never interprets content, and never caches.
//
// # Format
//
// Page 0 is the header, pages 1 and 2 are the metas of odd and even epochs.
// Every other page: u32 CRC-32C over the file's UUID and the rest of the page,
// u8 type, u8 flags, u48 zero, u32 key generation, u64 page id, u64 birth
// epoch, 24 bytes of nonce, content, 16 bytes of tag. All integers are little
// endian. Blobs (directory, allocation map, overflowing cells) are runs of
// adjacent pages. docs/format.md has the rest.
//
// Invariants:
//
//  1. A page is written once in its life. Its parent names it by page id,
//     birth epoch, checksum and tag, and a page that differs is damage.
//  2. A checkpoint is: pages, sync, meta, sync. The meta goes over the older of
//     the two.
//  3. A page freed in epoch d is reused when both durable metas are at or past
//     d and no reader's epoch is below d.
//  4. A page is sealed from scratch memory into the buffer that is written;
//     what readers share is never sealed in place.
//  5. A checkpoint that fails before the sync of its pages is abandoned without
//     a trace: the next one has a later epoch, so that page and birth together
//     name one content. From that sync on nobody knows what the disk holds.
package pager
