package ddl

import (
	"slices"

	"github.com/zqlite/zqlite/internal/binder"
	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// setColumnType is ALTER COLUMN ... TYPE ... USING.
func (r *run) setColumnType(rel *catalog.Relation, c *ast.AlterCommand) catalog.ID {
	col := column(rel, c.Column, c.Pos)
	if serials[c.Type.Name.Name] != nil && c.Type.Name.Schema == "" {
		fail(c.Type.Pos, sqlerr.UndefinedObject, "type \"%s\" does not exist", c.Type.Name.Name)
	}
	t := collated(r.typeOf(c.Type), c.Collation)
	r.unusedRows(rel)
	r.typeIsFree(rel, col)
	next := rel.Clone()
	o := rel.Ordinal(col.ID)
	n := *col
	n.Type = t
	convert := r.conversion(rel, col, t, c)
	r.convertDefault(&n, col)
	next.Columns[o] = &n
	r.retypeIndexes(next, col.ID, t)
	if next.KeyColumn == col.ID {
		recluster(next)
	}
	r.rebindChecks(next, col.ID)
	var id catalog.ID
	if c.Expr == nil && binaryCompatible(col.Type, t) && next.RowIDKey == rel.RowIDKey && next.KeyColumn == rel.KeyColumn {
		r.Catalog = r.Catalog.WithRelation(next)
		id = rel.ID
	} else {
		id = r.rebuild(rel, next, func(row []types.Value, _ int64) []types.Value {
			v, err := convert(r.Expr, row)
			check(err)
			row = slices.Clone(row)
			row[o] = v
			return row
		}).ID
	}
	r.recheckForeign(r.Catalog.RelationByID(id), col.ID)
	r.retypeSequence(r.Catalog.RelationByID(id), col.ID)
	return id
}

// typeIsFree refuses columns whose type others rely on.
func (r *run) typeIsFree(rel *catalog.Relation, col *catalog.Column) {
	for _, v := range r.viewsOf(rel) {
		if r.usesColumn(v, rel, col.ID) {
			throw(sqlerr.New(sqlerr.FeatureNotSupported, "cannot alter type of a column used by a view or rule").
				WithDetail("rule _RETURN on view %s depends on column \"%s\"", v.Name, col.Name))
		}
	}
	for _, g := range rel.Columns {
		if g.Generated != "" && slices.Contains(r.columnsOf(rel, g.Generated), col.ID) {
			throw(sqlerr.New(sqlerr.FeatureNotSupported, "cannot alter type of a column used by a generated column").
				WithDetail("Column \"%s\" is used by generated column \"%s\".", col.Name, g.Name))
		}
	}
}

// conversion compiles what makes the new value of a row.
func (r *run) conversion(rel *catalog.Relation, col *catalog.Column, t *types.Type, c *ast.AlterCommand) expr.Scalar {
	var x ast.Expr = &ast.ColumnRef{Pos: -1, Parts: []ast.Name{{Text: col.Name}}}
	if c.Expr != nil {
		x = c.Expr
	}
	inTransform.forbid(x)
	bound, err := binder.BindExpr(r.bindOptions(inTransform.many), rel, nil, x, t)
	if sqlerr.Code(err) != sqlerr.DatatypeMismatch {
		check(err)
		return compile(bound)
	}
	if c.Expr != nil {
		throw(sqlerr.New(sqlerr.DatatypeMismatch, "result of USING clause for column \"%s\" cannot be cast automatically to type %s", col.Name, types.FormatName(t)).
			WithHint("You might need to add an explicit cast."))
	}
	throw(sqlerr.New(sqlerr.DatatypeMismatch, "column \"%s\" cannot be cast automatically to type %s", col.Name, types.FormatName(t)).
		WithHint("You might need to specify \"USING %s::%s\".", ast.QuoteIdent(col.Name), types.FormatType(t)))
	return nil
}

// convertDefault keeps a default for the new type, or fails.
func (r *run) convertDefault(n, old *catalog.Column) {
	if old.Generated != "" || n.Default == "" {
		return
	}
	e := r.parseStored(n.Default)
	plain, err := binder.BindExpr(r.bindOptions(inDefault.many), nil, nil, e, old.Type)
	if err == nil && !types.IsCoercible(expr.BaseType(plain.Type()), expr.BaseType(n.Type), types.Assignment) {
		err = sqlerr.New(sqlerr.DatatypeMismatch, "")
	}
	if err != nil {
		fail(-1, sqlerr.DatatypeMismatch, "default for column \"%s\" cannot be cast automatically to type %s", n.Name, types.FormatName(n.Type))
	}
	if _, err = binder.BindExpr(r.bindOptions(inDefault.many), nil, nil, e, n.Type); err != nil {
		n.Default = "CAST(CAST(" + n.Default + " AS " + types.FormatType(old.Type) + ") AS " + types.FormatType(n.Type) + ")"
	}
}

// retypeIndexes gives the parts of all indexes their types again; expressions
// may have other ones.
func (r *run) retypeIndexes(rel *catalog.Relation, id uint16, t *types.Type) {
	for i, ix := range rel.Indexes {
		if !r.indexNames(rel, ix, id) {
			continue
		}
		n := *ix
		n.Parts = slices.Clone(ix.Parts)
		for k := range n.Parts {
			p := &n.Parts[k]
			switch {
			case p.Column == id:
				comparable(t, ix.Method)
				p.Type = t
			case p.Expr != "":
				stored(func() { p.Type = r.bind(rel, r.parseStored(p.Expr), inIndex, nil).Type() })
			}
		}
		rel.Indexes[i] = &n
		if ix == rel.Primary {
			rel.Primary = &n
		}
	}
}

// recluster chooses the kind of key again after the key column's type changed.
func recluster(rel *catalog.Relation) {
	o := rel.Ordinal(rel.KeyColumn)
	c := *rel.Columns[o]
	auto := c.AutoKey
	c.AutoKey = false
	rel.Columns[o] = &c
	cluster(rel, rel.Primary, auto)
}

// rebindChecks makes sure that checks and predicates still bind.
func (r *run) rebindChecks(rel *catalog.Relation, id uint16) {
	for _, ck := range rel.Checks {
		if slices.Contains(r.columnsOf(rel, ck.Expr), id) {
			stored(func() { r.condition(rel, r.parseStored(ck.Expr), inCheck, "CHECK") })
		}
	}
	for _, ix := range rel.Indexes {
		if ix.Where != "" {
			stored(func() { r.condition(rel, r.parseStored(ix.Where), inPredicate, "WHERE") })
		}
	}
}

// binaryCompatible reports whether stored values and their keys stay as they
// are: wider integers, and text with a limit that is no tighter.
func binaryCompatible(from, to *types.Type) bool {
	if from.Domain != nil || to.Domain != nil || from.Collation != to.Collation {
		return false
	}
	if from.Is(to) && from.Width == to.Width && from.Mod == to.Mod {
		return true
	}
	integer := func(t *types.Type) bool { return t.Is(types.Int2) || t.Is(types.Int4) || t.Is(types.Int8) }
	if integer(from) && integer(to) {
		return to.Width >= from.Width
	}
	text := func(t *types.Type) bool { return t.Is(types.Text) || t.Is(types.Varchar) }
	if !text(from) || !text(to) {
		return false
	}
	most, limited := types.TextMod(to)
	had, was := types.TextMod(from)
	return !limited || was && had <= most
}

// recheckForeign validates the foreign keys that a column with a new type is
// part of, on either side.
func (r *run) recheckForeign(rel *catalog.Relation, id uint16) {
	for _, k := range rel.Foreign {
		if slices.Contains(k.Columns, id) {
			comparableKeys(rel, r.Catalog.RelationByID(k.Parent), k)
			r.validateForeign(rel, k)
		}
	}
	for _, childID := range rel.Referers {
		child := r.Catalog.RelationByID(childID)
		for _, k := range child.Foreign {
			if k.Parent == rel.ID && slices.Contains(k.ParentColumns, id) {
				comparableKeys(child, rel, k)
				r.validateForeign(child, k)
			}
		}
	}
}

// retypeSequence lets the sequence of an identity column follow its type.
func (r *run) retypeSequence(rel *catalog.Relation, id uint16) {
	col := rel.ColumnByID(id)
	if col.Identity == catalog.NoIdentity {
		return
	}
	if !integerKey(col.Type) {
		fail(-1, sqlerr.InvalidParameterValue, "identity column type must be smallint, integer, or bigint")
	}
	old := r.Catalog.SequenceByID(col.Sequence)
	q := *old
	q.Version++
	q.Type = col.Type
	seqRange(&q, nil, nil, false, old.Type)
	r.Catalog = r.Catalog.WithSequence(&q)
}
