-- Refresh of a model as tools leave it (test/bench/setup/model.sql): all of it made anew, and what ten tickets, or the commits
-- and deployments of one repository, cost; beside a materialized view of the same numbers that is refreshed; and what the
-- trigger costs by which refresh learns of changes. Each refresh finds the one before it complete.
-- @needs model

-- @setup
SET client_min_messages = error;
CALL vsm.refresh('bench_model');
CREATE TABLE stamped (LIKE bench_model.event INCLUDING DEFAULTS);
ALTER TABLE stamped ADD PRIMARY KEY (entity, source, event_id);
CREATE TABLE indexed (LIKE stamped INCLUDING ALL);
CREATE INDEX ON indexed (xid);
CREATE TABLE bare (LIKE stamped INCLUDING ALL);
CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON stamped FOR EACH ROW EXECUTE FUNCTION vsm.stamp();
CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON indexed FOR EACH ROW EXECUTE FUNCTION vsm.stamp();
-- The same numbers as those of item_flow and visit that need no code, straight from events.
CREATE MATERIALIZED VIEW flow_of_item AS
SELECT e.item, f.created_at, f.outcome, f.lead_time, f.backlog_time, f.flow_efficiency, f.stage, f.stage_entered_at, f.started_at,
	f.finished_at, f.cancelled_at, f.flow_time, f.active_time, f.wait_time, f.blocked_time, f.rework, f.reopened
FROM (
		SELECT v.entity AS item, vsm.timeline(v.at, v.state) AS tracker FROM bench_model.event AS v WHERE v.source = 'jira'
			GROUP BY v.entity) AS e
	JOIN bench_model.item_flow AS i ON i.item = e.item JOIN bench_model.route AS r ON r.route = i.route,
	LATERAL vsm.flow(e.tracker, r.workflow) AS f;
CREATE UNIQUE INDEX ON flow_of_item (item);
CREATE MATERIALIZED VIEW visit_of_item AS
SELECT e.item, v.*
FROM (
		SELECT v.entity AS item, vsm.timeline(v.at, v.state) AS tracker FROM bench_model.event AS v WHERE v.source = 'jira' GROUP BY
			v.entity) AS e
	JOIN bench_model.item_flow AS i ON i.item = e.item JOIN bench_model.route AS r ON r.route = i.route,
	LATERAL vsm.visits(e.tracker, r.workflow) AS v;
CREATE UNIQUE INDEX ON visit_of_item (item, visit);
ANALYZE flow_of_item, visit_of_item;
-- Events of so many tickets, each once more worked on.
CREATE PROCEDURE work_on(tickets bigint) LANGUAGE sql BEGIN ATOMIC
	INSERT INTO bench_model.event (source, event_id, entity, at, state)
	SELECT 'jira', gen_random_uuid(), i.item, now() - random() * interval '1 day', 'In Progress'
	FROM (SELECT k.item FROM bench_model.item AS k WHERE k.source = 'jira' ORDER BY hashtext(k.item), k.item LIMIT tickets) AS i;
END;

-- @run ten_items
CALL vsm.refresh('bench_model')
-- @before ten_items
CALL work_on(10);

-- @run one_repository
CALL vsm.refresh('bench_model')
-- @before one_repository
INSERT INTO bench_model.commit (sha, repository, committed_at, parents)
SELECT md5(random()::text) || 'abcdef01', c.repository, now(), ARRAY[c.sha]
FROM (SELECT k.* FROM bench_model.commit AS k WHERE k.repository = 'pay/part1' ORDER BY k.committed_at DESC, k.sha LIMIT 1) AS c;
INSERT INTO bench_model.deployment (deployment, service, repository, environment, environment_tier, sha, status, finished_at)
SELECT 'bench:' || gen_random_uuid(), 'pay/part1', 'pay/part1', 'live', 'production', c.sha, 'success', now()
FROM (SELECT k.* FROM bench_model.commit AS k WHERE k.repository = 'pay/part1' ORDER BY k.committed_at DESC, k.sha LIMIT 1) AS c;

-- @run refreshed
CALL vsm.refresh('bench_model')
-- @before refreshed
CALL work_on(10000);

-- @run matview
REFRESH MATERIALIZED VIEW CONCURRENTLY flow_of_item;
REFRESH MATERIALIZED VIEW CONCURRENTLY visit_of_item

-- @run rebuild
CALL vsm.refresh('bench_model', rebuild => true)

-- @query floor
SELECT count(*) FROM (SELECT v.entity, vsm.timeline(v.at, v.state) AS t FROM bench_model.event AS v GROUP BY v.entity) AS e WHERE e.t
	IS NOT NULL

-- @run insert_bare
INSERT INTO bare SELECT * FROM bench_model.event
-- @before insert_bare
TRUNCATE bare;

-- @run insert_stamped
INSERT INTO stamped SELECT * FROM bench_model.event
-- @before insert_stamped
TRUNCATE stamped;

-- @run insert_indexed
INSERT INTO indexed SELECT * FROM bench_model.event
-- @before insert_indexed
TRUNCATE indexed;

-- @ratio rebuild_vs_timelines rebuild / floor
-- @memory rebuild_memory rebuild / floor
-- (The goals are those of a million items.)
-- @each rebuild rebuild <= 0.24
-- @seconds refresh_10_items ten_items <= 0.15
-- @seconds refresh_repository one_repository <= 1
-- @ratio matview_vs_refresh matview / refreshed >= 50
-- @ratio stamp_overhead insert_stamped / insert_bare <= 1.10
-- @ratio stamp_index_overhead insert_indexed / insert_bare <= 1.35
