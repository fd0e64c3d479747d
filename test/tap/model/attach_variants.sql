-- Tables as strangers have them: other types, names and kinds of relations, rows that were deleted, restored or come late, schemas that
-- cannot be read.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(71);
SET LOCAL client_min_messages = error;
SET LOCAL TimeZone = 'Asia/Tokyo';
SET LOCAL bytea_output = 'escape';
CALL vsm.create_model('flow');
-- What a model has after a refresh.
CREATE FUNCTION states(item text, model text DEFAULT 'flow') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	told text;
BEGIN
	EXECUTE format('SELECT string_agg(state, '' '' ORDER BY at, seq) FROM %I.event WHERE entity = $1', model) INTO told USING item;
	RETURN told;
END
$$;
CREATE FUNCTION wrong(model text DEFAULT 'flow') RETURNS text LANGUAGE sql AS 'SELECT string_agg(error, '', '') FROM vsm.attached(model)';

CREATE SCHEMA jira;
CREATE TABLE jira.status (id bigint, name text, status_category_id bigint, _fivetran_synced timestamptz);
CREATE TABLE jira.issue (id bigint, key text, created timestamptz, updated timestamptz, summary text, status bigint,
	_fivetran_deleted boolean, _fivetran_synced timestamptz);
CREATE TABLE jira.issue_field_history (issue_id text, field_id text, time timestamptz, value text, _fivetran_synced timestamptz);
INSERT INTO jira.status VALUES (1, 'Open', 2, '2026-01-14Z'), (4, 'Done', 3, '2026-01-14Z');
INSERT INTO jira.issue VALUES (1, 'SHOP-1', '2026-01-05Z', '2026-01-13Z', 'One', 4, false, '2026-01-14Z');
INSERT INTO jira.issue_field_history VALUES ('1', 'status', '2026-01-05Z', '1', '2026-01-14Z'),
	('1', 'status', '2026-01-13Z', '4', '2026-01-14Z');
CALL vsm.attach_fivetran_jira('flow', 'jira');
SELECT vsm.refresh_once('flow');

-- Deleted and restored
UPDATE jira.issue SET _fivetran_deleted = true, _fivetran_synced = '2026-02-01Z';
SELECT vsm.refresh_once('flow');
UPDATE jira.issue SET _fivetran_deleted = false, _fivetran_synced = '2026-02-03Z';
SELECT vsm.refresh_once('flow');
SELECT is(states('jira:issue:1'), 'Open Done Deleted Done', 'what was deleted and is there again is where it was');
UPDATE jira.issue SET _fivetran_synced = '2026-02-04Z';
SELECT vsm.refresh_once('flow');
SELECT is((SELECT count(*) FROM flow.observation WHERE at > '2026-02-01Z'), 1::bigint, 'seen once');

-- Names that come after what bears them, that change, and that were deleted
INSERT INTO jira.issue VALUES (9, 'SHOP-9', '2026-01-05Z', '2026-01-05Z', 'Nine', 8, false, '2026-02-04Z');
INSERT INTO jira.issue_field_history VALUES ('9', 'status', '2026-01-05Z', '1', '2026-02-04Z'),
	('9', 'status', '2026-01-06Z', '8', '2026-02-04Z');
SELECT vsm.refresh_once('flow');
SELECT is(states('jira:issue:9'), 'Open 8', 'a status without a name has its id');
INSERT INTO jira.status VALUES (8, 'Review', 4, '2026-02-04Z');
SELECT vsm.refresh_once('flow');
SELECT is(states('jira:issue:9'), 'Open Review', 'until its name is there');
UPDATE jira.status SET name = 'In Review' WHERE id = 8;
ALTER TABLE jira.status ADD COLUMN _fivetran_deleted boolean DEFAULT true;
SELECT vsm.refresh_once('flow');
SELECT is(states('jira:issue:9'), 'Open In Review', 'a name that is another, of a status that was deleted');
SELECT is((SELECT (read_to -> '=') ? 'status' FROM flow.attached), true, 'by a digest of names');

-- What tells of changes: a clock in the future, and rows that do not say
INSERT INTO jira.issue VALUES (2, 'SHOP-2', '2026-01-05Z', '2026-01-05Z', 'Two', 1, false, 'infinity');
SELECT vsm.refresh_once('flow');
INSERT INTO jira.issue VALUES (3, 'SHOP-3', '2026-01-05Z', '2026-01-05Z', 'Three', 1, false, '2026-02-05Z');
SELECT vsm.refresh_once('flow');
SELECT is((SELECT title FROM flow.item WHERE item = 'jira:issue:3'), 'Three', 'a row from the future hides none that comes later');
INSERT INTO jira.issue VALUES (4, 'SHOP-4', '2026-01-05Z', '2026-01-05Z', 'Four', 1, false, NULL);
SELECT vsm.refresh_once('flow');
SELECT is((SELECT title FROM flow.item WHERE item = 'jira:issue:4'), 'Four', 'nor does one hide that does not say when it was written');
ALTER TABLE jira.issue ALTER _fivetran_synced TYPE text;
INSERT INTO jira.issue VALUES (5, 'SHOP-5', '2026-01-05Z', '2026-01-05Z', 'Five', 1, false, '2999-01-01 00:00:00+00');
SELECT vsm.refresh_once('flow');
INSERT INTO jira.issue VALUES (6, 'SHOP-6', '2026-01-05Z', '2026-01-05Z', 'Six', 1, false, '2026-03-01 00:00:00+00');
SELECT vsm.refresh_once('flow');
SELECT is((SELECT title FROM flow.item WHERE item = 'jira:issue:6'), 'Six', 'as texts, too');
ALTER TABLE jira.issue ALTER _fivetran_synced TYPE jsonb USING to_jsonb(_fivetran_synced);
SELECT vsm.refresh_once('flow');
SELECT is(wrong(), NULL, 'a column without an order tells of no changes');
ALTER TABLE jira.issue ALTER _fivetran_synced TYPE timestamptz USING vsm.json_time(_fivetran_synced);

-- Tables that are loaded anew, with times before those that were read
TRUNCATE jira.issue;
INSERT INTO jira.issue VALUES (7, 'SHOP-7', '2026-01-05Z', '2026-01-05Z', 'Seven', 1, false, '2025-01-01Z');
SELECT vsm.refresh_once('flow');
SELECT is((SELECT title FROM flow.item WHERE item = 'jira:issue:7'), 'Seven', 'a table that was emptied and filled again is read whole');
CREATE TABLE jira.next (LIKE jira.issue);
INSERT INTO jira.next VALUES (8, 'SHOP-8', '2026-01-05Z', '2026-01-05Z', 'Eight', 1, false, '2024-01-01Z');
ALTER TABLE jira.issue RENAME TO before;
ALTER TABLE jira.next RENAME TO issue;
SELECT vsm.refresh_once('flow');
SELECT is((SELECT title FROM flow.item WHERE item = 'jira:issue:8'), 'Eight', 'and one that took its place');

-- Keys that are none of the other table's type
INSERT INTO jira.issue_field_history VALUES ('garbage', 'status', '2026-01-05Z', '1', '2026-03-02Z'),
	('99999999999999999999', 'status', '2026-01-05Z', '1', '2026-03-02Z'), ('8', 'status', '2026-01-05Z', '1', '2026-03-02Z'),
	('8', 'status', '2026-01-06Z', '4', '2026-03-02Z');
SELECT vsm.refresh_once('flow');
SELECT is(wrong(), NULL, 'a key that is no number');
SELECT is(states('jira:issue:8'), 'Open Done', 'keeps no other from being read');
CREATE DOMAIN jira.positive AS bigint CHECK (value > 0);
CREATE DOMAIN jira.number AS jira.positive;
ALTER TABLE jira.issue ALTER id TYPE jira.number;
INSERT INTO jira.issue_field_history VALUES ('-5', 'status', '2026-01-05Z', '1', '2026-03-03Z'),
	('8', 'status', '2026-01-07Z', '1', '2026-03-03Z');
SELECT vsm.refresh_once('flow');
SELECT is(states('jira:issue:8'), 'Open Done Open', 'nor one that a domain refuses');
SELECT is(wrong(), NULL, 'which is no error');
CREATE FUNCTION moves(id text, value_of text, state text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('ALTER TABLE jira.issue ALTER id TYPE %s USING %s', id, value_of);
	PERFORM vsm.refresh_once('flow');
	INSERT INTO jira.issue_field_history
	SELECT '8', 'status', max(h.time) + interval '1 day', state, max(h._fivetran_synced) + interval '1 day'
	FROM jira.issue_field_history AS h;
	PERFORM vsm.refresh_once('flow');
	RETURN (SELECT e.state FROM flow.event AS e WHERE e.entity = 'jira:issue:8' ORDER BY e.at DESC LIMIT 1);
END
$$;
SELECT is(moves(type, value_of, value), CASE value WHEN '1' THEN 'Open' ELSE 'Done' END, 'changes are found where ids are ' || type)
FROM (VALUES ('numeric(38,9)', 'id::numeric', '4'), ('text', 'id::int::text', '1'), ('character(8)', 'id', '4'),
	('varchar(9) COLLATE "C"', 'id', '1'), ('int', 'id::int', '4'), ('jsonb', 'to_jsonb(id)', '1'), ('json', 'id::json', '4'))
	AS v (type, value_of, value);
SELECT is(wrong(), NULL, 'of any type');
SELECT is(vsm.attached_keys('{1,x,3000000000,-7,00000000-0000-0000-0000-00000000000a}', 'int4'), '{1,-7}', 'those that a type holds');
SELECT is(vsm.attached_keys('{1,x,00000000-0000-0000-0000-00000000000a}', 'uuid'), '{00000000-0000-0000-0000-00000000000a}', 'or another');

-- What cannot be read keeps nothing else from being read.
CREATE FUNCTION said(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE statement;
	PERFORM vsm.refresh_once('flow');
	RETURN wrong();
END
$$;
ALTER TABLE jira.status RENAME TO kept;
SELECT is(said('CREATE MATERIALIZED VIEW jira.status AS TABLE jira.kept WITH NO DATA'),
	'55000: materialized view "status" has not been populated', 'a view that was never filled');
DROP MATERIALIZED VIEW jira.status;
CREATE FUNCTION jira.fails() RETURNS bigint LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'out of order'; END$$;
SELECT is(said('CREATE VIEW jira.status AS SELECT jira.fails() AS id, name, status_category_id, _fivetran_synced FROM jira.kept'),
	'P0001: out of order', 'one that raises');
DROP VIEW jira.status;
SELECT is(said('CREATE VIEW jira.status AS SELECT id, name, status_category_id, _fivetran_synced FROM jira.kept'), NULL,
	'one that does not');
DROP VIEW jira.status;
SELECT is(said('ALTER TABLE jira.kept RENAME TO "STATUS"'), NULL, 'a name in capitals');

-- What is named in an error
CREATE SCHEMA bare;
SELECT throws_ok(format('CALL vsm.attach_%s(''flow'', ''bare'')', layout), '42P01', format('schema "bare" has no table of %s', layout))
FROM unnest(ARRAY['devlake', 'airbyte_github', 'airbyte_gitlab', 'servicenow']) AS l (layout);
CREATE TABLE bare._airbyte_raw_issues (_airbyte_emitted_at timestamptz, _airbyte_data jsonb);
SELECT is(vsm.attached_hint('bare', 'issues'),
	'Airbyte has left it as bare._airbyte_raw_issues: make a view issues of it, with a column for each member that is read.', 'by a hint');
CREATE ROLE vsm_attach_stranger;
SELECT format('GRANT CREATE ON DATABASE %I TO vsm_attach_stranger', current_database()) AS grant \gset
:grant;
SET LOCAL ROLE vsm_attach_stranger;
CALL vsm.create_model('other');
SELECT throws_ok($$CALL vsm.attach_fivetran_jira('other', 'jira')$$, '42501', 'permission denied for schema "jira"');
RESET ROLE;
GRANT USAGE ON SCHEMA jira TO vsm_attach_stranger;
GRANT SELECT (id, key, created, updated, summary) ON jira.issue TO vsm_attach_stranger;
SET LOCAL ROLE vsm_attach_stranger;
SELECT throws_ok($$CALL vsm.attach_fivetran_jira('other', 'jira')$$, '42501', 'permission denied for column "status" of table jira.issue');
RESET ROLE;

CREATE TABLE bare.incident (sys_id text, sys_updated_on text);
INSERT INTO bare.incident VALUES ('1', '12/31/2025 09:40 AM'), ('2', ''), ('3', NULL);
SELECT throws_ok($$CALL vsm.attach_servicenow('flow', 'bare')$$, '22007',
	'column "sys_updated_on" of table bare.incident has no times that are understood');
INSERT INTO bare.incident VALUES ('4', '2025-12-31 09:40:00');
SELECT lives_ok($$CALL vsm.attach_servicenow('flow', 'bare')$$, 'one is enough');
SELECT lives_ok($$CALL vsm.attach_servicenow('flow', 'bare', source => 'servicenow:eu')$$, 'again, as another source');
CALL vsm.detach('flow', 'bare');
-- A table of many columns
SELECT format('CREATE TABLE bare.problem (sys_id text, %s)', string_agg(format('c%s text', n), ', ')) AS create
FROM generate_series(1, 300) AS n \gset
:create;
INSERT INTO bare.problem (sys_id, c1) VALUES ('1', '{"value": "x"}');
CALL vsm.attach_servicenow('flow', 'bare');
SELECT vsm.refresh_once('flow');
SELECT is(wrong(), NULL, 'a table of many columns');
CALL vsm.detach('flow', 'bare');

-- Airbyte: columns in capitals, JSON as texts
CREATE SCHEMA airbyte;
CREATE TABLE airbyte.issues ("_AIRBYTE_EXTRACTED_AT" timestamp, "ID" numeric(38,0), "NUMBER" numeric, "TITLE" varchar,
	"STATE" character(10), "LABELS" varchar, "CREATED_AT" varchar, "UPDATED_AT" varchar, "CLOSED_AT" varchar,
	"REPOSITORY" varchar, "PULL_REQUEST" text);
INSERT INTO airbyte.issues VALUES ('2026-01-14', 71, 7, '[1]', 'closed', '[{"name":"bug"}]', '2026-01-05T09:00:00Z',
	'2026-01-13T10:00:00Z', '2026-01-13T10:00:00Z', 'shop/checkout', '');
CALL vsm.attach_airbyte_github('flow', 'airbyte');
SELECT vsm.refresh_once('flow');
SELECT is(states('github:issue:71'), 'opened closed', 'columns in capitals');
SELECT results_eq($$SELECT title, tags FROM flow.item WHERE item = 'github:issue:71'$$, $$VALUES ('[1]', '["bug"]'::jsonb)$$,
	'JSON in texts, but for what people write');

-- Fivetran's history mode: what rows were, too; GitHub's tables with rows that were deleted
CREATE SCHEMA versions;
CREATE TABLE versions.status (id bigint, name text, status_category_id bigint, _fivetran_start timestamptz, _fivetran_active boolean);
CREATE TABLE versions.issue (id bigint, key text, created timestamptz, updated timestamptz, summary text, status bigint,
	_fivetran_start timestamptz, _fivetran_end timestamptz, _fivetran_active boolean, _fivetran_synced timestamptz);
CREATE TABLE versions.issue_field_history (LIKE jira.issue_field_history);
INSERT INTO versions.status VALUES (1, 'Open', 2, '2026-01-01Z', false), (1, 'To Do', 2, '2026-01-10Z', true),
	(4, 'Done', 3, '2026-01-01Z', true);
INSERT INTO versions.issue VALUES
	(1, 'SHOP-1', '2026-01-05Z', '2026-01-05Z', 'Was', 1, '2026-01-05Z', '2026-01-13Z', false, '2026-01-05Z'),
	(1, 'SHOP-1', '2026-01-05Z', '2026-01-13Z', 'Is', 4, '2026-01-13Z', '9999-12-31Z', true, '2026-01-13Z'),
	(2, 'SHOP-2', '2026-01-05Z', '2026-01-05Z', 'Was', 1, '2026-01-05Z', '2026-01-06Z', false, '2026-01-05Z'),
	(2, 'SHOP-2', '2026-01-05Z', '2026-01-06Z', 'Last', 1, '2026-01-06Z', '2026-01-14Z', false, '2026-01-06Z');
INSERT INTO versions.issue_field_history VALUES ('1', 'status', '2026-01-05Z', '1', now()), ('1', 'status', '2026-01-13Z', '4', now()),
	('2', 'status', '2026-01-05Z', '1', now());
CALL vsm.create_model('versioned');
CALL vsm.attach_fivetran_jira('versioned', 'versions');
SELECT vsm.refresh_once('versioned');
SELECT results_eq($$SELECT item, title, states(item, 'versioned') FROM versioned.item ORDER BY item$$,
	$$VALUES ('jira:issue:1', 'Is', 'To Do Done'), ('jira:issue:2', 'Last', 'To Do Deleted')$$,
	'history mode: what is, and that it is gone');
SELECT is((SELECT at FROM versioned.event WHERE state = 'Deleted'), '2026-01-14Z', 'when it went');
CREATE SCHEMA hub;
CREATE TABLE hub.issue (id bigint, number int, title text, state text, created_at timestamp, updated_at timestamp, repository_id bigint,
	_fivetran_deleted boolean, _fivetran_synced timestamptz);
CREATE TABLE hub.issue_label (issue_id bigint, label text, _fivetran_deleted boolean);
INSERT INTO hub.issue VALUES (72, 8, 'Eight', 'open', '2026-01-05', '2026-01-13', 5, true, '2026-01-14Z');
INSERT INTO hub.issue_label VALUES (72, 'bug', false), (72, 'old', true);
CALL vsm.attach_fivetran_github('versioned', 'hub');
SELECT vsm.refresh_once('versioned');
UPDATE hub.issue SET _fivetran_deleted = false, _fivetran_synced = '2026-01-20Z';
SELECT vsm.refresh_once('versioned');
SELECT is(states('github:issue:72', 'versioned'), 'opened deleted opened', 'an issue of GitHub that is there again');
SELECT is((SELECT tags FROM versioned.item WHERE item = 'github:issue:72'), '["bug"]', 'without a label that was deleted');
UPDATE hub.issue SET _fivetran_deleted = true, _fivetran_synced = '2026-01-22Z';
SELECT vsm.refresh_once('versioned');
SELECT is((SELECT max(at) FROM versioned.event WHERE state = 'deleted'), '2026-01-22Z', 'and deleted again');
UPDATE hub.issue SET _fivetran_deleted = false, _fivetran_synced = '2026-01-24Z';
SELECT vsm.refresh_once('versioned');
SELECT is(states('github:issue:72', 'versioned'), 'opened deleted opened deleted opened', 'and there again');

-- ServiceNow: what people see beside codes, references as JSON, a record that is there again
CREATE SCHEMA now;
CREATE TABLE now.incident (sys_id character(32), number text, state int, dv_state text, cmdb_ci text, priority int, dv_priority text,
	opened_at text, sys_updated_on text, sys_mod_count int, _fivetran_deleted boolean, _fivetran_synced timestamptz);
INSERT INTO now.incident VALUES ('i1', 'INC1', 6, 'Gelöst', '{"link": "https://now.example.com/cmdb_ci/c1", "value": "c1"}', 1,
	'1 - Critical', '2026-01-12 09:40:00', '2026-01-12 11:00:00', 2, true, '2026-01-13Z');
CALL vsm.attach_servicenow('versioned', 'now');
SELECT vsm.refresh_once('versioned');
UPDATE now.incident SET _fivetran_deleted = false, _fivetran_synced = '2026-01-20Z';
SELECT vsm.refresh_once('versioned');
SELECT is(states('servicenow:incident:i1', 'versioned'), 'Resolved Deleted Resolved', 'a record that is there again');
SELECT results_eq($$SELECT service, priority FROM versioned.item WHERE item = 'servicenow:incident:i1'$$,
	$$VALUES ('c1', '1 - Critical')$$,
	'references as JSON, names beside codes');

-- Tables as ServiceNow has them itself: what every task has is in the table task.
CREATE SCHEMA split;
CREATE TABLE split.task (sys_id text, number text, short_description text, sys_class_name text, state bigint, priority bigint,
	opened_at timestamp, closed_at timestamp, cmdb_ci_link text, cmdb_ci_value text, sys_created_on timestamp, sys_updated_on timestamp,
	sys_mod_count bigint, _fivetran_deleted boolean, _fivetran_synced timestamptz);
CREATE TABLE split.incident (sys_id text, severity bigint, incident_state bigint, resolved_at timestamp, caused_by_link text,
	caused_by_value text, sys_created_on timestamp, sys_updated_on timestamp, _fivetran_deleted boolean, _fivetran_synced timestamptz);
CREATE TABLE split.change_task (sys_id text, change_request_link text, change_request_value text, sys_created_on timestamp,
	sys_updated_on timestamp, _fivetran_deleted boolean, _fivetran_synced timestamptz);
CREATE TABLE split.sys_choice (name text, element text, value text, label text, language text, inactive boolean,
	_fivetran_deleted boolean);
INSERT INTO split.task VALUES ('i1', 'INC1', 'Down', 'incident', 6, 3, '2026-01-12 09:40', NULL, 'https://now.example.com/cmdb_ci/c1', 'c1',
		'2026-01-12 09:41', '2026-01-12 11:00', 2, false, '2026-01-13Z'),
	('t1', 'CTASK1', 'Test', 'change_task', 1, 4, '2026-01-12 09:40', NULL, NULL, NULL, '2026-01-12 09:41', '2026-01-12 11:00', 1, false,
		'2026-01-13Z'),
	('g1', 'GRP1', 'Group', 'u_group', 1, 4, '2026-01-12 09:40', NULL, NULL, NULL, '2026-01-12 09:41', '2026-01-12 11:00', 1, false,
		'2026-01-13Z');
INSERT INTO split.incident VALUES ('i1', 1, 6, '2026-01-12 11:00', 'https://now.example.com/change_request/r1', 'r1', '2026-01-12 09:41',
	'2026-01-12 11:00', false, '2026-01-13Z');
INSERT INTO split.change_task VALUES ('t1', 'https://now.example.com/change_request/r1', 'r1', '2026-01-12 09:41', '2026-01-12 11:00',
	false, '2026-01-13Z');
INSERT INTO split.sys_choice VALUES ('incident', 'state', '6', 'Solved', 'en', false, false),
	('incident', 'state', '6', 'Zapped', 'en', true, false), ('incident', 'state', '6', 'Yonder', 'en', false, true);
CALL vsm.attach_servicenow('versioned', 'split', 'servicenow:split');
SELECT vsm.refresh_once('versioned');
SELECT results_eq($$SELECT records, refused, error FROM vsm.attached('versioned') WHERE source_schema = 'split'$$,
	$$VALUES (3::bigint, 0::bigint, NULL::text)$$, 'a record is a row of task and one of its own table');
SELECT results_eq($$SELECT service, opened_at, resolved_at, severity, status, change_caused, title FROM versioned.incident
	WHERE source = 'servicenow:split'$$,
	$$VALUES ('c1', timestamptz '2026-01-12 09:40Z', timestamptz '2026-01-12 11:00Z', '1', 'Solved', true, 'Down')$$,
	'an incident has what is in both, and its state the name that is used still');
SELECT results_eq($$SELECT source, target, kind FROM versioned.link WHERE source LIKE 'servicenow:split:%' ORDER BY source$$,
	$$VALUES ('servicenow:split:change_task:t1', 'servicenow:split:change_request:r1', 'part_of'),
		('servicenow:split:incident:i1', 'servicenow:split:change_request:r1', 'caused_by')$$, 'references in two columns are links');
UPDATE split.task SET state = 7, sys_updated_on = '2026-01-13 11:00', _fivetran_synced = '2026-01-14Z' WHERE sys_id = 'i1';
SELECT vsm.refresh_once('versioned');
SELECT results_eq($$SELECT at, state FROM versioned.event WHERE entity = 'servicenow:split:incident:i1' ORDER BY at$$,
	$$VALUES (timestamptz '2026-01-12 11:00Z', 'Solved'), ('2026-01-13 11:00Z', 'Closed')$$, 'what changes in task is read');
UPDATE split.task SET _fivetran_deleted = true, _fivetran_synced = '2026-01-15Z' WHERE sys_id = 'i1';
UPDATE split.incident SET _fivetran_deleted = true, _fivetran_synced = '2026-01-15Z';
SELECT vsm.refresh_once('versioned');
UPDATE split.task SET _fivetran_deleted = false, _fivetran_synced = '2026-01-16Z' WHERE sys_id = 'i1';
UPDATE split.incident SET _fivetran_deleted = false, _fivetran_synced = '2026-01-16Z';
SELECT vsm.refresh_once('versioned');
SELECT is(states('servicenow:split:incident:i1', 'versioned'), 'Solved Closed Deleted Closed', 'and deleted and restored');

-- GitLab: types without a table of them, or in the issue; rows of which change data capture says that they were deleted
CREATE SCHEMA lab;
CREATE TABLE lab.issues (id bigint, iid int, project_id bigint, title text, created_at timestamp, updated_at timestamp, state_id smallint,
	work_item_type_id bigint, issue_type smallint, _ab_cdc_deleted_at timestamptz);
INSERT INTO lab.issues VALUES (1, 1, 5, 'Issue', '2026-01-05', '2026-01-05', 1, 1, NULL, NULL),
	(2, 2, 5, 'Incident', '2026-01-05', '2026-01-05', 1, 2, NULL, NULL), (3, 3, 5, 'Task', '2026-01-05', '2026-01-05', 1, 5, NULL, NULL),
	(4, 4, 5, 'Incident', '2026-01-05', '2026-01-05', 1, NULL, 1, NULL),
	(5, 5, 5, 'Custom', '2026-01-05', '2026-01-05', 1, 1001, NULL, NULL),
	(6, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2026-01-09Z');
CALL vsm.attach_gitlab_database('versioned', 'lab');
SELECT vsm.refresh_once('versioned');
SELECT results_eq($$SELECT item, source_type FROM versioned.item WHERE item LIKE 'gitlab%' AND title IS NOT NULL ORDER BY item$$,
	$$VALUES ('gitlab:issue:1', 'issue'), ('gitlab:issue:2', 'incident'), ('gitlab:issue:3', 'task'), ('gitlab:issue:4', 'incident'),
		('gitlab:issue:5', 'type_1001')$$, 'types of GitLab of several versions');
SELECT is(states('gitlab:issue:6', 'versioned'), 'deleted', 'a row that was deleted');
UPDATE lab.issues SET _ab_cdc_deleted_at = '2026-01-10Z' WHERE id = 3;
ALTER TABLE lab.issues ADD COLUMN _airbyte_extracted_at timestamptz DEFAULT '2026-01-11Z';
SELECT vsm.refresh_once('versioned');
UPDATE lab.issues SET _ab_cdc_deleted_at = NULL, _airbyte_extracted_at = '2026-01-12Z' WHERE id = 3;
SELECT vsm.refresh_once('versioned');
SELECT is(states('gitlab:issue:3', 'versioned'), 'opened deleted opened', 'one that is there again');
INSERT INTO lab.issues VALUES (8, 8, NULL, 'Epic', '2026-01-05', '2026-01-05', 1, 8, NULL, '2026-01-10Z', '2026-01-13Z');
SELECT vsm.refresh_once('versioned');
SELECT is(states('gitlab:epic:8', 'versioned'), 'opened deleted', 'an epic, which is one of the issues there');

-- What belongs to a row comes after it, though that is as old as before: what is there now holds. GitLab: numbers with zeros.
CREATE SCHEMA late;
CREATE TABLE late.issues (id numeric(38, 9), iid numeric(38, 9), project_id numeric(38, 9), title text, created_at timestamp,
	updated_at timestamp, state_id smallint, weight numeric(38, 9));
CREATE TABLE late.routes (source_id numeric(38, 9), source_type text, path text);
CREATE TABLE late.labels (id bigint, title text);
CREATE TABLE late.label_links (label_id bigint, target_id bigint, target_type text, updated_at timestamp);
INSERT INTO late.routes VALUES (5, 'Project', 'shop/checkout');
INSERT INTO late.labels VALUES (1, 'bug');
INSERT INTO late.issues VALUES (7, 8, 5, 'Seven', '2026-01-05', '2026-01-05', 1, 3);
CALL vsm.attach_gitlab_database('versioned', 'late', 'gitlab:late');
SELECT vsm.refresh_once('versioned');
SELECT results_eq($$SELECT key, size, type FROM versioned.item WHERE item = 'gitlab:late:issue:7'$$,
	$$VALUES ('shop/checkout#8', 3::numeric, 'feature')$$, 'numbers of any scale');
INSERT INTO late.label_links VALUES (1, 7, 'Issue', '2026-01-06');
SELECT vsm.refresh_once('versioned');
SELECT results_eq($$SELECT type, tags FROM versioned.item WHERE item = 'gitlab:late:issue:7'$$, $$VALUES ('defect', '["bug"]'::jsonb)$$,
	'a label that comes after its issue says what it is');
INSERT INTO jira.issue_field_history VALUES ('8', 'status', '2026-07-01Z', '1', '2026-07-04Z'),
	('8', 'status', '2026-07-03Z', '8', '2026-07-04Z');
SELECT vsm.refresh_once('flow');
INSERT INTO jira.issue_field_history VALUES ('8', 'status', '2026-07-02Z', '4', '2026-07-05Z');
SELECT vsm.refresh_once('flow');
SELECT is((SELECT array_agg(previous || ' ' || state ORDER BY at) FROM flow.event
	WHERE entity = 'jira:issue:8' AND at > '2026-07-01 12:00Z'), '{Open Done,Done In Review}',
	'a change that comes after a later one is what that came from');
INSERT INTO hub.issue VALUES (73, 9, 'Nine', 'closed', '2026-01-05', '2026-01-15', 5, false, '2026-01-25Z');
ALTER TABLE hub.issue ADD COLUMN pull_request boolean, ADD COLUMN closed_at timestamp;
UPDATE hub.issue SET pull_request = true, closed_at = '2026-01-15' WHERE id = 73;
CREATE TABLE hub.issue_closed_history (issue_id bigint, closed boolean, updated_at timestamp, _fivetran_synced timestamptz);
INSERT INTO hub.issue_closed_history VALUES (73, true, '2026-01-13', '2026-01-25Z'), (73, false, '2026-01-14', '2026-01-25Z'),
	(73, true, '2026-01-15', '2026-01-25Z');
SELECT vsm.refresh_once('versioned');
CREATE TABLE hub.pull_request (id bigint, issue_id bigint, _fivetran_synced timestamptz);
INSERT INTO hub.pull_request VALUES (730, 73, '2026-01-26Z');
SELECT vsm.refresh_once('versioned');
SELECT is(states('github:issue:73', 'versioned'), NULL, 'when a request was closed is not told of an issue');
SELECT is(states('github:pull_request:730', 'versioned'), 'opened closed reopened closed', 'but of the request, when that is there');

-- DevLake: results of older versions. dlt: a column that had another type at first.
CREATE SCHEMA lake;
CREATE TABLE lake.cicd_pipelines (id text, name text, result text, status text, created_date timestamptz, finished_date timestamptz);
INSERT INTO lake.cicd_pipelines VALUES ('p:1', 'ci', 'ABORT', 'DONE', '2026-01-05Z', '2026-01-05 01:00Z');
CREATE TABLE lake.issue_changelogs (id text, issue_id text, field_name text, original_from_value text, original_to_value text,
	created_date timestamptz);
INSERT INTO lake.issue_changelogs VALUES ('c:1', 'jira:JiraIssue:1:7', 'Sprint', NULL, 'jira:JiraSprint:1:7', '2026-01-05Z');
CREATE TABLE lake.issues (id text, status text, original_status text, created_date timestamptz, updated_date timestamptz);
INSERT INTO lake.issues VALUES ('jira:JiraIssue:1:7', 'TODO', 'Open', NULL, '2026-01-05Z'), ('', '', '', NULL, NULL);
CREATE TABLE lake.sprints (id text, name text);
INSERT INTO lake.sprints VALUES (NULL, 'None'), ('jira:JiraSprint:1:7', 'Sprint 7');
CALL vsm.attach_devlake('versioned', 'lake');
CREATE SCHEMA dlt;
CREATE TABLE dlt.issues (_dlt_id text, _dlt_load_id text, id text, key text, fields__created timestamptz, fields__updated timestamptz,
	fields__status__name text, fields__customfield_10104 bigint, fields__customfield_10104__v_double float8, names__customfield_10104 text);
INSERT INTO dlt.issues VALUES ('a', '1768348800.1', '21', 'SHOP-21', '2026-01-05Z', '2026-01-05Z', 'Open', 3, NULL, 'Story Points'),
	('b', '1768348800.1', '22', 'SHOP-22', '2026-01-05Z', '2026-01-05Z', 'Open', NULL, 3.5, 'Story Points');
CALL vsm.attach_dlt_jira('versioned', 'dlt', 'jira:dlt');
SELECT vsm.refresh_once('versioned');
SELECT is((SELECT status FROM versioned.build), 'canceled', 'a pipeline of an older DevLake');
SELECT is(states('devlake:issue:jira:JiraIssue:1:7', 'versioned'), 'Open', 'an issue that does not say when it was created');
SELECT is((SELECT array_agg(size ORDER BY item) FROM versioned.item WHERE source = 'jira:dlt'), '{3,3.5}', 'a column of another type');
SELECT is(vsm.attached_json('["98e12345", "\"1e12345"]'), '["98e12345", "\"1e12345"]', 'a SHA in JSON is no number');
SELECT is(vsm.attached_json('["a", 98e12345]'), '"[\"a\", 98e12345]"', 'but a number that none can hold is');
SELECT is(wrong('versioned'), NULL, 'nothing was wrong');
SELECT finish();
ROLLBACK;
