-- What the functions of vsm give of rows that are distributed, beside what they give of the same rows in one place: a row for each of
-- those whose names psql variable names lists that gives others, or an error, or an argument of which has no value here.
SET TimeZone = 'UTC';
SET client_min_messages = error;
-- Rows of both: an event of an item each, and what goes with the item. (Made in one place, so that both have the same.)
CREATE TABLE told (item text, number bigint, project text, at timestamptz, state text, seq bigint, place integer, stage text, class text,
	timeline vsm.timeline, other vsm.timeline, periods tstzmultirange, duration interval, finished boolean, target text, release text,
	sha text, parents text[], graph vsm.graph, releases vsm.releases, survival vsm.survival, urgency jsonb, samples integer[], text text);
SET citus.enable_ddl_propagation = off;
CREATE SCHEMA kept;
CREATE TABLE kept.told (LIKE told);
SET citus.enable_ddl_propagation = on;
INSERT INTO kept.told
WITH event AS (
	SELECT 'SHOP-' || i AS item, i::bigint AS number, 'project ' || i % 3 AS project,
		timestamptz '2026-01-05 08:00Z' + make_interval(hours => i * 5 + e * 31 + i * e % 17) AS at,
		CASE WHEN e = 5 AND i % 7 = 0 THEN 'Dropped' ELSE (ARRAY['To Do', 'In Progress', 'In Review', 'Flagged', 'In Progress', 'Unflagged',
			'QA', 'Done'])[1 + (e + i % 2) % 8] END AS state,
		(i * e % 5)::bigint AS seq, e
	FROM generate_series(1, 90) AS i, generate_series(0, 3 + i % 6) AS e),
item AS (
	SELECT v.item, vsm.timeline(v.at, v.state) AS timeline, vsm.timeline(v.at + interval '1 hour', v.state) FILTER (WHERE v.e > 0) AS other,
		range_agg(tstzrange(v.at, v.at + interval '3 hours')) AS periods, max(v.at) - min(v.at) AS duration,
		vsm.graph(v.item || ':' || v.e, v.item || ':' || v.e - 1) AS graph,
		vsm.releases('checkout@production', 'v' || v.e, v.item || ':' || v.e % 4, v.at) FILTER (WHERE v.e % 2 = 0) AS releases,
		vsm.survival(v.at - timestamptz '2026-01-05 08:00Z', v.e % 3 > 0) AS survival
	FROM event AS v GROUP BY v.item)
SELECT v.item, v.number, v.project, CASE WHEN v.number % 11 = 0 AND v.e = 2 THEN NULL ELSE v.at END, v.state, v.seq,
	w.place, w.stage, w.class, i.timeline, i.other, i.periods, i.duration, v.number % 4 > 0, 'checkout@production', 'v' || v.e,
	v.item || ':' || v.e, CASE WHEN v.e > 0 THEN ARRAY[v.item || ':' || v.e - 1] END, i.graph, i.releases, i.survival,
	jsonb_build_object('profile', 'rate', 'per_week', 100 * v.number), ARRAY[v.number % 5, 3, v.e],
	format(E'Show the total of PAY-%s and pay-7\n\nSigned-off-by: One <one@example.com>\n', v.number)
FROM event AS v JOIN item AS i USING (item)
	JOIN (VALUES (1, 'To Do', 'new', '{To Do}'), (2, 'In Progress', 'active', '{In Progress}'),
		(3, 'In Review', 'waiting', '{In Review,Flagged,Unflagged}'), (4, 'QA', 'active', '{QA}'), (5, 'Done', 'done', '{Done}'),
		(6, 'Dropped', 'cancelled', '{Dropped}')) AS w (place, stage, class, states) ON v.state = ANY (w.states::text[]);
SELECT create_distributed_table('told', 'item') \g /dev/null
INSERT INTO told SELECT * FROM kept.told;

-- A value for each argument, by its name and type; t is a row. Settings are literals, as people write them: @workflow and the like.
CREATE TEMPORARY TABLE setting AS
SELECT s.name, s.value
FROM (SELECT vsm.merge(t.survival) AS survival, vsm.merge(t.graph) AS graph, vsm.merge(t.releases) AS releases
		FROM kept.told AS t WHERE t.number < 9) AS t,
	LATERAL (VALUES ('survival', t.survival::text), ('graph', t.graph::text), ('releases', t.releases::text),
		('workflow', '{"stages":[{"name":"To Do","class":"new"},{"name":"In Progress","class":"active"},{"name":"Blocked","class":"blocked",
			"states":["Flagged"],"until":["Unflagged"]},{"name":"In Review","class":"waiting"},{"name":"QA","class":"active"},
			{"name":"Done","class":"done"},{"name":"Dropped","class":"cancelled"}]}'),
		('calendar', '{"time_zone":"Europe/Paris","week":{"mon":["09:00-17:00"],"tue":["09:00-17:00"],
			"wed":["09:00-12:00","13:00-18:00"],"fri":["09:00-15:00"]}}')) AS s (name, value);
CREATE TEMPORARY TABLE argument AS
SELECT n.name, y.type, coalesce(quote_literal(s.value), v.value) AS value
FROM (VALUES
		('timeline tracker', 'vsm.timeline json jsonb', 't.timeline'),
		('other', 'vsm.timeline', 't.other'),
		('parts', 'vsm.timeline[]', $$ARRAY[t.other, vsm.clip(t.timeline, '[2026-01-07 00:00Z,)')]$$),
		('releasable', 'boolean[]', 'ARRAY[true, false]'),
		('timelines', 'vsm.text_timelines', $$'[["' || t.item || '",' || t.timeline::text || ']]'$$),
		('timelines', 'vsm.bigint_timelines', $$'[[' || t.number || ',' || t.timeline::text || ']]'$$),
		('workflow', 'vsm.workflow json jsonb', '@workflow'),
		('calendar', 'vsm.calendar json jsonb', '@calendar'),
		('survival', 'vsm.survival json jsonb', 't.survival'),
		('a after other', 'vsm.survival', 't.survival'),
		('b', 'vsm.survival', '@survival'),
		('graph', 'vsm.graph json jsonb', 't.graph'),
		('a commits edges', 'vsm.graph', 't.graph'),
		('b', 'vsm.graph', '@graph'),
		('releases', 'vsm.releases json jsonb', 't.releases'),
		('a', 'vsm.releases', 't.releases'),
		('b', 'vsm.releases', '@releases'),
		('at released_at', 'timestamptz', 't.at'),
		('as_of until', 'timestamptz', $$'2026-02-10 10:00Z'$$),
		('since', 'timestamptz', $$'2026-01-05 00:00Z'$$),
		('step within given_age age', 'interval', $$'1 day'$$),
		('duration target active wait', 'interval', 't.duration'),
		('during period', 'tstzrange', $$'[2026-01-06 00:00Z,2026-01-12 00:00Z)'$$),
		('periods', 'tstzmultirange', 't.periods'),
		('state', 'text', 't.state'),
		('stage', 'text', 't.stage'),
		('class', 'text', 't.class'),
		('place', 'integer', 't.place'),
		('seq', 'bigint', 't.seq'),
		('item', 'text', 't.item'),
		('item', 'bigint', 't.number'),
		('source node sha', 'text', 't.sha'),
		('target', 'text', 't.target'),
		('targets', 'text[]', 't.parents'),
		('release', 'text', 't.release'),
		('roots', 'text[]', 'ARRAY[t.sha]'),
		('text message', 'text', 't.text'),
		('projects', 'text[]', $$ARRAY['PAY']$$),
		('urgency', 'jsonb', 't.urgency'),
		('samples', 'integer[]', 't.samples'),
		('counts', 'bigint[]', 'ARRAY[t.number, t.place, 1]'),
		('finished', 'boolean', 't.finished'),
		('inclusive', 'boolean', 'true'),
		('items periods', 'integer', '7'),
		('max_hops', 'integer', '2'),
		('p', 'float8', '0.85'),
		('factor', 'float8', '0.5'),
		('weeks', 'float8', 't.number / 2.0'),
		('cost_per_week', 'numeric', 't.number * 100'),
		('time_zone', 'text', $$'Europe/Paris'$$),
		('begins', 'text', $$'Flagged'$$),
		('ends', 'text', $$'Unflagged'$$),
		('start', 'text', $$'committed'$$),
		('reopen', 'text', $$'continue'$$),
		('backward', 'text', $$'keep'$$),
		('unmapped', 'text', $$'waiting'$$),
		('name', 'text', $$'kanban_guide'$$),
		('rule', 'text', $$'least'$$),
		('pattern', 'text', $$'<In Progress>.*<QA>'$$)) AS v (names, types, value)
	LEFT JOIN setting AS s ON v.value = '@' || s.name,
	string_to_table(v.names, ' ') AS n (name), LATERAL (SELECT t.type::regtype AS type FROM string_to_table(v.types, ' ') AS t (type)) AS y;

-- The calls: of each function with each row; of each aggregate over the rows of an item, which are on one node, of several items, and all.
CREATE TEMPORARY TABLE call AS
SELECT p.oid::regprocedure::text AS name, p.proname, p.prokind = 'a' AS is_aggregate, p.proretset, c.unknown,
	format('vsm.%I(%s)', p.proname, c.values) AS call
FROM pg_proc AS p, LATERAL (
	SELECT string_agg(format('(%s)::%s', a.value, t.type), ', ' ORDER BY t.place) AS values,
		string_agg(format('%s %s', p.proargnames[t.place], t.type), ', ') FILTER (WHERE a.value IS NULL) AS unknown
	FROM unnest(p.proargtypes::regtype[]) WITH ORDINALITY AS t (type, place)
		LEFT JOIN argument AS a ON a.name = p.proargnames[t.place] AND a.type = t.type) AS c
WHERE p.pronamespace = 'vsm'::regnamespace AND p.proname = ANY (string_to_array(:'names', ' '))
AND NOT p.proargtypes::regtype[] && '{internal,cstring}';

CREATE FUNCTION pg_temp.shown(value anyelement) RETURNS text LANGUAGE sql AS $$ SELECT value::text $$;
-- (Sets have their items in no particular order.)
CREATE FUNCTION pg_temp.shown(value vsm.text_timelines) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(u::text, ' ' ORDER BY u.item) FROM vsm.unnest(value) AS u $$;
CREATE FUNCTION pg_temp.shown(value vsm.bigint_timelines) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(u::text, ' ' ORDER BY u.item) FROM vsm.unnest(value) AS u $$;
CREATE FUNCTION pg_temp.difference(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	EXECUTE 'CREATE TEMPORARY TABLE one AS ' || format(statement, 'kept.told');
	EXECUTE 'CREATE TEMPORARY TABLE two AS ' || format(statement, 'public.told');
	EXECUTE '
		WITH o AS (SELECT t.key, pg_temp.shown(t.result) AS result FROM one AS t),
			n AS (SELECT t.key, pg_temp.shown(t.result) AS result FROM two AS t)
		SELECT CASE WHEN NOT EXISTS (SELECT FROM o WHERE o.result IS NOT NULL) THEN ''nothing is asked''
			WHEN count(*) > 0 THEN format(''%s rows differ: %s'', count(*), left(min(d.place || d.row), 300)) END
		FROM (
			SELECT ''kept '' AS place, e::text AS row FROM (SELECT * FROM o EXCEPT ALL SELECT * FROM n) AS e
			UNION ALL SELECT ''told '', e::text FROM (SELECT * FROM n EXCEPT ALL SELECT * FROM o) AS e) AS d'
	INTO result;
	DROP TABLE one, two;
	RETURN result;
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ': ' || SQLERRM;
END
$$;
SELECT c.name || ': no value for ' || c.unknown FROM call AS c WHERE c.unknown IS NOT NULL;
SELECT format('SELECT %L || d.difference FROM (SELECT pg_temp.difference(%L) OFFSET 0) AS d (difference) WHERE d.difference IS NOT NULL',
	c.name || coalesce(' by ' || g.key, '') || ': ', CASE
	WHEN c.is_aggregate THEN format('SELECT %s AS key, %s AS result FROM %%s AS t%s', coalesce('t.' || g.key, '0'), c.call,
		' GROUP BY t.' || g.key)
	WHEN c.proretset THEN format('SELECT t.sha AS key, r AS result FROM %%s AS t, %s AS r', c.call)
	ELSE format('SELECT t.sha AS key, %s AS result FROM %%s AS t', c.call) END)
FROM call AS c JOIN (VALUES ('item'), ('project'), (NULL)) AS g (key) ON c.is_aggregate OR g.key IS NULL
WHERE c.unknown IS NULL ORDER BY c.name, g.key \gexec
SELECT n.name || ': is no function' FROM unnest(string_to_array(:'names', ' ')) AS n (name) WHERE NOT EXISTS (
	SELECT FROM call AS c WHERE c.proname = n.name);
