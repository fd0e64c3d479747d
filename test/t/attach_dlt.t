# Jira as dlt really loads it: appended, merged and replaced, each twice, and as deep as dlt makes tables of lists;
# beside the same issues as payloads. VSM_PYTHON names a Python that has the package dlt[postgres].
. "$(dirname "$0")/tap.sh"

python=${VSM_PYTHON:-python3}
"$python" -c 'import dlt, psycopg2' >"$tmp/output" 2>&1 || skip_all "there is no Python with dlt[postgres] here: VSM_PYTHON names one"

createdb vsm_dlt
export PGOPTIONS='-c client_min_messages=error' PGDATABASE=vsm_dlt HOME="$tmp" DLT_DATA_DIR="$tmp/dlt" RUNTIME__DLTHUB_TELEMETRY=false
cat >"$tmp/load.py" <<'END'
import json, os, sys, dlt
schema, disposition, nesting, issues = sys.argv[1:5]
pipeline = dlt.pipeline(schema, dataset_name=schema, pipelines_dir=os.environ["HOME"], destination=dlt.destinations.postgres(credentials={
    "database": os.environ["PGDATABASE"], "username": os.environ.get("PGUSER", "postgres"), "password": "none",
    "host": os.environ["PGHOST"].replace("/", "%2F"), "port": int(os.environ.get("PGPORT", 5432))}))
depth = {} if nesting == "all" else {"max_table_nesting": int(nesting)}
pipeline.run(dlt.resource(json.load(open(issues)), name="issues", write_disposition=disposition, primary_key="id", **depth))
END
# issues STATUS UPDATED TOTAL HISTORY: two issues, one of which is in that status.
issues() {
	cat <<END
[{"id": "10001", "key": "SHOP-7", "self": "https://jira.example.com/rest/api/3/issue/10001",
	"names": {"summary": "Summary", "customfield_10001": "Story Points"},
	"fields": {"summary": "Total", "issuetype": {"id": "1", "name": "Story"}, "project": {"id": "5", "key": "SHOP"},
		"priority": {"name": "High"}, "labels": ["web", "shop"], "duedate": null, "created": "2026-01-05T09:00:00.000+0000",
		"updated": "$2", "customfield_10001": 3.5, "customfield_10002": {"value": "x"},
		"status": {"id": "$1", "name": "Status $1", "statusCategory": {"id": 4, "key": "indeterminate"}},
		"parent": {"id": "9000", "key": "SHOP-1", "fields": {"issuetype": {"name": "Epic"}}},
		"issuelinks": [{"id": "1", "type": {"name": "Blocks", "inward": "is blocked by", "outward": "blocks"},
			"inwardIssue": {"id": "10002", "key": "SHOP-9", "fields": {"summary": "x"}}}]},
	"changelog": {"startAt": 0, "maxResults": $3, "total": $3, "histories": [$4
		{"id": "501", "created": "2026-01-06T09:00:00.000+0000", "items": [{"field": "status", "fieldtype": "jira", "fieldId": "status",
			"from": "1", "fromString": "Status 1", "to": "3", "toString": "Status 3"}]}]}},
 {"id": "10002", "key": "SHOP-9", "self": "https://jira.example.com/rest/api/3/issue/10002", "names": {"summary": "Summary"},
	"fields": {"summary": "Log", "issuetype": {"id": "2", "name": "Bug"}, "project": {"id": "5", "key": "SHOP"}, "priority": null,
		"labels": [], "duedate": null, "created": "2026-01-05T09:00:00.000+0000", "updated": "2026-01-05T09:00:00.000+0000",
		"status": {"id": "1", "name": "Status 1", "statusCategory": {"id": 2, "key": "new"}}, "parent": null, "issuelinks": []},
	"changelog": {"startAt": 0, "maxResults": 0, "total": 0, "histories": []}}]
END
}
issues 3 2026-01-06T09:00:00.000+0000 1 '' >"$tmp/first.json"
issues 4 2026-01-13T10:00:00.000+0000 2 '{"id": "502", "created": "2026-01-13T10:00:00.000+0000", "items": [{"field": "status",
	"fieldtype": "jira", "fieldId": "status", "from": "3", "fromString": "Status 3", "to": "4",
	"toString": "Status 4"}]},' >"$tmp/second.json"

sql -c 'CREATE EXTENSION vsm' -c "CALL vsm.create_model('told')"
for load in first second; do
	sql -v issues="$(cat "$tmp/$load.json")" <<'END' >"$tmp/output"
INSERT INTO told.inbox (source, payload) VALUES ('jira', :'issues');
SELECT vsm.refresh_once('told');
END
done
sql -c 'TABLE told.inbox' >"$tmp/inbox"
is "$(cat "$tmp/inbox")" '' 'the payloads are read'

# same MODEL: what is in one model and not in the other.
same() {
	for relation in item event item_change item_alias link incident observation; do
		sql -c "SELECT '$relation', to_jsonb(t) - '{xid,recorded_at,payload}'::text[] FROM $1.$relation AS t EXCEPT ALL
			SELECT '$relation', to_jsonb(t) - '{xid,recorded_at,payload}'::text[] FROM told.$relation AS t" \
			-c "SELECT '$relation', to_jsonb(t) - '{xid,recorded_at,payload}'::text[] FROM told.$relation AS t EXCEPT ALL
			SELECT '$relation', to_jsonb(t) - '{xid,recorded_at,payload}'::text[] FROM $1.$relation AS t"
	done
}
for load in 'append all' 'merge all' 'replace all' 'merge 2' 'merge 0' 'append 1'; do
	schema=$(echo "$load" | tr ' ' _)
	ok "dlt loads once: $load" "$python" "$tmp/load.py" "$schema" $load "$tmp/first.json"
	sql -c "CALL vsm.create_model('flow_$schema')" -c "CALL vsm.attach_dlt_jira('flow_$schema', '$schema')" \
		-c "SELECT vsm.refresh_once('flow_$schema')" >"$tmp/output"
	ok "and again, with a change: $load" "$python" "$tmp/load.py" "$schema" $load "$tmp/second.json"
	sql -c "SELECT vsm.refresh_once('flow_$schema')" >"$tmp/output"
	is "$(sql -c "SELECT error FROM vsm.attached('flow_$schema')")" '' "which is read: $load"
	is "$(same "flow_$schema")" '' "as the payloads are: $load"
done
done_testing
