package ddl

import (
	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// createCast is CREATE CAST.
func (r *run) createCast(s *ast.CreateCast) string {
	x := &catalog.Cast{From: types.WithoutMod(r.typeOf(s.From)), To: types.WithoutMod(r.typeOf(s.To)), Method: 'b', Context: s.Context}
	from, to := types.FormatName(x.From), types.FormatName(x.To)
	if x.From.Category == 'P' {
		fail(-1, sqlerr.WrongObjectType, "source data type %s is a pseudo-type", from)
	}
	if x.To.Category == 'P' {
		fail(-1, sqlerr.WrongObjectType, "target data type %s is a pseudo-type", to)
	}
	if x.From.Domain != nil {
		r.notice("cast will be ignored because the source data type is a domain")
	} else if x.To.Domain != nil {
		r.notice("cast will be ignored because the target data type is a domain")
	}
	_, builtin := types.FindCast(x.From, x.To)
	if builtin && !x.From.Is(x.To) && (types.ByOID(x.From.OID) != nil && types.ByOID(x.To.OID) != nil) || r.Catalog.CastBetween(x.From, x.To) != nil {
		fail(-1, sqlerr.DuplicateObject, "cast from type %s to type %s already exists", from, to)
	}
	switch {
	case s.Function != nil:
		r.castFunction(s.Function, x)
	case s.InOut:
		x.Method = 'i'
	default:
		asItStands(x)
	}
	if x.From.Is(x.To) && x.Params < 2 {
		fail(-1, sqlerr.InvalidObjectDefinition, "source data type and target data type are the same")
	}
	x.ID = r.newID()
	r.Catalog = r.Catalog.WithCast(x)
	return "CREATE CAST"
}

// castFunction finds the function of a cast.
func (r *run) castFunction(s *ast.FuncSignature, x *catalog.Cast) {
	bad := func(text string) { fail(-1, sqlerr.InvalidObjectDefinition, "%s", text) }
	args, ret := r.castSignature(s, x)
	x.Method, x.Params = 'f', len(args)
	switch {
	case len(args) < 1 || len(args) > 3:
		bad("cast function must take one to three arguments")
	case !binaryCoercible(x.From, args[0]):
		bad("argument of cast function must match or be binary-coercible from source data type")
	case len(args) > 1 && !args[1].Is(types.Int4):
		bad("second argument of cast function must be type integer")
	case len(args) > 2 && !args[2].Is(types.Bool):
		bad("third argument of cast function must be type boolean")
	case !binaryCoercible(ret, x.To):
		bad("return data type of cast function must match or be binary-coercible to target data type")
	}
}

// castSignature finds the function of a cast: one of the catalog, or a built-in
// one.
func (r *run) castSignature(s *ast.FuncSignature, x *catalog.Cast) (args []*types.Type, ret *types.Type) {
	var want []*types.Type
	for _, a := range s.Args {
		want = append(want, r.typeOf(a.Type))
	}
	if s.Name.Schema == "pg_catalog" || len(r.Catalog.Functions(r.SearchPath, r.schemaName(s.Name.Schema), s.Name.Name)) == 0 && s.Name.Schema == "" {
		for _, f := range expr.Functions(s.Name.Name) {
			same := len(f.Args) == len(want)
			for i := range want {
				same = same && f.Args[i].Is(want[i])
			}
			if same {
				x.Func.Name = f.Name
				return f.Args, f.Ret
			}
		}
	}
	f := r.findFunction(s, ast.ObjectFunction, false)
	if f.Aggregate != nil {
		fail(-1, sqlerr.InvalidObjectDefinition, "cast function must be a normal function")
	}
	if f.Set {
		fail(-1, sqlerr.InvalidObjectDefinition, "cast function must not return a set")
	}
	x.Func.ID = f.ID
	for _, a := range r.Catalog.Current(f).Args {
		args = append(args, a.Type)
	}
	return args, r.Catalog.Current(f).Ret
}

// asItStands checks WITHOUT FUNCTION: the two types have to have the same values.
func asItStands(x *catalog.Cast) {
	for _, t := range []*types.Type{x.From, x.To} {
		kind := ""
		switch {
		case t.Domain != nil:
			fail(-1, sqlerr.InvalidObjectDefinition, "domain data types must not be marked binary-compatible")
		case t.Kind == types.KindRecord:
			kind = "composite"
		case t.Kind == types.KindEnum:
			kind = "enum"
		case t.Kind == types.KindArray:
			kind = "array"
		}
		if kind != "" && (x.From.Kind == x.To.Kind || x.From.Is(types.Int4) || x.To.Is(types.Int4)) && kind != "composite" || kind == "composite" && x.From.Kind == x.To.Kind {
			fail(-1, sqlerr.InvalidObjectDefinition, "%s data types are not binary-compatible", kind)
		}
	}
	if x.From.Kind != x.To.Kind || x.From.Width != x.To.Width {
		fail(-1, sqlerr.InvalidObjectDefinition, "source and target data types are not physically compatible")
	}
}

// findCast finds the cast that a statement names.
func (r *run) findCast(a, b *ast.TypeName, ifExists bool) *catalog.Cast {
	from, to := r.typeOf(a), r.typeOf(b)
	if x := r.Catalog.CastBetween(from, to); x != nil {
		return x
	}
	if _, ok := types.FindCast(from, to); ok && types.ByOID(from.OID) != nil && types.ByOID(to.OID) != nil {
		fail(-1, sqlerr.DependentObjectsStillExist, "cannot drop cast from %s to %s because it is required by the database system", types.FormatName(from), types.FormatName(to))
	}
	text := "cast from type " + types.FormatName(from) + " to type " + types.FormatName(to) + " does not exist"
	if !ifExists {
		fail(-1, sqlerr.UndefinedObject, "%s", text)
	}
	r.notice(text + ", skipping")
	return nil
}
