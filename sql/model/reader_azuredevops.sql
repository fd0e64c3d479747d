/*
 * Azure DevOps, Services and Server: service hooks, and the same objects of the REST API, alone or as
 * pages {"count", "value"}. What all its readers need, and what a payload is; the readers are in
 * reader_azuredevops_*.sql.
 *
 * Entities are SOURCE:work_item:ID, SOURCE:pull_request:ID and SOURCE:build:ID with the ids of the
 * organization, SOURCE:stage:RUN/NAME and SOURCE:job:RUN/ID of a run, SOURCE:deployment:RUN/NAME of a
 * stage that deploys, SOURCE:deployment:RELEASE/STAGE/ATTEMPT of a classic release,
 * SOURCE:branch:REPOSITORY@BRANCH, SOURCE:tag:REPOSITORY@TAG, and the SHAs of commits. A repository is
 * PROJECT/REPOSITORY. Work items have the aliases PROJECT#ID and AB#ID.
 *
 * A service hook holds its object as resource and says as createdDate when it was sent.
 */

CREATE FUNCTION vsm.azuredevops_resource(payload jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN payload ? 'eventType' THEN coalesce(vsm.json_object(payload -> 'resource'), '{}') ELSE payload END;
COMMENT ON FUNCTION vsm.azuredevops_resource(jsonb) IS 'what a service hook of Azure DevOps is about; an object of the API itself';

CREATE FUNCTION vsm.azuredevops_hook_time(payload jsonb) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN payload ? 'eventType' THEN vsm.json_time(payload, 'createdDate') END;
COMMENT ON FUNCTION vsm.azuredevops_hook_time(jsonb) IS 'when a service hook of Azure DevOps was sent; NULL for what is none';

/*
 * What some clients load as numbers, as the API's own definitions have them.
 */
CREATE FUNCTION vsm.azuredevops_numbered(words jsonb, value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN value ~ '^\d{1,3}$' THEN coalesce(words ->> value, value) ELSE value END;
COMMENT ON FUNCTION vsm.azuredevops_numbered(jsonb, text) IS
	'the word of an enumeration of Azure DevOps, where a client writes its number: words are those of the numbers';

CREATE FUNCTION vsm.azuredevops_word(enumeration text, value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN vsm.azuredevops_numbered(CASE enumeration
	WHEN 'build status' THEN
		'{"0": "none", "1": "inProgress", "2": "completed", "4": "cancelling", "8": "postponed", "32": "notStarted"}'::jsonb
	WHEN 'build result' THEN '{"0": null, "2": "succeeded", "4": "partiallySucceeded", "8": "failed", "32": "canceled"}'
	WHEN 'record state' THEN '{"0": "pending", "1": "inProgress", "2": "completed"}'
	WHEN 'record result' THEN
		'{"0": "succeeded", "1": "succeededWithIssues", "2": "failed", "3": "canceled", "4": "skipped", "5": "abandoned"}'
	WHEN 'run state' THEN '{"0": "unknown", "1": "inProgress", "2": "canceling", "4": "completed"}'
	WHEN 'run result' THEN '{"0": "unknown", "1": "succeeded", "2": "failed", "4": "canceled"}'
	WHEN 'request status' THEN '{"0": "notSet", "1": "active", "2": "abandoned", "3": "completed"}'
	WHEN 'deployment status' THEN
		'{"0": "undefined", "1": "notDeployed", "2": "inProgress", "4": "succeeded", "8": "partiallySucceeded", "16": "failed"}'
	END, value);
COMMENT ON FUNCTION vsm.azuredevops_word(text, text) IS
	'the word of an enumeration of Azure DevOps: build status, build result, record state, record result, run state, run result, request '
	'status or deployment status; some clients write the number that stands for it';

CREATE FUNCTION vsm.azuredevops_branch(ref text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN regexp_replace(ref, '^refs/(heads|tags)/', '');
COMMENT ON FUNCTION vsm.azuredevops_branch(text) IS 'the name of the branch or tag that a ref of Azure DevOps is';

CREATE FUNCTION vsm.azuredevops_address(url text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT replace(CASE
		-- The repository that is called as its project has no project in its address.
		WHEN a.project IS NULL OR a.project ILIKE 'DefaultCollection' THEN a.repository
		ELSE a.project END || '/' || a.repository, '%20', ' ')
	FROM (
		SELECT substring(u.path FROM '(?:^|/)([^/]+)/_git/') AS project, substring(u.path FROM '(?:^|/)_git/([^/?#]+)') AS repository
		FROM (
			SELECT coalesce(substring(url FROM '^https?://(?:[^/@]*@)?dev\.azure\.com/[^/]+/(.+)$'),
				substring(url FROM '^https?://(?:[^/@]*@)?[^/]+\.visualstudio\.com/(.+)$')) AS path
			OFFSET 0) AS u
		OFFSET 0) AS a;
END;
COMMENT ON FUNCTION vsm.azuredevops_address(text) IS
	'the repository that an address of Azure DevOps Services names: PROJECT/REPOSITORY; NULL if it names none';

CREATE FUNCTION vsm.azuredevops_repository(repository jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(vsm.json_text(repository, 'project', 'name') || '/' || vsm.json_text(repository, 'name'),
	vsm.azuredevops_address(vsm.json_text(repository, 'remoteUrl')), vsm.azuredevops_address(vsm.json_text(repository, 'webUrl')));
COMMENT ON FUNCTION vsm.azuredevops_repository(jsonb) IS 'the repository that an object of Azure DevOps is: PROJECT/REPOSITORY';

CREATE FUNCTION vsm.azuredevops_author(names jsonb, person jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN vsm.author_kind(names, coalesce(vsm.json_text(person, 'uniqueName'), vsm.json_text(person, 'email')),
	coalesce(vsm.json_text(person, 'displayName'), vsm.json_text(person, 'name')));
COMMENT ON FUNCTION vsm.azuredevops_author(jsonb, jsonb) IS
	'what somebody in a payload of Azure DevOps is by names: person, bot, or the name of an assistant; NULL if nobody is named';

CREATE FUNCTION vsm.azuredevops_mentions(message text) RETURNS SETOF text
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT DISTINCT m.id[1]
	FROM regexp_matches(CASE WHEN message LIKE '%#%' THEN message END, '(?:^|[^\w&/#])(?:AB)?#(\d{1,10})(?!\w)', 'g') AS m (id);
END;
COMMENT ON FUNCTION vsm.azuredevops_mentions(text) IS 'the ids of the work items that a text of Azure Repos names: #12, AB#12';

CREATE FUNCTION vsm.azuredevops_item_id(update jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
-- (Some service hooks say 0.)
RETURN coalesce(nullif(vsm.json_text(update, 'workItemId'), '0'), vsm.json_text(update, 'revision', 'id'),
	substring(update ->> 'url' FROM '(?i)/workItems/(\d{1,20})(?:/|$)'));
COMMENT ON FUNCTION vsm.azuredevops_item_id(jsonb) IS 'the id of the work item that an update of Azure DevOps is of';

CREATE FUNCTION vsm.azuredevops_update_time(payload jsonb) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT coalesce(vsm.json_time(r.resource, 'fields', 'System.ChangedDate', 'newValue'),
		vsm.azuredevops_hook_time(payload),
		-- The last update of a work item was revised in the year 9999.
		CASE WHEN vsm.json_time(r.resource, 'revisedDate') < '9000-01-01 00:00+00' THEN vsm.json_time(r.resource, 'revisedDate') END)
	FROM (SELECT vsm.azuredevops_resource(payload) AS resource OFFSET 0) AS r;
END;
COMMENT ON FUNCTION vsm.azuredevops_update_time(jsonb) IS 'when an update of a work item of Azure DevOps was made';

CREATE FUNCTION vsm.azuredevops_thread_request(thread jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(vsm.json_text(thread, 'pullRequest', 'pullRequestId'),
	substring(thread #>> '{_links,self,href}' FROM '(?i)/pullRequests/(\d{1,20})/'));
COMMENT ON FUNCTION vsm.azuredevops_thread_request(jsonb) IS 'the id of the pull request that a thread of Azure DevOps is about';

CREATE FUNCTION vsm.azuredevops_timeline_run(record jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(vsm.json_text(record, 'build', 'id'), substring(record #>> '{log,url}' FROM '(?i)/builds/(\d{1,20})/'),
	substring(record ->> 'url' FROM '(?i)/builds/(\d{1,20})/'));
COMMENT ON FUNCTION vsm.azuredevops_timeline_run(jsonb) IS 'the id of the run that a record of a timeline of Azure DevOps is of';

CREATE FUNCTION vsm.azuredevops_release_id(resource jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
-- (Some service hooks say 0.)
RETURN coalesce(nullif(vsm.json_text(resource, 'environment', 'releaseId'), '0'), vsm.json_text(resource, 'environment', 'release', 'id'),
	nullif(vsm.json_text(resource, 'release', 'id'), '0'));
COMMENT ON FUNCTION vsm.azuredevops_release_id(jsonb) IS 'the id of the release that a service hook of Azure DevOps tells of';

/*
 * Objects of the API say nothing of their kind: it is told by what each alone has.
 */
CREATE FUNCTION vsm.azuredevops_object_kind(object jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
	-- (A comment has the work item that it is on.)
	WHEN object ?& '{workItemId,text}' AND NOT object ?| '{rev,fields}' THEN 'work_item_comment'
	WHEN object ? 'workItemId' OR jsonb_typeof(object -> 'fields') = 'object' AND NOT object ? 'commentCount'
		AND object @? '$.fields.* ? (exists(@.newValue) || exists(@.oldValue))' THEN 'work_item_update'
	WHEN object ? 'fields' AND object ?| '{id,rev}' THEN CASE WHEN object ? 'workItemTypeName' THEN 'template' ELSE 'work_item' END
	WHEN object ?| '{pullRequestThreadContext,publishedDate}' AND object ? 'comments' THEN 'thread'
	WHEN object ? 'pullRequestId' THEN 'pull_request'
	WHEN object ?| '{pushId,refUpdates}' THEN 'push'
	WHEN object ? 'commitId' THEN CASE WHEN object ? 'gitObjectType' THEN 'file' ELSE 'commit' END
	WHEN object ? 'releaseEnvironment' AND object ?| '{deploymentStatus,operationStatus}' THEN 'release_deployment'
	WHEN object ? 'releaseEnvironment' AND object ?| '{approvalType,approver}' THEN 'approval'
	-- (A definition has stages and artifacts, too, and what it makes is called by it.)
	WHEN object ? 'environments' AND object ?| '{releaseDefinition,artifacts}' THEN
		CASE WHEN object ?| '{triggers,lastRelease,path}' AND NOT object ? 'releaseDefinition' THEN 'release_definition' ELSE 'release' END
	WHEN object ? 'stageName' AND object ?| '{requestIdentifier,owner,environmentId}' THEN 'environment_deployment'
	WHEN object ? 'type' AND object ?| '{parentId,workerName,percentComplete}' AND object ?| '{state,result}' THEN 'timeline_record'
	WHEN object ? 'buildNumber' OR object ?| '{sourceVersion,sourceGetVersion}' AND object ? 'definition' THEN 'build'
	WHEN object ? 'pipeline' AND object ? 'state' THEN 'run'
	WHEN object ? 'workItems' AND object ? 'queryType' THEN 'query'
END;
COMMENT ON FUNCTION vsm.azuredevops_object_kind(jsonb) IS
	'what an object of the API of Azure DevOps is by its members: the name of its reader, or of what has none; NULL if it is not known';

CREATE FUNCTION vsm.azuredevops_kind(payload jsonb) RETURNS SETOF vsm.payload_kind
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT coalesce(CASE WHEN k.reason IS NULL THEN n.reader END, n.hook, n.reader, 'payload'), k.reason
	FROM (SELECT payload || '{}' AS body OFFSET 0) AS p,
	LATERAL (SELECT left(vsm.json_text(p.body, 'eventType'), 100) AS hook, vsm.azuredevops_resource(p.body) AS resource,
		p.body ? 'eventType' AS is_hook OFFSET 0) AS h,
	LATERAL (SELECT h.hook, CASE
			-- What a service hook is to send has the name of the event, too.
			WHEN p.body ?& '{publisherId,consumerId}' THEN 'subscription'
			WHEN NOT h.is_hook THEN vsm.azuredevops_object_kind(p.body)
			WHEN h.hook = 'workitem.updated' THEN 'work_item_update'
			WHEN h.hook LIKE 'workitem.%' THEN 'work_item'
			WHEN h.hook IN ('git.pullrequest.created', 'git.pullrequest.updated', 'git.pullrequest.merged') THEN 'pull_request'
			WHEN h.hook = 'ms.vss-code.git-pullrequest-comment-event' THEN 'comment'
			WHEN h.hook = 'git.push' THEN 'push'
			WHEN h.hook = 'build.complete' THEN 'build'
			WHEN h.hook LIKE 'ms.vss-pipelines.%-state-changed-event' THEN 'run'
			WHEN h.hook IN ('ms.vss-release.deployment-started-event', 'ms.vss-release.deployment-completed-event') THEN
				'release_deployment'
			WHEN h.hook IN ('ms.vss-release.deployment-approval-pending-event', 'ms.vss-release.deployment-approval-completed-event') THEN
				'approval'
			WHEN h.hook LIKE 'ms.vss-release.release-%' THEN 'release'
		END AS reader OFFSET 0) AS n,
	LATERAL (SELECT CASE
		WHEN n.reader IN ('template', 'release_definition', 'subscription') THEN 'it says what is to be made, not what was'
		WHEN h.hook LIKE 'workitem.%' AND h.resource = '{}' OR h.hook LIKE 'git.%' AND h.resource = '{}' THEN
			'it has no resource: let the service hook send all details'
		WHEN n.reader = 'work_item_update' THEN coalesce(
			CASE WHEN vsm.azuredevops_item_id(h.resource) IS NULL THEN vsm.json_lacks(h.resource, 'workItemId') END,
			vsm.json_lacks(h.resource || jsonb_build_object('workItemId', vsm.azuredevops_item_id(h.resource)), 'workItemId', 'rev'),
			CASE WHEN vsm.azuredevops_update_time(p.body) IS NULL THEN 'it has no fields.System.ChangedDate' END)
		WHEN n.reader = 'work_item' THEN CASE
			WHEN h.hook = 'workitem.deleted' OR h.hook = 'workitem.restored' THEN coalesce(vsm.json_lacks(h.resource, 'id'),
				vsm.json_lacks(p.body, '@createdDate'))
			ELSE vsm.json_lacks(h.resource, 'id') END
		WHEN n.reader IN ('pull_request', 'comment') THEN vsm.json_lacks(
			CASE n.reader WHEN 'comment' THEN coalesce(vsm.json_object(h.resource -> 'pullRequest'), '{}') ELSE h.resource END,
			'pullRequestId')
		WHEN n.reader = 'thread' THEN CASE WHEN vsm.azuredevops_thread_request(p.body) IS NULL THEN
			'it has no pullRequest.pullRequestId, nor its address as _links.self.href' END
		WHEN n.reader = 'push' THEN CASE
			WHEN NOT h.resource @? '$.refUpdates[*].name' AND NOT h.resource @? '$.commits[*].commitId' THEN 'it has no refUpdates' END
		WHEN n.reader = 'commit' THEN CASE WHEN vsm.json_sha(p.body -> 'commitId') IS NULL THEN 'it has no commitId' END
		WHEN n.reader = 'build' THEN vsm.json_lacks(h.resource, 'id')
		WHEN n.reader = 'run' THEN CASE
			WHEN h.is_hook THEN coalesce(vsm.json_lacks(h.resource, 'run.id'),
				CASE WHEN h.hook LIKE '%.stage-state%' THEN vsm.json_lacks(h.resource, 'stage.name')
					WHEN h.hook LIKE '%.job-state%' THEN vsm.json_lacks(h.resource, 'job.id') END)
			ELSE vsm.json_lacks(p.body, 'id') END
		WHEN n.reader = 'timeline_record' THEN CASE
			WHEN coalesce(p.body ->> 'type', '') NOT IN ('Stage', 'Job') THEN 'of a timeline, stages and jobs are read'
			WHEN vsm.azuredevops_timeline_run(p.body) IS NULL THEN 'it has no build.id, nor its address as url'
			ELSE vsm.json_lacks(p.body, 'id') END
		WHEN n.reader = 'release_deployment' THEN CASE
			WHEN h.is_hook THEN coalesce(vsm.json_lacks(h.resource, 'environment.id'),
				CASE WHEN vsm.azuredevops_release_id(h.resource) IS NULL THEN 'it has no environment.releaseId' END)
			ELSE vsm.json_lacks(p.body, 'release.id', 'releaseEnvironment.id') END
		WHEN n.reader = 'approval' THEN vsm.json_lacks(CASE WHEN h.is_hook THEN coalesce(vsm.json_object(h.resource -> 'approval'), '{}')
			ELSE p.body END, 'release.id', 'releaseEnvironment.id', '@createdOn')
		WHEN n.reader = 'release' THEN CASE WHEN h.is_hook THEN vsm.json_lacks(h.resource, 'release.id')
			ELSE vsm.json_lacks(p.body, 'id') END
		WHEN n.reader = 'environment_deployment' THEN coalesce(vsm.json_lacks(p.body, 'owner.id', 'stageName'),
			CASE WHEN vsm.json_text(p.body, 'environment', 'name') IS NULL THEN
				'its environment is not known: say {"environment": {"name": "..."}, "value": [...]}' END)
		WHEN n.reader = 'work_item_comment' THEN 'comments change no state'
		WHEN n.reader = 'file' THEN 'a file says nothing about the flow of work'
		WHEN n.reader = 'query' THEN 'it has nothing but ids: ask for the updates of its work items, too'
		WHEN h.hook LIKE 'ms.vss-pipelinechecks%' THEN 'it does not say of which run'
		WHEN h.hook IS NOT NULL THEN 'it says nothing about the flow of work'
		WHEN p.body ? 'message' AND p.body ?| '{typeKey,typeName,errorCode}' THEN
			'it is an error: ' || left(coalesce(vsm.json_text(p.body, 'message'), 'it says no more'), 200)
		ELSE 'its shape is not known: neither a service hook nor an object of the API that is read'
		END AS reason OFFSET 0) AS k;
END;
COMMENT ON FUNCTION vsm.azuredevops_kind(jsonb) IS 'which reader reads a payload of Azure DevOps, or why none does';

/*
 * Pages: {"count": 2, "value": [...]}; a timeline with its records. What stands beside the elements,
 * such as the request that threads are of, goes with each.
 */
CREATE FUNCTION vsm.azuredevops_elements(payload jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
	WHEN payload ? 'eventType' THEN NULL
	WHEN jsonb_typeof(payload -> 'value') = 'array' THEN CASE
		WHEN payload - '{count,value}'::text[] = '{}' THEN payload -> 'value'
		ELSE (
			SELECT coalesce(jsonb_agg(CASE jsonb_typeof(e.element) WHEN 'object' THEN (payload - '{count,value}'::text[]) || e.element
				ELSE e.element END ORDER BY e.place), '[]')
			FROM jsonb_array_elements(payload -> 'value') WITH ORDINALITY AS e (element, place)) END
	WHEN jsonb_typeof(payload -> 'records') = 'array' AND NOT payload ? 'type' THEN (
		SELECT coalesce(jsonb_agg(b.beside || e.element ORDER BY e.place), '[]')
		FROM (SELECT jsonb_build_object('build', jsonb_build_object('id', coalesce(vsm.json_text(payload, 'build', 'id'),
				substring(payload ->> 'url' FROM '(?i)/builds/(\d{1,20})/')))) AS beside OFFSET 0) AS b,
			jsonb_array_elements(payload -> 'records') WITH ORDINALITY AS e (element, place)
		-- Of checkouts, tasks and checkpoints there are hundreds.
		WHERE jsonb_typeof(e.element) = 'object' AND e.element ->> 'type' IN ('Stage', 'Job'))
END;
COMMENT ON FUNCTION vsm.azuredevops_elements(jsonb) IS 'the elements of a page of Azure DevOps; NULL if it is no page';
