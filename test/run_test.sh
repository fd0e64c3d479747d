#!/bin/sh
# test/run_test.sh FILE: runs one test file on the cluster of test/check.sh and prints its TAP.
set -eu
case $1 in
*.sql)
	# A database of its own, so that files run side by side and none sees what another leaves.
	database=vsm_test_$(basename "$1" .sql)_$$
	createdb -T vsm_test "$database"
	status=0
	PGOPTIONS="-c client_min_messages=warning ${PGOPTIONS:-}" PGDATABASE=$database psql -XAtq -v ON_ERROR_STOP=1 -f "$1" || status=$?
	# A server that crashed says in its log on what; a sanitizer and an assertion say why.
	[ $status = 0 ] || ! grep -q 'terminated by signal' "$VSM_LOG" ||
		grep -E -A 20 'TRAP:|runtime error|ERROR: AddressSanitizer|terminated by signal' "$VSM_LOG" | tail -60 | sed 's/^/# /' >&2
	dropdb --force "$database" || :
	exit $status
	;;
*)
	exec sh "$1"
	;;
esac
