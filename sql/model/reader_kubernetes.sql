/*
 * Kubernetes: Deployments, their ReplicaSets and Rollouts (of Argo) as the API, kubectl get -o json
 * and watchers show them, alone or in a List; and events, as the API or kubernetes-event-exporter
 * writes them.
 *
 * A deployment is a revision of a Deployment, SOURCE:deployment:NAMESPACE/NAME#REVISION. When it was
 * begun is told by its ReplicaSet, whether and when it had rolled out by the condition Progressing
 * of the Deployment. Of several clusters each is a source of its own: kubernetes:eu.
 *
 * Its commit is told by org.opencontainers.image.revision, as annotation or label of the object or
 * of its pods, or by its images, see naming_image.sql.
 */

CREATE FUNCTION vsm.kubernetes_revision(metadata jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(vsm.json_text(metadata, 'annotations', 'deployment.kubernetes.io/revision'),
	vsm.json_text(metadata, 'annotations', 'rollout.argoproj.io/revision'));
COMMENT ON FUNCTION vsm.kubernetes_revision(jsonb) IS 'the number of the revision of a Deployment that an object is of; NULL if none';

CREATE FUNCTION vsm.kubernetes_name(object jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE vsm.json_text(object, 'kind')
	WHEN 'ReplicaSet' THEN (
		SELECT min(vsm.json_text(e.value, 'name')) FROM jsonb_array_elements(vsm.json_array(object #> '{metadata,ownerReferences}')) AS e
		WHERE vsm.json_text(e.value, 'kind') IN ('Deployment', 'Rollout'))
	ELSE vsm.json_text(object, 'metadata', 'name') END;
COMMENT ON FUNCTION vsm.kubernetes_name(jsonb) IS 'the name of the Deployment that an object of Kubernetes is, or is a ReplicaSet of';

CREATE FUNCTION vsm.read_kubernetes_rollout(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 5
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT b.object, b.is_set, concat_ws('/', vsm.json_text(b.object, 'metadata', 'namespace'), b.name) AS name, b.name AS short_name,
			source || ':deployment:' || concat_ws('/', vsm.json_text(b.object, 'metadata', 'namespace'), b.name) || '#'
				|| vsm.kubernetes_revision(b.object -> 'metadata') AS entity,
			CASE WHEN NOT b.is_set THEN vsm.kubernetes_condition(b.object, 'Progressing') END AS progress,
			-- A status that is of an older generation than what was asked for says nothing of it.
			NOT b.is_set AND coalesce(vsm.json_number(b.object, 'status', 'observedGeneration')
				>= vsm.json_number(b.object, 'metadata', 'generation'), true) AS is_seen,
			vsm.json_time(b.object, 'metadata', 'creationTimestamp') AS created_at
		FROM (
			SELECT o.object, vsm.kubernetes_name(o.object) AS name, vsm.json_text(o.object, 'kind') = 'ReplicaSet' AS is_set
			FROM (SELECT vsm.kubernetes_object(payload) || '{}' AS object OFFSET 0) AS o OFFSET 0) AS b
		OFFSET 0) AS p,
	LATERAL (
		SELECT CASE WHEN p.is_seen THEN CASE
				WHEN vsm.json_text(p.progress, 'reason') = 'NewReplicaSetAvailable' AND vsm.json_text(p.progress, 'status') = 'True'
					THEN 'success'
				WHEN vsm.json_text(p.progress, 'reason') IN ('ProgressDeadlineExceeded', 'ReplicaSetCreateError', 'RolloutAborted')
					THEN 'failure'
				WHEN vsm.json_text(p.progress, 'reason') IS NOT NULL THEN 'running' END END AS status,
			coalesce(vsm.json_time(p.progress, 'lastUpdateTime'), vsm.json_time(p.progress, 'lastTransitionTime')) AS at,
			-- A ReplicaSet that was taken up again, as by a rollback, is older than the revision.
			CASE WHEN p.is_set AND vsm.json_text(p.object, 'metadata', 'annotations', 'deployment.kubernetes.io/revision-history') IS NULL
				THEN p.created_at END AS started_at,
			vsm.named_environment(names, vsm.kubernetes_label(p.object, 'environment'), vsm.kubernetes_label(p.object, 'env'),
				vsm.json_text(p.object, 'metadata', 'namespace'), nullif(split_part(source, ':', 2), '')) AS environment,
			vsm.revision_sha(vsm.kubernetes_label(p.object, 'org.opencontainers.image.revision')) AS told_sha,
			i.*
		FROM vsm.images_commit(names, jsonb_path_query_array(p.object, 'lax $.spec.template.spec.containers[*].image')) AS i
		OFFSET 0) AS t,
	LATERAL (
		SELECT (vsm.fact_row(source, 'deployment', p.entity, coalesce(t.at, p.created_at),
			vsm.fact_details(
				'source', source,
				'service', coalesce(vsm.meaning(names, 'service', p.short_name), vsm.kubernetes_label(p.object, 'app.kubernetes.io/name'),
					vsm.kubernetes_label(p.object, 'app'), p.short_name),
				'environment', t.environment,
				'environment_tier', vsm.meaning(names, 'environment', t.environment),
				'repository', t.repository,
				'sha', coalesce(t.told_sha, t.sha),
				'ref', t.tag,
				'status', t.status,
				'created_at', t.started_at,
				'started_at', t.started_at,
				'finished_at', CASE WHEN t.status IN ('success', 'failure') THEN t.at END))).*
		UNION ALL
		SELECT (vsm.fact_event(source, p.entity, t.started_at, 'running', p.entity || ':running')).*
		UNION ALL
		SELECT (vsm.fact_event(source, p.entity, t.at, t.status, p.entity || ':' || t.status, version => t.at)).*
		WHERE t.status IN ('success', 'failure')
		UNION ALL
		SELECT (vsm.fact_link(source, p.entity, coalesce(t.told_sha, t.sha, t.image), 'deploys', 'image')).*) AS f
	WHERE p.entity IS NOT NULL;
END;
COMMENT ON FUNCTION vsm.read_kubernetes_rollout(text, jsonb, jsonb) IS
	'facts of a Deployment, ReplicaSet or Rollout of Kubernetes: a revision of it is a deployment';

CREATE FUNCTION vsm.read_kubernetes_event(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	-- (An exporter brings along what the object is annotated with; a Rollout's messages name the revision.)
	SELECT (vsm.fact_event(source, e.entity, e.at, e.reason, concat_ws(':', e.entity, e.reason, vsm.whole_seconds(e.at)),
		method => 'label')).*
	FROM (
		SELECT source || CASE WHEN v.revision IS NULL THEN ':workload:' ELSE ':deployment:' END
				|| concat_ws('/', vsm.json_text(v.object, 'namespace'), vsm.json_text(v.object, 'name')) || coalesce('#' || v.revision, '')
				AS entity,
			vsm.json_text(v.event, 'reason') AS reason, v.at
		FROM (
			SELECT o.event, o.object, coalesce(vsm.kubernetes_revision(o.object),
					substring(vsm.json_text(o.event, 'message') FROM 'to revision (\d{1,9})')) AS revision,
				coalesce(vsm.json_time(o.event, 'firstTimestamp'), vsm.json_time(o.event, 'eventTime'),
					vsm.json_time(o.event, 'lastTimestamp'), vsm.json_time(o.event, 'metadata', 'creationTimestamp')) AS at
			FROM (
				SELECT b.event, coalesce(vsm.json_object(b.event -> 'involvedObject'), vsm.json_object(b.event -> 'regarding')) AS object
				FROM (SELECT vsm.kubernetes_object(payload) AS event OFFSET 0) AS b OFFSET 0) AS o
			OFFSET 0) AS v
		WHERE vsm.json_text(v.object, 'kind') IN ('Deployment', 'Rollout')
		OFFSET 0) AS e;
END;
COMMENT ON FUNCTION vsm.read_kubernetes_event(text, jsonb, jsonb) IS
	'the event of Kubernetes that something happened to a Deployment or Rollout; of other objects nothing';

CREATE FUNCTION vsm.kubernetes_kind(payload jsonb) RETURNS SETOF vsm.payload_kind
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT k.name, CASE k.name
			WHEN 'error' THEN 'it is an error: ' || coalesce(vsm.json_text(k.object, 'message'), 'it says no more')
			WHEN 'object' THEN 'objects of kind ' || left(vsm.json_text(k.object, 'kind'), 100) || ' are not read'
			WHEN 'payload' THEN 'it is no object of Kubernetes: it has no kind'
			WHEN 'event' THEN CASE WHEN k.object ? 'regarding' THEN vsm.json_lacks(k.object, 'regarding.kind', 'regarding.name', 'reason')
				ELSE vsm.json_lacks(k.object, 'involvedObject.kind', 'involvedObject.name', 'reason') END
			ELSE coalesce(vsm.json_lacks(k.object, 'metadata.name'),
				CASE WHEN vsm.kubernetes_name(k.object) IS NULL THEN 'it is of no Deployment' END,
				CASE WHEN vsm.kubernetes_revision(k.object -> 'metadata') IS NULL THEN
					'it has no annotation deployment.kubernetes.io/revision: it is as it was written, not as it runs' END,
				vsm.json_lacks(k.object, '@metadata.creationTimestamp'))
		END
	FROM (
		SELECT p.object, CASE
				WHEN vsm.json_text(p.object, 'kind') IN ('Deployment', 'ReplicaSet', 'Rollout') THEN 'rollout'
				WHEN p.object ?| '{involvedObject,regarding}' OR vsm.json_text(p.object, 'kind') = 'Event' THEN 'event'
				WHEN vsm.json_text(p.object, 'kind') = 'Status' THEN 'error'
				WHEN vsm.json_text(p.object, 'kind') IS NOT NULL THEN 'object'
				ELSE 'payload'
			END AS name
		FROM (SELECT vsm.kubernetes_object(payload #> '{}') AS object OFFSET 0) AS p
		OFFSET 0) AS k;
END;
COMMENT ON FUNCTION vsm.kubernetes_kind(jsonb) IS 'which reader reads a payload of Kubernetes, or why none does';
