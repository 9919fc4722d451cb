package engine

import (
	"context"
	"encoding/json"
	"sort"
	"strings"

	"github.com/zqlite/zqlite/internal/binder"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/syscat"
	"github.com/zqlite/zqlite/internal/types"
)

// prepareNamed is PREPARE name AS statement.
func (s *Session) prepareNamed(st *Statement, stmt *ast.Prepare) error {
	if s.prepared[stmt.Name] != nil {
		return sqlerr.New(sqlerr.DuplicatePreparedStatement, "prepared statement %q already exists", stmt.Name)
	}
	if !plannable(stmt.Stmt) {
		return sqlerr.New(sqlerr.SyntaxError, "PREPARE takes a query or a change").At(stmt.Pos)
	}
	inner := &Statement{text: statementText(st, stmt.Pos), path: st.path, parts: make([]part, 1), count: max(countParams(stmt.Stmt), len(stmt.Types))}
	inner.parts[0].stmt = stmt.Stmt
	c := s.currentCatalog()
	for _, t := range stmt.Types {
		typ, err := binder.ResolveType(s.bindOptions(c), t)
		if err != nil {
			return err
		}
		inner.fixed = append(inner.fixed, typ)
	}
	p, _, err := s.makePlan(stmt.Stmt, c, nil, inner.fixed)
	switch {
	case err == nil:
		inner.fixed = p.params
	case sqlerr.Code(err) != sqlerr.IndeterminateDatatype: // the arguments will say
		return err
	}
	if s.prepared == nil {
		s.prepared = map[string]*Statement{}
	}
	s.prepared[stmt.Name] = inner
	return nil
}

func countParams(n ast.Node) int {
	count := 0
	ast.Walk(n, func(n ast.Node) bool {
		if p, ok := n.(*ast.Param); ok {
			count = max(count, p.Index)
		}
		return true
	})
	return count
}

// executeNamed is EXECUTE name (args): the arguments are constant expressions.
func (s *Session) executeNamed(ctx context.Context, stmt *ast.Execute) (*Result, error) {
	inner := s.prepared[stmt.Name]
	if inner == nil {
		return nil, sqlerr.New(sqlerr.InvalidSQLStatementName, "prepared statement %q does not exist", stmt.Name)
	}
	if len(stmt.Args) != inner.count {
		return nil, sqlerr.New(sqlerr.SyntaxError, "wrong number of parameters for prepared statement %q", stmt.Name).
			WithDetail("Expected %d parameters but got %d.", inner.count, len(stmt.Args))
	}
	args, err := s.executeArgs(ctx, inner, stmt.Args)
	if err != nil {
		return nil, err
	}
	return s.runPlanned(ctx, inner, 0, args)
}

// executeArgs evaluates the arguments of EXECUTE.
func (s *Session) executeArgs(ctx context.Context, inner *Statement, list []ast.Expr) ([]Argument, error) {
	args := make([]Argument, len(list))
	for i, a := range list {
		var want *types.Type
		if i < len(inner.fixed) {
			want = inner.fixed[i]
		}
		e, err := s.executeArg(i, a, want)
		if err != nil {
			return nil, err
		}
		run, err := (&expr.Compiler{}).Scalar(e)
		if err != nil {
			return nil, err
		}
		v, err := run(&expr.Context{Ctx: ctx, Env: &s.env, Session: s}, nil)
		if err != nil {
			return nil, err
		}
		args[i].Value = boundValue{v, e.Type()}
	}
	return args, nil
}

// executeArg binds argument i of EXECUTE, which is assigned to a parameter of
// type want (nil where the argument says it).
func (s *Session) executeArg(i int, a ast.Expr, want *types.Type) (expr.Expr, error) {
	o := s.bindOptions(s.currentCatalog())
	o.What = "EXECUTE parameters"
	e, err := binder.BindExpr(o, nil, nil, a, want)
	if want == nil || sqlerr.Code(err) != sqlerr.DatatypeMismatch {
		return e, err
	}
	if e, own := binder.BindExpr(o, nil, nil, a, nil); own == nil {
		return nil, sqlerr.New(sqlerr.DatatypeMismatch, "parameter $%d of type %s cannot be coerced to the expected type %s", i+1, e.Type().Display, want.Display).
			WithHint("You will need to rewrite or cast the expression.").At(ast.Start(a))
	}
	return nil, err
}

// substituted is a query inside a definition, with what EXECUTE stands for in
// its place.
func (s *Session) substituted(ctx context.Context, q ast.Stmt) (ast.Stmt, []*types.Type, []types.Value, error) {
	e, ok := q.(*ast.Execute)
	if !ok {
		return q, nil, nil, nil
	}
	inner := s.prepared[e.Name]
	if inner == nil {
		return nil, nil, nil, sqlerr.New(sqlerr.InvalidSQLStatementName, "prepared statement %q does not exist", e.Name)
	}
	if _, ok := inner.parts[0].stmt.(*ast.Select); !ok {
		return nil, nil, nil, sqlerr.New(sqlerr.WrongObjectType, "prepared statement is not a SELECT")
	}
	args, err := s.executeArgs(ctx, inner, e.Args)
	vals := make([]types.Value, len(args))
	typs := make([]*types.Type, len(args))
	for i := range args {
		a := args[i].Value.(boundValue)
		vals[i], typs[i] = a.v, a.t
	}
	return inner.parts[0].stmt, typs, vals, err
}

// boundValue is an argument that is a SQL value already.
type boundValue struct {
	v types.Value
	t *types.Type
}

func (s *Session) deallocate(stmt *ast.Deallocate) error {
	if stmt.Name == "" {
		s.prepared = nil
		return nil
	}
	if s.prepared[stmt.Name] == nil {
		return sqlerr.New(sqlerr.InvalidSQLStatementName, "prepared statement %q does not exist", stmt.Name)
	}
	delete(s.prepared, stmt.Name)
	return nil
}

// preparedStatements lists what PREPARE named, for pg_prepared_statements.
func (s *Session) preparedStatements() []syscat.Prepared {
	var all []syscat.Prepared
	for name, p := range s.prepared {
		x := syscat.Prepared{Name: name, Statement: p.text}
		for _, t := range p.fixed {
			if t != nil {
				x.Types = append(x.Types, t.OID)
			}
		}
		all = append(all, x)
	}
	sort.Slice(all, func(i, k int) bool { return all[i].Name < all[k].Name })
	return all
}

func cloneValue(v types.Value) types.Value {
	v.S = strings.Clone(v.S)
	return v
}

func splitLines(text string) []string {
	return strings.Split(strings.TrimRight(text, "\n"), "\n")
}

func marshalJSON(v any) (string, error) {
	b, err := json.Marshal(v)
	return string(b), err
}
