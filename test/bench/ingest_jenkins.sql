-- Builds of Jenkins into the model, beside an INSERT of when each began and ended by hand: no commits, links or
-- deployments, and nothing if one of them is not what it should be.
-- @needs jenkins_payload

-- @setup
SET client_min_messages = error;
CALL vsm.create_model('jenkins');
CREATE TABLE jenkins_event (source text, event_id text, entity text, at timestamptz, state text, PRIMARY KEY (source, event_id));

-- @run ingest_jenkins
CALL vsm.ingest('jenkins')

-- @before ingest_jenkins
TRUNCATE jenkins.inbox, jenkins.event, jenkins.item, jenkins.item_alias, jenkins.item_change, jenkins.observation, jenkins.link,
	jenkins.commit, jenkins.merge_request, jenkins.build, jenkins.deployment, jenkins.incident;
INSERT INTO jenkins.inbox (source, payload) SELECT 'jenkins', payload FROM jenkins_payload ORDER BY id;
ANALYZE jenkins.inbox;

-- @run jenkins_by_hand
INSERT INTO jenkins_event
SELECT 'jenkins', e.entity || ':' || s.event, e.entity, s.at, s.state
FROM (SELECT payload::jsonb AS p FROM jenkins_payload OFFSET 0) AS w,
	jsonb_to_record(p) AS r (url text, number integer, result text, timestamp bigint, duration bigint),
	LATERAL (SELECT 'build:' || regexp_replace(regexp_replace(r.url, '^https://[^/]+/job/(.*)/(\d+)/$', '\1#\2'), '/job/', '/', 'g')
		AS entity) AS e,
	LATERAL (VALUES ('running', 'running', to_timestamp(r.timestamp / 1000.0)), ('finished', r.result,
		to_timestamp((r.timestamp + r.duration) / 1000.0))) AS s (event, state, at)

-- @before jenkins_by_hand
TRUNCATE jenkins_event;

-- @ratio ingest_jenkins_vs_jsonb ingest_jenkins / jenkins_by_hand <= 2.5

-- @same ingest_jenkins_vs_jsonb
SELECT e.* FROM jenkins_event AS e
WHERE NOT EXISTS (SELECT FROM jenkins.event AS o WHERE o.entity = 'jenkins:' || e.entity AND o.at = e.at AND o.state = e.state)
LIMIT 10
