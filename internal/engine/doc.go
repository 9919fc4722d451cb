// Package engine runs statements: it owns databases, sessions, transactions,
// the plan cache and the settings, and carries out definitions.
//
//	text ── Session.Run ──▶ parser ──▶ binder ──▶ optimizer ──▶ exec.Program
//	                          ▲ plan cache by text            │ inside storage.Tx
//	                          └──────────── Result ◀──────────┘
//
// A Database is one open file (or memory), shared by everybody in the process
// who opens the same path; a Session is what one connection has: its
// transaction, its settings, its temporary tables. Sessions do not care who
// drives them: database/sql today, a wire server later.
//
// What the engine never does: touch pages or files itself, evaluate an
// expression, log.
//
// Invariants:
//  1. The catalog a statement uses is the attachment of its snapshot, so names
//     and data are always of one moment.
//  2. A cached plan is used only while every relation it depends on has the
//     version it was made for.
//  3. A statement either stands whole or leaves nothing: on an error the write
//     set goes back to the statement's mark, and an explicit transaction is
//     aborted until ROLLBACK (25P02).
//  4. No panic leaves Session.Run: it becomes an error of class XX000.
package engine
