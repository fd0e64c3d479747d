/*
 * GitLab as Airbyte leaves it: a table a stream, whose columns are the members of the objects of the
 * REST interface. Some that are objects there are only ids here: the author of an issue, the commit
 * of a job. When a pipeline began and ended is in a stream of its own.
 */

CREATE FUNCTION vsm.airbyte_gitlab_tables() RETURNS SETOF vsm.attached_table
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 11
BEGIN ATOMIC
	SELECT t.name, 'id! text, object row', '_airbyte_extracted_at|_airbyte_emitted_at'
	FROM unnest(ARRAY['issues', 'epics', 'merge_request_approvals', 'jobs', 'deployments', 'commits']) AS t (name)
	UNION ALL
	SELECT t.name, 'id! text, updated_at time, object row', '_airbyte_extracted_at|_airbyte_emitted_at'
	FROM unnest(ARRAY['pipelines', 'pipelines_extended']) AS t (name)
	UNION ALL
	SELECT 'merge_requests', 'id! text, author_id text, author json, object row', '_airbyte_extracted_at|_airbyte_emitted_at'
	UNION ALL
	SELECT 'merge_request_notes', 'id! text, noteable_type text, noteable_id text, object row',
		'_airbyte_extracted_at|_airbyte_emitted_at'
	UNION ALL
	SELECT 'releases', 'tag_name! text, object row', '_airbyte_extracted_at|_airbyte_emitted_at';
END;
COMMENT ON FUNCTION vsm.airbyte_gitlab_tables() IS 'the tables of GitLab as Airbyte leaves it; a part of vsm.attach_airbyte_gitlab';

CREATE FUNCTION vsm.airbyte_gitlab_parts() RETURNS SETOF vsm.attached_part
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 11
BEGIN ATOMIC
	SELECT t.name, ARRAY[t.name || '.' || t.key], t.reader, format('SELECT %s AS body FROM [[%s.%s]] AS r', t.body, t.name, t.key)
	FROM (VALUES
		('issues', 'id', 'gitlab_issue', $sql$r.object || CASE WHEN vsm.json_text(r.object, 'epic_id') IS NOT NULL
			THEN vsm.json_build('epic', vsm.json_build('id', r.object -> 'epic_id')) ELSE jsonb_build_object() END$sql$),
		('epics', 'id', 'gitlab_epic', 'r.object'),
		('merge_requests', 'id', 'gitlab_merge_request', 'r.object'),
		('merge_request_approvals', 'id', 'gitlab_approvals', 'r.object'),
		('pipelines_extended', 'id', 'gitlab_pipeline', 'r.object'),
		('jobs', 'id', 'gitlab_job', $sql$CASE WHEN vsm.json_text(r.object, 'commit_id') IS NOT NULL
			THEN vsm.json_build('sha', r.object -> 'commit_id') ELSE jsonb_build_object() END || r.object$sql$),
		('deployments', 'id', 'gitlab_deployment', 'r.object'),
		('commits', 'id', 'gitlab_commit', 'r.object'),
		('releases', 'tag_name', 'gitlab_release', 'r.object')) AS t (name, key, reader, body)
	UNION ALL
	SELECT 'pipelines', '{pipelines.id}', 'gitlab_pipeline', $sql$
		SELECT r.object AS body FROM [[pipelines.id]] AS r
		WHERE NOT EXISTS (SELECT FROM [[pipelines_extended.id]] AS x WHERE x.id = r.id AND (x.updated_at < r.updated_at) IS NOT TRUE)$sql$
	UNION ALL
	-- A note is one of its request, which may come after it, and whose author reviews nothing.
	SELECT 'merge_request_notes', '{merge_request_notes.noteable_id,merge_requests.id}', 'gitlab_note', $sql$
		SELECT n.object || vsm.json_build('merge_request', vsm.json_build('id', n.noteable_id, 'author', vsm.json_build('id',
			coalesce(m.author_id, m.author ->> 'id')))) AS body
		FROM [[merge_request_notes.noteable_id]] AS n LEFT JOIN (
			SELECT DISTINCT ON (m.id) m.* FROM [[merge_requests]] AS m ORDER BY m.id) AS m ON m.id = n.noteable_id
		WHERE n.noteable_type IS NOT DISTINCT FROM 'MergeRequest'$sql$;
END;
COMMENT ON FUNCTION vsm.airbyte_gitlab_parts() IS 'what is read of GitLab as Airbyte leaves it; a part of vsm.attach_airbyte_gitlab';

CREATE PROCEDURE vsm.attach_airbyte_gitlab(model text, source_schema text, source text DEFAULT 'gitlab', full_pass interval DEFAULT '1 day')
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	CALL vsm.attach(model, source_schema, 'airbyte_gitlab', source, full_pass);
END
$$;
COMMENT ON PROCEDURE vsm.attach_airbyte_gitlab(text, text, text, interval) IS
	'has vsm.refresh read issues, epics, merge requests with their approvals and notes, pipelines, jobs, deployments, commits and releases '
	'of GitLab that Airbyte loads into tables of a schema';
