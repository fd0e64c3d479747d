-- Every metric that takes a calendar, on random items: its working time is that of its periods or
-- instants, which do not depend on the calendar.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SET LOCAL TIME ZONE 'UTC';
SELECT plan(16);
SELECT setseed(0.46);

-- Both answers, compared row by row both ways.
CREATE FUNCTION pg_temp.same(actual text, expected text, what text) RETURNS text LANGUAGE SQL AS $$
	SELECT is_empty(format('(%1$s EXCEPT ALL %2$s) UNION ALL (%2$s EXCEPT ALL %1$s)', actual, expected), what) $$;

CREATE TEMP TABLE event AS
SELECT item, at, state FROM generate_series(1, 300) item,
	LATERAL (SELECT timestamptz '2025-10-01' + item * interval '37 hours' + random() * interval '30 days' AS at,
		(ARRAY['To Do', 'In Progress', 'In Review', 'In Progress', 'Done', 'Elsewhere', 'Testing', 'Done',
			'Dropped'])[1 + (random() * 8.4)::int] AS state
		FROM generate_series(1, 1 + item % 9)) e;
CREATE TEMP TABLE flag AS
SELECT item, at, CASE WHEN random() < 0.6 THEN 'Flagged' ELSE 'Unflagged' END AS state FROM generate_series(1, 300, 2) item,
	LATERAL (SELECT timestamptz '2025-10-01' + item * interval '37 hours' + random() * interval '30 days' AS at FROM generate_series(1,
		4)) e;
CREATE TEMP TABLE workflow AS
SELECT vsm.with_rules('{"stages":[{"name":"To Do","class":"new"},{"name":"In Progress","class":"active"},
	{"name":"Flag","class":"blocked","states":["Flagged"],"until":["Unflagged"]},
	{"name":"In Review","class":"waiting"},{"name":"Testing","class":"active"},{"name":"Done","class":"done"},
	{"name":"Dropped","class":"cancelled"}]}'::vsm.workflow, reopen => reopen, start => start, backward => backward, unmapped => unmapped)
		AS workflow,
	reopen = 'first' AS cut
FROM (VALUES ('continue', 'committed', 'keep', 'waiting'), ('pause', 'active', 'keep', 'ignore'),
	('first', 'created', 'erase', 'waiting'), ('pause', 'created', 'erase', 'waiting')) AS v(reopen, start, backward, unmapped);
CREATE TEMP TABLE calendar AS
SELECT c::vsm.calendar AS calendar FROM (VALUES
	('{"time_zone":"Europe/Paris","week":{"mon":["09:00-12:00","13:00-17:00"],"tue":["09:00-17:00"],"thu":["00:00-24:00"],'
		'"fri":["09:00-17:00"]},"holidays":["2025-12-25",["2025-12-29","2026-01-02"]]}'),
	('{"time_zone":"Australia/Lord_Howe"}'),
	('{"time_zone":"America/New_York","week":{"sun":["00:30-03:10","20:00-24:00"],"sat":["06:00-07:00"]},'
		'"exceptions":{"2025-11-19":["00:00-24:00"]}}')) AS v(c);
CREATE TEMP TABLE question AS
SELECT row_number() OVER () AS id, item, timeline, flags, workflow, cut, calendar, as_of
FROM (SELECT item, vsm.timeline(at, state) AS timeline, vsm.timeline(at, state) FILTER (WHERE state LIKE '%lagged') AS flags
		FROM (TABLE event UNION ALL TABLE flag) e GROUP BY item) t, workflow, calendar,
	LATERAL (SELECT NULL::timestamptz UNION ALL SELECT timestamptz '2025-10-20' + item * interval '37 hours') a(as_of);

SELECT pg_temp.same(format('SELECT id, vsm.%1$s_time(timeline, workflow, calendar, as_of) FROM question', name),
	format('SELECT id, CASE WHEN vsm.%1$s_time(timeline, workflow, NULL, as_of) IS NOT NULL
		THEN vsm.working_time(vsm.%1$s_periods(timeline, workflow, as_of), calendar) END FROM question', name), name || '_time')
FROM unnest(ARRAY['active', 'wait', 'blocked']) name;
SELECT pg_temp.same('SELECT id, stage, vsm.stage_time(timeline, workflow, stage, calendar, as_of) FROM question, unnest(ARRAY[''In '
	'Progress'', ''In Review'', ''Done'', ''Flag'']) stage',
	$$SELECT id, stage, CASE WHEN vsm.stage_time(timeline, workflow, stage, NULL, as_of) IS NOT NULL
		THEN vsm.working_time(vsm.stage_periods(timeline, workflow, stage, as_of), calendar) END FROM question,
			unnest(ARRAY['In Progress', 'In Review', 'Done', 'Flag']) stage$$,
	'stage_time');
SELECT pg_temp.same(format('SELECT id, vsm.%s(timeline, workflow, calendar, as_of) FROM question', name),
	format('SELECT id, CASE WHEN vsm.%1$s(timeline, workflow, NULL, as_of) IS NOT NULL
		THEN vsm.working_time(vsm.active_periods(timeline, workflow, as_of) + vsm.wait_periods(timeline, workflow, as_of), calendar) END '
			'FROM question', name), name)
FROM unnest(ARRAY['flow_time', 'item_age']) name;
SELECT pg_temp.same(format('SELECT id, vsm.%s_time(timeline, workflow, calendar, as_of) FROM question', name),
	format('SELECT id, CASE WHEN vsm.%1$s_time(timeline, workflow, NULL, as_of) IS NOT NULL
		THEN vsm.working_time(vsm.created_at(timeline, workflow, as_of), vsm.%2$s_at(timeline, workflow, as_of), calendar) END FROM '
			'question', name, until), name || '_time')
FROM (VALUES ('lead', 'finished'), ('backlog', 'started')) v(name, until);
SELECT pg_temp.same('SELECT id, vsm.flow_efficiency(timeline, workflow, calendar, as_of) FROM question',
	$$SELECT id, (active * 1000000)::float8 / nullif(((active + wait) * 1000000)::float8, 0) FROM (SELECT id, extract(epoch
		FROM vsm.active_time(timeline, workflow, calendar, as_of)) AS active,
		extract(epoch FROM vsm.wait_time(timeline, workflow, calendar, as_of)) AS wait FROM question) t$$,
	'flow_efficiency');
SELECT pg_temp.same('SELECT id, flow_time, lead_time, backlog_time, item_age, blocked_time, active_time, wait_time, flow_efficiency
		FROM question, vsm.flow(timeline, workflow, calendar, as_of)',
	'SELECT id, vsm.flow_time(timeline, workflow, calendar, as_of), vsm.lead_time(timeline, workflow, calendar, as_of),
		vsm.backlog_time(timeline, workflow, calendar, as_of), vsm.item_age(timeline, workflow, calendar, as_of),
		vsm.blocked_time(timeline, workflow, calendar, as_of), vsm.active_time(timeline, workflow, calendar, as_of),
		vsm.wait_time(timeline, workflow, calendar, as_of), vsm.flow_efficiency(timeline, workflow, calendar, as_of) FROM question',
	'flow');

-- Visits are the same without a calendar, but for their times. (Rule first ignores later flags, so
-- there blocked is compared by stage_times only.)
CREATE TEMP TABLE visit AS
SELECT id, calendar, cut, as_of, v.*, vsm.periods(CASE WHEN as_of IS NULL THEN flags ELSE vsm.clip(flags, tstzrange(NULL, as_of,
	'[]')) END, 'Flagged') AS flagged
FROM question, vsm.visits(timeline, workflow, NULL, as_of) v;
SELECT pg_temp.same('SELECT id, visit, place, stage, class, entered_at, left_at, duration, CASE WHEN NOT cut THEN blocked END, on_clock, '
	'backward
		FROM question, vsm.visits(timeline, workflow, calendar, as_of)',
	$$SELECT id, visit, place, stage, class, entered_at, left_at, vsm.working_time(entered_at, coalesce(left_at, as_of), calendar),
		CASE WHEN NOT cut AND coalesce(left_at, as_of) IS NOT NULL THEN vsm.working_time(coalesce(flagged,
			'{}') * tstzmultirange(tstzrange(entered_at, coalesce(left_at, as_of))), calendar) END,
		on_clock, backward FROM visit$$, 'visits');
SELECT pg_temp.same($$SELECT id, stage, duration, on_clock, blocked FROM question, vsm.stage_times(timeline, workflow, calendar, as_of)
	WHERE visits > 0 AND class <> 'blocked'$$,
	$$SELECT id, stage, CASE WHEN count(*) = count(duration) THEN sum(duration) END, max(on_clock), CASE WHEN count(*) = count(blocked)
		THEN sum(blocked) END
		FROM (SELECT id, v.stage, v.duration, v.blocked, vsm.stage_time(timeline, workflow, v.stage, calendar, as_of) AS on_clock
			FROM question, vsm.visits(timeline, workflow, calendar, as_of) v) x GROUP BY id, stage$$, 'stage_times');
SELECT is_empty($$
	SELECT id, sum(duration), vsm.working_time(min(entered_at), max(coalesce(left_at, as_of)), calendar)
	FROM (SELECT id, calendar, as_of, v.* FROM question, vsm.visits(timeline, workflow, calendar, as_of) v WHERE as_of IS NOT NULL) x
	GROUP BY id, calendar HAVING sum(duration) <> vsm.working_time(min(entered_at), max(coalesce(left_at, as_of)), calendar)$$,
	'the visits of an item add up to its whole time');

-- Moves among mapped stages, from entry to entry
CREATE TEMP TABLE map AS
SELECT workflow, calendar, r.* FROM (SELECT workflow, calendar, vsm.process_map(timeline, workflow, calendar) AS rows
	FROM question WHERE as_of IS NULL GROUP BY workflow, calendar) g, unnest(rows) r;
CREATE TEMP TABLE move AS
SELECT workflow, calendar, stage, lag(stage) OVER w AS before, vsm.working_time(lag(entered_at) OVER w, entered_at, calendar) AS duration
FROM (SELECT *, lag(stage) OVER (PARTITION BY id ORDER BY visit) IS DISTINCT FROM stage AS moved
	FROM (SELECT id, workflow, calendar, v.* FROM question, vsm.visits(timeline, workflow) v WHERE as_of IS NULL AND place IS NOT NULL) m) x
WHERE moved WINDOW w AS (PARTITION BY id ORDER BY visit);
SELECT pg_temp.same('SELECT workflow, calendar, from_stage, to_stage, moves, total, min, max FROM map WHERE from_stage IS NOT NULL AND '
	'to_stage IS NOT NULL',
	'SELECT workflow, calendar, before, stage, count(*), sum(duration), min(duration), max(duration) FROM move WHERE before IS NOT NULL '
		'GROUP BY 1, 2, 3, 4', 'process_map');

-- What was compared is not all NULL or zero.
SELECT cmp_ok(least(count(*), count(nullif(vsm.active_time(timeline, workflow, calendar, as_of), '0')),
	count(nullif(vsm.wait_time(timeline, workflow, calendar, as_of), '0')),
	count(nullif(vsm.blocked_time(timeline, workflow, calendar, as_of), '0')), count(nullif(vsm.flow_time(timeline, workflow, calendar,
		as_of), '0')),
	count(nullif(vsm.item_age(timeline, workflow, calendar, as_of), '0')), count(nullif(vsm.backlog_time(timeline, workflow, calendar,
		as_of), '0'))), '>', 300::bigint,
	'hundreds of times of each kind') FROM question;
SELECT ok(vsm.flow_time(vsm.timeline(at, state), (SELECT workflow FROM workflow LIMIT 1), (SELECT calendar FROM calendar
	LIMIT 1))::text !~ 'day',
	'working time is in hours and smaller units')
FROM (VALUES ('2026-01-05'::timestamptz, 'In Progress'), ('2026-04-05', 'Done')) v(at, state);

SELECT * FROM finish();
ROLLBACK;
