-- What is wrong with a model, or with a call of one of its functions, is said in a sentence.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(94);
SET LOCAL client_min_messages = error;

CREATE FUNCTION pg_temp.failure(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	message text; detail text; hint text;
BEGIN
	EXECUTE statement;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(' | ', sqlstate, message, nullif(detail, ''), nullif(hint, ''));
END $$;
-- Whatever takes a model, and whatever only reads or writes one that is there; %L is the schema
CREATE TABLE call AS SELECT * FROM (VALUES
	('CALL vsm.create_model(%L)', false), ('CALL vsm.ingest(%L)', true), ('SELECT vsm.ingest_once(%L)', true),
		('SELECT vsm.link_deployments(%L)', true),
	('SELECT vsm.last_payload(%L)', true), ('SELECT vsm.next_payloads(%L, 0, 1)', true), ('SELECT vsm.ingest_batch(%L, ''{1}'')', true),
	('SELECT vsm.ingest_batch(%L, NULL)', true), ('SELECT vsm.ingest_payloads(%L, ''{1}'')', true),
		('SELECT vsm.ingest_payloads(%L, NULL)', true),
	('SELECT vsm.write_facts(%L)', true), ('SELECT vsm.check_model(%L)', true), ('SELECT vsm.check_inbox(%L)', true)) AS c (statement,
		reads);

-- No schema, or one that is no model
SELECT is(pg_temp.failure(format(statement, NULL)), '22004 | the schema of the model is NULL | Name the schema that was given to '
	'vsm.create_model, such as ''flow''.', format(statement, NULL))
FROM call;
SELECT is(pg_temp.failure(format(statement, '')), '42P01 | there is no model in schema "" | There is no such schema. | Create the model '
	'with: CALL vsm.create_model(''flow'')',
	format(statement, ''))
FROM call WHERE reads;
CREATE SCHEMA "My ""own""";
CREATE TABLE "My ""own""".inbox (id bigint, source text, payload text, error text);
SELECT is(pg_temp.failure(format(statement, 'My "own"')),
	'42P01 | there is no model in schema "My "own"" | The schema has no table "model". | Create the model with: CALL vsm.create_model(''My '
		'"own"'')', format(statement, 'My "own"'))
FROM call WHERE reads;
SELECT is(pg_temp.failure(format('CALL vsm.create_model(%L)', repeat('x', 64))),
	format('42622 | schema "%s" has too long a name | PostgreSQL would cut it off after 63 bytes. | Choose a shorter name.', repeat('x',
		64)), 'a name of 64 bytes');
SELECT is(pg_temp.failure(format('CALL vsm.create_model(%L)', repeat('é', 31))), 'no error', 'one of 62');
SELECT is(pg_temp.failure(format('SELECT vsm.ingest_once(%L)', repeat('é', 31))), 'no error', 'is found again');

-- Settings, in the call and by UPDATE
CALL vsm.create_model('flow', time_zone => 'Europe/Paris');
SELECT is(pg_temp.failure(format('UPDATE flow.model SET time_zone = %L', zone)), wanted, format('UPDATE to time zone "%s"', zone))
FROM (VALUES
	('Mars/Olympus', '22023 | time zone "Mars/Olympus" is not known | It is not in the view pg_timezone_names. | Names such as '
		'Europe/Paris are in the view pg_timezone_names.'),
	('', '22023 | time zone "" is not known | It is not in the view pg_timezone_names. | Names such as Europe/Paris are in the view '
		'pg_timezone_names.'),
	('europe/PARIS', '22023 | time zone "europe/PARIS" is not known | It is not written as in the view pg_timezone_names. | Perhaps '
		'"Europe/Paris" is meant.'),
	('posix/Europe/Paris', '22023 | time zone "posix/Europe/Paris" is not known | A name of this kind is not there on every server, or '
		'stands for something else there. | '
		'Perhaps "Europe/Paris" is meant.'),
	('right/Europe/Paris', '22023 | time zone "right/Europe/Paris" is not known | A name of this kind is not there on every server, or '
		'stands for something else there. | '
		'Perhaps "Europe/Paris" is meant.')) AS v (zone, wanted);
SELECT is(pg_temp.failure(format('UPDATE flow.model SET time_zone = %L', zone)), format('22023 | time zone "%s" is not that of a region | '
	'A name of this kind is not there on every server, or stands for something else there. | Names such as Europe/Paris are in the view '
		'pg_timezone_names.', zone),
	format('UPDATE to time zone "%s"', zone))
FROM unnest(ARRAY['posixrules', 'localtime', 'Factory']) AS zone;
SELECT is(pg_temp.failure(format('CALL vsm.create_model(''flow'', time_zone => %L)', zone)),
	format('22023 | time zone "%s" is not that of a region | '
	'PostgreSQL takes it for a fixed offset or a rule, which does not say when the clocks of a region change and changed. | '
	'Names such as Europe/Paris are in the view pg_timezone_names.', zone), format('create_model in time zone "%s"', zone))
FROM unnest(ARRAY['CEST', 'UTC+2', '<+02>-2', 'CET-1CEST,M3.5.0,M10.5.0/3']) AS zone;
SELECT is(pg_temp.failure(format('CALL vsm.create_model(''flow'', time_zone => %L)', 'posixrules')),
	pg_temp.failure('UPDATE flow.model SET time_zone = ''posixrules'''),
	'create_model says the same as UPDATE');
SELECT is(pg_temp.failure(format('UPDATE flow.model SET time_zone = %L', zone)), 'no error', format('UPDATE to time zone "%s"', zone))
FROM unnest(ARRAY['America/Argentina/Buenos_Aires', 'Etc/GMT+5', 'UTC']) AS zone;
SELECT is(pg_temp.failure('UPDATE flow.model SET time_zone = NULL'), '22004 | the time zone of a model cannot be NULL | Where nothing else '
	'is known they are UTC and mon.', 'to none');
SELECT is(pg_temp.failure('UPDATE flow.model SET week_starts = NULL'), '22004 | the first day of the week of a model cannot be NULL | '
	'Where nothing else is known they are UTC and mon.',
	'to no first day of the week');
SELECT is(pg_temp.failure('UPDATE flow.model SET week_starts = ''Mon'''), '22023 | a week cannot start on "Mon" | Days are mon, tue, wed, '
	'thu, fri, sat and sun.', 'to a day that is none');
SELECT is(pg_temp.failure('UPDATE flow.model SET week_starts = ''sun'', currency = ''EUR'''), 'no error', 'what is right is taken');
SELECT results_eq('SELECT time_zone, week_starts, currency FROM flow.model', $$VALUES ('UTC', 'sun', 'EUR')$$, 'and is there');
-- A model of a version that did not look
ALTER TABLE flow.model DISABLE TRIGGER model_settings;
UPDATE flow.model SET time_zone = 'Mars/Olympus', version = '0.2.0';
ALTER TABLE flow.model ENABLE TRIGGER model_settings;
SELECT is(pg_temp.failure($$CALL vsm.create_model('flow')$$),
	'22023 | time zone "Mars/Olympus" is not known | It is not in the view pg_timezone_names. | Names such as Europe/Paris are in the view '
		'pg_timezone_names.', 'an old setting is looked at');
SELECT is(pg_temp.failure($$CALL vsm.create_model('flow', time_zone => 'UTC')$$), 'no error', 'and can be set with the call');

-- Tables that are missing, or are something else
ALTER TABLE flow.inbox RENAME TO mail;
SELECT is(pg_temp.failure(format(statement, 'flow')), '42P01 | the model in schema "flow" has no table "inbox" | vsm.create_model makes '
	'it, so it has been dropped or renamed since. | '
	'Make what is missing with: CALL vsm.create_model(''flow'')', 'without an inbox: ' || statement)
FROM call WHERE statement ~ 'vsm.(ingest|ingest_once|last_payload)\(';
CREATE VIEW flow.inbox AS SELECT * FROM flow.mail;
INSERT INTO flow.mail (source, payload) VALUES ('jira', '{}');
SELECT is(pg_temp.failure(format(statement, 'flow')), '42809 | flow.inbox is a view, not a table | In the schema of a model this is the '
	'name of a table that vsm.create_model makes. | '
	'Give it another name, then: CALL vsm.create_model(''flow'')', 'an inbox that is a view: ' || statement)
FROM call WHERE statement ~ 'vsm.(ingest|ingest_once|last_payload|create_model)\(';
DROP VIEW flow.inbox;
CREATE MATERIALIZED VIEW flow.inbox AS SELECT * FROM flow.mail;
SELECT alike(pg_temp.failure($$SELECT vsm.ingest_once('flow')$$), '42809 | flow.inbox is a materialized view, not a table | %',
	'a materialized view');
DROP MATERIALIZED VIEW flow.inbox;
CREATE SEQUENCE flow.inbox;
SELECT alike(pg_temp.failure($$CALL vsm.create_model('flow')$$), '42809 | flow.inbox is a sequence, not a table | %', 'a sequence');
DROP SEQUENCE flow.inbox;
CREATE TABLE flow.inbox (id bigint, source text, error text);
SELECT is(pg_temp.failure($$CALL vsm.ingest('flow')$$), '42703 | table flow.inbox has no column "payload" | An inbox has the columns id, '
	'source, payload, received_at, error, attempts and attempted_at. | '
	'Make what is missing with: CALL vsm.create_model(''flow'')', 'an inbox without payloads');
ALTER TABLE flow.inbox ADD COLUMN payload jsonb, ADD received_at timestamptz, ADD attempts smallint, ADD attempted_at timestamptz;
SELECT is(pg_temp.failure(format(statement, 'flow')), '42804 | column "payload" of table flow.inbox is of type jsonb, not text | What vsm '
	'writes to the column and reads from it is of that type. | '
	'Change its type with ALTER TABLE, or rename it, then: CALL vsm.create_model(''flow'')', 'one whose payloads are jsonb: ' || statement)
FROM call WHERE statement ~ 'vsm.(ingest_once|create_model)\(';
ALTER TABLE flow.inbox ALTER COLUMN payload TYPE varchar(1000), ALTER COLUMN id TYPE integer;
SELECT is(pg_temp.failure($$SELECT vsm.ingest_once('flow')$$), 'no error', 'other texts and numbers will do');
INSERT INTO flow.inbox (id, payload) VALUES (1, '{}');
SELECT is(pg_temp.failure($$CALL vsm.create_model('flow')$$), '23502 | column "source" of table flow.inbox is missing in rows that are '
	'there | In every row of a model it has a value. | '
	'Add the column if it is not there, give it a value in every row, then: CALL vsm.create_model(''flow'')',
		'rows that lack what a model needs');
DROP TABLE flow.inbox;
ALTER TABLE flow.mail RENAME TO inbox;
CALL vsm.create_model('flow');
DROP VIEW flow.data_quality, flow.routed_item;
CREATE TABLE flow.routed_item (item text);
SELECT is(pg_temp.failure($$CALL vsm.create_model('flow')$$), '42809 | flow.routed_item is a table, not a view | In the schema of a model '
	'this is the name of a view that vsm.create_model makes. | '
	'Give it another name, then: CALL vsm.create_model(''flow'')', 'a table with the name of a view');
DROP TABLE flow.routed_item;

-- What an event needs
DELETE FROM flow.inbox;
CALL vsm.create_model('flow');
INSERT INTO flow.inbox (source, payload) VALUES ('jira',
	'{"id":"1","key":"A-1","fields":{"created":"2026-01-05T10:00:00Z","updated":"2026-01-05T10:00:00Z","status":{"name":"To Do"}},
	"changelog":{"total":1,"histories":[{"id":"1","created":"2026-01-06T10:00:00Z","items":[{"field":"status","fromString":"To Do",'
		'"toString":"Done"}]}]}}');
ALTER TABLE flow.event RENAME COLUMN previous TO before;
SELECT is(pg_temp.failure($$SELECT vsm.ingest_once('flow')$$), '42703 | vsm.ingest failed on the model in schema "flow" | Column '
	'"previous" of relation "event" does not exist. | '
	'If a table was changed by hand, change it back, then: CALL vsm.create_model(''flow'')',
		'a column that is missing where it is written');
ALTER TABLE flow.event RENAME COLUMN before TO previous;
ALTER TABLE flow.event DROP CONSTRAINT event_pkey;
SELECT is(pg_temp.failure($$SELECT vsm.ingest_once('flow')$$), '42P10 | vsm.ingest failed on the model in schema "flow" | Table "event" '
	'has no primary key. | '
	'If a table was changed by hand, change it back, then: CALL vsm.create_model(''flow'')', 'a key that is missing');
CALL vsm.create_model('flow');
DROP VIEW flow.data_quality, flow.routed_deployment;
SELECT is(pg_temp.failure($$SELECT vsm.link_deployments('flow')$$), '42P01 | vsm.link_deployments failed on the model in schema "flow" | '
	'Relation "routed_deployment" does not exist. | '
	'If a table was changed by hand, change it back, then: CALL vsm.create_model(''flow'')', 'a view that is missing');
CALL vsm.create_model('flow');
DROP VIEW flow.data_quality, flow.item_trace, flow.review CASCADE;
ALTER TABLE flow.event ALTER COLUMN at TYPE timestamp;
SELECT is(pg_temp.failure($$CALL vsm.create_model('flow')$$), '42804 | column "at" of table flow.event is of type timestamp without time '
	'zone, not timestamp with time zone | '
	'What vsm writes to the column and reads from it is of that type. | Change its type with ALTER TABLE, or rename it, then: CALL '
		'vsm.create_model(''flow'')', 'a time without a zone');
ALTER TABLE flow.event ALTER COLUMN at TYPE timestamptz;
CALL vsm.create_model('flow');
SELECT results_eq($$SELECT * FROM vsm.ingest_once('flow')$$, 'VALUES (1::bigint, 0::bigint)',
	'a model that is whole again reads what waited');
SELECT is(pg_temp.failure($$SELECT vsm.link_deployments('flow')$$), 'no error', 'and links');

-- A role that may not see a model is told so, not that it is broken
CREATE ROLE vsm_test_stranger;
SET LOCAL ROLE vsm_test_stranger;
SELECT throws_ok($$SELECT vsm.ingest_once('flow')$$, '42501', 'permission denied for schema flow', 'without a right to the schema');
RESET ROLE;
GRANT USAGE ON SCHEMA flow TO vsm_test_stranger;
SELECT current_role AS owner \gset
SET LOCAL ROLE vsm_test_stranger;
SELECT throws_ok($$SELECT vsm.link_deployments('flow')$$, '42501', 'the model in schema "flow" is kept by its owner "' || :'owner'
	|| '" alone', 'without a right to its tables');
RESET ROLE;


-- Payloads are read without temporary tables; facts made by hand pass through one, and who may not make it is told what is missing.
CREATE ROLE vsm_test_templess;
SELECT format('GRANT CREATE ON DATABASE %1$I TO vsm_test_templess; REVOKE TEMPORARY ON DATABASE %1$I FROM PUBLIC', current_database())
	AS without_temp \gset
:without_temp;
SELECT vsm.open_facts();
SET LOCAL ROLE vsm_test_templess;
CALL vsm.create_model('templess');
INSERT INTO templess.inbox (source, payload) VALUES ('jira', '{"id":"1","key":"A-1","fields":{"created":"2026-01-05T10:00:00Z"}}');
SELECT is(vsm.ingest_once('templess')::text, '(1,0)', 'ingest without TEMPORARY');
SELECT pg_temp.failure($$SELECT vsm.open_facts()$$) AS failure \gset other_
RESET ROLE;
DROP TABLE pg_temp.vsm_fact;
SET LOCAL ROLE vsm_test_templess;
SELECT pg_temp.failure($$SELECT vsm.open_facts()$$) AS failure \gset open_
RESET ROLE;
SELECT is(:'other_failure', format('42501 | temporary table "vsm_fact" of this session belongs to "%1$s" | "vsm_test_templess" needs a '
	'table of that name, '
	'through which facts pass on their way into a model. | Open another session, or as "%1$s": DROP TABLE pg_temp.vsm_fact',
		:'owner'), 'a table of another role of the session');
SELECT is(:'open_failure', format('42501 | "vsm_test_templess" may not create temporary tables in database "%1$s" | Facts pass through a '
	'temporary table on their way into a model. | '
	'GRANT TEMPORARY ON DATABASE %1$s TO vsm_test_templess', current_database()), 'facts without TEMPORARY');

-- Statements whose plans are kept
SELECT is(pg_temp.failure(format('SELECT vsm.execute(%L)', statement)),
	'0A000 | a statement cannot be executed here | It copies from or to the client, or begins or ends a transaction.', statement)
FROM unnest(ARRAY['COMMIT', 'COPY pg_class TO STDOUT']) AS statement;
SELECT is(pg_temp.failure(statement), '22023 | vsm.lay_columns needs the type of a row, and an array of columns that are not told',
	statement)
FROM unnest(ARRAY['SELECT vsm.lay_columns(NULL::pg_class, ''{}'', now(), NULL)', 'SELECT vsm.lay_columns(1, ''{}'', now(), ''{}'')'])
	AS statement;
SELECT is(vsm.ask('SELECT count(vsm.execute(''SELECT '' || i)) || '' '' || vsm.ask(''SELECT 7'') FROM generate_series(1, 1300) AS i'),
	'1300 7',
	'one that is running keeps its plan, however many others come');

SELECT finish();
ROLLBACK;
