# The pgTAP files and the fuzzing again, on a cluster whose vsm is built with PostgreSQL's assertions and clang's
# AddressSanitizer and UndefinedBehaviorSanitizer: any report of theirs ends the server and with it the test.
# Left out are files that ask the same of the same code very often, and those whose time is the reading of facts and
# refreshing in SQL; VSM_BUILD=sanitized make check has all.
. "$(dirname "$0")/tap.sh"
[ -z "${VSM_BUILD:-}" ] || skip_all 'this is that build'
reason=$(sh "$VSM_TOP/test/sanitized/build.sh") || skip_all "$reason"
cd "$VSM_TOP"
VSM_BUILD=sanitized \
	TESTS="test/t/fuzz.t $(ls -S test/tap/*/*.sql | grep -vE '_oracle|timeline_large|/(ingest|write_facts|refresh)\.sql' | tr '\n' ' ')"
export VSM_BUILD TESTS
sh test/check.sh >"$tmp/suite" 2>&1 </dev/null
status=$?
result $status 'the suite passes with assertions and sanitizers'
if [ $status = 0 ]; then sed -n 's/^Files=/# &/p' "$tmp/suite"; else grep -v '\.\. ok$' "$tmp/suite" | comment; fi
done_testing
