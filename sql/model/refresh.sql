/*
 * CALL vsm.refresh('flow'): what follows from the facts of a model is made anew where they have
 * changed: first releases, the parts of items, their way end to end, results and visits. It costs
 * what has changed, not what there is, and misses nothing.
 *
 * Every row that is written carries its transaction (trigger stamp), and keys that are gone are
 * written down (trigger journal_keys). A refresh looks at the transactions from where the last one
 * ended (mark.bound) to the oldest that still runs; so what is committed late is seen late, but it
 * is seen. What follows from the keys found goes into the table touched, in the same transaction
 * that moves the mark; then it is made anew in batches, each of which commits. Whatever ends a
 * refresh in between, the next one goes on. Results are made from events, whole items at a time, so
 * that they are the same as if all were made anew.
 *
 * Transactions that change the tables of this file take turns (an advisory lock of the model).
 */

CREATE FUNCTION vsm.can_commit() RETURNS boolean
	AS 'MODULE_PATHNAME', 'vsm_can_commit' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION vsm.can_commit() IS
	'whether the procedure that asks may commit: not within a function, a transaction block, a block with EXCEPTION or a procedure with '
	'SET; '
	'a part of vsm.refresh';

CREATE FUNCTION vsm.check_commits(doing text, instead text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RAISE EXCEPTION USING
		ERRCODE = 'invalid_transaction_termination',
		MESSAGE = format('%s commits as it goes on, and cannot do that here', doing),
		DETAIL = 'It was called within a transaction block, a function, a block with EXCEPTION or a procedure with SET.',
		HINT = format('Call it on its own, or use %s, which does all in the transaction of its caller.', instead);
END
$$;
COMMENT ON FUNCTION vsm.check_commits(text, text) IS 'raises that a procedure cannot commit where it was called; a part of vsm.refresh';

CREATE FUNCTION vsm.derived_tables() RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ARRAY['mark', 'journal', 'touched', 'refresh_log', 'route', 'commit_release', 'released_branch',
	'deployment_flow', 'change_flow', 'incident_source', 'item_part', 'item_flow', 'visit', 'flow_count'];
COMMENT ON FUNCTION vsm.derived_tables() IS 'the tables of a model that vsm.refresh keeps; a part of vsm.refresh';

-- The texts of what is set by hand and read for results: if one differs, all is made anew.
CREATE FUNCTION vsm.refresh_settings() RETURNS jsonb
LANGUAGE plpgsql STABLE
AS $$
BEGIN
	RETURN jsonb_build_object(
		'version', (SELECT e.extversion FROM pg_extension AS e WHERE e.extname = 'vsm'),
		'model', (SELECT jsonb_build_array(m.time_zone, m.week_starts, m.part_max_items, m.part_confidence) FROM model AS m),
		'value_stream', (SELECT jsonb_agg(jsonb_build_array(v.value_stream, v.workflow, v.calendar) ORDER BY v.value_stream COLLATE "C")
			FROM value_stream AS v),
		'team', (SELECT jsonb_agg(jsonb_build_array(t.team, t.calendar) ORDER BY t.team COLLATE "C") FROM team AS t),
		'routing', (SELECT jsonb_agg(jsonb_build_array(r.rank, r.source, r.project, r.type, r.value_stream, r.team, r.workflow)
			ORDER BY r.rank) FROM routing AS r),
		'service', (SELECT jsonb_agg(jsonb_build_array(s.service, s.repository, s.path, s.since, s.kind) ORDER BY s.service COLLATE "C")
			FROM service AS s),
		'naming', (SELECT jsonb_agg(jsonb_build_array(n.source, n.kind, n.name, n.meaning)
			ORDER BY n.source COLLATE "C", n.kind COLLATE "C", n.name COLLATE "C") FROM naming AS n
			WHERE n.kind IN ('type', 'category', 'service')));
END
$$;
COMMENT ON FUNCTION vsm.refresh_settings() IS 'what was set by hand and is read for results, in the model that search_path names; a part '
	'of vsm.refresh';

CREATE FUNCTION vsm.event_partitions() RETURNS text
LANGUAGE plpgsql STABLE
AS $$
BEGIN
	RETURN (
		SELECT string_agg(p.relid::oid || ':' || coalesce(pg_relation_filenode(p.relid)::text, ''), ' ' ORDER BY p.relid::oid)
		FROM pg_partition_tree('event'::regclass) AS p
		WHERE EXISTS (SELECT FROM pg_partitioned_table AS t WHERE t.partrelid = 'event'::regclass));
END
$$;
COMMENT ON FUNCTION vsm.event_partitions() IS
	'the tables that event consists of and their files, NULL if it is not partitioned, in the model that search_path names: a partition '
	'that is '
	'attached, detached or truncated fires no trigger; a part of vsm.refresh';

CREATE FUNCTION vsm.watched_tables() RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ARRAY['build', 'commit', 'deployment', 'event', 'incident', 'item', 'item_alias', 'item_change', 'link', 'merge_request', 'usage'];
COMMENT ON FUNCTION vsm.watched_tables() IS
	'the tables of a model whose triggers (stamp, journal_keys, journal_truncate) tell vsm.refresh of changes; a part of vsm.refresh';

CREATE FUNCTION vsm.missing_triggers() RETURNS text
LANGUAGE plpgsql STABLE
AS $$
BEGIN
	RETURN (
		SELECT string_agg(w.relation, ', ' ORDER BY w.relation)
		FROM unnest(vsm.watched_tables()) AS w (relation)
		WHERE NOT (w.relation = 'event' AND vsm.is_distributed(vsm.model_of_path()))
		AND (
			SELECT count(*) FROM pg_trigger AS t
			WHERE t.tgrelid = to_regclass(w.relation) AND t.tgname IN ('stamp', 'journal_keys', 'journal_truncate')
			AND t.tgenabled = 'A') < 3);
END
$$;
COMMENT ON FUNCTION vsm.missing_triggers() IS
	'tables of which a trigger of ours is missing or disabled, NULL if none, in the model that search_path names; a part of vsm.refresh';

CREATE FUNCTION vsm.enter_refresh(model text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF model IS NULL OR to_regclass(format('%I.mark', model)) IS NULL OR to_regclass(format('%I.touched', model)) IS NULL
		OR to_regclass(format('%I.refresh_log', model)) IS NULL
	THEN
		PERFORM vsm.check_model(model, VARIADIC vsm.told_tables() || vsm.derived_tables());
	END IF;
	PERFORM vsm.check_owner(model);
	PERFORM pg_advisory_xact_lock(hashtext('vsm.refresh'), hashtext(model));
END
$$;
COMMENT ON FUNCTION vsm.enter_refresh(text) IS
	'looks at whether a model can be refreshed by who calls, and waits until nobody else does, for this transaction; a part of vsm.refresh';

CREATE FUNCTION vsm.log_step(model text, run bigint, step text, total bigint, detail text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
	number bigint;
BEGIN
	PERFORM vsm.enter_model(model);
	INSERT INTO refresh_log (run, step, done, total, bound, detail)
	SELECT run, step, 0, total, m.bound, detail FROM (SELECT max(k.bound) AS bound FROM mark AS k) AS m RETURNING id INTO number;
	IF run IS NULL THEN
		UPDATE refresh_log AS l SET run = l.id WHERE l.id = number;
		DELETE FROM refresh_log AS l WHERE l.began_at < now() - interval '90 days';
	END IF;
	RETURN number;
END
$$;
COMMENT ON FUNCTION vsm.log_step(text, bigint, text, bigint, text) IS 'writes that a step of refresh begins, and returns its number; a '
	'part of vsm.refresh';

CREATE FUNCTION vsm.log_progress(model text, number bigint, done bigint, ended boolean, detail text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_variable
BEGIN
	PERFORM vsm.enter_model(model);
	UPDATE refresh_log AS l SET done = coalesce(log_progress.done, l.done), ended_at = CASE WHEN ended THEN clock_timestamp() END,
		detail = concat_ws('; ', l.detail, log_progress.detail)
	WHERE l.id = number;
END
$$;
COMMENT ON FUNCTION vsm.log_progress(text, bigint, bigint, boolean, text) IS 'writes how far a step of refresh has come; a part of '
	'vsm.refresh';

CREATE FUNCTION vsm.refresh_repositories(model text) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
DECLARE
	next    record;
	changed bigint := 0;
BEGIN
	PERFORM vsm.enter_model(model);
	FOR next IN
		DELETE FROM touched AS t USING (
			-- All repositories before incidents, and these before any branches.
			SELECT k.kind, k.key FROM touched AS k
			WHERE k.kind = (SELECT max(m.kind) FROM touched AS m WHERE m.kind IN ('repository', 'incidents', 'branches'))
			ORDER BY k.key LIMIT 20) AS n
		WHERE t.kind = n.kind AND t.key = n.key RETURNING t.kind, t.key
	LOOP
		BEGIN
			IF next.kind = 'repository' THEN
				changed := changed + vsm.write_commit_releases(model, next.key);
				PERFORM vsm.write_deployment_flows(next.key);
				PERFORM vsm.write_change_flows(next.key);
				DELETE FROM touched AS t WHERE t.kind = 'failed' AND t.key = next.key;
			ELSIF next.kind = 'incidents' THEN
				PERFORM vsm.write_incidents();
			ELSE
				PERFORM vsm.write_released_branches(next.key);
			END IF;
		EXCEPTION WHEN data_exception THEN
			-- Such as a cycle among commits: what was known of it stays.
			INSERT INTO touched (kind, key) VALUES ('failed', next.key) ON CONFLICT DO NOTHING;
			RAISE WARNING USING
				MESSAGE = format('first releases of repository "%s" cannot be made', next.key),
				DETAIL = SQLERRM || '.',
				HINT = 'What was known of them before stays. See data_quality, and the commits of the repository.';
		END;
	END LOOP;
	RETURN changed;
END
$$;
COMMENT ON FUNCTION vsm.refresh_repositories(text) IS
	'makes first releases and released branches of some repositories in the table touched anew, and returns how many commits have another '
	'release; '
	'a part of vsm.refresh';

CREATE FUNCTION vsm.refresh_items(model text, batch integer, after_kind text, after_key text, OUT made bigint, OUT last_kind text,
	OUT last_key text)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
#variable_conflict use_column
DECLARE
	items text[];
	moved text[];
BEGIN
	PERFORM vsm.enter_model(model);
	-- From where the batch before ended: what that has deleted may still lie in the index.
	SELECT array_agg(n.key) FILTER (WHERE n.kind = 'item'), array_agg(n.key) FILTER (WHERE n.kind <> 'item'), count(*), max(n.kind)
	INTO items, moved, made, last_kind
	FROM (
		SELECT t.kind, t.key FROM touched AS t
		WHERE t.kind >= 'item' AND t.kind <= 'item events' AND (t.kind, t.key) > (coalesce(after_kind, ''), coalesce(after_key, ''))
		ORDER BY t.kind, t.key LIMIT batch) AS n;
	last_key := coalesce(moved[cardinality(moved)], items[cardinality(items)]);
	IF made > 0 THEN
		PERFORM vsm.take_item_events(model, items || moved);
		IF items IS NOT NULL THEN
			PERFORM vsm.write_items(model, items, true);
		END IF;
		IF moved IS NOT NULL THEN
			PERFORM vsm.write_items(model, moved, false);
		END IF;
		PERFORM vsm.forget_rows(model);
	END IF;
END
$$;
COMMENT ON FUNCTION vsm.refresh_items(text, integer, text, text) IS
	'makes a batch of items in the table touched anew, those behind a kind and a name, and returns how many they are and the last of them; '
	'a part of vsm.refresh';

CREATE FUNCTION vsm.has_payloads(model text) RETURNS boolean
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
	PERFORM vsm.enter_model(model);
	-- Of a table that is missing vsm.ingest says so.
	IF to_regclass('inbox') IS NULL OR to_regclass('payload') IS NULL THEN
		RETURN true;
	END IF;
	RETURN EXISTS (SELECT FROM inbox) OR EXISTS (SELECT FROM payload);
END
$$;
COMMENT ON FUNCTION vsm.has_payloads(text) IS 'whether there are payloads to be read, or to be forgotten; a part of vsm.refresh';

CREATE FUNCTION vsm.has_repositories(model text) RETURNS boolean
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
BEGIN
	PERFORM vsm.enter_model(model);
	RETURN EXISTS (SELECT FROM touched AS t WHERE t.kind IN ('repository', 'incidents', 'branches'));
END
$$;
COMMENT ON FUNCTION vsm.has_repositories(text) IS 'whether there are repositories in the table touched; a part of vsm.refresh';

CREATE FUNCTION vsm.count_touched(model text) RETURNS bigint
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
	PERFORM vsm.enter_model(model);
	RETURN (SELECT count(*) FROM touched AS t WHERE t.kind IN ('item', 'item events'));
END
$$;
COMMENT ON FUNCTION vsm.count_touched(text) IS 'how many items are in the table touched; a part of vsm.refresh';

CREATE FUNCTION vsm.analyze_results(model text, items bigint) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	relation regclass;
BEGIN
	PERFORM vsm.enter_model(model);
	-- Who looks at the views right after the first refresh would else wait for plans made for empty tables; and what has a few
	-- rows, such as the table model, autovacuum never looks at, so that the planner takes it for one of thousands.
	FOR relation IN
		SELECT c.oid FROM pg_class AS c
		WHERE c.relnamespace = to_regnamespace(quote_ident(model)) AND c.relkind IN ('r', 'p') AND c.relowner = current_user::regrole
		AND (c.reltuples < 0 OR c.relname IN ('item', 'item_alias', 'item_change', 'link', 'item_part', 'item_flow', 'visit', 'flow_count')
			AND items * 10 > (SELECT f.reltuples FROM pg_class AS f WHERE f.oid = 'item_flow'::regclass))
	LOOP
		EXECUTE format('ANALYZE %s', relation);
	END LOOP;
END
$$;
COMMENT ON FUNCTION vsm.analyze_results(text, bigint) IS
	'has the planner look at tables of a model that it does not know, and at items and their results if so many of them were made anew '
	'that what it knows is old; a part of vsm.refresh';

CREATE FUNCTION vsm.end_rebuild(model text) RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM vsm.enter_model(model);
	IF NOT vsm.counts_at_end() THEN
		RETURN false;
	END IF;
	PERFORM vsm.write_all_levels();
	PERFORM vsm.recount_flow();
	PERFORM vsm.write_all_concerns();
	DELETE FROM touched AS t WHERE t.kind = 'counts';
	RETURN true;
END
$$;
COMMENT ON FUNCTION vsm.end_rebuild(text) IS
	'if all is made anew, makes what is made of all items at once, and returns whether it was; a part of vsm.refresh';

CREATE FUNCTION vsm.end_refresh(model text) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
AS $$
DECLARE
	held text;
BEGIN
	PERFORM vsm.enter_model(model);
	-- By which no item goes any more. (Looked up route by route: items are many.)
	DELETE FROM route AS r WHERE (SELECT f.route FROM item_flow AS f WHERE f.route = r.route LIMIT 1) IS NULL;
	UPDATE mark SET refreshed_at = clock_timestamp();
	-- Nobody has looked at these. (Who looks at them just now takes them.)
	DELETE FROM breach_made AS b
	WHERE b.id IN (SELECT k.id FROM breach_made AS k WHERE k.made_at < clock_timestamp() - interval '2 days' FOR UPDATE SKIP LOCKED);
	SELECT h.what INTO held
	FROM (
		SELECT format('session %s of database "%s" has had its transaction open since %s', a.pid, a.datname, a.xact_start) AS what,
			a.xact_start AS at
		FROM pg_stat_activity AS a WHERE a.backend_xid IS NOT NULL AND a.pid <> pg_backend_pid()
		UNION ALL
		SELECT format('the prepared transaction "%s" of database "%s" has waited since %s', p.gid, p.database, p.prepared), p.prepared
		FROM pg_prepared_xacts AS p) AS h
	WHERE h.at < clock_timestamp() - interval '1 hour' ORDER BY h.at LIMIT 1;
	IF held IS NOT NULL THEN
		RAISE WARNING USING
			MESSAGE = format('what was written to the model in schema "%s" within the last hour may not have been seen', model),
			DETAIL = upper(left(held, 1)) || substr(held, 2) || '; what was written after it began is seen when it has ended.',
			HINT = 'Let it commit or roll back, or end it with pg_terminate_backend or ROLLBACK PREPARED.';
	END IF;
	RETURN held;
END
$$;
COMMENT ON FUNCTION vsm.end_refresh(text) IS
	'writes down that a refresh has come to its end, and warns if a transaction of more than an hour keeps it from seeing what is new; a '
	'part of vsm.refresh';

CREATE PROCEDURE vsm.refresh(model text, rebuild boolean DEFAULT false)
LANGUAGE plpgsql
AS $$
DECLARE
	batch  CONSTANT integer := 2000;
	run    bigint;
	step   bigint;
	total  bigint;
	done   bigint;
	part   jsonb;
	taken  jsonb;
	reason text;
	is_last boolean;
BEGIN
	IF NOT vsm.can_commit() THEN
		PERFORM vsm.check_commits('vsm.refresh', pg_catalog.format('SELECT vsm.refresh_once(%L)', model));
	END IF;
	-- A procedure that commits cannot have a SET clause; at each COMMIT this setting ends.
	PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
	PERFORM vsm.enter_refresh(model);
	run := vsm.ask('SELECT vsm.log_step($1, NULL, ''ingest'', NULL)', model);
	PERFORM vsm.ask('SELECT vsm.read_attached($1)', model);
	IF vsm.ask('SELECT vsm.has_payloads($1)', model)::boolean THEN
		COMMIT;
		CALL vsm.ingest(model);
	END IF;
	COMMIT;

	PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
	PERFORM vsm.enter_refresh(model);
	PERFORM vsm.ask('SELECT vsm.log_progress($1, $2::bigint, NULL, true)', model, run::text);
	step := vsm.ask('SELECT vsm.log_step($1, $2::bigint, ''link_deployments'', NULL)', model, run::text);
	taken := vsm.ask('SELECT jsonb_build_array(t.reason, t.links)::text FROM vsm.take_changes($1, $2::boolean) AS t', model,
		coalesce(rebuild, false)::text);
	reason := taken ->> 0;
	PERFORM vsm.ask('SELECT vsm.log_progress($1, $2::bigint, $3::bigint, true)', model, step::text, taken ->> 1);
	total := vsm.ask('SELECT vsm.count_touched($1)', model);
	step := vsm.ask('SELECT vsm.log_step($1, $2::bigint, $3, $4::bigint, $5)', model, run::text, CASE WHEN reason IS NULL THEN 'changes'
		ELSE 'rebuild' END,
		total::text, reason);
	PERFORM vsm.ask('SELECT vsm.log_progress($1, $2::bigint, $3::bigint, true)', model, step::text, total::text);
	COMMIT;

	PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
	PERFORM vsm.enter_refresh(model);
	IF vsm.ask('SELECT vsm.has_repositories($1)', model)::boolean THEN
		step := vsm.ask('SELECT vsm.log_step($1, $2::bigint, ''releases'', NULL)', model, run::text);
		done := 0;
		LOOP
			done := done + vsm.ask('SELECT vsm.refresh_repositories($1)', model)::bigint;
			is_last := NOT vsm.ask('SELECT vsm.has_repositories($1)', model)::boolean;
			PERFORM vsm.ask('SELECT vsm.log_progress($1, $2::bigint, $3::bigint, $4::boolean)', model, step::text, done::text,
				is_last::text);
			COMMIT;
			PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
			PERFORM vsm.enter_refresh(model);
			EXIT WHEN is_last;
		END LOOP;
		total := vsm.ask('SELECT vsm.count_touched($1)', model);
	END IF;

	done := 0;
	IF total > 0 THEN
		step := vsm.ask('SELECT vsm.log_step($1, $2::bigint, ''items'', $3::bigint)', model, run::text, total::text);
		LOOP
			part := vsm.ask('SELECT jsonb_build_array(r.made, r.last_kind, r.last_key)::text
				FROM vsm.refresh_items($1, $2::integer, $3, $4) AS r', model, batch::text, part ->> 1, part ->> 2);
			done := done + (part ->> 0)::bigint;
			is_last := (part ->> 0)::bigint < batch;
			PERFORM vsm.ask('SELECT vsm.log_progress($1, $2::bigint, $3::bigint, $4::boolean)', model, step::text, done::text,
				is_last::text);
			COMMIT;
			PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
			PERFORM vsm.enter_refresh(model);
			EXIT WHEN is_last;
		END LOOP;
	END IF;
	PERFORM vsm.ask('SELECT vsm.end_rebuild($1)', model);
	PERFORM vsm.ask('SELECT vsm.analyze_results($1, $2::bigint)', model, done::text);
	step := vsm.ask('SELECT vsm.log_step($1, $2::bigint, ''end'', NULL)', model, run::text);
	reason := vsm.ask('SELECT vsm.end_refresh($1)', model);
	PERFORM vsm.ask('SELECT vsm.log_progress($1, $2::bigint, NULL, true, $3)', model, step::text, reason);
END
$$;
COMMENT ON PROCEDURE vsm.refresh(text, boolean) IS
	'reads the inbox of a model, links deployments, and makes first releases, parts, results and visits of items anew where something has '
	'changed, '
	'or all of them (rebuild); commits as it goes on, see the table refresh_log';

CREATE FUNCTION vsm.refresh_once(model text, rebuild boolean DEFAULT false) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	done bigint := 0;
	part jsonb;
BEGIN
	PERFORM vsm.enter_refresh(model);
	PERFORM vsm.ask('SELECT vsm.read_attached($1)', model);
	IF vsm.ask('SELECT vsm.has_payloads($1)', model)::boolean THEN
		PERFORM vsm.ingest_once(model);
	END IF;
	PERFORM vsm.ask('SELECT t.links FROM vsm.take_changes($1, $2::boolean) AS t', model, coalesce(rebuild, false)::text);
	WHILE vsm.ask('SELECT vsm.has_repositories($1)', model)::boolean LOOP
		PERFORM vsm.ask('SELECT vsm.refresh_repositories($1)', model);
	END LOOP;
	LOOP
		part := vsm.ask('SELECT jsonb_build_array(r.made, r.last_kind, r.last_key)::text FROM vsm.refresh_items($1, 2000, $2, $3) AS r',
			model, part ->> 1, part ->> 2);
		EXIT WHEN part ->> 0 = '0';
		done := done + (part ->> 0)::bigint;
	END LOOP;
	PERFORM vsm.ask('SELECT vsm.end_rebuild($1)', model);
	PERFORM vsm.ask('SELECT vsm.analyze_results($1, $2::bigint)', model, done::text);
	PERFORM vsm.ask('SELECT vsm.end_refresh($1)', model);
	RETURN done;
END
$$;
COMMENT ON FUNCTION vsm.refresh_once(text, boolean) IS
	'does what the procedure vsm.refresh does inside the transaction of the caller, sees what that has written, and returns how many items '
	'were made anew';
