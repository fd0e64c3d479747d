/*
 * The domain layer of Apache DevLake, in which whatever its tools collect has one shape. Entities are
 * named by DevLake's ids: devlake:issue:jira:JiraIssue:1:10063. States of issues are original ones,
 * since which of them are done is for a workflow to say.
 */

CREATE FUNCTION vsm.devlake_tables() RETURNS SETOF vsm.attached_table
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 22
BEGIN ATOMIC
	VALUES
		('issues', 'id! text, url text, issue_key text, title text, type text, original_type text, status text, original_status text, '
			'story_point number, resolution_date time, created_date! time, updated_date time, parent_issue_id text, priority text, '
			'severity text, due_date json', 'updated_at'),
		('issue_labels', 'issue_id! text, label_name! text', 'updated_at'),
		('sprints', 'id! text, name text', NULL),
		('issue_changelogs', 'id! text, issue_id! text, field_id text, field_name! text, original_from_value text, '
			'original_to_value! text, created_date! time', 'updated_at'),
		('boards', 'id! text, name text', '='),
		('board_issues', 'board_id! text, issue_id! text', 'updated_at'),
		('issue_relationships', 'source_issue_id! text, target_issue_id! text, original_type! text, updated_at time', 'updated_at'),
		('issue_commits', 'issue_id! text, commit_sha! text', 'updated_at'),
		('incidents', 'id! text, url text, title text, status text, original_status text, resolution_date time, created_date! time, '
			'updated_date time, priority text, severity text, scope_id text, table text', 'updated_at'),
		('project_mapping', 'project_name! text, table! text, row_id! text', '='),
		('repos', 'id! text, name text', '='),
		('pull_requests', 'id! text, base_repo_id text, status text, original_status text, title text, description text, url text, '
			'pull_request_key text, created_date! time, merged_date time, closed_date time, merge_commit_sha text, head_ref text, '
			'base_ref text, head_commit_sha text, additions number, deletions number, is_draft flag', 'updated_at'),
		('pull_request_issues', 'pull_request_id! text, issue_id! text', 'updated_at'),
		('pull_request_commits', 'pull_request_id! text, commit_sha! text, commit_authored_date time', 'updated_at'),
		('commits', 'sha! text, additions number, deletions number, message text, authored_date time, committed_date time', 'updated_at'),
		('commit_parents', 'commit_sha! text, parent_commit_sha! text', 'updated_at'),
		('repo_commits', 'repo_id! text, commit_sha! text', 'updated_at'),
		('cicd_scopes', 'id! text, name text', '='),
		('cicd_pipelines',
			'id! text, name text, result text, status text, original_status text, url text, created_date time, queued_date time, '
			'started_date '
			'time, finished_date time, cicd_scope_id text', 'updated_at'),
		('cicd_pipeline_commits', 'pipeline_id! text, commit_sha! text, branch text, repo_id text', 'updated_at'),
		('cicd_deployment_commits', 'id! text, cicd_scope_id text, cicd_deployment_id text, url text, result text, status text, '
			'original_status text, environment text, original_environment text, created_date time, started_date time, finished_date '
			'time, commit_sha! text, ref_name text, repo_id text, repo_url text', 'updated_at');
END;
COMMENT ON FUNCTION vsm.devlake_tables() IS 'the tables of DevLake''s domain layer; a part of vsm.attach_devlake';

CREATE FUNCTION vsm.devlake_repository(name text, url text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(name, nullif(regexp_replace(regexp_replace(url, '\.git$', ''), '^[a-z+]+://[^/]+/', ''), ''));
COMMENT ON FUNCTION vsm.devlake_repository(text, text) IS
	'a repository of DevLake by its name, else the path of its address; a part of vsm.attach_devlake';

CREATE FUNCTION vsm.devlake_result(result text, status text, original text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE result WHEN 'SUCCESS' THEN 'success' WHEN 'ABORT' THEN 'canceled'
	WHEN 'FAILURE' THEN CASE WHEN original ~* '(cancel|abort)' THEN 'canceled' ELSE 'failed' END
	ELSE lower(coalesce(result, original, status)) END;
COMMENT ON FUNCTION vsm.devlake_result(text, text, text) IS
	'what became of a pipeline or deployment of DevLake, in the words that vsm has for it: that it was canceled is in its original '
	'status, or in older versions its result; a part of vsm.attach_devlake';

CREATE FUNCTION vsm.devlake_value(what text, value text, sprints jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
	WHEN what = 'due_at' THEN coalesce(substring(value FROM '^(\d{4}-\d\d-\d\d)[ T]'), value)
	WHEN what = 'sprint' AND value LIKE '%:%' THEN (
		SELECT string_agg(coalesce(sprints ->> s.id, s.id), ', ' ORDER BY s.place)
		FROM string_to_table(value, ',') WITH ORDINALITY AS s (id, place))
	ELSE value END;
COMMENT ON FUNCTION vsm.devlake_value(text, text, jsonb) IS
	'a value of a changelog of DevLake: of a due date the day, of sprints, which are ids there, the names; a part of vsm.attach_devlake';

CREATE FUNCTION vsm.devlake_parts() RETURNS SETOF vsm.attached_part
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 9
BEGIN ATOMIC
	VALUES
		('issues', '{issues.id,board_issues.issue_id,issue_labels.issue_id}'::text[], NULL::text, $sql$
		WITH label AS MATERIALIZED (
			SELECT l.issue_id, jsonb_agg(DISTINCT l.label_name ORDER BY l.label_name) AS names
			FROM [[issue_labels.issue_id]] AS l GROUP BY l.issue_id),
		-- Where there are labels at all, an issue without one has none.
		labelled AS MATERIALIZED (SELECT '[]'::jsonb AS none FROM [[issue_labels]] AS l LIMIT 1),
		board AS MATERIALIZED (
			SELECT m.issue_id, min(b.name) AS name
			FROM [[board_issues.issue_id]] AS m JOIN [[boards]] AS b ON b.id = m.board_id
			GROUP BY m.issue_id HAVING count(DISTINCT b.name) = 1),
		issue AS MATERIALIZED (
			SELECT i.*, $2 || ':issue:' || i.id AS entity, coalesce(i.updated_date, i.created_date) AS seen_at,
				coalesce(l.names, (SELECT d.none FROM labelled AS d)) AS tags,
				-- What was a day is its midnight there.
				coalesce(to_jsonb(substring(i.due_date #>> '{}' FROM '^([0-9-]+)[ T]00:00:00(?:\+00(?::00)?|Z)?$')), i.due_date) AS due_day,
				CASE WHEN i.issue_key ~ '^\d+$' THEN coalesce(b.name || '#', '') || i.issue_key ELSE i.issue_key END AS key,
				CASE WHEN i.issue_key ~ '^\d+$' THEN b.name ELSE coalesce(substring(i.issue_key FROM '^(.*)-\d+$'), b.name) END AS project,
				-- What GitHub and GitLab call it, where DevLake has not kept it.
				coalesce(i.original_status, CASE split_part(i.id, ':', 1) || ' ' || i.status WHEN 'github DONE' THEN 'CLOSED'
					WHEN 'github TODO' THEN 'OPEN' WHEN 'gitlab DONE' THEN 'closed' WHEN 'gitlab TODO' THEN 'opened'
						ELSE i.status END) AS state,
				coalesce(i.original_type, i.type) AS source_type, vsm.meaning($3, 'type', coalesce(i.original_type, i.type)) AS meant
			FROM [[issues.id]] AS i LEFT JOIN board AS b ON b.issue_id = i.id LEFT JOIN label AS l ON l.issue_id = i.id)
		SELECT (vsm.fact_row($2, 'item', i.entity, i.seen_at, jsonb_strip_nulls(jsonb_build_object('source', $2, 'key', i.key,
			'project', i.project, 'source_type', i.source_type, 'title', i.title, 'url', i.url, 'created_at', i.created_date, 'size',
				i.story_point,
			'tags', i.tags, 'due_at', vsm.json_day(i.due_day),
			'type', CASE i.type WHEN 'BUG' THEN 'defect' WHEN 'INCIDENT' THEN 'defect' ELSE
				CASE WHEN i.meant IN ('feature', 'defect', 'risk', 'debt', 'other') THEN i.meant WHEN i.meant = 'incident' THEN 'defect'
					WHEN i.type IN ('REQUIREMENT', 'TASK') THEN 'feature' END END))
			-- what it is known not to have
			|| jsonb_build_object('priority', i.priority, 'parent', $2 || ':issue:' || i.parent_issue_id))).*
		FROM issue AS i
		UNION ALL
		SELECT (vsm.fact_alias($2, i.entity, i.key, i.created_date)).* FROM issue AS i WHERE i.key !~ '^\d+$'
		UNION ALL
		-- The issues of GitHub and GitLab begin open; elsewhere the first change says what it came from, or nothing has moved it.
		SELECT (vsm.fact_created($2, i.entity, i.created_date, CASE
			WHEN i.id LIKE 'github:%' THEN 'OPEN' WHEN i.id LIKE 'gitlab:%' THEN 'opened'
			WHEN i.status = 'TODO' AND NOT c.has_moved THEN i.state END)).*
		FROM issue AS i, LATERAL (SELECT EXISTS (SELECT FROM [[issue_changelogs.issue_id]] AS c
			WHERE c.issue_id = i.id AND c.field_name = 'status') AS has_moved) AS c
		UNION ALL
		SELECT (vsm.fact_observed($2, i.entity, CASE WHEN i.status = 'DONE' THEN coalesce(i.resolution_date, i.seen_at) ELSE i.seen_at END,
			i.state)).*
		FROM issue AS i
		WHERE i.state IS NOT NULL AND (i.status IS DISTINCT FROM 'TODO' OR (i.seen_at <= i.created_date) IS NOT TRUE)
		-- (Not where the last change says so: it may be later than what the issue was resolved at.)
		AND NOT EXISTS (SELECT FROM [[issue_changelogs.issue_id]] AS c WHERE c.issue_id = i.id AND c.field_name = 'status')
		UNION ALL
		SELECT (vsm.fact_row($2, 'incident', i.entity, i.seen_at, jsonb_strip_nulls(jsonb_build_object('source', $2,
			'opened_at', i.created_date, 'severity', coalesce(i.severity, i.priority), 'status', i.state, 'title', i.title,
			'url', i.url)) || jsonb_build_object('resolved_at', i.resolution_date))).*
		FROM issue AS i WHERE i.type = 'INCIDENT'$sql$),
		('issue_changelogs', '{issue_changelogs.issue_id}', NULL, $sql$
		WITH change AS MATERIALIZED (
			SELECT c.*, $2 || ':issue:' || c.issue_id AS entity, CASE lower(c.field_name)
				WHEN 'status' THEN 'status' WHEN 'priority' THEN 'priority' WHEN 'issuetype' THEN 'type' WHEN 'project' THEN 'project'
				WHEN 'key' THEN 'key' WHEN 'duedate' THEN 'due_at' ELSE vsm.jira_field($3, c.field_id, c.field_name) END AS what
			FROM [[issue_changelogs.issue_id]] AS c),
		value AS MATERIALIZED (
			SELECT c.id, c.entity, c.created_date, c.what,
				vsm.devlake_value(c.what, c.original_from_value, n.names) AS from_value,
				vsm.devlake_value(c.what, c.original_to_value, n.names) AS to_value
			FROM change AS c, (SELECT jsonb_object_agg(s.id, s.name) AS names FROM [[sprints]] AS s WHERE s.id IS NOT NULL OFFSET 0) AS n
			WHERE c.what NOT IN ('status', 'flag', 'key'))
		SELECT (vsm.fact_event($2, c.entity, c.created_date, c.original_to_value, c.id, previous => c.original_from_value)).*
		FROM change AS c WHERE c.what = 'status'
		UNION ALL
		SELECT (vsm.fact_event($2, c.entity, c.created_date, CASE WHEN c.original_to_value IS NULL THEN 'Unflagged' ELSE 'Flagged' END,
			c.id, attributes => jsonb_build_object('flag', coalesce(c.original_to_value, c.original_from_value)))).*
		FROM change AS c WHERE c.what = 'flag'
		UNION ALL
		SELECT (vsm.fact_change($2, c.entity, c.created_date, c.what, c.to_value, c.id, previous => c.from_value)).*
		FROM value AS c
		UNION ALL
		SELECT (vsm.fact_alias($2, c.entity, k.key, c.created_date)).*
		FROM change AS c, LATERAL (VALUES (c.original_from_value), (c.original_to_value)) AS k (key)
		WHERE c.what = 'key' AND k.key IS NOT NULL$sql$),
		('links', '{issue_relationships.source_issue_id}', NULL, $sql$
		SELECT (vsm.fact_link($2, $2 || ':issue:' || CASE WHEN l.kind LIKE '-%' THEN l.target_issue_id ELSE l.source_issue_id END,
			$2 || ':issue:' || CASE WHEN l.kind LIKE '-%' THEN l.source_issue_id ELSE l.target_issue_id END, ltrim(l.kind, '-'),
			'issue link', seen_at => l.updated_at)).*
		FROM (SELECT l.*, vsm.jira_link_kind(l.original_type) AS kind FROM [[issue_relationships.source_issue_id]] AS l OFFSET 0) AS l
		WHERE l.kind IS NOT NULL$sql$),
		('issue_commits', '{issue_commits.issue_id}', NULL, $sql$
		SELECT (vsm.fact_link($2, c.commit_sha, $2 || ':issue:' || c.issue_id, 'implements', 'issue commits')).*
		FROM [[issue_commits.issue_id]] AS c$sql$),
		('incidents', '{incidents.id}', NULL, $sql$
		SELECT (vsm.fact_row($2, 'incident', $2 || ':issue:' || i.id, coalesce(i.updated_date, i.created_date),
			jsonb_strip_nulls(jsonb_build_object('source', $2, 'service', p.project_name, 'opened_at', i.created_date,
				'severity', coalesce(i.severity, i.priority), 'status', i.original_status, 'title', i.title, 'url', i.url))
			|| jsonb_build_object('resolved_at', i.resolution_date))).*
		FROM [[incidents.id]] AS i LEFT JOIN (
			SELECT p."table", p.row_id, min(p.project_name) AS project_name FROM [[project_mapping]] AS p
			GROUP BY p."table", p.row_id HAVING count(DISTINCT p.project_name) = 1) AS p ON p."table" = i."table"
				AND p.row_id = i.scope_id$sql$),
		('pull_requests', '{pull_requests.id,pull_request_issues.pull_request_id,pull_request_commits.pull_request_id}', NULL, $sql$
		WITH request AS MATERIALIZED (
			SELECT p.*, $2 || ':pull_request:' || p.id AS entity, coalesce(r.name, p.base_repo_id) AS repository, r.name AS repository_name,
				coalesce(p.merged_date, p.closed_date, p.created_date) AS seen_at
			FROM [[pull_requests.id]] AS p LEFT JOIN [[repos]] AS r ON r.id = p.base_repo_id)
		SELECT (vsm.fact_row($2, 'merge_request', p.entity, p.seen_at, jsonb_strip_nulls(jsonb_build_object('source', $2,
			'repository', p.repository, 'title', p.title, 'url', p.url, 'source_branch', p.head_ref, 'target_branch', p.base_ref,
			'state', CASE WHEN p.merged_date IS NOT NULL OR p.status = 'MERGED' THEN 'merged' ELSE coalesce(p.original_status,
				p.status) END,
			'created_at', p.created_date, 'merged_at', p.merged_date,
			'additions', p.additions, 'deletions', p.deletions))
			-- what it is known not to have
			|| jsonb_build_object('closed_at', CASE WHEN p.merged_date IS NULL THEN p.closed_date END))).*
		FROM request AS p
		UNION ALL
		SELECT (vsm.fact_alias($2, p.entity, p.repository_name || CASE WHEN p.id LIKE 'gitlab:%' THEN '!' ELSE '#' END
			|| p.pull_request_key, p.created_date)).*
		FROM request AS p WHERE p.pull_request_key IS NOT NULL AND p.repository_name IS NOT NULL
		UNION ALL
		SELECT (vsm.fact_event($2, p.entity, e.at, e.state, p.entity || ':' || e.state)).*
		FROM request AS p, LATERAL (VALUES ('opened', p.created_date), ('merged', p.merged_date),
			('closed', CASE WHEN p.merged_date IS NULL THEN p.closed_date END)) AS e (state, at)
		WHERE e.at IS NOT NULL
		UNION ALL
		SELECT k.* FROM request AS p, LATERAL vsm.read_keys($2, p.entity, p.created_date, p.head_ref, p.title, p.description) AS k
		UNION ALL
		SELECT (vsm.fact_link($2, p.merge_commit_sha, p.entity, 'part_of', 'merge commit')).*
		FROM request AS p WHERE p.merge_commit_sha IS NOT NULL
		UNION ALL
		SELECT (vsm.fact_link($2, p.head_commit_sha, p.entity, 'part_of', 'head commit')).*
		FROM request AS p WHERE p.head_commit_sha IS NOT NULL
		UNION ALL
		SELECT (vsm.fact_link($2, $2 || ':pull_request:' || l.pull_request_id, $2 || ':issue:' || l.issue_id, 'implements',
			'pull request issues', 0.9)).*
		FROM [[pull_request_issues.pull_request_id]] AS l
		UNION ALL
		SELECT (vsm.fact_link($2, c.commit_sha, $2 || ':pull_request:' || c.pull_request_id, 'part_of', 'pull request commits')).*
		FROM [[pull_request_commits.pull_request_id]] AS c
		UNION ALL
		SELECT (vsm.fact_row($2, 'commit', c.commit_sha, c.commit_authored_date, jsonb_strip_nulls(jsonb_build_object('source', $2,
			'repository', p.repository, 'authored_at', c.commit_authored_date)))).*
		FROM [[pull_request_commits.pull_request_id]] AS c JOIN request AS p ON p.id = c.pull_request_id$sql$),
		('commits', '{commits.sha,commit_parents.commit_sha,repo_commits.commit_sha}', NULL, $sql$
		WITH parent AS MATERIALIZED (
			SELECT p.commit_sha, jsonb_agg(DISTINCT p.parent_commit_sha ORDER BY p.parent_commit_sha) AS parents
			FROM [[commit_parents.commit_sha]] AS p GROUP BY p.commit_sha),
		repository AS MATERIALIZED (
			SELECT c.commit_sha, min(coalesce(r.name, c.repo_id)) AS name
			FROM [[repo_commits.commit_sha]] AS c LEFT JOIN [[repos]] AS r ON r.id = c.repo_id
			GROUP BY c.commit_sha HAVING count(DISTINCT c.repo_id) = 1)
		SELECT (vsm.fact_row($2, 'commit', s.sha, c.committed_date, jsonb_strip_nulls(jsonb_build_object('source', $2,
			'repository', r.name, 'authored_at', c.authored_date, 'committed_at', c.committed_date,
			'title', split_part(c.message, E'\n', 1), 'additions', c.additions, 'deletions', c.deletions, 'parents', p.parents)))).*
		FROM (SELECT c.sha FROM [[commits.sha]] AS c UNION SELECT p.commit_sha FROM parent AS p) AS s
			LEFT JOIN [[commits.sha]] AS c ON c.sha = s.sha LEFT JOIN parent AS p ON p.commit_sha = s.sha
			LEFT JOIN repository AS r ON r.commit_sha = s.sha
		UNION ALL
		SELECT k.* FROM [[commits.sha]] AS c,
			LATERAL vsm.read_keys($2, c.sha, c.committed_date, NULL, split_part(c.message, E'\n', 1),
				substr(c.message, length(split_part(c.message, E'\n', 1)) + 1)) AS k$sql$),
		('cicd_pipelines', '{cicd_pipelines.id,cicd_pipeline_commits.pipeline_id}', NULL, $sql$
		WITH pipeline AS MATERIALIZED (
			SELECT p.*, $2 || ':pipeline:' || p.id AS entity, c.commit_sha, c.branch, coalesce(r.name, s.name) AS repository,
				coalesce(p.finished_date, p.started_date, p.created_date) AS seen_at, vsm.devlake_result(p.result, p.status,
					p.original_status) AS outcome
			FROM [[cicd_pipelines.id]] AS p
				LEFT JOIN (SELECT c.pipeline_id, min(c.commit_sha) AS commit_sha, min(c.branch) AS branch, min(c.repo_id) AS repo_id
					FROM [[cicd_pipeline_commits.pipeline_id]] AS c
					GROUP BY c.pipeline_id HAVING count(DISTINCT c.commit_sha) = 1) AS c ON c.pipeline_id = p.id
				LEFT JOIN [[repos]] AS r ON r.id = c.repo_id LEFT JOIN [[cicd_scopes]] AS s ON s.id = p.cicd_scope_id)
		SELECT (vsm.fact_row($2, 'build', p.entity, p.seen_at, jsonb_strip_nulls(jsonb_build_object('source', $2, 'repository',
			p.repository,
			'job', p.name, 'sha', p.commit_sha, 'ref', p.branch, 'status', p.outcome, 'queued_at', coalesce(p.queued_date, p.created_date),
			'started_at', p.started_date, 'finished_at', p.finished_date, 'url', p.url)))).*
		FROM pipeline AS p
		UNION ALL
		SELECT (vsm.fact_event($2, p.entity, p.finished_date, p.outcome, p.entity || ':' || p.outcome)).*
		FROM pipeline AS p WHERE p.finished_date IS NOT NULL
		UNION ALL
		SELECT (vsm.fact_link($2, p.entity, p.commit_sha, 'builds', 'pipeline')).* FROM pipeline AS p WHERE p.commit_sha IS NOT NULL$sql$),
		('cicd_deployment_commits', '{cicd_deployment_commits.id}', NULL, $sql$
		WITH deployment AS MATERIALIZED (
			SELECT d.*, $2 || ':deployment:' || d.id AS entity, vsm.devlake_repository(r.name, d.repo_url) AS repository,
				coalesce(d.finished_date, d.started_date, d.created_date) AS seen_at, p.project_name,
				vsm.devlake_result(d.result, d.status, d.original_status) AS outcome, coalesce(d.original_environment,
					d.environment) AS deployed_to
			FROM [[cicd_deployment_commits.id]] AS d LEFT JOIN [[repos]] AS r ON r.id = d.repo_id
				LEFT JOIN (SELECT p.row_id, min(p.project_name) AS project_name FROM [[project_mapping]] AS p
					WHERE p."table" = 'cicd_scopes'
					GROUP BY p.row_id HAVING count(DISTINCT p.project_name) = 1) AS p ON p.row_id = d.cicd_scope_id)
		SELECT (vsm.fact_row($2, 'deployment', d.entity, d.seen_at, jsonb_strip_nulls(jsonb_build_object('source', $2,
			'service', d.project_name, 'repository', d.repository, 'environment', d.deployed_to,
			'environment_tier', CASE WHEN d.environment IN ('PRODUCTION', 'STAGING', 'TESTING') THEN lower(d.environment)
				ELSE vsm.meaning($3, 'environment', d.deployed_to) END,
			'sha', d.commit_sha, 'ref', d.ref_name, 'status', d.outcome, 'created_at', d.created_date, 'started_at', d.started_date,
			'finished_at', CASE WHEN d.result IS NOT NULL THEN d.finished_date END, 'url', d.url)))).*
		FROM deployment AS d
		UNION ALL
		SELECT (vsm.fact_event($2, d.entity, e.at, e.state, d.entity || ':' || e.state)).*
		FROM deployment AS d, LATERAL (VALUES ('created', d.created_date), ('running', d.started_date),
			(d.outcome, CASE WHEN d.result IS NOT NULL THEN d.finished_date END))
			AS e (state, at)
		WHERE e.at IS NOT NULL
		UNION ALL
		SELECT (vsm.fact_link($2, d.entity, d.commit_sha, 'deploys', 'deployment')).* FROM deployment AS d$sql$);
END;
COMMENT ON FUNCTION vsm.devlake_parts() IS 'what is read of DevLake''s domain layer; a part of vsm.attach_devlake';

CREATE PROCEDURE vsm.attach_devlake(model text, source_schema text, source text DEFAULT 'devlake', full_pass interval DEFAULT '1 day')
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	CALL vsm.attach(model, source_schema, 'devlake', source, full_pass);
END
$$;
COMMENT ON PROCEDURE vsm.attach_devlake(text, text, text, interval) IS
	'has vsm.refresh read the domain layer of Apache DevLake, whose tables are in a schema: issues, pull requests, commits, pipelines, '
	'deployments, incidents';
