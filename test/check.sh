#!/bin/sh
# make check: every test of vsm on a throwaway cluster, summed up by prove at the end.
#   test/tap/ROOM/*.sql   pgTAP, each file in a database of its own that has pgtap and vsm
#   test/t/*.t       shell, for what takes more than one session; regress.t runs the next two:
#   test/sql         pg_regress inputs, their outputs in expected/
#   test/specs       isolation specs, outputs in expected/ too
# TESTS='test/tap/workflow/workflow.sql test/t/documents.t' runs only these. Tests over real data read the
# folder VSM_REAL_DATA, by default ../shared/data, and are skipped where there is none.
set -eu
top=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)

if [ "${1:-}" != in-cluster ]; then
	sh "$top/test/install_packages.sh" pgtap
	data=${VSM_REAL_DATA:-$top/../shared/data}
	if [ -d "$data" ]; then
		VSM_REAL_DATA=$(CDPATH= cd -- "$data" && pwd)
	elif [ -n "${VSM_REAL_DATA:-}" ]; then
		echo "VSM_REAL_DATA: there is no folder $data" >&2
		exit 1
	fi
	# Views of many columns over tables of a few rows take seconds to compile. Tests make several models in a transaction.
	VSM_REAL_DATA=${VSM_REAL_DATA:-} VSM_SERVER_OPTIONS="-c jit=off -c max_connections=50 -c max_locks_per_transaction=256 \
		-c max_worker_processes=16 -c max_prepared_transactions=10 -c wal_level=logical ${VSM_SERVER_OPTIONS:-}"
	export VSM_REAL_DATA VSM_SERVER_OPTIONS
	exec sh "$top/test/cluster.sh" sh "$top/test/check.sh" in-cluster
fi

# The database that test/run_test.sh copies for each pgTAP file.
createdb vsm_test
psql -XAtq -d vsm_test -v ON_ERROR_STOP=1 -c 'CREATE EXTENSION pgtap' -c 'CREATE EXTENSION vsm'

# Long files first, so that none of them runs alone at the end.
tests=${TESTS:-test/t/sanitized.t $(ls -S test/t/*.t test/tap/*/*.sql | grep -v sanitized.t)}
status=0
prove --failures --comments --exec 'sh test/run_test.sh' -j "$(getconf _NPROCESSORS_ONLN)" $tests </dev/null || status=$?

# Under valgrind: the reports in which a source file of ours stands, be it as the origin of a value.
if [ "${VSM_BUILD:-}" = valgrind ]; then
	cat "$VSM_TMP"/valgrind.* | sed 's/^==[0-9]*== \{0,1\}//' >"$VSM_TMP/valgrind"
	ours=$(cd "$top/src" && basename -a */*.c | paste -sd '|') perl -00 -ne 'if (/vsm\.so|\((?:$ENV{ours}):\d+\)/) { print; $reports++ }
		END { printf "valgrind: %d reports, %d of them with vsm in them\n", $., $reports; exit($reports > 0) }' "$VSM_TMP/valgrind" ||
			status=1
fi
exit $status
