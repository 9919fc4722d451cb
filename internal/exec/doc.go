// Package exec runs plans: it turns plan nodes into operators, keeps to a
// memory budget, and carries out changes with their constraints.
//
//	plan.Node ── Prepare ──▶ Program ── Start(Run) ──▶ Execution ── Next ──▶ vector.Batch
//	                            │
//	                            └── RunRow: the row path for point work
//
// A Program belongs to a cached plan and is shared by all sessions. What runs
// is an instance of it: a tree of operators with their compiled expressions
// and scratch memory, which serves one run at a time and goes back to the
// program's pool afterwards.
//
// The package never parses, binds or chooses a plan; it knows sessions only
// through expr.Context and the fields of Run.
//
// Invariants:
//  1. A batch is valid until the next call of the operator that gave it; an
//     operator that keeps rows copies them, strings included.
//  2. An operator may be opened again after Close, with other bindings of
//     outer columns; Open leaves nothing of the former run.
//  3. A statement's changes read the state before the statement; what they
//     wrote themselves is seen by constraint checks alone.
//  4. storage.ErrRestart travels up untouched; nothing has left the statement
//     by then, because rows of changing and locking statements are buffered
//     until the statement stands.
//  5. Memory that grows with the data is charged to the Run's budget; what
//     can spill does, the rest fails with 53200.
package exec
