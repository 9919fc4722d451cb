package zqlite_test

import (
	"database/sql"
	"encoding/json"
	"encoding/xml"
	"strings"
	"testing"
)

func explainLines(t *testing.T, db *sql.DB, query string) string {
	t.Helper()
	rows, err := db.Query(query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	var lines []string
	for rows.Next() {
		var l string
		if err := rows.Scan(&l); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, l)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, "\n")
}

func explainDB(t *testing.T) *sql.DB {
	t.Helper()
	db, err := sql.Open("zqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { db.Close() })
	for _, q := range []string{
		"CREATE TABLE t (a int PRIMARY KEY, b int, c text, d int)",
		"INSERT INTO t SELECT i, i % 500, 'x', i % 3 FROM generate_series(1, 5000) i",
		"CREATE TABLE small (a int, b int)",
		"INSERT INTO small SELECT i, i FROM generate_series(1, 100) i",
		"ANALYZE",
	} {
		if _, err := db.Exec(q); err != nil {
			t.Fatal(err)
		}
	}
	return db
}

// EXPLAIN (FORMAT JSON) is an array with one object, whose Plan is a tree.
func TestExplainJSON(t *testing.T) {
	db := explainDB(t)
	type node struct {
		Type     string   `json:"Node Type"`
		Relation string   `json:"Relation Name"`
		Rows     *float64 `json:"Plan Rows"`
		Actual   *float64 `json:"Actual Rows"`
		Loops    *float64 `json:"Actual Loops"`
		Time     *float64 `json:"Actual Total Time"`
		Plans    []node
	}
	read := func(query string) (doc struct {
		Plan      node
		Advice    []string
		Planning  *float64 `json:"Planning Time"`
		Execution *float64 `json:"Execution Time"`
	}) {
		t.Helper()
		text := explainLines(t, db, query)
		list := []any{&doc}
		if err := json.Unmarshal([]byte(text), &list); err != nil || len(list) != 1 {
			t.Fatalf("%s: %v\n%s", query, err, text)
		}
		return doc
	}
	d := read("EXPLAIN (FORMAT JSON) SELECT * FROM t WHERE b = 5 ORDER BY c")
	leaf := d.Plan
	for len(leaf.Plans) > 0 {
		leaf = leaf.Plans[0]
	}
	if leaf.Type != "Seq Scan" || leaf.Relation != "t" || leaf.Rows == nil || leaf.Actual != nil || d.Planning != nil {
		t.Errorf("plan %+v of %+v", leaf, d)
	}
	if len(d.Advice) != 1 || d.Advice[0] != "an index on t (b) would help" {
		t.Errorf("advice %q", d.Advice)
	}
	d = read("EXPLAIN (FORMAT JSON, ANALYZE, VERBOSE, BUFFERS) SELECT count(*) FROM t, small s WHERE t.a = s.a AND t.c = 'x\\\"<'")
	if d.Planning == nil || d.Execution == nil || d.Plan.Actual == nil || *d.Plan.Actual != 1 || *d.Plan.Loops != 1 || d.Plan.Time == nil {
		t.Errorf("measured %+v", d)
	}
	d = read("EXPLAIN (FORMAT JSON, ANALYZE, TIMING OFF, SUMMARY OFF, COSTS OFF) DELETE FROM small WHERE a < 3")
	if d.Plan.Type != "ModifyTable" || d.Plan.Time != nil || d.Execution != nil || d.Plan.Rows != nil {
		t.Errorf("plan %+v", d)
	}
	if n := explainLines(t, db, "SELECT count(*) FROM small"); n != "98" {
		t.Errorf("EXPLAIN ANALYZE of DELETE left %s rows", n)
	}
	if err := xml.Unmarshal([]byte(explainLines(t, db, "EXPLAIN (FORMAT XML) SELECT * FROM t WHERE c = '<&'")), new(struct{})); err != nil {
		t.Error(err)
	}
}

// An index is proposed for a selective filter over a full scan of a table that
// is not small, and only there.
func TestExplainAdvice(t *testing.T) {
	db := explainDB(t)
	for query, want := range map[string]string{
		"SELECT * FROM t WHERE b = 5":                      "t (b)",
		"SELECT * FROM t WHERE b = 5 AND d > 1":            "t (b, d)",
		"SELECT * FROM t WHERE 5 = b AND c = 'x'":          "t (b, c)",
		"SELECT * FROM t WHERE a = 5":                      "", // there is one
		"SELECT * FROM t WHERE d = 1":                      "", // a third of the rows
		"SELECT * FROM t WHERE b + 1 = 5":                  "",
		"SELECT * FROM small WHERE b = 5":                  "", // small
		"SELECT * FROM t":                                  "",
		"SELECT * FROM small s, t WHERE t.a = s.a LIMIT 1": "",
	} {
		text := explainLines(t, db, "EXPLAIN "+query)
		_, got, _ := strings.Cut(text, "Advice: an index on ")
		if got = strings.TrimSuffix(got, " would help"); got != want {
			t.Errorf("%s: %q, want %q\n%s", query, got, want, text)
		}
		if text := explainLines(t, db, "EXPLAIN (COSTS OFF) "+query); strings.Contains(text, "Advice") {
			t.Errorf("advice without costs: %s", text)
		}
	}
}
