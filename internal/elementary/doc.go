// Package elementary computes elementary functions of floating-point numbers
// to the nearest double, but for a few arguments in ten thousand:
//
//	float64 ──▶ pair (two doubles, 106 bits) ──▶ float64
//
// The C libraries that PostgreSQL runs on are that exact for exp, log, pow and
// the trigonometric functions; package math is not, and the last digit shows
// in SQL. What is exact enough elsewhere (sqrt, whole numbers) is package
// math's. The functions keep no state and never fail; domains are the caller's.
//
// Arithmetic on pairs: T. J. Dekker, A floating-point technique for extending
// the available precision, Numerische Mathematik 18 (1971).
package elementary
