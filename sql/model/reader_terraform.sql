/*
 * Terraform Cloud, HCP Terraform and Terraform Enterprise: notifications of runs, and runs of the
 * API (JSON:API), alone or in pages, with configuration versions, their commits and workspaces where
 * these were asked for (include=workspace,configuration_version.ingress_attributes).
 *
 * A run is a deployment, SOURCE:deployment:RUN, of infrastructure: it does not count where
 * deployments of applications are counted, unless its service is said to be an application. Its
 * service is the workspace, or what naming says of it; so is its environment. Planned only, it
 * deploys nothing: its status stays that of the tool. An API tells the times of all states, a
 * notification that of one, to the second.
 */

CREATE FUNCTION vsm.terraform_elements(payload jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN vsm.json_array(payload -> 'data') IS NOT NULL THEN (
	SELECT coalesce(jsonb_agg(CASE WHEN jsonb_typeof(e.value) = 'object' THEN jsonb_build_object('data', e.value, 'included',
		payload -> 'included') ELSE e.value END ORDER BY e.place), '[]')
	FROM jsonb_array_elements(payload -> 'data') WITH ORDINALITY AS e (value, place)) END;
COMMENT ON FUNCTION vsm.terraform_elements(jsonb) IS 'the runs of a page of Terraform Cloud, with what is included; NULL if it is none';

CREATE FUNCTION vsm.terraform_included(payload jsonb, type text, id text) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT e.value FROM jsonb_array_elements(vsm.json_array(payload -> 'included')) WITH ORDINALITY AS e (value, place)
	WHERE vsm.json_text(e.value, 'type') = terraform_included.type AND vsm.json_text(e.value, 'id') = terraform_included.id
	ORDER BY e.place LIMIT 1;
END;
COMMENT ON FUNCTION vsm.terraform_included(jsonb, text, text) IS 'an object that a page of Terraform Cloud includes';

CREATE FUNCTION vsm.terraform_status(status text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE status WHEN 'applied' THEN 'success' WHEN 'errored' THEN 'failure' WHEN 'canceled' THEN 'canceled'
	WHEN 'force_canceled' THEN 'canceled' WHEN 'discarded' THEN 'canceled' ELSE status END;
COMMENT ON FUNCTION vsm.terraform_status(text) IS
	'the status of a run of Terraform Cloud as that of a deployment: success, failure, canceled, else in its own word';

CREATE FUNCTION vsm.read_terraform_facts(source text, names jsonb, run text, workspace text, status text, version timestamptz,
	created_at timestamptz, columns jsonb, times jsonb)
RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 6
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT source || ':deployment:' || run AS entity, vsm.named_environment(names, workspace) AS environment,
			vsm.json_time(times, 'applying') AS started_at,
			CASE WHEN status IN ('applied', 'errored', 'canceled', 'force_canceled', 'discarded', 'planned_and_finished',
				'policy_soft_failed') THEN vsm.json_time(times, status) END AS finished_at
		OFFSET 0) AS p,
	LATERAL (
		SELECT (vsm.fact_row(source, 'deployment', p.entity, version,
			jsonb_strip_nulls(jsonb_build_object(
				'source', source,
				'kind', 'infrastructure',
				'service', coalesce(vsm.meaning(names, 'service', workspace), workspace),
				'environment', p.environment,
				'environment_tier', vsm.meaning(names, 'environment', p.environment),
				'status', vsm.terraform_status(status),
				'created_at', created_at,
				'started_at', p.started_at,
				'finished_at', CASE WHEN (p.finished_at < created_at) IS NOT TRUE THEN p.finished_at END) || columns))).*
		UNION ALL
		SELECT (vsm.fact_event(source, p.entity, created_at, 'pending', p.entity || ':pending')).*
		UNION ALL
		SELECT (vsm.fact_event(source, p.entity, e.at, vsm.terraform_status(e.state), p.entity || ':' || e.state)).*
		FROM (SELECT t.key AS state, vsm.json_time(t.value) AS at FROM jsonb_each(times) AS t OFFSET 0) AS e
		WHERE e.state <> 'pending'
		UNION ALL
		SELECT (vsm.fact_link(source, p.entity, vsm.json_text(columns, 'sha'), 'deploys', 'run')).*) AS f;
END;
COMMENT ON FUNCTION vsm.read_terraform_facts(text, jsonb, text, text, text, timestamptz, timestamptz, jsonb, jsonb) IS
	'facts of a run of Terraform Cloud; a part of its readers';

CREATE FUNCTION vsm.read_terraform_notification(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 4
BEGIN ATOMIC
	SELECT f.*
	FROM jsonb_array_elements(vsm.json_array(payload -> 'notifications')) AS n,
	LATERAL (
		SELECT vsm.json_text(n.value, 'run_status') AS status,
			to_timestamp(vsm.whole_seconds(vsm.json_time(n.value, 'run_updated_at'))::float8) AS at,
			to_timestamp(vsm.whole_seconds(vsm.json_time(payload, 'run_created_at'))::float8) AS created_at
		OFFSET 0) AS t,
	LATERAL vsm.read_terraform_facts(source, names, vsm.json_text(payload, 'run_id'), vsm.json_text(payload, 'workspace_name'), t.status,
		vsm.json_time(n.value, 'run_updated_at'), t.created_at,
		vsm.fact_details('url', vsm.json_text(payload, 'run_url')),
		CASE WHEN t.status IS NOT NULL AND t.at IS NOT NULL THEN jsonb_build_object(t.status, t.at) ELSE '{}' END) AS f;
END;
COMMENT ON FUNCTION vsm.read_terraform_notification(text, jsonb, jsonb) IS 'facts of a notification of Terraform Cloud about a run';

CREATE FUNCTION vsm.read_terraform_run(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 8
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT b.body, b.run, vsm.json_text(b.run, 'attributes', 'status') AS status,
			to_timestamp(vsm.whole_seconds(vsm.json_time(b.run, 'attributes', 'created-at'))::float8) AS created_at,
			vsm.terraform_included(b.body, 'workspaces', vsm.json_text(b.run, 'relationships', 'workspace', 'data', 'id')) AS workspace,
			vsm.terraform_included(b.body, 'configuration-versions',
				vsm.json_text(b.run, 'relationships', 'configuration-version', 'data', 'id')) AS configuration
		FROM (SELECT o.body, coalesce(vsm.json_object(o.body -> 'data'), o.body) AS run
			FROM (SELECT payload #> '{}' AS body OFFSET 0) AS o OFFSET 0) AS b
		OFFSET 0) AS p,
	LATERAL (
		-- applying-at: the state applying; both ways of writing it.
		SELECT coalesce(jsonb_object_agg(s.state, s.at), '{}') AS times, max(s.at) AS last
		FROM (
			SELECT replace(regexp_replace(t.key, '[-_]at$', ''), '-', '_') AS state,
				to_timestamp(vsm.whole_seconds(vsm.json_time(t.value))::float8) AS at
			FROM jsonb_each(vsm.json_object(p.run #> '{attributes,status-timestamps}')) AS t
			WHERE t.key ~ '[-_]at$' OFFSET 0) AS s
		WHERE s.at IS NOT NULL OFFSET 0) AS t,
	LATERAL (
		SELECT vsm.terraform_included(p.body, 'ingress-attributes',
			vsm.json_text(p.configuration, 'relationships', 'ingress-attributes', 'data', 'id')) -> 'attributes' AS ingress
		OFFSET 0) AS i,
	LATERAL vsm.read_terraform_facts(source, names, vsm.json_text(p.run, 'id'),
		coalesce(vsm.json_text(p.workspace, 'attributes', 'name'), vsm.meaning(names, 'service',
			vsm.json_text(p.run, 'relationships', 'workspace', 'data', 'id'))),
		p.status, greatest(t.last, p.created_at), p.created_at,
		vsm.fact_details(
			'sha', vsm.revision_sha(vsm.json_text(i.ingress, 'commit-sha')),
			'repository', coalesce(vsm.json_text(i.ingress, 'identifier'), vsm.repository_path(vsm.json_text(i.ingress, 'clone-url'))),
			'ref', coalesce(vsm.json_text(i.ingress, 'tag'), vsm.json_text(i.ingress, 'branch'))), t.times) AS f;
END;
COMMENT ON FUNCTION vsm.read_terraform_run(text, jsonb, jsonb) IS
	'facts of a run of the API of Terraform Cloud: GET /runs/ID, /workspaces/ID/runs, /organizations/NAME/runs';

CREATE FUNCTION vsm.terraform_kind(payload jsonb) RETURNS SETOF vsm.payload_kind
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT k.name, CASE k.name
			WHEN 'error' THEN 'it is an error: ' || coalesce(vsm.json_text(k.body, 'errors', '0', 'title'), 'it says no more')
			WHEN 'payload' THEN 'it is neither a notification nor a run'
			WHEN 'object' THEN 'objects of type ' || left(coalesce(vsm.json_text(k.run, 'type'), ''), 100) || ' are not read'
			WHEN 'notification' THEN CASE
				WHEN vsm.json_text(k.body, 'notifications', '0', 'trigger') = 'verification' THEN
					'it verifies the notification, and is of no run'
				WHEN vsm.json_text(k.body, 'trigger_scope') IS DISTINCT FROM 'run' AND k.body ? 'trigger_scope' THEN
					'notifications of ' || left(coalesce(vsm.json_text(k.body, 'trigger_scope'), 'no scope'), 100) || ' are not read'
				ELSE coalesce(vsm.json_lacks(k.body, 'run_id'), vsm.json_lacks(vsm.json_object(k.body #> '{notifications,0}'), 'run_status',
					'@run_updated_at')) END
			ELSE vsm.json_lacks(k.run, 'id', 'attributes.status', '@attributes.created-at')
		END
	FROM (
		SELECT p.body, p.run, CASE
				WHEN p.body ? 'errors' AND NOT p.body ? 'data' THEN 'error'
				WHEN p.body ?| '{run_id,notifications,payload_version}' THEN 'notification'
				WHEN vsm.json_text(p.run, 'type') = 'runs' THEN 'run'
				WHEN vsm.json_text(p.run, 'type') IS NOT NULL AND p.run ? 'attributes' THEN 'object'
				ELSE 'payload'
			END AS name
		FROM (SELECT o.body, coalesce(vsm.json_object(o.body -> 'data'), o.body) AS run
			FROM (SELECT payload #> '{}' AS body OFFSET 0) AS o OFFSET 0) AS p
		OFFSET 0) AS k;
END;
COMMENT ON FUNCTION vsm.terraform_kind(jsonb) IS 'which reader reads a payload of Terraform Cloud, or why none does';
