package engine

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage"
	"github.com/zqlite/zqlite/internal/types"
)

// runUtility runs a statement that is not a plan: transaction control,
// settings, maintenance, and, through package ddl, definitions.
func (s *Session) runUtility(ctx context.Context, st *Statement, i int, args []Argument) (*Result, error) {
	stmt := st.parts[i].stmt
	s.env.Now = 0 // ask the clock
	if r, handled, err := s.runTransactionControl(ctx, stmt); handled {
		return r, err
	}
	switch stmt := stmt.(type) {
	case *ast.Set:
		return s.done("SET", s.set(stmt))
	case *ast.Reset:
		return s.done("RESET", s.resetSetting(stmt))
	case *ast.Show:
		return s.show(stmt)
	case *ast.SetConstraints:
		return s.done("SET CONSTRAINTS", s.setConstraints(ctx, stmt))
	case *ast.Discard:
		return s.done("DISCARD", s.discard(ctx, stmt))
	case *ast.Pragma:
		if name := strings.ToLower(stmt.Name); stmt.Value != nil && (name == "user_version" || name == "application_id") {
			return s.define(ctx, st, i, stmt)
		}
		return s.pragma(ctx, stmt)
	case *ast.Prepare:
		return s.done("PREPARE", s.prepareNamed(st, stmt))
	case *ast.Execute:
		return s.executeNamed(ctx, stmt)
	case *ast.Deallocate:
		return s.done("DEALLOCATE", s.deallocate(stmt))
	case *ast.Copy:
		return nil, errStdio.At(stmt.Pos)
	case *ast.Declare:
		return s.done("DECLARE CURSOR", s.declare(ctx, st, stmt, args))
	case *ast.Fetch:
		return s.fetch(ctx, stmt)
	case *ast.Close:
		command := "CLOSE CURSOR"
		if stmt.Name == "" {
			command = "CLOSE CURSOR ALL"
		}
		return s.done(command, s.closeCursor(stmt))
	case *ast.Explain:
		return s.explain(ctx, st, stmt, args)
	case *ast.Checkpoint:
		return s.done("CHECKPOINT", s.db.store.Checkpoint(ctx))
	case *ast.Vacuum:
		return s.done("VACUUM", s.vacuumChecked(ctx, stmt))
	case *ast.Analyze:
		return s.done("ANALYZE", s.analyzeChecked(ctx, stmt))
	case *ast.Lock:
		return s.done("LOCK TABLE", s.lockTables(ctx, stmt))
	}
	return s.define(ctx, st, i, stmt)
}

func (s *Session) done(command string, err error) (*Result, error) {
	if err != nil {
		return nil, err
	}
	return &Result{session: s, Outcome: Outcome{Command: command}}, nil
}

// runTransactionControl runs BEGIN, COMMIT, ROLLBACK and savepoints.
func (s *Session) runTransactionControl(ctx context.Context, stmt ast.Stmt) (r *Result, handled bool, err error) {
	command := ""
	switch stmt := stmt.(type) {
	case *ast.Begin:
		command, err = "BEGIN", s.begin(ctx, stmt)
	case *ast.Commit:
		command, err = s.endBlock(ctx, "COMMIT", stmt.Chain)
	case *ast.Rollback:
		command, err = s.endBlock(ctx, "ROLLBACK", stmt.Chain)
	case *ast.Savepoint:
		command = "SAVEPOINT"
		if err = s.needTransaction("SAVEPOINT"); err == nil {
			s.savepoint(stmt.Name)
		}
	case *ast.Release:
		command = "RELEASE"
		if err = s.needTransaction("RELEASE SAVEPOINT"); err == nil {
			err = s.release(stmt.Name)
		}
	case *ast.RollbackTo:
		command = "ROLLBACK"
		if err = s.needTransaction("ROLLBACK TO SAVEPOINT"); err == nil {
			err = s.rollbackTo(stmt.Name)
		}
	case *ast.SetTransaction:
		command, err = "SET", s.setTransaction(stmt)
	default:
		return nil, false, nil
	}
	r, err = s.done(command, err)
	return r, true, err
}

// endBlock is COMMIT and ROLLBACK; with chain another transaction of the same
// kind begins. COMMIT of a failed transaction rolls back.
func (s *Session) endBlock(ctx context.Context, command string, chain bool) (string, error) {
	if chain && s.tx == nil {
		return command, sqlerr.New(sqlerr.NoActiveSQLTransaction, "%s AND CHAIN can only be used in transaction blocks", command)
	}
	o := TxOptions{Isolation: s.txLevel, ReadOnly: s.txReadOnly}
	var err error
	switch {
	case command == "ROLLBACK" || s.failed:
		command, err = "ROLLBACK", s.Rollback()
	case s.tx != nil:
		err = s.Commit(ctx)
	}
	if chain && err == nil {
		err = s.Begin(ctx, o)
	}
	return command, err
}

func (s *Session) needTransaction(what string) error {
	if s.tx == nil {
		return sqlerr.New(sqlerr.NoActiveSQLTransaction, "%s can only be used in transaction blocks", what)
	}
	return nil
}

var isolationLevels = map[ast.IsolationLevel]storage.Isolation{
	ast.ReadUncommitted: storage.ReadCommitted, ast.ReadCommitted: storage.ReadCommitted,
	ast.RepeatableRead: storage.RepeatableRead, ast.Serializable: storage.Serializable,
}

// begin is BEGIN. In an open transaction it changes nothing, as in PostgreSQL,
// which warns; an implicit transaction of a text becomes an explicit one.
func (s *Session) begin(ctx context.Context, stmt *ast.Begin) error {
	if s.tx != nil {
		return nil
	}
	o := TxOptions{Default: true, ReadOnly: stmt.Modes.ReadOnly == ast.Yes,
		Immediate: stmt.Kind == ast.BeginImmediate || stmt.Kind == ast.BeginExclusive}
	if stmt.Modes.Isolation != ast.IsolationDefault {
		o.Default, o.Isolation = false, isolationLevels[stmt.Modes.Isolation]
	}
	return s.Begin(ctx, o)
}

// setTransaction changes the transaction that has not run anything yet, or
// the session's defaults.
func (s *Session) setTransaction(stmt *ast.SetTransaction) (err error) {
	if stmt.Session {
		if stmt.Modes.Isolation != ast.IsolationDefault {
			s.settings, err = s.settings.with("default_transaction_isolation", isolationName(isolationLevels[stmt.Modes.Isolation]))
		}
		if err == nil && stmt.Modes.ReadOnly != ast.Unset {
			s.settings, err = s.settings.with("default_transaction_read_only", onOff(stmt.Modes.ReadOnly == ast.Yes))
		}
		return err
	}
	if s.tx == nil {
		return nil // a warning in PostgreSQL
	}
	if s.statements > 0 && stmt.Modes.Isolation == ast.IsolationDefault && stmt.Modes.ReadOnly != ast.Unset {
		if stmt.Modes.ReadOnly == ast.Yes {
			s.txReadOnly = true // may always be promised
			return nil
		}
		if !s.txReadOnly {
			return nil
		}
		return sqlerr.New(sqlerr.ActiveSQLTransaction, "transaction read-write mode must be set before any query")
	}
	if s.statements > 0 {
		return sqlerr.New(sqlerr.ActiveSQLTransaction, "SET TRANSACTION ISOLATION LEVEL must be called before any query")
	}
	if stmt.Modes.Isolation != ast.IsolationDefault {
		s.txLevel = isolationLevels[stmt.Modes.Isolation]
	}
	if stmt.Modes.ReadOnly != ast.Unset {
		s.txReadOnly = stmt.Modes.ReadOnly == ast.Yes
	}
	s.tx.Rollback()
	s.tx = s.db.store.Begin(storage.TxOptions{
		Isolation: s.txLevel, ReadOnly: s.txReadOnly, LockTimeout: s.settings.lock, Origin: s.config.ApplicationName,
	})
	return nil
}

func onOff(b bool) string {
	if b {
		return "on"
	}
	return "off"
}

// set is SET name = value.
func (s *Session) set(stmt *ast.Set) (err error) {
	if stmt.Default {
		s.settings, err = s.settings.without(stmt.Name)
		s.atSession = s.settings
		s.refreshEnvironment()
		return err
	}
	words := make([]string, len(stmt.Values))
	for i, v := range stmt.Values {
		if words[i], err = settingWord(v); err != nil {
			return err
		}
		if canonicalSetting(stmt.Name) == "search_path" {
			words[i] = ast.QuoteIdent(words[i])
		}
	}
	return s.SetSetting(stmt.Name, strings.Join(words, ", "), stmt.Local)
}

// settingWord reads a value of SET: a literal or a bare word.
func settingWord(e ast.Expr) (string, error) {
	switch e := e.(type) {
	case *ast.ColumnRef:
		if len(e.Parts) == 1 {
			return e.Parts[0].Text, nil
		}
	case *ast.Literal:
		if e.Kind == ast.BoolLiteral {
			return onOff(strings.EqualFold(e.Text, "true")), nil
		}
		return e.Text, nil
	case *ast.Unary:
		w, err := settingWord(e.X)
		return e.Op + w, err
	case *ast.Cast:
		w, err := settingWord(e.X)
		if err == nil && e.Type.Name.Name == "interval" {
			return intervalWord(w)
		}
		return w, err
	}
	return "", sqlerr.New(sqlerr.SyntaxError, "SET takes literals and words").At(e.Position())
}

// intervalWord writes an interval the way that a setting is told of one.
func intervalWord(s string) (string, error) {
	v, err := types.Parse(s, types.Interval, nil)
	return "INTERVAL '" + types.Format(v, types.Interval, nil) + "'", err
}

// SetSetting changes a setting; local lasts until the end of the transaction.
func (s *Session) SetSetting(name, value string, local bool) error {
	s.filled = filled{}
	n, err := s.settings.with(name, value)
	if err == nil && n.reason != "" && !s.config.CrossTenant {
		err = errNoCrossTenant
	}
	if err == nil && n.reason != "" && n.reason != s.settings.reason {
		err = s.ensureAudit(context.Background())
	}
	if err != nil {
		return err
	}
	if local {
		if s.tx == nil {
			return nil // without effect outside of a transaction
		}
		s.settings = n
	} else {
		s.settings = n
		if s.atSession, err = s.atSession.with(name, value); err != nil {
			return err
		}
	}
	s.refreshEnvironment()
	return nil
}

func (s *Session) resetSetting(stmt *ast.Reset) (err error) {
	if s.settings, err = s.settings.without(stmt.Name); err != nil {
		return err
	}
	if s.atSession, err = s.atSession.without(stmt.Name); err != nil {
		return err
	}
	s.refreshEnvironment()
	return nil
}

// show is SHOW name.
func (s *Session) show(stmt *ast.Show) (*Result, error) {
	if canonicalSetting(stmt.Name) == "all" {
		r := s.table("SHOW", "name", "setting", "description")
		for _, n := range settingNames() {
			v, _ := s.Setting(n)
			r.add(types.NewText(n), types.NewText(v), types.NewText(knownSettings[n].doc))
		}
		return r, nil
	}
	v, ok := s.Setting(stmt.Name)
	if !ok {
		return nil, unknownSetting(stmt.Name)
	}
	r := s.table("SHOW", shownName(stmt.Name))
	r.add(types.NewText(v))
	return r, nil
}

// Setting returns the value of a setting.
func (s *Session) Setting(name string) (string, bool) {
	switch canonicalSetting(name) {
	case "transaction_isolation":
		if s.tx != nil {
			return isolationName(s.txLevel), true
		}
	case "transaction_read_only":
		return onOff(s.txReadOnly && s.tx != nil || s.settings.ro || s.db.config.Mode == "ro"), true
	case tenantSetting:
		if s.tenant != "" && s.idleRun != nil && s.idleRun.Ctx != nil && s.idleRun.Ctx.Value(scopeKey{}) != nil {
			return s.tenant, true // the context's
		}
	case "foreign_keys":
		return onOff(s.db.config.ForeignKeys), true
	}
	return s.settings.get(name)
}

// table makes a buffered result with text columns.
func (s *Session) table(command string, names ...string) *Result {
	r := &Result{session: s, Outcome: Outcome{Command: command}, names: names, width: len(names)}
	for _, n := range names {
		r.columns = append(r.columns, plan.Column{Name: n, Type: types.Text})
	}
	return r
}

func (r *Result) add(vals ...types.Value) { r.rows = append(r.rows, vals...) }

func (s *Session) discard(ctx context.Context, stmt *ast.Discard) error {
	switch strings.ToLower(stmt.What) {
	case "all":
		if s.tx != nil {
			return sqlerr.New(sqlerr.ActiveSQLTransaction, "DISCARD ALL cannot run inside a transaction block")
		}
		s.prepared, s.currvals = nil, nil
		s.dropCursors()
		s.applyDefaults()
		return s.dropTemporary(ctx)
	case "temp":
		return s.dropTemporary(ctx)
	case "sequences":
		s.currvals = nil
	}
	return nil
}

// refreshEnvironment derives what text input and output depend on.
func (s *Session) refreshEnvironment() {
	zone, _ := s.settings.get("timezone")
	if zone != s.zoneName || s.location == nil {
		loc, err := loadZone(zone)
		if err != nil {
			loc = time.UTC // the name was checked when it was set
		}
		s.zoneName, s.location = zone, loc
	}
	s.env.Zone, s.env.Style = s.location, s.settings.style
	s.env.RegName, s.env.RegOID, s.env.TypeByOID = s.regName, s.regOID, s.typeByOID
}

// loadZone finds the time zone of a setting.
func loadZone(name string) (*time.Location, error) {
	if name == "" || strings.EqualFold(name, "default") {
		return time.UTC, nil
	}
	loc, _, err := types.SessionZone(name)
	return loc, err
}

func (s *Session) vacuum(ctx context.Context, stmt *ast.Vacuum, analyze bool) error {
	if _, err := s.namedTables(s.currentCatalog(), stmt.Tables); err != nil {
		return err
	}
	if stmt.Into != nil {
		return s.vacuumInto(ctx, stmt.Into)
	}
	for _, t := range stmt.Tables {
		if s.currentCatalog().Relation(s.bindPath(), t.Name.Schema, t.Name.Name) == nil {
			return sqlerr.New(sqlerr.UndefinedTable, "relation \"%s\" does not exist", t.Name.Name)
		}
	}
	if analyze {
		if err := s.analyzeTables(ctx, stmt.Tables); err != nil {
			return err
		}
	}
	return s.db.store.Compact(ctx)
}

func (s *Session) lockTables(ctx context.Context, stmt *ast.Lock) error {
	if err := s.needTransaction("LOCK TABLE"); err != nil {
		return err
	}
	mode := storage.TableExclusive
	switch stmt.Mode {
	case "access share", "row share", "row exclusive":
		mode = storage.TableIntentWrite
	case "share":
		mode = storage.TableShared
	}
	wait := storage.Wait
	if stmt.Nowait {
		wait = storage.NoWait
	}
	c := s.currentCatalog()
	for _, t := range stmt.Tables {
		rel := c.Relation(s.bindPath(), t.Name.Schema, t.Name.Name)
		if rel == nil {
			return sqlerr.New(sqlerr.UndefinedTable, "relation %q does not exist", t.Name.Name).At(t.Pos)
		}
		if err := s.tx.LockTable(ctx, storage.TreeID(rel.ID), mode, wait); err != nil {
			return err
		}
	}
	return nil
}

// dropTemporary drops the session's temporary tables.
func (s *Session) dropTemporary(ctx context.Context) error {
	if s.db.store == nil || s.temporary == "" {
		return nil
	}
	schema := s.temporary
	s.temporary = ""
	err := s.dropSchemaObjects(ctx, schema)
	if errors.Is(err, storage.ErrClosed) {
		return nil
	}
	return err
}
