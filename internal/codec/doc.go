// Package codec turns values into keys whose bytes sort as the values do, and
// back where that is possible.
//
//	values of key parts ── Append ──▶ ordered bytes ──▶ storage key
//
// A part is one marker byte (value or NULL) and the value's ordered bytes;
// a descending part has all its bytes inverted. Variable-length values end
// with a terminator, so that no part's bytes are a prefix of another's and
// parts concatenate. A single integer key has a form of its own: eight bytes
// without marker (Uint64Key), which storage keeps as a number.
//
// Numeric keys lose the scale and collated text keys the spelling, so a key of
// those kinds cannot be decoded: the row holds the value.
//
// Invariants:
//  1. bytes.Compare of two keys of one index agrees with types.Compare of
//     their parts, with the part's direction and place of NULLs.
//  2. Equal values give equal bytes (1.0 and 1.00, -0 and 0, blanks at the end
//     of char(n)).
package codec
