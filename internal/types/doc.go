// Package types holds the SQL types, their values, casts, comparison and text
// forms. It knows no rows, no expressions and no storage.
//
//	text ── Type.Parse ──▶ Value ── Compare, Hash, Cast, Format ──▶ Value or text
//
// A Value is a small struct without pointers but one string, so that slices of
// values and vectors cost the garbage collector little. Its physical form is
// fixed by its kind (Phys): the same words travel through values, vectors
// (package vector) and storage cells (package codec) without conversion.
//
// Invariants:
//  1. The zero Value is NULL.
//  2. The kind of a non-null value is the kind of its type; two values of one
//     type are equal in SQL exactly if Compare gives 0.
//  3. A Type is immutable once it is shared; built-in types are compared by OID.
package types
