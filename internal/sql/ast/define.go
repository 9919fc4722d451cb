package ast

// Define is CREATE of an object that a list of name = value describes: an
// aggregate, an operator.
type Define struct {
	Pos       int
	Kind      ObjectKind
	OrReplace bool
	Name      QualifiedName
	Old       bool // an aggregate whose argument BASETYPE says
	Star      bool // an aggregate of no arguments
	Args      []FuncParam
	// Direct is how many of Args stand before ORDER BY; -1 where there is none.
	Direct  int
	Options []TypeOption
}

func (n *Define) Position() int { return n.Pos }
func (*Define) stmtNode()       {}

func (p *printer) define(n *Define) {
	p.s("CREATE ")
	p.when(n.OrReplace, "OR REPLACE ")
	p.s(objectWords[n.Kind] + " ")
	if n.Kind == ObjectOperator {
		p.operatorName(n.Name)
	} else {
		p.qualified(n.Name)
	}
	switch {
	case n.Kind == ObjectOperator, n.Old:
	case n.Star:
		p.s(" (*)")
	default:
		p.aggregateArgs(n.Args, n.Direct)
	}
	p.s(" ")
	p.typeOptions(n.Options)
}

// aggregateArgs writes the arguments of an aggregate, the direct ones before
// ORDER BY.
func (p *printer) aggregateArgs(args []FuncParam, direct int) {
	p.s(" (")
	for i := range args {
		if i == direct {
			p.when(i > 0, " ")
			p.s("ORDER BY ")
		} else {
			p.when(i > 0, ", ")
		}
		p.param(&args[i])
	}
	if direct >= 0 && direct == len(args) { // the last direct one takes the rest too
		p.s(" ORDER BY ")
		p.param(&args[len(args)-1])
	}
	p.s(")")
}

// operatorName writes an operator with its schema.
func (p *printer) operatorName(q QualifiedName) {
	if q.Schema != "" {
		p.ident(q.Schema)
		p.s(".")
	}
	p.s(q.Name)
}

// typeOptions writes (name = value, …).
func (p *printer) typeOptions(list []TypeOption) {
	p.s("(")
	for i, o := range list {
		p.when(i > 0, ", ")
		p.ident(o.Name)
		switch {
		case o.Type != nil:
			p.s(" = ")
			p.typeName(o.Type)
		case o.IsString:
			p.s(" = ")
			p.str(o.Text)
		case o.IsOperator && o.Schema != "":
			p.s(" = OPERATOR(")
			p.operatorName(QualifiedName{Schema: o.Schema, Name: o.Text})
			p.s(")")
		case o.Text != "":
			p.s(" = " + o.Text)
		}
	}
	p.s(")")
}

// AlterOperator is ALTER OPERATOR … SET (RESTRICT = …, JOIN = …).
type AlterOperator struct {
	Pos      int
	Operator FuncSignature
	Options  []TypeOption
}

func (n *AlterOperator) Position() int { return n.Pos }
func (*AlterOperator) stmtNode()       {}

func (p *printer) alterOperator(n *AlterOperator) {
	p.s("ALTER OPERATOR ")
	p.signature(&n.Operator)
	p.s(" SET ")
	p.typeOptions(n.Options)
}

// CreateCast is CREATE CAST.
type CreateCast struct {
	Pos      int
	From, To *TypeName
	Function *FuncSignature // nil for the other methods
	InOut    bool           // WITH INOUT; otherwise, without Function, WITHOUT FUNCTION
	Context  byte           // e (explicit), a (AS ASSIGNMENT) or i (AS IMPLICIT)
}

func (n *CreateCast) Position() int { return n.Pos }
func (*CreateCast) stmtNode()       {}

func (p *printer) castTypes(from, to *TypeName) {
	p.s("(")
	p.typeName(from)
	p.s(" AS ")
	p.typeName(to)
	p.s(")")
}

func (p *printer) createCast(n *CreateCast) {
	p.s("CREATE CAST ")
	p.castTypes(n.From, n.To)
	switch {
	case n.Function != nil:
		p.s(" WITH FUNCTION ")
		p.signature(n.Function)
	case n.InOut:
		p.s(" WITH INOUT")
	default:
		p.s(" WITHOUT FUNCTION")
	}
	p.when(n.Context == 'a', " AS ASSIGNMENT")
	p.when(n.Context == 'i', " AS IMPLICIT")
}
