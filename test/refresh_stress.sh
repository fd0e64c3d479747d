# Parts of test/t/refresh.t and test/t/stress.t, which source this file: a model, who writes to it, and what refresh keeps of it.
# Needs run(), psql on the database of the model.

# Issues, commits in a row, and what has routes.
stress_model() {
	run >/dev/null <<-'SQL'
	INSERT INTO flow.value_stream (value_stream, workflow) VALUES ('Shop', vsm.with_delivery('{"stages":[
		{"name":"Backlog","class":"new","states":["To Do"]},
		{"name":"Build","class":"active","states":["In Progress"]},{"name":"Review","class":"waiting","states":["In Review"]},
		{"name":"Released","class":"done","states":["Done"]},{"name":"In use","class":"done","states":["used"]}]}'::vsm.workflow)::jsonb);
	INSERT INTO flow.routing (rank, value_stream) VALUES (1, 'Shop');
	INSERT INTO flow.item (item, source, key, project, type, created_at)
	SELECT 'jira:issue:' || n, 'jira', 'SHOP-' || n, 'SHOP', 'feature', '2026-01-01' FROM generate_series(1, 300) AS n;
	INSERT INTO flow.item_alias (alias, item) SELECT 'SHOP-' || n, 'jira:issue:' || n FROM generate_series(1, 300) AS n;
	INSERT INTO flow.item (item, source, key, project, service, created_at)
	SELECT 'servicenow:change:' || n, 'servicenow', 'CHG' || n, 'change_request', 'shop/web', '2026-01-01' FROM generate_series(1, 40) AS n;
	INSERT INTO flow.commit (sha, repository, committed_at, parents)
	SELECT lpad(to_hex(n), 40, '0'), 'shop/web', timestamptz '2026-01-01' + n * interval '1 hour',
		CASE WHEN n > 1 THEN ARRAY[lpad(to_hex(n - 1), 40, '0')] ELSE '{}' END FROM generate_series(1, 300) AS n;
	INSERT INTO flow.deployment (deployment, repository, sha, environment_tier, status, finished_at)
	VALUES ('d0', 'shop/web', lpad('1', 40, '0'), 'production', 'success', '2026-01-01 02:00Z');
	SQL
}

# stress_transactions WRITER FIRST SECONDS: transactions of a few random changes, each ended in one of several ways, numbered from FIRST on
stress_transactions() {
	w=$1 n=$2 end=$(($(date +%s) + $3))
	while [ "$(date +%s)" -lt "$end" ]; do
		n=$((n + 1))
		printf '%s\n' "$n" >"$tmp/number.$w"
		cat <<-SQL
		SELECT setseed($w / 10.0 + ($n % 90) / 1000.0);
		BEGIN;
		INSERT INTO flow.event (source, event_id, entity, at, state)
		SELECT 'jira', '$w-$n-' || i, 'jira:issue:' || 1 + floor(random() * 300)::int,
			timestamptz '2026-01-02' + random() * interval '60 days',
			(ARRAY['To Do', 'In Progress', 'In Review', 'Done'])[1 + floor(random() * 4)::int] FROM generate_series(1, 3) AS i;
		SAVEPOINT s;
		DELETE FROM flow.event WHERE event_id LIKE '$w-$((n - 3))-%';
		$([ $((n % 3)) = 0 ] && echo 'ROLLBACK TO s;')
		INSERT INTO flow.merge_request (merge_request, repository, target_branch, created_at, merged_at)
		VALUES ('gitlab:merge_request:$w-$n', 'shop/web', 'main', '2026-01-05', timestamptz '2026-01-06' + random() * interval '20 days');
		INSERT INTO flow.link (source, target, kind, method, confidence) VALUES
			('gitlab:merge_request:$w-$n', 'SHOP-' || 1 + floor(random() * 300)::int, 'implements', 'key in title', 0.95),
			(lpad(to_hex(1 + floor(random() * 300)::int), 40, '0'), 'gitlab:merge_request:$w-$n', 'part_of', 'merge commit', 1);
		UPDATE flow.link SET target = 'SHOP-' || 1 + floor(random() * 300)::int
		WHERE source = 'gitlab:merge_request:$w-$((n - 2))' AND kind = 'implements';
		DELETE FROM flow.merge_request WHERE merge_request = 'gitlab:merge_request:$w-$((n - 25))';
		SQL
		# One more change, of another table each time.
		case $((n % 13)) in
		0 | 4) echo "INSERT INTO flow.deployment (deployment, repository, sha, environment_tier, status, finished_at)
			VALUES ('d$w-$n', 'shop/web', lpad(to_hex(1 + floor(random() * 300)::int), 40, '0'), 'production', 'success',
				timestamptz '2026-01-02' + random() * interval '60 days');" ;;
		1) echo "DELETE FROM flow.deployment WHERE deployment LIKE 'd$w-%' AND random() < 0.3;" ;;
		2) echo "INSERT INTO flow.usage (source, event_id, feature, at)
			VALUES ('app', '$w-$n', 'SHOP-' || 1 + floor(random() * 300)::int, timestamptz '2026-01-10' + random() * interval '60 days');
			DELETE FROM flow.usage WHERE event_id LIKE '$w-%' AND random() < 0.2;" ;;
		3) echo "INSERT INTO flow.item_change (item, attribute, value, previous, at, change_id)
			VALUES ('jira:issue:' || 1 + floor(random() * 300)::int, 'priority', 'High', 'Low',
				timestamptz '2026-01-02' + random() * interval '60 days', '$w-$n');
			DELETE FROM flow.item_change WHERE change_id LIKE '$w-%' AND random() < 0.2;" ;;
		5) echo "INSERT INTO flow.item_alias (alias, item)
			VALUES ('SHOP-' || 1 + floor(random() * 300)::int, 'jira:issue:' || 1 + floor(random() * 300)::int) ON CONFLICT DO NOTHING;
			-- (Of a key that many items have nothing is a part.)
			DELETE FROM flow.item_alias WHERE substring(alias FROM '[0-9]+') <> substring(item FROM '[0-9]+') AND random() < 0.2;" ;;
		6) echo "UPDATE flow.item_alias AS a
			SET alias = CASE WHEN a.alias LIKE 'OLD-%' THEN 'SHOP-' || substr(a.alias, 5) ELSE 'OLD-' || substr(a.alias, 6) END
			FROM (SELECT 1 + floor(random() * 300)::int AS n) AS k WHERE a.alias IN ('SHOP-' || k.n, 'OLD-' || k.n);" ;;
		7) echo "INSERT INTO flow.commit (sha, repository, committed_at, parents)
			VALUES (lpad('${w}0$n', 40, 'f'), 'shop/web', timestamptz '2026-01-02' + random() * interval '60 days',
				ARRAY[lpad(to_hex(1 + floor(random() * 300)::int), 40, '0')]);
			INSERT INTO flow.link (source, target, kind, method, confidence)
			VALUES (lpad('${w}0$n', 40, 'f'), 'SHOP-' || 1 + floor(random() * 300)::int, 'implements', 'key in subject', 0.95);" ;;
		8) echo "DELETE FROM flow.commit WHERE sha LIKE 'f%${w}0%' AND random() < 0.2;" ;;
		9) echo "INSERT INTO flow.build (build, sha, status, finished_at)
			VALUES ('b$w-$n', lpad(to_hex(1 + floor(random() * 300)::int), 40, '0'), 'success',
				timestamptz '2026-01-20' + random() * interval '30 days');
			INSERT INTO flow.link (source, target, kind) SELECT build, sha, 'builds' FROM flow.build WHERE build = 'b$w-$n';" ;;
		10) echo "INSERT INTO flow.incident (incident, service, opened_at)
			VALUES ('i$w-$n', 'shop/web', timestamptz '2026-01-02' + random() * interval '60 days');
			DELETE FROM flow.incident WHERE incident LIKE 'i$w-%' AND random() < 0.2;" ;;
		11) echo "INSERT INTO flow.event (source, event_id, entity, at, state, method)
			SELECT 'servicenow', 'c$w-$n-' || s, 'servicenow:change:' || c.n,
				c.at + CASE s WHEN 'work ended' THEN interval '1 day' ELSE interval '0' END, s, 'label'
			FROM (SELECT 1 + floor(random() * 40)::int AS n, timestamptz '2026-01-02' + random() * interval '60 days' AS at) AS c,
				unnest(ARRAY['work started', 'work ended', 'approval requested', 'approval approved']) AS s;" ;;
		12) echo "UPDATE flow.item SET priority = 'P' || $n % 7,
				item = CASE WHEN item LIKE '%:moved' THEN replace(item, ':moved', '') ELSE item || ':moved' END
			WHERE item IN (SELECT 'jira:issue:' || 1 + floor(random() * 300)::int FROM generate_series(1, 2));" ;;
		esac
		case $((n % 5)) in
		0) echo 'ROLLBACK;' ;;
		1) echo "PREPARE TRANSACTION 'refresh $w $n'; SELECT pg_sleep(0.2); COMMIT PREPARED 'refresh $w $n';" ;;
		2) echo 'SELECT pg_sleep(0.1); COMMIT;' ;;
		*) echo 'COMMIT;' ;;
		esac
	done
}

# The process of a refresh that has just begun, in $pid; empty if it is not seen.
refresher_pid() {
	for i in 1 2 3 4 5 6 7 8 9; do
		pid=$(run -c "SELECT pid FROM pg_stat_activity WHERE application_name = 'refresher' AND state = 'active'" 2>/dev/null)
		[ -z "$pid" ] || break
	done
}

# Waits until what was written here can be seen: writers of other databases hold the bound, too. Then refreshes.
seen() {
	last=$(run -c 'SELECT pg_current_xact_id()')
	await run -c "SELECT 1 WHERE pg_snapshot_xmin(pg_current_snapshot()) > '$last'::xid8"
	[ -n "$found" ] && run -c "CALL vsm.refresh('flow')" >/dev/null
}

# The rows in which what was made by changes differs from what a rebuild makes, both ways; at most 20.
differences() {
	run <<-'SQL'
	CREATE OR REPLACE FUNCTION pg_temp.kept() RETURNS TABLE (relation text, line text) LANGUAGE plpgsql AS $$
	DECLARE t text;
	BEGIN
		FOREACH t IN ARRAY ARRAY['route', 'commit_release', 'released_branch', 'deployment_flow', 'change_flow', 'incident_source',
		'item_part', 'item_flow', 'visit', 'flow_count'] LOOP
			RETURN QUERY EXECUTE format('SELECT %L, t::text FROM flow.%I AS t', t, t);
		END LOOP;
		RETURN QUERY SELECT 'link', concat_ws(' ', l.source, l.target, l.kind, l.method, l.confidence, l.since) FROM flow.link AS l
		WHERE l.method IN ('service and time of work', 'change', 'commit', 'latest deployment before');
	END$$;
	CREATE TEMP TABLE found AS SELECT * FROM pg_temp.kept();
	CALL vsm.refresh('flow', rebuild => true);
	SELECT 'by changes', d.* FROM (TABLE found EXCEPT ALL SELECT * FROM pg_temp.kept()) AS d
	UNION ALL
	SELECT 'by a rebuild', d.* FROM (SELECT * FROM pg_temp.kept() EXCEPT ALL TABLE found) AS d
	LIMIT 20;
	SQL
}
