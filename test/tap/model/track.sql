-- vsm.track and vsm.untrack: tables of an application become items and events. (Sessions, warnings and replication: test/t/track.t.)
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SET LOCAL client_min_messages = error;
SET LOCAL jit = off;
SET LOCAL timezone = 'America/New_York';
SET LOCAL datestyle = 'German, DMY';
SELECT plan(70);
CALL vsm.create_model('flow');
CREATE SCHEMA shop;
CREATE TABLE shop.ticket (ticket_id bigint PRIMARY KEY, status text, subject text, kind text, changed_at timestamptz, note text);
INSERT INTO shop.ticket VALUES (1, 'New', 'No total', 'Bug', '2026-01-05 09:00Z'), (2, 'Open', 'Slow', 'Task', NULL),
	(3, NULL, 'Not yet', 'Task', NULL);
CALL vsm.track('flow', 'shop.ticket', 'desk', id => 'ticket_id', state => 'status', at => 'changed_at', title => 'subject', type => 'kind');

-- What is there
SELECT results_eq($$SELECT entity, at, state, method FROM flow.event ORDER BY entity$$,
	$$VALUES ('desk:item:1', timestamptz '2026-01-05 09:00Z', 'New', 'observed'), ('desk:item:2', now(), 'Open', 'observed')$$,
	'what is there was observed');
SELECT results_eq($$SELECT item, source, title, type, source_type, created_at FROM flow.item ORDER BY item$$,
	$$VALUES ('desk:item:1', 'desk', 'No total', 'defect', 'Bug', NULL::timestamptz),
		('desk:item:2', 'desk', 'Slow', vsm.item_type('Task'), 'Task', NULL)$$, 'as items');
SELECT results_eq('SELECT relation, source, on_error FROM flow.tracked', $$VALUES ('shop.ticket'::regclass, 'desk', 'warn')$$,
	'and is kept');
CALL vsm.track('flow', 'shop.ticket', 'desk', id => 'ticket_id', state => 'status', at => 'changed_at', title => 'subject', type => 'kind');
SELECT is((SELECT count(*) FROM flow.event), 2::bigint, 'said twice it is the same');

-- Changes
UPDATE shop.ticket SET note = 'x';
UPDATE shop.ticket SET status = status, subject = 'Slower' WHERE ticket_id = 2;
SELECT is((SELECT count(*) FROM flow.inbox), 0::bigint, 'what does not touch the state is none');
UPDATE shop.ticket SET status = 'In Progress', changed_at = '2026-01-06 10:00:00.123456Z' WHERE ticket_id = 1;
UPDATE shop.ticket SET status = 'Done "quoted" \ ä', changed_at = '2026-01-07 10:00Z' WHERE ticket_id = 1;
UPDATE shop.ticket SET status = 'New' WHERE ticket_id = 3;
UPDATE shop.ticket SET status = NULL WHERE ticket_id = 2;
INSERT INTO shop.ticket VALUES (4, 'New', 'Total', 'Bug', '2026-01-08 09:00Z'), (5, NULL, 'None', 'Bug', NULL);
COPY shop.ticket (ticket_id, status, changed_at) FROM stdin;
6	New	09.01.2026 09:00:00 UTC
7	New	\N
\.
SELECT is((SELECT count(*) FROM flow.inbox WHERE source = 'track:desk'), 6::bigint, 'each change of the state is a payload');
SELECT is((vsm.ingest_once('flow')).refused, 0::bigint, 'all of which are read');
SELECT results_eq($$SELECT entity, at AT TIME ZONE 'UTC', state, previous, method FROM flow.event
	WHERE entity <> 'desk:item:2' ORDER BY entity, at$$,
	$$VALUES ('desk:item:1', timestamp '2026-01-05 09:00', 'New', NULL, 'observed'),
		('desk:item:1', '2026-01-06 10:00:00.123456', 'In Progress', 'New', NULL),
		('desk:item:1', '2026-01-07 10:00', 'Done "quoted" \ ä', 'In Progress', NULL),
		('desk:item:3', now() AT TIME ZONE 'UTC', 'New', NULL, NULL),
		('desk:item:4', '2026-01-08 09:00', 'New', NULL, NULL), ('desk:item:6', '2026-01-09 09:00', 'New', NULL, NULL),
		('desk:item:7', now() AT TIME ZONE 'UTC', 'New', NULL, NULL)$$, 'at the time of the row, else of the transaction');
SELECT results_eq($$SELECT item, created_at AT TIME ZONE 'UTC' FROM flow.item WHERE item IN ('desk:item:3', 'desk:item:4') ORDER BY 1$$,
	$$VALUES ('desk:item:3', NULL::timestamp), ('desk:item:4', '2026-01-08 09:00')$$, 'an item that is new begins');
-- In one transaction, at one time.
UPDATE shop.ticket SET status = s, changed_at = '2026-02-01Z' FROM (VALUES ('A')) AS v (s) WHERE ticket_id = 6;
UPDATE shop.ticket SET status = 'C' WHERE ticket_id = 6;
UPDATE shop.ticket SET status = 'B' WHERE ticket_id = 6;
SELECT is((vsm.ingest_once('flow')).read, 3::bigint, 'three changes');
SELECT is((SELECT array_agg(state ORDER BY at, seq) FROM flow.event WHERE entity = 'desk:item:6'), '{New,A,C,B}', 'in order');
INSERT INTO shop.ticket VALUES (8, repeat('x', 2000), 'Long', 'Bug', NULL);
SELECT is((vsm.ingest_once('flow')).refused, 1::bigint, 'a state that is too long is refused');
SELECT matches((SELECT error FROM flow.inbox), 'state is longer than 1,000 bytes', 'and says so');
DELETE FROM flow.inbox;
DELETE FROM shop.ticket WHERE ticket_id = 7;
SELECT is((SELECT count(*) FROM flow.inbox), 0::bigint, 'a row that is deleted tells nothing');

-- Who may
CREATE ROLE vsm_track_app;
GRANT USAGE ON SCHEMA shop TO vsm_track_app;
GRANT SELECT, INSERT, UPDATE, TRIGGER ON shop.ticket TO vsm_track_app;
SET LOCAL ROLE vsm_track_app;
UPDATE shop.ticket SET status = 'By the application' WHERE ticket_id = 2;
SELECT is(current_user::text, 'vsm_track_app', 'a role that has no right to the model changes a row');
SELECT throws_ok('SELECT * FROM flow.inbox', '42501', NULL, 'without one');
SELECT throws_ok($$CALL vsm.track('flow', 'shop.ticket', 'evil', id => 'ticket_id', state => 'note')$$, '42501', NULL, 'it may not track');
SELECT throws_ok($$CALL vsm.untrack('flow', 'shop.ticket')$$, '42501', NULL, 'nor end it');
RESET ROLE;
SELECT is((SELECT count(*) FROM flow.inbox WHERE payload LIKE '%By the application%'), 1::bigint, 'its change is there');
-- A trigger of somebody's own leads nowhere, as long as the owner of the model has not named the table.
CREATE TABLE shop.other (id int PRIMARY KEY, status text);
ALTER TABLE shop.other OWNER TO vsm_track_app;
SET LOCAL ROLE vsm_track_app;
CREATE TRIGGER mine AFTER INSERT OR UPDATE ON shop.other FOR EACH ROW EXECUTE FUNCTION vsm.track_change('flow', 'fail', 'id', 'id',
	'state', 'status');
SELECT throws_ok($$INSERT INTO shop.other VALUES (1, 'x')$$, '42704', 'the model in schema "flow" does not track table "other"',
	'of a table that is not tracked');
CREATE TRIGGER zero AFTER INSERT ON shop.other FOR EACH ROW EXECUTE FUNCTION vsm.track_change();
ALTER TABLE shop.other DISABLE TRIGGER mine;
SELECT throws_ok($$INSERT INTO shop.other VALUES (2, 'x')$$, '39P01', 'vsm.track_change is a trigger function',
	'nor one without arguments');
RESET ROLE;
DROP TABLE shop.other;

-- A table that is renamed, and loses the column
ALTER TABLE shop.ticket RENAME TO issue;
UPDATE shop.issue SET status = 'Renamed' WHERE ticket_id = 2;
SELECT is((SELECT count(*) FROM flow.inbox WHERE payload LIKE '%Renamed%'), 1::bigint, 'a table that is renamed is still tracked');
CALL vsm.track('flow', 'shop.issue', 'desk', id => 'ticket_id', state => 'status', on_error => 'fail');
ALTER TABLE shop.issue RENAME status TO stage;
SELECT throws_ok($$UPDATE shop.issue SET stage = 'x'$$, '42703', 'changes of table "issue" are not tracked: it has no column "status"',
	'a column that is gone is an error, if asked for');
CALL vsm.track('flow', 'shop.issue', 'desk', id => 'ticket_id', state => 'stage');
ALTER TABLE shop.issue DROP COLUMN stage;
SELECT lives_ok($$UPDATE shop.issue SET note = 'x'$$, 'and else stops nobody');
CALL vsm.untrack('flow', 'shop.issue');
SELECT is_empty($$SELECT FROM pg_trigger WHERE tgrelid = 'shop.issue'::regclass$$, 'untrack leaves nothing behind');
SELECT is_empty('SELECT FROM flow.tracked', 'nowhere');
SELECT throws_ok($$CALL vsm.untrack('flow', 'shop.issue')$$, '42704', 'the model in schema "flow" does not track shop.issue', 'once');

-- A key of two columns, in a partitioned table of names that need quotes
CREATE TABLE shop."Order Line" ("Order/No" text, line int, "State" text, at timestamp, "A, B" int, PRIMARY KEY ("Order/No", line, at))
	PARTITION BY RANGE (at);
CREATE TABLE shop.part1 PARTITION OF shop."Order Line" FOR VALUES FROM (MINVALUE) TO ('2026-01-01');
CREATE TABLE shop.part2 PARTITION OF shop."Order Line" FOR VALUES FROM ('2026-01-01') TO (MAXVALUE);
INSERT INTO shop."Order Line" VALUES ('A/1', 1, 'Picked', '2025-12-01 08:00'), ('A', 1, 'Picked', '2025-12-01 08:00');
CALL vsm.track('flow', 'shop."Order Line"', 'order', id => 'Order/No, line', state => 'State', at => 'at');
UPDATE shop."Order Line" SET "State" = 'Packed', at = '2025-12-02 08:00' WHERE "Order/No" = 'A/1';
UPDATE shop."Order Line" SET "State" = 'Sent', at = '2026-01-02 08:00' WHERE "Order/No" = 'A/1';
CREATE TABLE shop.part3 (LIKE shop."Order Line");
ALTER TABLE shop."Order Line" DETACH PARTITION shop.part2;
DELETE FROM flow.inbox WHERE source <> 'track:order';
SELECT is((vsm.ingest_once('flow')).read, 2::bigint, 'rows of partitions tell of themselves');
SELECT results_eq($$SELECT entity, at AT TIME ZONE 'UTC', state FROM flow.event WHERE source = 'order' ORDER BY 1, 2$$,
	$$VALUES ('order:item:A/1', timestamp '2025-12-01 08:00', 'Picked'), ('order:item:A\/1/1', '2025-12-01 08:00', 'Picked'),
		('order:item:A\/1/1', '2025-12-02 08:00', 'Packed'), ('order:item:A\/1/1', '2026-01-02 08:00', 'Sent')$$,
	'by both columns of their key, wherever they move');
SELECT ok((SELECT bool_and(tgenabled = 'A') FROM pg_trigger WHERE tgname = 'vsm_track_flow'), 'and what replication brings, too');
CALL vsm.untrack('flow', 'shop."Order Line"');
CREATE TABLE shop.comma ("a, b" int PRIMARY KEY, s text);
INSERT INTO shop.comma VALUES (1, 'x');
SELECT lives_ok($$CALL vsm.track('flow', 'shop.comma', 'comma', 'a, b', 's')$$, 'a comma may be in a name');
SELECT is((SELECT entity FROM flow.event WHERE source = 'comma'), 'comma:item:1', 'of one column');

-- The model is one role's, the table another's, and a third writes to it
CREATE ROLE vsm_track_loader;
CREATE ROLE vsm_track_owner;
SELECT format('GRANT CREATE ON DATABASE %I TO vsm_track_loader', current_database()) AS grant \gset
:grant;
ALTER TABLE shop.comma OWNER TO vsm_track_owner;
GRANT USAGE ON SCHEMA shop TO vsm_track_owner, vsm_track_loader;
GRANT SELECT, UPDATE ON shop.comma TO vsm_track_app;
CALL vsm.untrack('flow', 'shop.comma');
SET LOCAL ROLE vsm_track_loader;
CALL vsm.create_model('loaded');
SELECT throws_ok($$CALL vsm.track('loaded', 'shop.comma', 'comma', 'a, b', 's')$$, '42501',
	'"vsm_track_loader" may not track table shop.comma', 'who may not make a trigger on a table does not track it');
RESET ROLE;
GRANT SELECT, TRIGGER ON shop.comma TO vsm_track_loader;
SET LOCAL ROLE vsm_track_loader;
CALL vsm.track('loaded', 'shop.comma', 'comma', 'a, b', 's');
SET LOCAL ROLE vsm_track_app;
UPDATE shop.comma SET s = 'y';
SET LOCAL ROLE vsm_track_loader;
SELECT is((SELECT string_agg(source, ',') FROM loaded.inbox), 'track:comma', 'who writes to the table has no right to the model');
SELECT throws_ok($$CALL vsm.untrack('loaded', 'shop.comma')$$, '42501', 'table shop.comma belongs to "vsm_track_owner", not to '
	'"vsm_track_loader"', 'only the owner of a table drops its triggers');
RESET ROLE;
SET LOCAL ROLE vsm_track_owner;
DROP TRIGGER vsm_track_loaded ON shop.comma;
SET LOCAL ROLE vsm_track_loader;
SELECT lives_ok($$CALL vsm.untrack('loaded', 'shop.comma')$$, 'and the owner of the model ends it');
RESET ROLE;

-- An inbox to which its owner has added something is written by a statement, which does what he wants.
CREATE TABLE shop.plain (id int PRIMARY KEY, s text);
CALL vsm.track('flow', 'shop.plain', 'plain', 'id', 's');
DELETE FROM flow.inbox;
CREATE FUNCTION shop.mark() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.error := 'kept back'; RETURN NEW; END$$;
INSERT INTO shop.plain VALUES (1, 'a');
CREATE TRIGGER mark BEFORE INSERT ON flow.inbox FOR EACH ROW EXECUTE FUNCTION shop.mark();
INSERT INTO shop.plain VALUES (2, 'b');
DROP TRIGGER mark ON flow.inbox;
INSERT INTO shop.plain VALUES (3, 'c');
ALTER TABLE flow.inbox ADD COLUMN sender text DEFAULT 'desk', ALTER COLUMN received_at SET DEFAULT '2026-01-01 00:00Z';
INSERT INTO shop.plain VALUES (4, 'd');
ALTER TABLE flow.inbox DROP COLUMN sender, ALTER COLUMN received_at SET DEFAULT now();
INSERT INTO shop.plain VALUES (5, 'e');
SELECT results_eq($$SELECT payload::jsonb ->> 'id', source, received_at, error FROM flow.inbox ORDER BY id$$,
	$$VALUES ('1', 'track:plain', now(), NULL), ('2', 'track:plain', now(), 'kept back'), ('3', 'track:plain', now(), NULL),
		('4', 'track:plain', timestamptz '2026-01-01 00:00Z', NULL), ('5', 'track:plain', now(), NULL)$$,
	'what is added to the inbox holds, and ends with it');
SET LOCAL enable_seqscan = off;
SELECT is((SELECT count(*) FROM flow.inbox AS i WHERE i.error IS NULL AND i.id > 0), 4::bigint, 'its rows are found by index');
SET LOCAL enable_seqscan = on;
DELETE FROM flow.tracked WHERE relation = 'shop.plain'::regclass;
INSERT INTO shop.plain VALUES (6, 'f');
SELECT is((SELECT count(*) FROM flow.inbox), 5::bigint, 'what is tracked no longer is not written');
DELETE FROM flow.inbox;

-- Values are told in the same way when they are found and when they change, whatever the session says.
CREATE FUNCTION shop.told(value text, other text, type text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	told text;
BEGIN
	EXECUTE format('CREATE TABLE shop.typed (id %1$s, s %1$s); INSERT INTO shop.typed VALUES (%2$L, %2$L)', type, value);
	SET LOCAL TimeZone = 'Asia/Tokyo';
	SET LOCAL DateStyle = 'German';
	SET LOCAL bytea_output = 'escape';
	CALL vsm.track('flow', 'shop.typed', 'typed', 'id', 's');
	SET LOCAL TimeZone = 'America/New_York';
	EXECUTE format('UPDATE shop.typed SET s = %L', other);
	PERFORM vsm.ingest_once('flow');
	SET LOCAL DateStyle = 'ISO';
	SELECT string_agg(concat(entity, ' ', state, ' ', previous), ', ' ORDER BY at, method) INTO told FROM flow.event WHERE source = 'typed';
	DELETE FROM flow.event WHERE source = 'typed';
	DELETE FROM flow.observation WHERE source = 'typed';
	DELETE FROM flow.item WHERE source = 'typed';
	CALL vsm.untrack('flow', 'shop.typed');
	DROP TABLE shop.typed;
	RETURN replace(told, 'typed:item:', '');
END
$$;
CREATE DOMAIN shop.yes AS boolean;
SELECT is(shop.told(value, other, type), format('%1$s %1$s , %1$s %2$s %1$s', coalesce(was, value), coalesce(is_now, other)),
	'told as ' || type)
FROM (VALUES ('true', 'false', 'boolean', NULL, NULL), ('true', 'false', 'shop.yes', NULL, NULL), ('A', 'B', 'character(5)', NULL, NULL),
	('1.0', '2.50', 'numeric', '1', '2.5'), ('"A"', '"B"', 'jsonb', 'A', 'B'), ('{A}', '{B}', 'text[]', NULL, NULL),
	('\xdead', '\xbeef', 'bytea', NULL, NULL), ('01.02.2026', '03.02.2026', 'date', '2026-02-01', '2026-02-03'),
	('2026-01-01 08:00Z', '2026-01-02 08:00Z', 'timestamptz', '2026-01-01T08:00:00+00:00', '2026-01-02T08:00:00+00:00'))
	AS v (value, other, type, was, is_now);

-- Tables that inherit
CREATE TABLE shop.parent (id int, s text);
CREATE TABLE shop.child (note text) INHERITS (shop.parent);
CREATE TABLE shop.grandchild () INHERITS (shop.child);
INSERT INTO shop.parent VALUES (1, 'A');
INSERT INTO shop.child VALUES (2, 'A');
INSERT INTO shop.grandchild VALUES (3, 'A');
CALL vsm.track('flow', 'shop.parent', 'heirs', 'id', 's');
UPDATE shop.parent SET s = 'B';
SELECT vsm.ingest_once('flow');
SELECT results_eq($$SELECT entity, string_agg(state, ' ' ORDER BY at, seq NULLS FIRST) FROM flow.event WHERE source = 'heirs'
	GROUP BY 1 ORDER BY 1$$,
	$$VALUES ('heirs:item:1', 'A B'), ('heirs:item:2', 'A B'), ('heirs:item:3', 'A B')$$, 'rows of tables that inherit tell of themselves');
CALL vsm.untrack('flow', 'shop.parent');
SELECT is_empty($$SELECT FROM flow.tracked WHERE source = 'heirs'$$, 'until the first is untracked');
SELECT is_empty($$SELECT FROM pg_trigger WHERE tgrelid = ANY ('{shop.parent,shop.child,shop.grandchild}'::regclass[])$$,
	'with all triggers');

-- A row that moves to another partition is the same row.
CREATE TABLE shop.moving (id int, s text, note text, PRIMARY KEY (id, s)) PARTITION BY LIST (s);
CREATE TABLE shop.moving_a PARTITION OF shop.moving FOR VALUES IN ('A');
CREATE TABLE shop.moving_b PARTITION OF shop.moving DEFAULT;
CALL vsm.track('flow', 'shop.moving', 'moving', 'id', 's', on_error => 'fail');
INSERT INTO shop.moving VALUES (1, 'A'), (2, 'A');
UPDATE shop.moving SET s = 'B';
DELETE FROM shop.moving WHERE id = 2;
SELECT results_eq($$SELECT payload::jsonb ->> 'id', payload::jsonb ->> 'state', payload::jsonb ->> 'previous', payload::jsonb -> 'is_new'
	FROM flow.inbox WHERE source = 'track:moving' ORDER BY id$$,
	$$VALUES ('1', 'A', NULL, 'true'::jsonb), ('2', 'A', NULL, 'true'), ('1', 'B', 'A', 'false'), ('2', 'B', 'A', 'false')$$,
	'a row that moves to another partition is not new');
CREATE TABLE shop.months (id int, s text, month int, PRIMARY KEY (id, month)) PARTITION BY LIST (month);
CREATE TABLE shop.months_1 PARTITION OF shop.months FOR VALUES IN (1);
CREATE TABLE shop.months_2 PARTITION OF shop.months FOR VALUES IN (2);
CALL vsm.track('flow', 'shop.months', 'months', 'id', 's');
INSERT INTO shop.months VALUES (1, 'A', 1);
UPDATE shop.months SET month = 2;
SELECT is((SELECT count(*) FROM flow.inbox WHERE source = 'track:months'), 1::bigint, 'nor changed if its state is not');
ALTER TABLE shop.months RENAME s TO t;
DELETE FROM shop.months;
CALL vsm.untrack('flow', 'shop.months');
CALL vsm.untrack('flow', 'shop.moving');
DELETE FROM flow.inbox;

-- Names of any script, and two models whose names have the same 53 bytes at their beginning
CREATE TABLE shop."Заявка ""1""" ("Ид" int PRIMARY KEY, "Статус, заявки" text);
INSERT INTO shop."Заявка ""1""" VALUES (1, 'Новая');
CALL vsm.create_model(repeat('ж', 31));
CALL vsm.create_model(repeat('m', 60) || '1');
CALL vsm.create_model(repeat('m', 60) || '2');
CREATE FUNCTION shop.each(procedure text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	model text;
BEGIN
	FOREACH model IN ARRAY ARRAY[repeat('ж', 31), repeat('m', 60) || '1', repeat('m', 60) || '2'] LOOP
		EXECUTE replace(procedure, 'MODEL', quote_literal(model));
	END LOOP;
END
$$;
SELECT shop.each($$CALL vsm.track(MODEL, 'shop."Заявка ""1"""', 'заявка', 'Ид', 'Статус, заявки')$$);
UPDATE shop."Заявка ""1""" SET "Статус, заявки" = 'Готово';
CREATE FUNCTION shop.told(model text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	told bigint;
BEGIN
	EXECUTE format('SELECT count(*) FROM %I.inbox', model) INTO told;
	RETURN told;
END
$$;
SELECT is(shop.told(m), 1::bigint, 'each model is told')
FROM unnest(ARRAY[repeat('ж', 31), repeat('m', 60) || '1', repeat('m', 60) || '2']) AS m;
SELECT shop.each($$CALL vsm.untrack(MODEL, 'shop."Заявка ""1"""')$$);
SELECT is_empty($$SELECT FROM pg_trigger WHERE tgrelid = 'shop."Заявка ""1"""'::regclass AND NOT tgisinternal$$, 'and none any more');

-- Whatever statement writes
CREATE TABLE shop.written (id int PRIMARY KEY, s text, at timestamptz);
CALL vsm.track('flow', 'shop.written', 'written', 'id', 's', on_error => 'fail');
INSERT INTO shop.written VALUES (1, 'A') ON CONFLICT (id) DO UPDATE SET s = excluded.s;
INSERT INTO shop.written VALUES (1, 'B') ON CONFLICT (id) DO UPDATE SET s = excluded.s;
INSERT INTO shop.written VALUES (1, 'B') ON CONFLICT (id) DO UPDATE SET s = excluded.s;
MERGE INTO shop.written AS w USING (VALUES (1, 'C'), (2, 'A')) AS v (id, s) ON w.id = v.id
	WHEN MATCHED THEN UPDATE SET s = v.s WHEN NOT MATCHED THEN INSERT VALUES (v.id, v.s);
SET LOCAL session_replication_role = replica;
UPDATE shop.written SET s = 'D' WHERE id = 1;
SET LOCAL session_replication_role = origin;
UPDATE shop.written SET id = 3 WHERE id = 2;
UPDATE shop.written SET s = NULL WHERE id = 3;
UPDATE shop.written SET at = now();
SELECT results_eq($$SELECT concat_ws(' ', payload::jsonb ->> 'id', payload::jsonb ->> 'previous', payload::jsonb ->> 'state')
	FROM flow.inbox ORDER BY id$$, $$VALUES ('1 A'), ('1 A B'), ('1 B C'), ('2 A'), ('1 C D'), ('3 A A')$$,
	'ON CONFLICT, MERGE, replication, a key that changes; not an UPDATE that leaves the state');
DELETE FROM flow.inbox;
SELECT throws_ok($$CALL vsm.track('flow', 'flow.inbox', 'in', 'id', 'source')$$, '42809', 'flow.inbox cannot be tracked',
	'not what it writes to');

-- Partitions are tracked with the whole. An empty text is no state.
CREATE TABLE shop.whole (id text, s text) PARTITION BY LIST (s);
CREATE TABLE shop.part PARTITION OF shop.whole DEFAULT;
CALL vsm.track('flow', 'shop.part', 'part', 'id', 's');
CALL vsm.track('flow', 'shop.whole', 'whole', 'id', 's');
INSERT INTO shop.whole VALUES ('1', 'New'), ('2', ''), ('', 'New');
SELECT results_eq($$SELECT source, payload::jsonb ->> 'id' FROM flow.inbox$$, $$VALUES ('track:whole', '1')$$,
	'which takes the place of parts');
DELETE FROM flow.inbox;
SELECT throws_ok($$CALL vsm.track('flow', 'shop.part', 'part', 'id', 's')$$, '42809', 'shop.part cannot be tracked', 'and not beside it');

-- A model that got another name
CALL vsm.create_model('before');
CREATE TABLE shop.renamed (id int, s text);
CALL vsm.track('before', 'shop.renamed', 'desk', 'id', 's');
ALTER SCHEMA before RENAME TO after;
CALL vsm.track('after', 'shop.renamed', 'desk', 'id', 's');
SELECT is((SELECT array_agg(tgname) FROM pg_trigger WHERE tgrelid = 'shop.renamed'::regclass), '{vsm_track_after}',
	'a trigger of a model that is there no longer goes');

-- Errors
SELECT throws_ok(format('CALL vsm.track(''flow'', %s)', arguments), state, message, message)
FROM (VALUES
	('''shop.comma'', ''desk'', ''a, b'', ''nowhere''', '42703', 'table shop.comma has no column "nowhere"'),
	('''shop.comma'', ''desk'', ''s,'', ''s''', '42703', 'table shop.comma has no column ""'),
	('''shop.comma'', ''a:b'', ''s'', ''s''', '22023', '"a:b" cannot be the source of a table'),
	('''shop.comma'', ''desk'', ''s'', ''s'', on_error => ''ignore''', '22023', 'on_error cannot be "ignore"'),
	('''shop.comma'', ''desk'', NULL, ''s''', '22004', 'id is NULL'),
	('''flow.flow_item'', ''desk'', ''item'', ''stage''', '42809', 'flow.flow_item cannot be tracked')) AS v (arguments, state, message);
SELECT throws_ok($$SELECT vsm.track_change()$$, '39P01', NULL, 'the trigger function is no other');
SELECT results_eq($$SELECT kind, reason FROM vsm.track_kind('{"id": "1"}')$$,
	$$VALUES ('change', 'its shape is not known: it was not written by the trigger of vsm.track')$$,
	'what is not written by it is not read');
SELECT finish();
ROLLBACK;
