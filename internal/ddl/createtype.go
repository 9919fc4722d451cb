package ddl

import (
	"strings"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// createType is CREATE TYPE of a range, of a name alone, and of a base type,
// which needs functions in C and so ends with PostgreSQL's errors.
func (r *run) createType(s *ast.CreateType) {
	if s.Kind == ast.RangeType {
		r.createRange(s)
		return
	}
	schema := r.target(s.Name, false)
	shell := r.Catalog.UserType([]string{schema}, schema, s.Name.Name)
	if shell != nil && (s.Kind == ast.ShellType || !shell.Shell) {
		fail(-1, sqlerr.DuplicateObject, "type \"%s\" already exists", s.Name.Name)
	}
	_, id := r.newType(s.Name)
	if s.Kind == ast.ShellType {
		n := id()
		r.Catalog = r.Catalog.WithType(&catalog.UserType{ID: n, Schema: schema, Name: s.Name.Name, Shell: true,
			Type: catalog.NewShellType(n, s.Name.Name)})
		return
	}
	if shell == nil {
		throw(sqlerr.New(sqlerr.DuplicateObject, "type \"%s\" does not exist", s.Name.Name).
			WithHint("Create the type as a shell type, then create its I/O functions, then do a full CREATE TYPE."))
	}
	r.baseType(s)
}

// baseType refuses a base type as PostgreSQL does where its functions are
// missing: no function here takes or gives a cstring.
func (r *run) baseType(s *ast.CreateType) {
	named := map[string]*ast.TypeOption{}
	for i := range s.Options {
		o := &s.Options[i]
		if named[o.Name] != nil {
			fail(o.Pos, sqlerr.SyntaxError, "conflicting or redundant options")
		}
		named[o.Name] = o
	}
	for _, f := range []string{"input", "output"} {
		if named[f] == nil {
			fail(-1, sqlerr.InvalidObjectDefinition, "type %s function must be specified", f)
		}
	}
	fail(-1, sqlerr.UndefinedFunction, "function %s(cstring) does not exist", optionName(named["input"]))
}

// optionName is what an option names: a function, a collation, an operator class.
func optionName(o *ast.TypeOption) string {
	if o.Type != nil {
		return dotted(o.Type.Name)
	}
	return o.Text
}

// rangeOptions are the options of CREATE TYPE AS RANGE, nil where not written.
type rangeOptions struct {
	subtype, class, collation, diff, canonical, multi *ast.TypeOption
}

func readRangeOptions(s *ast.CreateType) (o rangeOptions) {
	places := map[string]**ast.TypeOption{"subtype": &o.subtype, "subtype_opclass": &o.class, "collation": &o.collation,
		"subtype_diff": &o.diff, "canonical": &o.canonical, "multirange_type_name": &o.multi}
	for i := range s.Options {
		x := &s.Options[i]
		place := places[x.Name]
		switch {
		case place == nil:
			fail(-1, sqlerr.SyntaxError, "type attribute \"%s\" not recognized", x.Name)
		case *place != nil:
			fail(x.Pos, sqlerr.SyntaxError, "conflicting or redundant options")
		case x.Type == nil && x.Text == "" && !x.IsString:
			fail(-1, sqlerr.SyntaxError, "%s requires a parameter", x.Name)
		case x.Name == "subtype" && x.Type == nil && !x.IsString:
			fail(-1, sqlerr.SyntaxError, "argument of subtype must be a type name")
		}
		*place = x
	}
	if o.subtype == nil {
		fail(-1, sqlerr.SyntaxError, "type attribute \"subtype\" is required")
	}
	return o
}

// createRange is CREATE TYPE … AS RANGE. The range's functions and operators come
// with the type (see builtins).
func (r *run) createRange(s *ast.CreateType) {
	schema, newID := r.newType(s.Name)
	o := readRangeOptions(s)
	written := o.subtype.Type
	if written == nil {
		written = &ast.TypeName{Pos: -1, Name: ast.QualifiedName{Name: o.subtype.Text}}
	}
	sub := types.WithoutMod(r.typeOf(written))
	if sub.Category == 'P' {
		fail(-1, sqlerr.DatatypeMismatch, "range subtype cannot be %s", types.FormatName(sub))
	}
	if o.canonical != nil {
		throw(sqlerr.New(sqlerr.InvalidObjectDefinition, "cannot specify a canonical function without a pre-created shell type").
			WithHint("Create the type as a shell type, then create its canonicalization function, then do a full CREATE TYPE."))
	}
	x := &catalog.RangeOptions{}
	r.rangeClass(o.class, sub, x)
	if o.collation != nil {
		name := optionName(o.collation)
		if expr.BaseType(sub).Kind != types.KindText {
			fail(-1, sqlerr.WrongObjectType, "range collation specified but subtype does not support collation")
		}
		if collation(ast.QualifiedName{Pos: -1, Name: name}) != "" {
			unsupported(-1, "ranges with collation \"%s\" are not supported", name)
		}
		x.Collation = name
	}
	if o.diff != nil {
		x.Diff = r.rangeDiff(optionName(o.diff), sub)
	}
	name := s.Name.Name
	multiSchema, multi := r.multirangeName(schema, name, o.multi)
	id := newID()
	x.Multi = r.newID()
	one, many := types.NewRangeType(types.OID(id), name, types.OID(x.Multi), multi, sub)
	r.Catalog = r.Catalog.WithType(&catalog.UserType{ID: id, Schema: schema, Name: name, Type: one, Range: x}).
		WithType(&catalog.UserType{ID: x.Multi, Schema: multiSchema, Name: multi, Type: many})
}

// multirangeName is the name of the type of multiranges: as it is written, or
// made of the range's.
func (r *run) multirangeName(schema, name string, o *ast.TypeOption) (string, string) {
	multi := name + "_multirange"
	if i := strings.Index(name, "range"); i >= 0 {
		multi = name[:i] + "multi" + name[i:]
	}
	if o != nil {
		q := ast.QualifiedName{Name: o.Text}
		if o.Type != nil {
			q = o.Type.Name
		}
		if q.Schema != "" {
			schema = r.target(q, false)
		}
		multi = q.Name
	}
	taken := r.Catalog.UserType([]string{schema}, schema, multi) != nil
	switch {
	case multi == name:
		fail(-1, sqlerr.UniqueViolation, "duplicate key value violates unique constraint \"pg_type_typname_nsp_index\"")
	case taken && o == nil:
		throw(sqlerr.New(sqlerr.DuplicateObject, "type \"%s\" already exists", multi).
			WithDetail("Failed while creating a multirange type for type \"%s\".", name).
			WithHint("You can manually specify a multirange type name using the \"multirange_type_name\" attribute."))
	case taken:
		fail(-1, sqlerr.DuplicateObject, "type \"%s\" already exists", multi)
	}
	return schema, multi
}

// rangeClass checks the operator class of the bounds; each type has one order
// here.
func (r *run) rangeClass(o *ast.TypeOption, sub *types.Type, x *catalog.RangeOptions) {
	if o == nil {
		if !types.Comparable(sub) {
			throw(sqlerr.New(sqlerr.UndefinedObject, "data type %s has no default operator class for access method \"btree\"", types.FormatName(sub)).
				WithHint("You must specify an operator class for the range type or define a default operator class for the subtype."))
		}
		return
	}
	q := ast.QualifiedName{Name: o.Text}
	if o.Type != nil {
		q = o.Type.Name
	}
	if name := operatorClass(&ast.IndexElem{OpClass: q}, sub, "btree"); strings.HasPrefix(name, "record_image") {
		unsupported(-1, "operator class \"%s\" of ranges is not supported", name)
	} else if name != "" {
		x.OpClass = name
	}
}

// rangeDiff checks the function that measures the distance of bounds. Nothing
// calls it: it would serve indexes of ranges.
func (r *run) rangeDiff(name string, sub *types.Type) string {
	args := types.FormatName(sub) + ", " + types.FormatName(sub)
	var ret *types.Type
	short := name[strings.LastIndexByte(name, '.')+1:]
	for _, f := range expr.Functions(short) {
		if len(f.Args) == 2 && f.Args[0].Is(sub) && f.Args[1].Is(sub) {
			ret = f.Ret
		}
	}
	for _, f := range r.Catalog.Functions(r.SearchPath, strings.TrimSuffix(strings.TrimSuffix(name, short), "."), short) {
		if len(f.Args) != 2 || !f.Args[0].Type.Is(sub) || !f.Args[1].Type.Is(sub) {
			continue
		}
		if ret = f.Ret; ret.Is(types.Float8) && f.Volatile != 'i' {
			fail(-1, sqlerr.InvalidObjectDefinition, "range subtype diff function %s(%s) must be immutable", name, args)
		}
	}
	switch {
	case ret == nil && strings.HasSuffix(short, "_subdiff"): // of the built-in ranges
	case ret == nil:
		fail(-1, sqlerr.UndefinedFunction, "function %s(%s) does not exist", name, args)
	case !ret.Is(types.Float8):
		fail(-1, sqlerr.InvalidObjectDefinition, "range subtype diff function %s(%s) must return type double precision", name, args)
	}
	return name
}
