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
	conn   *connection
	result *engine.Result
	cols   []plan.Column
	names  []string

	boxed []boxes // the present batch, per column
	live  int     // its rows
	next  int     // the next of them
}

var (
	_ driver.RowsNextResultSet              = (*rows)(nil)
	_ driver.RowsColumnTypeDatabaseTypeName = (*rows)(nil)
	_ driver.RowsColumnTypeLength           = (*rows)(nil)
	_ driver.RowsColumnTypeNullable         = (*rows)(nil)
	_ driver.RowsColumnTypePrecisionScale   = (*rows)(nil)
	_ driver.RowsColumnTypeScanType         = (*rows)(nil)
)

// newRows takes the memory of rows that were closed where there are such:
// database/sql uses no rows after it has closed them.
func (c *connection) newRows(res *engine.Result) *rows {
	r := c.idle
	if r == nil {
		r = &rows{conn: c}
	}
	c.idle = nil
	r.result, r.cols = res, res.Columns()
	return r
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
	if r.result == nil {
		return nil
	}
	err := r.result.Release()
	r.result, r.cols, r.names, r.live, r.next = nil, nil, nil, 0, 0
	if r.boxed != nil {
		r.boxed = nil
	}
	r.conn.idle = r
	return err
}

// Next fills dest with the next row, or returns io.EOF.
func (r *rows) Next(dest []driver.Value) error {
	for r.next >= r.live {
		if vals, ok := r.result.Row(); ok {
			for i := range dest {
				dest[i] = r.value(vals[i], r.cols[i].Type)
			}
			return nil
		}
		b, err := r.result.NextBatch()
		if err != nil {
			return err
		}
		if b == nil {
			if r.result.Buffered() {
				continue
			}
			return io.EOF
		}
		r.box(b)
	}
	k := r.next
	r.next++
	for i := range dest {
		dest[i] = r.boxed[i].at(k)
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
	r.cols, r.names, r.boxed, r.live, r.next = r.result.Columns(), nil, nil, 0, 0
	return nil
}

// boxes holds the live values of one column of a batch, from which interfaces
// are made without an allocation each. The memory is made for each batch, so
// values stay valid when the batch does not, and so does the caller's row.
type boxes struct {
	ints   []int64
	floats []float64
	texts  []string
	times  []time.Time
	others []driver.Value
	nulls  []bool // nil: none
}

// at returns the k-th value. Interfaces of the common types point into the
// column: an interface is a type word and a data word, and the data word may
// point into the middle of a slice.
func (x *boxes) at(k int) driver.Value {
	if x.nulls != nil && x.nulls[k] {
		return nil
	}
	switch {
	case x.ints != nil:
		return boxOf(&x.ints[k])
	case x.floats != nil:
		return boxOf(&x.floats[k])
	case x.texts != nil:
		return boxOf(&x.texts[k])
	case x.times != nil:
		return boxOf(&x.times[k])
	}
	return x.others[k]
}

// box copies the live rows of a batch.
func (r *rows) box(b *vector.Batch) {
	if r.boxed == nil {
		r.boxed = make([]boxes, len(r.cols))
	}
	r.live, r.next = b.Len(), 0
	for i := range r.cols {
		r.boxed[i] = r.boxColumn(b, b.Cols[i], r.cols[i].Type)
	}
}

func (r *rows) boxColumn(b *vector.Batch, v *vector.Vector, t *types.Type) (x boxes) {
	n := b.Len()
	if v.HasNulls {
		x.nulls = make([]bool, n)
		for k := range x.nulls {
			x.nulls[k] = v.Null(b.Row(k))
		}
	}
	direct := !v.Const
	switch {
	case direct && t.Kind == types.KindInt && !named(t):
		x.ints = compact(b, v.I)
	case direct && t.Kind == types.KindFloat:
		x.floats = compact(b, v.F)
	case direct && t.Kind == types.KindText:
		x.texts = copyTexts(b, v)
	case t.Kind == types.KindTimestamp, t.Kind == types.KindTimestampTZ, t.Kind == types.KindDate:
		if x.times = r.copyTimes(b, v, t); x.times != nil {
			return x
		}
		fallthrough
	default:
		x.others = make([]driver.Value, n)
		for k := range x.others {
			cell := v.Value(b.Row(k))
			cell.S = strings.Clone(cell.S)
			x.others[k] = r.value(cell, t)
		}
	}
	return x
}

// named reports whether integers of the type are shown as names.
func named(t *types.Type) bool {
	return types.IsReg(t)
}

func compact[T any](b *vector.Batch, v []T) []T {
	if b.Sel == nil {
		return append(make([]T, 0, b.N), v[:b.N]...)
	}
	out := make([]T, len(b.Sel))
	for k, i := range b.Sel {
		out[k] = v[i]
	}
	return out
}

// copyTimes returns nil where a value is infinite, which time.Time cannot be.
func (r *rows) copyTimes(b *vector.Batch, v *vector.Vector, t *types.Type) []time.Time {
	out := make([]time.Time, b.Len())
	for k := range out {
		x := v.Value(b.Row(k))
		if x.IsNull() {
			continue
		}
		if infinite(x, t) {
			return nil
		}
		out[k] = r.time(x, t)
	}
	return out
}

// copyTexts copies the strings of a column into one block of memory.
func copyTexts(b *vector.Batch, v *vector.Vector) []string {
	n, size := b.Len(), 0
	for k := 0; k < n; k++ {
		if i := b.Row(k); !v.Null(i) {
			size += len(v.S[i])
		}
	}
	var block strings.Builder
	block.Grow(size)
	out := make([]string, n)
	for k := range out {
		i := b.Row(k)
		if v.Null(i) {
			continue
		}
		from := block.Len()
		block.WriteString(v.S[i])
		out[k] = block.String()[from:]
	}
	return out
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

// spareBoxes is memory for single values that leave as interfaces. It is used
// once: database/sql may hand an interface on to the caller, who may keep it,
// and with it the little that was taken together.
type spareBoxes struct {
	ints    []int64
	texts   []string
	results []result
}

// boxInt is int64 to any without an allocation each.
func (b *spareBoxes) boxInt(i int64) driver.Value {
	if uint64(i) < 256 {
		return i // which Go does not allocate for
	}
	if len(b.ints) == 0 {
		b.ints = make([]int64, 32)
	}
	p := &b.ints[0]
	b.ints = b.ints[1:]
	*p = i
	return boxOf(p)
}

// boxText is string to any; long ones are not kept alive by others.
func (b *spareBoxes) boxText(s string) driver.Value {
	if len(s) > 64 {
		return s
	}
	if len(b.texts) == 0 {
		b.texts = make([]string, 8)
	}
	p := &b.texts[0]
	b.texts = b.texts[1:]
	*p = s
	return boxOf(p)
}

// value converts one value for database/sql. Its string is in memory that
// nobody writes to again.
func (r *rows) value(v types.Value, t *types.Type) driver.Value {
	if v.IsNull() {
		return nil
	}
	switch t.Kind {
	case types.KindInt:
		if named(t) {
			return r.result.Format(v, t)
		}
		return r.conn.boxInt(v.I)
	case types.KindBool:
		return v.I != 0
	case types.KindFloat:
		return v.Float()
	case types.KindText:
		return r.conn.boxText(v.S)
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

// ColumnTypeDatabaseTypeName returns PostgreSQL's upper-case type name; for a
// domain that of its base type, as PostgreSQL tells its clients.
func (r *rows) ColumnTypeDatabaseTypeName(i int) string {
	t := types.BaseType(r.cols[i].Type)
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

// ColumnTypeScanType returns the Go type that holds every value of the column:
// int16 and int32 for INT2 and INT4, int64 for the wider ones.
func (r *rows) ColumnTypeScanType(i int) reflect.Type {
	if t := r.cols[i].Type; t.Kind == types.KindInt {
		switch t.Width {
		case 2:
			return reflect.TypeFor[int16]()
		case 4:
			return reflect.TypeFor[int32]()
		}
	}
	if t, ok := scanTypes[r.cols[i].Type.Kind]; ok {
		return t
	}
	return reflect.TypeFor[string]()
}
