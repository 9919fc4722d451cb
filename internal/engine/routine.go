package engine

import (
	"github.com/zqlite/zqlite/internal/binder"
	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/exec"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/optimizer"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sql/parser"
	"github.com/zqlite/zqlite/internal/sqlerr"
)

// readyRoutine is the body of a SQL function for calls of certain types,
// planned for one catalog and meaning of names.
type readyRoutine struct {
	body    *exec.Routine
	targets []*catalog.Relation
	changes string // tag of its first statement that changes something
	audit   []*Plan
	shared  bool // it uses relations with TENANT BY
	err     error
}

// routines are the bodies that a session has planned. They hold for one
// catalog and meaning of names.
type routines struct {
	catalog *catalog.Catalog
	scope   string
	tenancy string
	byKey   map[string]*readyRoutine
}

// routineOf gives exec the body of a SQL function, and announces the changes
// that it may make.
func (s *Session) routineOf(call *expr.Routine) (*exec.Routine, error) {
	run := s.idleRun
	k := &s.routines
	if scope, tenancy := s.planScope(), s.reason; k.catalog != run.Catalog || k.scope != scope || k.tenancy != tenancy || len(k.byKey) > 256 {
		*k = routines{catalog: run.Catalog, scope: scope, tenancy: tenancy, byKey: map[string]*readyRoutine{}}
	}
	ready := k.byKey[call.Key]
	if ready == nil {
		ready = s.planRoutine(run.Catalog, call)
		k.byKey[call.Key] = ready
	}
	if ready.err != nil {
		return nil, ready.err
	}
	if run.Context.Now.IsZero() {
		s.readClock() // the statements may ask for the time
	}
	if ready.shared && s.tenant == "" && s.reason == "" {
		return nil, expr.ErrNoTenant
	}
	for _, p := range ready.audit {
		if s.internal {
			break
		}
		if err := s.keepAudit(p); err != nil {
			return nil, err
		}
	}
	if ready.changes == "" {
		return ready.body, nil
	}
	if !call.Volatile {
		return nil, sqlerr.New(sqlerr.FeatureNotSupported, "%s is not allowed in a non-volatile function", ready.changes)
	}
	if err := s.writable(ready.changes); err != nil {
		return nil, err
	}
	return ready.body, s.lockRelations(s.statementContext(), run.Tx, ready.targets, run.Catalog, s.tx == nil)
}

// planRoutine binds and plans the statements of a function's body.
func (s *Session) planRoutine(c *catalog.Catalog, call *expr.Routine) *readyRoutine {
	ready := &readyRoutine{body: &exec.Routine{}}
	fail := func(err error, step int) *readyRoutine {
		moved := *sqlerr.From(err)
		moved.Position = 0
		if moved.Context == "" {
			moved = *moved.WithContext("SQL function \"%s\" statement %d", call.Name, step+1)
		}
		ready.err = &moved
		return ready
	}
	f, ok := c.Object(catalog.ClassFunction, catalog.ID(call.ID)).(*catalog.SQLFunction)
	if !ok || f == nil {
		return fail(sqlerr.New(sqlerr.UndefinedFunction, "function %s does not exist", call.Name), 0)
	}
	f = withCallTypes(c.Current(f), call)
	stmts, err := parseBody(f.Body)
	if err != nil {
		return fail(err, 0)
	}
	for i, stmt := range stmts {
		last := i == len(stmts)-1 && (!f.Procedure || len(f.Cols) > 0)
		b, err := binder.BindRoutine(s.bindOptions(c), f, call, stmt, last)
		if err != nil {
			return fail(err, i)
		}
		root := optimizer.Optimize(b.Plan, s.db, s.optimizerOptions())
		p, err := exec.Prepare(root)
		if err != nil {
			return fail(err, i)
		}
		if b.Effects {
			p.RunToEnd()
		}
		if !b.ReadOnly && ready.changes == "" && p.Modifies() {
			ready.changes = commandTag(stmt)
		}
		ready.targets = targetsOf(root, ready.targets)
		ready.body.Steps = append(ready.body.Steps, p)
		for _, d := range b.Relations {
			ready.shared = ready.shared || d.Relation.Tenant != 0
			if isAudit(d.Relation) {
				ready.audit = append(ready.audit, &Plan{root: root})
			}
		}
		ready.body.Rows = last && len(b.Columns) > 0
	}
	return ready
}

// withCallTypes is the function with what its polymorphic types stand for in
// the call.
func withCallTypes(f *catalog.SQLFunction, call *expr.Routine) *catalog.SQLFunction {
	n := *f
	n.Args = append(n.Args[:0:0], f.Args...)
	for i := range n.Args {
		if i < len(call.Args) {
			n.Args[i].Type = call.Args[i]
		}
	}
	n.Ret = call.Ret
	return &n
}

// parseBody parses the body of a SQL function as the catalog keeps it.
func parseBody(text string) ([]ast.Stmt, error) {
	list, err := parser.Parse(text)
	if err != nil {
		return nil, err
	}
	out := make([]ast.Stmt, len(list))
	for i := range list {
		out[i] = list[i].Stmt
	}
	return out, nil
}

// callQuery writes CALL as a query over the procedure's results.
func callQuery(c *ast.Call) *ast.Select {
	return &ast.Select{Pos: c.Pos, Body: &ast.SelectCore{
		Targets: []ast.Target{{Expr: &ast.ColumnRef{Star: true, Pos: c.Pos}}},
		From:    []ast.TableExpr{&ast.FuncRef{Pos: c.Pos, Items: []ast.FuncItem{{Pos: c.Pos, Func: c.Func}}}},
	}}
}
