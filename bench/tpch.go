package main

import (
	"context"
	"database/sql"
	"flag"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"
)

var tpchScale = flag.Float64("sf", 0.1, "scale factor of the TPC-H tables")

// tpchResults are the rows that the first engine gave, by query; the others
// have to give the same.
var tpchResults [22][][]string

func init() {
	g := group{name: "tpch", setup: setupTPCH}
	for i := range tpchQueries {
		g.work = append(g.work, workload{name: fmt.Sprintf("tpch Q%d", i+1), whole: true, run: func(ctx context.Context, db *sql.DB, _ *config) (time.Duration, error) {
			return runTPCH(ctx, db, i)
		}})
	}
	g.work = append(g.work, workload{name: "tpch, all 22", whole: true, run: func(ctx context.Context, db *sql.DB, _ *config) (time.Duration, error) {
		total := time.Duration(0)
		for i := range tpchQueries {
			d, err := runTPCH(ctx, db, i)
			if err != nil {
				return 0, err
			}
			total += d
		}
		return total, nil
	}})
	groups = append(groups, g)
}

// isSQLite tells the peers' dialect by the package of their driver.
func isSQLite(db *sql.DB) bool {
	p := reflect.TypeOf(db.Driver()).Elem().PkgPath()
	return strings.Contains(p, "mattn/go-sqlite3") || strings.Contains(p, "modernc.org/sqlite")
}

func isPostgres(db *sql.DB) bool {
	return strings.Contains(reflect.TypeOf(db.Driver()).Elem().PkgPath(), "pgx")
}

// tpchColumns writes the columns of a table: SQLite keeps amounts as floating
// point numbers and dates as texts, which is how it is used.
func tpchColumns(t *tpchTable, sqlite bool) string {
	if !sqlite {
		return t.columns
	}
	return strings.NewReplacer("numeric(15,2)", "REAL", " date ", " TEXT ").Replace(t.columns)
}

func setupTPCH(ctx context.Context, db *sql.DB, _ *config) error {
	g := &tpchGen{scale: *tpchScale}
	for i := range tpchTables {
		t := &tpchTables[i]
		if isPostgres(db) {
			if _, err := db.ExecContext(ctx, "DROP TABLE IF EXISTS "+t.name); err != nil {
				return err
			}
		}
		if _, err := db.ExecContext(ctx, "CREATE TABLE "+t.name+" ("+tpchColumns(t, isSQLite(db))+")"); err != nil {
			return err
		}
		if err := loadTPCH(ctx, db, g, t); err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
	}
	for _, q := range append(append([]string(nil), tpchIndexes...), "ANALYZE") {
		if _, err := db.ExecContext(ctx, q); err != nil {
			return fmt.Errorf("%s: %w", q, err)
		}
	}
	if isPostgres(db) {
		return nil
	}
	_, err := db.ExecContext(ctx, `PRAGMA wal_checkpoint`)
	return err
}

func loadTPCH(ctx context.Context, db *sql.DB, g *tpchGen, t *tpchTable) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	const batch = 64 // rows of one INSERT
	text := func(rows int) string {
		var b strings.Builder
		b.WriteString("INSERT INTO " + t.name + " VALUES ")
		n := 0
		for r := range rows {
			if r > 0 {
				b.WriteByte(',')
			}
			for c := range t.count {
				n++
				b.WriteString(map[bool]string{true: "($", false: ",$"}[c == 0] + strconv.Itoa(n))
			}
			b.WriteByte(')')
		}
		return b.String()
	}
	ins, err := tx.PrepareContext(ctx, text(batch))
	if err != nil {
		return err
	}
	defer ins.Close()
	args := make([]any, 0, batch*t.count)
	err = t.rows(g, func(row ...any) error {
		args = append(args, row...)
		if len(args) < batch*t.count {
			return nil
		}
		_, err := ins.ExecContext(ctx, args...)
		args = args[:0]
		return err
	})
	if err == nil && len(args) > 0 {
		_, err = tx.ExecContext(ctx, text(len(args)/t.count), args...)
	}
	if err != nil {
		return err
	}
	return tx.Commit()
}

func runTPCH(ctx context.Context, db *sql.DB, i int) (time.Duration, error) {
	fraction := strconv.FormatFloat(0.0001 / *tpchScale, 'f', 10, 64)
	text := tpchText(tpchQueries[i], isSQLite(db), fraction)
	begin := time.Now()
	got, err := texts(ctx, db, text)
	took := time.Since(begin)
	if err != nil {
		return 0, fmt.Errorf("Q%d: %w", i+1, err)
	}
	if tpchResults[i] == nil {
		tpchResults[i] = got
		return took, nil
	}
	if why := differ(tpchResults[i], got); why != "" {
		return 0, fmt.Errorf("Q%d: the engines' results differ: %s", i+1, why)
	}
	return took, nil
}

// texts reads a result as texts; never nil.
func texts(ctx context.Context, db *sql.DB, query string) ([][]string, error) {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	cols, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	out := [][]string{}
	cells, ptrs := make([]any, len(cols)), make([]any, len(cols))
	for i := range cells {
		ptrs[i] = &cells[i]
	}
	for rows.Next() {
		if err := rows.Scan(ptrs...); err != nil {
			return nil, err
		}
		row := make([]string, len(cols))
		for i, c := range cells {
			switch c := c.(type) {
			case time.Time:
				row[i] = c.Format(time.DateOnly)
			case []byte:
				row[i] = strings.TrimRight(string(c), " ")
			default:
				row[i] = strings.TrimRight(fmt.Sprint(c), " ")
			}
		}
		out = append(out, row)
	}
	return out, rows.Err()
}

// differ compares two results; numbers may differ by what adding up floating
// point numbers loses.
func differ(a, b [][]string) string {
	if len(a) != len(b) {
		return fmt.Sprintf("%d and %d rows", len(a), len(b))
	}
	for i := range a {
		for c := range a[i] {
			if a[i][c] == b[i][c] {
				continue
			}
			x, errX := strconv.ParseFloat(a[i][c], 64)
			y, errY := strconv.ParseFloat(b[i][c], 64)
			if errX != nil || errY != nil || math.Abs(x-y) > 1e-6*math.Max(1, math.Abs(x)) {
				return fmt.Sprintf("row %d: %v and %v", i+1, a[i], b[i])
			}
		}
	}
	return ""
}
