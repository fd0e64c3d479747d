-- GitLab's own database. States, tiers, actions and types are numbers.
CREATE SCHEMA gitlab_database_now;
CREATE VIEW gitlab_database_now.routes AS
SELECT row_number() OVER (ORDER BY r.path) AS id, row_number() OVER (ORDER BY r.path) AS source_id, 'Project'::varchar AS source_type,
	r.path::varchar AS path, r.path::varchar AS name
FROM (SELECT 'shop/tickets' AS path UNION SELECT q.repository FROM made.request AS q UNION SELECT d.repository FROM made.deployed AS d)
	AS r;
CREATE VIEW gitlab_database_now.work_item_types AS SELECT 1::bigint AS id, 0::smallint AS base_type, 'Issue'::text AS name;
CREATE VIEW gitlab_database_now.issues AS
SELECT r.id, r.title, 1::bigint AS author_id, p.source_id AS project_id, r.created_at, r.updated_at, r.description, r.iid, r.weight,
	r.due_date,
	r.closed_at, CASE r.state WHEN 'opened' THEN 1 ELSE 2 END::smallint AS state_id, 1::bigint AS work_item_type_id
FROM made.object AS o CROSS JOIN jsonb_to_record(o.body) AS r (id bigint, iid int, title varchar, description text, state text,
		created_at timestamp, updated_at timestamp, closed_at timestamptz, weight int, due_date date)
	JOIN gitlab_database_now.routes AS p ON p.path = 'shop/tickets'
WHERE o.source = 'gitlab' AND o.kind = 'issue' AND NOT o.is_deleted;
CREATE VIEW gitlab_database_now.labels AS
SELECT s.id::bigint AS id, s.name::varchar AS title, 1::bigint AS project_id FROM made.status AS s UNION ALL SELECT 99, 'bug', 1;
CREATE VIEW gitlab_database_now.label_links AS
SELECT o.id::bigint * 100 + l.id AS id, l.id AS label_id, o.id::bigint AS target_id, 'Issue'::varchar AS target_type,
	(o.body ->> 'updated_at')::timestamp AS created_at, (o.body ->> 'updated_at')::timestamp AS updated_at
FROM made.object AS o CROSS JOIN LATERAL jsonb_array_elements_text(o.body -> 'labels') AS n (name)
	JOIN gitlab_database_now.labels AS l ON l.title = n.name
WHERE o.source = 'gitlab' AND o.kind = 'issue' AND NOT o.is_deleted;
CREATE VIEW gitlab_database_now.resource_state_events AS
SELECT o.id::bigint AS id, 1::bigint AS user_id,
	CASE o.body ->> 'resource_type' WHEN 'Issue' THEN (o.body ->> 'resource_id')::bigint END AS issue_id,
	CASE o.body ->> 'resource_type' WHEN 'MergeRequest' THEN (o.body ->> 'resource_id')::bigint END AS merge_request_id,
	(o.body ->> 'created_at')::timestamptz AS created_at, array_position('{opened,closed,merged,locked,reopened}',
		o.body ->> 'state')::smallint
		AS state
FROM made.object AS o WHERE o.source = 'gitlab' AND o.kind = 'resource_event' AND o.body ? 'state';
CREATE VIEW gitlab_database_now.resource_label_events AS
SELECT o.id::bigint AS id, array_position('{add,remove}', o.body ->> 'action') AS action, (o.body ->> 'resource_id')::bigint AS issue_id,
	NULL::bigint AS merge_request_id, (o.body #>> '{label,id}')::bigint AS label_id, 1::bigint AS user_id,
	(o.body ->> 'created_at')::timestamptz AS created_at
FROM made.object AS o WHERE o.source = 'gitlab' AND o.kind = 'resource_event' AND o.body ? 'label';
CREATE VIEW gitlab_database_now.merge_requests AS
SELECT r.id, r.target_branch, r.source_branch, p.source_id AS source_project_id, 1::bigint AS author_id, r.title, r.created_at,
	r.updated_at,
	p.source_id AS target_project_id, r.iid, r.description, r.merge_commit_sha, array_position('{opened,closed,merged}', r.state)::smallint
		AS state_id,
	decode(r.squash_commit_sha, 'hex') AS squash_commit_sha, r.draft, r.id AS latest_merge_request_diff_id
FROM made.object AS o CROSS JOIN jsonb_to_record(o.body) AS r (id bigint, iid int, title varchar, description text, state text,
		source_branch varchar, target_branch varchar, draft boolean, created_at timestamp, updated_at timestamp, merge_commit_sha varchar,
		squash_commit_sha text)
	JOIN gitlab_database_now.routes AS p ON p.path = split_part(o.body #>> '{references,full}', '!', 1)
WHERE o.source = 'gitlab' AND o.kind = 'merge_request';
CREATE VIEW gitlab_database_now.merge_request_diffs AS
SELECT o.id::bigint AS id, o.id::bigint AS merge_request_id, (o.body ->> 'sha')::varchar AS head_commit_sha
FROM made.object AS o WHERE o.source = 'gitlab' AND o.kind = 'merge_request';
CREATE VIEW gitlab_database_now.merge_request_metrics AS
SELECT o.id::bigint AS id, o.id::bigint AS merge_request_id, (o.body ->> 'merged_at')::timestamp AS merged_at,
	(o.body ->> 'closed_at')::timestamp AS latest_closed_at, (o.body ->> 'created_at')::timestamp AS created_at,
	(o.body ->> 'updated_at')::timestamp AS updated_at
FROM made.object AS o WHERE o.source = 'gitlab' AND o.kind = 'merge_request';
CREATE VIEW gitlab_database_now.notes AS
SELECT r.id, r.body AS note, r.noteable_type, 2::bigint AS author_id, r.created_at, r.updated_at, r.noteable_id, r.system
FROM made.object AS o, jsonb_to_record(o.body) AS r (id bigint, body text, noteable_type varchar, created_at timestamp,
	updated_at timestamp,
	noteable_id bigint, system boolean)
WHERE o.source = 'gitlab' AND o.kind = 'note';
CREATE VIEW gitlab_database_now.approvals AS
SELECT o.id::bigint AS id, o.id::bigint AS merge_request_id, 2::bigint AS user_id,
	(o.body #>> '{approved_by,0,approved_at}')::timestamp AS created_at, (o.body #>> '{approved_by,0,approved_at}')::timestamp AS updated_at
FROM made.object AS o WHERE o.source = 'gitlab' AND o.kind = 'approvals';
CREATE VIEW gitlab_database_now.users AS
SELECT u.id, u.username::varchar AS username, u.username::varchar AS name, 0::smallint AS user_type
FROM (VALUES (1::bigint, 'ada'), (2, 'bob')) AS u (id, username);
CREATE VIEW gitlab_database_now.environments AS
SELECT e.id, 1::bigint AS project_id, e.name::varchar AS name, e.tier::smallint AS tier
FROM (VALUES (1::bigint, 'live', 0), (2, 'staging', 1)) AS e (id, name, tier);
CREATE VIEW gitlab_database_now.deployments AS
SELECT d.id, d.id::int AS iid, p.source_id AS project_id, CASE d.environment WHEN 'live' THEN 1 ELSE 2 END::bigint AS environment_id,
	'main'::varchar AS ref, false AS tag, d.sha::varchar AS sha, 5000000 + d.id AS deployable_id,
		'CommitStatus'::varchar AS deployable_type,
	d.created_at AT TIME ZONE 'UTC' AS created_at, d.finished_at AT TIME ZONE 'UTC' AS updated_at,
	(array_position('{created,running,success,failed}', d.status) - 1)::smallint AS status, d.finished_at
FROM made.deployed AS d JOIN gitlab_database_now.routes AS p ON p.path = d.repository WHERE d.source = 'gitlab';
CREATE VIEW gitlab_database_now.p_ci_pipelines AS
SELECT r.id, r.ref, r.sha, r.created_at, r.updated_at, r.status, r.started_at, r.finished_at, p.source_id AS project_id
FROM made.object AS o CROSS JOIN jsonb_to_record(o.body) AS r (id bigint, ref varchar, sha varchar, created_at timestamp,
	updated_at timestamp,
		status varchar, started_at timestamp, finished_at timestamp)
	JOIN gitlab_database_now.routes AS p ON o.body ->> 'web_url' LIKE '%.com/' || p.path || '/-/%'
WHERE o.source = 'gitlab' AND o.kind = 'pipeline';
CREATE FUNCTION gitlab_database_now.comparable(relation text, "row" jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE
RETURN CASE
	-- Commits are in the repositories.
	WHEN relation = 'commit' OR relation = 'link' AND "row" ->> 'source' ~ '^[0-9a-f]{40}$' AND "row" ->> 'kind' <> 'part_of' THEN NULL
	-- Who approved is in the tables, but not whether that is enough.
	WHEN relation = 'event' AND "row" ->> 'state' = 'approved' THEN NULL
	-- Addresses are not in the tables.
	WHEN relation IN ('item', 'merge_request', 'build', 'deployment') THEN "row" - '{url,approved_at}'::text[]
	WHEN relation = 'event' THEN "row" #- '{attributes,url}'
	ELSE "row" END;
CREATE FUNCTION gitlab_database_now.lasting(relation text, "row" jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE
RETURN "row";
