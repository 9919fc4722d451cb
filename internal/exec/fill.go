package exec

import "github.com/zqlite/zqlite/internal/types"

// Fills reports whether the program inserts one row and owes nothing beside:
// no conflict is looked for, nothing is returned. Such a program has a shorter
// way than RunRow, Store.
func (p *Program) Fills() bool {
	s := p.shape
	return s != nil && s.insert != nil && s.insert.OnConflict == nil && !s.insert.Replace && len(s.insert.Returning) == 0
}

// ArgumentRow is memory for the arguments of a program that Fills: Run.Params
// that lie there are a part of its row already. nil where the parameters are not
// neighbouring columns in their order. Until Store it is the run's alone.
func (p *Program) ArgumentRow(r *Run) ([]types.Value, error) {
	x, err := p.point(r)
	if err != nil || x.first < 0 {
		return nil, err
	}
	return x.insert.full[x.first : x.first+x.taken : x.first+x.taken], nil
}

// point is the run's memory for the program.
func (p *Program) point(r *Run) (*pointRun, error) {
	if x := r.point; x != nil && x.program == p {
		return x, nil
	}
	return p.takePoint(r)
}

// neighbors tells where the first parameter lies in a row whose columns take
// the parameters params, and how many there are; -1 where they are not one
// behind the other.
func neighbors(params []int) (first, n int) {
	first = -1
	for i, p := range params {
		switch {
		case p < 0:
		case p != n || n > 0 && first+n != i:
			return -1, 0
		default:
			if n == 0 {
				first = i
			}
			n++
		}
	}
	return first, n
}

// Store inserts the row of a program that Fills. Its errors are those of
// RunRow, and LastRowID tells the key.
func (p *Program) Store(r *Run) error {
	x, err := p.point(r)
	if err != nil {
		return err
	}
	if !r.changes.clean {
		r.changes.reset()
	}
	r.changes.clean = false
	if err := x.insert.target.begin(r); err != nil {
		return err
	}
	x.slot.begin(r)
	err = x.insertRow(r)
	x.slot.end()
	if err == nil {
		err = r.changes.settle(r)
	}
	r.changes.clean = err == nil
	return err
}
