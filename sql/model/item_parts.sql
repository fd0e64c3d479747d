/*
 * The parts of the work on items: the merge and pull requests that implement or fix an item, and the
 * commits that do and belong to none of these. Each has its states as a timeline, in words that are
 * the same for every tool: code opened, draft, ready, approved, rejected, reopened, closed, merged,
 * built, on TIER, release requested, release approved, code released.
 */

CREATE FUNCTION vsm.code_state(state text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE state
	WHEN 'opened' THEN 'code opened'
	WHEN 'draft' THEN 'code draft'
	WHEN 'converted_to_draft' THEN 'code draft'
	WHEN 'ready' THEN 'code ready'
	WHEN 'ready_for_review' THEN 'code ready'
	WHEN 'approved' THEN 'code approved'
	WHEN 'changes_requested' THEN 'code rejected'
	WHEN 'reopened' THEN 'code reopened'
	WHEN 'closed' THEN 'code closed'
	WHEN 'merged' THEN 'code merged' END;
COMMENT ON FUNCTION vsm.code_state(text) IS
	'what a state of a merge or pull request is called for every tool; NULL for states that say nothing of its way; a part of vsm.refresh';

CREATE FUNCTION vsm.chosen_parts(items text[]) RETURNS TABLE (item text, part text, is_request boolean, method text, confidence float8)
LANGUAGE plpgsql STABLE ROWS 2000
SET plan_cache_mode = force_generic_plan
SET enable_hashjoin = on
SET enable_memoize = off
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
	least_confidence float8;
	most_items       integer;
BEGIN
	SELECT m.part_confidence, m.part_max_items INTO least_confidence, most_items FROM model AS m;
	RETURN QUERY
	-- As in entity_link: links of one pair are one, which has ended if the last that was told says so.
	WITH linked AS MATERIALIZED (
		SELECT DISTINCT ON (k.item COLLATE "C", k.part COLLATE "C") k.*
		FROM (
			SELECT n.item, coalesce(s.item, l.source) AS part, l.kind,
				(array_agg(l.method ORDER BY l.confidence DESC, l.method COLLATE "C"))[1] AS method, max(coalesce(l.confidence,
					1)) AS confidence,
				(array_agg(l.until ORDER BY l.changed_at DESC NULLS LAST, l.until NULLS LAST))[1] AS until
			FROM (
					SELECT t AS item, t AS name FROM vsm.each_entity(items) AS t
					UNION
					SELECT t, a.alias
					FROM vsm.each_entity(items) AS t, LATERAL (SELECT i.alias FROM item_alias AS i WHERE i.item = t OFFSET 0) AS a) AS n,
				LATERAL (SELECT k.* FROM link AS k WHERE k.target = n.name AND k.kind IN ('implements', 'fixes') OFFSET 0) AS l
				LEFT JOIN LATERAL (SELECT a.item FROM item_alias AS a WHERE a.alias = l.source OFFSET 0) AS s ON true
			GROUP BY n.item, coalesce(s.item, l.source), l.kind) AS k
		WHERE k.until IS NULL AND k.confidence >= least_confidence
		ORDER BY k.item COLLATE "C", k.part COLLATE "C", k.confidence DESC, k.method COLLATE "C"),
	judged AS MATERIALIZED (
		SELECT l.item, l.part, l.method, l.confidence,
			r.merge_request IS NOT NULL OR l.part ~ ':(merge_request|pull_request):' AND EXISTS (SELECT FROM event AS e
				WHERE e.entity = l.part)
				AS is_request,
			c.sha IS NOT NULL AS is_commit
		FROM linked AS l
			LEFT JOIN LATERAL (SELECT q.merge_request FROM merge_request AS q WHERE q.merge_request = l.part OFFSET 0) AS r ON true
			LEFT JOIN LATERAL (SELECT k.sha FROM commit AS k WHERE k.sha = l.part OFFSET 0) AS c ON true),
	able AS MATERIALIZED (
		SELECT j.*
		FROM judged AS j
			CROSS JOIN LATERAL (
				-- Whether it reverts another, and how many items it names, by whatever names.
				SELECT bool_or(g.kind = 'reverts') AS reverts, count(DISTINCT g.target) FILTER (WHERE g.kind <> 'reverts') AS items
				FROM (
					SELECT coalesce(a.item, l.target) AS target, l.kind
					FROM (
							SELECT j.part AS name
							UNION ALL SELECT i.alias FROM item_alias AS i WHERE i.item = j.part OFFSET 0) AS n,
						LATERAL (
							SELECT k.target, k.kind, k.until, k.changed_at FROM link AS k
							WHERE k.source = n.name AND k.kind IN ('reverts', 'implements', 'fixes') OFFSET 0) AS l
						LEFT JOIN LATERAL (SELECT i.item FROM item_alias AS i WHERE i.alias = l.target OFFSET 0) AS a ON true
					GROUP BY 1, 2
					HAVING (array_agg(l.until ORDER BY l.changed_at DESC NULLS LAST, l.until NULLS LAST))[1] IS NULL) AS g) AS t
		WHERE t.reverts IS NOT TRUE AND (NOT j.is_request OR t.items <= most_items))
	SELECT r.item, r.part, true, r.method, r.confidence FROM able AS r WHERE r.is_request
	UNION ALL
	SELECT j.item, j.part, false, j.method, j.confidence
	FROM able AS j
	WHERE j.is_commit AND NOT j.is_request
	AND NOT EXISTS (
		SELECT FROM link AS p LEFT JOIN item_alias AS a ON a.alias = p.target
		WHERE p.source = j.part AND p.kind = 'part_of' AND p.until IS NULL
		AND (j.item, coalesce(a.item, p.target)) IN (SELECT r.item, r.part FROM able AS r WHERE r.is_request));
END
$$;
COMMENT ON FUNCTION vsm.chosen_parts(text[]) IS
	'the requests and commits that are parts of the work on these items: not those that revert another, nor requests that name more items '
	'than '
	'the model''s part_max_items; a part of vsm.refresh';

CREATE FUNCTION vsm.write_item_parts(items text[]) RETURNS void
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
SET enable_hashjoin = on
SET enable_memoize = off
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
	WITH part AS MATERIALIZED (SELECT c.* FROM vsm.chosen_parts(items) AS c),
	commit_of AS MATERIALIZED (SELECT c.* FROM vsm.request_commits(ARRAY(SELECT DISTINCT p.part FROM part AS p WHERE p.is_request)) AS c),
	loose AS MATERIALIZED (
		SELECT DISTINCT p.part FROM part AS p WHERE NOT p.is_request),
	-- A commit that no release contains has the one by which its request landed. (In the collation of the indexes, which would
	-- not serve to find it otherwise.)
	landed AS MATERIALIZED (
		SELECT l.part, min(c.landed COLLATE "C") COLLATE "default" AS sha
		FROM (
			SELECT u.part, coalesce(a.item, k.target) AS request
			FROM loose AS u,
				LATERAL (SELECT t.target FROM link AS t WHERE t.source = u.part AND t.kind = 'part_of' AND t.until IS NULL OFFSET 0) AS k
				LEFT JOIN LATERAL (SELECT i.item FROM item_alias AS i WHERE i.alias = k.target OFFSET 0) AS a ON true) AS l
			JOIN vsm.request_commits(ARRAY(
				SELECT DISTINCT coalesce(a.item, k.target)
				FROM loose AS u JOIN link AS k ON k.source = u.part AND k.kind = 'part_of' AND k.until IS NULL
					LEFT JOIN item_alias AS a ON a.alias = k.target)) AS c ON c.request = l.request
		WHERE c.landed IS NOT NULL
		AND NOT EXISTS (SELECT FROM commit_release AS r WHERE r.sha = l.part AND r.environment = 'production')
		GROUP BY l.part),
	told AS MATERIALIZED (
		SELECT p.item, p.part, p.is_request, p.method, p.confidence, coalesce(q.repository, c.repository) AS repository,
			q.target_branch AS branch,
			CASE WHEN p.is_request THEN o.sha ELSE coalesce(n.sha, p.part) END AS sha,
			CASE WHEN p.is_request THEN o.first_commit_at ELSE coalesce(c.authored_at, c.committed_at) END AS first_commit_at,
			q.first_review_at, e.opened_at AS event_opened_at, coalesce(e.opened_at, q.created_at) AS opened_at, e.draft_at,
			coalesce(e.ready_at, q.ready_at) AS ready_at, coalesce(e.approved_at, q.approved_at) AS approved_at,
			CASE WHEN p.is_request THEN coalesce(e.merged_at, q.merged_at) ELSE c.committed_at END AS merged_at, e.states,
			coalesce(q.assisted_by, c.assisted_by) IS NOT NULL AS assisted,
			q.created_at AS row_opened_at, q.ready_at AS row_ready_at, q.approved_at AS row_approved_at, q.merged_at AS row_merged_at,
			q.closed_at AS row_closed_at,
			-- Void, unless it was merged: neither opened nor reopened later.
			CASE WHEN e.merged_at IS NULL AND q.merged_at IS NULL
				AND (coalesce(e.closed_at, q.closed_at)
					< greatest(e.last_opened_at, CASE WHEN e.opened_at IS NULL THEN q.created_at END)) IS NOT TRUE
				THEN coalesce(e.closed_at, q.closed_at) END AS closed_at
		FROM part AS p
			LEFT JOIN LATERAL (SELECT r.* FROM merge_request AS r WHERE r.merge_request = p.part OFFSET 0) AS q ON p.is_request
			LEFT JOIN LATERAL (SELECT s.* FROM commit AS s WHERE s.sha = p.part OFFSET 0) AS c ON NOT p.is_request
			LEFT JOIN commit_of AS o ON o.request = p.part AND p.is_request
			LEFT JOIN landed AS n ON n.part = p.part AND NOT p.is_request
			LEFT JOIN LATERAL (
				SELECT min(v.at) FILTER (WHERE v.state = 'code opened') AS opened_at, min(v.at) FILTER (WHERE v.state = 'code '
					'draft') AS draft_at,
					min(v.at) FILTER (WHERE v.state = 'code ready') AS ready_at, min(v.at) FILTER (WHERE v.state = 'code '
						'approved') AS approved_at,
					max(v.at) FILTER (WHERE v.state = 'code merged') AS merged_at,
					max(v.at) FILTER (WHERE v.state = 'code closed') AS closed_at,
					max(v.at) FILTER (WHERE v.state IN ('code opened', 'code reopened')) AS last_opened_at,
					array_agg(DISTINCT v.state) AS states
				FROM (SELECT x.at, vsm.code_state(x.state) AS state FROM event AS x WHERE x.entity = p.part OFFSET 0) AS v) AS e
					ON p.is_request),
	released AS MATERIALIZED (
		SELECT t.*, CASE WHEN NOT r.is_first OR t.merged_at >= r.released_at THEN r.deployment END AS deployment,
			CASE WHEN NOT r.is_first OR t.merged_at >= r.released_at THEN r.released_at END AS released_at,
			EXISTS (
				SELECT FROM released_branch AS b
				WHERE b.repository = coalesce(t.repository, '') AND b.branch = CASE WHEN t.is_request THEN t.branch ELSE '' END)
				AND (r.is_first IS NOT TRUE OR coalesce(t.merged_at >= r.released_at, false)) AS releasable,
			b.built_at
		FROM told AS t
			LEFT JOIN LATERAL (
				SELECT c.deployment, c.released_at, c.is_first FROM commit_release AS c
				WHERE c.sha = t.sha AND c.environment = 'production' ORDER BY c.released_at, c.deployment COLLATE "C" LIMIT 1) AS r ON true
			LEFT JOIN LATERAL (
				SELECT min(x.at) AS built_at
				FROM link AS l, LATERAL (
					SELECT e.at FROM event AS e WHERE e.entity = l.source AND lower(e.state) IN ('success', 'passed',
						'successful', 'succeeded', 'succeededwithissues')
					UNION ALL
					SELECT u.finished_at FROM build AS u WHERE u.build = l.source AND lower(u.status) IN ('success', 'passed',
						'successful', 'succeeded', 'succeededwithissues')) AS x
				WHERE l.target = t.sha AND l.kind = 'builds' AND l.until IS NULL AND x.at >= t.merged_at) AS b ON true),
	-- What reverts a part, or the commit that it is released as: when that was released, or merged.
	revert AS MATERIALIZED (
		SELECT DISTINCT r.item, r.part, coalesce(i.item, l.source) AS revert
		FROM released AS r, LATERAL (
			SELECT r.part AS name
			UNION SELECT r.sha WHERE r.sha IS NOT NULL
			UNION SELECT a.alias FROM item_alias AS a WHERE a.item = r.part) AS n,
			LATERAL (SELECT k.source FROM link AS k WHERE k.target = n.name AND k.kind = 'reverts' AND k.until IS NULL OFFSET 0) AS l
			LEFT JOIN LATERAL (SELECT a.item FROM item_alias AS a WHERE a.alias = l.source OFFSET 0) AS i ON true),
	belongs AS MATERIALIZED (
		SELECT u.revert, coalesce(a.item, k.target) AS request
		FROM (SELECT DISTINCT w.revert FROM revert AS w) AS u,
			LATERAL (SELECT t.target FROM link AS t WHERE t.source = u.revert AND t.kind = 'part_of' AND t.until IS NULL OFFSET 0) AS k
			LEFT JOIN LATERAL (SELECT i.item FROM item_alias AS i WHERE i.alias = k.target OFFSET 0) AS a ON true),
	reverted AS MATERIALIZED (
		SELECT v.item, v.part, min(coalesce(CASE WHEN NOT c.is_first OR m.merged_at >= c.released_at THEN c.released_at END, m.merged_at))
			AS reverted_at
		FROM revert AS v
			LEFT JOIN vsm.request_commits(ARRAY(SELECT DISTINCT u.revert FROM revert AS u)) AS o ON o.request = v.revert
			LEFT JOIN (
				SELECT b.revert, min(c.landed COLLATE "C") COLLATE "default" AS sha
				FROM belongs AS b JOIN vsm.request_commits(ARRAY(SELECT DISTINCT e.request FROM belongs AS e)) AS c ON c.request = b.request
				WHERE NOT EXISTS (SELECT FROM commit_release AS d WHERE d.sha = b.revert AND d.environment = 'production')
				GROUP BY b.revert) AS n ON n.revert = v.revert
			CROSS JOIN LATERAL (
				SELECT coalesce(
					(SELECT max(x.at) FROM event AS x WHERE x.entity = v.revert AND vsm.code_state(x.state) = 'code merged'),
					(SELECT q.merged_at FROM merge_request AS q WHERE q.merge_request = v.revert),
					(SELECT k.committed_at FROM commit AS k WHERE k.sha = v.revert)) AS merged_at) AS m
			LEFT JOIN LATERAL (
				SELECT d.released_at, d.is_first FROM commit_release AS d
				WHERE d.sha = coalesce(o.sha, n.sha, v.revert) AND d.environment = 'production'
				ORDER BY d.released_at, d.deployment COLLATE "C" LIMIT 1) AS c ON true
		WHERE m.merged_at IS NOT NULL
		GROUP BY v.item, v.part),
	gone AS (
		-- By place, so that no plan made while the table was small reads all of it.
		DELETE FROM item_part AS o
		WHERE o.ctid = ANY (ARRAY(
			SELECT l.place
			FROM (
				SELECT g.* FROM vsm.each_entity(items) AS t,
					LATERAL (SELECT k.ctid AS place, k.item, k.part FROM item_part AS k WHERE k.item = t OFFSET 0) AS g) AS l
				LEFT JOIN part AS p ON p.item = l.item AND p.part = l.part
			WHERE p.item IS NULL)))
	INSERT INTO item_part AS o (item, part, kind, repository, branch, sha, first_commit_at, opened_at, ready_at, first_review_at,
		approved_at,
		merged_at, built_at, released_at, deployment, releasable, method, confidence, closed_at, reverted_at, release_requested_at,
		release_approved_at, assisted, timeline)
	SELECT r.item, r.part, CASE WHEN r.is_request THEN 'request' ELSE 'commit' END, r.repository, r.branch, r.sha, r.first_commit_at,
		r.opened_at,
		r.ready_at, r.first_review_at, r.approved_at, r.merged_at, r.built_at, r.released_at, r.deployment, r.releasable, r.method,
			r.confidence, r.closed_at, v.reverted_at, a.requested_at, a.approved_at, r.assisted,
		(
			SELECT vsm.timeline(s.at, s.state)
			FROM (
				-- A request that was opened as a draft begins with that: it says so, or is made ready first.
				SELECT e.at, CASE WHEN e.state = 'code opened' AND e.at = r.event_opened_at
					AND (r.draft_at <= e.at OR r.ready_at < coalesce(r.draft_at, 'infinity'))
					THEN 'code draft' ELSE e.state END AS state
				FROM (SELECT x.at, vsm.code_state(x.state) AS state FROM event AS x WHERE x.entity = r.part AND r.is_request OFFSET 0) AS e
				UNION ALL
				SELECT v.at, v.state
				FROM (VALUES
					(r.row_opened_at, 'code opened', CASE WHEN r.draft_at <= r.row_opened_at OR r.ready_at < coalesce(r.draft_at,
						'infinity')
						THEN 'code draft' ELSE 'code opened' END),
					(r.row_ready_at, 'code ready', 'code ready'), (r.row_approved_at, 'code approved', 'code approved'),
					(r.row_merged_at, 'code merged', 'code merged'), (r.row_closed_at, 'code closed', 'code closed')) AS v (at, told, state)
				WHERE r.is_request AND (v.told = ANY (r.states)) IS NOT TRUE
				UNION ALL
				SELECT r.merged_at, 'code merged' WHERE NOT r.is_request
				UNION ALL
				SELECT r.built_at, 'code built'
				UNION ALL
				SELECT min(c.released_at), 'code on ' || c.environment
				FROM commit_release AS c
				WHERE c.sha = r.sha AND c.environment <> 'production' AND (c.released_at < r.released_at) IS NOT FALSE
				GROUP BY c.environment
				UNION ALL
				SELECT u.at, u.state
				FROM unnest(a.requests, a.approvals) AS c (requested_at, approved_at),
					LATERAL (VALUES (c.requested_at, 'release requested'), (c.approved_at, 'release approved')) AS u (at, state)
				UNION ALL
				SELECT r.released_at, 'code released') AS s
			WHERE s.at IS NOT NULL AND s.state IS NOT NULL)
	FROM released AS r
		LEFT JOIN reverted AS v ON v.item = r.item AND v.part = r.part
		-- The changes that deploy its release, from the first request to the last approval of each.
		LEFT JOIN LATERAL (
			SELECT min(c.requested_at) AS requested_at, max(c.approved_at) AS approved_at, array_agg(c.requested_at) AS requests,
				array_agg(c.approved_at) AS approvals
			FROM (
					SELECT coalesce(i.item, k.source) AS change
					FROM (
							SELECT r.deployment AS name
							UNION ALL SELECT n.alias FROM item_alias AS n WHERE n.item = r.deployment OFFSET 0) AS d,
						LATERAL (
							SELECT m.source, m.until, m.changed_at FROM link AS m
							WHERE m.target = d.name AND m.kind = 'deploys' OFFSET 0) AS k
						LEFT JOIN LATERAL (SELECT n.item FROM item_alias AS n WHERE n.alias = k.source OFFSET 0) AS i ON true
					GROUP BY 1
					HAVING (array_agg(k.until ORDER BY k.changed_at DESC NULLS LAST, k.until NULLS LAST))[1] IS NULL) AS l,
				LATERAL (
					SELECT min(e.at) FILTER (WHERE e.state = 'approval requested') AS requested_at,
						max(e.at) FILTER (WHERE e.state = 'approval approved') AS approved_at
					FROM event AS e WHERE e.entity = l.change AND e.state IN ('approval requested', 'approval approved')) AS c)
				AS a ON r.deployment IS NOT NULL
	ORDER BY r.item COLLATE "C", r.part COLLATE "C"
	ON CONFLICT (item, part) DO UPDATE SET kind = excluded.kind, repository = excluded.repository, branch = excluded.branch,
		sha = excluded.sha,
		first_commit_at = excluded.first_commit_at, opened_at = excluded.opened_at, ready_at = excluded.ready_at,
		first_review_at = excluded.first_review_at, approved_at = excluded.approved_at, merged_at = excluded.merged_at,
		built_at = excluded.built_at, released_at = excluded.released_at, deployment = excluded.deployment,
			releasable = excluded.releasable,
		method = excluded.method, confidence = excluded.confidence, closed_at = excluded.closed_at, reverted_at = excluded.reverted_at,
		release_requested_at = excluded.release_requested_at, release_approved_at = excluded.release_approved_at,
		assisted = excluded.assisted, timeline = excluded.timeline
	WHERE (o.timeline OPERATOR(vsm.=) excluded.timeline) IS NOT TRUE OR (
		o.kind, o.repository, o.branch, o.sha, o.first_commit_at, o.opened_at, o.ready_at, o.first_review_at, o.approved_at,
			o.merged_at, o.built_at, o.released_at, o.deployment, o.releasable, o.method, o.confidence,
			o.closed_at, o.reverted_at, o.release_requested_at, o.release_approved_at, o.assisted)
		IS DISTINCT FROM (
		excluded.kind, excluded.repository, excluded.branch, excluded.sha, excluded.first_commit_at, excluded.opened_at,
			excluded.ready_at, excluded.first_review_at, excluded.approved_at, excluded.merged_at, excluded.built_at,
			excluded.released_at, excluded.deployment, excluded.releasable, excluded.method, excluded.confidence,
			excluded.closed_at, excluded.reverted_at, excluded.release_requested_at, excluded.release_approved_at, excluded.assisted);
END
$$;
COMMENT ON FUNCTION vsm.write_item_parts(text[]) IS
	'makes the parts of these items anew, each with its times and states, in the model that search_path names; a part of vsm.refresh';
