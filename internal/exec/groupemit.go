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
		return true, g.emitGroups(out, min(vector.Size, total-g.at))
	}
	for g.part < len(g.parts) {
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
		g.parts[g.part].to.close()
		g.part++
	}
	return false, nil
}

// enter aggregates the next partition.
func (g *grouper) enter(r *Run) error {
	if g.part == 0 { // the groups in memory are out
		g.table.reset()
		g.rows.release()
		for i := range g.accs {
			g.accs[i] = nil
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
	rows := g.parts[g.part].to
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
		for i := 0; i < n; i++ {
			out.Cols[c].Set(i, g.rows.cols[c].Value(g.at+i))
		}
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
	for _, p := range g.parts {
		p.to.close()
	}
	g.parts, g.spilling = nil, false
	if g.inner != nil {
		g.inner.close()
		g.inner = nil
	}
	for i := range g.extras {
		if s := g.extras[i].sorter; s != nil {
			s.close()
		}
		g.accs[i] = nil
	}
	if g.rows.bytes() > 1<<20 {
		g.rows.release()
		if g.table != nil {
			g.table = newGroupTable(g.keys)
		}
	}
	g.acct.close()
}
