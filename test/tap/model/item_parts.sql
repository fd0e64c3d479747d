-- What refresh makes of random small models, against the definition of parts and releases in plain SQL.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SET LOCAL client_min_messages = error;
SET LOCAL jit = off;
SELECT plan(24);
CALL vsm.create_model('flow');
\ir ../../parts_oracle.sql

CREATE FUNCTION pg_temp.differs(wanted text, made text) RETURNS TABLE (side text, line text) LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY EXECUTE format('WITH w AS MATERIALIZED (%1$s), f AS MATERIALIZED (%2$s)
		SELECT ''wanted'', d::text FROM (TABLE w EXCEPT ALL TABLE f) AS d UNION ALL SELECT ''found'', d::text FROM (TABLE f EXCEPT ALL '
			'TABLE w) AS d ORDER BY 2', wanted, made);
END$$;
-- What the model lacks: words of other tools, what reverts, requests opened as drafts, links that have ended, order within an instant.
SET LOCAL check_function_bodies = off;
CREATE FUNCTION pg_temp.vary() RETURNS void LANGUAGE sql AS $$
INSERT INTO flow.link (source, target, kind) SELECT pg_temp.source(), pg_temp.source(), 'reverts' FROM generate_series(1, 5) ON CONFLICT
	DO NOTHING;
UPDATE flow.link SET until = '2026-03-01' WHERE kind IN ('part_of', 'reverts', 'builds', 'deploys') AND random() < 0.05;
UPDATE flow.link SET confidence = NULL WHERE kind = 'implements' AND random() < 0.05;
INSERT INTO flow.link (source, target, kind, method, confidence)
SELECT 'gitlab:merge_request:5', 'SHOP-' || n, 'implements', 'key in title', 0.95 FROM generate_series(1, 12) AS n ON CONFLICT DO NOTHING;
INSERT INTO flow.link (source, target, kind, method, confidence)
SELECT 'gitlab:merge_request:6', 'SHOP-' || n, 'fixes', 'key in title', 0.95 FROM generate_series(1, 10) AS n ON CONFLICT DO NOTHING;
INSERT INTO flow.item_alias (alias, item) SELECT 'SHOP-' || n, 'jira:issue:' || n + 1 FROM generate_series(1, 6) AS n ON CONFLICT
	DO NOTHING;
INSERT INTO flow.event (source, event_id, entity, at, state)
SELECT 'gitlab', 'o' || r.n || s.place, r.request, r.at + s.n * interval '1 hour', s.state
FROM (SELECT n, pg_temp.request() AS request, pg_temp.day(1, 20) AS at, pg_temp.one('draft', 'opened') AS second FROM generate_series(1,
	10) AS n) AS r,
	LATERAL (VALUES (1, 0, 'opened'), (2, 0, r.second), (3, 5, 'ready_for_review')) AS s(place, n, state);
-- By other names.
INSERT INTO flow.item_alias (alias, item) SELECT 'CHG' || n, 'servicenow:change:' || n FROM generate_series(1, 8) AS n ON CONFLICT DO
	NOTHING;
INSERT INTO flow.item_alias (alias, item) SELECT 'deploy-' || n, 'd' || n FROM generate_series(1, 16) AS n ON CONFLICT DO NOTHING;
UPDATE flow.link SET source = 'shop/web!' || substr(source, 22)
WHERE kind IN ('implements', 'fixes', 'reverts') AND source LIKE 'gitlab:merge_request:%' AND random() < 0.2;
INSERT INTO flow.link (source, target, kind, method, confidence, until, changed_at)
SELECT 'gitlab:merge_request:' || substr(l.source, 10), l.target, l.kind, l.method, l.confidence, '2026-02-01', pg_temp.day(30, 40)
FROM flow.link AS l WHERE l.source LIKE 'shop/web!%' AND random() < 0.3 ON CONFLICT DO NOTHING;
UPDATE flow.link SET source = 'CHG' || substr(source, 19) WHERE kind = 'deploys' AND source LIKE 'servicenow:change:%' AND random() < 0.4;
UPDATE flow.link SET target = 'deploy-' || substr(target, 2) WHERE kind = 'deploys' AND target ~ '^d[0-9]+$' AND random() < 0.4;
UPDATE flow.event SET seq = floor(random() * 3) WHERE random() < 0.1;
UPDATE flow.event SET method = 'label' WHERE source = 'jira' AND random() < 0.1;
UPDATE flow.event SET at = at + floor(random() * 20) * interval '1 hour' WHERE random() < 0.5;
UPDATE flow.deployment SET finished_at = finished_at + floor(random() * 20) * interval '1 hour' WHERE random() < 0.5;
UPDATE flow.deployment SET service = NULL WHERE random() < 0.2;
UPDATE flow.merge_request SET target_branch = NULL WHERE random() < 0.1;
UPDATE flow.commit SET authored_at = committed_at - interval '3 hours' WHERE random() < 0.5;
UPDATE flow.commit AS c SET parents = c.parents || p.sha FROM flow.commit AS p WHERE p.sha < c.sha AND p.repository = c.repository
	AND random() < 0.01;
DELETE FROM flow.commit WHERE random() < 0.03;
DELETE FROM flow.merge_request WHERE random() < 0.03;
DELETE FROM flow.item WHERE random() < 0.03;
$$;
CREATE FUNCTION pg_temp.refreshed(varied boolean) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	items bigint;
	wanted text;
BEGIN
	IF varied THEN
		PERFORM pg_temp.vary();
	END IF;
	items := vsm.refresh_once('flow');
	FOREACH wanted IN ARRAY ARRAY['link', 'deployment', 'release', 'production', 'request', 'state', 'commit', 'work', 'part', 'flow'] LOOP
		EXECUTE format('REFRESH MATERIALIZED VIEW wanted_%s', wanted);
		EXECUTE format('ANALYZE wanted_%s', wanted);
	END LOOP;
	RETURN items;
END$$;
CREATE TEMP TABLE comparison (place int, what text, wanted text, made text);
INSERT INTO comparison VALUES
(1, 'releases of commits', 'SELECT * FROM wanted_release', 'SELECT sha, service, environment, deployment, released_at, is_first, '
	'repository FROM flow.commit_release'),
(2, 'parts',
	'SELECT item, part, kind, repository, branch, sha, first_commit_at, opened_at, ready_at, first_review_at, approved_at, merged_at, '
		'built_at, released_at,
	deployment, releasable, method, confidence, timeline::text FROM wanted_part',
	'SELECT item, part, kind, repository, branch, sha, first_commit_at, opened_at, ready_at, first_review_at, approved_at, merged_at, '
		'built_at, released_at,
	deployment, releasable, method, confidence, timeline::text FROM flow.item_part'),
(3, 'timelines', 'SELECT item, tracker::text, timeline::text FROM wanted_flow',
	'SELECT item, tracker::text, timeline::text FROM flow.item_flow');
PREPARE compare(text) AS
SELECT is_empty(format('SELECT * FROM pg_temp.differs(%L, %L)', c.wanted, c.made), c.what || ' of ' || $1) FROM comparison AS c
	ORDER BY c.place;
PREPARE forget AS
SELECT format('TRUNCATE %s', string_agg(format('flow.%I', t), ', '))
FROM unnest(ARRAY['value_stream', 'team', 'routing', 'service', 'item', 'item_alias', 'event', 'item_change', 'commit', 'merge_request',
	'link', 'deployment', 'build',
	'usage']) AS t;

SELECT setseed(0.1);
\ir ../../refresh_model.sql
SELECT cmp_ok(pg_temp.refreshed(false), '>', 30::bigint, 'items are made');
EXECUTE compare('the model of seed 0.1');

EXECUTE forget \gexec
SELECT setseed(0.2);
\ir ../../refresh_model.sql
SELECT cmp_ok(pg_temp.refreshed(false), '>', 30::bigint, 'items are made');
EXECUTE compare('the model of seed 0.2');

EXECUTE forget \gexec
SELECT setseed(0.5);
\ir ../../refresh_model.sql
SELECT cmp_ok(pg_temp.refreshed(true), '>', 30::bigint, 'items are made');
EXECUTE compare('the model of seed 0.5, varied');

EXECUTE forget \gexec
SELECT setseed(0.6);
\ir ../../refresh_model.sql
SELECT cmp_ok(pg_temp.refreshed(true), '>', 30::bigint, 'items are made');
EXECUTE compare('the model of seed 0.6, varied');

EXECUTE forget \gexec
SELECT setseed(0.7);
\ir ../../refresh_model.sql
SELECT cmp_ok(pg_temp.refreshed(true), '>', 30::bigint, 'items are made');
EXECUTE compare('the model of seed 0.7, varied');

EXECUTE forget \gexec
SELECT setseed(0.8);
\ir ../../refresh_model.sql
SELECT cmp_ok(pg_temp.refreshed(true), '>', 30::bigint, 'items are made');
EXECUTE compare('the model of seed 0.8, varied');

SELECT finish();
ROLLBACK;
