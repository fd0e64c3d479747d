/*
 * The payloads of Jira: REST, Cloud and Server (GET issue and search with expand=changelog, the bulk
 * changelog, pages of one changelog, requests of Jira Service Management), webhooks, what the post
 * function "Trigger a webhook" and the action "Send web request" of Jira Automation post.
 *
 * What jira_elements takes a page apart into is read element by element; the readers of pages read
 * all of them at once.
 */

CREATE FUNCTION vsm.jira_named_issues(page jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT coalesce(jsonb_agg(
			CASE WHEN jsonb_typeof(e.element) = 'object' THEN
				jsonb_strip_nulls(jsonb_build_object('names', page -> 'names', 'schema', page -> 'schema')) || e.element
			ELSE e.element END ORDER BY e.place), '[]')
	FROM jsonb_array_elements(vsm.json_array(page -> 'issues')) WITH ORDINALITY AS e (element, place);
END;
COMMENT ON FUNCTION vsm.jira_named_issues(jsonb) IS
	'the issues of a page that was asked for with expand=names,schema, each with what the page says once: how its fields are called';

CREATE FUNCTION vsm.jira_elements(payload jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
	WHEN payload ?| '{webhookEvent,fields}' THEN NULL
	WHEN jsonb_typeof(payload -> 'issues') = 'array' THEN
		CASE WHEN payload ?| '{names,schema}' THEN vsm.jira_named_issues(payload) ELSE payload -> 'issues' END
	WHEN jsonb_typeof(payload -> 'issueChangeLogs') = 'array' THEN payload -> 'issueChangeLogs'
	WHEN jsonb_typeof(payload -> 'values') = 'array' AND payload #> '{values,0}' ?& '{issueId,currentStatus}' THEN payload -> 'values'
END;
COMMENT ON FUNCTION vsm.jira_elements(jsonb) IS
	'the elements of a page of Jira: issues of a search, changelogs of several issues, requests; NULL for what is no page';

CREATE FUNCTION vsm.read_jira_issue(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 20
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT d.issue, vsm.json_array(d.issue #> '{changelog,histories}') AS histories,
			vsm.json_number(d.issue, 'changelog', 'total') AS total, vsm.json_time(d.issue, 'fields', 'updated') AS updated_at,
			d.issue -> 'names' AS field_names
		-- (With nothing added to it a stored document is fetched once, and not for each of its members.)
		FROM (SELECT payload || '{}' AS issue OFFSET 0) AS d
		OFFSET 0) AS p,
		LATERAL vsm.read_jira_document(source, p.issue, p.histories, p.total, p.updated_at, p.updated_at, p.field_names, false, names) AS f;
END;
COMMENT ON FUNCTION vsm.read_jira_issue(text, jsonb, jsonb) IS
	'facts of an issue as GET /rest/api/2|3/issue/KEY?expand=changelog gives it (without the changelog: its present state)';

CREATE FUNCTION vsm.read_told_jira_issue(source text, body vsm.told_jira_issue, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 20
BEGIN ATOMIC
	-- (In the order of time, in which events are written.)
	SELECT m.* FROM vsm.jira_moves(source, (body).id, (body).told, (body).created) AS m WHERE (body).told IS NOT NULL
	UNION ALL
	SELECT f.* FROM vsm.read_jira_issue(source, (body).issue, names) AS f;
END;
COMMENT ON FUNCTION vsm.read_told_jira_issue(text, vsm.told_jira_issue, jsonb) IS
	'facts of an issue of Jira that lies in tables; a part of vsm.attach_fivetran_jira';

CREATE FUNCTION vsm.read_jira_search(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1000
BEGIN ATOMIC
	SELECT f.* FROM jsonb_array_elements(vsm.jira_elements(payload)) AS i, LATERAL vsm.read_jira_issue(source, i, names) AS f;
END;
COMMENT ON FUNCTION vsm.read_jira_search(text, jsonb, jsonb) IS
	'facts of a page of results of GET /rest/api/2|3/search or /search/jql, of a board or of /issue/bulkfetch, with expand=changelog';

CREATE FUNCTION vsm.read_jira_webhook(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 5
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT w.issue, w.told_at, coalesce(w.updated_at, w.told_at) AS seen_at,
			-- An issue that has just been created has no changes: its status is the first. What its changelog lists it was created with.
			CASE WHEN w.is_created THEN 0 WHEN w.is_whole THEN vsm.json_number(w.issue, 'changelog', 'total') END AS total,
			CASE
				WHEN w.is_created THEN '[]'
				WHEN w.is_whole THEN w.issue #> '{changelog,histories}'
				WHEN w.changelog ? 'items' THEN
					jsonb_build_array(jsonb_build_object('id', w.changelog -> 'id', 'created', w.told, 'items', w.changelog -> 'items'))
				WHEN vsm.json_text(w.transition, 'to_status') IS NOT NULL THEN
					jsonb_build_array(jsonb_build_object('created', w.told, 'items', jsonb_build_array(jsonb_build_object(
						'field', 'status', 'fromString', w.transition -> 'from_status', 'toString', w.transition -> 'to_status',
						-- (It names no ids: that of the status it led to is the present one's.)
						'to', CASE WHEN w.issue #> '{fields,status,name}' = w.transition -> 'to_status' THEN
							w.issue #> '{fields,status,id}' END))))
				ELSE '[]'
			END AS histories,
			CASE WHEN w.is_created THEN
				(SELECT jsonb_object_agg(vsm.json_text(e, 'fieldId'), e -> 'field')
				 FROM jsonb_array_elements(vsm.json_array(w.changelog -> 'items')) AS e WHERE vsm.json_text(e, 'fieldId') IS NOT NULL)
			END AS field_names,
			NOT w.is_whole AS is_webhook
		FROM (
			SELECT d.payload -> 'issue' AS issue, d.payload -> 'changelog' AS changelog, d.payload -> 'transition' AS transition,
				coalesce(d.payload ->> 'webhookEvent' = 'jira:issue_created', false) AS is_created,
				-- (A rule may post the issue with all its changelog.)
				NOT d.payload ? 'webhookEvent'
					AND coalesce(jsonb_typeof(d.payload #> '{issue,changelog,histories}') = 'array', false) AS is_whole,
				coalesce(vsm.json_time(d.payload, 'timestamp'), vsm.json_time(d.payload, 'issue', 'fields', 'updated')) AS told_at,
				CASE WHEN vsm.json_time(d.payload, 'timestamp') IS NULL THEN d.payload #> '{issue,fields,updated}'
					ELSE d.payload -> 'timestamp' END AS told,
				vsm.json_time(d.payload, 'issue', 'fields', 'updated') AS updated_at
			FROM (SELECT payload || '{}' AS payload OFFSET 0) AS d
			OFFSET 0) AS w
		OFFSET 0) AS p,
		LATERAL vsm.read_jira_document(source, p.issue, p.histories, p.total, p.seen_at, p.told_at, p.field_names, p.is_webhook, names) AS f
	UNION ALL
	SELECT q.*
	FROM (
		SELECT (vsm.fact_event(source, d.entity, d.at, 'Deleted', d.entity || ':deleted', version => d.at)).*
		FROM (
			SELECT source || ':issue:' || left(vsm.json_text(payload, 'issue', 'id'), 200) AS entity,
				vsm.json_time(payload, 'timestamp') AS at
			WHERE payload ->> 'webhookEvent' = 'jira:issue_deleted'
			OFFSET 0) AS d) AS q;
END;
COMMENT ON FUNCTION vsm.read_jira_webhook(text, jsonb, jsonb) IS
	'facts of the webhooks jira:issue_created, jira:issue_updated and jira:issue_deleted (an event "Deleted"), and of those that a '
	'transition or a rule sends';

CREATE FUNCTION vsm.read_jira_link_webhook(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT q.*
	FROM (
		SELECT payload ->> 'webhookEvent' = 'issuelink_deleted' AS is_deleted,
			vsm.json_time(payload, 'timestamp') AS at,
			vsm.jira_link_kind(payload #>> '{issueLink,issueLinkType,outwardName}') AS kind,
			-- "source blocks destination": the outward name is read from the source
			source || ':issue:' || left(vsm.json_text(payload, 'issueLink', 'sourceIssueId'), 200) AS inward,
			source || ':issue:' || left(vsm.json_text(payload, 'issueLink', 'destinationIssueId'), 200) AS outward
		OFFSET 0) AS l,
	LATERAL (
		SELECT (vsm.fact_link(source,
			CASE WHEN l.kind LIKE '-%' THEN l.outward ELSE l.inward END, CASE WHEN l.kind LIKE '-%' THEN l.inward ELSE l.outward END,
			ltrim(l.kind, '-'), 'issue link',
			since => CASE WHEN NOT l.is_deleted THEN l.at END, until => CASE WHEN l.is_deleted THEN l.at END, seen_at => l.at)).*
		WHERE l.kind IS NOT NULL) AS q;
END;
COMMENT ON FUNCTION vsm.read_jira_link_webhook(text, jsonb, jsonb) IS
	'facts of the webhooks issuelink_created and issuelink_deleted';

CREATE FUNCTION vsm.read_jira_changes(source text, issue jsonb, histories jsonb, is_whole boolean, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 100
BEGIN ATOMIC
	SELECT f.* FROM vsm.read_jira_document(source, issue, histories, NULL, NULL, NULL, NULL, false, names) AS f
	UNION ALL
	-- A changelog of its own is whole up to its newest entry, if all its pages are loaded.
	SELECT (vsm.fact_history(source, source || ':issue:' || left(vsm.json_text(issue, 'id'), 200), h.newest)).*
	FROM (SELECT max(vsm.json_time(h, 'created')) AS newest FROM jsonb_array_elements(histories) AS h OFFSET 0) AS h
	WHERE is_whole AND h.newest IS NOT NULL;
END;
COMMENT ON FUNCTION vsm.read_jira_changes(text, jsonb, jsonb, boolean, jsonb) IS
	'the facts of an issue''s histories that come without the issue; a part of the readers of changelogs';

CREATE FUNCTION vsm.read_jira_issue_changelog(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 100
BEGIN ATOMIC
	SELECT f.*
	FROM (SELECT jsonb_build_object('id', payload -> 'issueId') AS issue, payload ? 'items' AS is_single,
			CASE WHEN payload ? 'items' THEN jsonb_build_array(payload) ELSE vsm.json_array(payload -> 'changeHistories') END AS histories
		OFFSET 0) AS p,
		LATERAL vsm.read_jira_changes(source, p.issue, p.histories, NOT p.is_single, names) AS f;
END;
COMMENT ON FUNCTION vsm.read_jira_issue_changelog(text, jsonb, jsonb) IS
	'facts of the changelog of one issue within an answer of POST /rest/api/3/changelog/bulkfetch, or of one of its histories with the '
	'id of the issue, as loaders write them; the issue itself comes by another payload, before or after';

CREATE FUNCTION vsm.read_jira_bulk_changelog(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1000
BEGIN ATOMIC
	SELECT f.* FROM jsonb_array_elements(vsm.jira_elements(payload)) AS l, LATERAL vsm.read_jira_issue_changelog(source, l, names) AS f;
END;
COMMENT ON FUNCTION vsm.read_jira_bulk_changelog(text, jsonb, jsonb) IS
	'facts of an answer of POST /rest/api/3/changelog/bulkfetch; the issues themselves come by another payload, before or after';

CREATE FUNCTION vsm.read_jira_changelog(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 100
BEGIN ATOMIC
	SELECT f.*
	FROM (SELECT jsonb_build_object('id', substring(payload ->> 'self' FROM '/issue/([0-9]+)/changelog')) AS issue,
			vsm.json_array(payload -> 'values') AS histories OFFSET 0) AS p,
		LATERAL vsm.read_jira_changes(source, p.issue, p.histories, true, names) AS f;
END;
COMMENT ON FUNCTION vsm.read_jira_changelog(text, jsonb, jsonb) IS
	'facts of a page of GET /rest/api/3/issue/ID/changelog, asked for by the id of the issue';

CREATE FUNCTION vsm.read_jira_request(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 5
BEGIN ATOMIC
	SELECT q.*
	FROM (
		SELECT source || ':issue:' || left(vsm.json_text(payload, 'issueId'), 200) AS entity,
			vsm.json_text(payload, 'issueKey') AS key,
			coalesce(vsm.json_text(payload, 'summary'),
				vsm.json_text(jsonb_path_query_first(payload, '$.requestFieldValues[*] ? (@.fieldId == "summary").value'))) AS title,
			coalesce(vsm.json_time(payload, 'createdDate', 'epochMillis'),
				vsm.json_time(payload, 'createdDate', 'iso8601')) AS created_at,
			vsm.json_text(payload, 'currentStatus', 'status') AS status,
			coalesce(vsm.json_time(payload, 'currentStatus', 'statusDate', 'epochMillis'),
				vsm.json_time(payload, 'currentStatus', 'statusDate', 'iso8601')) AS changed_at,
			vsm.json_text(payload, '_links', 'web') AS url
		OFFSET 0) AS r,
	LATERAL (
		SELECT (vsm.fact_row(source, 'item', r.entity, r.changed_at, vsm.fact_details(
			'source', source, 'key', r.key, 'project', regexp_replace(r.key, '-[0-9]+$', ''), 'title', r.title, 'url', r.url,
			'created_at', r.created_at))).*
		UNION ALL
		SELECT (vsm.fact_alias(source, r.entity, r.key, r.created_at)).* WHERE r.key IS NOT NULL
		UNION ALL
		SELECT (vsm.fact_created(source, r.entity, r.created_at)).*
		UNION ALL
		SELECT (vsm.fact_observed(source, r.entity, r.changed_at, r.status)).*
		WHERE r.status IS NOT NULL AND r.changed_at IS NOT NULL) AS q;
END;
COMMENT ON FUNCTION vsm.read_jira_request(text, jsonb, jsonb) IS
	'facts of a request of Jira Service Management as GET /rest/servicedeskapi/request/KEY gives it: its present status, by the name '
	'that customers see';

CREATE FUNCTION vsm.read_jira_requests(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 100
BEGIN ATOMIC
	SELECT f.* FROM jsonb_array_elements(vsm.jira_elements(payload)) AS r, LATERAL vsm.read_jira_request(source, r, names) AS f;
END;
COMMENT ON FUNCTION vsm.read_jira_requests(text, jsonb, jsonb) IS
	'facts of a page of GET /rest/servicedeskapi/request';

CREATE FUNCTION vsm.jira_kind(payload jsonb) RETURNS SETOF vsm.payload_kind
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT k.kind, k.reason
	-- (With nothing added to it a stored document is fetched once, and not for each of its members.)
	FROM (SELECT payload || '{}' AS payload OFFSET 0) AS p,
	LATERAL (SELECT
		CASE
			WHEN p.payload ->> 'webhookEvent' IN ('jira:issue_created', 'jira:issue_updated', 'jira:issue_deleted') THEN 'webhook'
			WHEN p.payload ->> 'webhookEvent' IN ('issuelink_created', 'issuelink_deleted') THEN 'link_webhook'
			WHEN vsm.json_text(p.payload, 'webhookEvent') IS NOT NULL THEN 'other_webhook'
			WHEN p.payload ? 'issueChangeLogs' THEN 'bulk_changelog'
			WHEN p.payload ? 'fields' THEN 'issue'
			WHEN p.payload ? 'issues' THEN 'search'
			WHEN p.payload ->> 'self' LIKE '%/changelog%' THEN 'changelog'
			WHEN p.payload -> 'issue' ? 'fields' OR p.payload ?& '{issue,transition}' THEN 'webhook'
			WHEN p.payload ? 'issueId' AND p.payload ?| '{changeHistories,items}' THEN 'issue_changelog'
			WHEN p.payload ?& '{issueId,currentStatus}' THEN 'request'
			WHEN p.payload #> '{values,0}' ?& '{issueId,currentStatus}' THEN 'requests'
			WHEN p.payload ?| '{histories,changeHistories}' OR p.payload ?& '{items,created}' THEN 'histories'
			-- an issue of which no field was asked for
			WHEN p.payload ? 'errorMessages' AND NOT p.payload ? 'id' THEN 'error'
			WHEN p.payload ? 'id' AND (p.payload -> 'changelog' ? 'histories' OR p.payload ->> 'key' ~ '^[^-]+-[0-9]+$'
				OR p.payload - '{id,self,expand,names,schema}'::text[] = '{}') THEN 'issue'
			ELSE 'payload'
		END AS name
		OFFSET 0) AS n,
	LATERAL (SELECT CASE n.name WHEN 'other_webhook' THEN left(p.payload ->> 'webhookEvent', 100) ELSE n.name END AS kind,
		CASE n.name
			WHEN 'issue' THEN
				CASE
					WHEN (octet_length(vsm.json_text(p.payload, 'id')) <= 1000) IS NOT TRUE THEN vsm.json_lacks(p.payload, 'id')
					WHEN octet_length(p.payload ->> 'key') > 1000 THEN 'its key is longer than 1,000 bytes'
					WHEN NOT p.payload ?| '{fields,key,changelog}' AND p.payload - '{id,self,expand,names,schema}'::text[] = '{}' THEN
						'it has nothing but its id: ask for its fields, too'
				END
			WHEN 'search' THEN
				CASE
					WHEN jsonb_typeof(p.payload -> 'issues') NOT IN ('array', 'null') THEN 'its "issues" is no array'
					WHEN jsonb_typeof(p.payload -> 'issues') = 'array'
						AND p.payload @? '$.issues[*] ? (!exists(@.id) || @.id == null || @.id == "")' THEN 'one of its issues has no id'
				END
			WHEN 'webhook' THEN
				CASE
					WHEN (octet_length(vsm.json_text(p.payload, 'issue', 'id')) <= 1000) IS NOT TRUE THEN
						vsm.json_lacks(p.payload, 'issue.id')
					WHEN octet_length(p.payload #>> '{issue,key}') > 1000 THEN 'its issue.key is longer than 1,000 bytes'
					WHEN vsm.json_time(p.payload, 'timestamp') IS NULL AND (p.payload ->> 'webhookEvent' = 'jira:issue_deleted'
						OR vsm.json_time(p.payload, 'issue', 'fields', 'updated') IS NULL) THEN vsm.json_lacks(p.payload, '@timestamp')
				END
			WHEN 'link_webhook' THEN
				CASE
					WHEN vsm.json_text(p.payload, 'issueLink', 'sourceIssueId') IS NULL
						OR vsm.json_text(p.payload, 'issueLink', 'destinationIssueId') IS NULL
						OR vsm.json_text(p.payload, 'timestamp') IS NULL THEN 'it lacks the ids of the two issues or its timestamp'
					WHEN vsm.json_time(p.payload, 'timestamp') IS NULL THEN vsm.json_lacks(p.payload, '@timestamp')
				END
			WHEN 'issue_changelog' THEN
				CASE
					WHEN (octet_length(vsm.json_text(p.payload, 'issueId')) <= 1000) IS NOT TRUE THEN vsm.json_lacks(p.payload, 'issueId')
				END
			WHEN 'bulk_changelog' THEN
				CASE
					WHEN jsonb_typeof(p.payload -> 'issueChangeLogs') NOT IN ('array', 'null') THEN 'its "issueChangeLogs" is no array'
					WHEN jsonb_typeof(p.payload -> 'issueChangeLogs') = 'array'
						AND p.payload @? '$.issueChangeLogs[*] ? (!exists(@.issueId) || @.issueId == null || @.issueId == "")' THEN
						'one of its entries has no issueId'
				END
			WHEN 'changelog' THEN
				CASE WHEN p.payload ->> 'self' !~ '/issue/[0-9]{1,20}/changelog' THEN
					'its "self" names the issue by key: ask for the changelog by the id of the issue' END
			WHEN 'request' THEN
				CASE
					WHEN (octet_length(vsm.json_text(p.payload, 'issueId')) <= 1000) IS NOT TRUE THEN vsm.json_lacks(p.payload, 'issueId')
					WHEN octet_length(p.payload ->> 'issueKey') > 1000 THEN 'its issueKey is longer than 1,000 bytes'
				END
			WHEN 'requests' THEN
				CASE WHEN p.payload @? '$.values[*] ? (!exists(@.issueId) || @.issueId == null || @.issueId == "")' THEN
					'one of its requests has no issueId' END
			WHEN 'other_webhook' THEN
				CASE WHEN p.payload ->> 'webhookEvent' ~ '^(sprint|board)_' THEN
					'sprints and boards say nothing about the state of an issue: which sprint it is in comes with the issue'
				ELSE 'this webhook says nothing about the state of an issue' END
			WHEN 'error' THEN 'it is an error: ' || left(coalesce(vsm.json_text(p.payload, 'errorMessages', '0'), 'it says no more'), 200)
			WHEN 'histories' THEN 'it is a part of a changelog that does not say of which issue'
			ELSE 'its shape is not known: '
				'neither an issue with "fields", nor "issues", "issueChangeLogs", "values" nor a "webhookEvent"'
		END AS reason
		OFFSET 0) AS k;
END;
COMMENT ON FUNCTION vsm.jira_kind(jsonb) IS
	'which reader reads a payload of Jira, or why none does';
