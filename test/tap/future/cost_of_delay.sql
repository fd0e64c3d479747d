-- vsm.cost_of_delay and vsm.cd3 against integrals in plain SQL.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(76);
SELECT setseed(0.7);

-- What a statement fails with: SQLSTATE, message and detail.
CREATE FUNCTION pg_temp.failure(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	message text; detail text;
BEGIN
	EXECUTE statement;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
	RETURN concat_ws(' | ', sqlstate, message, nullif(detail, ''));
END $$;

--
-- Rates: exact.
--
SELECT is(vsm.cost_of_delay('{"profile":"rate","per_week":10000}', periods)::text, cost, 'rate 10000 over ' || periods::text)
FROM (VALUES
	('{[2026-01-05 00:00+00,2026-01-12 00:00+00)}'::tstzmultirange, '10000'),
	('{[2026-01-05 00:00+00,2026-01-06 00:00+00),[2026-02-02 00:00+00,2026-02-22 00:00+00)}', '30000'),
	('{[2026-01-05 00:00+00,2026-01-06 00:00+00)}', '1428.57142857142857142857'),
	('{[2026-01-05 00:00+00,2026-01-06 00:00+00),[2026-01-06 00:00+00,2026-01-12 00:00+00)}', '10000'),
	('{(2026-01-05 00:00+00,2026-01-06 00:00+00),(2026-01-06 00:00+00,2026-01-12 00:00+00)}', '10000'),
	('{[2026-01-05 00:00+00,2026-01-05 00:00+00]}', '0'),
	('{[2026-01-05 00:00+00,2026-01-05 00:00:00.000001+00)}', '0.000000016534391534391534'),
	('{}', '0')) AS v (periods, cost);
SELECT is(vsm.cost_of_delay('{"profile":"rate","per_week":123456789012345678901234567890.5}',
	'{[2026-01-05 00:00+00,2026-01-26 00:00+00)}'), 370370367037037036703703703671.5, 'any precision');
SELECT is(vsm.cost_of_delay('{"profile":"rate","per_week":-3.5}', '{[2026-01-05 00:00+00,2026-01-26 00:00+00)}'), -10.5, 'a delay may pay');
SELECT is(vsm.cost_of_delay('{"profile":"rate","per_week":1e3}', '{[2026-01-05 00:00+00,2026-01-12 00:00+00)}'), 1000::numeric,
	'an exponent');
-- Local days at the changes to and from summer time have 23 and 25 hours.
SELECT is(vsm.cost_of_delay('{"profile":"rate","per_week":168}', tstzmultirange(tstzrange(day AT TIME ZONE 'Europe/Paris',
	(day + interval '1 day') AT TIME ZONE 'Europe/Paris'))), hours, 'hours of ' || day::date)
FROM (VALUES (timestamp '2026-03-29', 23.0), ('2026-10-25', 25.0), ('2026-07-01', 24.0)) AS v (day, hours);
-- A local time in the gap comes after a later one: the period between them is empty.
SELECT is(vsm.cost_of_delay('{"profile":"rate","per_week":168}', range_agg(period)), 1.0,
	'inverted local times around the gap cost nothing')
FROM (SELECT CASE WHEN since < until THEN tstzrange(since, until) ELSE 'empty' END AS period
	FROM (SELECT since AT TIME ZONE 'Europe/Paris' AS since, until AT TIME ZONE 'Europe/Paris' AS until
		FROM (VALUES (timestamp '2026-03-29 02:30', timestamp '2026-03-29 03:15'), ('2026-03-29 01:30', '2026-03-29 03:30'))
			AS local (since, until)) AS at) AS p;

--
-- Deadlines: the step where a period contains the time, then the rate.
--
SELECT is(vsm.cost_of_delay('{"profile":"deadline","at":"2026-03-01T00:00:00Z","step":50000,"per_week":1000}', periods), cost,
	'deadline 1 March, waiting ' || periods::text)
FROM (VALUES
	('{[2026-02-01 00:00+00,2026-02-28 00:00+00)}'::tstzmultirange, 0::numeric),
	('{[2026-02-01 00:00+00,2026-03-01 00:00+00)}', 0),
	('{[2026-02-01 00:00+00,2026-03-01 00:00+00]}', 50000),
	('{[2026-02-01 00:00+00,2026-03-08 00:00+00)}', 51000),
	('{[2026-03-01 00:00+00,2026-03-08 00:00+00)}', 51000),
	('{(2026-03-01 00:00+00,2026-03-08 00:00+00)}', 1000),
	('{[2026-02-01 00:00+00,2026-02-10 00:00+00),[2026-03-15 00:00+00,2026-03-29 00:00+00)}', 2000),
	('{[2026-02-01 00:00+00,2026-03-01 00:00+00),[2026-03-01 00:00+00,2026-03-08 00:00+00)}', 51000),
	('{[2026-03-01 00:00+00,2026-03-01 00:00+00]}', 50000)) AS v (periods, cost);
SELECT is(vsm.cost_of_delay('{"profile":"deadline","at":"2026-03-01T02:00:00+02:00","step":7,"per_week":0}',
	'{[2026-03-01 00:00+00,2026-03-08 00:00+00)}'), 7::numeric, 'the time of a deadline has its own offset');

--
-- Expiring value and points: chosen values.
--
SELECT is(vsm.cost_of_delay('{"profile":"expiring","from":"2026-01-05T00:00:00Z","value":100000,"half_life_weeks":8}', periods), cost,
	'expiring, half life 8 weeks, waiting ' || periods::text)
FROM (VALUES
	('{[2026-01-05 00:00+00,2026-03-02 00:00+00)}'::tstzmultirange, 50000::numeric),
	('{[2026-03-02 00:00+00,2026-04-27 00:00+00)}', 25000),
	('{[2025-01-05 00:00+00,2026-03-02 00:00+00),[2026-04-27 00:00+00,2026-06-22 00:00+00)}', 62500),
	('{[2025-01-05 00:00+00,2026-01-05 00:00+00)}', 0),
	('{[2026-01-05 00:00+00,9999-03-02 00:00+00)}', 100000)) AS v (periods, cost);
SELECT is(round(vsm.cost_of_delay('{"profile":"expiring","from":"2026-01-05T00:00:00Z","value":1e12,"half_life_weeks":8}',
	'{[2026-01-05 00:00+00,2026-01-05 00:00:00.000001+00)}'), 9),
	round(1e12 * ln(2::numeric) / (8 * 604800000000), 9), 'a microsecond loses no digits');
SELECT is(vsm.cost_of_delay('{"profile":"points","points":[["2026-01-05T00:00:00Z",0],["2026-01-19T00:00:00Z",1000],'
	'["2026-02-02T00:00:00Z",1000],["2026-02-02T00:00:00Z",5000],["2026-02-16T00:00:00Z",0]]}', periods), cost, 'points, waiting '
		|| periods::text)
FROM (VALUES
	('{[2026-01-05 00:00+00,2026-01-19 00:00+00)}'::tstzmultirange, 1000::numeric),
	('{[2026-01-05 00:00+00,2026-01-12 00:00+00)}', 250),
	('{[2026-01-12 00:00+00,2026-01-19 00:00+00)}', 750),
	('{[2026-01-19 00:00+00,2026-02-02 00:00+00)}', 2000),
	('{[2026-02-02 00:00+00,2026-02-16 00:00+00)}', 5000),
	('{[2025-01-12 00:00+00,2027-01-19 00:00+00)}', 8000),
	('{[2025-01-12 00:00+00,2026-01-05 00:00+00),[2026-02-16 00:00+00,2027-01-19 00:00+00)}', 0)) AS v (periods, cost);

--
-- Random profiles and periods.
--
CREATE TEMP TABLE waiting AS
SELECT id, (SELECT coalesce(range_agg(tstzrange(since, since + length, CASE WHEN length > '0' THEN '[)' ELSE '[]' END)), '{}') FROM (
		SELECT timestamptz '2026-01-01 00:00+00' + random() * interval '300 days' + id * interval '0' AS since,
			CASE WHEN random() < 0.1 THEN interval '0' ELSE random() * interval '20 days' END AS length
		FROM generate_series(1, id % 7)) AS drawn) AS periods
FROM generate_series(1, 150) AS id;
CREATE TEMP TABLE period AS SELECT id, lower(p) AS since, upper(p) AS until, p FROM waiting, unnest(periods) AS p;
CREATE TEMP TABLE profile AS
SELECT id, timestamptz '2026-02-01 00:00+00' + random() * interval '200 days' AS at,
	round((random() * 100000)::numeric, 2) AS amount, round((random() * 5000)::numeric, 3) AS per_week,
		round((0.1 + random() * 20)::numeric, 2) AS half_life
FROM generate_series(1, 150) AS id;
CREATE TEMP TABLE point AS
SELECT id, n, timestamptz '2026-01-01 00:00+00' + n * interval '40 days' + random() * interval '39 days' AS at,
	round((random() * 9000)::numeric, 2) AS per_week
FROM generate_series(1, 150) AS id, LATERAL generate_series(1, 2 + id % 6) AS n;
CREATE TEMP VIEW segment AS
SELECT * FROM (SELECT id, at AS since, per_week AS first, lead(at) OVER w AS until, lead(per_week) OVER w AS second
	FROM point WINDOW w AS (PARTITION BY id ORDER BY n)) AS s WHERE until IS NOT NULL;
CREATE FUNCTION pg_temp.weeks(since timestamptz, until timestamptz) RETURNS numeric LANGUAGE sql
AS $$ SELECT extract(epoch FROM greatest(until - since, '0')) / 604800 $$;

SELECT cmp_ok((SELECT count(*) FROM period JOIN profile USING (id) WHERE at <@ p), '>', 15::bigint,
	'deadlines lie in periods often enough');
SELECT is_empty($$
	SELECT id, ours, cost FROM (
		SELECT id, vsm.cost_of_delay(jsonb_build_object('profile', 'rate', 'per_week', per_week), periods) AS ours,
			(SELECT round(coalesce(sum(extract(epoch FROM until - since)), 0) * per_week, 20) / 604800 FROM period
				WHERE period.id = waiting.id) AS cost
		FROM waiting JOIN profile USING (id)) AS c
	WHERE ours <> cost$$, 'rate = the integral in plain SQL, to the 20th decimal');
SELECT is_empty($$
	SELECT id, ours, cost FROM (
		SELECT id, vsm.cost_of_delay(jsonb_build_object('profile', 'deadline', 'at', at, 'step', amount, 'per_week', per_week), periods)
			AS ours,
			(SELECT coalesce(sum(CASE WHEN at <@ p THEN amount ELSE 0 END + per_week * pg_temp.weeks(greatest(since, at), until)), 0)
				FROM period WHERE period.id = waiting.id) AS cost
		FROM waiting JOIN profile USING (id)) AS c
	WHERE abs(ours - cost) > 1e-12$$, 'deadline = the integral in plain SQL');
SELECT is_empty($$
	SELECT id, ours, cost FROM (
		SELECT id, vsm.cost_of_delay(jsonb_build_object('profile', 'expiring', 'from', at, 'value', amount, 'half_life_weeks', half_life),
			periods) AS ours,
			(SELECT coalesce(sum(amount * (2 ^ (-pg_temp.weeks(at, since) / half_life) - 2 ^ (-pg_temp.weeks(at, until) / half_life))), 0)
				FROM period WHERE period.id = waiting.id) AS cost
		FROM waiting JOIN profile USING (id)) AS c
	WHERE abs(ours - cost) > 1e-9$$, 'expiring = the integral in plain SQL');
SELECT is_empty($$
	SELECT id, ours, cost FROM (
		SELECT id, vsm.cost_of_delay(jsonb_build_object('profile', 'points', 'points', (SELECT jsonb_agg(jsonb_build_array(at, per_week)
			ORDER BY n) FROM point WHERE point.id = waiting.id)), periods) AS ours,
			(SELECT coalesce(sum(pg_temp.weeks(a, b)
				* ((first + (second - first) * pg_temp.weeks(s.since, a) / pg_temp.weeks(s.since, s.until)) + (first + (second - first) *
					pg_temp.weeks(s.since, b) / pg_temp.weeks(s.since, s.until))) / 2), 0)
			 FROM period p, segment s, LATERAL (SELECT greatest(p.since, s.since) AS a, least(p.until, s.until) AS b) AS both_ends
			 WHERE p.id = waiting.id AND s.id = waiting.id AND a < b) AS cost
		FROM waiting) AS c
	WHERE abs(ours - cost) > 1e-9$$, 'points = the integral in plain SQL');

-- The same by brute force: the urgency of every hour, for the profiles without a jump in it.
CREATE TEMP TABLE hour AS
SELECT id, at + interval '30 minutes' AS at FROM waiting, unnest('{3,10,17,24}'::int[]) AS wanted, generate_series('2026-01-01 00:00+00',
	'2026-12-31 00:00+00', interval '1 hour') AS at
WHERE id = wanted AND at + interval '30 minutes' <@ periods;
CREATE TEMP TABLE hourly AS SELECT id, (SELECT range_agg(tstzrange(at - interval '30 minutes', at + interval '30 minutes')) FROM hour
	WHERE hour.id = waiting.id) AS periods FROM waiting WHERE id IN (3, 10, 17, 24);
SELECT is_empty($$
	SELECT id, ours, cost FROM (
		SELECT id, vsm.cost_of_delay(jsonb_build_object('profile', 'expiring', 'from', '2026-01-01T00:00:00Z', 'value', amount,
			'half_life_weeks', half_life), periods) AS ours,
			(SELECT sum(amount::float8 * ln(2) / half_life::float8 * 2 ^ (-pg_temp.weeks('2026-01-01 00:00+00',
				at)::float8 / half_life::float8)) / 168 FROM hour WHERE hour.id = hourly.id) AS cost
		FROM hourly JOIN profile USING (id)) AS c
	WHERE abs(ours / cost::numeric - 1) > 1e-4$$, 'expiring = the sum over hours');
SELECT is_empty($$
	SELECT id, ours, cost FROM (
		SELECT id, vsm.cost_of_delay(jsonb_build_object('profile', 'points', 'points',
			jsonb_build_array(jsonb_build_array('2026-01-01T00:00:00Z', per_week), jsonb_build_array('2027-01-01T00:00:00Z', 0))),
				periods) AS ours,
			(SELECT sum(per_week * (1 - pg_temp.weeks('2026-01-01 00:00+00', at) / pg_temp.weeks('2026-01-01 00:00+00',
				'2027-01-01 00:00+00'))) / 168 FROM hour WHERE hour.id = hourly.id) AS cost
		FROM hourly JOIN profile USING (id)) AS c
	WHERE abs(ours / cost - 1) > 1e-12$$, 'points = the sum over hours');

--
-- NULL and errors.
--
SELECT is(num_nulls(vsm.cost_of_delay(NULL, '{}'), vsm.cost_of_delay('{"profile":"rate","per_week":1}', NULL), vsm.cd3(NULL, 1),
	vsm.cd3(1, NULL), vsm.cd3(1, 0)), 5, 'NULL for NULL, and for a duration of 0');
SELECT is(pg_temp.failure(format($$SELECT vsm.cost_of_delay('{"profile":"rate","per_week":1}', %L)$$, periods)),
	'22023 | the delay in an unbounded period has no cost yet | ' || detail, 'unbounded: ' || periods)
FROM (VALUES ('{[2026-01-01 00:00+00,)}', 'A period has no end.'), ('{(,2026-01-01 00:00+00)}', 'A period has no beginning.'),
	('{[2026-01-01 00:00+00,infinity)}', 'A period has no end.'), ('{[-infinity,2026-01-01 00:00+00)}', 'A period has no beginning.'),
		('{(,)}', 'A period has no end.')) AS v (periods, detail);
SELECT is(pg_temp.failure(format('SELECT vsm.cost_of_delay(%L, ''{}'')', profile)), '22023 | invalid urgency profile | ' || detail,
	'refused: ' || left(profile, 60))
FROM (VALUES
	('[]', 'An urgency profile is an object, not an array.'),
	('null', 'An urgency profile is an object, not null.'),
	('{}', 'The key "profile" is missing.'),
	('{"profile":1}', '"profile" must be a string, not a number.'),
	('{"profile":"linear"}', 'Unknown profile "linear".'),
	('{"profile":"rate"}', 'Profile "rate" needs the key "per_week".'),
	('{"profile":"rate","per_week":"10"}', '"per_week" must be a number, not a string.'),
	('{"profile":"rate","per_week":null}', '"per_week" must be a number, not null.'),
	('{"profile":"rate","per_week":10,"per_day":1}', 'Unknown key "per_day" in profile "rate".'),
	('{"profile":"deadline","at":"2026-01-01T00:00:00Z","per_week":1}', 'Profile "deadline" needs the key "step".'),
	('{"profile":"deadline","at":"tomorrow","step":1,"per_week":1}',
		'"at" is not a time: "tomorrow". A time is written as 2026-01-05T10:00:00Z or with an offset such as +02:00.'),
	('{"profile":"deadline","at":"2026-01-01T00:00:00","step":1,"per_week":1}',
	 '"at" is not a time: "2026-01-01T00:00:00". The time has no offset: without Z or an offset such as +02:00 it would depend on the '
		'session''s time zone.'),
	('{"profile":"deadline","at":20260101,"step":1,"per_week":1}', '"at" must be a time in a string, not a number.'),
	('{"profile":"expiring","from":"2026-01-01T00:00:00Z","value":1,"half_life_weeks":0}',
		'"half_life_weeks" must be above 0 and within the range of double precision.'),
	('{"profile":"expiring","from":"2026-01-01T00:00:00Z","value":1,"half_life_weeks":1e400}',
		'"half_life_weeks" must be above 0 and within the range of double precision.'),
	('{"profile":"points","points":7}', '"points" must be an array, not a number.'),
	('{"profile":"points","points":[["2026-01-01T00:00:00Z",1]]}', '"points" must have at least two points: there is nothing outside of '
		'the first and the last.'),
	('{"profile":"points","points":[["2026-01-01T00:00:00Z",1],["2026-01-01T00:00:00Z"]]}',
		'Point 2 must be an array of a time and a number.'),
	('{"profile":"points","points":[["2026-01-01T00:00:00Z",1],["2026-01-01T00:00:00Z",true]]}',
		'The rate of a point must be a number, not a boolean.'),
	('{"profile":"points","points":[["2026-01-02T00:00:00Z",1],["2026-01-01T00:00:00Z",1]]}',
		'Point 2 is earlier than the one before it.')) AS wrong (profile, detail);

--
-- CD3.
--
SELECT is(vsm.cd3(10000, 4), 2500::float8, 'cd3: cost of delay divided by duration');
SELECT is(pg_temp.failure(statement), failure, statement)
FROM (VALUES
	('SELECT vsm.cd3(1, -1)', '22023 | a duration in weeks must be finite and not negative | The duration is -1 weeks.'),
	('SELECT vsm.cd3(1, ''NaN'')', '22023 | a duration in weeks must be finite and not negative | The duration is NaN weeks.'),
	('SELECT vsm.cd3(''NaN'', 1)', '22023 | a cost per week must be a finite number'),
	('SELECT vsm.cd3(1e308, 1e-10)', '22003 | value out of range: overflow')) AS wrong (statement, failure);

SELECT finish();
ROLLBACK;
