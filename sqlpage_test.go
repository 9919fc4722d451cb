package zqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"go/ast"
	goparser "go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/zqlite/zqlite"
	"github.com/zqlite/zqlite/internal/expr"
	_ "github.com/zqlite/zqlite/internal/expr/builtins"
	"github.com/zqlite/zqlite/internal/sql/parser"
	"github.com/zqlite/zqlite/internal/types"
)

// The page docs/sql.md is written from what the parser and the registry of
// functions know, and from running a statement of each kind:
//
//	make docs
var writeDocs = flag.Bool("write-docs", false, "write docs/sql.md")

const sqlPage = "docs/sql.md"

// TestSQLPage compares docs/sql.md with what there is.
func TestSQLPage(t *testing.T) {
	text := "# The SQL that there is\n\n" +
		"`make docs` writes this page, and a test compares it: the state of a statement is what running its example answered,\n" +
		"functions and operators are those of the registry. PostgreSQL's documentation says what each of them means;\n" +
		"[status.md](status.md) tells what is known to be missing within them.\n\n" +
		statementTable(t) + functionTables(t)
	if *writeDocs {
		must(t, os.WriteFile(sqlPage, []byte(text), 0o666))
		return
	}
	have, err := os.ReadFile(sqlPage)
	must(t, err)
	if string(have) == text {
		return
	}
	a, b := strings.Split(string(have), "\n"), strings.Split(text, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			t.Fatalf("%s:%d is not what there is; run make docs\nhave %s\nwant %s", sqlPage, i+1, a[i], b[i])
		}
	}
	t.Fatalf("%s has %d lines, want %d; run make docs", sqlPage, len(a), len(b))
}

// example is a statement of PostgreSQL's reference, or of SQLite's.
type example struct {
	command string
	before  string // statements before it, separated by " ;; "
	text    string
	note    string // instead of running it: how it is used
}

// ground is what the examples work on.
const ground = `CREATE TABLE t (id int PRIMARY KEY, a int, b text);
CREATE TABLE u (id int PRIMARY KEY, t_id int REFERENCES t);
CREATE INDEX t_a ON t (a); CREATE VIEW v AS SELECT * FROM t; CREATE MATERIALIZED VIEW m AS SELECT * FROM t;
CREATE SEQUENCE s; CREATE TYPE mood AS ENUM ('x', 'y'); CREATE TYPE pair AS (a int, b int); CREATE DOMAIN d AS int;
CREATE FUNCTION f(int) RETURNS int LANGUAGE SQL AS 'SELECT $1'; CREATE PROCEDURE p(int) LANGUAGE SQL AS 'SELECT $1';
CREATE SCHEMA sc; CREATE TRIGGER tr AFTER INSERT ON t BEGIN SELECT 1; END; INSERT INTO t VALUES (1, 1, 'x')`

var examples = []example{
	{"ABORT", "BEGIN", "ABORT", ""},
	{"ALTER AGGREGATE", "CREATE AGGREGATE g(int) (SFUNC = int4pl, STYPE = int)", "ALTER AGGREGATE g(int) RENAME TO h", ""},
	{"ALTER COLLATION", "", "ALTER COLLATION c RENAME TO d", ""},
	{"ALTER DATABASE", "", "ALTER DATABASE x SET a = 1", ""},
	{"ALTER DEFAULT PRIVILEGES", "", "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO x", ""},
	{"ALTER DOMAIN", "", "ALTER DOMAIN d ADD CHECK (VALUE > 0)", ""},
	{"ALTER EXTENSION", "", "ALTER EXTENSION x UPDATE", ""},
	{"ALTER FUNCTION", "", "ALTER FUNCTION f(int) IMMUTABLE", ""},
	{"ALTER INDEX", "", "ALTER INDEX t_a RENAME TO t_b", ""},
	{"ALTER MATERIALIZED VIEW", "", "ALTER MATERIALIZED VIEW m RENAME TO n", ""},
	{"ALTER OPERATOR", "CREATE OPERATOR ### (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq)", "ALTER OPERATOR ### (int, int) SET (RESTRICT = NONE)", ""},
	{"ALTER POLICY", "", "ALTER POLICY x ON t RENAME TO y", ""},
	{"ALTER PROCEDURE", "", "ALTER PROCEDURE p(int) RENAME TO q", ""},
	{"ALTER ROLE", "", "ALTER ROLE x LOGIN", ""},
	{"ALTER ROUTINE", "", "ALTER ROUTINE f(int) RENAME TO g", ""},
	{"ALTER RULE", "", "ALTER RULE x ON t RENAME TO y", ""},
	{"ALTER SCHEMA", "", "ALTER SCHEMA sc RENAME TO sd", ""},
	{"ALTER SEQUENCE", "", "ALTER SEQUENCE s RESTART WITH 5", ""},
	{"ALTER SYSTEM", "", "ALTER SYSTEM SET a = 1", ""},
	{"ALTER TABLE", "", "ALTER TABLE t ADD COLUMN c int", ""},
	{"ALTER TABLESPACE", "", "ALTER TABLESPACE x RENAME TO y", ""},
	{"ALTER TRIGGER", "", "ALTER TRIGGER tr ON t RENAME TO ts", ""},
	{"ALTER TYPE", "", "ALTER TYPE mood ADD VALUE 'z'", ""},
	{"ALTER VIEW", "", "ALTER VIEW v RENAME TO w", ""},
	{"ANALYZE", "", "ANALYZE t", ""},
	{"BEGIN", "", "BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY", ""},
	{"CALL", "", "CALL p(1)", ""},
	{"CHECKPOINT", "", "CHECKPOINT", ""},
	{"CLOSE", "BEGIN ;; DECLARE c CURSOR FOR SELECT 1", "CLOSE c", ""},
	{"CLUSTER", "", "CLUSTER t USING t_a", ""},
	{"COMMENT", "", "COMMENT ON TABLE t IS 'x'", ""},
	{"COMMIT", "BEGIN", "COMMIT", ""},
	{"COMMIT PREPARED", "", "COMMIT PREPARED 'x'", ""},
	{"COPY", "", "COPY t FROM STDIN", "by `CopyFrom` and `CopyTo`, and in the shell"},
	{"CREATE ACCESS METHOD", "", "CREATE ACCESS METHOD x TYPE INDEX HANDLER y", ""},
	{"CREATE AGGREGATE", "", "CREATE AGGREGATE g(int) (SFUNC = int4pl, STYPE = int)", ""},
	{"CREATE CAST", "", "CREATE CAST (pair AS int) WITH INOUT", ""},
	{"CREATE COLLATION", "", "CREATE COLLATION c (LOCALE = 'de')", ""},
	{"CREATE CONVERSION", "", "CREATE CONVERSION c FOR 'UTF8' TO 'LATIN1' FROM x", ""},
	{"CREATE DATABASE", "", "CREATE DATABASE x", ""},
	{"CREATE DOMAIN", "", "CREATE DOMAIN e AS int CHECK (VALUE > 0)", ""},
	{"CREATE EVENT TRIGGER", "", "CREATE EVENT TRIGGER x ON ddl_command_start EXECUTE FUNCTION y()", ""},
	{"CREATE EXTENSION", "", "CREATE EXTENSION pgcrypto", ""},
	{"CREATE FOREIGN TABLE", "", "CREATE FOREIGN TABLE x (a int) SERVER y", ""},
	{"CREATE FUNCTION", "", "CREATE FUNCTION g(int) RETURNS int LANGUAGE SQL AS 'SELECT $1'", ""},
	{"CREATE FUNCTION … LANGUAGE plpgsql", "", "CREATE FUNCTION g() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END'", ""},
	{"CREATE INDEX", "", "CREATE UNIQUE INDEX ON t (a, lower(b)) INCLUDE (id) WHERE a > 0", ""},
	{"CREATE MATERIALIZED VIEW", "", "CREATE MATERIALIZED VIEW n AS SELECT 1 AS x", ""},
	{"CREATE OPERATOR", "", "CREATE OPERATOR ### (LEFTARG = int, RIGHTARG = int, FUNCTION = int4pl)", ""},
	{"CREATE POLICY", "", "CREATE POLICY x ON t", ""},
	{"CREATE PROCEDURE", "", "CREATE PROCEDURE q() LANGUAGE SQL AS 'DELETE FROM u'", ""},
	{"CREATE PUBLICATION", "", "CREATE PUBLICATION x", ""},
	{"CREATE ROLE", "", "CREATE ROLE x", ""},
	{"CREATE RULE", "", "CREATE RULE x AS ON INSERT TO t DO INSTEAD NOTHING", ""},
	{"CREATE SCHEMA", "", "CREATE SCHEMA sd", ""},
	{"CREATE SEQUENCE", "", "CREATE SEQUENCE r START 5 INCREMENT 2", ""},
	{"CREATE STATISTICS", "", "CREATE STATISTICS x ON a, b FROM t", ""},
	{"CREATE SUBSCRIPTION", "", "CREATE SUBSCRIPTION x CONNECTION 'y' PUBLICATION z", ""},
	{"CREATE TABLE", "", "CREATE TABLE w (a int PRIMARY KEY, b text NOT NULL CHECK (b <> ''))", ""},
	{"CREATE TABLE … INHERITS", "", "CREATE TABLE w (c int) INHERITS (t)", ""},
	{"CREATE TABLE … PARTITION BY", "", "CREATE TABLE w (c int) PARTITION BY RANGE (c)", ""},
	{"CREATE TABLE … TENANT BY", "", "CREATE TABLE w (c text, i int, PRIMARY KEY (c, i)) TENANT BY (c)", ""},
	{"CREATE TABLE AS", "", "CREATE TABLE w AS SELECT 1 AS x", ""},
	{"CREATE TABLESPACE", "", "CREATE TABLESPACE x LOCATION '/'", ""},
	{"CREATE TEXT SEARCH CONFIGURATION", "", "CREATE TEXT SEARCH CONFIGURATION x (COPY = simple)", ""},
	{"CREATE TRIGGER", "", "CREATE TRIGGER w BEFORE UPDATE ON t FOR EACH ROW BEGIN SELECT 1; END", ""},
	{"CREATE TRIGGER … EXECUTE FUNCTION", "", "CREATE TRIGGER w BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION now()", ""},
	{"CREATE TYPE … AS ENUM", "", "CREATE TYPE e AS ENUM ('a', 'b')", ""},
	{"CREATE TYPE … AS (…)", "", "CREATE TYPE e AS (a int)", ""},
	{"CREATE TYPE … AS RANGE", "", "CREATE TYPE e AS RANGE (SUBTYPE = float8)", ""},
	{"CREATE VIEW", "", "CREATE VIEW w AS SELECT 1 AS x", ""},
	{"DEALLOCATE", "PREPARE q AS SELECT 1", "DEALLOCATE q", ""},
	{"DECLARE", "BEGIN", "DECLARE c SCROLL CURSOR WITH HOLD FOR SELECT 1", ""},
	{"DELETE", "", "DELETE FROM t USING u WHERE t.id = u.t_id RETURNING *", ""},
	{"DISCARD", "", "DISCARD ALL", ""},
	{"DO", "", "DO 'BEGIN END'", ""},
	{"DROP AGGREGATE", "", "DROP AGGREGATE IF EXISTS g(int)", ""},
	{"DROP DOMAIN", "", "DROP DOMAIN d", ""},
	{"DROP FUNCTION", "", "DROP FUNCTION f(int)", ""},
	{"DROP INDEX", "", "DROP INDEX t_a", ""},
	{"DROP MATERIALIZED VIEW", "", "DROP MATERIALIZED VIEW m", ""},
	{"DROP PROCEDURE", "", "DROP PROCEDURE p(int)", ""},
	{"DROP ROLE", "", "DROP ROLE x", ""},
	{"DROP ROUTINE", "", "DROP ROUTINE f(int)", ""},
	{"DROP SCHEMA", "", "DROP SCHEMA sc CASCADE", ""},
	{"DROP SEQUENCE", "", "DROP SEQUENCE s", ""},
	{"DROP TABLE", "", "DROP TABLE u", ""},
	{"DROP TRIGGER", "", "DROP TRIGGER tr ON t", ""},
	{"DROP TYPE", "", "DROP TYPE mood", ""},
	{"DROP VIEW", "", "DROP VIEW v", ""},
	{"END", "BEGIN", "END", ""},
	{"EXECUTE", "PREPARE q(int) AS SELECT $1", "EXECUTE q(1)", ""},
	{"EXPLAIN", "", "EXPLAIN ANALYZE SELECT * FROM t", ""},
	{"FETCH", "BEGIN ;; DECLARE c CURSOR FOR SELECT 1", "FETCH NEXT FROM c", ""},
	{"GRANT", "", "GRANT SELECT ON t TO PUBLIC", ""},
	{"IMPORT FOREIGN SCHEMA", "", "IMPORT FOREIGN SCHEMA x FROM SERVER y INTO z", ""},
	{"INSERT", "", "INSERT INTO t VALUES (1, 2, 'y') ON CONFLICT (id) DO UPDATE SET a = excluded.a RETURNING *", ""},
	{"LISTEN", "", "LISTEN x", ""},
	{"LOAD", "", "LOAD 'x'", ""},
	{"LOCK", "BEGIN", "LOCK TABLE t IN EXCLUSIVE MODE", ""},
	{"MERGE", "", "MERGE INTO t USING u ON t.id = u.t_id WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN DO NOTHING", ""},
	{"MOVE", "BEGIN ;; DECLARE c CURSOR FOR SELECT 1", "MOVE 1 FROM c", ""},
	{"NOTIFY", "", "NOTIFY x", ""},
	{"PREPARE", "", "PREPARE q(int) AS SELECT $1", ""},
	{"PREPARE TRANSACTION", "BEGIN", "PREPARE TRANSACTION 'x'", ""},
	{"REASSIGN OWNED", "", "REASSIGN OWNED BY x TO y", ""},
	{"REFRESH MATERIALIZED VIEW", "", "REFRESH MATERIALIZED VIEW m", ""},
	{"REINDEX", "", "REINDEX TABLE t", ""},
	{"RELEASE SAVEPOINT", "BEGIN ;; SAVEPOINT x", "RELEASE SAVEPOINT x", ""},
	{"RESET", "", "RESET ALL", ""},
	{"REVOKE", "", "REVOKE SELECT ON t FROM PUBLIC", ""},
	{"ROLLBACK", "BEGIN", "ROLLBACK", ""},
	{"ROLLBACK TO SAVEPOINT", "BEGIN ;; SAVEPOINT x", "ROLLBACK TO SAVEPOINT x", ""},
	{"SAVEPOINT", "BEGIN", "SAVEPOINT x", ""},
	{"SECURITY LABEL", "", "SECURITY LABEL ON TABLE t IS 'x'", ""},
	{"SELECT", "", "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 3) SELECT n, sum(n) OVER (ORDER BY n) FROM r", ""},
	{"SELECT INTO", "", "SELECT 1 AS x INTO w", ""},
	{"SET", "", "SET search_path = public", ""},
	{"SET CONSTRAINTS", "BEGIN", "SET CONSTRAINTS ALL DEFERRED", ""},
	{"SET ROLE", "", "SET ROLE NONE", ""},
	{"SET SESSION AUTHORIZATION", "", "SET SESSION AUTHORIZATION DEFAULT", ""},
	{"SET TRANSACTION", "BEGIN", "SET TRANSACTION READ ONLY", ""},
	{"SHOW", "", "SHOW search_path", ""},
	{"START TRANSACTION", "", "START TRANSACTION", ""},
	{"TABLE", "", "TABLE t", ""},
	{"TRUNCATE", "", "TRUNCATE u", ""},
	{"UNLISTEN", "", "UNLISTEN *", ""},
	{"UPDATE", "", "UPDATE t SET (a, b) = (2, 'z') FROM u WHERE t.id = u.t_id RETURNING t.*", ""},
	{"VACUUM", "", "VACUUM t", ""},
	{"VALUES", "", "VALUES (1, 'a'), (2, 'b')", ""},
	{"ATTACH (SQLite)", "", "ATTACH 'x' AS y", ""},
	{"INSERT OR REPLACE (SQLite)", "", "INSERT OR REPLACE INTO t VALUES (1, 2, 'y')", ""},
	{"PRAGMA (SQLite)", "", "PRAGMA table_info(t)", ""},
	{"REPLACE INTO (SQLite)", "", "REPLACE INTO t VALUES (1, 2, 'y')", ""},
}

// statementTable runs the examples, and finds that they make every statement
// of the syntax tree.
func statementTable(t *testing.T) string {
	var b strings.Builder
	b.WriteString("## Statements\n\n| statement | there | example |\n|---|---|---|\n")
	made := map[string]bool{"SetNew": true, "AlterEnum": true, "Rename": true} // the first stands in triggers only
	for _, x := range examples {
		state := x.note
		if state == "" {
			state = run(t, x)
		}
		fmt.Fprintf(&b, "| %s | %s | `%s` |\n", x.command, state, strings.ReplaceAll(x.text, "|", "\\|"))
		for _, text := range append(strings.Split(x.before, " ;; "), x.text) {
			list, _ := parser.Parse(text) // what does not parse is said above
			for _, st := range list {
				made[reflect.TypeOf(st.Stmt).Elem().Name()] = true
			}
		}
	}
	list, err := parser.Parse(ground + "; ALTER TABLE t OWNER TO x; ALTER TABLE t SET SCHEMA sc")
	must(t, err)
	for _, st := range list {
		made[reflect.TypeOf(st.Stmt).Elem().Name()] = true
	}
	for _, name := range statementTypes(t) {
		if !made[name] {
			t.Errorf("no example makes the statement %s", name)
		}
	}
	return b.String() + "\n"
}

// run tells the state of an example: whether it is carried out.
func run(t *testing.T, x example) string {
	ctx := context.Background()
	db, err := sql.Open("zqlite", ":memory:")
	must(t, err)
	defer db.Close()
	c, err := db.Conn(ctx)
	must(t, err)
	defer c.Close()
	_, err = c.ExecContext(ctx, ground)
	must(t, err)
	for _, text := range strings.Split(x.before, " ;; ") {
		_, err = c.ExecContext(ctx, text)
		must(t, err)
	}
	_, err = c.ExecContext(ctx, x.text)
	var e *zqlite.Error
	switch {
	case err == nil:
		return "yes"
	case errors.As(err, &e) && e.Code == "0A000":
		return "no"
	case errors.As(err, &e) && e.Code == "42601":
		return "no, a syntax error"
	case strings.Contains(x.text, "PREPARED") || strings.HasPrefix(x.text, "PREPARE TRANSACTION"):
		if errors.As(err, &e) && (e.Code == "55000" || e.Code == "42704") {
			return "no, as a server without prepared transactions"
		}
	}
	t.Errorf("%s: %v", x.text, err)
	return ""
}

// statementTypes are the statements of package ast.
func statementTypes(t *testing.T) []string {
	files, err := filepath.Glob("internal/sql/ast/*.go")
	must(t, err)
	var out []string
	for _, file := range files {
		f, err := goparser.ParseFile(token.NewFileSet(), file, nil, 0)
		must(t, err)
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Recv == nil || fn.Name.Name != "stmtNode" {
				continue
			}
			if star, ok := fn.Recv.List[0].Type.(*ast.StarExpr); ok {
				out = append(out, star.X.(*ast.Ident).Name)
			}
		}
	}
	slices.Sort(out)
	return out
}

// words are the calls that are part of the grammar, and window functions.
var words = map[string]string{
	"coalesce": "the first that is not NULL", "nullif": "NULL where both are equal", "greatest": "the largest", "least": "the smallest",
	"iif": "SQLite's: CASE WHEN", "grouping": "which columns a grouping set leaves out",
	"row_number": "window: number of the row", "rank": "window: rank with gaps", "dense_rank": "window: rank without gaps",
	"percent_rank": "window: rank between 0 and 1", "cume_dist": "window: share of rows up to this one", "ntile": "window: number of the bucket",
	"lag": "window: value of a row before", "lead": "window: value of a row after", "first_value": "window: of the frame",
	"last_value": "window: of the frame", "nth_value": "window: of the frame",
}

// functionTables lists what the registry has.
func functionTables(t *testing.T) string {
	all := expr.All()
	var b strings.Builder
	rows := map[string]*entry{}
	add := func(name, form, doc string) {
		e := rows[name]
		if e == nil {
			e = &entry{doc: doc}
			rows[name] = e
		}
		if !slices.Contains(e.forms, form) {
			e.forms = append(e.forms, form)
		}
	}
	table := func(title, head string) {
		fmt.Fprintf(&b, "## %s\n\n| %s | forms | |\n|---|---|---|\n", title, head)
		for _, name := range slices.Sorted(maps.Keys(rows)) {
			e := rows[name]
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", cell(name), cell(strings.Join(e.forms, "; ")), cell(e.doc))
		}
		b.WriteString("\n")
		clear(rows)
	}
	known := map[string]bool{}
	for _, f := range all.Functions {
		if !strings.HasPrefix(f.Name, "zqlite_") && !strings.HasSuffix(f.Name, "_variadic") {
			known[f.Name] = true
			add(f.Name, form(f.Args, f.Variadic, f.Ret), f.Doc)
		}
	}
	table("Functions", "name")
	for _, f := range all.SetFuncs {
		known[f.Name] = true
		add(f.Name, form(f.Args, f.Variadic, nil), f.Doc)
	}
	table("Functions that return rows", "name")
	for _, f := range all.Aggregates {
		known[f.Name] = true
		add(f.Name, form(f.Args, f.Variadic, f.Ret), f.Doc)
	}
	table("Aggregates", "name")
	for name, doc := range words {
		known[name] = true
		add(name, "", doc)
	}
	table("Window functions and forms of the grammar", "name")
	for _, f := range all.Operators {
		add(f.Name, form(f.Args, false, f.Ret), f.Doc)
	}
	table("Operators", "operator")
	return b.String() + missing(t, known)
}

type entry struct {
	forms []string
	doc   string
}

func cell(text string) string { return strings.ReplaceAll(text, "|", "\\|") }

// form writes the types of one overload.
func form(args []*types.Type, variadic bool, ret *types.Type) string {
	list := make([]string, len(args))
	for i, a := range args {
		list[i] = a.Display
	}
	text := strings.Join(list, ", ")
	if variadic {
		text += " …"
	}
	text = "(" + text + ")"
	if ret != nil {
		text += " → " + ret.Display
	}
	return text
}

// missing lists the functions of PostgreSQL 15 that there are not.
func missing(t *testing.T, known map[string]bool) string {
	text, err := os.ReadFile("internal/expr/builtins/testdata/postgres-functions.txt")
	must(t, err)
	var out []string
	names := strings.Fields(string(text))
	for _, name := range names {
		if !known[name] {
			out = append(out, name)
		}
	}
	return fmt.Sprintf("## Not there\n\nOf the %d names of functions, aggregates and window functions that PostgreSQL 15 describes for use, %d are not there; "+
		"most belong to types (geometry, text search, XML, networks), privileges, replication and statistics of a server:\n\n%s\n",
		len(names), len(out), strings.Join(out, ", "))
}
