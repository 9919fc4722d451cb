package ddl

import (
	"strings"

	"github.com/zqlite/zqlite/internal/binder"
	"github.com/zqlite/zqlite/internal/catalog"
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

// signature is name(type,type).
func (r *run) signature(f *catalog.SQLFunction) string {
	f = r.Catalog.Current(f)
	names := make([]string, len(f.Args))
	for i, a := range f.Args {
		names[i] = types.FormatName(a.Type)
	}
	return f.Name + "(" + strings.Join(names, ",") + ")"
}

// findFunction finds the function that DROP, ALTER and COMMENT name.
func (r *run) findFunction(s *ast.FuncSignature, kind ast.ObjectKind, ifExists bool) *catalog.SQLFunction {
	list := r.Catalog.Functions(r.SearchPath, r.schemaName(s.Name.Schema), s.Name.Name)
	var want, all []string
	for _, a := range s.Args {
		typ, err := binder.TypeOf(r.bindOptions(""), a.Type)
		if ifExists && sqlerr.Code(err) == sqlerr.UndefinedObject {
			r.notice("type \"" + dotted(a.Type.Name) + "\" does not exist, skipping")
			return nil
		}
		checkAt(err, a.Type.Pos)
		t := types.FormatName(typ)
		if all = append(all, t); a.Mode != ast.ParamOut && a.Mode != ast.ParamTable {
			want = append(want, t)
		}
	}
	var found, other []*catalog.SQLFunction
	for _, f := range list {
		if !s.NoArgs && r.signature(f) != f.Name+"("+strings.Join(want, ",")+")" && r.fullSignature(f) != f.Name+"("+strings.Join(all, ",")+")" {
			continue
		}
		if fitsKind(f, kind) {
			found = append(found, f)
		} else {
			other = append(other, f)
		}
	}
	name := dotted(s.Name)
	text := name
	if !s.NoArgs {
		text += "(" + strings.Join(want, ", ") + ")"
	}
	word := kindWords[kind]
	switch {
	case len(found) == 1, len(found) > 1 && !s.NoArgs: // the first along the path
		return found[0]
	case len(found) > 1:
		throw(sqlerr.New(sqlerr.AmbiguousFunction, "%s name \"%s\" is not unique", word, name).
			WithHint("Specify the argument list to select the %s unambiguously.", word))
	case len(other) > 0 && !s.NoArgs:
		article := "a"
		if kind == ast.ObjectAggregate {
			article = "an"
		}
		if kind == ast.ObjectAggregate {
			text = "function " + text
		}
		fail(-1, sqlerr.WrongObjectType, "%s is not %s %s", text, article, word)
	case ifExists:
		if !s.NoArgs {
			text = name + "(" + strings.Join(want, ",") + ")"
		}
		if s.NoArgs {
			text += "()"
		}
		r.notice(word + " " + text + " does not exist, skipping")
		return nil
	case s.NoArgs:
		fail(-1, sqlerr.UndefinedFunction, "could not find a %s named \"%s\"", word, name)
	}
	fail(-1, sqlerr.UndefinedFunction, "%s %s does not exist", word, text)
	return nil
}

func isAggregate(f *catalog.SQLFunction) *sqlerr.Error {
	return sqlerr.New(sqlerr.WrongObjectType, "\"%s\" is an aggregate function", f.Name)
}

// fitsKind reports whether a statement that names routines of a kind may mean
// the function.
func fitsKind(f *catalog.SQLFunction, kind ast.ObjectKind) bool {
	switch kind {
	case ast.ObjectRoutine:
		return true
	case ast.ObjectAggregate:
		return f.Aggregate != nil
	}
	return f.Procedure == (kind == ast.ObjectProcedure)
}

// fullSignature is the signature with what a procedure gives.
func (r *run) fullSignature(f *catalog.SQLFunction) string {
	f = r.Catalog.Current(f)
	if !f.Procedure {
		return ""
	}
	var names []string
	for _, p := range f.Params() {
		names = append(names, types.FormatName(p.Field.Type))
	}
	return f.Name + "(" + strings.Join(names, ",") + ")"
}

// functionDependents lists the expressions and views that call a function, by
// its name.
func (r *run) functionDependents(f *catalog.SQLFunction) []dependent {
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
	overloaded := 0
	r.eachFunction(func(g *catalog.SQLFunction) {
		if g.Name == f.Name {
			overloaded++
		}
	})
	// Among several of the name, binding tells which one is meant.
	means := func(bind func(o binder.Options) error) bool {
		if overloaded < 2 {
			return true
		}
		o := r.bindOptions("")
		found := false
		o.Used = func(id catalog.ID) { found = found || id == f.ID }
		return bind(o) != nil || found
	}
	return append(r.expressionDependents(f.Name, uses{calls, means}), r.usedBy(f.ID)...)
}

// uses tells whether a tree may use an object, and, by binding it, whether it
// does.
type uses struct {
	calls func(ast.Node) bool
	means func(bind func(o binder.Options) error) bool
}

// expressionDependents lists the expressions and views that use an object whose
// name stands in their texts.
func (r *run) expressionDependents(name string, u uses) []dependent {
	var out []dependent
	calls, means := u.calls, u.means
	var rel *catalog.Relation
	in := func(text string) bool {
		return strings.Contains(text, name) && calls(r.parseStored(text)) && means(func(o binder.Options) error {
			o.What = "stored expressions"
			_, err := binder.BindExpr(o, rel, nil, r.parseStored(text), nil)
			return err
		})
	}
	r.Catalog.Relations(func(x *catalog.Relation) bool {
		rel = x
		if rel.Query != "" && strings.Contains(rel.Query, name) && calls(r.storedQuery(rel)) && means(func(o binder.Options) error {
			_, err := binder.Bind(o, r.storedQuery(x))
			return err
		}) {
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
