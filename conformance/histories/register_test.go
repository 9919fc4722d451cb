package histories

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
)

// call is a single statement on one key: a read, a write, or a compare-and-set.
type call struct {
	key      int
	kind     byte // r, w, c
	old, new int
}

type answer struct {
	value   int
	changed bool
}

// register is a number per key, at first 0.
var register = porcupine.Model{
	Partition: func(history []porcupine.Operation) [][]porcupine.Operation {
		byKey := map[int][]porcupine.Operation{}
		for _, o := range history {
			k := o.Input.(call).key
			byKey[k] = append(byKey[k], o)
		}
		var out [][]porcupine.Operation
		for _, h := range byKey {
			out = append(out, h)
		}
		return out
	},
	Init: func() any { return 0 },
	Step: func(state, input, output any) (bool, any) {
		now, in, out := state.(int), input.(call), output.(answer)
		switch {
		case in.kind == 'r':
			return out.value == now, now
		case in.kind == 'w':
			return true, in.new
		case out.changed:
			return now == in.old, in.new
		}
		return now != in.old, now
	},
	DescribeOperation: func(input, output any) string { return fmt.Sprintf("%+v → %+v", input, output) },
}

// TestRegisters checks that single statements on one key take effect at one
// moment between their call and their answer.
func TestRegisters(t *testing.T) {
	for _, settings := range []string{"isolation=repeatable_read", "isolation=read_committed", "isolation=serializable"} {
		t.Run(settings, func(t *testing.T) {
			db := open(t, settings)
			_, err := db.Exec(`CREATE TABLE reg (k int PRIMARY KEY, v int NOT NULL)`)
			must(t, err)
			const registers = 5
			for k := range registers {
				_, err := db.Exec(`INSERT INTO reg VALUES ($1, 0)`, k)
				must(t, err)
			}
			var mu sync.Mutex
			var history []porcupine.Operation
			var wg sync.WaitGroup
			start := time.Now()
			for c := range clients {
				wg.Add(1)
				go func() {
					defer wg.Done()
					rng := rand.New(rand.NewPCG(uint64(c), 9))
					for range 300 * scale() {
						in := call{key: rng.IntN(registers), kind: "rwc"[rng.IntN(3)], old: rng.IntN(4), new: rng.IntN(4)}
						from := time.Since(start)
						out, err := in.run(db)
						if err != nil {
							if !strings.Contains(err.Error(), "40001") {
								t.Error(err)
							}
							continue
						}
						o := porcupine.Operation{ClientId: c, Input: in, Output: out, Call: int64(from), Return: int64(time.Since(start))}
						mu.Lock()
						history = append(history, o)
						mu.Unlock()
					}
				}()
			}
			wg.Wait()
			if r := porcupine.CheckOperationsTimeout(register, history, time.Minute); r != porcupine.Ok {
				t.Errorf("%d calls are not linearizable: %s", len(history), r)
			}
			// The checker must see a read that is wrong.
			for i := range history {
				if in := history[i].Input.(call); in.kind == 'r' {
					history[i].Output = answer{value: 77}
					break
				}
			}
			if r := porcupine.CheckOperationsTimeout(register, history, time.Minute); r != porcupine.Illegal {
				t.Errorf("a wrong read was not seen: %s", r)
			}
		})
	}
}

func (c *call) run(db *sql.DB) (a answer, err error) {
	switch c.kind {
	case 'r':
		err = db.QueryRow(`SELECT v FROM reg WHERE k = $1`, c.key).Scan(&a.value)
	case 'w':
		_, err = db.Exec(`UPDATE reg SET v = $2 WHERE k = $1`, c.key, c.new)
	default:
		var r sql.Result
		if r, err = db.Exec(`UPDATE reg SET v = $2 WHERE k = $1 AND v = $3`, c.key, c.new, c.old); err == nil {
			n, _ := r.RowsAffected()
			a.changed = n == 1
		}
	}
	return a, err
}
