-- model: a model as tools leave it in 1,000 days (psql variable first_day: from when on), in the schema bench_model (schema: another):
-- tickets of Jira, merge requests of GitLab and pull requests of GitHub, commits, builds of Jenkins, approvals of ServiceNow,
-- deployments and usage, of :items tickets, half of them with code; a repository for every 5,000. Always the same.
--
-- What is in it that makes real models hard: rework, rejected reviews, reopened and cancelled tickets; hot fixes within
-- hours, cherry-picked and deployed on their own; two requests a ticket, loose commits, one request for three tickets,
-- release requests that name twelve; reverts; moved keys; tickets that stay open after their release; backports to a
-- branch that is never deployed; release trains with approvals of weeks before hours of coding; two services in one
-- repository; a repository whose deployments are known only from day 500 on, and one that is retired on day 600; features over
-- tickets of several value streams, with urgencies, due dates that were moved, values and outcomes in two currencies; blockers.
--
-- And it tells a story (at the end): of a team that released 50 fixes of low priority last week, while the feature that matters
-- most is in its third week of Design Review, waiting for another team.
--
-- With psql variable tail it has a value stream more, of so many tickets, whose way goes on through Argo CD and Kubernetes to
-- incidents of PagerDuty and to use: model_tail.sql.
\if :{?schema}
\else
\set schema bench_model
\endif
\if :{?first_day}
\else
\set first_day '2023-01-02 08:00Z'
\endif
SELECT greatest(5, :items / 5000) AS repositories,
	-- the day on which the last whole week begins, by the calendar in UTC
	extract(epoch FROM (date_trunc('week', timestamptz :'first_day' AT TIME ZONE 'UTC' + interval '1000 days') - interval '7 days')
		- timestamptz :'first_day' AT TIME ZONE 'UTC') / 86400 AS week \gset
CALL vsm.create_model(:'schema', currency => 'USD');

-- The same number from 0 to 1 for the same thing (i) and question (k).
CREATE FUNCTION pg_temp.u(i bigint, k bigint) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (hashint8extended(i, k) & 4294967295) / 4294967296.0::float8;
CREATE FUNCTION pg_temp.day(day float8) RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN timestamptz :'first_day' + make_interval(secs => day * 86400);
CREATE FUNCTION pg_temp.sha(kind text, a bigint, b bigint) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN md5(kind || a || ':' || b) || left(md5(b || kind || a), 8);
CREATE FUNCTION pg_temp.repository(r bigint) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN r % 2 = 0 THEN 'shop/part' ELSE 'pay/part' END || r;
CREATE FUNCTION pg_temp.request(r bigint, n bigint) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN r % 2 = 0 THEN 'gitlab:merge_request:' ELSE 'github:pull_request:' END || n;

INSERT INTO :"schema".value_stream (value_stream, portfolio, workflow, calendar)
SELECT v.name, 'Retail', vsm.with_delivery('{"stages":[{"name":"Backlog","class":"new","states":["To Do"]},
	{"name":"Design Review","class":"waiting","states":["In Design Review"],"phase":"Design","waiting_for":"architecture",
		"owner":"Architecture board"},
	{"name":"Build","class":"active","states":["In Progress"],"phase":"Build"},
	{"name":"Blocked","class":"blocked","states":["Flagged"],"until":["Unflagged"]},
	{"name":"Review","class":"waiting","states":["In Review"],"phase":"Build","waiting_for":"review"},
	{"name":"Ready for QA","class":"waiting","phase":"Test","waiting_for":"QA"},{"name":"QA","class":"active","phase":"Test"},
	{"name":"Released","class":"done","states":["Done"]},{"name":"In use","class":"done","states":["used"]},
	{"name":"Dropped","class":"cancelled","states":["Won''t Do"]}]}'::vsm.workflow)::jsonb, v.calendar
FROM (VALUES ('Shop', NULL::jsonb), ('Payments', '{"time_zone":"Europe/Paris","week":{"mon":["09:00-17:00"],"tue":["09:00-17:00"],
	"wed":["09:00-17:00"],"thu":["09:00-17:00"],"fri":["09:00-16:00"]}}')) AS v (name, calendar);
INSERT INTO :"schema".value_stream (value_stream, workflow) VALUES
	('Support', '{"stages":[{"name":"To Do","class":"new"},{"name":"In Progress","class":"active"},{"name":"QA","class":"active"},
		{"name":"Done","class":"done"},{"name":"Won''t Do","class":"cancelled"}]}');
INSERT INTO :"schema".team (team, value_stream, cost_per_day) VALUES ('Red', 'Shop', 4000), ('Blue', 'Shop', 3500), ('Green', 'Payments',
	5000);
INSERT INTO :"schema".routing (rank, source, project, type, value_stream, team) VALUES
	(10, 'jira', 'OPS%', NULL, 'Support', NULL), (20, 'jira', 'SHOP', 'defect', 'Shop', 'Red'), (30, 'jira', 'SHOP', NULL, 'Shop',
		'Blue'), (40, 'jira', 'PAY', NULL, 'Payments', 'Green');
INSERT INTO :"schema".naming (source, kind, name, meaning) VALUES ('jira', 'type', 'story', 'feature'), ('jira', 'type', 'epic',
	'feature'), ('jira', 'type', 'bug', 'defect'), ('jira', 'type', 'task', 'debt'),
	('jira', 'category', 'strategic', 'strategic'), ('jira', 'category', 'upkeep', 'run');
-- Repositories go by the remainder of 4: 0 a release train of 14 days, 1 every other day, 2 every fourth day and known
-- only from day 500 on, 3 every week, of two services; the last one is retired on day 600.
INSERT INTO :"schema".service (service, repository, path, since)
SELECT pg_temp.repository(r) || s.name, pg_temp.repository(r), s.path, CASE WHEN r % 4 <> 2 THEN pg_temp.day(0) END
FROM generate_series(1, :repositories) AS r, LATERAL (VALUES ('', NULL, false), ('/web', 'web', true), ('/api', 'api', true)) AS s (name,
	path, is_part)
WHERE s.is_part = (r % 4 = 3);

-- Tickets, with the days of what happens to them.
CREATE TEMP TABLE ticket AS
WITH drawn AS (
	SELECT i, 1 + floor(pg_temp.u(i, 1) * :repositories)::int AS r, 1000.0 * (i - pg_temp.u(i, 2)) / :items AS created,
		CASE WHEN pg_temp.u(i, 3) < 0.6 THEN 'feature' WHEN pg_temp.u(i, 3) < 0.85 THEN 'defect' ELSE 'debt' END AS type,
		CASE WHEN pg_temp.u(i, 4) < 0.5 THEN 0 WHEN pg_temp.u(i, 4) < 0.85 THEN 1 WHEN pg_temp.u(i, 4) < 0.95 THEN 2 ELSE -1 END
			AS requests,
		pg_temp.u(i, 3) >= 0.82 AND pg_temp.u(i, 3) < 0.85 AS is_hot, pg_temp.u(i, 5) < 0.2 AS is_rejected, pg_temp.u(i, 6) < 0.15
			AS is_reworked,
		pg_temp.u(i, 7) < 0.06 AS is_reopened, pg_temp.u(i, 8) < 0.1 AS is_flagged, pg_temp.u(i, 9) < 0.04 AS is_cancelled,
		pg_temp.u(i, 10) < 0.03 AS stays_open, pg_temp.u(i, 11) < 0.03 AS is_moved
	FROM generate_series(1, :items::bigint) AS i),
-- Nobody works on what is retired.
worked AS (SELECT d.*, CASE WHEN d.r = :repositories AND d.created > 580 THEN 1 ELSE d.r END AS repo FROM drawn AS d),
opened AS (
	SELECT w.*, w.created + CASE WHEN w.is_hot THEN 0.02 ELSE 0.1 + 40 * pg_temp.u(w.i, 20) ^ 3 END AS started,
		CASE WHEN w.is_hot THEN 0.1 WHEN w.repo % 4 = 0 THEN 0.2 ELSE 0.5 + 4 * pg_temp.u(w.i, 21) END AS coding,
		CASE WHEN w.is_hot THEN 0.05 ELSE 0.5 + 5 * pg_temp.u(w.i, 22) ^ 2 END AS review
	FROM worked AS w)
SELECT o.*, o.started + o.coding AS opened, o.started + o.coding + o.review AS merged, o.started + o.coding + o.review + 0.05 AS tested,
	o.started + o.coding + o.review + CASE WHEN o.is_hot THEN 0.2 ELSE 1 + 4 * pg_temp.u(o.i, 23) + CASE WHEN o.is_reworked THEN 2
		ELSE 0 END END AS done,
	CASE WHEN o.type = 'feature' AND o.requests = 0 AND o.i % 3 = 0 THEN 'OPS' WHEN o.repo % 2 = 0 THEN 'SHOP' ELSE 'PAY' END AS project
FROM opened AS o;
ANALYZE ticket;

-- Features over most of twelve tickets each, of whatever value streams.
CREATE TEMP TABLE epic AS
SELECT e.*, CASE WHEN e.g % 2 = 0 THEN 'SHOP' ELSE 'PAY' END AS project, pg_temp.u(e.g, 50) AS chance, e.done + 60 * (pg_temp.u(e.g,
	51) - 0.5) AS due
FROM (
	SELECT t.i / 12 AS g, min(t.created) - 5 - 60 * pg_temp.u(t.i / 12, 52) AS created, min(t.started) AS started, max(t.done) + 1
		AS done, bool_or(t.stays_open) AS stays_open
	FROM ticket AS t WHERE pg_temp.u(t.i, 12) < 0.8 GROUP BY t.i / 12) AS e;
ANALYZE epic;

INSERT INTO :"schema".item (item, source, key, project, type, source_type, priority, title, created_at, parent, feature, size, urgency,
	tags)
SELECT 'jira:issue:' || t.i, 'jira', t.project || '-' || t.i, t.project, t.type, CASE t.type WHEN 'feature' THEN 'Story' WHEN 'defect'
	THEN 'Bug' ELSE 'Task' END,
	CASE WHEN t.is_hot THEN 'Highest' WHEN t.i % 3 = 0 THEN 'High' ELSE 'Medium' END, 'Ticket ' || t.i, pg_temp.day(t.created),
	CASE WHEN e.g % 3 = 0 THEN 'jira:issue:' || 9000000 + e.g ELSE e.project || '-' || 9000000 + e.g END, 'jira:issue:' || 9000000 + e.g,
	CASE WHEN t.project <> 'PAY' OR t.i % 2 = 0 THEN 1 + t.i % 8 END, CASE t.i % 50 WHEN 9
		THEN '{"profile":"rate","per_week":500}'::jsonb END,
	CASE WHEN t.type = 'debt' THEN '["upkeep"]'::jsonb END
FROM ticket AS t LEFT JOIN epic AS e ON e.g = t.i / 12 AND pg_temp.u(t.i, 12) < 0.8 ORDER BY 1;
INSERT INTO :"schema".item (item, source, key, project, type, source_type, priority, title, created_at, due_at, urgency, planned_value,
	cost, tags)
SELECT 'jira:issue:' || 9000000 + e.g, 'jira', e.project || '-' || 9000000 + e.g, e.project, 'feature', 'Epic', 'High', 'Feature ' || e.g,
	pg_temp.day(e.created),
	CASE WHEN e.g % 3 = 0 THEN pg_temp.day(e.due) END,
	CASE e.g % 4
		WHEN 0 THEN jsonb_build_object('profile', 'rate', 'per_week', round(1000 + 8000 * e.chance))
		WHEN 1 THEN jsonb_build_object('profile', 'deadline', 'at', pg_temp.day(e.due + 56), 'step', 50000, 'per_week', 1000)
		WHEN 2 THEN jsonb_build_object('profile', 'expiring', 'from', pg_temp.day(e.created), 'value', 80000, 'half_life_weeks', 12) END,
	CASE WHEN e.g % 2 = 0 THEN round(100000 * e.chance) END, CASE WHEN e.g % 10 = 0 THEN 30000 END, CASE e.g % 5 WHEN 0
		THEN '["strategic"]'::jsonb WHEN 1 THEN '["upkeep"]' END
FROM epic AS e ORDER BY 1;
INSERT INTO :"schema".item_alias (alias, item) SELECT e.project || '-' || 9000000 + e.g, 'jira:issue:' || 9000000 + e.g FROM epic AS e;
INSERT INTO :"schema".item_change (item, at, attribute, value, previous, source, change_id)
SELECT 'jira:issue:' || 9000000 + e.g, pg_temp.day(e.due - 13), 'due_at', pg_temp.day(e.due), pg_temp.day(e.due - 14), 'jira',
	'due' || e.g FROM epic AS e WHERE e.g % 6 = 0 AND e.due < 1013;
INSERT INTO :"schema".event (source, event_id, entity, at, state)
SELECT 'jira', 'e' || e.g || ':' || v.n, 'jira:issue:' || 9000000 + e.g, pg_temp.day(v.day), v.state
FROM epic AS e, LATERAL (VALUES (1, e.created, 'To Do', true), (2, e.started, 'In Progress', true), (3, e.done, 'Done', NOT e.stays_open))
	AS v (n, day, state, holds)
WHERE v.holds AND v.day < 1000;
INSERT INTO :"schema".usage (source, event_id, feature, at, uses, users)
SELECT 'app', 'e' || e.g || ':' || n, CASE WHEN e.g % 2 = 0 THEN 'jira:issue:' ELSE e.project || '-' END || 9000000 + e.g,
	pg_temp.day(e.done + 2 + n / 2.0), n, 10 * n
FROM epic AS e, generate_series(1, 4) AS n WHERE e.g % 3 = 1 AND e.done < 990;
INSERT INTO :"schema".outcome (feature, at, measure, amount, currency)
SELECT e.project || '-' || 9000000 + e.g, pg_temp.day(e.done + 30 * n), 'revenue', 20000, CASE WHEN e.g % 9 = 0
	THEN 'EUR' WHEN e.g % 2 = 0 THEN 'USD' END
FROM epic AS e, generate_series(1, 3) AS n WHERE e.g % 4 < 2 AND e.done + 30 * n < 1000;
INSERT INTO :"schema".item_alias (alias, item)
SELECT t.project || '-' || t.i, 'jira:issue:' || t.i FROM ticket AS t
UNION ALL SELECT 'OLD-' || t.i, 'jira:issue:' || t.i FROM ticket AS t WHERE t.is_moved;
INSERT INTO :"schema".item_change (item, at, attribute, value, previous, source, change_id)
SELECT 'jira:issue:' || t.i, pg_temp.day(v.day), v.attribute, v.value, v.previous, 'jira', v.attribute || t.i
FROM ticket AS t, LATERAL (VALUES
	(t.created + 1, 'project', t.project, 'OLD', t.is_moved), (t.started + 0.01, 'priority', 'High', 'Medium', t.i % 9 = 0),
	(t.created + 0.5, 'type', CASE t.type WHEN 'feature' THEN 'Story' WHEN 'defect' THEN 'Bug' ELSE 'Task' END, 'Spike', t.i % 15 = 0),
	(t.done + 3, 'team', 'Red', 'Blue', t.i % 25 = 0)) AS v (day, attribute, value, previous, holds)
WHERE v.holds AND v.day < 1000;
INSERT INTO :"schema".event (source, event_id, entity, at, state)
SELECT 'jira', t.i || ':' || v.n, 'jira:issue:' || t.i, pg_temp.day(v.day), v.state
FROM ticket AS t, LATERAL (VALUES
	(1, t.created, 'To Do', true), (2, t.started, 'In Progress', true), (3, t.started + t.coding * 0.5, 'Flagged', t.is_flagged),
	(4, t.started + t.coding * 0.9, 'Unflagged', t.is_flagged), (5, t.opened, 'In Review', true), (6, t.opened + t.review * 0.3,
		'In Progress', t.is_rejected),
	(7, t.opened + t.review * 0.6, 'In Review', t.is_rejected), (8, t.opened + t.review * 0.7, 'Won''t Do', t.is_cancelled), (9, t.tested,
		'QA', NOT t.is_cancelled),
	(10, t.tested + 0.5, 'In Progress', t.is_reworked AND NOT t.is_cancelled), (11, t.tested + 1.5, 'QA', t.is_reworked
		AND NOT t.is_cancelled),
	(12, t.done, 'Done', NOT t.is_cancelled AND NOT t.stays_open), (13, t.done + 2, 'In Progress', t.is_reopened AND NOT t.is_cancelled
		AND NOT t.stays_open),
	(14, t.done + 4, 'Done', t.is_reopened AND NOT t.is_cancelled AND NOT t.stays_open)) AS v (n, day, state, holds)
WHERE v.holds AND v.day < 1000 ORDER BY t.i, v.n;

-- Requests: the first of a ticket, the second, a revert of the first, a backport of it, and release requests.
CREATE TEMP TABLE request AS
SELECT t.i * 10 + v.n AS id, t.i, v.n, t.repo, pg_temp.request(t.repo, t.i * 10 + v.n) AS request, pg_temp.repository(t.repo) AS repository,
	CASE v.n WHEN 4 THEN 'release/1' ELSE 'main' END AS branch, v.opened, CASE WHEN t.i % 5 = 0 THEN v.opened + 0.01 END AS ready,
	CASE WHEN v.n = 1 AND t.is_rejected THEN t.opened + t.review * 0.3 END AS rejected, v.merged - 0.02 AS approved,
	CASE WHEN NOT t.is_cancelled AND v.merged < 1000 THEN v.merged END AS merged, CASE WHEN t.is_cancelled
		THEN v.opened + t.review * 0.7 END AS closed,
	t.i % 2 = 0 AS is_squashed
FROM ticket AS t, LATERAL (VALUES
	(1, t.opened, t.merged, t.requests > 0), (2, t.opened + 0.5, t.merged + 1.5, t.requests = 2), (3, t.merged + 0.5, t.merged + 0.6,
		t.requests > 0 AND pg_temp.u(t.i, 30) < 0.02 AND NOT t.is_cancelled),
	(4, t.merged + 1, t.merged + 2, t.requests > 0 AND pg_temp.u(t.i, 31) < 0.03 AND NOT t.is_cancelled), (5, t.created, t.created + 1,
		t.i % 500 = 499)) AS v (n, opened, merged, holds)
WHERE v.holds AND v.opened < 1000;

-- The history of each repository: what lands on its main branch gets a place there; a branch begins, and a deployment
-- ends, at the place of that time.
CREATE TEMP TABLE history AS
SELECT h.*, count(*) FILTER (WHERE h.what = 'lands') OVER (PARTITION BY h.repo ORDER BY h.day, h.id, h.what) AS place
FROM (
	SELECT q.repo, q.merged AS day, 'lands' AS what, q.id FROM request AS q WHERE q.merged IS NOT NULL AND q.n <> 4
	UNION ALL SELECT q.repo, q.opened - 0.05, 'branch', q.id FROM request AS q WHERE q.n <> 5
	UNION ALL SELECT t.repo, t.merged, 'lands', t.i * 10 FROM ticket AS t WHERE t.requests = -1 AND t.merged < 1000
	UNION ALL SELECT t.repo, t.merged + 0.05, 'picked', t.i FROM ticket AS t WHERE t.is_hot AND t.requests > 0 AND t.repo % 4 = 0
		AND NOT t.is_cancelled AND t.merged < 999
	UNION ALL SELECT r, d, 'deploys', d
	FROM generate_series(1, :repositories) AS r, generate_series(1, 999) AS d
	WHERE d % CASE r % 4 WHEN 0 THEN 14 WHEN 1 THEN 2 WHEN 2 THEN 4 ELSE 7 END = 0 AND (r % 4 <> 2 OR d >= 500) AND (r < :repositories
		OR d < 600)) AS h;
ANALYZE request;
ANALYZE history;

INSERT INTO :"schema".merge_request (merge_request, repository, title, source_branch, target_branch, state, created_at, ready_at,
	first_review_at, approved_at, merged_at, closed_at, source)
SELECT q.request, q.repository, 'Request ' || q.id, CASE q.n WHEN 3 THEN 'revert-' || q.id - 2 || '-work' WHEN 5 THEN 'release'
	ELSE 'work-' || q.id END, q.branch,
	CASE WHEN q.merged IS NOT NULL THEN 'merged' WHEN q.closed < 1000 THEN 'closed' ELSE 'opened' END, pg_temp.day(q.opened),
		pg_temp.day(q.ready),
	pg_temp.day(coalesce(q.rejected, CASE WHEN q.approved < 1000 THEN q.approved END)), pg_temp.day(CASE WHEN q.merged IS NOT NULL
		THEN q.approved END),
	pg_temp.day(q.merged), pg_temp.day(CASE WHEN q.merged IS NULL AND q.closed < 1000 THEN q.closed END), split_part(q.request, ':', 1)
FROM request AS q;
INSERT INTO :"schema".event (source, event_id, entity, at, state)
SELECT split_part(q.request, ':', 1), q.id || ':' || v.state, q.request, pg_temp.day(v.day), v.state
FROM request AS q, LATERAL (VALUES
	(q.opened, CASE WHEN q.ready IS NULL THEN 'opened' ELSE 'draft' END), (q.ready, 'ready_for_review'), (q.rejected, 'changes_requested'),
	(CASE WHEN q.merged IS NOT NULL THEN q.approved END, 'approved'), (q.merged, 'merged'), (CASE WHEN q.merged IS NULL THEN q.closed END,
		'closed')) AS v (day, state)
WHERE v.day < 1000 ORDER BY q.i, q.n;

INSERT INTO :"schema".commit (sha, repository, committed_at, authored_at, title, parents, paths, source)
-- on main: squashed, merged or loose
SELECT pg_temp.sha('main', h.repo, h.place), pg_temp.repository(h.repo), pg_temp.day(h.day), NULL, 'Lands ' || h.id,
	array_remove(ARRAY[CASE WHEN h.place > 1 THEN pg_temp.sha('main', h.repo, h.place - 1) END, CASE WHEN NOT q.is_squashed AND q.n <> 5
		THEN pg_temp.sha('branch', q.id, 1) END], NULL),
	CASE WHEN h.repo % 4 = 3 THEN ARRAY[CASE WHEN h.id % 20 < 10 THEN 'web/page' ELSE 'api/call' END, 'README'] END,
		CASE WHEN h.repo % 2 = 0 THEN 'gitlab' ELSE 'github' END
FROM history AS h LEFT JOIN request AS q ON q.id = h.id WHERE h.what = 'lands'
UNION ALL
-- on the branches of requests
SELECT pg_temp.sha('branch', h.id, 1), pg_temp.repository(h.repo), pg_temp.day(h.day), pg_temp.day(h.day - 0.1), 'Work ' || h.id,
	CASE WHEN h.place > 0 THEN ARRAY[pg_temp.sha('main', h.repo, h.place)] ELSE '{}' END,
	CASE WHEN h.repo % 4 = 3 THEN ARRAY[CASE WHEN h.id % 20 < 10 THEN 'web/page' ELSE 'api/call' END] END, CASE WHEN h.repo % 2 = 0
		THEN 'gitlab' ELSE 'github' END
FROM history AS h WHERE h.what = 'branch'
UNION ALL
-- a hot fix of a train, picked onto what runs
SELECT pg_temp.sha('picked', h.repo, h.id), pg_temp.repository(h.repo), pg_temp.day(h.day), NULL, 'Pick ' || h.id,
	CASE WHEN h.place > 100 THEN ARRAY[pg_temp.sha('main', h.repo, h.place - 100)] ELSE '{}' END, NULL, 'gitlab'
FROM history AS h WHERE h.what = 'picked';
INSERT INTO :"schema".build (build, repository, job, sha, status, started_at, finished_at, source)
SELECT 'jenkins:build:' || v.kind || c.sha, c.repository, 'main', c.sha, v.status, c.committed_at, c.committed_at + v.takes, 'jenkins'
FROM :"schema".commit AS c, LATERAL (VALUES ('a', 'failed', interval '8 minutes', left(c.sha, 1) = 'a'), ('b', 'success',
	interval '20 minutes', true)) AS v (kind, status, takes, holds)
WHERE v.holds AND c.title NOT LIKE 'Work%';
INSERT INTO :"schema".deployment (deployment, service, repository, environment, environment_tier, sha, status, created_at, finished_at,
	source)
SELECT concat_ws(':', CASE WHEN h.repo % 2 = 0 THEN 'gitlab' ELSE 'github' END, 'deployment', h.repo, h.what, h.id,
	v.environment || s.name), pg_temp.repository(h.repo) || s.name,
	pg_temp.repository(h.repo), v.environment, v.tier, CASE h.what WHEN 'picked' THEN pg_temp.sha('picked', h.repo, h.id)
		ELSE pg_temp.sha('main', h.repo, h.place) END,
	CASE WHEN h.what = 'deploys' AND pg_temp.u(h.id * 1000 + h.repo, 40) < 0.05 THEN 'failed' ELSE 'success' END,
		pg_temp.day(h.day + v.after), pg_temp.day(h.day + v.after), CASE WHEN h.repo % 2 = 0 THEN 'gitlab' ELSE 'github' END
FROM history AS h, LATERAL (VALUES ('staging', 'staging', 0.02), ('live', 'production', 0.2)) AS v (environment, tier, after),
	LATERAL (VALUES ('', false), ('/web', true), ('/api', true)) AS s (name, is_part)
WHERE h.what IN ('deploys', 'picked') AND (h.place > 0 OR h.what = 'picked') AND s.is_part = (h.repo % 4 = 3);

-- Blockers, one or two at once, some of which have gone.
INSERT INTO :"schema".link (source, target, kind, method, confidence, since, until)
SELECT 'jira:issue:' || t.i, b.project || '-' || b.i, 'blocked_by', 'named', 1, pg_temp.day(t.started + 0.2), CASE WHEN t.i % 80 = 7
	THEN pg_temp.day(t.started + 2) END
FROM ticket AS t CROSS JOIN LATERAL (SELECT t.i - 3 AS i UNION ALL SELECT t.i - 5 WHERE t.i % 120 = 7) AS n JOIN ticket AS b ON b.i = n.i
WHERE t.i % 40 = 7;
INSERT INTO :"schema".link (source, target, kind, method, confidence, changed_at)
-- requests and commits implement tickets, by the old key where that has moved
SELECT q.request, CASE WHEN t.is_moved THEN 'OLD' ELSE t.project END || '-' || t.i, CASE WHEN t.type = 'defect' THEN 'fixes'
	ELSE 'implements' END,
	CASE WHEN t.i % 4 = 0 THEN 'key in branch' ELSE 'key in title' END, CASE WHEN t.i % 4 = 0 THEN 0.9 ELSE 0.95 END, pg_temp.day(q.opened)
FROM request AS q JOIN ticket AS t ON t.i = q.i WHERE q.n <> 5
UNION ALL
-- one request for three tickets, and release requests that name twelve
SELECT q.request, t.project || '-' || t.i, 'implements', 'key in title', 0.95, pg_temp.day(q.opened)
FROM request AS q, LATERAL generate_series(q.i + CASE q.n WHEN 5 THEN -11 ELSE 1 END, q.i + CASE q.n WHEN 5 THEN 0 ELSE 2 END) AS j JOIN
	ticket AS t ON t.i = j
WHERE q.n = 5 OR q.n = 1 AND q.i % 100 = 1
UNION ALL
-- named in a description alone
SELECT q.request, 'PAY-' || q.i + 7, 'implements', 'key in description', 0.6, pg_temp.day(q.opened) FROM request AS q WHERE q.n = 1
	AND q.i % 20 = 3
UNION ALL
SELECT q.request, pg_temp.request(q.repo, q.id - 2), 'reverts', 'revert', 1, pg_temp.day(q.opened) FROM request AS q WHERE q.n = 3
UNION ALL
SELECT pg_temp.sha('main', h.repo, h.place), q.request, 'part_of', CASE WHEN q.is_squashed THEN 'squash commit' ELSE 'merge commit' END,
	1, pg_temp.day(q.merged)
FROM history AS h JOIN request AS q ON q.id = h.id WHERE h.what = 'lands'
UNION ALL
SELECT pg_temp.sha('branch', h.id, 1), q.request, 'part_of', 'head commit', 1, pg_temp.day(q.opened) FROM history AS h JOIN request
	AS q ON q.id = h.id WHERE h.what = 'branch'
UNION ALL
-- the commits of a request name its ticket as well
SELECT pg_temp.sha('branch', h.id, 1), t.project || '-' || t.i, 'implements', 'key in subject', 0.95, pg_temp.day(h.day)
FROM history AS h JOIN request AS q ON q.id = h.id JOIN ticket AS t ON t.i = q.i WHERE h.what = 'branch' AND q.n <= 2 AND q.i % 3 = 0
UNION ALL
SELECT pg_temp.sha('main', h.repo, h.place), t.project || '-' || t.i, 'implements', 'key in subject', 0.95, pg_temp.day(h.day)
FROM history AS h JOIN ticket AS t ON t.i = h.id / 10 WHERE h.what = 'lands' AND h.id % 10 = 0
UNION ALL
SELECT pg_temp.sha('picked', h.repo, h.id), t.project || '-' || t.i, 'fixes', 'key in subject', 0.95, pg_temp.day(h.day) FROM history AS h
	JOIN ticket AS t ON t.i = h.id WHERE h.what = 'picked'
UNION ALL
SELECT b.build, b.sha, 'builds', 'commit', 1, b.finished_at FROM :"schema".build AS b;

-- Each departure of a train is a change that has been asked for three weeks before and is approved a week before.
INSERT INTO :"schema".item (item, source, key, project, source_type, created_at)
SELECT 'servicenow:change:' || h.repo || '-' || h.id, 'servicenow', 'CHG' || h.repo || '-' || h.id, 'change_request', 'normal',
	pg_temp.day(h.day - 22)
FROM history AS h WHERE h.what = 'deploys' AND h.repo % 4 = 0;
INSERT INTO :"schema".link (source, target, kind, method, confidence)
SELECT 'servicenow:change:' || h.repo || '-' || h.id, concat_ws(':', 'gitlab', 'deployment', h.repo, 'deploys', h.id, 'live'), 'deploys',
	'named', 1
FROM history AS h WHERE h.what = 'deploys' AND h.repo % 4 = 0 AND h.place > 0;
INSERT INTO :"schema".event (source, event_id, entity, at, state, method)
SELECT 'servicenow', h.repo || '-' || h.id || v.state, 'servicenow:change:' || h.repo || '-' || h.id, pg_temp.day(h.day - v.before),
	v.state, 'label'
FROM history AS h, LATERAL (VALUES (21, 'approval requested'), (7, 'approval approved')) AS v (before, state)
WHERE h.what = 'deploys' AND h.repo % 4 = 0;

INSERT INTO :"schema".usage (source, event_id, feature, at, uses)
SELECT 'app', t.i || ':' || n, t.project || '-' || t.i, pg_temp.day(t.done + 20 + n), n
FROM ticket AS t, generate_series(1, 3) AS n WHERE t.type = 'feature' AND t.i % 7 = 0 AND t.done < 950;
-- The story. A team releases 50 fixes of low priority in the last whole week: SHOP-9900101 to SHOP-9900150, from a repository of
-- its own. SHOP-9900001, which is worth most, was in the backlog for half a year and is in its third week of Design Review, and
-- so is the first of its parts: both wait for PAY-9900003 of another team. SHOP-9900010 was coded in four hours and approved in
-- four weeks. Nobody has used SHOP-9900020; SHOP-9900021 has brought more than it cost.
CREATE TEMP TABLE told AS
SELECT * FROM (VALUES
	(9900001, 'SHOP', 'Epic', 'Highest', 'Loyalty programme', NULL::int, 'To Do 800, In Design Review 983'),
	(9900002, 'SHOP', 'Story', 'High', 'Points for purchases', 9900001, 'To Do 820, In Design Review 983'),
	(9900004, 'SHOP', 'Story', 'High', 'Points page', 9900001, 'To Do 850'),
	(9900005, 'SHOP', 'Story', 'High', 'Points in the checkout', 9900001, 'To Do 850'),
	(9900006, 'SHOP', 'Story', 'High', 'Member prices', 9900001, 'To Do 851'),
	(9900003, 'PAY', 'Story', 'Medium', 'Wallet for points', NULL, 'To Do 900, In Progress 960, In Review 975'),
	(9900010, 'SHOP', 'Story', 'High', 'Gift cards', NULL, 'To Do 930, In Progress 955, In Review 955.2, QA 956, Done 957'),
	(9900020, 'SHOP', 'Story', 'High', 'Wish lists', NULL, 'To Do 700, In Progress 720, Ready for QA 740, QA 750, Done 760'),
	(9900021, 'SHOP', 'Story', 'High', 'Checkout in one step', NULL, 'To Do 700, In Progress 800, In Review 805, QA 806, Done 810'))
		AS v (id, project, type, priority, title, parent, way)
UNION ALL
SELECT 9900100 + n, 'SHOP', 'Bug', 'Low', 'Fix ' || n, NULL, format('To Do %s, In Progress %s, In Review %s, QA %s, Done %s', r - 4,
	r - 0.5, r - 0.3, r - 0.1, r - 0.05)
FROM generate_series(1, 50) AS n, LATERAL (SELECT (:week + 0.2 + n * 0.09)::numeric AS r) AS r;
INSERT INTO :"schema".item (item, source, key, project, type, source_type, priority, title, url, created_at, parent, feature, due_at,
	urgency, planned_value, cost, size, tags)
SELECT 'jira:issue:' || t.id, 'jira', t.project || '-' || t.id, t.project, CASE t.type WHEN 'Bug' THEN 'defect' ELSE 'feature' END,
	t.type, t.priority, t.title,
	'https://jira.example.com/browse/' || t.project || '-' || t.id, pg_temp.day(substring(t.way FROM '[0-9.]+')::float8),
		t.project || '-' || t.parent,
	'jira:issue:' || t.parent, CASE t.id WHEN 9900001 THEN pg_temp.day(1056) END, CASE t.id WHEN 9900001
		THEN '{"profile":"rate","per_week":40000}'::jsonb END,
	CASE t.id WHEN 9900001 THEN 900000 WHEN 9900010 THEN 70000 WHEN 9900020 THEN 250000 WHEN 9900021 THEN 100000 END,
		CASE t.id WHEN 9900021 THEN 120000 END, 3,
	CASE WHEN t.id = 9900001 OR t.parent = 9900001 THEN '["strategic"]'::jsonb END
FROM told AS t;
INSERT INTO :"schema".item_alias (alias, item) SELECT t.project || '-' || t.id, 'jira:issue:' || t.id FROM told AS t;
INSERT INTO :"schema".event (source, event_id, entity, at, state)
SELECT 'jira', t.id || ':' || s.place, 'jira:issue:' || t.id, pg_temp.day(p[2]::float8), p[1]
FROM told AS t, string_to_table(t.way, ', ') WITH ORDINALITY AS s (step, place), regexp_match(s.step, '^(.*) ([0-9.]+)$') AS p;
INSERT INTO :"schema".link (source, target, kind, method, confidence, since)
SELECT 'jira:issue:' || i, 'PAY-9900003', 'blocked_by', 'named', 1, pg_temp.day(983) FROM unnest('{9900001,9900002}'::int[]) AS i;
INSERT INTO :"schema".usage (source, event_id, feature, at, uses, users) SELECT 'app', 'told' || n, 'SHOP-9900021', pg_temp.day(814 + n),
	40, 30 + n FROM generate_series(1, 20) AS n;
INSERT INTO :"schema".outcome (feature, at, measure, amount) VALUES ('SHOP-9900021', pg_temp.day(850), 'revenue', 60000), ('SHOP-9900021',
	pg_temp.day(900), 'revenue', 90000);

INSERT INTO :"schema".service (service, value_stream, team, repository, since) VALUES
	('storefront', 'Shop', 'Red', 'shop/storefront', pg_temp.day(0)), ('gift', 'Shop', 'Blue', 'shop/gift', pg_temp.day(0));
-- What is merged when, deployed when, and to which ticket it belongs; each on what was merged before.
CREATE TEMP TABLE landed AS
SELECT 'shop/storefront' AS repository, 'storefront' AS service, n AS place, 9900100 + n AS id, r - 0.45 AS committed, r - 0.35 AS opened,
	r - 0.15 AS merged, r AS released
FROM generate_series(0, 50) AS n, LATERAL (SELECT :week + 0.2 + n * 0.09 AS r) AS r
UNION ALL VALUES ('shop/gift', 'gift', 0, 9900009, 899, 899.1, 899.4, 900), ('shop/gift', 'gift', 1, 9900010, 955.02, 955.19, 956, 985.2);
INSERT INTO :"schema".merge_request (merge_request, repository, title, source_branch, target_branch, state, created_at, first_review_at,
	approved_at, merged_at, source)
SELECT 'gitlab:merge_request:' || l.id, l.repository, 'Request ' || l.id, 'work-' || l.id, 'main', 'merged', pg_temp.day(l.opened),
	pg_temp.day(l.merged - 0.05), pg_temp.day(l.merged - 0.01),
	pg_temp.day(l.merged), 'gitlab' FROM landed AS l;
INSERT INTO :"schema".event (source, event_id, entity, at, state)
SELECT 'gitlab', l.id || ':' || v.state, 'gitlab:merge_request:' || l.id, pg_temp.day(v.day), v.state
FROM landed AS l, LATERAL (VALUES (l.opened, 'opened'), (l.merged - 0.01, 'approved'), (l.merged, 'merged')) AS v (day, state);
INSERT INTO :"schema".commit (sha, repository, committed_at, authored_at, title, parents, source)
SELECT pg_temp.sha('work', 0, l.id), l.repository, pg_temp.day(l.committed), pg_temp.day(l.committed), 'Work ' || l.id,
	CASE WHEN l.place > 0 THEN ARRAY[pg_temp.sha('told', 0, l.id - 1)] ELSE '{}' END, 'gitlab' FROM landed AS l
UNION ALL
SELECT pg_temp.sha('told', 0, l.id), l.repository, pg_temp.day(l.merged), NULL, 'Lands ' || l.id,
	array_remove(ARRAY[CASE WHEN l.place > 0 THEN pg_temp.sha('told', 0, l.id - 1) END, pg_temp.sha('work', 0, l.id)], NULL), 'gitlab'
		FROM landed AS l;
INSERT INTO :"schema".build (build, repository, job, sha, attempt, status, queued_at, started_at, finished_at, source)
SELECT 'jenkins:build:told' || l.id, l.repository, 'main', pg_temp.sha('told', 0, l.id), 1, 'success', pg_temp.day(l.merged + 0.001),
	pg_temp.day(l.merged + 0.002), pg_temp.day(l.merged + 0.01), 'jenkins' FROM landed AS l;
INSERT INTO :"schema".deployment (deployment, service, repository, environment, environment_tier, sha, status, created_at, finished_at,
	source)
SELECT 'gitlab:deployment:told' || l.id, l.service, l.repository, 'live', 'production', pg_temp.sha('told', 0, l.id), 'success',
	pg_temp.day(l.released - 0.01), pg_temp.day(l.released), 'gitlab' FROM landed AS l;
INSERT INTO :"schema".link (source, target, kind, method, confidence)
SELECT 'gitlab:merge_request:' || l.id, 'SHOP-' || l.id, 'implements', 'key in title', 0.95 FROM landed AS l WHERE l.place > 0
UNION ALL SELECT pg_temp.sha('told', 0, l.id), 'gitlab:merge_request:' || l.id, 'part_of', 'merge commit', 1 FROM landed AS l
UNION ALL SELECT pg_temp.sha('work', 0, l.id), 'gitlab:merge_request:' || l.id, 'part_of', 'head commit', 1 FROM landed AS l
UNION ALL SELECT 'jenkins:build:told' || l.id, pg_temp.sha('told', 0, l.id), 'builds', 'commit', 1 FROM landed AS l
UNION ALL VALUES ('servicenow:change:told', 'gitlab:deployment:told9900010', 'deploys', 'named', 1);
INSERT INTO :"schema".item (item, source, key, project, source_type, created_at) VALUES ('servicenow:change:told', 'servicenow',
	'CHG9900010', 'change_request', 'normal', pg_temp.day(956));
INSERT INTO :"schema".event (source, event_id, entity, at, state, method) VALUES
	('servicenow', 'told1', 'servicenow:change:told', pg_temp.day(957), 'approval requested', 'label'), ('servicenow', 'told2',
		'servicenow:change:told', pg_temp.day(985), 'approval approved', 'label');
\if :{?tail}
\ir model_tail.sql
\endif
DROP TABLE ticket, epic, request, history, told, landed;
VACUUM (ANALYZE);
