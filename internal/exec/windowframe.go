package exec

import (
	"sort"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// windowFrame finds the frame of a row.
type windowFrame struct {
	mode       string
	start, end string
	exclude    string
	startBy    expr.Scalar // offsets
	endBy      expr.Scalar
	less, more *expr.Func // key - offset and key + offset, for RANGE
	cmp        func(a, b types.Value) int

	startVal, endVal types.Value // offsets of the run
	first, last      int         // RANGE: the rows whose key is not NULL; first -1: not known yet
	edges            [2]int      // RANGE: start and end found last, which do not go back
}

func (b *builder) windowFrame(f *windowFrame, n *plan.Frame, w *plan.Window) (err error) {
	f.mode, f.start, f.end, f.exclude = n.Mode, n.Start.Kind, n.End.Kind, n.Exclude
	if f.mode == "" {
		f.mode, f.start, f.end = "range", "unbounded preceding", "current row"
	}
	if f.end == "" {
		f.end = "current row"
	}
	c := b.compiler(scope{})
	offset := n.Start.Offset
	if offset != nil {
		if f.startBy, err = c.Scalar(offset); err != nil {
			return err
		}
	}
	if n.End.Offset != nil {
		offset = n.End.Offset
		if f.endBy, err = c.Scalar(offset); err != nil {
			return err
		}
	}
	if f.mode != "range" || offset == nil || len(w.OrderBy) == 0 {
		return nil
	}
	key := w.OrderBy[0].Expr.Type()
	f.less, f.more = rangeOperator("-", key, offset.Type()), rangeOperator("+", key, offset.Type())
	f.cmp = expr.Comparer(key)
	if key.Kind == types.KindDate && offset.Type().Kind == types.KindInterval { // the bound is a timestamp
		stamps := f.cmp
		f.cmp = func(a, b types.Value) int { return stamps(types.DateToTimestamp(a), b) }
	}
	if f.less == nil || f.more == nil {
		return sqlerr.New(sqlerr.FeatureNotSupported, "RANGE with offset PRECEDING/FOLLOWING is not supported for column type %s and offset type %s",
			key.Display, offset.Type().Display)
	}
	return nil
}

// rangeOperator finds the addition or subtraction of a key and an offset: for
// integers of any width that of the widest.
func rangeOperator(op string, key, offset *types.Type) *expr.Func {
	want := func(t *types.Type, of *types.Type) bool {
		if of.Kind == types.KindInt {
			return t.Is(types.Int8)
		}
		return t.Kind == of.Kind
	}
	for _, f := range expr.Operators(op) {
		if len(f.Args) == 2 && want(f.Args[0], key) && want(f.Args[1], offset) && f.Eval != nil {
			return f
		}
	}
	return nil
}

// begin evaluates the offsets and prepares a partition.
func (f *windowFrame) begin(r *Run, w *windowOp) (err error) {
	if f.startVal, err = frameOffset(r, f.startBy, f.mode, "starting"); err != nil {
		return err
	}
	if f.endVal, err = frameOffset(r, f.endBy, f.mode, "ending"); err != nil {
		return err
	}
	f.first, f.edges = -1, [2]int{}
	return nil
}

func frameOffset(r *Run, s expr.Scalar, mode, which string) (types.Value, error) {
	if s == nil {
		return types.Null, nil
	}
	v, err := s(r.Context, nil)
	if err != nil {
		return v, err
	}
	if v.IsNull() {
		return v, sqlerr.New(sqlerr.NullValueNotAllowed, "frame %s offset must not be null", which)
	}
	negative := false
	switch v.K {
	case types.KindFloat:
		negative = v.Float() < 0 || v.Float() != v.Float()
	case types.KindInt:
		negative = v.I < 0
	case types.KindNumeric:
		negative = v.S == "" && v.I < 0
	case types.KindInterval:
		negative = expr.Comparer(types.Interval)(v, types.Value{K: types.KindInterval}) < 0
	}
	if negative && mode != "range" {
		return v, sqlerr.New(sqlerr.InvalidPrecedingOrFollowing, "frame %s offset must not be negative", which)
	}
	if negative {
		return v, sqlerr.New(sqlerr.InvalidPrecedingOrFollowing, "invalid preceding or following size in window function")
	}
	return v, nil
}

// bounds returns the frame lo..hi-1 of row i, before exclusion.
func (f *windowFrame) bounds(r *Run, w *windowOp, i int) (lo, hi int, err error) {
	if lo, err = f.edge(r, w, i, f.start, f.startVal, false); err != nil {
		return 0, 0, err
	}
	if hi, err = f.edge(r, w, i, f.end, f.endVal, true); err != nil {
		return 0, 0, err
	}
	return lo, max(lo, hi), nil
}

// edge finds one end of the frame of row i: its first row, or with end the row
// after its last.
func (f *windowFrame) edge(r *Run, w *windowOp, i int, kind string, offset types.Value, end bool) (int, error) {
	n := w.part.n
	switch kind {
	case "unbounded preceding":
		return 0, nil
	case "unbounded following":
		return n, nil
	case "current row":
		switch {
		case f.mode == "rows" && end:
			return i + 1, nil
		case f.mode == "rows":
			return i, nil
		}
		from, to := w.part.peers(i)
		if end {
			return to, nil
		}
		return from, nil
	}
	by := offset.I
	if kind == "preceding" {
		by = -by
	}
	switch f.mode {
	case "rows":
		return clampRow(i, by, n, end), nil
	case "groups":
		last := w.part.groups() - 1
		g := int64(w.part.group(i))
		if by > int64(last) {
			by = int64(last) + 1
		}
		if g += by; end {
			g++
		}
		return w.part.start(int(min(max(g, 0), int64(last)+1))), nil
	}
	return f.rangeEdge(r, w, i, kind, offset, end)
}

// clampRow is row i+by, or the row after it with end, within 0..n.
func clampRow(i int, by int64, n int, end bool) int {
	if by > int64(n) {
		return n
	}
	if by < -int64(n) {
		return 0
	}
	at := i + int(by)
	if end {
		at++
	}
	return min(max(at, 0), n)
}

// rangeEdge finds the end of a RANGE frame with an offset: rows whose key is
// within the offset of row i's. NULLs are peers of NULLs alone.
func (f *windowFrame) rangeEdge(r *Run, w *windowOp, i int, kind string, offset types.Value, end bool) (int, error) {
	col := w.order[0]
	key := w.part.value(col, i)
	if key.IsNull() {
		from, to := w.part.peers(i)
		if end {
			return to, nil
		}
		return from, nil
	}
	op := f.more
	if (kind == "preceding") != w.desc {
		op = f.less
	}
	f.findNulls(w, col)
	bound, err := op.Eval(r.Context, []types.Value{key, offset})
	switch code := sqlerr.Code(err); {
	case code == sqlerr.NumericValueOutOfRange && w.types[col].Kind == types.KindInt:
		// Beyond all values: the frame has no end on that side.
		if kind == "preceding" {
			return f.first, nil
		}
		return f.last, nil
	case err != nil:
		return 0, err
	}
	past := func(k int) bool {
		d := f.cmp(w.part.value(col, k), bound)
		if w.desc {
			d = -d
		}
		if end {
			return d > 0
		}
		return d >= 0
	}
	// From row to row the edges move on, mostly by little: look near the last.
	edge := &f.edges[0]
	if end {
		edge = &f.edges[1]
	}
	from := max(*edge, f.first)
	step := 1
	for from+step <= f.last && !past(from+step-1) {
		from += step
		step *= 2
	}
	*edge = from + sort.Search(min(step, f.last-from), func(k int) bool { return past(from + k) })
	return *edge, nil
}

// findNulls finds the rows of the partition whose key is not NULL.
func (f *windowFrame) findNulls(w *windowOp, col int) {
	if f.first >= 0 {
		return
	}
	f.first, f.last = 0, w.part.n
	if w.nullsTop {
		f.first = sort.Search(f.last, func(k int) bool { return !w.part.value(col, k).IsNull() })
	} else {
		f.last = sort.Search(f.last, func(k int) bool { return w.part.value(col, k).IsNull() })
	}
}

// excluding finds, for row i, the rows from..to-1 of which none but keep, or
// none at all where keep is negative, is in the frame.
func (f *windowFrame) excluding(w *windowOp, i int) (from, to, keep int) {
	switch f.exclude {
	case "current row":
		return i, i + 1, -1
	case "group":
		from, to = w.part.peers(i)
		return from, to, -1
	case "ties":
		from, to = w.part.peers(i)
		return from, to, i
	}
	return 0, 0, -1
}
