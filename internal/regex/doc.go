// Package regex matches POSIX advanced regular expressions as PostgreSQL does:
// syntax, greediness, which group holds what, and the wording of errors.
//
//	pattern, flags ── parse ──▶ syntax ── plan ──▶ parts ── compile ──▶ automata
//	subject ── find ──▶ bounds of the match ── dissect ──▶ bounds of the groups
//
// A match begins as early as possible. How long it is, its greediness says: an
// expression is as greedy as its first quantifier; one of several branches is
// always greedy. Only then are the parts that hold groups or back references
// laid over it, from left to right, each as long or as short as it likes, so
// far as the rest still fits. Henry Spencer's package, which PostgreSQL uses,
// works like this; the structure of parts follows it, because where the bounds
// of groups lie depends on it.
//
// Whether a part matches a stretch of text is asked of automata: package
// regexp's where it can say it, a simulation of ours elsewhere. Both take time
// linear in the text. Back references and nested groups are found by going
// back; how many steps that may take is bounded.
//
// Invariants:
//  1. A Regexp is safe for use by several goroutines; a match keeps its state
//     in a matcher of its own.
//  2. Bounds are byte offsets at the beginning of characters.
//  3. The package never panics, whatever pattern or text is given.
package regex
