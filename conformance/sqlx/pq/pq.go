// Package pq stands where sqlx's tests import PostgreSQL's driver, and gives
// them zqlite under that driver's name.
package pq

import (
	"database/sql"

	"github.com/zqlite/zqlite"
)

func init() { sql.Register("postgres", &zqlite.Driver{}) }
