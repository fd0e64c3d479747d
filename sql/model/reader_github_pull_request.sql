-- GitHub: pull requests, their reviews and their commits.

/*
 * What the object itself says. merge_commit_sha is a trial before the merge; after it, the commit
 * that the merge, squash or rebase left on the base branch.
 */
CREATE FUNCTION vsm.read_github_pull_request_object(source text, repository text, request jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 8
BEGIN ATOMIC
	SELECT q.*
	FROM (
		SELECT r.*, vsm.github_author(names, r.login, NULL, NULL) AS author,
			coalesce(r.updated_at, r.merged_at, r.closed_at, r.created_at) AS told_at
		FROM (SELECT source || ':pull_request:' || vsm.json_text(request, 'id') AS entity,
			vsm.json_text(request, 'title') AS title,
			vsm.shown_text(vsm.json_text(request, 'body')) AS description,
			vsm.json_text(request, 'head', 'ref') AS source_branch,
			vsm.json_text(request, 'base', 'ref') AS target_branch,
			request ->> 'state' AS state,
			vsm.json_text(request, 'user', 'login') AS login,
			vsm.json_time(request, 'created_at') AS created_at,
			vsm.json_time(request, 'updated_at') AS updated_at,
			vsm.json_time(request, 'closed_at') AS closed_at,
			vsm.json_time(request, 'merged_at') AS merged_at
			OFFSET 0) AS r
		OFFSET 0) AS r,
	LATERAL (
		SELECT (vsm.fact_row(source, 'merge_request', r.entity,
			-- (Of two versions within a second the one that is closed is the later.)
			CASE WHEN r.state = 'open' THEN r.told_at - interval '1 microsecond' ELSE r.told_at END,
			vsm.fact_details(
				'source', source,
				'repository', repository,
				'title', r.title,
				'url', vsm.json_text(request, 'html_url'),
				'source_branch', r.source_branch,
				'target_branch', r.target_branch,
				'state', CASE WHEN r.merged_at IS NOT NULL OR request ->> 'merged' = 'true' THEN 'merged' ELSE r.state END,
				'created_at', r.created_at,
				'merged_at', r.merged_at,
				'closed_at', CASE WHEN r.merged_at IS NULL AND r.state = 'closed' THEN r.closed_at END,
				'additions', vsm.github_count(request -> 'additions'),
				'deletions', vsm.github_count(request -> 'deletions'),
				'commits', vsm.github_count(request -> 'commits'),
				'author_kind', vsm.github_author_kind(r.author, request #>> '{user,type}', r.login),
				'assisted_by', coalesce(vsm.github_author_assistant(r.author),
					vsm.assistant(names, coalesce(r.title || E'\n\n', '') || r.description)))
			-- what it is known not to have
			|| CASE WHEN r.state = 'open' THEN '{"merged_at": null, "closed_at": null}' WHEN r.merged_at IS NOT NULL THEN
				'{"closed_at": null}' ELSE '{}'::jsonb END
			|| CASE WHEN request ->> 'draft' = 'true' THEN '{"ready_at": null}' ELSE '{}'::jsonb END)).*
		UNION ALL
		SELECT (vsm.fact_alias(source, r.entity, repository || '#' || vsm.json_text(request, 'number'), r.created_at)).*
		UNION ALL
		SELECT (vsm.fact_alias(source, r.entity, source || ':node:' || vsm.json_text(request, 'node_id'), r.created_at)).*
		WHERE request ? 'node_id'
		UNION ALL
		SELECT (vsm.fact_event(source, r.entity, r.created_at, 'opened', r.entity || ':opened',
			attributes => jsonb_build_object('repository', repository, 'number', request -> 'number', 'source_branch',
				request #> '{head,ref}',
				'target_branch', request #> '{base,ref}', 'url', request -> 'html_url'))).*
		UNION ALL
		-- (What ended before it began ended at another time.)
		SELECT (vsm.fact_event(source, r.entity, r.merged_at, 'merged', r.entity || ':merged')).*
		WHERE r.merged_at IS NOT NULL AND (r.merged_at < r.created_at) IS NOT TRUE
		UNION ALL
		SELECT (vsm.fact_event(source, r.entity, r.closed_at, 'closed', vsm.github_event_id(r.entity, 'closed', r.closed_at))).*
		WHERE r.merged_at IS NULL AND r.state = 'closed' AND (r.closed_at < r.created_at) IS NOT TRUE
		UNION ALL
		SELECT k.* FROM vsm.read_keys(source, r.entity, r.created_at, r.source_branch, r.title, r.description) AS k
		UNION ALL
		SELECT (vsm.fact_link(source, r.entity, c.issue, 'implements', 'closing reference', since => r.created_at)).*
		FROM vsm.github_closes(concat_ws(E'\n', r.title, r.description), repository) AS c (issue)
		UNION ALL
		SELECT (vsm.fact_link(source, vsm.json_text(request, 'merge_commit_sha'), r.entity, 'part_of', 'merge commit')).*
		WHERE r.merged_at IS NOT NULL
		UNION ALL
		SELECT (vsm.fact_link(source, vsm.json_text(request, 'head', 'sha'), r.entity, 'part_of', 'head commit')).*
		WHERE request #> '{head,sha}' IS NOT NULL
		UNION ALL
		-- GitHub names the branch of a reversal revert-13-BRANCH and writes "Reverts shop/checkout#13" below.
		SELECT (vsm.fact_link(source, r.entity, v.target, 'reverts', v.method, v.confidence, since => r.created_at)).*
		FROM (
			SELECT coalesce(m.reverted[1], repository || '#' || m.reverted[2], m.reverted[3]) AS target,
				'reversal in description' AS method, 1.0::float8 AS confidence
			FROM (SELECT r.description WHERE strpos(r.description, 'everts ') > 0 OFFSET 0) AS d,
				regexp_matches(d.description,
					'(?:^|\n)\s*Reverts (?:([\w.-]+/[\w.-]+#\d{1,20})|#(\d{1,20}))\M|\mThis reverts commit ([0-9a-f]{40})\M',
					'g') AS m (reverted)
			UNION ALL
			SELECT repository || '#' || substring(r.source_branch FROM '^revert-(\d{1,20})-'), 'branch of a reversal', 0.9
			WHERE starts_with(r.source_branch, 'revert-')) AS v
		WHERE v.target IS NOT NULL) AS q;
END;
COMMENT ON FUNCTION vsm.read_github_pull_request_object(text, text, jsonb, jsonb) IS
	'the facts of a pull request in a payload of GitHub: its columns, opened, merged, closed, its commits, the items that it implements, '
	'what it reverts';

CREATE FUNCTION vsm.github_request_repository(body jsonb, request jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(vsm.json_text(body, 'repository', 'full_name'), vsm.json_text(request, 'base', 'repo', 'full_name'),
	vsm.github_repository(request ->> 'html_url'), vsm.github_repository(request ->> 'url'));
COMMENT ON FUNCTION vsm.github_request_repository(jsonb, jsonb) IS 'the repository that a pull request is to be merged into';

CREATE FUNCTION vsm.read_github_pull_request(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 10
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT o.*, vsm.github_request_repository(o.body, o.request) AS repository,
			source || ':pull_request:' || vsm.json_text(o.request, 'id') AS entity,
			vsm.json_time(o.request, 'created_at') AS created_at,
			vsm.json_time(o.request, 'updated_at') AS updated_at
		FROM (
			SELECT p.body, p.body ->> 'action' AS action,
				CASE WHEN jsonb_typeof(p.body -> 'pull_request') = 'object' THEN p.body -> 'pull_request' ELSE p.body END AS request
			FROM (SELECT payload #> '{}' AS body OFFSET 0) AS p
			OFFSET 0) AS o
		OFFSET 0) AS p,
	LATERAL (
		SELECT r.* FROM vsm.read_github_pull_request_object(source, p.repository, p.request, names) AS r
		UNION ALL
		SELECT q.*
		FROM (
			SELECT (vsm.fact_event(source, p.entity, e.at, e.state, vsm.github_event_id(p.entity, e.id, e.at), method => e.method)).*
			FROM (
				SELECT p.updated_at AS at, p.action AS state, p.action AS id, NULL AS method
				WHERE p.action IN ('reopened', 'ready_for_review', 'enqueued', 'dequeued')
				UNION ALL
				-- (Of whom is no one's business, but of several at once each is an event.)
				SELECT p.updated_at, 'review_requested', 'review_requested:' || coalesce(md5(r.reviewer), ''), NULL
				FROM (SELECT coalesce(vsm.json_text(p.body, 'requested_reviewer', 'login'),
					vsm.json_text(p.body, 'requested_team', 'slug')) AS reviewer
					WHERE p.action = 'review_requested' OFFSET 0) AS r
				UNION ALL
				SELECT CASE p.action WHEN 'converted_to_draft' THEN p.updated_at ELSE p.created_at END, 'draft', 'draft', NULL
				WHERE p.action = 'converted_to_draft' OR p.request ->> 'draft' = 'true' AND (p.action = 'opened'
					-- Nothing has changed it yet.
					OR p.action IS NULL AND p.updated_at = p.created_at)
				UNION ALL
				SELECT p.updated_at, l.state, 'label:' || l.state, 'label'
				FROM (SELECT vsm.json_text(p.body, 'label', 'name') || CASE p.action WHEN 'unlabeled' THEN ' removed' ELSE '' END AS state
					WHERE p.action IN ('labeled', 'unlabeled') OFFSET 0) AS l
				UNION ALL
				-- Gitea does not always say when.
				SELECT p.updated_at, 'closed', 'closed', NULL
				WHERE p.action = 'closed' AND vsm.json_time(p.request, 'closed_at') IS NULL
				AND vsm.json_time(p.request, 'merged_at') IS NULL AND (p.request ->> 'merged' = 'true') IS NOT TRUE) AS e
			UNION ALL
			SELECT (vsm.fact_row(source, 'merge_request', p.entity, p.updated_at, jsonb_build_object('ready_at', p.updated_at))).*
			WHERE p.action = 'ready_for_review'
			UNION ALL
			-- The API, and a webhook of any other change, say that it is open, and whether it is a draft, but not since when.
			SELECT (vsm.fact_observed(source, p.entity, p.updated_at, s.state, after => s.after)).*
			FROM (
				SELECT 'reopened' AS state, '["closed"]'::jsonb AS after WHERE p.action IS DISTINCT FROM 'reopened'
				UNION ALL
				SELECT 'draft', '["opened", "reopened", "ready_for_review"]'
				WHERE p.request ->> 'draft' = 'true' AND (p.action IN ('converted_to_draft', 'opened')) IS NOT TRUE
				UNION ALL
				SELECT 'ready_for_review', '["draft"]'
				WHERE p.request ->> 'draft' = 'false' AND p.action IS DISTINCT FROM 'ready_for_review') AS s
			WHERE p.request ->> 'state' = 'open' AND p.updated_at > p.created_at
			UNION ALL
			-- What says that it is closed says when, but for other tools of the same shapes.
			SELECT (vsm.fact_observed(source, p.entity, p.updated_at, CASE WHEN e.is_merged THEN 'merged' ELSE 'closed' END)).*
			FROM (
				SELECT p.request ->> 'merged' = 'true' OR vsm.json_time(p.request, 'merged_at') IS NOT NULL AS is_merged,
					coalesce(vsm.json_time(p.request, 'merged_at'), vsm.json_time(p.request, 'closed_at')) AS at
				WHERE p.request ->> 'state' = 'closed'
				OFFSET 0) AS e
			WHERE e.at < p.created_at OR e.at IS NULL AND (p.action IS DISTINCT FROM 'closed' OR e.is_merged)) AS q) AS f;
END;
COMMENT ON FUNCTION vsm.read_github_pull_request(text, jsonb, jsonb) IS
	'facts of a pull request of GitHub: webhook pull_request, or GET /repos/OWNER/NAME/pulls';

/*
 * A pull request as lists and searches of issues have it: under the id of the issue that it is, too, and
 * without its branches and commits. Its node tells which request it is.
 */
CREATE FUNCTION vsm.read_github_listed_request(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 5
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT b.body, vsm.github_node_request(vsm.json_text(b.body, 'node_id')) AS id,
			coalesce(vsm.github_repository(b.body ->> 'repository_url'), vsm.github_repository(b.body ->> 'html_url'),
				vsm.github_repository(b.body ->> 'url')) AS repository,
			vsm.json_time(b.body, 'created_at') AS created_at,
			vsm.json_time(b.body, 'pull_request', 'merged_at') AS merged_at,
			-- Before 2020 it was not said whether what is closed was merged.
			(b.body ->> 'state' = 'open' OR b.body -> 'pull_request' ? 'merged_at') IS TRUE AS is_known
		FROM (SELECT payload #> '{}' AS body OFFSET 0) AS b
		OFFSET 0) AS r,
	LATERAL (
		SELECT o.*
		FROM vsm.read_github_pull_request_object(source, r.repository,
			CASE WHEN r.is_known THEN r.body ELSE r.body - '{state,closed_at}'::text[] END
				|| jsonb_build_object('id', r.id, 'merged_at', r.merged_at), names) AS o
		WHERE (o.fact = 'event' AND o.value = 'opened') IS NOT TRUE
		UNION ALL
		-- Its own list tells more of this.
		SELECT (vsm.fact_event(source, e.entity, r.created_at, 'opened', e.entity || ':opened')).*
		FROM (SELECT source || ':pull_request:' || r.id AS entity OFFSET 0) AS e) AS f;
END;
COMMENT ON FUNCTION vsm.read_github_listed_request(text, jsonb, jsonb) IS
	'facts of a pull request of GitHub in an answer of GET /repos/OWNER/NAME/issues or /search/issues';

/*
 * What its author or a bot wrote is no review; where the author is not known, whoever approved or
 * asked for changes is another.
 */
CREATE FUNCTION vsm.read_github_review_object(source text, entity text, author text, action text, dismissed_at timestamptz, review jsonb,
	names jsonb)
RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 2
BEGIN ATOMIC
	SELECT q.*
	FROM (
		SELECT lower(review ->> 'state') AS state,
			vsm.json_time(review, 'submitted_at') AS at,
			entity || ':review:' || vsm.json_text(review, 'id') AS id,
			vsm.json_text(review, 'user', 'login') AS reviewer,
			vsm.fact_details('sha', review -> 'commit_id') AS attributes
		OFFSET 0) AS r,
	LATERAL (
		-- What a dismissed review had said is not told any more; a pending one has no time yet.
		SELECT (vsm.fact_event(source, entity, r.at, r.state, r.id, attributes => r.attributes)).*
		WHERE r.state IN ('approved', 'changes_requested', 'commented')
		UNION ALL
		SELECT (vsm.fact_event(source, entity, dismissed_at, 'dismissed', r.id || ':dismissed', attributes => r.attributes)).*
		WHERE action = 'dismissed'
		UNION ALL
		SELECT (vsm.fact_row(source, 'merge_request', entity, r.at, jsonb_build_object('source', source, 'approved_at', r.at))).*
		WHERE r.state = 'approved' AND r.at IS NOT NULL
		UNION ALL
		SELECT (vsm.fact_row(source, 'merge_request', entity, r.at, jsonb_build_object('source', source, 'first_review_at', r.at))).*
		WHERE r.at IS NOT NULL AND r.state IN ('approved', 'changes_requested', 'commented', 'dismissed')
		AND CASE WHEN author IS NULL OR r.reviewer IS NULL THEN r.state <> 'commented' ELSE author <> r.reviewer END
		AND vsm.github_author_kind(vsm.github_author(names, r.reviewer, NULL, NULL), review #>> '{user,type}', 'reviewer') = 'person') AS q;
END;
COMMENT ON FUNCTION vsm.read_github_review_object(text, text, text, text, timestamptz, jsonb, jsonb) IS
	'the facts of a review of a pull request: commented, approved, changes_requested or dismissed, '
	'and when somebody else than the author reviewed it';

CREATE FUNCTION vsm.read_github_pull_request_review(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 10
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT o.*, vsm.github_request_repository(o.body, o.request) AS repository,
			source || ':pull_request:' || vsm.json_text(o.request, 'id') AS entity,
			vsm.json_text(o.request, 'user', 'login') AS author,
			vsm.json_time(o.request, 'updated_at') AS updated_at
		FROM (
			SELECT p.body, p.body ->> 'action' AS action, p.body -> 'pull_request' AS request,
				CASE WHEN p.body -> 'review' ? 'id' THEN p.body -> 'review' ELSE vsm.github_gitea_review(p.body) END AS review
			FROM (SELECT payload #> '{}' AS body OFFSET 0) AS p
			OFFSET 0) AS o
		OFFSET 0) AS p,
	LATERAL (
		SELECT r.* FROM vsm.read_github_pull_request_object(source, p.repository, p.request, names) AS r
		UNION ALL
		SELECT v.* FROM vsm.read_github_review_object(source, p.entity, p.author, p.action, p.updated_at, p.review, names) AS v) AS f;
END;
COMMENT ON FUNCTION vsm.read_github_pull_request_review(text, jsonb, jsonb) IS 'facts of the webhook pull_request_review of GitHub';

CREATE FUNCTION vsm.read_github_pull_request_part(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 50
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT p.body, source || ':pull_request:' || vsm.json_text(p.body, 'pull_request', 'id') AS entity,
			vsm.json_text(p.body, 'pull_request', 'user', 'login') AS author
		FROM (SELECT payload #> '{}' AS body OFFSET 0) AS p
		OFFSET 0) AS p,
	LATERAL (
		SELECT v.*
		FROM jsonb_array_elements(vsm.json_array(p.body -> 'reviews')) AS r (review),
			LATERAL vsm.read_github_review_object(source, p.entity, p.author, NULL, NULL, r.review, names) AS v
		UNION ALL
		SELECT o.*
		FROM (
			SELECT c.object, coalesce(vsm.github_repository(c.object ->> 'html_url'),
				vsm.github_repository(c.object ->> 'url')) AS repository
			FROM jsonb_array_elements(vsm.json_array(p.body -> 'commits')) AS c (object)
			OFFSET 0) AS c,
			LATERAL vsm.read_github_commit_object(source, c.repository, NULL, c.object, names) AS o
		UNION ALL
		SELECT (vsm.fact_link(source, vsm.json_text(c.object, 'sha'), p.entity, 'part_of', 'pull request commits')).*
		FROM jsonb_array_elements(vsm.json_array(p.body -> 'commits')) AS c (object)) AS f;
END;
COMMENT ON FUNCTION vsm.read_github_pull_request_part(text, jsonb, jsonb) IS
	'facts of answers of GET /repos/OWNER/NAME/pulls/NUMBER/commits and /reviews, wrapped with the request whose id they lack: '
	'{"pull_request": {"id": 99}, "commits": [...], "reviews": [...]}';
