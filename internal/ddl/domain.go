package ddl

import (
	"slices"

	"github.com/zqlite/zqlite/internal/binder"
	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage"
	"github.com/zqlite/zqlite/internal/types"
)

// valueRow is the row that a domain's checks are bound over: the name VALUE.
func valueRow(base *types.Type) *catalog.Relation {
	return &catalog.Relation{Name: "value", Kind: catalog.Virtual, Columns: []*catalog.Column{{ID: 1, Name: "value", Type: base}}}
}

func (r *run) createDomain(s *ast.CreateDomain) {
	schema, newID := r.newType(s.Name)
	base := collated(r.typeOf(s.Type), s.Collation)
	if base.Category == 'P' {
		fail(s.Type.Pos, sqlerr.DatatypeMismatch, "\"%s\" is not a valid base type for a domain", types.FormatName(base))
	}
	d := &types.Domain{}
	null := false
	for i := range s.Constraints {
		c := &s.Constraints[i]
		switch c.Kind {
		case ast.ConstraintNotNull:
			d.NotNull = true
		case ast.ConstraintNull:
			null = true
		case ast.ConstraintDefault:
			if d.Default != "" {
				fail(c.Pos, sqlerr.SyntaxError, "multiple default expressions")
			}
			d.Default = r.domainDefault(s.Name.Name, base, c.Expr)
		case ast.ConstraintCheck:
			d.Checks = append(d.Checks, r.domainCheck(s.Name.Name, base, d, c))
		default:
			fail(c.Pos, sqlerr.SyntaxError, "%s constraints not possible for domains", domainWords[c.Kind])
		}
	}
	if null && d.NotNull {
		fail(-1, sqlerr.SyntaxError, "conflicting NULL/NOT NULL constraints")
	}
	id := newID()
	r.Catalog = r.Catalog.WithType(&catalog.UserType{ID: id, Schema: schema, Name: s.Name.Name,
		Type: catalog.NewDomainType(id, s.Name.Name, base, d)})
}

var domainWords = map[ast.ConstraintKind]string{ast.ConstraintUnique: "unique", ast.ConstraintPrimaryKey: "primary key",
	ast.ConstraintForeignKey: "foreign key", ast.ConstraintExclude: "exclusion", ast.ConstraintGenerated: "generated",
	ast.ConstraintIdentity: "identity"}

func (r *run) domainDefault(name string, base *types.Type, e ast.Expr) string {
	r.assigned(nil, e, inDefault, base, "column \"%s\" is of type %s but default expression is of type %s", name)
	return r.canonical(nil, e)
}

// domainCheck binds a CHECK of a domain.
func (r *run) domainCheck(domain string, base *types.Type, d *types.Domain, c *ast.Constraint) types.DomainCheck {
	r.condition(valueRow(base), c.Expr, inCheck, "CHECK")
	taken := func(n string) bool {
		return slices.ContainsFunc(d.Checks, func(k types.DomainCheck) bool { return k.Name == n })
	}
	ck := types.DomainCheck{Name: c.Name, Expr: r.canonical(nil, c.Expr)}
	if ck.Name == "" {
		ck.Name = chooseName(taken, domain, "", "check")
	} else if taken(ck.Name) {
		fail(-1, sqlerr.DuplicateObject, "constraint \"%s\" for domain \"%s\" already exists", ck.Name, domain)
	}
	return ck
}

func (r *run) alterDomain(s *ast.AlterDomain) {
	u := r.userType(s.Name)
	if u.Type.Domain == nil {
		fail(-1, sqlerr.WrongObjectType, "%s is not a domain", u.Name)
	}
	d := *u.Type.Domain
	d.Checks = slices.Clone(d.Checks)
	base := u.Type.Base
	find := func() int {
		return slices.IndexFunc(d.Checks, func(k types.DomainCheck) bool { return k.Name == s.Target })
	}
	switch s.Kind {
	case ast.DomainSetDefault:
		d.Default = r.domainDefault(u.Name, base, s.Default)
	case ast.DomainDropDefault:
		d.Default = ""
	case ast.DomainSetNotNull:
		d.NotNull = true
		r.eachDomainColumn(u, func(rel *catalog.Relation, c *catalog.Column) { r.validateDomainNull(rel, c) })
	case ast.DomainDropNotNull:
		d.NotNull = false
	case ast.DomainAddConstraint:
		if s.Constraint.Kind != ast.ConstraintCheck {
			fail(s.Constraint.Pos, sqlerr.SyntaxError, "%s constraints not possible for domains", domainWords[s.Constraint.Kind])
		}
		ck := r.domainCheck(u.Name, base, &d, s.Constraint)
		if !s.Constraint.NotValid {
			r.validateDomain(u, base, ck)
		}
		d.Checks = append(d.Checks, ck)
	case ast.DomainDropConstraint:
		i := find()
		if i < 0 {
			if !s.IfExists {
				fail(-1, sqlerr.UndefinedObject, "constraint \"%s\" of domain \"%s\" does not exist", s.Target, u.Name)
			}
			r.notice("constraint \"" + s.Target + "\" of domain \"" + u.Name + "\" does not exist, skipping")
			return
		}
		d.Checks = slices.Delete(d.Checks, i, i+1)
	case ast.DomainValidateConstraint:
		i := find()
		if i < 0 {
			fail(-1, sqlerr.UndefinedObject, "constraint \"%s\" of domain \"%s\" does not exist", s.Target, u.Name)
		}
		r.validateDomain(u, base, d.Checks[i])
		return
	}
	r.retype(u, catalog.NewDomainType(u.ID, u.Name, base, &d))
}

// eachDomainColumn calls f for the stored columns of a domain, and of domains
// over it. Values inside of others are not looked at: as in PostgreSQL the change
// is refused then.
func (r *run) eachDomainColumn(u *catalog.UserType, f func(*catalog.Relation, *catalog.Column)) {
	var above []*catalog.UserType
	for _, d := range r.typeDependents(u.Type.OID) {
		switch over := r.Catalog.TypeByOID(types.OID(d.id)); {
		case d.array:
			r.unusedBy(u, d)
		case d.class == typeThing && over.Type.Domain != nil:
			above = append(above, over)
		case d.class == typeThing, d.class == attributeThing:
			r.unusedBy(u, d)
		}
	}
	type place struct {
		rel *catalog.Relation
		col *catalog.Column
	}
	var places []place
	r.Catalog.Relations(func(rel *catalog.Relation) bool {
		for _, c := range rel.Columns {
			if c.Type.OID == u.Type.OID && rel.Kind == catalog.Table {
				places = append(places, place{rel, c})
			}
		}
		return true
	})
	for _, p := range places {
		r.lock(p.rel, storage.TableExclusive)
		f(p.rel, p.col)
	}
	for _, over := range above {
		r.eachDomainColumn(over, f)
	}
}

func (r *run) validateDomainNull(rel *catalog.Relation, c *catalog.Column) {
	o := rel.Ordinal(c.ID)
	r.eachRow(rel, func(row []types.Value, _ int64) bool {
		if row[o].IsNull() {
			fail(-1, sqlerr.NotNullViolation, "column \"%s\" of table \"%s\" contains null values", c.Name, rel.Name)
		}
		return true
	})
}

// validateDomain checks the values that are stored against a new CHECK.
func (r *run) validateDomain(u *catalog.UserType, base *types.Type, ck types.DomainCheck) {
	var s expr.Scalar
	stored(func() {
		x, err := binder.BindExpr(r.bindOptions(inCheck.many), valueRow(base), nil, r.parseStored(ck.Expr), types.Bool)
		check(err)
		s = compile(x)
	})
	r.eachDomainColumn(u, func(rel *catalog.Relation, c *catalog.Column) {
		o := rel.Ordinal(c.ID)
		r.eachRow(rel, func(row []types.Value, _ int64) bool {
			v, err := s(r.Expr, row[o:o+1])
			check(err)
			if !v.IsNull() && !v.Bool() {
				throw(sqlerr.New(sqlerr.CheckViolation, "column \"%s\" of table \"%s\" contains values that violate the new constraint", c.Name, rel.Name).
					WithTable(rel.Schema, rel.Name).WithColumn(c.Name))
			}
			return true
		})
	})
}
