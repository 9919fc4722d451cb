package binder

import (
	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// A relation with TENANT BY is scoped where it is found, which is one of three
// places: a scan (tableRef, source), a target (finishTarget), TRUNCATE. Views,
// functions, common table expressions, subqueries and triggers all come through
// them.

// shared reports whether tenants share the relation, and the statement is to
// see the rows of the session's only.
func (b *binder) shared(rel *catalog.Relation) bool { return b.o.Tenant && rel.Tenant != 0 }

// tenantValue is the session's tenant, read at run time; a session without
// one gets an error there.
func (b *binder) tenantValue(t *types.Type) expr.Expr {
	var e expr.Expr
	if expr.Functions("zqlite_tenant") != nil {
		e = b.callByName("zqlite_tenant", nil, -1, nil)
	} else {
		e = b.callByName("current_setting", []expr.Expr{&expr.Const{Val: types.NewText("zqlite.tenant"), Typ: types.Text}}, -1, nil)
	}
	return b.convert(e, t, true, -1)
}

// tenantCondition restricts a row to the session's tenant.
func (b *binder) tenantCondition(it *rangeItem) expr.Expr {
	i := it.rel.Ordinal(it.rel.Tenant)
	it.use(i)
	c := it.cols[i].col
	return b.operator("=", &expr.Column{ID: c.ID, Typ: c.Type, Name: c.Name}, b.tenantValue(c.Type), -1)
}

// truncateTenant refuses to empty a relation that other tenants share.
func (b *binder) truncateTenant(rel *catalog.Relation, pos int) {
	if b.shared(rel) {
		panic(fail(pos, sqlerr.InsufficientPrivilege, "cannot truncate \"%s\", which other tenants share", rel.Name).
			WithHint("Use DELETE, which is scoped to the session's tenant."))
	}
}
