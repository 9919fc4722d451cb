package parser

import (
	"github.com/zqlite/zqlite/internal/sql/ast"
	kw "github.com/zqlite/zqlite/internal/sql/scanner"
	"github.com/zqlite/zqlite/internal/sqlerr"
)

// createTable reads what follows CREATE ... TABLE.
func (p *parser) createTable(pos int, temp, unlogged bool) ast.Stmt {
	t := &ast.CreateTable{Pos: pos, Temp: temp, Unlogged: unlogged}
	t.IfNotExists = p.ifNotExists()
	t.Name = p.qualified()
	if p.accept(kw.Of) {
		p.typedTable(t)
		return t
	}
	if p.is(kw.Partition) {
		p.unsupported(p.tok.Pos, "this form of CREATE TABLE")
		return t
	}
	if !p.isTok(kw.TokLParen) || p.columnNamesOnly() {
		return p.createTableAs(t)
	}
	p.advance()
	if !p.isTok(kw.TokRParen) {
		for {
			p.tableElem(t)
			if !p.acceptTok(kw.TokComma) {
				break
			}
		}
	}
	p.expectTok(kw.TokRParen)
	p.tableClauses(t)
	return t
}

// typedTable reads what follows OF: the type, and options of its columns.
func (p *parser) typedTable(t *ast.CreateTable) {
	t.Of = &ast.TypeName{Pos: p.at(), Name: p.anyQualified()}
	if p.acceptTok(kw.TokLParen) {
		for p.err == nil {
			switch p.tok.Keyword {
			case kw.Constraint, kw.Check, kw.Unique, kw.Primary, kw.Foreign, kw.Exclude, kw.Like:
				p.tableElem(t)
			default:
				c := &ast.ColumnDef{Pos: p.at(), Name: p.name()}
				p.accept2(kw.With, kw.Options)
				p.columnClauses(c)
				t.Columns = append(t.Columns, c)
				t.Order = append(t.Order, ast.TableElem{Column: c})
			}
			if !p.acceptTok(kw.TokComma) {
				break
			}
		}
		p.expectTok(kw.TokRParen)
	}
	p.tableClauses(t)
}

// columnNamesOnly reports whether the parenthesis ahead holds the names of a
// CREATE TABLE ... (a, b) AS query: a name and then a comma, or a name alone.
// A column without a type is an error in either reading, except before AS.
func (p *parser) columnNamesOnly() bool {
	if !isColID(p.peek(1)) {
		return false
	}
	next := p.peek(2).Kind
	return next == kw.TokComma || next == kw.TokRParen
}

// createTableAs reads [(columns)] ... AS query.
func (p *parser) createTableAs(t *ast.CreateTable) ast.Stmt {
	s := &ast.CreateTableAs{Pos: t.Pos, Temp: t.Temp, Unlogged: t.Unlogged, IfNotExists: t.IfNotExists, Name: t.Name}
	if p.acceptTok(kw.TokLParen) {
		s.Columns = p.nameList()
		p.expectTok(kw.TokRParen)
	}
	rest := &ast.CreateTable{}
	p.tableClauses(rest)
	s.Options, s.OnCommit, s.Tablespace = rest.Options, rest.OnCommit, rest.Tablespace
	if rest.TenantBy != "" || rest.Inherits != nil {
		p.syntaxError()
	}
	p.expect(kw.As)
	if p.is(kw.Execute) {
		s.Query = p.execute()
	} else {
		s.Query = p.selectStmt()
	}
	s.NoData = p.withNoData()
	return s
}

// withNoData reads WITH [NO] DATA.
func (p *parser) withNoData() bool {
	if p.accept3(kw.With, kw.No, kw.Data) {
		return true
	}
	p.accept2(kw.With, kw.Data)
	return false
}

// tableElem reads a column, a table constraint or LIKE.
func (p *parser) tableElem(t *ast.CreateTable) {
	switch p.tok.Keyword {
	case kw.Like:
		l := p.likeClause()
		t.Likes = append(t.Likes, l)
		t.Order = append(t.Order, ast.TableElem{Like: l})
		return
	case kw.Constraint, kw.Check, kw.Unique, kw.Primary, kw.Foreign, kw.Exclude:
		if p.is(kw.Exclude) && !p.peekIs(kw.Using) && !p.peekIsTok(kw.TokLParen) {
			break
		}
		c := p.tableConstraint()
		t.Constraints = append(t.Constraints, c)
		t.Order = append(t.Order, ast.TableElem{Constraint: c})
		return
	}
	c := p.columnDef()
	t.Columns = append(t.Columns, c)
	t.Order = append(t.Order, ast.TableElem{Column: c})
}

func (p *parser) likeClause() *ast.LikeClause {
	l := &ast.LikeClause{Pos: p.at()}
	p.advance()
	l.Table = p.qualified()
	for p.is(kw.Including) || p.is(kw.Excluding) {
		o := ast.LikeOption{Pos: p.at(), Including: p.is(kw.Including)}
		p.advance()
		switch p.tok.Keyword {
		case kw.All, kw.Comments, kw.Compression, kw.Constraints, kw.Defaults, kw.Generated,
			kw.Identity, kw.Indexes, kw.Statistics, kw.Storage:
			o.What = p.label()
		default:
			p.syntaxError()
		}
		l.Options = append(l.Options, o)
	}
	return l
}

// tableClauses reads what stands behind the column list.
func (p *parser) tableClauses(t *ast.CreateTable) {
	for p.err == nil {
		switch {
		case p.isWord("tenant") && p.peekIs(kw.By) && t.TenantBy == "":
			p.advance()
			p.advance()
			p.expectTok(kw.TokLParen)
			t.TenantBy = p.name()
			p.expectTok(kw.TokRParen)
		case p.accept(kw.Inherits):
			p.expectTok(kw.TokLParen)
			t.Inherits = p.qualifiedList()
			p.expectTok(kw.TokRParen)
		case p.is(kw.Partition):
			p.unsupported(p.tok.Pos, "PARTITION BY")
		case p.accept(kw.Using):
			t.Using = p.name()
		case p.is(kw.With) && p.peekIsTok(kw.TokLParen):
			p.advance()
			t.Options = p.options()
		case p.accept2(kw.Without, kw.Oids):
		case p.is2(kw.On, kw.Commit):
			p.advance()
			p.advance()
			switch {
			case p.accept(kw.Drop):
				t.OnCommit = ast.OnCommitDrop
			case p.accept2(kw.Delete, kw.Rows):
				t.OnCommit = ast.OnCommitDeleteRows
			case p.accept2(kw.Preserve, kw.Rows):
				t.OnCommit = ast.OnCommitPreserveRows
			default:
				p.syntaxError()
			}
		case p.accept(kw.Tablespace):
			t.Tablespace = p.name()
		default:
			return
		}
	}
}

// columnDef reads name [ENCRYPTED] type [constraints].
func (p *parser) columnDef() *ast.ColumnDef {
	c := &ast.ColumnDef{Pos: p.at(), Name: p.name()}
	encrypted := p.is(kw.Encrypted) && p.peek(1).Kind == kw.TokIdent
	if encrypted {
		p.advance()
	}
	c.Type = p.typeName()
	if p.err != nil {
		return c
	}
	c.Type.Encrypted = encrypted
	p.columnClauses(c)
	return c
}

// columnClauses reads what stands behind a column's type.
func (p *parser) columnClauses(c *ast.ColumnDef) {
	for {
		switch {
		case p.accept(kw.Collate):
			c.Collation = p.collationName()
		case p.accept(kw.Compression):
			c.Compression = p.label()
		case p.is(kw.Storage) && p.peek(1).Kind == kw.TokIdent:
			p.advance()
			p.label()
		default:
			con, ok := p.columnConstraint(c)
			if !ok {
				return
			}
			if con != nil {
				c.Constraints = append(c.Constraints, *con)
			}
		}
	}
}

// columnConstraint reads one constraint; nil and true where it changed the one
// before it (DEFERRABLE and its kin).
func (p *parser) columnConstraint(col *ast.ColumnDef) (*ast.Constraint, bool) {
	c := &ast.Constraint{Pos: p.at()}
	if p.accept(kw.Constraint) {
		c.Name = p.name()
	}
	switch p.tok.Keyword {
	case kw.Not:
		if p.peekIs(kw.Deferrable) {
			return nil, p.deferClause(col)
		}
		p.advance()
		p.expect(kw.Null)
	case kw.Null:
		p.advance()
		c.Kind = ast.ConstraintNull
	case kw.Deferrable, kw.Initially:
		return nil, p.deferClause(col)
	case kw.Default:
		p.advance()
		c.Kind = ast.ConstraintDefault
		c.Expr = p.restricted()
	case kw.Check:
		p.check(c)
	case kw.Unique:
		p.advance()
		c.Kind = ast.ConstraintUnique
		p.nullsDistinct(c)
		p.indexParams(c)
	case kw.Primary:
		p.advance()
		p.expect(kw.Key)
		c.Kind = ast.ConstraintPrimaryKey
		if p.accept(kw.Desc) {
			c.Desc = true
		} else {
			p.accept(kw.Asc)
		}
		c.Autoincrement = p.acceptWord("autoincrement") || p.acceptWord("auto_increment")
		p.indexParams(c)
	case kw.References:
		c.Kind = ast.ConstraintForeignKey
		c.Ref = p.reference()
	case kw.Generated:
		p.generated(c)
	case kw.As:
		// SQLite's and MySQL's short form of GENERATED ALWAYS AS
		p.generatedAs(c)
	default:
		if p.isWord("autoincrement") || p.isWord("auto_increment") {
			p.advance()
			c.Kind, c.Autoincrement = ast.ConstraintIdentity, true
			break
		}
		if c.Name != "" {
			p.syntaxError()
		}
		return nil, false
	}
	return c, p.err == nil
}

// deferClause applies [NOT] DEFERRABLE and INITIALLY ... to the constraint
// before it.
func (p *parser) deferClause(col *ast.ColumnDef) bool {
	n := len(col.Constraints)
	if n == 0 {
		p.misplaced()
		return false
	}
	c := &col.Constraints[n-1]
	switch c.Kind {
	case ast.ConstraintUnique, ast.ConstraintPrimaryKey, ast.ConstraintForeignKey, ast.ConstraintExclude:
		at := p.tok.Pos
		p.deferrable(c)
		if p.err == nil && p.tok.Pos == at { // INITIALLY without its word
			p.advance()
			p.syntaxError()
		}
		return p.err == nil
	}
	p.misplaced()
	return false
}

func (p *parser) misplaced() {
	what := "DEFERRABLE"
	switch p.tok.Keyword {
	case kw.Not:
		what = "NOT DEFERRABLE"
	case kw.Initially:
		what = "INITIALLY"
		if p.peekIs(kw.Deferred) {
			what += " DEFERRED"
		} else {
			what += " IMMEDIATE"
		}
	}
	p.failAt(p.tok.Pos, sqlerr.SyntaxError, "misplaced "+what+" clause")
}

// check reads CHECK (expression) [NO INHERIT].
func (p *parser) check(c *ast.Constraint) {
	c.Kind = ast.ConstraintCheck
	if !p.enter() {
		return
	}
	p.advance()
	p.expectTok(kw.TokLParen)
	c.Expr = p.expr()
	p.expectTok(kw.TokRParen)
	p.leave()
	c.NoInherit = p.accept2(kw.No, kw.Inherit)
}

// generated reads GENERATED ALWAYS|BY DEFAULT AS IDENTITY|(expression).
func (p *parser) generated(c *ast.Constraint) {
	p.advance()
	if p.accept(kw.Always) {
		c.Always = true
	} else {
		p.expect(kw.By)
		p.expect(kw.Default)
	}
	if p.is2(kw.As, kw.Identity) {
		p.advance()
		p.advance()
		c.Kind = ast.ConstraintIdentity
		if p.acceptTok(kw.TokLParen) {
			c.Sequence = p.seqOptions()
			p.expectTok(kw.TokRParen)
		}
		return
	}
	if !c.Always && p.err == nil {
		p.failAt(c.Pos, sqlerr.SyntaxError, "for a generated column, GENERATED ALWAYS must be specified")
	}
	p.generatedAs(c)
}

// generatedAs reads AS (expression) [STORED|VIRTUAL].
func (p *parser) generatedAs(c *ast.Constraint) {
	c.Kind, c.Always = ast.ConstraintGenerated, true
	p.expect(kw.As)
	p.expectTok(kw.TokLParen)
	c.Expr = p.expr()
	p.expectTok(kw.TokRParen)
	c.Virtual = p.acceptWord("virtual")
	if !c.Virtual {
		p.expect(kw.Stored)
	}
}

// nullsDistinct reads NULLS [NOT] DISTINCT.
func (p *parser) nullsDistinct(c *ast.Constraint) {
	if p.accept3(kw.Nulls, kw.Not, kw.Distinct) {
		c.NullsNotDistinct = true
	} else {
		p.accept2(kw.Nulls, kw.Distinct)
	}
}

// indexParams reads INCLUDE, WITH and USING INDEX TABLESPACE of a key.
func (p *parser) indexParams(c *ast.Constraint) {
	if p.accept(kw.Include) {
		c.Include = p.parenNames(false)
	}
	if p.is(kw.With) && p.peekIsTok(kw.TokLParen) {
		p.advance()
		c.Options = p.options()
	}
	if p.accept3(kw.Using, kw.Index, kw.Tablespace) {
		c.Tablespace = p.name()
	}
}
