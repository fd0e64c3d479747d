-- The changelog of an issue of which a table has the values that its fields got: moves past JSON mean what they mean in it.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(12);
SET LOCAL client_min_messages = warning;
SET LOCAL TimeZone = 'UTC';
SELECT setseed(0.6) \g /dev/null

-- Values of fields, some of the same time or none, some twice, of issues whose creation is known or not.
CREATE TEMP TABLE told AS
SELECT i AS id, CASE WHEN i % 17 <> 0 THEN timestamptz '2026-01-05 10:00Z' END AS created,
	CASE WHEN i % 13 <> 0 THEN (
		SELECT array_agg(ROW(v.field_id, CASE WHEN v.n % 5 <> 0 THEN initcap(v.field_id) END, v.field_id LIKE 'customfield%', v.at, v.id,
			CASE WHEN v.id IS NOT NULL AND v.n % 11 <> 0 THEN repeat('é', v.n % 3) || 'To "' || v.id || '"' END,
			CASE WHEN v.field_id = 'labels' AND v.n % 2 = 0 THEN '["a", "b"]'::jsonb END)::vsm.jira_value ORDER BY random())
		FROM (
			-- (Of one time and field there is one value: which of several comes first nobody says.)
			SELECT DISTINCT ON (f.field_id, t.at) f.field_id, t.at, n, CASE WHEN random() < 0.9 THEN (random() * 3)::integer::text END AS id
			FROM generate_series(0, (random() * 15)::integer) AS n,
				LATERAL (SELECT (ARRAY['status', 'status', 'status', 'priority', 'labels', 'customfield_1'])[
					1 + (random() * 5 + 0 * n)::integer] AS field_id) AS f,
				LATERAL (SELECT CASE WHEN random() < 0.95 THEN timestamptz '2026-01-05 10:00Z' + (n - 1) * interval '7.001 hours' * (i % 3)
					+ (i % 2) * interval '0.4567 seconds' END AS at) AS t
			ORDER BY f.field_id, t.at, random()) AS v) END AS told
FROM generate_series(1, 400) AS i;

-- The same in SQL: each value beside the one before.
CREATE TEMP VIEW change AS
SELECT v.*, coalesce(v.field_id <> 'labels' AND CASE WHEN v.place > 1 THEN v.id IS DISTINCT FROM v.from_id
		ELSE v.at > v.created + interval '1 second' END, false) AS is_change,
	coalesce(v.field_id = 'status' AND v.place = 1 AND v.at <= v.created + interval '1 second', false) AS is_whole
FROM (
	SELECT t.id AS issue, t.created, v.*, row_number() OVER field AS place, lag(v.id) OVER field AS from_id,
		lag(v.value) OVER field AS from_value, lead(true) OVER field IS NULL AS is_last
	FROM told AS t, unnest(t.told) AS v
	WINDOW field AS (PARTITION BY t.id, v.field_id ORDER BY v.at)) AS v;

SELECT is_empty($$
	SELECT t.id FROM told AS t, LATERAL vsm.jira_changelog(t.told, t.created, true) AS c
	WHERE c -> 'histories' IS DISTINCT FROM (
			SELECT coalesce(jsonb_agg(h.history ORDER BY h.field_id COLLATE "C" NULLS FIRST, h.at), '[]')
			FROM (
				SELECT NULL AS field_id, NULL AS at, jsonb_build_object('created', to_jsonb(max(h.at)), 'items', '[]'::jsonb) AS history
				FROM change AS h WHERE h.issue = t.id AND h.is_change HAVING count(*) > 0
				UNION ALL
				SELECT h.field_id, h.at, jsonb_build_object('created', h.at, 'items', jsonb_build_array(jsonb_build_object(
					'fieldtype', CASE WHEN h.is_custom THEN 'custom' ELSE 'jira' END, 'field', coalesce(h.field, h.field_id),
					'fieldId', h.field_id, 'from', h.from_id, 'fromString', h.from_value, 'to', h.id, 'toString', h.value)))
				FROM change AS h WHERE h.issue = t.id AND h.is_change) AS h)
	OR c -> 'total' IS DISTINCT FROM CASE WHEN EXISTS (SELECT FROM change AS h WHERE h.issue = t.id AND h.is_whole)
		THEN to_jsonb(jsonb_array_length(c -> 'histories')) ELSE 'null' END$$,
	'a history a change, and before them how far they reach');
SELECT is_empty($$
	SELECT t.id FROM told AS t
	WHERE vsm.jira_fields(t.told) IS DISTINCT FROM (
		SELECT jsonb_object_agg(h.field_id, coalesce(h.list, to_jsonb(nullif(h.value, ''))))
		FROM change AS h WHERE h.issue = t.id AND h.is_last AND (h.is_custom OR h.field_id = 'labels'))$$,
	'the last values of custom fields and labels');
SELECT is_empty($$
	SELECT t.id FROM told AS t, LATERAL vsm.jira_changelog(t.told, t.created, false) AS c, LATERAL (
			SELECT max(h.at) AS at FROM change AS h WHERE h.issue = t.id AND h.is_change AND h.field_id = 'status') AS m
	WHERE jsonb_array_length(c -> 'histories') <> (
		SELECT count(*) FILTER (WHERE (h.field_id = 'status' AND h.at < m.at) IS NOT TRUE) + (count(*) > 0)::integer
		FROM change AS h WHERE h.issue = t.id AND h.is_change)
	OR c -> 'total' NOT IN ('null', to_jsonb(jsonb_array_length(c -> 'histories')))$$,
	'moves but the last ones are left out');

-- What is told past the JSON is what the reader makes of it.
CREATE TEMP TABLE issue AS
SELECT t.*, jsonb_build_object('id', t.id::text, 'key', 'SHOP-' || t.id, 'fields', jsonb_build_object('created', t.created,
	'updated', '2026-03-01T00:00:00Z', 'summary', 'Total', 'status', jsonb_build_object('id', t.id % 4, 'name', 'To "' || t.id % 4 || '"',
		'statusCategory', '{"key": "done"}'::jsonb),
	'issuetype', '{"name": "Bug"}'::jsonb, 'priority', NULL, 'labels', '[]'::jsonb, 'duedate', NULL, 'issuelinks', '[]'::jsonb)) AS issue
FROM told AS t;
CREATE TEMP TABLE fact AS
SELECT 'json' AS way, i.id, to_jsonb(f) AS fact
FROM issue AS i, LATERAL vsm.read_jira_issue('jira', i.issue
	|| jsonb_build_object('changelog', vsm.jira_changelog(i.told, i.created, true)), '{}') AS f
UNION ALL
SELECT 'told', i.id, to_jsonb(f)
FROM issue AS i, LATERAL (SELECT ROW(i.issue || jsonb_build_object('changelog', vsm.jira_changelog(i.told, i.created, false)), i.id::text,
		i.created, i.told)::vsm.told_jira_issue AS body OFFSET 0) AS b, LATERAL vsm.read_told_jira_issue('jira', b.body, '{}') AS f;
-- (Of an event without a state or a time there is no fact.)
DELETE FROM fact AS f WHERE f.fact ->> 'fact' = 'event' AND (f.fact ->> 'value' IS NULL OR f.fact ->> 'at' IS NULL);
SELECT is_empty($$SELECT f.id, f.fact FROM fact AS f WHERE f.way = 'json'
	EXCEPT ALL SELECT f.id, f.fact FROM fact AS f WHERE f.way = 'told'$$, 'no fact is missing');
SELECT is_empty($$SELECT f.id, f.fact FROM fact AS f WHERE f.way = 'told'
	EXCEPT ALL SELECT f.id, f.fact FROM fact AS f WHERE f.way = 'json'$$, 'and none is too many');
SELECT cmp_ok((SELECT count(*) FROM issue AS i, LATERAL vsm.jira_moves('jira', i.id::text, i.told, i.created) AS m), '>', 100::bigint,
	'most moves go past the JSON');

SELECT is(vsm.jira_changelog(NULL, '2026-01-05Z', false), '{"total": null, "histories": []}', 'of nothing there is nothing');
SELECT is(vsm.jira_changelog('{NULL}', NULL, NULL), '{"total": null, "histories": []}', 'nor of a value that is none');
SELECT is(vsm.jira_fields('{}'), NULL, 'no fields');
SELECT is_empty($$SELECT vsm.jira_moves('jira', '1', NULL, NULL)$$, 'no moves');
SELECT results_eq($$
	SELECT m.entity, m.at, m.value, m.id, m.previous, m.value_id, m.previous_id, m.version
	FROM vsm.jira_moves('jira', repeat('é', 300), ARRAY[
		ROW('status', NULL, false, '1969-12-31 23:59:58.9995Z', '1', 'Old', NULL)::vsm.jira_value,
		ROW('status', NULL, false, '1969-12-31 23:59:59.9995Z', NULL, repeat('ß', 300), NULL)::vsm.jira_value,
		ROW('status', NULL, false, '2026-01-05 10:00Z', '3', 'New', NULL)::vsm.jira_value], '1969-12-31Z') AS m$$,
	$$VALUES ('jira:issue:' || repeat('é', 200), timestamptz '1969-12-31 23:59:58.9995Z', 'Old',
			'jira:issue:' || repeat('é', 200) || ':-1001:1', NULL, '1', NULL, timestamptz '1969-12-31 23:59:58.9995Z'),
		('jira:issue:' || repeat('é', 200), '1969-12-31 23:59:59.9995Z', repeat('ß', 300), 'jira:issue:' || repeat('é', 200) || ':-1:'
			|| repeat('ß', 200), 'Old', NULL, '1', '1969-12-31 23:59:59.9995Z')$$,
	'ids are cut, and times before 1970 are rounded down');
SELECT results_eq($$SELECT m.id FROM vsm.jira_moves('jira', '1', ARRAY[
		ROW('status', NULL, false, '294276-12-31 23:59:59.999998Z', '1', 'Late', NULL)::vsm.jira_value,
		ROW('status', NULL, false, 'infinity', '2', 'Never', NULL)::vsm.jira_value], '2026-01-01Z') AS m$$,
	$$VALUES ('jira:issue:1:9224318015999999:1')$$, 'a time at the end of all');
SELECT * FROM finish();
ROLLBACK;
