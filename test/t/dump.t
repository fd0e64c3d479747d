# What is stored survives pg_dump and restore, COPY BINARY, and an owner who is no superuser: values of
# every type, indexes, generated columns and materialized views over the functions.
. "$(dirname "$0")/tap.sh"

sql -q <<'END'
CREATE ROLE vsm_dump_owner LOGIN;
CREATE DATABASE vsm_dump OWNER vsm_dump_owner;
END
export PGOPTIONS='-c client_min_messages=warning'
sql -U vsm_dump_owner -d vsm_dump <<'END'
CREATE EXTENSION vsm;
CREATE SCHEMA app;
SET search_path = app;
CREATE TABLE workflow AS SELECT '{"stages": [
	{"name": "Backlog", "class": "new", "states": ["To Do"], "phase": "Discovery"},
	{"name": "Build", "class": "active", "states": ["In Progress"], "owner": "Zoë", "limit": 3},
	{"name": "Blocked", "class": "blocked", "states": ["Flagged"], "until": ["Unflagged"], "waiting_for": "dependency"},
	{"name": "Review", "class": "waiting", "states": ["In \"Review\"", "Prüfung"]},
	{"name": "Released", "class": "done", "states": ["Done"]}], "reopen": "pause"}'::vsm.workflow AS wf;
CREATE TABLE calendar AS SELECT '{"time_zone": "Europe/Paris", "week": {"mon": ["09:00-12:00", "13:00-18:00"]},
	"holidays": ["2026-12-25"]}'::vsm.calendar AS calendar;
CREATE TABLE event AS
SELECT 'A-' || i AS item,
	'2026-01-01 00:00+00'::timestamptz + i * interval '1 hour' + k * interval '7 hours 3 minutes 1.000001 seconds' AS at,
	(ARRAY['To Do', 'In Progress', 'Flagged', 'Prüfung', 'Unflagged', 'In "Review"', 'In Progress', 'Done', 'Lost'])[
		1 + (i * k) % 9] AS state
FROM generate_series(1, 300) i, generate_series(0, 8) k;
CREATE TABLE stored (item text PRIMARY KEY, timeline vsm.timeline NOT NULL,
	span tstzrange GENERATED ALWAYS AS (vsm.span(timeline)) STORED);
INSERT INTO stored SELECT item, vsm.timeline(at, state) FROM event GROUP BY item;
CREATE INDEX ON stored USING gist (vsm.span(timeline));
CREATE INDEX ON stored (timeline);
CREATE INDEX ON stored USING hash (timeline);
CREATE FUNCTION wf() RETURNS vsm.workflow LANGUAGE sql STABLE BEGIN ATOMIC SELECT wf FROM workflow; END;
CREATE VIEW flow AS SELECT item, f.* FROM stored, vsm.flow(timeline, (SELECT wf FROM workflow), NULL, '2026-02-01 00:00+00') AS f;
CREATE MATERIALIZED VIEW flow_now AS SELECT * FROM flow;
CREATE UNIQUE INDEX ON flow_now (item);
END

# What a database answers: every stored byte, and every number made from them.
answer() {
	sql -d "$1" <<'END'
SELECT md5(string_agg(item || timeline::text || span || vsm.timeline_send(timeline)::text, ',' ORDER BY item)) FROM app.stored;
SELECT wf, vsm.workflow_send(wf) FROM app.workflow;
SELECT calendar, vsm.calendar_send(calendar) FROM app.calendar;
SELECT md5(string_agg(f::text, ',' ORDER BY item)) FROM app.flow f;
SELECT md5(string_agg(f::text, ',' ORDER BY item)) FROM app.flow_now f;
END
}
before=$(answer vsm_dump)
is "$(printf '%s\n' "$before" | wc -l)" 5 'there is something to dump'

pg_dump -d vsm_dump >"$tmp/plain.sql" 2>"$tmp/error"
is "$(cat "$tmp/error")" '' 'pg_dump says nothing'
is "$(grep -c 'CREATE FUNCTION vsm\.' "$tmp/plain.sql")" 0 'the dump has no object of the extension'
createdb -O vsm_dump_owner vsm_dump_plain
ok 'a superuser restores the dump of a database whose owner installed the extension' sql -d vsm_dump_plain -f "$tmp/plain.sql"
is "$(answer vsm_dump_plain)" "$before" 'and everything answers the same'

createdb -O vsm_dump_owner vsm_dump_custom
pg_dump -Fc -d vsm_dump -f "$tmp/custom.dump"
ok 'the owner restores it, two jobs at a time' pg_restore -U vsm_dump_owner --no-owner --no-comments -j 2 -e -d vsm_dump_custom \
	"$tmp/custom.dump"
is "$(answer vsm_dump_custom)" "$before" 'and everything answers the same'

ok 'the materialized view is refreshed concurrently' sql -d vsm_dump_plain -c 'REFRESH MATERIALIZED VIEW CONCURRENTLY app.flow_now'
is "$(answer vsm_dump_plain)" "$before" 'without a change'

sql -d vsm_dump -c 'COPY app.stored (item, timeline) TO STDOUT (FORMAT binary)' >"$tmp/stored.bin"
sql -d vsm_dump_plain -c 'TRUNCATE app.stored' -c 'COPY app.stored (item, timeline) FROM STDIN (FORMAT binary)' <"$tmp/stored.bin"
is "$(answer vsm_dump_plain)" "$before" 'COPY in binary brings the same'

ok 'the extension is not dropped while something depends on it' sql -d vsm_dump \
	-c "DO \$\$ BEGIN DROP EXTENSION vsm; RAISE 'dropped'; EXCEPTION WHEN dependent_objects_still_exist THEN NULL; END \$\$"

for database in vsm_dump vsm_dump_plain vsm_dump_custom; do
	dropdb --force "$database"
done
dropuser vsm_dump_owner
done_testing
