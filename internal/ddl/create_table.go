package ddl

import (
	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// maxColumns is PostgreSQL's limit.
const maxColumns = 1600

// builder makes the descriptor of a table: by CREATE TABLE, or of an added
// column or constraint.
type builder struct {
	*run
	rel         *catalog.Relation
	created     bool // the table is new and empty
	names       map[string]bool
	constraints []tableConstraint
	deferred    []pendingColumn // defaults and generation expressions to be bound
	sequences   []*catalog.Sequence
	auto        uint16 // column with AUTOINCREMENT
}

// tableConstraint is a constraint that waits until all columns are known.
type tableConstraint struct {
	*ast.Constraint
	columns []ast.Name // those written, or the column that it stands at
}

// pendingColumn is a column whose expression is bound when all are known.
type pendingColumn struct {
	id        uint16
	value     ast.Expr
	generated bool
}

func (r *run) newBuilder(rel *catalog.Relation) *builder {
	return &builder{run: r, rel: rel, names: map[string]bool{}}
}

// taken reports names of relations, those that this statement makes included.
func (b *builder) taken(name string) bool {
	return b.names[name] || b.Catalog.Taken(b.rel.Schema, name) || name == b.rel.Name
}

// constraintTaken reports names of constraints of the table.
func (b *builder) constraintTaken(name string) bool {
	if b.rel.ConstraintTaken(name) {
		return true
	}
	for _, c := range b.constraints {
		if c.Name == name {
			return true
		}
	}
	return false
}

func (r *run) createTable(s *ast.CreateTable) {
	r.tableOptions(s)
	schema := r.target(s.Name, s.Temp)
	if s.IfNotExists && !r.free(schema, s.Name.Name, true) {
		return
	}
	rel := r.newTable(schema, s.Name.Name)
	rel.OnCommit = onCommit(s.OnCommit, s.Temp)
	b := r.newBuilder(rel)
	b.created = true
	if s.Of != nil {
		b.typedColumns(s)
	}
	for _, e := range s.Order {
		switch {
		case e.Column != nil && s.Of != nil:
		case e.Column != nil:
			b.column(e.Column)
		case e.Constraint != nil:
			b.constraints = append(b.constraints, tableConstraint{e.Constraint, e.Constraint.Columns})
		case e.Like != nil:
			b.like(e.Like)
		}
	}
	r.free(schema, s.Name.Name, false) // what is wrong with the columns comes first
	b.finishColumns()
	if s.TenantBy != "" {
		b.tenantColumn(s.TenantBy, s.Pos)
	}
	b.localConstraints()
	b.store()
	b.foreignKeys()
}

// tableOptions refuses what tables do not have.
func (r *run) tableOptions(s *ast.CreateTable) {
	if len(s.Inherits) > 0 {
		unsupported(s.Inherits[0].Pos, "table inheritance is not supported")
	}
	if s.Using != "" && s.Using != "heap" {
		unsupported(s.Pos, "table access method \"%s\" is not supported", s.Using)
	}
}

// onCommit is what a temporary table's descriptor says of its end.
func onCommit(action ast.OnCommit, temp bool) string {
	if action != ast.OnCommitDefault && !temp {
		fail(-1, sqlerr.InvalidTableDefinition, "ON COMMIT can only be used on temporary tables")
	}
	switch action {
	case ast.OnCommitDeleteRows:
		return "delete rows"
	case ast.OnCommitDrop:
		return "drop"
	}
	return ""
}

// newTable makes an empty descriptor.
func (r *run) newTable(schema, name string) *catalog.Relation {
	return &catalog.Relation{ID: r.newID(), Version: 1, Schema: schema, Name: name, Kind: catalog.Table,
		Temp: schema == r.TempSchema, NextCol: 1, Layouts: 1, RowIDKey: true}
}

// store makes the trees and puts the finished descriptor into the catalog.
func (b *builder) store() {
	if len(b.rel.Columns) > maxColumns {
		fail(-1, sqlerr.TooManyColumns, "tables can have at most %d columns", maxColumns)
	}
	b.createTrees(b.rel)
	b.Catalog = b.Catalog.WithRelation(b.rel)
	b.storeSequences()
}

// storeSequences adds the sequences that columns brought along.
func (b *builder) storeSequences() {
	for _, q := range b.sequences {
		b.addSequence(q)
	}
	b.sequences = nil
}

// systemColumns are the names that no column may have.
var systemColumns = map[string]bool{"ctid": true, "xmin": true, "xmax": true, "cmin": true, "cmax": true, "tableoid": true}

// serials are the pseudo-types that stand for an integer with a sequence.
var serials = map[string]*types.Type{
	"serial": types.Integer, "serial4": types.Integer, "bigserial": types.Int8, "serial8": types.Int8,
	"smallserial": types.Int2, "serial2": types.Int2,
}

// newColumn adds an empty column to the descriptor.
func (b *builder) newColumn(name string, t *types.Type, pos int) *catalog.Column {
	if b.rel.ColumnByName(name) >= 0 {
		if b.created {
			fail(pos, sqlerr.DuplicateColumn, "column \"%s\" specified more than once", name)
		}
		fail(-1, sqlerr.DuplicateColumn, "column \"%s\" of relation \"%s\" already exists", name, b.rel.Name)
	}
	if systemColumns[name] {
		fail(-1, sqlerr.DuplicateColumn, "column name \"%s\" conflicts with a system column name", name)
	}
	if t.Category == 'P' || t.Kind == types.KindVoid || t.Is(types.Unknown) {
		fail(-1, sqlerr.InvalidTableDefinition, "column \"%s\" has pseudo-type %s", name, types.FormatName(t))
	}
	c := &catalog.Column{ID: b.rel.NextCol, Name: name, Type: t}
	b.rel.NextCol++
	b.rel.Columns = append(b.rel.Columns, c)
	return c
}

// column adds a column as it is written.
func (b *builder) column(d *ast.ColumnDef) *catalog.Column {
	serial := serials[d.Type.Name.Name]
	if d.Type.Name.Schema != "" || serial != nil && b.Catalog.UserType(b.SearchPath, "", d.Type.Name.Name) != nil {
		serial = nil
	}
	if serial != nil && len(d.Type.Dims) > 0 {
		unsupported(d.Type.Pos, "array of serial is not implemented")
	}
	if d.Type.SetOf {
		fail(d.Type.Pos, sqlerr.InvalidTableDefinition, "column \"%s\" cannot be declared SETOF", d.Name)
	}
	t := serial
	if t == nil {
		t = b.typeOf(d.Type)
	}
	c := b.newColumn(d.Name, collated(t, d.Collation), d.Pos)
	x := columnClauses{b: b, col: c, pos: d.Pos}
	if serial != nil {
		c.NotNull = true
		x.value = "serial"
		c.Sequence = b.ownedSequence(c, serial, nil).ID
	}
	for i := range d.Constraints {
		x.clause(&d.Constraints[i])
	}
	if x.identity && x.value == "default" {
		fail(d.Pos, sqlerr.SyntaxError, "both default and identity specified for column \"%s\" of table \"%s\"", c.Name, b.rel.Name)
	}
	return c
}

// columnClauses watches that the clauses of a column do not contradict.
type columnClauses struct {
	b        *builder
	col      *catalog.Column
	pos      int
	null     bool   // NULL is written
	notNull  bool   // NOT NULL is written
	value    string // default, generated or serial
	identity bool
}

func (x *columnClauses) clause(c *ast.Constraint) {
	b, col := x.b, x.col
	table := b.rel.Name
	switch c.Kind {
	case ast.ConstraintNull:
		if x.notNull || x.value == "serial" || x.identity {
			x.conflict(c.Pos)
		}
		x.null = true
	case ast.ConstraintNotNull:
		if x.null {
			x.conflict(c.Pos)
		}
		x.notNull, col.NotNull = true, true
	case ast.ConstraintDefault:
		if x.value == "default" || x.value == "serial" {
			fail(c.Pos, sqlerr.SyntaxError, "multiple default values specified for column \"%s\" of table \"%s\"", col.Name, table)
		}
		x.only(c, "default")
		b.deferred = append(b.deferred, pendingColumn{col.ID, c.Expr, false})
	case ast.ConstraintGenerated:
		if x.value == "generated" {
			fail(c.Pos, sqlerr.SyntaxError, "multiple generation clauses specified for column \"%s\" of table \"%s\"", col.Name, table)
		}
		x.only(c, "generated")
		b.deferred = append(b.deferred, pendingColumn{col.ID, c.Expr, true})
	case ast.ConstraintIdentity:
		x.setIdentity(c)
	case ast.ConstraintPrimaryKey:
		if c.Autoincrement {
			b.auto = col.ID
		}
		fallthrough
	default:
		b.constraints = append(b.constraints, tableConstraint{c, []ast.Name{{Pos: c.Pos, Text: col.Name}}})
	}
}

func (x *columnClauses) conflict(pos int) {
	fail(pos, sqlerr.SyntaxError, "conflicting NULL/NOT NULL declarations for column \"%s\" of table \"%s\"", x.col.Name, x.b.rel.Name)
}

// only refuses a value of another kind for the same column.
func (x *columnClauses) only(c *ast.Constraint, kind string) {
	if x.value != "" && x.value != kind {
		fail(c.Pos, sqlerr.SyntaxError, "both default and generation expression specified for column \"%s\" of table \"%s\"", x.col.Name, x.b.rel.Name)
	}
	if x.identity && kind == "generated" {
		fail(c.Pos, sqlerr.SyntaxError, "both identity and generation expression specified for column \"%s\" of table \"%s\"", x.col.Name, x.b.rel.Name)
	}
	x.value = kind
}

func (x *columnClauses) setIdentity(c *ast.Constraint) {
	b, col := x.b, x.col
	if c.Autoincrement {
		b.auto = col.ID
		return
	}
	switch {
	case x.identity:
		fail(c.Pos, sqlerr.SyntaxError, "multiple identity specifications for column \"%s\" of table \"%s\"", col.Name, b.rel.Name)
	case x.null:
		x.conflict(c.Pos)
	case x.value == "generated":
		fail(c.Pos, sqlerr.SyntaxError, "both identity and generation expression specified for column \"%s\" of table \"%s\"", col.Name, b.rel.Name)
	case x.value != "":
		fail(c.Pos, sqlerr.SyntaxError, "both default and identity specified for column \"%s\" of table \"%s\"", col.Name, b.rel.Name)
	}
	x.identity = true
	b.identity(col, c)
}

// identityType refuses types that identity columns do not have.
func identityType(t *types.Type) {
	if !t.Is(types.Int2) && !t.Is(types.Int4) && !t.Is(types.Int8) || t.Domain != nil {
		fail(-1, sqlerr.InvalidParameterValue, "identity column type must be smallint, integer, or bigint")
	}
}

// identity makes a column an identity column.
func (b *builder) identity(col *catalog.Column, c *ast.Constraint) {
	identityType(col.Type)
	col.NotNull, col.Identity = true, catalog.IdentityByDefault
	if c.Always {
		col.Identity = catalog.IdentityAlways
	}
	col.Sequence = b.ownedSequence(col, col.Type, c.Sequence).ID
}

// ownedSequence makes the sequence behind a column.
func (b *builder) ownedSequence(col *catalog.Column, t *types.Type, options []ast.SeqOption) *catalog.Sequence {
	q := newSequence(col.Type)
	q.ID, q.Schema, q.Temp = b.newID(), b.rel.Schema, b.rel.Temp
	q.OwnerRel, q.OwnerCol = b.rel.ID, col.ID
	given := ""
	for _, o := range options {
		if o.Kind == ast.SeqName {
			given = o.Name.Name
		}
	}
	if q.Name = given; given == "" {
		q.Name = chooseName(b.taken, b.rel.Name, col.Name, "seq")
	} else {
		b.free(q.Schema, given, false)
	}
	b.names[q.Name] = true
	b.sequenceOptions(q, options, true)
	b.sequences = append(b.sequences, q)
	return q
}

// finishColumns binds defaults and generation expressions.
func (b *builder) finishColumns() {
	for _, p := range b.deferred {
		col := b.rel.ColumnByID(p.id)
		if p.generated {
			b.generation(col, p.value)
		} else {
			b.setDefault(col, p.value)
		}
	}
	b.deferred = nil
}

// setDefault gives a column a default; NULL is none. The next value of a sequence is kept as
// a reference, so that the sequence can be renamed.
func (b *builder) setDefault(col *catalog.Column, value ast.Expr) {
	x := b.assigned(b.rel, value, inDefault, col.Type, "column \"%s\" is of type %s but default expression is of type %s", col.Name)
	if l, ok := value.(*ast.Literal); ok {
		switch {
		case l.Kind == ast.StringLiteral: // a value that the type does not have is told now, not with the first row
			_, err := compile(x)(b.Expr, nil)
			check(err)
		case l.Kind == ast.NullLiteral && col.Type.Domain == nil: // what a column without a default has; not so a domain's
			col.Default, col.Sequence = "", 0
			return
		}
	}
	if q := b.sequenceOf(value); q != nil {
		col.Default, col.Sequence = "", q.ID
		return
	}
	col.Default, col.Sequence = b.canonical(nil, value), 0
}

// sequenceOf returns the sequence whose next value an expression is, or nil.
func (r *run) sequenceOf(e ast.Expr) *catalog.Sequence {
	call, ok := e.(*ast.FuncCall)
	if !ok || call.Name.Name != "nextval" || len(call.Args) != 1 || call.Name.Schema != "" && call.Name.Schema != "pg_catalog" {
		return nil
	}
	arg := call.Args[0]
	if c, ok := arg.(*ast.Cast); ok && (c.Type.Name.Name == "regclass" || c.Type.Name.Name == "text") {
		arg = c.X
	}
	l, ok := arg.(*ast.Literal)
	if !ok || l.Kind != ast.StringLiteral {
		return nil
	}
	q, ok := r.parseName(l.Text)
	if !ok {
		return nil
	}
	f := r.look(q)
	if f.seq == nil {
		if f.none() {
			fail(l.Pos, sqlerr.UndefinedTable, "relation \"%s\" does not exist", l.Text)
		}
		fail(-1, sqlerr.WrongObjectType, "\"%s\" is not a sequence", q.Name)
	}
	return f.seq
}

// parseName reads a name with dots out of a string.
func (r *run) parseName(text string) (ast.QualifiedName, bool) {
	e, err := r.bindOptions("").ParseExpr(text)
	c, ok := e.(*ast.ColumnRef)
	if err != nil || !ok || c.Star || len(c.Parts) == 0 {
		return ast.QualifiedName{}, false
	}
	q := ast.QualifiedName{Name: c.Parts[len(c.Parts)-1].Text}
	if len(c.Parts) > 1 {
		q.Schema = c.Parts[len(c.Parts)-2].Text
	}
	return q, true
}

// generation makes a column a generated one.
func (b *builder) generation(col *catalog.Column, value ast.Expr) {
	for _, id := range namedColumns(b.rel, value) {
		if id == col.ID || b.rel.ColumnByID(id).Generated != "" {
			throw(sqlerr.New(sqlerr.InvalidObjectDefinition, "cannot use generated column \"%s\" in %s", b.rel.ColumnByID(id).Name, inGenerated.one).
				At(value.Position()).WithDetail("A generated column cannot reference another generated column."))
		}
	}
	x := b.assigned(b.rel, value, inGenerated, col.Type, "column \"%s\" is of type %s but generation expression is of type %s", col.Name)
	if expr.VolatilityOf(x) != expr.Immutable {
		fail(-1, sqlerr.InvalidObjectDefinition, "generation expression is not immutable")
	}
	col.Generated = b.canonical(b.rel, value)
}
