-- create_model: what it makes, for whom, and what running it again does.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(73);
SET LOCAL client_min_messages = error;

-- As somebody who is not a superuser, with a hostile schema in front of everything.
CREATE ROLE vsm_test_modeller;
CREATE ROLE vsm_test_reader;
GRANT CREATE ON DATABASE :DBNAME TO vsm_test_modeller;
GRANT vsm_test_modeller TO CURRENT_USER;
CREATE SCHEMA hostile AUTHORIZATION vsm_test_modeller;
SET LOCAL search_path = hostile, public, pg_catalog;
CREATE FUNCTION hostile.trap() RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'a hostile object was used'; END$$;
CREATE FUNCTION hostile.trap(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT hostile.trap()';
CREATE FUNCTION hostile.format(text, text) RETURNS text LANGUAGE sql AS 'SELECT hostile.trap()::text';
CREATE FUNCTION hostile.now() RETURNS timestamptz LANGUAGE sql AS 'SELECT hostile.trap()::text::timestamptz';
CREATE FUNCTION hostile.coalesce_(text) RETURNS text LANGUAGE sql AS 'SELECT $1';
CREATE OPERATOR hostile.= (LEFTARG = text, RIGHTARG = text, FUNCTION = hostile.trap);
CREATE OPERATOR hostile.<> (LEFTARG = text, RIGHTARG = text, FUNCTION = hostile.trap);
CREATE OPERATOR hostile.|| (LEFTARG = text, RIGHTARG = text, FUNCTION = hostile.trap);
CREATE TABLE hostile.pg_class (trap int);
CREATE TABLE hostile.pg_attribute (trap int);
CREATE TABLE hostile.inbox (trap int);
CREATE DOMAIN hostile.text AS pg_catalog.text CHECK (hostile.trap());
CREATE DOMAIN hostile.timestamptz AS pg_catalog.timestamptz CHECK (hostile.trap());
SET LOCAL ROLE vsm_test_modeller;
CALL vsm.create_model('flow');
CALL vsm.create_model('Odd "name"', time_zone => 'Europe/Paris', week_starts => 'sun', currency => 'EUR');
INSERT INTO "Odd ""name""".inbox (source, payload) VALUES ('jira'::pg_catalog.text,
	'{"id":"1","key":"A-1","fields":{"created":"2026-01-05T10:00:00Z","updated":"2026-01-05T10:00:00Z","status":{"name":"To Do"}},
	"changelog":{"total":1,"histories":[{"id":"1","created":"2026-01-06T10:00:00Z","items":[{"field":"status","fromString":"To Do",'
		'"toString":"Done"}]}]}}'::pg_catalog.text);
SELECT pg_catalog.count(*) AS read FROM vsm.ingest_once('Odd "name"') \gset
SELECT pg_catalog.count(*) AS quality FROM "Odd ""name""".data_quality \gset
SELECT pg_catalog.count(*) AS odd_events FROM "Odd ""name""".event \gset
RESET ROLE;
SET LOCAL search_path = pg_catalog, public;

SELECT is(:odd_events, 2, 'nothing of a hostile search_path gets into what is created or run, and names are quoted');
SELECT is_empty($$SELECT c.oid::regclass FROM pg_class c WHERE relnamespace IN ('flow'::regnamespace, '"Odd ""name"""'::regnamespace)
	AND pg_get_userbyid(relowner) <> 'vsm_test_modeller'$$, 'all belongs to who called');
SELECT is_empty($$SELECT c.oid::regclass, a.attname, t.typname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND attnum > 0
	JOIN pg_type t ON t.oid = atttypid
	WHERE relnamespace IN ('flow'::regnamespace, '"Odd ""name"""'::regnamespace) AND t.typnamespace <> 'pg_catalog'::regnamespace
	AND NOT (t.typnamespace = 'vsm'::regnamespace AND (c.relkind, c.relname) IN (('r', 'route'), ('r', 'item_part'), ('r', 'item_flow'),
		('v', 'stage_chance')))$$,
	'no column has a type of vsm, but for what can be made anew, or of a hostile schema');
SELECT is_empty($$SELECT c.oid::regclass FROM pg_class c WHERE relnamespace = 'flow'::regnamespace AND relkind IN ('r', 'v')
	AND obj_description(c.oid, 'pg_class') IS NULL$$,
	'every table and view has a comment');
SELECT is_empty($$SELECT c.oid::regclass, attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND attnum > 0
	AND NOT attisdropped
	WHERE relnamespace = 'flow'::regnamespace AND relkind IN ('r', 'v') AND col_description(c.oid, attnum) IS NULL$$, 'and every column');
SELECT is_empty($$SELECT c.oid::regclass FROM pg_class c WHERE relnamespace = 'flow'::regnamespace AND relkind = 'r'
	AND NOT EXISTS (SELECT FROM pg_index WHERE indrelid = c.oid AND indisprimary)$$, 'every table has a primary key');
-- (A version of a row, and when somebody wrote it, may be anything; an alias is ordered by since.)
SELECT is_empty($$SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND attnum > 0
	WHERE relnamespace = 'flow'::regnamespace AND relname = ANY (vsm.told_tables() || '{observation,service,team}'::text[])
	AND a.attname <> ALL ('{told_at,recorded_at,updated_at,changed_at,changelog_from,changelog_until}'::text[])
	AND (c.relname, a.attname) NOT IN (('observation', 'since'), ('item_alias', 'since'))
	AND (atttypid = 'timestamptz'::regtype AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid
			AND pg_get_constraintdef(k.oid) ~ format('\y%s >= .* AND .*\y%1$s < ', a.attname))
		OR atttypid = 'numeric'::regtype AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid
			AND pg_get_constraintdef(k.oid) ~ format('abs\(%s\) < ', a.attname)))$$,
	'every time and number that is told is one that views can show');
SELECT throws_ok(format('INSERT INTO flow.event (source, event_id, entity, at, state) VALUES (''x'', ''1'', ''a'', %L, ''b'')', at),
	'23514', NULL, 'a time that cannot be meant: ' || at)
FROM unnest('{infinity,-infinity,1900-01-01 00:00+00,10000-01-01 00:00+00}'::text[]) AS at;
SELECT throws_ok(format('INSERT INTO flow.outcome (feature, at, measure, amount) VALUES (''a'', now(), ''b'', %L)', amount), '23514',
	NULL, 'a number that cannot be meant: ' || amount)
FROM unnest('{NaN,Infinity,-Infinity,1e300}'::text[]) AS amount;
SELECT throws_ok(format($$INSERT INTO flow.%s VALUES (repeat('x', 1001)) $$, target), '23514', NULL, 'a name that is too long: ' || target)
FROM unnest('{item (item),value_stream (value_stream),team (team),service (service),deployment (deployment)}'::text[]) AS target;
SELECT throws_ok($$INSERT INTO flow.item_change (item, at, attribute, value) VALUES ('a', now(), 'team', repeat('x', 1001))$$, '23514',
	NULL, 'nor one that a team had');
SELECT tables_are('flow', ARRAY['model', 'access', 'value_stream', 'team', 'service', 'item', 'item_change', 'item_alias', 'routing',
	'service_level', 'event', 'link',
	'commit', 'merge_request', 'build', 'deployment', 'incident', 'usage', 'outcome', 'inbox', 'attempt', 'payload', 'naming',
		'naming_removed', 'source_read', 'observation',
	'mark', 'journal', 'touched', 'refresh_log', 'route', 'commit_release', 'released_branch', 'deployment_flow', 'change_flow',
	'incident_source', 'item_part', 'item_flow', 'visit', 'flow_count', 'process_baseline', 'control_rule', 'published', 'published_entity',
	'attached', 'breach', 'breach_due', 'breach_made', 'breach_mark', 'tracked'],
		'these are the tables');
SELECT results_eq('SELECT time_zone, week_starts, currency FROM flow.model', $$VALUES ('UTC', 'mon', NULL)$$, 'settings left out');
SELECT results_eq('SELECT time_zone, week_starts, currency FROM "Odd ""name""".model', $$VALUES ('Europe/Paris', 'sun', 'EUR')$$,
	'settings given');
SELECT is((SELECT version FROM flow.model), (SELECT extversion FROM pg_extension WHERE extname = 'vsm'), 'the version that made it');

-- Wrong arguments
SELECT throws_ok(format('CALL vsm.create_model(%L)', bad), '3F000', format('a model cannot be created in schema "%s"', bad),
	format('not in schema "%s"', bad))
FROM unnest(ARRAY['vsm', 'pg_catalog', 'pg_flow', 'information_schema', '']) AS bad;
SELECT throws_ok('CALL vsm.create_model(NULL)', '22004', 'the schema of the model is NULL', 'nor in none');
SELECT throws_ok($$CALL vsm.create_model('other', time_zone => 'Mars/Olympus')$$, '22023', 'time zone "Mars/Olympus" is not known',
	'a time zone that is none');
SELECT throws_ok($$CALL vsm.create_model('other', week_starts => 'lunes')$$, '22023', 'a week cannot start on "lunes"',
	'a day that is none');
SELECT is(to_regnamespace('other'), NULL, 'nothing is left of these');
SELECT throws_ok($$CALL vsm.ingest('nowhere')$$, '42P01', 'there is no model in schema "nowhere"', 'ingest into a schema without a model');
SELECT throws_ok($$SELECT vsm.ingest_once('nowhere')$$, '42P01', 'there is no model in schema "nowhere"',
	'the same in one''s own transaction');
SET LOCAL ROLE vsm_test_reader;
SELECT throws_ok($$CALL vsm.create_model('mine')$$, '42501', NULL, 'who may not create schemas creates no model');
SELECT throws_ok($$CALL vsm.create_model('flow')$$, '42501', NULL, 'nor in the model of another');
RESET ROLE;

-- Checks
SELECT throws_ok($$INSERT INTO flow.value_stream (value_stream, workflow) VALUES ('x', '{"stages":[]}')$$, '22P02', NULL,
	'a workflow that is none is refused');
SELECT throws_ok($$INSERT INTO flow.routing (rank, value_stream, workflow) VALUES (1, 'x', '[]')$$, '22P02', NULL, 'in a rule, too');
SELECT throws_ok($$INSERT INTO flow.value_stream (value_stream, calendar) VALUES ('x', '{"time_zone":"Mars/Olympus"}')$$, '22P02', NULL,
	'a calendar that is none is refused');
SELECT throws_ok($$INSERT INTO flow.team (team, calendar) VALUES ('x', '7')$$, '22P02', NULL, 'a team''s, too');
SELECT throws_ok($$INSERT INTO flow.item (item, type) VALUES ('x', 'story')$$, '23514', NULL, 'a type that is none is refused');
SELECT throws_ok($$INSERT INTO flow.service (service, kind) VALUES ('x', 'y')$$, '23514', NULL, 'a kind of service that is none');
SELECT throws_ok($$INSERT INTO flow.service_level (days, probability) VALUES (7, 1)$$, '23514', NULL, 'a certainty');
SELECT throws_ok($$INSERT INTO flow.link (source, target, kind, confidence) VALUES ('x', 'y', 'fixes', 2)$$, '23514', NULL,
	'more than certainty');
SELECT throws_ok($$INSERT INTO flow.model (version, time_zone, week_starts) VALUES ('1', 'UTC', 'mon')$$, '23505', NULL,
	'a second row of settings');
SELECT lives_ok($$INSERT INTO flow.value_stream (value_stream, workflow, calendar) VALUES ('Shop',
	'{"stages":[{"name":"To Do","class":"new"},{"name":"Build","class":"active","states":["In Progress"]},{"name":"Blocked",'
		'"class":"blocked","states":["Flagged"],"until":["Unflagged"]},{"name":"Done","class":"done"}]}',
	'{"time_zone":"Europe/Paris","week":{"mon":["09:00-17:00"]}}')$$, 'a value stream with its workflow and calendar');

-- Again
INSERT INTO flow.item (item, source, project, type, title) VALUES ('jira:issue:1', 'jira', 'SHOP', 'feature', 'kept');
GRANT SELECT ON flow.item, flow.data_quality TO vsm_test_reader;
CREATE TEMP TABLE before AS SELECT c.oid, relname, relfilenode, relacl::text FROM pg_class c WHERE relnamespace = 'flow'::regnamespace;
CREATE TEMP TABLE before_constraint AS SELECT oid, conname FROM pg_constraint WHERE connamespace = 'flow'::regnamespace;
SET LOCAL ROLE vsm_test_modeller;
CALL vsm.create_model('flow');
RESET ROLE;
SELECT bag_eq($$SELECT c.oid, relname, relfilenode, relacl::text FROM pg_class c WHERE relnamespace = 'flow'::regnamespace$$,
	'TABLE before', 'run again it makes nothing new and keeps the grants');
SELECT bag_eq($$SELECT oid, conname FROM pg_constraint WHERE connamespace = 'flow'::regnamespace$$, 'TABLE before_constraint',
	'nor constraints');
SELECT results_eq('SELECT title FROM flow.item', $$VALUES ('kept')$$, 'and keeps the rows');
SET LOCAL ROLE vsm_test_modeller;
CALL vsm.create_model('"flow"');
RESET ROLE;
SELECT isnt(to_regnamespace('"""flow"""')::oid, NULL, 'a name that looks quoted is a name');
SET LOCAL ROLE vsm_test_modeller;
CALL vsm.create_model('Odd "name"');
SELECT results_eq('SELECT time_zone, week_starts, currency FROM "Odd ""name""".model', $$VALUES ('Europe/Paris', 'sun', 'EUR')$$,
	'settings left out stay as they were');
CALL vsm.create_model('Odd "name"', time_zone => 'UTC');
SELECT results_eq('SELECT time_zone, week_starts, currency FROM "Odd ""name""".model', $$VALUES ('UTC', 'sun', 'EUR')$$,
	'one that is given changes');

-- An upgrade: what an older version did not have comes at the end, the user's own columns and views stay.
DROP VIEW flow.data_quality, flow.routed_item, flow.flow_item CASCADE;
ALTER TABLE flow.item DROP COLUMN changelog_missing, DROP COLUMN size CASCADE;
ALTER TABLE flow.item ADD COLUMN mine pg_catalog.text DEFAULT 'yes';
ALTER TABLE flow.link DROP CONSTRAINT link_confidence_check;
DROP INDEX flow.item_key_idx;
DROP TABLE flow.outcome CASCADE;
CREATE VIEW flow.my_view AS SELECT item, mine FROM flow.item;
UPDATE flow.model SET version = '0.0.1';
CALL vsm.create_model('flow');
RESET ROLE;
SELECT is((SELECT array_agg(attname::text ORDER BY attnum) FROM pg_attribute WHERE attrelid = 'flow.item'::regclass AND NOT attisdropped
	AND attnum > (
	SELECT attnum FROM pg_attribute WHERE attrelid = 'flow.item'::regclass AND attname = 'xid')), ARRAY['mine', 'size',
		'changelog_missing'], 'new columns come at the end');
SELECT results_eq('SELECT item, title, mine, size FROM flow.item', $$VALUES ('jira:issue:1', 'kept', 'yes', NULL::numeric)$$,
	'with the rows kept');
SELECT ok(to_regclass('flow.outcome') IS NOT NULL AND to_regclass('flow.item_key_idx') IS NOT NULL AND to_regclass('flow.data_quality')
	IS NOT NULL
	AND to_regclass('flow.my_view') IS NOT NULL AND EXISTS (SELECT FROM pg_constraint WHERE conname = 'link_confidence_check'
		AND conrelid = 'flow.link'::regclass),
	'tables, indexes, constraints and views that were missing are there, the user''s stay');
SELECT is((SELECT version FROM flow.model), (SELECT extversion FROM pg_extension WHERE extname = 'vsm'), 'and the version is this one');

-- Routing
INSERT INTO flow.value_stream (value_stream, workflow) VALUES ('Payment',
	'{"stages":[{"name":"Todo","class":"new"},{"name":"Finished","class":"done"}]}'), ('Platform', NULL);
INSERT INTO flow.team (team, calendar) VALUES ('Red', '{"time_zone":"UTC","week":{"mon":["10:00-11:00"]}}');
INSERT INTO flow.routing (rank, source, project, type, value_stream, team, workflow) VALUES
	(10, 'jira%', 'SHOP', 'defect', 'Shop', 'Red', '{"stages":[{"name":"Bug","class":"active"},{"name":"Fixed","class":"done"}]}'),
	(20, NULL, 'SHOP', NULL, 'Shop', NULL, NULL),
	(30, NULL, 'pay/%', NULL, 'Payment', 'Blue', NULL);
INSERT INTO flow.item (item, source, project, type, value_stream, team) VALUES
	('a', 'jira', 'SHOP', 'defect', NULL, NULL), ('b', 'jira:eu', 'SHOP', 'defect', NULL, NULL), ('c', 'gitlab', 'SHOP', 'defect', NULL,
		NULL),
	('d', 'gitlab', 'pay/gate', 'feature', NULL, NULL), ('e', 'gitlab', 'other', 'feature', NULL, NULL), ('f', 'jira', 'SHOP', 'defect',
		'Platform', NULL),
	('g', 'jira', 'SHOP', 'defect', NULL, 'Green');
SELECT results_eq($$SELECT item, value_stream, team, workflow -> 'stages' -> 0 ->> 'name', calendar IS NOT NULL, rank
	FROM flow.routed_item WHERE length(item) = 1 ORDER BY 1$$,
	$$VALUES ('a', 'Shop', 'Red', 'Bug', true, 10), ('b', 'Shop', 'Red', 'Bug', true, 10), ('c', 'Shop', NULL, 'To Do', true, 20),
		('d', 'Payment', 'Blue', 'Todo', false, 30),
		('e', NULL, NULL, NULL, false, NULL), ('f', 'Platform', NULL, NULL, false, 10), ('g', 'Shop', 'Green', 'Bug', true, 10)$$,
	'the first rule that matches routes an item; what is set by hand goes first');

-- Aliases in links
INSERT INTO flow.item_alias (alias, item) VALUES ('SHOP-2', 'jira:issue:1'), ('PAY-3', 'jira:issue:1'), ('SHOP-9', 'jira:issue:9');
INSERT INTO flow.link (source, target, kind, method, confidence, since, until, changed_at) VALUES
	('mr', 'SHOP-2', 'implements', 'key in branch', 0.9, '2026-01-05', NULL, '2026-01-05'),
	('mr', 'PAY-3', 'implements', 'key in title', 0.95, '2026-01-06', NULL, '2026-01-06'),
	('mr', 'jira:issue:1', 'implements', 'by hand', 0.5, NULL, NULL, NULL),
	('mr', 'UTF-8', 'implements', 'key in description', 0.6, NULL, NULL, NULL),
	('jira:issue:1', 'jira:issue:9', 'blocked_by', 'issue link', 1, '2026-01-01', NULL, '2026-01-10'),
	('SHOP-2', 'SHOP-9', 'blocked_by', 'issue link', 1, NULL, '2026-01-12', '2026-01-12'),
	('SHOP-2', 'PAY-3', 'duplicates', 'issue link', 1, NULL, NULL, NULL),
	('SHOP-9', 'elsewhere', 'fixes', 'issue link', 1, NULL, NULL, NULL);
SELECT results_eq($$SELECT source, target, kind, method, confidence, since, until FROM flow.entity_link ORDER BY 1, 2$$,
	$$VALUES ('jira:issue:1', 'jira:issue:9', 'blocked_by', 'issue link', 1::float8, timestamptz '2026-01-01', timestamptz '2026-01-12'),
		('jira:issue:9', 'elsewhere', 'fixes', 'issue link', 1, NULL, NULL),
		('mr', 'UTF-8', 'implements', 'key in description', 0.6, NULL, NULL),
		('mr', 'jira:issue:1', 'implements', 'key in title', 0.95, '2026-01-05', NULL)$$,
			'aliases are resolved, and links of one pair are one');

-- Data quality, each finding
INSERT INTO flow.event (source, event_id, entity, at, state, previous, method) VALUES
	('t', '1', 'a', '2026-01-01', 'Bug', NULL, 'inferred'), ('t', '2', 'a', '2026-01-03', 'Fixed', 'Checked', NULL), ('t', '3', 'a',
		'2026-01-02', 'Odd', NULL, NULL),
	('t', '4', 'a', '2026-01-02', 'frontend', NULL, 'label'), ('t', '5', 'c', '2026-01-02', 'Flagged', NULL, NULL), ('t', '6', 'c',
		'2026-01-03', 'Unflagged', NULL, NULL);
UPDATE flow.item SET created_at = '2026-01-02', changelog_missing = 7 WHERE item = 'a';
INSERT INTO flow.commit (sha, repository, authored_at, committed_at) VALUES ('1111', 'shop/web', '2026-01-02', '2026-01-01'),
	('2222', 'shop/web', '2026-01-01', '2026-01-05'), ('3333', 'shop/web', NULL, '2026-01-01');
INSERT INTO flow.link (source, target, kind) VALUES ('1111', 'a', 'implements'), ('2222', 'mr', 'part_of');
INSERT INTO flow.deployment (deployment, repository, sha, created_at, started_at, finished_at) VALUES
	('d1', 'shop/web', '1111', '2026-01-02', '2026-01-03', '2026-01-04'), ('d2', 'shop/web', '2222', '2026-01-02', '2026-01-01',
		'2026-01-04'), ('d3', 'shop/web', '3333', NULL, NULL, NULL);
INSERT INTO flow.incident (incident, opened_at, resolved_at) VALUES ('i1', '2026-01-02', '2026-01-01'), ('i2', '2026-01-02', NULL);
INSERT INTO flow.inbox (source, payload, error) VALUES ('x', '{', 'why'), ('x', '[', 'why'), ('x', '{}', NULL);
SELECT results_eq($$SELECT finding, subject, found, total FROM flow.data_quality ORDER BY finding COLLATE "C", subject COLLATE "C"$$,
	$$VALUES ('clock runs backwards', 'build', 0::bigint, 0::bigint), ('clock runs backwards', 'commit', 1, 3), ('clock runs backwards',
		'deployed before committed', 1, 3),
		('clock runs backwards', 'deployment', 1, 3), ('clock runs backwards', 'event before creation', 1, 6), ('clock runs backwards',
			'incident', 1, 2), ('clock runs backwards', 'merge request', 0, 0),
		('commits with keys', 'shop/web', 2, 3), ('deployments without items', '', 1, 3), ('history cut off', '', 1, 8),
			('history with gaps', '', 1, 1),
		('items without commits', '', 6, 8), ('items without routing', '', 1, 8), ('links to unknown items', 'fixes', 1, NULL),
			('links to unknown items', 'implements', 1, NULL),
		('payloads in error', 'x: why', 2, NULL), ('unknown name', 'team: Blue', 1, NULL), ('unknown name', 'team: Green', 1, NULL),
			('unmapped state', 'Shop: Odd', 1, NULL)$$,
	'what is doubtful in the data');
SELECT is((SELECT share FROM flow.data_quality WHERE finding = 'commits with keys'), 2 / 3::float8, 'as a share, too');
INSERT INTO flow.service (service, repository, value_stream, team) VALUES ('web', 'shop/web', 'Shop', 'Red'), ('gate', 'pay/gate', NULL,
	NULL);
INSERT INTO flow.deployment (deployment, service, repository) VALUES ('d4', 'gate', 'shop/web'), ('d5', NULL, 'other');
SELECT results_eq('SELECT deployment, service, value_stream, team FROM flow.routed_deployment ORDER BY 1',
	$$VALUES ('d1', 'web', 'Shop', 'Red'), ('d2', 'web', 'Shop', 'Red'), ('d3', 'web', 'Shop', 'Red'), ('d4', 'gate', NULL, NULL),
		('d5', 'other', NULL, NULL)$$, 'services of deployments');
SELECT is_empty($$SELECT c.oid::regclass, attname, atttypid::regtype FROM pg_class c JOIN pg_attribute ON attrelid = c.oid AND attnum > 0
	WHERE c.oid = 'flow.data_quality'::regclass AND atttypid::regtype::text NOT IN ('text', 'bigint', 'double precision')$$,
		'data_quality has types that every tool reads');

-- A partitioned table of events, made by the user before or after
SET LOCAL ROLE vsm_test_modeller;
CREATE SCHEMA parted;
CREATE TABLE parted.event (source pg_catalog.text, event_id pg_catalog.text, entity pg_catalog.text, at pg_catalog.timestamptz,
	state pg_catalog.text) PARTITION BY RANGE (at);
CREATE TABLE parted.event_2025 PARTITION OF parted.event FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE parted.event_rest PARTITION OF parted.event DEFAULT;
CALL vsm.create_model('parted');
CREATE SCHEMA by_writing;
CREATE TABLE by_writing.event (recorded_at pg_catalog.timestamptz) PARTITION BY RANGE (recorded_at);
SELECT throws_ok($$CALL vsm.create_model('by_writing')$$, '42P16', 'table by_writing.event cannot be partitioned by when its rows were '
	'written', 'by when they were written events cannot be partitioned');
ALTER TABLE flow.event RENAME TO event_before;
ALTER TABLE flow.event_before RENAME CONSTRAINT event_pkey TO event_before_pkey;
CREATE TABLE flow.event (LIKE flow.event_before INCLUDING DEFAULTS INCLUDING COMMENTS) PARTITION BY HASH (source);
CREATE TABLE flow.event_0 PARTITION OF flow.event FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE flow.event_1 PARTITION OF flow.event FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO flow.event SELECT * FROM flow.event_before;
CALL vsm.create_model('flow');
RESET ROLE;
SELECT is((SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'parted.event'::regclass AND contype = 'p'),
	'PRIMARY KEY (entity, source, event_id, at)', 'the key of a partitioned table has the column it is partitioned by');
SELECT is((SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'flow.event'::regclass AND contype = 'p'),
	'PRIMARY KEY (entity, source, event_id)', 'once only');
CREATE TEMP VIEW event_column AS SELECT attrelid::regclass AS relation, attname, format_type(atttypid, atttypmod) AS type, attnotnull
	FROM pg_attribute
	WHERE attrelid IN ('parted.event'::regclass, '"Odd ""name""".event'::regclass) AND attnum > 0;
SELECT bag_eq($$SELECT attname, type FROM event_column WHERE relation = 'parted.event'::regclass$$,
	$$SELECT attname, type FROM event_column WHERE relation = '"Odd ""name""".event'::regclass$$, 'it has the other columns');
SELECT bag_eq($$SELECT attname FROM event_column WHERE relation = 'parted.event'::regclass AND attnotnull$$,
	$$SELECT attname FROM event_column WHERE relation = '"Odd ""name""".event'::regclass AND attnotnull$$, 'and their constraints');
SELECT is_empty($$SELECT d.refobjid::regclass FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid
	WHERE r.ev_class = 'flow.data_quality'::regclass AND d.refobjid = 'flow.event_before'::regclass$$,
	'views read the new table after create_model');

-- The extension and the model
SELECT throws_ok('DROP EXTENSION vsm', '2BP01', NULL, 'the extension cannot be dropped while a model stands');
CREATE TEMP TABLE kept AS SELECT to_jsonb(v) AS row FROM flow.value_stream v UNION ALL SELECT to_jsonb(i) FROM flow.item i UNION ALL
	SELECT to_jsonb(r) FROM flow.routing r
	UNION ALL SELECT to_jsonb(e) FROM flow.event e UNION ALL SELECT to_jsonb(t) FROM flow.team t;
DROP EXTENSION vsm CASCADE;
SELECT bag_eq('SELECT to_jsonb(v) AS row FROM flow.value_stream v UNION ALL SELECT to_jsonb(i) FROM flow.item i UNION ALL SELECT '
	'to_jsonb(r) FROM flow.routing r
	UNION ALL SELECT to_jsonb(e) FROM flow.event e UNION ALL SELECT to_jsonb(t) FROM flow.team t', 'TABLE kept',
		'and CASCADE takes no data');
CREATE EXTENSION vsm;
SET LOCAL ROLE vsm_test_modeller;
CALL vsm.create_model('flow');
RESET ROLE;
SELECT ok(to_regclass('flow.data_quality') IS NOT NULL AND EXISTS (SELECT FROM pg_constraint WHERE conname = 'value_stream_workflow_check'
	AND conrelid = 'flow.value_stream'::regclass),
	'create_model makes whole again what CASCADE took');

SELECT finish();
ROLLBACK;
