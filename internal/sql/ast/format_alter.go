package ast

import "strings"

// alteration prints every ALTER.
func (p *printer) alteration(n Stmt) {
	switch n := n.(type) {
	case *AlterTable:
		p.alterHead(n.Kind, n.IfExists, n.Only, n.Name, nil)
		for i := range n.Commands {
			p.when(i > 0, ",")
			p.s(" ")
			p.alterCommand(&n.Commands[i], n.Kind)
		}
	case *AlterSequence:
		p.alterHead(ObjectSequence, n.IfExists, false, n.Name, nil)
		p.seqOptions(n.Options, " ")
	case *AlterEnum:
		p.alterHead(ObjectType, false, false, n.Name, nil)
		p.alterEnum(n)
	case *AlterDomain:
		p.alterHead(ObjectDomain, false, false, n.Name, nil)
		p.alterDomain(n)
	case *Rename:
		p.rename(n)
	case *SetSchema:
		p.alterHead(n.Kind, n.IfExists, false, n.Object, n.Function)
		p.s(" SET SCHEMA ")
		p.ident(n.Schema)
	case *SetOwner:
		p.alterHead(n.Kind, n.IfExists, false, n.Object, n.Function)
		p.s(" OWNER TO ")
		p.ident(n.Owner)
	}
}

func (p *printer) alterHead(kind ObjectKind, ifExists, only bool, name QualifiedName, f *FuncSignature) {
	p.s("ALTER " + objectWords[kind] + " ")
	p.when(ifExists, "IF EXISTS ")
	p.when(only, "ONLY ")
	if f != nil {
		p.signature(f)
		return
	}
	p.qualified(name)
}

func (p *printer) rename(n *Rename) {
	switch n.Kind {
	case ObjectTrigger:
		p.s("ALTER TRIGGER ")
		p.ident(n.Sub)
		p.s(" ON ")
		p.qualified(n.Object)
	case ObjectColumn, ObjectConstraint, ObjectAttribute, ObjectDomainConstraint:
		p.alterHead(n.Owner, n.IfExists, n.Only, n.Object, nil)
		p.s(" RENAME " + objectWords[n.Kind] + " ")
		p.ident(n.Sub)
		p.s(" TO ")
		p.ident(n.NewName)
		p.when(n.Cascade, " CASCADE")
		return
	default:
		p.alterHead(n.Kind, n.IfExists, n.Only, n.Object, n.Function)
	}
	p.s(" RENAME TO ")
	p.ident(n.NewName)
}

func (p *printer) alterEnum(n *AlterEnum) {
	if n.Rename {
		p.s(" RENAME VALUE ")
		p.str(n.OldLabel)
		p.s(" TO ")
		p.str(n.Label)
		return
	}
	p.s(" ADD VALUE ")
	p.when(n.IfNotExists, "IF NOT EXISTS ")
	p.str(n.Label)
	switch {
	case n.Before:
		p.s(" BEFORE ")
		p.str(n.Neighbour)
	case n.Neighbour != "":
		p.s(" AFTER ")
		p.str(n.Neighbour)
	}
}

func (p *printer) alterDomain(n *AlterDomain) {
	switch n.Kind {
	case DomainSetDefault:
		p.s(" SET DEFAULT ")
		p.expr(n.Default, 0)
	case DomainDropDefault:
		p.s(" DROP DEFAULT")
	case DomainSetNotNull:
		p.s(" SET NOT NULL")
	case DomainDropNotNull:
		p.s(" DROP NOT NULL")
	case DomainAddConstraint:
		p.s(" ADD ")
		p.constraint(n.Constraint)
	case DomainDropConstraint:
		p.s(" DROP CONSTRAINT ")
		p.when(n.IfExists, "IF EXISTS ")
		p.ident(n.Target)
		p.when(n.Cascade, " CASCADE")
	case DomainValidateConstraint:
		p.s(" VALIDATE CONSTRAINT ")
		p.ident(n.Target)
	}
}

// alterCommand prints one command of ALTER TABLE.
func (p *printer) alterCommand(c *AlterCommand, kind ObjectKind) {
	part := "COLUMN "
	if kind == ObjectType {
		part = "ATTRIBUTE "
	}
	switch c.Kind {
	case AlterAddColumn:
		p.s("ADD " + part)
		p.when(c.IfNotExists, "IF NOT EXISTS ")
		p.columnDef(c.Def)
	case AlterDropColumn:
		p.s("DROP " + part)
		p.when(c.IfExists, "IF EXISTS ")
		p.word(c.Column)
	case AlterAddConstraint:
		p.s("ADD ")
		p.constraint(c.Constraint)
	case AlterDropConstraint:
		p.s("DROP CONSTRAINT ")
		p.when(c.IfExists, "IF EXISTS ")
		p.ident(c.Target)
	case AlterValidateConstraint:
		p.s("VALIDATE CONSTRAINT ")
		p.ident(c.Target)
	case AlterConstraintDefer:
		p.s("ALTER CONSTRAINT ")
		p.ident(c.Target)
		p.deferral(c.Constraint)
	case AlterTenantBy:
		if c.Column == "" {
			p.s("NO TENANT")
			break
		}
		p.s("TENANT BY (")
		p.ident(c.Column)
		p.s(")")
	default:
		if c.Column != "" {
			p.s("ALTER " + part)
			p.ident(c.Column)
			p.s(" ")
			p.alterColumn(c)
		} else {
			p.alterWhole(c)
		}
	}
	p.when(c.Cascade, " CASCADE")
}

func (p *printer) alterColumn(c *AlterCommand) {
	switch c.Kind {
	case AlterColumnType:
		p.s("TYPE ")
		p.typeName(c.Type)
		p.collation(c.Collation)
		if c.Expr != nil {
			p.s(" USING ")
			p.expr(c.Expr, 0)
		}
	case AlterSetDefault:
		p.s("SET DEFAULT ")
		p.expr(c.Expr, 0)
	case AlterDropDefault:
		p.s("DROP DEFAULT")
	case AlterSetNotNull:
		p.s("SET NOT NULL")
	case AlterDropNotNull:
		p.s("DROP NOT NULL")
	case AlterSetExpression:
		p.s("SET EXPRESSION AS (")
		p.expr(c.Expr, 0)
		p.s(")")
	case AlterDropExpression:
		p.s("DROP EXPRESSION")
		p.when(c.IfExists, " IF EXISTS")
	case AlterAddIdentity:
		p.s("ADD ")
		p.identity(c.Constraint)
	case AlterSetIdentity:
		sep := ""
		if c.AlwaysSet {
			p.s("SET GENERATED " + map[bool]string{true: "ALWAYS", false: "BY DEFAULT"}[c.Constraint.Always])
			sep = " "
		}
		for i, o := range c.Constraint.Sequence {
			if o.Kind == SeqRestart {
				p.seqOptions(c.Constraint.Sequence[i:i+1], sep)
			} else {
				p.seqOptions(c.Constraint.Sequence[i:i+1], sep+"SET ")
			}
			sep = " "
		}
	case AlterDropIdentity:
		p.s("DROP IDENTITY")
		p.when(c.IfExists, " IF EXISTS")
	case AlterSetStatistics:
		p.s("SET STATISTICS ")
		p.setting(c.Expr)
	case AlterSetStorage:
		p.s("SET STORAGE ")
		p.ident(c.Word)
	case AlterSetCompression:
		p.s("SET COMPRESSION ")
		p.ident(c.Word)
	case AlterSetColumnOptions:
		p.s("SET ")
		p.options(c.Options)
	case AlterResetColumnOptions:
		p.s("RESET ")
		p.options(c.Options)
	}
}

// alterWhole prints the commands about the table as a whole.
func (p *printer) alterWhole(c *AlterCommand) {
	switch c.Kind {
	case AlterEnableTrigger, AlterDisableTrigger:
		if c.Kind == AlterEnableTrigger {
			p.s("ENABLE ")
		} else {
			p.s("DISABLE ")
		}
		p.when(c.Word != "", strings.ToUpper(c.Word)+" ")
		p.s("TRIGGER ")
		if c.Target == "all" || c.Target == "user" {
			p.s(strings.ToUpper(c.Target))
		} else {
			p.ident(c.Target)
		}
	case AlterOf:
		p.s("OF ")
		p.typeName(c.Type)
	case AlterNotOf:
		p.s("NOT OF")
	case AlterClusterOn:
		p.s("CLUSTER ON ")
		p.ident(c.Target)
	case AlterSetWithoutCluster:
		p.s("SET WITHOUT CLUSTER")
	case AlterSetLogged:
		p.s("SET LOGGED")
	case AlterSetUnlogged:
		p.s("SET UNLOGGED")
	case AlterSetTablespace:
		p.s("SET TABLESPACE ")
		p.ident(c.Word)
	case AlterSetOptions:
		p.s("SET ")
		p.options(c.Options)
	case AlterResetOptions:
		p.s("RESET ")
		p.options(c.Options)
	case AlterInherit:
		p.s("INHERIT ")
		p.qualified(c.Table)
	case AlterNoInherit:
		p.s("NO INHERIT ")
		p.qualified(c.Table)
	case AlterOwner:
		p.s("OWNER TO ")
		p.ident(c.Word)
	case AlterReplicaIdentity:
		p.s("REPLICA IDENTITY ")
		if c.Word != "" {
			p.s(strings.ToUpper(c.Word))
		} else {
			p.s("USING INDEX ")
			p.ident(c.Target)
		}
	case AlterRowSecurity:
		p.s(strings.ToUpper(c.Word) + " ROW LEVEL SECURITY")
	}
}
