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
[{"n": 1, "text": "größe, \"x\"", "nothing": null, "j": {"a": 1}, "d": 1.50, "day": "2026-01-02T00:00:00Z"},
 {"n": 200, "text": "two\nlines", "nothing": null, "j": null, "d": -0.25, "day": "2026-12-31T00:00:00Z"}]
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
