-- GitHub: commits, pushes and tags.

CREATE FUNCTION vsm.read_github_commit_object(source text, repository text, branch text, commit jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 2
BEGIN ATOMIC
	SELECT q.*
	FROM (
		SELECT c.*, split_part(c.message, E'\n', 1) AS title, vsm.github_author(names, c.login, c.name, c.address) AS author,
			-- Files of a webhook, or of the API, asked for one commit.
			CASE
				WHEN commit ?| '{added,removed,modified}' THEN coalesce(vsm.json_array(commit -> 'added'), '[]')
					|| coalesce(vsm.json_array(commit -> 'removed'), '[]') || coalesce(vsm.json_array(commit -> 'modified'), '[]')
				WHEN commit ? 'files' THEN jsonb_path_query_array(vsm.json_array(commit -> 'files'), '$[*].filename')
			END AS paths
		FROM (SELECT
			-- The API has the commit proper inside; webhooks and git's own objects are flat.
			coalesce(vsm.json_text(commit, 'sha'), vsm.json_text(commit, 'id')) AS sha,
			coalesce(vsm.json_time(commit, 'commit', 'committer', 'date'), vsm.json_time(commit, 'timestamp'),
				vsm.json_time(commit, 'committer', 'date')) AS committed_at,
			coalesce(vsm.json_text(commit, 'commit', 'message'), vsm.json_text(commit, 'message')) AS message,
			coalesce(vsm.json_text(commit, 'author', 'login'), vsm.json_text(commit, 'author', 'username')) AS login,
			coalesce(vsm.json_text(commit, 'commit', 'author', 'name'), vsm.json_text(commit, 'author', 'name')) AS name,
			coalesce(vsm.json_text(commit, 'commit', 'author', 'email'), vsm.json_text(commit, 'author', 'email')) AS address
			OFFSET 0) AS c
		OFFSET 0) AS c,
	LATERAL (
		SELECT (vsm.fact_row(source, 'commit', c.sha, c.committed_at,
			vsm.fact_details(
				'source', source,
				'repository', repository,
				'authored_at', coalesce(vsm.json_time(commit, 'commit', 'author', 'date'), vsm.json_time(commit, 'author', 'date')),
				'committed_at', c.committed_at,
				'title', c.title,
				'parents', CASE WHEN jsonb_typeof(commit -> 'parents') = 'array' THEN
					jsonb_path_query_array(commit -> 'parents', '$[*].sha ? (@.type() == "string")') END,
				'url', coalesce(vsm.json_text(commit, 'html_url'), vsm.json_text(commit, 'url')),
				'author_kind', vsm.github_author_kind(c.author, commit #>> '{author,type}', coalesce(c.login, c.name, c.address)),
				'assisted_by', coalesce(vsm.github_author_assistant(c.author), vsm.assistant(names, c.message)),
				'additions', vsm.github_count(commit #> '{stats,additions}'),
				'deletions', vsm.github_count(commit #> '{stats,deletions}'),
				'paths', CASE WHEN c.paths @? '$[*] ? (@.type() != "string")' THEN
					jsonb_path_query_array(c.paths, '$[*] ? (@.type() == "string")')
					ELSE c.paths END))).*
		UNION ALL
		SELECT k.* FROM vsm.read_keys(source, c.sha, c.committed_at, branch, c.title, NULL) AS k
		UNION ALL
		SELECT (vsm.fact_link(source, c.sha, r.issue, 'implements', 'closing reference', since => c.committed_at)).*
		FROM vsm.github_closes(c.message, repository) AS r (issue)
		UNION ALL
		-- What GitHub writes into the subject when it squashes or merges a pull request.
		SELECT (vsm.fact_link(source, c.sha, repository || '#' || n.number, 'part_of', 'number in subject', 0.95)).*
		FROM (SELECT coalesce(substring(c.title FROM '\(#(\d{1,20})\)$'),
			substring(c.title FROM '^Merge pull request #(\d{1,20}) from ')) AS number
			WHERE strpos(c.title, '#') > 0 OFFSET 0) AS n
		WHERE n.number IS NOT NULL AND repository IS NOT NULL
		UNION ALL
		SELECT (vsm.fact_link(source, c.sha, r.reverted[1], 'reverts', 'reverted commit in message', since => c.committed_at)).*
		FROM (SELECT c.message WHERE strpos(c.message, 'reverts commit ') > 0 OFFSET 0) AS m,
			regexp_matches(m.message, '\mThis reverts commit ([0-9a-f]{40})\M', 'g') AS r (reverted)) AS q;
END;
COMMENT ON FUNCTION vsm.read_github_commit_object(text, text, text, jsonb, jsonb) IS
	'the facts of a commit in a payload of GitHub: the commit, the keys in its subject and in the branch that it was pushed to, '
	'the issues that it closes, the pull request that it is of, the commits that it reverts';

CREATE FUNCTION vsm.read_github_commit(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 2
BEGIN ATOMIC
	SELECT f.*
	FROM (SELECT payload #> '{}' AS commit, coalesce(vsm.github_repository(payload ->> 'html_url'),
		vsm.github_repository(payload ->> 'url')) AS repository
		OFFSET 0) AS c,
		LATERAL vsm.read_github_commit_object(source, c.repository, NULL, c.commit, names) AS f;
END;
COMMENT ON FUNCTION vsm.read_github_commit(text, jsonb, jsonb) IS
	'facts of a commit of GET /repos/OWNER/NAME/commits, with its parents; of /commits/SHA with its files and lines, too';

CREATE FUNCTION vsm.github_push_repository(body jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(vsm.json_text(body, 'repository', 'full_name'), vsm.github_repository(body #>> '{repository,html_url}'),
	vsm.github_repository(body ->> 'compare'), vsm.github_repository(body #>> '{head_commit,url}'),
	vsm.github_repository(body #>> '{commits,0,url}'));
COMMENT ON FUNCTION vsm.github_push_repository(jsonb) IS 'the repository of a push of GitHub';

CREATE FUNCTION vsm.read_github_push(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 20
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT r.*, source || CASE WHEN r.is_tag THEN ':tag:' ELSE ':branch:' END || r.repository || '@' || r.name AS entity,
			-- A tag, or a branch made from another, has no commits but a head.
			CASE WHEN r.head ? 'id' AND NOT r.commits @> jsonb_build_array(jsonb_build_object('id', r.head -> 'id')) THEN
				r.head END AS other
		FROM (
			SELECT p.body, vsm.github_push_repository(p.body) AS repository,
				regexp_replace(vsm.json_text(p.body, 'ref'), '^refs/(heads|tags)/', '') AS name,
				starts_with(vsm.json_text(p.body, 'ref'), 'refs/tags/') AS is_tag,
				p.body ->> 'deleted' = 'true' OR p.body ->> 'after' ~ '^0{40,64}$' AS deleted,
				-- An annotated tag has a SHA of its own: the commit is the head.
				coalesce(vsm.json_text(p.body, 'head_commit', 'id'), vsm.json_text(p.body, 'after')) AS sha,
				-- Seconds here, where everything else is ISO 8601.
				coalesce(vsm.json_time(p.body, 'repository', 'pushed_at'), vsm.json_time(p.body, 'head_commit', 'timestamp'),
					-- In Gitea before 1.15 the head is among the commits only.
					vsm.json_time(jsonb_path_query_first(vsm.json_array(p.body -> 'commits'), '$[*] ? (@.id == $after).timestamp',
						jsonb_build_object('after', p.body -> 'after')))) AS at,
				vsm.json_object(p.body -> 'head_commit') AS head,
				coalesce(vsm.json_array(p.body -> 'commits'), '[]') AS commits
			FROM (SELECT payload #> '{}' AS body OFFSET 0) AS p
			OFFSET 0) AS r
		OFFSET 0) AS p,
	LATERAL (
		SELECT q.*
		FROM (
			SELECT (vsm.fact_event(source, p.entity, p.at, CASE WHEN p.deleted THEN 'deleted' WHEN p.is_tag THEN 'tagged' ELSE 'pushed' END,
				CASE WHEN p.deleted THEN vsm.github_event_id(p.entity, 'deleted', p.at) ELSE p.entity || ':' || p.sha END,
				attributes => jsonb_build_object('before', p.body -> 'before', 'after', p.body -> 'after', 'forced', p.body -> 'forced',
					'commits', jsonb_array_length(p.commits)))).*
			UNION ALL
			SELECT (vsm.fact_link(source, p.entity, p.sha, 'builds', 'tag', since => p.at)).*
			WHERE p.is_tag AND p.deleted IS NOT TRUE) AS q
		UNION ALL
		SELECT o.* FROM vsm.read_github_commit_object(source, p.repository, NULL, p.other, names) AS o WHERE p.other IS NOT NULL
		UNION ALL
		SELECT o.*
		FROM (
			-- The branch is named for what is new on it, not for what was merged into it.
			SELECT c.commit, CASE WHEN NOT p.is_tag AND p.name IS DISTINCT FROM p.body #>> '{repository,default_branch}'
				AND c.commit ->> 'distinct' IS DISTINCT FROM 'false' THEN p.name END AS branch
			FROM jsonb_array_elements(p.commits) AS c (commit)
			OFFSET 0) AS c,
			LATERAL vsm.read_github_commit_object(source, p.repository, c.branch, c.commit, names) AS o) AS f;
END;
COMMENT ON FUNCTION vsm.read_github_push(text, jsonb, jsonb) IS
	'facts of the webhook push of GitHub, of a branch or a tag: the commits, and what their subjects and the branch name';

CREATE FUNCTION vsm.read_github_tag(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT (vsm.fact_link(source, t.entity, t.sha, 'builds', 'tag')).*
	FROM (SELECT source || ':tag:' || vsm.github_repository(payload #>> '{commit,url}') || '@'
		|| vsm.json_text(payload, 'name') AS entity,
			vsm.json_text(payload, 'commit', 'sha') AS sha
		OFFSET 0) AS t;
END;
COMMENT ON FUNCTION vsm.read_github_tag(text, jsonb, jsonb) IS
	'facts of a tag of GET /repos/OWNER/NAME/tags: its commit; when it was made is not told';
