package syscat

import (
	"testing"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/types"
)

func TestLayoutIsKnown(t *testing.T) {
	byName := map[string]*Relation{}
	for _, r := range Relations() {
		byName[r.Schema+"."+r.Name] = r
		for _, c := range r.Columns {
			if c.Type == nil {
				t.Errorf("%s.%s.%s has a type that zqlite does not know", r.Schema, r.Name, c.Name)
			}
		}
	}
	for name := range fillers {
		if byName[name] == nil {
			t.Errorf("fillers names %s, which layout.txt does not have", name)
		}
	}
}

// The rows of built-in objects fit their columns; this database is empty.
func TestRowsOfAnEmptyDatabase(t *testing.T) {
	v := &View{Catalog: catalog.New(catalog.NewVirtuals(Descriptors(12000))), Path: []string{"public"}}
	for _, r := range Relations() {
		n := 0
		err := r.Rows(v, func(row []types.Value) error {
			n++
			for i, c := range r.Columns {
				if x := row[i]; !x.IsNull() && x.K != c.Type.Kind {
					t.Errorf("%s.%s.%s is %s, but a value is of kind %d", r.Schema, r.Name, c.Name, c.Type.Name, x.K)
				}
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		if n == 0 && (r.Name == "pg_type" || r.Name == "pg_class" || r.Name == "pg_attribute") {
			t.Errorf("%s has no rows", r.Name)
		}
	}
}
