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
	dropdb --force "$database"
	exit $status
	;;
*)
	exec sh "$1"
	;;
esac
