package ddl

import (
	"strings"

	"github.com/zqlite/zqlite/internal/binder"
	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

func (r *run) eachFunction(f func(*catalog.SQLFunction)) {
	var list []*catalog.SQLFunction
	r.Catalog.EachFunction(func(fn *catalog.SQLFunction) bool { list = append(list, fn); return true })
	for _, fn := range list {
		f(fn)
	}
}

func (r *run) function(id catalog.ID) *catalog.SQLFunction {
	f, _ := r.Catalog.Object(catalog.ClassFunction, id).(*catalog.SQLFunction)
	return f
}

// signature is name(type, type).
func signature(f *catalog.SQLFunction) string {
	names := make([]string, len(f.Args))
	for i, a := range f.Args {
		names[i] = types.FormatName(a.Type)
	}
	return f.Name + "(" + strings.Join(names, ",") + ")"
}

// createFunction is CREATE FUNCTION ... LANGUAGE SQL with a body of one query,
// which calls are replaced by.
func (r *run) createFunction(s *ast.CreateFunction) string {
	if s.Procedure {
		unsupported(s.Pos, "procedures are not supported")
	}
	if l := strings.ToLower(s.Language); l != "" && l != "sql" {
		if l == "plpgsql" {
			unsupported(s.Pos, "language \"plpgsql\" is not supported")
		}
		fail(-1, sqlerr.UndefinedObject, "language \"%s\" does not exist", s.Language)
	}
	f := &catalog.SQLFunction{Schema: r.target(s.Name, false), Name: s.Name.Name, Strict: s.Strict, Volatile: 'v'}
	switch s.Volatility {
	case ast.VolatilityImmutable:
		f.Volatile = 'i'
	case ast.VolatilityStable:
		f.Volatile = 's'
	}
	r.functionParams(s, f)
	f.Body = r.functionBody(s)
	old := r.sameFunction(f)
	switch {
	case old != nil && !s.OrReplace:
		fail(-1, sqlerr.DuplicateFunction, "function \"%s\" already exists with same argument types", f.Name)
	case old != nil && types.FormatType(old.Ret) != types.FormatType(f.Ret):
		throw(sqlerr.New(sqlerr.InvalidFunctionDefinition, "cannot change return type of existing function").
			WithHint("Use DROP FUNCTION %s first.", signature(old)))
	case old != nil && renamesParam(old, f) != "":
		throw(sqlerr.New(sqlerr.InvalidFunctionDefinition, "cannot change name of input parameter \"%s\"", renamesParam(old, f)).
			WithHint("Use DROP FUNCTION %s first.", signature(old)))
	case old != nil:
		f.ID, f.Comment = old.ID, old.Comment
	default:
		f.ID = r.newID()
	}
	r.Catalog = r.Catalog.WithFunction(f)
	r.checkBody(f)
	return "CREATE FUNCTION"
}

// renamesParam is a parameter whose name a new version of a function changes:
// calls by name would mean something else.
func renamesParam(old, f *catalog.SQLFunction) string {
	for i := range old.Args {
		if old.Args[i].Name != "" && old.Args[i].Name != f.Args[i].Name {
			return old.Args[i].Name
		}
	}
	return ""
}

// functionParams resolves parameters and the result.
func (r *run) functionParams(s *ast.CreateFunction, f *catalog.SQLFunction) {
	seen := map[string]bool{}
	for _, p := range s.Params {
		t := r.typeOf(p.Type)
		if p.Name != "" && seen[p.Name] {
			fail(-1, sqlerr.InvalidFunctionDefinition, "parameter name \"%s\" used more than once", p.Name)
		}
		seen[p.Name] = true
		switch p.Mode {
		case ast.ParamVariadic:
			unsupported(p.Pos, "VARIADIC parameters are not supported")
		case ast.ParamOut, ast.ParamTable:
			f.Cols = append(f.Cols, types.Field{Name: p.Name, Type: t})
			f.Set = f.Set || p.Mode == ast.ParamTable
			continue
		case ast.ParamInOut:
			f.Cols = append(f.Cols, types.Field{Name: p.Name, Type: t})
		}
		f.Args = append(f.Args, types.Field{Name: p.Name, Type: t})
		if p.Default != nil {
			r.assigned(nil, p.Default, inDefault, t, "parameter \"%s\" is of type %s but default expression is of type %s", p.Name)
			f.Defaults = append(f.Defaults, r.canonical(nil, p.Default))
		} else if len(f.Defaults) > 0 {
			fail(p.Pos, sqlerr.InvalidFunctionDefinition, "input parameters after one with a default value must also have defaults")
		}
	}
	switch {
	case s.Returns != nil:
		f.Set = f.Set || s.Returns.SetOf
		if f.Ret = types.Void; s.Returns.Name.Name != "void" {
			f.Ret = r.typeOf(s.Returns)
		}
		if f.Ret.Kind == types.KindRecord && len(f.Cols) == 0 {
			f.Cols = append(f.Cols, f.Ret.Fields...)
		}
	case len(f.Cols) == 1:
		f.Ret = f.Cols[0].Type
	case len(f.Cols) > 1:
		t := *types.RecordType
		t.Fields = f.Cols
		f.Ret = &t
	default:
		fail(s.Pos, sqlerr.InvalidFunctionDefinition, "function result type must be specified")
	}
}

// functionBody gives the text of the query that a function is.
func (r *run) functionBody(s *ast.CreateFunction) string {
	var stmt ast.Stmt
	switch {
	case s.Return != nil:
		return "SELECT " + ast.Format(s.Return)
	case s.Atomic && len(s.Body) == 1:
		stmt = s.Body[0]
	case s.HasSource:
		var err error
		stmt, err = r.bindOptions("").ParseStmt(s.Source)
		checkAt(err, s.Pos)
	default:
		fail(s.Pos, sqlerr.InvalidFunctionDefinition, "no function body specified")
	}
	q, ok := stmt.(*ast.Select)
	if !ok {
		unsupported(s.Pos, "functions whose body is not a single query are not supported")
	}
	return ast.Format(q)
}

// sameFunction finds a function of the same name and arguments.
func (r *run) sameFunction(f *catalog.SQLFunction) *catalog.SQLFunction {
	for _, g := range r.Catalog.Functions(nil, f.Schema, f.Name) {
		if len(g.Args) != len(f.Args) {
			continue
		}
		same := true
		for i := range g.Args {
			same = same && g.Args[i].Type.OID == f.Args[i].Type.OID
		}
		if same {
			return g
		}
	}
	return nil
}

// checkBody binds a call of the function with NULL arguments.
func (r *run) checkBody(f *catalog.SQLFunction) {
	call := &ast.FuncCall{Name: ast.QualifiedName{Schema: f.Schema, Name: f.Name}}
	for _, a := range f.Args {
		null, err := r.bindOptions("").ParseExpr("NULL::" + types.FormatType(a.Type))
		if err != nil { // a type whose name needs quotes: the body is bound at use
			return
		}
		call.Args = append(call.Args, null)
	}
	var actual *types.Type
	star := &ast.SelectCore{Targets: []ast.Target{{Expr: &ast.ColumnRef{Star: true}}},
		From: []ast.TableExpr{&ast.FuncRef{Items: []ast.FuncItem{{Func: call}}}}}
	stored(func() {
		b, err := binder.Bind(r.bindOptions(""), &ast.Select{Body: star})
		check(err)
		checkColumns(f, b)
		actual = b.Columns[0].Type
	})
	core := &ast.SelectCore{Targets: []ast.Target{{Expr: call}}}
	if f.Set || len(f.Cols) > 1 {
		core.Targets = []ast.Target{{Expr: &ast.ColumnRef{Star: true}}}
		core.From = []ast.TableExpr{&ast.FuncRef{Items: []ast.FuncItem{{Func: call}}}}
	}
	stored(func() {
		_, err := binder.Bind(r.bindOptions(""), &ast.Select{Body: core})
		if sqlerr.Code(err) == sqlerr.DatatypeMismatch {
			err = mismatch(f, "Actual return type is %s.", types.FormatType(expr.BaseType(actual)))
		}
		check(err)
	})
}

// checkColumns compares the number of columns of the body with the declared.
func checkColumns(f *catalog.SQLFunction, b *binder.Bound) {
	want, got := len(f.Cols), len(b.Columns)
	switch {
	case f.Ret.Kind == types.KindVoid || f.Ret.Kind == types.KindRecord && want == 0 || want == got:
	case want <= 1 && got != 1:
		throw(mismatch(f, "Final statement must return exactly one column."))
	case want > 1 && got == 1 && b.Columns[0].Type.Kind == types.KindRecord:
	case want > 1 && got < want:
		throw(mismatch(f, "Final statement returns too few columns."))
	case want > 1:
		throw(mismatch(f, "Final statement returns too many columns."))
	}
}

func mismatch(f *catalog.SQLFunction, detail string, args ...any) *sqlerr.Error {
	ret := types.FormatName(f.Ret)
	if f.Set && len(f.Cols) > 1 && f.Ret.Kind == types.KindRecord {
		ret = "record"
	}
	return sqlerr.New(sqlerr.InvalidFunctionDefinition, "return type mismatch in function declared to return %s", ret).WithDetail(detail, args...)
}

// findFunction finds the function that DROP and COMMENT name.
func (r *run) findFunction(s *ast.FuncSignature, kind ast.ObjectKind, ifExists bool) *catalog.SQLFunction {
	list := r.Catalog.Functions(r.SearchPath, r.schemaName(s.Name.Schema), s.Name.Name)
	var found []*catalog.SQLFunction
	var want []string
	for _, a := range s.Args {
		if a.Mode != ast.ParamOut && a.Mode != ast.ParamTable {
			want = append(want, types.FormatName(r.typeOf(a.Type)))
		}
	}
	for _, f := range list {
		if s.NoArgs || signature(f) == f.Name+"("+strings.Join(want, ",")+")" {
			found = append(found, f)
		}
	}
	name := dotted(s.Name)
	if !s.NoArgs {
		name += "(" + strings.Join(want, ",") + ")"
	}
	switch {
	case len(found) == 1 && kind != ast.ObjectProcedure && kind != ast.ObjectAggregate:
		return found[0]
	case len(found) > 1:
		throw(sqlerr.New(sqlerr.AmbiguousFunction, "%s name \"%s\" is not unique", kindWords[kind], s.Name.Name).
			WithHint("Specify the argument list to select the %s unambiguously.", kindWords[kind]))
	}
	text := kindWords[kind] + " " + name + " does not exist"
	if s.NoArgs {
		text = "could not find a " + kindWords[kind] + " named \"" + name + "\""
	}
	if !ifExists {
		fail(-1, sqlerr.UndefinedFunction, "%s", text)
	}
	r.notice(kindWords[kind] + " " + name + " does not exist, skipping")
	return nil
}

// functionDependents lists the expressions and views that call a function, by
// its name.
func (r *run) functionDependents(f *catalog.SQLFunction) []dependent {
	var out []dependent
	calls := func(n ast.Node) bool {
		yes := false
		ast.Walk(n, func(n ast.Node) bool {
			if c, ok := n.(*ast.FuncCall); ok && c.Name.Name == f.Name && (c.Name.Schema == "" || c.Name.Schema == f.Schema) {
				yes = true
			}
			return !yes
		})
		return yes
	}
	in := func(text string) bool { return strings.Contains(text, f.Name) && calls(r.parseStored(text)) }
	r.Catalog.Relations(func(rel *catalog.Relation) bool {
		if rel.Query != "" && strings.Contains(rel.Query, f.Name) && calls(r.storedQuery(rel)) {
			out = append(out, dependent{thing: thing{class: relationThing, id: rel.ID}})
		}
		for _, c := range rel.Columns {
			if c.Default != "" && in(c.Default) {
				out = append(out, dependent{thing: thing{class: defaultThing, id: rel.ID, column: c.ID}})
			}
			if c.Generated != "" && in(c.Generated) {
				out = append(out, dependent{thing: thing{class: columnThing, id: rel.ID, column: c.ID}})
			}
		}
		for _, ck := range rel.Checks {
			if in(ck.Expr) {
				out = append(out, dependent{thing: thing{class: constraintThing, id: rel.ID, name: ck.Name}})
			}
		}
		for _, ix := range rel.Indexes {
			uses := ix.Where != "" && in(ix.Where)
			for _, p := range ix.Parts {
				uses = uses || p.Expr != "" && in(p.Expr)
			}
			if uses {
				out = append(out, dependent{thing: thing{class: indexThing, id: ix.ID}})
			}
		}
		return true
	})
	return out
}
