/*
 * GitLab's own database, as a logical replica has it: its numbers for states become the words of the
 * REST interface, whose objects are made of its rows.
 */

CREATE FUNCTION vsm.gitlab_database_tables() RETURNS SETOF vsm.attached_table
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 19
BEGIN ATOMIC
	-- (Tools that copy databases say when they wrote a row.)
	SELECT t.name, t.columns, CASE WHEN t.changed LIKE '%\_at'
		THEN '_fivetran_synced|_airbyte_extracted_at|_airbyte_emitted_at|_sdc_batched_at|' || t.changed ELSE t.changed END
	FROM (VALUES
		('issues!', 'id! text, iid number, project_id text, title text, description text, created_at! time, updated_at time, '
			'closed_at time, state_id! text, weight number, due_date json, work_item_type_id text, issue_type text, '
			'_fivetran_deleted flag, _fivetran_synced|_ab_cdc_deleted_at|_sdc_deleted_at time, '
			'_airbyte_extracted_at|_airbyte_emitted_at|_sdc_batched_at time', 'updated_at'),
		('work_item_types', 'id! text, base_type text, name text', '='),
		('resource_state_events', 'id! text, issue_id text, merge_request_id text, created_at! time, state! text', 'created_at'),
		('resource_label_events', 'id! text, issue_id text, merge_request_id text, created_at! time, action! text, label_id text',
			'created_at'),
		('labels', 'id! text, title text', NULL),
		('label_links', 'label_id! text, target_id! text, target_type! text', 'updated_at'),
		('merge_requests', 'id! text, iid number, source_project_id text, target_project_id text, source_branch text, target_branch text, '
			'title text, description text, created_at! time, updated_at time, state_id! text, merge_commit_sha text, '
			'squash_commit_sha json, draft flag, author_id text, latest_merge_request_diff_id text', 'updated_at'),
		('merge_request_diffs', 'id! text, head_commit_sha text', NULL),
		('approvals', 'id! text, merge_request_id! text, user_id text, created_at time', 'updated_at'),
		('notes', 'id! text, note! text, noteable_type! text, noteable_id! text, author_id text, system flag, created_at! time',
			'updated_at'),
		('users', 'id! text, username text, name text', NULL),
		('merge_request_metrics', 'merge_request_id! text, merged_at time, latest_closed_at time', 'updated_at'),
		('deployments', 'id! text, project_id text, environment_id text, ref text, sha text, created_at! time, updated_at time, '
			'finished_at time, status! text, deployable_id text', 'updated_at'),
		('environments', 'id! text, name text, tier text', NULL),
		('ci_builds', 'id! text, name text, stage text, status text, created_at time, queued_at time, started_at time, '
			'finished_at time, commit_id text, project_id text, ref text, type text', 'updated_at'),
		('p_ci_builds', 'id! text, name text, stage text, status text, created_at time, queued_at time, started_at time, '
			'finished_at time, commit_id text, project_id text, ref text, type text', 'updated_at'),
		('ci_pipelines', 'id! text, sha text, ref text, status text, created_at time, updated_at time, started_at time, '
			'finished_at time, project_id text', 'updated_at'),
		('p_ci_pipelines', 'id! text, sha text, ref text, status text, created_at time, updated_at time, started_at time, '
			'finished_at time, project_id text', 'updated_at'),
		('routes', 'source_id! text, source_type! text, path! text', NULL)) AS t (name, columns, changed);
END;
COMMENT ON FUNCTION vsm.gitlab_database_tables() IS 'the tables of GitLab''s own database; a part of vsm.attach_gitlab_database';

CREATE FUNCTION vsm.gitlab_database_parts() RETURNS SETOF vsm.attached_part
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 12
BEGIN ATOMIC
	SELECT p.part, p.keys::text[], p.reader, replace(p.statement, '{project}',
		$sql$(SELECT r.source_id, min(r.path) AS path FROM [[routes]] AS r WHERE r.source_type = 'Project' GROUP BY r.source_id)$sql$)
	FROM (VALUES
		('deleted', '{issues.id}', NULL, vsm.attached_ends($sql$
			SELECT $2 || CASE WHEN coalesce(t.base_type, i.issue_type, (i.work_item_type_id::numeric - 1)::text) = '7' THEN ':epic:'
					ELSE ':issue:' END || i.id AS entity, coalesce(i._fivetran_synced, CASE WHEN i._fivetran_deleted THEN i.updated_at
					ELSE greatest(i._airbyte_extracted_at, i.updated_at) END) AS at, i._fivetran_deleted AS is_gone,
				CASE i.state_id WHEN '1' THEN 'opened' WHEN '2' THEN 'closed' END AS state, NULL AS state_id
			FROM [[issues.id]] AS i LEFT JOIN [[work_item_types]] AS t ON t.id = i.work_item_type_id$sql$, 'deleted')),
		('issues', '{issues.id,label_links.target_id}', 'gitlab_issue', $sql$
		WITH label AS MATERIALIZED (
			SELECT k.target_id, jsonb_agg(DISTINCT l.title ORDER BY l.title) AS labels
			FROM [[label_links.target_id]] AS k JOIN [[labels]] AS l ON l.id = k.label_id WHERE k.target_type = 'Issue'
				GROUP BY k.target_id)
		SELECT jsonb_strip_nulls(vsm.json_build('id', i.id, 'iid', i.iid, 'project_id', i.project_id, 'title', i.title,
				'description', i.description, 'created_at', i.created_at, 'updated_at', i.updated_at, 'closed_at', i.closed_at,
				'state', CASE i.state_id WHEN '1' THEN 'opened' WHEN '2' THEN 'closed' END,
				'references', vsm.json_build('full', p.path || '#' || i.iid),
				'issue_type', CASE coalesce(t.base_type, i.issue_type, CASE WHEN t.id IS NULL AND NOT y.are_there
						THEN (i.work_item_type_id::numeric - 1)::text END)
					WHEN '0' THEN 'issue' WHEN '1' THEN 'incident'
					WHEN '2' THEN 'test_case' WHEN '3' THEN 'requirement' WHEN '4' THEN 'task' WHEN '5' THEN 'objective'
					WHEN '6' THEN 'key_result' WHEN '7' THEN 'epic' WHEN '8' THEN 'ticket'
					ELSE coalesce(lower(t.name), 'type ' || i.work_item_type_id) END))
			|| vsm.json_build('labels', coalesce(l.labels, '[]'), 'weight', i.weight, 'due_date', i.due_date) AS body
		FROM [[issues.id]] AS i LEFT JOIN {project} AS p ON p.source_id = i.project_id LEFT JOIN label AS l ON l.target_id = i.id
			LEFT JOIN [[work_item_types]] AS t ON t.id = i.work_item_type_id,
			-- Types are numbered in their order in versions that have no table of them.
			(SELECT EXISTS (SELECT FROM [[work_item_types]] AS t) AS are_there OFFSET 0) AS y
		-- (Of a row that was deleted there may be nothing but the id.)
		WHERE i._fivetran_deleted IS NOT TRUE OR i.created_at IS NOT NULL$sql$),
		('resource_state_events', '{resource_state_events.id}', 'gitlab_resource_event', $sql$
		SELECT vsm.json_build('id', e.id, 'created_at', e.created_at, 'resource_id', coalesce(e.issue_id, e.merge_request_id),
			'resource_type', CASE WHEN e.issue_id IS NULL THEN 'MergeRequest' ELSE 'Issue' END, 'state', CASE e.state WHEN '1' THEN 'opened'
				WHEN '2' THEN 'closed' WHEN '3' THEN 'merged' WHEN '4' THEN 'locked' WHEN '5' THEN 'reopened' END) AS body
		FROM [[resource_state_events.id]] AS e WHERE coalesce(e.issue_id, e.merge_request_id) IS NOT NULL$sql$),
		('resource_label_events', '{resource_label_events.id}', 'gitlab_resource_event', $sql$
		SELECT vsm.json_build('id', e.id, 'created_at', e.created_at, 'resource_id', coalesce(e.issue_id, e.merge_request_id),
			'resource_type', CASE WHEN e.issue_id IS NULL THEN 'MergeRequest' ELSE 'Issue' END,
			'label', vsm.json_build('name', l.title), 'action', CASE e.action WHEN '1' THEN 'add' WHEN '2' THEN 'remove' END) AS body
		FROM [[resource_label_events.id]] AS e JOIN [[labels]] AS l ON l.id = e.label_id
		WHERE coalesce(e.issue_id, e.merge_request_id) IS NOT NULL$sql$),
		('merge_requests', '{merge_requests.id,merge_request_metrics.merge_request_id}', 'gitlab_merge_request', $sql$
		SELECT jsonb_strip_nulls(vsm.json_build('id', m.id, 'iid', m.iid, 'title', m.title, 'description', m.description,
			'source_branch', m.source_branch, 'target_branch', m.target_branch, 'source_project_id', m.source_project_id,
			'target_project_id', m.target_project_id, 'created_at', m.created_at, 'updated_at', m.updated_at, 'draft', m.draft,
			'state', CASE m.state_id WHEN '1' THEN 'opened' WHEN '2' THEN 'closed' WHEN '3' THEN 'merged' WHEN '4' THEN 'locked' END,
			'merge_commit_sha', m.merge_commit_sha, 'squash_commit_sha', ltrim(m.squash_commit_sha #>> '{}', '\x'), 'sha',
				d.head_commit_sha,
			'author', vsm.json_build('username', u.username, 'name', u.name), 'merged_at', t.merged_at,
			'closed_at', CASE m.state_id WHEN '2' THEN t.latest_closed_at END,
			'references', vsm.json_build('full', p.path || '!' || m.iid))) AS body
		FROM [[merge_requests.id]] AS m LEFT JOIN {project} AS p ON p.source_id = m.target_project_id
			LEFT JOIN [[merge_request_metrics.merge_request_id]] AS t ON t.merge_request_id = m.id
			LEFT JOIN [[merge_request_diffs]] AS d ON d.id = m.latest_merge_request_diff_id
			LEFT JOIN [[users]] AS u ON u.id = m.author_id$sql$),
		-- Whether those who approved are enough is said by rules.
		('approvals', '{approvals.merge_request_id}', 'gitlab_approvals', $sql$
		SELECT vsm.json_build('id', a.merge_request_id, 'approved_by', jsonb_agg(vsm.json_build('user',
			vsm.json_build('username',
			u.username), 'approved_at', a.created_at) ORDER BY a.created_at, a.id)) AS body
		FROM [[approvals.merge_request_id]] AS a LEFT JOIN [[users]] AS u ON u.id = a.user_id GROUP BY a.merge_request_id$sql$),
		-- A note is one of its request, whose author reviews nothing.
		('notes', '{notes.id}', 'gitlab_note', $sql$
		SELECT vsm.json_build('id', n.id, 'body', n.note, 'system', n.system, 'created_at', n.created_at, 'noteable_id', n.noteable_id,
			'noteable_type', n.noteable_type, 'author', vsm.json_build('id', n.author_id, 'username', u.username, 'name', u.name),
			'merge_request', vsm.json_build('id', n.noteable_id, 'author', vsm.json_build('id', m.author_id))) AS body
		FROM [[notes.id]] AS n LEFT JOIN [[merge_requests]] AS m ON m.id = n.noteable_id LEFT JOIN [[users]] AS u ON u.id = n.author_id
		WHERE n.noteable_type = 'MergeRequest'$sql$),
		('deployments', '{deployments.id}', 'gitlab_deployment', $sql$
		SELECT jsonb_strip_nulls(vsm.json_build('id', d.id, 'ref', d.ref, 'sha', d.sha, 'created_at', d.created_at,
			'updated_at', coalesce(d.updated_at, d.finished_at), 'status', CASE d.status WHEN '0' THEN 'created' WHEN '1' THEN 'running'
				WHEN '2' THEN 'success' WHEN '3' THEN 'failed' WHEN '4' THEN 'canceled' WHEN '5' THEN 'skipped' WHEN '6' THEN 'blocked' END,
			'environment', vsm.json_build('name', e.name, 'tier', CASE e.tier WHEN '0' THEN 'production' WHEN '1' THEN 'staging'
				WHEN '2' THEN 'testing' WHEN '3' THEN 'development' WHEN '4' THEN 'other' END),
			'deployable', vsm.json_build('id', d.deployable_id, 'finished_at', d.finished_at),
			'project', vsm.json_build('path_with_namespace', p.path))) AS body
		FROM [[deployments.id]] AS d LEFT JOIN [[environments]] AS e ON e.id = d.environment_id
			LEFT JOIN {project} AS p ON p.source_id = d.project_id$sql$),
		('ci_pipelines', '{ci_pipelines.id}', 'gitlab_pipeline', $sql$
		SELECT jsonb_strip_nulls(vsm.json_build('object_kind', 'pipeline',
			'object_attributes', vsm.json_build('id', c.id, 'sha', c.sha, 'ref', c.ref, 'status', c.status,
				'created_at', c.created_at, 'updated_at', c.updated_at, 'started_at', c.started_at, 'finished_at', c.finished_at),
			'project', vsm.json_build('path_with_namespace', p.path))) AS body
		FROM [[ci_pipelines.id]] AS c LEFT JOIN {project} AS p ON p.source_id = c.project_id$sql$),
		('p_ci_pipelines', '{p_ci_pipelines.id}', 'gitlab_pipeline', $sql$
		SELECT jsonb_strip_nulls(vsm.json_build('object_kind', 'pipeline',
			'object_attributes', vsm.json_build('id', c.id, 'sha', c.sha, 'ref', c.ref, 'status', c.status,
				'created_at', c.created_at, 'updated_at', c.updated_at, 'started_at', c.started_at, 'finished_at', c.finished_at),
			'project', vsm.json_build('path_with_namespace', p.path))) AS body
		FROM [[p_ci_pipelines.id]] AS c LEFT JOIN {project} AS p ON p.source_id = c.project_id$sql$),
		-- The newer tables are partitioned, and the older ones parts of them.
		('ci_builds', '{ci_builds.id}', 'gitlab_job', $sql$
		SELECT jsonb_strip_nulls(vsm.json_build('id', b.id, 'name', b.name, 'stage', b.stage, 'status', b.status,
			'created_at', b.created_at, 'started_at', b.started_at, 'finished_at', b.finished_at, 'ref', b.ref, 'pipeline_id', b.commit_id,
			'sha', c.sha, 'queued_duration', extract(epoch FROM b.started_at - b.queued_at),
			'project', vsm.json_build('path_with_namespace', p.path))) AS body
		FROM [[ci_builds.id]] AS b LEFT JOIN (
				SELECT c.id, c.sha FROM [[ci_pipelines]] AS c UNION SELECT c.id, c.sha
					FROM [[p_ci_pipelines]] AS c) AS c ON c.id = b.commit_id
			LEFT JOIN {project} AS p ON p.source_id = b.project_id$sql$),
		('p_ci_builds', '{p_ci_builds.id}', 'gitlab_job', $sql$
		SELECT jsonb_strip_nulls(vsm.json_build('id', b.id, 'name', b.name, 'stage', b.stage, 'status', b.status,
			'created_at', b.created_at, 'started_at', b.started_at, 'finished_at', b.finished_at, 'ref', b.ref, 'pipeline_id', b.commit_id,
			'sha', c.sha, 'queued_duration', extract(epoch FROM b.started_at - b.queued_at),
			'project', vsm.json_build('path_with_namespace', p.path))) AS body
		FROM [[p_ci_builds.id]] AS b LEFT JOIN (
				SELECT c.id, c.sha FROM [[ci_pipelines]] AS c UNION SELECT c.id, c.sha
					FROM [[p_ci_pipelines]] AS c) AS c ON c.id = b.commit_id
			LEFT JOIN {project} AS p ON p.source_id = b.project_id$sql$)) AS p (part, keys, reader, statement);
END;
COMMENT ON FUNCTION vsm.gitlab_database_parts() IS 'what is read of GitLab''s own database; a part of vsm.attach_gitlab_database';

CREATE PROCEDURE vsm.attach_gitlab_database(model text, source_schema text, source text DEFAULT 'gitlab',
	full_pass interval DEFAULT '1 day')
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	CALL vsm.attach(model, source_schema, 'gitlab_database', source, full_pass);
END
$$;
COMMENT ON PROCEDURE vsm.attach_gitlab_database(text, text, text, interval) IS
	'has vsm.refresh read issues, merge requests, their events, deployments, pipelines and jobs from a replica of GitLab''s own database';
