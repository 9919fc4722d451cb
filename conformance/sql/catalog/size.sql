-- Sizes with units.
select pg_size_bytes('1.5 kB'), pg_size_bytes(' -1e2 MB '), pg_size_bytes('12'), pg_size_bytes('1.7'), pg_size_bytes('2 bytes'), pg_size_bytes('1tb');
select pg_size_bytes('1 B');
select pg_size_bytes('abc');
select pg_size_bytes('1 xx');
select pg_size_bytes('');
select pg_size_bytes('1e kB');
select pg_size_bytes('1e100');
select pg_size_bytes('.5kb'), pg_size_bytes('5.kB');
select pg_size_bytes('1e4e4');
select n, pg_size_pretty(n), pg_size_pretty(-n), pg_size_pretty(n::numeric), pg_size_pretty(-n::numeric) from unnest('{0,1,10239,10240,10241,20479,1048575,20970495,20970496,20971519,20971520,20971521,21474835968,21474836479,21474836480,1073741824000,123456789012345,9223372036854775807}'::int8[]) n;
select pg_size_pretty(10.5), pg_size_pretty(12345.6), pg_size_pretty(1e30),  pg_size_pretty(20479.9), pg_size_pretty(10239.99), pg_size_pretty(20970495.9);
select pg_column_size(1::int8), pg_column_size('abc'::text), pg_column_size(1.5), pg_column_size(now()), pg_column_size(true), pg_column_size(100000.12345), pg_column_size(10000.0), pg_column_size(0.0001), pg_column_size(repeat('x',200)), pg_column_size(null::int);
select pg_partition_root('pg_class'), (select count(*) from pg_partition_ancestors('pg_class')), (select count(*) from pg_partition_tree('pg_class'));
