// Package isolation holds what zqlite promises of concurrent transactions as
// tests on its public API: the anomalies of the Hermitage list at each
// isolation level, row and table locks, constraints that meet in the middle,
// and definitions beside changes. It has no code of its own.
//
//	two or three sql.Conn → statements in a fixed order → rows, SQLSTATE, and who waited
//
// What is held to:
//  1. READ COMMITTED: each statement sees what was committed before it began;
//     a change that meets a newer row starts again on the newest state.
//  2. REPEATABLE READ, the default: one snapshot for the transaction; the
//     first updater wins and the other gets 40001. The first statement of a
//     transaction starts again instead, since nothing was read before it.
//  3. SERIALIZABLE: as 2, and what was read must still stand at the commit of
//     a transaction that wrote.
//  4. A statement outside a transaction never gets 40001.
//  5. Readers never wait. Nobody waits for ever: cycles end with 40P01, and
//     lock_timeout with 55P03.
package isolation
