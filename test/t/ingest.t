# What one session alone cannot show of vsm.ingest: progress, being killed, several at once, deadlocks, huge payloads, dump and restore.
. "$(dirname "$0")/tap.sh"
export PGDATABASE=vsm_ingest PGOPTIONS='-c client_min_messages=error -c timezone=UTC'
dropdb --if-exists vsm_ingest
createdb vsm_ingest
trap 'dropdb --if-exists --force vsm_ingest; dropdb --if-exists --force vsm_restored; rm -rf "$tmp"' EXIT
sql -c 'CREATE EXTENSION vsm' -c "CALL vsm.create_model('flow')" -v items=20000 -f "$VSM_TOP/test/bench/setup/jira_payload.sql"

fill="TRUNCATE flow.event, flow.item, flow.item_change, flow.item_alias, flow.link, flow.commit, flow.deployment, flow.inbox;
	INSERT INTO flow.inbox (source, payload) SELECT 'jira', payload FROM jira_payload"
# A digest of all rows, without when and by whom they were written.
content() {
	sql -d "${1:-vsm_ingest}" -c "SELECT md5(string_agg(r, E'\n' ORDER BY r COLLATE \"C\")) FROM (
		SELECT (to_jsonb(t) - 'recorded_at' - 'xid')::text FROM flow.event t UNION ALL SELECT (to_jsonb(t) - 'xid')::text FROM flow.item t
		UNION ALL SELECT (to_jsonb(t) - 'xid')::text FROM flow.item_change t
		UNION ALL SELECT (to_jsonb(t) - 'xid')::text FROM flow.item_alias t
		UNION ALL SELECT (to_jsonb(t) - 'xid')::text FROM flow.link t) AS r (r)"
}
count() { sql -c "SELECT count(*) FROM $1"; }
sql -c "$fill" -c "CALL vsm.ingest('flow')"
want=$(content)
is "$(count flow.inbox) $(count flow.item) $(count 'flow.event')" '0 1000 13250' 'all payloads are read'

# Progress: each batch is committed. The second one waits in the middle for as long as it takes.
sql -c "$fill" -c "CREATE FUNCTION stop() RETURNS trigger LANGUAGE plpgsql AS \$\$
	BEGIN
		IF coalesce(current_setting('test.first_batch', true), '') = '' THEN
			PERFORM set_config('test.first_batch', pg_current_xact_id()::text, false);
		ELSIF current_setting('test.first_batch') <> pg_current_xact_id()::text THEN
			PERFORM pg_sleep(3600);
		END IF;
		RETURN NULL;
	END \$\$" -c 'CREATE TRIGGER stop AFTER INSERT ON flow.item FOR EACH STATEMENT EXECUTE FUNCTION stop()'
sql -c "CALL vsm.ingest('flow')" >"$tmp/ingest" 2>&1 &
ingest=$!
await sql -c "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'"
like "$(count flow.item)" '^([1-9][0-9]?|[1-9][0-9][0-9])$' 'others see how far it is'

# Terminated (test/t/crash.t kills the server process).
sql -c "SELECT pg_terminate_backend(${found:-0})" >"$tmp/terminated"
wait $ingest
like "$(cat "$tmp/ingest")" 'terminating connection' 'a run that is terminated in the middle'
is "$(sql -c 'SELECT (SELECT count(*) FROM flow.item) + (SELECT count(*) FROM flow.inbox)')" 1000 \
	'has left every payload either in the inbox or in the model'
sql -c 'DROP TRIGGER stop ON flow.item' -c "CALL vsm.ingest('flow')"
is "$(content)" "$want" 'and the next run does the rest'

# Three at once, and payloads twice.
sql -c "$fill" -c "INSERT INTO flow.inbox (source, payload) SELECT 'jira', payload FROM jira_payload ORDER BY id DESC"
for i in 1 2 3; do
	sql -c "CALL vsm.ingest('flow')" >"$tmp/ingest$i" 2>&1 &
	eval "run$i=\$!"
done
wait $run1; status1=$?
wait $run2; status2=$?
wait $run3; status3=$?
is "$status1$status2$status3 $(cat "$tmp"/ingest[123])" '000 ' 'three runs at once end well'
is "$(content)" "$want" 'and read each payload'
is "$(count flow.inbox)" 0 'whoever was first'

# Someone writes the tables in another order: one of the two is stopped, ingest tries again. It has locked the items when it
# comes to the trigger, and goes on to the aliases when the other waits for it, so that each waits for the other.
sql -c "$fill" -c "CALL vsm.ingest('flow')" -c "INSERT INTO flow.inbox (source, payload)
	SELECT 'jira', replace(payload, '\"updated\":\"2024', '\"updated\":\"2025') FROM jira_payload WHERE id <= 200" \
	-c "CREATE FUNCTION meet() RETURNS trigger LANGUAGE plpgsql AS \$\$
	BEGIN
		IF NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = 7) THEN
			PERFORM pg_advisory_lock(7);
			WHILE NOT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))) LOOP
				PERFORM pg_sleep(0.01);
			END LOOP;
		END IF;
		RETURN NULL;
	END \$\$" -c 'CREATE TRIGGER meet BEFORE INSERT ON flow.item_alias FOR EACH STATEMENT EXECUTE FUNCTION meet()'
(
	printf '%s\n' "SET deadlock_timeout = '1h';" 'BEGIN;' \
		"UPDATE flow.item_alias SET since = since - interval '1 day' WHERE alias = 'SHOP-150';" \
		'SELECT pg_advisory_lock(8) IS NULL \g /dev/null'
	await sql -c 'SELECT pid FROM pg_locks WHERE locktype = $$advisory$$ AND objid = 7'
	printf "UPDATE flow.item SET cost = 2 WHERE item = 'jira:issue:100010';\nCOMMIT;\n"
) | sql >"$tmp/writer" 2>&1 &
writer=$!
await sql -c 'SELECT pid FROM pg_locks WHERE locktype = $$advisory$$ AND objid = 8'
sql -c "SET deadlock_timeout = '10ms'" -c "CALL vsm.ingest('flow')" >"$tmp/ingest" 2>&1
is "$?$(cat "$tmp/ingest")" 0 'a deadlock does not stop it'
wait $writer
is "$?$(cat "$tmp/writer")" 0 'nor the other'
sql -c 'DROP TRIGGER meet ON flow.item_alias'
is "$(sql -c "SELECT (SELECT count(*) FROM flow.inbox) || ' ' || (SELECT cost FROM flow.item WHERE key = 'SHOP-10') || ' ' ||
	(SELECT since < created_at FROM flow.item_alias JOIN flow.item USING (item) WHERE alias = 'SHOP-150')")" '0 2 true' 'both have written'
await sql -c 'SELECT deadlocks FROM pg_stat_database WHERE datname = current_database() AND deadlocks > 0'
is "$found" 1 'there was one'

# In a transaction the procedure cannot commit; the function can be used.
like "$(sql -c "BEGIN; CALL vsm.ingest('flow');" 2>&1)" 'invalid transaction termination|^$' 'CALL inside a transaction'
is "$(sql -c "BEGIN" -c "INSERT INTO flow.inbox (source, payload) SELECT 'jira', payload FROM jira_payload LIMIT 3" \
	-c "SELECT vsm.ingest_once('flow')" -c ROLLBACK)" '(3,0)' 'ingest_once runs inside the transaction of its caller'
is "$(count flow.inbox)" 0 'and is undone with it'

# The settings of the session are as they were.
is "$(sql -c "SET search_path = flow" -c "SET jit = on" -c "CALL vsm.ingest('flow')" -c 'SHOW search_path' -c 'SHOW jit')" 'flow
on' 'the settings of the session stay'

# A procedure that commits has no setting of its own: still nothing of the session's search_path is used.
trap="LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION \$\$hostile\$\$; END'"
is "$(sql -c 'CREATE SCHEMA hostile' -c "CREATE FUNCTION hostile.trap(text, text) RETURNS boolean $trap" \
	-c "CREATE FUNCTION hostile.trap(bigint, bigint) RETURNS boolean $trap" \
	-c 'CREATE OPERATOR hostile.= (LEFTARG = text, RIGHTARG = text, FUNCTION = hostile.trap)' \
	-c 'CREATE OPERATOR hostile.> (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = hostile.trap)' \
	-c "CREATE FUNCTION hostile.format(text, text) RETURNS text $trap" \
	-c "INSERT INTO flow.inbox (source, payload) SELECT 'jira', payload FROM jira_payload WHERE id <= 700" \
	-c 'CREATE TEMP TABLE inbox (trap int)' -c 'SET search_path = hostile, pg_temp, pg_catalog' -c "CALL vsm.ingest('flow')" \
	-c 'SELECT count(*) FROM flow.inbox' 2>&1)" 0 'a hostile search_path is not used, before or after a commit'

# 100 MB in one payload: an issue with 50,000 changes of its status, and one with a long description.
sql -c "$fill WHERE false" -c "ALTER TABLE flow.inbox ALTER payload SET STORAGE EXTERNAL" -c "INSERT INTO flow.inbox (source, payload)
	SELECT 'jira', '{\"id\":\"1\",\"key\":\"A-1\",\"fields\":{\"created\":\"2020-01-01\"},\"changelog\":{\"total\":50000,\"histories\":['
		|| string_agg(format('{\"id\":\"%s\",\"author\":{\"displayName\":\"%s\"},\"created\":%s,\"items\":[{\"field\":\"status\",'
			|| '\"from\":\"1\",\"fromString\":\"%s\",\"to\":\"2\",\"toString\":\"%s\"}]}',
		i, repeat('x', 2000), 1600000000000 + i::bigint * 60000,
		CASE WHEN i % 2 = 0 THEN 'A' ELSE 'B' END, CASE WHEN i % 2 = 0 THEN 'B' ELSE 'A' END), ',') || ']}}'
	FROM generate_series(1, 50000) AS i" \
	-c "INSERT INTO flow.inbox (source, payload)
	SELECT 'jira', '{\"id\":\"2\",\"fields\":{\"summary\":\"big\",\"description\":\"' || repeat('0123456789', 10000000) || '\"}}'" \
	-c "INSERT INTO flow.inbox (source, payload) VALUES ('jira', '{\"id\":\"4\",\"fields\":{\"summary\":\"after\"}}')"
like "$(sql -c 'SELECT string_agg((octet_length(payload) / 1000000)::text, $$ $$ ORDER BY id) FROM flow.inbox')" '^10[0-9] 100 0$' \
	'payloads of more than 100 MB'
sql -c "CALL vsm.ingest('flow')"
is "$(sql -c "SELECT count(*) || ' ' || count(DISTINCT at) FROM flow.event WHERE entity = 'jira:issue:1'")" '50001 50001' 'are read'
is "$(sql -c 'SELECT string_agg(item, $$ $$ ORDER BY item) FROM flow.item')" 'jira:issue:1 jira:issue:2 jira:issue:4' \
	'with what comes after them'

# Dump and restore
sql -c "$fill WHERE id <= 500" -c "INSERT INTO flow.value_stream (value_stream, workflow)
	VALUES ('Shop', '{\"stages\":[{\"name\":\"Backlog\",\"class\":\"new\"},{\"name\":\"Done\",\"class\":\"done\"}]}')" \
	-c "INSERT INTO flow.routing (rank, source, value_stream) VALUES (1, 'jira', 'Shop')" -c "CALL vsm.ingest('flow')" \
	-c "INSERT INTO flow.inbox (source, payload) VALUES ('jira', '{')" -c "CALL vsm.ingest('flow')"
createdb vsm_restored
ok 'pg_dump' sh -c "pg_dump vsm_ingest >'$tmp/dump.sql'"
ok 'restore' psql -Xq -v ON_ERROR_STOP=1 -d vsm_restored -f "$tmp/dump.sql"
is "$(content vsm_restored)" "$(content)" 'the same rows come back'
findings='SELECT * FROM flow.data_quality ORDER BY finding, subject'
is "$(sql -d vsm_restored -c "$findings")" "$(sql -c "$findings")" 'with the same answers'
is "$(sql -d vsm_restored -c "INSERT INTO flow.inbox (source, payload) SELECT 'jira', payload FROM jira_payload WHERE id = 501" \
	-c "CALL vsm.ingest('flow')" -c 'SELECT count(*) FROM flow.item')" 501 'and it goes on'
done_testing
