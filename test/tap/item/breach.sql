-- vsm.breach_at: by hand, by bisection over vsm.flow and vsm.stage_time as of a time, and against the
-- periods of the clock, on random items under random calendars
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SET LOCAL TimeZone = 'America/St_Johns';
SET LOCAL jit = off;
SELECT plan(72);
SELECT setseed(0.19);

------------------------------------------------------------------------------
-- By hand
------------------------------------------------------------------------------

-- What a statement fails with: SQLSTATE, message, detail and hint.
CREATE FUNCTION pg_temp.failure(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	message text; detail text; hint text;
BEGIN
	EXECUTE statement;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(' | ', sqlstate, message, nullif(detail, ''), nullif(hint, ''));
END $$;
CREATE FUNCTION pg_temp.stream(reopen text DEFAULT 'continue', start text DEFAULT 'committed') RETURNS vsm.workflow LANGUAGE sql IMMUTABLE
	AS $$
SELECT vsm.with_rules('{"stages":[{"name":"To Do","class":"new"},{"name":"Build","class":"active"},
	{"name":"Blocked","class":"blocked","states":["Flagged"],"until":["Unflagged"]},{"name":"Review","class":"waiting"},
	{"name":"Done","class":"done"},{"name":"Dropped","class":"cancelled"}]}', reopen => reopen, start => start)
$$;
-- Days and hours of January 2026, whose 5th is a Monday: '05 10:00 Build, 06 Review'.
CREATE FUNCTION pg_temp.line(events text) RETURNS vsm.timeline LANGUAGE sql IMMUTABLE AS $$
	SELECT vsm.timeline(('2026-01-' || m[1] || coalesce(m[2], ' 00:00') || '+00')::timestamptz, m[3])
	FROM regexp_matches(events, '(\d\d)( \d\d:\d\d[:.\d]*)? ([^,]+)', 'g') AS m $$;
CREATE FUNCTION pg_temp.day(at timestamptz) RETURNS text LANGUAGE sql AS $$
	SELECT regexp_replace(to_char(at AT TIME ZONE 'UTC', 'MM-DD HH24:MI:SS.US'), '(:00)?\.000000$', '') $$;
CREATE FUNCTION pg_temp.office() RETURNS vsm.calendar LANGUAGE sql IMMUTABLE AS $$
SELECT '{"week":{"mon":["09:00-17:00"],"tue":["09:00-17:00"],"wed":["09:00-17:00"],"thu":["09:00-17:00"],"fri":["09:00-17:00"]},
	"holidays":["2026-01-20"]}'::vsm.calendar $$;

SELECT is(pg_temp.day(vsm.breach_at(pg_temp.line(events), pg_temp.stream(rule), target::interval)), want, format('%s: %s, %s', events,
	target, rule))
FROM (VALUES
	('05 To Do, 06 Build', 'continue', '3 days', '01-09 00:00'),
	('05 To Do, 06 Build', 'continue', '0', '01-06 00:00'),
	('05 To Do, 06 Build', 'continue', '1 microsecond', '01-06 00:00:00.000001'),
	-- reached while it was elsewhere, and just as it moved
	('05 To Do, 06 Build, 08 Review, 20 Build', 'continue', '5 days 01:30', '01-11 01:30'),
	('05 To Do, 06 Build, 08 Review', 'continue', '2 days', '01-08 00:00'),
	-- the clock goes on while it is blocked, and where the workflow does not know the state
	('06 Build, 07 Flagged', 'continue', '3 days', '01-09 00:00'),
	('06 Build, 07 Elsewhere', 'continue', '3 days', '01-09 00:00'),
	-- sent back before the clock it does not stop
	('06 Build, 07 To Do', 'continue', '3 days', '01-09 00:00'),
	-- reopened: what lay between counts or does not
	('06 Build, 08 Done, 10 Build', 'continue', '3 days', '01-09 00:00'),
	('06 Build, 08 Done, 10 Build', 'pause', '3 days', '01-11 00:00'),
	('06 Build, 08 Done, 10 Build', 'pause', '2 days', '01-08 00:00'),
	('06 Build, 08 Done, 10 Build', 'first', '3 days', NULL),
	-- it stands
	('05 To Do', 'continue', '1 day', NULL),
	('06 Build, 08 Done', 'continue', '1 day', NULL),
	('06 Build, 08 Dropped', 'continue', '1 day', NULL),
	('06 Build, 08 Done, 09 Elsewhere', 'continue', '1 day', NULL),
	('06 Flagged', 'continue', '1 day', NULL)) AS v (events, rule, target, want);
SELECT is(pg_temp.day(vsm.breach_at(pg_temp.line('05 To Do'), pg_temp.stream(start => 'created'), '1 day')), '01-06 00:00',
	'a clock that starts with the item');

SELECT is(pg_temp.day(vsm.breach_at(pg_temp.line(events), pg_temp.stream(), target::interval, stage)), want, format('%s in %s: %s',
	target, stage, events))
FROM (VALUES
	('06 Build', 'Build', '3 days', '01-09 00:00'),
	-- all visits of the stage count
	('06 Build, 08 Review, 10 Build', 'Build', '3 days', '01-11 00:00'),
	('06 Build, 08 Review, 10 Build', 'Build', '1 day', '01-07 00:00'),
	-- it is not there now
	('06 Build, 08 Review, 10 Build', 'Review', '3 days', NULL),
	('06 Build, 08 Review, 10 Build', 'Review', '1 day', NULL),
	('06 Build', 'Review', '1 day', NULL),
	('06 Build, 08 Done', 'Done', '1 day', NULL),
	('06 To Do', 'To Do', '1 day', NULL),
	-- sent back: on the clock there; what was before the clock does not count
	('05 To Do, 06 Build, 07 To Do', 'To Do', '1 day', '01-08 00:00'),
	-- a layer: all its times, while it holds, whatever goes on below
	('06 Build, 07 Flagged', 'Blocked', '2 days', '01-09 00:00'),
	('06 Build, 07 Flagged, 08 Unflagged, 10 Flagged, 11 Review', 'Blocked', '3 days', '01-12 00:00'),
	('05 Flagged, 06 Build', 'Blocked', '2 days', '01-08 00:00'),
	('06 Build, 07 Flagged, 09 Unflagged', 'Blocked', '1 day', NULL),
	('06 Build, 07 Elsewhere', '(unmapped)', '2 days', '01-09 00:00')) AS v (events, stage, target, want);

SELECT is(pg_temp.day(vsm.breach_at(pg_temp.line(events), pg_temp.stream(), target::interval, pg_temp.office())), want,
	format('%s working hours: %s', target, events))
FROM (VALUES
	-- of an evening and the morning after it the evening is when it is reached
	('05 09:00 Build', '8 hours', '01-05 17:00'),
	('05 09:00 Build', '8 hours 1 microsecond', '01-06 09:00:00.000001'),
	('09 16:00 Build', '2 hours', '01-12 10:00'),
	('09 20:00 Build', '0', '01-09 20:00'),
	-- over a weekend, and the holiday
	('19 09:00 Build', '12 hours', '01-21 13:00'),
	-- a day of the target is 24 hours
	('05 09:00 Build', '1 day', '01-07 17:00')) AS v (events, target, want);
SELECT is(vsm.breach_at(pg_temp.line('05 Build'), pg_temp.stream(), '1 hour', '{"week":{}}'::vsm.calendar), NULL, 'closed for ever: never');
SELECT is(vsm.breach_at(pg_temp.line('05 Build'), pg_temp.stream(), '100 hours',
	'{"week":{},"exceptions":{"2026-02-02":["09:00-17:00"]}}'::vsm.calendar), NULL, 'not that much open time left: never');
SELECT is(pg_temp.day(vsm.breach_at(pg_temp.line('05 Build'), pg_temp.stream(), '8 hours',
	'{"week":{},"exceptions":{"2026-02-02":["09:00-17:00"]}}'::vsm.calendar)), '02-02 17:00', 'just that much is left');
SELECT is(vsm.breach_at(pg_temp.line('05 Build'), pg_temp.stream(), '106751990 days'), NULL, 'after the last timestamp: never');
SELECT is(vsm.breach_at(pg_temp.line('05 Build'), pg_temp.stream(), '2147483647 hours', pg_temp.office()), NULL, 'nor in working time');
SELECT is(vsm.breach_at('[["4713-01-01T00:00:00Z BC","Build"],["294276-12-31T00:00:00Z","Review"]]', pg_temp.stream(), '3000000 hours'),
	timestamptz '4713-01-01 00:00+00 BC' + interval '3000000 hours', 'of a time that does not fit an interval');

-- Arguments
SELECT is(ROW(vsm.breach_at(NULL, pg_temp.stream(), '1 day'), vsm.breach_at(pg_temp.line('05 Build'), NULL, '1 day'),
	vsm.breach_at(pg_temp.line('05 Build'), pg_temp.stream(), NULL),
	vsm.breach_at(NULL, pg_temp.stream(), '1 day', 'Build'), vsm.breach_at(pg_temp.line('05 Build'), NULL, '1 day', 'Build'),
		vsm.breach_at(pg_temp.line('05 Build'), pg_temp.stream(), NULL, 'Build'),
	vsm.breach_at(pg_temp.line('05 Build'), pg_temp.stream(), '1 day', NULL::text))::text, '(,,,,,,)',
		'NULL for a NULL timeline, workflow, target or stage');
SELECT is(pg_temp.failure(format('SELECT vsm.breach_at(%L, pg_temp.stream(), %s)', pg_temp.line('06 Build, 08 Done'), arguments)), want,
	arguments)
FROM (VALUES
	($$'-1 day'$$, '22023 | a target cannot be negative'),
	($$'1 month'$$, '22023 | a target cannot be given in months | A month has no fixed length. | Write it in days or smaller; a day is 24 '
		'hours.'),
	($$'1 day', 'QA'$$, '22023 | the workflow has no stage "QA" | vsm.stages(workflow) lists its stages.')) AS v (arguments, want);

-- Every way to call it finds one function: the fourth argument is a stage unless it is a calendar
CREATE FUNCTION pg_temp.called(call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	at timestamptz;
BEGIN
	EXECUTE format('SELECT vsm.breach_at(%s)', call) INTO at;
	RETURN pg_temp.day(at);
EXCEPTION WHEN OTHERS THEN
	RETURN concat_ws(' | ', SQLSTATE, SQLERRM);
END $$;
SELECT is(pg_temp.called(call), want, shown)
FROM (SELECT replace(replace(replace(v.call, '@tl', quote_literal(pg_temp.line('05 09:00 Build')) || '::vsm.timeline'), '@wf',
	quote_literal(pg_temp.stream()) || '::vsm.workflow'),
		'@cal', quote_literal(pg_temp.office()) || '::vsm.calendar') AS call, v.call AS shown, want
	FROM (VALUES
		('@tl, @wf, ''8 hours''', '01-05 17:00'),
		('@tl, @wf, ''1 day''::interval', '01-06 09:00'),
		('@tl, @wf, ''1 day'', ''Build''', '01-06 09:00'),
		('@tl, @wf, ''1 day'', ''Build''::varchar', '01-06 09:00'),
		('@tl, @wf, ''1 day'', @cal', '01-07 17:00'),
		('@tl, @wf, ''1 day'', NULL::vsm.calendar', '01-06 09:00'),
		('@tl, @wf, ''1 day'', ''Build'', @cal', '01-07 17:00'),
		('@tl, @wf, ''1 day'', ''Build'', NULL', '01-06 09:00'),
		('@tl, @wf, ''1 day'', ''Build'', ''{}''', '01-06 09:00'),
		('@tl, @wf, ''1 day'', calendar => NULL', '01-06 09:00'),
		('@tl, @wf, ''1 day'', calendar => @cal', '01-07 17:00'),
		('@tl, @wf, target => ''1 day'', calendar => ''{}''', '01-06 09:00'),
		('@tl, @wf, ''1 day'', stage => ''Build''', '01-06 09:00'),
		('@tl, @wf, ''1 day'', stage => ''Build'', calendar => @cal', '01-07 17:00'),
		('@tl, @wf, ''1 day'', calendar => @cal, stage => ''Build''', '01-07 17:00'),
		('timeline => @tl, workflow => @wf, target => ''1 day''', '01-06 09:00')) AS v (call, want)) AS c;

------------------------------------------------------------------------------
-- Random items, calendars and targets
------------------------------------------------------------------------------

CREATE TEMP TABLE calendar ON COMMIT DROP AS
SELECT n, CASE WHEN n > 1 THEN jsonb_build_object('time_zone', zone, 'week',
		(SELECT jsonb_object_agg(day, opened) FROM (
			SELECT day, jsonb_agg(to_char(since * interval '1 minute', 'HH24:MI') || '-'
				|| to_char((since + length) * interval '1 minute', 'HH24:MI') ORDER BY since) AS opened
			FROM unnest('{mon,tue,wed,thu,fri,sat,sun}'::text[]) AS day, generate_series(0, 2) AS part,
				LATERAL (SELECT part * 460 + (random() * 200)::int + 0 * length(day) AS since, 1 + (random() * 250)::int AS length) AS s
			WHERE random() < 0.5 GROUP BY day) AS o),
		'holidays', (SELECT jsonb_agg(date '2025-11-01' + 7 * k + (random() * 6)::int + 0 * n) FROM generate_series(0, 30) AS k),
		'exceptions', (SELECT jsonb_object_agg(date '2025-11-01' + 11 * k, '["06:00-06:01","22:00-24:00"]'::jsonb) FROM generate_series(0,
			5 + 0 * n) AS k))::text::vsm.calendar END AS calendar
FROM generate_series(1, 12) AS n, LATERAL (SELECT ('{Europe/Paris,America/New_York,Australia/Lord_Howe,UTC,Asia/Kathmandu}'::text[])[1 + n
	% 5] AS zone) AS z;

CREATE TEMP TABLE item ON COMMIT DROP AS
SELECT item, vsm.timeline(at, state) AS timeline, max(at) AS last_at
FROM generate_series(1, 700) AS item, LATERAL (
	SELECT timestamptz '2025-12-01 00:00+00' + item * interval '7 hours' + (random() * 3e12)::bigint * interval '1 microsecond' AS at,
		(ARRAY['To Do', 'Build', 'Review', 'Build', 'Review', 'Flagged', 'Unflagged', 'Elsewhere', 'Done',
			'Dropped'])[1 + floor(random() * 9.6)::int] AS state
	FROM generate_series(1, 1 + item % 8)) AS e
GROUP BY item;

CREATE TEMP TABLE question ON COMMIT DROP AS
SELECT i.*,
	-- of what it is now (on the whole clock, or in the stage), of a little more, and of anything
	CASE id % 4 WHEN 0 THEN coalesce(spent, '0') WHEN 1 THEN coalesce(spent, '0') + interval '1 microsecond'
		WHEN 2 THEN coalesce(spent, '0') * random() ELSE (random() * 2e12)::bigint * interval '1 microsecond' END AS target
FROM (SELECT i.item * 100 + k AS id, i.*, w.workflow, w.keeps, c.n, c.calendar, s.stage
	FROM item AS i, generate_series(1, 4) AS k,
		LATERAL (SELECT pg_temp.stream((ARRAY['continue', 'pause', 'first'])[1 + (item + k) % 3], (ARRAY['committed', 'active',
			'created'])[1 + (item / 3 + k) % 3]) AS workflow,
			(item + k) % 3 = 0 AS keeps) AS w,
		LATERAL (SELECT * FROM calendar WHERE n = 1 + (item * 5 + k) % 12) AS c,
		LATERAL (SELECT (ARRAY[NULL, NULL, 'Build', 'Review', 'Blocked', '(unmapped)', 'To Do'])[1 + (item * 3 + k) % 7] AS stage) AS s)
			AS i,
	LATERAL (SELECT CASE WHEN stage IS NULL THEN vsm.item_age(timeline, workflow, calendar, last_at)
		ELSE vsm.stage_time(timeline, workflow, stage, calendar, last_at) END AS spent) AS now;
CREATE TEMP TABLE answer ON COMMIT DROP AS
SELECT q.*, vsm.outcome(timeline, workflow) AS outcome, periods,
	CASE WHEN stage IS NULL THEN vsm.breach_at(timeline, workflow, target, calendar) ELSE vsm.breach_at(timeline, workflow, target, stage,
		calendar) END AS breach_at
FROM question AS q, LATERAL (SELECT CASE WHEN stage IS NULL THEN vsm.active_periods(timeline, workflow) + vsm.wait_periods(timeline,
	workflow)
	ELSE vsm.stage_periods(timeline, workflow, stage) END AS periods) AS p;

SELECT cmp_ok((SELECT count(*) FROM answer WHERE stage IS NULL AND breach_at < last_at AND calendar IS NOT NULL), '>=', 50::bigint,
	'some were reached in the past');
SELECT cmp_ok((SELECT count(*) FROM answer WHERE stage IS NULL AND breach_at > last_at AND calendar IS NOT NULL), '>=', 100::bigint,
	'some will be');
SELECT cmp_ok((SELECT count(DISTINCT stage) FROM answer WHERE breach_at > last_at), '=', 5::bigint, 'every kind of stage will be too old');
-- The clock of an item runs while it is open, that of a stage while the item is there
SELECT is_empty($$SELECT id, outcome, breach_at, periods FROM answer WHERE (breach_at IS NOT NULL) <> coalesce(outcome = 'open'
	AND upper_inf(periods), false)$$, 'an answer while the clock runs');
-- What the clock showed at a time is the length of its periods up to it
CREATE FUNCTION pg_temp.shown(periods tstzmultirange, calendar vsm.calendar, at timestamptz) RETURNS interval LANGUAGE sql AS $$
	SELECT vsm.working_time(periods * tstzmultirange(tstzrange(NULL, at)), calendar) $$;
SELECT is_empty($$SELECT id, stage, target, breach_at, pg_temp.shown(periods, calendar, breach_at), periods FROM answer WHERE breach_at
	IS NOT NULL
	AND (pg_temp.shown(periods, calendar, breach_at) <> target
		OR NOT CASE WHEN target = '0' THEN breach_at = lower(periods) ELSE pg_temp.shown(periods, calendar,
			breach_at - interval '1 microsecond') < target END)$$,
	'the clock at that time is the target, a microsecond before less');

-- What it showed as of that time, asked anew: by bisection, from the last event on, and for items that were never
-- reopened from the first
CREATE FUNCTION pg_temp.bisected(q answer, since timestamptz) RETURNS timestamptz LANGUAGE plpgsql AS $$
DECLARE
	low bigint := -1;
	high bigint := 40 * 366 * 86400 * 1000000::bigint;
	middle bigint;
	shown interval;
BEGIN
	WHILE high - low > 1 LOOP
		middle := (low + high) / 2;
		shown := CASE WHEN q.stage IS NULL THEN (vsm.flow(q.timeline, q.workflow, q.calendar,
			since + middle * interval '1 microsecond')).item_age
			ELSE vsm.stage_time(q.timeline, q.workflow, q.stage, q.calendar, since + middle * interval '1 microsecond') END;
		IF shown >= q.target THEN high := middle; ELSE low := middle; END IF;
	END LOOP;
	RETURN since + high * interval '1 microsecond';
END $$;
SELECT is_empty($$SELECT id, stage, target, breach_at, pg_temp.bisected(a, last_at) FROM answer AS a
	WHERE breach_at > last_at AND breach_at IS DISTINCT FROM pg_temp.bisected(a, last_at)$$,
		'in the future: bisection over the metrics as of a time');
SELECT is_empty($$SELECT id, stage, target, breach_at, pg_temp.bisected(a, lower(periods)) FROM answer AS a
	WHERE breach_at <= last_at AND keeps AND vsm.reopened(timeline, workflow) = 0 AND outcome = 'open' AND target > '0'
	AND breach_at IS DISTINCT FROM pg_temp.bisected(a, lower(periods))$$, 'in the past, too');
SELECT cmp_ok((SELECT count(*) FROM answer WHERE breach_at <= last_at AND keeps AND vsm.reopened(timeline, workflow) = 0
	AND outcome = 'open' AND target > '0'), '>=', 50::bigint, 'some of these were');

SELECT * FROM finish();
ROLLBACK;
