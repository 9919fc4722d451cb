package parser

import (
	"github.com/zqlite/zqlite/internal/sql/ast"
	kw "github.com/zqlite/zqlite/internal/sql/scanner"
)

// alterSet reads what follows SET of a table.
func (p *parser) alterSet(c *ast.AlterCommand) {
	switch {
	case p.isTok(kw.TokLParen):
		c.Kind, c.Options = ast.AlterSetOptions, p.options()
	case p.isWord("tenant") && p.peekIs(kw.By):
		p.alterTenant(c)
	case p.accept(kw.Logged):
		c.Kind = ast.AlterSetLogged
	case p.accept(kw.Unlogged):
		c.Kind = ast.AlterSetUnlogged
	case p.accept2(kw.Without, kw.Cluster):
		c.Kind = ast.AlterSetWithoutCluster
	case p.accept(kw.Tablespace):
		c.Kind, c.Word = ast.AlterSetTablespace, p.name()
	default:
		p.syntaxError()
	}
}

// alterEnable reads ENABLE and DISABLE TRIGGER, row security, NO INHERIT and
// NO TENANT.
func (p *parser) alterEnable(c *ast.AlterCommand) {
	words := ""
	switch {
	case p.accept2(kw.No, kw.Inherit):
		c.Kind, c.Table = ast.AlterNoInherit, p.qualified()
		return
	case p.is(kw.No) && p.peekIsWord("tenant"):
		p.advance()
		p.advance()
		c.Kind = ast.AlterTenantBy
		return
	case p.accept2(kw.No, kw.Force):
		words = "no force"
	case p.accept(kw.Force):
		words = "force"
	case p.accept(kw.Enable):
		words = "enable"
	case p.accept(kw.Disable):
		words = "disable"
	}
	if p.accept2(kw.Row, kw.Level) {
		p.expect(kw.Security)
		c.Kind, c.Word = ast.AlterRowSecurity, words
		return
	}
	switch words {
	case "enable":
		c.Kind = ast.AlterEnableTrigger
		if p.is(kw.Always) || p.is(kw.Replica) {
			c.Word = p.label()
		}
	case "disable":
		c.Kind = ast.AlterDisableTrigger
	default:
		p.syntaxError()
	}
	p.expect(kw.Trigger)
	if p.is(kw.All) || p.is(kw.User) {
		c.Target = p.label()
	} else {
		c.Target = p.name()
	}
}
