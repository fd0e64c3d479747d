-- The generated model, in schema gen, as the tools' REST interfaces would answer: made.object has an object a row, of which payloads are
-- made by payloads.sql and tables by the files of the layouts. Times are whole seconds, in UTC.
--
-- Its tickets are issues of Jira with their changelog, and once more issues of GitLab (those of SHOP) and GitHub (of PAY), with labels
-- for states. Its builds are pipelines or runs of workflows where their repositories are. An incident of ServiceNow begins an hour after
-- a deployment that failed, and ends two hours later.
SET TimeZone = 'UTC';
SET client_min_messages = error;
CREATE SCHEMA made;
CREATE TABLE made.object (
	source text, kind text, id text, body jsonb NOT NULL, is_deleted boolean NOT NULL DEFAULT false, PRIMARY KEY (source, kind, id));
COMMENT ON COLUMN made.object.is_deleted IS 'whether the tool has it no longer';

CREATE TABLE made.gone_link (issue bigint, related bigint, relationship text);
COMMENT ON TABLE made.gone_link IS 'links between issues of Jira that were there at the first load';

CREATE FUNCTION made.iso(at timestamptz) RETURNS text LANGUAGE sql IMMUTABLE
RETURN to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"');
CREATE FUNCTION made.number(id text) RETURNS bigint LANGUAGE sql IMMUTABLE RETURN substring(id FROM '\d+$')::bigint;

CREATE TABLE made.status (id int, name text PRIMARY KEY, category text, category_id int);
INSERT INTO made.status VALUES (1, 'To Do', 'new', 2), (2, 'In Design Review', 'indeterminate', 4), (3, 'In Progress', 'indeterminate', 4),
	(4, 'In Review', 'indeterminate', 4), (5, 'Ready for QA', 'indeterminate', 4), (6, 'QA', 'indeterminate', 4), (7, 'Done', 'done', 3),
	(8, 'Won''t Do', 'done', 3);
CREATE TABLE made.project (id int, key text PRIMARY KEY, name text);
INSERT INTO made.project VALUES (10, 'SHOP', 'Shop'), (11, 'PAY', 'Payments'), (12, 'OPS', 'Operations'), (13, 'OLD', 'Old shop');
CREATE TABLE made.named (field text, id int, name text, PRIMARY KEY (field, name));
INSERT INTO made.named VALUES ('priority', 1, 'Highest'), ('priority', 2, 'High'), ('priority', 3, 'Medium'), ('priority', 4, 'Low'),
	('issuetype', 20, 'Epic'), ('issuetype', 21, 'Story'), ('issuetype', 22, 'Bug'), ('issuetype', 23, 'Task'), ('issuetype', 24, 'Spike'),
	('team', 31, 'Red'), ('team', 32, 'Blue');

-- Jira: what has changed of an issue, entry by entry. Of a status the first is no change.
CREATE TABLE made.entry AS
WITH moved AS (
	SELECT e.entity, date_trunc('second', e.at) AS at, e.event_id, s.name, s.id,
		lag(s.name) OVER way AS from_name, lag(s.id) OVER way AS from_id
	FROM gen.event AS e JOIN made.status AS s ON s.name = e.state
	WHERE e.source = 'jira'
	WINDOW way AS (PARTITION BY e.entity ORDER BY e.at, e.event_id)),
blocked AS (
	SELECT l.source AS blocked, a.item AS blocking, date_trunc('second', l.since) AS since, date_trunc('second', l.until) AS until
	FROM gen.link AS l JOIN gen.item_alias AS a ON a.alias = l.target WHERE l.kind = 'blocked_by'),
told AS (
	SELECT m.entity, m.at, jsonb_build_object('field', 'status', 'fieldtype', 'jira', 'fieldId', 'status', 'from', m.from_id::text,
		'fromString', m.from_name, 'to', m.id::text, 'toString', m.name) AS item
	FROM moved AS m WHERE m.from_id IS NOT NULL
	UNION ALL
	SELECT e.entity, date_trunc('second', e.at), jsonb_build_object('field', 'Flagged', 'fieldtype', 'custom', 'fieldId',
		'customfield_10021', 'from', CASE e.state WHEN 'Flagged' THEN '' ELSE '[10019]' END, 'fromString', CASE e.state WHEN 'Flagged' THEN
			'' ELSE 'Impediment' END,
		'to', CASE e.state WHEN 'Flagged' THEN '[10019]' ELSE '' END, 'toString', CASE e.state WHEN 'Flagged' THEN 'Impediment' ELSE '' END)
	FROM gen.event AS e WHERE e.source = 'jira' AND e.state IN ('Flagged', 'Unflagged')
	UNION ALL
	SELECT c.item, date_trunc('second', c.at), jsonb_build_object('field', n.field, 'fieldtype', 'jira', 'fieldId', n.field,
		'from', f.id::text, 'fromString', c.previous, 'to', t.id::text, 'toString', c.value)
	FROM gen.item_change AS c
		JOIN (VALUES ('priority', 'priority'), ('type', 'issuetype')) AS n (attribute, field) USING (attribute)
		JOIN made.named AS f ON f.field = n.field AND f.name = c.previous JOIN made.named AS t ON t.field = n.field AND t.name = c.value
	UNION ALL
	SELECT c.item, date_trunc('second', c.at), jsonb_build_object('field', 'Team', 'fieldtype', 'custom', 'fieldId', 'customfield_10001',
		'from', f.id::text, 'fromString', c.previous, 'to', t.id::text, 'toString', c.value)
	FROM gen.item_change AS c JOIN made.named AS f ON f.field = 'team' AND f.name = c.previous
		JOIN made.named AS t ON t.field = 'team' AND t.name = c.value
	WHERE c.attribute = 'team'
	UNION ALL
	SELECT c.item, date_trunc('second', c.at), jsonb_build_object('field', 'duedate', 'fieldtype', 'jira', 'fieldId', 'duedate', 'from',
		c.previous::timestamptz::date::text, 'fromString', c.previous::timestamptz::date || ' 00:00:00.0',
		'to', c.value::timestamptz::date::text, 'toString', c.value::timestamptz::date || ' 00:00:00.0')
	FROM gen.item_change AS c WHERE c.attribute = 'due_at'
	UNION ALL
	-- A ticket that is moved gets another project and another key.
	SELECT c.item, date_trunc('second', c.at), v.item
	FROM gen.item_change AS c JOIN gen.item AS i USING (item) JOIN made.project AS f ON f.key = c.previous
		JOIN made.project AS t ON t.key = c.value,
		LATERAL (VALUES
			(jsonb_build_object('field', 'project', 'fieldtype', 'jira', 'fieldId', 'project', 'from', f.id::text, 'fromString', f.name,
				'to', t.id::text, 'toString', t.name)),
			(jsonb_build_object('field', 'Key', 'fieldtype', 'jira', 'fieldId', 'issuekey', 'from', NULL, 'fromString',
				'OLD-' || made.number(i.item), 'to', NULL, 'toString', i.key))) AS v (item)
	WHERE c.attribute = 'project'
	UNION ALL
	-- Every fourth ticket that was begun got into a sprint, and some into a second one.
	SELECT m.entity, m.at + s.after, jsonb_build_object('field', 'Sprint', 'fieldtype', 'custom', 'fieldId', 'customfield_10020', 'from',
		s.from_id, 'fromString', s.from_name, 'to', s.id, 'toString', s.name)
	FROM moved AS m, LATERAL (VALUES
		(interval '1 hour', '', '', '7', 'Sprint 7', true), (interval '9 hours', '7', 'Sprint 7', '7, 8', 'Sprint 7, Sprint 8',
			made.number(m.entity) % 8 = 0)) AS s (after, from_id, from_name, id, name, holds)
	WHERE made.number(m.entity) % 4 = 0 AND m.from_name = 'To Do' AND s.holds
	UNION ALL
	SELECT CASE WHEN v.is_blocked THEN b.blocked ELSE b.blocking END, v.at, jsonb_build_object('field', 'Link', 'fieldtype', 'jira',
		'from', CASE WHEN v.ends THEN o.key END, 'fromString', CASE WHEN v.ends THEN w.phrase || o.key END,
		'to', CASE WHEN NOT v.ends THEN o.key END, 'toString', CASE WHEN NOT v.ends THEN w.phrase || o.key END)
	FROM blocked AS b CROSS JOIN LATERAL (VALUES (b.since, true, false), (b.since, false, false), (b.until, true, true), (b.until, false,
		true))
			AS v (at, is_blocked, ends)
		CROSS JOIN LATERAL (SELECT CASE WHEN v.is_blocked THEN 'This issue is blocked by ' ELSE 'This issue blocks ' END) AS w (phrase)
		JOIN gen.item AS o ON o.item = CASE WHEN v.is_blocked THEN b.blocking ELSE b.blocked END
	WHERE v.at IS NOT NULL)
SELECT dense_rank() OVER (ORDER BY t.at, t.entity) AS id, t.entity, t.at, t.item FROM told AS t;

INSERT INTO made.object (source, kind, id, body)
SELECT 'jira', 'issue', made.number(i.item)::text, jsonb_build_object('id', made.number(i.item)::text, 'key', i.key,
	'self', 'https://jira.example.com/rest/api/3/issue/' || made.number(i.item),
	'names', '{"customfield_10016": "Story Points", "customfield_10021": "Flagged", "customfield_10001": "Team",
		"customfield_10020": "Sprint"}'::jsonb,
	'fields', jsonb_build_object('summary', i.title, 'created', made.iso(i.created_at), 'updated', made.iso(greatest(h.last, e.last)),
		'issuetype', jsonb_build_object('id', k.id::text, 'name', k.name), 'project', jsonb_build_object('id', j.id::text, 'key', j.key,
			'name', j.name),
		'priority', jsonb_build_object('id', p.id::text, 'name', p.name), 'labels', coalesce(i.tags, '[]'),
		'duedate', (i.due_at AT TIME ZONE 'UTC')::date,
		'status', jsonb_build_object('id', s.id::text, 'name', s.name, 'statusCategory', jsonb_build_object('id', s.category_id, 'key',
			s.category)),
		'statuscategorychangedate', made.iso(e.category_at), 'resolutiondate', CASE s.category WHEN 'done' THEN made.iso(e.category_at) END,
		'customfield_10016', i.size, 'customfield_10021', CASE f.state WHEN 'Flagged' THEN
			'[{"id": "10019", "value": "Impediment"}]'::jsonb END,
		'customfield_10001', (SELECT jsonb_build_object('id', c.item -> 'to', 'name', c.item -> 'toString') FROM made.entry AS c
			WHERE c.entity = i.item AND c.item ->> 'field' = 'Team' ORDER BY c.at DESC LIMIT 1),
		'customfield_10020', (
			SELECT jsonb_agg(jsonb_build_object('id', n.id::int, 'name', 'Sprint ' || n.id) ORDER BY n.id)
			FROM (SELECT c.item ->> 'to' AS ids FROM made.entry AS c
				WHERE c.entity = i.item AND c.item ->> 'field' = 'Sprint' ORDER BY c.at DESC LIMIT 1) AS c,
				string_to_table(c.ids, ', ') AS n (id)),
		'parent', CASE WHEN i.parent IS NOT NULL THEN jsonb_build_object('id', made.number(i.parent)::text, 'key', (
			SELECT o.key FROM gen.item AS o WHERE o.item = 'jira:issue:' || made.number(i.parent)),
				'fields', '{"issuetype": {"id": "20", "name": "Epic"}}'::jsonb) END,
		'issuelinks', coalesce(l.links, '[]')),
	'changelog', jsonb_build_object('startAt', 0, 'maxResults', coalesce(h.count, 0), 'total', coalesce(h.count, 0), 'histories',
		coalesce(h.histories, '[]')))
FROM gen.item AS i
	JOIN made.project AS j ON j.key = i.project
	JOIN made.named AS k ON k.field = 'issuetype' AND k.name = i.source_type
	JOIN made.named AS p ON p.field = 'priority' AND p.name = i.priority
	JOIN LATERAL (
		SELECT (array_agg(m.name ORDER BY m.at DESC, m.place DESC))[1] AS state, max(m.at) AS last,
			max(m.at) FILTER (WHERE m.category IS DISTINCT FROM m.before) AS category_at
		FROM (
			SELECT s.name, s.category, date_trunc('second', e.at) AS at, row_number() OVER way AS place,
				lag(s.category) OVER way AS before
			FROM gen.event AS e JOIN made.status AS s ON s.name = e.state WHERE e.entity = i.item
			WINDOW way AS (ORDER BY e.at, e.event_id)) AS m) AS e ON true
	JOIN made.status AS s ON s.name = e.state
	LEFT JOIN LATERAL (SELECT f.state FROM gen.event AS f WHERE f.entity = i.item AND f.state IN ('Flagged', 'Unflagged')
		ORDER BY f.at DESC LIMIT 1) AS f ON true
	LEFT JOIN LATERAL (
		SELECT max(h.at) AS last, count(*) AS count, jsonb_agg(jsonb_build_object('id', h.id::text, 'created', made.iso(h.at), 'items',
			h.items) ORDER BY h.id DESC) AS histories
		FROM (SELECT c.id, c.at, jsonb_agg(c.item) AS items FROM made.entry AS c WHERE c.entity = i.item GROUP BY c.id, c.at) AS h)
		AS h ON true
	LEFT JOIN LATERAL (
		SELECT jsonb_agg(jsonb_build_object('id', md5(l.source || l.target), 'type',
			'{"id": "1", "name": "Blocks", "inward": "is blocked by", "outward": "blocks"}'::jsonb) || jsonb_build_object(
			CASE WHEN l.source = i.item THEN 'inwardIssue' ELSE 'outwardIssue' END, jsonb_build_object('id', made.number(o.item)::text,
				'key',
				o.key)) ORDER BY o.item) AS links
		FROM gen.link AS l JOIN gen.item_alias AS a ON a.alias = l.target
			JOIN gen.item AS o ON o.item = CASE WHEN l.source = i.item THEN a.item ELSE l.source END
		WHERE l.kind = 'blocked_by' AND i.item IN (l.source, a.item) AND l.until IS NULL) AS l ON true
WHERE i.source = 'jira';

-- The way of a ticket as GitLab and GitHub have it: opened and closed, and labels for states.
CREATE TABLE made.step AS
SELECT row_number() OVER (ORDER BY e.at, e.event_id) AS id, made.number(e.entity) AS issue, date_trunc('second', e.at) AS at,
	s.name AS state,
	lag(s.name) OVER way AS previous, i.project, s.category = 'done' AS is_closed, i.created_at, i.title, i.source_type
FROM gen.event AS e JOIN gen.item AS i ON i.item = e.entity JOIN made.status AS s ON s.name = e.state
WHERE e.source = 'jira' AND i.project IN ('SHOP', 'PAY') AND i.source_type <> 'Epic'
WINDOW way AS (PARTITION BY e.entity ORDER BY e.at, e.event_id);
CREATE TABLE made.step_event AS
SELECT s.id * 4 + v.n AS id, s.issue, s.at, s.project, v.kind, v.value
FROM made.step AS s LEFT JOIN made.status AS f ON f.name = s.previous,
	LATERAL (VALUES
		(0, 'add', s.state, NOT s.is_closed AND s.previous IS NOT NULL),
		(1, 'remove', s.previous, f.category = 'indeterminate'),
		(2, 'state', CASE WHEN s.is_closed THEN 'closed' ELSE 'reopened' END, s.is_closed <> (f.category = 'done')))
		AS v (n, kind, value, holds)
WHERE v.holds;
CREATE TABLE made.ticket AS
SELECT DISTINCT ON (s.issue) s.issue, s.project, s.title, s.source_type, date_trunc('second', s.created_at) AS created_at,
	s.at AS updated_at,
	s.is_closed, CASE WHEN s.is_closed THEN s.at END AS closed_at,
	-- by name, as GitLab sorts them
	CASE WHEN NOT s.is_closed AND s.previous IS NOT NULL THEN ARRAY[s.state] ELSE '{}' END
		|| CASE WHEN s.source_type = 'Bug' THEN '{bug}'::text[] ELSE '{}' END AS labels
FROM made.step AS s ORDER BY s.issue, s.at DESC, s.id DESC;
INSERT INTO made.object (source, kind, id, body)
SELECT 'gitlab', 'issue', t.issue::text, jsonb_build_object('id', t.issue, 'iid', t.issue, 'project_id', 1, 'title', t.title,
	'description', NULL, 'state', CASE WHEN t.is_closed THEN 'closed' ELSE 'opened' END, 'created_at', made.iso(t.created_at),
	'updated_at', made.iso(t.updated_at), 'closed_at', made.iso(t.closed_at), 'labels', to_jsonb(t.labels), 'issue_type', 'issue',
	'weight', CASE WHEN t.issue % 2 = 0 THEN t.issue % 8 END, 'due_date', NULL,
	'web_url', 'https://gitlab.example.com/shop/tickets/-/issues/' || t.issue, 'references', jsonb_build_object('full',
		'shop/tickets#' || t.issue))
FROM made.ticket AS t WHERE t.project = 'SHOP'
UNION ALL
SELECT 'gitlab', 'resource_event', e.id::text, jsonb_build_object('id', e.id, 'resource_type', 'Issue', 'resource_id', e.issue,
	'created_at', made.iso(e.at)) || CASE e.kind WHEN 'state' THEN jsonb_build_object('state', e.value)
		ELSE jsonb_build_object('action', e.kind, 'label', jsonb_build_object('id', s.id, 'name', e.value)) END
FROM made.step_event AS e LEFT JOIN made.status AS s ON s.name = e.value WHERE e.project = 'SHOP'
UNION ALL
SELECT 'github', 'issue', t.issue::text, jsonb_build_object('id', t.issue, 'node_id', 'I_' || t.issue, 'number', t.issue, 'title', t.title,
	'body', NULL, 'state', CASE WHEN t.is_closed THEN 'closed' ELSE 'open' END, 'state_reason', CASE WHEN t.is_closed THEN 'completed' END,
	'created_at', made.iso(t.created_at), 'updated_at', made.iso(t.updated_at), 'closed_at', made.iso(t.closed_at),
	'labels', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', l.place, 'name', l.name) ORDER BY l.place), '[]')
		FROM unnest(t.labels) WITH ORDINALITY AS l (name, place)), 'milestone', NULL,
	'user', '{"id": 1, "login": "ada", "type": "User"}'::jsonb, 'html_url', 'https://github.com/pay/tickets/issues/' || t.issue,
	'repository_url', 'https://api.github.com/repos/pay/tickets')
FROM made.ticket AS t WHERE t.project = 'PAY'
UNION ALL
SELECT 'github', 'issue_event', e.id::text, jsonb_build_object('id', e.id, 'event', CASE e.kind WHEN 'add' THEN 'labeled'
	WHEN 'remove' THEN 'unlabeled' ELSE e.value END, 'created_at', made.iso(e.at), 'issue', jsonb_build_object('id', e.issue, 'number',
		e.issue)) || CASE WHEN e.kind <> 'state' THEN jsonb_build_object('label', jsonb_build_object('name', e.value)) ELSE '{}' END
FROM made.step_event AS e WHERE e.project = 'PAY';

-- Requests. What they name, and where, is as in the links of the model.
CREATE TABLE made.request AS
SELECT q.source, made.number(q.merge_request) AS id, q.repository, coalesce(n.in_branch || '-', '') || q.source_branch AS branch,
	q.target_branch, coalesce(n.in_title || ': ', '') || q.title AS title, n.in_description AS description, q.state,
	date_trunc('second', q.created_at) AS created_at, date_trunc('second', q.first_review_at) AS first_review_at,
	date_trunc('second', q.approved_at) AS approved_at, date_trunc('second', q.merged_at) AS merged_at,
	date_trunc('second', q.closed_at) AS closed_at,
	date_trunc('second', greatest(q.created_at, q.first_review_at, q.approved_at, q.merged_at, q.closed_at)) AS updated_at,
	n.head, n.merge, n.squash
FROM gen.merge_request AS q, LATERAL (
	SELECT string_agg(l.target, ' ' ORDER BY l.target) FILTER (WHERE l.method = 'key in title') AS in_title,
		string_agg(l.target, '-' ORDER BY l.target) FILTER (WHERE l.method = 'key in branch') AS in_branch,
		string_agg(l.target, ' ' ORDER BY l.target) FILTER (WHERE l.method = 'key in description') AS in_description,
		min(l.source) FILTER (WHERE l.method = 'head commit') AS head, min(l.source) FILTER (WHERE l.method = 'merge commit') AS merge,
		min(l.source) FILTER (WHERE l.method = 'squash commit') AS squash
	FROM gen.link AS l
	WHERE l.source = q.merge_request AND l.kind IN ('implements', 'fixes') OR l.target = q.merge_request AND l.kind = 'part_of') AS n;
INSERT INTO made.object (source, kind, id, body)
SELECT 'gitlab', 'merge_request', q.id::text, jsonb_build_object('id', q.id, 'iid', q.id, 'project_id', 1, 'source_project_id', 1,
	'target_project_id', 1, 'title', q.title, 'description', q.description, 'state', q.state, 'source_branch', q.branch,
	'target_branch', q.target_branch, 'draft', false, 'created_at', made.iso(q.created_at), 'updated_at', made.iso(q.updated_at),
	'merged_at', made.iso(q.merged_at), 'closed_at', made.iso(q.closed_at), 'sha', q.head, 'merge_commit_sha', q.merge,
	'squash_commit_sha', q.squash, 'author', '{"id": 1, "username": "ada", "name": "Ada"}'::jsonb,
	'web_url', 'https://gitlab.example.com/' || q.repository || '/-/merge_requests/' || q.id, 'references', jsonb_build_object('full',
		q.repository || '!' || q.id))
FROM made.request AS q WHERE q.source = 'gitlab'
UNION ALL
SELECT 'gitlab', 'resource_event', (1000000000 + q.id)::text, jsonb_build_object('id', 1000000000 + q.id, 'resource_type', 'MergeRequest',
	'resource_id', q.id, 'state', q.state, 'created_at', made.iso(coalesce(q.merged_at, q.closed_at)))
FROM made.request AS q WHERE q.source = 'gitlab' AND q.state <> 'opened'
UNION ALL
SELECT 'gitlab', 'approvals', q.id::text, jsonb_build_object('id', q.id, 'iid', q.id, 'project_id', 1, 'approved', true,
	'approvals_left', 0, 'updated_at', made.iso(q.updated_at), 'approved_by', jsonb_build_array(jsonb_build_object('user',
		'{"id": 2, "username": "bob"}'::jsonb, 'approved_at', made.iso(q.approved_at))))
FROM made.request AS q WHERE q.source = 'gitlab' AND q.approved_at IS NOT NULL
UNION ALL
SELECT 'gitlab', 'note', q.id::text, jsonb_build_object('id', q.id, 'type', NULL, 'body', 'And the total?', 'author',
	'{"id": 2, "username": "bob", "name": "Bob"}'::jsonb, 'created_at', made.iso(q.first_review_at), 'updated_at',
	made.iso(q.first_review_at), 'system', false, 'noteable_id', q.id, 'noteable_type', 'MergeRequest', 'project_id', 1, 'noteable_iid',
		q.id)
FROM made.request AS q WHERE q.source = 'gitlab' AND q.first_review_at IS NOT NULL
UNION ALL
SELECT 'github', 'pull_request', q.id::text, jsonb_build_object('id', q.id, 'node_id', 'PR_' || q.id, 'number', q.id, 'title', q.title,
	'body',
	q.description, 'state', CASE q.state WHEN 'opened' THEN 'open' ELSE 'closed' END, 'draft', false, 'created_at', made.iso(q.created_at),
	'updated_at', made.iso(q.updated_at), 'closed_at', made.iso(coalesce(q.merged_at, q.closed_at)), 'merged_at', made.iso(q.merged_at),
	'user', '{"id": 1, "login": "ada", "type": "User"}'::jsonb, 'head', jsonb_build_object('ref', q.branch, 'sha', q.head),
	'base', jsonb_build_object('ref', q.target_branch), 'merge_commit_sha', coalesce(q.squash, q.merge),
	'html_url', 'https://github.com/' || q.repository || '/pull/' || q.id,
	'url', 'https://api.github.com/repos/' || q.repository || '/pulls/' || q.id)
FROM made.request AS q WHERE q.source = 'github'
UNION ALL
SELECT 'github', 'review', (q.id * 2 + v.n)::text, jsonb_build_object('id', q.id * 2 + v.n, 'state', v.state, 'submitted_at',
	made.iso(v.at),
	'commit_id', q.head, 'user', '{"id": 2, "login": "bob", "type": "User"}'::jsonb,
	'pull_request_url', 'https://api.github.com/repos/' || q.repository || '/pulls/' || q.id)
FROM made.request AS q, LATERAL (VALUES (0, 'APPROVED', q.approved_at), (1, 'CHANGES_REQUESTED', CASE
	WHEN q.first_review_at IS DISTINCT FROM q.approved_at THEN q.first_review_at END)) AS v (n, state, at)
WHERE q.source = 'github' AND v.at IS NOT NULL;

INSERT INTO made.object (source, kind, id, body)
SELECT c.source, 'commit', c.sha, CASE c.source
	WHEN 'gitlab' THEN jsonb_build_object('id', c.sha, 'short_id', left(c.sha, 8), 'title', c.title, 'message', c.title || E'\n',
		'author_name', 'Ada', 'author_email', 'ada@example.com', 'authored_date', made.iso(coalesce(c.authored_at, c.committed_at)),
		'committed_date', made.iso(c.committed_at), 'created_at', made.iso(c.committed_at), 'parent_ids', to_jsonb(c.parents),
		'web_url', 'https://gitlab.example.com/' || c.repository || '/-/commit/' || c.sha)
	ELSE jsonb_build_object('sha', c.sha, 'node_id', 'C_' || c.sha, 'commit', jsonb_build_object('message', c.title,
		'author', jsonb_build_object('name', 'Ada', 'email', 'ada@example.com', 'date', made.iso(coalesce(c.authored_at, c.committed_at))),
		'committer', jsonb_build_object('name', 'Ada', 'email', 'ada@example.com', 'date', made.iso(c.committed_at))),
		'author', '{"id": 1, "login": "ada", "type": "User"}'::jsonb,
		'parents', (SELECT coalesce(jsonb_agg(jsonb_build_object('sha', p.sha) ORDER BY p.place), '[]')
			FROM unnest(c.parents) WITH ORDINALITY AS p (sha, place)),
		'html_url', 'https://github.com/' || c.repository || '/commit/' || c.sha,
		'url', 'https://api.github.com/repos/' || c.repository || '/commits/' || c.sha) END
FROM (
	-- The keys that their subjects name.
	SELECT c.source, c.sha, c.repository, c.parents, c.authored_at, c.committed_at, coalesce((SELECT string_agg(l.target, ' ' ORDER BY
		l.target) || ': ' FROM gen.link AS l WHERE l.source = c.sha AND l.method = 'key in subject'), '') || c.title AS title
	FROM gen.commit AS c) AS c;

INSERT INTO made.object (source, kind, id, body)
SELECT c.source, CASE c.source WHEN 'gitlab' THEN 'pipeline' ELSE 'workflow_run' END, b.id::text, CASE c.source
	WHEN 'gitlab' THEN jsonb_build_object('id', b.id, 'project_id', 1, 'sha', b.sha, 'ref', 'main', 'status', b.status,
		'created_at', made.iso(b.started_at), 'updated_at', made.iso(b.finished_at), 'started_at', made.iso(b.started_at), 'finished_at',
		made.iso(b.finished_at), 'web_url', 'https://gitlab.example.com/' || b.repository || '/-/pipelines/' || b.id)
	ELSE jsonb_build_object('id', b.id, 'name', 'ci', 'head_branch', 'main', 'head_sha', b.sha, 'run_number', b.id, 'run_attempt', 1,
		'event', 'push', 'status', 'completed', 'conclusion', CASE b.status WHEN 'success' THEN 'success' ELSE 'failure' END,
		'created_at', made.iso(b.started_at), 'run_started_at', made.iso(b.started_at), 'updated_at', made.iso(b.finished_at),
		'html_url', 'https://github.com/' || b.repository || '/actions/runs/' || b.id,
		'repository', jsonb_build_object('full_name', b.repository)) END
FROM (SELECT row_number() OVER (ORDER BY b.started_at, b.build) AS id, b.* FROM gen.build AS b) AS b JOIN gen.commit AS c USING (sha);

CREATE TABLE made.deployed AS
SELECT row_number() OVER (ORDER BY d.created_at, d.deployment) AS id, d.deployment, d.source, d.repository, d.environment,
	d.environment_tier,
	d.sha, d.status, date_trunc('second', d.created_at) AS created_at, date_trunc('second', d.finished_at) AS finished_at
FROM gen.deployment AS d WHERE d.created_at >= '2025-07-01Z' AND d.service NOT LIKE '%/api';
INSERT INTO made.object (source, kind, id, body)
SELECT 'gitlab', 'deployment', d.id::text, jsonb_build_object('id', d.id, 'iid', d.id, 'ref', 'main', 'sha', d.sha, 'status', d.status,
	'created_at', made.iso(d.created_at), 'updated_at', made.iso(d.finished_at), 'environment', jsonb_build_object('id', CASE
		d.environment WHEN 'live' THEN 1 ELSE 2 END, 'name', d.environment, 'tier', d.environment_tier),
	'deployable', jsonb_build_object('id', 5000000 + d.id, 'finished_at', made.iso(d.finished_at), 'web_url',
		'https://gitlab.example.com/' || d.repository || '/-/jobs/' || 5000000 + d.id))
FROM made.deployed AS d WHERE d.source = 'gitlab'
UNION ALL
SELECT 'github', v.kind, d.id::text, v.body
FROM made.deployed AS d, LATERAL (SELECT 'https://api.github.com/repos/' || d.repository AS url) AS r, LATERAL (VALUES
	('deployment', jsonb_build_object('id', d.id, 'node_id', 'D_' || d.id, 'sha', d.sha, 'ref', 'main', 'task', 'deploy', 'payload',
		'{}'::jsonb, 'environment', CASE d.environment WHEN 'live' THEN 'production' ELSE d.environment END,
		'created_at', made.iso(d.created_at), 'updated_at', made.iso(d.finished_at), 'url', r.url || '/deployments/' || d.id,
		'statuses_url', r.url || '/deployments/' || d.id || '/statuses', 'repository_url', r.url)),
	('deployment_status', jsonb_build_object('id', d.id, 'node_id', 'DS_' || d.id, 'state', CASE d.status WHEN 'success' THEN 'success'
			ELSE 'failure' END,
		'environment', CASE d.environment WHEN 'live' THEN 'production' ELSE d.environment END, 'created_at', made.iso(d.finished_at),
		'updated_at', made.iso(d.finished_at), 'target_url', NULL, 'deployment_url', r.url || '/deployments/' || d.id, 'repository_url',
		r.url, 'url', r.url || '/deployments/' || d.id || '/statuses/' || d.id))) AS v (kind, body)
WHERE d.source = 'github';

-- ServiceNow: records with all values as texts, and references as objects.
CREATE FUNCTION made.stamp(at timestamptz) RETURNS text LANGUAGE sql IMMUTABLE
RETURN coalesce(to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS'), '');
CREATE FUNCTION made.reference(of_table text, id text) RETURNS jsonb LANGUAGE sql IMMUTABLE
RETURN CASE WHEN id IS NULL THEN to_jsonb(''::text) ELSE
	jsonb_build_object('link', 'https://x.service-now.com/api/now/table/' || of_table || '/' || id, 'value', id) END;
CREATE TABLE made.audit AS
SELECT md5(a.documentkey || a.fieldname || a.place) AS id, a.*
FROM (
	SELECT 'change_request' AS tablename, md5(i.item) AS documentkey, v.field AS fieldname, v.old_value, v.new_value, v.place,
		date_trunc('second', e.at) AS at
	FROM gen.item AS i JOIN gen.event AS e ON e.entity = i.item, LATERAL (VALUES
		('approval requested', 1, 'approval', 'not requested', 'requested'), ('approval requested', 1, 'state', '-5', '-4'),
		('approval approved', 2, 'approval', 'requested', 'approved'), ('approval approved', 2, 'state', '-4', '-2'))
		AS v (state, place, field, old_value, new_value)
	WHERE i.source = 'servicenow' AND v.state = e.state
	UNION ALL
	SELECT 'incident', md5('incident' || d.id), v.field, v.old_value, v.new_value, v.place, d.finished_at + v.after
	FROM made.deployed AS d, LATERAL (VALUES
		(interval '90 minutes', 1, 'state', '1', '2'), (interval '2 hours', 2, 'priority', '3', '1'), (interval '3 hours', 3, 'state', '2',
			'6')) AS v (after, place, field, old_value, new_value)
	WHERE d.status = 'failed' AND d.environment = 'live') AS a;
INSERT INTO made.object (source, kind, id, body)
SELECT 'servicenow', 'change_request', md5(i.item), jsonb_build_object('sys_id', md5(i.item), 'sys_class_name', 'change_request',
	'number', i.key, 'short_description', 'Release ' || i.key, 'type', 'normal', 'priority', '3', 'state', a.state, 'approval', a.approval,
	'cmdb_ci', made.reference('cmdb_ci', md5('shop')), 'opened_at', made.stamp(i.created_at), 'sys_created_on', made.stamp(i.created_at),
	'sys_updated_on', made.stamp(coalesce(a.at, i.created_at)), 'sys_mod_count', a.count::text, 'work_start', '', 'work_end', '',
	'end_date', '', 'correlation_id', coalesce((SELECT 'gitlab:deployment:' || d.id FROM gen.link AS l JOIN made.deployed AS d
		ON d.deployment = l.target WHERE l.source = i.item), ''))
FROM gen.item AS i, LATERAL (
	SELECT max(a.at) AS at, count(DISTINCT a.place) AS count, coalesce((array_agg(a.new_value ORDER BY a.at DESC)
		FILTER (WHERE a.fieldname = 'state'))[1], '-5') AS state, coalesce((array_agg(a.new_value ORDER BY a.at DESC)
			FILTER (WHERE a.fieldname = 'approval'))[1], 'not requested') AS approval
	FROM made.audit AS a WHERE a.documentkey = md5(i.item)) AS a
WHERE i.source = 'servicenow'
UNION ALL
SELECT 'servicenow', 'incident', md5('incident' || d.id), jsonb_build_object('sys_id', md5('incident' || d.id), 'sys_class_name',
	'incident',
	'number', 'INC' || lpad(d.id::text, 7, '0'), 'short_description', 'No total in ' || d.repository, 'priority', '1', 'severity', '1',
	'state', '6', 'incident_state', '6', 'cmdb_ci', made.reference('cmdb_ci', md5('shop')), 'opened_at',
	made.stamp(d.finished_at + interval '1 hour'), 'sys_created_on', made.stamp(d.finished_at + interval '1 hour'),
	'resolved_at', made.stamp(d.finished_at + interval '3 hours'), 'closed_at', '', 'sys_updated_on',
	made.stamp(d.finished_at + interval '3 hours'), 'sys_mod_count', '3', 'caused_by', made.reference('change_request', c.id))
FROM made.deployed AS d LEFT JOIN LATERAL (
	SELECT md5(l.source) AS id FROM gen.link AS l WHERE l.kind = 'deploys' AND l.target = d.deployment) AS c ON true
WHERE d.status = 'failed' AND d.environment = 'live'
UNION ALL
SELECT 'servicenow', 'sys_audit', a.id, jsonb_build_object('sys_id', a.id, 'tablename', a.tablename, 'documentkey', a.documentkey,
	'fieldname', a.fieldname, 'oldvalue', a.old_value, 'newvalue', a.new_value, 'record_checkpoint', a.place::text,
	'sys_created_on', made.stamp(a.at)) FROM made.audit AS a
UNION ALL
SELECT 'servicenow', 'sysapproval_approver', a.id || 'p', jsonb_build_object('sys_id', a.id || 'p', 'state', 'approved',
	'source_table', 'change_request', 'approver', made.reference('sys_user', md5('ann')),
	'sysapproval', made.reference('task', a.documentkey), 'document_id', made.reference('change_request', a.documentkey),
	'sys_created_on', made.stamp(a.at - interval '1 day'), 'sys_updated_on', made.stamp(a.at), 'sys_mod_count', '1')
FROM made.audit AS a WHERE a.fieldname = 'approval' AND a.new_value = 'approved';
ANALYZE made.object;
