package engine

import (
	"strings"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/types"
)

// virtualTable is a relation that the engine computes from the catalog.
type virtualTable struct {
	schema, name string
	columns      []types.Field
	rows         func(s *Session, c *catalog.Catalog, emit func(...types.Value) error) error
}

// virtuals are the descriptors of all of them, shared by every catalog.
var virtuals, virtualByID = describeVirtuals()

// firstVirtualID numbers the computed relations, below the ids of users.
const firstVirtualID catalog.ID = 12000

func describeVirtuals() (*catalog.Virtuals, map[catalog.ID]*virtualTable) {
	var rels []*catalog.Relation
	byID := map[catalog.ID]*virtualTable{}
	for i := range virtualTables() {
		v := &virtualTables()[i]
		id := firstVirtualID + catalog.ID(i)
		rel := &catalog.Relation{ID: id, Version: 1, Schema: v.schema, Name: v.name, Kind: catalog.Virtual}
		for k, f := range v.columns {
			rel.Columns = append(rel.Columns, &catalog.Column{ID: uint16(k + 1), Name: f.Name, Type: f.Type})
		}
		rels = append(rels, rel)
		byID[id] = v
	}
	return catalog.NewVirtuals(rels), byID
}

// virtualRows gives the rows of a computed relation, for exec.
func (s *Session) virtualRows(rel *catalog.Relation, emit func(row []types.Value) error) error {
	v := virtualByID[rel.ID]
	return v.rows(s, s.idleRun.Catalog, func(row ...types.Value) error { return emit(row) })
}

// columnsOf reads "name type, name type": the columns of a computed relation.
func columnsOf(list string) []types.Field {
	var out []types.Field
	for _, c := range strings.Split(list, ",") {
		name, typ, _ := strings.Cut(strings.TrimSpace(c), " ")
		out = append(out, types.Field{Name: name, Type: types.Lookup(typ)})
	}
	return out
}

func txt(s string) types.Value { return types.NewText(s) }
func num(i int64) types.Value  { return types.NewInt(i) }
func yes(b bool) types.Value   { return types.NewBool(b) }

func optional(s string) types.Value {
	if s == "" {
		return types.Null
	}
	return txt(s)
}

func yesNo(b bool) types.Value {
	if b {
		return txt("YES")
	}
	return txt("NO")
}

func virtualTables() []virtualTable { return systemTables }

var systemTables = []virtualTable{
	{"pg_catalog", "sqlite_master", columnsOf("type text, name text, tbl_name text, rootpage int8, sql text"), sqliteMaster},
	{"pg_catalog", "sqlite_schema", columnsOf("type text, name text, tbl_name text, rootpage int8, sql text"), sqliteMaster},
	{"pg_catalog", "pg_namespace", columnsOf("oid oid, nspname name, nspowner oid"), pgNamespace},
	{"pg_catalog", "pg_class", columnsOf("oid oid, relname name, relnamespace oid, relkind text, relowner oid, reltuples float8, relhasindex bool, relpersistence text, relnatts int2, relispartition bool"), pgClass},
	{"pg_catalog", "pg_attribute", columnsOf("attrelid oid, attname name, atttypid oid, attnum int2, atttypmod int4, attnotnull bool, atthasdef bool, attisdropped bool, attidentity text, attgenerated text, attlen int2"), pgAttribute},
	{"pg_catalog", "pg_type", columnsOf("oid oid, typname name, typnamespace oid, typtype text, typcategory text, typelem oid, typarray oid, typbasetype oid, typtypmod int4, typnotnull bool, typrelid oid"), pgType},
	{"pg_catalog", "pg_index", columnsOf("indexrelid oid, indrelid oid, indisunique bool, indisprimary bool, indisvalid bool, indnatts int2"), pgIndex},
	{"pg_catalog", "pg_tables", columnsOf("schemaname name, tablename name, tableowner name, hasindexes bool"), pgTables},
	{"pg_catalog", "pg_views", columnsOf("schemaname name, viewname name, viewowner name, definition text"), pgViews},
	{"pg_catalog", "pg_indexes", columnsOf("schemaname name, tablename name, indexname name"), pgIndexes},
	{"pg_catalog", "pg_settings", columnsOf("name text, setting text, short_desc text"), pgSettings},
	{"information_schema", "schemata", columnsOf("catalog_name text, schema_name text, schema_owner text"), infoSchemata},
	{"information_schema", "tables", columnsOf("table_catalog text, table_schema text, table_name text, table_type text"), infoTables},
	{"information_schema", "columns", columnsOf("table_catalog text, table_schema text, table_name text, column_name text, ordinal_position int4, column_default text, is_nullable text, data_type text, character_maximum_length int4, numeric_precision int4, numeric_scale int4, udt_name text, is_identity text, is_generated text"), infoColumns},
}

// DatabaseName is what current_database() says.
const DatabaseName = "zqlite"

// eachRelation calls f for tables and views of users, then computed ones.
func eachRelation(c *catalog.Catalog, f func(*catalog.Relation) error) error {
	var err error
	c.Relations(func(r *catalog.Relation) bool { err = f(r); return err == nil })
	for _, r := range c.Virtual() {
		if err != nil {
			return err
		}
		err = f(r)
	}
	return err
}

func schemaID(c *catalog.Catalog, name string) int64 {
	if s := c.Schema(name); s != nil {
		return int64(s.ID)
	}
	return 0
}

func sqliteMaster(_ *Session, c *catalog.Catalog, emit func(...types.Value) error) error {
	var err error
	c.Relations(func(r *catalog.Relation) bool {
		kind := "table"
		if r.Kind == catalog.View {
			kind = "view"
		}
		if err = emit(txt(kind), txt(r.Name), txt(r.Name), num(int64(r.ID)), optional(r.Query)); err != nil {
			return false
		}
		for _, ix := range r.Indexes {
			if err = emit(txt("index"), txt(ix.Name), txt(r.Name), num(int64(ix.ID)), types.Null); err != nil {
				return false
			}
		}
		return true
	})
	return err
}

func pgNamespace(_ *Session, c *catalog.Catalog, emit func(...types.Value) error) error {
	for _, s := range c.Schemas() {
		if err := emit(num(int64(s.ID)), txt(s.Name), num(10)); err != nil {
			return err
		}
	}
	return nil
}

func relkind(r *catalog.Relation) string {
	if r.Kind == catalog.Virtual {
		return "v"
	}
	return string(rune(r.Kind))
}

func pgClass(s *Session, c *catalog.Catalog, emit func(...types.Value) error) error {
	persistence := func(temp bool) types.Value {
		if temp {
			return txt("t")
		}
		return txt("p")
	}
	err := eachRelation(c, func(r *catalog.Relation) error {
		rows := 0.0
		if r.Kind == catalog.Table {
			rows = s.db.Rows(r)
		}
		ns := num(schemaID(c, r.Schema))
		err := emit(num(int64(r.ID)), txt(r.Name), ns, txt(relkind(r)), num(10), types.NewFloat(rows),
			yes(len(r.Indexes) > 0), persistence(r.Temp), num(int64(len(r.Columns))), yes(false))
		for _, ix := range r.Indexes {
			if err == nil {
				err = emit(num(int64(ix.ID)), txt(ix.Name), ns, txt("i"), num(10), types.NewFloat(rows),
					yes(false), persistence(r.Temp), num(int64(len(ix.Parts))), yes(false))
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	c.Sequences(func(q *catalog.Sequence) bool {
		err = emit(num(int64(q.ID)), txt(q.Name), num(schemaID(c, q.Schema)), txt("S"), num(10), types.NewFloat(1),
			yes(false), persistence(q.Temp), num(3), yes(false))
		return err == nil
	})
	return err
}

func pgAttribute(_ *Session, c *catalog.Catalog, emit func(...types.Value) error) error {
	return eachRelation(c, func(r *catalog.Relation) error {
		for i, col := range r.Columns {
			identity, generated := "", ""
			if col.Identity != catalog.NoIdentity {
				identity = string(rune(col.Identity))
			}
			if col.Generated != "" {
				generated = "s"
			}
			err := emit(num(int64(r.ID)), txt(col.Name), num(int64(col.Type.OID)), num(int64(i+1)), num(int64(col.Type.Mod)),
				yes(col.NotNull), yes(col.Default != "" || col.Generated != ""), yes(false), txt(identity), txt(generated), num(-1))
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func pgType(_ *Session, c *catalog.Catalog, emit func(...types.Value) error) error {
	row := func(t *types.Type, schema int64, kind string) error {
		elem, array, base := int64(0), int64(0), int64(0)
		if t.Elem != nil {
			elem = int64(t.Elem.OID)
		} else if t.Category != 'P' {
			array = int64(types.ArrayOf(t).OID)
		}
		if t.Base != nil {
			base = int64(t.Base.OID)
		}
		return emit(num(int64(t.OID)), txt(t.Name), num(schema), txt(kind), txt(string(rune(t.Category))), num(elem),
			num(array), num(base), num(int64(t.Mod)), yes(t.Domain != nil && t.Domain.NotNull), num(0))
	}
	var err error
	types.Builtins(func(t, array *types.Type) bool {
		kind := "b"
		if t.Category == 'P' {
			kind = "p"
		}
		if err = row(t, 11, kind); err == nil && array != nil {
			err = row(array, 11, "b")
		}
		return err == nil
	})
	if err != nil {
		return err
	}
	c.Types(func(u *catalog.UserType) bool {
		kind := "c"
		switch {
		case u.Type.Labels != nil:
			kind = "e"
		case u.Type.Domain != nil:
			kind = "d"
		}
		err = row(u.Type, schemaID(c, u.Schema), kind)
		return err == nil
	})
	return err
}

func pgIndex(_ *Session, c *catalog.Catalog, emit func(...types.Value) error) error {
	return eachRelation(c, func(r *catalog.Relation) error {
		for _, ix := range r.Indexes {
			if err := emit(num(int64(ix.ID)), num(int64(r.ID)), yes(ix.Unique), yes(ix.Primary), yes(true), num(int64(len(ix.Parts)))); err != nil {
				return err
			}
		}
		return nil
	})
}

func pgTables(_ *Session, c *catalog.Catalog, emit func(...types.Value) error) error {
	return eachRelation(c, func(r *catalog.Relation) error {
		if r.Kind != catalog.Table {
			return nil
		}
		return emit(txt(r.Schema), txt(r.Name), txt("zqlite"), yes(len(r.Indexes) > 0))
	})
}

func pgViews(_ *Session, c *catalog.Catalog, emit func(...types.Value) error) error {
	return eachRelation(c, func(r *catalog.Relation) error {
		if r.Kind != catalog.View {
			return nil
		}
		return emit(txt(r.Schema), txt(r.Name), txt("zqlite"), txt(r.Query))
	})
}

func pgIndexes(_ *Session, c *catalog.Catalog, emit func(...types.Value) error) error {
	return eachRelation(c, func(r *catalog.Relation) error {
		for _, ix := range r.Indexes {
			if err := emit(txt(r.Schema), txt(r.Name), txt(ix.Name)); err != nil {
				return err
			}
		}
		return nil
	})
}

func pgSettings(s *Session, _ *catalog.Catalog, emit func(...types.Value) error) error {
	for _, n := range settingNames() {
		v, _ := s.Setting(n)
		if err := emit(txt(n), txt(v), txt(knownSettings[n].doc)); err != nil {
			return err
		}
	}
	return nil
}

func infoSchemata(_ *Session, c *catalog.Catalog, emit func(...types.Value) error) error {
	for _, s := range c.Schemas() {
		if err := emit(txt(DatabaseName), txt(s.Name), txt("zqlite")); err != nil {
			return err
		}
	}
	return nil
}

func infoTables(_ *Session, c *catalog.Catalog, emit func(...types.Value) error) error {
	return eachRelation(c, func(r *catalog.Relation) error {
		kind := "BASE TABLE"
		switch {
		case r.Kind == catalog.View || r.Kind == catalog.Virtual:
			kind = "VIEW"
		case r.Kind == catalog.MaterializedView:
			return nil
		case r.Temp:
			kind = "LOCAL TEMPORARY"
		}
		return emit(txt(DatabaseName), txt(r.Schema), txt(r.Name), txt(kind))
	})
}

func infoColumns(_ *Session, c *catalog.Catalog, emit func(...types.Value) error) error {
	return eachRelation(c, func(r *catalog.Relation) error {
		for i, col := range r.Columns {
			length, precision, scale := types.Null, types.Null, types.Null
			if n, ok := types.TextMod(col.Type); ok {
				length = num(int64(n))
			}
			if p, sc, ok := types.NumericMod(col.Type); ok {
				precision, scale = num(int64(p)), num(int64(sc))
			}
			dataType := types.FormatName(types.WithoutMod(col.Type))
			if col.Type.Elem != nil {
				dataType = "ARRAY"
			} else if col.Type.OID >= types.OID(catalog.FirstUserID) {
				dataType = "USER-DEFINED"
			}
			generated := "NEVER"
			if col.Generated != "" {
				generated = "ALWAYS"
			}
			err := emit(txt(DatabaseName), txt(r.Schema), txt(r.Name), txt(col.Name), num(int64(i+1)), optional(col.Default),
				yesNo(!col.NotNull), txt(dataType), length, precision, scale, txt(col.Type.Name),
				yesNo(col.Identity != catalog.NoIdentity), txt(generated))
			if err != nil {
				return err
			}
		}
		return nil
	})
}
