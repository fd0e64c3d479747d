-- Records of ServiceNow into the model, beside the same rows by hand, as jsonb has them: into tables with the same keys, and nothing if
-- a record is not what it should be, comes twice or in another order. And beside the state of each, and no more.
-- @needs servicenow_payload

-- @setup
SET client_min_messages = error;
CALL vsm.create_model('servicenow');
CREATE SCHEMA servicenow_hand;
CREATE TABLE servicenow_hand.event (LIKE servicenow.event INCLUDING DEFAULTS, PRIMARY KEY (entity, source, event_id));
CREATE TABLE servicenow_hand.observation (LIKE servicenow.observation INCLUDING DEFAULTS,
	PRIMARY KEY (entity, source, kind, at, state));
CREATE TABLE servicenow_hand.item (LIKE servicenow.item INCLUDING DEFAULTS, PRIMARY KEY (item));
CREATE TABLE servicenow_hand.alias (LIKE servicenow.item_alias INCLUDING DEFAULTS, PRIMARY KEY (alias, item));
CREATE TABLE servicenow_hand.incident (LIKE servicenow.incident INCLUDING DEFAULTS, PRIMARY KEY (incident));
CREATE TABLE servicenow_event (source text, event_id text, entity text, at timestamptz, state text, PRIMARY KEY (source, event_id));

-- @run ingest_servicenow
CALL vsm.ingest('servicenow')

-- @before ingest_servicenow
TRUNCATE servicenow.inbox, servicenow.event, servicenow.item, servicenow.item_alias, servicenow.item_change, servicenow.observation,
	servicenow.link, servicenow.commit, servicenow.merge_request, servicenow.build, servicenow.deployment, servicenow.incident;
INSERT INTO servicenow.inbox (source, payload) SELECT 'servicenow', payload FROM servicenow_payload ORDER BY id;
ANALYZE servicenow.inbox;

-- @run servicenow_by_hand
WITH told AS MATERIALIZED (
	SELECT p, CASE WHEN p ? 'sys_class_name' THEN p ->> 'sys_class_name' END AS class, 'servicenow:' || coalesce(p ->> 'sys_class_name',
		p ->> 'tablename') || ':' || coalesce(p ->> 'documentkey', p ->> 'sys_id') AS entity
	FROM (SELECT payload::jsonb AS p FROM servicenow_payload OFFSET 0) AS w),
record AS MATERIALIZED (
	SELECT t.entity, t.class, t.p, (t.p ->> 'sys_updated_on' || ' UTC')::timestamptz AS updated_at,
		(nullif(t.p ->> 'opened_at', '') || ' UTC')::timestamptz AS opened_at,
		(nullif(t.p ->> 'resolved_at', '') || ' UTC')::timestamptz AS resolved_at, t.p ->> 'state' AS code,
		CASE WHEN t.class = 'incident' THEN CASE t.p ->> 'state' WHEN '1' THEN 'New' WHEN '2' THEN 'In Progress' WHEN '6' THEN 'Resolved'
			WHEN '7' THEN 'Closed' END ELSE t.p ->> 'state' END AS state,
		coalesce(t.p #>> '{business_service,value}', t.p #>> '{cmdb_ci,value}') AS service
	FROM told AS t WHERE t.class IS NOT NULL),
items AS (
	INSERT INTO servicenow_hand.item (item, title, service, created_at, due_at, type, priority, source, key, project, source_type,
		updated_at)
	SELECT r.entity, r.p ->> 'short_description', r.service, (r.p ->> 'sys_created_on' || ' UTC')::timestamptz,
		(nullif(r.p ->> 'due_date', '') || ' UTC')::timestamptz, CASE r.class WHEN 'incident' THEN 'defect' ELSE 'other' END,
		r.p ->> 'priority', 'servicenow', r.p ->> 'number', r.class, r.class, r.updated_at
	FROM record AS r),
aliases AS (
	INSERT INTO servicenow_hand.alias (alias, item, since)
	SELECT r.p ->> 'number', r.entity, (r.p ->> 'sys_created_on' || ' UTC')::timestamptz FROM record AS r),
incidents AS (
	INSERT INTO servicenow_hand.incident (incident, service, opened_at, resolved_at, severity, status, title, source, updated_at)
	SELECT r.entity, r.service, r.opened_at, r.resolved_at, r.p ->> 'severity', r.state, r.p ->> 'short_description', 'servicenow',
		r.updated_at
	FROM record AS r WHERE r.class = 'incident'),
observations AS (
	INSERT INTO servicenow_hand.observation (entity, source, kind, at, state, state_id)
	SELECT r.entity, 'servicenow', v.kind, v.at, v.state, v.state_id
	FROM record AS r, LATERAL (VALUES ('created', r.opened_at, '', NULL), ('observed', r.updated_at, r.state, r.code))
		AS v (kind, at, state, state_id))
INSERT INTO servicenow_hand.event (source, entity, event_id, at, state, state_id, previous, previous_id, seq, method)
SELECT 'servicenow', r.entity, r.entity || ':' || date_part('epoch', r.updated_at) || ':' || r.state, r.updated_at, r.state, r.code, NULL,
	NULL, NULL::bigint, 'observed'
FROM record AS r
UNION ALL
SELECT 'servicenow', r.entity, r.entity || ':created', r.opened_at, 'New', '1', NULL, NULL, NULL, 'inferred'
FROM record AS r WHERE r.class = 'incident'
UNION ALL
SELECT 'servicenow', t.entity, t.entity || ':state:' || (t.p ->> 'record_checkpoint'), (t.p ->> 'sys_created_on' || ' UTC')::timestamptz,
	CASE t.p ->> 'newvalue' WHEN '2' THEN 'In Progress' ELSE t.p ->> 'newvalue' END, t.p ->> 'newvalue',
	CASE t.p ->> 'oldvalue' WHEN '1' THEN 'New' ELSE t.p ->> 'oldvalue' END, t.p ->> 'oldvalue', (t.p ->> 'record_checkpoint')::bigint, NULL
FROM told AS t WHERE t.class IS NULL

-- @before servicenow_by_hand
TRUNCATE servicenow_hand.event, servicenow_hand.observation, servicenow_hand.item, servicenow_hand.alias, servicenow_hand.incident;

-- @run servicenow_states_by_hand
INSERT INTO servicenow_event
SELECT 'servicenow', e.entity || ':' || r.sys_id, e.entity, e.at, e.code
FROM (SELECT payload::jsonb AS p FROM servicenow_payload OFFSET 0) AS w,
	jsonb_to_record(p) AS r (sys_id text, sys_class_name text, state text, sys_updated_on text, tablename text, documentkey text,
		newvalue text, sys_created_on text),
	LATERAL (SELECT coalesce(r.sys_class_name, r.tablename) || ':' || coalesce(r.documentkey, r.sys_id) AS entity, coalesce(r.newvalue,
		r.state) AS code,
		(coalesce(r.sys_updated_on, r.sys_created_on) || ' UTC')::timestamptz AS at) AS e

-- @before servicenow_states_by_hand
TRUNCATE servicenow_event;

-- @ratio ingest_servicenow_vs_jsonb ingest_servicenow / servicenow_by_hand <= 2
-- @ratio ingest_servicenow_vs_states ingest_servicenow / servicenow_states_by_hand

-- @same ingest_servicenow_vs_jsonb
-- The same items, aliases, incidents, observations and events.
SELECT d.*
FROM (
	(
		SELECT item, key, title, created_at::text AS at FROM servicenow.item
		EXCEPT ALL SELECT item, key, title, created_at::text AS at FROM servicenow_hand.item)
	UNION ALL
	(
		SELECT alias, item, NULL, since::text FROM servicenow.item_alias
		EXCEPT ALL SELECT alias, item, NULL, since::text FROM servicenow_hand.alias)
	UNION ALL
	(
		SELECT incident, service, status, opened_at::text FROM servicenow.incident
		EXCEPT ALL SELECT incident, service, status, opened_at::text FROM servicenow_hand.incident)
	UNION ALL
	(
		SELECT entity, kind, state, at::text FROM servicenow.observation
		EXCEPT ALL SELECT entity, kind, state, at::text FROM servicenow_hand.observation)
	UNION ALL
	(
		SELECT entity, state, state_id, at::text FROM servicenow.event
		EXCEPT ALL SELECT entity, state, state_id, at::text FROM servicenow_hand.event)) AS d
LIMIT 10

-- @same ingest_servicenow_vs_states
-- What is in the state that it is said to be in once more is no event of ours.
SELECT e.* FROM servicenow_event AS e
WHERE NOT EXISTS (SELECT FROM servicenow.event AS o WHERE o.entity = 'servicenow:' || e.entity AND o.state_id = e.state AND o.at <= e.at)
LIMIT 10
