-- What every view for people keeps to, on the generated model: types that every tool knows, labels, dimensions under one name, one
-- row a key; a definition of each metric; and who sees what. A view that is added later is found.
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
\set schema flow
\set items 120
SET client_min_messages = error;
SET jit = off;
SELECT now() - make_interval(secs => 1000 * 86400) AS first_day \gset
\ir ../../bench/setup/model.sql
INSERT INTO flow.incident (incident, service, environment, opened_at, resolved_at, change_caused, source)
SELECT 'told:' || d.deployment, d.service, d.environment, d.finished_at + interval '1 hour', d.finished_at + interval '3 hours', true,
	'told'
FROM flow.deployment AS d WHERE d.environment = 'live' AND d.status = 'success' AND hashtext(d.deployment) % 7 = 0;
CALL vsm.refresh('flow');
-- A rule that many break.
INSERT INTO flow.control_rule (name, pattern) VALUES ('any way', '.');
-- Something that was restated.
SELECT (date_trunc('month', now() AT TIME ZONE 'UTC') - interval '1 month')::date AS last_month \gset
CALL vsm.publish('flow', :'last_month');
UPDATE flow.published AS p SET value = p.value + 1 WHERE p.metric = 'finished_count';
BEGIN;
SELECT plan(30);

-- The keys of the views.
CREATE TEMP TABLE kept (view text PRIMARY KEY, key text);
INSERT INTO kept VALUES ('flow_item', 'item'), ('flow_visit', 'item, visit'), ('flow_stage', 'item, stage'), ('aging_work', 'item'),
	('flow_weekly', 'week, value_stream, team, type, level'), ('flow_monthly', 'month, value_stream, team, type, level'),
	('cumulative_flow_daily', 'day, value_stream, team, type, level, stage'),
	('bottleneck', 'value_stream, team, type, stage'), ('dependency_wait', 'item, blocker'), ('journey', 'item'),
	('process_map', 'value_stream, team, type, level, from_stage, to_stage'), ('review', 'merge_request'), ('build_run',
		'build, attempt'), ('deployment_outcome', 'deployment'),
	('change_lead_time', 'sha, service'), ('release_item', 'deployment, item'),
	('item_trace', 'item, place'),
	('dora_weekly', 'week, value_stream, service, environment'), ('dora_monthly', 'month, value_stream, service, environment'),
	('control', 'rule, item'), ('feature', 'item'), ('delay_cost', 'item'), ('expedite', 'item'), ('value_realization', 'item'),
	('scorecard_monthly', 'month, value_stream, team'), ('forecast_check', 'week, forecast, value_stream, subject, weeks_before, team'),
	('restatement', 'month, report, value_stream, team, type, level, service, environment, metric');
-- Those of all views that people may be let read.
CREATE TEMP VIEW attribute AS
SELECT c.oid, c.relname::text AS view, a.attname::text AS name, a.attnum, a.atttypid::regtype::text AS type, a.atttypmod
FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
WHERE c.relnamespace = 'flow'::regnamespace AND c.relkind = 'v' AND a.attnum > 0 AND NOT a.attisdropped
AND 'security_barrier=true' = ANY (c.reloptions) AND c.relname <> 'definition';
SELECT set_eq('SELECT DISTINCT view FROM attribute', 'SELECT view FROM kept', 'every view is looked at');
SELECT is_empty($$
	SELECT c.relname FROM pg_class AS c
	WHERE c.relnamespace = 'flow'::regnamespace AND c.relkind = 'v' AND c.reloptions IS NOT NULL
	AND NOT ('security_barrier=true' = ANY (c.reloptions))$$, 'and keeps conditions of its readers behind its own');

CREATE FUNCTION pg_temp.faults() RETURNS TABLE (view text, name text, fault text) LANGUAGE sql STABLE AS $$
	SELECT a.view, a.name, 'a type that not every tool knows: ' || a.type FROM attribute AS a
	WHERE a.type NOT IN ('timestamp with time zone', 'date', 'text', 'integer', 'bigint', 'double precision', 'boolean')
		OR a.atttypmod <> -1
	UNION ALL
	SELECT a.view, a.name, 'a type that its name does not say: ' || a.type FROM attribute AS a
	WHERE a.type <> CASE
		WHEN a.name ~ '_(days|hours|weeks|rate|share|cost|value|probability|chance|efficiency|efficiency_mean|sum)$' THEN 'double precision'
		WHEN a.name ~ '_count$' THEN 'integer' WHEN a.name ~ '_at$' THEN 'timestamp with time zone'
		WHEN a.name ~ '(^|_)(day|week|month)$' THEN 'date' WHEN a.name ~ '^(is|on)_' THEN 'boolean' ELSE a.type END
	UNION ALL
	SELECT a.view, a.name, 'no comment that is a label' FROM attribute AS a
	WHERE (col_description(a.oid, a.attnum) !~ '(^[A-Z][a-z ]|\.$|^\s*$)') IS NOT TRUE
	UNION ALL
	SELECT DISTINCT a.view, NULL, 'no comment' FROM attribute AS a WHERE obj_description(a.oid, 'pg_class') IS NULL
	UNION ALL
	SELECT a.view, a.name, 'a dimension under another name' FROM attribute AS a
	WHERE a.type = 'text'
	AND a.name ~ '(stream|portfolio|team|type|priority|service|environment|stage|phase|waiting|owner|level|category|project|product)'
	AND a.name NOT IN ('value_stream', 'portfolio', 'team', 'type', 'priority', 'service', 'environment', 'stage', 'phase', 'waiting_for',
		'owner', 'level', 'category', 'stage_label')
	-- of others than the row is about
	AND a.name !~ '^(blocker|children|from|to)_(value_stream|team|stage|stage_label)$'
	UNION ALL
	SELECT k.view, n, 'missing' FROM kept AS k, unnest(ARRAY['value_stream', 'portfolio', 'team']) AS n
	WHERE NOT EXISTS (SELECT FROM attribute AS a WHERE a.view = k.view AND a.name = n)
	UNION ALL
	SELECT a.view, w.name, 'missing beside ' || a.name
	FROM attribute AS a,
		LATERAL (VALUES ('stage', 'stage_label'), ('stage', 'place'), ('item', 'type'), ('item', 'url'), ('item', 'key'), ('item', 'title'),
			('due_at', 'due_day'), ('week', 'is_complete'), ('month', 'is_complete')) AS w (beside, name)
	WHERE a.name = w.beside AND a.view <> 'restatement' AND (a.view <> 'review' OR w.name <> 'type')
	AND NOT EXISTS (SELECT FROM attribute AS b WHERE b.view = a.view AND b.name = w.name)
	UNION ALL
	-- Tools filter by the first time that a view has: one with a day.
	SELECT a.view, a.name, 'the first time of a view has no date' FROM (
		SELECT DISTINCT ON (b.view) b.* FROM attribute AS b WHERE b.type IN ('date', 'timestamp with time zone') ORDER BY b.view,
			b.attnum) AS a
	WHERE a.type <> 'date' AND a.name <> 'as_of_at' AND NOT EXISTS (
		SELECT FROM attribute AS b
		WHERE b.view = a.view AND b.name IN (regexp_replace(a.name, '_at$', '_day'), 'since_day', regexp_replace(a.name, '_p85_at$',
			'_day')))
	UNION ALL
	SELECT a.view, a.name, 'a metric without a definition' FROM attribute AS a
	WHERE a.type IN ('integer', 'bigint', 'double precision', 'boolean') AND a.name !~ '^(place|from_place|to_place|visit|attempt)$'
	AND NOT EXISTS (SELECT FROM flow.definition AS d WHERE d.view = a.view AND d.metric = a.name)
$$;
SELECT is_empty('SELECT * FROM pg_temp.faults()', 'columns have types, names and comments as they should, metrics a definition');
SELECT is_empty($$SELECT view, metric FROM flow.definition GROUP BY view, metric HAVING count(*) > 1$$, 'one of each');
SELECT is_empty($$
	SELECT view, metric FROM flow.definition
	WHERE label IS NULL OR clock IS NULL OR authority IS NULL OR since !~ '^\d+\.\d+\.\d+$' OR source_url !~ '^https://'$$,
		'that says all');

-- A row a key, and nothing in it that a tool cannot read.
CREATE FUNCTION pg_temp.broken() RETURNS TABLE (view text, what text) LANGUAGE plpgsql AS $$
DECLARE
	k record;
	conditions text;
	found record;
BEGIN
	FOR k IN SELECT * FROM kept LOOP
		SELECT string_agg(format('count(*) FILTER (WHERE %s)', CASE
			WHEN a.name IN ('value_stream', 'portfolio', 'team', 'type', 'service', 'environment', 'level', 'category')
				THEN format('t.%I IS NULL', a.name)
			WHEN a.type = 'double precision' THEN format('t.%I::text IN (''NaN'', ''Infinity'', ''-Infinity'')', a.name)
			ELSE format('t.%I::text IN (''infinity'', ''-infinity'')', a.name) END), ' + ') INTO conditions
		FROM attribute AS a
		WHERE a.view = k.view AND (a.type IN ('double precision', 'date', 'timestamp with time zone')
			OR a.name IN ('value_stream', 'portfolio', 'team', 'type', 'service', 'environment', 'level', 'category'));
		EXECUTE format('SELECT count(*) AS rows, count(DISTINCT (%s)) AS keys, count(*) FILTER (WHERE num_nulls(%2$s) > 0) AS lacking,
			%s AS odd FROM flow.%I AS t', regexp_replace(k.key, '(\w+)', 't.\1', 'g'), regexp_replace(k.key, '(\w+)', 't.\1', 'g'),
			conditions, k.view) INTO found;
		IF found.rows = 0 THEN RETURN QUERY SELECT k.view, 'no row'; END IF;
		IF found.keys < found.rows THEN RETURN QUERY SELECT k.view, 'two rows a key'; END IF;
		IF found.lacking > 0 THEN RETURN QUERY SELECT k.view, 'no key'; END IF;
		IF found.odd > 0 THEN RETURN QUERY SELECT k.view, 'what no tool reads'; END IF;
	END LOOP;
END$$;
SELECT is_empty('SELECT * FROM pg_temp.broken()', 'each view has rows, one a key, no infinity, and (none) instead of NULL');

-- Nor if of each column a row has the first or last time, or the greatest number, that its table takes. (What is written is taken back.)
CREATE FUNCTION pg_temp.broken_by(extreme text, number text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	k record;
	result text[] := '{}';
BEGIN
	FOR k IN
		SELECT c.relname, a.attname, CASE WHEN a.atttypid = 'timestamptz'::regtype THEN extreme ELSE number END AS value
		FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
		WHERE c.relnamespace = 'flow'::regnamespace AND c.relname = ANY (vsm.told_tables() || '{service,team}'::text[])
		AND a.atttypid IN ('timestamptz'::regtype, 'numeric'::regtype)
	LOOP
		EXECUTE format('UPDATE flow.%I SET %I = %L WHERE ctid = (SELECT t.ctid FROM flow.%1$I AS t ORDER BY random() LIMIT 1)',
			k.relname, k.attname, k.value);
	END LOOP;
	PERFORM vsm.refresh_once('flow');
	SELECT array_agg(concat_ws(': ', b.view, b.what)) INTO result FROM pg_temp.broken() AS b;
	RAISE EXCEPTION SQLSTATE 'TAKEN';
EXCEPTION WHEN SQLSTATE 'TAKEN' THEN
	RETURN QUERY SELECT unnest(result);
END$$;
SELECT setseed(0.4) \g /dev/null
SELECT is_empty(format('SELECT * FROM pg_temp.broken_by(%L, %L)', v.extreme, v.number), 'nor with the utmost: ' || v.extreme)
FROM (VALUES ('1900-01-02 00:00+00', '9e299'), ('9999-12-31 23:59:59+00', '-9e299'), ('1900-01-02 00:00+00', '1e-300')) AS v (extreme,
	number);

-- Periods are the model's, whatever the zone of the session that asks; also of one where clocks were changed lately, and will be soon.
CREATE FUNCTION pg_temp.elsewhere() RETURNS TABLE (view text, rows bigint) LANGUAGE plpgsql AS $$
BEGIN
	FOR view IN SELECT k.view FROM kept AS k LOOP
		PERFORM set_config('timezone', format('OLD3NEW,J%s/0,J%s/0', least(to_char(now() + interval '3 days', 'DDD')::int, 365),
			least(to_char(now() - interval '40 days', 'DDD')::int, 365)), true);
		EXECUTE format('CREATE TEMP TABLE west AS TABLE flow.%I', view);
		PERFORM set_config('timezone', 'Pacific/Kiritimati', true);
		EXECUTE format('CREATE TEMP TABLE east AS TABLE flow.%I', view);
		SELECT count(*) INTO rows FROM ((TABLE west EXCEPT ALL TABLE east) UNION ALL (TABLE east EXCEPT ALL TABLE west)) AS d;
		IF rows > 0 THEN RETURN NEXT; END IF;
		DROP TABLE west, east;
	END LOOP;
	PERFORM set_config('timezone', 'UTC', true);
END$$;
SELECT is_empty('SELECT * FROM pg_temp.elsewhere()', 'each view has the same rows in sessions of other time zones');

-- Who sees what: one reader of Shop, one of Payments and of what is in none, by way of a group, one without a row in access.
CREATE ROLE vsm_rules_shop;
CREATE ROLE vsm_rules_group;
CREATE ROLE vsm_rules_pay IN ROLE vsm_rules_group;
CREATE ROLE vsm_rules_nobody;
CREATE TEMP TABLE counted (view text, value_stream text, rows bigint);
-- A function of the reader's own, the cheapest of all, and an error of his making: what they are shown they tell.
CREATE FUNCTION pg_temp.tells(text, text[]) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS
$$BEGIN IF $1 <> ALL ($2) THEN RAISE EXCEPTION 'seen: %', $1; END IF; RETURN true; END$$;
CREATE FUNCTION pg_temp.shown(streams text[]) RETURNS TABLE (view text, value_stream text, rows bigint, fault text) LANGUAGE plpgsql AS $$
DECLARE
	v text;
BEGIN
	FOR v IN
		SELECT c.relname FROM pg_class AS c
		WHERE c.relnamespace = 'flow'::regnamespace AND c.relkind = 'v' AND 'security_barrier=true' = ANY (c.reloptions)
		AND c.relname <> 'definition' AND has_table_privilege(c.oid, 'SELECT')
	LOOP
		BEGIN
			RETURN QUERY EXECUTE format('SELECT %L, t.value_stream, count(*), NULL FROM flow.%I AS t
				WHERE pg_temp.tells(t.value_stream, $1) AND 1 / (t.value_stream = ANY ($1))::integer = 1 GROUP BY 2', v, v) USING streams;
		EXCEPTION WHEN raise_exception OR division_by_zero THEN
			RETURN QUERY SELECT v, NULL, NULL::bigint, SQLERRM;
		END;
	END LOOP;
END$$;
INSERT INTO counted SELECT s.view, s.value_stream, s.rows FROM pg_temp.shown(ARRAY['Shop', 'Payments', 'Support', '(none)']) AS s;
CREATE TEMP TABLE blocked AS
SELECT d.item, CASE WHEN d.blocker_value_stream = 'Shop' THEN d.blocker
	ELSE '(not visible) ' || row_number() OVER (PARTITION BY d.item, d.blocker_value_stream = 'Shop' ORDER BY l.since, d.blocker) END
	AS blocker, d.wait_days, CASE WHEN d.blocker_value_stream = 'Shop'
	THEN num_nonnulls(blocker_key, blocker_stage, blocker_team, blocker_value_stream, blocker_outcome) ELSE 0 END AS told
FROM flow.dependency_wait AS d JOIN flow.entity_link AS l ON l.source = d.item AND l.target = d.blocker AND l.kind = 'blocked_by'
WHERE d.value_stream = 'Shop';
SELECT bag_hasnt('SELECT told FROM blocked WHERE blocker NOT LIKE ''(%''', 'VALUES (0)', 'what blocks items of Shop is told of');
SELECT isnt_empty('SELECT FROM blocked WHERE blocker LIKE ''(%''', 'some is elsewhere');
GRANT SELECT ON kept, counted, blocked TO vsm_rules_shop, vsm_rules_group, vsm_rules_nobody;
SELECT set_eq($$SELECT c.view FROM counted AS c WHERE c.value_stream = 'Shop'$$, 'SELECT k.view FROM kept AS k',
	'in each view is something of Shop');
CALL vsm.grant_reader('flow', 'vsm_rules_nobody');
SET LOCAL ROLE vsm_rules_nobody;
SELECT set_eq('SELECT view, value_stream, rows FROM pg_temp.shown(ARRAY[''Shop'', ''Payments'', ''Support'', ''(none)''])', 'TABLE counted',
	'without rows in access who may read the views sees all');
SELECT isnt_empty('SELECT * FROM flow.definition', 'and what the metrics are');
SELECT throws_ok('SELECT * FROM flow.item', '42501', NULL, 'but no table');
SELECT is_empty($$
	SELECT c.relname FROM pg_class AS c
	WHERE c.relnamespace = 'flow'::regnamespace AND c.relkind = 'v' AND has_table_privilege(c.oid, 'SELECT')
	AND ('security_barrier=true' = ANY (c.reloptions)) IS NOT TRUE$$, 'nor a view that does not ask who reads');
RESET ROLE;
CALL vsm.grant_reader('flow', 'vsm_rules_shop', ARRAY['Shop']);
CALL vsm.grant_reader('flow', 'vsm_rules_group', ARRAY['Payments', '(none)']);
SET LOCAL ROLE vsm_rules_shop;
SELECT set_eq('SELECT view, value_stream, rows FROM pg_temp.shown(ARRAY[''Shop''])', 'SELECT * FROM counted WHERE value_stream = ''Shop''',
	'a reader of one value stream sees that, view by view, and conditions of his own tell him no more');
-- What an item of Shop waits for in Payments, it waits for, but who does not see Payments is not told what that is.
SELECT set_eq($$SELECT item, blocker, wait_days, num_nonnulls(blocker_key, blocker_stage, blocker_team, blocker_value_stream,
	blocker_outcome) FROM flow.dependency_wait$$, 'SELECT * FROM blocked', 'nor what blocks its items elsewhere');
SET LOCAL ROLE vsm_rules_pay;
SELECT set_eq('SELECT view, value_stream, rows FROM pg_temp.shown(ARRAY[''Payments'', ''(none)''])',
	'SELECT * FROM counted WHERE value_stream IN (''Payments'', ''(none)'')', 'a member of a role sees what that sees');
SET LOCAL ROLE vsm_rules_nobody;
SELECT is_empty('SELECT * FROM pg_temp.shown(''{}'')', 'who has no row sees none, once there are any');
RESET ROLE;

-- All is published, whatever the owner sees himself, and nobody is let see more by that.
INSERT INTO flow.access SELECT current_user, 'Support';
CREATE TEMP TABLE before AS SELECT report, value_stream, team, type, level, service, environment, metric, value FROM flow.published;
CREATE TEMP TABLE access_before AS TABLE flow.access;
CALL vsm.publish('flow', :'last_month');
SELECT set_eq('SELECT report, value_stream, team, type, level, service, environment, metric FROM flow.published',
	'SELECT report, value_stream, team, type, level, service, environment, metric FROM before', 'all value streams are published');
SELECT set_eq('TABLE flow.access', 'TABLE access_before', 'and access is as it was');
DELETE FROM flow.access WHERE role = current_user;
TRUNCATE flow.access;
SELECT is_empty('SELECT * FROM flow.restatement', 'what has just been published is not restated');
SELECT throws_ok($$CALL vsm.publish('flow', current_date)$$, '22023', NULL, 'a month that is not over is not published');
SELECT throws_ok($$CALL vsm.publish('flow', NULL)$$, '22004', 'the month to publish is NULL', 'nor none');

-- A view that is added later, in each way in which it may be wrong.
CREATE VIEW flow.later WITH (security_barrier) AS SELECT f.item, f.value_stream, f.flow_time AS flow_time_days, 1 AS found_count, 'x'
	AS product
FROM flow.item_flow AS f;
SELECT bag_has('SELECT view, name, fault FROM pg_temp.faults()', $$VALUES ('later', 'flow_time_days',
	'a type that not every tool knows: interval'),
	('later', 'item', 'no comment that is a label'), ('later', NULL, 'no comment'), ('later', 'product', 'a dimension under another name'),
	('later', 'found_count', 'a metric without a definition'), ('later', 'type', 'missing beside item')$$,
		'a view that is added later is looked at');
SELECT isnt_empty('SELECT view FROM attribute EXCEPT SELECT view FROM kept', 'and missed');
INSERT INTO kept VALUES ('later', 'value_stream');
SELECT bag_has('SELECT * FROM pg_temp.broken()', $$VALUES ('later', 'two rows a key')$$, 'its key is looked at');
GRANT SELECT ON flow.later TO vsm_rules_nobody;
INSERT INTO flow.access VALUES ('vsm_rules_shop', 'Shop');
SET LOCAL ROLE vsm_rules_nobody;
SELECT results_eq('SELECT view FROM pg_temp.shown(''{}'') WHERE fault LIKE ''seen: %''', ARRAY['later'], 'and whom it shows what');
RESET ROLE;
SELECT finish();
ROLLBACK;
