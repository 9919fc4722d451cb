package binder

import (
	"strings"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// windowCall is a window function with its resolved window.
type windowCall struct {
	call      plan.WindowCall
	partition []expr.Expr
	order     []expr.SortKey
}

// isWindowOnly reports whether the name is that of a window function.
func isWindowOnly(name string) bool {
	switch name {
	case "row_number", "ntile", "lag", "lead", "first_value", "last_value", "nth_value":
		return true
	case "rank", "dense_rank", "percent_rank", "cume_dist": // hypothetical-set aggregates too
		return true
	}
	return false
}

// windowCall binds f(…) OVER (…) and returns the column of its result.
// user is the aggregate of the catalog that the call means, or nil.
func (b *binder) windowCall(c *ast.FuncCall, s *scope, user *routineCall) expr.Expr {
	name := c.Name.Name
	if s.inAgg {
		panic(fail(c.Pos, sqlerr.GroupingError, "aggregate function calls cannot contain window function calls"))
	}
	if s.inWin && s.clause >= clauseWindow && s.clause <= clauseFrameGroups {
		panic(fail(c.Pos, sqlerr.WindowingError, "window functions are not allowed in window definitions"))
	}
	if s.inWin {
		panic(fail(c.Pos, sqlerr.WindowingError, "window function calls cannot be nested"))
	}
	if s.query == nil || s.clause != clauseTarget && s.clause != clauseOrderBy && s.clause != clauseDistinctOn {
		panic(fail(c.Pos, sqlerr.WindowingError, "window functions are not allowed in %s", b.clauseName(s.clause)))
	}
	s.inWin = true
	w := windowCall{call: plan.WindowCall{Col: plan.Column{ID: b.newID(), Name: name}}}
	switch {
	case user != nil:
		b.windowAggregate(c, &w, s, user)
	case isWindowOnly(name):
		b.windowFunction(c, &w, s)
	case expr.Aggregates(name) != nil:
		b.windowAggregate(c, &w, s, nil)
	case expr.Functions(name) != nil || expr.SetFuncs(name) != nil:
		if args := b.callArgs(c, s); expr.SetFuncs(name) == nil {
			_, _, _, err := expr.ResolveFunc(name, b.typesOf(args, false))
			check(err, c.Pos)
		}
		panic(fail(c.Pos, sqlerr.WrongObjectType, "OVER specified, but %s is not a window function nor an aggregate function", name))
	default:
		_, _, _, err := expr.ResolveFunc(name, b.typesOf(b.callArgs(c, s), false))
		check(err, c.Pos)
	}
	saved := s.clause
	s.clause = clauseWindow
	b.window(c.Over, &w, s)
	s.clause = saved
	s.inWin = false
	for _, x := range s.query.windows {
		if sameWindowCall(&x, &w) {
			return &expr.Column{ID: x.call.Col.ID, Typ: x.call.Col.Type, Name: name}
		}
	}
	s.query.windows = append(s.query.windows, w)
	return &expr.Column{ID: w.call.Col.ID, Typ: w.call.Col.Type, Name: name}
}

func (b *binder) windowAggregate(c *ast.FuncCall, w *windowCall, s *scope, user *routineCall) {
	switch {
	case c.Distinct:
		panic(fail(c.Pos, sqlerr.FeatureNotSupported, "DISTINCT is not implemented for window functions"))
	case len(c.OrderBy) > 0:
		panic(fail(c.Pos, sqlerr.FeatureNotSupported, "aggregate ORDER BY is not implemented for window functions"))
	case len(c.WithinGroup) > 0:
		panic(fail(c.Pos, sqlerr.FeatureNotSupported, "OVER is not supported for ordered-set aggregate %s", c.Name.Name))
	}
	agg := &expr.Aggregate{Star: c.Star}
	if user != nil {
		agg.Fn, agg.Args, agg.Typ = b.userAggregate(user), user.args, user.f.Ret
	} else {
		args := b.callArgs(c, s) // aggregates may stand inside
		fn, coerced, result, err := b.resolveAggregate(c.Name.Name, args)
		check(err, c.Pos)
		for i := range args {
			args[i] = b.settledRow(b.coerce(args[i], coerced[i], c.Pos))
		}
		agg.Fn, agg.Args, agg.Typ = fn, args, result
	}
	if c.Filter != nil {
		agg.Filter = b.condition(c.Filter, s, clauseFilter)
	}
	w.call.Agg, w.call.Col.Type = agg, agg.Typ
}

// windowFunction types the calls of the window functions proper.
func (b *binder) windowFunction(c *ast.FuncCall, w *windowCall, s *scope) {
	name := c.Name.Name
	args := b.callArgs(c, s)
	w.call.Fn = name
	wrong := func() {
		text := name + "("
		for i, t := range b.typesOf(args, false) {
			if i > 0 {
				text += ", "
			}
			text += t.Display
		}
		panic(fail(c.Pos, sqlerr.UndefinedFunction, "function %s) does not exist", text).
			WithHint("No function matches the given name and argument types. You might need to add explicit type casts."))
	}
	count := func(lo, hi int) {
		if len(args) < lo || len(args) > hi {
			wrong()
		}
	}
	integer := func(i int) {
		if i >= len(args) {
			return
		}
		if !isUnknown(args[i]) && !isInteger(args[i].Type()) {
			wrong()
		}
		if isUnknown(args[i]) && name != "nth_value" {
			args[i] = b.coerce(args[i], types.Int4, start(c.Args[i]))
		}
		args[i] = b.coerce(args[i], types.Int8, start(c.Args[i]))
	}
	switch name {
	case "row_number", "rank", "dense_rank":
		count(0, 0)
		w.call.Col.Type = types.Int8
	case "percent_rank", "cume_dist":
		count(0, 0)
		w.call.Col.Type = types.Float8
	case "ntile":
		count(1, 1)
		integer(0)
		w.call.Col.Type = types.Int4
	case "first_value", "last_value":
		count(1, 1)
		args[0] = b.resolveUnknown(args[0])
		w.call.Col.Type = args[0].Type()
	case "nth_value":
		count(2, 2)
		args[0] = b.resolveUnknown(args[0])
		integer(1)
		w.call.Col.Type = args[0].Type()
	default: // lag, lead
		count(1, 3)
		integer(1)
		if len(args) == 3 {
			pair := []expr.Expr{args[0], args[2]}
			t := b.unify(pair, upper(name), func(int) int { return c.Pos })
			args[0], args[2] = pair[0], pair[1]
			w.call.Col.Type = t
		} else {
			args[0] = b.resolveUnknown(args[0])
			w.call.Col.Type = args[0].Type()
		}
	}
	if c.Filter != nil {
		panic(fail(c.Pos, sqlerr.FeatureNotSupported, "FILTER is not implemented for non-aggregate window functions"))
	}
	w.call.Args = args
}

// window resolves OVER's window: a name, a base window with additions, or a
// definition of its own.
func (b *binder) window(spec *ast.WindowSpec, w *windowCall, s *scope) {
	if spec.Name != "" {
		b.window(b.namedWindow(spec.Name, spec.Pos, s, len(s.query.named)), w, s)
		return
	}
	if spec.Base != "" {
		before := len(s.query.named)
		for i := range s.query.named { // a definition sees those before it
			if s.query.named[i].Spec == spec {
				before = i
			}
		}
		base := b.namedWindow(spec.Base, spec.Pos, s, before)
		switch {
		case len(spec.PartitionBy) > 0:
			panic(fail(spec.Pos, sqlerr.WindowingError, "cannot override PARTITION BY clause of window \"%s\"", spec.Base))
		case len(spec.OrderBy) > 0 && len(base.OrderBy) > 0:
			panic(fail(spec.Pos, sqlerr.WindowingError, "cannot override ORDER BY clause of window \"%s\"", spec.Base))
		case base.Frame != nil:
			err := fail(spec.Pos, sqlerr.WindowingError, "cannot copy window \"%s\" because it has a frame clause", spec.Base)
			if spec.Frame == nil && len(spec.OrderBy) == 0 {
				err = err.WithHint("Omit the parentheses in this OVER clause.")
			}
			panic(err)
		}
		b.window(base, w, s)
	}
	for _, p := range spec.PartitionBy {
		w.partition = append(w.partition, b.value(p, s))
	}
	for _, o := range spec.OrderBy {
		key := sortKey(b.value(o.Expr, s), o)
		ordered(key.Expr, start(o.Expr))
		w.order = append(w.order, key)
	}
	w.call.Frame = b.frame(spec, w, s)
}

// checkWindows binds the definitions of WINDOW, used or not, for their errors.
func (b *binder) checkWindows(s *scope) {
	for i, n := range s.query.named {
		for _, other := range s.query.named[:i] {
			if other.Name == n.Name {
				panic(fail(n.Spec.Pos, sqlerr.WindowingError, "window \"%s\" is already defined", n.Name))
			}
		}
		s.clause, s.inWin = clauseWindow, true
		b.window(n.Spec, &windowCall{}, s)
		s.clause, s.inWin = clauseTarget, false
	}
}

func (b *binder) namedWindow(name string, pos int, s *scope, before int) *ast.WindowSpec {
	for _, n := range s.query.named[:before] {
		if n.Name == name {
			return n.Spec
		}
	}
	panic(fail(pos, sqlerr.UndefinedObject, "window \"%s\" does not exist", name))
}

var (
	boundKinds   = [...]string{"unbounded preceding", "preceding", "current row", "following", "unbounded following"}
	frameModes   = [...]string{"range", "rows", "groups"}
	frameClauses = [...]clause{clauseFrameRange, clauseFrameRows, clauseFrameGroups}
	frameExclude = [...]string{"", "current row", "group", "ties"}
)

// frame binds a frame clause; without one it is RANGE from the start of the
// partition to the last peer.
func (b *binder) frame(spec *ast.WindowSpec, w *windowCall, s *scope) plan.Frame {
	f := spec.Frame
	if f == nil {
		return plan.Frame{Mode: "range", Start: plan.FrameBound{Kind: boundKinds[0]}, End: plan.FrameBound{Kind: boundKinds[2]}}
	}
	out := plan.Frame{Mode: frameModes[f.Mode], Exclude: frameExclude[f.Exclude]}
	frameErrors(f, w, spec.Pos)
	bound := func(fb ast.FrameBound) plan.FrameBound {
		r := plan.FrameBound{Kind: boundKinds[fb.Kind]}
		if fb.Offset == nil {
			return r
		}
		saved, inWin := s.clause, s.inWin
		s.clause, s.inWin = frameClauses[f.Mode], true
		e := b.scalar(fb.Offset, s)
		s.clause, s.inWin = saved, inWin
		if !isUnknown(e) && f.Mode != ast.FrameRange && !assignable(e.Type(), types.Int8) || e.Type().Kind == types.KindBool {
			panic(fail(start(fb.Offset), sqlerr.DatatypeMismatch, "argument of %s must be type bigint, not type %s", strings.ToUpper(frameModes[f.Mode]), e.Type().Display))
		}
		if len(expr.Columns(e)) > 0 {
			panic(fail(start(fb.Offset), sqlerr.InvalidColumnReference, "argument of %s must not contain variables", strings.ToUpper(frameModes[f.Mode])))
		}
		if f.Mode == ast.FrameRange {
			t := w.order[0].Expr.Type()
			if !clockKind(t) && t.Category != 'N' {
				panic(fail(start(fb.Offset), sqlerr.FeatureNotSupported, "RANGE with offset PRECEDING/FOLLOWING is not supported for column type %s", t.Display))
			}
			if !isUnknown(e) && (clockKind(t) && e.Type().Kind != types.KindInterval || isInteger(t) && !isInteger(e.Type())) {
				panic(rangeOffset(t, e, start(fb.Offset)))
			}
			if isUnknown(e) || isInteger(e.Type()) || t.Category == 'N' {
				if clockKind(t) {
					t = types.Interval
				}
				e = b.coerceOr(e, t, start(fb.Offset))
			}
			r.Offset = e
			return r
		}
		r.Offset = b.assign(e, types.Int8, nil, "", start(fb.Offset))
		return r
	}
	out.Start, out.End = bound(f.Start), bound(f.End)
	return out
}

func (b *binder) coerceOr(e expr.Expr, t *types.Type, pos int) expr.Expr {
	if !isUnknown(e) && !expr.CanCoerce(e.Type(), t) {
		if expr.CanCoerce(t, e.Type()) {
			return e
		}
		panic(rangeOffset(t, e, pos))
	}
	return b.coerce(e, t, pos)
}

func rangeOffset(t *types.Type, e expr.Expr, pos int) *sqlerr.Error {
	return fail(pos, sqlerr.FeatureNotSupported, "RANGE with offset PRECEDING/FOLLOWING is not supported for column type %s and offset type %s", t.Display, e.Type().Display).
		WithHint("Cast the offset value to an appropriate type.")
}

func clockKind(t *types.Type) bool {
	switch expr.BaseType(t).Kind {
	case types.KindDate, types.KindTime, types.KindTimeTZ, types.KindTimestamp, types.KindTimestampTZ, types.KindInterval:
		return true
	}
	return false
}

func frameErrors(f *ast.Frame, w *windowCall, pos int) {
	offset := f.Start.Offset != nil || f.End.Offset != nil
	switch {
	case f.Start.Kind == ast.UnboundedFollowing:
		panic(fail(f.Pos, sqlerr.WindowingError, "frame start cannot be UNBOUNDED FOLLOWING"))
	case f.End.Kind == ast.UnboundedPreceding:
		panic(fail(f.Pos, sqlerr.WindowingError, "frame end cannot be UNBOUNDED PRECEDING"))
	case f.Start.Kind == ast.CurrentRow && f.End.Kind == ast.OffsetPreceding:
		panic(fail(f.Pos, sqlerr.WindowingError, "frame starting from current row cannot have preceding rows"))
	case f.Start.Kind == ast.OffsetFollowing && f.End.Kind == ast.CurrentRow:
		panic(fail(f.Pos, sqlerr.WindowingError, "frame starting from following row cannot end with current row"))
	case f.Start.Kind == ast.OffsetFollowing && f.End.Kind < ast.OffsetFollowing:
		panic(fail(f.Pos, sqlerr.WindowingError, "frame starting from following row cannot have preceding rows"))
	case f.Mode == ast.FrameGroups && len(w.order) == 0:
		panic(fail(pos, sqlerr.WindowingError, "GROUPS mode requires an ORDER BY clause"))
	case f.Mode == ast.FrameRange && offset && len(w.order) != 1:
		panic(fail(pos, sqlerr.WindowingError, "RANGE with offset PRECEDING/FOLLOWING requires exactly one ORDER BY column"))
	}
}

func sameWindowCall(a, b *windowCall) bool {
	return a.call.Fn == b.call.Fn && equalList(a.call.Args, b.call.Args) && sameWindow(a, b) &&
		a.call.Frame == b.call.Frame && a.call.Agg != nil == (b.call.Agg != nil) &&
		(a.call.Agg == nil || equal(a.call.Agg, b.call.Agg))
}

func sameWindow(a, b *windowCall) bool {
	return equalList(a.partition, b.partition) && equalKeys(a.order, b.order)
}

// windowNodes stacks one Window node per different window on the input. A
// window whose order is a prefix of another's is computed after it, on the
// same sorted rows.
func windowNodes(input plan.Node, calls []windowCall) plan.Node {
	for len(calls) > 0 {
		w := &calls[0]
		n := &plan.Window{Input: input, Partition: w.partition, OrderBy: w.order}
		rest := calls[:0:0]
		for i := range calls {
			if sameWindow(w, &calls[i]) {
				n.Calls = append(n.Calls, calls[i].call)
			} else {
				rest = append(rest, calls[i])
			}
		}
		input, calls = n, rest
	}
	return input
}
