package syscat

import (
	"iter"

	"github.com/zqlite/zqlite/internal/catalog"
)

// pgDepend gives what clients ask it for: sequences with the columns that own
// them, and indexes with their constraints.
func pgDepend(v *View) iter.Seq[row] {
	return func(yield func(row) bool) {
		depends := func(class int, id catalog.ID, refClass int, ref catalog.ID, sub uint16, kind string) bool {
			return yield(row{
				"classid": num(class), "objid": num(id), "objsubid": num(0),
				"refclassid": num(refClass), "refobjid": num(ref), "refobjsubid": num(sub), "deptype": txt(kind),
			})
		}
		for q := range v.sequences() {
			if q.OwnerRel == 0 {
				continue
			}
			kind := "a"
			if r := v.Catalog.RelationByID(q.OwnerRel); r != nil {
				if c := r.ColumnByID(q.OwnerCol); c != nil && c.Identity != catalog.NoIdentity {
					kind = "i"
				}
			}
			if !depends(classRelation, q.ID, classRelation, q.OwnerRel, q.OwnerCol, kind) {
				return
			}
		}
		for c := range v.constraints() {
			if c.index != nil && !depends(classRelation, c.index.ID, classConstraint, c.id, 0, "i") {
				return
			}
		}
	}
}
