package engine

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sqlerr"
)

// A session works for one tenant, for all of them, or for none. Which one it is
// stands when a statement begins and holds to its end, so that set_config within
// a query, a cursor read later and a check that waits for the commit see the
// rows that their statement saw. What says it, the first that does:
//
//  1. WithTenant of the statement's context: that tenant,
//  2. WithCrossTenant of the context: all, where the connection may,
//  3. SET zqlite.cross_tenant: all,
//  4. SET zqlite.tenant, else tenant= of the DSN.
//
// The predicate itself is the binder's (binder.Options.Tenant), and the tenant
// a parameter of the run (expr.Context.Tenant): a plan serves all tenants.

// The settings of a session's scope.
const (
	tenantSetting      = "zqlite.tenant"
	crossTenantSetting = "zqlite.cross_tenant"
)

// scopeKey finds the contextScope of a context.
type scopeKey struct{}

type contextScope struct {
	tenant, reason string
	one            bool // WithTenant was called; an empty tenant is an error then
}

func scopeOf(ctx context.Context) contextScope {
	c, _ := ctx.Value(scopeKey{}).(contextScope)
	return c
}

// WithTenant gives the statements that run with the context a tenant.
func WithTenant(ctx context.Context, tenant string) context.Context {
	c := scopeOf(ctx)
	c.tenant, c.one = tenant, true
	return context.WithValue(ctx, scopeKey{}, c)
}

// WithCrossTenant lets the statements that run with the context see the rows of
// all tenants, unless it has a tenant too.
func WithCrossTenant(ctx context.Context, reason string) context.Context {
	c := scopeOf(ctx)
	c.reason = reason
	return context.WithValue(ctx, scopeKey{}, c)
}

var errNoCrossTenant = sqlerr.New(sqlerr.InsufficientPrivilege, "this connection may not work with the rows of all tenants").
	WithHint("Open the database with cross_tenant=on for such work.")

var errEmptyTenant = sqlerr.New(sqlerr.InsufficientPrivilege, "the context's tenant is empty").
	WithHint("Give zqlite.WithTenant the id of a tenant.")

var errEmptyReason = sqlerr.New(sqlerr.InsufficientPrivilege, "the rows of all tenants need a reason").
	WithHint("Give zqlite.WithCrossTenant a reason, which is recorded.")

// enterScope decides for whom the statement works that starts with ctx.
func (s *Session) enterScope(ctx context.Context) error {
	if s.internal {
		return nil
	}
	if s.tenant != s.settings.tenant {
		s.tenant = s.settings.tenant
	}
	if s.reason != s.settings.reason {
		s.reason = s.settings.reason
	}
	if v := ctx.Value(scopeKey{}); v != nil {
		c := v.(contextScope)
		switch {
		case c.one && c.tenant == "":
			return errEmptyTenant
		case c.one:
			s.tenant, s.reason = c.tenant, ""
		case c.reason == "":
			return errEmptyReason
		case !s.config.CrossTenant:
			return errNoCrossTenant
		default:
			s.reason = c.reason
		}
	}
	if s.reason != "" || s.tenant != s.config.Tenant {
		s.visited = true
	}
	return nil
}

// scoped reports whether the statement works for one tenant.
func (s *Session) scoped() bool { return s.tenant != "" && s.reason == "" }

// forgetTenant drops what a session keeps of the tenant it worked for, before
// the pool hands it to the next user.
func (s *Session) forgetTenant() error {
	s.visited, s.tenant, s.reason = false, "", ""
	s.prepared, s.currvals, s.lastSeq = nil, nil, 0
	s.lastRowID, s.rowIDSet, s.changes, s.total = 0, false, 0, 0
	return s.dropTemporary(context.Background())
}

// The record of what was done with the rows of all tenants.
const (
	auditSchema = "zqlite"
	auditTable  = "audit"
)

const auditDefinition = `CREATE SCHEMA IF NOT EXISTS zqlite;
CREATE TABLE IF NOT EXISTS zqlite.audit (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	at timestamptz NOT NULL DEFAULT clock_timestamp(),
	who text NOT NULL,
	reason text NOT NULL,
	statement text NOT NULL)`

func isAudit(rel *catalog.Relation) bool { return rel.Schema == auditSchema && rel.Name == auditTable }

// auditor writes the record, in transactions of its own: what is rolled back
// was done all the same.
type auditor struct {
	mu      sync.Mutex
	session *Session
}

// auditWait bounds how long a statement waits for the record.
const auditWait = 5 * time.Second

// errAuditLate is of a transaction that keeps the table of the record from
// being made, since definitions come one after the other: waiting would not help.
var errAuditLate = sqlerr.New(sqlerr.ObjectNotInPrerequisiteState, "zqlite.audit cannot be made while this transaction has definitions that are not committed").
	WithHint("SET zqlite.cross_tenant once before the transaction; the table stays.")

func (a *auditor) open(db *Database) {
	if a.session == nil {
		a.session = db.NewSession(SessionConfig{LockTimeout: auditWait, ApplicationName: "zqlite"})
		a.session.internal = true
	}
}

// ensureAudit makes the table of the record.
func (s *Session) ensureAudit(ctx context.Context) error {
	a := &s.db.auditor
	a.mu.Lock()
	defer a.mu.Unlock()
	return s.ensureAuditLocked(ctx)
}

// auditFirst makes the table of the record before a transaction that may come to
// need it: the auditor, which has transactions of its own, could not make it
// once that one has changed definitions. Where another session changes them now,
// it is left to the statement that needs the table.
func (s *Session) auditFirst(ctx context.Context) error {
	if !s.config.CrossTenant || s.internal || s.txReadOnly {
		return nil
	}
	a := &s.db.auditor
	a.mu.Lock()
	defer a.mu.Unlock()
	a.open(s.db)
	a.session.settings.lock = time.Millisecond
	defer func() { a.session.settings.lock = auditWait }()
	err := s.ensureAuditLocked(ctx)
	if sqlerr.Code(err) == sqlerr.LockNotAvailable {
		return nil
	}
	return err
}

func (s *Session) ensureAuditLocked(ctx context.Context) error {
	a := &s.db.auditor
	a.open(s.db)
	if s.db.store.Attachment().(*catalog.Catalog).Relation(nil, auditSchema, auditTable) != nil {
		return nil
	}
	if s.tx != nil && s.tx.AttachmentChanged() {
		return errAuditLate
	}
	return a.run(ctx, auditDefinition)
}

func (a *auditor) run(ctx context.Context, text string, args ...Argument) error {
	st, err := a.session.Lookup(text)
	if err == nil {
		_, err = a.session.Exec(ctx, st, args)
	}
	return err
}

// recordUse writes that a session works with the rows of all tenants, and
// commits it before the statement runs.
func (s *Session) recordUse(ctx context.Context, text string) error {
	a := &s.db.auditor
	a.mu.Lock()
	defer a.mu.Unlock()
	err := s.ensureAuditLocked(ctx)
	if err == nil {
		name, _ := s.settings.get("application_name")
		who := strings.TrimSpace(fmt.Sprintf("%s (process %d, session %d)", name, os.Getpid(), s.number))
		err = a.run(ctx, "INSERT INTO zqlite.audit (who, reason, statement) VALUES ($1, $2, $3)",
			Argument{Value: who}, Argument{Value: s.reason}, Argument{Value: text})
	}
	if err != nil {
		e := *sqlerr.From(err)
		e.Message = "the use of all tenants' rows cannot be recorded: " + e.Message
		e.Position = 0
		return &e
	}
	return nil
}

// checkScope is called before a planned statement runs: it records the use of
// all tenants' rows, and keeps the record.
func (t *task) checkScope(ctx context.Context, p *Plan) error {
	s := t.s
	if p.audit && !s.internal {
		if err := s.keepAudit(p); err != nil {
			return err
		}
	}
	if p.shared && s.tenant == "" && s.reason == "" {
		return expr.ErrNoTenant // even where no row would ask for it
	}
	if s.reason == "" || t.told || p.read && !p.shared && !p.calls {
		return nil
	}
	t.told = true
	return s.recordUse(ctx, partText(t.st, t.i))
}

// partText is the text of one statement of a text.
func partText(st *Statement, i int) string {
	if pos := st.parts[i].pos; pos.End > pos.Start {
		return strings.TrimSpace(st.text[pos.Start:pos.End])
	}
	return strings.TrimSpace(st.text)
}

var errAudit = sqlerr.New(sqlerr.InsufficientPrivilege, "permission denied for table %s", auditSchema+"."+auditTable).
	WithHint("Connections with cross_tenant=on read it, and delete from it while zqlite.cross_tenant is set; the engine alone writes it.")

// keepAudit refuses to show the record to connections that may not cross
// tenants, and changes of it but deleting, which is recorded itself.
func (s *Session) keepAudit(p *Plan) error {
	if !s.config.CrossTenant || changesAudit(p.root, s.reason != "") {
		return errAudit
	}
	return nil
}

func changesAudit(n plan.Node, mayDelete bool) bool {
	switch n := n.(type) {
	case *plan.Insert:
		if isAudit(n.Target.Rel) {
			return true
		}
	case *plan.Update:
		if isAudit(n.Target.Rel) {
			return true
		}
	case *plan.Merge:
		if isAudit(n.Target.Rel) {
			return true
		}
	case *plan.Delete:
		if isAudit(n.Target.Rel) && !mayDelete {
			return true
		}
	case *plan.Truncate:
		for _, rel := range n.Rels {
			if isAudit(rel) {
				return true
			}
		}
	}
	for _, in := range n.Inputs() {
		if changesAudit(in, mayDelete) {
			return true
		}
	}
	return false
}

// checkDefinition looks at what a definition has changed: who works for a
// tenant leaves what is there as it is, lifting the protection of a table takes
// the privilege to cross tenants, and the record is nobody's to change.
func (s *Session) checkDefinition(before, after *catalog.Catalog) error {
	if s.internal {
		return nil
	}
	return after.Changes(func(class catalog.Class, id catalog.ID) error {
		if class == catalog.ClassFunction && s.scoped() {
			if f, ok := before.Object(class, id).(*catalog.SQLFunction); ok && f != nil {
				return errTenantDefines("function", f.Name)
			}
		}
		rel := before.RelationByID(id)
		if class != catalog.ClassRelation || rel == nil || rel.Temp {
			return nil
		}
		if isAudit(rel) {
			return errAudit
		}
		if err := s.mayDefine(rel); err != nil || rel.Tenant == 0 {
			return err
		}
		now := after.RelationByID(id)
		if now == nil { // dropped, or stored anew under another id
			now = after.Relation(nil, rel.Schema, rel.Name)
		}
		if s.reason != "" || now == nil || now.Tenant == rel.Tenant {
			return nil
		}
		if !s.config.CrossTenant {
			return errNoCrossTenant
		}
		return sqlerr.New(sqlerr.InsufficientPrivilege, "TENANT BY of table %q is changed while zqlite.cross_tenant is set only", rel.Name).
			WithHint("SET zqlite.cross_tenant = 'reason' first.")
	})
}

// mayDefine refuses to change what is there in a session that works for a
// tenant: checks, indexes and casts over the rows of a table that tenants share
// would tell of the others'; a trigger or a default of any table would run for
// them.
func (s *Session) mayDefine(rel *catalog.Relation) error {
	if rel.Temp || !s.scoped() {
		return nil
	}
	what := "table"
	if rel.Kind == catalog.View {
		what = "view"
	}
	return errTenantDefines(what, rel.Name)
}

func errTenantDefines(what, name string) error {
	return sqlerr.New(sqlerr.InsufficientPrivilege, "a session that works for a tenant cannot change the definition of %s %q", what, name).
		WithHint("Run definitions on a connection without a tenant.")
}
