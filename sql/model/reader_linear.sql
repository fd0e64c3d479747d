/*
 * Linear: webhooks, and answers of its GraphQL API.
 *
 * Entities are SOURCE:issue:ID and SOURCE:project:ID; identifiers, ENG-12, are aliases of issues, the former
 * ones of an issue that was moved, too. Both are items; the project is the feature that its issues are a
 * part of. States are the names of the workflow's states, with their ids in state_id.
 *
 * A webhook tells an object as it is, and as updatedFrom what changed members held before: of states,
 * cycles and labels their ids only. The history that the API tells has both names. Labels are events with
 * method "label". Events that both tell of have the same id.
 */

CREATE FUNCTION vsm.linear_second(at timestamptz) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN floor(extract(epoch FROM at - timestamptz '1970-01-01 00:00+00'))::text;
COMMENT ON FUNCTION vsm.linear_second(timestamptz) IS 'a time in whole seconds since 1970, as ids of events have it';

CREATE FUNCTION vsm.linear_nodes(connection jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(vsm.json_array(connection), vsm.json_array(connection -> 'nodes'),
	CASE WHEN jsonb_typeof(connection -> 'edges') = 'array' THEN jsonb_path_query_array(connection, 'lax $.edges[*].node') END);
COMMENT ON FUNCTION vsm.linear_nodes(jsonb) IS
	'the objects of a list of Linear, which is an array in webhooks and has nodes or edges in answers of the API; NULL if it is none';

CREATE FUNCTION vsm.linear_cycle(cycle jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(vsm.json_text(cycle, 'name'), 'Cycle ' || vsm.json_text(cycle, 'number'));
COMMENT ON FUNCTION vsm.linear_cycle(jsonb) IS 'what people call a cycle of Linear: its name, else its number';

CREATE FUNCTION vsm.linear_request(url text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(
	substring(url FROM '^https://[^/]+/([^/]+/[^/]+)/pull/\d{1,12}') || '#' || substring(url FROM '/pull/(\d{1,12})'),
	substring(url FROM '^https://[^/]+/(.+?)/-/merge_requests/\d{1,12}') || '!' || substring(url FROM '/merge_requests/(\d{1,12})'));
COMMENT ON FUNCTION vsm.linear_request(text) IS
	'the alias of the pull request of GitHub or the merge request of GitLab that an attachment of Linear leads to; NULL if it leads '
	'elsewhere';

CREATE FUNCTION vsm.linear_relation(kind text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE kind WHEN 'blocks' THEN '-blocked_by' WHEN 'duplicate' THEN 'duplicates' END;
COMMENT ON FUNCTION vsm.linear_relation(text) IS
	'the kind of link that a relation of Linear is, with a minus in front where it is read from the other end; NULL for others';

CREATE FUNCTION vsm.linear_object_kind(object jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
	WHEN object ?| '{fromState,toState,fromStateId,toStateId}' THEN 'history'
	WHEN object ?| '{identifier,stateId,branchName}' OR object ? 'state' AND object ? 'team' AND object ? 'title' THEN 'issue'
	WHEN object ?| '{statusId,targetDate,slugId,progress}' AND object ? 'name' THEN 'project'
END;
COMMENT ON FUNCTION vsm.linear_object_kind(jsonb) IS
	'what an object of the API of Linear is by its members: issue, project or history; NULL if it is not known';

CREATE FUNCTION vsm.linear_kind(payload jsonb) RETURNS SETOF vsm.payload_kind
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT coalesce(CASE WHEN k.reason IS NULL THEN n.reader END, h.hook, n.reader, 'payload'), k.reason
	FROM (SELECT payload || '{}' AS body OFFSET 0) AS p,
	LATERAL (SELECT CASE WHEN p.body ? 'type' AND p.body ?| '{action,webhookId}' THEN left(coalesce(vsm.json_text(p.body, 'type'),
		'hook'), 100)
		END AS hook, vsm.json_object(p.body -> 'data') AS data OFFSET 0) AS h,
	LATERAL (SELECT CASE
			WHEN h.hook IS NULL THEN vsm.linear_object_kind(p.body)
			WHEN h.hook = 'Issue' THEN 'issue' WHEN h.hook = 'Project' THEN 'project'
			WHEN h.hook = 'Attachment' THEN 'attachment' WHEN h.hook = 'IssueRelation' THEN 'relation' END AS reader OFFSET 0) AS n,
	LATERAL (SELECT CASE
		WHEN n.reader IS NOT NULL AND h.hook IS NOT NULL AND h.data IS NULL THEN 'it has no data'
		WHEN n.reader IN ('issue', 'project') THEN coalesce(vsm.json_lacks(coalesce(h.data, p.body), 'id'),
			CASE WHEN h.hook IS NOT NULL AND vsm.json_time(h.data, 'updatedAt') IS NULL AND vsm.json_time(p.body, 'createdAt') IS NULL THEN
				'it has no createdAt' END)
		WHEN n.reader = 'attachment' THEN coalesce(vsm.json_lacks(h.data, 'issueId', 'url'), CASE
			WHEN vsm.linear_request(vsm.json_text(h.data, 'url')) IS NULL THEN 'what is attached is neither a pull nor a merge request' END)
		WHEN n.reader = 'relation' THEN coalesce(vsm.json_lacks(h.data, 'issueId', 'relatedIssueId', 'type'), CASE
			WHEN vsm.linear_relation(vsm.json_text(h.data, 'type')) IS NULL THEN 'it says nothing about the flow of work' END)
		WHEN n.reader = 'history' THEN coalesce(CASE WHEN vsm.json_text(p.body, 'issueId') IS NULL THEN vsm.json_lacks(p.body,
			'issue.id') END,
			vsm.json_lacks(p.body, '@createdAt'))
		WHEN h.hook = 'Comment' THEN 'comments change no state'
		WHEN h.hook = 'Cycle' THEN 'which cycle an issue is in comes with the issue'
		WHEN h.hook IS NOT NULL THEN 'it says nothing about the flow of work'
		WHEN p.body ? 'errors' THEN 'it is an error: ' || left(coalesce(vsm.json_text(p.body #> '{errors,0,message}'),
			'it says no more'), 200)
		ELSE 'its shape is not known: neither a webhook nor an answer with issues or projects' END AS reason OFFSET 0) AS k;
END;
COMMENT ON FUNCTION vsm.linear_kind(jsonb) IS 'which reader reads a payload of Linear, or why none does';

/*
 * Answers of the API: {"data": {"issues": {"nodes": [...]}}}, also below a team, a project or a cycle, or one
 * {"data": {"issue": {...}}}.
 */
CREATE FUNCTION vsm.linear_elements(payload jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE WHEN jsonb_array_length(e.found) > 0 OR p.lists THEN e.found END
	FROM (
		SELECT CASE WHEN NOT payload ?| '{action,type}' THEN coalesce(vsm.json_object(payload -> 'data'),
			CASE WHEN payload ?| '{issues,projects}' THEN payload END) END AS data OFFSET 0) AS d,
		LATERAL (SELECT d.data @? 'lax $.issues.nodes' OR d.data @? 'lax $.projects.nodes' OR d.data @? 'lax $.*.issues.nodes' AS lists
			OFFSET 0) AS p,
		LATERAL (
			SELECT coalesce(jsonb_agg(n.node), '[]') AS found
			FROM (
				SELECT e AS node FROM jsonb_array_elements(vsm.linear_nodes(d.data -> 'issues')) AS e
				UNION ALL
				SELECT e FROM jsonb_array_elements(vsm.linear_nodes(d.data -> 'projects')) AS e
				UNION ALL
				SELECT e
				FROM jsonb_each(d.data) AS o, jsonb_array_elements(vsm.linear_nodes(vsm.json_object(o.value) -> 'issues')) AS e
				WHERE o.key NOT IN ('issues', 'projects')
				UNION ALL
				SELECT d.data -> 'issue' WHERE jsonb_typeof(d.data -> 'issue') = 'object' AND d.data #> '{issue,issues}' IS NULL
				UNION ALL
				SELECT d.data -> 'project' WHERE jsonb_typeof(d.data -> 'project') = 'object' AND d.data #> '{project,issues}' IS NULL) AS n
			OFFSET 0) AS e
	WHERE d.data IS NOT NULL;
END;
COMMENT ON FUNCTION vsm.linear_elements(jsonb) IS 'the issues and projects in an answer of the API of Linear; NULL if it is none';

CREATE FUNCTION vsm.read_linear_change(source text, entity text, change jsonb, at timestamptz) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT (vsm.fact_event(source, entity, at, s.state, entity || ':state:' || coalesce(s.id, s.state) || ':' || vsm.linear_second(at),
		previous => vsm.json_text(change, 'fromState', 'name'), state_id => s.id,
		previous_id => coalesce(vsm.json_text(change, 'fromState', 'id'), vsm.json_text(change, 'fromStateId')), version => at)).*
	FROM (
		SELECT vsm.json_text(change, 'toState', 'name') AS state,
			coalesce(vsm.json_text(change, 'toState', 'id'), vsm.json_text(change, 'toStateId')) AS id OFFSET 0) AS s
	WHERE s.state IS NOT NULL
	UNION ALL
	SELECT (vsm.fact_event(source, entity, at, l.state, entity || ':label:' || l.state || ':' || vsm.linear_second(at),
		method => 'label')).*
	FROM (
		SELECT vsm.json_text(e, 'name') AS state FROM jsonb_array_elements(vsm.linear_nodes(change -> 'addedLabels')) AS e
		UNION ALL
		SELECT vsm.json_text(e, 'name') || ' removed' FROM jsonb_array_elements(vsm.linear_nodes(change -> 'removedLabels')) AS e) AS l
	WHERE l.state IS NOT NULL
	UNION ALL
	SELECT (vsm.fact_change(source, entity, at, c.attribute, c.value, c.attribute || ':' || vsm.linear_second(at),
		previous => c.previous, version => at)).*
	FROM (
		SELECT 'size' AS attribute, vsm.json_number(change, 'toEstimate')::text AS value, vsm.json_number(change, 'fromEstimate')::text
			AS previous
		UNION ALL
		SELECT 'sprint', vsm.linear_cycle(change -> 'toCycle'), vsm.linear_cycle(change -> 'fromCycle')
		UNION ALL
		SELECT 'team', vsm.json_text(change, 'toTeam', 'name'), vsm.json_text(change, 'fromTeam', 'name')
		UNION ALL
		SELECT 'due_at', vsm.json_day(change -> 'toDueDate') #>> '{}', vsm.json_day(change -> 'fromDueDate') #>> '{}'
		UNION ALL
		SELECT 'parent', source || ':issue:' || coalesce(vsm.json_text(change, 'toParent', 'id'), vsm.json_text(change, 'toParentId')),
			source || ':issue:' || coalesce(vsm.json_text(change, 'fromParent', 'id'), vsm.json_text(change, 'fromParentId'))
		UNION ALL
		SELECT 'feature', source || ':project:' || coalesce(vsm.json_text(change, 'toProject', 'id'), vsm.json_text(change, 'toProjectId')),
			source || ':project:' || coalesce(vsm.json_text(change, 'fromProject', 'id'), vsm.json_text(change, 'fromProjectId'))) AS c
	WHERE c.value IS DISTINCT FROM c.previous;
END;
COMMENT ON FUNCTION vsm.read_linear_change(text, text, jsonb, timestamptz) IS
	'the facts of one entry of the history of an issue of Linear: its state, labels, and what else changed';

CREATE FUNCTION vsm.read_linear_history(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 2
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT b.body, source || ':issue:' || coalesce(vsm.json_text(b.body, 'issue', 'id'), vsm.json_text(b.body, 'issueId')) AS entity,
			vsm.json_time(b.body, 'createdAt') AS at
		FROM (SELECT payload || '{}' AS body OFFSET 0) AS b
		OFFSET 0) AS h,
		LATERAL vsm.read_linear_change(source, h.entity, h.body, h.at) AS f;
END;
COMMENT ON FUNCTION vsm.read_linear_history(text, jsonb, jsonb) IS
	'facts of an entry of the history of an issue of Linear that says of which issue';

CREATE FUNCTION vsm.read_linear_issue(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 10
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT w.*, source || ':issue:' || w.id AS entity,
			w.action = 'create' OR vsm.json_time(w.issue, 'updatedAt') < w.created_at + interval '1 second' AND w.action IS NULL AS is_new
		FROM (
			SELECT h.issue, h.before, h.action, vsm.json_text(h.issue, 'id') AS id,
				-- An identifier is made of these two; older webhooks have these alone.
				coalesce(vsm.json_text(h.issue, 'identifier'),
					vsm.json_text(h.issue, 'team', 'key') || '-' || vsm.json_text(h.issue, 'number')) AS key,
				vsm.json_text(h.issue, 'title') AS title, vsm.json_text(h.issue, 'state', 'name') AS state,
				vsm.json_text(h.issue, 'state', 'type') AS state_type,
				coalesce(vsm.json_text(h.issue, 'state', 'id'), vsm.json_text(h.issue, 'stateId')) AS state_id,
				vsm.json_time(h.issue, 'createdAt') AS created_at,
				coalesce(vsm.json_time(h.issue, 'updatedAt'), h.sent_at, vsm.json_time(h.issue, 'createdAt')) AS updated_at, h.sent_at,
				coalesce(vsm.json_text(h.issue, 'team', 'key'), regexp_replace(vsm.json_text(h.issue, 'identifier'), '-\d+$', ''))
					AS project,
				CASE WHEN vsm.linear_nodes(h.issue -> 'labels') IS NOT NULL THEN ARRAY(
					SELECT vsm.json_text(e.label, 'name') FROM jsonb_array_elements(vsm.linear_nodes(h.issue -> 'labels'))
						WITH ORDINALITY AS e (label, place) WHERE vsm.json_text(e.label, 'name') IS NOT NULL ORDER BY e.place) END
							AS labels,
				vsm.linear_nodes(h.issue -> 'history') AS history,
				h.issue #> '{history,pageInfo,hasNextPage}' = 'false' AS is_whole,
				coalesce(vsm.json_text(h.issue, 'url'), h.url) AS url
			FROM (
				SELECT CASE WHEN b.is_hook THEN b.body -> 'data' ELSE b.body END AS issue,
					CASE WHEN b.is_hook THEN vsm.json_object(b.body -> 'updatedFrom') END AS before,
					CASE WHEN b.is_hook THEN coalesce(vsm.json_text(b.body, 'action'), 'update') END AS action,
					CASE WHEN b.is_hook THEN vsm.json_time(b.body, 'createdAt') END AS sent_at,
					CASE WHEN b.is_hook THEN vsm.json_text(b.body, 'url') END AS url
				FROM (SELECT p.body, p.body ? 'type' AND p.body ?| '{action,webhookId}' AS is_hook
					FROM (SELECT payload || '{}' AS body OFFSET 0) AS p OFFSET 0) AS b
				OFFSET 0) AS h
			OFFSET 0) AS w
		OFFSET 0) AS i,
	LATERAL (
		SELECT bool_or(l.meaning = 'incident') IS TRUE AS is_incident,
			coalesce(min(CASE WHEN l.meaning = 'incident' THEN 'defect' WHEN l.meaning IN ('defect', 'risk', 'debt') THEN l.meaning END),
				min(CASE WHEN l.meaning = 'feature' THEN 'feature' END), vsm.meaning(names, 'type', 'issue')) AS type,
			CASE WHEN min(l.category) = max(l.category) THEN min(l.category) END AS category
		FROM (
			SELECT vsm.meaning(names, 'label', e) AS meaning, vsm.meaning(names, 'category', e) AS category FROM unnest(i.labels) AS e
			OFFSET 0) AS l
		OFFSET 0) AS t,
	LATERAL (
		SELECT q.*
		FROM (
			SELECT (vsm.fact_row(source, 'item', i.entity, i.updated_at,
				vsm.fact_details('source', source, 'key', i.key, 'project', i.project, 'source_type', 'issue',
					'type', CASE WHEN i.labels IS NOT NULL THEN t.type END, 'category', t.category,
					'priority', vsm.json_text(i.issue, 'priorityLabel'), 'title', i.title, 'url', i.url,
					'size', vsm.json_number(i.issue, 'estimate'), 'created_at', i.created_at, 'due_at', vsm.json_day(i.issue -> 'dueDate'),
					'tags', to_jsonb(i.labels),
					'parent', source || ':issue:' || coalesce(vsm.json_text(i.issue, 'parent', 'id'), vsm.json_text(i.issue, 'parentId')),
					'feature', source || ':project:' || coalesce(vsm.json_text(i.issue, 'project', 'id'),
						vsm.json_text(i.issue, 'projectId')))
				-- what is told to be empty
				|| (SELECT coalesce(jsonb_object_agg(e.attribute, NULL), '{}')
					FROM unnest('{size,due_at,parent,parent,feature,feature}'::text[],
						'{estimate,dueDate,parent,parentId,project,projectId}'::text[]) AS e (attribute, name)
					-- (Webhooks leave out what is empty.)
					WHERE i.issue -> e.name = 'null' OR coalesce(i.before -> e.name, 'null') <> 'null' AND NOT i.issue ? e.name))).*
			UNION ALL
			SELECT (vsm.fact_alias(source, i.entity, a.alias, i.created_at)).*
			FROM (
				SELECT i.key AS alias
				UNION ALL
				SELECT vsm.json_text(e) FROM jsonb_array_elements(vsm.json_array(i.issue -> 'previousIdentifiers')) AS e) AS a
			WHERE a.alias IS NOT NULL
			UNION ALL
			SELECT (vsm.fact_created(source, i.entity, i.created_at, CASE WHEN i.is_new THEN i.state END,
				CASE WHEN i.is_new THEN i.state_id END)).*
			WHERE i.created_at IS NOT NULL
			UNION ALL
			SELECT (vsm.fact_observed(source, i.entity, s.at, i.state, i.state_id)).*
			FROM (
				SELECT CASE WHEN s.since <= i.updated_at THEN s.since ELSE i.updated_at END AS at
				FROM (SELECT CASE i.state_type WHEN 'completed' THEN vsm.json_time(i.issue, 'completedAt')
					WHEN 'canceled' THEN vsm.json_time(i.issue, 'canceledAt') END AS since) AS s OFFSET 0) AS s
			WHERE i.state IS NOT NULL AND i.is_new IS NOT TRUE AND s.at IS NOT NULL
			AND (i.action = 'remove' AND s.at >= i.sent_at) IS NOT TRUE
			AND (i.before ? 'stateId') IS NOT TRUE
			-- The end of its history says the same.
			AND NOT EXISTS (
				SELECT FROM jsonb_array_elements(i.history) AS h
				WHERE coalesce(vsm.json_text(h, 'toState', 'id'), vsm.json_text(h, 'toState', 'name')) = CASE
						WHEN vsm.json_text(h, 'toState', 'id') IS NOT NULL THEN i.state_id ELSE i.state END
				AND vsm.json_time(h, 'createdAt') = (
					SELECT max(vsm.json_time(n, 'createdAt')) FROM jsonb_array_elements(i.history) AS n
					WHERE vsm.json_text(n, 'toState', 'name') IS NOT NULL))
			UNION ALL
			SELECT (vsm.fact_history(source, i.entity, i.updated_at)).*
			WHERE i.is_whole AND i.history IS NOT NULL AND i.updated_at IS NOT NULL
			UNION ALL
			SELECT (vsm.fact_event(source, i.entity, i.sent_at, 'Deleted', i.entity || ':deleted')).*
			WHERE i.action = 'remove' AND i.sent_at IS NOT NULL
			UNION ALL
			SELECT (vsm.fact_change(source, i.entity, i.created_at, 'sprint', c.cycle, 'created', version => i.updated_at)).*
			FROM (SELECT vsm.linear_cycle(i.issue -> 'cycle') AS cycle OFFSET 0) AS c
			WHERE i.is_new AND c.cycle IS NOT NULL AND i.created_at IS NOT NULL
			UNION ALL
			SELECT (vsm.fact_change(source, i.entity, i.created_at, 'team', c.team, 'created', version => i.updated_at)).*
			FROM (SELECT vsm.json_text(i.issue, 'team', 'name') AS team OFFSET 0) AS c
			WHERE i.is_new AND c.team IS NOT NULL AND i.created_at IS NOT NULL
			UNION ALL
			SELECT (vsm.fact_row(source, 'incident', i.entity, i.updated_at,
				vsm.fact_details('source', source, 'service', vsm.meaning(names, 'service', i.project),
					'opened_at', i.created_at, 'severity', vsm.json_text(i.issue, 'priorityLabel'), 'status', i.state, 'title', i.title,
					'url', i.url, 'acknowledged_at', CASE WHEN vsm.meaning(names, 'state', i.state) = 'acknowledged' THEN i.updated_at
						ELSE vsm.json_time(i.issue, 'startedAt') END)
				|| CASE
					WHEN r.resolved_at IS NOT NULL THEN jsonb_build_object('resolved_at', r.resolved_at)
					WHEN i.state IS NOT NULL THEN '{"resolved_at": null}'
					ELSE '{}' END)).*
			FROM (
				SELECT CASE
					WHEN vsm.meaning(names, 'state', i.state) = 'resolved' OR i.state_type = 'completed' THEN
						coalesce(vsm.json_time(i.issue, 'completedAt'), i.updated_at)
					WHEN i.state_type = 'canceled' THEN coalesce(vsm.json_time(i.issue, 'canceledAt'), i.updated_at) END AS resolved_at
				OFFSET 0) AS r
			WHERE t.is_incident
			UNION ALL
			-- Relations: "blocks" is read from the one that blocks.
			SELECT (vsm.fact_link(source, CASE WHEN r.kind LIKE '-%' THEN r.other ELSE r.issue END,
				CASE WHEN r.kind LIKE '-%' THEN r.issue ELSE r.other END, ltrim(r.kind, '-'), 'issue relation', seen_at => i.updated_at)).*
			FROM (
				SELECT vsm.linear_relation(vsm.json_text(e, 'type')) AS kind, i.entity AS issue,
					source || ':issue:' || vsm.json_text(e, 'relatedIssue', 'id') AS other
				FROM jsonb_array_elements(vsm.linear_nodes(i.issue -> 'relations')) AS e
				UNION ALL
				SELECT vsm.linear_relation(vsm.json_text(e, 'type')), source || ':issue:' || vsm.json_text(e, 'issue', 'id'), i.entity
				FROM jsonb_array_elements(vsm.linear_nodes(i.issue -> 'inverseRelations')) AS e) AS r
			WHERE r.kind IS NOT NULL AND r.issue IS NOT NULL AND r.other IS NOT NULL
			UNION ALL
			SELECT (vsm.fact_link(source, vsm.linear_request(vsm.json_text(e, 'url')), i.entity, 'implements', 'attachment',
				since => vsm.json_time(e, 'createdAt'))).*
			FROM jsonb_array_elements(vsm.linear_nodes(i.issue -> 'attachments')) AS e
			WHERE vsm.linear_request(vsm.json_text(e, 'url')) IS NOT NULL OFFSET 0) AS q
		UNION ALL
		SELECT c.*
		FROM jsonb_array_elements(i.history) AS h (change),
			LATERAL (SELECT vsm.json_time(h.change, 'createdAt') AS at OFFSET 0) AS a,
			LATERAL vsm.read_linear_change(source, i.entity, h.change, a.at) AS c
		WHERE a.at IS NOT NULL
		UNION ALL
		-- What a webhook tells of a change, as the history has it.
		SELECT c.*
		FROM (
			SELECT jsonb_build_object('toState', CASE WHEN i.before ? 'stateId' THEN i.issue -> 'state' END,
				'fromStateId', i.before -> 'stateId',
				'fromEstimate', i.before -> 'estimate', 'toEstimate', CASE WHEN i.before ? 'estimate' THEN i.issue -> 'estimate' END,
				'fromDueDate', i.before -> 'dueDate', 'toDueDate', CASE WHEN i.before ? 'dueDate' THEN i.issue -> 'dueDate' END,
				'fromParentId', i.before -> 'parentId', 'toParentId', CASE WHEN i.before ? 'parentId' THEN i.issue -> 'parentId' END,
				'fromProjectId', i.before -> 'projectId', 'toProjectId', CASE WHEN i.before ? 'projectId' THEN i.issue -> 'projectId' END,
				'toTeam', CASE WHEN i.before ? 'teamId' THEN i.issue -> 'team' END,
				'toCycle', CASE WHEN i.before ? 'cycleId' THEN i.issue -> 'cycle' END,
				'addedLabels', (
					SELECT jsonb_agg(e) FROM jsonb_array_elements(vsm.linear_nodes(i.issue -> 'labels')) AS e
					WHERE jsonb_typeof(i.before -> 'labelIds') = 'array' AND NOT i.before -> 'labelIds' ? vsm.json_text(e, 'id'))) AS change
			WHERE i.before IS NOT NULL OFFSET 0) AS h,
			LATERAL vsm.read_linear_change(source, i.entity, h.change, i.updated_at) AS c
		UNION ALL
		SELECT k.* FROM vsm.read_keys(source, i.entity, i.created_at, NULL, i.title, NULL) AS k WHERE k.value IS DISTINCT FROM i.key) AS f;
END;
COMMENT ON FUNCTION vsm.read_linear_issue(text, jsonb, jsonb) IS
	'facts of an issue of Linear: webhook Issue (create, update, remove), or a node of issues of the API, with its history where that was '
	'asked for';

CREATE FUNCTION vsm.read_linear_project(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 4
BEGIN ATOMIC
	SELECT q.*
	FROM (
		SELECT w.*, source || ':project:' || vsm.json_text(w.project, 'id') AS entity,
			w.action = 'create' OR vsm.json_time(w.project, 'updatedAt') < w.created_at + interval '1 second' AND w.action IS NULL AS is_new
		FROM (
			SELECT h.*, vsm.json_text(h.project, 'name') AS name,
				-- Before projects had statuses of their own they had one of six states.
				coalesce(vsm.json_text(h.project, 'status', 'name'), vsm.json_text(h.project, 'state')) AS state,
				coalesce(vsm.json_text(h.project, 'status', 'id'), vsm.json_text(h.project, 'statusId')) AS state_id,
				vsm.json_time(h.project, 'createdAt') AS created_at,
				coalesce(vsm.json_time(h.project, 'updatedAt'), h.sent_at, vsm.json_time(h.project, 'createdAt')) AS updated_at
			FROM (
				SELECT CASE WHEN b.is_hook THEN b.body -> 'data' ELSE b.body END AS project,
					CASE WHEN b.is_hook THEN vsm.json_object(b.body -> 'updatedFrom') END AS before,
					CASE WHEN b.is_hook THEN coalesce(vsm.json_text(b.body, 'action'), 'update') END AS action,
					CASE WHEN b.is_hook THEN vsm.json_time(b.body, 'createdAt') END AS sent_at,
					CASE WHEN b.is_hook THEN vsm.json_text(b.body, 'url') END AS url
				FROM (SELECT p.body, p.body ? 'type' AND p.body ?| '{action,webhookId}' AS is_hook
					FROM (SELECT payload || '{}' AS body OFFSET 0) AS p OFFSET 0) AS b
				OFFSET 0) AS h
			OFFSET 0) AS w
		OFFSET 0) AS p,
	LATERAL (
		SELECT (vsm.fact_row(source, 'item', p.entity, p.updated_at,
			vsm.fact_details('source', source, 'project', 'project', 'source_type', 'project', 'type', coalesce(
				CASE WHEN vsm.meaning(names, 'type', 'project') IN ('feature', 'defect', 'risk', 'debt') THEN
					vsm.meaning(names, 'type', 'project') END, 'feature'),
				'title', p.name, 'url', coalesce(vsm.json_text(p.project, 'url'), p.url), 'created_at', p.created_at,
				'due_at', vsm.json_day(p.project -> 'targetDate'))
			-- what is told to be empty
			|| CASE WHEN p.project -> 'targetDate' = 'null' OR coalesce(p.before -> 'targetDate', 'null') <> 'null'
				AND NOT p.project ? 'targetDate' THEN
				'{"due_at": null}'::jsonb ELSE '{}' END)).*
		UNION ALL
		SELECT (vsm.fact_created(source, p.entity, p.created_at, CASE WHEN p.is_new THEN p.state END)).*
		WHERE p.created_at IS NOT NULL
		UNION ALL
		SELECT (vsm.fact_event(source, p.entity, p.updated_at, p.state,
			p.entity || ':state:' || coalesce(p.state_id, p.state) || ':' || vsm.linear_second(p.updated_at),
			previous => vsm.json_text(p.before, 'state'), state_id => p.state_id, previous_id => vsm.json_text(p.before, 'statusId'))).*
		WHERE p.before ?| '{statusId,state}' AND p.state IS NOT NULL
		UNION ALL
		SELECT (vsm.fact_observed(source, p.entity, s.at, p.state, p.state_id)).*
		FROM (
			SELECT CASE WHEN s.since <= p.updated_at THEN s.since ELSE p.updated_at END AS at
			FROM (SELECT coalesce(vsm.json_time(p.project, 'completedAt'), vsm.json_time(p.project, 'canceledAt')) AS since)
				AS s OFFSET 0) AS s
		WHERE p.state IS NOT NULL AND p.is_new IS NOT TRUE AND (p.before ?| '{statusId,state}') IS NOT TRUE
		AND (p.action = 'remove' AND s.at >= p.sent_at) IS NOT TRUE
		UNION ALL
		SELECT (vsm.fact_event(source, p.entity, p.sent_at, 'Deleted', p.entity || ':deleted')).*
		WHERE p.action = 'remove' AND p.sent_at IS NOT NULL) AS q;
END;
COMMENT ON FUNCTION vsm.read_linear_project(text, jsonb, jsonb) IS
	'facts of a project of Linear, which is a feature: webhook Project, or a node of projects of the API';

CREATE FUNCTION vsm.read_linear_attachment(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT (vsm.fact_link(source, vsm.linear_request(vsm.json_text(payload, 'data', 'url')),
		source || ':issue:' || vsm.json_text(payload, 'data', 'issueId'), 'implements', 'attachment',
		since => CASE WHEN payload ->> 'action' IS DISTINCT FROM 'remove' THEN vsm.json_time(payload, 'data', 'createdAt') END,
		until => CASE WHEN payload ->> 'action' = 'remove' THEN vsm.json_time(payload, 'createdAt') END,
		seen_at => vsm.json_time(payload, 'createdAt'))).*;
END;
COMMENT ON FUNCTION vsm.read_linear_attachment(text, jsonb, jsonb) IS
	'facts of the webhook Attachment of Linear: the pull or merge request that implements an issue';

CREATE FUNCTION vsm.read_linear_relation(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT (vsm.fact_link(source, CASE WHEN r.kind LIKE '-%' THEN r.other ELSE r.issue END,
		CASE WHEN r.kind LIKE '-%' THEN r.issue ELSE r.other END, ltrim(r.kind, '-'), 'issue relation',
		since => CASE WHEN NOT r.is_removed THEN vsm.json_time(payload, 'data', 'createdAt') END,
		until => CASE WHEN r.is_removed THEN vsm.json_time(payload, 'createdAt') END, seen_at => vsm.json_time(payload, 'createdAt'))).*
	FROM (
		SELECT vsm.linear_relation(vsm.json_text(payload, 'data', 'type')) AS kind,
			source || ':issue:' || vsm.json_text(payload, 'data', 'issueId') AS issue,
			source || ':issue:' || vsm.json_text(payload, 'data', 'relatedIssueId') AS other,
			coalesce(payload ->> 'action' = 'remove', false) AS is_removed
		OFFSET 0) AS r
	WHERE r.kind IS NOT NULL;
END;
COMMENT ON FUNCTION vsm.read_linear_relation(text, jsonb, jsonb) IS
	'facts of the webhook IssueRelation of Linear: an issue that blocks another, or is the same';
