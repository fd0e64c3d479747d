# A stranger's CSV (test/demo/csv): the same events in many dialects give the same rows; each kind of file is read as what
# it is; and what cannot be read is refused with a sentence that says what to do.
. "$(dirname "$0")/tap.sh"
createdb vsm_csv
trap 'dropdb --if-exists --force vsm_csv; rm -rf "$tmp"' EXIT
export PGDATABASE=vsm_csv
sql -c 'CREATE EXTENSION vsm' || exit 1

# csv FILE [VARIABLE=VALUE ...]: reads it into a schema of its own, named by $schema; $said and $exited are what came.
cases=0
csv() {
	file=$1
	shift
	cases=$((cases + 1)) schema=csv_$cases
	sql -c "CREATE SCHEMA $schema"
	said=$(env COLUMNS= DATES= ZONE= ENCODING= PGOPTIONS="-c search_path=$schema -c client_min_messages=warning -c jit=off" \
		"$@" sh "$VSM_TOP/test/demo/csv/read.sh" "$tmp/$file" 2>&1 </dev/null)
	exited=$?
	said=$(printf '%s\n' "$said" | sed "s|^make demo: $tmp/||")
}
in_case() { PGOPTIONS="-c client_min_messages=warning -c search_path=$schema -c timezone=${zone:-UTC}" sql -F ' ' "$@"; }
# The events of the last file, an item a line.
paths() { in_case -c "SELECT item, vsm.path(vsm.timeline(at, state, seq)) FROM jira_event GROUP BY item ORDER BY item"; }
events() {
	in_case -c "SELECT item, string_agg(format('%s %s', to_char(at, 'YYYY-MM-DD HH24:MI'), state), ', ' ORDER BY at, seq)
		FROM jira_event GROUP BY item ORDER BY item"
}
lines() { printf '%s\n' "$@"; }

# One history, written by PostgreSQL in the ways of the world. No state comes twice in an item, so that a column a state can hold it.
sql <<'END'
CREATE TABLE history (line int, item text, at timestamptz, state text, title text);
INSERT INTO history VALUES
	(1, 'A-1', '2025-02-03 08:05Z', 'Backlog', 'Say "hello", then'), (2, 'A-2', '2025-02-03 09:30Z', 'Backlog', E'two\nlines'),
	(3, 'A-1', '2025-02-04 12:00Z', 'In Prüfung', 'Say "hello", then'), (4, 'A-2', '2025-02-13 23:59Z', 'In Prüfung', E'two\nlines'),
	(5, 'A-1', '2025-03-01 00:00Z', 'Done', 'Say "hello", then'), (6, 'A-3', '2025-03-30 01:15Z', 'Backlog', '5" pipe; or | tab	'),
	(7, 'A-3', '2025-12-11 10:09Z', 'Done', '5" pipe; or | tab	');
END
want=$(lines 'A-1 2025-02-03 08:05 Backlog, 2025-02-04 12:00 In Prüfung, 2025-03-01 00:00 Done' \
	'A-2 2025-02-03 09:30 Backlog, 2025-02-13 23:59 In Prüfung' 'A-3 2025-03-30 01:15 Backlog, 2025-12-11 10:09 Done')
# write FILE TIME [OPTION ...]: item, the time as that SQL, state and title
write() {
	file=$1 time=$2
	shift 2
	PGOPTIONS='-c timezone=UTC' sql -c "COPY (SELECT line AS id, item AS \"Issue key\", $time AS \"Changed at\", state AS \"Status\",
			title AS \"Summary\" FROM history ORDER BY line)
		TO STDOUT (FORMAT csv, HEADER${1:+, $1})" >"$tmp/$file"
}
# same DIALECT FILE [VARIABLE=VALUE ...]
same() {
	dialect=$1
	shift
	csv "$@"
	[ $exited = 0 ] || printf '%s\n' "$said" | comment
	is "$(events)" "$want" "$dialect"
}
write plain.csv "to_char(at, 'YYYY-MM-DD HH24:MI')"
same 'commas, year first' plain.csv
like "$said" '^plain.csv: 7 events of 3 items, 2025-02-03 to 2025-12-11\.$' 'what was read is said'
like "$said" '^Columns read: Issue key \(item\), Changed at \(time\), Status \(state\), Summary \(title\)\. Not used: id\.$' \
	'and which columns'
like "$said" '^Times without a zone are read in UTC; ZONE= names another\.$' 'and in which zone'
same 'the terminal, whose width is named COLUMNS, too' plain.csv COLUMNS=132
write german.csv "to_char(at, 'DD.MM.YYYY HH24:MI')" "DELIMITER ';', FORCE_QUOTE *, ENCODING 'WIN1252'"
{ printf 'sep=;\r\n' && sed "s/\$/$(printf '\r')/" "$tmp/german.csv"; } >"$tmp/excel.csv"
same 'semicolons, all in quotes, Windows-1252, CRLF, sep=;, day first' excel.csv
like "$said" \
	'^The file is not UTF-8 but is read as Windows-1252: line 6 has "Prüfung"; if that is wrong, ENCODING= names the right one\.$' \
	'the encoding is said'
like "$said" '^Dates have the day first, as line 7 shows \(13\.02\.2025 23:59\)\.$' 'and what decides the order of day and month'
write english.csv "to_char(at, 'MM/DD/YYYY HH12:MI AM')" "DELIMITER E'\\t'"
{ printf '\377\376' && iconv -f UTF-8 -t UTF-16LE "$tmp/english.csv"; } >"$tmp/utf16.csv"
same 'tabs, UTF-16, 12 hours, month first' utf16.csv
iconv -f UTF-8 -t UTF-16BE "$tmp/english.csv" >"$tmp/utf16be.csv"
same 'UTF-16 without a mark' utf16be.csv
write jira.csv "to_char(at, 'DD/Mon/YY FMHH12:MI AM')" "DELIMITER '|'"
tr '\n' '\r' <"$tmp/jira.csv" >"$tmp/macintosh.csv"
same '|, CR alone, months by name' macintosh.csv
write epoch.csv "extract(epoch FROM at)::bigint"
{ printf '\357\273\277' && awk 'NR > 1 && !/lines"$/ { print "" } { print }' "$tmp/epoch.csv"; } >"$tmp/seconds.csv"
same 'seconds since 1970, a byte order mark, blank lines' seconds.csv
like "$said" '^Changed at counts seconds since 1970\.$' 'the unit is said'
write milliseconds.csv "(extract(epoch FROM at) * 1000)::bigint || '.0'"
same 'milliseconds' milliseconds.csv
write offset.csv "to_char(at AT TIME ZONE 'Asia/Kolkata', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS') || '+0530'"
same 'offsets' offset.csv
write javascript.csv "to_char(at AT TIME ZONE 'Etc/GMT-2', 'Dy Mon DD YYYY HH24:MI:SS') || ' GMT+0200 (Central European Summer Time)'"
same 'dates of JavaScript, whose GMT+2 is no zone of POSIX' javascript.csv
write ctime.csv "to_char(at, 'Dy Mon DD HH24:MI:SS YYYY')"
same 'ctime' ctime.csv
write written.csv "to_char(at, 'FMMonth DD, YYYY, FMHH12:MI PM')"
same 'a comma in the date' written.csv
write excel_days.csv "round(extract(epoch FROM at) / 86400 + 25569, 8)"
same 'days of a spreadsheet' excel_days.csv
write compact.csv "to_char(at, 'YYYYMMDD\"T\"HH24MISS\"Z\"')"
same 'no separators in the date' compact.csv
write chinese.csv \
	"to_char(at, 'YYYY年FMMM月FMDD日 ') || CASE WHEN extract(hour FROM at) < 12 THEN '上午' ELSE '下午' END || to_char(at, 'FMHH12:MI')"
same 'Chinese' chinese.csv
write paris.csv "to_char(at AT TIME ZONE 'America/New_York', 'YYYY/MM/DD HH24:MI:SS')"
same 'ZONE=' paris.csv ZONE=America/New_York
sql -c "COPY (SELECT line AS id, item, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') AS at, state, NULL AS \"Label\",
		NULL AS \"Label\" FROM history ORDER BY line DESC)
	TO STDOUT (FORMAT csv, HEADER)" | sed 's/$/,,/' >"$tmp/reversed.csv"
same 'new to old, repeated names, separators at the end of lines' reversed.csv
like "$said" '^Lines go from new to old\.$' 'which is said'
sql -c "COPY (SELECT item AS \"ID\", max(title) AS \"Name\", 'http://example.org/' || item AS \"Link\",
		to_char(max(at) FILTER (WHERE state = 'Backlog') AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') AS \"Backlog\",
		to_char(max(at) FILTER (WHERE state = 'In Prüfung') AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') AS \"In Prüfung\",
		to_char(max(at) FILTER (WHERE state = 'Done') AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') AS \"Done\",
		'Story' AS \"Type\", 3 AS \"Points\" FROM history GROUP BY item ORDER BY item)
	TO STDOUT (FORMAT csv, HEADER)" >"$tmp/wide.csv"
same 'a column a stage' wide.csv
like "$said" '^Each of these columns is a stage, and each filled cell of them an event: Backlog, In Prüfung, Done\.$' 'which is said'
sql -c "COPY (SELECT item, to_char(lag(at) OVER w, 'YYYY-MM-DD HH24:MI') AS created,
		to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') AS \"date\", 'Status' AS \"Field\",
		lag(state) OVER w AS \"Old Value\", state AS \"New Value\"
		FROM history WINDOW w AS (PARTITION BY item ORDER BY at) ORDER BY line) TO STDOUT (FORMAT csv, HEADER)" >"$tmp/field.csv"
printf 'A-1,,2025-02-03 09:00,Assignee,,me\n' >>"$tmp/field.csv"
same 'changes of fields, with the state before' field.csv
like "$said" '^1 line of other fields than Status and Flagged left out\.$' 'of which those of the status count'
write days.csv "to_char(at, 'YYYY-MM-DD')"
sed 's/2025-02-04/2025-02-03/' "$tmp/days.csv" >"$tmp/day.csv"
csv day.csv
is "$(paths)" "$(lines 'A-1 {Backlog,"In Prüfung",Done}' 'A-2 {Backlog,"In Prüfung"}' 'A-3 {Backlog,Done}')" \
	'within a day the order of the lines counts'

# Day and month.
lines 'item,time,state' 'A,03/04/2025,Open' 'A,05/06/2025,Done' >"$tmp/ambiguous.csv"
csv ambiguous.csv
is "$exited $said" "1 ambiguous.csv: the dates can be read in two ways, and no value decides: \
line 2: \"03/04/2025\" in the column time is 3 April 2025 (DATES=dmy) or 4 March 2025 (DATES=mdy); say which." \
	'undecided dates are refused with both readings'
csv ambiguous.csv DATES=dmy
is "$(events)" 'A 2025-04-03 00:00 Open, 2025-06-05 00:00 Done' 'DATES=dmy'
csv ambiguous.csv DATES=mdy
is "$(events)" 'A 2025-03-04 00:00 Open, 2025-05-06 00:00 Done' 'DATES=mdy'
lines 'item,time,state' 'A,03/04/2025,Open' 'A,25/06/2025,Doing' 'B,06/25/2025,Done' >"$tmp/contradict.csv"
csv contradict.csv
is "$said" "contradict.csv: the dates contradict each other: line 3: \"25/06/2025\" in the column time is one only with the day first, \
line 4: \"06/25/2025\" in the column time only with the month first." \
	'dates that contradict each other are named'
csv contradict.csv DATES=dmy
is "$said" 'contradict.csv: line 4: "06/25/2025" in the column time is no date with the day first, as DATES=dmy says.' \
	'so is one that contradicts DATES='
lines 'id,startDate,endDate' '1,1-2-25,2-2-25' '2,3-2-25,13-2-25' >"$tmp/other.csv"
csv other.csv
is "$(events)" \
	"$(lines '1 2025-02-01 00:00 startDate, 2025-02-02 00:00 endDate' '2 2025-02-03 00:00 startDate, 2025-02-13 00:00 endDate')" \
	'another column may decide, and years may have two digits'
lines 'item,time,state' 'A,25/02/03,Open' 'A,99/03/04,Done' >"$tmp/year.csv"
csv year.csv DATES=ymd
is "$(events)" 'A 1999-03-04 00:00 Done, 2025-02-03 00:00 Open' 'DATES=ymd'
lines 'item;time;state' 'A;4 févr. 2025 à 10:17;Open' 'A;04/ago/25 1:37 p. m.;Doing' 'A;5. März 2025 10:17 Uhr;Wait' \
	'A;5 de dezembro de 2025;Done' >"$tmp/months.csv"
csv months.csv
is "$(events)" 'A 2025-02-04 10:17 Open, 2025-03-05 10:17 Wait, 2025-08-04 13:37 Doing, 2025-12-05 00:00 Done' 'months of several languages'
lines 'item,time,state' 'A,04/xyz/25,Open' 'A,05/xyz/25,Done' >"$tmp/month.csv"
csv month.csv COLUMNS='time=time,state=state'
is "$said" 'month.csv: line 2: "04/xyz/25" in the column time: "xyz" is no month in a language known here.' 'an unknown month is named'
lines 'item,time,state' 'A,1.7E+12,Open' 'A,1.8E+12,Done' >"$tmp/shortened.csv"
csv shortened.csv COLUMNS='time=time,state=state'
like "$said" '^shortened.csv: line 2: "1.7E\+12" in the column time has lost its digits to a spreadsheet' \
	'a number that a spreadsheet has shortened'
{
	lines 'item,time,state' 'A,2025-02-30 10:00,Open'
	awk 'BEGIN { for (i = 1; i <= 200; i++) printf "A,2025-03-01 10:%02d,S%d\n", i % 60, i % 3 }'
	lines 'A,n/a,Done'
} >"$tmp/bad.csv"
csv bad.csv
like "$said" '^1 cell holds no time and is left out; the first is line 2: "2025-02-30 10:00" in the column time\.$' \
	'a day that is in no calendar, among many, is left out and named'
lines 'item,time,state' 'A,2025-01-01 10:00 Mars/Olympus,Open' 'A,2025-01-02 10:00 CET,Done' >"$tmp/zone.csv"
csv zone.csv
is "$said" "zone.csv: line 2: \"2025-01-01 10:00 Mars/Olympus\" in the column time is no time: \
\"Mars/Olympus\" is no time zone that PostgreSQL knows." 'an unknown zone is named'
csv plain.csv ZONE=Paris
is "$said" 'plain.csv: ZONE=Paris is no time zone that PostgreSQL knows; did you mean Europe/Paris?' 'ZONE= that is none'
csv plain.csv DATES=british
is "$said" 'plain.csv: DATES=british says nothing: it is dmy (day first), mdy (month first) or ymd (year first).' 'DATES= that is none'

# Which column is what.
lines 'ticket,work_item_id,time,state' 'A,1,2025-01-01,Open' 'A,2,2025-01-02,Done' 'B,1,2025-01-03,Open' >"$tmp/two.csv"
csv two.csv
is "$exited $said" "1 two.csv: both \"ticket\" and \"work_item_id\" may be the item: say which, for example COLUMNS='item=ticket'." \
	'two candidates are named'
csv two.csv COLUMNS='item=Ticket'
is "$(events | head -1)" 'A 2025-01-01 00:00 Open, 2025-01-02 00:00 Done' 'COLUMNS= says which'
csv two.csv COLUMNS='item=1, time=#3, state=4'
is "$(events | tail -1)" 'B 2025-01-03 00:00 Open' 'by number, too'
lines 'ticket,time,changed_at,state' 'A,2025-01-01,2025-02-01,Open' 'A,2025-01-02,2025-02-02,Done' >"$tmp/times.csv"
csv times.csv
is "$said" "times.csv: both \"changed_at\" and \"time\" may be the time: say which, for example COLUMNS='time=changed_at'." 'two times'
lines 'key,issue id,created,changed_at,opened,status,to_status' 'A,7,2024-01-01,2025-01-01,2024-01-01,Done,Doing' \
	'A,7,2024-01-01,2025-01-02,2024-01-01,Done,Done' >"$tmp/constant.csv"
csv constant.csv
is "$(events)" '7 2025-01-01 00:00 Doing, 2025-01-02 00:00 Done' 'what never changes within an item is not of the change'
lines ',concept:name,time:timestamp,Activity,case:concept:name,lifecycle:transition' '0,A,2025-01-01 10:00:00+01:00,A,c1,complete' \
	'1,B,2025-01-02 10:00:00+01:00,B,c1,complete' >"$tmp/xes.csv"
csv xes.csv
is "$(events)" 'c1 2025-01-01 09:00 A, 2025-01-02 09:00 B' 'names of XES; columns with the same contents are one'
csv two.csv COLUMNS='itm=Ticket'
like "$said" '^two.csv: COLUMNS has "itm=Ticket", where something like item=issue_id should stand; before the = can be: item, time, state' \
	'COLUMNS= that is none'
csv two.csv COLUMNS='item=Tickets'
is "$said" 'two.csv: COLUMNS says item=Tickets, but there is no column "Tickets"; the columns are: ticket, work_item_id, time, state.' \
	'a column that is not there'
lines 'A-1;2025-01-01 10:00;Open' 'A-1;2025-01-02 10:00;Done' >"$tmp/headless.csv"
csv headless.csv
like "$said" '^headless.csv: line 1 has no names of columns but data, such as "2025-01-01 10:00": put a line of names over it' 'no header'
csv headless.csv COLUMNS='item=1,time=2,state=3'
is "$(events)" 'A-1 2025-01-01 10:00 Open, 2025-01-02 10:00 Done' 'columns by number need none'
lines 'Report of 3 March' '' 'Ticket ID,Timestamp,Status,Team' '1,2025-01-01,Open,a' '1,2025-01-02,Done,a' >"$tmp/title.csv"
csv title.csv
like "$said" '^The first line is taken for a title: "Report of 3 March"\.$' 'a title over the header'

# Lists of issues.
lines 'Issue key,Summary,Issue Type,Status,Created,Updated,Resolved' \
	'A-1,x,Bug,Done,01/Feb/25 9:00 AM,01/Apr/25 9:00 AM,03/Feb/25 9:00 AM' \
	'A-2,y,Bug,Done,02/Feb/25 9:00 AM,,06/Feb/25 9:00 PM' 'A-3,z,Story,To Do,03/Feb/25 9:00 AM,,' >"$tmp/list.csv"
csv list.csv
like "$said" '^This is a list of issues, not of their changes: lead time and throughput can be told from it, stages cannot\.$' \
	'a list is called one'
is "$(events)" "$(lines 'A-1 2025-02-01 09:00 Created, 2025-02-03 09:00 Resolved' \
	'A-2 2025-02-02 09:00 Created, 2025-02-06 21:00 Resolved' 'A-3 2025-02-03 09:00 Created')" 'its events'
report=$(PGOPTIONS="-c client_min_messages=warning" && createdb vsm_csv_list && env CSV="$tmp/list.csv" EVENTS= WORKFLOW= REPO= SQL= \
	COLUMNS= DATES= ZONE= LC_ALL=C PGDATABASE=vsm_csv_list \
	sh "$VSM_TOP/test/demo.sh" in-cluster 2>&1 </dev/null)
like "$report" '^all +2 +3\.2 days +4\.1 days +3\.2 days$' 'its lead time'
like "$report" '^2025-02-03 +1 +2 +1 ' 'its throughput: of this week one created, two closed, one open at the end'
like "$report" '^  Jira +GET /rest/api/3' 'and where its stages can be had'
ok 'the SQL to try next runs' psql -XAtq -v ON_ERROR_STOP=1 -d vsm_csv_list -f "$VSM_TOP/test/demo/next_list.sql"
dropdb vsm_csv_list
cut -d, -f1-6 "$tmp/list.csv" >"$tmp/created.csv"
csv created.csv
is $exited 1 'a list without dates of its ends is refused'
like "$said" "^created.csv: this is a list of issues, not of their changes: each of its 3 items stands in one line, \
with what it is today \(Status, Created, Updated\), and nothing says when it ended\." 'with the columns that say so'
like "$said" '^  Azure DevOps +Analytics: /_odata' 'and how to get changes'
lines 'repository,number,publishedAt,closedAt' 'a/a,1,2025-01-01T10:00:00Z,2025-01-02T10:00:00Z' 'a/b,1,2025-01-03T10:00:00Z,' \
	'a/b,2,2025-01-03T11:00:00Z,2025-01-03T12:00:00Z' >"$tmp/github.csv"
csv github.csv
is "$(events)" "$(lines 'a/a#1 2025-01-01 10:00 publishedAt, 2025-01-02 10:00 closedAt' 'a/b#1 2025-01-03 10:00 publishedAt' \
	'a/b#2 2025-01-03 11:00 publishedAt, 2025-01-03 12:00 closedAt')" \
	'numbers count within a repository'
lines 'id,opened_at,closed_at' '1,2025-01-03,2025-01-01' '2,2025-01-01,2025-01-05' '2,2025-01-01,2025-01-06' >"$tmp/odd.csv"
csv odd.csv
is "$(events)" '2 2025-01-01 00:00 opened_at, 2025-01-06 00:00 closed_at' 'the last line of an item counts'
like "$said" '^1 line says that something ends before it begins, and is left out; the first is line 2\.$' \
	'what ends before it begins is said'
lines 'issue_id,field_name,new_value,changed_at' '1,create,x,2025-01-01 10:00' '1,assign,y,2025-01-02 10:00' \
	'2,create,z,2025-01-01 11:00' >"$tmp/fields.csv"
csv fields.csv
like "$said" "^fields.csv: no line is a change of a status: the column \"field_name\" says what was changed, \
and holds create, assign\. If some of these change the state, " 'changes of other fields'
csv fields.csv COLUMNS='item=issue_id,time=changed_at,state=field_name'
is "$(paths)" "$(lines '1 {create,assign}' '2 {create}')" 'unless what was changed is asked for as the state'
lines 'date,backlog,doing,done' '2025-01-01,5,2,0' '2025-01-02,4,2,1' >"$tmp/counts.csv"
csv counts.csv
like "$said" '^counts.csv: this is a table of numbers by date, not of items' 'counts a day are no items'

# Stages in columns, in whatever order.
lines 'key,done,doing,to do' 'A,2025-01-04,2025-01-03,2025-01-01' 'B,2025-01-06,2025-01-05,2025-01-02' 'C,,2025-01-05,2025-01-05' \
	'D,2025-01-07,2025-01-07,2025-01-05' >"$tmp/alphabet.csv"
csv alphabet.csv
is "$(paths)" "$(lines 'A {"to do",doing,done}' 'B {"to do",doing,done}' 'C {"to do",doing}' 'D {"to do",doing,done}')" \
	'dates say the order of stages where the columns do not'
lines 'key,Created,Started,Completed,Canceled,Updated,Due Date' '1,2025-01-01,2025-01-02,2025-01-03,,2025-01-09,2025-01-09' \
	'2,2025-01-01,,,2025-01-04,2025-01-09,2025-01-09' >"$tmp/linear.csv"
csv linear.csv
is "$(paths)" "$(lines '1 {Created,Started,Completed}' '2 {Created,Canceled}')" 'what is planned and what was updated are no stages'

# What was done from when to when.
lines 'case,activity,lifecycle:transition,timestamp' 'c,A,start,2025-01-01 10:00' 'c,A,complete,2025-01-01 11:00' \
	'c,B,start,2025-01-01 13:00' 'c,C,start,2025-01-01 14:00' \
	'c,B,pause,2025-01-01 14:30' 'c,C,complete,2025-01-01 15:00' 'c,B,complete,2025-01-01 16:00' >"$tmp/log.csv"
csv log.csv
is "$(events)" \
	'c 2025-01-01 10:00 A, 2025-01-01 11:00 after A, 2025-01-01 13:00 B, 2025-01-01 14:00 C, 2025-01-01 15:00 B, 2025-01-01 16:00 after B' \
	'start and complete are two states'
like "$said" '^Lines tell when something began and when it ended; between them items wait, in states named "after ..."\.$' 'which is said'
like "$said" '^1 line of other transitions than start and complete left out\.$' 'and what else there was'
in_case -f "$VSM_TOP/test/demo/csv/workflow.sql" >"$tmp/workflow"
is "$(in_case -c "SELECT string_agg(stage || ' ' || class, ', ' ORDER BY stage) FROM my_workflow, vsm.stages(wf)")" \
	'A active, B active, C active, after A waiting, after B done' 'work is active, the time after it waiting'
lines 'Case ID;Activity;Start Timestamp;Complete Timestamp' 'c;A;2025-01-01 10:00;2025-01-01 11:00' \
	'c;B;2025-01-01 13:00;2025-01-01 16:00' 'c;C;2025-01-01 14:00;2025-01-01 15:00' >"$tmp/columns.csv"
csv columns.csv
is "$(events)" \
	'c 2025-01-01 10:00 A, 2025-01-01 11:00 after A, 2025-01-01 13:00 B, 2025-01-01 14:00 C, 2025-01-01 15:00 B, 2025-01-01 16:00 after B' \
	'in two columns, too'
lines 'ticket,status,status_start,status_end' 'c,New,2025-01-01 10:00,2025-01-01 11:00' 'c,Open,2025-01-01 11:00,2025-01-01 13:00' \
	'c,Closed,2025-01-01 13:00,2025-01-01 14:00' >"$tmp/states.csv"
csv states.csv
is "$(events)" 'c 2025-01-01 10:00 New, 2025-01-01 11:00 Open, 2025-01-01 13:00 Closed' \
	'states that follow each other leave no time between'

# Encodings that are none.
printf 'item,time,state\nA,2025-01-01,\277\252\267\242\326\320\nA,2025-01-02,\322\321\315\352\263\311\n' >"$tmp/gbk.csv"
csv gbk.csv
like "$said" '^gbk.csv: the file is not UTF-8 \(line 2 is the first that shows it\): say what it is with ENCODING=' \
	'an unknown encoding is refused'
csv gbk.csv ENCODING=GBK
is "$(paths)" 'A {开发中,已完成}' 'ENCODING=GBK'
csv gbk.csv ENCODING=klingon
like "$said" '^gbk.csv: ENCODING=klingon is no encoding that PostgreSQL knows' 'ENCODING= that is none'
printf 'item,time,state,who\nA,2025-01-01,Prüfung,M\374ller\nA,2025-01-02,Ende,Jürgen \345\256\n' >"$tmp/mixed.csv"
csv mixed.csv
is "$(paths)" 'A {Prüfung,Ende}' 'broken letters in UTF-8 are not read as another encoding'
like "$said" '^2 lines have broken letters, which are read as [^;]*; the first is line 2\.$' 'and are said'

# Files that are broken, or none.
lines 'item,time,state' 'A,2025-01-01,"Open' 'A,2025-01-02,Doing' 'A,2025-01-03,Done' >"$tmp/open.csv"
csv open.csv
is "$said" 'open.csv: line 2 opens a quote (") that is never closed: close it, or double it if it belongs to the text.' \
	'a quote that is not closed'
lines 'item,time,state' '"A,2025-01-01,Open' 'A,2025-01-02,Doing' 'A,2025-01-03,Wait' 'A,2025-01-04,"a ""b"" c"' >"$tmp/swallow.csv"
csv swallow.csv
like "$said" '^swallow.csv: line 2 opens a quote \("\) that closes only in line 5, and the lines between look like rows' 'or too late'
lines 'item,time,state' 'A,2025-01-01,"Open, or not"' 'A,2025-01-02,5" of it' '"A"' 'A,2025-01-03,"he said "no" to it"' >"$tmp/quotes.csv"
csv quotes.csv
is "$(in_case -c "SELECT string_agg(state, ' / ' ORDER BY at) FROM jira_event")" 'Open, or not / 5" of it / he said "no" to it' \
	'quotes within fields'
lines 'item,time,state' 'A,2025-01-01,Open' 'A,2025-01-02,Wait, then go' 'A,2025-01-03,Done' >"$tmp/ragged.csv"
csv ragged.csv
is "$said" 'ragged.csv: line 3 has 4 fields where the header has 3: put a field that holds a "," in quotes.' 'a line with a field too many'
lines 'item,time,state' '"A,2025-01-01,Open"' '"A,2025-01-02,Done"' >"$tmp/whole.csv"
csv whole.csv
like "$said" '^whole.csv: line 2 is one field in quotes where the header has 3' 'lines that stand in quotes as a whole'
printf 'PK\003\004xlsx' >"$tmp/book.csv"
csv book.csv
is "$said" 'book.csv: this is a workbook (or another zip file), not a CSV: save it as CSV UTF-8 first.' 'a workbook'
lines '[{"key": "A"}]' >"$tmp/json.csv"
csv json.csv
is "$said" 'json.csv: this is JSON, not a CSV: export it as CSV.' 'JSON'
lines '' '<html><body><table>' >"$tmp/html.csv"
csv html.csv
is "$said" 'html.csv: this is HTML or XML, not a CSV: export it as CSV.' 'HTML'
lines 'This is no CSV.' 'It has sentences.' >"$tmp/prose.csv"
csv prose.csv
like "$said" '^prose.csv: no separator is found in the header' 'prose'
printf '\n\r\n' >"$tmp/blank.csv"
csv blank.csv
is "$said" 'blank.csv: the file is empty.' 'nothing but line ends'
lines 'item,time,state' 'A,2025-01-01,Open' 'A,2999-01-02,Done' >"$tmp/future.csv"
csv future.csv
like "$said" '^1 time lies in the future; the first is line 3: "2999-01-02" in the column time\.$' 'a time in the future is said'
lines 'key,status,changed' 'A,Done,2025-01-01' 'A,Done,2025-01-02' 'B,Open,2025-01-02' 'B,Open,2025-01-03' >"$tmp/today.csv"
csv today.csv
is "$said" 'today.csv: no item changes its state: status may be what an item is today, not what it became.' 'states that never change'
done_testing
