package metamorphic

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/zqlite/zqlite"
)

// row is a row of the model: nil is NULL.
type row struct {
	k    *int   // indexed at times
	u    *int   // unique
	s    string // of any length
	more *int   // a column that comes and goes
}

// table is the model: rows by id.
type table map[int]row

// world is a database beside its model.
type world struct {
	t    *testing.T
	r    *rand.Rand
	path string
	dsn  string
	db   *sql.DB
	conn *sql.Conn

	rows   table
	saves  []table // at BEGIN and at each savepoint; empty: autocommit
	more   bool    // the column is there
	mores  []bool  // beside saves
	index  bool
	indexs []bool
	log    []string // the last operations
}

// history is how many operations a failure shows.
var history = func() int {
	n, err := strconv.Atoi(os.Getenv("ZQLITE_HISTORY"))
	if err != nil {
		return 40
	}
	return n
}()

func operations() int {
	if os.Getenv("ZQLITE_LONG") != "" {
		return 10_000_000
	}
	return 100_000
}

// TestRandomOperations runs one world after another.
func TestRandomOperations(t *testing.T) {
	seed := uint64(1)
	if s := os.Getenv("ZQLITE_SEED"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatal(err)
		}
		seed = uint64(n)
	}
	const each = 5000
	for i := range operations() / each {
		t.Run(fmt.Sprint("seed ", seed+uint64(i)), func(t *testing.T) {
			w := newWorld(t, rand.New(rand.NewPCG(seed+uint64(i), 1)))
			for range each {
				w.step()
			}
			w.end()
		})
		if t.Failed() {
			return
		}
	}
}

func pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

func newWorld(t *testing.T, r *rand.Rand) *world {
	w := &world{t: t, r: r, rows: table{}, path: filepath.Join(t.TempDir(), "t.db")}
	w.dsn = fmt.Sprintf("%s?sync=%s&cache_size=%s&memory_limit=%s&isolation=%s", w.path,
		pick(r, "normal", "off", "off"), pick(r, "256KB", "1MB", "64MB"), pick(r, "1MB", "256MB"),
		pick(r, "repeatable_read", "read_committed", "serializable"))
	w.open()
	w.must(pick(r,
		`CREATE TABLE m (id int PRIMARY KEY, k int, u int UNIQUE, s text NOT NULL)`,
		`CREATE TABLE m (k int, u int, id int, s text NOT NULL, UNIQUE (u), PRIMARY KEY (id))`,
		`CREATE TABLE m (id text PRIMARY KEY, k bigint, u numeric UNIQUE, s text NOT NULL)`,
		`CREATE TABLE m (id int NOT NULL, k int, u int, s text NOT NULL); CREATE UNIQUE INDEX m_id ON m (id); CREATE UNIQUE INDEX m_u ON m (u) INCLUDE (k)`))
	return w
}

func (w *world) open() {
	var err error
	if w.db, err = sql.Open("zqlite", w.dsn); err == nil {
		w.conn, err = w.db.Conn(context.Background())
	}
	w.check(err)
}

// check ends the test where err is not nil, with the operations before.
func (w *world) check(err error) {
	if err != nil {
		w.fail("%v", err)
	}
}

func (w *world) fail(format string, args ...any) {
	w.t.Helper()
	w.t.Fatalf("%s\n%s\nafter:\n%s", w.dsn, fmt.Sprintf(format, args...), strings.Join(w.log[max(0, len(w.log)-history):], "\n"))
}

func (w *world) note(text string, args []any) {
	if len(w.log) > 2000 {
		w.log = slices.Clone(w.log[1000:])
	}
	line := text
	for _, a := range args {
		if n, ok := a.(*int); ok {
			a = show(n)
		}
		if s := fmt.Sprint(a); len(s) > 40 {
			line += fmt.Sprintf(" | %s… (%d)", s[:20], len(s))
		} else {
			line += " | " + s
		}
	}
	w.log = append(w.log, line)
}

func (w *world) must(text string, args ...any) {
	w.t.Helper()
	w.note(text, args)
	if _, err := w.conn.ExecContext(context.Background(), text, args...); err != nil {
		w.fail("%s: %v", text, err)
	}
}

// change runs a change that should touch n rows, or fail with a code and leave
// everything as it was.
func (w *world) change(n int, code, text string, args ...any) bool {
	w.t.Helper()
	w.note(text, args)
	if len(w.saves) > 0 && code != "" {
		w.must("SAVEPOINT try")
		defer w.must("ROLLBACK TO try")
	}
	res, err := w.conn.ExecContext(context.Background(), text, args...)
	var e *zqlite.Error
	switch {
	case code != "":
		if !errors.As(err, &e) || e.Code != code {
			w.fail("%.200s: %v, want %s", text, err, code)
		}
		return false
	case err != nil:
		w.fail("%.200s: %v", text, err)
	}
	if got, err := res.RowsAffected(); err != nil || got != int64(n) {
		w.fail("%.200s: %d rows, %v, want %d", text, got, err, n)
	}
	return true
}

func (w *world) number(n int) *int {
	if w.r.IntN(6) == 0 {
		return nil
	}
	x := w.r.IntN(n)
	return &x
}

func (w *world) text() string {
	n := w.r.IntN(30)
	switch w.r.IntN(60) {
	case 0:
		n = 3000
	case 1:
		n = 40000
	}
	return strings.Repeat(string(rune('a'+w.r.IntN(26))), n) + strconv.Itoa(w.r.IntN(1000))
}

func (w *world) id() int { return w.r.IntN(400) }

// taken reports another row that has the unique number.
func (w *world) taken(u *int, except int) bool {
	if u == nil {
		return false
	}
	for id, x := range w.rows {
		if id != except && x.u != nil && *x.u == *u {
			return true
		}
	}
	return false
}

func (w *world) set(id int, x row) { w.rows[id] = x }

// fresh gives a new row the default of the column that comes and goes.
func (w *world) fresh(x row) row {
	if w.more {
		seven := 7
		x.more = &seven
	}
	return x
}

// step is one operation.
func (w *world) step() {
	switch k := w.r.IntN(1000); {
	case k < 250:
		w.insert()
	case k < 400:
		w.update()
	case k < 480:
		w.remove()
	case k < 540:
		w.upsert()
	case k < 760:
		w.point()
	case k < 840:
		w.ranges()
	case k < 930:
		w.transact()
	case k < 960:
		w.many()
	case k < 975:
		w.define()
	case k < 985:
		w.compare()
	case k < 995:
		if len(w.saves) == 0 {
			w.must(pick(w.r, "CHECKPOINT", "ANALYZE", "VACUUM", "ANALYZE m"))
		}
	default:
		if len(w.saves) == 0 {
			w.reopen()
		}
	}
}

func (w *world) insert() {
	id, x := w.id(), w.fresh(row{k: w.number(50), u: w.number(1000), s: w.text()})
	code := ""
	if _, there := w.rows[id]; there || w.taken(x.u, id) {
		code = "23505"
	}
	if w.change(1, code, `INSERT INTO m (id, k, u, s) VALUES ($1, $2, $3, $4)`, id, x.k, x.u, x.s) {
		w.set(id, x)
	}
}

func (w *world) update() {
	id := w.id()
	x, there := w.rows[id]
	if !there {
		w.change(0, "", `UPDATE m SET s = 'none' WHERE id = $1`, id)
		return
	}
	switch w.r.IntN(4) {
	case 0:
		x.k = w.number(50)
		w.change(1, "", `UPDATE m SET k = $2 WHERE id = $1`, id, x.k)
	case 1:
		x.u = w.number(1000)
		code := ""
		if w.taken(x.u, id) {
			code = "23505"
		}
		if !w.change(1, code, `UPDATE m SET u = $2 WHERE id = $1`, id, x.u) {
			return
		}
	case 2:
		x.s = w.text()
		w.change(1, "", `UPDATE m SET s = $2, k = k WHERE id = $1`, id, x.s)
	case 3: // the key itself
		to := w.id()
		code := ""
		if _, there := w.rows[to]; there && to != id {
			code = "23505"
		}
		if !w.change(1, code, `UPDATE m SET id = $2 WHERE id = $1`, id, to) {
			return
		}
		delete(w.rows, id)
		id = to
	}
	w.set(id, x)
}

func (w *world) remove() {
	id := w.id()
	n := 0
	if _, there := w.rows[id]; there {
		n = 1
	}
	w.change(n, "", `DELETE FROM m WHERE id = $1`, id)
	delete(w.rows, id)
}

func (w *world) upsert() {
	id, s := w.id(), w.text()
	x, there := w.rows[id]
	if x.s = s; !there {
		x = w.fresh(row{s: s})
	}
	w.change(1, "", `INSERT INTO m (id, s) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET s = excluded.s`, id, s)
	w.set(id, x)
}

// many changes several rows by a condition.
func (w *world) many() {
	k := w.r.IntN(50)
	switch w.r.IntN(4) {
	case 0:
		n := 0
		for id, x := range w.rows {
			if x.k != nil && *x.k == k {
				delete(w.rows, id)
				n++
			}
		}
		w.change(n, "", `DELETE FROM m WHERE k = $1`, k)
	case 1:
		n := 0
		for id, x := range w.rows {
			if x.k != nil && *x.k > k {
				to := *x.k - 1
				x.k = &to
				w.set(id, x)
				n++
			}
		}
		w.change(n, "", `UPDATE m SET k = k - 1 WHERE k > $1`, k)
	case 2:
		from, n := 1000+w.r.IntN(100000), w.r.IntN(60)
		added := 0
		for id := from; id < from+n; id++ {
			if _, there := w.rows[id]; !there {
				v := id % 50
				w.set(id, w.fresh(row{k: &v, s: "many"}))
				added++
			}
		}
		w.change(added, "", `INSERT INTO m (id, k, s) SELECT i, i % 50, 'many' FROM generate_series($1::int, $1::int + $2::int - 1) AS g (i) ON CONFLICT DO NOTHING`, from, n)
	case 3:
		n := 0
		for id := range w.rows {
			if id >= 1000 {
				delete(w.rows, id)
				n++
			}
		}
		w.change(n, "", `DELETE FROM m WHERE length(id::text) > 3`)
	}
}

func show(x *int) string {
	if x == nil {
		return "NULL"
	}
	return strconv.Itoa(*x)
}

func (x row) String() string { return show(x.k) + " " + show(x.u) + " " + x.s }

// query returns the first column of each row.
func (w *world) query(text string, args ...any) []string {
	w.t.Helper()
	w.note(text, args)
	rows, err := w.conn.QueryContext(context.Background(), text, args...)
	if err != nil {
		w.fail("%s: %v", text, err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var s string
		w.check(rows.Scan(&s))
		out = append(out, s)
	}
	w.check(rows.Err())
	return out
}

func (w *world) equal(got, want []string, what string) {
	w.t.Helper()
	if !slices.Equal(got, want) {
		w.fail("%s: %d rows %.500v, want %d %.500v", what, len(got), got, len(want), want)
	}
}

const image = `coalesce(k::text, 'NULL') || ' ' || coalesce(u::text, 'NULL') || ' ' || s`

func (w *world) point() {
	id := w.id()
	var want []string
	if x, there := w.rows[id]; there {
		want = []string{x.String()}
	}
	w.equal(w.query(`SELECT `+image+` FROM m WHERE id = $1`, id), want, fmt.Sprint("row ", id))
}

func (w *world) ranges() {
	a := w.r.IntN(50)
	b := a + w.r.IntN(10)
	var want []string
	for _, id := range w.ids() {
		if x := w.rows[id]; x.k != nil && *x.k >= a && *x.k <= b {
			want = append(want, strconv.Itoa(id))
		}
	}
	got := w.query(`SELECT id FROM m WHERE k BETWEEN $1 AND $2`, a, b)
	slices.SortFunc(got, func(x, y string) int { a, _ := strconv.Atoi(x); b, _ := strconv.Atoi(y); return a - b })
	w.equal(got, want, "range of k")
}

func (w *world) ids() []int { return slices.Sorted(maps.Keys(w.rows)) }

// compare reads everything in several ways.
func (w *world) compare() {
	ids := w.ids()
	var want []string
	sum, nulls := 0, 0
	for _, id := range ids {
		x := w.rows[id]
		want = append(want, strconv.Itoa(id)+" "+x.String()+" "+show(x.more))
		if x.k == nil {
			nulls++
		} else {
			sum += *x.k
		}
	}
	more := "'NULL'"
	if w.more {
		more = "coalesce(more::text, 'NULL')"
	}
	w.equal(w.query(`SELECT id || ' ' || `+image+` || ' ' || `+more+` FROM m ORDER BY id::int`), want, "all rows")
	w.equal(w.query(`SELECT count(*) || ' ' || count(k) || ' ' || coalesce(sum(k), 0) || ' ' || count(DISTINCT id) FROM m`),
		[]string{fmt.Sprintf("%d %d %d %d", len(ids), len(ids)-nulls, sum, len(ids))}, "aggregates")
	w.equal(w.query(`SELECT count(*) FROM m a JOIN m b ON a.id = b.id WHERE a.k IS NOT DISTINCT FROM b.k`), []string{strconv.Itoa(len(ids))}, "self join")
}

func (w *world) save() {
	w.saves, w.mores, w.indexs = append(w.saves, maps.Clone(w.rows)), append(w.mores, w.more), append(w.indexs, w.index)
}

// back makes the model what it was at save i.
func (w *world) back(i int) {
	w.rows, w.more, w.index = maps.Clone(w.saves[i]), w.mores[i], w.indexs[i]
}

func (w *world) forget(n int) { w.saves, w.mores, w.indexs = w.saves[:n], w.mores[:n], w.indexs[:n] }

// transact begins, saves, rolls back or commits.
func (w *world) transact() {
	depth := len(w.saves)
	switch k := w.r.IntN(10); {
	case depth == 0:
		w.must(pick(w.r, "BEGIN", "BEGIN", "BEGIN ISOLATION LEVEL SERIALIZABLE", "BEGIN IMMEDIATE"))
		w.save()
	case k < 3 && depth < 5:
		w.must(fmt.Sprint("SAVEPOINT s", depth))
		w.save()
	case k < 5 && depth > 1:
		i := 1 + w.r.IntN(depth-1)
		w.must(fmt.Sprint("ROLLBACK TO s", i))
		w.back(i)
		w.forget(i + 1)
	case k < 6 && depth > 1:
		i := 1 + w.r.IntN(depth-1)
		w.must(fmt.Sprint("RELEASE s", i))
		w.forget(i)
	case k < 7:
		w.must("ROLLBACK")
		w.back(0)
		w.forget(0)
	default:
		w.must("COMMIT")
		w.forget(0)
	}
}

// define changes the table and its indexes.
func (w *world) define() {
	switch w.r.IntN(3) {
	case 0:
		if w.index {
			w.must(`DROP INDEX m_k`)
		} else {
			w.must(pick(w.r, `CREATE INDEX m_k ON m (k)`, `CREATE INDEX m_k ON m (k DESC NULLS LAST)`, `CREATE INDEX m_k ON m (k) INCLUDE (u)`, `CREATE INDEX m_k ON m (k) WHERE k > 5`, `CREATE INDEX m_k ON m ((k + 1), k)`))
		}
		w.index = !w.index
	case 1:
		if w.more {
			w.must(`ALTER TABLE m DROP COLUMN more`)
		} else {
			w.must(`ALTER TABLE m ADD COLUMN more int DEFAULT 7`)
		}
		w.more = !w.more
		for id, x := range w.rows {
			if x.more = nil; w.more {
				seven := 7
				x.more = &seven
			}
			w.rows[id] = x
		}
	case 2:
		w.must(pick(w.r, `REINDEX TABLE m`, `ALTER TABLE m ALTER COLUMN k TYPE bigint`, `ALTER TABLE m ALTER COLUMN s SET DEFAULT 'd'`,
			`ALTER TABLE m ALTER COLUMN s TYPE varchar(100000)`, `ALTER TABLE m ALTER COLUMN s TYPE text`))
	}
}

func (w *world) reopen() {
	w.note("reopen", nil)
	w.check(w.conn.Close())
	w.check(w.db.Close())
	w.open()
	w.equal(w.query(`PRAGMA integrity_check`), []string{"ok"}, "integrity_check")
	w.compare()
}

func (w *world) end() {
	if len(w.saves) > 0 {
		w.must("COMMIT")
		w.forget(0)
	}
	w.compare()
	w.reopen()
	w.check(w.conn.Close())
	w.check(w.db.Close())
}
