// Package oracle asks random questions and compares the answers: with those of
// SQLite, with the same question asked in another form, and with other plans
// for it. It has no code of its own.
//
//	generator → tables and rows → zqlite and modernc.org/sqlite
//	          → query          → rows (as text, sorted) → compared
//
// What is held to:
//  1. Differential: a query of the common subset gives SQLite's rows.
//  2. TLP: the rows where p is true, false and unknown are all rows.
//  3. NoREC: as many rows are found by WHERE p as have p among all rows.
//  4. Forced plans: no setting of the optimizer changes the rows.
//
// A failure prints the seed, the smallest tables and the shortest query that
// still fail. ZQLITE_LONG=1 asks fifty times as many questions, and
// ZQLITE_SEED starts elsewhere.
package oracle
