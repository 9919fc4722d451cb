package binder

import (
	"sync"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// castTo makes the cast of an expression to t, and the check of the domains
// that values of t belong to.
func (b *binder) castTo(e expr.Expr, t *types.Type, explicit, implicit bool, pos int) expr.Expr {
	return b.checked(&expr.Cast{Arg: e, To: t, Explicit: explicit, Implicit: implicit, Pos: pos}, t)
}

// checked makes the call that checks a value of a type with domains in it.
func (b *binder) checked(e expr.Expr, t *types.Type) expr.Expr {
	if !constrained(t) {
		return e
	}
	fn := b.domains[t]
	if fn == nil {
		check := b.valueCheck(t)
		fn = &expr.Func{
			Name: "domain_check", Args: []*types.Type{t}, Ret: t, NotStrict: true, Volatility: expr.Stable,
			Doc: "The value, once it meets the constraints of its domain", Source: "PostgreSQL",
			Eval: func(c *expr.Context, args []types.Value) (types.Value, error) { return args[0], check(c, args[0]) },
		}
		if b.domains == nil {
			b.domains = map[*types.Type]*expr.Func{}
		}
		b.domains[t] = fn
	}
	return &expr.Call{Fn: fn, Args: []expr.Expr{e}, Typ: t, Pos: -1}
}

// constrained reports whether values of the type have to meet constraints of
// domains.
func constrained(t *types.Type) bool {
	for ; t.Base != nil; t = t.Base {
		if d := t.Domain; d != nil && (d.NotNull || len(d.Checks) > 0) {
			return true
		}
	}
	switch t.Kind {
	case types.KindArray:
		return t.Elem != nil && constrained(t.Elem)
	case types.KindRecord:
		for _, f := range t.Fields {
			if constrained(f.Type) {
				return true
			}
		}
	}
	return false
}

// valueChecker returns an error for a value that breaks a constraint.
type valueChecker func(c *expr.Context, v types.Value) error

// valueCheck makes the check of a type: of the domains below first, then of
// its own constraints, then of what arrays and records hold.
func (b *binder) valueCheck(t *types.Type) valueChecker {
	var all []valueChecker
	for d := t; d.Base != nil; d = d.Base {
		if d.Domain != nil {
			all = append([]valueChecker{b.domainCheck(t, d)}, all...)
		}
	}
	base := expr.BaseType(t)
	switch {
	case base.Kind == types.KindArray && base.Elem != nil && constrained(base.Elem):
		elem := b.valueCheck(base.Elem)
		all = append(all, func(c *expr.Context, v types.Value) error {
			if v.IsNull() {
				return nil
			}
			for e := range types.ArrayIter(v) {
				if err := elem(c, e); err != nil {
					return err
				}
			}
			return nil
		})
	case base.Kind == types.KindRecord:
		all = append(all, b.fieldsCheck(base))
	}
	return func(c *expr.Context, v types.Value) error {
		for _, f := range all {
			if err := f(c, v); err != nil {
				return err
			}
		}
		return nil
	}
}

func (b *binder) fieldsCheck(t *types.Type) valueChecker {
	checks := make([]valueChecker, len(t.Fields))
	for i, f := range t.Fields {
		if constrained(f.Type) {
			checks[i] = b.valueCheck(f.Type)
		}
	}
	return func(c *expr.Context, v types.Value) error {
		if v.IsNull() {
			return nil
		}
		vals, err := types.RecordFields(v, t)
		if err != nil {
			return err
		}
		for i, f := range checks {
			if f != nil && i < len(vals) {
				if err := f(c, vals[i]); err != nil {
					return err
				}
			}
		}
		return nil
	}
}

// domainCheck makes the check of the constraints of d, which is t or a domain
// below it. Compiled conditions keep scratch memory, so every goroutine takes
// its own.
func (b *binder) domainCheck(t, d *types.Type) valueChecker {
	base := expr.BaseType(t)
	value := &catalog.Relation{Name: "value", Kind: catalog.Virtual, Columns: []*catalog.Column{{ID: 1, Name: "value", Type: base}}}
	conds := make([]expr.Expr, len(d.Domain.Checks))
	b.stored(-1, func() {
		for i, ck := range d.Domain.Checks {
			s := &scope{clause: clauseCheck, items: []*rangeItem{rowItem(value, "value", []expr.ColumnID{1})}}
			conds[i] = b.boolean(b.scalar(b.storedExpr(ck.Expr), s), "CHECK", -1)
		}
	})
	pool := sync.Pool{New: func() any {
		c := &expr.Compiler{Slot: func(expr.ColumnID) int { return 0 }}
		s, err := c.Scalars(conds)
		return &compiled{s, err}
	}}
	return func(c *expr.Context, v types.Value) error {
		if d.Domain.NotNull && v.IsNull() {
			return sqlerr.New(sqlerr.NotNullViolation, "domain %s does not allow null values", t.Display)
		}
		if len(conds) == 0 {
			return nil
		}
		p := pool.Get().(*compiled)
		defer pool.Put(p)
		if p.err != nil {
			return p.err
		}
		row := [1]types.Value{v}
		for i, cond := range p.conds {
			ok, err := cond(c, row[:])
			if err != nil {
				return err
			}
			if !ok.IsNull() && !ok.Bool() {
				name := d.Domain.Checks[i].Name
				return sqlerr.New(sqlerr.CheckViolation, "value for domain %s violates check constraint \"%s\"", t.Display, name).
					WithConstraint(name)
			}
		}
		return nil
	}
}

type compiled struct {
	conds []expr.Scalar
	err   error
}
