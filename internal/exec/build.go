package exec

import (
	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sqlerr"
)

// builder makes the operators of one instance.
type builder struct {
	ctes    map[*plan.CTE]*cteState
	working map[*plan.CTE]*workTable
	slot    *runSlot
	analyze bool
	multi   bool // several nodes change rows
	meters  []*meter
	// inWorker: the operators belong to one goroutine of several.
	inWorker bool
	depth    int
}

// scope says where columns stand in the rows of an input.
type scope map[expr.ColumnID]int

func scopeOf(cols ...[]plan.Column) scope {
	s := scope{}
	at := 0
	for _, list := range cols {
		for i := range list {
			s[list[i].ID] = at + i
		}
		at += len(list)
	}
	return s
}

func (s scope) slot(id expr.ColumnID) int {
	if at, ok := s[id]; ok {
		return at
	}
	return -1
}

// compiler compiles expressions over rows of a scope; subqueries in them
// become plans of their own.
func (b *builder) compiler(s scope) *expr.Compiler {
	c := &expr.Compiler{Slot: s.slot}
	c.Subquery = func(q *expr.Subquery) (expr.Scalar, error) { return b.subquery(c, s, q) }
	return c
}

// vectorized compiles a list of expressions over batches.
func vectorizedList(c *expr.Compiler, list []expr.Expr) ([]expr.Vectorized, error) {
	out := make([]expr.Vectorized, len(list))
	for i, e := range list {
		v, err := c.Vectorized(e)
		if err != nil {
			return nil, err
		}
		out[i] = v
	}
	return out, nil
}

// sourceNode is a plan node that brings its own operator; tests feed operators
// with it.
type sourceNode interface {
	plan.Node
	source() Operator
}

func (b *builder) build(n plan.Node) (Operator, error) {
	at := len(b.meters)
	if b.analyze {
		b.meters = append(b.meters, &meter{node: n, depth: b.depth})
	}
	b.depth++
	op, err := b.operator(n)
	b.depth--
	if err != nil || !b.analyze {
		return op, err
	}
	b.meters[at].op = op
	return b.meters[at], nil
}

func (b *builder) operator(n plan.Node) (Operator, error) {
	switch n := n.(type) {
	case *plan.Scan:
		return b.scan(n)
	case *plan.Values:
		return b.values(n)
	case *plan.FuncScan:
		return b.funcScan(n)
	case *plan.Project:
		return b.project(n)
	case *plan.Filter:
		return b.filter(n)
	case *plan.Join:
		return b.join(n)
	case *plan.Aggregate:
		return b.aggregate(n)
	case *plan.Window:
		return b.window(n)
	case *plan.Sort:
		return b.sort(n)
	case *plan.Limit:
		return b.limit(n)
	case *plan.Distinct:
		return b.distinct(n)
	case *plan.SetOp:
		return b.setOp(n)
	case *plan.With:
		return b.with(n)
	case *plan.CTEScan:
		return b.cteScan(n)
	case *plan.Insert:
		if n.Target.Rel.Kind == catalog.View {
			return b.insertInstead(n)
		}
		return b.insert(n)
	case *plan.Update:
		if n.Target.Rel.Kind == catalog.View {
			return b.updateInstead(n)
		}
		return b.update(n)
	case *plan.Delete:
		if n.Target.Rel.Kind == catalog.View {
			return b.deleteInstead(n)
		}
		return b.delete(n)
	case *plan.Merge:
		return b.merge(n)
	case sourceNode:
		return n.source(), nil
	case *lockNode:
		return b.lockRows(n)
	case *plan.Truncate:
		return &truncateOp{node: n}, nil
	}
	return nil, sqlerr.New(sqlerr.FeatureNotSupported, "plan node %T cannot be run", n)
}
