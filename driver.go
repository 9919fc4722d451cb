// Package zqlite is an embedded SQL database in pure Go, as a database/sql
// driver:
//
//	import _ "github.com/zqlite/zqlite"
//
//	db, err := sql.Open("zqlite", "app.db")
//
// It speaks PostgreSQL's SQL with SQLite's conveniences, stores native UUID,
// DECIMAL, JSON, BLOB and time types, and lets many goroutines write at once.
//
// Beside database/sql there is a native interface to the same databases, which
// Open begins with: typed rows without Scan (Query, One), transactions that are
// tried again (DB.Update), bulk loading (Append), large values in pieces
// (OpenBlob), backups (DB.Backup). OnConn and DB.SQL use both together.
//
// # Data source names
//
// A DSN is a file name with optional settings, `app.db?sync=normal`, or
// `:memory:` for a database that lives in memory as long as the *sql.DB, or
// `memory:name` for one that is shared by name within the process. An unknown
// setting is an error. The keys:
//
//	mode               rwc (default: create if missing), rw, ro
//	sync               full (default), normal, off: how far a commit travels
//	                   before it is acknowledged
//	cache_size         page cache, e.g. 64MB (default)
//	memory_limit       memory of one query before it spills (default 256MB)
//	foreign_keys       on (default), off
//	isolation          repeatable_read (default), read_committed, serializable
//	lock_timeout       e.g. 5s; default none, a wait ends with its context
//	statement_timeout  e.g. 30s; default none
//	time_zone          default UTC
//	application_name   shown in diagnostics
//	tenant             whose rows of tables with TENANT BY are seen; see WithTenant
//	cross_tenant       off (default), on: may work with the rows of all tenants
//
// The keys of mattn/go-sqlite3 and modernc.org/sqlite (_busy_timeout, _fk,
// _txlock, _pragma …) are understood where they have a meaning here, and
// ignored where they have none.
//
// # Errors
//
// Every error that the engine reports is an *Error, with SQLSTATE, constraint
// names and the position in the statement; errors.As finds it.
package zqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"

	"github.com/zqlite/zqlite/internal/engine"
)

func init() { sql.Register("zqlite", &Driver{}) }

// Driver is the database/sql driver, registered as "zqlite".
type Driver struct{}

var _ driver.DriverContext = (*Driver)(nil)

// Open opens one connection; database/sql uses OpenConnector instead.
func (d *Driver) Open(name string) (driver.Conn, error) {
	c, err := d.OpenConnector(name)
	if err != nil {
		return nil, err
	}
	conn, err := c.Connect(context.Background())
	if err != nil {
		return nil, err
	}
	conn.(*connection).owned = c.(*Connector)
	return conn, nil
}

// OpenConnector reads the DSN. The file is opened by the first connection.
func (d *Driver) OpenConnector(name string) (driver.Connector, error) {
	config, err := engine.ParseDSN(name)
	if err != nil {
		return nil, err
	}
	return &Connector{driver: d, config: config}, nil
}
