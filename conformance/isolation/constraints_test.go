package isolation

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
)

func TestUniqueInsertsWait(t *testing.T) {
	each(t, func(t *testing.T, level string) {
		for _, end := range []string{"COMMIT", "ROLLBACK"} {
			for _, column := range []string{"id", "value"} {
				db := hermitage(t)
				must(t, db, `CREATE UNIQUE INDEX test_value ON test (value)`)
				first, second := `INSERT INTO test VALUES (3, 30)`, `INSERT INTO test VALUES (3, 31)`
				if column == "value" {
					second = `INSERT INTO test VALUES (4, 30)`
				}
				t1, t2 := pair(t, db, level)
				t1.do(first)
				t1.sees("3", `SELECT count(*) FROM test`)
				p := t2.begin(second).waits()
				t1.do(end)
				if end == "ROLLBACK" {
					p.ok()
					t2.do(`COMMIT`)
					continue
				}
				p.fails("23505")
				t2.do(`ROLLBACK`)
				content(t, db, "1,10 2,20 3,30")
				sound(t, db)
			}
		}
	})
}

// TestUniqueSeesTheNewest: a row that the snapshot does not show is found
// nevertheless.
func TestUniqueSeesTheNewest(t *testing.T) {
	each(t, func(t *testing.T, level string) {
		db := hermitage(t)
		must(t, db, `CREATE UNIQUE INDEX test_value ON test (value)`)
		t1, t2 := pair(t, db, level)
		t2.sees("1,10 2,20", all)
		t1.do(`INSERT INTO test VALUES (3, 30)`)
		t1.do(`COMMIT`)
		for _, text := range []string{`INSERT INTO test VALUES (3, 99)`, `INSERT INTO test VALUES (4, 30)`, `UPDATE test SET value = 30 WHERE id = 1`} {
			t2.do(`SAVEPOINT s`)
			if code := codeOf(t2.begin(text).finish().err); code != "23505" && (code != "40001" || level == readCommitted) {
				t.Errorf("%s: %q", text, code)
			}
			t2.do(`ROLLBACK TO s`)
		}
	})
}

func TestOnConflictWaits(t *testing.T) {
	each(t, func(t *testing.T, level string) {
		for _, end := range []string{"COMMIT", "ROLLBACK"} {
			db := hermitage(t)
			t1, t2 := pair(t, db, level)
			t1.do(`INSERT INTO test VALUES (3, 30)`)
			p := t2.begin(`INSERT INTO test VALUES (3, 1) ON CONFLICT (id) DO UPDATE SET value = test.value + excluded.value RETURNING value`).waits()
			t1.do(end)
			if end == "COMMIT" {
				p.gives("31")
			} else {
				p.gives("1")
			}
			t2.do(`COMMIT`)
		}
		db := hermitage(t)
		t1, t2 := pair(t, db, level)
		t1.do(`INSERT INTO test VALUES (3, 30)`)
		p := t2.begin(`INSERT INTO test VALUES (3, 1), (4, 40) ON CONFLICT DO NOTHING RETURNING id`).waits()
		t1.do(`COMMIT`)
		p.gives("4")
		t2.do(`COMMIT`)
		content(t, db, "1,10 2,20 3,30 4,40")
	})
}

func TestDeleteThenInsertOfOneKey(t *testing.T) {
	db := hermitage(t)
	must(t, db, `CREATE UNIQUE INDEX test_value ON test (value)`)
	t1, t2 := pair(t, db, readCommitted)
	t1.do(`DELETE FROM test WHERE id = 1`)
	p := t2.begin(`INSERT INTO test VALUES (7, 10)`).waits()
	t1.do(`COMMIT`)
	p.ok()
	t2.do(`COMMIT`)
	content(t, db, "2,20 7,10")
	sound(t, db)
}

const family = `CREATE TABLE parent (id int PRIMARY KEY, name text)`
const children = `CREATE TABLE child (id int PRIMARY KEY, parent int NOT NULL REFERENCES parent (id))`

func TestChildThenParentDelete(t *testing.T) {
	each(t, func(t *testing.T, level string) {
		for _, end := range []string{"COMMIT", "ROLLBACK"} {
			for _, change := range []string{`DELETE FROM parent WHERE id = 1`, `UPDATE parent SET id = 9 WHERE id = 1`} {
				db := open(t)
				must(t, db, family, children, `INSERT INTO parent VALUES (1, 'a'), (2, 'b')`)
				t1, t2 := pair(t, db, level)
				t1.do(`INSERT INTO child VALUES (10, 1)`)
				p := t2.begin(change).waits()
				t1.do(end)
				if end == "COMMIT" {
					p.fails("23503")
				} else {
					p.ok()
					t2.do(`COMMIT`)
				}
			}
		}
	})
}

func TestParentDeleteThenChild(t *testing.T) {
	each(t, func(t *testing.T, level string) {
		for _, end := range []string{"COMMIT", "ROLLBACK"} {
			db := open(t)
			must(t, db, family, children, `INSERT INTO parent VALUES (1, 'a'), (2, 'b')`, `INSERT INTO child VALUES (5, 2)`)
			t1, t2 := pair(t, db, level)
			t1.do(`DELETE FROM parent WHERE id = 1`)
			p := t2.begin(`INSERT INTO child VALUES (10, 1)`).waits()
			t1.do(end)
			if end == "COMMIT" {
				p.fails("23503")
			} else {
				p.ok()
				t2.do(`COMMIT`)
			}
		}
	})
}

// TestForeignKeysSeeTheNewest: rows that a snapshot does not show, or still
// shows, do not deceive the check.
func TestForeignKeysSeeTheNewest(t *testing.T) {
	each(t, func(t *testing.T, level string) {
		db := open(t)
		must(t, db, family, children, `INSERT INTO parent VALUES (1, 'a'), (2, 'b')`)
		t1, t2 := pair(t, db, level)
		t2.sees("0", `SELECT count(*) FROM child`)
		t1.do(`INSERT INTO child VALUES (10, 1)`)
		t1.do(`DELETE FROM parent WHERE id = 2`)
		t1.do(`COMMIT`)
		for _, text := range []string{`DELETE FROM parent WHERE id = 1`, `INSERT INTO child VALUES (11, 2)`} {
			t2.do(`SAVEPOINT s`)
			if code := codeOf(t2.begin(text).finish().err); code != "23503" && (code != "40001" || level == readCommitted) {
				t.Errorf("%s: %q", text, code)
			}
			t2.do(`ROLLBACK TO s`)
		}
	})
}

// TestParentUpdateBesideChild: a change that leaves the key alone does not
// wait for children that refer to it.
func TestParentUpdateBesideChild(t *testing.T) {
	db := open(t)
	must(t, db, family, children, `INSERT INTO parent VALUES (1, 'a')`)
	t1, t2 := pair(t, db, repeatableRead)
	t1.do(`INSERT INTO child VALUES (10, 1)`)
	t2.do(`UPDATE parent SET name = 'z' WHERE id = 1`)
	t2.do(`COMMIT`)
	t1.do(`COMMIT`)
}

// TestNoOrphans lets parents and children come and go in every order.
func TestNoOrphans(t *testing.T) {
	for _, action := range []string{"NO ACTION", "CASCADE", "SET NULL"} {
		t.Run(action, func(t *testing.T) {
			t.Parallel()
			db := open(t)
			must(t, db, family, `CREATE TABLE child (id bigint PRIMARY KEY, parent int REFERENCES parent (id) ON DELETE `+action+`)`,
				`CREATE INDEX child_parent ON child (parent)`, `INSERT INTO parent SELECT i, 'p' FROM generate_series(1, 8) AS g (i)`)
			var wg sync.WaitGroup
			for w, c := range clients(t, db, 6) {
				wg.Add(1)
				go func() {
					defer wg.Done()
					r := rand.New(rand.NewPCG(uint64(w), 1))
					for i := range 60 {
						var text string
						id := r.IntN(8) + 1
						switch r.IntN(5) {
						case 0:
							text = fmt.Sprintf(`DELETE FROM parent WHERE id = %d`, id)
						case 1:
							text = fmt.Sprintf(`INSERT INTO parent VALUES (%d, 'n') ON CONFLICT DO NOTHING`, id)
						case 2:
							text = fmt.Sprintf(`DELETE FROM child WHERE parent = %d`, id)
						case 3:
							text = fmt.Sprintf(`UPDATE child SET parent = %d WHERE id %% 7 = %d`, id, r.IntN(7))
						default:
							text = fmt.Sprintf(`INSERT INTO child VALUES (%d, %d)`, w*1000+i, id)
						}
						a := c.ask(context.Background(), text)
						if code := codeOf(a.err); code != "" && code != "23503" && code != "40P01" {
							t.Errorf("%s: %v", text, a.err)
							return
						}
					}
				}()
			}
			wg.Wait()
			c := clients(t, db, 1)[0]
			c.sees("0", `SELECT count(*) FROM child c WHERE parent IS NOT NULL AND NOT EXISTS (SELECT 1 FROM parent p WHERE p.id = c.parent)`)
			sound(t, db)
		})
	}
}

// TestOnCall is write skew with many hands: at each level but SERIALIZABLE the
// rule may break; at SERIALIZABLE at least one stays on call.
func TestOnCall(t *testing.T) {
	db := open(t)
	must(t, db, `CREATE TABLE doctor (id int PRIMARY KEY, on_call int NOT NULL)`, `INSERT INTO doctor SELECT i, 1 FROM generate_series(1, 4) AS g (i)`)
	var wg sync.WaitGroup
	for w, c := range clients(t, db, 6) {
		wg.Add(1)
		go func() {
			defer wg.Done()
			r := rand.New(rand.NewPCG(uint64(w), 2))
			for range 60 {
				if err := shift(c, r); err != nil {
					if code := codeOf(err); code != "40001" && code != "40P01" {
						t.Error(err)
						return
					}
					c.ask(context.Background(), `ROLLBACK`)
				}
			}
		}()
	}
	wg.Wait()
	if got := clients(t, db, 1)[0].do(`SELECT count(*) FROM doctor WHERE on_call = 1`); got == "0" {
		t.Error("nobody is on call")
	}
}

// shift takes one off call if another one is, or puts one on; it fails the
// test's rule when it sees nobody on call.
func shift(c *client, r *rand.Rand) error {
	ctx := context.Background()
	if a := c.ask(ctx, `BEGIN ISOLATION LEVEL SERIALIZABLE`); a.err != nil {
		return a.err
	}
	a := c.ask(ctx, `SELECT count(*) FROM doctor WHERE on_call = 1`)
	if a.err != nil {
		return a.err
	}
	if a.rows == "0" {
		return fmt.Errorf("%s sees nobody on call", c.name)
	}
	id := r.IntN(4) + 1
	text := `UPDATE doctor SET on_call = 1 WHERE id = $1`
	if a.rows != "1" && r.IntN(3) > 0 {
		text = `UPDATE doctor SET on_call = 0 WHERE id = $1`
	}
	if b := c.ask(ctx, text, id); b.err != nil {
		return b.err
	}
	return c.ask(ctx, `COMMIT`).err
}
