/*
 * Bitbucket, Cloud and Data Center (formerly Server): webhooks, and the same objects of their REST APIs,
 * alone or as pages with "values". What all its readers need, and what a payload is; the readers are in
 * reader_bitbucket_*.sql.
 *
 * A repository is WORKSPACE/NAME of Cloud, PROJECT/NAME of Data Center. Numbers of requests and issues are
 * the repository's own: entities are SOURCE:pull_request:REPOSITORY#ID, SOURCE:issue:REPOSITORY#ID,
 * SOURCE:pipeline:UUID, SOURCE:step:UUID, SOURCE:deployment:UUID, SOURCE:build_status:SHA/KEY,
 * SOURCE:branch:REPOSITORY@BRANCH, SOURCE:tag:REPOSITORY@TAG, and the SHAs of commits.
 *
 * A webhook of Cloud does not say in its body what it is of: its members do. One of Data Center has an
 * eventKey. Times of Data Center are milliseconds since 1970.
 */

CREATE FUNCTION vsm.bitbucket_repository(repository jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(vsm.json_text(repository, 'full_name'),
	vsm.json_text(repository, 'project', 'key') || '/' || vsm.json_text(repository, 'slug'));
COMMENT ON FUNCTION vsm.bitbucket_repository(jsonb) IS 'the repository that an object of Bitbucket is: shop/checkout';

CREATE FUNCTION vsm.bitbucket_address(url text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(substring(url FROM '^https://bitbucket\.org/([^/]+/[^/]+)/(?:commits?|pull-requests|issues|addon|src|pipelines)(?:/|$)'),
	substring(url FROM '^https://api\.bitbucket\.org/2\.0/repositories/([^/]+/[^/]+)/'),
	substring(url FROM '/projects/([^/]+)/repos/') || '/' || substring(url FROM '/repos/([^/]+)/'));
COMMENT ON FUNCTION vsm.bitbucket_address(text) IS 'the repository that the address of an object of Bitbucket lies in; NULL if it is none';

CREATE FUNCTION vsm.bitbucket_uuid(value jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN nullif(btrim(vsm.json_text(value), '{}'), '');
COMMENT ON FUNCTION vsm.bitbucket_uuid(jsonb) IS 'a UUID of Bitbucket without its braces';

CREATE FUNCTION vsm.bitbucket_person(person jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(vsm.json_text(person, 'uuid'), vsm.json_text(person, 'account_id'), vsm.json_text(person, 'user', 'id'),
	vsm.json_text(person, 'id'), vsm.json_text(person, 'user', 'name'), vsm.json_text(person, 'username'), vsm.json_text(person,
		'nickname'),
	vsm.json_text(person, 'name'));
COMMENT ON FUNCTION vsm.bitbucket_person(jsonb) IS 'what tells somebody in a payload of Bitbucket from others in it';

CREATE FUNCTION vsm.bitbucket_author(names jsonb, person jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN vsm.author_kind(names,
	coalesce(vsm.json_text(person, 'nickname'), vsm.json_text(person, 'username'), vsm.json_text(person, 'user', 'name'),
		vsm.json_text(person, 'emailAddress'), substring(vsm.json_text(person, 'raw') FROM '<([^>]*)>')),
	coalesce(vsm.json_text(person, 'display_name'), vsm.json_text(person, 'user', 'displayName'), vsm.json_text(person, 'displayName'),
		rtrim(split_part(vsm.json_text(person, 'raw'), '<', 1)), vsm.json_text(person, 'name')));
COMMENT ON FUNCTION vsm.bitbucket_author(jsonb, jsonb) IS
	'what somebody in a payload of Bitbucket is by names: person, bot, or the name of an assistant; NULL if nobody is named';

CREATE FUNCTION vsm.bitbucket_object_kind(object jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
	WHEN object ? 'push' THEN 'push'
	-- (What happened to a request of Data Center has its own id, and that of the request only beside it.)
	WHEN object ?& '{action,createdDate,user}' THEN 'server_activity'
	WHEN object ? 'pullrequest' OR object ? 'pullRequest' AND NOT object ?| '{authorTimestamp,values}' THEN 'pull_request'
	WHEN object ? 'commit_status' THEN 'build_status'
	WHEN object ? 'pull_request' AND object ?| '{update,approval,comment,changes_requested}' THEN 'activity'
	WHEN object ? 'refChanges' THEN 'refs'
	WHEN object ->> 'type' = 'issue_comment' THEN 'comment'
	WHEN object ->> 'type' IN ('pullrequest', 'commit', 'pipeline', 'deployment', 'issue') THEN
		CASE object ->> 'type' WHEN 'pullrequest' THEN 'pull_request' ELSE object ->> 'type' END
	WHEN object ->> 'type' LIKE 'pipeline_step%' OR object ? 'pipeline' AND object ?| '{started_on,script_commands,setup_commands}'
		THEN 'step'
	WHEN object ?& '{fromRef,toRef}' OR object ?& '{source,destination}' THEN 'pull_request'
	WHEN object ? 'issue' THEN 'issue'
	WHEN object ?| '{authorTimestamp,committerTimestamp}' OR object ? 'hash' AND object ?| '{message,date}' THEN 'commit'
	WHEN object ? 'environment' AND object ?| '{deploymentSequenceNumber,toCommit,deployable,release}' THEN 'deployment'
	WHEN object ? 'state' AND object ? 'key' AND object ?| '{refname,dateAdded,ref,buildNumber}' THEN 'build_status'
END;
COMMENT ON FUNCTION vsm.bitbucket_object_kind(jsonb) IS
	'what a payload of Bitbucket is by its members: the name of its reader; NULL if it is not known';

CREATE FUNCTION vsm.bitbucket_request(body jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(vsm.json_object(body -> 'pullrequest'), CASE WHEN body ?| '{eventKey,actor}'
	THEN vsm.json_object(body -> 'pullRequest') END,
	CASE WHEN NOT body ?| '{pullrequest,eventKey}' THEN body END, '{}');
COMMENT ON FUNCTION vsm.bitbucket_request(jsonb) IS 'the pull request that a payload of Bitbucket is, or is about';

CREATE FUNCTION vsm.bitbucket_request_repository(body jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(vsm.bitbucket_repository(vsm.bitbucket_request(body) #> '{destination,repository}'),
	vsm.bitbucket_repository(vsm.bitbucket_request(body) #> '{toRef,repository}'), vsm.bitbucket_repository(body -> 'repository'),
	vsm.bitbucket_address(vsm.json_text(vsm.bitbucket_request(body), 'links', 'html', 'href')));
COMMENT ON FUNCTION vsm.bitbucket_request_repository(jsonb) IS 'the repository that a pull request of Bitbucket is to be merged into';

CREATE FUNCTION vsm.bitbucket_server_request(activity jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(vsm.bitbucket_repository(activity #> '{pullRequest,toRef,repository}'),
	vsm.bitbucket_repository(activity -> 'repository')) || '#' || vsm.json_text(activity, 'pullRequest', 'id');
COMMENT ON FUNCTION vsm.bitbucket_server_request(jsonb) IS
	'the pull request that an activity of Bitbucket Data Center is of, where it is said beside it: PROJECT/REPOSITORY#ID; NULL if not';

CREATE FUNCTION vsm.bitbucket_issue_repository(body jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(vsm.bitbucket_repository(body -> 'repository'), vsm.bitbucket_repository(body #> '{issue,repository}'),
	vsm.bitbucket_address(body #>> '{links,self,href}'), vsm.bitbucket_address(body #>> '{issue,links,self,href}'));
COMMENT ON FUNCTION vsm.bitbucket_issue_repository(jsonb) IS 'the repository of the issue that a payload of Bitbucket is, or is about';

CREATE FUNCTION vsm.bitbucket_activity_repository(activity jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(vsm.bitbucket_repository(activity -> 'repository'),
	vsm.bitbucket_repository(activity #> '{update,destination,repository}'),
	vsm.bitbucket_address(activity #>> '{pull_request,links,html,href}'),
	vsm.bitbucket_address(activity #>> '{pull_request,links,self,href}'));
COMMENT ON FUNCTION vsm.bitbucket_activity_repository(jsonb) IS 'the repository of the pull request that an activity of Bitbucket is of';

CREATE FUNCTION vsm.bitbucket_status_sha(body jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(vsm.json_sha(body #> '{commit_status,commit,hash}'), vsm.json_sha(body #> '{commit,hash}'),
	vsm.json_sha(body #> '{commit,id}'),
	substring(coalesce(body #>> '{commit_status,links,commit,href}', body #>> '{links,commit,href}') FROM '/commit/([0-9a-f]{7,64})'),
	substring(coalesce(body #>> '{commit_status,links,self,href}', body #>> '{links,self,href}') FROM '/commit/([0-9a-f]{7,64})/'));
COMMENT ON FUNCTION vsm.bitbucket_status_sha(jsonb) IS 'the commit that a build status of Bitbucket is of';

CREATE FUNCTION vsm.bitbucket_kind(payload jsonb) RETURNS SETOF vsm.payload_kind
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT coalesce(CASE WHEN k.reason IS NULL THEN n.reader END, h.hook, n.reader, 'payload'), k.reason
	FROM (SELECT payload || '{}' AS body OFFSET 0) AS p,
	LATERAL (SELECT left(vsm.json_text(p.body, 'eventKey'), 100) AS hook, p.body ? 'eventKey' AS is_hook OFFSET 0) AS h,
	LATERAL (SELECT CASE
			WHEN NOT h.is_hook THEN vsm.bitbucket_object_kind(p.body)
			WHEN h.hook = 'repo:refs_changed' THEN 'refs'
			WHEN h.hook LIKE 'pr:%' THEN 'pull_request' END AS reader OFFSET 0) AS n,
	LATERAL (SELECT CASE
		WHEN n.reader = 'pull_request' THEN coalesce(vsm.json_lacks(vsm.bitbucket_request(p.body), 'id'),
			CASE WHEN vsm.bitbucket_request_repository(p.body) IS NULL THEN 'its repository is not known' END)
		WHEN n.reader = 'server_activity' THEN CASE
			WHEN vsm.bitbucket_server_request(p.body) IS NULL THEN 'it does not say of which pull request: say '
				'{"pullRequest": {"id": 7, "toRef": {"repository": {...}}}, "values": [...]}'
			WHEN p.body ->> 'action' IN ('OPENED', 'UPDATED', 'RESCOPED') THEN 'the pull request tells the same'
			ELSE vsm.json_lacks(p.body, '@createdDate') END
		WHEN n.reader = 'activity' THEN coalesce(vsm.json_lacks(coalesce(vsm.json_object(p.body -> 'pull_request'), '{}'), 'id'),
			CASE WHEN vsm.bitbucket_activity_repository(p.body) IS NULL THEN 'its repository is not known' END)
		WHEN n.reader IN ('push', 'refs') THEN CASE WHEN vsm.bitbucket_repository(p.body -> 'repository') IS NULL THEN
			'it has no repository' END
		WHEN n.reader = 'commit' THEN CASE WHEN coalesce(vsm.json_sha(p.body -> 'hash'), vsm.json_sha(p.body -> 'id')) IS NULL THEN
			'it has no hash' END
		WHEN n.reader = 'build_status' THEN coalesce(
			vsm.json_lacks(CASE WHEN p.body ? 'commit_status' THEN coalesce(vsm.json_object(p.body -> 'commit_status'), '{}')
				ELSE p.body END, 'key', 'state'),
			CASE WHEN vsm.bitbucket_status_sha(p.body) IS NULL
				THEN 'its commit is not known: say {"commit": {"hash": "..."}, "values": [...]}'
			END)
		WHEN n.reader IN ('pipeline', 'step', 'deployment') THEN CASE
			WHEN n.reader = 'deployment' AND p.body ? 'deploymentSequenceNumber' THEN vsm.json_lacks(p.body, 'key', 'environment.key')
			WHEN vsm.bitbucket_uuid(p.body -> 'uuid') IS NULL THEN 'it has no uuid' END
		WHEN n.reader = 'issue' THEN coalesce(vsm.json_lacks(coalesce(vsm.json_object(p.body -> 'issue'), p.body), 'id'),
			CASE WHEN vsm.bitbucket_issue_repository(p.body) IS NULL THEN 'it has no repository' END)
		WHEN n.reader = 'comment' THEN 'comments change no state'
		WHEN p.body ? 'error' THEN 'it is an error: ' || left(coalesce(vsm.json_text(p.body, 'error', 'message'), 'it says no more'), 200)
		WHEN NOT p.body ? 'id' AND jsonb_typeof(p.body -> 'errors') = 'array' THEN
			'it is an error: ' || left(coalesce(vsm.json_text(p.body, 'errors', '0', 'message'), 'it says no more'), 200)
		WHEN h.is_hook THEN 'it says nothing about the flow of work'
		WHEN p.body ? 'actor' AND p.body ? 'repository' THEN 'it says nothing about the flow of work'
		ELSE 'its shape is not known: neither a webhook nor an object of the API that is read' END AS reason OFFSET 0) AS k;
END;
COMMENT ON FUNCTION vsm.bitbucket_kind(jsonb) IS 'which reader reads a payload of Bitbucket, or why none does';

/*
 * Pages have values. What is said beside them (the repository, the commit, the pull request), apart from how
 * long the page is, goes with each.
 */
CREATE FUNCTION vsm.bitbucket_elements(payload jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
	WHEN payload ?| '{eventKey,actor}' OR jsonb_typeof(payload -> 'values') IS DISTINCT FROM 'array' THEN NULL
	WHEN payload ?| '{repository,commit,pullRequest,environments}' THEN (
		SELECT coalesce(jsonb_agg(CASE jsonb_typeof(e.element) WHEN 'object' THEN
			jsonb_strip_nulls(jsonb_build_object('repository', payload -> 'repository', 'commit', payload -> 'commit', 'pullRequest',
				payload -> 'pullRequest', 'environments', payload -> 'environments')) || e.element
			ELSE e.element END ORDER BY e.place), '[]')
		FROM jsonb_array_elements(payload -> 'values') WITH ORDINALITY AS e (element, place))
	ELSE payload -> 'values'
END;
COMMENT ON FUNCTION vsm.bitbucket_elements(jsonb) IS 'the elements of a page of Bitbucket; NULL if it is no page';
