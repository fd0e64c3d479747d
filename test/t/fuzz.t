# Every parser of vsm under libFuzzer with the sanitizers (test/fuzz/fuzz.c says what must hold), each in a server
# process of its own: a single-user one, so that a finding ends nothing else.
#   FUZZ_SECONDS   for each parser (default 2); make fuzz gives 60
#   FUZZ           only the parsers whose names match this regular expression, like 'calendar text'
#   FUZZ_INPUT     a file: only this input
. "$(dirname "$0")/tap.sh"
[ "${VSM_BUILD:-}" = sanitized ] || skip_all 'only with VSM_BUILD=sanitized'
top=$(dirname "$PGDATA")
server=$top$("${PG_CONFIG:-pg_config}" --bindir)/postgres
folder=$top/fuzz
mkdir "$folder"
as_server=
if [ "$(id -u)" = 0 ]; then
	chown nobody "$folder"
	as_server="setpriv --reuid=nobody --regid=$(id -g nobody) --clear-groups"
fi
trap 'rm -rf "$folder" "$tmp"' EXIT
# The project's folder may be closed to that account.
cd "$folder"
export LC_MESSAGES=C
unset PGOPTIONS || :

# Statements from standard input, each ended by an empty line, on a cluster in folder $1.
single() {
	(cd "$1" && timeout $((${FUZZ_SECONDS:-2} + 60)) $as_server "$server" --single -j -F -D "$1" -c log_checkpoints=off \
		-c log_min_messages=warning -c search_path=public,vsm postgres)
}
template=$folder/template
$as_server "${server%/*}/initdb" -D "$template" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$tmp/initdb" 2>&1 ||
	comment <"$tmp/initdb"
{
	printf 'CREATE EXTENSION vsm;\n\n'
	printf 'CREATE FUNCTION fuzz(type regtype, form text, seeds text[], holds text, options text[]) RETURNS void\n'
	printf "LANGUAGE c AS 'vsm', 'fuzz';\n\n"
	printf "CREATE FUNCTION fuzz_overrun(size int) RETURNS int LANGUAGE c AS 'vsm', 'fuzz_overrun';\n\n"
	cat "$VSM_TOP/test/fuzz/targets.sql"
} >"$tmp/prepare"
single "$template" <"$tmp/prepare" >"$tmp/prepared" 2>&1
is "$(grep -E 'ERROR|FATAL|WARNING' "$tmp/prepared")" '' 'the targets are there' || comment <"$tmp/prepared"

answer() { # STATEMENT: the columns of its rows, one a line
	printf '%s;\n\n' "$1" | single "$template" 2>&1 | sed -n 's/^\t *1: .*= "\(.*\)"\t(typeid.*$/\1/p'
}
is "$(answer "SELECT t.oid::regtype FROM pg_type t WHERE typnamespace = 'vsm'::regnamespace AND typtype = 'b' AND typelem = 0
	AND NOT EXISTS (SELECT FROM target WHERE target.type = t.oid)")" '' \
	'every type of vsm is among them'
parsers=$(answer "SELECT name || ' ' || form FROM target JOIN pg_type t ON t.oid = type, unnest(ARRAY['text', 'binary']) AS form
	WHERE form = 'text' OR typreceive <> 0 AND typnamespace = 'vsm'::regnamespace ORDER BY name, form DESC" | grep -E -e "${FUZZ:-.}")

# What nobody finds is no proof that there is nothing: a read behind the end, and a claim that is false.
printf 'SELECT fuzz_overrun(13);\n\n' | single "$template" >"$tmp/overrun" 2>&1
like "$(cat "$tmp/overrun")" 'heap-buffer-overflow' 'a read of one byte too many is found'
fuzz() { # NAME FORM HOLDS OPTION ...
	data=$folder/$1.$2
	query="SELECT fuzz(type, '$2', $seeds, $3, ARRAY['-rss_limit_mb=0', '-timeout=0', '-max_len=2000', '-use_value_profile=1',
		'-print_final_stats=1', '-artifact_prefix=found-'"
	name=$1
	rm -rf "$data"
	cp -a "$template" "$data"
	shift 3
	for option; do query="$query, '$option'"; done
	printf "%s]) FROM target WHERE name = '%s';\n\n" "$query" "$name" | single "$data" >"$tmp/fuzz" 2>&1
}
seeds=seeds
fuzz timeline text "'SELECT vsm.num_events(\$1) < 2'" -runs=10000
like "$(cat "$tmp/fuzz")" 'FOUND: does not hold' 'and so is a claim that is false'

[ -z "${FUZZ_INPUT:-}" ] || seeds=NULL
printf '%s\n' "$parsers" >"$tmp/parsers"
while read -r name form; do
	if [ -n "${FUZZ_INPUT:-}" ]; then
		cp "$FUZZ_INPUT" "$folder/input"
		fuzz "$name" "$form" holds "$folder/input"
	else
		fuzz "$name" "$form" holds "-max_total_time=${FUZZ_SECONDS:-2}"
	fi
	status=$?
	# Refused alone would say that it never got to the checks.
	[ $status = 0 ] && grep -qE "^inputs read: ([1-9]|0${FUZZ_INPUT:+, refused: [1-9]})" "$tmp/fuzz" &&
		! grep -qE 'FOUND|ERROR: ' "$tmp/fuzz"
	status=$?
	result $status "$name $form: $(grep '^inputs read' "$tmp/fuzz"), $(sed -n 's/.*cov: \([0-9]*\) .*/\1/p' "$tmp/fuzz" | tail -1) edges"
	[ $status = 0 ] || {
		grep -vE '^#|NEW_FUNC|REDUCE|backend> *$|LOG: |postgres_sanitized' "$tmp/fuzz" | tail -60
		for found in "$folder/$name.$form"/found-*; do
			[ ! -f "$found" ] || { echo "The input, in base64:"; base64 "$found"; }
		done
	} | comment
done <"$tmp/parsers"
done_testing
