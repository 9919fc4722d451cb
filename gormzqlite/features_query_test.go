package gormzqlite_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/utils/tests"
)

var moments = regexp.MustCompile(`"(CreatedAt|UpdatedAt|DeletedAt|Birthday)":(null|"[^"]*"),?`)

// json writes a value down, without the moments in it.
func (t trial) json(what string, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		t.see("%s: %v", what, err)
		return
	}
	t.see("%s: %s", what, moments.ReplaceAll(b, nil))
}

// queryFeatures ask.
var queryFeatures = []feature{
	{"advanced queries", func(t trial) {
		fill(t)
		users := func() *gorm.DB { return t.Model(&tests.User{}).Select("name", "age").Order("users.name") }
		t.rows("nested groups", users().Where(t.Where("age > ?", 20).Where(t.Where("name = ?", "Bob").Or("name = ?", "Cyd"))).Or(t.Where("age = ?", 20).Where("active = ?", true)))
		t.rows("zero in struct", users().Where(&tests.User{Name: "Ada"}, "name", "Age"))
		t.rows("inline not", users().Not(tests.User{Name: "Ada", Age: 20}))
		t.rows("not keys", users().Not([]int64{1, 2, 3}))
		t.rows("or struct", users().Where("name = 'Ada'").Or(tests.User{Name: "Bob", Age: 21}))
		t.rows("or map", users().Where("name = 'Ada'").Or(map[string]any{"name": "Bob", "age": 21}))
		t.rows("named map", users().Where("name = @name OR name = @other", map[string]any{"name": "Ada", "other": "Eve"}))
		t.rows("named struct", users().Where("name = @Name AND age = @Age", tests.User{Name: "Ada", Age: 20}))
		t.rows("coalesce", t.Table("users").Select("COALESCE(age, ?) AS a", 42).Order("a"))
		t.rows("from two", t.Table("(?) AS u, (?) AS p", t.Model(&tests.User{}).Select("name"), t.Model(&tests.Pet{}).Select("name")).Select("count(*) AS n"))
		t.rows("having subquery", t.Model(&tests.User{}).Select("avg(age) AS mean").Group("name").Having("avg(age) > (?)", t.Model(&tests.User{}).Select("avg(age)").Where("name LIKE ?", "%a%")).Order("mean"))
		t.rows("in subquery", users().Where("id IN (?)", t.Model(&tests.Pet{}).Select("user_id").Where("name LIKE ?", "Cyd%")))
		t.rows("exists", users().Where("EXISTS (?)", t.Model(&tests.Pet{}).Select("1").Where("pets.user_id = users.id")))
		t.rows("order expr", t.Model(&tests.User{}).Select("name").Clauses(clause.OrderBy{Expression: clause.Expr{SQL: "array_position(ARRAY[?]::bigint[], users.id)", Vars: []any{[]int{3, 1, 2}}, WithoutParentheses: true}}).Limit(3))
		t.rows("order columns", t.Model(&tests.User{}).Select("name").Clauses(clause.OrderBy{Columns: []clause.OrderByColumn{{Column: clause.Column{Name: "active"}, Desc: true}, {Column: clause.Column{Name: "name"}}}}))
		t.rows("cancel limit", users().Limit(1).Limit(-1).Offset(3).Offset(-1))
		t.rows("limit none", users().Limit(0))
		t.rows("distinct two", t.Model(&tests.User{}).Distinct("active", "age > 21 AS old").Order("active, old"))
		t.rows("count filter", t.Model(&tests.User{}).Select("count(*) FILTER (WHERE active) AS n, string_agg(name, ',' ORDER BY name DESC) AS names"))
		t.rows("window", t.Model(&tests.User{}).Select("name, row_number() OVER (PARTITION BY active ORDER BY age DESC) AS n").Order("name"))
		t.rows("cte", t.Raw("WITH RECURSIVE n(i) AS (SELECT 1::bigint UNION ALL SELECT i + 1 FROM n WHERE i < ?) SELECT sum(i)::bigint AS total FROM n", 10))
		t.rows("any", users().Where("name = ANY(?)", "{Ada,Bob}"))
		t.rows("ilike", users().Where("name ILIKE ?", "a%"))
		t.rows("map with nil", users().Where(map[string]any{"company_id": nil}))
		t.rows("ptr nil", users().Where("manager_id IS NOT DISTINCT FROM ?", (*uint)(nil)).Limit(1))
		t.rows("date", users().Where("birthday::date = ?", "1990-01-02"))
		t.rows("date part", t.Model(&tests.User{}).Select("extract(year FROM birthday)::int AS y, count(*) AS n").Group("y").Order("y").Limit(2))
		var n int64
		t.do("count select", t.Model(&tests.User{}).Select("id", "name").Where("age > 20").Count(&n))
		t.see("%d", n)
		t.do("count one", t.Model(&tests.User{}).Select("name").Count(&n))
		t.see("%d", n)
		t.do("count distinct expr", t.Model(&tests.User{}).Select("count(distinct(active))").Count(&n))
		t.see("%d", n)
		t.do("count star table", t.Table("users").Count(&n))
		t.see("%d", n)
		t.do("count order", t.Model(&tests.User{}).Order("name").Limit(2).Count(&n))
		t.see("%d", n)
		t.do("count group two", t.Model(&tests.User{}).Group("active").Group("age > 22").Count(&n))
		t.see("%d", n)
		t.do("count with preload and joins", t.Model(&tests.User{}).Joins("Company").Where(`"Company".name = ?`, "Ada Inc").Count(&n))
		t.see("%d", n)
		over := t.Model(&tests.User{}).Scopes(func(db *gorm.DB) *gorm.DB { return db.Where("age > ?", 21) }, func(db *gorm.DB) *gorm.DB { return db.Where("active") })
		t.do("scopes", over.Count(&n))
		t.see("%d", n)
		var pair []struct {
			Name string
			Age  int
		}
		t.do("scan columns", t.Model(&tests.User{}).Select("name", "age").Order("name").Limit(2).Scan(&pair))
		t.see("%+v", pair)
		var name string
		var age int
		t.check("row", t.Table("users").Where("name = ?", "Bob").Select("name", "age").Row().Scan(&name, &age))
		t.see("%s %d", name, age)
		t.do("scan one", t.Table("users").Select("max(age)").Scan(&age))
		t.see("%d", age)
		var flags []bool
		t.do("pluck bool", t.Model(&tests.User{}).Order("name").Pluck("active", &flags))
		t.see("%v", flags)
		var times []*time.Time
		t.do("pluck time", t.Model(&tests.User{}).Order("name").Pluck("birthday", &times))
		t.see("%v", times[0].UTC())
		var names []sql.NullString
		t.do("distinct pluck", t.Model(&tests.User{}).Distinct().Order("name").Pluck("Name", &names))
		t.see("%v", names)
		m := map[string]any{}
		t.do("first map", t.Model(&tests.User{}).First(&m, "name = ?", "Bob"))
		t.see("%v %v %T", m["name"], m["age"], m["birthday"])
		var lang tests.Language
		t.Create(&tests.Language{Code: "de", Name: "German"})
		t.do("text key", t.First(&lang, "code = ?", "de"))
		t.json("language", lang)
		lang = tests.Language{Code: "de"}
		t.do("by key in struct", t.First(&lang))
		var u tests.User
		t.do("bad column", t.Where("nam = ?", 1).First(&u))
		t.do("bad type", t.Where("age = ?", "abc").First(&u))
		t.do("index hint comment", t.Clauses(clause.Expr{SQL: ""}).Find(&u))
		t.do("locking of", t.Clauses(clause.Locking{Strength: "UPDATE", Table: clause.Table{Name: "users"}}).Joins("JOIN companies ON companies.id = users.company_id").Find(&[]tests.User{}))
		t.do("batches stop", t.Model(&tests.User{}).FindInBatches(&[]tests.User{}, 2, func(tx *gorm.DB, batch int) error {
			if batch == 2 {
				return errors.New("enough")
			}
			return nil
		}))
	}},
	{"generics", func(t trial) {
		fill(t)
		ctx := context.Background()
		c := tests.Company{Name: "G"}
		t.check("create", gorm.G[tests.Company](t.DB).Create(ctx, &c))
		list := []tests.Company{{Name: "a"}, {Name: "b"}, {Name: "c"}}
		t.check("batches", gorm.G[tests.Company](t.DB).CreateInBatches(ctx, &list, 2))
		u, err := gorm.G[tests.User](t.DB).Where("name = ?", "Ada").First(ctx)
		t.check("first "+u.Name, err)
		u, err = gorm.G[tests.User](t.DB).Order("age").Last(ctx)
		t.check("last "+u.Name, err)
		_, err = gorm.G[tests.User](t.DB).Where("name = ?", "nobody").Take(ctx)
		t.check("take", err)
		us, err := gorm.G[tests.User](t.DB).Where("age > ?", 21).Order("name").Find(ctx)
		t.check("find", err)
		for _, u := range us {
			t.see("%s", u.Name)
		}
		n, err := gorm.G[tests.User](t.DB).Where("name = ?", "Ada").Update(ctx, "age", 77)
		t.check(fmt.Sprint("update ", n), err)
		n, err = gorm.G[tests.User](t.DB).Where("name = ?", "Bob").Updates(ctx, tests.User{Age: 5, Name: "Bobby"})
		t.check(fmt.Sprint("updates ", n), err)
		n, err = gorm.G[tests.User](t.DB).Where("name = ?", "Cyd").Set(clause.Assignment{Column: clause.Column{Name: "age"}, Value: clause.Expr{SQL: "age + ?", Vars: []any{1}}}).Update(ctx)
		t.check(fmt.Sprint("set ", n), err)
		count, err := gorm.G[tests.User](t.DB).Where("age > 20").Count(ctx, "*")
		t.check(fmt.Sprint("count ", count), err)
		var total int
		t.check("scan", gorm.G[tests.User](t.DB).Select("sum(age)").Scan(ctx, &total))
		t.see("%d", total)
		raw, err := gorm.G[tests.Company](t.DB).Raw("SELECT * FROM companies WHERE name = ?", "G").Find(ctx)
		t.check("raw", err)
		t.json("raw", raw)
		t.check("exec", gorm.G[any](t.DB).Exec(ctx, "UPDATE companies SET name = ? WHERE name = ?", "GG", "G"))
		us, err = gorm.G[tests.User](t.DB).Joins(clause.LeftJoin.Association("Company"), func(db gorm.JoinBuilder, j, c clause.Table) error {
			db.Where(map[string]any{"name": "Dan Inc"})
			return nil
		}).Order("users.name").Find(ctx)
		t.check("joins", err)
		for _, u := range us {
			t.see("%s %s", u.Name, u.Company.Name)
		}
		us, err = gorm.G[tests.User](t.DB).Joins(clause.InnerJoin.AssociationFrom("Company", gorm.G[tests.Company](t.DB).Where("name LIKE ?", "D%")).As("t"), func(db gorm.JoinBuilder, j, c clause.Table) error {
			db.Where("?.id = ?.company_id", j, c)
			return nil
		}).Find(ctx)
		t.check(fmt.Sprint("joins from ", len(us)), err)
		us, err = gorm.G[tests.User](t.DB).Preload("Pets", func(db gorm.PreloadBuilder) error {
			db.Order("pets.name").LimitPerRecord(1)
			return nil
		}).Order("name").Find(ctx)
		t.check("preload", err)
		for _, u := range us {
			t.see("%s %d", u.Name, len(u.Pets))
		}
		t.check("find in batches", gorm.G[tests.User](t.DB).FindInBatches(ctx, 2, func(data []tests.User, batch int) error {
			t.see("%d %d", batch, len(data))
			return nil
		}))
		result := gorm.WithResult()
		t.check("with result", gorm.G[tests.User](t.DB, result).Select("Name").CreateInBatches(ctx, &[]tests.User{{Name: "x"}, {Name: "y"}}, 2))
		t.see("%d", result.RowsAffected)
		t.check("on conflict", gorm.G[tests.Company](t.DB, clause.OnConflict{DoNothing: true}).Create(ctx, &tests.Company{ID: 1, Name: "again"}))
		n, err = gorm.G[tests.Pet](t.DB).Where("name LIKE ?", "Eve%").Delete(ctx)
		t.check(fmt.Sprint("delete ", n), err)
		rows, err := gorm.G[tests.Company](t.DB).Order("id").Limit(1).Rows(ctx)
		t.check("rows", err)
		for rows.Next() {
			var id int
			var name string
			t.check("scan", rows.Scan(&id, &name))
		}
		rows.Close()
	}},
	{"preloads and joins", func(t trial) {
		fill(t)
		boss := tests.User{Name: "Boss", Company: tests.Company{Name: "Top"}, Account: tests.Account{Number: "1"}, NamedPet: &tests.Pet{Name: "Rex", Toy: tests.Toy{Name: "bone"}},
			Toys: []tests.Toy{{Name: "t1"}, {Name: "t2"}}, Tools: []tests.Tools{{Name: "saw"}}, Languages: []tests.Language{{Code: "de", Name: "German"}, {Code: "fr", Name: "French"}},
			Team: []tests.User{{Name: "T1", Account: tests.Account{Number: "2"}}, {Name: "T2"}}, Friends: []*tests.User{{Name: "F1"}}, Pets: []*tests.Pet{{Name: "p1", Toy: tests.Toy{Name: "mouse"}}, {Name: "p2"}}}
		t.do("create", t.Create(&boss))
		var u tests.User
		t.do("all", t.Preload(clause.Associations).First(&u, boss.ID))
		t.json("all", u)
		u = tests.User{}
		t.do("nested", t.Preload("Pets.Toy").Preload("NamedPet.Toy").Preload("Team.Account").Preload("Team", func(db *gorm.DB) *gorm.DB { return db.Order("users.name DESC") }).First(&u, boss.ID))
		t.json("nested", u)
		var list []tests.User
		t.do("joins nested", t.Joins("Manager").Joins("Manager.Company").Joins("Manager.Account").Joins("Account").Where(`"Manager".name = ?`, "Boss").Order("users.name").Find(&list))
		t.json("joins nested", list)
		list = nil
		t.do("joins where", t.Joins("Company", t.Where(&tests.Company{Name: "Bob Inc"})).Order("users.id").Find(&list))
		for _, u := range list {
			t.see("%s %q", u.Name, u.Company.Name)
		}
		list = nil
		t.do("joins select", t.Joins("Account", t.Select("number")).Where(`"Account".number IS NOT NULL`).Order("users.id").Find(&list))
		t.json("joins select", list)
		list = nil
		t.do("joins omit", t.Joins("Company", t.Omit("id")).Where("users.id = ?", boss.ID).Find(&list))
		t.json("joins omit", list)
		list = nil
		t.do("joins then preload", t.Joins("Manager").Preload("Manager.Pets", func(db *gorm.DB) *gorm.DB { return db.Order("pets.id") }).Where("users.manager_id IS NOT NULL").Order("users.id").Find(&list))
		t.json("joins then preload", list)
		list = nil
		t.do("raw with args", t.Joins("JOIN pets ON pets.user_id = users.id AND pets.name = ?", "p1").Find(&list))
		t.see("%d", len(list))
		list = nil
		t.do("derived", t.Joins("JOIN (?) AS o ON users.age = o.age", t.Model(&tests.User{}).Select("MAX(age) AS age")).Find(&list))
		t.see("%d", len(list))
		t.rows("join rows", t.Model(&tests.User{}).Select("users.name, count(pets.id) AS n").Joins("LEFT JOIN pets ON pets.user_id = users.id AND pets.deleted_at IS NULL").Group("users.name").Order("n DESC, users.name"))
		var pets []tests.Pet
		t.do("many to toys", t.Joins("Toy").Where(`"Toy".name IN ?`, []string{"bone", "mouse"}).Order("pets.id").Find(&pets))
		t.json("pets", pets)
		t.do("delete with join", t.Where("user_id IN (?)", t.Model(&tests.User{}).Select("id").Where("name = ?", "Boss")).Delete(&tests.Pet{}))
		t.do("update from", t.Exec("UPDATE users u SET age = 99 FROM companies c WHERE c.id = u.company_id AND c.name = ?", "Top"))
		var n int64
		t.do("unknown association", t.Preload("Nothing").Find(&list))
		t.do("joins count", t.Model(&tests.User{}).Joins("Account").Where(`"Account"."number" = ?`, "1").Count(&n))
		t.see("%d", n)
	}},
	{"association mode", func(t trial) {
		fill(t)
		var list []tests.User
		t.Order("id").Limit(2).Find(&list)
		langs := []tests.Language{{Code: "a", Name: "A"}, {Code: "b", Name: "B"}, {Code: "c", Name: "C"}}
		t.do("languages", t.Create(&langs))
		t.check("batch append", t.Model(&list).Association("Languages").Append(&langs[0], []tests.Language{langs[1], langs[2]}))
		t.see("%d", t.Model(&list).Association("Languages").Count())
		var found []tests.Language
		t.check("conditions", t.Model(&list).Where("code <> ?", "a").Order("code DESC").Association("Languages").Find(&found))
		t.json("found", found)
		t.check("batch replace", t.Model(&list).Association("Languages").Replace(&langs[2], &langs[0]))
		t.see("%d", t.Model(&list).Association("Languages").Count())
		t.check("delete", t.Model(&list[0]).Association("Languages").Delete(langs[2]))
		t.check("clear", t.Model(&list[1]).Association("Languages").Clear())
		t.see("%d", t.Model(&list).Association("Languages").Count())
		t.see("duplicate count %d", t.Model(&list[0]).Association("Languages").Count())
		t.check("again", t.Model(&list[1]).Association("Languages").Append(&langs[2], &langs[2]))
		var u tests.User
		t.Preload("Pets").First(&u, "name = ?", "Eve")
		t.check("has many delete", t.Model(&u).Association("Pets").Delete(u.Pets[0]))
		t.see("%d %d", len(u.Pets), t.Model(&u).Association("Pets").Count())
		t.check("unscoped delete", t.Model(&u).Association("Pets").Unscoped().Delete(u.Pets[0]))
		t.check("unscoped clear", t.Model(&u).Association("Pets").Unscoped().Clear())
		t.rows("orphans", t.Unscoped().Model(&tests.Pet{}).Select("name", "user_id", "deleted_at IS NULL AS alive").Order("id"))
		t.check("has one replace", t.Model(&u).Association("Account").Replace(&tests.Account{Number: "n1"}))
		t.check("has one again", t.Model(&u).Association("Account").Replace(&tests.Account{Number: "n2"}))
		t.rows("accounts", t.Model(&tests.Account{}).Select("number", "user_id").Order("id"))
		t.check("has one clear", t.Model(&u).Association("Account").Clear())
		t.check("belongs to clear", t.Model(&u).Association("Company").Clear())
		t.see("%v", u.CompanyID)
		t.check("polymorphic", t.Model(&u).Association("Toys").Append(&tests.Toy{Name: "a"}, &tests.Toy{Name: "b"}))
		t.check("polymorphic replace", t.Model(&u).Association("Toys").Replace(&tests.Toy{Name: "c"}))
		t.see("%d", t.Model(&u).Association("Toys").Count())
		t.check("tools", t.Model(&u).Association("Tools").Append(&tests.Tools{Name: "saw"}))
		t.rows("tools", t.Model(&tests.Tools{}).Select("name", "custom_id", "type"))
		t.check("self many", t.Model(&u).Association("Friends").Append(&list[0], &tests.User{Name: "new friend"}))
		t.check("team", t.Model(&u).Association("Team").Append(&list[1]))
		t.see("%d %d", t.Model(&u).Association("Friends").Count(), t.Model(&u).Association("Team").Count())
		t.check("none", t.Model(&u).Association("Nothing").Error)
		t.do("omit all", t.Omit(clause.Associations).Create(&tests.User{Name: "bare", Company: tests.Company{Name: "never"}}))
		t.do("omit columns of association", t.Omit("Languages.*").Create(&tests.User{Name: "links", Languages: []tests.Language{langs[0]}}))
		t.do("select association", t.Select("Name", "Pets").Create(&tests.User{Name: "petted", Pets: []*tests.Pet{{Name: "pp"}}, Toys: []tests.Toy{{Name: "no"}}}))
		t.do("upsert of associations", t.Create(&tests.User{Name: "shared", Languages: []tests.Language{{Code: "a", Name: "other"}, {Code: "z", Name: "Z"}}}))
		t.rows("languages", t.Model(&tests.Language{}).Order("code"))
		u = tests.User{}
		t.First(&u, "name = ?", "shared")
		t.do("delete with all", t.Select(clause.Associations).Delete(&u))
		t.see("%d", t.Model(&u).Association("Languages").Count())
	}},
	{"creating", func(t trial) {
		fill(t)
		many := make([]tests.Company, 1200)
		for i := range many {
			many[i].Name = fmt.Sprint("m", i)
		}
		t.do("many rows", t.Create(&many))
		t.see("%v", many[1199].ID-many[0].ID)
		t.do("pointers", t.Create([]*tests.Company{{Name: "p1"}, {Name: "p2"}}))
		arr := [2]tests.Company{{Name: "a1"}, {Name: "a2"}}
		t.do("array", t.Create(&arr))
		t.see("%v", arr[1].ID == arr[0].ID+1)
		t.do("empty", t.Create(&[]tests.Company{}))
		session := t.Session(&gorm.Session{CreateBatchSize: 3, SkipDefaultTransaction: true})
		t.do("session batches", session.Create(&[]tests.User{{Name: "s1", Pets: []*tests.Pet{{Name: "x"}}}, {Name: "s2"}, {Name: "s3"}, {Name: "s4"}}))
		mixed := []tests.Company{{ID: 9000, Name: "given"}, {Name: "made"}}
		t.do("mixed keys", t.Create(&mixed))
		t.see("%v %v", mixed[0].ID, mixed[1].ID != 0)
		back := tests.Company{Name: "upper"}
		t.do("returning expression", t.Clauses(clause.Returning{Columns: []clause.Column{{Name: "id"}, {Name: "upper(name) AS name", Raw: true}}}).Create(&back))
		t.see("%s", back.Name)
		l := []tests.Language{{Code: "x", Name: "1"}, {Code: "y", Name: "2"}}
		t.do("conflict first", t.Clauses(clause.OnConflict{UpdateAll: true}).Create(&l))
		l = []tests.Language{{Code: "x", Name: "3"}, {Code: "z", Name: "4"}}
		t.do("conflict columns", t.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "code"}}, DoUpdates: clause.AssignmentColumns([]string{"name"})}).Create(&l))
		t.do("conflict constraint", t.Clauses(clause.OnConflict{OnConstraint: "languages_pkey", DoNothing: true}).Create(&l))
		t.do("conflict same twice", t.Clauses(clause.OnConflict{UpdateAll: true}).Create(&[]tests.Language{{Code: "q", Name: "1"}, {Code: "q", Name: "2"}}))
		t.do("conflict wrong column", t.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "name"}}, DoNothing: true}).Create(&l))
		t.do("conflict excluded", t.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "code"}}, DoUpdates: clause.Assignments(map[string]any{"name": gorm.Expr("excluded.name || languages.name")})}).Create(&tests.Language{Code: "x", Name: "n"}))
		t.rows("languages", t.Model(&tests.Language{}).Order("code"))
		t.do("create from select", t.Exec("INSERT INTO languages (code, name) ?", t.Model(&tests.User{}).Select("lower(name), name").Where("name IN ?", []string{"Ada", "Bob"})))
		values := []map[string]any{{"code": "m1", "name": "M"}, {"code": "m2", "name": clause.Expr{SQL: "upper(?)", Vars: []any{"n"}}}}
		t.do("maps of table", t.Table("languages").Create(values))
		one := map[string]any{"name": "from map"}
		t.do("map of model", t.Model(&tests.Company{}).Create(&one))
		t.see("%v", one["id"] != nil || one["@id"] != nil)
		t.do("subquery value", t.Model(&tests.User{}).Create(map[string]any{"name": "sub", "age": t.Model(&tests.User{}).Select("max(age)")}))
		t.do("long", t.Create(&tests.Company{Name: strings.Repeat("ö", 100_000)}))
		var n int
		t.do("length", t.Raw("SELECT max(length(name)) FROM companies").Scan(&n))
		t.see("%d", n)
		t.do("nul", t.Create(&tests.Company{Name: "a\x00b"}))
		t.do("bad utf8", t.Create(&tests.Company{Name: "a\xffb"}))
	}},
	{"translated errors", func(t trial) {
		fill(t)
		t.DB = t.Session(&gorm.Session{})
		t.Config.TranslateError = true
		t.see("%v", errors.Is(t.Create(&tests.Company{ID: 1}).Error, gorm.ErrDuplicatedKey))
		pet := t.Create(&tests.Pet{Name: "x", UserID: ptr(uint(999))}).Error
		t.see("%v", errors.Is(pet, gorm.ErrForeignKeyViolated))
		t.see("%v", errors.Is(t.Unscoped().Delete(&tests.Company{ID: 1}).Error, gorm.ErrForeignKeyViolated))
		type Checked struct {
			ID int
			A  int `gorm:"check:a > 0"`
		}
		t.check("migrate", t.AutoMigrate(&Checked{}))
		t.see("%v", errors.Is(t.Create(&Checked{A: -1}).Error, gorm.ErrCheckConstraintViolated))
		t.see("%v", errors.Is(t.Model(&tests.User{}).Delete(&tests.User{}).Error, gorm.ErrMissingWhereClause))
		t.see("%v", errors.Is(t.Create([]tests.User{}).Error, gorm.ErrEmptySlice))
		t.see("%v", errors.Is(t.Model(&tests.User{}).Where("1 = 1").Updates(map[string]any{"name": nil}).Error, gorm.ErrRecordNotFound))
	}},
	{"transactions by hand", func(t trial) {
		fill(t)
		names := func(what string) {
			t.rows(what, t.Model(&tests.Company{}).Select("name").Where("name NOT LIKE '%Inc'").Order("name"))
		}
		t.check("panic rolls back", func() (err error) {
			defer func() {
				if r := recover(); r != nil {
					err = fmt.Errorf("%v", r)
				}
			}()
			return t.Transaction(func(tx *gorm.DB) error { tx.Create(&tests.Company{Name: "p"}); panic("oh") })
		}())
		names("none")
		t.check("nested deep", t.Transaction(func(tx *gorm.DB) error {
			tx.Create(&tests.Company{Name: "1"})
			err := tx.Transaction(func(tx *gorm.DB) error {
				tx.Create(&tests.Company{Name: "2"})
				tx.Transaction(func(tx *gorm.DB) error { tx.Create(&tests.Company{Name: "3"}); return errors.New("no") })
				return tx.Transaction(func(tx *gorm.DB) error { return tx.Create(&tests.Company{Name: "4"}).Error })
			})
			t.do("dup", tx.Session(&gorm.Session{}).SavePoint("here").Create(&tests.Company{ID: 1}))
			t.do("back", tx.RollbackTo("here"))
			return err
		}))
		names("nested")
		t.check("without nesting", t.Session(&gorm.Session{DisableNestedTransaction: true}).Transaction(func(tx *gorm.DB) error {
			tx.Transaction(func(tx *gorm.DB) error { tx.Create(&tests.Company{Name: "5"}); return errors.New("no") })
			return nil
		}))
		names("not nested")
		tx := t.Begin(&sql.TxOptions{Isolation: sql.LevelSerializable})
		t.do("in serializable", tx.Create(&tests.Company{Name: "ser"}))
		t.rows("level", tx.Raw("SHOW transaction_isolation"))
		t.do("commit", tx.Commit())
		t.do("commit again", tx.Commit())
		tx = t.Begin()
		t.do("error aborts", tx.Exec("SELECT 1/0"))
		t.do("aborted", tx.Exec("SELECT 1"))
		t.see("commit fails %v", tx.Commit().Error != nil)
		t.check("connection", t.Connection(func(tx *gorm.DB) error {
			t.do("set", tx.Exec("SET statement_timeout = 5000"))
			t.rows("show", tx.Raw("SHOW statement_timeout"))
			return tx.Exec("RESET statement_timeout").Error
		}))
		ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
		defer cancel()
		err := t.WithContext(ctx).Exec("SELECT pg_sleep(5)").Error
		t.see("timeout %v", err != nil)
		t.do("after", t.Exec("SELECT 1"))
	}},
}

func ptr[T any](v T) *T { return &v }
