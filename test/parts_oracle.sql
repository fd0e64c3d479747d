-- Parts of items and first releases of commits by their definition, in plain SQL over the model flow: materialized
-- views, to be refreshed in this order, from which none of what refresh makes is read but the workflows of routes and the items on them.
-- A name stands for the items that have it as an alias, else for itself. Links of one pair are one, which has ended if the last
-- that was told says so.
CREATE MATERIALIZED VIEW wanted_link AS
SELECT source, target, kind, (array_agg(method ORDER BY confidence DESC, method))[1] AS method, max(coalesce(confidence, 1)) AS confidence
FROM (
	SELECT coalesce(s.item, l.source) AS source, coalesce(t.item, l.target) AS target, l.kind, l.method, l.confidence, l.until, l.changed_at
	FROM flow.link AS l LEFT JOIN flow.item_alias AS s ON s.alias = l.source LEFT JOIN flow.item_alias AS t ON t.alias = l.target) AS l
GROUP BY source, target, kind
HAVING (array_agg(until ORDER BY changed_at DESC NULLS LAST, until NULLS LAST))[1] IS NULL;

-- Deployments of known commits that ended well, each of the repository of its commit; and whether they are the first known one of their
-- repository and tier.
CREATE MATERIALIZED VIEW wanted_deployment AS
SELECT d.deployment, coalesce(d.environment_tier, 'other') AS tier, d.sha, d.finished_at AS at, coalesce(c.repository, d.repository, '')
	AS repository, coalesce(r.service, '') AS service, s.path,
	NOT EXISTS (
		SELECT FROM flow.deployment AS e LEFT JOIN flow.commit AS f ON f.sha = e.sha
		WHERE coalesce(f.repository, e.repository, '') = coalesce(c.repository, d.repository, '') AND e.sha IS NOT NULL
			AND e.status = 'success'
		AND coalesce(e.environment_tier, 'other') = coalesce(d.environment_tier, 'other')
		AND (e.finished_at, e.deployment) < (d.finished_at, d.deployment))
	AND (s.since <= d.finished_at) IS NOT TRUE AS is_first
FROM flow.deployment AS d LEFT JOIN flow.commit AS c ON c.sha = d.sha JOIN flow.routed_deployment AS r ON r.deployment = d.deployment LEFT
	JOIN flow.service AS s ON s.service = r.service
WHERE d.status = 'success' AND d.finished_at IS NOT NULL AND d.sha IS NOT NULL;

-- Of the history of a repository the commits that are known.
CREATE MATERIALIZED VIEW wanted_release AS
WITH RECURSIVE history AS (
	SELECT deployment, sha, repository FROM wanted_deployment
	UNION
	SELECT h.deployment, p.sha, h.repository FROM history AS h JOIN flow.commit AS c ON c.sha = h.sha AND coalesce(c.repository,
		'') = h.repository, unnest(c.parents) AS p(sha))
SELECT DISTINCT ON (h.sha, d.service, d.tier) h.sha, d.service, d.tier AS environment, d.deployment, d.at AS released_at, d.is_first,
	d.repository
FROM history AS h JOIN wanted_deployment AS d ON d.deployment = h.deployment JOIN flow.commit AS c ON c.sha = h.sha
	AND coalesce(c.repository, '') = h.repository
WHERE d.path IS NULL OR c.paths IS NULL OR EXISTS (SELECT FROM unnest(c.paths) AS p WHERE p = d.path OR starts_with(p, d.path || '/'))
ORDER BY h.sha, d.service, d.tier, d.at, d.deployment;

-- The production deployment that contains a commit first.
CREATE MATERIALIZED VIEW wanted_production AS
SELECT DISTINCT ON (sha) * FROM wanted_release WHERE environment = 'production' ORDER BY sha, released_at, deployment;

-- Requests that there is a row or an event of.
CREATE MATERIALIZED VIEW wanted_request AS
SELECT merge_request, repository, target_branch, created_at, ready_at, first_review_at, approved_at, merged_at, closed_at
	FROM flow.merge_request
UNION ALL
SELECT DISTINCT entity, NULL, NULL, NULL::timestamptz, NULL::timestamptz, NULL::timestamptz, NULL::timestamptz, NULL::timestamptz,
	NULL::timestamptz FROM flow.event
WHERE entity ~ ':(merge|pull)_request:' AND entity NOT IN (SELECT merge_request FROM flow.merge_request);

-- States of requests: of events, and of the row where there is no event of the kind.
CREATE MATERIALIZED VIEW wanted_state AS
WITH told AS (
	SELECT m.merge_request AS part, w.code, e.at
	FROM wanted_request AS m JOIN flow.event AS e ON e.entity = m.merge_request
		JOIN (VALUES ('opened', 'code opened'), ('draft', 'code draft'), ('ready', 'code ready'), ('ready_for_review', 'code ready'),
			('approved', 'code approved'),
			('changes_requested', 'code rejected'), ('reopened', 'code reopened'), ('closed', 'code closed'), ('merged', 'code merged'))
				AS w(state, code) ON w.state = e.state),
every AS (
	SELECT * FROM told
	UNION ALL
	SELECT m.merge_request, r.code, r.at
	FROM wanted_request AS m, LATERAL (VALUES ('code opened', m.created_at), ('code ready', m.ready_at), ('code approved', m.approved_at),
		('code closed', m.closed_at),
		('code merged', m.merged_at)) AS r(code, at)
	WHERE r.at IS NOT NULL AND NOT EXISTS (SELECT FROM told AS t WHERE t.part = m.merge_request AND t.code = r.code))
SELECT part, CASE
	-- Opened as a draft, which it says, or is made ready before.
	WHEN code = 'code opened' AND at = min(at) FILTER (WHERE code = 'code opened') OVER p
		AND (min(at) FILTER (WHERE code = 'code draft') OVER p <= at
			OR min(at) FILTER (WHERE code = 'code ready') OVER p < coalesce(min(at) FILTER (WHERE code = 'code draft') OVER p,
				'infinity')) THEN 'code draft'
	ELSE code END AS code, at, code AS told
FROM every WINDOW p AS (PARTITION BY part);

-- The commits of requests, in the order of which is the request's.
CREATE MATERIALIZED VIEW wanted_commit AS
SELECT l.source AS sha, l.target AS request, l.method,
	row_number() OVER (PARTITION BY l.target ORDER BY CASE l.method WHEN 'merge commit' THEN 1 WHEN 'squash commit' THEN 2
		WHEN 'number in subject' THEN 2 WHEN 'head commit' THEN 3 ELSE 4 END,
		c.committed_at DESC NULLS LAST, l.source) AS place
FROM wanted_link AS l JOIN flow.commit AS c ON c.sha = l.source WHERE l.kind = 'part_of';

-- The commit of every request and of every commit, and its release: what the first known deployment brought is not known to have been
-- released by it, unless it was merged no earlier.
CREATE MATERIALIZED VIEW wanted_work AS
WITH one AS (
	SELECT m.merge_request AS part, 'request' AS kind, m.repository, m.target_branch AS branch, (SELECT c.sha FROM wanted_commit AS c
		WHERE c.request = m.merge_request AND c.place = 1) AS sha,
		(SELECT max(s.at) FROM wanted_state AS s WHERE s.part = m.merge_request AND s.code = 'code merged') AS merged_at
	FROM wanted_request AS m
	UNION ALL
	SELECT c.sha, 'commit', c.repository, NULL,
		CASE WHEN EXISTS (SELECT FROM wanted_production AS p WHERE p.sha = c.sha) THEN c.sha
		ELSE coalesce((SELECT min(s.sha) FROM wanted_commit AS o JOIN wanted_commit AS s ON s.request = o.request
			WHERE o.sha = c.sha AND s.place = 1 AND s.method IN ('merge commit', 'squash commit', 'number in subject')), c.sha) END,
		c.committed_at
	FROM flow.commit AS c)
SELECT o.*, p.deployment IS NOT NULL AND known AND (o.kind = 'request' OR o.sha = o.part) AS has_release, CASE WHEN known THEN
	p.deployment END AS deployment, CASE WHEN known THEN p.released_at END AS released_at,
	NOT known AS was_first
FROM one AS o LEFT JOIN wanted_production AS p ON p.sha = o.sha, LATERAL (SELECT p.is_first IS NOT TRUE
	OR coalesce(o.merged_at >= p.released_at, false) AS known) AS k;

CREATE MATERIALIZED VIEW wanted_part AS
WITH named AS (
	SELECT l.source, l.target AS item, l.kind, l.method, l.confidence
	FROM wanted_link AS l JOIN flow.item AS i ON i.item = l.target
	WHERE l.kind IN ('implements', 'fixes') AND coalesce(l.confidence, 1) >= (SELECT part_confidence FROM flow.model)),
able AS (
	SELECT n.* FROM named AS n
	WHERE NOT EXISTS (SELECT FROM wanted_link AS r WHERE r.source = n.source AND r.kind = 'reverts')),
request AS (
	SELECT a.* FROM able AS a JOIN wanted_request AS m ON m.merge_request = a.source
	WHERE (SELECT count(DISTINCT l.target) FROM wanted_link AS l WHERE l.source = a.source AND l.kind IN ('implements',
		'fixes')) <= (SELECT part_max_items FROM flow.model)),
belongs AS (
	SELECT * FROM request
	UNION ALL
	SELECT a.* FROM able AS a JOIN flow.commit AS c ON c.sha = a.source
	WHERE NOT EXISTS (SELECT FROM wanted_commit AS o JOIN request AS r ON r.source = o.request WHERE o.sha = a.source AND r.item = a.item)),
sure AS (
	SELECT DISTINCT ON (item, source) item, source AS part, method, confidence FROM belongs ORDER BY item, source,
		confidence DESC NULLS LAST, method),
milestone AS (
	SELECT s.item, s.method, s.confidence, w.*,
		CASE w.kind WHEN 'commit' THEN (SELECT coalesce(c.authored_at, c.committed_at) FROM flow.commit AS c WHERE c.sha = w.part)
		ELSE (SELECT min(coalesce(c.authored_at, c.committed_at)) FROM wanted_commit AS o JOIN flow.commit AS c ON c.sha = o.sha
			WHERE o.request = w.part) END AS first_commit_at,
		(SELECT min(t.at) FROM wanted_state AS t WHERE t.part = w.part AND t.told = 'code opened') AS opened_at,
		(SELECT min(t.at) FROM wanted_state AS t WHERE t.part = w.part AND t.code = 'code ready') AS ready_at,
		m.first_review_at,
		(SELECT min(t.at) FROM wanted_state AS t WHERE t.part = w.part AND t.code = 'code approved') AS approved_at,
		(SELECT min(b.finished_at) FROM flow.build AS b JOIN wanted_link AS l ON l.source = b.build AND l.kind = 'builds'
		WHERE l.target = w.sha AND b.status = 'success' AND b.finished_at >= w.merged_at) AS built_at,
		NOT was_first AND EXISTS (
			SELECT FROM wanted_work AS o
			WHERE o.has_release AND o.repository = w.repository AND (w.kind = 'commit' AND o.kind = 'commit' OR w.kind = 'request'
				AND o.kind = 'request' AND o.branch = w.branch)) AS releasable
	FROM sure AS s JOIN wanted_work AS w ON w.part = s.part LEFT JOIN wanted_request AS m ON m.merge_request = w.part)
SELECT m.*, (
	SELECT vsm.timeline(t.at, t.code) FROM (
		SELECT at, code FROM wanted_state AS s WHERE s.part = m.part
		UNION ALL SELECT m.merged_at, 'code merged' WHERE m.kind = 'commit'
		UNION ALL SELECT m.built_at, 'code built'
		UNION ALL
		SELECT min(r.released_at), 'code on ' || r.environment FROM wanted_release AS r
		WHERE r.sha = m.sha AND r.environment <> 'production' AND (r.released_at < m.released_at OR m.released_at IS NULL)
			GROUP BY r.environment
		UNION ALL
		-- From the first request to the last approval of a change, which may have several approvers.
		SELECT CASE e.state WHEN 'approval requested' THEN min(e.at) ELSE max(e.at) END, replace(e.state, 'approval', 'release')
		FROM wanted_link AS l JOIN flow.event AS e ON e.entity = l.source
		WHERE l.kind = 'deploys' AND l.target = m.deployment AND e.state IN ('approval requested', 'approval approved') GROUP BY l.source,
			e.state
		UNION ALL SELECT m.released_at, 'code released') AS t(at, code)) AS timeline
FROM milestone AS m;

-- Each item's timeline, end to end, from the parts above.
CREATE MATERIALIZED VIEW wanted_flow AS
WITH tracked AS (
	SELECT f.item, r.workflow, r.states, r.takes_parts, CASE WHEN bool_or(e.seq IS NOT NULL) THEN vsm.timeline(e.at, e.state,
		coalesce(e.seq, 0)) ELSE vsm.timeline(e.at, e.state) END AS tracker
	FROM flow.item_flow AS f LEFT JOIN flow.route AS r ON r.route = f.route
		LEFT JOIN flow.event AS e ON e.entity = f.item AND (e.method IS DISTINCT FROM 'label' OR e.state = ANY (r.states))
	GROUP BY f.item, r.workflow, r.states, r.takes_parts),
whole AS (
	SELECT t.*, p.parts, p.all_released_at, vsm.end_to_end(t.tracker, t.workflow, p.timelines, p.releasable) AS whole
	FROM tracked AS t, LATERAL (
		SELECT count(*) AS parts, array_agg(w.timeline) AS timelines, array_agg(w.releasable) AS releasable,
			CASE WHEN bool_and(w.released_at IS NOT NULL) FILTER (WHERE w.releasable) THEN max(w.released_at) FILTER (WHERE w.releasable)
				END AS all_released_at
		FROM wanted_part AS w WHERE w.item = t.item) AS p)
SELECT w.item, w.tracker, coalesce(vsm.merge(w.whole, (SELECT vsm.timeline(u.at, 'used') FROM (
		SELECT min(u.at) AS at FROM flow.usage AS u
		WHERE (u.feature = w.item OR EXISTS (SELECT FROM flow.item_alias AS a WHERE a.alias = u.feature AND a.item = w.item))
		AND u.at >= CASE WHEN w.parts > 0 THEN w.all_released_at ELSE (vsm.flow(w.whole, w.workflow)).finished_at END) AS u
	WHERE 'used' = ANY (w.states))), w.whole) AS timeline
FROM whole AS w;
