package codegen

import (
	"bytes"
	_ "embed"
	"fmt"
	"go/format"
	"path"
	"regexp"
	"slices"
	"sort"
	"strings"
	"text/template"

	"github.com/zqlite/zqlite/schema"
)

// Options say what to generate.
type Options struct {
	Package string // Go name of the package, "db" where it is empty
	Import  string // its import path: the packages of columns import it
	// Dialect is "zqlite", which "" is too, or "postgres". The generated API is
	// the same; one file, zqlite_gen.go or postgres_gen.go, binds it.
	Dialect string
	Queries []schema.File // annotated queries; see the package comment
}

// File is one generated file; Name is a path below the package's directory.
type File struct {
	Name string
	Text []byte
}

// Generate writes the repositories of the tables of a schema.
func Generate(s *schema.Schema, o Options) ([]File, error) {
	if o.Package == "" {
		o.Package = "db"
	}
	if o.Import == "" {
		return nil, fmt.Errorf("codegen: the import path of package %s is not given", o.Package)
	}
	switch o.Dialect {
	case "":
		o.Dialect = "zqlite"
	case "zqlite", "postgres":
	default:
		return nil, fmt.Errorf("codegen: the dialects are zqlite and postgres, not %q", o.Dialect)
	}
	g := &generator{Options: o, schema: s}
	for _, e := range s.Enums {
		g.enums = append(g.enums, &enumType{Go: goName(e.Name.Name), SQL: e.String(), Labels: e.Labels})
	}
	if err := g.plan(); err != nil {
		return nil, fmt.Errorf("codegen: %w", err)
	}
	if err := g.tenantType(); err != nil {
		return nil, fmt.Errorf("codegen: %w", err)
	}
	if err := g.readQueries(); err != nil {
		return nil, fmt.Errorf("codegen: %w", err)
	}
	return g.files()
}

// generator is one run.
type generator struct {
	Options
	schema     *schema.Schema
	tables     []*table
	enums      []*enumType
	imports    []string // of @go types
	TenantType string   // Go type of tenants; "" where there are none
	queries    []*query
}

// Postgres tells whether the package is for PostgreSQL.
func (g *generator) Postgres() bool { return g.Dialect == "postgres" }

// All are the tables.
func (g *generator) All() []*table { return g.tables }

// Result are the annotated queries.
func (g *generator) Result() []*query { return g.queries }

// Receivers are the sessions that a query is a method of: of tenants' tables
// the scoped one alone.
func (g *generator) Receivers(q *query) []string {
	switch {
	case q.Scoped:
		return []string{"Scoped"}
	case g.TenantType != "":
		return []string{"Global", "Scoped"}
	}
	return []string{"Global"}
}

// Check is the method that says whether a session may run a query.
func (g *generator) Check(q *query) string {
	if q.Scoped {
		return "checkTenant"
	}
	return "check"
}

// tenantType finds the one type that all tenant columns have.
func (g *generator) tenantType() error {
	first := ""
	for _, t := range g.tables {
		if t.Tenant == nil {
			continue
		}
		if g.TenantType == "" {
			g.TenantType, first = t.Tenant.Type, t.String()
		} else if g.TenantType != t.Tenant.Type {
			return fmt.Errorf("the tenant of %s is a %s, that of %s a %s", first, g.TenantType, t.Table, t.Tenant.Type)
		}
	}
	return nil
}

var (
	//go:embed templates/store.tmpl
	storeText string
	//go:embed templates/where.tmpl
	whereText string
	//go:embed templates/page.tmpl
	pageText string
	//go:embed templates/array.tmpl
	arrayText string
	//go:embed templates/table.tmpl
	tableText string
	//go:embed templates/columns.tmpl
	columnsText string
	//go:embed templates/enums.tmpl
	enumsText string
	//go:embed templates/queries.tmpl
	queriesText string
	//go:embed templates/zqlite.tmpl
	zqliteText string
	//go:embed templates/postgres.tmpl
	postgresText string
)

var templates = func() *template.Template {
	root := template.New("").Funcs(template.FuncMap{
		"lower": func(s string) string { return strings.ToLower(s[:1]) + s[1:] },
		"doc":   docComment,
		"add":   func(a, b int) int { return a + b },
		"div":   func(a, b int) int { return a / b },
		"mod":   func(a, b int) int { return a % b },
	})
	for name, text := range map[string]string{
		"store": storeText, "where": whereText, "page": pageText, "array": arrayText,
		"table": tableText, "columns": columnsText, "enums": enumsText,
		"queries": queriesText, "zqlite": zqliteText, "postgres": postgresText,
	} {
		template.Must(root.New(name).Parse(text))
	}
	return root
}()

// docComment writes a comment of the database behind a name.
func docComment(text string) string {
	if text = strings.Join(strings.Fields(text), " "); text == "" {
		return ""
	}
	return ": " + strings.TrimSuffix(text, ".")
}

// view is what a template is given.
type view struct {
	*table
	G       *generator
	Imports []string
	Enums   []*enumType
}

func (g *generator) files() ([]File, error) {
	var out []File
	add := func(name, template string, v view) error {
		v.G, v.Enums = g, g.enums
		var b bytes.Buffer
		for _, prune := range []bool{true, false} { // first to see which imports are used
			b.Reset()
			if err := templates.ExecuteTemplate(&b, template, v); err != nil {
				return fmt.Errorf("codegen: %w", err)
			}
			if prune {
				v.Imports = used(b.String(), v.Imports)
			}
		}
		text, err := format.Source(b.Bytes())
		if err != nil {
			return fmt.Errorf("codegen: %s: %w\n%s", name, err, b.Bytes())
		}
		out = append(out, File{name, text})
		return nil
	}
	var err error
	for _, name := range []string{"store", "where", "page", "array"} {
		if err == nil {
			err = add(name+".go", name, view{Imports: g.storeImports()})
		}
	}
	if err == nil {
		err = add(g.Dialect+"_gen.go", g.Dialect, view{Imports: g.dialectImports()})
	}
	if err == nil && len(g.queries) > 0 {
		err = add("queries.go", "queries", view{Imports: g.queryImports()})
	}
	if err == nil && len(g.enums) > 0 {
		err = add("enums.go", "enums", view{})
	}
	for _, t := range g.tables {
		if err == nil {
			err = add(strings.ToLower(t.Package)+".go", "table", view{table: t, Imports: g.tableImports(t)})
		}
		if err == nil {
			err = add(path.Join(t.Package, t.Package+".go"), "columns", view{table: t, Imports: g.columnImports(t)})
		}
	}
	return out, err
}

func (g *generator) storeImports() []string {
	list := []string{
		"context", "crypto/hmac", "crypto/rand", "crypto/sha256", "database/sql", "encoding/base64", "encoding/hex", "encoding/json", "errors", "fmt",
		"strconv", "strings", "sync/atomic", "time",
	}
	if strings.HasPrefix(g.TenantType, "uuid.") {
		list = append(list, "github.com/google/uuid")
	}
	return sorted(list)
}

func (g *generator) dialectImports() []string {
	list := slices.DeleteFunc(g.storeImports(), func(p string) bool { return p == "" })
	if !g.Postgres() {
		list = append(list, "iter", "sync", "github.com/zqlite/zqlite")
	}
	return sorted(list)
}

func (g *generator) queryImports() []string {
	return sorted(append([]string{"context", "database/sql", "encoding/json", "iter", "time", "github.com/google/uuid", "github.com/shopspring/decimal"}, g.imports...))
}

// typeImports are the packages that Go types of columns come from.
func (g *generator) typeImports(t *table, field bool) []string {
	var list []string
	need := func(prefix, pkg string) {
		for _, c := range t.Columns {
			typ := c.Type
			if field {
				typ = c.Field
			}
			if strings.Contains(typ, prefix) && !slices.Contains(list, pkg) {
				list = append(list, pkg)
			}
		}
	}
	need("uuid.", "github.com/google/uuid")
	need("decimal.", "github.com/shopspring/decimal")
	need("time.", "time")
	need("json.", "encoding/json")
	need("sql.", "database/sql")
	for _, p := range g.imports {
		need(path.Base(p)+".", p)
	}
	return list
}

func (g *generator) tableImports(t *table) []string {
	list := append(g.typeImports(t, true), "context", "iter", "errors", "database/sql", "fmt", "strings")
	return sorted(list)
}

func (g *generator) columnImports(t *table) []string {
	list := append(g.typeImports(t, false), g.Import)
	return sorted(list)
}

// used gives the imports that a file makes use of.
func used(text string, imports []string) []string {
	_, body, _ := strings.Cut(text, "\n)")
	return slices.DeleteFunc(slices.Clone(imports), func(p string) bool {
		return p != "" && !regexp.MustCompile(`\b`+regexp.QuoteMeta(path.Base(p))+`\.`).MatchString(body)
	})
}

// sorted gives each import once, the standard library's first, and "" between
// those and the others.
func sorted(list []string) []string {
	slices.Sort(list)
	list = slices.Compact(list)
	sort.SliceStable(list, func(a, b int) bool {
		return !strings.Contains(list[a], ".") && strings.Contains(list[b], ".")
	})
	for i, p := range list {
		if i > 0 && strings.Contains(p, ".") && !strings.Contains(list[i-1], ".") {
			return slices.Insert(list, i, "") // a blank line
		}
	}
	return list
}

// ColumnType is the Go type of a column as its package of columns writes it:
// types of the generated package carry its name.
func (g *generator) ColumnType(c *column) string {
	elem, array := strings.CutPrefix(c.Type, "[]")
	if !strings.Contains(elem, ".") && !isBasic(elem) {
		elem = g.Package + "." + elem
	}
	if array {
		return "[]" + elem
	}
	return elem
}

// isBasic tells a type of the language.
func isBasic(name string) bool {
	switch name {
	case "bool", "int16", "int32", "int64", "float32", "float64", "string", "byte", "uint32":
		return true
	}
	return false
}
