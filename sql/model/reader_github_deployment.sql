-- GitHub: deployments, their statuses, and releases.

/*
 * A deployment and its statuses: queued, pending, waiting, in_progress, success, failure, error.
 * GitHub makes a successful deployment inactive when the next one succeeds: that is an event, but
 * it stays a success in the table.
 *
 * Its service is the one that its payload names ({"service": "web"}), else what naming says of its
 * environment or repository; of the services of a monorepo none is guessed.
 */
CREATE FUNCTION vsm.read_github_deployment(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 5
BEGIN ATOMIC
	SELECT q.*
	FROM (
		SELECT o.body, o.deployment, o.status, coalesce(vsm.json_text(o.status, 'log_url'),
			vsm.json_text(o.status, 'target_url')) AS url,
			vsm.json_text(o.status, 'state') AS state,
			source || ':deployment:' || coalesce(vsm.json_text(o.deployment, 'id'),
				substring(o.status ->> 'deployment_url' FROM '/deployments/(\d{1,20})')) AS entity,
			coalesce(vsm.json_text(o.body, 'repository', 'full_name'), vsm.github_repository(o.deployment ->> 'repository_url'),
				vsm.github_repository(o.status ->> 'repository_url'), vsm.github_repository(o.deployment ->> 'url'),
				vsm.github_repository(o.status ->> 'deployment_url')) AS repository,
			coalesce(vsm.json_text(o.status, 'environment'), vsm.json_text(o.deployment, 'environment')) AS environment,
			-- The payload of a deployment is an object, or text that may hold one.
			coalesce(vsm.json_text(o.deployment, 'payload', 'service'),
				CASE WHEN jsonb_typeof(o.deployment -> 'payload') = 'string' THEN
					substring(o.deployment ->> 'payload' FROM '"service"\s*:\s*"([^"\\]{1,200})"') END) AS service,
			vsm.json_text(o.deployment, 'sha') AS sha,
			vsm.json_time(o.deployment, 'created_at') AS created_at,
			coalesce(vsm.json_time(o.status, 'created_at'), vsm.json_time(o.deployment, 'created_at')) AS at
		FROM (
			SELECT p.body,
				CASE WHEN jsonb_typeof(p.body -> 'deployment') = 'object' THEN p.body -> 'deployment'
					WHEN NOT p.body ?| '{deployment,deployment_url,deployment_status}' THEN p.body END AS deployment,
				CASE WHEN jsonb_typeof(p.body -> 'deployment_status') = 'object' THEN p.body -> 'deployment_status'
					WHEN p.body ? 'deployment_url' THEN p.body END AS status
			FROM (SELECT payload #> '{}' AS body OFFSET 0) AS p
			OFFSET 0) AS o
		OFFSET 0) AS d,
	LATERAL (
		SELECT (vsm.fact_row(source, 'deployment', d.entity,
			CASE WHEN d.state IN ('success', 'failure', 'error', 'inactive') THEN d.at WHEN d.state = 'in_progress' THEN
				d.at - interval '1 microsecond'
				ELSE d.at - interval '2 microseconds' END,
			vsm.fact_details(
				'source', source,
				'service', d.service,
				'repository', d.repository,
				'environment', d.environment,
				'environment_tier', CASE WHEN d.deployment ->> 'production_environment' = 'true' THEN 'production'
					ELSE vsm.meaning(names, 'environment', d.environment) END,
				'sha', d.sha,
				'ref', vsm.json_text(d.deployment, 'ref'),
				'status', CASE WHEN d.state <> 'inactive' THEN d.state END,
				'created_at', d.created_at,
				'started_at', CASE d.state WHEN 'in_progress' THEN d.at END,
				'finished_at', CASE WHEN d.state IN ('success', 'failure', 'error') THEN d.at END,
				'url', coalesce(d.url, vsm.json_text(d.deployment, 'url'))))).*
		UNION ALL
		SELECT (vsm.fact_event(source, d.entity, d.created_at, 'created', d.entity || ':created')).*
		WHERE d.created_at IS NOT NULL
		UNION ALL
		SELECT (vsm.fact_event(source, d.entity, d.at, d.state, d.entity || ':status:' || vsm.json_text(d.status, 'id'))).*
		WHERE d.state IS NOT NULL
		UNION ALL
		SELECT (vsm.fact_link(source, d.entity, d.sha, 'deploys', 'deployment')).*
		WHERE d.sha IS NOT NULL
		UNION ALL
		SELECT (vsm.fact_link(source, d.entity, source || ':workflow_run:' || w.run, 'part_of', 'workflow run')).*
		FROM (SELECT coalesce(vsm.json_text(d.body, 'workflow_run', 'id'),
			substring(d.url FROM '/actions/runs/(\d{1,20})')) AS run OFFSET 0) AS w
		WHERE w.run IS NOT NULL) AS q;
END;
COMMENT ON FUNCTION vsm.read_github_deployment(text, jsonb, jsonb) IS
	'facts of a deployment of GitHub and of a status of it: webhooks deployment and deployment_status, or GET '
	'/repos/OWNER/NAME/deployments and /deployments/ID/statuses';

CREATE FUNCTION vsm.read_github_release(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 2
BEGIN ATOMIC
	SELECT q.*
	FROM (
		SELECT r.release, r.repository || '@' || vsm.json_text(r.release, 'tag_name') AS name,
			source || ':release:' || r.repository || '@' || vsm.json_text(r.release, 'tag_name') AS entity,
			CASE r.release ->> 'prerelease' WHEN 'true' THEN 'prereleased' ELSE 'released' END AS state,
			vsm.json_time(r.release, 'published_at') AS published_at
		FROM (
			SELECT o.release, coalesce(vsm.json_text(o.body, 'repository', 'full_name'), vsm.github_repository(o.release ->> 'html_url'),
				vsm.github_repository(o.release ->> 'url')) AS repository
			FROM (
				SELECT p.body, CASE WHEN jsonb_typeof(p.body -> 'release') = 'object' THEN p.body -> 'release' ELSE p.body END AS release
				FROM (SELECT payload #> '{}' AS body OFFSET 0) AS p
				OFFSET 0) AS o
			-- A draft is not published; one that was deleted says nothing new.
			WHERE o.release ->> 'draft' IS DISTINCT FROM 'true' AND o.body ->> 'action' IS DISTINCT FROM 'deleted'
			OFFSET 0) AS r
		OFFSET 0) AS p,
	LATERAL (
		SELECT (vsm.fact_event(source, p.entity, p.published_at, p.state, p.entity || ':' || p.state)).*
		UNION ALL
		SELECT (vsm.fact_link(source, p.entity, source || ':tag:' || p.name, 'builds', 'tag', since => p.published_at)).*
		UNION ALL
		-- A branch or a SHA: what the tag was made of.
		SELECT (vsm.fact_link(source, p.entity, p.release ->> 'target_commitish', 'builds', 'release', since => p.published_at)).*
		WHERE p.release ->> 'target_commitish' ~ '^[0-9a-f]{40}$') AS q
	WHERE p.published_at IS NOT NULL;
END;
COMMENT ON FUNCTION vsm.read_github_release(text, jsonb, jsonb) IS
	'facts of a release of GitHub: webhook release, or GET /repos/OWNER/NAME/releases';
