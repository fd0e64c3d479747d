# Run by test/superset.sh once Superset answers at VSM_URL: what is seen in a browser, the numbers, and that what is wrong is noticed.
set -eu
faults=0
step() { printf '%s s: %s\n' "$(($(date +%s) - VSM_BEGAN))" "$*"; }
sql() { psql -XAtq -v ON_ERROR_STOP=1 "$@"; }
shots=$VSM_WORK/shots
mkdir -p "$shots"
browse() { # WIDTH SLUG ...
	width=$1
	shift
	python "$VSM_TOP/test/bi/browser.py" "$VSM_URL" "$shots" "$width" "$@"
}
figures=$VSM_TOP/test/bi/figures.py
proved() { # DESCRIPTION COMMAND ...
	description=$1
	shift
	if "$@" >"$VSM_WORK/said" 2>&1; then
		step "ok: $description ($(tail -1 "$VSM_WORK/said" | cut -c1-100))"
	else
		faults=$((faults + 1))
		step "NOT OK: $description"
		cat "$VSM_WORK/said"
	fi
}
noticed() { # DESCRIPTION WORDS COMMAND ...: it fails, and says so in these words
	description=$1 words=$2
	shift 2
	if "$@" >"$VSM_WORK/said" 2>&1 || ! grep -qE -e "$words" "$VSM_WORK/said"; then
		faults=$((faults + 1))
		step "NOT OK: nobody notices $description"
		cat "$VSM_WORK/said"
	else
		step "ok: $description is noticed: $(grep -m 1 -E -e "$words" "$VSM_WORK/said" | cut -c1-120)"
	fi
}
install() { # SCHEMA [URI]
	sh "$VSM_TOP/bi/superset/install.sh" "$1" "${2:-$VSM_URI}"
}

dashboards='vsm-value-stream vsm-delivery vsm-value'
proved 'each chart is drawn, and no headline cut off, at 1600 px' browse 1600 $dashboards
proved 'and at 1200 px' browse 1200 $dashboards
month=$(sql -c "SELECT (date_trunc('month', now()) - interval '1 month')::date || ' : ' || date_trunc('month', now())::date")
mv "$shots/vsm-value-stream-1600.json" "$VSM_WORK/kept"
FILTERS='{"team": ["Blue"], "time": "'$month'"}'
export FILTERS
proved 'and with filters set' browse 1600 vsm-value-stream
unset FILTERS
proved 'which reach every chart' python - "$shots/vsm-value-stream-1600.json" <<'END'
import json, sys
asked = json.load(open(sys.argv[1]))
charts = [a for a in asked if a["slice"]]
lost = [a["slice"] for a in charts for q in a["body"]["queries"]
    if not any(f["col"] == "team" and f["val"] == ["Blue"] for f in q["filters"])]
print(len(charts), "charts, without the filter:", lost)
sys.exit(bool(lost) or len(charts) < 12)
END
mv "$VSM_WORK/kept" "$shots/vsm-value-stream-1600.json"

proved 'figures are those of the views: no filter, a team, a month' python "$figures" "$VSM_URL" "$shots" flow
proved 'headlines are those of the raw events' python "$VSM_TOP/test/bi/headlines.py" "$VSM_URL" "$shots"

counted() {
	sql -d superset -c 'SELECT (SELECT count(*) FROM dbs), (SELECT count(*) FROM tables), (SELECT count(*) FROM table_columns),
		(SELECT count(*) FROM sql_metrics), (SELECT count(*) FROM slices), (SELECT count(*) FROM dashboards),
		(SELECT count(*) FROM dashboard_slices)'
}
before=$(counted)
sql -d superset -c "INSERT INTO dashboard_slices (dashboard_id, slice_id) SELECT d.id, s.id FROM dashboards AS d, slices AS s
	WHERE d.slug = 'vsm-value' AND s.slice_name = 'Velocity'"
proved 'they can be imported again, and a chart of another version goes' install flow
proved 'which changes nothing' test "$before" = "$(counted)"

sql -c "ALTER ROLE reader SET timezone = 'Asia/Tokyo'"
proved 'a role in Asia/Tokyo sees the same' \
	env CHARTS='by week|by day|Month by month' python "$figures" "$VSM_URL" "$shots" flow none
noticed 'an address without a time zone' 'time zone' install flow "${VSM_URI%&options*}"
sql -c 'ALTER ROLE reader RESET timezone'

sql -c 'ALTER VIEW flow.expedite RENAME COLUMN cd3 TO cd4'
noticed 'a lost column in a browser or by the API' 'What to do first.*cd3' \
	env CHARTS='What to do first' python "$figures" "$VSM_URL" "$shots" flow none
noticed 'and by the import' 'no column cd3' install flow
sql -c 'ALTER VIEW flow.expedite RENAME COLUMN cd4 TO cd3'
sql -c 'REVOKE SELECT ON flow.review FROM reader'
noticed 'a view that the role may not read' 'Reviews by service.*permission denied' \
	env CHARTS='Reviews by service' python "$figures" "$VSM_URL" "$shots" flow none
noticed 'and by the import' 'may not read flow.review' install flow
sql -c 'GRANT SELECT ON flow.review TO reader'
sql -c 'ALTER VIEW flow.build_run RENAME COLUMN team TO squad'
noticed 'a filter that a view lacks' 'Builds by service.*(squad|team)' \
	env CHARTS='Builds by service' python "$figures" "$VSM_URL" "$shots" flow team
sql -c 'ALTER VIEW flow.build_run RENAME COLUMN squad TO team'

stages="SELECT json_metadata::jsonb -> 'label_colors' ? '02 Architecture' FROM dashboards WHERE slug = 'vsm-value-stream'"
sql -c "UPDATE flow.value_stream SET workflow = replace(workflow::text, '\"Design Review\"', '\"Architecture\"')::jsonb" \
	-c "CALL vsm.refresh('flow')"
proved 'a renamed stage: figures are still those of the views' \
	env CHARTS='[Ss]tage|waits' python "$figures" "$VSM_URL" "$shots" flow none
proved 'its colour is not known' test "$(sql -d superset -c "$stages")" = f
proved 'until it is imported again' install flow
proved 'after which it is' test "$(sql -d superset -c "$stages")" = t

sql -c 'ALTER SCHEMA flow RENAME TO "Value Model"'
noticed 'a schema that is gone' 'does not exist' env CHARTS=Velocity python "$figures" "$VSM_URL" "$shots" 'Value Model' none
proved 'another name of the schema' install 'Value Model'
proved 'figures are its' python "$figures" "$VSM_URL" "$shots" 'Value Model' none
proved 'and nothing is there twice' test "$before" = "$(counted)"

step "memory: $(ps -o rss= --ppid "$VSM_SERVER" | awk '{ s += $1 } END { print int(s / 1024) }') MB of Superset; $faults faults"
[ $faults = 0 ]
