package exec

import (
	"fmt"
	"testing"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

// columnsNode gives a million rows (id, few, word, amount) from memory.
type columnsNode struct {
	cols []plan.Column
	rows *store
}

func (n *columnsNode) Columns() []plan.Column { return n.cols }
func (n *columnsNode) Inputs() []plan.Node    { return nil }
func (n *columnsNode) source() Operator {
	return &columnsOp{node: n, batch: vector.Batch{Cols: emptyVectors(len(n.cols))}}
}

type columnsOp struct {
	node  *columnsNode
	at    int
	batch vector.Batch
}

func (o *columnsOp) Open(*Run) error { o.at = 0; return nil }
func (o *columnsOp) Close() error    { return nil }
func (o *columnsOp) Next(*Run) (*vector.Batch, error) {
	if o.at >= o.node.rows.n {
		return nil, nil
	}
	n := min(vector.Size, o.node.rows.n-o.at)
	window(&o.batch, o.node.rows.cols, o.at, n)
	o.at += n
	return &o.batch, nil
}

func million(n int) *columnsNode {
	x := &columnsNode{cols: []plan.Column{column("id", types.Int8), column("few", types.Int8), column("word", types.Text), column("amount", types.Float8)}}
	x.rows = newStore(columnTypes(x.cols))
	b := vector.NewBatch(columnTypes(x.cols))
	words := []string{"A", "N", "R", "blue", "yellow-green"}
	for at := 0; at < n; {
		k := min(vector.Size, n-at)
		for i := 0; i < k; i++ {
			id := int64(at+i) * 7919 % int64(n)
			setRow(b.Cols, i, []types.Value{types.NewInt(id), types.NewInt(id % 10), types.NewText(words[id%5]), types.NewFloat(float64(id % 1000))})
		}
		b.N = k
		x.rows.append(b)
		at += k
	}
	return x
}

func benchPlan(b *testing.B, n plan.Node, rows int) {
	b.Helper()
	p, err := Prepare(n)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		e, err := p.Start(newRun())
		if err != nil {
			b.Fatal(err)
		}
		for {
			batch, err := e.Next()
			if err != nil {
				b.Fatal(err)
			}
			if batch == nil {
				break
			}
		}
		e.Close()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(rows), "ns/row")
}

func BenchmarkOperators(b *testing.B) {
	const n = 1_000_000
	in := million(n)
	agg := func(input plan.Node, keys ...int) plan.Node {
		a := &plan.Aggregate{Input: input}
		for _, k := range keys {
			a.Groups = append(a.Groups, plan.Item{Col: column("g", in.cols[k].Type), Expr: ref(in.cols[k])})
		}
		sum := aggregateOf(b, "sum", ref(in.cols[3]))
		a.Aggs = append(a.Aggs, plan.AggItem{Col: column("s", sum.Typ), Agg: sum})
		return a
	}
	filter := &plan.Filter{Input: in, Conds: []expr.Expr{compare(expr.LT, ref(in.cols[0]), intConst(n/2))}}
	b.Run("sum with filter", func(b *testing.B) { benchPlan(b, agg(filter), n) })
	b.Run("group by few ints", func(b *testing.B) { benchPlan(b, agg(in, 1), n) })
	b.Run("group by words", func(b *testing.B) { benchPlan(b, agg(in, 2), n) })
	b.Run("group by word and int", func(b *testing.B) { benchPlan(b, agg(in, 2, 1), n) })
	b.Run("group by id", func(b *testing.B) { benchPlan(b, agg(in, 0), n) })
	right := million(n)
	for _, size := range []int{1000, 100_000, n} {
		r := right
		if size < n {
			r = million(size)
		}
		j := &plan.Join{Kind: plan.InnerJoin, Left: in, Right: r, On: []expr.Expr{compare(expr.EQ, ref(in.cols[0]), ref(r.cols[0]))}}
		b.Run(fmt.Sprintf("hash join %d", size), func(b *testing.B) { benchPlan(b, j, n) })
	}
	key := []expr.SortKey{{Expr: ref(in.cols[0])}}
	b.Run("sort", func(b *testing.B) { benchPlan(b, &plan.Sort{Input: in, Keys: key}, n) })
	b.Run("sort by word", func(b *testing.B) {
		benchPlan(b, &plan.Sort{Input: in, Keys: []expr.SortKey{{Expr: ref(in.cols[2])}, {Expr: ref(in.cols[0])}}}, n)
	})
	b.Run("top 10", func(b *testing.B) {
		benchPlan(b, &plan.Sort{Input: in, Keys: key, Limit: &plan.Limit{Count: intConst(10)}}, n)
	})
}
