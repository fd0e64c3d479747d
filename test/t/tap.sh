# Test functions for test/t/*.t, which source this file. A test ends with done_testing.
#   ok DESCRIPTION COMMAND [ARG ...]   passes when the command succeeds; shows its output if not
#   is GOT WANT DESCRIPTION            passes when both texts are equal
#   like GOT REGEX DESCRIPTION         passes when some line of GOT matches (grep -E)
#   sql [ARG ...]                      psql as tests want it: bare rows, stops at an error and says so in a last row, so that what
#                                      failed is never taken for what found nothing
#   await COMMAND [ARG ...]            until it prints something, which is $found then; five minutes at most
#   skip_all REASON                    ends the file, what is left of it skipped
#   $tmp                               a folder that goes away with the test
set -u
VSM_TOP=${VSM_TOP:-$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd)}
tests=0 failures=0
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

comment() { sed 's/^/# /' >&2; }
result() { # STATUS DESCRIPTION
	tests=$((tests + 1))
	if [ "$1" = 0 ]; then
		printf 'ok %d - %s\n' $tests "$2"
	else
		failures=$((failures + 1))
		printf 'not ok %d - %s\n' $tests "$2"
	fi
}
ok() {
	description=$1
	shift
	"$@" >"$tmp/output" 2>&1 </dev/null
	status=$?
	result $status "$description"
	[ $status = 0 ] || tail -50 "$tmp/output" | comment
}
is() {
	[ "$1" = "$2" ]
	status=$?
	result $status "$3"
	[ $status = 0 ] || { printf 'got:\n%s\nwant:\n%s\n' "$1" "$2" | comment; }
}
like() {
	printf '%s\n' "$1" | grep -Eq -e "$2"
	status=$?
	result $status "$3"
	[ $status = 0 ] || { printf 'no line matches: %s\nin:\n%s\n' "$2" "$1" | comment; }
}
sql() { psql -XAtq -v ON_ERROR_STOP=1 "$@" || { echo 'psql stopped'; return 1; }; }
await() {
	found= tries=0
	until found=$("$@" 2>/dev/null) && [ -n "$found" ] || [ $tries = 3000 ]; do
		tries=$((tries + 1))
		sleep 0.1
	done
}
skip_all() {
	if [ $tests -gt 0 ]; then
		result 0 "the rest # SKIP $1"
		done_testing
	fi
	printf '1..0 # SKIP %s\n' "$1"
	exit 0
}
done_testing() {
	printf '1..%d\n' $tests
	[ $failures = 0 ] && [ $tests -gt 0 ]
	exit
}
