#!/bin/sh
# test/bench/pgbench.sh STATEMENT: runs a statement of one row 20,000 times, each in a transaction of its own, :id being drawn from
# 10,000; prints how long that took on the wall, as test/bench.sh takes it: what the server's process used is not told by pgbench.
set -eu
script=$(mktemp)
trap 'rm -f "$script"' EXIT
printf '\\set id random(1, 10000)\n%s;\n' "$1" >"$script"
pgbench -n -M prepared -c 1 -t "${2:-20000}" -f "$script" 2>/dev/null | awk '/^latency average/ {print "cpu", $4 * '"${2:-20000}"' / 1000}'
