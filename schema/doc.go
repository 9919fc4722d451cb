// Package schema describes what a database contains — tables, columns, keys,
// indexes, enums, views — and plans the way from one description to another.
//
//	SQL files ──ReadSQL──┐                        ┌─ Plan.Write ─▶ 0007_name.up.sql, .down.sql
//	live db ──ReadDB─────┼─▶ Schema ──Diff──▶ Plan┤
//	Go values ─Normalize─┘                        └─ Plan.Up() ─▶ SQL to run
//
// There is one reader: SQL files are run on an empty database in memory and
// then read from its catalog, Go values are written as SQL first. So a default
// or a condition has the same text however it came, and a difference is one.
// The catalog queries are PostgreSQL's, and read a PostgreSQL server as well.
//
// # Tenants
//
// TENANT BY is part of a table, and of the differences between two. On
// PostgreSQL it is row level security: see PostgresSQL.
//
// # Annotations
//
// Comments of a file say what the repositories that are generated from it need
// to know. They stand before the statement, or at the line of a column:
//
//	-- @tenant tenant_id
//	-- @audit created_at updated_at
//	-- @softdelete deleted_at
//	-- @revision rev
//	CREATE TABLE invoices (
//	    tenant_id uuid NOT NULL,
//	    state     text NOT NULL, -- @enum InvoiceState
//	    …
//
// An annotation that is not known, or names a column that is not there, is an
// error with file, line and column.
//
// # Migrations
//
// Diff never guesses that something was renamed: it reports as Questions what
// could be, and takes the answers as Options.Renames. A step that loses data is
// marked as destructive.
//
// Invariants:
//  1. A Schema's lists are sorted by name, columns by their place.
//  2. Carrying out Diff(a, b).Up on a database that is a makes it b; Down then
//     makes it a again, except for the data of destructive steps and for labels
//     that were added to enums, which stay.
package schema
