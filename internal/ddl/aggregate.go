package ddl

import (
	"slices"
	"strconv"
	"strings"

	"github.com/zqlite/zqlite/internal/binder"
	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// aggregateDefinition is a CREATE AGGREGATE under way.
type aggregateDefinition struct {
	*run
	f        *catalog.SQLFunction
	a        *catalog.Aggregate
	options  map[string]*ast.TypeOption
	args     []*types.Type
	variadic bool
}

// aggregateOptions are the attributes of CREATE AGGREGATE; the old names of
// some stand for the new ones.
var aggregateOptions = map[string]string{
	"sfunc": "sfunc", "sfunc1": "sfunc", "finalfunc": "finalfunc", "combinefunc": "combinefunc", "serialfunc": "serialfunc",
	"deserialfunc": "deserialfunc", "msfunc": "msfunc", "minvfunc": "minvfunc", "mfinalfunc": "mfinalfunc",
	"finalfunc_extra": "finalfunc_extra", "mfinalfunc_extra": "mfinalfunc_extra", "finalfunc_modify": "finalfunc_modify",
	"mfinalfunc_modify": "mfinalfunc_modify", "sortop": "sortop", "basetype": "basetype", "hypothetical": "hypothetical",
	"stype": "stype", "stype1": "stype", "sspace": "sspace", "mstype": "mstype", "msspace": "msspace",
	"initcond": "initcond", "initcond1": "initcond", "minitcond": "minitcond", "parallel": "parallel",
}

// createAggregate is CREATE AGGREGATE.
func (r *run) createAggregate(s *ast.Define) string {
	d := &aggregateDefinition{run: r, a: &catalog.Aggregate{Kind: 'n'}, options: map[string]*ast.TypeOption{}}
	d.f = &catalog.SQLFunction{Schema: r.target(s.Name, false), Name: s.Name.Name, Volatile: 'i', Parallel: 'u', Aggregate: d.a}
	for i := range s.Options {
		o := &s.Options[i]
		if name := aggregateOptions[o.Name]; name != "" {
			d.options[name] = o
		} else {
			r.notice("aggregate attribute \"" + o.Name + "\" not recognized")
		}
	}
	if s.Direct >= 0 {
		d.a.Kind, d.a.Direct = 'o', s.Direct
	}
	if d.flag("hypothetical") {
		if s.Direct < 0 {
			fail(-1, sqlerr.InvalidFunctionDefinition, "only ordered-set aggregates can be hypothetical")
		}
		d.a.Kind = 'h'
	}
	d.movingComplete()
	d.arguments(s)
	d.states()
	d.functions()
	d.result()
	d.sortOperator()
	d.store(s)
	return "CREATE AGGREGATE"
}

func (d *aggregateDefinition) named(option string) bool { return d.options[option] != nil }

// flag is an attribute that is true where it is written without a value.
func (d *aggregateDefinition) flag(name string) bool {
	o := d.options[name]
	if o == nil {
		return false
	}
	word := strings.ToLower(optionName(o))
	switch word {
	case "", "true", "on", "1":
		return true
	case "false", "off", "0":
		return false
	}
	fail(-1, sqlerr.SyntaxError, "%s requires a Boolean value", name)
	return false
}

// movingComplete checks which attributes have to stand with others.
func (d *aggregateDefinition) movingComplete() {
	if !d.named("stype") {
		fail(-1, sqlerr.InvalidFunctionDefinition, "aggregate stype must be specified")
	}
	if !d.named("sfunc") {
		fail(-1, sqlerr.InvalidFunctionDefinition, "aggregate sfunc must be specified")
	}
	if d.named("mstype") {
		for _, name := range []string{"msfunc", "minvfunc"} {
			if !d.named(name) {
				fail(-1, sqlerr.InvalidFunctionDefinition, "aggregate %s must be specified when mstype is specified", name)
			}
		}
		return
	}
	for _, name := range []string{"msfunc", "minvfunc", "mfinalfunc", "msspace", "minitcond"} {
		if d.named(name) {
			fail(-1, sqlerr.InvalidFunctionDefinition, "aggregate %s must not be specified without mstype", name)
		}
	}
}

// arguments resolves what the aggregate is called with.
func (d *aggregateDefinition) arguments(s *ast.Define) {
	params := s.Args
	if s.Old {
		base := d.options["basetype"]
		if base == nil {
			fail(-1, sqlerr.InvalidFunctionDefinition, "aggregate input type must be specified")
		}
		if !strings.EqualFold(optionName(base), "any") {
			params = []ast.FuncParam{{Type: typeOption(base)}}
		}
	} else if d.named("basetype") {
		fail(-1, sqlerr.InvalidFunctionDefinition, "basetype is redundant with aggregate input type specification")
	}
	for i := range params {
		switch params[i].Mode {
		case ast.ParamOut, ast.ParamInOut:
			fail(-1, sqlerr.FeatureNotSupported, "aggregates cannot have output arguments")
		}
		if params[i].Default != nil {
			fail(-1, sqlerr.InvalidFunctionDefinition, "only input parameters can have default values")
		}
	}
	d.functionParams(&ast.CreateFunction{Params: params}, d.f)
	for _, a := range d.f.Args {
		d.args = append(d.args, a.Type)
	}
	d.variadic = d.f.Variadic
	if d.a.Kind == 'h' {
		unsupported(s.Pos, "hypothetical-set aggregates cannot be defined")
	}
}

// typeOption is the type that an option names.
func typeOption(o *ast.TypeOption) *ast.TypeName {
	if o.Type != nil {
		return o.Type
	}
	return &ast.TypeName{Pos: -1, Name: ast.QualifiedName{Pos: -1, Name: o.Text}}
}

// states resolves the types of the states, and what they begin with.
func (d *aggregateDefinition) states() {
	state := func(name string) *types.Type {
		o := d.options[name]
		if o == nil {
			return nil
		}
		switch strings.ToLower(typeOption(o).Name.Name) {
		case "cstring":
			fail(-1, sqlerr.InvalidFunctionDefinition, "aggregate transition data type cannot be cstring")
		case "internal":
			unsupported(o.Pos, "aggregates with a transition data type of internal are not supported")
		}
		t := types.WithoutMod(d.typeOf(typeOption(o)))
		if t.Category == 'P' && !expr.IsPolymorphic(t) && t.Kind != types.KindRecord || t.OID == types.RecordType.OID {
			fail(-1, sqlerr.InvalidFunctionDefinition, "aggregate transition data type cannot be %s", types.FormatName(t))
		}
		return t
	}
	d.a.State, d.a.MState = state("stype"), state("mstype")
	serial, deserial := d.named("serialfunc"), d.named("deserialfunc")
	switch {
	case serial && deserial:
		fail(-1, sqlerr.InvalidFunctionDefinition, "serialization functions may be specified only when the aggregate transition data type is internal")
	case serial || deserial:
		fail(-1, sqlerr.InvalidFunctionDefinition, "must specify both or neither of serialization and deserialization functions")
	}
	initial := func(name string, t *types.Type) *string {
		o := d.options[name]
		if o == nil {
			return nil
		}
		text := optionName(o)
		if !expr.IsPolymorphic(t) {
			e := &ast.Cast{Pos: -1, Kind: ast.CastColons, X: &ast.Literal{Pos: -1, Kind: ast.StringLiteral, Text: text}, Type: typeOption(d.options[strings.TrimSuffix(name, "initcond")+"stype"])}
			_, err := binder.BindExpr(d.bindOptions("DEFAULT expressions"), nil, nil, e, nil)
			checkAt(err, -1)
		}
		return &text
	}
	d.a.Init, d.a.MInit = initial("initcond", d.a.State), initial("minitcond", d.a.MState)
	d.a.FinalModify, d.a.MFModify = d.modify("finalfunc_modify"), d.modify("mfinalfunc_modify")
	d.a.StateSpace, d.a.MStateSize = d.size("sspace"), d.size("msspace")
	if o := d.options["parallel"]; o != nil {
		d.functionParallel(d.f, optionName(o))
	}
}

func (d *aggregateDefinition) size(name string) int {
	o := d.options[name]
	if o == nil {
		return 0
	}
	n, err := strconv.Atoi(optionName(o))
	if err != nil {
		fail(-1, sqlerr.SyntaxError, "%s requires an integer value", name)
	}
	return n
}

func (d *aggregateDefinition) modify(name string) byte {
	o := d.options[name]
	if o == nil {
		if d.a.Kind == 'n' {
			return 'r'
		}
		return 'w'
	}
	switch optionName(o) {
	case "read_only":
		return 'r'
	case "shareable":
		return 's'
	case "read_write":
		return 'w'
	}
	fail(-1, sqlerr.SyntaxError, "parameter \"%s\" must be READ_ONLY, SHAREABLE, or READ_WRITE", name)
	return 0
}

// find looks for a function that takes these arguments as they are.
func (d *aggregateDefinition) find(option string, args []*types.Type) *binder.Function {
	q := optionQualified(d.options[option])
	if q.Schema != "" && d.Catalog.Schema(d.schemaName(q.Schema)) == nil {
		fail(-1, sqlerr.InvalidSchemaName, "schema \"%s\" does not exist", q.Schema)
	}
	f, err := binder.FindFunction(d.bindOptions(""), q, args)
	text := q.Name
	if q.Schema != "" {
		text = q.Schema + "." + text
	}
	sig := text + "(" + typeList(args) + ")"
	if err != nil {
		if code := sqlerr.Code(err); code != sqlerr.UndefinedFunction {
			checkAt(err, -1)
		}
		fail(-1, sqlerr.UndefinedFunction, "function %s does not exist", sig)
	}
	if f.Set {
		fail(-1, sqlerr.DatatypeMismatch, "function %s returns a set", sig)
	}
	for i, t := range args {
		if !expr.IsPolymorphic(t) && !expr.IsPolymorphic(f.Args[i]) && !binaryCoercible(t, f.Args[i]) {
			fail(-1, sqlerr.DatatypeMismatch, "function %s requires run-time type coercion", text+"("+typeList(f.Args)+")")
		}
	}
	return f
}

// binaryCoercible reports whether values of a type are ones of another as they
// stand.
func binaryCoercible(from, to *types.Type) bool {
	return from.Is(to) || to.Is(types.Any) || expr.IsPolymorphic(to) && expr.CanCoerce(from, to) || from.Kind == to.Kind && expr.IsRelabel(from, to) && expr.BaseType(from).Is(expr.BaseType(to)) ||
		from.Is(types.Varchar) && to.Is(types.Text) || to.Is(types.RecordType) && from.Kind == types.KindRecord
}

func optionQualified(o *ast.TypeOption) ast.QualifiedName {
	if o.Type != nil {
		return o.Type.Name
	}
	return ast.QualifiedName{Pos: -1, Name: o.Text}
}

func typeList(ts []*types.Type) string {
	names := make([]string, len(ts))
	for i, t := range ts {
		names[i] = types.FormatName(t)
	}
	return strings.Join(names, ", ")
}

// functions finds the functions that the aggregate is made of.
func (d *aggregateDefinition) functions() {
	rows := d.args[d.a.Direct:]
	d.knownState()
	d.a.Trans = d.transition("sfunc", "transition function", d.a.State, rows, d.a.Init).Ref
	if d.a.MState == nil {
		d.finals(rows)
		return
	}
	forward := d.transition("msfunc", "transition function", d.a.MState, rows, d.a.MInit)
	begun := ""
	back := d.transition("minvfunc", "inverse transition function", d.a.MState, rows, &begun)
	d.a.MTrans, d.a.MInv = forward.Ref, back.Ref
	if forward.Strict != back.Strict {
		fail(-1, sqlerr.InvalidFunctionDefinition, "strictness of aggregate's forward and inverse transition functions must match")
	}
	d.finals(rows)
}

// transition finds a function of a state and a row that gives a state. A strict
// one without an initial value has to be able to begin with the first argument.
func (d *aggregateDefinition) transition(option, what string, state *types.Type, rows []*types.Type, initial *string) *binder.Function {
	f := d.find(option, append([]*types.Type{state}, rows...))
	if !f.Ret.Is(state) && !expr.IsPolymorphic(f.Ret) {
		fail(-1, sqlerr.DatatypeMismatch, "return type of %s %s is not %s", what, dotted(optionQualified(d.options[option])), types.FormatName(state))
	}
	if f.Strict && initial == nil && !expr.IsPolymorphic(state) && (len(rows) == 0 || !binaryCoercible(rows[0], state)) {
		fail(-1, sqlerr.InvalidFunctionDefinition, "must not omit initial value when transition function is strict and transition type is not compatible with input type")
	}
	return f
}

// knownState checks that the arguments say what a polymorphic state is.
func (d *aggregateDefinition) knownState() {
	if !expr.IsPolymorphic(d.a.State) {
		return
	}
	for _, t := range d.args {
		if expr.IsPolymorphic(t) && expr.IsCompatible(t) == expr.IsCompatible(d.a.State) {
			return
		}
	}
	throw(sqlerr.New(sqlerr.InvalidFunctionDefinition, "cannot determine transition data type").
		WithDetail("A result of type %s requires at least one input of type %s", d.a.State.Name, polymorphicInputs(d.a.State)))
}

// polymorphicInputs are the types that tell what a polymorphic one is.
func polymorphicInputs(t *types.Type) string {
	switch {
	case t.Is(types.AnyRange), t.Is(types.AnyMultirange):
		return "anyrange or anymultirange."
	case t.Is(types.AnyCompatibleRange), t.Is(types.AnyCompatibleMultirange):
		return "anycompatiblerange or anycompatiblemultirange."
	case expr.IsCompatible(t):
		return "anycompatible, anycompatiblearray, anycompatiblenonarray, anycompatiblerange, or anycompatiblemultirange."
	}
	return "anyelement, anyarray, anynonarray, anyenum, anyrange, or anymultirange."
}

// finals finds the functions that end the computation, and those for parts of
// it that are put together, which nothing here calls.
func (d *aggregateDefinition) finals(rows []*types.Type) {
	a := d.a
	a.FinalExtra, a.MExtra = d.flag("finalfunc_extra"), d.flag("mfinalfunc_extra")
	a.Final, d.f.Ret = d.final("finalfunc", a.State, a.FinalExtra)
	if d.named("combinefunc") {
		f := d.find("combinefunc", []*types.Type{a.State, a.State})
		if !f.Ret.Is(a.State) && !expr.IsPolymorphic(f.Ret) {
			fail(-1, sqlerr.DatatypeMismatch, "return type of combine function %s is not %s", dotted(optionQualified(d.options["combinefunc"])), types.FormatName(a.State))
		}
		a.Combine = f.Ref
	}
	if a.MState == nil {
		return
	}
	var moving *types.Type
	if a.MFinal, moving = d.final("mfinalfunc", a.MState, a.MExtra); !moving.Is(d.f.Ret) {
		fail(-1, sqlerr.InvalidFunctionDefinition, "moving-aggregate implementation returns type %s, but plain implementation returns type %s",
			types.FormatName(moving), types.FormatName(d.f.Ret))
	}
}

// final finds a function of a state that gives the result; without one the
// state is it.
func (d *aggregateDefinition) final(option string, state *types.Type, extra bool) (catalog.FuncRef, *types.Type) {
	if !d.named(option) {
		return catalog.FuncRef{}, state
	}
	args := append([]*types.Type{state}, d.args[:d.a.Direct]...)
	if extra {
		args = append([]*types.Type{state}, d.args...)
	}
	f := d.find(option, args)
	if extra && f.Strict {
		fail(-1, sqlerr.InvalidFunctionDefinition, "final function with extra arguments must not be declared STRICT")
	}
	return f.Ref, f.Ret
}

// result checks that the arguments say what a polymorphic result is.
func (d *aggregateDefinition) result() {
	if !expr.IsPolymorphic(d.f.Ret) {
		return
	}
	for _, t := range d.args {
		if expr.IsPolymorphic(t) && expr.IsCompatible(t) == expr.IsCompatible(d.f.Ret) {
			return
		}
	}
	throw(sqlerr.New(sqlerr.DatatypeMismatch, "cannot determine result data type").
		WithDetail("A result of type %s requires at least one input of type %s", d.f.Ret.Name, polymorphicInputs(d.f.Ret)))
}

func (d *aggregateDefinition) sortOperator() {
	o := d.options["sortop"]
	if o == nil {
		return
	}
	if len(d.args) != 1 {
		fail(-1, sqlerr.InvalidFunctionDefinition, "sort operator can only be specified for single-argument aggregates")
	}
	name := o.Text
	if o.Type != nil {
		name = dotted(o.Type.Name)
	}
	if _, _, _, err := expr.ResolveOperator(name, []*types.Type{d.args[0], d.args[0]}); err != nil {
		fail(-1, sqlerr.Code(err), "%s", sqlerr.From(err).Message)
	}
	d.a.SortOp, d.a.SortOpSchema = name, o.Schema
}

// store puts the aggregate into the catalog, in the place of another where that
// is asked for.
func (d *aggregateDefinition) store(s *ast.Define) {
	f := d.f
	old := d.sameFunction(f)
	switch {
	case old == nil:
		f.ID = d.newID()
	case !s.OrReplace:
		fail(-1, sqlerr.DuplicateFunction, "function \"%s\" already exists with same argument types", f.Name)
	case old.Aggregate == nil:
		throw(sqlerr.New(sqlerr.WrongObjectType, "cannot change routine kind").WithDetail("\"%s\" is a %s.", f.Name, old.Kind()))
	case old.Aggregate.Kind != d.a.Kind:
		throw(sqlerr.New(sqlerr.WrongObjectType, "cannot change routine kind").WithDetail("\"%s\" is an %s.", f.Name, aggregateWords[old.Aggregate.Kind]))
	case old.Aggregate.Direct != d.a.Direct:
		fail(-1, sqlerr.InvalidFunctionDefinition, "cannot change number of direct arguments of an aggregate function")
	default:
		d.replaceable(&ast.CreateFunction{OrReplace: true}, old, f)
		f.ID, f.Comment = old.ID, old.Comment
	}
	for _, ref := range d.a.Refs() {
		if ref.ID != 0 && !slices.Contains(f.Uses, ref.ID) {
			f.Uses = append(f.Uses, ref.ID)
		}
	}
	d.Catalog = d.Catalog.WithFunction(f)
}

// aggregateWords are the kinds of aggregates as errors say them.
var aggregateWords = map[byte]string{'n': "ordinary aggregate function", 'o': "ordered-set aggregate", 'h': "hypothetical-set aggregate"}
