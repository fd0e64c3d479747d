/*
 * Azure DevOps: classic releases. Each attempt to deploy a release to one of its stages is a deployment,
 * SOURCE:deployment:RELEASE/STAGE/ATTEMPT. What it deploys is said by the primary artifact of the
 * release, or its only one: the build that made it, or a commit.
 */

CREATE FUNCTION vsm.azuredevops_artifact(artifacts jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	-- Of several none is guessed.
	SELECT CASE WHEN count(*) FILTER (WHERE a.is_primary) = 1 THEN (array_agg(a.reference) FILTER (WHERE a.is_primary))[1]
		WHEN count(*) = 1 THEN (array_agg(a.reference))[1] END
	FROM (
		SELECT e -> 'isPrimary' = 'true' AS is_primary, jsonb_build_object('type', e -> 'type') ||
			coalesce(vsm.json_object(e -> 'definitionReference'), '{}') AS reference
		FROM jsonb_array_elements(vsm.json_array(artifacts)) AS e WHERE jsonb_typeof(e) = 'object'
		OFFSET 0) AS a;
END;
COMMENT ON FUNCTION vsm.azuredevops_artifact(jsonb) IS
	'what the primary artifact of a release of Azure DevOps, or its only one, is made of; NULL where that is not said';

CREATE FUNCTION vsm.read_azuredevops_deployment(source text, release text, stage text, attempt text, environment text, artifacts jsonb,
	result text, queued_at timestamptz, started_at timestamptz, finished_at timestamptz, url text, at timestamptz, names jsonb)
RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 4
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT a.entity, a.environment_name, a.build, r.sha, r.ref, r.repository
		FROM (
			SELECT source || ':deployment:' || release || '/' || stage || '/' || coalesce(nullif(attempt, '0'), '1') AS entity,
				environment AS environment_name, vsm.azuredevops_artifact(artifacts) AS reference,
				CASE WHEN vsm.azuredevops_artifact(artifacts) ->> 'type' = 'Build' THEN
					source || ':build:' || vsm.json_text(vsm.azuredevops_artifact(artifacts), 'version', 'id') END AS build
			OFFSET 0) AS a,
			LATERAL (
				SELECT coalesce(vsm.json_sha(a.reference #> '{sourceVersion,id}'),
					CASE WHEN a.reference ->> 'type' IN ('Git', 'GitHub') THEN vsm.json_sha(a.reference #> '{version,id}') END) AS sha,
					vsm.azuredevops_branch(coalesce(vsm.json_text(a.reference, 'branch', 'id'),
						vsm.json_text(a.reference, 'branch', 'name'))) AS ref,
					CASE
						WHEN a.reference ->> 'type' = 'GitHub' THEN vsm.json_text(a.reference, 'definition', 'name')
						ELSE vsm.json_text(a.reference, 'project', 'name') || '/' || coalesce(vsm.json_text(a.reference, 'repository',
							'name'),
							CASE a.reference ->> 'type' WHEN 'Git' THEN vsm.json_text(a.reference, 'definition', 'name') END)
					END AS repository
				OFFSET 0) AS r
		OFFSET 0) AS d,
	LATERAL (
		SELECT (vsm.fact_event(source, d.entity, queued_at, 'created', d.entity || ':created')).*
		WHERE queued_at IS NOT NULL
		UNION ALL
		SELECT t.* FROM vsm.read_azuredevops_target(source, d.entity, d.build, environment, d.environment_name, d.repository, d.sha, d.ref,
			result, queued_at, started_at, finished_at, url, at, names) AS t) AS f;
END;
COMMENT ON FUNCTION vsm.read_azuredevops_deployment(text, text, text, text, text, jsonb, text, timestamptz, timestamptz, timestamptz, text,
	timestamptz, jsonb) IS 'the facts of an attempt to deploy a classic release of Azure DevOps';

CREATE FUNCTION vsm.read_azuredevops_release_deployment(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 4
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT h.*,
			CASE WHEN h.is_hook THEN vsm.azuredevops_release_id(h.body) ELSE vsm.json_text(h.body, 'release', 'id') END AS release,
			CASE WHEN h.is_hook THEN vsm.json_text(h.body, 'environment', 'id')
				ELSE vsm.json_text(h.body, 'releaseEnvironment', 'id') END AS stage,
			CASE WHEN h.is_hook THEN vsm.json_text(h.body, 'environment', 'name')
				ELSE vsm.json_text(h.body, 'releaseEnvironment', 'name') END AS environment,
			coalesce(vsm.json_text(h.deployment, 'attempt'), vsm.json_text(h.body, 'attemptId'),
				(SELECT max(vsm.json_count(e -> 'attempt'))::text
				 FROM jsonb_array_elements(vsm.json_array(h.body #> '{environment,deploySteps}')) AS e)) AS attempt,
			coalesce(vsm.json_array(h.deployment #> '{release,artifacts}'), vsm.json_array(h.body #> '{release,artifacts}'),
				vsm.json_array(h.body #> '{environment,release,artifacts}')) AS artifacts,
			-- A deployment that has just started is still called queued.
			CASE WHEN h.hook LIKE '%-started-event' THEN 'inProgress' ELSE coalesce(
				vsm.azuredevops_word('deployment status', vsm.json_text(h.deployment, 'deploymentStatus')),
				vsm.json_text(h.body, 'environment', 'status')) END AS result,
			vsm.json_time(h.deployment, 'queuedOn') AS queued_at,
			coalesce(vsm.json_time(h.deployment, 'startedOn'), CASE WHEN h.hook LIKE '%-started-event' THEN h.sent_at END) AS started_at,
			coalesce(vsm.json_time(h.deployment, 'completedOn'), CASE WHEN h.hook LIKE '%-completed-event' THEN h.sent_at END,
				CASE WHEN NOT h.is_hook THEN vsm.json_time(h.deployment, 'lastModifiedOn') END) AS finished_at,
			coalesce(vsm.json_text(h.deployment, 'release', '_links', 'web', 'href'),
				vsm.json_text(h.body, 'environment', 'release', '_links', 'web', 'href'),
				vsm.json_text(h.body, 'environment', 'release', 'url'), vsm.json_text(h.body, 'release', 'url')) AS url
		FROM (
			SELECT vsm.azuredevops_resource(b.body) AS body, b.body ? 'eventType' AS is_hook, vsm.json_text(b.body, 'eventType') AS hook,
				vsm.azuredevops_hook_time(b.body) AS sent_at,
				CASE WHEN b.body ? 'eventType' THEN vsm.json_object(b.body #> '{resource,deployment}') ELSE b.body END AS deployment
			FROM (SELECT payload || '{}' AS body OFFSET 0) AS b
			OFFSET 0) AS h
		OFFSET 0) AS p,
		LATERAL vsm.read_azuredevops_deployment(source, p.release, p.stage, p.attempt, p.environment, p.artifacts, p.result, p.queued_at,
			p.started_at, p.finished_at, p.url,
			coalesce(p.sent_at, vsm.json_time(p.deployment, 'lastModifiedOn'), p.finished_at, p.started_at, p.queued_at), names) AS f;
END;
COMMENT ON FUNCTION vsm.read_azuredevops_release_deployment(text, jsonb, jsonb) IS
	'facts of a deployment of a classic release of Azure DevOps: service hooks ms.vss-release.deployment-started-event and '
	'deployment-completed-event, or GET /release/deployments';

CREATE FUNCTION vsm.read_azuredevops_release(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 8
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT h.release, vsm.json_text(h.release, 'id') AS id, vsm.json_array(h.release -> 'artifacts') AS artifacts,
			coalesce(vsm.json_text(h.release, '_links', 'web', 'href'), vsm.json_text(h.release, 'url')) AS url,
			vsm.json_time(h.release, 'createdOn') AS created_at, source || ':release:' || vsm.json_text(h.release, 'id') AS entity
		FROM (
			SELECT CASE WHEN b.body ? 'eventType' THEN b.body #> '{resource,release}' ELSE b.body END AS release
			FROM (SELECT payload || '{}' AS body OFFSET 0) AS b
			OFFSET 0) AS h
		OFFSET 0) AS p,
	LATERAL (
		SELECT (vsm.fact_event(source, p.entity, p.created_at, 'created', p.entity || ':created')).*
		WHERE p.created_at IS NOT NULL
		UNION ALL
		SELECT d.*
		FROM jsonb_array_elements(vsm.json_array(p.release -> 'environments')) AS e (stage),
			jsonb_array_elements(vsm.json_array(e.stage -> 'deploySteps')) AS s (step),
			LATERAL (
				SELECT vsm.json_text(e.stage, 'id') AS stage, vsm.json_text(e.stage, 'name') AS environment,
					vsm.json_text(s.step, 'attempt') AS attempt, vsm.json_text(s.step, 'status') AS result,
					vsm.json_time(s.step, 'queuedOn') AS queued_at,
					(SELECT min(vsm.json_time(g, 'startedOn')) FROM jsonb_array_elements(vsm.json_array(s.step -> 'releaseDeployPhases'))
						AS g)
						AS started_at,
					vsm.json_time(s.step, 'lastModifiedOn') AS finished_at OFFSET 0) AS t,
			LATERAL vsm.read_azuredevops_deployment(source, p.id, t.stage, t.attempt, t.environment, p.artifacts, t.result, t.queued_at,
				t.started_at, t.finished_at, p.url, coalesce(t.finished_at, t.queued_at), names) AS d
		WHERE t.stage IS NOT NULL AND coalesce(t.finished_at, t.queued_at) IS NOT NULL) AS f;
END;
COMMENT ON FUNCTION vsm.read_azuredevops_release(text, jsonb, jsonb) IS
	'facts of a classic release of Azure DevOps and of its deployments: service hooks ms.vss-release.release-created-event and the like, '
	'or '
	'GET /release/releases/ID';

CREATE FUNCTION vsm.read_azuredevops_approval(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 3
BEGIN ATOMIC
	SELECT q.*
	FROM (
		SELECT a.*, source || ':approval:' || a.release || '/' || a.stage || '/' || a.attempt AS entity,
			source || ':deployment:' || a.release || '/' || a.stage || '/' || a.attempt AS deployment
		FROM (
			SELECT vsm.json_text(h.approval, 'release', 'id') AS release, vsm.json_text(h.approval, 'releaseEnvironment', 'id') AS stage,
				coalesce(nullif(vsm.json_text(h.approval, 'attempt'), '0'), '1') AS attempt, lower(vsm.json_text(h.approval, 'status'))
					AS status,
				vsm.json_time(h.approval, 'createdOn') AS created_at, vsm.json_time(h.approval, 'modifiedOn') AS modified_at,
				h.approval -> 'isAutomated' = 'true' OR coalesce(h.approval ->> 'approvalType', 'preDeploy') <> 'preDeploy' AS is_other
			FROM (
				SELECT CASE WHEN b.body ? 'eventType' THEN b.body #> '{resource,approval}' ELSE b.body END AS approval
				FROM (SELECT payload || '{}' AS body OFFSET 0) AS b
				OFFSET 0) AS h
			OFFSET 0) AS a
		OFFSET 0) AS p,
	LATERAL (
		SELECT (vsm.fact_event(source, p.entity, p.created_at, 'approval requested', p.entity || ':requested', method => 'label')).*
		UNION ALL
		SELECT (vsm.fact_event(source, p.entity, p.modified_at, 'approval ' || p.status, p.entity || ':' || p.status, method => 'label')).*
		WHERE p.status IN ('approved', 'rejected') AND p.modified_at IS NOT NULL
		UNION ALL
		SELECT (vsm.fact_link(source, p.entity, p.deployment, 'deploys', 'approval')).*) AS q
	-- What nobody was asked for is no approval, and one after the deployment holds up none.
	WHERE p.is_other IS NOT TRUE;
END;
COMMENT ON FUNCTION vsm.read_azuredevops_approval(text, jsonb, jsonb) IS
	'facts of an approval of a classic release of Azure DevOps: service hooks ms.vss-release.deployment-approval-pending-event and '
	'deployment-approval-completed-event, or GET /release/approvals';
