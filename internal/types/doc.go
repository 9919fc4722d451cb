// Package types holds the SQL types, their values, casts, comparison and text
// forms. It knows no rows, no expressions and no storage.
//
//	text ── Parse ──▶ Value ── Compare, Hash, Cast, Append ──▶ Value or text
//
// A Value is a small struct without pointers but one string, so that slices of
// values and vectors cost the garbage collector little. Its physical form is
// fixed by its kind (Phys): the same words travel through values, vectors
// (package vector) and storage cells (package codec) without conversion.
//
// What comes in is text in PostgreSQL's input forms, Go values, and values of
// other types; what goes out is PostgreSQL's output, in the ISO date style and
// the interval style postgres. What depends on the session (time zone, the
// start of the transaction, names of catalog objects) comes in an Env. The
// package never reads a setting, never evaluates an expression, and never
// checks the constraints of a domain: Parse and Cast see its base type only.
//
// testdata holds some 40,000 expressions with the answers of PostgreSQL 15; the
// tests compare text, NULLs, SQLSTATEs, messages and details with them.
//
// Invariants:
//  1. The zero Value is NULL.
//  2. The kind of a non-null value is the kind of its type; two values of one
//     type are equal in SQL exactly if Compare gives 0, and then have one Hash.
//  3. A Type is immutable once it is shared; built-in types are compared by OID.
//     Int4 and Integer share one and differ in Width.
//  4. Every value prints as text that Parse reads back as an equal value.
//  5. Numerics are canonical: one value of one scale has one representation,
//     the small one wherever the coefficient fits 64 bits.
//  6. Arrays and records say the kinds of what they hold, so damaged or foreign
//     bytes give error XX001 and never a panic.
//  7. A function that returns a Value returns it for the type's base; modifiers
//     are applied by Parse and Cast, or by CoerceMod.
package types
