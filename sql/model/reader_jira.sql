/*
 * Jira: issues with their changelog (REST: GET issue and search with expand=changelog, the bulk
 * changelog, pages of one changelog) and webhooks.
 *
 * An issue is the entity SOURCE:issue:ID, by its id, because its key changes when it is moved;
 * keys are aliases of it. States are the names of the statuses at the time of the change, with
 * the id of the status in state_id, and "Flagged" / "Unflagged".
 *
 * Jira records no change for the creation: the first state is what the first change of status
 * came from or, where there was none, what the issue is in.
 */

CREATE FUNCTION vsm.jira_link_kind(phrase text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	-- "is blocked by", or a sentence of the changelog: "This issue is blocked by SHOP-9".
	SELECT CASE
		WHEN phrase ~* '\mblocked by\M' THEN 'blocked_by'
		WHEN phrase ~* '\mblocks\M' THEN '-blocked_by'
		WHEN phrase ~* '\mdepends on\M' THEN 'blocked_by'
		WHEN phrase ~* '\mis depended on by\M' THEN '-blocked_by'
		WHEN phrase ~* '\mduplicated by\M' THEN '-duplicates'
		WHEN phrase ~* '\mduplicates\M' THEN 'duplicates'
		WHEN phrase ~* '\mcaused by\M' THEN 'caused_by'
		WHEN phrase ~* '\mcauses\M' THEN '-caused_by'
		WHEN phrase ~* '\mfixed by\M' THEN '-fixes'
		WHEN phrase ~* '\mfixes\M' THEN 'fixes'
		WHEN phrase ~* '\mimplemented by\M' THEN '-implements'
		WHEN phrase ~* '\mimplements\M' THEN 'implements'
		WHEN phrase ~* '\m(child of|part of)\M' THEN 'part_of'
		WHEN phrase ~* '\m(parent of|contains)\M' THEN '-part_of'
	END;
END;
COMMENT ON FUNCTION vsm.jira_link_kind(text) IS
	'the kind of link that a phrase of Jira names, with a minus in front where it is read from the other end; NULL for links that say '
	'nothing about the flow, such as "relates to"';

CREATE FUNCTION vsm.jira_attribute(field text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE field
		WHEN 'priority' THEN 'priority'
		WHEN 'issuetype' THEN 'type'
		WHEN 'project' THEN 'project'
		WHEN 'Sprint' THEN 'sprint'
		WHEN 'Team' THEN 'team'
		WHEN 'Story Points' THEN 'size'
		WHEN 'Story point estimate' THEN 'size'
		WHEN 'Parent' THEN 'parent'
		WHEN 'Parent Link' THEN 'parent'
		WHEN 'Epic Link' THEN 'parent'
		WHEN 'IssueParentAssociation' THEN 'parent'
	END;
END;
COMMENT ON FUNCTION vsm.jira_attribute(text) IS
	'the attribute of item_change in which the changes of a field of Jira are kept; NULL for fields that are not';

CREATE FUNCTION vsm.jira_items(items jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE jsonb_typeof(items) WHEN 'array' THEN items WHEN 'string' THEN (items #>> '{}')::jsonb END;
END;
COMMENT ON FUNCTION vsm.jira_items(jsonb) IS 'the items of a history as an array; some importers keep them as JSON in a string';

CREATE FUNCTION vsm.read_jira_histories(source text, entity text, histories jsonb) RETURNS SETOF vsm.old_fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 10
BEGIN ATOMIC
	-- States, keys and attributes.
	SELECT source,
		CASE c.field WHEN 'status' THEN 'event' WHEN 'Flagged' THEN 'event' WHEN 'Key' THEN 'alias' ELSE 'change' END,
		entity,
		c.at,
		CASE c.field
			WHEN 'status' THEN c.item ->> 'toString'
			WHEN 'Flagged' THEN CASE WHEN c.item ->> 'toString' <> '' THEN 'Flagged' ELSE 'Unflagged' END
			ELSE CASE
				WHEN c.item ->> 'to' ~ '^[0-9]+$' AND vsm.jira_attribute(c.field) = 'parent' THEN source || ':issue:' || (c.item ->> 'to')
				ELSE nullif(c.item ->> 'toString', '')
			END
		END,
		CASE c.field
			WHEN 'status' THEN c.id || ':' || coalesce(c.item ->> 'to', c.item ->> 'toString')
			WHEN 'Flagged' THEN c.id || CASE WHEN c.item ->> 'toString' <> '' THEN ':Flagged' ELSE ':Unflagged' END
			ELSE c.id
		END,
		CASE c.field WHEN 'status' THEN NULL ELSE vsm.jira_attribute(c.field) END,
		CASE c.field
			WHEN 'status' THEN c.item ->> 'fromString'
			WHEN 'Flagged' THEN NULL
			ELSE CASE
				WHEN c.item ->> 'from' ~ '^[0-9]+$' AND vsm.jira_attribute(c.field) = 'parent'
					THEN source || ':issue:' || (c.item ->> 'from')
				ELSE nullif(c.item ->> 'fromString', '')
			END
		END,
		CASE c.field WHEN 'status' THEN c.item ->> 'to' END,
		CASE c.field WHEN 'status' THEN c.item ->> 'from' END,
		NULL::bigint, NULL::text, NULL::float8, NULL::timestamptz, NULL::jsonb
	FROM (
		SELECT h ->> 'id' AS id, vsm.payload_time(h ->> 'created') AS at, i AS item, i ->> 'field' AS field
		FROM jsonb_array_elements(histories) AS h, jsonb_array_elements(vsm.jira_items(h -> 'items')) AS i
		WHERE i ->> 'field' IN ('status', 'Flagged', 'Key', 'priority', 'issuetype', 'project', 'Sprint', 'Team', 'Story Points',
			'Story point estimate', 'Parent', 'Parent Link', 'Epic Link', 'IssueParentAssociation')
		OFFSET 0) AS c
	UNION ALL
	-- Links, by the key of the other issue: "to" when made, "from" when taken away.
	SELECT source, 'link',
		CASE WHEN c.kind LIKE '-%' THEN c.other ELSE entity END,
		CASE WHEN c.made THEN c.at END,
		CASE WHEN c.kind LIKE '-%' THEN entity ELSE c.other END,
		NULL, ltrim(c.kind, '-'), NULL, NULL, NULL, NULL, 'issue link', 1.0,
		CASE WHEN NOT c.made THEN c.at END,
		NULL
	FROM (
		SELECT vsm.payload_time(h ->> 'created') AS at,
			i ->> 'toString' IS NOT NULL AS made,
			coalesce(i ->> 'to', i ->> 'from') AS other,
			vsm.jira_link_kind(coalesce(i ->> 'toString', i ->> 'fromString')) AS kind
		FROM jsonb_array_elements(histories) AS h, jsonb_array_elements(vsm.jira_items(h -> 'items')) AS i
		WHERE i ->> 'field' = 'Link'
		OFFSET 0) AS c
	-- (The first condition says for most payloads that nothing of this need be done.)
	WHERE histories @? '$[*].items[*] ? (@.field == "Link" || @.type() == "string")' AND c.kind IS NOT NULL;
END;
COMMENT ON FUNCTION vsm.read_jira_histories(text, text, jsonb) IS
	'the facts in an array of histories ({id, created, items}) of one issue of Jira: events, changes, links, aliases';

CREATE TYPE vsm.jira_first AS (flag text, key text, moved_at timestamptz);
COMMENT ON TYPE vsm.jira_first IS
	'what the first changes of an issue came from: its flag and its key, and when it was last moved; a part of vsm.read_jira_document';

CREATE FUNCTION vsm.read_jira_document(source text, issue jsonb, histories jsonb, total integer, seen_at timestamptz)
RETURNS SETOF vsm.old_fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 20
BEGIN ATOMIC
	-- The issue itself: its columns, its creation, its keys.
	SELECT source, f.fact, d.entity, f.at, f.value, f.id, NULL::text, NULL::text, f.value_id, NULL::text, NULL::bigint,
		f.method, NULL::float8, NULL::timestamptz, f.details
	FROM (
		SELECT source || ':issue:' || (issue ->> 'id') AS entity,
			issue -> 'fields' AS fields,
			vsm.payload_time(issue #>> '{fields,created}') AS created_at,
			-- How many histories are left out; NULL: this payload does not say how many there are.
			total - coalesce(jsonb_array_length(histories), 0) AS missing,
			-- Jira cuts off the oldest; where it does not, nothing is certain.
			CASE WHEN total > jsonb_array_length(histories) AND histories #>> '{0,created}' >= histories #>> '{-1,created}' THEN
				vsm.payload_time(histories #>> '{-1,created}') END AS oldest,
			total <= coalesce(jsonb_array_length(histories), 0)
				AND (histories @? '$[*].items[*] ? (@.field == "status" || @.type() == "string")') IS NOT TRUE AS unmoved,
			CASE WHEN histories @? '$[*].items[*] ? (@.field == "Flagged" || @.field == "Key" || @.type() == "string")' THEN
				(SELECT ROW (
					(array_agg(i.item ->> 'fromString' ORDER BY i.at, length(i.id), i.id) FILTER (WHERE i.item ->> 'field' = 'Flagged'))[1],
					(array_agg(i.item ->> 'fromString' ORDER BY i.at, length(i.id), i.id) FILTER (WHERE i.item ->> 'field' = 'Key'))[1],
					max(i.at) FILTER (WHERE i.item ->> 'field' = 'Key'))::vsm.jira_first
				 FROM (
					SELECT h ->> 'id' AS id, vsm.payload_time(h ->> 'created') AS at, i AS item
					FROM jsonb_array_elements(histories) AS h, jsonb_array_elements(vsm.jira_items(h -> 'items')) AS i
					WHERE i ->> 'field' IN ('Flagged', 'Key')) AS i)
			END AS first
		OFFSET 0) AS d,
	LATERAL (
		SELECT jsonb_build_object(
			'source', source,
			'key', issue -> 'key',
			'project', coalesce(d.fields #>> '{project,key}', regexp_replace(issue ->> 'key', '-[0-9]+$', '')),
			'source_type', d.fields #> '{issuetype,name}',
			'type', vsm.item_type(d.fields #>> '{issuetype,name}'),
			'priority', d.fields #> '{priority,name}',
			'title', d.fields -> 'summary',
			'url', substring(issue ->> 'self' FROM '^(.*?)/rest/') || '/browse/' || (issue ->> 'key'),
			'parent', source || ':issue:' || (d.fields #>> '{parent,id}'),
			'feature', CASE WHEN d.fields #>> '{parent,fields,issuetype,name}' = 'Epic'
				THEN source || ':issue:' || (d.fields #>> '{parent,id}') END,
			'created_at', d.created_at,
			-- A due date is met until its day ends.
			'due_at', vsm.payload_time((d.fields ->> 'duedate') || 'T23:59:59Z'),
			'tags', d.fields -> 'labels') AS columns
		OFFSET 0) AS item,
	-- (Not VALUES: PostgreSQL prepares their expressions anew for every payload.)
	LATERAL (
		SELECT 'item' AS fact, seen_at AS at, NULL AS value, NULL AS id, NULL AS value_id, NULL AS method,
			-- A payload that was asked for with a few fields only says nothing of the others.
			CASE WHEN d.fields ?& '{summary,issuetype,priority,labels,duedate}' THEN item.columns
			ELSE jsonb_strip_nulls(item.columns) END
			|| CASE
				WHEN d.missing IS NULL THEN '{}'
				WHEN d.missing <= 0 THEN jsonb_build_object('changelog_missing', NULL, 'changelog_from', NULL, 'changelog_until', seen_at)
				ELSE jsonb_build_object('changelog_missing', d.missing, 'changelog_from', d.oldest)
			END AS details
		UNION ALL
		-- Nothing has moved it yet: its status is the first. Else the first change tells, see ingest.
		SELECT 'created', d.created_at, CASE WHEN d.unmoved THEN d.fields #>> '{status,name}' END, NULL,
			CASE WHEN d.unmoved THEN d.fields #>> '{status,id}' END, NULL, NULL
		UNION ALL
		SELECT 'alias', CASE WHEN (d.first).key IS NULL THEN d.created_at ELSE (d.first).moved_at END, issue ->> 'key', NULL, NULL, NULL,
			NULL
		WHERE issue ? 'key'
		UNION ALL
		SELECT 'alias', d.created_at, (d.first).key, NULL, NULL, NULL, NULL
		WHERE (d.first).key IS NOT NULL
		UNION ALL
		-- Flagged since before the first change of the flag.
		SELECT 'event', d.created_at, 'Flagged', d.entity || ':created:Flagged', NULL, 'inferred', NULL
		WHERE (d.first).flag <> '' AND d.missing <= 0
		UNION ALL
		-- Without a changelog only the present state is known.
		SELECT 'observed',
			coalesce(
				vsm.payload_time(d.fields ->> 'statuscategorychangedate'),
				CASE d.fields #>> '{status,statusCategory,key}' WHEN 'done' THEN vsm.payload_time(d.fields ->> 'resolutiondate') END,
				seen_at),
			d.fields #>> '{status,name}', NULL, d.fields #>> '{status,id}', 'observed', NULL
		WHERE histories IS NULL AND d.missing IS NULL AND d.fields #>> '{status,name}' IS NOT NULL) AS f
	UNION ALL
	SELECT h.* FROM vsm.read_jira_histories(source, source || ':issue:' || (issue ->> 'id'), histories) AS h
	UNION ALL
	-- Links as they stand, by the id of the other issue, since the change that says so.
	SELECT source, 'link',
		CASE WHEN l.kind LIKE '-%' THEN l.other ELSE l.entity END,
		coalesce(
			(SELECT max(vsm.payload_time(h ->> 'created'))
			 FROM jsonb_array_elements(histories) AS h, jsonb_array_elements(vsm.jira_items(h -> 'items')) AS i
			 WHERE i ->> 'field' = 'Link' AND i ->> 'to' = l.other_key AND vsm.jira_link_kind(i ->> 'toString') = l.kind),
			CASE WHEN total <= jsonb_array_length(histories) THEN vsm.payload_time(issue #>> '{fields,created}') END),
		CASE WHEN l.kind LIKE '-%' THEN l.entity ELSE l.other END,
		NULL, ltrim(l.kind, '-'), NULL, NULL, NULL, NULL, 'issue link', 1.0, NULL,
		jsonb_build_object('seen_at', seen_at)
	FROM (
		SELECT source || ':issue:' || (issue ->> 'id') AS entity,
			source || ':issue:' || coalesce(e #>> '{outwardIssue,id}', e #>> '{inwardIssue,id}') AS other,
			coalesce(e #>> '{outwardIssue,key}', e #>> '{inwardIssue,key}') AS other_key,
			vsm.jira_link_kind(CASE WHEN e ? 'outwardIssue' THEN e #>> '{type,outward}' ELSE e #>> '{type,inward}' END) AS kind
		FROM jsonb_array_elements(issue #> '{fields,issuelinks}') AS e OFFSET 0) AS l
	WHERE jsonb_array_length(issue #> '{fields,issuelinks}') > 0 AND l.kind IS NOT NULL AND l.other IS NOT NULL;
END;
COMMENT ON FUNCTION vsm.read_jira_document(text, jsonb, jsonb, integer, timestamptz) IS
	'the facts of one issue of Jira and of those of its histories that a payload holds; total is how many histories there are, NULL if '
	'the payload does not say';

CREATE FUNCTION vsm.read_jira_issue(source text, payload jsonb) RETURNS SETOF vsm.old_fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 20
BEGIN ATOMIC
	SELECT f.*
	FROM (SELECT payload AS issue, payload #> '{changelog,histories}' AS histories,
			coalesce((payload #>> '{changelog,total}')::integer, jsonb_array_length(payload #> '{changelog,histories}')) AS total,
			vsm.payload_time(payload #>> '{fields,updated}') AS updated_at
		OFFSET 0) AS p,
		LATERAL vsm.read_jira_document(source, p.issue, p.histories, p.total, p.updated_at) AS f;
END;
COMMENT ON FUNCTION vsm.read_jira_issue(text, jsonb) IS
	'facts of an issue as GET /rest/api/2|3/issue/KEY?expand=changelog gives it (without the changelog: its present state)';

CREATE FUNCTION vsm.read_jira_search(source text, payload jsonb) RETURNS SETOF vsm.old_fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1000
BEGIN ATOMIC
	SELECT f.* FROM jsonb_array_elements(payload -> 'issues') AS i, LATERAL vsm.read_jira_issue(source, i) AS f;
END;
COMMENT ON FUNCTION vsm.read_jira_search(text, jsonb) IS
	'facts of a page of results of GET /rest/api/2|3/search or /search/jql, with expand=changelog';

CREATE FUNCTION vsm.read_jira_webhook(source text, payload jsonb) RETURNS SETOF vsm.old_fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 5
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT
			-- An issue that has just been created has no changes: its status is the first.
			CASE payload ->> 'webhookEvent' WHEN 'jira:issue_created' THEN 0 END AS total,
			CASE WHEN payload -> 'changelog' ? 'items' THEN
				jsonb_build_array((payload -> 'changelog') || jsonb_build_object('created',
					coalesce(payload -> 'timestamp', payload #> '{issue,fields,updated}')))
			ELSE '[]' END AS histories,
			coalesce(vsm.payload_time(payload #>> '{issue,fields,updated}'), vsm.payload_time(payload ->> 'timestamp')) AS seen_at
		OFFSET 0) AS p,
		LATERAL vsm.read_jira_document(source, payload -> 'issue', p.histories, p.total, p.seen_at) AS f
	UNION ALL
	SELECT source, 'event', source || ':issue:' || (payload #>> '{issue,id}'), vsm.payload_time(payload ->> 'timestamp'), 'Deleted',
		source || ':issue:' || (payload #>> '{issue,id}') || ':deleted', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
	WHERE payload ->> 'webhookEvent' = 'jira:issue_deleted';
END;
COMMENT ON FUNCTION vsm.read_jira_webhook(text, jsonb) IS
	'facts of the webhooks jira:issue_created, jira:issue_updated and jira:issue_deleted (an event "Deleted")';

CREATE FUNCTION vsm.read_jira_link_webhook(source text, payload jsonb) RETURNS SETOF vsm.old_fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT source, 'link',
		CASE WHEN l.kind LIKE '-%' THEN l.outward ELSE l.inward END,
		CASE WHEN l.deleted THEN NULL ELSE l.at END,
		CASE WHEN l.kind LIKE '-%' THEN l.inward ELSE l.outward END,
		NULL, ltrim(l.kind, '-'), NULL, NULL, NULL, NULL::bigint, 'issue link', 1.0::float8,
		CASE WHEN l.deleted THEN l.at END,
		NULL::jsonb
	FROM (
		SELECT payload ->> 'webhookEvent' = 'issuelink_deleted' AS deleted,
			vsm.payload_time(payload ->> 'timestamp') AS at,
			vsm.jira_link_kind(payload #>> '{issueLink,issueLinkType,outwardName}') AS kind,
			-- "source blocks destination": the outward name is read from the source.
			source || ':issue:' || (payload #>> '{issueLink,sourceIssueId}') AS inward,
			source || ':issue:' || (payload #>> '{issueLink,destinationIssueId}') AS outward
		OFFSET 0) AS l
	WHERE l.kind IS NOT NULL;
END;
COMMENT ON FUNCTION vsm.read_jira_link_webhook(text, jsonb) IS 'facts of the webhooks issuelink_created and issuelink_deleted';

CREATE FUNCTION vsm.read_jira_changes(source text, issue jsonb, histories jsonb) RETURNS SETOF vsm.old_fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 100
BEGIN ATOMIC
	SELECT f.* FROM vsm.read_jira_document(source, issue, histories, NULL, NULL) AS f
	UNION ALL
	-- A changelog of its own is whole up to its newest entry, if all its pages are loaded.
	SELECT source, 'history', source || ':issue:' || (issue ->> 'id'), max(vsm.payload_time(h ->> 'created')), NULL, NULL, NULL, NULL, NULL,
		NULL, NULL, NULL, NULL, NULL, NULL
	FROM jsonb_array_elements(histories) AS h;
END;
COMMENT ON FUNCTION vsm.read_jira_changes(text, jsonb, jsonb) IS
	'the facts of an issue''s histories that come without the issue; a part of the readers of changelogs';

CREATE FUNCTION vsm.read_jira_bulk_changelog(source text, payload jsonb) RETURNS SETOF vsm.old_fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1000
BEGIN ATOMIC
	SELECT f.*
	FROM jsonb_array_elements(payload -> 'issueChangeLogs') AS l,
		LATERAL (SELECT jsonb_build_object('id', l -> 'issueId') AS issue, l -> 'changeHistories' AS histories OFFSET 0) AS p,
		LATERAL vsm.read_jira_changes(source, p.issue, p.histories) AS f;
END;
COMMENT ON FUNCTION vsm.read_jira_bulk_changelog(text, jsonb) IS
	'facts of an answer of POST /rest/api/3/changelog/bulkfetch; the issues themselves come by another payload, before or after';

CREATE FUNCTION vsm.read_jira_changelog(source text, payload jsonb) RETURNS SETOF vsm.old_fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 100
BEGIN ATOMIC
	SELECT f.*
	FROM (SELECT jsonb_build_object('id', substring(payload ->> 'self' FROM '/issue/([0-9]+)/changelog')) AS issue,
			payload -> 'values' AS histories OFFSET 0) AS p,
		LATERAL vsm.read_jira_changes(source, p.issue, p.histories) AS f;
END;
COMMENT ON FUNCTION vsm.read_jira_changelog(text, jsonb) IS
	'facts of a page of GET /rest/api/3/issue/ID/changelog, asked for by the id of the issue';

CREATE FUNCTION vsm.jira_kind(payload jsonb) RETURNS SETOF vsm.payload_kind
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT k.kind, k.reason
	FROM (SELECT
		CASE
			WHEN payload ->> 'webhookEvent' IN ('jira:issue_created', 'jira:issue_updated', 'jira:issue_deleted') THEN 'webhook'
			WHEN payload ->> 'webhookEvent' IN ('issuelink_created', 'issuelink_deleted') THEN 'link_webhook'
			WHEN payload ? 'webhookEvent' THEN payload ->> 'webhookEvent'
			WHEN payload ? 'issueChangeLogs' THEN 'bulk_changelog'
			WHEN jsonb_typeof(payload -> 'issues') = 'array' THEN 'search'
			WHEN payload ? 'fields' THEN 'issue'
			WHEN payload ? 'values' AND payload ->> 'self' LIKE '%/changelog%' THEN 'changelog'
			ELSE 'payload'
		END AS name
		OFFSET 0) AS n,
	LATERAL (SELECT n.name AS kind,
		CASE n.name
			WHEN 'issue' THEN CASE WHEN payload ->> 'id' IS NULL THEN 'it has no id' END
			WHEN 'search' THEN CASE WHEN payload @? '$.issues[*] ? (!exists(@.id))' THEN 'one of its issues has no id' END
			WHEN 'webhook' THEN
				CASE
					WHEN payload #>> '{issue,id}' IS NULL THEN 'it has no issue.id'
					WHEN payload ->> 'timestamp' IS NULL THEN 'it has no timestamp'
				END
			WHEN 'link_webhook' THEN
				CASE WHEN payload #>> '{issueLink,sourceIssueId}' IS NULL OR payload #>> '{issueLink,destinationIssueId}' IS NULL
					OR payload ->> 'timestamp' IS NULL THEN 'it lacks the ids of the two issues or its timestamp' END
			WHEN 'bulk_changelog' THEN
				CASE WHEN payload @? '$.issueChangeLogs[*] ? (!exists(@.issueId))' THEN 'one of its entries has no issueId' END
			WHEN 'changelog' THEN
				CASE WHEN payload ->> 'self' !~ '/issue/[0-9]+/changelog' THEN
					'its "self" names the issue by key: ask for the changelog by the id of the issue' END
			WHEN 'payload' THEN 'its shape is not known: '
				'neither an issue with "fields", nor "issues", "issueChangeLogs", "values" nor a "webhookEvent"'
			ELSE 'this webhook says nothing about the state of an issue'
		END AS reason
		OFFSET 0) AS k;
END;
COMMENT ON FUNCTION vsm.jira_kind(jsonb) IS 'which reader reads a payload of Jira, or why none does';
