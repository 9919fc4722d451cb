package ddl

import (
	"slices"
	"strconv"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
)

// target returns the schema that a new object goes to.
func (r *run) target(q ast.QualifiedName, temp bool) string {
	schema := r.schemaName(q.Schema)
	switch {
	case temp && schema != "" && schema != r.TempSchema:
		fail(q.Pos, sqlerr.InvalidTableDefinition, "cannot create temporary relation in non-temporary schema")
	case temp || schema == r.TempSchema && schema != "":
		if r.Catalog.Schema(r.TempSchema) == nil {
			r.Catalog = r.Catalog.WithSchema(&catalog.Schema{ID: r.newID(), Name: r.TempSchema})
		}
		return r.TempSchema
	case schema == "":
		if r.CreateIn == "" {
			fail(q.Pos, sqlerr.InvalidSchemaName, "no schema has been selected to create in")
		}
		return r.CreateIn
	case schema == "pg_catalog" || schema == "information_schema":
		fail(-1, sqlerr.InsufficientPrivilege, "permission denied to create \"%s.%s\"", schema, q.Name)
	case r.Catalog.Schema(schema) == nil:
		fail(q.Pos, sqlerr.InvalidSchemaName, "schema \"%s\" does not exist", schema)
	}
	return schema
}

// schemaName resolves the alias of the session's temporary schema.
func (r *run) schemaName(schema string) string {
	if schema == "pg_temp" {
		return r.TempSchema
	}
	return schema
}

// free checks that no relation, sequence or index has the name; with
// ifNotExists it gives a notice and false instead of an error.
func (r *run) free(schema, name string, ifNotExists bool) bool {
	if !r.Catalog.Taken(schema, name) {
		return true
	}
	if !ifNotExists {
		fail(-1, sqlerr.DuplicateTable, "relation \"%s\" already exists", name)
	}
	r.notice("relation \"" + name + "\" already exists, skipping")
	return false
}

func dotted(q ast.QualifiedName) string {
	if q.Schema != "" {
		return q.Schema + "." + q.Name
	}
	return q.Name
}

// found is what a name in the namespace of relations stands for; at most one
// field besides owner is set.
type found struct {
	rel   *catalog.Relation
	seq   *catalog.Sequence
	index *catalog.Index
	owner *catalog.Relation // of the index
}

func (f found) none() bool { return f.rel == nil && f.seq == nil && f.index == nil }

// kind is the object kind of what was found.
func (f found) kind() ast.ObjectKind {
	switch {
	case f.seq != nil:
		return ast.ObjectSequence
	case f.index != nil:
		return ast.ObjectIndex
	case f.rel != nil && f.rel.Kind == catalog.View:
		return ast.ObjectView
	case f.rel != nil && f.rel.Kind == catalog.MaterializedView:
		return ast.ObjectMaterializedView
	}
	return ast.ObjectTable
}

// look finds what a name stands for, along the search path.
func (r *run) look(q ast.QualifiedName) found {
	schema := r.schemaName(q.Schema)
	path := r.SearchPath
	if schema != "" {
		path = []string{schema}
	}
	for _, s := range path {
		one := []string{s}
		if rel := r.Catalog.Relation(one, s, q.Name); rel != nil {
			return found{rel: rel}
		}
		if seq := r.Catalog.Sequence(one, s, q.Name); seq != nil {
			return found{seq: seq}
		}
		if ix, owner := r.Catalog.Index(one, s, q.Name); ix != nil {
			return found{index: ix, owner: owner}
		}
	}
	if schema == "" {
		if rel := r.Catalog.Relation(nil, "", q.Name); rel != nil { // pg_catalog
			return found{rel: rel}
		}
	}
	return found{}
}

// kindWords name the kinds in messages.
var kindWords = map[ast.ObjectKind]string{
	ast.ObjectTable: "table", ast.ObjectView: "view", ast.ObjectMaterializedView: "materialized view",
	ast.ObjectIndex: "index", ast.ObjectSequence: "sequence", ast.ObjectType: "type", ast.ObjectDomain: "domain",
	ast.ObjectSchema: "schema", ast.ObjectFunction: "function", ast.ObjectProcedure: "procedure",
	ast.ObjectRoutine: "routine", ast.ObjectAggregate: "aggregate", ast.ObjectCollation: "collation",
	ast.ObjectExtension: "extension", ast.ObjectTrigger: "trigger",
}

func article(kind ast.ObjectKind) string {
	if kind == ast.ObjectIndex {
		return "an index"
	}
	return "a " + kindWords[kind]
}

// table finds a stored table that a statement changes. System relations are
// refused.
func (r *run) table(q ast.QualifiedName, ifExists bool) *catalog.Relation {
	rel := r.relation(q, ifExists)
	if rel != nil && rel.Kind != catalog.Table {
		fail(-1, sqlerr.WrongObjectType, "\"%s\" is not a table", rel.Name)
	}
	return rel
}

// relation finds a table or view; with ifExists a missing one is a notice.
func (r *run) relation(q ast.QualifiedName, ifExists bool) *catalog.Relation {
	f := r.look(q)
	if f.none() {
		if !ifExists {
			fail(q.Pos, sqlerr.UndefinedTable, "relation \"%s\" does not exist", dotted(q))
		}
		r.notice("relation \"" + q.Name + "\" does not exist, skipping")
		return nil
	}
	if f.rel == nil {
		fail(-1, sqlerr.WrongObjectType, "\"%s\" is not a table", q.Name)
	}
	r.changeable(f.rel)
	return f.rel
}

func (r *run) changeable(rel *catalog.Relation) {
	if rel.Kind == catalog.Virtual {
		fail(-1, sqlerr.InsufficientPrivilege, "permission denied: \"%s\" is a system catalog", rel.Name)
	}
}

// column finds a column by name, or fails.
func column(rel *catalog.Relation, name string, pos int) *catalog.Column {
	i := rel.ColumnByName(name)
	if i < 0 {
		fail(pos, sqlerr.UndefinedColumn, "column \"%s\" of relation \"%s\" does not exist", name, rel.Name)
	}
	return rel.Columns[i]
}

// visibleName is the name of an object as messages say it: with its schema
// where the search path does not lead to it.
func (r *run) visibleName(schema, name string) string {
	if slices.Contains(r.SearchPath, schema) {
		if f := r.look(ast.QualifiedName{Name: name}); f.none() || f.schema() == schema {
			return ast.QuoteIdent(name)
		}
	}
	return ast.QuoteIdent(schema) + "." + ast.QuoteIdent(name)
}

func (f found) schema() string {
	switch {
	case f.rel != nil:
		return f.rel.Schema
	case f.seq != nil:
		return f.seq.Schema
	case f.owner != nil:
		return f.owner.Schema
	}
	return ""
}

// maxName is the longest name that is made up, PostgreSQL's NAMEDATALEN - 1.
const maxName = 63

// objectName makes name1_name2_label, shortening the longer of the first two
// until it fits; name2 may be empty.
func objectName(name1, name2, label string) string {
	room := maxName - len(label) - 1
	if name2 != "" {
		room--
	}
	for len(name1)+len(name2) > room {
		if len(name1) > len(name2) {
			name1 = cutRune(name1)
		} else {
			name2 = cutRune(name2)
		}
	}
	if name2 != "" {
		name1 += "_" + name2
	}
	return name1 + "_" + label
}

// cutRune drops the last character.
func cutRune(s string) string {
	i := len(s) - 1
	for i > 0 && s[i]&0xC0 == 0x80 {
		i--
	}
	return s[:i]
}

// chooseName makes a name that is not taken, numbering the label.
func chooseName(taken func(string) bool, name1, name2, label string) string {
	for i := 0; ; i++ {
		l := label
		if i > 0 {
			l += strconv.Itoa(i)
		}
		if n := objectName(name1, name2, l); !taken(n) {
			return n
		}
	}
}

// takenIn reports names that relations of a schema have.
func (r *run) takenIn(schema string) func(string) bool {
	return func(n string) bool { return r.Catalog.Taken(schema, n) }
}
