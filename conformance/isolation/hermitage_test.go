package isolation

import "testing"

// The tests of this file carry the names of the Hermitage list. Where a level
// has two behaviours, `late` transactions have read before they write, so
// that 40001 is the answer and not a restart.

const all = `SELECT id, value FROM test ORDER BY id`

func TestG0WriteCycles(t *testing.T) {
	each(t, func(t *testing.T, level string) {
		db := hermitage(t)
		t1, t2 := pair(t, db, level)
		t1.do(`UPDATE test SET value = 11 WHERE id = 1`)
		p := t2.begin(`UPDATE test SET value = 12 WHERE id = 1`).waits()
		t1.do(`UPDATE test SET value = 21 WHERE id = 2`)
		t1.do(`COMMIT`)
		p.ok() // the first statement of t2 starts again at every level
		t2.sees("1,12 2,21", all)
		t2.do(`UPDATE test SET value = 22 WHERE id = 2`)
		t2.do(`COMMIT`)
		content(t, db, "1,12 2,22")
	})
}

func TestG0WriteCyclesLate(t *testing.T) {
	each(t, func(t *testing.T, level string) {
		db := hermitage(t)
		t1, t2 := pair(t, db, level)
		t2.sees("20", `SELECT value FROM test WHERE id = 2`)
		t1.do(`UPDATE test SET value = 11 WHERE id = 1`)
		p := t2.begin(`UPDATE test SET value = 12 WHERE id = 1`).waits()
		t1.do(`UPDATE test SET value = 21 WHERE id = 2`)
		t1.do(`COMMIT`)
		if level != readCommitted {
			p.fails("40001")
			t2.fails("25P02", all)
			t2.do(`ROLLBACK`)
			content(t, db, "1,11 2,21")
			return
		}
		p.ok()
		t2.do(`UPDATE test SET value = 22 WHERE id = 2`)
		t2.do(`COMMIT`)
		content(t, db, "1,12 2,22")
	})
}

func TestG1aAbortedReads(t *testing.T) {
	each(t, func(t *testing.T, level string) {
		db := hermitage(t)
		t1, t2 := pair(t, db, level)
		t1.do(`UPDATE test SET value = 101 WHERE id = 1`)
		t2.sees("1,10 2,20", all)
		t1.do(`ROLLBACK`)
		t2.sees("1,10 2,20", all)
		t2.do(`COMMIT`)
	})
}

func TestG1bIntermediateReads(t *testing.T) {
	each(t, func(t *testing.T, level string) {
		db := hermitage(t)
		t1, t2 := pair(t, db, level)
		t1.do(`UPDATE test SET value = 101 WHERE id = 1`)
		t2.sees("1,10 2,20", all)
		t1.do(`UPDATE test SET value = 11 WHERE id = 1`)
		t1.do(`COMMIT`)
		if level == readCommitted {
			t2.sees("1,11 2,20", all)
		} else {
			t2.sees("1,10 2,20", all)
		}
		t2.do(`COMMIT`)
	})
}

func TestG1cCircularInformationFlow(t *testing.T) {
	each(t, func(t *testing.T, level string) {
		db := hermitage(t)
		t1, t2 := pair(t, db, level)
		t1.do(`UPDATE test SET value = 11 WHERE id = 1`)
		t2.do(`UPDATE test SET value = 22 WHERE id = 2`)
		t1.sees("2,20", `SELECT * FROM test WHERE id = 2`)
		t2.sees("1,10", `SELECT * FROM test WHERE id = 1`)
		if level == serializable {
			oneFails(t, t1, t2)
			return
		}
		t1.do(`COMMIT`)
		t2.do(`COMMIT`)
	})
}

func TestOTVObservedTransactionVanishes(t *testing.T) {
	each(t, func(t *testing.T, level string) {
		db := hermitage(t)
		c := clients(t, db, 3)
		for _, x := range c {
			x.do("BEGIN ISOLATION LEVEL " + level)
		}
		t1, t2, t3 := c[0], c[1], c[2]
		t1.do(`UPDATE test SET value = 11 WHERE id = 1`)
		t1.do(`UPDATE test SET value = 19 WHERE id = 2`)
		p := t2.begin(`UPDATE test SET value = 12 WHERE id = 1`).waits()
		t1.do(`COMMIT`)
		p.ok()
		t3.sees("1,11", `SELECT * FROM test WHERE id = 1`)
		t2.do(`UPDATE test SET value = 18 WHERE id = 2`)
		t3.sees("2,19", `SELECT * FROM test WHERE id = 2`)
		t2.do(`COMMIT`)
		if level == readCommitted {
			t3.sees("1,12 2,18", all)
		} else {
			t3.sees("1,11 2,19", all)
		}
		t3.do(`COMMIT`)
	})
}

func TestPMPPredicateManyPreceders(t *testing.T) {
	each(t, func(t *testing.T, level string) {
		db := hermitage(t)
		t1, t2 := pair(t, db, level)
		t1.sees("", `SELECT * FROM test WHERE value = 30`)
		t2.do(`INSERT INTO test VALUES (3, 30)`)
		t2.do(`COMMIT`)
		if level == readCommitted {
			t1.sees("3,30", `SELECT * FROM test WHERE value % 3 = 0`)
		} else {
			t1.sees("", `SELECT * FROM test WHERE value % 3 = 0`)
		}
		t1.do(`COMMIT`)
	})
}

// In PostgreSQL the DELETE finds nothing, since it looks again only at the row
// it waited for. Here the statement starts again and finds the row that has
// come to match.
func TestPMPWritePredicates(t *testing.T) {
	each(t, func(t *testing.T, level string) {
		db := hermitage(t)
		t1, t2 := pair(t, db, level)
		t1.do(`UPDATE test SET value = value + 10`)
		p := t2.begin(`DELETE FROM test WHERE value = 20 RETURNING id, value`).waits()
		t1.do(`COMMIT`)
		p.gives("1,20")
		t2.do(`COMMIT`)
		content(t, db, "2,30")
	})
}

func TestPMPWritePredicatesLate(t *testing.T) {
	each(t, func(t *testing.T, level string) {
		db := hermitage(t)
		t1, t2 := pair(t, db, level)
		t2.sees("1,10 2,20", all)
		t1.do(`UPDATE test SET value = value + 10`)
		p := t2.begin(`DELETE FROM test WHERE value = 20 RETURNING id, value`).waits()
		t1.do(`COMMIT`)
		if level == readCommitted {
			p.gives("1,20")
			t2.do(`COMMIT`)
			content(t, db, "2,30")
			return
		}
		p.fails("40001")
		t2.do(`ROLLBACK`)
		content(t, db, "1,20 2,30")
	})
}

func TestP4LostUpdate(t *testing.T) {
	each(t, func(t *testing.T, level string) {
		db := hermitage(t)
		t1, t2 := pair(t, db, level)
		t1.sees("1,10", `SELECT * FROM test WHERE id = 1`)
		t2.sees("1,10", `SELECT * FROM test WHERE id = 1`)
		t1.do(`UPDATE test SET value = 11 WHERE id = 1`)
		p := t2.begin(`UPDATE test SET value = 12 WHERE id = 1`).waits()
		t1.do(`COMMIT`)
		if level == readCommitted {
			p.ok()
			t2.do(`COMMIT`)
			content(t, db, "1,12 2,20")
			return
		}
		p.fails("40001")
		t2.do(`ROLLBACK`)
		content(t, db, "1,11 2,20")
	})
}

// TestP4Committed is P4 where the other has committed already: no wait.
func TestP4Committed(t *testing.T) {
	each(t, func(t *testing.T, level string) {
		for _, change := range []string{`UPDATE test SET value = value + 1 WHERE id = 1`, `DELETE FROM test WHERE id = 1`,
			`UPDATE test SET value = value + 1 WHERE value = 10`, `DELETE FROM test`} {
			db := hermitage(t)
			t1, t2 := pair(t, db, level)
			t2.sees("1,10", `SELECT * FROM test WHERE id = 1`)
			t1.do(`UPDATE test SET value = 11 WHERE id = 1`)
			t1.do(`COMMIT`)
			if level == readCommitted {
				t2.do(change)
				t2.do(`COMMIT`)
			} else {
				t2.fails("40001", change)
				t2.do(`ROLLBACK`)
				content(t, db, "1,11 2,20")
			}
		}
	})
}

func TestGSingleReadSkew(t *testing.T) {
	each(t, func(t *testing.T, level string) {
		db := hermitage(t)
		t1, t2 := pair(t, db, level)
		t1.sees("1,10", `SELECT * FROM test WHERE id = 1`)
		t2.sees("1,10 2,20", all)
		t2.do(`UPDATE test SET value = 12 WHERE id = 1`)
		t2.do(`UPDATE test SET value = 18 WHERE id = 2`)
		t2.do(`COMMIT`)
		if level == readCommitted {
			t1.sees("2,18", `SELECT * FROM test WHERE id = 2`)
		} else {
			t1.sees("2,20", `SELECT * FROM test WHERE id = 2`)
		}
		t1.do(`COMMIT`)
	})
}

func TestGSinglePredicateDependencies(t *testing.T) {
	each(t, func(t *testing.T, level string) {
		db := hermitage(t)
		t1, t2 := pair(t, db, level)
		t1.sees("1,10 2,20", `SELECT * FROM test WHERE value % 5 = 0 ORDER BY id`)
		t2.do(`UPDATE test SET value = 12 WHERE value = 10`)
		t2.do(`COMMIT`)
		if level == readCommitted {
			t1.sees("1,12", `SELECT * FROM test WHERE value % 3 = 0`)
		} else {
			t1.sees("", `SELECT * FROM test WHERE value % 3 = 0`)
		}
		t1.do(`COMMIT`)
	})
}

func TestGSingleWritePredicate(t *testing.T) {
	each(t, func(t *testing.T, level string) {
		db := hermitage(t)
		t1, t2 := pair(t, db, level)
		t1.sees("1,10", `SELECT * FROM test WHERE id = 1`)
		t2.sees("1,10 2,20", all)
		t2.do(`UPDATE test SET value = 12 WHERE id = 1`)
		t2.do(`UPDATE test SET value = 18 WHERE id = 2`)
		t2.do(`COMMIT`)
		if level == readCommitted {
			t1.sees("", `DELETE FROM test WHERE value = 20 RETURNING id`)
			t1.do(`COMMIT`)
		} else {
			t1.fails("40001", `DELETE FROM test WHERE value = 20`)
			t1.do(`ROLLBACK`)
		}
		content(t, db, "1,12 2,18")
	})
}

func TestGSingleWritePredicateInterleaved(t *testing.T) {
	each(t, func(t *testing.T, level string) {
		db := hermitage(t)
		t1, t2 := pair(t, db, level)
		t1.sees("1,10", `SELECT * FROM test WHERE id = 1`)
		t2.sees("1,10 2,20", all)
		t2.do(`UPDATE test SET value = 12 WHERE id = 1`)
		t1.sees("2", `DELETE FROM test WHERE value = 20 RETURNING id`)
		p := t2.begin(`UPDATE test SET value = 18 WHERE id = 2`).waits()
		t1.do(`ROLLBACK`)
		p.ok()
		t2.do(`COMMIT`)
		content(t, db, "1,12 2,18")
	})
}

func TestG2ItemWriteSkew(t *testing.T) {
	each(t, func(t *testing.T, level string) {
		db := hermitage(t)
		t1, t2 := pair(t, db, level)
		const both = `SELECT * FROM test WHERE id IN (1, 2) ORDER BY id`
		t1.sees("1,10 2,20", both)
		t2.sees("1,10 2,20", both)
		t1.do(`UPDATE test SET value = 11 WHERE id = 1`)
		t2.do(`UPDATE test SET value = 21 WHERE id = 2`)
		if level == serializable {
			oneFails(t, t1, t2)
			return
		}
		t1.do(`COMMIT`)
		t2.do(`COMMIT`)
		content(t, db, "1,11 2,21")
	})
}

func TestG2AntiDependencyCycles(t *testing.T) {
	each(t, func(t *testing.T, level string) {
		for _, predicate := range []string{`value % 3 = 0`, `value >= 30`, `value = 30 OR value = 42`, `id > 2`, `id BETWEEN 3 AND 9`, `id IN (3, 4)`} {
			for _, indexed := range []bool{false, true} {
				db := hermitage(t)
				if indexed {
					must(t, db, `CREATE INDEX test_value ON test (value)`)
				}
				t1, t2 := pair(t, db, level)
				t1.sees("", `SELECT * FROM test WHERE `+predicate)
				t2.sees("", `SELECT * FROM test WHERE `+predicate)
				t1.do(`INSERT INTO test VALUES (3, 30)`)
				t2.do(`INSERT INTO test VALUES (4, 42)`)
				if level == serializable {
					oneFails(t, t1, t2)
					continue
				}
				t1.do(`COMMIT`)
				t2.do(`COMMIT`)
				content(t, db, "1,10 2,20 3,30 4,42")
			}
		}
	})
}

// TestG2Joined reads through joins, aggregates and subqueries.
func TestG2Joined(t *testing.T) {
	for _, query := range []string{
		`SELECT count(*) FROM test WHERE value > 25`,
		`SELECT 0 + coalesce(max(a.value) - 20, 0) FROM test a JOIN test b USING (id)`,
		`SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM test WHERE value = 30 OR value = 42)`,
		`SELECT (SELECT count(*) FROM test) - 2`,
		`SELECT id - 2 FROM test ORDER BY id DESC LIMIT 1`,
	} {
		db := hermitage(t)
		t1, t2 := pair(t, db, serializable)
		t1.sees("0", query)
		t2.sees("0", query)
		t1.do(`INSERT INTO test VALUES (3, 30)`)
		t2.do(`INSERT INTO test VALUES (4, 42)`)
		x, y := codeOf(t1.begin("COMMIT").finish().err), codeOf(t2.begin("COMMIT").finish().err)
		if !(x == "" && y == "40001") {
			t.Errorf("%s: commits gave %q and %q", query, x, y)
		}
	}
}

// TestG2ReadByChanges writes what it read in the same statement.
func TestG2ReadByChanges(t *testing.T) {
	db := hermitage(t)
	must(t, db, `CREATE TABLE log (who int PRIMARY KEY, total int)`)
	t1, t2 := pair(t, db, serializable)
	t1.do(`SELECT 1`)
	t2.do(`SELECT 1`)
	t1.do(`INSERT INTO log SELECT 1, sum(value) FROM test`)
	t2.do(`UPDATE test SET value = value + (SELECT count(*) FROM log) + 1 WHERE id = 1`)
	oneFails(t, t1, t2)
}

func TestG2TwoAntiDependencyEdges(t *testing.T) {
	each(t, func(t *testing.T, level string) {
		db := hermitage(t)
		c := clients(t, db, 3)
		t1, t2, t3 := c[0], c[1], c[2]
		for _, x := range c {
			x.do("BEGIN ISOLATION LEVEL " + level)
		}
		t1.sees("1,10 2,20", all)
		t2.do(`UPDATE test SET value = value + 5 WHERE id = 2`)
		t2.do(`COMMIT`)
		t3.sees("1,10 2,25", all)
		t3.do(`COMMIT`)
		t1.do(`UPDATE test SET value = 0 WHERE id = 1`)
		if level == serializable {
			t1.fails("40001", `COMMIT`)
			return
		}
		t1.do(`COMMIT`)
		content(t, db, "1,0 2,25")
	})
}

// TestReadersCommit: a serializable transaction that only read is placed where
// its snapshot is, and is never refused.
func TestReadersCommit(t *testing.T) {
	db := hermitage(t)
	t1, t2 := pair(t, db, serializable)
	t1.sees("1,10 2,20", all)
	t2.do(`UPDATE test SET value = value + 1`)
	t2.do(`INSERT INTO test VALUES (3, 30)`)
	t2.do(`COMMIT`)
	t1.sees("1,10 2,20", all)
	t1.do(`COMMIT`)
}

// TestUnrelatedWritersCommit: what others do elsewhere is no conflict.
func TestUnrelatedWritersCommit(t *testing.T) {
	each(t, func(t *testing.T, level string) {
		db := hermitage(t)
		t1, t2 := pair(t, db, level)
		t1.sees("10", `SELECT value FROM test WHERE id = 1`)
		t2.sees("20", `SELECT value FROM test WHERE id = 2`)
		t1.do(`UPDATE test SET value = 11 WHERE id = 1`)
		t2.do(`UPDATE test SET value = 21 WHERE id = 2`)
		t1.do(`COMMIT`)
		t2.do(`COMMIT`)
		content(t, db, "1,11 2,21")
	})
}

func TestOwnWritesAreSeen(t *testing.T) {
	each(t, func(t *testing.T, level string) {
		db := hermitage(t)
		t1, t2 := pair(t, db, level)
		t1.do(`UPDATE test SET value = value * 2`)
		t1.do(`INSERT INTO test VALUES (3, 5)`)
		t1.do(`DELETE FROM test WHERE id = 1`)
		t1.sees("2,40 3,5", all)
		t1.do(`SAVEPOINT a`)
		t1.do(`UPDATE test SET id = id + 10`)
		t1.sees("12,40 13,5", all)
		t1.do(`ROLLBACK TO a`)
		t1.sees("2,40 3,5", all)
		t2.sees("1,10 2,20", all)
		t1.do(`COMMIT`)
		content(t, db, "2,40 3,5")
	})
}
