package soak

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zqlite/zqlite"
)

const (
	workers  = 100
	accounts = 200
	counters = 4
	opening  = 1000
)

func duration() time.Duration {
	if os.Getenv("ZQLITE_LONG") != "" {
		return time.Minute
	}
	return 2 * time.Second
}

// load is what the workers share.
type load struct {
	t  *testing.T
	db *sql.DB

	done                                     atomic.Bool
	transfers, increments, audits, conflicts atomic.Int64
	inserted, deleted                        atomic.Int64
	added                                    [counters]atomic.Int64
}

func TestSoak(t *testing.T) {
	goroutines, files := runtime.NumGoroutine(), openFiles(t)
	file := filepath.Join(t.TempDir(), "t.db")
	db, err := sql.Open("zqlite", file+"?sync=normal&cache_size=8MB")
	if err != nil {
		t.Fatal(err)
	}
	l := &load{t: t, db: db}
	l.prepare()
	var wg sync.WaitGroup
	for w := range workers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			l.work(w)
		}()
	}
	heap := l.watch(duration())
	l.done.Store(true)
	wg.Wait()
	l.settle()
	if err := db.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
	t.Logf("%d transfers, %d increments, %d audits, %d rows in, %d out, %d conflicts; heap %v MB",
		l.transfers.Load(), l.increments.Load(), l.audits.Load(), l.inserted.Load(), l.deleted.Load(), l.conflicts.Load(), heap)
	if l.transfers.Load() < workers || l.audits.Load() < 10 || l.increments.Load() < workers {
		t.Error("hardly anything was done")
	}
	// the second half must not need much more than the first
	half := len(heap) / 2
	if first, second := most(heap[:half]), most(heap[half:]); second > 2*first+32 {
		t.Errorf("the heap grows: %d MB, then %d MB", first, second)
	}
	eventually(t, "goroutines", goroutines, runtime.NumGoroutine)
	eventually(t, "open files", files, func() int { return openFiles(t) })
	l.reopen(file)
}

func (l *load) prepare() {
	l.t.Helper()
	for _, text := range []string{
		`CREATE TABLE account (id int PRIMARY KEY, branch int NOT NULL, balance bigint NOT NULL)`,
		`CREATE INDEX account_branch ON account (branch)`,
		`CREATE TABLE counter (id int PRIMARY KEY, n bigint NOT NULL)`,
		`CREATE TABLE journal (id bigint PRIMARY KEY, who int NOT NULL, note text)`,
		`CREATE INDEX journal_who ON journal (who)`,
		fmt.Sprintf(`INSERT INTO account SELECT i, i %% 10, %d FROM generate_series(1, %d) AS g (i)`, opening, accounts),
		fmt.Sprintf(`INSERT INTO counter SELECT i, 0 FROM generate_series(1, %d) AS g (i)`, counters),
	} {
		if _, err := l.db.Exec(text); err != nil {
			l.t.Fatalf("%s: %v", text, err)
		}
	}
}

// work is one goroutine's life.
func (l *load) work(w int) {
	r := rand.New(rand.NewPCG(uint64(w), 7))
	for i := 0; !l.done.Load(); i++ {
		var err error
		switch k := r.IntN(10); {
		case k < 3:
			err = l.transfer(r)
		case k < 5:
			err = l.increment(r)
		case k < 7:
			err = l.audit(r)
		case k < 8:
			err = l.read(r)
		default:
			err = l.journal(w, i, r)
		}
		if err != nil {
			l.t.Errorf("worker %d: %v", w, err)
			return
		}
	}
}

// again runs f in transactions until it is not in the way of another.
func (l *load) again(level sql.IsolationLevel, f func(tx *sql.Tx) error) error {
	for {
		err := l.once(level, f)
		var e *zqlite.Error
		if errors.As(err, &e) && (e.Code == "40001" || e.Code == "40P01") && !l.done.Load() {
			l.conflicts.Add(1)
			continue
		}
		if e != nil && (e.Code == "40001" || e.Code == "40P01") {
			return nil // time is up; nothing was done
		}
		return err
	}
}

func (l *load) once(level sql.IsolationLevel, f func(tx *sql.Tx) error) error {
	tx, err := l.db.BeginTx(context.Background(), &sql.TxOptions{Isolation: level})
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := f(tx); err != nil {
		return err
	}
	return tx.Commit()
}

func anyLevel(r *rand.Rand) sql.IsolationLevel {
	return []sql.IsolationLevel{sql.LevelRepeatableRead, sql.LevelSerializable, sql.LevelDefault}[r.IntN(3)]
}

// transfer reads both balances and writes what it computed.
func (l *load) transfer(r *rand.Rand) error {
	from, to := r.IntN(accounts)+1, r.IntN(accounts)+1
	if from == to {
		return nil
	}
	return l.again(anyLevel(r), func(tx *sql.Tx) error {
		var a, b int64
		if err := tx.QueryRow(`SELECT balance FROM account WHERE id = $1`, from).Scan(&a); err != nil {
			return err
		}
		if err := tx.QueryRow(`SELECT balance FROM account WHERE id = $1`, to).Scan(&b); err != nil {
			return err
		}
		amount := min(a, int64(r.IntN(50)))
		if _, err := tx.Exec(`UPDATE account SET balance = $1 WHERE id = $2`, a-amount, from); err != nil {
			return err
		}
		if _, err := tx.Exec(`UPDATE account SET balance = $1 WHERE id = $2`, b+amount, to); err != nil {
			return err
		}
		l.transfers.Add(1)
		return nil
	})
}

// increment adds one outside or inside a transaction, at any level.
func (l *load) increment(r *rand.Rand) error {
	id := r.IntN(counters) + 1
	if r.IntN(2) == 0 {
		if _, err := l.db.Exec(`UPDATE counter SET n = n + 1 WHERE id = $1`, id); err != nil {
			return err
		}
		l.added[id-1].Add(1)
	} else {
		committed := false
		err := l.again(sql.LevelReadCommitted, func(tx *sql.Tx) error {
			committed = false
			if _, err := tx.Exec(`SAVEPOINT s`); err != nil {
				return err
			}
			if _, err := tx.Exec(`UPDATE counter SET n = n + 100 WHERE id = $1`, id); err != nil {
				return err
			}
			if _, err := tx.Exec(`ROLLBACK TO s`); err != nil {
				return err
			}
			_, err := tx.Exec(`UPDATE counter SET n = n + 1 WHERE id = $1`, id)
			committed = err == nil
			return err
		})
		if err != nil {
			return err
		}
		if committed {
			l.added[id-1].Add(1)
		}
	}
	l.increments.Add(1)
	return nil
}

// audit adds everything up, twice in one snapshot and by two ways.
func (l *load) audit(r *rand.Rand) error {
	err := l.again(anyLevel(r), func(tx *sql.Tx) error {
		for _, text := range []string{
			`SELECT sum(balance) FROM account`,
			`SELECT sum(s) FROM (SELECT branch, sum(balance) AS s FROM account GROUP BY branch) x`,
		} {
			var sum int64
			if err := tx.QueryRow(text).Scan(&sum); err != nil {
				return err
			}
			if sum != accounts*opening {
				return fmt.Errorf("%s: %d, not %d", text, sum, accounts*opening)
			}
		}
		return nil
	})
	if err == nil {
		l.audits.Add(1)
	}
	return err
}

// read streams rows, and sometimes leaves in the middle or is cancelled.
func (l *load) read(r *rand.Rand) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	rows, err := l.db.QueryContext(ctx, `SELECT a.id, a.balance, c.n FROM account a, counter c WHERE a.branch = $1 ORDER BY a.id, c.id`, r.IntN(10))
	if err != nil {
		return err
	}
	defer rows.Close()
	for n, stop := 0, r.IntN(160); rows.Next(); n++ {
		var id, balance, c int64
		if err := rows.Scan(&id, &balance, &c); err != nil {
			return err
		}
		if n == stop && stop%3 == 0 {
			cancel()
			return nil
		}
		if n == stop {
			return nil
		}
	}
	return rows.Err()
}

// journal adds rows and takes old ones away, so that the table stays small.
func (l *load) journal(w, i int, r *rand.Rand) error {
	res, err := l.db.Exec(`INSERT INTO journal VALUES ($1, $2, $3), ($4, $2, NULL)`, int64(w)<<32|int64(i)*2, w, strings.Repeat("n", r.IntN(200)), int64(w)<<32|int64(i)*2+1)
	if err != nil {
		return err
	}
	n, _ := res.RowsAffected()
	l.inserted.Add(n)
	if r.IntN(5) == 0 {
		if res, err = l.db.Exec(`DELETE FROM journal WHERE who = $1 AND id < $2`, w, int64(w)<<32|int64(i)*2-20); err != nil {
			return err
		}
		n, _ = res.RowsAffected()
		l.deleted.Add(n)
	}
	return nil
}

// watch samples the heap, in MB, for as long as the load runs.
func (l *load) watch(d time.Duration) (heap []int) {
	const samples = 10
	for range samples {
		time.Sleep(d / samples)
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		heap = append(heap, int(m.HeapAlloc>>20))
	}
	return heap
}

func most(v []int) int {
	top := 0
	for _, x := range v {
		top = max(top, x)
	}
	return top
}

// settle compares what is there with what was done.
func (l *load) settle() {
	check := func(want int64, text string) {
		l.t.Helper()
		var got sql.NullInt64
		if err := l.db.QueryRow(text).Scan(&got); err != nil || got.Int64 != want {
			l.t.Errorf("%s: %d, %v; not %d", text, got.Int64, err, want)
		}
	}
	check(accounts*opening, `SELECT sum(balance) FROM account`)
	check(0, `SELECT count(*) FROM account WHERE balance < 0`)
	for i := range l.added {
		check(l.added[i].Load(), fmt.Sprintf(`SELECT n FROM counter WHERE id = %d`, i+1))
	}
	check(l.inserted.Load()-l.deleted.Load(), `SELECT count(*) FROM journal`)
	check(l.inserted.Load()-l.deleted.Load(), `SELECT sum(n) FROM (SELECT count(*) AS n FROM journal WHERE who >= 0 GROUP BY who) x`)
	var verdict string
	if err := l.db.QueryRow(`PRAGMA integrity_check`).Scan(&verdict); err != nil || verdict != "ok" {
		l.t.Errorf("integrity_check: %q, %v", verdict, err)
	}
	if n := l.db.Stats().InUse; n != 0 {
		l.t.Errorf("%d connections are still in use", n)
	}
}

// reopen makes sure that what was closed can be opened, and is the same.
func (l *load) reopen(file string) {
	db, err := sql.Open("zqlite", file)
	if err != nil {
		l.t.Fatal(err)
	}
	defer db.Close()
	l.db = db
	l.settle()
}

// eventually asserts that a count comes back to what it was.
func eventually(t *testing.T, what string, want int, count func() int) {
	t.Helper()
	got := 0
	for range 100 {
		if got = count(); got <= want {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	stacks := make([]byte, 1<<16)
	stacks = stacks[:runtime.Stack(stacks, true)]
	t.Errorf("%d %s at the start, %d at the end\n%s", want, what, got, stacks)
}

// openFiles counts the process's file descriptors, where /proc tells.
func openFiles(t *testing.T) int {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Logf("open files are not counted: %v", err)
		return 0
	}
	return len(entries)
}

// TestAbandonedConnections: what callers leave open does not outlive Close.
func TestAbandonedConnections(t *testing.T) {
	goroutines, files := runtime.NumGoroutine(), openFiles(t)
	for range 10 {
		db, err := sql.Open("zqlite", filepath.Join(t.TempDir(), "t.db"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.Exec(`CREATE TABLE t (a int PRIMARY KEY)`); err != nil {
			t.Fatal(err)
		}
		if _, err := db.Exec(`INSERT INTO t SELECT i FROM generate_series(1, 5000) AS g (i)`); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := tx.Query(`SELECT a FROM t ORDER BY a`)
		if err != nil {
			t.Fatal(err)
		}
		rows.Next()
		cancel() // the transaction rolls back in the middle of its rows
		if err := db.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	}
	eventually(t, "goroutines", goroutines, runtime.NumGoroutine)
	eventually(t, "open files", files, func() int { return openFiles(t) })
}
