-- The door of a model: random facts of every kind, in any order and any split into calls, against definitions in plain SQL
-- that share nothing with it; what is no fact; what is refused.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(61);
SET LOCAL client_min_messages = error;
SET LOCAL TimeZone = 'Asia/Tokyo';

CREATE FUNCTION pg_temp.write(model text, facts vsm.fact[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM vsm.open_facts();
	INSERT INTO pg_temp.vsm_fact SELECT f.*, NULL, '2026-12-01', NULL, false FROM unnest(facts) AS f;
	PERFORM vsm.write_facts(model);
END$$;
CREATE FUNCTION pg_temp.rnd(n int) RETURNS int LANGUAGE sql AS 'SELECT floor(random() * n)::int';
CREATE FUNCTION pg_temp.day(n int) RETURNS timestamptz LANGUAGE sql AS $$SELECT timestamptz '2026-01-01 00:00Z' + pg_temp.rnd(n) *
	interval '1 day'$$;

-- Few entities, times, versions and values, so that there are ties of all kinds.
SELECT setseed(0.19) \g /dev/null
CREATE TEMP TABLE told (n int, fact vsm.fact);
INSERT INTO told SELECT n, vsm.fact_event('jira', 'i' || pg_temp.rnd(12), pg_temp.day(9), (ARRAY['A', 'B', 'C', 'Flagged',
	'Unflagged'])[1 + pg_temp.rnd(5)], 'e' || pg_temp.rnd(30),
	previous => (ARRAY['A', 'B', NULL])[1 + pg_temp.rnd(3)], attributes => (ARRAY['{"x": 1}', '{"x": 2}', NULL])[1 + pg_temp.rnd(3)]::jsonb,
	version => CASE WHEN random() < 0.8 THEN pg_temp.day(4) END) FROM generate_series(1, 400) AS n;
INSERT INTO told SELECT n, vsm.fact_observed('jira', 'i' || pg_temp.rnd(12), pg_temp.day(9), (ARRAY['A', 'B', 'C'])[1 + pg_temp.rnd(3)],
	(ARRAY['1', '2', NULL])[1 + pg_temp.rnd(3)]) FROM generate_series(401, 520) AS n;
INSERT INTO told SELECT n, vsm.fact_created('jira', 'i' || pg_temp.rnd(12), pg_temp.day(2), (ARRAY['A', NULL])[1 + pg_temp.rnd(2)])
	FROM generate_series(521, 540) AS n;
INSERT INTO told SELECT n, vsm.fact_change('jira', 'i' || pg_temp.rnd(12), pg_temp.day(9), (ARRAY['team', 'sprint'])[1 + pg_temp.rnd(2)],
	(ARRAY['X', 'Y', NULL])[1 + pg_temp.rnd(3)], 'c' || pg_temp.rnd(9),
	previous => (ARRAY['X', 'Y', NULL])[1 + pg_temp.rnd(3)], version => pg_temp.day(4)) FROM generate_series(541, 700) AS n;
INSERT INTO told SELECT n, vsm.fact_link('jira', 'i' || pg_temp.rnd(6), 'K-' || pg_temp.rnd(6), 'blocked_by',
	method => (ARRAY['m', 'n'])[1 + pg_temp.rnd(2)], confidence => (1 + pg_temp.rnd(3)) / 4.0,
	since => CASE WHEN random() < 0.7 THEN pg_temp.day(5) END, until => CASE WHEN random() < 0.3 THEN pg_temp.day(9) END, seen_at => CASE
		WHEN random() < 0.5 THEN pg_temp.day(9) END)
	FROM generate_series(701, 860) AS n;
INSERT INTO told SELECT n, vsm.fact_alias('jira', 'i' || pg_temp.rnd(12), 'K-' || pg_temp.rnd(6), CASE WHEN random() < 0.7
	THEN pg_temp.day(5) END) FROM generate_series(861, 900) AS n;
INSERT INTO told SELECT n, vsm.fact_row('jira', r, left(r, 1) || pg_temp.rnd(12), CASE WHEN random() < 0.95 THEN pg_temp.day(6) END,
	jsonb_strip_nulls(jsonb_build_object(
		'title', (ARRAY['a', 'b', 'c', NULL])[1 + pg_temp.rnd(4)], 'url', (ARRAY['u', 'v', NULL])[1 + pg_temp.rnd(3)], 'source',
			(ARRAY['jira', NULL])[1 + pg_temp.rnd(2)],
		'created_at', CASE WHEN random() < 0.4 THEN pg_temp.day(3) END))
	|| CASE WHEN random() < 0.4 AND r <> 'build' THEN jsonb_build_object('title', NULL) ELSE '{}' END || CASE WHEN r = 'item'
		AND random() < 0.5 THEN jsonb_build_object('type', (ARRAY['defect', 'feature', NULL])[1 + pg_temp.rnd(3)]) ELSE '{}' END
	|| CASE WHEN random() < 0.3 THEN CASE r WHEN 'merge_request' THEN jsonb_build_object('first_review_at', pg_temp.day(9))
		WHEN 'incident' THEN jsonb_build_object('acknowledged_at', pg_temp.day(9)) ELSE '{}' END ELSE '{}' END
	|| CASE WHEN r = 'item' AND random() < 0.3 THEN jsonb_build_object('due_at', '2026-02-0' || 1 + pg_temp.rnd(3), 'size',
		pg_temp.rnd(3)) ELSE '{}' END)
	FROM generate_series(901, 1500) AS n, LATERAL (SELECT (ARRAY['item', 'merge_request', 'commit', 'incident', 'deployment'])[1 + n % 5]
		AS r) AS r;
INSERT INTO told SELECT n, vsm.fact_history('jira', 'i' || pg_temp.rnd(14), pg_temp.day(9), since => CASE WHEN random() < 0.8
	THEN pg_temp.day(9) END) FROM generate_series(1501, 1540) AS n;
-- each of the columns that its table has
UPDATE told AS t SET fact.details = (SELECT coalesce(jsonb_object_agg(d.key, d.value), '{}') FROM jsonb_each((t.fact).details) AS d
	JOIN vsm.model_columns() AS c ON c.relation = (t.fact).fact AND c.name = d.key)
WHERE (t.fact).fact IN ('item', 'merge_request', 'commit', 'incident', 'deployment');

-- Requests that are seen to be open, which says something after they were closed only; and what its source says was created.
INSERT INTO told SELECT n, vsm.fact_event('github', 'r' || pg_temp.rnd(6), pg_temp.day(9) + pg_temp.rnd(4) * interval '0.6 s',
	(ARRAY['open', 'closed', 'reviewed'])[1 + pg_temp.rnd(3)], 'e' || n) FROM generate_series(1541, 1600) AS n;
INSERT INTO told SELECT n, vsm.fact_observed('github', 'r' || pg_temp.rnd(6), pg_temp.day(9) + pg_temp.rnd(4) * interval '0.6 s', 'open',
	after => '["closed"]') FROM generate_series(1601, 1680) AS n;
INSERT INTO told SELECT n, vsm.fact_event('gitlab', 'p' || n, '2026-01-01 00:00Z', 'created', 'p' || n || ':created')
	FROM generate_series(1, 3) AS n;
INSERT INTO told SELECT n, vsm.fact_observed('gitlab', 'p' || n, '2026-01-01 00:00Z', 'pending') FROM generate_series(1, 3) AS n;

INSERT INTO told SELECT n, vsm.fact_usage('web', 'i' || pg_temp.rnd(12), pg_temp.day(9), 'u' || pg_temp.rnd(40), uses => 1 + pg_temp.rnd(3),
	users => nullif(pg_temp.rnd(3), 0), version => CASE WHEN random() < 0.8 THEN pg_temp.day(3) END) FROM generate_series(1681, 1800) AS n;
INSERT INTO told SELECT n, vsm.fact_outcome((ARRAY['books', 'bank'])[1 + pg_temp.rnd(2)], 'i' || pg_temp.rnd(4), pg_temp.day(3),
	(ARRAY['revenue', 'cost saved'])[1 + pg_temp.rnd(2)], (pg_temp.rnd(40) - 10) / 4.0,
	currency => (ARRAY['EUR', 'USD', NULL])[1 + pg_temp.rnd(3)], version => CASE WHEN random() < 0.8 THEN pg_temp.day(3) END)
	FROM generate_series(1801, 2000) AS n;

CREATE FUNCTION pg_temp.told(model text, seed float8, calls int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	facts vsm.fact[];
BEGIN
	EXECUTE format('CALL vsm.create_model(%L, time_zone => ''America/New_York'')', model);
	PERFORM setseed(seed);
	CREATE TEMP TABLE IF NOT EXISTS dealt (call int, fact vsm.fact);
	TRUNCATE dealt;
	-- some of them twice
	INSERT INTO dealt SELECT pg_temp.rnd(calls), t.fact FROM (SELECT t.fact, random() AS place FROM told AS t, generate_series(1, 2)
		AS twice WHERE twice = 1 OR random() < 0.2) AS t ORDER BY t.place;
	FOR facts IN SELECT array_agg(d.fact) FROM dealt AS d GROUP BY d.call ORDER BY d.call LOOP
		PERFORM pg_temp.write(model, facts);
	END LOOP;
	RETURN model;
END$$;
CREATE FUNCTION pg_temp.content(model text) RETURNS TABLE (relation text, line text) LANGUAGE plpgsql AS $$
DECLARE t text;
BEGIN
	FOREACH t IN ARRAY vsm.told_tables() LOOP
		RETURN QUERY EXECUTE format('SELECT %L, (to_jsonb(t) - ''recorded_at'' - ''xid'' - ''told_at'')::text FROM %I.%I AS t', t, model,
			t);
	END LOOP;
END$$;
SELECT pg_temp.told('once', 0.1, 1) \g /dev/null
CREATE TEMP TABLE shuffle AS SELECT pg_temp.told(format('told_%s', s), s / 30.0, (ARRAY[1, 2, 7, 60])[1 + s % 4]) AS model
	FROM generate_series(1, 8) AS s;
SELECT is_empty($$SELECT s.model, d.* FROM shuffle AS s, LATERAL (
	(SELECT * FROM pg_temp.content(s.model) EXCEPT ALL SELECT * FROM pg_temp.content('once'))
	UNION ALL (SELECT * FROM pg_temp.content('once') EXCEPT ALL SELECT * FROM pg_temp.content(s.model))) AS d$$,
		'any order and any split make the same rows');

-- Events of creations and of states are derived by what reads rows one by one, where that is simple, and else by a statement: of all of
-- them this has nothing to add.
CREATE FUNCTION pg_temp.differences(model text) RETURNS SETOF vsm.state_difference LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('search_path', 'pg_catalog, ' || model, true);
	RETURN QUERY EXECUTE 'SELECT d.* FROM vsm.state_differences(ARRAY(SELECT e.entity FROM event AS e UNION SELECT o.entity
		FROM observation AS o)) AS d';
	PERFORM set_config('search_path', 'public, pg_catalog', true);
END$$;
SELECT is_empty($$SELECT * FROM pg_temp.differences('once')$$, 'states are derived as the statement says that does so for all');
SELECT is_empty($$SELECT s.model, d.* FROM shuffle AS s, LATERAL pg_temp.differences(s.model) AS d$$, 'in each order');

-- Definitions, each fact by itself
CREATE TEMP TABLE f AS SELECT (t.fact).* FROM told AS t;
SELECT bag_eq($$SELECT entity, event_id, at FROM once.event WHERE event_id LIKE 'e%'$$, $$SELECT entity, id, min(at) FROM f
	WHERE fact = 'event' AND id LIKE 'e%' GROUP BY entity, id$$, 'the earliest time of each event');
SELECT is_empty($$SELECT e.entity, e.event_id FROM once.event AS e WHERE e.event_id LIKE 'e%' AND NOT EXISTS (
	SELECT FROM f WHERE f.fact = 'event' AND f.entity = e.entity AND f.id = e.event_id AND (f.value, f.previous, f.details)
		IS NOT DISTINCT FROM (e.state, e.previous, e.attributes)
	AND coalesce(f.version, '-infinity') = (SELECT coalesce(max(g.version), '-infinity') FROM f AS g WHERE g.fact = 'event'
		AND g.entity = e.entity AND g.id = e.event_id))$$, 'in the words of its newest version');
SELECT bag_eq($$SELECT source, target, confidence, since FROM once.link$$, $$SELECT entity, value, max(confidence), min(at) FROM f
	WHERE fact = 'link' GROUP BY entity, value$$, 'links: the greatest confidence, the earliest beginning');
SELECT bag_eq($$SELECT source, target, until FROM once.link$$, $$SELECT DISTINCT ON (entity, value) entity, value, until FROM f
	WHERE fact = 'link'
	ORDER BY entity, value, coalesce(until, version, at) DESC NULLS LAST, until$$, 'whether they stand is what was seen last');
SELECT bag_eq('SELECT alias, item, since FROM once.item_alias', $$SELECT value, entity, min(at) FROM f WHERE fact = 'alias'
	GROUP BY value, entity$$, 'aliases since the earliest time');
SELECT bag_eq($$SELECT item, title, url, created_at, due_at, size, type FROM once.item$$, $$
	SELECT r.entity, (SELECT t.details ->> 'title' FROM f AS t WHERE t.fact = 'item' AND t.entity = r.entity AND t.details ? 'title'
		ORDER BY t.at DESC NULLS LAST, t.details -> 'title' DESC LIMIT 1) AS c1,
		(SELECT t.details ->> 'url' FROM f AS t WHERE t.fact = 'item' AND t.entity = r.entity AND t.details ? 'url'
			ORDER BY t.at DESC NULLS LAST, t.details -> 'url' DESC LIMIT 1) AS c2,
		(SELECT (t.details ->> 'created_at')::timestamptz FROM f AS t WHERE t.fact = 'item' AND t.entity = r.entity
			AND t.details ? 'created_at' ORDER BY t.at DESC NULLS LAST, (t.details ->> 'created_at')::timestamptz DESC LIMIT 1) AS c3,
		(SELECT ((t.details ->> 'due_at') || ' 23:59:59.999999')::timestamp AT TIME ZONE 'America/New_York' FROM f AS t
			WHERE t.fact = 'item' AND t.entity = r.entity AND t.details ? 'due_at' ORDER BY t.at DESC NULLS LAST,
				t.details ->> 'due_at' DESC LIMIT 1) AS c4,
		(SELECT (t.details ->> 'size')::numeric FROM f AS t WHERE t.fact = 'item' AND t.entity = r.entity AND t.details ? 'size'
			ORDER BY t.at DESC NULLS LAST, (t.details -> 'size') DESC LIMIT 1) AS c5,
		(SELECT t.details ->> 'type' FROM f AS t WHERE t.fact = 'item' AND t.entity = r.entity AND t.details ? 'type'
			ORDER BY t.at DESC NULLS LAST, t.details -> 'type' DESC LIMIT 1) AS c6
	FROM (SELECT DISTINCT entity FROM f WHERE fact = 'item') AS r$$, 'each column of an item has the value of the newest version that '
		'names it, of equal ones the greater; days end in the model''s zone');
SELECT bag_eq('SELECT event_id, feature, at, uses, users FROM once.usage', $$SELECT DISTINCT ON (id) id, entity, at, seq,
	(details ->> 'users')::bigint FROM f WHERE fact = 'usage'
	ORDER BY id, version DESC NULLS LAST, seq DESC,
		jsonb_build_array((details ->> 'users')::bigint, vsm.epoch_microseconds(at), entity) DESC$$,
	'use as the newest version has it, of equal ones the greater');
SELECT bag_eq('SELECT feature, at, measure, amount, currency, source FROM once.outcome', $$SELECT DISTINCT ON (entity, at, name)
	entity, at, name, value::numeric, details ->> 'currency', source FROM f WHERE fact = 'outcome'
	ORDER BY entity, at, name, version DESC NULLS LAST, value::numeric DESC, details ->> 'currency' DESC NULLS LAST, source DESC$$,
	'what features brought: the newest amount, of equal versions the greater');
SELECT bag_eq($$SELECT commit.sha, title, updated_at FROM once.commit$$, $$
	SELECT r.entity, (SELECT t.details ->> 'title' FROM f AS t WHERE t.fact = 'commit' AND t.entity = r.entity AND t.details ? 'title'
		ORDER BY t.at DESC NULLS LAST, t.details -> 'title' DESC LIMIT 1) AS title, max(r.at)
	FROM f AS r WHERE r.fact = 'commit' GROUP BY r.entity$$, 'and so has each of the other tables');
SELECT bag_eq($$SELECT merge_request, first_review_at FROM once.merge_request UNION ALL SELECT incident, acknowledged_at
	FROM once.incident$$,
	$$SELECT entity, min((details ->> CASE fact WHEN 'incident' THEN 'acknowledged_at' ELSE 'first_review_at' END)::timestamptz) FROM f
		WHERE fact IN ('merge_request', 'incident') GROUP BY fact, entity$$,
	'what happened first has the earliest time, whatever the version');
SELECT bag_eq($$SELECT item, attribute, change_id, at FROM once.item_change WHERE change_id <> 'created'$$, $$SELECT entity, name, id,
	min(at) FROM f WHERE fact = 'change' GROUP BY 1, 2, 3$$, 'changes');
SELECT bag_eq($$SELECT item, attribute, at, value FROM once.item_change WHERE change_id = 'created'$$, $$
	SELECT DISTINCT ON (c.item, c.attribute) c.item, c.attribute, n.at, c.previous
	FROM once.item_change AS c JOIN (SELECT entity, min(at) AS at FROM f WHERE fact = 'created' GROUP BY entity) AS n ON n.entity = c.item
	WHERE c.change_id <> 'created' ORDER BY c.item, c.attribute, c.at, length(c.change_id), c.change_id COLLATE "C"$$,
		'the first value of an attribute is what its earliest change came from');
SELECT bag_eq($$SELECT item, changelog_until FROM once.item WHERE changelog_until IS NOT NULL$$, $$
	WITH RECURSIVE known AS (
		SELECT entity, max(until) AS until FROM f WHERE fact = 'history' AND at IS NULL GROUP BY entity
		UNION SELECT k.entity, h.until FROM known AS k JOIN f AS h ON h.fact = 'history' AND h.entity = k.entity AND h.at <= k.until
			AND h.until > k.until AND h.at <= h.until)
	SELECT entity, max(until) FROM known WHERE entity IN (SELECT item FROM once.item) GROUP BY entity$$,
		'how far a history is known without a gap');
SELECT bag_eq($$SELECT entity, at, state FROM once.event WHERE event_id = entity || ':created' AND entity NOT LIKE 'p%'$$, $$
	SELECT n.entity, n.at, coalesce((SELECT e.previous FROM once.event AS e WHERE e.entity = n.entity AND e.previous IS NOT NULL
		ORDER BY e.at, length(e.event_id), e.event_id COLLATE "C" LIMIT 1), n.state)
	FROM (SELECT entity, min(at) AS at, min(value) AS state FROM f WHERE fact = 'created' GROUP BY entity) AS n
	WHERE n.state IS NOT NULL OR EXISTS (SELECT FROM once.event AS e WHERE e.entity = n.entity AND e.previous IS NOT NULL)$$,
		'the state at creation is what the earliest change came from');
SELECT bag_eq($$SELECT entity, at FROM once.event WHERE method = 'observed' AND entity LIKE 'r%'$$, $$
	SELECT o.entity, o.at FROM (SELECT DISTINCT entity, at FROM f WHERE fact = 'observed' AND details IS NOT NULL) AS o,
		LATERAL (SELECT max(c.at) AS at FROM f AS c WHERE c.fact = 'event' AND c.entity = o.entity AND c.value = 'closed'
			AND c.at <= o.at - interval '1 s') AS c
	WHERE c.at IS NOT NULL AND NOT EXISTS (SELECT FROM f AS e WHERE e.fact = 'event' AND e.entity = o.entity AND e.value = 'open' AND e.at
		BETWEEN c.at AND o.at + interval '1 s')
	AND NOT EXISTS (SELECT FROM f AS e WHERE e.fact = 'observed' AND e.entity = o.entity AND e.at >= c.at + interval '1 s'
		AND e.at < o.at)$$, 'that it is open is an event where it was closed and not opened since');
SELECT bag_eq($$SELECT entity, at, state, method FROM once.event WHERE entity LIKE 'p%'$$, $$SELECT 'p' || n,
	timestamptz '2026-01-01 00:00Z', s, m FROM generate_series(1, 3) AS n, (VALUES ('created', NULL), ('pending', 'observed'))
		AS v (s, m)$$,
	'what its source says was created stays beside what was seen');
SELECT bag_eq($$SELECT entity, at, state FROM once.event WHERE method = 'observed' AND entity LIKE 'i%'$$, $$
	SELECT o.entity, o.at, o.value FROM (SELECT DISTINCT ON (entity, at) entity, at, value FROM f WHERE fact = 'observed'
		AND entity LIKE 'i%' ORDER BY entity, at, value COLLATE "C") AS o
	WHERE o.value IS DISTINCT FROM (
		SELECT b.state FROM (
			SELECT e.at, e.state, 0 AS seen, e.event_id FROM once.event AS e WHERE e.entity = o.entity AND e.method IS DISTINCT
				FROM 'observed' AND e.state NOT IN ('Flagged', 'Unflagged') AND e.at <= o.at
			UNION ALL SELECT p.at, min(p.value COLLATE "C"), 1, '' FROM f AS p WHERE p.fact = 'observed' AND p.entity = o.entity
				AND p.at < o.at GROUP BY p.at) AS b
		ORDER BY b.at DESC, b.seen DESC, (b.event_id LIKE '%:created') IS FALSE DESC, length(b.event_id) DESC, b.event_id COLLATE "C" DESC
			LIMIT 1)$$, 'a state that was seen is an event where it differs from the one before');

-- Told again, nothing is written
CREATE FUNCTION pg_temp.places(relname text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE places text;
BEGIN
	EXECUTE format('SELECT string_agg(ctid::text, '' '' ORDER BY ctid) FROM once.%I', relname) INTO places;
	RETURN places;
END $$;
CREATE TEMP TABLE versions AS SELECT relname, pg_temp.places(relname) FROM unnest(vsm.told_tables()) AS relname;
SELECT pg_temp.write('once', array_agg(fact)) FROM told \g /dev/null
SELECT bag_eq('SELECT relname, pg_temp.places(relname) FROM unnest(vsm.told_tables()) AS relname',
	'TABLE versions', 'the same facts again: no row is written');
SELECT is((SELECT count(*) FROM pg_temp.vsm_fact), 0::bigint, 'and the table of facts is empty');

-- Corrections by hand
UPDATE once.item SET type = 'risk' WHERE item = (SELECT min(item) FROM once.item WHERE type_told IS NOT NULL);
SELECT item AS corrected, type_told FROM once.item WHERE type = 'risk' \gset
SELECT pg_temp.write('once', ARRAY[vsm.fact_row('jira', 'item', :'corrected', '2026-02-01', jsonb_build_object('title', 'new', 'type',
	:'type_told'))]) \g /dev/null
SELECT is((SELECT type FROM once.item WHERE item = :'corrected'), 'risk', 'a type that somebody corrected stays');
SELECT pg_temp.write('once', ARRAY[vsm.fact_row('jira', 'item', :'corrected', '2026-02-02', '{"type": "debt"}')]) \g /dev/null
SELECT is((SELECT type FROM once.item WHERE item = :'corrected'), 'debt', 'until the tracker calls it otherwise');

-- What is no fact, and what cannot be one
CALL vsm.create_model('none');
SELECT lives_ok($$SELECT pg_temp.write('none', ARRAY[vsm.fact_event('s', 'e', NULL, 'A', 'i'), vsm.fact_event('s', 'e', '2026-01-01', '',
	'i'), vsm.fact_event('s', 'e', '2026-01-01', 'A', NULL),
	vsm.fact_event('s', '', '2026-01-01', 'A', 'i'), vsm.fact_link('s', 'e', NULL, 'deploys'), vsm.fact_link('s', 'e', 'e', 'deploys'),
		vsm.fact_alias('s', 'e', ''), vsm.fact_observed('s', 'e', NULL, 'A'),
	vsm.fact_created('s', 'e', NULL, 'A'), vsm.fact_change('s', 'e', '2026-01-01', NULL, 'v', 'i'), vsm.fact_history('s', 'e', NULL),
		vsm.fact_row('s', 'item', NULL, '2026-01-01', '{}')])$$, 'what lacks its time or target');
SELECT is_empty($$SELECT * FROM pg_temp.content('none')$$, 'is no fact');
SELECT throws_ok($$SELECT pg_temp.write('none', ARRAY[vsm.fact_event('s', 'e', '2027-01-01', 'A', 'i')])$$, '22000',
	'a fact cannot be written to the model in schema "none"', 'a time that is later than a day after it was received');
SELECT throws_ok($$SELECT pg_temp.write('none', ARRAY[vsm.fact_event('s', repeat('e', 1001), '2026-01-01', 'A', 'i')])$$, '22000', NULL,
	'a name that is too long');
SELECT throws_ok($$SELECT pg_temp.write('none', ARRAY[vsm.fact_link('s', 'e', repeat('t', 1001), 'deploys')])$$, '22000', NULL,
	'a target that is too long');
SELECT lives_ok($$SELECT pg_temp.write('none', ARRAY[vsm.fact_row('s', 'item', 'e', '2026-01-01', '{"due_at": "2030-01-01"}'),
	vsm.fact_link('s', 'e', 't', 'part_of', until => '2030-01-01')])$$, 'what is due later is a fact');
-- Made by hand, without a time of receipt, a fact is received now.
CREATE FUNCTION pg_temp.write_now(facts vsm.fact[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM vsm.open_facts();
	INSERT INTO pg_temp.vsm_fact SELECT f.* FROM unnest(facts) AS f;
	PERFORM vsm.write_facts('none');
END$$;
SELECT throws_ok($$SELECT pg_temp.write_now(ARRAY[vsm.fact_event('s', 'e', now() + interval '2 days', 'A', 'i')])$$, '22000',
	'a fact cannot be written to the model in schema "none"', 'a fact of later than a day from now');
SELECT lives_ok($$SELECT pg_temp.write_now(ARRAY[vsm.fact_event('s', 'now', now() + interval '23 hours', 'A', 'i')])$$,
	'one of less is taken');
SELECT is((SELECT count(*) FROM none.event WHERE entity = 'now'), 1::bigint, 'and written');

-- The reason names the time as the payload has it: the latest, of which versions may be some microseconds older.
CREATE FUNCTION pg_temp.reason(facts vsm.fact[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	told text;
BEGIN
	PERFORM vsm.open_facts();
	INSERT INTO pg_temp.vsm_fact SELECT f.*, 1, '2026-01-01 00:00Z', NULL, false FROM unnest(facts) AS f;
	PERFORM vsm.open_held_facts();
	PERFORM vsm.hold_facts('SELECT f.* FROM pg_temp.vsm_fact AS f');
	SELECT r.reason INTO told FROM vsm.refused_facts() AS r;
	PERFORM vsm.release_facts();
	DELETE FROM pg_temp.vsm_fact;
	RETURN told;
END$$;
SELECT is(pg_temp.reason(ARRAY[vsm.fact_row('s', 'item', 'e', timestamptz '2027-01-01 16:35:05Z' - interval '2 microseconds', '{}')]),
	'it tells of 2027-01-01 16:35:05Z, which is later than when it was received (2026-01-01 00:00:00Z)',
		'a version some microseconds before');
SELECT is(pg_temp.reason(ARRAY[vsm.fact_row('s', 'item', 'e', timestamptz '2027-01-01 16:35:04Z', '{}'), vsm.fact_event('s', 'e',
	'2027-01-01 16:35:05.7Z', 'A', 'i')]),
	'it tells of 2027-01-01 16:35:05Z, which is later than when it was received (2026-01-01 00:00:00Z)', 'of several the latest');

-- What no table has
CREATE FUNCTION pg_temp.failure(facts vsm.fact[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	state text; message text; detail text;
BEGIN
	PERFORM pg_temp.write_now(facts);
	RETURN 'none';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
	RETURN concat_ws(' | ', state, message, detail);
END$$;
SELECT is(pg_temp.failure(ARRAY[vsm.fact_row('s', 'itm', 'e', '2026-01-01', '{"title": "x"}')]),
	'42P01 | facts do not make rows of "itm" | They make rows of item, merge_request, commit, build, deployment, incident.',
		'a table that is none');
SELECT is(pg_temp.failure(ARRAY[vsm.fact_row('s', 'build', 'e', '2026-01-01', '{"titel": "x", "job": "y"}')]),
	'42703 | facts about "build" do not tell of a column "titel" | They tell of repository, job, sha, ref, attempt, status, queued_at, '
		'started_at, finished_at, url, source.', 'a column that is none');
SELECT alike(pg_temp.failure(ARRAY[vsm.fact_row('s', 'item', 'e', '2026-01-01', '{"updated_at": "2026-01-01"}')]),
	'42703 | facts about "item" do not tell of a column "updated_at" | They tell of value_stream, team, type, %',
		'one that is kept of the facts themselves');
SELECT is(pg_temp.failure(ARRAY[vsm.fact_row('s', 'item', 'e', '2026-01-01', '["title"]')]),
	'22023 | the columns of a row of "item" are a JSON array | They are an object: {"column": value}.', 'columns that are no object');
SELECT throws_ok($$SELECT pg_temp.write('none', ARRAY[vsm.fact_change('s', 'e', '2026-01-01', 'team', repeat('t', 1001), 'i')])$$, '22000',
	NULL, 'a team that is too long');
SELECT throws_ok($$SELECT pg_temp.write('none', ARRAY[vsm.fact_event('s' || repeat('s', 998), repeat('e', 1000), '2026-01-01', 'A',
	repeat('i', 1000))])$$, '22000', NULL, 'names that together are too long for a key');
-- Every column that tables limit to 1,000 bytes is looked at before.
SELECT is_empty($$
	SELECT t.fact, t.name FROM (
		SELECT c.relname AS fact, a.attname::text AS name, pg_temp.failure(ARRAY[vsm.fact_row('s', c.relname, 'e', '2026-01-01',
			jsonb_build_object(a.attname, (SELECT string_agg(md5(n::text), '') FROM generate_series(1, 100) AS n)))]) AS failure
		FROM pg_constraint AS k JOIN pg_class AS c ON c.oid = k.conrelid JOIN pg_attribute AS a ON a.attrelid = c.oid
			AND a.attnum = k.conkey[1]
		WHERE c.relnamespace = 'none'::regnamespace AND pg_get_constraintdef(k.oid) LIKE '%octet_length(%' AND a.attname <> c.relname
		AND c.relname IN ('item', 'merge_request', 'commit', 'build', 'deployment', 'incident')
			AND (c.relname, a.attname) <> ('commit', 'sha')) AS t
	WHERE t.failure NOT LIKE '%longer than 1,000 bytes%'$$, 'nor does a row hold a name that is too long');
SELECT lives_ok($$SELECT pg_temp.write('none', ARRAY[vsm.fact_row('s', 'item', 'e', '2026-01-01', jsonb_build_object('title',
	repeat('t', 5000), 'url', repeat('u', 5000)))])$$, 'titles and addresses may be long');
ALTER TABLE none.item ADD COLUMN ours text;
SELECT is(pg_temp.failure(ARRAY[vsm.fact_row('s', 'item', 'own', '2026-01-01',
	'{"title": "x", "type": "risk", "due_at": null, "ours": "y"}')]), 'none', 'a column of your own is told, too');
SELECT results_eq($$SELECT title, type, ours FROM none.item WHERE item = 'own'$$, $$VALUES ('x', 'risk', 'y')$$, 'and written');
-- Values as the types of columns write them, whatever JSON has them.
ALTER TABLE none.item ADD COLUMN narrow varchar(10), ADD COLUMN day date;
SELECT is(pg_temp.failure(ARRAY[
	vsm.fact_row('s', 'item', 'odd', '2026-01-01', '{"title": 5, "size": "3.50", "key": 17, "tags": ["a"], "narrow": 12, "day": '
		'"2026-01-05T10:00"}'),
	vsm.fact_row('s', 'item', 'odd', '2026-01-02', '{"title": "b", "created_at": "2026-01-01T01:00:00.25+01:00", "ours": true}'),
	vsm.fact_row('s', 'build', 'odd', '2026-01-02', '{"attempt": "3"}'), vsm.fact_row('s', 'build', 'odd', '2026-01-02',
		'{"attempt": 20}')]),
	'none', 'values of other types');
SELECT results_eq($$SELECT title, size, key, tags, created_at, ours, narrow, day, (SELECT attempt FROM none.build WHERE build = 'odd')
		FROM none.item WHERE item = 'odd'$$,
	$$VALUES ('b', 3.50, '17', '["a"]'::jsonb, timestamptz '2026-01-01 00:00:00.25+00', 'true', '12'::varchar, date '2026-01-05', 20)$$,
	'are written as those of the columns');
SELECT throws_ok($$SELECT vsm.cut_table('none.item')$$, '42809', '"item" is not a temporary table of this session',
	'only a temporary table is cut');
SELECT is(pg_temp.failure(ARRAY(SELECT vsm.fact_alias('s', 'many' || n, repeat('x', 300) || n) FROM generate_series(1, 1000) AS n)), 'none',
	'as one of many facts is');
-- More facts than fit into memory, some of which are refused; the others are written
SET LOCAL work_mem = '64kB';
SELECT vsm.open_facts();
INSERT INTO pg_temp.vsm_fact SELECT (vsm.fact_event('s', 'big' || n, '2026-01-05', 'A', 'big' || n)).*, 1 + n / 1000, '2026-01-06'
FROM generate_series(1, 5000) AS n;
INSERT INTO pg_temp.vsm_fact SELECT (vsm.fact_link('s', repeat('l', 1001), 't', 'part_of')).*, 3;
SELECT vsm.open_held_facts();
SELECT is(vsm.hold_facts('SELECT f.* FROM pg_temp.vsm_fact AS f'), 5000::bigint, 'facts beyond work_mem, and one that is refused');
SELECT is((SELECT string_agg(format('%s: %s', document, reason), ';') FROM vsm.refused_facts()),
	'3: it names ' || repeat('l', 60) || '..., which is longer than 1,000 bytes', 'by its document');
SELECT vsm.write_judged_facts('none');
SELECT results_eq($$SELECT count(*), min(length(entity)) FROM none.event WHERE entity LIKE 'big%' AND state = 'A'$$,
	'VALUES (4000::bigint, 4)', 'the facts of the other documents are written');
RESET work_mem;
-- In bulk rows pass by triggers, defaults and statements, unless somebody has added such to a table.
CREATE FUNCTION pg_temp.bulk(target text, offset_by int) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('CALL vsm.create_model(%L)', target);
	CASE target
		WHEN 'bulk_trigger' THEN
			CREATE FUNCTION bulk_trigger.name_it() RETURNS trigger LANGUAGE plpgsql
				AS 'BEGIN NEW.state := ''~'' || NEW.state; RETURN NEW; END';
			CREATE TRIGGER name_it BEFORE INSERT ON bulk_trigger.event FOR EACH ROW EXECUTE FUNCTION bulk_trigger.name_it();
		WHEN 'bulk_default' THEN
			ALTER TABLE bulk_default.event ADD COLUMN ours text DEFAULT 'ours';
		WHEN 'bulk_unique' THEN
			CREATE UNIQUE INDEX ON bulk_unique.event (entity, at);
		ELSE NULL;
	END CASE;
	PERFORM pg_temp.write(target, ARRAY(
		SELECT vsm.fact_event('s', 'b' || n % 100, timestamptz '2026-01-05' + n * interval '1 minute', 'new', 'e' || n)
		FROM generate_series(1, 300) AS n
		UNION ALL SELECT vsm.fact_event('s', 'b7', '2026-01-05 00:07', 'again', 'other')
		UNION ALL SELECT vsm.fact_alias('s', 'b' || n, 'B-' || n) FROM generate_series(1, 100) AS n));
	-- Half of them a second time, with as many that are new.
	PERFORM pg_temp.write(target, ARRAY(
		SELECT vsm.fact_event('s', 'b' || n % 100, timestamptz '2026-01-05' + n * interval '1 minute', 'new', 'e' || n)
		FROM generate_series(151, 450) AS n));
	RETURN target;
END$$;
SELECT pg_temp.bulk(t, 0) FROM unnest('{bulk_plain,bulk_trigger,bulk_default,bulk_unique}'::text[]) AS t \g /dev/null
SELECT results_eq($$SELECT count(*), count(DISTINCT event_id), min(state), count(xid), count(recorded_at) FROM bulk_plain.event$$,
	$$VALUES (451::bigint, 451::bigint, 'again', 451::bigint, 451::bigint)$$, 'many facts at once are written, those of before only once');
SELECT results_eq($$SELECT count(*), min(state), max(state) FROM bulk_trigger.event$$, $$VALUES (451::bigint, '~again', '~new')$$,
	'a trigger of yours fires for each');
SELECT results_eq($$SELECT count(*), count(ours) FROM bulk_default.event$$, $$VALUES (451::bigint, 451::bigint)$$,
	'a default of yours is written');
SELECT results_eq($$SELECT count(*), count(*) FILTER (WHERE entity = 'b7' AND at = '2026-01-05 00:07') FROM bulk_unique.event$$,
	$$VALUES (450::bigint, 1::bigint)$$, 'what an index of yours does not take is left out, as of few facts');
SELECT results_eq($$SELECT count(*), count(xid) FROM bulk_plain.item_alias$$, $$VALUES (100::bigint, 100::bigint)$$, 'so are other rows');
SELECT bag_eq($$SELECT event_id, entity, at, state FROM bulk_plain.event$$, $$SELECT event_id, entity, at, state FROM bulk_default.event$$,
	'by whichever way, they are the same');
-- A trigger that writes to another model while facts are being written
CALL vsm.create_model('outer');
CREATE FUNCTION pg_temp.write_more() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	PERFORM pg_temp.write_now(ARRAY[vsm.fact_event('s', NEW.entity, NEW.at, 'copied', 'copy')]);
	RETURN NEW;
END$$;
CREATE TRIGGER copy BEFORE INSERT ON "outer".event FOR EACH ROW EXECUTE FUNCTION pg_temp.write_more();
DELETE FROM pg_temp.vsm_fact;
SELECT vsm.open_held_facts();
SELECT vsm.hold_facts($$SELECT (vsm.fact_event('s', 'nest' || n, '2026-01-05', 'A', 'e')).*, 1::bigint, now(), NULL::bigint, false
	FROM generate_series(1, 3) AS n
	UNION ALL SELECT (vsm.fact_link('s', 'nest1', 'nest2', 'part_of')).*, 1::bigint, now(), NULL::bigint, false$$);
SELECT vsm.write_judged_facts('outer');
SELECT results_eq($$SELECT entity, state FROM "outer".event UNION ALL SELECT entity, state FROM none.event WHERE entity LIKE 'nest%'
		UNION ALL SELECT source, target FROM "outer".link ORDER BY 1, 2$$,
	$$VALUES ('nest1', 'A'), ('nest1', 'copied'), ('nest1', 'nest2'), ('nest2', 'A'), ('nest2', 'copied'), ('nest3', 'A'),
		('nest3', 'copied')$$, 'facts that are written by a trigger in between');
SELECT pg_temp.write_now(ARRAY[vsm.fact_outcome('books', 'X-1', '2026-01-01', 'revenue', NULL), vsm.fact_outcome('books', 'X-1', NULL,
	'revenue', 1), vsm.fact_outcome('books', 'X-1', '2026-01-01', NULL, 1), vsm.fact_outcome('books', NULL, '2026-01-01', 'revenue', 1),
	vsm.fact_outcome('books', 'X-1', '2026-01-01', 'revenue', 12.5)]);
SELECT results_eq('SELECT feature, at, measure, amount, currency, source FROM none.outcome',
	$$VALUES ('X-1', timestamptz '2026-01-01', 'revenue', 12.5, NULL, 'books')$$,
	'an outcome without amount, time, measure or feature is none');
SELECT throws_ok($$SELECT vsm.write_facts('nowhere')$$, '42P01', NULL, 'there has to be a model');

SELECT * FROM finish();
ROLLBACK;
