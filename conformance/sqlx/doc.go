// Package sqlx runs the tests of github.com/jmoiron/sqlx with zqlite in the
// place of PostgreSQL:
//
//	SQLX_POSTGRES_DSN='memory:sqlx' SQLX_MYSQL_DSN=skip SQLX_SQLITE_DSN=skip go test github.com/jmoiron/sqlx/...
package sqlx

import _ "github.com/jmoiron/sqlx"
