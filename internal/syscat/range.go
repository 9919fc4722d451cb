package syscat

import (
	"iter"

	"github.com/zqlite/zqlite/internal/types"
)

// rangeOpclasses are PostgreSQL's classes of the bounds of built-in ranges.
var rangeOpclasses = map[types.OID]int{types.Int4.OID: 1978, types.Numeric.OID: 3125, types.Timestamp.OID: 3128,
	types.TimestampTZ.OID: 3127, types.Date.OID: 3122, types.Int8.OID: 3124, types.Float8.OID: 3123, types.Text.OID: 3126}

// pgRange gives the range types, built-in and made by users.
func pgRange(v *View) iter.Seq[row] {
	return func(yield func(row) bool) {
		add := func(t *types.Type, diff int64) bool {
			return yield(row{"rngtypid": num(t.OID), "rngsubtype": num(t.Sub.OID), "rngmultitypid": num(t.Many.OID),
				"rngcollation": num(collation(types.BaseType(t.Sub))), "rngsubopc": num(rangeOpclasses[t.Sub.OID]),
				"rngcanonical": num(0), "rngsubdiff": num(diff)})
		}
		if v.Builtin {
			types.Builtins(func(t, _ *types.Type) bool { return t.Kind != types.KindRange || t.Many == nil || add(t, 0) })
			return
		}
		for u := range v.userTypes() {
			if u.Range == nil {
				continue
			}
			diff := int64(0)
			if u.Range.Diff != "" { // 0 where the function is gone
				sub := types.FormatType(u.Type.Sub)
				diff, _ = v.RegOID(types.RegProcedure, u.Range.Diff+"("+sub+","+sub+")")
			}
			if !add(u.Type, diff) {
				return
			}
		}
	}
}
