package isolation

import "testing"

// TestLockModes tries each strength against each: PostgreSQL's table.
func TestLockModes(t *testing.T) {
	modes := []string{"KEY SHARE", "SHARE", "NO KEY UPDATE", "UPDATE"}
	conflict := [4][4]bool{
		{false, false, false, true},
		{false, false, true, true},
		{false, true, true, true},
		{true, true, true, true},
	}
	db := hermitage(t)
	for i, held := range modes {
		for j, wanted := range modes {
			t1, t2 := pair(t, db, repeatableRead)
			t1.do(`SELECT * FROM test WHERE id = 1 FOR ` + held)
			a := t2.begin(`SELECT * FROM test WHERE id = 1 FOR ` + wanted + ` NOWAIT`).finish()
			if got := codeOf(a.err); conflict[i][j] != (got == "55P03") || !conflict[i][j] && got != "" {
				t.Errorf("FOR %s against FOR %s: %v", wanted, held, a.err)
			}
			t1.do(`ROLLBACK`)
			t2.do(`ROLLBACK`)
		}
	}
}

// TestKeysOfParents has a foreign key's check pass a change of the parent's
// other columns, and wait for one of its key or for its deletion.
func TestKeysOfParents(t *testing.T) {
	each(t, func(t *testing.T, level string) {
		db := hermitage(t)
		must(t, db, `CREATE TABLE child (id int PRIMARY KEY, parent int REFERENCES test (id))`)
		t1, t2 := pair(t, db, level)
		t1.do(`UPDATE test SET value = 11 WHERE id = 1`)
		t2.do(`INSERT INTO child VALUES (1, 1)`)
		t2.do(`COMMIT`)
		t2.do(`BEGIN ISOLATION LEVEL ` + level)
		t1.do(`UPDATE test SET id = 1 WHERE id = 1`) // the same key
		t2.do(`INSERT INTO child VALUES (2, 1)`)
		t2.do(`COMMIT`)
		t1.do(`UPDATE test SET id = 22 WHERE id = 2`)
		p := t2.begin(`INSERT INTO child VALUES (3, 2)`).waits()
		t1.do(`COMMIT`)
		p.fails("23503")
	})
}

// TestScanLocks has UPDATE … FROM lock the rows that it changes, and no more.
func TestScanLocks(t *testing.T) {
	db := hermitage(t)
	must(t, db, `CREATE TABLE other (id int PRIMARY KEY)`, `INSERT INTO other VALUES (2)`)
	t1, t2 := pair(t, db, repeatableRead)
	t1.do(`UPDATE test SET value = 21 FROM other WHERE other.id = test.id`)
	t2.sees("1,10", `SELECT * FROM test WHERE id = 1 FOR UPDATE NOWAIT`)
	t2.fails("55P03", `SELECT * FROM test WHERE id = 2 FOR SHARE NOWAIT`)
}

// TestCheckWaitsForChild has the deletion of a parent wait for a child row
// that another transaction is about to delete.
func TestCheckWaitsForChild(t *testing.T) {
	db := hermitage(t)
	must(t, db, `CREATE TABLE child (id int PRIMARY KEY, parent int REFERENCES test (id))`, `INSERT INTO child VALUES (1, 1)`)
	t1, t2 := pair(t, db, readCommitted)
	t1.do(`DELETE FROM child WHERE id = 1`)
	p := t2.begin(`DELETE FROM test WHERE id = 1`).waits()
	t1.do(`COMMIT`)
	p.gives("")
	t2.do(`COMMIT`)
}
