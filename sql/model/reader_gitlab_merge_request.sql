/*
 * GitLab: merge requests, their commits, comments and approvals.
 */

CREATE FUNCTION vsm.read_gitlab_request(source text, request jsonb, changes jsonb, project text, author text,
	names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 10
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT source || ':merge_request:' || vsm.json_text(request, 'id') AS entity,
			vsm.json_text(request, 'title') AS title,
			vsm.shown_text(vsm.json_text(request, 'description')) AS description,
			vsm.json_text(request, 'source_branch') AS branch,
			vsm.json_text(request, 'target_branch') AS target,
			vsm.json_text(request, 'state') AS state,
			vsm.json_text(request, 'action') AS action,
			coalesce(vsm.json_text(request, 'web_url'), vsm.json_text(request, 'url')) AS url,
			vsm.json_time(request, 'created_at') AS created_at,
			coalesce(vsm.json_time(request, 'updated_at'), vsm.json_time(request, 'created_at')) AS updated_at,
			vsm.gitlab_sha(request -> 'merge_commit_sha') AS merge_sha,
			vsm.gitlab_sha(request -> 'squash_commit_sha') AS squash_sha,
			coalesce(vsm.gitlab_sha(request #> '{last_commit,id}'), vsm.gitlab_sha(request -> 'sha')) AS head_sha,
			request -> 'last_commit' AS last_commit,
			'true' IN (request -> 'draft', request -> 'work_in_progress') AS is_draft,
			vsm.gitlab_draft_change(changes) AS becomes,
			vsm.json_text(request, 'source_project_id') <> vsm.json_text(request, 'target_project_id') AS is_forked
		OFFSET 0) AS m,
	LATERAL (
		SELECT q.*
		FROM (
			SELECT (vsm.fact_row(source, 'merge_request', m.entity,
				-- (Of two versions within a second, or at once, the one that is closed is the later.)
				CASE m.state WHEN 'opened' THEN m.updated_at - interval '1 microsecond' ELSE m.updated_at END,
				vsm.fact_details(
					'source', source,
					'repository', project,
					'title', m.title,
					'url', m.url,
					'source_branch', m.branch,
					'target_branch', m.target,
					'state', m.state,
					'created_at', m.created_at,
					'ready_at', CASE WHEN m.becomes = 'ready' AND m.action IS DISTINCT FROM 'open' THEN m.updated_at END,
					'approved_at', CASE m.action WHEN 'approved' THEN m.updated_at END,
					'merged_at', coalesce(vsm.json_time(request, 'merged_at'), CASE m.action WHEN 'merge' THEN m.updated_at END),
					'closed_at', CASE WHEN m.state = 'closed' THEN
						coalesce(vsm.json_time(request, 'closed_at'), CASE m.action WHEN 'close' THEN m.updated_at END) END,
					'author_kind', CASE WHEN author <> 'person' THEN 'bot' ELSE author END,
					'assisted_by', coalesce(CASE WHEN author NOT IN ('person', 'bot') THEN author END,
						vsm.assistant(names, coalesce(m.title || E'\n\n', '') || m.description)))
				-- what is told to be so no longer
				|| CASE WHEN m.state <> 'closed' THEN '{"closed_at": null}'::jsonb ELSE '{}' END
				|| CASE WHEN m.action = 'unapproved' THEN '{"approved_at": null}'::jsonb ELSE '{}' END
				|| CASE WHEN m.is_draft THEN '{"ready_at": null}'::jsonb ELSE '{}' END)).*
			UNION ALL
			SELECT (vsm.fact_alias(source, m.entity, project || '!' || vsm.json_text(request, 'iid'), m.created_at)).*
			UNION ALL
			SELECT (vsm.fact_link(source, m.entity, c.issue, 'implements', 'closing reference', since => m.created_at)).*
			FROM vsm.gitlab_closes(concat_ws(E'\n', m.title, m.description), project) AS c (issue)
			UNION ALL
			SELECT (vsm.fact_link(source, m.entity, r.reverted, 'reverts', 'revert message', since => m.created_at)).*
			FROM vsm.gitlab_reverts(m.description, project) AS r (reverted)
			UNION ALL
			-- The branch that GitLab makes to revert names the commit.
			SELECT (vsm.fact_link(source, m.entity, substring(m.branch FROM '^revert-([0-9a-f]{8})$'), 'reverts', 'revert branch', 0.9,
				since => m.created_at)).*
			WHERE m.branch ~ '^revert-[0-9a-f]{8}$' AND coalesce(m.description, '') !~ '\mThis reverts (commit|merge request) '
			UNION ALL
			SELECT (vsm.fact_link(source, c.sha, m.entity, 'part_of', c.method)).*
			FROM (
				SELECT m.merge_sha AS sha, 'merge commit' AS method
				UNION ALL SELECT m.squash_sha, 'squash commit'
				UNION ALL SELECT m.head_sha, 'head commit') AS c
			WHERE c.sha IS NOT NULL
			UNION ALL
			-- From a fork: pushes there call the commit another repository's.
			SELECT (vsm.fact_row(source, 'commit', m.head_sha, m.updated_at, jsonb_build_object('source', source, 'repository', project))).*
			WHERE m.is_forked AND m.head_sha IS NOT NULL AND project IS NOT NULL OFFSET 0) AS q
		UNION ALL
		SELECT s.*
		FROM (
			SELECT vsm.fact_details('project', project, 'iid', request -> 'iid', 'source_branch', m.branch,
				'target_branch', m.target,
				'url', m.url) AS attributes OFFSET 0) AS a,
			LATERAL vsm.read_gitlab_states(source, m.entity, request, changes, a.attributes) AS s
		UNION ALL
		SELECT k.* FROM vsm.read_keys(source, m.entity, m.created_at, m.branch, m.title, m.description) AS k
		UNION ALL
		SELECT c.* FROM vsm.read_gitlab_commit_object(source, project, m.last_commit, NULL, names) AS c) AS f;
END;
COMMENT ON FUNCTION vsm.read_gitlab_request(text, jsonb, jsonb, text, text, jsonb) IS
	'the facts of a merge request of GitLab: as the API has it, or a webhook''s object_attributes with its changes; author: what its '
	'author is, as vsm.gitlab_author says';

CREATE FUNCTION vsm.read_gitlab_merge_request(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 10
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT r.request, r.changes, r.actor, r.is_hook,
			coalesce(r.project, substring(r.request #>> '{references,full}' FROM '^(.+)!\d+$'),
				vsm.json_text(r.request, 'target', 'path_with_namespace'),
				vsm.gitlab_project(coalesce(vsm.json_text(r.request, 'web_url'), vsm.json_text(r.request, 'url')))) AS project,
			CASE
				WHEN NOT r.is_hook THEN vsm.gitlab_author(names, r.request #> '{author,username}', r.request #> '{author,name}')
				-- A webhook names whoever caused it.
				WHEN vsm.json_text(r.actor, 'id') = vsm.json_text(r.request, 'author_id')
					OR r.actor -> 'id' IS NULL AND r.request ->> 'action' = 'open' THEN
						vsm.gitlab_author(names, r.actor -> 'username', r.actor -> 'name')
			END AS author
		FROM (
			SELECT b.is_hook,
				CASE WHEN b.is_hook THEN b.body -> 'object_attributes' ELSE b.body END AS request,
				CASE WHEN b.is_hook THEN vsm.json_object(b.body -> 'changes') END AS changes,
				CASE WHEN b.is_hook THEN b.body -> 'user' END AS actor,
				CASE WHEN b.is_hook THEN vsm.gitlab_hook_project(b.body) END AS project
			FROM (
				SELECT p.body, p.body ?| '{object_kind,event_name}' AS is_hook FROM (SELECT payload || '{}' AS body OFFSET 0) AS p
				OFFSET 0) AS b
			OFFSET 0) AS r
		OFFSET 0) AS p,
	LATERAL (
		SELECT r.* FROM vsm.read_gitlab_request(source, p.request, p.changes, p.project, p.author, names) AS r
		UNION ALL
		-- One of several approvals is a review, too.
		SELECT q.*
		FROM (
			SELECT (vsm.fact_review(source, source || ':merge_request:' || vsm.json_text(p.request, 'id'),
				vsm.json_time(p.request, 'updated_at'))).*
			WHERE p.is_hook AND p.request ->> 'action' IN ('approved', 'approval')
			AND vsm.json_text(p.actor, 'id') IS DISTINCT FROM vsm.json_text(p.request, 'author_id')
			AND coalesce(vsm.gitlab_author(names, p.actor -> 'username', p.actor -> 'name'), 'person') = 'person' OFFSET 0) AS q) AS f;
END;
COMMENT ON FUNCTION vsm.read_gitlab_merge_request(text, jsonb, jsonb) IS
	'facts of a merge request of GitLab: webhook merge_request, or GET /projects/ID/merge_requests';

CREATE FUNCTION vsm.read_gitlab_merge_request_commits(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 20
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT b.body, source || ':merge_request:' || vsm.json_text(b.body, 'merge_request', 'id') AS entity
		FROM (SELECT payload || '{}' AS body OFFSET 0) AS b
		OFFSET 0) AS m,
		jsonb_array_elements(vsm.json_array(m.body -> 'commits')) AS c (object),
		LATERAL (SELECT vsm.gitlab_sha(c.object -> 'id') AS sha,
			vsm.gitlab_project(vsm.json_text(c.object, 'web_url')) AS repository OFFSET 0) AS k,
		LATERAL (
			SELECT o.* FROM vsm.read_gitlab_commit_object(source, k.repository, c.object, NULL, names) AS o
			UNION ALL
			SELECT (vsm.fact_link(source, k.sha, m.entity, 'part_of', 'merge request commits')).*
			WHERE k.sha IS NOT NULL) AS f;
END;
COMMENT ON FUNCTION vsm.read_gitlab_merge_request_commits(text, jsonb, jsonb) IS
	'facts of the commits of a merge request of GitLab: {"merge_request": {"id": 99}, "commits": [...]}, '
	'where commits are those of GET /projects/ID/merge_requests/IID/commits';

/*
 * Comments are read for two things: when a merge request was first reviewed, and, of those that
 * GitLab itself makes, when it became a draft or ready.
 */
CREATE FUNCTION vsm.read_gitlab_note(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 5
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT b.note, b.is_hook, b.request, b.project, b.reviewer, b.author,
			source || ':merge_request:' || coalesce(vsm.json_text(b.request, 'id'), vsm.json_text(b.note, 'noteable_id')) AS entity,
			vsm.json_time(b.note, 'created_at') AS at,
			CASE WHEN NOT b.is_hook THEN vsm.gitlab_note_state(b.note) END AS state,
			NULL::jsonb AS changes, NULL::text AS author_is
		FROM (
			SELECT p.body ?| '{object_kind,event_name}' AS is_hook,
				CASE WHEN p.body ?| '{object_kind,event_name}' THEN p.body -> 'object_attributes' ELSE p.body END AS note,
				p.body -> 'merge_request' AS request,
				coalesce(vsm.gitlab_hook_project(p.body), vsm.gitlab_project(vsm.json_text(p.body, 'merge_request', 'url'))) AS project,
				CASE WHEN p.body ?| '{object_kind,event_name}' THEN p.body -> 'user' ELSE p.body -> 'author' END AS reviewer,
				coalesce(vsm.json_text(p.body, 'merge_request', 'author_id'),
					vsm.json_text(p.body, 'merge_request', 'author', 'id')) AS author
			FROM (SELECT payload || '{}' AS body OFFSET 0) AS p
			OFFSET 0) AS b
		OFFSET 0) AS n,
	LATERAL (
		SELECT q.*
		FROM (
			SELECT (vsm.fact_review(source, n.entity, n.at)).*
			WHERE n.at IS NOT NULL AND (n.state = 'approved' OR n.note -> 'system' IS DISTINCT FROM 'true'
				AND n.author <> coalesce(vsm.json_text(n.note, 'author_id'), vsm.json_text(n.reviewer, 'id')))
			AND coalesce(vsm.gitlab_author(names, n.reviewer -> 'username', n.reviewer -> 'name'), 'person') = 'person'
			UNION ALL
			SELECT (vsm.fact_event(source, n.entity, n.at, n.state, n.entity || ':' || n.state || ':' || vsm.gitlab_second(n.at))).*
			WHERE n.state IN ('draft', 'ready')
			UNION ALL
			SELECT (vsm.fact_row(source, 'merge_request', n.entity, n.at,
				jsonb_build_object('source', source, 'ready_at', CASE n.state WHEN 'ready' THEN n.at END))).*
			WHERE n.state IN ('draft', 'ready') OFFSET 0) AS q
		UNION ALL
		-- A webhook tells the request as well.
		SELECT r.* FROM vsm.read_gitlab_request(source, n.request, n.changes, n.project, n.author_is, names) AS r
		WHERE n.is_hook) AS f;
END;
COMMENT ON FUNCTION vsm.read_gitlab_note(text, jsonb, jsonb) IS
	'facts of a comment on a merge request of GitLab: webhook note, or GET /projects/ID/merge_requests/IID/notes; '
	'{"merge_request": {"id": 99, "author": {"id": 7}}, "notes": [...]} lets comments be told from those of its author';

CREATE FUNCTION vsm.read_gitlab_approvals(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 2
BEGIN ATOMIC
	SELECT q.*
	FROM (
		SELECT source || ':merge_request:' || vsm.json_text(b.body, 'id') AS entity, vsm.json_time(b.body, 'updated_at') AS updated_at,
			coalesce(CASE jsonb_typeof(b.body -> 'approved') WHEN 'boolean' THEN b.body -> 'approved' = 'true' END,
				vsm.json_number(b.body, 'approvals_left') = 0
					AND jsonb_array_length(vsm.json_array(b.body -> 'approved_by')) > 0) AS is_approved,
			a.first_at, a.last_at
		FROM (SELECT payload || '{}' AS body OFFSET 0) AS b,
			LATERAL (SELECT min(vsm.json_time(e, 'approved_at')) AS first_at, max(vsm.json_time(e, 'approved_at')) AS last_at
				FROM jsonb_array_elements(vsm.json_array(b.body -> 'approved_by')) AS e OFFSET 0) AS a
		OFFSET 0) AS m,
	LATERAL (
		SELECT (vsm.fact_event(source, m.entity, m.last_at, 'approved', m.entity || ':approved:' || vsm.gitlab_second(m.last_at))).*
		WHERE m.is_approved AND m.last_at IS NOT NULL
		UNION ALL
		SELECT (vsm.fact_row(source, 'merge_request', m.entity, coalesce(m.updated_at, m.last_at),
			jsonb_build_object('source', source, 'approved_at', CASE WHEN m.is_approved THEN m.last_at END))).*
		WHERE m.is_approved IS FALSE OR m.is_approved AND m.last_at IS NOT NULL
		UNION ALL
		SELECT (vsm.fact_review(source, m.entity, m.first_at)).*
		WHERE m.first_at IS NOT NULL OFFSET 0) AS q;
END;
COMMENT ON FUNCTION vsm.read_gitlab_approvals(text, jsonb, jsonb) IS
	'facts of the approvals of a merge request of GitLab: GET /projects/ID/merge_requests/IID/approvals';
