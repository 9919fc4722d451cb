-- COPY in both directions, text and csv.
-- full
CREATE TABLE t (id int PRIMARY KEY, name text, n numeric, b boolean, at timestamp);
COPY t FROM STDIN;
1	one	1.5	t	2024-01-01 00:00:00
2	two	\N	f	\N
3	tab\there\\back\nline	3	true	2024-02-03
\.
SELECT * FROM t ORDER BY id;
COPY t TO STDOUT;
COPY t (id, name) TO STDOUT;
COPY (SELECT id, upper(name) FROM t ORDER BY id DESC) TO STDOUT;
COPY t (id, name) FROM STDIN;
4	four
5	
\.
COPY t TO STDOUT WITH (FORMAT csv);
COPY t TO STDOUT WITH (FORMAT csv, HEADER);
COPY t TO STDOUT (FORMAT csv, HEADER true, DELIMITER ';', NULL 'null', QUOTE '''', FORCE_QUOTE (name));
COPY t TO STDOUT (FORMAT csv, FORCE_QUOTE *);
COPY t TO STDOUT (FORMAT text, DELIMITER '|', NULL 'nil');
COPY t TO STDOUT (FORMAT text, HEADER);
COPY t TO STDOUT WITH CSV HEADER;
COPY t TO STDOUT DELIMITER ',' NULL '-';
COPY t FROM STDIN WITH (FORMAT csv);
6,six,6.5,t,2024-01-01
7,"seven, ""quoted""",7,f,
8,"multi
line",8,,
9,"",9,,
10,,10,,
\.
SELECT id, name, name IS NULL AS isnull FROM t WHERE id > 5 ORDER BY id;
COPY t (id, name) FROM STDIN (FORMAT csv, HEADER, DELIMITER '|', QUOTE '"', ESCAPE '\', NULL 'NULL');
id|name
11|"a\"b"
12|NULL
13|"NULL"
\.
SELECT id, name FROM t WHERE id > 10 ORDER BY id;
COPY t (id, name) FROM STDIN (FORMAT csv, HEADER match);
id,nope
20,x
\.
COPY t (id, name) FROM STDIN (FORMAT csv, HEADER match);
id,name
20,x
\.
COPY t (id, name) FROM STDIN (FORMAT csv, FORCE_NOT_NULL (name));
21,
\.
COPY t (id, name) FROM STDIN (FORMAT csv, FORCE_NULL (name));
22,""
\.
SELECT id, name, name IS NULL AS isnull FROM t WHERE id >= 20 ORDER BY id;
COPY t (id, name) FROM STDIN WHERE id > 31;
30	a
31	b
32	c
\.
SELECT id FROM t WHERE id >= 30;
COPY t FROM STDIN;
40	x
\.
COPY t FROM STDIN;
40	x	1	t	2024-01-01	extra
\.
COPY t FROM STDIN;
abc	x	1	t	2024-01-01
\.
COPY t FROM STDIN;
1	dup	1	t	2024-01-01
\.
COPY t (id, n) FROM STDIN;
50	1
51	xyz
\.
SELECT count(*) FROM t WHERE id >= 50;
COPY t (id, name) FROM STDIN (FORMAT csv);
60,"unterminated
\.
COPY t (id, name) FROM STDIN (FORMAT csv);
60,a,b
\.
COPY t (nope) FROM STDIN;
1
\.
COPY t (id, id) FROM STDIN;
1	2
\.
COPY nope FROM STDIN;
1
\.
COPY nope TO STDOUT;
COPY t (nope) TO STDOUT;
COPY t TO STDOUT (FORMAT nope);
COPY t TO STDOUT (nope true);
COPY t TO STDOUT (FORMAT text, QUOTE '"');
COPY t TO STDOUT (FORMAT csv, DELIMITER 'ab');
COPY t TO STDOUT (DELIMITER 'a');
COPY t TO STDOUT (FORMAT csv, QUOTE '""');
COPY t TO STDOUT (FORMAT csv, FORMAT text);
COPY t TO STDOUT (FORMAT csv, DELIMITER ',', QUOTE ',');
COPY t FROM STDIN (FORMAT csv, FORCE_QUOTE *);
\.
COPY t TO STDOUT (FORMAT csv, FORCE_NULL (name));
COPY t TO STDOUT WHERE id = 1;
COPY (SELECT 1 AS a, 'x,y' AS b, NULL AS c, '' AS d) TO STDOUT (FORMAT csv, HEADER);
COPY (VALUES (1, 'a'), (2, E'b\tc')) TO STDOUT;
COPY (SELECT ARRAY[1,2], '{"a": "b"}'::jsonb, '\x0aff'::bytea, '1 day'::interval, 1.5::float8, true) TO STDOUT;
COPY (SELECT ARRAY[1,2], '{"a": "b"}'::jsonb, '\x0aff'::bytea, '1 day'::interval, 1.5::float8, true) TO STDOUT CSV;
COPY (DELETE FROM t WHERE id = 32 RETURNING id, name) TO STDOUT;
COPY (DELETE FROM t WHERE id = 31) TO STDOUT;
CREATE TABLE g (id int GENERATED ALWAYS AS IDENTITY, a int, b int GENERATED ALWAYS AS (a * 2) STORED, c text DEFAULT 'def', CHECK (a < 100));
COPY g (a) FROM STDIN;
1
2
\.
COPY g FROM STDIN;
10	5	x
\.
COPY g TO STDOUT;
COPY g (b) FROM STDIN;
1
\.
COPY g (b) TO STDOUT;
COPY g (a) FROM STDIN;
3
100
\.
SELECT * FROM g ORDER BY id;
CREATE VIEW v AS SELECT id, name FROM t;
COPY v TO STDOUT;
COPY v FROM STDIN;
1	2
\.
CREATE TABLE bin (d bytea, j jsonb, a text[], u uuid);
COPY bin FROM STDIN;
\\x00ff	{"k": [1, 2]}	{a,"b c",NULL}	a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11
\.
SELECT * FROM bin;
COPY bin TO STDOUT;
CREATE TABLE esc (a text);
COPY esc FROM STDIN;
\b\f\n\r\t\v
\x41\101\\
back\slash
\.
SELECT a, length(a) FROM esc ORDER BY 2;
COPY esc TO STDOUT;
BEGIN;
COPY esc FROM STDIN;
rolled back
\.
ROLLBACK;
SELECT count(*) FROM esc;
COPY esc FROM STDIN WITH (FREEZE off, ENCODING 'UTF8');
enc
\.
COPY esc TO STDOUT (ENCODING 'nope');
