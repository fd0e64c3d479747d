# The generated model as each tool's REST interface and as the tables of each layout have it (test/attach): a model that read the payloads
# and one that is attached to the tables say the same, but for what a layout cannot tell, which stands in its file with its reason. After
# changes in the tables a refresh gives what a model gives that is attached anew.
. "$(dirname "$0")/tap.sh"
export PGOPTIONS='-c client_min_messages=error -c jit=off'
createdb vsm_layouts
trap 'dropdb --force vsm_layouts; rm -rf "$tmp"' EXIT
run() { sql -d vsm_layouts "$@"; }
run -c 'CREATE EXTENSION vsm' >/dev/null
ok 'a model is made' run -v items=60 -v schema=gen -f "$VSM_TOP/test/bench/setup/model.sql"
ok 'and what the tools would answer of it' run -f "$VSM_TOP/test/attach/objects.sql"
ok 'which is read as payloads' run -f "$VSM_TOP/test/attach/payloads.sql"
for tool in jira gitlab github servicenow; do
	is "$(run -c "SELECT error FROM told_$tool.inbox WHERE error IS NOT NULL LIMIT 3")" '' "nothing was wrong with the payloads of $tool"
done

layouts='airbyte_jira dlt_jira fivetran_jira airbyte_gitlab gitlab_database airbyte_github fivetran_github servicenow devlake'
# load LAYOUT TIME: brings its tables to what the objects are now; the tool did that at that time.
load() {
	case $1 in
	airbyte_*) changed="'_airbyte_extracted_at', '$2'" ;;
	fivetran_*) changed="'_fivetran_synced', '$2'" ;;
	dlt_*) changed="'_dlt_load_id', extract(epoch FROM timestamptz '$2')::text" ;;
	devlake) changed="'updated_at', '$2'" ;;
	*) changed=NULL ;;
	esac
	run -c "CALL made.load('$1', $changed)"
}
# differences LAYOUT MODEL OTHERS [EXACT]: what one says and the others do not, the first few of each relation.
differences() {
	run -c "SELECT d.side, d.relation, d.row
		FROM (SELECT d.*, row_number() OVER (PARTITION BY d.side, d.relation ORDER BY d.row::text) AS n
			FROM made.differences('$1', '$2', '{$3}', ${4:-false}) AS d) AS d WHERE d.n <= 2 ORDER BY d.relation, d.row::text"
}
for layout in $layouts; do
	case $layout in
	*_jira) told=told_jira ;;
	*_github) told=told_github ;;
	servicenow) told=told_servicenow ;;
	devlake) told=told_jira,told_gitlab,told_github ;;
	*) told=told_gitlab ;;
	esac
	ok "$layout: its tables" run -f "$VSM_TOP/test/attach/$layout.sql"
	load "$layout" '2026-02-01Z'
	run -c "CALL vsm.create_model('flow_$layout')" -c "CALL vsm.attach_$layout('flow_$layout', '$layout')" \
		-c "SELECT vsm.refresh_once('flow_$layout')" >"$tmp/output" 2>&1
	is "$(run -c "SELECT refused, error FROM vsm.attached('flow_$layout')")" '0|' "$layout: they are read"
	is "$(differences "$layout" "flow_$layout" "$told")" '' "$layout: as the payloads are"
done

# All rows of a first load may have one value of the column that tells of changes: they are read once, and one that comes late is read.
# (What is written while another transaction is open is looked at once more: we wait until those of now have ended.)
refreshed() {
	now=$(run -c 'SELECT pg_current_xact_id()')
	until [ "$(run -c "SELECT pg_snapshot_xmin(pg_current_snapshot()) > '$now'::xid8")" = t ]; do sleep 0.1; done
	run -c "SELECT vsm.refresh_once('flow_fivetran_jira')" >"$tmp/output" 2>&1
	run -c "SELECT records FROM vsm.attached('flow_fivetran_jira')"
}
run -c "UPDATE fivetran_jira.issue SET _fivetran_synced = '2026-02-01 12:00Z'" \
	-c "UPDATE fivetran_jira.issue_field_history SET _fivetran_synced = '2026-02-01 12:00Z'"
ok 'rows that get the greatest value are read' test "$(refreshed)" -ge "$(run -c 'SELECT count(*) FROM fivetran_jira.issue')"
is "$(refreshed)" 0 'what has the value up to which all was read is not read again'
run -c "CREATE TABLE fivetran_jira.copied AS TABLE fivetran_jira.issue"
run -c "INSERT INTO fivetran_jira.issue_field_history (issue_id, field_id, time, value, _fivetran_synced)
	SELECT h.issue_id, h.field_id, h.time + interval '1 second', h.value, h._fivetran_synced
	FROM fivetran_jira.issue_field_history AS h ORDER BY h._fivetran_synced DESC, h.issue_id LIMIT 1"
is "$(refreshed)" 1 'but for a row that comes late'
run -c "DELETE FROM fivetran_jira.issue_field_history AS h USING fivetran_jira.issue_field_history AS o
	WHERE h.issue_id = o.issue_id AND h.field_id = o.field_id AND h.time = o.time + interval '1 second' AND h.value = o.value"
is "$(refreshed)" 0 'once'
run -c "ALTER TABLE fivetran_jira.issue RENAME TO before" -c "ALTER TABLE fivetran_jira.copied RENAME TO issue"
is "$(refreshed)" "$(run -c 'SELECT count(*) FROM fivetran_jira.issue')" 'and a table that takes the place of another is read as a whole'
run -c "DROP TABLE fivetran_jira.issue" -c "ALTER TABLE fivetran_jira.before RENAME TO issue"

ok 'some of it changes' run -f "$VSM_TOP/test/attach/changes.sql"
for layout in $layouts; do
	load "$layout" '2026-02-02Z'
	run -c "SELECT vsm.refresh_once('flow_$layout')" -c "CALL vsm.create_model('fresh_$layout')" \
		-c "CALL vsm.attach_$layout('fresh_$layout', '$layout')" -c "SELECT vsm.refresh_once('fresh_$layout')" >"$tmp/output" 2>&1
	# (dlt tells a load, not a row.)
	[ $layout = dlt_jira ] ||
		is "$(run -c "SELECT a.records < f.records, a.error
			FROM vsm.attached('flow_$layout') AS a, vsm.attached('fresh_$layout') AS f")" 't|' "$layout: only what has changed is read"
	is "$(differences "$layout" "flow_$layout" "fresh_$layout" true)" '' "$layout: after changes as a model that is attached anew"
done

# Rows come in any order, and some after what belongs to them.
run -c "CREATE PROCEDURE made.keep(layout text, condition text, twice boolean) LANGUAGE plpgsql AS \$\$
DECLARE
	one record;
BEGIN
	FOR one IN SELECT t.tablename AS name FROM pg_tables AS t WHERE t.schemaname = keep.layout LOOP
		EXECUTE format(CASE WHEN twice THEN 'INSERT INTO %1\$I.%2\$I TABLE %1\$I.%2\$I'
			ELSE 'DELETE FROM %1\$I.%2\$I AS t WHERE NOT (%3\$s)' END, layout, one.name, condition);
	END LOOP;
END
\$\$"
attach() { # MODEL LAYOUT
	run -c "CALL vsm.create_model('$1')" -c "CALL vsm.attach_$2('$1', '$2')" -c "SELECT vsm.refresh_once('$1')" >"$tmp/output" 2>&1
}
for layout in airbyte_gitlab airbyte_github devlake; do
	run -c "CALL made.keep('$layout', 'hashtext(t::text) % 2 = 0', false)"
	attach "part_$layout" "$layout"
	load "$layout" '2026-02-03Z'
	run -c "SELECT vsm.refresh_once('part_$layout')" >"$tmp/output" 2>&1
	run -c "DROP SCHEMA fresh_$layout CASCADE" 2>"$tmp/output"
	attach "fresh_$layout" "$layout"
	is "$(differences "$layout" "part_$layout" "fresh_$layout" true)" '' "$layout: half of the rows first"
done
# Each may be there twice.
for layout in dlt_jira fivetran_jira gitlab_database devlake; do
	run -c "CALL made.keep('$layout', '', true)"
	attach "twice_$layout" "$layout"
	is "$(differences "$layout" "twice_$layout" "fresh_$layout" true)" '' "$layout: each row twice"
done
done_testing
