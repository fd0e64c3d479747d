-- test/bi/model.sql: the generated model of test/bench/setup/model.sql, up to now, with what dashboards show beside it: who runs which
-- service, incidents, service levels, addresses of items, and dependencies.
-- psql variables: schema (flow), items (how many tickets).
\set ON_ERROR_STOP on
SET jit = off;
SELECT now() - make_interval(secs => 1000 * 86400) AS first_day \gset
\ir ../bench/setup/model.sql
SET search_path = :"schema";

UPDATE service SET value_stream = CASE WHEN repository LIKE 'pay/%' THEN 'Payments' ELSE 'Shop' END,
	team = CASE WHEN repository LIKE 'pay/%' THEN 'Green' WHEN repository LIKE '%2' THEN 'Red' ELSE 'Blue' END;
UPDATE item SET url = 'https://tracker.example/browse/' || key WHERE source = 'jira';
INSERT INTO service_level (value_stream, type, days) VALUES (NULL, NULL, 14), ('Payments', NULL, 21), ('Payments', 'defect', 7);
-- Every eleventh deployment breaks something; most is stated, some guessed, and the latest is open.
CREATE TEMP TABLE broken AS
SELECT 'pager:incident:' || 1000 + row_number() OVER (ORDER BY d.finished_at, d.deployment) AS incident, d.*,
	abs(hashtext(d.deployment)) AS h
FROM deployment AS d
WHERE d.environment = 'live' AND d.status = 'success' AND abs(hashtext(d.deployment)) % 11 = 0;
INSERT INTO incident (incident, service, environment, opened_at, resolved_at, change_caused)
SELECT b.incident, b.service, b.environment, b.finished_at + interval '90 minutes',
	CASE WHEN b.finished_at < now() - interval '10 days' THEN b.finished_at + (3 + b.h % 60) * interval '1 hour' END, true FROM broken AS b;
INSERT INTO link (source, target, kind, method, confidence)
SELECT b.incident, b.deployment, 'caused_by', 'field', 1 FROM broken AS b WHERE b.h % 5 > 0;
-- Tickets that others keep waiting.
INSERT INTO link (source, target, kind, since)
SELECT i.item, b.item, 'blocked_by', now() - interval '20 days'
FROM item AS i JOIN LATERAL (
	SELECT o.item FROM item AS o
	WHERE o.project <> i.project AND o.source = 'jira' AND o.created_at BETWEEN now() - interval '30 days' AND now()
	ORDER BY hashtext(o.item || i.item) LIMIT 1) AS b ON true
WHERE i.source = 'jira' AND i.created_at > now() - interval '45 days' AND abs(hashtext(i.item)) % 6 = 0;
CALL vsm.refresh(:'schema');
-- Somebody looks after the backlog: what was begun half a year ago and is still open is dropped.
INSERT INTO event (source, event_id, entity, at, state)
SELECT 'jira', 'dropped:' || f.item, f.item, now() - interval '100 days', 'Won''t Do'
FROM flow_item AS f WHERE f.outcome = 'open' AND f.created_at < now() - interval '180 days';
CALL vsm.refresh(:'schema');
RESET search_path;
