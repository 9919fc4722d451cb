package ast

func (w walker) assign(list []AssignTarget) {
	for _, t := range list {
		for _, step := range t.Path {
			w.expr(step.Index)
			w.expr(step.Lo)
			w.expr(step.Hi)
		}
	}
}

func (w walker) set(list []SetClause) {
	for _, s := range list {
		w.assign(s.Targets)
		w.expr(s.Value)
	}
}

func (w walker) indexElems(list []IndexElem) {
	for _, e := range list {
		w.expr(e.Expr)
	}
}

func (w walker) options(list []Option) {
	for _, o := range list {
		w.expr(o.Value)
	}
}

func (w walker) columnDef(c *ColumnDef) {
	if c == nil || !w.fn(c) {
		return
	}
	w.typeName(c.Type)
	for i := range c.Constraints {
		w.constraint(&c.Constraints[i])
	}
}

func (w walker) constraint(c *Constraint) {
	if c == nil || !w.fn(c) {
		return
	}
	w.expr(c.Expr)
	if c.Exclude != nil {
		for _, e := range c.Exclude.Elems {
			w.expr(e.Elem.Expr)
		}
		w.expr(c.Exclude.Where)
	}
}

func (w walker) params(list []FuncParam) {
	for _, f := range list {
		w.typeName(f.Type)
		w.expr(f.Default)
	}
}

func (w walker) stmts(list []Stmt) {
	for _, s := range list {
		w.node(s)
	}
}

// stmt visits a statement that is no query.
func (w walker) stmt(n Stmt) {
	if !w.fn(n) {
		return
	}
	switch n := n.(type) {
	case *Insert:
		w.with(n.With)
		w.assign(n.Columns)
		w.query(n.Query)
		for _, c := range n.OnConflict {
			w.indexElems(c.Elems)
			w.expr(c.Where)
			w.set(c.Set)
			w.expr(c.UpdateWhere)
		}
		w.targets(n.Returning)
	case *Update:
		w.with(n.With)
		w.tableRef(n.Table)
		w.set(n.Set)
		w.tables(n.From)
		w.expr(n.Where)
		w.targets(n.Returning)
	case *Delete:
		w.with(n.With)
		w.tableRef(n.Table)
		w.tables(n.Using)
		w.expr(n.Where)
		w.targets(n.Returning)
	case *Merge:
		w.with(n.With)
		w.tableRef(n.Target)
		w.table(n.Source)
		w.expr(n.On)
		for _, m := range n.Whens {
			w.expr(m.Cond)
			w.set(m.Set)
			w.assign(m.Columns)
			w.exprs(m.Values)
		}
	case *Truncate:
		w.tableRefs(n.Tables)
	case *Lock:
		w.tableRefs(n.Tables)
	case *Copy:
		w.node(n.Query)
		w.options(n.Options)
		w.expr(n.Where)
	case *Call:
		w.expr(n.Func)
	case *Set:
		w.exprs(n.Values)
	case *Pragma:
		w.expr(n.Value)
	case *Prepare:
		for _, t := range n.Types {
			w.typeName(t)
		}
		w.node(n.Stmt)
	case *Execute:
		w.exprs(n.Args)
	case *Declare:
		w.query(n.Query)
	case *Explain:
		w.options(n.Options)
		w.node(n.Stmt)
	case *Vacuum:
		w.expr(n.Into)
	default:
		w.definition(n)
	}
}

func (w walker) tableRefs(list []*TableRef) {
	for _, t := range list {
		w.tableRef(t)
	}
}

// definition visits the parts of CREATE and ALTER.
func (w walker) definition(n Stmt) {
	switch n := n.(type) {
	case *CreateSchema:
		w.stmts(n.Elements)
	case *CreateView:
		w.query(n.Query)
	case *CreateTable:
		for _, e := range n.Order {
			w.columnDef(e.Column)
			w.constraint(e.Constraint)
		}
		w.options(n.Options)
	case *CreateTableAs:
		w.node(n.Query)
	case *CreateIndex:
		w.indexElems(n.Elems)
		w.indexElems(n.Include)
		w.expr(n.Where)
	case *CreateSequence:
		w.sequence(n.Options)
	case *AlterSequence:
		w.sequence(n.Options)
	case *CreateComposite:
		w.columnItems(n.Fields)
	case *CreateType:
		for i := range n.Options {
			w.typeName(n.Options[i].Type)
		}
	case *CreateCast:
		w.typeName(n.From)
		w.typeName(n.To)
	case *AlterOperator:
		for i := range n.Operator.Args {
			w.typeName(n.Operator.Args[i].Type)
		}
		for i := range n.Options {
			w.typeName(n.Options[i].Type)
		}
	case *Define:
		for i := range n.Options {
			w.typeName(n.Options[i].Type)
		}
		for i := range n.Args {
			w.typeName(n.Args[i].Type)
		}
	case *CreateDomain:
		w.typeName(n.Type)
		for i := range n.Constraints {
			w.constraint(&n.Constraints[i])
		}
	case *AlterDomain:
		w.expr(n.Default)
		w.constraint(n.Constraint)
	case *AlterTable:
		for i := range n.Commands {
			c := &n.Commands[i]
			w.columnDef(c.Def)
			w.typeName(c.Type)
			w.expr(c.Expr)
			w.constraint(c.Constraint)
		}
	case *SetNew:
		for _, e := range n.Values {
			w.expr(e)
		}
	case *CreateTrigger:
		w.expr(n.When)
		w.stmts(n.Body)
	case *CreateFunction:
		w.params(n.Params)
		w.typeName(n.Returns)
		w.expr(n.Return)
		w.stmts(n.Body)
	case *Drop:
		for _, t := range n.Types {
			w.typeName(t)
		}
	}
}

func (w walker) sequence(list []SeqOption) {
	for _, o := range list {
		w.typeName(o.Type)
	}
}
