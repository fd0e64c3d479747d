-- What one payload costs does not grow with the model: what is read of its tables is what is known of the same entities.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(6);
SET LOCAL jit = off;
SET LOCAL client_min_messages = error;
CALL vsm.create_model('flow');

CREATE FUNCTION pg_temp.issue(n integer, moved_at timestamptz) RETURNS text LANGUAGE sql AS $$
	SELECT format('{"id": "%1$s", "key": "SHOP-%1$s", "fields": {"summary": "Item %1$s", "created": "2026-01-05T09:00:00Z",
		"updated": "%2$s", "status": {"id": "3", "name": "In Progress"}}, "changelog": {"total": 1, "histories": [{"id": "%1$s1",
		"created": "%2$s", "items": [{"field": "status", "from": "1", "fromString": "To Do", "to": "3",
		"toString": "In Progress"}]}]}}', n, moved_at) $$;
CREATE FUNCTION pg_temp.task(n integer, updates integer) RETURNS text LANGUAGE sql AS $$
	SELECT format('{"sys_id": "i%1$s", "number": "INC%1$s", "sys_class_name": "incident", "state": "%2$s",
		"opened_at": "2026-01-05 09:00:00", "sys_updated_on": "2026-01-05 10:0%2$s:00", "sys_mod_count": "%2$s"}', n, updates) $$;
CREATE FUNCTION pg_temp.rows_read() RETURNS bigint LANGUAGE sql AS $$
	SELECT sum(s.seq_tup_read + coalesce(s.idx_tup_fetch, 0))::bigint FROM pg_stat_xact_user_tables AS s
	WHERE s.schemaname = 'flow' AND s.relname IN ('event', 'observation', 'item', 'item_alias', 'item_change', 'incident', 'inbox') $$;

-- Plans are made while there is little, and kept while there comes to be much.
INSERT INTO flow.inbox (source, payload) VALUES ('jira', pg_temp.issue(1, '2026-01-06 09:00Z')), ('servicenow', pg_temp.task(1, 1));
SELECT is(vsm.ingest_once('flow'), ROW (2, 0)::vsm.ingested, 'the first payloads are read');
INSERT INTO flow.inbox (source, payload)
SELECT t.* FROM generate_series(2, 700) AS i,
	LATERAL (VALUES ('jira', pg_temp.issue(i, '2026-01-06 09:00Z')), ('servicenow', pg_temp.task(i, 1))) AS t;
SELECT is(vsm.ingest_once('flow'), ROW (1398, 0)::vsm.ingested, 'then many');
SELECT is((SELECT count(*) FROM flow.observation), 2800 - 700::bigint, 'of which something is observed');

CREATE TEMP TABLE cost AS SELECT 'before' AS what, pg_temp.rows_read() AS rows_read;
INSERT INTO flow.inbox (source, payload) VALUES ('jira', pg_temp.issue(350, '2026-01-07 09:00Z'));
SELECT is(vsm.ingest_once('flow'), ROW (1, 0)::vsm.ingested, 'an issue that has moved on is read');
INSERT INTO cost SELECT 'issue', pg_temp.rows_read() - c.rows_read FROM cost AS c WHERE c.what = 'before';
INSERT INTO flow.inbox (source, payload) VALUES ('servicenow', pg_temp.task(350, 2));
SELECT vsm.ingest_once('flow') \g /dev/null
INSERT INTO cost SELECT 'task', pg_temp.rows_read() - sum(c.rows_read) FROM cost AS c;
SELECT cmp_ok((SELECT rows_read FROM cost WHERE what = 'issue'), '<', 100::bigint, 'for an issue little is read of what there is');
SELECT cmp_ok((SELECT rows_read FROM cost WHERE what = 'task'), '<', 100::bigint, 'nor for an incident');

SELECT finish();
ROLLBACK;
