package ast

func (p *printer) assignTargets(list []AssignTarget) {
	for i, t := range list {
		p.when(i > 0, ", ")
		p.ident(t.Name)
		for _, step := range t.Path {
			if step.Field != "" {
				p.s(".")
				p.ident(step.Field)
			} else {
				p.brackets(step.Slice, step.Index, step.Lo, step.Hi)
			}
		}
	}
}

func (p *printer) setClauses(list []SetClause) {
	for i, s := range list {
		p.when(i > 0, ", ")
		p.when(s.Multi, "(")
		p.assignTargets(s.Targets)
		p.when(s.Multi, ")")
		p.s(" = ")
		p.expr(s.Value, 0)
	}
}

func (p *printer) or(a ConflictAction) {
	p.s([]string{"", " OR REPLACE", " OR IGNORE", " OR ABORT", "", ""}[a])
}

func (p *printer) overriding(o OverridingKind) {
	p.s([]string{"", " OVERRIDING USER VALUE", " OVERRIDING SYSTEM VALUE"}[o])
}

func (p *printer) returning(list []Target) {
	if len(list) > 0 {
		p.s(" RETURNING ")
		p.targets(list)
	}
}

func (p *printer) where(cond Expr, cursor string) {
	if cursor != "" {
		p.s(" WHERE CURRENT OF ")
		p.ident(cursor)
	} else if cond != nil {
		p.s(" WHERE ")
		p.expr(cond, 0)
	}
}

func (p *printer) withBefore(w *With) {
	if w != nil {
		p.with(w)
		p.s(" ")
	}
}

func (p *printer) insert(s *Insert) {
	p.withBefore(s.With)
	p.s("INSERT")
	p.or(s.Or)
	p.s(" INTO ")
	p.qualified(s.Table)
	if s.Alias != "" {
		p.s(" AS ")
		p.ident(s.Alias)
	}
	if len(s.Columns) > 0 {
		p.s(" (")
		p.assignTargets(s.Columns)
		p.s(")")
	}
	p.overriding(s.Overriding)
	if s.Query == nil {
		p.s(" DEFAULT VALUES")
	} else {
		p.s(" ")
		p.query(s.Query)
	}
	for _, c := range s.OnConflict {
		p.onConflict(c)
	}
	p.returning(s.Returning)
}

func (p *printer) onConflict(c *OnConflict) {
	p.s(" ON CONFLICT")
	if len(c.Elems) > 0 {
		p.s(" (")
		p.indexElems(c.Elems)
		p.s(")")
		p.where(c.Where, "")
	}
	if c.Constraint != "" {
		p.s(" ON CONSTRAINT ")
		p.ident(c.Constraint)
	}
	if c.Action == ConflictNothing {
		p.s(" DO NOTHING")
		return
	}
	p.s(" DO UPDATE SET ")
	p.setClauses(c.Set)
	p.where(c.UpdateWhere, "")
}

func (p *printer) update(s *Update) {
	p.withBefore(s.With)
	p.s("UPDATE")
	p.or(s.Or)
	p.s(" ")
	p.tableRef(s.Table)
	p.s(" SET ")
	p.setClauses(s.Set)
	if len(s.From) > 0 {
		p.s(" FROM ")
		p.tables(s.From)
	}
	p.where(s.Where, s.CurrentOf)
	p.returning(s.Returning)
}

func (p *printer) delete(s *Delete) {
	p.withBefore(s.With)
	p.s("DELETE FROM ")
	p.tableRef(s.Table)
	if len(s.Using) > 0 {
		p.s(" USING ")
		p.tables(s.Using)
	}
	p.where(s.Where, s.CurrentOf)
	p.returning(s.Returning)
}

func (p *printer) merge(s *Merge) {
	p.withBefore(s.With)
	p.s("MERGE INTO ")
	p.tableRef(s.Target)
	p.s(" USING ")
	if j, ok := s.Source.(*Join); ok && j.Alias.Name == "" {
		p.s("(")
		p.join(j)
		p.s(")")
	} else {
		p.table(s.Source)
	}
	p.s(" ON ")
	p.expr(s.On, 0)
	for _, w := range s.Whens {
		p.s(" WHEN ")
		p.when(!w.Matched, "NOT ")
		p.s("MATCHED")
		if w.Cond != nil {
			p.s(" AND ")
			p.expr(w.Cond, 0)
		}
		p.s(" THEN ")
		switch w.Action {
		case MergeDoNothing:
			p.s("DO NOTHING")
		case MergeDelete:
			p.s("DELETE")
		case MergeUpdate:
			p.s("UPDATE SET ")
			p.setClauses(w.Set)
		case MergeInsert:
			p.s("INSERT")
			if len(w.Columns) > 0 {
				p.s(" (")
				p.assignTargets(w.Columns)
				p.s(")")
			}
			p.overriding(w.Overriding)
			if w.Values == nil {
				p.s(" DEFAULT VALUES")
			} else {
				p.s(" VALUES (")
				p.exprs(w.Values)
				p.s(")")
			}
		}
	}
}

func (p *printer) tableRefs(list []*TableRef) {
	for i, t := range list {
		p.when(i > 0, ", ")
		p.tableRef(t)
	}
}

func (p *printer) copy(s *Copy) {
	p.s("COPY ")
	if s.Query != nil {
		p.s("(")
		p.node(s.Query)
		p.s(")")
	} else {
		p.qualified(s.Table)
		p.parenNames(s.Columns)
	}
	if s.From {
		p.s(" FROM ")
	} else {
		p.s(" TO ")
	}
	switch {
	case s.Endpoint == CopyProgram:
		p.s("PROGRAM ")
		p.str(s.Target)
	case s.Endpoint == CopyFile:
		p.str(s.Target)
	case s.From:
		p.s("STDIN")
	default:
		p.s("STDOUT")
	}
	if len(s.Options) > 0 {
		p.s(" WITH ")
		p.options(s.Options)
	}
	p.where(s.Where, "")
}
