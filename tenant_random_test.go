package zqlite_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/zqlite/zqlite"
)

// TestTenantIsAlone: in a database that tenants share, random statements of one
// tenant answer as in a database that is its own, errors included, and leave the
// other's rows as they are.
func TestTenantIsAlone(t *testing.T) {
	n := 1500
	if os.Getenv("ZQLITE_LONG") != "" {
		n = 50_000
	}
	ctx := context.Background()
	shared, alone := open(t, ":memory:"), open(t, ":memory:")
	const tables = `
CREATE TABLE p (org int NOT NULL, id int NOT NULL, k int, v text, PRIMARY KEY (org, id), UNIQUE (org, v)) %[1]s;
CREATE TABLE c (org int NOT NULL, id int NOT NULL, p int, n int, PRIMARY KEY (org, id),
	FOREIGN KEY (org, p) REFERENCES p (org, id) ON DELETE CASCADE) %[1]s;
CREATE INDEX ON c (n); CREATE INDEX ON p (k); CREATE INDEX ON c (org, p);
CREATE TABLE g (id int PRIMARY KEY, w text);
CREATE VIEW pv AS SELECT id, k, v FROM p WHERE k > 1;
INSERT INTO g SELECT i, 'w' || i FROM generate_series(0, 9) i;`
	execOn(t, shared, ctx, fmt.Sprintf(tables, "TENANT BY (org)"))
	execOn(t, alone, ctx, strings.ReplaceAll(fmt.Sprintf(tables, ""), "org int NOT NULL,", "org int NOT NULL DEFAULT 1,"))
	r := rand.New(rand.NewPCG(7, 11))
	own, other := zqlite.WithTenant(ctx, 1), zqlite.WithTenant(ctx, 2)
	for i := range 60 {
		for _, text := range []string{
			fmt.Sprintf("INSERT INTO p (id, k, v) VALUES (%d, %d, 'v%d')", i, i%7, i), fmt.Sprintf("INSERT INTO c (id, p, n) VALUES (%d, %d, %d)", i, i/2, i%11),
		} {
			execOn(t, shared, own, text)
			execOn(t, alone, ctx, text)
		}
		execOn(t, shared, other, fmt.Sprintf("INSERT INTO p (id, k, v) VALUES (%d, %d, 'no number %d')", 2*i, i%5, i))
		execOn(t, shared, other, fmt.Sprintf("INSERT INTO c (id, p, n) VALUES (%d, %d, 0)", 3*i, 2*i))
	}
	const rest = "SELECT (SELECT string_agg(p::text, ' ' ORDER BY id) FROM p) || (SELECT string_agg(c::text, ' ' ORDER BY id) FROM c)"
	before := answer(shared, other, rest)
	for i := range n {
		text := randomStatement(r)
		got, want := answer(shared, own, text), answer(alone, ctx, text)
		if got != want {
			t.Fatalf("statement %d: %s\n got %s\nwant %s", i, text, got, want)
		}
		if i%100 == 99 {
			if after := answer(shared, other, rest); after != before {
				t.Fatalf("the other tenant's rows changed before statement %d, %s", i, text)
			}
		}
	}
	if a, b := answer(shared, own, rest), answer(alone, ctx, rest); a != b {
		t.Errorf("at last\n%s\n%s", a, b)
	}
}

func randomStatement(r *rand.Rand) string {
	num := func() int { return r.IntN(70) }
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	cond := func(t string) string {
		switch r.IntN(8) {
		case 0:
			return fmt.Sprintf("%s.id = %d", t, num())
		case 1:
			return fmt.Sprintf("%s.id BETWEEN %d AND %d", t, num(), num())
		case 2:
			return fmt.Sprintf("EXISTS (SELECT 1 FROM c x WHERE x.p = %s.id AND x.n > %d)", t, r.IntN(11))
		case 3:
			return fmt.Sprintf("%s.id IN (SELECT p FROM c WHERE n = %d)", t, r.IntN(11))
		case 4:
			return fmt.Sprintf("%s.id NOT IN (SELECT id FROM p WHERE k = %d)", t, r.IntN(7))
		case 5:
			return fmt.Sprintf("1000 / (%s.id + 1) > %d", t, num())
		case 6:
			return fmt.Sprintf("%s.id > (SELECT avg(n) FROM c)", t)
		}
		return "true"
	}
	switch r.IntN(16) {
	case 0:
		return fmt.Sprintf("INSERT INTO p (id, k, v) VALUES (%d, %d, 'v%d')", num(), r.IntN(7), num())
	case 1:
		return fmt.Sprintf("INSERT INTO p (id, k, v) VALUES (%d, %d, 'v%d') ON CONFLICT (org, id) DO UPDATE SET k = p.k + excluded.k RETURNING id, k", num(), r.IntN(7), num())
	case 2:
		return fmt.Sprintf("INSERT INTO c (id, p, n) SELECT %d, id, k FROM p WHERE %s ORDER BY id LIMIT 1 ON CONFLICT DO NOTHING RETURNING id", num(), cond("p"))
	case 3:
		return fmt.Sprintf("UPDATE p SET k = (k + 1) %% 7 WHERE %s", cond("p"))
	case 4:
		return fmt.Sprintf("UPDATE c SET n = p.k FROM p WHERE p.id = c.p AND %s", cond("c"))
	case 5:
		return fmt.Sprintf("DELETE FROM c WHERE id = %d RETURNING id, p, n", num())
	case 6:
		return fmt.Sprintf("DELETE FROM p WHERE id = %d RETURNING v", num())
	case 7:
		return fmt.Sprintf("MERGE INTO p USING (SELECT id, n FROM c WHERE %s) s ON p.id = s.id WHEN MATCHED THEN UPDATE SET k = s.n %% 7 WHEN NOT MATCHED THEN INSERT (id, k) VALUES (s.id, s.n)", cond("c"))
	case 8:
		return fmt.Sprintf("SELECT p.id, p.v, c.n FROM p %s JOIN c ON c.p = p.id AND %s ORDER BY 1, 3, 2", pick("LEFT", "INNER", "RIGHT", "FULL"), cond("p"))
	case 9:
		return fmt.Sprintf("SELECT k, count(*), sum(id), min(v), count(*) FILTER (WHERE %s) FROM p GROUP BY ROLLUP (k) ORDER BY k NULLS LAST", cond("p"))
	case 10:
		return fmt.Sprintf("WITH RECURSIVE w (id, d) AS (SELECT %d, 0 UNION SELECT c.p, d + 1 FROM w JOIN c ON c.id = w.id WHERE d < 5) SELECT count(*), max(d) FROM w JOIN p USING (id)", num())
	case 11:
		return fmt.Sprintf("SELECT id, rank() OVER (PARTITION BY k ORDER BY id), sum(k) OVER (ORDER BY id) FROM pv p WHERE %s ORDER BY id", cond("p"))
	case 12:
		return fmt.Sprintf("SELECT g.w, (SELECT count(*) FROM p WHERE p.k = g.id), x.n FROM g LEFT JOIN LATERAL (SELECT max(n) AS n FROM c WHERE c.p = g.id) x ON true WHERE g.id < %d ORDER BY g.id", r.IntN(12))
	case 13:
		return fmt.Sprintf("SELECT id FROM p WHERE %s %s SELECT p FROM c WHERE %s ORDER BY 1", cond("p"), pick("UNION", "EXCEPT", "INTERSECT ALL", "UNION ALL"), cond("c"))
	case 14:
		return fmt.Sprintf("SELECT max(n), min(n), count(DISTINCT n) FROM c WHERE %s AND %s", cond("c"), cond("c"))
	}
	return fmt.Sprintf("SELECT DISTINCT k FROM p WHERE substr(v, 2)::int > %d ORDER BY k DESC LIMIT %d", num(), 1+r.IntN(5))
}
