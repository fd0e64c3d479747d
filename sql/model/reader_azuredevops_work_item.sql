/*
 * Azure DevOps: work items. A work item, a revision of it and the service hooks other than
 * workitem.updated tell all of its fields as they were at a time; an update tells those that changed,
 * {"oldValue", "newValue"}, and a service hook all of them beside it.
 *
 * States are those of System.State. Tags and columns of a board are events with method "label": TAG,
 * "TAG removed", the name of the column; a workflow may have them as states. A field that means a flag
 * (Blocked of CMMI, or by names) makes the states Flagged and Unflagged.
 */

CREATE FUNCTION vsm.azuredevops_field(names jsonb, field text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE coalesce(
		-- What is said of a field goes before what it is.
		names #>> ARRAY['field', 'name', lower(field)],
		CASE field
			WHEN 'System.Parent' THEN 'parent' WHEN 'System.IterationPath' THEN 'sprint' WHEN 'System.AreaPath' THEN 'team'
			WHEN 'Microsoft.VSTS.Scheduling.StoryPoints' THEN 'size' WHEN 'Microsoft.VSTS.Scheduling.Effort' THEN 'size'
			WHEN 'Microsoft.VSTS.Scheduling.Size' THEN 'size' WHEN 'Microsoft.VSTS.Scheduling.DueDate' THEN 'due'
			WHEN 'Microsoft.VSTS.Scheduling.TargetDate' THEN 'due' WHEN 'Microsoft.VSTS.Common.Priority' THEN 'priority'
			WHEN 'Microsoft.VSTS.CMMI.Blocked' THEN 'flag' END,
		-- What an installation adds is called Custom.NAME.
		CASE WHEN field LIKE 'Custom.%' THEN vsm.meaning(names, 'field', substr(field, 8)) ELSE vsm.meaning(names, 'field', field) END)
	WHEN 'flag' THEN 'flag' WHEN 'sprint' THEN 'sprint' WHEN 'team' THEN 'team' WHEN 'size' THEN 'size' WHEN 'parent' THEN 'parent'
	WHEN 'feature' THEN 'feature' WHEN 'due' THEN 'due_at' WHEN 'priority' THEN 'priority' WHEN 'category' THEN 'category' END;
COMMENT ON FUNCTION vsm.azuredevops_field(jsonb, text) IS
	'what a field of Azure DevOps holds, by names or by its own name: flag or an attribute of item_change; NULL if neither';

CREATE FUNCTION vsm.azuredevops_value(source text, attribute text, value jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE attribute
	WHEN 'parent' THEN source || ':work_item:' || vsm.json_text(value)
	WHEN 'feature' THEN source || ':work_item:' || vsm.json_text(value)
	WHEN 'due_at' THEN vsm.json_day(value) #>> '{}'
	WHEN 'size' THEN vsm.json_number(value)::text
	ELSE vsm.json_text(value)
END;
COMMENT ON FUNCTION vsm.azuredevops_value(text, text, jsonb) IS
	'the value of an attribute of item_change by that of a field of Azure DevOps; NULL if it is empty';

CREATE FUNCTION vsm.azuredevops_is_set(value jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(jsonb_typeof(value) IN ('string', 'boolean', 'number')
	AND lower(value #>> '{}') NOT IN ('', 'no', 'none', 'false', '0'), false);
COMMENT ON FUNCTION vsm.azuredevops_is_set(jsonb) IS 'whether a field of Azure DevOps that means a flag says that it is set';

CREATE FUNCTION vsm.azuredevops_tags(tags jsonb) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ARRAY(
	SELECT btrim(t.tag)
	FROM regexp_split_to_table(vsm.json_text(tags), ';') WITH ORDINALITY AS t (tag, place)
	WHERE btrim(t.tag) <> '' ORDER BY t.place);
COMMENT ON FUNCTION vsm.azuredevops_tags(jsonb) IS 'the tags that System.Tags of Azure DevOps lists: a; b';

/*
 * Other work items, pull requests, commits and builds that a work item is related to: added and removed
 * in updates, present in the whole.
 */
CREATE FUNCTION vsm.read_azuredevops_relations(source text, entity text, relations jsonb, since timestamptz, until timestamptz,
	seen_at timestamptz) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 2
BEGIN ATOMIC
	SELECT (vsm.fact_link(source, CASE WHEN t.is_reverse THEN t.other ELSE entity END, CASE WHEN t.is_reverse THEN entity ELSE t.other END,
		t.kind, t.method, since => since, until => until, seen_at => seen_at)).*
	FROM (
		SELECT coalesce(source || ':work_item:' || r.item, source || ':pull_request:' || r.request, r.sha,
				source || ':build:' || r.build) AS other,
			CASE
				WHEN r.item IS NOT NULL THEN CASE r.rel
					WHEN 'System.LinkTypes.Hierarchy-Reverse' THEN 'part_of' WHEN 'System.LinkTypes.Hierarchy-Forward' THEN 'part_of'
					WHEN 'System.LinkTypes.Dependency-Reverse' THEN 'blocked_by'
					WHEN 'System.LinkTypes.Dependency-Forward' THEN 'blocked_by'
					WHEN 'System.LinkTypes.Duplicate-Reverse' THEN 'duplicates'
					WHEN 'System.LinkTypes.Duplicate-Forward' THEN 'duplicates' END
				WHEN r.rel = 'ArtifactLink' AND coalesce(r.request, r.sha) IS NOT NULL THEN 'implements'
				-- A build that is said to have integrated it.
				WHEN r.rel = 'ArtifactLink' THEN 'builds'
			END AS kind,
			CASE WHEN r.item IS NOT NULL THEN 'work item link' ELSE 'linked work item' END AS method,
			r.item IS NULL OR r.rel LIKE '%-Forward' AS is_reverse
		FROM (
			SELECT e ->> 'rel' AS rel,
				CASE WHEN e ->> 'rel' LIKE 'System.LinkTypes.%' THEN
					substring(e ->> 'url' FROM '(?i)/workItems/(\d{1,20})$') END AS item,
				substring(e ->> 'url' FROM '(?i)^vstfs:///Git/PullRequestId/[^/%]+%2F[^/%]+%2F(\d{1,20})$') AS request,
				substring(e ->> 'url' FROM '(?i)^vstfs:///(?:Git|GitHub)/Commit/[^/]+%2F([0-9a-f]{40})$') AS sha,
				substring(e ->> 'url' FROM '(?i)^vstfs:///Build/Build/(\d{1,20})$') AS build
			FROM jsonb_array_elements(vsm.json_array(relations)) AS e
			OFFSET 0) AS r
		WHERE r.rel IS NOT NULL
		OFFSET 0) AS t
	WHERE t.kind IS NOT NULL AND t.other IS NOT NULL;
END;
COMMENT ON FUNCTION vsm.read_azuredevops_relations(text, text, jsonb, timestamptz, timestamptz, timestamptz) IS
	'the links of a work item of Azure DevOps to others, and of pull requests, commits and builds to it';

/*
 * fields: those that are told, with null for one that was emptied. is_whole: all fields that are not
 * empty are told.
 */
CREATE FUNCTION vsm.read_azuredevops_fields(source text, id text, fields jsonb, links jsonb, is_whole boolean, at timestamptz, names jsonb)
RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 5
BEGIN ATOMIC
	SELECT q.*
	FROM (
		SELECT source || ':work_item:' || id AS entity,
			vsm.json_text(fields, 'System.TeamProject') AS project,
			vsm.json_text(fields, 'System.WorkItemType') AS source_type,
			vsm.json_text(fields, 'System.Title') AS title,
			vsm.json_text(fields, 'System.State') AS state,
			vsm.json_time(fields, 'System.CreatedDate') AS created_at,
			CASE WHEN is_whole OR fields ? 'System.Tags' THEN vsm.azuredevops_tags(fields -> 'System.Tags') END AS tags,
			coalesce(vsm.json_text(links, 'html', 'href'), vsm.json_text(links, 'web', 'href')) AS url,
			vsm.meaning(names, 'type', vsm.json_text(fields, 'System.WorkItemType')) AS type
		OFFSET 0) AS i,
	LATERAL (
		SELECT coalesce(jsonb_object_agg(f.attribute, f.value ORDER BY f.is_named, f.key COLLATE "C" DESC), '{}') AS named
		FROM (
			SELECT vsm.azuredevops_field(names, e.key) AS attribute, e.key, e.value,
				names #>> ARRAY['field', 'name', lower(e.key)] IS NOT NULL AS is_named
			FROM jsonb_each(fields) AS e
			OFFSET 0) AS f
		WHERE f.attribute IS NOT NULL
		OFFSET 0) AS n,
	LATERAL (
		SELECT bool_or(l.meaning = 'incident') IS TRUE OR (i.type = 'incident') IS TRUE AS is_incident,
			CASE WHEN i.type = 'incident' THEN 'defect' ELSE coalesce(
				min(CASE WHEN l.meaning = 'incident' THEN 'defect' WHEN l.meaning IN ('defect', 'risk', 'debt') THEN l.meaning END),
				CASE WHEN i.type IN ('feature', 'defect', 'risk', 'debt', 'other') THEN i.type END) END AS type,
			CASE WHEN min(l.category) = max(l.category) THEN min(l.category) END AS category
		FROM (
			SELECT vsm.meaning(names, 'label', t) AS meaning, vsm.meaning(names, 'category', t) AS category
			FROM unnest(i.tags) AS t
			OFFSET 0) AS l
		OFFSET 0) AS t,
	LATERAL (
		SELECT (vsm.fact_row(source, 'item', i.entity, at,
			vsm.fact_details('source', source, 'key', i.project || '#' || id, 'project', i.project,
				'source_type', i.source_type, 'type', CASE WHEN i.tags IS NOT NULL THEN t.type END,
				'category', coalesce(vsm.meaning(names, 'category', vsm.json_text(n.named, 'category')), vsm.json_text(n.named, 'category'),
					t.category, vsm.meaning(names, 'category', i.source_type)),
				'priority', vsm.json_text(n.named, 'priority'), 'title', i.title, 'url', i.url, 'created_at', i.created_at,
				'tags', to_jsonb(i.tags), 'size', vsm.json_number(n.named, 'size'), 'due_at', vsm.json_day(n.named -> 'due_at'),
				'parent', vsm.azuredevops_value(source, 'parent', n.named -> 'parent'),
				'feature', vsm.azuredevops_value(source, 'feature', n.named -> 'feature'))
			-- what is told to be empty
			|| (SELECT coalesce(jsonb_object_agg(e.attribute, NULL), '{}')
				FROM unnest('{size,due_at,parent,feature,priority}'::text[]) AS e (attribute) WHERE n.named -> e.attribute = 'null'))).*
		UNION ALL
		-- Whatever tells the tags knows the type better.
		SELECT (vsm.fact_row(source, 'item', i.entity, coalesce(i.created_at, at) - interval '1 second',
			jsonb_build_object('type', t.type))).*
		WHERE i.tags IS NULL AND NOT is_whole AND t.type IS NOT NULL
		UNION ALL
		SELECT (vsm.fact_alias(source, i.entity, a.alias, i.created_at)).*
		FROM (SELECT i.project || '#' || id AS alias UNION ALL SELECT 'AB#' || id) AS a
		WHERE a.alias IS NOT NULL
		UNION ALL
		SELECT (vsm.fact_row(source, 'incident', i.entity, at,
			vsm.fact_details('source', source, 'service', vsm.meaning(names, 'service', vsm.json_text(fields,
				'System.AreaPath')),
				'opened_at', i.created_at, 'severity', coalesce(vsm.json_text(fields, 'Microsoft.VSTS.Common.Severity'),
					vsm.json_text(n.named, 'priority')),
				'status', i.state, 'title', i.title, 'url', i.url,
				'acknowledged_at', CASE WHEN vsm.meaning(names, 'state', i.state) = 'acknowledged' THEN
					coalesce(vsm.json_time(fields, 'Microsoft.VSTS.Common.StateChangeDate'), at) END)
			|| CASE
				WHEN e.resolved_at IS NOT NULL THEN jsonb_build_object('resolved_at', e.resolved_at)
				WHEN is_whole AND i.state IS NOT NULL THEN '{"resolved_at": null}'
				ELSE '{}' END)).*
		FROM (
			-- Both are emptied when work on it begins again.
			SELECT coalesce(vsm.json_time(fields, 'Microsoft.VSTS.Common.ResolvedDate'),
				vsm.json_time(fields, 'Microsoft.VSTS.Common.ClosedDate'),
				CASE WHEN vsm.meaning(names, 'state', i.state) = 'resolved' THEN
					coalesce(vsm.json_time(fields, 'Microsoft.VSTS.Common.StateChangeDate'), at) END) AS resolved_at
			OFFSET 0) AS e
		WHERE t.is_incident OFFSET 0) AS q
	UNION ALL
	SELECT k.* FROM vsm.read_keys(source, source || ':work_item:' || id, vsm.json_time(fields, 'System.CreatedDate'), NULL,
		vsm.json_text(fields, 'System.Title'), NULL) AS k;
END;
COMMENT ON FUNCTION vsm.read_azuredevops_fields(text, text, jsonb, jsonb, boolean, timestamptz, jsonb) IS
	'the facts of a work item of Azure DevOps that its fields tell, apart from its states';

CREATE FUNCTION vsm.read_azuredevops_work_item(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 6
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT p.*, source || ':work_item:' || p.id AS entity, vsm.json_text(p.fields, 'System.State') AS state,
			vsm.json_time(p.fields, 'System.CreatedDate') AS created_at,
			coalesce(vsm.json_time(p.fields, 'System.ChangedDate'), p.sent_at, vsm.json_time(p.fields, 'System.CreatedDate')) AS at,
			p.hook = 'workitem.created' OR vsm.json_text(p.item, 'rev') = '1' AND p.hook IS NULL AS is_new
		FROM (
			SELECT h.item, h.hook, h.sent_at, vsm.json_text(h.item, 'id') AS id,
				coalesce(vsm.json_object(h.item -> 'fields'), '{}') AS fields, vsm.json_array(h.item -> 'relations') AS relations
			FROM (
				SELECT vsm.azuredevops_resource(b.body) AS item, vsm.json_text(b.body, 'eventType') AS hook,
					vsm.azuredevops_hook_time(b.body) AS sent_at
				FROM (SELECT payload || '{}' AS body OFFSET 0) AS b
				OFFSET 0) AS h
			OFFSET 0) AS p
		OFFSET 0) AS w,
	LATERAL (
		SELECT r.* FROM vsm.read_azuredevops_fields(source, w.id, w.fields, w.item -> '_links', w.state IS NOT NULL, w.at, names) AS r
		UNION ALL
		SELECT r.* FROM vsm.read_azuredevops_relations(source, w.entity, w.relations, NULL, NULL, w.at) AS r
		UNION ALL
		SELECT q.*
		FROM (
			SELECT (vsm.fact_created(source, w.entity, w.created_at, CASE WHEN w.is_new THEN w.state END)).*
			WHERE w.created_at IS NOT NULL
			UNION ALL
			-- It is in its state since then.
			SELECT (vsm.fact_observed(source, w.entity,
				CASE WHEN w.hook = 'workitem.restored' THEN w.sent_at
					WHEN s.since <= w.at THEN s.since ELSE w.at END, w.state)).*
			FROM (SELECT vsm.json_time(w.fields, 'Microsoft.VSTS.Common.StateChangeDate') AS since OFFSET 0) AS s
			WHERE w.state IS NOT NULL AND w.is_new IS NOT TRUE AND w.at IS NOT NULL AND w.hook IS DISTINCT FROM 'workitem.deleted'
			UNION ALL
			SELECT (vsm.fact_event(source, w.entity, w.sent_at, 'Deleted',
				w.entity || ':deleted:' || extract(epoch FROM w.sent_at))).*
			WHERE w.hook = 'workitem.deleted'
			UNION ALL
			SELECT (vsm.fact_event(source, w.entity, w.created_at, 'Flagged', w.entity || ':flag:1', attributes =>
				jsonb_build_object('flag', g.flag))).*
			FROM (
				SELECT min(e.key) AS flag FROM jsonb_each(w.fields) AS e
				WHERE vsm.azuredevops_field(names, e.key) = 'flag' AND vsm.azuredevops_is_set(e.value) OFFSET 0) AS g
			WHERE w.is_new AND w.created_at IS NOT NULL AND g.flag IS NOT NULL
			UNION ALL
			-- what it was created with
			SELECT (vsm.fact_change(source, w.entity, w.created_at, e.attribute, e.value, 'created', version => w.at)).*
			FROM (
				SELECT a.attribute, vsm.azuredevops_value(source, a.attribute, c.value) AS value
				FROM jsonb_each(w.fields) AS c, LATERAL (SELECT vsm.azuredevops_field(names, c.key) AS attribute OFFSET 0) AS a
				WHERE a.attribute IN ('sprint', 'team') OFFSET 0) AS e
			WHERE w.is_new AND w.created_at IS NOT NULL AND e.value IS NOT NULL) AS q) AS f;
END;
COMMENT ON FUNCTION vsm.read_azuredevops_work_item(text, jsonb, jsonb) IS
	'facts of a work item of Azure DevOps: service hooks workitem.created, commented, restored and deleted (an event "Deleted"), GET '
	'/wit/workitems, or a revision of GET /wit/workItems/ID/revisions';

CREATE FUNCTION vsm.read_azuredevops_work_item_update(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 8
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT u.*, source || ':work_item:' || u.id AS entity,
			-- What is beside the changes may be older than they are.
			u.whole || u.changed AS fields, vsm.json_text(u.whole || u.changed, 'System.State') AS state
		FROM (
			SELECT p.id, p.rev, p.at, p.changes, p.relations, p.links, p.whole, c.changed, c.is_first
			FROM (
				SELECT vsm.azuredevops_item_id(h.update) AS id, vsm.json_text(h.update, 'rev') AS rev,
					vsm.azuredevops_update_time(h.body) AS at,
					coalesce(vsm.json_object(h.update -> 'fields'), '{}') AS changes,
					vsm.json_object(h.update -> 'relations') AS relations,
					coalesce(vsm.json_object(h.update #> '{revision,_links}'), h.update -> '_links') AS links,
					coalesce(vsm.json_object(h.update #> '{revision,fields}'), '{}') AS whole
				FROM (
					SELECT b.body, vsm.azuredevops_resource(b.body) AS update
					FROM (SELECT payload || '{}' AS body OFFSET 0) AS b
					OFFSET 0) AS h
				OFFSET 0) AS p,
				LATERAL (
					SELECT coalesce(jsonb_object_agg(e.key, coalesce(e.value -> 'newValue', 'null')), '{}') AS changed,
						p.changes ? 'System.CreatedDate' AND (p.rev = '1' OR p.changes #> '{System.State,oldValue}' IS NULL) AS is_first
					FROM jsonb_each(p.changes) AS e WHERE jsonb_typeof(e.value) = 'object' AND e.value ?| '{newValue,oldValue}'
					OFFSET 0) AS c
			OFFSET 0) AS u
		OFFSET 0) AS w,
	LATERAL (
		SELECT r.* FROM vsm.read_azuredevops_fields(source, w.id, w.fields, w.links, w.whole <> '{}', w.at, names) AS r
		UNION ALL
		SELECT r.* FROM vsm.read_azuredevops_relations(source, w.entity, w.relations -> 'added', w.at, NULL, w.at) AS r
		UNION ALL
		SELECT r.* FROM vsm.read_azuredevops_relations(source, w.entity, w.relations -> 'removed', NULL, w.at, w.at) AS r
		UNION ALL
		SELECT q.*
		FROM (
			SELECT (vsm.fact_created(source, w.entity, coalesce(c.created_at, w.at), CASE WHEN w.is_first THEN w.state END)).*
			FROM (SELECT vsm.json_time(w.fields, 'System.CreatedDate') AS created_at OFFSET 0) AS c
			WHERE c.created_at IS NOT NULL OR w.is_first
			UNION ALL
			SELECT (vsm.fact_event(source, w.entity, w.at, s.state, w.entity || ':state:' || w.rev, previous => s.previous,
				seq => CASE WHEN w.rev ~ '^\d{1,9}$' THEN w.rev::bigint END, version => w.at)).*
			FROM (
				SELECT vsm.json_text(w.changed, 'System.State') AS state,
					vsm.json_text(w.changes, 'System.State', 'oldValue') AS previous OFFSET 0) AS s
			WHERE s.state IS NOT NULL AND NOT w.is_first
			UNION ALL
			-- A change of something else tells the state as well.
			SELECT (vsm.fact_observed(source, w.entity, CASE WHEN s.since <= w.at THEN s.since ELSE w.at END, w.state)).*
			FROM (SELECT vsm.json_time(w.whole, 'Microsoft.VSTS.Common.StateChangeDate') AS since OFFSET 0) AS s
			WHERE w.state IS NOT NULL AND NOT w.changed ? 'System.State' AND w.whole <> '{}'
			UNION ALL
			SELECT (vsm.fact_event(source, w.entity, w.at, CASE WHEN g.is_set THEN 'Flagged' ELSE 'Unflagged' END,
				w.entity || ':flag:' || w.rev, attributes => jsonb_build_object('flag', g.flag), version => w.at)).*
			FROM (
				SELECT min(e.key) AS flag, bool_or(vsm.azuredevops_is_set(e.value -> 'newValue')) AS is_set,
					bool_or(vsm.azuredevops_is_set(e.value -> 'oldValue')) AS was_set
				FROM jsonb_each(w.changes) AS e WHERE vsm.azuredevops_field(names, e.key) = 'flag' OFFSET 0) AS g
			WHERE g.is_set <> g.was_set
			UNION ALL
			SELECT (vsm.fact_event(source, w.entity, w.at, l.state, w.entity || ':' || l.what || ':' || l.state || ':' || w.rev,
				method => 'label', version => w.at)).*
			FROM (
				SELECT 'column' AS what, vsm.json_text(w.changed, 'System.BoardColumn') AS state
				UNION ALL
				SELECT 'tag', t FROM unnest(vsm.azuredevops_tags(w.changed -> 'System.Tags')) AS t
				WHERE t <> ALL (vsm.azuredevops_tags(w.changes #> '{System.Tags,oldValue}'))
				UNION ALL
				SELECT 'tag', t || ' removed' FROM unnest(vsm.azuredevops_tags(w.changes #> '{System.Tags,oldValue}')) AS t
				WHERE t <> ALL (vsm.azuredevops_tags(w.changed -> 'System.Tags'))) AS l
			WHERE l.state IS NOT NULL
			UNION ALL
			SELECT (vsm.fact_change(source, w.entity, w.at, e.attribute, e.value, CASE WHEN w.is_first THEN 'created' ELSE w.rev END,
				previous => e.previous, version => w.at)).*
			FROM (
				SELECT a.attribute, vsm.azuredevops_value(source, a.attribute, c.value -> 'newValue') AS value,
					vsm.azuredevops_value(source, a.attribute, c.value -> 'oldValue') AS previous
				FROM jsonb_each(w.changes) AS c, LATERAL (SELECT vsm.azuredevops_field(names, c.key) AS attribute OFFSET 0) AS a
				WHERE a.attribute <> 'flag' OFFSET 0) AS e
			WHERE e.value IS DISTINCT FROM e.previous) AS q) AS f;
END;
COMMENT ON FUNCTION vsm.read_azuredevops_work_item_update(text, jsonb, jsonb) IS
	'facts of an update of a work item of Azure DevOps: service hook workitem.updated, or GET /wit/workItems/ID/updates';
