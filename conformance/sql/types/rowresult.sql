-- Functions that return composite values, of polymorphic types too.
-- full
CREATE TYPE cp AS (x int, y text);
CREATE FUNCTION e2(anyarray) RETURNS anyelement LANGUAGE sql AS 'SELECT $1[1]';
SELECT e2(ARRAY[ROW(1,'a')::cp]);
SELECT e2(a) FROM (VALUES (ARRAY[ROW(1,'a')::cp])) t(a);
CREATE FUNCTION e3(cp[]) RETURNS cp LANGUAGE sql AS 'SELECT $1[1]';
SELECT e3(ARRAY[ROW(1,'a')::cp]), (e3(ARRAY[ROW(1,'a')::cp])).y;
SELECT * FROM e3(ARRAY[ROW(1,'a')::cp]);
CREATE FUNCTION e4(anyelement) RETURNS anyelement LANGUAGE sql AS 'SELECT $1';
SELECT e4(ROW(1,'a')::cp), (e4(ROW(1,'a')::cp)).x;
SELECT * FROM e4(ROW(1,'a')::cp);
CREATE FUNCTION e5(cp) RETURNS cp LANGUAGE sql AS 'SELECT $1 LIMIT 1';
SELECT e5(ROW(1,'a')::cp), (e5(ROW(1,'a')::cp)).x;
CREATE FUNCTION e6(cp[]) RETURNS SETOF cp LANGUAGE sql AS 'SELECT * FROM unnest($1)';
SELECT * FROM e6(ARRAY[ROW(1,'a')::cp, ROW(2,'b')::cp]);
SELECT e6(ARRAY[ROW(1,'a')::cp, ROW(2,'b')::cp]);
CREATE FUNCTION e7(cp[]) RETURNS SETOF cp LANGUAGE sql AS 'SELECT unnest($1)';
SELECT * FROM e7(ARRAY[ROW(1,'a')::cp, ROW(2,'b')::cp]);
SELECT (e7(ARRAY[ROW(1,'a')::cp, ROW(2,'b')::cp])).y;
