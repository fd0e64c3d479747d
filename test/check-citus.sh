#!/bin/sh
# make check-citus: a model on the nodes of Citus beside the same model in one place: a coordinator and two workers on this machine,
# each a server of its own. First vsm is updated from 0.2.0 there, and every function of the reference asked of distributed rows. Then, as
# an owner who is no superuser, facts are written by ingest and from tables, items made by refresh, months published, and every table and
# view compared; a worker is added, shards are moved, and workers are killed while they are written to.
#   CITUS=folder   where Citus was installed (make install DESTDIR=folder); without it that of the server is taken
#   ITEMS=number   of the generated model, 500 if not said
# Ends with status 77 where there is no Citus.
set -eu
top=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
say() { printf '%s\n' "$*"; }
if [ "${1:-}" != in-cluster ]; then
	[ -z "${CITUS:-}" ] || case $CITUS in /*) ;; *) CITUS=$PWD/$CITUS ;; esac
	if ! [ -f "${CITUS:-}$("${PG_CONFIG:-pg_config}" --pkglibdir)/citus.so" ]; then
		say "There is no Citus ${CITUS:+in $CITUS }here. It is had from its public source" \
			"(github.com/citusdata/citus; it takes the headers of lz4, zstd, curl and gssapi): ./configure && make &&" \
			"make install DESTDIR=folder; then CITUS=folder make check-citus" >&2
		exit 77
	fi
	export CITUS="${CITUS:-}"
	exec sh "$top/test/cluster.sh" sh "$0" in-cluster
fi

. "$top/test/citus_cluster.sh"
trap stop_nodes EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
began=$(date +%s) faults=0
step() { say "$(($(date +%s) - began)) s: $*"; }
is() { # GOT WANT DESCRIPTION
	if [ "$1" = "$2" ]; then
		step "ok: $3"
	else
		faults=$((faults + 1))
		step "NOT OK: $3"
		printf 'got:\n%s\nwant:\n%s\n' "$1" "$2" | head -40
	fi
}
as_superuser() { node coordinator "$@"; }
run() { PGUSER=keeper node coordinator "$@"; }
add_citus || { say "$why" >&2; exit 77; }
PGDATABASE=vsm PGOPTIONS='-c client_min_messages=error'
export PGDATABASE PGOPTIONS
for name in coordinator worker1 worker2; do start_node $name; done
as_superuser -c "SELECT citus_set_coordinator_host('$nodes/coordinator', 5432)" -c "SELECT citus_add_node('$nodes/worker1', 5432)" \
	-c "SELECT citus_add_node('$nodes/worker2', 5432)" >/dev/null
versions() {
	for name in coordinator worker1 worker2; do
		node $name -c "SELECT extversion FROM pg_extension WHERE extname = 'vsm'"
	done | paste -s -d ' '
}
version=$(as_superuser -c "SELECT default_version FROM pg_available_extensions WHERE name = 'vsm'")

# From 17 on no parameter can be named json, which one of 0.2.0 is.
if [ "$(as_superuser -c "SELECT current_setting('server_version_num')::int / 10000")" -lt 17 ]; then
	as_superuser -c "CREATE EXTENSION vsm VERSION '0.2.0'" -c "CALL vsm.create_model('old')" \
		-c 'CREATE TABLE old.kept (item text, timeline vsm.timeline)' -c "SELECT create_distributed_table('old.kept', 'item')" \
		-c "INSERT INTO old.kept SELECT 'A' || i, '[[\"2026-01-05T10:00:00Z\",\"To Do\"]]' FROM generate_series(1, 20) AS i" \
		-c "INSERT INTO old.event (source, event_id, entity, at, state) SELECT 'hand', i, 'A' || i, '2026-01-05 10:00Z', 'To Do'
			FROM generate_series(1, 20) AS i" >/dev/null
	as_superuser -c 'ALTER EXTENSION vsm UPDATE'
	is "$(versions)" "$version $version $version" 'ALTER EXTENSION vsm UPDATE from 0.2.0 reaches the workers'
	is "$(as_superuser -c 'SELECT count(*), vsm.merge(k.timeline) FROM old.kept AS k')" '20|[["2026-01-05T10:00:00Z","To Do"]]' \
		'what was stored there before is read'
	as_superuser -c "CALL vsm.create_model('old')" -c "CALL vsm.distribute_model('old')" -c "CALL vsm.refresh('old')"
	is "$(as_superuser -c "SELECT count(DISTINCT shardid), sum((SELECT count(*) FROM old.event)) / count(*) FROM citus_shards
		WHERE table_name = 'old.event'::regclass")" '4|20.0000000000000000' 'and a model of 0.2.0 is completed, and distributed'
	as_superuser -c 'DROP SCHEMA old, old_batch CASCADE' -c 'DROP EXTENSION vsm CASCADE'
fi
as_superuser -c 'CREATE EXTENSION vsm'
is "$(versions)" "$version $version $version" 'CREATE EXTENSION reaches the workers'

# Functions of the reference, apart from those of the model and the readers.
names=$(sed -n '1,/^## The model/p; /^## Intervals/,/^## Types/p' "$top/doc/reference.md" | sed -n 's/^| `vsm\.\([a-z_0-9]*\).*/\1/p' |
	sort -u | paste -s -d ' ')
is "$(as_superuser -v names="$names" -f "$top/test/citus/functions.sql" 2>&1)" '' \
	"$(printf '%s' "$names" | wc -w) functions and aggregates of the reference give of distributed rows what they give in one place"
as_superuser -c 'DROP TABLE told' -c 'DROP SCHEMA kept CASCADE'

# The owner of both models is no superuser.
as_superuser -c 'CREATE ROLE keeper LOGIN' -c 'GRANT CREATE ON DATABASE vsm TO keeper'

# The same model twice, one of them with its events on the workers; everything that follows from events is compared.
differences() { run -v kind="$1" -f "$top/test/citus/compare.sql" 2>&1; }
same() { # DESCRIPTION
	is "$(differences r)" '' "$1: the tables are the same"
	is "$(differences v)" '' "$1: and the views"
}
items=${ITEMS:-500}
for schema in here flow; do
	run -v schema=$schema -v items="$items" -v first_day="$(run -c "SELECT date_trunc('day', now()) - interval '1000 days'")" \
		-f "$top/test/bench/setup/model.sql" >/dev/null
done
step "a model of $items tickets is there twice"
run -c "CALL vsm.distribute_model('flow')"
is "$(run -c "SELECT string_agg(logicalrelid::text, ' ' ORDER BY 1) FROM pg_dist_partition WHERE partmethod = 'h'")" \
	'flow.event flow.observation' 'events and observations are distributed'
for schema in here flow; do run -c "CALL vsm.refresh('$schema')"; done
same 'made anew'

# Payloads of tools, each read in both; with every second one of Jira twice.
for tool in jira github gitlab jenkins servicenow; do
	run -c 'CREATE SCHEMA IF NOT EXISTS payloads' -c 'SET search_path = payloads, public' -v items="$items" \
		-f "$top/test/bench/setup/${tool}_payload.sql" >/dev/null
done
read_payloads() { # SCHEMA TOOL
	run -c "INSERT INTO $1.inbox (source, payload) SELECT '$2', p.payload::text FROM payloads.$2_payload AS p"
	run -c "CALL vsm.ingest('$1')"
}
for tool in jira github gitlab jenkins servicenow jira; do
	for schema in here flow; do read_payloads $schema $tool; done
done
is "$(run -c 'SELECT count(*), count(error) FROM flow.inbox')" "$(run -c 'SELECT count(*), count(error) FROM here.inbox')" \
	'as many payloads are read and refused'
for schema in here flow; do run -c "CALL vsm.refresh('$schema')"; done
same 'after ingest and refresh'
is "$(run -c "SELECT step FROM flow.refresh_log WHERE step = 'rebuild' ORDER BY id OFFSET 1")" '' 'which went by what has changed'
is "$(run -c "SELECT string_agg(t::text, '|' ORDER BY t::text) FROM (SELECT item FROM flow.item ORDER BY item LIMIT 20) AS i,
	vsm.trace('flow', i.item) AS t")" "$(run -c "SELECT string_agg(t::text, '|' ORDER BY t::text) FROM (SELECT item FROM here.item
	ORDER BY item LIMIT 20) AS i, vsm.trace('here', i.item) AS t")" 'vsm.trace'

# Without rules of routing: those that are proposed; from then on items go by these.
for schema in here flow; do
	run -c "DELETE FROM $schema.routing" -c "DELETE FROM $schema.value_stream"
done
is "$(run -c "SELECT p FROM vsm.propose_routing('flow') AS p")" "$(run -c "SELECT p FROM vsm.propose_routing('here') AS p")" \
	'vsm.propose_routing'

# Tables of another tool, of one's own, and both distributed.
run -f "$top/test/citus/tables.sql" >/dev/null
# (In one transaction: when a row was found there is kept, too.)
track() { printf '%s' "CALL vsm.track('$1', 'tools.ticket', 'desk', id => 'ticket', state => 'status', at => 'changed_at');"; }
run -c "$(track here) $(track flow)"
for schema in here flow; do
	run -c "CALL vsm.attach_fivetran_jira('$schema', 'fivetran', 'jira:near')" \
		-c "CALL vsm.attach_fivetran_jira('$schema', 'far', 'jira:far')"
done
run -c "UPDATE tools.ticket SET status = 'Solved', changed_at = '2026-05-03 10:00Z' WHERE ticket < 5"
for schema in here flow; do run -c "CALL vsm.refresh('$schema')"; done
is "$(run -c "SELECT count(DISTINCT entity), count(*) FROM flow.event WHERE entity ~ '^(desk|jira:near|jira:far):'")" '27|67' \
	'a tracked table, and schemas that are attached, distributed or not'
is "$(differences r)" '' 'tell the same'
for end in "true 2026-05-06" "false 2026-05-07" "true 2026-05-08"; do
	for schema in fivetran far; do
		run -c "UPDATE $schema.issue SET _fivetran_deleted = ${end% *}, _fivetran_synced = '${end#* }' WHERE id IN ('1', '2')"
	done
	for schema in here flow; do run -c "CALL vsm.refresh('$schema')"; done
done
is "$(run -c "SELECT string_agg(state, ' ' ORDER BY at) FROM flow.event WHERE entity = 'jira:far:issue:1' AND at > '2026-05-05'")" \
	'Deleted Done Deleted' 'what is deleted, restored and deleted once more'
is "$(differences r)" '' 'tells the same'
is "$(run -c "CALL vsm.track('flow', 'tools.far_ticket', 'far', id => 'ticket', state => 'status')" 2>&1 | head -1)" \
	'ERROR:  table tools.far_ticket cannot be tracked' 'a table that is distributed is not tracked, with a hint'

# A month is published, then something of it changes.
month=$(run -c "SELECT date_trunc('month', max(f.finished_at))::date FROM here.item_flow AS f
	WHERE f.finished_at < date_trunc('month', now() - interval '2 months')")
for schema in here flow; do
	run -c "CALL vsm.publish('$schema', '$month')" -c "INSERT INTO $schema.event (source, event_id, entity, at, state)
		SELECT 'hand', 'p' || f.item, f.item, date_trunc('day', now()) - interval '2 days', 'In Progress' FROM $schema.item_flow AS f
		WHERE date_trunc('month', f.finished_at) = '$month' AND f.outcome = 'done'" -c "CALL vsm.refresh('$schema')"
done
is "$(run -c 'SELECT count(*) > 0 FROM flow.published')$(run -c 'SELECT count(*) > 0 FROM flow.restatement')" tt \
	"$month is published, and restated"
same 'after vsm.publish and a restatement'

# What was kept is read again, with another name for a state.
for schema in here flow; do
	run -c "UPDATE $schema.model SET keep_payloads = '1 year'"
	read_payloads $schema jira
	run -c "INSERT INTO $schema.naming (source, kind, name, meaning) VALUES ('jira', 'type', 'Story', 'risk')
		ON CONFLICT DO NOTHING" -c "CALL vsm.read_again('$schema', 'jira')" -c "CALL vsm.refresh('$schema')"
done
is "$(differences r)" '' 'after vsm.read_again'

# What somebody inserts, and a new version of the extension's objects.
for schema in here flow; do
	run -c "INSERT INTO $schema.event (source, event_id, entity, at, state)
		SELECT 'hand', 'h' || i, 'jira:issue:' || i, timestamptz '2026-06-01 10:00Z', 'In Progress' FROM generate_series(1, 9) AS i" \
		-c "CALL vsm.create_model('$schema')" -c "CALL vsm.refresh('$schema')"
done
is "$(differences r)" '' 'after rows that were inserted by hand, and vsm.create_model again'

# A worker is added, and shards are moved to it between two refreshes.
start_node worker3
as_superuser -c "SELECT citus_add_node('$nodes/worker3', 5432)" >/dev/null
as_superuser -c "SELECT rebalance_table_shards('flow.event', shard_transfer_mode => 'block_writes')" >/dev/null
is "$(run -c "SELECT count(DISTINCT nodename) FROM citus_shards WHERE table_name = 'flow.event'::regclass")" 3 \
	'shards lie on a third worker'
for schema in here flow; do
	run -c "INSERT INTO $schema.event (source, event_id, entity, at, state)
		SELECT 'hand', 'g' || i, 'jira:issue:' || i, timestamptz '2026-06-02 10:00Z', 'Done' FROM generate_series(1, 30) AS i" \
		-c "CALL vsm.refresh('$schema')"
done
is "$(differences r)" '' 'after shards were moved'

# Workers are killed while they are written to.
for name in worker1 worker2 worker3; do
	run -c "INSERT INTO flow.inbox (source, payload) SELECT 'jira', replace(p.payload, '\"id\":\"', '\"id\":\"$name') FROM
		payloads.jira_payload AS p" -c "INSERT INTO here.inbox (source, payload) SELECT 'jira',
		replace(p.payload, '\"id\":\"', '\"id\":\"$name') FROM payloads.jira_payload AS p"
	(run -c "CALL vsm.refresh('flow')" >"$VSM_TMP/said" 2>&1 || :) &
	sleep "0.$(($(printf '%s' $name | tr -dc 0-9) * 3))"
	stop_node $name immediate
	wait $! || :
	start_node $name
	is "$(run -c "SELECT count(*) FROM flow.inbox WHERE error IS NOT NULL")" \
		"$(run -c "SELECT count(*) FROM here.inbox WHERE error IS NOT NULL")" "$name was killed, and no payload is blamed"
done
for schema in here flow; do run -c "CALL vsm.refresh('$schema')"; done
is "$(differences r)" '' 'nothing is lost, nothing doubled'
say "$faults faults"
[ $faults = 0 ]
