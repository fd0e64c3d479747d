-- Views of delivery over the generated model (test/bench/setup/model.sql), with incidents and rollbacks, beside plain SQL.
-- psql variable items: how many tickets.
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SET client_min_messages = error;
SET jit = off;
\if :{?items}
\else
\set items 400
\endif
\set schema flow
\set zone UTC
\ir ../../bench/setup/model.sql
SELECT plan(13);
-- Whose services they are; one has no value stream.
UPDATE flow.service SET value_stream = CASE WHEN repository LIKE 'shop/%' THEN 'Shop' WHEN service NOT LIKE '%/api' THEN 'Payments' END,
	team = CASE WHEN repository LIKE 'shop/%' THEN 'Blue' ELSE 'Green' END;
-- A second region; every tenth deployment goes back to what was deployed the time before the last, some by hand to what has never been
-- deployed.
INSERT INTO flow.deployment (deployment, service, repository, environment, environment_tier, sha, status, created_at, finished_at, source)
SELECT d.deployment || ':us', d.service, d.repository, 'live-us', 'production', d.sha, d.status, d.created_at, d.finished_at + interval
	'3 hours', d.source
FROM flow.deployment AS d WHERE d.environment = 'live' AND d.repository = 'shop/part4';
INSERT INTO flow.deployment (deployment, service, repository, environment, environment_tier, sha, status, created_at, finished_at, source)
SELECT d.deployment || ':back', d.service, d.repository, d.environment, 'production', CASE WHEN hashtext(d.deployment) % 3 = 0 THEN
	c.parents[1] ELSE d.before END, 'success', d.finished_at, d.finished_at + interval '4 hours', d.source
FROM (SELECT e.*, lag(e.sha, 2) OVER (PARTITION BY e.service, e.environment ORDER BY e.finished_at) AS before FROM flow.deployment AS e
	WHERE e.environment LIKE 'live%') AS d JOIN flow.commit AS c ON c.sha = d.sha
WHERE hashtext(d.deployment) % 10 = 0 AND d.before IS NOT NULL;
-- Incidents, of Shop alone: stated, guessed, not of a change, of a service or of a repository, open, with fixes by commit and by request.
INSERT INTO flow.incident (incident, service, repository, environment, opened_at, resolved_at, change_caused)
SELECT 'pager:incident:' || d.deployment, CASE WHEN h % 2 = 0 THEN d.service END, d.repository, CASE WHEN h % 5 > 0 THEN d.environment END,
	d.finished_at + interval '2 hours',
	CASE WHEN h % 11 > 0 THEN d.finished_at + (3 + h % 400) * interval '1 hour' END, CASE h % 7 WHEN 0 THEN false WHEN 1 THEN true END
FROM flow.deployment AS d, LATERAL (SELECT abs(hashtext(d.deployment || 'i')) AS h) AS n WHERE d.environment LIKE 'live%' AND d.repository
	LIKE 'shop/%' AND h % 6 = 0;
INSERT INTO flow.link (source, target, kind, method, confidence)
SELECT i.incident, substr(i.incident, 16), 'caused_by', CASE WHEN h % 4 = 1 THEN 'root cause in description' ELSE 'field' END, 0.9 + (h %
	2) * 0.1
FROM flow.incident AS i, LATERAL (SELECT abs(hashtext(i.incident)) AS h) AS n WHERE h % 3 = 0
UNION ALL
SELECT DISTINCT ON (i.incident) CASE WHEN p.target IS NOT NULL AND i.repository <> 'shop/part2' THEN p.target ELSE c.sha END, i.incident,
	'fixes', 'key in title', 0.95
FROM flow.incident AS i JOIN flow.commit AS c ON c.repository = i.repository AND c.committed_at BETWEEN i.opened_at AND i.resolved_at LEFT
	JOIN flow.link AS p ON p.source = c.sha AND p.kind = 'part_of'
WHERE hashtext(i.incident) % 2 = 0
ON CONFLICT DO NOTHING;
CALL vsm.refresh('flow');
\ir ../../delivery_oracle.sql
-- What is to be compared is there.
SELECT cmp_ok((SELECT count(*) FROM wanted_outcome WHERE method = 'latest deployment before'), '>', 5::bigint,
	'deployments that failed by a guess');
SELECT cmp_ok((SELECT count(*) FROM wanted_outcome WHERE method = 'rollback'), '>', 5::bigint, 'by a rollback');
SELECT cmp_ok((SELECT count(*) FROM wanted_outcome WHERE confidence >= 0.9 AND method <> 'rollback'), '>', 5::bigint, 'by what is stated');
SELECT cmp_ok((SELECT count(*) FROM wanted_outcome WHERE is_rework), '>', 10::bigint, 'rework');
SELECT cmp_ok((SELECT count(*) FROM wanted_change WHERE method = 'request'), '>', 20::bigint, 'squashed changes');
SELECT cmp_ok((SELECT count(*) FROM wanted_step WHERE is_rollback IS FALSE AND NOT is_release AND NOT is_redeploy AND previous IS NOT
	NULL), '>', 5::bigint, 'deployments of what was there before that are no rollback');
SELECT bag_eq(:'outcome' || 'flow.deployment_outcome', :'outcome' || 'wanted_outcome', 'deployments as plain SQL has them');
SELECT bag_eq(:'change' || 'flow.change_lead_time', :'change' || 'wanted_change', 'changes');
SELECT bag_eq('SELECT week, ' || :'dora' || 'flow.dora_weekly', format('SELECT period, %s pg_temp.wanted_dora(%L, %L)', :'dora', 'week',
	:'zone'), 'weeks');
SELECT bag_eq('SELECT month, ' || :'dora' || 'flow.dora_monthly', format('SELECT period, %s pg_temp.wanted_dora(%L, %L)', :'dora', 'month',
	:'zone'), 'months');

-- Requests. Of one that is a part of an item the parts of items say when it was released.
CREATE TEMP TABLE wanted_review AS
SELECT q.merge_request, coalesce((SELECT min(p.service) FROM (SELECT s.service FROM flow.service AS s, flow.commit AS c, wanted_link AS l,
	unnest(c.paths) AS f WHERE s.repository = q.repository AND s.path IS NOT NULL
		AND l.target = q.merge_request AND l.kind = 'part_of' AND l.source = c.sha AND f LIKE s.path || '/%' GROUP BY s.service) AS p
			HAVING count(*) = 1),
		(SELECT min(s.service) FROM flow.service AS s WHERE s.repository = q.repository HAVING count(*) = 1), q.repository) AS service,
	(SELECT min(p.item) FROM flow.item_part AS p WHERE p.part = q.merge_request HAVING count(*) = 1) AS item, (SELECT count(*)::int FROM
		flow.item_part AS p WHERE p.part = q.merge_request) AS item_count,
	date_part('epoch', coalesce(q.ready_at, q.created_at) - c.first) / 3600 AS coding_hours, date_part('epoch', q.first_review_at -
		coalesce(q.ready_at, q.created_at)) / 3600 AS pickup_hours,
	date_part('epoch', coalesce(q.approved_at, q.merged_at) - q.first_review_at) / 3600 AS review_hours, date_part('epoch', q.merged_at -
		q.approved_at) / 3600 AS merge_hours, q.first_review_at IS NOT NULL AS reviewed,
	date_trunc('week', q.merged_at AT TIME ZONE 'UTC')::date AS merged_week
FROM flow.merge_request AS q, LATERAL (SELECT min(coalesce(k.authored_at, k.committed_at)) AS first FROM wanted_link AS l JOIN flow.commit
	AS k ON k.sha = l.source WHERE l.target = q.merge_request AND l.kind = 'part_of') AS c;
CREATE TEMP VIEW seen_review AS
SELECT merge_request, service, item, item_count, coding_hours, pickup_hours, review_hours, merge_hours, reviewed, merged_week
FROM flow.review;
CREATE TEMP VIEW rounded_review AS
SELECT merge_request, service, item, item_count, CASE WHEN coding_hours >= 0 THEN coding_hours END AS coding_hours,
	CASE WHEN pickup_hours < 0 THEN 0 ELSE pickup_hours END AS pickup_hours, CASE WHEN review_hours < 0 THEN 0 ELSE review_hours END
	AS review_hours, CASE WHEN merge_hours < 0 THEN 0 ELSE merge_hours END AS merge_hours, reviewed, merged_week
FROM wanted_review;
SELECT bag_eq('TABLE seen_review', 'TABLE rounded_review', 'requests');
CREATE TEMP VIEW wanted_part_release AS
SELECT DISTINCT part, CASE WHEN released_at IS NOT NULL THEN greatest(released_at, merged_at) END
FROM flow.item_part WHERE kind = 'request';
SELECT bag_eq('SELECT merge_request, released_at FROM flow.review WHERE item_count > 0', 'TABLE wanted_part_release',
	'and their releases as parts of items have them');
CREATE TEMP VIEW wanted_release_item AS
SELECT d.deployment, p.item, count(*)::int AS parts, max(p.confidence)
FROM flow.deployment AS d JOIN flow.item_part AS p ON p.deployment = d.deployment GROUP BY d.deployment, p.item;
SELECT bag_eq('SELECT deployment, item, part_count, confidence FROM flow.release_item', 'TABLE wanted_release_item',
	'what releases carry');
SELECT finish();
