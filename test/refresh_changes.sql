-- What refresh keeps of the model flow, and whether what it makes anew where something has changed is what it makes of all. A
-- transaction finds its own rows changed each time, so those that a refresh has seen get an older one.
CREATE FUNCTION pg_temp.make_old() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	NEW.xid := '1';
	RETURN NEW;
END$$;
-- (after the trigger stamp, by its name)
SELECT format('CREATE TRIGGER stamp_old BEFORE INSERT OR UPDATE ON flow.%I FOR EACH ROW
	WHEN (current_setting(''test.is_old'', true) = ''yes'') EXECUTE FUNCTION
		pg_temp.make_old()', t) FROM unnest(vsm.watched_tables()) AS t \gexec
CREATE FUNCTION pg_temp.forget() RETURNS void LANGUAGE plpgsql AS $$
DECLARE t text;
BEGIN
	PERFORM set_config('test.is_old', 'yes', true);
	FOREACH t IN ARRAY vsm.watched_tables() LOOP
		EXECUTE format('UPDATE flow.%I SET xid = xid WHERE xid = pg_current_xact_id()', t);
	END LOOP;
	PERFORM set_config('test.is_old', '', true);
END$$;
CREATE FUNCTION pg_temp.kept() RETURNS TABLE (relation text, line text) LANGUAGE plpgsql AS $$
DECLARE t text;
BEGIN
	FOREACH t IN ARRAY ARRAY['route', 'commit_release', 'released_branch', 'deployment_flow', 'change_flow', 'incident_source',
		'item_part', 'item_flow', 'visit', 'flow_count'] LOOP
		RETURN QUERY EXECUTE format('SELECT %L, t::text FROM flow.%I AS t', t, t);
	END LOOP;
	RETURN QUERY SELECT 'link', concat_ws(' ', l.source, l.target, l.kind, l.method, l.confidence, l.since) FROM flow.link AS l
	WHERE l.method IN ('service and time of work', 'change', 'commit', 'latest deployment before');
END$$;
CREATE FUNCTION pg_temp.refreshed() RETURNS TABLE (made text, relation text, line text) LANGUAGE plpgsql AS $$
BEGIN
	PERFORM vsm.refresh_once('flow');
	CREATE TEMP TABLE found AS SELECT * FROM pg_temp.kept();
	PERFORM vsm.refresh_once('flow', rebuild => true);
	RETURN QUERY
	SELECT 'by changes', d.* FROM (TABLE found EXCEPT ALL SELECT * FROM pg_temp.kept()) AS d
	UNION ALL
	SELECT 'by a rebuild', d.* FROM (SELECT * FROM pg_temp.kept() EXCEPT ALL TABLE found) AS d;
	DROP TABLE found;
	PERFORM pg_temp.forget();
END$$;
