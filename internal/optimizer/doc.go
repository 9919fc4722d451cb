// Package optimizer rewrites bound plans into ones that run fast, and fills in
// what only a physical plan knows: access paths, join order and methods.
//
//	plan.Node ── unnest ─▶ push ─▶ order joins ─▶ prune ─▶ choose paths ──▶ plan.Node
//
//	unnest   EXISTS, IN and NOT IN become semi and anti joins
//	push     every condition goes down to the lowest node that can test it;
//	         equalities pass conditions on, ORs give what their branches have in
//	         common; outer joins whose padding is rejected become inner ones
//	order    joins are put in the order of the least cost: every order up to ten
//	         inputs, the smallest result first beyond; outer, semi and anti joins
//	         and conditions with correlated subqueries find their place among
//	         the inner ones
//	prune    columns that nobody reads are not computed, and not carried by joins
//	paths    indexes and key ranges, order that exists already, top-N,
//	         hash, lookup or loop joins
//
// Estimates come from package stats: exact numbers of rows, distinct values,
// common values and histograms of columns, and for conditions that these do
// not answer, from a sample of the relation. Costs are in rows of a sequential
// scan.
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
