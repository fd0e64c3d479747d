-- The objects as payloads in the inbox of a model a tool: told_jira, told_gitlab, told_github, told_servicenow; pages of 100, as lists
-- of REST interfaces are. And what compares a model that is attached with them, and brings tables to what the objects are now.
SET client_min_messages = error;
SELECT format('CALL vsm.create_model(%L)', 'told_' || t.tool) FROM unnest('{jira,gitlab,github,servicenow}'::text[]) AS t (tool) \gexec
SELECT format('INSERT INTO told_%1$s.inbox (source, payload)
	SELECT %1$L, CASE WHEN p.source = ''servicenow'' THEN jsonb_build_object(''result'', jsonb_agg(p.body)) ELSE jsonb_agg(p.body) END
	FROM (
		SELECT o.source, o.kind, row_number() OVER (PARTITION BY o.kind ORDER BY o.id) / 100 AS page, o.body
		FROM made.object AS o WHERE o.source = %1$L AND o.kind NOT IN (''review'', ''note'')) AS p
	GROUP BY p.source, p.kind, p.page', t.tool) FROM unnest('{jira,gitlab,github,servicenow}'::text[]) AS t (tool) \gexec
-- Reviews and notes are asked for by request.
INSERT INTO told_github.inbox (source, payload)
SELECT 'github', jsonb_build_object('pull_request', jsonb_build_object('id', q.body -> 'id', 'user', q.body -> 'user'), 'reviews',
	jsonb_agg(r.body))
FROM made.object AS r JOIN made.object AS q ON q.kind = 'pull_request' AND q.body -> 'url' = r.body -> 'pull_request_url'
WHERE r.kind = 'review' GROUP BY q.body;
INSERT INTO told_gitlab.inbox (source, payload)
SELECT 'gitlab', jsonb_build_object('merge_request', jsonb_build_object('id', q.body -> 'id', 'author', q.body -> 'author'), 'notes',
	jsonb_agg(n.body))
FROM made.object AS n JOIN made.object AS q ON q.kind = 'merge_request' AND q.body -> 'id' = n.body -> 'noteable_id'
WHERE n.kind = 'note' GROUP BY q.body;
SELECT format('SELECT vsm.refresh_once(%L)', 'told_' || t.tool) FROM unnest('{jira,gitlab,github,servicenow}'::text[]) AS t (tool) \gexec

-- Brings the tables of schema LAYOUT to what the views of LAYOUT_now show: rows that are no longer there are deleted, new ones get the
-- value of the column that tells of changes, if the tool has one.
CREATE PROCEDURE made.load(layout text, changed text DEFAULT NULL, value text DEFAULT NULL) LANGUAGE plpgsql AS $$
DECLARE
	one record;
BEGIN
	EXECUTE format('CREATE SCHEMA IF NOT EXISTS %I', layout);
	FOR one IN SELECT v.viewname AS name FROM pg_views AS v WHERE v.schemaname = load.layout || '_now' LOOP
		EXECUTE format('CREATE TABLE IF NOT EXISTS %1$I.%2$I AS SELECT v.*%3$s FROM %4$I.%2$I AS v WITH NO DATA', layout, one.name,
			CASE WHEN changed IS NOT NULL THEN format(', %L::%s AS %I', value, CASE WHEN value ~ '^[0-9.]+$' THEN 'text' ELSE 'timestamptz'
				END, changed) END, layout || '_now');
		EXECUTE format('DELETE FROM %1$I.%2$I AS t WHERE to_jsonb(t) - $1 NOT IN (SELECT to_jsonb(v) FROM %3$I.%2$I AS v)', layout,
			one.name,
			layout || '_now') USING coalesce(changed, '');
		EXECUTE format('INSERT INTO %1$I.%2$I SELECT v.*%3$s FROM %4$I.%2$I AS v
			WHERE to_jsonb(v) NOT IN (SELECT to_jsonb(t) - $1 FROM %1$I.%2$I AS t)', layout, one.name,
			-- (A row at a time, so that not all is as new as the newest.)
			CASE WHEN value ~ '^[0-9.]+$' THEN format(', %L', value) WHEN changed IS NOT NULL THEN
				format(', %L::timestamptz + row_number() OVER () * interval ''1 millisecond''', value) END, layout || '_now')
			USING coalesce(changed, '');
	END LOOP;
END
$$;

-- Whether a row is about what the tool no longer has: an issue, or a link by ids. (Where there is a changelog, it ends the link by keys.)
CREATE FUNCTION made.is_gone("row" jsonb) RETURNS boolean LANGUAGE sql STABLE
RETURN EXISTS (SELECT FROM made.object AS o WHERE o.is_deleted AND "row"::text ~ ('issue:(jira:JiraIssue:1:)?' || o.id || '"'))
	OR "row" ->> 'kind' = 'blocked_by' AND EXISTS (SELECT FROM made.gone_link AS g
		WHERE made.number("row" ->> 'source') = g.issue AND made.number("row" ->> 'target') = g.related
		AND g.relationship = 'is blocked by' AND "row" ->> 'source' LIKE '%:%' AND "row" ->> 'target' LIKE '%:%');

-- What one model says and the other does not. The function LAYOUT_now.comparable has a row of either as both have to say it, NULL if
-- the layout cannot; LAYOUT_now.lasting, for is_exact, one of two that are attached, NULL if a row that changes takes it away.
CREATE FUNCTION made.differences(layout text, attached text, others text[], is_exact boolean)
RETURNS TABLE (side text, relation text, "row" jsonb) LANGUAGE plpgsql AS $$
DECLARE
	one      text;
	here     text;
	there    text;
	template CONSTANT text := format(
		'SELECT c.row FROM %%I.%%I AS t, LATERAL (SELECT %I.%I(%%L, to_jsonb(t) - ''{xid,recorded_at,payload}''::text[]) AS row) AS c
		WHERE c.row IS NOT NULL', layout || '_now', CASE WHEN is_exact THEN 'lasting' ELSE 'comparable' END);
BEGIN
	FOREACH one IN ARRAY '{item,item_change,item_alias,event,link,merge_request,commit,build,deployment,incident,observation}'::text[] LOOP
		-- What was seen once is known for good.
		CONTINUE WHEN is_exact AND one = 'observation';
		here := format(template, attached, one, one);
		SELECT string_agg(format(template, o.model, one, one), ' UNION ALL ') INTO there FROM unnest(others) AS o (model);
		RETURN QUERY EXECUTE format('SELECT %L, %L, a.row FROM (%s EXCEPT ALL (%s)) AS a', attached, one, here, there);
		RETURN QUERY EXECUTE format('SELECT %L, %L, a.row FROM ((%s) EXCEPT ALL %s) AS a', others::text, one, there, here);
	END LOOP;
END
$$;
