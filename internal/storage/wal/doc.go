// Package wal is the log: one file per generation, frames of payload in the
// order of commit, each of which proves by itself that it is whole.
//
//	payload → Append → frame → file ;  file → Replay → frames → payload
//
// It takes payloads as bytes and never looks into them. It does not choose
// file names, does not delete files, and does not number commits.
//
// A log position (LSN) counts bytes through all generations: a frame at offset
// o of a file has the LSN Header.StartLSN + o, and the next generation starts
// where this one ended (Log.EndLSN). A frame is durable when DurableLSN is
// above its LSN.
//
// # Format
//
// All integers are little endian. CRC is CRC-32C (Castagnoli). The file starts
// with a header block of 512 bytes:
//
//	offset size
//	     0    8  magic "zqliteWL"
//	     8    4  format version, 1
//	    12    4  reserved, zero
//	    16   16  UUID of the data file
//	    32    8  generation
//	    40    8  salt, drawn anew each time a file is begun
//	    48    8  start LSN
//	    56  452  reserved, zero
//	   508    4  CRC of bytes 0–507
//
// Frames follow on 512-byte boundaries, without gaps:
//
//	offset size
//	     0    4  magic "zqLF"
//	     4    1  type, 1
//	     5    1  flags: 1 = sealed by a codec
//	     6    2  length of this header, 128
//	     8    4  body length n, at most 1 GiB (sealed: with the tag of 16 bytes)
//	    12    4  key generation, zero when not sealed
//	    16    8  generation
//	    24    8  salt
//	    32    8  LSN of this frame
//	    40    8  durable LSN when it was written
//	    48    8  first sequence
//	    56    8  last sequence
//	    64    4  header CRC of the frame before (the first: CRC of the header block)
//	    68   28  reserved, zero
//	    96    4  body CRC: bytes 104–127, the body, and its padding
//	   100    4  header CRC: the UUID, then bytes 0–99
//	   104   24  nonce, zero when not sealed
//	   128    n  body: the payload, or its ciphertext and tag
//	         ..  zeros up to the next 512-byte boundary
//
// A sealed frame authenticates the UUID and bytes 0–95 as additional data.
//
// Invariants:
//
//  1. A frame counts only if both checksums, generation, salt, LSN, UUID and
//     the checksum of the frame before agree. Left-overs of a recycled file
//     differ in generation and salt.
//  2. A length is believed only after the header CRC, and nothing is allocated
//     beyond the size of the file.
//  3. A bad frame ends the log (a torn tail), unless a later frame, or the
//     caller, knows that it was durable: then it is damage, DataCorrupted.
//  4. A generation number is used once for a UUID, also where the first use came
//     to nothing: whoever begins one takes a number above those of all log
//     files there are.
//  5. After a failed write or sync every call gives that error. Nothing is
//     written over, and no sync is tried twice.
package wal
