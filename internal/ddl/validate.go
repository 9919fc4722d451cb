package ddl

import (
	"slices"
	"strings"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage"
	"github.com/zqlite/zqlite/internal/types"
)

// lockParent keeps a parent from changing while a foreign key comes or goes.
func (r *run) lockParent(rel *catalog.Relation) { r.lock(rel, storage.TableExclusive) }

// validateForeign checks that every row has its parent.
func (r *run) validateForeign(child *catalog.Relation, k *catalog.ForeignKey) {
	parent := r.Catalog.RelationByID(k.Parent)
	ix := parent.IndexByID(k.ParentIndex)
	w := r.writer(parent)
	vals := make([]types.Value, len(ix.Parts))
	var places, targets []int // of each part: ordinal in the child, in the parent
	for _, p := range ix.Parts {
		at := slices.Index(k.ParentColumns, p.Column)
		places = append(places, child.Ordinal(k.Columns[at]))
		targets = append(targets, parent.Ordinal(p.Column))
	}
	r.eachRow(child, func(row []types.Value, _ int64) bool {
		nulls := 0
		for i, o := range places {
			vals[i] = row[o]
			if row[o].IsNull() {
				nulls++
			}
		}
		if nulls == len(vals) || nulls > 0 && !k.MatchFull {
			return true
		}
		if nulls > 0 {
			throw(foreignViolation(child, k).WithDetail("MATCH FULL does not allow mixing of null and nonnull key values."))
		}
		for i := range vals {
			vals[i] = r.convert(vals[i], child.Columns[places[i]].Type, parent.Columns[targets[i]].Type)
		}
		_, found, err := w.Lookup(r.Ctx, r.Tx, ix, vals, storage.LockKeyShare)
		check(err)
		if !found {
			throw(foreignViolation(child, k).WithDetail("Key %s is not present in table \"%s\".", r.keyText(child, k.Columns, row), parent.Name))
		}
		return true
	})
}

func foreignViolation(child *catalog.Relation, k *catalog.ForeignKey) *sqlerr.Error {
	return sqlerr.New(sqlerr.ForeignKeyViolation, "insert or update on table \"%s\" violates foreign key constraint \"%s\"", child.Name, k.Name).
		WithTable(child.Schema, child.Name).WithConstraint(k.Name)
}

// convert casts a value between types of keys that can be compared.
func (r *run) convert(v types.Value, from, to *types.Type) types.Value {
	if from.Kind == to.Kind {
		return v
	}
	c, ok := types.FindCast(from, to)
	if !ok {
		return v
	}
	v, err := c.Apply(v, to, r.Expr.Env)
	check(err)
	return v
}

// keyText writes (a, b)=(1, x).
func (r *run) keyText(rel *catalog.Relation, ids []uint16, row []types.Value) string {
	var names, vals []string
	for _, id := range ids {
		o := rel.Ordinal(id)
		names = append(names, rel.Columns[o].Name)
		if row[o].IsNull() {
			vals = append(vals, "null")
		} else {
			vals = append(vals, types.Format(row[o], rel.Columns[o].Type, r.Expr.Env))
		}
	}
	return "(" + strings.Join(names, ", ") + ")=(" + strings.Join(vals, ", ") + ")"
}

// validateCheck checks that no row violates a CHECK constraint.
func (r *run) validateCheck(rel *catalog.Relation, ck *catalog.Check) {
	var holds func(row []types.Value) bool
	stored(func() {
		s := compile(r.condition(rel, r.parseStored(ck.Expr), inCheck, "CHECK"))
		holds = func(row []types.Value) bool {
			v, err := s(r.Expr, row)
			check(err)
			return v.IsNull() || v.Bool()
		}
	})
	r.eachRow(rel, func(row []types.Value, _ int64) bool {
		if !holds(row) {
			throw(checkViolation(rel, ck))
		}
		return true
	})
}

func checkViolation(rel *catalog.Relation, ck *catalog.Check) error {
	return sqlerr.New(sqlerr.CheckViolation, "check constraint \"%s\" of relation \"%s\" is violated by some row", ck.Name, rel.Name).
		WithTable(rel.Schema, rel.Name).WithConstraint(ck.Name)
}

// validateNotNull checks that no row has NULL in a column.
func (r *run) validateNotNull(rel *catalog.Relation, col *catalog.Column) {
	o := rel.Ordinal(col.ID)
	r.eachRow(rel, func(row []types.Value, _ int64) bool {
		if row[o].IsNull() {
			throw(nullViolation(rel, col))
		}
		return true
	})
}

func nullViolation(rel *catalog.Relation, col *catalog.Column) error {
	return sqlerr.New(sqlerr.NotNullViolation, "column \"%s\" of relation \"%s\" contains null values", col.Name, rel.Name).
		WithTable(rel.Schema, rel.Name).WithColumn(col.Name)
}
