package exec

import "github.com/zqlite/zqlite/internal/types"

// Fills reports whether the program inserts one row whose values are its
// parameters as they come, and does nothing else: such a program has a shorter
// way than RunRow, by Row and Store.
func (p *Program) Fills() bool {
	s := p.shape
	return s != nil && s.insert != nil && s.insert.OnConflict == nil && !s.insert.Replace &&
		len(s.insert.Returning) == 0 && paramsOf(s.insert, s.values) != nil
}

// Row readies an instance of a program that Fills and returns its row, which
// the caller fills before Store: column i with parameter params[i], or with
// NULL where that is -1.
func (p *Program) Row(r *Run) (row []types.Value, params []int, err error) {
	x := r.point
	if x == nil || x.program != p {
		if x, err = p.takePoint(r); err != nil {
			return nil, nil, err
		}
	}
	return x.insert.full[:len(x.insert.row)], x.params, nil
}

// Store inserts the row that Row gave. Its errors are those of RunRow, and
// LastRowID tells the key.
func (p *Program) Store(r *Run) error {
	x := r.point
	if !r.changes.clean {
		r.changes.reset()
	}
	if err := x.insert.target.begin(r); err != nil {
		return err
	}
	x.slot.begin(r)
	err := x.insert.fill(r)
	x.slot.end()
	if err == nil {
		err = r.changes.settle(r)
	}
	r.changes.clean = err == nil
	return err
}

// fill stores the row that lies in full.
func (x *insertOp) fill(r *Run) error {
	row := x.full[:len(x.row)]
	rowid, err := x.target.fillKey(r, row)
	if err == nil {
		err = x.target.complete(r, row)
	}
	if err != nil {
		return err
	}
	return x.target.insert(r, row, rowid)
}
