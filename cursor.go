package zqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/zqlite/zqlite/internal/engine"
	"github.com/zqlite/zqlite/internal/gotype"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

// Rows are the rows of a query, for code that does not know their type when it
// is compiled; Query[T] is shorter and faster. They are read like sql.Rows:
//
//	rows, err := db.Query(ctx, "SELECT id, name FROM users")
//	if err != nil {
//		return err
//	}
//	defer rows.Close()
//	for rows.Next() {
//		if err := rows.Scan(&id, &name); err != nil {
//			return err
//		}
//	}
//	return rows.Err()
//
// One goroutine reads them. On a Tx or a Conn other statements may run while
// rows are open. Close them; Next does where it returns false.
type Rows struct {
	from   Querier
	conn   *Conn
	result *engine.Result
	cols   []plan.Column
	plans  []columnPlan
	cell   gotype.Cell
	alone  bool
	err    error

	batch *vector.Batch
	at    int           // the next row of the batch
	row   []types.Value // the present row where it is not in the batch
	ahead []types.Value // rows that were read before the next is asked for
}

// columnPlan stores a column in one type of variable.
type columnPlan struct {
	typ  reflect.Type // of the pointer
	plan *gotype.Plan
}

func openRows(ctx context.Context, q Querier, st *Stmt, text string, args []any) (*Rows, error) {
	c, err := q.lease(ctx)
	if err != nil {
		return nil, err
	}
	var prepared *engine.Statement
	if st != nil {
		prepared = st.st
	} else if prepared, err = c.session.Lookup(text); err != nil {
		q.giveBack(c)
		return nil, err
	}
	r, err := c.query(ctx, prepared, args)
	if err != nil {
		q.giveBack(c)
		return nil, err
	}
	_, alone := q.(*DB)
	rows := &Rows{from: q, conn: c, result: r, cols: r.Columns(), alone: alone}
	rows.cell.Begin(r)
	rows.cell.Lend = alone
	return rows, nil
}

// Query runs a query on the database.
func (db *DB) Query(ctx context.Context, text string, args ...any) (*Rows, error) {
	return openRows(ctx, db, nil, text, args)
}

// Query runs a query in the transaction.
func (tx *Tx) Query(ctx context.Context, text string, args ...any) (*Rows, error) {
	return openRows(ctx, tx, nil, text, args)
}

// Query runs a query on the connection.
func (c *Conn) Query(ctx context.Context, text string, args ...any) (*Rows, error) {
	return openRows(ctx, c, nil, text, args)
}

// Query runs the prepared query.
func (s *Stmt) Query(ctx context.Context, args ...any) (*Rows, error) {
	return openRows(ctx, s.q, s, "", args)
}

// Columns returns the names of the columns.
func (r *Rows) Columns() []string {
	names := make([]string, len(r.cols))
	for i := range r.cols {
		names[i] = r.cols[i].Name
	}
	return names
}

// Next moves to the next row; false is the end, or an error that Err tells.
func (r *Rows) Next() bool {
	if r.result == nil {
		return false
	}
	for {
		if len(r.ahead) > 0 {
			n := len(r.cols)
			r.row, r.ahead = r.ahead[:n], r.ahead[n:]
			r.cell.Keep = true
			return true
		}
		if r.batch != nil && r.at < r.batch.Len() {
			r.row, r.cell.Keep = nil, false
			r.at++
			return true
		}
		r.batch = nil
		if row, ok := r.result.Row(); ok {
			r.row, r.cell.Keep = row, true
			return true
		}
		b, err := r.result.NextBatch()
		switch {
		case err != nil:
			r.err = err
			r.close()
			return false
		case b == nil && !r.result.Buffered():
			r.close()
			return false
		case b != nil && r.alone:
			r.batch, r.at = b, 0
		case b != nil:
			r.keep(b)
		}
	}
}

// keep copies a batch, which ends when the session runs another statement.
func (r *Rows) keep(b *vector.Batch) {
	r.ahead = make([]types.Value, 0, b.Len()*len(r.cols))
	for k := range b.Len() {
		for _, c := range b.Cols {
			v := c.Value(b.Row(k))
			v.S = strings.Clone(v.S)
			r.ahead = append(r.ahead, v)
		}
	}
}

// Scan stores the present row's columns in the variables that dest points at.
// Their types are those of Query's fields; a wrong one is an error that names
// the column.
func (r *Rows) Scan(dest ...any) error {
	switch {
	case r.row == nil && r.batch == nil:
		return errors.New("zqlite: Scan without a row; call Next first")
	case len(dest) != len(r.cols):
		return fmt.Errorf("zqlite: the rows have %d columns, %d variables were given", len(r.cols), len(dest))
	}
	for i, d := range dest {
		v := &r.cell.V
		if r.row != nil {
			*v = r.row[i]
		} else {
			*v = r.batch.Cols[i].Value(r.batch.Row(r.at - 1))
		}
		if p, ok := d.(*int64); ok && v.K == types.KindInt && p != nil {
			*p = v.I
			continue
		}
		if err := r.store(i, d); err != nil {
			return err
		}
	}
	return nil
}

// store stores the cell's value by a plan for the variable's type.
func (r *Rows) store(i int, d any) error {
	ptr := reflect.ValueOf(d)
	if s, ok := d.(sql.Scanner); ok && ptr.Kind() != reflect.Pointer {
		if err := s.Scan(r.cell.DriverValue(types.BaseType(r.cols[i].Type))); err != nil {
			return fmt.Errorf("column %q: %w", r.cols[i].Name, err)
		}
		return nil
	}
	if ptr.Kind() != reflect.Pointer || ptr.IsNil() {
		return fmt.Errorf("zqlite: column %q needs a pointer to store it, not a %T", r.cols[i].Name, d)
	}
	if r.plans == nil {
		r.plans = r.conn.columnPlans(r.cols)
	}
	p := &r.plans[i]
	if t := ptr.Type(); p.typ != t {
		compiled, err := gotype.One(t.Elem(), &r.cols[i])
		if err != nil {
			return err
		}
		*p = columnPlan{t, compiled}
	}
	return p.plan.Value(ptr.UnsafePointer(), &r.cell)
}

// columnPlans gives the plans that Scan has used for these columns before.
func (c *Conn) columnPlans(cols []plan.Column) []columnPlan {
	slot := c.slot(cols)
	if slot.columns != &cols[0] || slot.count != len(cols) || slot.scans == nil {
		*slot = planSlot{columns: &cols[0], count: len(cols), scans: make([]columnPlan, len(cols))}
	}
	return slot.scans
}

// Err returns the error that ended the rows, nil where they were read to their
// end or closed.
func (r *Rows) Err() error { return r.err }

// Close ends the query. It may be called again.
func (r *Rows) Close() error {
	if r.result == nil {
		return nil
	}
	r.close()
	return r.err
}

func (r *Rows) close() {
	if err := r.result.Release(); r.err == nil {
		r.err = err
	}
	r.result, r.batch, r.row, r.ahead = nil, nil, nil, nil
	r.from.giveBack(r.conn)
}
