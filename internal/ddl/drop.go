package ddl

import (
	"fmt"
	"strings"

	"github.com/zqlite/zqlite/internal/binder"
	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage"
	"github.com/zqlite/zqlite/internal/table"
)

func dropWord(k ast.ObjectKind) string { return strings.ToUpper(k.String()) }

func (e *Env) drop(s *ast.Drop) error {
	for _, n := range s.Objects {
		if err := e.dropOne(s, n); err != nil {
			return err
		}
	}
	if len(s.Types) > 0 {
		return e.dropTypes(s)
	}
	return nil
}

func (e *Env) dropOne(s *ast.Drop, n ast.QualifiedName) error {
	switch s.Kind {
	case ast.ObjectTable, ast.ObjectView, ast.ObjectMaterializedView:
		return e.dropRelation(s, n)
	case ast.ObjectIndex:
		return e.dropIndex(s, n)
	case ast.ObjectSequence:
		q := e.Catalog.Sequence(e.SearchPath, n.Schema, n.Name)
		if q == nil {
			return e.missing(s, n, "sequence")
		}
		if q.OwnerRel != 0 && !s.Cascade {
			return sqlerr.New(sqlerr.DependentObjectsStillExist, "cannot drop sequence %s because other objects depend on it", q.Name).
				WithHint("Use DROP ... CASCADE to drop the dependent objects too.")
		}
		e.ForgetSequence(q.ID)
		e.Catalog = e.Catalog.WithoutSequence(q.ID)
		return nil
	case ast.ObjectSchema:
		return e.dropSchema(s, n)
	}
	return sqlerr.New(sqlerr.FeatureNotSupported, "DROP %s is not supported yet", dropWord(s.Kind)).At(s.Pos)
}

func (e *Env) missing(s *ast.Drop, n ast.QualifiedName, what string) error {
	if s.IfExists {
		e.Notice(fmt.Sprintf("%s %q does not exist, skipping", what, n.Name))
		return nil
	}
	code := sqlerr.UndefinedTable
	if what == "index" || what == "type" {
		code = sqlerr.UndefinedObject
	}
	return sqlerr.New(code, "%s %q does not exist", what, n.Name).At(n.Pos)
}

var kindWords = map[catalog.RelationKind]string{
	catalog.Table: "table", catalog.View: "view", catalog.MaterializedView: "materialized view",
}

func (e *Env) dropRelation(s *ast.Drop, n ast.QualifiedName) error {
	want := map[ast.ObjectKind]catalog.RelationKind{ast.ObjectTable: catalog.Table, ast.ObjectView: catalog.View,
		ast.ObjectMaterializedView: catalog.MaterializedView}[s.Kind]
	r := e.Catalog.Relation(e.SearchPath, n.Schema, n.Name)
	if r == nil || r.Kind == catalog.Virtual {
		return e.missing(s, n, kindWords[want])
	}
	if r.Kind != want {
		return sqlerr.New(sqlerr.WrongObjectType, "%q is not a %s", r.Name, kindWords[want]).
			WithHint("Use DROP %s to remove a %s.", strings.ToUpper(kindWords[r.Kind]), kindWords[r.Kind]).At(n.Pos)
	}
	return e.remove(r, s.Cascade)
}

// remove drops a relation with what belongs to it; what depends on it goes too
// with cascade, and is an error otherwise.
func (e *Env) remove(r *catalog.Relation, cascade bool) error {
	if r.Kind == catalog.Table {
		if err := e.Tx.LockTable(e.Ctx, storage.TreeID(r.ID), storage.TableExclusive, storage.Wait); err != nil {
			return err
		}
	}
	views := e.viewsOn(r)
	children := e.childrenOf(r)
	if !cascade && len(views)+len(children) > 0 {
		var detail []string
		for _, v := range views {
			detail = append(detail, fmt.Sprintf("view %s depends on %s %s", v.Name, kindWords[r.Kind], r.Name))
		}
		for _, c := range children {
			detail = append(detail, fmt.Sprintf("constraint %s on table %s depends on table %s", c.key.Name, c.rel.Name, r.Name))
		}
		return sqlerr.New(sqlerr.DependentObjectsStillExist, "cannot drop %s %s because other objects depend on it", kindWords[r.Kind], r.Name).
			WithDetail("%s", strings.Join(detail, "\n")).WithHint("Use DROP ... CASCADE to drop the dependent objects too.")
	}
	for _, v := range views {
		if v = e.Catalog.RelationByID(v.ID); v != nil {
			if err := e.remove(v, true); err != nil {
				return err
			}
		}
	}
	for _, c := range children {
		e.removeForeign(c.rel.ID, c.key.ID)
	}
	for _, fk := range r.Foreign {
		e.forgetReferer(fk.Parent, r)
	}
	if r.Kind == catalog.Table {
		for _, tree := range table.Of(r).Trees() {
			if err := e.Tx.DropTree(tree); err != nil {
				return err
			}
		}
		e.Counters.Forget(r.ID)
		e.dropOwned(r)
	}
	e.Catalog = e.Catalog.WithoutRelation(r.ID)
	return nil
}

func (e *Env) dropOwned(r *catalog.Relation) {
	var owned []catalog.ID
	e.Catalog.Sequences(func(q *catalog.Sequence) bool {
		if q.OwnerRel == r.ID {
			owned = append(owned, q.ID)
		}
		return true
	})
	for _, id := range owned {
		e.ForgetSequence(id)
		e.Catalog = e.Catalog.WithoutSequence(id)
	}
}

// viewsOn lists the views whose query reads the relation.
func (e *Env) viewsOn(r *catalog.Relation) []*catalog.Relation {
	var out []*catalog.Relation
	e.Catalog.Relations(func(v *catalog.Relation) bool {
		if v.Kind != catalog.View || v.ID == r.ID {
			return true
		}
		o := e.Binder(e.Catalog)
		stmt, err := o.ParseStmt(v.Query)
		if err != nil {
			return true
		}
		o.SearchPath = append([]string{v.Schema}, o.SearchPath...)
		b, err := binder.Bind(o, stmt)
		if err != nil {
			return true
		}
		for _, d := range b.Relations {
			if d.ID == r.ID {
				out = append(out, v)
				break
			}
		}
		return true
	})
	return out
}

type childKey struct {
	rel *catalog.Relation
	key *catalog.ForeignKey
}

// childrenOf lists the foreign keys of other relations that point to r.
func (e *Env) childrenOf(r *catalog.Relation) []childKey {
	var out []childKey
	for _, id := range r.Referers {
		child := e.Catalog.RelationByID(id)
		if child == nil || id == r.ID {
			continue
		}
		for _, fk := range child.Foreign {
			if fk.Parent == r.ID {
				out = append(out, childKey{child, fk})
			}
		}
	}
	return out
}

func (e *Env) removeForeign(child, key catalog.ID) {
	r := e.Catalog.RelationByID(child).Copy()
	var kept []*catalog.ForeignKey
	for _, fk := range r.Foreign {
		if fk.ID != key {
			kept = append(kept, fk)
		}
	}
	r.Foreign = kept
	e.Catalog = e.Catalog.WithRelation(r)
}

// forgetReferer takes child out of the parent's referers.
func (e *Env) forgetReferer(parent catalog.ID, child *catalog.Relation) {
	p := e.Catalog.RelationByID(parent)
	if p == nil || p.ID == child.ID {
		return
	}
	p = p.Copy()
	var kept []catalog.ID
	for _, id := range p.Referers {
		if id != child.ID {
			kept = append(kept, id)
		}
	}
	p.Referers = kept
	e.Catalog = e.Catalog.WithRelation(p)
}

func (e *Env) dropIndex(s *ast.Drop, n ast.QualifiedName) error {
	ix, r := e.Catalog.Index(e.SearchPath, n.Schema, n.Name)
	if ix == nil {
		return e.missing(s, n, "index")
	}
	if ix.Constraint {
		return sqlerr.New(sqlerr.DependentObjectsStillExist, "cannot drop index %s because constraint %s on table %s requires it", ix.Name, ix.Name, r.Name).
			WithHint("You can drop constraint %s on table %s instead.", ix.Name, r.Name)
	}
	if err := e.Tx.LockTable(e.Ctx, storage.TreeID(r.ID), storage.TableExclusive, storage.Wait); err != nil {
		return err
	}
	return e.removeIndex(r.Copy(), ix)
}

// removeIndex takes an index out of a copied descriptor and drops its tree.
func (e *Env) removeIndex(r *catalog.Relation, ix *catalog.Index) error {
	var kept []*catalog.Index
	for _, x := range r.Indexes {
		if x.ID != ix.ID {
			kept = append(kept, x)
		}
	}
	r.Indexes = kept
	r.Version++
	e.Catalog = e.Catalog.WithRelation(r)
	return e.Tx.DropTree(storage.TreeID(ix.ID))
}

func (e *Env) dropSchema(s *ast.Drop, n ast.QualifiedName) error {
	if e.Catalog.Schema(n.Name) == nil {
		return e.missing(s, n, "schema")
	}
	var inside []*catalog.Relation
	e.Catalog.Relations(func(r *catalog.Relation) bool {
		if r.Schema == n.Name {
			inside = append(inside, r)
		}
		return true
	})
	if len(inside) > 0 && !s.Cascade {
		return sqlerr.New(sqlerr.DependentObjectsStillExist, "cannot drop schema %s because other objects depend on it", n.Name).
			WithHint("Use DROP ... CASCADE to drop the dependent objects too.")
	}
	for _, r := range inside {
		if r = e.Catalog.RelationByID(r.ID); r != nil {
			if err := e.remove(r, true); err != nil {
				return err
			}
		}
	}
	e.Catalog = e.Catalog.WithoutSchema(n.Name)
	return nil
}

func (e *Env) dropTypes(s *ast.Drop) error {
	for _, t := range s.Types {
		u := e.Catalog.UserType(e.SearchPath, t.Name.Schema, t.Name.Name)
		if u == nil {
			if err := e.missing(s, t.Name, "type"); err != nil {
				return err
			}
			continue
		}
		used := ""
		e.Catalog.Relations(func(r *catalog.Relation) bool {
			for _, c := range r.Columns {
				if c.Type.OID == u.Type.OID || (c.Type.Elem != nil && c.Type.Elem.OID == u.Type.OID) {
					used = fmt.Sprintf("column %s of table %s depends on type %s", c.Name, r.Name, u.Name)
				}
			}
			return used == ""
		})
		if used != "" {
			return sqlerr.New(sqlerr.DependentObjectsStillExist, "cannot drop type %s because other objects depend on it", u.Name).WithDetail("%s", used)
		}
		e.Catalog = e.Catalog.WithoutType(u.ID)
	}
	return nil
}
