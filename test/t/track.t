# Tables that vsm.track was told of: warnings, an inbox that is gone, sessions at once, rolled back savepoints, and rows that come by
# logical replication.
. "$(dirname "$0")/tap.sh"
export PGOPTIONS='-c client_min_messages=error'
createdb vsm_track
createdb vsm_track_publisher
stop() {
	sql -d vsm_track -c 'DROP SUBSCRIPTION IF EXISTS vsm_track' >/dev/null 2>&1
	dropdb --force --if-exists vsm_track
	dropdb --force --if-exists vsm_track_publisher
	rm -rf "$tmp"
}
trap stop EXIT
run() { sql -d vsm_track "$@"; }
run -c 'CREATE EXTENSION vsm' -c "CALL vsm.create_model('flow')" -c 'CREATE TABLE ticket (id int PRIMARY KEY, status text)' \
	-c "INSERT INTO ticket VALUES (1, 'New')" -c "CALL vsm.track('flow', 'ticket', 'desk', 'id', 'status')" >/dev/null
export PGOPTIONS='-c client_min_messages=warning'
is "$(run -c "BEGIN" -c "UPDATE ticket SET status = 'A'" -c 'SAVEPOINT s' -c "UPDATE ticket SET status = 'B'" -c 'ROLLBACK TO s' \
	-c 'COMMIT' -c "SELECT string_agg(payload::jsonb ->> 'state', ' ') FROM flow.inbox")" A 'what is rolled back is not told'
run -c "SELECT vsm.ingest_once('flow')" >/dev/null

run -c 'ALTER TABLE flow.inbox RENAME TO gone' >/dev/null
is "$(run -c "UPDATE ticket SET status = 'C'; SELECT status FROM ticket" 2>"$tmp/said")" C 'without an inbox the application goes on'
like "$(cat "$tmp/said")" 'WARNING:.*a change of table "ticket" was not tracked: there is no model in schema "flow"' 'with a warning'
run -c "ALTER TABLE flow.gone RENAME TO inbox" -c "CALL vsm.track('flow', 'ticket', 'desk', 'id', 'status', on_error => 'fail')" \
	-c "ALTER TABLE flow.inbox ADD CONSTRAINT small CHECK (length(payload) < 250)"
run -c "UPDATE ticket SET status = repeat('x', 300)" >/dev/null 2>"$tmp/said"
like "$(cat "$tmp/said")" 'violates check constraint "small"' 'asked to fail it fails'
is "$(run -c 'SELECT status FROM ticket')" C 'and the row is as it was'
run -c "CALL vsm.track('flow', 'ticket', 'desk', 'id', 'status')"
is "$(run -c "UPDATE ticket SET status = repeat('x', 300)" -c 'SELECT left(status, 1) FROM ticket' 2>"$tmp/said")" x \
	'and not asked it does not'
like "$(cat "$tmp/said")" 'WARNING:.*not tracked: .*violates check constraint "small"' 'but says what was wrong'
run -c 'ALTER TABLE ticket RENAME status TO state' -c "UPDATE ticket SET state = 'D'" >/dev/null 2>"$tmp/said"
like "$(cat "$tmp/said")" 'WARNING:.*changes of table "ticket" are not tracked: it has no column "status"' 'a column that is gone is named'
run -c 'ALTER TABLE flow.inbox DROP CONSTRAINT small' -c "CALL vsm.track('flow', 'ticket', 'desk', 'id', 'state')"

# Nobody waits for anybody: a change that is not committed stops neither another, nor ingest.
sql -d vsm_track -c "BEGIN; UPDATE ticket SET state = 'E' WHERE id = 1; SELECT pg_sleep(3600)" >"$tmp/open" 2>&1 &
open=$!
await sql -c "SELECT pid FROM pg_stat_activity WHERE datname = 'vsm_track' AND wait_event = 'PgSleep'"
pid=$found
is "$(run -c "SET lock_timeout = '30s'" -c "INSERT INTO ticket VALUES (2, 'New')" -c "SELECT (vsm.ingest_once('flow')).read")" 1 \
	'another change is read meanwhile'
sql -c "SELECT pg_terminate_backend($pid)" >/dev/null
wait $open

# A table that is emptied and filled again: an item was created when it was told first, if that was seen at all, and what has a time of its
# own is told once.
run -c 'CREATE TABLE copied (id int, state text, at timestamptz)' -c "INSERT INTO copied VALUES (1, 'New', '2026-01-05Z')" \
	-c "CALL vsm.track('flow', 'copied', 'copy', 'id', 'state', at => 'at')" \
	-c "CALL vsm.track('flow', 'copied', 'copy', 'id', 'state', at => 'at')" \
	-c "INSERT INTO copied VALUES (2, 'New', '2026-01-06Z'), (3, 'Open', NULL)" -c 'CREATE TABLE kept AS TABLE copied'
run -c "SELECT vsm.ingest_once('flow')" >/dev/null
created() { run -c "SELECT item, created_at AT TIME ZONE 'UTC' FROM flow.item WHERE source = 'copy' ORDER BY item"; }
created=$(created)
is "$(printf '%s\n' "$created" | sed '/item:3/s/|20.*/|then/')" \
	"$(printf 'copy:item:1|\ncopy:item:2|2026-01-06 00:00:00\ncopy:item:3|then')" \
	'what is inserted begins then'
for again in first second; do
	[ $again = first ] || run -c "UPDATE kept SET state = 'Done', at = '2026-01-07Z' WHERE id = 2"
	run -c 'BEGIN' -c 'TRUNCATE copied' -c 'INSERT INTO copied TABLE kept' -c 'COMMIT'
	run -c 'BEGIN' -c 'DELETE FROM copied' -c 'INSERT INTO copied TABLE kept' -c 'COMMIT' -c "SELECT vsm.ingest_once('flow')" >/dev/null
done
is "$(created)" "$created" 'and not when it is loaded anew'
is "$(run -c "SELECT string_agg(state, ' ' ORDER BY at) FROM flow.event WHERE entity IN ('copy:item:1', 'copy:item:2')
	GROUP BY entity ORDER BY entity")" "$(printf 'New\nNew Done')" 'a state that has a time of its own is told once'

# By logical replication.
sql -d vsm_track_publisher -c 'CREATE TABLE ticket (id int PRIMARY KEY, state text)' -c 'CREATE PUBLICATION vsm_track FOR TABLE ticket' \
	-c "SELECT pg_create_logical_replication_slot('vsm_track', 'pgoutput')" >/dev/null
run -c "CREATE SUBSCRIPTION vsm_track CONNECTION 'host=$PGHOST user=$PGUSER dbname=vsm_track_publisher' PUBLICATION vsm_track
	WITH (create_slot = false, copy_data = false)" >/dev/null 2>&1
sql -d vsm_track_publisher -c "INSERT INTO ticket VALUES (7, 'Far')" -c "UPDATE ticket SET state = 'Farther' WHERE id = 7"
await run -c "SELECT id FROM ticket WHERE state = 'Farther'"
run -c "SELECT vsm.ingest_once('flow')" >/dev/null
is "$(run -c "SELECT string_agg(state, ' ' ORDER BY at, seq) FROM flow.event WHERE entity = 'desk:item:7'")" \
	'Far Farther' 'what replication brings is told'
run -c "CALL vsm.untrack('flow', 'ticket')"
is "$(run -c "UPDATE ticket SET state = 'Z'" -c 'SELECT count(*) FROM flow.inbox')" 0 'until it is untracked'
done_testing
