-- Tables of ServiceNow as loaders leave them: the same as records of the Table API.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(21);
SET LOCAL client_min_messages = error;
SET LOCAL TimeZone = 'Asia/Tokyo';
CALL vsm.create_model('told');
CALL vsm.create_model('flow');

CREATE SCHEMA now;
CREATE TABLE now.incident (
	sys_id text, number text, state integer, short_description text, cmdb_ci_value text, cmdb_ci_link text, caused_by_value text,
	caused_by_link text, priority integer, opened_at timestamp, resolved_at timestamp, sys_created_on timestamp, sys_updated_on timestamp,
	sys_mod_count integer, _fivetran_synced timestamptz, _fivetran_deleted boolean);
CREATE TABLE now.change_request (
	sys_id varchar(32), number varchar(40), state numeric, short_description text, cmdb_ci text, correlation_id text, type text,
	opened_at text, sys_created_on text, sys_updated_on text, sys_mod_count text);
CREATE TABLE now.sys_audit (
	sys_id text, tablename text, documentkey text, fieldname text, oldvalue text, newvalue text, record_checkpoint integer,
	sys_created_on timestamp);
CREATE TABLE now.sys_choice (name text, element text, value text, label text, language text);
INSERT INTO now.incident VALUES
	('i1', 'INC0010001', 6, 'No total', 's1', 'https://x/api/now/table/cmdb_ci/s1', 'c1', 'https://x', 1, '2026-01-12 09:40',
		'2026-01-12 11:00',
		'2026-01-12 09:40', '2026-01-12 11:00', 2, '2026-02-01Z', false),
	('i2', 'INC0010002', 1, 'Slow', 's1', NULL, NULL, NULL, 3, '2026-01-13 09:40', NULL, '2026-01-13 09:40', '2026-01-13 09:40', 0,
		'2026-02-01Z', false);
INSERT INTO now.change_request VALUES ('c1', 'CHG0030001', -4, 'SHOP-7: release', 's1', 'github:deployment:8401', 'normal',
	'2026-01-09 10:00:00', '2026-01-09 10:00:00', '2026-01-09 16:30:00', '5');
INSERT INTO now.sys_audit VALUES
	('a1', 'change_request', 'c1', 'state', '-5', '-4', 1, '2026-01-09 11:00'),
	('a2', 'incident', 'i1', 'state', '1', '2', 1, '2026-01-12 10:00'), ('a3', 'incident', 'i1', 'state', '2', '6', 2, '2026-01-12 11:00');
INSERT INTO now.sys_choice VALUES ('change_request', 'state', '-4', 'Peer review', 'en'), ('change_request', 'state', '-4', 'Prüfung',
	'de'),
	('incident', 'urgency', '1', 'High', 'en');

INSERT INTO told.inbox (source, payload) VALUES
	('servicenow', '{"table": "incident", "result": [
	{"sys_id": "i1", "number": "INC0010001", "state": "6", "short_description": "No total", "cmdb_ci": "s1", "caused_by": "c1",
		"priority": "1",
		"opened_at": "2026-01-12 09:40:00", "resolved_at": "2026-01-12 11:00:00", "sys_created_on": "2026-01-12 09:40:00",
		"sys_updated_on": "2026-01-12 11:00:00", "sys_mod_count": "2"},
	{"sys_id": "i2", "number": "INC0010002", "state": "1", "short_description": "Slow", "cmdb_ci": "s1", "caused_by": "", "priority": "3",
		"opened_at": "2026-01-13 09:40:00", "resolved_at": "", "sys_created_on": "2026-01-13 09:40:00",
		"sys_updated_on": "2026-01-13 09:40:00", "sys_mod_count": "0"}]}'),
	('servicenow', '{"states": {"change_request": {"-4": "Peer review"}}, "table": "change_request", "result": [
	{"sys_id": "c1", "number": "CHG0030001", "state": "-4", "short_description": "SHOP-7: release", "cmdb_ci": "s1",
		"correlation_id": "github:deployment:8401", "type": "normal", "opened_at": "2026-01-09 10:00:00",
		"sys_created_on": "2026-01-09 10:00:00", "sys_updated_on": "2026-01-09 16:30:00", "sys_mod_count": "5"}]}'),
	('servicenow', '{"states": {"change_request": {"-4": "Peer review"}}, "result": [
	{"sys_id": "a1", "tablename": "change_request", "documentkey": "c1", "fieldname": "state", "oldvalue": "-5", "newvalue": "-4",
		"record_checkpoint": "1", "sys_created_on": "2026-01-09 11:00:00"},
	{"sys_id": "a2", "tablename": "incident", "documentkey": "i1", "fieldname": "state", "oldvalue": "1", "newvalue": "2",
		"record_checkpoint": "1", "sys_created_on": "2026-01-12 10:00:00"},
	{"sys_id": "a3", "tablename": "incident", "documentkey": "i1", "fieldname": "state", "oldvalue": "2", "newvalue": "6",
		"record_checkpoint": "2", "sys_created_on": "2026-01-12 11:00:00"}]}');
SELECT vsm.ingest_once('told');
SELECT is_empty('SELECT error FROM told.inbox', 'the payloads are read');

CALL vsm.attach_servicenow('flow', 'now');
SELECT vsm.refresh_once('flow');
SELECT results_eq($$SELECT records, refused, error FROM vsm.attached('flow')$$, 'VALUES (6::bigint, 0::bigint, NULL::text)', 'six rows');
CREATE FUNCTION same(relation text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	RETURN NEXT is_empty(format('SELECT to_jsonb(t) - %2$L::text[] FROM flow.%1$I AS t EXCEPT ALL SELECT to_jsonb(t) - %2$L::text[] FROM '
		'told.%1$I AS t', relation, '{xid,recorded_at,payload}'), relation || ': nothing but what payloads tell');
	RETURN NEXT is_empty(format('SELECT to_jsonb(t) - %2$L::text[] FROM told.%1$I AS t EXCEPT ALL SELECT to_jsonb(t) - %2$L::text[] FROM '
		'flow.%1$I AS t', relation, '{xid,recorded_at,payload}'), relation || ': all that payloads tell');
END
$$;
SELECT vsm.refresh_once('told');
SELECT same(r) FROM unnest('{item,event,item_change,item_alias,link,incident,observation}'::text[]) AS r;
SELECT results_eq($$SELECT state FROM flow.event WHERE entity = 'servicenow:change_request:c1' ORDER BY at$$,
	$$VALUES ('New'), ('Peer review')$$, 'states by the labels of sys_choice');
SELECT is((SELECT count(*) FROM flow.incident WHERE service = 's1'), 2::bigint, 'references in two columns are one');

UPDATE now.incident SET _fivetran_deleted = true, _fivetran_synced = '2026-02-02Z' WHERE sys_id = 'i2';
SELECT vsm.refresh_once('flow');
SELECT results_eq($$SELECT at, state FROM flow.event WHERE entity = 'servicenow:incident:i2' ORDER BY at$$,
	$$VALUES (timestamptz '2026-01-13 09:40Z', 'New'), ('2026-02-02 00:00Z', 'Deleted')$$, 'what is deleted ends');
UPDATE now.change_request SET short_description = 'SHOP-7: go', sys_updated_on = '2026-01-10 10:00:00', sys_mod_count = '6';
SELECT vsm.refresh_once('flow');
SELECT is((SELECT title FROM flow.item WHERE key = 'CHG0030001'), 'SHOP-7: go', 'what was updated is read, by times that are texts, too');
SELECT is((SELECT error FROM flow.attached), NULL, 'and nothing is wrong');
SELECT * FROM finish();
ROLLBACK;
