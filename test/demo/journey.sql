-- One idea of the sample from the ticket to its users: its tracker, two projects of GitLab, Jenkins and
-- ServiceNow send payloads, vsm.ingest reads them into a model, and one query tells the way with the times between.
SET client_min_messages = error;
CALL vsm.create_model('flow');
SELECT 'SHOP-326' AS idea \gset

-- What Jira answers: the item's own states as the changelog of an issue.
INSERT INTO flow.inbox (source, payload)
WITH change AS (
	SELECT at, state, lag(state) OVER status AS previous, row_number() OVER status AS place
	FROM jira_event WHERE item = :'idea' WINDOW status AS (PARTITION BY state IN ('Flagged', 'Unflagged') ORDER BY at))
SELECT 'jira', jsonb_build_object('id', '10326', 'key', item, 'self', 'https://jira.example.com/rest/api/2/issue/10326',
	'fields', jsonb_build_object('summary', title, 'issuetype', jsonb_build_object('name', 'Story'), 'project', jsonb_build_object('key',
		'SHOP'),
		'priority', jsonb_build_object('name', 'High'), 'labels', jsonb_build_array(), 'duedate', NULL,
		'created', (SELECT min(at) FROM change), 'updated', (SELECT max(at) FROM change)),
	'changelog', (SELECT jsonb_build_object('total', count(*), 'histories', jsonb_agg(jsonb_build_object('id', (5000 + row)::text,
		'created', at, 'items', jsonb_build_array(
			CASE WHEN state IN ('Flagged', 'Unflagged') THEN jsonb_build_object('field', 'Flagged', 'toString', CASE state WHEN 'Flagged'
				THEN 'Impediment' ELSE '' END)
			ELSE jsonb_build_object('field', 'status', 'fromString', previous, 'toString', state) END))))
		FROM (SELECT *, row_number() OVER (ORDER BY at) AS row FROM change WHERE previous IS NOT NULL OR state IN ('Flagged',
			'Unflagged')) c))
FROM item WHERE item = :'idea';

-- What GitLab sends of two merge requests, their pipelines and the deployments on Thursday. Times are taken from the item's.
CREATE TEMP TABLE part AS
SELECT n, project, branch, title, build, review, done,
	md5(project || ' head') || '00000000' AS head, md5(project || ' merge') || '00000000' AS merge
FROM (VALUES (1, 'shop/tracking', 'SHOP-326-tracking', 'Positions of a parcel for small screens'), (2, 'shop/web', 'mobile-tracking',
	'SHOP-326: delivery tracking on phones')) AS p (n, project, branch, title),
	(SELECT min(at) FILTER (WHERE state = 'In Progress') AS build, min(at) FILTER (WHERE state = 'In Review') AS review,
		max(at) FILTER (WHERE state = 'Done') AS done
	 FROM jira_event WHERE item = :'idea') AS t;
CREATE TEMP TABLE request AS
SELECT p.*, jsonb_build_object('object_kind', 'merge_request', 'project', jsonb_build_object('path_with_namespace', project),
	'object_attributes', jsonb_build_object(
	'id', 700 + n, 'iid', n, 'title', title, 'source_branch', branch, 'target_branch', 'main', 'created_at',
		review - n * interval '10 minutes', 'description', '',
	'url', format('https://gitlab.example.com/%s/-/merge_requests/%s', project, n),
	'last_commit', jsonb_build_object('id', head, 'message', title, 'timestamp', review - n * interval '25 minutes'))) AS hook
FROM part AS p;
INSERT INTO flow.inbox (source, payload)
SELECT 'gitlab', payload
FROM request AS r,
	(SELECT min(at) AS tested FROM jira_event WHERE item = :'idea' AND state = 'Testing') AS t,
	LATERAL (SELECT t.tested - (3 - n) * interval '35 minutes' AS merged) AS m,
	LATERAL (VALUES
		(r.hook || jsonb_build_object('object_attributes', r.hook -> 'object_attributes' || jsonb_build_object('state', 'opened',
			'action', 'open', 'updated_at', r.review - n * interval '10 minutes'))),
		(r.hook || jsonb_build_object('object_attributes', r.hook -> 'object_attributes' || jsonb_build_object('state', 'merged',
			'action', 'merge', 'updated_at', m.merged, 'merge_commit_sha', r.merge))),
		(jsonb_build_object('object_kind', 'push', 'ref', 'refs/heads/main', 'after', r.merge, 'checkout_sha', r.merge, 'project',
			jsonb_build_object('path_with_namespace', project, 'default_branch', 'main'),
			'total_commits_count', 1, 'commits', jsonb_build_array(jsonb_build_object('id', r.merge, 'message',
				format('Merge branch ''%s''', branch), 'timestamp', m.merged)))),
		(jsonb_build_object('object_kind', 'pipeline', 'project', jsonb_build_object('path_with_namespace', project), 'object_attributes',
			jsonb_build_object('id', 800 + n, 'sha', r.merge, 'ref', 'main',
			'source', 'push', 'status', 'success', 'created_at', m.merged + interval '5 seconds', 'queued_duration', 20, 'finished_at',
				m.merged + n * interval '11 minutes'), 'builds', jsonb_build_array(
			jsonb_build_object('id', 900 + n, 'stage', 'test', 'name', 'unit', 'status', 'success', 'created_at',
				m.merged + interval '5 seconds', 'started_at', m.merged + interval '25 seconds', 'finished_at',
					m.merged + n * interval '11 minutes')))),
		(jsonb_build_object('object_kind', 'deployment', 'status', 'running', 'status_changed_at',
			r.done - (4 - n) * interval '6 minutes', 'deployment_id', 40 + n, 'deployable_id', 950 + n, 'environment', 'production',
				'ref', 'main',
			'project', jsonb_build_object('path_with_namespace', project), 'commit_url',
				format('https://gitlab.example.com/%s/-/commit/%s', project, r.merge))),
		(jsonb_build_object('object_kind', 'deployment', 'status', 'success', 'status_changed_at',
			r.done - (3 - n) * interval '6 minutes', 'deployment_id', 40 + n, 'deployable_id', 950 + n, 'environment', 'production',
				'ref', 'main',
			'project', jsonb_build_object('path_with_namespace', project), 'commit_url',
				format('https://gitlab.example.com/%s/-/commit/%s', project, r.merge)))) AS hooks (payload)
ORDER BY random();	-- webhooks come in any order

-- What Jenkins says of the build of the web pages, ServiceNow of the change by which they go out, as the
-- record and its history to the minute, and of the incident that comes of it.
INSERT INTO flow.service (service, repository) VALUES ('web', 'shop/web');
INSERT INTO flow.inbox (source, payload)
SELECT v.source, v.payload
FROM (SELECT merge, date_trunc('minute', review + (done - review) * 0.5) AS asked, done, (SELECT min(at) FROM jira_event
	WHERE item = :'idea' AND state = 'Testing') - interval '35 minutes' AS merged
	FROM part WHERE project = 'shop/web') AS p,
	LATERAL (SELECT to_char(done - interval '20 minutes', 'YYYY-MM-DD HH24:MI') AS begun, to_char(done + interval '50 minutes',
		'YYYY-MM-DD HH24:MI') AS broken,
		to_char(done + interval '58 minutes', 'YYYY-MM-DD HH24:MI') AS taken, to_char(done + interval '2 hours 10 minutes',
			'YYYY-MM-DD HH24:MI') AS restored,
		to_char(done + interval '1 day', 'YYYY-MM-DD HH24:MI') AS closed, to_char(asked, 'YYYY-MM-DD HH24:MI') AS opened,
			to_char(asked + (done - asked) * 0.8, 'YYYY-MM-DD HH24:MI') AS approved) AS t,
	LATERAL (VALUES
		('jenkins', jsonb_build_object('number', 326, 'url', 'https://ci.example.com/job/shop/job/web/job/main/326/', 'building', false,
			'result', 'SUCCESS',
			'timestamp', floor(extract(epoch FROM merged + interval '1 minute') * 1000), 'duration', 540000, 'actions', jsonb_build_array(
			jsonb_build_object('lastBuiltRevision', jsonb_build_object('SHA1', merge, 'branch',
				jsonb_build_array(jsonb_build_object('name', 'origin/main'))),
				'remoteUrls', jsonb_build_array('https://gitlab.example.com/shop/web.git'))))),
		('servicenow', jsonb_build_object('sys_id', 'c326', 'number', 'CHG0030326', 'state', '3', 'short_description',
			'Delivery tracking on phones', 'cmdb_ci', 'web', 'correlation_id', 'gitlab:deployment:42',
			'opened_at', opened, 'sys_updated_on', closed, 'sys_mod_count', '6')),
		('servicenow', jsonb_build_object('result', (SELECT jsonb_agg(jsonb_build_object('sys_id', 'a' || h.o, 'tablename',
			'change_request', 'documentkey', 'c326', 'fieldname', h.field,
				'oldvalue', h.old, 'newvalue', h.new, 'record_checkpoint', h.o::text, 'sys_created_on', h.at))
			FROM (VALUES (1, 'state', '-5', '-4', opened), (2, 'state', '-4', '-3', opened), (2, 'approval', 'not requested', 'requested',
				opened), (3, 'approval', 'requested', 'approved', approved),
				(4, 'state', '-3', '-2', approved), (5, 'state', '-2', '-1', begun), (6, 'state', '-1', '3', closed)) AS h (o, field, old,
					new, at)))),
		('servicenow', jsonb_build_object('sys_id', 'i326', 'number', 'INC0010326', 'state', '6', 'short_description',
			'No position for parcels from abroad', 'cmdb_ci', 'web', 'priority', '2',
			'opened_at', broken, 'resolved_at', restored, 'sys_updated_on', restored, 'sys_mod_count', '2')),
		('servicenow', jsonb_build_object('result', (SELECT jsonb_agg(jsonb_build_object('sys_id', 'b' || h.o, 'tablename', 'incident',
			'documentkey', 'i326', 'fieldname', 'state',
				'oldvalue', h.old, 'newvalue', h.new, 'record_checkpoint', h.o::text, 'sys_created_on', h.at))
			FROM (VALUES (1, '1', '2', taken), (2, '2', '6', restored)) AS h (o, old, new, at))))) AS v (source, payload)
ORDER BY random();
SELECT count(*) AS payloads FROM flow.inbox \gset
CALL vsm.ingest('flow');
-- Which deployment the incident comes of, ServiceNow does not say: the latest of the service before it.
SELECT vsm.link_deployments('flow') AS found \gset

SELECT E'\nTHE WAY OF ONE IDEA\n';
SELECT format('%s (%s), read from %s payloads of Jira, GitLab, Jenkins and ServiceNow in no order. Each line says how long after the one '
	'before it happened.', :'idea', title, :payloads) || E'\n' FROM item WHERE item = :'idea';

WITH reached AS (
	-- From the item along its links: merge requests, their commits, what builds these and deploys them.
	SELECT r.entity
	FROM flow.item AS i, (SELECT vsm.graph(target, source) AS links FROM flow.entity_link) AS l, vsm.reach(l.links, ARRAY[i.item]) AS r
	WHERE i.key = :'idea'),
step AS (
	SELECT e.at, e.seq, e.entity, e.state, coalesce(r.attributes ->> 'project', r.attributes ->> 'repository', i.service) AS project
	FROM reached JOIN flow.event AS e USING (entity)
		LEFT JOIN flow.event AS r ON r.entity = e.entity AND (r.attributes ? 'project' OR r.attributes ? 'repository')
		LEFT JOIN flow.item AS i ON i.item = e.entity AND i.service IS NOT NULL
	WHERE e.entity NOT LIKE '%:job:%' AND (e.entity NOT SIMILAR TO '%:(pipeline|build):%' OR e.state NOT IN ('created', 'running'))
	UNION ALL
	SELECT c.committed_at, NULL, c.sha, 'committed', c.repository FROM reached JOIN flow.commit AS c ON c.sha = reached.entity
	WHERE c.title NOT LIKE 'Merge %'),
named AS (
	SELECT at, s.seq, CASE split_part(entity, ':', 2) WHEN 'issue' THEN 'idea' WHEN 'merge_request' THEN 'merge request' WHEN ''
		THEN 'commit' ELSE replace(split_part(entity, ':', 2), '_', ' ') END AS what,
		coalesce(project, d.repository) AS project, s.state, d.environment
	FROM step AS s LEFT JOIN flow.deployment AS d ON d.deployment = s.entity)
SELECT cell(to_char(at, 'YYYY-MM-DD HH24:MI'), 16), cell(coalesce(say(seconds(at - lag(at) OVER way)), ''), -11), ' ' || cell(what, 14),
	concat_ws(' ', state, 'in ' || coalesce(environment || ' of ' || project, project))
FROM named WINDOW way AS (ORDER BY at, what DESC, project, seq NULLS FIRST, state) ORDER BY at, what DESC, project, seq NULLS FIRST, state;

SELECT E'\n' || format('From the first commit to production it took %s, from the idea to production %s.',
	say(seconds(deployed - committed)), say(seconds(deployed - created)))
FROM (SELECT min(c.committed_at) AS committed, max(d.finished_at) AS deployed, min(i.created_at) AS created
	FROM flow.item AS i, flow.commit AS c, flow.deployment AS d WHERE i.key = :'idea' AND c.title NOT LIKE 'Merge %') AS t;
RESET client_min_messages;
