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
// A table with TENANT BY, or the annotation @tenant, is reached through a Scoped
// alone, which only Store.Tenant makes. The condition on the tenant is part of
// the statement before any template sees it (statement.go): a template prints
// statements, it does not write them. And every statement tells the database
// its tenant, which holds tables with TENANT BY to it.
//
// # Queries
//
// Files of annotated queries become methods:
//
//	-- name: OpenTickets :many
//	-- OpenTickets lists what is to be done, the oldest first.
//	SELECT t.id, t.title, c.name AS client FROM tickets t
//	LEFT JOIN clients c ON c.id = t.client_id
//	WHERE t.state = :state ORDER BY t.opened_at;
//
//	for t, err := range s.OpenTickets(ctx, "open") { … }   // t.Client is a sql.Null[string]
//
// :one gives a row, :many rows as they are read, :exec a count of changed rows;
// a query of one column gives its values. The engine's binder types parameters
// and columns and knows what may be NULL. Placeholders are :name or $1, which is
// named after the column that it is compared with; @null name, in a comment
// below the name, lets a parameter be NULL. A query over tables with TENANT BY
// is a method of Scoped and no other; one over tables that @tenant alone scopes
// is refused, since nothing would add the condition.
//
// # Dialects
//
// What binds the package to a database stands in one file, zqlite_gen.go or
// postgres_gen.go; all other files are the same, except that CreateMany looks
// for zqlite's appender. On zqlite every statement goes past database/sql, also
// in transactions, unless the pool's driver wraps the engine's own. For PostgreSQL,
// schema.PostgresSQL writes the schema with row level security, and statements
// run in transactions that name their tenant.
//
// Invariants:
//  1. Every statement over a tenant's table has the tenant as $1 and a condition
//     on it, or sets it.
//  2. The key of a tenant's table begins with the tenant; its unique and foreign
//     keys include it. A schema that breaks this is refused, with the name of
//     the constraint.
package codegen
