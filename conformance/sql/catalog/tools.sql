-- What tools ask of the catalog.
CREATE SCHEMA app;
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE DOMAIN posint AS int CHECK (VALUE > 0);
CREATE TABLE parent (id bigserial PRIMARY KEY, name varchar(40) NOT NULL UNIQUE, m mood DEFAULT 'ok', amount numeric(10,2) DEFAULT 0.00, created timestamptz DEFAULT now() NOT NULL, data jsonb, tags text[], p posint, ch char(3), ts timestamp(3), flag boolean DEFAULT true);
CREATE TABLE app.child (id int GENERATED ALWAYS AS IDENTITY, parent_id bigint NOT NULL, n int, dbl int GENERATED ALWAYS AS (n * 2) STORED, note text DEFAULT 'it''s', CONSTRAINT child_pk PRIMARY KEY (id), CONSTRAINT child_fk FOREIGN KEY (parent_id) REFERENCES parent (id) ON DELETE CASCADE ON UPDATE RESTRICT, CONSTRAINT child_n CHECK (n > 0 AND n < 100), CONSTRAINT child_un UNIQUE (parent_id, n) DEFERRABLE INITIALLY DEFERRED);
CREATE INDEX child_idx ON app.child (parent_id DESC, lower(note)) WHERE n > 1;
CREATE VIEW pv AS SELECT id, name FROM parent;
CREATE MATERIALIZED VIEW pmv AS SELECT name FROM parent;
COMMENT ON TABLE parent IS 'the parents';
COMMENT ON COLUMN parent.name IS 'their name';
CREATE FUNCTION twice(a int) RETURNS int LANGUAGE SQL IMMUTABLE AS 'SELECT a * 2';
-- GORM
SELECT count(*) FROM information_schema.tables WHERE table_schema = CURRENT_SCHEMA() AND table_name = 'parent' AND table_type = 'BASE TABLE';
SELECT CURRENT_DATABASE() IS NOT NULL;
SELECT table_name FROM information_schema.tables WHERE table_schema = CURRENT_SCHEMA() AND table_type = 'BASE TABLE';
SELECT c.column_name, c.is_nullable = 'YES', c.udt_name, c.character_maximum_length, c.numeric_precision, c.numeric_precision_radix, c.numeric_scale, c.datetime_precision, 8 * typlen, c.column_default, pd.description, c.identity_increment FROM information_schema.columns AS c JOIN pg_type AS pgt ON c.udt_name = pgt.typname LEFT JOIN pg_catalog.pg_description as pd ON pd.objsubid = c.ordinal_position AND pd.objoid = (SELECT oid FROM pg_catalog.pg_class WHERE relname = c.table_name AND relnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = c.table_schema)) where table_catalog = current_database() AND table_schema = CURRENT_SCHEMA() AND table_name = 'parent' ORDER BY c.ordinal_position;
SELECT constraint_name FROM information_schema.table_constraints tc JOIN information_schema.constraint_column_usage AS ccu USING (constraint_schema, constraint_catalog, table_name, constraint_name) JOIN information_schema.columns AS c ON c.table_schema = tc.constraint_schema AND tc.table_name = c.table_name AND ccu.column_name = c.column_name WHERE constraint_type IN ('PRIMARY KEY', 'UNIQUE') AND c.table_catalog = current_database() AND c.table_schema = CURRENT_SCHEMA() AND c.table_name = 'parent' AND constraint_type = 'UNIQUE';
SELECT a.attname as column_name, format_type(a.atttypid, a.atttypmod) AS data_type FROM pg_attribute a JOIN pg_class b ON a.attrelid = b.oid AND relnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = CURRENT_SCHEMA()) WHERE a.attnum > 0 AND NOT a.attisdropped AND b.relname = 'parent' ORDER BY a.attnum;
SELECT ct.relname AS table_name, ci.relname AS index_name, i.indisunique AS non_unique, i.indisprimary AS primary, a.attname AS column_name FROM pg_index i LEFT JOIN pg_class ct ON ct.oid = i.indrelid LEFT JOIN pg_class ci ON ci.oid = i.indexrelid LEFT JOIN pg_attribute a ON a.attrelid = ct.oid LEFT JOIN pg_constraint con ON con.conindid = i.indexrelid WHERE a.attnum = ANY(i.indkey) AND con.oid IS NULL AND ct.relkind = 'r' AND ct.relname = 'child';
SELECT count(*) FROM pg_indexes WHERE tablename = 'child' AND indexname = 'child_idx' AND schemaname = 'app';
SELECT count(*) FROM INFORMATION_SCHEMA.table_constraints WHERE table_schema = 'app' AND table_name = 'child' AND constraint_name = 'child_fk';
-- bun and golang-migrate and goose
SELECT EXISTS (SELECT 1 FROM information_schema.tables WHERE table_schema = (SELECT current_schema()) AND table_name = 'schema_migrations');
SELECT EXISTS ( SELECT 1 FROM pg_tables WHERE (current_schema() IS NULL OR schemaname = current_schema()) AND tablename = 'parent' );
SELECT CURRENT_SCHEMA();
SELECT COUNT(1) FROM information_schema.tables WHERE table_schema = current_schema AND table_name = 'parent' LIMIT 1;
SELECT pg_advisory_lock(123);
SELECT pg_advisory_unlock(123);
-- atlas / ent
SELECT current_setting('server_version_num')::int / 10000 AS v;
-- gap: not yet
SELECT nspname AS schema_name, pg_catalog.obj_description(oid) AS comment FROM pg_catalog.pg_namespace WHERE nspname = CURRENT_SCHEMA() ORDER BY nspname;
-- gap: not yet
SELECT t1.table_schema, t1.table_name, pg_catalog.obj_description(t3.oid, 'pg_class') AS comment, t4.partattrs AS partition_attrs, t4.partstrat AS partition_strategy, pg_get_expr(t4.partexprs, t4.partrelid) AS partition_exprs FROM INFORMATION_SCHEMA.TABLES AS t1 JOIN pg_catalog.pg_namespace AS t2 ON t2.nspname = t1.table_schema JOIN pg_catalog.pg_class AS t3 ON t3.relnamespace = t2.oid AND t3.relname = t1.table_name LEFT JOIN pg_catalog.pg_partitioned_table AS t4 ON t4.partrelid = t3.oid LEFT JOIN pg_depend AS t5 ON t5.classid = 'pg_catalog.pg_class'::regclass::oid AND t5.objid = t3.oid AND t5.deptype = 'e' WHERE t1.table_type = 'BASE TABLE' AND NOT COALESCE(t3.relispartition, false) AND t1.table_schema IN ('public', 'app') AND t5.objid IS NULL ORDER BY t1.table_schema, t1.table_name;
SELECT t1.table_name, t1.column_name, t1.data_type, pg_catalog.format_type(a.atttypid, a.atttypmod) AS format_type, t1.is_nullable, t1.column_default, t1.character_maximum_length, t1.numeric_precision, t1.datetime_precision, t1.numeric_scale, t1.interval_type, t1.character_set_name, t1.collation_name, t1.is_identity, t1.identity_start, t1.identity_increment, t1.identity_generation, t1.generation_expression, col_description(t3.oid, "ordinal_position") AS comment, t4.typtype FROM "information_schema"."columns" AS t1 JOIN pg_catalog.pg_namespace AS t2 ON t2.nspname = t1.table_schema JOIN pg_catalog.pg_class AS t3 ON t3.relnamespace = t2.oid AND t3.relname = t1.table_name JOIN pg_catalog.pg_attribute AS a ON a.attrelid = t3.oid AND a.attname = t1.column_name LEFT JOIN pg_catalog.pg_type AS t4 ON t1.udt_name = t4.typname AND t4.typnamespace = t3.relnamespace WHERE t1.table_schema IN ('public', 'app') AND t1.table_name IN ('parent', 'child') ORDER BY t1.table_name, t1.ordinal_position;
SELECT n.nspname AS schema_name, e.enumtypid IS NOT NULL AS enum_id, t.typname AS enum_name, e.enumlabel AS enum_value FROM pg_enum e JOIN pg_type t ON e.enumtypid = t.oid JOIN pg_namespace n ON t.typnamespace = n.oid WHERE n.nspname = 'public' ORDER BY n.nspname, e.enumtypid, e.enumsortorder;
SELECT fk.constraint_name, fk.table_name, a1.attname AS column_name, fk.table_schema, fk.referenced_table_name, a2.attname AS referenced_column_name, fk.referenced_schema_name, fk.confupdtype, fk.confdeltype FROM (SELECT con.conname AS constraint_name, con.conrelid, con.confrelid, t1.relname AS table_name, ns1.nspname AS table_schema, t2.relname AS referenced_table_name, ns2.nspname AS referenced_schema_name, generate_series(1, array_length(con.conkey, 1)) AS ord, unnest(con.conkey) AS conkey, unnest(con.confkey) AS confkey, con.confupdtype, con.confdeltype FROM pg_constraint con JOIN pg_class t1 ON t1.oid = con.conrelid JOIN pg_class t2 ON t2.oid = con.confrelid JOIN pg_namespace ns1 on t1.relnamespace = ns1.oid JOIN pg_namespace ns2 on t2.relnamespace = ns2.oid WHERE ns1.nspname = 'app' AND t1.relname IN ('child') AND con.contype = 'f') AS fk JOIN pg_attribute a1 ON a1.attnum = fk.conkey AND a1.attrelid = fk.conrelid JOIN pg_attribute a2 ON a2.attnum = fk.confkey AND a2.attrelid = fk.confrelid ORDER BY fk.conrelid, fk.constraint_name, fk.ord;
SELECT rel.relname AS table_name, t1.conname AS constraint_name, pg_get_expr(t1.conbin, t1.conrelid) as expression, t2.attname as column_name, t1.conkey as column_indexes, t1.connoinherit AS no_inherit FROM pg_constraint t1 JOIN pg_attribute t2 ON t2.attrelid = t1.conrelid AND t2.attnum = ANY (t1.conkey) JOIN pg_class rel ON rel.oid = t1.conrelid JOIN pg_namespace nsp ON nsp.oid = t1.connamespace WHERE t1.contype = 'c' AND nsp.nspname = 'app' ORDER BY t1.conname, array_position(t1.conkey, t2.attnum);
SELECT idx.indisprimary, i.relname AS index_name, am.amname AS index_type, a.attname AS column_name, idx.indnkeyatts, idx.indisunique, con.nametypes, con.nametypes IS NULL AS nocon, pg_get_expr(idx.indpred, idx.indrelid) AS predicate, pg_get_indexdef(idx.indexrelid, idx.ord, false) AS expression, pg_index_column_has_property(idx.indexrelid, idx.ord, 'desc') AS isdesc, pg_index_column_has_property(idx.indexrelid, idx.ord, 'nulls_first') AS nulls_first, i.reloptions AS options FROM (SELECT *, generate_series(1, array_length(i.indkey, 1)) as ord, unnest(i.indkey) AS key FROM pg_index i WHERE indrelid = 'app.child'::regclass) idx JOIN pg_class i ON i.oid = idx.indexrelid JOIN pg_am am ON am.oid = i.relam LEFT JOIN (SELECT conindid, jsonb_object_agg(conname, contype) AS nametypes FROM pg_constraint GROUP BY conindid) con ON con.conindid = idx.indexrelid LEFT JOIN pg_attribute a ON (a.attrelid, a.attnum) = (idx.indrelid, idx.key) ORDER BY i.relname, idx.ord;
-- psql \d parent
SELECT c.oid::regclass::text, n.nspname, c.relname FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relname OPERATOR(pg_catalog.~) '^(parent)$' COLLATE pg_catalog.default AND pg_catalog.pg_table_is_visible(c.oid) ORDER BY 2, 3;
SELECT c.relchecks, c.relkind, c.relhasindex, c.relhasrules, c.relhastriggers, c.relrowsecurity, c.relforcerowsecurity, false AS relhasoids, c.relispartition, '', c.reltablespace, CASE WHEN c.reloftype = 0 THEN '' ELSE c.reloftype::pg_catalog.regtype::pg_catalog.text END, c.relpersistence, c.relreplident, am.amname FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_class tc ON (c.reltoastrelid = tc.oid) LEFT JOIN pg_catalog.pg_am am ON (c.relam = am.oid) WHERE c.oid = 'parent'::regclass;
SELECT a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), (SELECT pg_catalog.pg_get_expr(d.adbin, d.adrelid, true) FROM pg_catalog.pg_attrdef d WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum AND a.atthasdef), a.attnotnull, (SELECT c.collname FROM pg_catalog.pg_collation c, pg_catalog.pg_type t WHERE c.oid = a.attcollation AND t.oid = a.atttypid AND a.attcollation <> t.typcollation) AS attcollation, a.attidentity, a.attgenerated FROM pg_catalog.pg_attribute a WHERE a.attrelid = 'parent'::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum;
SELECT a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), (SELECT pg_catalog.pg_get_expr(d.adbin, d.adrelid, true) FROM pg_catalog.pg_attrdef d WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum AND a.atthasdef), a.attnotnull, a.attidentity, a.attgenerated FROM pg_catalog.pg_attribute a WHERE a.attrelid = 'app.child'::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum;
SELECT c2.relname, i.indisprimary, i.indisunique, i.indisclustered, i.indisvalid, pg_catalog.pg_get_indexdef(i.indexrelid, 0, true), pg_catalog.pg_get_constraintdef(con.oid, true), contype, condeferrable, condeferred, i.indisreplident, c2.reltablespace FROM pg_catalog.pg_class c, pg_catalog.pg_class c2, pg_catalog.pg_index i LEFT JOIN pg_catalog.pg_constraint con ON (conrelid = i.indrelid AND conindid = i.indexrelid AND contype IN ('p','u','x')) WHERE c.oid = 'app.child'::regclass AND c.oid = i.indrelid AND i.indexrelid = c2.oid ORDER BY i.indisprimary DESC, c2.relname;
SELECT r.conname, pg_catalog.pg_get_constraintdef(r.oid, true) FROM pg_catalog.pg_constraint r WHERE r.conrelid = 'app.child'::regclass AND r.contype = 'c' ORDER BY 1;
SELECT true as sametable, conname, pg_catalog.pg_get_constraintdef(r.oid, true) as condef, conrelid::pg_catalog.regclass::text AS ontable FROM pg_catalog.pg_constraint r WHERE r.conrelid = 'app.child'::regclass AND r.contype = 'f' AND conparentid = 0 ORDER BY conname;
SELECT conname, conrelid::pg_catalog.regclass::text AS ontable, pg_catalog.pg_get_constraintdef(oid, true) AS condef FROM pg_catalog.pg_constraint c WHERE confrelid IN (SELECT pg_catalog.pg_partition_ancestors('parent'::regclass) UNION ALL VALUES ('parent'::regclass)) AND contype = 'f' AND conparentid = 0 ORDER BY conname;
-- psql \dt, \di, \dv, \dn, \df, \dT, \du, \l
SELECT n.nspname as "Schema", c.relname as "Name", CASE c.relkind WHEN 'r' THEN 'table' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'i' THEN 'index' WHEN 'S' THEN 'sequence' WHEN 't' THEN 'TOAST table' WHEN 'f' THEN 'foreign table' WHEN 'p' THEN 'partitioned table' WHEN 'I' THEN 'partitioned index' END as "Type", pg_catalog.pg_get_userbyid(c.relowner) IS NOT NULL as "Owner" FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_catalog.pg_am am ON am.oid = c.relam WHERE c.relkind IN ('r','p','v','m','S','f','i','') AND n.nspname <> 'pg_catalog' AND n.nspname !~ '^pg_toast' AND n.nspname <> 'information_schema' AND n.nspname IN ('public', 'app') ORDER BY 1,2;
-- gap: not yet
SELECT n.nspname AS "Name", pg_catalog.obj_description(n.oid, 'pg_namespace') FROM pg_catalog.pg_namespace n WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' ORDER BY 1;
SELECT n.nspname as "Schema", p.proname as "Name", pg_catalog.pg_get_function_result(p.oid) as "Result data type", pg_catalog.pg_get_function_arguments(p.oid) as "Argument data types", CASE p.prokind WHEN 'a' THEN 'agg' WHEN 'w' THEN 'window' WHEN 'p' THEN 'proc' ELSE 'func' END as "Type" FROM pg_catalog.pg_proc p LEFT JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace WHERE pg_catalog.pg_function_is_visible(p.oid) AND n.nspname <> 'pg_catalog' AND n.nspname <> 'information_schema' ORDER BY 1, 2, 4;
SELECT n.nspname as "Schema", pg_catalog.format_type(t.oid, NULL) AS "Name", pg_catalog.obj_description(t.oid, 'pg_type') as "Description" FROM pg_catalog.pg_type t LEFT JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace WHERE (t.typrelid = 0 OR (SELECT c.relkind = 'c' FROM pg_catalog.pg_class c WHERE c.oid = t.typrelid)) AND NOT EXISTS(SELECT 1 FROM pg_catalog.pg_type el WHERE el.oid = t.typelem AND el.typarray = t.oid) AND n.nspname <> 'pg_catalog' AND n.nspname <> 'information_schema' AND pg_catalog.pg_type_is_visible(t.oid) ORDER BY 1, 2;
SELECT count(*) > 0 FROM pg_catalog.pg_roles r WHERE r.rolname !~ '^pg_';
SELECT count(*) > 0 FROM pg_catalog.pg_database d WHERE d.datname = current_database();
SELECT rolname = current_user, rolsuper FROM pg_roles WHERE rolname = current_user;
SELECT usename = current_user FROM pg_user WHERE usename = current_user;
-- gap: not yet
SELECT extname FROM pg_extension ORDER BY 1;
SELECT spcname FROM pg_tablespace ORDER BY 1;
SELECT amname FROM pg_am WHERE amname IN ('btree', 'hash') ORDER BY 1;
-- information_schema
SELECT table_schema, table_name, table_type, is_insertable_into FROM information_schema.tables WHERE table_schema IN ('public', 'app') ORDER BY 1, 2;
SELECT constraint_schema, constraint_name, table_name, constraint_type, is_deferrable, initially_deferred FROM information_schema.table_constraints WHERE table_schema IN ('public', 'app') AND constraint_name NOT LIKE '%not_null' ORDER BY 1, 2;
SELECT constraint_name, table_name, column_name, ordinal_position, position_in_unique_constraint FROM information_schema.key_column_usage WHERE table_schema IN ('public', 'app') ORDER BY 1, 4;
SELECT constraint_name, table_name, column_name FROM information_schema.constraint_column_usage WHERE table_schema IN ('public', 'app') ORDER BY 1, 3;
SELECT constraint_name, unique_constraint_name, match_option, update_rule, delete_rule FROM information_schema.referential_constraints ORDER BY 1;
SELECT constraint_name, check_clause FROM information_schema.check_constraints WHERE constraint_schema = 'app' AND constraint_name NOT LIKE '%not_null' ORDER BY 1;
SELECT table_name, view_definition IS NOT NULL FROM information_schema.views WHERE table_schema = 'public' ORDER BY 1;
SELECT sequence_schema, sequence_name, data_type FROM information_schema.sequences ORDER BY 1, 2;
SELECT routine_schema, routine_name, external_language, is_deterministic FROM information_schema.routines WHERE routine_schema = 'public' ORDER BY 2;
SELECT column_name, ordinal_position, is_identity, identity_generation, identity_start, is_generated, generation_expression, is_updatable, udt_schema, udt_name, domain_name FROM information_schema.columns WHERE table_schema = 'app' AND table_name = 'child' ORDER BY 2;
SELECT catalog_name IS NOT NULL, schema_name FROM information_schema.schemata WHERE schema_name IN ('public', 'app') ORDER BY 2;
SELECT count(*) FROM information_schema.triggers;
SELECT grantee IS NOT NULL, table_name, privilege_type FROM information_schema.table_privileges WHERE table_name = 'parent' ORDER BY 3;
SELECT view_name, table_name FROM information_schema.view_table_usage WHERE view_schema = 'public' ORDER BY 1;
SELECT parameter_name, data_type, parameter_mode, ordinal_position FROM information_schema.parameters WHERE specific_schema = 'public' ORDER BY 4;
SELECT udt_name, object_name FROM information_schema.element_types WHERE object_name = 'parent';
-- others
SELECT has_table_privilege('parent', 'SELECT'), has_schema_privilege('app', 'USAGE'), has_database_privilege(current_database(), 'CREATE'), has_column_privilege('parent', 'name', 'UPDATE'), has_table_privilege(current_user, 'parent', 'insert'), has_sequence_privilege('parent_id_seq', 'USAGE'), has_function_privilege('twice(int)', 'EXECUTE');
SELECT has_table_privilege('nope', 'SELECT');
SELECT has_table_privilege('parent', 'NOPE');
SELECT pg_relation_size('parent') >= 0, pg_total_relation_size('parent') >= 0, pg_table_size('parent') >= 0, pg_indexes_size('parent') >= 0, pg_database_size(current_database()) > 0, pg_size_pretty(12345678::bigint);
SELECT 'parent'::regclass::oid = c.oid FROM pg_class c WHERE relname = 'parent';
SELECT 'int4'::regtype, 'integer'::regtype, 'character varying'::regtype, 'mood'::regtype, 'int4'::regtype::oid, to_regtype('nope'), 'mood[]'::regtype;
SELECT 'nope'::regtype;
SELECT 'nope'::regclass;
SELECT 'twice'::regproc, 'twice(int)'::regprocedure, to_regproc('nope'), 'app'::regnamespace, to_regnamespace('nope');
SELECT 'nope'::regproc;
SELECT 'app.child'::regclass, 'app.child_idx'::regclass::text, 16384::regclass IS NOT NULL;
SELECT attname, attnum, atttypid::regtype, attnotnull, atthasdef, attidentity, attgenerated, attlen, atttypmod FROM pg_attribute WHERE attrelid = 'parent'::regclass AND attnum > 0 ORDER BY attnum;
SELECT conname, contype, condeferrable, condeferred, convalidated, conkey, confkey, confupdtype, confdeltype, confmatchtype FROM pg_constraint WHERE conrelid = 'app.child'::regclass ORDER BY conname;
SELECT relname, relkind, relnatts, relhasindex, relpersistence, relhaspkey FROM pg_class WHERE relname = 'parent';
SELECT relname, relkind, relnatts, relhasindex, relpersistence FROM pg_class WHERE relname IN ('parent', 'pv', 'pmv', 'child_idx', 'parent_id_seq') ORDER BY 1;
SELECT schemaname, tablename, hasindexes, hasrules, hastriggers FROM pg_tables WHERE schemaname IN ('public', 'app') ORDER BY 2;
SELECT schemaname, viewname FROM pg_views WHERE schemaname = 'public';
SELECT schemaname, sequencename, data_type FROM pg_sequences ORDER BY 2;
-- gap: not yet
SELECT seqrelid::regclass, seqtypid::regtype, seqstart, seqincrement, seqmax, seqmin, seqcache, seqcycle FROM pg_sequence ORDER BY 1;
SELECT d.description FROM pg_description d WHERE d.objoid = 'parent'::regclass ORDER BY objsubid;
SELECT classid::regclass, refclassid::regclass, deptype FROM pg_depend WHERE objid = 'parent_id_seq'::regclass AND deptype = 'a';
SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'app.child'::regclass ORDER BY conname;
SELECT pg_get_userbyid(relowner) = current_user FROM pg_class WHERE relname = 'parent';
SELECT n.nspname, t.typname, t.typtype, t.typnotnull, format_type(t.typbasetype, t.typtypmod) FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE typtype = 'd' AND nspname = 'public';
SELECT collname FROM pg_collation WHERE collname IN ('C', 'default') ORDER BY 1;
SELECT rolname IS NOT NULL FROM pg_authid LIMIT 1;
SELECT count(*) FROM pg_stat_user_tables WHERE relname = 'parent';
SELECT count(*) >= 0 FROM pg_stat_activity;
SELECT count(*) >= 0 FROM pg_locks;
SELECT count(*) > 0 FROM pg_operator WHERE oprname = '=';
SELECT count(*) > 0 FROM pg_cast;
SELECT castsource::regtype, casttarget::regtype FROM pg_cast WHERE castsource = 'int4'::regtype AND casttarget = 'int8'::regtype;
SELECT count(*) FROM pg_inherits;
SELECT count(*) FROM pg_policies;
SELECT lanname FROM pg_language WHERE lanname = 'sql';
SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database();
SELECT pg_is_in_recovery(), pg_postmaster_start_time() < now(), inet_server_addr() IS NULL OR true;
SELECT word FROM pg_get_keywords() WHERE word IN ('select', 'table') ORDER BY 1;
SELECT relname FROM pg_class WHERE oid = 'pg_class'::regclass;
SELECT nspname FROM pg_namespace WHERE nspname IN ('pg_catalog', 'information_schema', 'public') ORDER BY 1;
SELECT count(*) FROM pg_trigger WHERE tgrelid = 'parent'::regclass AND NOT tgisinternal;
SELECT quote_ident(relname) FROM pg_class WHERE relname = 'parent';
SELECT typname, typlen, typbyval, typcategory, typispreferred, typdelim, typelem::regtype, typarray::regtype FROM pg_type WHERE typname IN ('int4', 'text', '_int4', 'bool', 'numeric', 'uuid', 'jsonb', 'timestamptz') ORDER BY 1;
