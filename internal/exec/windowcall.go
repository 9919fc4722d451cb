package exec

import (
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

// compute fills the results of one call for the partition at hand.
func (w *windowOp) compute(r *Run, c *windowCall, out *vector.Vector) error {
	if err := c.frame.begin(r, w); err != nil {
		return err
	}
	if c.node.Agg != nil {
		return w.aggregate(r, c, out)
	}
	n := len(w.peers)
	set := func(i int, v types.Value) { out.Set(w.from+i, v) }
	switch c.node.Fn {
	case "row_number":
		for i := 0; i < n; i++ {
			set(i, types.NewInt(int64(i+1)))
		}
	case "rank":
		for i := 0; i < n; i++ {
			set(i, types.NewInt(int64(w.peers[i]+1)))
		}
	case "dense_rank":
		rank := int64(0)
		for i := 0; i < n; i++ {
			if w.peers[i] == i {
				rank++
			}
			set(i, types.NewInt(rank))
		}
	case "percent_rank":
		for i := 0; i < n; i++ {
			v := 0.0
			if n > 1 {
				v = float64(w.peers[i]) / float64(n-1)
			}
			set(i, types.NewFloat(v))
		}
	case "cume_dist":
		for i := 0; i < n; i++ {
			set(i, types.NewFloat(float64(w.peerEnd[i])/float64(n)))
		}
	case "ntile":
		return w.ntile(c, set)
	case "lag", "lead":
		w.shift(c, set)
	case "first_value", "last_value", "nth_value":
		return w.pick(r, c, set)
	default:
		return sqlerr.New(sqlerr.UndefinedFunction, "window function %s does not exist", c.node.Fn)
	}
	return nil
}

// ntile deals the rows out to buckets, the first ones one larger where it
// does not come out even.
func (w *windowOp) ntile(c *windowCall, set func(int, types.Value)) error {
	n := int64(len(w.peers))
	v := w.value(c.args[0], 0)
	if v.IsNull() {
		for i := range w.peers {
			set(i, types.Null)
		}
		return nil
	}
	if v.I <= 0 {
		return sqlerr.New(sqlerr.InvalidArgumentForNtile, "argument of ntile must be greater than zero")
	}
	size, rest := n/v.I, n%v.I
	large := rest * (size + 1)
	for i := int64(0); i < n; i++ {
		bucket := int64(0)
		if i < large {
			bucket = i / (size + 1)
		} else {
			bucket = rest + (i-large)/size
		}
		set(int(i), types.NewInt(bucket+1))
	}
	return nil
}

// shift is lag and lead.
func (w *windowOp) shift(c *windowCall, set func(int, types.Value)) {
	n := len(w.peers)
	for i := 0; i < n; i++ {
		by := int64(1)
		if len(c.args) > 1 {
			v := w.value(c.args[1], i)
			if v.IsNull() {
				set(i, types.Null)
				continue
			}
			by = v.I
		}
		if c.node.Fn == "lag" {
			by = -by
		}
		at, ok := int64(i)+by, true
		if c.node.IgnoreNulls {
			at, ok = w.shiftNotNull(c.args[0], i, by)
		}
		switch {
		case ok && at >= 0 && at < int64(n):
			set(i, w.value(c.args[0], int(at)))
		case len(c.args) > 2:
			set(i, w.value(c.args[2], i))
		default:
			set(i, types.Null)
		}
	}
}

// shiftNotNull counts only rows whose value is not NULL.
func (w *windowOp) shiftNotNull(col, i int, by int64) (int64, bool) {
	step := int64(1)
	if by < 0 {
		step, by = -1, -by
	}
	at := int64(i)
	for by > 0 {
		at += step
		if at < 0 || at >= int64(len(w.peers)) {
			return 0, false
		}
		if !w.value(col, int(at)).IsNull() {
			by--
		}
	}
	return at, true
}

// pick is first_value, last_value and nth_value.
func (w *windowOp) pick(r *Run, c *windowCall, set func(int, types.Value)) error {
	for i := range w.peers {
		lo, hi, err := c.frame.bounds(r, w, i)
		if err != nil {
			return err
		}
		want := int64(1)
		if c.node.Fn == "nth_value" {
			v := w.value(c.args[1], i)
			if v.IsNull() {
				set(i, types.Null)
				continue
			}
			if want = v.I; want <= 0 {
				return sqlerr.New(sqlerr.InvalidArgumentForNthValue, "argument of nth_value must be greater than zero")
			}
		}
		k, step := lo, 1
		if c.node.Fn == "last_value" {
			k, step = hi-1, -1
		}
		if c.frame.exclude == "" && !c.node.IgnoreNulls {
			k += int(min(want-1, int64(hi)))
			want = 1
		}
		result := types.Null
		for ; k >= lo && k < hi; k += step {
			if c.frame.excluded(w, i, k) || c.node.IgnoreNulls && w.value(c.args[0], k).IsNull() {
				continue
			}
			if want--; want == 0 {
				result = w.value(c.args[0], k)
				break
			}
		}
		set(i, result)
	}
	return nil
}

// aggregate computes an aggregate over the frame of each row. While the
// frame's start stays, rows are added to one state as its end moves; otherwise
// each frame that differs from the former one is computed by itself.
func (w *windowOp) aggregate(r *Run, c *windowCall, out *vector.Vector) error {
	agg := c.node.Agg
	args := make([]*vector.Vector, len(c.args))
	argTypes := make([]*types.Type, len(c.args))
	for k, at := range c.args {
		args[k], argTypes[k] = w.rows.cols[at], w.rows.cols[at].Type
	}
	fresh := func() expr.Accumulator {
		a := agg.Fn.New(r.Context, argTypes, agg.Typ)
		a.Resize(1)
		return a
	}
	var acc expr.Accumulator
	from, to := -1, -1
	value := types.Null
	plain := c.frame.exclude == ""
	view := vector.Batch{Cols: emptyVectors(len(args))} // what is added, from a multiple of 64
	for i := range w.peers {
		lo, hi, err := c.frame.bounds(r, w, i)
		if err != nil {
			return err
		}
		if plain && acc != nil && lo == from && hi == to {
			out.Set(w.from+i, value)
			continue
		}
		if !plain || acc == nil || lo != from || hi < to {
			acc, from, to = fresh(), lo, lo
		}
		c.sel = c.sel[:0]
		base := (w.from + to) &^ 63
		for k := to; k < hi; k++ {
			if !plain && c.frame.excluded(w, i, k) {
				continue
			}
			if c.filter >= 0 {
				if v := w.value(c.filter, k); v.IsNull() || !v.Bool() {
					continue
				}
			}
			c.sel = append(c.sel, int32(w.from+k-base))
		}
		to = hi
		if len(c.sel) > 0 {
			window(&view, args, base, w.from+hi-base)
			if err := acc.Update(nil, view.Cols, c.sel, view.N); err != nil {
				return err
			}
		}
		if value, err = acc.Result(0); err != nil {
			return err
		}
		out.Set(w.from+i, value)
		if i&255 == 0 {
			if err := r.canceled(); err != nil {
				return err
			}
		}
	}
	return nil
}
