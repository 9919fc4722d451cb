package syscat

import (
	"iter"
	"math"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/deparse"
	"github.com/zqlite/zqlite/internal/types"
)

func relkind(r *catalog.Relation) string {
	if r.Kind == catalog.Virtual {
		return "v"
	}
	return string(rune(r.Kind))
}

func persistence(temp bool) types.Value {
	if temp {
		return txt("t")
	}
	return txt("p")
}

// pageBytes is PostgreSQL's page, by which relpages counts.
const pageBytes = 8192

func pgClass(v *View) iter.Seq[row] {
	return func(yield func(row) bool) {
		for r := range v.relations() {
			if !yield(classRow(v, r)) {
				return
			}
			for _, ix := range r.Indexes {
				if !yield(indexClassRow(v, r, ix)) {
					return
				}
			}
		}
		for u := range v.userTypes() {
			if !composite(u) {
				continue
			}
			x := class(compositeOID(u), u.Name, v.schemaID(u.Schema), "c", false)
			x["reltype"], x["relnatts"], x["relfilenode"], x["relreplident"] = num(u.ID), num(len(u.Type.Fields)), num(0), txt("n")
			if !yield(x) {
				return
			}
		}
		for q := range v.sequences() {
			x := class(q.ID, q.Name, v.schemaID(q.Schema), "S", q.Temp)
			x["reltuples"], x["relnatts"] = real(1), num(3)
			if !yield(x) {
				return
			}
		}
	}
}

// class has what rows of pg_class have alike.
func class(id catalog.ID, name string, schema catalog.ID, kind string, temp bool) row {
	zero, no := num(0), yes(false)
	return row{
		"oid": num(id), "relname": txt(name), "relnamespace": num(schema), "relkind": txt(kind),
		"relowner": num(ownerOID), "relfilenode": num(id), "relpersistence": persistence(temp),
		"reltype": zero, "reloftype": zero, "relam": zero, "reltablespace": zero, "relpages": zero,
		"relallvisible": zero, "reltoastrelid": zero, "relchecks": zero, "relrewrite": zero,
		"relfrozenxid": zero, "relminmxid": zero, "reltuples": real(0), "relhasindex": no,
		"relisshared": no, "relhasrules": no, "relhastriggers": no, "relhassubclass": no,
		"relrowsecurity": no, "relforcerowsecurity": no, "relispopulated": yes(true),
		"relreplident": txt("d"), "relispartition": no,
	}
}

func classRow(v *View, r *catalog.Relation) row {
	x := class(r.ID, r.Name, v.schemaID(r.Schema), relkind(r), r.Temp)
	x["reltype"], x["relnatts"] = num(rowTypeOID(r)), num(int64(r.NextCol)-1)
	if r.NextCol == 0 {
		x["relnatts"] = num(len(r.Columns))
	}
	x["reltuples"], x["relhasindex"] = real(v.rows(r)), yes(len(r.Indexes) > 0)
	x["relchecks"], x["relhastriggers"] = num(len(r.Checks)), yes(triggered(r))
	x["relispopulated"], x["reloftype"] = yes(!r.Unpopulated), num(r.OfType)
	if r.Tenant != 0 { // as PostgreSQL's forced row level security, and by what column
		x["relrowsecurity"], x["relforcerowsecurity"] = yes(true), yes(true)
		x["reloptions"] = types.NewArray([]types.Value{txt("tenant_by=" + r.ColumnByID(r.Tenant).Name)}, types.Text)
	}
	if r.CheckOption != "" {
		x["reloptions"] = types.NewArray([]types.Value{txt("check_option=" + r.CheckOption)}, types.Text)
	}
	if r.Kind == catalog.Table || r.Kind == catalog.MaterializedView {
		x["relam"], x["relhasrules"] = num(heapOID), yes(r.Kind == catalog.MaterializedView)
		x["relpages"] = v.pages(r.ID)
	} else {
		x["relfilenode"], x["relhasrules"] = num(0), yes(true)
		x["relreplident"] = txt("n")
	}
	return x
}

// triggered reports whether PostgreSQL would have triggers on a relation: its
// own, or those of a foreign key at either end.
func triggered(r *catalog.Relation) bool {
	return len(r.Triggers) > 0 || len(r.Foreign) > 0 || len(r.Referers) > 0
}

func (v *View) pages(id catalog.ID) types.Value {
	if v.Size == nil {
		return num(0)
	}
	return num((v.Size(id) + pageBytes - 1) / pageBytes)
}

func indexClassRow(v *View, r *catalog.Relation, ix *catalog.Index) row {
	x := class(ix.ID, ix.Name, v.schemaID(r.Schema), "i", r.Temp)
	x["reltuples"], x["relnatts"] = real(v.rows(r)), num(len(ix.Parts)+len(ix.Include))
	x["relam"], x["relreplident"] = num(methodOID(ix)), txt("n")
	if !ix.Primary {
		x["relpages"] = v.pages(ix.ID)
	}
	if len(ix.Options) > 0 {
		x["reloptions"] = names(ix.Options)
	}
	return x
}

func methodOID(ix *catalog.Index) int {
	if ix.Method == "hash" {
		return hashOID
	}
	return btreeOID
}

func pgAttribute(v *View) iter.Seq[row] {
	columns := perColumn(attribute)
	return func(yield func(row) bool) {
		for x := range columns(v) {
			if !yield(x) {
				return
			}
		}
		for r := range v.relations() {
			for _, ix := range r.Indexes {
				for i, p := range ix.Parts {
					name, t := "expr", p.Type
					if c := r.ColumnByID(p.Column); c != nil {
						name, t = c.Name, c.Type
					}
					if !yield(attributeOf(ix.ID, i+1, name, t)) {
						return
					}
				}
			}
		}
		for u := range v.userTypes() {
			for i, f := range u.Type.Fields {
				if !yield(attributeOf(compositeOID(u), i+1, f.Name, f.Type)) {
					return
				}
			}
		}
	}
}

func attribute(v *View, r *catalog.Relation, c *catalog.Column) row {
	x := attributeOf(r.ID, int(c.ID), c.Name, c.Type)
	x["attnotnull"], x["atthasdef"] = yes(c.NotNull), yes(v.defaultText(c, false) != "" || c.Generated != "")
	x["atthasmissing"] = yes(c.Missing != nil)
	if c.Identity != catalog.NoIdentity {
		x["attidentity"] = letter(c.Identity)
	}
	if c.Generated != "" {
		x["attgenerated"] = txt("s")
	}
	return x
}

// attributeOf has what rows of pg_attribute have alike.
func attributeOf(owner catalog.ID, number int, name string, t *types.Type) row {
	if t == nil {
		t = types.Text
	}
	dims := 0
	if t.Elem != nil {
		dims = 1
	}
	length := typeLength(t)
	return row{
		"attrelid": num(owner), "attname": txt(name), "atttypid": num(typeNumber(t)), "attstattarget": num(-1),
		"attlen": num(length), "attnum": num(number), "attndims": num(dims), "attcacheoff": num(-1),
		"atttypmod": num(typeMod(t)), "attbyval": yes(length > 0 && length <= 8), "attalign": alignment(length),
		"attstorage": storage(t, length), "attcompression": txt(""), "attnotnull": yes(false), "atthasdef": yes(false),
		"atthasmissing": yes(false), "attidentity": txt(""), "attgenerated": txt(""), "attisdropped": yes(false),
		"attislocal": yes(true), "attinhcount": num(0), "attcollation": num(collation(t)),
	}
}

func pgAttrdef(v *View, r *catalog.Relation, c *catalog.Column) row {
	text := v.defaultText(c, false)
	if c.Generated != "" {
		text = v.generatedText(r, c)
	}
	if text == "" {
		return nil
	}
	return row{"oid": num(defaultOID(r, c)), "adrelid": num(r.ID), "adnum": num(c.ID), "adbin": txt(text)}
}

func pgIndex(v *View, r *catalog.Relation, ix *catalog.Index) row {
	keys, options, collations, classes := make([]int16, 0, len(ix.Parts)), []int16{}, []types.OID{}, []types.OID{}
	for _, p := range ix.Parts {
		option := int16(0)
		if p.Desc {
			option |= 1
		}
		if p.NullsFirst {
			option |= 2
		}
		keys, options = append(keys, int16(p.Column)), append(options, option)
		t := p.Type
		if c := r.ColumnByID(p.Column); c != nil {
			t = c.Type
		}
		if t == nil {
			t = types.Text
		}
		collations, classes = append(collations, types.OID(collation(t))), append(classes, classOID(ix.Method, t))
	}
	for _, id := range ix.Include {
		keys = append(keys, int16(id))
	}
	no, sure := yes(false), yes(true)
	return row{
		"indexrelid": num(ix.ID), "indrelid": num(r.ID), "indnatts": num(len(keys)), "indnkeyatts": num(len(ix.Parts)),
		"indisunique": yes(ix.Unique), "indnullsnotdistinct": yes(ix.NullsNotDistinct), "indisprimary": yes(ix.Primary),
		"indisexclusion": no, "indimmediate": yes(!ix.Deferrable), "indisclustered": yes(r.Clustered == ix.ID), "indisvalid": sure,
		"indcheckxmin": no, "indisready": sure, "indislive": sure, "indisreplident": no,
		"indkey": vector(types.Int2, keys), "indoption": vector(types.Int2, options),
		"indcollation": vector(types.Oid, collations), "indclass": vector(types.Oid, classes),
		"indexprs": optional(v.indexExpressions(r, ix, false)), "indpred": optional(v.expression(ix.Where, conditionOver(r), false)),
	}
}

func pgIndexes(v *View, r *catalog.Relation, ix *catalog.Index) row {
	return row{"schemaname": txt(r.Schema), "tablename": txt(r.Name), "indexname": txt(ix.Name), "indexdef": txt(v.indexDefinition(r, ix, false))}
}

func pgTable(_ *View, r *catalog.Relation) row {
	if r.Kind != catalog.Table {
		return nil
	}
	return row{
		"schemaname": txt(r.Schema), "tablename": txt(r.Name), "tableowner": txt(Owner), "hasindexes": yes(len(r.Indexes) > 0),
		"hasrules": yes(false), "hastriggers": yes(triggered(r)), "rowsecurity": yes(false),
	}
}

func pgView(v *View, r *catalog.Relation) row {
	switch r.Kind {
	case catalog.View:
		return row{"schemaname": txt(r.Schema), "viewname": txt(r.Name), "viewowner": txt(Owner), "definition": txt(v.viewText(r, deparse.Style{}))}
	}
	return nil
}

func pgMatview(v *View, r *catalog.Relation) row {
	if r.Kind != catalog.MaterializedView {
		return nil
	}
	return row{
		"schemaname": txt(r.Schema), "matviewname": txt(r.Name), "matviewowner": txt(Owner), "hasindexes": yes(len(r.Indexes) > 0),
		"ispopulated": yes(!r.Unpopulated), "definition": txt(v.viewText(r, deparse.Style{})),
	}
}

func pgStatTable(v *View, r *catalog.Relation) row {
	return row{
		"relid": num(r.ID), "schemaname": txt(r.Schema), "relname": txt(r.Name),
		"n_live_tup": num(int64(math.Round(v.rows(r)))),
	}
}
