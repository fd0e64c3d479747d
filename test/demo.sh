#!/bin/sh
# make demo: where value is stuck in a sample, printed; on a throwaway cluster that is gone afterwards.
#   make demo CSV=file.csv [WORKFLOW=file.json]      the same of your own events (EVENTS= is the same as CSV=); and to say
#        [COLUMNS='item=issue_id,time=changed_at,state=to_status'] [DATES=dmy|mdy|ymd] [ZONE=Europe/Paris] [ENCODING=GBK]
#                                                    what demo/csv/read.sh cannot tell from the file
#   make demo SQL=1                                  ends in psql, with the tables still there
#   make demo REPO=path                              releases and commits of that git repository
# The report's parts are files test/demo/NAME.sql that read the tables of test/demo/prepare.sql and
# print lines; those of the sample alone may read its own tables too (test/demo/sample.sql).
set -eu
top=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
parts='stream efficiency slowest bottleneck'
sample_parts='future journey idea'

fail() { printf '%s\n' "$@" >&2; exit 1; }

if [ "${1:-}" != in-cluster ]; then
	CSV=${CSV:-${EVENTS:-}}
	for file in "$CSV" "${WORKFLOW:-}"; do
		[ -z "$file" ] || { [ -f "$file" ] && [ -r "$file" ]; } || fail "make demo: cannot read the file $file"
	done
	for option in WORKFLOW DATES ZONE ENCODING; do
		eval "[ -z \"\${$option:-}\" ]" || [ -n "$CSV" ] ||
			fail "make demo: $option= says how to read your own events, so it needs CSV=file.csv too"
	done
	full() { case $1 in '' | /*) printf '%s' "$1" ;; *) printf '%s/%s' "$PWD" "$1" ;; esac; }
	CSV=$(full "$CSV") WORKFLOW=$(full "${WORKFLOW:-}") REPO=$(full "${REPO:-}") EVENTS=
	export CSV EVENTS WORKFLOW REPO
	sh "$top/test/install_packages.sh"
	exec sh "$top/test/cluster.sh" sh "$top/test/demo.sh" in-cluster
fi

demo=$top/test/demo
export PGOPTIONS="-c timezone=UTC -c client_min_messages=warning -c jit=off"
run() { psql -XAtq -F ' ' -v ON_ERROR_STOP=1 "$@"; }
# A bar is drawn with blocks where the terminal's encoding has them.
case ${LC_ALL:-${LC_CTYPE:-${LANG:-}}} in *[Uu][Tt][Ff]*) bar='█' ;; *) bar='#' ;; esac

run -c 'CREATE EXTENSION vsm'
CSV=${CSV:-${EVENTS:-}}
if [ -n "$CSV" ]; then
	sh "$demo/csv/read.sh" "$CSV" || exit 1
	if [ -n "${WORKFLOW:-}" ]; then
		run -v workflow="$(cat "$WORKFLOW")" -f "$demo/csv/workflow.sql" ||
			fail "make demo: $WORKFLOW is no workflow; the message above says why."
	else
		run -f "$demo/csv/workflow.sql"
	fi
	as_of=$(run -c 'SELECT as_of FROM csv_as_of')
	# A list of issues has no stages to tell of.
	[ "$(run -c 'SELECT kind FROM csv_kind')" != list ] || parts=csv/list
else
	run -f "$demo/sample.sql"
	as_of='2026-03-31 17:00+00'
	run -c "SELECT format('A sample: %s items of three teams with %s events, July 2025 to March 2026.',
		(SELECT count(*) FROM item), count(*)) FROM jira_event"
	parts="$parts $sample_parts"
fi
run -v as_of="$as_of" -v bar="$bar" -f "$demo/prepare.sql"
for part in $parts; do
	[ ! -f "$demo/$part.sql" ] || run -f "$demo/$part.sql"
done
[ -n "$CSV" ] || [ ! -f "$top/test/demo_git.sh" ] || sh "$top/test/demo_git.sh"

if [ -n "${SQL:-}" ]; then
	printf '\nThe tables jira_event, item and my_workflow are here; \\q ends it all.\n\n'
	psql -X || :
	exit
fi
if [ -n "$CSV" ]; then
	again='make demo CSV=file.csv SQL=1'
	if [ "$parts" = csv/list ]; then next=$(cat "$demo/next_list.sql"); else next=$(run -f "$demo/next_events.sql"); fi
else
	again='make demo SQL=1'
	next=$(cat "$demo/next.sql" && printf '\n-- %s: %s\n' 'Your own events, a header and then an item, a time and a state a line' \
		'make demo CSV=file.csv')
fi
cat <<END

TRY NEXT
In psql with the tables of this demo ($again), or on tables of your own after make install and CREATE EXTENSION vsm:

$next
END
