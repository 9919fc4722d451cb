package transfer

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/zqlite/zqlite"
	"github.com/zqlite/zqlite/schema"
)

// batchRows is how many rows one INSERT of a dump has.
const batchRows = 100

// Dump writes the schema and the rows of a database as SQL.
func Dump(ctx context.Context, db *sql.DB, w io.Writer) (err error) {
	tx, err := db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return err
	}
	defer tx.Rollback()
	s, err := schema.ReadDB(ctx, tx)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(w)
	defer func() { err = errors.Join(err, out.Flush()) }()
	first, last, err := parts(s)
	if err != nil {
		return err
	}
	out.WriteString("-- Made by zqlite dump.\nBEGIN;\n" + first)
	for _, t := range s.Tables {
		if err := dumpRows(scopeOf(ctx, t), tx, out, t); err != nil {
			return err
		}
	}
	out.WriteString(last + "COMMIT;\n")
	return nil
}

// parts is the schema before the rows, and what has to wait for them: keys that
// refer to other tables, triggers, views.
func parts(s *schema.Schema) (first, last string, err error) {
	bare := *s
	bare.Views, bare.Tables = nil, nil
	for _, t := range s.Tables {
		n := *t
		n.Foreign, n.Triggers, n.TenantBy = nil, nil, "" // rows of all tenants come back before
		bare.Tables = append(bare.Tables, &n)
	}
	before, err := schema.Diff(&schema.Schema{}, &bare, schema.Options{})
	if err != nil {
		return "", "", err
	}
	after, err := schema.Diff(&bare, s, schema.Options{})
	if err != nil {
		return "", "", err
	}
	return before.Up(), after.Up(), nil
}

// scopeOf lets a dump see all rows of a table that tenants share.
func scopeOf(ctx context.Context, t *schema.Table) context.Context {
	if t.TenantBy == "" {
		return ctx
	}
	return zqlite.WithCrossTenant(ctx, "zqlite dump")
}

func dumpRows(ctx context.Context, tx *sql.Tx, out *bufio.Writer, t *schema.Table) error {
	var names, exprs []string
	overriding := ""
	for _, c := range t.Columns {
		if c.Generated != "" {
			continue
		}
		if c.Identity == "ALWAYS" {
			overriding = " OVERRIDING SYSTEM VALUE"
		}
		name := schema.Name{Name: c.Name}.String()
		names, exprs = append(names, name), append(exprs, "quote_nullable("+name+"::text)")
	}
	if len(names) == 0 {
		return nil
	}
	rows, err := tx.QueryContext(ctx, "SELECT "+strings.Join(exprs, ", ")+" FROM "+t.String())
	if err != nil {
		return err
	}
	defer rows.Close()
	values := make([]string, len(names))
	dest := make([]any, len(names))
	for i := range values {
		dest[i] = &values[i]
	}
	n := 0
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		switch {
		case n%batchRows == 0 && n > 0:
			out.WriteString(";\n")
			fallthrough
		case n == 0:
			fmt.Fprintf(out, "INSERT INTO %s (%s)%s VALUES\n", t, strings.Join(names, ", "), overriding)
		default:
			out.WriteString(",\n")
		}
		out.WriteString("  (" + strings.Join(values, ", ") + ")")
		n++
	}
	if n > 0 {
		out.WriteString(";\n")
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return dumpSequences(ctx, tx, out, t)
}

// dumpSequences sets the sequences of a table's columns behind their values.
func dumpSequences(ctx context.Context, tx *sql.Tx, out *bufio.Writer, t *schema.Table) error {
	for _, c := range t.Columns {
		if !c.Serial && c.Identity == "" {
			continue
		}
		var last sql.NullInt64
		err := tx.QueryRowContext(ctx, "SELECT pg_sequence_last_value(pg_get_serial_sequence($1, $2)::regclass)", t.String(), c.Name).Scan(&last)
		if err != nil {
			return err
		}
		if last.Valid {
			fmt.Fprintf(out, "SELECT setval(pg_get_serial_sequence(%s, %s), %d);\n", literal(t.String()), literal(c.Name), last.Int64)
		}
	}
	return nil
}

func literal(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
