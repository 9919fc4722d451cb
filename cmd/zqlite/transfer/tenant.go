package transfer

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/zqlite/zqlite"
	"github.com/zqlite/zqlite/schema"
)

// shared are the tables that tenants share, parents first.
func shared(ctx context.Context, q schema.Querier) ([]*schema.Table, error) {
	s, err := schema.ReadDB(ctx, q)
	if err != nil {
		return nil, err
	}
	tables := slices.DeleteFunc(schema.Ordered(s.Tables), func(t *schema.Table) bool { return t.TenantBy == "" })
	if len(tables) == 0 {
		return nil, errors.New("no table has TENANT BY")
	}
	return tables, nil
}

// TenantSize is what a tenant has in one table. Bytes count the text of the
// rows, which compares tenants, not what the file gives back.
type TenantSize struct {
	Tenant, Table string
	Rows, Bytes   int64
}

// TenantSizes counts the rows of all tenants. The database must be open with
// cross_tenant=on; the counting is recorded.
func TenantSizes(ctx context.Context, db *sql.DB) ([]TenantSize, error) {
	tables, err := shared(ctx, db)
	if err != nil {
		return nil, err
	}
	ctx = zqlite.WithCrossTenant(ctx, "zqlite tenant list")
	var out []TenantSize
	for _, t := range tables {
		rows, err := db.QueryContext(ctx, fmt.Sprintf("SELECT %s::text, count(*), sum(octet_length(t::text)) FROM %s t GROUP BY 1",
			schema.Name{Name: t.TenantBy}, t))
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			x := TenantSize{Table: t.String()}
			if err := rows.Scan(&x.Tenant, &x.Rows, &x.Bytes); err != nil {
				return nil, errors.Join(err, rows.Close())
			}
			out = append(out, x)
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(out, func(a, b TenantSize) int { return strings.Compare(a.Tenant, b.Tenant) })
	return out, nil
}

// copyColumns lists the columns that an export has: all but the tenant's, which
// an import fills, and computed ones.
func copyColumns(t *schema.Table) string {
	var names []string
	for _, c := range t.Columns {
		if c.Name != t.TenantBy && c.Generated == "" {
			names = append(names, schema.Name{Name: c.Name}.String())
		}
	}
	return "(" + strings.Join(names, ", ") + ")"
}

// endOfRows ends the rows of a table, as in psql's scripts.
const endOfRows = `\.`

// ExportTenant writes the rows of one tenant, of one moment, without the
// tenant's id: for each table that tenants share a COPY statement, its rows, and
// a line of \. behind them.
func ExportTenant(ctx context.Context, db *sql.DB, tenant string, w io.Writer) (n int64, err error) {
	ctx = zqlite.WithTenant(ctx, tenant)
	conn, err := db.Conn(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	tx, err := conn.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return 0, err
	}
	defer tx.Rollback()
	tables, err := shared(ctx, tx)
	if err != nil {
		return 0, err
	}
	out := bufio.NewWriter(w)
	for _, t := range tables {
		what := t.String() + " " + copyColumns(t)
		fmt.Fprintf(out, "COPY %s FROM STDIN;\n", what)
		rows, err := zqlite.CopyTo(ctx, conn, "COPY "+what+" TO STDOUT", out)
		if err != nil {
			return 0, err
		}
		n += rows
		fmt.Fprintln(out, endOfRows)
	}
	return n, out.Flush()
}

// ImportTenant adds the rows of an export to a tenant, whose id need not be the
// one that they had, all of them or none. Rows that are there already are an
// error; triggers run as for any other row.
func ImportTenant(ctx context.Context, db *sql.DB, tenant string, r io.Reader) (n int64, err error) {
	ctx = zqlite.WithTenant(ctx, tenant)
	conn, err := db.Conn(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return 0, err
	}
	defer tx.Rollback()
	in := &exportReader{in: bufio.NewReader(r)}
	for {
		statement, err := in.statement()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return 0, err
		}
		rows, err := zqlite.CopyFrom(ctx, conn, statement, in)
		if err != nil {
			return 0, fmt.Errorf("line %d and on: %w", in.began, err)
		}
		n += rows
	}
	tables, err := shared(ctx, tx)
	if err != nil {
		return 0, err
	}
	for _, t := range tables {
		if err := advanceSequences(ctx, tx, t); err != nil {
			return 0, err
		}
	}
	return n, tx.Commit()
}

// advanceSequences puts the sequences of a table's columns behind the values
// that have come.
func advanceSequences(ctx context.Context, tx *sql.Tx, t *schema.Table) error {
	for _, c := range t.Columns {
		if !c.Serial && c.Identity == "" {
			continue
		}
		_, err := tx.ExecContext(ctx, fmt.Sprintf("SELECT setval(s, m) FROM (SELECT pg_get_serial_sequence($1, $2) AS s, max(%s) AS m FROM %s) x WHERE m > coalesce(pg_sequence_last_value(s::regclass), 0)",
			schema.Name{Name: c.Name}, t), t.String(), c.Name)
		if err != nil {
			return err
		}
	}
	return nil
}

// exportReader takes an export apart: statement gives the next COPY, after which
// Read gives its rows up to their end.
type exportReader struct {
	in    *bufio.Reader
	line  int
	began int    // line of the statement
	rest  string // of a row, not read yet
	ended bool
}

func (x *exportReader) statement() (string, error) {
	x.line++
	x.began, x.ended = x.line, false
	text, err := x.in.ReadString('\n')
	if err != nil && (text == "" || !errors.Is(err, io.EOF)) {
		return "", err
	}
	text = strings.TrimSuffix(strings.TrimSpace(text), ";")
	if !strings.HasPrefix(text, "COPY ") || !strings.HasSuffix(text, " FROM STDIN") {
		return "", fmt.Errorf("line %d is no COPY statement: this is no export of a tenant", x.line)
	}
	return text, nil
}

// Read gives the rows of the statement.
func (x *exportReader) Read(p []byte) (int, error) {
	if x.rest == "" {
		if x.ended {
			return 0, io.EOF
		}
		x.line++
		text, err := x.in.ReadString('\n')
		if err != nil {
			return 0, fmt.Errorf("line %d: the export ends within the rows of a table", x.line)
		}
		if strings.TrimSuffix(text, "\n") == endOfRows {
			x.ended = true
			return 0, io.EOF
		}
		x.rest = text
	}
	n := copy(p, x.rest)
	x.rest = x.rest[n:]
	return n, nil
}

// DeleteTenant takes the rows of one tenant away, all of them or none.
func DeleteTenant(ctx context.Context, db *sql.DB, tenant string) (n int64, err error) {
	ctx = zqlite.WithTenant(ctx, tenant)
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return 0, err
	}
	defer tx.Rollback()
	tables, err := shared(ctx, tx)
	if err != nil {
		return 0, err
	}
	for _, t := range slices.Backward(tables) {
		r, err := tx.ExecContext(ctx, "DELETE FROM "+t.String())
		if err != nil {
			return 0, err
		}
		rows, err := r.RowsAffected()
		if err != nil {
			return 0, err
		}
		n += rows
	}
	return n, tx.Commit()
}
