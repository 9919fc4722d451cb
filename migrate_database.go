package zqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"sync"

	"github.com/golang-migrate/migrate/v4/database"

	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sql/parser"
)

func init() { database.Register("zqlite", &migrationDatabase{}) }

// MigrationConfig says how a database keeps its version.
type MigrationConfig struct {
	Table string // of the version; default schema_migrations
}

// MigrationDatabase makes a golang-migrate database driver over an open pool.
// Its Close leaves the pool open.
//
// A migration, the version it leads to and the end of "dirty" are one
// transaction: after a failure, a kill or a power cut the database is at the
// version before, clean. BEGIN and COMMIT around a whole migration are taken
// for that transaction. A migration whose first line is
// "-- zqlite: no transaction" runs statement by statement instead, and leaves
// the version dirty when it fails.
func MigrationDatabase(db *sql.DB, c MigrationConfig) (database.Driver, error) {
	if c.Table == "" {
		c.Table = "schema_migrations"
	}
	ctx := context.Background()
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	m := &migrationDatabase{conn: conn, table: quoteQualified(c.Table)}
	err = conn.Raw(func(c any) error {
		zc, ok := c.(*connection)
		if !ok {
			return errors.New("zqlite: MigrationDatabase needs a pool of the driver \"zqlite\"")
		}
		m.key = zc.session.Database()
		return nil
	})
	if err == nil {
		_, err = conn.ExecContext(ctx, "CREATE TABLE IF NOT EXISTS "+m.table+" (version bigint PRIMARY KEY, dirty boolean NOT NULL)")
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	return m, nil
}

func quoteQualified(name string) string {
	if schema, table, ok := strings.Cut(name, "."); ok {
		return ast.QuoteIdent(schema) + "." + ast.QuoteIdent(table)
	}
	return ast.QuoteIdent(name)
}

// migrationLocks holds the databases that somebody migrates. The file belongs
// to one process, so a lock of the process is enough.
var migrationLocks sync.Map

// migrationDatabase is a database.Driver; as golang-migrate uses it, from one
// goroutine at a time.
type migrationDatabase struct {
	pool   *sql.DB // to close; nil where it is somebody else's
	conn   *sql.Conn
	table  string
	key    any // of migrationLocks
	locked bool
	tx     *sql.Tx // the migration that SetVersion(…, true) began
}

var _ database.Driver = (*migrationDatabase)(nil)

// Open opens zqlite://app.db?x-migrations-table=name with the settings that a
// data source name takes.
func (m *migrationDatabase) Open(text string) (database.Driver, error) {
	dsn := strings.TrimPrefix(text, "zqlite://")
	path, query, _ := strings.Cut(dsn, "?")
	values, err := url.ParseQuery(query)
	if err != nil {
		return nil, fmt.Errorf("zqlite: cannot read the settings %q: %w", query, err)
	}
	c := MigrationConfig{Table: values.Get("x-migrations-table")}
	values.Del("x-migrations-table")
	if dsn = path; len(values) > 0 {
		dsn += "?" + values.Encode()
	}
	pool, err := sql.Open("zqlite", dsn)
	if err != nil {
		return nil, err
	}
	d, err := MigrationDatabase(pool, c)
	if err != nil {
		pool.Close()
		return nil, err
	}
	d.(*migrationDatabase).pool = pool
	return d, nil
}

// Close rolls back what is not finished.
func (m *migrationDatabase) Close() error {
	errs := []error{m.rollback()}
	if m.locked {
		errs = append(errs, m.Unlock())
	}
	errs = append(errs, m.conn.Close())
	if m.pool != nil {
		errs = append(errs, m.pool.Close())
	}
	return errors.Join(errs...)
}

// Lock keeps others of the process from migrating the database.
func (m *migrationDatabase) Lock() error {
	if _, taken := migrationLocks.LoadOrStore(m.key, struct{}{}); taken {
		return database.ErrLocked
	}
	m.locked = true
	return nil
}

// Unlock ends Lock.
func (m *migrationDatabase) Unlock() error {
	if !m.locked {
		return database.ErrNotLocked
	}
	m.locked = false
	migrationLocks.Delete(m.key)
	return nil
}

func (m *migrationDatabase) rollback() error {
	if m.tx == nil {
		return nil
	}
	tx := m.tx
	m.tx = nil
	return tx.Rollback()
}

// SetVersion records a version. Dirty begins the transaction in which Run then
// works, and which the clean version commits.
func (m *migrationDatabase) SetVersion(version int, dirty bool) (err error) {
	if m.tx == nil {
		if m.tx, err = m.conn.BeginTx(context.Background(), nil); err != nil {
			return err
		}
	}
	if _, err = m.tx.Exec("DELETE FROM " + m.table); err == nil && (version >= 0 || dirty) {
		_, err = m.tx.Exec("INSERT INTO "+m.table+" (version, dirty) VALUES ($1, $2)", version, dirty)
	}
	if err != nil {
		return errors.Join(err, m.rollback())
	}
	if dirty {
		return nil
	}
	return m.commit()
}

func (m *migrationDatabase) commit() error {
	tx := m.tx
	m.tx = nil
	if tx == nil {
		return nil
	}
	return tx.Commit()
}

// Version tells the version, -1 before the first migration.
func (m *migrationDatabase) Version() (version int, dirty bool, err error) {
	query := "SELECT version, dirty FROM " + m.table
	row := m.conn.QueryRowContext
	if m.tx != nil {
		row = m.tx.QueryRowContext
	}
	err = row(context.Background(), query).Scan(&version, &dirty)
	if errors.Is(err, sql.ErrNoRows) {
		return database.NilVersion, false, nil
	}
	return version, dirty, err
}

// noTransaction is the first line of a migration that must not be in one.
const noTransaction = "-- zqlite: no transaction"

// Run carries out a migration.
func (m *migrationDatabase) Run(r io.Reader) error {
	b, err := io.ReadAll(r)
	if err != nil {
		return errors.Join(err, m.rollback())
	}
	text := string(b)
	stmts, err := parser.Parse(text)
	if err != nil {
		return errors.Join(migrationError(text, 0, err), m.rollback())
	}
	if strings.HasPrefix(strings.TrimSpace(text), noTransaction) {
		if err := m.commit(); err != nil { // the dirty version stands while it runs
			return err
		}
		return runMigration(text, stmts, m.conn.ExecContext)
	}
	if m.tx != nil {
		if err := runMigration(text, withoutTransaction(stmts), m.tx.ExecContext); err != nil {
			return errors.Join(err, m.rollback())
		}
		return nil
	}
	tx, err := m.conn.BeginTx(context.Background(), nil)
	if err != nil {
		return err
	}
	if err := runMigration(text, withoutTransaction(stmts), tx.ExecContext); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// withoutTransaction takes away BEGIN and COMMIT around all of a migration.
func withoutTransaction(stmts []ast.Statement) []ast.Statement {
	if len(stmts) < 2 {
		return stmts
	}
	_, begins := stmts[0].Stmt.(*ast.Begin)
	_, ends := stmts[len(stmts)-1].Stmt.(*ast.Commit)
	if begins && ends {
		return stmts[1 : len(stmts)-1]
	}
	return stmts
}

func runMigration(text string, stmts []ast.Statement, exec func(context.Context, string, ...any) (sql.Result, error)) error {
	for _, st := range stmts {
		if _, err := exec(context.Background(), text[st.Start:st.End]); err != nil {
			return migrationError(text, st.Start, err)
		}
	}
	return nil
}

// migrationError says where in the migration it failed; offset is where the
// statement begins.
func migrationError(text string, offset int, err error) error {
	line := 1 + strings.Count(text[:offset], "\n")
	query := text[offset:]
	var e *Error
	if errors.As(err, &e) && e.Line > 0 {
		line += e.Line - 1
	}
	if i := strings.IndexByte(query, '\n'); i >= 0 {
		query = query[:i]
	}
	return &database.Error{Line: uint(line), Query: []byte(query), Err: "migration failed", OrigErr: err}
}

// Drop drops everything, in one transaction.
func (m *migrationDatabase) Drop() error {
	if err := m.rollback(); err != nil {
		return err
	}
	ctx := context.Background()
	tx, err := m.conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := dropSchemas(ctx, tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

func dropSchemas(ctx context.Context, tx *sql.Tx) error {
	rows, err := tx.QueryContext(ctx, `SELECT nspname FROM pg_namespace WHERE nspname <> 'information_schema' AND nspname NOT LIKE 'pg\_%'`)
	if err != nil {
		return err
	}
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return errors.Join(err, rows.Close())
		}
		names = append(names, name)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	for _, name := range names {
		if _, err := tx.ExecContext(ctx, "DROP SCHEMA "+ast.QuoteIdent(name)+" CASCADE"); err != nil {
			return err
		}
	}
	_, err = tx.ExecContext(ctx, "CREATE SCHEMA public")
	return err
}
