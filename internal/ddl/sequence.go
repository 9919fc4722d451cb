package ddl

import (
	"math"
	"strconv"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// newSequence makes the descriptor of a sequence with the defaults of a type.
func newSequence(t *types.Type) *catalog.Sequence {
	return &catalog.Sequence{Version: 1, Type: t, Increment: 1, Cache: 1}
}

// bounds is the range of an integer type.
func bounds(t *types.Type) (low, high int64) {
	switch t.Width {
	case 2:
		return math.MinInt16, math.MaxInt16
	case 4:
		return math.MinInt32, math.MaxInt32
	}
	return math.MinInt64, math.MaxInt64
}

// addSequence puts a new sequence into the catalog. Its position is set, since
// a transaction that was rolled back may have used one of the same id.
func (r *run) addSequence(q *catalog.Sequence) {
	r.Catalog = r.Catalog.WithSequence(q)
	r.position(q, q.Start, false)
}

func (r *run) position(q *catalog.Sequence, v int64, called bool) {
	if r.SetSequence != nil {
		check(r.SetSequence(q, v, called))
	}
}

func (r *run) createSequence(s *ast.CreateSequence) {
	schema := r.target(s.Name, s.Temp)
	if !r.free(schema, s.Name.Name, s.IfNotExists) {
		return
	}
	q := newSequence(types.Int8)
	q.ID, q.Schema, q.Name, q.Temp = r.newID(), schema, s.Name.Name, schema == r.TempSchema
	r.sequenceOptions(q, s.Options, true)
	r.addSequence(q)
}

func (r *run) alterSequence(s *ast.AlterSequence) {
	f := r.look(s.Name)
	if f.none() && s.IfExists {
		r.notice("relation \"" + s.Name.Name + "\" does not exist, skipping")
		return
	}
	if f.none() {
		fail(s.Name.Pos, sqlerr.UndefinedTable, "relation \"%s\" does not exist", dotted(s.Name))
	}
	if f.seq == nil {
		fail(-1, sqlerr.WrongObjectType, "\"%s\" is not a sequence", s.Name.Name)
	}
	r.changeSequence(f.seq, s.Options)
}

// changeSequence applies options to a sequence that exists.
func (r *run) changeSequence(old *catalog.Sequence, options []ast.SeqOption) {
	q := *old
	q.Version++
	r.sequenceOptions(&q, options, false)
	r.Catalog = r.Catalog.WithSequence(&q)
	for _, o := range options {
		if o.Kind != ast.SeqRestart {
			continue
		}
		v := q.Start
		if o.Value != "" {
			v = seqNumber(o)
		}
		if v < q.Min {
			fail(-1, sqlerr.InvalidParameterValue, "RESTART value (%d) cannot be less than MINVALUE (%d)", v, q.Min)
		}
		if v > q.Max {
			fail(-1, sqlerr.InvalidParameterValue, "RESTART value (%d) cannot be greater than MAXVALUE (%d)", v, q.Max)
		}
		r.position(&q, v, false)
	}
}

func seqNumber(o ast.SeqOption) int64 {
	v, err := strconv.ParseInt(o.Value, 10, 64)
	if err != nil {
		fail(o.Pos, sqlerr.NumericValueOutOfRange, "value \"%s\" is out of range for type bigint", o.Value)
	}
	return v
}

// seqGroups puts options together of which one may be given.
var seqGroups = map[ast.SeqOptionKind]int{
	ast.SeqAs: 1, ast.SeqIncrement: 2, ast.SeqMinValue: 3, ast.SeqNoMinValue: 3, ast.SeqMaxValue: 4, ast.SeqNoMaxValue: 4,
	ast.SeqStart: 5, ast.SeqRestart: 6, ast.SeqCache: 7, ast.SeqCycle: 8, ast.SeqNoCycle: 8, ast.SeqOwnedBy: 9, ast.SeqName: 10,
}

// sequenceOptions applies the clauses of CREATE and ALTER SEQUENCE.
func (r *run) sequenceOptions(q *catalog.Sequence, options []ast.SeqOption, create bool) {
	given := map[int]*ast.SeqOption{}
	for i := range options {
		o := &options[i]
		g := seqGroups[o.Kind]
		if given[g] != nil {
			fail(o.Pos, sqlerr.SyntaxError, "conflicting or redundant options")
		}
		given[g] = o
	}
	oldType := q.Type
	if o := given[1]; o != nil {
		t := expr.BaseType(r.typeOf(o.Type))
		if !t.Is(types.Int2) && !t.Is(types.Int4) && !t.Is(types.Int8) {
			fail(o.Pos, sqlerr.InvalidParameterValue, "sequence type must be smallint, integer, or bigint")
		}
		q.Type = t
	}
	if o := given[2]; o != nil {
		if q.Increment = seqNumber(*o); q.Increment == 0 {
			fail(-1, sqlerr.InvalidParameterValue, "INCREMENT must not be zero")
		}
	}
	if o := given[8]; o != nil {
		q.Cycle = o.Kind == ast.SeqCycle
	}
	seqRange(q, given[3], given[4], create, oldType)
	if o := given[5]; o != nil {
		q.Start = seqNumber(*o)
	} else if create {
		q.Start = q.Min
		if q.Increment < 0 {
			q.Start = q.Max
		}
	}
	if q.Start < q.Min {
		fail(-1, sqlerr.InvalidParameterValue, "START value (%d) cannot be less than MINVALUE (%d)", q.Start, q.Min)
	}
	if q.Start > q.Max {
		fail(-1, sqlerr.InvalidParameterValue, "START value (%d) cannot be greater than MAXVALUE (%d)", q.Start, q.Max)
	}
	if o := given[7]; o != nil {
		if q.Cache = seqNumber(*o); q.Cache <= 0 {
			fail(-1, sqlerr.InvalidParameterValue, "CACHE (%d) must be greater than zero", q.Cache)
		}
	}
	if o := given[9]; o != nil {
		r.ownSequence(q, o)
	}
}

// seqRange sets minimum and maximum. When the type changes, bounds that were
// those of the old type move along.
func seqRange(q *catalog.Sequence, low, high *ast.SeqOption, create bool, old *types.Type) {
	least, most := bounds(q.Type)
	oldLeast, oldMost := bounds(old)
	defaultMin, defaultMax := int64(1), most
	if q.Increment < 0 {
		defaultMin, defaultMax = least, -1
	}
	switch {
	case high != nil && high.Kind == ast.SeqMaxValue:
		q.Max = seqNumber(*high)
	case create || high != nil || old != q.Type && q.Max == oldMost:
		q.Max = defaultMax
	}
	if q.Max < least || q.Max > most {
		fail(-1, sqlerr.InvalidParameterValue, "MAXVALUE (%d) is out of range for sequence data type %s", q.Max, types.FormatName(q.Type))
	}
	switch {
	case low != nil && low.Kind == ast.SeqMinValue:
		q.Min = seqNumber(*low)
	case create || low != nil || old != q.Type && q.Min == oldLeast:
		q.Min = defaultMin
	}
	if q.Min < least || q.Min > most {
		fail(-1, sqlerr.InvalidParameterValue, "MINVALUE (%d) is out of range for sequence data type %s", q.Min, types.FormatName(q.Type))
	}
	if q.Min >= q.Max {
		fail(-1, sqlerr.InvalidParameterValue, "MINVALUE (%d) must be less than MAXVALUE (%d)", q.Min, q.Max)
	}
}

// ownSequence is OWNED BY table.column or NONE.
func (r *run) ownSequence(q *catalog.Sequence, o *ast.SeqOption) {
	if r.identityOf(q.ID) != nil {
		throw(sqlerr.New(sqlerr.FeatureNotSupported, "cannot change ownership of identity sequence").
			WithDetail("Sequence \"%s\" is linked to table \"%s\".", q.Name, r.Catalog.RelationByID(q.OwnerRel).Name))
	}
	q.OwnerRel, q.OwnerCol = 0, 0
	parts := o.Owned
	if len(parts) == 0 || len(parts) == 1 && parts[0].Text == "none" {
		return
	}
	if len(parts) == 1 {
		throw(sqlerr.New(sqlerr.SyntaxError, "invalid OWNED BY option").At(o.Pos).
			WithHint("Specify OWNED BY table.column or OWNED BY NONE."))
	}
	n := ast.QualifiedName{Pos: parts[0].Pos, Name: parts[len(parts)-2].Text}
	if len(parts) > 2 {
		n.Schema = parts[len(parts)-3].Text
	}
	rel := r.table(n, false)
	if rel.Schema != q.Schema {
		fail(-1, sqlerr.ObjectNotInPrerequisiteState, "sequence must be in same schema as table it is linked to")
	}
	q.OwnerRel, q.OwnerCol = rel.ID, column(rel, parts[len(parts)-1].Text, -1).ID
}

// identityOf returns the identity column that a sequence is behind, or nil.
func (r *run) identityOf(id catalog.ID) *catalog.Column {
	q := r.Catalog.SequenceByID(id)
	if q == nil || q.OwnerRel == 0 {
		return nil
	}
	if rel := r.Catalog.RelationByID(q.OwnerRel); rel != nil {
		if c := rel.ColumnByID(q.OwnerCol); c != nil && c.Identity != catalog.NoIdentity && c.Sequence == id {
			return c
		}
	}
	return nil
}
