package ast

import "strings"

// objectWords are the SQL words of the object kinds.
var objectWords = [...]string{ObjectTable: "TABLE", ObjectView: "VIEW", ObjectMaterializedView: "MATERIALIZED VIEW",
	ObjectIndex: "INDEX", ObjectSequence: "SEQUENCE", ObjectType: "TYPE", ObjectDomain: "DOMAIN",
	ObjectSchema: "SCHEMA", ObjectTrigger: "TRIGGER", ObjectFunction: "FUNCTION", ObjectProcedure: "PROCEDURE",
	ObjectRoutine: "ROUTINE", ObjectAggregate: "AGGREGATE", ObjectColumn: "COLUMN", ObjectConstraint: "CONSTRAINT",
	ObjectDomainConstraint: "CONSTRAINT", ObjectAttribute: "ATTRIBUTE", ObjectCollation: "COLLATION",
	ObjectExtension: "EXTENSION", ObjectDatabase: "DATABASE", ObjectRole: "ROLE", ObjectSystem: "SYSTEM",
	ObjectOther: "OTHER", ObjectOperator: "OPERATOR", ObjectCast: "CAST"}

// String returns the kind in lower case, as error messages say it.
func (k ObjectKind) String() string { return strings.ToLower(objectWords[k]) }

// definition prints CREATE, ALTER, DROP and COMMENT.
func (p *printer) definition(n Stmt) {
	switch n := n.(type) {
	case *CreateSchema:
		p.s("CREATE SCHEMA ")
		p.when(n.IfNotExists, "IF NOT EXISTS ")
		if n.Name != "" {
			p.ident(n.Name)
		}
		if n.Authorization != "" {
			p.when(n.Name != "", " ")
			p.s("AUTHORIZATION ")
			p.ident(n.Authorization)
		}
		for _, e := range n.Elements {
			p.s(" ")
			p.node(e)
		}
	case *CreateExtension:
		p.s("CREATE EXTENSION ")
		p.when(n.IfNotExists, "IF NOT EXISTS ")
		p.ident(n.Name)
	case *CreateView:
		p.createView(n)
	case *CreateTable:
		p.createTable(n)
	case *CreateTableAs:
		p.createTableAs(n)
	case *CreateIndex:
		p.createIndex(n)
	case *CreateSequence:
		p.s("CREATE ")
		p.when(n.Temp, "TEMPORARY ")
		p.s("SEQUENCE ")
		p.when(n.IfNotExists, "IF NOT EXISTS ")
		p.qualified(n.Name)
		p.seqOptions(n.Options, " ")
	case *CreateEnum:
		p.s("CREATE TYPE ")
		p.qualified(n.Name)
		p.s(" AS ENUM (")
		for i, l := range n.Labels {
			p.when(i > 0, ", ")
			p.str(l.Text)
		}
		p.s(")")
	case *CreateComposite:
		p.s("CREATE TYPE ")
		p.qualified(n.Name)
		p.s(" AS (")
		p.columnItems(n.Fields)
		p.s(")")
	case *CreateType:
		p.createType(n)
	case *Define:
		p.define(n)
	case *CreateCast:
		p.createCast(n)
	case *AlterOperator:
		p.alterOperator(n)
	case *CreateDomain:
		p.s("CREATE DOMAIN ")
		p.qualified(n.Name)
		p.s(" AS ")
		p.typeName(n.Type)
		p.collation(n.Collation)
		for i := range n.Constraints {
			p.s(" ")
			p.columnConstraint(&n.Constraints[i])
		}
	case *CreateTrigger:
		p.createTrigger(n)
	case *SetNew:
		for i, c := range n.Columns {
			p.s(map[bool]string{true: "SET NEW.", false: ", NEW."}[i == 0])
			p.ident(c.Text)
			p.s(" = ")
			p.expr(n.Values[i], 0)
		}
	case *CreateFunction:
		p.createFunction(n)
	case *AlterFunction:
		p.alterFunction(n)
	case *Drop:
		p.drop(n)
	case *Comment:
		p.comment(n)
	default:
		p.alteration(n)
	}
}

func (p *printer) createView(n *CreateView) {
	p.s("CREATE ")
	p.when(n.OrReplace, "OR REPLACE ")
	p.when(n.Temp, "TEMPORARY ")
	p.when(n.Recursive, "RECURSIVE ")
	p.when(n.Materialized, "MATERIALIZED ")
	p.s("VIEW ")
	p.when(n.IfNotExists, "IF NOT EXISTS ")
	p.qualified(n.Name)
	p.parenNames(n.Columns)
	if len(n.Options) > 0 {
		p.s(" WITH ")
		p.options(n.Options)
	}
	p.s(" AS ")
	p.query(n.Query)
	p.s([]string{"", " WITH LOCAL CHECK OPTION", " WITH CASCADED CHECK OPTION"}[n.CheckOption])
	p.when(n.NoData, " WITH NO DATA")
}

func (p *printer) seqOptions(list []SeqOption, sep string) {
	for i, o := range list {
		if i > 0 {
			sep = " "
		}
		p.s(sep)
		p.s([]string{"AS ", "INCREMENT BY ", "MINVALUE ", "NO MINVALUE", "MAXVALUE ", "NO MAXVALUE", "START WITH ",
			"RESTART", "CACHE ", "CYCLE", "NO CYCLE", "OWNED BY ", "SEQUENCE NAME "}[o.Kind])
		switch o.Kind {
		case SeqAs:
			p.typeName(o.Type)
		case SeqRestart:
			p.when(o.Value != "", " WITH ")
			p.s(o.Value)
		case SeqOwnedBy:
			if len(o.Owned) == 0 {
				p.s("NONE")
			}
			for j, part := range o.Owned {
				p.when(j > 0, ".")
				p.ident(part.Text)
			}
		case SeqName:
			p.qualified(o.Name)
		default:
			p.s(o.Value)
		}
	}
}

func (p *printer) indexElems(list []IndexElem) {
	for i := range list {
		p.when(i > 0, ", ")
		p.indexElem(&list[i])
	}
}

func (p *printer) indexElem(e *IndexElem) {
	switch x := e.Expr.(type) {
	case *ColumnRef:
		p.expr(x, 0)
	default:
		p.s("(")
		p.expr(e.Expr, 0)
		p.s(")")
	}
	p.collation(e.Collation)
	if e.OpClass.Name != "" {
		p.s(" ")
		p.qualified(e.OpClass)
		if len(e.OpClassOptions) > 0 {
			p.options(e.OpClassOptions)
		}
	}
	p.when(e.Desc, " DESC")
	p.nulls(e.Nulls)
}

func (p *printer) createIndex(n *CreateIndex) {
	p.s("CREATE ")
	p.when(n.Unique, "UNIQUE ")
	p.s("INDEX ")
	p.when(n.Concurrently, "CONCURRENTLY ")
	p.when(n.IfNotExists, "IF NOT EXISTS ")
	if n.Name.Name != "" {
		p.quotedQualified(n.Name)
		p.s(" ")
	}
	p.s("ON ")
	p.when(n.Only, "ONLY ")
	p.qualified(n.Table)
	if n.Method != "" {
		p.s(" USING ")
		p.ident(n.Method)
	}
	p.s(" (")
	p.indexElems(n.Elems)
	p.s(")")
	if len(n.Include) > 0 {
		p.s(" INCLUDE (")
		p.indexElems(n.Include)
		p.s(")")
	}
	p.when(n.NullsNotDistinct, " NULLS NOT DISTINCT")
	if len(n.Options) > 0 {
		p.s(" WITH ")
		p.options(n.Options)
	}
	if n.Tablespace != "" {
		p.s(" TABLESPACE ")
		p.ident(n.Tablespace)
	}
	p.where(n.Where, "")
}

func (p *printer) createTrigger(n *CreateTrigger) {
	p.s("CREATE ")
	p.when(n.OrReplace, "OR REPLACE ")
	p.when(n.Temp, "TEMPORARY ")
	p.when(n.Constraint, "CONSTRAINT ")
	p.s("TRIGGER ")
	p.when(n.IfNotExists, "IF NOT EXISTS ")
	p.quotedQualified(n.Name)
	p.s([]string{" BEFORE ", " AFTER ", " INSTEAD OF "}[n.Timing])
	for i, e := range n.Events {
		p.when(i > 0, " OR ")
		p.s([]string{"INSERT", "UPDATE", "DELETE", "TRUNCATE"}[e.Kind])
		if len(e.Columns) > 0 {
			p.s(" OF ")
			p.names(e.Columns)
		}
	}
	p.s(" ON ")
	p.qualified(n.Table)
	if n.From.Name != "" {
		p.s(" FROM ")
		p.qualified(n.From)
	}
	p.when(n.Deferrable, " DEFERRABLE")
	p.when(n.InitiallyDeferred, " INITIALLY DEFERRED")
	for i, t := range n.Referencing {
		p.when(i == 0, " REFERENCING")
		p.s(map[bool]string{true: " NEW ", false: " OLD "}[t.New])
		p.s(map[bool]string{true: "ROW AS ", false: "TABLE AS "}[t.Row])
		p.ident(t.Name)
	}
	switch {
	case n.ForEachStatement:
		p.s(" FOR EACH STATEMENT")
	case n.ForEachWritten:
		p.s(" FOR EACH ROW")
	}
	if n.When != nil {
		p.s(" WHEN (")
		p.expr(n.When, 0)
		p.s(")")
	}
	if n.Function.Name != "" {
		p.s(" EXECUTE FUNCTION ")
		p.qualified(n.Function)
		p.s("(")
		for i, arg := range n.FuncArgs {
			p.when(i > 0, ", ")
			p.str(arg)
		}
		p.s(")")
		return
	}
	p.s(" ")
	p.s(FormatBody(n))
}

// FormatBody writes the statements that a trigger runs, as CREATE TRIGGER takes
// them; parser.ParseTriggerBody reads them back.
func FormatBody(n *CreateTrigger) string {
	p := &printer{}
	p.when(n.BodyBegin, "BEGIN ")
	for _, s := range n.Body {
		p.node(s)
		p.when(n.BodyBegin, "; ")
	}
	p.when(n.BodyBegin, "END")
	return p.b.String()
}

func (p *printer) params(list []FuncParam, table bool) {
	p.s("(")
	n := 0
	for _, f := range list {
		if (f.Mode == ParamTable) != table {
			continue
		}
		p.when(n > 0, ", ")
		n++
		p.param(&f)
	}
	p.s(")")
}

func (p *printer) param(f *FuncParam) {
	p.s([]string{"", "OUT ", "INOUT ", "VARIADIC ", ""}[f.Mode])
	if f.Name != "" {
		p.word(f.Name)
		p.s(" ")
	}
	if f.Type == nil {
		p.s("NONE")
		return
	}
	p.typeName(f.Type)
	if f.Default != nil {
		p.s(" DEFAULT ")
		p.expr(f.Default, 0)
	}
}

func (p *printer) createFunction(n *CreateFunction) {
	p.s("CREATE ")
	p.when(n.OrReplace, "OR REPLACE ")
	if n.Procedure {
		p.s("PROCEDURE ")
	} else {
		p.s("FUNCTION ")
	}
	p.qualified(n.Name)
	p.params(n.Params, false)
	if n.Returns != nil {
		p.s(" RETURNS ")
		p.typeName(n.Returns)
	} else if len(n.Params) > 0 && n.Params[len(n.Params)-1].Mode == ParamTable {
		p.s(" RETURNS TABLE ")
		p.params(n.Params, true)
	}
	if n.Language != "" {
		p.s(" LANGUAGE ")
		p.ident(n.Language)
	}
	p.functionClauses(n)
	if n.HasSource {
		p.s(" AS ")
		p.str(n.Source)
	}
	if n.Return != nil {
		p.s(" RETURN ")
		p.expr(n.Return, 0)
	}
	if n.Atomic {
		p.s(" BEGIN ATOMIC ")
		for _, s := range n.Body {
			p.node(s)
			p.s("; ")
		}
		p.s("END")
	}
}

// functionClauses writes the properties that ALTER FUNCTION takes too.
func (p *printer) functionClauses(n *CreateFunction) {
	p.s([]string{"", " IMMUTABLE", " STABLE", " VOLATILE"}[n.Volatility])
	p.when(n.Strict, " STRICT")
	p.when(n.SecurityDefiner, " SECURITY DEFINER")
	p.when(n.Leakproof, " LEAKPROOF")
	p.when(n.Window, " WINDOW")
	if n.Parallel != "" {
		p.s(" PARALLEL ")
		p.ident(n.Parallel)
	}
	p.when(n.Cost != "", " COST "+n.Cost)
	p.when(n.Rows != "", " ROWS "+n.Rows)
	for _, s := range n.Settings {
		p.s(" ")
		p.set(s)
	}
}

func (p *printer) alterFunction(n *AlterFunction) {
	p.alterHead(n.Kind, false, false, n.Function.Name, &n.Function)
	p.functionClauses(&n.Clauses)
	p.when(n.CalledOnNull, " CALLED ON NULL INPUT")
	p.when(n.Invoker, " SECURITY INVOKER")
	p.when(n.NotLeakproof, " NOT LEAKPROOF")
	p.when(n.ResetPath, " RESET ALL")
}

func (p *printer) signature(f *FuncSignature) {
	if f.Operator {
		p.operatorName(f.Name)
	} else {
		p.qualified(f.Name)
	}
	if !f.NoArgs {
		p.params(f.Args, false)
	}
}

func (p *printer) drop(n *Drop) {
	p.s("DROP " + objectWords[n.Kind] + " ")
	p.when(n.Concurrently, "CONCURRENTLY ")
	p.when(n.IfExists, "IF EXISTS ")
	p.qualifieds(n.Objects)
	for i := range n.Functions {
		p.when(i > 0, ", ")
		p.signature(&n.Functions[i])
	}
	if n.Kind == ObjectCast {
		p.castTypes(n.Types[0], n.Types[1])
	} else {
		for i, t := range n.Types {
			p.when(i > 0, ", ")
			p.typeName(t)
		}
	}
	if n.Table.Name != "" {
		p.s(" ON ")
		p.qualified(n.Table)
	}
	p.when(n.Cascade, " CASCADE")
	p.when(n.Restrict, " RESTRICT")
}

func (p *printer) comment(n *Comment) {
	words := objectWords[n.Kind]
	if n.Kind == ObjectOther {
		words = n.Other
	}
	p.s("COMMENT ON " + words + " ")
	switch {
	case n.Kind == ObjectColumn:
		p.qualified(n.Object)
		p.s(".")
		p.ident(n.Sub)
	case n.Sub != "":
		p.ident(n.Sub)
		if n.Object.Name != "" {
			p.s(" ON ")
			p.when(n.Kind == ObjectDomainConstraint, "DOMAIN ")
			p.qualified(n.Object)
		}
	case n.Function != nil:
		p.signature(n.Function)
	case n.CastTo != nil:
		p.castTypes(n.Type, n.CastTo)
	case n.Type != nil:
		p.typeName(n.Type)
	default:
		p.qualified(n.Object)
	}
	if n.Text == nil {
		p.s(" IS NULL")
	} else {
		p.s(" IS ")
		p.str(*n.Text)
	}
}

func (p *printer) createType(n *CreateType) {
	p.s("CREATE TYPE ")
	p.qualified(n.Name)
	if n.Kind == ShellType {
		return
	}
	p.when(n.Kind == RangeType, " AS RANGE")
	p.s(" ")
	p.typeOptions(n.Options)
}
