package zqlite

import (
	"database/sql/driver"
	"io"
	"math"
	"reflect"
	"strings"
	"time"
	"unsafe"

	"github.com/zqlite/zqlite/internal/engine"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

// rows is a driver.Rows over a result of the engine.
type rows struct {
	result *engine.Result
	cols   []plan.Column
	names  []string

	batch *vector.Batch // rows of a pipeline, in columns
	next  int           // the next live row of batch
	boxed []boxes       // per column, made once for a batch
}

var (
	_ driver.RowsNextResultSet              = (*rows)(nil)
	_ driver.RowsColumnTypeDatabaseTypeName = (*rows)(nil)
	_ driver.RowsColumnTypeLength           = (*rows)(nil)
	_ driver.RowsColumnTypeNullable         = (*rows)(nil)
	_ driver.RowsColumnTypePrecisionScale   = (*rows)(nil)
	_ driver.RowsColumnTypeScanType         = (*rows)(nil)
)

func newRows(r *engine.Result) *rows {
	return &rows{result: r, cols: r.Columns()}
}

// Columns returns the names of the columns.
func (r *rows) Columns() []string {
	if r.names == nil {
		r.names = r.result.Names()
	}
	return r.names
}

// Close ends the statement; what it held is given back.
func (r *rows) Close() error {
	r.batch = nil
	return r.result.Close()
}

// Next fills dest with the next row, or returns io.EOF.
func (r *rows) Next(dest []driver.Value) error {
	if vals, ok := r.result.Row(); ok {
		for i := range dest {
			dest[i] = r.value(vals[i], r.cols[i].Type)
		}
		return nil
	}
	for r.batch == nil || r.next >= r.batch.Len() {
		b, err := r.result.NextBatch()
		if err != nil {
			return err
		}
		if b == nil {
			return io.EOF
		}
		r.batch, r.next = b, 0
		r.box(b)
	}
	row := r.batch.Row(r.next)
	r.next++
	for i := range dest {
		dest[i] = r.cell(i, row)
	}
	return nil
}

// HasNextResultSet reports whether the text had another statement with rows.
func (r *rows) HasNextResultSet() bool { return r.result.HasNext() }

// NextResultSet moves to the next statement's rows.
func (r *rows) NextResultSet() error {
	if !r.result.HasNext() {
		return io.EOF
	}
	if err := r.result.NextResult(); err != nil {
		return err
	}
	r.cols, r.names, r.batch, r.next = r.result.Columns(), nil, nil, 0
	return nil
}

// boxes holds the values of one column of a batch, from which interfaces are
// made without an allocation each.
type boxes struct {
	ints   []int64
	floats []float64
	texts  []string
	times  []time.Time
}

// box prepares a batch's columns. The memory is the batch's own rows' and is
// not used again, so values stay valid after the next batch.
func (r *rows) box(b *vector.Batch) {
	if r.boxed == nil {
		r.boxed = make([]boxes, len(r.cols))
	}
	n := b.N
	for i, c := range r.cols {
		v := b.Cols[i]
		x := &r.boxed[i]
		*x = boxes{}
		if v.Const {
			continue
		}
		switch c.Type.Kind {
		case types.KindInt:
			x.ints = append(make([]int64, 0, n), v.I[:n]...)
		case types.KindFloat:
			x.floats = append(make([]float64, 0, n), v.F[:n]...)
		case types.KindText:
			x.texts = copyTexts(v, n)
		case types.KindTimestamp, types.KindTimestampTZ, types.KindDate:
			x.times = make([]time.Time, n)
			for k := range x.times {
				if !v.Null(k) {
					x.times[k] = r.time(v.Value(k), c.Type)
				}
			}
		}
	}
}

// copyTexts copies the strings of a column into one block of memory.
func copyTexts(v *vector.Vector, n int) []string {
	size := 0
	for i := 0; i < n; i++ {
		if !v.Null(i) {
			size += len(v.S[i])
		}
	}
	var block strings.Builder
	block.Grow(size)
	out := make([]string, n)
	for i := 0; i < n; i++ {
		if v.Null(i) {
			continue
		}
		from := block.Len()
		block.WriteString(v.S[i])
		out[i] = block.String()[from:]
	}
	return out
}

// cell returns a value of the present batch. Interfaces of the common types
// point into the boxed column: an interface is a type word and a data word,
// and the data word may point into the middle of a slice.
func (r *rows) cell(col, row int) driver.Value {
	v := r.batch.Cols[col]
	if v.Null(row) {
		return nil
	}
	x := &r.boxed[col]
	switch {
	case x.ints != nil:
		return boxOf(&x.ints[row])
	case x.floats != nil:
		return boxOf(&x.floats[row])
	case x.texts != nil:
		return boxOf(&x.texts[row])
	case x.times != nil:
		return boxOf(&x.times[row])
	}
	return r.value(v.Value(row), r.cols[col].Type)
}

// emptyInterface is the layout of a non-nil `any` that holds a value.
type emptyInterface struct {
	typ  unsafe.Pointer
	data unsafe.Pointer
}

// boxOf makes an interface that holds *p without copying it. What p points at
// must not change any more: database/sql hands the interface to the caller.
func boxOf[T any](p *T) (v driver.Value) {
	var zero T
	v = zero
	(*emptyInterface)(unsafe.Pointer(&v)).data = unsafe.Pointer(p)
	return v
}

// value converts one value for database/sql.
func (r *rows) value(v types.Value, t *types.Type) driver.Value {
	if v.IsNull() {
		return nil
	}
	switch t.Kind {
	case types.KindInt:
		if t.Is(types.RegClass) || t.Is(types.RegType) || t.Is(types.RegProc) {
			return r.result.Format(v, t)
		}
		return v.I
	case types.KindBool:
		return v.I != 0
	case types.KindFloat:
		return v.Float()
	case types.KindText:
		return strings.Clone(v.S)
	case types.KindBytes, types.KindJSON:
		return []byte(v.S)
	case types.KindJSONB:
		return []byte(r.result.Format(v, t))
	case types.KindDate, types.KindTimestamp, types.KindTimestampTZ:
		if infinite(v, t) {
			return r.result.Format(v, t)
		}
		return r.time(v, t)
	case types.KindVoid:
		return ""
	}
	return r.result.Format(v, t)
}

func infinite(v types.Value, t *types.Type) bool {
	if t.Kind == types.KindDate {
		return v.I == math.MaxInt32 || v.I == math.MinInt32 || v.I == math.MaxInt64 || v.I == math.MinInt64
	}
	return v.I == math.MaxInt64 || v.I == math.MinInt64
}

// epoch is 2000-01-01, from which dates and timestamps count.
const epochSeconds = 946684800

func (r *rows) time(v types.Value, t *types.Type) time.Time {
	if t.Kind == types.KindDate {
		return time.Unix(epochSeconds+v.I*86400, 0).UTC()
	}
	seconds := v.I / 1e6
	micros := v.I % 1e6
	u := time.Unix(epochSeconds+seconds, micros*1000)
	if t.Kind == types.KindTimestampTZ {
		return u.In(r.result.Location())
	}
	return u.UTC()
}

// ColumnTypeDatabaseTypeName returns PostgreSQL's upper-case type name.
func (r *rows) ColumnTypeDatabaseTypeName(i int) string {
	t := r.cols[i].Type
	if t.Elem != nil {
		return "_" + strings.ToUpper(t.Elem.Name)
	}
	return strings.ToUpper(t.Name)
}

// ColumnTypeLength returns the declared length of varchar(n) and char(n), and
// the largest number for text and bytea.
func (r *rows) ColumnTypeLength(i int) (int64, bool) {
	t := r.cols[i].Type
	switch t.Kind {
	case types.KindText:
		if t.Mod >= 4 {
			return int64(t.Mod - 4), true
		}
		return math.MaxInt64, true
	case types.KindBytes:
		return math.MaxInt64, true
	}
	return 0, false
}

// ColumnTypeNullable reports whether the column may be NULL.
func (r *rows) ColumnTypeNullable(i int) (nullable, ok bool) {
	return !r.cols[i].NotNull, true
}

// ColumnTypePrecisionScale returns the precision and scale of a numeric(p,s).
func (r *rows) ColumnTypePrecisionScale(i int) (precision, scale int64, ok bool) {
	t := r.cols[i].Type
	if t.Kind != types.KindNumeric || t.Mod < 4 {
		return 0, 0, false
	}
	return int64((t.Mod - 4) >> 16 & 0xFFFF), int64((t.Mod-4)&0x7FF^1024) - 1024, true
}

var scanTypes = map[types.Kind]reflect.Type{
	types.KindInt:         reflect.TypeFor[int64](),
	types.KindBool:        reflect.TypeFor[bool](),
	types.KindFloat:       reflect.TypeFor[float64](),
	types.KindText:        reflect.TypeFor[string](),
	types.KindBytes:       reflect.TypeFor[[]byte](),
	types.KindJSON:        reflect.TypeFor[[]byte](),
	types.KindJSONB:       reflect.TypeFor[[]byte](),
	types.KindDate:        reflect.TypeFor[time.Time](),
	types.KindTimestamp:   reflect.TypeFor[time.Time](),
	types.KindTimestampTZ: reflect.TypeFor[time.Time](),
}

// ColumnTypeScanType returns the Go type that Scan into an interface gives.
func (r *rows) ColumnTypeScanType(i int) reflect.Type {
	if t, ok := scanTypes[r.cols[i].Type.Kind]; ok {
		return t
	}
	return reflect.TypeFor[string]()
}
