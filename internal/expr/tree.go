package expr

// children returns the operands of a node that belong to the query it stands
// in; what a subquery or an ArrayCompare evaluates over columns of its own is
// not among them.
func children(e Expr) []Expr {
	switch e := e.(type) {
	case *Call:
		return e.Args
	case *And:
		return e.Args
	case *Or:
		return e.Args
	case *Not:
		return []Expr{e.Arg}
	case *IsNull:
		return []Expr{e.Arg}
	case *IsBool:
		return []Expr{e.Arg}
	case *Distinct:
		return []Expr{e.A, e.B}
	case *Compare:
		return []Expr{e.A, e.B}
	case *In:
		return append([]Expr{e.Arg}, e.List...)
	case *Case:
		list := make([]Expr, 0, 2*len(e.Whens)+1)
		for _, w := range e.Whens {
			list = append(list, w.Cond, w.Then)
		}
		return append(list, e.Else)
	case *Coalesce:
		return e.Args
	case *Cast:
		return []Expr{e.Arg}
	case *Row:
		return e.Args
	case *Array:
		return e.Args
	case *Subquery:
		return e.Test
	case *Aggregate:
		list := append([]Expr(nil), e.Args...)
		for _, k := range e.OrderBy {
			list = append(list, k.Expr)
		}
		if e.Filter != nil {
			list = append(list, e.Filter)
		}
		return list
	case *ArrayCompare:
		return []Expr{e.Arg, e.Array}
	case *Field:
		return []Expr{e.Arg}
	}
	return nil
}

// Walk calls f for every node, parents first; where f returns false the
// operands of that node are left out.
func Walk(e Expr, f func(Expr) bool) {
	if e == nil || !f(e) {
		return
	}
	for _, c := range children(e) {
		Walk(c, f)
	}
}

// Rewrite rebuilds a tree bottom-up: f gets every node with its operands
// rewritten and returns what stands in its place. Nodes whose operands did not
// change are shared with the old tree.
func Rewrite(e Expr, f func(Expr) Expr) Expr {
	if e == nil {
		return nil
	}
	return f(withChildren(e, func(c Expr) Expr { return Rewrite(c, f) }))
}

// rewriteList applies f to a list and reports whether anything changed.
func rewriteList(list []Expr, f func(Expr) Expr) ([]Expr, bool) {
	var out []Expr
	for i, e := range list {
		n := f(e)
		if n != e && out == nil {
			out = append(make([]Expr, 0, len(list)), list[:i]...)
		}
		if out != nil {
			out = append(out, n)
		}
	}
	if out == nil {
		return list, false
	}
	return out, true
}

// withChildren replaces the operands of a node by f of them.
func withChildren(e Expr, f func(Expr) Expr) Expr {
	switch e := e.(type) {
	case *Call:
		if args, changed := rewriteList(e.Args, f); changed {
			c := *e
			c.Args = args
			return &c
		}
	case *And:
		if args, changed := rewriteList(e.Args, f); changed {
			return &And{Args: args}
		}
	case *Or:
		if args, changed := rewriteList(e.Args, f); changed {
			return &Or{Args: args}
		}
	case *Coalesce:
		if args, changed := rewriteList(e.Args, f); changed {
			return &Coalesce{Args: args, Typ: e.Typ}
		}
	case *Row:
		if args, changed := rewriteList(e.Args, f); changed {
			return &Row{Args: args, Typ: e.Typ}
		}
	case *Array:
		if args, changed := rewriteList(e.Args, f); changed {
			return &Array{Args: args, Typ: e.Typ}
		}
	case *Subquery:
		if args, changed := rewriteList(e.Test, f); changed {
			c := *e
			c.Test = args
			return &c
		}
	case *Case:
		return rewriteCase(e, f)
	case *Aggregate:
		return rewriteAggregate(e, f)
	default:
		return withOperands(e, f)
	}
	return e
}

// withOperands is withChildren for nodes with one or two fixed operands.
func withOperands(e Expr, f func(Expr) Expr) Expr {
	switch e := e.(type) {
	case *Not:
		if a := f(e.Arg); a != e.Arg {
			return &Not{Arg: a}
		}
	case *IsNull:
		if a := f(e.Arg); a != e.Arg {
			return &IsNull{Arg: a, Negated: e.Negated}
		}
	case *IsBool:
		if a := f(e.Arg); a != e.Arg {
			return &IsBool{Arg: a, Want: e.Want, Negated: e.Negated}
		}
	case *Distinct:
		if a, b := f(e.A), f(e.B); a != e.A || b != e.B {
			return &Distinct{A: a, B: b, Negated: e.Negated}
		}
	case *Compare:
		if a, b := f(e.A), f(e.B); a != e.A || b != e.B {
			return &Compare{Op: e.Op, A: a, B: b}
		}
	case *In:
		a := f(e.Arg)
		if list, changed := rewriteList(e.List, f); changed || a != e.Arg {
			return &In{Arg: a, List: list, Negated: e.Negated}
		}
	case *Cast:
		if a := f(e.Arg); a != e.Arg {
			c := *e
			c.Arg = a
			return &c
		}
	case *ArrayCompare:
		if a, b := f(e.Arg), f(e.Array); a != e.Arg || b != e.Array {
			c := *e
			c.Arg, c.Array = a, b
			return &c
		}
	case *Field:
		if a := f(e.Arg); a != e.Arg {
			return &Field{Arg: a, Index: e.Index, Typ: e.Typ}
		}
	}
	return e
}

func rewriteCase(e *Case, f func(Expr) Expr) Expr {
	changed := false
	whens := make([]When, len(e.Whens))
	for i, w := range e.Whens {
		whens[i] = When{Cond: f(w.Cond), Then: f(w.Then)}
		changed = changed || whens[i] != w
	}
	otherwise := f(e.Else)
	if !changed && otherwise == e.Else {
		return e
	}
	return &Case{Whens: whens, Else: otherwise, Typ: e.Typ}
}

func rewriteAggregate(e *Aggregate, f func(Expr) Expr) Expr {
	args, changed := rewriteList(e.Args, f)
	keys := make([]SortKey, len(e.OrderBy))
	for i, k := range e.OrderBy {
		keys[i] = k
		keys[i].Expr = f(k.Expr)
		changed = changed || keys[i].Expr != k.Expr
	}
	filter := e.Filter
	if filter != nil {
		filter = f(filter)
		changed = changed || filter != e.Filter
	}
	if !changed {
		return e
	}
	c := *e
	c.Args, c.Filter = args, filter
	if len(keys) > 0 {
		c.OrderBy = keys
	}
	return &c
}

// ColumnSet is a set of columns.
type ColumnSet map[ColumnID]struct{}

// Has reports whether the set holds a column.
func (s ColumnSet) Has(id ColumnID) bool {
	_, ok := s[id]
	return ok
}

// Add puts a column into the set.
func (s ColumnSet) Add(id ColumnID) { s[id] = struct{}{} }

// ContainsAll reports whether every column of t is in s.
func (s ColumnSet) ContainsAll(t ColumnSet) bool {
	for id := range t {
		if !s.Has(id) {
			return false
		}
	}
	return true
}

// Intersects reports whether the two sets have a column in common.
func (s ColumnSet) Intersects(t ColumnSet) bool {
	for id := range t {
		if s.Has(id) {
			return true
		}
	}
	return false
}

// Columns returns the columns that an expression refers to, those that its
// subqueries are correlated by among them.
func Columns(e Expr) ColumnSet {
	set := ColumnSet{}
	AddColumns(set, e)
	return set
}

// AddColumns adds the columns of an expression to a set.
func AddColumns(set ColumnSet, e Expr) {
	Walk(e, func(e Expr) bool {
		switch e := e.(type) {
		case *Column:
			set.Add(e.ID)
		case *Subquery:
			for _, id := range e.Outer {
				set.Add(id)
			}
		}
		return true
	})
}

// VolatilityOf returns the highest volatility in an expression. Parameters and
// outer references are stable: one value while the statement, or the run of
// the subquery, lasts. Subqueries count as stable.
func VolatilityOf(e Expr) Volatility {
	v := Immutable
	raise := func(to Volatility) {
		if to > v {
			v = to
		}
	}
	Walk(e, func(e Expr) bool {
		switch e := e.(type) {
		case *Call:
			raise(callVolatility(e))
		case *Param, *Outer, *Subquery:
			raise(Stable)
		case *Cast:
			raise(castVolatility(e.Arg.Type(), e.To))
		case *ArrayCompare:
			raise(VolatilityOf(e.Cond))
		}
		return v < Volatile
	})
	return v
}

// Equal reports whether two expressions are built alike, so that they give the
// same value for the same row. Calls of volatile functions equal nothing.
func Equal(a, b Expr) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	if !sameNode(a, b) {
		return false
	}
	ca, cb := children(a), children(b)
	if len(ca) != len(cb) {
		return false
	}
	for i := range ca {
		if !Equal(ca[i], cb[i]) {
			return false
		}
	}
	return true
}

// sameNode compares two nodes apart from their operands.
func sameNode(a, b Expr) bool {
	switch a := a.(type) {
	case *Const:
		b, ok := b.(*Const)
		return ok && a.Typ.Is(b.Typ) && a.Typ.Mod == b.Typ.Mod && a.Val == b.Val
	case *Column:
		b, ok := b.(*Column)
		return ok && a.ID == b.ID
	case *Outer:
		b, ok := b.(*Outer)
		return ok && a.ID == b.ID
	case *Param:
		b, ok := b.(*Param)
		return ok && a.Index == b.Index && a.Typ.Is(b.Typ)
	case *Call:
		b, ok := b.(*Call)
		return ok && a.Fn == b.Fn && a.Typ.Is(b.Typ) && a.Fn.Volatility != Volatile
	case *IsNull:
		b, ok := b.(*IsNull)
		return ok && a.Negated == b.Negated
	case *IsBool:
		b, ok := b.(*IsBool)
		return ok && a.Negated == b.Negated && a.Want == b.Want
	case *Distinct:
		b, ok := b.(*Distinct)
		return ok && a.Negated == b.Negated
	case *Compare:
		b, ok := b.(*Compare)
		return ok && a.Op == b.Op
	case *In:
		b, ok := b.(*In)
		return ok && a.Negated == b.Negated
	case *Cast:
		b, ok := b.(*Cast)
		return ok && a.To.Is(b.To) && a.To.Mod == b.To.Mod && a.To.Width == b.To.Width && a.Explicit == b.Explicit && a.Compared == b.Compared
	case *Field:
		b, ok := b.(*Field)
		return ok && a.Index == b.Index
	case *Aggregate:
		b, ok := b.(*Aggregate)
		return ok && sameAggregate(a, b)
	case *ArrayCompare:
		b, ok := b.(*ArrayCompare)
		return ok && a == b
	case *Subquery:
		b, ok := b.(*Subquery)
		return ok && a == b
	}
	return sameShape(a, b)
}

// sameShape compares nodes that have nothing besides their operands and type.
func sameShape(a, b Expr) bool {
	ok := false
	switch a.(type) {
	case *And:
		_, ok = b.(*And)
	case *Or:
		_, ok = b.(*Or)
	case *Not:
		_, ok = b.(*Not)
	case *Case:
		_, ok = b.(*Case)
	case *Coalesce:
		_, ok = b.(*Coalesce)
	case *Row:
		_, ok = b.(*Row)
	case *Array:
		_, ok = b.(*Array)
	}
	return ok && a.Type().Is(b.Type())
}

func sameAggregate(a, b *Aggregate) bool {
	if a.Fn != b.Fn || a.Distinct != b.Distinct || a.Star != b.Star || !a.Typ.Is(b.Typ) ||
		len(a.Args) != len(b.Args) || len(a.OrderBy) != len(b.OrderBy) || (a.Filter == nil) != (b.Filter == nil) {
		return false
	}
	for i := range a.OrderBy {
		if a.OrderBy[i].Desc != b.OrderBy[i].Desc || a.OrderBy[i].NullsFirst != b.OrderBy[i].NullsFirst {
			return false
		}
	}
	return true
}
