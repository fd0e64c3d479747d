# Refresh beside writers: eight sessions insert, update and delete, with savepoints, two-phase commits and rollbacks, while
# refreshes run and are killed; at the end every table that refresh keeps is what a rebuild makes of it.
. "$(dirname "$0")/tap.sh"
seconds=${VSM_STRESS_SECONDS:-8}
export PGOPTIONS='-c client_min_messages=error'
createdb vsm_refresh
trap 'kill $(jobs -p) 2>/dev/null; wait; psql -XAtq -d vsm_refresh -c "SELECT format('\''ROLLBACK PREPARED %L'\'', gid) FROM pg_prepared_xacts WHERE database = current_database() \gexec" >/dev/null 2>&1; dropdb --force vsm_refresh; rm -rf "$tmp"' EXIT
run() { sql -d vsm_refresh "$@"; }
run -c 'CREATE EXTENSION vsm' -c "CALL vsm.create_model('flow')" >&2
run >&2 <<'SQL'
INSERT INTO flow.value_stream (value_stream, workflow) VALUES ('Shop', vsm.with_delivery('{"stages":[{"name":"Backlog","class":"new","states":["To Do"]},
	{"name":"Build","class":"active","states":["In Progress"]},{"name":"Review","class":"waiting","states":["In Review"]},
	{"name":"Released","class":"done","states":["Done"]}]}'::vsm.workflow)::jsonb);
INSERT INTO flow.routing (rank, value_stream) VALUES (1, 'Shop');
INSERT INTO flow.item (item, source, key, project, type, created_at) SELECT 'jira:issue:' || n, 'jira', 'SHOP-' || n, 'SHOP', 'feature', '2026-01-01' FROM generate_series(1, 300) AS n;
INSERT INTO flow.item_alias (alias, item) SELECT 'SHOP-' || n, 'jira:issue:' || n FROM generate_series(1, 300) AS n;
INSERT INTO flow.commit (sha, repository, committed_at, parents)
SELECT lpad(to_hex(n), 40, '0'), 'shop/web', timestamptz '2026-01-01' + n * interval '1 hour', CASE WHEN n > 1 THEN ARRAY[lpad(to_hex(n - 1), 40, '0')] ELSE '{}' END FROM generate_series(1, 300) AS n;
INSERT INTO flow.deployment (deployment, repository, sha, environment_tier, status, finished_at) VALUES ('d0', 'shop/web', lpad('1', 40, '0'), 'production', 'success', '2026-01-01 02:00Z');
SQL
run -c "CALL vsm.refresh('flow')" >&2

# writer NUMBER: transactions of a few random changes, each ended in one of several ways
writer() {
	end=$(($(date +%s) + seconds)) n=0
	while [ "$(date +%s)" -lt "$end" ]; do
		n=$((n + 1))
		cat <<-SQL
		SELECT setseed($1 / 10.0 + ($n % 90) / 1000.0);
		BEGIN;
		INSERT INTO flow.event (source, event_id, entity, at, state)
		SELECT 'jira', '$1-$n-' || i, 'jira:issue:' || 1 + floor(random() * 300)::int, timestamptz '2026-01-02' + random() * interval '60 days',
			(ARRAY['To Do', 'In Progress', 'In Review', 'Done'])[1 + floor(random() * 4)::int] FROM generate_series(1, 3) AS i;
		SAVEPOINT s;
		DELETE FROM flow.event WHERE event_id LIKE '$1-$((n - 3))-%';
		$([ $((n % 3)) = 0 ] && echo 'ROLLBACK TO s;')
		INSERT INTO flow.merge_request (merge_request, repository, target_branch, created_at, merged_at)
		VALUES ('gitlab:merge_request:$1-$n', 'shop/web', 'main', '2026-01-05', timestamptz '2026-01-06' + random() * interval '20 days');
		INSERT INTO flow.link (source, target, kind, method, confidence) VALUES
			('gitlab:merge_request:$1-$n', 'SHOP-' || 1 + floor(random() * 300)::int, 'implements', 'key in title', 0.95),
			(lpad(to_hex(1 + floor(random() * 300)::int), 40, '0'), 'gitlab:merge_request:$1-$n', 'part_of', 'merge commit', 1);
		UPDATE flow.link SET target = 'SHOP-' || 1 + floor(random() * 300)::int WHERE source = 'gitlab:merge_request:$1-$((n - 2))' AND kind = 'implements';
		DELETE FROM flow.merge_request WHERE merge_request = 'gitlab:merge_request:$1-$((n - 5))';
		$([ $((n % 4)) = 1 ] && echo "INSERT INTO flow.deployment (deployment, repository, sha, environment_tier, status, finished_at)
			VALUES ('d$1-$n', 'shop/web', lpad(to_hex(1 + floor(random() * 300)::int), 40, '0'), 'production', 'success', timestamptz '2026-01-02' + random() * interval '60 days');")
		$([ $((n % 7)) = 2 ] && echo "DELETE FROM flow.deployment WHERE deployment LIKE 'd$1-%' AND random() < 0.3;")
		$(case $((n % 5)) in 0) echo 'ROLLBACK;' ;; 1) echo "PREPARE TRANSACTION 'refresh $1 $n'; SELECT pg_sleep(0.2); COMMIT PREPARED 'refresh $1 $n';" ;;
			2) echo 'SELECT pg_sleep(0.1); COMMIT;' ;; *) echo 'COMMIT;' ;; esac)
		SQL
	done | psql -XAtq -d vsm_refresh >/dev/null 2>>"$tmp/writers"
	# (a transaction that meets another's rows may fail; what it wrote is gone with it)
}
for w in 1 2 3 4 5 6 7 8; do writer $w & done
end=$(($(date +%s) + seconds)) refreshes=0 killed=0
while [ "$(date +%s)" -lt "$end" ]; do
	psql -XAtq -d vsm_refresh -c "SET application_name = 'refresher'" -c "CALL vsm.refresh('flow')" >/dev/null 2>&1 &
	refresher=$!
	refreshes=$((refreshes + 1))
	if [ $((refreshes % 3)) = 0 ]; then
		sleep 0.$((refreshes % 7 + 1))
		killed=$((killed + $(run -c "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'refresher'")))
	fi
	wait $refresher || :
done
wait
# Writers of other databases hold the bound, too: until what was written here lies before it.
seen() {
	last=$(run -c 'SELECT pg_current_xact_id()')
	await run -c "SELECT 1 WHERE pg_snapshot_xmin(pg_current_snapshot()) > '$last'::xid8"
	run -c "CALL vsm.refresh('flow')" >&2
}
seen || exit 1
kept() { run -c "$(for t in commit_release released_branch deployment_flow change_flow incident_source item_part item_flow visit; do echo "SELECT '$t', t::text FROM flow.$t AS t ORDER BY 2;"; done)"; }
kept >"$tmp/found"
run -c "CALL vsm.refresh('flow', rebuild => true)" >&2
kept >"$tmp/rebuilt"
is "$(diff "$tmp/found" "$tmp/rebuilt" | head -20)" '' 'after writers, rollbacks, two-phase commits and killed refreshes all is as if made anew'
echo "# $refreshes refreshes, $killed of them killed; $(run -c 'SELECT count(*) FROM flow.event') events, $(run -c 'SELECT count(*) FROM flow.item_part') parts"
like "$(run -c 'SELECT count(*) FROM flow.item_part WHERE released_at IS NOT NULL')" '^[1-9]' 'parts were released'
is "$(run -c 'SELECT count(*) FROM flow.touched')" 0 'nothing is left to do'

# The log, seen from another session, and what cannot be.
is "$(run -c "SELECT string_agg(step, ' ' ORDER BY id) FROM flow.refresh_log WHERE run = (SELECT max(run) FROM flow.refresh_log)")" \
	'ingest link_deployments rebuild releases items end' 'the steps of a run'
is "$(run -c "SELECT detail FROM flow.refresh_log WHERE step = 'rebuild' ORDER BY id DESC LIMIT 1")" 'asked for' 'and why all was made anew'
like "$(run -c 'BEGIN' -c "CALL vsm.refresh('flow')" 2>&1)" 'vsm.refresh commits as it goes on, and cannot do that here' 'not within a transaction'
like "$(run -c "DO \$\$BEGIN CALL vsm.refresh('flow'); EXCEPTION WHEN division_by_zero THEN NULL; END\$\$" 2>&1)" 'refresh_once' 'nor within a block with EXCEPTION'
run -c "DO \$\$BEGIN CALL vsm.refresh('flow'); END\$\$" >"$tmp/do" 2>&1
result $? 'but within a DO block'

# Who may only delete from event, and what a trigger does not see.
run -c 'CREATE ROLE vsm_refresh_loader' -c 'GRANT USAGE ON SCHEMA flow TO vsm_refresh_loader' -c 'GRANT SELECT, DELETE, INSERT ON flow.event TO vsm_refresh_loader' >&2
trap 'dropdb --force vsm_refresh; dropuser vsm_refresh_loader; rm -rf "$tmp"' EXIT
is "$(run -c 'SET ROLE vsm_refresh_loader' -c "DELETE FROM flow.event WHERE entity = 'jira:issue:7' RETURNING 'gone'" 2>&1 | sort -u)" 'gone' 'a role with rights on event alone deletes there'
seen
is "$(run -c "SELECT count(*) FROM flow.visit WHERE item = 'jira:issue:7' AND entered_at IN (SELECT at FROM flow.event WHERE entity = 'jira:issue:7')")" 0 'and refresh has seen it'
run -c 'TRUNCATE flow.usage' >&2
seen
is "$(run -c "SELECT detail FROM flow.refresh_log WHERE step = 'rebuild' ORDER BY id DESC LIMIT 1")" 'a table was truncated' 'TRUNCATE makes all anew'
run -c 'ALTER TABLE flow.event DISABLE TRIGGER stamp' -c "UPDATE flow.event SET state = 'Done' WHERE entity = 'jira:issue:8'" >&2
run -c "CALL vsm.refresh('flow')" >&2
is "$(run -c "SELECT detail FROM flow.refresh_log WHERE step = 'rebuild' ORDER BY id DESC LIMIT 1")" 'no trigger tells of changes of event' 'so does a trigger that is off'
run -c "CALL vsm.create_model('flow')" >&2
run -c "CALL vsm.refresh('flow')" -c "CALL vsm.refresh('flow')" >&2
is "$(run -c "SELECT step FROM flow.refresh_log WHERE step IN ('changes', 'rebuild') ORDER BY id DESC LIMIT 2" | tr '\n' ' ')" 'changes rebuild ' 'until create_model has made it whole'
done_testing
