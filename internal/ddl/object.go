package ddl

import (
	"math"
	"strconv"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// sequenceOptions fills a sequence's descriptor from its clauses.
func sequenceOptions(q *catalog.Sequence, options []ast.SeqOption) error {
	q.Increment, q.Cache = 1, 1
	var start, minimum, maximum *int64
	for i := range options {
		o := &options[i]
		v := int64(0)
		if o.Value != "" {
			var err error
			if v, err = strconv.ParseInt(o.Value, 10, 64); err != nil {
				return sqlerr.New(sqlerr.NumericValueOutOfRange, "value %q is out of range for type bigint", o.Value).At(o.Pos)
			}
		}
		switch o.Kind {
		case ast.SeqAs:
			if t := types.Lookup(o.Type.Name.Name); t != nil && t.Kind == types.KindInt {
				q.Type = t
			} else {
				return sqlerr.New(sqlerr.InvalidParameterValue, "sequence type must be smallint, integer, or bigint").At(o.Pos)
			}
		case ast.SeqIncrement:
			if v == 0 {
				return sqlerr.New(sqlerr.InvalidParameterValue, "INCREMENT must not be zero").At(o.Pos)
			}
			q.Increment = v
		case ast.SeqMinValue:
			minimum = &v
		case ast.SeqMaxValue:
			maximum = &v
		case ast.SeqStart:
			start = &v
		case ast.SeqCache:
			q.Cache = v
		case ast.SeqCycle:
			q.Cycle = true
		}
	}
	low, high := int64(math.MinInt64), int64(math.MaxInt64)
	switch q.Type.Width {
	case 2:
		low, high = math.MinInt16, math.MaxInt16
	case 4:
		low, high = math.MinInt32, math.MaxInt32
	}
	q.Min, q.Max = 1, high
	if q.Increment < 0 {
		q.Min, q.Max = low, -1
	}
	if minimum != nil {
		q.Min = *minimum
	}
	if maximum != nil {
		q.Max = *maximum
	}
	q.Start = q.Min
	if q.Increment < 0 {
		q.Start = q.Max
	}
	if start != nil {
		q.Start = *start
	}
	if q.Start < q.Min || q.Start > q.Max || q.Min >= q.Max {
		return sqlerr.New(sqlerr.InvalidParameterValue, "START value (%d) must lie between MINVALUE (%d) and MAXVALUE (%d)", q.Start, q.Min, q.Max)
	}
	return nil
}

func (e *Env) createSequence(s *ast.CreateSequence) error {
	schema, err := e.schemaFor(s.Name, s.Temp)
	if err != nil {
		return err
	}
	if e.Catalog.Taken(schema, s.Name.Name) {
		if s.IfNotExists {
			return nil
		}
		return sqlerr.New(sqlerr.DuplicateTable, "relation %q already exists", s.Name.Name).At(s.Name.Pos)
	}
	q := &catalog.Sequence{ID: e.allocate(), Version: 1, Schema: schema, Name: s.Name.Name, Type: types.Int8, Temp: s.Temp}
	if err := sequenceOptions(q, s.Options); err != nil {
		return err
	}
	e.Catalog = e.Catalog.WithSequence(q)
	return nil
}

func (e *Env) createSchema(s *ast.CreateSchema) error {
	if e.Catalog.Schema(s.Name) != nil {
		if s.IfNotExists {
			return nil
		}
		return sqlerr.New(sqlerr.DuplicateSchema, "schema %q already exists", s.Name).At(s.Pos)
	}
	e.Catalog = e.Catalog.WithSchema(&catalog.Schema{ID: e.allocate(), Name: s.Name})
	return nil
}

func (e *Env) createEnum(s *ast.CreateEnum) error {
	schema, err := e.schemaFor(s.Name, false)
	if err != nil {
		return err
	}
	if e.Catalog.UserType([]string{schema}, schema, s.Name.Name) != nil {
		return sqlerr.New(sqlerr.DuplicateObject, "type %q already exists", s.Name.Name).At(s.Name.Pos)
	}
	labels := make([]string, len(s.Labels))
	for i, l := range s.Labels {
		labels[i] = l.Text
	}
	id := e.allocate()
	e.Catalog = e.Catalog.WithType(&catalog.UserType{ID: id, Schema: schema, Name: s.Name.Name, Type: catalog.NewEnumType(id, s.Name.Name, labels)})
	return nil
}
