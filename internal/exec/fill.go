package exec

// Fills reports whether the program inserts one row and owes nothing beside:
// no conflict is looked for, nothing is returned. Such a program has a shorter
// way than RunRow, Store.
func (p *Program) Fills() bool {
	s := p.shape
	return s != nil && s.insert != nil && s.insert.OnConflict == nil && !s.insert.Replace && len(s.insert.Returning) == 0
}

// Store inserts the row of a program that Fills. Its errors are those of
// RunRow, and LastRowID tells the key.
func (p *Program) Store(r *Run) (err error) {
	x := r.point
	if x == nil || x.program != p {
		if x, err = p.takePoint(r); err != nil {
			return err
		}
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
