// Package optimizer rewrites bound plans into ones that run fast, and fills in
// what only a physical plan knows: access paths, join order and methods.
//
//	plan.Node ── unnest ─▶ push ─▶ order joins ─▶ prune ─▶ choose paths ──▶ plan.Node
//
//	unnest   EXISTS, IN and NOT IN become semi and anti joins; correlated
//	         aggregates become joins with grouped subqueries
//	push     every condition goes down to the lowest node that can test it;
//	         outer joins whose padding it rejects become inner ones
//	order    inner joins are put in an order by estimated size
//	prune    columns that nobody reads are not computed
//	paths    indexes and key ranges, order that exists already, top-N,
//	         hash, lookup or loop joins
//
// It works on a freshly bound plan, which it may change in place; the result
// is immutable. It never looks at values of parameters, so a plan serves all.
//
// Invariants:
//  1. Every step keeps the rows and the order that the plan stands for: an
//     unoptimized plan gives the same result (tests run both).
//  2. Volatile expressions are neither duplicated nor moved past a node that
//     changes how often they are evaluated.
package optimizer
