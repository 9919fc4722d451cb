package ddl

import (
	"slices"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// rowsUsed reports whether anything is made of the row type of a relation.
func (r *run) rowsUsed(rel *catalog.Relation) bool {
	oid, used := types.OID(rel.ID), false
	r.Catalog.Relations(func(o *catalog.Relation) bool {
		used = slices.ContainsFunc(o.Columns, func(c *catalog.Column) bool { return contains(c.Type, oid) })
		return !used
	})
	if !used {
		r.Catalog.Types(func(u *catalog.UserType) bool { used = contains(u.Type, oid); return !used })
	}
	return used
}

// refreshRows gives all that is made of a relation's row type the columns that
// the relation has now, stored values too. The relation may have another number.
func (r *run) refreshRows(old *catalog.Relation) {
	now := r.Catalog.RelationByID(r.current(old.ID))
	if now == nil || !r.rowsUsed(old) {
		return
	}
	t := catalog.RowType(now)
	r.retypeAll(types.OID(old.ID), t)
	from := make([]int, len(now.Columns))
	same := len(old.Columns) == len(now.Columns)
	for i, c := range now.Columns {
		from[i] = slices.IndexFunc(old.Columns, func(o *catalog.Column) bool { return o.ID == c.ID })
		same = same && from[i] == i
	}
	if same {
		return
	}
	r.mapStored(types.OID(now.ID), func(v types.Value) types.Value {
		vals, err := types.RecordFields(v, nil)
		check(err)
		next := make([]types.Value, len(from))
		for i, k := range from {
			if k >= 0 && k < len(vals) {
				next[i] = vals[k]
			}
		}
		return types.NewRecord(next, t)
	})
}

// unusedRows refuses a change of a table that values of its row type, stored in
// other tables, do not follow.
func (r *run) unusedRows(rel *catalog.Relation) {
	if c, col := r.storedIn(types.OID(rel.ID)); c != nil {
		throw(sqlerr.New(sqlerr.FeatureNotSupported, "cannot alter table \"%s\" because column \"%s.%s\" uses its row type", rel.Name, c.Name, col))
	}
}

// storedIn finds a stored column that is made of a type.
func (r *run) storedIn(oid types.OID) (*catalog.Relation, string) {
	for _, d := range r.typeDependents(oid) {
		switch d.class {
		case columnThing:
			rel := r.Catalog.RelationByID(d.id)
			return rel, rel.ColumnByID(d.column).Name
		case relationThing:
			rel := r.Catalog.RelationByID(d.id)
			i := slices.IndexFunc(rel.Columns, func(c *catalog.Column) bool { return contains(c.Type, oid) })
			if rel.Kind == catalog.MaterializedView && i >= 0 {
				return rel, rel.Columns[i].Name
			}
		case typeThing, attributeThing:
			if rel, col := r.storedIn(types.OID(d.id)); rel != nil {
				return rel, col
			}
		}
	}
	return nil, ""
}
