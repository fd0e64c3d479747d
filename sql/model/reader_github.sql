/*
 * GitHub: webhooks and the same objects of the REST API.
 *
 * Entities are SOURCE:issue:ID, SOURCE:pull_request:ID, SOURCE:workflow_run:ID,
 * SOURCE:workflow_job:ID and SOURCE:deployment:ID with GitHub's ids, SOURCE:release:REPOSITORY@TAG,
 * SOURCE:tag:REPOSITORY@TAG and SOURCE:branch:REPOSITORY@BRANCH, and the SHAs of commits. A
 * repository is its full name: shop/checkout. Issues are items; "shop/checkout#12" is an alias of
 * an issue or of a pull request, which share their numbers.
 *
 * A webhook's body does not say which event it is (a header does), so kinds are told by shape.
 * Events that a webhook and the API both tell of have the same id; the earlier time is kept.
 * Labels are events with method "label": the name when added, "NAME removed" when removed.
 *
 * Where an object has no time for what happened to it, its updated_at is the time: reopened,
 * draft, ready_for_review, review_requested, enqueued, dismissed, labels, deleted, transferred.
 */

CREATE FUNCTION vsm.github_repository(url text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT substring(url FROM '^[a-z]+://[^/]+/(?:api/v3/)?(?:repos/)?([^/]+/[^/]+)(?:/|$)');
END;
COMMENT ON FUNCTION vsm.github_repository(text) IS
	'the repository that the address of an object of GitHub lies in: shop/checkout; NULL if it is none';

CREATE FUNCTION vsm.github_closes(message text, repository text) RETURNS SETOF text
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT coalesce(r.reference[1], r.reference[2], repository) || '#' || r.reference[3]
	-- (Most messages name no issue at all: they need no regular expression.)
	FROM (SELECT message AS text WHERE strpos(message, '#') > 0 OR strpos(message, '/issues/') > 0 OFFSET 0) AS m,
		regexp_matches(m.text,
			'\m(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+(?:https?://[^/\s]+/([\w.-]+/[\w.-]+)/issues/|([\w.-]+/[\w.-]+)?#)(\d+)\M',
				'gi') AS r (reference);
END;
COMMENT ON FUNCTION vsm.github_closes(text, text) IS
	'the issues of GitHub that a message closes ("Fixes #4, closes shop/web#6"), as REPOSITORY#NUMBER; repository is that of a bare #4';

CREATE FUNCTION vsm.read_github_commit_object(source text, repository text, commit jsonb) RETURNS SETOF vsm.old_fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 2
BEGIN ATOMIC
	SELECT source, f.fact, c.sha, f.at, f.value, NULL::text, f.name, NULL::text, NULL::text, NULL::text, NULL::bigint,
		f.method, f.confidence, NULL::timestamptz, f.details
	FROM (SELECT
			-- The API has the commit proper inside; webhooks have a flat one with one time.
			coalesce(commit ->> 'sha', commit ->> 'id') AS sha,
			vsm.payload_time(coalesce(commit #>> '{commit,committer,date}', commit ->> 'timestamp')) AS committed_at,
			coalesce(commit #>> '{commit,message}', commit ->> 'message') AS message
		OFFSET 0) AS c,
	LATERAL (SELECT split_part(c.message, E'\n', 1) AS title OFFSET 0) AS t,
	LATERAL (
		SELECT 'commit' AS fact, c.committed_at AS at, NULL AS value, NULL AS name, NULL AS method, NULL::float8 AS confidence,
			jsonb_strip_nulls(jsonb_build_object(
				'source', source,
				'repository', repository,
				'authored_at', vsm.payload_time(commit #>> '{commit,author,date}'),
				'committed_at', c.committed_at,
				'title', t.title,
				'parents', CASE WHEN commit ? 'parents' THEN jsonb_path_query_array(commit, '$.parents[*].sha') END,
				'url', coalesce(commit -> 'html_url', commit -> 'url'))) AS details
		UNION ALL
		SELECT k.fact, k.at, k.value, k.name, k.method, k.confidence, k.details
		FROM vsm.old_read_keys(source, c.sha, c.committed_at, NULL, t.title, NULL) AS k
		UNION ALL
		SELECT 'link', c.committed_at, r.issue, 'implements', 'closing reference', 1.0, NULL
		FROM vsm.github_closes(c.message, repository) AS r (issue)
		UNION ALL
		-- What GitHub writes into the subject when it squashes or merges a pull request.
		SELECT 'link', NULL, repository || '#' || n.number, 'part_of', 'number in subject', 0.95, NULL
		FROM (SELECT coalesce(substring(t.title FROM '\(#(\d+)\)$'),
			substring(t.title FROM '^Merge pull request #(\d+) from ')) AS number OFFSET 0) AS n
		WHERE n.number IS NOT NULL AND repository IS NOT NULL) AS f
	WHERE c.sha IS NOT NULL;
END;
COMMENT ON FUNCTION vsm.read_github_commit_object(text, text, jsonb) IS
	'the facts of a commit in a payload of GitHub: the commit, the keys in its subject, the issues that it closes, the pull request that '
	'it is of';

CREATE FUNCTION vsm.read_github_commit(source text, payload jsonb) RETURNS SETOF vsm.old_fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 2
BEGIN ATOMIC
	SELECT f.* FROM vsm.read_github_commit_object(source, vsm.github_repository(payload ->> 'html_url'), payload) AS f;
END;
COMMENT ON FUNCTION vsm.read_github_commit(text, jsonb) IS 'facts of a commit of GET /repos/OWNER/NAME/commits, with its parents';

CREATE FUNCTION vsm.github_type(issue jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT coalesce(
		vsm.item_type(issue #>> '{type,name}'),
		(SELECT min(vsm.item_type(l ->> 'name')) FROM jsonb_array_elements(issue -> 'labels') AS l
		 WHERE vsm.item_type(l ->> 'name') IN ('defect', 'risk', 'debt')),
		vsm.item_type('issue'));
END;
COMMENT ON FUNCTION vsm.github_type(jsonb) IS 'feature, defect, risk, debt or other: by the type of an issue of GitHub, else by its labels';

/*
 * An issue, its state and, from a webhook, what has just happened to it. Closed as not planned or
 * as a duplicate are states of their own. An issue with the type or a label "incident" is an
 * incident, too; "root cause: SHA" in its text is the cause.
 */
CREATE FUNCTION vsm.read_github_issue(source text, payload jsonb) RETURNS SETOF vsm.old_fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 5
BEGIN ATOMIC
	SELECT source, f.fact, i.entity, f.at, f.value, f.id, f.name, NULL::text, NULL::text, NULL::text, NULL::bigint,
		f.method, f.confidence, NULL::timestamptz, f.details
	FROM (
		SELECT o.issue, o.action, o.repository,
			source || ':issue:' || (o.issue ->> 'id') AS entity,
			o.repository || '#' || (o.issue ->> 'number') AS key,
			jsonb_path_query_array(o.issue, '$.labels[*].name') AS labels,
			vsm.payload_time(o.issue ->> 'created_at') AS created_at,
			vsm.payload_time(o.issue ->> 'updated_at') AS updated_at,
			CASE o.issue ->> 'state' WHEN 'closed' THEN vsm.payload_time(o.issue ->> 'closed_at') END AS closed_at
		FROM (SELECT q.issue, payload ->> 'action' AS action,
				coalesce(payload #>> '{repository,full_name}', vsm.github_repository(q.issue ->> 'repository_url'),
					vsm.github_repository(q.issue ->> 'html_url')) AS repository
			FROM (SELECT CASE WHEN payload ? 'issue' THEN payload -> 'issue' ELSE payload END AS issue OFFSET 0) AS q
			OFFSET 0) AS o
		-- The API lists pull requests among the issues; they come by a list of their own.
		WHERE NOT o.issue ? 'pull_request'
		OFFSET 0) AS i,
	LATERAL (
		SELECT 'item' AS fact, i.updated_at AS at, NULL AS value, NULL AS id, NULL AS name, NULL AS method, NULL::float8 AS confidence,
			jsonb_build_object(
				'source', source,
				'key', i.key,
				'project', i.repository,
				'source_type', coalesce(i.issue #>> '{type,name}', 'issue'),
				'type', vsm.github_type(i.issue),
				'title', i.issue -> 'title',
				'url', i.issue -> 'html_url',
				'created_at', i.created_at,
				'due_at', vsm.payload_time(i.issue #>> '{milestone,due_on}'),
				'tags', i.labels) AS details
		UNION ALL
		SELECT 'alias', i.created_at, i.key, NULL, NULL, NULL, NULL, NULL
		UNION ALL
		-- Moved from another repository: people go on writing the old number.
		SELECT 'alias', i.created_at, (payload #>> '{changes,old_repository,full_name}') || '#'
			|| (payload #>> '{changes,old_issue,number}'),
			NULL, NULL, NULL, NULL, NULL
		WHERE payload #>> '{changes,old_repository,full_name}' IS NOT NULL AND payload #>> '{changes,old_issue,number}' IS NOT NULL
		UNION ALL
		SELECT 'event', e.at, e.state, i.entity || ':' || e.id, NULL, e.method, NULL, NULL
		FROM (
			SELECT i.created_at AS at, 'opened' AS state, 'opened' AS id, NULL AS method
			UNION ALL
			SELECT i.closed_at, coalesce(nullif(i.issue ->> 'state_reason', 'completed'), 'closed'),
				'closed:' || floor(extract(epoch FROM i.closed_at)), NULL
			UNION ALL
			SELECT i.updated_at, i.action, i.action || ':' || floor(extract(epoch FROM i.updated_at)), NULL
			WHERE i.action IN ('reopened', 'deleted', 'transferred')
			UNION ALL
			SELECT i.updated_at, l.state, 'label:' || l.state || ':' || floor(extract(epoch FROM i.updated_at)), 'label'
			FROM (SELECT (payload #>> '{label,name}') || CASE i.action WHEN 'unlabeled' THEN ' removed' ELSE '' END AS state OFFSET 0) AS l
			WHERE i.action IN ('labeled', 'unlabeled') AND l.state IS NOT NULL) AS e
		WHERE e.at IS NOT NULL
		UNION ALL
		SELECT 'incident', i.updated_at, NULL, NULL, NULL, NULL, NULL,
			jsonb_build_object(
				'source', source,
				'repository', i.repository,
				'opened_at', i.created_at,
				'resolved_at', i.closed_at,
				'severity', (SELECT min(l) FROM jsonb_array_elements_text(i.labels) AS l WHERE l ~* '^(sev|severity)[ :/_-]*\d'),
				'status', i.issue -> 'state',
				'title', i.issue -> 'title',
				'url', i.issue -> 'html_url')
		WHERE i.issue #>> '{type,name}' ILIKE 'incident' OR i.labels @? '$[*] ? (@ like_regex "^incident$" flag "i")'
		UNION ALL
		SELECT 'link', i.created_at, c.sha, NULL, 'caused_by', 'root cause in description', 0.9, NULL
		FROM (SELECT lower(substring(i.issue ->> 'body' FROM '(?i)\mroot cause:\s*([0-9a-f]{40})\M')) AS sha OFFSET 0) AS c
		WHERE c.sha IS NOT NULL) AS f;
END;
COMMENT ON FUNCTION vsm.read_github_issue(text, jsonb) IS 'facts of an issue of GitHub: webhook issues, or GET /repos/OWNER/NAME/issues';

CREATE FUNCTION vsm.read_github_issue_event(source text, payload jsonb) RETURNS SETOF vsm.old_fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT source, 'event', e.entity, e.at, e.state,
		e.entity || ':' || CASE WHEN e.is_label THEN 'label:' || e.state ELSE e.event END || ':' || floor(extract(epoch FROM e.at)),
		NULL::text, NULL::text, NULL::text, NULL::text, NULL::bigint,
		CASE WHEN e.is_label THEN 'label' END, NULL::float8, NULL::timestamptz, NULL::jsonb
	FROM (SELECT
			source || ':issue:' || (payload #>> '{issue,id}') AS entity,
			vsm.payload_time(payload ->> 'created_at') AS at,
			payload ->> 'event' AS event,
			payload ->> 'event' IN ('labeled', 'unlabeled') AS is_label,
			CASE payload ->> 'event'
				WHEN 'closed' THEN coalesce(nullif(payload ->> 'state_reason', 'completed'), 'closed')
				WHEN 'reopened' THEN 'reopened'
				WHEN 'labeled' THEN payload #>> '{label,name}'
				WHEN 'unlabeled' THEN (payload #>> '{label,name}') || ' removed'
			END AS state
		OFFSET 0) AS e
	WHERE e.state IS NOT NULL AND NOT payload -> 'issue' ? 'pull_request';
END;
COMMENT ON FUNCTION vsm.read_github_issue_event(text, jsonb) IS
	'facts of an event of GET /repos/OWNER/NAME/issues/events: closed, reopened and labels, with every time that they happened';

/*
 * A pull request: what the object itself says. merge_commit_sha is a trial before the merge; after
 * it, the commit that the merge, squash or rebase left on the base branch.
 */
CREATE FUNCTION vsm.read_github_pull_request_object(source text, repository text, request jsonb) RETURNS SETOF vsm.old_fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 8
BEGIN ATOMIC
	SELECT source, f.fact, f.entity, f.at, f.value, f.id, f.name, NULL::text, NULL::text, NULL::text, NULL::bigint,
		f.method, f.confidence, NULL::timestamptz, f.details
	FROM (SELECT source || ':pull_request:' || (request ->> 'id') AS entity,
			vsm.payload_time(request ->> 'created_at') AS created_at,
			vsm.payload_time(request ->> 'closed_at') AS closed_at,
			vsm.payload_time(request ->> 'merged_at') AS merged_at
		OFFSET 0) AS r,
	LATERAL (
		SELECT 'alias' AS fact, r.entity, r.created_at AS at, repository || '#' || (request ->> 'number') AS value, NULL AS id,
			NULL AS name,
			NULL AS method, NULL::float8 AS confidence, NULL::jsonb AS details
		WHERE repository IS NOT NULL AND request ? 'number'
		UNION ALL
		SELECT 'event', r.entity, r.created_at, 'opened', r.entity || ':opened', NULL, NULL, NULL,
			jsonb_build_object('repository', repository, 'number', request -> 'number', 'source_branch', request #> '{head,ref}',
				'target_branch', request #> '{base,ref}', 'url', request -> 'html_url')
		WHERE r.created_at IS NOT NULL
		UNION ALL
		SELECT 'event', r.entity, r.merged_at, 'merged', r.entity || ':merged', NULL, NULL, NULL, NULL
		WHERE r.merged_at IS NOT NULL
		UNION ALL
		SELECT 'event', r.entity, r.closed_at, 'closed', r.entity || ':closed:' || floor(extract(epoch FROM r.closed_at)), NULL, NULL, NULL,
			NULL
		WHERE r.merged_at IS NULL AND r.closed_at IS NOT NULL AND request ->> 'state' = 'closed'
		UNION ALL
		SELECT k.fact, k.entity, k.at, k.value, k.id, k.name, k.method, k.confidence, k.details
		FROM vsm.old_read_keys(source, r.entity, r.created_at, request #>> '{head,ref}', request ->> 'title', request ->> 'body') AS k
		UNION ALL
		SELECT 'link', r.entity, r.created_at, c.issue, NULL, 'implements', 'closing reference', 1.0, NULL
		FROM vsm.github_closes(concat_ws(E'\n', request ->> 'title', request ->> 'body'), repository) AS c (issue)
		UNION ALL
		SELECT 'link', request ->> 'merge_commit_sha', NULL, r.entity, NULL, 'part_of', 'merge commit', 1.0, NULL
		WHERE r.merged_at IS NOT NULL AND request ->> 'merge_commit_sha' IS NOT NULL
		UNION ALL
		SELECT 'link', request #>> '{head,sha}', NULL, r.entity, NULL, 'part_of', 'head commit', 1.0, NULL
		WHERE request #>> '{head,sha}' IS NOT NULL) AS f;
END;
COMMENT ON FUNCTION vsm.read_github_pull_request_object(text, text, jsonb) IS
	'the facts of a pull request in a payload of GitHub: opened, merged, closed, its commits, the items that it implements';

CREATE FUNCTION vsm.read_github_pull_request(source text, payload jsonb) RETURNS SETOF vsm.old_fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 10
BEGIN ATOMIC
	SELECT f.*
	FROM (SELECT q.request, payload ->> 'action' AS action,
			coalesce(payload #>> '{repository,full_name}', q.request #>> '{base,repo,full_name}',
				vsm.github_repository(q.request ->> 'html_url')) AS repository,
			source || ':pull_request:' || (q.request ->> 'id') AS entity,
			vsm.payload_time(q.request ->> 'created_at') AS created_at,
			vsm.payload_time(q.request ->> 'updated_at') AS updated_at
		FROM (SELECT CASE WHEN payload ? 'pull_request' THEN payload -> 'pull_request' ELSE payload END AS request OFFSET 0) AS q
		OFFSET 0) AS p,
	LATERAL (
		SELECT r.* FROM vsm.read_github_pull_request_object(source, p.repository, p.request) AS r
		UNION ALL
		SELECT source, 'event', p.entity, e.at, e.state, p.entity || ':' || e.id || ':' || floor(extract(epoch FROM e.at)),
			NULL, NULL, NULL, NULL, NULL, e.method, NULL, NULL, e.details
		FROM (
			SELECT p.updated_at AS at, p.action AS state, p.action AS id, NULL AS method, NULL::jsonb AS details
			WHERE p.action IN ('reopened', 'ready_for_review', 'enqueued', 'dequeued')
			UNION ALL
			SELECT p.updated_at, 'review_requested', 'review_requested:' || coalesce(r.reviewer, ''), NULL,
				jsonb_build_object('reviewer', r.reviewer)
			FROM (SELECT coalesce(payload #>> '{requested_reviewer,login}', payload #>> '{requested_team,slug}') AS reviewer OFFSET 0) AS r
			WHERE p.action = 'review_requested'
			UNION ALL
			SELECT CASE p.action WHEN 'opened' THEN p.created_at ELSE p.updated_at END, 'draft', 'draft', NULL, NULL
			WHERE p.action = 'converted_to_draft' OR p.action = 'opened' AND p.request ->> 'draft' = 'true'
			UNION ALL
			SELECT p.updated_at, l.state, 'label:' || l.state, 'label', NULL
			FROM (SELECT (payload #>> '{label,name}') || CASE p.action WHEN 'unlabeled' THEN ' removed' ELSE '' END AS state OFFSET 0) AS l
			WHERE p.action IN ('labeled', 'unlabeled') AND l.state IS NOT NULL) AS e
		WHERE e.at IS NOT NULL) AS f;
END;
COMMENT ON FUNCTION vsm.read_github_pull_request(text, jsonb) IS
	'facts of a pull request of GitHub: webhook pull_request, or GET /repos/OWNER/NAME/pulls';

CREATE FUNCTION vsm.read_github_review_object(source text, entity text, action text, dismissed_at timestamptz,
	review jsonb) RETURNS SETOF vsm.old_fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT source, 'event', entity, e.at, e.state, e.id, NULL::text, NULL::text, NULL::text, NULL::text, NULL::bigint,
		NULL::text, NULL::float8, NULL::timestamptz,
		jsonb_strip_nulls(jsonb_build_object('reviewer', review #>> '{user,login}', 'sha', review -> 'commit_id'))
	FROM (
		-- What a dismissed review had said is not told any more; a pending one has no time yet.
		SELECT vsm.payload_time(review ->> 'submitted_at') AS at, lower(review ->> 'state') AS state,
			entity || ':review:' || (review ->> 'id') AS id
		WHERE lower(review ->> 'state') NOT IN ('dismissed', 'pending')
		UNION ALL
		SELECT dismissed_at, 'dismissed', entity || ':review:' || (review ->> 'id') || ':dismissed'
		WHERE action = 'dismissed') AS e
	WHERE e.at IS NOT NULL;
END;
COMMENT ON FUNCTION vsm.read_github_review_object(text, text, text, timestamptz, jsonb) IS
	'the event that a review of a pull request is: commented, approved, changes_requested or dismissed';

CREATE FUNCTION vsm.read_github_pull_request_review(source text, payload jsonb) RETURNS SETOF vsm.old_fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 10
BEGIN ATOMIC
	SELECT f.*
	FROM (SELECT source || ':pull_request:' || (payload #>> '{pull_request,id}') AS entity,
			vsm.payload_time(payload #>> '{pull_request,updated_at}') AS updated_at OFFSET 0) AS p,
	LATERAL (
		SELECT r.* FROM vsm.read_github_pull_request_object(source, payload #>> '{repository,full_name}', payload -> 'pull_request') AS r
		UNION ALL
		SELECT v.* FROM vsm.read_github_review_object(source, p.entity, payload ->> 'action', p.updated_at, payload -> 'review') AS v) AS f;
END;
COMMENT ON FUNCTION vsm.read_github_pull_request_review(text, jsonb) IS 'facts of the webhook pull_request_review of GitHub';

CREATE FUNCTION vsm.read_github_pull_request_part(source text, payload jsonb) RETURNS SETOF vsm.old_fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 50
BEGIN ATOMIC
	SELECT f.*
	FROM (SELECT source || ':pull_request:' || (payload #>> '{pull_request,id}') AS entity OFFSET 0) AS p,
	LATERAL (
		SELECT v.*
		FROM jsonb_array_elements(payload -> 'reviews') AS r (review),
			LATERAL vsm.read_github_review_object(source, p.entity, NULL, NULL, r.review) AS v
		UNION ALL
		SELECT o.*
		FROM jsonb_array_elements(payload -> 'commits') AS c (object),
			LATERAL vsm.read_github_commit_object(source, vsm.github_repository(c.object ->> 'html_url'), c.object) AS o
		UNION ALL
		SELECT source, 'link', c.object ->> 'sha', NULL, p.entity, NULL, 'part_of', NULL, NULL, NULL, NULL, 'pull request commits', 1.0,
			NULL, NULL
		FROM jsonb_array_elements(payload -> 'commits') AS c (object)
		WHERE c.object ->> 'sha' IS NOT NULL) AS f;
END;
COMMENT ON FUNCTION vsm.read_github_pull_request_part(text, jsonb) IS
	'facts of answers of GET /repos/OWNER/NAME/pulls/NUMBER/commits and /reviews, wrapped with the request whose id they lack: '
	'{"pull_request": {"id": 99}, "commits": [...], "reviews": [...]}';

CREATE FUNCTION vsm.read_github_push(source text, payload jsonb) RETURNS SETOF vsm.old_fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 20
BEGIN ATOMIC
	SELECT f.*
	FROM (SELECT r.*, source || CASE WHEN r.is_tag THEN ':tag:' ELSE ':branch:' END || r.repository || '@' || r.name AS entity
		FROM (SELECT payload #>> '{repository,full_name}' AS repository,
				regexp_replace(payload ->> 'ref', '^refs/(heads|tags)/', '') AS name,
				starts_with(payload ->> 'ref', 'refs/tags/') AS is_tag,
				payload ->> 'deleted' = 'true' AS deleted,
				-- An annotated tag has a SHA of its own: the commit is the head.
				coalesce(payload #>> '{head_commit,id}', payload ->> 'after') AS sha,
				-- Seconds here, where everything else is ISO 8601.
				coalesce(
					CASE jsonb_typeof(payload #> '{repository,pushed_at}')
						WHEN 'number' THEN vsm.payload_time(((payload #>> '{repository,pushed_at}')::numeric * 1000)::text)
						ELSE vsm.payload_time(payload #>> '{repository,pushed_at}')
					END,
					vsm.payload_time(payload #>> '{head_commit,timestamp}')) AS at,
				-- A tag, or a branch made from another, has no commits but a head.
				CASE WHEN payload -> 'commits' @> jsonb_build_array(jsonb_build_object('id', payload #> '{head_commit,id}'))
					OR jsonb_typeof(payload -> 'head_commit') IS DISTINCT FROM 'object' THEN payload -> 'commits'
				ELSE coalesce(payload -> 'commits', '[]') || jsonb_build_array(payload -> 'head_commit') END AS commits
			OFFSET 0) AS r
		OFFSET 0) AS p,
	LATERAL (
		SELECT source, 'event', p.entity, p.at,
			CASE WHEN p.deleted THEN 'deleted' WHEN p.is_tag THEN 'tagged' ELSE 'pushed' END,
			p.entity || ':' || CASE WHEN p.deleted THEN 'deleted:' || floor(extract(epoch FROM p.at)) ELSE p.sha END,
			NULL::text, NULL::text, NULL::text, NULL::text, NULL::bigint, NULL::text, NULL::float8, NULL::timestamptz,
			jsonb_build_object('before', payload -> 'before', 'after', payload -> 'after', 'forced', payload -> 'forced',
				'commits', jsonb_array_length(payload -> 'commits'))
		WHERE p.at IS NOT NULL
		UNION ALL
		SELECT source, 'link', p.entity, p.at, p.sha, NULL, 'builds', NULL, NULL, NULL, NULL, 'tag', 1.0, NULL, NULL
		WHERE p.is_tag AND NOT p.deleted
		UNION ALL
		SELECT o.*
		FROM jsonb_array_elements(p.commits) AS c (object),
			LATERAL vsm.read_github_commit_object(source, p.repository, c.object) AS o
		UNION ALL
		SELECT k.*
		FROM jsonb_array_elements(payload -> 'commits') AS c (object),
			LATERAL vsm.old_read_keys(source, c.object ->> 'id', vsm.payload_time(c.object ->> 'timestamp'), p.name, NULL, NULL) AS k
		WHERE NOT p.is_tag AND p.name IS DISTINCT FROM payload #>> '{repository,default_branch}') AS f;
END;
COMMENT ON FUNCTION vsm.read_github_push(text, jsonb) IS
	'facts of the webhook push of GitHub, of a branch or a tag: the commits, and what their subjects and the branch name';

/*
 * A run of a workflow. A re-run keeps the id and counts run_attempt up: each attempt is queued,
 * in_progress and ends with its conclusion (success, failure, cancelled, action_required, ...).
 */
CREATE FUNCTION vsm.read_github_workflow_run(source text, payload jsonb) RETURNS SETOF vsm.old_fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 8
BEGIN ATOMIC
	SELECT f.*
	FROM (SELECT q.run,
			source || ':workflow_run:' || (q.run ->> 'id') AS entity,
			coalesce(payload #>> '{repository,full_name}', q.run #>> '{repository,full_name}',
				vsm.github_repository(q.run ->> 'html_url')) AS repository,
			coalesce((q.run ->> 'run_attempt')::integer, 1) AS attempt,
			vsm.payload_time(q.run ->> 'created_at') AS created_at,
			vsm.payload_time(q.run ->> 'run_started_at') AS started_at,
			vsm.payload_time(q.run ->> 'updated_at') AS updated_at,
			q.run ->> 'status' AS status,
			payload ->> 'action' AS action
		FROM (SELECT CASE WHEN payload ? 'workflow_run' THEN payload -> 'workflow_run' ELSE payload END AS run OFFSET 0) AS q
		OFFSET 0) AS r,
	LATERAL (
		SELECT source, e.fact, r.entity, e.at, e.state, CASE e.fact WHEN 'event' THEN r.entity || ':' || e.attempt || ':' || e.id END,
			NULL::text, NULL::text, NULL::text, NULL::text, NULL::bigint, e.method, NULL::float8, NULL::timestamptz, e.details
		FROM (
			SELECT 'event' AS fact, r.created_at AS at, 'queued' AS state, 1 AS attempt, 'queued' AS id, NULL AS method,
				jsonb_strip_nulls(jsonb_build_object('repository', r.repository, 'name', r.run -> 'name', 'ref', r.run -> 'head_branch',
					'trigger', r.run -> 'event', 'run_number', r.run -> 'run_number', 'url', r.run -> 'html_url')) AS details
			UNION ALL
			SELECT 'event', r.started_at, 'queued', r.attempt, 'queued', NULL, NULL
			WHERE r.attempt > 1
			UNION ALL
			SELECT 'event', r.updated_at, 'in_progress', r.attempt, 'in_progress', NULL, NULL
			WHERE r.action = 'in_progress'
			UNION ALL
			SELECT 'event', r.updated_at, r.run ->> 'conclusion', r.attempt, 'completed', NULL, NULL
			WHERE r.status = 'completed' AND r.run ->> 'conclusion' IS NOT NULL
			UNION ALL
			SELECT 'observed', r.updated_at, r.status, NULL, NULL, 'observed', NULL
			WHERE r.action IS NULL AND r.status <> 'completed') AS e
		WHERE e.at IS NOT NULL
		UNION ALL
		SELECT source, 'link', r.entity, r.created_at, r.run ->> 'head_sha', NULL, 'builds', NULL, NULL, NULL, NULL, 'workflow run', 1.0,
			NULL, NULL
		WHERE r.run ->> 'head_sha' IS NOT NULL
		UNION ALL
		SELECT source, 'link', r.entity, r.created_at, source || ':pull_request:' || (p.request ->> 'id'),
			NULL, 'builds', NULL, NULL, NULL, NULL, 'pull request run', 1.0, NULL, NULL
		FROM jsonb_array_elements(r.run -> 'pull_requests') AS p (request)
		WHERE p.request ->> 'id' IS NOT NULL
		UNION ALL
		SELECT c.*
		FROM vsm.read_github_commit_object(source, coalesce(r.run #>> '{head_repository,full_name}', r.repository),
			r.run -> 'head_commit') AS c) AS f;
END;
COMMENT ON FUNCTION vsm.read_github_workflow_run(text, jsonb) IS
	'facts of a run of GitHub Actions: webhook workflow_run, or GET /repos/OWNER/NAME/actions/runs/ID';

CREATE FUNCTION vsm.read_github_workflow_runs(source text, payload jsonb) RETURNS SETOF vsm.old_fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 500
BEGIN ATOMIC
	SELECT f.* FROM jsonb_array_elements(payload -> 'workflow_runs') AS r, LATERAL vsm.read_github_workflow_run(source, r) AS f;
END;
COMMENT ON FUNCTION vsm.read_github_workflow_runs(text, jsonb) IS 'facts of a page of GET /repos/OWNER/NAME/actions/runs';

/*
 * A job of a run. It is waiting while a person has yet to approve the environment, queued until
 * a runner takes it. Until then GitHub writes the creation as its start.
 */
CREATE FUNCTION vsm.read_github_workflow_job(source text, payload jsonb) RETURNS SETOF vsm.old_fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 5
BEGIN ATOMIC
	SELECT source, f.fact, f.entity, f.at, f.value, f.id, f.name, NULL::text, NULL::text, NULL::text, NULL::bigint,
		f.method, CASE f.fact WHEN 'link' THEN 1.0::float8 END, NULL::timestamptz, f.details
	FROM (SELECT q.job,
			source || ':workflow_job:' || (q.job ->> 'id') AS entity,
			source || ':workflow_run:' || (q.job ->> 'run_id') AS run,
			vsm.payload_time(q.job ->> 'created_at') AS created_at,
			vsm.payload_time(q.job ->> 'started_at') AS started_at,
			vsm.payload_time(q.job ->> 'completed_at') AS completed_at,
			q.job ->> 'status' AS status,
			q.job ->> 'conclusion' AS conclusion
		FROM (SELECT CASE WHEN payload ? 'workflow_job' THEN payload -> 'workflow_job' ELSE payload END AS job OFFSET 0) AS q
		OFFSET 0) AS j,
	LATERAL (
		SELECT 'event' AS fact, j.entity, j.created_at AS at, s.state AS value, j.entity || ':' || s.state AS id, NULL AS name,
			NULL AS method,
			jsonb_strip_nulls(jsonb_build_object('name', j.job -> 'name', 'attempt', j.job -> 'run_attempt', 'url',
				j.job -> 'html_url')) AS details
		FROM (SELECT CASE j.status WHEN 'waiting' THEN 'waiting' ELSE 'queued' END AS state OFFSET 0) AS s
		WHERE j.created_at IS NOT NULL
		UNION ALL
		SELECT 'event', j.entity, j.started_at, 'in_progress', j.entity || ':in_progress', NULL, NULL, NULL
		WHERE j.status IN ('in_progress', 'completed') AND j.conclusion IS DISTINCT FROM 'skipped' AND j.started_at IS NOT NULL
		UNION ALL
		SELECT 'event', j.entity, j.completed_at, j.conclusion, j.entity || ':completed', NULL, NULL, NULL
		WHERE j.conclusion IS NOT NULL AND j.completed_at IS NOT NULL
		UNION ALL
		SELECT 'link', j.entity, NULL, j.run, NULL, 'part_of', 'workflow run', NULL
		UNION ALL
		SELECT 'link', j.run, NULL, j.job ->> 'head_sha', NULL, 'builds', 'workflow run', NULL
		WHERE j.job ->> 'head_sha' IS NOT NULL
		UNION ALL
		SELECT 'link', source || ':deployment:' || (payload #>> '{deployment,id}'), NULL, j.entity, NULL, 'part_of', 'workflow job', NULL
		WHERE payload #>> '{deployment,id}' IS NOT NULL) AS f;
END;
COMMENT ON FUNCTION vsm.read_github_workflow_job(text, jsonb) IS
	'facts of a job of GitHub Actions: webhook workflow_job, or GET /repos/OWNER/NAME/actions/jobs/ID';

CREATE FUNCTION vsm.read_github_workflow_jobs(source text, payload jsonb) RETURNS SETOF vsm.old_fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 100
BEGIN ATOMIC
	SELECT f.* FROM jsonb_array_elements(payload -> 'jobs') AS j, LATERAL vsm.read_github_workflow_job(source, j) AS f;
END;
COMMENT ON FUNCTION vsm.read_github_workflow_jobs(text, jsonb) IS 'facts of a page of GET /repos/OWNER/NAME/actions/runs/ID/jobs';

/*
 * A deployment and its statuses: queued, pending, waiting, in_progress, success, failure, error.
 * GitHub makes a successful deployment inactive when the next one succeeds: that is an event, but
 * it stays a success in the table.
 */
CREATE FUNCTION vsm.read_github_deployment(source text, payload jsonb) RETURNS SETOF vsm.old_fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 5
BEGIN ATOMIC
	SELECT source, f.fact, d.entity, f.at, f.value, f.id, f.name, NULL::text, NULL::text, NULL::text, NULL::bigint,
		f.method, CASE f.fact WHEN 'link' THEN 1.0::float8 END, NULL::timestamptz, f.details
	FROM (SELECT q.deployment, q.status, q.status ->> 'state' AS state,
			source || ':deployment:' || coalesce(q.deployment ->> 'id',
				substring(q.status ->> 'deployment_url' FROM '/deployments/(\d+)')) AS entity,
			coalesce(payload #>> '{repository,full_name}',
				vsm.github_repository(coalesce(q.deployment ->> 'repository_url', q.status ->> 'repository_url',
				q.deployment ->> 'url', q.status ->> 'deployment_url'))) AS repository,
			coalesce(q.status ->> 'environment', q.deployment ->> 'environment') AS environment,
			vsm.payload_time(q.deployment ->> 'created_at') AS created_at,
			coalesce(vsm.payload_time(q.status ->> 'created_at'), vsm.payload_time(q.deployment ->> 'created_at')) AS at
		FROM (SELECT
				CASE WHEN payload ? 'deployment' THEN payload -> 'deployment' WHEN NOT payload ? 'deployment_url'
					THEN payload END AS deployment,
				CASE WHEN payload ? 'deployment_status' THEN payload -> 'deployment_status' WHEN payload ? 'deployment_url'
					THEN payload END AS status
			OFFSET 0) AS q
		OFFSET 0) AS d,
	LATERAL (
		SELECT 'deployment' AS fact, d.at, NULL AS value, NULL AS id, NULL AS name, NULL AS method,
			jsonb_strip_nulls(jsonb_build_object(
				'source', source,
				'repository', d.repository,
				'environment', d.environment,
				'environment_tier', CASE WHEN d.deployment ->> 'production_environment' = 'true' THEN 'production'
					ELSE vsm.environment_tier(d.environment) END,
				'sha', d.deployment -> 'sha',
				'ref', d.deployment -> 'ref',
				'status', CASE WHEN d.state <> 'inactive' THEN d.state END,
				'created_at', d.created_at,
				'started_at', CASE d.state WHEN 'in_progress' THEN d.at END,
				'finished_at', CASE WHEN d.state IN ('success', 'failure', 'error') THEN d.at END,
				'url', coalesce(nullif(d.status ->> 'log_url', ''), nullif(d.status ->> 'target_url', ''),
					d.deployment ->> 'url'))) AS details
		UNION ALL
		SELECT 'event', d.created_at, 'created', d.entity || ':created', NULL, NULL, NULL
		WHERE d.created_at IS NOT NULL
		UNION ALL
		SELECT 'event', d.at, d.state, d.entity || ':status:' || (d.status ->> 'id'), NULL, NULL, NULL
		WHERE d.state IS NOT NULL AND d.at IS NOT NULL
		UNION ALL
		SELECT 'link', NULL, d.deployment ->> 'sha', NULL, 'deploys', 'deployment', NULL
		WHERE d.deployment ->> 'sha' IS NOT NULL
		UNION ALL
		SELECT 'link', NULL, source || ':workflow_run:' || (payload #>> '{workflow_run,id}'), NULL, 'part_of', 'workflow run', NULL
		WHERE payload #>> '{workflow_run,id}' IS NOT NULL) AS f;
END;
COMMENT ON FUNCTION vsm.read_github_deployment(text, jsonb) IS
	'facts of a deployment of GitHub and of a status of it: webhooks deployment and deployment_status, or GET '
	'/repos/OWNER/NAME/deployments and /deployments/ID/statuses';

CREATE FUNCTION vsm.read_github_release(source text, payload jsonb) RETURNS SETOF vsm.old_fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 2
BEGIN ATOMIC
	SELECT source, f.fact, p.entity, p.published_at, f.value, f.id, f.name, NULL::text, NULL::text, NULL::text, NULL::bigint,
		f.method, CASE f.fact WHEN 'link' THEN 1.0::float8 END, NULL::timestamptz, NULL::jsonb
	FROM (SELECT r.release, r.repository || '@' || (r.release ->> 'tag_name') AS name,
			source || ':release:' || r.repository || '@' || (r.release ->> 'tag_name') AS entity,
			vsm.payload_time(r.release ->> 'published_at') AS published_at
		FROM (SELECT q.release, coalesce(payload #>> '{repository,full_name}', vsm.github_repository(q.release ->> 'html_url'),
				vsm.github_repository(q.release ->> 'url')) AS repository
			FROM (SELECT CASE WHEN payload ? 'release' THEN payload -> 'release' ELSE payload END AS release OFFSET 0) AS q OFFSET 0) AS r
		OFFSET 0) AS p,
	LATERAL (
		SELECT 'event' AS fact, s.state AS value, p.entity || ':' || s.state AS id, NULL AS name, NULL AS method
		FROM (SELECT CASE p.release ->> 'prerelease' WHEN 'true' THEN 'prereleased' ELSE 'released' END AS state OFFSET 0) AS s
		UNION ALL
		SELECT 'link', source || ':tag:' || p.name, NULL, 'builds', 'tag'
		UNION ALL
		-- A branch or a SHA: what the tag was made of.
		SELECT 'link', p.release ->> 'target_commitish', NULL, 'builds', 'release'
		WHERE p.release ->> 'target_commitish' ~ '^[0-9a-f]{40}$') AS f
	-- A draft is not published; one that was deleted says nothing new.
	WHERE p.published_at IS NOT NULL AND p.release ->> 'draft' IS DISTINCT FROM 'true' AND payload ->> 'action' IS DISTINCT FROM 'deleted';
END;
COMMENT ON FUNCTION vsm.read_github_release(text, jsonb) IS
	'facts of a release of GitHub: webhook release, or GET /repos/OWNER/NAME/releases';

CREATE FUNCTION vsm.github_kind(payload jsonb) RETURNS SETOF vsm.payload_kind
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT CASE WHEN k.reason IS NULL THEN n.reader ELSE n.name END, k.reason
	FROM (SELECT s.name, CASE s.name WHEN 'deployment_status' THEN 'deployment' ELSE s.name END AS reader
		FROM (SELECT CASE
			-- Webhooks: the object that the event is about may have others beside it.
			WHEN payload ? 'deployment_status' THEN 'deployment_status'
			WHEN payload ? 'workflow_job' THEN 'workflow_job'
			WHEN payload ? 'deployment_callback_url' THEN 'deployment_protection_rule'
			WHEN payload ? 'workflow_job_run' OR payload ? 'workflow_job_runs' THEN 'deployment_review'
			WHEN payload ? 'check_run' THEN 'check_run'
			WHEN payload ? 'check_suite' THEN 'check_suite'
			WHEN payload ? 'deployment' THEN 'deployment'
			WHEN payload ? 'workflow_run' THEN 'workflow_run'
			WHEN payload ? 'review' AND payload ? 'pull_request' THEN 'pull_request_review'
			WHEN payload ? 'comment' AND payload ? 'pull_request' THEN 'pull_request_review_comment'
			WHEN payload ? 'thread' AND payload ? 'pull_request' THEN 'pull_request_review_thread'
			WHEN payload ? 'comment' AND payload ? 'issue' THEN 'issue_comment'
			WHEN payload ? 'pull_request' AND (payload ? 'commits' OR payload ? 'reviews') THEN 'pull_request_part'
			WHEN payload ? 'pull_request' AND payload ? 'action' THEN 'pull_request'
			WHEN payload ? 'event' AND payload ? 'issue' THEN 'issue_event'
			WHEN payload ? 'event' AND payload ? 'actor' AND NOT payload ? 'run_number' THEN 'issue_event'
			WHEN payload ? 'issue' AND payload ? 'action' THEN 'issue'
			WHEN payload ? 'release' AND payload ? 'action' THEN 'release'
			WHEN payload ? 'before' AND payload ? 'after' AND payload ? 'ref' THEN 'push'
			WHEN payload ? 'ref_type' AND payload ? 'master_branch' THEN 'create'
			WHEN payload ? 'ref_type' THEN 'delete'
			WHEN payload ? 'context' AND payload ? 'branches' THEN 'status'
			WHEN payload ? 'zen' THEN 'ping'
			WHEN payload ? 'sender' AND payload ? 'action' THEN 'webhook'
			-- Objects of the API say nothing of their kind: it is told by what each alone has.
			WHEN payload ? 'workflow_runs' THEN 'workflow_runs'
			WHEN payload ? 'jobs' AND payload ? 'total_count' THEN 'workflow_jobs'
			WHEN payload ? 'run_number' AND payload ? 'workflow_id' THEN 'workflow_run'
			WHEN payload ? 'run_id' AND payload ? 'steps' THEN 'workflow_job'
			WHEN payload ? 'head' AND payload ? 'base' THEN 'pull_request'
			WHEN payload ? 'deployment_url' AND payload ? 'state' THEN 'deployment_status'
			WHEN payload ? 'statuses_url' AND payload ? 'environment' THEN 'deployment'
			WHEN payload ? 'tag_name' THEN 'release'
			WHEN payload ? 'sha' AND payload ? 'commit' AND payload ? 'parents' THEN 'commit'
			WHEN payload ? 'number' AND payload ? 'state' AND payload ? 'title' THEN 'issue'
			ELSE 'payload'
		END AS name OFFSET 0) AS s
		OFFSET 0) AS n,
	LATERAL (SELECT
		CASE n.name
			WHEN 'issue' THEN
				CASE WHEN payload ? 'issue' THEN vsm.payload_lacks(payload, 'issue.id', 'issue.number', 'issue.created_at',
					'issue.updated_at', 'repository.full_name')
				ELSE vsm.payload_lacks(payload, 'id', 'number', 'created_at', 'updated_at', 'html_url') END
			WHEN 'issue_event' THEN
				CASE WHEN payload #>> '{issue,id}' IS NULL
					THEN 'it does not say which issue it is about: ask for the events of the repository, /repos/OWNER/NAME/issues/events'
				ELSE vsm.payload_lacks(payload, 'created_at') END
			WHEN 'pull_request' THEN
				CASE WHEN payload ? 'pull_request' THEN vsm.payload_lacks(payload, 'pull_request.id', 'pull_request.number',
					'pull_request.created_at',
					'pull_request.updated_at', 'repository.full_name')
				ELSE vsm.payload_lacks(payload, 'id', 'number', 'created_at', 'updated_at', 'html_url') END
			WHEN 'pull_request_review' THEN vsm.payload_lacks(payload, 'review.id', 'review.state', 'pull_request.id',
				'pull_request.created_at',
				'pull_request.updated_at', 'repository.full_name')
			WHEN 'pull_request_part' THEN vsm.payload_lacks(payload, 'pull_request.id')
			WHEN 'push' THEN vsm.payload_lacks(payload, 'ref', 'after', 'repository.full_name')
			WHEN 'workflow_run' THEN
				CASE WHEN payload ? 'workflow_run' THEN vsm.payload_lacks(payload, 'workflow_run.id', 'workflow_run.created_at',
					'workflow_run.updated_at', 'workflow_run.status')
				ELSE vsm.payload_lacks(payload, 'id', 'created_at', 'updated_at', 'status') END
			WHEN 'workflow_runs' THEN
				CASE WHEN payload @? '$.workflow_runs[*] ? (!exists(@.id) || !exists(@.created_at))'
					THEN 'one of its runs has no id or no created_at' END
			WHEN 'workflow_job' THEN
				CASE WHEN payload ? 'workflow_job' THEN vsm.payload_lacks(payload, 'workflow_job.id', 'workflow_job.run_id',
					'workflow_job.status')
				ELSE vsm.payload_lacks(payload, 'id', 'run_id', 'status') END
			WHEN 'workflow_jobs' THEN CASE WHEN payload @? '$.jobs[*] ? (!exists(@.id) || !exists(@.run_id))'
				THEN 'one of its jobs has no id or no run_id' END
			WHEN 'deployment' THEN
				CASE WHEN payload ? 'deployment' THEN vsm.payload_lacks(payload, 'deployment.id', 'deployment.created_at',
					'repository.full_name')
				ELSE vsm.payload_lacks(payload, 'id', 'created_at') END
			WHEN 'deployment_status' THEN
				CASE
					WHEN payload ? 'deployment_status' THEN vsm.payload_lacks(payload, 'deployment.id', 'deployment_status.id',
						'deployment_status.state',
						'deployment_status.created_at', 'repository.full_name')
					WHEN payload ->> 'deployment_url' !~ '/deployments/\d+' THEN 'its deployment_url names no deployment'
					ELSE vsm.payload_lacks(payload, 'id', 'state', 'created_at')
				END
			WHEN 'release' THEN
				CASE WHEN payload ? 'release' THEN vsm.payload_lacks(payload, 'release.tag_name', 'repository.full_name')
				ELSE vsm.payload_lacks(payload, 'tag_name', 'html_url') END
			WHEN 'commit' THEN NULL
			WHEN 'check_run' THEN 'the job of the workflow tells the same: send workflow_job'
			WHEN 'check_suite' THEN 'the run of the workflow tells the same: send workflow_run'
			WHEN 'status' THEN 'it is what some other tool said of a commit: read that tool'
			WHEN 'create' THEN 'the push of the branch or tag tells the same, with its commits'
			WHEN 'delete' THEN 'the push that deletes the branch or tag tells the same'
			WHEN 'issue_comment' THEN 'comments change no state'
			WHEN 'pull_request_review_comment' THEN 'comments change no state: the review that they belong to is read'
			WHEN 'pull_request_review_thread' THEN 'comments change no state: the review that they belong to is read'
			WHEN 'deployment_protection_rule' THEN 'the statuses of the deployment tell when it waited'
			WHEN 'deployment_review' THEN 'the statuses of the deployment tell when it waited'
			WHEN 'payload' THEN 'its shape is not known: neither a webhook nor an object of the API that is read'
			ELSE 'it says nothing about the flow of work'
		END AS reason
		OFFSET 0) AS k;
END;
COMMENT ON FUNCTION vsm.github_kind(jsonb) IS 'which reader reads a payload of GitHub, or why none does';
