// Package gormzqlite is the GORM dialect of zqlite.
//
//	db, err := gorm.Open(gormzqlite.Open("app.db"), &gorm.Config{})
//
// It speaks PostgreSQL's SQL, which is zqlite's: RETURNING instead of
// LastInsertId, numbered parameters, real ALTER TABLE, timestamptz, uuid,
// numeric and jsonb columns. Name answers "postgres", so that packages which
// switch on the dialect (gorm.io/datatypes, plugins) take the branch that works
// here; the same models run on PostgreSQL with gorm.io/driver/postgres.
//
// This is a module of its own, so that programs without GORM do not load it.
package gormzqlite
