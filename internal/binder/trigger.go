package binder

import (
	"strings"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// TriggerScope is what the statements of a trigger see besides the catalog.
// New and Old are the columns that hold the row as it will be and as it was;
// nil where the trigger has no such row.
type TriggerScope struct {
	New, Old []expr.ColumnID
	// OldTable and NewTable stand for the transition tables, nil for none.
	OldTable, NewTable *catalog.Relation
}

// ForTrigger returns the options for binding what a trigger of rel holds.
func (o Options) ForTrigger(rel *catalog.Relation, t *catalog.Trigger) (Options, *TriggerScope) {
	s := &TriggerScope{}
	o.Trigger, o.Tables = true, map[string]*catalog.Relation{}
	n := len(rel.Columns)
	if t.Row && hasEvent(t, "INSERT", "UPDATE") {
		s.New = idsFrom(1, n)
		o.Outer = append(o.Outer, OuterRow{Name: "new", Rel: rel, IDs: s.New})
	}
	if t.Row && hasEvent(t, "UPDATE", "DELETE") {
		s.Old = idsFrom(n+1, n)
		o.Outer = append(o.Outer, OuterRow{Name: "old", Rel: rel, IDs: s.Old})
	}
	if t.OldTable != "" {
		s.OldTable = transitionTable(rel, t.OldTable)
		o.Tables[t.OldTable] = s.OldTable
	}
	if t.NewTable != "" {
		s.NewTable = transitionTable(rel, t.NewTable)
		o.Tables[t.NewTable] = s.NewTable
	}
	return o, s
}

func hasEvent(t *catalog.Trigger, events ...string) bool {
	for _, e := range t.Events {
		for _, want := range events {
			if e == want {
				return true
			}
		}
	}
	return false
}

func idsFrom(first, n int) []expr.ColumnID {
	ids := make([]expr.ColumnID, n)
	for i := range ids {
		ids[i] = expr.ColumnID(first + i)
	}
	return ids
}

// transitionTable describes the rows that a statement has changed: a relation
// that is computed, with the columns of rel.
func transitionTable(rel *catalog.Relation, name string) *catalog.Relation {
	return &catalog.Relation{ID: rel.ID, Version: rel.Version, Name: name, Kind: catalog.Virtual, Columns: rel.Columns, NextCol: rel.NextCol}
}

// BindWhen binds the condition of a trigger, as a query of one row and column.
func BindWhen(o Options, e ast.Expr) (bound *Bound, err error) {
	b := newBinder(o)
	defer recoverTo(&err)
	return b.rowQuery(func(s *scope) []expr.Expr {
		s.clause = clauseWhere
		return []expr.Expr{b.boolean(b.scalar(e, s), "WHEN", start(e))}
	}), nil
}

// BindNew binds SET NEW.column = expr, …, as a query of one row that holds the
// values for the columns with the ordinals returned.
func BindNew(o Options, rel *catalog.Relation, st *ast.SetNew) (bound *Bound, ordinals []int, err error) {
	b := newBinder(o)
	defer recoverTo(&err)
	bound = b.rowQuery(func(s *scope) []expr.Expr {
		s.clause = clauseSet
		var list []expr.Expr
		for i, name := range st.Columns {
			ord := rel.ColumnByName(name.Text)
			if ord < 0 {
				panic(fail(name.Pos, sqlerr.UndefinedColumn, "column \"%s\" of relation \"%s\" does not exist", name.Text, rel.Name))
			}
			col := rel.Columns[ord]
			if col.Generated != "" {
				panic(fail(name.Pos, sqlerr.GeneratedAlways, "column \"%s\" can only be updated to DEFAULT", col.Name).
					WithDetail("Column \"%s\" is a generated column.", col.Name))
			}
			ordinals = append(ordinals, ord)
			list = append(list, b.assign(b.scalar(st.Values[i], s), col.Type, rel, col.Name, start(st.Values[i])))
		}
		return list
	})
	return bound, ordinals, nil
}

// rowQuery makes a query of one row of the expressions that f binds.
func (b *binder) rowQuery(f func(s *scope) []expr.Expr) *Bound {
	box := b.root()
	s := &scope{parent: box.parent, base: box}
	p := &plan.Project{Input: &plan.Values{Rows: [][]expr.Expr{{}}}}
	for _, e := range f(s) {
		p.Items = append(p.Items, plan.Item{Col: plan.Column{ID: b.newID(), Type: e.Type()}, Expr: e})
	}
	node := b.inlineCTEs(p)
	b.finishParams(node)
	return &Bound{Plan: node, Params: b.params, Columns: node.Columns(), Relations: b.deps, ReadOnly: true, Volatile: b.volatile}
}

// raise binds RAISE(IGNORE) and RAISE(ABORT|FAIL|ROLLBACK, message), which only
// the body of a trigger may hold.
func (b *binder) raise(c *ast.FuncCall, s *scope) expr.Expr {
	if len(c.Args) == 0 || len(c.Args) > 2 {
		return nil
	}
	ref, ok := c.Args[0].(*ast.ColumnRef)
	if !ok || len(ref.Parts) != 1 {
		return nil
	}
	action := strings.ToLower(ref.Parts[0].Text)
	switch {
	case action == "ignore" && len(c.Args) == 1:
	case (action == "abort" || action == "fail" || action == "rollback") && len(c.Args) == 2:
	default:
		return nil
	}
	if !b.o.Trigger {
		panic(fail(c.Pos, sqlerr.SyntaxError, "RAISE() may only be used within a trigger program"))
	}
	args := []expr.Expr{&expr.Const{Val: types.NewText(action), Typ: types.Text}, &expr.Const{Val: types.NewText(""), Typ: types.Text}}
	if len(c.Args) == 2 {
		args[1] = b.cast(b.value(c.Args[1], s), types.Text, start(c.Args[1]), start(c.Args[1]))
	}
	return b.callByName("zqlite_raise", args, c.Pos, s)
}
