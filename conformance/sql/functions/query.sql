-- Aggregates, windows, set operations, subqueries, errors of the binder.
CREATE TABLE q (g text, x int, y float8, n numeric, b bool, d date);
INSERT INTO q VALUES ('a',1,1.5,1.5,true,'2024-01-01'),('a',2,2.5,2.25,false,'2024-01-02'),('b',3,NULL,NULL,true,'2024-02-01'),('b',4,4,4.125,true,NULL),('c',5,5.5,5,false,'2024-03-01'),(NULL,NULL,0,0,NULL,'2023-12-31');
SELECT count(*), count(x), count(DISTINCT g), sum(x), sum(y), sum(n), avg(x), avg(y), avg(n), min(d), max(g), bool_and(b), bool_or(b), every(b), bit_and(x), bit_or(x), bit_xor(x) FROM q;
SELECT stddev(x), stddev_pop(x), stddev_samp(n), variance(n), var_pop(y), var_samp(x), corr(y, x), covar_pop(y, x), covar_samp(y, x), regr_avgx(y, x), regr_avgy(y, x), regr_count(y, x), regr_intercept(y, x), regr_r2(y, x), regr_slope(y, x), regr_sxx(y, x), regr_sxy(y, x), regr_syy(y, x) FROM q;
SELECT stddev(x), var_pop(x), corr(x, x), regr_slope(x, x), covar_samp(x, x), sum(x), avg(x), max(x), array_agg(x), string_agg(g, ','), json_agg(x), bool_and(b), bit_and(x), count(x) FROM q WHERE false;
-- gap: answers 42809 WITHIN GROUP specified, but rank is not an aggregate function
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY x), percentile_disc(0.5) WITHIN GROUP (ORDER BY x), mode() WITHIN GROUP (ORDER BY g), percentile_cont(ARRAY[0.25,0.75]) WITHIN GROUP (ORDER BY y), percentile_disc(ARRAY[0.1,0.9]) WITHIN GROUP (ORDER BY g), rank(3) WITHIN GROUP (ORDER BY x), dense_rank(3) WITHIN GROUP (ORDER BY x), percent_rank(3) WITHIN GROUP (ORDER BY x), cume_dist(3) WITHIN GROUP (ORDER BY x), percentile_cont(0.5) WITHIN GROUP (ORDER BY x * interval '1 hour') FROM q;
SELECT percentile_cont(1.5) WITHIN GROUP (ORDER BY x) FROM q;
SELECT percentile_cont(0.5) FROM q;
-- gap: answers 42809 WITHIN GROUP specified, but rank is not an aggregate function
SELECT rank(1, 2) WITHIN GROUP (ORDER BY x) FROM q;
SELECT sum(x) WITHIN GROUP (ORDER BY x) FROM q;
-- gap: another result
SELECT percentile_disc(DISTINCT 0.5) WITHIN GROUP (ORDER BY x) FROM q;
SELECT g, sum(x) FILTER (WHERE b), count(*) FILTER (WHERE x > 1) FROM q GROUP BY g ORDER BY g;
SELECT g, b, sum(x), GROUPING(g), GROUPING(g, b) FROM q GROUP BY ROLLUP (g, b) ORDER BY 1, 2, 4, 5;
SELECT g, b, count(*), GROUPING(g, b) FROM q GROUP BY CUBE (g, b) ORDER BY 4, 1, 2;
SELECT g, b, count(*) FROM q GROUP BY GROUPING SETS ((g), (b), ()) ORDER BY 1, 2, 3;
SELECT g, count(*) FROM q GROUP BY GROUPING SETS (g, ROLLUP (b)), () ORDER BY 1, 2;
SELECT count(*) FROM q GROUP BY ();
SELECT g, count(*) FROM q GROUP BY DISTINCT ROLLUP (g), ROLLUP (g) ORDER BY 1, 2;
SELECT GROUPING(x) FROM q GROUP BY g;
SELECT g, sum(x) FROM q;
SELECT g, x FROM q GROUP BY g;
SELECT sum(sum(x)) FROM q;
SELECT x FROM q WHERE sum(x) > 1;
SELECT sum(x) FROM q GROUP BY sum(x);
SELECT g FROM q GROUP BY 2;
SELECT g FROM q ORDER BY 2;
SELECT g FROM q GROUP BY nosuch;
SELECT q.nosuch FROM q;
SELECT nosuch.x FROM q;
SELECT z.x FROM q z WHERE q.x = 1;
SELECT gg FROM q;
SELECT x FROM q a, q b;
SELECT * FROM q a JOIN q b USING (nosuch);
SELECT * FROM q JOIN q ON true;
SELECT DISTINCT g FROM q ORDER BY x;
SELECT DISTINCT ON (g) g, x FROM q ORDER BY x;
SELECT DISTINCT ON (g) g, x FROM q ORDER BY g, x DESC;
-- differs: an integer is a condition
SELECT x FROM q WHERE x;
SELECT x FROM q WHERE g = 1;
SELECT x FROM q WHERE x = 'abc';
SELECT x FROM q WHERE d = 5;
SELECT x + g FROM q;
SELECT -g FROM q;
SELECT sum(g) FROM q;
-- differs: max and min of booleans
SELECT max(b) FROM q;
SELECT lower(x) FROM q;
SELECT nosuchfn(x, g, 1.5, NULL, 'a') FROM q;
SELECT round(y, 2) FROM q;
SELECT count() FROM q;
SELECT sum(*) FROM q;
SELECT count(DISTINCT *) FROM q;
SELECT sum(DISTINCT x ORDER BY y) FROM q;
SELECT lower(DISTINCT g) FROM q;
SELECT lower(g) FILTER (WHERE true) FROM q;
SELECT lower(g) OVER () FROM q;
SELECT row_number() FROM q;
SELECT sum(x) OVER (ORDER BY sum(x)) FROM q;
SELECT x FROM q WHERE row_number() OVER () = 1;
SELECT sum(row_number() OVER ()) FROM q;
-- gap: answers 42P20 window function calls cannot be nested
SELECT row_number() OVER (ORDER BY row_number() OVER ()) FROM q;
SELECT x, rank() OVER w, dense_rank() OVER w, row_number() OVER w, percent_rank() OVER w, cume_dist() OVER w, ntile(2) OVER w, lag(x) OVER w, lead(x, 2, -1) OVER w, first_value(x) OVER w, last_value(x) OVER w, nth_value(x, 2) OVER w FROM q WINDOW w AS (ORDER BY g, x) ORDER BY g, x;
SELECT x, sum(x) OVER (ORDER BY x ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING), sum(x) OVER (ORDER BY x RANGE BETWEEN 1 PRECEDING AND CURRENT ROW), sum(x) OVER (ORDER BY x GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE CURRENT ROW), array_agg(x) OVER (ORDER BY g RANGE UNBOUNDED PRECEDING EXCLUDE TIES), count(*) OVER (PARTITION BY g), sum(x) FILTER (WHERE b) OVER (ORDER BY x) FROM q ORDER BY x;
SELECT d, count(*) OVER (ORDER BY d RANGE BETWEEN interval '1 month' PRECEDING AND interval '1 day' FOLLOWING), array_agg(x) OVER (ORDER BY x DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), sum(n) OVER (ORDER BY n RANGE 1.5 PRECEDING) FROM q ORDER BY d;
SELECT sum(x) OVER (ROWS BETWEEN -1 PRECEDING AND CURRENT ROW) FROM q;
SELECT sum(x) OVER (ROWS BETWEEN NULL PRECEDING AND CURRENT ROW) FROM q;
SELECT sum(x) OVER (RANGE 1 PRECEDING) FROM q;
-- gap: answers 0A000 RANGE with offset PRECEDING/FOLLOWING is not supported for column ty
SELECT sum(x) OVER (ORDER BY g RANGE 1 PRECEDING) FROM q;
SELECT sum(x) OVER (ORDER BY x, g RANGE 1 PRECEDING) FROM q;
SELECT sum(x) OVER (ROWS BETWEEN CURRENT ROW AND 1 PRECEDING) FROM q;
SELECT sum(x) OVER (ROWS BETWEEN UNBOUNDED FOLLOWING AND CURRENT ROW) FROM q;
-- gap: answers 42P20 frame starting from following row cannot have preceding rows
SELECT sum(x) OVER (ROWS 1 FOLLOWING) FROM q;
SELECT sum(x) OVER (GROUPS 1 PRECEDING) FROM q;
SELECT sum(x) OVER w FROM q;
SELECT sum(x) OVER (w ORDER BY x) FROM q WINDOW w AS (ORDER BY g);
SELECT sum(x) OVER (w PARTITION BY x) FROM q WINDOW w AS (ORDER BY g);
SELECT ntile(0) OVER () FROM q;
SELECT nth_value(x, 0) OVER () FROM q;
SELECT sum(DISTINCT x) OVER () FROM q;
SELECT lag(x, 1, 'a') OVER () FROM q;
-- gap: another result
SELECT rank() WITHIN GROUP (ORDER BY x) OVER () FROM q;
SELECT x, lag(x, NULL) OVER (ORDER BY x), lag(x, -1) OVER (ORDER BY x), lead(x, 1, 0) OVER (ORDER BY x) FROM q ORDER BY x;
SELECT 1 UNION SELECT 'a';
SELECT 1 UNION SELECT '2' ORDER BY 1;
SELECT 1 UNION SELECT 1.5 ORDER BY 1;
SELECT 1, 2 UNION SELECT 3;
SELECT NULL UNION SELECT 1;
SELECT 'a' UNION ALL SELECT 'b' EXCEPT SELECT 'a';
SELECT x FROM q UNION SELECT g FROM q;
SELECT x FROM q INTERSECT SELECT 3 ORDER BY x;
SELECT x FROM q UNION SELECT 1 ORDER BY x + 1;
SELECT x AS k FROM q UNION ALL SELECT 9 ORDER BY k DESC NULLS LAST LIMIT 3;
SELECT x FROM q UNION SELECT x FROM q FOR UPDATE;
SELECT true UNION SELECT 1;
SELECT '{"a":1}'::json UNION SELECT '{"a":1}'::json;
VALUES (1, 'a'), (2, NULL) ORDER BY 1 DESC;
VALUES (1), (2, 3);
VALUES (1), ('a');
VALUES (1), (2.5), (NULL);
SELECT * FROM (VALUES (1, 'a'), (2, 'b')) t(a, b) WHERE a > 1;
SELECT * FROM (VALUES (1, 2)) t(a, b, c);
SELECT (SELECT x FROM q WHERE x = 1), (SELECT x FROM q WHERE false), EXISTS (SELECT 1 FROM q), x IN (SELECT 1), x = ANY (SELECT 1), x > ALL (SELECT 0), (x, g) IN (SELECT 1, 'a'), (x, g) = (SELECT 1, 'a') FROM q ORDER BY x;
SELECT (SELECT x FROM q);
SELECT (SELECT 1, 2);
SELECT 1 IN (SELECT 1, 2);
SELECT (1, 2) IN (SELECT 1);
SELECT (1, 2) = (1, 2, 3);
SELECT (1, 2) = ANY (SELECT 1, 2), (1, 2) < (1, 3), (1, NULL) = (1, 2), (1, NULL) = (2, NULL), ROW(1, 'a') IS NOT NULL, ROW(NULL, NULL) IS NULL, ROW(1, NULL) IS NULL, ROW(1, NULL) IS NOT NULL, (1, 2) IS DISTINCT FROM (1, NULL), ROW(1, 2) <> ROW(1, 3), (1,2) BETWEEN (1,1) AND (1,3);
SELECT 1 IN (1, NULL), 2 IN (1, NULL), 2 NOT IN (1, NULL), NULL IN (1), 1 IN ('1', 2), 1.5 IN (1, 1.5), 'a' IN ('b', 'a');
SELECT 1 IN ('a');
SELECT 1 IN (1, 'a'::text);
SELECT CASE 1 WHEN 1 THEN 'a' WHEN 2 THEN 'b' END, CASE WHEN false THEN 1 END, CASE x WHEN 1 THEN 'one' ELSE g END FROM q ORDER BY x LIMIT 1;
-- differs: an integer is a condition
SELECT CASE WHEN 1 THEN 2 END;
SELECT CASE WHEN true THEN 1 ELSE 'a' END;
SELECT CASE WHEN true THEN 1 ELSE true END;
SELECT COALESCE(1, 'a');
SELECT COALESCE(1, true);
-- gap: answers 42883 function coalesce() does not exist
SELECT COALESCE();
-- gap: another result
SELECT NULLIF(1, 1), NULLIF(1, 2.0), NULLIF('a', 'b'), GREATEST(1, 2.5, NULL), LEAST('a', 'b'), GREATEST(NULL, NULL), COALESCE(NULL, 1, 2.5);
SELECT NULLIF(1, 'a');
SELECT GREATEST(1, 'a');
SELECT GREATEST(1, DATE '2024-01-01');
SELECT * FROM q, LATERAL (SELECT q.x * 2 AS z) l ORDER BY x LIMIT 2;
SELECT * FROM q, (SELECT q.x) l;
SELECT q.x, s FROM q LEFT JOIN LATERAL generate_series(1, q.x) s ON true WHERE x < 3 ORDER BY 1, 2;
-- gap: answers 42P10 the combining JOIN type must be INNER or LEFT for a LATERAL referenc
SELECT * FROM q RIGHT JOIN LATERAL (SELECT q.x) l ON true;
WITH RECURSIVE t(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM t WHERE n < 5) SELECT sum(n) FROM t;
WITH RECURSIVE t(n) AS (SELECT 1 UNION SELECT (n + 1) % 3 FROM t) SELECT * FROM t ORDER BY n;
-- gap: answers 0A000 SEARCH and CYCLE clauses are not supported
WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t WHERE n < 3) SEARCH DEPTH FIRST BY n SET ord SELECT * FROM t ORDER BY ord;
-- gap: answers 0A000 SEARCH and CYCLE clauses are not supported
WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n % 3 + 1 FROM t) CYCLE n SET is_cycle USING path SELECT * FROM t ORDER BY path;
-- gap: answers 0A000 SEARCH and CYCLE clauses are not supported
WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t WHERE n < 3) SEARCH BREADTH FIRST BY n SET ord SELECT n, ord FROM t ORDER BY ord;
WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1.5 FROM t WHERE n < 3) SELECT * FROM t;
WITH RECURSIVE t(n) AS (SELECT n FROM t) SELECT * FROM t;
-- gap: answers 42804 recursive query "t" column 1 has type integer in non-recursive term 
WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT sum(n) FROM t) SELECT * FROM t;
WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT a.n FROM t a, t b) SELECT * FROM t;
-- gap: answers 42702 column reference "n" is ambiguous
WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n FROM q LEFT JOIN t ON true) SELECT * FROM t;
WITH t(n) AS (SELECT 1 UNION ALL SELECT n FROM t) SELECT * FROM t;
WITH t(a, b) AS (SELECT 1) SELECT * FROM t;
WITH t AS (SELECT 1), t AS (SELECT 2) SELECT * FROM t;
SELECT x FROM q ORDER BY x FETCH FIRST 2 ROWS ONLY;
SELECT g FROM q ORDER BY g FETCH FIRST 1 ROW WITH TIES;
SELECT g FROM q FETCH FIRST 1 ROW WITH TIES;
SELECT x FROM q ORDER BY x LIMIT -1;
SELECT x FROM q ORDER BY x OFFSET -1;
SELECT x FROM q ORDER BY x LIMIT NULL OFFSET 4;
SELECT x FROM q ORDER BY x LIMIT 'a';
SELECT x FROM q ORDER BY x LIMIT x;
SELECT x FROM q ORDER BY x LIMIT 1.5;
SELECT count(*) FROM q TABLESAMPLE BERNOULLI (100);
-- gap: another result
SELECT count(*) FROM q TABLESAMPLE SYSTEM (0) REPEATABLE (1);
SELECT * FROM q TABLESAMPLE BERNOULLI (101);
SELECT * FROM q TABLESAMPLE NOPE (1);
SELECT * FROM generate_series(1, 3) WITH ORDINALITY AS t(a, b);
SELECT * FROM ROWS FROM (generate_series(1, 2), generate_series(1, 3)) AS t(a, b);
SELECT generate_series(1, 2), generate_series(1, 3);
-- gap: answers 0A000 nested set-returning function calls are not supported
SELECT generate_series(1, generate_series(1, 2));
SELECT x FROM q WHERE generate_series(1, 2) = 1;
-- gap: another result
SELECT CASE WHEN true THEN generate_series(1, 2) END;
SELECT * FROM nosuch_fn(1);
SELECT * FROM lower('A'), upper('b') u(v);
CREATE TABLE pk (id int PRIMARY KEY, name text, v int);
SELECT id, name, count(*) FROM pk GROUP BY id;
SELECT name, count(*) FROM pk GROUP BY name, v HAVING id > 1;
-- gap: another result
SELECT pk, pk.*, (pk).name FROM pk;
INSERT INTO pk VALUES (1, 'x', 2);
-- gap: another result
SELECT pk, (pk).name, pk.name, row_to_json(pk), pk IS NULL, pk = ROW(1, 'x', 2), (SELECT p FROM pk p), name(pk), (pk).* FROM pk;
SELECT (pk).nosuch FROM pk;
-- gap: answers 42809 column notation .name applied to type integer, which is not a compos
SELECT (id).name FROM pk;
SELECT name.id FROM pk;
CREATE TYPE comp AS (a int, b text);
SELECT ROW(1, 'x')::comp, (ROW(1, 'x')::comp).a, '(2,"a,b")'::comp, ('(2,y)'::comp).b, (ROW(1,'x')::comp).*, ROW(1,'x')::comp = ROW(1,'x')::comp, ROW(1, 2)::comp;
SELECT ROW(1)::comp;
SELECT ROW('x', 'y')::comp;
SELECT '(1)'::comp;
SELECT (ROW(1,2)).f1, (ROW(1,2)).f3;
SELECT ROW(1, 2.5, 'a', NULL), ROW(), ROW(ROW(1,2), ARRAY[1]), ROW(q.*) FROM q WHERE x = 1;
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
SELECT 'sad'::mood < 'ok', enum_first(NULL::mood), enum_last(NULL::mood), enum_range(NULL::mood), enum_range('ok'::mood, NULL), enum_range('sad'::mood, 'ok'), max(m), min(m), 'ok'::mood::text FROM unnest(enum_range(NULL::mood)) m;
SELECT 'bad'::mood;
SELECT 'sad'::mood = 'ok'::text;
SELECT 1::mood;
CREATE DOMAIN pos AS int CHECK (VALUE > 0);
SELECT 5::pos, pg_typeof(5::pos), 5::pos + 1, pg_typeof(5::pos + 1), NULL::pos;
SELECT (-1)::pos;
SELECT '0'::pos;
CREATE DOMAIN nn AS text NOT NULL;
SELECT NULL::nn;
SELECT ARRAY[1, 2]::pos[];
SELECT ARRAY[-1]::pos[];
SELECT 1::nosuchtype;
SELECT CAST(1 AS date);
SELECT 1::uuid;
SELECT 'abc'::uuid;
SELECT 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'::uuid, '{a0eebc999c0b4ef8bb6d6bb9bd380a11}'::uuid, gen_random_uuid() IS NOT NULL, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid < 'b0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11';
SELECT x AS "Weird Name", x + 1, count(*), sum(x), CASE WHEN true THEN 1 END, 'a', x::text, (SELECT 1), EXISTS (SELECT 1), ARRAY[1], ROW(1), NULL, -x, x IS NULL, COALESCE(x, 1), current_date IS NULL, NOT b, lower(g), q.g FROM q GROUP BY x, b, g ORDER BY x LIMIT 0;
SELECT a.x FROM q a JOIN q b USING (x) ORDER BY a.x, x LIMIT 1;
SELECT x FROM q a JOIN q b USING (x, g) NATURAL JOIN (SELECT 1 AS x) c;
SELECT * FROM q a NATURAL FULL JOIN (VALUES (1, 'z')) v(x, w) ORDER BY x LIMIT 2;
-- differs: FULL JOIN on any condition
SELECT count(*) FROM q a FULL JOIN q b ON a.x > b.x;
SELECT g, x FROM q ORDER BY g DESC NULLS LAST, x USING >;
SELECT g || 'x' AS g FROM q ORDER BY g;
SELECT x AS g, g AS x FROM q ORDER BY x, g;
SELECT g AS k, count(*) FROM q GROUP BY k ORDER BY k;
SELECT count(*) AS c FROM q GROUP BY g HAVING count(*) > 1 ORDER BY c;
SELECT 1 FROM q HAVING true;
SELECT x FROM q HAVING true;
SELECT 1 WHERE false;
SELECT;
SELECT FROM q;
SELECT * ;
SELECT nosuch.* FROM q;
SELECT 1 AS a, 2 AS a ORDER BY a;
SELECT sum(x) OVER (PARTITION BY g ORDER BY x), array_agg(x ORDER BY x DESC) OVER () FROM q;
SELECT 'a' COLLATE "C" < 'b', 'a' COLLATE "nosuch";
SELECT 1 COLLATE "C";
-- gap: another result
SELECT ('a' COLLATE "C") < ('b' COLLATE "POSIX");
SELECT any_value(1);
SELECT current_user IS NOT NULL, current_schema, current_database() IS NOT NULL, version() LIKE '%', pg_typeof(current_schema), current_setting('nosuch.x', true);
SELECT current_setting('nosuch');
SELECT set_config('my.var', 'v', false), current_setting('my.var');
-- gap: answers 42883 function pg_column_size(integer) does not exist
SELECT num_nulls(1, NULL, 2), num_nonnulls(1, NULL), num_nulls(VARIADIC ARRAY[1, NULL]), pg_column_size(1), pg_size_pretty(123456789::bigint), pg_size_bytes('1 GB'), obj_description(1, 'pg_class'), to_regclass('q'), to_regtype('int4'), 'q'::regclass, 'int4'::regtype, 'lower(text)'::regprocedure, format_type(23, NULL), format_type(1700, 655366), col_description(1, 1);
SELECT 'nosuch'::regclass;
SELECT 'nosuch'::regtype;
SELECT to_regclass('nosuch'), to_regtype('nosuch'), to_regproc('nosuch');
