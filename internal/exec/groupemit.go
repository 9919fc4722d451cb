package exec

import (
	"github.com/zqlite/zqlite/internal/vector"
)

// emit fills out with the next groups; false after the last.
func (g *grouper) emit(r *Run, out *vector.Batch) (bool, error) {
	if err := r.canceled(); err != nil {
		return false, err
	}
	total := g.rows.n
	if g.single() {
		total = 1
	}
	if g.at < total {
		n, err := g.feed(r, min(vector.Size, total-g.at))
		if err != nil {
			return false, err
		}
		return true, g.emitGroups(out, n)
	}
	for g.parts != nil && g.part < partitions {
		if g.inner == nil {
			if err := g.enter(r); err != nil {
				return false, err
			}
		}
		ok, err := g.inner.emit(r, out)
		if err != nil || ok {
			return ok, err
		}
		g.inner.close()
		g.inner = nil
		g.parts.spool(g.part).close()
		g.part++
	}
	return false, nil
}

// feed adds what was kept back to the next groups, up to n of them, and
// returns how many are complete: fewer where they hold much.
func (g *grouper) feed(r *Run, n int) (int, error) {
	fed := false
	for i := range g.extras {
		x := &g.extras[i]
		fed = fed || x.feed != nil
		if x.collector != nil {
			for k := g.freed; k < g.at; k++ {
				x.collector.Release(k)
			}
		}
	}
	g.freed = g.at
	if !fed {
		return n, nil
	}
	_, before := g.bytes()
	for done, step := 0, 1; ; step *= 2 {
		to := min(done+step, n)
		for i := range g.extras {
			x := &g.extras[i]
			if x.feed == nil {
				continue
			}
			x.feed.expect(g.accs[i], g.at+done, g.at+to)
			if err := x.feed.feed(r, g.accs[i], g.at+to); err != nil {
				return 0, err
			}
		}
		all, collected := g.bytes()
		if !g.acct.set(all) && !g.acct.tolerable() {
			return 0, errOneGroup
		}
		if done = to; done == n || collected-before > r.Memory.minimum()/4 {
			return done, nil
		}
	}
}

// enter aggregates the next partition.
func (g *grouper) enter(r *Run) error {
	if g.part == 0 { // the groups in memory are out
		g.table = newGroupTable(g.keys)
		g.rows.release()
		for i := range g.accs {
			g.accs[i], g.extras[i].collector = nil, nil
		}
		g.acct.set(0)
	}
	var set []int
	for i, in := range g.in {
		if in {
			set = append(set, i)
		}
	}
	inner, err := newGrouper(g.spec, set, g.depth+1)
	if err != nil {
		return err
	}
	g.inner = inner
	inner.open(r)
	rows := g.parts.spool(g.part)
	var rd chunkReader
	for i := 0; i < rows.len(); i++ {
		b, err := rows.read(i, &rd)
		if err != nil {
			return err
		}
		if err := g.spec.eval(r, b); err != nil {
			return err
		}
		if err := inner.consume(r, b); err != nil {
			return err
		}
		if err := r.canceled(); err != nil {
			return err
		}
	}
	return inner.finish(r)
}

func (g *grouper) emitGroups(out *vector.Batch, n int) error {
	out.N, out.Sel = n, nil
	nk := len(g.spec.groups)
	for c, v := range out.Cols {
		v.Reset(g.spec.columns[c], n)
	}
	for c := 0; c < nk; c++ {
		if g.single() {
			out.Cols[c].SetNull(0)
			continue
		}
		copyRows(out.Cols[c], g.rows.cols[c], g.at, n)
	}
	for c, a := range g.accs {
		v := out.Cols[nk+c]
		for i := 0; i < n; i++ {
			x, err := a.Result(g.at + i)
			if err != nil {
				return err
			}
			v.Set(i, x)
		}
	}
	for c, item := range g.spec.grouping {
		v := out.Cols[nk+len(g.accs)+c]
		bits := int64(0)
		for _, k := range item.Args {
			bits <<= 1
			if !g.in[k] {
				bits |= 1
			}
		}
		for i := 0; i < n; i++ {
			v.I[i] = bits
		}
	}
	g.at += n
	return nil
}

func (g *grouper) close() {
	if g.parts != nil {
		g.parts.close()
		g.parts = nil
	}
	if g.inner != nil {
		g.inner.close()
		g.inner = nil
	}
	for i := range g.extras {
		x := &g.extras[i]
		if x.set != nil {
			x.set.close()
		}
		if x.feed != nil {
			x.feed.close()
			if x.feed.late {
				x.feed = nil
			}
		}
		g.accs[i], x.collector = nil, nil
	}
	if g.rows.bytes() > keptBytes {
		g.rows.release()
		if g.table != nil {
			g.table = newGroupTable(g.keys)
		}
	}
	g.acct.close()
}
