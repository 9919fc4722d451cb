package crash

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	_ "github.com/zqlite/zqlite"
)

// The child's file and its seed; set means: be the victim.
const (
	envFile = "ZQLITE_CRASH_FILE"
	envSeed = "ZQLITE_CRASH_SEED"
)

const (
	writers  = 6
	perBatch = 7 // rows of one transaction
)

func TestMain(m *testing.M) {
	if file := os.Getenv(envFile); file != "" {
		seed, err := strconv.ParseUint(os.Getenv(envSeed), 10, 64)
		if err == nil {
			err = work(file, seed)
		}
		fmt.Fprintln(os.Stderr, err) // the parent did not kill us: it wants to know
		os.Exit(3)
	}
	os.Exit(m.Run())
}

var schema = []string{
	`CREATE TABLE IF NOT EXISTS entry (id bigint PRIMARY KEY, batch bigint NOT NULL, writer int NOT NULL, body text NOT NULL)`,
	`CREATE INDEX IF NOT EXISTS entry_batch ON entry (batch)`,
	`CREATE INDEX IF NOT EXISTS entry_body ON entry (body, writer)`,
	`CREATE TABLE IF NOT EXISTS tally (writer int PRIMARY KEY, n bigint NOT NULL)`,
	`CREATE TABLE IF NOT EXISTS large (batch bigint PRIMARY KEY, data bytea NOT NULL)`,
}

// work is the victim: it writes for ever. A line on standard output names a
// transaction of one writer that was acknowledged.
func work(file string, seed uint64) error {
	db, err := sql.Open("zqlite", file)
	if err != nil {
		return err
	}
	for _, text := range schema {
		if _, err := db.Exec(text); err != nil {
			return fmt.Errorf("%s: %w", text, err)
		}
	}
	failed := make(chan error, writers+1)
	for w := range writers {
		go func() { failed <- write(db, w, rand.New(rand.NewPCG(seed, uint64(w)))) }()
	}
	go func() {
		for {
			if _, err := db.Exec(`CHECKPOINT`); err != nil {
				failed <- fmt.Errorf("checkpoint: %w", err)
				return
			}
			time.Sleep(15 * time.Millisecond)
		}
	}()
	return <-failed
}

// write is one writer. Its batches are numbered n*writers+w, and batch b has
// the entries b*perBatch and following; every fifth batch changes the one
// before and every eleventh takes away an older one, so that a tally of
// transactions and the state of every row follow from the last number.
func write(db *sql.DB, w int, r *rand.Rand) error {
	var n int64
	err := db.QueryRow(`SELECT n FROM tally WHERE writer = $1`, w).Scan(&n)
	if err == sql.ErrNoRows {
		_, err = db.Exec(`INSERT INTO tally VALUES ($1, 0)`, w)
	}
	for err == nil {
		n++
		if err = transaction(db, w, n, r); err == nil {
			_, err = os.Stdout.WriteString(fmt.Sprintf("%d %d\n", w, n))
		}
	}
	return err
}

func number(w int, n int64) int64 { return n*writers + int64(w) }

func transaction(db *sql.DB, w int, n int64, r *rand.Rand) error {
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	b := number(w, n)
	run := func(text string, args ...any) {
		if err == nil {
			if _, err = tx.Exec(text, args...); err != nil {
				err = fmt.Errorf("%s: %w", text, err)
			}
		}
	}
	for i := range int64(perBatch) {
		run(`INSERT INTO entry VALUES ($1, $2, $3, $4)`, b*perBatch+i, b, w, body(b, "first"))
	}
	if n%5 == 0 {
		run(`UPDATE entry SET body = $1 WHERE batch = $2`, body(b, "changed"), number(w, n-1))
	}
	if n%11 == 0 {
		run(`DELETE FROM entry WHERE batch = $1`, number(w, n-10))
	}
	if n%17 == 0 {
		run(`INSERT INTO large VALUES ($1, $2)`, b, blob(b))
	}
	if r.IntN(8) == 0 {
		run(`SAVEPOINT s`)
		run(`DELETE FROM entry WHERE writer = $1`, w)
		run(`ROLLBACK TO s`)
	}
	run(`UPDATE tally SET n = n + 1 WHERE writer = $1`, w)
	if err != nil {
		return err
	}
	return tx.Commit()
}

func body(b int64, what string) string {
	return fmt.Sprintf("%s %d %s", what, b, strings.Repeat("x", int(b%90)))
}

func blob(b int64) []byte {
	data := make([]byte, 20_000+b%30_000)
	for i := range data {
		data[i] = byte(int64(i) * b)
	}
	return data
}

// want is the body that batch n of writer w has after last transactions of
// that writer; "" where it is gone or not there yet.
func want(w int, n, last int64) string {
	switch {
	case n > last, (n+10)%11 == 0 && n+10 <= last:
		return ""
	case (n+1)%5 == 0 && n+1 <= last:
		return body(number(w, n+1), "changed")
	}
	return body(number(w, n), "first")
}

func TestKill(t *testing.T) {
	rounds, files := 10, 2
	if os.Getenv("ZQLITE_LONG") != "" {
		rounds, files = 500, 20
	}
	for f := range files {
		mode := []string{"full", "normal"}[f%2]
		t.Run(fmt.Sprintf("%s%d", mode, f/2), func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "t.db") + "?sync=" + mode
			acknowledged := map[int]int64{}
			for round := range rounds {
				kill(t, file, uint64(f*1000+round), acknowledged)
				check(t, file, round, acknowledged)
				if t.Failed() {
					return
				}
			}
			total := int64(0)
			for _, n := range acknowledged {
				total += n
			}
			if total < int64(rounds) {
				t.Errorf("only %d transactions in %d rounds: the load is no load", total, rounds)
			}
			t.Logf("%d transactions in %d rounds", total, rounds)
		})
	}
}

// kill runs a victim for a short time and notes what it acknowledged.
func kill(t *testing.T, file string, seed uint64, acknowledged map[int]int64) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), envFile+"="+file, envSeed+"="+strconv.FormatUint(seed, 10))
	var complaint strings.Builder
	cmd.Stderr = &complaint
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(seed, 99))
	var clock *time.Timer
	for lines := bufio.NewReader(out); ; {
		line, err := lines.ReadString('\n')
		if err == io.EOF {
			break // a half line is no acknowledgement
		}
		if err != nil {
			t.Fatal(err)
		}
		var w int
		var n int64
		if _, err := fmt.Sscanf(line, "%d %d\n", &w, &n); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		acknowledged[w] = n
		if clock == nil { // the first commit starts the clock
			clock = time.AfterFunc(time.Duration(r.IntN(120)+5)*time.Millisecond, func() { cmd.Process.Kill() })
		}
	}
	err = cmd.Wait()
	if cmd.ProcessState.ExitCode() == 3 || complaint.Len() > 0 {
		t.Fatalf("the victim failed: %v\n%s", err, complaint.String())
	}
}

// check opens what is left and compares.
func check(t *testing.T, file string, round int, acknowledged map[int]int64) {
	t.Helper()
	db, err := sql.Open("zqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	}()
	if verdict := column[string](t, db, `PRAGMA integrity_check`); len(verdict) != 1 || verdict[0] != "ok" {
		t.Fatalf("round %d: integrity_check: %v", round, verdict)
	}
	expected := int64(0)
	for w := range writers {
		last := int64(0)
		if n := column[int64](t, db, fmt.Sprintf(`SELECT n FROM tally WHERE writer = %d`, w)); len(n) == 1 {
			last = n[0]
		}
		if last < acknowledged[w] {
			t.Errorf("round %d: writer %d: %d acknowledged, %d there", round, w, acknowledged[w], last)
		}
		acknowledged[w] = last
		expected += checkWriter(t, db, w, last)
	}
	for _, text := range []string{
		`SELECT count(*) FROM entry`,
		`SELECT count(*) FROM (SELECT id FROM entry WHERE batch >= 0) x`,
		`SELECT count(*) FROM (SELECT writer FROM entry WHERE body >= '') x`,
		`SELECT count(*) FROM entry e WHERE EXISTS (SELECT 1 FROM entry i WHERE i.batch = e.batch AND i.body = e.body AND i.id = e.id)`,
	} {
		if n := column[int64](t, db, text); n[0] != expected {
			t.Errorf("round %d: %s: %d, not %d", round, text, n[0], expected)
		}
	}
}

// checkWriter compares the rows of one writer and returns how many there are.
func checkWriter(t *testing.T, db *sql.DB, w int, last int64) (count int64) {
	t.Helper()
	rows, err := db.Query(`SELECT batch, count(*), min(body), max(body) FROM entry WHERE writer = $1 GROUP BY batch`, w)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	seen := int64(0)
	for rows.Next() {
		var b, n int64
		var low, high string
		if err := rows.Scan(&b, &n, &low, &high); err != nil {
			t.Fatal(err)
		}
		seen++
		count += n
		if exp := want(w, (b-int64(w))/writers, last); n != perBatch || low != exp || high != exp {
			t.Errorf("writer %d at %d, batch %d: %d rows from %.30q to %.30q, not %d of %.30q", w, last, b, n, low, high, perBatch, exp)
			return count
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	exp := int64(0)
	for n := int64(1); n <= last; n++ {
		if want(w, n, last) != "" {
			exp++
		}
	}
	if seen != exp {
		t.Errorf("writer %d at %d: %d batches, not %d", w, last, seen, exp)
	}
	for n := int64(17); n <= last; n += 17 {
		b := number(w, n)
		data := column[[]byte](t, db, fmt.Sprintf(`SELECT data FROM large WHERE batch = %d`, b))
		if len(data) != 1 || string(data[0]) != string(blob(b)) {
			t.Errorf("large value of batch %d differs", b)
		}
	}
	return count
}

func column[T any](t *testing.T, db *sql.DB, text string) (out []T) {
	t.Helper()
	rows, err := db.Query(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	defer rows.Close()
	for rows.Next() {
		var v T
		if err := rows.Scan(&v); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		out = append(out, v)
	}
	if err := rows.Err(); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return out
}
