-- model_tail: what comes behind the build, for model.sql with psql variable tail (how many tickets): a value stream Cart, whose
-- services cart and basket are deployed by Argo CD and to Kubernetes, whose incidents are in PagerDuty, and whose features are
-- behind flags, of which PostHog and OpenTelemetry tell. All of that comes by payloads through the inbox. It draws numbers of its
-- own, so that the model beside it stays as it is.
INSERT INTO :"schema".value_stream (value_stream, portfolio, workflow)
SELECT 'Cart', 'Retail', v.workflow FROM :"schema".value_stream AS v WHERE v.value_stream = 'Shop';
INSERT INTO :"schema".routing (rank, source, project, value_stream) VALUES (50, 'jira', 'CART', 'Cart');
INSERT INTO :"schema".service (service, value_stream, repository, since)
SELECT s, 'Cart', 'cart/' || s, pg_temp.day(0) FROM unnest('{cart,basket}'::text[]) AS s;
-- What PagerDuty calls a service, and PostHog some of the features.
INSERT INTO :"schema".naming (source, kind, name, meaning)
SELECT 'pagerduty', 'service', 'Cart (production)', 'cart'
UNION ALL SELECT 'posthog', 'feature', 'step ' || n, 'CART-' || n FROM generate_series(1, :tail) AS n WHERE n % 3 = 2;

-- (The first two are what each repository begins with.)
CREATE TEMP TABLE cart AS
SELECT d.*, d.started + 1 AS opened, d.started + 2 AS merged, d.started + 2.02 AS built, d.started + 2.5 AS released,
	CASE WHEN d.n % 2 = 0 THEN 'cart' ELSE 'basket' END AS service, pg_temp.sha('cart', 0, d.n) AS sha
FROM (
	SELECT n, 100 + 850.0 * n / :tail AS created, 101 + 850.0 * n / :tail + 3 * pg_temp.u(n, 901) AS started,
		3 + 5 * pg_temp.u(n, 902) AS adopted
	FROM generate_series(-1, :tail::int) AS n) AS d;
INSERT INTO :"schema".item (item, source, key, project, type, source_type, priority, title, created_at)
SELECT 'jira:issue:' || 9700000 + c.n, 'jira', 'CART-' || c.n, 'CART', 'feature', 'Story', 'Medium', 'Step ' || c.n, pg_temp.day(c.created)
FROM cart AS c WHERE c.n > 0;
INSERT INTO :"schema".item_alias (alias, item) SELECT 'CART-' || c.n, 'jira:issue:' || 9700000 + c.n FROM cart AS c WHERE c.n > 0;
INSERT INTO :"schema".event (source, event_id, entity, at, state)
SELECT 'jira', 'cart' || c.n || v.state, 'jira:issue:' || 9700000 + c.n, pg_temp.day(v.day), v.state
FROM cart AS c, LATERAL (VALUES (c.created, 'To Do'), (c.started, 'In Progress'), (c.opened, 'In Review'), (c.merged + 0.1, 'Done'))
	AS v (day, state)
WHERE c.n > 0;
INSERT INTO :"schema".merge_request (merge_request, repository, title, source_branch, target_branch, state, created_at, first_review_at,
	approved_at, merged_at, source)
SELECT 'gitlab:merge_request:cart' || c.n, 'cart/' || c.service, 'CART-' || c.n || ': step', 'work', 'main', 'merged',
	pg_temp.day(c.opened),
	pg_temp.day(c.opened + 0.5), pg_temp.day(c.merged - 0.1), pg_temp.day(c.merged), 'gitlab' FROM cart AS c WHERE c.n > 0;
INSERT INTO :"schema".event (source, event_id, entity, at, state)
SELECT 'gitlab', 'cart' || c.n || v.state, 'gitlab:merge_request:cart' || c.n, pg_temp.day(v.day), v.state
FROM cart AS c, LATERAL (VALUES (c.opened, 'opened'), (c.merged - 0.1, 'approved'), (c.merged, 'merged')) AS v (day, state) WHERE c.n > 0;
INSERT INTO :"schema".commit (sha, repository, committed_at, title, parents, source)
SELECT c.sha, 'cart/' || c.service, pg_temp.day(c.merged), 'Step ' || c.n,
	CASE WHEN c.n > 0 THEN ARRAY[pg_temp.sha('cart', 0, c.n - 2)] ELSE '{}' END, 'gitlab' FROM cart AS c;
INSERT INTO :"schema".build (build, repository, job, sha, attempt, status, queued_at, started_at, finished_at, source)
SELECT 'jenkins:build:cart' || c.n, 'cart/' || c.service, 'main', c.sha, 1, 'success', pg_temp.day(c.merged + 0.005),
	pg_temp.day(c.merged + 0.01), pg_temp.day(c.built), 'jenkins' FROM cart AS c;
INSERT INTO :"schema".link (source, target, kind, method, confidence)
SELECT 'gitlab:merge_request:cart' || c.n, 'CART-' || c.n, 'implements', 'key in title', 0.95 FROM cart AS c WHERE c.n > 0
UNION ALL SELECT c.sha, 'gitlab:merge_request:cart' || c.n, 'part_of', 'merge commit', 1 FROM cart AS c WHERE c.n > 0
UNION ALL SELECT 'jenkins:build:cart' || c.n, c.sha, 'builds', 'commit', 1 FROM cart AS c;

-- What is deployed is an image; which commit it is of says its tag, or an annotation.
INSERT INTO :"schema".inbox (source, payload)
SELECT 'argocd', jsonb_build_object('app', jsonb_build_object('metadata', '{"name": "cart", "namespace": "argocd"}'::jsonb, 'spec',
	'{"destination": {"namespace": "production"}, "source": {"repoURL": "https://git.example.com/cart/deploy.git"}}'::jsonb, 'status',
	jsonb_build_object('operationState', jsonb_build_object('phase', 'Succeeded', 'startedAt', pg_temp.day(c.released - 0.01),
		'finishedAt', pg_temp.day(c.released), 'syncResult', jsonb_build_object('revision', pg_temp.sha('manifest', 0, c.n))),
		'summary', jsonb_build_object('images', jsonb_build_array('r.example.com/cart:' || c.sha)))))
FROM cart AS c WHERE c.service = 'cart'
UNION ALL
SELECT 'kubernetes', jsonb_build_object('kind', 'Deployment', 'metadata', jsonb_build_object('name', 'basket', 'namespace', 'production',
	'generation', c.n + 10, 'creationTimestamp', pg_temp.day(50), 'annotations',
	jsonb_build_object('deployment.kubernetes.io/revision', (c.n + 10)::text)), 'spec', jsonb_build_object('template', jsonb_build_object(
	'metadata', jsonb_build_object('annotations', jsonb_build_object('org.opencontainers.image.revision', c.sha)), 'spec',
	'{"containers": [{"image": "r.example.com/basket:latest"}]}'::jsonb)), 'status', jsonb_build_object('observedGeneration', c.n + 10,
	'conditions', jsonb_build_array(jsonb_build_object('type', 'Progressing', 'status', 'True', 'reason', 'NewReplicaSetAvailable',
		'lastUpdateTime', pg_temp.day(c.released)))))
FROM cart AS c WHERE c.service = 'basket'
UNION ALL
-- One of five breaks something, for some hours.
SELECT 'pagerduty', jsonb_build_object('incident', jsonb_build_object('id', 'CART' || c.n, 'type', 'incident', 'incident_number',
	1000 + c.n,
	'created_at', pg_temp.day(c.released + 0.05), 'updated_at', pg_temp.day(c.released + 0.2), 'status', 'resolved',
	'resolved_at', pg_temp.day(c.released + 0.2), 'urgency', 'high', 'title', 'Orders are lost',
	'service', CASE c.service WHEN 'cart' THEN '{"id": "PC", "summary": "Cart (production)"}'::jsonb
		ELSE '{"id": "PB", "summary": "basket"}' END))
FROM cart AS c WHERE c.n % 5 = 3
UNION ALL
-- Flags: off where they are asked for first, then on; one of three features is never switched on.
SELECT 'posthog', jsonb_build_object('uuid', md5('cart' || c.n || v.is_on), 'event', '$feature_flag_called', 'timestamp',
	pg_temp.day(v.day),
	'properties', jsonb_build_object('$feature_flag', CASE c.n % 3 WHEN 2 THEN 'step ' || c.n ELSE 'CART-' || c.n || '-step' END,
		'$feature_flag_response', v.is_on))
FROM cart AS c, LATERAL (VALUES (false, c.released + 1), (true, c.released + c.adopted)) AS v (is_on, day)
WHERE c.n > 0 AND (c.n % 3 = 2 OR c.n % 3 = 0 AND NOT v.is_on)
UNION ALL
SELECT 'otel', jsonb_build_object('resourceLogs', jsonb_build_array(jsonb_build_object('scopeLogs', jsonb_build_array(jsonb_build_object(
	'logRecords', jsonb_build_array(jsonb_build_object('timeUnixNano', (extract(epoch
		FROM pg_temp.day(c.released + c.adopted)) * 1000000000)
		::bigint::text, 'eventName', 'feature_flag.evaluation', 'attributes', jsonb_build_object('feature_flag.key', 'CART-' || c.n ||
			'-step',
		'feature_flag.result.variant', 'on'))))))))
FROM cart AS c WHERE c.n > 0 AND c.n % 3 = 1;
SELECT vsm.ingest_once(:'schema') AS told \gset
DROP TABLE cart;
