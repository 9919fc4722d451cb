-- Arrays.
SELECT '{1,2,3}'::int[], '{}'::int[], '{NULL,1}'::int[], '{{1,2},{3,4}}'::int[], '{"a b",c,"d\"e",NULL,"NULL",""}'::text[], '[2:4]={1,2,3}'::int[], '[0:1][1:2]={{1,2},{3,4}}'::int[], '{ 1 , 2 }'::int[], ARRAY[1,2]::text[], ARRAY[1.5,2]::int[];
SELECT '{1,2'::int[];
SELECT '{1,{2}}'::int[];
SELECT '{{1},{2,3}}'::int[];
SELECT '1,2'::int[];
SELECT '{1,}'::int[];
SELECT '{a}'::int[];
SELECT '[1:2]={1}'::int[];
SELECT '{1}x'::int[];
SELECT '[2:1]={}'::int[];
-- gap: answers 42P18 cannot determine type of empty array
SELECT ARRAY[]::int[], ARRAY[NULL]::int[], ARRAY[[1,2],[3,4]], ARRAY[ARRAY[1],ARRAY[2]], ARRAY(SELECT generate_series(1,3)), ARRAY(SELECT ARRAY[x] FROM generate_series(1,2) x), ARRAY[1,2.5,NULL], ARRAY['a','b'], ARRAY[[]]::int[];
SELECT ARRAY[];
SELECT ARRAY[[1,2],[3]];
SELECT ARRAY[1,'a'];
SELECT ARRAY[1, true];
SELECT (ARRAY[1,2,3])[2], (ARRAY[1,2,3])[0], (ARRAY[1,2,3])[2:3], (ARRAY[1,2,3])[:2], (ARRAY[1,2,3])[2:], (ARRAY[1,2,3])[:], (ARRAY[[1,2],[3,4]])[2][1], (ARRAY[[1,2],[3,4]])[1], (ARRAY[[1,2],[3,4]])[1:1], (ARRAY[[1,2],[3,4]])[1:2][2], (ARRAY[[1,2],[3,4]])[2:2][1:1], ('[5:7]={1,2,3}'::int[])[6], ('[5:7]={1,2,3}'::int[])[5:6], (ARRAY[1,2,3])[3:1], (ARRAY[1,2])[NULL];
-- gap: answers 22P02 invalid input syntax for type bigint: "a"
SELECT (ARRAY[1,2])['a'];
SELECT (5)[1];
SELECT ('a'::text)[1];
SELECT ARRAY[1,2] || 3, 0 || ARRAY[1,2], ARRAY[1] || ARRAY[2,3], ARRAY[1,2] || NULL, NULL || ARRAY[1], ARRAY[[1,2]] || ARRAY[3,4], ARRAY[[1,2]] || ARRAY[[3,4]], '{1}' || ARRAY[2], ARRAY[1] || '{2,3}', ARRAY[1,2] || 2.5, ARRAY[]::int[] || 1, ARRAY['a'] || 'b'::text;
SELECT ARRAY['a'] || 'b';
SELECT ARRAY[[1,2]] || ARRAY[3,4,5];
SELECT array_append(ARRAY[1], 2), array_prepend(0, ARRAY[1]), array_cat(ARRAY[1], ARRAY[2]), array_append(NULL::int[], 1), array_append(ARRAY[1], NULL), array_remove(ARRAY[1,2,1], 1), array_replace(ARRAY[1,2,1], 1, 9), array_remove(ARRAY[1,NULL], NULL), array_replace(ARRAY[1,NULL], NULL, 0);
SELECT array_append(ARRAY[[1]], 2);
SELECT array_remove(ARRAY[[1]], 1);
SELECT array_length(ARRAY[1,2], 1), array_length(ARRAY[1,2], 2), array_length(ARRAY[]::int[], 1), cardinality(ARRAY[[1,2],[3,4]]), cardinality(ARRAY[]::int[]), array_ndims(ARRAY[[1]]), array_ndims(ARRAY[]::int[]), array_dims('[2:3]={1,2}'::int[]), array_lower('[2:3]={1,2}'::int[], 1), array_upper('[2:3]={1,2}'::int[], 1), array_dims(ARRAY[[1,2],[3,4]]);
SELECT array_position(ARRAY['a','b','a'], 'a'), array_position(ARRAY['a','b','a'], 'a', 2), array_positions(ARRAY[1,2,1], 1), array_position(ARRAY[1,NULL], NULL), array_positions(ARRAY[1,2], 5), array_position('[3:4]={1,2}'::int[], 2);
SELECT array_position(ARRAY[[1]], 1);
SELECT array_fill(7, ARRAY[3]), array_fill(0, ARRAY[2,2]), array_fill(1, ARRAY[2], ARRAY[5]), array_fill('x'::text, ARRAY[0]), array_fill(NULL::int, ARRAY[2]);
SELECT array_fill(1, ARRAY[NULL]::int[]);
-- gap: answers 54000 array size exceeds the maximum allowed (26843545)
SELECT array_fill(1, ARRAY[-1]);
SELECT trim_array(ARRAY[1,2,3], 2), trim_array(ARRAY[1,2], 0);
SELECT trim_array(ARRAY[1,2], 3);
SELECT ARRAY[1,2] @> ARRAY[1], ARRAY[1] <@ ARRAY[1,2], ARRAY[1,2] && ARRAY[2,3], ARRAY[1,2] @> ARRAY[]::int[], ARRAY[NULL]::int[] @> ARRAY[NULL]::int[], ARRAY[1,1] <@ ARRAY[1], ARRAY[1,2] && ARRAY[]::int[];
SELECT ARRAY[1,2] = ARRAY[1,2], ARRAY[1,2] < ARRAY[1,3], ARRAY[1] < ARRAY[1,0], ARRAY[1,NULL] = ARRAY[1,NULL], ARRAY[[1,2]] = ARRAY[1,2], ARRAY[NULL]::int[] > ARRAY[1], ARRAY['a'] <> ARRAY['b'], ARRAY[1,2] >= ARRAY[1];
SELECT ARRAY[1] = ARRAY['a'];
SELECT ARRAY[1] = ARRAY[1.0];
SELECT unnest(ARRAY[1,2]), unnest(ARRAY['a','b','c']);
SELECT * FROM unnest(ARRAY[1,2], ARRAY['a','b','c']) AS t(a, b);
SELECT * FROM unnest(ARRAY[[1,2],[3,4]]) WITH ORDINALITY;
SELECT unnest('{}'::int[]);
SELECT unnest(NULL::int[]);
SELECT generate_subscripts(ARRAY[[1,2],[3,4]], 2), generate_subscripts('[3:4]={1,2}'::int[], 1), generate_subscripts(ARRAY[1,2], 1, true);
-- gap: answers 42883 function array_to_tsvector(text[]) does not exist
SELECT array_to_string(ARRAY[1,2,NULL], ','), array_to_json(ARRAY[[1,2],[3,4]]), array_to_json(ARRAY['a',NULL]), to_json(ARRAY[1.5]), array_to_tsvector(ARRAY['a']) IS NULL;
SELECT array_agg(x), array_agg(x ORDER BY x DESC), array_agg(DISTINCT x), array_agg(x) FILTER (WHERE x > 1) FROM (VALUES (1), (2), (2), (NULL)) t(x);
SELECT array_agg(x) FROM (VALUES (ARRAY[1,2]), (ARRAY[3,4])) t(x);
SELECT array_agg(x) FROM (VALUES (ARRAY[1,2]), (ARRAY[3])) t(x);
SELECT array_agg(x) FROM (VALUES (NULL::int[])) t(x);
SELECT array_agg(x) FROM generate_series(1, 0) x;
SELECT 2 = ANY(ARRAY[1,2]), 2 = ANY(ARRAY[1,NULL]), 2 = ANY(NULL::int[]), 2 <> ALL(ARRAY[1,3]), 2 < ALL('{}'::int[]), 'a' = ANY('{a,b}'), 1 = ANY('{1,2}'), 3 > SOME(ARRAY[1,5]), NULL = ANY(ARRAY[1]), 2 = ALL(ARRAY[2,NULL]);
SELECT 1 = ANY(5);
SELECT 1 = ANY('a');
SELECT 'a' = ANY(ARRAY[1]);
CREATE TABLE a (id int PRIMARY KEY, v int[], m text[][], n numeric(5,2)[]);
INSERT INTO a VALUES (1, '{1,2,3}', '{{a,b},{c,d}}', '{1.234}'), (2, NULL, NULL, NULL);
UPDATE a SET v[2] = 20, n[2] = 5 WHERE id = 1;
SELECT * FROM a ORDER BY id;
UPDATE a SET v[5] = 50, v[1:2] = '{8,9}' WHERE id = 1;
SELECT v FROM a ORDER BY id;
UPDATE a SET v[3] = 1, m[1][1] = 'q' WHERE id = 2;
SELECT * FROM a ORDER BY id;
UPDATE a SET v[-1] = 7 WHERE id = 2;
SELECT v, array_dims(v) FROM a ORDER BY id;
UPDATE a SET v[1:3] = ARRAY[1] WHERE id = 1;
-- gap: answers 22P02 invalid input syntax for type bigint: "a"
UPDATE a SET v['a'] = 1;
UPDATE a SET v[NULL] = 1;
UPDATE a SET m[1] = 'x' WHERE id = 1;
UPDATE a SET id[1] = 5;
INSERT INTO a (id, v[1], v[2]) VALUES (3, 5, 6);
SELECT v FROM a WHERE id = 3;
SELECT v[1:2], v[2], m[1:1], pg_typeof(v[1]), pg_typeof(v[1:2]), pg_typeof(n[1]), n FROM a WHERE id = 1;
SELECT id FROM a WHERE 5 = ANY(v);
SELECT pg_typeof(ARRAY[1,2]), pg_typeof(ARRAY[1,2.5]), pg_typeof(ARRAY['a']), pg_typeof(ARRAY[NULL]), pg_typeof('{1}'::int2[]), pg_typeof(ARRAY[1::int2, 2::int8]), pg_typeof(array_agg(1)), pg_typeof(ARRAY[ROW(1,2)]);
SELECT ARRAY[ROW(1,'a'),ROW(2,'b')], ARRAY[DATE '2024-01-01'], ARRAY[TIMESTAMP '2024-01-01 10:00'], ARRAY[true,false], ARRAY['{"a": 1}'::jsonb], ARRAY[1.50, NULL], ARRAY['\x01'::bytea], ARRAY[interval '1 day 2 hours'], ARRAY['a,b', 'c"d', 'e\f', '{', ' ', 'null'];
SELECT array_larger(ARRAY[1], ARRAY[2]), array_eq(ARRAY[1], ARRAY[1]), max(x), min(x) FROM (VALUES (ARRAY[1,2]), (ARRAY[1,3])) t(x);
-- gap: another result
SELECT (SELECT ARRAY[1,2,3])[2], (ARRAY(SELECT 5))[1], ((ARRAY[ROW(1,2)])[1]).f1;
SELECT array_sample(ARRAY[1,2], 1);
SELECT array_shuffle(ARRAY[1,2]);
SELECT x[1] FROM (SELECT '{1,2}'::int[] AS x) t WHERE x[2] = 2 ORDER BY x;
SELECT ARRAY[1,2,3] - 1;
SELECT sort_array(ARRAY[2,1]);
-- gap: answers 22001 value too long for type character varying(2)
SELECT string_to_array('a|b', '|')::varchar(1)[], '{abc}'::varchar(2)[], '{1.239}'::numeric(3,2)[], ARRAY[1,2]::int8[] = ARRAY[1,2]::int8[];
SELECT row_to_json(t) FROM (SELECT ARRAY[1,2] AS a, ARRAY[[1],[2]] AS b) t;
SELECT i, j FROM unnest(ARRAY[3,1,2]) WITH ORDINALITY AS t(i, j) ORDER BY i;
SELECT * FROM ROWS FROM (generate_series(1, 3), unnest(ARRAY['a','b'])) WITH ORDINALITY AS t(a, b, c);
-- gap: answers 42883 function array_in(unknown, integer, integer) does not exist
SELECT array_in('{1}', 23, -1), array_out(ARRAY[1]);
