-- full
CREATE DOMAIN iarr AS int[];
SELECT ARRAY['{1,2}'::iarr, '{3}'::iarr], (ARRAY['{1,2}'::iarr, '{3}'::iarr])[1];
CREATE TABLE td (a iarr[], b iarr);
INSERT INTO td VALUES (ARRAY['{1,2}'::iarr], '{7,8}');
INSERT INTO td VALUES ('{"{5,6}",NULL}', NULL);
SELECT unnest(a) FROM td;
SELECT array_agg(b) FROM td;
UPDATE td SET b[1] = 70 WHERE b IS NOT NULL;
SELECT * FROM td WHERE '{5,6}' = ANY (a);
SELECT '{{1,2},{3,4}}'::iarr[];
SELECT '{1,2}'::iarr || 3, '{1,2}'::iarr || '{3}', array_cat('{1}'::iarr, '{2}'::iarr);
CREATE DOMAIN small AS int[] CHECK (array_length(VALUE, 1) < 3);
SELECT ARRAY['{1,2,3}'::small];
SELECT '{"{1,2,3}"}'::small[];
SELECT ARRAY[ARRAY['{1,2}'::small], ARRAY['{3}'::small]];
SELECT (ARRAY[ARRAY['{1,2}'::small], ARRAY['{3}'::small]])[2][1];
SELECT column_name, data_type, udt_name FROM information_schema.columns WHERE table_name = 'td';
