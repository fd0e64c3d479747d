-- Working time of pairs of instants (Berlin, Monday to Friday 09 to 17, holidays), beside plain
-- subtraction of local times and the closed form over a table of days.
-- @needs events timelines

-- @setup
CREATE TABLE pair AS
SELECT since, since + make_interval(secs => exp(random() * 4.2 + 9.2)) AS until,
	since + random() * interval '1 day' AS next_day, since - interval '3652 days' * random() AS years_ago
FROM (SELECT timestamptz '2023-01-02 00:00+00' + random() * interval '1000 days' AS since FROM generate_series(1, :items)) s;
CREATE TABLE holiday AS
SELECT make_date(year, month, day) AS date
FROM generate_series(2010, 2026) year, (VALUES (1, 1), (1, 6), (5, 1), (10, 3), (12, 25), (12, 26), (8, 15), (11, 1)) h(month, day);
CREATE TABLE office AS
SELECT jsonb_build_object('time_zone', 'Europe/Berlin',
	'week', (SELECT jsonb_object_agg(day, '["09:00-17:00"]'::jsonb) FROM unnest('{mon,tue,wed,thu,fri}'::text[]) day),
	'holidays', (SELECT jsonb_agg(date) FROM holiday))::vsm.calendar AS calendar;
-- Seconds of working time before each local day.
CREATE TABLE day AS
SELECT date, is_open, coalesce(sum(is_open * 28800) OVER (ORDER BY date ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)::bigint
	AS before
FROM (SELECT d::date AS date, (extract(isodow FROM d) < 6 AND NOT EXISTS (SELECT FROM holiday h WHERE h.date = d::date))::int AS is_open
	FROM generate_series(timestamp '2012-12-01', '2026-12-31', '1 day') d) x;
CREATE UNIQUE INDEX ON day (date) INCLUDE (is_open, before);
VACUUM (ANALYZE) pair, holiday, office, day;

-- @query subtract
SELECT sum(extract(epoch FROM (until AT TIME ZONE 'Europe/Berlin') - (since AT TIME ZONE 'Europe/Berlin'))) FROM pair

-- @query calendar
SELECT sum(extract(epoch FROM vsm.working_time(since, until, (SELECT calendar FROM office)))) FROM pair

-- @query closed_form
WITH x AS (SELECT since AT TIME ZONE 'Europe/Berlin' AS since, until AT TIME ZONE 'Europe/Berlin' AS until FROM pair)
SELECT sum((e.before + e.is_open * least(greatest(extract(epoch FROM until::time)::float8 - 32400, 0), 28800))
	- (b.before + b.is_open * least(greatest(extract(epoch FROM since::time)::float8 - 32400, 0), 28800)))
FROM x JOIN day b ON b.date = since::date JOIN day e ON e.date = until::date

-- @query one_day
SELECT max(vsm.working_time(since, next_day, (SELECT calendar FROM office))) FROM pair

-- @query ten_years
SELECT max(vsm.working_time(years_ago, since, (SELECT calendar FROM office))) FROM pair

-- @query efficiency
SELECT avg(vsm.flow_efficiency(timeline, wf)) FROM stored, my_workflow

-- @query efficiency_by_calendar
SELECT avg(vsm.flow_efficiency(timeline, wf, calendar)) FROM stored, my_workflow, office

-- @ratio closed_form_vs_calendar closed_form / calendar >= 5
-- @ratio calendar_vs_subtract calendar / subtract <= 3
-- @ratio calendar_long_span ten_years / one_day <= 1.5
-- @ratio calendar_overhead efficiency_by_calendar / efficiency <= 3

-- @same closed_form_vs_calendar
WITH x AS (SELECT since AS at, until AS left_at, since AT TIME ZONE 'Europe/Berlin' AS since, until AT TIME ZONE 'Europe/Berlin' AS until
	FROM pair TABLESAMPLE SYSTEM (1) REPEATABLE (1))
SELECT at, left_at
FROM x JOIN day b ON b.date = since::date JOIN day e ON e.date = until::date, office
WHERE abs(extract(epoch FROM vsm.working_time(at, left_at, calendar))
	- ((e.before + e.is_open * least(greatest(extract(epoch FROM until::time)::float8 - 32400, 0), 28800))
	- (b.before + b.is_open * least(greatest(extract(epoch FROM since::time)::float8 - 32400, 0), 28800)))) > 0.00001
LIMIT 5
