-- exact
-- Grouping, aggregates and their errors.
CREATE TABLE s (city text, kind text, n int, v numeric, f float8, ok bool, d date);
INSERT INTO s VALUES ('A', 'x', 1, 1.5, 0.5, true, '2024-01-01'), ('A', 'y', 2, 2.5, 1.5, false, '2024-01-02'), ('B', 'x', 3, NULL, 2.5, true, NULL), ('B', 'x', 4, 4.25, NULL, NULL, '2024-02-01'), (NULL, 'z', NULL, 0, 0, false, '2024-03-01');
SELECT city, count(*), sum(n), avg(n), min(d), max(v) FROM s GROUP BY city ORDER BY city;
SELECT city, kind, count(*) FROM s GROUP BY ROLLUP (city, kind) ORDER BY 1, 2, 3;
SELECT city, kind, count(*), GROUPING(city), GROUPING(kind), GROUPING(city, kind), GROUPING(kind, city) FROM s GROUP BY CUBE (city, kind) ORDER BY 6, 1, 2;
SELECT city, kind, ok, count(*) FROM s GROUP BY GROUPING SETS ((city, kind), (ok), ()) ORDER BY 1, 2, 3, 4;
SELECT city, kind, count(*) FROM s GROUP BY city, ROLLUP (kind) ORDER BY 1, 2, 3;
SELECT city, kind, ok, count(*) FROM s GROUP BY ROLLUP ((city, kind), ok) ORDER BY 1, 2, 3, 4;
SELECT city, kind, ok, count(*) FROM s GROUP BY CUBE ((city, kind), ok) ORDER BY 1, 2, 3, 4;
SELECT city, kind, count(*) FROM s GROUP BY GROUPING SETS (ROLLUP (city), CUBE (kind)) ORDER BY 1, 2, 3;
SELECT city, kind, count(*) FROM s GROUP BY GROUPING SETS (GROUPING SETS ((city), ()), kind) ORDER BY 1, 2, 3;
SELECT city, kind, count(*) FROM s GROUP BY ROLLUP (city), ROLLUP (kind) ORDER BY 1, 2, 3;
SELECT city, kind, count(*) FROM s GROUP BY DISTINCT ROLLUP (city, kind), ROLLUP (city) ORDER BY 1, 2, 3;
SELECT city, kind, count(*) FROM s GROUP BY ALL ROLLUP (city, kind), ROLLUP (city) ORDER BY 1, 2, 3;
SELECT city, count(*) FROM s GROUP BY GROUPING SETS ((city), (city)) ORDER BY 1;
SELECT count(*) FROM s GROUP BY ();
SELECT count(*) FROM s WHERE false GROUP BY ();
SELECT count(*) FROM s WHERE false GROUP BY GROUPING SETS ((), ());
SELECT count(*) FROM s WHERE false GROUP BY city;
SELECT city, sum(n) FROM s GROUP BY ROLLUP (city) HAVING GROUPING(city) = 0 ORDER BY city;
SELECT CASE GROUPING(city) WHEN 1 THEN 'total' ELSE city END AS c, sum(n) FROM s GROUP BY ROLLUP (city) ORDER BY GROUPING(city), 1;
-- gap: not yet
SELECT city || '!' AS t, count(*) FROM s GROUP BY GROUPING SETS ((city || '!'), ()) ORDER BY 1;
-- gap: not yet
SELECT city, GROUPING(n) FROM s GROUP BY city;
-- gap: not yet
SELECT GROUPING(city) FROM s;
-- gap: not yet
SELECT GROUPING() FROM s GROUP BY city;
SELECT GROUPING(city + 1) FROM s GROUP BY city;
SELECT city FROM s GROUP BY GROUPING(city);
SELECT city FROM s WHERE GROUPING(city) = 1 GROUP BY city;
SELECT city, n FROM s GROUP BY city;
SELECT city, n + 1 FROM s GROUP BY city;
SELECT s.city, n FROM s GROUP BY kind;
SELECT city FROM s GROUP BY kind ORDER BY n;
SELECT city FROM s GROUP BY city HAVING n > 1;
SELECT city, count(*) FROM s;
SELECT *, count(*) FROM s;
SELECT * FROM s GROUP BY city;
-- gap: not yet
SELECT s FROM s GROUP BY city;
SELECT city, (SELECT s.n) FROM s GROUP BY city;
SELECT (SELECT max(x.n) FROM s x WHERE x.city = s.city) FROM s GROUP BY city ORDER BY 1;
SELECT (SELECT max(x.n) FROM s x WHERE x.kind = s.kind) FROM s GROUP BY city;
SELECT city FROM s GROUP BY 3;
SELECT city FROM s GROUP BY 0;
-- gap: not yet
SELECT city FROM s GROUP BY -1;
SELECT city FROM s GROUP BY 'x';
SELECT city FROM s GROUP BY 1.5;
-- gap: not yet
SELECT city FROM s GROUP BY NULL;
-- gap: not yet
SELECT city, count(*) FROM s GROUP BY 2;
-- gap: not yet
SELECT count(*) AS c FROM s GROUP BY c;
SELECT city AS kind, count(*) FROM s GROUP BY kind ORDER BY 1;
SELECT lower(city) AS l, count(*) FROM s GROUP BY l ORDER BY 1;
SELECT lower(city), upper(lower(city)), count(*) FROM s GROUP BY lower(city) ORDER BY 1;
SELECT lower(city), upper(city) FROM s GROUP BY lower(city);
SELECT city FROM s GROUP BY count(*);
SELECT city FROM s GROUP BY row_number() OVER ();
-- gap: not yet
SELECT city FROM s GROUP BY generate_series(1, 2);
SELECT sum(count(*)) FROM s;
SELECT sum(n) FROM s WHERE sum(n) > 1;
SELECT city FROM s WHERE count(*) > 1 GROUP BY city;
SELECT city FROM s JOIN s t ON count(*) > 1;
-- gap: not yet
SELECT city FROM s, LATERAL (SELECT sum(s.n)) q;
SELECT city FROM s LIMIT count(*);
-- gap: not yet
SELECT sum(n) FILTER (WHERE sum(n) > 1) FROM s;
-- gap: not yet
SELECT sum(n) FILTER (WHERE n) FROM s;
SELECT sum(n) FILTER (WHERE kind) FROM s;
SELECT sum(n) FILTER (n > 1) FROM s;
SELECT count(*) FILTER (WHERE ok), count(*) FILTER (WHERE NOT ok), sum(n) FILTER (WHERE false), array_agg(n ORDER BY n) FILTER (WHERE n > 1) FROM s;
SELECT count(n, v) FROM s;
SELECT count() FROM s;
-- gap: not yet
SELECT sum() FROM s;
SELECT sum(*) FROM s;
SELECT sum(kind) FROM s;
SELECT sum('1') FROM s;
SELECT avg(ok) FROM s;
SELECT string_agg(kind) FROM s;
SELECT string_agg(n, ',') FROM s;
SELECT string_agg(kind, ',' ORDER BY n), string_agg(DISTINCT kind, ',' ORDER BY kind), string_agg(kind, NULL ORDER BY n) FROM s;
SELECT string_agg(DISTINCT kind, ',' ORDER BY n) FROM s;
SELECT array_agg(DISTINCT n ORDER BY n DESC), array_agg(DISTINCT n), count(DISTINCT kind), sum(DISTINCT v) FROM s;
SELECT array_agg(DISTINCT n ORDER BY v) FROM s;
SELECT count(DISTINCT city || kind), count(DISTINCT (city, kind)) FROM s;
SELECT count(DISTINCT *) FROM s;
SELECT count(* ORDER BY n) FROM s;
SELECT lower(DISTINCT kind) FROM s;
SELECT lower(kind ORDER BY n) FROM s;
SELECT lower(*) FROM s;
SELECT lower(kind) FILTER (WHERE ok) FROM s;
-- gap: not yet
SELECT lower(kind) WITHIN GROUP (ORDER BY n) FROM s;
SELECT sum(n) WITHIN GROUP (ORDER BY n) FROM s;
SELECT nope(n) FROM s;
-- gap: not yet
SELECT nope(DISTINCT n) FROM s;
-- gap: not yet
SELECT nope(n) FILTER (WHERE ok) FROM s;
SELECT nope(*) FROM s;
SELECT nope(n) OVER () FROM s;
-- gap: not yet
SELECT nope(n) WITHIN GROUP (ORDER BY n) FROM s;
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY n), percentile_disc(0.5) WITHIN GROUP (ORDER BY kind), mode() WITHIN GROUP (ORDER BY kind), percentile_cont(ARRAY[0, 0.25, 1]) WITHIN GROUP (ORDER BY f) FROM s;
SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY n DESC NULLS LAST), percentile_cont(0.5) WITHIN GROUP (ORDER BY d - date '2024-01-01') FROM s;
SELECT city, percentile_cont(0.5) WITHIN GROUP (ORDER BY n) FROM s GROUP BY city ORDER BY 1;
-- gap: not yet
SELECT rank(2) WITHIN GROUP (ORDER BY n), dense_rank(2) WITHIN GROUP (ORDER BY n), percent_rank(2) WITHIN GROUP (ORDER BY n), cume_dist(2) WITHIN GROUP (ORDER BY n) FROM s;
-- gap: not yet
SELECT rank('x', 3) WITHIN GROUP (ORDER BY kind, n DESC) FROM s;
-- gap: not yet
SELECT rank('x') WITHIN GROUP (ORDER BY n) FROM s;
-- gap: not yet
SELECT rank(1, 2) WITHIN GROUP (ORDER BY n) FROM s;
-- gap: not yet
SELECT rank(1) WITHIN GROUP (ORDER BY kind) FROM s;
SELECT percentile_cont(2) WITHIN GROUP (ORDER BY n) FROM s;
-- gap: not yet
SELECT percentile_cont(n) WITHIN GROUP (ORDER BY n) FROM s;
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY kind) FROM s;
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY n, v) FROM s;
SELECT percentile_cont(0.5, 0.6) WITHIN GROUP (ORDER BY n) FROM s;
SELECT percentile_cont(DISTINCT 0.5) WITHIN GROUP (ORDER BY n) FROM s;
SELECT percentile_cont(0.5 ORDER BY n) WITHIN GROUP (ORDER BY n) FROM s;
SELECT percentile_cont(VARIADIC ARRAY[0.5]) WITHIN GROUP (ORDER BY n) FROM s;
SELECT percentile_cont(0.5) FROM s;
-- gap: not yet
SELECT percentile_cont() FROM s;
-- gap: not yet
SELECT mode() FROM s;
SELECT mode(n) WITHIN GROUP (ORDER BY n) FROM s;
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY n) OVER () FROM s;
-- gap: not yet
SELECT rank(1) WITHIN GROUP (ORDER BY n) OVER () FROM s;
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY n) FILTER (WHERE n > 1) FROM s;
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY sum(n)) FROM s;
SELECT bool_and(ok), bool_or(ok), every(ok), bit_and(n), bit_or(n), bit_xor(n), stddev(n), var_pop(v), corr(f, n), covar_pop(f, n), regr_slope(f, n) FROM s;
SELECT json_agg(n ORDER BY n), jsonb_agg(kind ORDER BY n), json_object_agg(n, kind ORDER BY n) FILTER (WHERE n IS NOT NULL) FROM s;
SELECT sum(n), count(*), max(kind), array_agg(n), bool_and(ok) FROM s WHERE false;
SELECT city, sum(n) AS total FROM s GROUP BY city HAVING sum(n) > 2 ORDER BY total DESC;
SELECT city, sum(n) AS total FROM s GROUP BY city HAVING total > 2;
SELECT sum(n) AS total FROM s ORDER BY total + 1;
SELECT city FROM s GROUP BY city ORDER BY sum(n) NULLS FIRST, city;
SELECT 1 FROM s HAVING count(*) > 1;
SELECT 1 FROM s HAVING n > 1;
SELECT 1 HAVING true;
-- gap: not yet
SELECT 1 HAVING 1;
SELECT 1 HAVING 'x';
SELECT sum(n) + 1, -sum(n), sum(n + 1) * 2, sum(n) / count(*) FROM s;
SELECT DISTINCT city FROM s ORDER BY city;
SELECT DISTINCT city FROM s ORDER BY n;
SELECT DISTINCT city, kind FROM s ORDER BY kind, city;
SELECT DISTINCT lower(city) FROM s ORDER BY lower(city);
SELECT DISTINCT lower(city) FROM s ORDER BY city;
SELECT DISTINCT ON (city) city, n FROM s ORDER BY city, n DESC;
-- gap: not yet
SELECT DISTINCT ON (city) city, n FROM s ORDER BY n;
SELECT DISTINCT ON (city, kind) city, kind, n FROM s ORDER BY kind, city, n;
SELECT DISTINCT ON (1) city, n FROM s ORDER BY 1, 2;
SELECT DISTINCT ON (9) city FROM s;
SELECT DISTINCT ON () city FROM s;
SELECT DISTINCT ON (lower(city)) lower(city) AS l, n FROM s ORDER BY l, n;
SELECT DISTINCT ON (nope) city FROM s;
-- gap: not yet
SELECT DISTINCT ON (count(*)) city FROM s GROUP BY city;
-- gap: not yet
SELECT DISTINCT '{}'::json;
-- gap: not yet
SELECT '{}'::json GROUP BY 1;
-- gap: not yet
SELECT '{}'::json AS j ORDER BY j;
SELECT '{}'::json = '{}'::json;
SELECT count(*) FROM s GROUP BY city, city ORDER BY 1;
SELECT k.id, k.name, count(*) FROM (SELECT 1 AS id, 'n' AS name) k GROUP BY k.id;
CREATE TABLE pk (id int PRIMARY KEY, name text, u int UNIQUE);
INSERT INTO pk VALUES (1, 'one', 5), (2, 'two', 6);
SELECT id, name, count(*) FROM pk GROUP BY id ORDER BY id;
SELECT * FROM pk GROUP BY id ORDER BY id;
SELECT p.name, count(*) FROM pk p JOIN s ON s.n = p.id GROUP BY p.id ORDER BY 1;
SELECT name FROM pk GROUP BY u;
SELECT name FROM pk GROUP BY GROUPING SETS ((id), ());
SELECT name FROM pk GROUP BY id HAVING u > 5;
SELECT name FROM (SELECT * FROM pk) q GROUP BY id;
