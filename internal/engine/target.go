package engine

import (
	"context"

	"github.com/zqlite/zqlite/internal/binder"
	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage"
)

// writable reports why the session cannot change anything now, if so.
// command is what it was told to run, as the error names it.
func (s *Session) writable(command string) error {
	if s.db.config.Mode == "ro" {
		return sqlerr.New(sqlerr.ReadOnlySQLTransaction, "the database is open read-only").
			WithHint("Open it with mode=rw.")
	}
	if s.settings.ro || (s.tx != nil && s.txReadOnly) {
		return sqlerr.New(sqlerr.ReadOnlySQLTransaction, "cannot execute %s in a read-only transaction", command)
	}
	return nil
}

// lockTargets announces writes to the relations that the plan changes, which
// waits for definitions in progress, and then makes sure that the plan knows
// the newest definition.
func (t *task) lockTargets(ctx context.Context, p *Plan, c *catalog.Catalog) error {
	return t.s.lockRelations(ctx, t.tx, p.targets, c, t.own)
}

// lockRelations is lockTargets for relations as catalog c has them. own says
// that the transaction is one statement.
func (s *Session) lockRelations(ctx context.Context, tx *storage.Tx, rels []*catalog.Relation, c *catalog.Catalog, own bool) error {
	stale := false
	for _, rel := range rels {
		if rel.Kind == catalog.View {
			continue
		}
		if err := tx.LockTable(ctx, storage.TreeID(rel.ID), storage.TableIntentWrite, storage.Wait); err != nil {
			return err
		}
		newest := s.db.newestCatalog(tx)
		if newest.Stamp != c.Stamp {
			if newest.RelationByID(rel.ID) != rel {
				stale = true
			}
		}
	}
	if stale {
		if own || s.statements <= 1 || s.txLevel == storage.ReadCommitted {
			return storage.ErrRestart
		}
		return sqlerr.New(sqlerr.SerializationFailure, "could not serialize access: a table was redefined after the transaction began")
	}
	return nil
}

// newestCatalog is the catalog of the newest commit, or the transaction's own
// where it has changed it.
func (db *Database) newestCatalog(tx *storage.Tx) *catalog.Catalog {
	if tx.AttachmentChanged() {
		return tx.Attachment().(*catalog.Catalog)
	}
	return db.store.Attachment().(*catalog.Catalog)
}

// targetsOf lists the relations that a plan changes or locks.
func targetsOf(n plan.Node, out []*catalog.Relation) []*catalog.Relation {
	switch n := n.(type) {
	case *plan.Insert:
		out = append(out, n.Target.Rel)
	case *plan.Update:
		out = append(out, n.Target.Rel)
	case *plan.Delete:
		out = append(out, n.Target.Rel)
	case *plan.Merge:
		out = append(out, n.Target.Rel)
	}
	for _, in := range n.Inputs() {
		out = targetsOf(in, out)
	}
	return out
}

// bindTarget binds what a change of a relation that the statement does not
// name has to compute: the children of a foreign key.
func (s *Session) bindTarget(rel *catalog.Relation) (*plan.Target, []expr.Expr, error) {
	o := s.bindOptions(s.idleRun.Catalog)
	t, err := binder.BindTarget(o, rel, 0)
	if err != nil {
		return nil, nil, err
	}
	defaults, err := binder.BindDefaults(o, rel)
	return &t, defaults, err
}
