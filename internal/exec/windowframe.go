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
	groups           []int       // starts of the peer groups, for GROUPS
	groupOf          []int
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
	if f.less == nil || f.more == nil {
		return sqlerr.New(sqlerr.FeatureNotSupported, "RANGE with offset PRECEDING/FOLLOWING is not supported for column type %s and offset type %s",
			key.Display, offset.Type().Display)
	}
	return nil
}

// rangeOperator finds the addition or subtraction of a key and an offset.
func rangeOperator(op string, key, offset *types.Type) *expr.Func {
	for _, f := range expr.Operators(op) {
		if len(f.Args) == 2 && f.Args[0].Kind == key.Kind && f.Args[1].Kind == offset.Kind && f.Eval != nil {
			return f
		}
	}
	return nil
}

// begin evaluates the offsets and prepares a partition.
func (f *windowFrame) begin(r *Run, w *windowOp) (err error) {
	if f.startVal, err = frameOffset(r, f.startBy, "starting"); err != nil {
		return err
	}
	if f.endVal, err = frameOffset(r, f.endBy, "ending"); err != nil {
		return err
	}
	if f.mode != "groups" {
		return nil
	}
	f.groups = f.groups[:0]
	f.groupOf = extend(f.groupOf[:0], len(w.peers))
	for i, p := range w.peers {
		if p == i {
			f.groups = append(f.groups, i)
		}
		f.groupOf[i] = len(f.groups) - 1
	}
	f.groups = append(f.groups, len(w.peers))
	return nil
}

func frameOffset(r *Run, s expr.Scalar, which string) (types.Value, error) {
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
	n := len(w.peers)
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
		case end:
			return w.peerEnd[i], nil
		}
		return w.peers[i], nil
	}
	by := offset.I
	if kind == "preceding" {
		by = -by
	}
	switch f.mode {
	case "rows":
		return clampRow(i, by, n, end), nil
	case "groups":
		last := len(f.groups) - 2
		g := int64(f.groupOf[i])
		if by > int64(last) {
			by = int64(last) + 1
		}
		if g += by; end {
			g++
		}
		return f.groups[min(max(g, 0), int64(last)+1)], nil
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
	key := w.value(col, i)
	if key.IsNull() {
		if end {
			return w.peerEnd[i], nil
		}
		return w.peers[i], nil
	}
	op := f.more
	if (kind == "preceding") != w.desc {
		op = f.less
	}
	bound, err := op.Eval(r.Context, []types.Value{key, offset})
	if err != nil {
		return 0, err
	}
	first, last := 0, len(w.peers)
	if w.nullsTop {
		first = sort.Search(last, func(k int) bool { return !w.value(col, k).IsNull() })
	} else {
		last = sort.Search(last, func(k int) bool { return w.value(col, k).IsNull() })
	}
	at := sort.Search(last-first, func(k int) bool {
		d := f.cmp(w.value(col, first+k), bound)
		if w.desc {
			d = -d
		}
		if end {
			return d > 0
		}
		return d >= 0
	})
	return first + at, nil
}

// excluded reports whether row k is left out of the frame of row i.
func (f *windowFrame) excluded(w *windowOp, i, k int) bool {
	switch f.exclude {
	case "current row":
		return k == i
	case "group":
		return w.peers[k] == w.peers[i]
	case "ties":
		return k != i && w.peers[k] == w.peers[i]
	}
	return false
}
