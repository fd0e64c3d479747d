-- GitHub as Fivetran leaves it. A pull request is an issue, too, with a number of its own for that.
CREATE SCHEMA fivetran_github_now;
CREATE VIEW fivetran_github_now.repository AS
SELECT row_number() OVER (ORDER BY r.name) AS id, r.name AS full_name, split_part(r.name, '/', 2) AS name
FROM (SELECT 'pay/tickets' AS name UNION SELECT q.repository FROM made.request AS q WHERE q.source = 'github') AS r;
CREATE VIEW fivetran_github_now."user" AS
SELECT u.id, u.login, 'User'::text AS type FROM (VALUES (1::bigint, 'ada'), (2, 'bob')) AS u (id, login);
CREATE VIEW fivetran_github_now.label AS
SELECT s.id::bigint AS id, s.name FROM made.status AS s UNION ALL SELECT 99, 'bug';
CREATE VIEW fivetran_github_now.issue AS
SELECT CASE o.kind WHEN 'issue' THEN r.id ELSE 7000000000 + r.id END AS id, o.is_deleted AS _fivetran_deleted, r.body, r.closed_at,
	r.created_at,
	r.number, o.kind = 'pull_request' AS pull_request, p.id AS repository_id, r.state, r.title, r.updated_at, (r."user" ->> 'id')::bigint
		AS user_id
FROM made.object AS o CROSS JOIN jsonb_to_record(o.body) AS r (id bigint, number bigint, title text, body text, state text,
		created_at timestamptz, updated_at timestamptz, closed_at timestamptz, "user" jsonb, html_url text)
	JOIN fivetran_github_now.repository AS p ON r.html_url LIKE '%.com/' || p.full_name || '/%'
WHERE o.source = 'github' AND o.kind IN ('issue', 'pull_request');
CREATE VIEW fivetran_github_now.issue_label AS
SELECT o.id::bigint AS issue_id, l.id AS label_id
FROM made.object AS o CROSS JOIN LATERAL jsonb_array_elements(o.body -> 'labels') AS n (label)
	JOIN fivetran_github_now.label AS l ON l.name = n.label ->> 'name'
WHERE o.source = 'github' AND o.kind = 'issue';
CREATE VIEW fivetran_github_now.issue_closed_history AS
SELECT (o.body #>> '{issue,id}')::bigint AS issue_id, (o.body ->> 'created_at')::timestamptz AS updated_at, 1::bigint AS actor_id,
	o.body ->> 'event' = 'closed' AS closed, NULL::text AS commit_sha
FROM made.object AS o WHERE o.source = 'github' AND o.kind = 'issue_event' AND o.body ->> 'event' IN ('closed', 'reopened')
UNION ALL
SELECT 7000000000 + o.id::bigint, (o.body ->> 'closed_at')::timestamptz, 1, true, NULL
FROM made.object AS o WHERE o.source = 'github' AND o.kind = 'pull_request' AND o.body ->> 'closed_at' IS NOT NULL;
CREATE VIEW fivetran_github_now.issue_merged AS
SELECT 7000000000 + o.id::bigint AS issue_id, (o.body ->> 'merged_at')::timestamptz AS merged_at, 1::bigint AS actor_id,
	o.body ->> 'merge_commit_sha' AS commit_sha
FROM made.object AS o WHERE o.source = 'github' AND o.kind = 'pull_request' AND o.body ->> 'merged_at' IS NOT NULL;
CREATE VIEW fivetran_github_now.pull_request AS
SELECT r.id, r.base ->> 'ref' AS base_ref, r.draft, r.head ->> 'ref' AS head_ref, r.head ->> 'sha' AS head_sha,
	7000000000 + r.id AS issue_id,
	r.merge_commit_sha
FROM made.object AS o, jsonb_to_record(o.body) AS r (id bigint, base jsonb, head jsonb, draft boolean, merge_commit_sha text)
WHERE o.source = 'github' AND o.kind = 'pull_request';
CREATE VIEW fivetran_github_now.pull_request_review AS
SELECT r.id, ''::text AS body, r.commit_id AS commit_sha, substring(r.pull_request_url FROM '\d+$')::bigint AS pull_request_id, r.state,
	r.submitted_at, (r."user" ->> 'id')::bigint AS user_id
FROM made.object AS o, jsonb_to_record(o.body) AS r (id bigint, state text, submitted_at timestamptz, commit_id text, "user" jsonb,
	pull_request_url text)
WHERE o.source = 'github' AND o.kind = 'review';
CREATE FUNCTION fivetran_github_now.comparable(relation text, "row" jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE
RETURN CASE
	-- Deployments, workflow runs and commits are not read from these tables.
	WHEN relation IN ('deployment', 'build', 'commit') THEN NULL
	WHEN relation IN ('event', 'observation') AND "row" ->> 'entity' ~ ':(deployment|workflow_run):' THEN NULL
	WHEN relation = 'link' AND ("row" ->> 'source' ~ ':(deployment|workflow_run):' OR "row" ->> 'source' ~ '^[0-9a-f]{40}$'
		AND "row" ->> 'kind' <> 'part_of') THEN NULL
	-- Changes of labels are not in the tables,
	WHEN relation = 'event' AND "row" ->> 'method' = 'label' THEN NULL
	-- nor are ids of nodes and addresses.
	WHEN relation = 'item_alias' AND "row" ->> 'alias' LIKE '%:node:%' THEN NULL
	WHEN relation = 'merge_request' THEN "row" - 'url'
	-- Labels have no order there, and milestones, whose days are due dates, are not read.
	WHEN relation = 'item' THEN "row" - '{url,told}'::text[] || jsonb_build_object('tags', (SELECT jsonb_agg(t.tag ORDER BY t.tag)
		FROM jsonb_array_elements("row" -> 'tags') AS t (tag)))
	WHEN relation = 'event' THEN "row" #- '{attributes,url}'
	ELSE "row" END;
-- That an issue is closed is told by the issue, too, while it is, and then by its latest version.
CREATE FUNCTION fivetran_github_now.lasting(relation text, "row" jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE
RETURN CASE relation WHEN 'event' THEN "row" - 'told_at' ELSE "row" END;
