-- exact
-- Names of columns, identifiers, literals, operators, comments.
SELECT 1, 'a', NULL, true, 1.5, -1, +1, NOT true, 1 + 1, 'a' || 'b';
SELECT CASE WHEN true THEN 1 END, CASE WHEN true THEN 1 ELSE 2 END, CASE 1 WHEN 1 THEN 2 END;
SELECT CASE WHEN true THEN x END FROM (SELECT 1 AS x) q;
SELECT CASE WHEN true THEN 1 ELSE x END FROM (SELECT 1 AS x) q;
SELECT COALESCE(1, 2), NULLIF(1, 2), GREATEST(1, 2), LEAST(1, 2), ARRAY[1], ROW(1), (1, 2), EXISTS (SELECT 1), (SELECT 1), (SELECT 1 AS z), ARRAY(SELECT 1 AS q);
SELECT 1::int, 1::numeric(5, 2), 'x'::varchar(5), CAST(1 AS bigint), int '1', date '2024-01-01', '1'::double precision, 'x'::char, interval '1 day', timestamp '2024-01-01', 1::pg_catalog.int4;
SELECT x::text, x::int::text, (x)::text, CAST(x AS text) FROM (SELECT 1 AS x) q;
SELECT (ARRAY[1, 2])[1], (x)[1], x[1], x[1:2] FROM (SELECT ARRAY[1, 2] AS x) q;
SELECT (q).x, q.x, q FROM (SELECT 1 AS x) q;
SELECT current_date IS NULL, current_date - current_date, current_user = current_user;
SELECT lower('A'), pg_catalog.lower('A'), count(*), sum(1), max(2), substring('abc' FROM 1 FOR 2), trim('a '), trim(LEADING 'x' FROM 'xa'), extract(year FROM date '2024-01-01'), position('a' IN 'ba'), overlay('abc' PLACING 'x' FROM 1), date_part('year', date '2024-01-01');
SELECT 1 IN (1, 2), 1 BETWEEN 0 AND 2, 1 = ANY (ARRAY[1]), 'a' LIKE 'b', 1 IS NULL, 1 IS DISTINCT FROM 2, true IS TRUE, 1 < 2;
SELECT localtime(0) IS NULL, localtimestamp IS NULL, current_time IS NULL;
SELECT current_schema, current_catalog IS NULL, session_user = user;
SELECT 'a' COLLATE "C", now() AT TIME ZONE 'UTC' IS NULL, timestamp '2024-01-01 00:00' AT TIME ZONE 'UTC';
SELECT normalize('a'), 'a' IS NORMALIZED, xmlconcat FROM (SELECT 1 AS xmlconcat) q;
SELECT generate_series(1, 1), unnest(ARRAY[1]), json_build_object('a', 1) ->> 'a';
SELECT 1 AS "Mixed Case", 2 AS mixedCase, 3 AS "select", 4 AS select, 5 "with space", 6 value, 7 AS from;
SELECT 1 select;
SELECT 1 from;
SELECT 1 year;
SELECT 1 AS year, 2 name, 3 AS char, 4 row;
SELECT 1 char;
SELECT 1 over;
-- gap: not yet
SELECT 1 in;
SELECT 1 not;
SELECT 1 isnull;
SELECT 1 notnull;
SELECT 1 end, 2 case;
SELECT 1 array;
SELECT 1 as;
SELECT 1 day;
-- gap: not yet
SELECT 1 collate;
SELECT "X" FROM (SELECT 1 AS "X") q;
SELECT X FROM (SELECT 1 AS "X") q;
SELECT "x" FROM (SELECT 1 AS X) q;
SELECT "a""b" FROM (SELECT 1 AS "a""b") q;
SELECT U&"d\0061t\+000061" FROM (SELECT 1 AS data) q;
SELECT U&"d!0061ta" UESCAPE '!' FROM (SELECT 1 AS data) q;
SELECT U&'d\0061t\+000061', U&'d!0061ta' UESCAPE '!', U&'\\', U&'a''b';
SELECT U&'\006';
SELECT U&'\zzzz';
SELECT U&'\D800';
SELECT U&'\D83D\DE00';
SELECT U&'\+110000';
SELECT U&'a' UESCAPE '+';
SELECT U&'a' UESCAPE 5;
SELECT "";
SELECT 1 AS "";
SELECT 'it''s', E'a\tb\n\\', E'\x41\101\u0041\U00000041', E'\'', 'a\b';
SELECT E'\u00';
SELECT E'\U0000004';
SELECT E'\uD800';
SELECT E'\U00110000';
SELECT E'\xg';
SELECT E'\400';
SELECT E'\000';
SELECT E'\q', E'a\
b';
SELECT 'foo'
'bar', 'x' -- comment
'y';
SELECT 'foo' 'bar';
SELECT 'foo' /* c */ 'bar';
SELECT E'a\x41'
'b\n';
SELECT $$a'b$$, $t$a$$b$t$, $T$x$t$ $T$, $_1$y$_1$;
SELECT /* a /* b */ c */ 1 -- x
;
SELECT 1 /* ; */ + /* -- */ 2;
SELECT B'101', b'', X'1F', B'12', X'1G';
SELECT B'12';
SELECT B'1'
'01';
SELECT 1, 12345678901, 123456789012345678901234567890, 1.5, .5, 5., 1e3, 1.5e-3, 1E+2, 0.1e1;
SELECT 2147483647, 2147483648, 9223372036854775807, 9223372036854775808, pg_typeof(9223372036854775808), pg_typeof(1e3), pg_typeof(.5);
SELECT 1e;
SELECT 1e+;
SELECT 1a;
SELECT 1_000;
-- differs: SQLite's hexadecimal numbers
SELECT 0x1F;
SELECT 0b1;
SELECT 1.2.3;
SELECT 1..2;
SELECT 1.a;
SELECT 123abc456;
SELECT 1e5x;
SELECT .5x;
SELECT 2 + 3 * 4, (2 + 3) * 4, 2 ^ 3 ^ 2, -2 ^ 2, - 2 ^ 2, 10 - 3 - 2, 100 / 10 / 5, 7 % 4 * 2, 2 * 7 % 4;
SELECT NOT true OR true, NOT (true OR true), true OR false AND false, NOT 1 = 2, 1 = 1 IS TRUE, NOT true = false;
SELECT 1 < 2 = true, 1 <> 2, 1 != 2, 5 IS NOT NULL AND 3 > 2, 'a' || 1 + 2, 1 + 2 || 'a';
SELECT 1 < 2 < 3;
SELECT 1 = 2 = 3;
SELECT 1 < 2 > true;
SELECT 1 BETWEEN 0 AND 2 AND true, 1 NOT BETWEEN 2 AND 3, 1 BETWEEN SYMMETRIC 2 AND 0;
SELECT 1 BETWEEN 0 AND 2 BETWEEN false AND true;
SELECT 'a' LIKE 'a' LIKE 't';
SELECT 'abc' LIKE 'a%' || 'c', 'a' || 'b' LIKE 'ab', 'x' NOT LIKE 'y', 'X' ILIKE 'x', 'a_c' LIKE 'a!_c' ESCAPE '!', 'abc' SIMILAR TO 'a(b|c)+', 'abc' ~ '^a', 'abc' !~* 'B';
SELECT 1 IS NULL IS NOT NULL, true IS NOT FALSE IS UNKNOWN, NULL ISNULL, 1 NOTNULL;
SELECT - - 1, + - + 1, -(-1), ~ 1, @ -5, |/ 4, ||/ 27, 5 !~ 3;
SELECT 2 OPERATOR(pg_catalog.+) 3 * 4, OPERATOR(pg_catalog.-) 3;
-- gap: not yet
SELECT 1 OPERATOR(pg_catalog.@@@) 2;
SELECT 1 @@@ 2;
SELECT 1 +;
SELECT + ;
SELECT 1 ++ 2;
SELECT 1 +- 2, 1 --2
;
SELECT 1 <= 2, 1 >= 2, 1 =< 2;
SELECT 1 => 2;
-- gap: not yet
SELECT 'a' AT TIME ZONE 'b';
SELECT ARRAY[1, 2] || 3, 3 || ARRAY[1], ARRAY[[1, 2], [3, 4]][1][2], ARRAY[1, 'a'];
SELECT ARRAY[];
-- gap: not yet
SELECT ARRAY[]::int[], '{}'::int[], ARRAY[NULL], ARRAY[[]]::int[];
SELECT ARRAY[[1], [2, 3]];
-- gap: not yet
SELECT ARRAY[1, [2]];
SELECT a.b.c.d.e;
SELECT abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz.x FROM (SELECT 1 AS x) abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz;
SELECT 1 AS abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz;
SELECT 1; 
SELEC 1;
SELECT 1 FORM t;
SELECT * FROM;
SELECT FROM WHERE true;
SELECT , 1;
SELECT 1,;
SELECT 1 1;
SELECT (1;
SELECT 1);
SELECT [1];
SELECT {1};
SELECT #1;
SELECT 1 \ 2;
SELECT * * FROM (SELECT 1) q;
SELECT 1 WHERE;
SELECT 1 GROUP;
SELECT 1 ORDER;
SELECT 1 LIMIT;
SELECT ALL 1, DISTINCT 2;
SELECT DISTINCT ALL 1;
SELECT CASE;
SELECT CASE END;
SELECT CASE WHEN true END;
SELECT CASE 1 ELSE 2 END;
SELECT CAST(1);
SELECT CAST(1, int);
SELECT 1::;
SELECT 1::nope;
-- gap: not yet
SELECT 1::nope.int;
SELECT 1::int(5);
SELECT 1::numeric(0);
SELECT 1::numeric(1001);
SELECT 1::numeric(5, 3, 1);
SELECT 'x'::varchar(0);
SELECT 'x'::varchar(a);
-- gap: not yet
SELECT 'x'::text(5);
SELECT '1'::timestamp(9);
SELECT '2024-01-01'::timestamp(9) WITH TIME ZONE;
SELECT extract(nope FROM date '2024-01-01');
SELECT extract(year, date '2024-01-01');
SELECT substring('abc' FROM);
SELECT position('a', 'b');
SELECT trim(FROM 'x'), trim(BOTH FROM ' x '), trim('x', 'x');
SELECT coalesce();
SELECT nullif(1);
SELECT nullif(1, 2, 3);
SELECT greatest();
SELECT exists(1);
SELECT exists SELECT 1;
SELECT row(1) (2);
SELECT not;
SELECT null null;
SELECT default;
SELECT 1 = default;
SELECT current_date();
SELECT current_timestamp(7) IS NULL;
SELECT current_timestamp('x');
SELECT 'abc
