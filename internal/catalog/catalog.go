package catalog

import (
	"slices"
	"strings"
	"sync/atomic"

	"github.com/tidwall/btree"

	"github.com/zqlite/zqlite/internal/types"
)

// PublicSchema is where unqualified names are created unless told otherwise.
const PublicSchema = "public"

// Schema is a namespace.
type Schema struct {
	ID      ID
	Name    string
	Comment string
	// Numbers are SQLite's user_version and application_id, kept with the
	// schema public.
	Numbers map[string]int64 `json:",omitempty"`
}

// UserType is an enum, domain or composite type made by CREATE TYPE or DOMAIN.
type UserType struct {
	ID      ID
	Schema  string
	Name    string
	Type    *types.Type
	Comment string
	// Sorts are the places of an enum's labels in pg_enum, where they are not
	// 1, 2 and so on.
	Sorts []float32
	// Shell says that CREATE TYPE has named the type and not defined it.
	Shell bool
	// Range is what CREATE TYPE … AS RANGE says, beside the type of the bounds.
	Range *RangeOptions
	// PartComments are the comments of attributes and of a domain's checks, by
	// name. Names that are not there any more may be left.
	PartComments map[string]string
}

// RangeOptions are the names that a range type was made with, and its multirange
// type.
type RangeOptions struct {
	OpClass   string `json:",omitempty"`
	Diff      string `json:",omitempty"` // the function of subtype_diff
	Collation string `json:",omitempty"`
	Multi     ID
}

// Catalog is one immutable version of all descriptors. The zero value is not
// usable; New makes an empty one.
type Catalog struct {
	Version   uint64 // rises with every change
	Stamp     uint64 // of this very version: a rolled back one may have had the same Version
	Kinds     uint64 // stamp of the version that last changed types or functions
	NextID    ID
	schemas   *btree.Map[string, *Schema]
	relations *btree.Map[ID, *Relation]
	sequences *btree.Map[ID, *Sequence]
	types     *btree.Map[ID, *UserType]
	functions *btree.Map[ID, *SQLFunction]
	operators *btree.Map[ID, *Operator]
	casts     *btree.Map[ID, *Cast]
	names     *btree.Map[name, ID] // relations, sequences and indexes share one namespace
	typeNames *btree.Map[string, ID]
	indexes   *btree.Map[ID, ID] // index → its relation
	virtual   *Virtuals
	rows      map[ID]*types.Type // row types while the catalog is resolved; nil afterwards
	changes   *change            // since the last stored version
}

// name is schema and relation name, joined by a zero byte.
type name = string

func nameOf(schema, relation string) name { return schema + "\x00" + relation }

// Virtuals is the fixed set of relations that the engine computes; it is
// shared by all catalogs of a database and filled before the first is made.
type Virtuals struct {
	byName map[name]*Relation
	byID   map[ID]*Relation
	all    []*Relation
}

// NewVirtuals makes the set of computed relations.
func NewVirtuals(rels []*Relation) *Virtuals {
	v := &Virtuals{byName: map[name]*Relation{}, byID: map[ID]*Relation{}, all: rels}
	for _, r := range rels {
		v.byName[nameOf(r.Schema, r.Name)] = r
		v.byID[r.ID] = r
	}
	return v
}

// All returns the computed relations in order of registration.
func (v *Virtuals) All() []*Relation { return v.all }

// New makes a catalog that holds the schema public and nothing else. virtual
// may be nil.
func New(virtual *Virtuals) *Catalog {
	if virtual == nil {
		virtual = NewVirtuals(nil)
	}
	c := &Catalog{
		Version:   1,
		Stamp:     stamps.Add(1),
		NextID:    FirstUserID,
		schemas:   &btree.Map[string, *Schema]{},
		relations: &btree.Map[ID, *Relation]{},
		sequences: &btree.Map[ID, *Sequence]{},
		types:     &btree.Map[ID, *UserType]{},
		functions: &btree.Map[ID, *SQLFunction]{},
		operators: &btree.Map[ID, *Operator]{},
		casts:     &btree.Map[ID, *Cast]{},
		names:     &btree.Map[name, ID]{},
		typeNames: &btree.Map[string, ID]{},
		indexes:   &btree.Map[ID, ID]{},
		virtual:   virtual,
	}
	c.schemas.Set(PublicSchema, &Schema{ID: 2200, Name: PublicSchema})
	return c
}

// stamps tells the catalogs of this process apart.
var stamps atomic.Uint64

// clone makes the next version, sharing everything until it is changed. It
// must not run beside another clone of the same catalog (DDL holds one lock).
func (c *Catalog) clone() *Catalog {
	d := *c
	d.Version++
	d.Stamp = stamps.Add(1)
	d.schemas, d.relations = c.schemas.Copy(), c.relations.Copy()
	d.sequences, d.types = c.sequences.Copy(), c.types.Copy()
	d.functions, d.operators, d.casts = c.functions.Copy(), c.operators.Copy(), c.casts.Copy()
	d.names, d.typeNames, d.indexes = c.names.Copy(), c.typeNames.Copy(), c.indexes.Copy()
	return &d
}

// Schema returns the named schema, or nil.
func (c *Catalog) Schema(name string) *Schema {
	s, _ := c.schemas.Get(name)
	if s == nil {
		return builtinSchemas[name]
	}
	return s
}

var builtinSchemas = map[string]*Schema{
	"pg_catalog":         {ID: 11, Name: "pg_catalog"},
	"information_schema": {ID: 13000, Name: "information_schema"},
}

// Schemas returns all schemas, built-in ones first.
func (c *Catalog) Schemas() []*Schema {
	out := []*Schema{builtinSchemas["pg_catalog"], builtinSchemas["information_schema"]}
	c.schemas.Scan(func(_ string, s *Schema) bool { out = append(out, s); return true })
	return out
}

// Relation finds a relation by name. With schema "" it looks in pg_catalog and
// then along the search path; it returns nil where there is none.
func (c *Catalog) Relation(searchPath []string, schema, relation string) *Relation {
	if schema != "" {
		return c.relationIn(schema, relation)
	}
	if r := c.virtual.byName[nameOf("pg_catalog", relation)]; r != nil {
		return r
	}
	for _, s := range searchPath {
		if r := c.relationIn(s, relation); r != nil {
			return r
		}
	}
	return nil
}

func (c *Catalog) relationIn(schema, relation string) *Relation {
	if id, ok := c.names.Get(nameOf(schema, relation)); ok {
		r, _ := c.relations.Get(id)
		return r
	}
	return c.virtual.byName[nameOf(schema, relation)]
}

// RelationByID returns the relation with that id, or nil.
func (c *Catalog) RelationByID(id ID) *Relation {
	if r, ok := c.relations.Get(id); ok {
		return r
	}
	return c.virtual.byID[id]
}

// Relations calls f for every stored relation and view in order of id.
func (c *Catalog) Relations(f func(*Relation) bool) {
	c.relations.Scan(func(_ ID, r *Relation) bool { return f(r) })
}

// Virtual returns the computed relations.
func (c *Catalog) Virtual() []*Relation { return c.virtual.all }

// Sequence finds a sequence by name, as Relation does.
func (c *Catalog) Sequence(searchPath []string, schema, sequence string) *Sequence {
	if schema != "" {
		searchPath = []string{schema}
	}
	for _, s := range searchPath {
		if id, ok := c.names.Get(nameOf(s, sequence)); ok {
			q, _ := c.sequences.Get(id)
			return q
		}
	}
	return nil
}

// SequenceByID returns the sequence with that id, or nil.
func (c *Catalog) SequenceByID(id ID) *Sequence {
	s, _ := c.sequences.Get(id)
	return s
}

// AsRelation is the sequence as queries read it: one computed row.
func (q *Sequence) AsRelation() *Relation {
	return &Relation{ID: q.ID, Schema: q.Schema, Name: q.Name, Kind: Virtual, Temp: q.Temp, Columns: sequenceColumns}
}

var sequenceColumns = []*Column{
	{ID: 1, Name: "last_value", Type: types.Int8, NotNull: true},
	{ID: 2, Name: "log_cnt", Type: types.Int8, NotNull: true},
	{ID: 3, Name: "is_called", Type: types.Bool, NotNull: true},
}

// Sequences calls f for every sequence in order of id.
func (c *Catalog) Sequences(f func(*Sequence) bool) {
	c.sequences.Scan(func(_ ID, s *Sequence) bool { return f(s) })
}

// Index finds an index by name and returns it with its relation.
func (c *Catalog) Index(searchPath []string, schema, index string) (*Index, *Relation) {
	if schema != "" {
		searchPath = []string{schema}
	}
	for _, s := range searchPath {
		id, ok := c.names.Get(nameOf(s, index))
		if !ok {
			continue
		}
		if owner, ok := c.indexes.Get(id); ok {
			r, _ := c.relations.Get(owner)
			return r.IndexByID(id), r
		}
	}
	return nil, nil
}

// Taken reports whether the name is in use by a relation, sequence or index.
func (c *Catalog) Taken(schema, relation string) bool {
	_, ok := c.names.Get(nameOf(schema, relation))
	return ok
}

// Type finds a user-defined type by name along the path; tables' row types
// included. Built-in types are found by types.Lookup.
func (c *Catalog) Type(searchPath []string, schema, typeName string) *types.Type {
	if u := c.UserType(searchPath, schema, typeName); u != nil {
		return u.Type
	}
	return nil
}

// UserType finds the descriptor of a user-defined type.
func (c *Catalog) UserType(searchPath []string, schema, typeName string) *UserType {
	if schema != "" {
		searchPath = []string{schema}
	}
	for _, s := range searchPath {
		if id, ok := c.typeNames.Get(nameOf(s, typeName)); ok {
			u, _ := c.types.Get(id)
			return u
		}
	}
	return nil
}

// TypeByOID returns the user-defined type with that oid, or nil.
func (c *Catalog) TypeByOID(oid types.OID) *UserType {
	u, _ := c.types.Get(ID(oid))
	return u
}

// Types calls f for every user-defined type in order of id.
func (c *Catalog) Types(f func(*UserType) bool) {
	c.types.Scan(func(_ ID, u *UserType) bool { return f(u) })
}

// HasFunctions reports whether there is any SQL function.
func (c *Catalog) HasFunctions() bool { return c.functions.Len() > 0 }

// Functions returns the SQL functions of that name along the path.
func (c *Catalog) Functions(searchPath []string, schema, function string) []*SQLFunction {
	if schema != "" {
		searchPath = []string{schema}
	}
	var out []*SQLFunction
	if c.functions.Len() == 0 {
		return nil
	}
	for i, s := range searchPath {
		if slices.Contains(searchPath[:i], s) {
			continue
		}
		c.functions.Scan(func(_ ID, f *SQLFunction) bool {
			if f.Schema == s && f.Name == function {
				out = append(out, f)
			}
			return true
		})
	}
	return out
}

// IndexByID returns the relation's index with that id, or nil.
func (r *Relation) IndexByID(id ID) *Index {
	for _, ix := range r.Indexes {
		if ix.ID == id {
			return ix
		}
	}
	return nil
}

// ConstraintTaken reports whether the relation has a constraint of that name.
func (r *Relation) ConstraintTaken(constraint string) bool {
	for _, c := range r.Checks {
		if c.Name == constraint {
			return true
		}
	}
	for _, f := range r.Foreign {
		if f.Name == constraint {
			return true
		}
	}
	for _, ix := range r.Indexes {
		if ix.Constraint && ix.Name == constraint {
			return true
		}
	}
	return false
}

// ChooseName makes a free name of the parts in PostgreSQL's way: joined by
// underscores, shortened to 63 bytes, numbered where taken.
func ChooseName(taken func(string) bool, parts ...string) string {
	base := strings.Join(parts, "_")
	if len(base) > 63 {
		base = base[:63]
	}
	if !taken(base) {
		return base
	}
	for i := 1; ; i++ {
		suffix := itoa(i)
		s := base
		if len(s)+len(suffix) > 63 {
			s = s[:63-len(suffix)]
		}
		if s += suffix; !taken(s) {
			return s
		}
	}
}

func itoa(i int) string {
	var b [20]byte
	p := len(b)
	for {
		p--
		b[p] = byte('0' + i%10)
		if i /= 10; i == 0 {
			return string(b[p:])
		}
	}
}

// IndexName returns the name of the index with that id, or "".
func (c *Catalog) IndexName(id ID) string {
	owner, ok := c.indexes.Get(id)
	if !ok {
		return ""
	}
	r, _ := c.relations.Get(owner)
	if ix := r.IndexByID(id); ix != nil {
		return ix.Name
	}
	return ""
}

// EachFunction calls f for every SQL function in order of id.
func (c *Catalog) EachFunction(f func(*SQLFunction) bool) {
	c.functions.Scan(func(_ ID, fn *SQLFunction) bool { return f(fn) })
}
