package ddl

import (
	"context"

	"github.com/zqlite/zqlite/internal/binder"
	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage"
	"github.com/zqlite/zqlite/internal/table"
	"github.com/zqlite/zqlite/internal/vector"
)

// Rows are the rows of a query that a definition runs.
type Rows struct {
	Columns []plan.Column
	Next    func() (*vector.Batch, error) // nil at the end
	Close   func() error
}

// Env is what a definition works with. Catalog is the catalog before, and
// after Run the one that the definition made.
type Env struct {
	Ctx            context.Context
	Tx             *storage.Tx
	Catalog        *catalog.Catalog
	SearchPath     []string
	CreateIn       string // schema of unqualified new objects
	TempSchema     string
	Expr           *expr.Context
	Binder         func(c *catalog.Catalog) binder.Options
	Query          func(c *catalog.Catalog, q ast.Stmt) (*Rows, error)
	Counters       *table.Counters
	ForgetSequence func(id catalog.ID)
	SetSequence    func(q *catalog.Sequence, v int64, called bool) error
	Notice         func(msg string)
	Affected       int64 // rows made by CREATE TABLE AS
}

// Run carries out one definition and returns its command tag.
func Run(e *Env, stmt ast.Stmt, text string) (tag string, err error) {
	switch s := stmt.(type) {
	case *ast.CreateTable:
		return "CREATE TABLE", e.createTable(s)
	case *ast.CreateTableAs:
		return "SELECT", e.createTableAs(s)
	case *ast.CreateIndex:
		return "CREATE INDEX", e.createIndex(s)
	case *ast.CreateView:
		return "CREATE VIEW", e.createView(s)
	case *ast.CreateSequence:
		return "CREATE SEQUENCE", e.createSequence(s)
	case *ast.CreateSchema:
		return "CREATE SCHEMA", e.createSchema(s)
	case *ast.CreateEnum:
		return "CREATE TYPE", e.createEnum(s)
	case *ast.Drop:
		return "DROP " + dropWord(s.Kind), e.drop(s)
	case *ast.AlterTable:
		return "ALTER TABLE", e.alterTable(s)
	case *ast.Rename:
		return "ALTER TABLE", e.rename(s)
	case *ast.Reindex:
		return "REINDEX", e.reindex(s)
	}
	return "", sqlerr.New(sqlerr.FeatureNotSupported, "this definition is not supported yet").At(stmt.Position())
}

func (e *Env) allocate() catalog.ID {
	var id catalog.ID
	e.Catalog, id = e.Catalog.AllocateID()
	return id
}

// schemaFor finds the schema that a new object goes to.
func (e *Env) schemaFor(n ast.QualifiedName, temp bool) (string, error) {
	switch {
	case temp:
		if e.Catalog.Schema(e.TempSchema) == nil {
			e.Catalog = e.Catalog.WithSchema(&catalog.Schema{ID: e.allocate(), Name: e.TempSchema})
		}
		return e.TempSchema, nil
	case n.Schema != "":
		if e.Catalog.Schema(n.Schema) == nil {
			return "", sqlerr.New(sqlerr.InvalidSchemaName, "schema %q does not exist", n.Schema).At(n.Pos)
		}
		return n.Schema, nil
	case e.CreateIn == "":
		return "", sqlerr.New(sqlerr.InvalidSchemaName, "no schema has been selected to create in").At(n.Pos)
	}
	return e.CreateIn, nil
}

// relation finds an existing table for a change and locks it.
func (e *Env) relation(n ast.QualifiedName, mode storage.TableLockMode) (*catalog.Relation, error) {
	r := e.Catalog.Relation(e.SearchPath, n.Schema, n.Name)
	if r == nil {
		return nil, sqlerr.New(sqlerr.UndefinedTable, "relation %q does not exist", n.Name).At(n.Pos)
	}
	if r.Kind != catalog.Table {
		return nil, sqlerr.New(sqlerr.WrongObjectType, "%q is not a table", n.Name).At(n.Pos)
	}
	return r, e.Tx.LockTable(e.Ctx, storage.TreeID(r.ID), mode, storage.Wait)
}

func taken(c *catalog.Catalog, schema string) func(string) bool {
	return func(name string) bool { return c.Taken(schema, name) }
}
