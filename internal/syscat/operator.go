package syscat

import (
	"strings"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/types"
)

// operatorRow is the row of pg_operator of an operator made by CREATE OPERATOR.
func (v *View) operatorRow(o *catalog.Operator) row {
	kind, left := "b", types.OID(0)
	if o.Left == nil {
		kind = "l"
	} else {
		left = o.Left.OID
	}
	return row{
		"oid": num(o.ID), "oprname": txt(o.Name), "oprnamespace": num(v.schemaID(o.Schema)), "oprowner": num(ownerOID), "oprkind": txt(kind),
		"oprcanmerge": yes(o.Merges), "oprcanhash": yes(o.Hashes), "oprleft": num(left), "oprright": num(o.Right.OID), "oprresult": num(o.Ret.OID),
		"oprcom": num(v.operatorNamed(o.Commutator, o.Left, o.Right, true)), "oprnegate": num(v.operatorNamed(o.Negator, o.Left, o.Right, false)),
		"oprcode": num(v.functionRef(o.Func, o.Args())), "oprrest": num(0), "oprjoin": num(0),
	}
}

// operatorNamed is the oid of an operator that another names; 0 is none.
func (v *View) operatorNamed(name string, left, right *types.Type, swapped bool) catalog.ID {
	if name == "" || left == nil {
		return 0
	}
	if swapped {
		left, right = right, left
	}
	name = name[strings.LastIndexByte(name, '.')+1:]
	for _, f := range v.namedOperators() {
		if f.name == name && len(f.args) == 2 && f.args[0].Is(left) && f.args[1].Is(right) {
			return f.oid
		}
	}
	return 0
}

// castRow is the row of pg_cast of a cast made by CREATE CAST.
func (v *View) castRow(x *catalog.Cast) row {
	args := []*types.Type{x.From, types.Int4, types.Bool}
	return row{
		"oid": num(x.ID), "castsource": num(x.From.OID), "casttarget": num(x.To.OID), "castfunc": num(v.functionRef(x.Func, args[:x.Params])),
		"castcontext": letter(x.Context), "castmethod": letter(x.Method),
	}
}
