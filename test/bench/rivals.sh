#!/bin/sh
# test/bench/rivals.sh ENGINE KEY: flow time and flow efficiency of every item in another engine, duckdb or clickhouse, one
# thread, in the fastest form that was found for it (test/bench/rivals.py), by the events' column item or key. For the
# benchmark, which says where things are: bin, items. Prints the CPU seconds and the peak memory of the second of two runs in
# one process, or "skip" where the engine cannot be installed from PyPI. What it answers is left in $bin/rivals/ENGINE.
#   VENV=folder   keeps what pip installed there for the next time; otherwise it is gone afterwards
set -eu
engine=$1 key=$2
program=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)/rivals.py
case $engine in
clickhouse) module=chdb package='chdb>=3' ;;
*) module=duckdb package='duckdb>=1.4' ;;
esac
rivals=$bin/rivals
venv=${VENV:-$rivals/venv}
mkdir -p "$rivals/$engine"
if ! "$venv/bin/python" -c "import $module" 2>/dev/null; then
	[ -x "$venv/bin/pip" ] || python3 -m venv "$venv" >"$rivals/log" 2>&1 ||
		{ echo 'skip python3 has no module venv here'; exit 0; }
	"$venv/bin/pip" install -q --disable-pip-version-check "$package" >"$rivals/log" 2>&1 ||
		{ echo "skip the Python package $module cannot be installed"; exit 0; }
fi
cd "$rivals/$engine"
# Loading is a process of its own: neither its time nor its memory counts.
if [ ! -e loaded ]; then
	"$bin/gen_events" "$items" >events.csv
	"$venv/bin/python" "$program" "$engine" "$key" load
	rm events.csv
	touch loaded
fi
"$venv/bin/python" "$program" "$engine" "$key" run
chmod -R a+rX "$rivals/$engine"
