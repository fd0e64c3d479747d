-- Jira as Fivetran leaves it in tables: present rows, and the values of fields by time.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(23);
SET LOCAL client_min_messages = error;
SET LOCAL TimeZone = 'Asia/Tokyo';
CALL vsm.create_model('told');
CALL vsm.create_model('flow');

CREATE SCHEMA fivetran;
SET LOCAL search_path = fivetran, public;
CREATE TABLE issue (
	id bigint PRIMARY KEY, _fivetran_deleted boolean, _fivetran_synced timestamptz, _original_estimate float8, assignee text,
	created timestamptz, description text, due_date date, issue_type bigint, key text, parent_id bigint, priority bigint, project bigint,
	resolution bigint, resolved timestamptz, status bigint, status_category_changed timestamptz, summary text, updated timestamptz,
	work_ratio float8);
CREATE TABLE issue_field_history (
	field_id text, issue_id bigint, "time" timestamptz, _fivetran_synced timestamptz, value text, author_id text, is_active boolean,
	PRIMARY KEY (field_id, issue_id, "time"));
CREATE TABLE issue_multiselect_history (
	_fivetran_id text PRIMARY KEY, field_id text, issue_id bigint, "time" timestamptz, _fivetran_synced timestamptz, value text,
	author_id text, is_active boolean);
CREATE TABLE issue_link (
	issue_id bigint, related_issue_id bigint, relationship text, _fivetran_synced timestamptz, _fivetran_deleted boolean);
CREATE TABLE field (id text PRIMARY KEY, _fivetran_synced timestamptz, is_array boolean, is_custom boolean, name text);
CREATE TABLE field_option (id bigint PRIMARY KEY, _fivetran_synced timestamptz, name text, parent_id bigint);
CREATE TABLE status (id bigint PRIMARY KEY, _fivetran_synced timestamptz, description text, name text, status_category_id bigint);
CREATE TABLE status_category (id bigint PRIMARY KEY, _fivetran_synced timestamptz, name text);
CREATE TABLE issue_type (id bigint PRIMARY KEY, _fivetran_synced timestamptz, description text, name text, subtask boolean);
CREATE TABLE priority (id bigint PRIMARY KEY, _fivetran_synced timestamptz, description text, name text);
CREATE TABLE project (id bigint PRIMARY KEY, _fivetran_synced timestamptz, description text, key text, lead_id text, name text);
CREATE TABLE sprint (id bigint PRIMARY KEY, _fivetran_synced timestamptz, board_id bigint, name text);

INSERT INTO status VALUES (1, now(), '', 'To Do', 2), (3, now(), '', 'In Progress', 4), (4, now(), '', 'Done', 3);
INSERT INTO status_category VALUES (2, now(), 'To Do'), (3, now(), 'Done'), (4, now(), 'In Progress');
INSERT INTO issue_type VALUES (10001, now(), '', 'Story', false), (10002, now(), '', 'Bug', false);
INSERT INTO priority VALUES (2, now(), '', 'High'), (3, now(), '', 'Medium');
INSERT INTO project VALUES (77, now(), '', 'PAY', NULL, 'Payment');
INSERT INTO sprint VALUES (7, now(), 1, 'Sprint 7'), (8, now(), 1, 'Sprint 8');
INSERT INTO field VALUES ('status', now(), false, false, 'Status'), ('priority', now(), false, false, 'Priority'),
	('issuetype', now(), false, false, 'Issue Type'), ('project', now(), false, false, 'Project'), ('labels', now(), true, false, 'Labels'),
	('summary', now(), false, false, 'Summary'), ('customfield_10020', now(), true, true, 'Sprint'),
	('customfield_10021', now(), true, true, 'Flagged'), ('customfield_10104', now(), false, true, 'Story Points'),
	('customfield_10014', now(), false, true, 'Epic Link');
INSERT INTO field_option VALUES (10019, now(), 'Impediment', NULL);

-- One story that moves, is flagged, sized, put into sprints and belongs to an epic; a bug that nobody touched; an epic.
INSERT INTO issue (id, key, created, updated, summary, issue_type, priority, project, status, status_category_changed, resolved, due_date,
	_fivetran_synced)
VALUES (1, 'PAY-1', '2026-01-02 15:00Z', '2026-01-13 10:00Z', 'Total', 10001, 2, 77, 4, '2026-01-13 09:00Z', '2026-01-13 09:00Z',
		'2026-02-01', '2026-02-01Z'),
	(2, 'PAY-2', '2026-01-03 15:00Z', '2026-01-03 15:00Z', 'Wrong total', 10002, 3, 77, 1, '2026-01-03 15:00Z', NULL, NULL, '2026-02-01Z'),
	(9, 'PAY-9', '2026-01-01 15:00Z', '2026-01-01 15:00Z', 'Checkout', 10001, 3, 77, 1, '2026-01-01 15:00Z', NULL, NULL, '2026-02-01Z');
INSERT INTO issue_field_history (field_id, issue_id, "time", value, is_active, _fivetran_synced)
SELECT f, i, t::timestamptz, v, false, '2026-02-01Z'
FROM (VALUES ('status', 1, '2026-01-02 15:00Z', '1'), ('status', 1, '2026-01-05 08:00Z', '3'), ('status', 1, '2026-01-13 09:00Z', '4'),
	('priority', 1, '2026-01-02 15:00Z', '3'), ('priority', 1, '2026-01-07 08:00Z', '2'), ('issuetype', 1, '2026-01-02 15:00Z', '10001'),
	('summary', 1, '2026-01-02 15:00Z', 'Sum'), ('summary', 1, '2026-01-03 15:00Z', 'Total'),
	('customfield_10104', 1, '2026-01-04 15:00Z', '3.0'), ('customfield_10014', 1, '2026-01-06 15:00Z', '9'),
	('status', 2, '2026-01-03 15:00Z', '1'), ('status', 9, '2026-01-01 15:00Z', '1')) AS h (f, i, t, v);
INSERT INTO issue_multiselect_history (_fivetran_id, field_id, issue_id, "time", value, _fivetran_synced)
SELECT md5(f || i || t || coalesce(v, '')), f, i, t::timestamptz, v, '2026-02-01Z'
FROM (VALUES ('customfield_10021', 1, '2026-01-07 08:00Z', '10019'), ('customfield_10021', 1, '2026-01-08 08:00Z', NULL),
	('customfield_10020', 1, '2026-01-05 08:00Z', '7'), ('customfield_10020', 1, '2026-01-09 08:00Z', '7'),
	('customfield_10020', 1, '2026-01-09 08:00Z', '8'), ('labels', 1, '2026-01-02 15:00Z', 'web'),
	('labels', 1, '2026-01-02 15:00Z', 'shop'))
	AS h (f, i, t, v);
INSERT INTO issue_link VALUES (1, 2, 'is blocked by', '2026-02-01Z', false), (2, 9, 'relates to', '2026-02-01Z', false);

-- The story as the REST interface gives it.
INSERT INTO told.inbox (source, payload) VALUES
	('jira', '{"id": "1", "key": "PAY-1", "names": {"customfield_10104": "Story Points", "customfield_10014": "Epic Link"},
	"fields": {"summary": "Total", "issuetype": {"name": "Story"}, "project": {"key": "PAY"}, "priority": {"name": "High"},
		"labels": ["shop", "web"], "duedate": "2026-02-01", "created": "2026-01-02T15:00:00Z", "updated": "2026-01-13T10:00:00Z",
		"resolutiondate": "2026-01-13T09:00:00Z", "status": {"name": "Done", "id": "4", "statusCategory": {"key": "done"}},
		"customfield_10104": 3, "customfield_10014": "PAY-9", "parent": null, "issuelinks": []},
	"changelog": {"total": 7, "histories": [
		{"id": "7", "created": "2026-01-13T09:00:00Z", "items": [
			{"field": "status", "fieldId": "status", "from": "3", "fromString": "In Progress", "to": "4", "toString": "Done"}]},
		{"id": "6", "created": "2026-01-09T08:00:00Z", "items": [{"field": "Sprint", "fieldId": "customfield_10020", "fieldtype": "custom",
			"from": "7", "fromString": "Sprint 7", "to": "7, 8", "toString": "Sprint 7, Sprint 8"}]},
		{"id": "5", "created": "2026-01-08T08:00:00Z", "items": [{"field": "Flagged", "fieldId": "customfield_10021", "fieldtype": "custom",
			"from": "10019", "fromString": "Impediment", "to": "", "toString": ""}]},
		{"id": "4", "created": "2026-01-07T08:00:00Z", "items": [
			{"field": "priority", "fieldId": "priority", "from": "3", "fromString": "Medium", "to": "2", "toString": "High"},
			{"field": "Flagged", "fieldId": "customfield_10021", "fieldtype": "custom",
			"from": null, "fromString": null, "to": "10019", "toString": "Impediment"}]},
		{"id": "3", "created": "2026-01-06T15:00:00Z", "items": [{"field": "Epic Link", "fieldId": "customfield_10014",
			"fieldtype": "custom", "from": null, "fromString": null, "to": "9", "toString": "PAY-9"}]},
		{"id": "2", "created": "2026-01-05T08:00:00Z", "items": [
			{"field": "status", "fieldId": "status", "from": "1", "fromString": "To Do", "to": "3", "toString": "In Progress"},
			{"field": "Sprint", "fieldId": "customfield_10020", "fieldtype": "custom", "from": "", "fromString": "", "to": "7",
				"toString": "Sprint 7"}]},
		{"id": "1", "created": "2026-01-04T15:00:00Z", "items": [{"field": "Story Points", "fieldId": "customfield_10104",
			"fieldtype": "custom", "from": null, "fromString": null, "to": "3.0", "toString": "3.0"}]}]}}');
SELECT vsm.ingest_once('told');
SELECT is_empty('SELECT error FROM told.inbox', 'the payload is read');

CALL vsm.attach_fivetran_jira('flow', 'fivetran');
SELECT vsm.refresh_once('flow');
SELECT results_eq($$SELECT records, refused, error FROM vsm.attached('flow')$$, $$VALUES (4::bigint, 0::bigint, NULL::text)$$,
	'three issues and a link that says something of the flow');

-- By table and by payload: the same. Histories have no ids in the tables, so that ids of events differ.
CREATE FUNCTION same(columns text, relation text, condition text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	RETURN NEXT is_empty(format('SELECT %1$s FROM flow.%2$s WHERE %3$s EXCEPT ALL SELECT %1$s FROM told.%2$s WHERE %3$s', columns, relation,
		condition), relation || ': nothing but what payloads tell');
	RETURN NEXT is_empty(format('SELECT %1$s FROM told.%2$s WHERE %3$s EXCEPT ALL SELECT %1$s FROM flow.%2$s WHERE %3$s', columns, relation,
		condition), relation || ': all that payloads tell');
END
$$;
SELECT same('entity, at, state, state_id, previous, previous_id, method, attributes, source', 'event', $$entity = 'jira:issue:1'$$);
SELECT same('item, attribute, at, value, previous', 'item_change', $$item = 'jira:issue:1'$$);
SELECT same('item, type, priority, title, parent, feature, size, due_at, created_at, tags, key, project, source_type, changelog_missing, '
	'changelog, updated_at', 'item', $$item = 'jira:issue:1'$$);
SELECT same('alias, item, since', 'item_alias', $$item = 'jira:issue:1'$$);
SELECT results_eq($$SELECT at, state, previous FROM flow.event WHERE entity = 'jira:issue:1' ORDER BY at, state$$,
	$$VALUES (timestamptz '2026-01-02 15:00Z', 'To Do', NULL), ('2026-01-05 08:00Z', 'In Progress', 'To Do'),
		('2026-01-07 08:00Z', 'Flagged', NULL), ('2026-01-08 08:00Z', 'Unflagged', NULL), ('2026-01-13 09:00Z', 'Done', 'In Progress')$$,
	'the way of an issue');
SELECT results_eq($$SELECT attribute, value FROM flow.item_change WHERE item = 'jira:issue:1' AND attribute IN ('sprint', 'parent')
	ORDER BY at, attribute$$,
	$$VALUES ('parent', NULL), ('sprint', NULL), ('sprint', 'Sprint 7'), ('parent', 'jira:issue:9'), ('sprint', 'Sprint 7, Sprint 8')$$,
	'sprints by name, the epic by its id');
SELECT results_eq($$SELECT state, method FROM flow.event WHERE entity = 'jira:issue:2'$$, $$VALUES ('To Do', NULL)$$,
	'an issue that nobody touched is where it was created');
SELECT results_eq('SELECT source, target, kind, until FROM flow.link',
	$$VALUES ('jira:issue:1', 'jira:issue:2', 'blocked_by', NULL::timestamptz)$$, 'links that say something of the flow');

-- Soft deletes.
UPDATE issue SET _fivetran_deleted = true, _fivetran_synced = '2026-02-03Z' WHERE id = 2;
UPDATE issue_link SET _fivetran_deleted = true, _fivetran_synced = '2026-02-02Z' WHERE issue_id = 1;
SELECT vsm.refresh_once('flow');
SELECT results_eq($$SELECT at, state FROM flow.event WHERE entity = 'jira:issue:2' ORDER BY at$$,
	$$VALUES (timestamptz '2026-01-03 15:00Z', 'To Do'), ('2026-02-03 00:00Z', 'Deleted')$$, 'an issue that is deleted ends');
SELECT is((SELECT until FROM flow.link), '2026-02-02Z', 'and so does a link');

-- A new row of the history: its issue is read, and what it comes from is the row before.
INSERT INTO issue_field_history (field_id, issue_id, "time", value, _fivetran_synced)
VALUES ('status', 9, '2026-02-04 08:00Z', '3', '2026-02-04Z');
UPDATE issue SET status = 3, updated = '2026-02-04 08:00Z', status_category_changed = '2026-02-04 08:00Z',
	_fivetran_synced = '2026-02-04Z' WHERE id = 9;
SELECT vsm.refresh_once('flow');
SELECT results_eq($$SELECT state, previous, method FROM flow.event WHERE entity = 'jira:issue:9' ORDER BY at$$,
	$$VALUES ('To Do', NULL, 'inferred'), ('In Progress', 'To Do', NULL)$$, 'a new row of the history is one change more');

-- Of an incident all moves matter, and labels may be where they do not belong.
INSERT INTO issue_type VALUES (10003, '2026-02-05Z', '', 'Incident', false);
INSERT INTO issue (id, key, created, updated, summary, issue_type, priority, project, status, status_category_changed, _fivetran_synced)
VALUES (11, 'PAY-11', '2026-02-01 08:00Z', '2026-02-05 08:00Z', 'Down', 10003, 2, 77, 4, '2026-02-05 08:00Z', '2026-02-05 12:00Z');
INSERT INTO issue_field_history (field_id, issue_id, "time", value, _fivetran_synced)
VALUES ('status', 11, '2026-02-01 08:00Z', '1', '2026-02-05 12:00Z'), ('status', 11, '2026-02-02 08:00Z', '4', '2026-02-05 12:00Z'),
	('status', 11, '2026-02-03 08:00Z', '3', '2026-02-05 12:00Z'), ('status', 11, '2026-02-05 08:00Z', '4', '2026-02-05 12:00Z'),
	('labels', 11, '2026-02-01 08:00Z', 'web', '2026-02-05 12:00Z');
SELECT vsm.refresh_once('flow');
SELECT is((SELECT error FROM flow.attached), NULL, 'labels that are no list are none');
SELECT results_eq($$SELECT at, state, previous FROM flow.event WHERE entity = 'jira:issue:11' ORDER BY at$$,
	$$VALUES (timestamptz '2026-02-01 08:00Z', 'To Do', NULL), ('2026-02-02 08:00Z', 'Done', 'To Do'),
		('2026-02-03 08:00Z', 'In Progress', 'Done'), ('2026-02-05 08:00Z', 'Done', 'In Progress')$$, 'each move is there once');
SELECT results_eq('SELECT opened_at, resolved_at FROM flow.incident', $$VALUES (timestamptz '2026-02-01 08:00Z', timestamptz
	'2026-02-05 08:00Z')$$, 'an incident is resolved when it was for good');

-- Without history of the status, and with other types: what is there now.
CREATE TABLE before AS SELECT entity, at, state, previous, method FROM flow.event;
ALTER TABLE issue ALTER created TYPE timestamp USING created AT TIME ZONE 'UTC', ALTER id TYPE text, ALTER updated TYPE text
	USING to_char(updated AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS'), ALTER status TYPE numeric, DROP work_ratio, DROP due_date;
ALTER TABLE issue_field_history ALTER "time" TYPE timestamp USING "time" AT TIME ZONE 'UTC';
DROP TABLE issue_link, sprint, field_option, priority;
CALL vsm.attach_fivetran_jira('flow', 'fivetran');
SELECT vsm.refresh_once('flow');
SELECT is((SELECT error FROM flow.attached), NULL, 'other types, fewer columns and tables');
SELECT is_empty('SELECT entity, at, state, previous, method FROM flow.event EXCEPT ALL SELECT * FROM before', 'tell the same of states');
DELETE FROM issue_field_history WHERE field_id = 'status';
CALL vsm.create_model('present');
CALL vsm.attach_fivetran_jira('present', 'fivetran', source => 'jira:eu');
SELECT vsm.refresh_once('present');
SELECT results_eq($$SELECT entity, at, state, method FROM present.event WHERE method = 'observed' ORDER BY entity$$,
	$$VALUES ('jira:eu:issue:1', timestamptz '2026-01-13 09:00Z', 'Done', 'observed'),
		('jira:eu:issue:11', '2026-02-05 08:00Z', 'Done', 'observed'), ('jira:eu:issue:2', '2026-01-03 15:00Z', 'To Do', 'observed'),
		('jira:eu:issue:9', '2026-02-04 08:00Z', 'In Progress', 'observed')$$,
	'without the history of a status it was seen to be there');
SELECT * FROM finish();
ROLLBACK;
