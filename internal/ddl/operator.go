package ddl

import (
	"slices"
	"strings"

	"github.com/zqlite/zqlite/internal/binder"
	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// operatorOptions are the attributes of CREATE OPERATOR.
var operatorOptions = map[string]string{"leftarg": "leftarg", "rightarg": "rightarg", "function": "function", "procedure": "function",
	"commutator": "commutator", "negator": "negator", "restrict": "restrict", "join": "join", "hashes": "hashes", "merges": "merges",
	"sort1": "merges", "sort2": "merges", "ltcmp": "merges", "gtcmp": "merges"}

// estimators are PostgreSQL's functions that estimate how many rows a condition
// lets through. Their names are kept; nothing calls them.
var estimators = map[string]bool{"eqsel": true, "neqsel": true, "scalarltsel": true, "scalarlesel": true, "scalargtsel": true, "scalargesel": true,
	"areasel": true, "positionsel": true, "contsel": true, "matchingsel": true, "arraycontsel": true, "rangesel": true, "likesel": true}

// createOperator is CREATE OPERATOR.
func (r *run) createOperator(s *ast.Define) string {
	named := map[string]*ast.TypeOption{}
	for i := range s.Options {
		o := &s.Options[i]
		if name := operatorOptions[o.Name]; name != "" {
			named[name] = o
		} else {
			r.notice("operator attribute \"" + o.Name + "\" not recognized")
		}
	}
	op := &catalog.Operator{Schema: r.target(s.Name, false), Name: s.Name.Name}
	if op.Name == "!=" {
		op.Name = "<>"
	}
	operand := func(option string) *types.Type {
		o := named[option]
		if o == nil {
			return nil
		}
		if o.Type != nil && o.Type.SetOf {
			fail(-1, sqlerr.InvalidFunctionDefinition, "SETOF type not allowed for operator argument")
		}
		return types.WithoutMod(r.typeOf(typeOption(o)))
	}
	op.Left, op.Right = operand("leftarg"), operand("rightarg")
	if named["function"] == nil {
		fail(-1, sqlerr.InvalidFunctionDefinition, "operator function must be specified")
	}
	switch {
	case op.Left == nil && op.Right == nil:
		fail(-1, sqlerr.InvalidFunctionDefinition, "operator argument types must be specified")
	case op.Right == nil:
		throw(sqlerr.New(sqlerr.InvalidFunctionDefinition, "operator right argument type must be specified").
			WithDetail("Postfix operators are not supported."))
	}
	f := r.operatorFunction(named["function"], op.Args())
	op.Func, op.Ret = f.Ref, f.Ret
	op.Restrict, op.Join = estimator(named["restrict"], "", "internal, oid, internal, integer"), estimator(named["join"], "join", "internal, oid, internal, smallint, internal")
	op.Hashes, op.Merges = flagOption(named["hashes"]), flagOption(named["merges"])
	op.Commutator, op.Negator = operatorOption(named["commutator"]), operatorOption(named["negator"])
	r.checkOperator(op)
	op.ID = r.newID()
	r.Catalog = r.Catalog.WithOperator(op)
	return "CREATE OPERATOR"
}

func flagOption(o *ast.TypeOption) bool {
	if o == nil {
		return false
	}
	word := strings.ToLower(optionName(o))
	return word != "false" && word != "off" && word != "0"
}

func operatorOption(o *ast.TypeOption) string {
	switch {
	case o == nil:
		return ""
	case o.Schema != "":
		return o.Schema + "." + o.Text
	}
	return optionName(o)
}

// estimator checks the name of a function that estimates.
func estimator(o *ast.TypeOption, suffix, args string) string {
	if o == nil {
		return ""
	}
	name := optionName(o)
	bare := strings.TrimPrefix(name, "pg_catalog.")
	if bare == "none" {
		return ""
	}
	if base := strings.TrimSuffix(bare, suffix+"sel") + "sel"; !estimators[base] || !strings.HasSuffix(bare, suffix+"sel") {
		fail(-1, sqlerr.UndefinedFunction, "function %s(%s) does not exist", name, args)
	}
	return bare
}

// operatorFunction finds the function that takes just these types.
func (r *run) operatorFunction(o *ast.TypeOption, args []*types.Type) *binder.Function {
	q := optionQualified(o)
	if q.Schema != "" && r.Catalog.Schema(r.schemaName(q.Schema)) == nil {
		fail(-1, sqlerr.InvalidSchemaName, "schema \"%s\" does not exist", q.Schema)
	}
	f, err := binder.FindFunction(r.bindOptions(""), q, args)
	exact := err == nil && !f.Set
	if exact && f.SQL != nil {
		exact = slices.EqualFunc(r.function(f.Ref.ID).Args, args, func(p types.Field, t *types.Type) bool { return p.Type.Is(t) })
	} else if exact {
		exact = slices.ContainsFunc(expr.Functions(f.Name), func(g *expr.Func) bool {
			return len(g.Args) == len(args) && slices.EqualFunc(g.Args, args, func(p, t *types.Type) bool { return p.Is(t) || t.Is(types.Int4) && p.Is(t) })
		})
	}
	if !exact {
		fail(-1, sqlerr.UndefinedFunction, "function %s(%s) does not exist", dotted(q), typeList(args))
	}
	return f
}

// checkOperator refuses what an operator may not say of itself.
func (r *run) checkOperator(o *catalog.Operator) {
	bad := func(when bool, text string) {
		if when {
			fail(-1, sqlerr.InvalidFunctionDefinition, "%s", text)
		}
	}
	if o.Left == nil {
		bad(o.Commutator != "", "only binary operators can have commutators")
		bad(o.Join != "", "only binary operators can have join selectivity")
		bad(o.Merges, "only binary operators can merge join")
		bad(o.Hashes, "only binary operators can hash")
	}
	if !o.Ret.Is(types.Bool) {
		bad(o.Negator != "", "only boolean operators can have negators")
		bad(o.Restrict != "", "only boolean operators can have restriction selectivity")
		bad(o.Join != "", "only boolean operators can have join selectivity")
		bad(o.Merges, "only boolean operators can merge join")
		bad(o.Hashes, "only boolean operators can hash")
	}
	if r.sameOperator(o) != nil {
		fail(-1, sqlerr.DuplicateFunction, "operator %s already exists", o.Name)
	}
	bad(o.Negator == o.Name && (o.Left == nil || o.Left.Is(o.Right)), "operator cannot be its own negator")
}

// sameOperator finds the operator of the same schema, name and operands.
func (r *run) sameOperator(o *catalog.Operator) *catalog.Operator {
	for _, x := range r.Catalog.Operators(nil, o.Schema, o.Name) {
		if x.ID != o.ID && slices.EqualFunc(x.Args(), o.Args(), (*types.Type).Is) {
			return x
		}
	}
	return nil
}

func (r *run) operator(id catalog.ID) *catalog.Operator {
	o, _ := r.Catalog.Object(catalog.ClassOperator, id).(*catalog.Operator)
	return o
}

// operatorText writes an operator with its operands.
func (r *run) operatorText(o *catalog.Operator) string {
	left := "NONE"
	if o.Left != nil {
		left = types.FormatType(o.Left)
	}
	text := o.Name + "(" + left + "," + types.FormatType(o.Right) + ")"
	if !slices.Contains(r.SearchPath, o.Schema) {
		text = ast.QuoteIdent(o.Schema) + "." + text
	}
	return text
}

// findOperator finds the operator that a statement names. verb says what would
// be done with one of the engine, which is refused.
func (r *run) findOperator(s *ast.FuncSignature, ifExists bool, verb string) *catalog.Operator {
	var args []*types.Type
	for i := range s.Args {
		if s.Args[i].Type != nil {
			args = append(args, r.typeOf(s.Args[i].Type))
		}
	}
	if s.Name.Name == "!=" {
		s.Name.Name = "<>"
	}
	for _, o := range r.Catalog.Operators(r.SearchPath, r.schemaName(s.Name.Schema), s.Name.Name) {
		if slices.EqualFunc(o.Args(), args, (*types.Type).Is) {
			return o
		}
	}
	name := dotted(s.Name)
	text := name + " " + types.FormatName(args[len(args)-1])
	if len(args) == 2 {
		text = types.FormatName(args[0]) + " " + text
	}
	builtin := (s.Name.Schema == "" || s.Name.Schema == "pg_catalog") && slices.ContainsFunc(expr.Operators(s.Name.Name), func(f *expr.Func) bool {
		return slices.EqualFunc(f.Args, args, (*types.Type).Is)
	})
	switch {
	case builtin && verb == "drop":
		left := "NONE"
		if len(args) == 2 {
			left = types.FormatName(args[0])
		}
		fail(-1, sqlerr.DependentObjectsStillExist, "cannot drop operator %s(%s,%s) because it is required by the database system", s.Name.Name, left, types.FormatName(args[len(args)-1]))
	case builtin:
		unsupported(s.Pos, "cannot %s operators of the system", verb)
	case ifExists:
		r.notice("operator " + name + " does not exist, skipping")
		return nil
	}
	fail(-1, sqlerr.UndefinedFunction, "operator does not exist: %s", text)
	return nil
}

// alterOperator is ALTER OPERATOR … SET.
func (r *run) alterOperator(s *ast.AlterOperator) string {
	o := *r.findOperator(&s.Operator, false, "alter")
	for i := range s.Options {
		x := &s.Options[i]
		switch x.Name {
		case "restrict":
			o.Restrict = estimator(x, "", "internal, oid, internal, integer")
		case "join":
			o.Join = estimator(x, "join", "internal, oid, internal, smallint, internal")
		case "leftarg", "rightarg", "function", "procedure", "commutator", "negator", "hashes", "merges":
			fail(-1, sqlerr.SyntaxError, "operator attribute \"%s\" cannot be changed", x.Name)
		default:
			fail(-1, sqlerr.SyntaxError, "operator attribute \"%s\" not recognized", x.Name)
		}
	}
	if !o.Ret.Is(types.Bool) && o.Restrict != "" {
		fail(-1, sqlerr.InvalidFunctionDefinition, "only boolean operators can have restriction selectivity")
	}
	r.Catalog = r.Catalog.WithOperator(&o)
	return "ALTER OPERATOR"
}

// usesOperator tells the trees that use an operator.
func (r *run) usesOperator(o *catalog.Operator) uses {
	return uses{
		calls: func(n ast.Node) bool {
			yes := false
			ast.Walk(n, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.Binary:
					yes = yes || n.Op == o.Name
				case *ast.Unary:
					yes = yes || n.Op == o.Name
				case *ast.Quantified:
					yes = yes || n.Op == o.Name
				}
				return !yes
			})
			return yes
		},
		means: r.binds(o.ID),
	}
}

// binds tells whether binding something comes upon an object.
func (r *run) binds(id catalog.ID) func(bind func(o binder.Options) error) bool {
	return func(bind func(o binder.Options) error) bool {
		o := r.bindOptions("")
		found := false
		o.Used = func(x catalog.ID) { found = found || x == id }
		return bind(o) == nil && found
	}
}

// calledBy lists the operators and casts that call a function.
func (r *run) calledBy(id catalog.ID) (out []dependent) {
	r.Catalog.EachOperator(func(o *catalog.Operator) bool {
		if o.Func.ID == id {
			out = append(out, dependent{thing: thing{class: operatorThing, id: o.ID}})
		}
		return true
	})
	r.Catalog.EachCast(func(x *catalog.Cast) bool {
		if x.Func.ID == id {
			out = append(out, dependent{thing: thing{class: castThing, id: x.ID}})
		}
		return true
	})
	return out
}

// overType gives the operators and casts that work on a type to add.
func (r *run) overType(oid types.OID, add func(plain, array bool, t thing)) {
	r.Catalog.EachOperator(func(o *catalog.Operator) bool {
		plain, array := refers(o.Ret, oid)
		for _, t := range o.Args() {
			p, q := refers(t, oid)
			plain, array = plain || p, array || q
		}
		add(plain, array, thing{class: operatorThing, id: o.ID})
		return true
	})
	r.Catalog.EachCast(func(x *catalog.Cast) bool {
		p1, a1 := refers(x.From, oid)
		p2, a2 := refers(x.To, oid)
		add(p1 || p2, a1 || a2, thing{class: castThing, id: x.ID})
		return true
	})
}
