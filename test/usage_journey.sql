-- What becomes of the use that a tool tells: the way of ideas ends in used. It begins with
-- pg_temp.use(flag, is_on, at) -> jsonb, a payload of the tool, and :tool.
CALL vsm.create_model('used');
INSERT INTO used.value_stream (value_stream, workflow) VALUES ('Shop', '{"stages": [{"name": "Build", "class": "active", "states":
	["In Progress"]}, {"name": "Released", "class": "done", "states": ["Done"]}, {"name": "In use", "class": "done",
		"states": ["used"]}]}');
INSERT INTO used.routing (rank, source, project, value_stream) VALUES (10, 'jira', 'SHOP', 'Shop');
CREATE FUNCTION pg_temp.march(n numeric) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS
$$SELECT timestamptz '2026-03-01 09:00Z' + (n - 1) * interval '1 day'$$;
INSERT INTO used.item (item, source, key, project, type, created_at)
SELECT 'jira:issue:' || n, 'jira', 'SHOP-' || n, 'SHOP', 'feature', pg_temp.march(1) FROM generate_series(1, 5) AS n;
INSERT INTO used.item_alias (alias, item) SELECT 'SHOP-' || n, 'jira:issue:' || n FROM generate_series(1, 5) AS n;
INSERT INTO used.event (source, event_id, entity, at, state)
SELECT 'jira', n || state, 'jira:issue:' || n, pg_temp.march(day), state
FROM generate_series(1, 5) AS n, (VALUES (2, 'In Progress'), (4, 'Done')) AS s (day, state);
-- Flags are called as teams call them: one by a name of its own, one by an alias, two by keys, one by two.
INSERT INTO used.naming (source, kind, name, meaning) VALUES (:'tool', 'feature', 'new-total', 'SHOP-1');
INSERT INTO used.item_alias (alias, item) VALUES ('gift_cards', 'jira:issue:3');
CREATE TEMP TABLE told_use AS
SELECT row_number() OVER (ORDER BY u.day) AS n, pg_temp.use(u.flag, u.is_on, pg_temp.march(u.day)) AS payload
FROM (VALUES
	('new-total', false, 5.0), ('new-total', true, 6.5), ('new-total', true, 7.25),
	('SHOP-2-points', true, 3.0),			-- tried before its release
	('SHOP-2-points', true, 8.0), ('gift_cards', true, 9.0),
	('SHOP-4-wishes', false, 6.0),			-- shown to nobody
	('SHOP-5-and-SHOP-4', true, 7.0),		-- of which?
	('mystery', true, 7.0)) AS u (flag, is_on, day);
INSERT INTO used.inbox (source, payload) SELECT :'tool', t.payload FROM told_use AS t ORDER BY t.n;
SELECT is(vsm.ingest_once('used'), ROW (9, 0)::vsm.ingested, 'what ' || :'tool' || ' tells of use is read');
SELECT vsm.refresh_once('used') AS made \gset
SELECT results_eq('SELECT j.key, j.stage, j.finished_at, j.first_used_at FROM used.journey AS j ORDER BY 1',
	$$VALUES ('SHOP-1', 'In use', pg_temp.march(4), pg_temp.march(6.5)), ('SHOP-2', 'In use', pg_temp.march(4), pg_temp.march(8)),
		('SHOP-3', 'In use', pg_temp.march(4), pg_temp.march(9)), ('SHOP-4', 'Released', pg_temp.march(4), NULL),
		('SHOP-5', 'Released', pg_temp.march(4), NULL)$$,
	'the way of an item ends in the first use after its release');
SELECT results_eq($$SELECT q.subject, q.found FROM used.data_quality AS q WHERE q.subject LIKE 'feature: %'
	ORDER BY q.subject COLLATE "C"$$,
	format('VALUES (%L, 1::bigint), (%L, 1)', 'feature: SHOP-5-and-SHOP-4 (' || :'tool' || ')', 'feature: mystery (' || :'tool' || ')'),
	'use of what is no item is a finding');
CREATE TEMP TABLE first_use AS SELECT u.source, u.event_id, u.feature, u.at, u.uses, u.users FROM used.usage AS u;
DELETE FROM used.usage;
INSERT INTO used.inbox (source, payload) SELECT :'tool', t.payload FROM told_use AS t, generate_series(1, 2) ORDER BY t.n DESC;
DO $$BEGIN
	FOR n IN 1 .. 18 LOOP
		PERFORM vsm.ingest_payloads('used', ARRAY(SELECT i.id FROM used.inbox AS i ORDER BY i.id LIMIT 1));
	END LOOP;
END$$;
SELECT bag_eq('SELECT u.source, u.event_id, u.feature, u.at, u.uses, u.users FROM used.usage AS u', 'SELECT f.* FROM first_use AS f',
	'backwards, one by one and twice: the same use');
