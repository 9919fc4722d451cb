package output

import (
	"database/sql"
	"strings"
	"testing"

	_ "github.com/zqlite/zqlite"
)

func TestModes(t *testing.T) {
	db, err := sql.Open("zqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	const query = `SELECT 1 AS n, 'größe, "x"' AS text, NULL AS nothing, '{"a":1}'::jsonb AS j, 1.50 AS d, DATE '2026-01-02' AS day
		UNION ALL SELECT 200, 'two' || chr(10) || 'lines', NULL, 'null', -0.25, DATE '2026-12-31'`
	for mode, want := range map[Mode]string{
		Table: `
 n   | text       | nothing | j        | d     | day
-----+------------+---------+----------+-------+------------
   1 | größe, "x" | ∅       | {"a": 1} |  1.50 | 2026-01-02
 200 | two        | ∅       | null     | -0.25 | 2026-12-31
     | lines      |         |          |       |
`,
		CSV: `
n,text,nothing,j,d,day
1,"größe, ""x""",∅,"{""a"": 1}",1.50,2026-01-02
200,"two
lines",∅,null,-0.25,2026-12-31
`,
		JSON: `
[{"n": 1, "text": "größe, \"x\"", "nothing": null, "j": {"a": 1}, "d": 1.50, "day": "2026-01-02"},
 {"n": 200, "text": "two\nlines", "nothing": null, "j": null, "d": -0.25, "day": "2026-12-31"}]
`,
		Markdown: `
| n   | text         | nothing | j        | d     | day        |
|----:|--------------|---------|----------|------:|------------|
|   1 | größe, "x"   | ∅       | {"a": 1} |  1.50 | 2026-01-02 |
| 200 | two<br>lines | ∅       | null     | -0.25 | 2026-12-31 |
`,
		Vertical: `
-[ 1 ]---------
n       | 1
text    | größe, "x"
nothing | ∅
j       | {"a": 1}
d       | 1.50
day     | 2026-01-02
-[ 2 ]---------
n       | 200
text    | two
        | lines
nothing | ∅
j       | null
d       | -0.25
day     | 2026-12-31
`,
		List: `
n|text|nothing|j|d|day
1|größe, "x"|∅|{"a": 1}|1.50|2026-01-02
200|two
lines|∅|null|-0.25|2026-12-31
`,
	} {
		rows, err := db.Query(query)
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		n, err := Write(&b, rows, Style{Mode: mode, Header: true, Null: "∅"})
		if err != nil || n != 2 {
			t.Errorf("%s: %d rows, %v", mode, n, err)
		}
		if got := b.String(); got != want[1:] {
			t.Errorf("%s: got\n%swant\n%s", mode, got, want[1:])
		}
		rows.Close()
	}
	if _, err := Parse("nope"); err == nil {
		t.Error("a mode that is not there")
	}
}

// Values are written as PostgreSQL does, so that what is exported can be read
// again.
func TestValuesAreWrittenAsSQL(t *testing.T) {
	db, err := sql.Open("zqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("SET timezone = 'UTC'"); err != nil {
		t.Fatal(err)
	}
	const query = `SELECT '\x6100'::bytea, 'abc'::bytea, ''::bytea, '2024-01-01'::timestamp, '2024-01-01 12:00+05:30'::timestamptz, '0044-03-15 BC'::date,
		'-infinity'::float8, 'NaN'::float4, 1234567.0::float8, 0.1::float4, 1e20::float8, 'infinity'::timestamptz, true, '{"a":1}'::json, ARRAY[1,2]`
	for mode, want := range map[Mode]string{
		List: `\x6100|\x616263|\x|2024-01-01 00:00:00|2024-01-01 06:30:00+00|0044-03-15 BC|-Infinity|NaN|1234567|0.1|1e+20|infinity|t|{"a":1}|{1,2}`,
		JSON: `[{"a": "\\x6100", "b": "\\x616263", "c": "\\x", "d": "2024-01-01T00:00:00", "e": "2024-01-01T06:30:00Z", "f": "0044-03-15 BC", ` +
			`"g": "-Infinity", "h": "NaN", "i": 1234567, "j": 0.1, "k": 1e+20, "l": "infinity", "m": true, "n": {"a":1}, "o": "{1,2}"}]`,
	} {
		rows, err := db.Query("SELECT * FROM (" + query + ") AS q(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o)")
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		if _, err := Write(&out, rows, Style{Mode: mode}); err != nil {
			t.Fatal(err)
		}
		if got := strings.TrimSpace(out.String()); got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", mode, got, want)
		}
	}
}
