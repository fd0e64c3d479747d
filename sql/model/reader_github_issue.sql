/*
 * GitHub: issues, their events, what they are parts of and blocked by, and their cards in projects.
 *
 * Closed as not planned or as a duplicate are states of their own. What an issue is, is said by its
 * type, else by its labels; of several labels by the gravest. One that is an incident is a row of
 * incident, too; "root cause: SHA" in its text is the cause.
 */

CREATE FUNCTION vsm.github_item_type(meaning text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE meaning WHEN 'incident' THEN 'defect' WHEN 'defect' THEN 'defect' WHEN 'risk' THEN 'risk' WHEN 'debt' THEN 'debt'
	WHEN 'feature' THEN 'feature' WHEN 'other' THEN 'other' END;
COMMENT ON FUNCTION vsm.github_item_type(text) IS
	'the type of an item whose type or label has a meaning: feature, defect, risk, debt or other; NULL if it has none of these';

CREATE FUNCTION vsm.read_github_issue_object(source text, repository text, issue jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 5
BEGIN ATOMIC
	SELECT q.*
	FROM (
		SELECT i.*, l.tags, l.severity,
			coalesce(i.updated_at, i.closed_at, i.created_at) AS told_at,
			coalesce(vsm.github_item_type(i.meaning), l.type, CASE WHEN i.source_type IS NOT NULL THEN 'other'
				WHEN i.labels IS NOT NULL THEN 'feature' END) AS type,
			CASE WHEN l.categories = 1 THEN l.category ELSE vsm.meaning(names, 'category', i.source_type) END AS category,
			(i.meaning = 'incident' OR l.is_incident) IS TRUE AS is_incident
		FROM (
			SELECT source || ':issue:' || vsm.json_text(issue, 'id') AS entity,
				repository || '#' || vsm.json_text(issue, 'number') AS key,
				vsm.json_text(issue, 'type', 'name') AS source_type,
				vsm.meaning(names, 'type', vsm.json_text(issue, 'type', 'name')) AS meaning,
				issue ->> 'state' AS state,
				vsm.json_text(issue, 'title') AS title,
				vsm.json_text(issue, 'html_url') AS url,
				vsm.json_array(issue -> 'labels') AS labels,
				vsm.github_repository(issue ->> 'parent_issue_url') || '#'
					|| substring(issue ->> 'parent_issue_url' FROM '/issues/(\d{1,20})$') AS parent,
				vsm.json_time(issue, 'created_at') AS created_at,
				vsm.json_time(issue, 'updated_at') AS updated_at,
				CASE issue ->> 'state' WHEN 'closed' THEN vsm.json_time(issue, 'closed_at') END AS closed_at
			OFFSET 0) AS i,
		LATERAL (
			SELECT CASE WHEN i.labels IS NOT NULL THEN coalesce(jsonb_agg(n.name), '[]') END AS tags,
				(ARRAY['defect', 'risk', 'debt', 'feature'])
					[min(array_position(ARRAY['defect', 'risk', 'debt', 'feature'], vsm.github_item_type(n.meaning)))] AS type,
				bool_or(n.meaning = 'incident') AS is_incident,
				min(n.category) AS category, count(DISTINCT n.category) AS categories,
				min(n.name) FILTER (WHERE n.name ~* '^(sev|severity)[ :/_-]*\d') AS severity
			FROM (
				SELECT l.name, vsm.meaning(names, 'label', l.name) AS meaning, vsm.meaning(names, 'category', l.name) AS category
				FROM (
					SELECT coalesce(vsm.json_text(e.label, 'name'), vsm.json_text(e.label)) AS name
						FROM jsonb_array_elements(i.labels) AS e (label)
					OFFSET 0) AS l
				WHERE l.name IS NOT NULL
				OFFSET 0) AS n
			OFFSET 0) AS l
		OFFSET 0) AS i,
	LATERAL (
		SELECT (vsm.fact_row(source, 'item', i.entity, i.told_at,
			vsm.fact_details(
				'source', source,
				'key', i.key,
				'project', repository,
				'source_type', coalesce(i.source_type, 'issue'),
				'type', i.type,
				'category', i.category,
				'title', i.title,
				'url', i.url,
				'created_at', i.created_at,
				-- (In Gitea an issue has a day of its own.)
				'due_at', coalesce(vsm.json_day(issue -> 'due_date'), vsm.json_day(issue #> '{milestone,due_on}')),
				'parent', i.parent,
				'tags', i.tags)
			-- what it is known not to have
			|| CASE WHEN (issue -> 'milestone' = 'null' OR issue #> '{milestone,due_on}' = 'null')
				AND vsm.json_day(issue -> 'due_date') IS NULL THEN '{"due_at": null}'
				ELSE '{}'::jsonb END
			|| CASE WHEN issue -> 'parent_issue_url' = 'null' THEN '{"parent": null}' ELSE '{}'::jsonb END)).*
		UNION ALL
		SELECT (vsm.fact_alias(source, i.entity, i.key, i.created_at)).*
		UNION ALL
		SELECT (vsm.fact_alias(source, i.entity, source || ':node:' || vsm.json_text(issue, 'node_id'), i.created_at)).*
		WHERE issue ? 'node_id'
		UNION ALL
		SELECT (vsm.fact_event(source, i.entity, i.created_at, 'opened', i.entity || ':opened')).*
		UNION ALL
		SELECT (vsm.fact_event(source, i.entity, i.closed_at, coalesce(nullif(vsm.json_text(issue, 'state_reason'), 'completed'),
			'closed'),
			vsm.github_event_id(i.entity, 'closed', i.closed_at), version => i.told_at)).*
		-- (What ended before it began ended at another time.)
		WHERE i.closed_at IS NOT NULL AND (i.closed_at < i.created_at) IS NOT TRUE
		UNION ALL
		SELECT (vsm.fact_row(source, 'incident', i.entity,
			-- (Of two versions within a second the one that is closed is the later.)
			CASE i.state WHEN 'open' THEN i.told_at - interval '1 microsecond' ELSE i.told_at END,
			vsm.fact_details(
				'source', source,
				'repository', repository,
				'opened_at', i.created_at,
				'severity', i.severity,
				'status', i.state,
				'title', i.title,
				'url', i.url)
			|| CASE WHEN i.closed_at IS NOT NULL THEN jsonb_build_object('resolved_at', i.closed_at)
				WHEN i.state = 'open' THEN '{"resolved_at": null}' ELSE '{}'::jsonb END)).*
		WHERE i.is_incident
		UNION ALL
		SELECT (vsm.fact_link(source, i.entity, lower(c.sha[1]), 'caused_by', 'root cause in description', 0.9, since => i.created_at)).*
		FROM (SELECT b.body FROM (SELECT vsm.json_text(issue, 'body') AS body OFFSET 0) AS b
			WHERE strpos(lower(b.body), 'root cause:') > 0 OFFSET 0) AS b,
			regexp_matches(vsm.shown_text(b.body), '\mroot cause:\s*([0-9a-f]{40})\M', 'i') AS c (sha)) AS q;
END;
COMMENT ON FUNCTION vsm.read_github_issue_object(text, text, jsonb, jsonb) IS
	'the facts of an issue in a payload of GitHub: its columns, its names, opened and closed, the incident that it is';

CREATE FUNCTION vsm.read_github_issue(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 5
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT o.body, o.issue, o.action, source || ':issue:' || vsm.json_text(o.issue, 'id') AS entity,
			vsm.json_time(o.issue, 'created_at') AS created_at,
			vsm.json_time(o.issue, 'updated_at') AS updated_at,
			coalesce(vsm.json_text(o.body, 'repository', 'full_name'), vsm.github_repository(o.issue ->> 'repository_url'),
				vsm.github_repository(o.issue ->> 'html_url'), vsm.github_repository(o.issue ->> 'url')) AS repository,
			vsm.json_text(o.body, 'label', 'name') AS label
		FROM (
			SELECT p.body, p.body ->> 'action' AS action, CASE WHEN jsonb_typeof(p.body -> 'issue') = 'object' THEN p.body -> 'issue'
				ELSE p.body END AS issue
			FROM (SELECT payload #> '{}' AS body OFFSET 0) AS p
			OFFSET 0) AS o
		WHERE vsm.github_is_request(o.issue) IS NOT TRUE
		OFFSET 0) AS i,
	LATERAL (
		SELECT o.* FROM vsm.read_github_issue_object(source, i.repository, i.issue, names) AS o
		UNION ALL
		SELECT q.*
		FROM (
			SELECT (vsm.fact_event(source, i.entity, i.updated_at, i.action, vsm.github_event_id(i.entity, i.action, i.updated_at))).*
			WHERE i.action IN ('reopened', 'deleted', 'transferred')
			UNION ALL
			SELECT (vsm.fact_event(source, i.entity, i.updated_at, l.state,
				vsm.github_event_id(i.entity, 'label:' || l.state, i.updated_at), method => 'label')).*
			FROM (SELECT i.label || CASE i.action WHEN 'unlabeled' THEN ' removed' ELSE '' END AS state
				WHERE i.action IN ('labeled', 'unlabeled') OFFSET 0) AS l
			UNION ALL
			-- Gitea does not always say when.
			SELECT (vsm.fact_event(source, i.entity, i.updated_at, 'closed', vsm.github_event_id(i.entity, 'closed', i.updated_at))).*
			WHERE i.action = 'closed' AND vsm.json_time(i.issue, 'closed_at') IS NULL
			UNION ALL
			-- The API says that it is open, and that it was reopened, but not when; a webhook of any other change says that it is open.
			SELECT (vsm.fact_observed(source, i.entity, i.updated_at, 'reopened',
				after => CASE i.issue ->> 'state_reason' WHEN 'reopened' THEN '["closed", "not_planned", "duplicate", "opened"]'::jsonb
					ELSE '["closed", "not_planned", "duplicate"]' END)).*
			WHERE i.action IS DISTINCT FROM 'reopened' AND i.issue ->> 'state' = 'open' AND i.updated_at > i.created_at
			UNION ALL
			SELECT (vsm.fact_observed(source, i.entity, i.updated_at, 'closed')).*
			WHERE i.issue ->> 'state' = 'closed' AND (vsm.json_time(i.issue, 'closed_at') < i.created_at
				OR vsm.json_time(i.issue, 'closed_at') IS NULL AND i.action IS DISTINCT FROM 'closed')
			UNION ALL
			-- Moved from another repository: people go on writing the old number.
			SELECT (vsm.fact_alias(source, i.entity, vsm.json_text(i.body, 'changes', 'old_repository', 'full_name') || '#'
				|| vsm.json_text(i.body, 'changes', 'old_issue', 'number'), i.created_at)).*
			WHERE i.body ? 'changes') AS q) AS f;
END;
COMMENT ON FUNCTION vsm.read_github_issue(text, jsonb, jsonb) IS
	'facts of an issue of GitHub: webhook issues, or GET /repos/OWNER/NAME/issues';

CREATE FUNCTION vsm.read_github_issue_event(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT q.*
	FROM (
		SELECT p.body, p.body ->> 'event' AS event, vsm.json_time(p.body, 'created_at') AS at,
			CASE
				WHEN jsonb_typeof(p.body -> 'pull_request') = 'object' THEN source || ':pull_request:'
					|| vsm.json_text(p.body, 'pull_request', 'id')
				-- The issue that a pull request is, too, has another id; the node's is that of the request.
				WHEN vsm.github_is_request(p.body -> 'issue') THEN
					substring(vsm.github_node(source, vsm.json_text(p.body, 'issue', 'node_id')) FROM '^.*:pull_request:\d+$')
				ELSE source || ':issue:' || vsm.json_text(p.body, 'issue', 'id')
			END AS entity,
			coalesce(CASE WHEN vsm.github_is_request(p.body -> 'issue') THEN p.body #> '{issue,pull_request}' END,
				vsm.json_object(p.body -> 'pull_request')) AS request,
			vsm.json_text(p.body, 'label', 'name') AS label,
			coalesce(p.body #>> '{requested_reviewer,login}', p.body #>> '{requested_team,slug}', '') AS reviewer
		FROM (SELECT payload #> '{}' AS body OFFSET 0) AS p
		OFFSET 0) AS e,
	LATERAL (
		SELECT (vsm.fact_event(source, e.entity, e.at, e.label || CASE e.event WHEN 'unlabeled' THEN ' removed' ELSE '' END,
			vsm.github_event_id(e.entity, 'label:' || e.label || CASE e.event WHEN 'unlabeled' THEN ' removed' ELSE '' END, e.at),
				method => 'label')).*
		WHERE e.event IN ('labeled', 'unlabeled')
		UNION ALL
		SELECT (vsm.fact_event(source, e.entity, e.at, s.state, s.id)).*
		FROM (
			SELECT e.event AS state, vsm.github_event_id(e.entity, e.event, e.at) AS id
			WHERE e.event IN ('reopened', 'transferred') OR e.event = 'ready_for_review' AND e.request IS NOT NULL
			UNION ALL
			SELECT coalesce(nullif(vsm.json_text(e.body, 'state_reason'), 'completed'), 'closed'),
				vsm.github_event_id(e.entity, 'closed', e.at)
			WHERE e.event = 'closed' AND (e.request IS NULL
				-- A request that is merged is closed with it.
				OR e.request ? 'merged_at' AND (e.at < vsm.json_time(e.request, 'merged_at') - interval '10 seconds') IS NOT FALSE)
			UNION ALL
			SELECT CASE e.event WHEN 'added_to_merge_queue' THEN 'enqueued' WHEN 'removed_from_merge_queue' THEN 'dequeued'
				ELSE 'draft' END,
				vsm.github_event_id(e.entity,
					CASE e.event WHEN 'added_to_merge_queue' THEN 'enqueued' WHEN 'removed_from_merge_queue' THEN 'dequeued'
						ELSE 'draft' END, e.at)
			WHERE e.request IS NOT NULL AND e.event IN ('added_to_merge_queue', 'removed_from_merge_queue', 'convert_to_draft',
				'converted_to_draft')
			UNION ALL
			SELECT 'merged', e.entity || ':merged'
			WHERE e.request IS NOT NULL AND e.event = 'merged'
			UNION ALL
			SELECT 'review_requested', vsm.github_event_id(e.entity, 'review_requested:' || coalesce(md5(nullif(e.reviewer, '')), ''), e.at)
			WHERE e.request IS NOT NULL AND e.event = 'review_requested'
			UNION ALL
			SELECT 'dismissed', e.entity || ':review:' || vsm.json_text(e.body, 'dismissed_review', 'review_id') || ':dismissed'
			WHERE e.request IS NOT NULL AND e.event = 'review_dismissed') AS s
		UNION ALL
		SELECT (vsm.fact_row(source, 'merge_request', e.entity, e.at, CASE e.event
			WHEN 'ready_for_review' THEN jsonb_build_object('ready_at', e.at)
			WHEN 'merged' THEN jsonb_build_object('state', 'merged', 'merged_at', e.at, 'closed_at', NULL)
			ELSE '{"ready_at": null}'::jsonb END)).*
		WHERE e.request IS NOT NULL AND e.event IN ('ready_for_review', 'merged', 'convert_to_draft', 'converted_to_draft')) AS q;
END;
COMMENT ON FUNCTION vsm.read_github_issue_event(text, jsonb, jsonb) IS
	'facts of an event of GET /repos/OWNER/NAME/issues/events: closed, reopened and labels, with every time that they happened; '
	'of pull requests drafts, requests for review and queues, too';

CREATE FUNCTION vsm.read_github_sub_issue(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 10
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT o.*, source || ':issue:' || coalesce(vsm.json_text(o.issue, 'id'), vsm.json_text(o.body, 'sub_issue_id')) AS entity,
			source || ':issue:' || coalesce(vsm.json_text(o.parent, 'id'), vsm.json_text(o.body, 'parent_issue_id')) AS parent_entity,
			greatest(vsm.json_time(o.issue, 'updated_at'), vsm.json_time(o.parent, 'updated_at')) AS at,
			coalesce(vsm.github_repository(o.issue ->> 'repository_url'), vsm.github_repository(o.issue ->> 'html_url'),
				vsm.github_repository(o.issue ->> 'url'), vsm.json_text(o.body, 'sub_issue_repo', 'full_name')) AS repository,
			coalesce(vsm.github_repository(o.parent ->> 'repository_url'), vsm.github_repository(o.parent ->> 'html_url'),
				vsm.github_repository(o.parent ->> 'url'), vsm.json_text(o.body, 'parent_issue_repo', 'full_name')) AS parent_repository
		FROM (
			SELECT p.body, vsm.json_object(p.body -> 'sub_issue') AS issue, vsm.json_object(p.body -> 'parent_issue') AS parent,
				(p.body ->> 'action' LIKE '%\_removed') IS TRUE AS is_removed
			FROM (SELECT payload #> '{}' AS body OFFSET 0) AS p
			OFFSET 0) AS o
		OFFSET 0) AS s,
	LATERAL (
		SELECT o.* FROM vsm.read_github_issue_object(source, s.repository, s.issue, names) AS o
		WHERE s.issue ? 'id'
		UNION ALL
		SELECT o.* FROM vsm.read_github_issue_object(source, s.parent_repository, s.parent, names) AS o
		WHERE s.parent ? 'id'
		UNION ALL
		SELECT q.*
		FROM (
			SELECT (vsm.fact_row(source, 'item', s.entity, s.at + interval '1 microsecond',
				jsonb_build_object('parent', CASE WHEN NOT s.is_removed THEN s.parent_entity END))).*
			UNION ALL
			SELECT (vsm.fact_change(source, s.entity, s.at, 'parent', CASE WHEN NOT s.is_removed THEN s.parent_entity END,
				vsm.github_event_id(s.entity, 'parent:' || CASE WHEN s.is_removed THEN '' ELSE s.parent_entity END, s.at),
				previous => CASE WHEN s.is_removed THEN s.parent_entity END)).*) AS q) AS f;
END;
COMMENT ON FUNCTION vsm.read_github_sub_issue(text, jsonb, jsonb) IS
	'facts of the webhook sub_issues of GitHub: that an issue has become a part of another, or is one no longer';

CREATE FUNCTION vsm.read_github_issue_dependency(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT (vsm.fact_link(source, d.blocked, d.blocking, 'blocked_by', 'issue dependency', since => CASE WHEN NOT d.is_removed THEN
		d.at END,
		until => CASE WHEN d.is_removed THEN d.at END, seen_at => d.at)).*
	FROM (
		SELECT source || ':issue:' || coalesce(vsm.json_text(p.body, 'blocked_issue', 'id'),
			vsm.json_text(p.body, 'blocked_issue_id')) AS blocked,
			source || ':issue:' || coalesce(vsm.json_text(p.body, 'blocking_issue', 'id'),
				vsm.json_text(p.body, 'blocking_issue_id')) AS blocking,
			(p.body ->> 'action' LIKE '%\_removed') IS TRUE AS is_removed,
			greatest(vsm.json_time(p.body, 'blocked_issue', 'updated_at'), vsm.json_time(p.body, 'blocking_issue', 'updated_at')) AS at
		FROM (SELECT payload #> '{}' AS body OFFSET 0) AS p
		OFFSET 0) AS d;
END;
COMMENT ON FUNCTION vsm.read_github_issue_dependency(text, jsonb, jsonb) IS
	'facts of the webhook issue_dependencies of GitHub: that an issue is blocked by another, or no longer';

/*
 * A card of a project (Projects v2). Its field Status is a state of the issue or pull request that
 * the card stands for; other fields mean what naming says of their names.
 */
CREATE FUNCTION vsm.github_field_value(value jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(vsm.json_text(value), vsm.json_text(value, 'name'), vsm.json_text(value, 'name', 'raw'), vsm.json_text(value, 'title'),
	vsm.json_text(value, 'title', 'raw'), vsm.json_text(value, 'raw'));
COMMENT ON FUNCTION vsm.github_field_value(jsonb) IS
	'the value of a field of a project of GitHub: the name of an option, the title of an iteration, text, a number or a day';

CREATE FUNCTION vsm.github_field(names jsonb, field text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
	WHEN vsm.meaning(names, 'field', field) IN ('state', 'sprint', 'size', 'team', 'priority', 'category', 'parent', 'feature') THEN
		vsm.meaning(names, 'field', field)
	WHEN vsm.meaning(names, 'field', field) = 'due' THEN 'due_at'
	WHEN lower(field) = 'status' AND coalesce(names #>> '{field,name,status}', '') <> 'none' THEN 'state'
END;
COMMENT ON FUNCTION vsm.github_field(jsonb, text) IS
	'what a field of a project of GitHub holds: the state (Status, unless names say otherwise) or an attribute of item_change; '
	'NULL for other fields';

CREATE FUNCTION vsm.read_github_project_field(source text, entity text, is_issue boolean, field text, value jsonb,
	at timestamptz) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT (vsm.fact_row(source, 'item', entity, at,
		CASE
			WHEN field = 'size' THEN jsonb_build_object('size', vsm.json_number(value))
			WHEN field = 'due_at' THEN jsonb_build_object('due_at', vsm.json_day(value))
			ELSE jsonb_build_object(field, vsm.github_field_value(value))
		END)).*
	WHERE is_issue AND CASE field WHEN 'size' THEN value = 'null' OR vsm.json_number(value) IS NOT NULL
		WHEN 'due_at' THEN value = 'null' OR vsm.json_day(value) IS NOT NULL
		ELSE field IN ('priority', 'category', 'feature') END;
END;
COMMENT ON FUNCTION vsm.read_github_project_field(text, text, boolean, text, jsonb, timestamptz) IS
	'the column of an item that a field of a project of GitHub holds';

CREATE FUNCTION vsm.read_github_projects_v2_item(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 2
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT c.*, vsm.github_node(source, vsm.json_text(c.item, 'content_node_id')) AS entity,
			vsm.json_time(c.item, 'updated_at') AS at,
			vsm.github_field(names, vsm.json_text(c.change, 'field_name')) AS field,
			-- What has no status stands in the column "No Status".
			CASE WHEN c.change -> 'to' = 'null' THEN 'No Status' ELSE vsm.github_field_value(c.change -> 'to') END AS state,
			CASE WHEN c.change -> 'from' = 'null' THEN 'No Status' ELSE vsm.github_field_value(c.change -> 'from') END AS previous,
			':projects_v2_item:' || coalesce(vsm.json_text(c.item, 'id'), '') || ':'
				|| coalesce(vsm.json_text(c.change, 'field_name'), '') || ':'
				|| coalesce(vsm.json_text(c.change, 'to', 'id'), '') AS id
		FROM (
			SELECT p.body -> 'projects_v2_item' AS item, p.body #> '{changes,field_value}' AS change
			FROM (SELECT payload #> '{}' AS body OFFSET 0) AS p
			OFFSET 0) AS c
		OFFSET 0) AS c,
	LATERAL (
		SELECT q.*
		FROM (
			SELECT (vsm.fact_event(source, c.entity, c.at, c.state, vsm.github_event_id(c.entity, substr(c.id, 2), c.at),
				previous => c.previous,
				state_id => vsm.json_text(c.change, 'to', 'id'), previous_id => vsm.json_text(c.change, 'from', 'id'),
				attributes => vsm.fact_details('field', c.change -> 'field_name', 'project',
					c.change -> 'project_number'))).*
			WHERE c.field = 'state'
			UNION ALL
			SELECT (vsm.fact_change(source, c.entity, c.at, c.field, vsm.github_field_value(c.change -> 'to'),
				vsm.github_event_id(c.entity, substr(c.id, 2), c.at),
				previous => vsm.github_field_value(c.change -> 'from'))).*
			WHERE c.field <> 'state' AND c.entity NOT LIKE '%:pull_request:%') AS q
		UNION ALL
		SELECT r.* FROM vsm.read_github_project_field(source, c.entity, c.entity LIKE '%:issue:%', c.field, c.change -> 'to',
			c.at) AS r) AS f;
END;
COMMENT ON FUNCTION vsm.read_github_projects_v2_item(text, jsonb, jsonb) IS
	'facts of the webhook projects_v2_item of GitHub: what the status of an issue or pull request in a project has become, and what it was';

CREATE FUNCTION vsm.read_github_project_item(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 10
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT p.body, p.body -> 'content' AS issue, vsm.json_time(p.body, 'updated_at') AS at,
			source || ':issue:' || vsm.json_text(p.body, 'content', 'id') AS entity,
			coalesce(vsm.github_repository(p.body #>> '{content,repository_url}'), vsm.github_repository(p.body #>> '{content,html_url}'),
				vsm.github_repository(p.body #>> '{content,url}')) AS repository
		FROM (SELECT payload #> '{}' AS body OFFSET 0) AS p
		-- A pull request is not whole here; it comes by a list of its own.
		WHERE p.body ->> 'content_type' IS DISTINCT FROM 'PullRequest'
		OFFSET 0) AS c,
	LATERAL (
		SELECT o.* FROM vsm.read_github_issue_object(source, c.repository, c.issue, names) AS o
		UNION ALL
		SELECT v.*
		FROM (
			SELECT vsm.github_field(names, vsm.json_text(e.field, 'name')) AS field, e.field -> 'value' AS value
			FROM jsonb_array_elements(vsm.json_array(c.body -> 'fields')) AS e (field)
			OFFSET 0) AS n,
			LATERAL (
				-- One that is closed stays so, wherever its card lies.
				SELECT (vsm.fact_observed(source, c.entity, c.at, vsm.github_field_value(n.value), vsm.json_text(n.value, 'id'))).*
				WHERE n.field = 'state' AND c.issue ->> 'state' = 'open'
				UNION ALL
				SELECT r.* FROM vsm.read_github_project_field(source, c.entity, true, n.field, n.value, c.at) AS r) AS v) AS f;
END;
COMMENT ON FUNCTION vsm.read_github_project_item(text, jsonb, jsonb) IS
	'facts of a card of GET /orgs/ORGANIZATION/projectsV2/NUMBER/items: its issue, and the status that this has in the project';
