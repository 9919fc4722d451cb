package schema

import "sort"

// Schema is what a database contains in the namespaces that were read.
type Schema struct {
	Namespaces []string // besides public
	Enums      []*Enum
	Composites []*Composite
	Ranges     []*Range
	Domains    []*Domain
	Sequences  []*Sequence // besides those that SERIAL and IDENTITY bring along
	Tables     []*Table
	Views      []*View
	Functions  []*Function
	Comments   []Comment // on all but tables, their columns, and views
}

// Comment is a comment with what it is on, as COMMENT names it: SCHEMA app,
// INDEX app.by_name, TRIGGER stamp ON notes.
type Comment struct{ On, Text string }

// Name is an object's name within its namespace; "" is public.
type Name struct {
	Namespace string
	Name      string
}

// String is the name as SQL writes it.
func (n Name) String() string {
	if n.Namespace == "" || n.Namespace == "public" {
		return quote(n.Name)
	}
	return quote(n.Namespace) + "." + quote(n.Name)
}

func (n Name) less(o Name) bool {
	if n.Namespace != o.Namespace {
		return n.Namespace < o.Namespace
	}
	return n.Name < o.Name
}

// Enum is a type of named values in order.
type Enum struct {
	Name
	Labels  []string
	Comment string
}

// Composite is a type of rows.
type Composite struct {
	Name
	Attributes []Attribute
}

// Range is a type of ranges.
type Range struct {
	Name
	Subtype    string
	Diff       string // the function of subtype_diff, or ""
	Multirange Name
}

// Attribute is a field of a composite type.
type Attribute struct{ Name, Type string }

// Domain is a type with conditions.
type Domain struct {
	Name
	Type    string
	NotNull bool
	Default string
	Checks  []Check
	Comment string
}

// Sequence hands out numbers.
type Sequence struct {
	Name
	Type                       string
	Start, Increment, Min, Max int64
	Cache                      int64 // 0 is 1
	Cycle                      bool
	OwnedBy                    string // table.column that it goes with; "" is none
}

// Table is a table with everything that hangs on it.
type Table struct {
	Name
	Of          string // the composite type of a typed table; "" is none
	Comment     string
	Columns     []*Column
	PrimaryKey  *Key
	Uniques     []*Key
	Foreign     []*ForeignKey
	Checks      []*Check
	Indexes     []*Index
	Triggers    []*Trigger
	TenantBy    string // column of TENANT BY; "" where the engine does not scope the table
	Annotations Annotations
}

// Column is a column of a table.
type Column struct {
	Name      string
	Type      string // as format_type writes it, with modifier, but float4 for real
	Collation string // "" is the type's own
	NotNull   bool
	Default   string // SQL text; "" is none
	Identity  string // "", "ALWAYS" or "BY DEFAULT"
	Counting  string // options of IDENTITY in parentheses; "" are the usual ones
	Serial    bool   // fills itself from a sequence of its own
	Generated string // expression of a stored computed column
	Comment   string
	Enum      string // @enum: the Go type of its values
	GoType    string // @go: the Go type instead of the usual one
}

// Key is a primary key or a UNIQUE constraint.
type Key struct {
	Name             string
	Columns          []string
	NullsNotDistinct bool
	Deferral         string // "", "DEFERRABLE" or "DEFERRABLE INITIALLY DEFERRED"
}

// ForeignKey refers to a key of a table.
type ForeignKey struct {
	Name       string
	Columns    []string
	Parent     Name
	References []string
	OnUpdate   string // "" is NO ACTION
	OnDelete   string
	SetColumns []string // those that ON DELETE SET NULL and SET DEFAULT assign to; nil: all
	Deferral   string
}

// Check is a condition on rows.
type Check struct {
	Name string
	Expr string // in parentheses
}

// Index is an index that no constraint made. Definition is the statement that
// makes it.
type Index struct {
	Name       string
	Unique     bool
	Definition string
}

// Trigger runs on changes. Definition is the statement that makes it.
type Trigger struct {
	Name       string
	Definition string
}

// View is a view or a materialized view with its query.
type View struct {
	Name
	Materialized bool
	Unpopulated  bool     // materialized, and WITH NO DATA; no difference to Diff
	Columns      []string // names where they are not those of the query
	Query        string
	CheckOption  string // "", "LOCAL" or "CASCADED"
	Comment      string
	Indexes      []*Index
	Triggers     []*Trigger
	Defaults     []Default
}

// Default is what INSERT gives a column of a view.
type Default struct{ Column, Expr string }

// Function is a function of the database. Definition is the statement that
// makes it; Arguments tells overloads apart.
type Function struct {
	Name
	Arguments  string
	Definition string
	// Drop is the statement that takes back what is no function: an operator or a
	// cast. "" for functions.
	Drop string
}

// Annotations say what code that is generated for a table does by itself.
// Columns that are "" are not there.
type Annotations struct {
	Tenant     string // scopes every statement; the column of TENANT BY where it says no other
	CreatedAt  string // audit columns, set by the repository
	UpdatedAt  string
	CreatedBy  string
	UpdatedBy  string
	SoftDelete string // set instead of deleting the row
	Revision   string // counted up by every update
	Skip       bool   // no repository is generated
}

// Table finds a table by its name, with its namespace where that is not
// public; nil is none.
func (s *Schema) Table(name string) *Table {
	for _, t := range s.Tables {
		if t.String() == name || t.Name.Name == name && (t.Namespace == "" || t.Namespace == "public") {
			return t
		}
	}
	return nil
}

// Column finds a column by its name; nil is none.
func (t *Table) Column(name string) *Column {
	for _, c := range t.Columns {
		if c.Name == name {
			return c
		}
	}
	return nil
}

// sort puts the lists in order (invariant 1).
func (s *Schema) sort() {
	sort.Strings(s.Namespaces)
	sort.Slice(s.Enums, func(a, b int) bool { return s.Enums[a].less(s.Enums[b].Name) })
	sort.Slice(s.Composites, func(a, b int) bool { return s.Composites[a].less(s.Composites[b].Name) })
	sort.Slice(s.Ranges, func(a, b int) bool { return s.Ranges[a].less(s.Ranges[b].Name) })
	sort.Slice(s.Comments, func(a, b int) bool { return s.Comments[a].On < s.Comments[b].On })
	sort.Slice(s.Domains, func(a, b int) bool { return s.Domains[a].less(s.Domains[b].Name) })
	sort.Slice(s.Sequences, func(a, b int) bool { return s.Sequences[a].less(s.Sequences[b].Name) })
	sort.Slice(s.Tables, func(a, b int) bool { return s.Tables[a].less(s.Tables[b].Name) })
	sort.Slice(s.Views, func(a, b int) bool { return s.Views[a].less(s.Views[b].Name) })
	sort.Slice(s.Functions, func(a, b int) bool {
		x, y := s.Functions[a], s.Functions[b]
		if x.Name != y.Name {
			return x.less(y.Name)
		}
		return x.Arguments < y.Arguments
	})
	for _, v := range s.Views {
		sort.Slice(v.Indexes, func(a, b int) bool { return v.Indexes[a].Name < v.Indexes[b].Name })
		sort.Slice(v.Triggers, func(a, b int) bool { return v.Triggers[a].Name < v.Triggers[b].Name })
	}
	for _, t := range s.Tables {
		sort.Slice(t.Uniques, func(a, b int) bool { return t.Uniques[a].Name < t.Uniques[b].Name })
		sort.Slice(t.Foreign, func(a, b int) bool { return t.Foreign[a].Name < t.Foreign[b].Name })
		sort.Slice(t.Checks, func(a, b int) bool { return t.Checks[a].Name < t.Checks[b].Name })
		sort.Slice(t.Indexes, func(a, b int) bool { return t.Indexes[a].Name < t.Indexes[b].Name })
		sort.Slice(t.Triggers, func(a, b int) bool { return t.Triggers[a].Name < t.Triggers[b].Name })
	}
}
