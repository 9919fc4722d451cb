package parser

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
)

// accepted returns the statements of testdata/accept.sql, one a line.
func accepted(t testing.TB) []string {
	t.Helper()
	data, err := os.ReadFile("testdata/accept.sql")
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(data)), "\n")
}

// withoutPositions sets every Pos below v to 0.
func withoutPositions(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			withoutPositions(v.Elem())
		}
	case reflect.Slice:
		for i := 0; i < v.Len(); i++ {
			withoutPositions(v.Index(i))
		}
	case reflect.Struct:
		for i := 0; i < v.NumField(); i++ {
			if v.Type().Field(i).Name == "Pos" || v.Type().Field(i).Name == "UsingPos" {
				v.Field(i).SetInt(0)
			} else {
				withoutPositions(v.Field(i))
			}
		}
	}
}

// checkRoundTrip checks that what Format prints parses to the same tree.
func checkRoundTrip(t *testing.T, text string, stmts []ast.Statement) {
	t.Helper()
	for _, s := range stmts {
		printed := ast.Format(s.Stmt)
		again, err := ParseOne(printed)
		if err != nil {
			t.Errorf("%s\nprinted as %s\n%v", text, printed, err)
			continue
		}
		withoutPositions(reflect.ValueOf(s.Stmt))
		withoutPositions(reflect.ValueOf(again.Stmt))
		if !reflect.DeepEqual(s.Stmt, again.Stmt) {
			t.Errorf("%s\nprinted as %s\nprinted again as %s", text, printed, ast.Format(again.Stmt))
		}
	}
}

func TestRoundTrip(t *testing.T) {
	for _, text := range accepted(t) {
		stmts, err := Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		for _, s := range stmts {
			n := 0
			ast.Walk(s.Stmt, func(ast.Node) bool { n++; return true })
			if n == 0 {
				t.Errorf("%s: Walk visits nothing", text)
			}
		}
		checkRoundTrip(t, text, stmts)
	}
}

// TestFormat fixes the shape of trees by the parentheses that Format needs.
func TestFormat(t *testing.T) {
	for _, c := range [][2]string{
		{"a or b and not c = d", "a OR b AND NOT c = d"},
		{"-a ^ 2", "-a ^ 2"},
		{"-(a ^ 2)", "-(a ^ 2)"},
		{"2 ^ 3 ^ 4", "2 ^ 3 ^ 4"},
		{"@ x + 1", "@ x + 1"},
		{"(@ x) + 1", "(@ x) + 1"},
		{"a + 1 is null", "a + 1 IS NULL"},
		{"a || b = c", "a || b = c"},
		{"a -> 'b' ->> 'c' = 'd'", "a -> 'b' ->> 'c' = 'd'"},
		{"a = b is null", "a = b IS NULL"},
		{"not a between 1 and 2 and b", "NOT a BETWEEN 1 AND 2 AND b"},
		{"-1::int", "-1::integer"},
		{"(-1)::int", "(-1)::integer"},
		{"a like 'x' escape 'y' or b", "a LIKE 'x' ESCAPE 'y' OR b"},
		{"a like any ('{}')", "a ~~ ANY ('{}')"},
		{"trim(both from x)", "TRIM(BOTH FROM x)"},
		{"extract(year from x)", "\"extract\"('year', x)"},
		{"position(a in b)", "\"position\"(b, a)"},
		{"x is distinct from y and z", "x IS DISTINCT FROM y AND z"},
		{"a COLLATE nocase = b", "a COLLATE nocase = b"},
		{"now() at time zone 'utc' + i", "now() AT TIME ZONE 'utc' + i"},
		{"char(3) 'a'", "bpchar(3) 'a'"},
		{"((1))", "1"},
		{"((select 1))", "(SELECT 1)"},
		{"((select 1) + 2)", "(SELECT 1) + 2"},
		{"5 - - 3", "5 - -3"},
		{"- - 3", "- -3"},
		{"a != b", "a <> b"},
	} {
		e, err := ParseExpr(c[0])
		if err != nil {
			t.Errorf("%s: %v", c[0], err)
		} else if got := ast.Format(e); got != c[1] {
			t.Errorf("%s: printed as %s, want %s", c[0], got, c[1])
		}
	}
}

func TestErrors(t *testing.T) {
	for _, c := range []struct {
		text, code, message string
		pos                 int // 0-based
	}{
		{"SELECT 1 +", "42601", "syntax error at end of input", 10},
		{"SELEC 1", "42601", `syntax error at or near "SELEC"`, 0},
		{"SELECT a < b < c", "42601", `syntax error at or near "<"`, 13},
		{"SELECT a = b = c", "42601", `syntax error at or near "="`, 13},
		{"SELECT a LIKE b LIKE c", "42601", `syntax error at or near "LIKE"`, 16},
		{"SELECT * FROM WHERE", "42601", `syntax error at or near "WHERE"`, 14},
		{"SELECT 'abc", "42601", `unterminated quoted string at or near "'abc"`, 7},
		{`SELECT "abc`, "42601", `unterminated quoted identifier at or near ""abc"`, 7},
		{`SELECT ""`, "42601", `zero-length delimited identifier at or near """"`, 7},
		{"SELECT /* x", "42601", `unterminated /* comment at or near "/* x"`, 7},
		{"SELECT $$x", "42601", `unterminated dollar-quoted string at or near "$$x"`, 7},
		{"SELECT 123abc", "42601", `trailing junk after numeric literal at or near "123abc"`, 7},
		{"SELECT $1a", "42601", `trailing junk after parameter at or near "$1a"`, 7},
		{"SELECT $0", "42P02", "there is no parameter $0", 7},
		{"SELECT ? + :a", "42601", "a statement text takes one style of placeholder", 11},
		{"SELECT X'0g'", "22P02", `"g" is not a valid hexadecimal digit`, 7},
		{"SELECT B'2'", "22P02", `"2" is not a valid binary digit`, 7},
		{"SELECT E'\\xff'", "22021", `invalid byte sequence for encoding "UTF8": 0xff`, 7},
		{"SELECT '\xff'", "22021", `invalid byte sequence for encoding "UTF8": 0xff`, 8},
		{"SELECT E'\\u00'", "22025", "invalid Unicode escape", 9},
		{"CREATE TABLE t(a, b)", "42601", "syntax error at end of input", 20},
		{"CREATE TABLE t(a int, b)", "42601", `syntax error at or near ")"`, 23},
		{"SELECT 1 LIMIT 1 LIMIT 2", "42601", `syntax error at or near "LIMIT"`, 17},
		{"SELECT 1 2", "42601", `syntax error at or near "2"`, 9},
		{"GRANT x TO y", "0A000", "GRANT is not supported", 0},
		{"CREATE ROLE x", "0A000", "CREATE ROLE is not supported", 7},
		{"SELECT (SELECT 1 INTO x)", "42601", "SELECT ... INTO is not allowed here", 22},
		{"SELECT f(a := 1, 2)", "42601", "positional argument cannot follow named argument", 17},
		{"SELECT sum(a) OVER (ROWS UNBOUNDED FOLLOWING)", "42P20", "frame start cannot be UNBOUNDED FOLLOWING", 25},
		{"SELECT a.b.c.d.e(1)", "42601", `syntax error at or near "("`, 16},
		{"CREATE TABLE t (a int DEFERRABLE)", "42601", "misplaced DEFERRABLE clause", 22},
	} {
		_, err := Parse(c.text)
		e := sqlerr.From(err)
		if e == nil {
			t.Errorf("%s: no error", c.text)
		} else if e.Code != c.code || e.Message != c.message || e.Position != c.pos+1 {
			t.Errorf("%s: %s %q at %d, want %s %q at %d", c.text, e.Code, e.Message, e.Position-1, c.code, c.message, c.pos)
		}
	}
}

func TestPlaceholders(t *testing.T) {
	for _, c := range []struct {
		text  string
		count int
		names string
	}{
		{"SELECT ?, ? WHERE a=? AND data ? 'x'", 3, ""},
		{"SELECT $3, $1", 3, ""},
		{"SELECT ?2, ?1", 2, ""},
		{"SELECT :b, :a, :b, x::int, y[1:2]", 2, "b a"},
		{"SELECT @b, @A WHERE x=@b", 2, "b A"},
		{"SELECT a FROM t LIMIT ? OFFSET ?", 2, ""},
		{"SELECT x BETWEEN ? AND ? OR y LIKE ? ESCAPE ?", 4, ""},
		{"SELECT now() AT TIME ZONE ?", 1, ""},
		{"SELECT a ? 'b', a ?| c, f(x) ?& d, 'x' ? y, (a) ? b, a[1] ? b", 0, ""},
	} {
		s, err := ParseOne(c.text)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
		} else if got := strings.Join(s.Params.Names, " "); s.Params.Count != c.count || got != c.names {
			t.Errorf("%s: %d parameters %q, want %d %q", c.text, s.Params.Count, got, c.count, c.names)
		}
	}
}

func TestStatements(t *testing.T) {
	text := " ; SELECT 1 ; ;\n DELETE FROM t -- end\n ;"
	stmts, err := Parse(text)
	if err != nil || len(stmts) != 2 {
		t.Fatalf("%d statements, %v", len(stmts), err)
	}
	for i, want := range []string{"SELECT 1", "DELETE FROM t"} {
		if got := text[stmts[i].Start:stmts[i].End]; got != want {
			t.Errorf("statement %d is %q, want %q", i, got, want)
		}
	}
	if _, err := ParseOne("SELECT 1; SELECT 2"); sqlerr.Code(err) != sqlerr.SyntaxError {
		t.Errorf("two statements: %v", err)
	}
	if s, err := ParseOne(" -- nothing"); err != nil || s.Stmt != nil {
		t.Errorf("nothing: %v, %v", s.Stmt, err)
	}
}

// TestNesting checks that no text overflows the stack, and that long chains
// work.
func TestNesting(t *testing.T) {
	rep := strings.Repeat
	for name, text := range map[string]string{
		"parentheses": "SELECT " + rep("(", 1e6),
		"closed":      "SELECT " + rep("(", 1e5) + "1" + rep(")", 1e5),
		"not":         "SELECT " + rep("NOT ", 1e6) + "a",
		"minus":       "SELECT " + rep("- ", 1e6) + "1",
		"prefix":      "SELECT " + rep("~ ", 1e6) + "1",
		"case":        "SELECT " + rep("CASE WHEN ", 1e5),
		"calls":       "SELECT " + rep("f(", 1e5),
		"arrays":      "SELECT ARRAY" + rep("[", 1e5),
		"subscripts":  "SELECT " + rep("a[", 1e5),
		"queries":     "SELECT " + rep("(SELECT ", 1e5),
		"from":        rep("SELECT * FROM (", 1e5),
		"joins":       "SELECT * FROM " + rep("a JOIN ", 1e5),
		"joinparens":  "SELECT * FROM " + rep("(", 1e5),
		"bodies":      rep("(", 1e5) + "SELECT 1",
		"with":        rep("WITH a AS (", 1e5),
		"types":       "SELECT CAST(1 AS " + rep("x(1::", 1e5),
		"sets":        "SELECT 1 GROUP BY " + rep("GROUPING SETS (", 1e5),
		"options":     "EXPLAIN (a " + rep("(", 1e5),
		"explain":     rep("EXPLAIN ", 1e5) + "SELECT 1",
		"chain":       "SELECT 1" + rep("+1", 1e5),
		"in":          "SELECT " + rep("a IN (", 1e5),
		"filter":      "SELECT " + rep("f() FILTER (WHERE ", 1e5),
		"over":        "SELECT " + rep("f() OVER (PARTITION BY ", 1e5),
	} {
		if _, err := Parse(text); err == nil {
			t.Errorf("%s: no error", name)
		} else if code := sqlerr.Code(err); code != sqlerr.StatementTooComplex && name != "explain" {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, text := range map[string]string{
		"sum":    "SELECT 1" + rep("+a", 10000),
		"or":     "SELECT 1" + rep(" OR a", 10000),
		"and":    "SELECT 1" + rep(" AND a = 1", 10000),
		"concat": "SELECT 1" + rep(" || a", 10000),
		"union":  "SELECT 1" + rep(" UNION SELECT 2", 10000),
		"joins":  "SELECT * FROM a" + rep(" JOIN b ON true", 10000),
		"values": "INSERT INTO t VALUES (1)" + rep(", (1)", 10000),
		"nested": "SELECT " + rep("(", 200) + "1" + rep(")", 200),
	} {
		s, err := ParseOne(text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if name == "or" {
			or, ok := s.Stmt.(*ast.Select).Body.(*ast.SelectCore).Targets[0].Expr.(*ast.Or)
			if !ok || len(or.Args) != 10001 {
				t.Errorf("OR is not one node")
			}
		}
		if name != "nested" && len(ast.Format(s.Stmt)) < 10000 {
			t.Errorf("%s: printed short", name)
		}
	}
}

// TestKeywordsAsNames uses words that are not reserved as names.
func TestKeywordsAsNames(t *testing.T) {
	for _, word := range strings.Fields("name value type key data date text year timestamp index level role user_id " +
		"values position coalesce set pragma glob regexp indexed tenant escape query plan year day zone") {
		for _, text := range []string{
			"SELECT " + word + " FROM t", "SELECT t." + word + " FROM t", "SELECT 1 AS " + word,
			"CREATE TABLE t (" + word + " int)", "INSERT INTO t (" + word + ") VALUES (1)",
			"UPDATE t SET " + word + " = 1", "SELECT * FROM t WHERE " + word + " = 1 AND " + word + " IS NULL",
			"SELECT * FROM t ORDER BY " + word,
		} {
			if _, err := Parse(text); err != nil {
				t.Errorf("%s: %v", text, err)
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range accepted(f) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		stmts, err := Parse(text)
		if err == nil {
			checkRoundTrip(t, text, stmts)
		} else if sqlerr.Code(err) == "" {
			t.Errorf("an error without a code: %v", err)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	for _, text := range []string{
		"SELECT id, name, email FROM users WHERE id = $1 AND org = $2",
		"INSERT INTO users (id, name, email) VALUES ($1, $2, $3)",
	} {
		b.Run(text[:6], func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Parse(text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
