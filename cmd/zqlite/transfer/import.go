package transfer

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"github.com/zqlite/zqlite"
	"github.com/zqlite/zqlite/schema"
)

// Source gives the rows of a file as texts: NULL is not valid.
type Source interface {
	// Columns are the names of the columns.
	Columns() []string
	// Next reads a row; io.EOF is the end. An error names the line.
	Next() ([]sql.NullString, error)
	// Line is the line of the file that the last row began at.
	Line() int
}

// Beginner is a *sql.DB or *sql.Conn.
type Beginner interface {
	BeginTx(ctx context.Context, o *sql.TxOptions) (*sql.Tx, error)
}

// Import makes a table of a source's rows, or adds them to one that is there,
// in one transaction. progress is called now and then with the rows so far.
func Import(ctx context.Context, db Beginner, table string, open func() (Source, error), progress func(rows int64)) (n int64, err error) {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return 0, err
	}
	defer tx.Rollback()
	var there bool
	if err := tx.QueryRowContext(ctx, "SELECT to_regclass($1) IS NOT NULL", table).Scan(&there); err != nil {
		return 0, err
	}
	if !there {
		if err := createTable(ctx, tx, table, open); err != nil {
			return 0, err
		}
	}
	src, err := open()
	if err != nil {
		return 0, err
	}
	stmt, err := tx.PrepareContext(ctx, insertText(table, src.Columns()))
	if err != nil {
		return 0, err
	}
	args := make([]any, len(src.Columns()))
	for {
		row, err := src.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return 0, err
		}
		for i, v := range row {
			args[i] = nil
			if v.Valid {
				args[i] = v.String
			}
		}
		if _, err := stmt.ExecContext(ctx, args...); err != nil {
			return 0, fmt.Errorf("line %d%s: %w", src.Line(), columnOf(err, src.Columns()), err)
		}
		if n++; n%1000 == 0 && progress != nil {
			progress(n)
		}
	}
	if progress != nil {
		progress(n)
	}
	return n, tx.Commit()
}

var parameter = regexp.MustCompile(`^Parameter \$(\d+) of type .* was given a Go value`)

// columnOf names the column whose value an error is about, where it says which
// parameter that was.
func columnOf(err error, columns []string) string {
	var e *zqlite.Error
	if !errors.As(err, &e) {
		return ""
	}
	if m := parameter.FindStringSubmatch(e.Detail); m != nil {
		if i, err := strconv.Atoi(m[1]); err == nil && i <= len(columns) {
			e.Detail = "" // of the statement, which nobody has written
			return ", column " + columns[i-1]
		}
	}
	return ""
}

func insertText(table string, columns []string) string {
	names, marks := make([]string, len(columns)), make([]string, len(columns))
	for i, c := range columns {
		names[i] = schema.Name{Name: c}.String()
		marks[i] = fmt.Sprintf("$%d", i+1)
	}
	return fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s)", table, strings.Join(names, ", "), strings.Join(marks, ", "))
}

// createTable makes a table whose types hold all values of the source: it is
// read through once for that.
func createTable(ctx context.Context, tx *sql.Tx, table string, open func() (Source, error)) error {
	src, err := open()
	if err != nil {
		return err
	}
	kinds := make([]kind, len(src.Columns()))
	for {
		row, err := src.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		for i, v := range row {
			if v.Valid {
				kinds[i] = kinds[i].with(v.String)
			}
		}
	}
	var list []string
	for i, c := range src.Columns() {
		list = append(list, schema.Name{Name: c}.String()+" "+kinds[i].sql())
	}
	_, err = tx.ExecContext(ctx, "CREATE TABLE "+table+" ("+strings.Join(list, ", ")+")")
	return err
}
