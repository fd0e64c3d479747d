/*
 * The payloads of Jira: REST, Cloud and Server (GET issue and search with expand=changelog, the bulk
 * changelog, pages of one changelog, requests of Jira Service Management), webhooks, what the post
 * function "Trigger a webhook" and the action "Send web request" of Jira Automation post.
 *
 * What jira_elements takes a page apart into is read element by element; the readers of pages read
 * all of them at once.
 */

CREATE FUNCTION vsm.jira_elements(payload jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE
		WHEN payload ? 'webhookEvent' OR payload ? 'fields' THEN NULL
		WHEN jsonb_typeof(payload -> 'issues') = 'array' THEN
			-- With expand=names,schema a page says once what its fields are called.
			CASE WHEN payload ? 'names' OR payload ? 'schema' THEN
				(SELECT coalesce(jsonb_agg(CASE WHEN jsonb_typeof(e.element) = 'object' THEN
						jsonb_strip_nulls(jsonb_build_object('names', payload -> 'names', 'schema', payload -> 'schema')) || e.element ELSE e.element END
						ORDER BY e.place), '[]')
				 FROM jsonb_array_elements(payload -> 'issues') WITH ORDINALITY AS e (element, place))
			ELSE payload -> 'issues' END
		WHEN jsonb_typeof(payload -> 'issueChangeLogs') = 'array' THEN payload -> 'issueChangeLogs'
		WHEN jsonb_typeof(payload -> 'values') = 'array' AND payload #> '{values,0}' ?& '{issueId,currentStatus}' THEN payload -> 'values'
	END;
END;
COMMENT ON FUNCTION vsm.jira_elements(jsonb) IS
	'the elements of a page of Jira: issues of a search, changelogs of several issues, requests; NULL for what is no page';

CREATE FUNCTION vsm.read_jira_issue(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 20
BEGIN ATOMIC
	SELECT f.*
	FROM (SELECT payload AS issue, vsm.json_array(payload #> '{changelog,histories}') AS histories, vsm.json_number(payload #> '{changelog,total}') AS total,
			vsm.json_time(payload #> '{fields,updated}') AS updated_at, payload -> 'names' AS field_names
		OFFSET 0) AS p,
		LATERAL vsm.read_jira_document(source, p.issue, p.histories, p.total, p.updated_at, p.updated_at, p.field_names, false, names) AS f;
END;
COMMENT ON FUNCTION vsm.read_jira_issue(text, jsonb, jsonb) IS
	'facts of an issue as GET /rest/api/2|3/issue/KEY?expand=changelog gives it (without the changelog: its present state)';

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
			-- An issue that has just been created has no changes: its status is the first. What its changelog lists is what it was created with.
			CASE WHEN w.is_created THEN 0 WHEN w.is_whole THEN vsm.json_number(w.issue #> '{changelog,total}') END AS total,
			CASE
				WHEN w.is_created THEN '[]'
				WHEN w.is_whole THEN w.issue #> '{changelog,histories}'
				WHEN w.changelog ? 'items' THEN jsonb_build_array(jsonb_build_object('id', w.changelog -> 'id', 'created', w.told, 'items', w.changelog -> 'items'))
				WHEN vsm.json_text(w.transition -> 'to_status') IS NOT NULL THEN jsonb_build_array(jsonb_build_object('created', w.told, 'items', jsonb_build_array(
					jsonb_build_object('field', 'status', 'fromString', w.transition -> 'from_status', 'toString', w.transition -> 'to_status',
						'to', CASE WHEN w.issue #> '{fields,status,name}' = w.transition -> 'to_status' THEN w.issue #> '{fields,status,id}' END))))
				ELSE '[]'
			END AS histories,
			CASE WHEN w.is_created THEN
				(SELECT jsonb_object_agg(vsm.json_text(e -> 'fieldId'), e -> 'field') FILTER (WHERE vsm.json_text(e -> 'fieldId') IS NOT NULL)
				 FROM jsonb_array_elements(vsm.json_array(w.changelog -> 'items')) AS e)
			END AS field_names,
			NOT w.is_whole AS is_webhook
		FROM (
			SELECT payload -> 'issue' AS issue, payload -> 'changelog' AS changelog, payload -> 'transition' AS transition,
				coalesce(payload ->> 'webhookEvent' = 'jira:issue_created', false) AS is_created,
				-- (A rule may post the issue with all its changelog.)
				NOT payload ? 'webhookEvent' AND coalesce(jsonb_typeof(payload #> '{issue,changelog,histories}') = 'array', false) AS is_whole,
				coalesce(vsm.json_time(payload -> 'timestamp'), vsm.json_time(payload #> '{issue,fields,updated}')) AS told_at,
				CASE WHEN vsm.json_time(payload -> 'timestamp') IS NULL THEN payload #> '{issue,fields,updated}' ELSE payload -> 'timestamp' END AS told,
				vsm.json_time(payload #> '{issue,fields,updated}') AS updated_at
			OFFSET 0) AS w
		OFFSET 0) AS p,
		LATERAL vsm.read_jira_document(source, p.issue, p.histories, p.total, p.seen_at, p.told_at, p.field_names, p.is_webhook, names) AS f
	UNION ALL
	SELECT (q.fact).*
	FROM (
		SELECT vsm.fact_event(source, d.entity, d.at, 'Deleted', d.entity || ':deleted', version => d.at) AS fact
		FROM (
			SELECT source || ':issue:' || left(vsm.json_text(payload #> '{issue,id}'), 200) AS entity, vsm.json_time(payload -> 'timestamp') AS at
			WHERE payload ->> 'webhookEvent' = 'jira:issue_deleted'
			OFFSET 0) AS d) AS q;
END;
COMMENT ON FUNCTION vsm.read_jira_webhook(text, jsonb, jsonb) IS
	'facts of the webhooks jira:issue_created, jira:issue_updated and jira:issue_deleted (an event "Deleted"), and of those that a transition or a rule sends';

CREATE FUNCTION vsm.read_jira_link_webhook(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT (q.fact).*
	FROM (
		SELECT payload ->> 'webhookEvent' = 'issuelink_deleted' AS is_deleted,
			vsm.json_time(payload -> 'timestamp') AS at,
			vsm.jira_link_kind(payload #>> '{issueLink,issueLinkType,outwardName}') AS kind,
			-- "source blocks destination": the outward name is read from the source
			source || ':issue:' || left(vsm.json_text(payload #> '{issueLink,sourceIssueId}'), 200) AS inward,
			source || ':issue:' || left(vsm.json_text(payload #> '{issueLink,destinationIssueId}'), 200) AS outward
		OFFSET 0) AS l,
	LATERAL (
		SELECT vsm.fact_link(source, CASE WHEN l.kind LIKE '-%' THEN l.outward ELSE l.inward END, CASE WHEN l.kind LIKE '-%' THEN l.inward ELSE l.outward END,
			ltrim(l.kind, '-'), 'issue link', since => CASE WHEN NOT l.is_deleted THEN l.at END, until => CASE WHEN l.is_deleted THEN l.at END,
			seen_at => l.at) AS fact
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
	SELECT (vsm.fact_history(source, source || ':issue:' || left(vsm.json_text(issue -> 'id'), 200), h.newest)).*
	FROM (SELECT max(vsm.json_time(h -> 'created')) AS newest FROM jsonb_array_elements(histories) AS h OFFSET 0) AS h
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
	'facts of the changelog of one issue within an answer of POST /rest/api/3/changelog/bulkfetch, or of one of its histories that bears the id of the issue, '
	'as loaders write them; the issue itself comes by another payload, before or after';

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
	SELECT (q.fact).*
	FROM (
		SELECT source || ':issue:' || left(vsm.json_text(payload -> 'issueId'), 200) AS entity,
			vsm.json_text(payload -> 'issueKey') AS key,
			coalesce(vsm.json_text(payload -> 'summary'),
				vsm.json_text(jsonb_path_query_first(payload, '$.requestFieldValues[*] ? (@.fieldId == "summary").value'))) AS title,
			coalesce(vsm.json_time(payload #> '{createdDate,epochMillis}'), vsm.json_time(payload #> '{createdDate,iso8601}')) AS created_at,
			vsm.json_text(payload #> '{currentStatus,status}') AS status,
			coalesce(vsm.json_time(payload #> '{currentStatus,statusDate,epochMillis}'), vsm.json_time(payload #> '{currentStatus,statusDate,iso8601}')) AS changed_at,
			vsm.json_text(payload #> '{_links,web}') AS url
		OFFSET 0) AS r,
	LATERAL (
		SELECT vsm.fact_row(source, 'item', r.entity, r.changed_at, jsonb_strip_nulls(jsonb_build_object(
			'source', source, 'key', r.key, 'project', regexp_replace(r.key, '-[0-9]+$', ''), 'title', r.title, 'url', r.url, 'created_at', r.created_at))) AS fact
		UNION ALL
		SELECT vsm.fact_alias(source, r.entity, r.key, r.created_at) WHERE r.key IS NOT NULL
		UNION ALL
		SELECT vsm.fact_created(source, r.entity, r.created_at)
		UNION ALL
		SELECT vsm.fact_observed(source, r.entity, r.changed_at, r.status) WHERE r.status IS NOT NULL AND r.changed_at IS NOT NULL) AS q;
END;
COMMENT ON FUNCTION vsm.read_jira_request(text, jsonb, jsonb) IS
	'facts of a request of Jira Service Management as GET /rest/servicedeskapi/request/KEY gives it: its present status, by the name that customers see';

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
	FROM (SELECT
		CASE
			WHEN payload ->> 'webhookEvent' IN ('jira:issue_created', 'jira:issue_updated', 'jira:issue_deleted') THEN 'webhook'
			WHEN payload ->> 'webhookEvent' IN ('issuelink_created', 'issuelink_deleted') THEN 'link_webhook'
			WHEN vsm.json_text(payload -> 'webhookEvent') IS NOT NULL THEN 'other_webhook'
			WHEN payload ? 'issueChangeLogs' THEN 'bulk_changelog'
			WHEN payload ? 'fields' THEN 'issue'
			WHEN payload ? 'issues' THEN 'search'
			WHEN payload ->> 'self' LIKE '%/changelog%' THEN 'changelog'
			WHEN payload -> 'issue' ? 'fields' OR payload ?& '{issue,transition}' THEN 'webhook'
			WHEN payload ? 'issueId' AND payload ?| '{changeHistories,items}' THEN 'issue_changelog'
			WHEN payload ?& '{issueId,currentStatus}' THEN 'request'
			WHEN payload #> '{values,0}' ?& '{issueId,currentStatus}' THEN 'requests'
			WHEN payload ?| '{histories,changeHistories}' OR payload ?& '{items,created}' THEN 'histories'
			-- an issue of which no field was asked for
			WHEN payload ? 'id' AND (payload -> 'changelog' ? 'histories' OR payload ->> 'key' ~ '^[^-]+-[0-9]+$' OR payload - '{id,self,expand,names,schema}'::text[] = '{}') THEN 'issue'
			ELSE 'payload'
		END AS name
		OFFSET 0) AS n,
	LATERAL (SELECT CASE n.name WHEN 'other_webhook' THEN left(payload ->> 'webhookEvent', 100) ELSE n.name END AS kind,
		CASE n.name
			WHEN 'issue' THEN
				CASE
					WHEN (octet_length(vsm.json_text(payload -> 'id')) <= 1000) IS NOT TRUE THEN vsm.json_lacks(payload, 'id')
					WHEN octet_length(payload ->> 'key') > 1000 THEN 'its key is longer than 1,000 bytes'
					WHEN payload - '{id,self,expand,names,schema}'::text[] = '{}' THEN 'it has nothing but its id: ask for its fields, too'
				END
			WHEN 'search' THEN
				CASE
					WHEN jsonb_typeof(payload -> 'issues') NOT IN ('array', 'null') THEN 'its "issues" is no array'
					WHEN jsonb_typeof(payload -> 'issues') = 'array' AND payload @? '$.issues[*] ? (!exists(@.id) || @.id == null || @.id == "")' THEN 'one of its issues has no id'
				END
			WHEN 'webhook' THEN
				CASE
					WHEN (octet_length(vsm.json_text(payload #> '{issue,id}')) <= 1000) IS NOT TRUE THEN vsm.json_lacks(payload, 'issue.id')
					WHEN octet_length(payload #>> '{issue,key}') > 1000 THEN 'its issue.key is longer than 1,000 bytes'
					WHEN vsm.json_time(payload -> 'timestamp') IS NULL AND (payload ->> 'webhookEvent' = 'jira:issue_deleted'
						OR vsm.json_time(payload #> '{issue,fields,updated}') IS NULL) THEN vsm.json_lacks(payload, '@timestamp')
				END
			WHEN 'link_webhook' THEN
				CASE
					WHEN vsm.json_text(payload #> '{issueLink,sourceIssueId}') IS NULL OR vsm.json_text(payload #> '{issueLink,destinationIssueId}') IS NULL
						OR vsm.json_text(payload -> 'timestamp') IS NULL THEN 'it lacks the ids of the two issues or its timestamp'
					WHEN vsm.json_time(payload -> 'timestamp') IS NULL THEN vsm.json_lacks(payload, '@timestamp')
				END
			WHEN 'issue_changelog' THEN
				CASE WHEN (octet_length(vsm.json_text(payload -> 'issueId')) <= 1000) IS NOT TRUE THEN vsm.json_lacks(payload, 'issueId') END
			WHEN 'bulk_changelog' THEN
				CASE
					WHEN jsonb_typeof(payload -> 'issueChangeLogs') NOT IN ('array', 'null') THEN 'its "issueChangeLogs" is no array'
					WHEN jsonb_typeof(payload -> 'issueChangeLogs') = 'array' AND payload @? '$.issueChangeLogs[*] ? (!exists(@.issueId) || @.issueId == null || @.issueId == "")' THEN 'one of its entries has no issueId'
				END
			WHEN 'changelog' THEN
				CASE WHEN payload ->> 'self' !~ '/issue/[0-9]{1,20}/changelog' THEN
					'its "self" names the issue by key: ask for the changelog by the id of the issue' END
			WHEN 'request' THEN
				CASE
					WHEN (octet_length(vsm.json_text(payload -> 'issueId')) <= 1000) IS NOT TRUE THEN vsm.json_lacks(payload, 'issueId')
					WHEN octet_length(payload ->> 'issueKey') > 1000 THEN 'its issueKey is longer than 1,000 bytes'
				END
			WHEN 'requests' THEN
				CASE WHEN payload @? '$.values[*] ? (!exists(@.issueId) || @.issueId == null || @.issueId == "")' THEN 'one of its requests has no issueId' END
			WHEN 'other_webhook' THEN
				CASE WHEN payload ->> 'webhookEvent' ~ '^(sprint|board)_' THEN
					'sprints and boards say nothing about the state of an issue: which sprint it is in comes with the issue'
				ELSE 'this webhook says nothing about the state of an issue' END
			WHEN 'histories' THEN 'it is a part of a changelog that does not say of which issue'
			ELSE 'its shape is not known: neither an issue with "fields", nor "issues", "issueChangeLogs", "values" nor a "webhookEvent"'
		END AS reason
		OFFSET 0) AS k;
END;
COMMENT ON FUNCTION vsm.jira_kind(jsonb) IS
	'which reader reads a payload of Jira, or why none does';
