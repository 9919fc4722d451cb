package syscat

import (
	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/types"
)

// compositeOID is the oid of the relation behind a composite type.
func compositeOID(u *catalog.UserType) catalog.ID { return derived("row type ", u.ID, "") }

// composite reports whether a type is one of fields with names.
func composite(u *catalog.UserType) bool {
	return u.Type.Kind == types.KindRecord && u.Type.Domain == nil
}

// compositeNumbered finds the type behind the oid of a relation.
func (v *View) compositeNumbered(oid int64) *catalog.UserType {
	for u := range v.userTypes() {
		if composite(u) && int64(compositeOID(u)) == oid {
			return u
		}
	}
	return nil
}
