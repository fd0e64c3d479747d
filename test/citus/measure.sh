#!/bin/sh
# sh test/citus/measure.sh: what a model costs on the nodes of Citus, beside the same in one place, in seconds of CPU of the coordinator
# and of the workers (two of them, on this machine), from the counters of the processes of each.
#   CITUS=folder   where Citus was installed, as for make check-citus
#   ITEMS=number   work items whose flow is asked, about ten events each; and of Jira's changelogs as many entries: 2,000 if not said
#   RUNS=number    times that each is run (the least is shown): 3 if not said
#   ONLY=flow      the flow of items, not ingest and refresh
# Ends with status 77 where there is no Citus.
set -eu
top=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd)
if [ "${1:-}" != in-cluster ]; then
	[ -z "${CITUS:-}" ] || case $CITUS in /*) ;; *) CITUS=$PWD/$CITUS ;; esac
	export CITUS="${CITUS:-}"
	exec sh "$top/test/cluster.sh" sh "$0" in-cluster
fi
. "$top/test/citus_cluster.sh"
trap stop_nodes EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
add_citus || { echo "$why" >&2; exit 77; }
items=${ITEMS:-2000} runs=${RUNS:-3}
PGDATABASE=vsm PGOPTIONS='-c client_min_messages=error'
# Nothing else is done meanwhile.
VSM_NODE_OPTIONS="shared_buffers = 512MB
autovacuum = off
max_wal_size = 16GB
checkpoint_timeout = 1h
max_parallel_workers_per_gather = 0
work_mem = 64MB"
export PGDATABASE PGOPTIONS VSM_NODE_OPTIONS
for name in coordinator worker1 worker2; do start_node $name; done
run() { node coordinator "$@"; }
run -c "SELECT citus_set_coordinator_host('$nodes/coordinator', 5432)" -c "SELECT citus_add_node('$nodes/worker1', 5432)" \
	-c "SELECT citus_add_node('$nodes/worker2', 5432)" -c 'CREATE EXTENSION vsm' >/dev/null

# Hundredths of a second that a node has used: its processes, and those of its processes that have ended.
used() {
	server=$(head -1 "$nodes/$1/data/postmaster.pid")
	for process in $server $(ps -o pid= --ppid "$server"); do
		cat "/proc/$process/stat" 2>/dev/null || :
	done | sed 's/^.*) //' |
		awk -v hz="$(getconf CLK_TCK)" '{ sum += $12 + $13 + (NR == 1 ? $14 + $15 : 0) } END { printf "%d", sum * 100 / hz }'
}
# measure NAME [PSQL ARG ...]: keeps in $VSM_TMP/NAME the seconds of the coordinator and of the workers, of the run with the least sum.
measure() {
	name=$1
	shift
	for run in $(seq "$runs"); do
		[ -z "$before" ] || run -c "$before" >/dev/null
		c=$(used coordinator) w=$(($(used worker1) + $(used worker2)))
		run "$@" >/dev/null
		echo "$(($(used coordinator) - c)) $(($(used worker1) + $(used worker2) - w))"
	done | sort -n -k 1,1 | awk '{ if (NR == 1 || $1 + $2 < c + w) { c = $1; w = $2 } } END { print c / 100, w / 100 }' >"$VSM_TMP/$name"
	printf '%-28s coordinator %8.2f s   workers %8.2f s\n' "$name" $(cat "$VSM_TMP/$name")
}
ratio() { # DESCRIPTION GOAL A B: the part of the coordinator in A, or all of A by all of B
	awk -v what="$1" -v goal="$2" -v one="$3" '{ sum = $1 + $2; c[NR] = $1; s[NR] = sum }
		END { r = one == "share" ? 100 * c[1] / (s[1] > 0 ? s[1] : 1) : s[1] / (s[2] > 0 ? s[2] : 1)
			printf "%s: %.1f%s%s\n", what, r, one == "share" ? " %" : " times", goal == "" ? "" : " (goal: at most " goal ")" }' \
		"$VSM_TMP/$4" "$VSM_TMP/${5:-$4}"
}

# The flow of all items, grouped by the column by which their events are distributed.
${CC:-gcc} -O2 -o "$VSM_TMP/gen_events" "$top/test/bench/gen_events.c" -lm
run -c 'CREATE TABLE near_event (number bigint, item text, state text, at timestamptz)' -c 'CREATE TABLE event (LIKE near_event)' \
	-c "SELECT create_distributed_table('event', 'item', shard_count => 16)" >/dev/null
"$VSM_TMP/gen_events" "$items" | run -c '\copy near_event FROM pstdin (FORMAT csv)'
run -c 'INSERT INTO event SELECT * FROM near_event' -c 'VACUUM (ANALYZE) event, near_event'
echo "$items items, $(run -c 'SELECT count(*) FROM near_event') events in 16 shards"
flow() {
	echo "SELECT date_trunc('month', f.finished_at), count(*), avg(vsm.days(f.flow_time)), avg(f.flow_efficiency), sum(f.rework)
		FROM (SELECT e.item, vsm.timeline(e.at, e.state) AS timeline FROM $1 AS e GROUP BY e.item) AS t,
			vsm.flow(t.timeline, '{\"stages\":[{\"name\":\"Backlog\",\"class\":\"waiting\"},{\"name\":\"Analysis\",\"class\":\"active\"},
				{\"name\":\"Ready\",\"class\":\"waiting\"},{\"name\":\"In Progress\",\"class\":\"active\"},
				{\"name\":\"Code Review\",\"class\":\"active\"},{\"name\":\"QA\",\"class\":\"active\"},
				{\"name\":\"Ready for Release\",\"class\":\"waiting\"},{\"name\":\"Done\",\"class\":\"done\"},
				{\"name\":\"Cancelled\",\"class\":\"cancelled\"}]}'::vsm.workflow) AS f
		GROUP BY 1 ORDER BY 1"
}
before=
measure flow_here -c "$(flow near_event)"
measure flow_nodes -c "$(flow event)"
ratio 'share of the coordinator in flow over all items, by month' '10 %' share flow_nodes
measure flow_of_each_item -c "CREATE TEMPORARY TABLE result AS
	SELECT e.item, vsm.flow_time(vsm.timeline(e.at, e.state), '{\"stages\":[{\"name\":\"In Progress\",\"class\":\"active\"},
		{\"name\":\"Done\",\"class\":\"done\"}]}') FROM event AS e GROUP BY e.item"
ratio 'the same with a row an item to the coordinator' '' share flow_of_each_item

[ "${ONLY:-}" != flow ] || exit 0

# Payloads of Jira, read in both, then results made of them.
run -c 'CREATE SCHEMA payloads' -c 'SET search_path = payloads, public' -v items="$items" \
	-f "$top/test/bench/setup/jira_payload.sql" >/dev/null
for schema in here flow; do run -c "CALL vsm.create_model('$schema')"; done
run -c "CALL vsm.distribute_model('flow')"
run -c "SELECT count(*) || ' issues of Jira, ' || pg_size_pretty(sum(length(p.payload))) FROM payloads.jira_payload AS p"
for schema in here flow; do
	before="TRUNCATE $schema.inbox, $schema.event, $schema.observation, $schema.item, $schema.item_change, $schema.item_alias;
		INSERT INTO $schema.inbox (source, payload) SELECT 'jira', p.payload FROM payloads.jira_payload AS p"
	measure ingest_$schema -c "CALL vsm.ingest('$schema')"
done
echo "$(run -c 'SELECT count(*) FROM flow.event') events, as many as $(run -c 'SELECT count(*) FROM here.event')"
ratio 'ingest on the nodes, by ingest in one place' '3 times' all ingest_flow ingest_here
for schema in here flow; do
	run -c "SELECT count(*) FROM vsm.propose_routing('$schema')" -c "CALL vsm.refresh('$schema')" >/dev/null
	before= runs=1
	measure rebuild_$schema -c "CALL vsm.refresh('$schema', rebuild => true)"
done
ratio 'refresh from nothing on the nodes, by the same in one place' '' all rebuild_flow rebuild_here

# What it takes to keep it.
run -c 'VACUUM (ANALYZE)'
run -c "SELECT format('an event on the workers: %s bytes, with indexes; an item on the coordinator, with results and history: %s bytes',
		citus_total_relation_size('flow.event') / (SELECT count(*) FROM flow.event),
		sum(pg_total_relation_size(c.oid))::bigint / (SELECT count(*) FROM flow.item))
	FROM pg_class AS c
	WHERE c.relnamespace = 'flow'::regnamespace AND c.relkind = 'r' AND c.relname NOT IN ('event', 'observation', 'inbox', 'journal')"
