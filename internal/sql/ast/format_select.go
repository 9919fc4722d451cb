package ast

func (p *printer) query(s *Select) {
	if s.With != nil {
		p.with(s.With)
		p.s(" ")
	}
	p.operand(s.Body, 0)
	if len(s.OrderBy) > 0 {
		p.s(" ")
		p.orderBy(s.OrderBy)
	}
	if s.Limit != nil && !s.WithTies {
		p.s(" LIMIT ")
		p.expr(s.Limit, 0)
	}
	if s.Offset != nil {
		p.s(" OFFSET ")
		p.expr(s.Offset, 0)
	}
	if s.WithTies {
		p.s(" FETCH FIRST ")
		p.expr(s.Limit, precPrimary)
		p.s(" ROWS WITH TIES")
	}
	for _, l := range s.Locking {
		p.s(" FOR " + []string{"KEY SHARE", "SHARE", "NO KEY UPDATE", "UPDATE"}[l.Strength])
		if len(l.Of) > 0 {
			p.s(" OF ")
			p.qualifieds(l.Of)
		}
		p.s([]string{"", " NOWAIT", " SKIP LOCKED"}[l.Wait])
	}
}

// precOfSet is the level of a body among the set operations.
func precOfSet(b SelectBody) int {
	switch b := b.(type) {
	case *SetOp:
		if b.Kind == Intersect {
			return 2
		}
		return 1
	case *Select:
		return 0
	}
	return 3
}

// operand prints a body, in parentheses where it binds less tightly than min or
// has clauses of its own.
func (p *printer) operand(b SelectBody, min int) {
	prec := precOfSet(b)
	if prec == 0 || prec < min {
		p.s("(")
		p.body(b)
		p.s(")")
		return
	}
	p.body(b)
}

func (p *printer) body(b SelectBody) {
	switch b := b.(type) {
	case *Select:
		p.query(b)
	case *SelectCore:
		p.core(b)
	case *Values:
		p.s("VALUES ")
		for i, row := range b.Rows {
			p.when(i > 0, ", ")
			p.s("(")
			p.exprs(row)
			p.s(")")
		}
	case *SetOp:
		prec := precOfSet(b)
		p.operand(b.Left, prec)
		p.s([]string{" UNION ", " INTERSECT ", " EXCEPT "}[b.Kind])
		p.when(b.All, "ALL ")
		p.operand(b.Right, prec+1)
	}
}

func (p *printer) core(c *SelectCore) {
	p.s("SELECT")
	p.when(c.Distinct, " DISTINCT")
	if len(c.DistinctOn) > 0 {
		p.s(" ON (")
		p.exprs(c.DistinctOn)
		p.s(")")
	}
	if len(c.Targets) > 0 {
		p.s(" ")
		p.targets(c.Targets)
	}
	if len(c.From) > 0 {
		p.s(" FROM ")
		p.tables(c.From)
	}
	if c.Where != nil {
		p.s(" WHERE ")
		p.expr(c.Where, 0)
	}
	if len(c.GroupBy) > 0 {
		p.s(" GROUP BY ")
		p.when(c.GroupDistinct, "DISTINCT ")
		p.exprs(c.GroupBy)
	}
	if c.Having != nil {
		p.s(" HAVING ")
		p.expr(c.Having, 0)
	}
	for i, w := range c.Windows {
		if i == 0 {
			p.s(" WINDOW ")
		} else {
			p.s(", ")
		}
		p.ident(w.Name)
		p.s(" AS ")
		p.window(w.Spec)
	}
}

func (p *printer) targets(list []Target) {
	for i, t := range list {
		p.when(i > 0, ", ")
		p.expr(t.Expr, 0)
		if t.Alias != "" {
			p.s(" AS ")
			p.ident(t.Alias)
		}
	}
}

func (p *printer) orderBy(list []OrderItem) {
	p.s("ORDER BY ")
	for i, o := range list {
		p.when(i > 0, ", ")
		p.expr(o.Expr, 0)
		if o.Using != "" {
			p.s(" USING " + o.Using)
		}
		p.when(o.Desc, " DESC")
		p.nulls(o.Nulls)
	}
}

func (p *printer) nulls(n NullsOrder) { p.s([]string{"", " NULLS FIRST", " NULLS LAST"}[n]) }

func (p *printer) with(w *With) {
	p.s("WITH ")
	p.when(w.Recursive, "RECURSIVE ")
	for i, c := range w.CTEs {
		p.when(i > 0, ", ")
		p.word(c.Name)
		p.parenNames(c.Columns)
		p.s([]string{" AS (", " AS MATERIALIZED (", " AS NOT MATERIALIZED ("}[c.Materialized])
		p.node(c.Stmt)
		p.s(")")
		if s := c.Search; s != nil {
			if s.Breadth {
				p.s(" SEARCH BREADTH FIRST BY ")
			} else {
				p.s(" SEARCH DEPTH FIRST BY ")
			}
			p.names(s.By)
			p.s(" SET ")
			p.ident(s.Set)
		}
		if y := c.Cycle; y != nil {
			p.s(" CYCLE ")
			p.names(y.Columns)
			p.s(" SET ")
			p.ident(y.Mark)
			if y.To != nil {
				p.s(" TO ")
				p.restricted(y.To)
				p.s(" DEFAULT ")
				p.restricted(y.Default)
			}
			p.s(" USING ")
			p.ident(y.Path)
		}
	}
}

func (p *printer) tables(list []TableExpr) {
	for i, t := range list {
		p.when(i > 0, ", ")
		p.table(t)
	}
}

func (p *printer) alias(a TableAlias) {
	if a.Name != "" {
		p.s(" AS ")
		p.ident(a.Name)
		p.parenNames(a.Columns)
	}
}

// table prints an item of FROM.
func (p *printer) table(t TableExpr) {
	switch t := t.(type) {
	case *TableRef:
		p.tableRef(t)
	case *SubqueryRef:
		p.when(t.Lateral, "LATERAL ")
		p.parenQuery(t.Query)
		p.alias(t.Alias)
	case *FuncRef:
		p.funcRef(t)
	case *Join:
		if t.Alias.Name != "" {
			p.s("(")
			p.join(t)
			p.s(")")
			p.alias(t.Alias)
			return
		}
		p.join(t)
	}
}

func (p *printer) tableRef(t *TableRef) {
	p.when(t.Only, "ONLY ")
	p.qualified(t.Name)
	p.alias(t.Alias)
	if s := t.Sample; s != nil {
		p.s(" TABLESAMPLE ")
		p.qualified(s.Method)
		p.s("(")
		p.exprs(s.Args)
		p.s(")")
		if s.Repeatable != nil {
			p.s(" REPEATABLE (")
			p.expr(s.Repeatable, 0)
			p.s(")")
		}
	}
}

func (p *printer) join(j *Join) {
	p.table(j.Left)
	p.s(" ")
	p.when(j.Natural, "NATURAL ")
	p.s([]string{"", "LEFT ", "RIGHT ", "FULL ", "CROSS "}[j.Kind] + "JOIN ")
	if right, ok := j.Right.(*Join); ok && right.Alias.Name == "" {
		p.s("(")
		p.join(right)
		p.s(")")
	} else {
		p.table(j.Right)
	}
	if j.On != nil {
		p.s(" ON ")
		p.expr(j.On, 0)
	}
	if len(j.Using) > 0 {
		p.s(" USING (")
		p.names(j.Using)
		p.s(")")
		if j.UsingAlias != "" {
			p.s(" AS ")
			p.ident(j.UsingAlias)
		}
	}
}

func (p *printer) funcRef(f *FuncRef) {
	p.when(f.Lateral, "LATERAL ")
	p.when(f.RowsFrom, "ROWS FROM (")
	for i, item := range f.Items {
		p.when(i > 0, ", ")
		p.expr(item.Func, 0)
		if len(item.Columns) > 0 {
			p.s(" AS (")
			p.columnItems(item.Columns)
			p.s(")")
		}
	}
	p.when(f.RowsFrom, ")")
	p.when(f.Ordinality, " WITH ORDINALITY")
	p.alias(f.Alias)
	if len(f.Columns) > 0 {
		if f.Alias.Name == "" {
			p.s(" AS")
		}
		p.s(" (")
		p.columnItems(f.Columns)
		p.s(")")
	}
}

func (p *printer) columnItems(list []ColumnDefItem) {
	for i, c := range list {
		p.when(i > 0, ", ")
		p.ident(c.Name)
		p.s(" ")
		p.typeName(c.Type)
		p.collation(c.Collation)
	}
}

func (p *printer) collation(q QualifiedName) {
	if q.Name != "" {
		p.s(" COLLATE ")
		p.qualified(q)
	}
}
