package ddl

import (
	"cmp"
	"slices"

	"github.com/zqlite/zqlite/internal/binder"
	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// contains reports whether a type is made of a user's type.
func contains(t *types.Type, oid types.OID) bool {
	if t == nil {
		return false
	}
	if t.Identity() == oid || contains(t.Elem, oid) || contains(t.Sub, oid) || t.Base != nil && contains(t.Base, oid) {
		return true
	}
	for _, f := range t.Fields {
		if contains(f.Type, oid) {
			return true
		}
	}
	return false
}

// refers reports whether t is the user's type, or arrays of it.
func refers(t *types.Type, oid types.OID) (plain, array bool) {
	if t == nil {
		return false, false
	}
	return t.Identity() == oid, t.Identity() != oid && t.Base == nil && t.Elem != nil && t.Elem.Identity() == oid
}

// typeDependents lists what is directly made of a user's type: what needs arrays
// of it first, then in the order in which it was made, as PostgreSQL does.
func (r *run) typeDependents(oid types.OID) []dependent {
	var out []dependent
	add := func(plain, array bool, t thing) {
		if plain || array {
			out = append(out, dependent{thing: t, array: !plain})
		}
	}
	r.Catalog.Relations(func(rel *catalog.Relation) bool {
		if rel.OfType != 0 && types.OID(rel.OfType) == oid {
			add(true, false, thing{class: relationThing, id: rel.ID})
			return true
		}
		if rel.Query != "" {
			add(r.queryMentions(rel, oid), false, thing{class: relationThing, id: rel.ID})
			return true
		}
		r.mentions(rel, oid, func(t thing) { add(true, false, t) })
		for _, c := range slices.Backward(rel.Columns) {
			plain, array := refers(c.Type, oid)
			add(plain, array, thing{class: columnThing, id: rel.ID, column: c.ID})
		}
		return true
	})
	r.Catalog.Types(func(u *catalog.UserType) bool {
		for _, f := range u.Type.Fields {
			if u.Type.Domain == nil {
				plain, array := refers(f.Type, oid)
				add(plain, array, thing{class: attributeThing, id: u.ID, name: f.Name})
			}
		}
		switch {
		case u.Type.Base != nil:
			plain, array := refers(u.Type.Base, oid)
			add(plain, array, thing{class: typeThing, id: u.ID})
		case u.Type.Kind == types.KindRange:
			plain, array := refers(u.Type.Sub, oid)
			add(plain, array, thing{class: typeThing, id: u.ID})
		case u.Type.Kind == types.KindMultirange && u.Type.Sub.OID == oid:
			out = append(out, dependent{thing: thing{class: typeThing, id: u.ID}, owned: true})
		}
		return true
	})
	r.eachFunction(func(f *catalog.SQLFunction) {
		plain, array := refers(f.Ret, oid)
		plain = plain || f.RetRel != 0 && types.OID(f.RetRel) == oid || slices.Contains(f.ArgRels, catalog.ID(oid))
		for _, a := range slices.Concat(f.Args, f.Cols) {
			p, q := refers(a.Type, oid)
			plain, array = plain || p, array || q
		}
		if f.Aggregate != nil {
			p, q := refers(f.Aggregate.State, oid)
			plain, array = plain || p, array || q
		}
		add(plain, array, thing{class: functionThing, id: f.ID})
	})
	r.overType(oid, add)
	slices.SortStableFunc(out, func(a, b dependent) int {
		if a.array != b.array {
			return map[bool]int{true: -1, false: 1}[a.array]
		}
		return cmp.Compare(a.id, b.id)
	})
	return out
}

// unusedType refuses a change that stored values of a composite type, or of a
// domain within others, do not allow.
func (r *run) unusedType(u *catalog.UserType) {
	if rel, col := r.storedIn(u.Type.OID); rel != nil {
		usesType(u, rel, col)
	}
}

// unusedBy refuses a column behind a dependent of a type.
func (r *run) unusedBy(u *catalog.UserType, d dependent) {
	if d.class == columnThing {
		rel := r.Catalog.RelationByID(d.id)
		usesType(u, rel, rel.ColumnByID(d.column).Name)
	}
	if d.class == typeThing || d.class == attributeThing {
		if rel, col := r.storedIn(types.OID(d.id)); rel != nil {
			usesType(u, rel, col)
		}
	}
}

func usesType(u *catalog.UserType, rel *catalog.Relation, col string) {
	throw(sqlerr.New(sqlerr.FeatureNotSupported, "cannot alter type \"%s\" because column \"%s.%s\" uses it", u.Name, rel.Name, col))
}

// queryMentions reports whether the query of a view has constants, casts or
// constructors of a user's type; what it reads from columns and functions goes
// with those.
func (r *run) queryMentions(v *catalog.Relation, oid types.OID) bool {
	o := r.bindOptions("")
	o.SearchPath = append([]string{v.Schema}, o.SearchPath...)
	bound, err := binder.Bind(o, r.storedQuery(v))
	return err == nil && searchPlan(bound.Plan, nil, func(x expr.Expr) bool { return makes(x, oid) })
}

// makes reports whether an expression is a constant, a cast, a row or a range of
// a user's type.
func makes(x expr.Expr, oid types.OID) bool {
	var t *types.Type
	switch x := x.(type) {
	case *expr.Const:
		t = x.Typ
	case *expr.Cast:
		t = x.To
	case *expr.Row:
		t = x.Typ
	case *expr.Array:
		t = x.Typ
	case *expr.Call:
		if t = x.Typ; !t.Kind.IsRange() {
			return false
		}
	}
	plain, array := refers(t, oid)
	return plain || array
}

// mentions lists the defaults, checks, generated columns and indexes of a table
// that make values of a user's type.
func (r *run) mentions(rel *catalog.Relation, oid types.OID, add func(thing)) {
	uses := func(over *catalog.Relation, text string) bool {
		if text == "" {
			return false
		}
		found := false
		o := r.bindOptions("")
		o.SearchPath = append([]string{rel.Schema}, o.SearchPath...)
		x, err := binder.BindExpr(o, over, nil, r.parseStored(text), nil)
		if err == nil {
			expr.Walk(x, func(e expr.Expr) bool { found = found || makes(e, oid); return !found })
		}
		return found
	}
	for _, c := range slices.Backward(rel.Columns) {
		if plain, array := refers(c.Type, oid); plain || array {
			continue // it goes with the column
		}
		if uses(nil, c.Default) {
			add(thing{class: defaultThing, id: rel.ID, column: c.ID})
		}
		if uses(rel, c.Generated) {
			add(thing{class: columnThing, id: rel.ID, column: c.ID})
		}
	}
	for _, ck := range rel.Checks {
		if uses(rel, ck.Expr) {
			add(thing{class: constraintThing, id: rel.ID, name: ck.Name})
		}
	}
	for _, ix := range rel.Indexes {
		if uses(rel, ix.Where) || slices.ContainsFunc(ix.Parts, func(p catalog.IndexPart) bool { return uses(rel, p.Expr) }) {
			add(thing{class: indexThing, id: ix.ID})
		}
	}
}
