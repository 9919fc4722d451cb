package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/shopspring/decimal"
)

func TestRun(t *testing.T) {
	var out strings.Builder
	if err := run(t.Context(), &out, "", 200); err != nil {
		t.Fatal(err, out.String())
	}
}

// The functions below hold the Go of docs/sqlx.md, line by line.

type Person struct {
	ID    uuid.UUID       `db:"id"`
	Name  string          `db:"name"`
	Score decimal.Decimal `db:"score"`
	Born  *time.Time      `db:"born"`
}

func page(ctx context.Context) error {
	db, err := sqlx.Connect("zqlite", "app.db")
	if err != nil {
		return err
	}
	defer db.Close()
	sqlx.BindDriver("zqlite", sqlx.DOLLAR)

	if _, err := db.Exec("CREATE TABLE people (id uuid PRIMARY KEY, name text, score numeric, born timestamptz)"); err != nil {
		return err
	}
	at := time.Now()
	people := []Person{{uuid.New(), "Ada", decimal.NewFromInt(20), &at}, {uuid.New(), "Bob", decimal.NewFromInt(5), nil}}

	_, err = db.NamedExecContext(ctx, `INSERT INTO people (id, name, score, born) VALUES (:id, :name, :score, :born)`, people)
	if err != nil {
		return err
	}

	var found []Person
	err = db.SelectContext(ctx, &found, `SELECT * FROM people WHERE score > $1 ORDER BY name`, 10)
	if err != nil {
		return err
	}

	query, args, err := sqlx.In(`SELECT count(*) FROM people WHERE name IN (?)`, []string{"Ada", "Grace"})
	if err != nil {
		return err
	}
	var n int
	err = db.GetContext(ctx, &n, query, args...)

	if err == nil && (n != 1 || len(found) != 1 || found[0].Name != "Ada" || found[0].Born == nil) {
		err = fmt.Errorf("%d, %v", n, found)
	}
	return err
}

func TestPage(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := page(t.Context()); err != nil {
		t.Fatal(err)
	}
}
