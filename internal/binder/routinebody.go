package binder

import (
	"maps"
	"slices"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// BindRoutine binds one statement of the body of a SQL function for a call of
// it: parameter n of the statement is argument n. The columns of the last
// statement are brought to what the function returns.
func BindRoutine(o Options, f *catalog.SQLFunction, call *expr.Routine, stmt ast.Stmt, last bool) (bound *Bound, err error) {
	if f.SearchPath != nil {
		o.SearchPath = f.SearchPath
	} else {
		o.SearchPath = append([]string{f.Schema}, o.SearchPath...)
	}
	o.FixedParams, o.Routine = call.Args, f.ID
	b := newBinder(o)
	defer recoverTo(&err)
	b.top = stmt
	args := make([]expr.Expr, len(call.Args))
	for i, t := range call.Args {
		args[i] = &expr.Param{Index: i, Typ: t}
	}
	level := b.pushFunction(f, args)
	b.outermost = &scope{parent: level}
	node := b.bindStmt(stmt, b.outermost)
	if last && call.Ret.Kind != types.KindVoid {
		node = b.returned(f, call, node)
	}
	return b.asBound(node), nil
}

// GivesRows reports whether a statement can be the last of a function that
// returns something.
func GivesRows(stmt ast.Stmt) bool {
	switch s := stmt.(type) {
	case *ast.Select:
		return true
	case *ast.Insert:
		return len(s.Returning) > 0
	case *ast.Update:
		return len(s.Returning) > 0
	case *ast.Delete:
		return len(s.Returning) > 0
	}
	return false
}

// returned coerces the columns of the last statement to the function's result.
func (b *binder) returned(f *catalog.SQLFunction, call *expr.Routine, node plan.Node) plan.Node {
	cols := node.Columns()
	want := call.Cols
	switch {
	case call.Open:
		return node
	case len(want) == 0 && len(cols) != 1:
		panic(returnMismatch(f, "Final statement must return exactly one column."))
	case len(want) == 0:
		want = []types.Field{{Type: call.Ret}}
	case len(cols) == 1 && cols[0].Type.Kind == types.KindRecord && (len(want) > 1 || want[0].Type.Kind != types.KindRecord):
		return node // the row itself
	case len(cols) < len(want):
		panic(returnMismatch(f, "Final statement returns too few columns."))
	case len(cols) > len(want):
		panic(returnMismatch(f, "Final statement returns too many columns."))
	}
	p := &plan.Project{Input: node, Items: make([]plan.Item, len(cols))}
	changed := false
	for i, c := range cols {
		from := expr.Expr(&expr.Column{ID: c.ID, Typ: c.Type, Name: c.Name})
		e := from
		if t := want[i].Type; t.Kind != types.KindRecord || len(t.Fields) == 0 {
			if !assignable(c.Type, t) {
				panic(wrongColumn(f, call, c.Type, t, i))
			}
			e = b.assign(from, t, nil, "", -1)
		}
		changed = changed || e != from
		p.Items[i] = plan.Item{Col: plan.Column{ID: b.newID(), Name: c.Name, Type: e.Type()}, Expr: e}
	}
	if !changed {
		return node
	}
	return p
}

func wrongColumn(f *catalog.SQLFunction, call *expr.Routine, have, want *types.Type, i int) *sqlerr.Error {
	if len(call.Cols) > 1 || call.Ret.Kind == types.KindRecord {
		return returnMismatch(f, "Final statement returns %s instead of %s at column %d.", have.Display, want.Display, i+1)
	}
	return returnMismatch(f, "Actual return type is %s.", have.Display)
}

// returnMismatch is the error of a body that does not give what the function says.
func returnMismatch(f *catalog.SQLFunction, detail string, args ...any) *sqlerr.Error {
	return sqlerr.New(sqlerr.InvalidFunctionDefinition, "return type mismatch in function declared to return %s", ResultName(f)).
		WithDetail(detail, args...)
}

// ResultName is the type that a function is declared to return, as errors say
// it.
func ResultName(f *catalog.SQLFunction) string {
	if f.Ret.Kind == types.KindRecord && f.RetRel == 0 && f.Ret.OID == types.RecordType.OID {
		return "record"
	}
	return types.FormatName(f.Ret)
}

// CheckRoutine binds the body of a function that is being defined, where its
// types are known, and returns the relations that its
// statements use.
func CheckRoutine(o Options, f *catalog.SQLFunction) (relations []catalog.ID, err error) {
	defer recoverTo(&err)
	stmts, err := o.ParseBody(f.Body)
	if err != nil {
		return nil, err
	}
	f = o.Catalog.Current(f)
	if f.Ret.Kind != types.KindVoid && !f.Procedure && (len(stmts) == 0 || !GivesRows(stmts[len(stmts)-1])) {
		return nil, returnMismatch(f, "Function's final statement must be SELECT or INSERT/UPDATE/DELETE RETURNING.")
	}
	if isPolymorphic(f) { // known when it is called
		return nil, nil
	}
	r := &routineCall{f: f}
	for _, a := range f.Args {
		r.args = append(r.args, &expr.Const{Typ: a.Type})
	}
	call := r.descriptor(nil)
	rels := map[catalog.ID]bool{}
	for i, st := range stmts {
		if bound, err := BindRoutine(o, f, call, st, i == len(stmts)-1 && !(f.Procedure && len(f.Cols) == 0)); err != nil {
			return nil, err
		} else {
			for _, d := range bound.Relations {
				rels[d.Relation.ID] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(rels)), nil
}
