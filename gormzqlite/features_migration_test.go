package gormzqlite_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
	gschema "gorm.io/gorm/schema"
	"gorm.io/gorm/utils/tests"

	"github.com/zqlite/zqlite/gormzqlite"
)

// watch is a logger that keeps the statements that are not questions.
type watch struct {
	logger.Interface
	changes []string
}

func (w *watch) LogMode(logger.LogLevel) logger.Interface { return w }

func (w *watch) Trace(_ context.Context, _ time.Time, f func() (string, int64), _ error) {
	if text, _ := f(); !strings.HasPrefix(strings.ToUpper(strings.TrimSpace(text)), "SELECT") {
		w.changes = append(w.changes, text)
	}
}

// twice migrates models again and again and writes down what the last time
// changed: nothing.
func (t trial) twice(what string, models ...any) {
	t.check(what, t.AutoMigrate(models...))
	w := &watch{Interface: logger.Discard}
	s := t.Session(&gorm.Session{Logger: w})
	t.check("twice", s.AutoMigrate(models...))
	t.see("changed %d %v", len(w.changes), w.changes)
}

// catalog writes down what PostgreSQL's own catalog says about a table.
func (t trial) catalog(table string) {
	t.rows("columns", t.Raw(`SELECT column_name, data_type, is_nullable, column_default, character_maximum_length AS len, numeric_precision AS p, numeric_scale AS s, identity_generation AS id
		FROM information_schema.columns WHERE table_name = ? ORDER BY ordinal_position`, table))
	t.rows("constraints", t.Raw(`SELECT conname, contype::text AS kind, pg_get_constraintdef(oid) AS def FROM pg_constraint WHERE conrelid = ?::regclass ORDER BY conname`, table))
	t.rows("indexes", t.Raw(`SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ? ORDER BY indexname`, table))
}

func (t trial) types(value any, but ...string) {
	list, err := t.Migrator().ColumnTypes(value)
	t.check("types", err)
	sort.Slice(list, func(a, b int) bool { return list[a].Name() < list[b].Name() })
	for _, c := range list {
		if slices.Contains(but, c.Name()) {
			continue
		}
		full, _ := c.ColumnType()
		pk, _ := c.PrimaryKey()
		null, _ := c.Nullable()
		def, has := c.DefaultValue()
		unique, _ := c.Unique()
		auto, _ := c.AutoIncrement()
		length, lengthOK := c.Length()
		comment, commentOK := c.Comment()
		t.see("%s %s %s key=%v null=%v default=%q %v unique=%v auto=%v length=%d %v comment=%q %v", c.Name(), c.DatabaseTypeName(), full, pk, null, def, has, unique, auto, length, lengthOK, comment, commentOK)
	}
}

func (t trial) indexes(value any) {
	list, err := t.Migrator().GetIndexes(value)
	t.check("indexes", err)
	sort.Slice(list, func(a, b int) bool { return list[a].Name() < list[b].Name() })
	for _, ix := range list {
		if strings.HasSuffix(ix.Name(), "_e") {
			continue // on an expression: PostgreSQL's dialector leaves it out
		}
		unique, _ := ix.Unique()
		primary, _ := ix.PrimaryKey()
		t.see("%s %s %v unique=%v primary=%v", ix.Table(), ix.Name(), ix.Columns(), unique, primary)
	}
}

type everyType struct {
	ID    int64
	Bool  bool
	I8    int8
	I16   int16
	I32   int32
	I64   int64
	Int   int
	U8    uint8
	U16   uint16
	U32   uint32
	U64   uint64
	F32   float32
	F64   float64
	Str   string
	Sized string `gorm:"size:40"`
	Huge  string `gorm:"size:20000000"`
	Bin   []byte
	Time  time.Time
	Prec  time.Time `gorm:"precision:3"`
	Ptr   *string
	Uuid  uuid.UUID `gorm:"type:uuid"`
	Num   float64   `gorm:"precision:10;scale:2"`
	Num2  float64   `gorm:"precision:8"`
	T1    string    `gorm:"type:smallint"`
	T2    string    `gorm:"type:integer"`
	T3    string    `gorm:"type:bigint"`
	T4    string    `gorm:"type:real"`
	T5    string    `gorm:"type:double precision"`
	T6    string    `gorm:"type:numeric(20,5)"`
	T7    string    `gorm:"type:decimal"`
	T8    string    `gorm:"type:char(3)"`
	T9    string    `gorm:"type:varchar(7)"`
	T10   string    `gorm:"type:varchar"`
	T11   string    `gorm:"type:date"`
	T12   string    `gorm:"type:time"`
	T13   string    `gorm:"type:timetz"`
	T14   string    `gorm:"type:timestamp"`
	T15   string    `gorm:"type:timestamp(3)"`
	T16   string    `gorm:"type:timestamptz(0)"`
	T17   string    `gorm:"type:interval"`
	T18   string    `gorm:"type:json"`
	T19   string    `gorm:"type:jsonb"`
	T20   string    `gorm:"type:text[]"`
	T21   string    `gorm:"type:integer[]"`
	T22   string    `gorm:"type:uuid[]"`
	T23   string    `gorm:"type:int4range"`
	T24   string    `gorm:"type:int8range"`
	T25   string    `gorm:"type:bit(4)"`
	T26   string    `gorm:"type:varbit"`
	T27   string    `gorm:"type:int4"`
	T28   string    `gorm:"type:int8"`
	T29   string    `gorm:"type:float8"`
	T30   string    `gorm:"type:bool"`
	T31   string    `gorm:"type:numeric(10,0)"`
	T32   string    `gorm:"type:INT"`
	T33   string    `gorm:"type:DECIMAL(8,2)"`
	T34   string    `gorm:"type:character varying(9)"`
	T35   string    `gorm:"type:timestamp with time zone"`
	T38   string    `gorm:"type:tstzrange"`
	T39   string    `gorm:"type:varchar(5)[]"`
	T40   int64     `gorm:"type:bigserial"`
	T41   string    `gorm:"type:float"`
}

// defaults are written in every way.
type defaults struct {
	ID   uint
	S    string    `gorm:"default:it's;not null"`
	E    string    `gorm:"default:''"`
	N    int       `gorm:"default:-5"`
	F    float64   `gorm:"default:1.50"`
	B    bool      `gorm:"default:false"`
	T    time.Time `gorm:"default:CURRENT_TIMESTAMP"`
	T2   time.Time `gorm:"default:now();type:timestamp(0)"`
	D    string    `gorm:"type:date;default:(CURRENT_DATE)"`
	D2   string    `gorm:"type:date;default:2020-01-01"`
	U    string    `gorm:"type:uuid;default:gen_random_uuid()"`
	J    string    `gorm:"type:jsonb;default:'{}'"`
	A    string    `gorm:"type:text[];default:'{}'"`
	Num  string    `gorm:"type:numeric(10,2);default:0"`
	Bool bool      `gorm:"type:bool;default:TRUE"`
	Null *string   `gorm:"default:NULL"`
	V    string    `gorm:"size:20;default:abc"`
	L    string    `gorm:"default:lower('ABC')"`
	I    string    `gorm:"type:interval;default:'1 day'"`
	By   []byte    `gorm:"default:'\\x00'"`
	M    string    `gorm:"comment:it's a comment;not null;default:x"`
	G    int       `gorm:"->;type:int GENERATED ALWAYS AS (n * 2) STORED"`
}

// TestNothingChangesTwice checks that models that fit their tables are left
// alone.
func TestNothingChangesTwice(t *testing.T) {
	w := &watch{Interface: logger.Discard}
	db, err := gorm.Open(gormzqlite.Open(":memory:"), &gorm.Config{Logger: w})
	must(t, err)
	for _, model := range append(slices.Clone(models), &everyType{}, &defaults{}, &hooked{}, &item{}, &person{}) {
		must(t, db.AutoMigrate(model))
		w.changes = nil
		must(t, db.AutoMigrate(model))
		for _, text := range w.changes {
			t.Errorf("%T: %s", model, text)
		}
	}
}

// migrationFeatures change tables.
var migrationFeatures = []feature{
	{"nothing changes twice", func(t trial) {
		t.twice("models", models...)
		t.twice("more models", &tests.Coupon{}, &tests.CouponProduct{}, &tests.Order{}, &tests.Parent{}, &tests.Child{})
		t.check("types", t.AutoMigrate(&everyType{}))
		t.types(&everyType{}, "t4", "t10", "t26") // where PostgreSQL's dialector tells lengths of -1 and -5
		t.check("defaults", t.AutoMigrate(&defaults{}))
		t.types(&defaults{}, "s", "l")
		d := defaults{}
		t.do("create", t.Create(&d))
		t.see("%q %q %d %v %v %q %q %q %q %q %q", d.S, d.E, d.N, d.F, d.Bool, d.D2, d.J, d.A, d.Num, d.V, d.L)
	}},
	{"constraints", func(t trial) {
		type Owner struct {
			ID   uint
			Name string `gorm:"unique"`
		}
		type Thing struct {
			ID       uint
			A        string `gorm:"uniqueIndex"`
			B        string `gorm:"unique;size:9"`
			C        string `gorm:"index:idx_cd,priority:1,sort:desc"`
			D        string `gorm:"index:idx_cd,priority:2"`
			E        string `gorm:"index:,expression:lower(e),type:btree"`
			F        string `gorm:"index:idx_f,where:f IS NOT NULL,comment:hello"`
			G        string `gorm:"index:idx_g,class:UNIQUE,length:10"`
			H        string `gorm:"index:idx_h,type:hash"`
			I        string `gorm:"index:idx_i"`
			J        string `gorm:"uniqueIndex:jk"`
			K        string `gorm:"uniqueIndex:jk;index"`
			N        int    `gorm:"check:n > 0;not null"`
			M        int    `gorm:"check:named_check,m <> 5"`
			OwnerID  uint
			Owner    Owner `gorm:"constraint:OnUpdate:CASCADE,OnDelete:CASCADE"`
			ParentID *uint
			Parent   *Thing
			Children []Thing `gorm:"foreignKey:ParentID"`
		}
		t.twice("migrate", &Owner{}, &Thing{})
		t.catalog("things")
		t.indexes(&Thing{})
		t.types(&Thing{})
		m := t.Migrator()
		for _, name := range []string{"Owner", "fk_things_owner", "named_check", "chk_things_n", "N", "uni_things_b", "B", "none"} {
			t.see("constraint %s %v", name, m.HasConstraint(&Thing{}, name))
		}
		for _, name := range []string{"idx_cd", "A", "idx_things_a", "idx_f", "E", "B", "K", "none"} {
			t.see("index %s %v", name, m.HasIndex(&Thing{}, name))
		}
		t.check("drop fk", m.DropConstraint(&Thing{}, "Owner"))
		t.see("%v", m.HasConstraint(&Thing{}, "Owner"))
		t.check("create fk", m.CreateConstraint(&Thing{}, "Owner"))
		t.check("create again", m.CreateConstraint(&Thing{}, "Owner"))
		t.check("drop check", m.DropConstraint(&Thing{}, "named_check"))
		t.check("create check", m.CreateConstraint(&Thing{}, "named_check"))
		t.check("drop unknown", m.DropConstraint(&Thing{}, "none"))
		t.check("drop index", m.DropIndex(&Thing{}, "idx_cd"))
		t.check("create index", m.CreateIndex(&Thing{}, "idx_cd"))
		t.check("index of field", m.DropIndex(&Thing{}, "A"))
		t.check("create", m.CreateIndex(&Thing{}, "A"))
		t.check("rename", m.RenameIndex(&Thing{}, "idx_cd", "idx_dc"))
		t.see("%v %v", m.HasIndex(&Thing{}, "idx_cd"), m.HasIndex(&Thing{}, "idx_dc"))
		t.check("drop unknown index", m.DropIndex(&Thing{}, "none"))
		t.do("owner", t.Create(&Owner{Name: "o"}))
		t.do("thing", t.Create(&Thing{OwnerID: 1, N: 1}))
		t.do("check", t.Create(&Thing{OwnerID: 1, N: -1}))
		t.do("fk", t.Create(&Thing{OwnerID: 9, N: 1, A: "a", B: "b", J: "j", G: "g"}))
		t.do("cascade", t.Delete(&Owner{ID: 1}))
		var n int64
		t.Model(&Thing{}).Count(&n)
		t.see("%d", n)
	}},
	{"columns", func(t trial) {
		type Doc struct {
			ID   uint
			Name string
			N    int `gorm:"default:1"`
		}
		t.check("migrate", t.AutoMigrate(&Doc{}))
		t.do("create", t.Create(&[]Doc{{Name: "1", N: 2}, {Name: "2"}}))
		m := t.Migrator()
		{
			type Doc struct {
				ID    uint
				Name  int64
				N     string `gorm:"size:9;default:x;not null;index"`
				Extra string `gorm:"comment:more;not null;default:''"`
				Uniq  *int   `gorm:"unique"`
			}
			t.see("%v", m.HasColumn(&Doc{}, "Extra"))
			t.check("add", m.AddColumn(&Doc{}, "Extra"))
			t.check("add again", m.AddColumn(&Doc{}, "Extra"))
			t.check("unknown", m.AddColumn(&Doc{}, "Nothing"))
			t.see("%v %v", m.HasColumn(&Doc{}, "Extra"), m.HasColumn(&Doc{}, "extra"))
			t.check("alter", m.AlterColumn(&Doc{}, "Name"))
			t.twice("again", &Doc{})
			t.types(&Doc{})
			t.indexes(&Doc{})
			t.rows("rows", t.Model(&Doc{}).Order("id"))
		}
		{
			type Doc struct {
				ID    uint
				Name  string  `gorm:"size:3;comment:now with one"`
				N     *string `gorm:"type:text"`
				Extra string  `gorm:"comment:other"`
				Uniq  *int
			}
			t.twice("back", &Doc{})
			t.types(&Doc{})
			t.indexes(&Doc{})
			t.check("rename", m.RenameColumn(&Doc{}, "Name", "title"))
			t.check("rename missing", m.RenameColumn(&Doc{}, "missing", "title2"))
			t.check("drop", m.DropColumn(&Doc{}, "title"))
			t.check("drop missing", m.DropColumn(&Doc{}, "title"))
			t.see("%v", m.HasColumn("docs", "title"))
			t.check("by name of table", m.DropColumn("docs", "n"))
			t.rows("rows", t.Table("docs").Select("extra", "uniq").Order("id"))
		}
		{
			type Doc struct {
				ID  uint64    `gorm:"primaryKey"`
				Bad time.Time `gorm:"column:extra"`
			}
			t.do("fill", t.Exec("UPDATE docs SET extra = 'nonsense'"))
			t.check("cannot", t.AutoMigrate(&Doc{}))
		}
		{
			type Doc struct {
				ID   uint
				Must string `gorm:"not null"`
			}
			t.check("not null without default", t.AutoMigrate(&Doc{}))
		}
		{
			type Doc struct {
				ID    string
				Extra string `gorm:"default:ab"`
			}
			t.check("key stays", t.AutoMigrate(&Doc{}))
			t.types(&Doc{})
		}
	}},
	{"conversions", func(t trial) {
		for i, c := range []struct{ from, value, to string }{
			{"int", "5", "bigint"}, {"bigint", "5", "int"}, {"int", "5", "text"}, {"text", "'5'", "int"}, {"text", "'x'", "int"}, {"text", "'2020-01-02'", "date"},
			{"varchar(9)", "'abc'", "varchar(3)"}, {"varchar(9)", "'abcdef'", "varchar(3)"}, {"int", "1", "boolean"}, {"text", "'true'", "boolean"}, {"boolean", "true", "int"},
			{"numeric(10,2)", "1.55", "numeric(10,1)"}, {"numeric(10,2)", "1.55", "int"}, {"timestamp", "'2020-01-02 03:04:05'", "timestamptz"}, {"timestamptz", "'2020-01-02 03:04:05Z'", "date"},
			{"text", "'[1]'", "jsonb"}, {"json", "'[1]'", "jsonb"}, {"text", "'0190163d-8694-739b-aea5-966c26f8ad91'", "uuid"}, {"text[]", "'{1,2}'", "int[]"}, {"bytea", `'\x01'`, "text"},
			{"real", "1.5", "double precision"}, {"smallint", "7", "decimal"},
		} {
			table := fmt.Sprint("c", i)
			t.do("create", t.Exec("CREATE TABLE "+table+" (id int PRIMARY KEY, v "+c.from+")"))
			t.do("insert", t.Exec("INSERT INTO "+table+" VALUES (1, "+c.value+")"))
			field := gschema.Field{DBName: "v", DataType: gschema.DataType(c.to)}
			model := fmt.Sprintf("%s to %s", c.from, c.to)
			t.check(model, t.Exec("ALTER TABLE "+table+" ALTER COLUMN v TYPE "+string(field.DataType)+" USING v::"+string(field.DataType)).Error)
			t.rows(model, t.Raw("SELECT v::text AS v, pg_typeof(v)::text AS t FROM "+table))
		}
	}},
	{"tables", func(t trial) {
		m := t.Migrator()
		t.check("create", m.CreateTable(&tests.Company{}, &item{}))
		t.check("exists", m.CreateTable(&tests.Company{}))
		t.see("%v %v %v", m.HasTable(&tests.Company{}), m.HasTable("companies"), m.HasTable("none"))
		list, err := m.GetTables()
		sort.Strings(list)
		t.check("tables", err)
		t.see("%v", list)
		t.see("%v", m.CurrentDatabase() != "")
		t.do("comment", t.Exec("COMMENT ON TABLE items IS 'the items'"))
		t.check("rename", m.RenameTable(&item{}, "articles"))
		t.check("rename model", m.RenameTable("articles", &item{}))
		t.check("rename missing", m.RenameTable("none", "x"))
		t.check("drop", m.DropTable(&item{}, "companies", "none"))
		t.see("%v", m.HasTable(&item{}))
		t.check("temporary", t.Set("gorm:table_options", "WITH (fillfactor=70)").AutoMigrate(&item{}))
		t.check("view", m.CreateView("item_names", gorm.ViewOption{Query: t.Model(&item{}).Select("name").Where("a > ?", 3)}))
		t.check("view exists", m.CreateView("item_names", gorm.ViewOption{Query: t.Model(&item{}).Select("name")}))
		t.check("no query", m.CreateView("bad", gorm.ViewOption{}))
		t.rows("definition", t.Raw("SELECT table_name FROM information_schema.views WHERE table_schema = 'public'"))
		t.see("%v", m.HasTable("item_names"))
		t.check("drop view", m.DropView("item_names"))
		t.check("drop view again", m.DropView("item_names"))
		t.see("%v", m.GetTypeAliases("bool") != nil)
		t.check("two of one", t.AutoMigrate(&item{}, &item{}))
		t.twice("with dynamic name", &item{})
		t.check("other table", t.Table("items_2024").AutoMigrate(&item{}))
		t.do("create", t.Table("items_2024").Create(&item{Name: "x"}))
		t.check("in a transaction", t.Transaction(func(tx *gorm.DB) error {
			t.check("drop", tx.Migrator().DropTable(&item{}))
			t.see("%v", tx.Migrator().HasTable(&item{}))
			return errors.New("undone")
		}))
		t.see("%v", m.HasTable(&item{}))
	}},
	{"schemas", func(t trial) {
		t.do("schema", t.Exec("CREATE SCHEMA other"))
		t.twice("migrate", &inOther{}, &ofOther{})
		t.see("%v %v", t.Migrator().HasTable(&inOther{}), t.Migrator().HasTable("in_others"))
		t.do("create", t.Create(&ofOther{Name: "child", Parent: inOther{Name: "parent", Code: "c"}}))
		var list []ofOther
		t.do("preload", t.Preload("Parent").Find(&list))
		t.json("list", list)
		list = nil
		t.do("joins", t.Joins("Parent").Find(&list))
		t.json("list", list)
		t.indexes(&inOther{})
		t.types(&inOther{})
		t.see("%v %v %v", t.Migrator().HasColumn(&inOther{}, "Code"), t.Migrator().HasIndex(&inOther{}, "Code"), t.Migrator().HasConstraint(&ofOther{}, "Parent"))
		t.check("drop index", t.Migrator().DropIndex(&inOther{}, "Code"))
		t.check("again", t.Migrator().CreateIndex(&inOther{}, "Code"))
		t.check("drop column", t.Migrator().DropColumn(&inOther{}, "Name"))
		db, err := gorm.Open(t.Dialector, &gorm.Config{Logger: logger.Discard, ConnPool: t.ConnPool, NamingStrategy: gschema.NamingStrategy{TablePrefix: "other.t_", SingularTable: true}})
		t.check("open", err)
		s := trial{db, t.out}
		s.twice("prefix", &tests.Company{}, &tests.Language{})
		s.do("create", s.Create(&tests.Company{Name: "x"}))
		s.rows("rows", s.Model(&tests.Company{}).Select("name"))
		s.see("%v", s.Migrator().HasTable(&tests.Company{}))
		t.rows("tables", t.Raw("SELECT table_schema, table_name FROM information_schema.tables WHERE table_schema IN ('public', 'other') ORDER BY 1, 2"))
		t.check("drop", t.Migrator().DropTable(&ofOther{}, &inOther{}))
		t.see("%v", t.Migrator().HasTable(&inOther{}))
	}},
	{"long names and odd ones", func(t trial) {
		type AVeryLongNameOfATableThatGoesBeyondWhatAnIdentifierMayHoldInPostgreSQL struct {
			ID                                                                    uint
			AnEquallyLongNameOfAColumnThatGoesBeyondWhatAnIdentifierMayHoldAnyway string `gorm:"index"`
		}
		t.check("long", t.AutoMigrate(&AVeryLongNameOfATableThatGoesBeyondWhatAnIdentifierMayHoldInPostgreSQL{}))
		type Odd struct {
			ID     uint
			Order  string `gorm:"column:order"`
			Group  string `gorm:"column:Group By;index"`
			Select string `gorm:"column:Select;uniqueIndex:sel"`
			User   string `gorm:"column:user"`
			Umlaut string `gorm:"column:größe;default:ü"`
		}
		t.twice("odd", &Odd{})
		t.catalog("odds")
		o := Odd{Order: "o", Group: "g", Select: "s", User: "u"}
		t.do("create", t.Create(&o))
		t.see("%+v", o)
		t.do("update", t.Model(&o).Updates(map[string]any{"Group By": "x", "user": "me"}))
		t.rows("read", t.Model(&Odd{}).Where(map[string]any{"Group By": "x"}).Order("Select"))
		t.rows("reserved", t.Model(&Odd{}).Select("order", "user", "Select"))
		t.do("where", t.Where(&Odd{Group: "x"}).First(&o))
	}},
}

type inOther struct {
	ID   uint
	Name string
	Code string `gorm:"uniqueIndex"`
}

func (inOther) TableName() string { return "other.parents" }

type ofOther struct {
	ID       uint
	Name     string
	ParentID uint
	Parent   inOther
}

func (ofOther) TableName() string { return "other.children" }
