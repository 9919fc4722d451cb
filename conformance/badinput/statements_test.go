package badinput

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/zqlite/zqlite"
)

// open makes a database with a hundred rows that every case leaves alone.
func open(t testing.TB, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open("zqlite", dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	for _, text := range []string{
		`CREATE TABLE t (a int PRIMARY KEY, b text, c smallint, d int4, e bigint, n numeric(5,2), dt date, ts timestamp, bl boolean)`,
		`INSERT INTO t SELECT i, 'row ' || i, i, i, i, i FROM generate_series(1, 100) g(i)`,
		`CREATE TABLE u (a int PRIMARY KEY REFERENCES t (a), b text UNIQUE, c int CHECK (c > 0), d int NOT NULL DEFAULT 1)`,
	} {
		if _, err := db.Exec(text); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
	return db
}

// unharmed checks that the database works and holds its rows.
func unharmed(t testing.TB, db *sql.DB, name string) {
	t.Helper()
	var n, sum int
	if err := db.QueryRow(`SELECT count(*), sum(length(b)) FROM t WHERE a <= 100`).Scan(&n, &sum); err != nil || n != 100 || sum != 592 {
		t.Fatalf("after %s: %d rows, %d characters, %v", name, n, sum, err)
	}
}

// drain runs a text and reads every row of it.
func drain(ctx context.Context, db *sql.DB, text string, args ...any) (rows int, err error) {
	r, err := db.QueryContext(ctx, text, args...)
	if err != nil {
		return 0, err
	}
	defer r.Close()
	for r.Next() {
		rows++
	}
	return rows, r.Err()
}

type badCase struct {
	name  string
	sql   string
	args  []any
	code  string // "" is success
	words string // in the message
	caret string // what the statement has at the position, "" where there is none
}

func (c *badCase) run(t *testing.T, db *sql.DB) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	start := time.Now()
	_, err := drain(ctx, db, c.sql, c.args...)
	if d := time.Since(start); d > 20*time.Second {
		t.Errorf("%s took %v", c.name, d)
	}
	c.check(t, err)
	unharmed(t, db, c.name)
}

func (c *badCase) check(t *testing.T, err error) {
	t.Helper()
	if c.code == "" {
		if err != nil {
			t.Errorf("%s: %.300v", c.name, err)
		}
		return
	}
	var e *zqlite.Error
	if !errors.As(err, &e) {
		t.Errorf("%s: %.300v", c.name, err)
		return
	}
	if e.Code != c.code || !strings.Contains(e.Message, c.words) {
		t.Errorf("%s: %s %.300q, want %s %q", c.name, e.Code, e.Message, c.code, c.words)
	}
	if n := len(err.Error()); n > 2000 {
		t.Errorf("%s: the error has %d characters", c.name, n)
	}
	if c.caret == "" {
		return
	}
	if e.Position == 0 {
		t.Errorf("%s: no position: %v", c.name, e)
	} else if at := string([]rune(c.sql)[e.Position-1:]); !strings.HasPrefix(at, c.caret) {
		t.Errorf("%s: the caret is at %.20q, want %q", c.name, at, c.caret)
	}
}

// TestWrongStatements has what goes wrong every day.
func TestWrongStatements(t *testing.T) {
	db := open(t, ":memory:")
	for _, c := range []badCase{
		{name: "misspelled keyword", sql: "SELEC 1", code: "42601", words: `syntax error at or near "SELEC"`, caret: "SELEC"},
		{name: "end too early", sql: "SELECT 1 +", code: "42601", words: "syntax error at end of input"},
		{name: "open comment", sql: "SELECT 1 /* ", code: "42601", words: "unterminated /* comment", caret: "/*"},
		{name: "open string", sql: "SELECT 'abc", code: "42601", words: "unterminated quoted string", caret: "'abc"},
		{name: "open identifier", sql: `SELECT "abc`, code: "42601", words: "unterminated quoted identifier", caret: `"abc`},
		{name: "open dollar quote", sql: "SELECT $$abc", code: "42601", words: "unterminated dollar-quoted string", caret: "$$abc"},
		{name: "empty identifier", sql: `SELECT ""`, code: "42601", words: "zero-length delimited identifier", caret: `""`},
		{name: "nothing", sql: ""}, {name: "semicolons", sql: ";;;"}, {name: "comment", sql: "-- only"},
		{name: "no table", sql: "SELECT * FROM nowhere", code: "42P01", words: `relation "nowhere" does not exist`, caret: "nowhere"},
		{name: "no column", sql: "SELECT a, zzz FROM t", code: "42703", words: `column "zzz" does not exist`, caret: "zzz"},
		{name: "second line", sql: "SELECT a,\n  zzz\nFROM t", code: "42703", caret: "zzz"},
		{name: "no function", sql: "SELECT nosuch(1)", code: "42883", words: "function nosuch(integer) does not exist", caret: "nosuch"},
		{name: "no operator", sql: "SELECT 'a'::text + 1", code: "42883", words: "operator does not exist: text + integer", caret: "+"},
		{name: "no type", sql: "SELECT 'x'::nosuch", code: "42704", words: `type "nosuch" does not exist`, caret: "nosuch"},
		{name: "no schema", sql: "SELECT * FROM pg_catalog.nothing", code: "42P01", words: `relation "pg_catalog.nothing" does not exist`},
		{name: "column twice", sql: "CREATE TABLE x (a int, a int)", code: "42701", words: `column "a" specified more than once`},
		{name: "table twice", sql: "CREATE TABLE t (a int)", code: "42P07", words: `relation "t" already exists`},
		{name: "index on nothing", sql: "CREATE INDEX ON t (zzz)", code: "42703", words: `column "zzz" does not exist`},
		{name: "not grouped", sql: "SELECT a, count(*) FROM t", code: "42803", words: `column "t.a" must appear in the GROUP BY clause`, caret: "a,"},
		{name: "ambiguous", sql: "SELECT a FROM t, u", code: "42702", words: `column reference "a" is ambiguous`, caret: "a "},
		{name: "too many values", sql: "INSERT INTO t (a) VALUES (1, 2)", code: "42601", words: "INSERT has more expressions than target columns", caret: "2"},
		{name: "integer of letters", sql: "INSERT INTO t (a) VALUES ('x')", code: "22P02", words: `invalid input syntax for type integer: "x"`, caret: "'x'"},
		{name: "text for integer", sql: "INSERT INTO t (a) VALUES (now())", code: "42804", words: `column "a" is of type integer but expression is of type timestamp with time zone`, caret: "now"},
		{name: "primary key", sql: "INSERT INTO t (a) VALUES (1)", code: "23505", words: `duplicate key value violates unique constraint "t_pkey"`},
		{name: "foreign key", sql: "INSERT INTO u (a) VALUES (999)", code: "23503", words: `insert or update on table "u" violates foreign key constraint "u_a_fkey"`},
		{name: "check", sql: "INSERT INTO u (a, c) VALUES (1, 0)", code: "23514", words: `new row for relation "u" violates check constraint "u_c_check"`},
		{name: "not null", sql: "INSERT INTO u (a, d) VALUES (1, NULL)", code: "23502", words: `null value in column "d" of relation "u" violates not-null constraint`},
		{name: "same key in one statement", sql: "INSERT INTO t (a) VALUES (500), (500)", code: "23505"},
		{name: "negative limit", sql: "SELECT * FROM t LIMIT -1", code: "2201W", words: "LIMIT must not be negative"},
		{name: "negative offset", sql: "SELECT * FROM t OFFSET -1", code: "2201X", words: "OFFSET must not be negative"},
		{name: "no columns, by key", sql: "SELECT FROM t WHERE a = 1"},
		{name: "frame of a column", sql: "SELECT sum(a) OVER (ORDER BY a RANGE BETWEEN c PRECEDING AND CURRENT ROW) FROM t", code: "42P10", words: "argument of RANGE must not contain variables", caret: "c P"},
		{name: "record without columns", sql: `SELECT jsonb_to_recordset('[{"a":1}]')`, code: "0A000", words: "could not determine row type for result of jsonb_to_recordset"},
		{name: "sequence at its end", sql: "CREATE SEQUENCE s MAXVALUE 2; SELECT nextval('s'), nextval('s'), nextval('s')", code: "2200H", words: `nextval: reached maximum value of sequence "s" (2)`},
	} {
		c.run(t, db)
	}
}

// TestWrongArguments passes too few, too many, and unfit ones.
func TestWrongArguments(t *testing.T) {
	db := open(t, ":memory:")
	many := make([]any, 70000)
	var b strings.Builder
	for i := range many {
		many[i] = i
		fmt.Fprintf(&b, ", $%d", i+1)
	}
	for _, c := range []badCase{
		{name: "too few", sql: "SELECT $1::int, $2::int", args: []any{1}, code: "08P01", words: "2 parameters"},
		{name: "none", sql: "SELECT $1::int", code: "08P01"},
		{name: "too many", sql: "SELECT $1::int", args: []any{1, 2}, code: "08P01"},
		{name: "letters", sql: "INSERT INTO t (a) VALUES ($1)", args: []any{"abc"}, code: "22P02", words: `invalid input syntax for type integer: "abc"`},
		{name: "a struct", sql: "INSERT INTO t (a) VALUES ($1)", args: []any{struct{ A int }{1}}, code: "42804"},
		{name: "a channel", sql: "SELECT $1", args: []any{make(chan int)}, code: "22023"},
		{name: "an output", sql: "SELECT $1", args: []any{sql.Out{Dest: new(int)}}, code: "0A000"},
		{name: "uint64", sql: "SELECT $1::bigint", args: []any{uint64(1<<64 - 1)}, code: "22003", words: "out of range for type bigint"},
		{name: "zero byte", sql: "SELECT $1::text", args: []any{"a\x00b"}, code: "22021", words: `invalid byte sequence for encoding "UTF8": 0x00`},
		{name: "not UTF-8", sql: "SELECT $1::text", args: []any{"a\xffb"}, code: "22021", words: `invalid byte sequence for encoding "UTF8": 0xff`},
		{name: "not UTF-8, inserted", sql: "INSERT INTO t (a, b) VALUES (1000, $1)", args: []any{"\xc3\x28"}, code: "22021", words: "0xc3 0x28"},
		{name: "not UTF-8 for varchar", sql: "SELECT $1::varchar(5)", args: []any{"\xe4\xb8"}, code: "22021", words: "0xe4 0xb8"},
		{name: "not UTF-8 in an array", sql: "SELECT $1::text[]", args: []any{[]string{"\xff"}}, code: "22021"},
		{name: "not UTF-8 as bytes for text", sql: "SELECT $1::text", args: []any{[]byte("\xff")}, code: "22021"},
		{name: "not UTF-8 in JSON", sql: "SELECT $1::jsonb", args: []any{"\"\xff\""}, code: "22021"},
		{name: "any bytes for bytea", sql: "SELECT $1::bytea", args: []any{[]byte("\xff\x00")}},
		{name: "70,000", sql: "SELECT 1 WHERE 1 IN (0" + b.String() + ")", args: many, code: "42P02", words: "there is no parameter $65536"},
		{name: "$0", sql: "SELECT $0::int", code: "42P02", words: "there is no parameter $0", caret: "$0"},
		{name: "$99999999999", sql: "SELECT $99999999999::int", code: "42P02", caret: "$9"},
		{name: "no such name", sql: "SELECT :a::int", args: []any{sql.Named("b", 1)}, code: "42P02", words: `there is no argument named "a"`},
	} {
		c.run(t, db)
	}
}

// TestWrongValues has values that a type cannot hold and results outside it.
func TestWrongValues(t *testing.T) {
	db := open(t, ":memory:")
	for _, c := range []badCase{
		{name: "division", sql: "SELECT 1/0", code: "22012", words: "division by zero"},
		{name: "numeric division", sql: "SELECT 1.0/0", code: "22012"},
		{name: "float division", sql: "SELECT 1::float8/0", code: "22012"},
		{name: "remainder", sql: "SELECT 1 % 0", code: "22012"},
		{name: "division of a column", sql: "SELECT a / (c - c) FROM t", code: "22012"},
		{name: "smallest / -1", sql: "SELECT (-9223372036854775808)::bigint / -1", code: "22003", words: "bigint out of range"},
		{name: "integer sum", sql: "SELECT 9223372036854775807::int + 1", code: "22003", words: "integer out of range"},
		{name: "bigint sum", sql: "SELECT 9223372036854775807::bigint + 1", code: "22003", words: "bigint out of range"},
		{name: "bigint product", sql: "SELECT 9223372036854775807::bigint * -2", code: "22003", words: "bigint out of range"},
		{name: "product of columns", sql: "SELECT (e + 9223372036854775000) * (e - 9223372036854775000) FROM t", code: "22003", words: "bigint out of range"},
		{name: "bigint negated", sql: "SELECT -((-9223372036854775808)::bigint)", code: "22003"},
		{name: "abs", sql: "SELECT abs((-9223372036854775808)::bigint)", code: "22003"},
		{name: "lcm", sql: "SELECT lcm(9223372036854775807, 9223372036854775806)", code: "22003"},
		{name: "smallint", sql: "SELECT 32767::smallint + 1::smallint", code: "22003", words: "smallint out of range"},
		{name: "int4", sql: "SELECT 2147483647::int4 + 1::int4", code: "22003", words: "integer out of range"},
		{name: "int4 cast", sql: "SELECT 4000000000::int4", code: "22003"},
		{name: "smallint column", sql: "UPDATE t SET c = 40000 WHERE a = 1", code: "22003", words: "smallint out of range"},
		{name: "int4 column", sql: "UPDATE t SET d = 4000000000 WHERE a = 1", code: "22003", words: "integer out of range"},
		{name: "numeric column", sql: "UPDATE t SET n = 1000 WHERE a = 1", code: "22003", words: "numeric field overflow"},
		{name: "literal", sql: "SELECT 99999999999999999999::bigint", code: "22003"},
		{name: "float", sql: "SELECT 1e308::float8 * 10", code: "22003", words: "value out of range: overflow"},
		{name: "sum of bigint is numeric", sql: "SELECT sum(x) FROM (VALUES (9223372036854775807::bigint), (1)) v(x)"},
		{name: "wide window frame", sql: "SELECT sum(a) OVER (ORDER BY a RANGE BETWEEN 9223372036854775807 PRECEDING AND 100000 FOLLOWING) FROM t"},
		{name: "day", sql: "SELECT '2024-02-30'::date", code: "22008", words: `date/time field value out of range: "2024-02-30"`, caret: "'2024"},
		{name: "no date", sql: "SELECT 'x'::date", code: "22007", words: `invalid input syntax for type date: "x"`, caret: "'x'"},
		{name: "no timestamp", sql: "SELECT 'x'::timestamp", code: "22007", words: `invalid input syntax for type timestamp: "x"`, caret: "'x'"},
		{name: "late date", sql: "SELECT '5874898-01-01'::date", code: "22008", words: "date out of range"},
		{name: "date sum", sql: "SELECT '2024-01-01'::date + 2147483647", code: "22008", words: "date out of range"},
		{name: "late timestamp", sql: "SELECT '294276-12-31'::timestamp + '1 year'", code: "22008", words: "timestamp out of range"},
		{name: "make_date", sql: "SELECT make_date(2024, 2, 30)", code: "22008", words: "date field value out of range: 2024-02-30"},
		{name: "interval", sql: "SELECT '1 year'::interval * 1e12", code: "22008", words: "interval out of range"},
		{name: "time zone", sql: "SELECT now() AT TIME ZONE 'Nowhere/None'", code: "22023", words: `time zone "Nowhere/None" not recognized`},
		{name: "uuid", sql: "SELECT 'x'::uuid", code: "22P02", words: `invalid input syntax for type uuid: "x"`, caret: "'x'"},
		{name: "bytea", sql: `SELECT '\xzz'::bytea`, code: "22023", words: `invalid hexadecimal digit: "z"`, caret: `'\x`},
		{name: "boolean", sql: "SELECT 'maybe'::boolean", code: "22P02", words: `invalid input syntax for type boolean: "maybe"`, caret: "'maybe'"},
		{name: "json", sql: `SELECT '{"a":'::json`, code: "22P02", words: "invalid input syntax for type json", caret: "'{"},
		{name: "array", sql: "SELECT '{1,2'::int[]", code: "22P02", words: `malformed array literal: "{1,2"`, caret: "'{"},
		{name: "sqrt", sql: "SELECT sqrt(-1)", code: "2201F", words: "cannot take square root of a negative number"},
		{name: "ln", sql: "SELECT ln(0)", code: "2201E", words: "cannot take logarithm of zero"},
		{name: "power", sql: "SELECT power(0::numeric, -1)", code: "2201F"},
		{name: "chr(0)", sql: "SELECT chr(0)", code: "54000", words: "null character not permitted"},
		{name: "surrogate", sql: "SELECT chr(55296)", code: "54000", words: "requested character not valid for encoding: 55296"},
		{name: "zero byte", sql: "SELECT 'a\x00b'", code: "22021", words: "0x00"},
		{name: "escaped zero byte", sql: `SELECT E'a\000b'`, code: "22021", words: "0x00"},
		{name: "not UTF-8", sql: "SELECT 'a\xffb'", code: "22021", words: `invalid byte sequence for encoding "UTF8": 0xff`},
		{name: "identifier not UTF-8", sql: "SELECT a\xff FROM t", code: "22021"},
		{name: "convert_from", sql: `SELECT convert_from('\xf0901234'::bytea, 'UTF8')`, code: "22021", words: "0xf0 0x90 0x12 0x34"},
		{name: "regular expression", sql: "SELECT 'a' ~ '('", code: "2201B", words: "invalid regular expression: parentheses () not balanced"},
		{name: "step of zero", sql: "SELECT * FROM generate_series(1, 10, 0)", code: "22023", words: "step size cannot equal zero"},
		{name: "ntile", sql: "SELECT ntile(0) OVER () FROM t", code: "22014", words: "argument of ntile must be greater than zero"},
		{name: "numeric", sql: "SELECT '1e200000'::numeric", code: "22003", words: "value overflows numeric format"},
		{name: "numeric power", sql: "SELECT 10::numeric ^ 1000000", code: "22003"},
		{name: "factorial", sql: "SELECT factorial(100000)", code: "22003"},
	} {
		c.run(t, db)
	}
}
