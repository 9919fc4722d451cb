package schema

import (
	"fmt"
	"slices"
)

// The setting that says whose rows a session works with: zqlite's own, and the
// one that policies on PostgreSQL read.
const tenantSetting = "zqlite.tenant"

// rowSecurity are the statements that scope a table on PostgreSQL.
func (t *Table) rowSecurity() string {
	name := t.Annotations.Tenant
	if t.TenantBy != "" {
		name = t.TenantBy
	}
	c := t.Column(name)
	if c == nil {
		return ""
	}
	own := "current_setting('" + tenantSetting + "')::" + c.Type
	return fmt.Sprintf("ALTER TABLE %[1]s ALTER COLUMN %[2]s SET DEFAULT %[3]s;\n"+
		"ALTER TABLE %[1]s ENABLE ROW LEVEL SECURITY;\nALTER TABLE %[1]s FORCE ROW LEVEL SECURITY;\n"+
		"CREATE POLICY tenant ON %[1]s USING (%[2]s = %[3]s) WITH CHECK (%[2]s = %[3]s);\n", t, quote(name), own)
}

// Ordered gives tables so that each comes after those its foreign keys refer
// to, as rows must be added; from the end on, rows can be deleted. Tables that
// refer to each other in a circle keep their order among themselves.
func Ordered(tables []*Table) []*Table {
	var out []*Table
	state := map[Name]int{} // 1 is on the way, 2 is done
	byName := map[Name]*Table{}
	for _, t := range tables {
		byName[t.Name] = t
	}
	var visit func(t *Table)
	visit = func(t *Table) {
		if state[t.Name] != 0 {
			return
		}
		state[t.Name] = 1
		for _, f := range t.Foreign {
			if p := byName[f.Parent]; p != nil {
				visit(p)
			}
		}
		state[t.Name] = 2
		out = append(out, t)
	}
	for _, t := range tables {
		visit(t)
	}
	return slices.Clip(out)
}
