-- What becomes of the incidents of a tool: which deployments caused them, and what that makes of the deployments.
-- It begins with pg_temp.incident(id, service, opened_at, resolved_at) -> jsonb, a payload of the tool, and :tool.
CALL vsm.create_model('dora');
INSERT INTO dora.value_stream (value_stream) VALUES ('Shop');
INSERT INTO dora.service (service, value_stream, repository) VALUES ('web', 'Shop', 'shop/web'), ('api', 'Shop', 'shop/api');
-- What the tool calls the service.
INSERT INTO dora.naming (source, kind, name, meaning) VALUES (:'tool', 'service', 'Web shop (production)', 'web');
CREATE FUNCTION pg_temp.day(n numeric) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS
$$SELECT timestamptz '2026-01-01 09:00Z' + (n - 1) * interval '1 day'$$;
INSERT INTO dora.deployment (deployment, repository, environment, environment_tier, status, finished_at)
SELECT d.deployment, d.repository, d.environment, vsm.environment_tier(d.environment), d.status, pg_temp.day(d.day)
FROM (VALUES
	('D1', 'shop/web', 'production', 'success', 2.0), ('D2', 'shop/web', 'production', 'success', 4.0),
	('D3', 'shop/web', 'production', 'failure', 4.5), ('D4', 'shop/web', 'staging', 'success', 5.0),
	('D5', 'shop/web', 'production', 'success', 6.0), ('D6', 'shop/api', 'production', 'success', 3.0))
	AS d (deployment, repository, environment, status, day);
INSERT INTO dora.inbox (source, payload)
SELECT :'tool', pg_temp.incident(i.id, i.service, pg_temp.day(i.opened), pg_temp.day(i.resolved))
FROM (VALUES
	('I1', 'Web shop (production)', 1.0, 1.5),			-- before there was any
	('I2', 'Web shop (production)', 4.7, 4.9),			-- after one that failed, which changed nothing
	('I3', 'Web shop (production)', 5.5, 6.25),			-- after one to staging; the next one is made while it is open
	('I4', 'Web shop (production)', 6.5, NULL),			-- not resolved
	('I5', 'Web shop (production)', 6.625, 6.75),		-- the second of a deployment
	('I6', 'api', 3.5, 3.625),							-- another service
	('I7', 'Web shop (production)', 4.8, 4.85),			-- somebody says that no change caused it
	('I8', 'Mainframe', 5.0, 5.5)) AS i (id, service, opened, resolved);		-- a service that nobody deploys
SELECT is(vsm.ingest_once('dora'), ROW (8, 0)::vsm.ingested, 'incidents of ' || :'tool' || ' are read');
UPDATE dora.incident SET change_caused = false WHERE incident LIKE '%:I7';
SELECT vsm.refresh_once('dora') AS made \gset
SELECT results_eq($$SELECT right(c.incident, 2), c.deployment, c.method, c.service FROM dora.incident_cause AS c ORDER BY 1$$,
	$$VALUES ('I2', 'D2', 'latest deployment before', 'web'), ('I3', 'D2', 'latest deployment before', 'web'),
		('I4', 'D5', 'latest deployment before', 'web'), ('I5', 'D5', 'latest deployment before', 'web'),
		('I6', 'D6', 'latest deployment before', 'api')$$,
	'incidents meet the deployments of their service, by what naming calls it');
SELECT results_eq($$SELECT o.deployment, o.failed, right(o.failed_by, 2), o.recovered_at, o.open_incident_count, o.is_rework
	FROM dora.deployment_outcome AS o WHERE o.counted ORDER BY 1$$,
	$$VALUES ('D1', false, NULL::text, NULL::timestamptz, 0, false), ('D2', true, 'I2', pg_temp.day(6.25), 0, false),
		('D5', true, 'I4', NULL, 1, true), ('D6', true, 'I6', pg_temp.day(3.625), 0, false)$$,
	'a deployment fails once, and has recovered when the last of its incidents is resolved; what is made meanwhile is rework');
SELECT results_eq($$SELECT subject, found, detail FROM dora.data_quality WHERE subject LIKE 'service: %'$$,
	format('VALUES (%L, 1::bigint, %L)', 'service: Mainframe (' || :'tool' || ')',
		'Incidents of a service that is neither in the table service nor deployed. INSERT INTO dora.naming (source, kind, name, meaning) '
		'VALUES (''' || :'tool' || ''', ''service'', ''Mainframe'', ''...'') says which service it is.'),
	'what is no service that is deployed is a finding');
