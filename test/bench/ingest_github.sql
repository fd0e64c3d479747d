-- Webhooks of GitHub into the model, beside an INSERT of the same events by hand: one event a webhook,
-- no links, commits or deployments, and nothing if one of them is not what it should be.
-- @needs github_payload

-- @setup
SET client_min_messages = error;
CALL vsm.create_model('github');
CREATE TABLE github_event (source text, event_id text, entity text, at timestamptz, state text, PRIMARY KEY (source, event_id));

-- @run ingest_github
CALL vsm.ingest('github')

-- @before ingest_github
TRUNCATE github.inbox, github.event, github.item, github.item_alias, github.item_change, github.link, github.commit, github.deployment,
	github.incident;
INSERT INTO github.inbox (source, payload) SELECT 'github', payload FROM github_payload ORDER BY id;
ANALYZE github.inbox;

-- @run jsonb_by_hand
INSERT INTO github_event
SELECT 'github', e.entity || ':' || e.state, e.entity, e.at, e.state
FROM (SELECT payload::jsonb AS p FROM github_payload OFFSET 0) AS w,
	jsonb_to_record(p) AS r (action text, pull_request jsonb, review jsonb, workflow_run jsonb, workflow_job jsonb, deployment jsonb,
		deployment_status jsonb, after text, head_commit jsonb),
	LATERAL (SELECT
		CASE
			WHEN r.pull_request IS NOT NULL THEN 'pull_request:' || (r.pull_request ->> 'id')
			WHEN r.workflow_run IS NOT NULL THEN 'workflow_run:' || (r.workflow_run ->> 'id')
			WHEN r.workflow_job IS NOT NULL THEN 'workflow_job:' || (r.workflow_job ->> 'id')
			WHEN r.deployment IS NOT NULL THEN 'deployment:' || (r.deployment ->> 'id')
			ELSE 'commit:' || r.after
		END AS entity,
		coalesce(r.review ->> 'state', r.workflow_run ->> 'conclusion', r.workflow_job ->> 'conclusion', r.deployment_status ->> 'state',
			r.action, 'pushed') AS state,
		coalesce(r.review ->> 'submitted_at', r.pull_request ->> 'updated_at', r.workflow_run ->> 'updated_at',
			r.workflow_job ->> 'completed_at',
			r.deployment_status ->> 'created_at', r.deployment ->> 'created_at', r.head_commit ->> 'timestamp')::timestamptz AS at) AS e

-- @before jsonb_by_hand
TRUNCATE github_event;

-- @ratio ingest_github_vs_jsonb ingest_github / jsonb_by_hand <= 2

-- @same ingest_github_vs_jsonb
-- Every event by hand is one of ours; the pushes are of a branch there.
SELECT e.* FROM github_event AS e
WHERE e.entity NOT LIKE 'commit:%'
AND NOT EXISTS (SELECT FROM github.event AS o WHERE o.entity = 'github:' || e.entity AND o.at = e.at
	AND o.state = CASE WHEN e.entity LIKE 'pull_request:%' AND e.state = 'closed' THEN 'merged' ELSE e.state END)
LIMIT 10
