// Package codegen writes typed Go repositories for the tables of a schema.
//
//	schema.Schema ──plan──▶ tables and their statements ──templates──▶ Go files
//
// What comes out is plain Go: one file a table, a package of columns a table
// for conditions, one file with what they share. It imports the standard
// library and, where columns need them, google/uuid and shopspring/decimal; it
// uses no reflection, and the same input gives the same bytes.
//
//	store := db.New(pool)
//	s := store.Tenant(tenantID)
//	inv, err := s.Invoices().Get(ctx, id)
//	for inv, err := range s.Invoices().All(ctx, invoice.Total.GT(d)) { … }
//
// # The tenant
//
// A table with the annotation @tenant is reached through a Scoped alone, which
// only Store.Tenant makes. The condition on the tenant is part of the statement
// before any template sees it (statement.go): a template prints statements, it
// does not write them.
//
// Invariants:
//  1. Every statement over a tenant's table has the tenant as $1 and a condition
//     on it, or sets it.
//  2. The key of a tenant's table begins with the tenant; its unique and foreign
//     keys include it. A schema that breaks this is refused, with the name of
//     the constraint.
package codegen
