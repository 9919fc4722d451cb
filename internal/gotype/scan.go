package gotype

import (
	"errors"
	"fmt"
	"reflect"
	"unsafe"

	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

// setter stores the cell's value at dst.
type setter func(dst unsafe.Pointer, c *Cell) error

// Plan stores rows of certain columns in variables of one type.
type Plan struct {
	columns []target
	foreign bool
}

type target struct {
	offset uintptr
	set    setter
	name   string
}

// Foreign says that code of others gets addresses within the variable, and may
// keep them: each row needs a variable of its own.
func (p *Plan) Foreign() bool { return p.foreign }

// Compile makes the plan for rows of these columns.
func Compile(t reflect.Type, cols []plan.Column) (*Plan, error) {
	p := &Plan{columns: make([]target, len(cols))}
	if t.Kind() != reflect.Struct || isLeaf(t) {
		if len(cols) != 1 {
			return nil, sqlerr.New(sqlerr.DatatypeMismatch, "a %s takes a result of one column, not of %d", t, len(cols)).
				WithHint("Use a struct with a field for each column.")
		}
		return p, p.add(0, 0, t, &cols[0])
	}
	fields := fieldsOf(t)
	used := map[uintptr]string{}
	for i := range cols {
		f, ok := find(fields, cols[i].Name)
		if !ok {
			return nil, sqlerr.New(sqlerr.UndefinedColumn, "%s has no field for column %q", t, cols[i].Name).
				WithHint("Name a field so, tag it `db:\"%s\"`, or leave the column out of the query.", cols[i].Name)
		}
		if other, twice := used[f.offset]; twice && f.typ.Size() > 0 {
			return nil, sqlerr.New(sqlerr.AmbiguousColumn, "columns %q and %q go into one field of %s", other, cols[i].Name, t).
				WithHint("Give one of them another name with AS.")
		}
		used[f.offset] = cols[i].Name
		if err := p.add(i, f.offset, f.typ, &cols[i]); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (p *Plan) add(i int, offset uintptr, t reflect.Type, col *plan.Column) error {
	set, foreign, err := setterFor(t, types.BaseType(col.Type))
	if err != nil {
		return sqlerr.From(err).WithColumn(col.Name).WithDetail("The column is %q.", col.Name)
	}
	p.columns[i] = target{offset, set, col.Name}
	p.foreign = p.foreign || foreign
	return nil
}

// One is the plan of a single column into a variable of one type.
func One(t reflect.Type, col *plan.Column) (*Plan, error) {
	p := &Plan{columns: make([]target, 1)}
	return p, p.add(0, 0, t, col)
}

// Row stores a row of values in the variable at dst. Their strings are copied
// unless c.Keep says otherwise.
func (p *Plan) Row(dst unsafe.Pointer, row []types.Value, c *Cell) error {
	for i := range p.columns {
		x := &p.columns[i]
		c.V = row[i]
		if err := x.set(unsafe.Add(dst, x.offset), c); err != nil {
			return x.explain(err)
		}
	}
	return nil
}

// BatchRow stores row i of a batch in the variable at dst.
func (p *Plan) BatchRow(dst unsafe.Pointer, b *vector.Batch, i int, c *Cell) error {
	for k := range p.columns {
		x := &p.columns[k]
		c.V = b.Cols[k].Value(i)
		if err := x.set(unsafe.Add(dst, x.offset), c); err != nil {
			return x.explain(err)
		}
	}
	return nil
}

// Value stores one value by a plan that One made.
func (p *Plan) Value(dst unsafe.Pointer, c *Cell) error {
	if err := p.columns[0].set(dst, c); err != nil {
		return p.columns[0].explain(err)
	}
	return nil
}

func (x *target) explain(err error) error {
	var e *sqlerr.Error
	if errors.As(err, &e) {
		return e.WithColumn(x.name)
	}
	return fmt.Errorf("column %q: %w", x.name, err)
}

// errNull is the error of a NULL for a variable that has none.
func errNull(t reflect.Type) error {
	return sqlerr.New(sqlerr.NullValueNoIndicator, "a %s cannot hold NULL", t).
		WithHint("Use a *%s or a sql.Null[%s], or COALESCE in the query.", t, t)
}

func errType(t reflect.Type, from *types.Type) error {
	return sqlerr.New(sqlerr.DatatypeMismatch, "a value of type %s cannot be stored in a Go %s", types.FormatType(from), t)
}

func errRange(t reflect.Type, text string) error {
	return sqlerr.New(sqlerr.NumericValueOutOfRange, "value %s is out of range for a Go %s", text, t)
}
