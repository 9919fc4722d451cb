package ast

import "strings"

func (p *printer) createTable(n *CreateTable) {
	p.s("CREATE ")
	p.when(n.Temp, "TEMPORARY ")
	p.when(n.Unlogged, "UNLOGGED ")
	p.s("TABLE ")
	p.when(n.IfNotExists, "IF NOT EXISTS ")
	p.qualified(n.Name)
	if n.Of != nil {
		p.s(" OF ")
		p.typeName(n.Of)
	}
	p.when(n.Of == nil || len(n.Order) > 0, " (")
	for i, e := range n.Order {
		p.when(i > 0, ", ")
		switch {
		case e.Column != nil:
			p.columnDef(e.Column)
		case e.Constraint != nil:
			p.constraint(e.Constraint)
		case e.Like != nil:
			p.s("LIKE ")
			p.qualified(e.Like.Table)
			for _, o := range e.Like.Options {
				p.s(map[bool]string{true: " INCLUDING ", false: " EXCLUDING "}[o.Including])
				p.s(strings.ToUpper(o.What))
			}
		}
	}
	p.when(n.Of == nil || len(n.Order) > 0, ")")
	if n.TenantBy != "" {
		p.s(" TENANT BY (")
		p.ident(n.TenantBy)
		p.s(")")
	}
	if len(n.Inherits) > 0 {
		p.s(" INHERITS (")
		p.qualifieds(n.Inherits)
		p.s(")")
	}
	if n.Using != "" {
		p.s(" USING ")
		p.ident(n.Using)
	}
	p.storage(n.Options, n.OnCommit, n.Tablespace)
}

// storage prints the clauses behind a column list.
func (p *printer) storage(options []Option, onCommit OnCommit, tablespace string) {
	if len(options) > 0 {
		p.s(" WITH ")
		p.options(options)
	}
	p.s([]string{"", " ON COMMIT PRESERVE ROWS", " ON COMMIT DELETE ROWS", " ON COMMIT DROP"}[onCommit])
	if tablespace != "" {
		p.s(" TABLESPACE ")
		p.ident(tablespace)
	}
}

func (p *printer) createTableAs(n *CreateTableAs) {
	p.s("CREATE ")
	p.when(n.Temp, "TEMPORARY ")
	p.when(n.Unlogged, "UNLOGGED ")
	p.s("TABLE ")
	p.when(n.IfNotExists, "IF NOT EXISTS ")
	p.qualified(n.Name)
	p.parenNames(n.Columns)
	p.storage(n.Options, n.OnCommit, n.Tablespace)
	p.s(" AS ")
	p.node(n.Query)
	p.when(n.NoData, " WITH NO DATA")
}

func (p *printer) columnDef(c *ColumnDef) {
	p.word(c.Name)
	if c.Type == nil { // of a typed table
		p.s(" WITH OPTIONS")
	} else {
		p.s(" ")
		p.typeName(c.Type)
	}
	p.collation(c.Collation)
	if c.Compression != "" {
		p.s(" COMPRESSION ")
		p.ident(c.Compression)
	}
	for i := range c.Constraints {
		p.s(" ")
		p.columnConstraint(&c.Constraints[i])
	}
}

func (p *printer) constraintName(c *Constraint) {
	if c.Name != "" {
		p.s("CONSTRAINT ")
		p.ident(c.Name)
		p.s(" ")
	}
}

// columnConstraint prints a constraint that belongs to a column or a domain.
func (p *printer) columnConstraint(c *Constraint) {
	p.constraintName(c)
	switch c.Kind {
	case ConstraintNotNull:
		p.s("NOT NULL")
	case ConstraintNull:
		p.s("NULL")
	case ConstraintDefault:
		p.s("DEFAULT ")
		p.restricted(c.Expr)
	case ConstraintGenerated:
		p.s("GENERATED ALWAYS AS (")
		p.expr(c.Expr, 0)
		p.s(map[bool]string{true: ") VIRTUAL", false: ") STORED"}[c.Virtual])
	case ConstraintIdentity:
		if c.Autoincrement {
			p.s("AUTOINCREMENT")
			return
		}
		p.identity(c)
	case ConstraintPrimaryKey:
		p.s("PRIMARY KEY")
		p.when(c.Desc, " DESC")
		p.when(c.Autoincrement, " AUTOINCREMENT")
		p.keyTail(c)
	case ConstraintForeignKey:
		p.reference(c.Ref)
	default:
		p.constraintBody(c)
	}
	p.deferral(c)
}

func (p *printer) identity(c *Constraint) {
	p.s("GENERATED " + map[bool]string{true: "ALWAYS", false: "BY DEFAULT"}[c.Always] + " AS IDENTITY")
	if len(c.Sequence) > 0 {
		p.s(" (")
		p.seqOptions(c.Sequence, "")
		p.s(")")
	}
}

// constraint prints a table constraint.
func (p *printer) constraint(c *Constraint) {
	switch c.Kind {
	case ConstraintNotNull, ConstraintNull, ConstraintDefault, ConstraintGenerated, ConstraintIdentity:
		p.columnConstraint(c)
		return
	}
	p.constraintName(c)
	p.constraintBody(c)
	p.deferral(c)
}

func (p *printer) constraintBody(c *Constraint) {
	switch c.Kind {
	case ConstraintCheck:
		p.s("CHECK (")
		p.expr(c.Expr, 0)
		p.s(")")
		p.when(c.NoInherit, " NO INHERIT")
	case ConstraintUnique, ConstraintPrimaryKey:
		if c.Kind == ConstraintUnique {
			p.s("UNIQUE")
		} else {
			p.s("PRIMARY KEY")
		}
		p.when(c.NullsNotDistinct, " NULLS NOT DISTINCT")
		if c.UsingIndex != "" {
			p.s(" USING INDEX ")
			p.ident(c.UsingIndex)
		}
		p.parenNames(c.Columns)
		p.keyTail(c)
	case ConstraintForeignKey:
		p.s("FOREIGN KEY")
		p.parenNames(c.Columns)
		p.s(" ")
		p.reference(c.Ref)
	case ConstraintExclude:
		p.exclusion(c)
	}
}

func (p *printer) keyTail(c *Constraint) {
	if len(c.Include) > 0 {
		p.s(" INCLUDE")
		p.parenNames(c.Include)
	}
	if len(c.Options) > 0 {
		p.s(" WITH ")
		p.options(c.Options)
	}
	if c.Tablespace != "" {
		p.s(" USING INDEX TABLESPACE ")
		p.ident(c.Tablespace)
	}
}

func (p *printer) deferral(c *Constraint) {
	p.when(c.Deferrable, " DEFERRABLE")
	p.when(c.NotDeferrable, " NOT DEFERRABLE")
	switch {
	case c.InitiallyDeferred:
		p.s(" INITIALLY DEFERRED")
	case c.InitiallyWritten:
		p.s(" INITIALLY IMMEDIATE")
	}
	p.when(c.NotValid, " NOT VALID")
	p.when(c.NoInherit && c.Kind != ConstraintCheck, " NO INHERIT")
}

func (p *printer) reference(r *Reference) {
	p.s("REFERENCES ")
	p.qualified(r.Table)
	p.parenNames(r.Columns)
	p.s([]string{"", " MATCH FULL", " MATCH PARTIAL"}[r.Match])
	actions := []string{"", "RESTRICT", "CASCADE", "SET NULL", "SET DEFAULT"}
	if r.OnDelete != FKNoAction {
		p.s(" ON DELETE " + actions[r.OnDelete])
		p.parenNames(r.OnDeleteColumns)
	}
	if r.OnUpdate != FKNoAction {
		p.s(" ON UPDATE " + actions[r.OnUpdate])
	}
}

func (p *printer) exclusion(c *Constraint) {
	x := c.Exclude
	p.s("EXCLUDE ")
	if x.Method != "" {
		p.s("USING ")
		p.ident(x.Method)
		p.s(" ")
	}
	p.s("(")
	for i := range x.Elems {
		p.when(i > 0, ", ")
		p.indexElem(&x.Elems[i].Elem)
		p.s(" WITH ")
		p.op(x.Elems[i].Op, x.Elems[i].OpSchema)
	}
	p.s(")")
	p.keyTail(c)
	if x.Where != nil {
		p.s(" WHERE (")
		p.expr(x.Where, 0)
		p.s(")")
	}
}
