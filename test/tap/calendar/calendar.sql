-- vsm.calendar as a type, and its functions on cases one can check by hand.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SET LOCAL TIME ZONE 'UTC';
SET LOCAL datestyle = 'ISO';
SELECT plan(134);

-- What an SQL statement raises: SQLSTATE, message, detail and hint, or 'no error'.
CREATE FUNCTION pg_temp.error_of(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	code text; message text; detail text; hint text;
BEGIN
	EXECUTE statement;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT,
		detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(' | ', code, message, nullif(detail, ''), nullif(hint, ''));
END $$;

CREATE TEMP TABLE office AS SELECT $${"time_zone":"Europe/Paris","week":{
	"mon":["09:00-17:00"],"tue":["09:00-17:00"],"wed":["09:00-17:00"],"thu":["09:00-17:00"],"fri":["09:00-17:00"]},
	"holidays":["2026-12-25"],"exceptions":{"2026-12-24":["09:00-12:00"],"2026-12-26":["10:00-11:00"]}}$$::vsm.calendar AS calendar;

-- Canonical text
SELECT is(given::vsm.calendar::text, canonical, 'canonical text of ' || given)
FROM (VALUES
	('{}', '{"time_zone":"UTC"}'),
	('{"time_zone":"europe/paris"}', '{"time_zone":"Europe/Paris"}'),
	('{"week":{}}', '{"time_zone":"UTC","week":{}}'),
	('{"week":{"sun":[]}}', '{"time_zone":"UTC","week":{}}'),
	('{"week":{"sun":{},"mon":["09:00-12:00"]},"exceptions":{"2026-12-24":{}}}',
		'{"time_zone":"UTC","week":{"mon":["09:00-12:00"]},"exceptions":{"2026-12-24":[]}}'),
	('{"week":{"sun":["00:00-24:00"],"mon":["00:00-24:00"],"tue":["00:00-24:00"],"wed":["00:00-24:00"],"thu":["00:00-24:00"],'
		'"fri":["00:00-24:00"],"sat":["00:00-24:00"]}}',
	 '{"time_zone":"UTC"}'),
	('{"week":{"tue":["13:00-18:00","09:00-12:00"],"mon":["23:59-24:00"]}}',
	 '{"time_zone":"UTC","week":{"mon":["23:59-24:00"],"tue":["09:00-12:00","13:00-18:00"]}}'),
	('{"week":{"mon":["12:00-13:00","09:00-12:00"]}}', '{"time_zone":"UTC","week":{"mon":["09:00-12:00","12:00-13:00"]}}'),
	('{"holidays":[["2026-12-28","2026-12-31"],"2026-12-25",["2026-01-01","2026-01-01"]]}',
	 '{"time_zone":"UTC","holidays":["2026-01-01","2026-12-25",["2026-12-28","2026-12-31"]]}'),
	('{"holidays":[],"exceptions":{}}', '{"time_zone":"UTC"}'),
	('{"exceptions":{"2026-12-24":["09:00-12:00"],"0001-01-01":[],"294276-12-31":["00:00-00:01"]}}',
	 '{"time_zone":"UTC","exceptions":{"0001-01-01":[],"2026-12-24":["09:00-12:00"],"294276-12-31":["00:00-00:01"]}}'),
	('{"holidays":["2024-02-29","2000-02-29"]}', '{"time_zone":"UTC","holidays":["2000-02-29","2024-02-29"]}'),
	('{"time_zone":"<a\"b>3"}', '{"time_zone":"<A\"B>3"}'),
	('{"time_zone":"Europe/Paris","week":{"mon":["09:00-12:00","13:00-18:00"]},"holidays":["2026-12-25",["2026-12-28","2026-12-31"]],'
		'"exceptions":{"2026-12-24":["09:00-12:00"]}}',
	 '{"time_zone":"Europe/Paris","week":{"mon":["09:00-12:00","13:00-18:00"]},"holidays":["2026-12-25",["2026-12-28","2026-12-31"]],'
		'"exceptions":{"2026-12-24":["09:00-12:00"]}}')
) AS v(given, canonical);

-- Malformed text
SELECT is(pg_temp.error_of(format('SELECT %L::vsm.calendar', given)),
	'22P02 | invalid input syntax for type vsm.calendar | ' || detail, 'refused: ' || given)
FROM (VALUES
	('[]', 'A calendar must be an object, not an array.'),
	('null', 'A calendar must be an object, not null.'),
	('"x"', 'A calendar must be an object, not a string.'),
	('{"timezone":"UTC"}', 'Unknown key "timezone" in a calendar.'),
	('{"week":{},"week":{}}', 'Key "week" stands twice in a calendar.'),
	('{"time_zone":"Mars/Olympus"}', 'Time zone "Mars/Olympus" is not known.'),
	('{"time_zone":""}', 'Time zone "" is not known.'),
	('{"time_zone":null}', '"time_zone" must be a string, not null.'),
	('{"time_zone":1}', '"time_zone" must be a string, not a number.'),
	('{"week":[]}', '"week" must be an object, not an array.'),
	('{"week":null}', '"week" must be an object, not null.'),
	('{"week":{"monday":[]}}', 'Unknown key "monday" in "week".'),
	('{"week":{"mon":[],"mon":[]}}', 'Key "mon" stands twice in "week".'),
	('{"week":{"mon":"09:00-12:00"}}', 'The intervals of "mon" must be an array, not a string.'),
	('{"week":{"mon":{"a":1}}}', 'The intervals of "mon" must be an array, not an object.'),
	('{"week":{"mon":null}}', 'The intervals of "mon" must be an array, not null.'),
	('{"week":{"mon":[900]}}', 'An interval of "mon" must be a string, not a number.'),
	('{"week":{"mon":["9:00-12:00"]}}', 'Interval "9:00-12:00" of "mon" must be written like "09:00-17:30", from 00:00 to 24:00.'),
	('{"week":{"mon":["09:00-24:01"]}}', 'Interval "09:00-24:01" of "mon" must be written like "09:00-17:30", from 00:00 to 24:00.'),
	('{"week":{"mon":["09:00-25:00"]}}', 'Interval "09:00-25:00" of "mon" must be written like "09:00-17:30", from 00:00 to 24:00.'),
	('{"week":{"mon":["09:60-10:00"]}}', 'Interval "09:60-10:00" of "mon" must be written like "09:00-17:30", from 00:00 to 24:00.'),
	('{"week":{"mon":["09:00-10:0x"]}}', 'Interval "09:00-10:0x" of "mon" must be written like "09:00-17:30", from 00:00 to 24:00.'),
	('{"week":{"mon":["09:00_10:00"]}}', 'Interval "09:00_10:00" of "mon" must be written like "09:00-17:30", from 00:00 to 24:00.'),
	('{"week":{"mon":[""]}}', 'Interval "" of "mon" must be written like "09:00-17:30", from 00:00 to 24:00.'),
	('{"week":{"mon":["09:00-09:00"]}}', 'Interval "09:00-09:00" of "mon" is empty.'),
	('{"week":{"mon":["17:00-09:00"]}}', 'Interval "17:00-09:00" of "mon" ends before it begins; an interval that crosses midnight is '
		'written as two, one on each day.'),
	('{"week":{"sun":["13:00-17:00","09:00-13:01"]}}', 'Intervals "09:00-13:01" and "13:00-17:00" of "sun" overlap.'),
	('{"week":{"sun":["13:00-17:00","13:00-17:00"]}}', 'Intervals "13:00-17:00" and "13:00-17:00" of "sun" overlap.'),
	('{"holidays":{}}', '"holidays" must be an array, not an object.'),
	('{"holidays":null}', '"holidays" must be an array, not null.'),
	('{"holidays":[20261225]}', 'A date of "holidays" must be a string, not a number.'),
	('{"holidays":["2026-02-29"]}', '"2026-02-29" in "holidays" is not a date like "2026-12-31".'),
	('{"holidays":["2026-13-01"]}', '"2026-13-01" in "holidays" is not a date like "2026-12-31".'),
	('{"holidays":["2026-1-1"]}', '"2026-1-1" in "holidays" is not a date like "2026-12-31".'),
	('{"holidays":["0000-01-01"]}', '"0000-01-01" in "holidays" is not a date like "2026-12-31".'),
	('{"holidays":["294277-01-01"]}', '"294277-01-01" in "holidays" is not a date like "2026-12-31".'),
	('{"holidays":["02026-01-01"]}', '"02026-01-01" in "holidays" is not a date like "2026-12-31".'),
	('{"holidays":["2026-01-01x"]}', '"2026-01-01x" in "holidays" is not a date like "2026-12-31".'),
	('{"holidays":["tomorrow"]}', '"tomorrow" in "holidays" is not a date like "2026-12-31".'),
	('{"holidays":[["2026-12-25"]]}', 'A range of "holidays" must be its first and its last date, not 1 elements.'),
	('{"holidays":[["2026-12-25","2026-12-26","2026-12-27"]]}', 'A range of "holidays" must be its first and its last date, not 3 '
		'elements.'),
	('{"holidays":[["2026-12-25",26]]}', 'A date of "holidays" must be a string, not a number.'),
	('{"holidays":[["2026-12-26","2026-12-25"]]}', 'The range of "holidays" from 2026-12-26 to 2026-12-25 is reversed.'),
	('{"holidays":["2026-12-25","2026-12-25"]}', 'Date 2026-12-25 stands twice in "holidays".'),
	('{"holidays":[["2026-12-20","2026-12-25"],["2026-12-25","2026-12-28"]]}', 'Date 2026-12-25 stands twice in "holidays".'),
	('{"exceptions":[]}', '"exceptions" must be an object, not an array.'),
	('{"exceptions":{"24.12.2026":[]}}', '"24.12.2026" in "exceptions" is not a date like "2026-12-31".'),
	('{"exceptions":{"2026-12-24":[],"2026-12-24":[]}}', 'Date 2026-12-24 stands twice in "exceptions".'),
	('{"exceptions":{"2026-12-24":["12:00-09:00"]}}', 'Interval "12:00-09:00" of "2026-12-24" ends before it begins; an interval that '
		'crosses midnight is written as two, one on each day.')
) AS v(given, detail);
SELECT alike(pg_temp.error_of($$SELECT '{'::vsm.calendar$$),
	'22P02 | invalid input syntax for type vsm.calendar | %', 'refused: what is no JSON');
SELECT alike(pg_temp.error_of($$SELECT '{"time_zone":"\u0000"}'::vsm.calendar$$),
	'22P05 | invalid input syntax for type vsm.calendar | %', 'refused: what text cannot hold');
SELECT alike(pg_temp.error_of($$SELECT '{"week":[]}'::jsonb::vsm.calendar$$),
	'22P02 | invalid input syntax for type vsm.calendar | "week" must%', 'refused: the same from jsonb');

-- json and jsonb
SELECT is(calendar::json::text, calendar::text, 'cast to json') FROM office;
SELECT is(calendar::jsonb, calendar::text::jsonb, 'cast to jsonb') FROM office;
SELECT is(to_jsonb(calendar), calendar::jsonb, 'to_jsonb') FROM office;
SELECT is(calendar::json::vsm.calendar::text, calendar::text, 'cast from json') FROM office;
SELECT is(calendar::jsonb::vsm.calendar::text, calendar::text, 'cast from jsonb') FROM office;

-- Binary
CREATE TEMP TABLE sent AS
	SELECT calendar FROM office UNION ALL
	SELECT format('{"holidays":[%s]}', string_agg(format('"%s"', date '2000-01-01' + 3 * g), ','))::vsm.calendar
	FROM generate_series(1, 3000) g UNION ALL
	SELECT '{"week":{}}';
CREATE TEMP TABLE received (LIKE sent);
COPY sent TO PROGRAM 'cat >vsm_calendar.binary' (FORMAT binary);
COPY received FROM PROGRAM 'cat vsm_calendar.binary && rm vsm_calendar.binary' (FORMAT binary);
SELECT results_eq('SELECT calendar::text FROM received', 'SELECT calendar::text FROM sent', 'COPY BINARY there and back');
SELECT is(pg_temp.error_of($$COPY received FROM PROGRAM 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\001\0\0\0\003\002{}\377\377"'
	(FORMAT binary)$$),
	'22P03 | invalid binary format of type vsm.calendar | Its format version is 2; this version of vsm reads 1.',
		'binary: another version');
SELECT is(pg_temp.error_of($$COPY received FROM PROGRAM 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\001\0\0\0\003\001[]\377\377"'
	(FORMAT binary)$$),
	'22P03 | invalid binary format of type vsm.calendar | A calendar must be an object, not an array.', 'binary: malformed');
SELECT is(pg_temp.error_of($$COPY received FROM PROGRAM 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\001\0\0\0\000\377\377"'
	(FORMAT binary)$$),
	'08P01 | no data left in message', 'binary: nothing');

-- Comparison
SELECT ok('{"week":{"mon":["13:00-14:00","09:00-12:00"]}}'::vsm.calendar OPERATOR(vsm.=)
	'{"time_zone":"utc","week":{"mon":["09:00-12:00","13:00-14:00"],"tue":[]}}'::vsm.calendar, 'equal when written differently');
SELECT ok('{}'::vsm.calendar OPERATOR(vsm.<>) '{"time_zone":"Etc/UTC"}'::vsm.calendar, 'zones differ by name');
CREATE TEMP TABLE several AS
	SELECT format('{"time_zone":"%s","week":{"mon":["%s-12:00"]},"holidays":[%s]}', zone, begins,
		CASE WHEN holiday THEN '"2026-12-25"' END)::vsm.calendar AS calendar
	FROM unnest(ARRAY['UTC', 'Europe/Paris', 'Asia/Tokyo']) zone, unnest(ARRAY['08:00', '09:00']) begins,
		unnest(ARRAY[false, true]) holiday, generate_series(1, 2);
SELECT is((SELECT count(*) FROM (SELECT DISTINCT calendar FROM several) d), 12::bigint, 'DISTINCT (hash or sort)');
SELECT is((SELECT array_agg(n) FROM (SELECT count(*) AS n FROM several GROUP BY calendar) g), array_fill(2::bigint, ARRAY[12]), 'GROUP BY');
SELECT is((SELECT count(*) FROM several a JOIN several b ON a.calendar OPERATOR(vsm.=) b.calendar), 48::bigint, 'join');
SELECT is((SELECT count(*) FROM several a, several b
	WHERE (a.calendar OPERATOR(vsm.<) b.calendar)::int + (a.calendar OPERATOR(vsm.=) b.calendar)::int + (a.calendar OPERATOR(vsm.>)
		b.calendar)::int <> 1
	OR (a.calendar OPERATOR(vsm.<=) b.calendar) = (a.calendar OPERATOR(vsm.>) b.calendar)
	OR (a.calendar OPERATOR(vsm.>=) b.calendar) = (a.calendar OPERATOR(vsm.<) b.calendar)), 0::bigint, 'a total order');
SELECT is((SELECT count(*) FROM several a, several b, several c
	WHERE a.calendar OPERATOR(vsm.<) b.calendar AND b.calendar OPERATOR(vsm.<) c.calendar
	AND NOT a.calendar OPERATOR(vsm.<) c.calendar), 0::bigint, 'a transitive order');
CREATE TEMP TABLE unique_calendar (calendar vsm.calendar PRIMARY KEY);
INSERT INTO unique_calendar TABLE office;
SELECT throws_ok('INSERT INTO unique_calendar TABLE office', '23505', NULL, 'unique index');
SELECT is(vsm.calendar_hash_extended(calendar, 0) & 4294967295, vsm.calendar_hash(calendar)::bigint & 4294967295, 'hash with seed 0')
	FROM office;

-- Working time by hand (Paris is UTC+1 in winter)
SELECT is(vsm.working_time(since::timestamptz, until::timestamptz, calendar)::text, expected, format('working time %s .. %s', since, until))
FROM office, (VALUES
	('2026-12-21 08:00Z', '2026-12-21 16:00Z', '08:00:00'),
	('2026-12-21 00:00Z', '2026-12-22 00:00Z', '08:00:00'),
	('2026-12-21 09:30Z', '2026-12-21 09:30:00.000001Z', '00:00:00.000001'),
	('2026-12-21 00:00Z', '2026-12-28 00:00Z', '28:00:00'),
	('2026-12-28 00:00Z', '2026-12-21 00:00Z', '-28:00:00'),
	('2026-12-25 00:00Z', '2026-12-26 00:00Z', '00:00:00'),
	('2026-12-26 00:00Z', '2026-12-27 00:00Z', '01:00:00'),
	('2026-12-21 10:00Z', '2026-12-21 10:00Z', '00:00:00')) AS v(since, until, expected);
SELECT is(vsm.working_time('2026-01-05 10:00Z', '2026-01-09 16:00Z', week) + vsm.working_time('2026-01-12 10:00Z', '2026-01-13 10:00Z',
	week),
	'46:00:00', 'Monday to Friday, 09 to 17, with a pause')
FROM (SELECT jsonb_build_object('week', jsonb_object_agg(d, '["09:00-17:00"]'::jsonb))::vsm.calendar
	FROM unnest(ARRAY['mon', 'tue', 'wed', 'thu', 'fri']) d) AS c(week);
-- Round the clock, both changes of daylight saving: real hours
SELECT is(vsm.working_time('2026-03-29 00:00 Europe/Paris', '2026-03-30 00:00 Europe/Paris', '{"time_zone":"Europe/Paris"}'), '23:00:00',
	'a day of 23 hours');
SELECT is(vsm.working_time('2026-10-25 00:00 Europe/Paris', '2026-10-26 00:00 Europe/Paris', '{"time_zone":"Europe/Paris"}'), '25:00:00',
	'a day of 25 hours');
-- 02:30 is in the gap and takes the offset before it: [02:30, 03:10) is inverted, so empty
SELECT is(vsm.working_periods('[2026-03-29 00:00Z,2026-03-29 12:00Z)',
	'{"time_zone":"Europe/Paris","week":{"sun":["02:30-03:10","03:10-04:00"]}}')::text,
	'{["2026-03-29 01:10:00+00","2026-03-29 02:00:00+00")}', 'an interval inverted by a gap is empty');
-- 2011-12-30 did not exist in Apia; its hours are the same instants as those of the 31st
SELECT is(vsm.working_time('2011-12-29 00:00 Pacific/Apia', '2012-01-01 00:00 Pacific/Apia',
	'{"time_zone":"Pacific/Apia","week":{"thu":["09:00-17:00"],"fri":["09:00-17:00"],"sat":["09:00-17:00"]}}'),
	'16:00:00', 'a day that was skipped counts once');
SELECT is(vsm.working_time('2026-12-21 00:00Z', '2026-12-28 06:00Z', NULL)::text, '7 days 06:00:00',
	'NULL calendar: wall clock, as until - since');
SELECT is(vsm.working_time('{[2026-12-21 00:00Z,2026-12-22 00:00Z),[2026-12-24 00:00Z,2026-12-28 00:00Z)}', calendar)::text, '12:00:00',
	'of a multirange') FROM office;
SELECT is(vsm.working_time('{[2026-12-21 00:00Z,2026-12-22 00:00Z),[2026-12-24 00:00Z,2026-12-28 06:00Z)}', NULL)::text,
	'5 days 06:00:00', 'of a multirange by the wall clock');
SELECT is(vsm.working_time('{}'::tstzmultirange, calendar)::text, '00:00:00', 'of an empty multirange') FROM office;
SELECT is(ARRAY[vsm.working_time(NULL, now(), calendar), vsm.working_time(now(), NULL, calendar), vsm.working_time(NULL, calendar),
	vsm.working_time('{[2026-12-21 00:00Z,)}', calendar), vsm.working_time('{(,2026-12-21 00:00Z)}', NULL)],
	array_fill(NULL::interval, ARRAY[5]), 'NULL for a NULL instant and for an unbounded multirange') FROM office;

-- Due dates
SELECT is(vsm.add_working_time(at::timestamptz, duration::interval, calendar)::text, expected, format('%s + %s', at, duration))
FROM office, (VALUES
	('2026-12-21 12:00Z', '0', '2026-12-21 12:00:00+00'),
	('2026-12-20 12:00Z', '0', '2026-12-20 12:00:00+00'),
	('2026-12-21 12:00Z', '4 hours', '2026-12-21 16:00:00+00'),
	('2026-12-21 12:00Z', '04:00:00.000001', '2026-12-22 08:00:00.000001+00'),
	('2026-12-19 12:00Z', '1 day', '2026-12-23 16:00:00+00'),
	('2026-12-23 16:00Z', '4 hours', '2026-12-26 10:00:00+00'),
	('2026-12-21 12:00Z', '-4 hours', '2026-12-21 08:00:00+00'),
	('2026-12-21 12:00Z', '-04:00:00.000001', '2026-12-18 15:59:59.999999+00'),
	('2026-12-28 00:00Z', '-4 hours', '2026-12-24 08:00:00+00')) AS v(at, duration, expected);
SELECT is(vsm.add_working_time('2026-12-21 12:00Z', '1 day 2 hours', NULL), '2026-12-22 14:00Z', 'wall clock');

-- Errors
SELECT is(pg_temp.error_of(statement), expected, statement)
FROM (VALUES
	($$SELECT vsm.working_time('infinity', now(), NULL)$$, '22008 | since cannot be infinite'),
	($$SELECT vsm.working_time(now(), '-infinity', '{}')$$, '22008 | until cannot be infinite'),
	($$SELECT vsm.working_time('{[2026-01-01,infinity)}', '{}')$$, '22008 | the upper bound of a period cannot be infinite'),
	($$SELECT vsm.is_working('infinity', '{}')$$, '22008 | at cannot be infinite'),
	($$SELECT vsm.add_working_time('infinity', '1 hour', '{}')$$, '22008 | at cannot be infinite'),
	($$SELECT vsm.working_periods('[2026-01-01,infinity)', '{}')$$, '22008 | the upper bound of a period cannot be infinite'),
	($$SELECT vsm.working_time('4713-01-01 BC', '294276-12-31', '{}')$$, '22008 | interval out of range'),
	($$SELECT vsm.working_time('4713-01-01 BC', '294276-12-31', NULL)$$, '22008 | interval out of range'),
	($$SELECT vsm.add_working_time('2026-01-01', '1 month', NULL)$$,
	 '22023 | working time cannot be given in months | A month has no fixed length. | Write it in days or smaller; a day is 24 hours.'),
	($$SELECT vsm.add_working_time('2026-01-01', '1 hour', '{"week":{}}')$$,
	 '22008 | timestamp out of range | The calendar does not have that much open time after the given instant.'),
	($$SELECT vsm.add_working_time('2026-01-01', '-1 hour', '{"week":{}}')$$,
	 '22008 | timestamp out of range | The calendar does not have that much open time before the given instant.'),
	($$SELECT vsm.add_working_time('294276-12-31 23:00', '1 hour', '{}')$$,
	 '22008 | timestamp out of range | The calendar does not have that much open time after the given instant.'),
	($$SELECT vsm.add_working_time('294276-12-31 23:00', '1 hour', NULL)$$, '22008 | timestamp out of range'),
	($$SELECT vsm.add_working_time('2026-01-01', '200000000 days', NULL)$$, '22008 | interval out of range'),
	($$SELECT vsm.working_periods('[2026-01-01,)', '{}')$$,
	 '22023 | working periods of an unbounded range | A range without a bound has no end of working periods. | Give the range both '
		'bounds.'),
	($$SELECT vsm.working_periods('[0001-01-01,9999-01-01)', '{"week":{"mon":["00:00-12:00"],"tue":["00:00-12:00"],"wed":["00:00-12:00"],'
		'"thu":["00:00-12:00"],"fri":["00:00-12:00"],"sat":["00:00-12:00"],"sun":["00:00-12:00"]}}')$$,
	 '54000 | too many working periods | The range has more than 1000000. | Ask for a shorter range.'),
	($$SELECT vsm.elapsed_days(now(), now(), 'Mars/Olympus', false)$$, '22023 | time zone "Mars/Olympus" not recognized'),
	($$SELECT vsm.elapsed_days('infinity', now(), 'UTC', false)$$, '22008 | cannot subtract infinite dates')
) AS v(statement, expected);

-- Open or not; elapsed days
SELECT is(array_agg(vsm.is_working(at::timestamptz, calendar)), '{f,t,t,f,f,t,f,t,NULL}', 'is_working')
FROM office, unnest(ARRAY['2026-12-21 07:59:59.999999Z', '2026-12-21 08:00Z', '2026-12-21 15:59:59.999999Z', '2026-12-21 16:00Z',
	'2026-12-25 10:00Z', '2026-12-26 09:30Z', '2026-12-27 10:00Z', '2026-12-24 10:59Z', NULL]) at;
SELECT is(vsm.is_working(now(), NULL), true, 'is_working by the wall clock');
SELECT is(ARRAY[
	vsm.elapsed_days('2026-01-01 22:30Z', '2026-01-01 23:30Z', 'Europe/Paris', false),
	vsm.elapsed_days('2026-01-01 22:30Z', '2026-01-01 23:30Z', 'Europe/Paris', true),
	vsm.elapsed_days('2026-01-01 22:30Z', '2026-01-01 23:30Z', 'UTC', false),
	vsm.elapsed_days('2026-01-03 00:00Z', '2026-01-01 00:00Z', 'UTC', false),
	vsm.elapsed_days('2026-01-03 00:00Z', NULL, 'UTC', false)], '{1,2,0,-2,NULL}', 'elapsed_days');

-- Rows with many calendars in turn: each is measured by its own
SELECT is((SELECT count(*) FROM generate_series(1, 200) AS a(n), generate_series(1, 5) AS b(k)
	WHERE vsm.working_time('2026-01-05 00:00Z', '2026-01-06 00:00Z',
		format('{"week":{"mon":["00:00-%s"]}}', to_char(interval '1 minute' * ((n * k) % 150 + 1), 'HH24:MI'))::vsm.calendar)
		<> interval '1 minute' * ((n * k) % 150 + 1)), 0::bigint, 'a column of calendars');

SELECT * FROM finish();
ROLLBACK;
