-- Issues of Jira as Fivetran leaves them, ten changes of status each, into the model; beside a table made of the same join,
-- which has the changes and nothing else: no items, aliases or creations, and nothing that a second time leaves as it is; and
-- beside the events alone, written by INSERT to a table with the same two indexes.

-- @setup
SET client_min_messages = error;
CALL vsm.create_model('attach');
CREATE SCHEMA attach_tables;
CREATE TABLE attach_tables.status (id bigint PRIMARY KEY, name text, status_category_id bigint);
INSERT INTO attach_tables.status SELECT s, 'Status ' || s, 4 FROM generate_series(0, 9) AS s;
CREATE TABLE attach_tables.issue AS
SELECT i AS id, 'SHOP-' || i AS key, timestamptz '2020-01-01Z' + i * interval '1 minute' AS created,
	timestamptz '2020-01-11Z' + i * interval '1 minute' AS updated, 'Issue ' || i AS summary, 9::bigint AS status,
	timestamptz '2025-01-01Z' AS _fivetran_synced
FROM generate_series(1::bigint, :items / 10) AS i;
CREATE TABLE attach_tables.issue_field_history AS
SELECT i.id AS issue_id, 'status' AS field_id, i.created + c * interval '1 day' AS time, c::text AS value, i._fivetran_synced
FROM attach_tables.issue AS i, generate_series(0, 9) AS c;
CREATE INDEX ON attach_tables.issue (id);
CREATE INDEX ON attach_tables.issue (_fivetran_synced);
CREATE INDEX ON attach_tables.issue_field_history (issue_id);
CREATE INDEX ON attach_tables.issue_field_history (_fivetran_synced);
ANALYZE attach_tables.issue, attach_tables.issue_field_history, attach_tables.status;
CALL vsm.attach_fivetran_jira('attach', 'attach_tables');
CREATE TABLE attach_by_hand (issue_id bigint, key text, at timestamptz, state text, previous text);
CREATE TABLE attach_events (LIKE attach.event INCLUDING ALL);

-- @run attach
SELECT vsm.read_attached('attach')

-- @before attach
TRUNCATE attach.event, attach.item, attach.item_alias, attach.item_change, attach.observation, attach.link;
UPDATE attach.attached SET full_at = NULL;

-- @run attach_by_hand
INSERT INTO attach_by_hand
SELECT i.id, i.key, h.time, s.name, lag(s.name) OVER (PARTITION BY h.issue_id ORDER BY h.time)
FROM attach_tables.issue AS i JOIN attach_tables.issue_field_history AS h ON h.issue_id = i.id
	JOIN attach_tables.status AS s ON s.id = h.value::bigint

-- @before attach_by_hand
TRUNCATE attach_by_hand;

-- @run attach_events
INSERT INTO attach_events SELECT * FROM attach.event ORDER BY entity, source, event_id

-- @before attach_events
TRUNCATE attach_events;

-- @run attach_changed
SELECT vsm.read_attached('attach')

-- @before attach_changed
SELECT vsm.read_attached('attach');
UPDATE attach_tables.issue_field_history SET _fivetran_synced = now() WHERE issue_id <= 1000 AND value = '9';

-- @ratio attach_vs_join attach / attach_by_hand <= 8
-- @ratio attach_vs_events attach / attach_by_hand + attach_events <= 2.5
-- @seconds attach_of_changes attach_changed <= 1

-- @same attach_vs_join
SELECT h.* FROM attach_by_hand AS h
WHERE NOT EXISTS (SELECT FROM attach.event AS e WHERE e.entity = 'jira:issue:' || h.issue_id AND e.at = h.at AND e.state = h.state)
LIMIT 10
