package exec

import (
	"strings"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/table"
	"github.com/zqlite/zqlite/internal/types"
)

// UniqueCheck is the check of a deferrable unique key that a row was given
// while another one had it: that one of them has lost it since.
type UniqueCheck struct {
	Index *catalog.Index
	Rel   *catalog.Relation

	values []types.Value // the key
}

// Shared queues the check of a key that several rows have (table.LateKeys).
func (t *target) Shared(ix *catalog.Index, row []types.Value) error {
	c := &UniqueCheck{Index: ix, Rel: t.rel, values: make([]types.Value, len(ix.Parts))}
	for i, p := range ix.Parts {
		v := row[t.rel.Ordinal(p.Column)]
		v.S = strings.Clone(v.S)
		c.values[i] = v
	}
	if r := t.run; r.Defer == nil || !r.Defer(c) {
		r.changes.late = append(r.changes.late, c)
	}
	return nil
}

// Constraint names the key (Deferred).
func (c *UniqueCheck) Constraint() (name string, deferrable, deferred bool) {
	return c.Index.Name, c.Index.Deferrable, c.Index.Deferred
}

// On is the key's relation.
func (c *UniqueCheck) On() catalog.ID { return c.Rel.ID }

// Run carries the check out, against the newest state.
func (c *UniqueCheck) Run(r *Run) error {
	rel := r.Catalog.RelationByID(c.Rel.ID)
	if rel == nil {
		return nil
	}
	ix := rel.IndexByID(c.Index.ID)
	if ix == nil || !ix.Deferrable {
		return nil
	}
	ordinals := make([]int, len(ix.Parts))
	for i, p := range ix.Parts {
		if p.Type != c.Index.Parts[i].Type {
			return nil // it was built anew, which has checked it
		}
		ordinals[i] = rel.Ordinal(p.Column)
	}
	w := table.Writer{Table: table.Of(rel)}
	shared, err := w.SharedBy(r.ctx(), r.Tx, ix, c.values)
	if err != nil || !shared {
		return err
	}
	return sqlerr.New(sqlerr.UniqueViolation, "duplicate key value violates unique constraint %q", ix.Name).
		WithDetail("Key %s already exists.", describeKey(r, rel, ordinals, c.values)).
		WithTable(rel.Schema, rel.Name).WithConstraint(ix.Name)
}
