/*
 * GitHub as Airbyte leaves it: a table a stream, whose columns are the members of the objects of the
 * REST interface, and repository, the name of the repository.
 */

CREATE FUNCTION vsm.airbyte_github_tables() RETURNS SETOF vsm.attached_table
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 12
BEGIN ATOMIC
	SELECT t.name, 'id! text, object row', '_airbyte_extracted_at|_airbyte_emitted_at'
	FROM unnest(ARRAY['issues', 'issue_events', 'deployments', 'deployment_statuses', 'workflow_runs', 'workflow_jobs',
		'releases']) AS t (name)
	UNION ALL
	SELECT 'pull_request_commits', 'sha! text, repository! text, pull_number! text, object row', '_airbyte_extracted_at|_airbyte_emitted_at'
	UNION ALL
	SELECT 'pull_request_stats', 'id! text, commits number, additions number, deletions number, updated_at time',
		'_airbyte_extracted_at|_airbyte_emitted_at'
	UNION ALL
	SELECT 'pull_requests', 'id! text, number text, repository text, url text, user json, object row',
		'_airbyte_extracted_at|_airbyte_emitted_at'
	UNION ALL
	SELECT 'reviews', 'id! text, pull_request_url! text, object row', '_airbyte_extracted_at|_airbyte_emitted_at'
	UNION ALL
	SELECT 'commits', 'sha! text, object row', '_airbyte_extracted_at|_airbyte_emitted_at';
END;
COMMENT ON FUNCTION vsm.airbyte_github_tables() IS 'the tables of GitHub as Airbyte leaves it; a part of vsm.attach_airbyte_github';

CREATE FUNCTION vsm.airbyte_github_object(object jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN jsonb_typeof(object -> 'repository') = 'string' THEN object || jsonb_build_object('repository',
		jsonb_build_object('full_name', object -> 'repository')) ELSE object END
	-- A column that is empty is a member that is missing.
	- CASE WHEN object -> 'pull_request' IN ('null', '""') THEN 'pull_request' ELSE '' END
	- CASE WHEN object -> 'node_id' IN ('null', '""') THEN 'node_id' ELSE '' END
	-- The issue that a pull request is, too, is told by its address.
	|| CASE WHEN NOT object #> '{issue}' ? 'pull_request' AND object #>> '{issue,html_url}' ~ '/pull/\d+$' THEN
		jsonb_build_object('issue', object -> 'issue' || '{"pull_request": {}}') ELSE '{}' END;
COMMENT ON FUNCTION vsm.airbyte_github_object(jsonb) IS
	'a row of a table of GitHub as the object that it is in the REST interface; a part of vsm.attach_airbyte_github';

CREATE FUNCTION vsm.airbyte_github_parts() RETURNS SETOF vsm.attached_part
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 12
BEGIN ATOMIC
	SELECT t.name, ARRAY[t.name || '.' || t.key], t.reader, format('SELECT vsm.airbyte_github_object(r.object) AS body FROM [[%s.%s]] AS r',
		t.name, t.key)
	FROM (VALUES
		('issues', 'id', 'github_issue'), ('issue_events', 'id', 'github_issue_event'), ('pull_requests', 'id', 'github_pull_request'),
		('deployments', 'id', 'github_deployment'), ('deployment_statuses', 'id', 'github_deployment'), ('workflow_runs', 'id',
			'github_workflow_run'),
		('workflow_jobs', 'id', 'github_workflow_job'), ('releases', 'id', 'github_release'), ('commits', 'sha', 'github_commit'))
		AS t (name, key, reader)
	UNION ALL
	-- (A request may come after what belongs to it.)
	SELECT 'pull_request_commits', '{pull_request_commits.pull_number,pull_requests.number}', 'github_pull_request_part', $sql$
		SELECT vsm.json_build('pull_request', vsm.json_build('id', p.id), 'commits', jsonb_build_array(c.object)) AS body
		FROM [[pull_request_commits.pull_number]] AS c JOIN (
			SELECT DISTINCT ON (p.repository, p.number) p.* FROM [[pull_requests]] AS p ORDER BY p.repository, p.number) AS p
			ON p.repository = c.repository AND p.number = c.pull_number$sql$
	UNION ALL
	SELECT 'pull_request_stats', '{pull_request_stats.id}', NULL, $sql$
		SELECT (vsm.fact_row($2, 'merge_request', $2 || ':pull_request:' || s.id, s.updated_at, jsonb_strip_nulls(vsm.json_build(
			'commits', s.commits, 'additions', s.additions, 'deletions', s.deletions)))).*
		FROM [[pull_request_stats.id]] AS s$sql$
	UNION ALL
	-- A review names its request by the address only.
	SELECT 'reviews', '{reviews.pull_request_url,pull_requests.url}', 'github_pull_request_part', $sql$
		SELECT vsm.json_build('pull_request', vsm.json_build('id', p.id, 'user', p."user"), 'reviews', jsonb_build_array(r.object))
			AS body
		FROM [[reviews.pull_request_url]] AS r JOIN (
			SELECT DISTINCT ON (p.url) p.* FROM [[pull_requests]] AS p ORDER BY p.url) AS p ON p.url = r.pull_request_url$sql$;
END;
COMMENT ON FUNCTION vsm.airbyte_github_parts() IS 'what is read of GitHub as Airbyte leaves it; a part of vsm.attach_airbyte_github';

CREATE PROCEDURE vsm.attach_airbyte_github(model text, source_schema text, source text DEFAULT 'github', full_pass interval DEFAULT '1 day')
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	CALL vsm.attach(model, source_schema, 'airbyte_github', source, full_pass);
END
$$;
COMMENT ON PROCEDURE vsm.attach_airbyte_github(text, text, text, interval) IS
	'has vsm.refresh read issues, pull requests with their reviews and commits, workflow runs and jobs, deployments and their statuses, '
	'commits and releases of GitHub that Airbyte loads into tables of a schema';
