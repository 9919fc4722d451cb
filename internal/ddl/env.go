package ddl

import (
	"context"
	"runtime/debug"

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

// Env is what a definition works with. Catalog is the catalog before; it is
// replaced as commands go and is the new one when Run has returned nil.
type Env struct {
	Ctx        context.Context
	Tx         *storage.Tx
	Catalog    *catalog.Catalog
	SearchPath []string // schemas for unqualified names that exist
	CreateIn   string   // schema for unqualified new objects, "" where there is none
	TempSchema string   // schema of the session's temporary objects
	Expr       *expr.Context
	// Binder gives the options for binding against a catalog.
	Binder func(c *catalog.Catalog) binder.Options
	// Query binds, optimizes and starts a query in this transaction.
	Query    func(c *catalog.Catalog, q ast.Stmt) (*Rows, error)
	Counters *table.Counters
	// ForgetSequence drops what is remembered of a sequence that is gone;
	// SetSequence puts one at a position. Both may be nil.
	ForgetSequence func(id catalog.ID)
	SetSequence    func(q *catalog.Sequence, v int64, called bool) error
	Notice         func(msg string) // may be nil
	// Guard may refuse to define a relation before its rows are looked at; nil
	// allows all.
	Guard func(rel *catalog.Relation) error

	// TrustBodies makes quoted bodies of functions be taken without a look at what
	// they refer to, which a dump may make only later.
	TrustBodies bool

	// Affected is how many rows CREATE TABLE AS and its kin have stored.
	Affected int64
}

// Rows is a running query. Next gives nil after the last batch.
type Rows struct {
	Columns []plan.Column
	Next    func() (*vector.Batch, error)
	Close   func() error
}

// Run carries out a definition and returns its command tag. text is the text
// that the statement's positions point into.
func Run(e *Env, stmt ast.Stmt, text string) (tag string, err error) {
	r := &run{Env: e, text: text}
	defer recoverTo(&err)
	tag = r.statement(stmt)
	r.checkTenants()
	return tag, nil
}

// run is one definition under way.
type run struct {
	*Env
	text   string
	locked map[storage.TreeID]bool
	moved  map[catalog.ID]catalog.ID // relations that were rebuilt under a new id
}

// thrown carries an error to Run.
type thrown struct{ err error }

func recoverTo(err *error) {
	switch p := recover().(type) {
	case nil:
	case thrown:
		*err = p.err
	default:
		*err = sqlerr.New(sqlerr.InternalError, "ddl: %v", p).WithDetail("%s", debug.Stack())
	}
}

// fail throws an error placed at a byte offset of the statement, -1 for none.
func fail(pos int, code, format string, args ...any) {
	throw(sqlerr.New(code, format, args...).At(pos))
}

func throw(err error) { panic(thrown{err}) }

// check throws an error of another package.
func check(err error) {
	if err != nil {
		throw(err)
	}
}

// checkAt throws an error of another package, placed where it has no place.
func checkAt(err error, pos int) {
	if err != nil {
		throw(sqlerr.From(err).At(pos))
	}
}

func unsupported(pos int, format string, args ...any) {
	fail(pos, sqlerr.FeatureNotSupported, format, args...)
}

func (r *run) notice(msg string) {
	if r.Notice != nil {
		r.Notice(msg)
	}
}

// newID gives out an object id.
func (r *run) newID() (id catalog.ID) {
	r.Catalog, id = r.Catalog.AllocateID()
	return id
}

// lock takes a lock on a stored relation; views have no tree.
func (r *run) lock(rel *catalog.Relation, m storage.TableLockMode) {
	if rel.Kind != catalog.Table && rel.Kind != catalog.MaterializedView {
		return
	}
	if r.Guard != nil {
		check(r.Guard(rel))
	}
	id := storage.TreeID(rel.ID)
	if r.locked[id] {
		return
	}
	check(r.Tx.LockTable(r.Ctx, id, m, storage.Wait))
	if m == storage.TableExclusive {
		if r.locked == nil {
			r.locked = map[storage.TreeID]bool{}
		}
		r.locked[id] = true
	}
}

// statement dispatches on the kind of statement.
func (r *run) statement(stmt ast.Stmt) string {
	switch s := stmt.(type) {
	case *ast.CreateTable:
		r.createTable(s)
		return "CREATE TABLE"
	case *ast.CreateTableAs:
		return r.createTableAs(s)
	case *ast.CreateIndex:
		r.createIndex(s)
		return "CREATE INDEX"
	case *ast.CreateView:
		return r.createView(s)
	case *ast.CreateSequence:
		r.createSequence(s)
		return "CREATE SEQUENCE"
	case *ast.CreateSchema:
		r.createSchema(s)
		return "CREATE SCHEMA"
	case *ast.CreateEnum:
		r.createEnum(s)
		return "CREATE TYPE"
	case *ast.CreateComposite:
		r.createComposite(s)
		return "CREATE TYPE"
	case *ast.CreateType:
		r.createType(s)
		return "CREATE TYPE"
	case *ast.CreateDomain:
		r.createDomain(s)
		return "CREATE DOMAIN"
	case *ast.CreateExtension:
		r.notice("extension \"" + s.Name + "\" is not needed, skipping")
		return "CREATE EXTENSION"
	case *ast.CreateFunction:
		return r.createFunction(s)
	case *ast.Define:
		if s.Kind == ast.ObjectOperator {
			return r.createOperator(s)
		}
		return r.createAggregate(s)
	case *ast.AlterOperator:
		return r.alterOperator(s)
	case *ast.CreateCast:
		return r.createCast(s)
	case *ast.AlterFunction:
		return r.alterFunction(s)
	case *ast.CreateTrigger:
		r.createTrigger(s)
		return "CREATE TRIGGER"
	case *ast.Drop:
		return r.drop(s)
	default:
		return r.change(stmt)
	}
}

// change dispatches statements that change what exists.
func (r *run) change(stmt ast.Stmt) string {
	switch s := stmt.(type) {
	case *ast.AlterTable:
		return r.alterTable(s)
	case *ast.AlterSequence:
		r.alterSequence(s)
		return "ALTER SEQUENCE"
	case *ast.AlterEnum:
		r.alterEnum(s)
		return "ALTER TYPE"
	case *ast.AlterDomain:
		r.alterDomain(s)
		return "ALTER DOMAIN"
	case *ast.Rename:
		return r.rename(s)
	case *ast.SetSchema:
		return r.setSchema(s)
	case *ast.SetOwner:
		return "ALTER " + kindTags[s.Kind]
	case *ast.Comment:
		r.comment(s)
		return "COMMENT"
	case *ast.Refresh:
		r.refresh(s)
		return "REFRESH MATERIALIZED VIEW"
	case *ast.Reindex:
		r.reindex(s)
		return "REINDEX"
	case *ast.Pragma:
		r.pragma(s)
		return "PRAGMA"
	case *ast.Cluster:
		r.cluster(s)
		return "CLUSTER"
	}
	if stmt == nil {
		fail(-1, sqlerr.SyntaxError, "the statement is empty")
	}
	unsupported(stmt.Position(), "this statement is not supported")
	return ""
}

// kindTags are the words of command tags.
var kindTags = map[ast.ObjectKind]string{
	ast.ObjectTable: "TABLE", ast.ObjectView: "VIEW", ast.ObjectMaterializedView: "MATERIALIZED VIEW",
	ast.ObjectIndex: "INDEX", ast.ObjectSequence: "SEQUENCE", ast.ObjectType: "TYPE", ast.ObjectDomain: "DOMAIN",
	ast.ObjectSchema: "SCHEMA", ast.ObjectTrigger: "TRIGGER", ast.ObjectFunction: "FUNCTION",
	ast.ObjectProcedure: "PROCEDURE", ast.ObjectRoutine: "ROUTINE", ast.ObjectAggregate: "AGGREGATE",
	ast.ObjectColumn: "TABLE", ast.ObjectConstraint: "TABLE", ast.ObjectDomainConstraint: "DOMAIN",
	ast.ObjectAttribute: "TYPE", ast.ObjectCollation: "COLLATION", ast.ObjectExtension: "EXTENSION",
	ast.ObjectOperator: "OPERATOR", ast.ObjectCast: "CAST", ast.ObjectDatabase: "DATABASE", ast.ObjectRole: "ROLE",
}
