# The house: the rooms of the Makefile, each of which knows only those before it, and one hand in SQL.
. "$(dirname "$0")/tap.sh"
cd "$VSM_TOP" || exit 1

rooms=$(sed -n 's/^ROOMS = //p' Makefile)
for folder in src sql test/tap; do
	is "$(cd $folder && ls -d */ | tr -d / | sort)" "$(printf '%s\n' $rooms | sort)" "$folder has a folder for each room, and no other"
done

# An arrow is an include of a header of ours: the place it stands at, its room, and the header.
grep -Hn '^[[:blank:]]*#[[:blank:]]*include[[:blank:]]*"' src/*/*.[ch] |
	sed 's|^src/\([^/]*\)/\([^:]*:[0-9]*\):[^"]*"\([^"]*\)".*|src/\1/\2 \1 \3|' >"$tmp/include"
faults() { # KIND: the includes that are it, one a line
	awk -v kind="$1" -v rooms="$rooms" -v headers="$(ls src/*/*.h | tr '\n' ' ')" '
		BEGIN {
			split(rooms, room)
			for (i in room) place[room[i]] = i + 0
			split(headers, header)
			for (i in header) { path = header[i]; sub(/^src\//, "", path); ours[path]; sub(/.*\//, "", path); named[path] }
		}
		{
			to = $3
			found = sub(/\/.*/, "", to) && to in place ? ($3 in ours ? (place[to] > place[$2] ? "up" : "down") : "lost") : \
				($3 in named || $3 ~ /^\./ ? "roomless" : "of PostgreSQL")
		}
		found == kind { print $1 ": " $2 " -> " $3 }' "$tmp/include"
}
ok 'the includes were read' test "$(faults down | wc -l)" -gt 100
is "$(faults up)" '' 'no arrow goes up'
is "$(faults roomless)" '' 'every include of a header of ours names its room'
is "$(faults lost)" '' 'and a header that is there'

# One word a role: X_io.c is a type (in, out, casts, comparison), X_sql.c has functions and aggregates of SQL, and only these
# two know what SQL calls functions by; X_text.c reads and writes a text form, X.c is the core. Headers go with them.
core=$(ls src/*/*.[ch] | grep -vE '_(io|sql)\.[ch]$|^src/base/(compat\.h|vsm\.c)$')
ok 'there are files of every role' test "$(ls src/*/*_io.c | wc -l)" -gt 5 -a "$(ls src/*/*_sql.c | wc -l)" -gt 5 -a \
	"$(ls src/*/*_text.c | wc -l)" -gt 5 -a "$(printf '%s\n' "$core" | wc -l)" -gt 50
is "$(grep -nE 'Datum|FunctionCallInfo|PG_(FUNCTION|GETARG|RETURN)_|DirectFunctionCall|_(io|sql)\.h"' $core)" '' \
	'core and text forms know nothing of how SQL calls'
of_type='in|out|recv|send|to_jsonb?|from_jsonb?|cmp|hash'
is "$(grep -nE "^(VALUE_[A-Z_]*|VALUE_FUNCTION|PG_FUNCTION_INFO_V1)\\((vsm_[a-z_]*_($of_type)\\>|[a-z_]*,)" \
	$(ls src/*/*.c | grep -v '_io\.c$'))" '' 'a type is defined in an X_io.c'
is "$(for file in src/*/*.[ch]; do
	[ "$(sed -n '1s/^\/\*$/begins/p; 2s/^ \* //p' "$file" | paste -sd' ')" = "begins $(basename "$file")" ] || echo "$file"
done)" '' 'a file of C begins with its name and what it is'
is "$(grep -rl PG_VERSION_NUM src test --include='*.[ch]')" src/base/compat.h \
	'what differs between versions of PostgreSQL stands in one header'

# SQL is written by one hand: the parts of the extension, the model's files and the tests. Scripts of released versions are
# as they were.
parts=$(ls sql/*.sql sql/*/*.sql sql/*/*/*.sql | grep -v '^sql/vsm--[0-9.]*\.sql$')
for script in $(ls sql/vsm--*--*.sql); do
	case $script in
	*--"$(sed -n "s/^default_version = '\(.*\)'/\1/p" vsm.control)".sql) ;;
	*) parts=$(printf '%s\n' "$parts" | grep -vFx "$script") ;;
	esac
done
taps=$(ls test/tap/*/*.sql)
# In a comment of several lines each begins with " *".
is "$(grep -n '^ [^*]' $parts $taps)" '' 'lines are indented with tabs'
is "$(grep -n '[[:blank:]]$' $parts $taps)" '' 'no line ends in blanks'
# Code of every language. A command of psql is one line; values that other versions stored are as they were, and so is what
# a test expects a program to print.
code="$parts $(ls test/*.sql test/*/*.sql test/*/*/*.sql | grep -v '^test/upgrade/stored\.sql$') Makefile sql/*.awk src/*/*.[ch]
	$(ls .ci/run) $(find test -name '*.[ch]' -o -name '*.sh' -o -name '*.t' -o -name '*.pl' -o -name '*.spec')"
ok 'files of every language are looked at' test "$(printf '%s\n' $code | sed 's/.*\.//' | sort | uniq -c | awk '$1 > 1' | wc -l)" -ge 6
is "$(for file in $code; do
	expand -t 4 "$file" | LC_ALL=C.UTF-8 grep -nE '^[^\].{140}' | sed "s,^,$file:,"
done)" '' 'no line is wider than 140 columns'
is "$(grep -nE 'LANGUAGE (c|SQL|PLPGSQL|plpgSQL)\>|AS '\''\$libdir' $parts)" '' 'languages are written C, sql and plpgsql'
is "$(grep -nE "^[^	]*AS 'MODULE_PATHNAME'" $parts)" '' 'a function of C says so on a line of its own, indented'
is "$(grep -nE '\<CREATE (OR REPLACE )?(UNIQUE )?(TABLE|VIEW|MATERIALIZED VIEW|INDEX|TRIGGER|SEQUENCE)\>' $parts |
	grep -vE '^sql/model/((tables|views|triggers)/|track\.sql:.*CREATE OR REPLACE TRIGGER)')" '' \
	'tables, views and triggers are files of the model, not texts in a function'
# Added to a moment, a day ends at another one in a session of another time zone, or where clocks are changed. (Periods step through
# days of the model's zone.)
is "$(grep -nE "interval '[0-9]+ (day|week|month)s?'" sql/model/views/*.sql sql/model/reader_*.sql |
	grep -vE '(unit WHEN|_monthly\.sql:.* PRECEDING|[[:blank:]]interval .1 day., \(SELECT t\.time_zone FROM )')" '' \
	'views and readers add hours to moments'
is "$(for file in sql/model/*/*.sql; do
	name=$(basename "$file" .sql)
	grep -q "^CREATE .*\<$name\>" "$file" || echo "$file"
done)" '' 'a file of the model has the name of what it makes'

is "$(for file in sql/model/reader_*.sql; do
	tool=$(basename "$file" .sql | cut -d_ -f2)
	for goes_with in "test/tap/model/reader_$tool.sql" "test/tap/model/reader_${tool}_members.sql" "doc/sources/$tool.md"; do
		[ -f "$goes_with" ] || echo "$goes_with"
	done
done)" '' 'a reader has its tests and its page'

# Pages say in capitals what a reader of them names; forge is the tool of an example.
is "$(grep -ohE '`(src|sql|test|doc)/[A-Za-z0-9_./-]+`' README.md CONTRIBUTING.md doc/*.md doc/*/*.md | tr -d '`' | sort -u |
	grep -vE 'NAME|VERSION|--A--|forge' | while read -r file; do
	[ -e "$file" ] || echo "$file"
done)" '' 'files that pages name are there'

# Comments as PostgreSQL's own: a phrase, no sentence.
createdb vsm_house
PGOPTIONS='-c client_min_messages=error' sql -d vsm_house -c 'CREATE EXTENSION vsm' -c "CALL vsm.create_model('flow')" >&2
is "$(sql -d vsm_house -c "
	SELECT pg_describe_object(d.classoid, d.objoid, d.objsubid), d.description FROM pg_description AS d
	WHERE ((d.classoid, d.objoid) IN (
			SELECT m.classid, m.objid FROM pg_depend AS m
			WHERE m.refclassid = 'pg_extension'::regclass AND m.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'vsm'))
		OR (pg_identify_object(d.classoid, d.objoid, 0)).schema = 'flow')
	AND (d.description ~ '[^.]\.\$' OR d.description ~ '^[A-Z]([a-z]|[ ''-])' AND d.description !~ '^Kaplan-Meier ')
	ORDER BY 1" || echo 'the comments could not be read')" '' 'comments begin with a small letter and end without a period'
dropdb --force vsm_house
done_testing
