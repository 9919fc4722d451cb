package exec

import (
	"context"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/storage"
	"github.com/zqlite/zqlite/internal/table"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
	"github.com/zqlite/zqlite/internal/vfs"
)

// Run is what one run of a statement works with. The engine fills it; fields
// that a statement does not need may be nil.
type Run struct {
	*expr.Context
	Tx       *storage.Tx
	Catalog  *catalog.Catalog
	Counters *table.Counters // integer keys of relations
	Memory   *Memory         // nil: DefaultMemory bytes
	FS       vfs.FS          // for spilling; nil: spilling fails with 53200
	TempDir  string
	Workers  int // goroutines a scan may use; 0 and 1 are one; serializable transactions must have one

	// Virtual gives the rows of a computed relation.
	Virtual func(rel *catalog.Relation, emit func(row []types.Value) error) error
	// Defer takes what a deferrable constraint has to do, where it is deferred
	// in this transaction; false means that it is to be done now.
	Defer func(check Deferred) bool
	// Pending fails where checks wait for a relation that a statement empties.
	Pending func(rel *catalog.Relation, what string) error
	// Bind gives the bound row expressions of a relation that the action of a
	// foreign key changes, and the defaults of its columns (nil: NULL).
	Bind func(rel *catalog.Relation) (*plan.Target, []expr.Expr, error)
	// Triggers gives the triggers of a relation, nil where it has none.
	Triggers func(rel *catalog.Relation) (*Triggers, error)
	// Routine gives the body of a SQL function, ready to run.
	Routine func(call *expr.Routine) (*Routine, error)
	// Analyze asks for counters per operator (EXPLAIN ANALYZE).
	Analyze bool

	changes changeState
	point   *pointRun // of the last point work, for when it comes again
	inner   *Run      // of the statements that triggers of this one run
	callee  *Run      // of the statements of SQL functions that this one calls
	sets    []*spool  // rows of set-returning SQL functions
}

// Deferred is what a deferrable constraint does at the end of the statement or
// of the transaction.
type Deferred interface {
	// Constraint names the constraint, and tells whether it may be deferred and
	// whether it is unless SET CONSTRAINTS says otherwise.
	Constraint() (name string, deferrable, deferred bool)
	// On is the relation whose change waits for it.
	On() catalog.ID
	Run(r *Run) error
}

// canceled returns the error of a statement whose context has ended.
func (r *Run) canceled() error { return r.Context.Canceled() }

// ctx returns the statement's context, never nil.
func (r *Run) ctx() context.Context {
	if r.Ctx == nil {
		return context.Background()
	}
	return r.Ctx
}

// Operator gives rows in batches. Open prepares a run (again after Close);
// Next returns nil at the end. A batch is valid until the next call of Next.
type Operator interface {
	Open(r *Run) error
	Next(r *Run) (*vector.Batch, error)
	Close() error
}

// bind sets an outer column for the subqueries below.
func (r *Run) bind(id expr.ColumnID, v types.Value) {
	if r.Outer == nil {
		r.Outer = make(map[expr.ColumnID]types.Value, 8)
	}
	r.Outer[id] = v
}
