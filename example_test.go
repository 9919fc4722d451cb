package zqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/zqlite/zqlite"
)

// The driver is registered as "zqlite".
func Example() {
	db, err := sql.Open("zqlite", ":memory:")
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(`CREATE TABLE accounts (id uuid PRIMARY KEY, owner text NOT NULL, balance numeric(18,2) CHECK (balance >= 0))`); err != nil {
		log.Fatal(err)
	}
	id := uuid.MustParse("6ba7b810-9dad-11d1-80b4-00c04fd430c8")
	if _, err := db.Exec(`INSERT INTO accounts VALUES ($1, $2, $3)`, id, "Ada", decimal.RequireFromString("100.10")); err != nil {
		log.Fatal(err)
	}
	var balance decimal.Decimal
	if err := db.QueryRow(`SELECT balance * 2 FROM accounts WHERE id = $1`, id).Scan(&balance); err != nil {
		log.Fatal(err)
	}
	fmt.Println(balance)

	_, err = db.Exec(`UPDATE accounts SET balance = -1`)
	var e *zqlite.Error
	if errors.As(err, &e) {
		fmt.Println(e.Code, e.Constraint)
	}
	// Output:
	// 200.2
	// 23514 accounts_balance_check
}

func ExampleQuery() {
	ctx := context.Background()
	db, err := zqlite.Open(":memory:")
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	type City struct {
		Name       string
		Population int64 `db:"people"`
		Tags       []string
	}
	if _, err := db.Exec(ctx, `CREATE TABLE cities (name text PRIMARY KEY, people bigint, tags text[]);
		INSERT INTO cities VALUES ('Bonn', 336000, '{rhine}'), ('Ulm', 128000, '{danube,minster}')`); err != nil {
		log.Fatal(err)
	}
	for c, err := range zqlite.Query[City](ctx, db, "SELECT * FROM cities WHERE people > $1 ORDER BY name", 100000) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(c.Name, c.Population, len(c.Tags))
	}
	total, err := zqlite.One[int64](ctx, db, "SELECT sum(people) FROM cities")
	fmt.Println(total, err)
	// Output:
	// Bonn 336000 1
	// Ulm 128000 2
	// 464000 <nil>
}

func ExampleDB_Update() {
	ctx := context.Background()
	db, err := zqlite.Open(":memory:")
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(ctx, "CREATE TABLE stock (item text PRIMARY KEY, n int CHECK (n >= 0)); INSERT INTO stock VALUES ('apple', 3)"); err != nil {
		log.Fatal(err)
	}
	take := func(n int) error {
		return db.Update(ctx, func(tx *zqlite.Tx) error {
			_, err := tx.Exec(ctx, "UPDATE stock SET n = n - $1 WHERE item = 'apple'", n)
			return err
		})
	}
	fmt.Println(take(2))
	fmt.Println(take(2) != nil)
	left, err := zqlite.One[int](ctx, db, "SELECT n FROM stock")
	fmt.Println(left, err)
	// Output:
	// <nil>
	// true
	// 1 <nil>
}

func ExampleAppend() {
	ctx := context.Background()
	db, err := zqlite.Open(":memory:")
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	type Point struct {
		Node  int64
		Value float64
	}
	if _, err := db.Exec(ctx, "CREATE TABLE points (id INTEGER PRIMARY KEY, node int, value real)"); err != nil {
		log.Fatal(err)
	}
	n, err := zqlite.Append(ctx, db, "points", slices.Values([]Point{{1, 0.5}, {1, 1.5}, {2, 8}}))
	fmt.Println(n, err)
	sum, err := zqlite.One[float64](ctx, db, "SELECT sum(value) FROM points WHERE node = 1")
	fmt.Println(sum, err)
	// Output:
	// 3 <nil>
	// 2 <nil>
}

func ExampleDB_CopyFrom() {
	ctx := context.Background()
	db, err := zqlite.Open(":memory:")
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(ctx, "CREATE TABLE people (name text, born date)"); err != nil {
		log.Fatal(err)
	}
	n, err := db.CopyFrom(ctx, "COPY people FROM STDIN (FORMAT csv, HEADER)", strings.NewReader("name,born\nAda,1815-12-10\n"))
	fmt.Println(n, err)
	// Output: 1 <nil>
}

func ExampleDB_Backup() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "example-")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	db, err := zqlite.Open(":memory:")
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(ctx, "CREATE TABLE t (n int); INSERT INTO t VALUES (42)"); err != nil {
		log.Fatal(err)
	}
	path := filepath.Join(dir, "saved.db")
	if err := db.Backup(ctx, path, zqlite.BackupOptions{}); err != nil {
		log.Fatal(err)
	}
	saved, err := zqlite.Open(path)
	if err != nil {
		log.Fatal(err)
	}
	defer saved.Close()
	n, err := zqlite.One[int](ctx, saved, "SELECT n FROM t")
	fmt.Println(n, err)
	// Output: 42 <nil>
}
