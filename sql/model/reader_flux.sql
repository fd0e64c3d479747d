/*
 * Flux: what its notification-controller posts (a provider of the type generic or generic-hmac), the Events
 * of its controllers in Kubernetes, and Kustomizations and HelmReleases as kubectl get -o json shows them,
 * alone or in a List.
 *
 * A deployment is a revision of a Kustomization, or a version of the chart of a HelmRelease, in
 * SOURCE:deployment:KIND/NAMESPACE/NAME@REVISION; of a revision that names a commit the commit. Flux
 * applies a revision again and again: what was applied once has been since then, so of what was told
 * of success the earliest holds, and holds before what failed.
 */

CREATE FUNCTION vsm.flux_elements(payload jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN vsm.kubernetes_elements(payload);
COMMENT ON FUNCTION vsm.flux_elements(jsonb) IS 'the objects of a List of Flux; NULL if it is none';

CREATE FUNCTION vsm.flux_version(status text, at timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE status
	WHEN 'success' THEN vsm.earliest_version(at)
	ELSE timestamptz '1970-01-01 00:00Z' + make_interval(secs => date_part('epoch', at) / 1000) END;
COMMENT ON FUNCTION vsm.flux_version(text, timestamptz) IS
	'a version by which, of what Flux tells of a revision, the earliest success holds before the latest of all else';

CREATE FUNCTION vsm.read_flux_facts(source text, names jsonb, kind text, namespace text, name text, labels jsonb, target text,
	revision text, origin text, status text, at timestamptz)
RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 3
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT source || ':deployment:' || concat_ws('/', kind, namespace, name) || '@' || coalesce(vsm.revision_sha(revision), revision)
				AS entity,
			coalesce(vsm.revision_sha(origin), vsm.revision_sha(revision)) AS sha,
			vsm.named_environment(names, vsm.json_text(labels, 'environment'), vsm.json_text(labels, 'env'), target, namespace, name,
				nullif(split_part(source, ':', 2), '')) AS environment
		OFFSET 0) AS p,
	LATERAL (
		SELECT (vsm.fact_row(source, 'deployment', p.entity, vsm.flux_version(status, at),
			vsm.fact_details(
				'source', source,
				'service', coalesce(vsm.meaning(names, 'service', name), vsm.json_text(labels, 'app.kubernetes.io/name'), name),
				'environment', p.environment,
				'environment_tier', vsm.meaning(names, 'environment', p.environment),
				'sha', p.sha,
				'ref', nullif(regexp_replace(revision, '[@/](sha1:|sha256:)?[0-9a-f]{40,64}$', ''), p.sha),
				'status', status,
				'finished_at', CASE WHEN status IN ('success', 'failure') THEN at END))).*
		UNION ALL
		SELECT (vsm.fact_event(source, p.entity, at, status, p.entity || ':' || status, version => vsm.flux_version('success', at))).*
		UNION ALL
		SELECT (vsm.fact_link(source, p.entity, p.sha, 'deploys', 'revision')).*) AS f
	-- (A fact has a column at, too.)
	WHERE p.entity IS NOT NULL AND status IS NOT NULL AND read_flux_facts.at IS NOT NULL;
END;
COMMENT ON FUNCTION vsm.read_flux_facts(text, jsonb, text, text, text, jsonb, text, text, text, text, timestamptz) IS
	'facts of a revision that Flux applied, or did not; a part of its readers';

CREATE FUNCTION vsm.flux_status(reason text, severity text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
	WHEN reason IN ('ReconciliationSucceeded', 'InstallSucceeded', 'UpgradeSucceeded') THEN 'success'
	WHEN severity = 'error' OR reason LIKE '%Failed' THEN 'failure'
	WHEN reason IN ('Progressing', 'ProgressingWithRetry') THEN 'running' END;
COMMENT ON FUNCTION vsm.flux_status(text, text) IS
	'the status of a deployment by the reason that Flux gives; NULL if it says nothing of it';

CREATE FUNCTION vsm.flux_event_time(event jsonb) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(vsm.json_time(event, 'timestamp'), vsm.json_time(event, 'firstTimestamp'), vsm.json_time(event, 'eventTime'),
	vsm.json_time(event, 'lastTimestamp'));
COMMENT ON FUNCTION vsm.flux_event_time(jsonb) IS
	'when an event of Flux happened; an Event of Kubernetes that tells of the same again and again says when it did first';

CREATE FUNCTION vsm.read_flux_event(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 3
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT b.event, vsm.json_object(b.event -> 'involvedObject') AS object,
			-- An Event of Kubernetes has it as annotations.
			coalesce(vsm.json_object(b.event #> '{metadata,annotations}'), '{}')
				|| coalesce(vsm.json_object(b.event -> 'metadata'), '{}') AS metadata
		FROM (SELECT vsm.kubernetes_object(payload) AS event OFFSET 0) AS b OFFSET 0) AS e,
	LATERAL vsm.read_flux_facts(source, names, vsm.json_text(e.object, 'kind'), vsm.json_text(e.object, 'namespace'),
		vsm.json_text(e.object, 'name'), NULL, NULL,
		coalesce(vsm.json_text(e.metadata, 'revision'), vsm.json_text(e.metadata, 'kustomize.toolkit.fluxcd.io/revision'),
			vsm.json_text(e.metadata, 'helm.toolkit.fluxcd.io/revision')),
		coalesce(vsm.json_text(e.metadata, 'originRevision'), vsm.json_text(e.metadata, 'kustomize.toolkit.fluxcd.io/originRevision')),
		vsm.flux_status(vsm.json_text(e.event, 'reason'), CASE vsm.json_text(e.event, 'type') WHEN 'Warning' THEN 'error'
			ELSE vsm.json_text(e.event, 'severity') END), vsm.flux_event_time(e.event)) AS f
	WHERE vsm.json_text(e.object, 'kind') IN ('Kustomization', 'HelmRelease');
END;
COMMENT ON FUNCTION vsm.read_flux_event(text, jsonb, jsonb) IS
	'facts of an event of Flux about a Kustomization or HelmRelease; of other objects nothing';

CREATE FUNCTION vsm.read_flux_object(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 6
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT b.object, vsm.json_object(b.object -> 'status') AS status, vsm.json_text(b.object, 'kind') AS kind,
			vsm.kubernetes_condition(b.object, 'Ready') AS ready
		FROM (SELECT vsm.kubernetes_object(payload) || '{}' AS object OFFSET 0) AS b OFFSET 0) AS o,
	LATERAL (
		-- What it is at, by its condition Ready.
		SELECT coalesce(vsm.json_text(o.status, 'lastAttemptedRevision'), vsm.json_text(o.status, 'lastAppliedRevision')) AS revision,
			coalesce(vsm.json_text(o.status, 'lastAppliedOriginRevision'), NULL) AS origin,
			CASE vsm.json_text(o.ready, 'status') WHEN 'True' THEN 'success' WHEN 'False' THEN 'failure' WHEN 'Unknown' THEN 'running' END
				AS status,
			vsm.json_time(o.ready, 'lastTransitionTime') AS at
		UNION ALL
		-- What a Kustomization was at.
		SELECT vsm.json_text(h.value, 'metadata', 'revision'), vsm.json_text(h.value, 'metadata', 'originRevision'),
			vsm.flux_status(vsm.json_text(h.value, 'lastReconciledStatus'), NULL), vsm.json_time(h.value, 'firstReconciled')
		FROM jsonb_array_elements(vsm.json_array(o.status -> 'history')) AS h
		WHERE o.kind = 'Kustomization'
		UNION ALL
		SELECT vsm.json_text(h.value, 'chartVersion'), vsm.json_text(h.value, 'appVersion'),
			CASE WHEN vsm.json_text(h.value, 'status') IN ('deployed', 'superseded') THEN 'success'
				WHEN vsm.json_text(h.value, 'status') = 'failed' THEN 'failure' END,
			vsm.json_time(h.value, 'lastDeployed')
		FROM jsonb_array_elements(vsm.json_array(o.status -> 'history')) AS h
		WHERE o.kind = 'HelmRelease') AS r,
	LATERAL vsm.read_flux_facts(source, names, o.kind, vsm.json_text(o.object, 'metadata', 'namespace'),
		vsm.json_text(o.object, 'metadata', 'name'), vsm.json_object(o.object #> '{metadata,labels}'),
		vsm.json_text(o.object, 'spec', 'targetNamespace'), r.revision,
		coalesce(r.origin, vsm.kubernetes_label(o.object, 'org.opencontainers.image.revision')), r.status, r.at) AS f;
END;
COMMENT ON FUNCTION vsm.read_flux_object(text, jsonb, jsonb) IS 'facts of a Kustomization or HelmRelease of Flux: what it applied';

CREATE FUNCTION vsm.flux_kind(payload jsonb) RETURNS SETOF vsm.payload_kind
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT k.name, CASE k.name
			WHEN 'error' THEN 'it is an error: ' || coalesce(vsm.json_text(k.object, 'message'), 'it says no more')
			WHEN 'other' THEN 'objects of kind ' || left(vsm.json_text(k.object, 'kind'), 100) || ' are not read'
			WHEN 'payload' THEN 'it is neither an event nor an object of Flux'
			WHEN 'event' THEN coalesce(vsm.json_lacks(k.object, 'involvedObject.kind', 'involvedObject.name', 'reason'),
				CASE WHEN vsm.flux_event_time(k.object) IS NULL THEN vsm.json_lacks(k.object, '@timestamp') END)
			ELSE coalesce(vsm.json_lacks(k.object, 'metadata.name'),
				CASE WHEN vsm.json_object(k.object -> 'status') IS NULL THEN
					'it has no status: it is as it was written, not as it runs' END)
		END
	FROM (
		SELECT p.object, CASE
				WHEN vsm.json_text(p.object, 'kind') IN ('Kustomization', 'HelmRelease') THEN 'object'
				WHEN jsonb_typeof(p.object -> 'involvedObject') = 'object' THEN 'event'
				WHEN vsm.json_text(p.object, 'kind') = 'Status' THEN 'error'
				WHEN vsm.json_text(p.object, 'kind') IS NOT NULL THEN 'other'
				ELSE 'payload'
			END AS name
		FROM (SELECT vsm.kubernetes_object(payload #> '{}') AS object OFFSET 0) AS p
		OFFSET 0) AS k;
END;
COMMENT ON FUNCTION vsm.flux_kind(jsonb) IS 'which reader reads a payload of Flux, or why none does';
