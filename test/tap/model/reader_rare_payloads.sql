-- Payloads of plugins, of old versions and of loaders, which say the same in another way: what the readers make of them.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(27);
SET LOCAL TimeZone = 'Asia/Tokyo';
SET LOCAL jit = off;
SET LOCAL client_min_messages = error;

CREATE FUNCTION pg_temp.read(tool text, payload jsonb, VARIADIC naming text[] DEFAULT '{}') RETURNS SETOF vsm.fact LANGUAGE plpgsql AS $$
	-- what is refused is a link "refused" to the reason
DECLARE
	k vsm.payload_kind;
BEGIN
	EXECUTE format('SELECT * FROM vsm.%I($1)', tool || '_kind') INTO k USING payload;
	IF k.reason IS NOT NULL THEN
		RETURN QUERY SELECT (vsm.fact_link(tool, k.kind, k.reason, 'refused')).*;
	ELSE
		RETURN QUERY EXECUTE format('SELECT * FROM vsm.%I($1, $2, $3)', 'read_' || tool || '_' || k.kind)
			USING tool, payload, vsm.names_of(ARRAY(
				SELECT ROW (naming[3 * i - 2], naming[3 * i - 1], naming[3 * i])::vsm.name_meaning
				FROM generate_series(1, cardinality(naming) / 3) AS i)
			|| ARRAY(SELECT ROW (d.kind, d.name, d.meaning)::vsm.name_meaning FROM vsm.default_naming() AS d));
	END IF;
END$$;

-- Times as numbers: seconds where milliseconds would lie before 1973
SELECT results_eq($$SELECT vsm.json_time(v) FROM unnest(ARRAY['1767974500000', '1767974500', '"1767974500"', '"1767974500.5"',
		'99999999999', '100000000000', '7', '2026', '"2026"', '0', '-1767974500']::jsonb[]) AS v$$,
	ARRAY['2026-01-09 16:01:40+00', '2026-01-09 16:01:40+00', '2026-01-09 16:01:40+00', '2026-01-09 16:01:40.5+00',
		'5138-11-16 09:46:39+00', '1973-03-03 09:46:40+00', NULL, NULL, NULL, NULL, NULL]::timestamptz[],
	'seconds and milliseconds since 1970; small numbers are no times');

-- Jenkins' plugin Statistics Gatherer
CREATE TEMP TABLE statistics (name text, payload jsonb);
INSERT INTO statistics VALUES
	('start', '{"ciUrl": "https://ci.example.com/", "jobName": "main", "fullJobName": "shop/deploy-checkout/main", "number": 7, '
		'"startTime": 1767974500000, "endTime": null, "result": "INPROGRESS", "duration": 0, "queueTime": 2500, "buildUrl": '
		'"job/shop/job/deploy-checkout/job/main/7/", "buildCause": "Started by timer", "parameters": {"ENV": "qa"}, '
		'"scmInfo": {"url": "git@git.example.com:shop/checkout.git", "branch": "origin/main", "commit": '
		'"c000000000000000000000000000000000000001"}, "slaveInfo": {}}'),
	('end', '{"ciUrl": "https://ci.example.com/", "jobName": "main", "fullJobName": "shop/deploy-checkout/main", "number": 7, '
		'"startTime": null, "endTime": 1767974560600, "result": "FAILURE", "duration": 60500, "queueTime": 0, "buildUrl": '
		'"job/shop/job/deploy-checkout/job/main/7/", "scmInfo": {}}');
SELECT results_eq($$SELECT s.name, f.at, f.value, f.id FROM statistics AS s, pg_temp.read('jenkins', payload) AS f
	WHERE fact = 'event' AND entity LIKE 'jenkins:build:%' ORDER BY f.at$$,
	$$VALUES ('start', timestamptz '2026-01-09 16:01:37.5+00', 'queued', 'jenkins:build:shop/deploy-checkout/main#7:queued'),
		('start', '2026-01-09 16:01:40+00', 'running', 'jenkins:build:shop/deploy-checkout/main#7:running'),
		('end', '2026-01-09 16:01:40.1+00', 'running', 'jenkins:build:shop/deploy-checkout/main#7:running'),
		('end', '2026-01-09 16:02:40.6+00', 'FAILURE', 'jenkins:build:shop/deploy-checkout/main#7:finished')$$,
	'a build as Statistics Gatherer tells of it at its start and at its end');
CALL vsm.create_model('forth');
CALL vsm.create_model('back');
INSERT INTO forth.inbox (source, payload) SELECT 'jenkins', payload FROM statistics ORDER BY name;
INSERT INTO back.inbox (source, payload) SELECT 'jenkins', payload FROM statistics, generate_series(1, 2) ORDER BY name DESC;
SELECT is(vsm.ingest_once('forth'), ROW (2, 0)::vsm.ingested, 'both are read');
SELECT is(vsm.ingest_once('back'), ROW (4, 0)::vsm.ingested, 'in the other order and twice');
SELECT results_eq($$SELECT job, repository, sha, ref, status, queued_at, started_at, finished_at, url FROM forth.build$$,
	$$VALUES ('shop/deploy-checkout/main', 'shop/checkout', 'c000000000000000000000000000000000000001', 'main', 'FAILURE',
		timestamptz '2026-01-09 16:01:37.5+00', timestamptz '2026-01-09 16:01:40.1+00', timestamptz '2026-01-09 16:02:40.6+00',
		'https://ci.example.com/job/shop/job/deploy-checkout/job/main/7/')$$, 'its row');
SELECT results_eq('SELECT environment, status, sha FROM forth.deployment', $$VALUES ('qa', 'failed',
	'c000000000000000000000000000000000000001')$$, 'what it deployed');
SELECT is_empty($$(SELECT to_jsonb(t) - '{xid,payload,told}'::text[] FROM forth.build AS t EXCEPT ALL SELECT to_jsonb(t)
	- '{xid,payload,told}'::text[] FROM back.build AS t) UNION ALL SELECT to_jsonb(f) - '{xid,recorded_at}'::text[] FROM forth.event AS f
	WHERE NOT EXISTS (SELECT FROM back.event AS b WHERE (b.event_id, b.at, b.state) = (f.event_id, f.at, f.state))$$,
	'the same rows in any order');
SELECT results_eq($$SELECT value FROM unnest(ARRAY['{"ciUrl": "https://ci/", "entryTime": 1767974500000, "jobName": "x"}',
		'{"ciUrl": "https://ci/", "configFile": "<x/>", "name": "x", "createdDate": 1767974500000}',
		'{"buildUrl": "job/x/7/", "startTime": 1767974500000, "endTime": 0, "buildStepType": "Shell"}',
		'{"ciUrl": "https://ci/", "fullJobName": "x", "result": "SUCCESS", "endTime": 1767974500000}',
		'{"ciUrl": "https://ci/", "fullJobName": "x", "number": 7, "result": "SUCCESS", "endTime": "soon"}']::jsonb[]) AS p,
		pg_temp.read('jenkins', p)$$,
	ARRAY['its build tells later how long it was queued', 'it is about jobs, not builds',
		'what a build does within a stage says nothing about the flow of work',
		'neither its buildUrl nor its fullJobName and number say which build it is of', 'its endTime is no time: soon'],
	'what else the plugin posts is refused in words');

-- Jira: an issue that comes again, having changed since, rewrites nothing of what its changelog told
CREATE TEMP TABLE issue AS SELECT jsonb_build_object('id', '10001', 'key', 'SHOP-7', 'fields', jsonb_build_object('created',
		'2026-01-05T09:00:00Z', 'updated', updated, 'status', '{"id": "3", "name": "Doing"}'::jsonb), 'changelog',
		jsonb_build_object('total', jsonb_array_length(histories::jsonb), 'histories', histories::jsonb)) AS payload
FROM (VALUES ('2026-01-06T09:00:00Z', '[{"id": "1", "created": "2026-01-06T09:00:00Z", "items": [{"field": "status", "fieldId": "status",
		"from": "1", "fromString": "Open", "to": "3", "toString": "Doing"}]}]'),
	('2026-01-07T09:00:00Z', '[{"id": "2", "created": "2026-01-07T09:00:00Z", "items": [{"field": "priority", "fieldId": "priority", "from":
		"2", "fromString": "Low", "to": "3", "toString": "High"}]}, {"id": "1", "created": "2026-01-06T09:00:00Z", "items": [{"field":
		"status", "fieldId": "status", "from": "1", "fromString": "Open", "to": "3", "toString": "Doing"}]}]')) AS v (updated, histories);
INSERT INTO forth.inbox (source, payload) SELECT 'jira', payload FROM issue ORDER BY payload #>> '{fields,updated}' LIMIT 1;
SELECT is(vsm.ingest_once('forth'), ROW (1, 0)::vsm.ingested, 'an issue of Jira');
CREATE TEMP TABLE before AS SELECT ctid AS place, to_jsonb(e) AS event FROM forth.event AS e WHERE entity = 'jira:issue:10001';
INSERT INTO forth.inbox (source, payload) SELECT 'jira', payload FROM issue;
SELECT vsm.ingest_once('forth') \g /dev/null
SELECT set_eq($$SELECT ctid AS place, to_jsonb(e) FROM forth.event AS e WHERE entity = 'jira:issue:10001'$$, 'TABLE before',
	'that comes again leaves its events as they are');

-- GitHub: a job as webhooks told of it before they had created_at
SELECT results_eq($$SELECT s, at, value FROM unnest('{queued,waiting,in_progress,completed}'::text[]) WITH ORDINALITY AS s (s, o),
		pg_temp.read('github', jsonb_build_object('action', s, 'repository', '{"full_name": "shop/web"}'::jsonb, 'workflow_job',
			'{"id": 9, "run_id": 8, "name": "build", "started_at": "2026-01-09T16:00:00Z"}'::jsonb || jsonb_build_object('status', s)
			|| CASE s WHEN 'completed' THEN '{"conclusion": "success", "completed_at": "2026-01-09T16:01:00Z"}' ELSE '{}' END::jsonb))
	WHERE fact = 'event' AND at IS NOT NULL ORDER BY o, at$$,
	$$VALUES ('queued', timestamptz '2026-01-09 16:00+00', 'queued'), ('waiting', '2026-01-09 16:00+00', 'waiting'),
		('in_progress', '2026-01-09 16:00+00', 'in_progress'), ('completed', '2026-01-09 16:00+00', 'in_progress'),
		('completed', '2026-01-09 16:01+00', 'success')$$, 'a job without created_at');

-- GitLab: a push that does not say what it is
SELECT bag_eq($$SELECT fact, entity, value FROM pg_temp.read('gitlab', '{"before": "b000000000000000000000000000000000000001", "after":
		"a000000000000000000000000000000000000001", "ref": "refs/heads/SHOP-7", "project_id": 15, "total_commits_count": 1,
		"repository": {"name": "web", "homepage": "https://gitlab.example.com/shop/web"}, "commits": [{"id":
		"a000000000000000000000000000000000000001", "message": "Show it", "timestamp": "2026-01-09T16:00:00+00:00"}]}')
	WHERE fact <> 'commit'$$,
	$$VALUES ('event', 'gitlab:branch:shop/web@SHOP-7', 'pushed'), ('link', 'a000000000000000000000000000000000000001', 'SHOP-7')$$,
	'a push of GitLab before it had object_kind');
SELECT results_eq($$SELECT entity, value FROM pg_temp.read('gitlab', '{"before": "0000000000000000000000000000000000000000", "after":
		"a000000000000000000000000000000000000001", "ref": "refs/tags/v1",
		"repository": {"homepage": "https://gitlab.example.com/shop/web"},
		"commits": [{"id": "a000000000000000000000000000000000000001", "timestamp": "2026-01-09T16:00:00+00:00"}]}') WHERE fact = 'event'$$,
	$$VALUES ('gitlab:tag:shop/web@v1', 'tagged')$$, 'so of a tag');

-- GitLab: parents of commits, which the commits of a merge request have not
CREATE TEMP TABLE parents (o int, payload jsonb);
INSERT INTO parents SELECT o, jsonb_build_object('id', repeat(sha, 40), 'short_id', repeat(sha, 8), 'title', 'x', 'committed_date',
	'2026-01-09T16:00:00Z', 'web_url', 'https://gitlab.example.com/shop/web/-/commit/x', 'parent_ids', parents::jsonb)
FROM (VALUES (1, 'a', '[]'), (2, 'a', '["bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"]'), (3, 'b', '[]'), (4, 'a', '[]'))
	AS v (o, sha, parents);
INSERT INTO forth.inbox (source, payload) SELECT 'gitlab', payload FROM parents ORDER BY o;
INSERT INTO back.inbox (source, payload) SELECT 'gitlab', payload FROM parents ORDER BY o DESC;
SELECT is(vsm.ingest_once('forth'), ROW (4, 0)::vsm.ingested, 'commits are read');
SELECT is(vsm.ingest_once('back'), ROW (4, 0)::vsm.ingested, 'so they are backwards');
SELECT results_eq('SELECT sha, parents FROM forth.commit WHERE source = ''gitlab'' ORDER BY sha', $$VALUES (repeat('a', 40),
	ARRAY[repeat('b', 40)]), (repeat('b', 40), '{}')$$, 'a commit keeps its parents where they are told, one without any has none');
SELECT results_eq('SELECT sha, parents FROM back.commit WHERE source = ''gitlab'' ORDER BY sha',
	'SELECT sha, parents FROM forth.commit WHERE source = ''gitlab'' ORDER BY sha', 'in any order');

-- GitLab: what stands in comments of HTML is not said
SELECT results_eq($$SELECT value FROM pg_temp.read('gitlab', '{"id": 99, "iid": 1, "title": "Show the total", "state": "opened",
		"source_branch": "total", "target_branch": "main", "description": "<!-- Closes #1, see SHOP-1 -->Closes #2",
		"created_at": "2026-01-09T16:00:00Z",
		"references": {"full": "shop/web!1"}}') WHERE name = 'implements'$$, ARRAY['shop/web#2'],
	'the template of a merge request closes nothing');

-- Trailers, by the rules of git, in every tool
CREATE FUNCTION pg_temp.message(tail text) RETURNS text LANGUAGE sql AS $$SELECT E'Show the total\n\nIt was wrong.\n\n' || tail$$;
SELECT results_eq($$SELECT t, (SELECT f.details ->> 'assisted_by' FROM pg_temp.read(tool, payload, 'assistant', '/helper/', 'Helper') AS f
		WHERE f.fact IN ('commit', 'merge_request') AND f.details ? 'title')
	FROM unnest(ARRAY[E'Signed-off-by: Ann <ann@shop.example>\nCo-Authored-By: Helper 4\n <noreply@helper.example>',
			'Assisted-by: Helper', 'Reviewed-by: Helper', E'Co-authored-by: Helper\n\nNot so.']) WITH ORDINALITY AS t (tail, t),
		LATERAL (VALUES (1, 'github', jsonb_build_object('sha', repeat('a', 40), 'parents', '[]'::jsonb, 'commit',
				jsonb_build_object('message', pg_temp.message(tail), 'committer', '{"date": "2026-01-09T16:00:00Z"}'::jsonb))),
			(2, 'gitlab', jsonb_build_object('id', repeat('a', 40), 'short_id', 'aaaaaaaa', 'committed_date', '2026-01-09T16:00:00Z',
				'message', pg_temp.message(tail))),
			(3, 'jenkins', jsonb_build_object('number', 7, 'url', 'https://ci/job/x/7/', 'building', true, 'timestamp', 1767974500000,
				'changeSet', jsonb_build_object('items', jsonb_build_array(jsonb_build_object('commitId', repeat('a', 40), 'timestamp',
				1767974400000, 'comment', pg_temp.message(tail)))))),
			(4, 'github', jsonb_build_object('id', 8001, 'number', 13, 'state', 'open', 'title', 'Show the total', 'head',
				'{"ref": "x"}'::jsonb, 'base', '{"ref": "main"}'::jsonb, 'updated_at', '2026-01-09T16:00:00Z',
				'html_url', 'https://github.com/shop/web/pull/13',
				'body', tail)),
			(5, 'gitlab', jsonb_build_object('id', 99, 'iid', 1, 'title', 'Show the total', 'state', 'opened', 'source_branch', 'x',
				'target_branch', 'main', 'updated_at', '2026-01-09T16:00:00Z', 'description', tail))) AS p (o, tool, payload)
	ORDER BY t, o$$,
	$$SELECT t, CASE WHEN t < 3 THEN 'Helper' END FROM generate_series(1, 4::bigint) AS t, generate_series(1, 5)$$,
	'assistants in the trailers of commits, changes and requests');
SELECT is((SELECT details ->> 'assisted_by' FROM pg_temp.read('gitlab', jsonb_build_object('id', repeat('a', 40), 'short_id', 'a',
	'committed_date', '2026-01-09T16:00:00Z', 'message', pg_temp.message('Co-authored-by: Helper'))) WHERE fact = 'commit'), NULL,
	'nobody is an assistant whom nobody has called one');

-- ServiceNow: the table as loaders write it; what cannot be read is not known
SELECT results_eq($$SELECT entity FROM unnest(ARRAY['{"table_name": "incident", "number": "X1"}', '{"table": "incident", "number": "X1"}',
		'{"number": "INC01"}', '{"table_name": "change_request", "sys_class_name": "incident"}']::jsonb[]) AS p,
		pg_temp.read('servicenow', p || '{"sys_id": "i1", "sys_updated_on": "2026-01-09 16:00:00"}') WHERE fact = 'item'$$,
	$$SELECT 'servicenow:incident:i1' FROM generate_series(1, 4)$$, 'the table of a record');
SELECT results_eq($$SELECT r, details -> 'resolved_at' FROM unnest(ARRAY['', '03/05/2026 10:00:00', '2026-01-09 15:00:00']) AS r,
		pg_temp.read('servicenow', jsonb_build_object('sys_id', 'i1', 'number', 'INC01', 'state', '7', 'opened_at', '2026-01-09 14:00:00',
			'sys_updated_on', '2026-01-09 16:00:00', 'resolved_at', r, 'closed_at', '')) WHERE fact = 'incident'$$,
	$$VALUES ('', 'null'::jsonb), ('03/05/2026 10:00:00', NULL), ('2026-01-09 15:00:00', '"2026-01-10T00:00:00+09:00"')$$,
	'when an incident was resolved, where a time is of a country''s own form');
SELECT results_eq($$SELECT value FROM pg_temp.read('servicenow', '{"sys_id": "i1", "number": "INC01", "sys_updated_on":
	"09/01/2026 16:00:00"}')$$, ARRAY['its sys_updated_on is no time: 09/01/2026 16:00:00'], 'such a time of a record is refused');
SELECT results_eq($$SELECT value FROM pg_temp.read('servicenow', '{"sys_id": "m1", "table": "incident", "id": "i1", "value": "2", "start":
	"2026-01-09 16:00:00", "definition": "d", "field": "state"}') WHERE fact = 'event'$$, ARRAY['In Progress'],
	'the table of a metric is what it measures');

-- The service of a deployment is looked up when it is asked for, by the names of its environment, its job and its repository
INSERT INTO forth.naming (kind, name, meaning) VALUES ('job', 'go-live', 'live');
INSERT INTO forth.inbox (source, payload) VALUES
	('github', '{"action": "completed", "repository": {"full_name": "shop/a"}, "workflow_job": {"id": 6, "run_id": 5, "name": "go-live",
		"status": "completed", "conclusion": "success", "created_at": "2026-01-09T16:00:00Z", "started_at": "2026-01-09T16:00:00Z",
		"completed_at": "2026-01-09T16:10:00Z", "head_sha": "a000000000000000000000000000000000000001"}}'),
	('github', '{"action": "created", "repository": {"full_name": "shop/b"}, "deployment": {"id": 1, "environment": "b-production", "sha":
		"a000000000000000000000000000000000000001", "created_at": "2026-01-09T16:00:00Z"}, "deployment_status": {"id": 2, "state":
		"success", "created_at": "2026-01-09T16:10:00Z"}}'),
	('github', '{"action": "created", "repository": {"full_name": "shop/b"}, "deployment": {"id": 3, "environment": "b-production", "sha":
		"a000000000000000000000000000000000000001", "created_at": "2026-01-09T16:00:00Z", "payload": {"service": "told"}}}'),
	('gitlab', '{"id": 380, "name": "go-live", "stage": "x", "status": "success", "ref": "main", "created_at": "2026-01-09T16:00:00Z",
		"started_at": "2026-01-09T16:00:00Z", "finished_at": "2026-01-09T16:10:00Z", "pipeline": {"id": 31, "sha":
		"a000000000000000000000000000000000000001"}, "web_url": "https://gitlab.example.com/shop/c/-/jobs/380"}'),
	('gitlab', '{"object_kind": "deployment", "status": "success", "status_changed_at": "2026-01-09 16:10:00 +0000", "deployment_id": 15,
		"deployable_id": 381, "environment": "prod", "project": {"path_with_namespace": "shop/d"}}');
SELECT is(vsm.ingest_once('forth'), ROW (5, 0)::vsm.ingested, 'deployments');
SELECT results_eq($$SELECT service FROM forth.routed_deployment WHERE deployment NOT LIKE 'jenkins%' ORDER BY deployment COLLATE "C"$$,
	ARRAY['shop/b', 'told', 'shop/a', 'shop/d', 'shop/c'], 'of a service that is told, else of what its repository is');
INSERT INTO forth.naming (kind, name, meaning) VALUES ('service', 'b-production', 'b'), ('service', 'go-live', 'live'), ('service',
	'/^shop/', 'shop');
SELECT results_eq($$SELECT deployment, service FROM forth.routed_deployment WHERE deployment NOT LIKE 'jenkins%'
	ORDER BY deployment COLLATE "C"$$, $$VALUES ('github:deployment:1', 'b'), ('github:deployment:3', 'told'),
	('github:deployment:workflow_job:6', 'live'), ('gitlab:deployment:15', 'shop'), ('gitlab:job:380', 'live')$$,
	'else as naming has it, from when it has');

SELECT finish();
ROLLBACK;
