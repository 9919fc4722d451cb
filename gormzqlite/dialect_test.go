package gormzqlite_test

import (
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/datatypes"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"
	"gorm.io/gorm/utils/tests"

	"github.com/zqlite/zqlite"
	"github.com/zqlite/zqlite/gormzqlite"
)

// each runs a test with the dialect of this package and with GORM's own
// dialect of PostgreSQL, both on a database file.
func each(t *testing.T, f func(t *testing.T, db *gorm.DB)) {
	for name, open := range map[string]func(dsn string) gorm.Dialector{
		"gormzqlite": gormzqlite.Open,
		"postgres": func(dsn string) gorm.Dialector {
			return postgres.New(postgres.Config{DriverName: "zqlite", DSN: dsn})
		},
	} {
		t.Run(name, func(t *testing.T) {
			db, err := gorm.Open(open(filepath.Join(t.TempDir(), "app.db")), &gorm.Config{
				TranslateError: true, Logger: logger.Default.LogMode(logger.Silent),
			})
			must(t, err)
			t.Cleanup(func() {
				pool, err := db.DB()
				must(t, err)
				must(t, pool.Close())
			})
			f(t, db)
		})
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func ok(t testing.TB, tx *gorm.DB) *gorm.DB {
	t.Helper()
	must(t, tx.Error)
	return tx
}

var models = []any{
	&tests.User{}, &tests.Account{}, &tests.Pet{}, &tests.Company{}, &tests.Toy{}, &tests.Language{}, &tests.Coupon{},
	&tests.CouponProduct{}, &tests.Order{}, &tests.Parent{}, &tests.Child{}, &tests.Tools{},
}

// AutoMigrate twice changes nothing: the second time there is no ALTER.
func TestAutoMigrateTwice(t *testing.T) {
	each(t, func(t *testing.T, db *gorm.DB) {
		must(t, db.AutoMigrate(models...))
		must(t, db.AutoMigrate(&everything{}))
		before := schemaOf(t, db)
		must(t, db.AutoMigrate(models...))
		must(t, db.AutoMigrate(&everything{}))
		if after := schemaOf(t, db); before != after {
			t.Errorf("the second AutoMigrate changed the schema:\n%s\nto\n%s", before, after)
		}
		var n int
		ok(t, db.Raw("SELECT count(*) FROM pg_class WHERE relkind = 'r'").Scan(&n))
		if n < len(models) {
			t.Errorf("%d tables", n)
		}
	})
}

// schemaOf is the text of all tables with the versions that any ALTER raises.
func schemaOf(t *testing.T, db *gorm.DB) string {
	var lines []string
	ok(t, db.Raw("SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_master ORDER BY 1").Scan(&lines))
	return fmt.Sprint(lines)
}

// everything has a field of every kind.
type everything struct {
	ID       uint64
	Bool     bool `gorm:"default:true"`
	Small    int16
	Medium   int32
	Large    int64 `gorm:"not null;default:7"`
	Unsigned uint32
	Float    float64
	Price    float64 `gorm:"type:numeric(10,2);default:1.50"`
	Name     string  `gorm:"size:40;not null;default:'someone';index:,unique"`
	Note     string  `gorm:"comment:what was said"`
	Blob     []byte
	When     time.Time
	Exact    time.Time      `gorm:"precision:3"`
	Maybe    sql.NullString `gorm:"check:maybe <> 'no'"`
	Key      uuid.UUID      `gorm:"type:uuid;default:gen_random_uuid();uniqueIndex"`
	JSON     datatypes.JSON
	Date     datatypes.Date
	Tags     datatypes.JSONSlice[string]
	Twice    int64          `gorm:"generated:large * 2;->"`
	Deleted  gorm.DeletedAt `gorm:"index"`
}

func TestEveryType(t *testing.T) {
	each(t, func(t *testing.T, db *gorm.DB) {
		must(t, db.AutoMigrate(&everything{}))
		when := time.Date(2026, 3, 4, 5, 6, 7, 123456000, time.UTC)
		in := everything{
			Small: -3, Medium: 1 << 30, Large: 1 << 60, Unsigned: 1<<32 - 1, Float: 0.1, Price: 12.34, Name: "Ada", Blob: []byte{0, 1, 255},
			When: when, Exact: when, Maybe: sql.NullString{String: "yes", Valid: true}, Key: uuid.New(), JSON: datatypes.JSON(`{"a": [1, 2]}`),
			Date: datatypes.Date(when.Truncate(24 * time.Hour)), Tags: datatypes.JSONSlice[string]{"x", "y"},
		}
		ok(t, db.Create(&in))
		if in.ID == 0 {
			t.Error("the key was not read back")
		}
		var out everything
		ok(t, db.First(&out, "json->'a'->>1 = ?", "2"))
		if out.Large != in.Large || out.Price != 12.34 || !out.When.Equal(when) || out.Key != in.Key || !out.Maybe.Valid || len(out.Tags) != 2 || string(out.Blob) != string(in.Blob) {
			t.Errorf("read %+v", out)
		}
		if !out.Exact.Equal(when.Truncate(time.Millisecond)) {
			t.Errorf("timestamptz(3) kept %v", out.Exact)
		}
		types, err := db.Migrator().ColumnTypes(&everything{})
		must(t, err)
		for _, c := range types {
			if c.Name() != "price" {
				continue
			}
			if text, _ := c.ColumnType(); text != "numeric(10,2)" {
				t.Errorf("price is %q", text)
			}
			if p, s, _ := c.DecimalSize(); p != 10 || s != 2 {
				t.Errorf("price has %d digits, %d after the point", p, s)
			}
		}
	})
}

func TestAssociations(t *testing.T) {
	each(t, func(t *testing.T, db *gorm.DB) {
		must(t, db.AutoMigrate(models...))
		company := tests.Company{Name: "Analytical Engines"}
		u := tests.User{
			Name: "Ada", Age: 36, Account: tests.Account{Number: "1815"}, Company: company,
			Pets: []*tests.Pet{{Name: "Punch", Toy: tests.Toy{Name: "bone"}}, {Name: "Fido"}}, Toys: []tests.Toy{{Name: "loom"}},
			Languages: []tests.Language{{Code: "en", Name: "English"}, {Code: "fr", Name: "French"}},
			Friends:   []*tests.User{{Name: "Charles"}}, Manager: &tests.User{Name: "Boss"}, Team: []tests.User{{Name: "One"}, {Name: "Two"}},
		}
		ok(t, db.Create(&u))
		var got tests.User
		ok(t, db.Preload(clause.Associations).Preload("Pets.Toy").Joins("Company").Joins("Account").First(&got, "users.name = ?", "Ada"))
		if len(got.Pets) != 2 || got.Pets[0].Toy.Name+got.Pets[1].Toy.Name != "bone" || len(got.Languages) != 2 || got.Company.Name != company.Name ||
			got.Account.Number != "1815" || len(got.Friends) != 1 || got.Manager.Name != "Boss" || len(got.Team) != 2 {
			t.Errorf("read %+v", got)
		}
		must(t, db.Model(&got).Association("Languages").Delete(&tests.Language{Code: "fr"}))
		if n := db.Model(&got).Association("Languages").Count(); n != 1 {
			t.Errorf("%d languages after one was taken away", n)
		}
		ok(t, db.Delete(&got))
		if err := db.First(&tests.User{}, got.ID).Error; !errors.Is(err, gorm.ErrRecordNotFound) {
			t.Errorf("a deleted user: %v", err)
		}
		ok(t, db.Unscoped().First(&tests.User{}, got.ID))
	})
}

func TestUpsertAndReturning(t *testing.T) {
	each(t, func(t *testing.T, db *gorm.DB) {
		must(t, db.AutoMigrate(&tests.Language{}, &tests.Company{}))
		for _, name := range []string{"Deutsch", "German"} {
			ok(t, db.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "code"}}, DoUpdates: clause.AssignmentColumns([]string{"name"})}).
				Create(&tests.Language{Code: "de", Name: name}))
		}
		var l tests.Language
		ok(t, db.First(&l, "code = ?", "de"))
		if l.Name != "German" {
			t.Errorf("the upsert left %q", l.Name)
		}
		if n := ok(t, db.Clauses(clause.OnConflict{DoNothing: true}).Create(&tests.Language{Code: "de", Name: "x"})).RowsAffected; n != 0 {
			t.Errorf("DO NOTHING changed %d rows", n)
		}
		many := make([]tests.Company, 250)
		for i := range many {
			many[i].Name = fmt.Sprint("c", i)
		}
		ok(t, db.CreateInBatches(many, 100))
		for i := 1; i < len(many); i++ {
			if many[i].ID <= many[i-1].ID {
				t.Fatalf("keys %d, %d", many[i-1].ID, many[i].ID)
			}
		}
		var changed []tests.Company
		ok(t, db.Model(&changed).Clauses(clause.Returning{}).Where("id <= ?", many[2].ID).Update("name", "first"))
		if len(changed) != 3 || changed[1].Name != "first" {
			t.Errorf("RETURNING gave %+v", changed)
		}
	})
}

func TestErrorsAreTranslated(t *testing.T) {
	each(t, func(t *testing.T, db *gorm.DB) {
		type Item struct {
			ID     int
			Code   string `gorm:"uniqueIndex"`
			N      int    `gorm:"check:n > 0"`
			Parent *int
			Up     *Item `gorm:"foreignKey:Parent"`
		}
		must(t, db.AutoMigrate(&Item{}))
		ok(t, db.Create(&Item{Code: "a", N: 1}))
		none := 99
		for _, c := range []struct {
			err  error
			want error
		}{
			{db.Create(&Item{Code: "a", N: 1}).Error, gorm.ErrDuplicatedKey},
			{db.Create(&Item{Code: "b", N: 0}).Error, gorm.ErrCheckConstraintViolated},
			{db.Create(&Item{Code: "c", N: 1, Parent: &none}).Error, gorm.ErrForeignKeyViolated},
			{db.Model(&Item{}).Where("id = 1").Update("nowhere", 1).Error, gorm.ErrInvalidField},
		} {
			if !errors.Is(c.err, c.want) {
				t.Errorf("got %v, want %v", c.err, c.want)
			}
		}
	})
	db, err := gorm.Open(gormzqlite.Open(":memory:"), &gorm.Config{TranslateError: true, Logger: logger.Discard})
	must(t, err)
	must(t, db.AutoMigrate(&tests.Language{}))
	ok(t, db.Create(&tests.Language{Code: "de"}))
	var e *zqlite.Error
	if err := db.Create(&tests.Language{Code: "de"}).Error; !errors.As(err, &e) || e.Table != "languages" {
		t.Errorf("the driver's error is lost: %v", err)
	}
}

func TestTransactionsAndSavepoints(t *testing.T) {
	each(t, func(t *testing.T, db *gorm.DB) {
		must(t, db.AutoMigrate(&tests.Company{}))
		failed := errors.New("no")
		err := db.Transaction(func(tx *gorm.DB) error {
			ok(t, tx.Create(&tests.Company{Name: "kept"}))
			inner := tx.Transaction(func(tx *gorm.DB) error {
				ok(t, tx.Create(&tests.Company{Name: "undone"}))
				return failed
			})
			if !errors.Is(inner, failed) {
				t.Errorf("inner: %v", inner)
			}
			tx.SavePoint("s")
			ok(t, tx.Create(&tests.Company{Name: "undone too"}))
			return tx.RollbackTo("s").Error
		})
		must(t, err)
		var names []string
		ok(t, db.Model(&tests.Company{}).Pluck("name", &names))
		if fmt.Sprint(names) != "[kept]" {
			t.Errorf("committed %v", names)
		}
	})
}

func TestMigrator(t *testing.T) {
	each(t, func(t *testing.T, db *gorm.DB) {
		m := db.Migrator()
		type Thing struct {
			ID   uint
			Name string `gorm:"size:20;index:by_name"`
			Age  int32
		}
		must(t, db.AutoMigrate(&Thing{}))
		ok(t, db.Create(&Thing{Name: "a", Age: 3}))
		if !m.HasTable(&Thing{}) || !m.HasTable("things") || m.HasTable("nothings") || !m.HasColumn(&Thing{}, "Age") || m.HasColumn(&Thing{}, "nope") || !m.HasIndex(&Thing{}, "by_name") {
			t.Error("what is there is not found, or what is not there is")
		}
		{
			type Thing struct {
				ID   uint
				Name string `gorm:"size:100;not null;default:'x';index:by_name;comment:a name"`
				Age  int64
				Size float64 `gorm:"type:numeric(8,3)"`
			}
			must(t, db.Table("things").AutoMigrate(&Thing{}))
			types, err := m.ColumnTypes("things")
			must(t, err)
			for _, c := range types {
				text, _ := c.ColumnType()
				want := map[string]string{"id": "bigint", "name": "character varying(100)", "age": "bigint", "size": "numeric(8,3)"}[c.Name()]
				if text != want {
					t.Errorf("%s is %q, want %q", c.Name(), text, want)
				}
				if n, _ := c.Nullable(); c.Name() == "name" && n {
					t.Error("name may be NULL")
				}
				if comment, _ := c.Comment(); c.Name() == "name" && comment != "a name" {
					t.Errorf("the comment is %q", comment)
				}
			}
		}
		must(t, m.RenameColumn("things", "age", "years"))
		must(t, m.RenameIndex(&Thing{}, "by_name", "by_other"))
		indexes, err := m.GetIndexes(&Thing{})
		must(t, err)
		if len(indexes) != 1 || indexes[0].Name() != "by_other" || fmt.Sprint(indexes[0].Columns()) != "[name]" {
			t.Errorf("indexes %+v", indexes)
		}
		must(t, m.DropIndex(&Thing{}, "by_other"))
		must(t, m.DropColumn("things", "years"))
		must(t, m.RenameTable("things", "stuff"))
		tables, err := m.GetTables()
		must(t, err)
		if fmt.Sprint(tables) != "[stuff]" {
			t.Errorf("tables %v", tables)
		}
		kind, err := m.TableType("stuff")
		if _, ours := db.Dialector.(*gormzqlite.Dialector); !ours { // GORM's dialect of PostgreSQL has no TableType
			if err == nil {
				t.Errorf("table type %+v", kind)
			}
		} else if must(t, err); kind.Name() != "stuff" || kind.Type() != "BASE TABLE" {
			t.Errorf("table type %+v", kind)
		}
		must(t, m.CreateView("names", gorm.ViewOption{Query: db.Table("stuff").Select("name")}))
		var name string
		ok(t, db.Table("names").Scan(&name))
		if name != "a" {
			t.Errorf("the view gave %q", name)
		}
		must(t, m.DropView("names"))
		must(t, m.DropTable("stuff"))
		if m.HasTable("stuff") {
			t.Error("a dropped table is there")
		}
	})
}
