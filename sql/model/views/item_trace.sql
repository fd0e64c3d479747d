CREATE OR REPLACE VIEW :"schema".item_trace WITH (security_barrier) AS
SELECT q.item, row_number() OVER (
		PARTITION BY q.value_stream, q.item ORDER BY q.happened_at, q.rank, q.entity COLLATE "C", q.event COLLATE "C",
		q.via COLLATE "C")::integer AS place,
	q.value_stream, q.portfolio, q.team, q.type, q.key, q.happened_at, q.happened_day, q.step, q.entity, q.event, q.via, q.method,
	q.confidence, q.title, q.url
FROM (
	SELECT t.item, coalesce(f.value_stream, '(none)') AS value_stream, coalesce(v.portfolio, '(none)') AS portfolio,
		coalesce(f.team, '(none)') AS team, coalesce(f.type, '(none)') AS type, i.key, t.at AS happened_at,
		vsm.period_day(t.at, m.time_zone) AS happened_day, t.rank, t.step, t.entity, t.event, t.via, t.method, t.confidence, t.title, t.url
	FROM (
			-- the item in its tracker, and what it is a part of
			SELECT i.item, i.created_at AS at, 20 AS rank, 'item' AS step, i.item AS entity, 'created' AS event, NULL::text AS via,
				NULL::text AS method, NULL::float8 AS confidence, i.title, i.url
			FROM :"schema".item AS i WHERE i.created_at IS NOT NULL
			UNION ALL
			SELECT i.item, e.at, 30, 'item', i.item, e.state, NULL, NULL, NULL, i.title, i.url
			FROM :"schema".item AS i JOIN :"schema".event AS e ON e.entity = i.item AND e.method IS DISTINCT FROM 'label'
			UNION ALL
			SELECT i.item, p.created_at, 1, n.step, p.item, 'created', i.item, n.step, 1, CASE WHEN g.value_stream = f.value_stream
				THEN p.title END, CASE WHEN g.value_stream = f.value_stream THEN p.url END
			FROM :"schema".item AS i
				CROSS JOIN LATERAL (VALUES ('parent', i.parent), ('feature', i.feature)) AS n (step, name)
				LEFT JOIN LATERAL (
					SELECT a.item FROM :"schema".item_alias AS a WHERE a.alias = n.name
					ORDER BY a.since DESC NULLS LAST, a.item COLLATE "C" LIMIT 1) AS a ON true
				JOIN :"schema".item AS p ON p.item = coalesce(a.item, n.name)
				LEFT JOIN :"schema".item_flow AS f ON f.item = i.item
				LEFT JOIN :"schema".item_flow AS g ON g.item = p.item
			UNION ALL
			-- the code
			SELECT p.item, u.at, 50 + u.place, 'request', p.part, u.event, p.item, p.method, p.confidence, r.title, r.url
			FROM :"schema".item_part AS p
				LEFT JOIN :"schema".merge_request AS r ON r.merge_request = p.part
				CROSS JOIN LATERAL (VALUES (1, p.opened_at, 'opened'), (2, p.ready_at, 'ready for review'),
					(3, p.first_review_at, 'first review'), (4, p.approved_at, 'approved'), (5, p.merged_at, 'merged'),
					(6, r.closed_at, 'closed')) AS u (place, at, event)
			WHERE p.kind = 'request' AND u.at IS NOT NULL
			UNION ALL
			SELECT p.item, coalesce(k.authored_at, k.committed_at), 40, 'commit', k.sha, 'written', p.item, p.method, p.confidence, k.title,
				k.url
			FROM :"schema".item_part AS p JOIN :"schema".commit AS k ON k.sha = p.part
			WHERE p.kind = 'commit'
			UNION ALL
			SELECT p.item, coalesce(k.authored_at, k.committed_at), 40, 'commit', k.sha, 'written', p.part, l.method, l.confidence, k.title,
				k.url
			FROM :"schema".item_part AS p
				CROSS JOIN LATERAL (
					SELECT p.part AS name UNION ALL SELECT a.alias FROM :"schema".item_alias AS a WHERE a.item = p.part) AS n
				JOIN :"schema".link AS l ON l.target = n.name AND l.kind = 'part_of' AND l.until IS NULL
				JOIN :"schema".commit AS k ON k.sha = l.source
			WHERE p.kind = 'request'
			UNION ALL
			SELECT p.item, coalesce(b.finished_at, b.started_at, b.queued_at), 60, 'build', b.build, concat_ws(': ', b.job, b.status),
				p.sha, l.method, l.confidence, NULL, b.url
			FROM :"schema".item_part AS p
				JOIN :"schema".link AS l ON l.target = p.sha AND l.kind = 'builds' AND l.until IS NULL
				JOIN :"schema".build AS b ON b.build = l.source
			UNION ALL
			-- what took it to an environment first, and what was asked for that
			SELECT p.item, c.released_at, 80, 'deployment', c.deployment, concat_ws(' ', nullif(c.service, ''), 'on', c.environment), p.sha,
				'history contains the commit', 1, NULL, d.url
			FROM :"schema".item_part AS p
				JOIN :"schema".commit_release AS c ON c.sha = p.sha AND (NOT c.is_first OR p.merged_at >= c.released_at)
				JOIN :"schema".deployment AS d ON d.deployment = c.deployment
			UNION ALL
			SELECT p.item, e.at, 70, 'change', l.source, e.state, p.deployment, l.method, l.confidence, i.title, i.url
			FROM (SELECT DISTINCT k.item, k.deployment FROM :"schema".item_part AS k WHERE k.deployment IS NOT NULL) AS p
				JOIN :"schema".link AS l ON l.target = p.deployment AND l.kind = 'deploys' AND l.until IS NULL
				JOIN :"schema".event AS e ON e.entity = l.source
					AND e.state IN ('approval requested', 'approval approved', 'work started', 'work ended')
				LEFT JOIN :"schema".item AS i ON i.item = l.source
			UNION ALL
			-- what came of it
			SELECT p.item, coalesce(k.committed_at, r.merged_at, r.created_at), 90, 'revert', l.source, 'reverted', l.target, l.method,
				l.confidence, coalesce(k.title, r.title), coalesce(k.url, r.url)
			FROM :"schema".item_part AS p
				JOIN :"schema".link AS l ON l.target IN (p.part, p.sha) AND l.kind = 'reverts' AND l.until IS NULL
				LEFT JOIN :"schema".commit AS k ON k.sha = l.source
				LEFT JOIN :"schema".merge_request AS r ON r.merge_request = l.source
			UNION ALL
			SELECT p.item, u.at, 100, 'incident', n.incident, u.event, p.deployment, l.method, l.confidence, n.title, n.url
			FROM (SELECT DISTINCT k.item, k.deployment FROM :"schema".item_part AS k WHERE k.deployment IS NOT NULL) AS p
				JOIN :"schema".link AS l ON l.target = p.deployment AND l.kind = 'caused_by' AND l.until IS NULL
				LEFT JOIN :"schema".item_alias AS a ON a.alias = l.source
				JOIN :"schema".incident AS n ON n.incident = coalesce(a.item, l.source) AND n.change_caused IS NOT FALSE
				CROSS JOIN LATERAL (VALUES (n.opened_at, 'opened'), (n.resolved_at, 'resolved')) AS u (at, event)
			WHERE u.at IS NOT NULL
			UNION ALL
			SELECT i.item, u.at, 110, 'usage', i.item, 'first used: ' || u.source, NULL,
				CASE WHEN u.feature = i.item THEN 'item' ELSE 'alias' END, 1, i.title, i.url
			FROM :"schema".item AS i
				CROSS JOIN LATERAL (
					SELECT i.item AS name UNION SELECT a.alias FROM :"schema".item_alias AS a WHERE a.item = i.item) AS n
				CROSS JOIN LATERAL (
					SELECT g.source, g.feature, min(g.at) AS at FROM :"schema".usage AS g WHERE g.feature = n.name
					GROUP BY g.source, g.feature) AS u
			UNION ALL
			SELECT i.item, o.at, 120, 'outcome', i.item, concat_ws(' ', o.measure, o.amount, o.currency), NULL,
				CASE WHEN o.feature = i.item THEN 'item' ELSE 'alias' END, 1, i.title, i.url
			FROM :"schema".item AS i
				CROSS JOIN LATERAL (
					SELECT i.item AS name UNION SELECT a.alias FROM :"schema".item_alias AS a WHERE a.item = i.item) AS n
				JOIN :"schema".outcome AS o ON o.feature = n.name) AS t
		JOIN :"schema".item AS i ON i.item = t.item
		CROSS JOIN :"schema".model AS m
		LEFT JOIN :"schema".item_flow AS f ON f.item = t.item
		LEFT JOIN :"schema".value_stream AS v ON v.value_stream = f.value_stream) AS q
WHERE NOT EXISTS (SELECT FROM :"schema".access) OR q.value_stream = ANY (ARRAY(
	SELECT a.value_stream FROM :"schema".access AS a JOIN pg_catalog.pg_roles AS o ON o.rolname = a.role
	WHERE pg_catalog.pg_has_role(o.oid, 'USAGE')));

COMMENT ON VIEW :"schema".item_trace IS 'all that leads from the idea to the use of an item, in order: one row a step, see vsm.trace';
COMMENT ON COLUMN :"schema".item_trace.item IS 'item';
COMMENT ON COLUMN :"schema".item_trace.place IS 'place of the step in the way of the item, from 1';
COMMENT ON COLUMN :"schema".item_trace.value_stream IS 'value stream of the item; (none): no rule of routing matches';
COMMENT ON COLUMN :"schema".item_trace.portfolio IS 'portfolio of the value stream; (none): in none';
COMMENT ON COLUMN :"schema".item_trace.team IS 'team of the item, as at its end; (none): of no team';
COMMENT ON COLUMN :"schema".item_trace.type IS 'type of the item as at its end: feature, defect, risk, debt or other; (none): not told';
COMMENT ON COLUMN :"schema".item_trace.key IS 'key of the item in the tracker; NULL: not told';
COMMENT ON COLUMN :"schema".item_trace.happened_at IS 'when it happened; NULL: not told';
COMMENT ON COLUMN :"schema".item_trace.happened_day IS 'day on which it happened, in the time zone of the model; NULL: not told';
COMMENT ON COLUMN :"schema".item_trace.step IS
	'what took it: item, parent, feature, request, commit, build, change, deployment, revert, incident, usage or outcome';
COMMENT ON COLUMN :"schema".item_trace.entity IS 'the entity: item, merge request, commit, build, change, deployment, incident';
COMMENT ON COLUMN :"schema".item_trace.event IS 'what happened';
COMMENT ON COLUMN :"schema".item_trace.via IS 'the entity that leads to it; NULL: the item itself';
COMMENT ON COLUMN :"schema".item_trace.method IS 'how it is known that it leads to it; NULL: it is the item itself, or not told';
COMMENT ON COLUMN :"schema".item_trace.confidence IS 'how sure that is, from 0 to 1; NULL: not told';
COMMENT ON COLUMN :"schema".item_trace.title IS 'title of the entity; NULL: not told';
COMMENT ON COLUMN :"schema".item_trace.url IS 'address of the entity; NULL: not told';
