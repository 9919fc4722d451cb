package zqlite_test

import "testing"

// Every relation of the system catalog answers over a database that has every
// kind of object.
func TestSystemCatalogAnswers(t *testing.T) {
	db := open(t, ":memory:")
	exec(t, db, `
		CREATE SCHEMA app;
		CREATE TYPE mood AS ENUM ('sad', 'ok');
		CREATE DOMAIN positive AS int CHECK (VALUE > 0);
		CREATE TYPE pair AS (a int, b text);
		CREATE SEQUENCE s START 5;
		CREATE TABLE parent (id bigserial PRIMARY KEY, code varchar(10) NOT NULL UNIQUE, price numeric(10,2) DEFAULT 0,
			CONSTRAINT cheap CHECK (price < 100));
		CREATE TABLE app.child (id int GENERATED ALWAYS AS IDENTITY, parent_id bigint REFERENCES parent (id) ON DELETE CASCADE,
			m mood, p positive, tags text[], twice int GENERATED ALWAYS AS (id * 2) STORED, PRIMARY KEY (id, parent_id));
		CREATE INDEX child_m ON app.child (m DESC, lower(tags[1])) WHERE p > 3;
		CREATE VIEW v AS SELECT id, code FROM parent;
		CREATE MATERIALIZED VIEW mv AS SELECT count(*) AS n FROM parent;
		CREATE FUNCTION twice(x int DEFAULT 2) RETURNS int LANGUAGE SQL IMMUTABLE AS 'SELECT x * 2';
		COMMENT ON TABLE parent IS 'a parent';
		COMMENT ON COLUMN parent.code IS 'a code';
		SELECT nextval('s')`)
	rows, err := db.Query(`SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname IN ('pg_catalog', 'information_schema')`)
	must(t, err)
	var names []string
	for rows.Next() {
		var schema, name string
		must(t, rows.Scan(&schema, &name))
		names = append(names, schema+"."+name)
	}
	must(t, rows.Err())
	if len(names) < 60 {
		t.Fatalf("%d relations in the system catalog", len(names))
	}
	for _, name := range names {
		one[int](t, db, "SELECT count(*) FROM (SELECT * FROM "+name+") x")
	}
	for query, want := range map[string]string{
		`SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'child_parent_id_fkey'`:                                                        `FOREIGN KEY (parent_id) REFERENCES parent(id) ON DELETE CASCADE`,
		`SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'parent_code_key'`:                                                             `UNIQUE (code)`,
		`SELECT indexdef FROM pg_indexes WHERE indexname = 'child_m'`:                                                                                       `CREATE INDEX child_m ON app.child USING btree (m DESC, lower(tags[1])) WHERE ((p)::integer > 3)`,
		`SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = 'parent'::regclass`: `id bigint, code character varying(10), price numeric(10,2)`,
		`SELECT obj_description('parent'::regclass) || ' with ' || col_description('parent'::regclass, 2)`:                                                  `a parent with a code`,
		`SELECT column_default FROM information_schema.columns WHERE table_name = 'parent' AND column_name = 'id'`:                                          `nextval('parent_id_seq'::regclass)`,
		`SELECT pg_get_serial_sequence('parent', 'id')`:                                                                                                     `public.parent_id_seq`,
		`SELECT string_agg(enumlabel, ',' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = 'mood'::regtype`:                                           `sad,ok`,
		`SELECT last_value::text FROM pg_sequences WHERE sequencename = 's'`:                                                                                `5`,
		`SELECT data_type || '/' || udt_name FROM information_schema.columns WHERE column_name = 'tags'`:                                                    `ARRAY/_text`,
		`SELECT delete_rule FROM information_schema.referential_constraints`:                                                                                `CASCADE`,
		`SELECT table_name FROM information_schema.view_table_usage WHERE view_name = 'v'`:                                                                  `parent`,
		`SELECT pg_get_function_arguments(oid) || ' -> ' || pg_get_function_result(oid) FROM pg_proc WHERE proname = 'twice'`:                               `x integer DEFAULT 2 -> integer`,
	} {
		if got := one[string](t, db, query); got != want {
			t.Errorf("%s\n got %s\nwant %s", query, got, want)
		}
	}
}
