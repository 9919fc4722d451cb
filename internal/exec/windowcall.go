package exec

import (
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

// windowRange is the rows lo..hi-1 of the partition, for which results are
// wanted: that of row i stands at base+i.
type windowRange struct {
	lo, hi, base int
	out          *vector.Vector
}

// set stores a result; one that was read from a spool is copied.
func (w *windowOp) set(x *windowRange, i int, v types.Value) {
	if w.part.big != nil && v.S != "" {
		v.S = w.part.big.arena.copy(v.S)
	}
	x.out.Set(x.base+i, v)
}

// fresh makes an empty state.
func (c *windowCall) fresh(r *Run) expr.Accumulator {
	a := c.node.Agg.Fn.New(r.Context, c.argTypes, c.node.Agg.Typ)
	a.Resize(1)
	return a
}

// begin prepares a call for the partition at hand.
func (w *windowOp) begin(r *Run, c *windowCall) error {
	c.acc, c.from, c.to, c.value = nil, -1, -1, types.Null
	return c.frame.begin(r, w)
}

// compute fills the results of one call for rows of the partition at hand.
// Ranges of one partition come in ascending order.
func (w *windowOp) compute(r *Run, c *windowCall, x windowRange) error {
	if c.node.Agg != nil {
		return w.aggregate(r, c, &x)
	}
	p, n := &w.part, w.part.n
	switch c.node.Fn {
	case "row_number":
		for i := x.lo; i < x.hi; i++ {
			x.out.I[x.base+i] = int64(i + 1)
		}
	case "rank":
		for i := x.lo; i < x.hi; i++ {
			x.out.I[x.base+i] = int64(p.start(p.group(i)) + 1)
		}
	case "dense_rank":
		for i := x.lo; i < x.hi; i++ {
			x.out.I[x.base+i] = int64(p.group(i) + 1)
		}
	case "percent_rank":
		for i := x.lo; i < x.hi; i++ {
			x.out.F[x.base+i] = float64(p.start(p.group(i))) / float64(max(n-1, 1))
		}
	case "cume_dist":
		for i := x.lo; i < x.hi; i++ {
			_, to := p.peers(i)
			x.out.F[x.base+i] = float64(to) / float64(n)
		}
	case "ntile":
		return w.ntile(c, &x)
	case "lag", "lead":
		return w.shift(r, c, &x)
	case "first_value", "last_value", "nth_value":
		return w.pick(r, c, &x)
	default:
		return sqlerr.New(sqlerr.UndefinedFunction, "window function %s does not exist", c.node.Fn)
	}
	return nil
}

// ntile deals the rows out to buckets, the first ones one larger where it
// does not come out even.
func (w *windowOp) ntile(c *windowCall, x *windowRange) error {
	n := int64(w.part.n)
	v := w.part.value(c.args[0], 0)
	if v.IsNull() {
		for i := x.lo; i < x.hi; i++ {
			w.set(x, i, types.Null)
		}
		return nil
	}
	if v.I <= 0 {
		return sqlerr.New(sqlerr.InvalidArgumentForNtile, "argument of ntile must be greater than zero")
	}
	size, rest := n/v.I, n%v.I
	large := rest * (size + 1)
	for i := int64(x.lo); i < int64(x.hi); i++ {
		bucket := int64(0)
		if i < large {
			bucket = i / (size + 1)
		} else {
			bucket = rest + (i-large)/size
		}
		w.set(x, int(i), types.NewInt(bucket+1))
	}
	return nil
}

// shift is lag and lead.
func (w *windowOp) shift(r *Run, c *windowCall, x *windowRange) error {
	p := &w.part
	for i := x.lo; i < x.hi; i++ {
		by := int64(1)
		if len(c.args) > 1 {
			v := p.value(c.args[1], i)
			if v.IsNull() {
				w.set(x, i, types.Null)
				continue
			}
			by = v.I
		}
		if c.node.Fn == "lag" {
			by = -by
		}
		at, ok := int64(i)+by, true
		if c.node.IgnoreNulls {
			var err error
			if at, ok, err = w.shiftNotNull(r, c.args[0], i, by); err != nil {
				return err
			}
		}
		switch {
		case ok && at >= 0 && at < int64(p.n):
			w.set(x, i, p.value(c.args[0], int(at)))
		case len(c.args) > 2:
			w.set(x, i, p.value(c.args[2], i))
		default:
			w.set(x, i, types.Null)
		}
	}
	return nil
}

// shiftNotNull counts only rows whose value is not NULL.
func (w *windowOp) shiftNotNull(r *Run, col, i int, by int64) (int64, bool, error) {
	step := int64(1)
	if by < 0 {
		step, by = -1, -by
	}
	at := int64(i)
	for by > 0 {
		if err := w.tick(r, 1); err != nil {
			return 0, false, err
		}
		at += step
		if at < 0 || at >= int64(w.part.n) {
			return 0, false, nil
		}
		if !w.part.value(col, int(at)).IsNull() {
			by--
		}
	}
	return at, true, nil
}

// pick is first_value, last_value and nth_value.
func (w *windowOp) pick(r *Run, c *windowCall, x *windowRange) error {
	p := &w.part
	for i := x.lo; i < x.hi; i++ {
		lo, hi, err := c.frame.bounds(r, w, i)
		if err != nil {
			return err
		}
		want := int64(1)
		if c.node.Fn == "nth_value" {
			v := p.value(c.args[1], i)
			if v.IsNull() {
				w.set(x, i, types.Null)
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
		from, to, keep := c.frame.excluding(w, i)
		for ; k >= lo && k < hi; k += step {
			if err := w.tick(r, 1); err != nil {
				return err
			}
			if k >= from && k < to && k != keep || c.node.IgnoreNulls && p.value(c.args[0], k).IsNull() {
				continue
			}
			if want--; want == 0 {
				result = p.value(c.args[0], k)
				break
			}
		}
		w.set(x, i, result)
	}
	return nil
}

// aggregate computes an aggregate over the frame of each row. While the
// frame's start stays, rows are added to one state as its end moves; otherwise
// each frame that differs from the former one is computed by itself.
func (w *windowOp) aggregate(r *Run, c *windowCall, x *windowRange) error {
	plain := c.frame.exclude == ""
	if before, after, ok := c.frame.fixed(); ok && w.part.big == nil {
		return w.slide(r, c, x, before, after)
	}
	for i := x.lo; i < x.hi; i++ {
		lo, hi, err := c.frame.bounds(r, w, i)
		if err != nil {
			return err
		}
		if !plain || c.acc == nil || lo != c.from || hi != c.to {
			if !plain || c.acc == nil || lo != c.from || hi < c.to {
				c.acc, c.from, c.to = c.fresh(r), lo, lo
			}
			if err := w.tick(r, hi-c.to+1); err != nil {
				return err
			}
			if err := w.addRows(r, c, i, hi); err != nil {
				return err
			}
			c.to = hi
			if c.value, err = c.acc.Result(0); err != nil {
				return err
			}
		}
		w.set(x, i, c.value)
	}
	return nil
}

// maxSlide is the width of frames up to which each row is added to the states
// of all frames that it is in.
const maxSlide = 256

// slideRows is how many rows are computed together.
const slideRows = 1024

// fixed reports a frame of so many rows before and after each row.
func (f *windowFrame) fixed() (before, after int64, ok bool) {
	edge := func(kind string, offset types.Value) (int64, bool) {
		switch kind {
		case "preceding":
			return -offset.I, true
		case "current row":
			return 0, true
		case "following":
			return offset.I, true
		}
		return 0, false
	}
	if f.mode != "rows" || f.exclude != "" {
		return 0, 0, false
	}
	before, ok = edge(f.start, f.startVal)
	after, okEnd := edge(f.end, f.endVal)
	return before, after, ok && okEnd && before <= after && after-before < maxSlide && before > -1<<30 && after < 1<<30
}

// slide computes an aggregate over frames of few rows at fixed distances. The
// rows at one distance are added together, each to the state of its frame; the
// distances ascend, so that each frame gets its rows in order.
func (w *windowOp) slide(r *Run, c *windowCall, x *windowRange, before, after int64) error {
	p := &w.part
	for k, at := range c.args {
		c.cols[k] = p.rows.cols[at]
	}
	plain := c.filter < 0 // whole stretches of rows are added
	for _, v := range c.cols {
		plain = plain && !v.HasNulls
	}
	if c.iota == nil {
		c.iota = make([]int32, slideRows)
		for i := range c.iota {
			c.iota[i] = int32(i)
		}
	}
	for lo := x.lo; lo < x.hi; lo += slideRows {
		hi := min(lo+slideRows, x.hi)
		if err := w.tick(r, (hi-lo)*int(after-before+1)); err != nil {
			return err
		}
		acc := c.node.Agg.Fn.New(r.Context, c.argTypes, c.node.Agg.Typ)
		acc.Resize(hi - lo)
		for d := before; d <= after; d++ {
			from, to := max(lo+int(d), 0), min(hi+int(d), p.n) // rows of the partition
			if from >= to {
				continue
			}
			if plain {
				window(&c.view, c.cols, p.from+from, to-from)
				first := from - int(d) - lo
				if err := acc.Update(c.iota[first:first+to-from], c.view.Cols, nil, to-from); err != nil {
					return err
				}
				continue
			}
			base := (p.from + from) &^ 63 // windows start at a multiple of 64
			n := p.from + to - base
			c.sel, c.groups = c.sel[:0], extend(c.groups[:0], n)
			for k := from; k < to; k++ {
				at := p.from + k - base
				c.groups[at] = int32(k - int(d) - lo)
				if c.filter >= 0 {
					if v := p.value(c.filter, k); v.IsNull() || !v.Bool() {
						continue
					}
				}
				c.sel = append(c.sel, int32(at))
			}
			window(&c.view, c.cols, base, n)
			if err := acc.Update(c.groups, c.view.Cols, c.sel, n); err != nil {
				return err
			}
		}
		for i := lo; i < hi; i++ {
			v, err := acc.Result(i - lo)
			if err != nil {
				return err
			}
			w.set(x, i, v)
		}
	}
	return nil
}

// addRows adds the rows from c.to up to hi to the state for row i.
func (w *windowOp) addRows(r *Run, c *windowCall, i, hi int) error {
	p := &w.part
	if p.big == nil {
		for k, at := range c.args {
			c.cols[k] = p.rows.cols[at]
		}
		base := (p.from + c.to) &^ 63 // windows start at a multiple of 64
		w.passing(c, i, c.to, hi, p.from-base)
		if len(c.sel) == 0 {
			return nil
		}
		window(&c.view, c.cols, base, p.from+hi-base)
		return c.acc.Update(nil, c.view.Cols, c.sel, c.view.N)
	}
	for at := c.to; at < hi; {
		b, k, err := p.big.look.at(at)
		if err != nil {
			return err
		}
		to := min(hi, at+b.N-k)
		w.passing(c, i, at, to, k-at)
		if err := w.tick(r, to-at); err != nil {
			return err
		}
		if len(c.sel) > 0 {
			// Looking at conditions may have read another chunk.
			if b, _, err = p.big.look.at(at); err != nil {
				return err
			}
			for k, at := range c.args {
				c.cols[k] = b.Cols[at]
			}
			if err := c.acc.Update(nil, c.cols, c.sel, b.N); err != nil {
				return err
			}
		}
		at = to
	}
	return nil
}

// passing selects those of the rows from..to-1 that belong to the frame of
// row i, numbered from shift on.
func (w *windowOp) passing(c *windowCall, i, from, to, shift int) {
	c.sel = c.sel[:0]
	outFrom, outTo, keep := c.frame.excluding(w, i)
	for k := from; k < to; k++ {
		if k >= outFrom && k < outTo && k != keep {
			continue
		}
		if c.filter >= 0 {
			if v := w.part.value(c.filter, k); v.IsNull() || !v.Bool() {
				continue
			}
		}
		c.sel = append(c.sel, int32(k+shift))
	}
}
