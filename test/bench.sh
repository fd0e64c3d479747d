#!/bin/sh
# make bench: what vsm costs beside what people write without it, on a throwaway cluster.
#   make bench ITEMS=100000 RUNS=1 ONLY='flow|window'
# ITEMS  work items, about ten events each (default 1000000)
# RUNS   times that every query runs (default 3); medians are compared
# ONLY   regular expression: only the measures whose names match
# Compared is the CPU time of the server process (or of a program), because machines are noisy; the
# queries of a file run in turn (a, b, c, a, b, c, ...), each in a fresh session, not in parallel.
# The last lines are "ratio NAME VALUE", one a measure.
#
# To add measures, add a file test/bench/NAME.sql. Its parts begin with a line "-- @...":
#   -- @needs events timelines   the tables it reads: each word is a file test/bench/setup/WORD.sql,
#                                run once by the first file that needs it
#   -- @setup                    SQL to run before its queries; psql variables: items, bin (the folder
#                                with the programs compiled from test/bench/*.c)
#   -- @query NAME               one SELECT, measured under EXPLAIN (ANALYZE, TIMING OFF)
#   -- @run NAME                 any SQL, measured as it is
#   -- @shell NAME               a shell command, measured with its children, $bin and $items in its
#                                environment; lines "cpu SECONDS" and "memory MEGABYTES" that it
#                                prints replace what was measured. "skip REASON" leaves it out.
#   -- @before NAME              SQL to run before each run of NAME, not measured
#   -- @set NAME                 settings for NAME's session: SQL, not measured
#   -- @limit NAME SECONDS       NAME is stopped then, and its time is a lower bound (printed as >=)
#   -- @ratio NAME A / B [<= GOAL or >= GOAL]    CPU time of A over that of B; each may be a sum X + Y
#   -- @memory NAME A / B [...]  the same of the peak memory
#   -- @seconds NAME A [<= GOAL]    CPU time of A in seconds
#   -- @milliseconds NAME A [<= GOAL]    in milliseconds
#   -- @each NAME A [<= GOAL]       and in milliseconds for each of the items
#   -- @value NAME [...]         one SELECT of one number
#   -- @same NAME                a SELECT of the rows in which two answers differ: it must find none.
#                                It runs with the ratio of that name.
set -eu
top=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)

if [ "${1:-}" != in-cluster ]; then
	sh "$top/test/install_packages.sh"
	# A quarter of the memory for the cache, four gigabytes at most.
	cache=$(awk '/^MemTotal/ {m = int($2 / 4096); print (m > 4096 ? 4096 : m)}' /proc/meminfo)
	VSM_SERVER_OPTIONS="-c shared_buffers=${cache}MB -c work_mem=512MB -c maintenance_work_mem=512MB \
		-c jit=off -c max_parallel_workers_per_gather=0 -c max_parallel_maintenance_workers=0 \
		-c autovacuum=off -c wal_level=minimal -c max_wal_senders=0 -c max_wal_size=16GB \
		-c checkpoint_timeout=1h -c synchronous_commit=off ${VSM_SERVER_OPTIONS:-}"
	export VSM_SERVER_OPTIONS
	exec sh "$top/test/cluster.sh" sh "$top/test/bench.sh" in-cluster
fi

bin=$VSM_TMP/bin
mkdir -p "$bin"
for program in "$top"/test/bench/*.c; do
	${CC:-gcc} -O2 -o "$bin/$(basename "$program" .c)" "$program" -lm
done
psql -XAtq -v ON_ERROR_STOP=1 -c 'CREATE EXTENSION vsm'
bin=$bin items=${ITEMS:-1000000} runs=${RUNS:-3} only=${ONLY:-} exec perl "$top/test/bench/run.pl" "$top"/test/bench/*.sql
