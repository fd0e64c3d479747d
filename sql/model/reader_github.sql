/*
 * GitHub: webhooks and the same objects of the REST API. Here is what all of its readers use; the
 * payloads are told apart in reader_github_payload.sql.
 *
 * Entities are SOURCE:issue:ID, SOURCE:pull_request:ID, SOURCE:workflow_run:ID,
 * SOURCE:workflow_job:ID and SOURCE:deployment:ID with GitHub's ids, SOURCE:release:REPOSITORY@TAG,
 * SOURCE:tag:REPOSITORY@TAG and SOURCE:branch:REPOSITORY@BRANCH, and the SHAs of commits. A
 * repository is its full name: shop/checkout. Issues are items; "shop/checkout#12" is an alias of
 * an issue or of a pull request, which share their numbers, and so is SOURCE:node:ID, with the id
 * that GraphQL and projects have for it.
 *
 * A webhook's body does not say which event it is (a header does), so kinds are told by shape.
 * Events that a webhook and the API both tell of have the same id; the earlier time is kept.
 * Labels are events with method "label": the name when added, "NAME removed" when removed.
 *
 * Where an object has no time for what happened to it, its updated_at is the time: reopened,
 * draft, ready_for_review, review_requested, enqueued, dismissed, labels, deleted, transferred.
 *
 * Times have seconds. Of what happened within one, the row of a table keeps what comes last in
 * the life of a thing: versions of earlier states are some microseconds older.
 *
 * A payload lies compressed or apart from its row, and every function that takes it would fetch it
 * anew: payload #> '{}' within a subquery fetches it once.
 */

CREATE FUNCTION vsm.github_repository(url text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
-- (The API has addresses by number, too, /repositories/1, which do not say the name; Gitea's begins with /api/v1.)
RETURN substring(url FROM '^[a-z]+://[^/]+/(?:api/v\d+/)?(?:repos/)?((?!repositories/\d+(?:/|$))[^/]+/[^/]+)(?:/|$)');
COMMENT ON FUNCTION vsm.github_repository(text) IS
	'the repository that the address of an object of GitHub lies in: shop/checkout; NULL if it is none';

CREATE FUNCTION vsm.github_closes(message text, repository text) RETURNS SETOF text
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT coalesce(r.reference[1], r.reference[2], repository) || '#' || r.reference[3]
	-- (Most messages name no issue at all: they need no regular expression.)
	FROM (SELECT message AS text WHERE strpos(message, '#') > 0 OR strpos(message, '/issues/') > 0 OFFSET 0) AS m,
		regexp_matches(m.text,
			'\m(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+'
			'(?:https?://[^/\s]+/([\w.-]+/[\w.-]+)/issues/|([\w.-]+/[\w.-]+)?#)(\d{1,20})\M', 'gi') AS r (reference);
END;
COMMENT ON FUNCTION vsm.github_closes(text, text) IS
	'the issues of GitHub that a message closes ("Fixes #4, closes shop/web#6"), as REPOSITORY#NUMBER; repository is that of a bare #4';

/*
 * The id that GraphQL and projects have for an issue or a pull request holds the id that the rest
 * of GitHub has for it: the Base64 of "05:Issue7001" or, since 2021, I_ or PR_ and the Base64 of a
 * list of three numbers in MessagePack, the last of which it is.
 */
CREATE FUNCTION vsm.github_node(source text, node_id text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT source || coalesce(
		':' || CASE d.old[1] WHEN 'Issue' THEN 'issue' WHEN 'PullRequest' THEN 'pull_request' END || ':' || d.old[2],
		':' || CASE d.prefix WHEN 'I_' THEN 'issue' WHEN 'PR_' THEN 'pull_request' END || ':'
			|| ('x' || lpad(coalesce(d.new[1], d.new[2], d.new[3], d.new[4], d.new[5]), 16, '0'))::bit(64)::bigint,
		':node:' || node_id)
	FROM (
		SELECT b.prefix,
			CASE WHEN b.prefix = '' THEN regexp_match(encode(b.bytes, 'escape'), '^0\d+:(Issue|PullRequest)(\d{1,18})$') END AS old,
			CASE WHEN b.prefix <> '' THEN regexp_match(encode(b.bytes, 'hex'),
				'^9300(?:[0-7].|cc..|cd.{4}|ce.{8}|cf.{16})(?:([0-7].)|cc(..)|cd(.{4})|ce(.{8})|cf([0-7].{15}))$') END AS new
		FROM (
			SELECT t.prefix, decode(rpad(t.base64, (length(t.base64) + 3) / 4 * 4, '='), 'base64') AS bytes
			FROM (
				SELECT coalesce(substring(node_id FROM '^(?:I|PR)_'), '') AS prefix,
					translate(substring(node_id FROM '^(?:I_|PR_)?([A-Za-z0-9+/_-]{8,100})={0,2}$'), '-_', '+/') AS base64
				OFFSET 0) AS t
			WHERE length(t.base64) % 4 <> 1
			OFFSET 0) AS b
		OFFSET 0) AS d
	UNION ALL
	SELECT source || ':node:' || node_id
	LIMIT 1;
END;
COMMENT ON FUNCTION vsm.github_node(text, text) IS
	'the issue or pull request that has a global node id: SOURCE:issue:ID or SOURCE:pull_request:ID, '
	'or the alias SOURCE:node:NODE_ID where that id does not say';

CREATE FUNCTION vsm.github_is_request(issue jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
-- (Gitea has null here for an issue, and GitHub before 2013 an object whose addresses are null.)
RETURN jsonb_typeof(issue -> 'pull_request') = 'object' AND (issue #> '{pull_request,html_url}' = 'null') IS NOT TRUE;
COMMENT ON FUNCTION vsm.github_is_request(jsonb) IS 'whether an issue of GitHub is a pull request, which its lists of issues have, too';

CREATE FUNCTION vsm.github_node_request(node_id text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN substring(vsm.github_node('', node_id) FROM '^:pull_request:(\d+)$');
COMMENT ON FUNCTION vsm.github_node_request(text) IS 'the id of the pull request that has a global node id; NULL where that does not say';

CREATE FUNCTION vsm.github_gitea_review(body jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT jsonb_build_object('id', vsm.whole_seconds(r.at), 'state', r.state, 'submitted_at', body #> '{pull_request,updated_at}',
		'user', body -> 'sender')
	FROM (
		SELECT vsm.json_time(body, 'pull_request', 'updated_at') AS at,
			-- (Comments had no "review" in it before Gitea 1.17.)
			CASE replace(body #>> '{review,type}', '_review', '') WHEN 'pull_request_approved' THEN 'approved'
				WHEN 'pull_request_rejected' THEN 'changes_requested'
				WHEN 'pull_request_comment' THEN 'commented' END AS state
		OFFSET 0) AS r
	WHERE r.at IS NOT NULL AND r.state IS NOT NULL;
END;
COMMENT ON FUNCTION vsm.github_gitea_review(jsonb) IS
	'the review in a webhook of Gitea, which has no id there, no author and no time, as GitHub has it; NULL if it is none';

/*
 * Who wrote a commit or a pull request, by login, name or address: a bot, an assistant (a bot, too),
 * or else a person. Names and addresses themselves go no further.
 */
CREATE FUNCTION vsm.github_author(names jsonb, login text, name text, address text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(vsm.meaning(names, 'author', login), vsm.meaning(names, 'author', name), vsm.meaning(names, 'author', address));
COMMENT ON FUNCTION vsm.github_author(jsonb, text, text, text) IS
	'what names say of an author of GitHub: bot, the name of an assistant, person, or NULL for everybody else';

CREATE FUNCTION vsm.github_author_kind(meaning text, account text, name text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN meaning = 'person' THEN 'person' WHEN meaning IS NOT NULL OR account = 'Bot' THEN 'bot' WHEN name IS NOT NULL THEN
	'person' END;
COMMENT ON FUNCTION vsm.github_author_kind(text, text, text) IS
	'person or bot: by what names say of an author, by the type of the account; NULL for one who has no name';

CREATE FUNCTION vsm.github_author_assistant(meaning text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN meaning NOT IN ('bot', 'person') THEN meaning END;
COMMENT ON FUNCTION vsm.github_author_assistant(text) IS 'the assistant that an author is by what names say; NULL if it is none';

CREATE FUNCTION vsm.github_count(value jsonb) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN vsm.json_number(value) BETWEEN 0 AND 2147483647 THEN trunc(vsm.json_number(value))::integer END;
COMMENT ON FUNCTION vsm.github_count(jsonb) IS 'a member that counts something: lines, commits, attempts; NULL for what is no such number';

CREATE FUNCTION vsm.github_event_id(entity text, event text, at timestamptz) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN entity || ':' || event || ':' || floor(extract(epoch FROM at - timestamptz '1970-01-01 00:00+00'))::bigint::text;
COMMENT ON FUNCTION vsm.github_event_id(text, text, timestamptz) IS
	'the identity of an event for which GitHub has no id that all payloads tell: what happened, and in which second';
