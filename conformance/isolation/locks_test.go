package isolation

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"testing"
	"time"
)

func TestForUpdateBlocks(t *testing.T) {
	each(t, func(t *testing.T, level string) {
		db := hermitage(t)
		t1, t2 := pair(t, db, level)
		t1.sees("1,10", `SELECT * FROM test WHERE id = 1 FOR UPDATE`)
		t2.sees("1,10", `SELECT * FROM test WHERE id = 1`) // readers never wait
		t2.sees("2,20", `SELECT * FROM test WHERE id = 2 FOR UPDATE`)
		t2.do(`COMMIT`)
		t2.do(`BEGIN ISOLATION LEVEL ` + level)
		p := t2.begin(`SELECT * FROM test WHERE id = 1 FOR UPDATE`).waits()
		t1.do(`UPDATE test SET value = 11 WHERE id = 1`)
		t1.do(`COMMIT`)
		p.gives("1,11")
		t2.do(`UPDATE test SET value = value + 1 WHERE id = 1`)
		t2.do(`COMMIT`)
		content(t, db, "1,12 2,20")
	})
}

func TestForUpdateLate(t *testing.T) {
	each(t, func(t *testing.T, level string) {
		db := hermitage(t)
		t1, t2 := pair(t, db, level)
		t2.sees("20", `SELECT value FROM test WHERE id = 2`)
		t1.do(`UPDATE test SET value = 11 WHERE id = 1`)
		p := t2.begin(`SELECT * FROM test WHERE id = 1 FOR UPDATE`).waits()
		t1.do(`COMMIT`)
		if level == readCommitted {
			p.gives("1,11")
		} else {
			p.fails("40001")
		}
	})
}

func TestForUpdateOfDeletedRow(t *testing.T) {
	db := hermitage(t)
	t1, t2 := pair(t, db, readCommitted)
	t1.do(`DELETE FROM test WHERE id = 1`)
	p := t2.begin(`SELECT * FROM test ORDER BY id FOR UPDATE`).waits()
	t1.do(`COMMIT`)
	p.gives("2,20")
}

func TestNoWaitAndSkipLocked(t *testing.T) {
	each(t, func(t *testing.T, level string) {
		db := hermitage(t)
		must(t, db, `INSERT INTO test VALUES (3, 30)`)
		t1, t2 := pair(t, db, level)
		t1.do(`SELECT * FROM test WHERE id = 1 FOR UPDATE`)
		t2.sees("2,20 3,30", `SELECT * FROM test ORDER BY id FOR UPDATE SKIP LOCKED`)
		t2.do(`ROLLBACK`)
		t2.do(`BEGIN ISOLATION LEVEL ` + level)
		t2.sees("2,20", `SELECT * FROM test ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED`)
		t1.sees("3,30", `SELECT * FROM test WHERE id > 1 ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED`)
		t2.do(`SAVEPOINT s`)
		t2.fails("55P03", `SELECT * FROM test WHERE id = 1 FOR UPDATE NOWAIT`)
		t2.do(`ROLLBACK TO s`)
		t2.fails("55P03", `SELECT * FROM test ORDER BY id FOR UPDATE NOWAIT`)
		t2.do(`ROLLBACK`)
		t1.do(`COMMIT`)
		t2.do(`BEGIN`)
		t2.sees("1,10 2,20 3,30", `SELECT * FROM test ORDER BY id FOR UPDATE NOWAIT`)
	})
}

func TestForUpdateOfOneTable(t *testing.T) {
	db := hermitage(t)
	must(t, db, `CREATE TABLE other (id int PRIMARY KEY, x int)`, `INSERT INTO other VALUES (1, 100), (2, 200)`)
	t1, t2 := pair(t, db, repeatableRead)
	t1.sees("10,100", `SELECT t.value, o.x FROM test t JOIN other o USING (id) WHERE id = 1 FOR UPDATE OF t`)
	t2.sees("100", `SELECT x FROM other WHERE id = 1 FOR UPDATE NOWAIT`)
	t2.fails("55P03", `SELECT value FROM test WHERE id = 1 FOR UPDATE NOWAIT`)
}

func TestDeadlock(t *testing.T) {
	each(t, func(t *testing.T, level string) {
		db := hermitage(t)
		t1, t2 := pair(t, db, level)
		t1.do(`UPDATE test SET value = 11 WHERE id = 1`)
		t2.do(`UPDATE test SET value = 22 WHERE id = 2`)
		p := t1.begin(`UPDATE test SET value = 12 WHERE id = 2`).waits()
		t2.fails("40P01", `UPDATE test SET value = 21 WHERE id = 1`)
		t2.do(`ROLLBACK`)
		p.ok()
		t1.do(`COMMIT`)
		content(t, db, "1,11 2,12")
	})
}

func TestDeadlockOfThree(t *testing.T) {
	db := hermitage(t)
	must(t, db, `INSERT INTO test VALUES (3, 30)`)
	c := clients(t, db, 3)
	for i, x := range c {
		x.do(`BEGIN`)
		x.do(`UPDATE test SET value = 0 WHERE id = $1`, i+1)
	}
	a := c[0].begin(`UPDATE test SET value = 1 WHERE id = 2`).waits()
	b := c[1].begin(`UPDATE test SET value = 1 WHERE id = 3`).waits()
	c[2].fails("40P01", `UPDATE test SET value = 1 WHERE id = 1`)
	c[2].do(`ROLLBACK`)
	b.ok()
	c[1].do(`COMMIT`)
	if err := a.finish().err; codeOf(err) != "40001" {
		t.Errorf("after its wait T1 should meet a newer row: %v", err)
	}
}

func TestDeadlockOfUpgrades(t *testing.T) {
	db := hermitage(t)
	t1, t2 := pair(t, db, readCommitted)
	t1.do(`SELECT * FROM test WHERE id = 1 FOR SHARE`)
	t2.do(`SELECT * FROM test WHERE id = 1 FOR SHARE`)
	p := t1.begin(`UPDATE test SET value = 11 WHERE id = 1`).waits()
	t2.fails("40P01", `UPDATE test SET value = 12 WHERE id = 1`)
	t2.do(`ROLLBACK`)
	p.ok()
}

func TestLockTimeout(t *testing.T) {
	each(t, func(t *testing.T, level string) {
		db := hermitage(t)
		t1, t2 := pair(t, db, level)
		t2.do(`ROLLBACK`)
		t2.do(`SET lock_timeout = '80ms'`)
		t2.do(`BEGIN ISOLATION LEVEL ` + level)
		t1.do(`UPDATE test SET value = 11 WHERE id = 1`)
		start := time.Now()
		t2.fails("55P03", `UPDATE test SET value = 12 WHERE id = 1`)
		if d := time.Since(start); d < 70*time.Millisecond {
			t.Errorf("gave up after %v", d)
		}
		t2.fails("25P02", `SELECT 1`)
		t2.do(`ROLLBACK`)
		t2.fails("55P03", `DELETE FROM test`) // outside a transaction
		t2.fails("55P03", `INSERT INTO test VALUES (5, 5), (1, 1)`)
		t1.do(`COMMIT`)
		content(t, db, "1,11 2,20")
	})
}

func TestWaitEndsWithContext(t *testing.T) {
	db := hermitage(t)
	c := clients(t, db, 2)
	t1, t2 := c[0], c[1]
	t1.do(`BEGIN`)
	t1.do(`UPDATE test SET value = 11 WHERE id = 1`)
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if a := t2.ask(ctx, `UPDATE test SET value = 12 WHERE id = 1`); codeOf(a.err) != "57014" {
		t.Errorf("cancelled: %v", a.err)
	}
	t2.do(`SET statement_timeout = '50ms'`)
	t2.fails("57014", `UPDATE test SET value = 12 WHERE id = 1`)
	t2.do(`RESET statement_timeout`)
	p := t2.begin(`UPDATE test SET value = 13 WHERE id = 1`).waits()
	t1.do(`ROLLBACK`)
	p.ok()
	content(t, db, "1,13 2,20")
}

// TestSavepointReleasesLocks: what was locked since a savepoint is free when it
// is rolled back, and who waits for it goes on; what was locked before is not,
// even where the savepoint made the lock stronger.
func TestSavepointReleasesLocks(t *testing.T) {
	each(t, func(t *testing.T, level string) {
		db := hermitage(t)
		t1, t2 := pair(t, db, level)
		t1.do(`SELECT * FROM test WHERE id = 2 FOR KEY SHARE`)
		t1.do(`SAVEPOINT s`)
		t1.do(`UPDATE test SET value = 11 WHERE id = 1`)
		t1.do(`UPDATE test SET value = 21 WHERE id = 2`)
		t1.do(`INSERT INTO test VALUES (3, 30)`)
		p := t2.begin(`UPDATE test SET value = 12 WHERE id = 1`).waits()
		t1.do(`ROLLBACK TO s`)
		p.ok()
		t2.do(`INSERT INTO test VALUES (3, 33)`)
		t2.do(`UPDATE test SET value = 22 WHERE id = 2`) // which a lock on the key allows
		p = t2.begin(`DELETE FROM test WHERE id = 2`).waits()
		t1.sees("1,10 2,20", all)
		t1.do(`COMMIT`)
		p.ok()
		t2.do(`COMMIT`)
		content(t, db, "1,12 3,33")
	})
}

// TestSavepointReleasesTables: a definition that is rolled back lets writers of
// the table go on.
func TestSavepointReleasesTables(t *testing.T) {
	db := hermitage(t)
	t1, t2 := pair(t, db, "READ COMMITTED")
	t1.do(`SAVEPOINT s`)
	t1.do(`ALTER TABLE test ADD COLUMN more int`)
	p := t2.begin(`UPDATE test SET value = 12 WHERE id = 1`).waits()
	t1.do(`ROLLBACK TO s`)
	p.ok()
	t2.do(`COMMIT`)
	t1.do(`UPDATE test SET value = value + 1 WHERE id = 1`)
	t1.do(`COMMIT`)
	content(t, db, "1,13 2,20")
}

// TestRolledBackWritersDoNotConflict: waiting for a writer that gives up is no
// conflict, even for a transaction that has read.
func TestRolledBackWritersDoNotConflict(t *testing.T) {
	each(t, func(t *testing.T, level string) {
		db := hermitage(t)
		t1, t2 := pair(t, db, level)
		t2.sees("1,10 2,20", all)
		t1.do(`UPDATE test SET value = 11 WHERE id = 1`)
		p := t2.begin(`UPDATE test SET value = value + 2 WHERE id = 1`).waits()
		t1.do(`ROLLBACK`)
		p.ok()
		t2.do(`COMMIT`)
		content(t, db, "1,12 2,20")
	})
}

// TestQueue hands out jobs to workers with SKIP LOCKED: each once.
func TestQueue(t *testing.T) {
	const jobs, workers = 200, 8
	db := open(t)
	must(t, db, `CREATE TABLE job (id int PRIMARY KEY, state text NOT NULL)`,
		fmt.Sprintf(`INSERT INTO job SELECT i, 'new' FROM generate_series(1, %d) AS g (i)`, jobs))
	var mu sync.Mutex
	taken := map[int]int{}
	var wg sync.WaitGroup
	for range workers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for {
				id, err := takeJob(db)
				if err == sql.ErrNoRows {
					return
				}
				if code := codeOf(err); code == "40001" {
					continue // the row was taken between snapshot and lock
				}
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				taken[id]++
				mu.Unlock()
			}
		}()
	}
	wg.Wait()
	if len(taken) != jobs {
		t.Errorf("%d of %d jobs were taken", len(taken), jobs)
	}
	for id, n := range taken {
		if n != 1 {
			t.Errorf("job %d was taken %d times", id, n)
		}
	}
}

func takeJob(db *sql.DB) (id int, err error) {
	tx, err := db.Begin()
	if err != nil {
		return 0, err
	}
	defer tx.Rollback()
	if err = tx.QueryRow(`SELECT id FROM job WHERE state = 'new' ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED`).Scan(&id); err != nil {
		return 0, err
	}
	if _, err = tx.Exec(`UPDATE job SET state = 'done' WHERE id = $1`, id); err != nil {
		return 0, err
	}
	return id, tx.Commit()
}

// TestSingleStatementsNeverConflict: outside transactions nobody sees 40001,
// whatever the level, also where statements cross each other's rows.
func TestSingleStatementsNeverConflict(t *testing.T) {
	each(t, func(t *testing.T, level string) {
		db := open(t)
		must(t, db, `CREATE TABLE c (id int PRIMARY KEY, n bigint NOT NULL)`,
			`INSERT INTO c SELECT i, 0 FROM generate_series(1, 10) AS g (i)`)
		const workers, rounds = 8, 25
		var wg sync.WaitGroup
		for w, x := range clients(t, db, workers) {
			x.do(`SET default_transaction_isolation = '` + level + `'`)
			wg.Add(1)
			go func() {
				defer wg.Done()
				for r := range rounds {
					text := `UPDATE c SET n = n + 1 WHERE id <= 5`
					switch (w + r) % 3 {
					case 1:
						text = `UPDATE c SET n = n + 1 WHERE id = 3`
					case 2:
						text = `INSERT INTO c VALUES (4, 1) ON CONFLICT (id) DO UPDATE SET n = c.n + 1`
					}
					if a := x.ask(context.Background(), text); a.err != nil {
						t.Errorf("%s: %v", text, a.err)
						return
					}
				}
			}()
		}
		wg.Wait()
		want := [3]int64{} // ids 1, 3, 4
		for w := range workers {
			for r := range rounds {
				switch (w + r) % 3 {
				case 0:
					want[0], want[1], want[2] = want[0]+1, want[1]+1, want[2]+1
				case 1:
					want[1]++
				case 2:
					want[2]++
				}
			}
		}
		clients(t, db, 1)[0].sees(fmt.Sprintf("1,%d 3,%d 4,%d", want[0], want[1], want[2]),
			`SELECT id, n FROM c WHERE id IN (1, 3, 4) ORDER BY id`)
	})
}

// TestReadOnlyTransactions change nothing and lock nothing.
func TestReadOnlyTransactions(t *testing.T) {
	db := hermitage(t)
	c := clients(t, db, 1)[0]
	for _, text := range []string{`UPDATE test SET value = 1`, `INSERT INTO test VALUES (9, 9)`, `DELETE FROM test`,
		`CREATE TABLE u (a int)`, `SELECT * FROM test FOR UPDATE`} {
		c.do(`BEGIN READ ONLY`)
		c.sees("1,10 2,20", all)
		c.fails("25006", text)
		c.do(`ROLLBACK`)
	}
}
