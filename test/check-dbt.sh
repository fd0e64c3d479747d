#!/bin/sh
# make check-dbt: bi/dbt with the real dbt, on a throwaway cluster with a generated model: its tests, its incremental model, its snapshots,
# twice, with new events between, and once more after the views were made anew with another view on them.
#   VENV=folder   keeps what pip installed there for the next time; otherwise it is gone afterwards
# Ends with status 77 where something that it takes is missing or PyPI cannot be reached.
set -eu
top=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
say() { printf '%s\n' "$*"; }
missing() {
	say "$*" >&2
	exit 77
}
if [ "${1:-}" != in-cluster ]; then
	python3 -c 'import ensurepip, venv' 2>/dev/null || missing "There is no python3 with venv here: apt-get install python3-venv"
	sh "$top/test/install_packages.sh"
	[ -z "${VENV:-}" ] || case $VENV in /*) ;; *) VENV=$PWD/$VENV ;; esac
	export VENV="${VENV:-}" VSM_SERVER_OPTIONS="-c jit=off ${VSM_SERVER_OPTIONS:-}"
	exec sh "$top/test/cluster.sh" sh "$0" in-cluster
fi

began=$(date +%s)
step() { say "$(($(date +%s) - began)) s: $*"; }
venv=${VENV:-$VSM_TMP/venv}
if ! [ -x "$venv/bin/dbt" ]; then
	step "installing dbt into $venv"
	python3 -m venv "$venv"
	"$venv/bin/pip" install -q --disable-pip-version-check -r "$top/bi/dbt/requirements.txt" >"$VSM_TMP/pip.log" 2>&1 || {
		tail -5 "$VSM_TMP/pip.log" >&2
		! grep -qE 'Max retries|ConnectionError|NewConnectionError|Temporary failure|No matching distribution' "$VSM_TMP/pip.log" ||
			missing "PyPI cannot be reached from here."
		exit 1
	}
fi
PATH=$venv/bin:$PATH
createdb vsm
PGDATABASE=vsm DBT_SEND_ANONYMOUS_USAGE_STATS=0
export PGDATABASE DBT_SEND_ANONYMOUS_USAGE_STATS PGOPTIONS='-c client_min_messages=error'
sql() { psql -XAtq -v ON_ERROR_STOP=1 "$@"; }
sql -c 'CREATE EXTENSION vsm'
sql -v schema=flow -v items=600 -v first_day="$(sql -c "SELECT now() - interval '1000 days'")" \
	-f "$top/test/bench/setup/model.sql" >/dev/null
step "a model of 600 tickets is there"

# The project in a copy: dbt writes logs and targets into its folder.
cp -R "$top/bi/dbt" "$VSM_TMP/dbt"
faults=0
dbt_runs() { # DESCRIPTION ARG ...
	description=$1
	shift
	if (cd "$VSM_TMP/dbt" && dbt --no-use-colors "$@" --profiles-dir . </dev/null) >"$VSM_TMP/said" 2>&1; then
		step "ok: $description ($(grep -E 'Done\. ' "$VSM_TMP/said" | tail -1 | sed 's/^.*Done/Done/'))"
	else
		faults=$((faults + 1))
		step "NOT OK: $description"
		tail -40 "$VSM_TMP/said"
	fi
}
is() { # GOT WANT DESCRIPTION
	if [ "$1" = "$2" ]; then
		step "ok: $3"
	else
		faults=$((faults + 1))
		step "NOT OK: $3: $1, not $2"
	fi
}
timelines='SELECT count(*) FROM analytics.item_timeline AS k FULL JOIN
	(SELECT entity AS item, vsm.timeline(at, state) AS timeline FROM flow.event GROUP BY entity) AS e USING (item)
	WHERE k.timeline IS DISTINCT FROM e.timeline'
dbt_runs 'it builds: models, tests, snapshots' build
is "$(PGOPTIONS='-c search_path=vsm,public' sql -c "$timelines")" 0 'timelines are those of the events'
kept=$(sql -c 'SELECT count(*), max(xmin::text::bigint) FROM analytics.item_timeline') || :
history='SELECT count(*), count(dbt_valid_to) FROM analytics.item_history'
before=$(sql -c "$history") || :
dbt_runs 'and once more' build
is "$(sql -c 'SELECT count(*), max(xmin::text::bigint) FROM analytics.item_timeline')" "$kept" 'which writes no timeline again'
is "$(sql -c "$history")" "$before" 'and no history'

# Three items go on, one of them is told about late; a new one comes.
sql -c "INSERT INTO flow.event (source, event_id, entity, at, state)
	SELECT 'jira', 'dbt' || i, 'jira:issue:' || i, now() - least(i, 700) * interval '1 day', 'Done'
	FROM unnest(ARRAY[3, 5, 70, 600, 900001]) AS i"
dbt_runs 'after new events' build
is "$(PGOPTIONS='-c search_path=vsm,public' sql -c "$timelines")" 0 'timelines are those of the events again'
is "$(sql -c 'SELECT count(*) FROM analytics.item_history WHERE dbt_valid_to IS NOT NULL')" 4 'and the history has what they were before'

# An upgrade makes the views anew, in place: what stands on them goes on standing.
sql -c "ALTER EXTENSION vsm UPDATE" -c "CALL vsm.create_model('flow')" -c 'SELECT count(*) FROM analytics.team_month' >/dev/null
dbt_runs 'after an upgrade of the views' build
# The tests of sources find what is wrong.
sql -c "ALTER VIEW flow.aging_work RENAME COLUMN age_days TO age"
if (cd "$VSM_TMP/dbt" && dbt --no-use-colors test --select source:flow.aging_work --profiles-dir .) >"$VSM_TMP/said" 2>&1; then
	faults=$((faults + 1))
	step "NOT OK: a lost column is not noticed"
else
	step "ok: a lost column is noticed: $(grep -m 1 'does not exist' "$VSM_TMP/said")"
fi
say "$faults faults"
[ $faults = 0 ]
