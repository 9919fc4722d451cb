package schema

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func read(t testing.TB, text string) *Schema {
	t.Helper()
	s, err := ReadSQL(File{"schema.sql", text})
	must(t, err)
	return s
}

const shop = `
CREATE TYPE state AS ENUM ('open', 'paid');
CREATE DOMAIN percent AS int CHECK (VALUE BETWEEN 0 AND 100);
CREATE SEQUENCE numbers START 100;

-- Customers of a tenant.
-- @tenant tenant_id
-- @audit created_at updated_at
-- @softdelete deleted_at
CREATE TABLE customers (
    tenant_id  uuid NOT NULL,
    id         uuid NOT NULL DEFAULT gen_random_uuid(),
    name       varchar(40) NOT NULL,
    discount   percent DEFAULT 5,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, name)
);
-- @tenant tenant_id
-- @revision rev
CREATE TABLE invoices (
    tenant_id uuid NOT NULL,
    id        bigint GENERATED ALWAYS AS IDENTITY,
    -- @enum InvoiceState
    state     state NOT NULL DEFAULT 'open',
    customer  uuid NOT NULL,
    total     numeric(12,2) NOT NULL CHECK (total >= 0), -- @go Money
    gross     numeric GENERATED ALWAYS AS (total * 1.19) STORED,
    rev       int NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, customer) REFERENCES customers (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX invoices_open ON invoices (tenant_id, total DESC) WHERE state = 'open';
CREATE VIEW open_invoices AS SELECT id, total FROM invoices WHERE state = 'open';
COMMENT ON TABLE invoices IS 'what is owed';
COMMENT ON COLUMN invoices.total IS 'without tax';
`

func TestReadSQL(t *testing.T) {
	s := read(t, shop)
	inv := s.Table("invoices")
	if inv == nil || len(s.Tables) != 2 || len(s.Enums) != 1 || len(s.Domains) != 1 || len(s.Views) != 1 || len(s.Sequences) != 1 {
		t.Fatalf("read %+v", s)
	}
	if inv.Annotations != (Annotations{Tenant: "tenant_id", Revision: "rev"}) || inv.Column("state").Enum != "InvoiceState" || inv.Column("total").GoType != "Money" {
		t.Errorf("annotations %+v, state %+v, total %+v", inv.Annotations, inv.Column("state"), inv.Column("total"))
	}
	if a := s.Table("customers").Annotations; a.Tenant != "tenant_id" || a.CreatedAt != "created_at" || a.UpdatedAt != "updated_at" || a.SoftDelete != "deleted_at" {
		t.Errorf("annotations %+v", a)
	}
	if f := inv.Foreign[0]; f.OnDelete != "CASCADE" || fmt.Sprint(f.Columns, f.References) != "[tenant_id customer] [tenant_id id]" {
		t.Errorf("foreign key %+v", f)
	}
	if c := inv.Column("gross"); c.Generated == "" || c.Default != "" {
		t.Errorf("computed column %+v", c)
	}
	if inv.Column("id").Identity != "ALWAYS" || inv.Comment != "what is owed" || inv.Column("total").Comment != "without tax" {
		t.Errorf("identity or comments are lost: %+v", inv)
	}
}

func TestErrorsHaveTheirPlace(t *testing.T) {
	for _, c := range []struct{ text, place, words string }{
		{"CREATE TABLE a (id int);\n-- @tenannt x\nCREATE TABLE b (id int);", "s.sql:2:4", "@tenannt is not known"},
		{"-- @tenant nope\nCREATE TABLE b (id int);", "s.sql:1:4", `no column "nope"`},
		{"CREATE TABLE a (\n  id int, -- @gone X\n  b int);", "s.sql:2:14", "@gone is not known"},
		{"CREATE TABLE a (id int);\n\nCREATE TABLE b (id nonsense);", "s.sql:3:20", `type "nonsense" does not exist`},
		{"CREATE TABLE a (id int);\nCREATE TABEL b (id int);", "s.sql:2:8", "syntax error"},
		{"-- @tenant x\nCREATE INDEX i ON a (b);", "s.sql:2:19", "does not exist"},
	} {
		_, err := ReadSQL(File{"s.sql", c.text})
		var e *Error
		if !errors.As(err, &e) || !strings.HasPrefix(err.Error(), c.place+": ") || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%q\n got %v\nwant %s: … %s", c.text, err, c.place, c.words)
		}
	}
}

// way carries out a plan on a database that is from, and back, and looks
// whether it arrived (invariant 2).
func way(t *testing.T, from, to *Schema, p *Plan) {
	t.Helper()
	ctx := context.Background()
	legs := 2
	if strings.Contains(p.Up(), "ADD VALUE") { // which has no way back
		legs = 1
	}
	must(t, onEmpty(func(db *sql.DB) error {
		if _, err := db.Exec(from.SQL()); err != nil {
			return fmt.Errorf("start: %w\n%s", err, from.SQL())
		}
		for _, leg := range []struct {
			name, sql string
			want      *Schema
		}{{"up", p.Up(), to}, {"down", p.Down(), from}}[:legs] {
			if _, err := db.Exec(leg.sql); err != nil {
				return fmt.Errorf("%s: %w\n%s", leg.name, err, leg.sql)
			}
			got, err := ReadDB(ctx, db)
			if err != nil {
				return err
			}
			for _, pair := range [][2]*Schema{{got, leg.want}, {leg.want, got}} {
				left, err := Diff(pair[0], pair[1], Options{})
				if err != nil {
					return err
				}
				if !left.Empty() {
					return fmt.Errorf("%s:\n%s\nleaves\n%s", leg.name, leg.sql, left.Up())
				}
			}
		}
		return nil
	}))
}

func TestDiffLeadsThereAndBack(t *testing.T) {
	base := read(t, shop)
	for name, c := range map[string]struct {
		change  string // SQL on the shop, or a whole schema
		renames map[string]string
		loses   bool
	}{
		"nothing":       {},
		"add column":    {change: "ALTER TABLE customers ADD COLUMN email text NOT NULL DEFAULT '';"},
		"drop column":   {change: "ALTER TABLE customers DROP COLUMN discount;", loses: true},
		"rename column": {change: "ALTER TABLE invoices RENAME COLUMN total TO amount;", renames: map[string]string{"invoices.total": "amount"}},
		"rename table":  {change: "ALTER TABLE customers RENAME TO clients;", renames: map[string]string{"customers": "clients"}},
		"widen":         {change: "ALTER TABLE customers ALTER COLUMN name TYPE varchar(80);"},
		"narrow":        {change: "ALTER TABLE customers ALTER COLUMN name TYPE varchar(8);", loses: true},
		"default":       {change: "ALTER TABLE invoices ALTER COLUMN rev SET DEFAULT 1; ALTER TABLE customers ALTER COLUMN created_at DROP DEFAULT;"},
		"null":          {change: "ALTER TABLE customers ALTER COLUMN updated_at DROP NOT NULL; ALTER TABLE customers ALTER COLUMN deleted_at SET NOT NULL;"},
		"label":         {change: "ALTER TYPE state ADD VALUE 'void' BEFORE 'paid'; ALTER TYPE state ADD VALUE 'late';"},
		"new table":     {change: "CREATE TABLE notes (id bigserial PRIMARY KEY, customer uuid, t uuid, text text, FOREIGN KEY (t, customer) REFERENCES customers (tenant_id, id)); COMMENT ON TABLE notes IS 'a note';"},
		"drop table":    {change: "DROP VIEW open_invoices; DROP TABLE invoices;", loses: true},
		"index":         {change: "DROP INDEX invoices_open; CREATE UNIQUE INDEX by_total ON invoices (total, lower(state::text));"},
		"constraint":    {change: "ALTER TABLE invoices ADD CONSTRAINT small CHECK (total < 1000000); ALTER TABLE customers ADD UNIQUE (name, discount);"},
		"foreign key":   {change: "ALTER TABLE invoices DROP CONSTRAINT invoices_tenant_id_customer_fkey;"},
		"view":          {change: "DROP VIEW open_invoices; CREATE VIEW paid_invoices AS SELECT id FROM invoices WHERE state = 'paid';"},
		"computed":      {change: "ALTER TABLE invoices DROP COLUMN gross; ALTER TABLE invoices ADD COLUMN gross numeric GENERATED ALWAYS AS (total * 1.2) STORED;"},
		"domain":        {change: "ALTER DOMAIN percent SET DEFAULT 7; ALTER DOMAIN percent ADD CONSTRAINT even CHECK (VALUE % 2 = 0);"},
		"schema":        {change: "CREATE SCHEMA audit; CREATE TABLE audit.log (id bigint PRIMARY KEY, what text); CREATE INDEX log_what ON audit.log (what);"},
		"sequence":      {change: "DROP SEQUENCE numbers; CREATE SEQUENCE others;"},
		"function":      {change: "CREATE FUNCTION twice(x int) RETURNS int LANGUAGE SQL IMMUTABLE AS 'SELECT x * 2';"},
		"serial":        {change: "CREATE TABLE s (id serial PRIMARY KEY, n int);"},
		"identity":      {change: "ALTER TABLE invoices ALTER COLUMN id SET GENERATED BY DEFAULT;"},
		"composite":     {change: "CREATE TYPE inner_part AS (n int); CREATE TYPE part AS (a text, b inner_part); CREATE TABLE whole (id int PRIMARY KEY, p part, q part[]);"},
		"range":         {change: "CREATE FUNCTION apart(a int, b int) RETURNS float8 LANGUAGE sql IMMUTABLE AS 'SELECT (a - b)::float8'; CREATE TYPE span AS RANGE (subtype = int, subtype_diff = apart, multirange_type_name = spans); CREATE TYPE moods AS RANGE (subtype = state); CREATE TABLE sp (s span PRIMARY KEY, m spans, f moods[]); COMMENT ON TYPE span IS 'x';"},
		"view of views": {change: "CREATE VIEW b AS SELECT * FROM open_invoices; CREATE VIEW a (one, two) AS SELECT b.id, b.id + 1 FROM b; ALTER VIEW a ALTER COLUMN one SET DEFAULT 3; COMMENT ON VIEW a IS 'of b'; COMMENT ON COLUMN a.two IS 'more';"},
		"materialized":  {change: "CREATE MATERIALIZED VIEW m AS SELECT count(*) AS n FROM invoices; CREATE UNIQUE INDEX m_n ON m (n); COMMENT ON INDEX m_n IS 'x';"},
		"check option":  {change: "CREATE VIEW large AS SELECT id, total FROM invoices WHERE total > 5 WITH LOCAL CHECK OPTION;"},
		"trigger":       {change: "CREATE TABLE seen (id bigint); CREATE TRIGGER look AFTER INSERT ON invoices FOR EACH ROW INSERT INTO seen VALUES (NEW.id); COMMENT ON TRIGGER look ON invoices IS 'sees'; CREATE VIEW s AS SELECT id FROM seen; CREATE TRIGGER put INSTEAD OF INSERT ON s FOR EACH ROW INSERT INTO seen VALUES (NEW.id);"},
		"functions": {change: "CREATE TABLE k (id int PRIMARY KEY); CREATE FUNCTION ks() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM k'; CREATE FUNCTION all_ks() RETURNS SETOF k LANGUAGE sql AS 'SELECT * FROM k'; " +
			"CREATE FUNCTION atomic_ks() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT ks(); END; CREATE TABLE l (n bigint DEFAULT ks()); CREATE VIEW kv AS SELECT ks() AS n; CREATE PROCEDURE empty() LANGUAGE sql AS 'DELETE FROM k'; COMMENT ON FUNCTION ks() IS 'how many';"},
		"counting":     {change: "CREATE TABLE c (id int GENERATED ALWAYS AS IDENTITY (START 10 INCREMENT 5) PRIMARY KEY, n serial); ALTER SEQUENCE c_n_seq INCREMENT 2; ALTER SEQUENCE numbers CYCLE MAXVALUE 1000 CACHE 2;"},
		"collation":    {change: "CREATE TABLE names (n text COLLATE nocase);"},
		"all comments": {change: "COMMENT ON TYPE state IS 's'; COMMENT ON DOMAIN percent IS 'p'; COMMENT ON SEQUENCE numbers IS 'n'; COMMENT ON INDEX invoices_open IS 'i'; COMMENT ON VIEW open_invoices IS 'v';"},
		"small floats": {change: "CREATE TABLE f (a float4, b real, c float4[]);"},
		"comments":     {change: "COMMENT ON TABLE invoices IS NULL; COMMENT ON COLUMN customers.name IS 'it''s';"},
	} {
		t.Run(name, func(t *testing.T) {
			to := read(t, shop+c.change)
			p, err := Diff(base, to, Options{Renames: c.renames})
			must(t, err)
			if p.Destructive() != c.loses {
				t.Errorf("destructive is %v:\n%s", p.Destructive(), p.Up())
			}
			if (c.change == "") != p.Empty() {
				t.Errorf("the plan is\n%s", p.Up())
			}
			way(t, base, to, p)
		})
	}
}

func TestRenamesAreAsked(t *testing.T) {
	from, to := read(t, "CREATE TABLE a (x int, y text);"), read(t, "CREATE TABLE a (x int, z text);")
	p, err := Diff(from, to, Options{})
	must(t, err)
	if len(p.Questions) != 1 || p.Questions[0].String() != "was a.y renamed to z?" || !p.Destructive() {
		t.Errorf("questions %v, destructive %v", p.Questions, p.Destructive())
	}
	p, err = Diff(from, to, Options{Renames: map[string]string{"a.y": "z"}})
	must(t, err)
	if len(p.Questions) != 0 || p.Destructive() {
		t.Errorf("after the answer: %v\n%s", p.Questions, p.Up())
	}
	from, to = read(t, "CREATE SCHEMA s; CREATE TABLE s.a (x int, y text);"), read(t, "CREATE SCHEMA s; CREATE TABLE s.b (x int, z text);")
	p, err = Diff(from, to, Options{Renames: map[string]string{"s.a": "b", "s.b.y": "z"}})
	must(t, err)
	if p.Destructive() || len(p.Steps) != 2 {
		t.Errorf("renamed in a schema:\n%s", p.Up())
	}
	way(t, from, to, p)
	if _, err := Diff(from, to, Options{Renames: map[string]string{"a.nope": "z"}}); err == nil {
		t.Error("an answer that fits nothing passed")
	}
}

// random makes a schema of a few tables with what the seed says.
func random(r *rand.Rand) string {
	types := []string{"int", "bigint", "text", "varchar(20)", "numeric(10,2)", "uuid", "timestamptz", "boolean", "jsonb", "text[]"}
	defaults := map[string]string{"int": "7", "bigint": "8", "text": "'x'", "varchar(20)": "'y'", "numeric(10,2)": "1.50", "uuid": "gen_random_uuid()", "timestamptz": "now()", "boolean": "true", "jsonb": "'{}'", "text[]": "'{}'"}
	var b strings.Builder
	for _, name := range []string{"one", "two", "three"} {
		if r.IntN(4) == 0 {
			continue
		}
		fmt.Fprintf(&b, "CREATE TABLE %s (id bigint PRIMARY KEY", name)
		var columns []string
		for _, c := range []string{"a", "b", "c", "d"} {
			if r.IntN(3) == 0 {
				continue
			}
			typ := types[r.IntN(len(types))]
			fmt.Fprintf(&b, ", %s %s", c, typ)
			if r.IntN(2) == 0 {
				b.WriteString(" DEFAULT " + defaults[typ])
			}
			if r.IntN(2) == 0 {
				b.WriteString(" NOT NULL")
			}
			columns = append(columns, c)
		}
		if len(columns) > 1 && r.IntN(2) == 0 {
			fmt.Fprintf(&b, ", UNIQUE (%s, %s)", columns[0], columns[1])
		}
		if r.IntN(2) == 0 {
			b.WriteString(", CHECK (id > 0)")
		}
		b.WriteString(", up bigint REFERENCES " + name + ");\n")
		if len(columns) > 0 && r.IntN(2) == 0 {
			fmt.Fprintf(&b, "CREATE INDEX %s_i ON %s (%s);\n", name, name, columns[0])
		}
	}
	return b.String()
}

func TestRandomSchemasLeadThereAndBack(t *testing.T) {
	n := 60
	if os.Getenv("ZQLITE_LONG") != "" {
		n = 2000
	}
	for seed := range n {
		r := rand.New(rand.NewPCG(uint64(seed), 7))
		from, to := read(t, random(r)), read(t, random(r))
		p, err := Diff(from, to, Options{})
		must(t, err)
		// A column whose type has no cast to the new one is people's work.
		if strings.Contains(p.Up(), " USING ") || strings.Contains(p.Down(), " USING ") {
			continue
		}
		way(t, from, to, p)
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

func TestNormalizeGoValues(t *testing.T) {
	s, err := Normalize(&Schema{Tables: []*Table{{
		Name:        Name{Name: "people"},
		Columns:     []*Column{{Name: "id", Type: "bigint", Serial: true, NotNull: true}, {Name: "name", Type: "varchar(10)", Default: "'x'", GoType: "Text"}},
		PrimaryKey:  &Key{Columns: []string{"id"}},
		Checks:      []*Check{{Expr: "length(name) > 0"}},
		Annotations: Annotations{Skip: true},
	}}})
	must(t, err)
	want := read(t, "CREATE TABLE people (id bigserial PRIMARY KEY, name varchar(10) DEFAULT 'x', CHECK (length(name) > 0));")
	if p, err := Diff(s, want, Options{}); err != nil || !p.Empty() {
		t.Errorf("%v\n%s", err, p.Up())
	}
	if people := s.Table("people"); !people.Annotations.Skip || people.Column("name").GoType != "Text" || people.Checks[0].Name == "" {
		t.Errorf("normalized to %+v", people)
	}
}

func TestWriteNumbersFiles(t *testing.T) {
	dir := t.TempDir()
	p, err := Diff(&Schema{}, read(t, "CREATE TABLE a (id int);"), Options{})
	must(t, err)
	up, down, err := p.Write(dir, "First Step!")
	must(t, err)
	if filepath.Base(up) != "0001_first_step.up.sql" || filepath.Base(down) != "0001_first_step.down.sql" {
		t.Errorf("%s, %s", up, down)
	}
	up, _, err = p.Write(dir, "")
	must(t, err)
	if filepath.Base(up) != "0002_migration.up.sql" {
		t.Errorf("%s", up)
	}
	b, err := os.ReadFile(down)
	must(t, err)
	if !strings.Contains(string(b), "-- destructive: the rows of a\nDROP TABLE a;") {
		t.Errorf("down:\n%s", b)
	}
}

func TestReadFilesOfMigrations(t *testing.T) {
	s, err := ReadFiles(fstest.MapFS{
		"m/0002_b.up.sql":   {Data: []byte("ALTER TABLE a ADD COLUMN b text;")},
		"m/0001_a.up.sql":   {Data: []byte("-- @skip\nCREATE TABLE a (id int PRIMARY KEY);")},
		"m/0001_a.down.sql": {Data: []byte("DROP TABLE a;")},
		"m/notes.txt":       {Data: []byte("-")},
	}, "m")
	must(t, err)
	if a := s.Table("a"); a == nil || len(a.Columns) != 2 || !a.Annotations.Skip {
		t.Errorf("read %+v", s.Tables)
	}
}

// TestTenantBy: TENANT BY is read, written and planned, and becomes row level
// security on PostgreSQL.
func TestTenantBy(t *testing.T) {
	shared := read(t, `CREATE TABLE p (t uuid, id int, PRIMARY KEY (t, id)) TENANT BY (t);
		CREATE TABLE a (t uuid, id int, p int, PRIMARY KEY (t, id), FOREIGN KEY (t, p) REFERENCES p ON DELETE SET NULL (p)) TENANT BY (t);`)
	if p := shared.Table("p"); p.TenantBy != "t" || p.Annotations.Tenant != "t" {
		t.Errorf("%+v", p)
	}
	if again := read(t, shared.SQL()); again.SQL() != shared.SQL() || !strings.Contains(shared.SQL(), "TENANT BY (t)") || !strings.Contains(shared.SQL(), "ON DELETE SET NULL (p)") {
		t.Error(shared.SQL())
	}
	plain := read(t, `CREATE TABLE p (t uuid, id int, PRIMARY KEY (t, id))`)
	plan, err := Diff(plain, read(t, `CREATE TABLE p (t uuid, id int, PRIMARY KEY (t, id)) TENANT BY (t)`), Options{})
	if err != nil || plan.Up() != "ALTER TABLE p TENANT BY (t);\n" || plan.Down() != "SET LOCAL zqlite.cross_tenant = 'a migration changes TENANT BY';\nALTER TABLE p NO TENANT;\n" {
		t.Error(plan.Up(), plan.Down(), err)
	}
	both := `CREATE TABLE p (t uuid, id int, PRIMARY KEY (t, id)); CREATE TABLE a (t uuid, id int, p int, PRIMARY KEY (t, id), FOREIGN KEY (t, p) REFERENCES p);`
	free, bound := read(t, both), read(t, strings.ReplaceAll(strings.ReplaceAll(both, "id));", "id)) TENANT BY (t);"), "REFERENCES p);", "REFERENCES p) TENANT BY (t);"))
	plan, err = Diff(free, bound, Options{})
	must(t, err)
	way(t, free, bound, plan)
	plan, err = Diff(bound, free, Options{})
	must(t, err)
	way(t, bound, free, plan)
	text := shared.PostgresSQL()
	for _, want := range []string{"ALTER TABLE a FORCE ROW LEVEL SECURITY", "CREATE POLICY tenant ON p USING (t = current_setting('zqlite.tenant')::uuid)"} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is not in\n%s", want, text)
		}
	}
	if strings.Contains(text, "TENANT BY") {
		t.Error(text)
	}
	if o := Ordered(shared.Tables); o[0].Name.Name != "p" || o[1].Name.Name != "a" {
		t.Error(o[0], o[1])
	}
}

// TestNamesakes: a function that bears the name of the type that it makes comes
// behind it, and tables behind those whose rows they hold.
func TestNamesakes(t *testing.T) {
	s, err := Normalize(&Schema{
		Composites: []*Composite{{Name: Name{Name: "spot"}, Attributes: []Attribute{{"x", "integer"}}}},
		Domains:    []*Domain{{Name: Name{Name: "name"}, Type: "text"}},
		Functions: []*Function{{Name: Name{Name: "spot"}, Arguments: "x integer",
			Definition: "CREATE OR REPLACE FUNCTION public.spot(x integer)\n RETURNS spot\n LANGUAGE sql\n IMMUTABLE\nAS $function$ SELECT ROW(x)::spot $function$"}},
		Tables: []*Table{
			{Name: Name{Name: "a"}, Columns: []*Column{{Name: "was", Type: "b[]"}, {Name: "at", Type: "spot", Default: "spot(1)"}}},
			{Name: Name{Name: "b"}, Columns: []*Column{{Name: "c", Type: "c"}}},
			{Name: Name{Name: "c"}, Of: "spot", Columns: []*Column{{Name: "x", Type: "integer", NotNull: true}}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if c := s.Table("c"); c == nil || c.Of != "spot" {
		t.Errorf("the typed table is %+v", c)
	}
	p, err := Diff(s, &Schema{}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if down := p.Up(); strings.Index(down, "DROP TABLE a") > strings.Index(down, "DROP TABLE b") || strings.Index(down, "DROP TABLE b") > strings.Index(down, "DROP TABLE c") {
		t.Errorf("tables are dropped in a wrong order:\n%s", down)
	}
}
