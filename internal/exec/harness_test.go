package exec

import (
	"context"
	"fmt"
	"math/rand"
	"sort"
	"strings"
	"testing"

	"github.com/zqlite/zqlite/internal/expr"
	_ "github.com/zqlite/zqlite/internal/expr/builtins"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
	"github.com/zqlite/zqlite/internal/vfs"
)

// rowsNode feeds operators with given rows, in batches of random sizes where
// ragged, with positions left out of the selection.
type rowsNode struct {
	cols   []plan.Column
	rows   [][]types.Value
	ragged bool
}

func (n *rowsNode) Columns() []plan.Column { return n.cols }
func (n *rowsNode) Inputs() []plan.Node    { return nil }
func (n *rowsNode) source() Operator {
	return &rowsOp{node: n, rng: rand.New(rand.NewSource(int64(len(n.rows))))}
}

type rowsOp struct {
	node *rowsNode
	at   int
	rng  *rand.Rand
	out  *vector.Batch
}

func (o *rowsOp) Open(*Run) error { o.at = 0; return nil }
func (o *rowsOp) Close() error    { return nil }

func (o *rowsOp) Next(*Run) (*vector.Batch, error) {
	if o.at >= len(o.node.rows) {
		return nil, nil
	}
	if o.out == nil {
		o.out = vector.NewBatch(columnTypes(o.node.cols))
	}
	for _, c := range o.out.Cols {
		c.Reset(c.Type, vector.Size)
	}
	o.out.N, o.out.Sel = 0, nil
	limit := vector.Size
	if o.node.ragged {
		limit = 1 + o.rng.Intn(vector.Size-1)
		o.out.Sel = []int32{}
	}
	for o.out.N < limit && o.at < len(o.node.rows) {
		i := o.out.N
		if o.node.ragged && o.rng.Intn(4) == 0 && i+1 < limit { // a dead row
			for c := range o.out.Cols {
				o.out.Cols[c].Set(i, o.node.rows[o.rng.Intn(len(o.node.rows))][c])
			}
			o.out.N++
			continue
		}
		setRow(o.out.Cols, i, o.node.rows[o.at])
		if o.node.ragged {
			o.out.Sel = append(o.out.Sel, int32(i))
		}
		o.at++
		o.out.N++
	}
	return o.out, nil
}

var nextColumn expr.ColumnID = 1000

func column(name string, t *types.Type) plan.Column {
	nextColumn++
	return plan.Column{ID: nextColumn, Name: name, Type: t}
}

func ref(c plan.Column) *expr.Column { return &expr.Column{ID: c.ID, Typ: c.Type, Name: c.Name} }

func konst(v types.Value, t *types.Type) *expr.Const { return &expr.Const{Val: v, Typ: t} }

func intConst(i int64) *expr.Const { return konst(types.NewInt(i), types.Int8) }

func compare(op expr.CompareOp, a, b expr.Expr) expr.Expr {
	return &expr.Compare{Op: op, A: a, B: b}
}

func newRun() *Run {
	return &Run{Context: &expr.Context{Ctx: context.Background()}, Memory: &Memory{}}
}

// tightRun has a budget that forces spilling.
func tightRun(bytes int64) *Run {
	r := newRun()
	r.Memory.Limit = bytes
	r.FS = vfs.Memory()
	return r
}

func collect(t testing.TB, n plan.Node, r *Run) [][]types.Value {
	t.Helper()
	p, err := Prepare(n)
	if err != nil {
		t.Fatal(err)
	}
	return collectProgram(t, p, r)
}

func collectProgram(t testing.TB, p *Program, r *Run) [][]types.Value {
	t.Helper()
	rows, err := runProgram(p, r)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func runProgram(p *Program, r *Run) ([][]types.Value, error) {
	e, err := p.Start(r)
	if err != nil {
		return nil, err
	}
	defer e.Close()
	var rows [][]types.Value
	for {
		b, err := e.Next()
		if err != nil {
			return nil, err
		}
		if b == nil {
			return rows, e.Close()
		}
		for k := 0; k < b.Len(); k++ {
			row := make([]types.Value, len(b.Cols))
			for c, v := range b.Cols {
				row[c] = v.Value(b.Row(k))
				row[c].S = strings.Clone(row[c].S)
			}
			rows = append(rows, row)
		}
	}
}

func show(rows [][]types.Value) []string {
	out := make([]string, len(rows))
	for i, r := range rows {
		var b strings.Builder
		for _, v := range r {
			switch v.K {
			case types.KindNull:
				b.WriteString("∅|")
			case types.KindFloat:
				fmt.Fprintf(&b, "%g|", v.Float())
			case types.KindText:
				b.WriteString(v.S + "|")
			default:
				fmt.Fprintf(&b, "%d|", v.I)
			}
		}
		out[i] = b.String()
	}
	return out
}

func sameRows(t testing.TB, what string, got, want []string, ordered bool) {
	t.Helper()
	if !ordered {
		got, want = append([]string(nil), got...), append([]string(nil), want...)
		sort.Strings(got)
		sort.Strings(want)
	}
	if len(got) != len(want) {
		t.Fatalf("%s: %d rows, want %d\n got %.300v\nwant %.300v", what, len(got), len(want), got, want)
	}
	for i := range got {
		if got[i] != want[i] {
			t.Fatalf("%s: row %d is %s, want %s", what, i, got[i], want[i])
		}
	}
}

// randomRows makes rows of (int8, text, float8) with NULLs, keys below card.
func randomRows(seed int64, n, card int) [][]types.Value {
	rng := rand.New(rand.NewSource(seed))
	rows := make([][]types.Value, n)
	for i := range rows {
		k := rng.Intn(card)
		row := []types.Value{types.NewInt(int64(k)), types.NewText(fmt.Sprintf("text value %d", rng.Intn(card))),
			types.NewFloat(float64(rng.Intn(50)))}
		if rng.Intn(3) == 0 {
			row[1] = types.NewText(fmt.Sprint(rng.Intn(9)))
		}
		for c := range row {
			if rng.Intn(12) == 0 {
				row[c] = types.Null
			}
		}
		rows[i] = row
	}
	return rows
}

func rowsInput(rows [][]types.Value) *rowsNode {
	return &rowsNode{rows: rows, ragged: true, cols: []plan.Column{
		column("a", types.Int8), column("b", types.Text), column("c", types.Float8)}}
}

func aggregateOf(t testing.TB, name string, args ...expr.Expr) *expr.Aggregate {
	t.Helper()
	for _, f := range expr.Aggregates(name) {
		if len(f.Args) != len(args) {
			continue
		}
		ok := true
		for i, a := range args {
			ok = ok && (f.Args[i] == types.Any || f.Args[i].Is(a.Type()) || f.Args[i].Is(types.AnyElement))
		}
		if !ok {
			continue
		}
		ret := f.Ret
		if f.RetFn != nil {
			var ts []*types.Type
			for _, a := range args {
				ts = append(ts, a.Type())
			}
			ret = f.RetFn(ts)
		}
		return &expr.Aggregate{Fn: f, Args: args, Typ: ret, Star: len(args) == 0}
	}
	t.Fatalf("no aggregate %s", name)
	return nil
}
