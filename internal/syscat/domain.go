package syscat

import (
	"iter"
	"slices"

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

// standardDomains are the domains that the columns of information_schema have in
// PostgreSQL.
func standardDomains() []*catalog.UserType {
	var list []*catalog.UserType
	add := func(name string, base *types.Type, fallback string, mods ...int32) {
		if t, err := types.WithMod(base, mods); err == nil {
			list = append(list, &catalog.UserType{Schema: "information_schema", Name: name,
				Type: catalog.NewDomainType(0, name, t, &types.Domain{Default: fallback})})
		}
	}
	add("cardinal_number", types.Int4, "")
	add("character_data", types.WithCollation(types.Varchar, "C"), "")
	add("sql_identifier", types.Name, "")
	add("time_stamp", types.TimestampTZ, "CURRENT_TIMESTAMP(2)", 2)
	add("yes_or_no", types.WithCollation(types.Varchar, "C"), "", 3)
	return list
}

// infoDomains gives the domains of users and those of the schema itself.
func infoDomains(v *View) iter.Seq[row] {
	return func(yield func(row) bool) {
		list := v.userTypes()
		if v.Builtin {
			list = slices.Values(standardDomains())
		}
		for u := range list {
			if x := infoDomain(v, u); x != nil && !yield(x) {
				return
			}
		}
	}
}
