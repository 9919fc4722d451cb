package engine

import (
	"context"
	"strings"

	"github.com/zqlite/zqlite/internal/binder"
	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/exec"
	"github.com/zqlite/zqlite/internal/optimizer"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sql/parser"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// maxTextBytes bounds a statement's text.
const maxTextBytes = 1 << 20

// Lookup parses a text, or finds it parsed in the cache. Bulk texts of many
// statements are parsed each time, since they do not come again.
func (s *Session) Lookup(text string) (*Statement, error) {
	if s.Closed() {
		return nil, sqlerr.New(sqlerr.ConnectionDoesNotExist, "the session is closed")
	}
	key := planKey{text, s.planScope()}
	if st := s.db.plans.get(key); st != nil {
		return st, nil
	}
	st, err := s.parse(text)
	if err != nil {
		return nil, err
	}
	if len(st.parts) > 8 {
		return st, nil
	}
	key.text = strings.Clone(text)
	return s.db.plans.put(key, st), nil
}

// planScope names what decides which objects the names in a statement mean:
// the search path, and the session where it has temporary tables that may
// hide others. Sessions of one scope share plans.
func (s *Session) planScope() string {
	if s.temporary == "" && len(s.settings.path) == 1 && s.reason == "" {
		return s.settings.path[0]
	}
	scope := strings.Join(s.settings.path, "\x00") + "\x00\x00" + s.temporary
	if s.reason != "" {
		scope += "\x00all tenants"
	}
	return scope
}

func (s *Session) parse(text string) (st *Statement, err error) {
	defer s.guard(&err)
	if len(text) > maxTextBytes {
		return nil, sqlerr.New(sqlerr.ProgramLimitExceeded, "the statement is %d bytes long; the limit is %d", len(text), maxTextBytes).
			WithHint("Send data as parameters, or in several statements.")
	}
	stmts, err := parser.Parse(text)
	if err != nil {
		return nil, sqlerr.From(err).Locate(text)
	}
	st = &Statement{text: text, path: s.planScope(), parts: make([]part, len(stmts))}
	for i := range stmts {
		st.parts[i].stmt, st.parts[i].pos = stmts[i].Stmt, stmts[i]
		switch stmts[i].Stmt.(type) { // placeholders of EXECUTE, of a call, and those that may not be
		case *ast.Prepare, *ast.CreateFunction, *ast.CreateView:
			continue
		}
		st.count = max(st.count, stmts[i].Params.Count)
		if len(stmts[i].Params.Names) > len(st.names) {
			st.names = stmts[i].Params.Names
		}
	}
	return st, nil
}

// Prepare parses a text and checks what can be checked before the arguments
// are known: names of tables and columns.
func (s *Session) Prepare(ctx context.Context, text string) (*Statement, error) {
	st, err := s.Lookup(text)
	if err != nil || len(st.parts) != 1 || !plannable(st.parts[0].stmt) {
		return st, err
	}
	c := s.currentCatalog()
	_, err = s.plan(st, 0, c, nil)
	switch sqlerr.Code(err) {
	case sqlerr.UndefinedTable, sqlerr.UndefinedColumn, sqlerr.AmbiguousColumn:
		return nil, err
	}
	return st, nil
}

// Params returns the number of placeholders.
func (st *Statement) Params() int { return st.count }

// plannable reports whether a statement is run by a plan.
func plannable(stmt ast.Stmt) bool {
	switch stmt.(type) {
	case *ast.Select, *ast.Insert, *ast.Update, *ast.Delete, *ast.Merge, *ast.Truncate, *ast.Call:
		return true
	}
	return false
}

// plan returns the plan of one statement of a text for the catalog and the
// types of the arguments, from the cache or a new one.
func (s *Session) plan(st *Statement, i int, c *catalog.Catalog, args []Argument) (*Plan, error) {
	p := &st.parts[i]
	plan := p.plan.Load()
	if plan == nil {
		plan = p.planFor(args)
	}
	if plan != nil && plan.valid(c) && st.path == s.planScope() && !plan.stale(s.db) {
		return plan, nil
	}
	plan, typed, err := s.makePlan(p.stmt, c, args, st.fixed)
	if err != nil {
		return nil, sqlerr.From(err).Locate(st.text)
	}
	if st.path != s.planScope() {
		return plan, nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case !typed:
		p.plan.Store(plan)
		p.byArgs = nil
	case len(args) > 0:
		if p.byArgs == nil || len(p.byArgs) > 16 {
			p.byArgs = map[string]*Plan{}
		}
		p.plan.Store(nil)
		p.byArgs[signature(args)] = plan
	}
	return plan, nil
}

// planFor finds the plan for arguments of these types.
func (p *part) planFor(args []Argument) *Plan {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if p.byArgs == nil {
		return nil
	}
	return p.byArgs[signature(args)]
}

// signature names the types of the arguments.
func signature(args []Argument) string {
	var b strings.Builder
	for i := range args {
		if t := typeOfArgument(args[i].Value); t != nil {
			b.WriteString(t.Name)
		}
		b.WriteByte(',')
	}
	return b.String()
}

func (s *Session) bindOptions(c *catalog.Catalog) binder.Options {
	return binder.Options{
		Catalog: c, SearchPath: s.bindPath(), Source: s.source, Tenant: s.reason == "",
		ParseStmt: func(text string) (ast.Stmt, error) {
			st, err := parser.ParseOne(text)
			return st.Stmt, err
		},
		ParseExpr: parser.ParseExpr, ParseBody: parseBody,
	}
}

// bindPath is the search path with the session's temporary schema first.
func (s *Session) bindPath() []string {
	return append([]string{s.tempSchema()}, s.settings.path...)
}

func (s *Session) makePlan(stmt ast.Stmt, c *catalog.Catalog, args []Argument, fixed []*types.Type) (plan *Plan, typed bool, err error) {
	defer s.guard(&err)
	o := s.bindOptions(c)
	o.FixedParams = fixed
	for i := range args {
		o.ParamTypes = append(o.ParamTypes, typeOfArgument(args[i].Value))
	}
	bind := stmt
	call, isCall := stmt.(*ast.Call)
	if isCall {
		bind, o.Call = callQuery(call), call.Func
	}
	b, err := binder.Bind(o, bind)
	if err != nil {
		return nil, false, err
	}
	root := optimizer.Optimize(b.Plan, s.db, s.optimizerOptions())
	program, err := exec.Prepare(root)
	if err != nil {
		return nil, false, err
	}
	plan = &Plan{
		program: program, root: root, params: b.Params, columns: b.Columns, deps: b.Relations,
		checked: c.Stamp, kinds: c.Kinds, read: b.ReadOnly, command: commandTag(stmt), locks: locksOf(stmt), targets: targetsOf(root, nil),
		calls: b.Calls,
	}
	if b.Effects || isCall { // what the functions change, they ask for themselves
		program.RunToEnd()
		plan.read, plan.byCalls = false, b.ReadOnly
	}
	if isCall && len(b.Columns) == 1 && b.Columns[0].Type.Kind == types.KindVoid {
		plan.columns = nil
	}
	for _, d := range plan.deps {
		plan.shared = plan.shared || d.Relation.Tenant != 0
		plan.audit = plan.audit || isAudit(d.Relation)
	}
	plan.byKey = plan.read && program.RowPath() && !plan.audit
	plan.fills = program.Fills() && !plan.audit
	if !program.Point() && !s.keepsStatistics() {
		plan.sized = s.db.sizesOf(root, nil)
		s.db.statistics.observe(s.db, plan.sized)
	}
	for i := range plan.columns {
		plan.names = append(plan.names, plan.columns[i].Name)
	}
	return plan, b.TypedByArgs, nil
}

func commandTag(stmt ast.Stmt) string {
	switch stmt.(type) {
	case *ast.Insert:
		return "INSERT"
	case *ast.Update:
		return "UPDATE"
	case *ast.Delete:
		return "DELETE"
	case *ast.Merge:
		return "MERGE"
	case *ast.Truncate:
		return "TRUNCATE TABLE"
	case *ast.Call:
		return "CALL"
	}
	return "SELECT"
}

// refused is what a read-only transaction calls the statement.
func (p *Plan) refused() string {
	if p.locks != "" {
		return p.command + " " + p.locks
	}
	return p.command
}

// locksOf is the words of the locks that a query takes itself, or "".
func locksOf(stmt ast.Stmt) string {
	if q, ok := stmt.(*ast.Select); ok && len(q.Locking) > 0 {
		return lockWords(q)
	}
	return ""
}

// arguments converts the caller's values to the types of the parameters.
func (s *Session) arguments(st *Statement, params []*types.Type, args []Argument, dst []types.Value) ([]types.Value, error) {
	if len(args) != st.count {
		return nil, sqlerr.New("08P01", "the statement has %d parameters, %d arguments were given", st.count, len(args))
	}
	if cap(dst) < len(params) {
		dst = make([]types.Value, len(params))
	}
	dst = dst[:len(params)]
	for i := range params {
		if a := &args[i]; a.Name == "" && len(st.names) == 0 && plainValue(a.Value, params[i], &dst[i]) {
			continue
		}
		var err error
		if dst[i], err = s.argument(st, params[i], args, i); err != nil {
			return nil, err
		}
	}
	return dst, nil
}

// argument converts the argument of placeholder i to its type.
func (s *Session) argument(st *Statement, t *types.Type, args []Argument, i int) (v types.Value, err error) {
	a := &args[i]
	if a.Name != "" || (len(st.names) > 0 && st.names[i] != "") {
		if a, err = argumentFor(st, args, i); err != nil {
			return v, err
		}
	}
	if plainValue(a.Value, t, &v) {
		return v, nil
	}
	return s.valueOf(a.Value, t, i)
}

// argumentFor finds the argument of a placeholder: by name where the caller
// gave names, by position otherwise.
func argumentFor(st *Statement, args []Argument, i int) (*Argument, error) {
	named := false
	for k := range args {
		if args[k].Name == "" {
			continue
		}
		named = true
		if i < len(st.names) && args[k].Name == st.names[i] {
			return &args[k], nil
		}
	}
	if named && args[i].Name != "" {
		return nil, sqlerr.New(sqlerr.UndefinedParameter, "there is no argument named %q", st.names[i])
	}
	return &args[i], nil
}
