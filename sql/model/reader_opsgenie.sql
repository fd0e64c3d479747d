/*
 * Opsgenie: webhooks ({"action": "Create", "alert": {...}}), and alerts and incidents of the REST
 * API, alone ({"data": {...}}) or in pages ({"data": [...]}). Jira Service Management, which has
 * taken over from it, writes the same.
 *
 * Entities are SOURCE:alert:ID and SOURCE:incident:ID. An incident is an incident. So is an alert,
 * unless it was made for the responders of an incident, which webhooks do not tell: who has both
 * sends incidents alone. States are open, acknowledged, closed; of an incident open, resolved, closed.
 *
 * Webhooks tell of a change when it comes, to the millisecond; an alert of the REST API has in its
 * report after how many milliseconds it was acknowledged and closed. Both tell the same.
 *
 * The service is the one whose name or id naming (kind service) knows: of an incident among those
 * that it hit, of an alert its entity, a tag service:NAME, or its details.
 */

CREATE FUNCTION vsm.opsgenie_elements(payload jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN payload ?| '{action,alert,incident}' THEN NULL ELSE vsm.json_array(payload -> 'data') END;
COMMENT ON FUNCTION vsm.opsgenie_elements(jsonb) IS 'the alerts or incidents of a page of Opsgenie; NULL if it is none';

CREATE FUNCTION vsm.opsgenie_time(object jsonb, member text) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE
-- (Numbers are milliseconds since 1970, or of as many more digits as microseconds or nanoseconds have.)
RETURN CASE WHEN vsm.json_number(object, member) BETWEEN 10000000000000 AND 9999999999999999999
	THEN vsm.payload_time(left(trunc(vsm.json_number(object, member))::text, 13)) ELSE vsm.json_time(object, member) END;
COMMENT ON FUNCTION vsm.opsgenie_time(jsonb, text) IS
	'the time that a member of an alert or incident of Opsgenie holds; NULL if it is none';

CREATE FUNCTION vsm.opsgenie_object(payload jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(vsm.json_object(payload -> 'alert'), vsm.json_object(payload -> 'incident'), vsm.json_object(payload -> 'data'), payload);
COMMENT ON FUNCTION vsm.opsgenie_object(jsonb) IS 'the alert or incident in a webhook or an answer of Opsgenie';

CREATE FUNCTION vsm.opsgenie_id(object jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(vsm.json_text(object, 'id'), vsm.json_text(object, 'alertId'), vsm.json_text(object, 'incidentId'));
COMMENT ON FUNCTION vsm.opsgenie_id(jsonb) IS 'the id of an alert or incident of Opsgenie';

CREATE FUNCTION vsm.opsgenie_version(object jsonb) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(vsm.opsgenie_time(object, 'updatedAt'), vsm.opsgenie_time(object, 'createdAt'));
COMMENT ON FUNCTION vsm.opsgenie_version(jsonb) IS 'when an alert or incident of Opsgenie was last changed';

CREATE FUNCTION vsm.opsgenie_action(payload jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE regexp_replace(lower(vsm.json_text(payload, 'action')), '^incident|[^a-z]', '', 'g')
	WHEN 'create' THEN 'open' WHEN 'created' THEN 'open' WHEN 'acknowledge' THEN 'acknowledged' WHEN 'acknowledged' THEN 'acknowledged'
	WHEN 'unacknowledge' THEN 'open' WHEN 'unacknowledged' THEN 'open' WHEN 'reopen' THEN 'open' WHEN 'reopened' THEN 'open'
	WHEN 'resolve' THEN 'resolved' WHEN 'resolved' THEN 'resolved' WHEN 'close' THEN 'closed' WHEN 'closed' THEN 'closed'
	WHEN 'delete' THEN 'deleted' WHEN 'deleted' THEN 'deleted' END;
COMMENT ON FUNCTION vsm.opsgenie_action(jsonb) IS
	'the state that an alert or incident of Opsgenie got by the action that a webhook tells; NULL: none, as by a note';

CREATE FUNCTION vsm.opsgenie_label(object jsonb, label text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT coalesce(
		(SELECT vsm.json_text(d.value)
		FROM jsonb_each(coalesce(vsm.json_object(object -> 'details'), vsm.json_object(object -> 'extraProperties'))) AS d
		WHERE lower(d.key) = label AND vsm.json_text(d.value) IS NOT NULL ORDER BY d.key LIMIT 1),
		(SELECT min(btrim(substr(t.tag, length(label) + 2)))
		FROM (SELECT vsm.json_text(e.value) AS tag FROM jsonb_array_elements(vsm.json_array(object -> 'tags')) AS e OFFSET 0) AS t
		WHERE lower(t.tag) LIKE label || ':_%' OR lower(t.tag) LIKE label || '=_%'
		-- Of several none is taken.
		HAVING count(DISTINCT substr(t.tag, length(label) + 2)) = 1));
END;
COMMENT ON FUNCTION vsm.opsgenie_label(jsonb, text) IS
	'what an alert or incident of Opsgenie has under a name in its details, or in a tag NAME:VALUE; NULL if nothing, or several';

CREATE FUNCTION vsm.opsgenie_service(object jsonb, names jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE
		WHEN count(DISTINCT s.meaning) = 1 THEN min(s.meaning)
		-- What is not named is at least told, if it is the only one.
		WHEN count(DISTINCT s.meaning) = 0 AND count(DISTINCT s.name) = 1 THEN min(s.name) END
	FROM (
		SELECT u.name, vsm.meaning(names, 'service', u.name) AS meaning
		FROM (
			SELECT coalesce(vsm.json_text(e.value), vsm.json_text(e.value, 'name'), vsm.json_text(e.value, 'id')) AS name
			FROM jsonb_array_elements(coalesce(vsm.json_array(object -> 'impactedServices'), vsm.json_array(object -> 'services'))) AS e
			UNION ALL
			SELECT vsm.opsgenie_label(object, 'service')) AS u
		UNION ALL
		-- An entity may be a server: it counts only if it is named.
		SELECT NULL, vsm.meaning(names, 'service', vsm.json_text(object, 'entity'))) AS s;
END;
COMMENT ON FUNCTION vsm.opsgenie_service(jsonb, jsonb) IS
	'the service that an alert or incident of Opsgenie is about, by what naming says of those that it hit, of its label and of its entity; '
	'NULL if there are several';

CREATE FUNCTION vsm.read_opsgenie_facts(source text, names jsonb, entity text, object jsonb, status text, opened_at timestamptz,
	acknowledged_at timestamptz, status_at timestamptz, is_incident boolean)
RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 4
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT vsm.opsgenie_version(object) AS version, status IN ('resolved', 'closed', 'deleted') AS is_over,
			CASE WHEN (status_at < opened_at) IS NOT TRUE THEN status_at END AS at
		OFFSET 0) AS v,
	LATERAL (
		SELECT (vsm.fact_row(source, 'incident', entity, v.version,
			vsm.fact_details(
				'source', source,
				'service', vsm.opsgenie_service(object, names),
				'environment', vsm.opsgenie_label(object, 'environment'),
				'opened_at', opened_at,
				'acknowledged_at', acknowledged_at,
				'severity', vsm.json_text(object, 'priority'),
				'status', status,
				'title', vsm.json_text(object, 'message'),
				'url', vsm.json_text(object, 'links', 'web'))
			|| CASE WHEN v.is_over AND v.at IS NOT NULL THEN jsonb_build_object('resolved_at', v.at)
				WHEN NOT v.is_over THEN '{"resolved_at": null}' ELSE '{}' END)).*
		WHERE is_incident
		UNION ALL
		-- It is over, but since when is not told: at the latest since it was last changed. What is told holds before that.
		SELECT (vsm.fact_row(source, 'incident', entity, opened_at + interval '1 microsecond',
			jsonb_build_object('resolved_at', v.version))).*
		WHERE is_incident AND v.is_over AND v.at IS NULL AND opened_at IS NOT NULL AND v.version >= opened_at
		UNION ALL
		SELECT (vsm.fact_observed(source, entity, v.version, status)).*
		WHERE v.is_over AND v.at IS NULL
		UNION ALL
		SELECT (vsm.fact_event(source, entity, e.at, e.state, concat_ws(':', entity, e.state, vsm.whole_seconds(e.at)))).*
		FROM (
			SELECT opened_at AS at, 'open' AS state
			UNION
			SELECT acknowledged_at, 'acknowledged'
			UNION
			SELECT v.at, status WHERE status <> 'open' OR v.at > opened_at) AS e
		WHERE e.at IS NOT NULL AND e.state IS NOT NULL) AS f;
END;
COMMENT ON FUNCTION vsm.read_opsgenie_facts(text, jsonb, text, jsonb, text, timestamptz, timestamptz, timestamptz, boolean) IS
	'facts of an alert or incident of Opsgenie; a part of its readers';

CREATE FUNCTION vsm.read_opsgenie_incident(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 4
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT b.object, source || ':incident:' || vsm.opsgenie_id(b.object) AS entity, vsm.opsgenie_action(b.body) AS told,
			coalesce(vsm.opsgenie_action(b.body), vsm.json_text(b.object, 'status')) AS status
		FROM (SELECT o.body, vsm.opsgenie_object(o.body) AS object FROM (SELECT payload #> '{}' AS body OFFSET 0) AS o OFFSET 0) AS b
		OFFSET 0) AS p,
	LATERAL vsm.read_opsgenie_facts(source, names, p.entity, p.object, p.status,
		coalesce(vsm.opsgenie_time(p.object, 'impactStartDate'), vsm.opsgenie_time(p.object, 'createdAt')), NULL,
		CASE
			-- Service was restored when it no longer hit anybody.
			WHEN p.status IN ('resolved', 'closed') AND vsm.opsgenie_time(p.object, 'impactEndDate') IS NOT NULL THEN
				vsm.opsgenie_time(p.object, 'impactEndDate')
			WHEN p.told IS NOT NULL AND p.told <> 'open' THEN vsm.opsgenie_version(p.object)
		END, true) AS f;
END;
COMMENT ON FUNCTION vsm.read_opsgenie_incident(text, jsonb, jsonb) IS 'facts of an incident of Opsgenie: a webhook, or GET /v1/incidents';

CREATE FUNCTION vsm.read_opsgenie_alert(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 4
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT b.*, vsm.opsgenie_action(b.body) AS told, source || ':alert:' || vsm.opsgenie_id(b.object) AS entity,
			vsm.opsgenie_time(b.object, 'createdAt') AS opened_at,
			-- (How long, in milliseconds; not a thousand years.)
			CASE WHEN vsm.json_number(b.object, 'report', 'ackTime') BETWEEN 0 AND 31536000000000 THEN
				vsm.json_number(b.object, 'report', 'ackTime') * interval '1 millisecond' END AS taken_on_after,
			CASE WHEN vsm.json_number(b.object, 'report', 'closeTime') BETWEEN 0 AND 31536000000000 THEN
				vsm.json_number(b.object, 'report', 'closeTime') * interval '1 millisecond' END AS closed_after,
			coalesce(vsm.opsgenie_label(b.object, 'incident-id'),
				-- The alert of a responder has as alias the ids of the incident and of the responder.
				substring(vsm.json_text(b.object, 'alias') FROM '^([0-9a-f]{8}(?:-[0-9a-f]{4,12}){4})_[0-9a-f]{8}(?:-[0-9a-f]{4,12}){4}$'))
				AS incident
		FROM (SELECT o.body, vsm.opsgenie_object(o.body) AS object FROM (SELECT payload #> '{}' AS body OFFSET 0) AS o OFFSET 0) AS b
		OFFSET 0) AS p,
	LATERAL (
		SELECT coalesce(p.told, CASE WHEN vsm.json_text(p.object, 'status') = 'open' AND p.object -> 'acknowledged' = 'true'
				THEN 'acknowledged' ELSE vsm.json_text(p.object, 'status') END) AS status,
			CASE WHEN p.told = 'acknowledged' THEN vsm.opsgenie_version(p.object) ELSE p.opened_at + p.taken_on_after END
				AS acknowledged_at,
			CASE WHEN p.told = 'open' AND vsm.opsgenie_version(p.object) > p.opened_at
					AND lower(vsm.json_text(p.body, 'action')) NOT LIKE 'create%' THEN vsm.opsgenie_version(p.object)
				WHEN p.told <> 'open' THEN vsm.opsgenie_version(p.object)
				WHEN p.told IS NULL AND vsm.json_text(p.object, 'status') = 'closed' THEN p.opened_at + p.closed_after
				WHEN p.told IS NULL AND p.object -> 'acknowledged' = 'true' THEN p.opened_at + p.taken_on_after END AS status_at
		OFFSET 0) AS t,
	LATERAL (
		SELECT q.* FROM vsm.read_opsgenie_facts(source, names, p.entity, p.object, t.status, p.opened_at, t.acknowledged_at, t.status_at,
			p.incident IS NULL) AS q
		UNION ALL
		SELECT (vsm.fact_link(source, p.entity, source || ':incident:' || p.incident, 'part_of', 'responder',
			seen_at => vsm.opsgenie_version(p.object))).*
		WHERE p.incident IS NOT NULL) AS f;
END;
COMMENT ON FUNCTION vsm.read_opsgenie_alert(text, jsonb, jsonb) IS
	'facts of an alert of Opsgenie, which is an incident unless it was made for a responder of one: webhook, or GET /v2/alerts';

CREATE FUNCTION vsm.opsgenie_kind(payload jsonb) RETURNS SETOF vsm.payload_kind
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT k.name, CASE k.name
			WHEN 'error' THEN 'it is an error: ' || coalesce(vsm.json_text(k.body, 'message'), 'it says no more')
			WHEN 'payload' THEN 'it is neither an alert nor an incident'
			ELSE CASE
				WHEN vsm.opsgenie_id(k.object) IS NULL OR octet_length(vsm.opsgenie_id(k.object)) > 1000 THEN 'it has no id'
				WHEN vsm.opsgenie_version(k.object) IS NULL THEN 'it has no createdAt' END
		END
	FROM (
		SELECT p.body, p.object, CASE
				WHEN jsonb_typeof(p.body -> 'alert') = 'object' THEN 'alert'
				WHEN jsonb_typeof(p.body -> 'incident') = 'object' THEN 'incident'
				WHEN p.object ? 'tinyId' OR p.object ?& '{id,message}' THEN
					CASE WHEN p.object ?| '{impactedServices,impactStartDate,ownerTeam}' THEN 'incident' ELSE 'alert' END
				WHEN p.body ?& '{message,requestId}' THEN 'error'
				ELSE 'payload'
			END AS name
		FROM (SELECT o.body, vsm.opsgenie_object(o.body) AS object FROM (SELECT payload #> '{}' AS body OFFSET 0) AS o OFFSET 0) AS p
		OFFSET 0) AS k;
END;
COMMENT ON FUNCTION vsm.opsgenie_kind(jsonb) IS 'which reader reads a payload of Opsgenie, or why none does';
