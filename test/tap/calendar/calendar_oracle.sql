-- Working time compared with its plain-SQL definition: every interval of every date as instants by
-- PostgreSQL's own AT TIME ZONE, empty where inverted, united by range_agg.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SET LOCAL TIME ZONE 'UTC';
SELECT plan(13);
SELECT setseed(0.2026);

-- Stretches of local time worth looking at: their first date and their length in days.
CREATE TEMP TABLE stretch (zone text, first_date date, days int);
INSERT INTO stretch VALUES
	('Pacific/Apia', '2011-06-01', 400),		-- skips 2011-12-30
	('Pacific/Apia', '1892-06-01', 60),			-- has 1892-07-04 twice
	('Pacific/Kwajalein', '1993-01-01', 400),	-- skips 1993-08-21
	('America/Juneau', '1867-09-01', 90),		-- has a date twice
	('Australia/Lord_Howe', '2025-09-01', 400),	-- half an hour of daylight saving, in the south
	('Antarctica/Troll', '2025-01-01', 400),	-- two hours of it
	('America/Sao_Paulo', '2017-06-01', 600),	-- changes at midnight
	('Asia/Gaza', '2011-01-01', 400),
	('Europe/Dublin', '1971-01-01', 800),		-- winter time is the daylight saving
	('Europe/Amsterdam', '1936-01-01', 800),	-- offsets in seconds
	('Africa/Monrovia', '1971-06-01', 400),
	('Africa/Casablanca', '2080-01-01', 3000),
	('Asia/Kolkata', '1940-01-01', 1000),
	('Asia/Kathmandu', '2026-01-01', 100),
	('America/St_Johns', '2006-01-01', 800),	-- changes at 00:01
	('Asia/Tehran', '2021-01-01', 800),
	('Europe/Paris', '1890-01-01', 800),
	('Europe/Paris', '1899-06-01', 400),
	('Europe/Paris', '2036-01-01', 1500),
	('Europe/Paris', '2299-06-01', 400),
	('Europe/Paris', '2026-01-01', 1000),
	('America/New_York', '2026-01-01', 1600),
	('Pacific/Auckland', '2699-06-01', 400),
	('Europe/Paris', '294274-01-01', 900),
	('Pacific/Chatham', '150000-01-01', 400),
	('America/Los_Angeles', '4710-01-01 BC', 400),
	('Europe/Paris', '1499-06-01', 400),
	('UTC', '0001-06-01 BC', 400),
	('PST8PDT', '1960-01-01', 400),
	('<-03>3:20<-02>2:50,M3.2.0/-50,M11.1.0/100', '2026-01-01', 800),	-- rules of POSIX
	('<-03>3:20<-02>2:50,M3.2.0/-50,M11.1.0/100', '1700-01-01', 400),
	('FAR167', '2026-12-01', 60),				-- a week behind UTC
	('AHEAD-100', '2026-12-01', 60);

-- Of one to three intervals a day, also around midnight and the hours in which clocks change.
CREATE FUNCTION pg_temp.random_day() RETURNS jsonb LANGUAGE SQL VOLATILE AS $$
	SELECT CASE (random() * 8)::int
		WHEN 0 THEN '["00:00-24:00"]'
		WHEN 1 THEN '[]'
		WHEN 2 THEN '["22:00-24:00","00:00-04:30"]'
		WHEN 3 THEN '["01:45-02:10","02:10-02:40","02:40-03:05"]'
		WHEN 4 THEN jsonb_build_array(to_char(make_interval(mins => a), 'HH24:MI') || '-' || to_char(make_interval(mins => b), 'HH24:MI'))
		WHEN 5 THEN jsonb_build_array(to_char(make_interval(mins => a), 'HH24:MI') || '-' || to_char(make_interval(mins => b), 'HH24:MI'),
			to_char(make_interval(mins => b), 'HH24:MI') || '-24:00')
		ELSE '["09:00-12:00","13:00-17:30"]' END
	FROM (SELECT (random() * 1000)::int AS a) x, LATERAL (SELECT a + 1 + (random() * (1438 - a))::int AS b) y $$;

CREATE TEMP TABLE sample AS
SELECT row_number() OVER () AS id, zone, first_date, days, holidays, exceptions,
	CASE n WHEN 1 THEN NULL ELSE week END AS week
FROM (SELECT *, CASE WHEN days > 1600 THEN 2 END AS at_most FROM stretch) s, generate_series(1, coalesce(s.at_most, 3)) n,
	LATERAL (SELECT jsonb_object_agg(day, pg_temp.random_day()) AS week
		FROM unnest(ARRAY['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']) day WHERE random() < 0.85 OR (n, s.days) IS NULL) w,
	LATERAL (SELECT coalesce(jsonb_agg(h), '[]') AS holidays FROM (
		SELECT CASE WHEN k % 3 = 0 THEN jsonb_build_array(to_char(d, 'FMYYYY-MM-DD'), to_char(d + 5, 'FMYYYY-MM-DD'))
			ELSE to_jsonb(to_char(d, 'FMYYYY-MM-DD')) END AS h
		FROM (SELECT k, first_date + k * 40 + (random() * 20)::int AS d FROM generate_series(0, s.days / 40) k) x
		WHERE n > 1 AND d > '1000-01-01') y) h,
	LATERAL (SELECT coalesce(jsonb_object_agg(to_char(d, 'FMYYYY-MM-DD'), pg_temp.random_day()), '{}') AS exceptions
		FROM (SELECT first_date + k * 30 + (random() * 29)::int AS d FROM generate_series(0, s.days / 30) k) x
		WHERE n > 1 AND d > '1000-01-01') e;
CREATE TEMP TABLE calendar AS
SELECT *, (jsonb_build_object('time_zone', zone, 'holidays', holidays, 'exceptions', exceptions)
	|| CASE WHEN week IS NULL THEN '{}' ELSE jsonb_build_object('week', week) END)::vsm.calendar AS calendar
FROM sample;

-- The definition
CREATE FUNCTION pg_temp.open_periods(zone text, week jsonb, holidays jsonb, exceptions jsonb, first date, last date)
RETURNS tstzmultirange LANGUAGE SQL AS $$
	WITH holiday AS (
		SELECT CASE jsonb_typeof(h) WHEN 'array' THEN h->>0 ELSE h #>> '{}' END::date AS first,
			CASE jsonb_typeof(h) WHEN 'array' THEN h->>1 ELSE h #>> '{}' END::date AS last
		FROM jsonb_array_elements(holidays) h),
	opened AS (
		SELECT date, coalesce(exceptions->to_char(date, 'FMYYYY-MM-DD'),
			CASE WHEN EXISTS (SELECT FROM holiday h WHERE date BETWEEN h.first AND h.last) THEN '[]'::jsonb
				WHEN week IS NULL THEN '["00:00-24:00"]'
				ELSE week->(ARRAY['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'])[extract(isodow FROM date)::int] END) AS day
		FROM generate_series(0, last - first) g, LATERAL (SELECT first + g AS date) d)
	SELECT coalesce(range_agg(tstzrange(begins, ends)), '{}')
	FROM opened, jsonb_array_elements_text(coalesce(day, '[]')) i,
		LATERAL (SELECT (date + split_part(i, '-', 1)::interval) AT TIME ZONE zone AS begins,
			(date + split_part(i, '-', 2)::interval) AT TIME ZONE zone AS ends) t
	WHERE begins < ends $$;

CREATE TEMP TABLE opened AS
SELECT id, pg_temp.open_periods(zone, week, holidays, exceptions, first_date, first_date + days) AS periods FROM calendar;
CREATE TEMP TABLE period AS
SELECT id, lower(p) AS begins, upper(p) AS ends FROM opened, unnest(periods) p;
CREATE INDEX ON period (id, begins);
ANALYZE period;
-- Where the definition knows all: far enough from the first and last date.
CREATE TEMP TABLE known AS
SELECT id, calendar, (first_date + 8) AT TIME ZONE 'UTC' AS since, (first_date + days - 8) AT TIME ZONE 'UTC' AS until FROM calendar;

SELECT cmp_ok((SELECT count(*) FROM calendar), '>=', 90::bigint, 'calendars to compare');

-- Whole stretches, period by period
SELECT is_empty($$
	SELECT id FROM opened JOIN known USING (id)
	WHERE vsm.working_periods(tstzrange(since, until), calendar) <> periods * tstzmultirange(tstzrange(since, until)) $$,
	'working_periods of whole stretches');

-- Spans from nothing to all of a stretch, both ways round; instants often on the edge of a period
CREATE TEMP TABLE instant AS
SELECT id, n, calendar, CASE
	WHEN random() < 0.5 THEN since + random() * (until - since)
	ELSE coalesce((SELECT b + (random() * 2 - 1)::int * interval '1 microsecond' FROM (
			SELECT CASE WHEN n % 2 = 0 THEN begins ELSE ends END AS b FROM period p WHERE p.id = known.id AND begins >= known.since
				AND ends < known.until
			ORDER BY begins OFFSET (random() * 50)::int LIMIT 1) e), since) END AS at
FROM known, generate_series(1, 24) n;
CREATE TEMP TABLE span AS
SELECT a.id, a.calendar, a.at AS since, b.at AS until
FROM instant a JOIN instant b ON a.id = b.id AND (b.n = a.n % 24 + 1 OR b.n = a.n);
CREATE TEMP TABLE expected AS
SELECT id, since, until, (SELECT coalesce(sum(least(ends, greatest(s.since, s.until)) - greatest(begins, least(s.since, s.until))), '0')
	FROM period p WHERE p.id = s.id AND begins < greatest(s.since, s.until) AND ends > least(s.since, s.until))
	* CASE WHEN until < since THEN -1 ELSE 1 END AS open
FROM span s;
-- In seconds: a sum of differences has days, working time has hours.
SELECT is_empty($$
	(SELECT id, since, until, extract(epoch FROM open) FROM expected
	 EXCEPT ALL SELECT id, since, until, extract(epoch FROM vsm.working_time(since, until, calendar)) FROM span)
	UNION ALL
	(SELECT id, since, until, extract(epoch FROM vsm.working_time(since, until, calendar)) FROM span
	 EXCEPT ALL SELECT id, since, until, extract(epoch FROM open) FROM expected) $$, 'working_time of spans');
SELECT is_empty($$SELECT id, since, until FROM span WHERE extract(day FROM vsm.working_time(since, until, calendar)) <> 0$$,
	'working time is in hours and smaller units');
SELECT is_empty($$
	SELECT i.id, at FROM instant i JOIN opened USING (id) WHERE vsm.is_working(at, calendar) <> (periods @> at) $$, 'is_working');
SELECT is_empty($$
	SELECT id, bounds, since, until FROM span JOIN opened USING (id), unnest(ARRAY['[)', '[]', '(]', '()']) bounds
	WHERE since <= until AND until - since < '60 days'
	AND vsm.working_periods(tstzrange(since, until, bounds), calendar) <> periods * tstzmultirange(tstzrange(since, until, bounds)) $$,
	'working_periods with every kind of bounds');
SELECT is_empty($$
	SELECT id FROM (SELECT id, calendar, range_agg(tstzrange(least(since, until), greatest(since, until))) AS spans FROM
		(SELECT *, row_number() OVER (PARTITION BY id ORDER BY since, until) AS k FROM span) s WHERE k % 5 = 0 GROUP BY id, calendar) m
			JOIN opened USING (id)
	WHERE vsm.working_time(spans, calendar) <> (SELECT coalesce(sum(upper(p) - lower(p)), '0') FROM unnest(periods * spans) p) $$,
	'working_time of a multirange');

-- Due dates: the instant is right if the time up to it is, and it is the first (the microsecond
-- before it is open) or, backward, the last (it is open itself).
SELECT is_empty($$
	SELECT id, since, until, due FROM span, LATERAL (SELECT vsm.working_time(since, until, calendar) AS open) w,
		LATERAL (SELECT vsm.add_working_time(since, open, calendar) AS due) d
	WHERE vsm.working_time(since, due, calendar) <> open
	OR CASE sign(extract(epoch FROM open))
		WHEN 0 THEN due <> since
		WHEN 1 THEN due > until OR NOT vsm.is_working(due - interval '1 microsecond', calendar)
		ELSE due < until OR NOT vsm.is_working(due, calendar) END $$, 'add_working_time forward and backward');

-- Centuries: sums over blocks of days, against the definition over all their dates
CREATE TEMP TABLE century AS
SELECT *, (jsonb_build_object('time_zone', zone, 'week', week, 'holidays', holidays, 'exceptions', exceptions))::vsm.calendar AS calendar,
	pg_temp.open_periods(zone, week, holidays, exceptions, first_date, last_date) AS periods
FROM (VALUES
	('Europe/Paris', '{"mon":["09:00-12:00"],"sun":["00:30-03:10","20:00-24:00"]}'::jsonb, '[["1914-08-03","1918-11-11"]]'::jsonb,
		'{"1944-08-25":["00:00-24:00"]}'::jsonb, date '1850-01-01', date '2120-01-01'),
	('America/New_York', '{"thu":["00:30-13:10"]}', '[["2100-01-01","2550-01-01"]]', '{"2400-02-29":["00:00-24:00"]}', '2050-01-01',
		'2750-01-01')
	) AS v(zone, week, holidays, exceptions, first_date, last_date);
SELECT is_empty($$
	SELECT zone, since, until FROM century,
		LATERAL (SELECT first_date + (random() * (last_date - first_date - 20))::int + interval '8 days' + random() * interval '1 day'
			AS since,
			first_date + (random() * (last_date - first_date - 20))::int + interval '8 days' + random() * interval '1 day' AS until
			FROM generate_series(1, 6)) s
	WHERE vsm.working_time(since, until, calendar) <> CASE WHEN until < since THEN -1 ELSE 1 END *
		(SELECT coalesce(sum(upper(p) - lower(p)), '0') FROM unnest(periods * tstzmultirange(tstzrange(least(since, until),
			greatest(since, until)))) p) $$,
	'working_time of spans of centuries');

-- The whole range of timestamps. 146097 days later everything repeats, so the time of a span is
-- the sum of its pieces, and of whole 400 years it is a multiple.
CREATE TEMP TABLE weekly AS
SELECT '{"time_zone":"Europe/Paris","week":{"sun":["00:30-03:10"],"thu":["09:00-17:00"]}}'::vsm.calendar AS calendar;
SELECT is_empty($$
	SELECT k FROM weekly, generate_series(1, 729, 56) k
	WHERE extract(epoch FROM vsm.working_time('2400-01-01', timestamptz '2400-01-01' + k * interval '146097 days', calendar))
		<> k * extract(epoch FROM vsm.working_time('2400-01-01', '2800-01-01', calendar)) $$, 'cycles of 400 years');
SELECT is_empty($$
	SELECT k FROM generate_series(1, 15) k,
		(SELECT '{"time_zone":"America/Juneau","week":{"fri":["00:00-24:00"]}}'::vsm.calendar) c(calendar)
	WHERE extract(epoch FROM vsm.working_time(timestamptz '1500-01-01' - k * interval '146097 days', '1500-01-01', calendar))
		<> k * extract(epoch FROM vsm.working_time('1100-01-01', '1500-01-01', calendar))
	OR vsm.working_time('1800-01-01', '1900-01-01', calendar) - vsm.working_time('1400-01-01', '1500-01-01', calendar) <> '24:00:00' $$,
	'cycles of 400 years in the past; Alaska had one Friday twice');
SELECT is_empty($$
	SELECT a, b FROM weekly, (SELECT timestamptz '4713-01-01 BC' + random() * interval '108000000 days' AS a,
		timestamptz '4713-01-01 BC' + random() * interval '108000000 days' AS b,
		timestamptz '4713-01-01 BC' + random() * interval '108000000 days' AS c FROM generate_series(1, 500)) t
	WHERE vsm.working_time(a, b, calendar) + vsm.working_time(b, c, calendar) <> vsm.working_time(a, c, calendar)
	OR vsm.add_working_time(a, vsm.working_time(a, b, calendar), calendar) NOT BETWEEN least(a, b) AND greatest(a, b) $$,
	'spans over the whole range add up');
-- The first date of all is a Monday, the last is not.
SELECT is(extract(epoch FROM vsm.working_time('4714-11-24 00:00:00+00 BC', '294276-12-31 23:59:59.999999+00',
	'{"week":{"mon":["00:00-24:00"]}}')),
	((date '294276-12-31' - date '4714-11-24 BC') / 7 + 1) * 86400.0, 'all Mondays');

SELECT * FROM finish();
ROLLBACK;
