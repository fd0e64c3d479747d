# make check-versions, where no server is to be had: what it says, and its status. (That it runs this file is no matter: it
# is asked for servers that are not there.)
. "$(dirname "$0")/tap.sh"
unset PG_CONFIGS VERSIONS FROM SERVERS TESTS LIMIT
ask() { # VARIABLE=VALUE ...
	output=$(env "$@" sh "$VSM_TOP/test/check-versions.sh" 2>&1 </dev/null)
	exited=$?
}
ask PG_CONFIGS="$tmp/pg_config"
is $exited 1 'a server that is named and does not run is a failure'
like "$output" "^== PostgreSQL $tmp/pg_config: it does not run\$" 'and said'
ask FROM=nowhere VERSIONS='16 19'
is $exited 77 'versions that are not had have a status of their own'
is "$(printf '%s\n' "$output" | grep -c '^1[69]  *not had: no source of it was to be tried$')" 2 'and a row each that says why'
ask FROM=debian VERSIONS=16
is $exited 77 'a version that a source does not have'

# A server whose headers no compiler reads, and whose tests do not begin.
mkdir -p "$tmp/bin" "$tmp/include" "$tmp/share/extension"
: >"$tmp/share/extension/pgtap.control"
printf '#error these are no headers\n' >"$tmp/include/postgres.h"
cat >"$tmp/bin/pg_config" <<-END
	#!/bin/sh
	case \$1 in
	--version) echo 'PostgreSQL 17.99 (of a test)' ;;
	--includedir-server) echo '$tmp/include' ;;
	--sharedir) echo '$tmp/share' ;;
	--bindir) echo '$tmp/bin' ;;
	--pgxs) '$(command -v "${PG_CONFIG:-pg_config}")' --pgxs ;;
	*) echo /nowhere ;;
	esac
END
chmod +x "$tmp/bin/pg_config"
ask PG_CONFIGS="$tmp/bin/pg_config" TESTS=test/t/bench.t
is $exited 1 'what does not build is a failure'
like "$output" "^17\\.99, $tmp/bin/pg_config +FAILED, [0-9.]+ +(FAILED, [0-9.]+|none here) +FAILED, no test ran\$" \
	'and a row of the table says so'
done_testing
