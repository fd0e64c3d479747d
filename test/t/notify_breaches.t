# vsm.notify_breaches beside a listener: what is rolled back, killed with kill -9 before its commit or done by two sessions at once is
# told once. On a server of its own, which the kill starts again.
. "$(dirname "$0")/tap.sh"
top=$(dirname "$PGDATA")
bin=$top$("${PG_CONFIG:-pg_config}" --bindir)
[ -x "$bin/initdb" ] || skip_all 'not on the throwaway cluster of test/cluster.sh'
data=$top/breach
mkdir -p "$data/run" "$data/data"
as_server=
if [ "$(id -u)" = 0 ]; then
	chown nobody "$data/run" "$data/data"
	as_server="setpriv --reuid=nobody --regid=$(id -g nobody) --clear-groups"
fi
stop() {
	[ ! -f "$data/data/postmaster.pid" ] || $as_server "$bin/pg_ctl" -D "$data/data" -s -m immediate stop
	rm -rf "$data" "$tmp"
}
trap stop EXIT
cd "$data"
$as_server "$bin/initdb" -D "$data/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$tmp/initdb" 2>&1 ||
	comment <"$tmp/initdb"
$as_server "$bin/pg_ctl" -D "$data/data" -w -s -l "$data/run/log" \
	-o "-c listen_addresses='' -k $data/run -c restart_after_crash=on -c jit=off" start
export PGHOST="$data/run" PGDATABASE=postgres PGOPTIONS='-c client_min_messages=error'

# An item that is over its time.
breach() { # NUMBER
	sql -c "INSERT INTO flow.item (item, source, key, value_stream, created_at)
			VALUES ('jira:issue:$1', 'jira', 'SHOP-$1', 'Shop', now() - interval '9 days')" \
		-c "INSERT INTO flow.event (source, event_id, entity, at, state)
			VALUES ('jira', '1', 'jira:issue:$1', now() - interval '9 days', 'Build')" \
		-c "CALL vsm.refresh('flow')"
}
sql -c 'CREATE EXTENSION vsm' -c "CALL vsm.create_model('flow')" -c "INSERT INTO flow.service_level (days) VALUES (5)" \
	-c "INSERT INTO flow.value_stream (value_stream, workflow) VALUES ('Shop',
		'{\"stages\":[{\"name\":\"Build\",\"class\":\"active\"},{\"name\":\"Done\",\"class\":\"done\"}]}')"

# A psql that listens: what it was told comes with the answer to a statement.
listen() {
	rm -f "$tmp/listener" "$tmp/heard"
	mkfifo "$tmp/listener"
	psql -XAtq <"$tmp/listener" >>"$tmp/heard" 2>&1 &
	listener=$!
	exec 3>"$tmp/listener"
	echo 'LISTEN vsm_breach; SELECT 1;' >&3
	await grep -x 1 "$tmp/heard"
}
# The keys that were heard since the last time.
heard() {
	: >"$tmp/heard"
	echo 'SELECT 2;' >&3
	await grep -x 2 "$tmp/heard"
	grep -o '"key": "[^"]*"' "$tmp/heard" | cut -d '"' -f 4 | tr '\n' ' '
}
listen
breach 1
is "$(sql -c "SELECT vsm.notify_breaches('flow')" -c "SELECT vsm.notify_breaches('flow')" | tr '\n' ' ')" '1 0 ' 'an item is told once'
is "$(heard)" 'SHOP-1 ' 'and heard'
breach 2
is "$(sql -c "BEGIN; SELECT vsm.notify_breaches('flow'); ROLLBACK")" 1 'what is rolled back'
is "$(heard)" '' 'is not heard'
is "$(sql -c "SELECT vsm.notify_breaches('flow')")" 1 'but told by the next call'
is "$(heard)" 'SHOP-2 ' 'and heard then'

# Two at once: the second waits for the first.
breach 3
sql -c "SELECT pg_advisory_lock(2)" -c 'SELECT pg_sleep(3600)' >"$tmp/gate" 2>&1 &
gate=$!
await sql -c "SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
gate_pid=$found
sql -c "BEGIN; SELECT vsm.notify_breaches('flow'); SELECT pg_advisory_xact_lock(2); COMMIT" >"$tmp/first" &
first=$!
await sql -c "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
sql -c "SELECT vsm.notify_breaches('flow')" >"$tmp/second" &
second=$!
await sql -c "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' HAVING count(*) = 2"
sql -c "SELECT pg_terminate_backend($gate_pid)" >/dev/null
wait $first $second $gate
is "$(head -1 "$tmp/first") $(cat "$tmp/second")" '1 0' 'of two calls at once one tells'
is "$(heard)" 'SHOP-3 ' 'and it is heard once'

# Killed between NOTIFY and COMMIT.
breach 4
sql -c "BEGIN; SELECT vsm.notify_breaches('flow'); SELECT pg_sleep(3600); COMMIT" >"$tmp/killed" 2>&1 &
killed=$!
await sql -c "SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
kill -9 "$found"
wait $killed
exec 3>&-
wait $listener
like "$(cat "$tmp/killed")" 'server closed the connection|connection to server was lost' 'killed before its commit'
await sql -c 'SELECT 1'
listen
is "$(sql -c 'SELECT count(*) FROM flow.breach')" 3 'it has told of nothing'
is "$(sql -c "SELECT vsm.notify_breaches('flow')" -c "SELECT vsm.notify_breaches('flow')" | tr '\n' ' ')" '1 0 ' \
	'the next call tells it, once'
is "$(heard)" 'SHOP-4 ' 'and it is heard'
exec 3>&-
wait $listener
done_testing
