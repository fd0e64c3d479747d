/*
 * PagerDuty: webhooks of version 3 ({"event": {...}}) and 2 ({"messages": [...]}), incidents of the
 * REST API, alone or in pages ({"incidents": [...]}), and log entries ({"log_entries": [...]}).
 *
 * Entities are SOURCE:incident:ID. The REST API has seconds, webhooks have milliseconds: a state of
 * an incident is told to the second, so that both tell the same events. States are those of
 * PagerDuty: triggered, acknowledged, resolved. An incident that is opened again, or of which the
 * acknowledgement has run out, is triggered.
 *
 * The service is the name of the service in PagerDuty, or what naming says of it (kind service).
 */

CREATE FUNCTION vsm.pagerduty_second(at timestamptz) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN to_timestamp(vsm.whole_seconds(at)::float8);
COMMENT ON FUNCTION vsm.pagerduty_second(timestamptz) IS 'the second that a time is in: what the REST API of PagerDuty writes for it';

CREATE FUNCTION vsm.pagerduty_elements(payload jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
	WHEN payload ?| '{event,incident,log_entry,id}' THEN NULL
	ELSE coalesce(vsm.json_array(payload -> 'incidents'), vsm.json_array(payload -> 'log_entries'), vsm.json_array(payload -> 'messages'))
END;
COMMENT ON FUNCTION vsm.pagerduty_elements(jsonb) IS
	'the incidents or log entries of a page of PagerDuty, or the messages of a webhook of version 2; NULL if it is none';

CREATE FUNCTION vsm.pagerduty_incident(payload jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(vsm.json_object(payload #> '{event,data}'), vsm.json_object(payload -> 'incident'), payload);
COMMENT ON FUNCTION vsm.pagerduty_incident(jsonb) IS 'the incident in a webhook or an answer of PagerDuty';

CREATE FUNCTION vsm.pagerduty_version(payload jsonb, incident jsonb) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
	WHEN jsonb_typeof(payload -> 'event') = 'object' THEN vsm.json_time(payload, 'event', 'occurred_at')
	ELSE greatest(vsm.json_time(incident, 'updated_at'), vsm.json_time(incident, 'last_status_change_at'),
		vsm.json_time(incident, 'resolved_at'), vsm.json_time(incident, 'created_at'))
END;
COMMENT ON FUNCTION vsm.pagerduty_version(jsonb, jsonb) IS
	'when an incident of PagerDuty was as it is told: when the event of a webhook occurred, else when it was last changed';

CREATE FUNCTION vsm.pagerduty_logged(entry jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE vsm.json_text(entry, 'type')
	WHEN 'trigger_log_entry' THEN 'triggered' WHEN 'acknowledge_log_entry' THEN 'acknowledged' WHEN 'resolve_log_entry' THEN 'resolved'
	WHEN 'unacknowledge_log_entry' THEN 'triggered' WHEN 'reopen_log_entry' THEN 'triggered' END;
COMMENT ON FUNCTION vsm.pagerduty_logged(jsonb) IS
	'the state that an incident of PagerDuty got by what a log entry tells; NULL: none, as by a notification';

CREATE FUNCTION vsm.read_pagerduty_log_entry(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 2
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT o.entry, vsm.pagerduty_logged(o.entry) AS state, vsm.json_time(o.entry, 'created_at') AS version,
			vsm.pagerduty_second(vsm.json_time(o.entry, 'created_at')) AS at,
			source || ':incident:' || vsm.json_text(o.entry, 'incident', 'id') AS entity,
			coalesce(vsm.json_text(o.entry, 'service', 'summary'),
				-- (A service that opened an incident is its service.)
				CASE WHEN vsm.json_text(o.entry, 'type') = 'trigger_log_entry'
					AND vsm.json_text(o.entry, 'agent', 'type') = 'service_reference' THEN
					vsm.json_text(o.entry, 'agent', 'summary') END) AS service
		FROM (SELECT coalesce(vsm.json_object(payload -> 'log_entry'), payload) AS entry OFFSET 0) AS o
		OFFSET 0) AS p,
	LATERAL (
		SELECT (vsm.fact_row(source, 'incident', p.entity, p.version,
			vsm.fact_details(
				'source', source,
				'service', coalesce(vsm.meaning(names, 'service', p.service), p.service),
				'opened_at', CASE vsm.json_text(p.entry, 'type') WHEN 'trigger_log_entry' THEN p.at END,
				'acknowledged_at', CASE p.state WHEN 'acknowledged' THEN p.at END,
				'status', p.state,
				'title', regexp_replace(vsm.json_text(p.entry, 'incident', 'summary'), '^\[#\d+\] ', ''),
				'url', vsm.json_text(p.entry, 'incident', 'html_url'))
			|| jsonb_build_object('resolved_at', CASE p.state WHEN 'resolved' THEN p.at END))).*
		UNION ALL
		SELECT (vsm.fact_event(source, p.entity, p.at, p.state, concat_ws(':', p.entity, p.state, vsm.whole_seconds(p.at)))).*) AS f
	WHERE p.state IS NOT NULL;
END;
COMMENT ON FUNCTION vsm.read_pagerduty_log_entry(text, jsonb, jsonb) IS
	'facts of a log entry of PagerDuty that an incident got a state by: GET /log_entries or /incidents/ID/log_entries';

CREATE FUNCTION vsm.read_pagerduty_incident(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 4
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT b.body, b.incident, vsm.pagerduty_version(b.body, b.incident) AS version,
			source || ':incident:' || vsm.json_text(b.incident, 'id') AS entity,
			coalesce(vsm.json_text(b.incident, 'status'), CASE vsm.json_text(b.body, 'event', 'event_type')
				WHEN 'incident.triggered' THEN 'triggered' WHEN 'incident.acknowledged' THEN 'acknowledged'
				WHEN 'incident.resolved' THEN 'resolved' WHEN 'incident.reopened' THEN 'triggered'
				WHEN 'incident.unacknowledged' THEN 'triggered' END) AS status,
			coalesce(vsm.json_text(b.incident, 'service', 'summary'), vsm.json_text(b.incident, 'service', 'name'),
				vsm.json_text(b.incident, 'service', 'id')) AS service,
			vsm.json_text(b.body, 'event', 'event_type') AS event,
			vsm.pagerduty_second(vsm.json_time(b.body, 'event', 'occurred_at')) AS occurred_at
		FROM (SELECT o.body, vsm.pagerduty_incident(o.body) AS incident FROM (SELECT payload #> '{}' AS body OFFSET 0) AS o OFFSET 0) AS b
		OFFSET 0) AS p,
	LATERAL (
		SELECT coalesce(vsm.pagerduty_second(vsm.json_time(p.incident, 'created_at')),
				CASE p.event WHEN 'incident.triggered' THEN p.occurred_at END) AS opened_at,
			-- When it got the state that it is in.
			vsm.pagerduty_second(coalesce(
				CASE WHEN p.status = 'resolved' THEN vsm.json_time(p.incident, 'resolved_at') END,
				CASE p.event WHEN 'incident.' || p.status THEN p.occurred_at
					-- (The event comes a second later.)
					WHEN 'incident.reopened' THEN coalesce(vsm.json_time(p.incident, 'reopened_at'), p.occurred_at)
					WHEN 'incident.unacknowledged' THEN p.occurred_at END,
				vsm.json_time(p.incident, 'last_status_change_at'),
				CASE WHEN p.status = 'triggered' THEN vsm.json_time(p.incident, 'reopened_at') END)) AS status_at,
			coalesce(vsm.meaning(names, 'service', p.service), vsm.meaning(names, 'service', vsm.json_text(p.incident, 'service', 'id')),
				-- (An id is no name.)
				nullif(p.service, vsm.json_text(p.incident, 'service', 'id'))) AS service
		OFFSET 0) AS t,
	LATERAL (
		SELECT (vsm.fact_row(source, 'incident', p.entity, p.version,
			vsm.fact_details(
				'source', source,
				'service', t.service,
				'opened_at', t.opened_at,
				'acknowledged_at', CASE WHEN p.status = 'acknowledged' THEN t.status_at END,
				'severity', coalesce(vsm.json_text(p.incident, 'priority', 'summary'), vsm.json_text(p.incident, 'priority', 'name'),
					vsm.json_text(p.incident, 'urgency')),
				'status', p.status,
				'title', coalesce(vsm.json_text(p.incident, 'title'),
					regexp_replace(vsm.json_text(p.incident, 'summary'), '^\[#\d+\] ', '')),
				'url', vsm.json_text(p.incident, 'html_url'))
			|| CASE WHEN p.status <> 'resolved' THEN '{"resolved_at": null}'
				WHEN p.status = 'resolved' AND (t.status_at < t.opened_at) IS NOT TRUE AND t.status_at IS NOT NULL THEN
					jsonb_build_object('resolved_at', t.status_at)
				ELSE '{}' END)).*
		UNION ALL
		SELECT (vsm.fact_row(source, 'incident', p.entity, p.version, jsonb_build_object('acknowledged_at', a.at))).*
		FROM (SELECT vsm.pagerduty_second(vsm.json_time(e.value, 'at')) AS at
			FROM jsonb_array_elements(vsm.json_array(p.incident -> 'acknowledgements')) AS e OFFSET 0) AS a
		WHERE a.at IS NOT NULL
		UNION ALL
		SELECT (vsm.fact_event(source, p.entity, e.at, e.state, concat_ws(':', p.entity, e.state, vsm.whole_seconds(e.at)))).*
		FROM (
			SELECT t.opened_at AS at, 'triggered' AS state
			UNION
			SELECT t.status_at, p.status WHERE (t.status_at < t.opened_at) IS NOT TRUE
			UNION
			SELECT vsm.pagerduty_second(vsm.json_time(e.value, 'at')), 'acknowledged'
			FROM jsonb_array_elements(vsm.json_array(p.incident -> 'acknowledgements')) AS e) AS e
		WHERE e.at IS NOT NULL AND e.state IS NOT NULL
		UNION ALL
		-- What else happened to it tells the state that it was in, but not since when.
		SELECT (vsm.fact_observed(source, p.entity, p.occurred_at, p.status)).*
		WHERE p.occurred_at IS NOT NULL AND p.status IS NOT NULL AND t.status_at IS NULL
		UNION ALL
		-- Merged into another incident, which stays.
		SELECT (vsm.fact_link(source, p.entity, source || ':incident:' || m.id, 'part_of', 'merged', seen_at => p.version)).*
		FROM (SELECT vsm.json_text(p.incident, 'resolve_reason', 'incident', 'id') AS id OFFSET 0) AS m
		WHERE m.id IS NOT NULL
		UNION ALL
		-- The ticket that it has in a tracker.
		SELECT (vsm.fact_link(source, p.entity, x.id, 'part_of', 'external reference', seen_at => p.version)).*
		FROM (SELECT unnest(vsm.issue_keys(vsm.json_text(e.value, 'external_id'))) AS id
			FROM jsonb_array_elements(vsm.json_array(p.incident -> 'external_references')) AS e OFFSET 0) AS x
		UNION ALL
		-- A message of version 2 has what happened beside the incident.
		SELECT l.*
		FROM jsonb_array_elements(vsm.json_array(p.body -> 'log_entries')) AS e,
			LATERAL vsm.read_pagerduty_log_entry(source, e.value || jsonb_build_object('incident',
				jsonb_build_object('id', vsm.json_text(p.incident, 'id'))), names) AS l
		WHERE jsonb_typeof(e.value) = 'object') AS f;
END;
COMMENT ON FUNCTION vsm.read_pagerduty_incident(text, jsonb, jsonb) IS
	'facts of an incident of PagerDuty: webhook incident.triggered, incident.acknowledged and the like, or GET /incidents';

CREATE FUNCTION vsm.pagerduty_kind(payload jsonb) RETURNS SETOF vsm.payload_kind
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT k.name, CASE k.name
			WHEN 'error' THEN 'it is an error: ' || coalesce(vsm.json_text(k.body, 'error', 'message'), vsm.json_text(k.body, 'error'),
				'it says no more')
			WHEN 'event' THEN coalesce('events ' || left(k.event, 100) || ' are not read', vsm.json_lacks(k.body, 'event.event_type'))
			WHEN 'message' THEN 'webhooks of version 1 are not read: subscribe to those of version 3'
			WHEN 'log_entry' THEN
				CASE WHEN jsonb_typeof(k.body -> 'log_entry') = 'object' THEN
					vsm.json_lacks(k.body, 'log_entry.incident.id', '@log_entry.created_at')
				ELSE vsm.json_lacks(k.body, 'incident.id', '@created_at') END
			WHEN 'incident' THEN
				CASE
					WHEN jsonb_typeof(k.body -> 'event') = 'object' THEN vsm.json_lacks(k.body, 'event.data.id', '@event.occurred_at')
					WHEN vsm.json_text(k.incident, 'id') IS NULL OR octet_length(vsm.json_text(k.incident, 'id')) > 1000
						OR vsm.pagerduty_version(k.body, k.incident) IS NULL THEN
						CASE WHEN jsonb_typeof(k.body -> 'incident') = 'object' THEN
							vsm.json_lacks(k.body, 'incident.id', '@incident.created_at')
						ELSE vsm.json_lacks(k.body, 'id', '@created_at') END
				END
			ELSE 'it is neither a webhook nor an incident nor a log entry'
		END
	FROM (
		SELECT p.body, p.event, vsm.pagerduty_incident(p.body) AS incident,
			CASE
				WHEN jsonb_typeof(p.body -> 'event') = 'object' THEN
					CASE WHEN p.event ~ '^incident\.(triggered|(un)?acknowledged|resolved|reopened|delegated|escalated|reassigned)$'
						OR p.event ~ '^incident\.(priority_updated|service_updated|incident_type\.changed)$'
						THEN 'incident' ELSE 'event' END
				WHEN jsonb_typeof(p.body -> 'log_entry') = 'object' OR vsm.json_text(p.body, 'type') LIKE '%\_log\_entry%' THEN 'log_entry'
				WHEN jsonb_typeof(p.body #> '{data,incident}') = 'object' THEN 'message'
				WHEN jsonb_typeof(p.body -> 'incident') = 'object' OR vsm.json_text(p.body, 'type') LIKE 'incident%' AND p.body ? 'id'
					OR p.body ?& '{id,status}' AND p.body ?| '{incident_number,incident_key,urgency}' THEN 'incident'
				WHEN p.body ? 'error' THEN 'error'
				ELSE 'payload'
			END AS name
		FROM (SELECT payload #> '{}' AS body, vsm.json_text(payload, 'event', 'event_type') AS event OFFSET 0) AS p
		OFFSET 0) AS k;
END;
COMMENT ON FUNCTION vsm.pagerduty_kind(jsonb) IS 'which reader reads a payload of PagerDuty, or why none does';
