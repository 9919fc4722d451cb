package main

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/parquet-go/parquet-go"
)

// sqliteWith makes a file of SQLite's.
func sqliteWith(t *testing.T, script string, args ...any) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "old.sqlite")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(script, args...); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestImportSQLite(t *testing.T) {
	old := sqliteWith(t, `
		CREATE TABLE Artist (ArtistId INTEGER PRIMARY KEY AUTOINCREMENT, Name VARCHAR(10) NOT NULL, Active BOOLEAN DEFAULT 1);
		CREATE TABLE album (id INTEGER PRIMARY KEY, artist INT REFERENCES Artist (ArtistId) ON DELETE CASCADE, title TEXT COLLATE NOCASE,
			price DECIMAL(10,2), released DATE, seen DATETIME, cover BLOB, extra JSON, "order" INTEGER, mixed INTEGER, untyped, empty, UNIQUE (artist, title));
		CREATE TABLE plays (album INT, at INT, n REAL, PRIMARY KEY (album, at)) WITHOUT ROWID;
		CREATE TABLE orphan (id INTEGER PRIMARY KEY, parent INT REFERENCES Artist);
		CREATE INDEX by_title ON album (title DESC);
		CREATE INDEX by_half ON album (price) WHERE price > 1;
		CREATE VIEW v AS SELECT 1;
		INSERT INTO Artist VALUES (7, 'a name longer than ten', 0), (9, 'Ö', 1);
		INSERT INTO album VALUES (1, 7, 'First', 9.99, '2020-02-29', '2020-02-29 12:30:00', x'00ff', '{"a": [1]}', 3, 1, 5, NULL),
			(2, 9, 'Second', 100, NULL, '2021-01-01T00:00:00Z', NULL, NULL, NULL, 'one', 6, NULL);
		INSERT INTO plays VALUES (1, 100, 1.5), (1, 200, 2);
		INSERT INTO orphan VALUES (1, 12345);`)
	db := filepath.Join(t.TempDir(), "new.db")
	out, err := command(t, "", "import", db, old)
	must(t, out, err)
	for _, want := range []string{"2 rows into artist in ", "  active boolean\n", "  mixed text (declared INTEGER, but not all values are)\n",
		"  untyped bigint (by its values)\n", "  empty text (no values to tell the type)\n", "not made: ALTER TABLE orphan ADD FOREIGN KEY",
		"not taken along: index by_half (partial, or on an expression); view v\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
	out, err = command(t, "", db, `SELECT a.Name, active, title, price, released, seen, cover, extra, "order", mixed, untyped FROM album JOIN artist a ON artistid = artist ORDER BY id`, "--mode", "csv", "--header=false")
	want := `a name longer than ten,f,First,9.99,2020-02-29,2020-02-29 12:30:00+00,\x00ff,"{""a"": [1]}",3,1,5` + "\n" +
		`Ö,t,Second,100.00,,2021-01-01 00:00:00+00,,,,one,6` + "\n"
	if must(t, out, err) != want {
		t.Errorf("got\n%swant\n%s", out, want)
	}
	out, err = command(t, "INSERT INTO artist (name) VALUES ('next') RETURNING artistid, active;\nSELECT count(*) FROM plays WHERE album = 1 AND at > 100;\nDELETE FROM artist WHERE artistid = 7;\nSELECT count(*) FROM album;\n", db, "-m", "list", "--header=false")
	if !strings.Contains(must(t, out, err), "10|t\n") || !strings.HasSuffix(strings.TrimSpace(out), "1") {
		t.Errorf("keys, defaults or foreign keys did not come along:\n%s", out)
	}

	// One table, into one that is there; what does not fit leaves nothing.
	other := filepath.Join(t.TempDir(), "third.db")
	out, err = command(t, "CREATE TABLE plays (album int, at int, n numeric CHECK (n < 2));", other)
	must(t, out, err)
	if out, err := command(t, "", "import", other, old, "-t", "plays"); err == nil || !strings.Contains(err.Error(), "table plays: rows 1 to 2: ") {
		t.Errorf("a check: %v\n%s", err, out)
	}
	if out, err := command(t, "", "import", other, old, "-t", "nothing"); err == nil || !strings.Contains(err.Error(), "there is no table nothing") {
		t.Errorf("no such table: %v\n%s", err, out)
	}
	out, err = command(t, "", other, "SELECT count(*) FROM plays", "-m", "list", "--header=false")
	if strings.TrimSpace(must(t, out, err)) != "0" {
		t.Errorf("something is left: %s", out)
	}
}

func TestImportParquet(t *testing.T) {
	type place struct {
		City string `parquet:"city"`
	}
	type row struct {
		ID    int64     `parquet:"id"`
		Name  *string   `parquet:"name,optional"`
		Day   int32     `parquet:"day,date"`
		At    time.Time `parquet:"at,timestamp(microsecond)"`
		Price int64     `parquet:"price,decimal(2:10)"`
		Ratio float64   `parquet:"ratio"`
		OK    bool      `parquet:"ok"`
		Raw   []byte    `parquet:"raw"`
		Tags  []string  `parquet:"tags,list"`
		Nums  []int32   `parquet:"nums"`
		Place place     `parquet:"place"`
		Key   uuid.UUID `parquet:"key,uuid"`
		Doc   string    `parquet:"doc,json"`
	}
	name := "Ada"
	path := filepath.Join(t.TempDir(), "Rows.parquet")
	at := time.Date(2026, 1, 2, 3, 4, 5, 6000, time.UTC)
	rows := []row{
		{1, &name, 20000, at, -12345, 0.5, true, []byte{0, 255}, []string{"x", "y z"}, []int32{1, 2}, place{"Bonn"}, uuid.UUID{1}, `{"k":1}`},
		{ID: 2, At: at, Key: uuid.UUID{2}, Doc: "null"},
	}
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := parquet.Write(f, rows); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	db := filepath.Join(t.TempDir(), "new.db")
	out, err := command(t, "", "import", db, path)
	if !strings.Contains(must(t, out, err), "2 rows into rows in ") || !strings.Contains(out, "  price numeric(10,2)\n") || !strings.Contains(out, "  place_city text\n") {
		t.Errorf("got %s", out)
	}
	out, err = command(t, "", db, `SELECT * FROM rows ORDER BY id`, "--mode", "csv", "--header=false")
	want := `1,Ada,2024-10-04,2026-01-02 03:04:05.000006+00,-123.45,0.5,t,\x00ff,"{x,""y z""}","{1,2}",Bonn,01000000-0000-0000-0000-000000000000,"{""k"": 1}"` + "\n" +
		`2,,1970-01-01,2026-01-02 03:04:05.000006+00,0.00,0,f,\x,{},{},"",02000000-0000-0000-0000-000000000000,null` + "\n"
	if must(t, out, err) != want {
		t.Errorf("got\n%swant\n%s", out, want)
	}
	bad := write(t, "bad.parquet", "PAR1 and nothing else")
	if _, err := command(t, "", "import", db, bad); err == nil || !strings.HasPrefix(err.Error(), bad) {
		t.Error(err)
	}
}

// A file with a mistake is refused with the place of the mistake, and leaves
// nothing behind.
func TestImportNamesTheBrokenLine(t *testing.T) {
	dir := t.TempDir()
	db := filepath.Join(dir, "a.db")
	out, err := command(t, "", db, "CREATE TABLE typed (x int, y int); INSERT INTO typed VALUES (0, 0)")
	must(t, out, err)
	for _, c := range []struct{ name, text, want string }{
		{"quote.csv", "id,name\n1,Ada\n2,\"Bob\n3,x\n", "line 3"},
		{"few.csv", "id,name\n1,Ada\n2\n", "few.csv: line 3 has 1 values, but there are 2 columns"},
		{"many.csv", "id,name\n1,Ada\n2,b,c\n", "line 3 has 3 values"},
		{"empty.csv", "", "the file is empty"},
		{"empty.json", "", "there is no object with a key in the file"},
		{"none.json", "[]", "there is no object with a key in the file"},
		{"number.ndjson", "{\"a\":1}\n5\n", "line 2: an object"},
		{"broken.json", "[{\"a\":1},\n{\"a\":}]", "line 2: invalid character"},
		{"typed.csv", "x,y\n1,2\n3,abc\n", "typed.csv: line 3, column y: invalid input syntax"},
		{"utf8.csv", "id,name\n1,\xff\n", "line 2, column name: invalid byte sequence"},
		{"what.xyz", "a", "the name says no format"},
	} {
		file := filepath.Join(dir, c.name)
		if err := os.WriteFile(file, []byte(c.text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := command(t, "", "import", db, file); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	out, err = command(t, "", db, "SELECT string_agg(tablename, ' '), (SELECT count(*) FROM typed) FROM pg_tables WHERE schemaname = 'public'", "-m", "list", "--header=false")
	if must(t, out, err) != "typed|1\n" {
		t.Errorf("what is left: %s", out)
	}
	for name, text := range map[string]string{"semi.csv": "id;name\n1;a,b\n", "tab.tsv": "id\tname\n1\ta,b\n", "bom.csv": "\ufeffid,name\n1,\"a,b\"\n"} {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		out, err := command(t, "", "import", db, file, "-t", "found")
		must(t, out, err)
		out, err = command(t, "", db, "SELECT id, name FROM found; DROP TABLE found", "-m", "list")
		if must(t, out, err) != "id|name\n1|a,b\n" {
			t.Errorf("%s: %s", name, out)
		}
	}
}
