package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
	dec "github.com/shopspring/decimal"
)

// Parquet is a Parquet file. Fields of groups become columns of their own,
// joined with underscores; lists of values become arrays.
type Parquet struct {
	file    *parquet.File
	name    string
	columns []Column
	leaves  []leaf
}

// leaf is a column of the file.
type leaf struct {
	parquet.LeafColumn
	list bool
	read func(v parquet.Value) any
}

// OpenParquet reads the schema of a Parquet file, which stays open.
func OpenParquet(f *os.File, name string) (*Parquet, error) {
	st, err := f.Stat()
	if err != nil {
		return nil, err
	}
	file, err := parquet.OpenFile(f, st.Size())
	if err != nil {
		return nil, err
	}
	p := &Parquet{file: file, name: name}
	for _, path := range file.Schema().Columns() {
		c, ok := file.Schema().Lookup(path...)
		if !ok {
			return nil, fmt.Errorf("column %s is not in the schema", strings.Join(path, "."))
		}
		if c.MaxRepetitionLevel > 1 {
			return nil, fmt.Errorf("column %s: lists of lists are not read", strings.Join(path, "."))
		}
		l := leaf{LeafColumn: c, list: c.MaxRepetitionLevel == 1}
		typ, read := parquetType(c.Node.Type())
		l.read = read
		if l.list {
			typ += "[]"
			path = withoutListNames(path)
		}
		p.columns = append(p.columns, Column{Name: strings.Join(path, "_"), Type: typ})
		p.leaves = append(p.leaves, l)
	}
	return p, nil
}

// withoutListNames drops the names that the format itself gives to the inside
// of lists: tags.list.element is tags.
func withoutListNames(path []string) []string {
	n := len(path)
	if n >= 3 && path[n-2] == "list" && (path[n-1] == "element" || path[n-1] == "item") {
		return path[:n-2]
	}
	return path
}

// parquetType gives the SQL type of a column, and how its values are read.
func parquetType(t parquet.Type) (string, func(v parquet.Value) any) {
	if l := t.LogicalType(); l != nil {
		if typ, read := logicalType(t, l); read != nil {
			return typ, read
		}
	}
	switch t.Kind() {
	case parquet.Boolean:
		return "boolean", func(v parquet.Value) any { return v.Boolean() }
	case parquet.Int32:
		return "int4", func(v parquet.Value) any { return v.Int32() }
	case parquet.Int64:
		return "bigint", func(v parquet.Value) any { return v.Int64() }
	case parquet.Int96: // the old form of timestamps: nanoseconds of a Julian day
		return "timestamptz", func(v parquet.Value) any {
			x := v.Int96()
			nanos, day := int64(x[0])|int64(x[1])<<32, int64(x[2])-2440588
			return time.Unix(day*86400, nanos).UTC()
		}
	case parquet.Float:
		return "float4", func(v parquet.Value) any { return v.Float() }
	case parquet.Double:
		return "double precision", func(v parquet.Value) any { return v.Double() }
	}
	return "bytea", func(v parquet.Value) any { return append([]byte{}, v.ByteArray()...) }
}

func logicalType(t parquet.Type, l *format.LogicalType) (string, func(v parquet.Value) any) {
	switch x := l.Value.(type) {
	case *format.StringType, *format.EnumType:
		return "text", func(v parquet.Value) any { return string(v.ByteArray()) }
	case *format.JsonType:
		return "jsonb", func(v parquet.Value) any { return string(v.ByteArray()) }
	case *format.UUIDType:
		return "uuid", func(v parquet.Value) any {
			var u uuid.UUID
			copy(u[:], v.ByteArray())
			return u
		}
	case *format.DateType:
		return "date", func(v parquet.Value) any { return time.Unix(int64(v.Int32())*86400, 0).UTC() }
	case *format.TimestampType:
		unit := unitOf(x.Unit)
		typ := "timestamp"
		if x.IsAdjustedToUTC {
			typ = "timestamptz"
		}
		return typ, func(v parquet.Value) any {
			n, per := v.Int64(), int64(time.Second/unit)
			return time.Unix(n/per, n%per*int64(unit)).UTC()
		}
	case *format.TimeType:
		unit := unitOf(x.Unit)
		return "time", func(v parquet.Value) any {
			n := v.Int64()
			if t.Kind() == parquet.Int32 {
				n = int64(v.Int32())
			}
			return time.Unix(0, 0).UTC().Add(time.Duration(n) * unit).Format("15:04:05.999999")
		}
	case *format.DecimalType:
		scale := -x.Scale
		return fmt.Sprintf("numeric(%d,%d)", x.Precision, x.Scale), func(v parquet.Value) any {
			switch t.Kind() {
			case parquet.Int32:
				return dec.New(int64(v.Int32()), scale)
			case parquet.Int64:
				return dec.New(v.Int64(), scale)
			}
			return dec.NewFromBigInt(signed(v.ByteArray()), scale)
		}
	case *format.IntType:
		switch {
		case !x.IsSigned && x.BitWidth == 64:
			return "numeric(20)", func(v parquet.Value) any { return dec.NewFromUint64(v.Uint64()) }
		case !x.IsSigned && x.BitWidth == 32:
			return "bigint", func(v parquet.Value) any { return int64(v.Uint32()) }
		}
	}
	return "", nil
}

func unitOf(u format.TimeUnit) time.Duration {
	if u.Value == nil {
		return time.Millisecond
	}
	return u.Value.Duration()
}

// signed reads a big-endian number in two's complement.
func signed(b []byte) *big.Int {
	n := new(big.Int).SetBytes(b)
	if len(b) > 0 && b[0] >= 0x80 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
	}
	return n
}

// Name is the name of the file.
func (p *Parquet) Name() string { return p.name }

// Columns are the leaves of the schema.
func (p *Parquet) Columns() []Column { return p.columns }

// Total is the number of rows.
func (p *Parquet) Total() int64 { return p.file.NumRows() }

// Rows reads all row groups.
func (p *Parquet) Rows(ctx context.Context, yield func(row []any) error) error {
	for _, g := range p.file.RowGroups() {
		if err := p.group(ctx, g.Rows(), yield); err != nil {
			return err
		}
	}
	return nil
}

func (p *Parquet) group(ctx context.Context, rows parquet.Rows, yield func(row []any) error) (err error) {
	defer func() { err = errors.Join(err, rows.Close()) }()
	buf := make([]parquet.Row, 256)
	out := make([]any, len(p.leaves))
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := rows.ReadRows(buf)
		for _, r := range buf[:n] {
			p.fill(out, r)
			if err := yield(out); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// fill lays the values of a row out by column.
func (p *Parquet) fill(out []any, r parquet.Row) {
	clear(out)
	for _, v := range r {
		i := v.Column()
		l := &p.leaves[i]
		switch {
		case !l.list && !v.IsNull():
			out[i] = l.read(v)
		case !l.list:
		case !v.IsNull():
			list, _ := out[i].([]any)
			out[i] = append(list, l.read(v))
		case l.Node.Optional() && v.DefinitionLevel() == l.MaxDefinitionLevel-1:
			list, _ := out[i].([]any)
			out[i] = append(list, nil)
		case v.DefinitionLevel() > 0 || l.MaxDefinitionLevel == 1:
			out[i] = []any{} // a list without elements; without a level it is NULL
		}
	}
}
