package exec

import (
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/vector"
)

// streams reports calls whose result for a row needs the rows before it alone.
func (c *windowCall) streams() bool {
	f := &c.frame
	if c.node.Agg != nil {
		return f.mode == "rows" && f.start == "unbounded preceding" && f.end == "current row" && f.exclude == ""
	}
	switch c.node.Fn {
	case "row_number", "rank", "dense_rank":
		return true
	case "first_value":
		return f.start == "unbounded preceding" && (f.end == "current row" || f.end == "unbounded following") &&
			f.exclude == "" && !c.node.IgnoreNulls
	}
	return false
}

// stream computes the calls over the next sorted batch, which it passes on.
func (w *windowOp) stream(r *Run) (*vector.Batch, error) {
	w.batch = nil
	ok, err := w.more(r)
	if err != nil || !ok {
		return nil, err
	}
	b := w.batch
	for i, c := range w.calls {
		w.results[i].Reset(c.typ, b.N)
		if err := w.streamCall(r, c, w.results[i]); err != nil {
			return nil, err
		}
	}
	w.out.Cols = append(append(w.out.Cols[:0], b.Cols[:w.nIn]...), w.results...)
	w.out.N, w.out.Sel = b.N, nil
	return &w.out, nil
}

func (w *windowOp) streamCall(r *Run, c *windowCall, out *vector.Vector) error {
	part, peer := w.starts.part[:w.batch.N], w.starts.peer
	switch {
	case c.node.Agg != nil:
		return w.streamAggregate(r, c, out)
	case c.node.Fn == "first_value":
		for i, first := range part {
			if first {
				c.value = w.batch.Cols[c.args[0]].Value(i)
			}
			out.Set(i, c.value)
		}
		// It outlives the batch.
		c.keep.reset()
		c.value.S = c.keep.copy(c.value.S)
	case c.node.Fn == "row_number":
		for i, first := range part {
			if first {
				c.count = 0
			}
			c.count++
			out.I[i] = c.count
		}
	case c.node.Fn == "rank":
		for i, first := range part {
			if first {
				c.count = 0
			}
			if c.count++; peer[i] {
				c.rank = c.count
			}
			out.I[i] = c.rank
		}
	default: // dense_rank
		for i, first := range part {
			if first {
				c.rank = 0
			}
			if peer[i] {
				c.rank++
			}
			out.I[i] = c.rank
		}
	}
	return nil
}

// streamAggregate computes a running aggregate.
func (w *windowOp) streamAggregate(r *Run, c *windowCall, out *vector.Vector) error {
	for k, at := range c.args {
		c.cols[k] = w.batch.Cols[at]
	}
	if c.filter < 0 {
		if done, err := w.streamRuns(r, c, out); done || err != nil {
			return err
		}
	}
	c.sel = append(c.sel[:0], 0)
	for i, first := range w.starts.part[:w.batch.N] {
		if first || c.acc == nil {
			c.acc = c.fresh(r)
		}
		pass := true
		if c.filter >= 0 {
			v := w.batch.Cols[c.filter].Value(i)
			pass = !v.IsNull() && v.Bool()
		}
		if pass {
			c.sel[0] = int32(i)
			if err := c.acc.Update(nil, c.cols, c.sel, w.batch.N); err != nil {
				return err
			}
		}
		v, err := c.acc.Result(0)
		if err != nil {
			return err
		}
		out.Set(i, v)
		if err := w.tick(r, 1+len(v.S)/16); err != nil {
			return err
		}
	}
	return nil
}

// streamRuns is streamAggregate for aggregates that take many rows at once; it
// answers false, having done nothing, for others.
func (w *windowOp) streamRuns(r *Run, c *windowCall, out *vector.Vector) (bool, error) {
	part := w.starts.part[:w.batch.N]
	for lo := 0; lo < len(part); {
		if part[lo] || c.acc == nil {
			c.acc = c.fresh(r)
		}
		runner, ok := c.acc.(expr.Runner)
		if !ok {
			return false, nil
		}
		hi := lo + 1
		for hi < len(part) && !part[hi] {
			hi++
		}
		if err := runner.Running(c.cols, lo, hi, out); err != nil {
			return false, err
		}
		lo = hi
	}
	return true, nil
}

// enlarge moves the partition at hand, which does not fit the budget, to a
// spool, with what is left of it in the input.
func (w *windowOp) enlarge(r *Run) error {
	big := newBigPart(r, w.types)
	w.part.big = big
	chunk := vector.Batch{Cols: emptyVectors(len(w.types))}
	for at := 0; at < w.rows.n; at += vector.Size {
		n := min(vector.Size, w.rows.n-at)
		window(&chunk, w.rows.cols, at, n)
		if err := big.add(chunk.Cols, w.peers[at:at+n], w.positions(0, n), n); err != nil {
			return err
		}
	}
	w.rows.release()
	w.spare.release()
	w.peers = nil
	w.acct.set(0)
	for {
		ok, err := w.more(r)
		if err != nil {
			return err
		}
		if !ok {
			w.done = true
			break
		}
		from := w.at
		for w.at < w.batch.N && !w.starts.part[w.at] {
			w.at++
		}
		if err := big.add(w.batch.Cols, w.starts.peer, w.positions(from, w.at), w.batch.N); err != nil {
			return err
		}
		if w.at < w.batch.N {
			break
		}
	}
	w.part.n = big.n
	if err := big.finish(r); err != nil {
		return err
	}
	for _, c := range w.calls {
		if err := w.begin(r, c); err != nil {
			return err
		}
	}
	return nil
}

func (w *windowOp) positions(from, to int) []int32 {
	w.sel = w.sel[:0]
	for i := from; i < to; i++ {
		w.sel = append(w.sel, int32(i))
	}
	return w.sel
}

// nextBig gives the next rows of a partition in a spool; nil after the last.
func (w *windowOp) nextBig(r *Run) (*vector.Batch, error) {
	big := w.part.big
	if big.chunk >= big.rows.len() {
		w.dropBig()
		return nil, nil
	}
	if err := r.canceled(); err != nil {
		return nil, err
	}
	b, err := big.rows.read(big.chunk, &big.reader)
	if err != nil {
		return nil, err
	}
	from := 0
	if big.chunk > 0 {
		from = big.look.ends[big.chunk-1]
	}
	big.chunk++
	big.arena.reuse()
	for i, c := range w.calls {
		w.results[i].Reset(c.typ, b.N)
		err := w.compute(r, c, windowRange{from, from + b.N, -from, w.results[i]})
		if err == nil {
			err = big.err
		}
		if err != nil {
			return nil, err
		}
	}
	w.all = append(append(w.all[:0], b.Cols[:w.nIn]...), w.results...)
	window(&w.out, w.all, 0, b.N)
	return &w.out, nil
}

func (w *windowOp) dropBig() {
	if w.part.big != nil {
		w.part.big.close()
		w.part.big = nil
	}
}
