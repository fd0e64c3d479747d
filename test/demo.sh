#!/bin/sh
# make demo: where value is stuck in a sample, printed; on a throwaway cluster that is gone afterwards.
#   make demo EVENTS=file.csv [WORKFLOW=file.json]   the same of your own events
#   make demo SQL=1                                  ends in psql, with the tables still there
#   make demo REPO=path                              releases and commits of that git repository
# The report's parts are files test/demo/NAME.sql that read the tables of test/demo/prepare.sql and
# print lines; those of the sample alone may read its own tables too (test/demo/sample.sql).
set -eu
top=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
parts='stream efficiency slowest bottleneck'
sample_parts='future journey'

fail() { printf '%s\n' "$@" >&2; exit 1; }

if [ "${1:-}" != in-cluster ]; then
	for file in "${EVENTS:-}" "${WORKFLOW:-}"; do
		[ -z "$file" ] || { [ -f "$file" ] && [ -r "$file" ]; } || fail "make demo: cannot read the file $file"
	done
	[ -z "${WORKFLOW:-}" ] || [ -n "${EVENTS:-}" ] || fail "make demo: WORKFLOW= says how to read your own events, so it needs EVENTS=file.csv too"
	full() { case $1 in '' | /*) printf '%s' "$1" ;; *) printf '%s/%s' "$PWD" "$1" ;; esac; }
	EVENTS=$(full "${EVENTS:-}") WORKFLOW=$(full "${WORKFLOW:-}") REPO=$(full "${REPO:-}")
	export EVENTS WORKFLOW REPO
	sh "$top/test/install_packages.sh"
	exec sh "$top/test/cluster.sh" sh "$top/test/demo.sh" in-cluster
fi

demo=$top/test/demo
export PGOPTIONS="-c timezone=UTC -c client_min_messages=warning -c jit=off"
run() { psql -XAtq -F ' ' -v ON_ERROR_STOP=1 "$@"; }
# A bar is drawn with blocks where the terminal's encoding has them.
case ${LC_ALL:-${LC_CTYPE:-${LANG:-}}} in *[Uu][Tt][Ff]*) bar='█' ;; *) bar='#' ;; esac

run -c 'CREATE EXTENSION vsm'
if [ -n "${EVENTS:-}" ]; then
	run -f "$demo/import.sql"
	# The first line without a byte order mark and a carriage return.
	header=$(head -c 65536 "$EVENTS" | head -n 1 | tr -d '\r\000' | sed "1s/^$(printf '\357\273\277')//")
	problem=$(run -v header="$header" -f "$demo/import_header.sql")
	[ -z "$problem" ] || fail "make demo: $EVENTS: $problem"
	columns=$(run -c "SELECT string_agg('c' || place, ',' ORDER BY place) FROM csv_column")
	delimiter=$(run -c 'SELECT delimiter FROM csv_format')
	run -c "COPY csv ($columns) FROM STDIN (FORMAT csv, HEADER, DELIMITER '$delimiter')" <"$EVENTS" ||
		fail "make demo: $EVENTS could not be read as CSV; its columns are those of the first line."
	problem=$(run -c 'SELECT import_rows()')
	[ -z "$problem" ] || fail "make demo: $EVENTS: $problem"
	run -v file="$(basename "$EVENTS")" -f "$demo/imported.sql"
	if [ -n "${WORKFLOW:-}" ]; then
		run -v workflow="$(cat "$WORKFLOW")" -f "$demo/import_workflow.sql" || fail "make demo: $WORKFLOW is no workflow; the message above says why."
	else
		run -f "$demo/propose_workflow.sql"
	fi
	as_of=$(run -c 'SELECT max(at) FROM jira_event')
else
	run -f "$demo/sample.sql"
	as_of='2026-03-31 17:00+00'
	run -c "SELECT format('A sample: %s items of three teams with %s events, July 2025 to March 2026.', (SELECT count(*) FROM item), count(*)) FROM jira_event"
	parts="$parts $sample_parts"
fi
run -v as_of="$as_of" -v bar="$bar" -f "$demo/prepare.sql"
for part in $parts; do
	[ ! -f "$demo/$part.sql" ] || run -f "$demo/$part.sql"
done
[ -n "${EVENTS:-}" ] || [ ! -f "$top/test/demo_git.sh" ] || sh "$top/test/demo_git.sh"

if [ -n "${SQL:-}" ]; then
	printf '\nThe tables jira_event, item and my_workflow are here; \\q ends it all.\n\n'
	psql -X || :
	exit
fi
if [ -n "${EVENTS:-}" ]; then
	again='make demo EVENTS=file.csv SQL=1' next=$(run -f "$demo/next_events.sql")
else
	again='make demo SQL=1' next=$(cat "$demo/next.sql" && printf '\n-- Your own events, a header and then an item, a time and a state a line: make demo EVENTS=file.csv\n')
fi
cat <<END

TRY NEXT
In psql with the tables of this demo ($again), or on tables of your own after make install and CREATE EXTENSION vsm:

$next
END
