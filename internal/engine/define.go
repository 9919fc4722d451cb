package engine

import (
	"context"
	"errors"
	"strings"

	"github.com/zqlite/zqlite/internal/binder"
	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/catalog/store"
	"github.com/zqlite/zqlite/internal/ddl"
	"github.com/zqlite/zqlite/internal/exec"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/optimizer"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage"
	"github.com/zqlite/zqlite/internal/vector"
)

// definitionKey is locked by who changes the catalog, until the transaction
// ends: definitions come one after the other.
var definitionKey = []byte("definition")

// define runs a definition: package ddl makes the new catalog, which is stored
// and published with the transaction.
func (s *Session) define(ctx context.Context, st *Statement, i int, stmt ast.Stmt) (*Result, error) {
	if err := s.writable(definitionTag(st.text[st.parts[i].pos.Start:st.parts[i].pos.End])); err != nil {
		return nil, err
	}
	if err := s.checkMaintenance(stmt); err != nil {
		return nil, err
	}
	tx, own := s.tx, false
	if tx == nil {
		own = true
		tx = s.db.store.Begin(storage.TxOptions{Autocommit: true, LockTimeout: s.settings.lock, Origin: s.config.ApplicationName})
		defer tx.Rollback()
	} else {
		s.statements++
	}
	if s.reason != "" {
		if err := s.recordUse(ctx, partText(st, i)); err != nil {
			return nil, err
		}
	}
	if err := tx.LockKey(ctx, store.Tree, definitionKey, storage.LockExclusive, storage.Wait); err != nil {
		return nil, err
	}
	if err := tx.BeginStatement(); err != nil {
		return nil, err
	}
	for {
		r, err := s.defineOnce(ctx, tx, st, stmt)
		if err == nil && own && dropsAtOnce(stmt) {
			return r, nil // created and dropped by one commit: nothing remains
		}
		if err == nil && own {
			if err = s.endTemporary(ctx, tx); err == nil {
				err = tx.Commit(ctx)
			}
		}
		if err == nil {
			return r, nil
		}
		if !errors.Is(err, storage.ErrRestart) || ctx.Err() != nil {
			tx.RollbackStatement()
			return nil, err
		}
		if err := tx.RestartStatement(ctx); err != nil {
			return nil, err
		}
	}
}

func (s *Session) defineOnce(ctx context.Context, tx *storage.Tx, st *Statement, stmt ast.Stmt) (*Result, error) {
	before := tx.Attachment().(*catalog.Catalog)
	if !tx.AttachmentChanged() && before != s.db.store.Attachment() {
		if s.tx == nil || s.statements <= 1 || s.txLevel == storage.ReadCommitted {
			return nil, storage.ErrRestart
		}
		return nil, sqlerr.New(sqlerr.SerializationFailure,
			"could not serialize access: the catalog was changed after the transaction began")
	}
	if err := s.refusePending(before, stmt); err != nil {
		return nil, err
	}
	run := s.newRun(ctx, tx, before)
	e := &ddl.Env{
		Ctx: ctx, Tx: tx, Catalog: before, SearchPath: s.bindPath(), CreateIn: s.createIn(before),
		TempSchema: s.tempSchema(), Expr: run.Context, Binder: s.bindOptions, Counters: &s.db.counters,
		Query:          func(c *catalog.Catalog, q ast.Stmt) (*ddl.Rows, error) { return s.subquery(ctx, tx, c, q) },
		ForgetSequence: s.db.seqs.forget,
		SetSequence: func(q *catalog.Sequence, v int64, called bool) error {
			return s.db.seqs.set(ctx, s.db, q, v, called)
		},
		Notice: func(string) {}, Guard: s.mayDefine,
	}
	if v, _ := s.settings.get("check_function_bodies"); v != "on" {
		e.TrustBodies = true
	}
	tag, err := ddl.Run(e, stmt, st.text)
	if err != nil {
		return nil, err
	}
	if e.Catalog != before {
		if err := s.checkDefinition(before, e.Catalog); err != nil {
			return nil, err
		}
		if err := store.Save(tx, e.Catalog); err != nil {
			return nil, err
		}
		tx.SetAttachment(e.Catalog.Clean())
		if temp := s.tempSchema(); e.Catalog.Schema(temp) != nil {
			s.temporary = temp
		}
	}
	r, err := s.done(tag, nil)
	if err == nil {
		r.Affected = e.Affected
	}
	return r, err
}

// createIn is the schema that unqualified new objects go to: the first of the
// search path that exists.
func (s *Session) createIn(c *catalog.Catalog) string {
	for _, p := range s.settings.path {
		if c.Schema(p) != nil {
			return p
		}
	}
	return ""
}

// subquery runs a query inside a definition (CREATE TABLE AS, REFRESH).
func (s *Session) subquery(ctx context.Context, tx *storage.Tx, c *catalog.Catalog, q ast.Stmt) (*ddl.Rows, error) {
	q, typs, vals, err := s.substituted(ctx, q)
	if err != nil {
		return nil, err
	}
	o := s.bindOptions(c)
	o.FixedParams = typs
	b, err := binder.Bind(o, q)
	if err != nil {
		return nil, err
	}
	root := optimizer.Optimize(b.Plan, s.db, s.optimizerOptions())
	program, err := exec.Prepare(root)
	if err != nil {
		return nil, err
	}
	base := s.newRun(ctx, tx, c)
	run := *base
	run.Context = &expr.Context{}
	*run.Context = *base.Context
	run.Routines = &run
	run.Params = vals
	e, err := program.Start(&run)
	if err != nil {
		return nil, err
	}
	return &ddl.Rows{
		Columns: b.Columns,
		Next:    func() (*vector.Batch, error) { return e.Next() },
		Close:   e.Close,
	}, nil
}

func (s *Session) optimizerOptions() optimizer.Options {
	on := func(name string) bool {
		v, _ := s.settings.get("zqlite." + name)
		return v == "off"
	}
	if len(s.settings.values) == 0 {
		return optimizer.Options{}
	}
	return optimizer.Options{
		NoUnnest: on("unnest"), NoPush: on("push"), NoReorder: on("reorder"), NoIndex: on("index"), NoLookup: on("lookup"),
	}
}

// dropSchemaObjects drops a schema of the session's own with what it holds.
func (s *Session) dropSchemaObjects(ctx context.Context, schema string) error {
	if s.currentCatalog().Schema(schema) == nil {
		return nil
	}
	st := &Statement{text: "DROP SCHEMA", parts: make([]part, 1)}
	_, err := s.define(ctx, st, 0, &ast.Drop{Kind: ast.ObjectSchema, IfExists: true, Cascade: true,
		Objects: []ast.QualifiedName{{Name: schema}}})
	return err
}

// objectWords are the words of a definition that say what is defined.
var objectWords = map[string]string{
	"TABLE": "TABLE", "INDEX": "INDEX", "VIEW": "VIEW", "MATERIALIZED": "MATERIALIZED VIEW", "SEQUENCE": "SEQUENCE", "TYPE": "TYPE",
	"DOMAIN": "DOMAIN", "SCHEMA": "SCHEMA", "FUNCTION": "FUNCTION", "TRIGGER": "TRIGGER", "EXTENSION": "EXTENSION",
}

// definitionTag names a definition by its text: CREATE TABLE, DROP INDEX.
func definitionTag(text string) string {
	words := strings.Fields(strings.ToUpper(text[:min(len(text), 100)]))
	if len(words) == 0 { // made by the engine, without a text
		return "DROP"
	}
	for _, w := range words[1:] {
		if o := objectWords[w]; o != "" {
			return words[0] + " " + o
		}
	}
	return words[0]
}
