-- vsm.end_to_end: by hand, against its definition in plain SQL on random items, and its laws on the same
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
\ir ../../end_to_end_oracle.sql
SET LOCAL max_parallel_workers_per_gather = 0;
SET LOCAL jit = off;
SET LOCAL TimeZone = 'America/St_Johns';

SELECT plan(123);

------------------------------------------------------------------------------
-- By hand
------------------------------------------------------------------------------

CREATE FUNCTION pg_temp.stream() RETURNS vsm.workflow LANGUAGE sql IMMUTABLE AS $$
SELECT '{"stages":[{"name":"Backlog","class":"new","states":["To Do"]},{"name":"Build","class":"active","states":["In Progress"]},
	{"name":"Blocked","class":"blocked","states":["Flagged"],"until":["Unflagged"]},
	{"name":"Review","class":"waiting","states":["In Review","code opened","code reopened"]},{"name":"QA","class":"active"},
	{"name":"Merged","class":"waiting","states":["code merged","awaiting release"]},
	{"name":"Released","class":"done","states":["Done","code released"]},{"name":"Dropped","class":"cancelled",'
		'"states":["Won''t Do"]}]}'::vsm.workflow
$$;

-- Days of March, at 09:00 UTC: "In Progress 2, Done 6" as a timeline, and back
CREATE FUNCTION pg_temp.day(day numeric) RETURNS timestamptz LANGUAGE sql IMMUTABLE
	AS $$ SELECT '2026-02-28 09:00Z'::timestamptz + day * interval '24 hours' $$;
CREATE FUNCTION pg_temp.days(micros numeric) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT trim_scale(round(micros / 86400, 4))::text $$;
CREATE FUNCTION pg_temp.line(events text) RETURNS vsm.timeline LANGUAGE sql AS $$
SELECT vsm.timeline(pg_temp.day(m[2]::numeric), m[1]) FROM regexp_matches(events, '([^ ,][^,]*) ([\d.]+)', 'g') AS m $$;
CREATE FUNCTION pg_temp.shown(timeline vsm.timeline) RETURNS text LANGUAGE sql AS $$
SELECT string_agg(state || ' ' || pg_temp.days(extract(epoch FROM at - pg_temp.day(0))), ', ' ORDER BY at, state COLLATE "C")
	FROM vsm.events(timeline) $$;
-- "3/5/20" is opened on the 3rd, merged on the 5th, released on the 20th; a fourth is closed; "-" is not at all
CREATE FUNCTION pg_temp.part(times text) RETURNS vsm.timeline LANGUAGE sql AS $$
SELECT vsm.timeline(pg_temp.day(t::numeric), (ARRAY['code opened', 'code merged', 'code released', 'code closed'])[n])
FROM regexp_split_to_table(times, '/') WITH ORDINALITY AS s (t, n) WHERE t <> '-' $$;
CREATE FUNCTION pg_temp.parts(VARIADIC times text[]) RETURNS vsm.timeline[] LANGUAGE sql AS $$
SELECT array_agg(CASE WHEN t ~ '/' THEN pg_temp.part(t) ELSE pg_temp.line(t) END ORDER BY n) FROM unnest(times) WITH ORDINALITY
	AS s (t, n) $$;

-- Time in each stage, on the clock or off it, layers too; outcome and when; flow time, time blocked; rework and reopened
CREATE FUNCTION pg_temp.numbers(timeline vsm.timeline) RETURNS text LANGUAGE sql AS $$
SELECT concat_ws('; ',
	(SELECT string_agg(stage || ' ' || pg_temp.days(extract(epoch FROM duration)), ', ' ORDER BY place NULLS LAST)
		FROM vsm.stage_times(timeline, pg_temp.stream()) WHERE duration > interval '0'),
	f.outcome || coalesce(' ' || pg_temp.days(extract(epoch FROM coalesce(f.finished_at, f.cancelled_at) - pg_temp.day(0))), ' in '
		|| f.stage),
	'flow ' || pg_temp.days(extract(epoch FROM f.flow_time)), 'blocked ' || pg_temp.days(extract(epoch FROM nullif(f.blocked_time,
		interval '0'))),
	'rework ' || f.rework, 'reopened ' || f.reopened)
FROM vsm.flow(timeline, pg_temp.stream()) AS f $$;

CREATE TEMP TABLE by_hand (item text, tracker text, parts text, releasable boolean[], whole text, numbers text);
INSERT INTO by_hand VALUES
	('1', 'To Do 1, In Progress 2, QA 5, Done 8', NULL, NULL,
		'To Do 1, In Progress 2, QA 5, Done 8', 'Backlog 1, Build 3, QA 3; done 8; flow 6; rework 0; reopened 0'),
	('2', 'In Progress 2, QA 5, Done 17', '2/4/4.25, 3/16/17', NULL,
		'Build 2, Review 3, QA 5, Merged 16, Released 17', 'Build 1, Review 2, QA 11, Merged 1; done 17; flow 15; rework 0; reopened 0'),
	('3', 'In Progress 2, Done 6', '3/5/20', NULL,
		'Build 2, Review 3, Merged 5, Released 20', 'Build 1, Review 2, Merged 15; done 20; flow 18; rework 0; reopened 0'),
	('4a', 'In Progress 2, Done 6', '3/5/-', '{false}',
		'Build 2, Review 3, Merged 5, Released 6', 'Build 1, Review 2, Merged 1; done 6; flow 4; rework 0; reopened 0'),
	('4b', 'In Progress 2, Done 6', '3/5.5/-', '{true}',
		'Build 2, Review 3, Merged 5.5', 'Build 1, Review 2.5; open in Merged; rework 0; reopened 0'),
	('5a', 'In Progress 2, Done 7', '2/-/-/4, 4/6/7', NULL,
		'Build 2, Review 4, Merged 6, Released 7', 'Build 2, Review 2, Merged 1; done 7; flow 5; rework 0; reopened 0'),
	('5b', 'In Progress 2, Done 9', '3/-/-/6', NULL,
		'In Progress 2, Done 9', 'Build 7; done 9; flow 7; rework 0; reopened 0'),
	('6', 'In Progress 2, Done 10', '3/5/6', NULL,
		'Build 2, Review 3, Merged 5, Released 6', 'Build 1, Review 2, Merged 1; done 6; flow 4; rework 0; reopened 0'),
	('7', 'In Progress 2, Won''t Do 8', '4/-/-', NULL,
		'Build 2, Review 4, Dropped 8', 'Build 2, Review 4; cancelled 8; rework 0; reopened 0'),
	('8a', 'In Progress 2, Done 8, In Progress 10, Done 13', '3/7/8, 11/12/13', NULL,
		'Build 2, Review 3, Merged 7, Released 8, Build 10, Review 11, Merged 12, Released 13',
		'Build 2, Review 5, Merged 2; done 13; flow 11; rework 0; reopened 1'),
	('8b', 'In Progress 2, Done 8, In Progress 10, Done 13', '3/7/8', NULL,
		'Build 2, Review 3, Merged 7, Released 8, Build 10, Released 13',
			'Build 4, Review 4, Merged 1; done 13; flow 11; rework 0; reopened 1'),
	('9', 'In Progress 2, Flagged 4, Unflagged 6, Done 9', '3/8/9', NULL,
		'Build 2, Review 3, Blocked 4, Unflagged 6, Merged 8, Released 9',
		'Build 1, Blocked 2, Review 5, Merged 1; done 9; flow 7; blocked 2; rework 0; reopened 0'),
	('10', 'In Progress 2, QA 4, In Progress 5, Done 9', '3/8/9', NULL,
		'Build 2, Review 3, QA 4, Build 5, Merged 8, Released 9', 'Build 4, Review 1, QA 1, Merged 1; done 9; flow 7; rework 1; reopened '
			'0'),
	('11', 'In Progress 2, In Review 6, Done 8', '3/5/8', NULL,
		'Build 2, Review 3, Merged 5, Released 8', 'Build 1, Review 2, Merged 3; done 8; flow 6; rework 0; reopened 0'),
	('12', 'In Progress 2, Done 6, In Progress 8, Done 12', '3/5/10', NULL,
		'Build 2, Review 3, Merged 5, Build 8, Released 12', 'Build 5, Review 2, Merged 3; done 12; flow 10; rework 1; reopened 0'),
	('13', 'In Progress 2, Done 14', '3/5/6, 10/12/13', NULL,
		'Build 2, Review 10, Merged 12, Released 13', 'Build 8, Review 2, Merged 1; done 13; flow 11; rework 0; reopened 0'),
	('14', 'In Progress 2, Done 6', '3/5/6, 8/9/10', NULL,
		'Build 2, Review 3, Merged 5, Released 6', 'Build 1, Review 2, Merged 1; done 6; flow 4; rework 0; reopened 0'),
	('15', 'In Progress 2, QA 5, In Progress 6', '3/-/-, 7/8/9', NULL,
		'Build 2, Review 3, QA 5, Build 6', 'Review 2, QA 1; open in Build; rework 1; reopened 0'),
	('16', 'In Progress 2, QA 4, In Progress 5, Done 12', '2/3/20, 6/7/8', NULL,
		'Review 2, Merged 3, Build 5, Review 6, Merged 7, Released 20',
			'Build 1, Review 2, Merged 15; done 20; flow 18; rework 1; reopened 0'),
	('17', 'In Progress 2, Flagged 4, Unflagged 8, Done 9', '6/8/9', NULL,
		'Build 2, Blocked 4, Review 6, Merged 8, Unflagged 8, Released 9',
		'Build 4, Blocked 4, Review 2, Merged 1; done 9; flow 7; blocked 4; rework 0; reopened 0'),
	('18', 'In Progress 2, Done 9', '3/5/9/5', NULL,
		'Build 2, Review 3, Merged 5, Released 9', 'Build 1, Review 2, Merged 4; done 9; flow 7; rework 0; reopened 0'),
	('19', 'In Progress 2, Done 9', '3/6/5', NULL,
		'Build 2, Review 3, Released 6', 'Build 1, Review 3; done 6; flow 4; rework 0; reopened 0'),
	('20', NULL, '3/5/6, 10/12/13', NULL,
		'Build 3, Review 10, Merged 12, Released 13', 'Build 7, Review 2, Merged 1; done 13; flow 10; rework 0; reopened 0'),
	('21', 'In Progress 2, Done 6, Won''t Do 8', '3/5/20', NULL,
		'Build 2, Review 3, Merged 5, Dropped 8', 'Build 1, Review 2, Merged 3; cancelled 8; rework 0; reopened 0'),
	('22', 'In Progress 2', '3/5/6', NULL,
		'Build 2, Review 3, Merged 5', 'Build 1, Review 2; open in Merged; rework 0; reopened 0'),
	('23', 'In Progress 2, QA 7, In Progress 8, Done 12', '3/5/6', NULL,
		'Build 2, Review 3, Merged 5, Build 8, Released 12', 'Build 5, Review 2, Merged 3; done 12; flow 10; rework 1; reopened 0'),
	('24', 'In Progress 2, Done 6, Released 9', '3/5/20', NULL,
		'Build 2, Review 3, Merged 5, Released 20', 'Build 1, Review 2, Merged 15; done 20; flow 18; rework 0; reopened 0');
SELECT unnest(ARRAY[is(pg_temp.shown(w), whole, 'item ' || item || ': ' || concat_ws(' with ', tracker, parts)),
	is(pg_temp.numbers(w), numbers, 'item ' || item || ' in numbers')])
FROM by_hand, LATERAL (SELECT vsm.end_to_end(pg_temp.line(tracker), pg_temp.stream(), pg_temp.parts(VARIADIC string_to_array(parts,
	', ')), releasable) AS w) AS e
ORDER BY length(item), item;

-- What is nothing, and what leaves the tracker as it is
CREATE FUNCTION pg_temp.whole(tracker text, parts vsm.timeline[], workflow vsm.workflow DEFAULT pg_temp.stream(),
	releasable boolean[] DEFAULT NULL) RETURNS text
LANGUAGE sql AS $$ SELECT pg_temp.shown(vsm.end_to_end(pg_temp.line(tracker), workflow, parts, releasable)) $$;
SELECT is(vsm.end_to_end(pg_temp.line('Done 6'), NULL, pg_temp.parts('3/5/6'), '{true,true}')::text, NULL,
	'no workflow: NULL, whatever else is wrong');
SELECT is(vsm.end_to_end(NULL, pg_temp.stream(), NULL)::text, NULL, 'no tracker, no parts: NULL');
SELECT is(vsm.end_to_end(NULL, pg_temp.stream(), '{NULL}')::text, NULL, 'no tracker, and a NULL part: NULL');
SELECT is(pg_temp.whole('In Progress 2', p), 'In Progress 2', 'the tracker as it is with ' || what)
FROM (VALUES (NULL, 'NULL parts'), ('{}', 'no parts'), ('{NULL,NULL}', 'NULL ones'), (pg_temp.parts('2/-/-/4', '3/-/-/3'), 'void ones'))
	AS v (p, what);
SELECT is(pg_temp.whole('In Progress 2', pg_temp.parts('3/5/6'), w::vsm.workflow), 'In Progress 2',
	'the tracker as it is with a workflow of ' || what)
FROM (VALUES ('{"stages":[{"name":"Build","class":"active","states":["code on ","code","released"]}]}', 'no such states'),
	('{"stages":[{"name":"Build","class":"active"},{"name":"Held","class":"blocked","states":["code opened"],"until":["code merged"]}]}',
		'such states in layers only')) AS v (w, what);
SELECT is(pg_temp.whole('In Progress 2', pg_temp.parts('code opened 1, code on air 3')), 'Review 1',
	'a part with a state that no stage has');
SELECT is(pg_temp.whole('In Progress 1', pg_temp.parts('code merged 2, code on air 3'),
	'{"stages":[{"name":"In Progress","class":"active"},{"name":"On","class":"waiting","states":["code on air"]}]}'),
	'In Progress 1, On 3', 'any tier is one');
SELECT is(pg_temp.whole('In Progress 1', pg_temp.parts('code opened 2'),
	'{"stages":[{"name":"Build","class":"active","states":["In Progress"]},{"name":"awaiting release","class":"waiting"}]}'),
	'Build 1', 'a workflow that only awaits the release reads stages');

-- Parts
SELECT is(pg_temp.whole(NULL, pg_temp.parts(p)), want, 'a part: ' || p)
FROM (VALUES ('code opened 2, code closed 4, code opened 5', 'Review 2'), ('code opened 2, code closed 4, code reopened 4.5', 'Review 2'),
	('code opened 2, code closed 4, code reopened 4', NULL), ('code closed 4', NULL), ('code draft 2, code closed 4, code ready 5', NULL),
	('code opened 2, code merged 3, code merged 5, code closed 7', 'Review 2, Merged 3'), ('code merged 3, code opened 4', 'Merged 3'),
	('code released 5', 'Released 5'), ('code released 5, code released 7, code opened 6', 'Released 5'),
	('code opened 5, code merged 5, code released 5', 'Released 5'), ('code released 2, code opened 3, code merged 4, code opened 5',
		'Review 3, Released 4'),
	('In Progress 1, QA 2, code merged 3, In Progress 4', 'Build 1, QA 2, Merged 3'), ('code opened 2, Won''t Do 3',
		'Review 2, Dropped 3')) AS v (p, want);
SELECT is(pg_temp.whole(NULL, pg_temp.parts('code opened 1, code built 2, code on staging 3, code merged 4, code built 5, code on staging '
	'6, release requested 7, code released 8, release approved 9'),
	'{"stages":[{"name":"Review","class":"waiting","states":["code opened"]},{"name":"Merged","class":"waiting","states":["code merged"]},'
		'{"name":"Built","class":"waiting","states":["code built"]},
	{"name":"Staging","class":"waiting","states":["code on staging"]},{"name":"Gate","class":"waiting","states":["release requested"]},'
		'{"name":"Passed","class":"waiting","states":["release approved"]},
	{"name":"Live","class":"done","states":["code released"]}]}'),
	'Review 1, Merged 4, Built 5, Staging 6, Gate 7, Live 8', 'builds, environments and gates count from the merge to the release');
SELECT is(pg_temp.whole('In Progress 2', pg_temp.parts('code closed 3, code opened 4'),
	'{"stages":[{"name":"Build","class":"active","states":["In Progress"]},{"name":"Shut","class":"waiting","states":["code closed"]}]}'),
	'Build 2', 'code closed never counts');
SELECT is(pg_temp.whole('In Progress 2, Done 6', pg_temp.parts('3/5/20', '3/5/30', '3/4/-'), releasable => '{true,false,NULL}'),
	'Build 2, Review 3, Merged 5, Released 20', 'only releasable parts hold done');
SELECT is(pg_temp.whole('In Progress 2, Done 6', pg_temp.parts('3/5/20', '4/7/30')), 'Build 2, Review 4, Merged 6, Released 20',
	'a part that is not merged by then does not hold it');

-- The tracker's own
SELECT is(pg_temp.whole('Lost 1, Flagged 1.5, Found 3, Lost 4, In Progress 5, Lost 6', pg_temp.parts('4/7/-')),
	'Lost 1, Blocked 1.5, Found 3, Review 4, Merged 7',
	'unmapped events stay before the first stage of the whole, and layers always');
SELECT is(pg_temp.whole('Lost 1, Flagged 2, Unflagged 3', pg_temp.parts('code ready 1')), 'Lost 1, Blocked 2, Unflagged 3',
	'a whole without a stage keeps both');
SELECT is(pg_temp.whole('Unflagged 3', pg_temp.parts('code ready 1')), NULL, 'nothing at all: NULL');
SELECT is(pg_temp.whole('In Progress 2, In Review 2, Flagged 2, Unflagged 4, Flagged 4, Flagged 5, Unflagged 6, Done 9, Flagged 12',
	pg_temp.parts('3/5/8')),
	'Blocked 2, Review 2, Merged 5, Unflagged 6, Released 8, Blocked 12', 'spells that touch are one, and those after the end are kept');
SELECT is(pg_temp.whole('In Progress 2, Held 3, Flagged 3, Free 8, Go 9', pg_temp.parts('5/6/-'),
	'{"stages":[{"name":"Build","class":"active","states":["In Progress"]},{"name":"Held","class":"blocked","until":["Review","Flagged",'
		'"Free"]},
		{"name":"Flagged","class":"blocked","until":["Held","Merged","Go"]},{"name":"Review","class":"waiting","states":["code opened"]},
		{"name":"Merged","class":"waiting","states":["code merged"]}]}'),
	'Build 2, Flagged 3, Held 3, Flagged 5, Held 5, Review 5, Flagged 6, Held 6, Merged 6, Free 8, Go 9',
	'a layer that a stage would end begins again, and so does one that this beginning would end');
SELECT is(vsm.end_to_end(pg_temp.line(tracker), vsm.with_rules(pg_temp.stream(), 'created', reopen, 'erase', unmapped),
	pg_temp.parts('3/5/6', '9/9.5/9.75'))::text,
	vsm.end_to_end(pg_temp.line(tracker), pg_temp.stream(), pg_temp.parts('3/5/6', '9/9.5/9.75'))::text, 'rules do not matter: ' || reopen
		|| ', ' || unmapped)
FROM (VALUES ('Lost 1, In Progress 2, QA 4, In Progress 5, Done 6, In Progress 8, Found 9, Done 11')) AS v (tracker),
	unnest('{pause,first}'::text[]) AS reopen, unnest('{ignore,error}'::text[]) AS unmapped;

-- Refused
CREATE FUNCTION pg_temp.refused(statement text) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
	message text; detail text; hint text;
BEGIN
	EXECUTE statement;
	RETURN NULL;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN ARRAY[SQLSTATE, message, detail, hint];
END $$;
SELECT is(pg_temp.refused($$SELECT vsm.end_to_end(NULL, pg_temp.stream(), ARRAY[pg_temp.parts('3/5/6'), pg_temp.parts('3/5/6')])$$),
	ARRAY['22023', '"parts" must be an array of one dimension', 'It has 2 dimensions.', ''], 'parts of two dimensions');
SELECT is(pg_temp.refused($$SELECT vsm.end_to_end(NULL, pg_temp.stream(), pg_temp.parts('3/5/6'), '{{true}}')$$),
	ARRAY['22023', '"releasable" must be an array of one dimension', 'It has 2 dimensions.', ''], 'releasable of two dimensions');
SELECT is(pg_temp.refused(format($$SELECT vsm.end_to_end(NULL, pg_temp.stream(), %s, %L)$$, parts, releasable)),
	ARRAY['22023', '"releasable" must have an element for each of "parts"', detail, ''], 'releasable of another length: ' || releasable)
FROM (VALUES ($$pg_temp.parts('3/5/6')$$, '{true,true}', 'It has 2, and there are 1 parts.'), ($$pg_temp.parts('3/5/6')$$, '{}',
	'It has 0, and there are 1 parts.'),
	('NULL', '{NULL}', 'It has 1, and there are 0 parts.')) AS v (parts, releasable, detail);
SELECT is(vsm.end_to_end(pg_temp.line('Done 1'), pg_temp.stream(), NULL, '{}')::text, pg_temp.line('Done 1')::text,
	'NULL parts are no parts');
SELECT is(vsm.end_to_end(pg_temp.line('Done 6'), pg_temp.stream(), ('[7:8]={' || array_to_string(ARRAY(SELECT to_json(p::text)
	FROM unnest(pg_temp.parts('3/5/8', '3/4/9')) AS p), ',') || '}')::vsm.timeline[],
	'[0:1]={true,false}')::text, vsm.end_to_end(pg_temp.line('Done 6'), pg_temp.stream(), pg_temp.parts('3/5/8', '3/4/9'),
		'{true,false}')::text, 'subscripts do not matter');
CREATE FUNCTION pg_temp.endless() RETURNS vsm.workflow LANGUAGE sql AS $$
SELECT '{"stages":[{"name":"Build","class":"active","states":["code opened"]},{"name":"Held","class":"blocked",'
	'"until":["Build"]}]}'::vsm.workflow $$;
SELECT is(pg_temp.refused($$SELECT vsm.end_to_end(NULL, pg_temp.endless(), pg_temp.parts('3/5/6'))$$),
	ARRAY['22023', 'the workflow cannot be rolled up', 'Each state in "until" of stage "Held" also enters a stage or ends another one, so '
		'none can say that only "Held" ends.',
	'Add a state of its own to its "until".'], 'a layer whose end cannot be written');
SELECT is(pg_temp.whole('Held 1, Build 2', pg_temp.parts('3/-/-/4'), pg_temp.endless()), 'Held 1, Build 2',
	'which matters only where there are parts');

-- Each day the tracker goes back, a part is opened and the one of the day before is merged
CREATE FUNCTION pg_temp.hour(day int, hour int) RETURNS timestamptz LANGUAGE sql IMMUTABLE
	AS $$ SELECT '1700-01-01 00:00Z'::timestamptz + (day * 24 + hour) * interval '1 hour' $$;
SELECT ok(vsm.end_to_end(
		(SELECT vsm.timeline(pg_temp.hour(k, hour), state) FROM generate_series(1, 30000) AS k, (VALUES (0, 'In Progress'), (20, 'QA'))
			AS v (hour, state)), pg_temp.stream(),
		ARRAY(SELECT vsm.timeline(pg_temp.hour(k + day, 6), state) FROM generate_series(1, 30000) AS k, (VALUES (0, 'code opened'),
			(1, 'code merged')) AS v (day, state) GROUP BY k))
	OPERATOR(vsm.=) (SELECT vsm.timeline(pg_temp.hour(k, hour), state) FROM generate_series(1, 30001) AS k, (VALUES (0, 'Build'),
		(6, 'Review'), (20, 'QA'), (6, 'Merged')) AS v (hour, state)
		WHERE (k <= 30000) = (state <> 'Merged')), 'thirty thousand attempts, and as many parts');

------------------------------------------------------------------------------
-- Random items, by the definition
------------------------------------------------------------------------------

SELECT FROM journey.generate_workflows(150);
SELECT FROM journey.generate(1, 10000, 150);
SELECT FROM journey.answer();

CREATE TEMP TABLE given ON COMMIT DROP AS
SELECT i.item, i.wf, w.workflow, t.tracker, p.parts, p.releasable
FROM journey.item i
	JOIN (SELECT wf, journey.workflow_text(wf)::vsm.workflow AS workflow FROM journey.stage GROUP BY wf) AS w USING (wf)
	LEFT JOIN (SELECT item, vsm.timeline(at, state) AS tracker FROM journey.tracked GROUP BY item) AS t USING (item)
	LEFT JOIN (SELECT item, array_agg(timeline ORDER BY part) AS parts, array_agg(releasable ORDER BY part) AS releasable
		FROM journey.part LEFT JOIN (SELECT item, part, vsm.timeline(at, state) AS timeline FROM journey.happened GROUP BY 1, 2) AS h
			USING (item, part) GROUP BY item) AS p USING (item);
CREATE FUNCTION pg_temp.answer(tracker vsm.timeline, workflow vsm.workflow, parts vsm.timeline[], releasable boolean[]) RETURNS text
	LANGUAGE plpgsql AS $$
BEGIN
	RETURN coalesce(vsm.end_to_end(tracker, workflow, parts, releasable)::text, 'nothing');
EXCEPTION WHEN invalid_parameter_value THEN
	RETURN 'endless';
END $$;
CREATE TEMP TABLE answered ON COMMIT DROP AS
SELECT g.*, pg_temp.answer(tracker, workflow, parts, releasable) AS answer FROM given g;
CREATE TEMP TABLE defined ON COMMIT DROP AS
SELECT item, verdict, coalesce(CASE verdict WHEN 'tracker' THEN tracker::text WHEN 'endless' THEN 'endless' ELSE e.timeline::text END,
	'nothing') AS answer
FROM given JOIN journey.verdict USING (item) LEFT JOIN (SELECT item, vsm.timeline(at, state) AS timeline FROM journey.event GROUP BY item)
	AS e USING (item);
ANALYZE given, answered, defined;

SELECT is((SELECT count(*)::int FROM answered JOIN defined USING (item)), 10000, 'ten thousand items');
SELECT is_empty($$SELECT item, tracker, workflow, parts, releasable, a.answer, d.answer AS defined FROM answered a JOIN defined d
	USING (item) WHERE a.answer IS DISTINCT FROM d.answer LIMIT 3$$,
	'each is as it is defined');
SELECT cmp_ok(n::int, '>=', least, 'many of them ' || what)
FROM (VALUES ((SELECT count(*) FROM journey.verdict WHERE verdict = 'whole'), 7000, 'are wholes'),
	((SELECT count(*) FROM journey.verdict WHERE verdict = 'endless'), 20, 'have a layer without an end'),
	((SELECT count(*) FROM (SELECT FROM journey.attempt GROUP BY item HAVING count(*) > 2) AS a), 500, 'go through several attempts'),
	((SELECT count(*) FROM journey.hold), 300, 'are held back when done'),
	((SELECT count(DISTINCT item) FROM journey.code_at JOIN journey.tracker_held h USING (item, at) WHERE code_at.place > h.place), 2000,
		'have code that is further than the tracker'),
	((SELECT count(DISTINCT item) FROM journey.code_event JOIN journey.code_begin USING (item, since) WHERE kept AND place IS NOT NULL),
		300, 'have code of an earlier attempt beside that of a later one'),
	((SELECT count(DISTINCT item) FROM journey.spell), 1000, 'are under a layer')) AS v (n, least, what);

------------------------------------------------------------------------------
-- Laws
------------------------------------------------------------------------------

CREATE TEMP TABLE whole ON COMMIT DROP AS
SELECT item, wf, workflow, tracker, parts, releasable, nullif(answer, 'nothing')::vsm.timeline AS timeline FROM answered
	JOIN journey.verdict USING (item, wf) WHERE verdict = 'whole';
CREATE INDEX ON whole (item);
ANALYZE whole;

-- The answers read again: their events, and at each instant the stage by its place
CREATE TABLE journey.answered AS SELECT item, e.at, e.state FROM whole, vsm.events(timeline) AS e;
CREATE INDEX ON journey.answered (item);
ANALYZE journey.answered;
CREATE TEMP TABLE whole_at ON COMMIT DROP AS
SELECT h.item, h.at, h.since, h.place AS tracker_place, h.class AS tracker_class, w.place, w.class
FROM journey.tracker_held h JOIN whole USING (item)
	LEFT JOIN LATERAL (
		SELECT s.place, s.class FROM journey.answered a JOIN journey.state_of s ON s.wf = whole.wf AND s.state = a.state
			AND s.class <> 'blocked'
		WHERE a.item = h.item AND a.at <= h.at ORDER BY a.at DESC, s.place DESC LIMIT 1) AS w ON true;

SELECT is_empty($$
	SELECT item FROM answered a, LATERAL (SELECT array_agg(p ORDER BY n DESC) AS parts, array_agg(r ORDER BY n DESC) AS releasable
		FROM unnest(parts, releasable) WITH ORDINALITY AS u (p, r, n)) AS turned
	WHERE answer <> pg_temp.answer(tracker, workflow, a.parts || turned.parts, a.releasable || turned.releasable)
		OR answer <> pg_temp.answer(tracker, workflow, turned.parts, turned.releasable)$$,
	'the order of parts does not matter, nor do duplicates');
SELECT is_empty($$
	SELECT item FROM answered
	WHERE answer <> pg_temp.answer(tracker, workflow, pg_temp.part('3/-/-/4') || parts || pg_temp.part('-/-/9/9'), true || releasable
		|| true)$$,
	'void parts change nothing');
ANALYZE whole_at;
-- one hour after the tracker was last done: opened, merged at once, and released an hour later or never
CREATE TEMP TABLE late ON COMMIT DROP AS
SELECT w.*, m.at + interval '1 hour' AS begun FROM whole w JOIN LATERAL (SELECT at, class FROM journey.move m WHERE m.item = w.item
	ORDER BY at DESC LIMIT 1) AS m ON m.class = 'done';
SELECT cmp_ok((SELECT count(*)::int FROM late), '>=', 1000, 'many end done');
SELECT is_empty($$
	SELECT item FROM late, unnest('{1,999999}'::int[]) AS hours, LATERAL (
		SELECT vsm.timeline(at, state) AS part FROM (VALUES (begun, 'code opened'), (begun, 'code merged'), (begun + interval '1 hour',
			'code released')) AS v (at, state) WHERE hours = 1 OR state <> 'code released') AS p
	WHERE timeline::text IS DISTINCT FROM vsm.end_to_end(tracker, workflow, parts || part, releasable || true)::text$$,
	'parts begun after the last done change nothing');
SELECT is_empty($$SELECT item, at FROM whole_at WHERE tracker_place IS NOT NULL AND tracker_class <> 'cancelled' AND (place IS NULL
	OR place < tracker_place)$$,
	'the whole is never behind the tracker, held back as it is');
SELECT is_empty($$SELECT item FROM whole w JOIN LATERAL (SELECT class FROM journey.move m WHERE m.item = w.item ORDER BY at DESC LIMIT 1)
	AS m ON m.class = 'cancelled'
	WHERE vsm.outcome(timeline, workflow) IS DISTINCT FROM 'cancelled'$$, 'cancelled last by the tracker: cancelled');
SELECT is_empty($$(SELECT * FROM journey.spells('journey.answered') EXCEPT ALL TABLE journey.spell) UNION ALL (TABLE journey.spell
	EXCEPT ALL SELECT * FROM journey.spells('journey.answered'))$$,
	'its layers are those of the tracker');
CREATE TEMP TABLE held ON COMMIT DROP AS
SELECT w.item, h.released_at, vsm.finished_at(timeline, workflow) AS finished_at FROM whole w JOIN journey.hold h USING (item)
WHERE wf IN (1, 2) AND isfinite(released_at) AND NOT isfinite(leaves_at);
SELECT cmp_ok((SELECT count(*)::int FROM held), '>=', 30, 'many are held back until they are released');
SELECT is_empty($$SELECT * FROM held WHERE finished_at IS DISTINCT FROM released_at$$, 'and are done then');
SELECT is_empty($$SELECT w.* FROM whole_at w JOIN journey.attempt a USING (item, since)
	WHERE w.class = 'done' AND a.first_done IS NULL AND EXISTS (SELECT FROM journey.move m WHERE m.item = w.item)$$,
	'where the tracker has a stage, the whole is done only in attempts in which it becomes done');

-- "While no part goes back, none has an event at the very instant at which T does, and `awaiting release` is in the last stage before done"
CREATE TEMP TABLE steady ON COMMIT DROP AS
SELECT w.item, workflow, w.timeline, t.timeline AS tracker_held
FROM whole w JOIN (
	SELECT item, vsm.timeline(h.at, s.stage) AS timeline
	FROM journey.tracker_held h JOIN journey.item USING (item) JOIN journey.stage s USING (wf, place) GROUP BY item) AS t USING (item)
WHERE wf IN (1, 2)
	AND NOT EXISTS (SELECT FROM journey.part_event a JOIN journey.part_event b USING (item, part) WHERE a.item = w.item AND a.at <= b.at
		AND a.place > b.place)
	AND NOT EXISTS (SELECT FROM journey.part_event e JOIN journey.move m USING (item, at) WHERE e.item = w.item
		AND m.place < m.before_place);
SELECT cmp_ok((SELECT count(*)::int FROM steady WHERE vsm.rework(timeline, workflow) + vsm.reopened(timeline, workflow) > 0), '>=', 50,
	'many of them go back');
SELECT is_empty($$SELECT * FROM steady WHERE vsm.rework(timeline, workflow) + vsm.reopened(timeline, workflow)
	<> vsm.rework(tracker_held, workflow) + vsm.reopened(tracker_held, workflow)$$,
		'rework and reopened are those of the tracker, held back as it is');

SELECT finish();
ROLLBACK;
