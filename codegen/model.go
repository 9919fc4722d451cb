package codegen

import (
	"fmt"
	"go/token"
	"regexp"
	"slices"
	"strings"

	"github.com/zqlite/zqlite/schema"
)

// table is a table as the templates see it.
type table struct {
	*schema.Table
	Go      string // Invoice
	Plural  string // Invoices
	Package string // invoice: of its columns
	Columns []*column
	Tenant  *column   // nil: not a tenant's table
	Key     []*column // of the primary key, without the tenant
	Rev     *column   // counted up by every update; nil is none
	Deleted *column   // set instead of deleting; nil is none
	Created *column
	Updated *column
}

// column is a column as the templates see it.
type column struct {
	*schema.Column
	Go    string // TenantID
	Type  string // Go type of a value
	Field string // Go type of the field: sql.Null[Type] where it may be NULL
	Array bool   // scanned through array
	place int
	inKey bool
}

// Nullable tells whether the column may be NULL.
func (c *column) Nullable() bool { return !c.NotNull && !c.inKey }

// Filled tells whether the database gives the column a value of itself.
func (c *column) Filled() bool {
	return c.Default != "" || c.Serial || c.Identity != "" || c.Generated != ""
}

// Writable tells whether a statement may set the column.
func (c *column) Writable() bool { return c.Generated == "" && c.Identity != "ALWAYS" }

// New tells whether the column is a field of what Create takes: the repository
// sets tenant, audit, revision and deletion by itself.
func (t *table) New(c *column) bool { return c.Writable() && !t.Own(c) }

// Patch tells whether the column is a field of what Update takes.
func (t *table) Patch(c *column) bool { return t.New(c) && !c.inKey }

// Own tells whether the repository sets the column by itself.
func (t *table) Own(c *column) bool {
	return c == t.Tenant || c == t.Rev || c == t.Deleted || c == t.Created || c == t.Updated
}

// Scan is what Scan is given for the column of the variable r.
func (c *column) Scan() string {
	switch {
	case c.Array:
		return "array(&r." + c.Go + ")"
	case c.Type == "json.RawMessage":
		return "(*[]byte)(&r." + c.Go + ")"
	}
	return "&r." + c.Go
}

// Text tells whether LIKE works on the column.
func (c *column) Text() bool { return c.Type == "string" && !c.Array }

// goTypes are the Go types of SQL types, without their modifiers.
var goTypes = map[string]string{
	"boolean": "bool", "smallint": "int16", "integer": "int64", "bigint": "int64", "real": "float32", "float4": "float32", "double precision": "float64",
	"numeric": "decimal.Decimal", "text": "string", "character varying": "string", "character": "string", "uuid": "uuid.UUID", "bytea": "[]byte",
	"json": "json.RawMessage", "jsonb": "json.RawMessage", "date": "time.Time", "timestamp without time zone": "time.Time",
	"timestamp with time zone": "time.Time", "time without time zone": "string", "time with time zone": "string", "interval": "string",
	"oid": "uint32", "name": "string", "bpchar": "string", "inet": "string", "cidr": "string", "macaddr": "string", "macaddr8": "string",
}

var modifier = regexp.MustCompile(`\([^)]*\)`)

// goType finds the Go type of a column; enums have one of their own.
func (g *generator) goType(typ string) (name string, array bool, err error) {
	base := modifier.ReplaceAllString(typ, "")
	if elem, ok := strings.CutSuffix(base, "[]"); ok {
		name, _, err := g.goType(elem)
		return "[]" + name, true, err
	}
	if t := goTypes[base]; t != "" {
		return t, false, nil
	}
	for _, e := range g.schema.Enums {
		if e.String() == base || e.Name.Name == base {
			return goName(e.Name.Name), false, nil
		}
	}
	for _, d := range g.schema.Domains {
		if d.String() == base || d.Name.Name == base {
			return g.goType(d.Type)
		}
	}
	return "", false, fmt.Errorf("type %s has no Go type; say one with -- @go", typ)
}

// initialisms are written in capitals, as Go does.
var initialisms = map[string]string{
	"id": "ID", "url": "URL", "uri": "URI", "api": "API", "ip": "IP", "http": "HTTP", "https": "HTTPS", "json": "JSON", "xml": "XML",
	"html": "HTML", "sql": "SQL", "uuid": "UUID", "uid": "UID", "cpu": "CPU", "os": "OS", "vm": "VM", "tls": "TLS", "dns": "DNS", "acl": "ACL",
}

// goName makes an exported Go name of one in SQL: tenant_id is TenantID.
func goName(name string) string {
	var b strings.Builder
	for _, word := range strings.FieldsFunc(name, func(r rune) bool { return r == '_' || r == '-' || r == ' ' || r == '.' }) {
		if w := initialisms[strings.ToLower(word)]; w != "" {
			b.WriteString(w)
			continue
		}
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	out := b.String()
	if out == "" || out[0] >= '0' && out[0] <= '9' {
		out = "X" + out
	}
	return out
}

// singular is the name of one row: invoices is invoice, companies is company.
func singular(name string) string {
	for _, end := range []struct{ plural, single string }{{"ies", "y"}, {"sses", "ss"}, {"ches", "ch"}, {"shes", "sh"}, {"xes", "x"}, {"uses", "us"}, {"ss", "ss"}, {"us", "us"}, {"s", ""}} {
		if base, ok := strings.CutSuffix(name, end.plural); ok && base != "" {
			return base + end.single
		}
	}
	return name
}

// plan makes the tables of the schema ready for the templates.
func (g *generator) plan() error {
	names := map[string]string{}
	for _, t := range g.schema.Tables {
		if t.Annotations.Skip {
			continue
		}
		x, err := g.table(t)
		if err != nil {
			return fmt.Errorf("table %s: %w", t, err)
		}
		for _, name := range []string{x.Go, x.Plural} {
			if other := names[name]; other != "" && other != t.String() {
				return fmt.Errorf("tables %s and %s both have the Go name %s; rename one, or leave it out with -- @skip", other, t, name)
			}
			names[name] = t.String()
		}
		g.tables = append(g.tables, x)
	}
	return nil
}

func (g *generator) table(t *schema.Table) (*table, error) {
	name := t.Name.Name
	if t.Namespace != "" && t.Namespace != "public" {
		name = t.Namespace + "_" + name
	}
	x := &table{Table: t, Go: goName(singular(name)), Plural: goName(name)}
	if x.Plural == x.Go { // a word without a plural
		x.Plural += "Rows"
	}
	x.Package = strings.ReplaceAll(strings.ToLower(singular(name)), "_", "")
	if token.IsKeyword(x.Package) || x.Package == g.Package {
		x.Package += "col"
	}
	for i, c := range t.Columns {
		y, err := g.column(t, c)
		if err != nil {
			return nil, fmt.Errorf("column %s: %w", c.Name, err)
		}
		y.place = i
		x.Columns = append(x.Columns, y)
	}
	a := t.Annotations
	find := func(name string) *column {
		for _, c := range x.Columns {
			if c.Name == name && name != "" {
				return c
			}
		}
		return nil
	}
	x.Tenant, x.Rev, x.Deleted, x.Created, x.Updated = find(a.Tenant), find(a.Revision), find(a.SoftDelete), find(a.CreatedAt), find(a.UpdatedAt)
	if t.PrimaryKey != nil {
		for _, name := range t.PrimaryKey.Columns {
			c := find(name)
			c.inKey = true
			if c != x.Tenant {
				x.Key = append(x.Key, c)
			}
		}
	}
	for _, c := range x.Columns {
		c.Field = c.Type
		if c.Nullable() {
			c.Field = "sql.Null[" + c.Type + "]"
			if c.Array || c.Type == "[]byte" || c.Type == "json.RawMessage" {
				c.Field = c.Type // nil is NULL
			}
		}
	}
	return x, g.checkTenant(x)
}

func (g *generator) column(t *schema.Table, c *schema.Column) (*column, error) {
	y := &column{Column: c, Go: goName(c.Name)}
	switch {
	case c.GoType != "":
		y.Type = g.imported(c.GoType)
	case c.Enum != "":
		y.Type = c.Enum
		g.enum(t, c)
	default:
		var err error
		if y.Type, y.Array, err = g.goType(c.Type); err != nil {
			return nil, err
		}
	}
	return y, nil
}

// imported is the Go type of an @go annotation: a name of the package, or
// path/to/package.Name.
func (g *generator) imported(name string) string {
	dot := strings.LastIndexByte(name, '.')
	if dot < 0 {
		return name
	}
	path := name[:dot]
	if !slices.Contains(g.imports, path) {
		g.imports = append(g.imports, path)
	}
	return path[strings.LastIndexByte(path, '/')+1:] + name[dot:]
}

// checkTenant refuses keys that reach over tenants (invariant 2).
func (g *generator) checkTenant(x *table) error {
	if x.PrimaryKey == nil {
		return fmt.Errorf("there is no primary key; add one, or leave the table out with -- @skip")
	}
	if x.Tenant == nil {
		return nil
	}
	tenant := x.Tenant.Name
	if !x.Tenant.NotNull && !x.Tenant.inKey {
		return fmt.Errorf("the tenant column %s may be NULL", tenant)
	}
	if x.PrimaryKey.Columns[0] != tenant || len(x.Key) == 0 {
		return fmt.Errorf("the primary key %s must begin with the tenant column %s and have another one", x.PrimaryKey.Name, tenant)
	}
	for _, u := range x.Uniques {
		if !slices.Contains(u.Columns, tenant) {
			return fmt.Errorf("the unique constraint %s does not include the tenant column %s", u.Name, tenant)
		}
	}
	for _, f := range x.Foreign {
		parent := g.schema.Table(f.Parent.String())
		if parent == nil || parent.Annotations.Tenant == "" {
			continue
		}
		i := slices.Index(f.Columns, tenant)
		if i < 0 || f.References[i] != parent.Annotations.Tenant {
			return fmt.Errorf("the foreign key %s to %s does not include the tenant column %s", f.Name, f.Parent, tenant)
		}
	}
	return nil
}

// enumType is a Go type of named values.
type enumType struct {
	Go     string
	SQL    string
	Labels []string
}

// Const is the Go name of a label.
func (e *enumType) Const(label string) string { return e.Go + goName(label) }

var inList = regexp.MustCompile(`(?i)^\(*"?([a-z0-9_]+)"? (?:IN \(|= ANY \(ARRAY\[)(.*?)[\])]`)

// enum notes the Go type of a text column with @enum; its values are those of
// the column's CHECK (… IN (…)), or of its enum type.
func (g *generator) enum(t *schema.Table, c *schema.Column) {
	e := &enumType{Go: c.Enum, SQL: t.String() + "." + c.Name}
	for _, s := range g.schema.Enums {
		if s.Name.Name == c.Type || s.String() == c.Type {
			e.Labels = s.Labels
		}
	}
	for _, k := range t.Checks {
		m := inList.FindStringSubmatch(k.Expr)
		if m == nil || m[1] != c.Name {
			continue
		}
		for _, l := range strings.Split(m[2], ",") {
			l, _, _ = strings.Cut(strings.TrimSpace(l), "::")
			e.Labels = append(e.Labels, strings.ReplaceAll(strings.Trim(l, "'"), "''", "'"))
		}
	}
	if !slices.ContainsFunc(g.enums, func(x *enumType) bool { return x.Go == e.Go }) {
		g.enums = append(g.enums, e)
	}
}

// Optional tells whether Create may leave the column to its default.
func (c *column) Optional() bool { return c.Filled() || c.Nullable() }

// InKey tells whether the column is one of the primary key.
func (c *column) InKey() bool { return c.inKey }

// Sortable tells whether rows can be put in order by the column.
func (c *column) Sortable() bool {
	return !c.Nullable() && !c.Array && c.Type != "json.RawMessage" && c.Type != "[]byte"
}

// taken are names that a parameter would hide.
var taken = map[string]bool{
	"ctx": true, "b": true, "p": true, "n": true, "q": true, "r": true, "set": true, "rows": true, "err": true, "gone": true,
	"sql": true, "iter": true, "errors": true, "fmt": true, "strings": true, "time": true, "uuid": true, "decimal": true, "json": true,
	"one": true, "first": true, "each": true, "where": true, "after": true, "array": true, "string": true, "int64": true, "bool": true, "len": true, "append": true,
}

// Param is the name of a parameter for the column.
func (c *column) Param() string {
	name := strings.ToLower(c.Go[:1]) + c.Go[1:]
	for _, w := range initialisms {
		if rest, ok := strings.CutPrefix(c.Go, w); ok && (rest == "" || rest[0] >= 'A' && rest[0] <= 'Z') {
			name = strings.ToLower(w) + rest
		}
	}
	if token.IsKeyword(name) || taken[name] {
		name += "Value"
	}
	return name
}
