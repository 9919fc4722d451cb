package isolation

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
)

// TestIndexBesideWriters makes and drops indexes while others write: each is
// complete, and a unique one is unique.
func TestIndexBesideWriters(t *testing.T) {
	db := open(t)
	must(t, db, `CREATE TABLE r (id bigint PRIMARY KEY, k int NOT NULL, s text)`,
		`INSERT INTO r SELECT i, i % 50, 'row ' || i FROM generate_series(1, 3000) AS g (i)`)
	var stop atomic.Bool
	var wg sync.WaitGroup
	for w, c := range clients(t, db, 4) {
		wg.Add(1)
		go func() {
			defer wg.Done()
			r := rand.New(rand.NewPCG(uint64(w), 3))
			for i := 0; !stop.Load(); i++ {
				var text string
				switch r.IntN(4) {
				case 0:
					text = fmt.Sprintf(`DELETE FROM r WHERE id = %d`, r.IntN(3000))
				case 1:
					text = fmt.Sprintf(`UPDATE r SET k = %d, s = 'new' WHERE id = %d`, r.IntN(50), r.IntN(3000))
				default:
					text = fmt.Sprintf(`INSERT INTO r VALUES (%d, %d, 'x')`, 10000+w*100000+i, r.IntN(50))
				}
				if a := c.ask(context.Background(), text); a.err != nil {
					t.Errorf("%s: %v", text, a.err)
					return
				}
			}
		}()
	}
	c := clients(t, db, 2)
	for i := range 8 {
		c[0].do(fmt.Sprintf(`CREATE INDEX r_k%d ON r (k)`, i))
		c[0].do(fmt.Sprintf(`CREATE UNIQUE INDEX r_u%d ON r (k, id)`, i))
		c[0].do(`BEGIN`)
		through := c[0].do(`SELECT k, count(*) FROM r WHERE k BETWEEN 0 AND 49 GROUP BY k ORDER BY k`)
		c[0].do(`SET LOCAL zqlite.index = off`)
		scanned := c[0].do(`SELECT k, count(*) FROM r WHERE k + 0 BETWEEN 0 AND 49 GROUP BY k ORDER BY k`)
		c[0].do(`COMMIT`)
		if through != scanned {
			t.Fatalf("round %d: through the index\n%s\nscanned\n%s", i, through, scanned)
		}
		if i%2 == 0 {
			c[1].do(fmt.Sprintf(`DROP INDEX r_k%d`, i))
		}
	}
	stop.Store(true)
	wg.Wait()
	sound(t, db)
	c[0].sees(c[0].do(`SELECT count(*) FROM r`), `SELECT sum(n) FROM (SELECT count(*) AS n FROM r WHERE k >= 0 GROUP BY k) x`)
}

// TestIndexWaitsForWriters: the build waits for open changes of its relation,
// and no reader waits for it.
func TestIndexWaitsForWriters(t *testing.T) {
	db := hermitage(t)
	must(t, db, `CREATE TABLE elsewhere (a int)`)
	c := clients(t, db, 3)
	t1, t2, t3 := c[0], c[1], c[2]
	t1.do(`BEGIN`)
	t1.do(`INSERT INTO test VALUES (3, 30)`)
	p := t2.begin(`CREATE INDEX test_value ON test (value)`).waits()
	t3.sees("1,10 2,20", all)
	t3.do(`INSERT INTO elsewhere VALUES (1)`)
	t1.do(`COMMIT`)
	p.ok()
	t3.sees("3", `SELECT id FROM test WHERE value = 30`)
	sound(t, db)
}

// TestWritersWaitForIndex: while a transaction that made an index is open,
// writers of that relation wait; then they keep it.
func TestWritersWaitForIndex(t *testing.T) {
	for _, end := range []string{"COMMIT", "ROLLBACK"} {
		db := hermitage(t)
		c := clients(t, db, 3)
		t1, t2, t3 := c[0], c[1], c[2]
		t1.do(`BEGIN`)
		t1.do(`CREATE INDEX test_value ON test (value)`)
		t3.sees("1,10 2,20", all)
		p := t2.begin(`INSERT INTO test VALUES (3, 30)`).waits()
		t1.do(end)
		p.ok()
		t3.sees("3", `SELECT id FROM test WHERE value = 30`)
		sound(t, db)
	}
}

// TestOldSnapshotBesideNewIndex: a snapshot older than an index answers as
// before, with queries that the index would serve.
func TestOldSnapshotBesideNewIndex(t *testing.T) {
	db := hermitage(t)
	t1, t2 := pair(t, db, repeatableRead)
	t2.do(`ROLLBACK`)
	t1.sees("1", `SELECT id FROM test WHERE value = 10`)
	t2.do(`UPDATE test SET value = 11 WHERE id = 1`)
	t2.do(`CREATE INDEX test_value ON test (value)`)
	t1.sees("1", `SELECT id FROM test WHERE value = 10`)
	t1.sees("", `SELECT id FROM test WHERE value = 11`)
	t2.sees("1", `SELECT id FROM test WHERE value = 11`)
	t1.do(`COMMIT`)
}

func TestAlterInTransaction(t *testing.T) {
	for _, end := range []string{"COMMIT", "ROLLBACK"} {
		db := hermitage(t)
		c := clients(t, db, 3)
		t1, t2, t3 := c[0], c[1], c[2]
		t1.do(`BEGIN`)
		t1.do(`ALTER TABLE test ADD COLUMN note text DEFAULT 'none'`)
		t1.do(`UPDATE test SET note = 'one' WHERE id = 1`)
		t1.sees("1,10,one 2,20,none", `SELECT * FROM test ORDER BY id`)
		t3.sees("1,10 2,20", `SELECT * FROM test ORDER BY id`)
		p := t2.begin(`INSERT INTO test (id, value) VALUES (3, 30)`).waits()
		t1.do(end)
		p.ok()
		if end == "COMMIT" {
			t3.sees("1,10,one 2,20,none 3,30,none", `SELECT * FROM test ORDER BY id`)
		} else {
			t3.sees("1,10 2,20 3,30", `SELECT * FROM test ORDER BY id`)
		}
		sound(t, db)
	}
}

// TestAlterBehindASnapshot: a transaction that has read sees its table's old
// shape, and cannot change it in that shape.
func TestAlterBehindASnapshot(t *testing.T) {
	db := hermitage(t)
	t1, t2 := pair(t, db, repeatableRead)
	t2.do(`ROLLBACK`)
	t1.sees("1,10 2,20", `SELECT * FROM test ORDER BY id`)
	t2.do(`ALTER TABLE test ADD COLUMN note text NOT NULL DEFAULT 'x'`)
	t1.sees("1,10 2,20", `SELECT * FROM test ORDER BY id`)
	t1.fails("40001", `INSERT INTO test VALUES (3, 30)`)
	t1.do(`ROLLBACK`)
	t2.sees("1,10,x 2,20,x", `SELECT * FROM test ORDER BY id`)
}

func TestDropBehindASnapshot(t *testing.T) {
	db := hermitage(t)
	t1, t2 := pair(t, db, repeatableRead)
	t2.do(`ROLLBACK`)
	t1.sees("1,10 2,20", all)
	t2.do(`DROP TABLE test`)
	t2.fails("42P01", all)
	t1.sees("1,10 2,20", all)
	t1.do(`COMMIT`)
	t1.fails("42P01", all)
}

func TestTruncateBehindASnapshot(t *testing.T) {
	db := hermitage(t)
	t1, t2 := pair(t, db, repeatableRead)
	t2.do(`ROLLBACK`)
	t1.sees("1,10 2,20", all)
	t2.do(`TRUNCATE test`)
	t2.sees("", all)
	t1.sees("1,10 2,20", all)
	t1.do(`COMMIT`)
	t1.sees("", all)
}

// TestOneNameTwice: of two transactions that create one name, one fails.
func TestOneNameTwice(t *testing.T) {
	db := open(t)
	t1, t2 := pair(t, db, repeatableRead)
	t1.do(`CREATE TABLE u (a int)`)
	p := t2.begin(`CREATE TABLE u (b int)`)
	t1.do(`COMMIT`)
	if code := codeOf(p.finish().err); code != "42P07" && code != "40001" {
		t.Errorf("got %q", code)
	}
	t2.do(`ROLLBACK`)
	t2.sees("", `SELECT a FROM u`)
}

// TestDefinitionsInParallel: many sessions define and drop tables of their
// own; nobody gets in the way for good.
func TestDefinitionsInParallel(t *testing.T) {
	db := open(t)
	var wg sync.WaitGroup
	for w, c := range clients(t, db, 6) {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := range 6 {
				for _, text := range []string{
					fmt.Sprintf(`CREATE TABLE t%d (id int PRIMARY KEY, a int)`, w),
					fmt.Sprintf(`INSERT INTO t%d SELECT i, i FROM generate_series(1, 20) AS g (i)`, w),
					fmt.Sprintf(`CREATE INDEX t%d_a ON t%d (a)`, w, w),
					fmt.Sprintf(`ALTER TABLE t%d ADD COLUMN b text DEFAULT 'b%d'`, w, i),
					fmt.Sprintf(`DROP TABLE t%d`, w),
				} {
					if a := c.ask(context.Background(), text); a.err != nil {
						t.Errorf("%s: %v", text, a.err)
						return
					}
				}
			}
		}()
	}
	wg.Wait()
	sound(t, db)
}
