package binder_test

import (
	"strings"
	"testing"

	"github.com/zqlite/zqlite/internal/binder"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

func bindWith(t *testing.T, o binder.Options, text string) *binder.Bound {
	t.Helper()
	stmt, err := parseStmt(text)
	if err != nil {
		t.Fatal(err)
	}
	bound, err := binder.Bind(o, stmt)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	for _, e := range verify(bound.Plan) {
		t.Errorf("%s: %s", text, e)
	}
	return bound
}

// TestTenant: every way to a table with TENANT BY is scoped to the tenant.
func TestTenant(t *testing.T) {
	o := options()
	o.Tenant = true
	for _, c := range []struct{ text, want string }{
		{"SELECT id FROM m", "Filter: (tenant = current_setting('zqlite.tenant'::text))"},
		{"DELETE FROM m", "Filter: (tenant = current_setting('zqlite.tenant'::text))"},
		{"UPDATE m SET tenant = 'x'", "Tenant: (tenant = current_setting('zqlite.tenant'::text))"},
		{"INSERT INTO m (id) VALUES (1)", "Row: current_setting('zqlite.tenant'::text), id"},
		{"INSERT INTO m VALUES ('x', 1)", "Tenant: (tenant = current_setting('zqlite.tenant'::text))"},
		{"SELECT (SELECT max(id) FROM m)", "Filter: (tenant = current_setting('zqlite.tenant'::text))"},
	} {
		got := strings.ReplaceAll(plan.Format(bindWith(t, o, c.text).Plan), "zqlite_tenant()", "current_setting('zqlite.tenant'::text)")
		if !strings.Contains(got, c.want) {
			t.Errorf("%s: %s is missing in\n%s", c.text, c.want, got)
		}
	}
	stmt, _ := parseStmt("TRUNCATE m")
	if _, err := binder.Bind(o, stmt); sqlerr.Code(err) != sqlerr.InsufficientPrivilege {
		t.Errorf("TRUNCATE of a shared table: %v", err)
	}
}

// TestOuterRows: a statement of a trigger sees NEW as a row around it.
func TestOuterRows(t *testing.T) {
	o := options()
	rel := testCatalog.Relation([]string{"public"}, "", "u")
	o.Outer = []binder.OuterRow{{Name: "new", Rel: rel, IDs: []expr.ColumnID{101, 102, 103}}}
	stmt, err := parseStmt("INSERT INTO k (n) SELECT b FROM t WHERE t.a = NEW.a AND b = new.y")
	if err != nil {
		t.Fatal(err)
	}
	bound, err := binder.Bind(o, stmt)
	if err != nil {
		t.Fatal(err)
	}
	if got := plan.Format(bound.Plan); !strings.Contains(got, "Filter: ((a = outer.a) AND (b = outer.y))") {
		t.Error(got)
	}
	if got := plan.FormatWith(bound.Plan, plan.FormatOptions{Verbose: true}); !strings.Contains(got, "outer.a#101") {
		t.Error(got)
	}
}

// TestParamTypes: context decides, then what PREPARE declared, then the
// arguments.
func TestParamTypes(t *testing.T) {
	for _, c := range []struct {
		text   string
		args   []*types.Type
		fixed  []*types.Type
		want   string
		byArgs bool
	}{
		{"SELECT a FROM t WHERE a = $1", []*types.Type{types.Text}, nil, "int4", false},
		{"SELECT $1", []*types.Type{types.Int8}, nil, "int8", true},
		{"SELECT $1", nil, nil, "text", false},
		{"SELECT $1 + $2", []*types.Type{types.Int8, types.Int8}, nil, "int8 int8", true},
		{"SELECT a FROM t WHERE a = $1", nil, []*types.Type{types.Int8}, "int8", false},
		{"SELECT $1 IS NULL OR a = $1 FROM t", []*types.Type{types.Int8}, nil, "int4", false},
		{"INSERT INTO t (a, d, e) VALUES ($1, $2, $3)", []*types.Type{types.Int8, types.Text, types.Text}, nil, "int4 date numeric", false},
		{"UPDATE t SET b = $1 WHERE a IN ($2, $3)", nil, nil, "text int4 int4", false},
		{"SELECT a FROM t LIMIT $1 OFFSET $2", nil, nil, "int8 int8", false},
		{"SELECT a FROM t WHERE a BETWEEN $1 AND $2 AND b LIKE $3", nil, nil, "int4 int4 text", false},
		{"SELECT CASE WHEN $1 THEN $2 ELSE a END FROM t", nil, nil, "bool int4", false},
		{"SELECT $1::date, $2::text", []*types.Type{types.TimestampTZ}, nil, "date text", false},
		{"SELECT a FROM t WHERE a = ANY($1)", nil, nil, "_int4", false},
		{"SELECT 1 UNION SELECT $1", nil, nil, "int4", false},
		{"VALUES (1), ($1)", nil, nil, "int4", false},
	} {
		o := options()
		o.ParamTypes, o.FixedParams = c.args, c.fixed
		bound := bindWith(t, o, c.text)
		var got []string
		for _, p := range bound.Params {
			got = append(got, p.Name)
		}
		if s := strings.Join(got, " "); s != c.want || bound.TypedByArgs != c.byArgs {
			t.Errorf("%s: parameters %s (by arguments: %v), want %s (%v)", c.text, s, bound.TypedByArgs, c.want, c.byArgs)
		}
	}
}

// TestBoundFlags: what a statement does to the database.
func TestBoundFlags(t *testing.T) {
	for _, c := range []struct {
		text     string
		readOnly bool
		deps     int
	}{
		{"SELECT a FROM t", true, 1},
		{"SELECT va FROM vv", true, 3},
		{"SELECT a FROM t FOR UPDATE", false, 1},
		{"SELECT nextval('s')", false, 0},
		{"DELETE FROM t", false, 1},
		{"WITH d AS (DELETE FROM u RETURNING a) SELECT * FROM d", false, 1},
	} {
		bound := bindWith(t, options(), c.text)
		if bound.ReadOnly != c.readOnly || len(bound.Relations) != c.deps {
			t.Errorf("%s: read only %v, %d relations", c.text, bound.ReadOnly, len(bound.Relations))
		}
	}
}

// BenchmarkBind is what an unprepared statement pays for besides parsing.
func BenchmarkBind(b *testing.B) {
	for _, text := range []string{
		"SELECT a, b FROM t WHERE a = $1",
		"INSERT INTO u (a, x, y) VALUES ($1, $2, $3)",
		"SELECT t.b, count(*), sum(u.x) FROM t JOIN u ON t.a = u.a WHERE t.c > 5 GROUP BY t.b HAVING count(*) > 2 ORDER BY 3 DESC LIMIT 10",
	} {
		stmt, err := parseStmt(text)
		if err != nil {
			b.Fatal(err)
		}
		o := options()
		b.Run(text[:6], func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := binder.Bind(o, stmt); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
