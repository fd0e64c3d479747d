-- Webhooks of GitHub as octokit collected them: what is read, what is refused by name, and what
-- the payloads state, found in them once more by plain SQL.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SET LOCAL client_min_messages = error;
SELECT plan(16);
\set absent `[ -d "${VSM_REAL_DATA:-}/webhooks/github" ] && echo false || echo true`
\if :absent
SELECT skip('there is no webhooks/github in VSM_REAL_DATA', 16);
\else
CREATE TEMP TABLE hook (file text, body text);
\copy hook FROM PROGRAM 'cd "$VSM_REAL_DATA/webhooks/github" && for f in *.json; do printf %s "$f,\""; sed ''s/"/""/g'' "$f"; echo "\""; done' (FORMAT csv)
CREATE TEMP VIEW payload AS SELECT file, split_part(file, '.', 1) AS event, split_part(file, '.', 2) AS action, body::jsonb AS body
	FROM hook;
SELECT results_eq($$SELECT event, k.kind, k.reason, count(*) FROM payload, vsm.github_kind(body) AS k GROUP BY 1, 2, 3
	ORDER BY event COLLATE "C"$$,
	$$VALUES ('check_run', 'check_run', 'the job of the workflow tells the same: send workflow_job', 9::bigint),
		('check_suite', 'check_suite', 'the run of the workflow tells the same: send workflow_run', 9),
		('create', 'create', 'the push of the branch or tag tells the same, with its commits', 5),
		('deployment', 'deployment', NULL, 4), ('deployment_status', 'deployment', NULL, 4),
		('issue_comment', 'issue_comment', 'comments change no state', 9),
		('issues', 'issue', NULL, 29), ('pull_request', 'pull_request', NULL, 29), ('pull_request_review', 'pull_request_review', NULL, 4),
		('push', 'push', NULL, 7), ('release', 'release', NULL, 13),
		('status', 'status', 'it is what some other tool said of a commit: read that tool', 4),
		('workflow_job', 'workflow_job', NULL, 8), ('workflow_run', 'workflow_run', NULL, 5)$$,
			'the kind of every webhook is told by its shape');

CALL vsm.create_model('forth');
CALL vsm.create_model('back');
INSERT INTO forth.inbox (source, payload) SELECT 'github', body FROM hook ORDER BY file;
SELECT is(vsm.ingest_once('forth'), ROW (103, 36)::vsm.ingested, 'what is to be read is read');
SELECT bag_eq($$SELECT error, count(*) FROM forth.inbox GROUP BY 1$$,
	$$SELECT 'github ' || k.kind || ': ' || k.reason, count(*) FROM payload, vsm.github_kind(body) AS k WHERE k.reason IS NOT NULL
		GROUP BY 1$$,
	'the rest stays, with its reason');
INSERT INTO back.inbox (source, payload) SELECT 'github', body FROM hook, generate_series(1, 2) ORDER BY file DESC;
DO $$BEGIN
	FOR i IN 1..12 LOOP
		PERFORM vsm.ingest_payloads('back', ARRAY(SELECT id FROM back.inbox WHERE error IS NULL ORDER BY id LIMIT 25));
	END LOOP;
END$$;
SELECT is((SELECT count(*) FROM back.inbox WHERE error IS NULL), 0::bigint, 'once more backwards, in parts and twice');

-- The samples use some ids for several objects; so a time is one of those that payloads name.
SELECT bag_eq($$SELECT event_id, min(at) FROM back.event GROUP BY 1$$, $$SELECT event_id, at FROM forth.event$$,
	'the same events at the same times');
SELECT bag_eq('TABLE back.link', 'TABLE forth.link', 'the same links');
SELECT bag_eq('TABLE back.commit', 'TABLE forth.commit', 'the same commits');
SELECT bag_eq('TABLE back.item', 'TABLE forth.item', 'the same items');
SELECT bag_eq('TABLE back.item_alias', 'TABLE forth.item_alias', 'the same other names');
SELECT bag_eq('TABLE back.deployment', 'TABLE forth.deployment', 'the same deployments');

CREATE FUNCTION pg_temp.at(t text) RETURNS timestamptz LANGUAGE sql AS 'SELECT t::timestamptz';
SELECT bag_eq($$SELECT DISTINCT f.entity, f.at, f.value FROM payload, vsm.read_github_issue('github', body, vsm.default_names()) AS f
	WHERE event = 'issues' AND f.fact = 'event' AND f.method IS NULL$$,
	$$SELECT DISTINCT 'github:issue:' || (body #>> '{issue,id}'), v.at, v.state FROM payload, LATERAL (VALUES
			(pg_temp.at(body #>> '{issue,created_at}'), 'opened', true),
			(pg_temp.at(body #>> '{issue,closed_at}'), 'closed', body #>> '{issue,state}' = 'closed'),
			(pg_temp.at(body #>> '{issue,updated_at}'), action, action IN ('reopened', 'deleted', 'transferred'))) AS v (at, state, told)
		WHERE event = 'issues' AND v.told AND NOT body -> 'issue' ? 'pull_request'$$,
			'events of issues; two webhooks are about a pull request');
SELECT bag_eq($$SELECT DISTINCT f.entity, f.at, f.value FROM payload, vsm.read_github_pull_request('github', body, vsm.default_names())
	AS f WHERE event = 'pull_request' AND f.fact = 'event' AND f.method IS NULL$$,
	$$SELECT DISTINCT 'github:pull_request:' || (body #>> '{pull_request,id}'), v.at, v.state FROM payload, LATERAL (VALUES
			(pg_temp.at(body #>> '{pull_request,created_at}'), 'opened', true),
			(pg_temp.at(body #>> '{pull_request,closed_at}'), 'closed', action = 'closed'),
			(pg_temp.at(body #>> '{pull_request,updated_at}'), CASE action WHEN 'converted_to_draft' THEN 'draft' ELSE action END,
				action IN ('reopened', 'converted_to_draft', 'ready_for_review', 'review_requested'))) AS v (at, state, told)
		WHERE event = 'pull_request' AND v.told$$, 'events of pull requests, none of which was merged');
SELECT bag_eq($$SELECT DISTINCT f.at, f.value FROM payload, vsm.read_github_pull_request_review('github', body, vsm.default_names()) AS f
	WHERE event = 'pull_request_review' AND f.id LIKE '%:review:%'$$,
	$$SELECT DISTINCT pg_temp.at(CASE action WHEN 'dismissed' THEN body #>> '{pull_request,updated_at}'
		ELSE body #>> '{review,submitted_at}' END), body #>> '{review,state}'
		FROM payload WHERE event = 'pull_request_review'$$, 'reviews');
SELECT bag_eq($$SELECT file, f.at, f.value FROM payload, vsm.read_github_deployment('github', body, vsm.default_names()) AS f
	WHERE event LIKE 'deployment%' AND f.fact = 'event'$$,
	$$SELECT file, pg_temp.at(body #>> '{deployment,created_at}'), 'created' FROM payload WHERE event LIKE 'deployment%'
		UNION ALL SELECT file, pg_temp.at(body #>> '{deployment_status,created_at}'), body #>> '{deployment_status,state}' FROM payload
			WHERE event = 'deployment_status'$$, 'deployments');
SELECT bag_eq($$SELECT file, f.value, f.at FROM payload, LATERAL (
			SELECT r.* FROM vsm.read_github_workflow_run('github', body, vsm.default_names()) AS r WHERE event = 'workflow_run'
			UNION ALL SELECT j.* FROM vsm.read_github_workflow_job('github', body, vsm.default_names()) AS j WHERE event = 'workflow_job')
				AS f
		WHERE event LIKE 'workflow%' AND f.fact = 'event'$$,
	$$SELECT file, v.state, pg_temp.at(v.at) FROM (SELECT *, coalesce(body -> 'workflow_run', body -> 'workflow_job') AS o FROM payload
		WHERE event LIKE 'workflow%') AS p,
			LATERAL (VALUES (CASE o ->> 'status' WHEN 'waiting' THEN 'waiting' ELSE 'queued' END, o ->> 'created_at'),
				(CASE WHEN event = 'workflow_job' AND o ->> 'status' IN ('in_progress', 'completed') THEN 'in_progress' END,
					o ->> 'started_at'),
				(o ->> 'conclusion', coalesce(o ->> 'completed_at', o ->> 'updated_at'))) AS v (state, at)
		WHERE v.state IS NOT NULL AND v.at IS NOT NULL$$, 'runs and jobs of workflows');
SELECT bag_eq($$SELECT file, f.value, f.at FROM payload, vsm.read_github_push('github', body, vsm.default_names()) AS f
	WHERE event = 'push' AND f.fact = 'event'$$,
	$$SELECT file, CASE WHEN (body ->> 'deleted')::boolean THEN 'deleted' WHEN body ->> 'ref' LIKE 'refs/tags/%' THEN 'tagged'
		ELSE 'pushed' END, to_timestamp((body #>> '{repository,pushed_at}')::bigint)
		FROM payload WHERE event = 'push'$$, 'pushes');
\endif
SELECT finish();
ROLLBACK;
