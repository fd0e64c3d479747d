/*
 * Azure DevOps: commits, pushes and pull requests of Azure Repos.
 *
 * A pull request is active, completed or abandoned; its events are opened, draft, ready, approved,
 * merged, closed and reopened. A vote has no time of its own: it was given when the service hook that
 * shows it was sent, or by the thread that Azure DevOps makes of it. Votes of 5 and more approve.
 */

CREATE FUNCTION vsm.read_azuredevops_commit_object(source text, repository text, commit jsonb, branch_keys text[], names jsonb)
RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 2
BEGIN ATOMIC
	SELECT q.*
	FROM (
		SELECT vsm.json_sha(commit -> 'commitId') AS sha,
			coalesce(vsm.json_time(commit, 'committer', 'date'), vsm.json_time(commit, 'author', 'date')) AS committed_at,
			rtrim(split_part(vsm.json_text(commit, 'comment'), E'\n', 1), E'\r') AS title,
			vsm.json_text(commit, 'comment') AS message,
			vsm.azuredevops_author(names, commit -> 'author') AS author,
			CASE WHEN jsonb_array_length(vsm.json_array(commit -> 'parents')) > 0 THEN
				(SELECT jsonb_agg(coalesce(vsm.json_sha(e.parent), vsm.json_sha(e.parent -> 'objectId')) ORDER BY e.place)
					FILTER (WHERE coalesce(vsm.json_sha(e.parent), vsm.json_sha(e.parent -> 'objectId')) IS NOT NULL)
				 FROM jsonb_array_elements(commit -> 'parents') WITH ORDINALITY AS e (parent, place)) END AS parents
		OFFSET 0) AS c,
	LATERAL (
		SELECT (vsm.fact_row(source, 'commit', c.sha, c.committed_at,
			vsm.fact_details('source', source, 'repository', repository,
				'authored_at', vsm.json_time(commit, 'author', 'date'), 'committed_at', c.committed_at, 'title', c.title,
				'parents', c.parents, 'url', coalesce(vsm.json_text(commit, 'remoteUrl'), vsm.json_text(commit, 'url')),
				'author_kind', CASE WHEN c.author <> 'person' THEN 'bot' ELSE c.author END,
				'assisted_by', coalesce(CASE WHEN c.author NOT IN ('person', 'bot') THEN c.author END,
					vsm.assistant(names, c.message))))).*
		UNION ALL
		SELECT (vsm.fact_link(source, c.sha, k.key, 'implements', k.method, k.confidence, since => c.committed_at)).*
		FROM (
			SELECT unnest(vsm.issue_keys(c.title)) AS key, 'key in title' AS method, 0.95::float8 AS confidence
			UNION ALL
			SELECT unnest(branch_keys), 'key in branch', 0.9::float8
			UNION ALL
			-- So Azure Repos links them itself.
			SELECT source || ':work_item:' || m.id, 'work item in message', 1.0::float8 FROM vsm.azuredevops_mentions(c.message) AS m (id)
			) AS k
		UNION ALL
		SELECT (vsm.fact_link(source, c.sha, substring(c.message FROM '\mThis reverts commit ([0-9a-f]{7,64})\M'), 'reverts',
			'revert message', since => c.committed_at)).*
		WHERE c.message LIKE '%This reverts commit %' OFFSET 0) AS q
	WHERE c.sha IS NOT NULL;
END;
COMMENT ON FUNCTION vsm.read_azuredevops_commit_object(text, text, jsonb, text[], jsonb) IS
	'the facts of a commit in a payload of Azure DevOps: the commit, the keys in its subject and those of the branch it was pushed to, the '
	'work items that it names, what it reverts';

CREATE FUNCTION vsm.read_azuredevops_commit(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 2
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT b.body, coalesce(vsm.azuredevops_repository(b.body -> 'repository'),
			vsm.azuredevops_address(vsm.json_text(b.body, 'remoteUrl'))) AS repository,
			source || ':pull_request:' || vsm.json_text(b.body, 'pullRequest', 'pullRequestId') AS request
		FROM (SELECT payload || '{}' AS body OFFSET 0) AS b
		OFFSET 0) AS p,
	LATERAL (
		SELECT o.* FROM vsm.read_azuredevops_commit_object(source, p.repository, p.body, NULL, names) AS o
		UNION ALL
		SELECT (vsm.fact_link(source, vsm.json_sha(p.body -> 'commitId'), p.request, 'part_of', 'pull request commits')).*
		WHERE p.request IS NOT NULL) AS f;
END;
COMMENT ON FUNCTION vsm.read_azuredevops_commit(text, jsonb, jsonb) IS
	'facts of a commit of Azure DevOps: GET /git/repositories/ID/commits, or of a pull request, said beside them: {"pullRequest": '
	'{"pullRequestId": 12}, "value": [...]}';

CREATE FUNCTION vsm.read_azuredevops_push(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 20
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT h.push, vsm.azuredevops_repository(h.push -> 'repository') AS repository,
			coalesce(vsm.json_time(h.push, 'date'), h.sent_at) AS at, vsm.json_array(h.push -> 'commits') AS commits,
			u.ref, u.updates
		FROM (
			SELECT vsm.azuredevops_resource(b.body) AS push, vsm.azuredevops_hook_time(b.body) AS sent_at
			FROM (SELECT payload || '{}' AS body OFFSET 0) AS b
			OFFSET 0) AS h,
			LATERAL (
				-- Commits are those of one branch if one was pushed.
				SELECT CASE WHEN count(*) = 1 THEN min(e ->> 'name') END AS ref, jsonb_agg(e) AS updates
				FROM jsonb_array_elements(vsm.json_array(h.push -> 'refUpdates')) AS e
				WHERE vsm.json_text(e, 'name') IS NOT NULL OFFSET 0) AS u
		OFFSET 0) AS p,
	LATERAL (
		SELECT q.*
		FROM (
			SELECT u.entity, u.is_tag, u.sha
			FROM (
				SELECT source || CASE WHEN e ->> 'name' LIKE 'refs/tags/%' THEN ':tag:' ELSE ':branch:' END || p.repository || '@'
						|| vsm.azuredevops_branch(vsm.json_text(e, 'name')) AS entity,
					e ->> 'name' LIKE 'refs/tags/%' AS is_tag, vsm.json_sha(e -> 'newObjectId') AS sha
				FROM jsonb_array_elements(p.updates) AS e OFFSET 0) AS u
			OFFSET 0) AS u,
		LATERAL (
			SELECT (vsm.fact_event(source, u.entity, p.at, CASE WHEN u.is_tag THEN 'tagged' ELSE 'pushed' END,
				u.entity || ':' || u.sha)).*
			WHERE u.sha IS NOT NULL AND p.at IS NOT NULL
			UNION ALL
			SELECT (vsm.fact_link(source, u.entity, u.sha, 'builds', 'tag', since => p.at)).*
			WHERE u.is_tag AND u.sha IS NOT NULL) AS q
		UNION ALL
		SELECT o.*
		FROM (
			-- The default branch names nobody's work.
			SELECT CASE WHEN p.ref LIKE 'refs/heads/%' AND p.ref IS DISTINCT FROM vsm.json_text(p.push, 'repository', 'defaultBranch') THEN
				vsm.issue_keys(vsm.azuredevops_branch(p.ref)) END AS keys OFFSET 0) AS k,
			jsonb_array_elements(p.commits) AS c (object),
			LATERAL vsm.read_azuredevops_commit_object(source, p.repository, c.object, k.keys, names) AS o) AS f;
END;
COMMENT ON FUNCTION vsm.read_azuredevops_push(text, jsonb, jsonb) IS
	'facts of a push to Azure Repos: service hook git.push, or GET /git/repositories/ID/pushes/ID';

/*
 * request: the pull request; sent_at: when the service hook was sent that tells it, NULL for an answer of
 * the API, which does not say when it was so.
 */
CREATE FUNCTION vsm.read_azuredevops_request(source text, request jsonb, sent_at timestamptz, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 10
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT m.*,
			CASE WHEN m.status = 'completed' THEN coalesce(m.closed_at, sent_at) END AS merged_at,
			CASE WHEN m.status = 'abandoned' THEN coalesce(m.closed_at, sent_at) END AS abandoned_at,
			-- The API has no version of it: of two answers that of the later state holds.
			coalesce(sent_at, CASE WHEN m.status = 'active' THEN m.created_at ELSE coalesce(m.closed_at, m.created_at) END) AS version,
			vsm.azuredevops_author(names, request -> 'createdBy') AS author,
			v.is_approved, v.is_reviewed, v.is_rejected, v.has_voted
		FROM (
			SELECT source || ':pull_request:' || vsm.json_text(request, 'pullRequestId') AS entity,
				vsm.azuredevops_repository(request -> 'repository') AS repository,
				vsm.json_text(request, 'title') AS title,
				vsm.shown_text(vsm.json_text(request, 'description')) AS description,
				vsm.azuredevops_branch(vsm.json_text(request, 'sourceRefName')) AS branch,
				vsm.azuredevops_branch(vsm.json_text(request, 'targetRefName')) AS target,
				lower(vsm.azuredevops_word('request status', vsm.json_text(request, 'status'))) AS status,
				vsm.json_time(request, 'creationDate') AS created_at,
				vsm.json_time(request, 'closedDate') AS closed_at,
				CASE request -> 'isDraft' WHEN 'true' THEN true WHEN 'false' THEN false END AS is_draft,
				vsm.json_sha(request #> '{lastMergeCommit,commitId}') AS merge_sha,
				vsm.json_sha(request #> '{lastMergeSourceCommit,commitId}') AS head_sha,
				coalesce(vsm.json_text(request, '_links', 'web', 'href'),
					vsm.json_text(request, 'repository', 'webUrl') || '/pullrequest/' || vsm.json_text(request, 'pullRequestId'),
					vsm.json_text(request, 'repository', 'remoteUrl') || '/pullrequest/' || vsm.json_text(request, 'pullRequestId'),
					vsm.json_text(request, 'url')) AS url
			OFFSET 0) AS m,
			LATERAL (
				-- (A group votes as its members do.)
				SELECT bool_or(e.vote >= 5) AS is_approved, bool_or(e.vote < 0) AS is_rejected, bool_or(e.vote <> 0) AS has_voted,
					bool_or(e.vote <> 0 AND e.id IS DISTINCT FROM vsm.json_text(request, 'createdBy', 'id')) AS is_reviewed
				FROM (
					SELECT vsm.json_number(r, 'vote') AS vote, vsm.json_text(r, 'id') AS id
					FROM jsonb_array_elements(vsm.json_array(request -> 'reviewers')) AS r
					WHERE coalesce(vsm.azuredevops_author(names, r), 'person') = 'person' OFFSET 0) AS e
				OFFSET 0) AS v
		OFFSET 0) AS m,
	LATERAL (
		SELECT q.*
		FROM (
			SELECT (vsm.fact_row(source, 'merge_request', m.entity, m.version,
				vsm.fact_details('source', source, 'repository', m.repository, 'title', m.title, 'url', m.url,
					'source_branch', m.branch, 'target_branch', m.target, 'state', m.status, 'created_at', m.created_at,
					'merged_at', m.merged_at, 'closed_at', m.abandoned_at,
					'author_kind', CASE WHEN m.author <> 'person' THEN 'bot' ELSE m.author END,
					'assisted_by', coalesce(CASE WHEN m.author NOT IN ('person', 'bot') THEN m.author END,
						vsm.assistant(names, coalesce(m.title || E'\n\n', '') || m.description)))
				-- what is told to be so no longer
				|| CASE WHEN m.status <> 'abandoned' THEN '{"closed_at": null}'::jsonb ELSE '{}' END
				|| CASE WHEN m.is_draft AND m.status = 'active' THEN '{"ready_at": null}'::jsonb ELSE '{}' END
				|| CASE WHEN sent_at IS NOT NULL AND m.status = 'active' AND NOT m.is_approved THEN '{"approved_at": null}'::jsonb
					ELSE '{}' END)).*
			UNION ALL
			SELECT (vsm.fact_alias(source, m.entity, m.repository || '!' || vsm.json_text(request, 'pullRequestId'), m.created_at)).*
			WHERE m.repository IS NOT NULL
			UNION ALL
			SELECT (vsm.fact_event(source, m.entity, m.created_at, 'opened', m.entity || ':opened', attributes =>
				vsm.fact_details('repository', m.repository, 'source_branch', m.branch, 'target_branch', m.target,
					'url', m.url), version => m.version)).*
			WHERE m.created_at IS NOT NULL
			UNION ALL
			SELECT (vsm.fact_event(source, m.entity, m.merged_at, 'merged', m.entity || ':merged')).*
			WHERE m.merged_at IS NOT NULL
			UNION ALL
			SELECT (vsm.fact_event(source, m.entity, m.abandoned_at, 'closed',
				m.entity || ':closed:' || extract(epoch FROM m.abandoned_at))).*
			WHERE m.abandoned_at IS NOT NULL
			UNION ALL
			-- When a present state was entered is not told; that of the time it was opened is.
			SELECT (vsm.fact_event(source, m.entity, m.created_at, 'draft', m.entity || ':draft', seq => 1)).*
			WHERE m.is_draft AND m.created_at IS NOT NULL AND m.status = 'active'
			AND (sent_at < m.created_at + interval '1 minute')
			UNION ALL
			-- (Of several at once each counts, in this order.)
			SELECT (vsm.fact_observed(source, m.entity, sent_at - s.before * interval '1 microsecond', s.state, after => s.after)).*
			FROM (
				SELECT 2 AS before, 'reopened' AS state, '["closed"]'::jsonb AS after WHERE m.status = 'active'
				UNION ALL
				SELECT 1, 'draft', '["opened", "ready", "reopened"]' WHERE m.is_draft AND m.status = 'active'
				UNION ALL
				SELECT 1, 'ready', '["draft"]' WHERE NOT m.is_draft AND m.status = 'active'
				UNION ALL
				SELECT 0, 'approved', '["opened", "ready", "reopened", "changes_requested"]'
				WHERE m.is_approved AND m.is_rejected IS NOT TRUE AND m.status = 'active'
				UNION ALL
				SELECT 0, 'changes_requested', '["opened", "ready", "reopened", "approved"]'
				WHERE m.is_rejected AND m.status = 'active') AS s
			WHERE sent_at IS NOT NULL
			UNION ALL
			SELECT (vsm.fact_row(source, 'merge_request', m.entity, sent_at,
				jsonb_build_object('source', source, 'approved_at', sent_at))).*
			WHERE m.is_approved AND m.is_rejected IS NOT TRUE AND sent_at IS NOT NULL AND m.status = 'active'
			UNION ALL
			SELECT (vsm.fact_review(source, m.entity, sent_at)).*
			WHERE m.is_reviewed AND sent_at IS NOT NULL AND m.status = 'active'
			UNION ALL
			SELECT (vsm.fact_link(source, m.entity, source || ':work_item:' || w.id, 'implements', w.method, w.confidence,
				since => m.created_at)).*
			FROM (
				SELECT vsm.json_text(e, 'id') AS id, 'linked work item' AS method, 1.0::float8 AS confidence
				FROM jsonb_array_elements(vsm.json_array(request -> 'workItemRefs')) AS e
				UNION ALL
				SELECT t.id, 'work item in title', 0.95::float8 FROM vsm.azuredevops_mentions(m.title) AS t (id)
				UNION ALL
				SELECT d.id, 'work item in description', 0.9::float8 FROM vsm.azuredevops_mentions(m.description) AS d (id)) AS w
			WHERE w.id IS NOT NULL
			UNION ALL
			SELECT (vsm.fact_link(source, c.sha, m.entity, 'part_of', c.method)).*
			FROM (
				-- Of an active request it is a trial.
				SELECT m.merge_sha AS sha, 'merge commit' AS method WHERE m.status = 'completed'
				UNION ALL SELECT m.head_sha, 'head commit'
				UNION ALL SELECT vsm.json_sha(e -> 'commitId'), 'pull request commits'
				FROM jsonb_array_elements(vsm.json_array(request -> 'commits')) AS e) AS c
			WHERE c.sha IS NOT NULL OFFSET 0) AS q
		UNION ALL
		SELECT k.* FROM vsm.read_keys(source, m.entity, m.created_at, m.branch, m.title, m.description) AS k
		UNION ALL
		SELECT o.*
		FROM jsonb_array_elements(vsm.json_array(request -> 'commits')) AS c (object),
			LATERAL vsm.read_azuredevops_commit_object(source, m.repository, c.object, NULL, names) AS o
		-- Most payloads have their ids only.
		WHERE c.object ?| '{comment,committer,author}') AS f;
END;
COMMENT ON FUNCTION vsm.read_azuredevops_request(text, jsonb, timestamptz, jsonb) IS
	'the facts of a pull request in a payload of Azure DevOps: sent_at is when it was so, NULL if that is not known';

CREATE FUNCTION vsm.read_azuredevops_pull_request(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 10
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT vsm.azuredevops_resource(b.body) AS request, vsm.azuredevops_hook_time(b.body) AS sent_at
		FROM (SELECT payload || '{}' AS body OFFSET 0) AS b
		OFFSET 0) AS p,
		LATERAL vsm.read_azuredevops_request(source, p.request, p.sent_at, names) AS f;
END;
COMMENT ON FUNCTION vsm.read_azuredevops_pull_request(text, jsonb, jsonb) IS
	'facts of a pull request of Azure DevOps: service hooks git.pullrequest.created, updated and merged, or GET /git/pullrequests';

CREATE FUNCTION vsm.read_azuredevops_comment(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 10
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT h.*, coalesce(vsm.json_time(h.comment, 'publishedDate'), h.sent_at) AS at,
			source || ':pull_request:' || vsm.json_text(h.request, 'pullRequestId') AS entity
		FROM (
			SELECT b.body #> '{resource,comment}' AS comment, vsm.json_object(b.body #> '{resource,pullRequest}') AS request,
				vsm.azuredevops_hook_time(b.body) AS sent_at
			FROM (SELECT payload || '{}' AS body OFFSET 0) AS b
			OFFSET 0) AS h
		OFFSET 0) AS p,
	LATERAL (
		SELECT r.* FROM vsm.read_azuredevops_request(source, p.request, p.sent_at, names) AS r
		UNION ALL
		SELECT (vsm.fact_review(source, p.entity, p.at)).*
		WHERE p.at IS NOT NULL AND coalesce(p.comment ->> 'commentType', '') <> 'system'
		AND vsm.json_text(p.comment, 'author', 'id') <> vsm.json_text(p.request, 'createdBy', 'id')
		AND vsm.azuredevops_author(names, p.comment -> 'author') = 'person') AS f;
END;
COMMENT ON FUNCTION vsm.read_azuredevops_comment(text, jsonb, jsonb) IS
	'facts of a comment on a pull request of Azure DevOps: service hook ms.vss-code.git-pullrequest-comment-event';

CREATE FUNCTION vsm.read_azuredevops_thread(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 2
BEGIN ATOMIC
	SELECT q.*
	FROM (
		SELECT b.body, source || ':pull_request:' || vsm.azuredevops_thread_request(b.body) AS entity,
			vsm.json_time(b.body, 'publishedDate') AS at,
			CASE WHEN coalesce(vsm.json_text(b.body, 'properties', 'CodeReviewThreadType', '$value'),
				vsm.json_text(b.body, 'properties', 'CodeReviewThreadType')) = 'VoteUpdate' THEN
				coalesce(vsm.json_number(b.body, 'properties', 'CodeReviewVoteResult', '$value'),
					vsm.json_number(b.body, 'properties', 'CodeReviewVoteResult')) END AS vote
		FROM (SELECT payload || '{}' AS body OFFSET 0) AS b
		OFFSET 0) AS t,
	LATERAL (
		SELECT min(vsm.json_time(c, 'publishedDate')) AS commented_at
		FROM jsonb_array_elements(vsm.json_array(t.body -> 'comments')) AS c
		WHERE coalesce(c ->> 'commentType', '') <> 'system' AND c -> 'isDeleted' IS DISTINCT FROM 'true'
		-- Whose request it is stands beside the threads.
		AND vsm.json_text(c, 'author', 'id') <> vsm.json_text(t.body, 'pullRequest', 'createdBy', 'id')
		AND vsm.azuredevops_author(names, c -> 'author') = 'person' OFFSET 0) AS c,
	LATERAL (
		SELECT (vsm.fact_review(source, t.entity, r.at)).*
		FROM (SELECT least(c.commented_at, CASE WHEN t.vote <> 0 THEN t.at END) AS at) AS r
		WHERE r.at IS NOT NULL
		UNION ALL
		SELECT (vsm.fact_event(source, t.entity, t.at, s.state, t.entity || ':vote:' || vsm.json_text(t.body, 'id'))).*
		FROM (SELECT CASE WHEN t.vote >= 5 THEN 'approved' WHEN t.vote < 0 THEN 'changes_requested' END AS state) AS s
		WHERE s.state IS NOT NULL AND t.at IS NOT NULL AND vsm.json_text(t.body, 'id') IS NOT NULL
		UNION ALL
		SELECT (vsm.fact_row(source, 'merge_request', t.entity, t.at,
			jsonb_build_object('source', source, 'approved_at', CASE WHEN t.vote >= 5 THEN t.at END))).*
		WHERE t.vote IS NOT NULL AND t.at IS NOT NULL) AS q;
END;
COMMENT ON FUNCTION vsm.read_azuredevops_thread(text, jsonb, jsonb) IS
	'facts of a thread of a pull request of Azure DevOps: GET /git/repositories/ID/pullRequests/ID/threads, with the request beside them '
	'to tell its author''s comments from others'': {"pullRequest": {"pullRequestId": 12, "createdBy": {"id": "..."}}, "value": [...]}';
