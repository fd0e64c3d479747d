-- Records of ServiceNow into the model, beside an INSERT of the state of each by hand: no items, incidents or links,
-- and nothing if one of them is not what it should be.
-- @needs servicenow_payload

-- @setup
SET client_min_messages = error;
CALL vsm.create_model('servicenow');
CREATE TABLE servicenow_event (source text, event_id text, entity text, at timestamptz, state text, PRIMARY KEY (source, event_id));

-- @run ingest_servicenow
CALL vsm.ingest('servicenow')

-- @before ingest_servicenow
TRUNCATE servicenow.inbox, servicenow.event, servicenow.item, servicenow.item_alias, servicenow.item_change, servicenow.observation,
	servicenow.link, servicenow.commit, servicenow.merge_request, servicenow.build, servicenow.deployment, servicenow.incident;
INSERT INTO servicenow.inbox (source, payload) SELECT 'servicenow', payload FROM servicenow_payload ORDER BY id;
ANALYZE servicenow.inbox;

-- @run servicenow_by_hand
INSERT INTO servicenow_event
SELECT 'servicenow', e.entity || ':' || r.sys_id, e.entity, e.at, e.code
FROM (SELECT payload::jsonb AS p FROM servicenow_payload OFFSET 0) AS w,
	jsonb_to_record(p) AS r (sys_id text, sys_class_name text, state text, sys_updated_on text, tablename text, documentkey text,
		newvalue text, sys_created_on text),
	LATERAL (SELECT coalesce(r.sys_class_name, r.tablename) || ':' || coalesce(r.documentkey, r.sys_id) AS entity, coalesce(r.newvalue,
		r.state) AS code,
		(coalesce(r.sys_updated_on, r.sys_created_on) || ' UTC')::timestamptz AS at) AS e

-- @before servicenow_by_hand
TRUNCATE servicenow_event;

-- @ratio ingest_servicenow_vs_jsonb ingest_servicenow / servicenow_by_hand <= 2.5

-- @same ingest_servicenow_vs_jsonb
-- What is in the state that it is said to be in once more is no event of ours.
SELECT e.* FROM servicenow_event AS e
WHERE NOT EXISTS (SELECT FROM servicenow.event AS o WHERE o.entity = 'servicenow:' || e.entity AND o.state_id = e.state AND o.at <= e.at)
LIMIT 10
