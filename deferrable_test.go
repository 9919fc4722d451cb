package zqlite_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"testing"

	"github.com/zqlite/zqlite"
)

// Deferrable keys stay unique whoever writes beside whom: transactions that
// share a key for a while, take it from others, and give it back.
func TestDeferrableKeysStayUnique(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	db := open(t, path)
	_, err := db.Exec(`CREATE TABLE t (id int PRIMARY KEY DEFERRABLE INITIALLY DEFERRED, u text UNIQUE DEFERRABLE, n int);
		INSERT INTO t SELECT g, g, 0 FROM generate_series(1, 20) g`)
	must(t, err)
	var wait sync.WaitGroup
	committed := make([]int, 6)
	for g := range committed {
		wait.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(g), 9))
			for range 60 {
				err := func() error {
					tx, err := db.Begin()
					if err != nil {
						return err
					}
					defer tx.Rollback()
					if rng.IntN(2) == 0 {
						if _, err := tx.Exec("SET CONSTRAINTS ALL DEFERRED"); err != nil {
							return err
						}
					}
					for range 1 + rng.IntN(3) {
						a, b := rng.IntN(25), rng.IntN(25)
						text := []string{
							"INSERT INTO t VALUES (%d, %d, 1)", "UPDATE t SET id = %d WHERE id = %d", "UPDATE t SET u = %d WHERE id = %d",
							"DELETE FROM t WHERE id = %d OR n > 1 AND id = %d", "UPDATE t SET id = 25 - id, u = id WHERE id IN (%d, %d)",
						}[rng.IntN(5)]
						if _, err := tx.Exec(fmt.Sprintf(text, a, b)); err != nil {
							return err
						}
					}
					return tx.Commit()
				}()
				var e *zqlite.Error
				switch {
				case err == nil:
					committed[g]++
				case !errors.As(err, &e) || e.Code != "23505" && e.Code != "40001" && e.Code != "40P01":
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	check := func() {
		t.Helper()
		var rows, ids, us, viaIndex int
		must(t, db.QueryRow("SELECT count(*), count(DISTINCT id), count(DISTINCT u) FROM t").Scan(&rows, &ids, &us))
		must(t, db.QueryRow("SELECT count(*) FROM t a WHERE EXISTS (SELECT 1 FROM t b WHERE b.u = a.u AND b.id = a.id)").Scan(&viaIndex))
		if rows == 0 || ids != rows || us != rows || viaIndex != rows {
			t.Fatalf("%d rows have %d ids and %d texts, %d are found", rows, ids, us, viaIndex)
		}
	}
	check()
	must(t, db.Close())
	db = open(t, path)
	check()
	for g, n := range committed {
		if n == 0 {
			t.Errorf("writer %d committed nothing", g)
		}
	}
}
