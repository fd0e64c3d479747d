CREATE OR REPLACE VIEW :"schema".review WITH (security_barrier) AS
SELECT q.merge_request, q.value_stream, q.portfolio, q.team, q.type, q.service, q.repository, q.title, q.url, q.item, q.key, q.item_count,
	q.state, q.merged_at, q.merged_day, q.merged_week, q.merged_month, q.first_commit_at, q.opened_at, q.ready_at, q.first_review_at,
	q.approved_at, q.closed_at, CASE WHEN q.released_at IS NOT NULL THEN greatest(q.released_at, q.merged_at) END AS released_at,
	CASE WHEN q.first_commit_at <= q.ready_at THEN date_part('epoch', q.ready_at - q.first_commit_at) / 3600 END AS coding_hours,
	CASE WHEN q.ready_at IS NOT NULL THEN date_part('epoch', q.first_review_at - least(q.ready_at, q.first_review_at)) / 3600 END
		AS pickup_hours,
	CASE WHEN q.first_review_at IS NOT NULL THEN date_part('epoch', coalesce(q.approved_at, q.merged_at)
		- least(q.first_review_at, coalesce(q.approved_at, q.merged_at))) / 3600 END AS review_hours,
	CASE WHEN q.approved_at IS NOT NULL THEN date_part('epoch', q.merged_at - least(q.approved_at, q.merged_at)) / 3600 END
		AS merge_hours,
	date_part('epoch', q.released_at - least(q.merged_at, q.released_at)) / 3600 AS release_hours,
	q.first_review_at IS NOT NULL AS reviewed, q.additions, q.deletions, q.author_kind, q.assisted_by
FROM (
	SELECT r.merge_request, coalesce(s.value_stream, '(none)') AS value_stream, coalesce(v.portfolio, '(none)') AS portfolio,
		coalesce(s.team, '(none)') AS team, coalesce(i.type, '(none)') AS type,
		coalesce(n.service, w.service, r.repository, '(none)') AS service, coalesce(r.repository, '(none)') AS repository, r.title, r.url,
		p.item, k.key, p.item_count, r.state, r.merged_at, vsm.period_day(r.merged_at, m.time_zone) AS merged_day,
		vsm.period_week(r.merged_at, m.time_zone, m.week_starts) AS merged_week, vsm.period_month(r.merged_at, m.time_zone) AS merged_month,
		coalesce(p.first_commit_at, c.first_commit_at) AS first_commit_at, coalesce(p.opened_at, e.opened_at, r.created_at) AS opened_at,
		d.ready_at,
		r.first_review_at, coalesce(p.approved_at, e.approved_at, r.approved_at) AS approved_at, r.closed_at,
		CASE
			WHEN p.item_count > 0 THEN p.released_at
			WHEN NOT t.is_first OR r.merged_at >= t.released_at THEN t.released_at
		END AS released_at,
		r.additions, r.deletions, r.author_kind, r.assisted_by
	FROM :"schema".merge_request AS r
		CROSS JOIN :"schema".model AS m
		-- Of several services of a repository the only one whose files it changes, else the repository as a whole.
		LEFT JOIN (SELECT DISTINCT x.repository FROM :"schema".service AS x WHERE x.path IS NOT NULL) AS y ON y.repository = r.repository
		LEFT JOIN LATERAL (
			SELECT CASE WHEN count(DISTINCT x.service) = 1 THEN min(x.service) END AS service
			FROM (
					SELECT r.merge_request AS name
					UNION ALL
					SELECT a.alias FROM :"schema".item_alias AS a WHERE a.item = r.merge_request) AS h
				JOIN :"schema".link AS l ON l.target = h.name AND l.kind = 'part_of' AND l.until IS NULL
				JOIN :"schema".commit AS o ON o.sha = l.source
				JOIN :"schema".service AS x ON x.repository = y.repository AND vsm.touches_path(o.paths, x.path)
			WHERE y.repository IS NOT NULL) AS n ON true
		LEFT JOIN :"schema".repository_service AS w ON w.repository = r.repository
		LEFT JOIN :"schema".service AS s ON s.service = coalesce(n.service, w.service, r.repository)
		LEFT JOIN :"schema".value_stream AS v ON v.value_stream = s.value_stream
		-- What refresh knows of it as a part of items.
		CROSS JOIN LATERAL (
			SELECT count(*)::integer AS item_count, CASE WHEN count(*) = 1 THEN min(g.item) END AS item, min(g.first_commit_at)
				AS first_commit_at, min(g.opened_at) AS opened_at, min(g.ready_at) AS ready_at, min(g.approved_at) AS approved_at,
				min(g.released_at) AS released_at
			FROM :"schema".item_part AS g WHERE g.part = r.merge_request) AS p
		LEFT JOIN :"schema".item_flow AS i ON i.item = p.item
		-- Who sees the request does not see which item of another value stream it is about, unless he sees that, too.
		LEFT JOIN :"schema".item AS k ON k.item = p.item AND (NOT EXISTS (SELECT FROM :"schema".access)
			OR coalesce(i.value_stream, '(none)') = ANY (ARRAY(
			SELECT a.value_stream FROM :"schema".access AS a JOIN pg_catalog.pg_roles AS o ON o.rolname = a.role
			WHERE pg_catalog.pg_has_role(o.oid, 'USAGE'))))
		-- The same of one that is none, as vsm.write_item_parts and vsm.request_commits have it.
		CROSS JOIN LATERAL (
			SELECT min(x.at) FILTER (WHERE vsm.code_state(x.state) = 'code opened') AS opened_at,
				min(x.at) FILTER (WHERE vsm.code_state(x.state) = 'code ready') AS ready_at,
				min(x.at) FILTER (WHERE vsm.code_state(x.state) = 'code approved') AS approved_at
			FROM :"schema".event AS x WHERE x.entity = r.merge_request AND p.item_count = 0) AS e
		-- One that never was a draft is ready from the beginning.
		CROSS JOIN LATERAL (
			SELECT coalesce(p.ready_at, e.ready_at, r.ready_at, CASE WHEN r.state <> 'draft' AND NOT EXISTS (
				SELECT FROM :"schema".event AS x WHERE x.entity = r.merge_request AND vsm.code_state(x.state) = 'code draft')
				THEN coalesce(p.opened_at, e.opened_at, r.created_at) END) AS ready_at OFFSET 0) AS d
		CROSS JOIN LATERAL (
			SELECT min(coalesce(o.authored_at, o.committed_at)) AS first_commit_at,
				(array_agg(o.sha ORDER BY CASE WHEN l.method = 'merge commit' THEN 1 WHEN l.method IN ('squash commit', 'number in subject')
					THEN 2 WHEN l.method = 'head commit' THEN 3 ELSE 4 END, o.committed_at DESC NULLS LAST, o.sha COLLATE "C"))[1] AS sha
			FROM (
					SELECT r.merge_request AS name
					UNION ALL
					SELECT a.alias FROM :"schema".item_alias AS a WHERE a.item = r.merge_request) AS h
				JOIN :"schema".link AS l ON l.target = h.name AND l.kind = 'part_of' AND l.until IS NULL
				JOIN :"schema".commit AS o ON o.sha = l.source
			WHERE p.item_count = 0) AS c
		LEFT JOIN LATERAL (
			SELECT f.released_at, f.is_first FROM :"schema".commit_release AS f
			WHERE f.sha = c.sha AND f.environment = 'production'
			ORDER BY f.released_at, f.deployment COLLATE "C" LIMIT 1) AS t ON true) AS q
WHERE NOT EXISTS (SELECT FROM :"schema".access) OR q.value_stream = ANY (ARRAY(
	SELECT a.value_stream FROM :"schema".access AS a JOIN pg_catalog.pg_roles AS o ON o.rolname = a.role
	WHERE pg_catalog.pg_has_role(o.oid, 'USAGE')));

COMMENT ON VIEW :"schema".review IS
	'merge requests and how long each took to be written, looked at, approved, merged and released: one row a request';
COMMENT ON COLUMN :"schema".review.merge_request IS 'merge request';
COMMENT ON COLUMN :"schema".review.value_stream IS 'value stream of the service; (none): of none';
COMMENT ON COLUMN :"schema".review.portfolio IS 'portfolio of the value stream; (none): in none';
COMMENT ON COLUMN :"schema".review.team IS 'team that runs the service; (none): of no team';
COMMENT ON COLUMN :"schema".review.type IS
	'type of the item that it implements, as at its end: feature, defect, risk, debt or other; (none): of none, or of several';
COMMENT ON COLUMN :"schema".review.service IS
	'service: of several of a repository the one whose files it changes, else by the repository; (none): not known';
COMMENT ON COLUMN :"schema".review.repository IS 'repository; (none): not told';
COMMENT ON COLUMN :"schema".review.title IS 'title of the request; NULL: not told';
COMMENT ON COLUMN :"schema".review.url IS 'address of the request; NULL: not told';
COMMENT ON COLUMN :"schema".review.item IS 'item that it implements; NULL: none, or several';
COMMENT ON COLUMN :"schema".review.key IS
	'key of that item in the tracker; NULL: none, several, or of a value stream that the reader does not see';
COMMENT ON COLUMN :"schema".review.item_count IS 'number of items that it implements';
COMMENT ON COLUMN :"schema".review.state IS 'last state, in the words of the tool; NULL: not told';
COMMENT ON COLUMN :"schema".review.merged_at IS 'when it was merged; NULL: not';
COMMENT ON COLUMN :"schema".review.merged_day IS 'day on which it was merged, in the time zone of the model; NULL: not';
COMMENT ON COLUMN :"schema".review.merged_week IS 'week in which it was merged, by its first day; NULL: not';
COMMENT ON COLUMN :"schema".review.merged_month IS 'month in which it was merged, by its first day; NULL: not';
COMMENT ON COLUMN :"schema".review.first_commit_at IS 'when the first of its commits was written; NULL: not told';
COMMENT ON COLUMN :"schema".review.opened_at IS 'when it was opened; NULL: not told';
COMMENT ON COLUMN :"schema".review.ready_at IS 'when it was ready for review: opened, unless it was a draft then; NULL: not yet';
COMMENT ON COLUMN :"schema".review.first_review_at IS 'when somebody else than its author first reviewed it; NULL: not';
COMMENT ON COLUMN :"schema".review.approved_at IS 'when it was first approved; NULL: not';
COMMENT ON COLUMN :"schema".review.closed_at IS 'when it was closed without being merged; NULL: not';
COMMENT ON COLUMN :"schema".review.released_at IS 'when it came to production; NULL: not yet, or not known';
COMMENT ON COLUMN :"schema".review.coding_hours IS
	'coding time in hours, from the first commit to ready for review; NULL: not ready, or its commits are not told or newer';
COMMENT ON COLUMN :"schema".review.pickup_hours IS 'pickup time in hours, from ready to the first review; NULL: not reviewed';
COMMENT ON COLUMN :"schema".review.review_hours IS
	'review time in hours, from the first review to approved, else to merged; NULL: not reviewed, or neither';
COMMENT ON COLUMN :"schema".review.merge_hours IS 'merge time in hours, from approved to merged; NULL: not approved, or not merged';
COMMENT ON COLUMN :"schema".review.release_hours IS 'release time in hours, from merged to in production; NULL: not released';
COMMENT ON COLUMN :"schema".review.reviewed IS 'whether somebody else than its author reviewed it';
COMMENT ON COLUMN :"schema".review.additions IS 'lines added; NULL: not told';
COMMENT ON COLUMN :"schema".review.deletions IS 'lines removed; NULL: not told';
COMMENT ON COLUMN :"schema".review.author_kind IS 'who opened it: person or bot; NULL: not known';
COMMENT ON COLUMN :"schema".review.assisted_by IS 'assistant that helped to write it; NULL: none is known';
