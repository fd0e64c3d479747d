-- Raw payloads of Jira read into a model (items, their events, history of attributes, aliases), beside an
-- INSERT ... SELECT over jsonb_to_recordset of the same payloads that writes the changes of status only, into a
-- table with the same columns, key and index as the model's events.
-- @needs jira_payload

-- @setup
SET client_min_messages = error;
CALL vsm.create_model('bench_ingest');
CREATE TABLE status_event (LIKE bench_ingest.event INCLUDING ALL);

-- @run jsonb
INSERT INTO status_event (source, event_id, entity, at, state, state_id, previous, previous_id)
SELECT 'jira', h.id || ':' || i."to", 'jira:issue:' || (p.issue ->> 'id'), h.created, i."toString", i."to", i."fromString", i."from"
FROM (SELECT payload::jsonb AS issue FROM jira_payload OFFSET 0) AS p,
	jsonb_to_recordset(p.issue #> '{changelog,histories}') AS h (id text, created timestamptz, items jsonb),
	jsonb_to_recordset(h.items) AS i (field text, "from" text, "fromString" text, "to" text, "toString" text)
WHERE i.field = 'status'
-- @before jsonb
TRUNCATE status_event;

-- @run ingest
CALL vsm.ingest('bench_ingest')
-- @before ingest
TRUNCATE bench_ingest.inbox, bench_ingest.event, bench_ingest.item, bench_ingest.item_change, bench_ingest.item_alias;
INSERT INTO bench_ingest.inbox (source, payload) SELECT 'jira', payload FROM jira_payload;

-- @ratio ingest_vs_jsonb ingest / jsonb <= 2

-- @same ingest_vs_jsonb
-- Changes of status; ingest also has the first state of each issue and the flags.
(SELECT event_id, entity, at, state FROM status_event EXCEPT ALL
	SELECT event_id, entity, at, state FROM bench_ingest.event WHERE previous IS NOT NULL)
UNION ALL
(SELECT event_id, entity, at, state FROM bench_ingest.event WHERE previous IS NOT NULL EXCEPT ALL
	SELECT event_id, entity, at, state FROM status_event)
UNION ALL
SELECT 'items', count(*)::text, NULL, NULL FROM bench_ingest.item HAVING count(*) <> (SELECT count(*) FROM jira_payload)
LIMIT 5
