/*
 * GitLab: commits, pushes and tags. Before issues and requests, whose texts name others in the same
 * words as messages of commits do.
 */

/*
 * What a text says that it closes or reverts. GitLab closes issues by "Closes #4, #5 and
 * shop/web#6", also by their addresses; it writes the two sentences of reverts itself.
 */
CREATE FUNCTION vsm.gitlab_closes(message text, project text) RETURNS SETOF text
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT coalesce(
		vsm.gitlab_project(r.reference[1]) || '#' || substring(r.reference[1] FROM '\d+$'),
		CASE
			WHEN r.reference[2] = '' THEN project
			-- A project of the same group goes by its name alone.
			WHEN r.reference[2] ~ '/' THEN r.reference[2]
			ELSE coalesce(substring(project FROM '^.*/'), '') || r.reference[2]
		END || '#' || r.reference[3])
	-- (Most messages name nothing.)
	FROM (SELECT message AS text WHERE message LIKE '%#%' OR message LIKE '%://%' OFFSET 0) AS t,
		regexp_matches(t.text,
			'\m(?:clos(?:e[sd]?|ing)|fix(?:e[sd]|ing)?|resolv(?:e[sd]?|ing)|implement(?:s|ed|ing)?):?\s+'
			'((?:(?:issues?\s+)?(?:[\w./-]*#\d+|https?://[^\s#]+/(?:issues|work_items)/\d+)(?:\s*,\s*and\s+|\s*,\s*|\s+and\s+)?)+)',
				'gi') AS m (phrase),
		regexp_matches(m.phrase[1], '(https?://[^\s#]+/(?:issues|work_items)/\d+)|([\w./-]*)#(\d+)', 'g') AS r (reference);
END;
COMMENT ON FUNCTION vsm.gitlab_closes(text, text) IS
	'the issues of GitLab that a message closes ("Closes #4, shop/web#6"), as PROJECT#NUMBER; project is that of a bare #4';

CREATE FUNCTION vsm.gitlab_reverts(message text, project text) RETURNS SETOF text
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT coalesce(r.reference[1], coalesce(nullif(r.reference[2], ''), project) || '!' || r.reference[3])
	FROM (SELECT message AS text WHERE message LIKE '%This reverts %' OFFSET 0) AS t, regexp_matches(t.text,
		'\mThis reverts (?:commit ([0-9a-f]{7,64})\M|merge request ([\w./-]*)!(\d+))', 'g') AS r (reference);
END;
COMMENT ON FUNCTION vsm.gitlab_reverts(text, text) IS
	'the commits and merge requests, these as PROJECT!NUMBER, that a message says it reverts; project is that of a bare !7';

CREATE FUNCTION vsm.read_gitlab_commit_object(source text, repository text, commit jsonb, branch_keys text[],
	names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 2
BEGIN ATOMIC
	SELECT q.*
	FROM (
		SELECT vsm.gitlab_sha(commit -> 'id') AS sha,
			coalesce(vsm.json_time(commit, 'committed_date'), vsm.json_time(commit, 'timestamp'),
				vsm.json_time(commit, 'created_at')) AS committed_at,
			rtrim(coalesce(vsm.json_text(commit, 'title'), split_part(vsm.json_text(commit, 'message'), E'\n', 1)), E'\r') AS title,
			vsm.json_text(commit, 'message') AS message,
			vsm.gitlab_author(names, coalesce(commit #> '{author,email}', commit -> 'author_email'),
				coalesce(commit #> '{author,name}', commit -> 'author_name'))
				AS author
		OFFSET 0) AS c,
	LATERAL (
		SELECT (vsm.fact_row(source, 'commit', c.sha, c.committed_at,
			vsm.fact_details(
				'source', source,
				'repository', repository,
				'authored_at', vsm.json_time(commit, 'authored_date'),
				'committed_at', c.committed_at,
				'title', c.title,
				'parents', nullif(vsm.gitlab_texts(commit -> 'parent_ids'), '[]'),
				'url', coalesce(vsm.json_text(commit, 'web_url'), vsm.json_text(commit, 'url')),
				'author_kind', CASE WHEN c.author <> 'person' THEN 'bot' ELSE c.author END,
				'assisted_by', coalesce(CASE WHEN c.author NOT IN ('person', 'bot') THEN c.author END,
					vsm.assistant(names, c.message)),
				'additions', vsm.gitlab_count(commit #> '{stats,additions}'),
				'deletions', vsm.gitlab_count(commit #> '{stats,deletions}'),
				'paths', CASE WHEN commit ?| '{added,modified,removed}' THEN
					coalesce(vsm.gitlab_texts(commit -> 'added'), '[]') || coalesce(vsm.gitlab_texts(commit -> 'modified'), '[]')
						|| coalesce(vsm.gitlab_texts(commit -> 'removed'), '[]') END))).*
		UNION ALL
		-- The commits of a merge request are told with no parents: what is told elsewhere is newer.
		SELECT (vsm.fact_row(source, 'commit', c.sha, c.committed_at - interval '1 second', '{"parents": []}'::jsonb)).*
		WHERE commit -> 'parent_ids' = '[]'
		UNION ALL
		SELECT (vsm.fact_link(source, c.sha, k.key, 'implements', k.method, k.confidence, since => c.committed_at)).*
		FROM (
			SELECT unnest(vsm.issue_keys(c.title)) AS key, 'key in title' AS method, 0.95::float8 AS confidence
			UNION ALL
			SELECT unnest(branch_keys), 'key in branch', 0.9::float8) AS k
		UNION ALL
		SELECT (vsm.fact_link(source, c.sha, r.issue, 'implements', 'closing reference', since => c.committed_at)).*
		FROM vsm.gitlab_closes(c.message, repository) AS r (issue)
		UNION ALL
		SELECT (vsm.fact_link(source, c.sha, r.reverted, 'reverts', 'revert message', since => c.committed_at)).*
		FROM vsm.gitlab_reverts(c.message, repository) AS r (reverted) OFFSET 0) AS q
	WHERE c.sha IS NOT NULL;
END;
COMMENT ON FUNCTION vsm.read_gitlab_commit_object(text, text, jsonb, text[], jsonb) IS
	'the facts of a commit in a payload of GitLab: the commit, the keys in its subject and those of the branch it was pushed to, the '
	'issues that it closes, what it reverts';

CREATE FUNCTION vsm.read_gitlab_commit(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 2
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT b.body, vsm.gitlab_project(vsm.json_text(b.body, 'web_url')) AS repository
		FROM (SELECT payload || '{}' AS body OFFSET 0) AS b
		OFFSET 0) AS p,
		LATERAL vsm.read_gitlab_commit_object(source, p.repository, p.body, NULL, names) AS f;
END;
COMMENT ON FUNCTION vsm.read_gitlab_commit(text, jsonb, jsonb) IS
	'facts of a commit of GET /projects/ID/repository/commits';

CREATE FUNCTION vsm.read_gitlab_push(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 20
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT b.body, b.commits, b.project, b.is_tag, b.before, b.after, b.count,
			-- The SHA of a tag with a message is its own, not that of the commit.
			CASE
				WHEN b.checkout_sha IS NOT NULL THEN b.checkout_sha
				WHEN NOT b.is_tag THEN b.after_sha
				WHEN b.count = 1 THEN vsm.gitlab_sha(b.commits #> '{0,id}')
			END AS sha,
			source || CASE WHEN b.is_tag THEN ':tag:' ELSE ':branch:' END || b.project || '@' || b.name AS entity,
			-- The default branch names nobody's work.
			CASE WHEN NOT b.is_tag AND b.name IS DISTINCT FROM vsm.json_text(b.body, 'project', 'default_branch') THEN
				vsm.issue_keys(b.name) END AS keys,
			-- A push has no time of its own: that of its newest commit.
			(SELECT max(vsm.json_time(c, 'timestamp')) FROM jsonb_array_elements(b.commits) AS c) AS at
		FROM (
			SELECT p.body, vsm.json_array(p.body -> 'commits') AS commits,
				coalesce(vsm.gitlab_hook_project(p.body), vsm.gitlab_project(p.body #>> '{commits,0,url}')) AS project,
				regexp_replace(vsm.json_text(p.body, 'ref'), '^refs/(heads|tags)/', '') AS name,
				coalesce(coalesce(vsm.json_text(p.body, 'object_kind'), vsm.json_text(p.body, 'event_name')) = 'tag_push',
					starts_with(vsm.json_text(p.body, 'ref'), 'refs/tags/')) AS is_tag,
				vsm.json_text(p.body, 'before') AS before,
				vsm.json_text(p.body, 'after') AS after,
				vsm.gitlab_sha(p.body -> 'checkout_sha') AS checkout_sha,
				vsm.gitlab_sha(p.body -> 'after') AS after_sha,
				jsonb_array_length(vsm.json_array(p.body -> 'commits')) AS count
			FROM (SELECT payload || '{}' AS body OFFSET 0) AS p
			OFFSET 0) AS b
		OFFSET 0) AS p,
	LATERAL (
		SELECT q.*
		FROM (
			SELECT (vsm.fact_event(source, p.entity, p.at, CASE WHEN p.is_tag THEN 'tagged' ELSE 'pushed' END, p.entity || ':' || p.sha,
				-- Only the newest 20 commits of a push are told.
				attributes => vsm.fact_details('before', p.before, 'after', p.after, 'commits', p.count,
					'total_commits', vsm.gitlab_count(p.body -> 'total_commits_count')))).*
			WHERE p.at IS NOT NULL
			UNION ALL
			SELECT (vsm.fact_link(source, p.entity, p.sha, 'builds', 'tag', since => p.at)).*
			WHERE p.is_tag AND p.sha IS NOT NULL OFFSET 0) AS q
		UNION ALL
		SELECT o.*
		FROM jsonb_array_elements(p.commits) AS c (object),
			LATERAL vsm.read_gitlab_commit_object(source, p.project, c.object, p.keys, names) AS o) AS f;
END;
COMMENT ON FUNCTION vsm.read_gitlab_push(text, jsonb, jsonb) IS
	'facts of the webhooks and system hooks push and tag_push of GitLab: the commits, and what their subjects and the branch name';

CREATE FUNCTION vsm.read_gitlab_tag(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 3
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT b.body -> 'commit' AS commit, t.project, source || ':tag:' || t.project || '@' || vsm.json_text(b.body, 'name') AS entity,
			vsm.gitlab_sha(b.body #> '{commit,id}') AS sha,
			-- (Since GitLab 16.11 it has a time of its own.)
			coalesce(vsm.json_time(b.body, 'created_at'), vsm.json_time(b.body, 'commit', 'committed_date'),
				vsm.json_time(b.body, 'commit', 'created_at')) AS at
		FROM (SELECT payload || '{}' AS body OFFSET 0) AS b,
			LATERAL (SELECT vsm.gitlab_project(vsm.json_text(b.body, 'commit', 'web_url')) AS project OFFSET 0) AS t
		OFFSET 0) AS p,
	LATERAL (
		SELECT q.*
		FROM (
			SELECT (vsm.fact_event(source, p.entity, p.at, 'tagged', p.entity || ':' || p.sha)).*
			UNION ALL
			SELECT (vsm.fact_link(source, p.entity, p.sha, 'builds', 'tag', since => p.at)).* OFFSET 0) AS q
		UNION ALL
		SELECT c.* FROM vsm.read_gitlab_commit_object(source, p.project, p.commit, NULL, names) AS c) AS f;
END;
COMMENT ON FUNCTION vsm.read_gitlab_tag(text, jsonb, jsonb) IS 'facts of a tag of GET /projects/ID/repository/tags';
