/*
 * Bitbucket: commits, pushes, pull requests and issues.
 *
 * A pull request is OPEN, MERGED, DECLINED or SUPERSEDED; its events are opened, draft, ready, approved,
 * changes_requested, merged, closed and reopened. Cloud tells when somebody approved, Data Center by its
 * webhooks only.
 */

CREATE FUNCTION vsm.read_bitbucket_commit_object(source text, repository text, commit jsonb, branch_keys text[], names jsonb)
RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 2
BEGIN ATOMIC
	SELECT q.*
	FROM (
		SELECT coalesce(vsm.json_sha(commit -> 'hash'), vsm.json_sha(commit -> 'id')) AS sha,
			coalesce(vsm.json_time(commit, 'date'), vsm.json_time(commit, 'committerTimestamp'),
				vsm.json_time(commit, 'authorTimestamp')) AS committed_at,
			rtrim(split_part(vsm.json_text(commit, 'message'), E'\n', 1), E'\r') AS title, vsm.json_text(commit, 'message') AS message,
			vsm.bitbucket_author(names, commit -> 'author') AS author,
			CASE WHEN jsonb_array_length(vsm.json_array(commit -> 'parents')) > 0 THEN (
				SELECT jsonb_agg(p.sha ORDER BY p.place)
				FROM (
					SELECT coalesce(vsm.json_sha(e.parent -> 'hash'), vsm.json_sha(e.parent -> 'id')) AS sha, e.place
					FROM jsonb_array_elements(commit -> 'parents') WITH ORDINALITY AS e (parent, place)) AS p
				WHERE p.sha IS NOT NULL) END AS parents
		OFFSET 0) AS c,
	LATERAL (
		SELECT (vsm.fact_row(source, 'commit', c.sha, c.committed_at,
			vsm.fact_details('source', source, 'repository', repository,
				'authored_at', vsm.json_time(commit, 'authorTimestamp'), 'committed_at', c.committed_at, 'title', c.title,
				'parents', c.parents, 'url', vsm.json_text(commit, 'links', 'html', 'href'),
				'author_kind', CASE WHEN c.author <> 'person' THEN 'bot' ELSE c.author END,
				'assisted_by', coalesce(CASE WHEN c.author NOT IN ('person', 'bot') THEN c.author END,
					vsm.assistant(names, c.message))))).*
		UNION ALL
		SELECT (vsm.fact_link(source, c.sha, k.key, 'implements', k.method, k.confidence, since => c.committed_at)).*
		FROM (
			SELECT unnest(vsm.issue_keys(c.title)) AS key, 'key in title' AS method, 0.95::float8 AS confidence
			UNION ALL
			SELECT unnest(branch_keys), 'key in branch', 0.9::float8) AS k
		UNION ALL
		SELECT (vsm.fact_link(source, c.sha, substring(c.message FROM '\mThis reverts commit ([0-9a-f]{7,64})\M'), 'reverts',
			'revert message', since => c.committed_at)).*
		WHERE c.message LIKE '%This reverts commit %' OFFSET 0) AS q
	WHERE c.sha IS NOT NULL;
END;
COMMENT ON FUNCTION vsm.read_bitbucket_commit_object(text, text, jsonb, text[], jsonb) IS
	'the facts of a commit in a payload of Bitbucket: the commit, the keys in its subject and those of the branch it was pushed to, what '
	'it reverts';

CREATE FUNCTION vsm.read_bitbucket_commit(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 2
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT b.body, coalesce(vsm.bitbucket_repository(b.body -> 'repository'), vsm.bitbucket_repository(b.body #> '{toRepository}'),
				vsm.bitbucket_repository(b.body #> '{pullRequest,toRef,repository}'),
				vsm.bitbucket_repository(b.body #> '{pullRequest,destination,repository}'),
				vsm.bitbucket_address(b.body #>> '{links,self,href}')) AS repository,
			coalesce(vsm.json_sha(b.body -> 'hash'), vsm.json_sha(b.body -> 'id')) AS sha
		FROM (SELECT payload || '{}' AS body OFFSET 0) AS b
		OFFSET 0) AS p,
	LATERAL (
		SELECT o.* FROM vsm.read_bitbucket_commit_object(source, p.repository, p.body, NULL, names) AS o
		UNION ALL
		SELECT (vsm.fact_link(source, p.sha,
			source || ':pull_request:' || p.repository || '#' || vsm.json_text(p.body, 'pullRequest', 'id'), 'part_of',
			'pull request commits')).*
		WHERE p.repository IS NOT NULL AND vsm.json_text(p.body, 'pullRequest', 'id') IS NOT NULL) AS f;
END;
COMMENT ON FUNCTION vsm.read_bitbucket_commit(text, jsonb, jsonb) IS
	'facts of a commit of Bitbucket: GET .../commits, or of a pull request, said beside them: {"pullRequest": {"id": 4, ...}, "values": '
	'[...]}';

CREATE FUNCTION vsm.read_bitbucket_ref(source text, repository text, name text, is_tag boolean, sha text, at timestamptz)
RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 2
BEGIN ATOMIC
	SELECT q.*
	FROM (SELECT source || CASE WHEN is_tag THEN ':tag:' ELSE ':branch:' END || repository || '@' || name AS entity OFFSET 0) AS r,
	LATERAL (
		SELECT (vsm.fact_event(source, r.entity, at, CASE WHEN is_tag THEN 'tagged' ELSE 'pushed' END, r.entity || ':' || sha)).*
		WHERE at IS NOT NULL AND sha IS NOT NULL
		UNION ALL
		SELECT (vsm.fact_link(source, r.entity, sha, 'builds', 'tag', since => at)).*
		WHERE is_tag AND sha IS NOT NULL) AS q;
END;
COMMENT ON FUNCTION vsm.read_bitbucket_ref(text, text, text, boolean, text, timestamptz) IS
	'the facts of a branch or a tag that was pushed to Bitbucket';

CREATE FUNCTION vsm.read_bitbucket_push(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 20
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT b.body, vsm.bitbucket_repository(b.body -> 'repository') AS repository
		FROM (SELECT payload || '{}' AS body OFFSET 0) AS b
		OFFSET 0) AS p,
		jsonb_array_elements(vsm.json_array(p.body #> '{push,changes}')) AS c (change),
		LATERAL (
			SELECT vsm.json_text(c.change, 'new', 'name') AS name, c.change #>> '{new,type}' = 'tag' AS is_tag,
				vsm.json_sha(c.change #> '{new,target,hash}') AS sha,
				-- A push has no time of its own: that of its newest commit; of a tag that was made later its own.
				coalesce(vsm.json_time(c.change, 'new', 'date'), vsm.json_time(c.change, 'new', 'target', 'date')) AS at,
				c.change #> '{new,target}' AS target
			OFFSET 0) AS r,
		LATERAL (
			-- The main branch names nobody's work.
			SELECT CASE WHEN NOT r.is_tag AND r.name NOT IN ('main', 'master', 'develop') AND r.name IS DISTINCT FROM
				vsm.json_text(p.body, 'repository', 'mainbranch', 'name') THEN vsm.issue_keys(r.name) END AS keys OFFSET 0) AS k,
	LATERAL (
		SELECT t.* FROM vsm.read_bitbucket_ref(source, p.repository, r.name, coalesce(r.is_tag, false), r.sha, r.at) AS t
		WHERE r.name IS NOT NULL
		UNION ALL
		SELECT o.*
		FROM jsonb_array_elements(vsm.json_array(c.change -> 'commits')) AS e (object),
			LATERAL vsm.read_bitbucket_commit_object(source, p.repository, e.object, k.keys, names) AS o
		UNION ALL
		SELECT o.* FROM vsm.read_bitbucket_commit_object(source, p.repository, r.target, NULL, names) AS o
		WHERE r.target ? 'message') AS f;
END;
COMMENT ON FUNCTION vsm.read_bitbucket_push(text, jsonb, jsonb) IS
	'facts of the webhook repo:push of Bitbucket Cloud: branches, tags, and the newest commits of each, what their subjects and the branch '
	'name';

CREATE FUNCTION vsm.read_bitbucket_refs(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 10
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT b.body, vsm.bitbucket_repository(b.body -> 'repository') AS repository, vsm.json_time(b.body, 'date') AS at,
			coalesce(vsm.json_array(b.body -> 'changes'), vsm.json_array(b.body -> 'refChanges')) AS changes
		FROM (SELECT payload || '{}' AS body OFFSET 0) AS b
		OFFSET 0) AS p,
	LATERAL (
		SELECT t.*
		FROM jsonb_array_elements(p.changes) AS c (change),
			LATERAL vsm.read_bitbucket_ref(source, p.repository, coalesce(vsm.json_text(c.change, 'ref', 'displayId'),
				regexp_replace(vsm.json_text(c.change, 'refId'), '^refs/(heads|tags)/', '')),
				coalesce(c.change #>> '{ref,type}' = 'TAG' OR c.change ->> 'refId' LIKE 'refs/tags/%', false),
				vsm.json_sha(c.change -> 'toHash'), p.at) AS t
		WHERE c.change ->> 'type' IS DISTINCT FROM 'DELETE'
		UNION ALL
		SELECT o.*
		FROM (
			SELECT CASE WHEN jsonb_array_length(p.changes) = 1 AND r.name NOT IN ('main', 'master', 'develop')
				THEN vsm.issue_keys(r.name) END
				AS keys
			FROM (
				SELECT coalesce(p.changes #>> '{0,ref,displayId}', regexp_replace(p.changes #>> '{0,refId}', '^refs/(heads|tags)/', ''))
					AS name) AS r OFFSET 0) AS k,
			LATERAL (
				SELECT c.object FROM jsonb_array_elements(vsm.json_array(p.body -> 'commits')) AS c (object)
				UNION ALL
				-- Before there were webhooks, those of the plugin.
				SELECT c.change -> 'toCommit'
				FROM jsonb_array_elements(vsm.json_array(p.body #> '{changesets,values}')) AS c (change)) AS e,
			LATERAL vsm.read_bitbucket_commit_object(source, p.repository, e.object, k.keys, names) AS o) AS f;
END;
COMMENT ON FUNCTION vsm.read_bitbucket_refs(text, jsonb, jsonb) IS
	'facts of the webhook repo:refs_changed of Bitbucket Data Center: branches and tags, and the commits where it tells them';

/*
 * What somebody said of a pull request at a time: approved, unapproved, changes_requested, or reviewed, which
 * is no state.
 */
CREATE FUNCTION vsm.read_bitbucket_verdict(source text, entity text, verdict text, at timestamptz) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 2
BEGIN ATOMIC
	SELECT (vsm.fact_event(source, entity, at, verdict, entity || ':' || verdict || ':' || floor(extract(epoch FROM at)))).*
	WHERE verdict IN ('approved', 'unapproved', 'changes_requested') AND at IS NOT NULL
	UNION ALL
	SELECT (vsm.fact_row(source, 'merge_request', entity, at,
		jsonb_build_object('source', source, 'approved_at', CASE verdict WHEN 'approved' THEN at END))).*
	WHERE verdict IN ('approved', 'unapproved', 'changes_requested') AND at IS NOT NULL
	UNION ALL
	SELECT (vsm.fact_review(source, entity, at)).*
	WHERE verdict IN ('approved', 'changes_requested', 'reviewed') AND at IS NOT NULL;
END;
COMMENT ON FUNCTION vsm.read_bitbucket_verdict(text, text, text, timestamptz) IS
	'the facts of what somebody else than its author said of a pull request of Bitbucket';

CREATE FUNCTION vsm.read_bitbucket_pull_request(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 12
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT m.*, source || ':pull_request:' || m.repository || '#' || m.id AS entity,
			vsm.bitbucket_author(names, m.request -> 'author') AS author, vsm.bitbucket_person(m.request -> 'author') AS author_id,
			-- What somebody says of it later updates it, too.
			CASE WHEN m.state = 'MERGED' THEN coalesce(m.closed, CASE WHEN NOT m.is_said THEN m.updated_at END) END AS merged_at,
			CASE WHEN m.state IN ('DECLINED', 'SUPERSEDED') THEN coalesce(m.closed, CASE WHEN NOT m.is_said THEN m.updated_at END) END
				AS declined_at,
			m.closed IS NOT NULL OR m.body ?| '{pullrequest,eventKey}' AND NOT m.is_said AS is_dated
		FROM (
			SELECT h.body, h.request, vsm.bitbucket_request_repository(h.body) AS repository, vsm.json_text(h.request, 'id') AS id,
				vsm.json_text(h.body, 'eventKey') AS hook,
				vsm.json_text(h.request, 'title') AS title,
				vsm.shown_text(coalesce(vsm.json_text(h.request, 'description'), vsm.json_text(h.request, 'summary', 'raw')))
					AS description,
				upper(vsm.json_text(h.request, 'state')) AS state,
				coalesce(vsm.json_text(h.request, 'source', 'branch', 'name'), vsm.json_text(h.request, 'fromRef', 'displayId'),
					regexp_replace(vsm.json_text(h.request, 'fromRef', 'id'), '^refs/heads/', '')) AS branch,
				coalesce(vsm.json_text(h.request, 'destination', 'branch', 'name'), vsm.json_text(h.request, 'toRef', 'displayId'),
					regexp_replace(vsm.json_text(h.request, 'toRef', 'id'), '^refs/heads/', '')) AS target,
				coalesce(vsm.json_sha(h.request #> '{source,commit,hash}'), vsm.json_sha(h.request #> '{fromRef,latestCommit}'))
					AS head_sha,
				coalesce(vsm.json_sha(h.request #> '{merge_commit,hash}'), vsm.json_sha(h.request #> '{properties,mergeCommit,id}'))
					AS merge_sha,
				coalesce(vsm.json_time(h.request, 'created_on'), vsm.json_time(h.request, 'createdDate')) AS created_at,
				coalesce(vsm.json_time(h.request, 'updated_on'), vsm.json_time(h.request, 'updatedDate'), vsm.json_time(h.body, 'date'),
					vsm.json_time(h.request, 'created_on'), vsm.json_time(h.request, 'createdDate')) AS updated_at,
				-- (What ended before it began ended at another time.)
				CASE WHEN (coalesce(vsm.json_time(h.request, 'closed_on'), vsm.json_time(h.request, 'closedDate'))
						< coalesce(vsm.json_time(h.request, 'created_on'), vsm.json_time(h.request, 'createdDate'))) IS NOT TRUE THEN
					coalesce(vsm.json_time(h.request, 'closed_on'), vsm.json_time(h.request, 'closedDate')) END AS closed,
				CASE h.request -> 'draft' WHEN 'true' THEN true WHEN 'false' THEN false END AS is_draft,
				coalesce(vsm.json_text(h.request, 'links', 'html', 'href'), vsm.json_text(h.request #> '{links,self,0,href}')) AS url,
				vsm.json_time(h.body, 'date') AS sent_at, h.body ?| '{comment,approval,changes_request}' AS is_said
			FROM (
				SELECT b.body, vsm.bitbucket_request(b.body) AS request FROM (SELECT payload || '{}' AS body OFFSET 0) AS b
				OFFSET 0) AS h
			OFFSET 0) AS m
		OFFSET 0) AS m,
	LATERAL (
		SELECT q.*
		FROM (
			SELECT (vsm.fact_row(source, 'merge_request', m.entity,
				-- (Of two versions at once the one that is closed is the later.)
				CASE m.state WHEN 'OPEN' THEN m.updated_at - interval '1 microsecond' ELSE m.updated_at END,
				vsm.fact_details('source', source, 'repository', m.repository, 'title', m.title, 'url', m.url,
					'source_branch', m.branch, 'target_branch', m.target, 'state', m.state, 'created_at', m.created_at,
					'merged_at', CASE WHEN m.is_dated THEN m.merged_at END, 'closed_at', CASE WHEN m.is_dated THEN m.declined_at END,
					'author_kind', CASE WHEN m.author <> 'person' THEN 'bot' ELSE m.author END,
					'assisted_by', coalesce(CASE WHEN m.author NOT IN ('person', 'bot') THEN m.author END,
						vsm.assistant(names, coalesce(m.title || E'\n\n', '') || m.description)))
				-- what is told to be so no longer
				|| CASE WHEN m.state IN ('OPEN', 'MERGED') AND m.request ? 'createdDate' THEN '{"closed_at": null}'::jsonb ELSE '{}' END
				|| CASE WHEN m.is_draft THEN '{"ready_at": null}'::jsonb ELSE '{}' END)).*
			UNION ALL
			-- The API of Cloud, where nothing is opened again, says when it was updated last: not later than that it was merged or closed.
			SELECT (vsm.fact_row(source, 'merge_request', m.entity, vsm.earliest_version(coalesce(m.merged_at, m.declined_at)),
				vsm.fact_details('source', source, 'merged_at', m.merged_at, 'closed_at', m.declined_at))).*
			WHERE NOT m.is_dated AND coalesce(m.merged_at, m.declined_at) IS NOT NULL
			UNION ALL
			SELECT (vsm.fact_alias(source, m.entity, m.repository || '#' || m.id, m.created_at)).*
			UNION ALL
			SELECT (vsm.fact_event(source, m.entity, m.created_at, 'opened', m.entity || ':opened', attributes =>
				vsm.fact_details('repository', m.repository, 'source_branch', m.branch, 'target_branch', m.target,
					'url', m.url), version => m.updated_at)).*
			WHERE m.created_at IS NOT NULL
			UNION ALL
			SELECT (vsm.fact_event(source, m.entity, m.merged_at, 'merged', m.entity || ':merged')).*
			WHERE m.merged_at IS NOT NULL
			UNION ALL
			SELECT (vsm.fact_event(source, m.entity, m.declined_at, 'closed',
				m.entity || ':closed:' || floor(extract(epoch FROM m.declined_at)))).*
			WHERE m.declined_at IS NOT NULL AND m.is_dated
			UNION ALL
			SELECT (vsm.fact_event(source, m.entity, m.created_at, 'draft', m.entity || ':draft', seq => 1)).*
			WHERE m.is_draft AND m.state = 'OPEN' AND m.updated_at < m.created_at + interval '1 second'
			UNION ALL
			SELECT (vsm.fact_observed(source, m.entity, m.updated_at, s.state, after => s.after)).*
			FROM (
				SELECT 'reopened' AS state, '["closed"]'::jsonb AS after WHERE m.state = 'OPEN'
				UNION ALL
				SELECT 'draft', '["opened", "ready", "reopened"]' WHERE m.is_draft AND m.state = 'OPEN'
				UNION ALL
				SELECT 'ready', '["draft"]' WHERE NOT m.is_draft AND m.state = 'OPEN'
				UNION ALL
				SELECT 'merged', NULL WHERE m.state = 'MERGED' AND m.merged_at IS NULL
				UNION ALL
				SELECT 'closed', NULL WHERE m.state IN ('DECLINED', 'SUPERSEDED') AND NOT m.is_dated) AS s
			WHERE m.updated_at IS NOT NULL
			UNION ALL
			SELECT (vsm.fact_link(source, c.sha, m.entity, 'part_of', c.method)).*
			FROM (
				SELECT m.merge_sha AS sha, 'merge commit' AS method WHERE m.state = 'MERGED'
				UNION ALL SELECT m.head_sha, 'head commit') AS c
			WHERE c.sha IS NOT NULL OFFSET 0) AS q
		UNION ALL
		-- Who approved, or asked for changes, when: of Cloud in the request itself and its webhook, of Data Center in the webhook.
		SELECT v.*
		FROM (
			SELECT CASE WHEN e -> 'approved' = 'true' THEN 'approved'
					WHEN e ->> 'state' = 'changes_requested' THEN 'changes_requested' END AS verdict,
				vsm.json_time(e, 'participated_on') AS at, e -> 'user' AS person
			FROM jsonb_array_elements(vsm.json_array(m.request -> 'participants')) AS e
			UNION ALL
			SELECT 'approved', vsm.json_time(m.body, 'approval', 'date'), m.body #> '{approval,user}'
			-- The webhook of an approval that was taken back looks the same, but the participant does not approve.
			WHERE m.request -> 'participants' IS NULL OR EXISTS (
				SELECT FROM jsonb_array_elements(vsm.json_array(m.request -> 'participants')) AS e
				WHERE e -> 'approved' = 'true' AND vsm.bitbucket_person(e -> 'user') = vsm.bitbucket_person(m.body #> '{approval,user}'))
			UNION ALL
			SELECT 'changes_requested', vsm.json_time(m.body, 'changes_request', 'date'), m.body #> '{changes_request,user}'
			UNION ALL
			SELECT CASE m.hook WHEN 'pr:reviewer:approved' THEN 'approved' WHEN 'pr:reviewer:unapproved' THEN 'unapproved'
				WHEN 'pr:reviewer:needs_work' THEN 'changes_requested' END, m.sent_at, m.body #> '{participant,user}'
			UNION ALL
			SELECT 'reviewed', coalesce(vsm.json_time(m.body, 'comment', 'created_on'), vsm.json_time(m.body, 'comment', 'createdDate')),
				coalesce(m.body #> '{comment,user}', m.body #> '{comment,author}')) AS t,
			LATERAL vsm.read_bitbucket_verdict(source, m.entity, t.verdict, t.at) AS v
		WHERE t.verdict IS NOT NULL AND t.at IS NOT NULL AND vsm.bitbucket_person(t.person) <> m.author_id
		AND coalesce(vsm.bitbucket_author(names, t.person), 'person') = 'person'
		UNION ALL
		SELECT k.* FROM vsm.read_keys(source, m.entity, m.created_at, m.branch, m.title, m.description) AS k) AS f;
END;
COMMENT ON FUNCTION vsm.read_bitbucket_pull_request(text, jsonb, jsonb) IS
	'facts of a pull request of Bitbucket: webhooks pullrequest:... of Cloud and pr:... of Data Center, or GET .../pullrequests and '
	'.../pull-requests';

CREATE FUNCTION vsm.read_bitbucket_end(source text, entity text, state text, at timestamptz) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT (vsm.fact_event(source, entity, at, 'merged', entity || ':merged')).* WHERE state = 'MERGED'
	UNION ALL
	SELECT (vsm.fact_event(source, entity, at, 'closed', entity || ':closed:' || floor(extract(epoch FROM at)))).*
	WHERE state IN ('DECLINED', 'SUPERSEDED')
	UNION ALL
	SELECT (vsm.fact_row(source, 'merge_request', entity, at, jsonb_build_object('source', source,
		CASE state WHEN 'MERGED' THEN 'merged_at' ELSE 'closed_at' END, at))).*
	WHERE state IN ('MERGED', 'DECLINED', 'SUPERSEDED');
END;
COMMENT ON FUNCTION vsm.read_bitbucket_end(text, text, text, timestamptz) IS
	'the facts of a pull request of Bitbucket that was merged or declined at a time';

CREATE FUNCTION vsm.read_bitbucket_activity(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 2
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT b.body, source || ':pull_request:' || vsm.bitbucket_activity_repository(b.body) || '#'
				|| vsm.json_text(b.body, 'pull_request', 'id') AS entity,
			vsm.bitbucket_person(b.body #> '{pull_request,author}') AS author_id, upper(vsm.json_text(b.body, 'update', 'state')) AS state,
			b.body #> '{update,changes}' AS changes, vsm.json_time(b.body, 'update', 'date') AS at
		FROM (SELECT payload || '{}' AS body OFFSET 0) AS b
		OFFSET 0) AS p,
	LATERAL (
		SELECT v.*
		FROM (
			SELECT 'approved' AS verdict, vsm.json_time(p.body, 'approval', 'date') AS at, p.body #> '{approval,user}' AS person
			UNION ALL
			SELECT 'changes_requested', vsm.json_time(p.body, 'changes_requested', 'date'), p.body #> '{changes_requested,user}'
			UNION ALL
			SELECT 'reviewed', vsm.json_time(p.body, 'comment', 'created_on'), p.body #> '{comment,user}'
			-- Whose request it is, is said where it was asked for; a comment may be its author's.
			WHERE p.author_id IS NOT NULL) AS t,
			LATERAL vsm.read_bitbucket_verdict(source, p.entity, t.verdict, t.at) AS v
		WHERE t.at IS NOT NULL AND (vsm.bitbucket_person(t.person) <> p.author_id OR p.author_id IS NULL)
		AND coalesce(vsm.bitbucket_author(names, t.person), 'person') = 'person'
		UNION ALL
		SELECT e.* FROM vsm.read_bitbucket_end(source, p.entity, p.state, p.at) AS e
		-- (What changed later than the state has the same state.)
		WHERE p.at IS NOT NULL AND (p.changes = '{}' OR p.changes ? 'status') IS NOT FALSE) AS f;
END;
COMMENT ON FUNCTION vsm.read_bitbucket_activity(text, jsonb, jsonb) IS
	'facts of what happened to a pull request of Bitbucket Cloud: GET .../pullrequests/ID/activity';

CREATE FUNCTION vsm.read_bitbucket_server_activity(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 3
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT b.body, source || ':pull_request:' || vsm.bitbucket_server_request(b.body) AS entity,
			vsm.json_text(b.body, 'action') AS action, vsm.json_time(b.body, 'createdDate') AS at,
			vsm.bitbucket_person(b.body #> '{pullRequest,author}') AS author_id
		FROM (SELECT payload || '{}' AS body OFFSET 0) AS b
		OFFSET 0) AS p,
	LATERAL (
		SELECT v.*
		FROM (SELECT CASE p.action WHEN 'APPROVED' THEN 'approved' WHEN 'UNAPPROVED' THEN 'unapproved'
			WHEN 'REVIEWED' THEN 'changes_requested' WHEN 'COMMENTED' THEN 'reviewed' END AS verdict OFFSET 0) AS t,
			LATERAL vsm.read_bitbucket_verdict(source, p.entity, t.verdict, p.at) AS v
		WHERE CASE WHEN p.author_id IS NULL THEN t.verdict <> 'reviewed'
			ELSE vsm.bitbucket_person(p.body -> 'user') IS DISTINCT FROM p.author_id END
		AND coalesce(vsm.bitbucket_author(names, p.body -> 'user'), 'person') = 'person'
		UNION ALL
		SELECT e.* FROM vsm.read_bitbucket_end(source, p.entity, p.action, p.at) AS e
		UNION ALL
		SELECT (vsm.fact_observed(source, p.entity, p.at, 'reopened', after => '["closed"]')).* WHERE p.action = 'REOPENED'
		UNION ALL
		SELECT (vsm.fact_row(source, 'merge_request', p.entity, p.at, '{"closed_at": null}')).* WHERE p.action = 'REOPENED') AS f;
END;
COMMENT ON FUNCTION vsm.read_bitbucket_server_activity(text, jsonb, jsonb) IS
	'facts of what happened to a pull request of Bitbucket Data Center: GET .../pull-requests/ID/activities, wrapped with the request';

CREATE FUNCTION vsm.read_bitbucket_issue(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 6
BEGIN ATOMIC
	SELECT q.*
	FROM (
		SELECT h.*, source || ':issue:' || h.repository || '#' || h.id AS entity,
			vsm.meaning(names, 'type', h.kind) AS type, h.changes ? 'status' AS is_moved,
			h.changes IS NULL AND h.updated_at < h.created_at + interval '1 second' AS is_new
		FROM (
			SELECT b.issue, vsm.json_text(b.issue, 'id') AS id, b.repository,
				vsm.json_text(b.issue, 'title') AS title, vsm.json_text(b.issue, 'state') AS state,
				-- Within a change the issue has its title only.
				coalesce(vsm.json_text(b.issue, 'kind'), CASE WHEN b.changed_at IS NULL THEN vsm.json_text(b.issue, 'type') END) AS kind,
				b.changes, vsm.json_time(b.issue, 'created_on') AS created_at,
				coalesce(b.changed_at, vsm.json_time(b.issue, 'updated_on'), vsm.json_time(b.issue, 'created_on')) AS updated_at,
				vsm.json_text(b.issue, 'links', 'html', 'href') AS url
			FROM (
				SELECT coalesce(vsm.json_object(p.body -> 'issue'), p.body) AS issue, vsm.bitbucket_issue_repository(p.body) AS repository,
					-- (The API calls state what webhooks call status.)
					CASE WHEN p.body ->> 'type' = 'issue_change' THEN vsm.json_time(p.body, 'created_on') END AS changed_at,
					CASE WHEN p.body #> '{changes,state}' IS NULL THEN vsm.json_object(p.body -> 'changes')
						ELSE jsonb_build_object('status', p.body #> '{changes,state}') END AS changes
				FROM (SELECT payload || '{}' AS body OFFSET 0) AS p
				OFFSET 0) AS b
			OFFSET 0) AS h
		OFFSET 0) AS i,
	LATERAL (
		SELECT (vsm.fact_row(source, 'item', i.entity, i.updated_at,
			vsm.fact_details('source', source, 'key', i.repository || '#' || i.id, 'project', i.repository,
				'source_type', i.kind, 'type', CASE WHEN i.type = 'incident' THEN 'defect' WHEN i.type <> 'none' THEN i.type END,
				'priority', vsm.json_text(i.issue, 'priority'), 'title', i.title, 'url', i.url, 'created_at', i.created_at))).*
		UNION ALL
		SELECT (vsm.fact_created(source, i.entity, i.created_at, CASE WHEN i.is_new THEN i.state END)).*
		WHERE i.created_at IS NOT NULL
		UNION ALL
		SELECT (vsm.fact_event(source, i.entity, i.updated_at, vsm.json_text(i.changes, 'status', 'new'),
			i.entity || ':state:' || vsm.json_text(i.changes, 'status', 'new') || ':' || floor(extract(epoch FROM i.updated_at)),
			previous => vsm.json_text(i.changes, 'status', 'old'))).*
		WHERE i.is_moved AND vsm.json_text(i.changes, 'status', 'new') IS NOT NULL AND i.updated_at IS NOT NULL
		UNION ALL
		SELECT (vsm.fact_observed(source, i.entity, i.updated_at, i.state)).*
		WHERE i.state IS NOT NULL AND i.is_new IS NOT TRUE AND i.is_moved IS NOT TRUE AND i.updated_at IS NOT NULL) AS q;
END;
COMMENT ON FUNCTION vsm.read_bitbucket_issue(text, jsonb, jsonb) IS
	'facts of an issue of Bitbucket Cloud: webhooks issue:..., or GET .../issues and .../issues/ID/changes';
