package gormzqlite_test

import (
	"bytes"
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/datatypes"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"
)

type hooked struct {
	ID    uint
	Name  string
	Count int
	log   []string
}

func (h *hooked) note(s string, tx *gorm.DB) error {
	h.log = append(h.log, s)
	if h.Name == "fail "+s {
		return errors.New(s)
	}
	return nil
}

func (h *hooked) BeforeSave(tx *gorm.DB) error   { return h.note("before save", tx) }
func (h *hooked) AfterSave(tx *gorm.DB) error    { return h.note("after save", tx) }
func (h *hooked) BeforeCreate(tx *gorm.DB) error { return h.note("before create", tx) }
func (h *hooked) AfterCreate(tx *gorm.DB) error {
	if err := tx.Model(&hooked{}).Where("id = ?", h.ID).UpdateColumn("count", gorm.Expr("count + ?", 10)).Error; err != nil {
		return err
	}
	return h.note("after create", tx)
}
func (h *hooked) BeforeUpdate(tx *gorm.DB) error {
	if tx.Statement.Changed("Name") {
		tx.Statement.SetColumn("Count", 50)
	}
	return h.note("before update", tx)
}
func (h *hooked) AfterUpdate(tx *gorm.DB) error  { return h.note("after update", tx) }
func (h *hooked) BeforeDelete(tx *gorm.DB) error { return h.note("before delete", tx) }
func (h *hooked) AfterDelete(tx *gorm.DB) error  { return h.note("after delete", tx) }
func (h *hooked) AfterFind(tx *gorm.DB) error    { return h.note("after find", tx) }

// point is stored through an expression, and read from a text.
type point struct{ X, Y int }

func (point) GormDataType() string { return "text" }
func (p point) GormValue(ctx context.Context, db *gorm.DB) clause.Expr {
	return clause.Expr{SQL: "concat(?::int, ',', ?::int)", Vars: []any{p.X, p.Y}}
}
func (p *point) Scan(v any) error {
	_, err := fmt.Sscanf(fmt.Sprint(v), "%d,%d", &p.X, &p.Y)
	return err
}

// secret is a serializer of one's own.
type secret struct{}

func (secret) Scan(ctx context.Context, f *schema.Field, dst reflect.Value, v any) error {
	s, _ := v.(string)
	return f.Set(ctx, dst, strings.TrimPrefix(s, "hidden "))
}
func (secret) Value(ctx context.Context, f *schema.Field, dst reflect.Value, v any) (any, error) {
	return "hidden " + fmt.Sprint(v), nil
}

type mood string

func (m *mood) Scan(v any) error            { *m = mood("is " + fmt.Sprint(v)); return nil }
func (m mood) Value() (driver.Value, error) { return strings.TrimPrefix(string(m), "is "), nil }

// modelFeatures are about what a struct may hold.
var modelFeatures = []feature{
	{"hooks", func(t trial) {
		t.check("migrate", t.AutoMigrate(&hooked{}))
		h := hooked{Name: "a"}
		t.do("create", t.Create(&h))
		t.do("save", t.Save(&h))
		t.do("update", t.Model(&h).Update("name", "b"))
		t.do("columns", t.Model(&h).UpdateColumns(hooked{Name: "c"}))
		t.do("read", t.First(&h))
		t.see("%d %s %q", h.Count, h.Name, h.log)
		t.do("delete", t.Delete(&h))
		t.see("%q", h.log)
		for _, s := range []string{"before save", "before create", "after create", "after save"} {
			t.do(s, t.Create(&hooked{Name: "fail " + s}))
		}
		t.do("batch", t.Create(&[]hooked{{Name: "x"}, {Name: "fail before create"}}))
		t.do("skipped", t.Session(&gorm.Session{SkipHooks: true}).Create(&hooked{Name: "fail before create"}))
		var n int64
		t.do("count", t.Model(&hooked{}).Count(&n))
		t.see("%d", n)
		t.check("callback", t.Callback().Create().Before("gorm:create").Register("mine", func(db *gorm.DB) { db.Statement.SetColumn("Name", "set") }))
		h = hooked{Name: "y"}
		t.do("with callback", t.Create(&h))
		t.see("%s", h.Name)
	}},
	{"serializers and own types", func(t trial) {
		schema.RegisterSerializer("secret", secret{})
		type Inner struct {
			Blob []byte
			Deep struct{ A int } `gorm:"serializer:json"`
		}
		type Author struct {
			Name  string
			Email *string
		}
		type Item struct {
			ID       uuid.UUID           `gorm:"type:uuid;primaryKey;default:gen_random_uuid()"`
			Roles    []string            `gorm:"serializer:json"`
			Contract map[string]any      `gorm:"type:jsonb;serializer:json"`
			Gob      map[string]int      `gorm:"type:bytea;serializer:gob"`
			Unix     int64               `gorm:"serializer:unixtime;type:timestamptz"`
			Secret   string              `gorm:"serializer:secret"`
			Where    point               `gorm:"column:place"`
			Price    decimal.Decimal     `gorm:"type:numeric(12,4)"`
			Null     decimal.NullDecimal `gorm:"type:numeric"`
			Other    *uuid.UUID          `gorm:"type:uuid"`
			Mood     mood                `gorm:"type:text"`
			JSON     datatypes.JSON      `gorm:"type:jsonb"`
			Map      datatypes.JSONMap
			Slice    datatypes.JSONSlice[int]
			Typed    datatypes.JSONType[Author]
			Day      datatypes.Date
			Clock    datatypes.Time
			UUID     datatypes.UUID
			URL      datatypes.URL
			Inner    Inner   `gorm:"embedded"`
			Writer   *Author `gorm:"embedded;embeddedPrefix:writer_"`
			NI       sql.NullInt32
			NF       sql.NullFloat64
			NB       sql.NullBool
			NT       sql.NullTime
			NS       sql.Null[string]
			I8       int8
			U16      uint16
			U32      uint32
			F32      float32
			Bytes    []byte `gorm:"default:NULL"`
			Iface    any    `gorm:"type:text"`
		}
		t.check("migrate", t.AutoMigrate(&Item{}))
		t.check("again", t.AutoMigrate(&Item{}))
		other := uuid.MustParse("0190163d-8694-739b-aea5-966c26f8ad91")
		in := Item{Roles: []string{"a", "b"}, Contract: map[string]any{"x": 1.5}, Gob: map[string]int{"z": 26}, Unix: 1_700_000_000, Secret: "s", Where: point{1, 2},
			Price: decimal.RequireFromString("12.3400"), Other: &other, Mood: "fine", JSON: datatypes.JSON(`{"a": {"b": [1, 2]}}`), Map: datatypes.JSONMap{"k": "v"}, Slice: datatypes.JSONSlice[int]{1, 2},
			Typed: datatypes.NewJSONType(Author{Name: "T"}), Day: datatypes.Date(time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)), Clock: datatypes.NewTime(1, 2, 3, 0), UUID: datatypes.UUID(other),
			Writer: &Author{Name: "W"}, NI: sql.NullInt32{Int32: 5, Valid: true}, NS: sql.Null[string]{V: "n", Valid: true}, I8: -8, U16: 65535, U32: 1 << 31, F32: 0.1, Inner: Inner{Blob: []byte{0, 255}}, Iface: "any"}
		in.Inner.Deep.A = 4
		t.do("create", t.Create(&in))
		t.see("%v", in.ID != uuid.Nil)
		var out Item
		t.do("read", t.First(&out, "id = ?", in.ID))
		t.see("%v %v %v %d %s %v %s %v %s %s", out.Roles, out.Contract, out.Gob, out.Unix, out.Secret, out.Where, out.Price, out.Null.Valid, out.Other, out.Mood)
		var plain bytes.Buffer
		json.Compact(&plain, out.JSON)
		t.see("%s %v %v %+v %s %s %s", plain.String(), out.Map, out.Slice, out.Typed.Data(), time.Time(out.Day).Format(time.DateOnly), out.Clock, out.UUID)
		t.see("%v %+v %v %v %v %v %v %v %d %d %v %v %v", out.Inner, *out.Writer, out.NI, out.NF, out.NB, out.NT.Valid, out.NS, out.I8, out.U16, out.U32, out.F32, out.Bytes == nil, reflect.Indirect(reflect.ValueOf(out.Iface)))
		find := func(what string, cond any, args ...any) {
			var n int64
			t.do(what, t.Model(&Item{}).Where(cond, args...).Count(&n))
			t.see("%d", n)
		}
		find("has key", datatypes.JSONQuery("json").HasKey("a", "b"))
		find("equals", datatypes.JSONQuery("map").Equals("v", "k"))
		find("likes", datatypes.JSONQuery("map").Likes("v%", "k"))
		find("json path", "json @> ?", `{"a": {"b": [2]}}`)
		find("uuid", "other = ?", other)
		find("uuids", "other IN ?", []uuid.UUID{other, uuid.Nil})
		find("decimal", "price = ?", decimal.RequireFromString("12.34"))
		find("bytes", "blob = ?", []byte{0, 255})
		find("struct", Item{Where: point{1, 2}})
		find("map", map[string]any{"place": "1,2"})
		t.do("update", t.Model(&out).Updates(Item{Where: point{3, 4}, Roles: []string{"c"}, Price: decimal.NewFromInt(7)}))
		t.do("json set", t.Model(&out).UpdateColumn("json", datatypes.JSONSet("json").Set("{a,c}", "new")))
		t.do("update map", t.Model(&out).Updates(map[string]any{"place": point{5, 6}, "price": gorm.Expr("price * ?", 2), "roles": []string{"d"}}))
		t.rows("all", t.Model(&Item{}).Select("place", "roles::text AS r", "price", "json::text AS json", "secret", "typed::text AS typed"))
		t.do("wrong uuid", t.Model(&out).Update("other", "nonsense"))
		t.do("wrong json", t.Model(&out).Update("json", "{"))
		t.do("too large", t.Model(&out).Update("price", "123456789"))
	}},
	{"permissions and times", func(t trial) {
		type Row struct {
			ID       uint
			Read     string    `gorm:"<-:create"`
			Updates  string    `gorm:"<-:update"`
			NoWrite  string    `gorm:"<-:false;default:d"`
			WriteNot string    `gorm:"->:false;<-:create"`
			Ignored  string    `gorm:"-"`
			NoColumn string    `gorm:"-:migration"`
			Created  int64     `gorm:"autoCreateTime"`
			Nano     int64     `gorm:"autoCreateTime:nano"`
			Milli    int64     `gorm:"autoUpdateTime:milli"`
			Updated  time.Time `gorm:"autoUpdateTime;precision:3"`
			Made     time.Time `gorm:"autoCreateTime;type:timestamp"`
		}
		t.check("migrate", t.AutoMigrate(&Row{}))
		t.check("again", t.AutoMigrate(&Row{}))
		r := Row{Read: "r", Updates: "u", NoWrite: "n", WriteNot: "w", Ignored: "i"}
		t.do("create", t.Omit("NoColumn").Create(&r))
		t.see("%v %v %v %v %v", r.Created > 0, r.Nano > 1e18, r.Milli > 1e12, !r.Updated.IsZero(), !r.Made.IsZero())
		t.do("update", t.Model(&r).Omit("NoColumn").Updates(Row{Read: "r2", Updates: "u2", NoWrite: "n2", WriteNot: "w2"}))
		t.rows("rows", t.Table("rows").Select("read, updates, no_write, write_not"))
		var back []Row
		t.do("read", t.Select("id", "read", "updates", "no_write", "milli", "updated").Find(&back))
		t.see("%q %q %q %q %v", back[0].Read, back[0].Updates, back[0].NoWrite, back[0].WriteNot, back[0].Updated.Nanosecond()%1_000_000)
		t.do("column without time", t.Model(&r).UpdateColumn("updates", "u3"))
		t.see("%v", t.Model(&r).Update("milli", 5).Error)
		t.rows("milli", t.Table("rows").Select("milli"))
	}},
	{"custom join table", func(t trial) {
		must := t.check
		must("setup", t.SetupJoinTable(&person{}, "Addresses", &personAddress{}))
		must("migrate", t.AutoMigrate(&person{}, &address{}))
		must("again", t.AutoMigrate(&person{}, &address{}))
		p := person{Name: "p", Addresses: []address{{Name: "a1"}, {Name: "a2"}}}
		t.do("create", t.Create(&p))
		must("append", t.Model(&p).Association("Addresses").Append(&address{Name: "a3"}))
		must("delete", t.Model(&p).Association("Addresses").Delete(&p.Addresses[0]))
		t.see("%d", t.Model(&p).Association("Addresses").Count())
		t.rows("links", t.Unscoped().Model(&personAddress{}).Select("person_id", "address_id", "deleted_at IS NOT NULL AS gone").Order("address_id"))
		var q person
		t.do("preload", t.Preload("Addresses").First(&q))
		t.see("%d", len(q.Addresses))
		must("clear unscoped", t.Unscoped().Model(&p).Association("Addresses").Unscoped().Clear())
		t.rows("links", t.Unscoped().Model(&personAddress{}).Select("person_id", "address_id"))
	}},
	{"keys of every kind", func(t trial) {
		type Company struct {
			ID   uint
			Code string `gorm:"uniqueIndex"`
		}
		type Employee struct {
			Region     string `gorm:"primaryKey"`
			Number     int    `gorm:"primaryKey;autoIncrement:false"`
			CompanyID  string
			Company    Company `gorm:"references:Code;constraint:OnUpdate:CASCADE,OnDelete:SET NULL;"`
			BossRegion *string
			BossNumber *int
			Boss       *Employee `gorm:"foreignKey:BossRegion,BossNumber;references:Region,Number"`
		}
		t.check("migrate", t.AutoMigrate(&Company{}, &Employee{}))
		t.check("again", t.AutoMigrate(&Company{}, &Employee{}))
		boss := Employee{Region: "eu", Number: 1, Company: Company{Code: "c1"}}
		t.do("boss", t.Create(&boss))
		t.do("worker", t.Create(&Employee{Region: "us", Number: 1, CompanyID: "c1", Boss: &boss}))
		t.do("cascade", t.Model(&Company{}).Where("code = ?", "c1").Update("code", "c2"))
		var list []Employee
		t.do("read", t.Preload("Boss").Preload("Company").Order("region").Find(&list))
		t.json("list", list)
		t.do("by key", t.First(&Employee{Region: "us", Number: 1}))
		t.do("tuple", t.Where("(region, number) IN ?", [][]any{{"eu", 1}, {"us", 2}}).Find(&list))
		t.do("save", t.Save(&Employee{Region: "eu", Number: 1, CompanyID: "c2"}))
		t.do("delete", t.Delete(&list))
		t.do("delete boss", t.Where("region = 'us'").Delete(&Employee{}))
		t.do("delete company", t.Delete(&Company{}, "code = ?", "c2"))
		type Small struct {
			ID   int16 `gorm:"primaryKey;autoIncrement"`
			Name string
		}
		type Start struct {
			ID uint `gorm:"primaryKey;autoIncrement;autoIncrementIncrement:10"`
			N  int  `gorm:"autoIncrement"`
		}
		t.check("more", t.AutoMigrate(&Small{}, &Start{}))
		s := []Small{{Name: "a"}, {Name: "b"}}
		t.do("small", t.Create(&s))
		t.see("%d %d", s[0].ID, s[1].ID)
		st := []Start{{}, {}}
		t.do("start", t.Create(&st))
		t.see("%v", st)
		type NoKey struct{ A, B int }
		t.check("no key", t.AutoMigrate(&NoKey{}))
		t.do("create", t.Create(&NoKey{1, 2}))
		var nk NoKey
		t.do("first", t.First(&nk))
		t.do("update", t.Model(&NoKey{}).Where("a = 1").Update("b", 3))
		t.do("delete", t.Where("a = 1").Delete(&NoKey{}))
		type Text struct {
			Code string `gorm:"primaryKey;size:10"`
			V    int
		}
		t.check("text", t.AutoMigrate(&Text{}))
		t.do("create", t.Create(&Text{"it's", 1}))
		t.do("by text", t.First(&Text{}, "code = ?", "it's"))
		t.do("delete by key", t.Delete(&Text{Code: "it's"}))
	}},
	{"updating", func(t trial) {
		fill(t)
		type Result struct {
			ID  uint
			Age int
		}
		type user struct {
			ID     uint
			Name   string
			Age    uint
			Active bool
		}
		t.do("smaller struct", t.Table("users").Where("name = ?", "Ada").Updates(user{Name: "Ada2", Age: 3}))
		u := user{ID: 2}
		t.do("select star", t.Model(&u).Select("*").Omit("ID").Updates(user{Name: "B", Age: 0}))
		t.do("omit", t.Model(&user{ID: 3}).Omit("name").Updates(map[string]any{"name": "no", "age": 4}))
		t.do("no rows", t.Model(&user{ID: 333}).Update("age", 4))
		t.do("returning all", t.Model(&u).Clauses(clause.Returning{}).Where("age = 0").Update("age", gorm.Expr("age + 7")))
		t.see("%+v", u)
		t.do("expr with subquery", t.Model(&user{ID: 3}).Updates(map[string]any{"age": gorm.Expr("(?)", t.Model(&user{}).Select("max(age) + 1"))}))
		t.do("table with alias", t.Table("users AS u").Where("u.name = ?", "Dan").Update("company_id", t.Table("companies AS c").Select("c.id").Where("c.name = ?", "Ada Inc")))
		t.do("limit order", t.Model(&user{}).Where("id IN (?)", t.Model(&user{}).Select("id").Order("id DESC").Limit(2)).Update("active", true))
		t.do("case", t.Model(&user{}).Where("1 = 1").Update("name", gorm.Expr("CASE WHEN active THEN upper(name) ELSE name END")))
		t.do("unknown column", t.Model(&user{ID: 1}).Update("nothing", 1))
		t.do("bad type", t.Model(&user{ID: 1}).Update("age", "abc"))
		t.do("negative", t.Model(&user{ID: 1}).Update("age", -5))
		t.do("save without row", t.Save(&user{ID: 77, Name: "new"}))
		t.do("slice", t.Model(&[]user{{ID: 1}, {ID: 2}}).Update("age", 70))
		t.rows("all", t.Table("users").Select("id", "name", "age", "active").Order("id"))
		var deleted []Result
		t.do("delete returning", t.Table("users").Clauses(clause.Returning{Columns: []clause.Column{{Name: "id"}, {Name: "age"}}}).Where("id = 77").Delete(&deleted))
		t.see("%v", deleted)
		t.do("upsert save", t.Clauses(clause.OnConflict{UpdateAll: true}).Create(&[]user{{ID: 1, Name: "one"}, {ID: 78, Name: "new"}}))
		t.rows("all", t.Table("users").Select("id", "name", "age").Order("id"))
	}},
	{"deleting softly", func(t trial) {
		type Note struct {
			ID      uint
			Text    string
			Slug    string         `gorm:"uniqueIndex:slugs,where:deleted_at IS NULL"`
			Deleted gorm.DeletedAt `gorm:"column:deleted_at;index"`
		}
		t.check("migrate", t.AutoMigrate(&Note{}))
		t.check("again", t.AutoMigrate(&Note{}))
		t.do("create", t.Create(&[]Note{{Text: "a", Slug: "s"}, {Text: "b", Slug: "t"}, {Text: "c", Slug: "u"}}))
		t.do("soft", t.Where("text = 'a'").Delete(&Note{}))
		t.do("slug is free", t.Create(&Note{Text: "a2", Slug: "s"}))
		t.do("slug is taken", t.Create(&Note{Text: "a3", Slug: "s"}))
		t.do("conflict", t.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "slug"}}, TargetWhere: clause.Where{Exprs: []clause.Expression{clause.Expr{SQL: "deleted_at IS NULL"}}}, DoUpdates: clause.AssignmentColumns([]string{"text"})}).Create(&Note{Text: "a4", Slug: "s"}))
		t.rows("alive", t.Model(&Note{}).Select("text", "slug").Order("id"))
		t.rows("or keeps scope", t.Model(&Note{}).Select("text").Where("text = 'a'").Or("text = 'b'").Order("id"))
		t.rows("with deleted", t.Unscoped().Model(&Note{}).Select("text").Order("id"))
		t.do("restore", t.Unscoped().Model(&Note{}).Where("text = 'a'").Update("deleted_at", nil))
		t.do("for ever", t.Unscoped().Where("text = 'c'").Delete(&Note{}))
		t.do("update of deleted", t.Model(&Note{}).Where("text = 'c'").Update("text", "x"))
	}},
	{"sessions", func(t trial) {
		fill(t)
		dry := func(what string, tx *gorm.DB) { t.see("%s: %s %v", what, tx.Statement.SQL.String(), tx.Statement.Vars) }
		d := t.Session(&gorm.Session{DryRun: true})
		dry("create", d.Create(&item{Name: "x"}))
		dry("batch", d.Create(&[]item{{Name: "x"}, {Name: "y"}}))
		dry("update", d.Model(&item{ID: 1}).Updates(map[string]any{"a": 1, "b": gorm.Expr("b + ?", 2)}))
		dry("delete", d.Delete(&item{}, 10))
		dry("upsert", d.Clauses(clause.OnConflict{UpdateAll: true}).Create(&item{ID: 1}))
		dry("lock", d.Clauses(clause.Locking{Strength: "NO KEY UPDATE", Options: "NOWAIT"}).Find(&item{}))
		dry("quoted", d.Table("we ird.t\"x").Select("a b", "c.d").Order("x desc").Find(&[]map[string]any{}))
		dry("reserved", d.Where(map[string]any{"order": 1, "items.group": 2}).Find(&item{}))
		dry("named", d.Where("a = @a AND b = @b OR a = @a", sql.Named("a", 1), sql.Named("b", "x")).Find(&item{}))
		dry("save", d.Save(&item{ID: 3, Name: "n"}))
		dry("count", d.Model(&item{}).Distinct("name").Count(new(int64)))
		t.see("%s", t.Dialector.Explain("SELECT $1, $2, $11, $10", 1, "it's", nil, []byte("b"), true, 1.5, "x", "y", "z", "ten", "eleven"))
		p := trial{t.Session(&gorm.Session{PrepareStmt: true}), t.out}
		for i := range 3 {
			p.do("prepared", p.Where("id = ? AND name <> ?", i, "x").Find(&[]item{}))
		}
		p.check("migrate", p.AutoMigrate(&item{}))
		p.do("find", p.Find(&[]item{}))
		p.do("add", p.Exec("ALTER TABLE items ADD extra int DEFAULT 5"))
		p.do("error", p.Find(&[]map[string]any{}, "nothing = 1"))
		p.do("create", p.Create(&item{Name: "p"}))
		tx := p.Begin()
		for range 2 {
			p.do("in tx", tx.Create(&item{Name: "q"}))
		}
		p.do("rollback", tx.Rollback())
		q := t.Session(&gorm.Session{QueryFields: true, DryRun: true})
		dry("fields", q.Find(&item{}))
		t.do("global", t.Session(&gorm.Session{AllowGlobalUpdate: true}).Delete(&item{}))
		reuse := t.Where("name = ?", "x").Session(&gorm.Session{})
		var n int64
		t.do("reuse 1", reuse.Model(&item{}).Where("a = 1").Count(&n))
		t.do("reuse 2", reuse.Model(&item{}).Where("a = 2").Count(&n))
		pool, err := t.DB.DB()
		t.check("pool", err)
		t.check("ping", pool.Ping())
		pool.SetMaxOpenConns(2)
		t.see("%d", pool.Stats().MaxOpenConnections)
	}},
}

type item struct {
	ID   uint
	Name string
	A, B int
}

type person struct {
	ID        int
	Name      string
	Addresses []address `gorm:"many2many:person_addresses;"`
}

type address struct {
	ID   uint
	Name string
}

type personAddress struct {
	PersonID  int `gorm:"primaryKey"`
	AddressID int `gorm:"primaryKey"`
	CreatedAt time.Time
	DeletedAt gorm.DeletedAt
}

func (personAddress) TableName() string { return "person_addresses" }
