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

// Dump writes the schema and the rows of a database as SQL, for zqlite or for
// PostgreSQL.
func Dump(ctx context.Context, db Beginner, w io.Writer, postgres bool) (err error) {
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
	restore, name := s.Restore, ""
	if postgres {
		restore, name = s.PostgresRestore, " --postgres"
		if err := widen(ctx, tx, s); err != nil {
			return err
		}
	}
	first, last := restore()
	out.WriteString("-- Made by zqlite dump" + name + ".\nBEGIN;\n" + first)
	for _, t := range s.Tables {
		if err := dumpRows(scopeOf(ctx, t), tx, out, t); err != nil {
			return err
		}
	}
	if err := dumpSequences(ctx, tx, out, s); err != nil {
		return err
	}
	out.WriteString(last + "COMMIT;\n")
	return nil
}

// widen makes bigint of integer columns with values beyond 32 bits, which are
// PostgreSQL's integers.
func widen(ctx context.Context, tx *sql.Tx, s *schema.Schema) error {
	for _, t := range s.Tables {
		var exprs []string
		var columns []*schema.Column
		for _, c := range t.Columns {
			if c.Type == "integer" {
				name := schema.Name{Name: c.Name}.String()
				exprs = append(exprs, "coalesce(bool_or("+name+" NOT BETWEEN -2147483648 AND 2147483647), false)")
				columns = append(columns, c)
			}
		}
		if len(columns) == 0 {
			continue
		}
		beyond := make([]bool, len(columns))
		dest := make([]any, len(columns))
		for i := range beyond {
			dest[i] = &beyond[i]
		}
		if err := tx.QueryRowContext(scopeOf(ctx, t), "SELECT "+strings.Join(exprs, ", ")+" FROM "+t.String()).Scan(dest...); err != nil {
			return err
		}
		for i, c := range columns {
			if beyond[i] {
				c.Type = "bigint"
			}
		}
	}
	return nil
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
		return dumpEmptyRows(ctx, tx, out, t)
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
	return rows.Err()
}

// dumpEmptyRows writes the rows of a table none of whose columns takes a value.
func dumpEmptyRows(ctx context.Context, tx *sql.Tx, out *bufio.Writer, t *schema.Table) error {
	var n int64
	if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM "+t.String()).Scan(&n); err != nil {
		return err
	}
	for range n {
		fmt.Fprintf(out, "INSERT INTO %s DEFAULT VALUES;\n", t)
	}
	return nil
}

// dumpSequences puts the sequences where they stand.
func dumpSequences(ctx context.Context, tx *sql.Tx, out *bufio.Writer, s *schema.Schema) error {
	set := func(from, name string) error {
		var last int64
		var called bool
		if err := tx.QueryRowContext(ctx, "SELECT last_value, is_called FROM "+from).Scan(&last, &called); err != nil {
			return err
		}
		if called {
			fmt.Fprintf(out, "SELECT setval(%s, %d);\n", name, last)
		}
		return nil
	}
	for _, q := range s.Sequences {
		if err := set(q.String(), literal(q.String())); err != nil {
			return err
		}
	}
	for _, t := range s.Tables {
		for _, c := range t.Columns {
			if !c.Serial && c.Identity == "" {
				continue
			}
			of := fmt.Sprintf("pg_get_serial_sequence(%s, %s)", literal(t.String()), literal(c.Name))
			var from sql.NullString
			if err := tx.QueryRowContext(ctx, "SELECT "+of).Scan(&from); err != nil {
				return err
			}
			if !from.Valid {
				continue
			}
			if err := set(from.String, of); err != nil {
				return err
			}
		}
	}
	return nil
}

func literal(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
