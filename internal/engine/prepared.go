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
	inner := &Statement{text: st.text, path: st.path, parts: make([]part, 1), count: countParams(stmt.Stmt)}
	inner.parts[0].stmt = stmt.Stmt
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
	args := make([]Argument, len(stmt.Args))
	for i, a := range stmt.Args {
		e, err := binder.BindExpr(s.bindOptions(s.currentCatalog()), nil, nil, a, nil)
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
	return s.runPlanned(ctx, inner, 0, args)
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
		if plan := p.parts[0].plan.Load(); plan != nil {
			for _, t := range plan.params {
				x.Types = append(x.Types, types.FormatType(t))
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
