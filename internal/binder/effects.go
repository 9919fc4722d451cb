package binder

import (
	"fmt"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/types"
)

// hasEffects reports whether a call of the function may change something: its
// body does, or calls a function that does.
func (b *binder) hasEffects(f *catalog.SQLFunction) bool {
	if b.effectsOf == nil {
		b.effectsOf = map[catalog.ID]bool{}
	}
	if known, ok := b.effectsOf[f.ID]; ok {
		return known
	}
	b.effectsOf[f.ID] = false // until known better: it may call itself
	stmts, err := b.o.ParseBody(f.Body)
	yes := err != nil
	for _, st := range stmts {
		yes = yes || b.stmtHasEffects(st)
	}
	b.effectsOf[f.ID] = yes
	return yes
}

func (b *binder) stmtHasEffects(st ast.Stmt) bool {
	yes := false
	ast.Walk(st, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Insert, *ast.Update, *ast.Delete, *ast.Merge, *ast.Truncate:
			yes = true
		case *ast.FuncCall:
			yes = yes || b.callHasEffects(n)
		}
		return !yes
	})
	return yes
}

func (b *binder) callHasEffects(c *ast.FuncCall) bool {
	if b.o.Catalog == nil || !b.o.Catalog.HasFunctions() {
		return false
	}
	for _, f := range b.o.Catalog.Functions(b.o.SearchPath, c.Name.Schema, c.Name.Name) {
		if f.Volatile == 'v' && b.hasEffects(f) {
			return true
		}
	}
	return false
}

// inChange reports whether the statement changes something, itself or by the
// functions it calls: then a volatile function has to see what was done.
func (b *binder) inChange() bool {
	if b.top == nil {
		return false
	}
	if b.changes == 0 {
		if b.changes = 1; b.stmtHasEffects(b.top) {
			b.changes = 2
		}
	}
	return b.changes == 2
}

// ran says whether the function's body is run by the executor, statement by
// statement, rather than put in the place of the call.
func (b *binder) ran(f *catalog.SQLFunction, stmts []ast.Stmt) bool {
	if len(stmts) != 1 || f.Procedure || f.Ret.Kind == types.KindVoid || f.SearchPath != nil || b.inlined > 100 || b.o.Routine == f.ID {
		return true
	}
	for _, frame := range b.functions {
		if frame.id == f.ID { // it calls itself
			return true
		}
	}
	q, ok := stmts[0].(*ast.Select)
	if !ok || b.stmtChanges(q) {
		return true
	}
	if f.Ret.Kind == types.KindRecord && len(f.Cols) == 0 { // its columns are known where it is called
		return true
	}
	return f.Volatile == 'v' && readsTables(q) && b.inChange()
}

// stmtChanges reports whether a query has changes in its WITH.
func (b *binder) stmtChanges(q *ast.Select) bool {
	yes := false
	ast.Walk(q, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.Insert, *ast.Update, *ast.Delete, *ast.Merge:
			yes = true
		}
		return !yes
	})
	return yes
}

func readsTables(q *ast.Select) bool {
	yes := false
	ast.Walk(q, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.TableRef:
			yes = true
		}
		return !yes
	})
	return yes
}

// bodyOf parses the body of a function.
func (b *binder) bodyOf(f *catalog.SQLFunction, pos int) []ast.Stmt {
	stmts, err := b.o.ParseBody(f.Body)
	check(err, pos)
	return stmts
}

// descriptor describes the call to the executor. cols are the columns that a
// call of a function returning record gives them.
func (r *routineCall) descriptor(cols []types.Field) *expr.Routine {
	d := &expr.Routine{ID: uint32(r.f.ID), Name: r.f.Name, Ret: r.f.Ret, Cols: r.f.Cols, Set: r.f.Set, Strict: r.f.Strict, Volatile: r.f.Volatile == 'v'}
	if cols != nil {
		d.Cols = cols
	}
	if cols != nil || len(d.Cols) > 1 && len(d.Ret.Fields) == 0 || d.Ret.Kind == types.KindRecord && len(d.Cols) > 0 && len(d.Ret.Fields) == 0 {
		d.Ret = recordType(d.Cols)
	}
	d.Open = d.Ret.Kind == types.KindRecord && len(d.Cols) == 0
	key := fmt.Sprintf("%d", d.ID)
	for i, a := range r.f.Args {
		t := a.Type
		if r.args[i].Type().Kind == types.KindRecord {
			t = r.args[i].Type()
		}
		d.Args = append(d.Args, t)
		key += typeKey(t)
	}
	for _, c := range cols {
		key += "/" + c.Name + typeKey(c.Type)
	}
	d.Key = key
	return d
}

func typeKey(t *types.Type) string {
	key := fmt.Sprintf(",%d:%d:%d", t.OID, t.Mod, t.Width)
	for _, f := range t.Fields {
		key += "." + f.Name + typeKey(f.Type)
	}
	return key
}

// volatility of the function as declared.
func (r *routineCall) volatility() expr.Volatility {
	switch r.f.Volatile {
	case 'i':
		return expr.Immutable
	case 's':
		return expr.Stable
	}
	return expr.Volatile
}

// called notes in the statement that it calls the function.
func (b *binder) called(r *routineCall) {
	b.calls = true
	if r.f.Volatile == 'v' {
		b.volatile = true
		b.effects = b.effects || b.hasEffects(r.f)
	}
}

// runCall makes the call of a function that the executor runs.
func (b *binder) runCall(r *routineCall) expr.Expr {
	b.called(r)
	d := r.descriptor(nil)
	return &expr.Call{Fn: d.Func(r.volatility()), Args: r.args, Typ: d.Ret, Pos: r.pos}
}
