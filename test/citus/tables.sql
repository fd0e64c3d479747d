-- Tables as tools leave them, for test/check-citus.sh: in schema fivetran on the coordinator, in far on the nodes; tickets in tools, both.
SET client_min_messages = error;
CREATE SCHEMA fivetran;
SET search_path = fivetran;
CREATE TABLE issue (id text, key text, created timestamptz, updated timestamptz, status text, project text, _fivetran_synced timestamptz,
	_fivetran_deleted boolean);
CREATE TABLE issue_field_history (issue_id text, field_id text, "time" timestamptz, value text, _fivetran_synced timestamptz);
CREATE TABLE status (id text, name text, _fivetran_synced timestamptz);
INSERT INTO status VALUES ('1', 'To Do', '2026-05-01'), ('2', 'In Progress', '2026-05-01'), ('3', 'Done', '2026-05-01');
INSERT INTO issue
SELECT i, 'TAB-' || i, '2026-05-01 10:00Z', '2026-05-04 10:00Z', '3', '7', '2026-05-05' FROM generate_series(1, 9) AS i;
INSERT INTO issue_field_history
SELECT i, 'status', timestamptz '2026-04-30 10:00Z' + s * interval '1 day', s, '2026-05-05'
FROM generate_series(1, 9) AS i, generate_series(1, 3) AS s;
CREATE SCHEMA far;
CREATE TABLE far.issue (LIKE issue);
CREATE TABLE far.issue_field_history (LIKE issue_field_history);
CREATE TABLE far.status (LIKE status);
SELECT create_distributed_table('far.issue', 'id'), create_distributed_table('far.issue_field_history', 'issue_id'),
	create_reference_table('far.status');
INSERT INTO far.issue SELECT * FROM issue;
INSERT INTO far.issue_field_history SELECT * FROM issue_field_history;
INSERT INTO far.status SELECT * FROM status;
CREATE SCHEMA tools;
SET search_path = tools;
CREATE TABLE ticket (ticket integer PRIMARY KEY, status text, changed_at timestamptz);
INSERT INTO ticket SELECT i, 'New', '2026-05-01 10:00Z' FROM generate_series(1, 9) AS i;
CREATE TABLE far_ticket (LIKE ticket INCLUDING ALL);
SELECT create_distributed_table('far_ticket', 'ticket');
