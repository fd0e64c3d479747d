-- GitHub as Airbyte leaves it: a table a stream, with the name of the repository in each.
CREATE SCHEMA airbyte_github_now;
CREATE VIEW airbyte_github_now.issues AS
SELECT r.*, 'pay/tickets'::text AS repository, NULL::jsonb AS pull_request, NULL::jsonb AS milestone
FROM made.object AS o, jsonb_to_record(o.body) AS r (id bigint, node_id text, number bigint, title text, body text, state text,
	state_reason text, created_at timestamptz, updated_at timestamptz, closed_at timestamptz, labels jsonb, "user" jsonb, html_url text,
	repository_url text)
WHERE o.source = 'github' AND o.kind = 'issue' AND NOT o.is_deleted;
CREATE VIEW airbyte_github_now.issue_events AS
SELECT r.*, 'pay/tickets'::text AS repository
FROM made.object AS o, jsonb_to_record(o.body) AS r (id bigint, event text, created_at timestamptz, issue jsonb, label jsonb)
WHERE o.source = 'github' AND o.kind = 'issue_event';
CREATE VIEW airbyte_github_now.pull_requests AS
SELECT r.*, substring(r.html_url FROM 'com/(.*)/pull/') AS repository
FROM made.object AS o, jsonb_to_record(o.body) AS r (id bigint, node_id text, number bigint, title text, body text, state text,
	draft boolean,
	created_at timestamptz, updated_at timestamptz, closed_at timestamptz, merged_at timestamptz, "user" jsonb, head jsonb, base jsonb,
	merge_commit_sha text, html_url text, url text)
WHERE o.source = 'github' AND o.kind = 'pull_request';
CREATE VIEW airbyte_github_now.reviews AS
SELECT r.*, substring(r.pull_request_url FROM 'repos/(.*)/pulls/') AS repository
FROM made.object AS o, jsonb_to_record(o.body) AS r (id bigint, state text, submitted_at timestamptz, commit_id text, "user" jsonb,
	pull_request_url text)
WHERE o.source = 'github' AND o.kind = 'review';
CREATE VIEW airbyte_github_now.deployments AS
SELECT r.*, substring(r.url FROM 'repos/(.*)/deployments/') AS repository
FROM made.object AS o, jsonb_to_record(o.body) AS r (id bigint, node_id text, sha text, ref text, task text, payload jsonb,
	environment text,
	created_at timestamptz, updated_at timestamptz, url text, statuses_url text, repository_url text)
WHERE o.source = 'github' AND o.kind = 'deployment';
CREATE VIEW airbyte_github_now.deployment_statuses AS
SELECT r.*, substring(r.url FROM 'repos/(.*)/deployments/') AS repository, substring(r.deployment_url FROM '\d+$')::bigint AS deployment_id
FROM made.object AS o, jsonb_to_record(o.body) AS r (id bigint, node_id text, state text, environment text, created_at timestamptz,
	updated_at timestamptz, target_url text, log_url text, deployment_url text, repository_url text, url text)
WHERE o.source = 'github' AND o.kind = 'deployment_status';
CREATE VIEW airbyte_github_now.workflow_runs AS
SELECT r.*
FROM made.object AS o, jsonb_to_record(o.body) AS r (id bigint, name text, head_branch text, head_sha text, run_number bigint,
	run_attempt bigint, event text, status text, conclusion text, created_at timestamptz, run_started_at timestamptz,
		updated_at timestamptz,
	html_url text, repository jsonb)
WHERE o.source = 'github' AND o.kind = 'workflow_run';
CREATE VIEW airbyte_github_now.commits AS
SELECT r.*, substring(r.html_url FROM 'com/(.*)/commit/') AS repository, 'main'::text AS branch,
	(r.commit #>> '{committer,date}')::timestamptz
	AS created_at
FROM made.object AS o, jsonb_to_record(o.body) AS r (sha text, node_id text, commit jsonb, author jsonb, parents jsonb, html_url text,
	url text)
WHERE o.source = 'github' AND o.kind = 'commit';
CREATE FUNCTION airbyte_github_now.comparable(relation text, "row" jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE
RETURN "row";
-- That an issue is closed is told by the issue, too, while it is, and then by its latest version.
CREATE FUNCTION airbyte_github_now.lasting(relation text, "row" jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE
RETURN CASE relation WHEN 'event' THEN "row" - 'told_at' ELSE "row" END;
