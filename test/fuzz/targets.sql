-- What is fuzzed: types of vsm, whose text and binary forms are read by code of ours, and types
-- of others that functions of ours take apart.
--   seeds   values to start from, in text form
--   holds   a query that says true of every value $1; or refuses it as out of range or too large
CREATE TABLE target (name text PRIMARY KEY, type regtype NOT NULL, seeds text[] NOT NULL, holds text NOT NULL);

-- A workflow with all classes and the rules that are not the usual ones, and a calendar with all its parts.
CREATE FUNCTION a_workflow() RETURNS vsm.workflow LANGUAGE sql IMMUTABLE AS $$
SELECT '{"stages":[{"name":"A","class":"new"},{"name":"B","class":"active"},{"name":"W","class":"waiting","states":["W","V"]},
	{"name":"F","class":"blocked","until":["U"]},{"name":"C","class":"done"},{"name":"X","class":"cancelled"}],'
		'"reopen":"pause"}'::vsm.workflow $$;

CREATE FUNCTION a_calendar() RETURNS vsm.calendar LANGUAGE sql IMMUTABLE AS $$
SELECT '{"time_zone":"Europe/Paris","week":{"mon":["09:00-12:00","13:00-17:00"],"sun":["22:00-24:00"]},"holidays":["2026-05-01"],'
	'"exceptions":{"2026-03-29":["01:30-03:30"]}}'::vsm.calendar $$;

-- Everything that is asked of one item.
CREATE FUNCTION answers(t vsm.timeline, w vsm.workflow, c vsm.calendar, as_of timestamptz) RETURNS boolean LANGUAGE sql AS $$
SELECT (f).outcome IS NOT DISTINCT FROM vsm.outcome(t, w, as_of)
	AND (f).flow_time IS NOT DISTINCT FROM vsm.flow_time(t, w, c, as_of)
	AND (f).item_age IS NOT DISTINCT FROM vsm.item_age(t, w, c, as_of)
	AND (as_of IS NULL OR (f).stage IS NOT DISTINCT FROM vsm.stage_at(t, w, as_of))
	AND coalesce(vsm.path_matches(t, w, '^.+$', as_of), vsm.path(t, w, as_of) IS NULL)
	AND (vsm.breach_at(t, w, '30 hours', c) IS NULL OR vsm.outcome(t, w) = 'open')
	AND (SELECT count(v.left_at) FROM vsm.visits(t, w, c, as_of) AS v) + (SELECT count(s.duration) FROM vsm.stage_times(t, w, c, as_of)
		AS s) >= 0
	AND num_nulls(vsm.blocked_periods(t, w, as_of), vsm.wait_periods(t, w, as_of), vsm.path(t, w, as_of)) >= 0
FROM (SELECT vsm.flow(t, w, c, as_of) AS f) AS q $$;

-- Whether an item from idea to use holds what it must, whatever its tracker and its part are.
CREATE FUNCTION end_to_end_holds(tracker vsm.timeline, w vsm.workflow, part vsm.timeline) RETURNS boolean LANGUAGE sql AS $$
SELECT vsm.end_to_end(tracker, w, ARRAY[part, part, NULL], '{true,true,NULL}')::text IS NOT DISTINCT FROM vsm.end_to_end(tracker, w,
	ARRAY[part], '{true}')::text
	AND vsm.end_to_end(tracker, w, '{}')::text IS NOT DISTINCT FROM tracker::text
	AND (vsm.outcome(tracker, vsm.with_rules(w, 'committed', 'continue', 'keep', 'waiting')) IS DISTINCT FROM 'cancelled'
		OR vsm.outcome(vsm.end_to_end(tracker, w, ARRAY[part, tracker]), vsm.with_rules(w, 'committed', 'continue', 'keep',
			'waiting')) = 'cancelled') $$;

INSERT INTO target VALUES ('timeline', 'vsm.timeline',
ARRAY['[["2026-01-05T10:00:00Z","A"],["2026-01-06T10:00:00.25Z","B"],["2026-01-06T10:00:00.25Z","F"],["2026-01-07T10:00:00Z","U"],'
	'["2026-01-08T10:00:00Z","C"]]',
	'[["4714-11-24T00:00:00Z BC","B"],["294276-12-31T23:59:59.999999Z","\u00e9\ud83d\ude00\n\"\\"]]',
	' [ [ "2026-03-29 02:30:00+05:30" , "W" ] , ["2026-03-29T02:30:00-01:30","W"],["2026-03-30T10:00Z","V"]]',
	'[["2026-01-05T10:00:00Z","code opened"],["2026-01-06T10:00:00Z","code closed"],["2026-01-06T10:00:00Z","code merged"],'
		'["2026-01-07T10:00:00Z","code on staging"],["2026-01-08T10:00:00Z","code released"],["2026-01-08T11:00:00Z","B"]]'],
$$SELECT vsm.to_timeline(vsm.to_jsonb(t)) = t AND vsm.merge(t, t) = t AND vsm.timeline_hash(t) = vsm.timeline_hash(t::text::vsm.timeline)
	AND vsm.clip(t, '(,)') = t AND coalesce(vsm.what_if(t, w, 'B', 1) = t, true)
	AND (SELECT count(*) FROM vsm.events(t)) = vsm.num_events(t)
	AND answers(t, w, NULL, NULL)
	-- not for thousands of years of working days, which take their time
	AND (NOT vsm.span(t) <@ '[2000-01-01,2100-01-01)' OR answers(t, w, c, '2026-03-30 00:00+00'))
	AND num_nulls(vsm.process_map_finish(vsm.process_map_add(NULL, t)), vsm.rollup_finish(vsm.rollup_add(NULL, t, w, 'least')),
		vsm.mark(t, '{[2026-01-05,2026-01-06)}', 'F', 'U'), vsm.periods(t, 'A')) >= 0
	AND end_to_end_holds(t, vsm.with_delivery(w), t)
	AND end_to_end_holds('[["2026-01-05T09:00:00Z","B"],["2026-01-06T10:00:00Z","C"],["2026-01-08T10:00:00Z","B"],["2026-01-08T10:00:00Z",'
		'"F"],["2026-01-09T10:00:00Z","C"]]', vsm.with_delivery(w), t)
	FROM (SELECT $1 AS t, a_workflow() AS w, a_calendar() AS c) AS q$$);

INSERT INTO target VALUES ('timeline_state', 'vsm.timeline_state',
ARRAY['[["2026-01-05T10:00:00Z","A"],["2026-01-05T10:00:00Z","B"]]',
	'[["2026-01-05T10:00:00Z",5,"A"],["2026-01-05T10:00:00Z",-9223372036854775808,"\u00e9"]]'],
$$SELECT vsm.timeline_finish(vsm.timeline_combine($1, $1)) IS NOT DISTINCT FROM vsm.timeline_finish(vsm.timeline_combine(NULL, $1))$$);

INSERT INTO target VALUES ('workflow', 'vsm.workflow',
ARRAY['{"stages":[{"name":"A","class":"active"}]}', a_workflow()::text,
	'{"start":"created","reopen":"first","backward":"erase","unmapped":"ignore","stages":[{"name":"\u00e9","class":"blocked","states":["F",'
		'"G"],"until":["U","W"],"limit":3}]}']
	|| ARRAY(SELECT vsm.preset(a_workflow(), name)::text FROM unnest(ARRAY['jira_agile_metrics', 'flow_framework', 'kanban_guide'])
		AS name),
$$SELECT vsm.to_workflow(vsm.to_jsonb(w)) = w AND vsm.workflow_hash(w) = vsm.workflow_hash(w::text::vsm.workflow)
	AND (SELECT count(*) FROM vsm.stages(w)) > 0
	AND answers(t, w, NULL, NULL) AND answers(t, w, a_calendar(), '2026-03-30 00:00+00')
	AND coalesce(vsm.what_if(t, w, (SELECT min(stage) FROM vsm.stages(w)), 1) = t, true)
	AND vsm.with_delivery(vsm.with_delivery(w)) = vsm.with_delivery(w)
	AND (EXISTS (SELECT FROM vsm.stages(w) WHERE class = 'blocked')
		OR end_to_end_holds(t, vsm.with_delivery(w), '[["2026-01-05T10:00:00Z","code opened"],["2026-01-06T10:00:00Z","code merged"],'
			'["2026-01-07T10:00:00Z","code released"]]'))
	AND num_nulls(vsm.process_map_finish(vsm.process_map_add(NULL, t, w)), vsm.rollup_finish(vsm.rollup_add(NULL, t, w, 'most')),
		vsm.cumulative_flow_finish(vsm.cumulative_flow_add(NULL, t, w, '2026-01-01', '2026-02-01', '1 day'))) >= 0
	FROM (SELECT $1 AS w, '[["2026-01-05T10:00:00Z","A"],["2026-01-06T10:00:00Z","B"],["2026-01-06T10:00:00Z","F"],["2026-01-07T10:00:00Z",'
		'"U"],["2026-01-08T10:00:00Z","C"]]'::vsm.timeline AS t) AS q$$);

INSERT INTO target VALUES ('calendar', 'vsm.calendar',
ARRAY['{}', a_calendar()::text, '{"time_zone":"America/St_Johns","week":{"sat":[],"fri":["00:00-24:00"]}}', '{"week":{}}',
	'{"time_zone":"<+0530>-5:30","week":{"tue":["09:01-17:59"]},"holidays":["2026-12-25"]}'],
$$SELECT vsm.calendar(vsm.jsonb(c)) = c AND vsm.calendar_hash(c) = vsm.calendar_hash(c::text::vsm.calendar)
	AND vsm.working_time(lower(span), upper(span), c) = vsm.working_time(tstzmultirange(span), c)
	AND vsm.working_time(vsm.working_periods(span, c), '{}') = vsm.working_time(lower(span), upper(span), c)
	AND num_nulls(vsm.is_working(lower(span), c), vsm.add_working_time(lower(span), '100 hours', c), vsm.add_working_time(lower(span),
		'-100 hours', c)) >= 0
	FROM (SELECT $1 AS c, '[2026-03-28 00:00+00,2026-05-02 00:00+00)'::tstzrange AS span) AS q$$);

-- The states of aggregates, as the aggregates make them.
CREATE AGGREGATE cumulative_flow_state(vsm.timeline, vsm.workflow, timestamptz, timestamptz, interval,
	text) (SFUNC = vsm.cumulative_flow_add, STYPE = vsm.cumulative_flow_state);

CREATE AGGREGATE process_map_state(vsm.timeline) (SFUNC = vsm.process_map_add, STYPE = vsm.process_map_state);

CREATE AGGREGATE process_map_state(vsm.timeline, vsm.workflow, vsm.calendar) (SFUNC = vsm.process_map_add, STYPE = vsm.process_map_state);

CREATE AGGREGATE rollup_state(vsm.timeline, vsm.workflow, text) (SFUNC = vsm.rollup_add, STYPE = vsm.rollup_state);

CREATE AGGREGATE variants_state(vsm.timeline, vsm.workflow) (SFUNC = vsm.variants_add, STYPE = vsm.variants_state);

CREATE TABLE item AS SELECT t::vsm.timeline AS timeline FROM (VALUES
	('[["2026-03-02T09:00:00Z","B"],["2026-03-04T09:00:00Z","W"],["2026-03-04T17:00:00Z","C"]]'),
	('[["2026-03-03T09:00:00Z","B"],["2026-03-05T09:00:00Z","F"],["2026-03-16T09:00:00Z","W"],["2026-03-17T09:00:00Z",'
		'"Odd \"\\ \u00fc"]]')) AS v (t);

INSERT INTO target SELECT 'cumulative_flow_state', 'vsm.cumulative_flow_state',
ARRAY[cumulative_flow_state(timeline, a_workflow(), '2026-03-01', '2026-03-20', '1 week', 'Europe/Paris')::text,
	cumulative_flow_state(timeline, a_workflow(), '2026-03-01 00:00+00', '2026-03-03 00:00+00', '12 hours', 'UTC')::text],
$$SELECT num_nulls(vsm.cumulative_flow_finish($1), vsm.cumulative_flow_finish_stages($1)) >= 0
	AND vsm.cumulative_flow_combine($1, $1)::text::vsm.cumulative_flow_state::text = vsm.cumulative_flow_combine($1, $1)::text
	AND vsm.cumulative_flow_combine(NULL, $1)::text = $1::text$$ FROM item;

INSERT INTO target SELECT 'process_map_state', 'vsm.process_map_state',
ARRAY[process_map_state(timeline)::text, process_map_state(timeline, a_workflow(), a_calendar())::text],
$$SELECT num_nulls(vsm.process_map_finish($1)) >= 0
	AND vsm.process_map_combine($1, $1)::text::vsm.process_map_state::text = vsm.process_map_combine($1, $1)::text
	AND vsm.process_map_combine(NULL, $1)::text = $1::text$$ FROM item;

INSERT INTO target SELECT 'rollup_state', 'vsm.rollup_state',
ARRAY[rollup_state(timeline, a_workflow(), 'least')::text, rollup_state(timeline, a_workflow(), 'most')::text],
$$SELECT num_nulls(vsm.rollup_finish($1)) >= 0
	AND vsm.rollup_combine($1, $1)::text::vsm.rollup_state::text = vsm.rollup_combine($1, $1)::text
	AND vsm.rollup_combine(NULL, $1)::text = $1::text$$ FROM item;

INSERT INTO target SELECT 'variants_state', 'vsm.variants_state',
ARRAY[variants_state(timeline, a_workflow())::text],
$$SELECT num_nulls(vsm.variants_finish($1)) >= 0
	AND vsm.variants_combine($1, $1)::text::vsm.variants_state::text = vsm.variants_combine($1, $1)::text
	AND vsm.variants_combine(NULL, $1)::text = $1::text$$ FROM item;

INSERT INTO target SELECT 'survival', 'vsm.survival',
ARRAY[(SELECT vsm.survival(duration, finished)::text FROM (VALUES ('5 days'::interval, true), ('5 days', false), ('12 hours', true),
	('0', true)) AS v (duration, finished)),
	(SELECT vsm.survival(make_interval(hours => k), k % 3 > 0)::text FROM generate_series(1, 20) AS k)],
$$SELECT vsm.survival_from_jsonb(vsm.survival_to_jsonb(s))::text = s::text AND vsm.merge(s, s)::text::vsm.survival::text = vsm.merge(s,
	s)::text
	AND num_nulls(vsm.percentile(s, 0.85), vsm.probability(s, '3 days'), vsm.probability(s, '3 days', '1 day'), vsm.eta(s, '1 day',
		0.5)) >= 0
	AND coalesce((vsm.compare(s, s)).chi_square, 0) = 0
		AND coalesce((vsm.compare(s, '{"durations":[[259200000000,2,1],[400000000000,1,0]]}')).p_value BETWEEN 0 AND 1, true)
	AND (SELECT coalesce(bool_and(c.survival BETWEEN 0 AND 1), true) FROM vsm.curve(s) AS c)
	FROM (SELECT $1 AS s) AS q$$;

INSERT INTO target VALUES ('graph', 'vsm.graph',
ARRAY['{}', '{"a":["b","c"],"b":["c"],"da39a3ee5e6b4b0d":["\u00e9"],"q":[]}',
	'{"da39a3ee5e6b4b0d":["0000000000000000"],"0000000000000000":["da39a3ee5e6b4b0d"]}'],
$$SELECT vsm.graph_from_jsonb(vsm.graph_to_jsonb(g)) = g AND vsm.merge(g, g) = g AND vsm.graph_hash(g) = vsm.graph_hash(g::text::vsm.graph)
	AND (SELECT count(*) FROM vsm.components(g)) + (SELECT count(*) FROM vsm.reach(g, ARRAY['a'], 3)) + (SELECT count(*)
		FROM vsm.first_release(g, '{"shop":[["2026-01-05T10:00:00Z","v1","a"]]}'))
		+ (SELECT count(*) FROM vsm.unknown_commits(g, '{"shop":[["2026-01-05T10:00:00Z","v1","a"]]}')) >= 0
	FROM (SELECT $1 AS g) AS q$$);

INSERT INTO target VALUES ('releases', 'vsm.releases',
ARRAY['{}', '{"shop":[["2026-01-05T10:00:00.25Z","v1","a"],["2026-01-05T10:00:00Z","v2","b"]],"\u00e9":[["0044-03-15T12:00:00Z BC","v1",'
	'"da39a3ee5e6b4b0d"]]}'],
$$SELECT vsm.releases_from_jsonb(vsm.releases_to_jsonb(r)) = r AND vsm.merge(r, r) = r
	AND vsm.releases_hash(r) = vsm.releases_hash(r::text::vsm.releases)
	AND (SELECT count(*) FROM vsm.first_release('{"a":["b"],"b":[]}', r)) + (SELECT count(*)
		FROM vsm.unknown_commits('{"a":["b"],"b":[]}', r)) >= 0
	FROM (SELECT $1 AS r) AS q$$);

INSERT INTO target VALUES ('text_timelines', 'vsm.text_timelines',
ARRAY['[]', '[["PAY-1",[["2026-01-05T10:00:00Z","A"],["2026-01-05T10:00:00Z","B"]]],["\u00e9",[["2026-01-05T10:00:00Z","A"]]]]'],
$$SELECT count(*) = count(DISTINCT item) AND coalesce(bool_and(answers(timeline, a_workflow(), NULL::vsm.calendar, NULL::timestamptz)),
	true) FROM vsm.unnest($1)$$);

INSERT INTO target VALUES ('bigint_timelines', 'vsm.bigint_timelines',
ARRAY['[]', '[[1,[["2026-01-05T10:00:00Z","A"],["2026-01-05T10:00:00Z","B"]]],[-9223372036854775808,[["2026-01-05T10:00:00Z","A"]]]]'],
$$SELECT count(*) = count(DISTINCT item) AND coalesce(bool_and(answers(timeline, a_workflow(), NULL::vsm.calendar, NULL::timestamptz)),
	true) FROM vsm.unnest($1)$$);

-- Patterns of paths: what is none is refused.
INSERT INTO target VALUES ('path_pattern', 'text',
ARRAY['^[^<A>]*<C>', '(<B><W>){1,3}\1$|<(unmapped)>.+?(?!<X>)', '<A\>\\>', '[<B><W>]*'],
$$SELECT CASE WHEN length($1) <= 100 THEN vsm.path_matches(t, a_workflow(), $1) IS NOT NULL ELSE true END
	FROM (SELECT '[["2026-01-05T10:00:00Z","A"],["2026-01-06T10:00:00Z","B"],["2026-01-06T10:00:00Z","Lost"],["2026-01-07T10:00:00Z","W"],'
		'["2026-01-08T10:00:00Z","C"]]'::vsm.timeline AS t) AS q$$);

-- Urgency profiles.
INSERT INTO target VALUES ('urgency', 'jsonb',
ARRAY['{"profile":"rate","per_week":10000}', '{"profile":"points","points":[["2026-01-05T10:00:00Z",1e3],["2026-01-07T10:00:00Z",5]]}',
	'{"profile":"deadline","at":"2026-01-07T10:00:00Z","step":100,"per_week":5.5}',
		'{"profile":"expiring","from":"2026-01-02T10:00:00Z","value":1e5,"half_life_weeks":2}'],
$$SELECT num_nulls(vsm.cost_of_delay($1, '{[2026-01-01 00:00+00,2026-01-06 00:00+00),[2026-02-01 00:00+00,2026-02-02 00:00+00)}')) = 0$$);

-- Payloads as they are sent, and what is looked for in texts of theirs.
INSERT INTO target VALUES ('payload', 'text',
ARRAY['Fixes PAY-1, pay-2 and UTF-8; see #12', '{"a":"\u0000"}', '{"a":1e5,"b":[null,true]}'],
$$SELECT (vsm.payload_error($1) IS NOT NULL OR vsm.payload_text($1)::json IS NOT NULL)
	AND array_position(vsm.issue_keys($1), NULL) IS NULL
	AND num_nulls(vsm.issue_keys($1, ARRAY['PAY']), vsm.item_type($1), vsm.environment_tier($1), vsm.git_repository($1)) >= 0$$);

INSERT INTO target VALUES ('payload_time', 'text',
ARRAY['2026-01-05T10:00:00.000+0000', '1767607200000', '2026-01-05 10:00:00', '2026-03-29T02:30:00.5-05:30'],
$$SELECT coalesce(isfinite(vsm.payload_time($1)), $1 ~ '^\s*$')$$);
