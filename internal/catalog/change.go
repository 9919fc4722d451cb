package catalog

// The functions of this file make a new catalog that differs in one object.
// They check nothing but what keeps the catalog consistent with itself; the
// rules of SQL (names taken, dependents) are checked by who calls them.

// Class tells the kinds of stored objects apart.
type Class byte

// The classes of catalog objects.
const (
	ClassSchema   Class = 'n'
	ClassRelation Class = 'r'
	ClassSequence Class = 's'
	ClassType     Class = 't'
	ClassFunction Class = 'f'
	ClassOperator Class = 'o'
	ClassCast     Class = 'c'
)

// change is one link of the list of what differs from the stored catalog.
type change struct {
	class Class
	id    ID
	prev  *change
}

func (c *Catalog) touch(class Class, id ID) {
	c.changes = &change{class, id, c.changes}
}

// Changes calls f once for every object that was added, replaced or removed
// since the last Clean catalog.
func (c *Catalog) Changes(f func(class Class, id ID) error) error {
	type key struct {
		class Class
		id    ID
	}
	seen := map[key]bool{}
	for l := c.changes; l != nil; l = l.prev {
		if k := (key{l.class, l.id}); !seen[k] {
			seen[k] = true
			if err := f(l.class, l.id); err != nil {
				return err
			}
		}
	}
	return nil
}

// Clean returns the same catalog without a list of changes.
func (c *Catalog) Clean() *Catalog {
	d := *c
	d.changes = nil
	return &d
}

// Object returns the object of a class by id, or nil.
func (c *Catalog) Object(class Class, id ID) any {
	switch class {
	case ClassSchema:
		var found any
		c.schemas.Scan(func(_ string, s *Schema) bool {
			if s.ID == id {
				found = s
			}
			return found == nil
		})
		return found
	case ClassRelation:
		if o, ok := c.relations.Get(id); ok {
			return o
		}
	case ClassSequence:
		if o, ok := c.sequences.Get(id); ok {
			return o
		}
	case ClassType:
		if o, ok := c.types.Get(id); ok {
			return o
		}
	case ClassFunction:
		if o, ok := c.functions.Get(id); ok {
			return o
		}
	case ClassOperator:
		if o, ok := c.operators.Get(id); ok {
			return o
		}
	case ClassCast:
		if o, ok := c.casts.Get(id); ok {
			return o
		}
	}
	return nil
}

// AllocateID returns a catalog whose NextID is past the id given out.
func (c *Catalog) AllocateID() (*Catalog, ID) {
	d := *c
	d.NextID++
	return &d, c.NextID
}

// WithSchema adds or replaces a schema.
func (c *Catalog) WithSchema(s *Schema) *Catalog {
	d := c.clone()
	d.touch(ClassSchema, s.ID)
	d.schemas.Set(s.Name, s)
	return d
}

// WithoutSchema removes a schema; what it held must be gone.
func (c *Catalog) WithoutSchema(schema string) *Catalog {
	d := c.clone()
	if s, ok := d.schemas.Get(schema); ok {
		d.touch(ClassSchema, s.ID)
	}
	d.schemas.Delete(schema)
	return d
}

// WithRelation adds a relation or replaces the one with its id, with the names
// of its indexes. It sets the Version of a replaced relation.
func (c *Catalog) WithRelation(r *Relation) *Catalog {
	d := c.clone()
	d.touch(ClassRelation, r.ID)
	d.dropNames(r.ID)
	if old, ok := d.relations.Get(r.ID); ok && r.Version <= old.Version {
		r.Version = old.Version + 1
	}
	d.relations.Set(r.ID, r)
	d.names.Set(nameOf(r.Schema, r.Name), r.ID)
	for _, ix := range r.Indexes {
		d.names.Set(nameOf(r.Schema, ix.Name), ix.ID)
		d.indexes.Set(ix.ID, r.ID)
	}
	return d
}

// WithoutRelation removes a relation and its indexes.
func (c *Catalog) WithoutRelation(id ID) *Catalog {
	d := c.clone()
	d.touch(ClassRelation, id)
	d.dropNames(id)
	d.relations.Delete(id)
	return d
}

func (c *Catalog) dropNames(id ID) {
	old, ok := c.relations.Get(id)
	if !ok {
		return
	}
	c.names.Delete(nameOf(old.Schema, old.Name))
	for _, ix := range old.Indexes {
		c.names.Delete(nameOf(old.Schema, ix.Name))
		c.indexes.Delete(ix.ID)
	}
}

// WithSequence adds or replaces a sequence.
func (c *Catalog) WithSequence(s *Sequence) *Catalog {
	d := c.clone()
	d.touch(ClassSequence, s.ID)
	if old, ok := d.sequences.Get(s.ID); ok {
		d.names.Delete(nameOf(old.Schema, old.Name))
	}
	d.sequences.Set(s.ID, s)
	d.names.Set(nameOf(s.Schema, s.Name), s.ID)
	return d
}

// WithoutSequence removes a sequence.
func (c *Catalog) WithoutSequence(id ID) *Catalog {
	d := c.clone()
	d.touch(ClassSequence, id)
	if old, ok := d.sequences.Get(id); ok {
		d.names.Delete(nameOf(old.Schema, old.Name))
		d.sequences.Delete(id)
	}
	return d
}

// WithType adds or replaces a user-defined type.
func (c *Catalog) WithType(u *UserType) *Catalog {
	d := c.clone()
	d.touch(ClassType, u.ID)
	if old, ok := d.types.Get(u.ID); ok {
		d.typeNames.Delete(nameOf(old.Schema, old.Name))
	}
	d.types.Set(u.ID, u)
	d.Kinds = d.Stamp
	d.typeNames.Set(nameOf(u.Schema, u.Name), u.ID)
	return d
}

// WithoutType removes a user-defined type.
func (c *Catalog) WithoutType(id ID) *Catalog {
	d := c.clone()
	d.touch(ClassType, id)
	if old, ok := d.types.Get(id); ok {
		d.typeNames.Delete(nameOf(old.Schema, old.Name))
		d.types.Delete(id)
		d.Kinds = d.Stamp
	}
	return d
}

// WithFunction adds or replaces a SQL function.
func (c *Catalog) WithFunction(f *SQLFunction) *Catalog {
	d := c.clone()
	d.touch(ClassFunction, f.ID)
	d.functions.Set(f.ID, f)
	d.Kinds = d.Stamp
	return d
}

// WithoutFunction removes a SQL function.
func (c *Catalog) WithoutFunction(id ID) *Catalog {
	d := c.clone()
	d.touch(ClassFunction, id)
	d.functions.Delete(id)
	d.Kinds = d.Stamp
	return d
}

// Clone returns a copy of the descriptor whose lists can be changed without
// touching the original's; the elements are shared until they are replaced.
// It is not called Copy because the maps of the catalog would call that for
// every descriptor beside one that changes, and plans know descriptors by
// their addresses.
func (r *Relation) Clone() *Relation {
	n := *r
	n.Columns = append([]*Column(nil), r.Columns...)
	n.Indexes = append([]*Index(nil), r.Indexes...)
	n.Checks = append([]*Check(nil), r.Checks...)
	n.Foreign = append([]*ForeignKey(nil), r.Foreign...)
	n.Referers = append([]ID(nil), r.Referers...)
	n.Triggers = append([]*Trigger(nil), r.Triggers...)
	return &n
}
