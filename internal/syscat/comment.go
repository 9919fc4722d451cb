package syscat

import (
	"iter"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/types"
)

// standardComments are those of what every database has.
var standardComments = []commented{
	{classNamespace, catalogSchema, 0, "system catalog schema"},
	{classCollation, defaultCollation, 0, "database's default collation"},
	{classCollation, cCollation, 0, "standard C collation"},
	{classCollation, 951, 0, "standard POSIX collation"},
	{classLanguage, internalLanguage, 0, "built-in functions"},
	{classLanguage, sqlLanguage, 0, "SQL-language functions"},
	{classMethod, heapOID, 0, "heap table access method"},
	{classMethod, btreeOID, 0, "b-tree index access method"},
	{classMethod, hashOID, 0, "hash index access method"},
}

// commented is an object with its comment.
type commented struct {
	class   int
	id      catalog.ID
	sub     uint16
	comment string
}

func (v *View) comments() iter.Seq[commented] {
	return func(yield func(commented) bool) {
		say := func(class int, id catalog.ID, sub uint16, comment string) bool {
			return comment == "" || yield(commented{class, id, sub, comment})
		}
		if v.Builtin {
			for _, c := range standardComments {
				if !yield(c) {
					return
				}
			}
		}
		for s := range v.schemas() {
			if !say(classNamespace, s.ID, 0, s.Comment) {
				return
			}
		}
		for r := range v.relations() {
			ok := say(classRelation, r.ID, 0, r.Comment)
			for _, c := range r.Columns {
				ok = ok && say(classRelation, r.ID, c.ID, c.Comment)
			}
			for _, ix := range r.Indexes {
				ok = ok && say(classRelation, ix.ID, 0, ix.Comment) &&
					say(classConstraint, constraintOID(r, ix.Name), 0, ix.ConstraintComment)
			}
			for _, c := range r.Checks {
				ok = ok && say(classConstraint, constraintOID(r, c.Name), 0, c.Comment)
			}
			for _, f := range r.Foreign {
				ok = ok && say(classConstraint, constraintOID(r, f.Name), 0, f.Comment)
			}
			for _, t := range r.Triggers {
				ok = ok && say(classTrigger, t.ID, 0, t.Comment)
			}
			if !ok {
				return
			}
		}
		for q := range v.sequences() {
			if !say(classRelation, q.ID, 0, q.Comment) {
				return
			}
		}
		for u := range v.userTypes() {
			ok := say(classType, u.ID, 0, u.Comment)
			for i, f := range u.Type.Fields {
				ok = ok && say(classRelation, compositeOID(u), uint16(i+1), u.PartComments[f.Name])
			}
			if u.Type.Domain != nil {
				for _, k := range u.Type.Domain.Checks {
					ok = ok && say(classConstraint, domainCheckOID(u, k.Name), 0, u.PartComments[k.Name])
				}
			}
			if !ok {
				return
			}
		}
		for f := range v.functions() {
			if !say(classProc, f.ID, 0, f.Comment) {
				return
			}
		}
		if v.Builtin {
			return
		}
		ok := true
		v.Catalog.EachOperator(func(o *catalog.Operator) bool { ok = say(classOperator, o.ID, 0, o.Comment); return ok })
		if ok {
			v.Catalog.EachCast(func(x *catalog.Cast) bool { return say(classCast, x.ID, 0, x.Comment) })
		}
	}
}

func pgDescription(v *View) iter.Seq[row] {
	return func(yield func(row) bool) {
		for c := range v.comments() {
			x := row{"objoid": num(c.id), "classoid": num(c.class), "objsubid": num(c.sub), "description": txt(c.comment)}
			if !yield(x) {
				return
			}
		}
	}
}

// comment is what obj_description and col_description say: of an object of a
// class, 0 for any.
func (v *View) comment(oid, sub int64, class int) types.Value {
	find := func(w *View) (types.Value, bool) {
		for c := range w.comments() {
			if int64(c.id) == oid && int64(c.sub) == sub && (class == 0 || class == c.class) {
				return txt(c.comment), true
			}
		}
		return types.Null, false
	}
	if x, ok := find(v); ok {
		return x
	}
	b := *v
	b.Builtin = true
	x, _ := find(&b)
	return x
}

// classNamed is the oid of the catalog relation that obj_description is given.
func (v *View) classNamed(name string) int {
	if r := v.Catalog.Relation(nil, "pg_catalog", name); r != nil {
		return int(r.ID)
	}
	return -1
}
