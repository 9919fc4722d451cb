package ast

// Walk visits node and everything below it, parents first. Where fn returns
// false the children of that node are left out. It visits expressions, queries,
// tables, statements and types; the structs between them (Target, When,
// OrderItem and the like) are passed through.
func Walk(node Node, fn func(Node) bool) {
	w := walker{fn}
	w.node(node)
}

type walker struct {
	fn func(Node) bool
}

func (w walker) node(n Node) {
	switch n := n.(type) {
	case nil:
	case Expr:
		w.expr(n)
	case *Select:
		w.query(n)
	case SelectBody:
		w.body(n)
	case TableExpr:
		w.table(n)
	case Stmt:
		w.stmt(n)
	case *TypeName:
		w.typeName(n)
	case *ColumnDef:
		w.columnDef(n)
	case *Constraint:
		w.constraint(n)
	case *WindowSpec:
		w.window(n)
	case *With:
		w.with(n)
	case *CTE:
		w.cte(n)
	default:
		w.fn(n)
	}
}

func (w walker) exprs(list []Expr) {
	for _, e := range list {
		w.expr(e)
	}
}

func (w walker) expr(e Expr) {
	if e == nil || !w.fn(e) {
		return
	}
	switch e := e.(type) {
	case *Unary:
		w.expr(e.X)
	case *Binary:
		w.expr(e.L)
		w.expr(e.R)
	case *And:
		w.exprs(e.Args)
	case *Or:
		w.exprs(e.Args)
	case *Not:
		w.expr(e.X)
	case *Is:
		w.expr(e.X)
		w.expr(e.Y)
	case *Between:
		w.expr(e.X)
		w.expr(e.Lo)
		w.expr(e.Hi)
	case *In:
		w.expr(e.X)
		w.exprs(e.List)
		w.query(e.Query)
	case *Like:
		w.expr(e.X)
		w.expr(e.Pattern)
		w.expr(e.Escape)
	case *Quantified:
		w.expr(e.X)
		w.query(e.Query)
		w.expr(e.Array)
	case *Exists:
		w.query(e.Query)
	case *Subquery:
		w.query(e.Query)
	case *ArrayExpr:
		w.exprs(e.Elems)
	case *ArraySubquery:
		w.query(e.Query)
	case *RowExpr:
		w.exprs(e.Elems)
	case *Case:
		w.expr(e.Operand)
		for _, when := range e.Whens {
			w.expr(when.Cond)
			w.expr(when.Then)
		}
		w.expr(e.Else)
	case *Cast:
		w.expr(e.X)
		w.typeName(e.Type)
	case *Collate:
		w.expr(e.X)
	case *AtTimeZone:
		w.expr(e.X)
		w.expr(e.Zone)
	case *FuncCall:
		w.exprs(e.Args)
		w.orderBy(e.OrderBy)
		w.orderBy(e.WithinGroup)
		w.expr(e.Filter)
		w.window(e.Over)
	case *Subscript:
		w.expr(e.X)
		w.expr(e.Index)
		w.expr(e.Lo)
		w.expr(e.Hi)
	case *FieldSelect:
		w.expr(e.X)
	case *GroupingSet:
		w.exprs(e.Items)
	}
}

func (w walker) orderBy(list []OrderItem) {
	for _, o := range list {
		w.expr(o.Expr)
	}
}

func (w walker) window(s *WindowSpec) {
	if s == nil || !w.fn(s) {
		return
	}
	w.exprs(s.PartitionBy)
	w.orderBy(s.OrderBy)
	if s.Frame != nil {
		w.expr(s.Frame.Start.Offset)
		w.expr(s.Frame.End.Offset)
	}
}

func (w walker) typeName(t *TypeName) {
	if t != nil && w.fn(t) {
		w.exprs(t.Mods)
	}
}

func (w walker) query(s *Select) {
	if s == nil || !w.fn(s) {
		return
	}
	w.with(s.With)
	w.body(s.Body)
	w.orderBy(s.OrderBy)
	w.expr(s.Limit)
	w.expr(s.Offset)
}

func (w walker) body(b SelectBody) {
	switch b := b.(type) {
	case nil:
	case *Select:
		w.query(b)
	case *SelectCore:
		if !w.fn(b) {
			return
		}
		w.exprs(b.DistinctOn)
		w.targets(b.Targets)
		w.tables(b.From)
		w.expr(b.Where)
		w.exprs(b.GroupBy)
		w.expr(b.Having)
		for _, n := range b.Windows {
			w.window(n.Spec)
		}
	case *Values:
		if w.fn(b) {
			for _, row := range b.Rows {
				w.exprs(row)
			}
		}
	case *SetOp:
		if w.fn(b) {
			w.body(b.Left)
			w.body(b.Right)
		}
	}
}

func (w walker) targets(list []Target) {
	for _, t := range list {
		w.expr(t.Expr)
	}
}

func (w walker) tables(list []TableExpr) {
	for _, t := range list {
		w.table(t)
	}
}

func (w walker) with(n *With) {
	if n == nil || !w.fn(n) {
		return
	}
	for _, c := range n.CTEs {
		w.cte(c)
	}
}

func (w walker) cte(c *CTE) {
	if !w.fn(c) {
		return
	}
	w.node(c.Stmt)
	if c.Cycle != nil {
		w.expr(c.Cycle.To)
		w.expr(c.Cycle.Default)
	}
}

func (w walker) tableRef(t *TableRef) {
	if t == nil || !w.fn(t) || t.Sample == nil {
		return
	}
	w.exprs(t.Sample.Args)
	w.expr(t.Sample.Repeatable)
}

func (w walker) table(t TableExpr) {
	switch t := t.(type) {
	case nil:
	case *TableRef:
		w.tableRef(t)
	case *SubqueryRef:
		if w.fn(t) {
			w.query(t.Query)
		}
	case *FuncRef:
		if !w.fn(t) {
			return
		}
		for _, item := range t.Items {
			w.expr(item.Func)
			w.columnItems(item.Columns)
		}
		w.columnItems(t.Columns)
	case *Join:
		if w.fn(t) {
			w.table(t.Left)
			w.table(t.Right)
			w.expr(t.On)
		}
	}
}

func (w walker) columnItems(list []ColumnDefItem) {
	for _, c := range list {
		w.typeName(c.Type)
	}
}
