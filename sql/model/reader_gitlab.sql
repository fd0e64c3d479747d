/*
 * GitLab: webhooks and the same objects of the REST API.
 *
 * Entities are SOURCE:issue:ID, SOURCE:merge_request:ID, SOURCE:pipeline:ID, SOURCE:job:ID and
 * SOURCE:deployment:ID with GitLab's global ids, SOURCE:release:PROJECT@TAG, SOURCE:tag:PROJECT@TAG
 * and SOURCE:branch:PROJECT@BRANCH, and the SHAs of commits. A project is its path: shop/checkout.
 * Issues are items, and "shop/checkout#12" is an alias of one.
 *
 * Events that a webhook and the API both tell of have the same id; the earlier time is kept.
 * Labels are events with method "label": the name when added, "NAME removed" when removed.
 */

CREATE FUNCTION vsm.gitlab_project(url text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT substring(url FROM
		'^[a-z]+://[^/]+/(.+?)(?:/-)?/'
		'(?:issues|work_items|merge_requests|pipelines|jobs|commits?|tags|releases|environments|deployments)(?:/|$)');
END;
COMMENT ON FUNCTION vsm.gitlab_project(text) IS
	'the path of the project that the address of an object of GitLab lies in: shop/checkout; NULL if it is none';

CREATE FUNCTION vsm.gitlab_labels(labels jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	-- Texts in the API; objects with a title in webhooks, with a name when asked for with details.
	SELECT jsonb_path_query_array(labels, '$[*] ? (@.type() == "string")')
		|| jsonb_path_query_array(labels, '$[*].title') || jsonb_path_query_array(labels, '$[*] ? (!exists(@.title)).name');
END;
COMMENT ON FUNCTION vsm.gitlab_labels(jsonb) IS 'the names of labels, however GitLab writes them';

CREATE FUNCTION vsm.gitlab_closes(message text, project text) RETURNS SETOF text
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT coalesce(nullif(r.reference[1], ''), project) || '#' || r.reference[2]
	FROM regexp_matches(message,
			'\m(?:clos(?:e[sd]?|ing)|fix(?:e[sd]|ing)?|resolv(?:e[sd]?|ing)|implement(?:s|ed|ing)?):?\s+'
			'((?:(?:issues?\s+)?[\w./-]*#\d+(?:\s*,\s*and\s+|\s*,\s*|\s+and\s+)?)+)', 'gi') AS m (phrase),
		regexp_matches(m.phrase[1], '([\w./-]*)#(\d+)', 'g') AS r (reference);
END;
COMMENT ON FUNCTION vsm.gitlab_closes(text, text) IS
	'the issues of GitLab that a message closes ("Closes #4, shop/web#6"), as PROJECT#NUMBER; project is that of a bare #4';

/*
 * What issues and merge requests have in common: opened, closed, reopened, labelled. object is
 * the object as the API has it, or a webhook's object_attributes; changes are a webhook's.
 */
CREATE FUNCTION vsm.read_gitlab_states(source text, entity text, object jsonb, changes jsonb, attributes jsonb) RETURNS SETOF vsm.old_fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 3
BEGIN ATOMIC
	SELECT source, 'event', entity, f.at, f.state, entity || ':' || f.id, NULL::text, NULL::text, NULL::text, NULL::text, NULL::bigint,
		f.method, NULL::float8, NULL::timestamptz, f.details
	FROM (
		SELECT vsm.payload_time(object ->> 'created_at') AS created_at, vsm.payload_time(object ->> 'updated_at') AS updated_at,
			object ->> 'action' AS action, object ->> 'state' AS state OFFSET 0) AS o,
	LATERAL (
		SELECT o.created_at AS at, 'opened' AS state, 'opened' AS id, NULL::text AS method, attributes AS details
		UNION ALL
		SELECT c.at, 'closed', 'closed:' || floor(extract(epoch FROM c.at)), NULL, NULL
		FROM (SELECT coalesce(
				CASE WHEN o.state = 'closed' THEN vsm.payload_time(object ->> 'closed_at') END,
				CASE o.action WHEN 'close' THEN o.updated_at END) AS at OFFSET 0) AS c
		UNION ALL
		SELECT o.updated_at, 'reopened', 'reopened:' || floor(extract(epoch FROM o.updated_at)), NULL, NULL
		WHERE o.action = 'reopen'
		UNION ALL
		SELECT m.at, 'merged', 'merged', NULL, NULL
		FROM (SELECT coalesce(vsm.payload_time(object ->> 'merged_at'),
			CASE o.action WHEN 'merge' THEN o.updated_at END) AS at OFFSET 0) AS m
		UNION ALL
		SELECT o.updated_at, o.action, o.action || ':' || floor(extract(epoch FROM o.updated_at)), NULL, NULL
		WHERE o.action IN ('approved', 'unapproved')
		UNION ALL
		SELECT o.updated_at, d.state, d.state || ':' || floor(extract(epoch FROM o.updated_at)), NULL, NULL
		FROM (SELECT CASE changes #>> '{draft,current}' WHEN 'true' THEN 'draft' WHEN 'false' THEN 'ready' END AS state OFFSET 0) AS d
		WHERE d.state IS NOT NULL
		UNION ALL
		SELECT o.updated_at, l.state, 'label:' || l.state || ':' || floor(extract(epoch FROM o.updated_at)), 'label', NULL
		FROM (
			SELECT c.label AS state
			FROM jsonb_array_elements_text(vsm.gitlab_labels(changes #> '{labels,current}')) AS c (label)
			WHERE NOT vsm.gitlab_labels(changes #> '{labels,previous}') ? c.label
			UNION ALL
			SELECT p.label || ' removed'
			FROM jsonb_array_elements_text(vsm.gitlab_labels(changes #> '{labels,previous}')) AS p (label)
			WHERE NOT vsm.gitlab_labels(changes #> '{labels,current}') ? p.label) AS l) AS f
	WHERE f.at IS NOT NULL;
END;
COMMENT ON FUNCTION vsm.read_gitlab_states(text, text, jsonb, jsonb, jsonb) IS
	'the events of an issue or a merge request of GitLab that the object and a webhook''s changes tell of';

CREATE FUNCTION vsm.read_gitlab_issue_object(source text, issue jsonb, changes jsonb, project text) RETURNS SETOF vsm.old_fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 5
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT source || ':issue:' || (issue ->> 'id') AS entity,
			project || '#' || (issue ->> 'iid') AS key,
			lower(coalesce(issue ->> 'issue_type', issue ->> 'type', 'issue')) AS issue_type,
			coalesce(issue ->> 'web_url', issue ->> 'url') AS url,
			vsm.gitlab_labels(issue -> 'labels') AS labels,
			vsm.payload_time(issue ->> 'created_at') AS created_at,
			vsm.payload_time(issue ->> 'updated_at') AS updated_at
		OFFSET 0) AS i,
	LATERAL (
		SELECT source, 'item', i.entity, i.updated_at, NULL::text, NULL::text, NULL::text, NULL::text, NULL::text, NULL::text, NULL::bigint,
			NULL::text, NULL::float8, NULL::timestamptz,
			jsonb_build_object(
				'source', source,
				'key', i.key,
				'project', project,
				'source_type', i.issue_type,
				'type', coalesce(
					(SELECT vsm.item_type(l.label) FROM jsonb_array_elements_text(i.labels) AS l (label)
					 WHERE vsm.item_type(l.label) IN ('defect', 'risk', 'debt') ORDER BY 1 LIMIT 1),
					vsm.item_type(i.issue_type)),
				'title', issue -> 'title',
				'url', i.url,
				'size', issue -> 'weight',
				'created_at', i.created_at,
				'due_at', vsm.payload_time((issue ->> 'due_date') || 'T23:59:59Z'),
				'tags', i.labels)
			-- Webhooks do not tell the epic.
			|| CASE WHEN issue ? 'epic' THEN jsonb_build_object('feature', source || ':epic:' || (issue #>> '{epic,id}')) ELSE '{}' END
		UNION ALL
		SELECT source, 'alias', i.entity, i.created_at, i.key, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
		UNION ALL
		SELECT source, 'incident', i.entity, i.updated_at, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
			jsonb_build_object(
				'source', source,
				'repository', project,
				'opened_at', i.created_at,
				'resolved_at', CASE issue ->> 'state' WHEN 'closed'
					THEN coalesce(vsm.payload_time(issue ->> 'closed_at'), i.updated_at) END,
				'severity', lower(issue ->> 'severity'),
				'status', coalesce(issue -> 'escalation_status', issue -> 'state'),
				'title', issue -> 'title',
				'url', i.url)
		WHERE i.issue_type = 'incident'
		UNION ALL
		SELECT s.* FROM vsm.read_gitlab_states(source, i.entity, issue, changes, NULL) AS s) AS f;
END;
COMMENT ON FUNCTION vsm.read_gitlab_issue_object(text, jsonb, jsonb, text) IS
	'the facts of an issue of GitLab: as the API has it, or a webhook''s object_attributes with its changes';

CREATE FUNCTION vsm.read_gitlab_issue(source text, payload jsonb) RETURNS SETOF vsm.old_fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 5
BEGIN ATOMIC
	SELECT f.*
	FROM (SELECT
			-- A webhook has an issue's labels beside it, too.
			CASE WHEN payload ? 'object_kind' THEN
				jsonb_build_object('labels', payload -> 'labels') || jsonb_build_object('issue_type', payload ->> 'event_type')
					|| (payload -> 'object_attributes')
			ELSE payload END AS issue,
			payload -> 'changes' AS changes,
			coalesce(payload #>> '{project,path_with_namespace}', split_part(payload #>> '{references,full}', '#', 1),
				vsm.gitlab_project(payload ->> 'web_url')) AS project
		OFFSET 0) AS p,
		LATERAL vsm.read_gitlab_issue_object(source, p.issue, p.changes, p.project) AS f;
END;
COMMENT ON FUNCTION vsm.read_gitlab_issue(text, jsonb) IS
	'facts of an issue of GitLab: webhooks issue, work_item and incident, or GET /projects/ID/issues';

CREATE FUNCTION vsm.read_gitlab_commit_object(source text, repository text, commit jsonb) RETURNS SETOF vsm.old_fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 2
BEGIN ATOMIC
	SELECT f.*
	FROM (SELECT commit ->> 'id' AS sha,
			vsm.payload_time(coalesce(commit ->> 'committed_date', commit ->> 'timestamp', commit ->> 'created_at')) AS committed_at,
			coalesce(commit ->> 'title', split_part(commit ->> 'message', E'\n', 1)) AS title OFFSET 0) AS c,
	LATERAL (
		SELECT source, 'commit', c.sha, c.committed_at, NULL::text, NULL::text, NULL::text, NULL::text, NULL::text, NULL::text,
			NULL::bigint,
			NULL::text, NULL::float8, NULL::timestamptz,
			jsonb_strip_nulls(jsonb_build_object(
				'source', source,
				'repository', repository,
				'authored_at', vsm.payload_time(commit ->> 'authored_date'),
				'committed_at', c.committed_at,
				'title', c.title,
				'parents', commit -> 'parent_ids',
				'url', coalesce(commit ->> 'web_url', commit ->> 'url')))
		UNION ALL
		SELECT k.* FROM vsm.old_read_keys(source, c.sha, c.committed_at, NULL, c.title, NULL) AS k
		UNION ALL
		SELECT source, 'link', c.sha, c.committed_at, r.issue, NULL, 'implements', NULL, NULL, NULL, NULL, 'closing reference', 1.0, NULL,
			NULL
		FROM vsm.gitlab_closes(commit ->> 'message', repository) AS r (issue)) AS f
	WHERE c.sha IS NOT NULL;
END;
COMMENT ON FUNCTION vsm.read_gitlab_commit_object(text, text, jsonb) IS
	'the facts of a commit in a payload of GitLab: the commit, the keys in its subject, the issues that it closes';

CREATE FUNCTION vsm.read_gitlab_commit(source text, payload jsonb) RETURNS SETOF vsm.old_fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 2
BEGIN ATOMIC
	SELECT f.* FROM vsm.read_gitlab_commit_object(source, vsm.gitlab_project(payload ->> 'web_url'), payload) AS f;
END;
COMMENT ON FUNCTION vsm.read_gitlab_commit(text, jsonb) IS 'facts of a commit of GET /projects/ID/repository/commits';

CREATE FUNCTION vsm.read_gitlab_merge_request(source text, payload jsonb) RETURNS SETOF vsm.old_fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 10
BEGIN ATOMIC
	SELECT f.*
	FROM (SELECT r.request, r.project, source || ':merge_request:' || (r.request ->> 'id') AS entity,
			vsm.payload_time(r.request ->> 'created_at') AS created_at
		FROM (SELECT
				CASE WHEN payload ? 'object_kind' THEN payload -> 'object_attributes' ELSE payload END AS request,
				coalesce(payload #>> '{project,path_with_namespace}', split_part(payload #>> '{references,full}', '!', 1),
					vsm.gitlab_project(payload ->> 'web_url')) AS project
			OFFSET 0) AS r
		OFFSET 0) AS m,
	LATERAL (
		SELECT s.*
		FROM vsm.read_gitlab_states(source, m.entity, m.request, payload -> 'changes',
			jsonb_build_object('project', m.project, 'iid', m.request -> 'iid', 'source_branch', m.request -> 'source_branch',
				'target_branch', m.request -> 'target_branch', 'url', coalesce(m.request -> 'web_url', m.request -> 'url'))) AS s
		UNION ALL
		SELECT k.*
		FROM vsm.old_read_keys(source, m.entity, m.created_at, m.request ->> 'source_branch', m.request ->> 'title',
			m.request ->> 'description') AS k
		UNION ALL
		SELECT source, 'link', m.entity, m.created_at, c.issue, NULL, 'implements', NULL, NULL, NULL, NULL, 'closing reference', 1.0, NULL,
			NULL
		FROM vsm.gitlab_closes(concat_ws(E'\n', m.request ->> 'title', m.request ->> 'description'), m.project) AS c (issue)
		UNION ALL
		SELECT source, 'link', c.sha, NULL, m.entity, NULL, 'part_of', NULL, NULL, NULL, NULL, c.method, 1.0, NULL, NULL
		FROM (
			SELECT m.request ->> 'merge_commit_sha' AS sha, 'merge commit' AS method
			UNION ALL SELECT m.request ->> 'squash_commit_sha', 'squash commit'
			UNION ALL SELECT coalesce(m.request #>> '{last_commit,id}', m.request ->> 'sha'), 'head commit') AS c
		WHERE c.sha <> ''
		UNION ALL
		SELECT c.* FROM vsm.read_gitlab_commit_object(source, m.project, m.request -> 'last_commit') AS c
	) AS f;
END;
COMMENT ON FUNCTION vsm.read_gitlab_merge_request(text, jsonb) IS
	'facts of a merge request of GitLab: webhook merge_request, or GET /projects/ID/merge_requests';

CREATE FUNCTION vsm.read_gitlab_merge_request_commits(source text, payload jsonb) RETURNS SETOF vsm.old_fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 50
BEGIN ATOMIC
	SELECT f.*
	FROM jsonb_array_elements(payload -> 'commits') AS c (object),
	LATERAL (
		SELECT o.* FROM vsm.read_gitlab_commit_object(source, vsm.gitlab_project(c.object ->> 'web_url'), c.object) AS o
		UNION ALL
		SELECT source, 'link', c.object ->> 'id', NULL, source || ':merge_request:' || (payload #>> '{merge_request,id}'),
			NULL, 'part_of', NULL, NULL, NULL, NULL, 'merge request commits', 1.0, NULL, NULL) AS f;
END;
COMMENT ON FUNCTION vsm.read_gitlab_merge_request_commits(text, jsonb) IS
	'facts of an answer of GET /projects/ID/merge_requests/IID/commits, wrapped with the request that it lacks: {"merge_request": {"id": '
	'99}, "commits": [...]}';

CREATE FUNCTION vsm.read_gitlab_push(source text, payload jsonb) RETURNS SETOF vsm.old_fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 20
BEGIN ATOMIC
	SELECT f.*
	FROM (SELECT payload #>> '{project,path_with_namespace}' AS project,
			regexp_replace(payload ->> 'ref', '^refs/(heads|tags)/', '') AS name,
			payload ->> 'object_kind' AS kind,
			coalesce(payload ->> 'checkout_sha', payload ->> 'after') AS sha,
			-- A push has no time of its own: that of its newest commit.
			(SELECT max(vsm.payload_time(c ->> 'timestamp')) FROM jsonb_array_elements(payload -> 'commits') AS c) AS at
		OFFSET 0) AS p,
	LATERAL (
		SELECT source, 'event', e.entity, p.at, CASE p.kind WHEN 'tag_push' THEN 'tagged' ELSE 'pushed' END,
			e.entity || ':' || p.sha, NULL::text, NULL::text, NULL::text, NULL::text, NULL::bigint,
			NULL::text, NULL::float8, NULL::timestamptz,
			-- Only the newest 20 commits of a push are told.
			jsonb_build_object('before', payload -> 'before', 'after', payload -> 'after',
				'commits', jsonb_array_length(payload -> 'commits'), 'total_commits', payload -> 'total_commits_count')
		FROM (SELECT source || CASE p.kind WHEN 'tag_push' THEN ':tag:' ELSE ':branch:' END
			|| p.project || '@' || p.name AS entity OFFSET 0) AS e
		WHERE p.at IS NOT NULL
		UNION ALL
		SELECT source, 'link', source || ':tag:' || p.project || '@' || p.name, p.at, p.sha, NULL, 'builds', NULL, NULL, NULL, NULL, 'tag',
			1.0, NULL, NULL
		WHERE p.kind = 'tag_push' AND p.sha !~ '^0+$'
		UNION ALL
		SELECT o.*
		FROM jsonb_array_elements(payload -> 'commits') AS c (object),
			LATERAL vsm.read_gitlab_commit_object(source, p.project, c.object) AS o
		UNION ALL
		SELECT k.*
		FROM jsonb_array_elements(payload -> 'commits') AS c (object),
			LATERAL vsm.old_read_keys(source, c.object ->> 'id', vsm.payload_time(c.object ->> 'timestamp'), p.name, NULL, NULL) AS k
		WHERE p.kind = 'push' AND p.name IS DISTINCT FROM payload #>> '{project,default_branch}') AS f;
END;
COMMENT ON FUNCTION vsm.read_gitlab_push(text, jsonb) IS
	'facts of the webhooks push and tag_push of GitLab: the commits, and what their subjects and the branch name';

/*
 * A job: its own events, its stage as an event of its pipeline, and its place in it. "pending"
 * is the time it was ready and waited for a runner.
 */
CREATE FUNCTION vsm.read_gitlab_job_object(source text, pipeline text, job jsonb) RETURNS SETOF vsm.old_fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 5
BEGIN ATOMIC
	SELECT source, f.fact, f.entity, f.at, f.value, f.id, f.name, NULL::text, NULL::text, NULL::text, NULL::bigint,
		f.method, CASE f.fact WHEN 'link' THEN 1.0::float8 END, NULL::timestamptz, f.details
	FROM (SELECT source || ':job:' || (job ->> 'id') AS entity,
			vsm.payload_time(job ->> 'created_at') AS created_at,
			vsm.payload_time(job ->> 'started_at') AS started_at,
			vsm.payload_time(job ->> 'finished_at') AS finished_at,
			(job ->> 'queued_duration')::float8 AS queued,
			job ->> 'status' AS status
		OFFSET 0) AS j,
	LATERAL (
		SELECT 'event' AS fact, j.entity, j.created_at AS at, 'created' AS value, j.entity || ':created' AS id, NULL AS name,
			NULL AS method,
			jsonb_strip_nulls(jsonb_build_object('name', job -> 'name', 'stage', job -> 'stage')) AS details
		UNION ALL
		SELECT 'event', j.entity, greatest(j.created_at, j.started_at - j.queued * interval '1 second'), 'pending', j.entity || ':pending',
			NULL, NULL, NULL
		WHERE j.started_at IS NOT NULL AND j.queued > 0
		UNION ALL
		SELECT 'event', j.entity, j.started_at, 'running', j.entity || ':running', NULL, NULL, NULL
		UNION ALL
		SELECT 'event', j.entity, j.finished_at, j.status, j.entity || ':' || j.status, NULL, NULL, NULL
		WHERE j.status IN ('success', 'failed', 'canceled', 'skipped')
		UNION ALL
		SELECT 'event', pipeline, j.started_at, job ->> 'stage', j.entity || ':stage', NULL, NULL,
			jsonb_strip_nulls(jsonb_build_object('job', job -> 'name'))
		WHERE pipeline IS NOT NULL AND job ->> 'stage' IS NOT NULL
		UNION ALL
		SELECT 'link', j.entity, NULL, pipeline, NULL, 'part_of', 'pipeline', NULL
		WHERE pipeline IS NOT NULL) AS f
	WHERE f.fact = 'link' OR f.at IS NOT NULL;
END;
COMMENT ON FUNCTION vsm.read_gitlab_job_object(text, text, jsonb) IS
	'the facts of a job in a payload of GitLab; pipeline is the entity it belongs to';

CREATE FUNCTION vsm.read_gitlab_job(source text, payload jsonb) RETURNS SETOF vsm.old_fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 8
BEGIN ATOMIC
	SELECT f.*
	FROM (SELECT
			-- The webhook writes build_ before every name, and the id of the pipeline as that of the commit.
			CASE WHEN payload ? 'object_kind' THEN jsonb_build_object('id', payload -> 'build_id', 'name', payload -> 'build_name',
				'stage', payload -> 'build_stage', 'status', payload -> 'build_status', 'created_at', payload -> 'build_created_at',
				'started_at', payload -> 'build_started_at', 'finished_at', payload -> 'build_finished_at',
				'queued_duration', payload -> 'build_queued_duration')
			ELSE payload END AS job,
			source || ':pipeline:' || coalesce(payload ->> 'pipeline_id', payload #>> '{pipeline,id}') AS pipeline,
			coalesce(payload ->> 'sha', payload #>> '{pipeline,sha}', payload #>> '{commit,id}') AS sha,
			CASE WHEN payload ? 'object_kind' THEN NULL ELSE payload -> 'commit' END AS commit
		OFFSET 0) AS p,
	LATERAL (
		SELECT j.* FROM vsm.read_gitlab_job_object(source, p.pipeline, p.job) AS j
		UNION ALL
		SELECT source, 'link', p.pipeline, NULL, p.sha, NULL, 'builds', NULL, NULL, NULL, NULL, 'pipeline', 1.0, NULL, NULL
		WHERE p.pipeline IS NOT NULL AND p.sha IS NOT NULL
		UNION ALL
		SELECT c.* FROM vsm.read_gitlab_commit_object(source, vsm.gitlab_project(p.commit ->> 'web_url'), p.commit) AS c) AS f;
END;
COMMENT ON FUNCTION vsm.read_gitlab_job(text, jsonb) IS 'facts of a job of GitLab: webhook build, or GET /projects/ID/jobs';

CREATE FUNCTION vsm.read_gitlab_pipeline(source text, payload jsonb) RETURNS SETOF vsm.old_fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 20
BEGIN ATOMIC
	SELECT f.*
	FROM (SELECT q.pipeline, q.project,
			source || ':pipeline:' || (q.pipeline ->> 'id') AS entity,
			vsm.payload_time(q.pipeline ->> 'created_at') AS created_at,
			-- The webhook says how long it was queued, the API when it started.
			coalesce(vsm.payload_time(q.pipeline ->> 'started_at'),
				vsm.payload_time(q.pipeline ->> 'created_at')
					+ (q.pipeline ->> 'queued_duration')::float8 * interval '1 second') AS started_at,
			vsm.payload_time(q.pipeline ->> 'finished_at') AS finished_at,
			q.pipeline ->> 'status' AS status,
			source || ':merge_request:' || (payload #>> '{merge_request,id}') AS request
		FROM (SELECT CASE WHEN payload ? 'object_kind' THEN payload -> 'object_attributes' ELSE payload END AS pipeline,
				coalesce(payload #>> '{project,path_with_namespace}', vsm.gitlab_project(payload ->> 'web_url')) AS project OFFSET 0) AS q
		OFFSET 0) AS p,
	LATERAL (
		SELECT source, e.fact, p.entity, e.at, e.state, e.id, NULL::text, NULL::text, NULL::text, NULL::text, NULL::bigint,
			e.method, NULL::float8, NULL::timestamptz, e.details
		FROM (
			SELECT 'event' AS fact, p.created_at AS at, 'created' AS state, p.entity || ':created' AS id, NULL AS method,
				jsonb_strip_nulls(jsonb_build_object('project', p.project, 'ref', p.pipeline -> 'ref', 'trigger', p.pipeline -> 'source',
					'url', coalesce(p.pipeline -> 'web_url', p.pipeline -> 'url'))) AS details
			UNION ALL
			SELECT 'event', p.started_at, 'running', p.entity || ':running', NULL, NULL
			UNION ALL
			-- A pipeline can be run again: each end is an event.
			SELECT 'event', p.finished_at, p.status, p.entity || ':' || p.status || ':' || floor(extract(epoch FROM p.finished_at)), NULL,
				NULL
			WHERE p.status IN ('success', 'failed', 'canceled', 'skipped')
			UNION ALL
			SELECT 'observed', vsm.payload_time(p.pipeline ->> 'updated_at'), p.status, NULL, 'observed', NULL
			WHERE p.finished_at IS NULL AND p.status IS NOT NULL) AS e
		WHERE e.at IS NOT NULL
		UNION ALL
		SELECT source, 'link', p.entity, p.created_at, p.pipeline ->> 'sha', NULL, 'builds', NULL, NULL, NULL, NULL, 'pipeline', 1.0, NULL,
			NULL
		WHERE p.pipeline ? 'sha'
		UNION ALL
		SELECT source, 'link', p.entity, p.created_at, p.request, NULL, 'builds', NULL, NULL, NULL, NULL, 'merge request pipeline', 1.0,
			NULL, NULL
		WHERE p.request IS NOT NULL
		UNION ALL
		SELECT source, 'link', p.entity, p.created_at, source || ':pipeline:' || (payload #>> '{source_pipeline,pipeline_id}'),
			NULL, 'part_of', NULL, NULL, NULL, NULL, 'source pipeline', 1.0, NULL, NULL
		WHERE payload #>> '{source_pipeline,pipeline_id}' IS NOT NULL
		UNION ALL
		SELECT k.*
		FROM vsm.old_read_keys(source, p.request, NULL, payload #>> '{merge_request,source_branch}', payload #>> '{merge_request,title}',
			NULL) AS k
		WHERE p.request IS NOT NULL
		UNION ALL
		SELECT c.* FROM vsm.read_gitlab_commit_object(source, p.project, payload -> 'commit') AS c
		UNION ALL
		SELECT j.*
		FROM jsonb_array_elements(payload -> 'builds') AS b (job),
			LATERAL vsm.read_gitlab_job_object(source, p.entity, b.job) AS j) AS f;
END;
COMMENT ON FUNCTION vsm.read_gitlab_pipeline(text, jsonb) IS
	'facts of a pipeline of GitLab: webhook pipeline with its jobs, or GET /projects/ID/pipelines and /pipelines/ID';

CREATE FUNCTION vsm.read_gitlab_deployment(source text, payload jsonb) RETURNS SETOF vsm.old_fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 5
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT source || ':deployment:' || coalesce(payload ->> 'deployment_id', payload ->> 'id') AS entity,
			payload ->> 'status' AS status,
			payload ? 'object_kind' AS is_webhook,
			-- The API has the environment as an object, the webhook its name.
			coalesce(payload #>> '{environment,name}', payload ->> 'environment') AS environment,
			coalesce(payload ->> 'environment_tier', payload #>> '{environment,tier}') AS tier,
			coalesce(payload #>> '{project,path_with_namespace}', vsm.gitlab_project(payload #>> '{deployable,pipeline,web_url}'),
				vsm.gitlab_project(payload #>> '{deployable,web_url}'),
				vsm.gitlab_project(payload #>> '{deployable,commit,web_url}')) AS repository,
			coalesce(payload ->> 'sha', substring(payload ->> 'commit_url' FROM '/commit/([0-9a-f]{40,64})')) AS sha,
			coalesce(payload ->> 'deployable_id', payload #>> '{deployable,id}') AS job,
			vsm.payload_time(payload ->> 'created_at') AS created_at,
			vsm.payload_time(payload #>> '{deployable,started_at}') AS started_at,
			vsm.payload_time(payload #>> '{deployable,finished_at}') AS finished_at,
			coalesce(vsm.payload_time(payload ->> 'status_changed_at'), vsm.payload_time(payload ->> 'updated_at'),
				vsm.payload_time(payload ->> 'created_at')) AS changed_at
		OFFSET 0) AS d,
	LATERAL (
		SELECT
			coalesce(d.created_at, CASE d.status WHEN 'created' THEN d.changed_at END) AS created_at,
			coalesce(d.started_at, CASE WHEN d.is_webhook AND d.status = 'running' THEN d.changed_at END) AS started_at,
			CASE WHEN d.status IN ('success', 'failed', 'canceled', 'skipped') THEN coalesce(d.finished_at, d.changed_at) END AS finished_at
		OFFSET 0) AS t,
	LATERAL (
		SELECT source, 'deployment', d.entity, d.changed_at, NULL::text, NULL::text, NULL::text, NULL::text, NULL::text, NULL::text,
			NULL::bigint,
			NULL::text, NULL::float8, NULL::timestamptz,
			jsonb_strip_nulls(jsonb_build_object(
				'source', source,
				'repository', d.repository,
				'environment', d.environment,
				'environment_tier', coalesce(d.tier, vsm.environment_tier(d.environment)),
				'sha', d.sha,
				'ref', payload -> 'ref',
				'status', d.status,
				'created_at', t.created_at,
				'started_at', t.started_at,
				'finished_at', t.finished_at,
				'url', coalesce(payload -> 'deployable_url', payload #> '{deployable,web_url}')))
		UNION ALL
		SELECT source, e.fact, d.entity, e.at, e.state, d.entity || ':' || e.state, NULL, NULL, NULL, NULL, NULL, e.method, NULL, NULL, NULL
		FROM (
			SELECT 'event' AS fact, t.created_at AS at, 'created' AS state, NULL AS method
			UNION ALL SELECT 'event', t.started_at, 'running', NULL
			UNION ALL SELECT 'event', t.finished_at, d.status, NULL
			UNION ALL SELECT CASE WHEN d.is_webhook THEN 'event' ELSE 'observed' END, d.changed_at, d.status,
				CASE WHEN NOT d.is_webhook THEN 'observed' END
				WHERE t.finished_at IS NULL AND d.status NOT IN ('created', 'running')) AS e
		WHERE e.at IS NOT NULL
		UNION ALL
		SELECT source, 'link', d.entity, NULL, d.sha, NULL, 'deploys', NULL, NULL, NULL, NULL, 'deployment', 1.0, NULL, NULL
		WHERE d.sha IS NOT NULL
		UNION ALL
		SELECT source, 'link', d.entity, NULL, source || ':job:' || d.job, NULL, 'part_of', NULL, NULL, NULL, NULL, 'deployment job', 1.0,
			NULL, NULL
		WHERE d.job IS NOT NULL
		UNION ALL
		SELECT source, 'link', source || ':job:' || d.job, NULL, source || ':pipeline:' || (payload #>> '{deployable,pipeline,id}'),
			NULL, 'part_of', NULL, NULL, NULL, NULL, 'pipeline', 1.0, NULL, NULL
		WHERE d.job IS NOT NULL AND payload #>> '{deployable,pipeline,id}' IS NOT NULL
		UNION ALL
		SELECT c.* FROM vsm.read_gitlab_commit_object(source, d.repository, payload #> '{deployable,commit}') AS c) AS f;
END;
COMMENT ON FUNCTION vsm.read_gitlab_deployment(text, jsonb) IS
	'facts of a deployment of GitLab: webhook deployment, or GET /projects/ID/deployments';

CREATE FUNCTION vsm.read_gitlab_release(source text, payload jsonb) RETURNS SETOF vsm.old_fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 3
BEGIN ATOMIC
	SELECT f.*
	FROM (SELECT r.project, source || ':release:' || r.project || '@' || coalesce(payload ->> 'tag', payload ->> 'tag_name') AS entity,
			vsm.payload_time(coalesce(payload ->> 'released_at', payload ->> 'created_at')) AS released_at
		FROM (SELECT coalesce(payload #>> '{project,path_with_namespace}',
			vsm.gitlab_project(payload #>> '{_links,self}')) AS project OFFSET 0) AS r
		OFFSET 0) AS p,
	LATERAL (
		SELECT source, 'event', p.entity, p.released_at, 'released', p.entity || ':released', NULL::text, NULL::text, NULL::text,
			NULL::text, NULL::bigint,
			NULL::text, NULL::float8, NULL::timestamptz, NULL::jsonb
		WHERE p.released_at IS NOT NULL AND payload ->> 'action' IS DISTINCT FROM 'delete'
		UNION ALL
		SELECT source, 'link', p.entity, p.released_at, payload #>> '{commit,id}', NULL, 'builds', NULL, NULL, NULL, NULL, 'release', 1.0,
			NULL, NULL
		WHERE payload #>> '{commit,id}' IS NOT NULL
		UNION ALL
		SELECT c.* FROM vsm.read_gitlab_commit_object(source, p.project, payload -> 'commit') AS c) AS f;
END;
COMMENT ON FUNCTION vsm.read_gitlab_release(text, jsonb) IS 'facts of a release of GitLab: webhook release, or GET /projects/ID/releases';

CREATE FUNCTION vsm.read_gitlab_resource_event(source text, payload jsonb) RETURNS SETOF vsm.old_fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT source, 'event', e.entity, e.at, e.state,
		e.entity || ':' || CASE
			WHEN payload ? 'label' THEN 'label:' || e.state || ':' || floor(extract(epoch FROM e.at))
			WHEN e.state IN ('opened', 'merged') THEN e.state
			ELSE e.state || ':' || floor(extract(epoch FROM e.at))
		END,
		NULL::text, NULL::text, NULL::text, NULL::text, NULL::bigint,
		CASE WHEN payload ? 'label' THEN 'label' END, NULL::float8, NULL::timestamptz, NULL::jsonb
	FROM (SELECT
			source || CASE payload ->> 'resource_type' WHEN 'MergeRequest' THEN ':merge_request:' ELSE ':issue:' END
				|| (payload ->> 'resource_id') AS entity,
			vsm.payload_time(payload ->> 'created_at') AS at,
			CASE
				WHEN NOT payload ? 'label' THEN payload ->> 'state'
				WHEN payload ->> 'action' = 'remove' THEN (payload #>> '{label,name}') || ' removed'
				ELSE payload #>> '{label,name}'
			END AS state
		OFFSET 0) AS e
	WHERE e.state IS NOT NULL;
END;
COMMENT ON FUNCTION vsm.read_gitlab_resource_event(text, jsonb) IS
	'facts of a resource state event or resource label event of an issue or a merge request: GET '
	'/projects/ID/issues/IID/resource_state_events, ...';

CREATE FUNCTION vsm.gitlab_kind(payload jsonb) RETURNS SETOF vsm.payload_kind
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT CASE WHEN k.reason IS NULL THEN n.reader ELSE n.name END, k.reason
	FROM (SELECT
		CASE payload ->> 'object_kind'
			WHEN 'issue' THEN 'issue'
			WHEN 'work_item' THEN 'issue'
			WHEN 'incident' THEN 'issue'
			WHEN 'merge_request' THEN 'merge_request'
			WHEN 'push' THEN 'push'
			WHEN 'tag_push' THEN 'push'
			WHEN 'pipeline' THEN 'pipeline'
			WHEN 'build' THEN 'job'
			WHEN 'deployment' THEN 'deployment'
			WHEN 'release' THEN 'release'
			ELSE CASE
				WHEN payload ? 'object_kind' OR payload ? 'event_name' THEN NULL
				-- Objects of the API say nothing of their kind: it is told by what each alone has.
				WHEN payload ? 'resource_type' AND (payload ? 'state' OR payload ? 'label') THEN 'resource_event'
				WHEN payload ? 'merge_request' AND payload ? 'commits' THEN 'merge_request_commits'
				WHEN payload ? 'source_branch' AND payload ? 'target_branch' THEN 'merge_request'
				WHEN payload ? 'tag_name' THEN 'release'
				WHEN payload ? 'environment' AND payload ? 'sha' THEN 'deployment'
				WHEN payload ? 'stage' AND payload ? 'name' THEN 'job'
				WHEN payload ? 'parent_ids' THEN 'commit'
				WHEN payload ? 'sha' AND payload ? 'ref' AND payload ? 'status' THEN 'pipeline'
				WHEN payload ? 'iid' AND payload ? 'state' AND payload ? 'title' AND payload ? 'author' THEN 'issue'
			END
		END AS reader,
		coalesce(payload ->> 'object_kind', payload ->> 'event_name', 'payload') AS name
		OFFSET 0) AS n,
	LATERAL (SELECT
		CASE n.reader
			WHEN 'issue' THEN
				CASE WHEN payload ? 'object_kind' THEN vsm.payload_lacks(payload, 'object_attributes.id', 'object_attributes.iid',
					'object_attributes.created_at', 'object_attributes.updated_at', 'project.path_with_namespace')
				ELSE vsm.payload_lacks(payload, 'id', 'iid', 'created_at', 'updated_at', 'web_url') END
			WHEN 'merge_request' THEN
				CASE WHEN payload ? 'object_kind' THEN vsm.payload_lacks(payload, 'object_attributes.id', 'object_attributes.iid',
					'object_attributes.created_at', 'object_attributes.updated_at', 'object_attributes.state',
						'project.path_with_namespace')
				ELSE vsm.payload_lacks(payload, 'id', 'iid', 'created_at', 'updated_at', 'state', 'web_url') END
			WHEN 'merge_request_commits' THEN vsm.payload_lacks(payload, 'merge_request.id')
			WHEN 'push' THEN vsm.payload_lacks(payload, 'ref', 'after', 'project.path_with_namespace')
			WHEN 'pipeline' THEN
				CASE WHEN payload ? 'object_kind' THEN vsm.payload_lacks(payload, 'object_attributes.id', 'object_attributes.created_at',
					'object_attributes.status')
				ELSE vsm.payload_lacks(payload, 'id', 'created_at') END
			WHEN 'job' THEN
				CASE WHEN payload ? 'object_kind' THEN vsm.payload_lacks(payload, 'build_id', 'build_status', 'build_created_at',
					'pipeline_id')
				ELSE vsm.payload_lacks(payload, 'id', 'status', 'created_at') END
			WHEN 'deployment' THEN
				CASE WHEN payload ? 'object_kind' THEN vsm.payload_lacks(payload, 'deployment_id', 'status', 'status_changed_at')
				ELSE vsm.payload_lacks(payload, 'id', 'status', 'created_at') END
			WHEN 'release' THEN
				CASE WHEN payload ? 'object_kind' THEN vsm.payload_lacks(payload, 'tag', 'project.path_with_namespace')
				ELSE vsm.payload_lacks(payload, '_links.self') END
			WHEN 'commit' THEN vsm.payload_lacks(payload, 'id')
			WHEN 'resource_event' THEN
				CASE WHEN payload ->> 'resource_type' NOT IN ('Issue', 'WorkItem', 'MergeRequest')
					THEN 'it is about neither an issue nor a merge request'
				ELSE vsm.payload_lacks(payload, 'resource_id', 'created_at') END
			ELSE CASE n.name
				WHEN 'payload' THEN 'its shape is not known: neither a webhook nor an object of the API that is read'
				WHEN 'note' THEN 'comments change no state'
				WHEN 'feature_flag' THEN 'switching a feature on or off is not told of an item, a commit or a deployment'
				ELSE 'it says nothing about the flow of work'
			END
		END AS reason
		OFFSET 0) AS k;
END;
COMMENT ON FUNCTION vsm.gitlab_kind(jsonb) IS 'which reader reads a payload of GitLab, or why none does';
