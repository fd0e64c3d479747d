# A server process killed with kill -9 in the middle of vsm.ingest: the whole server starts again, and nothing is lost.
# On a server of its own, beside the one of the other tests and from the same files.
. "$(dirname "$0")/tap.sh"
top=$(dirname "$PGDATA")
bin=$top$("${PG_CONFIG:-pg_config}" --bindir)
[ -x "$bin/initdb" ] || skip_all 'not on the throwaway cluster of test/cluster.sh'
data=$top/crash
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
$as_server "$bin/initdb" -D "$data/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$tmp/initdb" 2>&1 || comment <"$tmp/initdb"
$as_server "$bin/pg_ctl" -D "$data/data" -w -s -l "$data/run/log" -o "-c listen_addresses='' -k $data/run -c restart_after_crash=on" start
export PGHOST="$data/run" PGDATABASE=postgres PGOPTIONS='-c client_min_messages=error'

# More batches than kills, each of which takes its time, so that every kill finds one half done.
sql -c 'CREATE EXTENSION vsm' -c "CALL vsm.create_model('flow')" \
	-v items=120000 -f "$VSM_TOP/test/bench/setup/jira_payload.sql" -c "INSERT INTO flow.inbox (source, payload) SELECT 'jira', payload FROM jira_payload"
sql -c "CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(2); RETURN NULL; END'" \
	-c 'CREATE TRIGGER slow AFTER INSERT ON flow.item FOR EACH STATEMENT EXECUTE FUNCTION wait()'
# Until the server answers, or until a query says true: a minute at most.
await() {
	tries=0
	until [ "$(sql -c "$1" 2>/dev/null)" = t ] || [ $tries = 600 ]; do
		tries=$((tries + 1))
		sleep 0.1
	done
}

kills=0
while [ $kills -lt 3 ]; do
	kills=$((kills + 1))
	before=$(sql -c 'SELECT count(*) FROM flow.item')
	sql -c "CALL vsm.ingest('flow')" >"$tmp/ingest" 2>&1 &
	ingest=$!
	await "SELECT count(*) > $before FROM flow.item"
	sleep 0.$kills
	backend=$(sql -c "SELECT pid FROM pg_stat_activity WHERE query LIKE 'CALL vsm.ingest%' AND pid <> pg_backend_pid()")
	[ -z "$backend" ] || kill -9 "$backend"
	wait $ingest
	await 'SELECT true'
	like "$(cat "$tmp/ingest")" 'server closed the connection|connection to server was lost' "killed $kills times"
	is "$(sql -c 'SELECT (SELECT count(*) FROM flow.item) + (SELECT count(*) FROM flow.inbox)')" 6000 'every payload is either in the inbox or in the model'
done
sql -c 'DROP TRIGGER slow ON flow.item' -c "CALL vsm.ingest('flow')"
is "$(sql -c 'SELECT (SELECT count(*) FROM flow.item), (SELECT count(*) FROM flow.event), (SELECT count(*) FROM flow.item_change), (SELECT count(*) FROM flow.inbox)')" \
	'6000|79500|30000|0' 'and the last run has read the rest, each once'
done_testing
