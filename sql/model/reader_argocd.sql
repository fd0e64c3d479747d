/*
 * Argo CD: Applications as its API, kubectl and its notifications show them: alone, in lists
 * ({"items": [...]}), as {"app": {...}}, which a notification's template makes of toJson .app, or as
 * the stream of its API has them ({"result": {"application": {...}}}).
 *
 * A deployment is an operation that synchronizes an application, SOURCE:deployment:NAMESPACE/NAME:N,
 * where N is the second in which it began. An Application has the last one in operationState, and
 * those that succeeded in its history: both tell the same.
 *
 * What was deployed is a revision of the repository of manifests. Which commit of the application
 * that was is known by an annotation org.opencontainers.image.revision, or by its images, see
 * naming_image.sql; if neither tells, it is the revision itself, since manifests may lie beside the code.
 */

CREATE FUNCTION vsm.argocd_elements(payload jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
	WHEN payload ?| '{app,application,result,status}' THEN NULL
	WHEN payload -> 'items' = 'null' THEN '[]'		-- what Go writes for an empty list
	ELSE vsm.json_array(payload -> 'items') END;
COMMENT ON FUNCTION vsm.argocd_elements(jsonb) IS 'the Applications of a list; NULL if it is none';

CREATE FUNCTION vsm.argocd_application(payload jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(vsm.json_object(payload -> 'app'), vsm.json_object(payload -> 'application'),
	vsm.json_object(payload #> '{result,application}'), vsm.kubernetes_object(payload));
COMMENT ON FUNCTION vsm.argocd_application(jsonb) IS 'the Application in a payload of Argo CD';

CREATE FUNCTION vsm.argocd_revision(state jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	-- Of several sources the one that is a commit; a chart has a version. Of several commits none is taken.
	SELECT CASE WHEN count(DISTINCT r.sha) = 1 THEN min(r.sha) END
	FROM (
		SELECT vsm.revision_sha(vsm.json_text(state, 'revision')) AS sha
		UNION ALL
		SELECT vsm.revision_sha(vsm.json_text(e.value)) FROM jsonb_array_elements(vsm.json_array(state -> 'revisions')) AS e) AS r;
END;
COMMENT ON FUNCTION vsm.argocd_revision(jsonb) IS
	'the commit of the repository of manifests that was synchronized to; NULL if it is none or one of several';

CREATE FUNCTION vsm.argocd_repository(application jsonb, state jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE WHEN count(DISTINCT s.url) = 1 THEN vsm.repository_path(min(s.url)) END
	FROM (
		SELECT coalesce(vsm.json_text(state, 'source', 'repoURL'),
			CASE WHEN NOT coalesce(state ? 'sources', false) THEN vsm.json_text(application, 'spec', 'source', 'repoURL') END) AS url
		UNION ALL
		SELECT vsm.json_text(e.value, 'repoURL')
		FROM jsonb_array_elements(coalesce(vsm.json_array(state -> 'sources'), vsm.json_array(application #> '{spec,sources}'))) AS e
		-- (A chart is no repository of git.)
		WHERE vsm.json_text(e.value, 'chart') IS NULL) AS s;
END;
COMMENT ON FUNCTION vsm.argocd_repository(jsonb, jsonb) IS
	'the repository of manifests of an operation of Argo CD, of its Application if the operation does not say; NULL if there are several';

CREATE FUNCTION vsm.read_argocd_application(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 10
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT b.app, concat_ws('/', vsm.json_text(b.app, 'metadata', 'namespace'), vsm.json_text(b.app, 'metadata', 'name')) AS name,
			vsm.json_text(b.app, 'metadata', 'name') AS short_name,
			vsm.json_text(b.app, 'metadata', 'annotations', 'org.opencontainers.image.revision') AS told_sha,
			coalesce(vsm.json_object(b.app #> '{metadata,labels}'), '{}') AS labels
		FROM (SELECT vsm.argocd_application(payload) || '{}' AS app OFFSET 0) AS b
		OFFSET 0) AS p,
	LATERAL (
		SELECT coalesce(vsm.meaning(names, 'service', p.short_name), vsm.json_text(p.labels, 'app.kubernetes.io/name'), p.short_name)
				AS service,
			vsm.named_environment(names, vsm.json_text(p.labels, 'environment'), vsm.json_text(p.labels, 'env'),
				vsm.json_text(p.app, 'spec', 'destination', 'namespace'), vsm.json_text(p.app, 'spec', 'destination', 'name'), p.short_name)
				AS environment
		OFFSET 0) AS n,
	LATERAL (
		SELECT q.*
		FROM (
			SELECT o.*, source || ':deployment:' || p.name || ':' || vsm.whole_seconds(coalesce(o.started_at, o.finished_at)) AS entity
			FROM (
				-- What succeeded. The last of them is what its images are of, unless another operation has begun.
				SELECT h.state, 'success' AS status, vsm.json_time(h.state, 'deployStartedAt') AS started_at,
					vsm.json_time(h.state, 'deployedAt') AS finished_at, vsm.argocd_revision(h.state) AS revision,
					h.place = h.number
						AND coalesce(vsm.json_text(p.app, 'status', 'operationState', 'phase') = 'Succeeded', true) AS is_last
				FROM (
					SELECT e.value AS state, e.place, count(*) OVER () AS number
					FROM jsonb_array_elements(vsm.json_array(p.app #> '{status,history}')) WITH ORDINALITY AS e (value, place)
					WHERE vsm.json_time(e.value, 'deployedAt') IS NOT NULL
					OFFSET 0) AS h
				UNION ALL
				SELECT s.result, CASE s.phase WHEN 'Succeeded' THEN 'success' WHEN 'Failed' THEN 'failure' WHEN 'Error' THEN 'failure'
						ELSE 'running' END,
					vsm.json_time(s.state, 'startedAt'),
					CASE WHEN s.phase IN ('Succeeded', 'Failed', 'Error') THEN vsm.json_time(s.state, 'finishedAt') END,
					coalesce(vsm.argocd_revision(s.result), vsm.argocd_revision(s.state #> '{operation,sync}')), s.phase = 'Succeeded'
				FROM (
					SELECT o.state, vsm.json_text(o.state, 'phase') AS phase, vsm.json_object(o.state -> 'syncResult') AS result
					FROM (SELECT p.app #> '{status,operationState}' AS state OFFSET 0) AS o
					OFFSET 0) AS s
				WHERE s.phase IS NOT NULL AND vsm.json_time(s.state, 'startedAt') IS NOT NULL
				-- A history that does not say when it began has it already.
				AND NOT (s.phase = 'Succeeded' AND s.state IS NOT NULL AND EXISTS (
					SELECT FROM jsonb_array_elements(vsm.json_array(p.app #> '{status,history}')) AS e
					WHERE vsm.json_time(e.value, 'deployStartedAt') IS NULL
					AND vsm.json_time(e.value, 'deployedAt') BETWEEN vsm.json_time(s.state, 'startedAt')
						AND coalesce(vsm.json_time(s.state, 'finishedAt'), vsm.json_time(s.state, 'startedAt'))
							+ interval '1 second'))) AS o
			OFFSET 0) AS q
		WHERE q.entity IS NOT NULL OFFSET 0) AS d,
	LATERAL (
		SELECT CASE WHEN d.is_last THEN coalesce(vsm.revision_sha(p.told_sha), i.sha) END AS sha, i.repository, i.image, i.tag,
			vsm.argocd_repository(p.app, d.state) AS manifests,
			CASE WHEN (d.finished_at < d.started_at) IS NOT TRUE THEN d.finished_at END AS finished_at
		FROM vsm.images_commit(names, CASE WHEN d.is_last THEN p.app #> '{status,summary,images}' END) AS i
		OFFSET 0) AS c,
	LATERAL (
		SELECT (vsm.fact_row(source, 'deployment', d.entity, coalesce(c.finished_at, d.started_at),
			vsm.fact_details(
				'source', source,
				'service', n.service,
				'environment', n.environment,
				'environment_tier', vsm.meaning(names, 'environment', n.environment),
				'repository', CASE WHEN c.sha IS NOT NULL THEN c.repository END,
				'sha', c.sha,
				'ref', c.tag,
				'status', d.status,
				'created_at', d.started_at,
				'started_at', d.started_at,
				'finished_at', c.finished_at)
			-- The commit of the application is none of the repository of manifests.
			|| CASE WHEN c.sha IS NOT NULL AND c.repository IS NULL THEN '{"repository": null}'::jsonb ELSE '{}' END)).*
		UNION ALL
		-- Whatever tells the commit of the application holds before the revision of the manifests.
		SELECT (vsm.fact_row(source, 'deployment', d.entity, coalesce(d.started_at, d.finished_at) - interval '24 hours',
			jsonb_strip_nulls(CASE WHEN c.repository IS NOT NULL AND c.sha IS NULL THEN jsonb_build_object('repository', c.repository)
				ELSE jsonb_build_object('sha', d.revision, 'repository', c.manifests) END))).*
		WHERE c.sha IS NULL AND (c.repository IS NOT NULL OR d.revision IS NOT NULL)
		UNION ALL
		SELECT (vsm.fact_event(source, d.entity, d.started_at, 'running', d.entity || ':running')).*
		UNION ALL
		SELECT (vsm.fact_event(source, d.entity, c.finished_at, d.status, d.entity || ':finished', version => c.finished_at)).*
		WHERE d.status <> 'running'
		UNION ALL
		SELECT (vsm.fact_link(source, d.entity, coalesce(c.sha, CASE WHEN c.repository IS NULL THEN d.revision END), 'deploys',
			CASE WHEN c.sha IS NOT NULL THEN 'image' ELSE 'revision' END)).*
		UNION ALL
		SELECT (vsm.fact_link(source, d.entity, c.image, 'deploys', 'image')).*
		WHERE c.sha IS NULL) AS f;
END;
COMMENT ON FUNCTION vsm.read_argocd_application(text, jsonb, jsonb) IS
	'facts of an Application of Argo CD: its operations that synchronized it are deployments, by its operationState and its history';

CREATE FUNCTION vsm.argocd_kind(payload jsonb) RETURNS SETOF vsm.payload_kind
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT k.name, CASE k.name
			WHEN 'error' THEN 'it is an error: ' || coalesce(vsm.json_text(k.body, 'message'), vsm.json_text(k.body, 'error'),
				'it says no more')
			WHEN 'object' THEN 'objects of kind ' || left(vsm.json_text(k.app, 'kind'), 100)
				-- (Others call something Application, too.)
				|| CASE WHEN vsm.json_text(k.app, 'kind') = 'Application' THEN ' of ' || left(vsm.json_text(k.app, 'apiVersion'), 100)
					ELSE '' END || ' are not read'
			WHEN 'payload' THEN 'it is no Application: send it whole, as {"app": {{toJson .app}}}'
			ELSE coalesce(vsm.json_lacks(k.app, 'metadata.name'),
				CASE WHEN jsonb_typeof(k.app -> 'status') IS DISTINCT FROM 'object'
					THEN 'it has no status: it is as it was written, not as it runs' END)
		END
	FROM (
		SELECT p.body, p.app, CASE
				WHEN vsm.json_text(p.app, 'kind') = 'Application' AND vsm.json_text(p.app, 'apiVersion') NOT LIKE 'argoproj.io/%'
					THEN 'object'
				WHEN vsm.json_text(p.app, 'kind') = 'Application'
					OR vsm.json_text(p.app, 'kind') IS NULL AND jsonb_typeof(p.app -> 'metadata') = 'object'
						AND (p.app -> 'status' ?| '{sync,operationState,history,health}'
							OR p.app #> '{spec}' ?| '{destination,source,sources}')
					THEN 'application'
				WHEN vsm.json_text(p.app, 'kind') = 'Status' OR p.body ?| '{error,code}' AND p.body ? 'message' THEN 'error'
				WHEN vsm.json_text(p.app, 'kind') IS NOT NULL AND p.app ? 'metadata' THEN 'object'
				ELSE 'payload'
			END AS name
		FROM (SELECT o.body, vsm.argocd_application(o.body) AS app FROM (SELECT payload #> '{}' AS body OFFSET 0) AS o OFFSET 0) AS p
		OFFSET 0) AS k;
END;
COMMENT ON FUNCTION vsm.argocd_kind(jsonb) IS 'which reader reads a payload of Argo CD, or why none does';
