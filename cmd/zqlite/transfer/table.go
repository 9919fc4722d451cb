package transfer

import (
	"context"
	"fmt"
	"strings"

	"github.com/zqlite/zqlite"
	"github.com/zqlite/zqlite/schema"
)

// Column is a column of a file whose values have types.
type Column struct {
	Name, Type string // Type is SQL
	Note       string // what is to be said about the type; "" is nothing
	rest       string // of the definition: NOT NULL, DEFAULT
}

// Table is a source of rows of Go values, in the order of its columns.
type Table interface {
	Name() string
	Columns() []Column
	// Rows calls yield with each row, valid during the call, until it fails.
	Rows(ctx context.Context, yield func(row []any) error) error
}

// Load makes a table of a source, or adds its rows to one that is there, within
// a transaction. progress is called now and then with the rows so far.
func Load(ctx context.Context, tx *zqlite.Tx, name string, t Table, constraints []string, progress func(rows int64)) (n int64, err error) {
	there, err := zqlite.One[bool](ctx, tx, "SELECT to_regclass($1) IS NOT NULL", name)
	if err != nil {
		return 0, err
	}
	var columns, names []string
	for _, c := range t.Columns() {
		q := schema.Name{Name: c.Name}.String()
		names = append(names, q)
		columns = append(columns, strings.TrimSpace(q+" "+c.Type+" "+c.rest))
	}
	if !there {
		if _, err := tx.Exec(ctx, "CREATE TABLE "+name+" ("+strings.Join(append(columns, constraints...), ", ")+")"); err != nil {
			return 0, err
		}
	}
	a, err := zqlite.NewAppender(ctx, tx, name+" ("+strings.Join(names, ", ")+")")
	if err != nil {
		return 0, err
	}
	defer a.Discard()
	stored := int64(0) // rows that were surely inserted: an error is of a later one
	err = t.Rows(ctx, func(row []any) error {
		n++
		if err := a.Row(ctx, row...); err != nil {
			return fmt.Errorf("row %d: %w", n, err)
		}
		if n%1000 == 0 {
			if err := a.Flush(ctx); err != nil {
				return fmt.Errorf("rows %d to %d: %w", stored+1, n, err)
			}
			stored = n
			if progress != nil {
				progress(n)
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	if _, err := a.Close(ctx); err != nil {
		return 0, fmt.Errorf("rows %d to %d: %w", stored+1, n, err)
	}
	if progress != nil {
		progress(n)
	}
	return n, nil
}
