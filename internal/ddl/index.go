package ddl

import (
	"slices"
	"strings"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage"
	"github.com/zqlite/zqlite/internal/types"
)

// laterMethods are index methods that are known and not there yet.
var laterMethods = map[string]bool{"gin": true, "gist": true, "spgist": true, "brin": true, "rtree": true,
	"hnsw": true, "spatial": true, "vector": true, "fulltext": true, "ivfflat": true}

func (r *run) createIndex(s *ast.CreateIndex) {
	rel := r.relation(s.Table, false)
	if rel.Kind == catalog.View {
		throw(sqlerr.New(sqlerr.WrongObjectType, "cannot create index on relation \"%s\"", rel.Name).
			WithDetail("This operation is not supported for views."))
	}
	r.lock(rel, storage.TableShared)
	if s.Name.Name != "" && !r.free(rel.Schema, s.Name.Name, s.IfNotExists) {
		return
	}
	ix := &catalog.Index{Name: s.Name.Name, Method: method(s), Unique: s.Unique, NullsNotDistinct: s.NullsNotDistinct, Options: storageOptions(s.Options)}
	var names []string
	for i := range s.Elems {
		p, name := r.indexPart(rel, &s.Elems[i], ix.Method)
		ix.Parts, names = append(ix.Parts, p), append(names, name)
	}
	if len(ix.Parts) > maxKeyColumns {
		fail(-1, sqlerr.TooManyColumns, "cannot use more than %d columns in an index", maxKeyColumns)
	}
	for _, e := range s.Include {
		id, name := includeColumn(rel, e)
		ix.Include, names = append(ix.Include, id), append(names, name)
	}
	if s.Where != nil {
		r.condition(rel, s.Where, inPredicate, "WHERE")
		ix.Where = r.canonical(rel, s.Where)
	}
	if ix.Name == "" {
		taken := map[string]bool{}
		for i := range names {
			names[i] = numbered(names[i], taken)
		}
		ix.Name = chooseName(r.takenIn(rel.Schema), rel.Name, strings.Join(names, "_"), "idx")
	}
	r.addIndex(rel, ix)
}

// addIndex builds a secondary index and puts it into the catalog. It returns
// the relation's new descriptor.
func (r *run) addIndex(rel *catalog.Relation, ix *catalog.Index) *catalog.Relation {
	if ix.ID == 0 {
		ix.ID = r.newID()
	}
	next := rel.Clone()
	if ix.Primary {
		next.Indexes = append([]*catalog.Index{ix}, next.Indexes...)
	} else {
		next.Indexes = append(next.Indexes, ix)
	}
	r.createIndexTree(next, ix)
	r.fillIndex(next, ix)
	r.Catalog = r.Catalog.WithRelation(next)
	return next
}

// method checks the access method of an index.
func method(s *ast.CreateIndex) string {
	switch {
	case s.Method == "" || s.Method == "btree":
		return "btree"
	case laterMethods[s.Method]:
		unsupported(s.Pos, "access method \"%s\" is not supported", s.Method)
	case s.Method != "hash":
		fail(-1, sqlerr.UndefinedObject, "access method \"%s\" does not exist", s.Method)
	case s.Unique:
		unsupported(-1, "access method \"hash\" does not support unique indexes")
	case len(s.Include) > 0:
		unsupported(-1, "access method \"hash\" does not support included columns")
	case len(s.Elems) > 1:
		unsupported(-1, "access method \"hash\" does not support multicolumn indexes")
	case s.Elems[0].Desc:
		unsupported(-1, "access method \"hash\" does not support ASC/DESC options")
	case s.Elems[0].Nulls != ast.NullsDefault:
		unsupported(-1, "access method \"hash\" does not support NULLS FIRST/LAST options")
	}
	return "hash"
}

// indexPart binds one key of an index and returns the name it gives to an
// automatic index name.
func (r *run) indexPart(rel *catalog.Relation, e *ast.IndexElem, method string) (catalog.IndexPart, string) {
	p := catalog.IndexPart{Desc: e.Desc, NullsFirst: e.Desc}
	if e.Nulls != ast.NullsDefault {
		p.NullsFirst = e.Nulls == ast.NullsFirst
	}
	collate := e.Collation
	x := e.Expr
	if c, ok := x.(*ast.Collate); ok && collate.Name == "" {
		collate, x = c.Collation, c.X
	}
	name := "expr"
	if c, ok := x.(*ast.ColumnRef); ok && !c.Star && len(c.Parts) == 1 {
		name = c.Parts[0].Text
		i := rel.ColumnByName(name)
		if i < 0 {
			fail(c.Pos, sqlerr.UndefinedColumn, "column \"%s\" does not exist", name)
		}
		p.Column, p.Type = rel.Columns[i].ID, rel.Columns[i].Type
	} else {
		p.Type = r.bind(rel, x, inIndex, nil).Type()
		p.Expr = r.canonical(rel, x)
		name = exprName(x)
	}
	comparable(p.Type, method)
	if collate.Name != "" {
		p.Collation = collation(collate)
		if p.Type = collated(p.Type, collate); p.Collation == "" {
			p.Type = types.WithCollation(p.Type, "")
		}
	}
	p.Class, p.Written = operatorClass(e, p.Type, method), writtenCollation(collate, p)
	return p, name
}

// exprName is the name that an expression gives to an index.
func exprName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.FuncCall:
		return e.Name.Name
	case *ast.ColumnRef:
		return e.Parts[len(e.Parts)-1].Text
	case *ast.Cast:
		if n := exprName(e.X); n != "expr" {
			return n
		}
		return e.Type.Name.Name
	case *ast.Collate:
		return exprName(e.X)
	case *ast.Case:
		return "case"
	}
	return "expr"
}

func includeColumn(rel *catalog.Relation, e ast.IndexElem) (uint16, string) {
	c, ok := e.Expr.(*ast.ColumnRef)
	if !ok || c.Star || len(c.Parts) != 1 {
		unsupported(e.Pos, "expressions are not supported in included columns")
	}
	i := rel.ColumnByName(c.Parts[0].Text)
	if i < 0 {
		fail(c.Pos, sqlerr.UndefinedColumn, "column \"%s\" does not exist", c.Parts[0].Text)
	}
	return rel.Columns[i].ID, rel.Columns[i].Name
}

// reindex builds indexes anew.
func (r *run) reindex(s *ast.Reindex) {
	switch {
	case s.Name.Name == "":
		r.reindexAll(func(*catalog.Relation) bool { return true })
	case s.Kind == ast.ObjectSchema && !s.AnyKind:
		if r.Catalog.Schema(s.Name.Name) == nil {
			fail(-1, sqlerr.InvalidSchemaName, "schema \"%s\" does not exist", s.Name.Name)
		}
		r.reindexAll(func(rel *catalog.Relation) bool { return rel.Schema == s.Name.Name })
	case s.Kind == ast.ObjectDatabase || s.Kind == ast.ObjectSystem:
		r.reindexAll(func(*catalog.Relation) bool { return true })
	default:
		f := r.look(s.Name)
		switch {
		case f.none():
			fail(s.Name.Pos, sqlerr.UndefinedTable, "relation \"%s\" does not exist", dotted(s.Name))
		case f.index != nil && (s.AnyKind || s.Kind == ast.ObjectIndex):
			r.reindexOne(f.owner, f.index.ID)
		case f.rel != nil && f.rel.Kind != catalog.View && (s.AnyKind || s.Kind == ast.ObjectTable):
			r.reindexOne(f.rel, 0)
		default:
			what := article(s.Kind)
			if s.Kind == ast.ObjectTable {
				what = "a table or materialized view"
			}
			fail(-1, sqlerr.WrongObjectType, "\"%s\" is not %s", s.Name.Name, what)
		}
	}
}

func (r *run) reindexAll(want func(*catalog.Relation) bool) {
	var rels []*catalog.Relation
	r.Catalog.Relations(func(rel *catalog.Relation) bool {
		if rel.Kind != catalog.View && want(rel) {
			rels = append(rels, rel)
		}
		return true
	})
	for _, rel := range rels {
		r.reindexOne(rel, 0)
	}
}

// reindexOne rebuilds one index, or with id 0 all of a relation's. The primary
// key is the relation itself.
func (r *run) reindexOne(rel *catalog.Relation, id catalog.ID) {
	r.lock(rel, storage.TableExclusive)
	for _, ix := range slices.Clone(rel.Indexes) {
		if ix == rel.Primary || id != 0 && ix.ID != id {
			continue
		}
		check(r.Tx.TruncateTree(storage.TreeID(ix.ID)))
		r.fillIndex(rel, ix)
	}
}
