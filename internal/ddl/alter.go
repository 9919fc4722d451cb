package ddl

import (
	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage"
	"slices"
)

// alterTable runs the commands of ALTER TABLE one after the other, each on what
// the one before has left.
func (r *run) alterTable(s *ast.AlterTable) string {
	tag := "ALTER " + kindTags[s.Kind]
	if s.Kind == ast.ObjectType {
		r.alterComposite(s)
		return tag
	}
	f := r.look(s.Name)
	if f.none() && s.IfExists {
		r.notice("relation \"" + s.Name.Name + "\" does not exist, skipping")
		return tag
	}
	if f.none() {
		fail(s.Name.Pos, sqlerr.UndefinedTable, "relation \"%s\" does not exist", dotted(s.Name))
	}
	if s.Kind == ast.ObjectIndex {
		if f.index == nil {
			fail(-1, sqlerr.WrongObjectType, "\"%s\" is not an index", s.Name.Name)
		}
		return tag // storage parameters and the like have no meaning here
	}
	if f.rel == nil {
		r.alterOther(f, s)
		return tag
	}
	r.changeable(f.rel)
	r.checkKind(f.rel, s)
	r.lock(f.rel, storage.TableExclusive)
	id := f.rel.ID
	for i := range s.Commands {
		rel := r.Catalog.RelationByID(id)
		if rel.Kind != catalog.Table && !viewCommand(rel, s.Commands[i].Kind) {
			throw(sqlerr.New(sqlerr.WrongObjectType, "ALTER action %s cannot be performed on relation \"%s\"", alterActions[s.Commands[i].Kind], rel.Name).
				WithDetail("This operation is not supported for %ss.", kindWords[found{rel: rel}.kind()]))
		}
		id = r.alter(rel, &s.Commands[i])
		if id == rel.ID && s.Commands[i].Kind != ast.AlterDropColumn { // else that was done
			r.refreshRows(rel)
		}
	}
	return tag
}

func (r *run) alterOther(f found, s *ast.AlterTable) {
	name := s.Name.Name
	if s.Kind == ast.ObjectTable && f.seq != nil {
		for _, c := range s.Commands {
			if c.Kind != ast.AlterOwner {
				throw(sqlerr.New(sqlerr.WrongObjectType, "ALTER action cannot be performed on relation \"%s\"", name).
					WithDetail("This operation is not supported for sequences."))
			}
		}
		return
	}
	fail(-1, sqlerr.WrongObjectType, "\"%s\" is not %s", name, article(s.Kind))
}

func (r *run) checkKind(rel *catalog.Relation, s *ast.AlterTable) {
	is := found{rel: rel}.kind()
	if s.Kind != is && s.Kind != ast.ObjectTable {
		fail(-1, sqlerr.WrongObjectType, "\"%s\" is not %s", rel.Name, article(s.Kind))
	}
}

// alterActions are the words for commands in errors.
var alterActions = map[ast.AlterKind]string{
	ast.AlterAddColumn: "ADD COLUMN", ast.AlterDropColumn: "DROP COLUMN", ast.AlterColumnType: "ALTER COLUMN ... SET DATA TYPE",
	ast.AlterSetDefault: "ALTER COLUMN ... SET DEFAULT", ast.AlterDropDefault: "ALTER COLUMN ... SET DEFAULT",
	ast.AlterSetNotNull: "ALTER COLUMN ... SET NOT NULL", ast.AlterDropNotNull: "ALTER COLUMN ... DROP NOT NULL",
	ast.AlterSetExpression: "ALTER COLUMN ... SET EXPRESSION", ast.AlterDropExpression: "ALTER COLUMN ... DROP EXPRESSION",
	ast.AlterAddIdentity: "ALTER COLUMN ... ADD IDENTITY", ast.AlterSetIdentity: "ALTER COLUMN ... SET",
	ast.AlterDropIdentity: "ALTER COLUMN ... DROP IDENTITY", ast.AlterSetCompression: "ALTER COLUMN ... SET COMPRESSION",
	ast.AlterSetColumnOptions: "ALTER COLUMN ... SET", ast.AlterResetColumnOptions: "ALTER COLUMN ... RESET",
	ast.AlterAddConstraint: "ADD CONSTRAINT", ast.AlterConstraintDefer: "ALTER CONSTRAINT",
	ast.AlterValidateConstraint: "VALIDATE CONSTRAINT", ast.AlterDropConstraint: "DROP CONSTRAINT",
	ast.AlterEnableTrigger: "ENABLE TRIGGER", ast.AlterDisableTrigger: "DISABLE TRIGGER", ast.AlterSetLogged: "SET LOGGED",
	ast.AlterSetUnlogged: "SET UNLOGGED", ast.AlterInherit: "INHERIT", ast.AlterNoInherit: "NO INHERIT",
	ast.AlterReplicaIdentity: "REPLICA IDENTITY", ast.AlterRowSecurity: "ENABLE ROW SECURITY", ast.AlterTenantBy: "TENANT BY",
}

// viewCommand reports whether a command is one for views as well.
func viewCommand(rel *catalog.Relation, k ast.AlterKind) bool {
	switch k {
	case ast.AlterOwner, ast.AlterSetOptions, ast.AlterResetOptions, ast.AlterSetTablespace, ast.AlterClusterOn,
		ast.AlterSetWithoutCluster, ast.AlterSetStatistics, ast.AlterSetStorage:
		return true
	case ast.AlterSetDefault, ast.AlterDropDefault:
		return rel.Kind == catalog.View
	}
	return false
}

// alter runs one command and returns the id that the relation has then.
func (r *run) alter(rel *catalog.Relation, c *ast.AlterCommand) catalog.ID {
	typedOnly(rel, c.Kind)
	switch c.Kind {
	case ast.AlterAddColumn:
		return r.addColumn(rel, c)
	case ast.AlterDropColumn:
		return r.dropColumn(rel, c)
	case ast.AlterColumnType:
		return r.setColumnType(rel, c)
	case ast.AlterSetDefault:
		r.setColumnDefault(rel, c)
	case ast.AlterDropDefault:
		r.dropColumnDefault(rel, c)
	case ast.AlterSetNotNull:
		r.setNotNull(rel, c)
	case ast.AlterDropNotNull:
		r.dropNotNull(rel, c)
	case ast.AlterSetExpression:
		unsupported(c.Pos, "ALTER COLUMN ... SET EXPRESSION is not supported")
	case ast.AlterDropExpression:
		r.dropExpression(rel, c)
	case ast.AlterAddIdentity:
		r.addIdentity(rel, c)
	case ast.AlterSetIdentity:
		r.setIdentity(rel, c)
	case ast.AlterDropIdentity:
		r.dropIdentity(rel, c)
	case ast.AlterAddConstraint:
		return r.addConstraint(rel, c)
	case ast.AlterConstraintDefer:
		r.alterConstraint(rel, c)
	case ast.AlterValidateConstraint:
		r.validateConstraint(rel, c)
	case ast.AlterDropConstraint:
		return r.dropConstraint(rel, c)
	case ast.AlterTenantBy:
		r.setTenant(rel, c)
	default:
		r.alterRare(rel, c)
	}
	return rel.ID
}

// alterRare holds commands that change nothing here, or are refused.
func (r *run) alterRare(rel *catalog.Relation, c *ast.AlterCommand) {
	switch c.Kind {
	case ast.AlterSetStatistics, ast.AlterSetStorage, ast.AlterSetCompression, ast.AlterSetColumnOptions, ast.AlterResetColumnOptions:
		if c.Column != "" {
			column(rel, c.Column, -1)
		}
	case ast.AlterEnableTrigger, ast.AlterDisableTrigger:
		r.enableTriggers(rel, c)
	case ast.AlterSetOptions, ast.AlterResetOptions:
		r.viewOptions(rel, c)
	case ast.AlterClusterOn:
		r.clusterOn(rel, c.Target)
	case ast.AlterSetWithoutCluster:
		r.setClustered(rel, 0)
	case ast.AlterOf:
		r.setOf(rel, c)
	case ast.AlterNotOf:
		r.notOf(rel)
	case ast.AlterSetLogged, ast.AlterSetUnlogged,
		ast.AlterSetTablespace, ast.AlterOwner, ast.AlterReplicaIdentity:
	case ast.AlterInherit, ast.AlterNoInherit:
		unsupported(c.Pos, "table inheritance is not supported")
	case ast.AlterRowSecurity:
		unsupported(c.Pos, "row-level security is not supported")
	default:
		unsupported(c.Pos, "this form of ALTER is not supported")
	}
}

// viewOptions is ALTER VIEW ... SET (check_option = ...); options of tables
// have no meaning.
func (r *run) viewOptions(rel *catalog.Relation, c *ast.AlterCommand) {
	if rel.Kind != catalog.View {
		return
	}
	next := rel.Clone()
	if c.Kind == ast.AlterSetOptions {
		next.CheckOption = viewOption(c.Options, rel.CheckOption)
		r.checkable(next)
	} else if slices.ContainsFunc(c.Options, func(o ast.Option) bool { return o.Name == "check_option" }) {
		next.CheckOption = ""
	}
	r.Catalog = r.Catalog.WithRelation(next)
}
