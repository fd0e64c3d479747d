/*
 * What each deployment brought after the one before it there: the tables deployment_flow and
 * change_flow, made anew for a whole repository behind its first releases, see commit_releases.sql.
 *
 * Whether a deployment rolls back is a question of ancestry: its commit is a proper ancestor of the
 * one before. That can be only where an earlier deployment of the service already had it, and the
 * way from the one before up to it leads through no commit that came to production before it did:
 * what contains a commit was released no earlier. So the way is short.
 */

CREATE FUNCTION vsm.touches_path(files text[], path text) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
	folder CONSTANT text := rtrim(path, '/');
	file   text;
BEGIN
	-- (SQL with a query in it is not inlined, and begins anew for each commit.)
	IF files IS NOT NULL THEN
		FOREACH file IN ARRAY files LOOP
			IF file = folder OR starts_with(file, folder || '/') THEN
				RETURN true;
			END IF;
		END LOOP;
	END IF;
	RETURN false;
END
$$;
COMMENT ON FUNCTION vsm.touches_path(text[], text) IS
	'whether one of these files is in a folder of a repository, or is it; a part of vsm.refresh and of views';

CREATE FUNCTION vsm.repository_deployments(repository text) RETURNS TABLE (deployment text, sha text, service text, environment text,
	finished_at timestamptz, reason text)
LANGUAGE plpgsql STABLE ROWS 1000
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	SELECT d.deployment, d.sha, coalesce(r.service, ''), coalesce(d.environment, ''), d.finished_at,
		CASE
			WHEN d.environment_tier IS DISTINCT FROM 'production' THEN 'not production'
			WHEN coalesce(s.kind, d.kind) = 'infrastructure' THEN 'infrastructure'
			WHEN d.status <> 'success' THEN 'status ' || d.status
			WHEN d.status IS NULL OR d.finished_at IS NULL THEN 'not finished'
		END
	FROM (
			SELECT e.*
			FROM deployment AS e LEFT JOIN LATERAL (SELECT k.repository FROM commit AS k WHERE k.sha = e.sha OFFSET 0) AS c ON true
			WHERE (e.repository = repository_deployments.repository OR repository_deployments.repository = '' AND e.repository IS NULL)
			AND coalesce(c.repository, e.repository, '') = repository_deployments.repository
			UNION ALL
			-- Of another repository, as a fork is, or of none, with a commit of this one.
			SELECT e.*
			FROM commit AS k, LATERAL (SELECT o.* FROM deployment AS o WHERE o.sha = k.sha OFFSET 0) AS e
			WHERE k.repository = repository_deployments.repository AND coalesce(e.repository, '') <> k.repository) AS d
		JOIN LATERAL (SELECT t.service FROM routed_deployment AS t WHERE t.deployment = d.deployment OFFSET 0) AS r ON true
		LEFT JOIN service AS s ON s.service = r.service;
END
$$;
COMMENT ON FUNCTION vsm.repository_deployments(text) IS
	'the deployments of commits of a repository (empty: of none), and why they do not count, NULL if they do; a part of vsm.refresh';

CREATE FUNCTION vsm.new_deployment_flows(repository text) RETURNS TABLE (deployment text, service text, environment text,
	finished_at timestamptz, reason text, previous text, commit_known boolean, is_first boolean, is_new boolean, is_release boolean,
	is_rollback boolean, is_redeploy boolean, new_commits integer)
LANGUAGE plpgsql STABLE ROWS 1000
SET plan_cache_mode = force_custom_plan
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	WITH RECURSIVE told AS MATERIALIZED (
		SELECT t.* FROM vsm.repository_deployments(new_deployment_flows.repository) AS t),
	known AS MATERIALIZED (
		SELECT c.sha, c.parents FROM commit AS c
		WHERE (c.repository = new_deployment_flows.repository OR new_deployment_flows.repository = '' AND c.repository IS NULL)
		AND EXISTS (SELECT FROM told AS t WHERE t.reason IS NULL AND t.sha IS NOT NULL)),
	-- When each commit came to production of each service, whether it touches its part of the repository or not.
	-- (Services by a name that is never empty, as that of no known service is.)
	released AS MATERIALIZED (
		SELECT f.sha, substr(f.target, 2) AS service, f.release, f.released_at
		FROM vsm.first_release(
				(SELECT vsm.graph(k.sha, coalesce(k.parents, '{}')) FROM known AS k),
				(SELECT vsm.releases('=' || t.service, t.deployment, t.sha, t.finished_at) FROM told AS t
				 WHERE t.reason IS NULL AND t.sha IS NOT NULL)) AS f
		-- (Not joined: what is thought to be many makes the tables large in which the way below is looked up.)
		WHERE f.release IS NOT NULL AND f.sha IN (SELECT k.sha FROM known AS k)),
	counted AS MATERIALIZED (
		SELECT t.*, lag(t.deployment) OVER there AS previous, lag(t.sha) OVER there AS previous_sha,
			lag(r.release) OVER there AS previous_release,
			row_number() OVER (PARTITION BY t.service ORDER BY t.finished_at, t.deployment COLLATE "C") = 1 AS is_first,
			row_number() OVER (PARTITION BY t.service, t.sha ORDER BY t.finished_at, t.deployment COLLATE "C") = 1 AS is_unknown_before,
			row_number() OVER (PARTITION BY t.service, t.environment, t.sha ORDER BY t.finished_at, t.deployment COLLATE "C") = 1 AS is_new,
			r.release, r.released_at
		FROM told AS t LEFT JOIN released AS r ON r.sha = t.sha AND r.service = t.service
		WHERE t.reason IS NULL
		WINDOW there AS (PARTITION BY t.service, t.environment ORDER BY t.finished_at, t.deployment COLLATE "C")),
	judged AS MATERIALIZED (
		SELECT c.* FROM counted AS c
		WHERE c.previous_release IS NOT NULL AND c.release <> c.deployment AND c.sha <> c.previous_sha),
	way AS (
		SELECT j.deployment, r.sha
		FROM judged AS j JOIN released AS r ON r.sha = j.previous_sha AND r.service = j.service
		WHERE (r.released_at, r.release COLLATE "C") >= (j.released_at, j.release COLLATE "C")
		UNION
		SELECT w.deployment, r.sha
		FROM way AS w JOIN judged AS j ON j.deployment = w.deployment JOIN known AS k ON k.sha = w.sha, unnest(k.parents) AS p (sha)
			JOIN released AS r ON r.sha = p.sha
		WHERE r.service = j.service AND (r.released_at, r.release COLLATE "C") >= (j.released_at, j.release COLLATE "C"))
	SELECT t.deployment, t.service, t.environment, t.finished_at, t.reason, c.previous,
		CASE WHEN c.deployment IS NOT NULL THEN c.release IS NOT NULL END, c.is_first,
		CASE WHEN c.sha IS NOT NULL THEN c.is_new WHEN c.deployment IS NOT NULL THEN false END,
		CASE
			WHEN c.release IS NOT NULL THEN c.release = c.deployment
			WHEN c.sha IS NOT NULL THEN c.is_unknown_before
			WHEN c.deployment IS NOT NULL THEN false
		END,
		CASE
			WHEN c.deployment IS NOT NULL AND c.previous IS NULL OR c.sha = c.previous_sha THEN false
			WHEN c.release IS NOT NULL AND c.previous_release IS NOT NULL THEN
				EXISTS (SELECT FROM way AS w WHERE w.deployment = c.deployment AND w.sha = c.sha)
		END,
		CASE WHEN c.deployment IS NOT NULL THEN coalesce(c.sha = c.previous_sha, false) END,
		CASE WHEN c.release IS NOT NULL AND NOT c.is_first THEN (
			SELECT count(*)::integer
			FROM commit_release AS r JOIN commit AS k ON k.sha = r.sha
			-- (What it brought to another repository before it was moved may still be there.)
			WHERE r.repository = new_deployment_flows.repository AND r.deployment = c.deployment AND r.service = c.service
			AND r.environment = 'production'
			AND coalesce(cardinality(k.parents), 0) <= 1)
		END
	FROM told AS t LEFT JOIN counted AS c ON c.deployment = t.deployment;
END
$$;
COMMENT ON FUNCTION vsm.new_deployment_flows(text) IS
	'what the table deployment_flow should say of the deployments of a repository (empty: of none), whose first releases are made; '
	'a cycle among commits is an error; a part of vsm.refresh';

CREATE FUNCTION vsm.write_deployment_flows(repository text) RETURNS void
LANGUAGE plpgsql
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
	WITH new AS MATERIALIZED (SELECT n.* FROM vsm.new_deployment_flows(write_deployment_flows.repository) AS n),
	gone AS (
		DELETE FROM deployment_flow AS o
		WHERE o.repository = write_deployment_flows.repository
		AND NOT EXISTS (SELECT FROM new AS n WHERE n.deployment = o.deployment))
	INSERT INTO deployment_flow AS o (deployment, repository, service, environment, finished_at, reason, previous, commit_known, is_first,
		is_new, is_release, is_rollback, is_redeploy, new_commits, finished_day, finished_week, finished_month)
	SELECT n.deployment, write_deployment_flows.repository, n.service, n.environment, n.finished_at, n.reason, n.previous, n.commit_known,
		n.is_first, n.is_new, n.is_release, n.is_rollback, n.is_redeploy, n.new_commits, vsm.period_day(n.finished_at, m.time_zone),
		vsm.period_week(n.finished_at, m.time_zone, m.week_starts), vsm.period_month(n.finished_at, m.time_zone)
	FROM new AS n CROSS JOIN model AS m
	ORDER BY n.deployment COLLATE "C"
	ON CONFLICT (deployment) DO UPDATE SET repository = excluded.repository, service = excluded.service,
		environment = excluded.environment, finished_at = excluded.finished_at, reason = excluded.reason, previous = excluded.previous,
		commit_known = excluded.commit_known, is_first = excluded.is_first, is_new = excluded.is_new, is_release = excluded.is_release,
		is_rollback = excluded.is_rollback, is_redeploy = excluded.is_redeploy, new_commits = excluded.new_commits,
		finished_day = excluded.finished_day, finished_week = excluded.finished_week, finished_month = excluded.finished_month
	WHERE (o.repository, o.service, o.environment, o.finished_at, o.reason, o.previous, o.commit_known, o.is_first, o.is_new, o.is_release,
			o.is_rollback, o.is_redeploy, o.new_commits, o.finished_day, o.finished_week, o.finished_month)
		IS DISTINCT FROM (excluded.repository, excluded.service, excluded.environment, excluded.finished_at, excluded.reason,
			excluded.previous, excluded.commit_known, excluded.is_first, excluded.is_new, excluded.is_release,
			excluded.is_rollback, excluded.is_redeploy, excluded.new_commits, excluded.finished_day, excluded.finished_week,
			excluded.finished_month);
END
$$;
COMMENT ON FUNCTION vsm.write_deployment_flows(text) IS
	'writes what has changed in what the deployments of a repository brought, in the model that search_path names; a part of vsm.refresh';

CREATE FUNCTION vsm.new_change_flows(repository text) RETURNS TABLE (sha text, service text, deployment text, is_squash boolean,
	first_commit_at timestamptz)
LANGUAGE plpgsql STABLE ROWS 10000
SET plan_cache_mode = force_generic_plan
-- How much a repository brings is not known when this is planned: what can be hashed is, look-ups are lateral.
SET enable_nestloop = off
SET enable_hashjoin = on
SET enable_memoize = off
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	WITH released AS MATERIALIZED (
		SELECT r.sha, f.service, f.deployment, f.is_first OR coalesce(cardinality(k.parents), 0) > 1 AS is_left_out,
			coalesce(k.authored_at, k.committed_at) AS written_at
		FROM deployment_flow AS f,
			LATERAL (
				SELECT c.sha, c.service FROM commit_release AS c
				WHERE c.deployment = f.deployment AND c.environment = 'production' AND c.repository = f.repository OFFSET 0) AS r,
			LATERAL (SELECT c.parents, c.authored_at, c.committed_at FROM commit AS c WHERE c.sha = r.sha OFFSET 0) AS k
		WHERE f.repository = new_change_flows.repository AND f.reason IS NULL AND r.service = f.service),
	-- Requests that landed with a commit, and their other commits.
	landed AS MATERIALIZED (
		SELECT DISTINCT r.sha, coalesce(a.item, l.target) AS request
		FROM (SELECT DISTINCT d.sha FROM released AS d WHERE NOT d.is_left_out) AS r,
			LATERAL (
				SELECT k.target FROM link AS k
				WHERE k.source = r.sha AND k.kind = 'part_of' AND k.until IS NULL
				AND k.method IN ('merge commit', 'squash commit', 'number in subject') OFFSET 0) AS l
			LEFT JOIN LATERAL (SELECT i.item FROM item_alias AS i WHERE i.alias = l.target OFFSET 0) AS a ON true),
	own AS MATERIALIZED (
		SELECT q.request, l.source AS sha, coalesce(c.authored_at, c.committed_at) AS written_at,
			(l.method IN ('merge commit', 'squash commit', 'number in subject')) IS NOT TRUE AS is_own
		FROM (SELECT DISTINCT d.request FROM landed AS d) AS q,
			LATERAL (
				SELECT q.request AS name UNION SELECT i.alias FROM item_alias AS i WHERE i.item = q.request OFFSET 0) AS n,
			LATERAL (
				SELECT k.source, k.method FROM link AS k
				WHERE k.target = n.name AND k.kind = 'part_of' AND k.until IS NULL OFFSET 0) AS l,
			LATERAL (SELECT k.authored_at, k.committed_at FROM commit AS k WHERE k.sha = l.source OFFSET 0) AS c),
	squashed AS MATERIALIZED (
		SELECT q.sha, q.service, min(q.written_at) AS written_at
		FROM (
			SELECT r.sha, r.service, l.request, min(o.written_at) AS written_at
			FROM landed AS l JOIN released AS r ON r.sha = l.sha JOIN own AS o ON o.request = l.request AND o.sha <> l.sha
				LEFT JOIN released AS x ON o.is_own AND x.sha = o.sha AND x.service = r.service
			WHERE NOT r.is_left_out
			GROUP BY r.sha, r.service, l.request HAVING count(x.sha) = 0) AS q
		GROUP BY q.sha, q.service)
	SELECT r.sha, r.service, r.deployment, s.sha IS NOT NULL, least(r.written_at, s.written_at)
	FROM released AS r LEFT JOIN squashed AS s ON s.sha = r.sha AND s.service = r.service
	WHERE NOT r.is_left_out;
END
$$;
COMMENT ON FUNCTION vsm.new_change_flows(text) IS
	'what the table change_flow should say of what the deployments of a repository (empty: of none) brought; a part of vsm.refresh';

CREATE FUNCTION vsm.write_change_flows(repository text) RETURNS void
LANGUAGE plpgsql
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
	WITH new AS MATERIALIZED (SELECT n.* FROM vsm.new_change_flows(write_change_flows.repository) AS n),
	present AS MATERIALIZED (SELECT o.* FROM change_flow AS o WHERE o.repository = write_change_flows.repository),
	gone AS (
		DELETE FROM change_flow AS o
		USING (SELECT p.sha, p.service FROM present AS p EXCEPT SELECT n.sha, n.service FROM new AS n) AS p
		WHERE o.sha = p.sha AND o.service = p.service)
	INSERT INTO change_flow AS o (sha, service, deployment, repository, is_squash, first_commit_at)
	SELECT n.sha, n.service, n.deployment, write_change_flows.repository, n.is_squash, n.first_commit_at
	FROM (
		SELECT w.sha, w.service, w.deployment, w.is_squash, w.first_commit_at FROM new AS w
		EXCEPT SELECT p.sha, p.service, p.deployment, p.is_squash, p.first_commit_at FROM present AS p) AS n
	ORDER BY n.sha COLLATE "C", n.service COLLATE "C"
	-- What stands there may be of another repository.
	ON CONFLICT (sha, service) DO UPDATE SET deployment = excluded.deployment, repository = excluded.repository,
		is_squash = excluded.is_squash, first_commit_at = excluded.first_commit_at;
END
$$;
COMMENT ON FUNCTION vsm.write_change_flows(text) IS
	'writes what has changed in the changes that the deployments of a repository brought, in the model that search_path names; '
	'a part of vsm.refresh';
