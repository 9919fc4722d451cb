package main

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"github.com/zqlite/zqlite/gormzqlite"
)

func TestRun(t *testing.T) {
	var out strings.Builder
	if err := run(t.Context(), &out, "", 100, 400); err != nil {
		t.Fatal(err, out.String())
	}
}

// The functions below hold the Go of docs/gorm.md and README.md, line by line.

type Invoice struct {
	ID      uuid.UUID       `gorm:"type:uuid;primaryKey;default:gen_random_uuid()"`
	Number  string          `gorm:"uniqueIndex"`
	Total   decimal.Decimal `gorm:"type:numeric(12,2);check:total >= 0"`
	Lines   []Line
	Created time.Time `gorm:"autoCreateTime"`
}

type Line struct {
	ID        int64
	InvoiceID uuid.UUID `gorm:"type:uuid"`
	Text      string
}

func readme() (*gorm.DB, error) {
	db, err := gorm.Open(gormzqlite.Open("app.db"), &gorm.Config{})
	return db, err
}

func page() (err error) {
	db, err := gorm.Open(gormzqlite.Open("app.db"), &gorm.Config{TranslateError: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closed(db)) }()

	if err := db.AutoMigrate(&Invoice{}, &Line{}); err != nil {
		return err
	}
	inv := Invoice{Number: "2026-1", Total: decimal.RequireFromString("99.90"), Lines: []Line{{Text: "work"}}}
	if err := db.Create(&inv).Error; err != nil {
		return err
	}

	err = db.Create(&Invoice{Number: "2026-1"}).Error
	if !errors.Is(err, gorm.ErrDuplicatedKey) {
		return fmt.Errorf("a number was given twice: %w", err)
	}

	var found Invoice
	err = db.Preload("Lines").First(&found, "number = ?", "2026-1").Error

	if err == nil && (found.ID != inv.ID || len(found.Lines) != 1 || found.Total.String() != "99.9") {
		err = fmt.Errorf("found %+v", found)
	}
	return err
}

func closed(db *gorm.DB) error {
	pool, err := db.DB()
	if err != nil {
		return err
	}
	return pool.Close()
}

func TestPages(t *testing.T) {
	t.Chdir(t.TempDir())
	db, err := readme()
	if err != nil {
		t.Fatal(err)
	}
	if err := closed(db); err != nil {
		t.Fatal(err)
	}
	if err := page(); err != nil {
		t.Fatal(err)
	}
}
