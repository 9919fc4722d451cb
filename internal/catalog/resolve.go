package catalog

import (
	"encoding/json"
	"fmt"

	"github.com/zqlite/zqlite/internal/types"
)

// Decode reads one stored object into the catalog under construction. Types
// stay placeholders until Resolve. It is for package store, on a catalog that
// nobody else has seen.
func (c *Catalog) Decode(class Class, b []byte) error {
	switch class {
	case ClassSchema:
		s := &Schema{}
		if err := json.Unmarshal(b, s); err != nil {
			return err
		}
		c.schemas.Set(s.Name, s)
	case ClassRelation:
		r := &Relation{}
		if err := json.Unmarshal(b, r); err != nil {
			return err
		}
		if r.Primary != nil { // the primary key is one of the indexes
			r.Primary = r.IndexByID(r.Primary.ID)
		}
		c.relations.Set(r.ID, r)
		c.names.Set(nameOf(r.Schema, r.Name), r.ID)
		for _, ix := range r.Indexes {
			c.names.Set(nameOf(r.Schema, ix.Name), ix.ID)
			c.indexes.Set(ix.ID, r.ID)
		}
	case ClassSequence:
		s := &Sequence{}
		if err := json.Unmarshal(b, s); err != nil {
			return err
		}
		c.sequences.Set(s.ID, s)
		c.names.Set(nameOf(s.Schema, s.Name), s.ID)
	case ClassType:
		u := &UserType{}
		if err := json.Unmarshal(b, u); err != nil {
			return err
		}
		c.types.Set(u.ID, u)
		c.typeNames.Set(nameOf(u.Schema, u.Name), u.ID)
	case ClassFunction:
		f := &SQLFunction{}
		if err := json.Unmarshal(b, f); err != nil {
			return err
		}
		c.functions.Set(f.ID, f)
	case ClassOperator:
		o := &Operator{}
		if err := json.Unmarshal(b, o); err != nil {
			return err
		}
		c.operators.Set(o.ID, o)
	case ClassCast:
		x := &Cast{}
		if err := json.Unmarshal(b, x); err != nil {
			return err
		}
		c.casts.Set(x.ID, x)
	}
	return nil
}

// Resolve replaces the placeholders of all decoded objects by types.
func (c *Catalog) Resolve() error {
	var err error
	c.types.Scan(func(_ ID, u *UserType) bool { err = c.resolveUserType(u); return err == nil })
	if err != nil {
		return err
	}
	c.relations.Scan(func(_ ID, r *Relation) bool { err = c.resolveRelation(r); return err == nil })
	if err != nil {
		return err
	}
	for id, t := range c.rows { // the columns have their types now
		*t = *RowType(c.RelationByID(id))
	}
	c.rows = nil
	c.sequences.Scan(func(_ ID, s *Sequence) bool { s.Type, err = c.resolve(s.Type); return err == nil })
	if err != nil {
		return err
	}
	c.functions.Scan(func(_ ID, f *SQLFunction) bool { err = c.resolveFunction(f); return err == nil })
	if err == nil {
		err = c.resolveOperators()
	}
	for id, t := range c.rows {
		*t = *RowType(c.RelationByID(id))
	}
	c.rows = nil
	return err
}

func (c *Catalog) resolveUserType(u *UserType) (err error) {
	if u.Type.Base != nil && u.Type.Base.OID == 0 {
		base, err := c.resolve(u.Type.Base)
		if err != nil {
			return err
		}
		*u.Type = *NewDomainType(u.ID, u.Name, base, u.Type.Domain)
	}
	if u.Range != nil {
		return c.resolveRange(u)
	}
	for i := range u.Type.Fields {
		if u.Type.Fields[i].Type, err = c.resolve(u.Type.Fields[i].Type); err != nil {
			return err
		}
	}
	return nil
}

// rowType is the row type of a relation while types are resolved; its fields are
// known when all relations are.
func (c *Catalog) rowType(id ID) *types.Type {
	if c.rows == nil {
		c.rows = map[ID]*types.Type{}
	}
	if c.rows[id] == nil {
		r := c.RelationByID(id)
		c.rows[id] = RowType(&Relation{ID: id, Name: r.Name})
	}
	return c.rows[id]
}

// resolveRange puts a range type and its multirange type together.
func (c *Catalog) resolveRange(u *UserType) (err error) {
	many := c.TypeByOID(types.OID(u.Range.Multi))
	if many == nil {
		return fmt.Errorf("catalog: range type %s has no multirange type", u.Name)
	}
	if u.Type.Sub, err = c.resolve(u.Type.Sub); err == nil {
		u.Type.Many, many.Type.Sub = many.Type, u.Type
	}
	return err
}

func (c *Catalog) resolveRelation(r *Relation) (err error) {
	for _, col := range r.Columns {
		if col.Type, err = c.resolve(col.Type); err != nil {
			return err
		}
	}
	for _, ix := range r.Indexes {
		for i := range ix.Parts {
			if ix.Parts[i].Type, err = c.resolve(ix.Parts[i].Type); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *Catalog) resolveFunction(f *SQLFunction) (err error) {
	for i := range f.Args {
		if f.Args[i].Type, err = c.resolve(f.Args[i].Type); err != nil {
			return err
		}
	}
	for i := range f.Cols {
		if f.Cols[i].Type, err = c.resolve(f.Cols[i].Type); err != nil {
			return err
		}
	}
	if a := f.Aggregate; a != nil {
		if a.State, err = c.resolve(a.State); err != nil {
			return err
		}
		if a.MState, err = c.resolve(a.MState); err != nil {
			return err
		}
	}
	f.Ret, err = c.resolve(f.Ret)
	return err
}
