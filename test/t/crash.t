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
$as_server "$bin/initdb" -D "$data/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$tmp/initdb" 2>&1 ||
	comment <"$tmp/initdb"
$as_server "$bin/pg_ctl" -D "$data/data" -w -s -l "$data/run/log" -o "-c listen_addresses='' -k $data/run -c restart_after_crash=on" start
export PGHOST="$data/run" PGDATABASE=postgres PGOPTIONS='-c client_min_messages=error'

# Of each run the first batch is committed. The second stops where it writes the table that table_to_stop_at names, until it is killed.
sql -c 'CREATE EXTENSION vsm' -c "CALL vsm.create_model('flow')" \
	-v items=120000 -f "$VSM_TOP/test/bench/setup/jira_payload.sql" \
	-c "INSERT INTO flow.inbox (source, payload) SELECT 'jira', payload FROM jira_payload"
sql -c 'CREATE TABLE table_to_stop_at (name name)' -c 'INSERT INTO table_to_stop_at VALUES (NULL)' \
	-c "CREATE FUNCTION stop() RETURNS trigger LANGUAGE plpgsql AS \$\$
	BEGIN
		IF tg_table_name = (SELECT name FROM public.table_to_stop_at) THEN
			IF coalesce(current_setting('test.first_batch', true), '') = '' THEN
				PERFORM set_config('test.first_batch', pg_current_xact_id()::text, false);
			ELSIF current_setting('test.first_batch') <> pg_current_xact_id()::text THEN
				PERFORM pg_sleep(3600);
			END IF;
		END IF;
		RETURN NULL;
	END \$\$"
for table in event item item_alias; do
	sql -c "CREATE TRIGGER stop AFTER INSERT ON flow.$table FOR EACH STATEMENT EXECUTE FUNCTION stop()"
done
# Once at first, and after each kill: before, one still meets the server as it was.
started() { [ "$(grep -c 'ready to accept connections' "$data/run/log")" -le $kills ] || echo started; }

kills=0 read=0
for table in event item item_alias; do
	sql -c "UPDATE table_to_stop_at SET name = '$table'"
	sql -c "CALL vsm.ingest('flow')" >"$tmp/ingest" 2>&1 &
	ingest=$!
	await sql -c "SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
	[ -z "$found" ] || kill -9 "$found"
	kills=$((kills + 1))
	wait $ingest
	await started
	like "$(cat "$tmp/ingest")" 'server closed the connection|connection to server was lost' "killed while it writes $table"
	is "$(sql -c "SELECT count(*) > $read FROM flow.item")" t 'what it had committed is there'
	read=$(sql -c 'SELECT count(*) FROM flow.item')
	is "$((read + $(sql -c 'SELECT count(*) FROM flow.inbox')))" 6000 'every payload is either in the inbox or in the model'
done
sql -c 'UPDATE table_to_stop_at SET name = NULL' -c "CALL vsm.ingest('flow')"
is "$(sql -c 'SELECT (SELECT count(*) FROM flow.item), (SELECT count(*) FROM flow.event), (SELECT count(*) FROM flow.item_change),
	(SELECT count(*) FROM flow.inbox)')" \
	'6000|79500|30000|0' 'and the last run has read the rest, each once'
done_testing
