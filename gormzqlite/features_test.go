package gormzqlite_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"
	"gorm.io/gorm/schema"
	"gorm.io/gorm/utils/tests"

	"github.com/zqlite/zqlite/gormzqlite"
)

// The features are tried one after the other, each on tables of its own, and
// write down what they saw. testdata/features.txt has what they see on
// PostgreSQL 15:
//
//	go test -run Features -postgres 'host=localhost user=postgres dbname=gorm' -update
var (
	server = flag.String("postgres", "", "DSN of a PostgreSQL server to try the features on; its schema public is dropped")
	update = flag.Bool("update", false, "with -postgres: write what the server answers to testdata")
)

// trial is one feature's view: a database and a place to write to.
type trial struct {
	*gorm.DB
	out *strings.Builder
}

func (t trial) see(format string, args ...any) { fmt.Fprintf(t.out, "  "+format+"\n", args...) }

func (t trial) do(what string, tx *gorm.DB) {
	if tx.Error != nil {
		t.see("%s: error %s", what, firstLine(tx.Error))
		return
	}
	t.see("%s: %d rows", what, tx.RowsAffected)
}

func (t trial) check(what string, err error) {
	if err != nil {
		t.see("%s: error %s", what, firstLine(err))
		return
	}
	t.see("%s: ok", what)
}

// firstLine is an error without what differs between drivers: prefixes, the
// position and the detail.
func firstLine(err error) string {
	s, _, _ := strings.Cut(err.Error(), "\n")
	s = strings.ReplaceAll(s, "ERROR: ", "")
	if i := strings.Index(s, " (SQLSTATE"); i > 0 {
		s = s[:i+len(" (SQLSTATE 00000)")]
	}
	return s
}

func (t trial) rows(what string, tx *gorm.DB) {
	var list []map[string]any
	if err := tx.Find(&list).Error; err != nil {
		t.see("%s: error %s", what, firstLine(err))
		return
	}
	for _, m := range list {
		keys := make([]string, 0, len(m))
		for k := range m {
			keys = append(keys, k)
		}
		sort.Strings(keys)
		line := ""
		for _, k := range keys {
			if _, isTime := m[k].(time.Time); isTime {
				continue
			}
			v := reflect.ValueOf(m[k])
			if v.Kind() == reflect.Pointer && !v.IsNil() {
				v = v.Elem() // not where it is
			}
			if !v.IsValid() {
				line += fmt.Sprintf(" %s=<nil>", k)
				continue
			}
			line += fmt.Sprintf(" %s=%v(%T)", k, v, m[k])
		}
		t.see("%s:%s", what, line)
	}
	t.see("%s: %d", what, len(list))
}

func fill(t trial) {
	t.check("migrate", t.AutoMigrate(models...))
	for i, name := range []string{"Ada", "Bob", "Cyd", "Dan", "Eve"} {
		born := time.Date(1990+i, 1, 2, 3, 4, 5, 0, time.UTC)
		u := tests.User{Name: name, Age: uint(20 + i), Birthday: &born, Active: i%2 == 0, Company: tests.Company{Name: name + " Inc"}}
		for k := range i {
			u.Pets = append(u.Pets, &tests.Pet{Name: fmt.Sprintf("%s's pet %d", name, k)})
		}
		if err := t.Create(&u).Error; err != nil {
			t.see("create %s: %s", name, firstLine(err))
		}
	}
}

// A feature is tried on an empty schema.
type feature struct {
	name string
	try  func(t trial)
}

var features = []feature{
	{"conditions", func(t trial) {
		fill(t)
		users := func() *gorm.DB { return t.Model(&tests.User{}).Select("name", "age").Order("name") }
		t.rows("string", users().Where("age > ? AND active", 21))
		t.rows("struct", users().Where(&tests.User{Name: "Bob"}))
		t.rows("map", users().Where(map[string]any{"name": []string{"Ada", "Eve"}}))
		t.rows("not", users().Not("name = ?", "Ada").Not(map[string]any{"age": []int{21, 22}}))
		t.rows("or", users().Where("name = ?", "Ada").Or(t.Where("age >= ?", 23).Where("active")))
		t.rows("in", users().Where("age IN ?", []int{20, 24}))
		t.rows("named", users().Where("name = @n OR age = @a", sql.Named("n", "Cyd"), sql.Named("a", 23)))
		t.rows("between like", users().Where("birthday BETWEEN ? AND ? AND name LIKE ?", time.Date(1991, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(1994, 1, 1, 0, 0, 0, 0, time.UTC), "%d%"))
		t.rows("subquery", users().Where("age > (?)", t.Model(&tests.User{}).Select("avg(age)")))
		t.rows("tuple", users().Where("(name, age) IN ?", [][]any{{"Ada", 20}, {"Bob", 99}}))
		t.rows("empty in", users().Where("age IN ?", []int{}))
		t.rows("limit offset", users().Limit(2).Offset(1))
		t.rows("distinct", t.Model(&tests.User{}).Distinct("active").Order("active"))
		t.rows("group", t.Model(&tests.User{}).Select("active, count(*) AS n, sum(age) AS total, avg(age) AS mean").Group("active").Having("count(*) > ?", 1).Order("active"))
		t.rows("expr", users().Clauses(clause.Gte{Column: "age", Value: 23}))
	}},
	{"finders", func(t trial) {
		fill(t)
		var u tests.User
		t.do("first", t.First(&u))
		t.see("%s %d", u.Name, u.ID)
		u = tests.User{}
		t.do("last", t.Last(&u))
		u = tests.User{}
		t.do("take none", t.Where("name = ?", "nobody").Take(&u))
		t.see("not found %v", errors.Is(t.First(&tests.User{}, "name = ?", "x").Error, gorm.ErrRecordNotFound))
		var n int64
		t.do("count", t.Model(&tests.User{}).Where("age > 20").Count(&n))
		t.see("%d", n)
		t.do("count distinct", t.Model(&tests.User{}).Distinct("active").Count(&n))
		t.see("%d", n)
		t.do("count grouped", t.Model(&tests.User{}).Group("active").Count(&n))
		t.see("%d", n)
		var names []string
		t.do("pluck", t.Model(&tests.User{}).Order("age desc").Pluck("name", &names))
		t.see("%v", names)
		var ages []int
		t.do("scan ints", t.Raw("SELECT age FROM users ORDER BY 1").Scan(&ages))
		t.see("%v", ages)
		var batch []tests.User
		total := 0
		t.do("batches", t.Order("id").FindInBatches(&batch, 2, func(tx *gorm.DB, n int) error { total += len(batch); return nil }))
		t.see("%d", total)
		rows, err := t.Model(&tests.User{}).Order("id").Rows()
		t.check("rows", err)
		for rows.Next() {
			var u tests.User
			t.check("scan rows "+fmt.Sprint(u.Name), t.ScanRows(rows, &u))
		}
		rows.Close()
		var one struct {
			Name string
			Pets int
		}
		t.do("scan struct", t.Raw("SELECT u.name, count(p.id) AS pets FROM users u JOIN pets p ON p.user_id = u.id GROUP BY u.name ORDER BY 2 DESC, 1").Scan(&one))
		t.see("%+v", one)
		m := map[string]any{}
		t.do("take map", t.Model(&tests.User{}).Select("name, age, active").Take(&m))
		t.see("%v %T %T", m["name"], m["age"], m["active"])
		t.do("smart select", t.Model(&tests.User{}).Limit(1).Find(&[]struct {
			ID   uint
			Name string
		}{}))
	}},
	{"joins", func(t trial) {
		fill(t)
		var users []tests.User
		t.do("joins", t.Joins("Company").Where("\"Company\".name LIKE ?", "%Inc").Order("users.name").Find(&users))
		for _, u := range users {
			t.see("%s at %s", u.Name, u.Company.Name)
		}
		users = nil
		t.do("inner", t.InnerJoins("Company", t.Where(&tests.Company{Name: "Bob Inc"})).Find(&users))
		t.see("%d", len(users))
		t.rows("raw join", t.Table("users").Select("users.name, pets.name AS pet").Joins("LEFT JOIN pets ON pets.user_id = users.id").Order("users.name, pets.name"))
		t.rows("derived", t.Table("(?) AS u", t.Model(&tests.User{}).Select("name", "age")).Where("u.age = ?", 21).Select("u.name"))
		users = nil
		t.do("preload", t.Preload("Pets", func(db *gorm.DB) *gorm.DB { return db.Order("pets.name DESC") }).Order("id").Find(&users))
		for _, u := range users {
			for _, p := range u.Pets {
				t.see("%s has %s", u.Name, p.Name)
			}
		}
	}},
	{"create", func(t trial) {
		fill(t)
		u := tests.User{Name: "Fay"}
		t.do("select", t.Select("Name", "Age").Create(&u))
		t.do("omit", t.Omit("Age").Create(&tests.User{Name: "Gus", Age: 9}))
		t.do("map", t.Model(&tests.User{}).Create(map[string]any{"Name": "Hal", "Age": 7}))
		t.do("maps", t.Model(&tests.User{}).Create([]map[string]any{{"Name": "Ida"}, {"Name": "Jon", "Age": clause.Expr{SQL: "1 + ?", Vars: []any{2}}}}))
		many := []tests.User{{Name: "K1"}, {Name: "K2"}, {Name: "K3"}}
		t.do("batch", t.CreateInBatches(&many, 2))
		t.see("%v", many[2].ID == many[0].ID+2)
		t.do("same key", t.Create(&tests.User{Model: gorm.Model{ID: 1}, Name: "again"}))
		t.do("do nothing", t.Clauses(clause.OnConflict{DoNothing: true}).Create(&tests.User{Model: gorm.Model{ID: 1}, Name: "again"}))
		t.do("update all", t.Clauses(clause.OnConflict{UpdateAll: true}).Create(&tests.User{Model: gorm.Model{ID: 1}, Name: "Ada 2", Age: 33}))
		t.do("where", t.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "id"}}, Where: clause.Where{Exprs: []clause.Expression{clause.Eq{Column: clause.Column{Table: "users", Name: "age"}, Value: 0}}}, DoUpdates: clause.Assignments(map[string]any{"name": gorm.Expr("users.name || ?", "!")})}).Create(&tests.User{Model: gorm.Model{ID: 1}, Name: "x"}))
		t.rows("all", t.Model(&tests.User{}).Select("name", "age").Order("id"))
		var f tests.User
		t.do("first or create", t.Where(tests.User{Name: "Lea"}).Attrs(tests.User{Age: 5}).FirstOrCreate(&f))
		t.see("%s %d", f.Name, f.Age)
		f = tests.User{}
		t.do("first or init", t.Where(tests.User{Name: "Max"}).Assign(tests.User{Age: 6}).FirstOrInit(&f))
		t.see("%s %d %d", f.Name, f.Age, f.ID)
		f = tests.User{}
		t.do("first or create with assign", t.Where(tests.User{Name: "Lea"}).Assign(tests.User{Age: 50}).FirstOrCreate(&f))
		t.see("%s %d", f.Name, f.Age)
	}},
	{"update", func(t trial) {
		fill(t)
		t.do("one", t.Model(&tests.User{}).Where("name = ?", "Ada").Update("age", 77))
		t.do("struct", t.Model(&tests.User{}).Where("name = ?", "Bob").Updates(tests.User{Age: 78, Active: false}))
		t.do("map", t.Model(&tests.User{}).Where("name = ?", "Cyd").Updates(map[string]any{"age": gorm.Expr("age * ? + ?", 2, 1), "active": false}))
		t.do("columns", t.Model(&tests.User{}).Where("name = ?", "Dan").UpdateColumn("age", gorm.Expr("age - ?", 3)))
		t.do("subquery", t.Model(&tests.User{}).Where("name = ?", "Eve").Update("name", t.Model(&tests.Company{}).Select("name").Where("companies.id = users.company_id")))
		t.do("select zero", t.Model(&tests.User{}).Where("name = ?", "Ada").Select("Age", "Active").Updates(tests.User{Age: 0}))
		t.do("without where", t.Model(&tests.User{}).Update("age", 1))
		t.do("global", t.Session(&gorm.Session{AllowGlobalUpdate: true}).Model(&tests.Pet{}).Update("name", "same"))
		var back []tests.User
		t.do("returning", t.Model(&back).Clauses(clause.Returning{Columns: []clause.Column{{Name: "name"}, {Name: "age"}}}).Where("age > ?", 30).Update("age", gorm.Expr("age + 1")))
		sort.Slice(back, func(a, b int) bool { return back[a].Name < back[b].Name })
		for _, u := range back {
			t.see("%s %d", u.Name, u.Age)
		}
		var u tests.User
		t.First(&u, "name = ?", "Bob")
		u.Age, u.Active = 5, true
		t.do("save", t.Save(&u))
		t.do("save new", t.Save(&tests.User{Name: "New"}))
		t.do("save many", t.Save(&[]tests.User{{Name: "N1"}, {Name: "N2"}}))
		t.rows("all", t.Model(&tests.User{}).Select("name", "age", "active").Order("name"))
	}},
	{"delete", func(t trial) {
		fill(t)
		t.do("soft", t.Where("name = ?", "Ada").Delete(&tests.User{}))
		t.do("by key", t.Delete(&tests.User{}, []int{2, 3}))
		t.do("without where", t.Delete(&tests.User{}))
		var back []tests.Pet
		t.do("returning", t.Clauses(clause.Returning{}).Where("name LIKE ?", "Dan%").Unscoped().Delete(&back))
		t.see("%d", len(back))
		var n int64
		t.Model(&tests.User{}).Count(&n)
		t.see("%d left", n)
		t.Unscoped().Model(&tests.User{}).Where("deleted_at IS NOT NULL").Count(&n)
		t.see("%d deleted", n)
		// GORM makes the two foreign keys of pets in no order of its own, and
		// the first one made is told.
		err := t.Unscoped().Where("name = ?", "Eve").Delete(&tests.User{}).Error
		t.see("hard, referred to: %v", strings.Replace(firstLine(err), "fk_users_named_pet", "fk_users_pets", 1))
		t.do("hard", t.Unscoped().Where("name = ?", "Ada").Delete(&tests.User{}))
		t.do("with association", t.Select("Pets").Delete(&tests.User{Model: gorm.Model{ID: 4}}))
	}},
	{"associations", func(t trial) {
		fill(t)
		var u tests.User
		t.First(&u, "name = ?", "Cyd")
		t.check("append", t.Model(&u).Association("Languages").Append(&tests.Language{Code: "de", Name: "German"}, &tests.Language{Code: "fr", Name: "French"}))
		t.see("%d", t.Model(&u).Association("Languages").Count())
		t.check("replace", t.Model(&u).Association("Languages").Replace(&tests.Language{Code: "en", Name: "English"}))
		var found []tests.Language
		t.check("find", t.Model(&u).Association("Languages").Find(&found))
		t.see("%+v", found)
		t.check("clear", t.Model(&u).Association("Languages").Clear())
		t.check("has many replace", t.Model(&u).Association("Pets").Replace(&tests.Pet{Name: "only"}))
		t.see("%d", t.Model(&u).Association("Pets").Count())
		t.check("belongs to", t.Model(&u).Association("Company").Replace(&tests.Company{Name: "New"}))
		t.see("%s", u.Company.Name)
		t.check("polymorphic", t.Model(&u).Association("Toys").Append(&tests.Toy{Name: "ball"}))
		t.rows("toys", t.Model(&tests.Toy{}).Select("name", "owner_id", "owner_type"))
		t.do("full save", t.Session(&gorm.Session{FullSaveAssociations: true}).Updates(&tests.User{Model: gorm.Model{ID: u.ID}, Company: tests.Company{ID: 1, Name: "renamed"}}))
		t.rows("companies", t.Model(&tests.Company{}).Order("id"))
		t.do("friends", t.Create(&tests.User{Name: "F", Friends: []*tests.User{{Name: "G"}, {Name: "H"}}, Manager: &u}))
		t.rows("join table", t.Table("user_friends").Order("friend_id"))
	}},
	{"transactions", func(t trial) {
		fill(t)
		t.check("rolled back", t.Transaction(func(tx *gorm.DB) error { tx.Create(&tests.Company{Name: "a"}); return errors.New("no") }))
		t.check("nested", t.Transaction(func(tx *gorm.DB) error {
			tx.Create(&tests.Company{Name: "outer"})
			tx.Transaction(func(tx2 *gorm.DB) error { tx2.Create(&tests.Company{Name: "inner"}); return errors.New("no") })
			return nil
		}))
		tx := t.Begin()
		tx.Create(&tests.Company{Name: "kept"})
		tx.SavePoint("sp")
		t.do("fails", tx.Create(&tests.Company{ID: 1, Name: "dup"}))
		t.do("aborted", tx.Create(&tests.Company{Name: "x"}))
		t.do("to savepoint", tx.RollbackTo("sp"))
		t.do("commit", tx.Commit())
		t.rows("names", t.Model(&tests.Company{}).Select("name").Where("name NOT LIKE '%Inc'").Order("name"))
		t.do("lock", t.Clauses(clause.Locking{Strength: "UPDATE"}).Find(&[]tests.Company{}))
		t.do("share", t.Clauses(clause.Locking{Strength: "SHARE", Table: clause.Table{Name: clause.CurrentTable}, Options: "NOWAIT"}).Find(&[]tests.Company{}))
		t.do("skip", t.Clauses(clause.Locking{Strength: "UPDATE", Options: "SKIP LOCKED"}).Limit(1).Find(&[]tests.Company{}))
		ro := t.Begin(&sql.TxOptions{ReadOnly: true})
		t.do("read only", ro.Create(&tests.Company{Name: "never"}))
		ro.Rollback()
	}},
	{"prepared", func(t trial) {
		fill(t)
		p := trial{t.Session(&gorm.Session{PrepareStmt: true}), t.out}
		for _, n := range []string{"Ada", "Bob"} {
			var u tests.User
			p.do("find", p.Where("name = ?", n).First(&u))
			p.do("update", p.Model(&u).Update("age", gorm.Expr("age + ?", 1)))
		}
		p.do("in", p.Where("id IN ?", []int{1, 2, 3}).Find(&[]tests.User{}))
		p.check("transaction", p.Transaction(func(tx *gorm.DB) error { return tx.Create(&tests.Company{Name: "in tx"}).Error }))
		p.check("migrate", p.Migrator().DropColumn(&tests.Pet{}, "name"))
		p.do("after", p.Find(&[]tests.Company{}))
	}},
	{"types", func(t trial) {
		t.check("migrate", t.AutoMigrate(&kinds{}))
		in := kinds{Text: "it's", Info: info{A: 1, B: "x"}, List: words{"a", "b,c", `d"e`}, Pointer: new(int), Embedded: Embedded{Street: "Main", No: 5}, Serialized: map[string]int{"a": 1}, Unix: time.Unix(1_700_000_000, 0).UTC(), Raw: json.RawMessage(`{"a":1}`), Dur: 1500, Small: -5, Real: 1.25, Date: time.Date(2020, 2, 29, 0, 0, 0, 0, time.UTC)}
		t.do("create", t.Create(&in))
		var out kinds
		t.do("read", t.First(&out))
		t.see("%s %+v %q %d %+v %v %v %s %d %d %g %s", out.Text, out.Info, out.List, *out.Pointer, out.Embedded, out.Serialized, out.Unix.Unix(), out.Raw, out.Dur, out.Small, out.Real, out.Date.Format(time.DateOnly))
		t.rows("maps", t.Model(&kinds{}).Omit("unix"))
		t.do("array op", t.Where("list @> ?", "{a}").Find(&[]kinds{}))
		t.do("json op", t.Where("info->>'b' = ?", "x").Find(&[]kinds{}))
		types, err := t.Migrator().ColumnTypes(&kinds{})
		t.check("column types", err)
		sort.Slice(types, func(a, b int) bool { return types[a].Name() < types[b].Name() })
		for _, c := range types {
			full, _ := c.ColumnType()
			pk, _ := c.PrimaryKey()
			null, _ := c.Nullable()
			def, hasDef := c.DefaultValue()
			unique, _ := c.Unique()
			auto, _ := c.AutoIncrement()
			length, _ := c.Length()
			precision, scale, _ := c.DecimalSize()
			scan := fmt.Sprint(c.ScanType())
			if strings.HasPrefix(full, "json") || strings.HasPrefix(full, "numeric") {
				scan, precision, scale = "-", 0, 0 // JSON comes as bytes, numeric as text: a choice of the driver
			}
			t.see("%s %s %s key=%v null=%v default=%q %v unique=%v auto=%v length=%d %d,%d %v", c.Name(), c.DatabaseTypeName(), full, pk, null, def, hasDef, unique, auto, length, precision, scale, scan)
		}
	}},
	{"defaults and checks", func(t trial) {
		type Guarded struct {
			ID    uint
			Name  string    `gorm:"default:galeone"`
			Age   int       `gorm:"default:18;check:age_ok,age > 13"`
			Code  string    `gorm:"type:varchar(3);unique"`
			UID   string    `gorm:"type:uuid;default:gen_random_uuid()"`
			When  time.Time `gorm:"default:now()"`
			Flag  bool      `gorm:"default:true"`
			Price float64   `gorm:"type:decimal(7,2);default:9.99"`
			A, B  int       `gorm:"uniqueIndex:ab,where:a > 0"`
		}
		t.check("migrate", t.AutoMigrate(&Guarded{}))
		t.check("again", t.AutoMigrate(&Guarded{}))
		g := Guarded{Code: "abc"}
		t.do("create", t.Create(&g))
		t.see("%s %d %v %v %d", g.Name, g.Age, g.Flag, g.Price, len(g.UID))
		t.do("too long", t.Create(&Guarded{Code: "abcd"}))
		t.do("check", t.Create(&Guarded{Code: "x", Age: 3}))
		t.do("unique", t.Create(&Guarded{Code: "abc"}))
		t.do("partial unique", t.Create(&Guarded{Code: "d", A: 1, B: 1}))
		t.do("partial unique", t.Create(&Guarded{Code: "e", A: 1, B: 1}))
		t.do("partial unique", t.Create(&Guarded{Code: "f", A: 0, B: 1}))
		t.see("constraint %v %v", t.Migrator().HasConstraint(&Guarded{}, "age_ok"), t.Migrator().HasConstraint(&Guarded{}, "nope"))
		t.check("drop", t.Migrator().DropConstraint(&Guarded{}, "age_ok"))
		t.check("create", t.Migrator().CreateConstraint(&Guarded{}, "age_ok"))
		list, err := t.Migrator().GetIndexes(&Guarded{})
		t.check("indexes", err)
		for _, ix := range list {
			u, _ := ix.Unique()
			t.see("%s %v %v", ix.Name(), ix.Columns(), u)
		}
	}},
	{"alter", func(t trial) {
		type Doc struct {
			ID    uint
			Title string `gorm:"size:10"`
			Count int32
			Flag  string
			Gone  string
		}
		t.check("first", t.AutoMigrate(&Doc{}))
		t.Create(&Doc{Title: "a", Count: 3, Flag: "1"})
		func() {
			type Doc struct {
				ID    uint
				Title string `gorm:"size:200;not null;default:none;index"`
				Count string
				Flag  bool
				Added float64 `gorm:"not null;default:1.5"`
				More  *time.Time
			}
			t.check("second", t.AutoMigrate(&Doc{}))
			t.check("third", t.AutoMigrate(&Doc{}))
			t.rows("docs", t.Model(&Doc{}))
			t.see("%v %v", t.Migrator().HasIndex(&Doc{}, "Title"), t.Migrator().HasColumn(&Doc{}, "gone"))
			t.check("alter", t.Migrator().AlterColumn(&Doc{}, "Added"))
			t.check("rename", t.Migrator().RenameColumn(&Doc{}, "added", "added2"))
			t.check("rename table", t.Migrator().RenameTable(&Doc{}, "papers"))
			t.see("%v %v", t.Migrator().HasTable("docs"), t.Migrator().HasTable("papers"))
			tables, err := t.Migrator().GetTables()
			t.check("tables", err)
			t.see("%v", tables)
			t.check("drop", t.Migrator().DropTable("papers"))
		}()
	}},
	{"composite keys", func(t trial) {
		type Tag struct {
			Locale string `gorm:"primaryKey"`
			ID     uint   `gorm:"primaryKey;autoIncrement:false"`
			Value  string
		}
		type Blog struct {
			ID     uint   `gorm:"primaryKey"`
			Locale string `gorm:"primaryKey"`
			Tags   []Tag  `gorm:"many2many:blog_tags;"`
		}
		t.check("migrate", t.AutoMigrate(&Tag{}, &Blog{}))
		t.do("create", t.Create(&Blog{ID: 1, Locale: "en", Tags: []Tag{{Locale: "en", ID: 1, Value: "x"}, {Locale: "en", ID: 2, Value: "y"}}}))
		var b Blog
		t.do("read", t.Preload("Tags", func(db *gorm.DB) *gorm.DB { return db.Order("tags.id") }).First(&b))
		t.see("%+v", b)
		t.check("delete", t.Model(&b).Association("Tags").Delete(&b.Tags[0]))
		t.rows("left", t.Table("blog_tags"))
	}},
	{"schemas and views", func(t trial) {
		t.do("schema", t.Exec("CREATE SCHEMA other"))
		t.check("migrate", t.Table("other.things").AutoMigrate(&thing{}))
		t.do("create", t.Table("other.things").Create(&thing{Name: "a"}))
		t.see("%v %v", t.Migrator().HasTable("other.things"), t.Migrator().HasTable("things"))
		t.rows("read", t.Table("other.things"))
		t.check("again", t.Table("other.things").AutoMigrate(&thing{}))
		q := t.Table("other.things").Select("id, name").Where("name <> ?", "z")
		t.check("view", t.Migrator().CreateView("named", gorm.ViewOption{Query: q}))
		t.check("replace", t.Migrator().CreateView("named", gorm.ViewOption{Query: q, Replace: true, CheckOption: "WITH CHECK OPTION"}))
		t.rows("view", t.Table("named"))
		t.do("through it", t.Table("named").Create(map[string]any{"name": "b"}))
		t.do("against it", t.Table("named").Create(map[string]any{"name": "z"}))
		t.check("drop", t.Migrator().DropView("named"))
	}},
	{"raw", func(t trial) {
		fill(t)
		t.do("exec", t.Exec("UPDATE users SET age = ? WHERE name = ?", 40, "Ada"))
		t.rows("raw", t.Raw("SELECT name, age FROM users WHERE name = @name", sql.Named("name", "Ada")))
		t.rows("struct", t.Raw("SELECT CAST(@A AS bigint) + CAST(@B AS bigint) AS sum", struct{ A, B int }{1, 2}))
		t.rows("values", t.Raw("SELECT 1::bigint AS i, 1.5::float8 AS f, 'x' AS s, true AS b, NULL AS n, 2::bigint AS l, '1 day'::interval AS d, ARRAY[1,2] AS a"))
		var s sql.NullString
		t.check("null", t.Raw("SELECT NULL::text").Row().Scan(&s))
		t.do("error", t.Exec("SELECT * FROM nowhere"))
		t.do("syntax", t.Exec("SELEC 1"))
		t.do("many", t.Exec("CREATE TABLE m (a int)"))
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		t.see("cancelled %v", errors.Is(t.WithContext(ctx).Find(&[]tests.User{}).Error, context.Canceled))
		t.see("%s", t.ToSQL(func(tx *gorm.DB) *gorm.DB {
			return tx.Model(&tests.User{}).Where("name = ? AND age IN ?", "it's", []int{1, 2}).Limit(3).Find(&[]tests.User{})
		}))
		dry := t.Session(&gorm.Session{DryRun: true}).Create(&tests.Company{Name: "x"}).Statement
		t.see("%s %v", dry.SQL.String(), dry.Vars)
	}},
}

// words is an array column of one's own.
type words []string

func (words) GormDataType() string { return "text[]" }

func (w words) Value() (driver.Value, error) {
	quoted := make([]string, len(w))
	for i, s := range w {
		quoted[i] = `"` + strings.ReplaceAll(strings.ReplaceAll(s, `\`, `\\`), `"`, `\"`) + `"`
	}
	return "{" + strings.Join(quoted, ",") + "}", nil
}

func (w *words) Scan(v any) error {
	text := fmt.Sprint(v)
	if b, ok := v.([]byte); ok {
		text = string(b)
	}
	*w = strings.Split(strings.Trim(text, "{}"), ",")
	return nil
}

// info is a JSON column of one's own.
type info struct {
	A int    `json:"a"`
	B string `json:"b"`
}

func (info) GormDataType() string { return "jsonb" }

func (i info) Value() (driver.Value, error) {
	b, err := json.Marshal(i)
	return string(b), err
}

func (i *info) Scan(v any) error {
	switch v := v.(type) {
	case []byte:
		return json.Unmarshal(v, i)
	case string:
		return json.Unmarshal([]byte(v), i)
	}
	return fmt.Errorf("cannot scan %T", v)
}

type Embedded struct {
	Street string
	No     int8
}

type kinds struct {
	ID         int64
	Text       string
	Info       info
	List       words
	Pointer    *int
	Embedded   Embedded       `gorm:"embedded;embeddedPrefix:home_"`
	Serialized map[string]int `gorm:"serializer:json"`
	Unix       time.Time
	Raw        json.RawMessage `gorm:"type:jsonb"`
	Dur        time.Duration
	Small      int8
	Big        uint64
	Real       float32
	Date       time.Time `gorm:"type:date"`
	Name       string    `gorm:"size:30;not null;default:'x'"`
	Fixed      string    `gorm:"type:char(5)"`
	Nullable   sql.NullInt64
	Stamp      time.Time `gorm:"type:timestamp;default:CURRENT_TIMESTAMP"`
}

type thing struct {
	ID   uint
	Name string
}

func (thing) TableName() string { return "things" }

var _ schema.Tabler = thing{}

func tryFeatures(t *testing.T, open func() gorm.Dialector) string {
	var out strings.Builder
	for _, f := range slices.Concat(features, queryFeatures, modelFeatures, migrationFeatures, moreFeatures) {
		db, err := gorm.Open(open(), &gorm.Config{Logger: logger.Discard, NowFunc: func() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }})
		must(t, err)
		must(t, db.Exec("DROP SCHEMA public CASCADE").Error)
		must(t, db.Exec("DROP SCHEMA IF EXISTS other CASCADE").Error)
		must(t, db.Exec("CREATE SCHEMA public").Error)
		fmt.Fprintf(&out, "%s\n", f.name)
		f.try(trial{db, &out})
		pool, err := db.DB()
		must(t, err)
		must(t, pool.Close())
	}
	return out.String()
}

func TestFeatures(t *testing.T) {
	const golden = "testdata/features.txt"
	if *server != "" {
		got := tryFeatures(t, func() gorm.Dialector { return postgres.Open(*server) })
		if *update {
			must(t, os.MkdirAll("testdata", 0o755))
			must(t, os.WriteFile(golden, []byte(got), 0o644))
			return
		}
		compare(t, golden, got)
	}
	for name, dialector := range map[string]func(dsn string) gorm.Dialector{
		"gormzqlite": gormzqlite.Open,
		"postgres":   func(dsn string) gorm.Dialector { return postgres.New(postgres.Config{DriverName: "zqlite", DSN: dsn}) },
	} {
		t.Run(name, func(t *testing.T) {
			dir, n := t.TempDir(), 0
			compare(t, golden, tryFeatures(t, func() gorm.Dialector {
				n++
				return dialector(filepath.Join(dir, fmt.Sprint(n, ".db")))
			}))
		})
	}
}

// compare tells where what was seen differs; a line more or less does not make
// all that follow differ.
func compare(t *testing.T, golden, got string) {
	b, err := os.ReadFile(golden)
	must(t, err)
	want, have := strings.Split(string(b), "\n"), strings.Split(got, "\n")
	feature := ""
	for i, j := 0, 0; i < len(want) || j < len(have); {
		if i < len(want) && j < len(have) && want[i] == have[j] {
			if !strings.HasPrefix(want[i], " ") {
				feature = want[i]
			}
			i, j = i+1, j+1
			continue
		}
		di, dj := meet(want[i:], have[j:])
		t.Errorf("%s, line %d\n got %s\nwant %s", feature, i+1, strings.Join(have[j:j+dj], "\n     "), strings.Join(want[i:i+di], "\n     "))
		i, j = i+di, j+dj
	}
}

// meet gives how many lines of each go by until both say the same again.
func meet(want, have []string) (int, int) {
	for n := 1; n < len(want)+len(have); n++ {
		for di := max(0, n-len(have)); di <= min(n, len(want)); di++ {
			if a, b := want[di:], have[n-di:]; len(a) > 0 && len(b) > 0 && a[0] == b[0] && (len(a) < 2 || len(b) < 2 || a[1] == b[1]) {
				return di, n - di
			}
		}
	}
	return len(want), len(have)
}
