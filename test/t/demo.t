# make demo: what it prints of its sample and of someone's own CSV, and what it says of a file it cannot read.
. "$(dirname "$0")/tap.sh"

# demo DATABASE [VARIABLE=VALUE ...]: its output is $output, its exit status $exited.
demo() {
	database=$1
	shift
	createdb "$database"
	output=$(env CSV= EVENTS= WORKFLOW= REPO= SQL= COLUMNS= DATES= ZONE= ENCODING= LC_ALL=C.UTF-8 PGDATABASE="$database" "$@" \
		sh "$VSM_TOP/test/demo.sh" in-cluster 2>&1 </dev/null)
	exited=$?
}
asked() { database=$1; shift; sql -d "$database" "$@"; }

demo vsm_demo
is $exited 0 'the sample'
like "$output" '^Approval +[0-9]+ +1[0-9]\.[0-9] days .*for approval$' 'an approval takes weeks'
like "$output" '^Build +[0-9]+ +[0-9]\.[0-9] hours .*work$' 'coding takes hours'
like "$output" '^Value is stuck in Approval, which is [4-9][0-9] % of all waiting: an item waits there' 'the sentence'
like "$output" '^PAY-[0-9]+ +[0-9.]+ days, +<?[0-9]+ % of it work: ' 'slow items'
like "$output" '^On 20 July somebody wrote down "Gift cards" \(SHOP-9900010\), for Blue. It lay in the backlog for 25\.0 days\.$' \
	'one idea from the generated model, told'
like "$output" '^On 13 September it was deployed, 55 days after the idea: 4\.1 hours of coding, 28\.0 days of waiting for an approval\.$' \
	'to its release'
like "$output" \
	'^Another came farther\. "Step 28" \(CART-28\) was deployed by Argo CD on [0-9]+ [A-Z][a-z]+, .* \("Orders are lost" in PagerDuty\)' \
	'another, behind the build'
like "$output" '^Its flag was switched on, and on .* it was first used: [0-9]+ days after the idea, .* It ends in "In use"\.$' \
	'... to its use'
like "$output" "^For BI tools it is a row of a view\. SELECT \* FROM flow\.journey WHERE key = 'SHOP-9900010':$" 'and as a row'
like "$output" '^approval_days +28\.0$' 'with the time of each part of the way'
is "$(printf '%s\n' "$output" | awk 'length > 240' | wc -l)" 0 'no line runs away'
is "$(printf '%s\n' "$output" | grep -cE '(ERROR|NOTICE|CREATE|INSERT|rows?\))')" 1 'no noise but the SQL to try'
is "$(asked vsm_demo -c "SELECT abs(extract(epoch FROM (SELECT sum(time) FROM wait) - (SELECT sum(wait_time) FROM flow))) <= count(*)
	FROM flow")" t 'the causes of waiting sum up to the waiting'
is "$(asked vsm_demo -c "SELECT string_agg(DISTINCT outcome, ' ' ORDER BY outcome), bool_or(rework > 0), bool_or(reopened > 0),
	bool_or(blocked_time > '0') FROM flow")" \
	'cancelled done new open|t|t|t' 'the sample has every outcome, rework, reopened and blocked items'
ok 'the SQL to try next runs' psql -XAtq -v ON_ERROR_STOP=1 -d vsm_demo -f "$VSM_TOP/test/demo/next.sql"

printf '%s\n' '"Issue Key",Created,Status,Summary' 'A-1,2026-01-01 10:00,To Do,"x, y"' 'A-1,2026-01-02 10:00,In Progress,' \
	'A-1,2026-01-05 10:00,Done,' 'A-3,,Done,' 'A-3,2026-01-05T12:00:00+02:00,In Progress,"two' 'lines"' >"$tmp/plain.csv"
printf '%s\n' '{"stages": [{"name": "To Do", "class": "new"}, {"name": "In Progress", "class": "active"},
	{"name": "Done", "class": "done"}]}' >"$tmp/plain.json"
demo vsm_demo_plain CSV="$tmp/plain.csv" WORKFLOW="$tmp/plain.json"
is $exited 0 'a CSV with item, time and state'
like "$output" '^plain.csv: 4 events of 2 items, 2026-01-01 to 2026-01-05\.$' 'is read'
like "$output" '^Columns read: Issue Key \(item\), Created \(time\), Status \(state\), Summary \(title\)\.$' 'its columns are named'
like "$output" '^1 line left out for want of an item, a time or a state\.$' 'what is left out is counted'

demo vsm_demo_proposed EVENTS="$tmp/plain.csv"
is $exited 0 'without a workflow, and with the older name of CSV='
like "$output" '^This workflow is a proposal' 'one is proposed'
proposal=$(printf '%s\n' "$output" | sed -n '/^{"stages"/,/}$/p' | sed '/^$/,$d')
is "$(asked vsm_demo_proposed -v wf="$proposal" -f - <<'END'
SELECT :'wf'::vsm.workflow OPERATOR(vsm.=) wf FROM my_workflow;
END
)" t 'and printed as it is used'

printf '\357\273\277%s\r\n' 'KEY;Time;From String;To String' >"$tmp/changes.csv"
printf '%s\r\n' 'B-1;2026-01-01 10:00;To Do;Building' 'B-1;2026-01-03 10:00;Building;Done' >>"$tmp/changes.csv"
printf '{"stages": [{"name": "To Do", "class": "new"}, {"name": "Build", "class": "active", "states": ["Building"]}]}' >"$tmp/workflow.json"
demo vsm_demo_changes CSV="$tmp/changes.csv" WORKFLOW="$tmp/workflow.json"
is $exited 0 'a CSV with changes, semicolons, a byte order mark and carriage returns'
is "$(asked vsm_demo_changes -c "SET timezone = 'UTC'" -c "SELECT vsm.timeline(at, state) FROM jira_event")" \
	'[["2026-01-01T09:59:59.999999Z","To Do"],["2026-01-01T10:00:00Z","Building"],["2026-01-03T10:00:00Z","Done"]]' \
	'gives the state before the first change too'
like "$output" '^States that the workflow does not name: Done \(1 event\)\.$' 'states that the workflow lacks are named'
like "$output" '^No item is done yet\.$' 'nothing is done without them'

printf 'key\tat\tcreated\tfrom\tto\nA-1\t2025-12-31 10:00\t2025-12-01\tOpen\tDone\n' >"$tmp/created.csv"
demo vsm_demo_created CSV="$tmp/created.csv"
is "$(asked vsm_demo_created -c "SELECT vsm.timeline(at, state) FROM jira_event")" \
	'[["2025-12-01T00:00:00Z","Open"],["2025-12-31T10:00:00Z","Done"]]' 'a column created says since when the first state held'

printf '%s\n' key,at,field,from,to 'A-1,2026-01-01,status,To Do,Doing' 'A-1,2026-01-02,assignee,me,you' \
	'A-1,2026-01-03,Flagged,,Impediment' 'A-1,2026-01-04,Flagged,Impediment,' 'A-1,2026-01-05,Status,Doing,Done' >"$tmp/fields.csv"
demo vsm_demo_fields CSV="$tmp/fields.csv"
is "$(asked vsm_demo_fields -c "SELECT vsm.path(vsm.timeline(at, state)) FROM jira_event")" '{"To Do",Doing,Flagged,Unflagged,Done}' \
	'changes of other fields are no states, but the flag is'
like "$output" '^1 line of other fields than Status and Flagged left out\.$' 'and are counted'

printf 'foo,bar,baz\n1,2,3\n' >"$tmp/unknown.csv"
demo vsm_demo_unknown CSV="$tmp/unknown.csv"
is $exited 1 'unknown headers are refused'
is "$output" "make demo: $tmp/unknown.csv: no column is known for: item, time, state.
Its columns are: foo, bar, baz.
Names that are understood are listed in doc/sources/csv.md.
Say which is which: COLUMNS='item=...,time=...,state=...'; or stage=... for each column that says when an item came to a stage; \
or created=... and closed=...." 'with what to do'

printf 'key,at,status\nA-1,2025-12-31 10:00,Open\nA-1,31.12.2025 noon,Open\n' >"$tmp/time.csv"
demo vsm_demo_time CSV="$tmp/time.csv"
is "$exited $output" "1 make demo: $tmp/time.csv: line 3: \"31.12.2025 noon\" in the column at is no time: \
\"noon\" is no time zone that PostgreSQL knows." 'a time that is none is shown'

: >"$tmp/empty.csv"
demo vsm_demo_empty CSV="$tmp/empty.csv"
is "$exited $output" "1 make demo: $tmp/empty.csv: the file is empty." 'an empty file'

printf 'key,at,status\nA-1,2025-12-31,Open,extra\n' >"$tmp/ragged.csv"
demo vsm_demo_ragged CSV="$tmp/ragged.csv"
is $exited 1 'a line with more fields than the header'
like "$output" 'line 2 has 4 fields where the header has 3' 'is named'

printf '{"stages": [{"name": "To Do", "class": "fresh"}]}' >"$tmp/wrong.json"
demo vsm_demo_wrong CSV="$tmp/plain.csv" WORKFLOW="$tmp/wrong.json"
is $exited 1 'a workflow that is none'
like "$output" 'fresh' 'and why'

is "$(CSV=/no/such.csv sh "$VSM_TOP/test/demo.sh" 2>&1)" 'make demo: cannot read the file /no/such.csv' 'a file that is not there'
is "$(CSV= EVENTS= DATES=dmy sh "$VSM_TOP/test/demo.sh" 2>&1)" \
	'make demo: DATES= says how to read your own events, so it needs CSV=file.csv too' 'options without a file'
for database in vsm_demo vsm_demo_plain vsm_demo_proposed vsm_demo_fields vsm_demo_changes vsm_demo_created vsm_demo_unknown \
	vsm_demo_time vsm_demo_empty vsm_demo_ragged vsm_demo_wrong; do
	dropdb --force "$database"
done
done_testing
