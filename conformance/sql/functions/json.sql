-- json and jsonb.
SELECT '{"a": 1, "b":[1,2]}'::json, '{"b": 1, "a": 2, "b": 3}'::jsonb, ' [1, 2.50, 1e2, -0, "x\u00e9", null, true] '::jsonb, '"a"'::jsonb, '1'::json, 'null'::jsonb, '{}'::jsonb, '[]'::jsonb, '"\t\u0041"'::jsonb, '{"aa":1,"b":2}'::jsonb, '1.0'::jsonb, '1E5'::jsonb, '[[],{}]'::jsonb;
SELECT '{a:1}'::json;
SELECT '{"a":1'::json;
SELECT '[1,]'::jsonb;
SELECT '{"a" 1}'::jsonb;
SELECT ''::json;
SELECT 'nul'::json;
SELECT '"\u00"'::json;
SELECT '"\u0000"'::jsonb;
SELECT '"\ud800"'::jsonb;
SELECT '01'::json;
SELECT '1 2'::json;
SELECT '"abc'::json;
SELECT '{"a":1}'::jsonb -> 'a', '{"a":1}'::jsonb ->> 'a', '[1,2]'::jsonb -> 1, '[1,2]'::jsonb -> -1, '[1,2]'::jsonb ->> 5, '{"a":{"b":[1,{"c":2}]}}'::jsonb #> '{a,b,1,c}', '{"a":{"b":2}}'::json #>> '{a,b}', '{"a":null}'::jsonb -> 'a', '{"a":null}'::jsonb ->> 'a', '{"a":"x"}'::json -> 'a', '"x"'::jsonb #>> '{}', '[1]'::jsonb -> 'a', '{"a":1}'::json -> 0;
SELECT '{"a":1,"b":2}'::jsonb @> '{"a":1}', '[1,2,[1]]'::jsonb @> '[1]', '{"a":1}'::jsonb <@ '{"a":1,"b":2}', '{"a":1}'::jsonb ? 'a', '["a","b"]'::jsonb ? 'a', '{"a":1,"b":2}'::jsonb ?| array['c','a'], '{"a":1,"b":2}'::jsonb ?& array['a','b'], '"a"'::jsonb ? 'a', '[1,2]'::jsonb @> '1', '{"a":[1,2]}'::jsonb @> '{"a":[2]}';
SELECT '{"a":1}'::jsonb || '{"b":2}', '[1]'::jsonb || '[2]', '[1]'::jsonb || '2', '1'::jsonb || '2', '{"a":1}'::jsonb || '[1]', '{"a":1,"b":2}'::jsonb - 'a', '["a","b"]'::jsonb - 'a', '[1,2,3]'::jsonb - 1, '[1,2,3]'::jsonb - -1, '{"a":1,"b":2}'::jsonb - '{a,b}'::text[], '{"a":{"b":1,"c":2}}'::jsonb #- '{a,b}', '[1,[2,3]]'::jsonb #- '{1,0}';
SELECT '{"a":1}'::jsonb || '1';
SELECT '{"a":1}'::jsonb - 1;
SELECT '1'::jsonb - 'a';
SELECT '1'::jsonb - 1;
SELECT '{"a":1}'::json || '{"b":1}'::json;
SELECT '{"a":1}'::json = '{"a":1}'::json;
SELECT '{"a":1}'::jsonb = '{"a":1.0}'::jsonb, '[1,2]'::jsonb < '[1,3]', '{"a":1}'::jsonb > '[1]', '"a"'::jsonb < '1', 'null'::jsonb < 'false', '[]'::jsonb < 'null', '{"a":1}'::jsonb < '{"b":1}', '{"a":1,"b":1}'::jsonb > '{"c":1}';
SELECT jsonb_typeof('1'), jsonb_typeof('"a"'), jsonb_typeof('null'), jsonb_typeof('[]'), jsonb_typeof('{}'), jsonb_typeof('true'), json_typeof(' [1]'), jsonb_array_length('[1,2]'), json_array_length('[]'), jsonb_pretty('{"a":[1,{"b":2}],"c":{}}'), jsonb_strip_nulls('{"a":null,"b":{"c":null},"d":[null]}'), json_strip_nulls('{"a": null, "b": [1, null]}');
SELECT jsonb_array_length('{}');
SELECT json_array_length('1');
SELECT jsonb_set('{"a":1}', '{b}', '2'), jsonb_set('{"a":1}', '{b}', '2', false), jsonb_set('[1,2]', '{0}', '9'), jsonb_set('[1,2]', '{5}', '9'), jsonb_set('[1,2]', '{-5}', '9'), jsonb_set('{"a":{"b":1}}', '{a,b}', '"x"'), jsonb_set('{"a":1}', '{a,b}', '2'), jsonb_set('{"a":1}', '{}', '2'), jsonb_insert('[1,2]', '{1}', '9'), jsonb_insert('[1,2]', '{1}', '9', true), jsonb_insert('{"a":1}', '{b}', '2'), jsonb_set_lax('{"a":1}', '{a}', NULL), jsonb_set_lax('{"a":1}', '{a}', NULL, true, 'delete_key'), jsonb_set_lax('{"a":1}', '{a}', NULL, true, 'return_target'), jsonb_set('{"a":1}', NULL, '2');
SELECT jsonb_insert('{"a":1}', '{a}', '2');
SELECT jsonb_set('1', '{a}', '2');
SELECT jsonb_set('[1]', '{a}', '2');
SELECT jsonb_set_lax('{"a":1}', '{a}', NULL, true, 'raise_exception');
SELECT jsonb_set_lax('{"a":1}', '{a}', NULL, true, 'foo');
SELECT json_build_object('a', 1, 'b', NULL, 'c', ARRAY[1,2]), json_build_array(1, 'a', NULL, true, 1.50), jsonb_build_object('a', DATE '2024-01-01', 'b', TIMESTAMP '2024-01-01 10:00', 'c', row(1,'x')), jsonb_build_array(), json_build_object(), json_object('{a,1,b,2}'), json_object('{{a,1},{b,2}}'), json_object('{a,b}', '{1,2}'), jsonb_object('{a,NULL}'), to_json('a"b'::text), to_jsonb(1.50), to_jsonb(TIMESTAMPTZ '2024-01-01 10:00+00'), to_json(NULL::int), to_jsonb('{"a":1}'::json), to_json(row(1,'a',NULL)), to_jsonb('NaN'::float8), to_jsonb(interval '1 day'), to_json('\x01'::bytea), to_jsonb('{1,2}'::int[]);
SELECT json_build_object('a');
SELECT json_build_object(NULL, 1);
SELECT jsonb_build_object(ARRAY[1], 1);
SELECT json_object('{a}');
SELECT json_object('{a,b}', '{1}');
SELECT json_object('{NULL,1}');
SELECT * FROM json_each('{"a":1,"b":"x","c":null}');
SELECT * FROM jsonb_each_text('{"a":1,"b":"x","c":null}');
SELECT * FROM jsonb_array_elements('[1,"a",null]');
SELECT * FROM json_array_elements_text('[1,"a",null,{"b":1}]') WITH ORDINALITY;
SELECT jsonb_object_keys('{"b":1,"a":2}');
SELECT * FROM json_object_keys('{"b":1,"a":2,"b":3}');
SELECT * FROM jsonb_array_elements('{}');
SELECT * FROM jsonb_each('[]');
SELECT jsonb_object_keys('[]');
CREATE TYPE jt AS (a int, b text, c int[]);
SELECT * FROM json_populate_record(NULL::jt, '{"a":1,"b":"x","c":[1,2]}');
SELECT * FROM jsonb_populate_record(ROW(5,'d',NULL)::jt, '{"b":7}');
SELECT * FROM json_populate_recordset(NULL::jt, '[{"a":1},{"b":"y","c":"{3}"}]');
SELECT * FROM json_to_record('{"a":1,"b":[1,2],"c":{"x":1}}') AS x(a int, b int[], c jsonb, d text);
SELECT * FROM jsonb_to_recordset('[{"a":1,"b":"foo"},{"a":"2","c":"bar"}]') AS x(a int, b text);
SELECT json_populate_record(NULL::jt, '{"a":"x"}');
SELECT * FROM json_to_record('[1]') AS x(a int);
SELECT * FROM json_populate_record(NULL::jt, '{"c":5}');
SELECT json_populate_record(NULL::jt, '{"a":1}'), (jsonb_populate_record(NULL::jt, '{"a":1}')).a;
SELECT * FROM json_to_record('{"a":1}');
SELECT json_agg(x), jsonb_agg(x), json_agg(x ORDER BY x DESC), json_object_agg(x, x*2), jsonb_object_agg(x, x) FROM (VALUES (1),(2)) t(x);
SELECT jsonb_object_agg(NULL, 1);
SELECT json_object_agg(x, 1) FROM (VALUES (NULL::text)) t(x);
SELECT json_agg(t), jsonb_agg(t) FROM (VALUES (1,'a'),(2,NULL)) t(x, y);
SELECT row_to_json(t), row_to_json(t, true), to_jsonb(t) FROM (VALUES (1,'a')) t(x, y);
SELECT json_agg(x) FROM generate_series(1,0) x;
-- gap: another result
SELECT ('{"a":[1,{"b":2}]}'::jsonb)['a'], ('{"a":[1,{"b":2}]}'::jsonb)['a'][1]['b'], ('[1,2]'::jsonb)[0], ('[1,2]'::jsonb)[-1], ('{"a":1}'::jsonb)['x'], ('[1,2]'::jsonb)['1'];
SELECT ('[1,2]'::json)[0];
-- gap: answers 42883 operator does not exist: jsonb -> numeric
SELECT ('[1,2]'::jsonb)[1.5];
SELECT ('[1,2]'::jsonb)[0:1];
CREATE TABLE j (id int, d jsonb);
INSERT INTO j VALUES (1, '{"a":1}'), (2, NULL), (3, '[]'), (4, '5');
UPDATE j SET d['b'] = '2' WHERE id = 1;
-- gap: answers 0A000 assignment to this part of column "d" is not supported
UPDATE j SET d['a']['c'] = '1' WHERE id = 2;
UPDATE j SET d[2] = '"x"' WHERE id = 3;
-- gap: another result
SELECT * FROM j ORDER BY id;
-- gap: answers 22023 cannot set path in scalar
UPDATE j SET d['a'] = '1' WHERE id = 4;
-- gap: answers 0A000 assignment to this part of column "d" is not supported
UPDATE j SET d['a']['x'] = '1' WHERE id = 1;
SELECT '1'::jsonb::int, '1.5'::jsonb::numeric, 'true'::jsonb::bool, '"5"'::jsonb #>> '{}', '1.5'::jsonb::int, '1e2'::jsonb::float8, '5'::jsonb::int8, '7'::jsonb::int2;
SELECT '"5"'::jsonb::int;
SELECT 'null'::jsonb::int;
SELECT '[1]'::jsonb::numeric;
SELECT '1'::jsonb::bool;
SELECT '1'::json::int;
SELECT '{"a":1}'::json::jsonb, '{"a":1}'::jsonb::json, '{"a":1}'::jsonb::text, '{"a": 1}'::text::jsonb;
SELECT jsonb_path_query('{"a":[1,2,3]}', '$.a[*] ? (@ > 1)');
SELECT jsonb_path_query_array('{"a":[1,2,3]}', '$.a[*] * 2'), jsonb_path_query_first('{"a":[1,2,3]}', '$.a.size()'), jsonb_path_exists('{"a":1}', '$.b'), jsonb_path_match('{"a":1}', '$.a == 1'), '{"a":1}'::jsonb @? '$.a', '{"a":1}'::jsonb @@ '$.a > 0', jsonb_path_query_array('[1,"a",null,true,{}]', '$[*].type()'), jsonb_path_query_array('{"a":1,"b":2}', '$.*'), jsonb_path_query_array('{"a":{"b":{"c":1}}}', '$.**.c'), jsonb_path_query_array('[1,2,3,4,5]', '$[1 to 3]'), jsonb_path_query_array('[1,2,3]', '$[last]'), jsonb_path_query_array('{"a":5}', '$.a + $x', '{"x":3}'), jsonb_path_query_array('[1.7,-1.2]', '$[*].floor()'), jsonb_path_query_array('["1.5"]', '$[*].double()'), jsonb_path_query_array('{"a":1}', '$.keyvalue()'), jsonb_path_query_array('["abc","Abd"]', '$[*] ? (@ like_regex "^ab" flag "i")'), jsonb_path_query_array('["abc","xbd"]', '$[*] ? (@ starts with "ab")'), jsonb_path_query_array('[{"a":1},{"b":2}]', '$[*] ? (exists (@.a))'), jsonb_path_query_array('[1,"a"]', '$[*] ? ((@ > 0) is unknown)'), jsonb_path_query_array('["2024-01-01"]', '$[*].datetime()'), jsonb_path_query_array('[5]', '-$[0]'), jsonb_path_query_array('[7]', '$[0] % 4');
SELECT jsonb_path_query('{"a":1}', 'strict $.b');
SELECT jsonb_path_query('{"a":1}', '$.a.b.c');
SELECT jsonb_path_query('1', '$ +');
SELECT jsonb_path_query('[1]', 'strict $.a');
SELECT jsonb_path_query('{"a":"x"}', '$.a + 1');
SELECT jsonb_path_query('{"a":1}', '$.a / 0');
SELECT jsonb_path_match('{"a":1}', '$.a');
SELECT jsonb_path_query('{"a":1}', '$.a ? (@ > $x)');
SELECT jsonb_path_query('{"a":1}', 'strict $.b', '{}', true);
-- gap: another result
SELECT '$.a[*] ? (@.b > 1 && !(@.c == "x"))'::jsonpath, 'strict $."a b"'::jsonpath, '$.a[1, 2 to last]'::jsonpath, '$.**{2 to 3}'::jsonpath, '($.a + 2) * 3'::jsonpath, '$ ? (@ like_regex "a" flag "iq")'::jsonpath, '$.datetime("YYYY")'::jsonpath, 'exists($.a)'::jsonpath, '-1'::jsonpath, '"a\nb"'::jsonpath, '$x.y'::jsonpath, '1.50'::jsonpath;
-- gap: another result
SELECT 'foo'::jsonpath;
-- gap: another result
SELECT '$.'::jsonpath;
-- gap: another result
SELECT ''::jsonpath;
SELECT jsonb_path_query_tz('["2024-01-01 10:00:00+02"]', '$[*].datetime()'), jsonb_path_exists_tz('["2024-01-01"]', '$[*].datetime() ? (@ < "2024-02-01".datetime())');
SELECT jsonb_to_tsvector('{}') IS NULL;
SELECT json_extract_path('{"a":{"b":1}}', 'a', 'b'), json_extract_path_text('{"a":{"b":"x"}}', 'a', 'b'), jsonb_extract_path('{"a":[1,2]}', 'a', '1'), jsonb_extract_path_text('{"a":null}', 'a'), jsonb_concat('{"a":1}', '{"b":2}'), jsonb_delete('{"a":1}', 'a'), jsonb_contains('{"a":1}', '{}'), jsonb_exists('{"a":1}', 'a'), json_object_field('{"a":1}', 'a'), jsonb_array_element('[1]', 0);
-- gap: another result
SELECT id, d FROM j ORDER BY d;
SELECT count(*), d FROM (VALUES ('{"a":1}'::jsonb), ('{"a":1.0}'), ('1')) t(d) GROUP BY d ORDER BY d;
SELECT json_agg(d) FROM (VALUES ('{"a":1}'::json)) t(d) GROUP BY d;
SELECT '{"a":1}'::json IN ('{"a":1}'::json);
SELECT jsonb '{"a":1}' -> 'a' + 1;
SELECT (jsonb '{"a":1}' ->> 'a')::int + 1, jsonb '{"a":{"b":1}}' -> 'a' ->> 'b', jsonb '{"a":1}' -> NULL, json '{"a":"\u00e9"}' ->> 'a', jsonb '"\ud83d\ude00"', json_typeof('null'), jsonb '[1e1000]', to_jsonb(1e400::numeric), jsonb '123456789012345678901234567890.12345';
