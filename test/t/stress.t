# Refresh beside all that can be done to a model, on a server of its own that is killed: eight writers (savepoints, rollbacks, two-phase
# commits, updates and deletes of keys), a loader with rights on event alone, a logical replication subscriber, partitions of event
# attached, detached and truncated, tables truncated, refreshers killed (pg_terminate_backend, kill -9, immediate stop of the server), a
# restored dump. After each round every table that refresh keeps is what a rebuild makes of it.
#   VSM_STRESS_SECONDS   all rounds (default 20); make stress gives 1800
. "$(dirname "$0")/tap.sh"
. "$VSM_TOP/test/refresh_stress.sh"
seconds=${VSM_STRESS_SECONDS:-20}
top=$(dirname "$PGDATA")
bin=$top$("${PG_CONFIG:-pg_config}" --bindir)
[ -x "$bin/initdb" ] || skip_all 'not on the throwaway cluster of test/cluster.sh'
folder=$top/stress
mkdir -p "$folder/run" "$folder/data"
as_server=
if [ "$(id -u)" = 0 ]; then
	chown nobody "$folder/run" "$folder/data"
	as_server="setpriv --reuid=nobody --regid=$(id -g nobody) --clear-groups"
fi
start() {
	$as_server "$bin/pg_ctl" -D "$folder/data" -w -s -l "$folder/run/log" \
		-o "-c listen_addresses='' -k $folder/run -c restart_after_crash=on -c max_connections=60 -c max_prepared_transactions=20 \
			-c wal_level=logical -c max_worker_processes=16 -c autovacuum_naptime=10s" start
}
stop() {
	touch "$tmp/over"
	kill $(jobs -p) 2>/dev/null
	[ ! -f "$folder/data/postmaster.pid" ] || $as_server "$bin/pg_ctl" -D "$folder/data" -s -m immediate stop
	wait
	rm -rf "$folder" "$tmp"
}
trap stop EXIT
cd "$folder"
$as_server "$bin/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$tmp/initdb" 2>&1 ||
	comment <"$tmp/initdb"
start
export PGHOST="$folder/run" PGDATABASE=postgres PGOPTIONS='-c client_min_messages=error -c lock_timeout=20s'
run() { sql -d stress "$@"; }
createdb stress
createdb upstream
event='CREATE TABLE flow.event (source text, event_id text, entity text, at timestamptz, state text'
run -c 'CREATE EXTENSION vsm' -c 'CREATE SCHEMA flow' -c "$event) PARTITION BY LIST (source)" \
	-c "CREATE TABLE flow.event_rest PARTITION OF flow.event DEFAULT" \
	-c "CREATE TABLE flow.event_legacy PARTITION OF flow.event FOR VALUES IN ('legacy')" -c "CALL vsm.create_model('flow')" >/dev/null
stress_model
run >/dev/null <<'SQL'
CREATE ROLE stress_loader;
GRANT USAGE ON SCHEMA flow TO stress_loader;
GRANT SELECT, INSERT, UPDATE, DELETE ON flow.event TO stress_loader;
SQL
# What is written upstream comes as a subscription writes it, for which ordinary triggers do not fire.
sql -d upstream -c 'CREATE SCHEMA flow' -c "$event, PRIMARY KEY (entity, source, event_id))" \
	-c 'CREATE PUBLICATION stress FOR TABLE flow.event' -c "SELECT pg_create_logical_replication_slot('stress', 'pgoutput')" >/dev/null
run -c "CREATE SUBSCRIPTION stress CONNECTION 'host=$folder/run dbname=upstream user=postgres' PUBLICATION stress
	WITH (create_slot = false, slot_name = 'stress', copy_data = false)" >/dev/null
run -c "CALL vsm.refresh('flow')" >/dev/null

quiet() { "$@" >/dev/null 2>>"$tmp/quiet" </dev/null; }
quiet_sql() { run >/dev/null 2>>"$tmp/quiet"; }
up() { [ "$(sql -c 'SELECT 1' 2>/dev/null)" = 1 ] && echo up; }
until_over() { [ ! -f "$tmp/over" ] && [ "$(date +%s)" -lt "$over_at" ]; }

writer() { # NUMBER
	# (From round to round: what has a number that was there before is written by nobody.)
	[ -f "$tmp/number.$1" ] || echo 0 >"$tmp/number.$1"
	while until_over; do
		# psql ends with the server, and the next goes on.
		stress_transactions "$1" "$(cat "$tmp/number.$1")" $((over_at - $(date +%s))) 2>/dev/null |
			psql -XAtq -d stress >/dev/null 2>>"$tmp/writers"
		sleep 0.2
	done
}
loader() {
	n=0
	while until_over; do
		n=$((n + 1))
		quiet run -c 'SET ROLE stress_loader' -c "INSERT INTO flow.event (source, event_id, entity, at, state)
			SELECT 'jira', 'l' || gen_random_uuid(), 'jira:issue:' || 1 + floor(random() * 300)::int,
				timestamptz '2026-01-02' + random() * interval '60 days', 'In Review' FROM generate_series(1, 2)" \
			-c "DELETE FROM flow.event WHERE event_id LIKE 'l%' AND random() < 0.05"
		sleep 0.1
	done
}
upstream() {
	n=0
	while until_over; do
		n=$((n + 1))
		quiet sql -d upstream -c "INSERT INTO flow.event
			SELECT 'jira', 'u' || gen_random_uuid(), 'jira:issue:' || 1 + floor(random() * 300)::int,
				timestamptz '2026-01-02' + random() * interval '60 days', 'Done'" \
			-c "UPDATE flow.event SET entity = 'jira:issue:' || 1 + floor(random() * 300)::int WHERE random() < 0.02" \
			-c "UPDATE flow.event SET state = 'To Do' WHERE random() < 0.02" -c "DELETE FROM flow.event WHERE random() < 0.02"
		sleep 0.1
	done
}
disturber() {
	n=$first_disturbance
	legacy="(source, event_id, entity, at, state) SELECT 'legacy', gen_random_uuid(), 'jira:issue:' || 1 + floor(random() * 300)::int,
		timestamptz '2026-01-02' + random() * interval '60 days'"
	while until_over; do
		n=$((n + 1))
		# Whose session ended between PREPARE and COMMIT.
		quiet_sql <<-'SQL'
		SELECT format('COMMIT PREPARED %L', gid) FROM pg_prepared_xacts
		WHERE database = current_database() AND prepared < now() - interval '3 seconds' \gexec
		SQL
		case $((n % 6)) in
		0) quiet run -c "INSERT INTO flow.event $legacy, 'In Progress'" ;;
		1) quiet run -c "SET lock_timeout = '2s'" -c 'ALTER TABLE flow.event DETACH PARTITION flow.event_legacy' ;;
		2) quiet run -c "INSERT INTO flow.event_legacy $legacy, 'Done'" ;;
		3) quiet run -c "SET lock_timeout = '2s'" -c "ALTER TABLE flow.event ATTACH PARTITION flow.event_legacy FOR VALUES IN ('legacy')" ;;
		4) quiet run -c "SET lock_timeout = '2s'" -c 'TRUNCATE flow.event_legacy' ;;
		5) quiet run -c "SET lock_timeout = '2s'" -c "TRUNCATE flow.$([ $((n % 12)) = 5 ] && echo usage || echo build)" ;;
		esac
		sleep 1
	done
}
refresher() {
	refreshes=0 terminated=0 slain=0 stopped=0
	while until_over; do
		refreshes=$((refreshes + 1))
		# A rebuild lasts longer.
		rebuild=$([ $((refreshes % 3)) = 0 ] && echo true || echo false)
		psql -XAtq -d stress -c "SET application_name = 'refresher'" -c "CALL vsm.refresh('flow', $rebuild)" \
			>/dev/null 2>>"$tmp/refreshes" &
		child=$! pid=
		case $((refreshes % 12)) in
		3 | 5 | 7 | 9 | 11)
			refresher_pid
			sleep 0.0$((refreshes % 10))
			;;
		esac
		case $((refreshes % 12)) in
		3 | 7 | 11)
			[ -z "$pid" ] || [ "$(run -c "SELECT pg_terminate_backend($pid)" 2>/dev/null)" != t ] || terminated=$((terminated + 1))
			;;
		5)
			# (a process of this server)
			[ -z "$pid" ] || ! kill -9 "$pid" 2>/dev/null || slain=$((slain + 1))
			await up
			;;
		9)
			$as_server "$bin/pg_ctl" -D "$folder/data" -s -m immediate stop && stopped=$((stopped + 1))
			start >&2
			await up
			;;
		esac
		wait $child
		echo "$refreshes $terminated $slain $stopped" >"$tmp/refreshed"
	done
}
replicated() {
	run -c "SELECT 1 FROM pg_replication_slots WHERE slot_name = 'stress' AND pg_wal_lsn_diff(confirmed_flush_lsn, '$written') >= 0"
}

ends=$(($(date +%s) + seconds)) rounds=0 same=0 first_disturbance=0
refreshes=0 terminated=0 slain=0 stopped=0 transactions=0
while [ "$(date +%s)" -lt $ends ] || [ $rounds = 0 ]; do
	rounds=$((rounds + 1))
	over_at=$(($(date +%s) + (seconds < 60 ? seconds : 60)))
	for w in 1 2 3 4 5 6 7 8; do writer $w & done
	loader & upstream & disturber &
	refresher &
	# (the subscription's workers are no jobs of ours)
	wait
	first_disturbance=$((first_disturbance + 61))
	read -r r t k s <"$tmp/refreshed"
	refreshes=$((refreshes + r)) terminated=$((terminated + t)) slain=$((slain + k)) stopped=$((stopped + s))
	await up
	run >/dev/null <<-'SQL'
	SELECT format('ROLLBACK PREPARED %L', gid) FROM pg_prepared_xacts WHERE database = current_database() \gexec
	SQL
	quiet run -c "ALTER TABLE flow.event ATTACH PARTITION flow.event_legacy FOR VALUES IN ('legacy')"
	written=$(sql -d upstream -c 'SELECT pg_current_wal_lsn()')
	await replicated
	seen || break
	[ "$(run -c 'SELECT count(*) FROM flow.touched')" = 0 ] || echo "# something is left in touched"
	differences >"$tmp/differences"
	[ -s "$tmp/differences" ] || same=$((same + 1))
	comment <"$tmp/differences"
	rm -f "$tmp/over"
done
for w in 1 2 3 4 5 6 7 8; do transactions=$((transactions + $(cat "$tmp/number.$w"))); done
is "$same" "$rounds" "in each of $rounds rounds all is as if made anew"
like "$(run -c "SELECT count(*) FROM flow.event WHERE event_id LIKE 'u%'")" '^[1-9]' 'the subscription has brought events'
like "$(run -c 'SELECT count(*) FROM flow.item_part WHERE released_at IS NOT NULL')" '^[1-9]' 'parts were released'
echo "# $transactions transactions of writers, $refreshes refreshes: $terminated terminated, $slain killed, $stopped with the server;" \
	"$(run -c "SELECT format('%s events, %s parts, %s links of deployments', (SELECT count(*) FROM flow.event),
		(SELECT count(*) FROM flow.item_part), (SELECT count(*) FROM flow.link
			WHERE method = 'latest deployment before' OR method = 'service and time of work'))")"

# A restored dump: its transactions are those of another cluster, or of a later state of this one.
pg_dump -Fc -d stress --no-subscriptions -f "$tmp/dump" 2>>"$tmp/quiet"
createdb restored
pg_restore -d restored -e "$tmp/dump" >&2
run() { sql -d restored "$@"; }
run -c "UPDATE flow.mark SET bound = '9000000000000'" \
	-c "INSERT INTO flow.item (item, source, project, created_at) VALUES ('jira:issue:after', 'jira', 'SHOP', '2026-03-01')" \
	-c "INSERT INTO flow.event (source, event_id, entity, at, state)
		VALUES ('jira', 'after', 'jira:issue:after', '2026-03-02', 'In Progress')" >/dev/null
seen
is "$(run -c "SELECT detail FROM flow.refresh_log WHERE step = 'rebuild' ORDER BY id DESC LIMIT 1")" \
	'the model comes from a later state of the cluster' 'of a restored dump all is made anew'
is "$(differences)" '' 'as a rebuild makes it'
is "$(run -c "SELECT count(*) FROM flow.visit WHERE item = 'jira:issue:after'")" 1 'with what was written to it'
[ $seconds -lt 60 ] || is "$([ $terminated -gt 0 ] && [ $slain -gt 0 ] && [ $stopped -gt 0 ] && echo all)" all \
	'refreshes were ended in every way'
done_testing
