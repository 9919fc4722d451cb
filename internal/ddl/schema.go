package ddl

import (
	"slices"
	"strings"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
)

func (r *run) createSchema(s *ast.CreateSchema) {
	name := s.Name
	if s.Authorization != "" {
		role := r.role(s.Authorization)
		if name == "" {
			name = role
		}
	}
	if strings.HasPrefix(name, "pg_") {
		throw(sqlerr.New(sqlerr.ReservedName, "unacceptable schema name \"%s\"", name).
			WithDetail("The prefix \"pg_\" is reserved for system schemas."))
	}
	if r.Catalog.Schema(name) != nil {
		if !s.IfNotExists {
			fail(-1, sqlerr.DuplicateSchema, "schema \"%s\" already exists", name)
		}
		r.notice("schema \"" + name + "\" already exists, skipping")
		return
	}
	r.Catalog = r.Catalog.WithSchema(&catalog.Schema{ID: r.newID(), Name: name})
	for _, e := range s.Elements {
		checkElement(e, name)
	}
	path, in := r.SearchPath, r.CreateIn
	r.SearchPath, r.CreateIn = append([]string{name}, path...), name
	defer func() { r.SearchPath, r.CreateIn = path, in }()
	for _, e := range inOrder(s.Elements) {
		r.statement(e)
	}
}

// role resolves the name of a role, of which there is one.
func (r *run) role(name string) string {
	switch name {
	case "current_user", "current_role", "session_user", builtinRole:
		return builtinRole
	}
	fail(-1, sqlerr.UndefinedObject, "role \"%s\" does not exist", name)
	return ""
}

// inOrder sorts the elements of CREATE SCHEMA as PostgreSQL carries them out,
// so that views may stand before their tables.
func inOrder(elements []ast.Stmt) []ast.Stmt {
	rank := func(e ast.Stmt) int {
		switch e.(type) {
		case *ast.CreateSequence:
			return 0
		case *ast.CreateTable, *ast.CreateTableAs:
			return 1
		case *ast.CreateView:
			return 2
		case *ast.CreateIndex:
			return 3
		}
		return 4
	}
	list := slices.Clone(elements)
	slices.SortStableFunc(list, func(a, b ast.Stmt) int { return rank(a) - rank(b) })
	return list
}

// checkElement refuses elements that name another schema.
func checkElement(e ast.Stmt, schema string) {
	var q ast.QualifiedName
	switch e := e.(type) {
	case *ast.CreateSequence:
		q = e.Name
	case *ast.CreateTable:
		q = e.Name
	case *ast.CreateTableAs:
		q = e.Name
	case *ast.CreateView:
		q = e.Name
	case *ast.CreateIndex:
		q = e.Table
	case *ast.CreateTrigger:
		q = e.Table
	}
	if q.Schema != "" && q.Schema != schema {
		fail(-1, sqlerr.InvalidSchemaDefinition, "CREATE specifies a schema (%s) different from the one being created (%s)", q.Schema, schema)
	}
}
