# vsm.variants against pm4py (PyPI), where PYTHON, python3 by default, has it: on the generated model and on cases of a hospital.
. "$(dirname "$0")/tap.sh"
python=${PYTHON:-python3}
"$python" -c 'import pm4py' >"$tmp/output" 2>&1 || skip_all 'there is no pm4py in PYTHON here'

createdb vsm_variants
trap 'dropdb --force vsm_variants; rm -rf "$tmp"' EXIT
export PGOPTIONS='-c client_min_messages=error' PGDATABASE=vsm_variants
sql -c 'CREATE EXTENSION vsm'
sql -v items=1000 -v schema=flow -f "$VSM_TOP/test/bench/setup/model.sql" >"$tmp/output" 2>&1
result $? 'a model of 1,000 tickets is made'
# Activities of a case in order, a second apart: pm4py has no other way of telling the order of what is at the same time.
sql -c "CREATE TABLE activity (log text, item text, at timestamptz, state text, place bigint)" \
	-c "INSERT INTO activity SELECT 'model', entity, at, state, row_number() OVER (PARTITION BY entity ORDER BY at, event_id)
		FROM flow.event WHERE entity LIKE 'jira:issue:%' AND state NOT IN ('Flagged', 'Unflagged')"
if [ -f "${VSM_REAL_DATA:-}/bupar/patients.csv" ]; then
	sql -1 -f "$(sh "$VSM_TOP/test/load_csv.sh" step "$VSM_REAL_DATA/bupar/patients.csv")" \
		-c "INSERT INTO activity SELECT 'hospital', patient, time::timestamptz, handling,
		row_number() OVER (PARTITION BY patient ORDER BY time, handling_id::int) FROM step WHERE registration_type = 'start'"
else
	echo '# there is no bupar in VSM_REAL_DATA: the generated model alone'
fi
for log in $(sql -c 'SELECT DISTINCT log FROM activity ORDER BY 1'); do
	sql -c "COPY (SELECT item, state, timestamptz '2026-01-01Z' + place * interval '1 second' AS at FROM activity
		WHERE log = '$log' ORDER BY item, place) TO STDOUT (FORMAT csv, HEADER)" >"$tmp/$log.csv"
	"$python" - "$tmp/$log.csv" >"$tmp/$log.variants" 2>"$tmp/output" <<'END'
import sys
import pandas
import pm4py

log = pandas.read_csv(sys.argv[1])
log["at"] = pandas.to_datetime(log["at"], utc=True)
log = pm4py.format_dataframe(log, case_id="item", activity_key="state", timestamp_key="at")
for path, number in sorted(pm4py.get_variants(log).items()):
    print(" > ".join(path), number, sep="\t")
END
	result $? "pm4py reads $log"
	sql -F "$(printf '\t')" -c "WITH stage AS (
			SELECT jsonb_build_object('stages', jsonb_agg(jsonb_build_object('name', state, 'class', 'active'))) AS stages
			FROM (SELECT DISTINCT state FROM activity WHERE log = '$log') AS s)
		SELECT array_to_string(r.path, ' > '), r.items
		FROM (SELECT vsm.variants(timeline, (SELECT stages::text::vsm.workflow FROM stage)) AS variants
			FROM (SELECT vsm.timeline(timestamptz '2026-01-01Z' + place * interval '1 second', state) AS timeline
				FROM activity WHERE log = '$log' GROUP BY item) AS t) AS v, unnest(variants) AS r" >"$tmp/$log.ours"
	is "$(LC_ALL=C sort "$tmp/$log.ours")" "$(LC_ALL=C sort "$tmp/$log.variants")" "$log: the same variants, and how many items took each"
	like "$(wc -l <"$tmp/$log.ours")" '^ *[5-9]|[0-9][0-9]' "$log: there are several"
done
done_testing
