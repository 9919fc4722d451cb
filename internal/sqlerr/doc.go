// Package sqlerr is the one error type of the engine: a SQLSTATE, a message
// in PostgreSQL's wording, and where in the statement it happened.
//
//	any package → *sqlerr.Error → driver → the caller (errors.As)
//
// Errors are values: New makes one, the With methods return a changed copy,
// so that an error kept in a variable is never altered by a user of it.
// The package imports nothing of the engine.
package sqlerr
