-- CREATE FUNCTION … LANGUAGE SQL.
-- full
CREATE FUNCTION add(a int, b int) RETURNS int LANGUAGE SQL AS 'SELECT a + b';
SELECT add(1, 2), add(NULL, 1);
CREATE FUNCTION add(a int, b int) RETURNS int LANGUAGE SQL AS 'SELECT 1';
CREATE OR REPLACE FUNCTION add(a int, b int) RETURNS int LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE COST 5 AS $$ SELECT $1 + $2 $$;
SELECT add(1, 2), add(NULL, 1);
CREATE OR REPLACE FUNCTION add(a int, b int) RETURNS text LANGUAGE SQL AS $$ SELECT 'x' $$;
CREATE OR REPLACE FUNCTION add(x int, b int) RETURNS int LANGUAGE SQL AS $$ SELECT 1 $$;
CREATE FUNCTION add(a text, b text) RETURNS text LANGUAGE SQL AS $$ SELECT a || '-' || b $$;
SELECT add('x', 'y'), add(1, 2);
SELECT add(1.5, 2);
SELECT add(1);
SELECT add(a => 1, b => 2), add(b => 10, a => 1), add(1, b => 3);
SELECT add(a => 1, c => 2);
-- gap: not yet
SELECT add(a => 1, a => 2);
SELECT add(a => 1, 2);
CREATE FUNCTION def(a int, b int DEFAULT 10, c text = 'z') RETURNS text LANGUAGE SQL AS $$ SELECT a || ':' || b || ':' || c $$;
SELECT def(1), def(1, 2), def(1, 2, 'q'), def(1, c => 'named'), def(a := 5);
CREATE FUNCTION baddef(a int DEFAULT 1, b int) RETURNS int LANGUAGE SQL AS 'SELECT 1';
CREATE FUNCTION ret() RETURNS int LANGUAGE SQL RETURN 42;
SELECT ret();
CREATE FUNCTION ret2(a int) RETURNS int RETURN a * 2;
SELECT ret2(4);
-- gap: not yet
CREATE FUNCTION atom(a int) RETURNS int LANGUAGE SQL BEGIN ATOMIC SELECT a + 1; SELECT a + 2; END;
-- gap: not yet
SELECT atom(1);
CREATE TABLE t (id int PRIMARY KEY, name text);
INSERT INTO t VALUES (1, 'one'), (2, 'two'), (3, 'three');
CREATE FUNCTION names() RETURNS SETOF text LANGUAGE SQL AS 'SELECT name FROM t ORDER BY id';
-- gap: not yet
SELECT names();
SELECT * FROM names();
SELECT * FROM names() AS n(x) WHERE x LIKE 't%';
-- gap: not yet
SELECT * FROM names() WITH ORDINALITY;
CREATE FUNCTION rows_above(lim int) RETURNS SETOF t LANGUAGE SQL STABLE AS 'SELECT * FROM t WHERE id > lim ORDER BY id';
SELECT * FROM rows_above(1);
SELECT name FROM rows_above(0) WHERE id < 3;
-- gap: not yet
SELECT (rows_above(1)).name;
CREATE FUNCTION tab(lim int) RETURNS TABLE (k int, v text) LANGUAGE SQL AS $$ SELECT id, name FROM t WHERE id <= lim ORDER BY id $$;
SELECT * FROM tab(2);
SELECT v FROM tab(2) WHERE k = 2;
SELECT t.id, x.v FROM t, LATERAL tab(t.id) x ORDER BY 1, 2;
SELECT t.id, x.v FROM t LEFT JOIN tab(1) x ON x.k = t.id ORDER BY 1;
CREATE FUNCTION one_row(i int) RETURNS t LANGUAGE SQL AS 'SELECT * FROM t WHERE id = i';
SELECT * FROM one_row(2);
-- gap: not yet
SELECT one_row(2);
SELECT (one_row(2)).name;
SELECT * FROM one_row(99);
CREATE FUNCTION outs(IN a int, OUT b int, OUT c text) LANGUAGE SQL AS $$ SELECT a + 1, 'c' || a $$;
SELECT * FROM outs(5);
SELECT outs(5);
CREATE FUNCTION outone(a int, OUT b int) LANGUAGE SQL AS $$ SELECT a * 3 $$;
SELECT outone(5), * FROM outone(6);
CREATE FUNCTION inout_f(INOUT a int) LANGUAGE SQL AS $$ SELECT a + 100 $$;
SELECT inout_f(1);
-- gap: not yet
CREATE FUNCTION vari(VARIADIC xs int[]) RETURNS bigint LANGUAGE SQL AS $$ SELECT sum(x) FROM unnest(xs) x $$;
-- gap: not yet
SELECT vari(1, 2, 3), vari(VARIADIC ARRAY[4, 5]);
SELECT vari();
-- gap: not yet
CREATE FUNCTION insert_t(i int, n text) RETURNS int LANGUAGE SQL AS $$ INSERT INTO t VALUES (i, n) RETURNING id $$;
-- gap: not yet
SELECT insert_t(10, 'ten');
-- gap: not yet
SELECT insert_t(10, 'ten');
-- gap: not yet
CREATE FUNCTION multi(i int) RETURNS text LANGUAGE SQL AS $$ UPDATE t SET name = name || '!' WHERE id = i; SELECT name FROM t WHERE id = i $$;
-- gap: not yet
SELECT multi(10);
-- gap: not yet
CREATE FUNCTION nothing(i int) RETURNS void LANGUAGE SQL AS $$ DELETE FROM t WHERE id = i $$;
-- gap: not yet
SELECT nothing(10);
SELECT count(*) FROM t;
CREATE FUNCTION bad() RETURNS int LANGUAGE SQL AS 'SELECT nope FROM t';
CREATE FUNCTION bad() RETURNS int LANGUAGE SQL AS 'SELEC 1';
CREATE FUNCTION bad() RETURNS int LANGUAGE SQL AS $$ SELECT 'x'::text $$;
CREATE FUNCTION bad() RETURNS int LANGUAGE SQL AS 'SELECT 1, 2';
-- gap: not yet
CREATE FUNCTION bad() RETURNS int LANGUAGE SQL AS 'DELETE FROM t';
CREATE FUNCTION bad() RETURNS nope LANGUAGE SQL AS 'SELECT 1';
-- gap: not yet
CREATE FUNCTION bad(x nope) RETURNS int LANGUAGE SQL AS 'SELECT 1';
CREATE FUNCTION bad() RETURNS TABLE (a int, b int) LANGUAGE SQL AS 'SELECT 1';
CREATE FUNCTION bad(a int, a int) RETURNS int LANGUAGE SQL AS 'SELECT 1';
CREATE FUNCTION bad() LANGUAGE SQL AS 'SELECT 1';
CREATE FUNCTION bad() RETURNS int LANGUAGE nope AS 'SELECT 1';
CREATE FUNCTION cast_ok() RETURNS bigint LANGUAGE SQL AS 'SELECT 1';
SELECT cast_ok();
CREATE FUNCTION cast_n() RETURNS numeric LANGUAGE SQL AS 'SELECT 1::int';
SELECT cast_n();
CREATE FUNCTION poly(anyelement) RETURNS anyelement LANGUAGE SQL AS 'SELECT $1';
-- gap: not yet
SELECT poly(1), poly('x'::text), poly(ARRAY[1,2]);
-- gap: not yet
CREATE FUNCTION polya(anyarray) RETURNS anyelement LANGUAGE SQL AS 'SELECT $1[1]';
-- gap: not yet
SELECT polya(ARRAY['a','b']);
CREATE FUNCTION shadow(id int) RETURNS bigint LANGUAGE SQL AS 'SELECT count(*) FROM t WHERE id = shadow.id';
SELECT shadow(1);
-- gap: not yet
CREATE FUNCTION fact(n int) RETURNS numeric LANGUAGE SQL AS $$ SELECT CASE WHEN n <= 1 THEN 1 ELSE n * fact(n - 1) END $$;
-- gap: not yet
SELECT fact(5);
CREATE FUNCTION agg(t text) RETURNS bigint LANGUAGE SQL AS $$ SELECT count(*) FROM t WHERE t.name LIKE agg.t $$;
SELECT agg('t%');
SELECT id, add(id, 10) FROM t WHERE add(id, 1) > 2 ORDER BY add(id, 0) DESC;
CREATE INDEX t_fn ON t (add(id, 1));
CREATE VIEW vf AS SELECT add(id, 5) AS x FROM t;
SELECT * FROM vf ORDER BY x;
CREATE TABLE td (a int DEFAULT add(1, 2), CHECK (add(a, 1) > 0));
INSERT INTO td DEFAULT VALUES RETURNING *;
INSERT INTO td VALUES (-5);
DROP FUNCTION add;
DROP FUNCTION add(int, int);
DROP FUNCTION add(int);
DROP FUNCTION nope();
DROP FUNCTION nope;
DROP FUNCTION IF EXISTS nope(int);
-- gap: not yet
DROP FUNCTION add(text, text);
DROP FUNCTION add(int, int) CASCADE;
SELECT * FROM vf;
SELECT add(1, 2);
INSERT INTO td VALUES (-5);
ALTER FUNCTION ret() RENAME TO ret_new;
SELECT ret_new();
-- gap: not yet
ALTER FUNCTION ret_new() IMMUTABLE;
ALTER FUNCTION ret_new() OWNER TO CURRENT_USER;
CREATE SCHEMA fs;
ALTER FUNCTION ret_new() SET SCHEMA fs;
SELECT ret_new();
SELECT fs.ret_new();
COMMENT ON FUNCTION fs.ret_new() IS 'r';
-- gap: not yet
SELECT proname, pronargs, provolatile, proisstrict, prokind, proretset FROM pg_proc WHERE proname IN ('def', 'tab', 'names', 'ret_new') ORDER BY 1;
-- gap: not yet
SELECT pg_get_function_arguments('def'::regproc), pg_get_function_result('def'::regproc), pg_get_function_identity_arguments('def'::regproc);
SELECT pg_get_function_arguments('tab'::regproc), pg_get_function_result('tab'::regproc);
SELECT routine_name, routine_type, data_type FROM information_schema.routines WHERE routine_schema = 'public' AND routine_name IN ('def', 'names') ORDER BY 1;
-- differs: later
CREATE FUNCTION pl() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$;
-- differs: later
DO $$ BEGIN NULL; END $$;
-- gap: not yet
CREATE PROCEDURE pr(a int) LANGUAGE SQL AS $$ INSERT INTO t VALUES (a, 'by proc') $$;
-- gap: not yet
CALL pr(77);
-- gap: not yet
SELECT * FROM t WHERE id = 77;
-- gap: not yet
SELECT pr(1);
-- gap: not yet
CALL def(1);
-- gap: not yet
CALL nope();
-- gap: not yet
DROP FUNCTION pr(int);
-- gap: not yet
DROP PROCEDURE pr(int);
DROP PROCEDURE pr;
DROP ROUTINE def(int, int, text);
SELECT make_interval(days => 3, hours => 2), make_date(year => 2024, month => 2, day => 3);
SELECT jsonb_set_lax('{"a":1}', '{a}', NULL, null_value_treatment => 'delete_key');
SELECT substr(nope => 1);
