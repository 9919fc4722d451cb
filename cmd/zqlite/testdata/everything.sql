-- Something of everything that a dump has to bring back.
CREATE SCHEMA app;
COMMENT ON SCHEMA app IS 'the application';
CREATE TYPE mood AS ENUM ('sad', 'it''s ok', 'happy');
COMMENT ON TYPE mood IS 'how one feels';
CREATE DOMAIN app.email AS text CHECK (VALUE LIKE '%@%');
CREATE DOMAIN positive AS integer DEFAULT 1 NOT NULL CHECK (VALUE > 0);
CREATE TYPE address AS (street text, zip varchar(5), since date);
CREATE SEQUENCE counter START 100 INCREMENT 5 MINVALUE 10 MAXVALUE 1000 CYCLE CACHE 3;
CREATE SEQUENCE app.unused;
CREATE FUNCTION next_code(prefix text DEFAULT 'x') RETURNS text LANGUAGE sql AS $$ SELECT prefix || nextval('counter')::text $$;
COMMENT ON FUNCTION next_code(text) IS 'codes';
CREATE FUNCTION twice(i int) RETURNS int IMMUTABLE STRICT LANGUAGE sql AS 'SELECT i * 2';
CREATE TABLE everything (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  b boolean, i2 smallint, i4 int4 DEFAULT 42, huge integer DEFAULT 9000000000, i8 bigint, f4 float4, f8 double precision,
  n numeric, n2 numeric(12,3), t text, v varchar(10) DEFAULT 'it''s', c char(4), by bytea,
  u uuid DEFAULT gen_random_uuid(), j json, jb jsonb, d date, tm time, tmz timetz, ts timestamp, tstz timestamptz DEFAULT now(), iv interval,
  ia int[], ta text[], m mood DEFAULT 'happy', ma mood[], e app.email, p positive, a address, bt bit(4), bv varbit(9),
  ir int4range, nr numrange, tr tstzrange, code text DEFAULT next_code('c'), dbl int GENERATED ALWAYS AS (i4 * 2) STORED,
  na numeric[], ja jsonb[], ba bytea[], ts3 timestamp(3), iv2 interval day to second, "Weird ""name" text, ma2 int[][]
);
COMMENT ON TABLE everything IS 'all types; it''s all';
COMMENT ON COLUMN everything."Weird ""name" IS 'a name';
INSERT INTO everything (b,i2,i4,i8,f4,f8,n,n2,t,v,c,by,u,j,jb,d,tm,tmz,ts,tstz,iv,ia,ta,m,ma,e,p,a,bt,bv,ir,nr,tr,na,ja,ba,ts3,iv2,"Weird ""name",ma2) VALUES
 (true,-32768,2147483,-9223372036854775808,1.5,1e300,123456789012345678901234567890.123456789,-0.5,E'line\nbreak\t''quote'' \\ back','abc','ab','\x00ff','6c84fb90-12c4-11e1-840d-7b25c5ee775a','{"a": [1,2.50]}','{"b": null, "a": 1.0}','2024-02-29','12:34:56.789','12:34:56+05:30','2024-01-01 00:00:00.123456','2024-06-01 12:00:00+02','1 year 2 mons 3 days 04:05:06.7','{1,NULL,3}',ARRAY['a"b','c,d',NULL,'NULL',''],'it''s ok','{sad,"it''s ok"}','a@b',7,ROW('Main, "St"','12345','2020-01-01'),B'1010',B'11','[1,5)','(1.5,]','["2024-01-01 00:00+00",)','{1.10,NaN}',ARRAY['{"a":1}'::jsonb],ARRAY['\x01'::bytea],'2024-01-01 00:00:00.1234','1 day 02:03:04','w','{{1,2},{3,4}}'),
 (NULL,NULL,NULL,NULL,'NaN','-Infinity','NaN',NULL,'','',NULL,'',NULL,NULL,NULL,'infinity',NULL,NULL,'-infinity','infinity',NULL,'{}',NULL,NULL,NULL,NULL,1,NULL,NULL,NULL,'empty',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE app.parent (a int, b text COLLATE "C", note text NOT NULL DEFAULT 'x', PRIMARY KEY (a, b), CONSTRAINT long_note CHECK (length(note) < 100), UNIQUE (note, a));
CREATE TABLE app.child (id serial PRIMARY KEY, pa int, pb text, up int REFERENCES app.child (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT to_parent FOREIGN KEY (pa, pb) REFERENCES app.parent (a, b) ON UPDATE CASCADE ON DELETE SET NULL);
INSERT INTO app.parent VALUES (1, 'one', 'n'), (2, 'two', 'm');
INSERT INTO app.child (pa, pb, up) VALUES (1, 'one', 2), (NULL, NULL, 1);
CREATE INDEX child_pa ON app.child (pa DESC NULLS LAST, lower(pb)) WHERE pa > 0;
CREATE UNIQUE INDEX ON app.parent (lower(note));
CREATE INDEX by_hash ON everything USING hash (t);
COMMENT ON INDEX by_hash IS 'hashed';
CREATE VIEW happy AS SELECT id, m, twice(i4) AS t2 FROM everything WHERE m = 'happy';
COMMENT ON VIEW happy IS 'the happy ones';
CREATE VIEW app.of_views (x, y) AS SELECT h.id, p.note FROM happy h LEFT JOIN app.parent p ON p.a = h.id;
CREATE MATERIALIZED VIEW totals AS SELECT count(*) AS n, sum(i4) AS s FROM everything;
CREATE UNIQUE INDEX totals_n ON totals (n);
COMMENT ON MATERIALIZED VIEW totals IS 'sums';
CREATE MATERIALIZED VIEW later AS SELECT 1 AS one WITH NO DATA;
CREATE TABLE log (at timestamptz DEFAULT now(), what text);
CREATE FUNCTION child_count() RETURNS bigint STABLE LANGUAGE sql AS 'SELECT count(*) FROM app.child';
CREATE PROCEDURE clear_log() LANGUAGE sql AS 'DELETE FROM log';
CREATE TABLE uses_fn (n bigint DEFAULT child_count(), CHECK (n >= 0));
INSERT INTO uses_fn DEFAULT VALUES;
SELECT nextval('counter'), nextval('counter');
CREATE TRIGGER noted AFTER INSERT ON app.parent FOR EACH ROW BEGIN INSERT INTO log (what) VALUES (NEW.note); END;
COMMENT ON TRIGGER noted ON app.parent IS 'notes';
CREATE TABLE notes (id int PRIMARY KEY, body text, version int DEFAULT 0, changed timestamp);
CREATE TRIGGER stamp BEFORE UPDATE OF body ON notes WHEN (NEW.body IS DISTINCT FROM OLD.body) BEGIN
  SELECT RAISE(ABORT, 'a note needs a body') WHERE NEW.body = '';
  SET NEW.version = OLD.version + 1, NEW.changed = '2026-01-01';
END;
CREATE VIEW titles (id, title) AS SELECT id, body FROM notes;
ALTER VIEW titles ALTER COLUMN title SET DEFAULT 'untitled';
COMMENT ON COLUMN titles.title IS 'the body';
CREATE TRIGGER through INSTEAD OF DELETE ON titles FOR EACH ROW DELETE FROM notes WHERE id = OLD.id;
CREATE VIEW large AS SELECT id, version FROM notes WHERE version > 10 WITH CASCADED CHECK OPTION;
CREATE FUNCTION notes_of(int) RETURNS SETOF notes LANGUAGE sql AS 'SELECT * FROM notes WHERE id = $1';
CREATE FUNCTION title_of(titles) RETURNS text LANGUAGE sql AS 'SELECT $1.title';
CREATE TABLE counted (id int GENERATED BY DEFAULT AS IDENTITY (START 10 INCREMENT 5 MAXVALUE 500 CYCLE) PRIMARY KEY, old_id serial);
ALTER TABLE counted RENAME COLUMN old_id TO new_id;
INSERT INTO counted DEFAULT VALUES;
INSERT INTO counted DEFAULT VALUES;
INSERT INTO notes VALUES (1, 'first'), (2, 'second');
UPDATE notes SET body = 'First!' WHERE id = 1;
