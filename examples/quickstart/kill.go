package main

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"time"
)

// killAndReopen starts this program again as a writer, kills it in the middle
// of its work, opens the file and counts: every insert that was acknowledged
// must be there.
func killAndReopen(ctx context.Context, path string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	child := exec.CommandContext(ctx, self, "-victim", "-db", path)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		return err
	}
	if err := child.Start(); err != nil {
		return err
	}
	acknowledged := int64(0)
	lines := bufio.NewScanner(out)
	deadline := time.Now().Add(time.Second)
	for lines.Scan() {
		if acknowledged, err = strconv.ParseInt(lines.Text(), 10, 64); err != nil {
			return err
		}
		if time.Now().After(deadline) {
			if err := child.Process.Kill(); err != nil {
				return err
			}
			break
		}
	}
	// What the child had written to the pipe before it died counts too.
	for lines.Scan() {
		if n, err := strconv.ParseInt(lines.Text(), 10, 64); err == nil {
			acknowledged = n
		}
	}
	var exit *exec.ExitError
	if err := child.Wait(); err != nil && !errors.As(err, &exit) {
		return err
	}
	start := time.Now()
	db, err := sql.Open("zqlite", path)
	if err != nil {
		return err
	}
	defer db.Close()
	var found, largest int64
	err = db.QueryRowContext(ctx, `SELECT count(*), coalesce(max(n), 0) FROM journal`).Scan(&found, &largest)
	if err != nil {
		return err
	}
	heading("Killed in the middle of writing, opened again", time.Since(start))
	fmt.Printf("  %s commits were acknowledged before the kill; %s are in the file, without a gap up to %s.\n",
		grouped(acknowledged), grouped(found), grouped(largest))
	if found < acknowledged || found != largest {
		return fmt.Errorf("%d commits acknowledged, %d found, largest %d", acknowledged, found, largest)
	}
	return nil
}

// writeUntilKilled inserts rows one by one, each in its own durable commit,
// and prints each number once it is acknowledged.
func writeUntilKilled(path string) error {
	db, err := sql.Open("zqlite", path)
	if err != nil {
		return err
	}
	defer db.Close()
	if _, err := db.Exec(`CREATE TABLE IF NOT EXISTS journal (n bigint PRIMARY KEY, at timestamptz DEFAULT now())`); err != nil {
		return err
	}
	if _, err := db.Exec(`TRUNCATE journal`); err != nil {
		return err
	}
	insert, err := db.Prepare(`INSERT INTO journal (n) VALUES ($1)`)
	if err != nil {
		return err
	}
	defer insert.Close()
	for n := int64(1); ; n++ {
		if _, err := insert.Exec(n); err != nil {
			return err
		}
		if _, err := fmt.Println(n); err != nil {
			return err
		}
	}
}
