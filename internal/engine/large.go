package engine

import (
	"context"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage"
	"github.com/zqlite/zqlite/internal/table"
	"github.com/zqlite/zqlite/internal/types"
)

// Large finds a value of the session's transaction that is to be read in
// pieces: a column of the row whose primary key the Go values are. found is
// false where there is no such row, null where the value is NULL.
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
	if err := s.tx.BeginStatement(); err != nil {
		return l, false, false, err
	}
	c := &copyRun{stmt: stmt}
	if err := c.relation(s); err != nil {
		return l, false, false, err
	}
	ordinal, vals, err := s.largeKey(c.rel, column, key)
	if err != nil {
		return l, false, false, err
	}
	return table.Of(c.rel).Large(s.tx, vals, ordinal)
}

// largeKey finds the column and makes the values of the key.
func (s *Session) largeKey(rel *catalog.Relation, column string, key []any) (ordinal int, vals []types.Value, err error) {
	switch ordinal = rel.ColumnByName(column); {
	case isAudit(rel) && !s.config.CrossTenant:
		return 0, nil, errAudit
	case rel.Tenant != 0: // the condition on the tenant is the binder's to add
		return 0, nil, sqlerr.New(sqlerr.FeatureNotSupported, "values of the tenant table %q are not read in pieces", rel.Name)
	case ordinal < 0:
		return 0, nil, sqlerr.New(sqlerr.UndefinedColumn, "column %q of relation %q does not exist", column, rel.Name)
	case rel.Primary == nil:
		return 0, nil, sqlerr.New(sqlerr.WrongObjectType, "table %q has no primary key to find the row by", rel.Name)
	}
	switch types.BaseType(rel.Columns[ordinal].Type).Kind {
	case types.KindBytes, types.KindText, types.KindJSON:
	default:
		return 0, nil, sqlerr.New(sqlerr.DatatypeMismatch, "values of type %s are not read in pieces, only bytea, text and json",
			types.FormatType(rel.Columns[ordinal].Type))
	}
	if len(key) != len(rel.Primary.Parts) {
		return 0, nil, sqlerr.New(sqlerr.InvalidParameterValue, "the primary key of %q has %d columns, %d values were given",
			rel.Name, len(rel.Primary.Parts), len(key))
	}
	for i, p := range rel.Primary.Parts {
		v, err := s.valueOf(key[i], rel.Columns[rel.Ordinal(p.Column)].Type, i)
		if err != nil {
			return 0, nil, err
		}
		if v.IsNull() {
			return 0, nil, sqlerr.New(sqlerr.InvalidParameterValue, "a primary key is never NULL")
		}
		vals = append(vals, v)
	}
	return ordinal, vals, nil
}
