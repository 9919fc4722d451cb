package binder

import (
	"fmt"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// Options are what binding depends on besides the statement.
type Options struct {
	Catalog    *catalog.Catalog
	SearchPath []string // schemas for unqualified names; nil is public
	// ParamTypes are the types of the arguments as given; they decide where
	// the statement does not. Entries may be nil.
	ParamTypes []*types.Type
	// ParseStmt and ParseExpr parse what the catalog keeps as text: views,
	// defaults, checks. They are parser.Parse for one statement and one
	// expression.
	ParseStmt func(text string) (ast.Stmt, error)
	ParseExpr func(text string) (ast.Expr, error)
	// ParseBody parses the statements of a SQL function's body.
	ParseBody func(text string) ([]ast.Stmt, error)
	// Call is the call of a CALL statement, which names a procedure.
	Call *ast.FuncCall
	// Used is told every function of the catalog that the statement calls; may
	// be nil.
	Used func(id catalog.ID)
	// Routine is the function whose body the statement is part of, 0 for none.
	Routine catalog.ID
	// FixedParams are types of parameters that the statement declares, as in
	// PREPARE p(int); they are not inferred.
	FixedParams []*types.Type
	// Outer are rows around the statement, which it sees under their names:
	// NEW and OLD of a trigger. They are referred to as expr.Outer.
	Outer []OuterRow
	// Source is a set-returning function that only this statement knows: the
	// rows of COPY FROM. It takes no arguments.
	Source *expr.SetFunc
	// Tables are relations that only this statement sees, before those of the
	// catalog: the transition tables of a trigger.
	Tables map[string]*catalog.Relation
	// Trigger says that the statement stands in a trigger's body, where RAISE
	// is allowed.
	Trigger bool
	// What names the place of an expression for BindExpr's errors: "check
	// constraints", "DEFAULT expressions", "index expressions".
	What string
	// Tenant scopes relations with a TENANT BY column to the session's tenant.
	Tenant bool
	// Notes, where it is not nil, is told what the statement's names and
	// expressions were bound to.
	Notes *Notes
}

// OuterRow is a row of a relation that a statement sees from outside.
type OuterRow struct {
	Name string
	Rel  *catalog.Relation
	IDs  []expr.ColumnID // one per live column
}

// Dependency is a relation that a plan was made from; the plan is stale when
// the catalog has another descriptor of it.
type Dependency struct{ Relation *catalog.Relation }

// Bound is a bound statement.
type Bound struct {
	Plan      plan.Node
	Params    []*types.Type // one per parameter; never nil entries
	Columns   []plan.Column // what the statement returns
	Relations []Dependency
	ReadOnly  bool // changes no table, locks no row, advances no sequence
	Volatile  bool // calls a volatile function
	// Calls says that the executor runs SQL functions in the statement; Effects
	// that they may change something, so that it has to be run to its end.
	Calls, Effects bool
	// TypedByArgs says that a parameter took its type from Options.ParamTypes,
	// so that a cached plan serves arguments of these types only.
	TypedByArgs bool
}

// Bind resolves a query or a changing statement: SELECT, VALUES, INSERT,
// UPDATE, DELETE, MERGE or TRUNCATE. Errors are *sqlerr.Error with a byte
// position.
func Bind(o Options, stmt ast.Stmt) (bound *Bound, err error) {
	b := newBinder(o)
	defer recoverTo(&err)
	b.top = stmt
	b.outermost = b.root()
	return b.asBound(b.bindStmt(stmt, b.outermost)), nil
}

// asBound makes what Bind answers of a plan.
func (b *binder) asBound(node plan.Node) *Bound {
	node = b.inlineCTEs(node)
	b.finishParams(node)
	return &Bound{
		Plan: node, Params: b.params, Columns: node.Columns(), Relations: b.deps,
		ReadOnly: !b.modifies && !b.locks, Volatile: b.volatile, TypedByArgs: b.typedByArgs,
		Calls: b.calls, Effects: b.effects,
	}
}

// BindExpr binds an expression over the columns of rel, whose live column i is
// referred to as expr.Column with ids[i] (column i+1 where ids is nil). With
// want the result is coerced by assignment. Aggregates, window functions,
// subqueries (unless the catalog's text may hold them) and parameters are
// errors. It serves checks, defaults, index and generated expressions.
func BindExpr(o Options, rel *catalog.Relation, ids []expr.ColumnID, e ast.Expr, want *types.Type) (bound expr.Expr, err error) {
	b := newBinder(o)
	defer recoverTo(&err)
	for _, id := range ids {
		b.nextID = max(b.nextID, id)
	}
	if ids == nil && rel != nil {
		b.nextID = expr.ColumnID(len(rel.Columns))
	}
	s := &scope{parent: b.root().parent, clause: clauseCheck}
	if rel != nil {
		s.items = []*rangeItem{rowItem(rel, rel.Name, idsOf(rel, ids))}
	}
	bound = b.scalar(e, s)
	if want != nil {
		bound = b.assign(bound, want, rel, "", start(e))
	} else {
		bound = b.resolveUnknown(bound)
	}
	return bound, nil
}

// recoverTo turns a panic into an error: the binder's own as it is, any other
// as an internal error.
func recoverTo(err *error) {
	switch p := recover().(type) {
	case nil:
	case *sqlerr.Error:
		*err = p
	default:
		*err = sqlerr.New(sqlerr.InternalError, "binder: %v", p).WithDetail("%s", stackOf())
	}
}

// binder is the state of binding one statement.
type binder struct {
	o            Options
	nextID       expr.ColumnID
	params       []*types.Type // nil where not yet known
	deps         []Dependency
	ctes         []*cteEntry
	viewDepth    int
	depth        int
	modifies     bool
	locks        bool
	volatile     bool
	typedByArgs  bool
	collated     map[expr.Expr]bool // results of an explicit COLLATE
	literals     []literalAt
	lateParams   bool                       // some parameters have their type only when all is bound
	functions    []functionFrame            // SQL functions being inlined
	inlined      int                        // how many were
	calls        bool                       // SQL functions are run by the executor
	effects      bool                       // and may change something
	effectsOf    map[catalog.ID]bool        // what is known of functions
	aggregateFns map[string]*expr.AggFunc   // of the catalog's aggregates, by id and types
	outermost    *scope                     // of the statement
	top          ast.Stmt                   // the statement that is bound
	changes      uint8                      // 1: top changes nothing, 2: it does; 0: not looked at
	domains      map[*types.Type]*expr.Func // checks of domains, one per type
	referred     []Meaning                  // columns referred to, for Options.Notes
}

// literalAt is where a string literal stands, for the error that its text is no
// value of the type that turns out to be meant.
type literalAt struct {
	lit *expr.Const
	pos int
}

// maxDepth bounds the nesting of expressions and queries.
const maxDepth = 2000

func newBinder(o Options) *binder {
	if o.SearchPath == nil {
		o.SearchPath = []string{catalog.PublicSchema}
	}
	return &binder{o: o, params: append([]*types.Type(nil), o.FixedParams...)}
}

// around is the scope that the whole statement stands in: nil, the rows of a
// trigger, or the arguments of a function.
func (b *binder) around() *scope {
	if b.outermost == nil {
		return nil
	}
	return b.outermost.parent
}

// root makes the outermost box; its parent holds the rows around the
// statement.
func (b *binder) root() *scope {
	if len(b.o.Outer) == 0 {
		return &scope{}
	}
	around := &scope{}
	for _, o := range b.o.Outer {
		it := rowItem(o.Rel, o.Name, o.IDs)
		it.hidden = true
		around.items = append(around.items, it)
		for _, id := range o.IDs {
			b.nextID = max(b.nextID, id)
		}
	}
	return &scope{parent: around}
}

func (b *binder) newID() expr.ColumnID {
	b.nextID++
	return b.nextID
}

// fail makes the error of a place in the statement; the caller panics with it.
func fail(pos int, code, format string, args ...any) *sqlerr.Error {
	return sqlerr.New(code, format, args...).At(pos)
}

// check panics with an error of another package, placed at pos.
func check(err error, pos int) {
	if err != nil {
		panic(sqlerr.From(err).At(pos))
	}
}

func (b *binder) enter(pos int) {
	if b.depth++; b.depth > maxDepth {
		panic(fail(pos, sqlerr.StatementTooComplex, "statement is nested too deeply"))
	}
}

func (b *binder) leave() { b.depth-- }

// depend records that the plan was made from rel.
func (b *binder) depend(rel *catalog.Relation) {
	for i := range b.deps {
		if b.deps[i].Relation.ID == rel.ID {
			return
		}
	}
	b.deps = append(b.deps, Dependency{rel})
}

func (b *binder) bindStmt(stmt ast.Stmt, root *scope) plan.Node {
	switch s := stmt.(type) {
	case *ast.Select:
		return b.bindQuery(s, root, queryFlags{})
	case *ast.Insert:
		return b.bindInsert(s, root)
	case *ast.Update:
		return b.bindUpdate(s, root)
	case *ast.Delete:
		return b.bindDelete(s, root)
	case *ast.Merge:
		return b.bindMerge(s, root)
	case *ast.Truncate:
		return b.bindTruncate(s)
	}
	if stmt == nil {
		panic(fail(-1, sqlerr.SyntaxError, "the statement is empty"))
	}
	panic(fail(stmt.Position(), sqlerr.FeatureNotSupported, "%s cannot be planned", stmtName(stmt)))
}

func stmtName(stmt ast.Stmt) string { return fmt.Sprintf("%T", stmt) }

// relation finds a relation for reading or changing, or fails with 42P01.
func (b *binder) relation(n ast.QualifiedName) *catalog.Relation {
	schema := n.Schema
	if rel := b.o.Tables[n.Name]; rel != nil && schema == "" {
		return rel
	}
	if rel := b.o.Catalog.Relation(b.o.SearchPath, schema, n.Name); rel != nil {
		b.depend(rel)
		return rel
	}
	if q := b.o.Catalog.Sequence(b.o.SearchPath, schema, n.Name); q != nil {
		return q.AsRelation()
	}
	if schema != "" {
		if b.o.Catalog.Schema(schema) == nil && b.viewDepth == 0 {
			panic(fail(n.Pos, sqlerr.UndefinedTable, "relation \"%s.%s\" does not exist", schema, n.Name))
		}
		panic(fail(n.Pos, sqlerr.UndefinedTable, "relation \"%s.%s\" does not exist", schema, n.Name))
	}
	panic(fail(n.Pos, sqlerr.UndefinedTable, "relation \"%s\" does not exist", n.Name))
}
