package histories

import (
	"context"
	"database/sql"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/zqlite/zqlite"
)

// scale is how many times the quick form runs.
func scale() int {
	if os.Getenv("ZQLITE_LONG") != "" {
		return 100
	}
	return 1
}

func open(t testing.TB, settings string) *sql.DB {
	t.Helper()
	db, err := sql.Open("zqlite", filepath.Join(t.TempDir(), "t.db")+"?sync=off&"+settings)
	must(t, err)
	t.Cleanup(func() { must(t, db.Close()) })
	return db
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

const (
	clients  = 10
	keys     = 6  // few, so that transactions meet
	lifetime = 60 // appends after which a list is no longer used
)

// recorder runs transactions and keeps what they did.
type recorder struct {
	t     *testing.T
	db    *sql.DB
	level sql.IsolationLevel
	value atomic.Int64
	id    atomic.Int64

	mu      sync.Mutex
	history []*txn
	aborts  int
}

// key gives a list of the present generation: lists stay short that way.
func (r *recorder) key(rng *rand.Rand) int {
	return int(r.value.Load())/(keys*lifetime)*keys + rng.IntN(keys)
}

func (r *recorder) transaction(rng *rand.Rand) error {
	ctx := context.Background()
	x := &txn{id: int(r.id.Add(1))}
	tx, err := r.db.BeginTx(ctx, &sql.TxOptions{Isolation: r.level})
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for range 1 + rng.IntN(5) {
		o := op{key: r.key(rng)}
		if rng.IntN(2) == 0 {
			o.value = int(r.value.Add(1))
			err = r.append(tx, o, rng.IntN(2) == 0)
		} else {
			o.list, err = readList(tx, o.key, rng.IntN(3))
		}
		if err != nil {
			if o.value != 0 {
				x.ops = append(x.ops, o)
			}
			break
		}
		x.ops = append(x.ops, o)
	}
	switch {
	case err != nil:
	case rng.IntN(20) == 0: // some change their mind
		err = tx.Rollback()
	default:
		if err = tx.Commit(); err == nil {
			x.committed = true
		}
	}
	r.mu.Lock()
	r.history = append(r.history, x)
	if err != nil {
		r.aborts++
	}
	r.mu.Unlock()
	var e *zqlite.Error
	if errors.As(err, &e) && (e.Code == "40001" || e.Code == "40P01" || e.Code == "23505" && r.level == sql.LevelReadCommitted) {
		return nil
	}
	return err
}

// append adds to a list, which may have to be made, in one of two ways.
func (r *recorder) append(tx *sql.Tx, o op, upsert bool) error {
	if upsert {
		_, err := tx.Exec(`INSERT INTO lists VALUES ($1, $2) ON CONFLICT (k) DO UPDATE SET v = lists.v || ',' || excluded.v`, o.key, strconv.Itoa(o.value))
		return err
	}
	res, err := tx.Exec(`UPDATE lists SET v = v || ',' || $2 WHERE k = $1`, o.key, strconv.Itoa(o.value))
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 1 {
		return err
	}
	return r.append(tx, o, true)
}

// readList reads by key, by a scan, or through the index.
func readList(tx *sql.Tx, key, how int) ([]int, error) {
	text := `SELECT v FROM lists WHERE k = $1`
	switch how {
	case 1:
		text = `SELECT max(v) FROM lists WHERE k + 0 = $1`
	case 2:
		text = `SELECT v FROM lists WHERE k BETWEEN $1 AND $1`
	}
	var v sql.NullString
	if err := tx.QueryRow(text, key).Scan(&v); errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	return numbers(v.String)
}

func numbers(v string) (out []int, err error) {
	if v == "" {
		return nil, nil
	}
	for _, s := range strings.Split(v, ",") {
		n, err := strconv.Atoi(s)
		if err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, nil
}

func (r *recorder) run(transactions int) (final map[int][]int) {
	_, err := r.db.Exec(`CREATE TABLE lists (k int PRIMARY KEY, v text NOT NULL)`)
	must(r.t, err)
	var wg sync.WaitGroup
	for c := range clients {
		wg.Add(1)
		go func() {
			defer wg.Done()
			rng := rand.New(rand.NewPCG(uint64(c), 3))
			for range transactions / clients {
				if err := r.transaction(rng); err != nil {
					r.t.Errorf("client %d: %v", c, err)
					return
				}
			}
		}()
	}
	wg.Wait()
	rows, err := r.db.Query(`SELECT k, v FROM lists`)
	must(r.t, err)
	defer rows.Close()
	final = map[int][]int{}
	for rows.Next() {
		var k int
		var v string
		must(r.t, rows.Scan(&k, &v))
		final[k], err = numbers(v)
		must(r.t, err)
	}
	must(r.t, rows.Err())
	return final
}

// TestAppends runs histories at each level and looks for what it forbids.
func TestAppends(t *testing.T) {
	for _, level := range []struct {
		level sql.IsolationLevel
		cycle func(g *graph) string
	}{
		{sql.LevelSerializable, func(g *graph) string { return g.cycleOf(ww | wr | rw) }},
		{sql.LevelRepeatableRead, (*graph).snapshotCycle},
		{sql.LevelReadCommitted, func(g *graph) string { return g.cycleOf(ww | wr) }},
	} {
		t.Run(level.level.String(), func(t *testing.T) {
			for range scale() {
				r := &recorder{t: t, db: open(t, "cache_size=1MB"), level: level.level}
				final := r.run(3500)
				g, problems := anomalies(r.history, final)
				for _, p := range problems {
					if level.level != sql.LevelReadCommitted || !strings.HasPrefix(p, "an intermediate") {
						t.Error(p)
					}
				}
				if c := level.cycle(g); c != "" {
					t.Errorf("a cycle:%s", c)
				}
				if level.level == sql.LevelRepeatableRead && g.cycleOf(ww|wr|rw) == "" {
					t.Error("no write skew in a history that allows it: the clients hardly meet")
				}
				edges := 0
				for _, e := range g.edges {
					edges += len(e)
				}
				t.Logf("%d transactions, %d committed, %d refused, %d dependencies", len(r.history), len(g.txns), r.aborts, edges)
				if len(g.txns) < len(r.history)/4 || edges < len(g.txns)/2 {
					t.Error("too little happened")
				}
			}
		})
	}
}

// TestChecker gives the checker histories with known faults.
func TestChecker(t *testing.T) {
	read := func(k int, list ...int) op { return op{key: k, list: list} }
	add := func(k, v int) op { return op{key: k, value: v} }
	made := func(lists ...[]op) (h []*txn) {
		for i, l := range lists {
			h = append(h, &txn{id: i + 1, ops: l, committed: true})
		}
		return h
	}
	skew := made([]op{read(1), read(2), add(1, 1)}, []op{read(1), read(2), add(2, 2)})
	g, problems := anomalies(skew, map[int][]int{1: {1}, 2: {2}})
	if len(problems) > 0 || g.cycleOf(ww|wr|rw) == "" || g.snapshotCycle() != "" {
		t.Errorf("write skew: %v", problems)
	}
	single := made([]op{read(1), add(2, 2)}, []op{add(1, 1), read(2)})
	single[1].ops[1].list = []int{2} // sees the first, which did not see it: fine
	g, _ = anomalies(single, map[int][]int{1: {1}, 2: {2}})
	if g.cycleOf(ww|wr|rw) != "" {
		t.Error("a serial history has a cycle")
	}
	lost := made([]op{read(1), add(1, 1)}, []op{read(1), add(1, 2)})
	g, problems = anomalies(lost, map[int][]int{1: {1, 2}})
	if len(problems) > 0 || g.snapshotCycle() == "" {
		t.Errorf("a lost update is no cycle: %v", problems)
	}
	circular := made([]op{add(1, 1), read(2, 2)}, []op{add(2, 2), read(1, 1)})
	if g, _ = anomalies(circular, map[int][]int{1: {1}, 2: {2}}); g.cycleOf(ww|wr) == "" {
		t.Error("circular information flow is no cycle")
	}
	for name, c := range map[string]struct {
		history []*txn
		final   map[int][]int
		want    string
	}{
		"aborted":      {[]*txn{{id: 1, ops: []op{add(1, 1)}}}, map[int][]int{1: {1}}, "rolled back"},
		"lost":         {made([]op{add(1, 1)}), map[int][]int{1: {}}, "lost append"},
		"intermediate": {made([]op{add(1, 1), add(1, 2)}, []op{read(1, 1)}), map[int][]int{1: {1, 2}}, "intermediate"},
		"own":          {made([]op{add(1, 1), read(1)}), map[int][]int{1: {1}}, "own appends"},
		"order":        {made([]op{add(1, 1)}, []op{add(1, 2)}, []op{read(1, 2)}), map[int][]int{1: {1, 2}}, "was read as"},
		"twice":        {made([]op{add(1, 1)}), map[int][]int{1: {1, 1}}, "twice"},
	} {
		if _, problems := anomalies(c.history, c.final); !slices.ContainsFunc(problems, func(p string) bool { return strings.Contains(p, c.want) }) {
			t.Errorf("%s: %v", name, problems)
		}
	}
}
