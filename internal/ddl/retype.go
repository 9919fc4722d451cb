package ddl

import (
	"slices"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/storage"
	"github.com/zqlite/zqlite/internal/types"
)

// mapStored writes the rows anew that hold values of a user's type, with convert
// of each value. The catalog has the type as it is to be.
func (r *run) mapStored(oid types.OID, convert func(v types.Value) types.Value) {
	var rels []*catalog.Relation
	r.Catalog.Relations(func(rel *catalog.Relation) bool {
		if rel.Kind != catalog.View && slices.ContainsFunc(rel.Columns, func(c *catalog.Column) bool { return contains(c.Type, oid) }) {
			rels = append(rels, rel)
		}
		return true
	})
	for _, rel := range rels {
		r.lock(rel, storage.TableExclusive)
		r.rebuild(rel, rel, func(row []types.Value, _ int64) []types.Value {
			for i, c := range rel.Columns {
				row[i] = mapValue(row[i], c.Type, oid, convert)
			}
			return row
		})
	}
}

// mapValue converts the values of a user's type inside of a value: in arrays,
// rows, ranges and domains too.
func mapValue(v types.Value, t *types.Type, oid types.OID, convert func(v types.Value) types.Value) types.Value {
	if v.IsNull() || !contains(t, oid) {
		return v
	}
	for t.Identity() != oid && t.Base != nil {
		t = t.Base
	}
	if t.Identity() == oid {
		return convert(v)
	}
	bounds := func(x types.Range, sub *types.Type) types.Range {
		x.Lower.Value = mapValue(x.Lower.Value, sub, oid, convert)
		x.Upper.Value = mapValue(x.Upper.Value, sub, oid, convert)
		return x
	}
	switch t.Kind {
	case types.KindArray:
		elems, dims, err := types.ArrayElements(v, t.Elem)
		check(err)
		if len(elems) == 0 {
			return v
		}
		for i := range elems {
			elems[i] = mapValue(elems[i], t.Elem, oid, convert)
		}
		return types.NewArrayDims(elems, dims, t.Elem)
	case types.KindRecord:
		vals, err := types.RecordFields(v, t)
		check(err)
		for i := range min(len(vals), len(t.Fields)) {
			vals[i] = mapValue(vals[i], t.Fields[i].Type, oid, convert)
		}
		return types.NewRecord(vals, t)
	case types.KindRange:
		return types.NewRange(bounds(types.OpenRange(v), t.Sub), t)
	case types.KindMultirange:
		ranges := types.OpenMultirange(v)
		for i := range ranges {
			ranges[i] = bounds(ranges[i], t.Sub.Sub)
		}
		return types.NewMultirange(ranges, t)
	}
	return v
}

// retype replaces a user's type, everywhere that it is used.
func (r *run) retype(u *catalog.UserType, t *types.Type) {
	n := *u
	n.Type = t
	r.Catalog = r.Catalog.WithType(&n)
	r.retypeAll(u.Type.OID, t)
}

// retypeAll puts a type in the place of a user's type in all that is made of it.
func (r *run) retypeAll(oid types.OID, t *types.Type) {
	var others []*catalog.UserType
	r.Catalog.Types(func(o *catalog.UserType) bool {
		if types.OID(o.ID) != oid && contains(o.Type, oid) {
			others = append(others, o)
		}
		return true
	})
	for _, o := range others {
		c := *o
		c.Type = replaceType(o.Type, oid, t)
		r.Catalog = r.Catalog.WithType(&c)
	}
	var rels []*catalog.Relation
	r.Catalog.Relations(func(rel *catalog.Relation) bool {
		for _, c := range rel.Columns {
			if contains(c.Type, oid) {
				rels = append(rels, rel)
				break
			}
		}
		return true
	})
	for _, rel := range rels {
		r.lock(rel, storage.TableExclusive)
		r.Catalog = r.Catalog.WithRelation(retyped(rel, oid, t))
	}
	r.eachFunction(func(f *catalog.SQLFunction) {
		c := *f
		c.Args, c.Cols = slices.Clone(f.Args), slices.Clone(f.Cols)
		for i := range c.Args {
			c.Args[i].Type = replaceType(c.Args[i].Type, oid, t)
		}
		for i := range c.Cols {
			c.Cols[i].Type = replaceType(c.Cols[i].Type, oid, t)
		}
		if c.Ret != nil && contains(c.Ret, oid) {
			c.Ret = replaceType(c.Ret, oid, t)
		}
		r.Catalog = r.Catalog.WithFunction(&c)
	})
}

// retyped copies a relation with a type replaced in columns and indexes.
func retyped(rel *catalog.Relation, oid types.OID, t *types.Type) *catalog.Relation {
	next := rel.Clone()
	for i, c := range next.Columns {
		if contains(c.Type, oid) {
			n := *c
			n.Type = replaceType(c.Type, oid, t)
			next.Columns[i] = &n
		}
	}
	for i, ix := range next.Indexes {
		n := *ix
		n.Parts = slices.Clone(ix.Parts)
		for k := range n.Parts {
			n.Parts[k].Type = replaceType(n.Parts[k].Type, oid, t)
		}
		next.Indexes[i] = &n
		if ix == rel.Primary {
			next.Primary = &n
		}
	}
	return next
}

// replaceType puts to in the place of a user's type inside of another type.
func replaceType(t *types.Type, oid types.OID, to *types.Type) *types.Type {
	switch {
	case t == nil || !contains(t, oid):
		return t
	case t.Identity() == oid:
		return to
	case t.Kind == types.KindArray && t.Domain == nil:
		return types.ArrayOf(replaceType(t.Elem, oid, to))
	case t.Domain != nil:
		return catalog.NewDomainType(catalog.ID(t.OID), t.Name, replaceType(t.Base, oid, to), t.Domain)
	case t.Kind == types.KindRange:
		one, _ := types.RangeOver(t, replaceType(t.Sub, oid, to))
		return one
	case t.Kind == types.KindMultirange && t.Sub.OID == oid:
		return to.Many
	case t.Kind == types.KindMultirange:
		_, many := types.RangeOver(t.Sub, replaceType(t.Sub.Sub, oid, to))
		return many
	}
	n := *t
	n.Fields = slices.Clone(t.Fields)
	for i := range n.Fields {
		n.Fields[i].Type = replaceType(n.Fields[i].Type, oid, to)
	}
	return &n
}
