package syscat

import (
	_ "embed"
	"iter"
	"strings"
	"sync"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/types"
)

// castList has a line "source;target;function;context;method" for each cast
// that PostgreSQL lists between types that are here.
//
//go:embed casts.txt
var castList string

// firstCast numbers casts, firstFamily families of operators and firstEntry
// the operators and functions in them.
const (
	firstCast   = 10_000
	firstFamily = 300_000
	firstEntry  = 400_000
)

// functionsByName finds registered functions of a name, with their parameters.
var functionsByName = sync.OnceValue(func() map[string][]named {
	m := map[string][]named{}
	for _, f := range builtinNames().functions {
		m[f.name] = append(m[f.name], f)
	}
	return m
})

// functionTaking is the oid of the registered function of a name whose first
// parameter has a type; 0 is none.
func functionTaking(name string, t *types.Type) catalog.ID {
	for _, f := range functionsByName()[name] {
		if len(f.args) > 0 && f.args[0].Is(t) {
			return f.oid
		}
	}
	return 0
}

// pgCast lists PostgreSQL's casts as far as the engine has them, each with the
// context that the engine allows it in.
func pgCast(v *View) iter.Seq[row] {
	return func(yield func(row) bool) {
		if !v.Builtin {
			v.Catalog.EachCast(func(x *catalog.Cast) bool { return yield(v.castRow(x)) })
			return
		}
		oid := firstCast
		for line := range strings.Lines(castList) {
			f := strings.Split(strings.TrimSpace(line), ";")
			from, to := types.Lookup(f[0]), types.Lookup(f[1])
			if from == nil || to == nil {
				continue
			}
			c, ok := types.FindCast(from, to)
			if !ok {
				continue
			}
			context := string("iae"[c.Context])
			if from.Is(to) {
				context = f[3]
			}
			x := row{
				"oid": num(oid), "castsource": num(from.OID), "casttarget": num(to.OID), "castcontext": txt(context),
				"castmethod": txt(f[4]), "castfunc": num(functionTaking(f[2], from)),
			}
			if !yield(x) {
				return
			}
			oid++
		}
	}
}

// keyTypes gives the types that can be keys, with the arrays of them.
func keyTypes(yield func(*types.Type) bool) {
	types.Builtins(func(t, array *types.Type) bool {
		if t.Category == 'P' || t.Kind == types.KindJSON {
			return true
		}
		return yield(t) && (array == nil || yield(array))
	})
}

func familyOID(method string, t *types.Type) types.OID {
	return classOID(method, t) - firstBtreeClass + firstFamily
}

// methods are the access methods that operator classes belong to.
var methods = []string{"btree", "hash"}

func pgOpfamily(v *View) iter.Seq[row] {
	return func(yield func(row) bool) {
		if !v.Builtin {
			return
		}
		for t := range keyTypes {
			for _, m := range methods {
				x := row{
					"oid": num(familyOID(m, t)), "opfmethod": num(methodOID(&catalog.Index{Method: m})), "opfname": txt(t.Name + "_ops"),
					"opfnamespace": num(catalogSchema), "opfowner": num(ownerOID),
				}
				if !yield(x) {
					return
				}
			}
		}
	}
}

// strategies are the operators of an ordered index by their number, as
// PostgreSQL numbers them; a hashed one has equality as its first.
var strategies = []string{"<", "<=", "=", ">=", ">"}

// pgAmop gives the comparison operators that indexes serve.
func pgAmop(v *View) iter.Seq[row] {
	return func(yield func(row) bool) {
		if !v.Builtin {
			return
		}
		oid := firstEntry
		entry := func(m string, t *types.Type, n int, op catalog.ID) bool {
			oid++
			return yield(row{
				"oid": num(oid), "amopfamily": num(familyOID(m, t)), "amoplefttype": num(t.OID), "amoprighttype": num(t.OID),
				"amopstrategy": num(n), "amoppurpose": txt("s"), "amopopr": num(op), "amopmethod": num(methodOID(&catalog.Index{Method: m})),
				"amopsortfamily": num(0),
			})
		}
		for t := range keyTypes {
			for i, name := range strategies {
				op := operatorBetween(name, t)
				if op == 0 {
					continue
				}
				if !entry("btree", t, i+1, op) || name == "=" && !entry("hash", t, 1, op) {
					return
				}
			}
		}
	}
}

// operatorBetween is the oid of the operator of a name over two operands of a
// type; 0 is none.
func operatorBetween(name string, t *types.Type) catalog.ID {
	for _, f := range operatorsByName()[name] {
		if len(f.args) == 2 && f.args[0].Is(t) && f.args[1].Is(t) {
			return f.oid
		}
	}
	return 0
}

var operatorsByName = sync.OnceValue(func() map[string][]named {
	m := map[string][]named{}
	for _, f := range builtinNames().operators {
		m[f.name] = append(m[f.name], f)
	}
	return m
})

// pgAggregate names the registered aggregates; their transition functions are
// not functions of SQL here.
func pgAggregate(v *View) iter.Seq[row] {
	return func(yield func(row) bool) {
		if !v.Builtin {
			for f := range v.functions() {
				if f.Aggregate != nil && !yield(v.aggregateRow(f)) {
					return
				}
			}
			return
		}
		for x := range pgProc(v) {
			if x["prokind"].S != "a" {
				continue
			}
			none := num(0)
			ok := yield(row{
				"aggfnoid": x["oid"], "aggkind": txt("n"), "aggnumdirectargs": none, "aggtransfn": none, "aggfinalfn": none,
				"aggcombinefn": none, "aggserialfn": none, "aggdeserialfn": none, "aggmtransfn": none, "aggminvtransfn": none,
				"aggmfinalfn": none, "aggfinalextra": yes(false), "aggmfinalextra": yes(false), "aggfinalmodify": txt("r"),
				"aggmfinalmodify": txt("r"), "aggsortop": none, "aggtranstype": none, "aggtransspace": none, "aggmtranstype": none,
				"aggmtransspace": none,
			})
			if !ok {
				return
			}
		}
	}
}
