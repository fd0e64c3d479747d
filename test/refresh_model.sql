-- A random small model flow, of tables that refresh reads; its kind is set by setseed.

CREATE OR REPLACE FUNCTION pg_temp.one(VARIADIC choices text[]) RETURNS text LANGUAGE sql VOLATILE AS
$$SELECT choices[1 + floor(random() * cardinality(choices))::int]$$;
CREATE OR REPLACE FUNCTION pg_temp.day(first int, last int) RETURNS timestamptz LANGUAGE sql VOLATILE AS
$$SELECT timestamptz '2026-01-01 09:00Z' + (first + floor(random() * (last - first + 1))::int) * interval '1 day'$$;
CREATE OR REPLACE FUNCTION pg_temp.item() RETURNS text LANGUAGE sql VOLATILE AS $$SELECT 'jira:issue:' || 1 + floor(random() * 40)::int$$;
CREATE OR REPLACE FUNCTION pg_temp.request() RETURNS text LANGUAGE sql VOLATILE AS $$SELECT 'gitlab:merge_request:'
	|| 1 + floor(random() * 40)::int$$;
CREATE OR REPLACE FUNCTION pg_temp.sha() RETURNS text LANGUAGE sql VOLATILE AS $$SELECT lpad(to_hex(1 + floor(random() * 80)::int), 40,
	'0')$$;
CREATE OR REPLACE FUNCTION pg_temp.deployment() RETURNS text LANGUAGE sql VOLATILE AS $$SELECT 'd' || 1 + floor(random() * 16)::int$$;
CREATE OR REPLACE FUNCTION pg_temp.repository() RETURNS text LANGUAGE sql VOLATILE AS $$SELECT pg_temp.one('shop/web', 'shop/web',
	'shop/api', 'shop/old')$$;
CREATE OR REPLACE FUNCTION pg_temp.alias() RETURNS text LANGUAGE sql VOLATILE AS $$SELECT 'SHOP-' || 1 + floor(random() * 45)::int$$;
CREATE OR REPLACE FUNCTION pg_temp.name() RETURNS text LANGUAGE sql VOLATILE AS $$SELECT CASE WHEN random() < 0.7 THEN pg_temp.alias()
	ELSE pg_temp.item() END$$;
CREATE OR REPLACE FUNCTION pg_temp.source() RETURNS text LANGUAGE sql VOLATILE AS $$SELECT CASE WHEN random() < 0.6 THEN pg_temp.request()
	ELSE pg_temp.sha() END$$;

INSERT INTO flow.value_stream (value_stream, workflow) VALUES
	('Shop', vsm.with_delivery('{"stages":[{"name":"Backlog","class":"new","states":["To Do"]},{"name":"Build","class":"active",'
		'"states":["In Progress"]},
		{"name":"Blocked","class":"blocked","states":["Flagged"],"until":["Unflagged"]},{"name":"Review","class":"waiting",'
			'"states":["In Review"]},
		{"name":"QA","class":"active"},{"name":"Released","class":"done","states":["Done"]},{"name":"In use","class":"done",'
			'"states":["used"]},
		{"name":"Dropped","class":"cancelled","states":["Won''t Do"]}]}'::vsm.workflow)::jsonb),
	('Plain', '{"stages":[{"name":"To Do","class":"new"},{"name":"In Progress","class":"active"},{"name":"QA","class":"active"},'
		'{"name":"Done","class":"done"}]}');
INSERT INTO flow.team (team, calendar) VALUES ('Red', '{"time_zone":"Europe/Paris","week":{"mon":["09:00-17:00"],"tue":["09:00-17:00"],'
	'"wed":["09:00-17:00"]}}'), ('Blue', NULL);
INSERT INTO flow.routing (rank, project, type, value_stream, team) VALUES (10, 'SHOP', 'defect', 'Plain', NULL), (20, 'SHOP', NULL,
	'Shop', 'Red'), (30, 'PAY', NULL, 'Shop', NULL);
INSERT INTO flow.service (service, repository, path, since) VALUES ('web', 'shop/web', 'web', NULL), ('cart', 'shop/web', 'cart', NULL),
	('api', 'shop/api', NULL, '2026-01-01');
INSERT INTO flow.item (item, source, key, project, type, priority, created_at)
SELECT 'jira:issue:' || n, 'jira', 'SHOP-' || n, pg_temp.one('SHOP', 'PAY', 'OTHER'), pg_temp.one('feature', 'defect'),
	pg_temp.one('High', 'Low'), pg_temp.day(0, 10) FROM generate_series(1, 40) AS n;
INSERT INTO flow.item_alias (alias, item) SELECT 'SHOP-' || n, 'jira:issue:' || n FROM generate_series(1, 40) AS n;
INSERT INTO flow.item_alias (alias, item) SELECT 'shop/web!' || n, 'gitlab:merge_request:' || n FROM generate_series(1, 40) AS n;
INSERT INTO flow.event (source, event_id, entity, at, state, previous)
SELECT 'jira', 'e' || n, pg_temp.item(), pg_temp.day(1, 60), pg_temp.one('To Do', 'In Progress', 'In Progress', 'In Review', 'QA', 'Done',
	'Done', 'Flagged', 'Unflagged', 'Won''t Do', 'Odd'), NULL
FROM generate_series(1, 200) AS n;
INSERT INTO flow.item_change (item, attribute, value, at, change_id)
SELECT pg_temp.item(), pg_temp.one('team', 'type', 'priority', 'project'), pg_temp.one('Red', 'Blue', 'Bug', 'Story', 'High', 'SHOP',
	'PAY'), pg_temp.day(0, 60), 'c' || n FROM generate_series(1, 40) AS n;
INSERT INTO flow.commit (sha, repository, committed_at, authored_at, parents, paths)
SELECT lpad(to_hex(n), 40, '0'), CASE WHEN n <= 40 THEN 'shop/web' WHEN n <= 70 THEN 'shop/api' ELSE 'shop/old' END,
	timestamptz '2026-01-01 09:00Z' + n % 40 * interval '1 day', NULL,
	CASE WHEN n IN (1, 41, 71) THEN '{}' ELSE ARRAY[lpad(to_hex(n - 1), 40, '0')] END,
	CASE n % 3 WHEN 0 THEN ARRAY['web/a', 'x'] WHEN 1 THEN ARRAY['cart/b'] END
FROM generate_series(1, 80) AS n;
INSERT INTO flow.merge_request (merge_request, repository, target_branch, created_at, merged_at, ready_at, closed_at)
SELECT 'gitlab:merge_request:' || n, pg_temp.repository(), pg_temp.one('main', 'main', 'v1'), pg_temp.day(1, 20), CASE WHEN random() < 0.7
	THEN pg_temp.day(20, 40) END,
	CASE WHEN random() < 0.2 THEN pg_temp.day(5, 20) END, CASE WHEN random() < 0.2 THEN pg_temp.day(20, 40) END FROM generate_series(1,
		40) AS n;
INSERT INTO flow.event (source, event_id, entity, at, state)
SELECT 'gitlab', 'm' || n, pg_temp.request(), pg_temp.day(1, 40), pg_temp.one('opened', 'draft', 'ready', 'approved', 'changes_requested',
	'closed', 'reopened', 'merged', 'commented') FROM generate_series(1, 100) AS n;
INSERT INTO flow.link (source, target, kind, method, confidence, changed_at, until)
SELECT DISTINCT ON (s, t) s, t, pg_temp.one('implements', 'implements', 'fixes'), 'key in title', c, pg_temp.day(0, 40), CASE
	WHEN random() < 0.1 THEN pg_temp.day(40, 60) END
FROM (SELECT pg_temp.source() AS s, pg_temp.name() AS t, pg_temp.one('0.95', '0.95', '0.9', '0.6')::float8 AS c FROM generate_series(1,
	130)) AS l ON CONFLICT DO NOTHING;
INSERT INTO flow.link (source, target, kind, method, confidence)
SELECT pg_temp.sha(), CASE WHEN random() < 0.7 THEN pg_temp.request() ELSE 'shop/web!' || 1 + floor(random() * 40)::int END, 'part_of',
	pg_temp.one('merge commit', 'squash commit', 'head commit', 'merge request commits'), 1 FROM generate_series(1, 90) ON CONFLICT
		DO NOTHING;
INSERT INTO flow.deployment (deployment, repository, sha, environment, environment_tier, status, finished_at, service)
SELECT 'd' || n, pg_temp.one('shop/web', 'shop/api', 'shop/old'), pg_temp.sha(), 'e', pg_temp.one('production', 'production', 'staging'),
	pg_temp.one('success', 'success', 'success', 'failed'), pg_temp.day(10, 60),
	pg_temp.one('web', 'cart', 'api') FROM generate_series(1, 16) AS n;
INSERT INTO flow.build (build, sha, status, finished_at) SELECT 'b' || n, pg_temp.sha(), pg_temp.one('success', 'failed'), pg_temp.day(10,
	50) FROM generate_series(1, 30) AS n;
INSERT INTO flow.link (source, target, kind) SELECT build, sha, 'builds' FROM flow.build;
INSERT INTO flow.item (item, source, key, project, created_at) SELECT 'servicenow:change:' || n, 'servicenow', 'CHG' || n,
	'change_request', pg_temp.day(1, 5) FROM generate_series(1, 8) AS n;
INSERT INTO flow.link (source, target, kind, method, confidence) SELECT 'servicenow:change:' || n, pg_temp.deployment(), 'deploys',
	'named', 1 FROM generate_series(1, 8) AS n;
INSERT INTO flow.event (source, event_id, entity, at, state, method)
SELECT 'servicenow', 's' || n, 'servicenow:change:' || 1 + n % 8, pg_temp.day(20, 50), pg_temp.one('approval requested',
	'approval approved'), 'label' FROM generate_series(1, 24) AS n;
INSERT INTO flow.usage (source, event_id, feature, at) SELECT 'app', 'u' || n, pg_temp.name(), pg_temp.day(20, 90) FROM generate_series(1,
	40) AS n;
