package engine

import (
	"context"
	"fmt"
	"strings"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage"
	"github.com/zqlite/zqlite/internal/table"
	"github.com/zqlite/zqlite/internal/types"
)

// Large finds a value of the session's transaction that is to be read in
// pieces: a column of the row whose primary key the Go values are. found is
// false where there is no such row, null where the value is NULL. Of a table
// that tenants share the key may leave the tenant out; other tenants' rows are
// not there.
func (s *Session) Large(ctx context.Context, name, column string, key []any) (l storage.Large, found, null bool, err error) {
	defer s.guard(&err)
	if s.tx == nil {
		return l, false, false, sqlerr.New(sqlerr.NoActiveSQLTransaction, "a value is read in pieces within a transaction")
	}
	if s.failed {
		return l, false, false, errFailedTransaction
	}
	st, err := s.Lookup("COPY " + name + " FROM STDIN")
	if err != nil {
		return l, false, false, err
	}
	stmt, ok := st.parts[0].stmt.(*ast.Copy)
	if len(st.parts) != 1 || !ok || len(stmt.Columns)+len(stmt.Options) > 0 || stmt.Where != nil {
		return l, false, false, sqlerr.New(sqlerr.SyntaxError, "a table is expected, not %q", name)
	}
	s.settle()
	if err := s.enterScope(ctx); err != nil {
		return l, false, false, err
	}
	if err := s.tx.BeginStatement(); err != nil {
		return l, false, false, err
	}
	c := &copyRun{stmt: stmt}
	if err := c.relation(s); err != nil {
		return l, false, false, err
	}
	var own types.Value // the tenant, where rows of others are not to be seen
	if c.rel.Tenant != 0 {
		if own, err = s.largeTenant(ctx, c.rel, column); err != nil {
			return l, false, false, err
		}
	}
	ordinal, vals, visible, err := s.largeKey(c.rel, column, key, own)
	if err != nil || !visible {
		return l, false, false, err
	}
	return table.Of(c.rel).Large(s.tx, vals, ordinal)
}

// largeTenant is the tenant whose rows of a table the statement may read; NULL
// stands for all, whose use is recorded.
func (s *Session) largeTenant(ctx context.Context, rel *catalog.Relation, column string) (types.Value, error) {
	switch {
	case s.reason != "":
		return types.Null, s.recordUse(ctx, "OpenBlob "+rel.Schema+"."+rel.Name+"."+column)
	case s.tenant == "":
		return types.Null, expr.ErrNoTenant
	}
	return s.fromText(s.tenant, rel.Columns[rel.Ordinal(rel.Tenant)].Type)
}

// largeKey finds the column and makes the values of the key. visible is false
// for a key of another tenant than own, which is NULL where all may be seen.
func (s *Session) largeKey(rel *catalog.Relation, column string, key []any, own types.Value) (ordinal int, vals []types.Value, visible bool, err error) {
	fail := func(code, format string, args ...any) (int, []types.Value, bool, error) {
		return 0, nil, false, sqlerr.New(code, format, args...)
	}
	switch ordinal = rel.ColumnByName(column); {
	case isAudit(rel) && !s.config.CrossTenant:
		return 0, nil, false, errAudit
	case ordinal < 0:
		return fail(sqlerr.UndefinedColumn, "column %q of relation %q does not exist", column, rel.Name)
	case rel.Primary == nil:
		return fail(sqlerr.WrongObjectType, "table %q has no primary key to find the row by", rel.Name)
	}
	switch types.BaseType(rel.Columns[ordinal].Type).Kind {
	case types.KindBytes, types.KindText, types.KindJSON:
	default:
		return fail(sqlerr.DatatypeMismatch, "values of type %s are not read in pieces, only bytea, text and json",
			types.FormatType(rel.Columns[ordinal].Type))
	}
	short := !own.IsNull() && len(key) == len(rel.Primary.Parts)-1
	if len(key) != len(rel.Primary.Parts) && !short {
		return fail(sqlerr.InvalidParameterValue, "the primary key of %q has %d columns, %d values were given",
			rel.Name, len(rel.Primary.Parts), len(key))
	}
	visible = true
	for i, p := range rel.Primary.Parts {
		tenant := rel.Tenant != 0 && p.Column == rel.Tenant
		if short && tenant {
			vals = append(vals, own)
			continue
		}
		v, err := s.valueOf(key[0], rel.Columns[rel.Ordinal(p.Column)].Type, i)
		if err != nil {
			return 0, nil, false, err
		}
		if v.IsNull() {
			return fail(sqlerr.InvalidParameterValue, "a primary key is never NULL")
		}
		if tenant && !own.IsNull() && types.Compare(v, own, rel.Columns[rel.Ordinal(p.Column)].Type) != 0 {
			visible = false
		}
		key = key[1:]
		vals = append(vals, v)
	}
	return ordinal, vals, visible, nil
}

// LargeUpdate writes the statement that stores a value in pieces: its first
// parameter is the value, the others the key, which may leave the tenant out.
func (s *Session) LargeUpdate(name, column string, keys int) (text string, err error) {
	defer s.guard(&err)
	st, err := s.Lookup("COPY " + name + " FROM STDIN")
	if err != nil {
		return "", err
	}
	c := &copyRun{stmt: st.parts[0].stmt.(*ast.Copy)}
	if err := c.relation(s); err != nil {
		return "", err
	}
	rel := c.rel
	var b strings.Builder
	fmt.Fprintf(&b, "UPDATE %s.%s SET %s = $1 WHERE ", ast.QuoteIdent(rel.Schema), ast.QuoteIdent(rel.Name), ast.QuoteIdent(column))
	n := 1
	for _, p := range rel.Primary.Parts {
		if keys < len(rel.Primary.Parts) && p.Column == rel.Tenant {
			continue
		}
		if n > 1 {
			b.WriteString(" AND ")
		}
		n++
		fmt.Fprintf(&b, "%s = $%d", ast.QuoteIdent(rel.ColumnByID(p.Column).Name), n)
	}
	if n == 1 { // one row a tenant
		b.WriteString("true")
	}
	return b.String(), nil
}
