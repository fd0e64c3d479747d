/*
 * CDEvents, 0.3 to 0.5 and the draft of 0.6: the event itself, {"context", "subject"}; a CloudEvent in
 * structured form, which holds it as data; one in binary form, whose headers say of it what it says itself:
 * its body alone, or {"headers": {...}, "body": {...}} as a gateway keeps it; and batches, which are arrays.
 *
 * What an event is about is known by the id and the source of its subject: entities are SOURCE:KIND:ID@URI,
 * with URI the source of the subject, or of the event. An event has the time of its context.
 *
 * change: a pull or merge request (merge_request), or a commit if its id is a SHA. build, pipelineRun, taskRun:
 * builds. artifact: what was made of a change; a service that is deployed says the artifact, and has the
 * commit by it. service: deployments. incident: incidents. ticket: items.
 */

CREATE FUNCTION vsm.cdevents_event(payload jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
	WHEN payload ? 'context' THEN payload
	ELSE coalesce(vsm.json_object(payload -> 'data'), vsm.json_object(payload -> 'body'), payload) END;
COMMENT ON FUNCTION vsm.cdevents_event(jsonb) IS 'the event in a payload of CDEvents: itself, or the data of a CloudEvent';

CREATE FUNCTION vsm.cdevents_type(event jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN lower(substring(vsm.json_text(event, 'context', 'type') FROM '^dev\.cdevents\.([A-Za-z]+\.[A-Za-z]+)(?:\.|$)'));
COMMENT ON FUNCTION vsm.cdevents_type(jsonb) IS
	'what an event of CDEvents tells, without its version: service.deployed; NULL if it is none of the standard';

CREATE FUNCTION vsm.cdevents_entity(source text, kind text, reference jsonb, context_source text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN source || ':' || kind || ':' || vsm.json_text(reference, 'id')
	|| coalesce('@' || coalesce(vsm.json_text(reference, 'source'), context_source), '');
COMMENT ON FUNCTION vsm.cdevents_entity(text, text, jsonb, text) IS
	'what a reference of CDEvents, {"id", "source"}, leads to; a reference without a source is of that of the event';

CREATE FUNCTION vsm.cdevents_artifact(source text, artifact text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
-- A package URL means the same thing whoever names it; so does %3A a colon.
RETURN source || ':artifact:' || replace(replace(artifact, '%3A', ':'), '%3a', ':');
COMMENT ON FUNCTION vsm.cdevents_artifact(text, text) IS 'the entity of an artifact of CDEvents, by its package URL';

CREATE FUNCTION vsm.cdevents_kind(payload jsonb) RETURNS SETOF vsm.payload_kind
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT coalesce(CASE WHEN k.reason IS NULL THEN n.reader END, t.type, 'payload'), k.reason
	FROM (SELECT vsm.cdevents_event(payload || '{}') AS event, payload ? 'data_base64' AS is_base64 OFFSET 0) AS p,
	LATERAL (SELECT vsm.cdevents_type(p.event) AS type, left(vsm.json_text(p.event, 'context', 'type'), 100) AS told OFFSET 0) AS t,
	LATERAL (SELECT CASE
			WHEN t.type IN ('change.created', 'change.updated', 'change.reviewed', 'change.merged', 'change.abandoned') THEN 'change'
			WHEN t.type IN ('build.queued', 'build.started', 'build.finished', 'pipelinerun.queued', 'pipelinerun.started',
				'pipelinerun.finished', 'taskrun.started', 'taskrun.finished') THEN 'run'
			WHEN t.type IN ('artifact.packaged', 'artifact.published') THEN 'artifact'
			WHEN t.type IN ('service.deployed', 'service.upgraded', 'service.rolledback', 'service.removed', 'service.published') THEN
				'service'
			WHEN t.type IN ('incident.detected', 'incident.reported', 'incident.resolved') THEN 'incident'
			WHEN t.type IN ('ticket.created', 'ticket.updated', 'ticket.closed') THEN 'ticket' END AS reader OFFSET 0) AS n,
	LATERAL (SELECT CASE
		WHEN n.reader IS NOT NULL THEN vsm.json_lacks(p.event, '@context.timestamp', 'context.id', 'subject.id')
		WHEN t.type IS NOT NULL THEN 'it says nothing about the flow of work'
		WHEN t.told IS NOT NULL THEN 'events ' || t.told || ' are not read'
		WHEN p.is_base64 THEN 'its data is base64: send JSON'
		ELSE 'its shape is not known: neither an event with a context nor a CloudEvent that holds one' END AS reason OFFSET 0) AS k;
END;
COMMENT ON FUNCTION vsm.cdevents_kind(jsonb) IS 'which reader reads a payload of CDEvents, or why none does';

CREATE FUNCTION vsm.read_cdevents_change(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 4
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT e.*, vsm.cdevents_entity(source, 'change', e.subject, e.origin) AS entity, vsm.json_sha(e.subject -> 'id') AS sha,
			CASE e.predicate WHEN 'created' THEN 'opened' WHEN 'merged' THEN 'merged' WHEN 'abandoned' THEN 'closed' END AS state
		FROM (
			SELECT b.event -> 'subject' AS subject, b.event #> '{subject,content}' AS content,
				vsm.json_text(b.event, 'context', 'source') AS origin, vsm.json_time(b.event, 'context', 'timestamp') AS at,
				split_part(vsm.cdevents_type(b.event), '.', 2) AS predicate,
				vsm.json_text(b.event, 'subject', 'content', 'repository', 'id') AS repository,
				vsm.json_text(b.event, 'subject', 'content', 'description') AS title
			FROM (SELECT vsm.cdevents_event(payload || '{}') AS event OFFSET 0) AS b
			OFFSET 0) AS e
		OFFSET 0) AS c,
	LATERAL (
		SELECT q.*
		FROM (
			SELECT (vsm.fact_row(source, 'merge_request', c.entity, c.at,
				vsm.fact_details('source', source, 'repository', c.repository, 'title', c.title, 'state',
					CASE WHEN c.predicate IN ('created', 'merged', 'abandoned') THEN c.predicate END,
					'created_at', CASE c.predicate WHEN 'created' THEN c.at END, 'merged_at', CASE c.predicate WHEN 'merged' THEN c.at END,
					'closed_at', CASE c.predicate WHEN 'abandoned' THEN c.at END,
					'first_review_at', CASE c.predicate WHEN 'reviewed' THEN c.at END))).*
			WHERE c.sha IS NULL
			UNION ALL
			SELECT (vsm.fact_event(source, c.entity, c.at, c.state, c.entity || ':' || c.state)).*
			WHERE c.sha IS NULL AND c.state IS NOT NULL
			UNION ALL
			-- A change that is called by its commit.
			SELECT (vsm.fact_row(source, 'commit', c.sha, c.at,
				vsm.fact_details('source', source, 'repository', c.repository, 'title', c.title))).*
			WHERE c.sha IS NOT NULL
			UNION ALL
			-- When it was written and landed; the repository itself knows that better.
			SELECT (vsm.fact_row(source, 'commit', c.sha, timestamptz '1970-01-01 00:00:01+00',
				jsonb_build_object(CASE c.predicate WHEN 'created' THEN 'authored_at' ELSE 'committed_at' END, c.at))).*
			WHERE c.sha IS NOT NULL AND c.predicate IN ('created', 'merged')) AS q
		UNION ALL
		SELECT k.* FROM vsm.read_keys(source, coalesce(c.sha, c.entity), c.at, NULL, c.title, NULL) AS k) AS f;
END;
COMMENT ON FUNCTION vsm.read_cdevents_change(text, jsonb, jsonb) IS
	'facts of a change of CDEvents: created, updated, reviewed, merged, abandoned';

CREATE FUNCTION vsm.read_cdevents_run(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 4
BEGIN ATOMIC
	SELECT q.*
	FROM (
		SELECT e.*, vsm.cdevents_entity(source, e.kind, e.subject, e.origin) AS entity,
			CASE e.predicate WHEN 'queued' THEN 'queued' WHEN 'started' THEN 'running' ELSE coalesce(e.outcome, 'finished') END AS state,
			vsm.cdevents_entity(source, 'pipelinerun', e.content -> 'pipelineRun', e.origin) AS pipeline,
			vsm.cdevents_artifact(source, vsm.json_text(e.content, 'artifactId')) AS artifact
		FROM (
			SELECT b.event -> 'subject' AS subject, b.event #> '{subject,content}' AS content,
				vsm.json_text(b.event, 'context', 'source') AS origin, vsm.json_time(b.event, 'context', 'timestamp') AS at,
				split_part(vsm.cdevents_type(b.event), '.', 1) AS kind, split_part(vsm.cdevents_type(b.event), '.', 2) AS predicate,
				lower(vsm.json_text(b.event, 'subject', 'content', 'outcome')) AS outcome,
				coalesce(vsm.json_text(b.event, 'subject', 'content', 'pipelineName'), vsm.json_text(b.event, 'subject', 'content',
					'taskName'))
					AS job,
				coalesce(vsm.json_text(b.event, 'subject', 'content', 'uri'), vsm.json_text(b.event, 'subject', 'content', 'url')) AS url
			FROM (SELECT vsm.cdevents_event(payload || '{}') AS event OFFSET 0) AS b
			OFFSET 0) AS e
		OFFSET 0) AS r,
	LATERAL (
		SELECT (vsm.fact_row(source, 'build', r.entity,
			-- (Of two events at once the later state is the later.)
			r.at - CASE r.predicate WHEN 'queued' THEN 2 WHEN 'started' THEN 1 ELSE 0 END * interval '1 microsecond',
			vsm.fact_details('source', source, 'job', r.job, 'status', r.state, 'url', r.url,
				'queued_at', CASE r.predicate WHEN 'queued' THEN r.at END, 'started_at', CASE r.predicate WHEN 'started' THEN r.at END,
				'finished_at', CASE r.predicate WHEN 'finished' THEN r.at END))).*
		UNION ALL
		SELECT (vsm.fact_event(source, r.entity, r.at, r.state, r.entity || ':' || r.predicate)).*
		UNION ALL
		SELECT (vsm.fact_link(source, r.entity, r.pipeline, 'part_of', 'pipeline')).*
		WHERE r.pipeline IS NOT NULL
		UNION ALL
		SELECT (vsm.fact_link(source, r.artifact, r.entity, 'part_of', 'artifact', since => r.at)).*
		WHERE r.artifact IS NOT NULL) AS q;
END;
COMMENT ON FUNCTION vsm.read_cdevents_run(text, jsonb, jsonb) IS
	'facts of a build, pipelineRun or taskRun of CDEvents: queued, started, finished';

CREATE FUNCTION vsm.read_cdevents_artifact(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 3
BEGIN ATOMIC
	SELECT q.*
	FROM (
		SELECT e.*, vsm.cdevents_artifact(source, e.id) AS entity,
			-- The change that it was made of is a commit, or a request; else the version of the package may be a commit.
			coalesce(vsm.json_sha(e.change -> 'id'), substring(e.id FROM '@([0-9a-f]{40})(?:$|\?)')) AS sha,
			CASE WHEN vsm.json_sha(e.change -> 'id') IS NULL THEN vsm.cdevents_entity(source, 'change', e.change, e.origin) END AS request
		FROM (
			SELECT vsm.json_text(b.event, 'subject', 'id') AS id, b.event #> '{subject,content,change}' AS change,
				vsm.json_text(b.event, 'context', 'source') AS origin, vsm.json_time(b.event, 'context', 'timestamp') AS at,
				split_part(vsm.cdevents_type(b.event), '.', 2) AS predicate
			FROM (SELECT vsm.cdevents_event(payload || '{}') AS event OFFSET 0) AS b
			OFFSET 0) AS e
		OFFSET 0) AS a,
	LATERAL (
		SELECT (vsm.fact_event(source, a.entity, a.at, a.predicate, a.entity || ':' || a.predicate)).*
		UNION ALL
		-- A row of build, from which deployments of it have the commit.
		SELECT (vsm.fact_row(source, 'build', a.entity, a.at, jsonb_build_object('source', source, 'sha', a.sha))).*
		WHERE a.sha IS NOT NULL
		UNION ALL
		SELECT (vsm.fact_link(source, a.entity, a.sha, 'builds', 'artifact', since => a.at)).*
		WHERE a.sha IS NOT NULL
		UNION ALL
		SELECT (vsm.fact_link(source, a.entity, a.request, 'builds', 'artifact', since => a.at)).*
		WHERE a.request IS NOT NULL) AS q;
END;
COMMENT ON FUNCTION vsm.read_cdevents_artifact(text, jsonb, jsonb) IS
	'facts of an artifact of CDEvents: packaged of a change, published';

CREATE FUNCTION vsm.read_cdevents_service(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 4
BEGIN ATOMIC
	SELECT q.*
	FROM (
		SELECT e.*, source || ':deployment:' || e.id || coalesce('@' || e.origin, '') AS deployment,
			vsm.cdevents_entity(source, 'service', e.subject, e.origin) AS entity,
			vsm.cdevents_artifact(source, e.artifact_id) AS artifact, substring(e.artifact_id FROM '@([0-9a-f]{40})(?:$|\?)') AS sha,
			e.predicate IN ('deployed', 'upgraded', 'rolledback') AS is_deployment
		FROM (
			SELECT b.event -> 'subject' AS subject, vsm.json_text(b.event, 'context', 'id') AS id,
				vsm.json_text(b.event, 'context', 'source') AS origin, vsm.json_time(b.event, 'context', 'timestamp') AS at,
				split_part(vsm.cdevents_type(b.event), '.', 2) AS predicate, vsm.json_text(b.event, 'subject', 'id') AS name,
				coalesce(vsm.json_text(b.event, 'subject', 'content', 'environment', 'name'),
					vsm.json_text(b.event, 'subject', 'content', 'environment', 'id')) AS environment,
				vsm.json_text(b.event, 'subject', 'content', 'artifactId') AS artifact_id
			FROM (SELECT vsm.cdevents_event(payload || '{}') AS event OFFSET 0) AS b
			OFFSET 0) AS e
		OFFSET 0) AS s,
	LATERAL (
		SELECT (vsm.fact_row(source, 'deployment', s.deployment, s.at,
			vsm.fact_details('source', source, 'service', coalesce(vsm.meaning(names, 'service', s.name), s.name),
				'environment', s.environment, 'environment_tier', vsm.meaning(names, 'environment', s.environment), 'sha', s.sha,
				'status', 'success', 'finished_at', s.at, 'build', s.artifact))).*
		WHERE s.is_deployment
		UNION ALL
		SELECT (vsm.fact_event(source, s.deployment, s.at, s.predicate, s.deployment || ':' || s.predicate)).*
		WHERE s.is_deployment
		UNION ALL
		SELECT (vsm.fact_link(source, s.deployment, s.entity, 'part_of', 'service')).*
		WHERE s.is_deployment
		UNION ALL
		SELECT (vsm.fact_link(source, s.deployment, coalesce(s.sha, s.artifact), 'deploys', 'artifact')).*
		WHERE s.is_deployment AND s.artifact IS NOT NULL
		UNION ALL
		SELECT (vsm.fact_event(source, s.entity, s.at, s.predicate, s.id)).*) AS q;
END;
COMMENT ON FUNCTION vsm.read_cdevents_service(text, jsonb, jsonb) IS
	'facts of a service of CDEvents: deployed, upgraded and rolledback are deployments, removed and published events';

CREATE FUNCTION vsm.read_cdevents_incident(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 3
BEGIN ATOMIC
	SELECT q.*
	FROM (
		SELECT e.*, vsm.cdevents_entity(source, 'incident', e.subject, e.origin) AS entity
		FROM (
			SELECT b.event -> 'subject' AS subject, vsm.json_text(b.event, 'context', 'source') AS origin,
				vsm.json_time(b.event, 'context', 'timestamp') AS at, split_part(vsm.cdevents_type(b.event), '.', 2) AS predicate,
				vsm.json_text(b.event, 'subject', 'content', 'service', 'id') AS service,
				coalesce(vsm.json_text(b.event, 'subject', 'content', 'environment', 'name'),
					vsm.json_text(b.event, 'subject', 'content', 'environment', 'id')) AS environment,
				vsm.json_text(b.event, 'subject', 'content', 'description') AS title,
				coalesce(vsm.json_text(b.event, 'subject', 'content', 'ticketURI'), vsm.json_text(b.event, 'subject', 'content',
					'ticketUri'))
					AS url
			FROM (SELECT vsm.cdevents_event(payload || '{}') AS event OFFSET 0) AS b
			OFFSET 0) AS e
		OFFSET 0) AS i,
	LATERAL (
		SELECT (vsm.fact_row(source, 'incident', i.entity, i.at,
			vsm.fact_details('source', source, 'service', coalesce(vsm.meaning(names, 'service', i.service), i.service),
				'environment', i.environment, 'opened_at', CASE i.predicate WHEN 'detected' THEN i.at END,
				'resolved_at', CASE i.predicate WHEN 'resolved' THEN i.at END, 'status', i.predicate,
				'title', CASE WHEN i.predicate <> 'resolved' THEN i.title END, 'url', i.url))).*
		UNION ALL
		-- One that is reported began before that; where nothing detected it this is all that is known.
		SELECT (vsm.fact_row(source, 'incident', i.entity, timestamptz '1970-01-01 00:00:01+00', jsonb_build_object('opened_at', i.at))).*
		WHERE i.predicate = 'reported'
		UNION ALL
		SELECT (vsm.fact_event(source, i.entity, i.at, i.predicate, i.entity || ':' || i.predicate)).*) AS q;
END;
COMMENT ON FUNCTION vsm.read_cdevents_incident(text, jsonb, jsonb) IS 'facts of an incident of CDEvents: detected, reported, resolved';

CREATE FUNCTION vsm.read_cdevents_ticket(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 3
BEGIN ATOMIC
	SELECT q.*
	FROM (
		SELECT e.*, vsm.cdevents_entity(source, 'ticket', e.subject, e.origin) AS entity,
			vsm.meaning(names, 'type', vsm.json_text(e.content, 'ticketType')) AS type,
			lower(vsm.json_text(e.content, 'resolution')) AS resolution,
			CASE WHEN jsonb_typeof(e.content -> 'labels') = 'array' THEN
				jsonb_path_query_array(e.content -> 'labels', '$[*] ? (@.type() == "string" && @ != "")') END AS labels
		FROM (
			SELECT b.event -> 'subject' AS subject, b.event #> '{subject,content}' AS content,
				vsm.json_text(b.event, 'context', 'source') AS origin, vsm.json_time(b.event, 'context', 'timestamp') AS at,
				split_part(vsm.cdevents_type(b.event), '.', 2) AS predicate, vsm.json_text(b.event, 'subject', 'id') AS key
			FROM (SELECT vsm.cdevents_event(payload || '{}') AS event OFFSET 0) AS b
			OFFSET 0) AS e
		OFFSET 0) AS t,
	LATERAL (
		SELECT min(CASE WHEN m.meaning = 'incident' THEN 'defect' WHEN m.meaning IN ('defect', 'risk', 'debt') THEN m.meaning END) AS type
		FROM (SELECT vsm.meaning(names, 'label', e) AS meaning FROM jsonb_array_elements_text(t.labels) AS e OFFSET 0) AS m
		OFFSET 0) AS l,
	LATERAL (
		SELECT (vsm.fact_row(source, 'item', t.entity, t.at,
			vsm.fact_details('source', source, 'key', t.key,
				'project', vsm.json_text(t.content, 'group'),
				'source_type', vsm.json_text(t.content, 'ticketType'), 'type', CASE WHEN t.type = 'incident' THEN 'defect'
					WHEN t.labels IS NOT NULL THEN coalesce(l.type, nullif(t.type, 'none')) END,
				'priority', vsm.json_text(t.content, 'priority'), 'title', vsm.json_text(t.content, 'summary'), 'tags', t.labels,
				'url', coalesce(vsm.json_text(t.content, 'uri'), vsm.json_text(t.content, 'url')),
				'created_at', CASE t.predicate WHEN 'created' THEN t.at END))).*
		UNION ALL
		-- Where no event says the group, it is in the project that it comes from; where none has labels, its type is that of the ticket.
		SELECT (vsm.fact_row(source, 'item', t.entity, to_timestamp(extract(epoch FROM t.at)::float8 / 1000),
			vsm.fact_details('project', coalesce(vsm.json_text(t.subject, 'source'), t.origin),
				'type', CASE WHEN t.type <> 'incident' AND t.labels IS NULL THEN nullif(t.type, 'none') END))).*
		UNION ALL
		SELECT (vsm.fact_alias(source, t.entity, t.key, CASE t.predicate WHEN 'created' THEN t.at END)).*
		UNION ALL
		SELECT (vsm.fact_created(source, t.entity, t.at, 'created')).*
		WHERE t.predicate = 'created'
		UNION ALL
		SELECT (vsm.fact_event(source, t.entity, t.at, CASE WHEN t.resolution IN ('withdrawn', 'duplicate') THEN t.resolution
				ELSE 'closed' END, t.entity || ':closed:' || extract(epoch FROM t.at),
			attributes => vsm.fact_details('resolution', vsm.json_text(t.content, 'resolution')))).*
		WHERE t.predicate = 'closed'
		UNION ALL
		-- What is updated after it was closed is open again.
		SELECT (vsm.fact_observed(source, t.entity, t.at, 'updated', after => '["closed", "withdrawn", "duplicate"]')).*
		WHERE t.predicate = 'updated') AS q;
END;
COMMENT ON FUNCTION vsm.read_cdevents_ticket(text, jsonb, jsonb) IS 'facts of a ticket of CDEvents: created, updated, closed';
