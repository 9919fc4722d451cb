package syscat

import (
	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/types"
)

// aggregateRow is the row of pg_aggregate of an aggregate made by CREATE
// AGGREGATE.
func (v *View) aggregateRow(f *catalog.SQLFunction) row {
	a := f.Aggregate
	args := fieldTypes(f.Args)
	step := func(state *types.Type) []*types.Type { return append([]*types.Type{state}, args[a.Direct:]...) }
	final := func(state *types.Type, extra bool) []*types.Type {
		if extra {
			return append([]*types.Type{state}, args...)
		}
		return append([]*types.Type{state}, args[:a.Direct]...)
	}
	modify := func(b byte) types.Value {
		if b == 0 {
			b = 'r'
		}
		return letter(b)
	}
	x := row{
		"aggfnoid": num(f.ID), "aggkind": letter(a.Kind), "aggnumdirectargs": num(a.Direct),
		"aggtransfn": num(v.functionRef(a.Trans, step(a.State))), "aggfinalfn": num(v.functionRef(a.Final, final(a.State, a.FinalExtra))),
		"aggcombinefn": num(v.functionRef(a.Combine, []*types.Type{a.State, a.State})), "aggserialfn": num(0), "aggdeserialfn": num(0),
		"aggmtransfn": num(0), "aggminvtransfn": num(0), "aggmfinalfn": num(0), "aggfinalextra": yes(a.FinalExtra),
		"aggmfinalextra": yes(a.MExtra), "aggfinalmodify": modify(a.FinalModify), "aggmfinalmodify": modify(a.MFModify),
		"aggsortop": num(0), "aggtranstype": num(a.State.OID), "aggtransspace": num(a.StateSpace), "aggmtranstype": num(0),
		"aggmtransspace": num(a.MStateSize),
	}
	if a.MState != nil {
		x["aggmtranstype"] = num(a.MState.OID)
		x["aggmtransfn"], x["aggminvtransfn"] = num(v.functionRef(a.MTrans, step(a.MState))), num(v.functionRef(a.MInv, step(a.MState)))
		x["aggmfinalfn"] = num(v.functionRef(a.MFinal, final(a.MState, a.MExtra)))
	}
	if a.SortOp != "" {
		x["aggsortop"] = num(operatorBetween(a.SortOp, args[0]))
	}
	if a.Init != nil {
		x["agginitval"] = txt(*a.Init)
	}
	if a.MInit != nil {
		x["aggminitval"] = txt(*a.MInit)
	}
	return x
}

// functionRef is the oid of a function that an object uses: of a built-in one
// that takes arguments of these types as they are, or at least as many.
func (v *View) functionRef(ref catalog.FuncRef, args []*types.Type) catalog.ID {
	if ref.ID != 0 || ref.None() {
		return ref.ID
	}
	var near catalog.ID
	for _, f := range functionsByName()[ref.Name] {
		if len(f.args) != len(args) {
			continue
		}
		same := true
		for i, t := range f.args {
			same = same && (t.Is(args[i]) || expr.IsPolymorphic(t))
		}
		if same {
			return f.oid
		}
		near = f.oid
	}
	return near
}
