/*
 * GitLab: issues, incidents, tasks and epics, which are items; what issues and merge requests have
 * in common; and the events of the API that tell of their past.
 */

/*
 * Opened, closed, reopened, merged, labelled: object is the object as the API has it, or a
 * webhook's object_attributes; changes are a webhook's. Present states are observed where no time
 * is told of them; that something is open says something only after it was closed, since a request
 * that is ready or approved is open as well.
 */
CREATE FUNCTION vsm.read_gitlab_states(source text, entity text, object jsonb, changes jsonb, attributes jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 3
BEGIN ATOMIC
	SELECT q.*
	FROM (
		SELECT t.*,
			-- (What ended before it began ended at another time.)
			coalesce(CASE WHEN t.state = 'closed' AND (vsm.json_time(object, 'closed_at') < t.created_at) IS NOT TRUE THEN
					vsm.json_time(object, 'closed_at') END,
				CASE t.action WHEN 'close' THEN t.updated_at END) AS closed_at,
			coalesce(CASE WHEN (vsm.json_time(object, 'merged_at') < t.created_at) IS NOT TRUE THEN vsm.json_time(object, 'merged_at') END,
				CASE t.action WHEN 'merge' THEN t.updated_at END) AS merged_at
		FROM (
			SELECT vsm.json_time(object, 'created_at') AS created_at, vsm.json_time(object, 'updated_at') AS updated_at,
				vsm.json_text(object, 'action') AS action,
				coalesce(vsm.json_text(object, 'state'),
					CASE object -> 'state_id' WHEN '1' THEN 'opened' WHEN '2' THEN 'closed' END) AS state,
				CASE WHEN object ?| '{source_branch,target_branch,draft,work_in_progress}' THEN
					vsm.gitlab_draft_change(changes) END AS becomes,
				'true' IN (object -> 'draft', object -> 'work_in_progress') AS is_draft,
				-- Nothing has changed it yet.
				vsm.json_time(object, 'updated_at') < vsm.json_time(object, 'created_at') + interval '1 second' AS is_new
			OFFSET 0) AS t
		OFFSET 0) AS o,
	LATERAL (
		SELECT (vsm.fact_event(source, entity, o.created_at, 'opened', entity || ':opened', attributes => attributes,
			version => o.updated_at)).*
		UNION ALL
		SELECT (vsm.fact_event(source, entity, o.closed_at, 'closed', entity || ':closed:' || vsm.gitlab_second(o.closed_at))).*
		WHERE o.closed_at IS NOT NULL
		UNION ALL
		SELECT (vsm.fact_event(source, entity, o.merged_at, 'merged', entity || ':merged')).*
		WHERE o.merged_at IS NOT NULL
		UNION ALL
		SELECT (vsm.fact_event(source, entity, o.updated_at, a.state, entity || ':' || a.state || ':' || vsm.gitlab_second(o.updated_at))).*
		FROM (
			SELECT CASE o.action WHEN 'approved' THEN o.action WHEN 'unapproved' THEN o.action WHEN 'reopen' THEN 'reopened' END AS state
			OFFSET 0) AS a
		WHERE a.state IS NOT NULL
		UNION ALL
		SELECT (vsm.fact_event(source, entity, o.updated_at, o.becomes,
			entity || ':' || o.becomes || ':' || vsm.gitlab_second(o.updated_at))).*
		WHERE o.becomes IS NOT NULL AND o.action IS DISTINCT FROM 'open'
		UNION ALL
		-- Opened as a draft.
		SELECT (vsm.fact_event(source, entity, o.created_at, 'draft', entity || ':draft:' || vsm.gitlab_second(o.created_at), seq => 1)).*
		WHERE o.is_draft AND (o.action = 'open' OR o.is_new AND o.becomes IS NULL AND o.state = 'opened')
		UNION ALL
		SELECT (vsm.fact_observed(source, entity, o.updated_at, s.state, after => s.after)).*
		FROM (
			SELECT CASE
					WHEN o.state = 'closed' AND o.closed_at IS NULL THEN o.state
					WHEN o.state = 'merged' AND o.merged_at IS NULL THEN o.state
					-- GitLab before 10 had a state for it.
					WHEN o.state = 'reopened' AND o.action IS DISTINCT FROM 'reopen' THEN o.state
				END AS state, NULL::jsonb AS after
			UNION ALL
			-- (A webhook of any other change says so, too, if the one that tells of this one was lost.)
			SELECT 'reopened', '["closed"]' WHERE o.state = 'opened' AND (o.action IN ('open', 'reopen')) IS NOT TRUE AND NOT o.is_new
			UNION ALL
			SELECT 'draft', '["opened", "ready", "reopened"]'
			WHERE o.is_draft AND o.state = 'opened' AND o.action IS DISTINCT FROM 'open' AND o.becomes IS NULL AND o.is_new IS NOT TRUE
			UNION ALL
			SELECT 'ready', '["draft"]'
			WHERE o.is_draft IS NOT TRUE AND 'false' IN (object -> 'draft', object -> 'work_in_progress') AND o.state = 'opened'
				AND o.action IS DISTINCT FROM 'open' AND o.becomes IS NULL AND NOT o.is_new) AS s
		WHERE s.state IS NOT NULL
		UNION ALL
		SELECT (vsm.fact_event(source, entity, o.updated_at, l.state,
			entity || ':label:' || l.state || ':' || vsm.gitlab_second(o.updated_at),
			method => 'label')).*
		FROM (
			SELECT vsm.gitlab_labels(changes #> '{labels,previous}') AS previous,
				vsm.gitlab_labels(changes #> '{labels,current}') AS current
			WHERE changes ? 'labels'
			OFFSET 0) AS c,
			LATERAL (
				SELECT a.label AS state FROM jsonb_array_elements_text(c.current) AS a (label) WHERE NOT c.previous ? a.label
				UNION ALL
				SELECT r.label || ' removed' FROM jsonb_array_elements_text(c.previous) AS r (label)
					WHERE NOT c.current ? r.label) AS l OFFSET 0) AS q;
END;
COMMENT ON FUNCTION vsm.read_gitlab_states(text, text, jsonb, jsonb, jsonb) IS
	'the events of an issue, an epic or a merge request of GitLab that the object and a webhook''s changes tell of';

CREATE FUNCTION vsm.read_gitlab_item(source text, object jsonb, told_labels jsonb, changes jsonb, told_type text, project text, names jsonb)
RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 5
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT source || CASE told_type WHEN 'epic' THEN ':epic:' ELSE ':issue:' END || vsm.json_text(object, 'id') AS entity,
			project || CASE told_type WHEN 'epic' THEN '&' ELSE '#' END || vsm.json_text(object, 'iid') AS key,
			vsm.json_text(object, 'title') AS title,
			coalesce(vsm.json_text(object, 'web_url'), vsm.json_text(object, 'url')) AS url,
			vsm.gitlab_labels(told_labels) AS labels,
			vsm.json_time(object, 'created_at') AS created_at,
			-- The version: who changes an item changes that time.
			coalesce(vsm.json_time(object, 'updated_at'), vsm.json_time(object, 'created_at')) AS updated_at,
			coalesce(object -> 'due_date', object -> 'end_date') AS due_date,
			vsm.meaning(names, 'type', told_type) AS type
		OFFSET 0) AS i,
	LATERAL (
		SELECT
			bool_or(l.meaning = 'incident') IS TRUE OR i.type = 'incident' IS TRUE AS is_incident,
			-- What a label says counts more than what nearly every issue is.
			CASE
				WHEN i.type = 'incident' THEN 'defect'
				ELSE coalesce(
					min(CASE WHEN l.meaning = 'incident' THEN 'defect' WHEN l.meaning IN ('defect', 'risk', 'debt') THEN l.meaning END),
					min(CASE WHEN l.meaning = 'feature' THEN 'feature' END),
					CASE WHEN i.type IN ('feature', 'defect', 'risk', 'debt', 'other') THEN i.type END)
			END AS type,
			coalesce(CASE WHEN min(l.category) = max(l.category) THEN min(l.category) END,
				vsm.meaning(names, 'category', told_type)) AS category
		FROM (
			SELECT vsm.meaning(names, 'label', e.label) AS meaning, vsm.meaning(names, 'category', e.label) AS category
			FROM jsonb_array_elements_text(i.labels) AS e (label)
			OFFSET 0) AS l
		OFFSET 0) AS t,
	LATERAL (
		SELECT q.* FROM (
		SELECT (vsm.fact_row(source, 'item', i.entity, i.updated_at,
			vsm.fact_details('source', source, 'key', i.key, 'project', project, 'source_type', told_type,
				'type', CASE WHEN i.labels IS NOT NULL THEN t.type END, 'category', t.category, 'title', i.title, 'url', i.url,
				'size', vsm.json_number(object, 'weight'), 'created_at', i.created_at, 'due_at', vsm.json_day(i.due_date), 'tags',
					i.labels,
				'parent', CASE told_type WHEN 'epic' THEN source || ':epic:' || vsm.json_text(object, 'parent_id') END,
				-- Webhooks do not tell the epic.
				'feature', source || ':epic:' || vsm.json_text(object, 'epic', 'id'))
			-- what is told to be empty
			|| CASE WHEN object -> 'weight' = 'null' THEN '{"size": null}'::jsonb ELSE '{}' END
			|| CASE WHEN i.due_date = 'null' THEN '{"due_at": null}'::jsonb ELSE '{}' END
			|| CASE WHEN told_type = 'epic' AND object -> 'parent_id' = 'null' THEN '{"parent": null}'::jsonb ELSE '{}' END
			|| CASE WHEN object -> 'epic' = 'null' THEN '{"feature": null}'::jsonb ELSE '{}' END)).*
		UNION ALL
		-- Whatever tells the labels knows the type better.
		SELECT (vsm.fact_row(source, 'item', i.entity, i.created_at, jsonb_build_object('type', t.type))).*
		WHERE i.labels IS NULL AND t.type IS NOT NULL
		UNION ALL
		SELECT (vsm.fact_alias(source, i.entity, i.key, i.created_at)).*
		UNION ALL
		SELECT (vsm.fact_row(source, 'incident', i.entity,
			-- (Of two versions within a second the one that is closed is the later.)
			CASE s.state WHEN 'opened' THEN i.updated_at - interval '1 microsecond' ELSE i.updated_at END,
			vsm.fact_details(
				'source', source,
				'service', vsm.meaning(names, 'service', project),
				'repository', project,
				'opened_at', i.created_at,
				'acknowledged_at', CASE changes #>> '{escalation_status,current}' WHEN 'acknowledged' THEN i.updated_at END,
				'severity', lower(vsm.json_text(object, 'severity')),
				'status', coalesce(vsm.json_text(object, 'escalation_status'), s.state),
				'title', i.title,
				'url', i.url)
			|| CASE
				WHEN s.state = 'closed' THEN vsm.fact_details('resolved_at',
					coalesce(vsm.json_time(object, 'closed_at'), CASE object ->> 'action' WHEN 'close' THEN i.updated_at END))
				WHEN s.state IS NOT NULL THEN '{"resolved_at": null}'::jsonb
				ELSE '{}' END)).*
		FROM (SELECT coalesce(vsm.json_text(object, 'state'),
			CASE object -> 'state_id' WHEN '1' THEN 'opened' WHEN '2' THEN 'closed' END) AS state
			OFFSET 0) AS s
		WHERE t.is_incident
		UNION ALL
		SELECT (vsm.fact_change(source, i.entity, i.updated_at, c.attribute, c.value, c.attribute || ':' || vsm.gitlab_second(i.updated_at),
			previous => c.previous)).*
		FROM (
			SELECT 'size' AS attribute, vsm.json_number(w.current)::text AS value, vsm.json_number(w.previous)::text AS previous
			FROM (SELECT changes #> '{weight,current}' AS current,
				changes #> '{weight,previous}' AS previous WHERE changes ? 'weight' OFFSET 0) AS w
			WHERE vsm.json_number(w.current) IS NOT NULL OR w.current = 'null'
			UNION ALL
			SELECT 'due_at', vsm.json_day(d.current) #>> '{}', vsm.json_day(d.previous) #>> '{}'
			FROM (SELECT changes #> '{due_date,current}' AS current,
				changes #> '{due_date,previous}' AS previous WHERE changes ? 'due_date' OFFSET 0) AS d
			WHERE vsm.json_day(d.current) IS NOT NULL OR d.current = 'null') AS c
		WHERE object ->> 'action' IS DISTINCT FROM 'open' OFFSET 0) AS q
		UNION ALL
		SELECT s.* FROM vsm.read_gitlab_states(source, i.entity, object, changes, NULL) AS s) AS f;
END;
COMMENT ON FUNCTION vsm.read_gitlab_item(text, jsonb, jsonb, jsonb, text, text, jsonb) IS
	'the facts of an issue or epic of GitLab: as the API has it, or a webhook''s object_attributes with its labels and changes; '
	'told_type: in GitLab''s words';

CREATE FUNCTION vsm.read_gitlab_issue(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 5
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT h.object,
			-- A webhook has an issue's labels beside it, too.
			coalesce(vsm.json_array(h.object -> 'labels'), vsm.json_array(h.labels),
				vsm.json_array(h.changes #> '{labels,current}')) AS labels,
			h.changes,
			-- In some payloads there is but the name of the event, or that it is a group's.
			replace(lower(coalesce(vsm.json_text(h.object, 'issue_type'), vsm.json_text(h.object, 'type'),
				nullif(regexp_replace(h.event, '^confidential_', ''), 'work_item'),
				CASE WHEN h.object ->> 'url' ~ '^[a-z]+://[^/]+/groups/' THEN 'epic' ELSE 'issue' END)), ' ', '_') AS issue_type,
			coalesce(h.project, substring(h.object #>> '{references,full}' FROM '^(.+)#\d+$'),
				vsm.gitlab_project(coalesce(vsm.json_text(h.object, 'web_url'), vsm.json_text(h.object, 'url')))) AS project
		FROM (
			SELECT
				CASE WHEN b.is_hook THEN b.body -> 'object_attributes' ELSE b.body END AS object,
				CASE WHEN b.is_hook THEN b.body -> 'labels' END AS labels,
				CASE WHEN b.is_hook THEN vsm.json_object(b.body -> 'changes') END AS changes,
				CASE WHEN b.is_hook THEN
					coalesce(vsm.json_text(b.body, 'event_type'), vsm.json_text(b.body, 'object_kind')) END AS event,
				CASE WHEN b.is_hook THEN vsm.gitlab_hook_project(b.body) END AS project
			FROM (
				SELECT p.body, p.body ?| '{object_kind,event_name}' AS is_hook FROM (SELECT payload || '{}' AS body OFFSET 0) AS p
				OFFSET 0) AS b
			OFFSET 0) AS h
		OFFSET 0) AS p,
		LATERAL vsm.read_gitlab_item(source, p.object, p.labels, p.changes, p.issue_type, p.project, names) AS f;
END;
COMMENT ON FUNCTION vsm.read_gitlab_issue(text, jsonb, jsonb) IS
	'facts of an issue of GitLab: webhooks issue, work_item and incident, or GET /projects/ID/issues';

CREATE FUNCTION vsm.read_gitlab_epic(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 5
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT b.body, vsm.json_array(b.body -> 'labels') AS labels, NULL::jsonb AS changes, 'epic' AS issue_type,
			coalesce(substring(b.body #>> '{references,full}' FROM '^(.+)&\d+$'),
				vsm.gitlab_project(vsm.json_text(b.body, 'web_url'))) AS project
		FROM (SELECT payload || '{}' AS body OFFSET 0) AS b
		OFFSET 0) AS p,
		LATERAL vsm.read_gitlab_item(source, p.body, p.labels, p.changes, p.issue_type, p.project, names) AS f;
END;
COMMENT ON FUNCTION vsm.read_gitlab_epic(text, jsonb, jsonb) IS 'facts of an epic of GitLab: GET /groups/ID/epics';

CREATE FUNCTION vsm.read_gitlab_resource_event(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT q.*
	FROM (
		SELECT b.body,
			source
				|| CASE b.body ->> 'resource_type' WHEN 'MergeRequest' THEN ':merge_request:' WHEN 'Epic' THEN ':epic:' ELSE ':issue:' END
				|| coalesce(vsm.json_text(b.body, 'resource_id'), vsm.json_text(b.body, 'issue_id')) AS entity,
			vsm.json_time(b.body, 'created_at') AS at,
			vsm.gitlab_second(vsm.json_time(b.body, 'created_at')) AS second,
			vsm.json_text(b.body, 'action') AS action,
			vsm.json_text(b.body, 'state') AS state,
			vsm.json_text(b.body, 'label', 'name') AS label
		FROM (SELECT payload || '{}' AS body OFFSET 0) AS b
		OFFSET 0) AS e,
	LATERAL (
		SELECT (vsm.fact_event(source, e.entity, e.at, e.state,
			e.entity || ':' || e.state || CASE WHEN e.state IN ('opened', 'merged') THEN '' ELSE ':' || e.second END)).*
		WHERE NOT e.body ? 'label' AND e.state IS NOT NULL
		UNION ALL
		SELECT (vsm.fact_event(source, e.entity, e.at, l.state, e.entity || ':label:' || l.state || ':' || e.second, method => 'label')).*
		FROM (SELECT e.label || CASE e.action WHEN 'remove' THEN ' removed' ELSE '' END AS state OFFSET 0) AS l
		WHERE e.label IS NOT NULL
		UNION ALL
		SELECT (vsm.fact_change(source, e.entity, e.at, 'size', vsm.json_number(e.body, 'weight')::text, 'size:' || e.second,
			previous => vsm.json_number(e.body, 'previous_weight')::text)).*
		WHERE vsm.json_number(e.body, 'weight') IS NOT NULL OR e.body -> 'weight' = 'null'
		UNION ALL
		SELECT (vsm.fact_change(source, e.entity, e.at, 'sprint', CASE WHEN e.action = 'add' THEN s.name END,
			'sprint:' || vsm.json_text(e.body, 'iteration', 'id') || ':' || e.action || ':' || e.second,
			previous => CASE WHEN e.action = 'remove' THEN s.name END)).*
		FROM (
			-- Iterations of a cadence have no title.
			SELECT coalesce(vsm.json_text(e.body, 'iteration', 'title'),
				vsm.json_text(e.body, 'iteration', 'start_date') || ' - ' || vsm.json_text(e.body, 'iteration', 'due_date')) AS name
			OFFSET 0) AS s
		WHERE e.body ? 'iteration' AND (e.action = 'remove' OR e.action = 'add' AND s.name IS NOT NULL) OFFSET 0) AS q;
END;
COMMENT ON FUNCTION vsm.read_gitlab_resource_event(text, jsonb, jsonb) IS
	'facts of what the API tells of the past of an issue, an epic or a merge request: GET /projects/ID/issues/IID/resource_state_events, '
	'resource_label_events, resource_weight_events, resource_iteration_events';
