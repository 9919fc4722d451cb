package zqlite

import (
	"context"
	"database/sql"
	"io"

	"github.com/zqlite/zqlite/internal/sqlerr"
)

// CopyFrom runs a COPY … FROM STDIN statement on a connection, with the rows
// read from r, and returns their number:
//
//	n, err := zqlite.CopyFrom(ctx, conn, "COPY users (id, name) FROM STDIN (FORMAT csv, HEADER)", file)
//
// It is one statement: all rows are inserted or none. The error names line and
// column of the text in its Context. Inside a transaction of the connection it
// belongs to that.
func CopyFrom(ctx context.Context, conn *sql.Conn, query string, r io.Reader) (n int64, err error) {
	err = withSession(conn, func(c *connection) error {
		n, err = c.session.Copy(ctx, query, r, nil)
		return err
	})
	return n, err
}

// CopyTo runs a COPY … TO STDOUT statement on a connection, writes the rows to
// w as they come, and returns their number. What was written before an error
// stays written.
func CopyTo(ctx context.Context, conn *sql.Conn, query string, w io.Writer) (n int64, err error) {
	err = withSession(conn, func(c *connection) error {
		n, err = c.session.Copy(ctx, query, nil, w)
		return err
	})
	return n, err
}

func withSession(conn *sql.Conn, do func(*connection) error) error {
	return conn.Raw(func(driver any) error {
		c, ok := driver.(*connection)
		if !ok {
			return sqlerr.New(sqlerr.InvalidParameterValue, "the connection is not one of zqlite but a %T", driver)
		}
		return do(c)
	})
}

// CopyFrom is the function CopyFrom on the database.
func (db *DB) CopyFrom(ctx context.Context, query string, r io.Reader) (int64, error) {
	return copyOn(ctx, db, query, r, nil)
}

// CopyFrom is the function CopyFrom in the transaction.
func (tx *Tx) CopyFrom(ctx context.Context, query string, r io.Reader) (int64, error) {
	return copyOn(ctx, tx, query, r, nil)
}

// CopyTo is the function CopyTo on the database.
func (db *DB) CopyTo(ctx context.Context, query string, w io.Writer) (int64, error) {
	return copyOn(ctx, db, query, nil, w)
}

// CopyTo is the function CopyTo in the transaction.
func (tx *Tx) CopyTo(ctx context.Context, query string, w io.Writer) (int64, error) {
	return copyOn(ctx, tx, query, nil, w)
}

func copyOn(ctx context.Context, q Querier, query string, r io.Reader, w io.Writer) (int64, error) {
	c, err := q.lease(ctx)
	if err != nil {
		return 0, err
	}
	n, err := c.session.Copy(ctx, query, r, w)
	q.giveBack(c)
	return n, err
}
