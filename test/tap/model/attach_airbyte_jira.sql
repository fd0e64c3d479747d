-- Jira as Airbyte leaves it in tables, and what every layout has in common: changes, full passes, errors.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(50);
SET LOCAL client_min_messages = error;
SET LOCAL TimeZone = 'Asia/Tokyo';
CALL vsm.create_model('told');
CALL vsm.create_model('flow');

CREATE SCHEMA airbyte;
CREATE TABLE airbyte.issues (
	_airbyte_raw_id text NOT NULL, _airbyte_extracted_at timestamptz NOT NULL, _airbyte_meta jsonb NOT NULL, _airbyte_generation_id bigint,
	id text, key text, self text, expand text, fields jsonb, created timestamptz, updated timestamptz, changelog jsonb, "projectId" text,
	"projectKey" text);
CREATE INDEX ON airbyte.issues (_airbyte_extracted_at);
CREATE TABLE airbyte.issue_fields (
	_airbyte_raw_id text NOT NULL, _airbyte_extracted_at timestamptz NOT NULL, _airbyte_meta jsonb NOT NULL, _airbyte_generation_id bigint,
	id text, key text, name text, custom boolean, schema jsonb);
INSERT INTO airbyte.issue_fields VALUES
	('f1', '2026-02-01Z', '{}', 0, 'customfield_10001', 'customfield_10001', 'Aufwand', true,
		'{"type": "number", "custom": "com.pyxis.greenhopper.jira:jsw-story-points", "customId": 10001}'),
	('f2', '2026-02-01Z', '{}', 0, 'customfield_10021', 'customfield_10021', 'Flagged', true, NULL),
	('f3', '2026-02-01Z', '{}', 0, 'summary', 'summary', 'Summary', false, '{"type": "string", "system": "summary"}');

-- Issue n: created in To Do, moved on a day later, every third one done after n days; sizes, flags, links.
CREATE TABLE issue AS
SELECT n, jsonb_build_object('id', (10000 + n)::text, 'key', 'PAY-' || n, 'self',
		'https://jira.example.com/rest/api/3/issue/' || 10000 + n,
	'fields', jsonb_build_object('summary', 'Issue ' || n, 'issuetype', '{"name": "Bug"}'::jsonb, 'project', '{"key": "PAY"}'::jsonb,
		'priority', '{"name": "High"}'::jsonb, 'labels', '["web"]'::jsonb, 'duedate', NULL, 'customfield_10001', n,
		'created', '2026-01-02T16:00:00.000+0100', 'updated', '2026-01-20T11:00:00.000+0100',
		'status', CASE WHEN n % 3 = 0 THEN '{"id": "4", "name": "Done", "statusCategory": {"key": "done"}}'::jsonb
			ELSE '{"id": "3", "name": "In Progress", "statusCategory": {"key": "indeterminate"}}' END,
		'issuelinks', CASE WHEN n = 2 THEN
			'[{"type": {"inward": "is blocked by", "outward": "blocks"}, "inwardIssue": {"id": "10001", "key": "PAY-1"}}]'::jsonb
			ELSE '[]' END),
	'changelog', jsonb_build_object('startAt', 0, 'maxResults', 3, 'total', CASE WHEN n = 5 THEN 9 ELSE 1 + (n % 3 = 0)::int END,
		'histories', CASE WHEN n % 3 = 0 THEN jsonb_build_array(jsonb_build_object('id', (700 + n)::text, 'created',
			'2026-01-' || 5 + n || 'T09:00:00.000+0100', 'items',
			'[{"field": "status", "fieldId": "status", "from": "3", "fromString": "In Progress", "to": "4", "toString": "Done"}]'::jsonb))
			ELSE '[]' END || jsonb_build_array(jsonb_build_object('id', (500 + n)::text, 'created', '2026-01-03T09:00:00.000+0100', 'items',
			'[{"field": "status", "fieldId": "status", "from": "1", "fromString": "To Do", "to": "3",
				"toString": "In Progress"}]'::jsonb))))
	AS body
FROM generate_series(1, 9) AS n;
INSERT INTO airbyte.issues (_airbyte_raw_id, _airbyte_extracted_at, _airbyte_meta, id, key, self, fields, changelog)
SELECT 'r' || n, '2026-02-01Z'::timestamptz + n * interval '1 second', '{}', body ->> 'id', body ->> 'key', body ->> 'self',
	body -> 'fields', body -> 'changelog' FROM issue;

-- The same as payloads.
INSERT INTO told.inbox (source, payload)
SELECT 'jira', (body || jsonb_build_object('names', '{"customfield_10001": "Aufwand", "customfield_10021": "Flagged"}'::jsonb, 'schema',
	'{"customfield_10001": {"custom": "com.pyxis.greenhopper.jira:jsw-story-points"}}'::jsonb))::text FROM issue;
SELECT vsm.ingest_once('told');

CALL vsm.attach_airbyte_jira('flow', 'airbyte');
SELECT results_eq($$SELECT source_schema, layout, source, full_pass, read_at, records FROM vsm.attached('flow')$$,
	$$VALUES ('airbyte', 'airbyte_jira', 'jira', interval '1 day', NULL::timestamptz, NULL::bigint)$$, 'what is attached');
SELECT vsm.refresh_once('flow');
SELECT results_eq($$SELECT records, refused, error, full_at = now() FROM vsm.attached('flow')$$,
	$$VALUES (9::bigint, 0::bigint, NULL::text, true)$$, 'refresh reads it');
SELECT is((SELECT error FROM flow.attached), NULL, 'nothing was wrong');

-- By table and by payload: the same.
CREATE FUNCTION same(relation text, less text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	RETURN NEXT is_empty(format('(SELECT to_jsonb(t) - %3$L::text[] FROM %1$I.%2$I AS t EXCEPT ALL SELECT to_jsonb(t) - %3$L::text[] FROM '
		'told.%2$I AS t)', 'flow', relation, less), relation || ': nothing but what payloads tell');
	RETURN NEXT is_empty(format('(SELECT to_jsonb(t) - %3$L::text[] FROM told.%2$I AS t EXCEPT ALL SELECT to_jsonb(t) - %3$L::text[] FROM '
		'%1$I.%2$I AS t)', 'flow', relation, less), relation || ': all that payloads tell');
END
$$;
SELECT same(r, '{xid,recorded_at,payload}')
FROM unnest('{item,event,item_change,item_alias,link,observation,incident,deployment}'::text[]) AS r;
SELECT results_eq('SELECT count(*), max(size), count(*) FILTER (WHERE changelog_missing = 8) FROM flow.item',
	'VALUES (9::bigint, 9::numeric, 1::bigint)', 'nine issues with their sizes, one of whose changelog is not whole');
SELECT is((SELECT count(*) FROM flow.event)::int, 21, 'their events');

-- Nothing new: nothing is read; a row that is newer: that alone.
SELECT vsm.refresh_once('flow');
SELECT is((SELECT records FROM vsm.attached('flow')), 1::bigint, 'only what is not older than the newest is looked at');
UPDATE airbyte.issues SET _airbyte_extracted_at = '2026-02-02Z', fields = jsonb_set(fields, '{priority,name}', '"Low"')
	|| '{"updated": "2026-01-21T00:00:00Z"}' WHERE id IN ('10002', '10003');
SELECT vsm.refresh_once('flow');
SELECT results_eq($$SELECT item FROM flow.item WHERE priority = 'Low' ORDER BY 1$$, $$VALUES ('jira:issue:10002'), ('jira:issue:10003')$$,
	'what is new is read');
SELECT is((SELECT records FROM vsm.attached('flow')), 3::bigint, 'and nothing else but what was newest before');
CREATE FUNCTION plan_of(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	line   text;
	result text := '';
BEGIN
	SET LOCAL enable_seqscan = off;
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || statement LOOP
		result := result || line || E'\n';
	END LOOP;
	RESET enable_seqscan;
	RETURN result;
END
$$;
SELECT matches(plan_of(vsm.attached_changes('airbyte', 'airbyte_jira', '{issues.id}', '{"issues": "2026-02-02 00:00:00+00"}')),
	'Index Cond: \(_airbyte_extracted_at >= ', 'what has changed is found by the index of the column that tells it');

-- A row that comes late, from before: by a full pass.
UPDATE airbyte.issues SET _airbyte_extracted_at = '2026-01-31Z', fields = jsonb_set(fields, '{priority,name}', '"Late"')
	|| '{"updated": "2026-01-22T00:00:00Z"}' WHERE id = '10004';
SELECT vsm.refresh_once('flow');
SELECT is_empty($$SELECT FROM flow.item WHERE priority = 'Late'$$, 'a row that comes late is not seen');
UPDATE flow.attached SET full_at = now() - interval '25 hours';
SELECT vsm.refresh_once('flow');
SELECT results_eq($$SELECT item FROM flow.item WHERE priority = 'Late'$$, $$VALUES ('jira:issue:10004')$$, 'until the next full pass');
SELECT is((SELECT records FROM vsm.attached('flow')), 9::bigint, 'which reads all');
SELECT is((SELECT read_at FROM flow.source_read WHERE source = 'jira'), now(), 'and is a reading of the source with the names as they are');
CALL vsm.attach_airbyte_jira('flow', 'airbyte', full_pass => NULL);
SELECT vsm.refresh_once('flow');
UPDATE flow.attached SET full_at = '2020-01-01';
SELECT vsm.refresh_once('flow');
SELECT is((SELECT full_at FROM flow.attached), '2020-01-01', 'without full_pass there is none');
INSERT INTO flow.naming (kind, name, meaning) VALUES ('field', 'Aufwand', 'none');
SELECT vsm.refresh_once('flow');
SELECT is((SELECT full_at FROM flow.attached), now(), 'but after a change of names');

-- Loaded anew, appended, in another schema, with other types: the same rows.
CREATE TABLE before AS SELECT e.* FROM flow.event AS e;
UPDATE airbyte.issues SET _airbyte_extracted_at = '2026-03-01Z';
INSERT INTO airbyte.issues SELECT * FROM airbyte.issues;
SELECT vsm.refresh_once('flow');
SELECT is((SELECT records FROM vsm.attached('flow')), 18::bigint, 'loaded anew and appended: all is read');
SELECT is_empty('SELECT to_jsonb(e) - ''{xid}''::text[] FROM flow.event AS e EXCEPT ALL
	SELECT to_jsonb(b) - ''{xid}''::text[] FROM before AS b',
	'and is the same');
ALTER SCHEMA airbyte RENAME TO raw;
CREATE FUNCTION warned() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM vsm.refresh_once('flow');
	RETURN (SELECT a.error FROM vsm.attached('flow') AS a ORDER BY a.source_schema LIMIT 1);
END
$$;
SELECT is(warned(), '3F000: there is no schema "airbyte"', 'a schema that is gone is named, and refresh goes on');
CALL vsm.detach('flow', 'airbyte');
SELECT is_empty($$SELECT * FROM vsm.attached('flow')$$, 'detached');
ALTER TABLE raw.issues ALTER id TYPE bigint USING id::bigint, ALTER fields TYPE text USING fields::text, ALTER changelog TYPE text,
	ALTER _airbyte_extracted_at TYPE text;
DROP TABLE raw.issue_fields;
CALL vsm.attach_airbyte_jira('flow', 'raw');
SELECT vsm.refresh_once('flow');
SELECT is((SELECT error FROM flow.attached), NULL, 'other types are read');
SELECT is_empty('SELECT to_jsonb(e) - ''{xid}''::text[] FROM flow.event AS e EXCEPT ALL
	SELECT to_jsonb(b) - ''{xid}''::text[] FROM before AS b',
	'in a schema of another name, with other types, without a table that is not needed: the same');
SELECT vsm.refresh_once('flow');
SELECT is((SELECT records FROM vsm.attached('flow')), 18::bigint, 'a number is found by its text');

-- What cannot be: what is missing is named.
ALTER TABLE raw.issues RENAME fields TO felder;
SELECT is(warned(), '42703: table raw.issues has no column "fields"', 'a missing column is named');
SELECT throws_ok($$CALL vsm.attach_airbyte_jira('flow', 'raw')$$, '42703', 'table raw.issues has no column "fields"', 'at once, too');
DROP TABLE raw.issues;
SELECT is(warned(), '42P01: schema "raw" has no table "issues"', 'a missing table is named');
SELECT throws_ok($$CALL vsm.attach_airbyte_jira('flow', 'raw')$$, '42P01', 'schema "raw" has no table "issues"', 'at once, too');
SELECT throws_ok($$CALL vsm.attach_airbyte_jira('flow', 'nowhere')$$, '3F000', 'there is no schema "nowhere"', 'no such schema');
SELECT throws_ok($$CALL vsm.attach_airbyte_jira('flow', NULL)$$, '22004', 'the schema that is to be attached is missing', 'NULL is none');
SELECT throws_ok($$CALL vsm.attach_airbyte_jira('flow', 'raw', full_pass => '-1 day')$$, '22023',
	'the time between full passes is not positive', 'nor is a negative time');
SELECT throws_ok($$CALL vsm.detach('flow', 'nowhere')$$, '42704', 'schema "nowhere" is not attached to the model in schema "flow"',
	'what is not attached cannot be detached');
SELECT throws_ok($$CALL vsm.attach_airbyte_jira('nowhere', 'raw')$$, '42P01', 'there is no model in schema "nowhere"', 'no such model');

-- Only its owner attaches to a model; a time in the future is refused, and said.
CREATE TABLE raw.issues AS SELECT n AS id, 'PAY-' || n AS key, body -> 'fields' AS fields FROM public.issue
	WHERE n IN (1, 2);
UPDATE raw.issues SET fields = jsonb_set(fields, '{updated}', '"2999-01-01T00:00:00Z"') WHERE id = 2;
SELECT vsm.refresh_once('flow');
SELECT results_eq($$SELECT records, refused, error FROM vsm.attached('flow')$$,
	$$SELECT 2::bigint, 1::bigint, 'issues: it tells of 2999-01-01 00:00:00Z, which is later than when it was received ('
		|| to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS"Z"') || ')'$$,
	'a record that cannot be is counted and its reason kept');
CREATE ROLE attach_other;
GRANT USAGE ON SCHEMA flow TO attach_other;
GRANT ALL ON ALL TABLES IN SCHEMA flow TO attach_other;
SET LOCAL ROLE attach_other;
SELECT throws_ok($$CALL vsm.attach_airbyte_jira('flow', 'raw')$$, '42501', NULL, 'only the owner of a model attaches');
SELECT throws_ok($$CALL vsm.detach('flow', 'raw')$$, '42501', NULL, 'and detaches');
RESET ROLE;
SELECT * FROM finish();
ROLLBACK;
