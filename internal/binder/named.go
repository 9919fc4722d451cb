package binder

import (
	"slices"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// named reports whether a call has an argument that is given by name.
func named(c *ast.FuncCall) bool {
	return slices.ContainsFunc(c.ArgNames, func(n string) bool { return n != "" })
}

// positional brings a call in named notation to positional form: arguments go
// to their places, and those left out between them take their defaults.
func (b *binder) positional(c *ast.FuncCall) *ast.FuncCall {
	repeatedNames(c)
	place := func(names []string, n, defaults int, fill func(d int) ast.Expr) *ast.FuncCall {
		args := placed(c, names, n, defaults, fill)
		if args == nil {
			return nil
		}
		moved := *c
		moved.Args, moved.ArgNames = args, nil
		return &moved
	}
	literals := func(texts []string) func(d int) ast.Expr {
		return func(d int) ast.Expr { return &ast.Literal{Pos: c.Pos, Kind: ast.StringLiteral, Text: texts[d]} }
	}
	for _, f := range expr.Functions(c.Name.Name) {
		if moved := place(f.ArgNames, len(f.Args), len(f.DefaultTexts), literals(f.DefaultTexts)); moved != nil {
			return moved
		}
	}
	for _, f := range expr.SetFuncs(c.Name.Name) {
		if moved := place(f.ArgNames, len(f.Args), len(f.DefaultTexts), literals(f.DefaultTexts)); moved != nil {
			return moved
		}
	}
	s := ""
	for i, a := range c.Args {
		if i > 0 {
			s += ", "
		}
		if c.ArgNames[i] != "" {
			s += c.ArgNames[i] + " => "
		}
		s += b.namedType(a)
	}
	panic(fail(c.Pos, sqlerr.UndefinedFunction, "function %s(%s) does not exist", c.Name.Name, s).
		WithHint("No function matches the given name and argument types. You might need to add explicit type casts."))
}

// namedType is the type of an argument for the error that no function has it.
func (b *binder) namedType(a ast.Expr) string {
	if l, ok := a.(*ast.Literal); ok {
		switch l.Kind {
		case ast.StringLiteral, ast.NullLiteral:
			return types.Unknown.Display
		case ast.IntLiteral:
			return types.Integer.Display
		}
	}
	return types.Any.Name
}

// placed lays the arguments out as the parameters stand, or returns nil where
// the names are not those of the function or a parameter without a default is
// left out.
func placed(c *ast.FuncCall, names []string, n, defaults int, fill func(d int) ast.Expr) []ast.Expr {
	if names == nil || len(c.Args) > n {
		return nil
	}
	args := make([]ast.Expr, n)
	last := -1
	for i, a := range c.Args {
		at := i
		if c.ArgNames[i] != "" {
			at = slices.Index(names, c.ArgNames[i])
		}
		if at < 0 || at >= n || args[at] != nil {
			return nil
		}
		args[at], last = a, max(last, at)
	}
	for i := range args[:last+1] {
		if args[i] == nil {
			d := i - (n - defaults)
			if d < 0 {
				return nil
			}
			args[i] = fill(d)
		}
	}
	for i := last + 1; i < n-defaults; i++ {
		if args[i] == nil {
			return nil
		}
	}
	return args[:last+1]
}
