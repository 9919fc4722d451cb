package ddl

import (
	"fmt"
	"slices"
	"strings"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage"
	"github.com/zqlite/zqlite/internal/types"
)

func (r *run) drop(s *ast.Drop) string {
	var roots []thing
	switch s.Kind {
	case ast.ObjectTable, ast.ObjectView, ast.ObjectMaterializedView, ast.ObjectIndex, ast.ObjectSequence:
		for _, q := range s.Objects {
			if t, ok := r.dropTarget(q, s.Kind, s.IfExists); ok {
				roots = append(roots, t)
			}
		}
	case ast.ObjectType, ast.ObjectDomain:
		for _, t := range s.Types {
			if u := r.dropType(t, s.Kind, s.IfExists); u != nil {
				roots = append(roots, thing{class: typeThing, id: u.ID})
			}
		}
	case ast.ObjectSchema:
		for _, q := range s.Objects {
			if t, ok := r.dropSchema(q, s.IfExists); ok {
				roots = append(roots, t)
			}
		}
	case ast.ObjectFunction, ast.ObjectProcedure, ast.ObjectRoutine, ast.ObjectAggregate:
		for i := range s.Functions {
			if f := r.findFunction(&s.Functions[i], s.Kind, s.IfExists); f != nil {
				if f.Aggregate != nil && s.Kind == ast.ObjectFunction {
					throw(isAggregate(f).WithHint("Use DROP AGGREGATE to drop aggregate functions."))
				}
				roots = append(roots, thing{class: functionThing, id: f.ID})
			}
		}
	case ast.ObjectOperator:
		for i := range s.Functions {
			if o := r.findOperator(&s.Functions[i], s.IfExists, "drop"); o != nil {
				roots = append(roots, thing{class: operatorThing, id: o.ID})
			}
		}
	case ast.ObjectCast:
		if x := r.findCast(s.Types[0], s.Types[1], s.IfExists); x != nil {
			roots = append(roots, thing{class: castThing, id: x.ID})
		}
	case ast.ObjectTrigger:
		r.dropTrigger(s)
	case ast.ObjectExtension:
		for _, q := range s.Objects {
			if !s.IfExists {
				fail(-1, sqlerr.UndefinedObject, "extension \"%s\" does not exist", q.Name)
			}
			r.notice("extension \"" + q.Name + "\" does not exist, skipping")
		}
	default:
		unsupported(s.Pos, "DROP %s is not supported", kindTags[s.Kind])
	}
	r.dropAll(roots, s.Cascade)
	return "DROP " + kindTags[s.Kind]
}

// dropTarget finds a relation, index or sequence that DROP names.
func (r *run) dropTarget(q ast.QualifiedName, kind ast.ObjectKind, ifExists bool) (thing, bool) {
	f := r.look(q)
	if f.none() {
		schema := r.schemaName(q.Schema)
		missing := schema != "" && schema != r.TempSchema && r.Catalog.Schema(schema) == nil
		text := fmt.Sprintf("%s \"%s\" does not exist", kindWords[kind], dotted(q))
		code := sqlerr.UndefinedTable
		if missing {
			text, code = fmt.Sprintf("schema \"%s\" does not exist", schema), sqlerr.InvalidSchemaName
		} else if kind == ast.ObjectIndex {
			code = sqlerr.UndefinedObject
		}
		if !ifExists {
			fail(-1, code, "%s", text)
		}
		r.notice(text + ", skipping")
		return thing{}, false
	}
	if f.kind() != kind {
		wrongKind(q.Name, kind, f.kind())
	}
	switch {
	case f.seq != nil:
		r.droppableSequence(f.seq)
		return thing{class: sequenceThing, id: f.seq.ID}, true
	case f.index != nil:
		if f.index.Constraint {
			word := fmt.Sprintf("constraint %s on %s", f.index.Name, r.describe(thing{class: relationThing, id: f.owner.ID}))
			throw(sqlerr.New(sqlerr.DependentObjectsStillExist, "cannot drop index %s because %s requires it", f.index.Name, word).
				WithHint("You can drop %s instead.", word))
		}
		return thing{class: indexThing, id: f.index.ID}, true
	}
	r.changeable(f.rel)
	return thing{class: relationThing, id: f.rel.ID}, true
}

func (r *run) droppableSequence(q *catalog.Sequence) {
	if c := r.identityOf(q.ID); c != nil {
		word := r.describe(thing{class: columnThing, id: q.OwnerRel, column: c.ID})
		name := r.describe(thing{class: sequenceThing, id: q.ID})
		throw(sqlerr.New(sqlerr.DependentObjectsStillExist, "cannot drop %s because %s requires it", name, word).
			WithHint("You can drop %s instead.", word))
	}
}

// wrongKind is the error for a statement that takes another kind of object.
func wrongKind(name string, want, is ast.ObjectKind) {
	word := strings.ToUpper(kindWords[is])
	throw(sqlerr.New(sqlerr.WrongObjectType, "\"%s\" is not %s", name, article(want)).
		WithHint("Use DROP %s to remove %s.", word, article(is)))
}

func (r *run) dropType(t *ast.TypeName, kind ast.ObjectKind, ifExists bool) *catalog.UserType {
	u := r.Catalog.UserType(r.SearchPath, r.schemaName(t.Name.Schema), t.Name.Name)
	if u == nil {
		if rel := r.look(t.Name).rel; rel != nil && kind == ast.ObjectType && rel.Kind == catalog.Table {
			throw(sqlerr.New(sqlerr.DependentObjectsStillExist, "cannot drop type %s because table %[1]s requires it", rel.Name).
				WithHint("You can drop table %s instead.", rel.Name))
		}
		if types.Lookup(t.Name.Name) != nil {
			fail(-1, sqlerr.DependentObjectsStillExist, "cannot drop type %s because it is required by the database system", t.Name.Name)
		}
		if !ifExists {
			fail(-1, sqlerr.UndefinedObject, "type \"%s\" does not exist", dotted(t.Name))
		}
		r.notice("type \"" + dotted(t.Name) + "\" does not exist, skipping")
		return nil
	}
	if u.Type.Kind == types.KindMultirange && u.Type.Domain == nil {
		one, many := r.describe(thing{class: typeThing, id: catalog.ID(u.Type.Sub.OID)}), r.describe(thing{class: typeThing, id: u.ID})
		throw(sqlerr.New(sqlerr.DependentObjectsStillExist, "cannot drop %s because %s requires it", many, one).
			WithHint("You can drop %s instead.", one))
	}
	if kind == ast.ObjectDomain && u.Type.Domain == nil {
		fail(-1, sqlerr.WrongObjectType, "\"%s\" is not a domain", u.Name)
	}
	return u
}

func (r *run) dropSchema(q ast.QualifiedName, ifExists bool) (thing, bool) {
	s := r.Catalog.Schema(q.Name)
	if s == nil {
		if !ifExists {
			fail(-1, sqlerr.InvalidSchemaName, "schema \"%s\" does not exist", q.Name)
		}
		r.notice("schema \"" + q.Name + "\" does not exist, skipping")
		return thing{}, false
	}
	if q.Name == "pg_catalog" || q.Name == "information_schema" {
		fail(-1, sqlerr.DependentObjectsStillExist, "cannot drop schema %s because it is required by the database system", q.Name)
	}
	return thing{class: schemaThing, name: q.Name}, true
}

// plan collects what goes: the roots, and what depends on them.
type removal struct {
	r     *run
	roots map[thing]bool
	seen  map[thing]bool
	order []thing  // dependents before what they depend on
	lines []string // DETAIL of the refusal
	names []string // what CASCADE adds
}

// dropAll drops things with what they own, and with cascade what depends on
// them. Without it a dependent is an error.
func (r *run) dropAll(roots []thing, cascade bool) {
	if len(roots) == 0 {
		return
	}
	d := &removal{r: r, roots: map[thing]bool{}, seen: map[thing]bool{}}
	for _, t := range roots {
		d.roots[t] = true
	}
	for _, t := range roots {
		d.visit(t)
	}
	slices.Reverse(d.lines)
	slices.Reverse(d.names)
	if len(d.lines) > 0 && !cascade {
		d.refuse(roots)
	}
	switch n := len(d.names); {
	case n == 1:
		r.notice("drop cascades to " + d.names[0])
	case n > 1:
		r.notice(fmt.Sprintf("drop cascades to %d other objects", n))
	}
	for _, t := range d.order {
		r.remove(t)
	}
}

func (d *removal) refuse(roots []thing) {
	what, on := "desired object(s)", "them"
	if len(roots) == 1 {
		what, on = d.r.describe(roots[0]), "it"
	}
	throw(sqlerr.New(sqlerr.DependentObjectsStillExist, "cannot drop %s because other objects depend on %s", what, on).
		WithDetail("%s", strings.Join(d.lines, "\n")).
		WithHint("Use DROP ... CASCADE to drop the dependent objects too."))
}

// visit notes a thing after all that depends on it.
func (d *removal) visit(t thing) {
	if d.seen[t] {
		return
	}
	d.seen[t] = true
	for _, x := range slices.Backward(d.r.dependents(t)) { // the newest first, as PostgreSQL
		report := !x.owned && !d.seen[x.thing]
		d.visit(x.thing)
		if report && !d.covered(x.thing) {
			on := d.r.describeFor(x.thing, t)
			if x.array {
				on += "[]"
			}
			d.lines = append(d.lines, d.r.describe(x.thing)+" depends on "+on)
			d.names = append(d.names, d.r.describe(x.thing))
		}
	}
	d.order = append(d.order, t)
}

// covered reports whether a thing goes anyway: it is a root, or a part of a
// relation that is one or is going.
func (d *removal) covered(t thing) bool {
	if d.roots[t] {
		return true
	}
	switch t.class {
	case columnThing, defaultThing, constraintThing:
		rel := thing{class: relationThing, id: t.id}
		return d.roots[rel] || d.seen[rel] || t.class == defaultThing && d.seen[thing{class: columnThing, id: t.id, column: t.column}]
	case attributeThing:
		return d.seen[thing{class: typeThing, id: t.id}]
	}
	return false
}

// remove takes one thing out of the catalog and the storage. What depended on
// it is gone; parts of relations that are gone are passed over.
func (r *run) remove(t thing) {
	t.id = r.current(t.id)
	rel := r.Catalog.RelationByID(t.id)
	switch t.class {
	case relationThing:
		if rel != nil {
			r.removeRelation(rel)
		}
	case sequenceThing:
		r.Catalog = r.Catalog.WithoutSequence(t.id)
		if r.ForgetSequence != nil {
			r.ForgetSequence(t.id)
		}
	case indexThing:
		r.removeIndex(t.id)
	case typeThing:
		r.Catalog = r.Catalog.WithoutType(t.id)
	case attributeThing:
		if u := r.Catalog.TypeByOID(types.OID(t.id)); u != nil {
			r.removeAttribute(u, t.name)
		}
	case functionThing:
		r.Catalog = r.Catalog.WithoutFunction(t.id)
	case operatorThing:
		r.Catalog = r.Catalog.WithoutOperator(t.id)
	case castThing:
		r.Catalog = r.Catalog.WithoutCast(t.id)
	case schemaThing:
		r.Catalog = r.Catalog.WithoutSchema(t.name)
	case columnThing:
		if rel != nil && rel.ColumnByID(t.column) != nil {
			r.removeColumn(rel, t.column)
		}
	case defaultThing:
		if rel != nil && rel.ColumnByID(t.column) != nil {
			r.lock(rel, storage.TableExclusive)
			r.alterColumn(rel, t.column, func(c *catalog.Column) { c.Default, c.Sequence = "", 0 })
		}
	case constraintThing:
		if rel != nil {
			r.removeConstraint(rel, t.name)
		}
	}
}

func (r *run) removeRelation(rel *catalog.Relation) {
	r.lock(rel, storage.TableExclusive)
	for _, k := range rel.Foreign {
		if k.Parent != rel.ID {
			r.unrefer(k.Parent, rel.ID)
		}
	}
	if rel.Kind == catalog.Table || rel.Kind == catalog.MaterializedView {
		r.dropTrees(rel)
	}
	r.Catalog = r.Catalog.WithoutRelation(rel.ID)
}

// unrefer takes a child off its parent's list.
func (r *run) unrefer(parentID, child catalog.ID) {
	parent := r.Catalog.RelationByID(parentID)
	if parent == nil || !slices.Contains(parent.Referers, child) {
		return
	}
	r.lockParent(parent)
	p := parent.Clone()
	p.Referers = slices.DeleteFunc(p.Referers, func(id catalog.ID) bool { return id == child })
	r.Catalog = r.Catalog.WithRelation(p)
}

// removeIndex drops an index that is no constraint.
func (r *run) removeIndex(id catalog.ID) {
	var owner *catalog.Relation
	r.Catalog.Relations(func(rel *catalog.Relation) bool {
		if rel.IndexByID(id) != nil {
			owner = rel
		}
		return owner == nil
	})
	if owner == nil {
		return
	}
	r.lock(owner, storage.TableExclusive)
	r.withoutIndex(owner, id)
}

// withoutIndex drops a secondary index and its tree; it returns the relation's
// new descriptor.
func (r *run) withoutIndex(rel *catalog.Relation, id catalog.ID) *catalog.Relation {
	check(r.Tx.DropTree(storage.TreeID(id)))
	next := rel.Clone()
	next.Indexes = slices.DeleteFunc(next.Indexes, func(ix *catalog.Index) bool { return ix.ID == id })
	r.Catalog = r.Catalog.WithRelation(next)
	return next
}
