package exec

import (
	"github.com/zqlite/zqlite/internal/vector"
)

// spine follows a pipeline down to its scan, through filters, projections and
// the left sides of hash joins, which it lists.
func spine(op Operator) (scan *scanOp, joins []*hashJoinOp, ok bool) {
	for {
		switch x := op.(type) {
		case *filterOp:
			op = x.in
		case *projectOp:
			op = x.in
		case *hashJoinOp:
			if x.lookup != nil {
				return nil, nil, false
			}
			joins = append(joins, x)
			op = x.left
		case *scanOp:
			return x, joins, true
		default:
			return nil, nil, false
		}
	}
}

// buildJoins makes the tables that all goroutines probe. It answers false
// where one of them spills; then the first pipeline, which is open, goes on.
func (p *parallelAggregateOp) buildJoins(r *Run) (bool, error) {
	if len(p.joins) == 0 {
		return true, nil
	}
	if err := p.in.Open(r); err != nil {
		return false, err
	}
	fits := true
	for _, j := range p.joins {
		if err := j.build(r); err != nil {
			return false, err
		}
		j.built = true
		j.resetHits()
		fits = fits && j.spills == nil && j.blocks == nil
	}
	return fits, nil
}

// view is a table for another goroutine that only looks up.
func (t *joinTable) view() *joinTable {
	c := *t
	g := *t.groups
	g.seen, g.fresh, g.direct = nil, nil, nil
	c.groups, c.acct = &g, account{}
	return &c
}

// noRowsOp stands for the right side of a join whose table is another's.
type noRowsOp struct{}

func (noRowsOp) Open(*Run) error                  { return nil }
func (noRowsOp) Next(*Run) (*vector.Batch, error) { return nil, nil }
func (noRowsOp) Close() error                     { return nil }
