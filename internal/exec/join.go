package exec

import (
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

// join chooses the operator of a join: hashing where there are equal keys,
// looking keys up batch by batch, running the right side per left row, or
// comparing every pair.
func (b *builder) join(n *plan.Join) (Operator, error) {
	c := *n
	if n.Kind == plan.NullAntiJoin && !simpleNullAnti(n) {
		c = nullAntiAsAnti(n)
	}
	keys, residual := c.Keys, c.Residual
	if c.Method == plan.AnyJoin || c.Method == plan.LookupJoin || c.Kind != n.Kind || c.Kind == plan.NullAntiJoin {
		keys, residual = joinKeys(&c)
	}
	if c.Method == plan.LoopJoin && !c.Lateral && len(c.Keys) == 0 && c.Kind == n.Kind && c.Kind != plan.NullAntiJoin {
		keys, residual = nil, c.On
	}
	if c.Lateral {
		return b.lateralJoin(&c)
	}
	if len(keys) == 0 {
		return b.loopJoin(&c)
	}
	return b.hashJoin(&c, keys, residual)
}

// simpleNullAnti reports NOT IN with one equality and nothing else.
func simpleNullAnti(n *plan.Join) bool {
	if len(n.On) != 1 || n.Lateral {
		return false
	}
	keys, rest := joinKeys(n)
	return len(keys) == 1 && len(rest) == 0
}

// nullAntiAsAnti states NOT IN as an anti join: a left row is dropped where
// the first condition, the comparison, is not false for a row that meets the
// others, which relate the subquery to the left row.
func nullAntiAsAnti(n *plan.Join) plan.Join {
	c := *n
	c.Kind = plan.AntiJoin
	c.Keys, c.Method = nil, plan.AnyJoin
	on := append([]expr.Expr(nil), n.On...)
	if len(on) > 0 {
		on[0] = &expr.IsBool{Arg: on[0], Want: types.NewBool(false), Negated: true}
	}
	c.On = on
	return c
}

// joinKeys finds the equalities between the sides among the conditions.
func joinKeys(n *plan.Join) (keys []plan.JoinKey, rest []expr.Expr) {
	left, right := columnSet(n.Left), columnSet(n.Right)
	side := func(e expr.Expr, in, out expr.ColumnSet) bool {
		used := expr.Columns(e)
		return used.Intersects(in) && !used.Intersects(out)
	}
	for _, e := range n.On {
		if cmp, ok := e.(*expr.Compare); ok && cmp.Op == expr.EQ && expr.VolatilityOf(e) != expr.Volatile &&
			cmp.A.Type().Kind != types.KindRecord {
			if side(cmp.A, left, right) && side(cmp.B, right, left) {
				keys = append(keys, plan.JoinKey{Left: cmp.A, Right: cmp.B})
				continue
			}
			if side(cmp.B, left, right) && side(cmp.A, right, left) {
				keys = append(keys, plan.JoinKey{Left: cmp.B, Right: cmp.A})
				continue
			}
		}
		rest = append(rest, e)
	}
	return keys, rest
}

func columnSet(n plan.Node) expr.ColumnSet {
	s := expr.ColumnSet{}
	for _, c := range n.Columns() {
		s.Add(c.ID)
	}
	return s
}

// leftOnly reports joins that give the left side's columns alone.
func leftOnly(k plan.JoinKind) bool {
	return k == plan.SemiJoin || k == plan.AntiJoin || k == plan.NullAntiJoin
}

// leftOuter reports joins that give left rows without a match.
func leftOuter(k plan.JoinKind) bool {
	return k == plan.LeftJoin || k == plan.FullJoin || k == plan.SingleJoin
}

// rightOuter reports joins that give right rows without a match.
func rightOuter(k plan.JoinKind) bool { return k == plan.RightJoin || k == plan.FullJoin }

var errSingle = sqlerr.New(sqlerr.CardinalityViolation, "more than one row returned by a subquery used as an expression")

// joinBase is what the join operators share: the sides, the conditions over
// pairs of rows, and the output.
type joinBase struct {
	kind        plan.JoinKind
	left, right Operator
	leftTypes   []*types.Type
	rightTypes  []*types.Type
	residual    expr.Filter
	filtered    bool
	pair        vector.Batch // left columns, then right columns; those of need are filled
	need        []int        // columns of the pair that the residual or the output reads
	give        []int        // columns of the pair that are given
	outTypes    []*types.Type
	sel         []int32
	matched     []bool // by position of the left batch
	leftSel     []int32
	out         vector.Batch
	outCols     []*vector.Vector
	nulls       []*vector.Vector // of NULLs, by right column, made when first used
}

func (b *builder) joinBase(n *plan.Join, residual []expr.Expr) (joinBase, error) {
	j := joinBase{kind: n.Kind}
	var err error
	if j.left, err = b.build(n.Left); err != nil {
		return j, err
	}
	lc, rc := n.Left.Columns(), n.Right.Columns()
	j.leftTypes, j.rightTypes = columnTypes(lc), columnTypes(rc)
	j.filtered = len(residual) > 0
	j.pair.Cols = emptyVectors(len(lc) + len(rc))
	sc := scope{}
	if j.filtered || n.Out != nil {
		sc = scopeOf(lc, rc)
	}
	j.residual, err = b.compiler(sc).FilterAll(residual)
	j.layOut(n, sc, residual)
	return j, err
}

// layOut decides which columns of a pair are given and which are needed.
func (j *joinBase) layOut(n *plan.Join, sc scope, residual []expr.Expr) {
	wanted := make([]bool, len(j.pair.Cols))
	if n.Out != nil {
		j.give = make([]int, len(n.Out))
		for i := range n.Out {
			j.give[i] = sc[n.Out[i].ID]
		}
	} else {
		total := len(j.pair.Cols)
		if leftOnly(n.Kind) {
			total = len(j.leftTypes)
		}
		j.give = make([]int, total)
		for i := range j.give {
			j.give[i] = i
		}
	}
	for _, c := range j.give {
		j.outTypes = append(j.outTypes, j.typeOf(c))
		wanted[c] = !leftOnly(n.Kind)
	}
	read := func(id expr.ColumnID) {
		if at, ok := sc[id]; ok {
			wanted[at] = true
		}
	}
	for _, e := range residual {
		expr.Walk(e, func(x expr.Expr) bool {
			switch x := x.(type) {
			case *expr.Column:
				read(x.ID)
			case *expr.Subquery:
				for _, id := range x.Outer {
					read(id)
				}
			}
			return true
		})
	}
	for c, w := range wanted {
		if w {
			j.need = append(j.need, c)
		}
	}
	j.outCols = make([]*vector.Vector, len(j.give))
}

// typeOf returns the type of a column of the pair.
func (j *joinBase) typeOf(c int) *types.Type {
	if nl := len(j.leftTypes); c >= nl {
		return j.rightTypes[c-nl]
	}
	return j.leftTypes[c]
}

// given makes the output of columns of a pair.
func (j *joinBase) given(cols []*vector.Vector, n int, sel []int32) *vector.Batch {
	for i, c := range j.give {
		j.outCols[i] = cols[c]
	}
	j.out = vector.Batch{Cols: j.outCols, N: n, Sel: sel}
	return &j.out
}

// resetMatched forgets the matches of the former left batch.
func (j *joinBase) resetMatched(n int) {
	if cap(j.matched) < n {
		j.matched = make([]bool, roomFor(n))
	}
	j.matched = j.matched[:n]
	clear(j.matched)
}

// unmatched lists the live rows of the left batch that have (or have not) a match.
func (j *joinBase) unmatched(b *vector.Batch, want bool) []int32 {
	j.leftSel = j.leftSel[:0]
	for k := 0; k < b.Len(); k++ {
		if i := b.Row(k); j.matched[i] == want {
			j.leftSel = append(j.leftSel, int32(i))
		}
	}
	return j.leftSel
}

// leftRows gives rows of the left batch: by themselves, or with NULLs for the
// right side.
func (j *joinBase) leftRows(b *vector.Batch, sel []int32) *vector.Batch {
	nl := len(j.leftTypes)
	for i, c := range j.give {
		if c < nl {
			j.outCols[i] = b.Cols[c]
		} else {
			j.outCols[i] = j.nullColumn(c)
		}
	}
	j.out = vector.Batch{Cols: j.outCols, N: b.N, Sel: sel}
	return &j.out
}

// nullColumn returns NULLs for a column of the pair.
func (j *joinBase) nullColumn(c int) *vector.Vector {
	if j.nulls == nil {
		j.nulls = make([]*vector.Vector, len(j.pair.Cols))
	}
	if j.nulls[c] == nil {
		j.nulls[c] = nullVector(j.typeOf(c))
	}
	return j.nulls[c]
}

// nullVector is a column of NULLs.
func nullVector(t *types.Type) *vector.Vector {
	v := vector.New(t, 1)
	v.SetNull(0)
	v.Const = true
	return v
}
