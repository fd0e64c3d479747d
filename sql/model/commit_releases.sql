/*
 * Where and when each commit was first released, by the history of its repository: the tables
 * commit_release and released_branch. They are made anew for a whole repository when a commit, a
 * deployment or a merge request of it has changed; what differs is written, and the items whose
 * parts it concerns are touched.
 *
 * A commit belongs to the repository that told of it, and a deployment to that of its commit, so
 * that what a fork deploys is found in the history that has it.
 *
 * The functions here and in the files item_parts.sql and item_flow.sql read the tables that
 * search_path names (vsm.enter_model). A lateral query with OFFSET 0 is a look-up by index whatever
 * PostgreSQL thinks of the size of tables, of which it may know nothing.
 */

CREATE FUNCTION vsm.commit_rank(method text) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN method = 'merge commit' THEN 1 WHEN method IN ('squash commit', 'number in subject') THEN 2
	WHEN method = 'head commit' THEN 3 ELSE 4 END;
COMMENT ON FUNCTION vsm.commit_rank(text) IS
	'of the commits that are part of a request by these methods that with the least rank is released: up to 2 it has landed; '
	'a part of vsm.refresh';

CREATE FUNCTION vsm.request_commits(requests text[]) RETURNS TABLE (request text, sha text, landed text, first_commit_at timestamptz)
LANGUAGE plpgsql STABLE ROWS 2000
SET plan_cache_mode = force_generic_plan
SET enable_hashjoin = on
SET enable_memoize = off
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	SELECT c.request, (array_agg(c.sha ORDER BY c.rank, c.committed_at DESC NULLS LAST, c.sha COLLATE "C"))[1],
		(array_agg(c.sha ORDER BY c.rank, c.committed_at DESC NULLS LAST, c.sha COLLATE "C") FILTER (WHERE c.rank <= 2))[1],
		min(c.authored_at)
	FROM (
		SELECT n.request, l.source AS sha, k.committed_at, coalesce(k.authored_at, k.committed_at) AS authored_at,
			vsm.commit_rank(l.method) AS rank
		FROM (
			SELECT r AS request, r AS name FROM vsm.each_entity(requests) AS r
			UNION
			SELECT r, a.alias
			FROM vsm.each_entity(requests) AS r, LATERAL (SELECT i.alias FROM item_alias AS i WHERE i.item = r OFFSET 0) AS a) AS n,
			LATERAL (SELECT m.source, m.method FROM link AS m WHERE m.target = n.name AND m.kind = 'part_of' AND m.until
				IS NULL OFFSET 0) AS l
			JOIN LATERAL (SELECT s.authored_at, s.committed_at FROM commit AS s WHERE s.sha = l.source OFFSET 0) AS k ON true) AS c
	GROUP BY c.request;
END
$$;
COMMENT ON FUNCTION vsm.request_commits(text[]) IS
	'of each of these merge requests the commit that is released: merged, squashed, else its head, else the latest other; landed: the '
	'first '
	'of these two, NULL if neither is known; and when the earliest of its commits was written; a part of vsm.refresh';

CREATE FUNCTION vsm.reverted_items(keys text[]) RETURNS SETOF text
LANGUAGE plpgsql STABLE ROWS 100
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	WITH reverting AS MATERIALIZED (
		SELECT k AS name FROM vsm.each_entity(keys) AS k
		UNION
		SELECT a.item
		FROM vsm.each_entity(keys) AS k,
			LATERAL (SELECT m.target FROM link AS m WHERE m.source = k AND m.kind = 'part_of' OFFSET 0) AS l,
			-- (What one has as its name another may have as an alias.)
			LATERAL (SELECT l.target AS item UNION ALL SELECT i.item FROM item_alias AS i WHERE i.alias = l.target OFFSET 0) AS a),
	-- (A link may name them by an alias.)
	named AS MATERIALIZED (
		SELECT r.name FROM reverting AS r
		UNION
		SELECT a.alias FROM reverting AS r, LATERAL (SELECT i.alias FROM item_alias AS i WHERE i.item = r.name OFFSET 0) AS a),
	-- A commit that no release contains is released by way of another of its request.
	members AS MATERIALIZED (
		SELECT r.name FROM named AS r
		UNION
		SELECT l.source FROM named AS r,
			LATERAL (SELECT m.source FROM link AS m WHERE m.target = r.name AND m.kind = 'part_of' OFFSET 0) AS l),
	reverted AS MATERIALIZED (
		SELECT a.item AS name
		FROM members AS r, LATERAL (SELECT m.target FROM link AS m WHERE m.source = r.name AND m.kind = 'reverts' OFFSET 0) AS l,
			LATERAL (SELECT l.target AS item UNION ALL SELECT i.item FROM item_alias AS i WHERE i.alias = l.target OFFSET 0) AS a)
	SELECT p.item FROM reverted AS r, LATERAL (SELECT q.item FROM item_part AS q WHERE q.part = r.name OFFSET 0) AS p
	UNION
	SELECT p.item FROM reverted AS r, LATERAL (SELECT q.item FROM item_part AS q WHERE q.sha = r.name OFFSET 0) AS p;
END
$$;
COMMENT ON FUNCTION vsm.reverted_items(text[]) IS
	'the items of whose parts one is reverted by one of these requests and commits, or by a request that one of these commits belongs to; '
	'a part of vsm.refresh';

CREATE FUNCTION vsm.new_commit_releases(repository text) RETURNS TABLE (sha text, service text, environment text, deployment text,
	released_at timestamptz, is_first boolean)
LANGUAGE plpgsql STABLE ROWS 10000
SET plan_cache_mode = force_custom_plan
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	-- (Planned with the name at hand: of two conditions one is left.)
	WITH known AS MATERIALIZED (
		SELECT c.sha, c.parents, c.paths, c.repository FROM commit AS c
		WHERE c.repository = new_commit_releases.repository OR new_commit_releases.repository = '' AND c.repository IS NULL),
	deployed AS MATERIALIZED (
		SELECT d.deployment, d.sha, d.finished_at, d.environment_tier
		FROM deployment AS d JOIN known AS k ON k.sha = d.sha
		WHERE d.status = 'success' AND d.finished_at IS NOT NULL AND (k.repository IS NOT NULL OR coalesce(d.repository, '') = '')
		UNION ALL
		-- of commits that are not known, or not of which repository
		SELECT d.deployment, d.sha, d.finished_at, d.environment_tier
		FROM deployment AS d LEFT JOIN LATERAL (SELECT k.sha, k.repository FROM commit AS k WHERE k.sha = d.sha OFFSET 0) AS c ON true
		WHERE d.status = 'success' AND d.finished_at IS NOT NULL AND d.sha IS NOT NULL AND c.repository IS NULL
		AND (d.repository = new_commit_releases.repository AND new_commit_releases.repository <> ''
			OR new_commit_releases.repository = '' AND c.sha IS NULL AND coalesce(d.repository, '') = '')),
	done AS MATERIALIZED (
		SELECT d.deployment, d.sha, d.finished_at, coalesce(r.service, '') AS service, coalesce(d.environment_tier, 'other') AS tier
		FROM deployed AS d, LATERAL (SELECT v.service FROM routed_deployment AS v WHERE v.deployment = d.deployment OFFSET 0) AS r),
	first AS MATERIALIZED (
		SELECT DISTINCT ON (d.tier) d.tier, d.deployment, s.since IS NOT NULL AND d.finished_at >= s.since AS is_begin
		FROM done AS d LEFT JOIN service AS s ON s.service = d.service
		ORDER BY d.tier, d.finished_at, d.deployment COLLATE "C"),
	target AS MATERIALIZED (
		SELECT row_number() OVER ()::text AS target, t.service, t.tier
		FROM (SELECT DISTINCT d.service, d.tier FROM done AS d) AS t)
	SELECT f.sha, t.service, t.tier, f.release, f.released_at, f.release = e.deployment AND NOT e.is_begin
	FROM vsm.first_release(
			(SELECT vsm.graph(k.sha, coalesce(k.parents, '{}')) FROM known AS k),
			(SELECT vsm.releases(t.target, d.deployment, d.sha, d.finished_at)
			 FROM done AS d JOIN target AS t ON t.service = d.service AND t.tier = d.tier)) AS f
		JOIN target AS t ON t.target = f.target
		JOIN first AS e ON e.tier = t.tier
		JOIN known AS k ON k.sha = f.sha
		LEFT JOIN service AS s ON s.service = t.service
	-- Of a part of a repository only commits that touch it; of which that is not told, all.
	WHERE s.path IS NULL OR k.paths IS NULL OR vsm.touches_path(k.paths, s.path);
END
$$;
COMMENT ON FUNCTION vsm.new_commit_releases(text) IS
	'what the table commit_release should say of the commits of a repository (empty: of none); a cycle among commits is an error; '
	'a part of vsm.refresh';

CREATE FUNCTION vsm.write_commit_releases(model text, repository text) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET enable_memoize = off
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
	changed bigint;
BEGIN
	PERFORM vsm.enter_model(model);
	WITH new AS MATERIALIZED (SELECT n.* FROM vsm.new_commit_releases(repository) AS n),
	present AS MATERIALIZED (SELECT o.* FROM commit_release AS o WHERE o.repository = write_commit_releases.repository),
	-- (By EXCEPT, which takes as long as there are rows, however many are thought to be there.)
	gone AS (
		DELETE FROM commit_release AS o
		USING (
			SELECT p.sha, p.service, p.environment FROM present AS p EXCEPT SELECT n.sha, n.service, n.environment FROM new AS n) AS p
		WHERE o.sha = p.sha AND o.service = p.service AND o.environment = p.environment
		RETURNING o.sha),
	written AS (
		INSERT INTO commit_release AS o (sha, service, environment, deployment, released_at, is_first, repository)
		SELECT n.sha, n.service, n.environment, n.deployment, n.released_at, n.is_first, write_commit_releases.repository
		FROM (
			SELECT w.sha, w.service, w.environment, w.deployment, w.released_at, w.is_first FROM new AS w
			EXCEPT SELECT p.sha, p.service, p.environment, p.deployment, p.released_at, p.is_first FROM present AS p) AS n
		ORDER BY n.sha COLLATE "C", n.service COLLATE "C", n.environment COLLATE "C"
		-- What stands there may be of another repository.
		ON CONFLICT (sha, service, environment) DO UPDATE SET deployment = excluded.deployment, released_at = excluded.released_at,
			is_first = excluded.is_first, repository = excluded.repository
		RETURNING o.sha),
	different AS MATERIALIZED (SELECT g.sha FROM gone AS g UNION SELECT w.sha FROM written AS w),
	-- Its branches come after all repositories: the commit of a request may be another's.
	follows AS (
		INSERT INTO touched (kind, key)
		SELECT 'branches', write_commit_releases.repository
		UNION
		SELECT 'branches', coalesce(q.repository, '')
		FROM different AS d,
			LATERAL (SELECT k.target FROM link AS k WHERE k.source = d.sha AND k.kind = 'part_of' OFFSET 0) AS l
			LEFT JOIN LATERAL (SELECT i.item FROM item_alias AS i WHERE i.alias = l.target OFFSET 0) AS a ON true,
			LATERAL (SELECT m.repository FROM merge_request AS m WHERE m.merge_request = coalesce(a.item, l.target) OFFSET 0) AS q
		UNION
		SELECT 'item', p.item
		FROM different AS d, LATERAL (
			SELECT k.item FROM item_part AS k WHERE k.sha = d.sha
			UNION ALL SELECT k.item FROM item_part AS k WHERE k.part = d.sha OFFSET 0) AS p
		UNION
		SELECT 'item', i FROM vsm.reverted_items(ARRAY(SELECT d.sha FROM different AS d)) AS i
		ON CONFLICT DO NOTHING)
	SELECT count(*) INTO changed FROM different;
	RETURN changed;
END
$$;
COMMENT ON FUNCTION vsm.write_commit_releases(text, text) IS
	'writes what has changed in the first releases of the commits of a repository, touches the items whose parts are concerned, and '
	'returns '
	'how many commits those are; a part of vsm.refresh';

CREATE FUNCTION vsm.write_released_branches(repository text) RETURNS void
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
SET enable_memoize = off
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
	model CONSTANT text := vsm.model_of_path();
BEGIN
	IF vsm.is_distributed(model) THEN
		PERFORM vsm.take_rows(model, 'event', 't.entity = ANY ($1) AND t.state = ''merged''', ARRAY(
			SELECT q.merge_request FROM merge_request AS q
			WHERE q.repository = write_released_branches.repository AND q.target_branch IS NOT NULL));
		PERFORM vsm.enter_model(model);
	END IF;
	WITH branch AS MATERIALIZED (
		SELECT q.target_branch AS branch, array_agg(q.merge_request ORDER BY q.created_at DESC NULLS LAST) AS requests,
			array_agg(q.merged_at ORDER BY q.created_at DESC NULLS LAST) AS merged_at
		FROM merge_request AS q WHERE q.repository = write_released_branches.repository AND q.target_branch IS NOT NULL
		GROUP BY q.target_branch),
	new AS MATERIALIZED (
		-- Of each branch until one is found.
		SELECT b.branch
		FROM branch AS b, LATERAL (
			SELECT true AS is_released
			FROM unnest(b.requests, b.merged_at) AS q (request, merged_at),
				LATERAL (
					SELECT l.source AS sha
					FROM (
							SELECT q.request AS name
							UNION ALL SELECT a.alias FROM item_alias AS a WHERE a.item = q.request OFFSET 0) AS n,
						LATERAL (
							SELECT m.source, m.method FROM link AS m
							WHERE m.target = n.name AND m.kind = 'part_of' AND m.until IS NULL OFFSET 0) AS l,
						LATERAL (SELECT s.committed_at FROM commit AS s WHERE s.sha = l.source OFFSET 0) AS k
					ORDER BY vsm.commit_rank(l.method), k.committed_at DESC NULLS LAST, l.source COLLATE "C" LIMIT 1) AS c,
				LATERAL (
					SELECT k.released_at, k.is_first FROM commit_release AS k
					WHERE k.sha = c.sha AND k.environment = 'production' ORDER BY k.released_at, k.deployment COLLATE "C" LIMIT 1) AS r
			WHERE NOT r.is_first OR coalesce((
				SELECT max(e.at) FROM event AS e
				WHERE e.entity = q.request AND vsm.code_state(e.state) = 'code merged'), q.merged_at) >= r.released_at
			LIMIT 1) AS f
		UNION
		SELECT ''
		WHERE EXISTS (
			SELECT FROM commit_release AS c
			WHERE c.repository = write_released_branches.repository AND c.environment = 'production'
			AND (NOT c.is_first OR (SELECT k.committed_at FROM commit AS k WHERE k.sha = c.sha) >= c.released_at)
			-- the earliest of this commit
			AND NOT EXISTS (
				SELECT FROM commit_release AS e
				WHERE e.sha = c.sha AND e.environment = 'production'
				AND (e.released_at, e.deployment COLLATE "C") < (c.released_at, c.deployment COLLATE "C")))),
	gone AS (
		DELETE FROM released_branch AS o
		WHERE o.repository = write_released_branches.repository AND NOT EXISTS (SELECT FROM new AS n WHERE n.branch = o.branch)
		RETURNING o.branch),
	written AS (
		INSERT INTO released_branch (repository, branch) SELECT write_released_branches.repository, n.branch FROM new AS n
		ON CONFLICT DO NOTHING RETURNING branch)
	-- A repository or branch that has become released, or ceased to be: all its parts.
	INSERT INTO touched (kind, key)
	SELECT DISTINCT 'item', p.item
	FROM (SELECT g.branch FROM gone AS g UNION ALL SELECT w.branch FROM written AS w) AS b
		JOIN item_part AS p ON p.repository = write_released_branches.repository AND coalesce(p.branch, '') = b.branch
	ON CONFLICT DO NOTHING;
	IF vsm.is_distributed(model) THEN
		PERFORM vsm.forget_rows(model);
		PERFORM vsm.enter_model(model);
	END IF;
END
$$;
COMMENT ON FUNCTION vsm.write_released_branches(text) IS
	'writes which branches of a repository are released at all, and touches the items whose parts are concerned where that has changed; '
	'a part of vsm.refresh';
