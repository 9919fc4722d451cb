package ddl

import (
	"strings"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
)

func (r *run) createSchema(s *ast.CreateSchema) {
	name := s.Name
	if name == "" {
		name = s.Authorization
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
	path, in := r.SearchPath, r.CreateIn
	r.SearchPath, r.CreateIn = append([]string{name}, path...), name
	defer func() { r.SearchPath, r.CreateIn = path, in }()
	for _, e := range s.Elements {
		r.statement(e)
	}
}
