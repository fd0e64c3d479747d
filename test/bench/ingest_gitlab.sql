-- Webhooks of GitLab into the model, beside an INSERT of the same events by hand: one event a webhook, no links,
-- commits, jobs or deployments, and nothing if one of them is not what it should be.
-- @needs gitlab_payload

-- @setup
SET client_min_messages = error;
CALL vsm.create_model('gitlab');
CREATE TABLE gitlab_event (source text, event_id text, entity text, at timestamptz, state text, PRIMARY KEY (source, event_id));

-- @run ingest_gitlab
CALL vsm.ingest('gitlab')

-- @before ingest_gitlab
TRUNCATE gitlab.inbox, gitlab.event, gitlab.item, gitlab.item_alias, gitlab.item_change, gitlab.observation, gitlab.link, gitlab.commit,
	gitlab.merge_request, gitlab.build, gitlab.deployment, gitlab.incident;
INSERT INTO gitlab.inbox (source, payload) SELECT 'gitlab', payload FROM gitlab_payload ORDER BY id;
ANALYZE gitlab.inbox;

-- @run gitlab_by_hand
INSERT INTO gitlab_event
SELECT 'gitlab', e.entity || ':' || e.state, e.entity, e.at, e.state
FROM (SELECT payload::jsonb AS p FROM gitlab_payload OFFSET 0) AS w,
	jsonb_to_record(p) AS r (object_kind text, object_attributes jsonb, deployment_id text, status text, status_changed_at timestamptz,
		after text, commits jsonb),
	LATERAL (SELECT
		r.object_kind || ':' || coalesce(r.object_attributes ->> 'id', r.deployment_id, r.after) AS entity,
		coalesce(r.object_attributes ->> 'state', r.object_attributes ->> 'status', r.status, 'pushed') AS state,
		coalesce((r.object_attributes ->> 'finished_at')::timestamptz, (r.object_attributes ->> 'updated_at')::timestamptz,
			r.status_changed_at, (r.commits #>> '{0,timestamp}')::timestamptz) AS at) AS e

-- @before gitlab_by_hand
TRUNCATE gitlab_event;

-- @ratio ingest_gitlab_vs_jsonb ingest_gitlab / gitlab_by_hand <= 2.5

-- @same ingest_gitlab_vs_jsonb
-- Every event by hand is one of ours; the pushes are of a branch there, and a request is opened when it was created.
SELECT e.* FROM gitlab_event AS e
WHERE e.entity NOT LIKE 'push:%'
AND NOT EXISTS (SELECT FROM gitlab.event AS o WHERE o.entity = 'gitlab:' || e.entity AND o.state = e.state AND (o.at = e.at
	OR e.state = 'opened'))
LIMIT 10
