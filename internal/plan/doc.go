// Package plan holds query plans: trees of plain data that the binder makes,
// the optimizer rewrites and annotates, and the executor turns into operators.
//
//	ast ── binder ──▶ plan.Node ── optimizer ──▶ plan.Node (access paths,
//	join methods filled in) ── exec ──▶ operators
//
// There is one set of nodes. What only the physical plan knows — which index
// a scan uses, how a join is computed — stands in annotation fields whose zero
// value means "not decided", so that an unoptimized plan runs too (that is one
// of the forced plans that tests compare).
//
// Plans never hold values of a session: the tenant, the clock and the time
// zone are read at run time, so a plan is shared by all sessions.
//
// Invariants:
//  1. Every output column of a node has a ColumnID that no other node of the
//     statement brings forth.
//  2. An expression in a node refers to columns of the node's inputs, or to
//     columns of queries around it as expr.Outer.
//  3. A plan is immutable once it is cached; executors keep their state apart.
package plan
