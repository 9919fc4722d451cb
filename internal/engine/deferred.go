package engine

import (
	"context"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/exec"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage"
)

// deferredChecks are what deferrable constraints have to do at the end of the
// transaction, with what SET CONSTRAINTS has said.
type deferredChecks struct {
	checks []deferredCheck
	all    *bool           // SET CONSTRAINTS ALL
	named  map[string]bool // by constraint name
}

// deferredCheck is one check with the place in the write set where it arose,
// so that it goes with a rolled back savepoint.
type deferredCheck struct {
	check  exec.Deferred
	mark   storage.Mark
	tenant string // for whom the statement worked
	reason string
}

func (d *deferredChecks) truncate(m storage.Mark) {
	for len(d.checks) > 0 && d.checks[len(d.checks)-1].mark.Changes() > m.Changes() {
		d.checks = d.checks[:len(d.checks)-1]
	}
}

// isDeferred reports whether a constraint waits in this transaction.
func (d *deferredChecks) isDeferred(c exec.Deferred) bool {
	name, deferrable, deferred := c.Constraint()
	if !deferrable {
		return false
	}
	if v, ok := d.named[name]; ok {
		return v
	}
	if d.all != nil {
		return *d.all
	}
	return deferred
}

// deferCheck takes a check that is to wait; false means that it is due now.
func (s *Session) deferCheck(check exec.Deferred) bool {
	if s.idleRun == nil || s.idleRun.Tx == nil || !s.deferred.isDeferred(check) {
		return false
	}
	s.deferred.checks = append(s.deferred.checks, deferredCheck{check, s.idleRun.Tx.Savepoint(), s.tenant, s.reason})
	return true
}

// runDeferred runs what waits, before the explicit transaction commits.
func (s *Session) runDeferred(ctx context.Context) error {
	if len(s.deferred.checks) == 0 {
		return nil
	}
	return s.runDeferredIn(ctx, s.tx)
}

func (s *Session) runDeferredIn(ctx context.Context, tx *storage.Tx) error {
	checks := s.deferred.checks
	if len(checks) == 0 {
		return nil
	}
	s.deferred.checks = nil
	if err := tx.BeginStatement(); err != nil {
		return err
	}
	base := s.newRun(ctx, tx, tx.Attachment().(*catalog.Catalog))
	run := *base
	run.Context = &expr.Context{}
	*run.Context = *base.Context
	run.Routines = &run
	tenant, reason := s.tenant, s.reason
	defer func() { s.tenant, s.reason = tenant, reason }()
	for _, c := range checks {
		s.tenant, s.reason = c.tenant, c.reason
		run.Tenant = c.tenant
		if err := c.check.Run(&run); err != nil {
			return err
		}
	}
	return nil
}

// refusePending fails where a definition would change a table for which checks
// wait: they hold on to rows as they are.
func (s *Session) refusePending(c *catalog.Catalog, stmt ast.Stmt) error {
	if len(s.deferred.checks) == 0 {
		return nil
	}
	var names []ast.QualifiedName
	what := ""
	switch stmt := stmt.(type) {
	case *ast.AlterTable:
		what, names = "ALTER TABLE", []ast.QualifiedName{stmt.Name}
	case *ast.CreateIndex:
		what, names = "CREATE INDEX", []ast.QualifiedName{stmt.Table}
	case *ast.Drop:
		if stmt.Kind == ast.ObjectTable {
			what, names = "DROP TABLE", stmt.Objects
		}
	}
	for _, n := range names {
		if rel := c.Relation(s.bindPath(), n.Schema, n.Name); rel != nil {
			if err := s.pendingOn(rel, what); err != nil {
				return err
			}
		}
	}
	return nil
}

// pendingOn fails where a check of a relation waits.
func (s *Session) pendingOn(rel *catalog.Relation, what string) error {
	for _, d := range s.deferred.checks {
		if d.check.On() == rel.ID {
			return sqlerr.New(sqlerr.ObjectInUse, "cannot %s \"%s\" because it has pending trigger events", what, rel.Name)
		}
	}
	return nil
}

// setConstraints is SET CONSTRAINTS: constraints made immediate are checked.
func (s *Session) setConstraints(ctx context.Context, stmt *ast.SetConstraints) error {
	if len(stmt.Names) == 0 && s.tx != nil {
		s.deferred.all, s.deferred.named = &stmt.Deferred, nil
	}
	for _, n := range stmt.Names {
		found, deferrable := s.findConstraint(n.Name)
		switch {
		case !found:
			return sqlerr.New(sqlerr.UndefinedObject, "constraint \"%s\" does not exist", n.Name).At(n.Pos)
		case !deferrable:
			return sqlerr.New(sqlerr.WrongObjectType, "constraint \"%s\" is not deferrable", n.Name)
		}
		if s.tx == nil {
			continue
		}
		if s.deferred.named == nil {
			s.deferred.named = map[string]bool{}
		}
		s.deferred.named[n.Name] = stmt.Deferred
	}
	if stmt.Deferred || s.tx == nil {
		return nil
	}
	return s.runDeferred(ctx)
}

// findConstraint looks for constraints of a name, and whether all can wait.
func (s *Session) findConstraint(name string) (found, deferrable bool) {
	deferrable = true
	note := func(wait bool) { found, deferrable = true, deferrable && wait }
	s.currentCatalog().Relations(func(r *catalog.Relation) bool {
		for _, k := range r.Foreign {
			if k.Name == name {
				note(k.Deferrable)
			}
		}
		for _, ix := range r.Indexes {
			if ix.Constraint && ix.Name == name {
				note(ix.Deferrable)
			}
		}
		for _, t := range r.Triggers {
			if t.Constraint && t.Name == name {
				note(t.Deferrable)
			}
		}
		if !found && r.ConstraintTaken(name) {
			note(false)
		}
		return true
	})
	return found, deferrable
}
