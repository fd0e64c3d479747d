-- vsm.notify_breaches, which remembers when it has to look at what, beside the plain definition, which looks at all open items each
-- time: while time passes, items are created, go on, end, come back, move and vanish, and service levels change.
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SET client_min_messages = error;
SET jit = off;
SELECT setseed(0.2);
CALL vsm.create_model('flow');
INSERT INTO flow.value_stream (value_stream, workflow, calendar)
SELECT v, ('{"stages":[{"name":"To Do","class":"new"},{"name":"Build","class":"active"},
	{"name":"Blocked","class":"blocked","until":["Unblocked"]},{"name":"Review","class":"waiting"},{"name":"Done","class":"done"},
	{"name":"Dropped","class":"cancelled"}],"reopen":"' || r || '"}')::jsonb, NULL
FROM (VALUES ('Shop', 'pause'), ('Pay', 'continue')) AS s (v, r);
CREATE TABLE plain (item text, stage text, breached_at timestamptz, PRIMARY KEY (item, stage));
CREATE TABLE called (round int, told bigint, expected bigint, differ bigint, looked bigint, open bigint);

-- The definition: of all that are open, what breaches by now and stands in no row.
CREATE FUNCTION plain() RETURNS bigint LANGUAGE sql AS $$
	DELETE FROM public.plain AS b WHERE NOT EXISTS (SELECT FROM flow.item_flow AS f WHERE f.item = b.item AND f.outcome = 'open');
	WITH breached AS (
		INSERT INTO public.plain (item, stage, breached_at)
		SELECT f.item, s.stage, b.at
		FROM flow.item_flow AS f
			JOIN flow.route AS r ON r.route = f.route
			CROSS JOIN LATERAL (VALUES (''), (f.stage)) AS s (stage)
			CROSS JOIN LATERAL (
				SELECT y.days * interval '1 day' AS target FROM flow.service_level AS y
				WHERE coalesce(y.stage, '') = s.stage AND coalesce(y.value_stream, f.value_stream) = f.value_stream
				AND coalesce(y.type = f.type, y.type IS NULL) AND coalesce(y.priority = f.priority, y.priority IS NULL)
				ORDER BY num_nonnulls(y.value_stream, y.type, y.priority) DESC, y.days LIMIT 1) AS l
			CROSS JOIN LATERAL (
				SELECT CASE s.stage WHEN '' THEN vsm.breach_at(f.timeline, r.workflow, l.target)
					ELSE vsm.breach_at(f.timeline, r.workflow, l.target, s.stage) END AS at) AS b
		WHERE f.outcome = 'open' AND f.value_stream IS NOT NULL AND b.at <= now()
		AND NOT EXISTS (SELECT FROM public.plain AS p WHERE p.item = f.item AND p.stage = s.stage)
		RETURNING item)
	SELECT count(*) FROM breached $$;

-- Something happens to some items, at some time within the last seconds, or long ago.
CREATE FUNCTION happen() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	what int := floor(random() * 10);
	n    int := 1 + floor(random() * 40);
BEGIN
	IF what < 7 THEN
		INSERT INTO flow.item (item, source, key, value_stream, type, priority, created_at)
		SELECT 'jira:issue:' || n, 'jira', 'A-' || n, CASE WHEN n % 3 > 0 THEN 'Shop' ELSE 'Pay' END, CASE WHEN n % 4 = 0 THEN 'defect' END,
			CASE WHEN n % 5 = 0 THEN 'High' END, now() - interval '1 day'
		ON CONFLICT DO NOTHING;
		INSERT INTO flow.event (source, event_id, entity, at, state)
		SELECT 'jira', clock_timestamp()::text || k, 'jira:issue:' || n, now() - random() ^ 8 * interval '20 seconds',
			('{To Do,Build,Build,Build,Blocked,Unblocked,Review,Review,Done,Dropped,Elsewhere}'::text[])[1 + floor(random() * 11)]
		FROM generate_series(0, floor(random() * 3)::int) AS k;
	ELSIF what = 7 THEN
		UPDATE flow.item SET type = (ARRAY[NULL, 'defect', 'feature'])[1 + floor(random() * 3)],
			value_stream = (ARRAY['Shop', 'Pay'])[1 + floor(random() * 2)] WHERE item = 'jira:issue:' || n;
	ELSIF what = 8 THEN
		DELETE FROM flow.event WHERE entity = 'jira:issue:' || n AND random() < 0.5;
		DELETE FROM flow.item WHERE item = 'jira:issue:' || n AND random() < 0.5;
	ELSIF random() < 0.3 THEN
		DELETE FROM flow.service_level WHERE random() < 0.3;
		INSERT INTO flow.service_level (value_stream, type, priority, stage, days)
		SELECT (ARRAY[NULL, 'Shop', 'Pay'])[1 + floor(random() * 3)], (ARRAY[NULL, 'defect'])[1 + floor(random() * 2)],
			(ARRAY[NULL, 'High'])[1 + floor(random() * 2)], (ARRAY[NULL, 'Review', 'Build', 'Blocked'])[1 + floor(random() * 4)],
			(0.05 + random() * 5) / 86400
		FROM generate_series(1, 2);
	ELSIF random() < 0.2 THEN
		UPDATE flow.value_stream
		SET workflow = jsonb_set(workflow, '{reopen}', to_jsonb((ARRAY['pause', 'continue'])[1 + floor(random() * 2)]));
	END IF;
END $$;
-- Both within one transaction, so that now is the same.
CREATE PROCEDURE play(rounds int) LANGUAGE plpgsql AS $$
DECLARE
	told     bigint;
	expected bigint;
	looked   bigint;
BEGIN
	FOR r IN 1 .. rounds LOOP
		FOR i IN 0 .. floor(random() * 4) LOOP PERFORM public.happen(); END LOOP;
		IF r % 8 > 0 THEN
			COMMIT;
			CALL vsm.refresh('flow', rebuild => r % 50 = 0);
		ELSE
			PERFORM vsm.refresh_once('flow');
		END IF;
		IF r % 3 > 0 THEN
			-- Some calls see two refreshes.
			looked := (SELECT count(*) FROM flow.breach_due);
			told := vsm.notify_breaches('flow');
			expected := public.plain();
			INSERT INTO public.called
			SELECT r, told, expected, (
				SELECT count(*) FROM (
					(SELECT item, stage, breached_at FROM flow.breach EXCEPT SELECT item, stage, breached_at FROM public.plain)
					UNION ALL
					(SELECT item, stage, breached_at FROM public.plain EXCEPT SELECT item, stage, breached_at FROM flow.breach)) AS d),
				looked, (SELECT count(*) FROM flow.item_flow WHERE outcome = 'open');
		END IF;
		COMMIT;
		PERFORM pg_sleep(0.01);
	END LOOP;
END $$;
SELECT plan(6);
INSERT INTO flow.service_level (stage, days) VALUES (NULL, 2.0 / 86400), ('Review', 1.0 / 86400);
CALL play(300);
SELECT is((SELECT count(*) FROM called), 200::bigint, 'calls');
SELECT is_empty('SELECT * FROM called WHERE told <> expected OR differ > 0', 'tell as the definition tells');
SELECT cmp_ok((SELECT sum(told) FROM called), '>', 30::numeric, 'of many breaches');
SELECT cmp_ok((SELECT count(*) FROM called WHERE told > 0), '>', 15::bigint, 'in many calls');
SELECT cmp_ok((SELECT max(looked) FROM called), '>', 0::bigint, 'some of which were known to come');
SELECT cmp_ok((SELECT count(*) FROM flow.breach_made), '<=', 2::bigint, 'what refresh has made is taken');
SELECT diag(format('%s breaches in %s calls, up to %s of %s open items to come', sum(told), count(*) FILTER (WHERE told > 0), max(looked),
	max(open))) FROM called;
SELECT finish();
