-- Composite types: values, fields, comparison, texts, and rows of tables.
-- full
CREATE TYPE complex AS (r double precision, i double precision);
CREATE TYPE inventory_item AS (name text, supplier_id integer, price numeric);
CREATE TABLE on_hand (item inventory_item, count integer);
INSERT INTO on_hand VALUES (ROW('fuzzy dice', 42, 1.99), 1000);
CREATE FUNCTION price_extension(inventory_item, integer) RETURNS numeric AS 'SELECT $1.price * $2' LANGUAGE SQL;
SELECT price_extension(item, 10) FROM on_hand;
SELECT '("fuzzy dice",42,1.99)'::inventory_item;
SELECT '("",42,)'::inventory_item;
SELECT ROW('', 42, NULL)::inventory_item;
SELECT ('', 42, NULL)::inventory_item;
SELECT item.name FROM on_hand WHERE item.price > 9.99;
SELECT (item).name FROM on_hand WHERE (item).price > 1;
SELECT (on_hand.item).name FROM on_hand WHERE (on_hand.item).price > 1;
CREATE FUNCTION my_func(int) RETURNS complex AS 'SELECT ROW($1, $1 + 1)::complex' LANGUAGE SQL;
SELECT (my_func(3)).r;
SELECT (my_func(3)).*;
CREATE TABLE mytab (id int, complex_col complex);
INSERT INTO mytab (id, complex_col) VALUES (1, (1.1,2.2));
UPDATE mytab SET complex_col = ROW(1.1,2.2) WHERE id = 1;
UPDATE mytab SET complex_col.r = (complex_col).r + 1 WHERE id = 1;
INSERT INTO mytab (id, complex_col.r, complex_col.i) VALUES(2, 1.1, 2.2);
SELECT * FROM mytab ORDER BY id;
SELECT c FROM on_hand c;
SELECT c.* FROM on_hand c;
SELECT c FROM on_hand AS c ORDER BY c;
SELECT (c).item FROM on_hand c;
SELECT c.item.name FROM on_hand c;
SELECT ((c).item).name FROM on_hand c;
CREATE FUNCTION countof(on_hand) RETURNS int AS 'SELECT $1.count' LANGUAGE SQL;
SELECT c.countof FROM on_hand c;
SELECT (c).countof FROM on_hand c;
SELECT countof(c) FROM on_hand c;
SELECT countof(c.*) FROM on_hand c;
SELECT countof(on_hand) FROM on_hand;
SELECT count(c) FROM on_hand c;
SELECT name(item) FROM on_hand;
SELECT price(item), item(c) FROM on_hand c;
SELECT c.count, count(c.*) FROM on_hand c GROUP BY c.count;
SELECT row(c.*) FROM on_hand c;
SELECT row(c.*, 1) FROM on_hand c;
SELECT row(c, 1) FROM on_hand c;
SELECT (c.*) = (c.*) FROM on_hand c;
SELECT (c.*)::text FROM on_hand c;
SELECT c.text FROM on_hand c;
SELECT c::text FROM on_hand c;
SELECT text(c) FROM on_hand c;
-- gap: not yet
CREATE VIEW v1 AS SELECT c FROM on_hand c;
-- gap: not yet
SELECT * FROM v1;
-- gap: not yet
SELECT (c).count FROM v1;
-- gap: not yet
SELECT pg_get_viewdef('v1'::regclass);
-- gap: not yet
CREATE VIEW v2 AS SELECT c.*::on_hand AS x, (c.item).name FROM on_hand c;
-- gap: not yet
SELECT * FROM v2;
-- gap: not yet
CREATE TABLE holds (id int, o on_hand, os on_hand[]);
-- gap: not yet
INSERT INTO holds SELECT 1, c, ARRAY[c, c] FROM on_hand c;
-- gap: not yet
SELECT * FROM holds;
-- gap: not yet
SELECT (o).item.name FROM holds;
-- gap: not yet
SELECT ((o).item).name, (os[1]).count, (os[1]).item.price FROM holds;
ALTER TABLE on_hand ADD COLUMN extra int;
-- gap: not yet
SELECT * FROM holds;
-- gap: not yet
ALTER TABLE on_hand ADD COLUMN extra2 int DEFAULT 5;
-- gap: not yet
ALTER TABLE on_hand ALTER COLUMN count TYPE bigint;
ALTER TABLE on_hand DROP COLUMN extra;
-- gap: not yet
SELECT * FROM holds;
ALTER TABLE on_hand RENAME COLUMN count TO cnt;
-- gap: not yet
SELECT (o).cnt FROM holds;
-- gap: not yet
DROP TABLE on_hand;
-- gap: not yet
DROP TYPE inventory_item;
SELECT ROW(1,2) = ROW(1,2), ROW(1,2) < ROW(1,3), ROW(1,NULL) = ROW(1,NULL), ROW(1,NULL) = ROW(2,NULL), ROW(1,2) <> ROW(1,NULL);
SELECT ROW(1,2) = ROW(1,2,3);
SELECT ROW(1,2) < ROW(1,'x');
SELECT ROW(1,'a') = ROW(1,2);
SELECT ROW() = ROW();
SELECT ROW(1,2) IS NULL, ROW(NULL,NULL) IS NULL, ROW(1,NULL) IS NULL, ROW(1,NULL) IS NOT NULL, ROW(1,2) IS NOT NULL, ROW() IS NULL, ROW() IS NOT NULL;
SELECT ROW(1,NULL) IS DISTINCT FROM ROW(1,NULL), ROW(1,2) IS NOT DISTINCT FROM ROW(1,3);
SELECT ROW(1,2) IS DISTINCT FROM ROW(1,2,3);
-- gap: not yet
SELECT ROW(1,2) ~ ROW(1,2);
-- gap: not yet
SELECT ROW(1,2) LIKE ROW(1,2);
SELECT ROW(1,'{}'::json) = ROW(1,'{}'::json);
SELECT ROW(1,'{}'::json)::record = ROW(1,'{}'::json)::record;
SELECT ROW(1,2)::record = ROW(1,2,3)::record;
SELECT ROW(1,2)::record = ROW(1,'x'::text)::record;
-- gap: not yet
SELECT ROW(1,2)::record < ROW(1,3)::record, ROW(1,NULL)::record = ROW(1,NULL)::record, ROW(1,NULL)::record > ROW(1,2)::record;
-- gap: not yet
SELECT ROW(1,2) *= ROW(1,2), ROW(1,2)::complex *< ROW(2,1)::complex;
SELECT ROW(1,ROW(2,3)) = ROW(1,ROW(2,3)), ROW(1,ROW(NULL,NULL)) IS NULL;
SELECT ROW(1.0::float8,2::float8)::complex = ROW(1,2)::complex, ROW(1,2)::complex IS NULL, NULL::complex IS NULL, ROW(NULL,NULL)::complex IS NULL, (ROW(NULL,NULL)::complex) IS NOT NULL;
SELECT (ROW(1,2)).f1;
SELECT (ROW(1,2)).f3;
SELECT (ROW(1,2)::complex).x;
SELECT (1).x;
SELECT (NULL::complex).r;
SELECT ROW(1,2)::complex::record, ROW(1,2)::complex::text, ROW(1,2)::text;
SELECT '(1,2)'::text::complex;
SELECT '(1,2)'::record;
SELECT ROW(1,2,3)::complex;
SELECT ROW(1)::complex;
SELECT ROW('x',2)::complex;
SELECT ROW(now(),2)::complex;
SELECT ARRAY[ROW(1,2)::complex, ROW(3,4)::complex], ARRAY[ROW(1,2), ROW(3,4)];
SELECT ARRAY[ROW(1,2)::complex, ROW(3,4)];
SELECT '{"(1,2)","(3,4)"}'::complex[], ('{"(1,2)","(3,4)"}'::complex[])[2].i;
SELECT (ARRAY[ROW(1,2)::complex])[1].r;
SELECT to_jsonb(ROW(1,2)::complex), to_jsonb(ROW(1,2)), row_to_json(ROW(1,2)), jsonb_build_array(ROW(1,2)::complex), array_to_json(ARRAY[ROW(1,2)::complex]);
SELECT * FROM jsonb_populate_record(NULL::complex, '{"r":1,"i":2}');
SELECT jsonb_populate_record(ROW(5,6)::complex, '{"r":1}');
SELECT * FROM jsonb_populate_recordset(NULL::complex, '[{"r":1,"i":2},{"r":3}]');
SELECT * FROM jsonb_to_record('{"a":{"r":1,"i":2}}') AS x(a complex);
CREATE TYPE odd AS ("a b" text, "C" int[], d complex, e complex[]);
SELECT ROW('x y', ARRAY[1,2], ROW(1,2)::complex, ARRAY[ROW(1,2)::complex])::odd;
SELECT '(" a\"b",  "{1,2}" ,"(1,2)","{""(1,2)""}")'::odd;
SELECT ' ( a , "{1}" ,,)'::odd;
SELECT '(a\,b,{},,)'::odd;
SELECT ROW(E'a\\b"c', '{}', NULL, '{}')::odd;
SELECT ROW('', NULL, NULL, NULL)::odd, ROW('a,b', NULL, NULL, NULL)::odd, ROW('(', NULL, NULL, NULL)::odd, ROW(' ', NULL, NULL, NULL)::odd;
SELECT '(1'::complex;
SELECT '1,2)'::complex;
SELECT '(1,2) x'::complex;
SELECT '(1,2'::complex;
SELECT '(1)'::complex;
SELECT '()'::complex;
SELECT 'x'::complex;
SELECT ''::complex;
SELECT '("1,2)'::complex;
SELECT '(a,2)'::complex;
CREATE TYPE empty AS ();
SELECT '()'::empty, ROW()::empty;
CREATE TABLE te (e empty);
INSERT INTO te VALUES ('()');
SELECT * FROM te;
SELECT e IS NULL FROM te;
SELECT (e).* FROM te;
SELECT x, y FROM (VALUES (ROW(1,2)::complex, ROW(1,3)::complex)) t(x,y) ORDER BY x, y;
SELECT x FROM (VALUES (ROW(1,2)::complex), (ROW(1,1)::complex), (NULL), (ROW(NULL,5)::complex)) t(x) ORDER BY x;
SELECT DISTINCT x FROM (VALUES (ROW(1,2)::complex), (ROW(1,2)::complex)) t(x);
SELECT x, count(*) FROM (VALUES (ROW(1,2)::complex), (ROW(1,2)::complex)) t(x) GROUP BY x;
-- gap: not yet
SELECT max(x) FROM (VALUES (ROW(1,2)::complex), (ROW(1,2)::complex)) t(x);
SELECT ROW(1,2) IN (ROW(1,2), ROW(3,4)), (1,2) IN ((1,2)), (1,2) NOT IN (SELECT 1,3), (1,2) = ANY (SELECT 1,2), (1,2) > ALL (SELECT 1,1);
SELECT ROW(1,2) = (SELECT 1,2);
SELECT ROW(1,2) = (SELECT 1,2,3);
SELECT (1,2) IN ((1,2,3));
SELECT ROW(1,2) BETWEEN ROW(1,1) AND ROW(1,3);
SELECT CASE WHEN true THEN ROW(1,2) ELSE ROW(3,4) END, COALESCE(NULL, ROW(1,2)::complex), NULLIF(ROW(1,2)::complex, ROW(1,2)::complex), GREATEST(ROW(1,2)::complex, ROW(2,1)::complex);
SELECT CASE WHEN true THEN ROW(1,2)::complex ELSE ROW(3,4) END;
SELECT ROW(1,2)::complex UNION ALL SELECT ROW(3,4);
SELECT pg_typeof(ROW(1,2)), pg_typeof(ROW(1,2)::complex), pg_typeof(ARRAY[ROW(1,2)]);
SELECT * FROM (SELECT (ROW(1,2)::complex).*) s;
SELECT (s).* FROM (SELECT 1 AS a, 2 AS b) s;
SELECT s FROM (SELECT 1 AS a, 2 AS b) s;
SELECT (s).a, s.b, (s).nope FROM (SELECT 1 AS a, 2 AS b) s;
SELECT s.nope FROM (SELECT 1 AS a, 2 AS b) s;
-- gap: not yet
SELECT (g).n FROM generate_series(1,2) g(n);
SELECT g FROM generate_series(1,2) g;
SELECT x FROM unnest(ARRAY[ROW(1,2)::complex, ROW(3,4)::complex]) x;
SELECT * FROM unnest(ARRAY[ROW(1,2)::complex, ROW(3,4)::complex]);
SELECT * FROM unnest(ARRAY[ROW(1,2)::complex, ROW(3,4)::complex]) WITH ORDINALITY AS u(a,b,n);
SELECT unnest(ARRAY[ROW(1,2)::complex, ROW(3,4)::complex]);
SELECT (unnest(ARRAY[ROW(1,2)::complex, ROW(3,4)::complex])).r;
SELECT array_agg(ROW(1,2)::complex), array_agg(ROW(1,2));
SELECT json_agg(x) FROM (VALUES (ROW(1,2)::complex)) t(x);
CREATE INDEX ON mytab (complex_col);
SELECT * FROM mytab WHERE complex_col = ROW(2.1,2.2)::complex;
SELECT * FROM mytab WHERE complex_col = '(1.1,2.2)';
SELECT * FROM mytab WHERE complex_col = (1.1,2.2);
CREATE TABLE pk (c complex PRIMARY KEY);
INSERT INTO pk VALUES ('(1,2)'), ('(1,2)');
INSERT INTO pk VALUES ('(1,2)'), ('(1,1)'), (ROW(0,5));
SELECT * FROM pk ORDER BY c;
SELECT * FROM pk WHERE c > ROW(0,9)::complex ORDER BY c DESC;
SELECT complex_col.r FROM mytab;
SELECT mytab.complex_col.r FROM mytab;
SELECT (mytab.complex_col).r FROM mytab ORDER BY id;
SELECT (complex_col).* FROM mytab ORDER BY id;
SELECT (mytab.*).id FROM mytab ORDER BY 1;
SELECT mytab.*::text FROM mytab ORDER BY 1;
SELECT (mytab).* IS NULL FROM mytab ORDER BY 1;
SELECT mytab IS NULL, mytab.* IS NULL, mytab.* IS NOT NULL FROM mytab ORDER BY 1;
SELECT t FROM (mytab LEFT JOIN (SELECT 7 AS k, 8 AS l) q ON k = id) t;
SELECT q, q IS NULL, q.* IS NULL FROM mytab LEFT JOIN (SELECT 2 AS k, 8 AS l) q ON k = id ORDER BY id;
