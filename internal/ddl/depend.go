package ddl

import (
	"slices"
	"strings"

	"github.com/zqlite/zqlite/internal/binder"
	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/types"
)

// class is the kind of a thing that can be dropped.
type class byte

const (
	relationThing class = iota
	sequenceThing
	indexThing
	typeThing
	functionThing
	schemaThing
	columnThing
	defaultThing    // of a column
	constraintThing // foreign key or check
	attributeThing  // field of a composite type
	operatorThing
	castThing
)

// thing is an object, or a part of a relation, that is dropped or depends on
// what is. It is comparable.
type thing struct {
	class  class
	id     catalog.ID
	column uint16
	name   string // constraint or schema
}

// dependent is a thing that cannot stay when another goes; owned ones go
// without CASCADE.
type dependent struct {
	thing
	owned bool
	array bool // it is arrays of the type that it needs
}

// describe names a thing as PostgreSQL's messages do.
func (r *run) describe(t thing) string {
	rel := r.Catalog.RelationByID(t.id)
	relName := func() string { return r.describe(thing{class: relationThing, id: t.id}) }
	switch t.class {
	case relationThing:
		word := kindWords[found{rel: rel}.kind()]
		return word + " " + r.visibleName(rel.Schema, rel.Name)
	case sequenceThing:
		q := r.Catalog.SequenceByID(t.id)
		return "sequence " + r.visibleName(q.Schema, q.Name)
	case indexThing:
		return "index " + r.Catalog.IndexName(t.id)
	case typeThing:
		u := r.Catalog.TypeByOID(types.OID(t.id))
		return "type " + r.visibleName(u.Schema, u.Name)
	case functionThing:
		f := r.function(t.id)
		name := r.signature(f)
		if !slices.Contains(r.Catalog.Functions(r.SearchPath, "", f.Name), f) {
			name = ast.QuoteIdent(f.Schema) + "." + name
		}
		if f.Aggregate != nil { // PostgreSQL's word for it there
			return "function " + name
		}
		return f.Kind() + " " + name
	case operatorThing:
		return "operator " + r.operatorText(r.operator(t.id))
	case castThing:
		x := r.Catalog.Object(catalog.ClassCast, t.id).(*catalog.Cast)
		return "cast from " + types.FormatType(x.From) + " to " + types.FormatType(x.To)
	case schemaThing:
		return "schema " + ast.QuoteIdent(t.name)
	case columnThing:
		return "column " + rel.ColumnByID(t.column).Name + " of " + relName()
	case attributeThing:
		u := r.Catalog.TypeByOID(types.OID(t.id))
		return "column " + t.name + " of composite type " + r.visibleName(u.Schema, u.Name)
	case defaultThing:
		return "default value for column " + rel.ColumnByID(t.column).Name + " of " + relName()
	}
	return "constraint " + t.name + " on " + relName()
}

// describeFor names a thing as what x depends on: a function that takes or gives
// the rows of a relation depends on their type.
func (r *run) describeFor(x, t thing) string {
	if t.class == relationThing && (x.class == functionThing && !slices.Contains(r.function(x.id).Uses, t.id) ||
		x.class == columnThing || x.class == attributeThing || x.class == typeThing) {
		rel := r.Catalog.RelationByID(t.id)
		return "type " + r.visibleName(rel.Schema, rel.Name)
	}
	return r.describeSupport(t)
}

// describeSupport names a thing as what others depend on: for a key that is its
// index.
func (r *run) describeSupport(t thing) string {
	if t.class == constraintThing {
		for _, ix := range r.Catalog.RelationByID(t.id).Indexes {
			if ix.Constraint && ix.Name == t.name {
				return "index " + t.name
			}
		}
	}
	return r.describe(t)
}

// dependents lists what depends on a thing directly.
func (r *run) dependents(t thing) []dependent {
	switch t.class {
	case relationThing:
		return r.relationDependents(r.Catalog.RelationByID(t.id))
	case sequenceThing:
		return r.sequenceDependents(t.id)
	case indexThing:
		return r.indexDependents(t.id)
	case typeThing:
		return r.typeDependents(types.OID(t.id))
	case functionThing:
		return append(r.functionDependents(r.function(t.id)), r.calledBy(t.id)...)
	case operatorThing:
		o := r.operator(t.id)
		return append(r.expressionDependents(o.Name, r.usesOperator(o)), r.usedBy(o.ID)...)
	case schemaThing:
		return r.schemaDependents(t.name)
	case columnThing:
		return r.columnDependents(r.Catalog.RelationByID(t.id), t.column)
	case constraintThing:
		return r.constraintDependents(r.Catalog.RelationByID(t.id), t.name)
	case attributeThing:
		return r.attributeDependents(r.Catalog.TypeByOID(types.OID(t.id)), t.name)
	}
	return nil
}

func (r *run) relationDependents(rel *catalog.Relation) []dependent {
	var out []dependent
	for _, id := range rel.Referers {
		child := r.Catalog.RelationByID(id)
		if child == nil || id == rel.ID {
			continue
		}
		for _, k := range child.Foreign {
			if k.Parent == rel.ID {
				out = append(out, dependent{thing: thing{class: constraintThing, id: child.ID, name: k.Name}})
			}
		}
	}
	r.Catalog.Sequences(func(q *catalog.Sequence) bool {
		if q.OwnerRel == rel.ID {
			out = append(out, dependent{thing: thing{class: sequenceThing, id: q.ID}, owned: true})
		}
		return true
	})
	for _, v := range r.viewsOf(rel) {
		out = append(out, dependent{thing: thing{class: relationThing, id: v.ID}})
	}
	out = append(out, r.usedBy(rel.ID)...)
	return append(r.typeDependents(types.OID(rel.ID)), out...)
}

// usedBy lists the functions whose body without quotes uses a relation or a
// function, or that take or give rows of a relation.
func (r *run) usedBy(id catalog.ID) []dependent {
	var out []dependent
	r.eachFunction(func(f *catalog.SQLFunction) {
		if slices.Contains(f.Uses, id) || f.RetRel == id || slices.Contains(f.ArgRels, id) {
			out = append(out, dependent{thing: thing{class: functionThing, id: f.ID}})
		}
	})
	return out
}

// viewsOf lists the views whose query names a relation.
func (r *run) viewsOf(rel *catalog.Relation) []*catalog.Relation {
	var out []*catalog.Relation
	r.Catalog.Relations(func(v *catalog.Relation) bool {
		if v.Query != "" && v.ID != rel.ID && r.names(v, rel) {
			out = append(out, v)
		}
		return true
	})
	return out
}

// names reports whether a view's query names a relation. The query is kept
// with the schemas of its tables written.
func (r *run) names(v, rel *catalog.Relation) bool {
	if !strings.Contains(v.Query, rel.Name) && !strings.Contains(v.Query, strings.ReplaceAll(rel.Name, `"`, `""`)) {
		return false
	}
	yes := false
	ast.Walk(r.storedQuery(v), func(n ast.Node) bool {
		if t, ok := n.(*ast.TableRef); ok && t.Name.Name == rel.Name && t.Name.Schema == rel.Schema {
			yes = true
		}
		return !yes
	})
	return yes
}

func (r *run) storedQuery(v *catalog.Relation) *ast.Select {
	stmt, err := r.bindOptions("").ParseStmt(v.Query)
	check(err)
	return stmt.(*ast.Select)
}

// usesColumn reports whether a view that names rel reads one of its columns. A
// view that no longer binds is taken to.
func (r *run) usesColumn(v, rel *catalog.Relation, id uint16) bool {
	o := r.bindOptions("")
	o.SearchPath = append([]string{v.Schema}, o.SearchPath...)
	bound, err := binder.Bind(o, r.storedQuery(v))
	if err != nil {
		return true
	}
	read := map[expr.ColumnID]bool{}
	searchPlan(bound.Plan, func(n plan.Node) bool {
		if s, ok := n.(*plan.Scan); ok && s.Rel.ID == rel.ID {
			for _, c := range s.Cols {
				if c.RelColumn == id {
					read[c.ID] = true
				}
			}
		}
		return false
	}, nil)
	whole := func(x expr.Expr) bool { // a row as a value has the columns that there are
		row, ok := x.(*expr.Row)
		return ok && row.Whole && row.Typ.Rel == types.OID(rel.ID)
	}
	if len(read) == 0 || !searchPlan(bound.Plan, nil, whole) {
		return len(read) > 0
	}
	return readsOutside(bound.Plan, read, whole)
}

// readsOutside reports whether a plan reads columns elsewhere than in expressions
// that skip accepts.
func readsOutside(n plan.Node, columns map[expr.ColumnID]bool, skip func(expr.Expr) bool) bool {
	return searchPlan(n, func(n plan.Node) bool {
		found := false
		for _, e := range expressions(n) {
			expr.Walk(e, func(x expr.Expr) bool {
				switch x := x.(type) {
				case *expr.Column:
					found = found || columns[x.ID]
				case *expr.Outer:
					found = found || columns[x.ID]
				}
				return !found && !skip(x)
			})
		}
		return found
	}, nil)
}

// readsField reports whether a view reads a field of a composite type. A view
// that does not bind has nothing to say.
func (r *run) readsField(v *catalog.Relation, oid types.OID, at int) bool {
	o := r.bindOptions("")
	o.SearchPath = append([]string{v.Schema}, o.SearchPath...)
	bound, err := binder.Bind(o, r.storedQuery(v))
	return err == nil && searchPlan(bound.Plan, nil, func(x expr.Expr) bool {
		f, ok := x.(*expr.Field)
		return ok && f.Index == at && expr.BaseType(f.Arg.Type()).OID == oid
	})
}

func (r *run) sequenceDependents(id catalog.ID) []dependent {
	var out []dependent
	r.Catalog.Relations(func(rel *catalog.Relation) bool {
		for _, c := range rel.Columns {
			if c.Sequence == id && c.Identity == catalog.NoIdentity {
				out = append(out, dependent{thing: thing{class: defaultThing, id: rel.ID, column: c.ID}})
			}
		}
		return true
	})
	return out
}

// indexDependents lists the foreign keys that rely on a unique index.
func (r *run) indexDependents(id catalog.ID) []dependent {
	var out []dependent
	r.Catalog.Relations(func(rel *catalog.Relation) bool {
		for _, k := range rel.Foreign {
			if k.ParentIndex == id {
				out = append(out, dependent{thing: thing{class: constraintThing, id: rel.ID, name: k.Name}})
			}
		}
		return true
	})
	return out
}

func (r *run) schemaDependents(schema string) []dependent {
	var out []dependent
	add := func(c class, id catalog.ID) { out = append(out, dependent{thing: thing{class: c, id: id}}) }
	r.Catalog.Relations(func(rel *catalog.Relation) bool {
		if rel.Schema == schema {
			add(relationThing, rel.ID)
		}
		return true
	})
	r.Catalog.Sequences(func(q *catalog.Sequence) bool {
		if q.Schema == schema && q.OwnerRel == 0 {
			add(sequenceThing, q.ID)
		}
		return true
	})
	r.Catalog.Types(func(u *catalog.UserType) bool {
		if u.Schema == schema {
			add(typeThing, u.ID)
		}
		return true
	})
	r.eachFunction(func(f *catalog.SQLFunction) {
		if f.Schema == schema {
			add(functionThing, f.ID)
		}
	})
	r.Catalog.EachOperator(func(o *catalog.Operator) bool {
		if o.Schema == schema {
			add(operatorThing, o.ID)
		}
		return true
	})
	return out
}

// columnDependents lists what a column takes along: views that read it,
// generated columns and foreign keys on it. Indexes and constraints of its own
// table go silently with it (see dropColumn).
func (r *run) columnDependents(rel *catalog.Relation, id uint16) []dependent {
	var out []dependent
	for _, c := range rel.Columns {
		if c.Generated != "" && slices.Contains(r.columnsOf(rel, c.Generated), id) {
			out = append(out, dependent{thing: thing{class: columnThing, id: rel.ID, column: c.ID}})
		}
	}
	for _, refID := range rel.Referers {
		child := r.Catalog.RelationByID(refID)
		for _, k := range child.Foreign {
			if k.Parent == rel.ID && child.ID != rel.ID && slices.Contains(k.ParentColumns, id) {
				out = append(out, dependent{thing: thing{class: constraintThing, id: child.ID, name: k.Name}})
			}
		}
	}
	r.Catalog.Sequences(func(q *catalog.Sequence) bool {
		if q.OwnerRel == rel.ID && q.OwnerCol == id {
			out = append(out, dependent{thing: thing{class: sequenceThing, id: q.ID}, owned: true})
		}
		return true
	})
	for _, v := range r.viewsOf(rel) {
		if r.usesColumn(v, rel, id) {
			out = append(out, dependent{thing: thing{class: relationThing, id: v.ID}})
		}
	}
	return out
}
