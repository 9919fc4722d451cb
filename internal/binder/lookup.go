package binder

import (
	"slices"
	"strings"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// columnRef binds a name with dots: a column, or the whole row of a FROM item.
func (b *binder) columnRef(r *ast.ColumnRef, s *scope) expr.Expr {
	name := r.Parts[len(r.Parts)-1].Text
	switch len(r.Parts) {
	case 1:
		if e := b.findColumn(name, r.Pos, s); e != nil {
			return e
		}
		if e := b.wholeRow(name, r.Pos, s); e != nil {
			return e
		}
		panic(b.noColumn("", name, r.Pos, s))
	case 4:
		panic(fail(r.Pos, sqlerr.FeatureNotSupported, "cross-database references are not implemented: %s", dotted(r.Parts)))
	case 2, 3:
		schema, table := "", r.Parts[len(r.Parts)-2].Text
		if len(r.Parts) > 2 {
			schema = r.Parts[len(r.Parts)-3].Text
		}
		return b.qualifiedColumn(schema, table, name, r.Pos, s)
	}
	panic(fail(r.Pos, sqlerr.SyntaxError, "improper qualified name (too many dotted names): %s", dotted(r.Parts)))
}

func dotted(parts []ast.Name) string {
	words := make([]string, len(parts))
	for i, p := range parts {
		words[i] = p.Text
	}
	return strings.Join(words, ".")
}

// findColumn looks for an unqualified column, innermost level first, or
// returns nil.
func (b *binder) findColumn(name string, pos int, s *scope) expr.Expr {
	for level := s; level != nil; level = level.parent {
		if e := b.findIn(level, name, pos, s); e != nil {
			return e
		}
	}
	return nil
}

func (b *binder) findIn(level *scope, name string, pos int, from *scope) expr.Expr {
	var item *rangeItem
	at := -1
	for _, it := range level.items {
		if it.hidden || it.gone {
			continue
		}
		for i := range it.cols {
			if it.cols[i].col.Name != name || it.cols[i].merged {
				continue
			}
			if item != nil {
				panic(fail(pos, sqlerr.AmbiguousColumn, "column reference \"%s\" is ambiguous", name))
			}
			item, at = it, i
		}
	}
	if item != nil {
		return b.refer(item, at, pos, level, from)
	}
	if !isSystemColumn(name) {
		return nil
	}
	var found expr.Expr
	for _, it := range level.items {
		if it.hidden || it.gone {
			continue
		}
		if e := b.systemColumn(it, name, pos, level, from); e != nil {
			if found != nil {
				panic(fail(pos, sqlerr.AmbiguousColumn, "column reference \"%s\" is ambiguous", name))
			}
			found = e
		}
	}
	return found
}

// findTable looks for the FROM item of a name, innermost level first.
func (b *binder) findTable(schema, table string, pos int, s *scope) (*rangeItem, *scope) {
	for level := s; level != nil; level = level.parent {
		var item *rangeItem
		for _, it := range level.items {
			if it.gone || it.name != table || it.name == "" || schema != "" && it.schema != schema {
				continue
			}
			if item != nil {
				panic(fail(pos, sqlerr.AmbiguousAlias, "table reference \"%s\" is ambiguous", table))
			}
			item = it
		}
		if item != nil {
			return item, level
		}
	}
	return nil, nil
}

func (b *binder) qualifiedColumn(schema, table, name string, pos int, s *scope) expr.Expr {
	item, level := b.findTable(schema, table, pos, s)
	if item == nil {
		if e := b.argumentField(schema, table, name, pos, s); e != nil {
			return e
		}
		panic(b.noTable(schema, table, pos, s))
	}
	at := -1
	for i := range item.cols {
		if item.cols[i].col.Name == name {
			if at >= 0 {
				panic(fail(pos, sqlerr.AmbiguousColumn, "column reference \"%s\" is ambiguous", name))
			}
			at = i
		}
	}
	if at >= 0 {
		return b.refer(item, at, pos, level, s)
	}
	if isSystemColumn(name) {
		if e := b.systemColumn(item, name, pos, level, s); e != nil {
			return e
		}
	}
	if b.o.Catalog != nil && len(b.o.Catalog.Functions(b.o.SearchPath, "", name)) > 0 { // f(table), written as a column
		call := &ast.FuncCall{Pos: pos, Name: ast.QualifiedName{Pos: pos, Name: name}, Args: []ast.Expr{&ast.ColumnRef{Pos: pos, Parts: []ast.Name{{Pos: pos, Text: table}}}}}
		if e := b.sqlFunction(call, s); e != nil {
			return e
		}
	}
	panic(b.noColumn(table, name, pos, s))
}

// refer makes the reference from scope from to a column of an item at level.
func (b *binder) refer(it *rangeItem, i, pos int, level, from *scope) expr.Expr {
	if it.noUpdateLateral {
		panic(fail(pos, sqlerr.InvalidColumnReference, "invalid reference to FROM-clause entry for table \"%s\"", it.name).
			WithHint("There is an entry for table \"%s\", but it cannot be referenced from this part of the query.", it.name))
	}
	if it.noLateral {
		panic(fail(pos, sqlerr.InvalidColumnReference, "invalid reference to FROM-clause entry for table \"%s\"", it.name).
			WithDetail("The combining JOIN type must be INNER or LEFT for a LATERAL reference."))
	}
	if b.o.Notes != nil {
		b.noteReference(it, i)
	}
	c := &it.cols[i]
	if c.expr != nil {
		if level == from {
			return c.expr
		}
		return b.outward(c.expr, level, from)
	}
	it.use(i)
	return b.reference(c.col.ID, c.col.Type, c.col.Name, pos, level, from)
}

// reference makes a Column, or an Outer where level is above from.
func (b *binder) reference(id expr.ColumnID, t *types.Type, name string, pos int, level, from *scope) expr.Expr {
	if level == from {
		e := &expr.Column{ID: id, Typ: t, Name: name}
		level.refs = append(level.refs, columnRef{e, pos})
		return e
	}
	for s := from; s != level; s = s.parent {
		s.record(id)
	}
	e := &expr.Outer{ID: id, Typ: t, Name: name}
	level.refs = append(level.refs, columnRef{e, pos})
	return e
}

// outward turns an expression over the columns of level into one for a scope
// below it.
func (b *binder) outward(e expr.Expr, level, from *scope) expr.Expr {
	return rewrite(e, func(x expr.Expr) (expr.Expr, bool) {
		switch x := x.(type) {
		case *expr.Column:
			return b.reference(x.ID, x.Typ, x.Name, -1, level, from), true
		case *expr.Outer:
			for s := from; s != level; s = s.parent {
				s.record(x.ID)
			}
		case *expr.Subquery:
			for s := from; s != level; s = s.parent {
				for _, id := range x.Outer {
					s.record(id)
				}
			}
		}
		return x, false
	})
}

func isSystemColumn(name string) bool {
	switch name {
	case "rowid", "oid", "_rowid_", "ctid", "tableoid", "xmin", "xmax", "cmin", "cmax":
		return true
	}
	return false
}

// systemColumn gives SQLite's row id and PostgreSQL's ctid and tableoid of a
// base table that has no column of that name.
func (b *binder) systemColumn(it *rangeItem, name string, pos int, level, from *scope) expr.Expr {
	if it.rel == nil || it.scan == nil && it.rowid == 0 && name != "tableoid" {
		if it.rel == nil || it.rel.KeyColumn == 0 {
			return nil
		}
	}
	switch name {
	case "tableoid":
		return &expr.Const{Val: types.NewInt(int64(it.rel.ID)), Typ: types.Oid}
	case "xmin", "xmax", "cmin", "cmax":
		return nil
	}
	if it.rel.KeyColumn != 0 {
		if i := it.rel.Ordinal(it.rel.KeyColumn); i >= 0 && i < len(it.cols) {
			return b.refer(it, i, pos, level, from)
		}
	}
	if !hasRowID(it.rel) {
		return nil
	}
	return b.reference(b.useRowID(it), types.Int8, name, pos, level, from)
}

// wholeRow binds the name of a FROM item as a value: the record of its row,
// or its column where it is a function with one.
func (b *binder) wholeRow(name string, pos int, s *scope) expr.Expr {
	item, level := b.findTable("", name, pos, s)
	if item == nil {
		return nil
	}
	return b.itemRow(item, pos, level, s)
}

func (b *binder) itemRow(item *rangeItem, pos int, level, s *scope) expr.Expr {
	row := &expr.Row{Whole: true}
	var fields []types.Field
	for i := range item.cols {
		e := b.refer(item, i, pos, level, s)
		row.Args = append(row.Args, e)
		fields = append(fields, types.Field{Name: item.cols[i].col.Name, Type: e.Type()})
	}
	row.Typ = recordType(fields)
	if name := item.rowName(); name != "" {
		row.Typ.Name, row.Typ.Display = name, name
		if item.rel != nil && item.row == nil {
			row.Typ.Category, row.Typ.Rel = 'C', types.OID(item.rel.ID)
			for i, c := range item.rel.Columns { // whatever the alias calls them
				fields[i].Name = c.Name
			}
		}
	}
	if item.row != nil && !item.row.Is(types.RecordType) && len(item.row.Fields) == len(fields) {
		row.Typ = item.row
	}
	if !item.nullable {
		return row
	}
	missing := &expr.IsNull{Arg: row}
	if rel := item.rel; rel != nil && len(item.cols) == len(rel.Columns) {
		if i := slices.IndexFunc(rel.Columns, func(c *catalog.Column) bool { return c.NotNull }); i >= 0 {
			missing.Arg = row.Args[i]
		}
	}
	return &expr.Case{Whens: []expr.When{{Cond: missing, Then: &expr.Const{Typ: row.Typ}}}, Else: row, Typ: row.Typ}
}

// rowName is the name of the type of an item's rows, "" where it has none.
func (it *rangeItem) rowName() string {
	switch {
	case it.row != nil:
		return it.row.Name
	case it.rel != nil && len(it.cols) == len(it.rel.Columns):
		return it.rel.Name
	}
	return ""
}

// noTable makes the error for a qualified name whose table is not there.
func (b *binder) noTable(schema, table string, pos int, s *scope) *sqlerr.Error {
	for level := s; level != nil; level = level.parent {
		for _, it := range append(level.barred, level.items...) {
			if it.name == table {
				return fail(pos, sqlerr.UndefinedTable, "invalid reference to FROM-clause entry for table \"%s\"", table).
					WithHint("There is an entry for table \"%s\", but it cannot be referenced from this part of the query.", table)
			}
			if it.rel != nil && it.rel.Name == table && it.name != "" {
				return fail(pos, sqlerr.UndefinedTable, "invalid reference to FROM-clause entry for table \"%s\"", table).
					WithHint("Perhaps you meant to reference the table alias \"%s\".", it.name)
			}
		}
	}
	return fail(pos, sqlerr.UndefinedTable, "missing FROM-clause entry for table \"%s\"", table)
}

// noColumn makes the error for a column that is not there, with the hint that
// PostgreSQL gives where a similar name exists.
func (b *binder) noColumn(table, name string, pos int, s *scope) *sqlerr.Error {
	var err *sqlerr.Error
	if table != "" {
		err = fail(pos, sqlerr.UndefinedColumn, "column %s.%s does not exist", table, name)
	} else {
		err = fail(pos, sqlerr.UndefinedColumn, "column \"%s\" does not exist", name)
	}
	for level := s; level != nil; level = level.parent {
		for _, it := range level.barred {
			for i := range it.cols {
				if it.cols[i].col.Name == name && (table == "" || table == it.name) {
					return err.WithHint("There is a column named \"%s\" in table \"%s\", but it cannot be referenced from this part of the query.", name, it.name)
				}
			}
		}
	}
	if hint := similarColumn(table, name, s); hint != "" {
		return err.WithHint("Perhaps you meant to reference the column %s.", hint)
	}
	return err
}

// similarColumn finds the column whose name is nearest: at most 3 edits, and
// not more than half the name. Two equally near ones are both named; more than
// two, none.
func similarColumn(table, name string, s *scope) string {
	best := 4
	var found []string
	for level := s; level != nil; level = level.parent {
		for _, it := range level.items {
			if it.gone || it.name == "" {
				continue
			}
			extra := 0
			if table != "" && it.name != table {
				extra = distance(table, it.name)
			}
			for i := range it.cols {
				column := it.cols[i].col.Name
				d := distance(name, column)
				if d > len(name)/2 || d+extra > 3 || d+extra > best {
					continue
				}
				if d += extra; d < best {
					best, found = d, found[:0]
				}
				found = append(found, "\""+it.name+"."+column+"\"")
			}
		}
	}
	if len(found) == 0 || len(found) > 2 {
		return ""
	}
	return strings.Join(found, " or the column ")
}

// distance is the edit distance of Levenshtein.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := diagonal
			if a[i-1] != b[j-1] {
				cost++
			}
			diagonal = row[j]
			row[j] = min(cost, row[j]+1, row[j-1]+1)
		}
	}
	return row[len(b)]
}
