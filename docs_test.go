package zqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/golang-migrate/migrate/v4"
	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/zqlite/zqlite"
)

// The functions below hold the Go of README.md and docs/*.md, line by line;
// TestEveryBlockIsCompiled compares, and the tests run them.

func readmeOpen() (*sql.DB, error) {
	db, err := sql.Open("zqlite", "app.db")

	return db, err
}

func readmeQuickStart() error {
	db, err := sql.Open("zqlite", "app.db")
	if err != nil {
		return err
	}
	_, err = db.Exec(`CREATE TABLE accounts (
		id      uuid PRIMARY KEY DEFAULT gen_random_uuid(),
		owner   text NOT NULL,
		balance numeric(18,2) NOT NULL CHECK (balance >= 0),
		opened  timestamptz NOT NULL DEFAULT now())`)
	if err != nil {
		return err
	}

	var id uuid.UUID
	err = db.QueryRow(`INSERT INTO accounts (owner, balance) VALUES ($1, $2) RETURNING id`,
		"Ada", decimal.RequireFromString("100.10")).Scan(&id)

	if err == nil {
		_, err = db.Exec("INSERT INTO accounts SELECT * FROM accounts")
		readmeErrors(err)
		err = db.Close()
	}
	return err
}

func readmeErrors(err error) {
	var e *zqlite.Error
	if errors.As(err, &e) && e.Code == "23505" {
		fmt.Println("there is one already:", e.Constraint)
	}
}

func readmeMigrate(db *sql.DB, embedded fs.FS) error {
	steps, err := zqlite.MigrationFiles(embedded, "migrations") // 0001_accounts.up.sql …
	if err != nil {
		return err
	}
	d, err := zqlite.MigrationDatabase(db, zqlite.MigrationConfig{})
	if err != nil {
		return err
	}
	m, err := migrate.NewWithInstance("files", steps, "zqlite", d)
	if err != nil {
		return err
	}
	err = m.Up()
	return err
}

func gettingStarted(ctx context.Context) error {
	db, err := sql.Open("zqlite", "shop.db")
	if err != nil {
		return err
	}
	defer db.Close()

	_, err = db.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS orders (
		id       uuid PRIMARY KEY DEFAULT gen_random_uuid(),
		customer text NOT NULL,
		total    numeric(12,2) NOT NULL CHECK (total >= 0),
		tags     text[] NOT NULL DEFAULT '{}',
		placed   timestamptz NOT NULL DEFAULT now())`)
	if err != nil {
		return err
	}

	var id uuid.UUID
	err = db.QueryRowContext(ctx, `INSERT INTO orders (customer, total, tags) VALUES ($1, $2, $3) RETURNING id`,
		"Ada", decimal.RequireFromString("19.90"), []string{"new", "gift"}).Scan(&id)
	if err != nil {
		return err
	}

	var total decimal.Decimal
	var tags []string
	var placed time.Time
	err = db.QueryRowContext(ctx, `SELECT total, tags, placed FROM orders WHERE id = $1`, id).
		Scan(&total, zqlite.Array(&tags), &placed)
	if err != nil {
		return err
	}
	if total.String() != "19.9" || !slices.Equal(tags, []string{"new", "gift"}) || time.Since(placed) > time.Hour {
		return fmt.Errorf("read %s %q %s", total, tags, placed)
	}

	err = zqlite.InTx(ctx, db, nil, func(tx *sql.Tx) error {
		var balance decimal.Decimal
		if err := tx.QueryRowContext(ctx, `SELECT total FROM orders WHERE id = $1`, id).Scan(&balance); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `UPDATE orders SET total = $1 WHERE id = $2`, balance.Mul(decimal.NewFromFloat(0.9)), id)
		return err
	})
	if err != nil {
		return err
	}

	_, err = db.ExecContext(ctx, `INSERT INTO orders (customer, total) VALUES ('Eve', -1)`)
	var e *zqlite.Error
	if errors.As(err, &e) && e.Code == "23514" {
		fmt.Println(e.Table, e.Constraint) // orders orders_total_check
	}
	if e == nil || e.Constraint != "orders_total_check" {
		return fmt.Errorf("a negative total: %w", err)
	}
	return nil
}

type Account struct {
	ID      int64
	Owner   string
	Balance decimal.Decimal
	Note    *string   // nil is NULL
	Opened  time.Time `db:"opened_at"`
}

const accountsTable = `CREATE TABLE accounts (id bigint PRIMARY KEY, owner text NOT NULL, balance numeric(18,2) NOT NULL, note text, opened_at timestamptz NOT NULL);
	INSERT INTO accounts VALUES (7, 'Ada', 250, NULL, now()), (8, 'Bob', 10, 'x', now())`

func nativeRows(ctx context.Context) error {
	db, err := zqlite.Open("app.db")
	if err != nil {
		return err
	}
	defer db.Close()
	if _, err := db.Exec(ctx, accountsTable); err != nil {
		return err
	}

	a, err := zqlite.One[Account](ctx, db, "SELECT * FROM accounts WHERE id = $1", 7)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}

	for a, err := range zqlite.Query[Account](ctx, db, "SELECT * FROM accounts WHERE balance > $1", 100) {
		if err != nil {
			return err
		}
		fmt.Println(a.Owner, a.Balance)
	}

	names, err := zqlite.Collect(zqlite.Query[string](ctx, db, "SELECT owner FROM accounts ORDER BY owner"))
	if err != nil {
		return err
	}
	if a.Owner != "Ada" || !slices.Equal(names, []string{"Ada", "Bob"}) {
		return fmt.Errorf("read %v %q", a, names)
	}

	byID, err := db.Prepare(ctx, "SELECT * FROM accounts WHERE id = $1")
	if err != nil {
		return err
	}
	a, err = zqlite.OneStmt[Account](ctx, byID, 7)
	if err != nil || a.ID != 7 {
		return fmt.Errorf("read %v: %w", a, err)
	}

	err = db.Update(ctx, func(tx *zqlite.Tx) error {
		from, err := zqlite.One[Account](ctx, tx, "SELECT * FROM accounts WHERE id = $1 FOR UPDATE", 7)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "UPDATE accounts SET balance = 0 WHERE id = $1", from.ID)
		return err
	})
	if err != nil {
		return err
	}

	err = db.Update(ctx, func(tx *zqlite.Tx) error {
		err := tx.Nested(ctx, func(tx *zqlite.Tx) error {
			_, err := tx.Exec(ctx, "INSERT INTO accounts (id, owner, balance, opened_at) VALUES (7, 'again', 0, now())")
			return err
		})
		if zqlite.Retryable(err) {
			return err
		}
		_, err = tx.Exec(ctx, "UPDATE accounts SET note = 'was there' WHERE id = 7")
		return err
	})
	if err != nil {
		return err
	}
	return nativeBulk(ctx, db)
}

func nativeBulk(ctx context.Context, db *zqlite.DB) error {
	accounts := []Account{{ID: 20, Owner: "Cleo"}, {ID: 21, Owner: "Dora"}}
	n, err := zqlite.Append(ctx, db, "accounts", slices.Values(accounts))
	if err != nil {
		return err
	}
	if n != 2 {
		return fmt.Errorf("%d rows", n)
	}

	ap, err := zqlite.NewAppender(ctx, db, "accounts (id, owner, balance, opened_at)")
	if err != nil {
		return err
	}
	defer ap.Discard()
	for i := range 1000 {
		ap.Int(int64(1000 + i)).Text("many").Decimal(decimal.New(int64(i), -2)).Time(time.Now())
		if err := ap.EndRow(ctx); err != nil {
			return err
		}
	}
	n, err = ap.Close(ctx)
	if err != nil || n != 1000 {
		return fmt.Errorf("%d rows: %w", n, err)
	}

	err = db.Backup(ctx, "app-backup.db", zqlite.BackupOptions{})
	if err != nil {
		return err
	}
	pool := db.SQL()
	defer pool.Close()
	accounts[0].ID, accounts[1].ID = 30, 31
	return nativeBeside(ctx, pool, accounts)
}

func nativeBeside(ctx context.Context, pool *sql.DB, accounts []Account) error {
	conn, err := pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	err = zqlite.OnConn(conn, func(c *zqlite.Conn) error {
		_, err := zqlite.Append(ctx, c, "accounts", slices.Values(accounts))
		return err
	})
	if err != nil {
		return err
	}
	err = tx.Commit()
	return err
}

func nativeBlob(ctx context.Context, db *zqlite.DB, w http.ResponseWriter, r *http.Request, modified time.Time) error {
	b, err := zqlite.OpenBlob(ctx, db, "files", "body", "report.pdf")
	if err != nil {
		return err
	}
	defer b.Close()
	http.ServeContent(w, r, "report.pdf", modified, b)
	return nil
}

func nativeBlobWrite(ctx context.Context, db *zqlite.DB, upload io.Reader) error {
	w, err := zqlite.CreateBlob(ctx, db, "files", "body", "report.pdf")
	if err != nil {
		return err
	}
	defer w.Discard()
	if _, err := io.Copy(w, upload); err != nil {
		return err
	}
	return w.Close()
}

func isDuplicate(err error) bool {
	var e interface{ SQLState() string }
	return errors.As(err, &e) && e.SQLState() == "23505"
}

func TestDocumentedProgramsRun(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, f := range map[string]func() error{
		"README":          readmeQuickStart,
		"getting started": func() error { return gettingStarted(ctx) },
	} {
		if err := f(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	pool, err := readmeOpen()
	if err != nil {
		t.Fatal(err)
	}
	steps := fstest.MapFS{"migrations/0001_visits.up.sql": {Data: []byte("CREATE TABLE visits (id int)")}}
	if err := readmeMigrate(pool, steps); err != nil {
		t.Errorf("migrations: %v", err)
	}
	if err := pool.Close(); err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	if err := nativeRows(ctx); err != nil {
		t.Errorf("native: %v", err)
	}
	db := openNative(t)
	mustExec(t, db, "CREATE TABLE files (name text PRIMARY KEY, body bytea); INSERT INTO files VALUES ('report.pdf', '%PDF-1.7')")
	w := httptest.NewRecorder()
	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set("Range", "bytes=1-3")
	if err := nativeBlob(ctx, db, w, r, time.Time{}); err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(w.Result().Body); string(body) != "PDF" || err != nil {
		t.Errorf("%q %v", body, err)
	}
	if err := nativeBlobWrite(ctx, db, strings.NewReader("%PDF-2")); err != nil {
		t.Fatal(err)
	}
	if size, err := zqlite.QueryRow[int](ctx, db, "SELECT length(body) FROM files"); size != 6 || err != nil {
		t.Error(size, err)
	}
	_, err = db.Exec(ctx, "INSERT INTO files VALUES ('report.pdf', NULL)")
	if !isDuplicate(err) {
		t.Error(err)
	}
}

// documentedSQL says what the SQL of a page finds, and what is asked after it.
var documentedSQL = map[string]struct{ before, after, want string }{
	"docs/from-sqlite.md": {after: "SELECT body FROM notes", want: "first, again"},
	"docs/triggers.md": {
		before: `CREATE TABLE note (id int PRIMARY KEY, body text, version int DEFAULT 0, changed_at timestamptz);
			CREATE TABLE note_history (id int, body text, at timestamptz);
			CREATE TABLE invoice (id int PRIMARY KEY, total numeric DEFAULT 0);
			CREATE TABLE item (invoice int, price numeric)`,
		after: `INSERT INTO note (id, body) VALUES (1, 'a'); UPDATE note SET body = 'b'; INSERT INTO invoice (id) VALUES (1), (2);
			INSERT INTO item VALUES (1, 2.50), (1, 1), (2, 7);
			SELECT (SELECT version FROM note) || ' ' || (SELECT string_agg(body, ',') FROM note_history) || ' ' || (SELECT string_agg(total::text, ',' ORDER BY id) FROM invoice)`,
		want: "1 a 3.50,7",
	},
	"docs/multi-tenancy.md": {}, // TestMultiTenancyPage runs it
}

// TestDocumentedSQLRuns runs the SQL of all pages.
func TestDocumentedSQLRuns(t *testing.T) {
	pages, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range append(pages, "README.md") {
		page, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		list := blocks(string(page), "sql")
		about, known := documentedSQL[filepath.ToSlash(name)]
		if known != (len(list) > 0) {
			t.Errorf("%s has %d blocks of SQL; documentedSQL says otherwise", name, len(list))
		}
		if about.after == "" {
			continue
		}
		db := openNative(t)
		for _, text := range append(append([]string{about.before}, list...), about.after) {
			mustExec(t, db, text)
		}
		if got, err := zqlite.QueryRow[string](ctx, db, about.after[strings.LastIndex(about.after, ";")+1:]); got != about.want || err != nil {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

// TestEveryBlockIsCompiled looks for each block of Go in the pages among the
// code of tests and examples, which the compiler and the tests see to.
func TestEveryBlockIsCompiled(t *testing.T) {
	var code strings.Builder
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") ||
			!strings.HasSuffix(path, "_test.go") && !strings.HasPrefix(path, "examples") {
			return err
		}
		text, err := os.ReadFile(path)
		code.WriteString(flat(string(text)))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	pages, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, page := range append(pages, "README.md") {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range blocks(string(text), "go") {
			count++
			for _, piece := range strings.Split(b, "\n\n") {
				if strings.HasPrefix(piece, "import ") || strings.HasPrefix(piece, "\t_ \"") {
					continue
				}
				if !strings.Contains(code.String(), flat(piece)) {
					t.Errorf("%s: not compiled:\n%s", page, piece)
				}
			}
		}
	}
	if count < 20 {
		t.Errorf("only %d blocks of Go were found", count)
	}
}

// flat is a text without indentation and empty lines.
func flat(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}
