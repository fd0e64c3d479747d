CREATE OR REPLACE VIEW :"schema".item_trace WITH (security_barrier) AS
SELECT q.item, q.place, q.value_stream, q.portfolio, q.team, q.type, q.key, q.happened_at, q.happened_day, q.step, q.entity, q.event, q.via,
	q.method, q.confidence, q.title, q.url
FROM (
	SELECT i.item, t.place, i.value_stream, coalesce(v.portfolio, '(none)') AS portfolio, i.team, i.type, i.key, t.at AS happened_at,
		vsm.period_day(t.at, m.time_zone) AS happened_day, t.step, t.entity, t.event, t.via, t.method, t.confidence, t.title, t.url
	FROM (
			-- Items first, so that a question about some of them looks for what belongs to no others.
			SELECT i.item, i.key, i.title, i.url, i.created_at, i.parent, i.feature, f.value_stream AS own_stream,
				coalesce(f.value_stream, '(none)') AS value_stream, coalesce(f.team, '(none)') AS team, coalesce(f.type, '(none)') AS type
			FROM :"schema".item_flow AS f JOIN :"schema".item AS i ON i.item = f.item
			UNION ALL
			SELECT i.item, i.key, i.title, i.url, i.created_at, i.parent, i.feature, NULL, '(none)', '(none)', '(none)'
			FROM :"schema".item AS i WHERE NOT EXISTS (SELECT FROM :"schema".item_flow AS f WHERE f.item = i.item)) AS i
		CROSS JOIN :"schema".model AS m
		LEFT JOIN :"schema".value_stream AS v ON v.value_stream = i.own_stream
		-- In order item by item: there are few steps of each.
		CROSS JOIN LATERAL (
			SELECT s.*, row_number() OVER (ORDER BY s.at, s.rank, s.entity COLLATE "C", s.event COLLATE "C", s.via COLLATE "C",
				s.step COLLATE "C" DESC)::integer AS place
			FROM (
				-- the item in its tracker, and what it is a part of
				SELECT i.created_at AS at, 20 AS rank, 'item' AS step, i.item AS entity, 'created' AS event, NULL::text AS via,
					NULL::text AS method, NULL::float8 AS confidence, i.title, i.url
				WHERE i.created_at IS NOT NULL
				UNION ALL
				SELECT e.at, 30, 'item', i.item, e.state, NULL, NULL, NULL, i.title, i.url
				FROM :"schema".event AS e WHERE e.entity = i.item AND e.method IS DISTINCT FROM 'label'
				UNION ALL
				SELECT p.created_at, 1, n.step, p.item, 'created', i.item, n.step, 1, CASE WHEN g.value_stream = i.own_stream
					THEN p.title END, CASE WHEN g.value_stream = i.own_stream THEN p.url END
				FROM (
						SELECT 'parent' AS step, i.parent AS name WHERE i.parent IS NOT NULL
						UNION ALL
						SELECT 'feature', i.feature WHERE i.feature IS NOT NULL) AS n
					LEFT JOIN LATERAL (
						SELECT a.item FROM :"schema".item_alias AS a WHERE a.alias = n.name
						ORDER BY a.since DESC NULLS LAST, a.item COLLATE "C" LIMIT 1) AS a ON true
					JOIN :"schema".item AS p ON p.item = coalesce(a.item, n.name)
					LEFT JOIN :"schema".item_flow AS g ON g.item = p.item
				UNION ALL
				SELECT w.*
				FROM :"schema".item_part AS p
					CROSS JOIN LATERAL (
						-- the code
						SELECT u.at, 50 + u.place, 'request', p.part, u.event, p.item, p.method, p.confidence, r.title, r.url
						FROM (SELECT WHERE p.kind = 'request') AS k
							LEFT JOIN :"schema".merge_request AS r ON r.merge_request = p.part
							CROSS JOIN LATERAL (VALUES (1, p.opened_at, 'opened'), (2, p.ready_at, 'ready for review'),
								(3, p.first_review_at, 'first review'), (4, p.approved_at, 'approved'), (5, p.merged_at, 'merged'),
								(6, r.closed_at, 'closed')) AS u (place, at, event)
						WHERE u.at IS NOT NULL
						UNION ALL
						SELECT coalesce(k.authored_at, k.committed_at), 40, 'commit', k.sha, 'written', p.item, p.method, p.confidence,
							k.title, k.url
						FROM :"schema".commit AS k WHERE p.kind = 'commit' AND k.sha = p.part
						UNION ALL
						SELECT coalesce(k.authored_at, k.committed_at), 40, 'commit', k.sha, 'written', p.part, l.method, l.confidence,
							k.title, k.url
						FROM (
								SELECT p.part AS name UNION ALL SELECT a.alias FROM :"schema".item_alias AS a WHERE a.item = p.part) AS n
							JOIN :"schema".link AS l ON l.target = n.name AND l.kind = 'part_of' AND l.until IS NULL
							JOIN :"schema".commit AS k ON k.sha = l.source
						WHERE p.kind = 'request'
						UNION ALL
						SELECT coalesce(b.finished_at, b.started_at, b.queued_at), 60, 'build', b.build, concat_ws(': ', b.job, b.status),
							p.sha, l.method, l.confidence, NULL, b.url
						FROM :"schema".link AS l JOIN :"schema".build AS b ON b.build = l.source
						WHERE l.target = p.sha AND l.kind = 'builds' AND l.until IS NULL
						UNION ALL
						-- what took it to an environment first, and what was asked for that
						SELECT c.released_at, 80, 'deployment', c.deployment, concat_ws(' ', nullif(c.service, ''), 'on', c.environment),
							p.sha, 'history contains the commit', 1, NULL, d.url
						FROM :"schema".commit_release AS c JOIN :"schema".deployment AS d ON d.deployment = c.deployment
						WHERE c.sha = p.sha AND (NOT c.is_first OR p.merged_at >= c.released_at)
						UNION ALL
						-- what came of it
						SELECT coalesce(k.committed_at, r.merged_at, r.created_at), 90, 'revert', l.source, 'reverted', l.target, l.method,
							l.confidence, coalesce(k.title, r.title), coalesce(k.url, r.url)
						FROM :"schema".link AS l
							LEFT JOIN :"schema".commit AS k ON k.sha = l.source
							LEFT JOIN :"schema".merge_request AS r ON r.merge_request = l.source
						WHERE l.target IN (p.part, p.sha) AND l.kind = 'reverts' AND l.until IS NULL
						UNION ALL
						-- of a deployment of several parts once
						SELECT z.*
						FROM (
								SELECT WHERE p.deployment IS NOT NULL AND NOT EXISTS (
									SELECT FROM :"schema".item_part AS o
									WHERE o.item = p.item AND o.deployment = p.deployment AND o.part < p.part)) AS y
							CROSS JOIN LATERAL (
								SELECT e.at, 70, 'change', l.source, e.state, p.deployment, l.method, l.confidence, h.title, h.url
								FROM :"schema".link AS l
									JOIN :"schema".event AS e ON e.entity = l.source
										AND e.state IN ('approval requested', 'approval approved', 'work started', 'work ended')
									LEFT JOIN :"schema".item AS h ON h.item = l.source
								WHERE l.target = p.deployment AND l.kind = 'deploys' AND l.until IS NULL
								UNION ALL
								SELECT u.at, 100, 'incident', n.incident, u.event, p.deployment, l.method, l.confidence, n.title, n.url
								FROM :"schema".link AS l
									LEFT JOIN :"schema".item_alias AS a ON a.alias = l.source
									JOIN :"schema".incident AS n ON n.incident = coalesce(a.item, l.source)
										AND n.change_caused IS NOT FALSE
									CROSS JOIN LATERAL (VALUES (n.opened_at, 'opened'), (n.resolved_at, 'resolved')) AS u (at, event)
								WHERE l.target = p.deployment AND l.kind = 'caused_by' AND l.until IS NULL AND u.at IS NOT NULL) AS z)
							AS w
				WHERE p.item = i.item
				UNION ALL
				SELECT w.*
				FROM (
						SELECT i.item AS name, 'item' AS method
						UNION ALL
						SELECT a.alias, 'alias' FROM :"schema".item_alias AS a WHERE a.item = i.item AND a.alias <> i.item) AS n
					CROSS JOIN LATERAL (
						SELECT min(g.at), 110, 'usage', i.item, 'first used: ' || g.source, NULL, n.method, 1, i.title, i.url
						FROM :"schema".usage AS g WHERE g.feature = n.name
						GROUP BY g.source
						UNION ALL
						SELECT o.at, 120, 'outcome', i.item, concat_ws(' ', o.measure, o.amount, o.currency), NULL, n.method, 1, i.title,
							i.url
						FROM :"schema".outcome AS o WHERE o.feature = n.name) AS w) AS s) AS t) AS q
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
