-- Indexes.
-- full
CREATE TABLE t (a int, b text, c numeric, d jsonb);
INSERT INTO t SELECT i, 'name' || i % 5, i * 1.5, jsonb_build_object('k', i) FROM generate_series(1, 20) i;
CREATE INDEX ON t (a);
CREATE INDEX ON t (a);
CREATE INDEX ON t (a, b);
CREATE INDEX ON t (lower(b));
CREATE INDEX ON t ((a + 1));
CREATE INDEX ON t ((a + 1), lower(b), c);
CREATE INDEX ON t ((d ->> 'k'));
CREATE UNIQUE INDEX ON t (a) WHERE a > 5;
-- gap: not yet
CREATE UNIQUE INDEX u_b ON t (b);
CREATE UNIQUE INDEX u_a ON t (a) INCLUDE (b, c);
CREATE INDEX desc_i ON t (a DESC, b ASC NULLS FIRST, c DESC NULLS LAST);
CREATE INDEX coll ON t (b COLLATE "C");
CREATE INDEX opc ON t (b text_pattern_ops);
CREATE INDEX opc2 ON t (a int4_ops);
-- gap: not yet
CREATE INDEX opc3 ON t (a nope_ops);
CREATE INDEX CONCURRENTLY conc ON t (c);
CREATE INDEX CONCURRENTLY IF NOT EXISTS conc ON t (c);
CREATE INDEX IF NOT EXISTS conc ON t (c);
CREATE INDEX conc ON t (c);
CREATE INDEX IF NOT EXISTS ON t (c);
CREATE INDEX h ON t USING hash (b);
CREATE INDEX h2 ON t USING hash (a, b);
CREATE UNIQUE INDEX h3 ON t USING hash (b);
CREATE INDEX bt ON t USING btree (b) WITH (fillfactor = 90) TABLESPACE pg_default WHERE a IS NOT NULL;
CREATE INDEX nm ON t USING nope (b);
CREATE INDEX n1 ON nope (a);
CREATE INDEX n1 ON t (nope);
CREATE INDEX n1 ON t (lower(nope));
CREATE INDEX n1 ON t (sum(a));
CREATE INDEX n1 ON t ((SELECT 1));
CREATE INDEX n1 ON t (random());
CREATE INDEX n1 ON t (a) WHERE random() > 0.5;
CREATE INDEX n1 ON t (a) WHERE b;
CREATE INDEX n1 ON t (a) INCLUDE (nope);
CREATE INDEX n1 ON t (a) INCLUDE ((a + 1));
CREATE UNIQUE INDEX nnd ON t (a) NULLS NOT DISTINCT;
-- gap: not yet
SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 't' ORDER BY 1;
SELECT count(*) FROM t WHERE b = 'name3';
SELECT a FROM t WHERE lower(b) = 'name1' ORDER BY a;
SELECT a FROM t WHERE d ->> 'k' = '7';
SELECT a FROM t WHERE a + 1 = 8;
SELECT a FROM t WHERE c = 7.5;
INSERT INTO t (a) VALUES (7);
INSERT INTO t (a) VALUES (NULL);
INSERT INTO t (a) VALUES (NULL);
DROP INDEX u_a;
INSERT INTO t (a) VALUES (3);
INSERT INTO t (a) VALUES (7);
ALTER INDEX conc RENAME TO conc2;
ALTER INDEX nope RENAME TO x;
ALTER INDEX IF EXISTS nope RENAME TO x;
ALTER INDEX conc2 RENAME TO h;
ALTER INDEX conc2 SET (fillfactor = 50);
ALTER INDEX conc2 SET TABLESPACE pg_default;
DROP INDEX CONCURRENTLY conc2;
DROP INDEX nope;
DROP INDEX IF EXISTS nope;
DROP INDEX h, bt;
DROP INDEX t;
CREATE TABLE pk (id int PRIMARY KEY, u int UNIQUE);
DROP INDEX pk_pkey;
DROP INDEX pk_u_key;
ALTER INDEX pk_pkey RENAME TO pk_primary;
SELECT conname FROM pg_constraint WHERE conrelid = 'pk'::regclass ORDER BY 1;
INSERT INTO pk VALUES (1, 1);
INSERT INTO pk VALUES (1, 2);
REINDEX INDEX pk_primary;
REINDEX TABLE pk;
REINDEX TABLE CONCURRENTLY pk;
REINDEX TABLE nope;
REINDEX INDEX nope;
REINDEX SCHEMA public;
REINDEX (VERBOSE) TABLE pk;
-- gap: not yet
CLUSTER pk USING pk_primary;
-- gap: not yet
CLUSTER;
-- gap: not yet
CLUSTER pk USING nope;
VACUUM;
VACUUM pk;
VACUUM (FULL, ANALYZE) pk;
VACUUM FULL pk;
-- gap: not yet
VACUUM nope;
ANALYZE;
ANALYZE pk;
ANALYZE pk (id);
ANALYZE pk (nope);
ANALYZE nope;
ANALYZE VERBOSE pk;
BEGIN;
VACUUM;
ROLLBACK;
BEGIN;
-- gap: not yet
CREATE INDEX CONCURRENTLY inb ON pk (u);
ROLLBACK;
CREATE UNIQUE INDEX multi ON t (a, b) NULLS DISTINCT;
CREATE TABLE dup (a int);
INSERT INTO dup VALUES (1), (1);
CREATE UNIQUE INDEX dup_a ON dup (a);
-- gap: not yet
CREATE UNIQUE INDEX dup_a ON dup ((a * 2));
CREATE INDEX dup_x ON dup (a, a);
SELECT indexdef FROM pg_indexes WHERE tablename = 'dup';
-- gap: not yet
SELECT c.relname, i.indisunique, i.indisprimary, i.indkey::text, i.indoption::text, i.indnatts, i.indnkeyatts, pg_get_expr(i.indpred, i.indrelid) AS pred, pg_get_expr(i.indexprs, i.indrelid) AS exprs FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = 't'::regclass ORDER BY 1;
SELECT pg_get_indexdef('desc_i'::regclass), pg_get_indexdef('desc_i'::regclass, 2, true);
COMMENT ON INDEX desc_i IS 'order';
SELECT obj_description('desc_i'::regclass, 'pg_class');
CREATE INDEX v_i ON pg_class (relname);
CREATE VIEW v AS SELECT a FROM t;
CREATE INDEX v_i ON v (a);
CREATE MATERIALIZED VIEW mv AS SELECT a, b FROM t;
CREATE INDEX mv_i ON mv (a);
SELECT count(*) FROM mv WHERE a = 5;
