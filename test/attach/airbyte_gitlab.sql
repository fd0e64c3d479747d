-- GitLab as Airbyte leaves it: a table a stream. Authors are numbers there.
CREATE SCHEMA airbyte_gitlab_now;
CREATE VIEW airbyte_gitlab_now.issues AS
SELECT r.*, 1::bigint AS author_id, NULL::jsonb AS author, 'ISSUE'::text AS type
FROM made.object AS o, jsonb_to_record(o.body) AS r (id bigint, iid bigint, project_id bigint, title text, description text, state text,
	created_at timestamptz, updated_at timestamptz, closed_at timestamptz, labels jsonb, issue_type text, weight bigint, due_date date,
	web_url text, "references" jsonb)
WHERE o.source = 'gitlab' AND o.kind = 'issue' AND NOT o.is_deleted;
CREATE VIEW airbyte_gitlab_now.merge_requests AS
SELECT r.*, 1::bigint AS author_id
FROM made.object AS o, jsonb_to_record(o.body) AS r (id bigint, iid bigint, project_id bigint, source_project_id bigint,
	target_project_id bigint, title text, description text, state text, source_branch text, target_branch text, draft boolean,
	created_at timestamptz, updated_at timestamptz, merged_at timestamptz, closed_at timestamptz, sha text, merge_commit_sha text,
	squash_commit_sha text, web_url text, "references" jsonb)
WHERE o.source = 'gitlab' AND o.kind = 'merge_request';
CREATE VIEW airbyte_gitlab_now.merge_request_approvals AS
SELECT r.*, r.iid AS merge_request_iid
FROM made.object AS o, jsonb_to_record(o.body) AS r (id bigint, iid bigint, project_id bigint, approved boolean, approvals_left bigint,
	updated_at timestamptz, approved_by jsonb)
WHERE o.source = 'gitlab' AND o.kind = 'approvals';
CREATE VIEW airbyte_gitlab_now.merge_request_notes AS
SELECT r.*, r.noteable_iid AS merge_request_iid
FROM made.object AS o, jsonb_to_record(o.body) AS r (id bigint, project_id bigint, type text, body text, author jsonb,
	created_at timestamptz,
	updated_at timestamptz, system boolean, noteable_id bigint, noteable_type text, noteable_iid bigint)
WHERE o.source = 'gitlab' AND o.kind = 'note';
CREATE VIEW airbyte_gitlab_now.pipelines AS
SELECT r.*
FROM made.object AS o, jsonb_to_record(o.body) AS r (id bigint, project_id bigint, sha text, ref text, status text, created_at timestamptz,
	updated_at timestamptz, web_url text)
WHERE o.source = 'gitlab' AND o.kind = 'pipeline';
CREATE VIEW airbyte_gitlab_now.pipelines_extended AS
SELECT r.*
FROM made.object AS o, jsonb_to_record(o.body) AS r (id bigint, project_id bigint, sha text, ref text, status text, created_at timestamptz,
	updated_at timestamptz, web_url text, started_at timestamptz, finished_at timestamptz, duration bigint)
WHERE o.source = 'gitlab' AND o.kind = 'pipeline';
CREATE VIEW airbyte_gitlab_now.deployments AS
SELECT r.*, r.environment ->> 'name' AS environment_name, (r.environment ->> 'id')::bigint AS environment_id
FROM made.object AS o, jsonb_to_record(o.body) AS r (id bigint, iid bigint, status text, ref text, sha text, created_at timestamptz,
	updated_at timestamptz, environment jsonb, deployable jsonb, project_id bigint)
WHERE o.source = 'gitlab' AND o.kind = 'deployment';
CREATE VIEW airbyte_gitlab_now.commits AS
SELECT r.*
FROM made.object AS o, jsonb_to_record(o.body) AS r (id text, short_id text, created_at timestamptz, parent_ids jsonb, title text,
	message text, author_name text, author_email text, authored_date timestamptz, committed_date timestamptz, web_url text)
WHERE o.source = 'gitlab' AND o.kind = 'commit';
CREATE FUNCTION airbyte_gitlab_now.comparable(relation text, "row" jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE
RETURN CASE
	-- No stream has the events of issues and requests: what happened to an issue before it was closed for good is not known.
	WHEN relation = 'event' AND "row" ->> 'entity' LIKE '%:issue:%' AND ("row" ->> 'method' = 'label' OR "row" ->> 'state' IN ('closed',
		'reopened')) THEN NULL
	WHEN relation = 'observation' AND "row" ->> 'entity' LIKE '%:issue:%' THEN NULL
	-- Who opened it is a number.
	WHEN relation = 'merge_request' THEN "row" - 'author_kind'
	ELSE "row" END;
-- It has when something was closed only while it is.
CREATE FUNCTION airbyte_gitlab_now.lasting(relation text, "row" jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE
RETURN CASE WHEN NOT (relation = 'event' AND "row" ->> 'state' IN ('closed', 'reopened')) THEN "row" END;
