-- GitHub Actions: runs of workflows and their jobs.

/*
 * A run of a workflow. A re-run keeps the id and counts run_attempt up: each attempt is queued,
 * in_progress and ends with its conclusion (success, failure, cancelled, action_required, ...).
 * The run of a pull request of a fork is one of the repository that it is to be merged into.
 */
CREATE FUNCTION vsm.read_github_workflow_run(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 8
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT o.body, o.run, o.action, source || ':workflow_run:' || vsm.json_text(o.run, 'id') AS entity,
			coalesce(vsm.json_text(o.body, 'repository', 'full_name'), vsm.json_text(o.run, 'repository', 'full_name'),
				vsm.github_repository(o.run ->> 'html_url'), vsm.github_repository(o.run ->> 'url')) AS repository,
			-- (Gitea counts attempts from 0, and has times of the beginning and the end only.)
			greatest(vsm.github_count(o.run -> 'run_attempt'), 1)::bigint AS attempt,
			coalesce(vsm.json_time(o.run, 'created_at'), vsm.json_time(o.run, 'started_at')) AS created_at,
			-- What has ended before it began has not begun then.
			CASE WHEN (o.begun_at > o.updated_at AND vsm.json_text(o.run, 'conclusion') IS NOT NULL) IS NOT TRUE THEN o.begun_at END
				AS started_at,
			o.updated_at,
			-- (What has a conclusion is completed.)
			coalesce(vsm.json_text(o.run, 'status'), CASE WHEN vsm.json_text(o.run, 'conclusion') IS NOT NULL THEN
				'completed' END) AS status,
			vsm.json_text(o.run, 'conclusion') AS conclusion,
			vsm.json_text(o.run, 'head_sha') AS sha
		FROM (
			SELECT d.*, coalesce(vsm.json_time(d.run, 'run_started_at'), vsm.json_time(d.run, 'started_at')) AS begun_at,
				coalesce(vsm.json_time(d.run, 'updated_at'), vsm.json_time(d.run, 'completed_at'),
					CASE WHEN d.run ->> 'status' <> 'completed' THEN vsm.json_time(d.run, 'started_at') END) AS updated_at
			FROM (
				SELECT p.body, p.body ->> 'action' AS action,
					CASE WHEN jsonb_typeof(p.body -> 'workflow_run') = 'object' THEN p.body -> 'workflow_run' ELSE p.body END AS run
				FROM (SELECT payload #> '{}' AS body OFFSET 0) AS p
				OFFSET 0) AS d
			OFFSET 0) AS o
		OFFSET 0) AS r,
	LATERAL (
		SELECT q.*
		FROM (
			SELECT (vsm.fact_row(source, 'build', r.entity,
				CASE WHEN r.status = 'completed' THEN r.updated_at WHEN r.status = 'in_progress' THEN
					r.updated_at - interval '1 microsecond'
					ELSE r.updated_at - interval '2 microseconds' END,
				vsm.fact_details(
					'source', source,
					'repository', r.repository,
					'job', coalesce(vsm.json_text(r.run, 'name'), vsm.json_text(r.body, 'workflow', 'name'),
						regexp_replace(vsm.json_text(r.run, 'path'), '@.*$', '')),
					'sha', r.sha,
					'ref', vsm.json_text(r.run, 'head_branch'),
					'attempt', r.attempt,
					'status', coalesce(CASE WHEN r.status = 'completed' THEN r.conclusion END, r.status),
					'queued_at', CASE WHEN r.attempt = 1 THEN r.created_at ELSE r.started_at END,
					'started_at', CASE WHEN r.status IN ('in_progress', 'completed') THEN r.started_at END,
					'finished_at', CASE WHEN r.status = 'completed' THEN r.updated_at END,
					'url', vsm.json_text(r.run, 'html_url'))
				-- A new attempt has not ended yet, whatever the last one did.
				|| CASE WHEN r.status = 'in_progress' THEN '{"finished_at": null}' WHEN r.status <> 'completed' THEN
					'{"started_at": null, "finished_at": null}'
					ELSE '{}'::jsonb END)).*
			UNION ALL
			SELECT (vsm.fact_event(source, r.entity, r.created_at, 'queued', r.entity || ':1:queued', seq => 3,
				attributes => vsm.fact_details('repository', r.repository, 'name', r.run -> 'name', 'ref',
					r.run -> 'head_branch',
					'trigger', r.run -> 'event', 'run_number', r.run -> 'run_number', 'url', r.run -> 'html_url'))).*
			UNION ALL
			SELECT (vsm.fact_event(source, r.entity, r.started_at, 'queued', r.entity || ':' || r.attempt || ':queued',
				seq => r.attempt * 3)).*
			WHERE r.attempt > 1
			UNION ALL
			SELECT (vsm.fact_event(source, r.entity, r.updated_at, 'in_progress', r.entity || ':' || r.attempt || ':in_progress',
				seq => r.attempt * 3 + 1)).*
			WHERE r.action = 'in_progress' AND r.status IS DISTINCT FROM 'completed'
			UNION ALL
			SELECT (vsm.fact_event(source, r.entity, r.updated_at, r.conclusion, r.entity || ':' || r.attempt || ':completed',
				seq => r.attempt * 3 + 2)).*
			WHERE r.status = 'completed'
			UNION ALL
			SELECT (vsm.fact_observed(source, r.entity, r.updated_at, r.status)).*
			WHERE r.action IS NULL AND r.status <> 'completed'
			UNION ALL
			SELECT (vsm.fact_link(source, r.entity, r.sha, 'builds', 'workflow run', since => r.created_at)).*
			WHERE r.sha IS NOT NULL
			UNION ALL
			-- (GitHub lists requests of forks, too, which happen to have the same commit.)
			SELECT (vsm.fact_link(source, r.entity, source || ':pull_request:' || vsm.json_text(p.request, 'id'), 'builds',
				'pull request run', since => r.created_at)).*
			FROM jsonb_array_elements(vsm.json_array(r.run -> 'pull_requests')) AS p (request)
			WHERE (vsm.github_repository(p.request ->> 'url') = r.repository) IS NOT FALSE) AS q
		UNION ALL
		SELECT c.* FROM vsm.read_github_commit_object(source, r.repository, NULL, r.run -> 'head_commit', names) AS c
		WHERE jsonb_typeof(r.run -> 'head_commit') = 'object') AS f;
END;
COMMENT ON FUNCTION vsm.read_github_workflow_run(text, jsonb, jsonb) IS
	'facts of a run of GitHub Actions: webhook workflow_run, or GET /repos/OWNER/NAME/actions/runs/ID';

CREATE FUNCTION vsm.read_github_workflow_runs(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 500
BEGIN ATOMIC
	SELECT f.* FROM jsonb_array_elements(vsm.json_array(payload -> 'workflow_runs')) AS r,
		LATERAL vsm.read_github_workflow_run(source, r, names) AS f;
END;
COMMENT ON FUNCTION vsm.read_github_workflow_runs(text, jsonb, jsonb) IS 'facts of a page of GET /repos/OWNER/NAME/actions/runs';

/*
 * A job of a run. It is waiting while a person has yet to approve the environment, queued until
 * a runner takes it. Until then GitHub writes the creation as its start. One that was skipped, or
 * cancelled before a runner took it, has not begun.
 *
 * A job whose name means an environment (kind job of naming) deploys to it, where no deployment of
 * GitHub's own says so.
 */
CREATE FUNCTION vsm.read_github_workflow_job(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 5
BEGIN ATOMIC
	SELECT q.*
	FROM (
		SELECT b.*, CASE WHEN b.created_at > b.begun THEN b.begun ELSE b.created_at END AS queued_at
		FROM (
			SELECT t.*, CASE WHEN t.status IN ('in_progress', 'completed') AND t.conclusion IS DISTINCT FROM 'skipped'
				AND (t.completed_at < t.started_at) IS NOT TRUE AND NOT t.never_taken THEN t.started_at END AS begun
			FROM (
				SELECT o.body, o.job, vsm.json_text(o.job, 'id') AS id,
					source || ':workflow_job:' || vsm.json_text(o.job, 'id') AS entity,
					source || ':workflow_run:' || vsm.json_text(o.job, 'run_id') AS run,
					coalesce(vsm.json_text(o.body, 'repository', 'full_name'), vsm.github_repository(o.job ->> 'html_url'),
						vsm.github_repository(o.job ->> 'run_url')) AS repository,
					vsm.json_text(o.job, 'name') AS name,
					coalesce(vsm.json_text(o.job, 'status'), CASE WHEN vsm.json_text(o.job, 'conclusion') IS NOT NULL THEN
						'completed' END) AS status,
					vsm.json_text(o.job, 'conclusion') AS conclusion,
					vsm.json_text(o.job, 'head_sha') AS sha,
					-- Before 2022 there was no created_at: what has not begun yet was created at its start.
					coalesce(vsm.json_time(o.job, 'created_at'), CASE WHEN o.job ->> 'status' NOT IN ('in_progress', 'completed') THEN
						vsm.json_time(o.job, 'started_at') END) AS created_at,
					vsm.json_time(o.job, 'started_at') AS started_at,
					vsm.json_time(o.job, 'completed_at') AS completed_at,
					(o.job ->> 'conclusion' = 'cancelled' AND o.job -> 'steps' = '[]'
						AND coalesce(o.job ->> 'runner_id', '0') = '0') IS TRUE AS never_taken
				FROM (
					SELECT p.body, CASE WHEN jsonb_typeof(p.body -> 'workflow_job') = 'object' THEN p.body -> 'workflow_job'
						ELSE p.body END AS job
					FROM (SELECT payload #> '{}' AS body OFFSET 0) AS p
					OFFSET 0) AS o
				OFFSET 0) AS t
			OFFSET 0) AS b
		OFFSET 0) AS j,
	LATERAL (
		SELECT (vsm.fact_row(source, 'build', j.entity,
			-- (A job has no time of its last change. What is later in its life is the newer version.)
			CASE j.status WHEN 'completed' THEN coalesce(j.completed_at, j.begun, j.queued_at)
				WHEN 'in_progress' THEN coalesce(j.begun, j.queued_at) - interval '1 microsecond'
					ELSE j.queued_at - interval '2 microseconds' END,
			vsm.fact_details(
				'source', source,
				'repository', j.repository,
				'job', j.name,
				'sha', j.sha,
				'ref', vsm.json_text(j.job, 'head_branch'),
				'attempt', vsm.github_count(j.job -> 'run_attempt'),
				'status', coalesce(j.conclusion, j.status),
				'queued_at', j.queued_at,
				'started_at', j.begun,
				'finished_at', j.completed_at,
				'url', vsm.json_text(j.job, 'html_url')))).*
		UNION ALL
		SELECT (vsm.fact_event(source, j.entity, j.queued_at, s.state, j.entity || ':' || s.state,
			attributes => vsm.fact_details('name', j.job -> 'name', 'attempt', j.job -> 'run_attempt', 'url',
				j.job -> 'html_url'))).*
		FROM (SELECT CASE j.status WHEN 'waiting' THEN 'waiting' ELSE 'queued' END AS state WHERE j.queued_at IS NOT NULL OFFSET 0) AS s
		UNION ALL
		SELECT (vsm.fact_event(source, j.entity, j.begun, 'in_progress', j.entity || ':in_progress')).*
		WHERE j.begun IS NOT NULL
		UNION ALL
		SELECT (vsm.fact_event(source, j.entity, j.completed_at, j.conclusion, j.entity || ':completed')).*
		WHERE j.conclusion IS NOT NULL
		UNION ALL
		SELECT (vsm.fact_link(source, j.entity, j.run, 'part_of', 'workflow run')).*
		UNION ALL
		SELECT (vsm.fact_link(source, j.run, j.sha, 'builds', 'workflow run')).*
		UNION ALL
		SELECT (vsm.fact_link(source, source || ':deployment:' || vsm.json_text(j.body, 'deployment', 'id'), j.entity, 'part_of',
			'workflow job')).*
		WHERE j.body ? 'deployment'
		UNION ALL
		SELECT d.*
		FROM (SELECT vsm.meaning(names, 'job', j.name) AS environment, source || ':deployment:workflow_job:' || j.id AS entity
			WHERE (jsonb_typeof(j.body -> 'deployment') = 'object') IS NOT TRUE OFFSET 0) AS e,
		LATERAL (
			SELECT (vsm.fact_row(source, 'deployment', e.entity, coalesce(j.completed_at, j.begun, j.queued_at),
				vsm.fact_details(
					'source', source,
					'repository', j.repository,
					'environment', e.environment,
					'environment_tier', vsm.meaning(names, 'environment', e.environment),
					'sha', j.sha,
					'ref', vsm.json_text(j.job, 'head_branch'),
					'status', coalesce(j.conclusion, j.status),
					'created_at', j.queued_at,
					'started_at', j.begun,
					'finished_at', j.completed_at,
					'url', vsm.json_text(j.job, 'html_url')))).*
			UNION ALL
			SELECT (vsm.fact_link(source, e.entity, j.sha, 'deploys', 'workflow job')).*
			UNION ALL
			SELECT (vsm.fact_link(source, e.entity, j.entity, 'part_of', 'workflow job')).*) AS d
		WHERE e.environment <> 'deploy' AND j.begun IS NOT NULL) AS q;
END;
COMMENT ON FUNCTION vsm.read_github_workflow_job(text, jsonb, jsonb) IS
	'facts of a job of GitHub Actions: webhook workflow_job, or GET /repos/OWNER/NAME/actions/jobs/ID';

CREATE FUNCTION vsm.read_github_workflow_jobs(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 100
BEGIN ATOMIC
	SELECT f.* FROM jsonb_array_elements(vsm.json_array(payload -> 'jobs')) AS j,
		LATERAL vsm.read_github_workflow_job(source, j, names) AS f;
END;
COMMENT ON FUNCTION vsm.read_github_workflow_jobs(text, jsonb, jsonb) IS 'facts of a page of GET /repos/OWNER/NAME/actions/runs/ID/jobs';
