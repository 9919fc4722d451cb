// Package syscat computes the relations by which clients look at a database:
// pg_catalog and information_schema with PostgreSQL 15's columns, and SQLite's
// sqlite_master; and the functions that describe objects (pg_get_indexdef and
// its kin).
//
//	catalog.Catalog ── View ──▶ Relation.Rows ──▶ rows in the relation's columns
//
// It reads the immutable catalog and what the View's fields give it; it never
// touches storage and keeps no state but the rows of built-in objects, which
// are the same in every database and are made once.
//
// layout.txt names the relations and their columns, one relation a line, as
// PostgreSQL 15 answers when asked for pg_attribute. A relation that describes
// what zqlite does not have (policies, inheritance) is there and empty;
// relations about the insides of a server process are not there.
//
// Invariants:
//  1. Objects keep their oid as long as they live. What has no id in the
//     catalog (constraints, column defaults, row types) has one made of its
//     owner's id and its name, with bit 31 set.
//  2. attnum is the column's id: it keeps its meaning when columns are dropped.
//  3. A row is complete: columns that the filler does not name are NULL, and a
//     name that the layout does not have is an error.
package syscat
