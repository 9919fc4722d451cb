package syscat

import (
	"iter"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/types"
)

// domainChecks gives the checks of domains.
func (v *View) domainChecks() iter.Seq2[*catalog.UserType, types.DomainCheck] {
	return func(yield func(*catalog.UserType, types.DomainCheck) bool) {
		for u := range v.userTypes() {
			if u.Type.Domain == nil {
				continue
			}
			for _, c := range u.Type.Domain.Checks {
				if !yield(u, c) {
					return
				}
			}
		}
	}
}

func domainCheckOID(u *catalog.UserType, name string) catalog.ID {
	return derived("domain constraint ", u.ID, name)
}

// pgDomainConstraints gives the constraints of domains in pg_constraint.
func pgDomainConstraints(v *View) iter.Seq[row] {
	return func(yield func(row) bool) {
		for u, c := range v.domainChecks() {
			no := yes(false)
			x := row{
				"oid": num(domainCheckOID(u, c.Name)), "conname": txt(c.Name), "connamespace": num(v.schemaID(u.Schema)), "contype": txt("c"),
				"condeferrable": no, "condeferred": no, "convalidated": yes(true), "conrelid": num(0), "contypid": num(u.ID),
				"conindid": num(0), "conparentid": num(0), "confrelid": num(0), "confupdtype": txt(" "), "confdeltype": txt(" "),
				"confmatchtype": txt(" "), "conislocal": yes(true), "coninhcount": num(0), "connoinherit": no,
				"conbin": txt(v.domainCheck(u.Type, c, false)),
			}
			if !yield(x) {
				return
			}
		}
	}
}
