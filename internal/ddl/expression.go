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

// place is where a stored expression stands, for messages.
type place struct {
	many, one string
	columns   bool // may refer to the relation's columns
	immutable bool
}

var (
	inDefault   = place{many: "DEFAULT expressions", one: "DEFAULT expression"}
	inCheck     = place{many: "check constraints", one: "check constraint", columns: true}
	inGenerated = place{many: "column generation expressions", one: "column generation expression", columns: true}
	inIndex     = place{many: "index expressions", one: "index expression", columns: true, immutable: true}
	inPredicate = place{many: "index predicates", one: "index predicate", columns: true, immutable: true}
	inTransform = place{many: "transform expressions", one: "transform expression", columns: true}
)

func (r *run) bindOptions(what string) binder.Options {
	o := r.Binder(r.Catalog)
	o.What, o.SearchPath = what, r.SearchPath // within CREATE SCHEMA the schema comes first
	return o
}

// bind binds an expression of the statement over the columns of rel. With want
// the result is coerced by assignment.
func (r *run) bind(rel *catalog.Relation, e ast.Expr, p place, want *types.Type) expr.Expr {
	p.forbid(e)
	if !p.columns {
		rel = nil
	}
	x, err := binder.BindExpr(r.bindOptions(p.many), rel, nil, e, want)
	check(err)
	if p.immutable && expr.VolatilityOf(x) != expr.Immutable {
		fail(-1, sqlerr.InvalidObjectDefinition, "functions in %s must be marked IMMUTABLE", p.one)
	}
	return x
}

// forbid refuses what the place does not allow, before names are looked up.
func (p place) forbid(e ast.Expr) {
	ast.Walk(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Select:
			unsupported(n.Pos, "cannot use subquery in %s", p.one)
		case *ast.Exists:
			unsupported(n.Pos, "cannot use subquery in %s", p.one)
		case *ast.Subquery:
			unsupported(n.Pos, "cannot use subquery in %s", p.one)
		case *ast.ArraySubquery:
			unsupported(n.Pos, "cannot use subquery in %s", p.one)
		case *ast.Param:
			fail(n.Pos, sqlerr.UndefinedParameter, "there is no parameter $%d", n.Index)
		case *ast.ColumnRef:
			if !p.columns {
				unsupported(n.Pos, "cannot use column reference in %s", p.one)
			}
		}
		return true
	})
}

// condition binds an expression that must be a boolean.
func (r *run) condition(rel *catalog.Relation, e ast.Expr, p place, clause string) expr.Expr {
	x := r.bind(rel, e, p, nil)
	t := expr.BaseType(x.Type())
	unknown := false
	if l, ok := e.(*ast.Literal); ok && (l.Kind == ast.StringLiteral || l.Kind == ast.NullLiteral) {
		unknown = true
	}
	if t.Kind != types.KindBool && t.Kind != types.KindInt && !unknown {
		fail(e.Position(), sqlerr.DatatypeMismatch, "argument of %s must be type boolean, not type %s", clause, types.FormatName(t))
	}
	if t.Kind != types.KindBool {
		x = r.bind(rel, e, p, types.Bool)
	}
	return x
}

// assigned binds an expression whose value goes into a column.
func (r *run) assigned(rel *catalog.Relation, e ast.Expr, p place, t *types.Type, mismatch string, args ...any) expr.Expr {
	p.forbid(e)
	if !p.columns {
		rel = nil
	}
	x, err := binder.BindExpr(r.bindOptions(p.many), rel, nil, e, t)
	if sqlerr.Code(err) == sqlerr.DatatypeMismatch && strings.HasPrefix(sqlerr.From(err).Message, "the target") {
		plain, plainErr := binder.BindExpr(r.bindOptions(p.many), rel, nil, e, nil)
		check(plainErr)
		args = append(args, types.FormatName(t), types.FormatName(plain.Type()))
		e2 := sqlerr.New(sqlerr.DatatypeMismatch, mismatch, args...).WithHint("You will need to rewrite or cast the expression.")
		throw(e2)
	}
	check(err)
	return x
}

// compile makes a program over the live columns of a row.
func compile(x expr.Expr) expr.Scalar {
	c := expr.Compiler{Slot: func(id expr.ColumnID) int { return int(id) - 1 }}
	s, err := c.Scalar(x)
	check(err)
	return s
}

// parseStored parses an expression of the catalog.
func (r *run) parseStored(text string) ast.Expr {
	e, err := r.bindOptions("").ParseExpr(text)
	if err != nil {
		throw(sqlerr.Wrap(err, sqlerr.InternalError, "cannot read the stored expression %q", text))
	}
	return e
}

// stored runs f on expressions of the catalog: the positions of its errors are
// not those of the statement.
func stored(f func()) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case thrown:
			if e, ok := p.err.(*sqlerr.Error); ok && e.Position != 0 {
				moved := *e
				moved.Position = 0
				p.err = &moved
			}
			panic(p)
		default:
			panic(p)
		}
	}()
	f()
}

// canonical gives the text under which an expression over rel is kept: types
// of users with their schema, columns without the relation's name.
func (r *run) canonical(rel *catalog.Relation, e ast.Expr) string {
	fresh := r.parseStored(ast.Format(e))
	ast.Walk(fresh, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.TypeName:
			r.qualifyType(n)
		case *ast.ColumnRef:
			if rel != nil && !n.Star && len(n.Parts) >= 2 && n.Parts[len(n.Parts)-2].Text == rel.Name {
				n.Parts = n.Parts[len(n.Parts)-1:]
			}
		}
		return true
	})
	return ast.Format(fresh)
}

// qualifyType gives the name of a user's type its schema.
func (r *run) qualifyType(t *ast.TypeName) {
	if t.Name.Schema != "" || t.OfColumn {
		return
	}
	if u := r.Catalog.UserType(r.SearchPath, "", t.Name.Name); u != nil {
		t.Name.Schema = u.Schema
	}
}

// columnsOf returns the ids of the columns that a stored expression names.
func (r *run) columnsOf(rel *catalog.Relation, text string) []uint16 {
	return namedColumns(rel, r.parseStored(text))
}

// namedColumns returns the ids of the columns that an expression over rel
// names, in order of appearance.
func namedColumns(rel *catalog.Relation, e ast.Expr) []uint16 {
	var ids []uint16
	seen := map[uint16]bool{}
	ast.Walk(e, func(n ast.Node) bool {
		if c, ok := n.(*ast.ColumnRef); ok && !c.Star && len(c.Parts) > 0 {
			i := rel.ColumnByName(c.Parts[len(c.Parts)-1].Text)
			if i < 0 && len(c.Parts) > 0 { // (column).field written without parentheses
				i = rel.ColumnByName(c.Parts[0].Text)
			}
			if i >= 0 && !seen[rel.Columns[i].ID] {
				seen[rel.Columns[i].ID] = true
				ids = append(ids, rel.Columns[i].ID)
			}
		}
		return true
	})
	return ids
}

// typeOf resolves the type of a column, field or domain.
func (r *run) typeOf(t *ast.TypeName) *types.Type {
	if t.Encrypted {
		unsupported(t.Pos, "encrypted columns are not supported")
	}
	typ, err := binder.TypeOf(r.bindOptions(""), t)
	checkAt(err, t.Pos)
	return typ
}

// collated gives a type the collation that was written, if any.
func collated(t *types.Type, c ast.QualifiedName) *types.Type {
	if c.Name == "" {
		return t
	}
	base := expr.BaseType(t)
	if base.Kind == types.KindArray {
		base = base.Elem
	}
	if base.Kind != types.KindText {
		fail(c.Pos, sqlerr.DatatypeMismatch, "collations are not supported by type %s", types.FormatName(t))
	}
	return types.WithCollation(t, collation(c))
}

// collation checks the name of a collation and returns it, "" for byte order.
func collation(c ast.QualifiedName) string {
	switch c.Name {
	case "", "default", "C", "c", "POSIX", "posix", "binary", "BINARY", "ucs_basic":
		return ""
	}
	checkAt(types.CheckCollation(c.Name), c.Pos)
	return c.Name
}
