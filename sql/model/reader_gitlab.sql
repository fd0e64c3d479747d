/*
 * GitLab: webhooks and system hooks, and the same objects of the REST API. What all readers of
 * GitLab need, and what a payload is; the readers are in reader_gitlab_*.sql.
 *
 * Entities are SOURCE:issue:ID, SOURCE:epic:ID, SOURCE:merge_request:ID, SOURCE:pipeline:ID,
 * SOURCE:job:ID and SOURCE:deployment:ID with GitLab's global ids, SOURCE:release:PROJECT@TAG,
 * SOURCE:tag:PROJECT@TAG and SOURCE:branch:PROJECT@BRANCH, and the SHAs of commits. A project is
 * its path: shop/checkout. Issues and epics are items; shop/checkout#12 and shop&5 are aliases of
 * them, as shop/checkout!7 is one of a merge request.
 *
 * Events that a webhook and the API both tell of have the same id; the earlier time is kept.
 * Labels are events with method "label": the name when added, "NAME removed" when removed.
 *
 * Readers look at a payload through "payload || '{}'", which is the payload itself, read from disk
 * once and not once for each member.
 */

CREATE FUNCTION vsm.gitlab_path(url text) RETURNS text
	AS 'MODULE_PATHNAME', 'vsm_gitlab_path' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.gitlab_path(text) IS
	'the path of a project or group in an address of GitLab, before its /-/; NULL if it has none; a part of vsm.gitlab_project';

CREATE FUNCTION vsm.address_commit(url text) RETURNS text
	AS 'MODULE_PATHNAME', 'vsm_address_commit' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.address_commit(text) IS
	'the SHA in the address of a commit, .../commit/SHA, of 40 to 64 digits; NULL if it has none';

CREATE FUNCTION vsm.gitlab_project(url text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(vsm.gitlab_path(url),
	-- Before GitLab 12 there was no hyphen.
	regexp_replace(substring(url FROM '^[a-z]+://[^/]+/(.+?)/'
		'(?:issues|work_items|epics|merge_requests|pipelines|jobs|builds|commits?|tags|releases|environments|deployments)(?:/|$)'),
		'^groups/', ''));
COMMENT ON FUNCTION vsm.gitlab_project(text) IS
	'the path of the project or group that the address of an object of GitLab lies in: shop/checkout; NULL if it is none';

CREATE FUNCTION vsm.gitlab_hook_project(hook jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(vsm.json_text(hook, 'project', 'path_with_namespace'),
	substring(
		coalesce(vsm.json_text(hook, 'project', 'web_url'), vsm.json_text(hook, 'project', 'git_http_url'),
			vsm.json_text(hook, 'repository', 'homepage'), vsm.json_text(hook, 'repository', 'git_http_url'))
		FROM '^[a-z]+?://[^/]+/(.+?)(?:\.git)?/?$'));
COMMENT ON FUNCTION vsm.gitlab_hook_project(jsonb) IS
	'the path of the project that a webhook comes from, where it says so of the project itself';

CREATE FUNCTION vsm.gitlab_label_names(labels jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT coalesce(jsonb_agg(coalesce(vsm.json_text(l.label), vsm.json_text(l.label, 'title'), vsm.json_text(l.label, 'name')))
		FILTER (WHERE coalesce(vsm.json_text(l.label), vsm.json_text(l.label, 'title'),
			vsm.json_text(l.label, 'name')) IS NOT NULL), '[]')
	FROM jsonb_array_elements(labels) AS l (label);
END;
COMMENT ON FUNCTION vsm.gitlab_label_names(jsonb) IS 'the names of labels that are there; a part of vsm.gitlab_labels';

-- (Most have none: that is said without a call.)
CREATE FUNCTION vsm.gitlab_labels(labels jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
	-- Texts in the API; objects with a title in webhooks, with a name when asked for with details.
	WHEN jsonb_typeof(labels) IS DISTINCT FROM 'array' THEN NULL
	WHEN labels = '[]' THEN labels
	ELSE vsm.gitlab_label_names(labels)
END;
COMMENT ON FUNCTION vsm.gitlab_labels(jsonb) IS 'the names of labels, however GitLab writes them; NULL if they are not told';

CREATE FUNCTION vsm.gitlab_sha(value jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN vsm.json_sha(value);
COMMENT ON FUNCTION vsm.gitlab_sha(jsonb) IS 'the SHA that a member holds; NULL for zeros, which stand for none, and for what is no SHA';

CREATE FUNCTION vsm.gitlab_texts(list jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
	WHEN jsonb_typeof(list) <> 'array' THEN NULL
	WHEN list @? 'strict $[*] ? (@.type() != "string" || @ == "")' THEN
		jsonb_path_query_array(list, 'strict $[*] ? (@.type() == "string" && @ != "")')
	ELSE list
END;
COMMENT ON FUNCTION vsm.gitlab_texts(jsonb) IS 'a list without what is no text; NULL if it is none';

CREATE FUNCTION vsm.gitlab_count(value jsonb) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN vsm.json_count(value);
COMMENT ON FUNCTION vsm.gitlab_count(jsonb) IS 'the number of things that a member holds; NULL if it holds none';

CREATE FUNCTION vsm.gitlab_second(at timestamptz) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN floor(extract(epoch FROM at - timestamptz '1970-01-01 00:00+00'))::text;
COMMENT ON FUNCTION vsm.gitlab_second(timestamptz) IS
	'a time in whole seconds since 1970, as ids of events have it: webhooks tell no more';

CREATE FUNCTION vsm.gitlab_shift(at timestamptz, seconds numeric) RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN abs(seconds) < 1e9 AND at BETWEEN '1970-01-01 00:00+00'
	AND '2200-01-01 00:00+00' THEN at + seconds::float8 * interval '1 second' END;
COMMENT ON FUNCTION vsm.gitlab_shift(timestamptz, numeric) IS 'a time that many seconds later; NULL if that is no time that a payload can '
	'mean';

/*
 * Ends before beginnings: what took as long as is told ended then; where that is not told, the end
 * is not known.
 */
CREATE FUNCTION vsm.gitlab_end(started_at timestamptz, finished_at timestamptz, seconds numeric) RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN finished_at < started_at THEN CASE WHEN seconds >= 0 THEN vsm.gitlab_shift(started_at, seconds) END ELSE finished_at END;
COMMENT ON FUNCTION vsm.gitlab_end(timestamptz, timestamptz, numeric) IS
	'when something ended that began at a time and took so many seconds, where the end that is told lies before the beginning';

CREATE FUNCTION vsm.gitlab_author(names jsonb, login jsonb, name jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN vsm.author_kind(names, vsm.json_text(login), vsm.json_text(name));
COMMENT ON FUNCTION vsm.gitlab_author(jsonb, jsonb, jsonb) IS
	'what an author with that login or address and that name is by names: person, bot, or the name of an assistant; NULL if neither is '
	'told';

/*
 * GitLab before 14 told of drafts by the title only, which begins so.
 */
CREATE FUNCTION vsm.gitlab_draft_change(changes jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
	WHEN changes ? 'draft' THEN CASE changes #> '{draft,current}' WHEN 'true' THEN 'draft' WHEN 'false' THEN 'ready' END
	WHEN changes ? 'title' THEN CASE
		WHEN (changes #>> '{title,current}' ~* '^\s*(\[(draft|wip)\]|\(draft\)|(draft|wip):)')
			= (changes #>> '{title,previous}' ~* '^\s*(\[(draft|wip)\]|\(draft\)|(draft|wip):)') THEN NULL
		WHEN changes #>> '{title,current}' ~* '^\s*(\[(draft|wip)\]|\(draft\)|(draft|wip):)'
			AND changes #>> '{title,previous}' IS NOT NULL THEN 'draft'
		WHEN changes #>> '{title,previous}' ~* '^\s*(\[(draft|wip)\]|\(draft\)|(draft|wip):)'
			AND changes #>> '{title,current}' IS NOT NULL THEN 'ready'
	END
END;
COMMENT ON FUNCTION vsm.gitlab_draft_change(jsonb) IS
	'draft or ready: what a merge request became by the changes that a webhook tells; NULL if neither';

CREATE FUNCTION vsm.gitlab_note_state(note jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN note -> 'system' = 'true' THEN
	CASE
		WHEN note ->> 'body' ~ '^marked (this merge request )?as (\*\*draft\*\*|a \*\*Work In Progress\*\*)' THEN 'draft'
		WHEN note ->> 'body' ~ '^(marked this merge request as \*\*ready\*\*|unmarked as a \*\*Work In Progress\*\*)' THEN 'ready'
		WHEN note ->> 'body' ~ '^approved this merge request$' THEN 'approved'
	END END;
COMMENT ON FUNCTION vsm.gitlab_note_state(jsonb) IS
	'what GitLab itself noted in a merge request: draft, ready, or that somebody approved it; NULL for any other note';

CREATE FUNCTION vsm.gitlab_release_project(release jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(vsm.gitlab_project(vsm.json_text(release, '_links', 'self')),
	vsm.gitlab_project(vsm.json_text(release, 'commit', 'web_url')),
	vsm.gitlab_project('https://gitlab' || vsm.json_text(release, 'tag_path')));
COMMENT ON FUNCTION vsm.gitlab_release_project(jsonb) IS 'the path of the project that a release of GitLab''s API is of';

/*
 * Objects of the API say nothing of their kind: it is told by what each alone has. Each kind by
 * several signs, so that one that lacks a member is not taken for another kind.
 */
CREATE FUNCTION vsm.gitlab_object_kind(object jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE
		-- (The weights of an issue name it otherwise than the rest of its past does.)
		-- (Webhooks of GitLab before 7 did not say what they are, and were of pushes.)
		WHEN object ?& '{before,after,ref}' THEN 'push'
		WHEN object ? 'resource_type' AND object ? 'resource_id' OR object ? 'issue_id' AND object ? 'weight' THEN 'resource_event'
		WHEN object ?| '{noteable_type,noteable_id}' THEN 'note'
		WHEN object ?| '{approved_by,approvals_left}' AND NOT object ?| '{rule_type,source_branch,target_branch}' THEN 'approvals'
		WHEN object ? 'merge_request' THEN CASE WHEN object ? 'commits' THEN 'merge_request_commits' END
		WHEN o.address = 'merge_requests' OR o.reference = '!'
			OR object ?| '{source_branch,target_branch,source_project_id,merge_status,detailed_merge_status,merge_commit_sha}' THEN
				'merge_request'
		WHEN object ?| '{tag_name,released_at,upcoming_release}' THEN 'release'
		WHEN object ? 'stage' OR o.address IN ('jobs', 'builds') OR object ? 'pipeline' AND object ? 'ref' AND object ? 'status'
			-- Jobs stand among the statuses of a commit, too.
			OR object ? 'sha' AND object ->> 'target_url' ~ ('/(jobs|builds)/' || (object ->> 'id') || '$') THEN 'job'
		WHEN object ? 'deployable' OR object ? 'environment' AND object ?| '{sha,ref}' THEN 'deployment'
		WHEN object ? 'sha' AND (object ?| '{target_url,allow_failure}' OR object ? 'author' AND object ? 'status') THEN 'commit_status'
		WHEN object ?| '{short_id,parent_ids,authored_date,committed_date}' OR o.address = 'commit' THEN 'commit'
		WHEN o.address = 'pipelines' OR object ? 'status' AND object ?| '{sha,ref}' THEN 'pipeline'
		WHEN object ? 'commit' AND object ? 'name' THEN CASE WHEN object ?| '{target,release,message}' THEN 'tag' ELSE 'branch' END
		WHEN o.address = 'milestones' OR o.address IS NULL AND object ? 'iid' AND object ?| '{start_date,expired}' AND NOT object ? 'author'
			THEN 'milestone'
		-- (A work item of a group is an epic.)
		WHEN o.address = 'epics' OR o.reference = '&' OR object ? 'iid' AND object ? 'group_id' AND object ? 'author'
			OR o.address = 'work_items' AND NOT object ? 'issue_type' AND object ->> 'web_url' ~ '^[a-z]+://[^/]+/groups/' THEN 'epic'
		WHEN o.address IN ('issues', 'work_items') OR o.reference = '#' OR object ? 'issue_type'
			OR object ? 'iid' AND object ? 'title' AND object ? 'state' AND object ? 'author' THEN 'issue'
		WHEN object ? 'individual_note' THEN 'note'
		WHEN jsonb_typeof(object -> 'data') = 'object' AND NOT object ? 'id' THEN 'graphql'
		WHEN object ?| '{message,error}' AND NOT object ?| '{id,name}' THEN 'error'
	END
	FROM (
		SELECT
			coalesce(substring(object ->> 'web_url' FROM '/-/([a-z_]+)(?:/|$)'),
				substring(object ->> 'web_url' FROM '/(issues|epics|merge_requests|pipelines|jobs|builds|commit|milestones)/[^/]+$'))
				AS address,
			substring(object #>> '{references,full}' FROM '([#!&])\d+$') AS reference
		OFFSET 0) AS o;
END;
COMMENT ON FUNCTION vsm.gitlab_object_kind(jsonb) IS
	'what an object of GitLab''s API is by its members: the name of its reader, or of what has none; NULL if it is not known';

CREATE FUNCTION vsm.gitlab_named(value jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(octet_length(vsm.json_text(value)) <= 1000, false);
COMMENT ON FUNCTION vsm.gitlab_named(jsonb) IS 'whether a member holds what can be a name; where it does not, vsm.json_lacks finds the '
	'words';

CREATE FUNCTION vsm.gitlab_kind(payload jsonb) RETURNS SETOF vsm.payload_kind
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT CASE WHEN k.reason IS NULL THEN n.reader ELSE n.name END, k.reason
	FROM (SELECT payload || '{}' AS body OFFSET 0) AS p,
	LATERAL (SELECT
		-- System hooks call it event_name.
		left(coalesce(vsm.json_text(p.body, 'object_kind'), vsm.json_text(p.body, 'event_name')), 60) AS hook,
		p.body -> 'object_attributes' AS attributes,
		octet_length(p.body #>> '{project,path_with_namespace}') > 1000 AS is_long
		OFFSET 0) AS h,
	LATERAL (SELECT CASE WHEN h.hook IS NULL THEN vsm.gitlab_object_kind(p.body) END AS object OFFSET 0) AS o,
	LATERAL (SELECT
		CASE h.hook
			WHEN 'issue' THEN 'issue'
			WHEN 'confidential_issue' THEN 'issue'
			WHEN 'work_item' THEN 'issue'
			WHEN 'incident' THEN 'issue'
			WHEN 'epic' THEN 'issue'
			WHEN 'merge_request' THEN 'merge_request'
			WHEN 'note' THEN 'note'
			WHEN 'push' THEN 'push'
			WHEN 'tag_push' THEN 'push'
			WHEN 'pipeline' THEN 'pipeline'
			WHEN 'build' THEN 'job'
			WHEN 'deployment' THEN 'deployment'
			WHEN 'release' THEN 'release'
			ELSE CASE WHEN o.object NOT IN ('commit_status', 'branch', 'milestone', 'graphql', 'error') THEN o.object END
		END AS reader,
		coalesce(h.hook, CASE WHEN o.object IN ('commit_status', 'branch', 'milestone', 'graphql', 'note', 'error') THEN o.object END,
			'payload') AS name
		OFFSET 0) AS n,
	LATERAL (SELECT
		CASE
			WHEN h.is_long THEN 'its project.path_with_namespace is longer than 1,000 bytes'
			WHEN h.hook IS NOT NULL THEN CASE
				WHEN n.reader IN ('issue', 'merge_request') THEN
					CASE WHEN NOT vsm.gitlab_named(h.attributes -> 'id') OR NOT vsm.gitlab_named(h.attributes -> 'iid') THEN
						vsm.json_lacks(p.body, 'object_attributes.id', 'object_attributes.iid') END
				WHEN n.reader = 'pipeline' THEN CASE
					WHEN NOT vsm.gitlab_named(h.attributes -> 'id') THEN vsm.json_lacks(p.body, 'object_attributes.id')
					-- They would stand in each of its jobs.
					WHEN octet_length(h.attributes ->> 'ref') > 1000 THEN 'its object_attributes.ref is longer than 1,000 bytes' END
				WHEN n.reader = 'job' THEN CASE WHEN NOT vsm.gitlab_named(p.body -> 'build_id') THEN vsm.json_lacks(p.body, 'build_id') END
				-- What is pushed is worth more than where to.
				WHEN n.reader = 'push' THEN CASE
					WHEN NOT vsm.gitlab_named(p.body -> 'ref')
						AND (p.body ? 'ref' AND octet_length(p.body ->> 'ref') > 1000 OR NOT p.body @? '$.commits[*].id') THEN
						vsm.json_lacks(p.body, 'ref') END
				WHEN n.reader = 'deployment' THEN
					CASE WHEN NOT vsm.gitlab_named(p.body -> 'deployment_id') OR NOT vsm.gitlab_named(p.body -> 'status') THEN
						vsm.json_lacks(p.body, 'deployment_id', 'status') END
				WHEN n.reader = 'release' THEN coalesce(vsm.json_lacks(p.body, 'tag'),
					CASE WHEN vsm.gitlab_hook_project(p.body) IS NULL AND vsm.gitlab_project(vsm.json_text(p.body, 'url')) IS NULL THEN
						'it has no project.path_with_namespace' END)
				WHEN n.reader = 'note' AND vsm.gitlab_named(p.body #> '{merge_request,id}') THEN NULL
				ELSE CASE n.name
					WHEN 'note' THEN 'comments change no state'
					WHEN 'feature_flag' THEN 'switching a feature on or off is not told of an item, a commit or a deployment'
					ELSE 'it says nothing about the flow of work'
				END
			END
			ELSE CASE n.reader
				WHEN 'push' THEN CASE WHEN NOT vsm.gitlab_named(p.body -> 'ref') THEN vsm.json_lacks(p.body, 'ref') END
				WHEN 'issue' THEN vsm.json_lacks(p.body, 'id', 'iid')
				WHEN 'epic' THEN vsm.json_lacks(p.body, 'id', 'iid')
				WHEN 'merge_request' THEN vsm.json_lacks(p.body, 'id', 'iid')
				WHEN 'merge_request_commits' THEN coalesce(vsm.json_lacks(p.body, 'merge_request.id'),
					CASE WHEN jsonb_typeof(p.body -> 'commits') NOT IN ('array', 'null') THEN 'its commits are no list' END)
				WHEN 'note' THEN CASE
					WHEN p.body ->> 'noteable_type' IS DISTINCT FROM 'MergeRequest'
						OR NOT p.body ? 'merge_request' AND vsm.gitlab_note_state(p.body) IS NULL THEN 'comments change no state'
					ELSE vsm.json_lacks(p.body, 'noteable_id', '@created_at') END
				WHEN 'approvals' THEN vsm.json_lacks(p.body, 'id')
				WHEN 'pipeline' THEN vsm.json_lacks(p.body, 'id')
				WHEN 'job' THEN vsm.json_lacks(p.body, 'id')
				WHEN 'deployment' THEN coalesce(vsm.json_lacks(p.body, 'id'),
					CASE WHEN NOT vsm.gitlab_named(p.body #> '{deployable,status}') THEN vsm.json_lacks(p.body, 'status') END)
				WHEN 'release' THEN coalesce(vsm.json_lacks(p.body, 'tag_name'),
					CASE WHEN vsm.gitlab_release_project(p.body) IS NULL THEN 'it has no _links.self' END)
				WHEN 'tag' THEN CASE
					WHEN vsm.gitlab_sha(p.body #> '{commit,id}') IS NULL THEN 'it has no commit.id'
					WHEN vsm.gitlab_project(vsm.json_text(p.body, 'commit', 'web_url')) IS NULL THEN
						'it has no commit.web_url, which says of which project it is' END
				WHEN 'commit' THEN coalesce(vsm.json_lacks(p.body, 'id'),
					CASE WHEN vsm.gitlab_sha(p.body -> 'id') IS NULL THEN 'its id is no SHA: ' || left(p.body ->> 'id', 100) END)
				WHEN 'resource_event' THEN CASE
					WHEN p.body ? 'resource_id' AND coalesce(p.body ->> 'resource_type', '') NOT IN ('Issue', 'WorkItem', 'MergeRequest',
						'Epic') THEN
						'it is about neither an issue nor a merge request'
					WHEN NOT p.body ?| '{state,label,weight,iteration}' THEN 'it says nothing about the flow of work'
					WHEN p.body ? 'resource_id' THEN vsm.json_lacks(p.body, 'resource_id', '@created_at')
					ELSE vsm.json_lacks(p.body, 'issue_id', '@created_at') END
				ELSE CASE n.name
					WHEN 'error' THEN 'it is an error: ' || left(coalesce(vsm.json_text(p.body, 'error_description'),
						vsm.json_text(p.body, 'message'), vsm.json_text(p.body, 'error'), 'it says no more'), 200)
					WHEN 'graphql' THEN 'answers of GraphQL are not read: ask the REST API'
					WHEN 'commit_status' THEN 'what another tool says of a commit is neither a pipeline nor a job'
					WHEN 'branch' THEN 'a branch says nothing that its pushes and commits do not'
					WHEN 'milestone' THEN 'it says nothing about the flow of work'
					ELSE 'its shape is not known: neither a webhook nor an object of the API that is read'
				END
			END
		END AS reason
		OFFSET 0) AS k;
END;
COMMENT ON FUNCTION vsm.gitlab_kind(jsonb) IS 'which reader reads a payload of GitLab, or why none does';

/*
 * Pages are arrays, which are read element by element anyway. Objects that hold others:
 * discussions with their notes, environments with their last deployment, what lies between two
 * revisions; and the notes of a merge request together with it, since a note does not say whose
 * the request is.
 */
CREATE FUNCTION vsm.gitlab_held(object jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE
		WHEN jsonb_typeof(p.body -> 'notes') = 'array' AND p.body ?| '{individual_note,merge_request}' THEN (
			SELECT coalesce(jsonb_agg(n.note || r.request), '[]')
			FROM (SELECT CASE jsonb_typeof(p.body -> 'merge_request') WHEN 'object' THEN
					jsonb_build_object('merge_request', jsonb_build_object('id', p.body #> '{merge_request,id}', 'author',
						p.body #> '{merge_request,author}'))
					ELSE '{}' END AS request OFFSET 0) AS r,
				jsonb_array_elements(p.body -> 'notes') AS n (note)
			WHERE jsonb_typeof(n.note) = 'object')
		WHEN jsonb_typeof(p.body -> 'commits') = 'array' AND p.body ?| '{diffs,compare_same_ref,compare_timeout}' THEN p.body -> 'commits'
		WHEN jsonb_typeof(p.body -> 'last_deployment') = 'object' AND p.body ? 'name' THEN
			jsonb_build_array((p.body -> 'last_deployment') || jsonb_build_object('environment', p.body - 'last_deployment'))
	END
	FROM (SELECT object || '{}' AS body OFFSET 0) AS p;
END;
COMMENT ON FUNCTION vsm.gitlab_held(jsonb) IS 'the objects that an object of GitLab''s API holds, as an array; NULL if it holds none that '
	'are payloads';

CREATE FUNCTION vsm.gitlab_elements(payload jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN NOT payload ?| '{object_kind,event_name}' AND payload ?| '{notes,commits,last_deployment}' THEN vsm.gitlab_held(payload)
	END;
COMMENT ON FUNCTION vsm.gitlab_elements(jsonb) IS 'the payloads that an object of GitLab''s API holds: notes, commits, a deployment; NULL '
	'if it is no page';
