// Package transfer moves rows in and out of a database: dumps as SQL, imports of
// CSV, JSON, Parquet and SQLite files.
//
// The rows of one tenant move alone: ExportTenant, ImportTenant, DeleteTenant.
//
// An import is one transaction: a broken line is reported with its number and
// leaves nothing behind. A dump is read from one snapshot, and is SQL that
// PostgreSQL takes as well.
package transfer
