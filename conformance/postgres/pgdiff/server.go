package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/zqlite/zqlite/conformance/script"
)

// onServer runs the statements in a new database of the server.
func onServer(ctx context.Context, dsn string, stmts []script.Statement) (answers []string, err error) {
	err = withServer(ctx, dsn, func(conn *pgconn.PgConn) error {
		answers = script.Run(ctx, &server{conn: conn, types: map[uint32]string{}}, stmts)
		return nil
	})
	return answers, err
}

// withServer gives f a connection to a new database, which is dropped after.
func withServer(ctx context.Context, dsn string, f func(*pgconn.PgConn) error) error {
	admin, err := pgconn.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	defer admin.Close(ctx)
	name := fmt.Sprintf("pgdiff_%d", os.Getpid())
	if err := execAll(ctx, admin, "CREATE DATABASE "+name+" TEMPLATE template0"); err != nil {
		return err
	}
	config, err := pgconn.ParseConfig(dsn)
	if err != nil {
		return err
	}
	config.Database = name
	conn, err := pgconn.ConnectConfig(ctx, config)
	if err != nil {
		return err
	}
	err = execAll(ctx, conn, "SET TimeZone = 'UTC'; SET default_transaction_isolation = 'repeatable read'")
	if err == nil {
		err = f(conn)
	}
	return errors.Join(err, conn.Close(ctx), execAll(ctx, admin, "DROP DATABASE "+name))
}

func execAll(ctx context.Context, c *pgconn.PgConn, text string) error {
	_, err := c.Exec(ctx, text).ReadAll()
	return err
}

// server is a script.Target: one connection to PostgreSQL.
type server struct {
	conn  *pgconn.PgConn
	types map[uint32]string
}

var counted = regexp.MustCompile(`^(INSERT|UPDATE|DELETE|MERGE|COPY)`)

// Answer runs a statement by the simple protocol.
func (t *server) Answer(ctx context.Context, s *script.Statement) script.Answer {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	a := script.Answer{Count: -1}
	switch {
	case s.CopiesIn():
		tag, err := t.conn.CopyFrom(ctx, strings.NewReader(s.Data), s.SQL)
		if err != nil {
			return failure(err)
		}
		a.Count = tag.RowsAffected()
		return a
	case s.CopiesOut():
		var b strings.Builder
		if _, err := t.conn.CopyTo(ctx, &b, s.SQL); err != nil {
			return failure(err)
		}
		a.Text = b.String()
		return a
	}
	many := t.conn.Exec(ctx, s.SQL)
	var fields []pgconn.FieldDescription
	for many.NextResult() {
		r := many.ResultReader()
		if f := r.FieldDescriptions(); f != nil {
			fields, a.Rows = append(fields[:0:0], f...), nil
		}
		for r.NextRow() {
			a.Rows = append(a.Rows, cellsOf(r.Values()))
		}
		tag, err := r.Close()
		if err != nil {
			break // Close of many gives it again
		}
		if fields == nil && counted.MatchString(tag.String()) {
			a.Count = tag.RowsAffected()
		}
	}
	if err := many.Close(); err != nil {
		return failure(err)
	}
	for _, f := range fields {
		a.Columns = append(a.Columns, script.Column{Name: f.Name, Type: t.typeName(ctx, f.DataTypeOID)})
	}
	return a
}

func cellsOf(row [][]byte) []string {
	cells := make([]string, len(row))
	for i, v := range row {
		if cells[i] = string(v); v == nil {
			cells[i] = script.Null
		}
	}
	return cells
}

func failure(err error) script.Answer {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return script.Answer{Code: e.Code, Message: e.Message, Detail: e.Detail, Hint: e.Hint, At: int(e.Position)}
	}
	return script.Answer{Code: "?????", Message: err.Error()}
}

// typeName asks for a name only outside of failed transactions: those give no
// rows, so it is never needed there.
func (t *server) typeName(ctx context.Context, oid uint32) string {
	if n, ok := t.types[oid]; ok && oid < 16384 {
		return n
	}
	n := "unknown"
	res, err := t.conn.Exec(ctx, fmt.Sprintf("SELECT typname FROM pg_catalog.pg_type WHERE oid = %d", oid)).ReadAll()
	if err == nil && len(res) == 1 && len(res[0].Rows) == 1 {
		n = script.TypeName(string(res[0].Rows[0][0]))
	}
	t.types[oid] = n
	return n
}
