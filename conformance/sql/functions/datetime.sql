-- Dates, times, intervals.
SELECT '2024-02-29'::date, '20240229'::date, 'Feb 29, 2024'::date, '29 Feb 2024'::date, '2024-Feb-29'::date, '2/29/2024'::date, '2024.060'::date, 'J2451187'::date, 'January 8, 99 BC'::date, 'epoch'::date, 'infinity'::date, '-infinity'::date, '29-Feb-2024'::date, '99-01-08'::date, '08-Jan-99'::date, '2024-060'::date;
SELECT '2023-02-29'::date;
SELECT '2024-13-01'::date;
SELECT 'foo'::date;
SELECT '0000-01-01'::date;
SELECT '5874898-01-01'::date;
SELECT '4714-11-23 BC'::date;
SELECT '4714-11-24 BC'::date, '5874897-12-31'::date;
SELECT '13/1/2024'::date;
SELECT '2024-01-01 25:00'::timestamp;
SELECT '2024-01-01 24:00:00'::timestamp, '2024-01-01 23:59:60'::timestamp, '2024-01-01T10:20:30.123456789'::timestamp, '2024-01-01 10:20 PM'::timestamp, '2024-01-01 12:00 AM'::timestamp, 'Mon Jan 1 10:20:30 2024'::timestamp, '20240101T102030'::timestamp, '2024-01-01 102030'::timestamp, '2024-01-01 10:20:30 BC'::timestamp, 'epoch'::timestamp, 'infinity'::timestamp;
SELECT '2024-01-01 10:20:30+05:30'::timestamptz, '2024-01-01 10:20:30 PST'::timestamptz, '2024-01-01 10:20:30 America/New_York'::timestamptz, '2024-01-01 10:20:30Z'::timestamptz, '2024-01-01 10:20:30-08'::timestamptz, '2024-07-01 10:20:30 Europe/Berlin'::timestamptz, '2024-01-01 10:20:30 UTC+3'::timestamptz, '2024-01-01 10:20:30 EST5EDT'::timestamptz, '-infinity'::timestamptz, '20240101 102030 +0130'::timestamptz;
SELECT '2024-01-01 10:20:30 Nowhere/City'::timestamptz;
SELECT '2024-01-01 10:20:30+25'::timestamptz;
SELECT '294277-01-01'::timestamp;
SELECT '294276-12-31 23:59:59.999999'::timestamp, '4714-11-24 00:00:00 BC'::timestamp;
SELECT '10:20:30'::time, '10:20'::time, '102030'::time, '10:20 PM'::time, '24:00'::time, '10:20:30.5'::time(0), 'allballs'::time, '10:20:30+02'::timetz, '10:20:30 PST'::timetz, '2024-01-01 10:20:30'::time, 'T10:20'::time;
SELECT '25:00'::time;
SELECT '10:60'::time;
SELECT '24:00:01'::time;
SELECT '1 day'::interval, '1 year 2 mons 3 days 04:05:06'::interval, 'P1Y2M3DT4H5M6S'::interval, 'P0001-02-03T04:05:06'::interval, '1-2'::interval, '3 4:05:06'::interval, '-1 day +02:03'::interval, '1 day ago'::interval, '@ 1 hour 30 min'::interval, '1.5 days'::interval, '1.5 months'::interval, '0.5 year'::interval, '1 week'::interval, '2 decades'::interval, '1 century'::interval, '1 millennium'::interval, '100 ms'::interval, '5 us'::interval, '1h2m3s'::interval, '1y'::interval, ''::text, '90 minutes'::interval, '12:30'::interval, '-1-2'::interval, 'PT-1.5S'::interval, '1.123456789 s'::interval, '5'::interval;
SELECT ''::interval;
SELECT '1 foo'::interval;
SELECT '999999999999 years'::interval;
SELECT 'infinity'::interval;
-- gap: answers 22007 invalid input syntax for type interval: "1 2"
SELECT interval '1' year, interval '1-2' year to month, interval '1 2:03' day to minute, interval '3' second(2), interval '1.2345' second(2), interval(3) '1.23456 s', interval '1 day 2 hours' day, interval '100' minute, interval '1:30' hour to minute, interval '1 2' day to hour;
SELECT interval '1 day' + interval '2 hours', interval '1 month' * 1.5, interval '1 day' / 2, interval '1 hour' * 0.333, - interval '1 mon -2 days', interval '1 year' - interval '1 month', interval '1 day' = interval '24 hours', interval '30 days' = interval '1 month', interval '1 day' > interval '23:59';
SELECT interval '1 day' / 0;
SELECT justify_days('35 days'), justify_hours('27 hours'), justify_interval('1 mon -1 hour'), justify_interval('-1 mon 36 hours'), justify_days('-35 days');
SELECT date '2024-01-31' + 1, date '2024-01-31' - 1, date '2024-03-01' - date '2024-02-01', date '2024-01-31' + interval '1 month', date '2024-01-31' + time '10:20', date '2024-01-31' + timetz '10:20+02', timestamp '2024-01-31 10:00' + interval '1 mon 1 day', timestamp '2024-03-31' - interval '1 month', timestamp '2024-01-02' - timestamp '2024-01-01 12:00', time '10:00' + interval '15 hours', time '10:00' - time '12:30', time '10:00' - interval '11 hours', 1 + date '2024-01-01';
SELECT timestamptz '2024-03-10 01:00 America/New_York' + interval '1 day', timestamptz '2024-01-02' - timestamptz '2024-01-01 06:00+03';
SELECT date 'infinity' + 1, date 'infinity' - date '2024-01-01';
SELECT date '5874897-12-31' + 1;
SELECT timestamp '294276-12-31' + interval '1 year';
SELECT timestamp 'infinity' - timestamp '2024-01-01';
SELECT age(timestamp '2024-03-15', timestamp '2023-12-25'), age(timestamp '2023-12-25', timestamp '2024-03-15'), age(timestamp '2024-03-31', timestamp '2024-02-29'), age(timestamptz '2024-03-15', timestamptz '2000-02-29 10:20:30'), age(date '2024-01-01', date '2023-01-01');
SELECT extract(year from timestamp '2024-02-29 10:20:30.5'), extract(century from date '2000-12-16'), extract(millennium from date '2001-02-16'), extract(decade from date '2024-01-01'), extract(isoyear from date '2006-01-01'), extract(week from date '2006-01-01'), extract(dow from date '2024-02-25'), extract(isodow from date '2024-02-25'), extract(doy from date '2024-12-31'), extract(quarter from date '2024-05-01'), extract(epoch from timestamp '2024-01-01'), extract(julian from timestamp '2024-01-01 12:00'), extract(milliseconds from time '10:20:30.5'), extract(microseconds from time '10:20:30.5'), extract(second from time '10:20:30.5'), extract(minute from time '10:20'), extract(hour from timetz '10:20+02');
SELECT extract(timezone from timestamptz '2024-01-01 10:00+05'), extract(timezone_hour from timetz '10:00+05:30'), extract(timezone_minute from timetz '10:00+05:30'), extract(epoch from interval '1 mon 1 day 1 hour'), extract(year from interval '30 months'), extract(month from interval '30 months'), extract(day from interval '40 days'), extract(hour from interval '50 hours'), extract(epoch from timetz '10:00+02'), extract(quarter from interval '7 months'), extract(decade from interval '25 years'), extract(epoch from date '2024-01-01'), extract(day from date '0044-03-15 BC'), extract(year from date '0044-03-15 BC'), extract(century from date '0044-03-15 BC');
SELECT extract(timezone from timestamp '2024-01-01');
SELECT extract(hour from date '2024-01-01');
SELECT extract(year from time '10:00');
SELECT extract(foo from timestamp '2024-01-01');
SELECT extract(dow from interval '1 day');
SELECT extract(year from timestamp 'infinity'), extract(epoch from date '-infinity'), extract(day from timestamp 'infinity'), extract(century from timestamptz '-infinity'), extract(hour from timestamp 'infinity'), date_part('year', date 'infinity');
SELECT date_part('hour', timestamp '2024-01-01 10:20'), date_part('epoch', interval '1 day'), date_part('dow', timestamp '2024-01-01'), date_part('hour', date '2024-01-01'), date_part('second', time '10:20:30.25'), date_part('month', interval '1 year 3 mon');
SELECT date_trunc('hour', timestamp '2024-02-29 10:20:30'), date_trunc('week', timestamp '2024-02-29'), date_trunc('quarter', date '2024-05-15'), date_trunc('decade', timestamp '2024-02-29'), date_trunc('century', timestamp '2024-02-29'), date_trunc('millennium', timestamp '2024-02-29'), date_trunc('day', timestamptz '2024-02-29 22:00-05'), date_trunc('day', timestamptz '2024-02-29 22:00-05', 'America/New_York'), date_trunc('hour', interval '3 days 02:47:33'), date_trunc('month', interval '1 year 5 mon 3 days'), date_trunc('milliseconds', timestamp '2024-01-01 00:00:00.123456'), date_trunc('day', timestamp 'infinity');
SELECT date_trunc('foo', timestamp '2024-01-01');
SELECT date_trunc('week', interval '1 day');
SELECT date_trunc('timezone', timestamp '2024-01-01');
SELECT date_bin('15 minutes', timestamp '2020-02-11 15:44:17', timestamp '2001-01-01'), date_bin('2 hours', timestamptz '2020-02-11 15:44:17+00', timestamptz '2001-01-01+00'), date_bin('5 days', timestamp '2000-01-01', timestamp '2020-01-01');
SELECT date_bin('1 month', timestamp '2020-02-11', timestamp '2001-01-01');
SELECT date_bin('0 s', timestamp '2020-02-11', timestamp '2001-01-01');
SELECT make_date(2024, 2, 29), make_time(10, 20, 30.5), make_timestamp(2024, 2, 29, 10, 20, 30.5), make_timestamptz(2024, 2, 29, 10, 20, 30.5, 'Europe/Berlin'), make_interval(1, 2, 3, 4, 5, 6, 7.5), make_interval(days => 10), make_interval(secs => 1.5, hours => 2), make_date(-44, 3, 15), make_timestamptz(2024, 2, 29, 10, 20, 30.5);
SELECT make_date(2023, 2, 29);
SELECT make_date(0, 1, 1);
SELECT make_time(24, 0, 1);
SELECT make_time(10, 60, 0);
SELECT make_timestamp(2024, 13, 1, 0, 0, 0);
SELECT make_timestamptz(2024, 1, 1, 0, 0, 0, 'Nope');
SELECT timestamp '2024-01-01 10:00' AT TIME ZONE 'America/New_York', timestamptz '2024-01-01 10:00+00' AT TIME ZONE 'Asia/Tokyo', timetz '10:00+00' AT TIME ZONE 'PST', timestamp '2024-01-01 10:00' AT TIME ZONE interval '-08:00', timestamptz '2024-07-01 10:00+00' AT TIME ZONE 'EST', timestamp '2024-07-01 10:00' AT TIME ZONE '+03', timezone('UTC', timestamp '2024-01-01'), timestamp '2024-03-10 02:30' AT TIME ZONE 'America/New_York', timestamp '2024-11-03 01:30' AT TIME ZONE 'America/New_York', timestamptz '2024-01-01 10:00+00' AT TIME ZONE 'PDT', timestamptz '2024-01-01 10:00+00' AT TIME ZONE 'UTC+3', timestamptz '2024-01-01 10:00+00' AT TIME ZONE 'MSK';
SELECT timestamp '2024-01-01' AT TIME ZONE 'Foo/Bar';
SELECT timestamp '2024-01-01' AT TIME ZONE interval '1 month';
SELECT (date '2024-01-01', date '2024-01-10') OVERLAPS (date '2024-01-10', date '2024-01-20'), (date '2024-01-01', interval '10 days') OVERLAPS (date '2024-01-05', interval '1 day'), (time '10:00', time '12:00') OVERLAPS (time '11:00', time '13:00'), (date '2024-01-01', date '2024-01-01') OVERLAPS (date '2024-01-01', date '2024-01-02'), (timestamp '2024-01-10', timestamp '2024-01-01') OVERLAPS (timestamp '2024-01-05', timestamp '2024-01-06'), (NULL, date '2024-01-01') OVERLAPS (date '2024-01-01', date '2024-01-02');
SELECT to_char(timestamp '2024-02-29 15:04:05.123456', 'YYYY-MM-DD HH24:MI:SS.US'), to_char(timestamp '2024-02-29 15:04:05.123456', 'Day, DD Month YYYY HH12:MI:SS AM'), to_char(timestamp '2024-02-29 15:04:05.123456', 'FMDay, FMDD FMMonth YYYY'), to_char(timestamp '2024-02-29 15:04:05.123456', 'Dy DDth Mon YY MS'), to_char(timestamp '2024-02-29 15:04:05.123456', 'IYYY-IW-ID'), to_char(timestamp '2024-02-29 15:04:05.123456', 'DDD D W WW Q CC J'), to_char(timestamp '2024-02-29 15:04:05.123456', 'SSSS SSSSS'), to_char(timestamp '2024-02-29 15:04:05.123456', 'FF1 FF3 FF6'), to_char(timestamp '2024-02-29 15:04:05.123456', 'DAY MONTH MON DY day month mon dy'), to_char(timestamp '2024-02-29 15:04:05', 'Y,YYY YYY Y IYY IY I'), to_char(timestamp '2024-02-29 15:04:05', 'a.m. A.M. am pm PM'), to_char(timestamp '2024-02-29 15:04:05', 'RM rm FMRM'), to_char(timestamp '2024-02-29 15:04:05', '"YYYY" YYYY \"x'), to_char(timestamp '2024-02-29 15:04:05', 'BC B.C. AD'), to_char(timestamp '0044-03-15 BC', 'YYYY BC'), to_char(timestamptz '2024-02-29 15:04:05+00', 'TZ tz OF TZH:TZM'), to_char(timestamp '2024-02-01', 'FMDDD FMMM FMHH'), to_char(timestamp '2024-02-01 00:05', 'HH HH12 HH24 MI'), to_char(timestamp '2024-02-01', 'DDTH DDth FMDDth'), to_char(timestamp '2024-02-29', 'TMDay TMMonth'), to_char(interval '15 hours 2 min 12 sec', 'HH24:MI:SS'), to_char(interval '3 days 4 hours', 'DD HH24'), to_char(interval '1 year 2 mons', 'YYYY MM'), to_char(interval '-1 hour', 'HH24:MI'), to_char(date '2024-02-29', 'YYYYMMDD'), to_char(time '10:20:30'::interval, 'HH:MI'), to_char(timestamp 'infinity', 'YYYY'), to_char(interval '100 hours', 'HH24 HH12');
-- gap: another result
SELECT to_date('2024-02-29', 'YYYY-MM-DD'), to_date('29 Feb 2024', 'DD Mon YYYY'), to_date('20240229', 'YYYYMMDD'), to_date('2024 60', 'YYYY DDD'), to_date('2024-09-4', 'IYYY-IW-ID'), to_date('99', 'YY'), to_date('69', 'YY'), to_date('70', 'YY'), to_date('44-03-15 BC', 'YYYY-MM-DD BC'), to_date('3 4 21 01', 'W MM CC YY'), to_date('2460000', 'J'), to_date('February 29, 2024', 'Month DD, YYYY'), to_date('24-2-9', 'YY-MM-DD'), to_date('2024', 'YYYY'), to_date('1,999', 'Y,YYY'), to_date('  2024  02', 'YYYY MM'), to_date('2024-Feb-1', 'YYYY-MON-FMDD'), to_date('-44-02-01','YYYY-MM-DD');
-- gap: answers 22008 date/time field value out of range
SELECT to_date('2024-13-01', 'YYYY-MM-DD');
-- gap: answers 22008 date/time field value out of range
SELECT to_date('2024-02-30', 'YYYY-MM-DD');
SELECT to_date('abc', 'YYYY');
SELECT to_date('2024', 'YYYY IYYY');
-- gap: answers 22007 invalid value "Foo" for "MON"
SELECT to_date('2024-01 Foo', 'YYYY-MM Mon');
SELECT to_timestamp('2024-02-29 15:04:05', 'YYYY-MM-DD HH24:MI:SS'), to_timestamp('2024-02-29 03:04:05 PM', 'YYYY-MM-DD HH:MI:SS PM'), to_timestamp('15:04:05.678', 'HH24:MI:SS.MS'), to_timestamp('2024-02-29 12:00 +02', 'YYYY-MM-DD HH24:MI TZH'), to_timestamp(1700000000), to_timestamp(1700000000.5), to_timestamp('2024.123456', 'YYYY.US'), to_timestamp('20240229 1504', 'YYYYMMDD HH24MI'), to_timestamp('2024-02-29 12:34:56.7', 'YYYY-MM-DD HH12:MI:SS.FF1'), to_timestamp('54321', 'SSSSS'), to_timestamp('infinity'::float8), to_timestamp('2024/02/29', 'YYYY-MM-DD'), to_timestamp('2024 +05:30', 'YYYY TZH:TZM');
SELECT to_timestamp('2024-02-29 13:00', 'YYYY-MM-DD HH12:MI');
-- gap: answers 22008 date/time field value out of range
SELECT to_timestamp('25', 'HH24');
SELECT to_timestamp('2024', 'YYYY"x"MM');
SELECT to_timestamp('NaN'::float8);
SELECT generate_series(timestamp '2024-01-01', timestamp '2024-01-03', interval '12 hours');
SELECT generate_series(date '2024-01-01', date '2024-01-03', interval '1 day');
SELECT generate_series(timestamptz '2024-03-09 America/New_York', timestamptz '2024-03-11 America/New_York', '1 day');
SELECT generate_series(timestamp '2024-01-03', timestamp '2024-01-01', interval '-1 day');
SELECT generate_series(timestamp '2024-01-01', timestamp '2024-01-03', interval '0');
SELECT generate_series(1, 5, 2), generate_series(1.5, 3.0, 0.5);
SELECT generate_series(5, 1, -2);
SELECT generate_series(1, 2, 0);
SELECT generate_series(1::numeric, 'NaN'::numeric);
SELECT isfinite(date 'infinity'), isfinite(timestamp '2024-01-01'), isfinite(interval '1 day');
SELECT date '2024-01-01' = timestamp '2024-01-01', date '2024-01-01' < timestamptz '2024-01-01 10:00+00', timestamp '2024-01-01' = timestamptz '2024-01-01+00', time '10:00' = time '10:00:00', timetz '10:00+00' = timetz '11:00+01', timetz '10:00+00' < timetz '11:00+01', date 'infinity' > date '2024-01-01';
SELECT '2024-01-01 10:20:30'::timestamp::date, '2024-01-01 10:20:30'::timestamp::time, '2024-01-01 10:20:30+00'::timestamptz::timetz, '10:20'::time::interval, interval '25:00'::time, '2024-01-01'::date::timestamptz, '10:20+02'::timetz::time, '2024-01-01 10:20:30.678'::timestamp(1), '2024-01-01 10:20:30.65'::timestamp(1), '2024-01-01 10:20:30.999'::timestamptz(0);
SELECT '2024-01-01'::date::time;
SELECT date '2024-01-01' + date '2024-01-01';
SELECT timestamp '2024-01-01' + timestamp '2024-01-01';
SELECT time '10:00' + time '10:00';
SELECT 5 * interval '1 day', interval '1 day' * '2', sum(x), avg(x), min(x), max(x) FROM (VALUES (interval '1 day'), (interval '3 hours')) t(x);
SELECT 'today'::date - 'yesterday'::date, 'tomorrow'::date - current_date, 'now'::timestamp = localtimestamp, current_time IS NOT NULL, localtime(0) IS NOT NULL, current_timestamp(2) IS NOT NULL, now() = current_timestamp, clock_timestamp() >= now(), timeofday() <> '';
SET DateStyle = 'German, DMY';
-- gap: another result
SELECT date '2024-02-29', timestamp '2024-02-29 10:20:30.5', timestamptz '2024-02-29 10:20:30+00', '3/2/2024'::date, '1.2.2024'::date;
SET DateStyle = 'SQL, MDY';
-- gap: another result
SELECT date '2024-02-29', timestamp '2024-02-29 10:20:30.5', timestamptz '2024-02-29 10:20:30+00', '3/2/2024'::date, date '0044-03-15 BC';
SET DateStyle = 'SQL, DMY';
-- gap: another result
SELECT date '2024-02-29', timestamp '2024-02-29 10:20:30.5', timestamptz '2024-02-29 10:20:30+00', '3/2/2024'::date;
SET DateStyle = 'Postgres, MDY';
-- gap: another result
SELECT date '2024-02-29', timestamp '2024-02-29 10:20:30.5', timestamptz '2024-02-29 10:20:30+00', timestamp '0044-03-15 BC';
SET DateStyle = 'ISO, YMD';
SELECT '01-02-03'::date;
SHOW DateStyle;
SET DateStyle = 'foo';
RESET DateStyle;
SET IntervalStyle = 'postgres_verbose';
SELECT interval '1 year 2 mons -3 days 04:05:06.7', interval '0', interval '-1 day', interval '1 mon', interval '-1 year 2 days';
SET IntervalStyle = 'sql_standard';
SELECT interval '1 year 2 mons', interval '3 days 04:05:06', interval '1 year 2 mons -3 days 04:05:06.7', interval '0', interval '-1 day', interval '-1 days -02:03', '-1 2:03:04'::interval;
SET IntervalStyle = 'iso_8601';
SELECT interval '1 year 2 mons -3 days 04:05:06.7', interval '0', interval '-1 day', interval '1 week';
SET IntervalStyle = 'nope';
RESET IntervalStyle;
SET TIME ZONE 'America/New_York';
SELECT timestamptz '2024-07-01 12:00+00', '2024-07-01 12:00'::timestamptz, to_char(timestamptz '2024-07-01 12:00+00', 'TZ OF'), extract(timezone from timestamptz '2024-07-01 12:00+00'), date_trunc('day', timestamptz '2024-07-01 02:00+00'), timestamptz '1800-01-01 00:00+00', '10:20'::timetz - '10:20'::timetz(0) IS NULL;
SET TIME ZONE 'PST8PDT';
SELECT timestamptz '2024-07-01 12:00+00';
SET TIME ZONE '+05:30';
-- gap: another result
SELECT timestamptz '2024-07-01 12:00+00';
SET TIME ZONE -3;
SELECT timestamptz '2024-07-01 12:00+00';
SET TIME ZONE INTERVAL '+02:00' HOUR TO MINUTE;
SELECT timestamptz '2024-07-01 12:00+00';
SET TIME ZONE 'Nope/Nope';
RESET TIME ZONE;
SELECT date_part('foo', timestamp '2024-01-01');
-- gap: answers 22008 interval out of range
SELECT make_interval(years => 2147483647);
SELECT interval '2147483647 months' + interval '1 month';
SELECT timestamp '2024-01-01 00:00' BETWEEN date '2023-01-01' AND '2025-01-01', date '2024-01-01' IN ('2024-01-01', '2024-02-01'), extract('year' from date '2024-01-01');
SELECT timeofday() IS NOT NULL, pg_typeof(date '2024-01-01' + 1), pg_typeof(date '2024-01-01' + interval '1 day'), pg_typeof(date '2024-01-01' - date '2024-01-01'), pg_typeof(extract(year from now())), pg_typeof(date_part('year', now())), pg_typeof(now() - now()), pg_typeof(current_date), pg_typeof(current_time), pg_typeof(localtime), pg_typeof(localtimestamp), pg_typeof(age(now())), pg_typeof(time '10:00' - time '09:00');
SELECT timestamptz_to_str(now());
SELECT '1 day'::interval < '1 month'::interval, interval '1 mon' + date '2024-01-31', timetz '10:00+02' + interval '3 hours', date_trunc('hour', time '10:20');
-- gap: answers 42883 function timestamp(unknown) does not exist
SELECT date(timestamp '2024-01-01 10:00'), time(timestamp '2024-01-01 10:00'), timestamp('2024-01-01'), interval(2);
SELECT pg_sleep(0), statement_timestamp() >= transaction_timestamp();
