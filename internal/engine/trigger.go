package engine

import (
	"slices"
	"strings"

	"github.com/zqlite/zqlite/internal/binder"
	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/exec"
	"github.com/zqlite/zqlite/internal/optimizer"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sql/parser"
	"github.com/zqlite/zqlite/internal/sqlerr"
)

// readyTriggers are the triggers of a relation, planned for one catalog and
// meaning of names.
type readyTriggers struct {
	catalog  *catalog.Catalog
	scope    string
	triggers *exec.Triggers // nil: none is enabled
	targets  []*catalog.Relation
}

// triggersOf gives exec the triggers of a relation that changes, and announces
// the changes that they may make.
func (s *Session) triggersOf(rel *catalog.Relation) (*exec.Triggers, error) {
	run := s.idleRun
	ready := s.triggers[rel.ID]
	if ready == nil || ready.catalog != run.Catalog || ready.scope != s.planScope() {
		ready = s.planTriggers(run.Catalog, rel)
		if s.triggers == nil {
			s.triggers = map[catalog.ID]*readyTriggers{}
		}
		s.triggers[rel.ID] = ready
	}
	if ready.triggers == nil {
		return nil, nil
	}
	s.readClock() // their statements may ask for the time
	return ready.triggers, s.lockRelations(s.statementContext(), run.Tx, ready.targets, run.Catalog, s.tx == nil)
}

func (s *Session) planTriggers(c *catalog.Catalog, rel *catalog.Relation) *readyTriggers {
	ready := &readyTriggers{catalog: c, scope: s.planScope()}
	var list []*exec.Trigger
	defs := slices.Clone(rel.Triggers)
	slices.SortFunc(defs, func(a, b *catalog.Trigger) int { return strings.Compare(a.Name, b.Name) })
	for _, def := range defs {
		if def.Disabled {
			continue
		}
		x, err := s.planTrigger(c, rel, def, ready)
		if err != nil {
			moved := *sqlerr.From(err)
			moved.Position = 0
			x = &exec.Trigger{Def: def, Err: moved.WithContext("trigger %s on %s", def.Name, rel.Name)}
		}
		list = append(list, x)
	}
	if len(list) > 0 {
		ready.triggers = exec.NewTriggers(rel, list)
	}
	return ready
}

func (s *Session) planTrigger(c *catalog.Catalog, rel *catalog.Relation, def *catalog.Trigger, ready *readyTriggers) (*exec.Trigger, error) {
	o := s.bindOptions(c)
	o.SearchPath = append([]string{rel.Schema}, o.SearchPath...)
	o, scope := o.ForTrigger(rel, def)
	x := &exec.Trigger{Def: def, New: scope.New, Old: scope.Old, OldTable: scope.OldTable, NewTable: scope.NewTable}
	prepare := func(b *binder.Bound) (*exec.Program, error) {
		for _, d := range b.Relations {
			if isAudit(d.Relation) {
				return nil, errAudit
			}
		}
		root := optimizer.Optimize(b.Plan, s.db, s.optimizerOptions())
		ready.targets = targetsOf(root, ready.targets)
		return exec.Prepare(root)
	}
	if def.When != "" {
		e, err := parser.ParseExpr(def.When)
		if err != nil {
			return nil, err
		}
		b, err := binder.BindWhen(o, e)
		if err != nil {
			return nil, err
		}
		p, err := prepare(b)
		if err != nil {
			return nil, err
		}
		x.When = &exec.TriggerStep{Program: p}
	}
	body, err := parser.ParseTriggerBody(def.Body)
	if err != nil {
		return nil, err
	}
	for _, stmt := range body {
		var step exec.TriggerStep
		var b *binder.Bound
		if set, ok := stmt.(*ast.SetNew); ok {
			b, step.Set, err = binder.BindNew(o, rel, set)
		} else {
			b, err = binder.Bind(o, stmt)
		}
		if err != nil {
			return nil, err
		}
		if step.Program, err = prepare(b); err != nil {
			return nil, err
		}
		x.Steps = append(x.Steps, step)
	}
	return x, nil
}
