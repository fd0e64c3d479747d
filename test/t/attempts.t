# A payload that is at fault costs itself only: calls that are cancelled or killed while they read it leave it to be read alone
# and last, and set aside after three attempts; everything else is read.
. "$(dirname "$0")/tap.sh"
createdb vsm_attempts
export PGDATABASE=vsm_attempts PGOPTIONS='-c client_min_messages=error'
# A tool whose payloads are read at once, or never.
sql -c 'CREATE EXTENSION vsm' -c "CALL vsm.create_model('flow')" -f - <<'SQL'
CREATE FUNCTION vsm.pill_kind(payload jsonb) RETURNS SETOF vsm.payload_kind LANGUAGE sql AS $$SELECT 'dose', NULL$$;
CREATE FUNCTION vsm.read_pill_dose(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact LANGUAGE sql AS $$
	SELECT (vsm.fact_event(source, 'pill:' || (payload ->> 'n'), '2026-01-05', 'A', payload ->> 'n')).*
	FROM (SELECT CASE WHEN payload ? 'slow' THEN pg_sleep(3600) END OFFSET 0) AS s$$;
INSERT INTO flow.inbox (source, payload)
SELECT 'pill', CASE WHEN n = 40 THEN '{"n": "40", "slow": true}' ELSE format('{"n": "%s"}', n) END FROM generate_series(1, 100) AS n;
SQL
read_events() { sql -c 'SELECT count(*) FROM flow.event'; }
inbox() { sql -c "SELECT count(*), count(error), max(attempts) FROM flow.inbox"; }

calls=0
until [ "$(sql -c 'SELECT count(*) FROM flow.inbox WHERE error IS NULL')" = 0 ] || [ $calls = 40 ]; do
	calls=$((calls + 1))
	PGOPTIONS="$PGOPTIONS -c statement_timeout=3s" psql -XAtq -c "CALL vsm.ingest('flow')" >"$tmp/call" 2>&1
	[ $calls -gt 1 ] || is "$(inbox)" '100|0|' 'the first call is cancelled within the batch'
done
is "$(read_events)" 99 'all others are read'
is "$(inbox)" '1|1|0' 'and the one is set aside'
like "$(sql -c 'SELECT error FROM flow.inbox')" '^set aside: three times the call ended while this payload was read alone' \
	'with a sentence that says why'
ok 'in few calls' test $calls -le 20
is "$(sql -c 'SELECT count(*) FROM flow.attempt')" 0 'no attempt is left'

# What comes later is read although it waits there, and beside others that arrive.
sql -c "UPDATE flow.inbox SET error = NULL" \
	-c "INSERT INTO flow.inbox (source, payload) SELECT 'pill', format('{\"n\": \"%s\"}', n) FROM generate_series(101, 120) AS n"
PGOPTIONS="$PGOPTIONS -c statement_timeout=3s" psql -XAtq -c "CALL vsm.ingest('flow')" >"$tmp/call" 2>&1
is "$(read_events)" 119 'what is set free again is read last'
is "$(sql -c 'SELECT attempts FROM flow.inbox')" 0 'an attempt that did not begin its call is not counted'
is "$(sql -c "SELECT vsm.ingest_once('flow')")" '(0,0)' 'ingest_once leaves it to ingest'

# The server process killed in the middle of a batch
sql -c 'DELETE FROM flow.inbox' -c "INSERT INTO flow.inbox (source, payload) SELECT 'pill',
	CASE WHEN n = 205 THEN '{\"n\": \"205\", \"slow\": true}' ELSE format('{\"n\": \"%s\"}', n) END FROM generate_series(201, 210) AS n"
sql -c "CALL vsm.ingest('flow')" >"$tmp/call" 2>&1 &
await sql -c "SELECT 'there' FROM flow.attempt"
await sql -c "SELECT 'there' FROM pg_stat_activity WHERE datname = 'vsm_attempts' AND wait_event = 'PgSleep'"
is "$(sql -c "SELECT count(*) FROM flow.attempt AS a WHERE pg_try_advisory_lock(hashtext('vsm.attempt flow'), a.attempt::int)")" 0 \
	'an attempt that is being made is held by who makes it'
sql -c "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'vsm_attempts' AND wait_event = 'PgSleep'" >/dev/null
wait
PGOPTIONS="$PGOPTIONS -c statement_timeout=3s" psql -XAtq -c "CALL vsm.ingest('flow')" >"$tmp/call" 2>&1
PGOPTIONS="$PGOPTIONS -c statement_timeout=3s" psql -XAtq -c "CALL vsm.ingest('flow')" >"$tmp/call" 2>&1
is "$(read_events)" 128 'after a session that ended the others are read one by one'

# What no payload is at fault for, such as a statement that the server cannot do, sets none aside, however often it ends a call.
sql -c 'DELETE FROM flow.inbox' -c "INSERT INTO flow.inbox (source, payload, attempts)
	SELECT 'pill', format('{\"n\": \"%s\"}', n), CASE n WHEN 301 THEN 2 END FROM generate_series(301, 305) AS n" -f - <<'SQL'
CREATE FUNCTION cannot() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION USING ERRCODE = 'feature_not_supported',
	MESSAGE = 'complex joins are not supported', HINT = 'Try another.'; END$$;
CREATE TRIGGER cannot BEFORE INSERT ON flow.event FOR EACH ROW EXECUTE FUNCTION cannot();
SQL
blame() { sql -c "SELECT string_agg(concat(attempts, error), ',' ORDER BY id) FROM flow.inbox"; }
for call in 1 2 3 4; do psql -XAtq -v VERBOSITY=verbose -c "CALL vsm.ingest('flow')" >"$tmp/call" 2>&1; done
like "$(cat "$tmp/call")" '^ERROR:  0A000: complex joins are not supported' 'such an error ends the call'
like "$(cat "$tmp/call")" '^HINT:  Try another' 'with its hint'
is "$(blame)" '2,,,,' 'and no payload is blamed, nor a suspect'
is "$(sql -c 'SELECT count(*) FROM flow.attempt')" 0 'no attempt is left of it'
sql -c 'DELETE FROM flow.inbox WHERE attempts IS NULL'
for call in 1 2 3; do psql -XAtq -c "CALL vsm.ingest('flow')" >"$tmp/call" 2>&1; done
is "$(blame)" 2 'nor is it counted against one that is read alone'
sql -c 'DROP TRIGGER cannot ON flow.event' -c "CALL vsm.ingest('flow')"
is "$(sql -c 'SELECT count(*) FROM flow.inbox')" 0 'what waited is read when it can be'

dropdb --force vsm_attempts
done_testing
