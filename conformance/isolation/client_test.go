package isolation

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/zqlite/zqlite"
)

const (
	readCommitted  = "READ COMMITTED"
	repeatableRead = "REPEATABLE READ"
	serializable   = "SERIALIZABLE"
)

var levels = []string{readCommitted, repeatableRead, serializable}

// patience is how long a statement that must not wait may take, and settling
// how long one that must wait is watched.
const (
	patience = 20 * time.Second
	settling = 40 * time.Millisecond
)

func open(t testing.TB) *sql.DB {
	t.Helper()
	db, err := sql.Open("zqlite", filepath.Join(t.TempDir(), "t.db")+"?sync=normal")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return db
}

func must(t testing.TB, db *sql.DB, texts ...string) {
	t.Helper()
	for _, s := range texts {
		if _, err := db.Exec(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

// hermitage makes the list's table with its two rows.
func hermitage(t testing.TB) *sql.DB {
	t.Helper()
	db := open(t)
	must(t, db, `CREATE TABLE test (id int PRIMARY KEY, value int)`, `INSERT INTO test VALUES (1, 10), (2, 20)`)
	return db
}

// client is one connection with a name for messages.
type client struct {
	t    testing.TB
	name string
	conn *sql.Conn
}

func clients(t testing.TB, db *sql.DB, n int) []*client {
	t.Helper()
	out := make([]*client, n)
	for i := range out {
		conn, err := db.Conn(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		out[i] = &client{t, fmt.Sprintf("T%d", i+1), conn}
		t.Cleanup(func() {
			conn.ExecContext(context.Background(), "ROLLBACK") // 25P01 where there is none
			conn.Close()
		})
	}
	return out
}

// pair begins two transactions of one level.
func pair(t testing.TB, db *sql.DB, level string) (t1, t2 *client) {
	c := clients(t, db, 2)
	c[0].do("BEGIN ISOLATION LEVEL " + level)
	c[1].do("BEGIN ISOLATION LEVEL " + level)
	return c[0], c[1]
}

// answer is what a statement came to: its rows as text, or an error.
type answer struct {
	text string
	rows string
	err  error
}

// call is a statement under way.
type call struct {
	c    *client
	text string
	done chan answer
}

// begin starts a statement and does not wait for it.
func (c *client) begin(text string, args ...any) *call {
	p := &call{c, text, make(chan answer, 1)}
	go func() { p.done <- c.ask(context.Background(), text, args...) }()
	return p
}

// ask runs a statement; rows come back as "1,10 2,20".
func (c *client) ask(ctx context.Context, text string, args ...any) answer {
	a := answer{text: text}
	rows, err := c.conn.QueryContext(ctx, text, args...)
	if err != nil {
		a.err = err
		return a
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		a.err = err
		return a
	}
	var lines []string
	vals := make([]sql.NullString, len(names))
	ptrs := make([]any, len(names))
	for i := range vals {
		ptrs[i] = &vals[i]
	}
	for rows.Next() {
		if a.err = rows.Scan(ptrs...); a.err != nil {
			return a
		}
		cells := make([]string, len(vals))
		for i, v := range vals {
			if cells[i] = v.String; !v.Valid {
				cells[i] = "NULL"
			}
		}
		lines = append(lines, strings.Join(cells, ","))
	}
	a.rows, a.err = strings.Join(lines, " "), rows.Err()
	return a
}

// waits asserts that the statement is still waiting.
func (p *call) waits() *call {
	p.c.t.Helper()
	select {
	case a := <-p.done:
		p.c.t.Fatalf("%s: %s: should wait, came back with %q, %v", p.c.name, p.text, a.rows, a.err)
	case <-time.After(settling):
	}
	return p
}

// finish waits for the statement.
func (p *call) finish() answer {
	p.c.t.Helper()
	select {
	case a := <-p.done:
		return a
	case <-time.After(patience):
		p.c.t.Fatalf("%s: %s: hangs", p.c.name, p.text)
		return answer{}
	}
}

func (p *call) ok() string {
	p.c.t.Helper()
	a := p.finish()
	if a.err != nil {
		p.c.t.Fatalf("%s: %s: %v", p.c.name, p.text, a.err)
	}
	return a.rows
}

func (p *call) gives(rows string) {
	p.c.t.Helper()
	if got := p.ok(); got != rows {
		p.c.t.Fatalf("%s: %s: got %q, not %q", p.c.name, p.text, got, rows)
	}
}

func (p *call) fails(code string) {
	p.c.t.Helper()
	a := p.finish()
	if codeOf(a.err) != code {
		p.c.t.Fatalf("%s: %s: got %q, %v; not %s", p.c.name, p.text, a.rows, a.err, code)
	}
}

// do runs a statement that must succeed at once.
func (c *client) do(text string, args ...any) string {
	c.t.Helper()
	return c.begin(text, args...).ok()
}

// sees runs a query and compares its rows.
func (c *client) sees(rows, text string, args ...any) {
	c.t.Helper()
	c.begin(text, args...).gives(rows)
}

func (c *client) fails(code, text string, args ...any) {
	c.t.Helper()
	c.begin(text, args...).fails(code)
}

func codeOf(err error) string {
	var e *zqlite.Error
	if errors.As(err, &e) {
		return e.Code
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// content compares the table of the list outside of all transactions.
func content(t testing.TB, db *sql.DB, want string) {
	t.Helper()
	clients(t, db, 1)[0].sees(want, `SELECT id, value FROM test ORDER BY id`)
}

// oneFails commits both and asserts that exactly one was refused with 40001.
func oneFails(t testing.TB, a, b *client) {
	t.Helper()
	x, y := codeOf(a.begin("COMMIT").finish().err), codeOf(b.begin("COMMIT").finish().err)
	if !(x == "" && y == "40001" || x == "40001" && y == "") {
		t.Fatalf("commits gave %q and %q; one of them should be refused with 40001", x, y)
	}
}

// sound asserts that the file checks out.
func sound(t testing.TB, db *sql.DB) {
	t.Helper()
	clients(t, db, 1)[0].sees("ok", `PRAGMA integrity_check`)
}

func each(t *testing.T, f func(t *testing.T, level string)) {
	for _, l := range levels {
		t.Run(strings.ReplaceAll(l, " ", ""), func(t *testing.T) { t.Parallel(); f(t, l) })
	}
}
