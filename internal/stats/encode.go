package stats

import (
	"encoding/json"
	"math"

	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// formatVersion is of the stored form; statistics of another are dropped.
const formatVersion = 1

type storedRelation struct {
	Version int
	Rows    float64
	Columns map[uint16]storedColumn
	IDs     []uint16
	Sample  [][]storedValue
}

type storedColumn struct {
	Kind      types.Kind
	Null      float64
	Distinct  float64
	Unique    bool
	Values    []storedValue // common values
	Fractions []float64
	Bounds    []storedValue
}

type storedValue struct {
	K types.Kind `json:",omitempty"`
	I int64      `json:",omitempty"`
	J int64      `json:",omitempty"`
	S []byte     `json:",omitempty"`
}

func store(v types.Value) storedValue {
	s := storedValue{K: v.K, I: v.I, J: v.J}
	if v.S != "" {
		s.S = []byte(v.S)
	}
	return s
}

func (s storedValue) value() types.Value {
	return types.Value{K: s.K, I: s.I, J: s.J, S: string(s.S)}
}

func storeAll(vals []types.Value) []storedValue {
	out := make([]storedValue, len(vals))
	for i, v := range vals {
		out[i] = store(v)
	}
	return out
}

// Encode writes the statistics as bytes.
func (r *Relation) Encode() ([]byte, error) {
	s := storedRelation{Version: formatVersion, Rows: r.Rows, Columns: make(map[uint16]storedColumn, len(r.Columns)), IDs: r.SampleIDs}
	for id, c := range r.Columns {
		x := storedColumn{Kind: c.Type.Kind, Null: c.Null, Distinct: c.Distinct, Unique: c.Unique, Bounds: storeAll(c.Bounds)}
		for _, m := range c.Common {
			x.Values, x.Fractions = append(x.Values, store(m.Value)), append(x.Fractions, m.Fraction)
		}
		s.Columns[id] = x
	}
	for _, row := range r.Sample {
		s.Sample = append(s.Sample, storeAll(row))
	}
	b, err := json.Marshal(&s)
	if err != nil {
		return nil, sqlerr.Wrap(err, sqlerr.InternalError, "cannot encode statistics: %v", err)
	}
	return b, nil
}

var errStored = sqlerr.New(sqlerr.DataCorrupted, "stored statistics do not fit the relation")

// Decode reads what Encode wrote, for columns of the given types. Columns that
// are not there any more are left out.
func Decode(b []byte, typeOf func(id uint16) *types.Type) (*Relation, error) {
	var s storedRelation
	if err := json.Unmarshal(b, &s); err != nil {
		return nil, sqlerr.Wrap(err, sqlerr.DataCorrupted, "stored statistics are damaged: %v", err)
	}
	if s.Version != formatVersion || !(s.Rows >= 0) || math.IsInf(s.Rows, 0) {
		return nil, errStored
	}
	r := &Relation{Rows: s.Rows, Columns: make(map[uint16]*Column, len(s.Columns)), SampleIDs: s.IDs}
	for id, x := range s.Columns {
		t := typeOf(id)
		if t == nil {
			continue
		}
		c, err := x.column(t)
		if err != nil {
			return nil, err
		}
		r.Columns[id] = c
	}
	for _, row := range s.Sample {
		if len(row) != len(s.IDs) {
			return nil, errStored
		}
		vals := make([]types.Value, len(row))
		for i, v := range row {
			vals[i] = v.value()
			if t := typeOf(s.IDs[i]); t != nil && !vals[i].IsNull() && vals[i].K != t.Kind {
				return nil, errStored
			}
		}
		r.Sample = append(r.Sample, vals)
	}
	return r, nil
}

func (x *storedColumn) column(t *types.Type) (*Column, error) {
	if x.Kind != t.Kind || len(x.Values) != len(x.Fractions) || x.Null != clamp(x.Null) || !(x.Distinct >= 0) {
		return nil, errStored
	}
	c := &Column{Type: t, Null: x.Null, Distinct: x.Distinct, Unique: x.Unique}
	for i, v := range x.Values {
		if v.K != t.Kind || x.Fractions[i] != clamp(x.Fractions[i]) {
			return nil, errStored
		}
		c.Common = append(c.Common, Common{v.value(), x.Fractions[i]})
	}
	for _, v := range x.Bounds {
		if v.K != t.Kind {
			return nil, errStored
		}
		c.Bounds = append(c.Bounds, v.value())
	}
	c.settle()
	return c, nil
}
