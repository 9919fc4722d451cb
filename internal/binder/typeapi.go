package binder

import (
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/types"
)

// lookupType finds a built-in type by PostgreSQL's or zqlite's name, or nil.
func lookupType(name string, mods []int32) (*types.Type, error) {
	t := types.Lookup(name)
	if t == nil || len(mods) == 0 {
		return t, nil
	}
	return types.WithMod(t, mods)
}

// parseValue reads text as a value of a type without modifier. What would
// depend on a session is not read at binding (see foldable), so there is none.
func parseValue(t *types.Type, text string) (types.Value, error) {
	return types.Parse(text, t, nil)
}

// ResolveType finds the type that a name means.
func ResolveType(o Options, t *ast.TypeName) (typ *types.Type, err error) {
	b := newBinder(o)
	defer recoverTo(&err)
	return b.typeName(t), nil
}
