package ddl

import (
	"maps"
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

// createFunction is CREATE FUNCTION … LANGUAGE SQL and CREATE PROCEDURE. The
// body is bound to find its mistakes, and kept as text.
func (r *run) createFunction(s *ast.CreateFunction) string {
	tag := "CREATE FUNCTION"
	if s.Procedure {
		tag = "CREATE PROCEDURE"
	}
	if s.Conflict > 0 {
		fail(s.Conflict-1, sqlerr.SyntaxError, "conflicting or redundant options")
	}
	r.functionLanguage(s)
	if s.Procedure && (s.Volatility != 0 || s.Strict || s.Leakproof || s.Cost != "" || s.Rows != "" || s.Parallel != "" || s.Window) {
		fail(-1, sqlerr.InvalidFunctionDefinition, "invalid attribute in procedure definition")
	}
	f := &catalog.SQLFunction{
		Schema: r.target(s.Name, false), Name: s.Name.Name, Procedure: s.Procedure, Strict: s.Strict,
		Cost: s.Cost, Rows: s.Rows, Leakproof: s.Leakproof, Definer: s.SecurityDefiner,
	}
	r.functionVolatility(f, s.Volatility)
	r.functionParallel(f, s.Parallel)
	r.functionSettings(f, s.Settings)
	r.functionParams(s, f)
	r.functionResult(s, f)
	r.functionBody(s, f)
	costs(f)
	old := r.sameFunction(f)
	if old == nil {
		f.ID = r.newID()
	} else {
		r.replaceable(s, old, f)
		f.ID, f.Comment = old.ID, old.Comment
	}
	r.Catalog = r.Catalog.WithFunction(f)
	r.checkBody(f)
	return tag
}

// checkBody binds the body. What a body without quotes uses may not go while
// the function is there.
func (r *run) checkBody(f *catalog.SQLFunction) {
	if r.TrustBodies && f.Source != "" && len(f.Refused) == 0 {
		return
	}
	o := r.bindOptions("")
	calls := map[catalog.ID]bool{}
	o.Used = func(id catalog.ID) { calls[id] = true }
	var rels []catalog.ID
	stored(func() {
		var err error
		rels, err = binder.CheckRoutine(o, f)
		check(err)
	})
	for _, word := range f.Refused {
		fail(-1, sqlerr.FeatureNotSupported, "%s is not allowed in an SQL function", word)
	}
	if f.Source != "" {
		return
	}
	delete(calls, f.ID)
	n := *f
	n.Uses = append(rels, slices.Sorted(maps.Keys(calls))...)
	r.Catalog = r.Catalog.WithFunction(&n)
}

// costs checks COST and ROWS.
func costs(f *catalog.SQLFunction) {
	positive := func(text string) bool {
		v, err := strconv.ParseFloat(text, 64)
		return text == "" || err == nil && v > 0
	}
	switch {
	case !positive(f.Cost):
		fail(-1, sqlerr.InvalidParameterValue, "COST must be positive")
	case f.Rows != "" && !f.Set:
		fail(-1, sqlerr.InvalidParameterValue, "ROWS is not applicable when function does not return a set")
	case !positive(f.Rows):
		fail(-1, sqlerr.InvalidParameterValue, "ROWS must be positive")
	}
}

// alterFunction is ALTER FUNCTION with properties.
func (r *run) alterFunction(s *ast.AlterFunction) string {
	if s.Clauses.Conflict > 0 {
		fail(s.Clauses.Conflict-1, sqlerr.SyntaxError, "conflicting or redundant options")
	}
	old := r.findFunction(&s.Function, s.Kind, false)
	if old.Aggregate != nil {
		throw(isAggregate(old))
	}
	f, c := *old, &s.Clauses
	if f.Procedure && (c.Volatility != 0 || c.Strict || s.CalledOnNull || c.Leakproof || c.Cost != "" || c.Rows != "" || c.Parallel != "") {
		fail(-1, sqlerr.InvalidFunctionDefinition, "invalid attribute in procedure definition")
	}
	r.functionVolatility(&f, c.Volatility)
	r.functionParallel(&f, c.Parallel)
	if s.ResetPath {
		f.SearchPath, f.PathWritten = nil, ""
	}
	r.functionSettings(&f, c.Settings)
	f.Strict = f.Strict && !s.CalledOnNull || c.Strict
	f.Definer = f.Definer && !s.Invoker || c.SecurityDefiner
	f.Leakproof = f.Leakproof && !s.NotLeakproof || c.Leakproof
	if c.Cost != "" {
		f.Cost = c.Cost
	}
	if c.Rows != "" {
		f.Rows = c.Rows
	}
	costs(&f)
	r.Catalog = r.Catalog.WithFunction(&f)
	return "ALTER " + kindTags[s.Kind]
}

// functionLanguage refuses the languages that there are not.
func (r *run) functionLanguage(s *ast.CreateFunction) {
	switch l := strings.ToLower(s.Language); l {
	case "", "sql":
		if l == "" && s.Return == nil && !s.Atomic {
			fail(-1, sqlerr.InvalidFunctionDefinition, "no language specified")
		}
	case "plpgsql", "c", "internal":
		unsupported(s.Pos, "language \"%s\" is not supported", l)
	default:
		fail(-1, sqlerr.UndefinedObject, "language \"%s\" does not exist", s.Language)
	}
}

func (r *run) functionVolatility(f *catalog.SQLFunction, v ast.Volatility) {
	switch v {
	case ast.VolatilityImmutable:
		f.Volatile = 'i'
	case ast.VolatilityStable:
		f.Volatile = 's'
	case ast.VolatilityVolatile:
		f.Volatile = 'v'
	default:
		if f.Volatile == 0 {
			f.Volatile = 'v'
		}
	}
}

func (r *run) functionParallel(f *catalog.SQLFunction, word string) {
	switch strings.ToLower(word) {
	case "":
		if f.Parallel == 0 {
			f.Parallel = 'u'
		}
	case "safe", "restricted", "unsafe":
		f.Parallel = strings.ToLower(word)[0]
	default:
		fail(-1, sqlerr.SyntaxError, "parameter \"parallel\" must be SAFE, RESTRICTED, or UNSAFE")
	}
}

// functionSettings takes SET search_path; other settings would have to change
// while the body runs.
func (r *run) functionSettings(f *catalog.SQLFunction, list []*ast.Set) {
	for _, set := range list {
		if !strings.EqualFold(set.Name, "search_path") {
			unsupported(set.Pos, "SET %s in a function is not supported", set.Name)
		}
		f.SearchPath = []string{}
		for _, v := range set.Values {
			var name string
			switch v := v.(type) {
			case *ast.Literal:
				name = v.Text
			case *ast.ColumnRef:
				name = v.Parts[len(v.Parts)-1].Text
			default:
				unsupported(set.Pos, "this form of SET search_path is not supported")
			}
			f.SearchPath = append(f.SearchPath, name)
		}
		f.PathWritten = "search_path=" + strings.Join(f.SearchPath, ", ")
	}
}

// replaceable checks what CREATE OR REPLACE may not change.
func (r *run) replaceable(s *ast.CreateFunction, old, f *catalog.SQLFunction) {
	drop := func(format string, args ...any) {
		throw(sqlerr.New(sqlerr.InvalidFunctionDefinition, format, args...).
			WithHint("Use DROP %s %s first.", strings.ToUpper(f.Kind()), r.signature(old)))
	}
	old = r.Catalog.Current(old)
	sameOut := func() bool {
		return slices.EqualFunc(outOf(old), outOf(f), func(a, b types.Field) bool { return a.Name == b.Name && sameType(a.Type, b.Type) })
	}
	switch {
	case !s.OrReplace:
		fail(-1, sqlerr.DuplicateFunction, "%s \"%s\" already exists with same argument types", "function", f.Name)
	case old.Aggregate != nil && f.Aggregate == nil:
		throw(sqlerr.New(sqlerr.WrongObjectType, "cannot change routine kind").
			WithDetail("\"%s\" is an aggregate function.", f.Name))
	case old.Procedure != f.Procedure:
		throw(sqlerr.New(sqlerr.WrongObjectType, "cannot change routine kind").
			WithDetail("\"%s\" is a %s.", f.Name, old.Kind()))
	case old.Set != f.Set || !sameType(old.Ret, f.Ret) || old.RetRel != f.RetRel:
		if f.Procedure {
			drop("cannot change whether a procedure has output parameters")
		}
		drop("cannot change return type of existing function")
	case !sameOut():
		throw(sqlerr.New(sqlerr.InvalidFunctionDefinition, "cannot change return type of existing function").
			WithDetail("Row type defined by OUT parameters is different.").
			WithHint("Use DROP %s %s first.", strings.ToUpper(f.Kind()), r.signature(old)))
	}
	for i := range old.Args {
		if n := old.Args[i].Name; n != "" && n != f.Args[i].Name {
			drop("cannot change name of input parameter \"%s\"", n)
		}
	}
	if len(f.Defaults) < len(old.Defaults) {
		drop("cannot remove parameter defaults from existing function")
	}
}

// outOf are the results that have names in the parameters.
func outOf(f *catalog.SQLFunction) []types.Field {
	if !f.HasOut() {
		return nil
	}
	return f.Cols
}

func sameType(a, b *types.Type) bool { return types.FormatType(a) == types.FormatType(b) }

// functionParams resolves the parameters.
func (r *run) functionParams(s *ast.CreateFunction, f *catalog.SQLFunction) {
	ins, outs := map[string]bool{}, map[string]bool{}
	for i := range s.Params {
		p := &s.Params[i]
		r.paramName(p, ins, outs)
		t, rel := r.paramType(p.Type, true)
		if s.Procedure && p.Mode == ast.ParamOut && len(f.Defaults) > 0 {
			fail(-1, sqlerr.InvalidFunctionDefinition, "procedure OUT parameters cannot appear after one with a default value")
		}
		in := p.Mode != ast.ParamOut && p.Mode != ast.ParamTable
		switch {
		case f.Variadic && in:
			fail(-1, sqlerr.InvalidFunctionDefinition, "VARIADIC parameter must be the last input parameter")
		case f.Variadic && s.Procedure && p.Mode == ast.ParamOut:
			fail(-1, sqlerr.InvalidFunctionDefinition, "VARIADIC parameter must be the last parameter")
		case p.Mode == ast.ParamVariadic:
			if f.Variadic = true; t.Kind != types.KindArray && !t.Is(types.AnyArray) && !t.Is(types.AnyCompatibleArray) {
				fail(-1, sqlerr.InvalidFunctionDefinition, "VARIADIC parameter must be an array")
			}
		}
		f.Modes += string("iobvt"[p.Mode])
		field := types.Field{Name: p.Name, Type: t}
		if !in || p.Mode == ast.ParamInOut {
			f.Cols = append(f.Cols, field)
		}
		f.Set = f.Set || p.Mode == ast.ParamTable
		if !in {
			if p.Default != nil {
				fail(-1, sqlerr.InvalidFunctionDefinition, "only input parameters can have default values")
			}
			continue
		}
		if rel != 0 || f.ArgRels != nil {
			for len(f.ArgRels) < len(f.Args) {
				f.ArgRels = append(f.ArgRels, 0)
			}
			f.ArgRels = append(f.ArgRels, rel)
		}
		f.Args = append(f.Args, field)
		r.paramDefault(p, f, t)
	}
}

func (r *run) paramDefault(p *ast.FuncParam, f *catalog.SQLFunction, t *types.Type) {
	switch {
	case p.Default != nil && expr.IsPolymorphic(t):
		f.Defaults = append(f.Defaults, r.canonical(nil, p.Default))
	case p.Default != nil:
		e, err := binder.BindExpr(r.bindOptions("DEFAULT expressions"), nil, nil, p.Default, nil)
		check(err)
		if !isLiteral(p.Default) && !expr.CanCoerce(e.Type(), t) {
			fail(p.Default.Position(), sqlerr.DatatypeMismatch, "argument of DEFAULT must be type %s, not type %s", types.FormatType(t), types.FormatType(e.Type()))
		}
		r.assigned(nil, p.Default, inDefault, t, "argument of DEFAULT must be type %s, not type %s")
		f.Defaults = append(f.Defaults, r.canonical(nil, p.Default))
	case len(f.Defaults) > 0:
		fail(p.Pos, sqlerr.InvalidFunctionDefinition, "input parameters after one with a default value must also have defaults")
	}
}

// isLiteral reports whether an expression is a text whose type its place says.
func isLiteral(e ast.Expr) bool {
	l, ok := e.(*ast.Literal)
	return ok && (l.Kind == ast.StringLiteral || l.Kind == ast.NullLiteral)
}

// paramName refuses a name that stands twice among what goes in, or among what
// comes out.
func (r *run) paramName(p *ast.FuncParam, ins, outs map[string]bool) {
	if p.Name == "" {
		return
	}
	in := p.Mode != ast.ParamOut && p.Mode != ast.ParamTable
	out := !in || p.Mode == ast.ParamInOut
	if in && ins[p.Name] || out && outs[p.Name] {
		fail(-1, sqlerr.InvalidFunctionDefinition, "parameter name \"%s\" used more than once", p.Name)
	}
	ins[p.Name], outs[p.Name] = ins[p.Name] || in, outs[p.Name] || out
}

// paramType resolves a type, and tells the relation whose row type it is.
func (r *run) paramType(t *ast.TypeName, param bool) (*types.Type, catalog.ID) {
	typ, err := binder.TypeOf(r.bindOptions(""), t)
	if sqlerr.Code(err) == sqlerr.UndefinedObject && param {
		fail(t.Pos, sqlerr.UndefinedObject, "type %s does not exist", dotted(t.Name))
	}
	checkAt(err, t.Pos)
	if typ.Kind == types.KindRecord && typ.OID == types.RecordType.OID && len(typ.Fields) > 0 {
		if rel := r.Catalog.Relation(r.SearchPath, t.Name.Schema, t.Name.Name); rel != nil {
			return typ, rel.ID
		}
	}
	if base := types.ByOID(typ.OID); typ.Mod >= 0 && typ.Base == nil && base != nil { // modifiers say nothing in a function's types
		typ = base
	}
	return typ, 0
}

// functionResult resolves what the function returns.
func (r *run) functionResult(s *ast.CreateFunction, f *catalog.SQLFunction) {
	out := len(f.Cols)
	record := func() *types.Type {
		t := *types.RecordType
		t.Fields = f.Cols
		return &t
	}
	table := strings.Contains(f.Modes, "t")
	switch {
	case s.Procedure && out == 0:
		f.Ret = types.Void
	case s.Procedure:
		f.Ret = record()
	case s.Returns != nil && s.Returns.Name.Name == "trigger" && s.Returns.Name.Schema == "":
		fail(-1, sqlerr.InvalidFunctionDefinition, "SQL functions cannot return type trigger")
	case s.Returns != nil:
		f.Set = s.Returns.SetOf
		f.Ret, f.RetRel = r.paramType(s.Returns, false)
		r.outMatches(f, out)
		if f.Ret.Kind == types.KindRecord && out == 0 {
			f.Cols = append(f.Cols, f.Ret.Fields...)
		} else if f.Ret.Kind == types.KindRecord {
			f.Ret = record()
		}
	case out == 1:
		f.Ret = f.Cols[0].Type
	case out > 1:
		f.Ret = record()
	default:
		fail(s.Pos, sqlerr.InvalidFunctionDefinition, "function result type must be specified")
	}
	if table && out == 1 {
		f.Ret = f.Cols[0].Type
	}
	r.polymorphicResult(f)
}

// outMatches checks RETURNS against OUT parameters.
func (r *run) outMatches(f *catalog.SQLFunction, out int) {
	switch {
	case out == 1 && !sameType(f.Ret, f.Cols[0].Type):
		fail(-1, sqlerr.InvalidFunctionDefinition, "function result type must be %s because of OUT parameters", types.FormatType(f.Cols[0].Type))
	case out > 1 && (f.Ret.Kind != types.KindRecord || len(f.Ret.Fields) > 0):
		fail(-1, sqlerr.InvalidFunctionDefinition, "function result type must be record because of OUT parameters")
	}
}

// polymorphicResult checks that the arguments say what a polymorphic result
// stands for.
func (r *run) polymorphicResult(f *catalog.SQLFunction) {
	var simple, compatible, rng, crng bool
	for _, a := range f.Args {
		if t := a.Type; expr.IsPolymorphic(t) {
			if expr.IsCompatible(t) {
				compatible = true
				crng = crng || t.Is(types.AnyCompatibleRange) || t.Is(types.AnyCompatibleMultirange)
			} else {
				simple = true
				rng = rng || t.Is(types.AnyRange) || t.Is(types.AnyMultirange)
			}
		}
	}
	results := []*types.Type{f.Ret}
	for _, c := range f.Cols {
		results = append(results, c.Type)
	}
	for _, t := range results {
		detail := ""
		switch {
		case !expr.IsPolymorphic(t):
		case (t.Is(types.AnyRange) || t.Is(types.AnyMultirange)) && !rng:
			detail = "anyrange or anymultirange."
		case (t.Is(types.AnyCompatibleRange) || t.Is(types.AnyCompatibleMultirange)) && !crng:
			detail = "anycompatiblerange or anycompatiblemultirange."
		case expr.IsCompatible(t) && !compatible:
			detail = "anycompatible, anycompatiblearray, anycompatiblenonarray, anycompatiblerange, or anycompatiblemultirange."
		case !expr.IsCompatible(t) && !simple:
			detail = "anyelement, anyarray, anynonarray, anyenum, anyrange, or anymultirange."
		}
		if detail != "" {
			throw(sqlerr.New(sqlerr.InvalidFunctionDefinition, "cannot determine result data type").
				WithDetail("A result of type %s requires at least one input of type %s", t.Name, detail))
		}
	}
}

// functionBody gives the text of the statements that a function is.
func (r *run) functionBody(s *ast.CreateFunction, f *catalog.SQLFunction) {
	var stmts []ast.Stmt
	switch {
	case s.Return != nil && s.HasSource, s.Atomic && s.HasSource:
		fail(-1, sqlerr.InvalidFunctionDefinition, "duplicate function body specified")
	case s.Return != nil:
		f.Body, f.Return = "SELECT "+ast.Format(s.Return), true
		return
	case s.Atomic:
		stmts = s.Body
		for _, a := range slices.Concat(f.Args, f.Cols) {
			if expr.IsPolymorphic(a.Type) {
				fail(-1, sqlerr.InvalidFunctionDefinition, "SQL function with unquoted function body cannot have polymorphic arguments")
			}
		}
	case s.HasSource:
		list, err := r.bindOptions("").ParseBody(s.Source)
		checkAt(err, s.Pos)
		stmts, f.Source = list, s.Source
		if s.Source == "" {
			f.Source = " "
		}
	default:
		fail(-1, sqlerr.InvalidFunctionDefinition, "no function body specified")
	}
	texts := make([]string, len(stmts))
	for i, st := range stmts {
		switch st.(type) {
		case *ast.Select, *ast.Insert, *ast.Update, *ast.Delete, *ast.Merge, *ast.Truncate:
		case *ast.Begin, *ast.Commit, *ast.Rollback, *ast.Savepoint, *ast.RollbackTo, *ast.Release:
			f.Refused = append(f.Refused, statementWord(st))
		default:
			unsupported(s.Pos, "%s in a SQL function is not supported: it takes queries and changes", statementWord(st))
		}
		texts[i] = ast.Format(st)
	}
	f.Body = strings.Join(texts, ";\n")
}

// statementWord is how a statement begins.
func statementWord(st ast.Stmt) string {
	text := ast.Format(st)
	if w := strings.Fields(text); len(w) > 1 && (w[0] == "CREATE" || w[0] == "DROP" || w[0] == "ALTER") {
		return w[0] + " " + w[1]
	} else if len(w) > 0 {
		return w[0]
	}
	return "this statement"
}

// sameFunction finds a function or procedure of the same name and arguments.
func (r *run) sameFunction(f *catalog.SQLFunction) *catalog.SQLFunction {
	for _, g := range r.Catalog.Functions(nil, f.Schema, f.Name) {
		if r.signature(g) == r.signature(f) {
			return g
		}
	}
	return nil
}
