-- What ServiceNow's payloads state, in any order; which deployment a change and an incident lead to.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(35);
SET LOCAL TimeZone = 'Asia/Tokyo';
SET LOCAL jit = off;
SET LOCAL client_min_messages = error;

CREATE TEMP TABLE sample (name text, payload jsonb);
INSERT INTO sample VALUES
-- A change as sysparm_display_value=all gives it, and its history, whose times have no seconds.
('change', '{"result": [{"sys_id": {"display_value": "c1", "value": "c1"}, "sys_class_name": {"display_value": "Change Request", "value": '
	'"change_request"}, "number": {"display_value": "CHG0030001", "value": "CHG0030001"},
	"state": {"display_value": "Implement", "value": "-1"}, "type": {"display_value": "Normal", "value": "normal"}, "priority": '
		'{"display_value": "3 - Moderate", "value": "3"},
	"short_description": {"display_value": "SHOP-7: release checkout", "value": "SHOP-7: release checkout"}, "cmdb_ci": {"display_value": '
		'"checkout", "link": "https://x/api/now/table/cmdb_ci/s1", "value": "s1"},
	"opened_at": {"display_value": "09/01/2026 17:00", "value": "2026-01-09 16:00:00"}, "end_date": {"display_value": "", "value": ""},
	"work_start": {"display_value": "", "value": "2026-01-12 09:00:00"}, "work_end": {"display_value": "", "value": "2026-01-12 10:00:00"},
	"sys_updated_on": {"display_value": "12/01/2026 10:00", "value": "2026-01-12 09:00:30"}, "sys_mod_count": {"display_value": "6", '
		'"value": "6"}}]}'),
('audit', '{"result": [
	{"sys_id": "a3", "tablename": "change_request", "documentkey": "c1", "fieldname": "state", "oldvalue": "-3", "newvalue": "-2", '
		'"record_checkpoint": "4", "sys_created_on": "2026-01-12 08:00"},
	{"sys_id": "a4", "tablename": "change_request", "documentkey": "c1", "fieldname": "approval", "oldvalue": "requested", "newvalue": '
		'"approved", "record_checkpoint": "3", "sys_created_on": "2026-01-12 08:00"},
	{"sys_id": "a1", "tablename": "change_request", "documentkey": "c1", "fieldname": "state", "oldvalue": "-5", "newvalue": "-4", '
		'"record_checkpoint": "1", "sys_created_on": "2026-01-09 16:20"},
	{"sys_id": "a2", "tablename": "change_request", "documentkey": "c1", "fieldname": "state", "oldvalue": "-4", "newvalue": "-3", '
		'"record_checkpoint": "2", "sys_created_on": "2026-01-09 16:20"},
	{"sys_id": "a6", "tablename": "change_request", "documentkey": "c1", "fieldname": "approval", "oldvalue": "not requested", "newvalue": '
		'"requested", "record_checkpoint": "2", "sys_created_on": "2026-01-09 16:20"},
	{"sys_id": "a5", "tablename": "change_request", "documentkey": "c1", "fieldname": "state", "oldvalue": "-2", "newvalue": "-1", '
		'"record_checkpoint": "5", "sys_created_on": "2026-01-12 09:00"},
	{"sys_id": "a7", "tablename": "change_request", "documentkey": "c1", "fieldname": "assignment_group", "oldvalue": "", "newvalue": "g1",'
		' "record_checkpoint": "1", "sys_created_on": "2026-01-09 16:20"},
	{"sys_id": "a8", "tablename": "change_request", "documentkey": "c1", "fieldname": "description", "oldvalue": "", "newvalue": "x", '
		'"record_checkpoint": "1", "sys_created_on": "2026-01-09 16:20"}]}'),
-- An incident as a business rule sends it, and one that names its cause.
('incident', '{"sys_id": "i1", "number": "INC0010001", "state": "2", "short_description": "No total", "cmdb_ci": {"display_value": '
	'"checkout", "value": "s1"}, "priority": "1",
	"opened_at": "2026-01-12 09:40:00", "sys_updated_on": "2026-01-12 09:45:00", "sys_mod_count": "2", "caused_by": "", "problem_id": '
		'{"link": "https://x/api/now/table/problem/p1", "value": "p1"}}'),
('caused', '{"sys_id": "i2", "number": "INC0010002", "state": "6", "short_description": "Slow", "opened_at": "2026-01-12 12:00:00", '
	'"resolved_at": "2026-01-12 12:30:00", "sys_updated_on": "2026-01-12 12:30:00",
	"sys_mod_count": "0", "caused_by": {"link": "https://x/api/now/table/change_request/c1", "value": "c1"}, "rfc": "c2"}'),
('metric', '{"result": {"sys_id": "m1", "table": "incident", "id": "i1", "definition": "d", "field": "incident_state", "value": "New", '
	'"start": "2026-01-12 09:40:00", "end": "2026-01-12 09:45:00", "calculation_complete": "true"}}'),
('approval', '{"sys_id": "p9", "sysapproval": {"link": "x", "value": "c1"}, "source_table": "change_request", "approver": "u1", "state": '
	'"approved",
	"sys_created_on": "2026-01-09 16:20:00", "sys_updated_on": "2026-01-12 08:00:00"}');
CREATE FUNCTION pg_temp.payload(name text) RETURNS jsonb LANGUAGE sql AS 'SELECT s.payload FROM sample AS s WHERE s.name = $1';
CREATE FUNCTION pg_temp.documents(payload jsonb) RETURNS SETOF jsonb LANGUAGE sql AS $$
	SELECT jsonb_array_elements(coalesce(vsm.servicenow_elements(payload), jsonb_build_array(payload))) $$;
CREATE FUNCTION pg_temp.facts(payload jsonb) RETURNS SETOF vsm.fact LANGUAGE sql AS $$
	SELECT f.* FROM pg_temp.documents(payload) AS d, vsm.servicenow_kind(d) AS k, LATERAL (
		SELECT r.* FROM vsm.read_servicenow_task('servicenow', d, vsm.default_names()) AS r WHERE k.kind = 'task' AND k.reason IS NULL
		UNION ALL SELECT r.* FROM vsm.read_servicenow_approval('servicenow', d, vsm.default_names()) AS r WHERE k.kind = 'approval'
			AND k.reason IS NULL
		UNION ALL SELECT r.* FROM vsm.read_servicenow_audit('servicenow', d, vsm.default_names()) AS r WHERE k.kind = 'audit' AND k.reason
			IS NULL
		UNION ALL SELECT r.* FROM vsm.read_servicenow_metric('servicenow', d, vsm.default_names()) AS r WHERE k.kind = 'metric'
			AND k.reason IS NULL) AS f $$;

SELECT results_eq($$SELECT DISTINCT s.name, vsm.servicenow_elements(s.payload) IS NOT NULL, k.kind, k.reason FROM sample AS s,
	pg_temp.documents(s.payload) AS d, vsm.servicenow_kind(d) AS k ORDER BY 1$$,
	$$VALUES ('approval', false, 'approval', NULL::text), ('audit', true, 'audit', NULL), ('caused', false, 'task', NULL),
		('change', true, 'task', NULL), ('incident', false, 'task', NULL),
		('metric', true, 'metric', NULL)$$,
	'answers of the Table API and single records');

-- A change
CREATE TEMP TABLE fact AS SELECT f.* FROM pg_temp.facts(pg_temp.payload('change')) AS f;
SELECT results_eq($$SELECT at, details FROM fact WHERE fact = 'item'$$,
	$$VALUES (timestamptz '2026-01-12 09:00:30+00', jsonb_build_object('source', 'servicenow', 'key', 'CHG0030001', 'project',
		'change_request', 'source_type', 'change_request', 'type', 'other',
		'priority', '3 - Moderate', 'title', 'SHOP-7: release checkout', 'service', 'checkout', 'created_at',
			timestamptz '2026-01-09 16:00+00', 'tags', '["normal"]'::jsonb))$$,
	'a change is an item: labels by display value, times by value, which is UTC');
SELECT results_eq($$SELECT fact, at, value, value_id, method FROM fact WHERE fact IN ('observed', 'created', 'event') ORDER BY at$$,
	$$VALUES ('created', timestamptz '2026-01-09 16:00+00', NULL, NULL, NULL), ('event', '2026-01-12 09:00+00', 'work started', NULL,
		'label'),
		('observed', '2026-01-12 09:00:30+00', 'Implement', '-1', 'observed'), ('event', '2026-01-12 10:00+00', 'work ended', NULL,
			'label')$$, 'its present state, and when it was worked on');
SELECT results_eq($$SELECT name, value FROM fact WHERE fact = 'link'$$, $$VALUES ('implements', 'SHOP-7')$$, 'the item that it names');
SELECT results_eq($$SELECT entity, name, value, method FROM pg_temp.facts(jsonb_set(pg_temp.payload('change'),
	'{result,0,correlation_id}', '"github:deployment:8401"')) WHERE name = 'deploys'$$,
	$$VALUES ('servicenow:change_request:c1', 'deploys', 'github:deployment:8401', 'correlation_id')$$, 'and the deployment that it names');

-- Its history
SELECT results_eq($$SELECT at, seq, value, previous, value_id, method FROM pg_temp.facts(pg_temp.payload('audit')) WHERE fact = 'event'
	ORDER BY seq, method NULLS FIRST$$,
	$$VALUES (timestamptz '2026-01-09 16:20+00', 1::bigint, 'Assess', 'New', '-4', NULL), ('2026-01-09 16:20+00', 2, 'Authorize',
		'Assess', '-3', NULL),
		('2026-01-09 16:20+00', 2, 'approval requested', NULL, 'requested', 'label'), ('2026-01-12 08:00+00', 3, 'approval approved',
			NULL, 'approved', 'label'),
		('2026-01-12 08:00+00', 4, 'Scheduled', 'Authorize', '-2', NULL), ('2026-01-12 09:00+00', 5, 'Implement', 'Scheduled', '-1',
			NULL)$$, 'states and approvals in the order of the updates');
SELECT results_eq($$SELECT name, value, previous, id FROM pg_temp.facts(pg_temp.payload('audit')) WHERE fact = 'change'$$,
	$$VALUES ('team', 'g1', NULL, '1')$$, 'changes of the team');
SELECT results_eq($$SELECT value, previous, value_id FROM pg_temp.facts(pg_temp.payload('audit')
	|| '{"states": {"change_request": {"-4": "Peer review"}}}') WHERE seq = 1 AND fact = 'event'$$,
	$$VALUES ('Peer review', 'New', '-4')$$, 'names of states of the user''s own');
SELECT is((SELECT count(DISTINCT id) FROM pg_temp.facts(jsonb_build_object('result', jsonb_build_array(r, r
	|| '{"fieldname": "incident_state", "sys_id": "x"}'))) WHERE fact = 'event'), 1::bigint,
	'state and incident_state are one event') FROM (SELECT pg_temp.payload('audit') #> '{result,0}') AS a (r);

-- Incidents
SELECT results_eq($$SELECT details FROM pg_temp.facts(pg_temp.payload('incident')) WHERE fact = 'incident'$$,
	$$VALUES (jsonb_build_object('source', 'servicenow', 'service', 'checkout', 'opened_at', timestamptz '2026-01-12 09:40+00',
		'severity', '1', 'status', 'In Progress', 'title', 'No total', 'resolved_at', NULL))$$,
	'an incident');
SELECT results_eq($$SELECT entity, name, value, method FROM pg_temp.facts(pg_temp.payload('incident')) WHERE fact = 'link'$$,
	$$VALUES ('servicenow:incident:i1', 'part_of', 'servicenow:problem:p1', 'problem_id')$$, 'its problem');
SELECT results_eq($$SELECT entity, name, value, method FROM pg_temp.facts(pg_temp.payload('caused')) WHERE fact = 'link' ORDER BY 4$$,
	$$VALUES ('servicenow:incident:i2', 'caused_by', 'servicenow:change_request:c1', 'caused_by'), ('servicenow:change_request:c2',
		'fixes', 'servicenow:incident:i2', 'rfc')$$, 'the changes that caused it and that fixes it');
SELECT results_eq($$SELECT fact, value, value_id FROM pg_temp.facts(pg_temp.payload('caused')) WHERE fact IN ('created', 'observed')$$,
	$$VALUES ('created', 'Resolved', '6')$$, 'what was never updated is in its first state');
SELECT results_eq($$SELECT entity, at, value FROM pg_temp.facts(pg_temp.payload('metric'))$$, $$VALUES ('servicenow:incident:i1',
	timestamptz '2026-01-12 09:40+00', 'New')$$, 'a metric of the state');
SELECT is_empty($$SELECT * FROM pg_temp.facts(jsonb_set(pg_temp.payload('metric'), '{result,field}', '"assigned_to"'))$$,
	'not of another field');
SELECT results_eq($$SELECT fact, entity, at, value, method FROM pg_temp.facts(pg_temp.payload('approval')) ORDER BY 1, 3, 2 DESC$$,
	$$VALUES ('event', 'servicenow:sysapproval_approver:p9', timestamptz '2026-01-09 16:20+00', 'requested', NULL),
		('event', 'servicenow:change_request:c1', '2026-01-09 16:20+00', 'approval requested', 'label'),
		('event', 'servicenow:sysapproval_approver:p9', '2026-01-12 08:00+00', 'approved', NULL),
		('event', 'servicenow:change_request:c1', '2026-01-12 08:00+00', 'approval approved', 'label'),
		('link', 'servicenow:sysapproval_approver:p9', NULL, 'servicenow:change_request:c1', 'approval')$$,
			'an approval, and what it says of the change');

SELECT results_eq($$SELECT f.entity FROM pg_temp.facts('{"sys_id": "p8", "sysapproval": '
	'{"link": "https://x/api/now/table/change_request/c2", "value": "c2"}, "state": "requested", "sys_created_on": "2026-01-09 16:20:00",
		"sys_updated_on": "2026-01-12 08:00:00"}') AS f WHERE f.fact = 'event' ORDER BY 1$$,
	$$VALUES ('servicenow:change_request:c2'), ('servicenow:sysapproval_approver:p8')$$,
		'what is to be approved is told by the table beside it or by its address');

-- Other ways in which the same is told
SELECT results_eq($$SELECT fact, value, value_id FROM pg_temp.facts(jsonb_set(jsonb_set(pg_temp.payload('change'), '{result,0,state}',
	'{"display_value": "New", "value": -5.0}'), '{result,0,sys_mod_count}',
		'{"display_value": "0", "value": 0.0}')) WHERE fact IN ('created', 'observed')$$, $$VALUES ('created', 'New', '-5')$$,
			'numbers as floats');
SELECT results_eq($$SELECT k.reason IS NOT NULL FROM unnest(ARRAY['{"state": "In Progress"}', '{"priority": "1 - Critical"}',
	'{"cmdb_ci": {"display_value": "checkout", "link": "x"}}', '{"state": "2.0"}']::jsonb[])
		WITH ORDINALITY AS p (part, o), vsm.servicenow_kind(pg_temp.payload('incident') - 'problem_id' - 'cmdb_ci' || p.part) AS k
			ORDER BY o$$,
	$$VALUES (true), (true), (true), (false)$$, 'display values alone are not read, by whatever they show');
SELECT bag_eq($$SELECT * FROM pg_temp.facts(jsonb_build_object('records', jsonb_build_array(pg_temp.payload('incident'))))$$,
	$$SELECT * FROM pg_temp.facts(pg_temp.payload('incident'))$$, 'a page of JSONv2');
SELECT bag_eq($$SELECT * FROM pg_temp.facts(jsonb_build_object('table', 'incident', 'result',
	jsonb_build_array(pg_temp.payload('incident') - 'number')))$$,
	$$SELECT * FROM pg_temp.facts(jsonb_build_object('table', 'incident', 'record', pg_temp.payload('incident') - 'number'))$$,
		'a record with its table beside it, in a page and alone');
SELECT results_eq($$SELECT f.details ->> 'resolved_at'
	FROM unnest(ARRAY['{"state": "6", "resolved_at": "2026-01-12 10:40:00", "closed_at": "2026-01-19 10:40:00"}',
		'{"state": "2", "resolved_at": "2026-01-12 10:40:00"}',
		'{"state": "7", "closed_at": "2026-01-19 10:40:00"}', '{"state": "7", "resolved_at": "2026-01-01 10:40:00", "closed_at": '
			'"2026-01-19 10:40:00"}']::jsonb[]) WITH ORDINALITY AS p (part, o),
		pg_temp.facts(pg_temp.payload('incident') || p.part) AS f WHERE f.fact = 'incident' ORDER BY o$$,
	$$VALUES ('2026-01-12T19:40:00+09:00'), (NULL), ('2026-01-19T19:40:00+09:00'), ('2026-01-19T19:40:00+09:00')$$,
		'resolved is when service was restored, unless it was opened again');

-- States, tables, kinds
SELECT is_empty($$SELECT * FROM (VALUES ('incident', '3', 'On Hold'), ('incident', '99', '99'), ('problem', '103', 'Root Cause Analysis'),
	('change_task', '2', 'Work in Progress'), ('problem_task', '151', 'New'),
	('sc_task', '3', 'Closed Complete'), ('change_request', '3', 'Closed'), ('change_request', 'Review', 'Review')) AS v (t, code, name)
		WHERE vsm.servicenow_state(t, code, NULL) IS DISTINCT FROM name$$, 'names of states as delivered');
SELECT is(vsm.servicenow_state('sc_task', '3', '{"task": {"3": "Done"}}'), 'Done', 'those of the table task hold for all that extend it');
SELECT results_eq($$SELECT k.kind, k.reason FROM unnest(ARRAY['{"result": [{"sys_id": "1", "short_description": "x"}]}',
	'{"result": [{"sys_id": "1", "sys_class_name": "sys_user"}]}', '{"table": "incident", "result": [{"sys_id": "1"}]}',
		'{"sys_id": "1", "number": "INC1", "sys_updated_on": "05/01/2026 10:00", "cmdb_ci": {"link": "x", "display_value": "checkout"}}',
			'{"error": {"message": "No Record found"}}',
		'{"documentkey": "1", "tablename": "incident"}', '{"result": []}']::jsonb[]) WITH ORDINALITY AS p (payload, o),
			pg_temp.documents(p.payload) AS d, vsm.servicenow_kind(d) AS k ORDER BY o$$,
	$$VALUES ('record', 'its table is not known: ask for sys_class_name, or say {"table": "...", "result": [...]}'),
		('record', 'records of the table sys_user are not read'), ('task', 'it has no sys_updated_on'),
		('task', 'it has display values only, whose times are in the zone of whoever asked: ask with sysparm_display_value=all or false'),
			('error', 'it is an error: No Record found'),
		('audit', 'it has no fieldname')$$, 'refused with the reason');

-- Through the inbox: in order, backwards and twice.
CALL vsm.create_model('forth');
CALL vsm.create_model('back');
INSERT INTO forth.inbox (source, payload) SELECT 'servicenow', payload FROM sample ORDER BY name;
SELECT is(vsm.ingest_once('forth'), ROW (6, 0)::vsm.ingested, 'all are read');
INSERT INTO back.inbox (source, payload) SELECT 'servicenow', payload FROM sample, generate_series(1, 2) ORDER BY name DESC;
DO $$BEGIN
	FOR i IN 1..2 * 6 LOOP
		PERFORM vsm.ingest_payloads('back', ARRAY(SELECT id FROM back.inbox ORDER BY id LIMIT 1));
	END LOOP;
END$$;
CREATE FUNCTION pg_temp.rows(model text) RETURNS TABLE (relation text, r jsonb) LANGUAGE plpgsql AS $$
BEGIN
	FOREACH relation IN ARRAY ARRAY['event', 'item', 'item_alias', 'item_change', 'link', 'incident'] LOOP
		-- What was only observed depends on what was known by then.
		RETURN QUERY EXECUTE format('SELECT %L, to_jsonb(t) - ''recorded_at'' - ''xid'' FROM %I.%I AS t WHERE to_jsonb(t) ->> ''method'' '
			'IS DISTINCT FROM ''observed''', relation, model, relation);
	END LOOP;
END$$;
SELECT is_empty($$(SELECT * FROM pg_temp.rows('forth') EXCEPT ALL SELECT * FROM pg_temp.rows('back')) UNION ALL (SELECT *
	FROM pg_temp.rows('back') EXCEPT ALL SELECT * FROM pg_temp.rows('forth'))$$,
	'backwards, one by one and twice: the same rows');
SELECT is((SELECT vsm.timeline(at, state, coalesce(seq, 0))::text FROM forth.event WHERE entity = 'servicenow:change_request:c1'
	AND method IS DISTINCT FROM 'label' AND method IS DISTINCT FROM 'observed'),
	'[["2026-01-09T16:00:00Z","New"],["2026-01-09T16:20:00Z","Assess"],["2026-01-09T16:20:00.000001Z","Authorize"],["2026-01-12T08:00:00Z",'
		'"Scheduled"],["2026-01-12T09:00:00Z","Implement"]]',
	'a history to the minute keeps its order');
SELECT is((SELECT count(*) FROM forth.event WHERE method = 'observed' AND entity = 'servicenow:change_request:c1'), 0::bigint,
	'a present state that the history has is no event');

-- Deployments of the service: two before the incident, one in another environment, one failed, one after.
INSERT INTO forth.service (service, repository) VALUES ('checkout', 'shop/checkout');
INSERT INTO forth.deployment (deployment, repository, service, environment, environment_tier, sha, status, finished_at)
SELECT 'x:deployment:' || n, r, s, e, vsm.environment_tier(e), 'sha' || n, st, f FROM (VALUES
	(1, 'shop/checkout', NULL, 'production', 'success', timestamptz '2026-01-10 12:00+00'), (2, 'shop/checkout', NULL, 'production',
		'success', '2026-01-12 09:30+00'),
	(3, 'shop/checkout', NULL, 'staging', 'success', '2026-01-12 08:35+00'), (4, NULL, 'checkout', 'production', 'failed',
		'2026-01-12 09:36+00'),
	(5, NULL, 'checkout', 'production', 'success', '2026-01-12 09:50+00'), (6, 'shop/web', NULL, 'production', 'success',
		'2026-01-12 09:37+00')) AS v (n, r, s, e, st, f);
SELECT is(vsm.link_deployments('forth'), 5::bigint, 'five links are found');
SELECT results_eq($$SELECT source, target, kind, method, confidence FROM forth.link WHERE target LIKE 'x:deployment:%' ORDER BY kind,
	source, target$$,
	$$VALUES ('servicenow:incident:i1', 'x:deployment:2', 'caused_by', 'latest deployment before', 0.5::float8),
		('servicenow:incident:i2', 'x:deployment:2', 'caused_by', 'change', 0.95), ('servicenow:incident:i2', 'x:deployment:5',
			'caused_by', 'change', 0.95),
		('servicenow:change_request:c1', 'x:deployment:2', 'deploys', 'service and time of work', 0.7), ('servicenow:change_request:c1',
			'x:deployment:5', 'deploys', 'service and time of work', 0.7)$$,
	'a change deploys what ended during the work on it; an incident is caused by what its change deploys, else by the latest before it');
SELECT is(vsm.link_deployments('forth'), 5::bigint, 'once more: the same');
UPDATE forth.incident SET environment = 'staging' WHERE incident = 'servicenow:incident:i1';
INSERT INTO forth.link (source, target, kind, method, confidence) VALUES ('servicenow:change_request:c1', 'sha2', 'deploys',
	'correlation_id', 1.0);
SELECT is(vsm.link_deployments('forth'), 2::bigint, 'what is not found any more is removed');
SELECT results_eq($$SELECT source, target, kind, method FROM forth.link WHERE target LIKE 'x:deployment:%' ORDER BY 1, 2$$,
	$$VALUES ('servicenow:incident:i1', 'x:deployment:3', 'caused_by', 'latest deployment before'), ('servicenow:incident:i2',
		'x:deployment:2', 'caused_by', 'change')$$,
	'in the environment of the incident; of the commit that the change names');
SELECT throws_ok($$SELECT vsm.link_deployments('nowhere')$$, '42P01', 'there is no model in schema "nowhere"', 'a model that is not there');

SELECT finish();
ROLLBACK;
