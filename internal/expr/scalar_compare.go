package expr

import (
	"strings"

	"github.com/zqlite/zqlite/internal/types"
)

// comparer orders two values of one type, neither NULL.
type comparer func(a, b types.Value) int

// comparerOf returns how operands of two types are compared; they are of one
// kind, and a collation of either holds for both.
func comparerOf(a, b *types.Type) comparer {
	t := a
	if t.Collation == "" && b.Collation != "" {
		t = b
	}
	if b.Is(types.Char) && !t.Is(types.Char) && t.Collation == "" {
		t = b
	}
	base := BaseType(t)
	switch base.Kind {
	case types.KindBool, types.KindInt, types.KindDate, types.KindTime, types.KindTimestamp, types.KindTimestampTZ, types.KindEnum:
		return compareInts
	case types.KindText:
		if byteOrdered(base) {
			return func(a, b types.Value) int { return strings.Compare(a.S, b.S) }
		}
	case types.KindBytes:
		return func(a, b types.Value) int { return strings.Compare(a.S, b.S) }
	}
	return func(a, b types.Value) int { return types.Compare(a, b, base) }
}

func compareInts(a, b types.Value) int {
	switch {
	case a.I < b.I:
		return -1
	case a.I > b.I:
		return 1
	}
	return 0
}

// byteOrdered reports whether text of the type compares by its bytes.
func byteOrdered(t *types.Type) bool {
	return (t.Collation == "" || t.Collation == "C" || t.Collation == "POSIX" || t.Collation == "BINARY") && !t.Is(types.Char)
}

// Holds reports whether an ordering of the operands satisfies the operator.
func (op CompareOp) Holds(order int) bool { return op.holds(order) }

// holds reports whether an ordering satisfies the operator.
func (op CompareOp) holds(order int) bool {
	switch op {
	case EQ:
		return order == 0
	case NE:
		return order != 0
	case LT:
		return order < 0
	case LE:
		return order <= 0
	case GT:
		return order > 0
	default:
		return order >= 0
	}
}

func (p *Compiler) scalarCompare(e *Compare) (Scalar, error) {
	a, err := p.Scalar(e.A)
	if err != nil {
		return nil, err
	}
	b, err := p.Scalar(e.B)
	if err != nil {
		return nil, err
	}
	ta, tb := BaseType(e.A.Type()), BaseType(e.B.Type())
	if ta.Kind == types.KindRecord {
		return recordCompare(e.Op, ta, tb, a, b), nil
	}
	if ta.Phys() == types.PhysInt {
		return p.scalarCompareInt(e, a, b)
	}
	if e.Op <= NE && (ta.Kind == types.KindBytes || ta.Kind == types.KindText && byteOrdered(ta) && byteOrdered(tb)) {
		return scalarTextEqual(a, b, e.Op == NE), nil
	}
	op, cmp := e.Op, comparerOf(e.A.Type(), e.B.Type())
	return func(c *Context, row []types.Value) (types.Value, error) {
		x, err := a(c, row)
		if err != nil || x.K == types.KindNull {
			return types.Null, err
		}
		y, err := b(c, row)
		if err != nil || y.K == types.KindNull {
			return types.Null, err
		}
		return types.NewBool(op.holds(cmp(x, y))), nil
	}, nil
}

// scalarCompareInt compares whole words; a column with a constant or a
// parameter, the shape of most conditions, is one closure.
func (p *Compiler) scalarCompareInt(e *Compare, a, b Scalar) (Scalar, error) {
	col, isCol := e.A.(*Column)
	if k, ok := e.B.(*Const); ok && isCol && k.Val.K != types.KindNull {
		slot, err := p.slot(col)
		if err != nil {
			return nil, err
		}
		lo, hi, negated, empty := intRange(e.Op, k.Val.I)
		span := uint64(hi - lo)
		return func(_ *Context, row []types.Value) (types.Value, error) {
			v := &row[slot]
			if v.K == types.KindNull {
				return types.Null, nil
			}
			return types.NewBool(!empty && (uint64(v.I-lo) <= span) != negated), nil
		}, nil
	}
	op := e.Op
	return func(c *Context, row []types.Value) (types.Value, error) {
		x, err := a(c, row)
		if err != nil || x.K == types.KindNull {
			return types.Null, err
		}
		y, err := b(c, row)
		if err != nil || y.K == types.KindNull {
			return types.Null, err
		}
		return types.NewBool(intHolds(op, x.I, y.I)), nil
	}, nil
}

func intHolds(op CompareOp, a, b int64) bool {
	switch op {
	case EQ:
		return a == b
	case NE:
		return a != b
	case LT:
		return a < b
	case LE:
		return a <= b
	case GT:
		return a > b
	default:
		return a >= b
	}
}

func scalarTextEqual(a, b Scalar, negated bool) Scalar {
	return func(c *Context, row []types.Value) (types.Value, error) {
		x, err := a(c, row)
		if err != nil || x.K == types.KindNull {
			return types.Null, err
		}
		y, err := b(c, row)
		if err != nil || y.K == types.KindNull {
			return types.Null, err
		}
		return types.NewBool((x.S == y.S) != negated), nil
	}
}

func (p *Compiler) scalarIn(e *In) (Scalar, error) {
	arg, err := p.Scalar(e.Arg)
	if err != nil {
		return nil, err
	}
	negated := e.Negated
	if set := newConstSet(e); set != nil {
		return func(c *Context, row []types.Value) (types.Value, error) {
			v, err := arg(c, row)
			if err != nil || v.K == types.KindNull {
				return types.Null, err
			}
			switch {
			case set.has(v):
				return types.NewBool(!negated), nil
			case set.hasNull:
				return types.Null, nil
			}
			return types.NewBool(negated), nil
		}, nil
	}
	list, err := p.Scalars(e.List)
	if err != nil {
		return nil, err
	}
	equals := make([]func(x, y types.Value) types.Value, len(list))
	for i, item := range e.List {
		equals[i] = equalityOf(e.Arg.Type(), item.Type(), !rowConstructor(e.Arg) || !rowConstructor(item))
	}
	return func(c *Context, row []types.Value) (types.Value, error) {
		if len(list) == 0 {
			return types.NewBool(negated), nil
		}
		x, err := arg(c, row)
		if err != nil || x.K == types.KindNull {
			return types.Null, err
		}
		null := false
		for i, item := range list {
			y, err := item(c, row)
			if err != nil {
				return types.Null, err
			}
			if y.K == types.KindNull {
				null = true
				continue
			}
			switch r := equals[i](x, y); {
			case r.K == types.KindNull:
				null = true
			case r.I != 0:
				return types.NewBool(!negated), nil
			}
		}
		if null {
			return types.Null, nil
		}
		return types.NewBool(negated), nil
	}, nil
}

func rowConstructor(e Expr) bool {
	r, ok := e.(*Row)
	return ok && !r.Whole
}

// equalityOf returns a three-valued equality: rows with NULL fields may
// give NULL, where they are not whole values.
func equalityOf(a, b *types.Type, whole bool) func(x, y types.Value) types.Value {
	if ta := BaseType(a); ta.Kind == types.KindRecord {
		tb := BaseType(b)
		if whole {
			return func(x, y types.Value) types.Value { return compareRecords(EQ, ta, tb, x, y) }
		}
		return func(x, y types.Value) types.Value { return compareRows(EQ, ta, tb, x, y) }
	}
	cmp := comparerOf(a, b)
	return func(x, y types.Value) types.Value { return types.NewBool(cmp(x, y) == 0) }
}

// constSet holds the constants of an IN list: small ones in a slice, larger
// ones hashed.
type constSet struct {
	hasNull bool
	cmp     comparer
	list    []types.Value
	ints    *intSet
	texts   map[string]struct{}
}

// newConstSet makes the set when every element is a constant of a comparable
// type; nil otherwise.
func newConstSet(e *In) *constSet {
	vals := make([]types.Value, 0, len(e.List))
	for _, item := range e.List {
		k, ok := item.(*Const)
		if !ok {
			return nil
		}
		vals = append(vals, k.Val)
	}
	return newSet(e, vals)
}

// newSet makes the set of an IN list's values, nil where its elements have to
// be compared one by one.
func newSet(e *In, vals []types.Value) *constSet {
	t := BaseType(e.Arg.Type())
	if t.Kind == types.KindRecord || len(vals) == 0 {
		return nil
	}
	for _, item := range e.List {
		if c := item.Type().Collation; c != "" && c != t.Collation {
			return nil
		}
	}
	s := &constSet{cmp: comparerOf(e.Arg.Type(), e.Arg.Type())}
	for _, v := range vals {
		if v.K == types.KindNull {
			s.hasNull = true
			continue
		}
		s.list = append(s.list, v)
	}
	switch {
	case t.Phys() == types.PhysInt:
		s.ints = newIntSet(s.list)
	case len(s.list) > 4 && (t.Kind == types.KindBytes || t.Kind == types.KindText && byteOrdered(t)):
		s.texts = make(map[string]struct{}, len(s.list))
		for _, v := range s.list {
			s.texts[v.S] = struct{}{}
		}
	}
	return s
}

func (s *constSet) has(v types.Value) bool {
	switch {
	case s.ints != nil:
		return s.ints.has(v.I)
	case s.texts != nil:
		_, ok := s.texts[v.S]
		return ok
	}
	for i := range s.list {
		if s.cmp(v, s.list[i]) == 0 {
			return true
		}
	}
	return false
}

// intSet is a set of integers: a bitmap where they lie close together, open
// addressing otherwise.
type intSet struct {
	lo, span uint64
	bits     []uint64
	table    []int64
	mask     uint64
	hasZero  bool
}

func newIntSet(list []types.Value) *intSet {
	s := &intSet{}
	if len(list) == 0 {
		s.table, s.mask = make([]int64, 1), 0
		return s
	}
	lo, hi := list[0].I, list[0].I
	for _, v := range list {
		lo, hi = min(lo, v.I), max(hi, v.I)
	}
	if span := uint64(hi) - uint64(lo); span < 1<<16 {
		s.lo, s.span = uint64(lo), span
		s.bits = make([]uint64, span/64+1)
		for _, v := range list {
			d := uint64(v.I) - s.lo
			s.bits[d>>6] |= 1 << (d & 63)
		}
		return s
	}
	size := 4
	for size < 2*len(list) {
		size *= 2
	}
	s.table, s.mask = make([]int64, size), uint64(size-1)
	for _, v := range list {
		s.insert(v.I)
	}
	return s
}

func (s *intSet) insert(x int64) {
	if x == 0 {
		s.hasZero = true
		return
	}
	for h := hashInt(x) & s.mask; ; h = (h + 1) & s.mask {
		if s.table[h] == x {
			return
		}
		if s.table[h] == 0 {
			s.table[h] = x
			return
		}
	}
}

func (s *intSet) has(x int64) bool {
	if s.bits != nil {
		d := uint64(x) - s.lo
		return d <= s.span && s.bits[d>>6]>>(d&63)&1 != 0
	}
	if x == 0 {
		return s.hasZero
	}
	for h := hashInt(x) & s.mask; ; h = (h + 1) & s.mask {
		if s.table[h] == x {
			return true
		}
		if s.table[h] == 0 {
			return false
		}
	}
}

func hashInt(x int64) uint64 {
	h := uint64(x) * 0x9E3779B97F4A7C15
	return h ^ h>>32
}
