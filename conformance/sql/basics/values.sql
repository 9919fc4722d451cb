-- How the runner shows values of each kind.
SELECT 1 AS i, 2.50 AS n, 'a' AS t, true AS b, NULL AS nothing, 1.5::float8 AS f, 1e20::float8 AS g;
SELECT '\x00ff'::bytea, '{"a": [1,2]}'::jsonb, '{"a":1}'::json, ARRAY[1,2,NULL], '1 day 02:03'::interval;
SELECT DATE '2024-02-29', TIMESTAMP '2024-02-29 10:11:12.5', TIMESTAMPTZ '2024-02-29 10:11:12+02', TIME '10:11', DATE '0044-03-15 BC';
SELECT 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid, 12::int2, 12::int8, 'x'::varchar(3), 'y'::char(3), 1.25::float4;
SELECT * FROM missing;
CREATE TABLE t (id int PRIMARY KEY, name text);
INSERT INTO t VALUES (1, 'one'), (2, NULL);
SELECT * FROM t;
SELECT * FROM t ORDER BY id DESC;
UPDATE t SET name = 'two' WHERE id = 2;
DELETE FROM t WHERE id > 5;
INSERT INTO t VALUES (1, 'again');
SELECT 'line
break';
