# Refresh beside writers: eight sessions insert, update and delete, with savepoints, two-phase commits and rollbacks, while
# refreshes run and are killed; at the end every table that refresh keeps is what a rebuild makes of it.
. "$(dirname "$0")/tap.sh"
. "$VSM_TOP/test/refresh_stress.sh"
seconds=${VSM_STRESS_SECONDS:-8}
export PGOPTIONS='-c client_min_messages=error'
createdb vsm_refresh
forget_prepared() {
	psql -XAtq -d vsm_refresh >/dev/null 2>&1 <<-'SQL'
	SELECT format('ROLLBACK PREPARED %L', gid) FROM pg_prepared_xacts WHERE database = current_database() \gexec
	SQL
}
trap 'kill $(jobs -p) 2>/dev/null; wait; forget_prepared; dropdb --force vsm_refresh; rm -rf "$tmp"' EXIT
run() { sql -d vsm_refresh "$@"; }
run -c 'CREATE EXTENSION vsm' -c "CALL vsm.create_model('flow')" >/dev/null
stress_model
run -c "CALL vsm.refresh('flow')" >/dev/null

# (a transaction that meets another's rows may fail; what it wrote is gone with it)
writer() { stress_transactions "$1" 0 $seconds | psql -XAtq -d vsm_refresh >/dev/null 2>>"$tmp/writers"; }
for w in 1 2 3 4 5 6 7 8; do writer $w & done
end=$(($(date +%s) + seconds)) refreshes=0 killed=0
while [ "$(date +%s)" -lt "$end" ]; do
	psql -XAtq -d vsm_refresh -c "SET application_name = 'refresher'" -c "CALL vsm.refresh('flow')" >/dev/null 2>&1 &
	refresher=$!
	refreshes=$((refreshes + 1))
	if [ $((refreshes % 3)) = 0 ]; then
		refresher_pid
		sleep 0.0$((refreshes % 10))
		[ -z "$pid" ] || [ "$(run -c "SELECT pg_terminate_backend($pid)")" != t ] || killed=$((killed + 1))
	fi
	wait $refresher || :
done
wait
seen || exit 1
is "$(differences)" '' 'after writers, rollbacks, two-phase commits and killed refreshes all is as if made anew'
echo "# $refreshes refreshes, $killed of them killed; $(run -c 'SELECT count(*) FROM flow.event') events," \
	"$(run -c 'SELECT count(*) FROM flow.item_part') parts"
like "$(run -c 'SELECT count(*) FROM flow.item_part WHERE released_at IS NOT NULL')" '^[1-9]' 'parts were released'
is "$(run -c 'SELECT count(*) FROM flow.touched')" 0 'nothing is left to do'

# The log, seen from another session, and what cannot be.
is "$(run -c "SELECT string_agg(step, ' ' ORDER BY id) FROM flow.refresh_log WHERE run = (SELECT max(run) FROM flow.refresh_log)")" \
	'ingest link_deployments rebuild releases items end' 'the steps of a run'
is "$(run -c "SELECT detail FROM flow.refresh_log WHERE step = 'rebuild' ORDER BY id DESC LIMIT 1")" 'asked for' 'and why all was made anew'
like "$(run -c 'BEGIN' -c "CALL vsm.refresh('flow')" 2>&1)" 'vsm.refresh commits as it goes on, and cannot do that here' \
	'not within a transaction'
like "$(run -c "DO \$\$BEGIN CALL vsm.refresh('flow'); EXCEPTION WHEN division_by_zero THEN NULL; END\$\$" 2>&1)" 'refresh_once' \
	'nor within a block with EXCEPTION'
run -c "DO \$\$BEGIN CALL vsm.refresh('flow'); END\$\$" >"$tmp/do" 2>&1
result $? 'but within a DO block'

# Who may only delete from event, and what a trigger does not see.
run -c 'CREATE ROLE vsm_refresh_loader' -c 'GRANT USAGE ON SCHEMA flow TO vsm_refresh_loader' \
	-c 'GRANT SELECT, DELETE, INSERT ON flow.event TO vsm_refresh_loader' >/dev/null
trap 'dropdb --force vsm_refresh; dropuser vsm_refresh_loader; rm -rf "$tmp"' EXIT
is "$(run -c 'SET ROLE vsm_refresh_loader' -c "DELETE FROM flow.event WHERE entity = 'jira:issue:7' RETURNING 'gone'" 2>&1 | sort -u)" \
	'gone' 'a role with rights on event alone deletes there'
seen
is "$(run -c "SELECT count(*) FROM flow.visit WHERE item = 'jira:issue:7'
	AND entered_at IN (SELECT at FROM flow.event WHERE entity = 'jira:issue:7')")" 0 'and refresh has seen it'
run -c 'TRUNCATE flow.usage' >/dev/null
seen
rebuilt() { run -c "SELECT detail FROM flow.refresh_log WHERE step = 'rebuild' ORDER BY id DESC LIMIT 1"; }
is "$(rebuilt)" 'a table was truncated' 'TRUNCATE makes all anew'
run -c 'ALTER TABLE flow.event DISABLE TRIGGER stamp' -c "UPDATE flow.event SET state = 'Done' WHERE entity = 'jira:issue:8'" >/dev/null
run -c "CALL vsm.refresh('flow')" >/dev/null
is "$(rebuilt)" 'no trigger tells of changes of event' 'so does a trigger that is off'
run -c "CALL vsm.create_model('flow')" >/dev/null
run -c "CALL vsm.refresh('flow')" -c "CALL vsm.refresh('flow')" >/dev/null
is "$(run -c "SELECT step FROM flow.refresh_log WHERE step IN ('changes', 'rebuild') ORDER BY id DESC LIMIT 2" | tr '\n' ' ')" \
	'changes rebuild ' 'until create_model has made it whole'
done_testing
