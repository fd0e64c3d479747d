-- The headlines of the dashboards from what tools told, in plain SQL: no view, no function and no table that refresh makes, but for the
-- parts of items that test/delivery_oracle.sql reads. Those of flow are of the value stream Support, whose items no code touches: its
-- stages In Progress and QA are worked in, and its workflow does not know In Review and what is flagged, which therefore wait.
-- psql variables since and until, dates in UTC. Prints "dashboard: chart|figure".
\set ON_ERROR_STOP on
\set zone UTC
SET timezone = 'UTC';
CREATE TEMP TABLE told AS
SELECT e.entity, e.at, e.state, lead(e.at) OVER w AS next, row_number() OVER w AS n
FROM flow.event AS e JOIN flow.item AS i ON i.item = e.entity
WHERE i.project LIKE 'OPS%' AND i.source = 'jira'
WINDOW w AS (PARTITION BY e.entity ORDER BY e.at, e.event_id);
CREATE TEMP TABLE done AS
SELECT b.*, extract(epoch FROM b.ended - b.started) / 86400 AS days, (
	SELECT sum(extract(epoch FROM least(t.next, b.ended) - t.at)) / 86400 FROM told AS t
	WHERE t.entity = b.entity AND t.at >= b.started AND t.at < b.ended AND t.state IN ('In Progress', 'QA')) AS active
FROM (
	SELECT t.entity, min(t.at) FILTER (WHERE t.state IN ('In Progress', 'QA')) AS started,
		(array_agg(t.state ORDER BY t.n DESC))[1] AS last,
		max(t.at) FILTER (WHERE t.state = 'Done') AS ended FROM told AS t GROUP BY t.entity) AS b;
SELECT v.* FROM (
	SELECT percentile_cont(0.85) WITHIN GROUP (ORDER BY days) AS p85, percentile_cont(0.5) WITHIN GROUP (ORDER BY days) AS p50,
		sum(active) / sum(days) AS efficiency, count(*) AS n
	FROM done WHERE last = 'Done' AND ended >= :'since' AND ended < :'until') AS d,
	LATERAL (VALUES ('Value stream: Flow time p85', d.p85), ('Value stream: Flow time p50', d.p50),
		('Value stream: Flow efficiency', d.efficiency), ('Value stream: Velocity', d.n)) AS v (name, figure);
SELECT 'Value stream: Load', count(*) FROM done WHERE last NOT IN ('Done', 'Won''t Do') AND started IS NOT NULL;

\ir ../delivery_oracle.sql
SELECT v.* FROM (
	SELECT count(*) AS n, avg(failed::int) AS failed, percentile_cont(0.5) WITHIN GROUP (ORDER BY recovery_hours) AS recovery,
		avg(is_rework::int) AS rework
	FROM wanted_outcome WHERE counted AND finished_at >= :'since' AND finished_at < :'until') AS d,
	LATERAL (VALUES ('Delivery: Deployments', d.n), ('Delivery: Change fail rate', d.failed), ('Delivery: Recovery time', d.recovery),
		('Delivery: Rework rate', d.rework)) AS v (name, figure);
SELECT 'Delivery: Change lead time', percentile_cont(0.5) WITHIN GROUP (ORDER BY lead_time_hours) FROM wanted_change
WHERE released_at >= :'since' AND released_at < :'until';
