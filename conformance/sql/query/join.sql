-- exact
-- Joins of every form, names in them, LATERAL, and their errors.
CREATE TABLE a (id int, x int, s text);
CREATE TABLE b (id int, y int, s text);
CREATE TABLE c (id bigint, z numeric);
INSERT INTO a VALUES (1, 10, 'a1'), (2, 20, 'a2'), (3, NULL, 'a3');
INSERT INTO b VALUES (1, 100, 'b1'), (1, 101, 'b1b'), (4, 400, NULL);
INSERT INTO c VALUES (1, 1.5), (3, 3.5), (5, NULL);
SELECT * FROM a JOIN b USING (id) ORDER BY id, y;
SELECT * FROM a LEFT JOIN b USING (id) ORDER BY id, y;
SELECT * FROM a RIGHT JOIN b USING (id) ORDER BY id, y;
SELECT * FROM a FULL JOIN b USING (id) ORDER BY id, y;
SELECT * FROM a FULL OUTER JOIN b USING (id) FULL JOIN c USING (id) ORDER BY id, y;
SELECT a.id, b.id, id FROM a FULL JOIN b USING (id) ORDER BY 3, b.y;
SELECT * FROM a JOIN b USING (id) AS j ORDER BY j.id, y;
SELECT j.* FROM a JOIN b USING (id, s) AS j;
SELECT j.id, a.x, b.y FROM a LEFT JOIN b USING (id) AS j ORDER BY 1, 3;
SELECT j.x FROM a JOIN b USING (id) AS j;
SELECT j FROM a JOIN b USING (id) AS j;
SELECT a.id FROM (a JOIN b USING (id)) AS k;
SELECT k.id, k.x, k.y FROM (a JOIN b USING (id)) AS k ORDER BY 1, 3;
SELECT k.* FROM (a JOIN b USING (id)) AS k (p, q, r) ORDER BY 1, 4;
-- gap: not yet
SELECT * FROM (a JOIN b USING (id)) AS k (p, q, r, t, u, v);
SELECT * FROM a NATURAL JOIN b;
SELECT * FROM a NATURAL LEFT JOIN c ORDER BY id;
SELECT * FROM a NATURAL FULL JOIN c ORDER BY id;
SELECT * FROM a NATURAL JOIN (SELECT 1 AS q) d ORDER BY 1;
SELECT count(*) FROM a CROSS JOIN b;
SELECT count(*) FROM a CROSS JOIN b CROSS JOIN c;
SELECT count(*) FROM a, b JOIN c ON b.id = c.id;
-- gap: not yet
SELECT * FROM a, b JOIN c ON a.id = c.id;
SELECT * FROM a JOIN b ON a.id = c.id JOIN c ON true;
SELECT * FROM a JOIN b;
SELECT * FROM a LEFT b ON true;
SELECT * FROM a CROSS JOIN b ON true;
SELECT * FROM a NATURAL JOIN b ON true;
-- gap: not yet
SELECT * FROM a JOIN b ON a.id;
SELECT * FROM a JOIN b ON a.s;
SELECT * FROM a JOIN b USING (x);
SELECT * FROM a JOIN b USING (y);
SELECT * FROM a JOIN b USING (id, id);
SELECT * FROM a JOIN b USING ();
SELECT * FROM a JOIN (SELECT 1 AS id, 2 AS id) b USING (id);
SELECT * FROM (SELECT 1 AS id, 2 AS id) a JOIN b USING (id);
-- gap: not yet
SELECT * FROM a JOIN (SELECT 'x'::text AS id) d USING (id);
SELECT * FROM a JOIN (SELECT true AS id) d USING (id);
SELECT id FROM a, b;
SELECT id FROM a JOIN b ON a.id = b.id;
SELECT a.nope FROM a;
SELECT nope FROM a;
SELECT a.xx FROM a, b;
SELECT idd FROM a, b;
SELECT b.x FROM a, b;
SELECT d.x FROM a;
SELECT x.a FROM a;
SELECT public.a.x FROM a ORDER BY 1;
-- gap: not yet
SELECT public.b.x FROM a;
SELECT other.a.x FROM a;
-- gap: not yet
SELECT db.public.a.x FROM a;
-- gap: not yet
SELECT p.q.db.public.a.x FROM a;
SELECT * FROM a, a;
SELECT * FROM a a1, a a1;
SELECT * FROM a, b a;
SELECT * FROM nope;
SELECT * FROM nope.a;
SELECT * FROM a x WHERE a.id = 1;
SELECT * FROM a AS x JOIN b ON a.id = b.id;
SELECT x.* FROM a;
SELECT a.* FROM a AS x;
SELECT * FROM a AS t (p, q, r, s);
SELECT t.p, q, s FROM a AS t (p, q) ORDER BY 1;
SELECT t.id FROM a AS t (p, q);
SELECT * FROM a FULL JOIN b ON a.id < b.id AND a.id = b.id ORDER BY a.id, y;
-- differs: FULL JOIN on any condition
SELECT * FROM a FULL JOIN b ON a.id < b.id ORDER BY 1, 4, 5;
SELECT * FROM a LEFT JOIN b ON a.id < b.id ORDER BY a.id;
SELECT * FROM a LEFT JOIN b ON a.id = b.id AND b.y > 100 ORDER BY a.id;
SELECT * FROM a LEFT JOIN (b JOIN c ON b.id = c.id) ON a.id = b.id ORDER BY a.id, y;
SELECT * FROM a LEFT JOIN b JOIN c ON b.id = c.id ON a.id = b.id ORDER BY a.id, y;
SELECT a.id, l.* FROM a, LATERAL (SELECT b.y FROM b WHERE b.id = a.id) l ORDER BY 1, 2;
SELECT a.id, l.* FROM a LEFT JOIN LATERAL (SELECT b.y FROM b WHERE b.id = a.id ORDER BY y DESC LIMIT 1) l ON true ORDER BY 1;
SELECT a.id, l.n FROM a CROSS JOIN LATERAL (SELECT count(*) AS n FROM b WHERE b.id = a.id) AS l ORDER BY 1;
SELECT * FROM a, (SELECT * FROM b WHERE b.id = a.id) l;
-- gap: not yet
SELECT * FROM a RIGHT JOIN LATERAL (SELECT * FROM b WHERE b.id = a.id) l ON true;
-- gap: not yet
SELECT * FROM a FULL JOIN LATERAL (SELECT a.x) l ON true;
SELECT * FROM LATERAL (SELECT a.x) l, a;
SELECT * FROM LATERAL a;
SELECT * FROM a, generate_series(1, a.id) g ORDER BY a.id, g;
SELECT a.id, g, o FROM a, generate_series(1, a.id) WITH ORDINALITY AS t (g, o) ORDER BY 1, 2;
SELECT * FROM a JOIN generate_series(1, 2) AS id USING (id) ORDER BY id;
SELECT * FROM generate_series(1, 2) AS g (n, m);
-- gap: not yet
SELECT * FROM generate_series(1, 2) AS g (n int);
-- gap: not yet
SELECT * FROM (SELECT 1);
-- gap: not yet
SELECT * FROM (VALUES (1), (2));
SELECT * FROM (SELECT 1) AS t (a, b);
SELECT * FROM (VALUES (1, 'x'), (2, 'y')) AS t (n, s) ORDER BY n DESC;
SELECT column1, column2 FROM (VALUES (1, 'x')) AS t;
-- gap: not yet
SELECT t FROM a AS t ORDER BY t.id;
SELECT t.*, t FROM (SELECT 1 AS q, 'w' AS r) t;
SELECT (t).q FROM (SELECT 1 AS q) t;
SELECT ROW(t.*) FROM (SELECT 1 AS q, 2 AS r) t;
SELECT a.id, (SELECT max(y) FROM b WHERE b.id = a.id) AS m FROM a ORDER BY 1;
SELECT (SELECT y FROM b WHERE b.id = a.id) FROM a;
SELECT (SELECT id, y FROM b LIMIT 1);
SELECT a.id FROM a WHERE EXISTS (SELECT 1 FROM b WHERE b.id = a.id AND EXISTS (SELECT 1 FROM c WHERE c.id = a.id AND c.z < b.y)) ORDER BY 1;
SELECT a.id FROM a WHERE NOT EXISTS (SELECT FROM b WHERE b.id = a.id) ORDER BY 1;
SELECT a.id FROM a WHERE id IN (SELECT id FROM b) ORDER BY 1;
SELECT a.id FROM a WHERE id NOT IN (SELECT id FROM b) ORDER BY 1;
SELECT a.id FROM a WHERE x NOT IN (SELECT y FROM b UNION SELECT NULL) ORDER BY 1;
SELECT a.id FROM a WHERE (id, s) IN (SELECT id, 'a' || id FROM b) ORDER BY 1;
SELECT a.id FROM a WHERE id = ANY (SELECT id FROM b) ORDER BY 1;
SELECT a.id FROM a WHERE id < ALL (SELECT id FROM b WHERE y > 100) ORDER BY 1;
SELECT a.id FROM a WHERE (id, x) > ALL (SELECT id, y FROM b) ORDER BY 1;
SELECT a.id FROM a WHERE (id, x) <> ALL (SELECT id, y FROM b) ORDER BY 1;
SELECT a.id FROM a WHERE ROW(id, x) = (SELECT 1, 10) ORDER BY 1;
SELECT a.id FROM a WHERE (id, x) = (SELECT id FROM b);
SELECT a.id FROM a WHERE id IN (SELECT id, y FROM b);
SELECT a.id FROM a WHERE (id, x) IN (SELECT id FROM b);
SELECT a.id FROM a WHERE (id, x) IN ((1, 10), (2, 21)) ORDER BY 1;
SELECT a.id FROM a WHERE (id, x) IN ((1, 10), (2, 21, 3));
SELECT a.id FROM a WHERE id = ANY (b.id);
SELECT a.id FROM a WHERE id = ANY (5);
SELECT a.id FROM a WHERE id = ANY ('{1,2}') ORDER BY 1;
SELECT a.id FROM a WHERE id = SOME (ARRAY[1, 3]) ORDER BY 1;
SELECT a.id FROM a WHERE s = ANY (ARRAY[1, 2]);
SELECT a.id FROM a WHERE s IN (SELECT id FROM b);
SELECT 1 WHERE (1, 2) < (1, 3) AND (2, 1) >= (1, 9) AND (1, NULL) IS DISTINCT FROM (1, 2);
SELECT (1, 2) < (1, NULL), (1, 2) < (2, NULL), (1, 2) = (1, NULL), (1, 2) <> (2, NULL);
SELECT (1, 2) = (1, 'a');
SELECT (1, 2) = 1;
-- gap: not yet
SELECT (1, 2) + (3, 4);
SELECT (1, 2) < (1, 2, 3);
SELECT ROW() = ROW();
SELECT (1, 'a', true) = (1, 'a', true), ROW(1, 2) IS NULL, (NULL, NULL) IS NULL;
SELECT ARRAY(SELECT id FROM a ORDER BY id), ARRAY(SELECT ROW(id) FROM a WHERE id = 1);
SELECT ARRAY(SELECT id, x FROM a);
SELECT a.id, a.x + (SELECT sum(b.y) FROM b WHERE b.id = a.id) AS t FROM a ORDER BY (SELECT count(*) FROM b WHERE b.id = a.id) DESC, 1;
SELECT x, (SELECT count(*) FROM b WHERE y > x) FROM a ORDER BY 1;
SELECT (SELECT sum(a.x) FROM b WHERE b.id = 4) FROM a;
SELECT (SELECT sum(a.x + b.y) FROM b) FROM a ORDER BY 1;
SELECT (SELECT (SELECT (SELECT a.x))) FROM a ORDER BY 1;
