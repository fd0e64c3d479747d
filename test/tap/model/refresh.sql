-- What refresh makes anew where something has changed is what it makes of all: each kind of change to a random
-- model, one after the other, and each table that it keeps compared with a rebuild.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(83);
SET LOCAL client_min_messages = error;
SELECT setseed(0.18);
CALL vsm.create_model('flow');
\ir ../../refresh_model.sql
INSERT INTO flow.deployment (deployment, repository, sha, environment, environment_tier, status, finished_at, service)
SELECT 'p' || row_number() OVER (), s.repository, pg_temp.sha(), 'e', 'production', 'success', pg_temp.day(20, 65), s.service
FROM generate_series(1, 5) AS n, flow.service AS s;
INSERT INTO flow.incident (incident, service, environment, opened_at, resolved_at, change_caused)
SELECT 'pager:incident:' || n, pg_temp.one('web', 'cart', 'api', NULL), pg_temp.one('e', NULL), pg_temp.day(15, 60), CASE WHEN n % 4 > 0
	THEN pg_temp.day(60, 75) END, CASE n % 5 WHEN 0 THEN false END FROM generate_series(1, 12) AS n;
INSERT INTO flow.link (source, target, kind, method, confidence)
SELECT 'pager:incident:' || n, 'p' || n, 'caused_by', 'field', 0.9 FROM generate_series(1, 4) AS n
UNION ALL SELECT pg_temp.source(), 'pager:incident:' || n, 'fixes', 'key in title', 0.95 FROM generate_series(1, 12) AS n;

\ir ../../refresh_changes.sql
SELECT is_empty('SELECT * FROM pg_temp.refreshed()', 'the first time');
SELECT cmp_ok((SELECT count(*) FROM flow.item_part), '>', 50::bigint, 'parts there are');
SELECT cmp_ok((SELECT count(failed_by) FROM flow.deployment_flow), '>', 2::bigint, 'deployments that failed');
SELECT cmp_ok((SELECT count(rework_of) FROM flow.deployment_flow), '>', 2::bigint, 'and rework');
SELECT cmp_ok((SELECT count(*) FROM flow.item_part WHERE releasable AND released_at IS NOT NULL), '>', 5::bigint, 'some of them released');
SELECT cmp_ok((SELECT count(*) FROM flow.item_part WHERE kind = 'commit'), '>', 5::bigint, 'loose commits among them');
SELECT cmp_ok((SELECT count(*) FROM flow.item_flow WHERE tracker IS DISTINCT FROM NULL AND timeline::text <> tracker::text AND parts > 0),
	'>', 10::bigint, 'which change the way of items');

SELECT is(vsm.refresh_once('flow'), 0::bigint, 'nothing has changed since');

-- Each kind of change, and what is done.
CREATE TEMP TABLE change (place int GENERATED ALWAYS AS IDENTITY, what text, statement text);
INSERT INTO change (what, statement) VALUES
('parents and features', $$UPDATE flow.item SET parent = CASE WHEN random() < 0.7 THEN pg_temp.name() END, feature = pg_temp.alias()
	WHERE random() < 0.5$$),
('another parent', $$UPDATE flow.item SET parent = pg_temp.name() WHERE item IN (pg_temp.item(), pg_temp.item(), pg_temp.item())$$),
('no parents', $$UPDATE flow.item SET parent = NULL WHERE item IN (SELECT item FROM flow.item WHERE parent IS NOT NULL ORDER BY random()
	LIMIT 6)$$),
('parts that are cancelled', $$INSERT INTO flow.event (source, event_id, entity, at, state) SELECT 'jira', 'n' || random(), item,
	'2026-03-20', 'Won''t Do' FROM flow.item WHERE parent IS NOT NULL AND random() < 0.3$$),
('labels', $$UPDATE flow.item SET tags = '["roadmap", "web"]' WHERE random() < 0.3$$),
('a name for a category', $$INSERT INTO flow.naming (kind, name, meaning) VALUES ('category', 'roadmap',
	pg_temp.one('strategic', 'run')) ON CONFLICT (source, kind, name) DO UPDATE SET meaning = excluded.meaning$$),
('a category', $$INSERT INTO flow.item_change (item, attribute, value, at) SELECT item, 'category', pg_temp.one('Run', 'roadmap'),
	pg_temp.day(0, 50) FROM flow.item WHERE random() < 0.2$$),
('an event', $$INSERT INTO flow.event (source, event_id, entity, at, state) VALUES ('jira', 'n' || random(), pg_temp.item(),
	pg_temp.day(1, 70), pg_temp.one('In Progress', 'QA', 'Done'))$$),
('another state of an event', $$UPDATE flow.event SET state = pg_temp.one('In Progress', 'QA', 'Done') WHERE event_id = pg_temp.one('e3',
	'e4', 'e5')$$),
('another time of an event', $$UPDATE flow.event SET at = pg_temp.day(1, 70) WHERE event_id = pg_temp.one('e13', 'e14', 'e15')$$),
('an event of another item', $$UPDATE flow.event SET entity = pg_temp.item() WHERE event_id = pg_temp.one('e23', 'e24', 'e25')$$),
('no event', $$DELETE FROM flow.event WHERE event_id IN ('e33', 'e34', pg_temp.one('e35', 'e36'))$$),
('an event of a request', $$INSERT INTO flow.event (source, event_id, entity, at, state) VALUES ('gitlab', 'n' || random(),
	pg_temp.request(), pg_temp.day(1, 50), pg_temp.one('opened', 'draft', 'merged', 'approved'))$$),
('no event of a request', $$DELETE FROM flow.event WHERE event_id IN ('m1', 'm2', 'm3')$$),
('a link to an item', $$INSERT INTO flow.link (source, target, kind, method, confidence) VALUES (pg_temp.source(), pg_temp.name(),
	'implements', 'key in title', 0.95) ON CONFLICT DO NOTHING$$),
('a link that ended', $$UPDATE flow.link SET until = '2026-03-01', changed_at = '2026-03-01' WHERE (source, target) IN (SELECT source,
	target FROM flow.link WHERE kind = 'implements' AND until IS NULL ORDER BY random() LIMIT 4)$$),
('a link of less confidence', $$UPDATE flow.link SET confidence = 0.5 WHERE (source, target) IN (SELECT source, target FROM flow.link
	WHERE kind = 'implements' ORDER BY random() LIMIT 4)$$),
('a link to another item', $$UPDATE flow.link SET target = pg_temp.name() || '0' WHERE (source, target) IN (SELECT source, target
	FROM flow.link WHERE kind = 'implements' ORDER BY random() LIMIT 2)$$),
('no link', $$DELETE FROM flow.link WHERE (source, target) IN (SELECT source, target FROM flow.link WHERE kind IN ('implements', 'fixes')
	ORDER BY random() LIMIT 4)$$),
('a commit of a request', $$INSERT INTO flow.link (source, target, kind, method, confidence) VALUES (pg_temp.sha(), pg_temp.request(),
	'part_of', pg_temp.one('merge commit', 'head commit'), 1) ON CONFLICT DO NOTHING$$),
('no commit of a request', $$DELETE FROM flow.link WHERE (source, target) IN (SELECT source, target FROM flow.link WHERE kind = 'part_of'
	ORDER BY random() LIMIT 6)$$),
('what reverts', $$INSERT INTO flow.link (source, target, kind) VALUES (pg_temp.source(), pg_temp.source(), 'reverts') ON CONFLICT
	DO NOTHING$$),
('what reverts no longer', $$DELETE FROM flow.link WHERE kind = 'reverts'$$),
('more that reverts', $$INSERT INTO flow.link (source, target, kind) SELECT pg_temp.source(), pg_temp.source(), 'reverts'
	FROM generate_series(1, 12) ON CONFLICT DO NOTHING$$),
('a request that names many items', $$INSERT INTO flow.link (source, target, kind, method, confidence) SELECT 'gitlab:merge_request:5',
	'SHOP-' || n, 'implements', 'key in title', 0.95 FROM generate_series(1, 12) AS n ON CONFLICT DO NOTHING$$),
('two names of one item among them', $$INSERT INTO flow.item_alias (alias, item) SELECT 'SHOP-' || n, 'jira:issue:' || n + 1
	FROM generate_series(1, 6) AS n ON CONFLICT DO NOTHING$$),
('an alias', $$INSERT INTO flow.item_alias (alias, item) VALUES (pg_temp.alias(), pg_temp.item()) ON CONFLICT DO NOTHING$$),
('no alias', $$DELETE FROM flow.item_alias WHERE alias IN (pg_temp.alias(), pg_temp.alias(), pg_temp.alias())$$),
('an alias of another item', $$UPDATE flow.item_alias SET item = 'jira:issue:39' WHERE alias = 'SHOP-17' AND NOT EXISTS (SELECT
	FROM flow.item_alias WHERE alias = 'SHOP-17' AND item = 'jira:issue:39')$$),
('an alias of a request', $$DELETE FROM flow.item_alias WHERE alias IN ('shop/web!3', 'shop/web!4', 'shop/web!5', 'shop/web!6')$$),
('an item', $$INSERT INTO flow.item (item, source, project, type, created_at) VALUES ('jira:issue:' || 41 + floor(random() * 1000)::int,
	'jira', 'SHOP', 'feature', '2026-01-05') ON CONFLICT DO NOTHING$$),
('another type', $$UPDATE flow.item SET type = pg_temp.one('feature', 'defect') WHERE item IN (pg_temp.item(), pg_temp.item())$$),
('another project', $$UPDATE flow.item SET project = pg_temp.one('SHOP', 'PAY', 'OTHER') WHERE item IN (pg_temp.item(), pg_temp.item())$$),
('a value stream by hand', $$UPDATE flow.item SET value_stream = pg_temp.one('Shop', 'Plain') WHERE item = pg_temp.item()$$),
('another name of an item', $$UPDATE flow.item SET item = item || 'x' WHERE item = 'jira:issue:38'$$),
('no item', $$DELETE FROM flow.item WHERE item IN (pg_temp.item(), 'jira:issue:37')$$),
('a change of an attribute', $$INSERT INTO flow.item_change (item, attribute, value, at) VALUES (pg_temp.item(), pg_temp.one('team',
	'type', 'project'), pg_temp.one('Blue', 'Bug', 'PAY'), pg_temp.day(0, 50))$$),
('no change of an attribute', $$DELETE FROM flow.item_change WHERE change_id IN ('c1', 'c2', 'c3', 'c4')$$),
('a request', $$INSERT INTO flow.merge_request (merge_request, repository, target_branch, created_at, merged_at)
	VALUES ('gitlab:merge_request:' || 41 + floor(random() * 100)::int, 'shop/web', 'main', '2026-01-20', '2026-01-25') ON CONFLICT
		DO NOTHING$$),
('when a request was merged', $$UPDATE flow.merge_request SET merged_at = pg_temp.day(20, 45) WHERE merge_request IN (pg_temp.request(),
	pg_temp.request())$$),
('the branch of a request', $$UPDATE flow.merge_request SET target_branch = pg_temp.one('main', 'v1', 'v2')
	WHERE merge_request IN (pg_temp.request(), pg_temp.request())$$),
('the repository of a request', $$UPDATE flow.merge_request SET repository = pg_temp.repository()
	WHERE merge_request IN (pg_temp.request(), pg_temp.request())$$),
('no request', $$DELETE FROM flow.merge_request WHERE merge_request IN (pg_temp.request(), pg_temp.request())$$),
('a commit', $$INSERT INTO flow.commit (sha, repository, committed_at, parents) VALUES (lpad(to_hex(81 + floor(random() * 100)::int), 40,
	'0'), 'shop/web', '2026-01-20', ARRAY[pg_temp.sha()]) ON CONFLICT DO NOTHING$$),
('the paths of a commit', $$UPDATE flow.commit SET paths = pg_temp.one('{web/a}', '{cart/a}', NULL)::text[] WHERE sha IN (pg_temp.sha(),
	pg_temp.sha(), pg_temp.sha())$$),
('the repository of a commit', $$UPDATE flow.commit SET repository = pg_temp.repository() WHERE sha IN (pg_temp.sha(), pg_temp.sha())$$),
('the parents of a commit', $$UPDATE flow.commit SET parents = '{}' WHERE sha IN (pg_temp.sha(), pg_temp.sha())$$),
('no commit', $$DELETE FROM flow.commit WHERE sha IN (pg_temp.sha(), pg_temp.sha())$$),
('a build', $$INSERT INTO flow.build (build, sha, status, finished_at) VALUES ('b' || random(), pg_temp.sha(), 'success', '2026-02-01')$$),
('how a build ended', $$UPDATE flow.build SET status = pg_temp.one('success', 'failed'), finished_at = pg_temp.day(10, 50)
	WHERE build IN ('b1', 'b2', 'b3', 'b4', 'b5')$$),
('what a build builds', $$UPDATE flow.link SET target = pg_temp.sha() WHERE source IN ('b6', 'b7', 'b8', 'b9') AND kind = 'builds'$$),
('no build', $$DELETE FROM flow.build WHERE build IN ('b10', 'b11', 'b12', 'b13')$$),
('a deployment', $$INSERT INTO flow.deployment (deployment, repository, sha, environment_tier, status, finished_at, service) VALUES ('n'
	|| random(), 'shop/web', pg_temp.sha(), 'production', 'success', pg_temp.day(5, 70), 'web')$$),
('how a deployment ended', $$UPDATE flow.deployment SET status = pg_temp.one('success', 'failed')
	WHERE deployment IN (pg_temp.deployment(), pg_temp.deployment())$$),
('where to', $$UPDATE flow.deployment SET environment_tier = pg_temp.one('production', 'staging', 'testing')
	WHERE deployment IN (pg_temp.deployment(), pg_temp.deployment())$$),
('what was deployed', $$UPDATE flow.deployment SET sha = pg_temp.sha() WHERE deployment IN (pg_temp.deployment(), pg_temp.deployment())$$),
('when it ended', $$UPDATE flow.deployment SET finished_at = pg_temp.day(5, 70) WHERE deployment IN (pg_temp.deployment(),
	pg_temp.deployment())$$),
('its service and repository', $$UPDATE flow.deployment SET service = pg_temp.one('web', 'cart', NULL), repository = pg_temp.repository()
	WHERE deployment IN (pg_temp.deployment(), pg_temp.deployment())$$),
('no deployment', $$DELETE FROM flow.deployment WHERE deployment IN (pg_temp.deployment(), pg_temp.deployment())$$),
('what was deployed from no repository', $$DELETE FROM flow.deployment WHERE repository IS NULL;
	INSERT INTO flow.deployment (deployment, sha, environment_tier, status, finished_at, service) VALUES ('n' || random(), NULL,
		pg_temp.one('production', 'staging'), 'success', pg_temp.day(5, 70), 'web')$$),
('where nobody goes any more', $$UPDATE flow.item SET value_stream = CASE WHEN value_stream IS NULL THEN 'Odd' END
	WHERE item = 'jira:issue:36'$$),
('an approval', $$INSERT INTO flow.event (source, event_id, entity, at, state, method) VALUES ('servicenow', 'n' || random(),
	'servicenow:change:' || 1 + floor(random() * 8)::int, pg_temp.day(20, 50), pg_temp.one('approval requested', 'approval approved'),
		'label')$$),
('what a change deploys', $$UPDATE flow.link SET target = pg_temp.deployment() WHERE kind = 'deploys'
	AND source = pg_temp.one('servicenow:change:1', 'servicenow:change:2')$$),
('use', $$INSERT INTO flow.usage (source, event_id, feature, at) VALUES ('app', 'n' || random(), pg_temp.name(), pg_temp.day(20, 90))$$),
('no use', $$DELETE FROM flow.usage WHERE event_id IN ('u1', 'u2', 'u3', 'u4')$$),
('a rule', $$UPDATE flow.routing SET team = pg_temp.one('Red', 'Blue') WHERE rank = 20$$),
('an incident', $$INSERT INTO flow.incident (incident, service, environment, opened_at, resolved_at) VALUES ('n' || random(),
	pg_temp.one('web', 'cart', 'api'), 'e', pg_temp.day(10, 50), pg_temp.day(50, 70))$$),
('when an incident was resolved', $$UPDATE flow.incident SET resolved_at = pg_temp.one('2026-02-20', NULL)::timestamptz
	WHERE incident IN ('pager:incident:3', 'pager:incident:5')$$),
('no incident', $$DELETE FROM flow.incident WHERE incident = pg_temp.one('pager:incident:1', 'pager:incident:2', 'pager:incident:6')$$),
('what caused an incident', $$INSERT INTO flow.link (source, target, kind, method) VALUES (pg_temp.one('pager:incident:7', 'INC-8'),
	pg_temp.deployment(), 'caused_by', 'field') ON CONFLICT DO NOTHING$$),
('another name of an incident', $$INSERT INTO flow.item_alias (alias, item) VALUES ('INC-8', pg_temp.one('pager:incident:8',
	'pager:incident:9')) ON CONFLICT DO NOTHING$$),
('what fixes an incident', $$UPDATE flow.link SET source = pg_temp.sha() || 'x' WHERE kind = 'fixes' AND target = 'pager:incident:9'$$),
('when a commit was written', $$UPDATE flow.commit SET authored_at = committed_at - pg_temp.one('1', '2')::int * interval '1 day'
	WHERE sha IN (pg_temp.sha(), pg_temp.sha(), pg_temp.sha())$$),
('what kind of service it is', $$UPDATE flow.service SET kind = pg_temp.one('application', 'infrastructure') WHERE service = 'cart'$$),
('a service', $$UPDATE flow.service SET path = pg_temp.one('web', 'cart') WHERE service = 'web'$$);
CREATE FUNCTION pg_temp.tried(statement text) RETURNS TABLE (made text, relation text, line text) LANGUAGE plpgsql AS $$
BEGIN
	FOR i IN 1 .. 3 LOOP
		EXECUTE statement;
		RETURN QUERY SELECT * FROM pg_temp.refreshed();
	END LOOP;
END$$;
SELECT is_empty(format('SELECT * FROM pg_temp.tried(%L)', c.statement), c.what) FROM change AS c ORDER BY c.place;

SELECT finish();
ROLLBACK;
