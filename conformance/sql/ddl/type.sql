-- Enums, domains, composite types.
-- full
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TYPE mood AS ENUM ('x');
-- gap: not yet
CREATE TYPE m2 AS ENUM ('a', 'a');
CREATE TYPE m2 AS ENUM ();
CREATE TABLE p (id int PRIMARY KEY, m mood NOT NULL DEFAULT 'ok', ms mood[]);
INSERT INTO p VALUES (1, 'happy', '{sad,ok}'), (2, 'sad', NULL), (3, DEFAULT, ARRAY['ok','happy']::mood[]);
SELECT * FROM p ORDER BY m;
SELECT * FROM p WHERE m > 'sad' ORDER BY id;
SELECT max(m), min(m) FROM p;
INSERT INTO p VALUES (4, 'angry');
SELECT 'happy'::mood < 'sad'::mood, 'ok'::mood::text || '!', enum_range(NULL::mood), enum_first(NULL::mood), enum_last(NULL::mood), enum_range('ok'::mood, 'happy'::mood);
SELECT 'x'::mood;
SELECT m = 'nope' FROM p;
SELECT m = id FROM p;
SELECT m::int FROM p;
ALTER TYPE mood ADD VALUE 'angry';
ALTER TYPE mood ADD VALUE 'angry';
ALTER TYPE mood ADD VALUE IF NOT EXISTS 'angry';
ALTER TYPE mood ADD VALUE 'meh' BEFORE 'ok';
ALTER TYPE mood ADD VALUE 'great' AFTER 'happy';
ALTER TYPE mood ADD VALUE 'z' AFTER 'nope';
SELECT enum_range(NULL::mood);
-- gap: not yet
SELECT enumlabel, enumsortorder FROM pg_enum WHERE enumtypid = 'mood'::regtype ORDER BY enumsortorder;
INSERT INTO p VALUES (4, 'meh'), (5, 'great');
SELECT id, m FROM p ORDER BY m, id;
ALTER TYPE mood RENAME VALUE 'meh' TO 'soso';
ALTER TYPE mood RENAME VALUE 'nope' TO 'x';
ALTER TYPE mood RENAME VALUE 'soso' TO 'ok';
SELECT id, m FROM p ORDER BY m, id;
ALTER TYPE mood RENAME TO feeling;
SELECT 'ok'::feeling;
SELECT 'ok'::mood;
-- gap: not yet
DROP TYPE feeling;
DROP TYPE nope;
DROP TYPE IF EXISTS nope;
ALTER TABLE p ALTER COLUMN m TYPE text;
ALTER TABLE p ALTER COLUMN m DROP DEFAULT, ALTER COLUMN m TYPE text USING m::text;
ALTER TABLE p ALTER COLUMN m TYPE feeling USING m::feeling;
DROP TYPE feeling CASCADE;
SELECT * FROM p ORDER BY id;
CREATE TYPE color AS ENUM ('red', 'green');
CREATE INDEX p_i ON p (id);
BEGIN;
ALTER TYPE color ADD VALUE 'blue';
ROLLBACK;
SELECT enum_range(NULL::color);
CREATE DOMAIN posint AS int CHECK (VALUE > 0);
CREATE DOMAIN posint AS int;
CREATE DOMAIN email AS text CONSTRAINT email_at CHECK (VALUE LIKE '%@%') NOT NULL;
CREATE DOMAIN dd AS int DEFAULT 7;
CREATE DOMAIN bad AS nope;
CREATE DOMAIN bad AS int CHECK (x > 1);
CREATE TABLE d (id posint PRIMARY KEY, e email, n dd, arr posint[]);
INSERT INTO d VALUES (1, 'a@b');
SELECT * FROM d;
INSERT INTO d VALUES (0, 'a@b');
INSERT INTO d VALUES (2, 'ab');
INSERT INTO d VALUES (2, NULL);
INSERT INTO d VALUES ('x', 'a@b');
INSERT INTO d (id, e, arr) VALUES (3, 'c@d', '{1,0}');
INSERT INTO d (id, e, arr) VALUES (3, 'c@d', '{1,2}');
SELECT (-1)::posint;
SELECT 5::posint + 1, pg_typeof(5::posint), pg_typeof(5::posint + 1);
SELECT NULL::posint, NULL::email;
UPDATE d SET e = 'nope' WHERE id = 1;
-- gap: not yet
ALTER DOMAIN posint ADD CONSTRAINT small CHECK (VALUE < 3);
ALTER DOMAIN posint ADD CONSTRAINT small CHECK (VALUE < 30) NOT VALID;
INSERT INTO d (id, e) VALUES (40, 'x@y');
-- gap: not yet
ALTER DOMAIN posint VALIDATE CONSTRAINT small;
ALTER DOMAIN posint DROP CONSTRAINT small;
ALTER DOMAIN posint DROP CONSTRAINT small;
ALTER DOMAIN posint DROP CONSTRAINT IF EXISTS small;
INSERT INTO d (id, e) VALUES (40, 'x@y');
ALTER DOMAIN dd SET DEFAULT 8;
INSERT INTO d (id, e) VALUES (41, 'x@y') RETURNING n;
ALTER DOMAIN dd DROP DEFAULT;
INSERT INTO d (id, e) VALUES (42, 'x@y') RETURNING n;
ALTER DOMAIN dd SET NOT NULL;
UPDATE d SET n = 1 WHERE n IS NULL;
ALTER DOMAIN dd SET NOT NULL;
INSERT INTO d (id, e) VALUES (43, 'x@y') RETURNING n;
ALTER DOMAIN dd DROP NOT NULL;
ALTER DOMAIN email RENAME CONSTRAINT email_at TO has_at;
INSERT INTO d VALUES (50, 'ab');
ALTER DOMAIN email RENAME TO mail;
DROP DOMAIN mail;
DROP DOMAIN nope;
DROP DOMAIN IF EXISTS nope;
DROP TYPE dd;
DROP DOMAIN dd CASCADE;
SELECT * FROM d ORDER BY id LIMIT 1;
CREATE TYPE pair AS (a int, b text);
CREATE TYPE pair AS (x int);
CREATE TYPE badp AS (a int, a int);
SELECT ROW(1, 'x')::pair, (ROW(1, 'x')::pair).a, (ROW(1, 'x')::pair).b;
CREATE TABLE cp (id int, p pair, ps pair[]);
INSERT INTO cp VALUES (1, ROW(1, 'one'), ARRAY[ROW(1,'a')::pair, ROW(2,'b c')::pair]), (2, '(2,two)', NULL), (3, NULL, '{}');
SELECT * FROM cp ORDER BY id;
SELECT (p).a, (p).b FROM cp ORDER BY id;
SELECT (p).* FROM cp ORDER BY id;
-- gap: not yet
SELECT (p).nope FROM cp;
SELECT id FROM cp WHERE p = ROW(1, 'one')::pair;
SELECT id FROM cp WHERE (p).b = 'two';
SELECT ps[1], (ps[2]).b FROM cp WHERE id = 1;
UPDATE cp SET p.a = 100 WHERE id = 1;
UPDATE cp SET p = ROW(5, 'five') WHERE id = 2;
INSERT INTO cp (id, p.a, p.b) VALUES (4, 4, 'four');
SELECT id, p FROM cp ORDER BY id;
SELECT '(1,"x,y")'::pair, '(,)'::pair, '("a"'::pair;
SELECT '(1,2,3)'::pair;
SELECT '(x,y)'::pair;
-- gap: not yet
ALTER TYPE pair ADD ATTRIBUTE c numeric;
-- gap: not yet
SELECT p FROM cp ORDER BY id;
ALTER TYPE pair RENAME ATTRIBUTE b TO bb;
SELECT (p).bb FROM cp ORDER BY id;
-- gap: not yet
ALTER TYPE pair DROP ATTRIBUTE c;
-- gap: not yet
ALTER TYPE pair DROP ATTRIBUTE nope;
-- gap: not yet
ALTER TYPE pair DROP ATTRIBUTE IF EXISTS nope;
-- gap: not yet
ALTER TYPE pair ALTER ATTRIBUTE a TYPE bigint;
-- gap: not yet
DROP TYPE pair;
DROP TYPE pair CASCADE;
SELECT * FROM cp ORDER BY id;
SELECT d FROM d ORDER BY id LIMIT 1;
SELECT (d).id FROM d ORDER BY 1 LIMIT 1;
SELECT row_to_json(p) FROM p ORDER BY id LIMIT 1;
COMMENT ON TYPE color IS 'colours';
SELECT obj_description('color'::regtype, 'pg_type');
COMMENT ON DOMAIN posint IS 'positive';
CREATE SCHEMA ts;
ALTER TYPE color SET SCHEMA ts;
SELECT 'red'::ts.color;
SELECT 'red'::color;
SELECT typname, typtype, typcategory FROM pg_type WHERE typname IN ('color', 'posint', '_color', 'p', 'd') ORDER BY 1;
-- gap: not yet
SELECT domain_name, data_type FROM information_schema.domains ORDER BY 1;
SELECT format_type('ts.color'::regtype, NULL), format_type('posint'::regtype, -1), format_type('int4'::regtype, NULL), format_type(1043, 24), format_type(1700, 655366), format_type('text[]'::regtype, -1);
-- differs: later
CREATE TYPE r AS RANGE (subtype = int4);
-- gap: not yet
CREATE TYPE shell;
